"""Who holds what for a while: one row per name, taken by a conditional update, given up by letting it run out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from trainer.kernel.db import Base, insert_missing


class Lease(Base):
    """The present holder of a name."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until_at: Mapped[datetime]


def take(session: Session, *, name: str, holder: str, now: datetime, span: timedelta) -> bool:
    """Take or renew the lease; False while another holds it. One caller only gets True until it runs out."""
    insert_missing(session, Lease.__table__, [{"name": name, "holder": holder, "until_at": now + span}])  # type: ignore[arg-type]  # a mapped class's table
    result = session.execute(
        update(Lease)
        .where(Lease.name == name, (Lease.holder == holder) | (Lease.until_at <= now))
        .values(holder=holder, until_at=now + span)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def give_up(session: Session, *, name: str, holder: str, now: datetime) -> None:
    """Let go at once of a lease that is held."""
    session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until_at=now))
