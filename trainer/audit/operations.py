"""Sealing entries, and erasing the personal texts beside them. Nothing else here or anywhere changes an entry."""

from __future__ import annotations

from sqlalchemy import bindparam, null, select, update
from sqlalchemy.engine import CursorResult

from trainer.audit import rules
from trainer.audit.events import PersonalTextsErased
from trainer.audit.models import HOLDER, LedgerSeal
from trainer.audit.values import GENESIS, Content
from trainer.kernel.db import insert_missing
from trainer.kernel.ledger import LedgerEntry, LedgerSubject, LedgerText
from trainer.kernel.values import PersonId, SubjectKind
from trainer.kernel.work import Work

BATCH = 1_000
MOST_AT_ONCE = 20_000
"""A call seals no more, so that nobody waits long for the holder's row; the next call goes on."""


def seal(work: Work) -> int:
    """Number the unsealed entries that can be seen, in the order of their ids, and link them by hash; return how many there were.

    One holder at a time: a second caller waits for the first on the holder's row. An entry whose transaction commits later than
    that of one with a higher id takes a later number; none is left out for good and no number is skipped.
    """
    head = _hold(work)
    sealed = 0
    while sealed < MOST_AT_ONCE and (count := _seal_batch(work, head)):
        sealed += count
    if sealed:
        head.sealed_at = work.now
        work.session.flush()  # the holder's row must say so before anything reads the seals in this transaction
    return sealed


def erase_person_texts(work: Work, *, person: PersonId) -> int:
    """Empty the personal texts beside every entry about a person, for good; return of how many entries.

    The seals still prove themselves. The salts go too: without them nobody can try out whether an erased text was this or that.
    """
    about = select(LedgerSubject.entry_id).where(
        LedgerSubject.kind == SubjectKind.PERSON, LedgerSubject.subject_id == person
    )
    written = select(LedgerText.entry_id).where(LedgerText.entry_id.in_(about), LedgerText.erased_at.is_(None))
    entries = work.session.scalars(written).all()
    if not entries:
        return 0
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        work.session.execute(
            update(LedgerText).where(LedgerText.entry_id.in_(some)).values(texts=null(), erased_at=work.now)
        )
        work.session.execute(update(LedgerEntry).where(LedgerEntry.id.in_(some)).values(salt=""))
    work.record(PersonalTextsErased(person_id=person, entries=len(entries)))
    return len(entries)


def _hold(work: Work) -> LedgerSeal:
    # Writing before reading takes SQLite's write lock; on PostgreSQL the row lock keeps a second sealer waiting.
    insert_missing(
        work.session,
        LedgerSeal.__table__,  # type: ignore[arg-type]  # a mapped class's table
        [{"id": HOLDER, "number": GENESIS.number, "hash": GENESIS.hash}],
    )
    held = select(LedgerSeal).where(LedgerSeal.id == HOLDER).with_for_update()
    return work.session.scalars(held.execution_options(populate_existing=True)).one()


def _seal_batch(work: Work, head: LedgerSeal) -> int:
    query = (
        select(
            LedgerEntry.id,
            LedgerEntry.recorded_at,
            LedgerEntry.actor,
            LedgerEntry.event,
            LedgerEntry.payload,
            LedgerEntry.text_digest,
        )
        .where(LedgerEntry.number.is_(None))
        .order_by(LedgerEntry.id)
        .limit(BATCH)
    )
    rows = []
    for entry, recorded_at, actor, event, payload, text_digest in work.session.execute(query):
        content = Content(recorded_at=recorded_at, actor=actor, event=event, payload=payload, text_digest=text_digest)
        number, previous = head.number + 1, head.hash
        head.hash = rules.seal_of(content, number=number, previous_hash=previous)
        head.number = number
        rows.append({"entry": entry, "place": number, "before": previous, "seal": head.hash})
    if rows:
        table = LedgerEntry.__table__
        statement = update(table).where(table.c.id == bindparam("entry"))  # type: ignore[arg-type]  # a mapped class's table
        result = work.session.connection().execute(
            statement.values(number=bindparam("place"), previous_hash=bindparam("before"), hash=bindparam("seal")), rows
        )
        assert isinstance(result, CursorResult)
    return len(rows)
