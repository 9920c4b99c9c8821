"""Words of shocks: what can be lost, who leaves first, and a loss that was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.accounts.values import MissionId, OrganisationId, UnitId
from trainer.competencies.values import CompetencyKey
from trainer.kernel.values import PersonId, mark
from trainer.partners.values import PartnerId

ShockId = NewType("ShockId", int)

MOST_WEEKS = 104
NAME_LENGTH = 120
NOTE_LENGTH = 2000


class ShockKind(StrEnum):
    """What is lost without any change of mandate."""

    PEOPLE = "people"
    SEATS = "seats"


SHOCK_NAMES: dict[ShockKind, str] = {ShockKind.PEOPLE: mark("people"), ShockKind.SEATS: mark("seats")}


class LeaveFirst(StrEnum):
    """Who of a mission leaves first when a share of it must."""

    EARLIEST = "earliest"
    LATEST = "latest"
    WHOLE_UNITS = "whole-units"


LEAVE_FIRST_NAMES: dict[LeaveFirst, str] = {
    LeaveFirst.EARLIEST: mark("those whose rotation ends first"),
    LeaveFirst.LATEST: mark("those whose rotation ends last"),
    LeaveFirst.WHOLE_UNITS: mark("whole units, those whose rotation ends first"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLeaves:
    """A share of the people of each mission leaves, week by week, and nobody comes in their place."""

    missions: tuple[MissionId, ...]
    """None for all that work."""
    percent: int
    starts_on: date
    """The first people leave on this day."""
    weeks: int
    first: LeaveFirst = LeaveFirst.EARLIEST


@dataclass(frozen=True, slots=True, kw_only=True)
class ContingentLeaves:
    """A unit, or everybody whom a contributor has sent, leaves a mission on one day."""

    mission: MissionId
    unit: UnitId | None = None
    organisation: OrganisationId | None = None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCloses:
    """A partner closes: what it holds on the day or later is not held."""

    partner: PartnerId
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsLost:
    """A share of the seats of sessions is lost: of those that prove a competency, or in a region, or of all."""

    percent: int
    competency: CompetencyKey | None = None
    region: str = ""
    starts_on: date
    """Of sessions that start on this day or later."""
    until_on: date | None = None
    """And before this one."""


Loss = ShareLeaves | ContingentLeaves | PartnerCloses | SeatsLost


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """That somebody leaves before their posting ends, and why."""

    mission: MissionId
    on: date
    """The first day on which they are gone."""
    name: str
    """Of the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """What is lost, put together from all losses that count."""

    leaving: Mapping[PersonId, Leaving]
    losses: tuple[Loss, ...]
    """Those of seats; who leaves is in `leaving`."""


NOTHING_LOST = Struck(leaving={}, losses=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityShock:
    """A loss that was declared."""

    id: ShockId
    name: str
    kind: ShockKind
    loss: Loss
    missions: tuple[MissionId, ...]
    """Those it was declared for; none for all."""
    starts_on: date
    ends_on: date
    """The first day on which all of it has happened."""
    people: int
    """Who leave; fixed when it was declared."""
    declared_at: datetime
    declared_by: PersonId | None
    note: str
    ended_at: datetime | None
    ended_by: PersonId | None
    ended_because: str
    version: int

    @property
    def in_force(self) -> bool:
        """Whether it still counts."""
        return self.ended_at is None
