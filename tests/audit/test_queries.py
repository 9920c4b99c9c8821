"""Histories, searches and the proof, on the database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update

from tests.audit.ledgers import recorded, remark
from trainer.accounts.events import PasswordSet, PersonMoved
from trainer.audit import operations, queries
from trainer.audit.models import LedgerSeal
from trainer.audit.values import ActorKind, FaultKind, LedgerFilter
from trainer.kernel.ledger import LedgerEntry, LedgerSubject, LedgerText
from trainer.kernel.values import PersonId, Subject, SubjectKind
from trainer.mandates.events import InstrumentPublished

HER = Subject(kind=SubjectKind.PERSON, id=7)


@pytest.fixture
def sealed(session, work):
    """Five sealed entries with a text beside the third, and one not sealed yet."""
    recorded(work, 2)
    remark(work)
    recorded(work, 2, first=4)
    operations.seal(work)
    recorded(work, 1, first=6)
    return session


def alter(at, /, **values):
    return update(LedgerEntry).where(LedgerEntry.number == at).values(**values)


def swap(session):
    session.execute(alter(2, number=99))
    session.execute(alter(3, number=2))
    session.execute(alter(99, number=3))


def drop(session, number):
    entry = queries.entry_numbered(session, number=number)
    session.execute(delete(LedgerSubject).where(LedgerSubject.entry_id == entry))
    session.execute(delete(LedgerText).where(LedgerText.entry_id == entry))
    session.execute(delete(LedgerEntry).where(LedgerEntry.id == entry))


def put_at_end(session):
    session.execute(
        insert(LedgerEntry).values(
            recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
            actor="person:1",
            event="PasswordSet",
            payload={"person_id": 1},
            salt="",
            number=6,
            previous_hash="a",
            hash="b",
        )
    )


def test_an_untouched_ledger_proves_itself(sealed):
    proof = queries.verify(sealed)

    assert (proof.sealed, proof.unsealed, proof.erased, proof.faults, proof.sound) == (5, 1, 0, (), True)


def test_an_empty_ledger_proves_itself(session):
    proof = queries.verify(session)

    assert (proof.sealed, proof.unsealed, proof.sound, proof.sealed_at) == (0, 0, True, None)


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        pytest.param(lambda s: s.execute(alter(2, payload={"person_id": 99})), {"altered"}, id="row changed"),
        pytest.param(lambda s: s.execute(alter(2, actor="person:99")), {"altered"}, id="actor changed"),
        pytest.param(lambda s: drop(s, 2), {"missing"}, id="row deleted"),
        pytest.param(lambda s: drop(s, 5), {"cut-off"}, id="last row deleted"),
        pytest.param(swap, {"altered", "unlinked"}, id="rows reordered"),
        pytest.param(put_at_end, {"cut-off"}, id="row inserted at the end"),
        pytest.param(lambda s: s.execute(delete(LedgerSeal)), {"cut-off"}, id="holder's row deleted"),
        pytest.param(
            lambda s: s.execute(update(LedgerText).values(texts={"remark": "x"})), {"text-altered"}, id="text changed"
        ),
        pytest.param(lambda s: s.execute(delete(LedgerText)), {"text-altered"}, id="text deleted"),
        pytest.param(
            lambda s: s.execute(update(LedgerText).values(texts=None, erased_at=datetime(2026, 1, 1, tzinfo=UTC))),
            {"text-altered"},
            id="text erased without a record",
        ),
    ],
)
def test_tampering_with_the_database_is_found(sealed, tamper, kinds):
    tamper(sealed)

    proof = queries.verify(sealed)

    assert {fault.kind.value for fault in proof.faults} == kinds
    assert not proof.sound


def test_an_inserted_row_in_the_middle_is_found(sealed):
    for number in (5, 4, 3):
        sealed.execute(alter(number, number=number + 1))
    put_at_end_of_two = {"number": 3, "previous_hash": "a", "hash": "b"}
    sealed.execute(
        insert(LedgerEntry).values(
            recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
            actor="person:1",
            event="PasswordSet",
            payload={},
            salt="",
            **put_at_end_of_two,
        )
    )

    assert {FaultKind.ALTERED, FaultKind.UNLINKED, FaultKind.CUT_OFF} == {
        fault.kind for fault in queries.verify(sealed).faults
    }


def test_the_proof_lists_only_the_first_faults_and_counts_all(session, work, monkeypatch):
    monkeypatch.setattr(queries, "FAULTS_SHOWN", 3)
    monkeypatch.setattr(queries, "BATCH", 4)
    recorded(work, 10)
    operations.seal(work)
    session.execute(update(LedgerEntry).values(actor="person:1"))

    proof = queries.verify(session)

    assert (len(proof.faults), proof.faults_in_all) == (3, 10)


def test_history_tells_what_is_about_a_thing_newest_first(session, work):
    recorded(work, 3, first=7)
    remark(work)

    page = queries.history_of(session, subject=HER, page=1)

    assert [line.event for line in page.lines] == ["RemarkWritten", "PasswordSet"]
    assert page.lines[0].texts == {"remark": "Was absent without leave."}
    assert (page.total, page.pages) == (2, 1)


def test_history_comes_in_pages(session, work):
    for _ in range(5):
        remark(work)

    pages = [queries.history_of(session, subject=HER, page=nth, size=2) for nth in (1, 2, 3)]

    assert [len(page.lines) for page in pages] == [2, 2, 1]
    assert len({line.id for page in pages for line in page.lines}) == 5
    assert pages[0].pages == 3


def test_histories_of_several_things_are_told_once_each_oldest_first(session, work):
    moved = PersonMoved(person_id=7, from_mission_id=1, to_mission_id=2, on=date(2026, 2, 28))
    recorded(work, 1, first=7)
    work.record(moved)
    recorded(work, 1, first=9)
    subjects = (HER, HER, Subject(kind=SubjectKind.MISSION, id=2))

    lines = queries.history_of_all(session, subjects=subjects, limit=10)

    assert [line.event for line in lines] == ["PasswordSet", "PersonMoved"]
    assert [line.event for line in queries.history_of_all(session, subjects=subjects, limit=1)] == ["PersonMoved"]
    assert queries.history_of_all(session, subjects=(), limit=10) == ()


@pytest.fixture
def mixed(session, work, work_as):
    """Entries by a person and by a job, on three days."""
    recorded(work_as(PersonId(17), today=date(2026, 11, 22)), 1)
    recorded(work_as(PersonId(18), today=date(2026, 11, 23)), 1, first=2)
    remark(work)
    return session


DAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "actors"),
    [
        pytest.param(LedgerFilter(), ["job:test", "person:18", "person:17"], id="all"),
        pytest.param(LedgerFilter(events=frozenset({"PasswordSet"})), ["person:18", "person:17"], id="event"),
        pytest.param(LedgerFilter(by=ActorKind.JOBS), ["job:test"], id="jobs"),
        pytest.param(LedgerFilter(by=ActorKind.PEOPLE), ["person:18", "person:17"], id="people"),
        pytest.param(LedgerFilter(actors=("person:17",)), ["person:17"], id="one actor"),
        pytest.param(LedgerFilter(since=DAY), ["job:test", "person:18"], id="since"),
        pytest.param(LedgerFilter(before=DAY), ["person:17"], id="before"),
        pytest.param(LedgerFilter(about=HER, events=frozenset({"RemarkWritten"})), ["job:test"], id="about"),
    ],
)
def test_a_search_narrows_by_what_is_asked(mixed, wanted, actors):
    page = queries.search(mixed, wanted=wanted, page=1)

    assert [line.actor for line in page.lines] == actors
    assert page.total == len(actors)
    assert [line.actor for line in queries.entries_matching(mixed, wanted=wanted)] == actors[::-1]


def test_entries_between_two_instants_are_read_in_batches(session, work, monkeypatch):
    monkeypatch.setattr(queries, "BATCH", 2)
    entries = recorded(work, 5)

    inside = queries.entries_between(session, since=work.now, before=work.now + timedelta(seconds=1))
    outside = queries.entries_between(session, since=work.now - timedelta(days=1), before=work.now)

    assert [line.id for line in inside] == [each.id for each in entries]
    assert list(outside) == []


def test_an_entry_shows_its_place_in_the_chain(sealed):
    second, third, fourth = (queries.entry_numbered(sealed, number=nth) for nth in (2, 3, 4))

    page = queries.entry_page(sealed, entry=third)

    assert (page.before_id, page.after_id) == (second, fourth)
    assert page.proven
    assert page.subjects == (HER,)
    assert page.previous_hash == queries.entry_page(sealed, entry=second).line.hash


def test_the_first_entry_and_an_unsealed_one_have_their_neighbours(sealed):
    first = queries.entry_page(sealed, entry=queries.entry_numbered(sealed, number=1))
    (unsealed,) = (line.id for line in queries.search(sealed, wanted=LedgerFilter(), page=1, size=1).lines)

    assert (first.before_id, first.proven) == (None, True)
    assert not queries.entry_page(sealed, entry=unsealed).proven
    assert queries.entry_page(sealed, entry=unsealed).after_id is None


def test_a_changed_entry_is_not_proven(sealed):
    sealed.execute(alter(3, actor="person:1"))

    page = queries.entry_page(sealed, entry=queries.entry_numbered(sealed, number=3))

    assert [fault.kind for fault in page.faults] == [FaultKind.ALTERED]
    assert not page.proven


def test_an_entry_that_is_not_there_is_refused(session):
    with pytest.raises(queries.NoSuchEntry):
        queries.entry_page(session, entry=404)


def test_instruments_are_found_by_their_symbol(session, work):
    for nth, symbol in enumerate(("S/RES/2155 (2014)", "S/RES/2241 (2015)", "S/RES/1701 (2006)"), start=1):
        work.record(
            InstrumentPublished(
                mission_id=1,
                instrument_id=nth,
                symbol=symbol,
                effective_on=date(2014, 5, 27),
                added=(),
                dropped=(),
                changed=(),
            )
        )
    work.record(PasswordSet(person_id=2241))

    found = queries.subjects_named(session, text="s/res/2", limit=5)

    assert [(each.subject.id, each.name) for each in found] == [(2, "S/RES/2241 (2015)"), (1, "S/RES/2155 (2014)")]
    assert len(queries.subjects_named(session, text="s/res/2", limit=1)) == 1
