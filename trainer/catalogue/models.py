"""Tables of the catalogue. A stored pack version is immutable; the next edition is a new row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, id_column, reference


class PackVersion(Base):
    """One edition of a content pack."""

    __tablename__ = "pack_version"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(40))
    title: Mapped[dict[str, Any]]
    licence: Mapped[str] = mapped_column(String(40))
    authors: Mapped[list[Any]]
    framework: Mapped[str] = mapped_column(String(60))
    needs: Mapped[list[Any]]
    supersedes: Mapped[str | None] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over all files in name order."""
    installed_at: Mapped[datetime]
    current: Mapped[bool] = mapped_column(default=True)
    """Whether it is the edition that new assignments use."""
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class ModuleVersion(Base):
    """A module as one pack version has it."""

    __tablename__ = "module_version"
    __table_args__ = (
        UniqueConstraint("pack_version_id", "key"),
        Index("ix_module_version_key_current", "key", "current"),
    )

    id: Mapped[int] = id_column()
    pack_version_id: Mapped[int] = reference("pack_version.id", index=False)
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    effort_minutes: Mapped[int]
    lessons: Mapped[dict[str, Any]]
    """Markdown by language code."""
    questions: Mapped[dict[str, Any]]
    """Lists of questions by language code, as in the pack."""
    languages: Mapped[list[Any]]
    """Codes of the languages it can be taken in, English first."""
    sources: Mapped[list[Any]]
    pass_percent: Mapped[int]
    refresher_of: Mapped[str | None] = mapped_column(String(60), default=None)
    """The competency whose lapsed evidence it renews; None for a full module."""
    within_months: Mapped[int] = mapped_column(default=24)
    current: Mapped[bool] = mapped_column(default=True)


class Teaches(Base):
    """What completing a module proves."""

    __tablename__ = "module_teaches"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    module_version_id: Mapped[int] = reference("module_version.id", primary_key=True)
    competency_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]


class ModuleRequires(Base):
    """What must be held before a module is begun."""

    __tablename__ = "module_requires"

    module_version_id: Mapped[int] = reference("module_version.id", primary_key=True)
    competency_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]


class TrackVersion(Base):
    """An ordered set of modules for a role, as one pack version has it."""

    __tablename__ = "track_version"
    __table_args__ = (UniqueConstraint("pack_version_id", "key"),)

    id: Mapped[int] = id_column()
    pack_version_id: Mapped[int] = reference("pack_version.id", index=False)
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, Any]]
    role: Mapped[str | None] = mapped_column(String(40))
    """A role key; None for everyone."""
    steps: Mapped[list[Any]]
    """In order: module, skip, repeat."""
    current: Mapped[bool] = mapped_column(default=True)
