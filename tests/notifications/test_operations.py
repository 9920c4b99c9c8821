"""Messages: queued once, claimed by one, tried five times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import accounts, notifications
from trainer.kernel.values import PersonId, Subject, SubjectKind, wording
from trainer.kernel.work import Work
from trainer.notifications import operations, queries, rules
from trainer.notifications.models import Notification
from trainer.notifications.values import DeliveryState, Message, Notice, NotificationId, NotificationKind

LINES = (wording("You are to learn “{title}”.", title={"en": "Conduct", "fr": "Déontologie"}), wording("Because."))
ABOUT = Subject(kind=SubjectKind.ASSIGNMENT, id=12)


@pytest.fixture
def person(session: Session) -> PersonId:
    return accounts.person(session, given_name="Amina", family_name="Diallo", email="amina@example.org", language="fr")


def queue(work: Work, person: PersonId, dedupe: str = "assigned:12") -> None:
    operations.queue_notification(
        work, to=person, kind=NotificationKind.ASSIGNED, about=ABOUT, lines=LINES, dedupe=dedupe
    )


def rows(work: Work) -> list[Notification]:
    work.session.expire_all()
    return list(work.session.scalars(select(Notification).order_by(Notification.id)))


def later(work: Work, pause: timedelta) -> Work:
    return replace(work, now=work.now + pause)


def claimed(work: Work) -> Message:
    found = operations.claim_next(work)
    assert found is not None
    return found


def test_a_message_is_queued_once_for_one_occasion(work: Work, person: PersonId) -> None:
    queue(work, person)
    queue(work, person)
    queue(work, person, dedupe="assigned:13")

    assert [row.dedupe for row in rows(work)] == ["assigned:12", "assigned:13"]
    assert rows(work)[0].delivery is DeliveryState.WAITING


def test_a_person_without_an_address_is_told_in_the_site_alone(work: Work) -> None:
    person = accounts.person(work, email=None)

    queue(work, person)

    assert rows(work)[0].delivery is DeliveryState.NOT_WANTED
    assert operations.claim_next(work) is None
    assert queries.unread_count(work.session, person=person) == 1


def test_many_messages_are_queued_at_once(work: Work, person: PersonId) -> None:
    notices = [
        Notice(to=person, kind=NotificationKind.WITHDRAWN, about=ABOUT, lines=LINES, dedupe=f"n:{number}")
        for number in range(3)
    ]

    operations.queue_notifications(work, notices=notices)
    operations.queue_notifications(work, notices=notices[:1])
    operations.queue_notifications(work, notices=[])

    assert [row.dedupe for row in rows(work)] == ["n:0", "n:1", "n:2"]


def test_the_message_that_waited_longest_is_claimed_with_all_that_a_mail_needs(work: Work, person: PersonId) -> None:
    queue(work, person)
    queue(work, person, dedupe="second")

    message = claimed(work)

    assert (message.name, message.email, message.language) == ("Amina Diallo", "amina@example.org", "fr")
    assert (message.kind, message.about, message.lines) == (NotificationKind.ASSIGNED, ABOUT, LINES)
    assert [row.delivery for row in rows(work)] == [DeliveryState.SENDING, DeliveryState.WAITING]


def test_a_claimed_message_is_nobody_elses(work: Work, person: PersonId) -> None:
    queue(work, person)
    claimed(work)

    assert operations.claim_next(work) is None


def test_a_sent_message_is_done(work: Work, person: PersonId) -> None:
    queue(work, person)

    operations.mark_sent(work, notification=claimed(work).id)

    assert (rows(work)[0].delivery, rows(work)[0].sent_at) == (DeliveryState.SENT, work.now)
    assert operations.claim_next(later(work, timedelta(days=9))) is None


def test_a_failed_message_waits_longer_each_time_and_is_given_up_after_the_fifth(work: Work, person: PersonId) -> None:
    queue(work, person)
    at = work
    for pause in rules.PAUSES:
        operations.mark_failed(at, notification=claimed(at).id, because="421 try later")
        assert operations.claim_next(later(at, pause - timedelta(seconds=1))) is None
        at = later(at, pause)

    operations.mark_failed(at, notification=claimed(at).id, because="550 no such mailbox")

    (row,) = rows(work)
    assert (row.delivery, row.attempts, row.failed_because) == (DeliveryState.FAILED, 5, "550 no such mailbox")
    assert operations.claim_next(later(at, timedelta(days=9))) is None


def test_a_message_whose_sender_died_is_free_again_after_the_lease(work: Work, person: PersonId) -> None:
    queue(work, person)
    first = claimed(work)

    assert operations.claim_next(later(work, rules.LEASE - timedelta(seconds=1))) is None
    assert claimed(later(work, rules.LEASE)).id == first.id


def test_a_message_on_which_every_sender_dies_is_given_up(work: Work, person: PersonId) -> None:
    queue(work, person)
    at = work
    for _ in range(rules.MOST_ATTEMPTS):
        claimed(at)
        at = later(at, rules.LEASE)

    assert operations.claim_next(at) is None
    assert (rows(work)[0].delivery, rows(work)[0].failed_because) == (DeliveryState.FAILED, operations.LOST)


def test_an_address_that_was_taken_away_meanwhile_ends_the_delivery(work: Work, person: PersonId) -> None:
    from trainer.accounts.models import Person

    queue(work, person)
    queue(work, accounts.person(work), dedupe="other")
    work.session.get_one(Person, person).email = None
    work.session.flush()

    message = claimed(work)

    assert message.to != person
    assert rows(work)[0].delivery is DeliveryState.NOT_WANTED


def test_a_message_is_read_by_its_reader_and_the_first_time_counts(
    work: Work, work_as: Callable[..., Work], person: PersonId
) -> None:
    made = notifications.notification(work, person=person)
    other = notifications.notification(work, person=accounts.person(work))

    operations.mark_read(work, notification=made, person=person)
    operations.mark_read(later(work, timedelta(hours=1)), notification=made, person=person)

    assert [row.read_at for row in rows(work)] == [work.now, None]
    for hidden in (other, NotificationId(99_999)):
        with pytest.raises(operations.NoSuchMessage):
            operations.mark_read(work, notification=hidden, person=person)


def test_all_that_was_on_the_page_is_read_and_not_what_came_since(work: Work, person: PersonId) -> None:
    notifications.notification(work, person=person, queued_at=work.now - timedelta(hours=2))
    notifications.notification(work, person=person, queued_at=work.now)
    notifications.notification(work, person=accounts.person(work), queued_at=work.now - timedelta(hours=2))

    operations.mark_all_read(work, person=person, until=work.now - timedelta(hours=1))

    assert [row.read_at is not None for row in rows(work)] == [True, False, False]


def test_what_is_answered_is_read_by_everybody_and_nothing_else_is(work: Work, person: PersonId) -> None:
    colleague = accounts.person(work, email=None)
    other = replace(ABOUT, id=13)
    for to, about in ((person, ABOUT), (colleague, ABOUT), (person, other)):
        operations.queue_notification(
            work, to=to, kind=NotificationKind.PLAN_PROPOSED, about=about, lines=LINES, dedupe=f"{to}:{about.id}"
        )
    queue(work, person)

    operations.mark_answered(work, kind=NotificationKind.PLAN_PROPOSED, about=ABOUT)

    assert [row.dedupe for row in rows(work) if row.read_at is None] == [f"{person}:13", "assigned:12"]
