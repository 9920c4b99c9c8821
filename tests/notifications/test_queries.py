"""Inboxes and failed deliveries, with other people's messages about."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, notifications
from trainer.kernel.values import PersonId, Subject, SubjectKind
from trainer.notifications import queries

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def person(session: Session) -> PersonId:
    return accounts.person(session)


@pytest.fixture(autouse=True)
def noise(session: Session) -> None:
    somebody = accounts.person(session)
    notifications.notification(session, person=somebody)
    notifications.notification(session, person=somebody, read_at=NOW)


def test_an_inbox_has_its_readers_messages_latest_first(session: Session, person: PersonId) -> None:
    old = notifications.notification(session, person=person, queued_at=NOW - timedelta(days=2), read_at=NOW)
    new = notifications.notification(session, person=person, queued_at=NOW)

    inbox = queries.inbox_of(session, person=person, page=1)

    assert [line.id for line in inbox.lines] == [new, old]
    assert inbox.lines[0].about == Subject(kind=SubjectKind.ASSIGNMENT, id=12)
    assert (inbox.total, inbox.unread, inbox.page, inbox.pages) == (2, 1, 1, 1)
    assert queries.unread_count(session, person=person) == 1


def test_an_empty_inbox_has_one_empty_page(session: Session, person: PersonId) -> None:
    inbox = queries.inbox_of(session, person=person, page=7)

    assert (inbox.lines, inbox.total, inbox.unread, inbox.page, inbox.pages) == ((), 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("asked", "shown", "lines"), [(1, 1, 50), (2, 2, 1), (9, 2, 1), (0, 1, 50)], ids=["first", "last", "past", "zero"]
)
def test_a_long_inbox_is_paged(session: Session, person: PersonId, asked: int, shown: int, lines: int) -> None:
    for _ in range(51):
        notifications.notification(session, person=person)

    inbox = queries.inbox_of(session, person=person, page=asked)

    assert (inbox.page, len(inbox.lines), inbox.pages) == (shown, lines, 2)


def test_failed_deliveries_say_to_whom_and_why(session: Session, person: PersonId) -> None:
    made = notifications.failed_notification(session, person=person)

    (found,) = queries.failed_deliveries(session)

    assert (found.id, found.to, found.attempts, found.because) == (made, person, 5, "550 no such mailbox")
    assert found.name
