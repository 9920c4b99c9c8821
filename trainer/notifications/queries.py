"""Reading messages: a person's inbox, and what could not be sent."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.kernel.values import PersonId, Subject, SubjectKind, Wording
from trainer.notifications.models import Notification
from trainer.notifications.values import DeliveryState, FailedDelivery, Inbox, InboxLine, NotificationId

PAGE_SIZE = 50


def inbox_of(session: Session, *, person: PersonId, page: int) -> Inbox:
    """One page of a person's messages; a page past the end is the last one. Two statements."""
    mine = Notification.person_id == person
    total, unread = session.execute(
        select(func.count(), func.count().filter(Notification.read_at.is_(None))).where(mine)
    ).one()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = session.scalars(
        select(Notification)
        .where(mine)
        .order_by(Notification.queued_at.desc(), Notification.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Inbox(lines=tuple(_line(row) for row in rows), page=page, pages=pages, total=total, unread=unread)


def unread_count(session: Session, *, person: PersonId) -> int:
    """How many messages the person has not marked as read."""
    query = select(func.count()).where(Notification.person_id == person, Notification.read_at.is_(None))
    return session.scalar(query) or 0


def failed_deliveries(session: Session, *, limit: int = PAGE_SIZE) -> tuple[FailedDelivery, ...]:
    """Messages given up after the last attempt, the latest first."""
    rows = session.scalars(
        select(Notification)
        .where(Notification.delivery == DeliveryState.FAILED)
        .order_by(Notification.queued_at.desc(), Notification.id.desc())
        .limit(limit)
    ).all()
    people = account_queries.people_cards(session, people={PersonId(row.person_id) for row in rows})
    return tuple(
        FailedDelivery(
            id=NotificationId(row.id),
            to=PersonId(row.person_id),
            name=people[PersonId(row.person_id)].name,
            kind=row.kind,
            queued_at=row.queued_at,
            attempts=row.attempts,
            because=row.failed_because,
        )
        for row in rows
    )


def _line(row: Notification) -> InboxLine:
    return InboxLine(
        id=NotificationId(row.id),
        kind=row.kind,
        about=Subject(kind=SubjectKind(row.about_kind), id=row.about_id),
        lines=tuple(Wording.from_json(line) for line in row.lines),
        queued_at=row.queued_at,
        read_at=row.read_at,
        delivery=row.delivery,
    )
