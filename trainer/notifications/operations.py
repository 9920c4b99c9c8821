"""Messages owed to people: queued with the fact they tell of, claimed one by one, sent after the commit.

Not for wording: a message holds sentences in nobody's language; the site and the mail word them for their reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult

from trainer.accounts import queries as account_queries
from trainer.kernel.db import insert_missing
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, Subject, SubjectKind, Wording, wording
from trainer.kernel.work import Work
from trainer.notifications import rules
from trainer.notifications.models import Notification
from trainer.notifications.values import DeliveryState, Message, Notice, NotificationId, NotificationKind

LOST = "the sender stopped before it said whether the message was sent"


class NoSuchMessage(NotFound):
    """There is no such message to this person."""


def queue_notification(
    work: Work,
    *,
    to: PersonId,
    kind: NotificationKind,
    about: Subject,
    lines: tuple[Wording, ...],
    dedupe: str,
) -> None:
    """Owe a person a message; a second one with the same dedupe key changes nothing."""
    queue_notifications(work, notices=[Notice(to=to, kind=kind, about=about, lines=lines, dedupe=dedupe)])


def queue_notifications(work: Work, *, notices: Sequence[Notice]) -> None:
    """Owe many people messages, as `queue_notification` does. Two statements for 5,000 people."""
    people = account_queries.people_cards(work.session, people={notice.to for notice in notices})
    rows = [
        {
            "person_id": notice.to,
            "kind": notice.kind,
            "dedupe": notice.dedupe,
            "about_kind": notice.about.kind.value,
            "about_id": notice.about.id,
            "lines": [line.to_json() for line in notice.lines],
            "queued_at": work.now,
            "read_at": None,
            "delivery": DeliveryState.WAITING if people[notice.to].email else DeliveryState.NOT_WANTED,
            "attempts": 0,
            "try_again_at": None,
            "sent_at": None,
            "failed_because": "",
        }
        for notice in notices
    ]
    insert_missing(work.session, Notification.__table__, rows)  # type: ignore[arg-type]  # a mapped class's table


def claim_next(work: Work) -> Message | None:
    """Claim the message that has waited longest; None when none is due.

    Commit before sending: the claim holds for `rules.LEASE`, and whoever dies with it has used up one attempt.
    """
    while (found := _next_due(work)) is not None:
        if not _claim(work, found):
            continue
        if found.attempts >= rules.MOST_ATTEMPTS:
            _end(work, found.id, DeliveryState.FAILED, because=found.failed_because or LOST)
            continue
        person = PersonId(found.person_id)
        card = account_queries.people_cards(work.session, people={person})[person]
        if not card.email:
            _end(work, found.id, DeliveryState.NOT_WANTED, because="")
            continue
        return Message(
            id=NotificationId(found.id),
            kind=found.kind,
            to=person,
            name=card.name,
            email=card.email,
            language=card.language,
            about=Subject(kind=SubjectKind(found.about_kind), id=found.about_id),
            lines=tuple(Wording.from_json(line) for line in found.lines),
        )
    return None


def mark_sent(work: Work, *, notification: NotificationId) -> None:
    """Note that the mailer took the message."""
    _end(work, notification, DeliveryState.SENT, because="", sent_at=work.now)


def mark_failed(work: Work, *, notification: NotificationId, because: str) -> None:
    """Note a failed attempt and when to try again; after the last one the message is given up, its reason kept."""
    attempts = work.session.scalars(select(Notification.attempts).where(Notification.id == notification)).one()
    pause = rules.pause_after(attempts)
    if pause is None:
        _end(work, notification, DeliveryState.FAILED, because=because)
        return
    work.session.execute(
        update(Notification)
        .where(Notification.id == notification, Notification.delivery == DeliveryState.SENDING)
        .values(delivery=DeliveryState.WAITING, try_again_at=work.now + pause, failed_because=because)
    )


def mark_read(work: Work, *, notification: NotificationId, person: PersonId) -> None:
    """Note that the person has read their message; the first time counts."""
    known = work.session.scalar(
        select(Notification.id).where(Notification.id == notification, Notification.person_id == person)
    )
    if known is None:
        raise NoSuchMessage(wording("There is no such message. Look in your messages."))
    _read(work, person, Notification.id == notification)


def mark_all_read(work: Work, *, person: PersonId, until: datetime) -> None:
    """Note that the person has read all that was queued up to an instant: what was on the page, not what came since."""
    _read(work, person, Notification.queued_at <= until)


def mark_answered(work: Work, *, kind: NotificationKind, about: Subject) -> None:
    """Note as read, by everybody, what asked for something that has since been done; nobody need look at it again."""
    work.session.execute(
        update(Notification)
        .where(
            Notification.kind == kind,
            Notification.about_kind == about.kind.value,
            Notification.about_id == about.id,
            Notification.read_at.is_(None),
        )
        .values(read_at=work.now)
    )


def _read(work: Work, person: PersonId, which: object) -> None:
    work.session.execute(
        update(Notification)
        .where(Notification.person_id == person, Notification.read_at.is_(None), which)  # type: ignore[arg-type]
        .values(read_at=work.now)
    )


def _next_due(work: Work) -> Notification | None:
    due = or_(Notification.try_again_at.is_(None), Notification.try_again_at <= work.now)
    query = (
        select(Notification)
        .where(Notification.delivery.in_((DeliveryState.WAITING, DeliveryState.SENDING)), due)
        .order_by(Notification.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(query).first()


def _claim(work: Work, found: Notification) -> bool:
    """Conditional on what was read, so that of two workers one gets it."""
    result = work.session.execute(
        update(Notification)
        .where(
            Notification.id == found.id,
            Notification.delivery == found.delivery,
            Notification.attempts == found.attempts,
        )
        .values(
            delivery=DeliveryState.SENDING,
            attempts=Notification.attempts + 1,
            try_again_at=work.now + rules.LEASE,
        )
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _end(
    work: Work, notification: int, delivery: DeliveryState, *, because: str, sent_at: datetime | None = None
) -> None:
    work.session.execute(
        update(Notification)
        .where(Notification.id == notification)
        .values(delivery=delivery, try_again_at=None, sent_at=sent_at, failed_because=because)
    )
