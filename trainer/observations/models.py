"""Tables of observations. A lesson stays on file whatever became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.observations.values import ObservationState


class Observation(Base):
    """A lesson learned in a mission, which the next edition must answer."""

    __tablename__ = "observation"

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id")
    reported_by_id: Mapped[int] = reference("person.id", index=False)
    observed_on: Mapped[date]
    text: Mapped[str]
    areas: Mapped[list[Any]]
    """Codes of mandate areas."""
    modules: Mapped[list[Any]]
    """Keys of modules it speaks to."""
    state: Mapped[ObservationState] = enum_column(ObservationState, default=ObservationState.REPORTED)
    reviewed_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    review: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = reference("pack_version.id", default=None)
    """The edition that answers it."""
