"""Tables of accounts. Nothing here is deleted: people leave, postings end, memberships are ended by a date."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.values import Certainty, MissionStatus, Office, OrganisationKind, Role, Sex
from trainer.kernel.db import Base, enum_column, id_column, reference


class Organisation(Base):
    """A contributor, provider or headquarters."""

    __tablename__ = "organisation"

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    kind: Mapped[OrganisationKind] = enum_column(OrganisationKind)
    language: Mapped[str] = mapped_column(String(8), default="en")
    invented: Mapped[bool] = mapped_column(default=False)


class Mission(Base):
    """Any operation: UN-led, partner-led or ad hoc coalition."""

    __tablename__ = "mission"

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(60), unique=True)
    """Its short name in lower case, such as `unifil`."""
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(default="")
    """In English, as the other words for people here."""
    place: Mapped[str] = mapped_column(default="")
    lead: Mapped[str] = mapped_column(default="UN")
    """The organisation that leads it, by its usual short name."""
    status: Mapped[MissionStatus] = enum_column(MissionStatus, default=MissionStatus.ACTIVE)
    region: Mapped[str] = mapped_column(String(40), default="")
    """A key of the travel regions used for seats."""
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    strength: Mapped[str] = mapped_column(default="")
    """The authorised strength in words, with the text it comes from."""
    translations: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """Full name, place and strength in other languages: for each of these, texts by language code."""
    certainty: Mapped[Certainty] = enum_column(Certainty, default=Certainty.KNOWLEDGE)
    contributors: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Keys of the organisations that contribute, for operations of several."""
    draws_down_on: Mapped[date | None] = mapped_column(default=None)
    liquidates_on: Mapped[date | None] = mapped_column(default=None)
    closes_on: Mapped[date | None] = mapped_column(default=None)
    """The first day on which it is no more."""


class Unit(Base):
    """A contingent, police unit, section or team of a mission."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("mission_id", "key"),)

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id")
    organisation_id: Mapped[int] = reference("organisation.id")
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str]
    role: Mapped[Role] = enum_column(Role)
    place: Mapped[str] = mapped_column(default="")


class Person(Base):
    """Somebody who trains, or works with Trainer."""

    __tablename__ = "person"

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """The service or index number by which other systems know the person, lower case."""
    given_name: Mapped[str]
    family_name: Mapped[str]
    search_name: Mapped[str] = mapped_column(index=True)
    """Both names folded to lower case without accents, for search."""
    email: Mapped[str | None] = mapped_column(String(254), unique=True, default=None)
    sex: Mapped[Sex] = enum_column(Sex, default=Sex.UNKNOWN)
    organisation_id: Mapped[int] = reference("organisation.id")
    language: Mapped[str] = mapped_column(String(8), default="en")
    """The language of pages and messages."""
    spoken: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Codes of the languages the person can be taught in, best first."""
    invented: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[date | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class PostingRow(Base):
    """A person's time in a mission; the days are half-open, `ends_on` is the rotation date."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="days"),
        Index("ix_posting_mission_days", "mission_id", "starts_on", "ends_on"),
    )

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id")
    mission_id: Mapped[int] = reference("mission.id", index=False)
    unit_id: Mapped[int | None] = reference("unit.id", default=None)
    role: Mapped[Role] = enum_column(Role)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)


class Absence(Base):
    """Days on which a person cannot attend: leave, travel, duty elsewhere."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="days"),)

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")


class Membership(Base):
    """An office that a person holds, for one mission, one organisation, or everywhere."""

    __tablename__ = "membership"

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id")
    office: Mapped[Office] = enum_column(Office)
    mission_id: Mapped[int | None] = reference("mission.id", default=None)
    organisation_id: Mapped[int | None] = reference("organisation.id", default=None)
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class Credential(Base):
    """How a person proves who they are."""

    __tablename__ = "credential"

    person_id: Mapped[int] = reference("person.id", primary_key=True)
    password_hash: Mapped[str]
    set_at: Mapped[datetime]
    one_time: Mapped[bool] = mapped_column(default=False)
    """Given by an administrator: it opens one sign-in, within three days, to choose a password of one's own."""
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a one-time password was used."""


class SignIn(Base):
    """One signed-in browser; ending it signs that browser out."""

    __tablename__ = "sign_in"

    id: Mapped[int] = id_column()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = reference("person.id")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    browser: Mapped[str] = mapped_column(default="")


class FailedSignIn(Base):
    """A failed attempt, kept as long as throttling needs it."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        Index("ix_failed_sign_in_login_at", "login", "at"),
        Index("ix_failed_sign_in_address_at", "address", "at"),
    )

    id: Mapped[int] = id_column()
    login: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
