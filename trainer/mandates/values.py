"""Words of mandates: task kinds, instruments, tasks in force, shifts, requirement rules and shocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.accounts.values import Certainty, MissionId, Role
from trainer.competencies.values import Area, CompetencyKey, Level, Source, TaskRef
from trainer.kernel.values import PersonId, mark

InstrumentId = NewType("InstrumentId", int)
DraftId = NewType("DraftId", int)
RuleVersionId = NewType("RuleVersionId", int)
ShockId = NewType("ShockId", int)
TaskKindKey = NewType("TaskKindKey", str)
"""As the source of the vocabulary spells it: `CivProtect`, `DisarmDemob`."""


class Modality(StrEnum):
    """How a mission is to act on a task, in the order in which they are stored and shown."""

    MONITOR = "monitor"
    ASSIST = "assist"
    SECURE = "secure"


MODALITY_NAMES: dict[Modality, str] = {
    Modality.MONITOR: mark("monitor"),
    Modality.ASSIST: mark("assist"),
    Modality.SECURE: mark("secure"),
}


class Force(StrEnum):
    """How strongly the text asks."""

    REQUESTED = "requested"
    ENCOURAGED = "encouraged"


FORCE_NAMES: dict[Force, str] = {Force.REQUESTED: mark("requested"), Force.ENCOURAGED: mark("encouraged")}


class TaskChange(StrEnum):
    """What an instrument does to a task."""

    SET = "set"
    """Gives it, or says anew how it is to be done."""
    END = "end"
    """Ends it explicitly."""


class ShockKind(StrEnum):
    """What is lost without any change of mandate."""

    PEOPLE = "people"
    SEATS = "seats"


SHOCK_NAMES: dict[ShockKind, str] = {ShockKind.PEOPLE: mark("people"), ShockKind.SEATS: mark("seats")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """An entry of the one vocabulary of tasks."""

    key: TaskKindKey
    area: Area
    name: str
    """Marked for translation."""
    from_pema: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """What one instrument says of one task."""

    task_kind: TaskKindKey
    change: TaskChange
    paragraph: str
    modalities: tuple[Modality, ...] = ()
    """Empty where the text only encourages without saying how."""
    force: Force = Force.REQUESTED
    priority: int = 2
    """1 highest to 3."""
    area_of_operations: str = ""
    """Empty for the whole mission."""
    starts_on: date | None = None
    """None: with the instrument."""
    ends_on: date | None = None
    """The first day on which it no longer runs; None: until ended."""
    words: str = ""
    """What the paragraph asks, in the officer's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A published text, as stored; never edited, only succeeded or withdrawn."""

    id: InstrumentId
    mission: MissionId
    symbol: str
    number: int
    """Of the resolution: the order within a mission."""
    title: str
    adopted_on: date | None
    effective_on: date
    expires_on: date | None
    """The first day after the period; None when open-ended or not known."""
    expiry_known: bool
    complete_adjustment: bool
    """Whether tasks it does not mention end."""
    certainty: Certainty
    note: str
    published_at: datetime
    """Known from this instant."""
    withdrawn_at: datetime | None
    withdrawn_because: str
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentDraft:
    """An instrument being prepared; binds nobody."""

    mission: MissionId
    symbol: str
    title: str
    adopted_on: date | None
    effective_on: date
    expires_on: date | None
    expiry_known: bool
    complete_adjustment: bool
    tasks: tuple[TaskLine, ...]
    certainty: Certainty = Certainty.KNOWLEDGE
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatedTask:
    """A task in force on a day, with where it comes from. Identity: mission, task kind, area of operations."""

    mission: MissionId
    task_kind: TaskKindKey
    area: Area
    area_of_operations: str
    modalities: tuple[Modality, ...]
    force: Force
    priority: int
    since_on: date
    """Since when it has been in force without a break."""
    ends_on: date | None
    """The first day on which it no longer runs, if a text says so."""
    instrument: InstrumentId
    """That last said how the task is to be done."""
    symbol: str
    paragraph: str
    words: str
    inherited: bool
    """Carried forward: the latest instrument does not mention it."""
    renewal_verified: bool
    """False when the latest period has lapsed and no renewal is on file: it stays in force with this mark."""

    @property
    def identity(self) -> tuple[TaskKindKey, str]:
        """Within its mission."""
        return self.task_kind, self.area_of_operations


class Move(StrEnum):
    """What a shift does to one task."""

    ADDED = "added"
    CHANGED = "changed"
    DROPPED = "dropped"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMove:
    """One task before and after; one of the two is None when it is added or dropped."""

    move: Move
    before: MandatedTask | None
    after: MandatedTask | None

    @property
    def task(self) -> MandatedTask:
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateShift:
    """The computed difference between two states in force, in the order of the vocabulary."""

    moves: tuple[TaskMove, ...]
    inserted_into_history: bool = False
    """The instrument is older than the latest one on file."""

    def of(self, move: Move) -> tuple[TaskMove, ...]:
        return tuple(each for each in self.moves if each.move is move)

    @property
    def added(self) -> tuple[TaskMove, ...]:
        return self.of(Move.ADDED)

    @property
    def dropped(self) -> tuple[TaskMove, ...]:
        return self.of(Move.DROPPED)

    @property
    def changed(self) -> tuple[TaskMove, ...]:
        return self.of(Move.CHANGED)


class Scope(StrEnum):
    """Of whom a rule asks its competency."""

    EVERYONE = "everyone"
    AT_LEAST = "at-least"
    """At least `scope_size` people of each unit (of each mission's people of the role outside units)."""
    SHARE = "share"
    """At least `scope_size` percent of each unit."""


class DueRule(StrEnum):
    """By when a requirement is to be met."""

    BEFORE_DEPLOYMENT = "before-deployment"
    """The day the posting starts; for those already deployed, `due_days` after the effective date."""
    DAYS_AFTER = "days-after"
    """`due_days` after the day the task took effect."""
    BY_DATE = "by-date"
    """On `due_on`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRule:
    """Which competency a task asks of a role; versioned, shared by all instruments."""

    key: str
    task_kind: TaskKindKey | None
    """None: the baseline, asked in every mission whatever its tasks."""
    modality: Modality | None
    """None: whatever the modality."""
    roles: tuple[Role, ...]
    """Empty for all."""
    competency: CompetencyKey
    level: Level
    scope: Scope = Scope.EVERYONE
    scope_size: int = 0
    due: DueRule = DueRule.DAYS_AFTER
    due_days: int = 60
    due_on: date | None = None
    weight: int = 10
    """1 to 100."""
    least_source: Source = Source.NATIONAL_CERTIFICATE
    refresher_months: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the tasks in force and the rules ask of one role in one mission: a requirement before it meets a person."""

    competency: CompetencyKey
    area: Area
    level: Level
    role: Role
    weight: int
    """Rule weight × priority weight × (2 requested, 1 encouraged)."""
    scope: Scope
    scope_size: int
    due: DueRule
    due_days: int
    due_on: date | None
    effective_on: date
    """The day from which the strongest task behind it is in force; may lie ahead."""
    least_source: Source
    refresher_months: int
    because: tuple[TaskRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityShock:
    """People or seats lost without any change of mandate."""

    id: ShockId
    name: str
    kind: ShockKind
    missions: tuple[str, ...]
    """Keys of the missions it touches; empty for all."""
    share_percent: int
    starts_on: date
    ends_on: date
    declared_at: datetime
    declared_by: PersonId | None
    note: str
