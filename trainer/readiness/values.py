"""Words of readiness: counts with denominators, never a mean of percentages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trainer.accounts.values import MissionId, UnitId
from trainer.competencies.values import Area, CompetencyKey, Currency, Level, TaskRef
from trainer.kernel.values import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Of those required in one area: how many are in each state."""

    counts: Mapping[Currency, int]

    @property
    def required(self) -> int:
        return sum(self.counts.values())

    @property
    def ready(self) -> int:
        """Current, or current and due soon: they count until they lapse."""
        return self.counts.get(Currency.CURRENT, 0) + self.counts.get(Currency.DUE_SOON, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReadiness:
    """One cell of the board; `readiness` is None where the area is not in the mandate."""

    mission: MissionId
    unit: UnitId | None
    area: Area
    readiness: Readiness | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReadiness:
    """Where one person stands against one requirement."""

    person: PersonId
    competency: CompetencyKey
    area: Area
    level: Level
    currency: Currency
    until_on: date | None
    """When the evidence that counts runs out, or ran out."""
    due_on: date
    because: tuple[TaskRef, ...]
