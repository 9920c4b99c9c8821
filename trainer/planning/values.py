"""Words of planning: runs, plans, their steps, and what cannot be met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level, TaskRef
from trainer.kernel.values import Cause, PersonId, Wording, mark
from trainer.partners.values import SessionId
from trainer.tracks.values import AssignmentId

PlanRunId = NewType("PlanRunId", int)
PlanId = NewType("PlanId", int)
PlanStepId = NewType("PlanStepId", int)


class RunState(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    STORED = "stored"
    """Ended with a plan."""
    NOTHING = "nothing"
    """Ended: nothing was to be changed."""
    PARKED = "parked"
    CANCELLED = "cancelled"


class PlanState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"
    UNDONE = "undone"


PLAN_STATE_NAMES: dict[PlanState, str] = {
    PlanState.PROPOSED: mark("proposed"),
    PlanState.APPROVED: mark("approved"),
    PlanState.DISMISSED: mark("dismissed"),
    PlanState.SUPERSEDED: mark("superseded"),
    PlanState.UNDONE: mark("undone"),
}


class StepMove(StrEnum):
    """What a plan does with one assignment."""

    GIVE = "give"
    KEEP = "keep"
    """An open assignment that stays as it is."""
    WITHDRAW = "withdraw"
    """What it was for is no longer asked."""
    REPLACE = "replace"
    """Taken back in favour of another step of this plan."""


STEP_MOVE_NAMES: dict[StepMove, str] = {
    StepMove.GIVE: mark("new"),
    StepMove.KEEP: mark("kept"),
    StepMove.WITHDRAW: mark("withdrawn"),
    StepMove.REPLACE: mark("replaced"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What plans may do by themselves, and how they weigh things; versioned, stored with each plan."""

    number: int
    freeze_days: int
    """Nothing that starts within so many days is moved, and no new seat starts within them."""
    seats_a_person: int
    most_people_changed: int
    """A plan that changes more people needs approval."""
    horizon_days: int
    on_time: int
    early: int
    late: int
    late_decay: int
    seat: int
    cost_num: int
    cost_den: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Why a step is in the plan: stored with it."""

    sentence: Wording
    because: tuple[TaskRef, ...]
    runner_up: Wording | None = None
    """What would have come instead, and what it would have cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One line of a plan."""

    person: PersonId
    move: StepMove
    module: ModuleKey | None
    session: SessionId | None
    assignment: AssignmentId | None
    """The existing one, for all moves but GIVE."""
    closes: tuple[AtLevel, ...]
    due_on: date
    justification: Justification


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A gap that the plan leaves open, with the binding reason."""

    person: PersonId
    competency: CompetencyKey
    level: Level
    due_on: date
    code: int
    """The engine's reason code."""
    sentence: Wording
    because: tuple[TaskRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCounts:
    """The figures of a plan; people are counted once each."""

    gain: int
    lose: int
    """People with an assignment withdrawn and nothing in its place."""
    replaced: int
    untouched: int
    """People the run looked at whose assignments stay as they are, or who need none."""
    gaps: int
    closed: int
    unmet: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """A plan without its lines."""

    id: PlanId
    run: PlanRunId
    state: PlanState
    cause: Cause
    made_at: datetime
    decided_at: datetime | None
    decided_by: PersonId | None
    """None when policy let it through."""
    needs_approval: bool
    approval_reasons: tuple[Wording, ...]
    """Why policy asks a person; empty when it does not."""
    objective: int
    bound: int
    counts: PlanCounts
    policy: int
    version: int
