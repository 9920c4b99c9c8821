"""Words of the matrix: its rows and cells, versions beside each other, changes of many rules, and what training answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trainer.accounts.values import MissionCard, MissionId, Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import Area, Competency, CompetencyKey, Level, Source
from trainer.kernel.values import mark
from trainer.mandates.values import (
    TASK_KINDS,
    DueRule,
    MandatedTask,
    Move,
    RequirementRule,
    RuleSet,
    RuleVersionCard,
    Scope,
    TaskKindKey,
)


def area_of(rule: RequirementRule) -> Area:
    """The area whose need the rule states: that of its task; of the baseline, conduct."""
    kind = None if rule.task_kind is None else TASK_KINDS.get(rule.task_kind)
    return Area.CND if kind is None else kind.area


def roles_of(rule: RequirementRule) -> tuple[Role, ...]:
    """The roles a rule asks, spelt out, in their order."""
    return tuple(role for role in Role if not rule.roles or role in rule.roles)


# The matrix


class Pivot(StrEnum):
    """How the matrix is turned."""

    TASK = "task"
    """Tasks by roles."""
    COMPETENCY = "competency"
    """Competencies by roles."""
    ROLE = "role"
    """Tasks by when something is due, for one role."""


PIVOT_NAMES: dict[Pivot, str] = {
    Pivot.TASK: mark("by task"),
    Pivot.COMPETENCY: mark("by competency"),
    Pivot.ROLE: mark("by role"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rules are looked at."""

    area: Area | None = None
    """Of the tasks."""
    role: Role | None = None
    competency: CompetencyKey | None = None
    task: TaskKindKey | None = None
    baseline: bool = False
    """Only what is asked whatever the tasks."""
    mission: MissionId | None = None
    """What its tasks in force ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One task, the baseline, or one competency."""

    task_kind: TaskKindKey | None
    """None in rows of competencies, and for the baseline."""
    competency: CompetencyKey | None
    area: Area
    cells: tuple[tuple[RequirementRule, ...], ...]
    """One for each column."""
    because: tuple[MandatedTask, ...] = ()
    """The tasks in force behind it, where a mission was asked about."""

    @property
    def count(self) -> int:
        """Rules in the row, each once."""
        return len({rule.key for cell in self.cells for rule in cell})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Rows and columns, with the rules in their cells."""

    pivot: Pivot
    columns: tuple[Role, ...] | tuple[DueRule, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsPage:
    """The rules as they were known, and what of them is asked for."""

    version: RuleSet
    rules: tuple[RequirementRule, ...]
    """Those that are wanted, in the order of the vocabulary."""
    tasks: tuple[MandatedTask, ...]
    """In force in the mission that was asked about."""
    mission: MissionCard | None
    competencies: Mapping[CompetencyKey, Competency]
    without: tuple[TaskKindKey, ...]
    """Tasks that no rule asks anything for; in the mission, where one was asked about."""
    unknown: tuple[RequirementRule, ...]
    """Rules for competencies that no framework in use has; they ask nothing of anybody."""


# Versions beside each other


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMove:
    """One rule before and after; one of the two is None when it is added or dropped."""

    move: Move
    before: RequirementRule | None
    after: RequirementRule | None

    @property
    def rule(self) -> RequirementRule:
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What moves between two states of the rules, in the order of the vocabulary; what stays is only counted."""

    moves: tuple[RuleMove, ...]
    kept: int

    def of(self, move: Move) -> tuple[RuleMove, ...]:
        """The rules that move so."""
        return tuple(each for each in self.moves if each.move is move)

    @property
    def areas(self) -> frozenset[Area]:
        """The areas whose needs it changes."""
        return frozenset(area_of(rule) for each in self.moves for rule in (each.before, each.after) if rule is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage:
    """Every version, and two of them beside each other."""

    versions: tuple[RuleVersionCard, ...]
    """Latest first."""
    before: RuleSet
    after: RuleSet
    difference: Difference
    between: tuple[RuleVersionCard, ...]
    """Those that lead from the one to the other, latest first."""
    competencies: Mapping[CompetencyKey, Competency]


# Changing many rules at once


class ChangeKind(StrEnum):
    """What is done to the chosen rules."""

    CHANGE = "change"
    COPY = "copy"
    DROP = "drop"


CHANGE_KIND_NAMES: dict[ChangeKind, str] = {
    ChangeKind.CHANGE: mark("Change what they ask"),
    ChangeKind.COPY: mark("Copy them to another task or other roles"),
    ChangeKind.DROP: mark("Drop them"),
}


class RolesChange(StrEnum):
    """What becomes of the roles of the chosen rules."""

    KEEP = "keep"
    SET = "set"
    ADD = "add"
    TAKE = "take"


ROLES_CHANGE_NAMES: dict[RolesChange, str] = {
    RolesChange.KEEP: mark("Leave the roles as they are"),
    RolesChange.SET: mark("Ask exactly these roles"),
    RolesChange.ADD: mark("Ask these roles besides"),
    RolesChange.TAKE: mark("No longer ask these roles"),
}


Chosen = Mapping[str, tuple[Role, ...]]
"""Keys of rules, each with the roles for which it is changed or dropped while others are asked as before; none for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChange:
    """One change of all chosen rules; what is None stays as each rule has it."""

    kind: ChangeKind
    level: Level | None = None
    due: DueRule | None = None
    due_days: int | None = None
    due_on: date | None = None
    scope: Scope | None = None
    scope_size: int | None = None
    roles_change: RolesChange = RolesChange.KEEP
    roles: tuple[Role, ...] = ()
    weight: int | None = None
    least_source: Source | None = None
    refresher_months: int | None = None
    to_task: TaskKindKey | None = None
    """Where copies go; None: to the task of each rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReach:
    """People of one role of whom something else is asked."""

    role: Role
    people: int
    """In missions that are not closed."""
    touched: int
    gained: tuple[AtLevel, ...]
    """Asked in some mission and not before, or at a higher level."""
    lost: tuple[AtLevel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionReach:
    """People of one mission of whom something else is asked."""

    mission: MissionCard
    people: int
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a change of the rules touches, by the tasks in force and announced."""

    roles: tuple[RoleReach, ...]
    """Those with people, or of whom anything else is asked."""
    missions: tuple[MissionReach, ...]
    """Those in which anybody is touched, most people first."""

    @property
    def people(self) -> int:
        """In missions that are not closed."""
        return sum(each.people for each in self.roles)

    @property
    def touched(self) -> int:
        """Of whom something else is asked."""
        return sum(each.touched for each in self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What would be published, and for whom it changes what is asked."""

    before: RuleSet
    after: tuple[RequirementRule, ...]
    difference: Difference
    reach: Reach


# What training answers


class Answer(StrEnum):
    """Whether those who are asked for something can be taught it."""

    EVERYBODY = "everybody"
    PART = "part"
    NOBODY = "nobody"
    OBSERVED = "observed"
    """Only seen performance counts: nothing that is taught answers it."""


ANSWER_NAMES: dict[Answer, str] = {
    Answer.EVERYBODY: mark("taught to everybody"),
    Answer.PART: mark("taught to part"),
    Answer.NOBODY: mark("taught to nobody"),
    Answer.OBSERVED: mark("observed at work, not taught"),
}


PRACTISED_FROM = Level.PRACTISED
"""From this level on a module is not thought enough: it is practised with others, mostly in a course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A task in force for which no rule asks anything of anybody."""

    task_kind: TaskKindKey
    area: Area
    tasks: tuple[tuple[MissionCard, MandatedTask], ...]
    """Each place where it is in force, or will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAnswer:
    """How many of those of a role who are asked can be taught."""

    role: Role
    asked: int
    taught: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """People whom nothing teaches, alike in language and region."""

    language: str
    """The one they are best taught in."""
    region: str
    """Where their mission is; empty when not known."""
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A competency at a level that rules and tasks ask, and what teaches it."""

    competency: CompetencyKey
    level: Level
    area: Area
    """Of the competency: its department head matches solutions to the need."""
    tasks: tuple[TaskKindKey, ...]
    """That ask it; none for the baseline alone."""
    missions: tuple[MissionId, ...]
    asked: int
    """People of the roles and missions that are asked for it, of everybody or of part of them."""
    taught: int
    """Of them, by a module they can read or a session they can follow."""
    travelling: int
    """Of those taught, who would have to travel to another region: no module, and no session nearer."""
    modules: tuple[ModuleKey, ...]
    """That teach it at the level, or higher."""
    module_languages: tuple[str, ...]
    sessions: int
    """That prove it, in the year to come."""
    session_languages: tuple[str, ...]
    roles: tuple[RoleAnswer, ...]
    shortfalls: tuple[Shortfall, ...]
    """Most people first."""
    observed: bool
    """Only seen performance counts."""

    @property
    def answer(self) -> Answer:
        if self.observed:
            return Answer.OBSERVED
        if self.taught == self.asked and (self.modules or self.sessions):
            return Answer.EVERYBODY
        return Answer.PART if self.taught else Answer.NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """From tasks to courses: where the chain breaks on a day."""

    on: date
    until: date
    """Sessions are looked for up to this day."""
    version: RuleSet
    unasked: tuple[Unasked, ...]
    needs: tuple[Need, ...]
    """In the order of the areas and competencies."""
    tasks: int
    """Kinds of task in force or announced in the missions looked at."""
    missions: Mapping[MissionId, MissionCard]
    competencies: Mapping[CompetencyKey, Competency]

    @property
    def without_module(self) -> tuple[Need, ...]:
        """Needs that no module teaches at the level."""
        return tuple(each for each in self.needs if not each.modules and not each.observed)

    @property
    def without_course(self) -> tuple[Need, ...]:
        """Needs at a level that is practised, mostly in a course, for which nobody holds a recognised one."""
        return tuple(
            each for each in self.needs if each.level >= PRACTISED_FROM and not each.sessions and not each.observed
        )

    @property
    def short(self) -> tuple[Need, ...]:
        """Needs for which some people have neither a module they can read nor a session they can follow; most people first."""
        found = [each for each in self.needs if not each.observed and each.taught < each.asked]
        return tuple(sorted(found, key=lambda each: each.taught - each.asked))
