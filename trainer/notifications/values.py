"""Words of notifications: kinds, delivery, the message, and the mailer as a port."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from trainer.kernel.values import PersonId, Subject, Wording

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


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NOT_WANTED = "not-wanted"
    """The person has no e-mail address: the message stands in the site alone."""


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


class Mailer(Protocol):
    """Sends one mail, or raises OSError with the reason."""

    def send(self, mail: Mail) -> None: ...
