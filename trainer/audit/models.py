"""The table of audit: how far the ledger is sealed. The entries themselves are the kernel's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, BigId

HOLDER = 1


class LedgerSeal(Base):
    """The one row that whoever seals must hold; it remembers the last link, so that a cut-off end is noticed."""

    __tablename__ = "ledger_seal"
    __table_args__ = (CheckConstraint(f"id = {HOLDER}", name="one_row"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId)
    """Of the last sealed entry; 0 before the first."""
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime | None] = mapped_column(default=None)
