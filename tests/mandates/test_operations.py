"""Drafts, publication, withdrawal, rules and days, on both engines."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from tests.conftest import work_on
from tests.factories import accounts, competencies
from tests.factories.mandates import adding, draft, ending, line, published, rule
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import MissionId
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel import ledger
from trainer.kernel.db import begin_writing, prepare
from trainer.kernel.events import Event
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.events import (
    InstrumentPublished,
    InstrumentWithdrawn,
    MandateDayReached,
    RulesRevised,
)
from trainer.mandates.models import MandateVersion
from trainer.mandates.values import DraftId, InstrumentId, Modality

WorkAs = Callable[..., Work]


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session)


def events(session: Session, kind: type[Event]) -> list[Event]:
    session.flush()
    found = session.scalars(select(LedgerEntry.id).where(LedgerEntry.event == kind.__name__).order_by(LedgerEntry.id))
    return [ledger.read_event(session, each) for each in found]


def kinds(session: Session, mission: MissionId, on: date) -> list[str]:
    return [each.task_kind for each in queries.tasks_in_force(session, mission=mission, on=on)]


# Publication


def test_publishing_stores_the_text_as_it_was_drafted(work: Work, mission: MissionId) -> None:
    drafted = draft(
        mission,
        symbol="s/res/2790(2025)",
        tasks=(
            line("CivProtect", area_of_operations="North", priority=1, words="Protect.", ends_on=date(2027, 3, 1)),
            line("Gender", modalities=(Modality.MONITOR, Modality.SECURE), starts_on=date(2027, 1, 1)),
        ),
    )

    operations.publish_instrument(work, draft=drafted, seen_version=0)

    (stored,) = queries.mandate_history(work.session, mission=mission)
    assert stored.tasks == drafted.tasks
    assert (stored.symbol, stored.number) == ("S/RES/2790 (2025)", 2790)
    assert (stored.published_at, stored.expires_on, stored.certainty) == (
        work.now,
        drafted.expires_on,
        drafted.certainty,
    )


def test_publishing_returns_and_records_what_moves(work: Work, mission: MissionId) -> None:
    published(
        work,
        mission,
        symbol="S/RES/2749",
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        expires_on=None,
        tasks=(line("CivProtect"), line("Gender"), line("Ceasefire")),
    )
    later = draft(
        mission,
        tasks=(adding("CivProtect", Modality.SECURE), ending("Gender"), line("HumanRelief"), line("Ceasefire")),
    )

    shift = operations.publish_instrument(work, draft=later, seen_version=1)

    assert [each.task.task_kind for each in shift.added] == ["HumanRelief"]
    event = events(work.session, InstrumentPublished)[-1]
    assert isinstance(event, InstrumentPublished)
    assert (event.symbol, event.effective_on) == ("S/RES/2790 (2025)", date(2026, 12, 1))
    assert (event.added, event.dropped, event.changed) == (("HumanRelief",), ("Gender",), ("CivProtect",))
    assert not event.inserted_into_history
    assert queries.mandate_version(work.session, mission=mission) == 2


def test_a_mandate_that_moved_on_refuses_what_was_decided_before(work: Work, mission: MissionId) -> None:
    published(work, mission)

    with pytest.raises(operations.StaleMandate):
        operations.publish_instrument(work, draft=draft(mission, symbol="S/RES/2791"), seen_version=0)

    assert len(queries.mandate_history(work.session, mission=mission)) == 1


def test_the_version_of_one_mission_is_not_that_of_another(work: Work, mission: MissionId) -> None:
    published(work, accounts.mission(work))

    operations.publish_instrument(work, draft=draft(mission), seen_version=0)

    assert queries.mandate_version(work.session, mission=mission) == 1


def test_a_symbol_on_file_is_refused_at_its_field(work: Work, mission: MissionId) -> None:
    published(work, mission)

    with pytest.raises(operations.SymbolTaken) as refused:
        operations.publish_instrument(work, draft=draft(mission, symbol="S/RES/2790"), seen_version=1)

    assert [each.field for each in refused.value.problems] == ["symbol"]


def test_a_text_may_concern_two_missions(work: Work, mission: MissionId) -> None:
    published(work, accounts.mission(work))

    published(work, mission)

    assert len(queries.mandate_history(work.session, mission=mission)) == 1


def test_a_draft_with_problems_is_refused_with_all_of_them(work: Work, mission: MissionId) -> None:
    wrong = draft(mission, symbol="2790", tasks=(line(paragraph=""), ending("Gender")))

    with pytest.raises(operations.InvalidDraft) as refused:
        operations.publish_instrument(work, draft=wrong, seen_version=0)

    assert [each.field for each in refused.value.problems] == ["symbol", "tasks-0-paragraph", "tasks-1-change"]


def test_no_text_is_published_for_a_mission_that_does_not_exist(work: Work) -> None:
    with pytest.raises(NoSuchMission):
        operations.publish_instrument(work, draft=draft(MissionId(99)), seen_version=0)


def test_a_text_older_than_the_latest_is_inserted_and_told_so(work: Work, mission: MissionId) -> None:
    published(
        work,
        mission,
        symbol="S/RES/2800",
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        complete_adjustment=True,
        tasks=(line("Gender"),),
    )
    older = draft(mission, symbol="S/RES/2700", effective_on=date(2025, 1, 1), adopted_on=None, expires_on=None)

    shift = operations.publish_instrument(work, draft=older, seen_version=1)

    assert shift.inserted_into_history
    assert kinds(work.session, mission, date(2025, 6, 1)) == ["CivProtect"]
    assert kinds(work.session, mission, work.today) == ["Gender"]
    event = events(work.session, InstrumentPublished)[-1]
    assert isinstance(event, InstrumentPublished)
    assert event.inserted_into_history


# Withdrawal


def test_a_withdrawn_text_stays_on_file_and_counts_no_more(work: Work, mission: MissionId, work_as: WorkAs) -> None:
    text = published(work, mission, effective_on=date(2026, 11, 20), adopted_on=None)
    later = work_as(None, today=work.today + timedelta(days=1))

    shift = operations.withdraw_instrument(later, instrument=text, because=" Entered twice. ", seen_version=1)

    assert [each.task.task_kind for each in shift.dropped] == ["CivProtect"]
    (stored,) = queries.mandate_history(work.session, mission=mission)
    assert (stored.withdrawn_at, stored.withdrawn_because) == (later.now, "Entered twice.")
    assert kinds(work.session, mission, later.today) == []
    known_then = queries.tasks_in_force(work.session, mission=mission, on=later.today, known_at=work.now)
    assert [each.task_kind for each in known_then] == ["CivProtect"]
    assert events(work.session, InstrumentWithdrawn) == [
        InstrumentWithdrawn(mission_id=mission, instrument_id=text, symbol="S/RES/2790 (2025)")
    ]


def test_the_withdrawal_of_what_is_only_announced_says_what_will_not_come(work: Work, mission: MissionId) -> None:
    text = published(work, mission)

    shift = operations.withdraw_instrument(work, instrument=text, because="A mistake.", seen_version=1)

    assert [each.task.task_kind for each in shift.dropped] == ["CivProtect"]


def test_a_withdrawn_text_may_be_entered_anew(work: Work, mission: MissionId) -> None:
    text = published(work, mission)
    operations.withdraw_instrument(work, instrument=text, because="Wrong paragraph.", seen_version=1)

    published(work, mission)

    assert [each.withdrawn_at is None for each in queries.mandate_history(work.session, mission=mission)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("because", "seen", "refusal"),
    [
        pytest.param(" ", 1, operations.ReasonMissing, id="no reason"),
        pytest.param("A mistake.", 0, operations.StaleMandate, id="the mandate moved on"),
    ],
)
def test_a_withdrawal_needs_a_reason_and_what_it_rests_on(
    work: Work, mission: MissionId, because: str, seen: int, refusal: type[Exception]
) -> None:
    text = published(work, mission)

    with pytest.raises(refusal):
        operations.withdraw_instrument(work, instrument=text, because=because, seen_version=seen)


def test_a_text_is_withdrawn_once(work: Work, mission: MissionId) -> None:
    text = published(work, mission)
    operations.withdraw_instrument(work, instrument=text, because="A mistake.", seen_version=1)

    with pytest.raises(operations.AlreadyWithdrawn):
        operations.withdraw_instrument(work, instrument=text, because="Again.", seen_version=2)
    with pytest.raises(queries.NoSuchInstrument):
        operations.withdraw_instrument(work, instrument=InstrumentId(999), because="None.", seen_version=2)


# Drafts


def test_a_draft_is_kept_changed_and_published(work: Work, mission: MissionId, work_as: WorkAs) -> None:
    officer = accounts.person(work)
    made = operations.save_draft(work_as(officer), draft=draft(mission, tasks=()))
    operations.save_draft(work, draft=draft(mission), draft_id=made, seen_version=1)

    page = queries.draft_page(work.session, draft=made, on=work.today)
    operations.publish_draft(work, draft=made, seen_draft=page.version, seen_version=page.mandate_version)

    assert page.draft == draft(mission)
    assert page.created_by == officer
    assert kinds(work.session, mission, date(2026, 12, 1)) == ["CivProtect"]
    assert queries.drafts(work.session) == ()
    with pytest.raises(queries.NoSuchDraft):
        operations.publish_draft(work, draft=made, seen_draft=3, seen_version=1)


def test_a_draft_with_problems_can_be_kept_but_not_submitted(work: Work, mission: MissionId) -> None:
    wrong = draft(mission, symbol="?", tasks=(line("Tourism", paragraph=""),))

    made = operations.save_draft(work, draft=wrong)

    page = queries.draft_page(work.session, draft=made, on=work.today)
    assert [each.field for each in page.problems] == ["symbol", "tasks-0-task_kind", "tasks-0-paragraph"]
    with pytest.raises(operations.InvalidDraft):
        operations.submit_draft(work, draft=wrong)
    with pytest.raises(operations.InvalidDraft):
        operations.publish_draft(work, draft=made, seen_draft=1, seen_version=0)


def test_a_draft_that_somebody_else_changed_is_not_overwritten(work: Work, mission: MissionId) -> None:
    made = operations.save_draft(work, draft=draft(mission))
    operations.save_draft(work, draft=draft(mission, title="Another"), draft_id=made, seen_version=1)

    with pytest.raises(operations.StaleDraft):
        operations.save_draft(work, draft=draft(mission), draft_id=made, seen_version=1)
    with pytest.raises(operations.StaleDraft):
        operations.publish_draft(work, draft=made, seen_draft=1, seen_version=0)


def test_a_discarded_draft_is_gone(work: Work, mission: MissionId) -> None:
    made = operations.save_draft(work, draft=draft(mission))

    operations.discard_draft(work, draft=made)

    assert queries.drafts_of(work.session, missions=[mission]) == {mission: ()}
    for draft_id in (made, DraftId(999)):
        with pytest.raises(queries.NoSuchDraft):
            operations.discard_draft(work, draft=draft_id)


# Loading


def test_loading_publishes_what_is_new_in_its_order(work: Work, mission: MissionId) -> None:
    elsewhere = accounts.mission(work)
    texts = [
        draft(mission, symbol="S/RES/3", effective_on=date(2026, 3, 1), adopted_on=None, tasks=(ending("Gender"),)),
        draft(mission, symbol="S/RES/2", effective_on=date(2026, 2, 1), adopted_on=None, tasks=(line("Gender"),)),
        draft(elsewhere, symbol="S/RES/2", effective_on=date(2026, 2, 1), adopted_on=None),
    ]

    loaded = operations.load_instruments(work, instruments=texts)

    assert len(loaded) == 3
    told = [each for each in events(work.session, InstrumentPublished) if isinstance(each, InstrumentPublished)]
    assert [(each.symbol, each.added, each.dropped) for each in told if each.mission_id == mission] == [
        ("S/RES/2", ("Gender",), ()),
        ("S/RES/3", (), ("Gender",)),
    ]
    assert {queries.mandate_version(work.session, mission=each) for each in (mission, elsewhere)} == {1}


def test_loading_twice_changes_nothing_and_a_withdrawn_text_does_not_come_back(work: Work, mission: MissionId) -> None:
    text = published(work, mission)
    operations.withdraw_instrument(work, instrument=text, because="A mistake.", seen_version=1)

    assert operations.load_instruments(work, instruments=[draft(mission), draft(mission, symbol="S/RES/2790")]) == ()
    assert queries.mandate_version(work.session, mission=mission) == 2


def test_loading_takes_an_addition_to_nothing_and_refuses_everything_else_that_is_wrong(
    work: Work, mission: MissionId
) -> None:
    operations.load_instruments(work, instruments=[draft(mission, tasks=(adding("Gender", Modality.ASSIST),))])
    assert kinds(work.session, mission, date(2026, 12, 1)) == ["Gender"]

    with pytest.raises(operations.InvalidDraft) as refused:
        operations.load_instruments(
            work,
            instruments=[
                draft(mission, symbol="nothing"),
                draft(mission, symbol="S/RES/5", tasks=(line("Tourism"),)),
            ],
        )
    assert {each.field for each in refused.value.problems} == {"symbol", "tasks-0-task_kind"}


# Days


def test_days_on_which_tasks_begin_and_end_are_told_once_even_when_missed(
    work: Work, mission: MissionId, work_as: WorkAs
) -> None:
    quiet = accounts.mission(work)
    published(work, quiet, tasks=(), effective_on=work.today, adopted_on=None)
    text = published(
        work,
        mission,
        effective_on=work.today,
        adopted_on=None,
        tasks=(line("CivProtect", ends_on=date(2026, 12, 31)), line("Gender", starts_on=date(2026, 12, 10))),
    )

    operations.note_mandate_days(work)
    assert events(work.session, MandateDayReached) == []
    later = work_as(None, today=date(2027, 1, 5))
    operations.note_mandate_days(later)
    operations.note_mandate_days(later)
    operations.note_mandate_days(work_as(None, today=date(2027, 1, 6)))

    found = [each for each in events(work.session, MandateDayReached) if isinstance(each, MandateDayReached)]
    assert [(each.mission_id, each.on, each.began, each.ended, each.instrument_id) for each in found] == [
        (mission, date(2026, 12, 10), ("Gender",), (), text),
        (mission, date(2026, 12, 31), (), ("CivProtect",), text),
    ]


def test_an_end_is_not_told_when_a_later_text_restores_the_task_before_it(
    work: Work, mission: MissionId, work_as: WorkAs
) -> None:
    published(work, mission, effective_on=work.today, adopted_on=None, tasks=(line(ends_on=date(2026, 12, 31)),))
    published(work, mission, symbol="S/RES/2808", effective_on=date(2026, 12, 20), adopted_on=None)

    operations.note_mandate_days(work_as(None, today=date(2027, 1, 5)))

    assert events(work.session, MandateDayReached) == []


def test_a_future_effective_day_is_told_when_it_comes(work: Work, mission: MissionId, work_as: WorkAs) -> None:
    published(work, mission, effective_on=date(2026, 12, 1))

    operations.note_mandate_days(work_as(None, today=date(2026, 12, 1)))

    (event,) = events(work.session, MandateDayReached)
    assert isinstance(event, MandateDayReached)
    assert (event.on, event.began) == (date(2026, 12, 1), ("CivProtect",))


def test_days_before_the_first_publication_are_not_told(work: Work, mission: MissionId) -> None:
    published(work, mission, effective_on=date(2020, 2, 29), adopted_on=None, expires_on=None)

    operations.note_mandate_days(work)

    assert events(work.session, MandateDayReached) == []
    assert work.session.scalar(select(func.max(MandateVersion.noted_on))) == work.today


# Rules


def test_rules_are_published_as_versions_and_the_same_again_is_none(work: Work) -> None:
    competencies.adopted(work)
    first = operations.publish_rules(work, rules=[rule("a"), rule("b", weight=3)], note="First.")

    again = operations.publish_rules(work, rules=[rule("a"), rule("b", weight=3)], note="Again.")
    second = operations.publish_rules(
        work, rules=[rule("a", level=Level.AWARE), rule("c")], note="Second.", seen_number=1
    )

    assert again == first != second
    held = queries.rule_set(work.session)
    assert (held.version, held.number, held.note) == (second, 2, "Second.")
    assert held.rules == (rule("a", level=Level.AWARE), rule("c"))
    told = [each for each in events(work.session, RulesRevised) if isinstance(each, RulesRevised)]
    assert [(each.number, each.changed) for each in told] == [(1, ("a", "b")), (2, ("a", "b", "c"))]


def test_rules_with_problems_or_for_other_rules_are_refused(work: Work) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=[rule()], note="First.")

    with pytest.raises(operations.InvalidRules) as refused:
        operations.publish_rules(work, rules=[rule(competency=CompetencyKey("juggling"), weight=0)], note="Wrong.")
    assert [each.field for each in refused.value.problems] == ["competency", "weight"]
    with pytest.raises(operations.StaleRules):
        operations.publish_rules(work, rules=[], note="Late.", seen_number=0)


def test_a_competency_retired_since_keeps_nobody_from_changing_other_rules(work: Work) -> None:
    competencies.adopted(work)
    old, other = rule("old", competency=competencies.AID), rule("other")
    operations.publish_rules(work, rules=[old, other], note="First.")
    kept = [each for each in competencies.framework().competencies if each.key != competencies.AID]
    competencies.adopted(work, version="2", competencies=tuple(kept))

    operations.publish_rules(work, rules=[old, rule("other", weight=99)], note="Second.")

    assert queries.rule(work.session, key="other").weight == 99
    with pytest.raises(operations.InvalidRules):
        operations.publish_rules(work, rules=[rule("old", competency=competencies.AID, weight=5), other], note="Third.")


def test_of_two_who_publish_rules_at_the_same_moment_one_is_told_so(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        engine = create_engine(url)
        prepare(engine)
        with Session(engine) as first:
            before = work_on(first)
            competencies.adopted(before)
            operations.publish_rules(before, rules=[rule()], note="First.")
            first.commit()
        together, outcomes = Barrier(2), []

        def publish(weight: int) -> None:
            together.wait()
            with Session(engine) as mine:
                begin_writing(mine)
                try:
                    asked = [rule(weight=weight)]
                    operations.publish_rules(work_on(mine), rules=asked, note="Mine.", seen_number=1)
                    mine.commit()
                    outcomes.append("published")
                except operations.StaleRules:
                    mine.rollback()
                    outcomes.append("stale")

        threads = [Thread(target=publish, args=(weight,)) for weight in (20, 30)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(timeout=30)

        with Session(engine) as after:
            number = queries.rule_set(after).number
        engine.dispose()
        assert (sorted(outcomes), number) == (["published", "stale"], 2)
