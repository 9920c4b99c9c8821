"""The vocabulary: phrases for each kind of task, verbs and addressees, as data that people can read and edit, with its counts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from trainer.interop.suggestions import words
from trainer.interop.suggestions.values import Count, Phrase, Share, Strength
from trainer.interop.suggestions.words import Finder
from trainer.kernel.errors import Invalid
from trainer.kernel.values import wording
from trainer.mandates.values import TASK_KINDS, Force, Modality, TaskKindKey

LANGUAGES = ("en", "fr")
FOLDER = Path(__file__).parent
LEARNT = FOLDER / "learnt.toml"

PRIOR: Mapping[Strength, int] = {Strength.STRONG: 85, Strength.USUAL: 60, Strength.WEAK: 25}
"""In percent: how often a phrase is thought to be right before anything is counted."""
PRIOR_CASES = 4
"""As many counted cases weigh as much as that thought."""


class NoSuchLanguage(Invalid):
    """There is no vocabulary of this language."""

    def __init__(self) -> None:
        super().__init__(wording("Texts are read in English and in French. Choose one of them."), field="language")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All that the method knows of one language."""

    language: str
    phrases: tuple[Phrase, ...]
    verbs: Mapping[Force, tuple[str, ...]]
    operation: tuple[str, ...]
    """Words for the operation as the one addressed."""
    others: tuple[str, ...]
    """Words for those addressed who are not the operation."""
    reports: tuple[str, ...]
    """What the Secretary-General alone is asked for."""
    asides: tuple[str, ...]
    """Where a paragraph turns from what it asks to how and with regard to what."""
    modalities: Mapping[Modality, tuple[str, ...]]
    readings: Mapping[str, tuple[str, ...]]
    threshold: int
    """In percent: from which score on a task is suggested."""
    ratio: int
    """In percent of the best score in the paragraph: what a further task needs."""
    shares: tuple[tuple[int, Share], ...]
    """From which score on, how many were right; highest first."""

    @cached_property
    def finder(self) -> Finder[Phrase]:
        """Finds the phrases of tasks."""
        return Finder(((each.text, each) for each in self.phrases), language=self.language)

    @cached_property
    def modality_finder(self) -> Finder[Modality]:
        """Finds ways of acting."""
        pairs = ((text, modality) for modality, texts in self.modalities.items() for text in texts)
        return Finder(pairs, language=self.language)

    @cached_property
    def reading_finder(self) -> Finder[str]:
        """Finds what speaks of change, priority and renewal."""
        return Finder(((text, what) for what, texts in self.readings.items() for text in texts), language=self.language)

    def share_of(self, score: int) -> Share:
        """How many suggestions as sure as this were right."""
        return next((share for least, share in self.shares if score >= least), Share(right=0, of=0))


def weight_of(phrase: Phrase) -> float:
    """Return how often the phrase means its task, from 0 to 1: what was thought before, moved by what was counted."""
    counted = phrase.labelled + phrase.decided
    return (PRIOR_CASES * PRIOR[phrase.strength] / 100 + counted.right) / (PRIOR_CASES + counted.seen)


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the vocabulary that Trainer brings, with what was counted on labelled paragraphs; raises NoSuchLanguage."""
    if language not in LANGUAGES:
        raise NoSuchLanguage
    return counted(written(language), tomllib.loads(LEARNT.read_text(encoding="utf-8")))


def written(language: str) -> Vocabulary:
    """Return the vocabulary as it is written, before anything is counted."""
    data = tomllib.loads((FOLDER / f"vocabulary.{language}.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        language=language,
        phrases=tuple(
            Phrase(text=text, task_kind=TaskKindKey(kind), strength=Strength(strength))
            for kind, by_strength in data["kinds"].items()
            for strength, texts in by_strength.items()
            for text in texts
        ),
        verbs={Force(force): tuple(texts) for force, texts in data["verbs"].items()},
        operation=tuple(data["addressees"]["operation"]),
        others=tuple(data["addressees"]["others"]),
        reports=tuple(data["addressees"]["reports"]),
        asides=tuple(data["addressees"]["asides"]),
        modalities={Modality(modality): tuple(texts) for modality, texts in data["modalities"].items()},
        readings={what: tuple(texts) for what, texts in data["readings"].items()},
        threshold=45,
        ratio=60,
        shares=(),
    )


def counted(known: Vocabulary, learnt: Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary with what was counted on labelled paragraphs."""
    counts = {
        (each["phrase"], each["kind"]): Count(seen=each["seen"], right=each["right"])
        for each in learnt.get("counts", ())
        if each["language"] == known.language
    }
    return replace(
        known,
        phrases=tuple(
            replace(each, labelled=counts.get((each.text, each.task_kind), Count())) for each in known.phrases
        ),
        threshold=learnt.get("threshold", known.threshold),
        ratio=learnt.get("ratio", known.ratio),
        shares=tuple((each["least"], Share(right=each["right"], of=each["of"])) for each in learnt.get("shares", ())),
    )


def taught(
    known: Vocabulary,
    *,
    decided: Mapping[tuple[str, TaskKindKey], Count],
    added: Mapping[tuple[str, TaskKindKey], Strength],
    dropped: Iterable[tuple[str, TaskKindKey]],
) -> Vocabulary:
    """Return the vocabulary with what officers decided, added and dropped.

    A phrase that officers found to speak for another task than those it is written under counts for that one too.
    """
    gone = {_key(text, kind, known.language) for text, kind in dropped}
    counts = {_key(text, kind, known.language): count for (text, kind), count in decided.items()}
    there = {_key(each.text, each.task_kind, known.language) for each in known.phrases}
    own = {pair: strength for pair, strength in added.items() if _key(*pair, known.language) not in there}
    found_out = [
        pair
        for pair, count in decided.items()
        if count.right and pair not in own and _key(*pair, known.language) not in there
    ]
    new = [
        Phrase(text=text, task_kind=kind, strength=strength, by_officers=True)
        for (text, kind), strength in (*own.items(), *((pair, Strength.WEAK) for pair in found_out))
        if kind in TASK_KINDS
    ]
    return replace(
        known,
        phrases=tuple(
            replace(each, decided=counts.get(_key(each.text, each.task_kind, known.language), Count()))
            for each in (*known.phrases, *new)
            if _key(each.text, each.task_kind, known.language) not in gone
        ),
    )


def _key(text: str, kind: TaskKindKey, language: str) -> tuple[object, TaskKindKey]:
    return words.parts_of(text, language=language), kind
