"""Which tasks a paragraph speaks of: phrases found, each weighing as often as it was right, joined as independent witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainer.interop.suggestions.values import Phrase
from trainer.interop.suggestions.vocabulary import Vocabulary, weight_of
from trainer.interop.suggestions.words import Finder, Found, Token, longest, tokens_of
from trainer.mandates.values import TaskKindKey

IN_AN_ASIDE = 0.55
"""What a phrase weighs where the paragraph only says how, or with regard to what."""
IN_A_HEADING = 0.5
"""What a phrase weighs that stands over the paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A kind of task that a paragraph may speak of."""

    task_kind: TaskKindKey
    score: int
    """In percent; not yet how often that is right."""
    found: tuple[Found[Phrase], ...]
    """The phrases of the paragraph itself."""


def scored(text: str, *, vocabulary: Vocabulary, start: int = 0, headings: Iterable[str] = ()) -> tuple[Scored, ...]:
    """Return every kind of task with a phrase in the text from `start` on, surest first; headings help and never suffice."""
    tokens = [each for each in tokens_of(text, language=vocabulary.language) if each.start >= start]
    found = longest(vocabulary.finder.find(tokens))
    aside = aside_of(text, tokens, vocabulary=vocabulary)
    doubt: dict[TaskKindKey, float] = {}
    by_kind: dict[TaskKindKey, list[Found[Phrase]]] = {}
    seen: set[tuple[str, TaskKindKey]] = set()
    for each in found:
        phrase = each.what
        if (phrase.text, phrase.task_kind) in seen:
            continue
        seen.add((phrase.text, phrase.task_kind))
        weight = weight_of(phrase) * (IN_AN_ASIDE if each.start >= aside else 1)
        doubt[phrase.task_kind] = doubt.get(phrase.task_kind, 1.0) * (1 - weight)
        by_kind.setdefault(phrase.task_kind, []).append(each)
    for each in longest(vocabulary.finder.find(tokens_of(" ; ".join(headings), language=vocabulary.language))):
        phrase = each.what
        if phrase.task_kind in doubt and (phrase.text, phrase.task_kind) not in seen:
            seen.add((phrase.text, phrase.task_kind))
            doubt[phrase.task_kind] *= 1 - IN_A_HEADING * weight_of(phrase)
    scores = [
        Scored(task_kind=kind, score=min(99, round(100 * (1 - left))), found=tuple(by_kind[kind]))
        for kind, left in doubt.items()
    ]
    return tuple(sorted(scores, key=lambda each: (-each.score, each.found[0].start, each.task_kind)))


def chosen(found: Sequence[Scored], *, vocabulary: Vocabulary) -> tuple[Scored, ...]:
    """Return those sure enough to be suggested."""
    best = max((each.score for each in found), default=0)
    least = max(vocabulary.threshold, best * vocabulary.ratio // 100)
    return tuple(each for each in found if each.score >= least)


def aside_of(text: str, tokens: Sequence[Token], *, vocabulary: Vocabulary) -> int:
    """Return where the paragraph turns from what it asks to how; the end of the text where it never does."""
    if not tokens:
        return len(text)
    lowered = text.lower().replace("’", "'")
    first = tokens[0].end
    places = (_place(lowered, aside, first) for aside in vocabulary.asides)
    return min((place for place in places if place >= 0), default=len(text))


def _place(text: str, words: str, start: int) -> int:
    place = text.find(words, start)
    while place >= 0:
        end = place + len(words)
        if not text[place - 1].isalnum() and (end == len(text) or not text[end].isalnum()):
            return place
        place = text.find(words, place + 1)
    return -1


def phrases_in(text: str, *, vocabulary: Vocabulary) -> tuple[Phrase, ...]:
    """Return every phrase of the vocabulary that a text holds, once."""
    found = longest(vocabulary.finder.find(tokens_of(text, language=vocabulary.language)))
    return tuple(dict.fromkeys(each.what for each in found))


def stands_in(phrase: str, text: str, *, language: str) -> bool:
    """Tell whether a phrase stands in a text."""
    return any(Finder(((phrase, phrase),), language=language).find(tokens_of(text, language=language)))
