"""Facts are recorded once, claimed once per reaction, and repeated alone when a reaction fails."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.accounts.events import PersonLeft
from trainer.kernel import ledger
from trainer.kernel.work import Work


def recorded(work: Work) -> int:
    entry = work.record(PersonLeft(person_id=7, on=work.today))
    work.session.flush()
    return entry.id


def test_an_event_comes_back_from_the_ledger_as_it_was_recorded(work: Work, session: Session) -> None:
    entry = recorded(work)

    assert ledger.read_event(session, entry) == PersonLeft(person_id=7, on=work.today)
    assert ledger.open_entries(session, limit=10) == ((entry, "PersonLeft"),)


def test_a_reaction_is_claimed_once(work: Work, session: Session) -> None:
    entry = recorded(work)

    assert ledger.claim(session, entry, reaction="tell", now=work.now)
    assert not ledger.claim(session, entry, reaction="tell", now=work.now)
    assert ledger.claim(session, entry, reaction="count", now=work.now)


def test_a_failed_reaction_waits_longer_each_time_and_is_parked_at_last(work: Work, session: Session) -> None:
    entry = recorded(work)
    now = work.now

    for _ in range(ledger.ATTEMPTS_BEFORE_PARKING - 1):
        assert not ledger.note_failure(session, entry, reaction="tell", now=now, error="no")
        assert not ledger.claim(session, entry, reaction="tell", now=now)
        now += timedelta(minutes=5)
    assert ledger.note_failure(session, entry, reaction="tell", now=now, error="no")

    assert not ledger.claim(session, entry, reaction="tell", now=now + timedelta(days=1))
    assert ledger.settle(session, entry, reactions=["tell"], now=now)


def test_an_entry_is_settled_when_all_its_reactions_are_done(work: Work, session: Session) -> None:
    entry = recorded(work)
    ledger.claim(session, entry, reaction="tell", now=work.now)

    assert not ledger.settle(session, entry, reactions=["tell", "count"], now=work.now)
    ledger.claim(session, entry, reaction="count", now=work.now)
    assert ledger.settle(session, entry, reactions=["tell", "count"], now=work.now)
    assert session.scalars(select(ledger.LedgerEntry.settled_at)).all() == [work.now]
