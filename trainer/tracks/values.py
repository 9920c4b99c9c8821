"""Words of tracks: assignments, their states, attempts and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from trainer.accounts.values import PersonCard
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId, TrackStep
from trainer.competencies.values import CompetencyKey, Level, TaskRef
from trainer.kernel.values import LocalText, PersonId, Wording, mark
from trainer.partners.values import SessionCard, SessionId

AssignmentId = NewType("AssignmentId", int)
AttemptId = NewType("AttemptId", int)


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    """Taken back: what it was for is no longer asked."""
    SUPERSEDED = "superseded"
    """Replaced by another assignment for the same need."""


OPEN_STATES = frozenset({AssignmentState.ASSIGNED, AssignmentState.IN_PROGRESS})

ASSIGNMENT_STATE_NAMES: dict[AssignmentState, str] = {
    AssignmentState.ASSIGNED: mark("assigned"),
    AssignmentState.IN_PROGRESS: mark("in progress"),
    AssignmentState.COMPLETED: mark("completed"),
    AssignmentState.WITHDRAWN: mark("withdrawn"),
    AssignmentState.SUPERSEDED: mark("superseded"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be assigned to one person: a module, or a seat in a session."""

    person: PersonId
    module: ModuleKey | None
    """Exactly one of module and session is given."""
    session: SessionId | None
    closes: tuple[AtLevel, ...]
    """The gaps it is to close."""
    due_on: date
    reason: Wording
    """Why, in a sentence for the person."""
    because: tuple[TaskRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person's duty to take a module or a seat, with its reason."""

    id: AssignmentId
    person: PersonId
    module: ModuleKey | None
    module_version: ModuleVersionId | None
    session: SessionId | None
    closes: tuple[AtLevel, ...]
    due_on: date
    state: AssignmentState
    assigned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    """When it was completed, withdrawn or superseded."""
    reason: Wording
    because: tuple[TaskRef, ...]
    ended_because: Wording | None
    plan: int | None
    lesson_read_at: datetime | None = None
    restored_at: datetime | None = None
    """When it was given back after it had been taken away, the last time."""
    absent_because: Wording | None = None
    """Why it is still open though its session was held: the person was not there."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenColumns:
    """The open assignments of many people as columns, by person."""

    person: NDArray[np.int64]
    thing: NDArray[np.int64]
    """Place in `things`."""
    begun: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    """The session was held without the person."""
    closes: NDArray[np.int64]
    """Place in `gaps`."""
    things: tuple[ModuleKey | SessionId, ...]
    gaps: tuple[tuple[AtLevel, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An assignment to take back, and why."""

    assignment: AssignmentId
    state: AssignmentState
    """WITHDRAWN or SUPERSEDED."""
    reason: Wording


class Returned(StrEnum):
    """What became of an assignment that was to be given back."""

    GIVEN_BACK = "given-back"
    SEAT_GONE = "seat-gone"
    SESSION_BEGUN = "session-begun"
    """Or over."""
    SESSION_CANCELLED = "session-cancelled"
    COURSE_CLOSED = "course-closed"
    """Or no longer recognised."""
    MODULE_RETIRED = "module-retired"
    PERSON_MOVED = "person-moved"
    PERSON_LEFT = "person-left"
    HAS_IT = "has-it"
    """The person has the same open, or has completed it: nothing is lost."""
    HELD = "held"
    """The person holds by now what it was for."""
    NOT_ASKED = "not-asked"
    """What it was for is asked by nothing in force."""


RETURNED_NAMES: dict[Returned, str] = {
    Returned.GIVEN_BACK: mark("given back"),
    Returned.SEAT_GONE: mark("the seat is gone: others have taken the places"),
    Returned.SESSION_BEGUN: mark("the session has begun or is over"),
    Returned.SESSION_CANCELLED: mark("the session was cancelled"),
    Returned.COURSE_CLOSED: mark("the course is closed or no longer recognised"),
    Returned.MODULE_RETIRED: mark("the module is no longer taught"),
    Returned.PERSON_MOVED: mark("the person serves in another mission now"),
    Returned.PERSON_LEFT: mark("the person has no posting any more"),
    Returned.HAS_IT: mark("the person has the same again, or has completed it"),
    Returned.HELD: mark("the person holds by now what it was for"),
    Returned.NOT_ASKED: mark("nothing in force asks for it"),
}

LOST = frozenset(
    {
        Returned.SEAT_GONE,
        Returned.SESSION_BEGUN,
        Returned.SESSION_CANCELLED,
        Returned.COURSE_CLOSED,
        Returned.MODULE_RETIRED,
    }
)
"""What a person misses by it; the others need nothing back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt at a module's questions ended."""

    right: int
    asked: int
    pass_percent: int

    @property
    def passed(self) -> bool:
        return self.asked > 0 and self.right * 100 >= self.pass_percent * self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedQuestion:
    """One question of an attempt, judged."""

    key: str
    chosen: tuple[int, ...]
    """Numbers of the chosen answers, from 0, in rising order."""
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """One attempt at a module's questions, judged and stored."""

    id: AttemptId
    assignment: AssignmentId
    finished_at: datetime
    outcome: Outcome
    marks: tuple[MarkedQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a person is, as the next step of a track asks."""

    completed: Mapping[ModuleKey, date]
    """The last day each module was completed."""
    held: Mapping[CompetencyKey, Level]
    """What the person holds by evidence valid on the day."""
    teaches: Mapping[ModuleKey, tuple[AtLevel, ...]]
    prepares_from: date | None
    """What was completed before this day was for an earlier deployment; None: everything counts."""


class StepState(StrEnum):
    """Where a person stands at one step of a track."""

    DONE = "done"
    HELD = "held"
    """Left out: the person holds what it teaches."""
    OPEN = "open"
    """Assigned, and not yet completed."""
    NEXT = "next"
    AHEAD = "ahead"


STEP_STATE_NAMES: dict[StepState, str] = {
    StepState.DONE: mark("done"),
    StepState.HELD: mark("already held"),
    StepState.OPEN: mark("assigned"),
    StepState.NEXT: mark("next"),
    StepState.AHEAD: mark("to come"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackLine:
    """One step of a track as one person sees it."""

    step: TrackStep
    title: LocalText
    state: StepState
    on: date | None
    """The day it was done, or is due; None otherwise."""
    assignment: AssignmentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOverview:
    """A track with a person's progress through it."""

    key: str
    title: LocalText
    lines: tuple[TrackLine, ...]

    @property
    def behind(self) -> int:
        """How many steps are done or held."""
        return sum(line.state in (StepState.DONE, StepState.HELD) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCard:
    """An assignment with what it is, for the pages of its owner."""

    assignment: Assignment
    title: LocalText
    seat: SessionCard | None
    """None for a module."""
    starts_at: datetime | None
    """When the session begins; None for a module."""
    acts_on: date
    """The day on which the person must have acted: the due day, or the first day of the session."""
    overdue: bool
    awaits_attendance: bool
    """The session is over and nobody has yet said who was there."""


class ChangeKind(StrEnum):
    GIVEN = "given"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


CHANGE_NAMES: dict[ChangeKind, str] = {
    ChangeKind.GIVEN: mark("new"),
    ChangeKind.RESTORED: mark("given back"),
    ChangeKind.WITHDRAWN: mark("withdrawn"),
    ChangeKind.SUPERSEDED: mark("replaced"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a decision did to one assignment of a person."""

    at: datetime
    kind: ChangeKind
    card: AssignmentCard
    reason: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """A trainee's first page."""

    next: AssignmentCard | None
    next_effort: timedelta | None
    """How long the next module takes; None for a seat."""
    later: tuple[AssignmentCard, ...]
    """The other open ones, in the order of the day they ask to act."""
    changes: tuple[Change, ...]
    """Since the person last said that they had seen them, the latest first."""
    changed_at: datetime | None
    """The latest of these changes."""
    done: tuple[AssignmentCard, ...]
    """The latest completed ones, the latest first."""
    done_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One seat of a session and who has it."""

    assignment: AssignmentId
    person: PersonCard
    state: AssignmentState
    due_on: date
    absent_because: Wording | None
