"""The last days of a single task, decided without a new text: in the law, on file, on both clocks, on pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies
from tests.factories.competencies import AID
from tests.factories.mandates import adding, ending, instrument, line, published, rule
from tests.mandates.test_conditions import told
from tests.support.site import Site
from trainer import reactions
from trainer.accounts import operations as account_operations
from trainer.accounts.values import ClosingDays, MissionId, Office, Role
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries, rules
from trainer.mandates.events import MandateDayReached, TaskClosureDecided, TaskClosureTakenBack
from trainer.mandates.values import (
    Closure,
    ClosureId,
    ClosureMark,
    EndingKind,
    Instrument,
    Modality,
    StepKind,
    TaskKindKey,
)
from trainer.planning.models import PlanRun

DAY = timedelta(days=1)
START, LATER, WOUND_UP, OVER = date(2026, 1, 1), date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1)
RESIDUAL, LIQUIDATION = ClosureMark


def closure(**changes: object) -> Closure:
    made = Closure(
        id=ClosureId(1),
        instrument=instrument(1, START).id,
        task_kind=TaskKindKey("CivProtect"),
        area_of_operations="",
        mark=RESIDUAL,
        liquidates_on=None,
        ends_on=OVER,
        because="Draw-down plan, 4",
        decided_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        decided_by=None,
    )
    return replace(made, **changes)


def decided(text: Instrument, **changes: object) -> Instrument:
    return replace(text, closures=(*text.closures, closure(instrument=text.id, **changes)))


def standing(*texts: Instrument, on: date, known_at: datetime | None = None) -> list[tuple[str, bool, date | None]]:
    found = rules.in_force(texts, on=on, known_at=known_at)
    return [(each.task_kind, each.winding_up, each.ends_on) for each in found]


# The law


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (START, [("CivProtect", False, OVER), ("Ceasefire", False, None)]),
        (WOUND_UP - DAY, [("CivProtect", False, OVER), ("Ceasefire", False, None)]),
        (WOUND_UP, [("CivProtect", True, OVER), ("Ceasefire", False, None)]),
        (OVER - DAY, [("CivProtect", True, OVER), ("Ceasefire", False, None)]),
        (OVER, [("Ceasefire", False, None)]),
    ],
)
def test_a_task_in_liquidation_is_wound_up_and_ends_and_others_are_left_alone(
    on: date, expected: list[tuple[str, bool, date | None]]
) -> None:
    text = decided(instrument(1, START, line(), line("Ceasefire")), mark=LIQUIDATION, liquidates_on=WOUND_UP)

    assert sorted(standing(text, on=on)) == sorted(expected)


def test_a_residual_task_ends_on_its_day_and_is_marked_until_then() -> None:
    text = decided(instrument(1, START, line()))

    (task,) = rules.in_force((text,), on=OVER - DAY)

    assert (task.closure, task.winding_up, task.since_on) == (text.closures[0], False, START)
    assert rules.in_force((text,), on=OVER) == ()


def test_a_mark_without_a_day_ends_nothing() -> None:
    text = decided(instrument(1, START, line()), ends_on=None)

    (task,) = rules.in_force((text,), on=date(2030, 1, 1))

    assert task.ends_on is None
    assert task.closure is not None


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(instrument(2, LATER, line("Gender")), [], id="a renewal that does not mention it changes nothing"),
        pytest.param(
            instrument(2, LATER, line(priority=1)),
            [("CivProtect", None)],
            id="a text that gives it anew counts instead",
        ),
        pytest.param(
            instrument(2, LATER, adding("CivProtect", Modality.SECURE)), [], id="an addition leaves the decision"
        ),
        pytest.param(instrument(2, LATER, complete_adjustment=True), [], id="a text that replaces all ends it earlier"),
    ],
)
def test_a_later_text_counts_more_than_a_decision(later: Instrument, expected: list[tuple[str, date | None]]) -> None:
    texts = (decided(instrument(1, START, line())), later)

    found = [(each.task_kind, each.ends_on) for each in rules.in_force(texts, on=OVER) if each.task_kind != "Gender"]

    assert found == expected


def test_a_decision_counts_from_when_it_was_made_until_it_was_taken_back() -> None:
    at = closure().decided_at
    text = decided(instrument(1, START, line()), taken_back_at=at + 10 * DAY, taken_back_because="No.")

    assert standing(text, on=OVER) == [("CivProtect", False, None)]
    assert standing(text, on=OVER, known_at=at - DAY) == [("CivProtect", False, None)]
    assert standing(text, on=OVER, known_at=at) == []
    assert standing(text, on=OVER, known_at=at + 10 * DAY) == [("CivProtect", False, None)]


def test_only_what_was_in_force_is_cut() -> None:
    """What a task was before the text that the decision rests on stays as it was."""
    texts = (instrument(1, START, line(priority=3)), decided(instrument(2, LATER, line(priority=1))))

    (before,) = rules.in_force(texts, on=START)
    (after,) = rules.in_force(texts, on=LATER)

    assert (before.priority, before.closure) == (3, None)
    assert (after.priority, after.closure) == (1, texts[1].closures[0])


def test_what_is_wound_up_asks_nobody_for_anything() -> None:
    text = decided(instrument(1, START, line()), mark=LIQUIDATION, liquidates_on=WOUND_UP)

    def asked(on: date) -> int:
        areas = {rule("poc").competency: rules.in_force((text,), on=START)[0].area}
        return len(rules.demands_from(rules.in_force((text,), on=on), (rule("poc"),), role=Role.INFANTRY, areas=areas))

    assert (asked(WOUND_UP - DAY), asked(WOUND_UP)) == (1, 0)


def test_what_ended_a_task_is_the_decision() -> None:
    text = decided(instrument(1, START, line()))
    (task,) = rules.in_force((text,), on=START)
    (as_it_was,) = rules.in_force((text,), on=START, known_at=closure().decided_at - DAY)

    for each in (task, as_it_was):
        found = rules.ending_of(each, (text,), by=OVER)
        assert found is not None
        assert (found.kind, found.on, found.because) == (EndingKind.DECIDED, OVER, "Draw-down plan, 4")
    assert rules.ending_of(task, (text,), by=OVER - DAY) is None


def test_the_table_shows_what_a_decision_ended_before_the_next_text() -> None:
    texts = (decided(instrument(1, START, line(), line("Ceasefire"))), instrument(2, OVER + DAY, line("Ceasefire")))

    first, second = rules.steps_of(texts, places=range(2))

    assert first.steps[1].task.closure is not None
    (ended,) = [each for each in second.steps if each.kind is StepKind.ENDED]
    assert ended.ended is not None
    assert (ended.task.task_kind, ended.ended.kind) == ("CivProtect", EndingKind.DECIDED)


def test_the_days_of_a_decision_are_days_of_the_mandate() -> None:
    text = decided(instrument(1, START, line()), mark=LIQUIDATION, liquidates_on=WOUND_UP)

    assert rules.days_of((text,)) == {START, WOUND_UP, OVER}
    for day in (WOUND_UP, OVER):
        turn = rules.turn_of((text,), on=day)
        assert turn is not None
        assert turn[1] == text


# What may be decided


@pytest.mark.parametrize(
    ("texts", "changes", "fields"),
    [
        pytest.param((), {}, [], id="a residual task with a last day"),
        pytest.param((), {"ends_on": None}, [], id="a residual task without one"),
        pytest.param((), {"mark": LIQUIDATION, "liquidates_on": LATER}, [], id="a liquidation"),
        pytest.param((), {"mark": LIQUIDATION}, ["liquidates_on"], id="a liquidation without its first day"),
        pytest.param((), {"mark": LIQUIDATION, "liquidates_on": OVER}, ["ends_on"], id="over before it is wound up"),
        pytest.param(
            (), {"mark": LIQUIDATION, "liquidates_on": START - DAY}, ["liquidates_on"], id="wound up before it began"
        ),
        pytest.param((), {"ends_on": START}, ["ends_on"], id="over before it began"),
        pytest.param((), {"because": " ", "ends_on": START}, ["ends_on", "because"], id="all that is wrong at once"),
        pytest.param(
            (instrument(2, LATER, ending(ends_on=WOUND_UP)),), {}, ["ends_on"], id="longer than a text lets it go on"
        ),
        pytest.param((instrument(2, LATER, ending(ends_on=OVER)),), {}, [], id="as long as a text lets it go on"),
        pytest.param((instrument(2, WOUND_UP, line(priority=1)),), {}, ["ends_on"], id="given anew before it is over"),
        pytest.param((instrument(2, OVER, line(priority=1)),), {}, [], id="given anew when it is over"),
        pytest.param((instrument(2, LATER, line("Gender")),), {}, [], id="a later text that leaves it alone"),
    ],
)
def test_a_decision_shortens_what_texts_say_and_never_more(
    texts: tuple[Instrument, ...], changes: dict[str, object], fields: list[str]
) -> None:
    tasks = rules.coming((instrument(1, START, line()), *texts), on=START)
    task, *later = [each for each in tasks if each.task_kind == "CivProtect"]

    found = rules.check_closure(closure(**changes), task=task, later=later, closing=ClosingDays())

    assert [each.field for each in found] == fields


# On file


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="MINUSMA", place="Mali")


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """An officer for another mission only."""
    return accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))


@pytest.fixture
def in_force(work: Work, mission: MissionId) -> None:
    """Two tasks, one of them in a part of the country; and another mission with the same."""
    for each in (mission, accounts.mission(work.session)):
        published(
            work,
            each,
            symbol="S/RES/2690",
            effective_on=TODAY - 100 * DAY,
            adopted_on=None,
            expires_on=None,
            tasks=(line(), line("Ceasefire", area_of_operations="Kidal")),
        )


def decide(work: Work, mission: MissionId, **changes: object):
    given = {"ends_on": TODAY + 30 * DAY} | changes
    seen = queries.mandate_version(work.session, mission=mission)
    return operations.decide_closure(work, mission=mission, closure=closure(**given), seen_version=seen)


def the_closure(work: Work, mission: MissionId) -> Closure:
    (text,) = queries.mandate_history(work.session, mission=mission)
    return text.closures[-1]


@pytest.mark.usefixtures("in_force")
def test_a_decision_is_kept_with_who_made_it_and_told(
    work_as: Callable[..., Work], mission: MissionId, officer: PersonId
) -> None:
    work = work_as(officer)
    version = queries.mandate_version(work.session, mission=mission)

    shift = decide(work, mission)

    assert [each.task.task_kind for each in shift.changed] == ["CivProtect"]
    assert queries.mandate_version(work.session, mission=mission) == version + 1
    kept = the_closure(work, mission)
    assert (kept.decided_by, kept.because, kept.last_on) == (officer, "Draw-down plan, 4", TODAY + 29 * DAY)
    (event,) = told(work.session, TaskClosureDecided)
    assert isinstance(event, TaskClosureDecided)
    assert (event.task, event.mark, event.last_on) == ("CivProtect", "residual", TODAY + 29 * DAY)
    assert queries.tasks_in_force(work.session, mission=mission, on=TODAY + 30 * DAY)[0].task_kind == "Ceasefire"


@pytest.mark.usefixtures("in_force")
def test_what_is_taken_back_counts_no_longer_and_stays_on_file(work: Work, mission: MissionId) -> None:
    decide(work, mission, ends_on=TODAY)
    assert len(queries.tasks_in_force(work.session, mission=mission, on=TODAY)) == 1
    kept, seen = the_closure(work, mission), queries.mandate_version(work.session, mission=mission)

    with pytest.raises(operations.NoReasonToTakeBack):
        operations.take_back_closure(work, closure=kept.id, because=" ", seen_version=seen)
    with pytest.raises(operations.StaleMandate):
        operations.take_back_closure(work, closure=kept.id, because="Wrong task", seen_version=seen - 1)
    shift = operations.take_back_closure(work, closure=kept.id, because="Wrong task", seen_version=seen)

    assert [each.task.task_kind for each in shift.added] == ["CivProtect"]
    assert len(queries.tasks_in_force(work.session, mission=mission, on=TODAY)) == 2
    assert the_closure(work, mission).taken_back_because == "Wrong task"
    assert len(told(work.session, TaskClosureTakenBack)) == 1
    with pytest.raises(operations.ClosureNotStanding):
        operations.take_back_closure(work, closure=kept.id, because="Again", seen_version=seen + 1)
    decide(work, mission)


@pytest.mark.usefixtures("in_force")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"task_kind": "Gender"}, queries.NoSuchTask),
        ({"area_of_operations": "Gao"}, queries.NoSuchTask),
        ({"because": ""}, operations.InvalidClosure),
    ],
)
def test_what_cannot_be_decided_is_refused(
    work: Work, mission: MissionId, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        decide(work, mission, **changes)


@pytest.mark.usefixtures("in_force")
def test_a_task_is_decided_once_and_on_what_was_seen(work: Work, mission: MissionId) -> None:
    with pytest.raises(operations.StaleMandate):
        operations.decide_closure(work, mission=mission, closure=closure(ends_on=TODAY + DAY), seen_version=0)
    decide(work, mission)

    with pytest.raises(operations.DecidedAlready):
        decide(work, mission, ends_on=TODAY + DAY)


@pytest.mark.usefixtures("in_force")
def test_nothing_goes_on_beyond_the_closing_of_the_mission(work: Work, mission: MissionId) -> None:
    days = ClosingDays(draws_down_on=None, liquidates_on=None, closes_on=TODAY + 20 * DAY)
    account_operations.set_closing(work, mission=mission, closing=days, because="S/RES/2690, 1")
    work.session.flush()

    with pytest.raises(operations.InvalidClosure) as caught:
        decide(work, mission)

    assert "last day of the mission" in str(caught.value.problems[0].message.key)


@pytest.mark.usefixtures("in_force")
def test_a_text_takes_its_decisions_along_when_it_is_withdrawn(work: Work, mission: MissionId) -> None:
    decide(work, mission)
    kept, seen = the_closure(work, mission), queries.mandate_version(work.session, mission=mission)
    operations.withdraw_instrument(work, instrument=kept.instrument, because="Entered wrongly", seen_version=seen)

    with pytest.raises(operations.ClosureNotStanding):
        operations.take_back_closure(work, closure=kept.id, because="No", seen_version=seen + 1)
    assert queries.closure_undoing(work.session, closure=kept.id, on=TODAY).shift is None


@pytest.mark.usefixtures("in_force")
def test_people_are_planned_for_anew_and_again_on_the_days_that_come(
    work: Work, work_as: Callable[..., Work], mission: MissionId
) -> None:
    accounts.posted_person(work, mission=mission, starts_on=TODAY - 50 * DAY, ends_on=None)
    decide(work, mission, mark=LIQUIDATION, liquidates_on=TODAY + 10 * DAY)
    (event,) = told(work.session, TaskClosureDecided)
    reactions.plan_after_closure(work, event)
    work.session.flush()
    first = work.session.query(PlanRun).count()

    day = work_as(None, today=TODAY + 10 * DAY)
    operations.note_mandate_days(day)
    (reached,) = [each for each in told(day.session, MandateDayReached) if each.mission_id == mission]
    reactions.plan_on_mandate_day(day, reached)
    day.session.flush()

    assert first == 1
    assert reached.began == ("CivProtect",)
    assert "was decided" in str(day.session.query(PlanRun).order_by(PlanRun.id.desc()).first().cause)


# Pages


def path_of(mission: MissionId, task: str = "CivProtect", area: str = "") -> str:
    return f"/missions/{mission}/tasks/{task}/last-days" + (f"?area={area}" if area else "")


@pytest.mark.usefixtures("in_force")
def test_an_officer_sees_what_follows_then_decides_and_takes_it_back(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    accounts.posted_person(work, mission=mission, starts_on=TODAY - 50 * DAY, ends_on=None)
    competencies.adopted(work)
    operations.publish_rules(work, rules=(rule("aid", competency=AID),), note="")
    work.session.commit()
    page = site.sign_in(officer).get(f"/missions/{mission}")
    assert path_of(mission) in page.links()
    assert path_of(mission, "Ceasefire", "Kidal") in page.links()
    page = site.get(path_of(mission))
    assert "Decide this" not in page.text
    entered = {"mark": "liquidation", "liquidates_on": "2026-12-10", "last_on": "2027-01-31", "because": "Plan <4>"}

    unseen = site.post(path_of(mission), page.form() | entered | {"step": "decide"})
    assert "Decide this" in unseen.text
    assert "1 of 1" in unseen.text
    assert "only wound up" in unseen.text
    changed = site.post(path_of(mission), unseen.form() | {"last_on": "2027-02-28", "step": "decide"})
    assert "Decide this" in changed.text
    done = site.post(path_of(mission), changed.form() | {"step": "decide"}, follow=True)

    assert "are decided. 0 tasks added, 1 changed, 0 dropped." in done.text
    assert "only wound up from 10 December 2026, until 28 February 2027" in done.text
    assert "Plan <4>" in done.text
    assert "Last days decided: Protection of civilians" in done.text
    kept = the_closure(work, mission)
    back = f"/last-days/{kept.id}/take-back"
    assert len([link for link in done.links() if link == back]) == 2, "beside the task, and in the history"
    assert back in done.links()
    assert site.get(path_of(mission)).status == 303
    for where in ("closing", "table"):
        assert "only wound up from 10 December 2026" in site.get(f"/missions/{mission}/{where}").text
    told_of = site.get(f"/missions/{mission}/compare?from=2026-11-24&to=2027-03-01").text
    assert "ended by decision from 1 March 2027 on: Plan <4>" in told_of
    page = site.get(back)
    assert "Without it" in page.text
    done = site.post(back, page.form() | {"because": "Wrong task"}, follow=True)
    assert "is taken back" in done.text
    assert "Taken back on 24 November 2026: Wrong task" in done.text
    assert path_of(mission) in done.links()
    again = site.get(back)
    assert "Wrong task" in again.text
    assert "Take it back" not in again.text


@pytest.mark.usefixtures("in_force")
def test_all_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(
    site: Site, mission: MissionId, officer: PersonId
) -> None:
    page = site.sign_in(officer).get(path_of(mission))

    page = site.post(path_of(mission), page.form() | {"mark": "liquidation", "last_on": "2020-01-01", "step": "see"})

    assert page.status == 422
    assert "Enter the first day on which it is only wound up." in page.text
    assert "enter that day or a later one" in page.text
    assert "Say on what the decision rests" in page.text
    assert page.form()["last_on"] == "2020-01-01"
    page = site.post(path_of(mission), page.form() | {"mark": "", "liquidates_on": "soon", "step": "decide"})
    assert page.status == 422
    assert "Choose how the task is done until then." in page.text
    assert "Enter a day" in page.text


@pytest.mark.usefixtures("in_force")
def test_others_read_what_was_decided_and_do_not_decide(
    site: Site, work: Work, mission: MissionId, colleague: PersonId
) -> None:
    decide(work, mission)
    work.session.commit()
    kept = the_closure(work, mission)

    for each in (accounts.person(work.session), colleague):
        page = site.sign_in(each).get(f"/missions/{mission}")
        assert "Draw-down plan, 4" in page.text
        assert not any("last-days" in link for link in page.links())
        assert not any("last-days" in link for link in site.get(f"/missions/{mission}/closing").links())
        assert site.get(path_of(mission, "Ceasefire", "Kidal")).status == 403
        assert site.get(f"/last-days/{kept.id}/take-back").status == 403


@pytest.mark.usefixtures("in_force")
def test_what_is_not_there_is_not_found(site: Site, mission: MissionId, officer: PersonId) -> None:
    site.sign_in(officer)

    for path in (path_of(mission, "Gender"), path_of(mission, "CivProtect", "Gao"), "/last-days/999/take-back"):
        assert site.get(path).status == 404


@pytest.mark.usefixtures("in_force")
def test_a_decision_of_a_withdrawn_text_stays_in_the_history_without_a_way_back(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    decide(work, mission)
    kept, seen = the_closure(work, mission), queries.mandate_version(work.session, mission=mission)
    operations.withdraw_instrument(work, instrument=kept.instrument, because="Entered wrongly", seen_version=seen)
    work.session.commit()

    page = site.sign_in(officer).get(f"/missions/{mission}")

    assert "Last days decided: Protection of civilians" in page.text
    assert not any("last-days" in link for link in page.links())
    assert "Its text was withdrawn, and the decision with it." in site.get(f"/last-days/{kept.id}/take-back").text


@pytest.mark.usefixtures("in_force")
def test_as_another_day_is_read_nothing_is_decided(site: Site, mission: MissionId, officer: PersonId) -> None:
    page = site.sign_in(officer).get(f"/missions/{mission}?on=2026-10-01")

    assert not any("last-days" in link for link in page.links())
