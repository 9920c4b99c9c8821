"""Words of readiness: counts with denominators, never a mean of percentages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from trainer.accounts.values import MissionCard, MissionId, MissionStatus, OrganisationId, Role, UnitCard, UnitId
from trainer.competencies.values import Area, CompetencyKey, Currency, Level, TaskRef
from trainer.kernel.values import LocalText, PersonId, mark

WORST_FIRST: tuple[Currency, ...] = (
    Currency.NEVER,
    Currency.LAPSED,
    Currency.UNKNOWN,
    Currency.WAIVED,
    Currency.DUE_SOON,
    Currency.CURRENT,
)
"""The order in which one person's states in an area are weighed: who holds one thing and is let off another is not ready."""

READY = frozenset({Currency.CURRENT, Currency.DUE_SOON})


class AreaGroup(StrEnum):
    """Areas that are looked at together."""

    SECURITY = "security"
    PROTECTION = "protection"
    INSTITUTIONS = "institutions"
    REFORM = "reform"
    NEWER = "newer"


AREA_GROUP_NAMES: dict[AreaGroup, str] = {
    AreaGroup.SECURITY: mark("Security and monitoring"),
    AreaGroup.PROTECTION: mark("Protection and rights"),
    AreaGroup.INSTITUTIONS: mark("Politics and institutions"),
    AreaGroup.REFORM: mark("Disarmament and reform"),
    AreaGroup.NEWER: mark("Newer threats"),
}

AREA_GROUPS: Mapping[AreaGroup, tuple[Area, ...]] = {
    AreaGroup.SECURITY: (Area.CFM, Area.SEC, Area.SAN, Area.BMS, Area.FPR),
    AreaGroup.PROTECTION: (Area.POC, Area.CPR, Area.CRS, Area.WPS, Area.HRT, Area.HUM),
    AreaGroup.INSTITUTIONS: (Area.POL, Area.ELE, Area.ROL, Area.STA, Area.PUB),
    AreaGroup.REFORM: (Area.DDR, Area.WAM, Area.SSR, Area.PST),
    AreaGroup.NEWER: (Area.TOC, Area.CTR, Area.CES, Area.CYB, Area.HYB, Area.INF),
}
"""Every area but the conduct baseline, which belongs to all groups, is in exactly one."""


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
        return sum(self.counts.get(state, 0) for state in READY)

    @property
    def worst(self) -> Currency | None:
        """The worst state that somebody is in; None when nobody is asked for anything."""
        return next((state for state in WORST_FIRST if self.counts.get(state)), None)


NOBODY = Readiness(counts={})


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
    """When the evidence that counts runs out, or ran out; the end of a waiver."""
    due_on: date
    because: tuple[TaskRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInArea:
    """Where one person stands in one area: the worst of their states there."""

    person: PersonId
    area: Area
    state: Currency
    until_on: date | None
    """The first end among the requirements in that state."""
    standings: tuple[PersonReadiness, ...]
    """Against every requirement in the area, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """When a mission's counts were worked out."""

    worked_out_at: datetime | None
    on: date | None
    behind: bool
    """Something has happened since that may move them, or they are of an earlier day."""


class BoardOrder(StrEnum):
    """In which order the missions stand; as the head of a table spells it."""

    NAME = "mission"
    NAME_BACKWARDS = "-mission"
    LEAST_READY = "ready"
    """By the share that is ready; missions that ask for nothing last."""
    MOST_READY = "-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilter:
    """What of the board is wanted; None does not narrow."""

    status: MissionStatus | None = None
    """None: every mission that is not closed."""
    group: AreaGroup | None = None
    organisation: OrganisationId | None = None
    role: Role | None = None
    within: frozenset[MissionId] | None = None
    """The missions that may be seen at all."""
    order: BoardOrder = BoardOrder.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One mission of the board."""

    mission: MissionCard
    cells: Mapping[Area, Readiness]
    """Only of areas in the mandate."""
    total: Readiness
    """Over the areas shown: people count once in each."""
    freshness: Freshness

    def cell(self, area: Area) -> AreaReadiness:
        return AreaReadiness(mission=self.mission.id, unit=None, area=area, readiness=self.cells.get(area))


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Missions by areas."""

    on: date
    areas: tuple[Area, ...]
    """The conduct baseline, then the areas that at least one of the missions has."""
    absent: tuple[Area, ...]
    """Wanted areas that no mission shown has."""
    rows: tuple[BoardRow, ...]
    total: Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit of a mission with what its people are ready for; `unit` is None for those outside units."""

    unit: UnitCard | None
    organisation_name: str
    readiness: Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionPage:
    """One mission area by area and unit by unit."""

    mission: MissionCard
    areas: tuple[AreaReadiness, ...]
    """Only those in the mandate, in the order of the areas."""
    units: tuple[UnitRow, ...]
    """Over all areas: people count once in each."""
    total: Readiness
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFilter:
    """Whom of a cell is wanted; None does not narrow."""

    role: Role | None = None
    organisation: OrganisationId | None = None
    state: Currency | None = None
    """Narrows the list of people, not the counts of the cell; so does the unit."""
    unit: UnitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPerson:
    """One person of a cell."""

    person: PersonId
    name: str
    role: Role | None
    unit_name: str
    """Empty outside units."""
    organisation: OrganisationId
    deployed_on: date | None
    rotates_on: date | None
    standing: PersonInArea


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One day of the past."""

    on: date
    readiness: Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What an open assignment will give if it is completed by its due day."""

    competency: CompetencyKey
    level: Level
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known today of one person's future."""

    rotates_on: date | None
    standings: tuple[PersonReadiness, ...]
    unwaived: tuple[PersonReadiness, ...]
    """The same without waivers, in the same order: what remains when they end."""
    gains: tuple[Gain, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPoint:
    """One day of the future, as far as it is known today."""

    on: date
    readiness: Readiness
    leaving: int
    """People who rotate out after the point before and by this one."""
    expiring: int
    """Cells of people (one person in one area) that were ready at the point before and are not any more, among those who stay."""
    gaining: int
    """Cells of people that become ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPage:
    """One mission in one area, down to its people; worked out afresh, not from the counts of the board."""

    mission: MissionCard
    area: Area
    readiness: Readiness
    """Of everybody of the role and organisation, whatever state or unit is wanted."""
    units: tuple[UnitRow, ...]
    tasks: tuple[TaskRef, ...]
    """The mandated tasks behind the requirements, each once; empty for the baseline."""
    titles: Mapping[CompetencyKey, LocalText]
    people: tuple[CellPerson, ...]
    """This page of those that pass the filter, worst first."""
    total: int
    """How many pass the filter."""
    page: int
    pages: int
    forecast: tuple[ForecastPoint, ...]
    """What is to be expected of those of the role and organisation; empty when no days were asked for."""
