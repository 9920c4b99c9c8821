"""Tables of scenarios."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, BigId, enum_column, id_column, reference
from trainer.scenarios.values import WhatIfState


class ScenarioRow(Base):
    """What somebody supposes together, under a name."""

    __tablename__ = "scenario"

    id: Mapped[int] = id_column()
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    what_ifs: Mapped[list[Any]]
    """As `WhatIf`s in JSON."""
    missions: Mapped[list[Any]]
    """Ids of the missions it looks at; empty for all that work."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    changed_at: Mapped[datetime]
    discarded_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class WhatIfRunRow(Base):
    """Working out, once, what would follow from a scenario or a draft; its result stays."""

    __tablename__ = "what_if_run"
    __table_args__ = (Index("ix_what_if_run_state", "state", "id"),)

    id: Mapped[int] = id_column()
    scenario_id: Mapped[int | None] = reference("scenario.id", default=None)
    draft_id: Mapped[int | None] = reference("instrument_draft.id", default=None)
    scenario_version: Mapped[int] = mapped_column(default=0)
    """Of the scenario, or of the draft, as it was worked out."""
    state: Mapped[WhatIfState] = enum_column(WhatIfState, default=WhatIfState.OPEN)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str] = mapped_column(default="")
    progress: Mapped[list[Any]] = mapped_column(default_factory=list)
    on: Mapped[date | None] = mapped_column(default=None)
    """The day as on which it was worked out."""
    engine: Mapped[str] = mapped_column(String(20), default="")
    input_hash: Mapped[str] = mapped_column(String(64), default="")
    last_entry: Mapped[int] = mapped_column(BigId, default=0)
    """The last entry of the ledger when it was read."""
    figures: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Of a scenario, the main figures mission by mission, as `MissionFigures` in JSON: what lists show of the result."""
    result: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    """As `Effects`, or as a `Preview` without names, in JSON."""
