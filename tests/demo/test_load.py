"""Loading the invented world: complete, resumable, and once only."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import accounts as make
from trainer import edge, jobs
from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.audit import queries as audit_queries
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, Currency
from trainer.demo import accounts, load
from trainer.kernel import ledger
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates import queries as mandate_queries
from trainer.partners import queries as partner_queries
from trainer.planning import queries as plan_queries
from trainer.readiness import queries as readiness_queries
from trainer.tracks import queries as track_queries
from trainer.tracks.values import AssignmentState

PEOPLE = 120
SEED = 7
TODAY = date(2026, 11, 24)
open_work = partial(edge.job_transaction, "demo")


class Told:
    """Keeps what the progress was told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, int, int]] = []

    def __call__(self, step: str, done: int, total: int) -> None:
        self.lines.append((step, done, total))


def fill(told: Told) -> None:
    load.load(open_work, people=PEOPLE, seed=SEED, today=TODAY, progress=told, plan_all=jobs.run_everything)


def test_a_new_world_is_complete_and_looks_lived_in(session: Session) -> None:
    """One test of many parts, since making the world takes seconds; each part reads as a sentence of its own."""
    told = Told()

    fill(told)

    world = edge.reading()
    assert load.is_loaded(world)
    its_people_are_there_and_those_of_the_demonstration_can_sign_in(world)
    its_mandates_are_published_and_the_two_latest_texts_wait(world)
    its_partners_offer_sessions_and_some_courses_wait_for_recognition(world)
    its_first_plan_was_approved_by_the_manager_and_nothing_waits(world)
    its_board_holds_every_state(world)
    its_people_are_under_way(world)
    its_areas_are_owned(world)
    its_trainee_finds_something_to_do_in_french(world)
    its_ledger_is_settled_and_proves_itself(world)
    its_progress_named_each_step_and_ended_it(told)
    loading_it_again_changes_nothing()


def its_people_are_there_and_those_of_the_demonstration_can_sign_in(world: Session) -> None:
    people = account_queries.population(world)
    assert (people.people, people.accounts) == (PEOPLE + 10, 10)
    for line in load.sign_in_lines():
        with open_work() as work:
            assert account_operations.sign_in(
                work, login=line.login, password=accounts.PASSWORD, address="127.0.0.1", browser=""
            )


def its_mandates_are_published_and_the_two_latest_texts_wait(world: Session) -> None:
    assert len(account_queries.missions(world)) == 17
    assert {each.symbol for each in mandate_queries.drafts(world)} == {"S/RES/2790", "S/RES/2808"}
    assert mandate_queries.rule_set(world).number == 1


def its_partners_offer_sessions_and_some_courses_wait_for_recognition(world: Session) -> None:
    assert len(partner_queries.partners(world)) == 25
    assert partner_queries.open_sessions(world, on=TODAY)
    assert partner_queries.recognition_queue(world, on=TODAY)


def its_first_plan_was_approved_by_the_manager_and_nothing_waits(world: Session) -> None:
    page = plan_queries.plans_page(world, page=1)
    assert page.open == ()
    assert page.runs == ()
    assert page.history[0].decided_by == load.staff_of(open_work).manager


def its_board_holds_every_state(world: Session) -> None:
    board = readiness_queries.board(world, on=TODAY)
    counted = {
        state
        for row in board.rows
        for readiness in row.cells.values()
        for state, count in readiness.counts.items()
        if count
    }
    assert counted == set(Currency)


def its_people_are_under_way(world: Session) -> None:
    missions = [each.id for each in account_queries.missions(world)]
    profiles = account_queries.profiles_in(world, missions=missions, on=TODAY)
    found = track_queries.open_assignments(world, people=[each.id for each in profiles])
    assert {each.state for each in found} == {AssignmentState.ASSIGNED, AssignmentState.IN_PROGRESS}


def its_areas_are_owned(world: Session) -> None:
    owners = competency_queries.area_owners(world)
    assert set(owners) == set(Area)
    assert all(each.requirements_authority and each.department_head for each in owners.values())


def its_trainee_finds_something_to_do_in_french(world: Session) -> None:
    trainee = account_queries.people_by_key(world, keys=["demo-trainee"])["demo-trainee"]
    found = track_queries.open_assignments(world, people=[trainee])
    assert account_queries.account_of(world, person=trainee).language == "fr"
    assert "conduct-refresher" in {each.module for each in found}
    assert all(each.because for each in found)


def its_ledger_is_settled_and_proves_itself(world: Session) -> None:
    assert ledger.open_entries(world, limit=10) == ()
    assert audit_queries.verify(world).faults == ()


def its_progress_named_each_step_and_ended_it(told: Told) -> None:
    steps = list(dict.fromkeys(step for step, _, _ in told.lines))
    assert steps == [
        "Curricula",
        "Missions and mandates",
        "People and what they hold",
        "Partners, courses and sessions",
        "First plan",
        "Modules begun and done",
        "Readiness",
    ]
    for step in steps:
        *_, last = [line for line in told.lines if line[0] == step]
        assert last[1] == last[2], step


def loading_it_again_changes_nothing() -> None:
    entries = edge.reading().scalar(select(func.count()).select_from(LedgerEntry))
    told = Told()

    fill(told)

    assert told.lines == []
    assert edge.reading().scalar(select(func.count()).select_from(LedgerEntry)) == entries


def test_an_interrupted_load_goes_on_where_it_was(session: Session) -> None:
    class Cut(Exception):
        pass

    def cut(step: str, done: int, total: int) -> None:
        if step == "First plan" and done == 1:
            raise Cut

    with pytest.raises(Cut):
        load.load(open_work, people=PEOPLE, seed=SEED, today=TODAY, progress=cut, plan_all=jobs.run_everything)
    assert not load.is_loaded(edge.reading())

    told = Told()
    fill(told)

    assert load.is_loaded(edge.reading())
    assert account_queries.population(edge.reading()).people == PEOPLE + 10
    assert len(partner_queries.partners(edge.reading())) == 25
    assert {each.symbol for each in mandate_queries.drafts(edge.reading())} == {"S/RES/2790", "S/RES/2808"}


def test_nothing_is_loaded_among_real_people(session: Session) -> None:
    make.person(session)
    session.commit()

    with pytest.raises(load.RealPeople):
        fill(Told())
    assert account_queries.population(session).people == 1
