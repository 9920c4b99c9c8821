"""The judgements of tracks, by tables of cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from trainer.catalogue.values import Answer, AtLevel, ModuleKey, Question, TrackStep
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import PersonId, wording
from trainer.tracks import rules
from trainer.tracks.values import (
    OPEN_STATES,
    Assignment,
    AssignmentCard,
    AssignmentId,
    AssignmentState,
    ChangeKind,
    Outcome,
    Progress,
)

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A, B, C = ModuleKey("a"), ModuleKey("b"), ModuleKey("c")
POC = CompetencyKey("poc")
STATE = AssignmentState


def duty(**changes: object) -> Assignment:
    given: dict[str, object] = {
        "id": AssignmentId(1),
        "person": PersonId(1),
        "module": A,
        "module_version": None,
        "session": None,
        "closes": (),
        "due_on": TODAY,
        "state": STATE.ASSIGNED,
        "assigned_at": NOW,
        "started_at": None,
        "ended_at": None,
        "reason": wording("Because."),
        "because": (),
        "ended_because": None,
        "plan": None,
    }
    return Assignment(**(given | changes))  # type: ignore[arg-type]


def card(duty: Assignment, **changes: object) -> AssignmentCard:
    given: dict[str, object] = {
        "assignment": duty,
        "title": {"en": "A"},
        "seat": None,
        "starts_at": None,
        "acts_on": duty.due_on,
        "overdue": False,
        "awaits_attendance": False,
    }
    return AssignmentCard(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "due_on", "late"),
    [
        (STATE.ASSIGNED, date(2026, 11, 23), True),
        (STATE.IN_PROGRESS, date(2026, 11, 23), True),
        (STATE.ASSIGNED, TODAY, False),
        (STATE.COMPLETED, date(2026, 11, 23), False),
        (STATE.WITHDRAWN, date(2026, 11, 23), False),
    ],
    ids=["the day after", "begun and late", "on the day itself", "completed", "withdrawn"],
)
def test_an_assignment_is_overdue_while_it_is_open_after_its_due_day(
    state: AssignmentState, due_on: date, late: bool
) -> None:
    assert rules.is_overdue(duty(state=state, due_on=due_on), on=TODAY) is late


@pytest.mark.parametrize(
    ("changes", "starts_on", "locked"),
    [
        ({}, None, False),
        ({"state": STATE.IN_PROGRESS, "started_at": NOW}, None, True),
        ({}, TODAY + timedelta(days=29), True),
        ({}, TODAY + timedelta(days=30), False),
        ({}, TODAY - timedelta(days=1), True),
        ({"state": STATE.COMPLETED, "started_at": NOW}, None, False),
    ],
    ids=["a module not begun", "begun", "within the window", "on its edge", "session has begun", "completed"],
)
def test_what_has_begun_or_starts_within_the_freeze_window_is_locked(
    changes: dict[str, object], starts_on: date | None, locked: bool
) -> None:
    assert rules.is_locked(duty(**changes), starts_on=starts_on, on=TODAY, freeze_days=30) is locked


@pytest.mark.parametrize("after", STATE)
def test_a_completed_assignment_stays_completed(after: AssignmentState) -> None:
    assert not rules.may_become(STATE.COMPLETED, after)


def test_every_state_has_its_transitions_and_what_was_taken_can_be_given_back() -> None:
    assert set(rules.TRANSITIONS) == set(STATE)
    assert {each for each in STATE if rules.may_become(each, STATE.ASSIGNED)} == {STATE.WITHDRAWN, STATE.SUPERSEDED}
    assert all(rules.may_become(each, STATE.COMPLETED) for each in OPEN_STATES)
    assert not rules.may_become(STATE.IN_PROGRESS, STATE.SUPERSEDED)


def step(module: ModuleKey, skip: str = "current", repeat: str = "never") -> TrackStep:
    return TrackStep(module=module, skip=skip, repeat=repeat)


NOTHING = Progress(
    completed={},
    held={},
    teaches={each: (AtLevel(competency=POC, level=Level.PRACTISED),) for each in (A, B, C)},
    prepares_from=None,
)
WHILE_HELD = replace(NOTHING, held={POC: Level.PRACTISED})
LONG_AGO = replace(NOTHING, completed={A: date(2025, 1, 1)}, prepares_from=date(2025, 9, 1))


@pytest.mark.parametrize(
    ("track", "progress", "expected"),
    [
        ([step(A), step(B)], NOTHING, A),
        ([step(A), step(B)], replace(NOTHING, completed={A: TODAY}), B),
        ([step(A), step(B)], replace(NOTHING, completed={A: TODAY, B: TODAY}), None),
        ([step(A), step(B)], WHILE_HELD, None),
        ([step(A, skip="never"), step(B)], WHILE_HELD, A),
        ([step(A)], replace(WHILE_HELD, held={POC: Level.AWARE}), A),
        ([step(A)], replace(WHILE_HELD, teaches={}), A),
        ([step(A, repeat="each-deployment")], LONG_AGO, A),
        ([step(A, repeat="never")], LONG_AGO, None),
        ([step(A, repeat="each-deployment")], replace(LONG_AGO, completed={A: date(2025, 9, 1)}), None),
        ([step(A, repeat="each-deployment")], replace(LONG_AGO, prepares_from=None), None),
        ([], NOTHING, None),
    ],
    ids=[
        "the first of all",
        "the second once the first is done",
        "nothing when all is done",
        "what is held is left out",
        "unless the track says never",
        "held at a lower level is not held",
        "a module that proves nothing is not held",
        "again before each deployment",
        "once is enough",
        "done in preparation of this deployment",
        "without deployment everything counts",
        "an empty track",
    ],
)
def test_the_next_step_is_the_first_that_is_neither_done_nor_left_out(
    track: list[TrackStep], progress: Progress, expected: ModuleKey | None
) -> None:
    found = rules.next_step(track, progress)

    assert (found.module if found else None) == expected


ONE = Question(
    key="one",
    ask="?",
    kind="one",
    answers=(Answer(text="a", right=False, reason=""), Answer(text="b", right=True, reason="")),
)
MANY = Question(
    key="many",
    ask="?",
    kind="many",
    answers=(
        Answer(text="a", right=True, reason=""),
        Answer(text="b", right=False, reason=""),
        Answer(text="c", right=True, reason=""),
    ),
)


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ({"one": (1,), "many": (0, 2)}, 2),
        ({"one": (1,), "many": (2, 0, 2)}, 2),
        ({"one": (0,), "many": (0, 2)}, 1),
        ({"one": (0, 1), "many": (0, 2)}, 1),
        ({"one": (1,), "many": (0,)}, 1),
        ({"one": (1,), "many": (0, 1, 2)}, 1),
        ({}, 0),
    ],
    ids=["all", "in any order", "one wrong", "both of one", "half of many", "all of many", "nothing"],
)
def test_a_question_is_right_only_with_exactly_its_right_answers(
    answers: dict[str, tuple[int, ...]], right: int
) -> None:
    marks = rules.mark_answers([ONE, MANY], answers)

    assert rules.outcome_of(marks, pass_percent=80) == Outcome(right=right, asked=2, pass_percent=80)


@pytest.mark.parametrize(
    ("answers", "open_keys"),
    [
        ({"one": (1,), "many": (0,)}, ()),
        ({"one": (1,)}, ("many",)),
        ({"one": (), "many": (7,)}, ("one", "many")),
        ({"one": (-1,), "many": (0,)}, ("one",)),
        ({"other": (1,)}, ("one", "many")),
    ],
    ids=["all answered", "one missing", "empty and out of range", "negative", "another question"],
)
def test_questions_without_an_answer_that_exists_are_unanswered(
    answers: dict[str, tuple[int, ...]], open_keys: tuple[str, ...]
) -> None:
    assert rules.unanswered([ONE, MANY], answers) == open_keys


@pytest.mark.parametrize(
    ("right", "asked", "passed"),
    [(4, 5, True), (3, 5, False), (0, 0, False), (8, 10, True)],
    ids=["just enough", "one too few", "nothing asked", "of ten"],
)
def test_passing_needs_the_share_that_the_module_asks(right: int, asked: int, passed: bool) -> None:
    assert Outcome(right=right, asked=asked, pass_percent=80).passed is passed


def test_what_asks_to_act_first_comes_first_and_seats_that_only_wait_come_last() -> None:
    later = card(duty(id=AssignmentId(1), due_on=date(2026, 12, 9)))
    begun = card(duty(id=AssignmentId(3), state=STATE.IN_PROGRESS))
    same_day = card(duty(id=AssignmentId(2)))
    soon_held = card(duty(id=AssignmentId(4), due_on=date(2027, 3, 1)), acts_on=date(2026, 12, 1))
    over = card(duty(id=AssignmentId(5)), acts_on=date(2026, 11, 2), awaits_attendance=True)

    ordered = rules.by_urgency([over, later, soon_held, same_day, begun])

    assert [each.assignment.id for each in ordered] == [3, 2, 4, 1, 5]


EARLIER = NOW - timedelta(days=5)


@pytest.mark.parametrize(
    ("changes", "since", "kind"),
    [
        ({}, None, ChangeKind.GIVEN),
        ({}, EARLIER, ChangeKind.GIVEN),
        ({}, NOW, None),
        ({"state": STATE.COMPLETED, "ended_at": NOW}, None, None),
        ({"assigned_at": EARLIER, "restored_at": NOW}, EARLIER, ChangeKind.RESTORED),
        (
            {
                "assigned_at": EARLIER,
                "state": STATE.WITHDRAWN,
                "ended_at": NOW,
                "ended_because": wording("No longer asked."),
            },
            None,
            ChangeKind.WITHDRAWN,
        ),
        (
            {"state": STATE.SUPERSEDED, "ended_at": NOW, "ended_because": wording("Replaced."), "assigned_at": EARLIER},
            EARLIER,
            ChangeKind.SUPERSEDED,
        ),
    ],
    ids=["new", "new since", "already seen", "completing is no news", "given back", "withdrawn", "replaced"],
)
def test_a_change_is_the_latest_decision_that_was_not_seen(
    changes: dict[str, object], since: datetime | None, kind: ChangeKind | None
) -> None:
    found = rules.changes_of(card(duty(**changes)), since=since)

    assert [each.kind for each in found] == ([kind] if kind else [])
    assert all(each.reason in (each.card.assignment.reason, each.card.assignment.ended_because) for each in found)
