"""Words of leaving an operation: a mission's last days, what remains to be done in them, and people who are transferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trainer.accounts.values import MissionCard, MissionId, NewPosting, PersonCard, Role, UnitCard, UnitId
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import CompetencyKey, Currency, Level
from trainer.kernel.values import PersonId, Wording
from trainer.mandates.values import MandatedTask


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingTask:
    """A task that ends while the mission draws down."""

    task: MandatedTask
    runs_into_liquidation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLeaving:
    """The people of a unit, or of none, and how they leave the mission."""

    unit: UnitId | None
    name: str
    """Empty for people outside units."""
    people: int
    by_then: int
    """Whose posting ends by the closing, or before a next one elsewhere begins."""
    onwards: int
    """Who have a posting elsewhere on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPage:
    """How a mission ends."""

    mission: MissionCard
    on: date
    ending: tuple[EndingTask, ...]
    """Tasks that end on a known day, or with a phase or condition; the earliest first."""
    residual: tuple[MandatedTask, ...]
    """Tasks in force for which no end is on file."""
    units: tuple[UnitLeaving, ...]
    people: int
    """Posted there on the day or next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one person lacks for the new mission."""

    competency: CompetencyKey
    level: Level
    due_on: date
    currency: Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """One person of a transfer, before it is done."""

    person: PersonCard
    role: Role | None
    """As it is now."""
    to: NewPosting
    counts: tuple[AtLevel, ...]
    """What the new mission asks and the person holds on the first day there."""
    needs: tuple[Need, ...]
    open_now: int
    """Assignments open now; a plan keeps what the new mission asks as well."""
    refused: Wording | None
    """Why this person cannot be posted there; None where nothing stands against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNeed:
    """What a mission asks of part of a unit, or of its people of a role outside units, once all are there."""

    unit: UnitId | None
    role: Role
    competency: CompetencyKey
    level: Level
    wanted: int
    """So many must hold it."""
    members: int
    """With those who come."""
    holding: int
    """On the first day, of the members."""
    holding_now: int
    """Of those who are there already."""
    waived: int = 0
    """Of those to whom it falls and who do not hold it, whom a waiver frees of it on the first day."""

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.holding - self.waived)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPage:
    """What a transfer would mean, before it is done."""

    mission: MissionCard
    to: MissionCard
    lines: tuple[TransferLine, ...]
    """Those who cannot go first, then by what they need."""
    parts: tuple[PartNeed, ...]
    """What is asked of part of the groups that people join, the most missing first."""
    titles: Mapping[CompetencyKey, Mapping[str, str]]

    @property
    def refused(self) -> int:
        return sum(line.refused is not None for line in self.lines)

    @property
    def ready(self) -> int:
        """Who need nothing besides what they hold."""
        return sum(line.refused is None and not line.needs for line in self.lines)

    @property
    def counting(self) -> int:
        """Requirements of the new mission that are met already."""
        return sum(len(line.counts) for line in self.lines)

    @property
    def lacking(self) -> int:
        return sum(len(line.needs) for line in self.lines)

    @property
    def by_competency(self) -> tuple[tuple[CompetencyKey, int], ...]:
        """How many people lack each competency, the most lacked first."""
        found: dict[CompetencyKey, int] = {}
        for line in self.lines:
            for need in line.needs:
                found[need.competency] = found.get(need.competency, 0) + 1
        return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where people can be transferred from and to."""

    mission: MissionCard
    units: tuple[UnitCard, ...]
    """Of the mission that they leave."""
    people: Mapping[UnitId | None, int]
    targets: tuple[MissionCard, ...]
    units_there: Mapping[MissionId, tuple[UnitCard, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """One line of a list of people to be transferred; what is empty is as the form says."""

    number: str
    unit: str = ""
    role: str = ""
    starts_on: str = ""
    ends_on: str = ""
    line: int = 0


Moves = Mapping[PersonId, NewPosting]
