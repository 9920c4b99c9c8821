"""The plan of October 2025, a quarter of nine missions over 18 weeks: supposed, declared, ended. And a partner that closes."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import TODAY
from trainer.partners import queries as partner_queries
from trainer.partners.models import Course, CourseSession
from trainer.planning import queries as plan_queries
from trainer.planning.models import PlanRow
from trainer.planning.values import PlanId, PlanState, StepMove
from trainer.scenarios import queries
from trainer.scenarios.values import Figure
from trainer.shocks import queries as shock_queries
from trainer.tracks.models import AssignmentRow
from trainer.tracks.values import AssignmentState

NINE = ("minusca", "monusco", "unmiss", "unisfa", "unifil", "undof", "unficyp", "minurso", "unmik")


@pytest.fixture
def officer(as_person):
    return as_person("officer")


def a_quarter_leaves(world, first="latest"):
    """What the form sends for the cut of October 2025; those whose rotation ends last go first, so that many seats fall free."""
    return {
        "name": "Liquidity plan of October 2025",
        "what_ifs-0-kind": "share-leaves",
        "what_ifs-0-percent": "25",
        "what_ifs-0-missions": [str(world.mission(key)) for key in NINE],
        "what_ifs-0-starts_on": (TODAY + timedelta(days=7)).isoformat(),
        "what_ifs-0-weeks": "18",
        "what_ifs-0-first": first,
    }


def open_seats(world, people):
    """Assignments that are open, of these people, by id."""
    rows = world.session.scalars(
        select(AssignmentRow).where(
            AssignmentRow.person_id.in_(people),
            AssignmentRow.state.in_((AssignmentState.ASSIGNED, AssignmentState.IN_PROGRESS)),
        )
    )
    return {row.id: row for row in rows}


def approve_what_waits(world, as_person):
    manager = as_person("manager")
    for head in plan_queries.open_plans(world.session):
        page = manager.get(f"/plans/{head.id}")
        manager.post(f"/plans/{head.id}/approve", page.form("approve"))
    world.react()


def test_a_quarter_of_nine_missions_is_supposed_declared_and_ended(world, as_person, officer):
    # given a scenario that supposes it
    page = officer.post("/scenarios/new", a_quarter_leaves(world) | {"step": "save"}, follow=True)
    assert "25 % of the people of" in page.text
    (line,) = queries.scenario_lines(world.session, reach=None, on=TODAY)
    found = queries.scenario_page(world.session, scenario=line.scenario.id, reach=None, on=TODAY).effects
    assert {each.mission for each in found.missions} == {world.mission(key) for key in NINE}
    for each in found.missions:
        assert abs(each.leaving - each.people / 4) <= 1
    assert line.figures[Figure.REQUIRED] < line.without[Figure.REQUIRED]
    assert line.figures[Figure.GAPS] <= line.without[Figure.GAPS] + sum(each.opened for each in found.missions)
    before = world.session.scalars(select(PlanRow.id)).all()

    # when it is declared from the scenario
    looked = officer.post("/losses/new", a_quarter_leaves(world) | {"kind": "share-leaves", "step": "look"})
    assert "leave before their posting ends." in looked.text
    fields = looked.form() | {"step": "declare", "what_ifs-0-missions": [str(world.mission(key)) for key in NINE]}
    page = officer.post("/losses/new", fields, follow=True)
    assert "The loss is declared." in page.text
    shock = shock_queries.shocks(world.session)[0].id
    leaving = shock_queries.leavers_of(world.session, shock=shock)
    assert len(leaving) == line.figures[Figure.LEAVING]
    had = open_seats(world, list(leaving))
    world.react()

    # then a plan names it as its cause, and what it takes back is only of those who leave, or replaced
    assert "New plan after a loss of capacity" in officer.get(f"/losses/{shock}").text
    made = [each for each in world.session.scalars(select(PlanRow.id)).all() if each not in before]
    assert made
    taken = Counter()
    for plan in made:
        for step in plan_queries.changes_of(world.session, plan=PlanId(plan)):
            taken[step.move.value, step.person in leaving] += 1
            if step.move is StepMove.WITHDRAW and step.person not in leaving:
                # what those who leave did for their unit falls on others, at the level asked there
                assert step.justification.sentence.key.startswith("{competency} is asked at level")
    assert taken["give", True] == 0
    assert taken["withdraw", False] <= 2
    approve_what_waits(world, as_person)
    kept = open_seats(world, list(leaving))
    lost = set(had) - set(kept)
    assert set(kept) <= set(had)

    # and when it ends, what it took is given back as far as it can be
    officer = as_person("officer")
    page = officer.get(f"/losses/{shock}")
    officer.post(f"/losses/{shock}/end", page.form("end") | {"because": "Contributions were paid."})
    world.react()
    approve_what_waits(world, as_person)
    again = open_seats(world, list(leaving))
    assert len(lost & set(again)) > len(lost) / 2
    gone = [had[each] for each in lost - set(again)]
    cards = partner_queries.session_cards(world.session, sessions={each.course_session_id for each in gone})
    assert {each.seats_free for each in cards.values()} <= {0}
    assert all(each.module_key is None for each in gone)
    assert shock_queries.struck(world.session).leaving == {}


def test_a_partner_that_closes_takes_its_seats_and_people_get_others_or_a_reason(world, as_person, officer):
    # given the partner with most seats taken after a month
    seated = world.session.execute(
        select(Course.partner_id, AssignmentRow.person_id)
        .join(CourseSession, CourseSession.course_id == Course.id)
        .join(AssignmentRow, AssignmentRow.course_session_id == CourseSession.id)
        .where(AssignmentRow.state == AssignmentState.ASSIGNED, CourseSession.ends_on > TODAY)
    ).all()
    partner = Counter(each for each, _ in seated).most_common(1)[0][0]
    people = {person for each, person in seated if each == partner}
    sent = {
        "name": "The centre closes",
        "what_ifs-0-kind": "partner-closes",
        "what_ifs-0-partner": str(partner),
        "what_ifs-0-on": (TODAY + timedelta(days=1)).isoformat(),
    }
    page = officer.post("/scenarios/new", sent | {"step": "save"}, follow=True)
    assert "closes on" in page.text
    (line,) = queries.scenario_lines(world.session, reach=None, on=TODAY)
    # a few of them might lose their seat without it too: those are not counted
    assert len(people) * 0.9 <= line.figures[Figure.TOUCHED]
    assert line.figures[Figure.CLOSED] <= line.without[Figure.CLOSED]

    # when it is declared, and the plan that follows is approved
    looked = officer.post("/losses/new", sent | {"kind": "partner-closes", "step": "look"})
    assert "Nobody leaves." in looked.text
    officer.post("/losses/new", looked.form() | {"step": "declare"})
    world.react()
    approve_what_waits(world, as_person)

    # then nobody has a seat with it that has not begun
    left = world.session.scalars(
        select(AssignmentRow.person_id)
        .join(CourseSession, CourseSession.id == AssignmentRow.course_session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(
            Course.partner_id == partner,
            AssignmentRow.state == AssignmentState.ASSIGNED,
            AssignmentRow.started_at.is_(None),
        )
    ).all()
    assert left == []
    assert not [head for head in plan_queries.open_plans(world.session) if head.state is PlanState.PROPOSED]
