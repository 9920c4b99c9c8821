"""The rows of the ledger as files hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flask_babel import gettext
from sqlalchemy.orm import Session

from trainer.audit import queries, rules
from trainer.audit.values import HistoryLine, LedgerFilter
from trainer.web.audit import telling

NAMES_AT_ONCE = 1_000
"""So many entries share one look-up of names."""


def heads() -> Sequence[str]:
    """The heads of the ledger's file."""
    return (
        gettext("Number"),
        gettext("Entry"),
        gettext("Recorded"),
        gettext("Actor"),
        gettext("Who"),
        gettext("Key"),
        gettext("What happened"),
        gettext("Content"),
        gettext("Texts erased"),
        gettext("Seal"),
    )


def rows(session: Session, wanted: LedgerFilter) -> Iterator[Sequence[object]]:
    """One row for each entry that passes the filter, oldest first, read as they are sent. Personal texts stay in the ledger."""
    lines = queries.entries_matching(session, wanted=wanted)
    while some := tuple(islice(lines, NAMES_AT_ONCE)):
        yield from _rows(session, some)


def _rows(session: Session, lines: Iterable[HistoryLine]) -> Iterator[Sequence[object]]:
    lines = tuple(lines)
    for line, told in zip(lines, telling.tell_all(session, lines), strict=True):
        yield (
            line.number or "",
            line.id,
            line.recorded_at.isoformat(),
            line.actor,
            told.who,
            line.event,
            told.title,
            rules.canonical(line.payload),
            gettext("yes") if line.erased else gettext("no"),
            line.hash or "",
        )
