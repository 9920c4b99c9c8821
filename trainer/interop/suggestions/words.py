"""Words of a text as they are compared: by their stems, without accents and small words.

Light on purpose, so that people can foresee what is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

GAP = "…"
WIDEST_GAP = 4
"""Words that may stand where a phrase has a gap."""

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")
# fmt: off
_SMALL: Mapping[str, frozenset[str]] = {
    "en": frozenset((
        "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "its", "it", "of", "on", "or", "the", "to", "with",
        "their", "his", "her", "this", "that", "these", "those",
    )),
    "fr": frozenset((
        "a", "au", "aux", "avec", "ce", "ces", "cet", "cette", "d", "de", "des", "du", "elle", "en", "et", "il", "ils", "elles",
        "l", "la", "le", "les", "leur", "leurs", "ou", "par", "pour", "qu", "que", "qui", "s", "sa", "ses", "son", "sur", "un",
        "une", "y",
    )),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Token:
    """A word that counts, with where it stands."""

    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A phrase found in a text."""

    what: T
    first: int
    last: int
    """Places of its first and last token."""
    start: int
    end: int


def tokens_of(text: str, *, language: str) -> tuple[Token, ...]:
    """Return the words of a text that count, in order."""
    small = _SMALL[language]
    found = ((match.group(), match.start(), match.end()) for match in _WORD.finditer(text.replace("’", "'")))
    return tuple(
        Token(stem_of(word, language=language), start, end) for word, start, end in found if folded(word) not in small
    )


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """Return a word in lower case without accents."""
    parts = unicodedata.normalize("NFKD", word.replace("œ", "oe").replace("Œ", "oe").lower())
    return "".join(each for each in parts if not unicodedata.combining(each))


@lru_cache(maxsize=20_000)
def stem_of(word: str, *, language: str) -> str:
    """Return what is left of a word without the endings of number, tense and gender."""
    plain = folded(word)
    return _english(plain) if language == "en" else _french(plain)


def _english(word: str) -> str:
    word = re.sub(r"is(ations?|e[ds]?|ing|es)$", r"iz\1", word) if len(word) > 7 else word
    word = word.replace("defence", "defens").replace("ys", "yz") if "defence" in word else word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending, least in (("ing", 7), ("ed", 6)):
        if word.endswith(ending) and len(word) >= least:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _french(word: str) -> str:
    if word.endswith(("s", "x")) and len(word) > 3:
        word = word[:-1]
    if word.endswith("ee") and len(word) > 4:
        word = word[:-1]
    for ending, least in (("ant", 7), ("er", 6), ("e", 5)):
        if word.endswith(ending) and len(word) >= least:
            return word[: -len(ending)]
    return word


def parts_of(phrase: str, *, language: str) -> tuple[tuple[str, ...], ...]:
    """Return the stems of a phrase, one part for each stretch between gaps."""
    parts = (tuple(each.stem for each in tokens_of(part, language=language)) for part in phrase.split(GAP))
    return tuple(part for part in parts if part)


class Finder(Generic[T]):
    """Finds many phrases in a text at once."""

    def __init__(self, phrases: Iterable[tuple[str, T]], *, language: str) -> None:
        """Take phrases, each with what it stands for."""
        self.language = language
        self._by_first: dict[str, list[tuple[tuple[tuple[str, ...], ...], T]]] = {}
        for phrase, what in phrases:
            parts = parts_of(phrase, language=language)
            if parts:
                self._by_first.setdefault(parts[0][0], []).append((parts, what))

    def find(self, tokens: Sequence[Token]) -> Iterator[Found[T]]:
        """Each place where a phrase stands, in the order of the text."""
        for place, token in enumerate(tokens):
            for parts, what in self._by_first.get(token.stem, ()):
                last = _last_of(parts, tokens, place)
                if last is not None:
                    yield Found(what, place, last, token.start, tokens[last].end)


def _last_of(parts: tuple[tuple[str, ...], ...], tokens: Sequence[Token], place: int) -> int | None:
    end = _after(parts[0], tokens, place)
    for part in parts[1:]:
        if end is None:
            return None
        starts = range(end, min(len(tokens), end + WIDEST_GAP + 1))
        end = next((after for start in starts if (after := _after(part, tokens, start)) is not None), None)
    return None if end is None else end - 1


def _after(part: tuple[str, ...], tokens: Sequence[Token], place: int) -> int | None:
    end = place + len(part)
    if end > len(tokens):
        return None
    return end if all(tokens[place + nth].stem == stem for nth, stem in enumerate(part)) else None


def longest(found: Iterable[Found[T]]) -> tuple[Found[T], ...]:
    """Return what is found, in the order of the text, without what stands inside something longer."""
    kept: list[Found[T]] = []
    span, furthest = (-1, -1), -1  # of what came last, and how far anything before it reaches
    for each in sorted(found, key=lambda one: (one.first, -one.last)):
        if (each.first, each.last) != span:
            furthest = max(furthest, span[1])
            span = (each.first, each.last)
        if each.last > furthest:
            kept.append(each)
    return tuple(kept)
