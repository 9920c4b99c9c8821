"""Ledgers to be sealed and tampered with."""

from dataclasses import dataclass

from trainer.accounts.events import PasswordSet
from trainer.kernel.events import Event, personal
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId, Subject, SubjectKind
from trainer.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkWritten(Event):
    """Only for tests: an event with a text about a person."""

    person_id: int
    remark: str = personal()

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.PERSON, id=self.person_id),)


def remark(work: Work, *, about: int = 7, text: str = "Was absent without leave.") -> LedgerEntry:
    """An entry with a personal text."""
    entry = work.record(RemarkWritten(person_id=about, remark=text))
    work.session.flush()  # the entry needs its id
    return entry


def recorded(work: Work, count: int = 5, *, first: int = 1) -> list[LedgerEntry]:
    """So many entries about as many people, in the order of their ids."""
    entries = []
    for nth in range(first, first + count):
        entries.append(work.record(PasswordSet(person_id=PersonId(nth))))
        work.session.flush()  # one at a time, so that ids rise in this order
    return entries
