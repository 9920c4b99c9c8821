"""The judgements of tracks: what comes next, which moves are allowed, what is late or locked, how answers are marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from trainer.catalogue.values import AtLevel, Question, TrackStep
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import Wording
from trainer.tracks.values import (
    OPEN_STATES,
    Assignment,
    AssignmentCard,
    AssignmentState,
    Change,
    ChangeKind,
    MarkedQuestion,
    Outcome,
    Progress,
)

TRANSITIONS: Mapping[AssignmentState, frozenset[AssignmentState]] = {
    AssignmentState.ASSIGNED: frozenset(
        {
            AssignmentState.IN_PROGRESS,
            AssignmentState.COMPLETED,
            AssignmentState.WITHDRAWN,
            AssignmentState.SUPERSEDED,
        }
    ),
    # what has begun stays: only the loss of its session ends it otherwise
    AssignmentState.IN_PROGRESS: frozenset({AssignmentState.COMPLETED, AssignmentState.WITHDRAWN}),
    AssignmentState.COMPLETED: frozenset(),
    # an approved plan can be undone, which gives back what it took
    AssignmentState.WITHDRAWN: frozenset({AssignmentState.ASSIGNED}),
    AssignmentState.SUPERSEDED: frozenset({AssignmentState.ASSIGNED}),
}

SKIP_WHILE_HELD = "current"
AGAIN_EACH_DEPLOYMENT = "each-deployment"


def may_become(before: AssignmentState, after: AssignmentState) -> bool:
    """Whether an assignment in the one state may pass into the other."""
    return after in TRANSITIONS[before]


def is_overdue(assignment: Assignment, *, on: date) -> bool:
    """Whether it is still open after its due day."""
    return assignment.state in OPEN_STATES and assignment.due_on < on


def is_locked(assignment: Assignment, *, starts_on: date | None, on: date, freeze_days: int) -> bool:
    """Whether no plan may take it back any more: it has begun, or its session starts within the freeze window.

    `starts_on` is the first day of the session; None for a module.
    """
    if assignment.state not in OPEN_STATES:
        return False
    if assignment.state is AssignmentState.IN_PROGRESS or assignment.started_at is not None:
        return True
    return starts_on is not None and (starts_on - on).days < freeze_days


def is_done(step: TrackStep, progress: Progress) -> bool:
    """Whether the person has completed a step as often as the track asks."""
    completed_on = progress.completed.get(step.module)
    if completed_on is None:
        return False
    if step.repeat != AGAIN_EACH_DEPLOYMENT or progress.prepares_from is None:
        return True
    return completed_on >= progress.prepares_from


def is_held(step: TrackStep, progress: Progress) -> bool:
    """Whether a step may be left out because the person holds all that it teaches."""
    taught = progress.teaches.get(step.module, ())
    return step.skip == SKIP_WHILE_HELD and bool(taught) and holds(progress.held, taught)


def holds(held: Mapping[CompetencyKey, Level], wanted: Iterable[AtLevel]) -> bool:
    """Whether each of the wanted is held at its level or above."""
    return all(held.get(each.competency, Level.NONE) >= each.level for each in wanted)


def next_step(track: Sequence[TrackStep], progress: Progress) -> TrackStep | None:
    """Return the first step that is neither done nor to be left out; None when the track is behind the person."""
    return next((step for step in track if not is_done(step, progress) and not is_held(step, progress)), None)


def unanswered(questions: Sequence[Question], answers: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """Keys of the questions without an answer, or with one that does not exist, in their order."""
    return tuple(question.key for question in questions if not _is_answer(question, answers.get(question.key, ())))


def _is_answer(question: Question, chosen: Sequence[int]) -> bool:
    return bool(chosen) and all(0 <= number < len(question.answers) for number in chosen)


def mark_answers(questions: Sequence[Question], answers: Mapping[str, Sequence[int]]) -> tuple[MarkedQuestion, ...]:
    """Judge each question: right only if exactly the right answers are chosen."""
    return tuple(_mark(question, answers.get(question.key, ())) for question in questions)


def _mark(question: Question, chosen: Sequence[int]) -> MarkedQuestion:
    numbers = tuple(sorted(set(chosen)))
    right = tuple(number for number, answer in enumerate(question.answers) if answer.right)
    return MarkedQuestion(key=question.key, chosen=numbers, right=numbers == right)


def outcome_of(marks: Sequence[MarkedQuestion], *, pass_percent: int) -> Outcome:
    """Count what was right."""
    return Outcome(right=sum(each.right for each in marks), asked=len(marks), pass_percent=pass_percent)


def by_urgency(cards: Iterable[AssignmentCard]) -> tuple[AssignmentCard, ...]:
    """Order open assignments as their owner should take them: by the day they ask to act, what has begun first.

    Seats that only wait for the list of those present come last: there is nothing to do about them.
    """
    return tuple(
        sorted(
            cards,
            key=lambda card: (
                card.awaits_attendance,
                card.acts_on,
                card.assignment.state is not AssignmentState.IN_PROGRESS,
                card.assignment.id,
            ),
        )
    )


def changes_of(card: AssignmentCard, *, since: datetime | None) -> tuple[Change, ...]:
    """What decisions did to an assignment after an instant; completing it is no such change."""
    assignment = card.assignment
    events: list[tuple[datetime, ChangeKind, Wording]] = [(assignment.assigned_at, ChangeKind.GIVEN, assignment.reason)]
    if assignment.restored_at is not None:
        events.append((assignment.restored_at, ChangeKind.RESTORED, assignment.reason))
    ended_as = _ENDS.get(assignment.state)
    if ended_as and assignment.ended_at and assignment.ended_because:
        events.append((assignment.ended_at, ended_as, assignment.ended_because))
    latest_at, kind, reason = max(events, key=lambda event: event[0])
    if assignment.state is AssignmentState.COMPLETED or (since is not None and latest_at <= since):
        return ()
    return (Change(at=latest_at, kind=kind, card=card, reason=reason),)


_ENDS: Mapping[AssignmentState, ChangeKind] = {
    AssignmentState.WITHDRAWN: ChangeKind.WITHDRAWN,
    AssignmentState.SUPERSEDED: ChangeKind.SUPERSEDED,
}
