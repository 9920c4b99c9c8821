"""How ready missions, units and people are. The board is read from counts; whatever names people is worked out afresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import (
    MissionCard,
    MissionId,
    MissionStatus,
    OrganisationCard,
    OrganisationId,
    PersonProfile,
    UnitCard,
    UnitId,
)
from trainer.competencies import queries as competency_queries
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, Competency, CompetencyKey, Currency, Requirement
from trainer.kernel.values import PersonId
from trainer.mandates import queries as mandate_queries
from trainer.readiness import rules
from trainer.readiness.models import ReadinessCount, ReadinessRefresh, ReadinessSnapshot
from trainer.readiness.values import (
    AREA_GROUPS,
    AreaReadiness,
    Board,
    BoardFilter,
    BoardRow,
    CellFilter,
    CellPage,
    CellPerson,
    ForecastPoint,
    Freshness,
    Gain,
    MissionPage,
    Outlook,
    PersonInArea,
    PersonReadiness,
    Readiness,
    TrendPoint,
    UnitRow,
)
from trainer.shocks import queries as shock_queries
from trainer.shocks import rules as shock_rules
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment

PAGE_SIZE = 50
EVERYBODY = 1_000_000
"""A page that holds all of a cell, for files."""
TREND_DAYS = 365

COLUMNS: Mapping[Currency, str] = {state: state.value.replace("-", "_") for state in Currency}
"""The column of `readiness_count` that counts each state."""

_SUMS = tuple(func.sum(getattr(ReadinessCount, column)).label(column) for column in COLUMNS.values())
_NEVER_WORKED_OUT = Freshness(worked_out_at=None, on=None, behind=True)


def board(session: Session, *, on: date, wanted: BoardFilter = BoardFilter()) -> Board:  # noqa: B008 - frozen
    """Missions by areas, from the counts alone: three queries, whatever the number of people."""
    missions = [each for each in account_queries.missions(session) if _is_wanted(each, wanted)]
    areas = (
        Area.CND,
        *(AREA_GROUPS[wanted.group] if wanted.group else (area for area in Area if area is not Area.CND)),
    )
    cells = _cells(session, wanted)
    fresh = _freshness(session, on=on)
    rows = rules.in_order(
        (
            _board_row(mission, {area: cells[mission.id, area] for area in areas if (mission.id, area) in cells}, fresh)
            for mission in missions
        ),
        wanted.order,
    )
    present = {area for row in rows for area in row.cells} | {Area.CND}
    return Board(
        on=on,
        areas=tuple(area for area in areas if area in present),
        absent=tuple(area for area in areas if area not in present),
        rows=rows,
        total=rules.add_up(row.total for row in rows),
    )


def contributors(session: Session) -> tuple[OrganisationCard, ...]:
    """The organisations that have people on the board, by name."""
    known = set(session.scalars(select(ReadinessCount.organisation_id).distinct()))
    found = (each for each in account_queries.organisations(session) if each.id in known)
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def mission_page(session: Session, *, mission: MissionId, on: date) -> MissionPage:
    """One mission area by area and unit by unit, from the counts; raises the refusal of an unknown mission."""
    card = account_queries.mission(session, mission=mission)
    areas = areas_counted(session, mission=mission)
    return MissionPage(
        mission=card,
        areas=tuple(
            AreaReadiness(mission=mission, unit=None, area=area, readiness=readiness)
            for area, readiness in areas.items()
        ),
        units=unit_rows(session, mission=mission),
        total=rules.add_up(areas.values()),
        freshness=_freshness(session, on=on).get(mission, _NEVER_WORKED_OUT),
    )


def areas_counted(session: Session, *, mission: MissionId) -> Mapping[Area, Readiness]:
    """A mission's counts by area, in the order of the areas; only areas in the mandate."""
    query = select(ReadinessCount.area, *_SUMS).where(ReadinessCount.mission_id == mission)
    found = {row.area: _readiness(row) for row in session.execute(query.group_by(ReadinessCount.area))}
    return {area: found[area] for area in Area if area in found}


def unit_rows(session: Session, *, mission: MissionId) -> tuple[UnitRow, ...]:
    """A mission's counts by unit over all areas, by name of the unit; those outside units last."""
    query = select(ReadinessCount.unit_id, *_SUMS).where(ReadinessCount.mission_id == mission)
    counts = {row.unit_id: _readiness(row) for row in session.execute(query.group_by(ReadinessCount.unit_id))}
    return _unit_rows(session, mission, counts)


def standings_of(
    session: Session, *, people: Collection[PersonId], on: date
) -> Mapping[PersonId, tuple[PersonReadiness, ...]]:
    """Where people stand against what the tasks in force on the day ask of them; an empty tuple for whom nothing is asked."""
    evidence = competency_queries.evidence_of(session, people=people)
    required = mandate_queries.requirements_of(session, people=people, on=on, evidence=evidence)
    asked = [person for person in people if required.get(person)]
    waivers = competency_queries.waivers_of(session, people=asked, on=on)
    found = {person: rules.readiness_of(required[person], evidence[person], waivers[person], on=on) for person in asked}
    return {person: found.get(person, ()) for person in people}


def person_readiness(session: Session, *, person: PersonId, on: date) -> tuple[PersonReadiness, ...]:
    """Where one person stands against every requirement, worst first."""
    return rules.sort_worst_first(standings_of(session, people=(person,), on=on)[person])


def cell(
    session: Session,
    *,
    mission: MissionId,
    area: Area,
    on: date,
    wanted: CellFilter = CellFilter(),  # noqa: B008 - frozen
    page: int = 1,
    size: int = PAGE_SIZE,
    days: Sequence[date] = (),
) -> CellPage:
    """One mission in one area, down to its people, worst first, with what is to be expected on the days.

    Raises the refusal of an unknown mission.
    """
    card = account_queries.mission(session, mission=mission)
    judged = [
        each
        for each in _judge_mission(session, mission=mission, area=area, on=on)
        if wanted.role in (None, each.profile.role) and wanted.organisation in (None, each.profile.organisation)
    ]
    people = _worst_first(judged, area)
    chosen = [each for each in people if wanted.state in (None, each[1].state) and wanted.unit in (None, each[0].unit)]
    units = {unit.id: unit.name for unit in account_queries.units_of(session, mission=mission)}
    by_unit: defaultdict[UnitId | None, list[Currency]] = defaultdict(list)
    for profile, standing in people:
        by_unit[profile.unit].append(standing.state)
    titles = {key: each.title for key, each in competency_queries.competencies(session).items() if each.area is area}
    return CellPage(
        mission=card,
        area=area,
        readiness=rules.roll_up(standing.state for _, standing in people),
        units=_unit_rows(session, mission, {unit: rules.roll_up(states) for unit, states in by_unit.items()}),
        tasks=rules.tasks_behind(standing for _, each in people for standing in each.standings),
        titles=titles,
        people=tuple(_cell_person(each, units) for each in chosen[(page - 1) * size : page * size]),
        total=len(chosen),
        page=page,
        pages=max(1, -(-len(chosen) // size)),
        forecast=_forecast(session, judged, on=on, days=days) if days else (),
    )


def trend(session: Session, *, mission: MissionId, area: Area | None, on: date) -> tuple[TrendPoint, ...]:
    """The figures of the year before the day, and of the day itself when they are worked out; None for all areas together."""
    query = (
        select(ReadinessSnapshot.on, ReadinessSnapshot.counts)
        .where(
            ReadinessSnapshot.mission_id == mission,
            ReadinessSnapshot.on < on,
            ReadinessSnapshot.on >= on - timedelta(days=TREND_DAYS),
        )
        .order_by(ReadinessSnapshot.on)
    )
    points = [TrendPoint(on=day, readiness=_snapped(counts, area)) for day, counts in session.execute(query)]
    if session.scalar(select(ReadinessRefresh.on).where(ReadinessRefresh.mission_id == mission)) == on:
        today = areas_counted(session, mission=mission)
        parts = (readiness for each, readiness in today.items() if area in (None, each))
        points.append(TrendPoint(on=on, readiness=rules.add_up(parts)))
    return tuple(points)


def forecast(
    session: Session, *, mission: MissionId, on: date, days: Sequence[date], area: Area | None = None
) -> tuple[ForecastPoint, ...]:
    """What is to be expected on each of the days, as far as it is known on `on`; None for all areas together."""
    return _forecast(session, _judge_mission(session, mission=mission, area=area, on=on), on=on, days=days)


def _is_wanted(mission: MissionCard, wanted: BoardFilter) -> bool:
    if wanted.within is not None and mission.id not in wanted.within:
        return False
    if wanted.status is None:
        return mission.status is not MissionStatus.CLOSED
    return wanted.status is mission.status


def _cells(session: Session, wanted: BoardFilter) -> dict[tuple[MissionId, Area], Readiness]:
    query = select(ReadinessCount.mission_id, ReadinessCount.area, *_SUMS)
    for condition in _conditions(wanted):
        query = query.where(condition)
    rows = session.execute(query.group_by(ReadinessCount.mission_id, ReadinessCount.area))
    return {(MissionId(row.mission_id), row.area): _readiness(row) for row in rows}


def _conditions(wanted: BoardFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.role is not None:
        yield ReadinessCount.role == wanted.role
    if wanted.organisation is not None:
        yield ReadinessCount.organisation_id == wanted.organisation


def _freshness(session: Session, *, on: date) -> Mapping[MissionId, Freshness]:
    behind = or_(
        ReadinessRefresh.wanted > ReadinessRefresh.served, ReadinessRefresh.on.is_(None), ReadinessRefresh.on < on
    )
    query = select(
        ReadinessRefresh.mission_id, ReadinessRefresh.worked_out_at, ReadinessRefresh.on, behind.label("behind")
    )
    return {
        MissionId(row.mission_id): Freshness(worked_out_at=row.worked_out_at, on=row.on, behind=bool(row.behind))
        for row in session.execute(query)
    }


def _board_row(mission: MissionCard, cells: Mapping[Area, Readiness], fresh: Mapping[MissionId, Freshness]) -> BoardRow:
    return BoardRow(
        mission=mission,
        cells=cells,
        total=rules.add_up(cells.values()),
        freshness=fresh.get(mission.id, _NEVER_WORKED_OUT),
    )


def _readiness(row: Row[Any]) -> Readiness:
    counts = {state: int(getattr(row, column)) for state, column in COLUMNS.items()}
    return Readiness(counts={state: count for state, count in counts.items() if count})


def _snapped(counts: Mapping[str, Mapping[str, int]], area: Area | None) -> Readiness:
    parts = (states for key, states in counts.items() if area is None or key == area.value)
    return rules.add_up(
        Readiness(counts={Currency(state): count for state, count in states.items()}) for states in parts
    )


def _unit_rows(session: Session, mission: MissionId, counts: Mapping[UnitId | None, Readiness]) -> tuple[UnitRow, ...]:
    names = {each.id: each.name for each in account_queries.organisations(session)}
    units = sorted(account_queries.units_of(session, mission=mission), key=lambda each: (each.name.casefold(), each.id))
    rows = [_unit_row(unit, names, counts[unit.id]) for unit in units if unit.id in counts]
    if None in counts:
        rows.append(UnitRow(unit=None, organisation_name="", readiness=counts[None]))
    return tuple(rows)


def _unit_row(unit: UnitCard, names: Mapping[OrganisationId, str], readiness: Readiness) -> UnitRow:
    return UnitRow(unit=unit, organisation_name=names.get(unit.organisation, ""), readiness=readiness)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Somebody of whom something is required, with where they stand."""

    profile: PersonProfile
    standings: tuple[PersonReadiness, ...]
    unwaived: tuple[PersonReadiness, ...]
    """The same without waivers."""


def present(session: Session, *, mission: MissionId, on: date) -> tuple[PersonProfile, ...]:
    """Everybody in the mission, by id, without those whom a loss of capacity has taken by the day; four queries."""
    people = account_queries.profiles_in(session, missions=(mission,), on=on)
    return shock_rules.there_still(people, leaving=shock_queries.struck(session).leaving, on=on)


def _judge_mission(session: Session, *, mission: MissionId, area: Area | None, on: date) -> list[_Judged]:
    """Everybody in the mission of whom something is required in the area; None for any area."""
    profiles = {each.id: each for each in present(session, mission=mission, on=on)}
    evidence = competency_queries.evidence_of(session, people=profiles)
    required = _in_area(mandate_queries.requirements_of(session, people=list(profiles), on=on, evidence=evidence), area)
    asked = [person for person in profiles if required.get(person)]
    waivers = competency_queries.waivers_of(session, people=asked, on=on)
    found = []
    for person in asked:
        unwaived = rules.readiness_of(required[person], evidence[person], (), on=on)
        granted = waivers[person]
        standings = rules.readiness_of(required[person], evidence[person], granted, on=on) if granted else unwaived
        found.append(_Judged(profile=profiles[person], standings=standings, unwaived=unwaived))
    return found


def _worst_first(judged: Iterable[_Judged], area: Area) -> list[tuple[PersonProfile, PersonInArea]]:
    found = [(each.profile, rules.areas_of(each.standings)[area]) for each in judged]
    return sorted(found, key=lambda each: rules.badness(each[1]))


def _forecast(
    session: Session, judged: Sequence[_Judged], *, on: date, days: Sequence[date]
) -> tuple[ForecastPoint, ...]:
    gains = _gains(session, [each.profile.id for each in judged], on=on)
    outlooks = (
        Outlook(
            rotates_on=each.profile.rotates_on,
            standings=each.standings,
            unwaived=each.unwaived,
            gains=tuple(gains.get(each.profile.id, ())),
        )
        for each in judged
    )
    return rules.forecast(outlooks, days=days)


def _in_area(
    required: Mapping[PersonId, tuple[Requirement, ...]], area: Area | None
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    if area is None:
        return required
    return {person: tuple(each for each in asked if each.area is area) for person, asked in required.items()}


def _cell_person(found: tuple[PersonProfile, PersonInArea], units: Mapping[UnitId, str]) -> CellPerson:
    profile, standing = found
    return CellPerson(
        person=profile.id,
        name=profile.name,
        role=profile.role,
        unit_name=units.get(profile.unit, "") if profile.unit is not None else "",
        organisation=profile.organisation,
        deployed_on=profile.deployed_on,
        rotates_on=profile.rotates_on,
        standing=standing,
    )


def _gains(session: Session, people: Collection[PersonId], *, on: date) -> Mapping[PersonId, list[Gain]]:
    """What open assignments will give; those overdue are not counted on."""
    competencies = competency_queries.competencies(session)
    found: defaultdict[PersonId, list[Gain]] = defaultdict(list)
    for assignment in track_queries.open_assignments(session, people=people):
        if assignment.due_on >= on:
            found[assignment.person] += _gains_of(assignment, competencies)
    return found


def _gains_of(assignment: Assignment, competencies: Mapping[CompetencyKey, Competency]) -> Iterable[Gain]:
    for closes in assignment.closes:
        known = competencies.get(closes.competency)
        months = known.valid_months if known else 0
        yield Gain(
            competency=closes.competency,
            level=closes.level,
            from_on=assignment.due_on,
            until_on=competency_rules.expires_on(valid_months=months, observed_on=assignment.due_on),
        )
