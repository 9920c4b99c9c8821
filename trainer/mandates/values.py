"""Words of mandates: task kinds, instruments, tasks in force, shifts, and requirement rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from trainer.accounts.values import Certainty, MissionCard, MissionId, Role
from trainer.competencies.values import Area, CompetencyKey, Level, Source, TaskRef
from trainer.kernel.values import PersonId, Problem, mark
from trainer.reviews.values import Policy, Reader, Remark, Standing

InstrumentId = NewType("InstrumentId", int)
DraftId = NewType("DraftId", int)
RuleVersionId = NewType("RuleVersionId", int)
ConfirmationId = NewType("ConfirmationId", int)
ClosureId = NewType("ClosureId", int)
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
    EXTEND = "extend"
    """Adds ways of acting to those in force and leaves the others; gives the task where it is not in force."""
    END = "end"
    """Ends it explicitly, on `ends_on` or with the instrument."""


CHANGE_NAMES: dict[TaskChange, str] = {
    TaskChange.SET: mark("gives the task, or says anew how it is to be done"),
    TaskChange.EXTEND: mark("adds to how the task is done"),
    TaskChange.END: mark("ends the task"),
}


class MilestoneKind(StrEnum):
    """What a task may begin or end with besides a day."""

    PHASE = "phase"
    """Days that the text names together: "the second phase"."""
    CONDITION = "condition"
    """A benchmark: holds from the day on which an officer confirms that it is met."""


MILESTONE_NAMES: dict[MilestoneKind, str] = {
    MilestoneKind.PHASE: mark("phase"),
    MilestoneKind.CONDITION: mark("condition"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """An entry of the one vocabulary of tasks."""

    key: TaskKindKey
    area: Area
    name: str
    """Marked for translation."""
    from_pema: bool


def _kind(key: str, area: Area, name: str, *, from_pema: bool) -> TaskKind:
    return TaskKind(key=TaskKindKey(key), area=area, name=name, from_pema=from_pema)


def _coded(key: str, area: Area, name: str) -> TaskKind:
    return _kind(key, area, name, from_pema=True)


def _ours(key: str, area: Area, name: str) -> TaskKind:
    return _kind(key, area, name, from_pema=False)


TASK_KINDS: Mapping[TaskKindKey, TaskKind] = {
    kind.key: kind
    for kind in (
        _coded("Ceasefire", Area.CFM, mark("Ceasefire monitoring")),
        _coded("UseOfForce", Area.SEC, mark("Use of force")),
        _coded("OffensOper", Area.SEC, mark("Offensive operations")),
        _coded("CivProtect", Area.POC, mark("Protection of civilians")),
        _coded("RefugeeIDPs", Area.POC, mark("Protection of refugees and displaced people")),
        _coded("ChildRights", Area.CPR, mark("Child protection")),
        _coded("SGBViolence", Area.CRS, mark("Action against sexual and gender-based violence")),
        _coded("Gender", Area.WPS, mark("Gender equality and women's participation")),
        _coded("HumanRights", Area.HRT, mark("Human rights")),
        _coded("HumanRelief", Area.HUM, mark("Humanitarian relief")),
        _coded("PublicHealth", Area.HUM, mark("Public health")),
        _coded("PeaceProcess", Area.POL, mark("Peace process")),
        _coded("Reconcil", Area.POL, mark("National reconciliation")),
        _coded("LocalReconcil", Area.POL, mark("Local reconciliation")),
        _coded("RegReconcil", Area.POL, mark("Regional reconciliation")),
        _coded("PowerSharing", Area.POL, mark("Power-sharing")),
        _coded("ElectAssist", Area.ELE, mark("Electoral assistance")),
        _coded("ElectSec", Area.ELE, mark("Electoral security")),
        _coded("VoterEducation", Area.ELE, mark("Voter education")),
        _coded("PolPartyAssist", Area.ELE, mark("Assistance to political parties")),
        _coded("DisarmDemob", Area.DDR, mark("Disarmament and demobilisation")),
        _coded("Reintegration", Area.DDR, mark("Reintegration of former combatants")),
        _coded("Demil", Area.DDR, mark("Demilitarisation")),
        _coded("ControlSALW", Area.WAM, mark("Control of small arms and light weapons")),
        _coded("Demining", Area.WAM, mark("Mine action")),
        _coded("MilitaryReform", Area.SSR, mark("Military and security sector reform")),
        _coded("PoliceReform", Area.PST, mark("Support to police and police reform")),
        _coded("JusticeReform", Area.ROL, mark("Justice reform")),
        _coded("CorrectionsReform", Area.ROL, mark("Corrections reform")),
        _coded("TransJustice", Area.ROL, mark("Transitional justice")),
        _coded("LegalReform", Area.ROL, mark("Legal reform")),
        _coded("StateAuthority", Area.STA, mark("Extension of State authority")),
        _coded("Democratization", Area.STA, mark("Democratic institutions")),
        _coded("CivilSociety", Area.STA, mark("Civil society")),
        _coded("Media", Area.STA, mark("Independent media")),
        _coded("EcDevelop", Area.STA, mark("Economic development")),
        _coded("ArmsEmbargo", Area.SAN, mark("Arms embargo")),
        _coded("Resources", Area.SAN, mark("Control of natural resources")),
        _coded("BorderControl", Area.BMS, mark("Border control")),
        _coded("PublicInfo", Area.PUB, mark("Public information")),
        _coded("CulturalHeritage", Area.FPR, mark("Protection of cultural heritage and installations")),
        _ours("OrganisedCrime", Area.TOC, mark("Action against organised crime")),
        _ours("CounterTerrorism", Area.CTR, mark("Counter-terrorism and prevention of violent extremism")),
        _ours("ClimateSecurity", Area.CES, mark("Climate and environmental security")),
        _ours("CyberSecurity", Area.CYB, mark("Cybersecurity")),
        _ours("HybridThreats", Area.HYB, mark("Answer to hybrid threats")),
        _ours("InfoIntegrity", Area.INF, mark("Information integrity")),
    )
}
"""The one vocabulary, in the order in which tasks are shown.

Source: the 41 tasks of PEMA (Di Salvatore et al. 2022, doi 10.1177/00220027211068897), and one for each newer area.
"""


def last_day(end: date | None) -> date | None:
    """Return the last day of days that are stored by the first one after them."""
    return None if end is None else end - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedModality:
    """A way of acting with the paragraph that names it, where one instrument names several in several paragraphs."""

    modality: Modality | None
    """None: encouraged, without saying how."""
    paragraph: str


def plain_name(name: str) -> str:
    """Return the name of a phase or condition as names are compared: blanks and case do not tell two apart."""
    return " ".join(name.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A phase or a condition that a text defines, for its own tasks and those of later texts of the mission."""

    name: str
    kind: MilestoneKind
    paragraph: str = ""
    words: str = ""
    """Of a condition: what must be met."""
    starts_on: date | None = None
    """Of a phase; None: with the text, or with what it begins with."""
    ends_on: date | None = None
    """Of a phase: the first day after it; None: not named."""
    begins_with: str = ""
    """Of a phase: the condition or phase with which it begins."""

    @property
    def last_on(self) -> date | None:
        """The last day of a phase, as people say it."""
        return last_day(self.ends_on)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind.value,
            "paragraph": self.paragraph,
            "words": self.words,
            "starts_on": _text_of_day(self.starts_on),
            "ends_on": _text_of_day(self.ends_on),
            "begins_with": self.begins_with,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Milestone:
        return Milestone(
            name=data["name"],
            kind=MilestoneKind(data["kind"]),
            paragraph=data["paragraph"],
            words=data["words"],
            starts_on=_day_of_text(data["starts_on"]),
            ends_on=_day_of_text(data["ends_on"]),
            begins_with=data["begins_with"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An officer's word that a condition is met; stays on file when it is taken back."""

    id: ConfirmationId
    instrument: InstrumentId
    """That defines the condition."""
    name: str
    met_on: date
    """The day from which it counts as met; may lie ahead."""
    evidence: str
    """On what it rests."""
    confirmed_at: datetime
    confirmed_by: PersonId | None
    taken_back_at: datetime | None = None
    taken_back_by: PersonId | None = None
    taken_back_because: str = ""


class ClosureMark(StrEnum):
    """How a task is done in its last days, where an officer decides that without a new text."""

    RESIDUAL = "residual"
    """As before, while the mission draws down and in its liquidation."""
    LIQUIDATION = "liquidation"
    """In full up to a day; from then on it is only wound up, and asks nobody for anything."""


CLOSURE_NAMES: dict[ClosureMark, str] = {
    ClosureMark.RESIDUAL: mark("residual"),
    ClosureMark.LIQUIDATION: mark("in liquidation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """An officer's decision on the last days of one task; stays on file when it is taken back."""

    id: ClosureId
    instrument: InstrumentId
    """The last text in effect that speaks of the task."""
    task_kind: TaskKindKey
    area_of_operations: str
    mark: ClosureMark
    liquidates_on: date | None
    """The first day on which it is only wound up; None for a residual task."""
    ends_on: date | None
    """The first day on which it no longer runs; None: until a text ends it or the mission closes."""
    because: str
    decided_at: datetime
    decided_by: PersonId | None
    taken_back_at: datetime | None = None
    taken_back_by: PersonId | None = None
    taken_back_because: str = ""

    @property
    def identity(self) -> tuple[TaskKindKey, str]:
        """Of the task, within its mission."""
        return self.task_kind, self.area_of_operations

    @property
    def last_on(self) -> date | None:
        """Its last day, as people say it."""
        return last_day(self.ends_on)


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
    cited: tuple[CitedModality, ...] = ()
    """The paragraph of each modality where the source tells them apart; else `paragraph` stands for all."""
    begins_with: str = ""
    """A phase or condition: what the line says holds from its beginning, never before `starts_on`."""
    ends_with: str = ""
    """A phase, at whose end the task ends, or a condition, with which it does."""
    ahead: bool = False
    """Whether people are trained for it while it waits."""

    @property
    def identity(self) -> tuple[TaskKindKey, str]:
        """Of the task, within its mission."""
        return self.task_kind, self.area_of_operations

    @property
    def last_on(self) -> date | None:
        """The last day that the text names, as people say it."""
        return last_day(self.ends_on)

    def to_json(self) -> dict[str, Any]:
        return {
            "task_kind": self.task_kind,
            "change": self.change.value,
            "paragraph": self.paragraph,
            "modalities": [each.value for each in self.modalities],
            "force": self.force.value,
            "priority": self.priority,
            "area_of_operations": self.area_of_operations,
            "starts_on": _text_of_day(self.starts_on),
            "ends_on": _text_of_day(self.ends_on),
            "words": self.words,
            "cited": cited_to_json(self.cited),
            "begins_with": self.begins_with,
            "ends_with": self.ends_with,
            "ahead": self.ahead,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> TaskLine:
        return TaskLine(
            task_kind=TaskKindKey(data["task_kind"]),
            change=TaskChange(data["change"]),
            paragraph=data["paragraph"],
            modalities=tuple(Modality(each) for each in data["modalities"]),
            force=Force(data["force"]),
            priority=data["priority"],
            area_of_operations=data["area_of_operations"],
            starts_on=_day_of_text(data["starts_on"]),
            ends_on=_day_of_text(data["ends_on"]),
            words=data["words"],
            cited=cited_from_json(data["cited"]),
            # drafts kept before there were phases and conditions do not speak of them
            begins_with=data.get("begins_with", ""),
            ends_with=data.get("ends_with", ""),
            ahead=data.get("ahead", False),
        )


def cited_to_json(cited: Iterable[CitedModality]) -> list[Any]:
    """As pairs of modality (or null) and paragraph."""
    return [[each.modality.value if each.modality else None, each.paragraph] for each in cited]


def cited_from_json(data: Iterable[Any]) -> tuple[CitedModality, ...]:
    """The reverse."""
    return tuple(
        CitedModality(modality=Modality(modality) if modality else None, paragraph=paragraph)
        for modality, paragraph in data
    )


def _text_of_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_of_text(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


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
    milestones: tuple[Milestone, ...] = ()
    """Phases and conditions that it defines."""
    confirmations: tuple[Confirmation, ...] = ()
    """Of its conditions, in their order; those taken back too."""
    closures: tuple[Closure, ...] = ()
    """What officers decided of the last days of tasks it speaks of, in their order; those taken back too."""

    @property
    def last_on(self) -> date | None:
        """The last day of the period, as people say it; None when open-ended or not known."""
        return last_day(self.expires_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentDraft:
    """An instrument being prepared; binds nobody."""

    mission: MissionId
    symbol: str
    title: str
    adopted_on: date | None
    effective_on: date
    expires_on: date | None
    """The first day after the period; None when open-ended or not known."""
    expiry_known: bool
    complete_adjustment: bool
    tasks: tuple[TaskLine, ...]
    certainty: Certainty = Certainty.KNOWLEDGE
    note: str = ""
    milestones: tuple[Milestone, ...] = ()
    paragraphs: tuple[str, ...] = ()
    """The numbers of its operative paragraphs, where its text was entered; what is cited must be one of them."""

    @property
    def last_on(self) -> date | None:
        """The last day of the period, as people say it; None when open-ended or not known."""
        return last_day(self.expires_on)

    def to_json(self) -> dict[str, Any]:
        return {
            "mission": self.mission,
            "symbol": self.symbol,
            "title": self.title,
            "adopted_on": _text_of_day(self.adopted_on),
            "effective_on": self.effective_on.isoformat(),
            "expires_on": _text_of_day(self.expires_on),
            "expiry_known": self.expiry_known,
            "complete_adjustment": self.complete_adjustment,
            "certainty": self.certainty.value,
            "note": self.note,
            "tasks": [line.to_json() for line in self.tasks],
            "milestones": [each.to_json() for each in self.milestones],
            "paragraphs": list(self.paragraphs),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> InstrumentDraft:
        return InstrumentDraft(
            mission=MissionId(data["mission"]),
            symbol=data["symbol"],
            title=data["title"],
            adopted_on=_day_of_text(data["adopted_on"]),
            effective_on=date.fromisoformat(data["effective_on"]),
            expires_on=_day_of_text(data["expires_on"]),
            expiry_known=data["expiry_known"],
            complete_adjustment=data["complete_adjustment"],
            certainty=Certainty(data["certainty"]),
            note=data["note"],
            tasks=tuple(TaskLine.from_json(line) for line in data["tasks"]),
            milestones=tuple(Milestone.from_json(each) for each in data.get("milestones", ())),
            paragraphs=tuple(data.get("paragraphs", ())),
        )


def as_draft(text: Instrument) -> InstrumentDraft:
    """Return a text as it was drafted, to be entered anew."""
    return InstrumentDraft(
        mission=text.mission,
        symbol=text.symbol,
        title=text.title,
        adopted_on=text.adopted_on,
        effective_on=text.effective_on,
        expires_on=text.expires_on,
        expiry_known=text.expiry_known,
        complete_adjustment=text.complete_adjustment,
        tasks=text.tasks,
        certainty=text.certainty,
        note=text.note,
        milestones=text.milestones,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSource:
    """One way in which a task in force is to be done, and the text behind it."""

    modality: Modality | None
    """None: encouraged, without saying how."""
    since_on: date
    """Since when it has been in force without a break."""
    instrument: InstrumentId
    symbol: str
    paragraph: str


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
    """False when the latest period has lapsed, or is not known, and no renewal is on file: it stays in force with this mark."""
    begins_on: date | None = None
    """The day on which this begins to hold, when it lies ahead; None for what is in force."""
    sources: tuple[TaskSource, ...] = ()
    """Each modality with its own text, in the order of the modalities; inheritance runs modality by modality."""
    waits_for: str = ""
    """The phase or condition that has not come: the task is given, and not in force."""
    ahead: bool = False
    """Whether people are trained for it while it waits."""
    began_with: str = ""
    """The phase or condition with which it began."""
    ends_with: str = ""
    """The phase or condition that ends it, where the day is not known yet."""
    closure: Closure | None = None
    """What an officer decided of its last days."""
    winding_up: bool = False
    """Whether it is only wound up."""

    @property
    def identity(self) -> tuple[TaskKindKey, str]:
        """Within its mission."""
        return self.task_kind, self.area_of_operations

    @property
    def last_on(self) -> date | None:
        """Its last day, as people say it; None when no text ends it."""
        return last_day(self.ends_on)


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


SCOPE_NAMES: dict[Scope, str] = {
    Scope.EVERYONE: mark("everyone"),
    Scope.AT_LEAST: mark("at least so many of each unit"),
    Scope.SHARE: mark("a share of each unit"),
}


class DueRule(StrEnum):
    """By when a requirement is to be met."""

    BEFORE_DEPLOYMENT = "before-deployment"
    """The day the posting starts; for those already deployed, `due_days` after the effective date."""
    DAYS_AFTER = "days-after"
    """`due_days` after the day the task took effect."""
    BY_DATE = "by-date"
    """On `due_on`."""


DUE_NAMES: dict[DueRule, str] = {
    DueRule.BEFORE_DEPLOYMENT: mark("before deployment"),
    DueRule.DAYS_AFTER: mark("some days after the task takes effect"),
    DueRule.BY_DATE: mark("by a date"),
}


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

    def __post_init__(self) -> None:
        """Leave out what says nothing, so that two rules that say the same are the same."""
        if len(self.roles) > 1:
            object.__setattr__(self, "roles", tuple(role for role in Role if role in self.roles))
        if self.scope is Scope.EVERYONE:
            object.__setattr__(self, "scope_size", 0)
        if self.due is not DueRule.BY_DATE:
            object.__setattr__(self, "due_on", None)

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "task_kind": self.task_kind,
            "modality": self.modality.value if self.modality else None,
            "roles": [role.value for role in self.roles],
            "competency": self.competency,
            "level": int(self.level),
            "scope": self.scope.value,
            "scope_size": self.scope_size,
            "due": self.due.value,
            "due_days": self.due_days,
            "due_on": _text_of_day(self.due_on),
            "weight": self.weight,
            "least_source": self.least_source.value,
            "refresher_months": self.refresher_months,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> RequirementRule:
        kind, modality = data["task_kind"], data["modality"]
        return RequirementRule(
            key=data["key"],
            task_kind=None if kind is None else TaskKindKey(kind),
            modality=None if modality is None else Modality(modality),
            roles=tuple(Role(role) for role in data["roles"]),
            competency=CompetencyKey(data["competency"]),
            level=Level(data["level"]),
            scope=Scope(data["scope"]),
            scope_size=data["scope_size"],
            due=DueRule(data["due"]),
            due_days=data["due_days"],
            due_on=_day_of_text(data["due_on"]),
            weight=data["weight"],
            least_source=Source(data["least_source"]),
            refresher_months=data["refresher_months"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A published state of the requirement rules."""

    version: RuleVersionId
    number: int
    """From 1; 0 before any version was published."""
    published_at: datetime | None
    note: str
    rules: tuple[RequirementRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersionCard:
    """One published version of the requirement rules, without them."""

    id: RuleVersionId
    number: int
    published_at: datetime
    published_by: PersonId | None
    note: str


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


DemandsByRole = Mapping[tuple[MissionId, Role], tuple[Demand, ...]]
"""What is asked of each role of each mission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCard:
    """A draft as lists show it."""

    id: DraftId
    mission: MissionId
    symbol: str
    effective_on: date
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionLine:
    """A mission as the mandate officer's first page shows it."""

    mission: MissionCard
    tasks: int
    """In force on the day."""
    latest: str
    """Symbol of the latest instrument in effect; empty when there is none."""
    last_on: date | None
    """The last day of the period that counts; None when open-ended or not known."""
    expiry_known: bool
    verified: bool
    """Whether the mandate runs by a period on file."""
    drafts: tuple[DraftCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionPage:
    """A mission's mandate as read on a day."""

    mission: MissionCard
    on: date
    known_at: datetime | None
    """The instant as of which it is read; None for by all that is on file."""
    tasks: tuple[MandatedTask, ...]
    """In force on the day."""
    announced: tuple[MandatedTask, ...]
    """What published texts say will begin or change after it."""
    waiting: tuple[MandatedTask, ...]
    """What they say begins with a phase or condition that has not come."""
    instruments: tuple[Instrument, ...]
    """All that were ever published, latest first; withdrawn ones too. Read as of an instant: those known then."""
    current: InstrumentId | None
    """The latest in effect on the day."""
    last_on: date | None
    expiry_known: bool
    verified: bool
    drafts: tuple[DraftCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """A phase or condition as a mission's page of them shows it."""

    milestone: Milestone
    place: int
    """Among what its text defines, from 0."""
    instrument: InstrumentId
    symbol: str
    begins_on: date | None
    """The day on which the condition is met or the phase begins; None while that is not known."""
    confirmations: tuple[Confirmation, ...]
    """What was ever confirmed of it, latest first."""
    begins: tuple[TaskRefLine, ...]
    """What begins with it."""
    ends: tuple[TaskRefLine, ...]
    """What ends with it."""

    @property
    def standing(self) -> Confirmation | None:
        """The confirmation that counts."""
        return next((each for each in self.confirmations if each.taken_back_at is None), None)

    @property
    def is_condition(self) -> bool:
        return self.milestone.kind is MilestoneKind.CONDITION


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRefLine:
    """What a text says of a task that depends on a phase or condition."""

    line: TaskLine
    instrument: InstrumentId
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionsPage:
    """The phases and conditions of a mission, those of the latest texts first."""

    mission: MissionCard
    lines: tuple[ConditionLine, ...]
    version: int
    """Of the mandate: to be handed back when confirming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPage:
    """One condition, with what would follow if it were met today, or if its confirmation were taken back."""

    mission: MissionCard
    line: ConditionLine
    shift: MandateShift
    """What would move."""
    people: int
    """Posted to the mission now or next."""
    touched: int
    """Of these, people who would be asked for something else."""
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosurePage:
    """One task in force and the decision on its last days, with what would follow if it were made, or taken back."""

    mission: MissionCard
    task: MandatedTask
    """As it is in force; as it was, for a decision by which it is no longer."""
    closure: Closure | None
    """What is decided; None while nothing is."""
    shift: MandateShift | None
    """What would move; None while nothing is supposed."""
    people: int
    """Posted to the mission now or next."""
    touched: int
    """Of these, people who would be asked for something else, on the day or on a later one."""
    version: int


class EndingKind(StrEnum):
    """Why a task is no longer in force."""

    BY_TEXT = "by-text"
    """A text ends it."""
    NOT_MENTIONED = "not-mentioned"
    """A text replaces the whole mandate and does not mention it."""
    RAN_OUT = "ran-out"
    """Its last day has passed, as the text that gives it says."""
    DECIDED = "decided"
    """An officer decided its last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ended a task."""

    kind: EndingKind
    instrument: InstrumentId
    symbol: str
    paragraph: str
    """Empty where a text ends it by not mentioning it."""
    on: date
    """The first day on which it is no longer in force."""
    because: str = ""
    """Where an officer decided it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTask:
    """One task in two readings."""

    move: TaskMove
    ended: Ending | None
    """What ended it between the two days; None for what goes on, and where the readings differ by what was known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A mission's mandate as read on a day: in force then, by what was known at an instant."""

    mission: MissionCard
    on: date
    known_at: datetime | None
    """None for by all that is on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two readings, task by task, in the order of the vocabulary."""

    before: Reading
    after: Reading
    tasks: tuple[ComparedTask, ...]
    between: tuple[Instrument, ...]
    """Texts of the one mission that took effect after the first day and by the second; empty for two missions."""

    def of(self, move: Move) -> tuple[ComparedTask, ...]:
        """The tasks that move so."""
        return tuple(each for each in self.tasks if each.move.move is move)

    @property
    def of_one_mission(self) -> bool:
        """Whether it is one mission at two times."""
        return self.before.mission.id == self.after.mission.id


class StepKind(StrEnum):
    """What one text does with one task, as the table of a mandate shows it."""

    ADDED = "added"
    CHANGED = "changed"
    SAID_AGAIN = "said-again"
    """Mentioned, and as it was."""
    INHERITED = "inherited"
    """Not mentioned, and in force all the same."""
    ENDED = "ended"


STEP_NAMES: dict[StepKind, str] = {
    StepKind.ADDED: mark("added"),
    StepKind.CHANGED: mark("changed"),
    StepKind.SAID_AGAIN: mark("said again"),
    StepKind.INHERITED: mark("inherited"),
    StepKind.ENDED: mark("ended"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStep:
    """One task at one text."""

    kind: StepKind
    task: MandatedTask
    """As the text leaves it; as it was before, for what ended."""
    ended: Ending | None

    @property
    def paragraph(self) -> str:
        """Of the text that says so; of an older one for what is inherited."""
        return self.ended.paragraph if self.ended else self.task.paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSteps:
    """What one text does with the tasks of its mission."""

    steps: tuple[TaskStep, ...]
    """Every task it says something of or that ended since the text before, and inherited ones."""
    unnamed: Mapping[Area, int]
    """Inherited tasks that are not among the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateTable:
    """A mission's tasks by area and text, for some of its texts in their order."""

    mission: MissionCard
    known_at: datetime | None
    texts: tuple[Instrument, ...]
    """Those of this page, oldest first."""
    steps: tuple[TextSteps, ...]
    """For each of these texts."""
    total: int
    """Texts in all."""
    page: int
    """From 1, the latest."""
    pages: int

    @property
    def areas(self) -> tuple[Area, ...]:
        """Those with a task at one of the texts, in their order."""
        found = {step.task.area for each in self.steps for step in each.steps}
        return tuple(area for area in Area if area in found)

    @property
    def cells(self) -> Mapping[tuple[Area, int], tuple[TaskStep, ...]]:
        """What each text does in each area, by the area and the place of the text; where it does nothing there is none."""
        found: dict[tuple[Area, int], list[TaskStep]] = {}
        for place, each in enumerate(self.steps):
            for step in each.steps:
                found.setdefault((step.task.area, place), []).append(step)
        return {cell: tuple(steps) for cell, steps in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequest:
    """Somebody asks that a published text be withdrawn, and a second person has not decided yet."""

    because: str
    asked_at: datetime
    asked_by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentPage:
    """One published text with what it changed, and what its withdrawal would."""

    mission: MissionCard
    instrument: Instrument
    published_by: PersonId | None
    shift: MandateShift
    """Against the texts before it, from its effective day on."""
    without: MandateShift
    """What would move from the day on if it were withdrawn."""
    inserted: bool
    """Whether it was published after a text that comes later in the order."""
    people: int
    """Posted to the mission now or next."""
    touched: int
    """Of these, people of whom its withdrawal would ask something else."""
    version: int
    """Of the mandate: to be handed back when withdrawing."""
    request: WithdrawalRequest | None = None
    """That it be withdrawn, while nobody has decided on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """A draft with what it would change."""

    id: DraftId
    mission: MissionCard
    draft: InstrumentDraft
    problems: tuple[Problem, ...]
    shift: MandateShift
    """Against the texts before it, from its effective day on."""
    now: MandateShift | None
    """What would move today, for a draft that is inserted into history; else None."""
    before: str
    """Symbol of the latest text before it; empty for a mission's first."""
    people: int
    """Posted to the mission now or next."""
    touched: int
    """Of these, people of whom its publication would ask something else."""
    version: int
    """Of the draft."""
    mandate_version: int
    created_by: PersonId | None
    created_at: datetime
    changed_at: datetime
    policy: Policy
    standing: Standing
    remarks: tuple[Remark, ...]
    """All that was said of it, in its order."""
    readers: tuple[Reader, ...]
    """With whom it is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHead:
    """What must be known of a draft, open or not, before anything of it is shown."""

    id: DraftId
    mission: MissionId
    symbol: str
    published_as: InstrumentId | None
    discarded_at: datetime | None
    remarks: tuple[Remark, ...]
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """An open draft as the list of drafts shows it."""

    card: DraftCard
    mission: MissionCard
    standing: Standing
    remarks: tuple[Remark, ...]
    readers: tuple[Reader, ...]


# What officers say of phrases by which texts are read


class PhraseVerdict(StrEnum):
    """What an officer said of a phrase as a sign of a task."""

    CONFIRMED = "confirmed"
    """Accepted the task that rested on it."""
    REJECTED = "rejected"
    """Rejected the task, or put another in its place."""
    ADDED = "added"
    """Put it into the vocabulary."""
    DROPPED = "dropped"
    """Took it out of the vocabulary."""
    FORGOTTEN = "forgotten"
    """Set aside what had been confirmed and rejected until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseDecision:
    """One thing said of one phrase and one task."""

    phrase: str
    task_kind: TaskKindKey
    verdict: PhraseVerdict
    strength: str = ""
    """How surely it means the task, for one that is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRecord:
    """All that officers said of a phrase and a task, as it counts now."""

    phrase: str
    task_kind: TaskKindKey
    confirmed: int = 0
    rejected: int = 0
    added: str = ""
    """The strength with which it was added; empty when it was not, or was dropped since."""
    dropped: bool = False
