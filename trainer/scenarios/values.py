"""Words of scenarios: what may be supposed, what was supposed together under a name, and what would follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.accounts.values import MissionCard, MissionId, PersonCard
from trainer.competencies.values import CompetencyKey
from trainer.kernel.values import LocalText, PersonId, Wording, mark
from trainer.mandates.values import DraftId
from trainer.previews.values import AreaOutlook, PlanFigures, Short
from trainer.shocks.values import ContingentLeaves, PartnerCloses, SeatsLost, ShareLeaves

ScenarioId = NewType("ScenarioId", int)
WhatIfRunId = NewType("WhatIfRunId", int)

ENGINE = "2"
"""The version of the rules by which scenarios are worked out; raised when they give other figures for the same data."""

AT_ONCE = 3500
"""A scenario that looks at so many people at most is worked out while its reader waits, as far as it is known before."""

MOST_WHAT_IFS = 20
NAME_LENGTH = 120
NOTE_LENGTH = 2000
MOST_SEATS = 10_000
MOST_COMPARED = 4
LEAST_COMPARED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPublished:
    """A text that is being drafted is published as it stands."""

    draft: DraftId


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsAdded:
    """A partner offers a session more, live online or in a region."""

    competency: CompetencyKey
    level: int
    seats: int
    language: str
    region: str = ""
    """Where it is held; empty for online."""
    starts_on: date
    days: int
    cost: int = 0
    """Of one seat, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetCut:
    """New seats and journeys may cost a mission so much less than the plan that would be made without the cut."""

    missions: tuple[MissionId, ...] = ()
    """None for all."""
    percent: int


WhatIf = TextPublished | ShareLeaves | ContingentLeaves | PartnerCloses | SeatsLost | SeatsAdded | BudgetCut


class WhatIfKind(StrEnum):
    """What can be supposed."""

    TEXT = "text"
    SHARE_LEAVES = "share-leaves"
    CONTINGENT_LEAVES = "contingent-leaves"
    PARTNER_CLOSES = "partner-closes"
    SEATS_LOST = "seats-lost"
    SEATS_ADDED = "seats-added"
    BUDGET_CUT = "budget-cut"


KINDS: dict[WhatIfKind, type[object]] = {
    WhatIfKind.TEXT: TextPublished,
    WhatIfKind.SHARE_LEAVES: ShareLeaves,
    WhatIfKind.CONTINGENT_LEAVES: ContingentLeaves,
    WhatIfKind.PARTNER_CLOSES: PartnerCloses,
    WhatIfKind.SEATS_LOST: SeatsLost,
    WhatIfKind.SEATS_ADDED: SeatsAdded,
    WhatIfKind.BUDGET_CUT: BudgetCut,
}

KIND_NAMES: dict[WhatIfKind, str] = {
    WhatIfKind.TEXT: mark("A draft is published"),
    WhatIfKind.SHARE_LEAVES: mark("A share of the people leaves"),
    WhatIfKind.CONTINGENT_LEAVES: mark("A contingent leaves early"),
    WhatIfKind.PARTNER_CLOSES: mark("A training partner closes"),
    WhatIfKind.SEATS_LOST: mark("Seats are lost"),
    WhatIfKind.SEATS_ADDED: mark("Seats are added"),
    WhatIfKind.BUDGET_CUT: mark("A budget is cut"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDraft:
    """What somebody supposes together, as it was entered."""

    name: str
    note: str = ""
    what_ifs: tuple[WhatIf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is supposed together, under its name."""

    id: ScenarioId
    name: str
    note: str
    what_ifs: tuple[WhatIf, ...]
    missions: tuple[MissionId, ...]
    """Those it looks at; none for all that work."""
    made_at: datetime
    made_by: PersonId | None
    changed_at: datetime
    version: int
    discarded_at: datetime | None


class WhatIfState(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    CANCELLED = "cancelled"


WHAT_IF_STATE_NAMES: dict[WhatIfState, str] = {
    WhatIfState.OPEN: mark("waiting"),
    WhatIfState.RUNNING: mark("being worked out"),
    WhatIfState.DONE: mark("worked out"),
    WhatIfState.PARKED: mark("stopped, needs a look"),
    WhatIfState.CANCELLED: mark("cancelled"),
}

UNDER_WAY = frozenset({WhatIfState.OPEN, WhatIfState.RUNNING})


class Step(StrEnum):
    """The steps of working out what would follow, in their order."""

    READ = "read"
    WITHOUT = "without"
    WITH = "with"
    READINESS = "readiness"


STEP_NAMES: dict[Step, str] = {
    Step.READ: mark("What is on file is read"),
    Step.WITHOUT: mark("The plan without it is made"),
    Step.WITH: mark("The plan with it is made"),
    Step.READINESS: mark("Readiness is worked out"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """One step that is done, with how long it took."""

    step: Step
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionEffects:
    """What would follow for one mission."""

    mission: MissionId
    name: str
    people: int
    """On the day it was worked out."""
    leaving: int
    """Of them, who leave early because of it."""
    touched: int
    """Of them, who leave early, are asked for something else, or lose something they had been given."""
    gaining: int
    """Who are asked for something more."""
    lacking: int
    """Of those, who lack some of it."""
    losing: int
    """Who are asked for something less."""
    opened: int
    """Gaps that there are only with it."""
    gone: int
    """Gaps that there are only without it."""
    without: PlanFigures
    plan: PlanFigures
    short: tuple[Short, ...]
    total: AreaOutlook
    areas: tuple[AreaOutlook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What would follow from a scenario."""

    on: date
    """The day on which it was worked out."""
    engine: str
    input_hash: str
    """Of all that was read and supposed: the same hash gives the same figures."""
    missions: tuple[MissionEffects, ...]
    without_gap: int
    """How far below the proven bound the plan without it may be at most, in thousandths of the bound."""
    plan_gap: int
    """And the plan with it."""
    problems: tuple[Wording, ...]
    """What could not be supposed, and why."""
    titles: Mapping[CompetencyKey, LocalText]
    steps: tuple[StepDone, ...]

    @property
    def people(self) -> int:
        """All who were looked at."""
        return sum(each.people for each in self.missions)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfRun:
    """Working out, once, what would follow from a scenario or a draft."""

    id: WhatIfRunId
    scenario: ScenarioId | None
    draft: DraftId | None
    """When it is about one draft alone."""
    scenario_version: int
    state: WhatIfState
    asked_at: datetime
    asked_by: PersonId | None
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    cancel_asked_at: datetime | None
    last_error: str
    steps: tuple[StepDone, ...]
    on: date | None
    engine: str
    input_hash: str
    last_entry: int
    """The last entry of the ledger when it was read: later ones may have changed what it rests on."""

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY


class Figure(StrEnum):
    """The main figures of a scenario, by which it is compared with others and with itself."""

    PEOPLE = "people"
    LEAVING = "leaving"
    TOUCHED = "touched"
    GAPS = "gaps"
    CLOSED = "closed"
    SHORT = "short"
    LATER = "later"
    HOURS = "hours"
    SEATS = "seats"
    COST = "cost"
    READY = "ready"
    REQUIRED = "required"


FIGURE_NAMES: dict[Figure, str] = {
    Figure.PEOPLE: mark("People looked at"),
    Figure.LEAVING: mark("People who leave early"),
    Figure.TOUCHED: mark("People for whom something changes"),
    Figure.GAPS: mark("Gaps"),
    Figure.CLOSED: mark("Gaps closed"),
    Figure.SHORT: mark("Gaps that nothing closes"),
    Figure.LATER: mark("Gaps left for a later plan"),
    Figure.HOURS: mark("Hours of new modules"),
    Figure.SEATS: mark("New seats"),
    Figure.COST: mark("Cost of new seats and journeys"),
    Figure.READY: mark("Ready at the end of six months"),
    Figure.REQUIRED: mark("Of whom something is required then"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionFigures:
    """The main figures of one mission, kept beside a result so that lists need not read it."""

    mission: MissionId
    given: Mapping[Figure, int]
    without: Mapping[Figure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A figure of two runs of one scenario that is not the same."""

    figure: Figure
    before: int
    after: int


class Standing(StrEnum):
    """How the last result of a scenario stands to what is on file now."""

    NEVER = "never"
    FRESH = "fresh"
    OTHER_DAY = "other-day"
    DATA_MOVED = "data-moved"
    CHANGED = "changed"
    ENGINE = "engine"


STANDING_NAMES: dict[Standing, str] = {
    Standing.NEVER: mark("not worked out yet"),
    Standing.FRESH: mark("up to date"),
    Standing.OTHER_DAY: mark("worked out on another day"),
    Standing.DATA_MOVED: mark("the data has changed since"),
    Standing.CHANGED: mark("the scenario was changed since"),
    Standing.ENGINE: mark("worked out by an earlier version"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLine:
    """A scenario as the list shows it."""

    scenario: Scenario
    made_by: PersonCard | None
    missions: tuple[MissionCard, ...]
    run: WhatIfRun | None
    """The last that ended with figures."""
    under_way: WhatIfRun | None
    standing: Standing
    figures: Mapping[Figure, int]
    """Of the reader's missions; empty when never worked out."""
    without: Mapping[Figure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPage:
    """One scenario with its last result, as far as it is the reader's."""

    line: ScenarioLine
    effects: Effects | None
    moved: tuple[Moved, ...] | None
    """Since the run before; None when there was none."""
    before: WhatIfRun | None
    runs: tuple[WhatIfRun, ...]
    """All of them, newest first."""
    partly: bool
    """Whether the scenario looks at missions that are not the reader's."""
