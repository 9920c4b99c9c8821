"""What happens to scenarios."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSaved(Event):
    scenario_id: int
    title: str
    missions: tuple[int, ...]
    supposed: tuple[str, ...] = ()
    """What it supposes from now on, one text each; earlier entries did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDiscarded(Event):
    scenario_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAsked(Event):
    """Somebody asked for something large to be worked out: a worker takes it."""

    scenario_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfParked(Event):
    """Working out what would follow was stopped and needs a look."""

    scenario_id: int | None
    because: str
