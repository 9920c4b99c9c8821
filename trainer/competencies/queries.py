"""What is held, waived and owned, as frozen values. Answers facts; what they are worth on a day is said in `rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

import numpy as np
from sqlalchemy import String, and_, case, cast, func, or_, select, type_coerce
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
from trainer.kernel.db import among, plain_rows
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
    rows = plain_rows(session, query.where(among(session, piece.person_id, found)))
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

    Three queries. The database writes what each person has in a line of numbers: a million rows would take three times as long.
    """
    row, known = EvidenceRow.__table__.c, CompetencyRow.__table__.c
    named = session.execute(select(known.id, known.key).order_by(known.key)).all()
    place, keys = {number: at for at, (number, _) in enumerate(named)}, tuple(CompetencyKey(key) for _, key in named)
    unended = row.expires_on.is_(None)
    counts = and_(row.observed_on <= on, or_(unended, row.expires_on > on))
    lasts = case((or_(unended, row.expires_on > on + timedelta(days=DUE_SOON_DAYS)), 1), else_=0)
    weight = case({each.value: each.weight for each in Source}, value=type_coerce(row.source, String))
    code = ((known.id * len(Level) + row.level) * len(Source) + weight) * 2 + lasts
    these = among(session, row.person_id, people)
    query = (
        select(row.person_id, func.aggregate_strings(cast(code, String), ","))
        .join(CompetencyRow.__table__, known.key == row.competency_key)
        .where(counts, these)
        .group_by(row.person_id)
    )
    lines = plain_rows(session, query)
    codes = np.fromstring(",".join(line for _, line in lines), np.int64, sep=",") if lines else np.zeros(0, np.int64)
    codes, lasting = np.divmod(codes, 2)
    codes, weights = np.divmod(codes, len(Source))
    numbers, levels = np.divmod(codes, len(Level))
    different, at = np.unique(numbers, return_inverse=True)
    ended = (
        select(row.person_id, known.id, row.level, weight, row.expires_on)
        .join(CompetencyRow.__table__, known.key == row.competency_key)
        .where(row.expires_on.between(since, on), known.key.in_(sorted(renewed)), these)
    )
    again = (
        np.array(
            [
                (who, place[what], level, by, day.toordinal())
                for who, what, level, by, day in plain_rows(session, ended)
            ],
            np.int64,
        )
        .reshape(-1, 5)
        .T
    )
    return (
        EvidenceColumns(
            person=np.repeat([person for person, _ in lines], [line.count(",") + 1 for _, line in lines]).astype(np.int64),
            competency=np.array([place[each] for each in different.tolist()], np.int64)[at],
            level=levels, weight=weights, lasts=lasting.astype(np.bool_), keys=keys,
        ),
        LapsedColumns(person=again[0], competency=again[1], level=again[2], weight=again[3], expires_on=again[4], keys=keys),
    )  # fmt: skip


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
            among(session, WaiverRow.person_id, people),
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
