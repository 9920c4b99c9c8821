"""Suggestions on the data of an office: with what its officers taught the vocabulary, and for a mission's tasks in force."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId
from trainer.interop.suggestions import places
from trainer.interop.suggestions.scoring import stands_in
from trainer.interop.suggestions.suggesting import suggest
from trainer.interop.suggestions.values import Count, Strength, TextReading
from trainer.interop.suggestions.vocabulary import Vocabulary, taught, vocabulary
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import DraftId, InstrumentDraft, PhraseDecision, PhraseVerdict, TaskKindKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What an officer decided on one suggestion."""

    text: str
    """Of the paragraph."""
    phrases: tuple[str, ...]
    """On which the suggestion rested; those that do not stand in the paragraph count for nothing."""
    offered: TaskKindKey | None
    chosen: TaskKindKey | None
    """None: rejected."""


def office_vocabulary(session: Session, *, language: str) -> Vocabulary:
    """Return the vocabulary of a language with what officers decided, added and dropped; raises NoSuchLanguage."""
    known = vocabulary(language)
    records = queries.phrase_records(session, language=language)
    return taught(
        known,
        decided={
            (each.phrase, each.task_kind): Count(seen=each.confirmed + each.rejected, right=each.confirmed)
            for each in records
            if each.confirmed or each.rejected
        },
        added={(each.phrase, each.task_kind): Strength(each.added) for each in records if each.added},
        dropped=[(each.phrase, each.task_kind) for each in records if each.dropped],
    )


def suggest_for(session: Session, *, mission: MissionId, text: str, language: str, on: date) -> TextReading:
    """Return what a text is taken to ask of a mission, against its tasks in force on a day.

    Raises NoSuchMission and NoSuchLanguage.
    """
    card = account_queries.mission(session, mission=mission)
    return suggest(
        text,
        vocabulary=office_vocabulary(session, language=language),
        in_force=queries.tasks_in_force(session, mission=mission, on=on),
        names=names_of(card),
        country=sorted(set().union(*map(places.names_in_all_languages, _parted(card.place["en"])))),
        known_places=known_places(session, mission=mission),
    )


def known_places(session: Session, *, mission: MissionId) -> tuple[str, ...]:
    """Return the names of places that units and tasks of the mission bear; those in a list also one by one."""
    named = [each.place for each in account_queries.units_of(session, mission=mission)]
    for text in queries.mandate_history(session, mission=mission):
        named += [line.area_of_operations for line in text.tasks]
    found = (name for each in named for name in _parted(each))
    # a description such as "the area south of the river" is no name
    return tuple(sorted({name for name in found if name[:1].isupper()}))


def _parted(names: str) -> list[str]:
    """What is named, and each name of a list by itself."""
    return [each.strip() for each in (names, *re.split(r", | and | et ", names)) if each.strip()]


def names_of(mission: MissionCard) -> tuple[str, ...]:
    """Return the names by which texts call a mission."""
    return tuple(dict.fromkeys(name for name in (mission.name, *mission.full_name.values(), mission.key) if name))


def decide(work: Work, *, draft: InstrumentDraft, decided: Iterable[Decided], language: str) -> DraftId:
    """Keep the accepted suggestions as a draft, and what was accepted and rejected for the vocabulary; raises NoSuchMission."""
    saved = operations.save_draft(work, draft=draft)
    lessons = tuple(lesson for each in decided for lesson in _lessons(each, language))
    operations.note_phrases(work, language=language, decisions=lessons, mission=draft.mission)
    return saved


def _lessons(decided: Decided, language: str) -> Iterator[PhraseDecision]:
    """Each phrase for or against the task it spoke for; for another task that was put in its place, for that one."""
    for phrase in _standing(decided.phrases, decided.text, language=language):
        if decided.offered is not None:
            right = decided.offered == decided.chosen
            verdict = PhraseVerdict.CONFIRMED if right else PhraseVerdict.REJECTED
            yield PhraseDecision(phrase=phrase, task_kind=decided.offered, verdict=verdict)
        if decided.chosen is not None and decided.chosen != decided.offered:
            yield PhraseDecision(phrase=phrase, task_kind=decided.chosen, verdict=PhraseVerdict.CONFIRMED)


def _standing(phrases: Collection[str], text: str, *, language: str) -> list[str]:
    return [each for each in dict.fromkeys(phrases) if stands_in(each, text, language=language)]
