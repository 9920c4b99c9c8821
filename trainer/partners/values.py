"""Words of partners: providers, courses, sessions, seats, quotas, recognition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from trainer.accounts.values import MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import PersonId, mark

PartnerId = NewType("PartnerId", int)
CourseId = NewType("CourseId", int)
SessionId = NewType("SessionId", int)
"""Of a `CourseSession`."""
QuotaId = NewType("QuotaId", int)


class CourseMode(StrEnum):
    SELF_PACED = "self-paced"
    LIVE_ONLINE = "live-online"
    ON_SITE = "on-site"
    HYBRID = "hybrid"


MODE_NAMES: dict[CourseMode, str] = {
    CourseMode.SELF_PACED: mark("self-paced"),
    CourseMode.LIVE_ONLINE: mark("live online"),
    CourseMode.ON_SITE: mark("on site"),
    CourseMode.HYBRID: mark("hybrid"),
}

MODES_WITH_TRAVEL = frozenset({CourseMode.ON_SITE, CourseMode.HYBRID})
"""A session in one of these has a place that people travel to."""


class CourseState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


COURSE_STATE_NAMES: dict[CourseState, str] = {
    CourseState.DRAFT: mark("draft"),
    CourseState.PUBLISHED: mark("published"),
    CourseState.CLOSED: mark("closed"),
}


class SessionState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    HELD = "held"


SESSION_STATE_NAMES: dict[SessionState, str] = {
    SessionState.OPEN: mark("open"),
    SessionState.CANCELLED: mark("cancelled"),
    SessionState.HELD: mark("held"),
}


class RecognitionState(StrEnum):
    """What the host decided on one award."""

    GRANTED = "granted"
    REFUSED = "refused"


RECOGNITION_NAMES: dict[RecognitionState, str] = {
    RecognitionState.GRANTED: mark("recognised"),
    RecognitionState.REFUSED: mark("not recognised"),
}


class AwardStanding(StrEnum):
    """How an award stands on a day."""

    WAITING = "waiting"
    RECOGNISED = "recognised"
    REFUSED = "refused"
    RUN_OUT = "run-out"
    """It was recognised, and the recognition has expired."""


AWARD_STANDING_NAMES: dict[AwardStanding, str] = {
    AwardStanding.WAITING: mark("waiting for recognition"),
    AwardStanding.RECOGNISED: mark("recognised"),
    AwardStanding.REFUSED: mark("not recognised"),
    AwardStanding.RUN_OUT: mark("recognition has run out"),
}

UNDECIDED = frozenset({AwardStanding.WAITING, AwardStanding.RUN_OUT})
"""Standings in which a manager is asked to decide."""

TEACHING_LANGUAGES: Mapping[str, str] = {
    "ar": "العربية",
    "bn": "বাংলা",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ne": "नेपाली",
    "pt": "Português",
    "ru": "Русский",
    "sw": "Kiswahili",
    "ur": "اردو",
    "zh": "中文",
}
"""Languages a course can be held in, each under its own name."""

CURRENCIES = ("USD",)
"""Seats are compared by cost, so all costs are in one currency."""

REGION_NAMES: Mapping[str, str] = {
    "africa": mark("Africa"),
    "americas": mark("Americas"),
    "asia": mark("Asia"),
    "caribbean": mark("Caribbean"),
    "central-africa": mark("Central Africa"),
    "central-asia": mark("Central Asia"),
    "east-africa": mark("East Africa"),
    "east-asia": mark("East Asia"),
    "europe": mark("Europe"),
    "horn-of-africa": mark("Horn of Africa"),
    "latin-america": mark("Latin America"),
    "middle-east": mark("Middle East"),
    "north-africa": mark("North Africa"),
    "north-america": mark("North America"),
    "oceania": mark("Oceania"),
    "pacific": mark("Pacific"),
    "south-america": mark("South America"),
    "south-asia": mark("South Asia"),
    "south-east-asia": mark("South-East Asia"),
    "southern-africa": mark("Southern Africa"),
    "west-africa": mark("West Africa"),
}
"""Names of travel regions by key; the data decides which are in use."""

TITLE_LENGTH = 160
SUMMARY_LENGTH = 2000
PLACE_LENGTH = 160
REASON_LENGTH = 1000
SHORT_NOTICE_DAYS = 60
"""A session that starts within so many days and still lacks people is worth a look."""
RUNS_OUT_DAYS = 90
"""A recognition that ends within so many days is shown to the partner and to the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCard:
    """A provider of training."""

    id: PartnerId
    organisation: OrganisationId
    key: str
    name: str
    kind: str
    region: str
    time_zone: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDraft:
    """A course as a partner describes it, not yet judged."""

    title: str
    summary: str
    language: str
    mode: CourseMode
    days: int
    cost: int
    """For one seat, in whole minor units of `currency`."""
    currency: str = "USD"
    roles: tuple[Role, ...] = ()
    """Roles it is open to; none for all."""
    requires: AtLevel | None = None
    awards: tuple[AtLevel, ...]
    modules: tuple[ModuleKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaDraft:
    """Seats reserved until a day for the people of a contributor, of a mission, or of a contributor in a mission."""

    organisation: OrganisationId | None = None
    mission: MissionId | None = None
    seats: int
    released_on: date
    """The first day on which anybody may have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """A dated run of a course as a partner describes it, not yet judged."""

    starts_on: date
    ends_on: date
    """The last day, inclusive."""
    starts_time: time
    """Local time in `time_zone`, each day."""
    time_zone: str
    place: str
    region: str
    seats: int
    least_seats: int = 0
    quotas: tuple[QuotaDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionDecision:
    """What the host decides on one award."""

    competency: CompetencyKey
    level: Level
    """The level it proves; at most the one the partner claims."""
    state: RecognitionState
    reason: str
    expires_on: date | None = None
    """The first day on which it no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """A quota on file."""

    id: QuotaId
    session: SessionId
    organisation: OrganisationId | None
    mission: MissionId | None
    seats: int
    released_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOffer:
    """An open session of a recognised course: something that can be assigned."""

    id: SessionId
    course: CourseId
    partner: PartnerId
    title: str
    language: str
    mode: CourseMode
    roles: tuple[Role, ...]
    cost: int
    region: str
    place: str
    starts_on: date
    ends_on: date
    seats: int
    seats_taken: int
    least_seats: int
    awards: tuple[AtLevel, ...]
    """The recognised ones only, on the day that was asked about."""
    requires: AtLevel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """A dated run, as lists show it."""

    id: SessionId
    course: CourseId
    course_title: str
    partner: PartnerId
    partner_name: str
    place: str
    mode: CourseMode
    language: str
    starts_on: date
    ends_on: date
    starts_time: time
    time_zone: str
    seats: int
    seats_taken: int
    least_seats: int
    state: SessionState

    @property
    def starts_at(self) -> datetime:
        """The instant it begins: local time in its own zone."""
        return datetime.combine(self.starts_on, self.starts_time, tzinfo=ZoneInfo(self.time_zone))

    @property
    def seats_free(self) -> int:
        return self.seats - self.seats_taken

    @property
    def standing(self) -> str:
        """Its state for a page; an open session without a free seat is `full`."""
        if self.state is SessionState.OPEN and self.seats_free <= 0:
            return "full"
        return self.state.value


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCard:
    """A course, as lists show it."""

    id: CourseId
    partner: PartnerId
    partner_name: str
    title: str
    language: str
    mode: CourseMode
    days: int
    cost: int
    currency: str
    state: CourseState
    awards: int
    """How many competencies it claims to prove."""
    recognised: int
    """How many of those count on the day asked about."""
    undecided: int
    """How many of those a manager still has to decide on, or again."""
    sessions: int
    """Open ones yet to start."""
    seats_free: int
    next_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionLine:
    """One decision on file."""

    competency: CompetencyKey
    level: Level
    state: RecognitionState
    reason: str
    decided_on: date
    decided_by: PersonId | None
    expires_on: date | None
    ended_at: datetime | None
    """When a later decision or a change of the course replaced it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardLine:
    """What a course claims to prove, and how the claim stands."""

    competency: CompetencyKey
    claimed: Level
    standing: AwardStanding
    decision: RecognitionLine | None
    """The one in force or run out; None while it waits for a first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePage:
    """A course with all that its page shows."""

    id: CourseId
    partner: PartnerCard
    draft: CourseDraft
    """What the partner says of it."""
    state: CourseState
    version: int
    asked_at: datetime | None
    """Since when it waits for a decision; None when nothing waits."""
    awards: tuple[AwardLine, ...]
    decisions: tuple[RecognitionLine, ...]
    """All on file, latest first."""
    coming: tuple[SessionCard, ...]
    """Open sessions yet to start, soonest first."""
    past: tuple[SessionCard, ...]
    """Begun, held or cancelled, latest first; at most 50."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The partner's summary, line by line."""
        return tuple(line for line in self.draft.summary.splitlines() if line.strip())

    @property
    def booked(self) -> int:
        """Seats taken in sessions yet to start."""
        return sum(each.seats_taken for each in self.coming)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """A dated run with all that its page shows."""

    card: SessionCard
    partner: PartnerCard
    region: str
    course_state: CourseState
    course_days: int
    version: int
    cancelled_because: str
    quotas: tuple[QuotaLine, ...]
    awards: tuple[AwardLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A course that waits for the host's decision."""

    course: CourseId
    title: str
    partner_name: str
    asked_at: datetime | None
    undecided: tuple[AtLevel, ...]
    run_out: bool
    """Whether something of it was recognised before."""
    sessions: int
    seats_free: int
    next_on: date | None
    """The first session that cannot be filled until the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingLine:
    """A recognition that ends soon."""

    course: CourseId
    title: str
    partner_name: str
    competency: CompetencyKey
    level: Level
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A partner's first page: who comes, what is asked, where seats are missing."""

    partner: PartnerCard
    next_sessions: tuple[SessionCard, ...]
    """The coming ones, soonest first; at most ten."""
    sessions: int
    """How many are coming in all."""
    seats: int
    seats_taken: int
    full: tuple[SessionCard, ...]
    """Coming ones without a free seat: there people may be waiting."""
    thin: tuple[SessionCard, ...]
    """Those that start soon and have fewer people than they need."""
    unfinished: tuple[CourseCard, ...]
    """Drafts not yet published."""
    waiting: tuple[QueueLine, ...]
    """Published courses that the host has yet to decide on."""
    refused: tuple[CourseCard, ...]
    """Published courses of which nothing counts and nothing waits."""
    empty: tuple[CourseCard, ...]
    """Recognised courses without a session to come."""
    ending: tuple[EndingLine, ...]


# What is loaded whole, for installations that begin with existing offers.


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSpec:
    """A published course with its sessions, to be loaded in bulk."""

    key: str
    draft: CourseDraft
    recognised: tuple[RecognitionDecision, ...] = ()
    sessions: tuple[SessionDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSpec:
    """A provider with its courses, to be loaded in bulk."""

    organisation: OrganisationId
    key: str
    name: str
    kind: str
    region: str
    time_zone: str = "UTC"
    email: str | None = None
    invented: bool = False
    courses: tuple[CourseSpec, ...] = ()
