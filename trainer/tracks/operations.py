"""Giving, taking back and completing assignments. An assignment is never deleted; its end has a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Table, bindparam, insert, select, update

from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Source, SourceRef
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import PersonId, Problem, Wording, wording
from trainer.kernel.work import Work
from trainer.partners import operations as partner_operations
from trainer.partners import queries as partner_queries
from trainer.partners.values import SessionId, SessionState
from trainer.tracks import queries, rules
from trainer.tracks.events import (
    AssignmentCompleted,
    AssignmentsOverdue,
    AssignmentStarted,
    AttemptFailed,
    AttendanceRecorded,
    ModulesAssigned,
)
from trainer.tracks.models import AssignmentRow, Attempt, ChangesSeen
from trainer.tracks.queries import NoSuchAssignment
from trainer.tracks.values import (
    OPEN_STATES,
    AssignmentId,
    AssignmentState,
    AttemptResult,
    Returned,
    Step,
    Withdrawal,
)

LONGEST_TOKEN = 64
TABLE: Table = AssignmentRow.__table__  # type: ignore[assignment]  # a mapped class's table
NO_REASONS: Mapping[PersonId, str] = MappingProxyType({})
NOT_HELD_BACK: Mapping[AssignmentId, Returned] = MappingProxyType({})


class AssignmentClosed(Conflict):
    """It ended while the person was at it."""


class ModuleRetired(Conflict):
    """No edition of the module is in use any more."""


class Unanswered(Invalid):
    """Some questions have no answer; each is named in the problems."""


class NothingToRead(Invalid):
    """A seat is attended, not read."""


class TokenTaken(Invalid):
    """The form belongs to another page of questions."""


def assign(
    work: Work,
    *,
    steps: Sequence[Step],
    withdrawals: Sequence[Withdrawal],
    plan: int | None,
    decided_by: PersonId | None,
) -> tuple[tuple[AssignmentId, ...], tuple[AssignmentId, ...]]:
    """Take back and give assignments as one decision; return what was given and what was taken back.

    What has begun stays, and what a person already has open is not given twice; so the results may hold less than was
    asked for, and asking twice changes nothing. Seats given up are free for the steps of the same call; raises the
    partners' NoSeatLeft, and then nothing is changed. Statements do not grow with the numbers but by batches.
    """
    withdrawn = _withdraw(work, withdrawals)
    given = _give(work, steps, plan=plan, decided_by=decided_by)
    if given or withdrawn:
        work.record(ModulesAssigned(plan_id=plan, assigned=given, withdrawn=withdrawn))
    return given, withdrawn


def withdraw_for_cancelled_session(
    work: Work, *, course_session: SessionId, because: Wording
) -> tuple[AssignmentId, ...]:
    """Take back the seats of a session that is not held, also for those who were on their way; the credit of others stays."""
    rows = work.session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.course_session_id == course_session, AssignmentRow.state.in_(OPEN_STATES))
        .order_by(AssignmentRow.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.ended_at, row.ended_because = AssignmentState.WITHDRAWN, work.now, because.to_json()
    withdrawn = tuple(AssignmentId(row.id) for row in rows)
    if withdrawn:
        partner_operations.release_seats(work, seats={course_session: len(withdrawn)})
        work.record(ModulesAssigned(plan_id=None, assigned=(), withdrawn=withdrawn))
    return withdrawn


def restore(
    work: Work, *, assignments: Collection[AssignmentId], but: Mapping[AssignmentId, Returned] = NOT_HELD_BACK
) -> Mapping[AssignmentId, Returned]:
    """Give back what a decision took away, as far as it can be; return what became of each, in the order of ids.

    `but` names those that are not to be given back, and why. A module comes back in the edition that is taught now. Left as
    they are: what has ended otherwise, what the person has again meanwhile, seats that are gone and what is no longer taught.
    """
    rows = [
        row
        for batch in queries.batches(assignments)
        for row in work.session.scalars(
            select(AssignmentRow).where(AssignmentRow.id.in_(batch)).order_by(AssignmentRow.id).with_for_update()
        )
    ]
    held = _open_things(work, {PersonId(row.person_id) for row in rows})
    told: dict[AssignmentId, Returned] = {}
    wanted = []
    for row in rows:
        gone = row.state is AssignmentState.ASSIGNED or not rules.may_become(row.state, AssignmentState.ASSIGNED)
        if gone or _thing(row.person_id, row.module_key, row.course_session_id) in held:
            told[AssignmentId(row.id)] = Returned.HAS_IT
        elif AssignmentId(row.id) in but:
            told[AssignmentId(row.id)] = but[AssignmentId(row.id)]
        else:
            wanted.append(row)
    editions = _editions(work, wanted)
    free = _seats_to_retake(work, Counter(SessionId(row.course_session_id) for row in wanted if row.course_session_id))
    for row in wanted:
        found = _give_back(work, row, editions=editions, free=free)
        told[AssignmentId(row.id)] = found
    restored = tuple(each for each, found in told.items() if found is Returned.GIVEN_BACK)
    if restored:
        work.record(ModulesAssigned(plan_id=None, assigned=restored, withdrawn=()))
    return dict(sorted(told.items()))


def _give_back(
    work: Work,
    row: AssignmentRow,
    *,
    editions: Mapping[ModuleKey, ModuleVersionId],
    free: dict[SessionId, list[Returned]],
) -> Returned:
    if row.course_session_id is not None:
        seats = free[SessionId(row.course_session_id)]
        found = seats.pop()
        if found is not Returned.GIVEN_BACK:
            return found
    elif (edition := editions.get(ModuleKey(row.module_key or ""))) is None:
        return Returned.MODULE_RETIRED
    else:
        row.module_version_id = edition
    row.state, row.ended_at, row.ended_because, row.restored_at = AssignmentState.ASSIGNED, None, None, work.now
    return Returned.GIVEN_BACK


def _editions(work: Work, rows: Sequence[AssignmentRow]) -> Mapping[ModuleKey, ModuleVersionId]:
    modules = {ModuleKey(row.module_key) for row in rows if row.module_key is not None}
    return catalogue_queries.current_version_of(work.session, modules=modules) if modules else {}


def _seats_to_retake(work: Work, wanted: Mapping[SessionId, int]) -> dict[SessionId, list[Returned]]:
    """What becomes of each seat that is wanted again, those given back at the end; as many are taken as there are."""
    if not wanted:
        return {}
    cards = partner_queries.session_cards(work.session, sessions=tuple(wanted))
    on_offer = {each.id for each in partner_queries.open_sessions(work.session, on=work.today)}
    answer: dict[SessionId, list[Returned]] = {}
    for session, number in wanted.items():
        card = cards[session]
        if card.state is SessionState.CANCELLED:
            answer[session] = [Returned.SESSION_CANCELLED] * number
        elif card.state is SessionState.HELD or card.starts_on <= work.today:
            answer[session] = [Returned.SESSION_BEGUN] * number
        elif session not in on_offer and card.seats_free > 0:
            answer[session] = [Returned.COURSE_CLOSED] * number
        else:
            taken = _retake(work, {session: number})[session]
            answer[session] = [Returned.SEAT_GONE] * (number - taken) + [Returned.GIVEN_BACK] * taken
    return answer


def start_assignment(work: Work, *, assignment: AssignmentId) -> None:
    """Begin a module; from now on no plan takes it back. Beginning again changes nothing."""
    row = _own(work, assignment)
    if row.module_key is None:
        raise NothingToRead(wording("A seat is not begun here: it begins with its session."))
    if row.state is AssignmentState.ASSIGNED:
        _start(work, row)
        return
    _refuse_if_closed(row)


def note_lesson_read(work: Work, *, assignment: AssignmentId) -> None:
    """Note that the person has read the lesson, which also begins the module; the first time counts."""
    start_assignment(work, assignment=assignment)
    row = _own(work, assignment)
    row.lesson_read_at = row.lesson_read_at or work.now


def answer_questions(
    work: Work, *, assignment: AssignmentId, token: str, answers: Mapping[str, tuple[int, ...]]
) -> AttemptResult:
    """Judge an attempt at a module's questions; passing completes the assignment and records evidence.

    `token` belongs to one page of questions: sending the page twice gives the first result again and counts once.
    `answers` holds numbers of answers by the key of their question, from 0. Raises Unanswered with all open questions.
    """
    row = _own(work, assignment)
    before = work.session.scalars(select(Attempt).where(Attempt.token == token)).one_or_none()
    if before is not None and before.assignment_id == row.id:
        return queries.result_of(work.session, before)
    if before is not None or not 0 < len(token) <= LONGEST_TOKEN:
        raise TokenTaken(wording("This page of questions is out of date. Open the questions again."))
    _refuse_if_closed(row)
    if row.module_key is None:
        raise NothingToRead(wording("A seat has no questions to answer: its session counts."))
    duty = queries.assignment_of(row)
    assert duty.module is not None
    module = catalogue_queries.module_page(work.session, module=duty.module, version=duty.module_version)
    asked = module.questions["en"]
    _refuse_unanswered(rules.unanswered(asked, answers))
    marks = rules.mark_answers(asked, answers)
    outcome = rules.outcome_of(marks, pass_percent=module.pass_percent)
    attempt = Attempt(
        assignment_id=row.id,
        token=token,
        finished_at=work.now,
        answers={each.key: list(each.chosen) for each in marks},
        right=outcome.right,
        asked=outcome.asked,
        passed=outcome.passed,
    )
    work.session.add(attempt)
    work.session.flush()  # the result names the attempt
    if row.state is AssignmentState.ASSIGNED:
        _start(work, row)
    if outcome.passed:
        _complete(work, row, proves=module.teaches, subject=module.title["en"])
    else:
        work.record(
            AttemptFailed(assignment_id=row.id, person_id=row.person_id, right=outcome.right, asked=outcome.asked)
        )
    return queries.attempt_of(attempt, marks, pass_percent=module.pass_percent)


def record_attendance(
    work: Work,
    *,
    course_session: SessionId,
    present: Collection[PersonId],
    reasons: Mapping[PersonId, str] = NO_REASONS,
    among: Collection[PersonId] | None = None,
) -> tuple[AssignmentId, ...]:
    """Say who of the roster was at a session; return the assignments that this completed.

    `among` are the people that the teller answers for, None for everybody; the others are left as they are.
    So is the teller's own seat: nobody confirms their own presence.

    Whoever was present gets what the session's course is recognised to prove on its last day. Everybody else on the
    roster keeps the assignment open, with the reason if one is given. Saying it again corrects an absence, never a
    presence: evidence is not taken back here. The session counts as held; raises the partners' SessionNotBegun, and
    SessionNotOpen for one that was cancelled.
    """
    partner_operations.hold_session(work, session=course_session)
    card = partner_queries.session_cards(work.session, sessions=[course_session])[course_session]
    decided_on = min(card.ends_on, work.today)
    proves = partner_queries.recognised_awards_of(work.session, courses=[card.course], on=decided_on)[card.course]
    rows = work.session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.course_session_id == course_session, AssignmentRow.state.in_(OPEN_STATES))
        .order_by(AssignmentRow.id)
        .with_for_update()
    ).all()
    heard = [row for row in rows if row.person_id != work.actor.person and (among is None or row.person_id in among)]
    there = [row for row in heard if row.person_id in present]
    away = [row for row in heard if row.person_id not in present]
    for row in there:
        _complete(work, row, proves=proves, subject=card.course_title)
    for row in away:
        reason = reasons.get(PersonId(row.person_id), "")
        row.absent_because = _absence(reason, on=card.starts_on.isoformat()).to_json()
    if heard:
        work.record(
            AttendanceRecorded(
                session_id=course_session,
                present=tuple(row.person_id for row in there),
                absent=tuple(row.person_id for row in away),
            )
        )
    return tuple(AssignmentId(row.id) for row in there)


def note_changes_seen(work: Work, *, person: PersonId, until: datetime) -> None:
    """Note that the person has seen what changed up to an instant: what was on their page, not what came since."""
    seen = work.session.get(ChangesSeen, person)
    if seen is None:
        work.session.add(ChangesSeen(person_id=person, seen_until=min(until, work.now)))
    else:
        seen.seen_until = max(seen.seen_until, min(until, work.now))


def note_overdue(work: Work) -> tuple[AssignmentId, ...]:
    """Record which open assignments have passed their due day; each is noted once."""
    ids = tuple(
        AssignmentId(each)
        for each in work.session.scalars(
            select(AssignmentRow.id)
            .where(
                AssignmentRow.state.in_(OPEN_STATES),
                AssignmentRow.due_on < work.today,
                AssignmentRow.overdue_noted_at.is_(None),
            )
            .order_by(AssignmentRow.id)
        )
    )
    for batch in queries.batches(ids):
        work.session.execute(update(TABLE).where(TABLE.c.id.in_(batch)).values(overdue_noted_at=work.now))
    if ids:
        work.record(AssignmentsOverdue(on=work.today, assignments=ids))
    return ids


def _withdraw(work: Work, withdrawals: Sequence[Withdrawal]) -> tuple[AssignmentId, ...]:
    asked = {each.assignment: each for each in withdrawals}
    rows = [
        row
        for batch in queries.batches(asked)
        for row in work.session.execute(
            select(TABLE.c.id, TABLE.c.course_session_id)
            .where(TABLE.c.id.in_(batch), TABLE.c.state == AssignmentState.ASSIGNED)
            .order_by(TABLE.c.id)
            .with_for_update()
        )
    ]
    if not rows:
        return ()
    work.session.execute(
        update(TABLE)
        .where(TABLE.c.id == bindparam("one"))
        .values(state=bindparam("to"), ended_because=bindparam("why"), ended_at=work.now, version=TABLE.c.version + 1),
        [{"one": row.id, "to": asked[row.id].state, "why": asked[row.id].reason.to_json()} for row in rows],
    )
    seats = Counter(SessionId(row.course_session_id) for row in rows if row.course_session_id is not None)
    if seats:
        partner_operations.release_seats(work, seats=seats)
    return tuple(AssignmentId(row.id) for row in rows)


def _give(
    work: Work, steps: Sequence[Step], *, plan: int | None, decided_by: PersonId | None
) -> tuple[AssignmentId, ...]:
    held = _open_things(work, {step.person for step in steps})
    asked: dict[tuple[int, str | int], Step] = {}
    for step in steps:
        asked.setdefault(_thing(step.person, step.module, step.session), step)
    fresh = [step for thing, step in asked.items() if thing not in held]
    if not fresh:
        return ()
    seats = Counter(step.session for step in fresh if step.session is not None)
    if seats:
        partner_operations.take_seats(work, seats=seats)
    modules = {step.module for step in fresh if step.module is not None}
    versions = catalogue_queries.current_version_of(work.session, modules=modules) if modules else {}
    if modules - versions.keys():
        gone = ", ".join(sorted(modules - versions.keys()))
        raise ModuleRetired(
            wording("These modules are no longer taught: {modules}. Work the plan out anew.", modules=gone)
        )
    because = {each: [asdict(ref) for ref in each] for each in {step.because for step in fresh}}
    rows = [
        {
            "person_id": step.person,
            "module_key": step.module,
            "module_version_id": versions[step.module] if step.module is not None else None,
            "course_session_id": step.session,
            "closes": [[each.competency, int(each.level)] for each in step.closes],
            "due_on": step.due_on,
            "state": AssignmentState.ASSIGNED,
            "assigned_at": work.now,
            "assigned_by_id": decided_by,
            "plan_id": plan,
            "reason": step.reason.to_json(),
            "because": because[step.because],
            "version": 1,
        }
        for step in fresh
    ]
    work.session.execute(insert(TABLE), rows)  # without RETURNING, which PostgreSQL takes several times longer for
    made = _open_things(work, {step.person for step in fresh})
    return tuple(made[_thing(step.person, step.module, step.session)] for step in fresh)


def _open_things(work: Work, people: Collection[PersonId]) -> dict[tuple[int, str | int], AssignmentId]:
    """What these people have open: the assignment by person and module or session."""
    return {
        _thing(row.person_id, row.module_key, row.course_session_id): AssignmentId(row.id)
        for batch in queries.batches(people)
        for row in work.session.execute(
            select(TABLE.c.id, TABLE.c.person_id, TABLE.c.module_key, TABLE.c.course_session_id).where(
                TABLE.c.person_id.in_(batch), TABLE.c.state.in_(OPEN_STATES)
            )
        )
    }


def _thing(person: int, module: str | None, session: int | None) -> tuple[int, str | int]:
    thing = module if module is not None else session
    assert thing is not None
    return int(person), thing


def _retake(work: Work, wanted: Mapping[SessionId, int]) -> Counter[SessionId]:
    """Take as many seats as there are; a refusal changes nothing, so it can be asked for fewer."""
    taken: Counter[SessionId] = Counter()
    for course_session, seats in wanted.items():
        for _ in range(seats):
            try:
                partner_operations.take_seats(work, seats={course_session: 1})
            except (partner_operations.NoSeatLeft, partner_operations.CourseNotRecognised):
                break
            taken[course_session] += 1
    return taken


def _own(work: Work, assignment: AssignmentId) -> AssignmentRow:
    """The row, held until the transaction ends; a person reaches only their own."""
    row = work.session.get(AssignmentRow, assignment, with_for_update=True, populate_existing=True)
    if row is None or work.actor.person not in (None, row.person_id):
        raise NoSuchAssignment
    return row


def _refuse_if_closed(row: AssignmentRow) -> None:
    if row.state in OPEN_STATES:
        return
    if row.state is AssignmentState.COMPLETED:
        raise AssignmentClosed(wording("You have already completed this. Your record shows what you hold."))
    raise AssignmentClosed(wording("This was taken out of your training while you were at it. Its page says why."))


def _refuse_unanswered(keys: Sequence[str]) -> None:
    if keys:
        raise Unanswered(
            wording("Answer every question: {count} are still open.", count=len(keys)),
            problems=tuple(Problem(field=key, message=wording("Choose an answer to this question.")) for key in keys),
        )


def _start(work: Work, row: AssignmentRow) -> None:
    row.state, row.started_at = AssignmentState.IN_PROGRESS, work.now
    work.record(AssignmentStarted(assignment_id=row.id, person_id=row.person_id))


def _complete(work: Work, row: AssignmentRow, *, proves: Sequence[AtLevel], subject: str) -> None:
    row.state, row.ended_at, row.absent_because = AssignmentState.COMPLETED, work.now, None
    source = SourceRef(source=Source.RECOGNISED, subject=subject, assignment=row.id)
    for each in proves:
        competency_operations.record_evidence(
            work,
            person=PersonId(row.person_id),
            competency=each.competency,
            level=each.level,
            observed_on=work.today,
            source=source,
        )
    work.record(AssignmentCompleted(assignment_id=row.id, person_id=row.person_id))


def _absence(reason: str, *, on: str) -> Wording:
    if reason:
        return wording("You were not at the session of {starts_on}: {reason}", starts_on=on, reason=reason)
    return wording("You were not at the session of {starts_on}.", starts_on=on)
