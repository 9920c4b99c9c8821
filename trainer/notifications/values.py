"""Words of notifications: kinds, delivery, the message, and the mailer as a port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from trainer.kernel.values import PersonId, Subject, Wording, mark

NotificationId = NewType("NotificationId", int)


class NotificationKind(StrEnum):
    """Why a person is written to; each has an e-mail in `templates/emails/<kind>/`."""

    ASSIGNED = "assigned"
    WITHDRAWN = "withdrawn"
    REMINDER = "reminder"
    SESSION_CANCELLED = "session-cancelled"
    PLAN_PROPOSED = "plan-proposed"
    RECOGNITION_ASKED = "recognition-asked"
    RECOGNITION_DECIDED = "recognition-decided"
    DRAFT_ASKED = "draft-asked"
    DRAFT_SHARED = "draft-shared"
    DRAFT_NEWS = "draft-news"
    TRANSFERRED = "transferred"
    WITHDRAWAL_ASKED = "withdrawal-asked"


NOTIFICATION_KIND_NAMES: dict[NotificationKind, str] = {
    NotificationKind.ASSIGNED: mark("New in your training"),
    NotificationKind.WITHDRAWN: mark("Taken out of your training"),
    NotificationKind.REMINDER: mark("Reminder"),
    NotificationKind.SESSION_CANCELLED: mark("Session cancelled"),
    NotificationKind.PLAN_PROPOSED: mark("Plan waiting for a decision"),
    NotificationKind.RECOGNITION_ASKED: mark("Recognition asked for"),
    NotificationKind.RECOGNITION_DECIDED: mark("Recognition decided"),
    NotificationKind.DRAFT_ASKED: mark("Draft waiting for you"),
    NotificationKind.DRAFT_SHARED: mark("Draft shared with you"),
    NotificationKind.DRAFT_NEWS: mark("News of a draft"),
    NotificationKind.TRANSFERRED: mark("New posting"),
    NotificationKind.WITHDRAWAL_ASKED: mark("Withdrawal waiting for you"),
}


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NOT_WANTED = "not-wanted"
    """The person has no e-mail address: the message stands in the site alone."""


DELIVERY_STATE_NAMES: dict[DeliveryState, str] = {
    DeliveryState.WAITING: mark("waiting to be sent"),
    DeliveryState.SENDING: mark("being sent"),
    DeliveryState.SENT: mark("sent"),
    DeliveryState.FAILED: mark("could not be sent"),
    DeliveryState.NOT_WANTED: mark("without e-mail"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to be queued."""

    to: PersonId
    kind: NotificationKind
    about: Subject
    lines: tuple[Wording, ...]
    """What happened and why, a sentence each."""
    dedupe: str
    """The same for the same occasion, at most 160 characters: a second one is not queued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """A message as the site shows it to its reader."""

    id: NotificationId
    kind: NotificationKind
    about: Subject
    lines: tuple[Wording, ...]
    queued_at: datetime
    read_at: datetime | None
    delivery: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One page of a person's messages, the latest first."""

    lines: tuple[InboxLine, ...]
    page: int
    pages: int
    total: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDelivery:
    """A message that could not be sent, for whoever looks after the installation."""

    id: NotificationId
    to: PersonId
    name: str
    kind: NotificationKind
    queued_at: datetime
    attempts: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it is to be sent."""

    id: NotificationId
    kind: NotificationKind
    to: PersonId
    name: str
    email: str
    language: str
    about: Subject
    lines: tuple[Wording, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A worded e-mail."""

    to: str
    subject: str
    text: str
    html: str
    language: str = "en"


class Mailer(Protocol):
    """Sends one mail, or raises OSError with the reason."""

    def send(self, mail: Mail) -> None: ...
