"""Where one more seat helps most: kept with each plan, told to managers by plan and to partners by session."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, partners
from tests.factories.planning import AID, Shortage, approved, asked, proposed, shortage, world
from tests.planning.engine import worlds
from tests.support.site import Site
from trainer.accounts.values import Office
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.partners import queries as partner_queries
from trainer.partners.models import CourseSession
from trainer.partners.values import SessionCard, SessionId
from trainer.planning import operations, queries
from trainer.planning.engine import checker, solver
from trainer.planning.engine.instance import Instance
from trainer.planning.engine.plan import Plan
from trainer.planning.models import PlanSeatValueRow
from trainer.planning.rules.seats import seats_that_help
from trainer.planning.values import DEFAULT_POLICY, PlanId, SeatLine


@pytest.fixture
def made(work: Work) -> Shortage:
    return shortage(work, name="UNIFIL")


def lines_of(session: Session, plan: PlanId, **changes: int) -> tuple[SeatLine, ...]:
    return queries.seats_page(session, plan=plan, **changes).lines


def cards(session: Session, *sessions: SessionId) -> tuple[SessionCard, ...]:
    return tuple(partner_queries.session_cards(session, sessions=sessions).values())


# What is worth what


@pytest.mark.parametrize("conditions", [(), ("quotas",), ("quotas", "least"), ("floors",)])
@pytest.mark.parametrize("old", [False, True])
def test_somebody_who_takes_one_more_seat_makes_the_plan_as_much_better_as_is_said(
    conditions: tuple[str, ...], old: bool
) -> None:
    said = 0
    for seed in range(24):
        plain = worlds.random_world(seed, people=8, sessions=5, old=old)
        instance = worlds.random_conditions(plain, seed, *conditions)
        result = solver.solve(instance)
        points = result.seat_values
        for session in np.flatnonzero(points).tolist():
            assert _best_with_one_more(instance, result, session) >= points[session] > 0
            said += 1
    assert said > 3


@pytest.mark.parametrize("condition", ["waiting", "units"])
def test_what_a_seat_is_worth_is_not_known_where_others_may_come_first(condition: str) -> None:
    instance = worlds.random_conditions(worlds.random_world(7, people=8, sessions=5), 7, condition)

    assert not len(solver.solve(instance).seat_values)


def _best_with_one_more(instance: Instance, result: solver.Result, session: int) -> int:
    """What the judge says that the plan gains at most when somebody is given a seat that is added."""
    seats = instance.s_cap.copy()
    seats[session] += 1
    wider, plan = replace(instance, s_cap=seats), result.plan
    there = set(plan.person[plan.session == session].tolist())
    reports = [
        checker.check(wider, Plan.of(np.append(plan.person, person), np.append(plan.session, session)))
        for person in range(instance.people)
        if person not in there
    ]
    return max((each.objective - result.objective for each in reports if each.feasible), default=-1)


# What is kept


def test_a_plan_keeps_the_full_sessions_in_which_one_more_seat_helps_best_first(work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    lines = lines_of(work.session, plan)

    assert [line.seat.id for line in lines] == [made.early, made.late]
    assert lines[0].points > lines[1].points > 0
    assert queries.plan_head(work.session, plan=plan).counts.short == 2


def test_one_more_seat_is_worth_at_least_what_the_plan_said(work: Work, made: Shortage) -> None:
    before = proposed(work, made.world)
    said = lines_of(work.session, before)[0]
    work.session.execute(update(CourseSession).where(CourseSession.id == said.seat.id).values(seats=2))
    after = proposed(work, made.world)

    gained = (
        queries.plan_head(work.session, plan=after).objective - queries.plan_head(work.session, plan=before).objective
    )
    assert gained >= said.points > 0


def test_gaps_that_wait_are_those_the_course_would_close_and_for_which_all_is_full(work: Work, made: Shortage) -> None:
    reader = accounts.posted_person(
        work, mission=made.world.mission, spoken=["fr"]
    )  # waits for a language, not for a seat
    plan = proposed(work, made.world, people=(reader,))

    assert [line.waiting for line in lines_of(work.session, plan)] == [2, 2]
    assert queries.plan_head(work.session, plan=plan).counts.unmet > 2


def test_a_plan_that_leaves_seats_for_everybody_says_that_none_is_missing(work: Work) -> None:
    plan = proposed(work, world(work))

    assert lines_of(work.session, plan) == ()
    assert queries.plan_head(work.session, plan=plan).counts.short == 0


def test_only_the_best_are_kept_and_all_are_counted(
    work: Work, made: Shortage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_SEAT_VALUES", 1)
    plan = proposed(work, made.world)

    assert [line.seat.id for line in lines_of(work.session, plan)] == [made.early]
    assert queries.plan_head(work.session, plan=plan).counts.short == 2


def test_what_the_engine_did_not_work_out_is_not_taken_for_nothing(work: Work, made: Shortage) -> None:
    snapshot = queries.read_snapshot(work.session, run=asked(work, made.world), on=TODAY)
    result = operations.solve(snapshot)

    assert seats_that_help(snapshot, replace(result, seat_values=result.seat_values[:0])) is None


def test_modules_are_no_sessions_and_free_seats_are_worth_nothing(work: Work, made: Shortage) -> None:
    snapshot = queries.read_snapshot(work.session, run=asked(work, made.world), on=TODAY)
    result = operations.solve(snapshot)
    everything = replace(result, seat_values=result.seat_values * 0 + 7)

    found = seats_that_help(snapshot, everything)
    assert found is not None
    assert {(each.session, each.points) for each in found} >= {(made.early, 7), (made.late, 7)}
    assert made.free not in {each.session for each in seats_that_help(snapshot, result) or ()}
    assert any(each.module is not None for each in snapshot.offers)
    assert None not in {each.session for each in found}


def test_partners_are_ranked_by_their_best_session(work: Work, made: Shortage) -> None:
    better = partners.partner(work, name="Better")
    course = partners.course(work, partner=better, awards={AID: 2})
    partners.course_session(work, course=course, seats=1, starts_on=TODAY + timedelta(days=40))
    found = queries.seats_page(work.session, plan=proposed(work, made.world))

    assert [(each.partner, each.sessions) for each in found.partners] == [(better, 1), (made.partner, 2)]
    assert [each.best for each in found.partners] == [found.lines[0], found.lines[1]]


# What partners are told


def test_a_proposal_tells_partners_nothing_and_its_approval_does(work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    there = cards(work.session, made.early, made.late, made.free)
    assert queries.seats_that_help(work.session, sessions=there, on=TODAY) == ()

    operations.approve_plan(work, plan=plan, seen_version=queries.plan_head(work.session, plan=plan).version)
    found = queries.seats_that_help(work.session, sessions=there, on=TODAY)

    assert [(each.seat.id, each.waiting, each.made_on) for each in found] == [
        (made.early, 2, TODAY),
        (made.late, 2, TODAY),
    ]


def test_the_latest_approved_plan_that_names_a_session_counts(work: Work, made: Shortage) -> None:
    first, second = approved(work, made.world), approved(work, world(work, name="MONUSCO"))
    work.session.add(PlanSeatValueRow(plan_id=second, course_session_id=made.late, points=1_000_000))
    work.session.flush()
    before = {line.seat.id: line.points for line in lines_of(work.session, first)}

    found = queries.seats_that_help(work.session, sessions=cards(work.session, made.early, made.late), on=TODAY)
    assert [(each.seat.id, each.points, each.waiting) for each in found] == [
        (made.late, 1_000_000, 0),
        (made.early, before[made.early], 2),
    ]


def test_nothing_is_asked_for_no_sessions(work: Work, made: Shortage) -> None:
    approved(work, made.world)

    assert queries.seats_that_help(work.session, sessions=(), on=TODAY) == ()


# Pages


HOSTILE = "<script>alert(1)</script> " + "Protectingciviliansatnight" * 3


def test_the_page_of_a_plan_shows_where_one_more_seat_helps(site: Site, work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    page = site.sign_in(accounts.holder(work.session, Office.READINESS_MANAGER)).get(f"/plans/{plan}")

    points = lines_of(work.session, plan)[0].points
    assert "Where one more seat helps most" in page.text
    assert f"{points:,} points" in page.text
    assert f"counts for {10 * DEFAULT_POLICY.on_time:,} points" in page.text
    assert {f"/sessions/{made.early}", f"/sessions/{made.late}", f"/plans/{plan}/seats"} <= set(page.links())


def test_a_plan_that_lacks_no_seats_says_so_and_one_that_was_not_asked_says_nothing(site: Site, work: Work) -> None:
    plan = proposed(work, world(work))
    said = "In no session would one more seat help anybody"
    site.sign_in(accounts.holder(work.session, Office.READINESS_MANAGER))

    assert said in site.get(f"/plans/{plan}").text
    assert said in site.get(f"/plans/{plan}/seats").text

    _forget_values(work, plan)
    assert "one more seat" not in site.get(f"/plans/{plan}").text
    assert "was not worked out for this plan" in site.get(f"/plans/{plan}/seats").text


def _forget_values(work: Work, plan: PlanId) -> None:
    """As it was stored before values of seats were kept."""
    row = work.session.get_one(operations.PlanRow, plan)
    row.counts = {name: value for name, value in row.counts.items() if name != "short"}
    work.session.flush()


def test_all_sessions_are_paged_and_a_page_beyond_the_last_is_the_last(site: Site, work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    course = partners.course(work, title=HOSTILE)
    more = [partners.course_session(work, course=course) for _ in range(200)]
    work.session.add_all(
        PlanSeatValueRow(plan_id=plan, course_session_id=each, points=number) for number, each in enumerate(more, 1)
    )
    work.session.flush()
    site.sign_in(accounts.holder(work.session, Office.READINESS_MANAGER))

    page = site.get(f"/plans/{plan}/seats?page=99")
    assert "Page 5 of 5, 202 in all" in page.text
    assert f"/sessions/{more[0]}" in page.links()
    assert "one point" in page.text
    assert "<script>alert" not in page.body
    by_partner = site.get(f"/plans/{plan}/seats?by=partner")
    assert "2 partners" in by_partner.text
    assert "200" in by_partner.text


def test_the_print_of_a_plan_has_the_best_of_them(site: Site, work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    page = site.sign_in(accounts.holder(work.session, Office.READINESS_MANAGER)).get(f"/plans/{plan}/paper")

    assert "Where one more seat helps most" in page.text
    assert "do not add up" in page.text


@pytest.mark.parametrize("office", [Office.AUDITOR, Office.MANDATE_OFFICER])
def test_whoever_reads_plans_reads_where_seats_are_missing(
    site: Site, work: Work, made: Shortage, office: Office
) -> None:
    plan = proposed(work, made.world)

    assert site.sign_in(accounts.holder(work.session, office)).get(f"/plans/{plan}/seats").status == 200


def test_a_manager_of_the_mission_reads_it_and_one_of_another_does_not(site: Site, work: Work, made: Shortage) -> None:
    plan = proposed(work, made.world)
    owner = accounts.holder(work.session, Office.READINESS_MANAGER, mission=made.world.mission)
    colleague = accounts.holder(work.session, Office.READINESS_MANAGER, mission=accounts.mission(work, name="MONUSCO"))

    assert [site.sign_in(each).get(f"/plans/{plan}/seats").status for each in (owner, colleague)] == [200, 403]


@pytest.mark.parametrize("office", [None, Office.TRAINING_PARTNER])
def test_strangers_and_partners_read_no_plan(site: Site, work: Work, made: Shortage, office: Office | None) -> None:
    plan = proposed(work, made.world)
    reader = accounts.person(work) if office is None else _teacher(work, made)

    assert site.sign_in(reader).get(f"/plans/{plan}/seats").status == 403


def test_there_is_no_page_of_a_plan_that_is_not(site: Site, work: Work) -> None:
    assert site.sign_in(accounts.holder(work.session, Office.AUDITOR)).get("/plans/4711/seats").status == 404


def _teacher(work: Work, made: Shortage) -> PersonId:
    organisation = partner_queries.partner(work.session, partner=made.partner).organisation
    return accounts.holder(
        work.session, Office.TRAINING_PARTNER, organisation_id=organisation, organisation=organisation
    )


def test_a_partner_reads_of_their_own_full_sessions_without_people_or_missions(
    site: Site, work: Work, made: Shortage
) -> None:
    theirs = partners.partner(work, name="Academy of Oslo")
    course = partners.course(work, partner=theirs, awards={AID: 2}, title="Aid in Oslo")
    partners.course_session(work, course=course, seats=1, starts_on=TODAY + timedelta(days=40))
    plan = approved(work, made.world)
    page = site.sign_in(_teacher(work, made)).get("/partner/")

    first, *own = lines_of(work.session, plan)
    assert first.seat.partner == theirs
    assert [f"{line.points:,} points" in page.text for line in own] == [True, True]
    assert "Aid in Oslo" not in page.text
    assert f"/plans/{plan}" not in page.body
    assert "UNIFIL" not in page.text
    assert "S/RES/2790" not in page.text


def test_a_partner_whose_full_sessions_nobody_waits_for_is_told_so(site: Site, work: Work, made: Shortage) -> None:
    page = site.sign_in(_teacher(work, made)).get("/partner/")

    assert "No approved plan tells of anybody who would gain by one more seat in them." in page.text


def test_once_a_seat_is_added_a_session_is_missing_none_until_a_plan_says_so(
    site: Site, work: Work, made: Shortage
) -> None:
    approved(work, made.world)
    points = {each.seat.id: each.points for each in _of_partner(work, made)}
    work.session.execute(update(CourseSession).where(CourseSession.id == made.early).values(seats=2))
    page = site.sign_in(_teacher(work, made)).get("/partner/")

    assert (f"{points[made.early]:,} points" in page.text, f"{points[made.late]:,} points" in page.text) == (
        False,
        True,
    )


def _of_partner(work: Work, made: Shortage) -> tuple[SeatLine, ...]:
    return queries.seats_that_help(work.session, sessions=cards(work.session, made.early, made.late), on=TODAY)


def test_many_sessions_of_a_partner_are_paged(site: Site, work: Work, made: Shortage) -> None:
    plan = approved(work, made.world)
    course = partners.course(work, partner=made.partner, title=HOSTILE)
    more = [partners.full_session(work, course=course) for _ in range(20)]
    work.session.add_all(PlanSeatValueRow(plan_id=plan, course_session_id=each, points=1) for each in more)
    work.session.flush()
    page = site.sign_in(_teacher(work, made)).get("/partner/?seats=3")

    assert "Page 3 of 3, 22 in all" in page.text
