"""Tables of readiness: counts as last worked out, so that the board need not ask everything anew."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.values import Role
from trainer.competencies.values import Area
from trainer.kernel.db import Base, enum_column, id_column, reference


class ReadinessCount(Base):
    """How many people of a unit, or of one role and organisation outside units, are in each state in one area.

    As of the day in `readiness_refresh`. A person counts once in an area, with the worst of their states there.
    """

    __tablename__ = "readiness_count"
    __table_args__ = (Index("ix_readiness_count_mission_area", "mission_id", "area"),)

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id", index=False)
    unit_id: Mapped[int | None] = reference("unit.id", index=False, default=None)
    """None for people of the mission outside units."""
    organisation_id: Mapped[int] = reference("organisation.id", index=False)
    role: Mapped[Role] = enum_column(Role)
    area: Mapped[Area] = enum_column(Area)
    current: Mapped[int] = mapped_column(default=0)
    due_soon: Mapped[int] = mapped_column(default=0)
    lapsed: Mapped[int] = mapped_column(default=0)
    never: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    waived: Mapped[int] = mapped_column(default=0)


class ReadinessRefresh(Base):
    """When a mission's counts were last worked out, and whether something has happened since."""

    __tablename__ = "readiness_refresh"

    mission_id: Mapped[int] = reference("mission.id", primary_key=True)
    wanted: Mapped[int] = mapped_column(default=1)
    """Raised by each event that may move the counts."""
    served: Mapped[int] = mapped_column(default=0)
    """The value of `wanted` that the counts answer."""
    worked_out_at: Mapped[datetime | None] = mapped_column(default=None)
    on: Mapped[date | None] = mapped_column(default=None)
    """The day they were worked out for."""


class ReadinessSnapshot(Base):
    """One day's figures of one mission, kept for trends and for the auditor."""

    __tablename__ = "readiness_snapshot"
    __table_args__ = (UniqueConstraint("mission_id", "on"),)

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id", index=False)
    on: Mapped[date]
    taken_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    """Area → state → count."""
