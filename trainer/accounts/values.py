"""Words of accounts: roles in the field, offices in Trainer, permissions, and a person's profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from trainer.kernel.periods import Period
from trainer.kernel.values import LocalText, PersonId, mark

OrganisationId = NewType("OrganisationId", int)
MissionId = NewType("MissionId", int)
UnitId = NewType("UnitId", int)
PostingId = NewType("PostingId", int)
MembershipId = NewType("MembershipId", int)
SignInId = NewType("SignInId", int)


class Role(StrEnum):
    """What a person does in a mission: the categories in which personnel are generated and trained."""

    INFANTRY = "infantry"
    FORMED_POLICE = "formed-police"
    INDIVIDUAL_POLICE = "individual-police"
    OBSERVER = "observer"
    STAFF_OFFICER = "staff-officer"
    CIVILIAN = "civilian"


ROLE_NAMES: dict[Role, str] = {
    Role.INFANTRY: mark("Infantry"),
    Role.FORMED_POLICE: mark("Formed police unit"),
    Role.INDIVIDUAL_POLICE: mark("Individual police officer"),
    Role.OBSERVER: mark("Military observer"),
    Role.STAFF_OFFICER: mark("Staff officer"),
    Role.CIVILIAN: mark("Civilian"),
}


class Office(StrEnum):
    """What a person does in Trainer; everyone with an account is a trainee besides."""

    TRAINEE = "trainee"
    MANDATE_OFFICER = "mandate-officer"
    READINESS_MANAGER = "readiness-manager"
    TRAINING_PARTNER = "training-partner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


OFFICE_NAMES: dict[Office, str] = {
    Office.TRAINEE: mark("Trainee"),
    Office.MANDATE_OFFICER: mark("Mandate officer"),
    Office.READINESS_MANAGER: mark("Readiness manager"),
    Office.TRAINING_PARTNER: mark("Training partner"),
    Office.AUDITOR: mark("Auditor"),
    Office.ADMINISTRATOR: mark("Administrator"),
}


class Permission(StrEnum):
    """One thing that may be done; `accounts.rules` holds who may."""

    LEARN = "learn"
    """See and complete one's own assignments, tracks, record and messages."""
    READ_CATALOGUE = "read-catalogue"
    """Read modules, tracks, published courses and sessions."""
    READ_MANDATES = "read-mandates"
    DRAFT_INSTRUMENT = "draft-instrument"
    PUBLISH_INSTRUMENT = "publish-instrument"
    REVISE_RULES = "revise-rules"
    READ_PLANS = "read-plans"
    APPROVE_PLAN = "approve-plan"
    READ_READINESS = "read-readiness"
    READ_PEOPLE = "read-people"
    """Open a person's gaps, assignments and evidence."""
    RECORD_EVIDENCE = "record-evidence"
    GRANT_WAIVER = "grant-waiver"
    MANAGE_COURSES = "manage-courses"
    """Publish courses and sessions of one's own organisation."""
    RECOGNISE_COURSES = "recognise-courses"
    READ_LEDGER = "read-ledger"
    """Search the audit trail and open the chain behind any assignment."""
    ADMINISTER = "administer"
    """Accounts, jobs, health."""


class OrganisationKind(StrEnum):
    UN = "un"
    MEMBER_STATE = "member-state"
    REGIONAL = "regional"
    TRAINING_CENTRE = "training-centre"
    COALITION = "coalition"


ORGANISATION_KIND_NAMES: dict[OrganisationKind, str] = {
    OrganisationKind.UN: mark("United Nations"),
    OrganisationKind.MEMBER_STATE: mark("Member State"),
    OrganisationKind.REGIONAL: mark("Regional organisation"),
    OrganisationKind.TRAINING_CENTRE: mark("Training centre"),
    OrganisationKind.COALITION: mark("Coalition"),
}


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class MissionStatus(StrEnum):
    ACTIVE = "active"
    DRAWING_DOWN = "drawing-down"
    LIQUIDATING = "liquidating"
    """Operations have ceased; what remains is done and what the mission has is handed over until it closes."""
    CLOSED = "closed"


MISSION_STATUS_NAMES: dict[MissionStatus, str] = {
    MissionStatus.ACTIVE: mark("active"),
    MissionStatus.DRAWING_DOWN: mark("drawing down"),
    MissionStatus.LIQUIDATING: mark("in liquidation"),
    MissionStatus.CLOSED: mark("closed"),
}


class Certainty(StrEnum):
    """How well a fact about a mission is founded."""

    SEEN = "seen"
    """Read in a text of the organisation or the press."""
    PART_SEEN = "part-seen"
    KNOWLEDGE = "knowledge"
    """General knowledge, not verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """Where a person stands on a day, as far as requirements and plans need to know."""

    id: PersonId
    name: str
    role: Role | None
    mission: MissionId | None
    """None while between postings."""
    unit: UnitId | None
    organisation: OrganisationId
    languages: tuple[str, ...]
    """Codes of the languages the person can be taught in, best first."""
    deployed_on: date | None
    rotates_on: date | None
    """The day the posting ends; None when open or without posting."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceColumns:
    """Where many people stand on a day, as columns: a hundred thousand profiles would take seconds to make."""

    person: NDArray[np.int64]
    """Ascending."""
    mission: NDArray[np.int64]
    unit: NDArray[np.int64]
    """0 outside units."""
    role: NDArray[np.int64]
    """Place in `Role`."""
    rotates_on: NDArray[np.int64]
    """Ordinal of the day the posting ends; that of the last day there is when it is open."""
    leaves_on: NDArray[np.int64]
    """The same of the last posting on file."""
    organisation: NDArray[np.int64]
    speaks: NDArray[np.int64]
    """Place in `languages`."""
    languages: tuple[tuple[str, ...], ...]
    """Every set of languages that somebody speaks: codes, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleGroup:
    """How many people of a mission do the same and can be taught in the same languages."""

    mission: MissionId
    role: Role
    languages: tuple[str, ...]
    """Codes, best first."""
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A signed-in person, as the shell needs to know."""

    person: PersonId
    name: str
    email: str
    language: str
    offices: frozenset[Office]
    organisation: OrganisationId
    missions: frozenset[MissionId]
    """The missions a manager or officer is confined to; empty for all."""
    invented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingDays:
    """How a mission ends: the first day of each part of it, as far as it is decided."""

    draws_down_on: date | None = None
    liquidates_on: date | None = None
    """The first day of liquidation: operations have ceased."""
    closes_on: date | None = None
    """The first day on which it is no more; postings end on it."""

    @property
    def last_on(self) -> date | None:
        """The last day of the mission, as people say it."""
        return None if self.closes_on is None else self.closes_on - timedelta(days=1)

    def in_liquidation(self, *, on: date) -> bool:
        """Whether operations have ceased and the mission is not closed yet."""
        return (
            self.liquidates_on is not None
            and self.liquidates_on <= on
            and (self.closes_on is None or on < self.closes_on)
        )

    def __bool__(self) -> bool:
        return any((self.draws_down_on, self.liquidates_on, self.closes_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionCard:
    """A mission as lists and headings show it."""

    id: MissionId
    key: str
    name: str
    full_name: LocalText
    place: LocalText
    """The area or host country."""
    lead: str
    status: MissionStatus
    region: str
    time_zone: str
    strength: LocalText
    certainty: Certainty
    draws_down_on: date | None = None
    liquidates_on: date | None = None
    closes_on: date | None = None

    @property
    def closing(self) -> ClosingDays:
        """How it ends, as far as it is decided."""
        return ClosingDays(draws_down_on=self.draws_down_on, liquidates_on=self.liquidates_on, closes_on=self.closes_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCard:
    """A unit of a mission."""

    id: UnitId
    mission: MissionId
    organisation: OrganisationId
    key: str
    name: str
    role: Role
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCard:
    """A contributor, provider or headquarters."""

    id: OrganisationId
    key: str
    name: str
    kind: OrganisationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """A person as lists and headings show them."""

    id: PersonId
    key: str
    name: str
    email: str
    """Empty for somebody without an address."""
    language: str
    organisation: OrganisationId
    organisation_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A person's time in a mission; half-open, `ends_on` is the rotation date."""

    id: PostingId
    person: PersonId
    mission: MissionId
    unit: UnitId | None
    role: Role
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPosting:
    """A posting of somebody who is being enrolled."""

    mission: MissionId
    unit: UnitId | None
    role: Role
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to enrol, with the postings and absences known of them."""

    key: str
    given_name: str
    family_name: str
    organisation: OrganisationId
    email: str | None = None
    sex: Sex = Sex.UNKNOWN
    language: str = "en"
    spoken: tuple[str, ...] = ()
    invented: bool = False
    postings: tuple[NewPosting, ...] = ()
    absences: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a new posting does to the others of its person."""

    ends: tuple[Posting, ...]
    """Those still running on its first day; they end on it."""
    amends: PostingId | None
    """The one that began on the same day: it becomes the new posting."""
    leaves: MissionId | None
    """The mission the person comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHeld:
    """An office that a person holds, and where."""

    id: MembershipId
    person: PersonId
    office: Office
    mission: MissionId | None
    organisation: OrganisationId | None
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """One signed-in browser."""

    id: SignInId
    person: PersonId
    began_at: datetime
    seen_at: datetime
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """What the page of one person says about them."""

    card: PersonCard
    left_on: date | None
    invented: bool
    spoken: tuple[str, ...]
    postings: tuple[Posting, ...]
    """All of them, the latest first."""
    absences: tuple[Period, ...]
    """Those not over on the day asked about, the earliest first."""
    has_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """Somebody who can sign in, with the offices they hold."""

    card: PersonCard
    offices: tuple[OfficeHeld, ...]
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How much of everything accounts holds."""

    people: int
    """Those who have not left."""
    real: int
    """All who are not invented, also those who have left."""
    accounts: int
    """Those of them who can sign in."""
    missions: int
    organisations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedReaction:
    """A reaction to a recorded fact that failed too often and waits for somebody to look."""

    entry: int
    event: str
    reaction: str
    parked_at: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHealth:
    """Whether what was recorded is being answered."""

    open_entries: int
    oldest_open_at: datetime | None
    parked: tuple[ParkedReaction, ...]
