"""The pages of plans: what waits, what a plan says, who may decide, and what deciding does."""

from dataclasses import replace

import pytest
from flask import g
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies, mandates
from tests.factories.planning import CAUSE, World, approved, asked, planned, proposed, world
from tests.support.site import Page, Site
from trainer.accounts.values import Office
from trainer.kernel.values import Cause, PersonId, Subject, SubjectKind, wording
from trainer.kernel.work import Work
from trainer.planning import operations, queries
from trainer.planning.engine.solver import Stage
from trainer.planning.values import DEFAULT_POLICY, PlanId, PlanState, RunState, Show
from trainer.tracks import queries as track_queries


@pytest.fixture
def made(work: Work) -> World:
    return world(work, name="UNIFIL")


@pytest.fixture
def manager(session: Session, made: World) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER, mission=made.mission)


@pytest.fixture
def head(session: Session) -> PersonId:
    """A manager of every mission."""
    return accounts.holder(session, Office.READINESS_MANAGER)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """A manager of another mission only."""
    return accounts.holder(session, Office.READINESS_MANAGER, mission=accounts.mission(session, name="MONUSCO"))


@pytest.fixture
def auditor(session: Session) -> PersonId:
    return accounts.holder(session, Office.AUDITOR)


@pytest.fixture
def stranger(session: Session) -> PersonId:
    """Somebody without an office."""
    return accounts.person(session)


def state_of(session: Session, plan: PlanId) -> PlanState:
    return queries.plan_head(session, plan=plan).state


def decide(site: Site, plan: PlanId, decision: str, **fields: str) -> Page:
    page = site.get(f"/plans/{plan}")
    return site.post(f"/plans/{plan}/{decision}", page.form(decision) | fields)


def become(site: Site, person: PersonId) -> Site:
    """Sign in as somebody else in the same test, whose application context remembers the one before."""
    for name in list(g):
        g.pop(name)
    return site.sign_in(person)


# The list


def test_the_list_begins_with_what_waits_for_a_decision(site: Site, work: Work, made: World, manager: PersonId) -> None:
    plan = proposed(work, made)
    page = site.sign_in(manager).get("/plans/")

    assert "New plan after S/RES/2790 (2025)" in page.text
    assert "Gain: 3 people. Lose: 0. Replacement: 0. Untouched: 0." in page.text
    assert f"/plans/{plan}" in page.links()


def test_an_empty_list_says_what_to_expect(site: Site, manager: PersonId) -> None:
    page = site.sign_in(manager).get("/plans/")

    assert "No plan waits for you." in page.text
    assert "No plan has been decided on yet." in page.text


def test_a_manager_sees_the_plans_of_their_missions_alone(
    site: Site, work: Work, made: World, colleague: PersonId
) -> None:
    plan = proposed(work, made)
    site.sign_in(colleague)

    assert "No plan waits for you." in site.get("/plans/").text
    assert site.get(f"/plans/{plan}").status == 403
    assert site.post(f"/plans/{plan}/approve", {"version": "1"}).status == 403


def test_names_are_for_those_who_answer_for_the_people(
    site: Site, session: Session, work: Work, made: World, manager: PersonId, head: PersonId
) -> None:
    officer = accounts.holder(session, Office.MANDATE_OFFICER)
    plan = proposed(work, made)
    name = queries.plan_page(session, plan=plan, shown=None, page=1, on=TODAY).lines[0].person.name

    for reader, named in ((officer, False), (manager, True), (head, True)):
        for path in (f"/plans/{plan}", f"/plans/{plan}/paper"):
            page = become(site, reader).get(path)
            assert (name in page.text, "somebody" in page.text) == (named, not named)


def test_a_manager_of_one_mission_reads_no_names_of_another(
    site: Site, session: Session, work: Work, made: World
) -> None:
    other = accounts.mission(work, name="MONUSCO")
    accounts.posted_person(work, mission=other, spoken=["en"])
    plan = proposed(work, made, missions=(made.mission, other))
    names = {
        line.mission: line.person.name
        for line in queries.plan_page(session, plan=plan, shown=None, page=1, on=TODAY).lines
    }
    page = site.sign_in(accounts.holder(session, Office.READINESS_MANAGER, mission=other)).get(f"/plans/{plan}")

    assert {mission: name in page.text for mission, name in names.items()} == {"UNIFIL": False, "MONUSCO": True}


def test_somebody_without_an_office_reads_no_plans(site: Site, work: Work, made: World, stranger: PersonId) -> None:
    plan = proposed(work, made)
    site.sign_in(stranger)

    assert [site.get(path).status for path in ("/plans/", f"/plans/{plan}", "/plans/policy")] == [403, 403, 403]
    assert site.post(f"/plans/{plan}/approve").status == 403


def test_a_visitor_is_led_to_the_sign_in_page(site: Site) -> None:
    assert site.get("/plans/").status == 303


def test_what_is_decided_stays_in_the_list(site: Site, work: Work, made: World, auditor: PersonId) -> None:
    approved(work, made)
    page = site.sign_in(auditor).get("/plans/")

    assert "approved by policy" in page.text
    assert "Plan anew" not in page.text


# One plan


def test_a_plan_tells_cause_figures_reasons_and_each_line(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    cause = Cause(
        entry_id=None, subject=Subject(kind=SubjectKind.INSTRUMENT, id=made.instrument), sentence=CAUSE.sentence
    )
    plan = proposed(work, made, cause=cause)
    page = site.sign_in(manager).get(f"/plans/{plan}")

    assert page.status == 200
    assert "It follows a new or changed instrument." in page.text
    assert "Approving gives 3 modules and seats, withdraws 0 and replaces 0." in page.text
    assert "paragraph 4 (a), asks for Title of protection-of-civilians at level 2 in UNIFIL" in page.text
    assert f"/instruments/{made.instrument}" in page.links()
    assert {f"/people/{person}" for person in made.people} <= set(page.links())
    assert "/modules/poc" in page.links()


def test_a_reader_who_does_not_decide_sees_no_button(site: Site, work: Work, made: World, auditor: PersonId) -> None:
    plan = proposed(work, made)
    page = site.sign_in(auditor).get(f"/plans/{plan}")

    assert "A readiness manager of its missions decides." in page.text
    assert "Approve" not in page.body


@pytest.mark.parametrize("show", ["gain", "lose", "replaced", "unmet", "kept", "nonsense"])
def test_each_list_of_a_plan_can_be_read(site: Site, work: Work, made: World, manager: PersonId, show: str) -> None:
    plan = proposed(work, made)

    assert site.sign_in(manager).get(f"/plans/{plan}?show={show}").status == 200


def test_what_cannot_be_met_is_shown_with_its_reason(site: Site, work: Work, made: World, manager: PersonId) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=competencies.CONDUCT)
    plan = proposed(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}?show=unmet")

    assert "(1) are in English; the person reads Français." in page.text
    assert f"/people/{reader}" in page.links()


def test_what_an_earlier_plan_told_of_is_counted_and_not_listed_again(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    _reader(work, made)
    approved(work, made)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    plan = proposed(work, made)
    site.sign_in(manager)
    page = site.get(f"/plans/{plan}")

    counts = queries.plan_head(work.session, plan=plan).counts
    assert (counts.unmet, counts.told, counts.gaps - counts.closed) == (1, 1, 1)
    assert "one cannot be met, known from an earlier plan" in page.text
    assert f"/plans/{plan}?show=unmet" in page.links()
    assert "One gap cannot be met." in site.get("/plans/").text
    said = "One gap that cannot be met is not listed here: an earlier plan told of it, and nothing has changed since."
    assert said not in page.text
    for path in (f"/plans/{plan}?show=unmet", f"/plans/{plan}/paper"):
        assert said in site.get(path).text
    unmet = site.get(f"/plans/{plan}?show=unmet")
    assert "Every other gap is closed by this plan or by what has begun." in unmet.text
    assert "Every gap is closed" not in unmet.text


def test_what_is_told_now_stands_beside_what_was_told_before(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    for _ in range(2):
        _reader(work, made)
    approved(work, made)
    newcomer = _reader(work, made)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    plan = proposed(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}?show=unmet")

    assert "3 cannot be met, 2 of them known from earlier plans" in page.text
    assert "2 gaps that cannot be met are not listed here" in page.text
    assert f"/people/{newcomer}" in page.links()
    assert queries.plan_page(work.session, plan=plan, shown=Show.UNMET, page=1, on=TODAY).total == 1
    assert site.get(f"/plans/{plan}/paper").text.count("Cannot be met") == 2, "the heading and the table"


@pytest.mark.parametrize(
    ("told", "now", "words"),
    [
        (1, 1, "2 cannot be met, one of them known from an earlier plan"),
        (2, 1, "3 cannot be met, 2 of them known from earlier plans"),
        (1, 0, "one cannot be met, known from an earlier plan"),
        (2, 0, "2 cannot be met, all known from earlier plans"),
        (0, 2, "2 cannot be met"),
    ],
)
def test_the_figure_tells_how_much_of_it_was_known(
    site: Site, work: Work, made: World, manager: PersonId, told: int, now: int, words: str
) -> None:
    for _ in range(told):
        _reader(work, made)
    approved(work, made)
    for _ in range(now):
        _reader(work, made)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    plan = proposed(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}")

    assert words in page.text
    assert ("known from" in page.text) == (told > 0)


def test_a_plan_that_tells_all_itself_says_nothing_of_earlier_ones(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    _reader(work, made)
    plan = proposed(work, made)
    site.sign_in(manager)

    for path in (f"/plans/{plan}", f"/plans/{plan}?show=unmet", f"/plans/{plan}/paper"):
        assert "earlier plan" not in site.get(path).text
    assert "one cannot be met" in site.get(f"/plans/{plan}").text


def _reader(work: Work, made: World) -> PersonId:
    """Somebody who holds conduct and reads French, in which nothing is taught."""
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=competencies.CONDUCT)
    work.session.flush()
    return reader


def test_long_lists_are_paged(site: Site, work: Work, made: World, manager: PersonId) -> None:
    for _ in range(50):
        newcomer = accounts.posted_person(work, mission=made.mission, spoken=["en"])
        competencies.recorded_evidence(work, newcomer, competency=competencies.CONDUCT)
    plan = proposed(work, made)
    site.sign_in(manager)

    assert "Page 1 of 2, 53 in all" in site.get(f"/plans/{plan}").text
    assert "Page 2 of 2, 53 in all" in site.get(f"/plans/{plan}?show=gain&page=2").text


def test_a_plan_is_printed_on_one_sheet_with_room_to_sign(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    plan = proposed(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}/paper")

    assert page.status == 200
    assert "Signature and day" in page.text


def test_an_unknown_plan_or_run_is_not_found(site: Site, manager: PersonId) -> None:
    site.sign_in(manager)

    assert [site.get(path).status for path in ("/plans/99", "/plans/99/paper", "/plan-runs/99")] == [404, 404, 404]


# Deciding


def test_approving_gives_the_modules_and_says_so(site: Site, work: Work, made: World, manager: PersonId) -> None:
    plan = proposed(work, made)
    site.sign_in(manager)
    answer = decide(site, plan, "approve")

    assert answer.status == 303
    page = site.get(answer.location)
    assert "The plan is approved." in page.text
    assert "Undo the plan" in page.text
    assert len(track_queries.open_assignments(site.session, people=made.people)) == 3


def test_approving_what_somebody_has_decided_on_is_a_conflict(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    plan = proposed(work, made)
    site.sign_in(manager)
    form = site.get(f"/plans/{plan}").form("approve")
    decide(site, plan, "dismiss", because="Not now.")

    assert site.post(f"/plans/{plan}/approve", form).status == 409
    assert state_of(site.session, plan) is PlanState.DISMISSED
    assert "Not now." in site.get(f"/plans/{plan}").text


@pytest.mark.parametrize("version", ["", "x", "99999999999", "7"])
def test_approving_without_the_version_that_was_seen_is_refused(
    site: Site, work: Work, made: World, manager: PersonId, version: str
) -> None:
    plan = proposed(work, made)

    assert site.sign_in(manager).post(f"/plans/{plan}/approve", {"version": version}).status == 409
    assert state_of(site.session, plan) is PlanState.PROPOSED


def test_undoing_tells_its_consequence_first_and_what_it_did_after(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    plan = approved(work, made)
    page = site.sign_in(manager).get(f"/plans/{plan}")
    assert "3 modules and seats are taken back again." in page.text

    answer = decide(site, plan, "undo")
    assert "The plan is undone: 3 taken back, 0 given back." in site.get(answer.location).text
    assert state_of(site.session, plan) is PlanState.UNDONE


def test_a_plan_that_no_longer_fits_offers_to_plan_anew(site: Site, work: Work, made: World, manager: PersonId) -> None:
    approved(work, made)
    mandates.published(
        work, made.mission, symbol="S/RES/2808 (2025)", effective_on=TODAY, tasks=(mandates.ending(),), expires_on=None
    )
    plan = proposed(work, made)
    begun = track_queries.open_assignments(work.session, people=made.people[:1])[0]
    from trainer.tracks import operations as track_operations

    track_operations.start_assignment(replace(work), assignment=begun.id)
    page = site.sign_in(manager).get(f"/plans/{plan}")

    assert "It no longer fits" in page.text
    answer = site.post(f"/plans/{plan}/again", page.form("again"))
    assert answer.location.startswith("/plan-runs/")
    assert "It waits for its turn" in site.get(answer.location).text


# Runs


def test_a_run_shows_its_stages_and_can_be_cancelled(site: Site, work: Work, made: World, manager: PersonId) -> None:
    run = asked(work, made)
    operations.note_progress(
        work, run=run, stage=Stage(name="first", seconds=0.4, objective=7, bound=9, people_changed=3)
    )
    page = site.sign_in(manager).get(f"/plan-runs/{run}")

    assert "Free seats are given out" in page.text
    assert "3 people change" in page.text
    part = site.get(f"/plan-runs/{run}/progress")
    assert part.status == 200
    assert "<html" not in part.body

    site.post(f"/plan-runs/{run}/cancel", page.form("cancel"))
    assert "ends as soon as the present step is done" in site.get(f"/plan-runs/{run}").text


def test_the_part_that_renews_itself_ends_with_the_run(site: Site, work: Work, made: World, manager: PersonId) -> None:
    run = asked(work, made)
    operations.park_run(work, run=run, because="ValueError('odd')")
    site.sign_in(manager)

    assert site.get(f"/plan-runs/{run}/progress").status == 204
    page = site.get(f"/plan-runs/{run}")
    assert "It was stopped and needs a look" in page.text
    assert "ValueError('odd')" in page.text


@pytest.mark.parametrize("by_instrument", [True, False], ids=["waits", "took effect"])
def test_a_run_that_ended_leads_to_its_plan(
    site: Site, work: Work, made: World, manager: PersonId, by_instrument: bool
) -> None:
    plan = planned(work, made, by_instrument=by_instrument)
    assert plan is not None
    run = queries.plan_head(work.session, plan=plan).run

    assert f"/plans/{plan}" in site.sign_in(manager).get(f"/plan-runs/{run}").links()


def test_a_run_without_anything_to_change_says_so(site: Site, work: Work, made: World, manager: PersonId) -> None:
    approved(work, made)
    run = asked(work, made)
    snapshot = queries.read_snapshot(work.session, run=run, on=TODAY)
    operations.store_plan(work, run=run, snapshot=snapshot, result=operations.solve(snapshot))

    assert "Nothing to change" in site.sign_in(manager).get(f"/plan-runs/{run}").text


def test_another_manager_cancels_nothing(site: Site, work: Work, made: World, colleague: PersonId) -> None:
    run = asked(work, made)

    assert site.sign_in(colleague).post(f"/plan-runs/{run}/cancel").status == 403


def test_a_manager_plans_anew_for_their_mission_only(
    site: Site, work: Work, made: World, manager: PersonId, colleague: PersonId
) -> None:
    page = site.sign_in(manager).get("/plans/")
    answer = site.post("/plans/anew", page.form("anew") | {"mission": str(made.mission)})
    run = queries.plans_page(site.session, page=1).runs[0]

    assert answer.location == f"/plan-runs/{run.id}"
    assert (run.state, str(run.cause.sentence)) == (RunState.OPEN, "New plan for UNIFIL, asked for by hand")
    assert become(site, colleague).post("/plans/anew", {"mission": str(made.mission)}).status == 422


# Policy


def test_a_manager_puts_another_policy_in_force(site: Site, head: PersonId) -> None:
    page = site.sign_in(head).get("/plans/policy")
    answer = site.post("/plans/policy", page.form() | {"most_people_changed": "40"})

    assert "Policy 2 is in force" in site.get(answer.location).text
    assert queries.policy(site.session) == replace(DEFAULT_POLICY, number=2, most_people_changed=40)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("seats_a_person", "0", "Enter a number from 1 to 50."),
        ("freeze_days", "", "Enter a whole number."),
        ("late", "5000", "Closing a gap late cannot be worth more"),
    ],
)
def test_a_policy_that_cannot_be_used_is_shown_again_with_the_reason(
    site: Site, head: PersonId, field: str, value: str, message: str
) -> None:
    page = site.sign_in(head).get("/plans/policy")
    answer = site.post("/plans/policy", page.form() | {field: value})

    assert answer.status == 422
    assert message in answer.text


def test_an_administrator_sets_the_policy_and_an_auditor_does_not(
    site: Site, session: Session, auditor: PersonId
) -> None:
    administrator = accounts.holder(session, Office.ADMINISTRATOR)

    assert site.sign_in(administrator).get("/plans/policy").status == 200
    assert become(site, auditor).get("/plans/policy").status == 403


def test_the_policy_of_all_missions_is_not_for_the_manager_of_one(site: Site, manager: PersonId) -> None:
    page = site.sign_in(manager).get("/plans/")

    assert "/plans/policy" not in page.links()
    assert site.post("/plans/policy", {"most_people_changed": "40"}).status == 403
    assert queries.policy(site.session).number == DEFAULT_POLICY.number


def test_a_run_for_one_person_is_for_the_manager_of_their_mission(
    site: Site, work: Work, made: World, manager: PersonId, colleague: PersonId
) -> None:
    run = operations.request_replan(work, people=made.people[:1], cause=CAUSE, cause_key="person:1")

    assert site.sign_in(manager).get(f"/plan-runs/{run}").status == 200
    assert become(site, colleague).get(f"/plan-runs/{run}").status == 403
    assert site.get(f"/plan-runs/{run}/progress").status == 403
    assert site.post(f"/plan-runs/{run}/cancel").status == 403


def test_what_concerns_people_of_no_mission_is_decided_by_those_of_all(
    site: Site, work: Work, made: World, manager: PersonId, head: PersonId
) -> None:
    newcomer = accounts.person(work)
    run = operations.request_replan(work, people=(newcomer,), cause=CAUSE, cause_key="person:2")

    assert site.sign_in(manager).post(f"/plan-runs/{run}/cancel").status == 403
    assert become(site, head).post(f"/plan-runs/{run}/cancel").status == 303


def test_a_cause_without_a_text_names_the_day(site: Site, work: Work, made: World, manager: PersonId) -> None:
    cause = Cause(
        entry_id=None, subject=None, sentence=wording("New plan for what runs out, {day_on}", day_on="2026-11-24")
    )
    plan = proposed(work, made, cause=cause)

    assert "New plan for what runs out, 24 November 2026" in site.sign_in(manager).get(f"/plans/{plan}").text
