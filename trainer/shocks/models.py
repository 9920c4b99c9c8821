"""Tables of shocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.shocks.values import ShockKind


class Shock(Base):
    """People or seats lost without any change of mandate."""

    __tablename__ = "shock"

    id: Mapped[int] = id_column()
    name: Mapped[str]
    kind: Mapped[ShockKind] = enum_column(ShockKind)
    missions: Mapped[list[Any]]
    """Keys of the missions it touches; empty for all."""
    share_percent: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    note: Mapped[str] = mapped_column(default="")
    loss: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    """What exactly is lost; None for one declared before that was kept: a share of its missions, latest rotation first."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    ended_because: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class ShockLeaver(Base):
    """Somebody who leaves early because of a shock: chosen when it was declared, since the share is of those there then."""

    __tablename__ = "shock_leaver"

    shock_id: Mapped[int] = reference("shock.id", primary_key=True)
    person_id: Mapped[int] = reference("person.id", primary_key=True)
    mission_id: Mapped[int] = reference("mission.id", index=False)
    """Which they leave: who serves elsewhere by then is not held to it."""
    leaves_on: Mapped[date]
    """The first day on which they are gone."""
