"""Tables of observations. A lesson stays on file whatever became of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.competencies.values import Area
from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.observations.values import ObservationState


class Observation(Base):
    """A lesson learned in a mission, which the next edition must answer once it is accepted."""

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("(state = 'answered') = (answered_by_id IS NOT NULL)", name="answer"),
        Index("ix_observation_state", "state", "id"),
    )

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id")
    reported_by_id: Mapped[int] = reference("person.id")
    reported_at: Mapped[datetime]
    observed_on: Mapped[date]
    text: Mapped[str]
    state: Mapped[ObservationState] = enum_column(ObservationState, default=ObservationState.REPORTED)
    reviewed_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    review: Mapped[str] = mapped_column(default="")
    """Why it was accepted or declined."""
    answered_by_id: Mapped[int | None] = reference("pack_version.id", default=None)
    """The edition that answers it."""
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(default="")
    """How the edition answers it."""


class ObservationArea(Base):
    """A mandate area that a lesson is about."""

    __tablename__ = "observation_area"

    observation_id: Mapped[int] = reference("observation.id", primary_key=True)
    area: Mapped[Area] = enum_column(Area, primary_key=True)


class ObservationModule(Base):
    """A module that a lesson speaks to."""

    __tablename__ = "observation_module"

    observation_id: Mapped[int] = reference("observation.id", primary_key=True)
    module_key: Mapped[str] = mapped_column(String(80), primary_key=True)
