"""Tables of partners. Seats are counted in one guarded column, so that the last seat is given once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.partners.values import CourseMode, CourseState, RecognitionState, SessionState


class Partner(Base):
    """An organisation as a provider of training."""

    __tablename__ = "partner"

    id: Mapped[int] = id_column()
    organisation_id: Mapped[int] = reference("organisation.id")
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(60))
    """What sort of provider, in words of the field: national training centre, regional school, academy …"""
    region: Mapped[str] = mapped_column(String(40))
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    invented: Mapped[bool] = mapped_column(default=False)


class Course(Base):
    """What a partner offers; it can be assigned only once recognised."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("partner_id", "key"),)

    id: Mapped[int] = id_column()
    partner_id: Mapped[int] = reference("partner.id")
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(8))
    mode: Mapped[CourseMode] = enum_column(CourseMode)
    days: Mapped[int]
    cost: Mapped[int]
    """For one seat, in whole minor units of `currency`."""
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    roles: Mapped[list[Any]]
    """Keys of the roles it is open to; empty for all."""
    requires_competency: Mapped[str | None] = mapped_column(String(60), default=None)
    requires_level: Mapped[int | None] = mapped_column(default=None)
    state: Mapped[CourseState] = enum_column(CourseState, default=CourseState.DRAFT)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when the host is asked to recognise it: set by publishing and by changes that end a decision."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class CourseAward(Base):
    """What the partner says completing the course proves; it counts as far as recognised."""

    __tablename__ = "course_award"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    course_id: Mapped[int] = reference("course.id", primary_key=True)
    competency_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]


class CourseModule(Base):
    """Which modules of the curricula a course covers."""

    __tablename__ = "course_module"

    course_id: Mapped[int] = reference("course.id", primary_key=True)
    module_key: Mapped[str] = mapped_column(String(80), primary_key=True)


class CourseSession(Base):
    """One dated run of a course."""

    __tablename__ = "course_session"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("seats_taken >= 0 AND seats_taken <= seats", name="seats"),
        Index("ix_course_session_starts_on", "starts_on"),
    )

    id: Mapped[int] = id_column()
    course_id: Mapped[int] = reference("course.id")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """Its last day, inclusive: a session of one day starts and ends on it."""
    starts_time: Mapped[time]
    """Local time in `time_zone`, each day."""
    time_zone: Mapped[str] = mapped_column(String(60))
    place: Mapped[str]
    region: Mapped[str] = mapped_column(String(40))
    seats: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    least_seats: Mapped[int] = mapped_column(default=0)
    """The class is not held with fewer."""
    state: Mapped[SessionState] = enum_column(SessionState, default=SessionState.OPEN)
    cancelled_because: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class Quota(Base):
    """Seats of a session reserved for a contributor or a mission until a date."""

    __tablename__ = "quota"
    __table_args__ = (CheckConstraint("organisation_id IS NOT NULL OR mission_id IS NOT NULL", name="for"),)

    id: Mapped[int] = id_column()
    course_session_id: Mapped[int] = reference("course_session.id")
    organisation_id: Mapped[int | None] = reference("organisation.id", default=None)
    mission_id: Mapped[int | None] = reference("mission.id", default=None)
    seats: Mapped[int]
    released_on: Mapped[date]


class Recognition(Base):
    """The host's dated decision that a course proves a competency at a level."""

    __tablename__ = "recognition"

    id: Mapped[int] = id_column()
    course_id: Mapped[int] = reference("course.id")
    competency_key: Mapped[str] = mapped_column(String(60))
    level: Mapped[int]
    state: Mapped[RecognitionState] = enum_column(RecognitionState)
    decided_on: Mapped[date]
    decided_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    expires_on: Mapped[date | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a later decision replaced it."""
