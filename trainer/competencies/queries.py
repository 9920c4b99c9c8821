"""What is held, waived and owned, as frozen values. Answers facts; what they are worth on a day is said in `rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, and_, case, or_, select, type_coerce
from sqlalchemy.orm import Session

from trainer.competencies import rules
from trainer.competencies.models import AreaOwner, CompetencyRow, EvidenceRow, Framework, WaiverRow
from trainer.competencies.values import (
    DUE_SOON_DAYS,
    Area,
    Competency,
    CompetencyKey,
    Evidence,
    EvidenceColumns,
    EvidenceId,
    Holding,
    LapsedColumns,
    Level,
    Owners,
    Source,
    Waiver,
    WaiverEntry,
    WaiverId,
)
from trainer.kernel.db import listed, plain_lots, plain_rows
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, wording

_LEVELS = tuple(Level)


class NoSuchCompetency(NotFound):
    """No framework in use has it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            wording("There is no competency with the key {key}. Choose one of the framework in use.", key=key),
            field="competency",
        )


class NoSuchWaiver(NotFound):
    """It was never granted."""

    def __init__(self) -> None:
        super().__init__(wording("There is no such waiver. Open the person's record to see the waivers there are."))


def competencies(session: Session) -> Mapping[CompetencyKey, Competency]:
    """Return every competency by key, in the order of the areas and then of the framework; retired ones are marked."""
    rows = session.execute(
        select(
            CompetencyRow.key,
            CompetencyRow.area,
            CompetencyRow.title,
            CompetencyRow.statement,
            CompetencyRow.valid_months,
            CompetencyRow.decay,
            CompetencyRow.retired_on,
        ).order_by(CompetencyRow.id)
    )
    order = {area: place for place, area in enumerate(Area)}
    found = [
        Competency(
            key=CompetencyKey(key),
            area=area,
            title=title,
            statement=statement,
            valid_months=valid_months,
            decay=decay,
            retired_on=retired_on,
        )
        for key, area, title, statement, valid_months, decay, retired_on in rows
    ]
    return {each.key: each for each in sorted(found, key=lambda each: order[each.area])}


def competency(session: Session, *, key: CompetencyKey) -> Competency:
    """Return one competency; raises NoSuchCompetency."""
    found = competencies(session).get(key)
    if found is None:
        raise NoSuchCompetency(key)
    return found


def evidence_of(session: Session, *, people: Collection[PersonId]) -> Mapping[PersonId, tuple[Evidence, ...]]:
    """Return all evidence of the people, also what expired, in the order of its recording; nobody asked about is left out.

    One query.
    """
    found: dict[PersonId, list[Evidence]] = {person: [] for person in people}
    piece = EvidenceRow.__table__.c
    query = select(
        piece.id, piece.person_id, piece.competency_key, piece.level, piece.observed_on, piece.expires_on, piece.source,
        piece.subject, piece.assignment_id,
    ).order_by(piece.person_id, piece.id)  # fmt: skip
    rows = plain_rows(session, query.where(piece.person_id.in_(listed(session, found))))
    for number, holder, key, level, observed_on, expires_on, source, subject, assignment in rows:
        found[holder].append(
            Evidence(
                id=EvidenceId(number),
                person=holder,
                competency=CompetencyKey(key),
                level=_LEVELS[level],
                observed_on=observed_on,
                expires_on=expires_on,
                source=source,
                subject=subject,
                assignment=assignment,
            )
        )
    return {person: tuple(pieces) for person, pieces in found.items()}


def evidence_columns(
    session: Session, *, people: Collection[PersonId], renewed: Collection[CompetencyKey], since: date, on: date
) -> tuple[EvidenceColumns, LapsedColumns]:
    """What counts on the day of the people's evidence, and what of it for `renewed` expired from `since` up to the day.

    Without making a value of each piece. Two queries.
    """
    row = EvidenceRow.__table__.c
    unended = row.expires_on.is_(None)
    counts = and_(row.observed_on <= on, or_(unended, row.expires_on > on))
    lasts = or_(unended, row.expires_on > on + timedelta(days=DUE_SOON_DAYS))
    these = row.person_id.in_(listed(session, people))
    source = type_coerce(row.source, String)
    keys, weights = _Numbers(), {each.value: each.weight for each in Source}

    def columns(rows: Sequence[Any]) -> tuple[NDArray[np.int64], ...]:
        person, key, level, by, last = zip(*rows, strict=True) if rows else ((),) * 5
        numbers: tuple[Iterable[int], ...] = (
            person, map(keys.__getitem__, key), level, map(weights.__getitem__, by), last,
        )  # fmt: skip
        return tuple(np.fromiter(each, np.int64, len(rows)) for each in numbers)

    query = select(row.person_id, row.competency_key, row.level, source, case((lasts, 1), else_=0))
    lots = [columns(rows) for rows in plain_lots(session, query.where(counts, these))] or [columns(())]
    ended = select(row.person_id, row.competency_key, row.level, source, row.expires_on).where(
        row.expires_on.between(since, on), row.competency_key.in_(sorted(renewed)), these
    )
    again = [(*rest, day.toordinal()) for *rest, day in plain_rows(session, ended)]
    person, competency, level, weight, lasting = (np.concatenate(each) for each in zip(*lots, strict=True))
    names = ("person", "competency", "level", "weight", "expires_on")
    lapsed = dict(zip(names, columns(again), strict=True))
    return (
        EvidenceColumns(
            person=person, competency=competency, level=level, weight=weight, lasts=lasting.astype(np.bool_),
            keys=tuple(keys),
        ),
        LapsedColumns(**lapsed, keys=tuple(keys)),
    )  # fmt: skip


class _Numbers(dict[CompetencyKey, int]):
    """Numbers for names, in the order in which they are met."""

    def __missing__(self, name: CompetencyKey) -> int:
        self[name] = len(self)
        return self[name]


def people_with_waivers(session: Session, *, on: date) -> frozenset[PersonId]:
    """Who has a waiver in force on the day. One query."""
    query = select(WaiverRow.person_id).where(
        WaiverRow.revoked_at.is_(None), WaiverRow.starts_on <= on, WaiverRow.ends_on > on
    )
    return frozenset(PersonId(each) for each in session.scalars(query))


def waivers_of(session: Session, *, people: Collection[PersonId], on: date) -> Mapping[PersonId, tuple[Waiver, ...]]:
    """Return the waivers in force on the day; nobody asked about is left out. One query."""
    found: defaultdict[PersonId, list[Waiver]] = defaultdict(list)
    rows = session.scalars(
        select(WaiverRow)
        .where(
            WaiverRow.person_id.in_(listed(session, people)),
            WaiverRow.revoked_at.is_(None),
            WaiverRow.starts_on <= on,
            WaiverRow.ends_on > on,
        )
        .order_by(WaiverRow.id)
    )
    for row in rows:
        found[PersonId(row.person_id)].append(_waiver(row))
    return {person: tuple(found.get(person, ())) for person in people}


def waiver_entries(session: Session, *, person: PersonId, on: date) -> tuple[WaiverEntry, ...]:
    """Return every waiver that a person was ever granted, latest first."""
    rows = session.scalars(
        select(WaiverRow).where(WaiverRow.person_id == person).order_by(WaiverRow.starts_on.desc(), WaiverRow.id.desc())
    )
    return tuple(_waiver_entry(row, on=on) for row in rows)


def waiver_entry(session: Session, *, waiver: WaiverId, on: date) -> WaiverEntry:
    """Return one waiver; raises NoSuchWaiver."""
    row = session.get(WaiverRow, waiver)
    if row is None:
        raise NoSuchWaiver
    return _waiver_entry(row, on=on)


def holdings_of(session: Session, *, person: PersonId, on: date) -> tuple[Holding, ...]:
    """Return what one person holds on the day, in the order of areas and framework. Two queries."""
    known = competencies(session)
    evidence = evidence_of(session, people=(person,))[person]
    decays = {key: each.decay for key, each in known.items()}
    order = {key: place for place, key in enumerate(known)}
    held = rules.holdings(evidence, decays=decays, on=on)
    return tuple(sorted(held, key=lambda each: order.get(each.competency, len(order))))


def area_owners(session: Session) -> Mapping[Area, Owners]:
    """Return the owners of every mandate area; an area that never had any is there with both places vacant."""
    rows = {row.area: row for row in session.scalars(select(AreaOwner))}
    return {area: _owners(rows.get(area)) for area in Area}


def adopted_framework(session: Session) -> tuple[str, str] | None:
    """Return key and version of the framework that was adopted last; None when there is none."""
    newest = select(Framework.key, Framework.version).order_by(Framework.id.desc()).limit(1)
    found = session.execute(newest).first()
    return None if found is None else (found.key, found.version)


def _owners(row: AreaOwner | None) -> Owners:
    if row is None:
        return Owners(requirements_authority=None, department_head=None)
    need, solution = row.requirements_authority_id, row.department_head_id
    return Owners(
        requirements_authority=None if need is None else PersonId(need),
        department_head=None if solution is None else PersonId(solution),
    )


def _waiver(row: WaiverRow) -> Waiver:
    return Waiver(
        id=WaiverId(row.id),
        person=PersonId(row.person_id),
        competency=CompetencyKey(row.competency_key),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        granted_by=PersonId(row.granted_by_id),
        reason=row.reason,
        mitigation=row.mitigation,
    )


def _waiver_entry(row: WaiverRow, *, on: date) -> WaiverEntry:
    in_force = row.revoked_at is None and row.starts_on <= on < row.ends_on
    return WaiverEntry(waiver=_waiver(row), revoked_at=row.revoked_at, in_force=in_force)
