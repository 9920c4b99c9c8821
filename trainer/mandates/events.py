"""What happens to mandates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event, personal


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
    draft_id: int | None = None
    """The draft it was, with all that was said of it; None for what was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentWithdrawn(Event):
    mission_id: int
    instrument_id: int
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequested(Event):
    """Somebody asked that a text be withdrawn; a second person decides."""

    mission_id: int
    instrument_id: int
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequestDropped(Event):
    """The request was turned down, or taken back by whoever made it."""

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
class TaskClosureDecided(Event):
    """An officer decided on the last days of a task, without a new text."""

    mission_id: int
    instrument_id: int
    """The text that gives the task."""
    symbol: str
    closure_id: int
    task: str
    """Its kind."""
    area_of_operations: str
    mark: str
    liquidates_on: date | None
    last_on: date | None
    """None where none is decided."""
    added: tuple[str, ...]
    """Task kinds."""
    dropped: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosureTakenBack(Event):
    """The decision on the last days of a task no longer stands; what its texts say counts again."""

    mission_id: int
    instrument_id: int
    symbol: str
    closure_id: int
    task: str
    area_of_operations: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReviewAsked(Event):
    """A draft was put up for review, and the requirements authority of each area it touches asked."""

    mission_id: int
    draft_id: int
    remark_id: int
    symbol: str
    areas: tuple[str, ...]
    unowned: tuple[str, ...]
    """Areas of these that nobody owns: nobody was asked."""
    text: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReviewed(Event):
    mission_id: int
    draft_id: int
    remark_id: int
    person_id: int | None
    symbol: str
    agreed: bool
    text: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswered(Event):
    """The requirements authority of some areas said what they think of a draft."""

    mission_id: int
    draft_id: int
    remark_id: int
    person_id: int | None
    symbol: str
    areas: tuple[str, ...]
    verdict: str
    text: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCommented(Event):
    mission_id: int
    draft_id: int
    remark_id: int
    person_id: int | None
    symbol: str
    text: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReviewEnded(Event):
    """A draft was changed while a review ran: what was decided was about another text."""

    mission_id: int
    draft_id: int
    version: int
    """As which the changed draft goes on."""
    symbol: str
    people: tuple[int, ...]
    """Who had decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShared(Event):
    mission_id: int
    draft_id: int
    symbol: str
    people: tuple[int, ...]
    office: str
    """Empty when it was shared with people alone."""
    to_mission_id: int | None
    """Of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSharingEnded(Event):
    mission_id: int
    draft_id: int
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRenewed(Event):
    mission_id: int
    draft_id: int
    symbol: str
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftExpiresSoon(Event):
    mission_id: int
    draft_id: int
    symbol: str
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftExpired(Event):
    mission_id: int
    draft_id: int
    symbol: str
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscarded(Event):
    mission_id: int
    draft_id: int
    symbol: str
