"""Messages to people: valid by default. Every function takes a session or a work first and returns the id of what it made."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.notifications.models import Notification
from trainer.notifications.values import DeliveryState, NotificationId, NotificationKind

_numbers = count(1)


def notification(place: Session | Work, *, person: PersonId, **changes: Any) -> NotificationId:
    """An unread message about assignment 12 that waits to be sent."""
    given = {
        "kind": NotificationKind.ASSIGNED,
        "dedupe": f"made-{next(_numbers)}",
        "about_kind": "assignment",
        "about_id": 12,
        "lines": [wording("You have something new to learn.").to_json()],
        "queued_at": datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
    } | changes
    session = place.session if isinstance(place, Work) else place
    row = Notification(person_id=person, **given)
    session.add(row)
    session.flush()
    return NotificationId(row.id)


def failed_notification(place: Session | Work, *, person: PersonId, **changes: Any) -> NotificationId:
    """A message that was given up after five attempts."""
    failed = {"delivery": DeliveryState.FAILED, "attempts": 5, "failed_because": "550 no such mailbox"}
    return notification(place, person=person, **(failed | changes))
