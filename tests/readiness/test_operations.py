"""Working out the counts, and losing no reason to do so again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.factories import accounts, readiness
from tests.factories.readiness import TODAY, soldier
from trainer.accounts.values import Role
from trainer.competencies.values import Area
from trainer.readiness import operations, queries
from trainer.readiness.models import ReadinessCount, ReadinessRefresh, ReadinessSnapshot


def figures(session, mission):
    return {
        area.value: (each.ready, each.required)
        for area, each in queries.areas_counted(session, mission=mission).items()
    }


def refresh_of(session, mission):
    session.expire_all()
    return session.get_one(ReadinessRefresh, mission)


@pytest.fixture
def place(work):
    return readiness.field(work)


def test_a_refresh_counts_each_person_once_in_each_area(session, work, place):
    soldier(work, place)
    soldier(work, place, poc=None)
    soldier(work, place, conduct=TODAY - timedelta(days=400))
    other = accounts.mission(work)
    accounts.posted_person(work, mission=other)

    operations.refresh_readiness(work, mission=place.mission)

    assert figures(session, place.mission) == {"CND": (2, 3), "POC": (2, 3)}
    assert figures(session, other) == {}


def test_counts_are_kept_by_unit_role_and_organisation(session, work, place):
    soldier(work, place)
    soldier(work, place, outside=True, role=Role.OBSERVER)

    operations.refresh_readiness(work, mission=place.mission)

    query = select(ReadinessCount.unit_id, ReadinessCount.role, ReadinessCount.organisation_id, ReadinessCount.current)
    rows = {tuple(row) for row in session.execute(query.where(ReadinessCount.area == Area.POC))}
    assert rows == {
        (place.unit, Role.INFANTRY, place.organisation, 1),
        (None, Role.OBSERVER, place.organisation, 1),
    }


def test_a_refresh_replaces_what_was_counted_before(session, work, place):
    person = soldier(work, place, poc=None)
    operations.refresh_readiness(work, mission=place.mission)
    readiness.evidence(work, person)

    operations.refresh_readiness(work, mission=place.mission)

    assert figures(session, place.mission) == {"CND": (1, 1), "POC": (1, 1)}


def test_a_mission_without_people_has_no_counts_and_is_worked_out_all_the_same(session, work, place):
    operations.refresh_readiness(work, mission=place.mission)

    assert session.scalar(select(func.count()).select_from(ReadinessCount)) == 0
    assert refresh_of(session, place.mission).on == TODAY


def test_what_is_wanted_is_served_once(session, work, place):
    operations.want_refresh(work, missions=[place.mission])
    operations.want_refresh(work, missions=[place.mission, place.mission])

    assert operations.refresh_wanted(work) == place.mission
    assert operations.refresh_wanted(work) is None
    refresh = refresh_of(session, place.mission)
    assert (refresh.wanted, refresh.served, refresh.worked_out_at) == (2, 2, work.now)


def test_what_happens_during_a_refresh_is_answered_by_the_next(session, work, place, monkeypatch):
    operations.want_refresh(work, missions=[place.mission])
    standings_of = queries.standings_of

    def while_reading(*given, **more):
        found = standings_of(*given, **more)
        session.execute(update(ReadinessRefresh).values(wanted=ReadinessRefresh.wanted + 1))
        return found

    monkeypatch.setattr(queries, "standings_of", while_reading)
    assert operations.refresh_wanted(work) == place.mission
    monkeypatch.undo()

    assert operations.refresh_wanted(work) == place.mission
    assert operations.refresh_wanted(work) is None


def test_counts_of_an_earlier_day_are_worked_out_anew(session, work, work_as, place):
    operations.want_refresh(work, missions=[place.mission])
    operations.refresh_wanted(work)
    tomorrow = work_as(None, today=TODAY + timedelta(days=1))

    assert operations.refresh_wanted(tomorrow) == place.mission
    assert operations.refresh_wanted(tomorrow) is None


def test_the_mission_that_has_waited_longest_comes_first(session, work, work_as, place):
    other = accounts.mission(work)
    operations.want_refresh(work, missions=[place.mission])
    operations.refresh_wanted(work)
    operations.want_refresh(work, missions=[place.mission, other])

    assert operations.refresh_wanted(work) == other
    assert operations.refresh_wanted(work) == place.mission


def test_evidence_that_runs_out_moves_the_counts_by_itself(session, work, work_as, place):
    soldier(work, place, poc=None, conduct=date(2025, 11, 25))
    operations.refresh_readiness(work, mission=place.mission)
    assert figures(session, place.mission)["CND"] == (1, 1)

    operations.refresh_readiness(work_as(None, today=date(2026, 11, 25)), mission=place.mission)

    assert figures(session, place.mission)["CND"] == (0, 1)


def test_a_snapshot_keeps_the_figures_of_the_day(session, work, place):
    soldier(work, place)
    soldier(work, place, poc=None)
    operations.want_refresh(work, missions=[place.mission])

    assert operations.take_snapshots(work) == 1

    (row,) = session.scalars(select(ReadinessSnapshot))
    assert (row.on, row.counts["POC"]) == (TODAY, {"current": 1, "never": 1})


def test_figures_that_are_kept_already_are_not_kept_again(session, work, place):
    operations.want_refresh(work, missions=[place.mission])

    assert [operations.take_snapshots(work), operations.take_snapshots(work)] == [1, 0]


def test_the_last_snapshot_of_a_day_is_the_one_that_stays(session, work, work_as, place):
    operations.want_refresh(work, missions=[place.mission])
    operations.take_snapshots(work)
    soldier(work, place)
    later = replace(work, now=work.now + timedelta(hours=3))
    operations.want_refresh(later, missions=[place.mission])
    operations.take_snapshots(later)
    operations.take_snapshots(work_as(None, today=TODAY + timedelta(days=1)))

    rows = session.scalars(select(ReadinessSnapshot).order_by(ReadinessSnapshot.on)).all()

    assert [(row.on.day, row.counts.get("POC")) for row in rows] == [(24, {"current": 1}), (25, {"current": 1})]
