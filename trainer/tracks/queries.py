"""Reading assignments: one by one, by person, by plan, by session, and the pages that a person's own training needs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Row, Text, case, cast, func, or_, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, PersonProfile
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId
from trainer.competencies import queries as competency_queries
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import CompetencyKey, Level, TaskRef
from trainer.kernel.db import among, plain_rows
from trainer.kernel.errors import NotFound
from trainer.kernel.values import LocalText, PersonId, Wording, wording
from trainer.partners import queries as partner_queries
from trainer.partners.values import SessionCard, SessionId
from trainer.tracks import rules
from trainer.tracks.models import AssignmentRow, Attempt, ChangesSeen
from trainer.tracks.values import (
    OPEN_STATES,
    Assignment,
    AssignmentCard,
    AssignmentId,
    AssignmentState,
    AttemptId,
    AttemptResult,
    Change,
    MarkedQuestion,
    MyPage,
    OpenColumns,
    Outcome,
    Progress,
    RosterLine,
    StepState,
    TrackLine,
    TrackOverview,
)

BATCH = 5_000
"""As many parameters as either engine takes well in one statement."""
DONE_SHOWN = 10
CHANGES_KEPT = timedelta(days=60)
"""Changes older than this are no news, even to somebody who never said that they had seen them."""
PREPARATION = timedelta(days=365)
"""What was completed at most so long before a deployment was in preparation of it."""

T = TypeVar("T")


class NoSuchAssignment(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such assignment in your training. Look under My training."))


class NoSuchAttempt(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such attempt. Open the module and answer its questions."))


def people_seated_with(session: Session, *, sessions: Collection[SessionId]) -> tuple[PersonId, ...]:
    """Who has an open assignment in one of the sessions, by id."""
    found: set[int] = set()
    for batch in batches(sessions):
        query = select(AssignmentRow.person_id).where(
            AssignmentRow.course_session_id.in_(batch), AssignmentRow.state.in_(OPEN_STATES)
        )
        found.update(session.scalars(query))
    return tuple(PersonId(each) for each in sorted(found))


def seated_in(session: Session, *, sessions: Collection[SessionId]) -> Mapping[SessionId, tuple[PersonId, ...]]:
    """Who has an open assignment in each of the sessions, by id; a session with nobody is left out."""
    found: defaultdict[SessionId, set[PersonId]] = defaultdict(set)
    for batch in batches(sessions):
        query = select(AssignmentRow.course_session_id, AssignmentRow.person_id).where(
            AssignmentRow.course_session_id.in_(batch), AssignmentRow.state.in_(OPEN_STATES)
        )
        for number, person in session.execute(query):
            if number is not None:
                found[SessionId(number)].add(PersonId(person))
    return {number: tuple(sorted(people)) for number, people in found.items()}


def open_assignments(session: Session, *, people: Collection[PersonId]) -> tuple[Assignment, ...]:
    """What these people have yet to complete, by person and then by due day. One query."""
    closes, because, reasons = _Once(_closes), _Once(_because), _Once(Wording.from_json)
    row = _TABLE
    shared = (cast(column, Text) for column in (row.closes, row.because, row.reason))
    query = select(
        row.id, row.person_id, row.module_key, row.module_version_id, row.course_session_id, row.due_on, row.state,
        row.assigned_at, row.started_at, row.plan_id, row.lesson_read_at, row.restored_at, row.absent_because, *shared,
    ).where(among(session, row.person_id, people), row.state.in_(OPEN_STATES))  # fmt: skip
    found = [
        Assignment(
            id=number, person=person, module=module, module_version=version, session=seat, closes=closes[closing],
            due_on=due_on, state=state, assigned_at=assigned_at, started_at=started_at, ended_at=None,
            reason=reasons[reason], because=because[asking], ended_because=None, plan=plan, lesson_read_at=read_at,
            restored_at=restored_at, absent_because=_wording(absent),
        )
        for (
            number, person, module, version, seat, due_on, state, assigned_at, started_at, plan, read_at, restored_at,
            absent, closing, asking, reason,
        ) in plain_rows(session, query)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.person, each.due_on, each.id)))


def given_since(session: Session, *, people: Collection[PersonId], since: datetime) -> tuple[Assignment, ...]:
    """What of all that these people have yet to complete was first given after a moment. One query."""
    return tuple(
        assignment_of(row)
        for row in session.execute(
            select(*_COLUMNS)
            .where(
                among(session, AssignmentRow.person_id, people),
                AssignmentRow.state.in_(OPEN_STATES),
                AssignmentRow.assigned_at > since,
            )
            .order_by(AssignmentRow.id)
        )
    )


def open_columns(session: Session, *, people: Collection[PersonId]) -> OpenColumns:
    """The same without making a value of each. One query."""
    row, closes = _TABLE, _Once(_closes)
    rows = plain_rows(
        session,
        select(
            row.person_id,
            row.module_key,
            row.course_session_id,
            case((or_(row.state == AssignmentState.IN_PROGRESS, row.started_at.is_not(None)), 1), else_=0),
            case((func.coalesce(cast(row.absent_because, Text), "null") != "null", 1), else_=0),
            cast(row.closes, Text),
        )
        .where(among(session, row.person_id, people), row.state.in_(OPEN_STATES))
        .order_by(row.person_id),
    )
    things: dict[ModuleKey | SessionId, int] = {}
    gaps: dict[tuple[AtLevel, ...], int] = {}
    return OpenColumns(
        person=np.array([found[0] for found in rows], np.int64),
        thing=np.array([things.setdefault(found[2] or found[1], len(things)) for found in rows], np.int64),
        begun=np.array([found[3] for found in rows], np.bool_),
        absent=np.array([found[4] for found in rows], np.bool_),
        closes=np.array([gaps.setdefault(closes[found[5]], len(gaps)) for found in rows], np.int64),
        things=tuple(things),
        gaps=tuple(gaps),
    )


def assignment(session: Session, *, assignment: AssignmentId) -> Assignment:
    """One assignment; raises NoSuchAssignment."""
    row = session.get(AssignmentRow, assignment)
    if row is None:
        raise NoSuchAssignment
    return assignment_of(row)


def assignments(session: Session, *, ids: Collection[AssignmentId]) -> Mapping[AssignmentId, Assignment]:
    """These assignments; ids of none are left out."""
    rows = session.execute(select(*_COLUMNS).where(among(session, AssignmentRow.id, ids)).order_by(AssignmentRow.id))
    return {AssignmentId(row.id): assignment_of(row) for row in rows}


def assignments_of(session: Session, *, person: PersonId) -> tuple[Assignment, ...]:
    """Everything that was ever assigned to a person, in that order."""
    query = select(AssignmentRow).where(AssignmentRow.person_id == person).order_by(AssignmentRow.id)
    return tuple(assignment_of(row) for row in session.scalars(query))


def assignments_in_plan(session: Session, *, plan: int) -> tuple[Assignment, ...]:
    """What a plan has assigned, by person."""
    query = (
        select(*_COLUMNS)
        .where(AssignmentRow.plan_id == plan)
        .order_by(AssignmentRow.person_id, AssignmentRow.due_on, AssignmentRow.id)
    )
    return tuple(assignment_of(row) for row in session.execute(query))


def open_then(
    session: Session,
    *,
    people: Collection[PersonId],
    at: datetime,
    but: Collection[AssignmentId],
    offset: int,
    size: int,
) -> tuple[int, tuple[Assignment, ...]]:
    """How much these people had yet to complete at a moment, but for some of it, and a part of that by person. Two queries."""
    theirs = (
        among(session, AssignmentRow.person_id, people),
        AssignmentRow.assigned_at < at,
        or_(AssignmentRow.ended_at.is_(None), AssignmentRow.ended_at > at),
        ~among(session, AssignmentRow.id, but),
    )
    total = session.scalar(select(func.count()).select_from(AssignmentRow).where(*theirs)) or 0
    page = select(*_COLUMNS).where(*theirs).order_by(AssignmentRow.person_id, AssignmentRow.id)
    return total, tuple(assignment_of(row) for row in session.execute(page.limit(size).offset(offset)))


def standing_of_plan(session: Session, *, plan: int) -> Mapping[tuple[AssignmentState, bool], int]:
    """How many of a plan's assignments are in each state, by whether they have begun."""
    begun = AssignmentRow.started_at.is_not(None)
    query = (
        select(AssignmentRow.state, begun, func.count())
        .where(AssignmentRow.plan_id == plan)
        .group_by(AssignmentRow.state, begun)
    )
    return {(state, bool(has_begun)): int(count) for state, has_begun, count in session.execute(query)}


def sessions_of_plan(session: Session, *, plan: int) -> frozenset[SessionId]:
    """The sessions in which seats of a plan are still held or were taken to the end."""
    query = select(AssignmentRow.course_session_id).where(
        AssignmentRow.plan_id == plan,
        AssignmentRow.course_session_id.is_not(None),
        AssignmentRow.state.in_({*OPEN_STATES, AssignmentState.COMPLETED}),
    )
    return frozenset(SessionId(each) for each in session.scalars(query.distinct()) if each is not None)


def own_card(session: Session, *, assignment: AssignmentId, person: PersonId, on: date) -> AssignmentCard:
    """A person's own assignment with what it is; raises NoSuchAssignment for anybody else's. Two or three queries."""
    row = session.get(AssignmentRow, assignment)
    if row is None or row.person_id != person:
        raise NoSuchAssignment
    (card,) = cards_of(session, assignments=[assignment_of(row)], on=on)
    return card


def cards_of(session: Session, *, assignments: Collection[Assignment], on: date) -> tuple[AssignmentCard, ...]:
    """The assignments with what they are, in the order given. Two or three queries, however many."""
    modules = {each.module for each in assignments if each.module is not None}
    sessions = {each.session for each in assignments if each.session is not None}
    titles = catalogue_queries.module_titles(session, modules=modules) if modules else {}
    seats = partner_queries.session_cards(session, sessions=sessions) if sessions else {}
    return tuple(_card(each, titles, seats, on) for each in assignments)


def my_page(session: Session, *, person: PersonId, on: date) -> MyPage:
    """A trainee's first page: what is next, what else, what changed, what is done. Seven queries."""
    cards = cards_of(session, assignments=assignments_of(session, person=person), on=on)
    still_open = rules.by_urgency(card for card in cards if card.assignment.is_open)
    changes = _changes(cards, seen_until=changes_seen_until(session, person=person), on=on)
    done = sorted(
        (card for card in cards if card.assignment.state is AssignmentState.COMPLETED),
        key=lambda card: (card.assignment.ended_at or card.assignment.assigned_at, card.assignment.id),
        reverse=True,
    )
    first = still_open[0] if still_open else None
    return MyPage(
        next=first,
        next_effort=_effort(session, first),
        later=still_open[1:],
        changes=changes,
        changed_at=changes[0].at if changes else None,
        done=tuple(done[:DONE_SHOWN]),
        done_in_all=len(done),
    )


def changes_seen_until(session: Session, *, person: PersonId) -> datetime | None:
    """Up to when the person has said that they saw what changed; None for somebody who never did."""
    return session.scalar(select(ChangesSeen.seen_until).where(ChangesSeen.person_id == person))


def attempt_result(session: Session, *, attempt: AttemptId) -> AttemptResult:
    """A stored attempt, judged by the questions of the edition it was made on; raises NoSuchAttempt."""
    row = session.get(Attempt, attempt)
    if row is None:
        raise NoSuchAttempt
    return result_of(session, row)


def result_of(session: Session, row: Attempt) -> AttemptResult:
    """The result of a stored attempt. Queries: those of the module's page."""
    duty = assignment(session, assignment=AssignmentId(row.assignment_id))
    assert duty.module is not None
    module = catalogue_queries.module_page(session, module=duty.module, version=duty.module_version)
    answers = {key: tuple(chosen) for key, chosen in row.answers.items()}
    return attempt_of(row, rules.mark_answers(module.questions["en"], answers), pass_percent=module.pass_percent)


def attempt_of(row: Attempt, marks: tuple[MarkedQuestion, ...], *, pass_percent: int) -> AttemptResult:
    """A stored attempt with its judged questions."""
    return AttemptResult(
        id=AttemptId(row.id),
        assignment=AssignmentId(row.assignment_id),
        finished_at=row.finished_at,
        outcome=Outcome(right=row.right, asked=row.asked, pass_percent=pass_percent),
        marks=marks,
    )


def attempts_of(session: Session, *, assignment: AssignmentId) -> tuple[AttemptId, ...]:
    """The attempts at an assignment's questions, the latest first."""
    query = select(Attempt.id).where(Attempt.assignment_id == assignment).order_by(Attempt.id.desc())
    return tuple(AttemptId(each) for each in session.scalars(query))


def roster(session: Session, *, course_session: SessionId) -> tuple[RosterLine, ...]:
    """Who has a seat in a session, or had it when it was held, by name. Two queries."""
    shown = OPEN_STATES | {AssignmentState.COMPLETED}
    rows = session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.course_session_id == course_session, AssignmentRow.state.in_(shown))
        .order_by(AssignmentRow.id)
    ).all()
    people = account_queries.people_cards(session, people={PersonId(row.person_id) for row in rows})
    lines = (
        RosterLine(
            assignment=AssignmentId(row.id),
            person=people[PersonId(row.person_id)],
            state=row.state,
            due_on=row.due_on,
            absent_because=_wording(row.absent_because),
        )
        for row in rows
    )
    return tuple(sorted(lines, key=lambda line: (line.person.name.casefold(), line.person.id)))


def roster_within(
    session: Session, *, course_session: SessionId, missions: Collection[MissionId], on: date
) -> tuple[RosterLine, ...]:
    """The part of a roster that serves in these missions on the day, for somebody who answers for no others. Four queries."""
    lines = roster(session, course_session=course_session)
    profiles = account_queries.profiles_of(session, people={line.person.id for line in lines}, on=on)
    return tuple(line for line in lines if profiles[line.person.id].mission in missions)


def overview(session: Session, *, person: PersonId, on: date) -> tuple[TrackOverview, ...]:
    """The tracks for a person's role, and those for everyone, with how far the person is on each. About ten queries."""
    profile = account_queries.person_profile(session, person=person, on=on)
    tracks = [each for each in catalogue_queries.tracks(session) if each.role in (None, profile.role)]
    everything = assignments_of(session, person=person)
    modules = {step.module for track in tracks for step in track.steps}
    titles = catalogue_queries.module_titles(session, modules=modules)
    progress = _progress(session, profile=profile, everything=everything, on=on)
    still_open = {each.module: each for each in everything if each.is_open and each.module is not None}
    return tuple(
        TrackOverview(
            key=track.key,
            title=track.title,
            lines=tuple(_lines(track.steps, progress, still_open, titles)),
        )
        for track in tracks
    )


def _lines(
    steps: Iterable[Any],
    progress: Progress,
    still_open: Mapping[ModuleKey, Assignment],
    titles: Mapping[ModuleKey, LocalText],
) -> Iterator[TrackLine]:
    steps = tuple(steps)
    following = rules.next_step(steps, progress)
    for step in steps:
        duty = still_open.get(step.module)
        state, on = _standing(step, progress, duty, is_next=step is following)
        yield TrackLine(
            step=step,
            title=titles.get(step.module, {"en": step.module}),
            state=state,
            on=on,
            assignment=duty.id if duty else None,
        )


def _standing(
    step: Any, progress: Progress, duty: Assignment | None, *, is_next: bool
) -> tuple[StepState, date | None]:
    if rules.is_done(step, progress):
        return StepState.DONE, progress.completed[step.module]
    if duty is not None:
        return StepState.OPEN, duty.due_on
    if rules.is_held(step, progress):
        return StepState.HELD, None
    return (StepState.NEXT if is_next else StepState.AHEAD), None


def _progress(session: Session, *, profile: PersonProfile, everything: Iterable[Assignment], on: date) -> Progress:
    evidence = competency_queries.evidence_of(session, people=[profile.id])[profile.id]
    held: dict[CompetencyKey, Level] = {
        key: competency_rules.effective_level([each for each in evidence if each.competency == key], on=on)
        for key in {each.competency for each in evidence}
    }
    completed = {
        each.module: each.ended_at.date()
        for each in everything
        if each.module is not None and each.state is AssignmentState.COMPLETED and each.ended_at is not None
    }
    return Progress(
        completed=completed,
        held=held,
        teaches={offering.key: offering.teaches for offering in catalogue_queries.offerings(session)},
        prepares_from=profile.deployed_on - PREPARATION if profile.deployed_on else None,
    )


def _changes(cards: Iterable[AssignmentCard], *, seen_until: datetime | None, on: date) -> tuple[Change, ...]:
    found = [change for card in cards for change in rules.changes_of(card, since=seen_until)]
    fresh = [change for change in found if change.at.date() > on - CHANGES_KEPT]
    return tuple(sorted(fresh, key=lambda change: (change.at, change.card.assignment.id), reverse=True))


def _effort(session: Session, card: AssignmentCard | None) -> timedelta | None:
    if card is None or card.assignment.module is None:
        return None
    duty = card.assignment
    return catalogue_queries.module_page(session, module=card.assignment.module, version=duty.module_version).effort


def _card(
    duty: Assignment, titles: Mapping[ModuleKey, LocalText], seats: Mapping[SessionId, SessionCard], on: date
) -> AssignmentCard:
    overdue = rules.is_overdue(duty, on=on)
    if duty.module is not None:
        return AssignmentCard(
            assignment=duty,
            title=titles.get(duty.module, {"en": duty.module}),
            seat=None,
            starts_at=None,
            acts_on=duty.due_on,
            overdue=overdue,
            awaits_attendance=False,
        )
    assert duty.session is not None
    seat = seats[duty.session]
    return AssignmentCard(
        assignment=duty,
        title={"en": seat.course_title, seat.language: seat.course_title},
        seat=seat,
        starts_at=seat.starts_at,
        acts_on=seat.starts_on,
        overdue=overdue,
        awaits_attendance=duty.is_open and seat.ends_on < on and duty.absent_because is None,
    )


_COLUMNS = tuple(getattr(AssignmentRow, column.key) for column in AssignmentRow.__table__.columns)
"""What makes an assignment, for reading many: a plain row costs half of a mapped object."""
_TABLE = AssignmentRow.__table__.c


class _Once(dict[str, T]):
    """What JSON texts say, each read once."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> T:
        self[text] = self.read(json.loads(text))
        return self[text]


def assignment_of(row: AssignmentRow | Row[Any]) -> Assignment:
    """A stored assignment as a value."""
    return Assignment(
        id=AssignmentId(row.id),
        person=PersonId(row.person_id),
        module=None if row.module_key is None else ModuleKey(row.module_key),
        module_version=None if row.module_version_id is None else ModuleVersionId(row.module_version_id),
        session=None if row.course_session_id is None else SessionId(row.course_session_id),
        closes=_closes(row.closes),
        due_on=row.due_on,
        state=row.state,
        assigned_at=row.assigned_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reason=Wording.from_json(row.reason),
        because=_because(row.because),
        ended_because=_wording(row.ended_because),
        plan=row.plan_id,
        lesson_read_at=row.lesson_read_at,
        restored_at=row.restored_at,
        absent_because=_wording(row.absent_because),
    )


def _closes(stored: Iterable[Any]) -> tuple[AtLevel, ...]:
    return tuple(AtLevel(competency=CompetencyKey(key), level=Level(level)) for key, level in stored)


def _because(stored: Iterable[Mapping[str, Any]]) -> tuple[TaskRef, ...]:
    return tuple(TaskRef(**each) for each in stored)


def _wording(stored: Mapping[str, Any] | None) -> Wording | None:
    return None if stored is None else Wording.from_json(stored)


def batches(things: Collection[T]) -> Iterator[tuple[T, ...]]:
    """The things in lots that one statement can take."""
    ordered = tuple(things)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
