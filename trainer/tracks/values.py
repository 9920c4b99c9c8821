"""Words of tracks: assignments, their states, attempts and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId
from trainer.competencies.values import TaskRef
from trainer.kernel.values import PersonId, Wording, mark
from trainer.partners.values import SessionId

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An assignment to take back, and why."""

    assignment: AssignmentId
    state: AssignmentState
    """WITHDRAWN or SUPERSEDED."""
    reason: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt at a module's questions ended."""

    right: int
    asked: int
    pass_percent: int

    @property
    def passed(self) -> bool:
        return self.asked > 0 and self.right * 100 >= self.pass_percent * self.asked
