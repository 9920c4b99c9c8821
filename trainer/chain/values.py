"""Words of the chain: paragraph, task, requirement, people, seats, each stop with all that stand at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.accounts.values import MissionCard, PersonCard, Role
from trainer.audit.values import HistoryLine
from trainer.competencies.values import Area, CompetencyKey, Level
from trainer.kernel.values import LocalText, PersonId
from trainer.mandates.values import Force, InstrumentId, Modality, Scope, TaskKindKey
from trainer.partners.values import SessionCard
from trainer.planning.values import PlanHead
from trainer.readiness.values import Readiness
from trainer.tracks.values import Assignment, AssignmentId, AssignmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphStop:
    """A paragraph that orders something."""

    instrument: InstrumentId
    symbol: str
    paragraph: str
    words: str
    """What it asks, in the officer's words; empty when nobody wrote them."""
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStop:
    """A mandated task."""

    task_kind: TaskKindKey
    area: Area
    area_of_operations: str
    """Empty for the whole mission."""
    modalities: tuple[Modality, ...]
    force: Force


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementStop:
    """A competency at a level that the task asks for."""

    competency: CompetencyKey
    title: LocalText
    area: Area | None
    """None for a competency that no framework has any more."""
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStop:
    """Somebody who is asked."""

    person: PersonId
    name: str
    role: Role | None
    unit_name: str
    """Empty outside units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatStop:
    """A module or a seat that somebody has because of it."""

    assignment: AssignmentId
    person: PersonId
    title: LocalText
    seat: SessionCard | None
    """None for a module."""
    due_on: date
    state: AssignmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """From paragraphs down to seats; the first at each stop is the strongest."""

    mission: MissionCard | None
    """None when nothing names a mission any more."""
    paragraphs: tuple[ParagraphStop, ...]
    """Empty for the conduct baseline, which no paragraph orders."""
    tasks: tuple[TaskStop, ...]
    requirements: tuple[RequirementStop, ...]
    people: tuple[PersonStop, ...]
    """The first of them."""
    people_in_all: int
    seats: tuple[SeatStop, ...]
    """The first of them."""
    seats_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentChain:
    """The chain behind one assignment, as it was when it was decided, and what happened since."""

    chain: Chain
    assignment: Assignment
    owner: PersonCard
    title: LocalText
    plan: PlanHead | None
    history: tuple[HistoryLine, ...]
    """Of the assignment, its plan and its instruments, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequirement:
    """What the task asks of one role, and how far its people are."""

    role: Role
    requirement: RequirementStop
    scope: Scope
    scope_size: int
    readiness: Readiness
    assigned: int
    """Open assignments because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChain:
    """The chain below one task of a mission."""

    chain: Chain
    mission: MissionCard
    task_kind: TaskKindKey
    area: Area
    in_force: bool
    requirements: tuple[TaskRequirement, ...]
