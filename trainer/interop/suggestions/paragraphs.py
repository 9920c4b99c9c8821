"""A text in numbered paragraphs and sub-paragraphs, headings apart; furniture of printed pages is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from trainer.interop.suggestions.values import Paragraph, Part, Place

MOST_PARAGRAPHS = 1_500

_NUMBER = re.compile(r"(\d{1,3})\s?[.)]\s+(?=\S)|(\d{1,3})\s?[.)]$")
_LETTER = re.compile(r"\(?([a-z])\)\s*(?=\S)|\(([a-z])\)$")
_ROMAN = re.compile(r"\(?((?:x{0,2})(?:ix|iv|v?i{0,3}))\)\s*(?=\S)")
_FURNITURE = re.compile(
    r"(?:S|A)/(?:RES|PRST|PV)[/.][\d/.]+(?:\s*\(\d{4}\))?|\d{1,3}/\d{1,3}(?:\s+\d\d-\d{4,6}(?:\s*\([A-Z]\))?)?"
    r"|\d\d-\d{4,6}(?:\s*\([A-Z]\))?(?:\s+\d{1,3}/\d{1,3})?|page\s+\d+(?:\s*(?:/|of|de|sur)\s*\d+)?|\d{1,3}|\*\d{6,}\*",
    re.IGNORECASE,
)
# fmt: off
_ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi",
    "xvii", "xviii", "xix", "xx", "xxi", "xxii", "xxiii", "xxiv", "xxv", "xxvi", "xxvii", "xxviii", "xxix"]
# fmt: on
_DASH = re.compile(r"[–—•‣▪·-]\s+(?=\w)")
"""A part without a number of its own; it is cited by what it stands under."""
_OPENS = re.compile(r"[;:.!?,—–]$|[;,]\s+(?:and|or|et|ou)$", re.IGNORECASE)
LONGEST_HEADING = 110
FARTHEST = 60
"""Numbers that may be left out: people paste the paragraphs that count."""


@dataclass(slots=True)
class _Reading:
    found: list[Paragraph] = field(default_factory=list)
    number: int = 0
    letter: str = ""
    roman: int = 0
    above_letter: Place | None = None
    above_roman: Place | None = None
    heading: str = ""
    low_heading: str = ""
    """Within a numbered paragraph, between its parts."""
    dashed: bool = False
    """Whether the last part had no number of its own."""


def split(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a text in order, the first of them preambular until one has a number.

    Lines that go on from the one before are joined to it, so that texts broken into lines as printed are read whole.
    """
    blocks = list(_blocks(text))
    reading = _Reading()
    for nth, block in enumerate(blocks[:MOST_PARAGRAPHS]):
        _take(reading, block, following=blocks[nth + 1] if nth + 1 < len(blocks) else "")
    return tuple(reading.found)


def _blocks(text: str) -> Iterator[str]:
    """Lines joined as far as they belong together."""
    held = ""
    for line in (*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""):
        bare = re.sub(r"\s+", " ", line.replace("\xad", "")).strip()
        if bare and _FURNITURE.fullmatch(bare):
            continue
        if held and (not bare or _begins(bare)):
            # a paragraph that a page break or a blank line cuts in two goes on where it does not look ended
            if not bare and not _OPENS.search(held) and len(held) > LONGEST_HEADING:
                continue
            yield held
            held = ""
        if bare:
            held = (
                bare
                if not held
                else held[:-1] + bare
                if re.search(r"\w-$", held) and bare[0].islower()
                else f"{held} {bare}"
            )
    if held:
        yield held


def _begins(line: str) -> bool:
    return bool(_NUMBER.match(line) or re.match(r"\(?[a-z]{1,6}\)", line) or _DASH.match(line))


def _take(reading: _Reading, block: str, *, following: str) -> None:
    numbered = _NUMBER.match(block)
    if numbered:
        number = int(numbered.group(1) or numbered.group(2))
        # a number that goes back, or is far off, is no paragraph but, for instance, the end of "resolution\n1701. …"
        if reading.number < number <= reading.number + FARTHEST:
            _begin_number(reading, number)
            rest = block[numbered.end() :].strip()
            inner = re.match(r"\((a)\)\s+", rest)
            if inner:
                _add(reading, "", label=str(number), above=None)
                reading.above_letter = Place(len(reading.found) - 1)
                _take(reading, rest, following=following)
                return
            reading.above_letter = _add(reading, rest, label=str(number), above=None)
            return
    if reading.number and _take_part(reading, block, following=following):
        return
    if _is_heading(block, numbered=bool(reading.number)):
        if (
            reading.above_letter is not None
            and reading.letter == ""
            and reading.found[reading.above_letter].text.endswith(":")
        ):
            reading.low_heading = block.rstrip(":")
        else:
            reading.heading, reading.low_heading = block.rstrip(":"), ""
        reading.found.append(Paragraph(place=Place(len(reading.found)), part=Part.HEADING, label="", text=block))
        return
    _add(reading, block, label="", above=None)


def _begin_number(reading: _Reading, number: int) -> None:
    reading.number, reading.letter, reading.roman, reading.dashed = number, "", 0, False
    reading.above_letter = reading.above_roman = None
    reading.low_heading = ""


def _take_part(reading: _Reading, block: str, *, following: str) -> bool:
    dash = _DASH.match(block)
    if dash:
        last = next(each for each in reversed(reading.found) if each.label)
        first = last.above if reading.dashed and last.above is not None else last.place
        reading.dashed = True
        _add(reading, block[dash.end() :], label=last.label, above=first)
        return True
    reading.dashed = False
    letter, roman = _LETTER.match(block), _ROMAN.match(block)
    as_roman = _ROMANS.index(roman.group(1)) + 1 if roman and roman.group(1) in _ROMANS else 0
    as_letter = (letter.group(1) or letter.group(2) or "") if letter else ""
    if as_roman and as_letter:
        next_letter = chr(ord(reading.letter) + 1) if reading.letter else "a"
        if as_roman == reading.roman + 1 and as_letter != next_letter:
            as_letter = ""
        elif as_letter == next_letter and as_roman != reading.roman + 1:
            as_roman = 0
        else:  # both go on: after (h) comes (i), unless (ii) follows
            after = re.match(r"\(([a-z]+)\)", following)
            is_roman = after is not None and after.group(1) == _ROMANS[as_roman]
            as_letter, as_roman = ("", as_roman) if is_roman else (as_letter, 0)
    if as_roman and roman:
        above = reading.above_roman if reading.above_roman is not None else reading.above_letter
        reading.roman = as_roman
        _add(reading, block[roman.end() :], label=_joined(reading, above, _ROMANS[as_roman - 1]), above=above)
        return True
    if as_letter and letter:
        reading.letter, reading.roman = as_letter, 0
        above = reading.above_letter
        label = _joined(reading, above, as_letter)
        reading.above_roman = _add(reading, block[letter.end() :], label=label, above=above)
        return True
    return False


def _joined(reading: _Reading, above: Place | None, own: str) -> str:
    of = reading.found[above].label if above is not None else str(reading.number)
    return f"{of} ({own})"


def _add(reading: _Reading, text: str, *, label: str, above: Place | None) -> Place:
    place = Place(len(reading.found))
    part = Part.OPERATIVE if reading.number else Part.PREAMBULAR
    headings = tuple(each for each in (reading.heading, reading.low_heading) if each) if part is Part.OPERATIVE else ()
    reading.found.append(
        Paragraph(place=place, part=part, label=label, text=text.strip(), above=above, headings=headings)
    )
    return place


def _is_heading(block: str, *, numbered: bool) -> bool:
    """Short, without the sign that ends a paragraph, and beginning as a title does."""
    if len(block) > LONGEST_HEADING or re.search(r"[;.,]$", block):
        return False
    return block[:1].isupper() and (numbered or not re.search(r"ing\b|ant\b", block.split(" ", maxsplit=1)[0]))
