"""Keeping the counts of the board up to date, and keeping a day's figures for the trend."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from trainer.accounts.values import MissionId, OrganisationId, Role, UnitId
from trainer.competencies.values import Area, Currency
from trainer.kernel.db import insert_missing
from trainer.kernel.work import Work
from trainer.readiness import queries, rules
from trainer.readiness.models import ReadinessCount, ReadinessRefresh, ReadinessSnapshot

_Group = tuple[UnitId | None, OrganisationId, Role, Area]


def want_refresh(work: Work, *, missions: Collection[MissionId]) -> None:
    """Note that something has happened that may move the counts of these missions; they are worked out anew later."""
    for mission in sorted(set(missions)):
        _know(work, mission)
        # one by one in rising order, so that two callers never hold each other's row
        work.session.execute(
            update(ReadinessRefresh)
            .where(ReadinessRefresh.mission_id == mission)
            .values(wanted=ReadinessRefresh.wanted + 1)
        )


def refresh_wanted(work: Work) -> MissionId | None:
    """Work out the counts of one mission that needs it, and say which; None when none does.

    A mission needs it when something happened since, or when its counts are of an earlier day. Two workers never take the same.
    """
    needed = or_(
        ReadinessRefresh.wanted > ReadinessRefresh.served,
        ReadinessRefresh.on.is_(None),
        ReadinessRefresh.on < work.today,
    )
    mission = work.session.scalar(
        select(ReadinessRefresh.mission_id)
        .where(needed)
        .order_by(
            ReadinessRefresh.worked_out_at.is_not(None), ReadinessRefresh.worked_out_at, ReadinessRefresh.mission_id
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mission is None:
        return None
    refresh_readiness(work, mission=MissionId(mission))
    return MissionId(mission)


def refresh_readiness(work: Work, *, mission: MissionId) -> None:
    """Work out how many people of each unit are in which state in each area today, and put it in place of the counts there were.

    Whatever happens while this reads raises `wanted` above what is noted here as served, so the mission is looked at again.
    """
    refresh = _hold(work, mission)
    answered = refresh.wanted
    groups = _count(work, mission)
    work.session.execute(delete(ReadinessCount).where(ReadinessCount.mission_id == mission))
    rows = [_row(mission, group, groups[group]) for group in groups]
    if rows:
        work.session.execute(insert(ReadinessCount), rows)
    refresh.served = answered
    refresh.worked_out_at = work.now
    refresh.on = work.today
    work.session.flush()  # the note stands with the counts when the next statement reads them


def take_snapshots(work: Work) -> int:
    """Keep today's figures of every mission whose counts are kept; return of how many they were not kept already.

    Later figures of the same day take the place of earlier ones.
    """
    missions = work.session.scalars(select(ReadinessRefresh.mission_id).order_by(ReadinessRefresh.mission_id)).all()
    kept = 0
    for mission in missions:
        held = work.session.get_one(ReadinessRefresh, mission)
        if held.on != work.today or held.wanted > held.served:
            refresh_readiness(work, mission=MissionId(mission))
        kept += _snap(work, held)
    return kept


def _know(work: Work, mission: MissionId) -> None:
    insert_missing(
        work.session,
        ReadinessRefresh.__table__,  # type: ignore[arg-type]  # a mapped class's table
        [{"mission_id": mission, "wanted": 0, "served": 0}],
    )


def _hold(work: Work, mission: MissionId) -> ReadinessRefresh:
    """Hold the mission's row, so that two workers never write its counts at once; whoever wants a refresh waits meanwhile."""
    _know(work, mission)
    query = select(ReadinessRefresh).where(ReadinessRefresh.mission_id == mission).with_for_update()
    return work.session.scalars(query.execution_options(populate_existing=True)).one()


def _count(work: Work, mission: MissionId) -> dict[_Group, Counter[Currency]]:
    profiles = queries.present(work.session, mission=mission, on=work.today)
    standings = queries.standings_of(work.session, people=[each.id for each in profiles], on=work.today)
    groups: defaultdict[_Group, Counter[Currency]] = defaultdict(Counter)
    for profile in profiles:
        assert profile.role is not None  # of somebody who is posted
        for area, person in rules.areas_of(standings[profile.id]).items():
            groups[profile.unit, profile.organisation, profile.role, area][person.state] += 1
    return groups


def _row(mission: MissionId, group: _Group, counts: Counter[Currency]) -> dict[str, Any]:
    unit, organisation, role, area = group
    by_state = {queries.COLUMNS[state]: counts[state] for state in Currency}
    return {
        "mission_id": mission,
        "unit_id": unit,
        "organisation_id": organisation,
        "role": role,
        "area": area,
    } | by_state


def _snap(work: Work, counted: ReadinessRefresh) -> bool:
    mission = MissionId(counted.mission_id)
    of_today = (ReadinessSnapshot.mission_id == mission, ReadinessSnapshot.on == work.today)
    taken_at = work.session.scalar(select(ReadinessSnapshot.taken_at).where(*of_today))
    if taken_at is not None and counted.worked_out_at is not None and taken_at >= counted.worked_out_at:
        return False
    counts = {
        area.value: {state.value: count for state, count in readiness.counts.items()}
        for area, readiness in queries.areas_counted(work.session, mission=mission).items()
    }
    work.session.execute(delete(ReadinessSnapshot).where(*of_today))
    row = {"mission_id": mission, "on": work.today, "taken_at": work.now, "counts": counts}
    work.session.execute(insert(ReadinessSnapshot), [row])
    return True
