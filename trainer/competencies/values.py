"""Words of competencies: mandate areas, levels, evidence, requirements, gaps and waivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from trainer.kernel.values import LocalText, PersonId, mark

CompetencyKey = NewType("CompetencyKey", str)
EvidenceId = NewType("EvidenceId", int)
WaiverId = NewType("WaiverId", int)


class Area(StrEnum):
    """The 26 mandate areas and the conduct baseline, which is always on."""

    CND = "CND"
    CFM = "CFM"
    SEC = "SEC"
    POC = "POC"
    CPR = "CPR"
    CRS = "CRS"
    WPS = "WPS"
    HRT = "HRT"
    HUM = "HUM"
    POL = "POL"
    ELE = "ELE"
    DDR = "DDR"
    WAM = "WAM"
    SSR = "SSR"
    PST = "PST"
    ROL = "ROL"
    STA = "STA"
    SAN = "SAN"
    BMS = "BMS"
    PUB = "PUB"
    FPR = "FPR"
    TOC = "TOC"
    CTR = "CTR"
    CES = "CES"
    CYB = "CYB"
    HYB = "HYB"
    INF = "INF"


AREA_NAMES: dict[Area, str] = {
    Area.CND: mark("Conduct and core baseline"),
    Area.CFM: mark("Ceasefire monitoring"),
    Area.SEC: mark("Security monitoring, patrolling and deterrence"),
    Area.POC: mark("Protection of civilians"),
    Area.CPR: mark("Child protection"),
    Area.CRS: mark("Conflict-related sexual violence"),
    Area.WPS: mark("Women, peace and security"),
    Area.HRT: mark("Human rights"),
    Area.HUM: mark("Humanitarian support"),
    Area.POL: mark("Political process"),
    Area.ELE: mark("Electoral assistance"),
    Area.DDR: mark("Disarmament, demobilisation and reintegration"),
    Area.WAM: mark("Arms control and mine action"),
    Area.SSR: mark("Security sector reform"),
    Area.PST: mark("Support to police"),
    Area.ROL: mark("Rule of law, justice and corrections"),
    Area.STA: mark("Support to State institutions"),
    Area.SAN: mark("Support to sanctions regimes"),
    Area.BMS: mark("Border and maritime security"),
    Area.PUB: mark("Public information"),
    Area.FPR: mark("Protection of United Nations and humanitarian personnel"),
    Area.TOC: mark("Transnational organised crime"),
    Area.CTR: mark("Counter-terrorism and prevention of violent extremism"),
    Area.CES: mark("Climate and environmental security"),
    Area.CYB: mark("Cybersecurity"),
    Area.HYB: mark("Hybrid threats"),
    Area.INF: mark("Information integrity"),
}


class Level(IntEnum):
    """Proficiency, cumulative."""

    NONE = 0
    AWARE = 1
    PRACTISED = 2
    INDEPENDENT = 3
    INSTRUCTOR = 4


LEVEL_NAMES: dict[Level, str] = {
    Level.NONE: mark("none"),
    Level.AWARE: mark("aware"),
    Level.PRACTISED: mark("practised"),
    Level.INDEPENDENT: mark("independent"),
    Level.INSTRUCTOR: mark("instructor"),
}

LEVEL_MEANINGS: dict[Level, str] = {
    Level.AWARE: mark("Knows what it is about, recognises it, and knows whom to call."),
    Level.PRACTISED: mark("Has practised it and does it in ordinary situations, with help at hand."),
    Level.INDEPENDENT: mark("Does it alone, also when things go wrong, and is answerable for it."),
    Level.INSTRUCTOR: mark("Teaches it to others and judges how they do it."),
}


class Source(StrEnum):
    """The kind of evidence, in rising order of weight."""

    SELF_DECLARED = "self-declared"
    NATIONAL_CERTIFICATE = "national-certificate"
    RECOGNISED = "recognised"
    OBSERVED = "observed"

    @property
    def weight(self) -> int:
        return _WEIGHTS[self]


_WEIGHTS = {source: weight for weight, source in enumerate(Source)}


SOURCE_NAMES: dict[Source, str] = {
    Source.SELF_DECLARED: mark("self-declared"),
    Source.NATIONAL_CERTIFICATE: mark("national certificate"),
    Source.RECOGNISED: mark("recognised course or module"),
    Source.OBSERVED: mark("observed performance"),
}


class Currency(StrEnum):
    """Policy validity of what a person holds against what is required; it gates. Worst first for display order."""

    NEVER = "never"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"
    """There is evidence, but of a weight below what the rule asks for, or without a level."""
    DUE_SOON = "due-soon"
    CURRENT = "current"
    WAIVED = "waived"


CURRENCY_NAMES: dict[Currency, str] = {
    Currency.NEVER: mark("never"),
    Currency.LAPSED: mark("lapsed"),
    Currency.UNKNOWN: mark("unknown"),
    Currency.DUE_SOON: mark("due soon"),
    Currency.CURRENT: mark("current"),
    Currency.WAIVED: mark("waived"),
}

DUE_SOON_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """Something that can be held at a level."""

    key: CompetencyKey
    area: Area
    title: LocalText
    statement: LocalText
    valid_months: int
    """How long evidence counts by policy; 0 for ever."""
    decay: str
    """accuracy, mixed or speed: which curve predicts retention; advisory only."""
    retired_on: date | None = None
    """When an edition of the framework left it out; its evidence stays readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkSpec:
    """A published list of competencies, read and not yet adopted."""

    key: str
    version: str
    title: LocalText
    competencies: tuple[Competency, ...]
    digest: str
    """SHA-256 over its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """Where evidence comes from: its kind, and the thing behind it."""

    source: Source
    subject: str = ""
    """What it rests on, for people: a module, course or certificate."""
    assignment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why somebody counts as competent."""

    id: EvidenceId
    person: PersonId
    competency: CompetencyKey
    level: Level
    observed_on: date
    expires_on: date | None
    """The first day on which it no longer counts; None for never."""
    source: Source
    subject: str = ""
    """What it rests on, for people: a module, course or certificate."""
    assignment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvidenceColumns:
    """The evidence of many people that counts on a day, as columns, in no order."""

    person: NDArray[np.int64]
    competency: NDArray[np.int64]
    """Place in `keys`."""
    level: NDArray[np.int64]
    weight: NDArray[np.int64]
    """Of the source."""
    lasts: NDArray[np.bool_]
    """Whether it counts beyond the days in which it is due soon."""
    keys: tuple[CompetencyKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LapsedColumns:
    """The evidence of many people that has expired, as columns, in no order."""

    person: NDArray[np.int64]
    competency: NDArray[np.int64]
    """Place in `keys`."""
    level: NDArray[np.int64]
    weight: NDArray[np.int64]
    """Of the source."""
    expires_on: NDArray[np.int64]
    """Ordinal of the first day on which it no longer counted."""
    keys: tuple[CompetencyKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """A piece of evidence to be recorded; its expiry follows from the policy of its competency."""

    person: PersonId
    competency: CompetencyKey
    level: Level
    observed_on: date
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRef:
    """The mandated task behind a requirement, with its paragraph: the upper end of every 'why'."""

    mission: int
    instrument: int | None
    """None for the baseline, which no instrument asks for."""
    symbol: str
    paragraph: str
    task_kind: str
    rule: str
    """Key of the requirement rule that applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What the tasks in force and the rules ask of one person."""

    person: PersonId
    competency: CompetencyKey
    area: Area
    level: Level
    due_on: date
    """Never before the day it was computed for."""
    weight: int
    """Rule weight × priority weight × (2 requested, 1 encouraged)."""
    least_source: Source
    refresher_months: int
    because: tuple[TaskRef, ...]
    """The tasks that ask for it, strongest first; never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A dated decision that a person need not meet a requirement for a while."""

    id: WaiverId
    person: PersonId
    competency: CompetencyKey
    starts_on: date
    ends_on: date
    """The first day on which it no longer holds."""
    granted_by: PersonId
    reason: str
    mitigation: str

    @property
    def last_on(self) -> date:
        """The last day on which it holds: what people mean by "until"."""
        return self.ends_on - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What one person lacks of one requirement."""

    requirement: Requirement
    currency: Currency
    """never, lapsed, unknown or due-soon."""
    lapsed_on: date | None
    """When evidence at the required level last ran out, or will when it is due soon; None if there never was any."""


class Retention(StrEnum):
    """How much is probably still there, in bands, since the numbers behind are population averages; it only advises."""

    FRESH = "fresh"
    FADING = "fading"
    FADED = "faded"


RETENTION_NAMES: dict[Retention, str] = {
    Retention.FRESH: mark("probably fresh"),
    Retention.FADING: mark("probably fading"),
    Retention.FADED: mark("probably faded"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who answers for a mandate area; either may be vacant."""

    requirements_authority: PersonId | None
    """Owns the need: what must be held."""
    department_head: PersonId | None
    """Matches solutions to the need: which modules and courses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one person holds of one competency on a day, judged without any requirement."""

    competency: CompetencyKey
    level: Level
    """The highest that counts on the day; of the evidence that last ran out when none counts."""
    state: Currency
    """current, due-soon, lapsed or unknown."""
    until: date | None
    """The first day on which it no longer counts or counted; None for never."""
    retention: Retention | None
    """Of what is current or due soon; None otherwise."""
    best: Evidence
    """The piece that level and state rest on."""
    earlier: tuple[Evidence, ...]
    """All other pieces, latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverEntry:
    """A waiver as the record shows it, also when it has ended."""

    waiver: Waiver
    revoked_at: datetime | None
    in_force: bool
