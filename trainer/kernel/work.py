"""One piece of work: the open transaction with its instant, its day and its actor. Made by the edge only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from trainer.kernel import ledger
from trainer.kernel.events import Event
from trainer.kernel.values import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a signed-in person, or a job of the system by its name."""

    person: PersonId | None = None
    job: str = ""

    @property
    def label(self) -> str:
        """As the ledger holds it."""
        return f"job:{self.job}" if self.person is None else f"person:{self.person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What an operation needs of the world; it never commits."""

    session: Session
    now: datetime
    today: date
    """The organisation's calendar day."""
    actor: Actor
    recorded: list[ledger.LedgerEntry] = field(default_factory=list)
    """What was recorded so far; the edge looks at it after the commit, to wake whoever reacts."""

    def record(self, event: Event) -> ledger.LedgerEntry:
        """Append the event to the ledger, in the same transaction; the entry has its id at once."""
        entry = ledger.append(self.session, event, now=self.now, actor=self.actor.label)
        self.recorded.append(entry)
        return entry
