"""Sealing and erasing, on the database."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.audit.ledgers import recorded, remark
from trainer.audit import operations, queries
from trainer.kernel.db import begin_writing, prepare
from trainer.kernel.ledger import LedgerEntry, LedgerSubject, LedgerText
from trainer.kernel.values import PersonId
from trainer.kernel.work import Actor, Work


def chain(session):
    session.expire_all()
    query = select(LedgerEntry).where(LedgerEntry.number.is_not(None)).order_by(LedgerEntry.number)
    return session.scalars(query).all()


def test_sealing_numbers_entries_in_the_order_of_their_ids_and_links_them(session, work):
    entries = recorded(work, 4)

    assert operations.seal(work) == 4

    links = chain(session)
    assert [each.id for each in links] == [each.id for each in entries]
    assert [each.number for each in links] == [1, 2, 3, 4]
    assert [each.previous_hash for each in links] == ["0" * 64, *(each.hash for each in links[:-1])]


def test_sealing_again_goes_on_where_it_stopped(session, work):
    recorded(work, 2)
    operations.seal(work)
    recorded(work, 3)

    assert operations.seal(work) == 3
    assert operations.seal(work) == 0
    assert [each.number for each in chain(session)] == [1, 2, 3, 4, 5]
    assert queries.verify(session).sound


def test_sealing_nothing_leaves_no_trace(session, work):
    assert operations.seal(work) == 0
    assert queries.seal_state(session).sealed_at is None


def test_one_call_seals_at_most_so_many(session, work, monkeypatch):
    monkeypatch.setattr(operations, "BATCH", 2)
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 4)
    recorded(work, 7)

    assert [operations.seal(work) for _ in range(3)] == [4, 3, 0]
    assert queries.verify(session).sound


def test_an_entry_that_commits_late_takes_a_later_number(session, work):
    late, *others = recorded(work, 3)
    late_id, last_id = late.id, others[-1].id
    kept = {column.key: getattr(late, column.key) for column in LedgerEntry.__table__.columns}
    session.execute(LedgerSubject.__table__.delete().where(LedgerSubject.entry_id == late_id))
    session.execute(LedgerEntry.__table__.delete().where(LedgerEntry.id == late_id))
    operations.seal(work)
    session.execute(LedgerEntry.__table__.insert().values(**kept))

    assert operations.seal(work) == 1
    assert session.scalar(select(LedgerEntry.number).where(LedgerEntry.id == late_id)) == 3
    assert session.scalar(select(LedgerEntry.number).where(LedgerEntry.id == last_id)) == 2
    assert queries.verify(session).sound


def test_erasing_empties_the_texts_about_a_person_and_the_seals_still_prove_themselves(session, work):
    about_her = remark(work, about=7)
    about_him = remark(work, about=8, text="Lent his car.")
    operations.seal(work)

    assert operations.erase_person_texts(work, person=PersonId(7)) == 1

    operations.seal(work)
    texts = dict(session.execute(select(LedgerText.entry_id, LedgerText.texts)).all())
    assert texts == {about_her.id: None, about_him.id: {"remark": "Lent his car."}}
    proof = queries.verify(session)
    assert (proof.sealed, proof.unsealed, proof.erased, proof.faults) == (3, 0, 1, ())


def test_erasing_takes_the_salt_so_that_nobody_can_guess_the_text(session, work):
    entry = remark(work)

    operations.erase_person_texts(work, person=PersonId(7))

    session.expire_all()
    assert session.get_one(LedgerEntry, entry.id).salt == ""


def test_erasing_twice_is_recorded_once(session, work):
    remark(work)

    assert [operations.erase_person_texts(work, person=PersonId(7)) for _ in range(2)] == [1, 0]

    assert [each.event for each in work.recorded] == ["RemarkWritten", "PersonalTextsErased"]


@pytest.fixture
def engine(empty_database):
    with empty_database as url:
        engine = create_engine(url)
        prepare(engine)
        yield engine
        engine.dispose()


def test_two_sealers_at_once_make_one_chain(engine):
    def open_work(session):
        now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        return Work(session=session, now=now, today=now.date(), actor=Actor(job="test"))

    with Session(engine) as session:
        recorded(open_work(session), 300)
        session.commit()
    counts = []

    def seal():
        with Session(engine) as session:
            begin_writing(session)
            counts.append(operations.seal(open_work(session)))
            session.commit()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    with Session(engine) as session:
        proof = queries.verify(session)
    assert sorted(counts) == [0, 0, 0, 300]
    assert (proof.sealed, proof.unsealed, proof.faults) == (300, 0, ())


def test_an_entry_still_in_another_transaction_is_sealed_after_it_commits(engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("on SQLite nobody seals while another transaction writes")
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def open_work(session):
        return Work(session=session, now=now, today=now.date(), actor=Actor(job="test"))

    with Session(engine) as slow, Session(engine) as fast, Session(engine) as sealer:
        (late,) = recorded(open_work(slow), 1)
        recorded(open_work(fast), 2)
        fast.commit()
        assert operations.seal(open_work(sealer)) == 2
        sealer.commit()
        late_id = late.id
        slow.commit()
        assert operations.seal(open_work(sealer)) == 1
        sealer.commit()

        assert sealer.scalar(select(LedgerEntry.number).where(LedgerEntry.id == late_id)) == 3
        assert queries.verify(sealer).sound
