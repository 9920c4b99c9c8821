"""Asking for an improvement, deciding on it and taking it back: on the database, on the pages, and who may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts
from tests.factories.planning import CAUSE, Contest, World, asked, contest, improved, planned
from tests.support.site import Site
from trainer import edge, jobs
from trainer.accounts.values import Office
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.mandates.values import InstrumentId
from trainer.notifications import queries as notification_queries
from trainer.planning import operations, queries
from trainer.planning.events import PlanProposed
from trainer.planning.models import PlanRun
from trainer.planning.operations import NothingToImprove, PlanStale
from trainer.planning.values import Effect, PlanId, PlanRunId, PlanState, RunKind, RunState, Show
from trainer.reactions import tell_managers_of_plan
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import AssignmentState, Withdrawal


@pytest.fixture
def made(work: Work) -> Contest:
    return contest(work)


@pytest.fixture
def manager(session: Session, made: Contest) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER, mission=made.mission)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """A manager of another mission only."""
    return accounts.holder(session, Office.READINESS_MANAGER, mission=accounts.mission(session, name="MONUSCO"))


def become(site: Site, person: PersonId) -> Site:
    for name in list(g):
        g.pop(name)
    return site.sign_in(person)


def proposal(work: Work, made: Contest) -> PlanId:
    plan = improved(work, made)
    assert plan is not None
    return plan


def repaired(work: Work, made: Contest, **changes: object) -> PlanId | None:
    return planned(work, World(mission=made.mission, instrument=InstrumentId(0), people=()), **changes)


def state(work: Work, plan: PlanId) -> PlanState:
    return queries.plan_head(work.session, plan=plan).state


def seats(work: Work, person: PersonId) -> list[AssignmentState]:
    work.session.expire_all()
    return [each.state for each in track_queries.assignments_of(work.session, person=person)]


# On the database


def test_a_repair_leaves_the_seat_where_it_is_and_an_improvement_moves_it(work: Work, made: Contest) -> None:
    assert repaired(work, made) is None

    plan = proposal(work, made)
    head = queries.plan_head(work.session, plan=plan)
    figures = head.counts.improvement

    assert (head.kind, head.state, head.needs_approval) == (RunKind.IMPROVE, PlanState.PROPOSED, True)
    assert figures is not None
    assert (figures.gain, figures.lose, figures.losses, figures.moved, figures.better) == (1, 1, 1, 0, 0)
    (lost,) = queries.plan_page(work.session, plan=plan, shown=Show.LOSE, page=1, on=TODAY).lines
    assert lost.effect is Effect.LOSS
    assert lost.gives_way_to is not None
    assert lost.gives_way_to.id == made.rival
    assert seats(work, made.holder) == [AssignmentState.ASSIGNED]


def test_it_waits_for_a_person_whatever_policy_says(work: Work, made: Contest) -> None:
    policy = replace(queries.policy(work.session), most_people_changed=100_000)
    operations.set_policy(work, policy=policy)
    head = queries.plan_head(work.session, plan=proposal(work, made))

    assert head.state is PlanState.PROPOSED
    assert str(head.approval_reasons[0]) == "It was asked for as an improvement, on which a person always decides."


def test_approving_moves_the_seat_and_undoing_moves_it_back(work: Work, made: Contest) -> None:
    plan = proposal(work, made)
    operations.approve_plan(work, plan=plan, seen_version=1)
    assert (seats(work, made.holder), seats(work, made.rival)) == (
        [AssignmentState.WITHDRAWN],
        [AssignmentState.ASSIGNED],
    )

    report = operations.undo_plan(work, plan=plan, seen_version=queries.plan_head(work.session, plan=plan).version)
    assert (len(report.withdrawn), report.restored, report.lost) == (1, (made.held,), ())
    assert (seats(work, made.holder), seats(work, made.rival)) == (
        [AssignmentState.ASSIGNED],
        [AssignmentState.WITHDRAWN],
    )


def test_what_whoever_was_left_without_before_is_given_is_a_gift(work: Work, made: Contest) -> None:
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    before = repaired(work, made)
    assert before is not None
    assert state(work, before) is PlanState.APPROVED

    figures = queries.plan_head(work.session, plan=proposal(work, made)).counts.improvement
    assert figures is not None
    assert (figures.gain, figures.gifts, figures.losses) == (1, 1, 1)


def test_whoever_makes_room_is_given_what_is_later(work: Work) -> None:
    made = contest(work, later=True)
    plan = proposal(work, made)
    figures = queries.plan_head(work.session, plan=plan).counts.improvement

    assert figures is not None
    assert (figures.gain, figures.moved, figures.lose) == (1, 1, 0)
    (moved,) = queries.plan_page(work.session, plan=plan, shown=Show.REPLACED, page=1, on=TODAY).lines
    assert str(moved.sentence).endswith("from 2027-04-05, takes its place here.")


def test_where_nothing_better_is_there_the_run_says_so(work: Work, made: Contest) -> None:
    operations.approve_plan(work, plan=proposal(work, made), seen_version=1)

    head = queries.run_page(work.session, run=_nothing_better(work, made))
    assert (head.kind, head.state, head.gap_permille) == (RunKind.IMPROVE, RunState.NOTHING, 0)


def _nothing_better(work: Work, made: Contest) -> PlanRunId:
    run = asked(work, World(mission=made.mission, instrument=InstrumentId(0), people=()), kind=RunKind.IMPROVE)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot, on_progress=lambda stage: operations.note_progress(work, run=run, stage=stage))
    assert operations.store_plan(work, run=run, snapshot=snapshot, result=result) is None
    return run


def _runs(work: Work) -> list[int]:
    from trainer.planning.models import PlanRun

    return list(work.session.scalars(select(PlanRun.id)))


def test_repairs_and_improvements_do_not_take_each_others_place(work: Work, made: Contest) -> None:
    first = proposal(work, made)
    assert repaired(work, made) is None
    assert state(work, first) is PlanState.PROPOSED

    second = proposal(work, made)
    assert (state(work, first), state(work, second)) == (PlanState.SUPERSEDED, PlanState.PROPOSED)


def test_it_no_longer_fits_once_what_it_takes_has_ended(work: Work, made: Contest) -> None:
    plan = proposal(work, made)
    reason = wording("Not needed.")
    gone = Withdrawal(assignment=made.held, state=AssignmentState.WITHDRAWN, reason=reason)
    track_operations.assign(work, steps=(), withdrawals=[gone], plan=None, decided_by=None)
    work.session.flush()

    assert queries.stale_people(work.session, plan=plan) == {made.holder}
    with pytest.raises(PlanStale):
        operations.approve_plan(work, plan=plan, seen_version=1)


def test_it_no_longer_fits_once_the_same_need_was_met_otherwise(work: Work) -> None:
    made = contest(work)
    plan = proposal(work, made)
    from tests.factories import partners, tracks

    tracks.seat(
        work,
        person=made.rival,
        course_session=partners.course_session(work),
        closes=[["first-aid", 2]],
        assigned_at=work.now + timedelta(hours=1),
    )

    assert queries.stale_people(work.session, plan=plan) == {made.rival}


def test_asking_is_on_the_ledger_and_missions_are_needed(work: Work, made: Contest) -> None:
    operations.improve_further(work, missions=(made.mission,))
    work.session.flush()

    assert "ImprovementAsked" in list(work.session.scalars(select(LedgerEntry.event)))
    with pytest.raises(NothingToImprove):
        operations.improve_further(work, missions=())


def test_asking_twice_waits_once_and_beside_an_ordinary_run(work: Work, made: Contest) -> None:
    first = operations.improve_further(work, missions=(made.mission,))
    again = operations.improve_further(work, missions=(made.mission,))
    other = operations.plan_mission_anew(work, mission=made.mission)

    assert first == again != other
    assert queries.run_page(work.session, run=first).kind is RunKind.IMPROVE
    assert queries.run_page(work.session, run=other).kind is RunKind.REPAIR


def test_planning_an_improvement_again_is_an_improvement(work: Work, made: Contest) -> None:
    run = operations.plan_again(work, plan=proposal(work, made))

    assert queries.run_page(work.session, run=run).kind is RunKind.IMPROVE


def test_managers_are_told_who_gains_and_who_loses(work: Work, made: Contest, manager: PersonId) -> None:
    plan = proposal(work, made)
    head = queries.plan_head(work.session, plan=plan)
    tell_managers_of_plan(
        work, PlanProposed(plan_id=plan, run_id=head.run, needs_approval=True, missions=(made.mission,))
    )
    work.session.flush()

    inbox = notification_queries.inbox_of(work.session, person=manager, page=1)
    said = [str(line) for each in inbox.lines for line in each.lines]
    assert "People who gain: 1. With something better: 0. Moved for others: 0. People who lose: 1." in said


def test_a_cancelled_improvement_stores_nothing(work: Work, made: Contest) -> None:
    given = World(mission=made.mission, instrument=InstrumentId(0), people=())
    run = asked(work, given, kind=RunKind.IMPROVE)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    result = operations.solve(snapshot, should_stop=lambda: True)
    operations.ask_cancel(work, run=run)

    assert queries.is_unchanged(work.session, snapshot=snapshot, on=TODAY)
    assert operations.store_plan(work, run=run, snapshot=snapshot, result=result) is None
    assert queries.run_page(work.session, run=run).state is RunState.CANCELLED


# On the pages


def test_its_page_counts_apart_and_names_who_gets_the_seat(
    site: Site, work: Work, made: Contest, manager: PersonId
) -> None:
    plan = proposal(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}?show=lose")
    name = queries.plan_page(work.session, plan=plan, shown=Show.GAIN, page=1, on=TODAY).lines[0].person.name

    assert page.status == 200
    for said in ("People moved for others", "What the whole gains", "for one of them nothing had changed", "loses"):
        assert said in page.text
    assert f"Given to: {name}." in page.text
    assert "Somebody else in UNIFIL (Military observer) is given this seat" in page.text
    assert site.get(f"/plans/{plan}/paper").status == 200
    assert "Moved for others: 0. Lose: 1." in site.get("/plans/").text


def test_names_of_those_who_get_a_seat_are_for_those_who_answer_for_them(
    site: Site, session: Session, work: Work, made: Contest
) -> None:
    plan = proposal(work, made)
    page = site.sign_in(accounts.holder(session, Office.MANDATE_OFFICER)).get(f"/plans/{plan}?show=lose")

    assert page.status == 200
    assert "Given to:" not in page.text


def test_the_manager_asks_on_the_page_of_a_plan_or_for_a_mission(
    site: Site, work: Work, made: Contest, manager: PersonId
) -> None:
    plan = proposal(work, made)
    operations.approve_plan(work, plan=plan, seen_version=1)
    page = site.sign_in(manager).get(f"/plans/{plan}")
    answer = site.post(f"/plans/{plan}/improve", page.form("improve"))
    assert answer.status == 303
    assert "Improvement for UNIFIL" in site.get(answer.location).text

    form = site.get("/plans/").form("anew")
    answer = site.post("/plans/anew", form | {"mission": str(made.mission), "kind": "improve"})
    assert queries.run_page(work.session, run=int(answer.location.rsplit("/", 1)[1])).kind is RunKind.IMPROVE  # type: ignore[arg-type]
    assert site.post("/plans/anew", form | {"mission": str(made.mission), "kind": "nonsense"}).status == 422


def test_only_who_decides_in_all_its_missions_may_ask(
    site: Site, session: Session, work: Work, made: Contest, colleague: PersonId
) -> None:
    plan = proposal(work, made)
    operations.approve_plan(work, plan=plan, seen_version=1)
    auditor, stranger = accounts.holder(session, Office.AUDITOR), accounts.person(session)
    runs = len(_runs(work))

    assert "Improve further" not in site.sign_in(auditor).get(f"/plans/{plan}").text
    for reader in (auditor, colleague, stranger):
        assert become(site, reader).post(f"/plans/{plan}/improve").status == 403
        assert site.post("/plans/anew", {"mission": str(made.mission), "kind": "improve"}).status in (403, 422)
    assert len(_runs(work)) == runs


def test_a_run_that_found_nothing_better_says_so_with_its_proof(
    site: Site, work: Work, made: Contest, manager: PersonId
) -> None:
    operations.approve_plan(work, plan=proposal(work, made), seen_version=1)
    page = site.sign_in(manager).get(f"/plan-runs/{_nothing_better(work, made)}")

    assert "Nothing better was found" in page.text
    assert "Everybody keeps what they have." in page.text
    assert "nothing better is to be had by as much as one part in a thousand" in page.text


def test_another_proposal_for_the_same_people_is_named(
    site: Site, work: Work, manager: PersonId, made: Contest
) -> None:
    plan = proposal(work, made)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    other = repaired(work, made, by_instrument=True, cause=CAUSE)
    assert other is not None
    page = site.sign_in(manager).get(f"/plans/{plan}")

    assert "Other plans for these people wait" in page.text
    assert f"/plans/{other}" in page.links()


@pytest.mark.usefixtures("session")
def test_whoever_asks_whether_to_go_on_holds_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with edge.job_transaction("test") as work:
        run = operations.request_replan(work, people=(), cause=CAUSE, cause_key="long")
        operations.claim_run(work)
        work.session.execute(update(PlanRun).values(lease_until=work.now))
    progress = jobs._Progress(run)
    assert not progress.stopped()
    with edge.job_transaction("test") as work:
        assert work.session.get_one(PlanRun, run).lease_until <= work.now

    monkeypatch.setattr(jobs, "HOLD_AGAIN_AFTER", 0.0)
    assert not progress.stopped()
    with edge.job_transaction("test") as work:
        assert work.session.get_one(PlanRun, run).lease_until > work.now
        operations.ask_cancel(work, run=run)
    assert progress.stopped()
