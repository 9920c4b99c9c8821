"""What a run reads and what pages are given, among rows that do not belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies, mandates, partners, tracks
from tests.factories.planning import CAUSE, CONDUCT, POC, World, approved, asked, planned, proposed, world
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.planning import operations, queries
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import DEFAULT_POLICY, PlanRunId, Show
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries


@pytest.fixture
def made(work: Work) -> World:
    """A world with people in another mission, who left, and between postings."""
    given = world(work)
    elsewhere = accounts.mission(work, region="europe")
    accounts.posted_person(work, mission=elsewhere)
    accounts.posted_person(work, mission=given.mission, left_on=date(2026, 11, 1))
    accounts.posted_person(work, mission=given.mission, ends_on=date(2026, 10, 1))
    accounts.person(work)
    work.session.flush()
    return given


def read(work: Work, run: PlanRunId) -> Snapshot:
    return queries.read_snapshot(work.session, run=run, on=TODAY)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []
    bind = session.connection()

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(bind, "before_cursor_execute", note)
    yield statements
    event.remove(bind, "before_cursor_execute", note)


def test_a_run_looks_at_the_people_of_its_missions_and_those_named(work: Work, made: World) -> None:
    besides = accounts.person(work)
    snapshot = read(work, asked(work, made, people=(besides, made.people[0])))

    assert {each.profile.id for each in snapshot.people} == {*made.people, besides}
    wanted = {(each.profile.id, want.skill[0]) for each in snapshot.people for want in each.wants}
    assert wanted == {(person, POC) for person in made.people}


def test_reading_asks_the_database_as_often_for_many_as_for_few(work: Work, made: World) -> None:
    run = asked(work, made)
    read(work, run)
    with counted(work.session) as few:
        read(work, run)
    for _ in range(30):
        accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    with counted(work.session) as many:
        snapshot = read(work, run)

    assert len(snapshot.people) == 33
    assert len(many) == len(few) <= 35


def test_leave_and_the_end_of_the_posting_are_read(work: Work, made: World) -> None:
    accounts.absence(work, person=made.people[0], starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 11))
    snapshot = read(work, asked(work, made))

    first = next(n for n, each in enumerate(snapshot.people) if each.profile.id == made.people[0])
    i = snapshot.instance
    windows = slice(int(i.av_ptr[first]), int(i.av_ptr[first + 1]))
    # the posting ends on 1 September 2027, so its last day is the one before
    assert list(zip(i.av_start[windows].tolist(), i.av_end[windows].tolist(), strict=True)) == [(0, 6), (17, 280)]


def test_what_is_reserved_is_read_less_what_others_have_used_until_it_is_released(work: Work, made: World) -> None:
    session = partners.course_session(work, course=partners.course(work, awards={POC: 2}), seats=10)
    elsewhere = accounts.mission(work)
    partners.quota(work, course_session=session, mission=elsewhere, seats=4, released_on=date(2027, 1, 1))
    partners.quota(work, course_session=session, mission=made.mission, seats=3, released_on=date(2027, 1, 1))
    for mission in (elsewhere, accounts.mission(work)):
        tracks.seat(work, person=accounts.posted_person(work, mission=mission), course_session=session)
    run = asked(work, made)

    def read_on(on: date) -> tuple[int, list[tuple[int | None, int]]]:
        snapshot = queries.read_snapshot(work.session, run=run, on=on)
        offer = next(each for each in snapshot.offers if each.session == session)
        return offer.seats, [(each.mission, each.seats) for each in offer.quotas]

    assert read_on(TODAY) == (8, [(elsewhere, 3), (made.mission, 3)])
    assert read_on(date(2027, 1, 1)) == (8, [])


def test_courses_that_are_not_recognised_are_no_offers(work: Work, made: World) -> None:
    partners.course_session(work, course=partners.unrecognised_course(work, awards={POC: 2}))
    taught = partners.course_session(work, course=partners.course(work, awards={POC: 2}))

    snapshot = read(work, asked(work, made))
    assert [each.session for each in snapshot.offers if each.session is not None] == [taught]


@pytest.mark.parametrize("part", ["mission", "people"])
def test_an_unchanged_world_is_recognised_and_a_changed_one_too(work: Work, made: World, part: str) -> None:
    scope = {} if part == "mission" else {"missions": (), "people": made.people}
    snapshot = read(work, asked(work, made, **scope))

    assert queries.is_unchanged(work.session, snapshot=snapshot, on=TODAY)
    competencies.recorded_evidence(work, made.people[0])
    assert not queries.is_unchanged(work.session, snapshot=snapshot, on=TODAY)


def test_a_new_text_is_a_change(work: Work, made: World) -> None:
    snapshot = read(work, asked(work, made))
    mandates.published(
        work, made.mission, symbol="S/RES/2808 (2025)", effective_on=TODAY, tasks=(mandates.ending(),), expires_on=None
    )

    assert not queries.is_unchanged(work.session, snapshot=snapshot, on=TODAY)


def test_what_is_not_read_is_no_change(work: Work, made: World) -> None:
    snapshot = read(work, asked(work, made))
    stranger = accounts.posted_person(work, mission=accounts.mission(work))
    competencies.recorded_evidence(work, stranger)

    # another mission's name is on file for everybody, so what follows is compared too
    assert queries.is_unchanged(work.session, snapshot=snapshot, on=TODAY)


# People left open


def test_people_left_open_are_those_of_the_latest_plan(work: Work, made: World) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=CONDUCT)
    work.session.flush()
    proposed(work, made)

    assert queries.people_left_open(work.session, competencies=[POC]) == (reader,)
    assert queries.people_left_open(work.session, competencies=[CompetencyKey("first-aid")]) == ()


def test_what_a_dismissed_plan_left_open_does_not_count(work: Work, made: World) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=CONDUCT)
    work.session.flush()
    operations.dismiss_plan(work, plan=proposed(work, made), seen_version=1)
    work.session.flush()

    assert queries.people_left_open(work.session, competencies=[POC]) == ()


def left_open(work: Work, made: World) -> dict[PersonId, set[tuple[CompetencyKey, int]]]:
    """What a run is told that approved plans left open, of everybody in the mission."""
    sources = queries.read_sources(work.session, missions=[made.mission], on=TODAY)
    return {
        person: {(each.competency, int(each.level)) for each in found} for person, found in sources.left_open.items()
    }


def test_what_a_proposal_leaves_open_is_told_once_it_is_approved(work: Work, made: World) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    work.session.flush()
    plan = proposed(work, made)
    assert left_open(work, made) == {}

    operations.approve_plan(work, plan=plan, seen_version=1)
    work.session.flush()
    assert left_open(work, made) == {reader: {(POC, 2), (CONDUCT, 2)}}

    operations.undo_plan(work, plan=plan, seen_version=2)
    work.session.flush()
    assert left_open(work, made) == {}


def test_of_two_plans_that_left_something_open_the_later_counts(work: Work, made: World) -> None:
    reader, other = (accounts.posted_person(work, mission=made.mission, spoken=["fr"]) for _ in range(2))
    work.session.flush()
    approved(work, made)
    competencies.recorded_evidence(work, reader, competency=CONDUCT)
    rules = (
        mandates.rule("poc", competency=POC, level=Level.AWARE),
        mandates.rule("conduct", None, competency=CONDUCT),
    )
    mandate_operations.publish_rules(work, rules=rules, note="Lower")
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    approved(work, made)

    assert left_open(work, made) == {reader: {(POC, 1)}, other: {(POC, 1), (CONDUCT, 2)}}


def test_whom_a_later_plan_gave_something_and_left_nothing_is_told_of_nothing(work: Work, made: World) -> None:
    reader, other = (accounts.posted_person(work, mission=made.mission, spoken=["fr"]) for _ in range(2))
    for person in (reader, other):
        competencies.recorded_evidence(work, person, competency=CONDUCT)
    work.session.flush()
    approved(work, made)
    course = partners.course(work, awards={POC: 2}, language="fr")
    partners.course_session(work, course=course, seats=1)
    work.session.flush()
    approved(work, made)

    (given,) = track_queries.open_assignments(work.session, people=[reader, other])
    assert left_open(work, made) == {({reader, other} - {given.person}).pop(): {(POC, 2)}}


def test_a_proposal_that_would_give_something_changes_nothing_of_what_was_told(work: Work, made: World) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=CONDUCT)
    work.session.flush()
    approved(work, made)
    partners.course_session(work, course=partners.course(work, awards={POC: 2}, language="fr"))
    work.session.flush()
    plan = proposed(work, made)
    assert left_open(work, made) == {reader: {(POC, 2)}}

    operations.dismiss_plan(work, plan=plan, seen_version=1)
    work.session.flush()
    assert left_open(work, made) == {reader: {(POC, 2)}}


def test_what_was_too_much_at_once_comes_once_something_is_done(
    work: Work, made: World, work_as: Callable[..., Work]
) -> None:
    operations.set_policy(work, policy=replace(DEFAULT_POLICY, seats_a_person=1))
    newcomer = accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    approved(work, made)
    done = made.people[0]

    assert operations.plan_next(work, person=done) is None
    run = operations.plan_next(work, person=newcomer)
    assert run is not None
    assert [each.module for each in track_queries.open_assignments(work.session, people=[newcomer])] != []
    begun = track_queries.open_assignments(work.session, people=[newcomer])[0]
    track_operations.start_assignment(work_as(newcomer), assignment=begun.id)
    work.session.flush()
    planned(work, made, missions=(), people=(newcomer,))
    # one has begun and does not count against what is given at once
    assert len(track_queries.open_assignments(work.session, people=[newcomer])) == 2


# Lists


def test_lists_confined_to_missions_leave_the_others_out(work: Work, made: World) -> None:
    waiting = proposed(work, made)
    other = accounts.mission(work)

    assert [head.id for head in queries.open_plans(work.session, missions=[made.mission])] == [waiting]
    assert queries.open_plans(work.session, missions=[other]) == ()
    operations.dismiss_plan(work, plan=waiting, seen_version=1)
    work.session.flush()
    assert queries.plans_page(work.session, page=1, missions=[other]).total == 0
    assert queries.plans_page(work.session, page=1, missions=[made.mission]).total == 1


def test_pages_of_a_list_hold_every_line_once(work: Work, made: World) -> None:
    plan = proposed(work, made)
    pages = [
        queries.plan_page(work.session, plan=plan, shown=Show.GAIN, page=page, on=TODAY, size=2).lines
        for page in (1, 2, 3)
    ]

    assert [len(page) for page in pages] == [2, 1, 0]
    assert [line.person.id for page in pages for line in page] == sorted(made.people)


def test_the_first_list_that_holds_something_is_shown(work: Work, made: World) -> None:
    approved(work, made)
    mandates.published(
        work, made.mission, symbol="S/RES/2808 (2025)", effective_on=TODAY, tasks=(mandates.ending(),), expires_on=None
    )
    plan = proposed(work, made)

    page = queries.plan_page(work.session, plan=plan, shown=None, page=1, on=TODAY)
    assert (page.shown, page.total) == (Show.LOSE, 3)


def test_a_run_that_stopped_stays_in_sight_and_one_that_was_cancelled_does_not(work: Work) -> None:
    stopped = operations.request_replan(work, people=(PersonId(1),), cause=CAUSE, cause_key="a")
    cancelled = operations.request_replan(work, people=(PersonId(1),), cause=CAUSE, cause_key="b")
    operations.park_run(work, run=stopped, because="odd")
    operations.ask_cancel(work, run=cancelled)
    work.session.flush()

    (seen,) = queries.plans_page(work.session, page=1).runs
    assert (seen.id, seen.under_way, seen.last_error) == (stopped, False, "odd")
