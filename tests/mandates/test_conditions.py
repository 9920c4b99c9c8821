"""Tasks that begin or end with a phase or a condition: in the law, in drafts, on file and on both clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.factories.mandates import (
    AREAS,
    condition,
    confirmed,
    draft,
    ending,
    instrument,
    line,
    phase,
    published,
    rule,
)
from trainer.accounts.values import MissionId, Role
from trainer.kernel import ledger
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.mandates import operations, queries, rules
from trainer.mandates.events import ConditionConfirmed, ConfirmationTakenBack
from trainer.mandates.values import Instrument, Move, TaskLine

START, MET, LATER = date(2026, 1, 1), date(2026, 3, 10), date(2026, 9, 1)
DAY = timedelta(days=1)


def in_force(*texts: Instrument, on: date, known_at: datetime | None = None) -> list[str]:
    return [each.task_kind for each in rules.in_force(texts, on=on, known_at=known_at)]


def text_with(*lines: TaskLine, met_on: date | None = None, **changes: object) -> Instrument:
    made = instrument(2802, START, *lines, milestones=(condition("joint police"),), **changes)
    return confirmed(made, "joint police", met_on=met_on) if met_on else made


def gated(**changes: object) -> TaskLine:
    return line("PoliceReform", begins_with="joint police", **changes)


# The law


@pytest.mark.parametrize(
    ("met_on", "on", "there"),
    [
        pytest.param(None, LATER, False, id="it waits while nobody has confirmed it"),
        pytest.param(MET, MET - DAY, False, id="not a day before it is met"),
        pytest.param(MET, MET, True, id="from the day on which it is met"),
        pytest.param(START - DAY, START, True, id="met before the text: with the text"),
    ],
)
def test_a_task_begins_when_its_condition_is_met(met_on: date | None, on: date, there: bool) -> None:
    assert ("PoliceReform" in in_force(text_with(gated(), met_on=met_on), on=on)) is there


def test_a_task_that_waits_is_told_with_what_it_waits_for() -> None:
    (task,) = rules.coming([text_with(gated(ahead=True))], on=START)

    assert (task.waits_for, task.ahead, task.begins_on) == ("joint police", True, None)
    assert rules.in_force([text_with(gated())], on=START) == ()


def test_until_it_is_met_the_task_stays_as_it_was() -> None:
    before = instrument(2700, START - 90 * DAY, line("PoliceReform"))
    stronger = text_with(gated(priority=1))

    (was,) = rules.in_force([before, stronger], on=MET)
    (met,) = rules.in_force([before, confirmed(stronger, "joint police", met_on=MET)], on=MET)

    assert (was.priority, was.symbol) == (2, "S/RES/2700")
    assert (met.priority, met.symbol, met.began_with) == (1, "S/RES/2802", "joint police")
    assert met.since_on == before.effective_on


@pytest.mark.parametrize(
    ("met_on", "on", "there"),
    [
        pytest.param(None, LATER, True, id="it goes on while the condition is not met"),
        pytest.param(MET, MET - DAY, True, id="to the day before it is met"),
        pytest.param(MET, MET, False, id="and ends with it"),
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param(line("Demil", ends_with="joint police"), id="given until"),
        pytest.param(ending("Demil", begins_with="joint police"), id="ended when"),
        pytest.param(ending("Demil", ends_with="joint police"), id="ended with"),
    ],
)
def test_a_task_ends_when_its_condition_is_met(said: TaskLine, met_on: date | None, on: date, there: bool) -> None:
    before = instrument(2700, START - DAY, line("Demil"))
    text = text_with(said, met_on=met_on)

    assert ("Demil" in in_force(before, text, on=on)) is there
    if there and not met_on:
        assert rules.in_force([before, text], on=on)[0].ends_with == "joint police"


@pytest.mark.parametrize(
    ("later", "waits"),
    [
        pytest.param(line("PoliceReform"), False, id="a later text that gives it supersedes the condition"),
        pytest.param(ending("PoliceReform"), False, id="one that ends it too"),
        pytest.param(line("Demil"), True, id="one that does not speak of it leaves it waiting"),
    ],
)
def test_a_later_text_speaks_last(later: TaskLine, waits: bool) -> None:
    texts = [text_with(gated()), instrument(2810, LATER, later)]

    assert any(each.waits_for for each in rules.coming(texts, on=LATER)) is waits


def test_a_complete_adjustment_that_is_silent_ends_what_waits() -> None:
    texts = [text_with(gated()), instrument(2810, LATER, line("Demil"), complete_adjustment=True)]

    assert not [each for each in rules.coming(texts, on=LATER) if each.waits_for]


def test_a_later_text_refers_to_what_an_earlier_one_defines() -> None:
    first = text_with(met_on=MET)

    assert in_force(first, instrument(2810, MET - DAY, gated()), on=MET) == ["PoliceReform"]


def test_what_a_later_text_defines_anew_is_to_be_confirmed_anew() -> None:
    again = instrument(2810, LATER, gated(), milestones=(condition("Joint  Police"),))

    assert in_force(text_with(met_on=MET), again, on=LATER) == []
    assert in_force(text_with(), confirmed(again, "joint police", met_on=LATER), on=LATER) == ["PoliceReform"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 4, 30), []),
        (date(2026, 5, 1), ["Ceasefire"]),
        (date(2026, 5, 31), ["Ceasefire"]),
        (date(2026, 6, 1), []),
    ],
)
def test_a_task_of_a_phase_runs_on_its_days(on: date, expected: list[str]) -> None:
    second = phase("phase two", starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 1))
    told = line("Ceasefire", begins_with="Phase two", ends_with="phase two")

    assert in_force(instrument(2717, START, told, milestones=(second,)), on=on) == expected


def test_a_phase_may_begin_with_a_condition() -> None:
    text = instrument(
        2717,
        START,
        line("Ceasefire", begins_with="phase two"),
        milestones=(phase("phase two", starts_on=MET, begins_with="withdrawal"), condition("withdrawal")),
    )

    assert in_force(text, on=LATER) == []
    assert in_force(confirmed(text, "withdrawal", met_on=START), on=MET - DAY) == []
    assert in_force(confirmed(text, "withdrawal", met_on=START), on=MET) == ["Ceasefire"]
    assert in_force(confirmed(text, "withdrawal", met_on=LATER), on=LATER) == ["Ceasefire"]


def test_a_reading_of_the_past_knows_what_was_confirmed_then() -> None:
    text = text_with(gated(), met_on=MET)
    at = text.confirmations[0].confirmed_at
    taken_back = replace(
        text, confirmations=(replace(text.confirmations[0], taken_back_at=at + 10 * DAY, taken_back_because="No."),)
    )

    assert in_force(text, on=LATER, known_at=at - DAY) == []
    assert in_force(text, on=LATER, known_at=at) == ["PoliceReform"]
    assert in_force(taken_back, on=LATER, known_at=at) == ["PoliceReform"]
    assert in_force(taken_back, on=LATER, known_at=at + 10 * DAY) == []
    assert in_force(taken_back, on=LATER) == []


def test_to_be_met_gives_the_task_and_to_be_taken_back_drops_it() -> None:
    waiting, met = text_with(gated()), text_with(gated(), met_on=MET)

    (given,) = rules.compare(rules.coming([waiting], on=MET), rules.coming([met], on=MET)).moves
    (gone,) = rules.compare(rules.coming([met], on=MET), rules.coming([waiting], on=MET)).moves
    (put_off,) = rules.shift_of(waiting, among=()).moves

    assert (given.move, given.before) == (Move.ADDED, None)
    assert (gone.move, gone.after) == (Move.DROPPED, None)
    assert (put_off.move, put_off.task.waits_for) == (Move.ADDED, "joint police")


def test_an_end_that_waits_has_ended_nothing_yet() -> None:
    before = instrument(2700, START - DAY, line("Demil"))
    was = rules.in_force([before], on=START)[0]
    text = text_with(ending("Demil", ends_with="joint police"))

    assert rules.ending_of(was, [before, text], by=LATER) is None
    ended = rules.ending_of(was, [before, confirmed(text, "joint police", met_on=MET)], by=LATER)
    assert ended is not None
    assert ended.on == MET


def test_the_day_of_a_condition_is_a_day_of_the_mandate() -> None:
    text = text_with(gated(), met_on=MET)

    assert MET in rules.days_of([text])
    turn = rules.turn_of([text], on=MET)
    assert turn is not None
    assert [each.task.task_kind for each in turn[0].added] == ["PoliceReform"]


@pytest.mark.parametrize(("ahead", "asked"), [(False, 0), (True, 1)])
def test_people_are_trained_ahead_only_where_the_text_says_so(ahead: bool, asked: int) -> None:
    tasks = rules.coming([text_with(gated(ahead=ahead))], on=START)

    demands = rules.demands_from(tasks, [rule(kind="PoliceReform")], role=Role.INFANTRY, areas=AREAS)

    assert len(demands) == asked


def test_the_page_of_conditions_says_what_depends_on_each() -> None:
    text = text_with(gated(), line("Demil", ends_with="joint police"), met_on=MET)
    later = instrument(2810, LATER, line("Gender", begins_with="joint police"))

    (found,) = rules.conditions_of([text, later])

    assert [each.line.task_kind for each in found.begins] == ["PoliceReform", "Gender"]
    assert [each.line.task_kind for each in found.ends] == ["Demil"]
    assert (found.begins_on, found.is_condition) == (MET, True)
    assert found.standing is not None


# Drafts


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        pytest.param(
            {"tasks": (gated(),)}, "tasks-0-begins_with", "No phase or condition is called", id="nobody defined it"
        ),
        pytest.param({"tasks": (line(ends_with="the end"),)}, "tasks-0-ends_with", "is called", id="nor its end"),
        pytest.param(
            {"milestones": (phase("two", begins_with="one"),)},
            "milestones-0-begins_with",
            "is called",
            id="nor a phase's",
        ),
        pytest.param({"milestones": (condition(" "),)}, "milestones-0-name", "Enter a name", id="no name"),
        pytest.param(
            {"milestones": (condition("a", words=""),)}, "milestones-0-words", "what must be met", id="no words"
        ),
        pytest.param(
            {"milestones": (condition("a"), phase("A"))}, "milestones-1-name", "defined twice", id="two of one name"
        ),
        pytest.param(
            {"milestones": (phase("a", starts_on=MET, ends_on=START),)},
            "milestones-0-ends_on",
            "ends before it starts",
            id="a phase that ends before it starts",
        ),
        pytest.param(
            {"milestones": (phase("a", begins_with="A"),)}, "milestones-0-begins_with", "with itself", id="with itself"
        ),
        pytest.param(
            {"milestones": (condition("a", starts_on=MET),)},
            "milestones-0-starts_on",
            "no days",
            id="a condition's days",
        ),
        pytest.param(
            {"milestones": (condition("a"),), "tasks": (line(begins_with="a", ends_with="A"),)},
            "tasks-0-ends_with",
            "what it begins with",
            id="ends with what it begins with",
        ),
        pytest.param(
            {"paragraphs": ("3", "4 (b)"), "tasks": (line(paragraph="3; 4(a)"),)},
            "tasks-0-paragraph",
            "has no paragraph",
            id="a paragraph that the text does not have",
        ),
    ],
)
def test_a_contradiction_is_told_at_its_field(changes: dict[str, object], field: str, says: str) -> None:
    (problem,) = rules.check_draft(draft(**changes), instruments=(), in_force=())

    assert problem.field == field
    assert says in str(problem.message)


@pytest.mark.parametrize("cited", ["4 (a)", "4(a)", "3, 4 a)", "3 and 4 (a)", "unnumbered", "p.4", "3; 4 (a) (ii)"])
def test_a_paragraph_is_found_however_it_is_written(cited: str) -> None:
    written = draft(paragraphs=("3", "4 (a)", "4 (a) (ii)"), tasks=(line(paragraph=cited),))

    assert rules.check_draft(written, instruments=(), in_force=()) == ()


def test_a_name_of_a_text_on_file_may_be_used() -> None:
    written = draft(tasks=(gated(),))

    assert rules.check_draft(written, instruments=(text_with(),), in_force=()) == ()


def test_a_draft_kept_before_there_were_conditions_can_still_be_read() -> None:
    stored = draft().to_json()
    for key in ("milestones", "paragraphs"):
        del stored[key]
    for each in stored["tasks"]:
        for key in ("begins_with", "ends_with", "ahead"):
            del each[key]

    assert type(draft()).from_json(stored) == draft()


# On file


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session)


def prepared(work: Work, mission: MissionId, **changes: object) -> Instrument:
    given = {
        "effective_on": work.today - 5 * DAY,
        "adopted_on": None,
        "tasks": (line(), gated()),
        "milestones": (condition("joint police"), phase("two", starts_on=work.today + 5 * DAY)),
    }
    number = published(work, mission, **(given | changes))
    return queries.instrument(work.session, instrument=number)


def told(session: Session, kind: type) -> list[object]:
    session.flush()
    rows = session.query(LedgerEntry.id).filter(LedgerEntry.event == kind.__name__).order_by(LedgerEntry.id)
    return [ledger.read_event(session, each.id) for each in rows]


def confirm(work: Work, text: Instrument, **changes: object):
    given = {
        "condition": "joint police",
        "met_on": work.today,
        "evidence": "Report S/2026/1",
        "seen_version": queries.mandate_version(work.session, mission=text.mission),
    }
    return operations.confirm_condition(work, instrument=text.id, **(given | changes))


def test_a_text_is_stored_with_what_it_defines(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)

    assert [each.name for each in text.milestones] == ["joint police", "two"]
    assert text.tasks[1].begins_with == "joint police"


def test_what_is_confirmed_gives_the_task_and_is_in_the_ledger(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)
    version = queries.mandate_version(work.session, mission=mission)

    shift = confirm(work, text)

    assert [each.task.task_kind for each in shift.added] == ["PoliceReform"]
    found = {each.task_kind for each in queries.tasks_in_force(work.session, mission=mission, on=work.today)}
    assert found == {"CivProtect", "PoliceReform"}
    assert queries.mandate_version(work.session, mission=mission) == version + 1
    (event,) = told(work.session, ConditionConfirmed)
    assert isinstance(event, ConditionConfirmed)
    assert (event.condition, event.on, event.added) == ("joint police", work.today, ("PoliceReform",))


def test_what_is_taken_back_puts_the_task_off_again_and_stays_on_file(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)
    confirm(work, text)
    seen = queries.mandate_version(work.session, mission=mission)

    shift = operations.take_back_confirmation(
        work, instrument=text.id, condition="Joint police", because="The report was withdrawn.", seen_version=seen
    )

    assert [each.task.task_kind for each in shift.dropped] == ["PoliceReform"]
    line, _ = queries.conditions_page(work.session, mission=mission).lines
    assert line.standing is None
    assert [each.taken_back_because for each in line.confirmations] == ["The report was withdrawn."]
    assert len(told(work.session, ConfirmationTakenBack)) == 1
    confirm(work, text, evidence="Another report")
    assert len(queries.conditions_page(work.session, mission=mission).lines[0].confirmations) == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"condition": "two"}, queries.NoSuchCondition),
        ({"condition": "nothing"}, queries.NoSuchCondition),
        ({"seen_version": 0}, operations.StaleMandate),
    ],
)
def test_what_cannot_be_confirmed_is_refused(
    work: Work, mission: MissionId, changes: dict[str, object], refusal: type[Exception]
) -> None:
    text = prepared(work, mission)

    with pytest.raises(refusal):
        confirm(work, text, **changes)


def test_all_that_is_wrong_with_a_confirmation_is_told_at_once(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)

    with pytest.raises(operations.InvalidConfirmation) as caught:
        confirm(work, text, met_on=text.effective_on - DAY, evidence=" ")

    assert [each.field for each in caught.value.problems] == ["met_on", "evidence"]


def test_nothing_is_confirmed_or_taken_back_twice(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)
    seen = queries.mandate_version(work.session, mission=mission)
    with pytest.raises(operations.NotConfirmed):
        operations.take_back_confirmation(
            work, instrument=text.id, condition="joint police", because="Why not.", seen_version=seen
        )
    confirm(work, text)

    with pytest.raises(operations.ConfirmedAlready):
        confirm(work, text)
    with pytest.raises(operations.NoReasonToTakeBack):
        operations.take_back_confirmation(
            work, instrument=text.id, condition="joint police", because=" ", seen_version=seen + 1
        )


def test_the_day_ahead_of_a_condition_comes_like_any_day_of_the_mandate(
    work_as, work: Work, mission: MissionId
) -> None:
    text = prepared(work, mission)
    confirm(work, text, met_on=work.today + 3 * DAY)
    operations.note_mandate_days(work)
    later = work_as(None, today=work.today + 3 * DAY)

    operations.note_mandate_days(later)

    found = {each.task_kind for each in queries.tasks_in_force(work.session, mission=mission, on=later.today)}
    assert "PoliceReform" in found
    rows = work.session.query(LedgerEntry).filter(LedgerEntry.event == "MandateDayReached").count()
    assert rows == 1


def test_the_page_of_a_condition_says_what_would_follow(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)

    page = queries.condition_page(work.session, instrument=text.id, place=0, on=work.today)
    assert [each.task.task_kind for each in page.shift.added] == ["PoliceReform"]
    confirm(work, text)
    page = queries.condition_page(work.session, instrument=text.id, place=0, on=work.today)
    assert [each.task.task_kind for each in page.shift.dropped] == ["PoliceReform"]
    for place in (1, 2, -1):
        with pytest.raises(queries.NoSuchCondition):
            queries.condition_page(work.session, instrument=text.id, place=place, on=work.today)


def test_the_mission_page_holds_what_waits_apart(work: Work, mission: MissionId) -> None:
    prepared(work, mission)

    page = queries.mission_page(work.session, mission=mission, on=work.today)

    assert [each.task_kind for each in page.tasks] == ["CivProtect"]
    assert [each.task_kind for each in page.waiting] == ["PoliceReform"]


def test_a_moment_before_it_was_confirmed_reads_without_it(work: Work, mission: MissionId) -> None:
    text = prepared(work, mission)
    confirm(work, text, met_on=text.effective_on)
    before = datetime(2026, 11, 24, 8, tzinfo=UTC)

    now = queries.tasks_in_force(work.session, mission=mission, on=work.today, known_at=work.now)
    then = queries.tasks_in_force(work.session, mission=mission, on=work.today, known_at=before)

    assert {each.task_kind for each in now} == {"CivProtect", "PoliceReform"}
    assert then == ()
