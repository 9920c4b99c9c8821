"""What happens to the ledger itself."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTextsErased(Event):
    """The personal texts in the entries about a person were emptied for good."""

    person_id: int
    entries: int
