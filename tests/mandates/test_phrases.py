"""What officers say of phrases: kept in order, counted by phrase and task, told by the ledger."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import PhraseDecision, PhraseRecord, PhraseVerdict, TaskKindKey


def said(verdict: PhraseVerdict, phrase: str = "mine action", kind: str = "Demining", **more: str) -> PhraseDecision:
    return PhraseDecision(phrase=phrase, task_kind=TaskKindKey(kind), verdict=verdict, **more)


def note(work: Work, *decisions: PhraseDecision, language: str = "en") -> None:
    operations.note_phrases(work, language=language, decisions=decisions)


def record(work: Work, phrase: str = "mine action", kind: str = "Demining") -> PhraseRecord | None:
    found = {(each.phrase, each.task_kind): each for each in queries.phrase_records(work.session, language="en")}
    return found.get((phrase, TaskKindKey(kind)))


def test_verdicts_are_counted_by_phrase_task_and_language(work: Work) -> None:
    note(work, said(PhraseVerdict.CONFIRMED), said(PhraseVerdict.CONFIRMED), said(PhraseVerdict.REJECTED))
    note(work, said(PhraseVerdict.REJECTED, kind="ControlSALW"), said(PhraseVerdict.CONFIRMED, phrase="mines"))
    note(work, said(PhraseVerdict.CONFIRMED), language="fr")

    found = record(work)
    assert found is not None
    assert (found.confirmed, found.rejected) == (2, 1)


def test_counts_that_were_set_aside_begin_anew(work: Work) -> None:
    note(work, said(PhraseVerdict.CONFIRMED), said(PhraseVerdict.REJECTED, kind="ControlSALW"))
    note(work, said(PhraseVerdict.FORGOTTEN))
    assert record(work) is None

    note(work, said(PhraseVerdict.REJECTED))

    found, other = record(work), record(work, kind="ControlSALW")
    assert found is not None
    assert other is not None
    assert (found.confirmed, found.rejected, other.rejected) == (0, 1, 1)


def test_of_adding_and_dropping_the_last_counts(work: Work) -> None:
    note(work, said(PhraseVerdict.ADDED, strength="strong"))
    note(work, said(PhraseVerdict.DROPPED))
    dropped = record(work)
    note(work, said(PhraseVerdict.ADDED, strength="weak"))
    added = record(work)

    assert dropped is not None
    assert added is not None
    assert (dropped.added, dropped.dropped) == ("", True)
    assert (added.added, added.dropped) == ("weak", False)


def test_the_ledger_tells_of_decisions_once_and_of_nothing_never(work: Work, session: Session) -> None:
    mission = accounts.mission(session)
    before = session.query(LedgerEntry).count()

    operations.note_phrases(work, language="en", decisions=(), mission=mission)
    operations.note_phrases(
        work,
        language="en",
        decisions=[said(PhraseVerdict.CONFIRMED), said(PhraseVerdict.DROPPED, phrase="x")],
        mission=mission,
    )

    (entry,) = session.query(LedgerEntry).order_by(LedgerEntry.id).all()[before:]
    assert entry.event == "SuggestionsDecided"
    assert entry.payload == {
        "language": "en", "confirmed": 1, "rejected": 0, "phrases": ["x"], "mission_id": mission
    }  # fmt: skip


@pytest.mark.parametrize("phrase", ["", "x" * 121], ids=["empty", "too long"])
def test_a_phrase_that_cannot_stand_in_the_vocabulary_is_refused(work: Work, phrase: str) -> None:
    with pytest.raises(operations.UnfitPhrase):
        note(work, said(PhraseVerdict.ADDED, phrase=phrase))
