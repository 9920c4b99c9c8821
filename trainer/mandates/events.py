"""What happens to mandates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event


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


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentWithdrawn(Event):
    mission_id: int
    instrument_id: int
    symbol: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionConfirmed(Event):
    """An officer confirmed that a condition of a text is met; what depends on it begins or ends on the day."""

    mission_id: int
    instrument_id: int
    symbol: str
    condition: str
    on: date
    """The day from which it counts as met."""
    added: tuple[str, ...]
    """Task kinds."""
    dropped: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationTakenBack(Event):
    """What was confirmed is not so; the mandate stands as if it had not been."""

    mission_id: int
    instrument_id: int
    symbol: str
    condition: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRevised(Event):
    rule_version_id: int
    number: int
    changed: tuple[str, ...]
    """Keys of rules added, changed or dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionsDecided(Event):
    """An officer accepted and rejected what a text was taken to say, or changed the vocabulary by which texts are read."""

    language: str
    confirmed: int
    """Phrases."""
    rejected: int
    phrases: tuple[str, ...] = ()
    """Put into the vocabulary, taken out of it, or set back."""
    mission_id: int | None = None
