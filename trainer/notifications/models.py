"""The table of messages: in the site at once, by e-mail as the worker gets to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.notifications.values import DeliveryState, NotificationKind


class Notification(Base):
    """One message to one person; its dedupe key makes a repeated reaction harmless."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_delivery", "delivery", "try_again_at"),
        Index("ix_notification_person", "person_id", "read_at"),
    )

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id", index=False)
    kind: Mapped[NotificationKind] = enum_column(NotificationKind)
    dedupe: Mapped[str] = mapped_column(String(160), unique=True)
    about_kind: Mapped[str] = mapped_column(String(40))
    about_id: Mapped[int]
    lines: Mapped[list[Any]]
    """Wordings in JSON: what happened and why, worded in the reader's language when shown or sent."""
    queued_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    delivery: Mapped[DeliveryState] = enum_column(DeliveryState, default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    try_again_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_because: Mapped[str] = mapped_column(default="")
