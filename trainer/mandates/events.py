"""What happens to mandates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentPublished(Event):
    mission_id: int
    instrument_id: int
    symbol: str
    effective_on: date
    added: tuple[str, ...]
    """Task kinds."""
    dropped: tuple[str, ...]
    changed: tuple[str, ...]
    inserted_into_history: bool = False

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.INSTRUMENT, id=self.instrument_id),
            Subject(kind=SubjectKind.MISSION, id=self.mission_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentWithdrawn(Event):
    mission_id: int
    instrument_id: int
    symbol: str

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.INSTRUMENT, id=self.instrument_id),
            Subject(kind=SubjectKind.MISSION, id=self.mission_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateDayReached(Event):
    """A day came on which tasks of a mission begin or end as its texts say; recorded once per mission and day."""

    mission_id: int
    on: date
    instrument_id: int
    """The instrument that says so."""
    symbol: str
    began: tuple[str, ...]
    """Task kinds."""
    ended: tuple[str, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.MISSION, id=self.mission_id),
            Subject(kind=SubjectKind.INSTRUMENT, id=self.instrument_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRevised(Event):
    rule_version_id: int
    number: int
    changed: tuple[str, ...]
    """Keys of rules added, changed or dropped."""

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.RULES, id=self.rule_version_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockDeclared(Event):
    shock_id: int

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.SHOCK, id=self.shock_id),)
