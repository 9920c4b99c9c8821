"""What the board, a cell, a trend and a forecast say."""

from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import event, insert

from tests.factories import accounts, planning, readiness, scenarios
from tests.factories.readiness import CONDUCT, POC, TODAY, soldier
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import MissionStatus, Role
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Area, Currency, Level
from trainer.kernel.values import wording
from trainer.readiness import operations, queries, rules
from trainer.readiness.models import ReadinessCount
from trainer.readiness.values import AreaGroup, BoardFilter, BoardOrder, CellFilter
from trainer.tracks.models import AssignmentRow


@pytest.fixture
def state(work):
    return accounts.organisation(work)


def board_of(session, state, **wanted):
    return queries.board(session, on=TODAY, wanted=BoardFilter(**wanted))


def shape(board):
    return {
        row.mission.name: {area.value: (each.ready, each.required) for area, each in row.cells.items()}
        for row in board.rows
    }


def test_the_board_adds_up_units_and_leaves_out_areas_nobody_is_asked_in(session, state):
    first = accounts.mission(session, name="UNB")
    second = accounts.mission(session, name="UNA")
    unit = accounts.unit(session, mission=first, organisation_id=state)
    readiness.count(session, mission=first, organisation=state, current=4, never=1, unit_id=unit)
    readiness.count(session, mission=first, organisation=state, current=0, due_soon=2, waived=3)
    readiness.count(session, mission=first, organisation=state, area=Area.CND, current=10)

    board = queries.board(session, on=TODAY)

    assert shape(board) == {"UNA": {}, "UNB": {"CND": (10, 10), "POC": (6, 10)}}
    assert board.areas == (Area.CND, Area.POC)
    assert Area.CYB in board.absent
    assert (board.total.ready, board.total.required) == (16, 20)
    assert board.rows[1].cell(Area.CYB).readiness is None
    assert board.rows[0].mission.id == second


def test_the_conduct_baseline_is_always_a_column(session, state):
    mission = accounts.mission(session)
    readiness.count(session, mission=mission, organisation=state, area=Area.CYB)

    assert queries.board(session, on=TODAY).areas == (Area.CND, Area.CYB)
    assert board_of(session, state, group=AreaGroup.PROTECTION).areas == (Area.CND,)


def test_the_board_is_narrowed_by_what_is_asked(session, state):
    other_state = accounts.organisation(session)
    active = accounts.mission(session, name="ACTIVE")
    closing = accounts.mission(session, name="CLOSING", status=MissionStatus.DRAWING_DOWN)
    readiness.count(session, mission=active, organisation=state, current=1)
    readiness.count(session, mission=active, organisation=other_state, current=2, role=Role.OBSERVER)
    readiness.count(session, mission=closing, organisation=state, current=4)

    assert shape(board_of(session, state, status=MissionStatus.ACTIVE)) == {"ACTIVE": {"POC": (3, 3)}}
    assert shape(board_of(session, state, role=Role.OBSERVER)) == {"ACTIVE": {"POC": (2, 2)}, "CLOSING": {}}
    assert shape(board_of(session, state, organisation=state)) == {
        "ACTIVE": {"POC": (1, 1)},
        "CLOSING": {"POC": (4, 4)},
    }
    assert shape(board_of(session, state, within=frozenset({closing}))) == {"CLOSING": {"POC": (4, 4)}}
    assert shape(board_of(session, state, group=AreaGroup.NEWER)) == {"ACTIVE": {}, "CLOSING": {}}


@pytest.mark.parametrize(
    ("order", "names"),
    [("mission", "a B C D"), ("-mission", "D C B a"), ("ready", "B a C D"), ("-ready", "C a B D")],
)
def test_the_board_stands_in_the_order_wanted(session, state, order, names):
    for name, ready in (("a", 5), ("B", 1), ("C", 9)):
        readiness.count(
            session, mission=accounts.mission(session, name=name), organisation=state, current=ready, never=4
        )
    accounts.mission(session, name="D")

    board = board_of(session, state, order=BoardOrder(order))

    assert " ".join(row.mission.name for row in board.rows) == names


def test_the_board_says_whose_counts_are_behind(session, state):
    fresh, changed, old, _ = (accounts.mission(session, name=name) for name in "ABCD")
    readiness.refreshed(session, mission=fresh)
    readiness.refreshed(session, mission=changed, wanted=3)
    readiness.refreshed(session, mission=old, on=TODAY - timedelta(days=1))

    rows = queries.board(session, on=TODAY).rows

    assert [row.freshness.behind for row in rows] == [False, True, True, True]
    assert rows[3].freshness.on is None


def test_the_board_of_twenty_missions_takes_few_queries(session, state):
    missions = [accounts.mission(session) for _ in range(20)]
    number = count(1)
    units = [accounts.unit(session, mission=mission, organisation_id=state) for mission in missions for _ in range(10)]
    rows = [
        {
            "mission_id": missions[nth // 10],
            "unit_id": unit,
            "organisation_id": state,
            "role": Role.INFANTRY,
            "area": area,
        }
        | {"current": next(number) % 50, "never": 1, "due_soon": 0, "lapsed": 0, "unknown": 0, "waived": 0}
        for nth, unit in enumerate(units)
        for area in Area
    ]
    session.execute(insert(ReadinessCount), rows)
    asked = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))

    board = queries.board(session, on=TODAY)

    assert len(board.rows) == 20
    assert len(board.areas) == 27
    assert len(asked) <= 4


@pytest.fixture
def place(work):
    return readiness.field(work)


@pytest.fixture
def people(work, place):
    """Somebody ready, somebody who never learnt, somebody lapsed, an observer outside units who is due soon."""
    outsider = accounts.mission(work)
    accounts.posted_person(work, mission=outsider)
    return {
        "ready": soldier(work, place, given_name="Ready"),
        "never": soldier(work, place, given_name="Never", poc=None),
        "lapsed": soldier(work, place, given_name="Lapsed", poc=date(2024, 1, 31)),
        "soon": soldier(work, place, given_name="Soon", poc=date(2024, 12, 1), outside=True, role=Role.OBSERVER),
    }


def test_a_cell_lists_its_people_worst_first(session, place, people):
    cell = queries.cell(session, mission=place.mission, area=Area.POC, on=TODAY)

    assert [each.person for each in cell.people] == [people[who] for who in ("never", "lapsed", "soon", "ready")]
    assert [each.standing.until_on for each in cell.people] == [
        None,
        date(2026, 1, 31),
        date(2026, 12, 1),
        date(2028, 10, 25),
    ]
    assert (cell.readiness.ready, cell.readiness.required, cell.total, cell.pages) == (2, 4, 4, 1)
    assert cell.people[2].unit_name == ""
    assert [(each.symbol, each.paragraph) for each in cell.tasks] == [("S/RES/2790 (2025)", "4 (a)")]
    assert cell.titles == {POC: {"en": "Title of poc"}}


def test_a_cell_is_broken_down_by_unit_with_those_outside_units_last(session, place, people):
    cell = queries.cell(session, mission=place.mission, area=Area.POC, on=TODAY)

    assert [(row.unit.name if row.unit else None, row.readiness.required) for row in cell.units] == [
        ("Battalion 1", 3),
        (None, 1),
    ]
    assert cell.units[0].organisation_name == "Aland"


def test_a_cell_is_narrowed_to_a_state_or_a_unit_and_paged(session, place, people):
    def asked(page=1, **wanted):
        found = queries.cell(
            session, mission=place.mission, area=Area.POC, on=TODAY, wanted=CellFilter(**wanted), page=page, size=2
        )
        return [each.name.split()[0] for each in found.people], found.total, found.pages

    assert asked(state=Currency.LAPSED) == (["Lapsed"], 1, 1)
    assert asked(unit=place.unit) == (["Never", "Lapsed"], 3, 2)
    assert asked(unit=place.unit, page=2) == (["Ready"], 3, 2)
    assert asked(page=9) == ([], 4, 2)


def test_a_cell_is_counted_for_one_role_or_organisation(session, work, place, people):
    soldier(work, place, organisation_id=accounts.organisation(work))

    def asked(**wanted):
        found = queries.cell(session, mission=place.mission, area=Area.POC, on=TODAY, wanted=CellFilter(**wanted))
        return found.readiness.required, len(found.people), len(found.units)

    assert asked(role=Role.OBSERVER) == (1, 1, 1)
    assert asked(organisation=place.organisation) == (4, 4, 2)
    assert asked(organisation=place.organisation, role=Role.INFANTRY, state=Currency.NEVER) == (3, 1, 1)


def test_a_cell_of_an_area_not_in_the_mandate_is_empty(session, place, people):
    cell = queries.cell(session, mission=place.mission, area=Area.DDR, on=TODAY)

    assert (cell.readiness.required, cell.people, cell.units, cell.tasks) == (0, (), (), ())


def test_a_cell_of_no_mission_is_refused(session):
    with pytest.raises(NoSuchMission):
        queries.cell(session, mission=404, area=Area.POC, on=TODAY)


def test_a_cell_agrees_with_the_board(session, work, place, people):
    operations.refresh_readiness(work, mission=place.mission)

    board = {row.mission.id: row for row in queries.board(session, on=TODAY).rows}[place.mission]
    for area in (Area.CND, Area.POC):
        cell = queries.cell(session, mission=place.mission, area=area, on=TODAY)
        assert cell.readiness.counts == board.cells[area].counts


def test_a_mission_is_told_area_by_area_and_unit_by_unit(session, work, place, people):
    operations.refresh_readiness(work, mission=place.mission)

    page = queries.mission_page(session, mission=place.mission, on=TODAY)

    assert [(each.area.value, each.readiness.ready) for each in page.areas] == [("CND", 4), ("POC", 2)]
    assert [(row.unit is None, row.readiness.required) for row in page.units] == [(False, 6), (True, 2)]
    assert (page.total.ready, page.total.required, page.freshness.behind) == (6, 8, False)


def test_one_person_is_judged_against_everything_worst_first(session, place, people):
    found = queries.person_readiness(session, person=people["never"], on=TODAY)

    assert [(each.competency, each.currency.value) for each in found] == [(POC, "never"), (CONDUCT, "current")]


def test_somebody_without_posting_is_asked_for_nothing(session, work, place):
    assert queries.person_readiness(session, person=accounts.person(work), on=TODAY) == ()


def test_a_trend_is_the_past_year_and_today(session, work, place, people):
    other = accounts.mission(work)
    for on in (date(2025, 10, 1), date(2026, 3, 1), date(2026, 11, 23)):
        readiness.snapshot(session, mission=place.mission, on=on)
        readiness.snapshot(session, mission=other, on=on)
    readiness.snapshot(session, mission=place.mission, on=date(2026, 5, 1), counts={"CND": {"current": 1}})
    operations.refresh_readiness(work, mission=place.mission)

    points = queries.trend(session, mission=place.mission, area=Area.POC, on=TODAY)

    assert [(each.on, each.readiness.ready, each.readiness.required) for each in points] == [
        (date(2026, 3, 1), 8, 10),
        (date(2026, 5, 1), 0, 0),
        (date(2026, 11, 23), 8, 10),
        (TODAY, 2, 4),
    ]
    assert queries.trend(session, mission=place.mission, area=None, on=TODAY)[-1].readiness.required == 8


def assignment(session, person, **changes):
    given = {
        "module_key": "protection",
        "closes": [[str(POC), int(Level.PRACTISED)]],
        "due_on": date(2026, 12, 10),
        "assigned_at": accounts.NOW,
        "reason": wording("Because.").to_json(),
        "because": [],
    } | changes
    session.add(AssignmentRow(person_id=person, **given))
    session.flush()


def test_a_forecast_counts_on_open_assignments_expiries_and_rotations(session, work, place, people):
    soldier(work, place, ends_on=date(2026, 12, 20))
    assignment(session, people["never"])
    assignment(session, people["lapsed"], due_on=date(2026, 11, 1))
    days = (TODAY, date(2026, 12, 24))

    before, after = queries.forecast(session, mission=place.mission, on=TODAY, days=days, area=Area.POC)

    assert (before.readiness.ready, before.readiness.required) == (3, 5)
    assert (after.readiness.ready, after.readiness.required) == (2, 4)
    assert (after.leaving, after.expiring, after.gaining) == (1, 1, 1)


def test_a_forecast_of_all_areas_starts_where_the_board_stands(session, work, place, people):
    operations.refresh_readiness(work, mission=place.mission)
    page = queries.mission_page(session, mission=place.mission, on=TODAY)

    first, *_ = queries.forecast(session, mission=place.mission, on=TODAY, days=rules.weeks_ahead(TODAY, count=4))

    assert first.readiness.counts == page.total.counts


def test_a_cell_foresees_what_the_forecast_of_its_area_does(session, work, place, people):
    assignment(session, people["never"])
    days = rules.months_ahead(TODAY, count=6)

    def asked(**wanted):
        return queries.cell(
            session, mission=place.mission, area=Area.POC, on=TODAY, wanted=CellFilter(**wanted), days=days
        ).forecast

    assert asked() == queries.forecast(session, mission=place.mission, on=TODAY, days=days, area=Area.POC)
    assert asked(state=Currency.NEVER) == asked()
    assert [each.readiness.required for each in asked(role=Role.OBSERVER)] == [1] * 7
    assert queries.cell(session, mission=place.mission, area=Area.POC, on=TODAY).forecast == ()


def test_a_forecast_knows_what_remains_when_a_waiver_ends(session, work, place, people):
    competency_operations.grant_waiver(
        work,
        person=people["never"],
        competency=POC,
        starts_on=TODAY,
        ends_on=date(2026, 12, 20),
        granted_by=accounts.person(work),
        reason="Arrived a week ago",
        mitigation="Stays in the camp",
    )

    before, after = queries.forecast(
        session, mission=place.mission, on=TODAY, days=(TODAY, date(2026, 12, 20)), area=Area.POC
    )

    assert (before.readiness.counts.get(Currency.WAIVED), before.readiness.counts.get(Currency.NEVER)) == (1, None)
    assert (after.readiness.counts.get(Currency.WAIVED), after.readiness.counts.get(Currency.NEVER)) == (None, 1)


def test_contributors_are_those_with_people_on_the_board(session, state):
    accounts.organisation(session, name="Elsewhere")
    readiness.count(session, mission=accounts.mission(session), organisation=state)

    assert [each.id for each in queries.contributors(session)] == [state]


def test_who_leaves_early_is_counted_until_they_go(work, session):
    made = planning.world(work, people=4)
    session.flush()
    days = rules.months_ahead(TODAY, count=3)
    before = [each.readiness.required for each in queries.forecast(session, mission=made.mission, on=TODAY, days=days)]

    scenarios.declared(work, scenarios.share(made.mission, percent=50, weeks=1, starts_on=days[2]))
    session.flush()

    after = [each.readiness.required for each in queries.forecast(session, mission=made.mission, on=TODAY, days=days)]
    assert before == [8, 8, 8, 8]
    assert after == [8, 8, 4, 4]
