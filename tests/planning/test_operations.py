"""Runs, plans and decisions on the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies, mandates, partners
from tests.factories.planning import CAUSE, CONDUCT, POC, approved, asked, planned, proposed, world
from trainer.competencies import queries as competency_queries
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import Cause, PersonId, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.partners import operations as partner_operations
from trainer.partners.values import SessionId
from trainer.planning import operations, queries
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.solver import PlanRefused, Stage
from trainer.planning.operations import (
    BadPolicy,
    PlanDecided,
    PlanStale,
    RunOver,
    RunTaken,
    SnapshotChanged,
    TooLateToUndo,
)
from trainer.planning.values import DEFAULT_POLICY, PlanState, RunState, Show, StepMove
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import AssignmentState


def events(session: Session) -> list[str]:
    session.flush()
    return [name for name in session.scalars(select(LedgerEntry.event).order_by(LedgerEntry.id)) if "Plan" in name]


def later(work: Work, **span: float) -> Work:
    moved = work.now + timedelta(**span)
    return replace(work, now=moved, today=moved.date(), recorded=[])


def modules_of(session: Session, person: PersonId) -> list[tuple[str | None, AssignmentState]]:
    return [(each.module, each.state) for each in track_queries.assignments_of(session, person=person)]


def drop_the_task(work: Work, made: object, *, effective_on: date = TODAY) -> None:
    mandates.published(
        work,
        made.mission,  # type: ignore[attr-defined]
        symbol="S/RES/2808 (2025)",
        effective_on=effective_on,
        tasks=(mandates.ending(),),
        expires_on=None,
    )


# Asking


def test_runs_of_one_cause_that_wait_become_one(work: Work) -> None:
    first = operations.request_replan(work, missions=(1,), people=(5,), cause=CAUSE, cause_key="a")
    again = operations.request_replan(work, missions=(2,), people=(4, 5), cause=CAUSE, cause_key="a")
    other = operations.request_replan(work, missions=(2,), cause=CAUSE, cause_key="b")

    assert first == again != other
    head = queries.run_page(work.session, run=first)
    assert (head.missions, head.people) == ((1, 2), 2)


def test_a_run_that_has_begun_takes_nobody_in_any_more(work: Work) -> None:
    begun = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.claim_run(work)

    assert operations.request_replan(work, people=(2,), cause=CAUSE, cause_key="a") != begun


def test_an_instrument_among_the_causes_is_the_cause(work: Work) -> None:
    small = Cause(entry_id=None, subject=None, sentence=wording("New plan after a move"))
    run = operations.request_replan(work, people=(1,), cause=small, cause_key="a")
    operations.request_replan(work, missions=(1,), cause=CAUSE, cause_key="a", by_instrument=True)

    assert queries.run_page(work.session, run=run).cause == CAUSE


# Claiming


def test_one_caller_only_gets_a_run_and_the_oldest_comes_first(work: Work) -> None:
    first = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    second = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="b")

    assert [operations.claim_run(work) for _ in range(3)] == [first, second, None]
    assert queries.run_page(work.session, run=first).state is RunState.RUNNING


def test_a_run_whose_holder_died_is_free_again(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.claim_run(work)

    assert operations.claim_run(later(work, minutes=4)) is None
    assert operations.claim_run(later(work, minutes=5)) == run


def test_progress_holds_a_run_longer(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.claim_run(work)
    stage = Stage(name="first", seconds=1.25, objective=10, bound=None, people_changed=3)
    operations.note_progress(later(work, minutes=4), run=run, stage=stage)

    assert operations.claim_run(later(work, minutes=8)) is None
    (noted,) = queries.run_page(work.session, run=run).stages
    assert (noted.name, noted.milliseconds, noted.people_changed) == ("first", 1250, 3)


def test_a_run_is_held_longer_within_a_stage_but_not_once_it_has_ended(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.claim_run(work)
    operations.hold_run(later(work, minutes=4), run=run)
    assert operations.claim_run(later(work, minutes=8)) is None
    assert operations.claim_run(later(work, minutes=9)) == run

    operations.park_run(work, run=run, because="Enough.")
    operations.hold_run(later(work, minutes=9), run=run)
    assert operations.claim_run(later(work, hours=1)) is None
    assert queries.run_page(work.session, run=run).state is RunState.PARKED


def test_a_run_that_always_dies_is_parked(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    for attempt in range(operations.MOST_ATTEMPTS):
        assert operations.claim_run(later(work, hours=attempt)) == run

    assert operations.claim_run(later(work, hours=20)) is None
    work.session.expire_all()
    assert queries.run_page(work.session, run=run).state is RunState.PARKED
    assert events(work.session) == ["PlanRunParked"]


def test_a_run_that_waits_is_cancelled_at_once(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.ask_cancel(work, run=run)

    assert operations.claim_run(work) is None
    assert queries.run_page(work.session, run=run).state is RunState.CANCELLED
    with pytest.raises(RunOver):
        operations.ask_cancel(work, run=run)


def test_a_cancelled_run_that_had_begun_stores_nothing(work: Work) -> None:
    made = world(work)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    operations.ask_cancel(work, run=run)

    assert queries.is_cancel_asked(work.session, run=run)
    assert operations.store_plan(work, run=run, snapshot=snapshot, result=operations.solve(snapshot)) is None
    assert queries.run_page(work.session, run=run).state is RunState.CANCELLED


def test_a_parked_run_keeps_its_reason(work: Work) -> None:
    run = operations.request_replan(work, people=(1,), cause=CAUSE, cause_key="a")
    operations.claim_run(work)
    operations.park_run(work, run=run, because="ValueError('odd')")
    operations.park_run(work, run=run, because="again")

    assert queries.run_page(work.session, run=run).last_error == "ValueError('odd')"
    assert events(work.session) == ["PlanRunParked"]


# Storing


def test_a_plan_after_an_instrument_waits_for_a_person_and_assigns_nothing(work: Work) -> None:
    made = world(work)
    plan = proposed(work, made)

    head = queries.plan_head(work.session, plan=plan)
    assert (head.state, head.needs_approval, head.missions) == (PlanState.PROPOSED, True, (made.mission,))
    assert [str(each) for each in head.approval_reasons] == ["It follows a new or changed instrument."]
    assert (head.counts.gain, head.counts.closed, head.counts.unmet) == (3, 3, 0)
    assert head.objective == head.bound
    assert track_queries.open_assignments(work.session, people=made.people) == ()
    assert events(work.session) == ["PlanProposed"]
    assert queries.run_page(work.session, run=head.run).plan == plan


def test_a_small_plan_without_instrument_takes_effect_at_once(work: Work) -> None:
    made = world(work)
    plan = approved(work, made)

    head = queries.plan_head(work.session, plan=plan)
    assert (head.state, head.needs_approval, head.decided_by) == (PlanState.APPROVED, False, None)
    assert [modules_of(work.session, each) for each in made.people] == [[("poc", AssignmentState.ASSIGNED)]] * 3
    given = track_queries.open_assignments(work.session, people=made.people)
    assert {each.plan for each in given} == {plan}
    assert given[0].because[0].symbol == "S/RES/2790 (2025)"
    assert events(work.session) == ["PlanProposed", "PlanApproved"]


def test_nothing_to_change_makes_no_plan(work: Work) -> None:
    made = world(work)
    approved(work, made)

    assert planned(work, made) is None
    assert queries.plans_page(work.session, page=1).runs == ()


def test_what_changed_since_it_was_read_is_not_planned_on(work: Work) -> None:
    made = world(work)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot)
    competencies.recorded_evidence(work, made.people[0])

    with pytest.raises(SnapshotChanged):
        operations.store_plan(work, run=run, snapshot=snapshot, result=result)
    again = queries.read_snapshot(work.session, run=run, on=TODAY)
    assert operations.store_plan(work, run=run, snapshot=again, result=operations.solve(again)) is not None


def test_whoever_lost_the_run_stores_nothing(work: Work) -> None:
    made = world(work)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot)
    operations.claim_run(later(work, minutes=10))
    work.session.expire_all()

    with pytest.raises(RunTaken):
        operations.store_plan(work, run=run, snapshot=snapshot, result=result)


def test_a_plan_is_stored_once(work: Work) -> None:
    made = world(work)
    run = asked(work, made, by_instrument=True)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot)
    operations.store_plan(work, run=run, snapshot=snapshot, result=result)

    with pytest.raises(RunTaken):
        operations.store_plan(work, run=run, snapshot=snapshot, result=result)


def test_a_plan_that_the_check_does_not_confirm_is_refused(work: Work) -> None:
    made = world(work)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot)
    lying = replace(result, plan=Plan.of(result.plan.person[1:], result.plan.session[1:], result.reasons))

    with pytest.raises(PlanRefused):
        operations.store_plan(work, run=run, snapshot=snapshot, result=lying)


def test_the_same_question_gives_the_same_plan(work: Work) -> None:
    made = world(work, people=5)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)

    assert operations.solve(snapshot).plan_hash == operations.solve(snapshot).plan_hash


def test_a_later_proposal_for_the_same_people_takes_the_place_of_one_that_waits(work: Work) -> None:
    made = world(work)
    first = proposed(work, made)
    second = planned(work, made)

    assert second is not None
    before = queries.plan_head(work.session, plan=first)
    assert (before.state, before.superseded_by) == (PlanState.SUPERSEDED, second)
    # what an instrument caused still waits for a person
    assert queries.plan_head(work.session, plan=second).needs_approval


def test_a_proposal_that_concerns_others_besides_stays(work: Work) -> None:
    made = world(work)
    first = proposed(work, made)
    planned(work, made, missions=(), people=made.people[:1])

    assert queries.plan_head(work.session, plan=first).state is PlanState.PROPOSED


def test_a_proposal_is_void_when_nothing_is_to_be_changed_any_more(work: Work) -> None:
    made = world(work)
    first = proposed(work, made)
    seen = mandate_queries.mandate_version(work.session, mission=made.mission)
    mandate_operations.withdraw_instrument(work, instrument=made.instrument, because="Wrong", seen_version=seen)

    assert planned(work, made) is None
    assert queries.plan_head(work.session, plan=first).state is PlanState.SUPERSEDED


# The mandate moves on


def test_a_task_that_ended_takes_its_modules_back_and_leaves_credit_alone(work: Work) -> None:
    made = world(work)
    approved(work, made)
    learnt = made.people[0]
    held = competency_queries.evidence_of(work.session, people=[learnt])
    drop_the_task(work, made)
    plan = planned(work, made, by_instrument=True)

    assert plan is not None
    page = queries.plan_page(work.session, plan=plan, shown=Show.LOSE, page=1, on=TODAY)
    assert page.total == 3
    assert str(page.lines[0].sentence) == (
        "The task of S/RES/2790 (2025), paragraph 4 (a), that asked for Title of protection-of-civilians in "
        f"{page.missions[0].name} is no longer in force."
    )
    operations.approve_plan(work, plan=plan, seen_version=page.head.version)
    assert modules_of(work.session, learnt) == [("poc", AssignmentState.WITHDRAWN)]
    assert competency_queries.evidence_of(work.session, people=[learnt]) == held


def test_a_task_that_will_end_keeps_its_modules_until_the_day(work: Work) -> None:
    made = world(work)
    approved(work, made)
    drop_the_task(work, made, effective_on=date(2027, 1, 15))

    assert planned(work, made) is None
    on_the_day = later(work, days=(date(2027, 1, 15) - TODAY).days)
    plan = planned(on_the_day, made)
    assert plan is not None
    assert queries.plan_head(work.session, plan=plan).counts.lose == 3


def test_a_refresher_serves_whose_evidence_lapsed_lately(work: Work) -> None:
    made = world(work, people=1, conduct_on=date(2025, 6, 1))
    plan = planned(work, made)

    assert plan is not None
    page = queries.plan_page(work.session, plan=plan, shown=Show.GAIN, page=1, on=TODAY)
    assert sorted(str(line.module) for line in page.lines) == ["conduct-refresher", "poc"]


# Deciding


def test_approving_gives_what_the_plan_says_and_names_who_decided(work: Work, work_as: Callable[..., Work]) -> None:
    made = world(work)
    plan = proposed(work, made)
    manager = accounts.person(work)
    operations.approve_plan(work_as(manager), plan=plan, seen_version=1)
    work.session.flush()

    head = queries.plan_head(work.session, plan=plan)
    assert (head.state, head.decided_by, head.version) == (PlanState.APPROVED, manager, 2)
    assert len(track_queries.assignments_in_plan(work.session, plan=plan)) == 3


@pytest.mark.parametrize("decision", [operations.approve_plan, operations.dismiss_plan], ids=["approve", "dismiss"])
def test_a_plan_that_was_decided_on_is_not_decided_on_again(work: Work, decision: Callable[..., None]) -> None:
    plan = proposed(work, world(work))
    operations.dismiss_plan(work, plan=plan, seen_version=1, because=" Not now. ")
    work.session.flush()

    with pytest.raises(PlanDecided):
        decision(work, plan=plan, seen_version=2)
    assert queries.plan_head(work.session, plan=plan).dismissed_because == "Not now."


def test_a_plan_is_not_approved_on_what_it_took_back_and_has_begun_since(
    work: Work, work_as: Callable[..., Work]
) -> None:
    made = world(work)
    approved(work, made)
    drop_the_task(work, made)
    plan = proposed(work, made)
    given = track_queries.open_assignments(work.session, people=made.people[:1])[0]
    track_operations.start_assignment(work_as(made.people[0]), assignment=given.id)
    work.session.flush()

    assert queries.stale_people(work.session, plan=plan) == {made.people[0]}
    with pytest.raises(PlanStale):
        operations.approve_plan(work, plan=plan, seen_version=1)


def seat_world(work: Work, *, people: int = 1, seats: int = 5) -> tuple[object, SessionId]:
    """People who read no module of ours, and a session in their language."""
    made = world(work, people=0)
    course = partners.course(work, awards={POC: 2}, language="ar")
    session = partners.course_session(work, course=course, seats=seats, region="east-africa")
    folk = tuple(accounts.posted_person(work, mission=made.mission, spoken=["ar"]) for _ in range(people))
    for person in folk:
        competencies.recorded_evidence(work, person, competency=CONDUCT)
    work.session.flush()
    return replace(made, people=folk), session


def test_a_plan_is_not_approved_on_seats_that_are_gone(work: Work) -> None:
    made, session = seat_world(work, seats=1)
    plan = proposed(work, made)  # type: ignore[arg-type]
    partner_operations.take_seats(work, seats={session: 1})

    with pytest.raises(PlanStale):
        operations.approve_plan(work, plan=plan, seen_version=1)
    assert queries.plan_head(work.session, plan=plan).state is PlanState.PROPOSED


def test_seats_are_taken_by_approving_and_given_back_by_undoing(work: Work) -> None:
    made, session = seat_world(work)
    plan = planned(work, made)  # type: ignore[arg-type]
    assert plan is not None
    assert queries.plan_head(work.session, plan=plan).state is PlanState.APPROVED
    assert _taken(work, session) == 1

    report = operations.undo_plan(work, plan=plan, seen_version=queries.plan_head(work.session, plan=plan).version)
    assert (len(report.withdrawn), report.stayed, report.restored) == (1, (), ())
    assert _taken(work, session) == 0


def _taken(work: Work, session: SessionId) -> int:
    from trainer.partners import queries as partner_queries

    work.session.flush()
    return partner_queries.session_cards(work.session, sessions=[session])[session].seats_taken


# Undoing


def undo(work: Work, plan: object) -> operations.UndoReport:
    work.session.flush()
    seen = queries.plan_head(work.session, plan=plan).version  # type: ignore[arg-type]
    report = operations.undo_plan(work, plan=plan, seen_version=seen)  # type: ignore[arg-type]
    work.session.flush()
    return report


def test_undoing_takes_back_what_was_given_and_gives_back_what_was_taken(work: Work) -> None:
    made = world(work)
    first = approved(work, made)
    drop_the_task(work, made)
    second = planned(work, made)
    assert queries.undo_preview(work.session, plan=second, on=TODAY).restored == 3  # type: ignore[arg-type]

    report = undo(work, second)

    assert (len(report.restored), report.withdrawn, report.stayed, report.lost) == (3, (), (), ())
    assert modules_of(work.session, made.people[0]) == [("poc", AssignmentState.ASSIGNED)]
    assert queries.plan_head(work.session, plan=second).state is PlanState.UNDONE  # type: ignore[arg-type]
    assert queries.plan_head(work.session, plan=first).state is PlanState.APPROVED
    assert events(work.session)[-1] == "PlanUndone"


def test_what_has_begun_stays_when_a_plan_is_undone(work: Work, work_as: Callable[..., Work]) -> None:
    made = world(work)
    plan = approved(work, made)
    begun = track_queries.open_assignments(work.session, people=made.people[:1])[0]
    track_operations.start_assignment(work_as(made.people[0]), assignment=begun.id)
    work.session.flush()
    preview = queries.undo_preview(work.session, plan=plan, on=TODAY)
    assert (preview.withdrawn, preview.stayed) == (2, 1)

    report = undo(work, plan)

    assert (len(report.withdrawn), report.stayed) == (2, (begun.id,))


def test_a_plan_whose_first_seat_has_begun_is_not_undone(work: Work) -> None:
    made, _ = seat_world(work)
    plan = planned(work, made)  # type: ignore[arg-type]
    on_the_day = later(work, days=(partners.FIRST_DAY - TODAY).days)

    undoable = queries.undo_preview(work.session, plan=plan, on=partners.FIRST_DAY - timedelta(days=1))  # type: ignore[arg-type]
    assert undoable.too_late_on is None
    with pytest.raises(TooLateToUndo):
        undo(on_the_day, plan)


def test_a_proposal_is_not_undone(work: Work) -> None:
    plan = proposed(work, world(work))

    with pytest.raises(PlanDecided):
        undo(work, plan)


# Policy


def test_a_policy_counts_for_plans_made_after_it(work: Work) -> None:
    made = world(work)
    before = proposed(work, made)
    number = operations.set_policy(work, policy=replace(DEFAULT_POLICY, most_people_changed=2))
    after = planned(work, made)

    assert number == 2
    assert queries.policy(work.session).most_people_changed == 2
    assert queries.plan_head(work.session, plan=before).policy == 1
    head = queries.plan_head(work.session, plan=after)  # type: ignore[arg-type]
    assert head.policy == 2
    assert "More people change (3) than policy lets through (2)." in [str(each) for each in head.approval_reasons]


def test_a_policy_that_does_not_hold_together_is_refused_with_every_problem(work: Work) -> None:
    wrong = replace(DEFAULT_POLICY, seats_a_person=0, late=2000, freeze_days=365)

    with pytest.raises(BadPolicy) as refused:
        operations.set_policy(work, policy=wrong)
    assert {each.field for each in refused.value.problems} == {"seats_a_person", "late", "freeze_days"}
    assert queries.policy(work.session) == DEFAULT_POLICY


def test_what_those_keep_of_whom_nothing_changes_is_no_line_of_the_plan(work: Work) -> None:
    made = world(work)
    approved(work, made)
    newcomer = accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    plan = planned(work, made, people=made.people[:1])

    head = queries.plan_head(work.session, plan=plan)  # type: ignore[arg-type]
    assert (head.counts.gain, head.counts.untouched) == (1, 3)
    kept = queries.plan_page(work.session, plan=plan, shown=Show.KEPT, page=1, on=TODAY)  # type: ignore[arg-type]
    assert kept.lines == ()
    assert sorted(str(each.module) for each in track_queries.open_assignments(work.session, people=[newcomer])) == [
        "conduct",
        "poc",
    ]


def test_what_people_keep_beside_a_change_is_read_from_what_they_had(work: Work) -> None:
    made = world(work, people=0)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    first = approved(work, made)
    given = queries.plan_page(work.session, plan=first, shown=Show.KEPT, page=1, on=TODAY)
    assert (given.totals[Show.GAIN], given.totals[Show.KEPT], given.lines) == (2, 0, ())

    later = replace(work, now=work.now + timedelta(hours=1))
    rules = (mandates.rule("conduct", None, competency=CONDUCT),)
    mandate_operations.publish_rules(later, rules=rules, note="No protection of civilians")
    second = planned(later, made)
    assert second is not None
    found = queries.plan_page(work.session, plan=second, shown=Show.KEPT, page=1, on=TODAY)
    assert (found.totals[Show.LOSE], found.totals[Show.KEPT]) == (1, 1)
    (kept,) = found.lines
    assert (kept.module, kept.move) == ("conduct", StepMove.KEEP)
    (had,) = track_queries.open_assignments(work.session, people=[kept.person.id])
    assert (kept.assignment, kept.sentence, kept.because) == (had.id, had.reason, had.because)
