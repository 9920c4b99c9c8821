"""Whether a paragraph tasks the operation, how strongly, and where what it asks begins."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from trainer.interop.suggestions.vocabulary import Vocabulary
from trainer.mandates.values import Force

_ACRONYM = re.compile(r"\b(?:UN|MIN|MON|AU|AM|EU|ON|BIN|FI|OP)[A-Z]{2,}\b")
_FIRST_WORDS = 7
"""The verb stands among them, behind words such as "further" or "acting under Chapter VII"."""
_TURN = {
    "en": re.compile(r"\b(?:to|shall|should|will|must)\b\s*"),
    "fr": re.compile(
        r"(?:\b(?:de|à)\s+|\bd['’])(?=(?:(?:se|lui|leur|les?|la|en|y|mieux|bien|ne\s+pas)\s+|[sl]['’])*\w+(?:er|ir|re|oir)\b)"
        r"|\b(?=\w+(?:era|ira|ra|eront|ront)\b)|\bqu['’](?=\w)"
    ),
}
_CHAPTER = re.compile(r"^(?:acting under|agissant en vertu)[^,]*,\s*", re.IGNORECASE)
_MANY = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasking:
    """A verb by which a paragraph acts."""

    force: Force
    start: int
    end: int
    """Of the verb."""
    asks_from: int
    """Where what is asked begins."""
    to_operation: bool
    """Whether it is addressed to the operation."""


def tasking_of(text: str, *, vocabulary: Vocabulary, names: Collection[str] = ()) -> Tasking | None:
    """Return how a paragraph acts; None for one without a verb that asks for anything.

    `names` are those of the mission. What asks the parties to do something, or the Secretary-General to report,
    is not addressed to the operation.
    """
    verb = _verb(text, vocabulary)
    if verb is None:
        return None
    force, start, end = verb
    turn = _TURN[vocabulary.language].search(text, end)
    asks_from = turn.end() if turn else end
    addressed = text[end : turn.start()] if turn else text[end : end + 80]
    rest = text[asks_from:]
    return Tasking(
        force=force,
        start=start,
        end=end,
        asks_from=asks_from,
        to_operation=_to_operation(addressed, rest, vocabulary=vocabulary, names=names),
    )


def _verb(text: str, vocabulary: Vocabulary) -> tuple[Force, int, int] | None:
    opening = _CHAPTER.match(text)
    begin = opening.end() if opening else 0
    lowered = text.lower()
    words = list(re.finditer(r"[^\W\d_]+", lowered[begin : begin + 120]))[:_FIRST_WORDS]
    starts = {begin + each.start() for each in words}
    found: list[tuple[int, int, Force]] = []
    for force, verbs in vocabulary.verbs.items():
        for verb in verbs:
            place = lowered.find(verb, begin)
            after = lowered[place + len(verb) : place + len(verb) + 1]
            if place in starts and not after.isalpha():
                found.append((place, -len(verb), force))
    if not found:
        return None
    place, length, force = min(found)
    if _barred(lowered[begin:place], vocabulary.language):
        return None
    return force, place, place - length


def _barred(before: str, language: str) -> bool:
    """Whether another verb comes first: "recalls that the Council requests"."""
    ending = r"\b\w+s\b" if language == "en" else r"\b(?:souligne|rappelle|condamne|constate|considère|note|estime)\b"
    allowed = {"as", "this", "always", "thus", "towards"}
    return any(each.group() not in allowed for each in re.finditer(ending, before))


def _to_operation(addressed: str, rest: str, *, vocabulary: Vocabulary, names: Collection[str]) -> bool:
    if _names(addressed, vocabulary.operation, names):
        return True
    asked = _MANY.sub(" ", addressed.lower())
    secretary = {"en": "secretary-general", "fr": "secrétaire général"}[vocabulary.language]
    if secretary in asked:
        first = rest.lower().lstrip().replace("’", "'")
        return _names(rest, (), names) and not first.startswith(vocabulary.reports)
    return False


def _names(text: str, words: Collection[str], names: Collection[str]) -> bool:
    if _ACRONYM.search(text) or any(name and re.search(rf"\b{re.escape(name)}\b", text) for name in names):
        return True
    lowered = text.lower()
    return any(re.search(rf"\b{re.escape(word)}\b", lowered) for word in words)


def names_of(*names: str) -> tuple[str, ...]:
    """Return the names by which a text may call a mission."""
    return tuple(dict.fromkeys(_split(names)))


def _split(names: Collection[str]) -> Iterator[str]:
    for name in names:
        if name.strip():
            yield name.strip()
