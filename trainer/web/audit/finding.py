"""Things that a word may mean to an auditor: people, missions, instruments, entries by their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, PersonCard
from trainer.audit import queries
from trainer.audit.values import NamedSubject

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a word was found to mean."""

    people: tuple[PersonCard, ...]
    """The first of them."""
    people_in_all: int
    missions: tuple[MissionCard, ...]
    things: tuple[NamedSubject, ...]
    entry: int | None
    """The id of the entry with that number."""

    @property
    def anything(self) -> bool:
        return bool(self.people or self.missions or self.things or self.entry)


def find(session: Session, *, text: str, on: date) -> Found:
    """Look the word up everywhere."""
    people, total = account_queries.search_people(session, text=text, mission=None, page=1, size=SHOWN, on=on)
    sought = text.casefold()
    missions = (
        each
        for each in account_queries.missions(session)
        if sought in " ".join((each.name, *each.full_name.values())).casefold()
    )
    number = text.removeprefix("#")
    return Found(
        people=people,
        people_in_all=total,
        missions=tuple(missions)[:SHOWN],
        things=queries.subjects_named(session, text=text, limit=SHOWN),
        entry=queries.entry_numbered(session, number=int(number)) if number.isdecimal() and len(number) < 12 else None,
    )
