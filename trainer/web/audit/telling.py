"""Entries of the ledger as people read them: who, when, what, with names in place of ids and links to each thing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Office
from trainer.audit import queries as audit_queries
from trainer.audit.values import HistoryLine
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, Source
from trainer.kernel import stored
from trainer.kernel.values import LocalText, PersonId, Subject, SubjectKind
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import TASK_KINDS, ClosureMark, TaskKindKey
from trainer.scenarios.values import TextPublished, WhatIf
from trainer.web.access import account
from trainer.web.audit.words import (
    PARTS,
    SUBJECT_OF_PART,
    SUBJECT_PAGES,
    SUBJECTS,
    Part,
    event_word,
    job_word,
    part_word,
)
from trainer.web.filters import listed, number
from trainer.web.scenarios.choices import Choices, choices
from trainer.web.scenarios.words import what_if_words
from trainer.web.words import DAY, level, local, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One part of what was recorded."""

    key: str
    label: str
    text: str
    url: str
    """Of the history of the thing it names; empty when it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry, told."""

    id: int
    number: int | None
    recorded_at: datetime
    title: str
    event: str
    facts: tuple[Fact, ...]
    texts: tuple[Fact, ...]
    """Personal texts beside it, as far as they are not erased."""
    erased: bool
    who: str
    actor: str
    """As the ledger holds it."""
    who_url: str
    """Of what else they did; empty for jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names behind ids, looked up once for all lines of a page."""

    people: Mapping[int, str]
    missions: Mapping[int, str]
    competencies: Mapping[str, LocalText]
    things: Mapping[Subject, str]
    """What the ledger itself knows by a name, such as instruments by their symbols."""
    choices: Choices | None
    """What scenarios can name; None where no line tells of one."""


def names_for(session: Session, lines: Iterable[HistoryLine], *, subjects: Collection[Subject] = ()) -> Names:
    """Look up who and what these lines and subjects speak of. Five queries at most."""
    lines = tuple(lines)
    people = {PersonId(each.id) for each in subjects if each.kind is SubjectKind.PERSON}
    people.update(person for line in lines for person in _people_in(line))
    things = {*subjects, *(thing for line in lines for thing in _things_in(line))}
    cards = account_queries.people_cards(session, people=people)
    return Names(
        people={person: card.name for person, card in cards.items()},
        missions={each.id: each.name for each in account_queries.missions(session)},
        competencies={key: each.title for key, each in competency_queries.competencies(session).items()},
        things=audit_queries.names_of(session, subjects=things),
        choices=_choices(session, [each for line in lines for each in _supposed_in(line)]),
    )


def _supposed_in(line: HistoryLine) -> Iterable[WhatIf]:
    for key, value in line.payload.items():
        if key in PARTS and PARTS[key][0] is Part.SUPPOSED:
            yield from filter(None, map(_supposed, value or ()))


def _supposed(text: str) -> WhatIf | None:
    """What a scenario supposes; None for what this version cannot read."""
    try:
        found: WhatIf = stored.from_json(json.loads(text), WhatIf)
    except (ValueError, LookupError, TypeError):
        return None
    return found


def _choices(session: Session, supposed: Collection[WhatIf]) -> Choices | None:
    """The names of what is supposed, also of drafts that are open no more."""
    if not supposed:
        return None
    drafts = {}
    for draft in {each.draft for each in supposed if isinstance(each, TextPublished)}:
        with suppress(mandate_queries.NoSuchDraft):
            head = mandate_queries.draft_head(session, draft=draft)
            drafts[draft] = (head.mission, head.symbol)
    return replace(choices(account()), drafts=drafts)


def tell_all(session: Session, lines: Collection[HistoryLine]) -> tuple[Told, ...]:
    """Tell lines in their order, with the names they need."""
    names = names_for(session, lines)
    return tuple(tell(line, names) for line in lines)


def tell(line: HistoryLine, names: Names) -> Told:
    """Tell one line."""
    person = _acting(line.actor)
    return Told(
        id=line.id,
        number=line.number,
        recorded_at=line.recorded_at,
        title=event_word(line.event),
        event=line.event,
        facts=tuple(
            _fact(key, value, names)
            for key, value in line.payload.items()
            if not (_is_nothing(value) or (key == "symbol" and "instrument_id" in line.payload))
        ),
        texts=tuple(Fact(key=key, label=part_word(key), text=text, url="") for key, text in line.texts.items()),
        erased=line.erased,
        who=_person(person, names) if person is not None else job_word(line.actor.partition(":")[2]),
        actor=line.actor,
        who_url=url_for("audit.search", actor=line.actor, group="everything") if person is not None else "",
    )


def subject_words(subject: Subject, names: Names) -> str:
    """A thing by its name, or by its kind and number."""
    known: Mapping[SubjectKind, Mapping[int, str]] = {
        SubjectKind.PERSON: names.people,
        SubjectKind.MISSION: names.missions,
    }
    found = names.things.get(subject) or known.get(subject.kind, {}).get(subject.id)
    return found or str(gettext("%(kind)s %(number)s", kind=SUBJECTS[subject.kind], number=subject.id))


def subject_page(subject: Subject) -> str:
    """Where a thing has a page of its own; empty when it has none."""
    if subject.kind not in SUBJECT_PAGES:
        return ""
    endpoint, parameter = SUBJECT_PAGES[subject.kind]
    arguments: dict[str, Any] = {parameter: subject.id}
    return url_for(endpoint, **arguments)


def history_page(subject: Subject) -> str:
    """Where the history of a thing is."""
    return url_for("audit.subject", kind=subject.kind.value, subject=subject.id)


def _people_in(line: HistoryLine) -> Iterable[PersonId]:
    person = _acting(line.actor)
    if person is not None:
        yield PersonId(person)
    for key, value in line.payload.items():
        if key in PARTS and PARTS[key][0] is Part.PERSON and value is not None:
            yield PersonId(value)


def _things_in(line: HistoryLine) -> Iterable[Subject]:
    for key, value in line.payload.items():
        if key in SUBJECT_OF_PART and isinstance(value, int):
            yield Subject(kind=SUBJECT_OF_PART[key], id=value)


def _acting(actor: str) -> int | None:
    kind, _, number_of = actor.partition(":")
    return int(number_of) if kind == "person" and number_of.isdigit() else None


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], "")


def _person(person: int, names: Names) -> str:
    return names.people.get(person) or str(gettext("Person %(number)s", number=person))


def _fact(key: str, value: Any, names: Names) -> Fact:
    kind = PARTS[key][0] if key in PARTS else Part.TEXT
    return Fact(key=key, label=part_word(key), text=_said(kind, key, value, names), url=_leads_to(kind, key, value))


def _leads_to(kind: Part, key: str, value: Any) -> str:
    if kind is Part.PERSON:
        return history_page(Subject(kind=SubjectKind.PERSON, id=value))
    if kind is Part.MISSION:
        return history_page(Subject(kind=SubjectKind.MISSION, id=value))
    return history_page(Subject(kind=SUBJECT_OF_PART[key], id=value)) if kind is Part.SUBJECT else ""


def _said(kind: Part, key: str, value: Any, names: Names) -> str:
    match kind:
        case Part.PERSON:
            return _person(value, names)
        case Part.MISSION:
            return names.missions.get(value) or str(gettext("Mission %(number)s", number=value))
        case Part.SUBJECT:
            known = names.things.get(Subject(kind=SUBJECT_OF_PART[key], id=value))
            return known or str(gettext("No. %(number)s", number=value))
        case Part.COUNTED | Part.NUMBER:
            return number(len(value) if isinstance(value, list) else value)
        case Part.FLAG:
            return str(gettext("yes") if value else gettext("no"))
        case Part.SUPPOSED:
            return listed(_supposed_words(each, names.choices) for each in value)
        case Part.DAY:
            return format_date(date.fromisoformat(value), DAY, locale=get_locale())
        case Part.LEVEL:
            return level(value)
    return listed(_word(kind, str(each), names) for each in (value if isinstance(value, list) else [value]))


def _supposed_words(text: str, known: Choices | None) -> str:
    what_if = _supposed(text)
    return text if what_if is None or known is None else what_if_words(what_if, known)


def _word(kind: Part, value: str, names: Names) -> str:
    if kind is Part.TASKS and value in TASK_KINDS:
        return str(gettext(TASK_KINDS[TaskKindKey(value)].name))
    if kind is Part.COMPETENCY and value in names.competencies:
        return local(names.competencies[value])
    known = {Part.AREA: Area, Part.OFFICE: Office, Part.SOURCE: Source, Part.MARK: ClosureMark}.get(kind)
    found = next((member for member in known if member.value == value), None) if known else None
    return name(found) if found else value
