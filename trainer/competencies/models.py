"""Tables of competencies. Evidence is never deleted; it expires."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.competencies.values import Area, Source
from trainer.kernel.db import Base, enum_column, id_column, reference


class Framework(Base):
    """A published list of competencies, with its version."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    adopted_at: Mapped[datetime]


class CompetencyRow(Base):
    """A competency as the adopted framework has it now; its key is for ever."""

    __tablename__ = "competency"

    id: Mapped[int] = id_column()
    framework_id: Mapped[int] = reference("framework.id")
    key: Mapped[str] = mapped_column(String(60), unique=True)
    area: Mapped[Area] = enum_column(Area, index=True)
    title: Mapped[dict[str, Any]]
    statement: Mapped[dict[str, Any]]
    valid_months: Mapped[int]
    decay: Mapped[str] = mapped_column(String(20))
    retired_on: Mapped[date | None] = mapped_column(default=None)


class AreaOwner(Base):
    """Who owns the need in a mandate area, and who matches solutions to it."""

    __tablename__ = "area_owner"

    area: Mapped[Area] = enum_column(Area, primary_key=True)
    requirements_authority_id: Mapped[int | None] = reference("person.id", default=None)
    department_head_id: Mapped[int | None] = reference("person.id", default=None)


class EvidenceRow(Base):
    """One piece of evidence."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_person_competency", "person_id", "competency_key"),
        Index("ix_evidence_expires_on", "expires_on"),
        Index("ix_evidence_expired_noted_on_expires_on", "expired_noted_on", "expires_on"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
    )

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id", index=False)
    competency_key: Mapped[str] = mapped_column(String(60))
    level: Mapped[int]
    observed_on: Mapped[date]
    expires_on: Mapped[date | None]
    """The first day on which it no longer counts."""
    source: Mapped[Source] = enum_column(Source)
    subject: Mapped[str] = mapped_column(default="")
    assignment_id: Mapped[int | None] = reference("assignment.id", default=None)
    recorded_at: Mapped[datetime]
    due_soon_noted_on: Mapped[date | None] = mapped_column(default=None)
    """When its coming expiry was put on the ledger, so that it happens once."""
    expired_noted_on: Mapped[date | None] = mapped_column(default=None)
    """The same for its expiry."""


class WaiverRow(Base):
    """Who, why, until, mitigation."""

    __tablename__ = "waiver"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="days"),)

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id")
    competency_key: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    granted_by_id: Mapped[int] = reference("person.id", index=False)
    reason: Mapped[str]
    mitigation: Mapped[str]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
