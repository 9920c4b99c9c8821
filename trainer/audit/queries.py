"""What the ledger says: histories, searches, the proof of its seals; read in batches, so that its length needs no memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from trainer.audit import rules
from trainer.audit.events import PersonalTextsErased
from trainer.audit.models import HOLDER, LedgerSeal
from trainer.audit.values import (
    GENESIS,
    ActorKind,
    Content,
    EntryPage,
    FaultKind,
    HistoryLine,
    HistoryPage,
    LedgerFault,
    LedgerFilter,
    Link,
    NamedSubject,
    SealedEntry,
    SealState,
    Text,
    Verification,
)
from trainer.kernel.errors import NotFound
from trainer.kernel.ledger import LedgerEntry, LedgerSubject, LedgerText
from trainer.kernel.values import Subject, SubjectKind, wording

BATCH = 2_000
PAGE_SIZE = 50
SUBJECTS_SHOWN = 50
FAULTS_SHOWN = 100
NAMES: Mapping[str, tuple[str, SubjectKind, str]] = {
    "InstrumentPublished": ("symbol", SubjectKind.INSTRUMENT, "instrument_id"),
    "ScenarioSaved": ("title", SubjectKind.SCENARIO, "scenario_id"),
    "PackInstalled": ("key", SubjectKind.PACK, "pack_version_id"),
}
"""Events that tell the name of a thing: in which part of the payload, of which kind of thing, and where its id is."""


class NoSuchEntry(NotFound):
    """No entry of the ledger has this id."""


def verify(session: Session) -> Verification:
    """Prove the whole ledger: every seal, every link, every text that still exists, and that its end is where it was left."""
    state = seal_state(session)
    head = _head(session)
    faults: list[LedgerFault] = []
    found, link = 0, GENESIS
    for batch in _sealed_in_batches(session, until=head.number):
        of_batch = rules.find_faults(batch, after=link)
        found += len(of_batch)
        faults += of_batch[: FAULTS_SHOWN - len(faults)]
        link = rules.link_of(batch[-1])
    at_end = (
        *rules.find_cut(link, head=head),
        *_beyond(session, head),
        *_unrecorded_erasures(session, erased=state.erased),
    )
    return Verification(
        sealed=state.sealed,
        unsealed=state.unsealed,
        erased=state.erased,
        faults=(*faults, *at_end),
        faults_in_all=found + len(at_end),
        sealed_at=state.sealed_at,
    )


def seal_state(session: Session) -> SealState:
    """How far the ledger is sealed. Three counts."""
    sealed = session.scalar(select(func.count()).where(LedgerEntry.number.is_not(None)))
    unsealed = session.scalar(select(func.count()).where(LedgerEntry.number.is_(None)))
    erased = session.scalar(select(func.count()).where(LedgerText.erased_at.is_not(None)))
    sealed_at = session.scalar(select(LedgerSeal.sealed_at).where(LedgerSeal.id == HOLDER))
    return SealState(sealed=sealed or 0, unsealed=unsealed or 0, erased=erased or 0, sealed_at=sealed_at)


def history_of(session: Session, *, subject: Subject, page: int, size: int = PAGE_SIZE) -> HistoryPage:
    """What was recorded about one thing, newest first."""
    return search(session, wanted=LedgerFilter(about=subject), page=page, size=size)


def history_of_all(session: Session, *, subjects: Collection[Subject], limit: int) -> tuple[HistoryLine, ...]:
    """What was recorded about any of several things, oldest first; the latest `limit` entries when there are more."""
    if not subjects:
        return ()
    about = select(LedgerSubject.entry_id).where(
        or_(
            *(
                and_(LedgerSubject.kind == subject.kind, LedgerSubject.subject_id == subject.id)
                for subject in dict.fromkeys(subjects)
            )
        )
    )
    query = _lines().where(LedgerEntry.id.in_(about)).order_by(LedgerEntry.id.desc()).limit(limit)
    return tuple(reversed([_line(row) for row in session.execute(query)]))


def search(session: Session, *, wanted: LedgerFilter, page: int, size: int = PAGE_SIZE) -> HistoryPage:
    """The entries that pass the filter, newest first."""
    total = session.scalar(_narrow(select(func.count(LedgerEntry.id)), wanted)) or 0
    query = _narrow(_lines(), wanted).order_by(LedgerEntry.id.desc()).limit(size).offset((page - 1) * size)
    lines = tuple(_line(row) for row in session.execute(query))
    return HistoryPage(lines=lines, total=total, page=page, pages=max(1, -(-total // size)))


def entries_matching(session: Session, *, wanted: LedgerFilter) -> Iterator[HistoryLine]:
    """All entries that pass the filter, oldest first, read as they are asked for."""
    last = 0
    while True:
        query = _narrow(_lines(), wanted).where(LedgerEntry.id > last).order_by(LedgerEntry.id).limit(BATCH)
        batch = [_line(row) for row in session.execute(query)]
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].id


def entries_between(session: Session, *, since: datetime, before: datetime) -> Iterator[HistoryLine]:
    """All entries recorded from one instant until just before another, oldest first, read as they are asked for."""
    return entries_matching(session, wanted=LedgerFilter(since=since, before=before))


def entry_numbered(session: Session, *, number: int) -> int | None:
    """The id of the entry with this number in the chain."""
    return session.scalar(select(LedgerEntry.id).where(LedgerEntry.number == number))


def entry_page(session: Session, *, entry: int) -> EntryPage:
    """One entry with its seal, judged anew, and its neighbours; raises NoSuchEntry."""
    row = session.execute(_lines().where(LedgerEntry.id == entry)).one_or_none()
    if row is None:
        raise NoSuchEntry(wording("There is no such entry in the ledger. Search for it by what it is about."))
    faults = _faults_at(session, row.number) if row.number is not None else ()
    about = select(LedgerSubject.kind, LedgerSubject.subject_id).where(LedgerSubject.entry_id == entry)
    subjects = session.execute(about.order_by(LedgerSubject.kind, LedgerSubject.subject_id).limit(SUBJECTS_SHOWN))
    before, after = _neighbours(session, entry=entry, number=row.number)
    return EntryPage(
        line=_line(row),
        previous_hash=row.previous_hash,
        text_digest=row.text_digest,
        proven=row.number is not None and not faults,
        faults=faults,
        subjects=tuple(Subject(kind=kind, id=of) for kind, of in subjects),
        subjects_in_all=session.scalar(select(func.count()).where(LedgerSubject.entry_id == entry)) or 0,
        before_id=before,
        after_id=after,
    )


def subjects_named(session: Session, *, text: str, limit: int) -> tuple[NamedSubject, ...]:
    """Things that the ledger itself knows by a name holding the text, the latest first; each once."""
    sought = text.casefold()
    query = select(LedgerEntry.event, LedgerEntry.payload, LedgerEntry.recorded_at).where(LedgerEntry.event.in_(NAMES))
    found: dict[Subject, NamedSubject] = {}
    for event, payload, recorded_at in session.execute(query.order_by(LedgerEntry.id.desc())):
        part, kind, where = NAMES[event]
        name = str(payload.get(part, ""))
        subject = Subject(kind=kind, id=int(payload[where]))
        if sought in name.casefold() and subject not in found:
            found[subject] = NamedSubject(subject=subject, name=name, recorded_at=recorded_at)
        if len(found) == limit:
            break
    return tuple(found.values())


def names_of(session: Session, *, subjects: Collection[Subject]) -> Mapping[Subject, str]:
    """The names of things that the ledger itself knows by name; others are left out. One query for each kind."""
    found: dict[Subject, str] = {}
    for event, (part, kind, where) in NAMES.items():
        ids = {subject.id for subject in subjects if subject.kind is kind}
        if not ids:
            continue
        query = (
            select(LedgerEntry.payload)
            .join(LedgerSubject, LedgerSubject.entry_id == LedgerEntry.id)
            .where(LedgerSubject.kind == kind, LedgerSubject.subject_id.in_(ids), LedgerEntry.event == event)
            .order_by(LedgerEntry.id)
        )
        for payload in session.scalars(query):
            found[Subject(kind=kind, id=int(payload[where]))] = str(payload[part])
    return found


def _lines() -> Select[Any]:
    return select(
        LedgerEntry.id,
        LedgerEntry.number,
        LedgerEntry.recorded_at,
        LedgerEntry.actor,
        LedgerEntry.event,
        LedgerEntry.payload,
        LedgerEntry.text_digest,
        LedgerEntry.salt,
        LedgerEntry.previous_hash,
        LedgerEntry.hash,
        LedgerText.entry_id.label("text_id"),
        LedgerText.texts,
        LedgerText.erased_at,
    ).outerjoin(LedgerText, LedgerText.entry_id == LedgerEntry.id)


def _narrow(query: Select[Any], wanted: LedgerFilter) -> Select[Any]:
    if wanted.about is not None:
        query = query.join(LedgerSubject, LedgerSubject.entry_id == LedgerEntry.id).where(
            LedgerSubject.kind == wanted.about.kind, LedgerSubject.subject_id == wanted.about.id
        )
    if wanted.events:
        query = query.where(LedgerEntry.event.in_(sorted(wanted.events)))
    if wanted.actors:
        query = query.where(LedgerEntry.actor.in_(wanted.actors))
    if wanted.by is not None:
        query = query.where(LedgerEntry.actor.like("person:%" if wanted.by is ActorKind.PEOPLE else "job:%"))
    if wanted.since is not None:
        query = query.where(LedgerEntry.recorded_at >= wanted.since)
    if wanted.before is not None:
        query = query.where(LedgerEntry.recorded_at < wanted.before)
    return query


def _line(row: Row[Any]) -> HistoryLine:
    return HistoryLine(
        id=row.id,
        number=row.number,
        recorded_at=row.recorded_at,
        actor=row.actor,
        event=row.event,
        payload=row.payload,
        texts=row.texts or {},
        erased=row.erased_at is not None,
        hash=row.hash,
    )


def _sealed(row: Sequence[Any]) -> SealedEntry:
    # unpacked, not by name: this runs once for each entry there ever was
    entry, number, recorded_at, actor, event, payload, digest, salt, before, seal, text_id, texts, erased_at = row
    return SealedEntry(
        id=entry,
        number=number,
        content=Content(recorded_at=recorded_at, actor=actor, event=event, payload=payload, text_digest=digest),
        salt=salt,
        previous_hash=before,
        hash=seal,
        text=None if text_id is None else Text(texts=texts, erased_at=erased_at),
    )


def _sealed_in_batches(session: Session, *, until: int) -> Iterator[list[SealedEntry]]:
    last: int | None = None
    while True:
        query = _lines().where(LedgerEntry.number <= until).order_by(LedgerEntry.number).limit(BATCH)
        if last is not None:
            query = query.where(LedgerEntry.number > last)
        batch = [_sealed(row) for row in session.execute(query)]
        if batch:
            yield batch
            last = batch[-1].number
        if len(batch) < BATCH:
            return


def _head(session: Session) -> Link:
    row = session.execute(select(LedgerSeal.number, LedgerSeal.hash).where(LedgerSeal.id == HOLDER)).one_or_none()
    return GENESIS if row is None else Link(number=row.number, hash=row.hash)


def _beyond(session: Session, head: Link) -> tuple[LedgerFault, ...]:
    # Somebody may have sealed more since the head was read; entries and head are committed together, so it is asked again.
    highest = session.scalar(select(func.max(LedgerEntry.number))) or 0
    if highest <= head.number or highest <= _head(session).number:
        return ()
    sentence = wording("Entry {number} has a number that no sealing gave it.", number=highest)
    return (LedgerFault(kind=FaultKind.CUT_OFF, number=highest, entry_id=None, sentence=sentence),)


def _unrecorded_erasures(session: Session, *, erased: int) -> tuple[LedgerFault, ...]:
    payloads = session.scalars(select(LedgerEntry.payload).where(LedgerEntry.event == PersonalTextsErased.name))
    recorded = sum(int(payload["entries"]) for payload in payloads)
    if erased <= recorded:
        return ()
    sentence = wording(
        "Texts of {erased} entries are erased, but erasures of only {recorded} are on record.",
        erased=erased,
        recorded=recorded,
    )
    return (LedgerFault(kind=FaultKind.TEXT_ALTERED, number=0, entry_id=None, sentence=sentence),)


def _faults_at(session: Session, number: int) -> tuple[LedgerFault, ...]:
    query = _lines().where(LedgerEntry.number.in_((number - 1, number))).order_by(LedgerEntry.number)
    *before, entry = [_sealed(row) for row in session.execute(query)]
    return rules.find_faults((entry,), after=rules.link_of(before[0]) if before else GENESIS)


def _neighbours(session: Session, *, entry: int, number: int | None) -> tuple[int | None, int | None]:
    place, here = (LedgerEntry.id, entry) if number is None else (LedgerEntry.number, number)
    before = session.scalar(select(LedgerEntry.id).where(place < here).order_by(place.desc()).limit(1))
    after = session.scalar(select(LedgerEntry.id).where(place > here).order_by(place).limit(1))
    return before, after
