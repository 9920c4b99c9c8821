"""Reading assignments, with rows about that must not come back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories import accounts, partners, tracks
from trainer.accounts.values import Role
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import CompetencyKey, Level, Source, SourceRef
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.tracks import operations, queries
from trainer.tracks.values import AssignmentId, AssignmentState, AttemptId, ChangeKind, StepState

TODAY = date(2026, 11, 24)
STATE = AssignmentState


@pytest.fixture
def person(session: Session) -> PersonId:
    tracks.competency(session)
    tracks.module(session)
    tracks.module(session, key="other")
    mission = accounts.mission(session)
    return accounts.posted_person(session, mission=mission, role=Role.INFANTRY)


@pytest.fixture(autouse=True)
def noise(session: Session, person: PersonId) -> PersonId:
    """Somebody else with assignments of every sort."""
    somebody = accounts.person(session)
    held = partners.course_session(session)
    tracks.seat(session, person=somebody, course_session=held)
    tracks.overdue_assignment(session, person=somebody)
    tracks.completed_assignment(session, person=somebody, module="other")
    tracks.withdrawn_assignment(session, person=somebody)
    return somebody


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that reach the database."""
    statements: list[str] = []
    connection = session.connection()

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


def test_open_assignments_are_those_of_the_people_named_that_have_not_ended(session: Session, person: PersonId) -> None:
    late = tracks.assignment(session, person=person, module="other", due_on=date(2027, 1, 1))
    begun = tracks.begun_assignment(session, person=person)
    tracks.completed_assignment(session, person=person)
    tracks.withdrawn_assignment(session, person=person)

    found = queries.open_assignments(session, people=[person])

    assert [each.id for each in found] == [begun, late]


def test_open_assignments_of_nobody_are_none(session: Session) -> None:
    assert queries.open_assignments(session, people=[]) == ()


def test_a_persons_assignments_are_all_that_ever_were_in_order(session: Session, person: PersonId) -> None:
    made = [
        make(session, person=person)
        for make in (tracks.completed_assignment, tracks.withdrawn_assignment, tracks.assignment)
    ]

    assert [each.id for each in queries.assignments_of(session, person=person)] == made


def test_one_assignment_is_found_by_its_id_or_refused(session: Session, person: PersonId) -> None:
    made = tracks.assignment(session, person=person)

    assert queries.assignment(session, assignment=made).person == person
    assert queries.assignments(session, ids=[made, AssignmentId(99_999)]).keys() == {made}
    with pytest.raises(queries.NoSuchAssignment):
        queries.assignment(session, assignment=AssignmentId(99_999))


def test_an_own_card_is_refused_to_everybody_else(session: Session, person: PersonId, noise: PersonId) -> None:
    made = tracks.assignment(session, person=person)

    card = queries.own_card(session, assignment=made, person=person, on=TODAY)

    assert (card.title["fr"], card.acts_on, card.overdue) == ("Bases de poc-basics", tracks.DUE, False)
    with pytest.raises(queries.NoSuchAssignment):
        queries.own_card(session, assignment=made, person=noise, on=TODAY)


def test_a_seats_card_has_place_hour_and_day(session: Session, person: PersonId) -> None:
    held = partners.course_session(session, place="Entebbe")
    made = tracks.seat(session, person=person, course_session=held)

    card = queries.own_card(session, assignment=made, person=person, on=TODAY)

    assert card.seat is not None
    assert card.seat.place == "Entebbe"
    assert card.starts_at == datetime(2027, 2, 8, 6, 0, tzinfo=UTC)
    assert card.acts_on == date(2027, 2, 8)
    assert not card.awaits_attendance


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({}, True),
        ({"absent_because": {"key": "Ill."}}, False),
        ({"state": STATE.COMPLETED, "ended_at": tracks.NOW}, False),
    ],
    ids=["nobody has said", "absent", "present"],
)
def test_a_seat_waits_after_its_session_until_somebody_says_who_was_there(
    session: Session, person: PersonId, changes: dict[str, object], waits: bool
) -> None:
    held = partners.course_session(session, starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 20))
    made = tracks.seat(session, person=person, course_session=held, **changes)

    card = queries.own_card(session, assignment=made, person=person, on=TODAY)

    assert card.awaits_attendance is waits


# a person's own page


def test_the_page_has_one_next_then_the_rest_and_what_is_done(session: Session, person: PersonId) -> None:
    done = tracks.completed_assignment(session, person=person)
    later = tracks.assignment(session, person=person, module="other", due_on=date(2027, 1, 1))
    soon = tracks.assignment(session, person=person, due_on=date(2026, 12, 1))

    page = queries.my_page(session, person=person, on=TODAY)

    assert page.next is not None
    assert page.next.assignment.id == soon
    assert page.next_effort == timedelta(minutes=45)
    assert [each.assignment.id for each in page.later] == [later]
    assert [each.assignment.id for each in page.done] == [done]
    assert page.done_in_all == 1


def test_an_empty_page_says_so(session: Session) -> None:
    page = queries.my_page(session, person=accounts.person(session), on=TODAY)

    assert (page.next, page.later, page.changes, page.done, page.changed_at) == (None, (), (), (), None)


def test_changes_are_shown_until_they_were_seen(work: Work, person: PersonId) -> None:
    tracks.completed_assignment(work, person=person)
    old = tracks.assignment(work, person=person)
    taken = tracks.withdrawn_assignment(work, person=person, module="other")

    before = queries.my_page(work.session, person=person, on=TODAY)
    operations.note_changes_seen(work, person=person, until=before.changes[0].at - timedelta(seconds=1))
    work.session.flush()
    between = queries.my_page(work.session, person=person, on=TODAY)
    assert before.changed_at is not None
    operations.note_changes_seen(work, person=person, until=before.changed_at)
    work.session.flush()
    after = queries.my_page(work.session, person=person, on=TODAY)

    assert [(each.card.assignment.id, each.kind) for each in before.changes] == [
        (taken, ChangeKind.WITHDRAWN),
        (old, ChangeKind.GIVEN),
    ]
    assert [each.card.assignment.id for each in between.changes] == [taken]
    assert after.changes == ()


def test_changes_of_long_ago_are_no_news(session: Session, person: PersonId) -> None:
    tracks.assignment(session, person=person, assigned_at=datetime(2026, 9, 1, tzinfo=UTC))

    assert queries.my_page(session, person=person, on=TODAY).changes == ()


def test_only_the_latest_of_what_is_done_is_listed(session: Session, person: PersonId) -> None:
    for day in range(1, 13):
        tracks.completed_assignment(session, person=person, ended_at=datetime(2026, 10, day, tzinfo=UTC))

    page = queries.my_page(session, person=person, on=TODAY)

    assert (len(page.done), page.done_in_all) == (queries.DONE_SHOWN, 12)
    assert page.done[0].assignment.ended_at == datetime(2026, 10, 12, tzinfo=UTC)


def test_the_page_asks_the_same_few_statements_however_long_it_is(session: Session, person: PersonId) -> None:
    held = [partners.course_session(session) for _ in range(20)]
    for each in held:
        tracks.seat(session, person=person, course_session=each)
    for number in range(30):
        tracks.module(session, key=f"module-{number}")
        tracks.assignment(session, person=person, module=f"module-{number}")
    session.flush()
    session.expire_all()

    with counted(session) as statements:
        page = queries.my_page(session, person=person, on=TODAY)

    assert len(page.later) == 49
    assert len(statements) <= 8


# attempts


def test_an_attempt_is_read_back_as_it_was_judged(work: Work, person: PersonId) -> None:
    made = tracks.assignment(work, person=person)
    result = operations.answer_questions(work, assignment=made, token="t", answers=tracks.WRONG)

    assert queries.attempt_result(work.session, attempt=result.id) == result
    with pytest.raises(queries.NoSuchAttempt):
        queries.attempt_result(work.session, attempt=AttemptId(99_999))


def test_attempts_are_those_of_the_assignment_latest_first(session: Session, person: PersonId, noise: PersonId) -> None:
    made = tracks.assignment(session, person=person)
    tracks.failed_attempt(session, assignment=tracks.assignment(session, person=noise))
    first, second = (tracks.failed_attempt(session, assignment=made) for _ in range(2))

    assert queries.attempts_of(session, assignment=made) == (second, first)


# plans and sessions


def test_a_plans_assignments_are_those_it_made(session: Session, person: PersonId) -> None:
    assert queries.assignments_in_plan(session, plan=1) == ()


def test_a_roster_has_who_is_expected_and_who_was_there_by_name(session: Session, person: PersonId) -> None:
    held = partners.course_session(session)
    zoe = accounts.person(session, given_name="Zoe", family_name="Abbas")
    adam = accounts.person(session, given_name="Adam", family_name="Zwick")
    tracks.seat(session, person=zoe, course_session=held)
    tracks.seat(session, person=adam, course_session=held, state=STATE.COMPLETED)
    tracks.seat(session, person=person, course_session=held, state=STATE.WITHDRAWN)

    found = queries.roster(session, course_session=held)

    assert [(line.person.id, line.state) for line in found] == [(adam, STATE.COMPLETED), (zoe, STATE.ASSIGNED)]


# tracks


def test_a_track_shows_where_the_person_stands_at_each_step(work: Work, person: PersonId) -> None:
    tracks.competency(work, "wps")
    for key, teaches in (("done", {"poc": 1}), ("held", {"wps": 1}), ("next", {"poc": 4}), ("ahead", {"poc": 4})):
        tracks.module(work, key=key, teaches=teaches)
    tracks.track(work, "done", "held", "poc-basics", "next", "ahead")
    tracks.track(work, "other", key="observers", role="observer")
    tracks.completed_assignment(work, person=person, module="done")
    assigned = tracks.assignment(work, person=person)
    competency_operations.record_evidence(
        work,
        person=person,
        competency=CompetencyKey("wps"),
        level=Level.PRACTISED,
        observed_on=TODAY,
        source=SourceRef(source=Source.OBSERVED),
    )

    (found,) = queries.overview(work.session, person=person, on=TODAY)

    assert found.title == {"en": "Infantry"}
    assert [(line.step.module, line.state) for line in found.lines] == [
        ("done", StepState.DONE),
        ("held", StepState.HELD),
        ("poc-basics", StepState.OPEN),
        ("next", StepState.AHEAD),
        ("ahead", StepState.AHEAD),
    ]
    assert found.lines[2].assignment == assigned
    assert found.behind == 2


def test_the_step_after_what_is_behind_is_next(session: Session, person: PersonId) -> None:
    tracks.track(session, "poc-basics", "other")
    tracks.completed_assignment(session, person=person)

    (found,) = queries.overview(session, person=person, on=TODAY)

    assert [line.state for line in found.lines] == [StepState.DONE, StepState.NEXT]


def test_a_track_for_everyone_is_shown_to_somebody_without_a_role(session: Session, person: PersonId) -> None:
    tracks.track(session, "other", key="everyone", role=None)
    tracks.track(session, "other")
    visitor = accounts.person(session)

    found = queries.overview(session, person=visitor, on=TODAY)

    assert [track.key for track in found] == ["everyone"]


def test_a_repeated_step_asks_again_for_a_later_deployment(
    session: Session, person: PersonId, work_as: Callable[..., Work]
) -> None:
    mission = accounts.mission(session)
    again = accounts.posted_person(session, mission=mission, starts_on=date(2027, 12, 1), ends_on=None)
    tracks.track(session, "other", steps=[{"module": "other", "skip": "never", "repeat": "each-deployment"}])
    for each in (person, again):
        tracks.completed_assignment(session, person=each, module="other")

    states = [queries.overview(session, person=each, on=TODAY)[0].lines[0].state for each in (person, again)]

    assert states == [StepState.DONE, StepState.NEXT]
