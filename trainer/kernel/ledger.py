"""The ledger: every fact that was recorded, in order, linked by hash; the audit record and the outbox in one.

Append only. Entries are written unlinked inside the transaction of what they record; one holder seals them later (`audit`).
What must react to an entry claims it here, one row per entry and reaction, so that a failed reaction repeats alone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from trainer.kernel import events
from trainer.kernel.db import Base, BigId, enum_column, id_column, insert_missing
from trainer.kernel.events import Event
from trainer.kernel.values import LedgerMark, SubjectKind

ATTEMPTS_BEFORE_PARKING = 5
LOOKS_BACK = 10_000
"""How many later entries others may commit while one transaction is open, before a mark could miss it."""


class LedgerEntry(Base):
    """One recorded fact."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_open", "settled_at", "id"),)

    id: Mapped[int] = id_column()
    recorded_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    """`person:17`, or the name of the job that did it, such as `job:expire`."""
    event: Mapped[str] = mapped_column(String(60), index=True)
    payload: Mapped[dict[str, Any]]
    salt: Mapped[str] = mapped_column(String(32))
    text_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the salt and the personal texts: proves them while they exist, tells nothing once they are erased."""
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    """When every reaction to it was done or parked; None while some are open."""
    number: Mapped[int | None] = mapped_column(BigId, unique=True, default=None)
    """Its place in the sealed chain; None until sealed."""
    previous_hash: Mapped[str | None] = mapped_column(String(64), default=None)
    hash: Mapped[str | None] = mapped_column(String(64), default=None)
    text: Mapped[LedgerText | None] = relationship(lazy="raise", default=None)


class LedgerSubject(Base):
    """What an entry is about: the auditor's index."""

    __tablename__ = "ledger_subject"
    __table_args__ = (Index("ix_ledger_subject_kind_subject_id", "kind", "subject_id", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    kind: Mapped[SubjectKind] = enum_column(SubjectKind, primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigId, primary_key=True)


class LedgerText(Base):
    """Personal text of an entry; erasure empties it and the chain still proves itself."""

    __tablename__ = "ledger_text"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True, init=False)
    texts: Mapped[dict[str, Any] | None]
    erased_at: Mapped[datetime | None] = mapped_column(default=None)


class ReactionClaim(Base):
    """That one reaction to one entry is done, or has failed so often."""

    __tablename__ = "reaction_claim"
    __table_args__ = (UniqueConstraint("entry_id", "reaction"),)

    id: Mapped[int] = id_column()
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    reaction: Mapped[str] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    try_again_at: Mapped[datetime | None] = mapped_column(default=None)
    parked_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    last_error: Mapped[str | None] = mapped_column(default=None)


def append(session: Session, event: Event, *, now: datetime, actor: str) -> LedgerEntry:
    """Add an entry, with its id at once; it stands or falls with the transaction. Two statements, however many subjects."""
    payload, texts = events.to_json(event)
    salt = secrets.token_hex(16)
    entry = LedgerEntry(
        recorded_at=now,
        actor=actor,
        event=event.name,
        payload=payload,
        salt=salt,
        text_digest=digest_of_texts(salt, texts) if texts else None,
        text=LedgerText(texts=texts) if texts else None,
    )
    session.add(entry)
    session.flush()
    subjects = [
        {"entry_id": entry.id, "kind": subject.kind, "subject_id": subject.id}
        for subject in dict.fromkeys(event.subjects())
    ]
    if subjects:
        session.execute(insert(LedgerSubject), subjects)
    return entry


def digest_of_texts(salt: str, texts: Mapping[str, str]) -> str:
    """SHA-256 of the salt and the texts in canonical JSON, as hex."""
    return hashlib.sha256((salt + canonical(texts)).encode()).hexdigest()


def canonical(data: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spare space: the same bytes for the same content on every engine."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def open_entries(session: Session, *, limit: int) -> tuple[tuple[int, str], ...]:
    """Ids and event names of entries with open reactions, oldest first."""
    query = select(LedgerEntry.id, LedgerEntry.event).where(LedgerEntry.settled_at.is_(None))
    return tuple((entry, event) for entry, event in session.execute(query.order_by(LedgerEntry.id).limit(limit)))


def last_recorded_at(session: Session) -> datetime | None:
    """When the latest entry was recorded; None for an empty ledger."""
    return session.scalar(select(LedgerEntry.recorded_at).order_by(LedgerEntry.id.desc()).limit(1))


def mark(session: Session) -> LedgerMark:
    """Where the ledger stands, to ask `is_past` later; taken before anything that must not have changed is read."""
    last = session.scalar(select(func.max(LedgerEntry.id))) or 0
    return LedgerMark(floor=last - LOOKS_BACK, entries=_entries_above(session, last - LOOKS_BACK))


def is_past(session: Session, earlier: LedgerMark) -> bool:
    """Whether anything was recorded since; also what took its id before the mark and was committed after it."""
    return _entries_above(session, earlier.floor) != earlier.entries


def _entries_above(session: Session, floor: int) -> int:
    return session.scalar(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.id > floor)) or 0


def read_event(session: Session, entry_id: int) -> Event:
    """Return the event of an entry with its personal texts, as far as they are not erased."""
    entry = session.get_one(LedgerEntry, entry_id)
    text = session.get(LedgerText, entry_id)
    return events.from_json(entry.event, entry.payload, (text and text.texts) or {})


def claim(session: Session, entry_id: int, *, reaction: str, now: datetime) -> bool:
    """Claim one reaction to one entry within the transaction that performs it; True for one caller only, ever.

    If that transaction rolls back, the claim goes with it and the reaction is free again.
    """
    table = ReactionClaim.__table__
    insert_missing(session, table, [{"entry_id": entry_id, "reaction": reaction, "attempts": 0}])  # type: ignore[arg-type]  # a mapped class's table
    result = session.execute(
        update(ReactionClaim)
        .where(
            ReactionClaim.entry_id == entry_id,
            ReactionClaim.reaction == reaction,
            ReactionClaim.done_at.is_(None),
            ReactionClaim.parked_at.is_(None),
            (ReactionClaim.try_again_at.is_(None)) | (ReactionClaim.try_again_at <= now),
        )
        .values(done_at=now, attempts=ReactionClaim.attempts + 1)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def note_failure(session: Session, entry_id: int, *, reaction: str, now: datetime, error: str) -> bool:
    """Note a failed attempt, in a transaction of its own; return True when it was the last and the reaction is now parked."""
    table = ReactionClaim.__table__
    insert_missing(session, table, [{"entry_id": entry_id, "reaction": reaction, "attempts": 0}])  # type: ignore[arg-type]  # a mapped class's table
    row = session.scalars(
        select(ReactionClaim).where(ReactionClaim.entry_id == entry_id, ReactionClaim.reaction == reaction)
    ).one()
    row.attempts += 1
    row.last_error = error[:2000]
    parked = row.attempts >= ATTEMPTS_BEFORE_PARKING
    row.parked_at = now if parked else None
    row.try_again_at = None if parked else now + timedelta(seconds=2**row.attempts)
    return parked


def settle_unanswered(session: Session, entries: Collection[int], *, now: datetime) -> None:
    """Close entries that nothing reacts to; one statement."""
    session.execute(update(LedgerEntry).where(LedgerEntry.id.in_(entries)).values(settled_at=now))


def settle(session: Session, entry_id: int, *, reactions: Collection[str], now: datetime) -> bool:
    """Close the entry if each of the named reactions is done or parked; return whether it is closed."""
    finished = session.scalars(
        select(ReactionClaim.reaction).where(
            ReactionClaim.entry_id == entry_id,
            (ReactionClaim.done_at.is_not(None)) | (ReactionClaim.parked_at.is_not(None)),
        )
    )
    if set(reactions) - set(finished):
        return False
    session.execute(update(LedgerEntry).where(LedgerEntry.id == entry_id).values(settled_at=now))
    return True
