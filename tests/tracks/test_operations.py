"""Giving, taking back and completing assignments, on the real database."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import accounts, partners, tracks
from trainer.catalogue.models import ModuleVersion
from trainer.competencies import queries as competency_queries
from trainer.competencies.models import EvidenceRow
from trainer.competencies.values import Level, Source
from trainer.kernel.errors import Conflict
from trainer.kernel.events import Event, from_json
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.partners import operations as partner_operations
from trainer.partners import queries as partner_queries
from trainer.partners.models import Course, CourseSession
from trainer.partners.values import CourseState, SessionId, SessionState
from trainer.tracks import operations, queries
from trainer.tracks.events import (
    AssignmentCompleted,
    AssignmentsOverdue,
    AssignmentStarted,
    AttemptFailed,
    AttendanceRecorded,
    ModulesAssigned,
)
from trainer.tracks.models import AssignmentRow, Attempt
from trainer.tracks.values import AssignmentId, AssignmentState, Returned, Step, Withdrawal

STATE = AssignmentState
BECAUSE = wording("Your mission no longer does this.")


@pytest.fixture
def person(session: Session) -> PersonId:
    tracks.competency(session)
    tracks.module(session)
    return accounts.person(session)


def events(work: Work, kind: type[Event]) -> list[Event]:
    return [from_json(each.event, each.payload, {}) for each in work.recorded if each.event == kind.name]


def state_of(work: Work, assignment: AssignmentId) -> AssignmentState:
    work.session.flush()
    work.session.expire_all()
    return queries.assignment(work.session, assignment=assignment).state


def seats_taken(work: Work, course_session: SessionId) -> int:
    work.session.expire_all()
    return partner_queries.session_cards(work.session, sessions=[course_session])[course_session].seats_taken


def assign(work: Work, *steps: Step, withdrawals: tuple[Withdrawal, ...] = ()) -> tuple[tuple[AssignmentId, ...], ...]:
    return operations.assign(work, steps=steps, withdrawals=withdrawals, plan=None, decided_by=None)


def withdrawal(assignment: AssignmentId, state: AssignmentState = STATE.WITHDRAWN) -> Withdrawal:
    return Withdrawal(assignment=assignment, state=state, reason=BECAUSE)


# giving and taking back


def test_assigning_stores_what_why_and_by_when(work: Work, person: PersonId) -> None:
    (given,), withdrawn = assign(work, tracks.step(person))

    found = queries.assignment(work.session, assignment=given)
    assert (found.person, found.module, found.session) == (person, "poc-basics", None)
    assert found.module_version is not None
    assert (found.due_on, found.reason, found.because) == (tracks.DUE, tracks.REASON, (tracks.PARAGRAPH,))
    assert [(each.competency, each.level) for each in found.closes] == [("poc", Level.PRACTISED)]
    assert withdrawn == ()
    assert events(work, ModulesAssigned) == [ModulesAssigned(plan_id=None, assigned=(given,), withdrawn=())]


def test_what_a_person_has_open_is_not_given_twice(work: Work, person: PersonId) -> None:
    assign(work, tracks.step(person))

    again, _ = assign(work, tracks.step(person), tracks.step(person))

    assert again == ()
    assert len(events(work, ModulesAssigned)) == 1


def test_the_same_step_named_twice_is_given_once(work: Work, person: PersonId) -> None:
    given, _ = assign(work, tracks.step(person), tracks.step(person))

    assert len(given) == 1


def test_a_module_completed_before_can_be_given_again(work: Work, person: PersonId) -> None:
    tracks.completed_assignment(work, person=person)

    given, _ = assign(work, tracks.step(person))

    assert len(given) == 1


def test_a_seat_is_taken_in_its_session(work: Work, person: PersonId) -> None:
    held = partners.course_session(work)

    (given,), _ = assign(work, tracks.step(person, session=held))

    assert queries.assignment(work.session, assignment=given).session == held
    assert seats_taken(work, held) == 1


def test_a_full_session_refuses_the_whole_decision(work: Work, person: PersonId) -> None:
    with pytest.raises(partner_operations.NoSeatLeft):
        assign(work, tracks.step(person, session=partners.full_session(work)))

    assert events(work, ModulesAssigned) == []


def test_a_seat_given_up_is_free_for_another_in_the_same_decision(work: Work, person: PersonId) -> None:
    held = partners.course_session(work, seats=1)
    leaving = tracks.seat(work, person=accounts.person(work), course_session=held)

    given, withdrawn = assign(work, tracks.step(person, session=held), withdrawals=(withdrawal(leaving),))

    assert (len(given), withdrawn) == (1, (leaving,))
    assert seats_taken(work, held) == 1


def test_a_module_without_a_current_edition_is_refused(work: Work, person: PersonId) -> None:
    tracks.module(work, key="old", current=False)

    with pytest.raises(operations.ModuleRetired, match="old"):
        assign(work, tracks.step(person, module="old"))


def test_a_withdrawal_keeps_its_reason(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)

    _, withdrawn = assign(work, withdrawals=(withdrawal(given, STATE.SUPERSEDED),))

    work.session.expire_all()
    found = queries.assignment(work.session, assignment=given)
    assert withdrawn == (given,)
    assert (found.state, found.ended_because, found.ended_at) == (STATE.SUPERSEDED, BECAUSE, work.now)


@pytest.mark.parametrize(
    "make",
    [tracks.begun_assignment, tracks.completed_assignment, tracks.withdrawn_assignment],
    ids=lambda f: f.__name__,
)
def test_what_has_begun_or_ended_is_not_taken_back(
    work: Work, person: PersonId, make: Callable[..., AssignmentId]
) -> None:
    kept = make(work, person=person)
    before = state_of(work, kept)

    _, withdrawn = assign(work, withdrawals=(withdrawal(kept),))

    assert withdrawn == ()
    assert state_of(work, kept) is before
    assert work.recorded == []


def test_thousands_are_given_and_taken_back_in_well_under_a_second(work: Work, person: PersonId) -> None:
    from trainer.accounts.models import Person

    template = work.session.get_one(Person, person)
    people = [
        Person(
            key=f"many-{number}",
            given_name="A",
            family_name="B",
            search_name="a b",
            organisation_id=template.organisation_id,
        )
        for number in range(3_000)
    ]
    work.session.add_all(people)
    work.session.flush()
    ids = [PersonId(each.id) for each in people]
    tracks.module(work, key="other")
    old, _ = assign(work, *(tracks.step(each, module="other") for each in ids[:1_000]))
    steps = [tracks.step(each) for each in ids]
    withdrawals = tuple(withdrawal(each) for each in old)
    work.session.flush()

    given, withdrawn = assign(work, *steps, withdrawals=withdrawals)
    work.session.flush()

    assert (len(given), len(withdrawn)) == (3_000, 1_000)
    assert len(events(work, ModulesAssigned)) == 2
    assert [queries.assignment(work.session, assignment=given[place]).person for place in (0, 1_500, 2_999)] == [
        ids[0],
        ids[1_500],
        ids[2_999],
    ]


# a session that is not held


def test_a_cancelled_session_takes_everybodys_open_seat_back(work: Work, person: PersonId) -> None:
    held = partners.course_session(work)
    seat = tracks.seat(work, person=person, course_session=held)
    elsewhere = tracks.seat(work, person=person, course_session=partners.course_session(work))
    there = tracks.seat(work, person=accounts.person(work), course_session=held, state=STATE.COMPLETED)

    withdrawn = operations.withdraw_for_cancelled_session(work, course_session=held, because=BECAUSE)

    assert withdrawn == (seat,)
    assert [state_of(work, each) for each in (seat, elsewhere, there)] == [
        STATE.WITHDRAWN,
        STATE.ASSIGNED,
        STATE.COMPLETED,
    ]
    assert seats_taken(work, held) == 1
    assert operations.withdraw_for_cancelled_session(work, course_session=held, because=BECAUSE) == ()
    assert len(events(work, ModulesAssigned)) == 1


# giving back


def test_what_was_taken_is_given_back(work: Work, person: PersonId) -> None:
    taken = tracks.withdrawn_assignment(work, person=person)

    restored = operations.restore(work, assignments=[taken])

    work.session.flush()
    found = queries.assignment(work.session, assignment=taken)
    assert restored == {taken: Returned.GIVEN_BACK}
    assert (found.state, found.ended_at, found.ended_because) == (STATE.ASSIGNED, None, None)
    assert found.restored_at == work.now
    assert operations.restore(work, assignments=[taken]) == {taken: Returned.HAS_IT}


def test_only_as_many_seats_are_given_back_as_are_left(work: Work, person: PersonId) -> None:
    held = partners.course_session(work, seats=1)
    taken = [
        tracks.seat(work, person=each, course_session=held, state=STATE.WITHDRAWN, takes=0)
        for each in (person, accounts.person(work))
    ]

    restored = operations.restore(work, assignments=taken)

    assert restored == {taken[0]: Returned.GIVEN_BACK, taken[1]: Returned.SEAT_GONE}
    assert seats_taken(work, held) == 1
    assert state_of(work, taken[1]) is STATE.WITHDRAWN


def test_what_the_person_has_again_is_not_given_back_besides(work: Work, person: PersonId) -> None:
    taken = tracks.withdrawn_assignment(work, person=person)
    tracks.assignment(work, person=person)

    assert operations.restore(work, assignments=[taken]) == {taken: Returned.HAS_IT}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": SessionState.CANCELLED}, Returned.SESSION_CANCELLED),
        ({"state": SessionState.HELD}, Returned.SESSION_BEGUN),
        ({"starts_on": date(2026, 11, 20), "ends_on": date(2026, 11, 27)}, Returned.SESSION_BEGUN),
        ({"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 27)}, Returned.SESSION_BEGUN),
    ],
)
def test_a_seat_that_cannot_be_taken_any_more_is_not_given_back(
    work: Work, person: PersonId, changes: dict[str, object], why: Returned
) -> None:
    held = partners.course_session(work, seats=3)
    taken = tracks.seat(work, person=person, course_session=held, state=STATE.WITHDRAWN, takes=0)
    row = work.session.get_one(CourseSession, held)
    for name, value in changes.items():
        setattr(row, name, value)
    work.session.flush()

    assert operations.restore(work, assignments=[taken]) == {taken: why}
    assert state_of(work, taken) is STATE.WITHDRAWN
    assert seats_taken(work, held) == 0


def test_a_seat_of_a_closed_course_is_not_given_back(work: Work, person: PersonId) -> None:
    held = partners.course_session(work, seats=3)
    taken = tracks.seat(work, person=person, course_session=held, state=STATE.WITHDRAWN, takes=0)
    course = work.session.get_one(Course, work.session.get_one(CourseSession, held).course_id)
    course.state = CourseState.CLOSED
    work.session.flush()

    assert operations.restore(work, assignments=[taken]) == {taken: Returned.COURSE_CLOSED}


def test_a_module_that_is_no_longer_taught_is_not_given_back(work: Work, person: PersonId) -> None:
    taken = tracks.withdrawn_assignment(work, person=person)
    for row in work.session.scalars(select(ModuleVersion)):
        row.current = False
    work.session.flush()

    assert operations.restore(work, assignments=[taken]) == {taken: Returned.MODULE_RETIRED}


def test_what_is_held_back_stays_taken_with_its_reason(work: Work, person: PersonId) -> None:
    taken = tracks.withdrawn_assignment(work, person=person)

    told = operations.restore(work, assignments=[taken], but={taken: Returned.PERSON_MOVED})

    assert told == {taken: Returned.PERSON_MOVED}
    assert state_of(work, taken) is STATE.WITHDRAWN


# learning


def test_a_module_is_begun_once_and_only_by_its_owner(
    work: Work, work_as: Callable[..., Work], person: PersonId
) -> None:
    given = tracks.assignment(work, person=person)
    own, other = work_as(person), work_as(accounts.person(work))

    operations.start_assignment(own, assignment=given)
    operations.start_assignment(own, assignment=given)

    found = queries.assignment(work.session, assignment=given)
    assert (found.state, found.started_at) == (STATE.IN_PROGRESS, own.now)
    assert len(events(own, AssignmentStarted)) == 1
    with pytest.raises(queries.NoSuchAssignment):
        operations.start_assignment(other, assignment=given)


def test_reading_the_lesson_begins_the_module_and_the_first_time_counts(
    work: Work, work_as: Callable[..., Work], person: PersonId
) -> None:
    given = tracks.assignment(work, person=person)

    operations.note_lesson_read(work, assignment=given)
    operations.note_lesson_read(work_as(person, today=date(2026, 11, 30)), assignment=given)

    found = queries.assignment(work.session, assignment=given)
    assert (found.state, found.lesson_read_at) == (STATE.IN_PROGRESS, work.now)


def test_a_seat_is_neither_begun_nor_answered(work: Work, person: PersonId) -> None:
    seat = tracks.seat(work, person=person, course_session=partners.course_session(work))

    with pytest.raises(operations.NothingToRead):
        operations.start_assignment(work, assignment=seat)
    with pytest.raises(operations.NothingToRead):
        operations.answer_questions(work, assignment=seat, token="t", answers={})


@pytest.mark.parametrize("make", [tracks.completed_assignment, tracks.withdrawn_assignment], ids=["completed", "taken"])
def test_what_has_ended_is_neither_begun_nor_answered(
    work: Work, person: PersonId, make: Callable[..., AssignmentId]
) -> None:
    ended = make(work, person=person)

    with pytest.raises(Conflict):
        operations.start_assignment(work, assignment=ended)
    with pytest.raises(operations.AssignmentClosed):
        operations.answer_questions(work, assignment=ended, token="t", answers=tracks.RIGHT)


def test_passing_completes_the_module_and_records_what_it_proves(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)

    result = operations.answer_questions(work, assignment=given, token="t", answers=tracks.RIGHT)

    assert result.outcome.passed
    assert state_of(work, given) is STATE.COMPLETED
    (evidence,) = competency_queries.evidence_of(work.session, people=[person])[person]
    assert (evidence.competency, evidence.level, evidence.source) == ("poc", Level.PRACTISED, Source.RECOGNISED)
    assert (evidence.subject, evidence.observed_on) == ("Basics of poc-basics", work.today)
    assert evidence.expires_on == date(2027, 11, 24)
    assert work.session.scalars(select(EvidenceRow.assignment_id)).one() == given
    assert events(work, AssignmentCompleted) == [AssignmentCompleted(assignment_id=given, person_id=person)]


def test_failing_keeps_the_module_open_and_says_what_was_right(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)

    result = operations.answer_questions(work, assignment=given, token="t", answers=tracks.WRONG)

    assert (result.outcome.right, result.outcome.asked, result.outcome.passed) == (1, 2, False)
    assert [(each.key, each.right) for each in result.marks] == [("report", False), ("signs", True)]
    assert state_of(work, given) is STATE.IN_PROGRESS
    assert competency_queries.evidence_of(work.session, people=[person])[person] == ()
    assert events(work, AttemptFailed) == [
        AttemptFailed(assignment_id=given, person_id=person, right=1, asked=2),
    ]


def test_the_same_page_sent_twice_counts_once(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)
    first = operations.answer_questions(work, assignment=given, token="t", answers=tracks.RIGHT)

    second = operations.answer_questions(work, assignment=given, token="t", answers=tracks.WRONG)

    assert second == first
    assert len(work.session.scalars(select(Attempt)).all()) == 1
    assert len(competency_queries.evidence_of(work.session, people=[person])[person]) == 1


def test_a_new_page_is_a_new_attempt(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)
    operations.answer_questions(work, assignment=given, token="first", answers=tracks.WRONG)

    result = operations.answer_questions(work, assignment=given, token="second", answers=tracks.RIGHT)

    assert result.outcome.passed
    assert len(queries.attempts_of(work.session, assignment=given)) == 2


def test_open_questions_are_all_named_and_nothing_is_stored(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)

    with pytest.raises(operations.Unanswered) as refused:
        operations.answer_questions(work, assignment=given, token="t", answers={"report": (9,)})

    assert [each.field for each in refused.value.problems] == ["report", "signs"]
    assert work.session.scalars(select(Attempt)).all() == []
    assert state_of(work, given) is STATE.ASSIGNED


@pytest.mark.parametrize("token", ["", "x" * 65, "elses"], ids=["none", "too long", "of another assignment"])
def test_a_token_must_be_of_this_page(work: Work, person: PersonId, token: str) -> None:
    given = tracks.assignment(work, person=person)
    other = tracks.assignment(work, person=accounts.person(work))
    tracks.failed_attempt(work, assignment=other, token="elses")

    with pytest.raises(operations.TokenTaken):
        operations.answer_questions(work, assignment=given, token=token, answers=tracks.RIGHT)


def test_an_attempt_is_judged_by_the_edition_that_was_assigned(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)
    work.session.execute(tracks.ModuleVersion.__table__.update().values(current=False))  # type: ignore[attr-defined]
    tracks.module(work, questions={"en": tracks.questions()[:1]}, teaches={"poc": 1})

    result = operations.answer_questions(work, assignment=given, token="t", answers=tracks.RIGHT)

    assert result.outcome.asked == 2
    (evidence,) = competency_queries.evidence_of(work.session, people=[person])[person]
    assert evidence.level is Level.PRACTISED


# attendance


HELD = {"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 20)}


def test_whoever_was_there_gets_what_is_recognised_and_the_others_stay_open(work: Work, person: PersonId) -> None:
    tracks.competency(work, "wps")
    course = partners.unrecognised_course(work, awards={"poc": 3, "wps": 2})
    partners.recognition(work, course=course, competency_key="poc", level=2)
    held = partners.course_session(work, course=course, **HELD)
    away, unheard = accounts.person(work), accounts.person(work)
    seats = {each: tracks.seat(work, person=each, course_session=held) for each in (person, away, unheard)}

    completed = operations.record_attendance(work, course_session=held, present={person}, reasons={away: "ill"})

    assert completed == (seats[person],)
    work.session.flush()
    (evidence,) = competency_queries.evidence_of(work.session, people=[person])[person]
    assert (evidence.competency, evidence.level, evidence.source) == ("poc", Level.PRACTISED, Source.RECOGNISED)
    ill = queries.assignment(work.session, assignment=seats[away])
    assert (ill.state, str(ill.absent_because)) == (
        STATE.ASSIGNED,
        "You were not at the session of 2026-11-16: ill",
    )
    assert queries.assignment(work.session, assignment=seats[unheard]).absent_because is not None
    assert partner_queries.session_cards(work.session, sessions=[held])[held].state is SessionState.HELD
    assert events(work, AttendanceRecorded) == [
        AttendanceRecorded(session_id=held, present=(person,), absent=(away, unheard))
    ]


def test_an_absence_can_be_corrected_and_a_presence_counts_once(work: Work, person: PersonId) -> None:
    held = partners.course_session(work, **HELD)
    late = accounts.person(work)
    seats = [tracks.seat(work, person=each, course_session=held) for each in (person, late)]
    operations.record_attendance(work, course_session=held, present={person})

    completed = operations.record_attendance(work, course_session=held, present={person, late})

    assert completed == (seats[1],)
    assert [state_of(work, each) for each in seats] == [STATE.COMPLETED, STATE.COMPLETED]
    evidence = competency_queries.evidence_of(work.session, people=[person, late])
    assert [len(evidence[each]) for each in (person, late)] == [1, 1]
    assert queries.assignment(work.session, assignment=seats[1]).absent_because is None


def test_nobody_was_at_a_session_that_has_not_begun(work: Work, person: PersonId) -> None:
    held = partners.course_session(work)
    tracks.seat(work, person=person, course_session=held)

    with pytest.raises(partner_operations.SessionNotBegun):
        operations.record_attendance(work, course_session=held, present={person})


def test_nobody_confirms_their_own_presence(work: Work, work_as: Callable[..., Work], person: PersonId) -> None:
    held = partners.course_session(work, **HELD)
    own = tracks.seat(work, person=person, course_session=held)

    assert operations.record_attendance(work_as(person), course_session=held, present={person}) == ()
    assert queries.assignment(work.session, assignment=own).absent_because is None


def test_a_stranger_named_as_present_gets_nothing(work: Work, person: PersonId) -> None:
    held = partners.course_session(work, **HELD)

    assert operations.record_attendance(work, course_session=held, present={person}) == ()
    assert competency_queries.evidence_of(work.session, people=[person])[person] == ()


# notes


def test_each_overdue_assignment_is_noted_once(work: Work, work_as: Callable[..., Work], person: PersonId) -> None:
    late = tracks.overdue_assignment(work, person=person)
    tracks.assignment(work, person=accounts.person(work))
    tracks.completed_assignment(work, person=person, due_on=date(2026, 11, 1))

    assert operations.note_overdue(work) == (late,)
    assert operations.note_overdue(work_as(None, today=date(2026, 11, 25))) == ()
    assert events(work, AssignmentsOverdue) == [AssignmentsOverdue(on=work.today, assignments=(late,))]


def test_changes_seen_never_go_back_nor_ahead_of_now(work: Work, person: PersonId) -> None:
    operations.note_changes_seen(work, person=person, until=work.now - timedelta(days=1))
    work.session.flush()
    assert queries.changes_seen_until(work.session, person=person) == work.now - timedelta(days=1)

    operations.note_changes_seen(work, person=person, until=work.now + timedelta(days=9))
    operations.note_changes_seen(work, person=person, until=work.now - timedelta(days=5))
    work.session.flush()

    assert queries.changes_seen_until(work.session, person=person) == work.now


def test_an_assignment_is_of_one_thing(work: Work, person: PersonId) -> None:
    given = tracks.assignment(work, person=person)

    row = work.session.get_one(AssignmentRow, given)

    assert (row.module_key is None) is not (row.course_session_id is None)
