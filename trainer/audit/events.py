"""What happens to the ledger itself."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTextsErased(Event):
    """The personal texts in the entries about a person were emptied for good."""

    person_id: int
    entries: int

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.PERSON, id=self.person_id),)
