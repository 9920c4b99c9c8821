"""UNMISS 2014: skills are taken from a mandate and come back sixteen months later."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial

import pytest
from sqlalchemy.orm import Session

from tests.factories import reviews
from trainer import edge, jobs
from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId
from trainer.catalogue.values import AtLevel
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Evidence
from trainer.demo import days, load, scenario
from trainer.demo.scenario import DATES, START
from trainer.kernel.clock import SetClock
from trainer.kernel.values import PersonId
from trainer.mandates import queries as mandate_queries
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment, AssignmentState

PEOPLE = 70
"""Fewer than the scenario has, since four dates are played."""
open_work = partial(edge.job_transaction, "demo")


@pytest.fixture
def move(clock: SetClock) -> Callable[[date], None]:
    def to(on: date) -> None:
        clock.set(datetime.combine(on, time(9), tzinfo=UTC))

    to(START)
    return to


def everybody() -> list[PersonId]:
    session = edge.reading()
    missions = [each.id for each in account_queries.missions(session)]
    return [each.id for each in account_queries.profiles_in(session, missions=missions, on=edge.today())]


def assignments() -> list[Assignment]:
    return [each for person in everybody() for each in track_queries.assignments_of(edge.reading(), person=person)]


def evidence() -> dict[PersonId, tuple[Evidence, ...]]:
    return dict(competency_queries.evidence_of(edge.reading(), people=everybody()))


def approve() -> int:
    manager = load.staff_of(open_work).manager
    with open_work() as work:
        return days.approve_plans(work, manager=manager)


def test_the_dates_follow_each_other() -> None:
    assert scenario.next_date(after=START) == DATES[0]
    assert [each.on for each in DATES] == sorted(each.on for each in DATES)
    assert (DATES[0].on, DATES[-1].on) == (date(2014, 5, 27), date(2015, 10, 9))
    assert scenario.next_date(after=DATES[-1].on) is None


@pytest.mark.slow
def test_removals_keep_their_credit_and_refreshers_come_back(session: Session, move: Callable[[date], None]) -> None:
    def advance() -> None:
        day = scenario.next_date(after=edge.today())
        assert day is not None
        scenario.advance(open_work, day=day, move_clock=move, plan_all=jobs.run_everything)

    # given: the world of 20 May 2014, with 23 tasks and a first plan
    scenario.load(open_work, progress=lambda *_: None, plan_all=jobs.run_everything, people=PEOPLE)
    mission = account_queries.mission_by_key(edge.reading(), key="unmiss").id
    assert tasks(mission) == 23
    assert PEOPLE <= len(everybody()) <= PEOPLE + 5

    # when: S/RES/2155
    advance()
    held = evidence()
    assert tasks(mission) == 7
    assert approve() >= 1
    jobs.run_everything()

    # then: assignments for what is gone are withdrawn with a reason, and nobody loses what was proved
    withdrawn = [each for each in assignments() if each.state is AssignmentState.WITHDRAWN]
    gone = Counter(each.module for each in withdrawn if each.module)
    assert len(withdrawn) > 5
    assert all(each.ended_because for each in withdrawn)
    assert gone["gender-responsive-operations"] or gone["police-support"]
    after = evidence()
    assert all(set(rows) <= set(after[person]) for person, rows in held.items())
    assert not [each for each in assignments() if each.state is AssignmentState.WITHDRAWN and each.started_at]

    # when: the two renewals pass, and S/RES/2241 brings eight tasks back
    for _ in range(3):
        advance()
        approved = approve()
        jobs.run_everything()
    assert approved >= 1
    assert edge.today() == date(2015, 10, 9)
    assert tasks(mission) == 17

    # then: whoever lapsed within the window is given the refresher; who never had it, the full module or course
    lapsed, never = Counter(), Counter()
    rows = evidence()
    for each in assignments():
        if each.assigned_at.date() != edge.today() or each.module is None:
            continue
        for closed in each.closes:
            if closed.competency not in scenario.COMING_BACK:
                continue
            had = [one for one in rows.get(each.person, ()) if lapsed_from(one, closed)]
            (lapsed if had else never)[each.module.endswith("-refresher")] += 1
    assert lapsed[True] > 5
    assert lapsed[False] == 0
    assert never[True] == 0
    assert never[False] > 0


def lapsed_from(piece: Evidence, wanted: AtLevel) -> bool:
    """Whether the piece proved what is wanted and has run out."""
    enough = piece.competency == wanted.competency and piece.level >= wanted.level
    return enough and piece.expires_on is not None and piece.expires_on <= edge.today()


def tasks(mission: MissionId) -> int:
    return len(mandate_queries.tasks_in_force(edge.reading(), mission=mission, on=edge.today()))


def test_where_somebody_asked_for_two_people_a_day_brings_a_draft(
    session: Session, move: Callable[[date], None]
) -> None:
    scenario.load(open_work, progress=lambda *_: None, plan_all=lambda: None, people=20)
    mission = account_queries.mission_by_key(edge.reading(), key="unmiss").id
    before = len(mandate_queries.mandate_history(edge.reading(), mission=mission))
    move(DATES[0].on)
    with open_work() as work:
        reviews.policy(work)

    for _ in range(2):
        with open_work() as work:
            scenario.play(work, day=DATES[0])

    assert len(mandate_queries.mandate_history(edge.reading(), mission=mission)) == before
    assert [each.symbol for each in mandate_queries.drafts(edge.reading())] == list(DATES[0].publishes)


def test_a_day_is_played_once(session: Session, move: Callable[[date], None]) -> None:
    scenario.load(open_work, progress=lambda *_: None, plan_all=lambda: None, people=20)
    mission = account_queries.mission_by_key(edge.reading(), key="unmiss").id
    before = len(mandate_queries.mandate_history(edge.reading(), mission=mission))
    move(DATES[0].on)

    for _ in range(2):
        with open_work() as work:
            scenario.play(work, day=DATES[0])

    assert len(mandate_queries.mandate_history(edge.reading(), mission=mission)) == before + 1
