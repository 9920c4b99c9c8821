"""Words of previews: what a text would change of what is asked, of the plan, and of readiness. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from trainer.accounts.values import MissionCard, Role, UnitId
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import Area, CompetencyKey
from trainer.kernel.values import LocalText, PersonId, Problem, mark
from trainer.mandates.values import InstrumentDraft, MandateShift
from trainer.planning.values import PlanCounts
from trainer.readiness.values import Readiness

MONTHS_AHEAD = 6
"""So many months of readiness are worked out, and today."""


class Shortage(StrEnum):
    """Why a plan finds no seat or module for a gap, as far as another seat or module would help."""

    NOT_OFFERED = "not-offered"
    LANGUAGE = "language"
    FULL = "full"
    IN_TIME = "in-time"


SHORTAGE_NAMES: dict[Shortage, str] = {
    Shortage.NOT_OFFERED: mark("nothing that gives it is offered to this role"),
    Shortage.LANGUAGE: mark("not in a language of the person"),
    Shortage.FULL: mark("all seats are taken"),
    Shortage.IN_TIME: mark("no date on which the person can attend in time"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What is asked of one role, before and with the text."""

    role: Role
    people: int
    """Of the mission on the day, in this role."""
    before: int
    """Competencies asked of everybody or of part."""
    after: int
    gained: tuple[AtLevel, ...]
    """Competencies that are new, or asked at a higher level."""
    lost: tuple[AtLevel, ...]
    """Competencies no longer asked, or asked at a lower level: the level before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyChange:
    """How many people a text asks for a competency who were not asked before, and the reverse."""

    competency: CompetencyKey
    area: Area
    gaining: int
    holding: int
    """Of those who gain, how many hold it, or are let off, on the day."""
    losing: int

    @property
    def missing(self) -> int:
        """Of those who gain, how many lack it."""
        return self.gaining - self.holding


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """One person of whom the text asks something else."""

    person: PersonId
    name: str
    role: Role
    unit: UnitId | None
    gained: tuple[AtLevel, ...]
    lost: tuple[AtLevel, ...]
    missing: int
    """Of what is gained, how much the person lacks on the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """How many people of one unit a text asks for something else."""

    unit: UnitId | None
    """None for those outside units."""
    name: str
    """Empty outside units."""
    people: int
    gaining: int
    lacking: int
    losing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterDay:
    """What the text ends, changes or begins on one day after it takes effect."""

    on: date
    """The first day on which it is so."""
    shift: MandateShift
    """Only the tasks that move on this day because of the text."""
    counted: bool
    """Whether people are counted on the day; the figures are 0 where not."""
    people: int = 0
    """In the mission on the day, as far as it is known today."""
    gaining: int = 0
    lacking: int = 0
    """Of those who gain, how many will lack it on the day, nothing being done."""
    losing: int = 0
    competencies: tuple[CompetencyChange, ...] = ()

    @property
    def last_on(self) -> date:
        """The last day on which it is as before."""
        return self.on - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What the text changes on days after it takes effect, in the order of the days."""

    days: tuple[LaterDay, ...] = ()
    losing: int = 0
    """People who are no longer asked for something after one of the days; each counts once."""
    lacking: int = 0
    """People who will lack something that begins on one of the days; each counts once."""

    @property
    def ended(self) -> int:
        """Tasks that end."""
        return sum(len(each.shift.dropped) for each in self.days)

    @property
    def begun(self) -> int:
        """Tasks that begin."""
        return sum(len(each.shift.added) for each in self.days)

    @property
    def changed(self) -> int:
        """Tasks that are done otherwise from then on."""
        return sum(len(each.shift.changed) for each in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """People for whom nothing closes their gap, alike in competency, language and region."""

    competency: CompetencyKey
    language: str
    """The one each is best taught in; empty when none is on file."""
    region: str
    """Where the mission is; empty when not known."""
    people: int
    without: int
    """How many there would be without the text."""
    reasons: Mapping[Shortage, int]
    """Of `people`, by what stands against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """A plan for the mission made today, without its lines."""

    counts: PlanCounts
    objective: int
    bound: int
    """No plan can be worth more: proven."""
    modules: int
    """Given anew."""
    minutes: int
    """Of these modules together."""
    seats: int
    """Given anew."""
    seat_days: int
    """Of these seats together."""
    cost: int
    """Of these seats and the journeys to them, in minor units of the one currency that plans count in."""
    short: int
    """Gaps that no module and no free seat closes, where one more would help."""
    later: int
    """Gaps that something closes, but not now: too much at once, or something has to come first."""

    @property
    def gap_permille(self) -> int:
        """How far below the proven bound the plan may be at most, in thousandths of the bound."""
        return 0 if self.bound <= 0 else max(0, 1000 * (self.bound - self.objective) // self.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookPoint:
    """Readiness to be expected on one day: of those asked, how many are in each state."""

    on: date
    without: Readiness
    """Without the text, and with the plan that would be made today without it."""
    before_plan: Readiness
    """With the text, and with that same plan: nothing is assigned for the text yet."""
    after_plan: Readiness
    """With the text and the plan that would follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOutlook:
    """One area over the months; None for all areas together, in which people count once in each."""

    area: Area | None
    points: tuple[OutlookPoint, ...]

    @property
    def changes(self) -> bool:
        """Whether the text changes anything here."""
        return any(
            each.without.counts != each.before_plan.counts or each.without.counts != each.after_plan.counts
            for each in self.points
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would follow if a text were published today."""

    mission: MissionCard
    draft: InstrumentDraft
    on: date
    """The day on which it was worked out."""
    from_on: date
    """The day on which the two states of requirements are compared: when the text takes effect, today at the earliest."""
    problems: tuple[Problem, ...]
    """Why it could not be published as it is."""
    shift: MandateShift
    """On that day: what goes in and out of the tasks in force and announced."""
    people: int
    """In the mission on that day, as far as it is known today."""
    roles: tuple[RoleChange, ...]
    competencies: tuple[CompetencyChange, ...]
    units: tuple[UnitChange, ...]
    """Only units that anything changes for, those with most people who lack something first."""
    changed: tuple[PersonChange, ...]
    """Everybody of whom something else is asked, those who lack most first."""
    without: PlanFigures
    plan: PlanFigures
    short: tuple[Short, ...]
    """Where the plan with the text finds nothing, most people first; and where only the one without does."""
    total: AreaOutlook
    areas: tuple[AreaOutlook, ...]
    """In the order of the areas; only those asked for on some day, with the text or without."""
    titles: Mapping[CompetencyKey, LocalText]
    later: Later = Later()
    """What it changes after `from_on`: tasks end, change and begin by their own dates."""

    @property
    def gaining(self) -> int:
        """People who are asked for something more."""
        return sum(bool(each.gained) for each in self.changed)

    @property
    def losing(self) -> int:
        """People who are no longer asked for something."""
        return sum(bool(each.lost) for each in self.changed)

    @property
    def lacking(self) -> int:
        """People who lack something of what they are newly asked for."""
        return sum(bool(each.missing) for each in self.changed)
