"""Words of accounts: roles in the field, offices in Trainer, permissions, and a person's profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from trainer.kernel.values import PersonId, mark

OrganisationId = NewType("OrganisationId", int)
MissionId = NewType("MissionId", int)
UnitId = NewType("UnitId", int)


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


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class MissionStatus(StrEnum):
    ACTIVE = "active"
    DRAWING_DOWN = "drawing-down"
    CLOSED = "closed"


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
