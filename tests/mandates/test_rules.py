"""What is in force, what a text changes, what is wrong with a draft, and what tasks ask of people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.mandates import (
    AREAS,
    MISSION,
    adding,
    draft,
    ending,
    instrument,
    line,
    profile,
    rule,
    task,
)
from trainer.accounts.values import Certainty, MissionCard, MissionId, MissionStatus, Role
from trainer.competencies.values import Area, CompetencyKey, Level, Source
from trainer.kernel.values import PersonId
from trainer.mandates import rules
from trainer.mandates.values import (
    TASK_KINDS,
    CitedModality,
    DueRule,
    Force,
    Instrument,
    InstrumentDraft,
    MandatedTask,
    Modality,
    Move,
    Scope,
    TaskChange,
    TaskKindKey,
)

MONITOR, ASSIST, SECURE = Modality
EARLY, MIDDLE, LATE = date(2014, 5, 27), date(2015, 10, 9), date(2026, 11, 24)


def kinds(instruments: list[Instrument], on: date) -> list[str]:
    return [each.task_kind for each in rules.in_force(instruments, on=on)]


def only(tasks: tuple[MandatedTask, ...]) -> MandatedTask:
    assert len(tasks) == 1
    return tasks[0]


# The vocabulary


def test_the_vocabulary_has_the_41_coded_tasks_and_one_for_each_newer_area() -> None:
    coded = [kind for kind in TASK_KINDS.values() if kind.from_pema]
    ours = {kind.key: kind.area for kind in TASK_KINDS.values() if not kind.from_pema}

    assert len(coded) == 41
    assert set(ours.values()) == {Area.TOC, Area.CTR, Area.CES, Area.CYB, Area.HYB, Area.INF}
    assert {kind.area for kind in TASK_KINDS.values()} == set(Area) - {Area.CND}


# In force


def test_a_renewal_that_does_not_mention_a_task_does_not_end_it() -> None:
    history = [instrument(1996, EARLY, line("CivProtect"), line("Gender")), instrument(2057, MIDDLE, line("Gender"))]

    tasks = {each.task_kind: each for each in rules.in_force(history, on=LATE)}

    assert tasks["CivProtect"].symbol == "S/RES/1996"
    assert tasks["CivProtect"].inherited
    assert tasks["Gender"].symbol == "S/RES/2057"
    assert not tasks["Gender"].inherited
    assert tasks["Gender"].since_on == EARLY


@pytest.mark.parametrize(
    ("later", "on", "expected"),
    [
        pytest.param({"complete_adjustment": True}, MIDDLE, ["Gender"], id="a complete adjustment ends what it omits"),
        pytest.param({}, MIDDLE, ["CivProtect", "Gender"], id="anything else leaves it"),
        pytest.param(
            {"complete_adjustment": True}, MIDDLE - timedelta(days=1), ["CivProtect", "Gender"], id="not a day before"
        ),
        pytest.param(
            {"complete_adjustment": True, "tasks": ()},
            MIDDLE,
            [],
            id="a complete adjustment to nothing closes the mission",
        ),
        pytest.param({"tasks": (ending("CivProtect"),)}, MIDDLE, ["Gender"], id="an explicit end"),
        pytest.param(
            {"tasks": (ending("CivProtect", ends_on=MIDDLE + timedelta(days=30)),)},
            MIDDLE + timedelta(days=29),
            ["CivProtect", "Gender"],
            id="an end that is put off: still there the day before",
        ),
        pytest.param(
            {"tasks": (ending("CivProtect", ends_on=MIDDLE + timedelta(days=30)),)},
            MIDDLE + timedelta(days=30),
            ["Gender"],
            id="an end that is put off: gone on its day",
        ),
        pytest.param(
            {"tasks": (line("CivProtect", ends_on=date(2016, 2, 29)),)},
            date(2016, 2, 28),
            ["CivProtect", "Gender"],
            id="its own end date: still there the day before",
        ),
        pytest.param(
            {"tasks": (line("CivProtect", ends_on=date(2016, 2, 29)),)},
            date(2016, 2, 29),
            ["Gender"],
            id="its own end date: gone on its day",
        ),
        pytest.param(
            {"expires_on": date(2016, 1, 1)}, LATE, ["CivProtect", "Gender"], id="a lapsed period ends no task"
        ),
        pytest.param(
            {"withdrawn_at": datetime(2016, 1, 1, tzinfo=UTC), "complete_adjustment": True},
            LATE,
            ["CivProtect", "Gender"],
            id="what was withdrawn does not count",
        ),
    ],
)
def test_a_task_ends_only_by_what_ends_it(later: dict[str, object], on: date, expected: list[str]) -> None:
    first = instrument(1996, EARLY, line("CivProtect"), line("Gender"), expires_on=MIDDLE)
    second = replace(instrument(2057, MIDDLE, line("Gender")), **later)  # type: ignore[arg-type]

    assert kinds([second, first], on) == expected


def test_an_own_end_date_outlives_a_renewal_that_is_silent() -> None:
    history = [
        instrument(1, EARLY, line(ends_on=date(2016, 1, 1))),
        instrument(2, MIDDLE, line("Gender")),
    ]

    assert only(rules.in_force(history[:1], on=MIDDLE)).last_on == date(2015, 12, 31)
    assert kinds(history, date(2016, 1, 1)) == ["Gender"]


def test_a_task_restored_before_its_end_never_breaks_off() -> None:
    history = [
        instrument(1, EARLY, line(ends_on=date(2016, 1, 1))),
        instrument(2, date(2016, 1, 1), line()),
    ]

    before, after = (only(rules.in_force(history, on=day)) for day in (date(2015, 12, 31), date(2016, 1, 1)))

    assert before.ends_on is None
    assert after.since_on == EARLY


def test_a_task_given_back_after_a_break_is_in_force_since_then() -> None:
    history = [
        instrument(1, EARLY, line()),
        instrument(2, MIDDLE, complete_adjustment=True),
        instrument(3, date(2017, 1, 1), line()),
    ]

    assert kinds(history, date(2016, 6, 1)) == []
    assert only(rules.in_force(history, on=LATE)).since_on == date(2017, 1, 1)


def test_a_statement_replaces_how_a_task_is_done() -> None:
    history = [
        instrument(1, EARLY, line(modalities=(MONITOR, ASSIST), priority=1)),
        instrument(2, MIDDLE, line(modalities=(SECURE,), force=Force.ENCOURAGED, priority=3, paragraph="9")),
    ]

    found = only(rules.in_force(history, on=LATE))

    assert (found.modalities, found.force, found.priority, found.paragraph) == ((SECURE,), Force.ENCOURAGED, 3, "9")
    assert found.since_on == EARLY
    assert [each.since_on for each in found.sources] == [MIDDLE]


def test_an_addition_inherits_modality_by_modality() -> None:
    history = [
        instrument(1, EARLY, line(modalities=(MONITOR, ASSIST), paragraph="4", priority=1, words="Protect.")),
        instrument(2, MIDDLE, adding("CivProtect", ASSIST, SECURE, paragraph="7")),
    ]

    found = only(rules.in_force(history, on=LATE))

    assert found.modalities == (MONITOR, ASSIST, SECURE)
    assert (found.priority, found.words, found.paragraph, found.symbol) == (1, "Protect.", "7", "S/RES/2")
    assert [(each.modality, each.symbol, each.paragraph, each.since_on) for each in found.sources] == [
        (MONITOR, "S/RES/1", "4", EARLY),
        (ASSIST, "S/RES/2", "7", EARLY),
        (SECURE, "S/RES/2", "7", MIDDLE),
    ]


def test_an_addition_in_a_complete_adjustment_is_all_that_is_left() -> None:
    history = [
        instrument(1, EARLY, line(modalities=(MONITOR, ASSIST))),
        instrument(2, MIDDLE, adding("CivProtect", SECURE), complete_adjustment=True),
    ]

    assert only(rules.in_force(history, on=LATE)).modalities == (SECURE,)


def test_an_addition_to_what_is_not_in_force_gives_it() -> None:
    history = [instrument(1, EARLY), instrument(2, MIDDLE, adding("CivProtect", SECURE))]

    assert only(rules.in_force(history, on=LATE)).since_on == MIDDLE


def test_an_addition_keeps_the_end_of_its_task_and_reaches_what_is_announced() -> None:
    ends, changes = date(2016, 6, 1), date(2016, 3, 1)
    history = [
        instrument(1, EARLY, line(modalities=(MONITOR,))),
        instrument(2, MIDDLE, line(modalities=(ASSIST,), starts_on=changes, ends_on=ends)),
        instrument(3, date(2016, 1, 1), adding("CivProtect", SECURE)),
    ]

    seen = {day: [each.modalities for each in rules.in_force(history, on=day)] for day in (MIDDLE, changes, ends)}

    assert [each.modalities for each in rules.in_force(history, on=date(2016, 1, 1))] == [(MONITOR, SECURE)]
    assert seen == {MIDDLE: [(MONITOR,)], changes: [(ASSIST, SECURE)], ends: []}


def test_encouragement_added_to_a_request_stays_a_request_and_keeps_its_paragraph() -> None:
    history = [
        instrument(1, EARLY, line()),
        instrument(2, MIDDLE, adding("CivProtect", force=Force.ENCOURAGED, paragraph="22")),
    ]

    found = only(rules.in_force(history, on=LATE))

    assert found.force is Force.REQUESTED
    assert [(each.modality, each.paragraph) for each in found.sources] == [(ASSIST, "4 (a)"), (None, "22")]


def test_each_modality_keeps_the_paragraph_that_names_it() -> None:
    cited = (CitedModality(modality=MONITOR, paragraph="16 b"), CitedModality(modality=None, paragraph="17"))
    history = [instrument(1, EARLY, line(modalities=(MONITOR, SECURE), paragraph="16 b, 16 c, 17", cited=cited))]

    found = only(rules.in_force(history, on=LATE))

    assert [(each.modality, each.paragraph) for each in found.sources] == [
        (MONITOR, "16 b"),
        (SECURE, "16 b, 16 c, 17"),
        (None, "17"),
    ]


def test_a_start_that_is_put_off_leaves_the_task_as_it_is_until_then() -> None:
    later = date(2016, 3, 1)
    history = [
        instrument(1, EARLY, line(modalities=(MONITOR,))),
        instrument(2, MIDDLE, line(modalities=(SECURE,), starts_on=later), complete_adjustment=True),
    ]

    assert only(rules.in_force(history, on=MIDDLE)).modalities == (MONITOR,)
    assert only(rules.in_force(history, on=later)).modalities == (SECURE,)
    assert [(each.begins_on, each.modalities) for each in rules.coming(history, on=MIDDLE)] == [
        (None, (MONITOR,)),
        (later, (SECURE,)),
    ]


def test_a_later_text_supersedes_what_an_older_one_put_off() -> None:
    history = [
        instrument(1, EARLY, line(modalities=(SECURE,), starts_on=date(2016, 3, 1))),
        instrument(2, MIDDLE, line(modalities=(ASSIST,))),
    ]

    assert only(rules.in_force(history, on=LATE)).modalities == (ASSIST,)


def test_the_same_kind_in_two_areas_is_two_tasks() -> None:
    history = [
        instrument(1, EARLY, line(area_of_operations="North Kivu"), line(area_of_operations="South Kivu")),
        instrument(2, MIDDLE, ending(area_of_operations="South Kivu")),
    ]

    assert [each.area_of_operations for each in rules.in_force(history, on=LATE)] == ["North Kivu"]


def test_texts_of_one_day_are_ordered_by_number_and_missions_are_kept_apart() -> None:
    one = instrument(9, EARLY, line(modalities=(SECURE,)))
    other = instrument(10, EARLY, line(modalities=(ASSIST,)))
    elsewhere = instrument(11, EARLY, line("Gender"), mission=MissionId(2), complete_adjustment=True)

    found = rules.in_force([other, elsewhere, one], on=EARLY)

    assert [(each.mission, each.task_kind, each.modalities) for each in found] == [
        (1, "CivProtect", (ASSIST,)),
        (2, "Gender", (ASSIST,)),
    ]


def test_a_text_inserted_into_history_counts_where_it_belongs() -> None:
    history = [instrument(1, EARLY, line("Gender")), instrument(3, LATE, complete_adjustment=True)]
    older = instrument(2, MIDDLE, line("CivProtect"))

    assert kinds([*history, older], MIDDLE) == ["CivProtect", "Gender"]
    assert kinds([*history, older], LATE) == []


@pytest.mark.parametrize(
    ("known_at", "expected"),
    [
        pytest.param(datetime(2015, 1, 1, tzinfo=UTC), [], id="before it was published"),
        pytest.param(datetime(2016, 1, 1, tzinfo=UTC), ["CivProtect"], id="while it was known"),
        pytest.param(datetime(2017, 1, 1, tzinfo=UTC), [], id="once it was withdrawn"),
        pytest.param(None, [], id="by all that is on file"),
    ],
)
def test_the_clock_of_knowledge_runs_apart_from_the_clock_of_force(
    known_at: datetime | None, expected: list[str]
) -> None:
    text = instrument(
        1,
        EARLY,
        line(),
        published_at=datetime(2016, 1, 1, tzinfo=UTC),
        withdrawn_at=datetime(2017, 1, 1, tzinfo=UTC),
    )

    assert [each.task_kind for each in rules.in_force([text], on=LATE, known_at=known_at)] == expected


@pytest.mark.parametrize(
    ("periods", "on", "verified"),
    [
        pytest.param([(None, True)], LATE, True, id="open-ended"),
        pytest.param([(None, False)], LATE, False, id="not known is not verified"),
        pytest.param([(LATE, True)], LATE - timedelta(days=1), True, id="the last day"),
        pytest.param([(LATE, True)], LATE, False, id="the day after the last"),
        pytest.param([(date(2030, 1, 1), True), (LATE, True)], LATE, False, id="a later text shortens the period"),
        pytest.param([(date(2030, 1, 1), True), (None, False)], LATE, True, id="a text silent on the period leaves it"),
        pytest.param([(EARLY + timedelta(days=9), True), (None, False)], LATE, False, id="silence renews nothing"),
    ],
)
def test_a_renewal_is_verified_only_by_a_period_on_file(
    periods: list[tuple[date | None, bool]], on: date, verified: bool
) -> None:
    history = [
        instrument(place, EARLY + timedelta(days=place), line("Gender"), expires_on=end, expiry_known=known)
        for place, (end, known) in enumerate(periods, start=1)
    ]

    assert only(rules.in_force(history, on=on)).renewal_verified is verified


@given(st.data())
def test_reading_any_day_of_any_history_gives_each_task_once(data: st.DataObject) -> None:
    day = st.dates(date(2020, 1, 1), date(2020, 2, 1))
    kind = st.sampled_from(["CivProtect", "Gender", "Ceasefire"])
    said = st.builds(
        lambda kind, change, starts, ends, way: line(
            kind, change=change, starts_on=starts, ends_on=ends, modalities=way
        ),
        kind,
        st.sampled_from(list(TaskChange)),
        st.none() | day,
        st.none() | day,
        st.sampled_from([(MONITOR,), (ASSIST, SECURE), ()]),
    )
    texts = st.lists(
        st.builds(
            lambda number, on, tasks, complete: instrument(
                number, on, *{each.identity: each for each in tasks}.values(), complete_adjustment=complete
            ),
            st.integers(1, 9),
            day,
            st.lists(said, max_size=3),
            st.booleans(),
        ),
        max_size=5,
    )
    history, on = data.draw(texts), data.draw(day)

    tasks = rules.in_force(history, on=on)

    assert len({each.identity for each in tasks}) == len(tasks)
    for each in tasks:
        assert each.since_on <= on
        assert each.ends_on is None or on < each.ends_on
        assert {source.modality for source in each.sources} - {None} == set(each.modalities)
    ahead = [each for each in rules.coming(history, on=on) if each.begins_on]
    assert all(each.begins_on and each.begins_on > on for each in ahead)
    yesterday = rules.in_force(history, on=on - timedelta(days=1))
    turned = {move.task.identity for move in rules.compare(yesterday, tasks).moves if move.move is not Move.KEPT}
    assert not turned or on in rules.days_of(history)


# Shifts


@pytest.mark.parametrize(
    ("after", "move"),
    [
        pytest.param(task(), Move.KEPT, id="nothing differs"),
        pytest.param(task(paragraph="12", symbol="S/RES/9"), Move.KEPT, id="another paragraph says the same"),
        pytest.param(task(modalities=(ASSIST, SECURE)), Move.CHANGED, id="modality"),
        pytest.param(task(force=Force.ENCOURAGED), Move.CHANGED, id="force"),
        pytest.param(task(priority=1), Move.CHANGED, id="priority"),
        pytest.param(task(ends_on=LATE), Move.CHANGED, id="end"),
        pytest.param(task(area_of_operations="Abyei"), Move.DROPPED, id="elsewhere is another task"),
    ],
)
def test_a_shift_tells_what_differs(after: MandatedTask, move: Move) -> None:
    shift = rules.compare([task()], [after])

    assert move in [each.move for each in shift.moves]


def test_a_shift_is_told_in_the_order_of_the_vocabulary() -> None:
    shift = rules.compare([task("InfoIntegrity"), task("Gender")], [task("Gender"), task("Ceasefire")])

    assert [(each.task.task_kind, each.move) for each in shift.moves] == [
        ("Ceasefire", Move.ADDED),
        ("Gender", Move.KEPT),
        ("InfoIntegrity", Move.DROPPED),
    ]


def test_what_a_text_puts_off_is_part_of_its_shift() -> None:
    first = instrument(2749, EARLY, line("CivProtect", modalities=(MONITOR,)), line("Gender"), line("Ceasefire"))
    second = instrument(
        2790,
        MIDDLE,
        line("CivProtect", modalities=(SECURE,), starts_on=date(2016, 1, 1)),
        ending("Gender", ends_on=date(2016, 1, 1)),
        line("HumanRelief", starts_on=date(2016, 1, 1)),
    )

    shift = rules.shift_of(second, among=[first, second])

    moves = {each.task.task_kind: each for each in shift.moves}
    assert {kind: each.move for kind, each in moves.items()} == {
        "Ceasefire": Move.KEPT,
        "CivProtect": Move.CHANGED,
        "Gender": Move.CHANGED,
        "HumanRelief": Move.ADDED,
    }
    changed = moves["CivProtect"]
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before.modalities, changed.after.modalities) == ((MONITOR,), (SECURE,))
    assert changed.after.begins_on == date(2016, 1, 1)
    assert moves["Gender"].task.last_on == date(2015, 12, 31)
    assert not shift.inserted_into_history


def test_a_text_older_than_the_latest_shifts_only_what_stood_before_it() -> None:
    first, older, latest = (
        instrument(1, EARLY, line("Gender")),
        instrument(2, MIDDLE, line("CivProtect")),
        instrument(3, LATE, line("CivProtect"), line("Ceasefire")),
    )

    shift = rules.shift_of(older, among=[first, latest])

    assert shift.inserted_into_history
    assert [(each.task.task_kind, each.move) for each in shift.moves] == [
        ("CivProtect", Move.ADDED),
        ("Gender", Move.KEPT),
    ]


# Drafts


@pytest.mark.parametrize(
    ("typed", "clean", "number"),
    [
        pytest.param("S/RES/2790 (2025)", "S/RES/2790 (2025)", 2790, id="as printed"),
        pytest.param(" s/res/2790(2025) ", "S/RES/2790 (2025)", 2790, id="small letters and blanks"),
        pytest.param("S / RES / 758", "S/RES/758", 758, id="without year"),
        pytest.param("S/PRST/2025/4", "S/PRST/2025/4", 4, id="a statement"),
        pytest.param("PSC/PR/COMM.1225 (2024)", "PSC/PR/COMM.1225 (2024)", 1225, id="a communiqué"),
        pytest.param("Resolution 2790", "RESOLUTION 2790", None, id="in words"),
        pytest.param("S/RES/", "S/RES/", None, id="no number"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_a_symbol_is_read_as_printed(typed: str, clean: str, number: int | None) -> None:
    assert rules.clean_symbol(typed) == clean
    assert rules.number_of(clean) == number


def problems(prepared: InstrumentDraft) -> list[str | None]:
    there = [
        instrument(2749, EARLY, line("CivProtect"), line("Gender")),
        instrument(2, EARLY, withdrawn_at=datetime.now(UTC)),
    ]
    tasks = rules.in_force(there, on=prepared.effective_on)
    return [each.field for each in rules.check_draft(prepared, instruments=there, in_force=tasks)]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"symbol": "Resolution 2790"}, ["symbol"], id="symbol in words"),
        pytest.param({"symbol": "S/RES/2749 (2024)"}, ["symbol"], id="symbol on file without its year"),
        pytest.param({"symbol": "S/RES/2"}, [], id="symbol of a withdrawn text"),
        pytest.param({"adopted_on": date(2026, 12, 2)}, ["effective_on"], id="effective before adopted"),
        pytest.param({"expires_on": date(2026, 12, 1)}, ["expires_on"], id="no day long"),
        pytest.param({"expiry_known": False}, ["expires_on"], id="an end that is not known"),
        pytest.param({"tasks": ()}, [], id="a bare renewal"),
        pytest.param({"tasks": (line("Tourism"),)}, ["tasks-0-task_kind"], id="unknown task"),
        pytest.param({"tasks": (line(), line())}, ["tasks-1-task_kind"], id="said twice"),
        pytest.param({"tasks": (line(), line(area_of_operations="Abyei"))}, [], id="said for two areas"),
        pytest.param({"tasks": (line(area_of_operations="x" * 121),)}, ["tasks-0-area_of_operations"], id="long area"),
        pytest.param({"tasks": (ending("Ceasefire"),)}, ["tasks-0-change"], id="an end of what is not in force"),
        pytest.param({"tasks": (ending("Gender"),)}, [], id="an end of what is in force"),
        pytest.param({"tasks": (adding("Ceasefire", SECURE),)}, ["tasks-0-change"], id="an addition to nothing"),
        pytest.param({"tasks": (line(paragraph=" "),)}, ["tasks-0-paragraph"], id="no paragraph"),
        pytest.param({"tasks": (line(modalities=()),)}, ["tasks-0-modalities"], id="a request without a way"),
        pytest.param({"tasks": (line(modalities=(), force=Force.ENCOURAGED),)}, [], id="encouragement needs no way"),
        pytest.param({"tasks": (line(priority=4),)}, ["tasks-0-priority"], id="priority"),
        pytest.param({"tasks": (line(starts_on=date(2026, 11, 30)),)}, ["tasks-0-starts_on"], id="starts too early"),
        pytest.param({"tasks": (line(ends_on=date(2026, 12, 1)),)}, ["tasks-0-ends_on"], id="ends before it starts"),
        pytest.param(
            {"tasks": (line(starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1)),)},
            ["tasks-0-ends_on"],
            id="no day long",
        ),
        pytest.param({"tasks": (line(starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 2)),)}, [], id="one day long"),
        pytest.param(
            {"tasks": (ending("Gender", ends_on=date(2026, 11, 30)),)}, ["tasks-0-ends_on"], id="ended before the text"
        ),
        pytest.param(
            {"tasks": (adding("Gender", SECURE, ends_on=date(2027, 1, 1)),)},
            ["tasks-0-ends_on"],
            id="addition with an end",
        ),
        pytest.param(
            {
                "symbol": "",
                "adopted_on": date(2027, 1, 1),
                "tasks": (line("Tourism", paragraph="", modalities=(), priority=0),),
            },
            [
                "symbol",
                "effective_on",
                "tasks-0-task_kind",
                "tasks-0-paragraph",
                "tasks-0-modalities",
                "tasks-0-priority",
            ],
            id="all at once",
        ),
    ],
)
def test_a_draft_is_told_all_its_problems_at_once(changes: dict[str, object], fields: list[str]) -> None:
    assert problems(draft(**changes)) == fields


def closed(**changes: Any) -> MissionCard:
    """A mission that is over, on a day that is not on file."""
    found = MissionCard(
        id=MISSION,
        key="unamid",
        name="UNAMID",
        full_name={"en": ""},
        place={"en": "Darfur"},
        lead="UN",
        status=MissionStatus.CLOSED,
        region="",
        time_zone="UTC",
        strength={"en": ""},
        certainty=Certainty.SEEN,
    )
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("mission", "changes", "fields"),
    [
        pytest.param(closed(), {}, ["effective_on"], id="a renewal of a closed mission"),
        pytest.param(closed(), {"complete_adjustment": True}, ["effective_on"], id="one that replaces the mandate"),
        pytest.param(closed(), {"symbol": ""}, ["symbol", "effective_on"], id="with all other faults"),
        pytest.param(closed(), {"note": "Of the time before, entered late."}, [], id="the note says why"),
        pytest.param(
            closed(),
            {"effective_on": date(2021, 1, 1), "adopted_on": None, "expires_on": None, "tasks": ()},
            [],
            id="one of before the last text",
        ),
        pytest.param(closed(status=MissionStatus.ACTIVE), {}, [], id="not closed"),
        pytest.param(closed(closes_on=date(2026, 12, 1)), {}, ["effective_on"], id="on the day after its last"),
        pytest.param(
            closed(closes_on=date(2026, 12, 1)),
            {"note": "Believe me."},
            ["effective_on"],
            id="a day is not argued with",
        ),
        pytest.param(closed(closes_on=date(2026, 12, 2)), {}, [], id="before a closing that is on file"),
    ],
)
def test_a_closed_mission_takes_no_renewal(mission: MissionCard, changes: dict[str, object], fields: list[str]) -> None:
    texts = (instrument(2559, date(2022, 1, 1), expiry_known=False),)

    found = rules.check_draft(draft(**changes), instruments=texts, in_force=(), mission=mission)

    assert [each.field for each in found] == fields


def test_a_mission_without_texts_may_be_given_its_history() -> None:
    assert rules.check_draft(draft(), instruments=(), in_force=(), mission=closed()) == ()


# Demands


def test_the_baseline_is_asked_whatever_the_tasks() -> None:
    baseline = rule("conduct", None, competency=CompetencyKey("conduct"), level=Level.AWARE)

    found = rules.demands_from((), [baseline], role=Role.CIVILIAN, areas=AREAS, mission=MISSION)

    assert [(each.competency, each.area, each.weight) for each in found] == [("conduct", Area.CND, 10 * 2 * 2)]
    assert found[0].because[0].instrument is None
    assert found[0].because[0].mission == MISSION


@pytest.mark.parametrize(
    ("about", "ruled", "weight"),
    [
        pytest.param({}, {}, 40, id="requested, priority 2"),
        pytest.param({"priority": 1}, {}, 60, id="priority 1"),
        pytest.param({"priority": 3}, {}, 20, id="priority 3"),
        pytest.param({"force": Force.ENCOURAGED, "modalities": ()}, {}, 20, id="encouraged"),
        pytest.param({}, {"weight": 100}, 400, id="a heavy rule"),
        pytest.param({}, {"modality": ASSIST}, 40, id="the modality is there"),
        pytest.param({}, {"modality": SECURE}, None, id="the modality is not there"),
        pytest.param(
            {"force": Force.ENCOURAGED, "modalities": ()}, {"modality": ASSIST}, None, id="no modality at all"
        ),
        pytest.param({}, {"roles": (Role.INFANTRY,)}, 40, id="the role is asked"),
        pytest.param({}, {"roles": (Role.CIVILIAN,)}, None, id="another role is asked"),
        pytest.param({}, {"task_kind": TaskKindKey("Gender")}, None, id="another task is asked"),
        pytest.param({}, {"competency": CompetencyKey("juggling")}, None, id="no framework has the competency"),
    ],
)
def test_a_rule_asks_of_the_tasks_and_roles_it_names(
    about: dict[str, object], ruled: dict[str, object], weight: int | None
) -> None:
    found = rules.demands_from([task(**about)], [rule(**ruled)], role=Role.INFANTRY, areas=AREAS)

    assert [each.weight for each in found] == ([] if weight is None else [weight])


def test_one_demand_for_each_competency_names_every_task_behind_it_strongest_first() -> None:
    asked = [
        rule("low", "Gender", level=Level.AWARE, weight=90, least_source=Source.OBSERVED),
        rule(
            "high", "CivProtect", level=Level.INDEPENDENT, weight=5, due=DueRule.BEFORE_DEPLOYMENT, refresher_months=24
        ),
        rule(
            "same", "Ceasefire", level=Level.INDEPENDENT, weight=2, least_source=Source.RECOGNISED, refresher_months=12
        ),
    ]
    tasks = [task("Gender", instrument=1), task("CivProtect", instrument=2), task("Ceasefire", instrument=3)]

    found = rules.demands_from(tasks, asked, role=Role.OBSERVER, areas=AREAS)

    assert len(found) == 1
    assert (found[0].level, found[0].weight, found[0].due) == (Level.INDEPENDENT, 360, DueRule.BEFORE_DEPLOYMENT)
    assert (found[0].least_source, found[0].refresher_months) == (Source.RECOGNISED, 12)
    assert [each.task_kind for each in found[0].because] == ["CivProtect", "Ceasefire", "Gender"]


def test_what_is_asked_of_part_of_a_unit_stands_apart_from_what_is_asked_of_all() -> None:
    asked = [
        rule("all", level=Level.AWARE),
        rule("two", scope=Scope.AT_LEAST, scope_size=2, level=Level.INSTRUCTOR),
        rule("half", scope=Scope.SHARE, scope_size=50, level=Level.INDEPENDENT),
    ]

    found = rules.demands_from([task()], asked, role=Role.INFANTRY, areas=AREAS)

    assert {(each.scope, each.scope_size, each.level) for each in found} == {
        (Scope.EVERYONE, 0, Level.AWARE),
        (Scope.AT_LEAST, 2, Level.INSTRUCTOR),
        (Scope.SHARE, 50, Level.INDEPENDENT),
    }


def test_a_modality_added_later_asks_only_since_then_and_names_its_own_text() -> None:
    history = [
        instrument(1, EARLY, line(modalities=(ASSIST,))),
        instrument(2, MIDDLE, adding("CivProtect", SECURE, paragraph="7")),
        instrument(3, date(2016, 1, 1), line(modalities=(ASSIST, SECURE), paragraph="8")),
    ]
    tasks = rules.in_force(history, on=LATE)

    found = rules.demands_from(tasks, [rule(modality=SECURE)], role=Role.INFANTRY, areas=AREAS)

    assert found[0].effective_on == MIDDLE
    assert (found[0].because[0].symbol, found[0].because[0].paragraph) == ("S/RES/3", "8")


ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("ruled", "effective", "deployed", "expected"),
    [
        pytest.param({}, date(2026, 11, 1), date(2026, 10, 1), date(2026, 12, 31), id="days after it took effect"),
        pytest.param({}, date(2027, 2, 28), date(2026, 10, 1), date(2027, 4, 29), id="days after it will take effect"),
        pytest.param({}, date(2020, 1, 1), date(2026, 10, 1), ON, id="never before today"),
        pytest.param(
            {"due": DueRule.BEFORE_DEPLOYMENT}, date(2026, 11, 1), date(2027, 1, 9), date(2027, 1, 9), id="to come"
        ),
        pytest.param(
            {"due": DueRule.BEFORE_DEPLOYMENT},
            date(2026, 11, 1),
            date(2026, 10, 1),
            date(2026, 12, 31),
            id="already there",
        ),
        pytest.param(
            {"due": DueRule.BEFORE_DEPLOYMENT}, date(2026, 11, 1), ON, date(2026, 12, 31), id="there from today on"
        ),
        pytest.param(
            {"due": DueRule.BEFORE_DEPLOYMENT},
            date(2027, 2, 1),
            date(2027, 1, 9),
            date(2027, 4, 2),
            id="takes effect once the person is there",
        ),
        pytest.param(
            {"due": DueRule.BEFORE_DEPLOYMENT}, date(2026, 11, 1), None, date(2026, 12, 31), id="no posting date"
        ),
        pytest.param(
            {"due": DueRule.BY_DATE, "due_on": date(2028, 2, 29)},
            date(2026, 11, 1),
            None,
            date(2028, 2, 29),
            id="by a date",
        ),
        pytest.param(
            {"due": DueRule.BY_DATE, "due_on": date(2026, 1, 1)}, date(2026, 1, 1), None, ON, id="a date that is past"
        ),
    ],
)
def test_a_demand_is_due_by_its_rule(
    ruled: dict[str, object], effective: date, deployed: date | None, expected: date
) -> None:
    found = rules.demands_from([task(since_on=effective)], [rule(**ruled)], role=Role.INFANTRY, areas=AREAS)

    assert rules.due_on(found[0], deployed_on=deployed, on=ON) == expected


@pytest.mark.parametrize(
    ("changes", "else_"),
    [
        pytest.param({}, False, id="the same"),
        pytest.param({"priority": 1}, False, id="only weightier"),
        pytest.param({"since_on": date(2012, 1, 1)}, False, id="since longer, and due as before"),
        pytest.param({"since_on": ON}, True, id="due later"),
        pytest.param({"task_kind": TaskKindKey("Gender")}, True, id="not at all"),
    ],
)
def test_people_are_asked_for_something_else_when_what_or_when_differs(changes: dict[str, object], else_: bool) -> None:
    before, after = (
        rules.demands_from([each], [rule()], role=Role.INFANTRY, areas=AREAS) for each in (task(), task(**changes))
    )

    assert rules.asks_else(before, after, on=ON) is else_


def test_a_person_is_asked_once_for_each_competency_at_the_highest_level() -> None:
    asked = [
        rule("all", level=Level.AWARE, weight=30),
        rule("two", scope=Scope.AT_LEAST, scope_size=2, level=Level.INSTRUCTOR),
        rule("ddr", competency=CompetencyKey("first-aid")),
    ]
    demands = rules.demands_from([task()], asked, role=Role.INFANTRY, areas=AREAS)

    found = {each.competency: each for each in rules.requirements_from(demands, profile(3), on=ON)}

    assert set(found) == {"protection-of-civilians", "first-aid"}
    assert (
        found[CompetencyKey("protection-of-civilians")].level,
        found[CompetencyKey("protection-of-civilians")].weight,
    ) == (Level.INSTRUCTOR, 120)
    assert [each.rule for each in found[CompetencyKey("protection-of-civilians")].because] == ["two", "all"]
    assert {each.person for each in found.values()} == {3}


@pytest.mark.parametrize("changes", [{"role": None}, {"mission": None}, {"role": Role.CIVILIAN}])
def test_nothing_is_asked_of_who_is_not_posted_in_the_role(changes: dict[str, object]) -> None:
    demands = rules.demands_from([task()], [rule()], role=Role.INFANTRY, areas=AREAS)

    assert rules.requirements_from(demands, profile(**changes), on=ON) == ()


def test_the_same_is_asked_of_another_person() -> None:
    demands = rules.demands_from([task()], [rule()], role=Role.INFANTRY, areas=AREAS)
    first = rules.requirements_from(demands, profile(1), on=ON)

    assert rules.asked_of(first, PersonId(2)) == rules.requirements_from(demands, profile(2), on=ON)


@pytest.mark.parametrize(
    ("scope", "size", "chosen"),
    [
        pytest.param(Scope.AT_LEAST, 1, (4,), id="a holder first"),
        pytest.param(Scope.AT_LEAST, 3, (4, 3, 1), id="then who stays longest, an open end longest of all"),
        pytest.param(Scope.AT_LEAST, 4, (4, 3, 1, 2), id="then by id"),
        pytest.param(Scope.AT_LEAST, 9, (4, 3, 1, 2), id="all where there are too few"),
        pytest.param(Scope.SHARE, 50, (4, 3), id="half"),
        pytest.param(Scope.SHARE, 51, (4, 3, 1), id="rounded up"),
    ],
)
def test_a_demand_on_part_of_a_unit_chooses_people(scope: Scope, size: int, chosen: tuple[int, ...]) -> None:
    members = [
        profile(1, rotates_on=date(2027, 5, 1)),
        profile(2, rotates_on=date(2027, 5, 1)),
        profile(3, rotates_on=None),
        profile(4, rotates_on=date(2026, 12, 1)),
    ]
    demand = rules.demands_from([task()], [rule(scope=scope, scope_size=size)], role=Role.INFANTRY, areas=AREAS)[0]

    assert rules.chosen_of(members, demand=demand, holders={PersonId(4)}) == chosen


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"key": "Two words"}, ["key"], id="key"),
        pytest.param({"task_kind": TaskKindKey("Tourism")}, ["task_kind"], id="unknown task"),
        pytest.param({"task_kind": None, "modality": SECURE}, ["modality"], id="a baseline with a modality"),
        pytest.param({"competency": CompetencyKey("juggling")}, ["competency"], id="unknown competency"),
        pytest.param({"level": Level.NONE}, ["level"], id="level none"),
        pytest.param({"weight": 101}, ["weight"], id="weight"),
        pytest.param({"scope": Scope.AT_LEAST}, ["scope_size"], id="at least nobody"),
        pytest.param({"scope": Scope.SHARE, "scope_size": 101}, ["scope_size"], id="more than all"),
        pytest.param({"due": DueRule.BY_DATE}, ["due_on"], id="by no date"),
        pytest.param({"due_days": -1}, ["due_days"], id="days before"),
    ],
)
def test_a_set_of_rules_is_told_what_is_wrong_with_it(changes: dict[str, object], fields: list[str]) -> None:
    assert [each.field for each in rules.check_rules([rule(**changes)], known=AREAS)] == fields


def test_two_rules_of_one_key_are_refused() -> None:
    assert [each.field for each in rules.check_rules([rule(), rule()], known=AREAS)] == ["key"]


def test_changed_rules_are_named() -> None:
    before = [rule("a"), rule("b"), rule("c")]

    assert rules.changed_rules(before, [rule("a"), rule("b", weight=3), rule("d")]) == ("b", "c", "d")


# Days


def test_a_day_on_which_texts_take_effect_tells_what_turns_and_by_which_text() -> None:
    day = date(2026, 12, 31)
    given_then = instrument(1, EARLY, line("CivProtect"), line("Gender", ends_on=day))
    saying = instrument(2, MIDDLE, line("HumanRelief", starts_on=day), ending("CivProtect", ends_on=day))

    turn = rules.turn_of([given_then, saying], on=day)

    assert turn is not None
    shift, by = turn
    assert [(each.task.task_kind, each.move) for each in shift.moves] == [
        ("CivProtect", Move.DROPPED),
        ("Gender", Move.DROPPED),
        ("HumanRelief", Move.ADDED),
    ]
    assert by is saying
    assert rules.turn_of([given_then, saying], on=day + timedelta(days=1)) is None
    assert rules.days_of([given_then, saying]) == {EARLY, day}


def test_rules_that_say_the_same_are_the_same_whatever_the_order_and_what_says_nothing() -> None:
    said = rule("a", roles=(Role.OBSERVER, Role.INFANTRY, Role.OBSERVER), scope_size=7, due_on=date(2027, 1, 1))

    assert said == rule("a", roles=(Role.INFANTRY, Role.OBSERVER))
    assert rules.changed_rules([said], [rule("a", roles=(Role.INFANTRY, Role.OBSERVER))]) == ()
