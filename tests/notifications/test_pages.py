"""The inbox, as its reader sees it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, notifications
from tests.support.site import Site
from trainer.kernel.values import PersonId, wording
from trainer.notifications import queries
from trainer.notifications.values import NotificationKind


@pytest.fixture
def reader(session: Session) -> PersonId:
    return accounts.person(session)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    return accounts.person(session)


def test_a_message_says_what_happened_and_leads_to_it(site: Site, session: Session, reader: PersonId) -> None:
    lines = [
        wording("You have been given: {title}.", title={"en": "Conduct", "fr": "Déontologie"}).to_json(),
        wording("Your mission protects civilians.").to_json(),
    ]
    notifications.notification(session, person=reader, lines=lines)

    page = site.sign_in(reader).get("/messages/")

    for words in (
        "New in your training",
        "You have been given: Conduct.",
        "Your mission protects civilians.",
        "unread",
    ):
        assert words in page.text
    assert "/assignments/12" in page.links()


def test_an_empty_inbox_says_what_will_stand_there(site: Site, reader: PersonId) -> None:
    assert "There are no messages." in site.sign_in(reader).get("/messages/").text


def test_a_message_is_marked_as_read(site: Site, session: Session, reader: PersonId) -> None:
    made = notifications.notification(session, person=reader)
    site.sign_in(reader)

    page = site.post(f"/messages/{made}/read", follow=True)

    assert "Mark as read" not in page.text
    assert queries.unread_count(session, person=reader) == 0


def test_all_messages_are_marked_as_read_up_to_the_latest_on_the_page(
    site: Site, session: Session, reader: PersonId, colleague: PersonId
) -> None:
    for hour in (6, 7):
        notifications.notification(session, person=reader, queued_at=datetime(2026, 11, 24, hour, tzinfo=UTC))
    notifications.notification(session, person=colleague)
    sent = site.sign_in(reader).get("/messages/").form("/messages/read")
    notifications.notification(session, person=reader, queued_at=datetime(2026, 11, 24, 8, tzinfo=UTC))

    site.post("/messages/read", sent)

    assert queries.unread_count(session, person=reader) == 1
    assert queries.unread_count(session, person=colleague) == 1


def test_nobody_reads_anothers_message(site: Site, session: Session, reader: PersonId, colleague: PersonId) -> None:
    made = notifications.notification(session, person=reader, lines=[wording("A secret.").to_json()])

    assert "A secret." not in site.sign_in(colleague).get("/messages/").text
    assert site.post(f"/messages/{made}/read").status == 404
    assert site.sign_out().get("/messages/").status == 303
    assert queries.unread_count(session, person=reader) == 1


def test_an_instant_that_is_none_is_refused(site: Site, reader: PersonId) -> None:
    assert site.sign_in(reader).post("/messages/read", {"until": "now"}).status == 422


def test_a_message_about_nothing_with_a_page_has_no_link(site: Site, session: Session, reader: PersonId) -> None:
    notifications.notification(session, person=reader, about_kind="waiver", kind=NotificationKind.REMINDER)

    page = site.sign_in(reader).get("/messages/")

    assert "Reminder" in page.text
    assert "Open" not in page.text


def test_a_mail_that_failed_is_said(site: Site, session: Session, reader: PersonId) -> None:
    notifications.failed_notification(session, person=reader)

    assert "could not be sent to you by e-mail" in site.sign_in(reader).get("/messages/").text


def test_a_long_inbox_is_paged(site: Site, session: Session, reader: PersonId) -> None:
    for _ in range(51):
        notifications.notification(session, person=reader)

    page = site.sign_in(reader).get("/messages/?page=2")

    assert "Page 2 of 2" in page.text
