"""The text in a file: plain text, HTML, or PDF that holds text. Nothing in the file is run or fetched."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

from trainer.kernel.errors import Invalid
from trainer.kernel.values import Wording, wording

LARGEST_FILE = 8_000_000
MOST_LETTERS = 400_000
MOST_PAGES = 200

# fmt: off
_BLOCKS = frozenset(["address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"])
# fmt: on
_SILENT = frozenset({"script", "style", "head", "template", "noscript"})
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")


class UnreadableFile(Invalid):
    """No text can be taken from the file."""

    def __init__(self, message: Wording) -> None:
        super().__init__(message, field="file")


def text_of(content: bytes, *, name: str = "") -> str:
    """Return the text in a file, whose kind is told by its content; raises UnreadableFile with what to do."""
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(
            wording("This file is too large: at most {most} megabytes are read.", most=LARGEST_FILE // 1_000_000)
        )
    if content.lstrip()[:5] == b"%PDF-":
        found = _pdf(content)
    elif content[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        raise UnreadableFile(
            wording("This file is of a word processor. Save it as text, HTML or PDF, or paste its text.")
        )
    else:
        decoded = _decoded(content)
        found = html_text(decoded) if _is_html(decoded, name) else decoded
    if not found.strip():
        raise UnreadableFile(
            wording("There is no text in this file. If it is a scan, have it recognised first, or paste the text.")
        )
    return within(found)


def within(text: str) -> str:
    """Return the text, unless it is longer than any instrument; raises UnreadableFile."""
    if len(text) > MOST_LETTERS:
        raise UnreadableFile(
            wording(
                "This text is too long: at most {most} letters are read. Enter the part that counts.", most=MOST_LETTERS
            )
        )
    return text


def _decoded(content: bytes) -> str:
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encodings = ("utf-16",) if wide else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile(wording("This file is not text. Save it as text in UTF-8, as HTML or PDF, or paste its text."))


def _is_html(text: str, name: str) -> bool:
    opening = text[:2000].lower()
    return name.lower().endswith((".html", ".htm", ".xhtml")) or "<html" in opening or "<!doctype html" in opening


def html_text(text: str) -> str:
    """Return the text of a page, each block on lines of its own, lists with the numbers that browsers would show."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t\xa0]+", " ", "".join(reader.said))).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0
        self._lists: list[list[Any]] = []
        """Type and next number of each open list; none for bullets."""
        self._marker = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
            return
        given = dict(attrs)
        if tag in {"ol", "ul"}:
            depth = sum(1 for each in self._lists if each[0])
            kind = (given.get("type") or "1ai"[min(depth, 2)]) if tag == "ol" else ""
            start = given.get("start") or "1"
            self._lists.append([kind, int(start) if start.isdigit() else 1])
        if tag in _BLOCKS:
            self.said.append("\n" if tag in {"br", "tr", "td", "th"} else "\n\n")
        if tag == "li" and self._lists and self._lists[-1][0]:
            self._marker = _marker(*self._lists[-1])
            self._lists[-1][1] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        if tag in _BLOCKS:
            self.said.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        folded = re.sub(r"\s+", " ", data)
        if self._marker and folded.strip():
            if not re.match(r"\s*(?:\d{1,3}[.)]|\([a-z]{1,5}\))", folded):
                self.said.append(self._marker)
                folded = folded.lstrip()
            self._marker = ""
        self.said.append(folded)


def _marker(kind: str, number: int) -> str:
    if kind.lower() == "a":
        return f"({chr(ord('a') + (number - 1) % 26)}) "
    if kind.lower() == "i":
        return f"({_ROMANS[(number - 1) % len(_ROMANS)]}) "
    return f"{number}. "


def _pdf(content: bytes) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise UnreadableFile(
            wording("PDF files cannot be read on this installation. Paste the text, or save the file as text or HTML.")
        ) from error
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(wording("This PDF is locked with a password. Paste its text instead."))
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableFile(
                wording(
                    "This PDF has too many pages: at most {most} are read. Paste the part that counts.", most=MOST_PAGES
                )
            )
        return "\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise UnreadableFile(wording("This PDF is damaged or cannot be read. Paste its text instead.")) from error
