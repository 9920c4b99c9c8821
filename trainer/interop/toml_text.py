"""Reading TOML that people wrote, so that each mistake is told with file, line and what to do, and all of them at once.

For packs and frameworks. Reads text alone: no file, no import, nothing executed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.kernel.values import LocalText, Problem, Wording, wording

Path = tuple[str | int, ...]

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 60
LANGUAGE = re.compile(r"[a-z]{2,3}")
DEEPEST = 8
"""No format here nests deeper; lines of what lies below are not kept."""

_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CLOSING = {"[": "]", "{": "}"}


@dataclass(slots=True, kw_only=True)
class Report:
    """The problems found so far in one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, message: Wording, *, line: int | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(field=None, message=message, file=self.file, line=line))


class Table:
    """One table of a TOML file: hands out its fields by kind, and notes what is missing, mistyped or unknown.

    A field that is wrong is noted and read as an empty value, so that reading goes on to the next mistake.
    """

    def __init__(self, values: Mapping[str, Any], *, path: Path, lines: Mapping[Path, int], report: Report) -> None:
        self._values = values
        self._path = path
        self._lines = lines
        self._report = report
        self._taken: set[str] = set()

    def line(self, *path: str | int) -> int:
        """The line of a field of this table, or of what stands nearest around it."""
        whole = (*self._path, *path)
        while whole and whole not in self._lines:
            whole = whole[:-1]
        return self._lines.get(whole, 1)

    def has(self, name: str) -> bool:
        """Whether the field is there, right or wrong."""
        return name in self._values

    def refuse(self, name: str, message: Wording) -> None:
        """Note a problem at a field."""
        self._report.add(message, line=self.line(name))

    def text(self, name: str) -> str:
        """A text that must be there and say something."""
        value = self._needed(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, wording("“{name}” must be a text in quotation marks.", name=name))
            return ""
        if not value.strip():
            self.refuse(name, wording("“{name}” is empty. Write something between the quotation marks.", name=name))
        return value.strip()

    def optional_text(self, name: str) -> str | None:
        """A text that may be left out."""
        self._taken.add(name)
        return self.text(name) if name in self._values else None

    def key(self, name: str) -> str:
        """A key: lower-case words joined by hyphens."""
        value = self.text(name)
        if value and not is_key(value):
            self.refuse(
                name,
                wording("“{value}” is not a key. Use lower-case letters and digits joined by hyphens.", value=value),
            )
            return ""
        return value

    def optional_key(self, name: str) -> str | None:
        """A key that may be left out."""
        self._taken.add(name)
        return (self.key(name) or None) if name in self._values else None

    def choice(self, name: str, among: Iterable[str]) -> str:
        """One of a few words."""
        value, allowed = self.text(name), list(among)
        if value and value not in allowed:
            self.refuse(
                name,
                wording(
                    "“{name}” is “{value}”. Use one of: {allowed}.", name=name, value=value, allowed=", ".join(allowed)
                ),
            )
            return ""
        return value

    def number(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds; None when it is not one."""
        value = self._needed(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(
                name,
                wording("“{name}” must be a whole number from {least} to {most}.", name=name, least=least, most=most),
            )
            return None
        return value

    def optional_number(self, name: str, *, default: int, least: int, most: int) -> int:
        """A whole number that may be left out."""
        self._taken.add(name)
        if name not in self._values:
            return default
        found = self.number(name, least=least, most=most)
        return default if found is None else found

    def truth(self, name: str) -> bool:
        """`true` or `false`."""
        value = self._needed(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, wording("“{name}” must be true or false, without quotation marks.", name=name))
        return value is True

    def local(self, name: str) -> LocalText:
        """A text in several languages; English must be among them."""
        value = self._needed(name)
        if value is None:
            return {"en": ""}
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            self.refuse(
                name,
                wording('“{name}” must hold a text for each language: {{ en = "…", fr = "…", ar = "…" }}.', name=name),
            )
            return {"en": ""}
        for language, each in value.items():
            if not LANGUAGE.fullmatch(language):
                self.refuse(
                    name,
                    wording(
                        "“{language}” is not the code of a language. Use codes such as en, fr or ar.", language=language
                    ),
                )
            if not each.strip():
                self.refuse(
                    name, wording("“{name}” is empty in the language {language}.", name=name, language=language)
                )
        if "en" not in value:
            self.refuse(name, wording("“{name}” has no English text. Add en.", name=name))
        return {"en": ""} | {language: each.strip() for language, each in value.items()}

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; it may be empty."""
        value = self._needed(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            self.refuse(
                name, wording("“{name}” must be a list of texts in quotation marks, none of them empty.", name=name)
            )
            return ()
        return tuple(each.strip() for each in value)

    def keys(self, name: str) -> tuple[str, ...]:
        """A list of keys; it may be empty."""
        found = self.texts(name)
        for each in found:
            if not is_key(each):
                self.refuse(
                    name,
                    wording("“{value}” is not a key. Use lower-case letters and digits joined by hyphens.", value=each),
                )
        return tuple(each for each in found if is_key(each))

    def table(self, name: str) -> Table:
        """A table within this one; an empty one when it is missing."""
        value = self._needed(name)
        if value is not None and not isinstance(value, dict):
            self.refuse(
                name, wording("“{name}” must be a part of its own: [{name}] on a line, its fields below.", name=name)
            )
            value = None
        # what a missing table lacks was said once already, so nobody hears it again
        report = Report(file=self._report.file) if value is None else self._report
        return Table(value or {}, path=(*self._path, name), lines=self._lines, report=report)

    def tables(self, name: str) -> Iterator[Table]:
        """The repeated tables of that name, in order; none when it is missing."""
        self._taken.add(name)
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.refuse(
                name, wording("“{name}” must be repeated parts: [[{name}]] on a line, its fields below.", name=name)
            )
            return
        for place, each in enumerate(value):
            yield Table(each, path=(*self._path, name, place), lines=self._lines, report=self._report)

    def close(self) -> None:
        """Note every field that nobody asked for: a misspelt name would otherwise be lost in silence."""
        for name in self._values:
            if name not in self._taken:
                known = ", ".join(sorted(self._taken))
                self.refuse(
                    name, wording("There is no field “{name}” here. The fields are: {known}.", name=name, known=known)
                )

    def _needed(self, name: str) -> Any:
        self._taken.add(name)
        if name not in self._values:
            self._report.add(wording("“{name}” is missing. Add it.", name=name), line=self.line())
            return None
        return self._values[name]


def is_key(text: str) -> bool:
    """Tell whether a text is a key that is not too long."""
    return KEY.fullmatch(text) is not None and len(text) <= LONGEST_KEY


def parse(text: str, *, report: Report) -> Table | None:
    """Read a TOML text; None, with the problem noted, when it breaks the rules of TOML."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        report.add(
            wording(
                "This is not valid TOML: {reason}. Look at quotation marks, brackets and equals signs near this line.",
                reason=_LINE.sub("", str(error)) or "it is nested too deeply",
            ),
            line=_line_of(error, text),
        )
        return None
    return Table(values, path=(), lines=lines_of(text), report=report)


def _line_of(error: Exception, text: str) -> int:
    found = _LINE.search(str(error))
    if found:
        return int(found.group(1))
    return text.count("\n") + 1 if "end of document" in str(error) else 1


def lines_of(text: str) -> Mapping[Path, int]:
    """Where each table and field of a valid TOML text begins, by its path; what stands inside a value has its value's line."""
    lines: dict[Path, int] = {}
    counters: dict[Path, int] = {}
    base: Path = ()
    place, line, counted = 0, 1, 0
    while (place := _skip_blank(text, place)) < len(text):
        line, counted = line + text.count("\n", counted, place), place
        if text[place] == "[":
            doubled = text.startswith("[[", place)
            names, place = _dotted(text, place + (2 if doubled else 1))
            place = text.find("]", place) + (2 if doubled else 1)
            base = _resolved(names, counters)
            if doubled:
                counters[base] = counters.get(base, -1) + 1
                base = (*base, counters[base])
            lines.setdefault(base, line)
        else:
            names, place = _dotted(text, place)
            for length in range(1, min(len(names), DEEPEST) + 1):
                lines.setdefault((*base, *names[:length]), line)
            place = _after_value(text, text.find("=", place) + 1)
    return lines


def _resolved(names: tuple[str, ...], counters: Mapping[Path, int]) -> Path:
    """The path of a header, with the place of the current element of each repeated table on the way."""
    path: Path = ()
    for nth, name in enumerate(names):
        path = (*path, name)
        if nth < len(names) - 1 and path in counters:
            path = (*path, counters[path])
    return path


def _skip_blank(text: str, place: int) -> int:
    while place < len(text):
        if text[place] == "#":
            place = _line_end(text, place)
        elif text[place] in " \t\r\n":
            place += 1
        else:
            break
    return place


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _dotted(text: str, place: int) -> tuple[tuple[str, ...], int]:
    names: list[str] = []
    while True:
        while text[place] in " \t":
            place += 1
        if text[place] in "\"'":
            end = _after_string(text, place)
            names.append(text[place + 1 : end - 1])
        else:
            found = _BARE.match(text, place)
            assert found is not None, "the text is valid TOML"
            names.append(found.group())
            end = found.end()
        place = end
        while text[place] in " \t":
            place += 1
        if text[place] != ".":
            return tuple(names), place
        place += 1


def _after_string(text: str, place: int) -> int:
    quote = text[place]
    fence = quote * 3 if text.startswith(quote * 3, place) else quote
    place += len(fence)
    while not text.startswith(fence, place):
        place += 2 if quote == '"' and text[place] == "\\" else 1
    place += len(fence)
    while len(fence) == 3 and place < len(text) and text[place] == quote:
        place += 1  # a text may end in quotation marks of its own
    return place


def _after_value(text: str, place: int) -> int:
    depth = 0
    while place < len(text):
        sign = text[place]
        if sign in "\"'":
            place = _after_string(text, place)
            continue
        if sign == "#":
            place = _line_end(text, place)
            continue
        if sign in _CLOSING:
            depth += 1
        elif sign in _CLOSING.values():
            depth -= 1
        elif sign == "\n" and depth == 0:
            return place
        place += 1
    return place
