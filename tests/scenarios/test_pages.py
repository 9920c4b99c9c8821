"""The pages of scenarios: written, worked out, read, compared, watched and cancelled, each by whoever may."""

import json

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, mandates, partners, planning
from tests.factories.planning import AID, CONDUCT, POC, TODAY, World
from tests.factories.scenarios import saved, share
from tests.support.site import Site
from trainer import jobs
from trainer.accounts.values import Office
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.scenarios import operations, queries
from trainer.scenarios.values import TextPublished, WhatIfState


@pytest.fixture
def made(work: Work) -> World:
    world = planning.world(work, people=8, name="UNIFIL")
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("poc", competency=POC),
            mandates.rule("conduct", None, competency=CONDUCT),
            mandates.rule("aid", "Gender", competency=AID),
        ),
        note="With first aid",
    )
    return world


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def manager(session: Session) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER)


def written(made: World, **changes: str) -> dict[str, str]:
    """What the form of a scenario sends: a quarter leaves over 18 weeks."""
    return {
        "name": "Liquidity plan",
        "note": "October 2025",
        "what_ifs-0-kind": "share-leaves",
        "what_ifs-0-percent": "25",
        "what_ifs-0-missions": str(made.mission),
        "what_ifs-0-starts_on": "2026-12-01",
        "what_ifs-0-weeks": "18",
        "what_ifs-0-first": "earliest",
        "step": "save",
    } | changes


def test_a_scenario_is_written_part_by_part_and_worked_out_at_once(site: Site, made: World, officer: PersonId) -> None:
    site.sign_in(officer)
    empty = site.get("/scenarios/")
    assert "Nobody has supposed anything yet." in empty.text
    assert "/scenarios/new" in empty.links()

    form = site.post("/scenarios/new", {"name": "Liquidity plan", "add": "share-leaves", "step": "add"})
    assert "A share of the people leaves" in form.text
    assert 'name="what_ifs-0-weeks"' in form.body
    assert 'value="Liquidity plan"' in form.body
    without = site.post("/scenarios/new", written(made, step="remove-what_ifs-0"))
    assert 'name="what_ifs-0-weeks"' not in without.body

    page = site.post("/scenarios/new", written(made), follow=True)

    assert page.status == 200
    assert "25 % of the people of UNIFIL leave over 18 weeks from 1 December 2026" in page.text
    assert "for 2 people something changes" in page.text
    assert "Mission by mission" in page.text
    assert "proven" in page.text
    listed = site.get("/scenarios/")
    assert "Liquidity plan" in listed.text
    assert "up to date" in listed.text


def test_every_kind_of_supposition_has_its_fields_and_is_kept(
    site: Site, work: Work, made: World, officer: PersonId
) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.line("Gender"),))
    number = mandate_operations.save_draft(work, draft=text)
    unit = accounts.unit(work, mission=made.mission, name="Battalion")
    accounts.posted_person(work, mission=made.mission, unit=unit)
    centre = partners.partner(work)
    site.sign_in(officer)
    sent = {
        "name": "All at once",
        "what_ifs-0-kind": "text",
        "what_ifs-0-draft": str(number),
        "what_ifs-1-kind": "contingent-leaves",
        "what_ifs-1-contingent": f"unit-{unit}",
        "what_ifs-1-on": "2026-12-20",
        "what_ifs-2-kind": "partner-closes",
        "what_ifs-2-partner": str(centre),
        "what_ifs-2-on": "2027-01-10",
        "what_ifs-3-kind": "seats-lost",
        "what_ifs-3-percent": "10",
        "what_ifs-3-competency": POC,
        "what_ifs-3-region": "east-africa",
        "what_ifs-3-starts_on": "2027-01-01",
        "what_ifs-3-until_on": "2027-02-28",
        "what_ifs-4-kind": "seats-added",
        "what_ifs-4-competency": AID,
        "what_ifs-4-level": "2",
        "what_ifs-4-seats": "12",
        "what_ifs-4-language": "en",
        "what_ifs-4-region": "",
        "what_ifs-4-starts_on": "2027-02-01",
        "what_ifs-4-days": "3",
        "what_ifs-4-cost": "150",
        "what_ifs-5-kind": "budget-cut",
        "what_ifs-5-percent": "20",
        "step": "save",
    }

    page = site.post("/scenarios/new", sent, follow=True)

    assert page.status == 200
    for said in (
        "S/RES/2790 (2025) is published for UNIFIL",
        "Battalion leaves UNIFIL on 20 December 2026",
        "closes on 10 January 2027",
        "10 % of the seats are lost from 1 January 2027 until 28 February 2027: Title of protection-of-civilians, East Africa",
        "12 seats more in Title of first-aid (2 practised) from 1 February 2027, live online, English",
        "new seats and journeys of every mission may cost 20 % less",
    ):
        assert said in page.text
    (line,) = queries.scenario_lines(site.session, reach=None, on=TODAY)
    again = site.get(f"/scenarios/{line.scenario.id}/edit").form()
    assert {name: again[name] for name in sent if name != "step"} == {
        name: sent[name] for name in sent if name != "step"
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"name": ""}, "Enter a name of at most 120 letters.", id="no name"),
        pytest.param({"what_ifs-0-percent": "much"}, "Enter a whole number.", id="no number"),
        pytest.param({"what_ifs-0-percent": "0"}, "Enter a share from 1 to 100 percent.", id="no share"),
        pytest.param({"what_ifs-0-percent": "9" * 30}, "Enter a whole number.", id="beyond all measure"),
        pytest.param({"what_ifs-0-starts_on": "soon"}, "Enter a day, for instance 2027-02-15.", id="no day"),
        pytest.param({"what_ifs-0-weeks": ""}, "Enter a whole number.", id="left empty"),
        pytest.param({"what_ifs-0-missions": "99999"}, "Choose one of the list.", id="no such mission"),
        pytest.param({"what_ifs-0-first": "tallest"}, "Choose one of the list.", id="no such rule"),
        pytest.param({"what_ifs-0-kind": "text"}, "Choose one of the list.", id="no draft chosen"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(site, made, officer, changes, said):
    page = site.sign_in(officer).post("/scenarios/new", written(made, **changes))

    assert page.status == 422
    assert said in page.text
    assert "October 2025" in page.text


def test_a_scenario_without_parts_is_refused(site: Site, officer: PersonId) -> None:
    page = site.sign_in(officer).post("/scenarios/new", {"name": "Nothing", "step": "save"})

    assert page.status == 422
    assert "Add at least one thing that is supposed." in page.text


def test_it_is_changed_worked_out_again_and_discarded(site: Site, work: Work, made: World, officer: PersonId) -> None:
    scenario = saved(work, share(made.mission))
    site.sign_in(officer)
    assert "It has not been worked out yet." in site.get(f"/scenarios/{scenario}").text

    form = site.get(f"/scenarios/{scenario}/edit").form()
    page = site.post(f"/scenarios/{scenario}/edit", form | {"what_ifs-0-percent": "50", "step": "save"}, follow=True)
    assert "50 % of the people" in page.text
    late = site.post(f"/scenarios/{scenario}/edit", form | {"what_ifs-0-percent": "60", "step": "save"})
    assert late.status == 409

    again = site.post(f"/scenarios/{scenario}/work-out", follow=True)
    assert "Nothing that it rests on has changed since 24 November 2026: the figures are the same." in again.text

    gone = site.post(f"/scenarios/{scenario}/discard", again.form("discard"), follow=True)
    assert "is discarded" in gone.text
    assert site.get(f"/scenarios/{scenario}").status == 404


def test_the_file_holds_the_same_figures(site: Site, work: Work, made: World, officer: PersonId) -> None:
    scenario = saved(work, share(made.mission))
    site.sign_in(officer)
    assert site.get(f"/scenarios/{scenario}/figures.json").status == 404
    site.post(f"/scenarios/{scenario}/work-out")

    figures = json.loads(site.get(f"/scenarios/{scenario}/figures.json").body)

    assert figures["name"] == "Liquidity plan"
    assert (figures["figures"]["with"]["leaving"], figures["figures"]["with"]["gaps"]) == (2, 6)
    assert figures["figures"]["without"]["gaps"] == 8
    assert figures["supposed"][0]["is"] == "ShareLeaves"


def test_scenarios_are_compared_side_by_side(site: Site, work: Work, made: World, officer: PersonId) -> None:
    few, many = (
        saved(work, share(made.mission), name="A quarter"),
        saved(work, share(made.mission, percent=50), name="Half"),
    )
    site.sign_in(officer)
    for each in (few, many):
        site.post(f"/scenarios/{each}/work-out")

    page = site.get(f"/scenarios/compare?scenario={few}&scenario={many}")

    assert page.status == 200
    assert page.text.index("A quarter") < page.text.index("Half")
    assert "People who leave early" in page.text
    alone = site.get(f"/scenarios/compare?scenario={few}&scenario=x&scenario=99999")
    assert (alone.status, alone.location) == (303, "/scenarios/")


# Who may


def test_officers_and_managers_share_and_strangers_see_nothing(
    site: Site, session: Session, work: Work, made: World, officer: PersonId, manager: PersonId
) -> None:
    scenario = saved(work, share(made.mission))
    auditor = accounts.holder(session, Office.AUDITOR)
    paths = ["/scenarios/", f"/scenarios/{scenario}"]

    for reader in (officer, manager, auditor):
        assert [site.sign_in(reader).get(path).status for path in paths] == [200, 200]
    assert site.sign_in(auditor).get(f"/scenarios/{scenario}/edit").status == 403
    assert "Work it out" not in site.sign_in(auditor).get(f"/scenarios/{scenario}").text
    stranger = accounts.person(session)
    assert [site.sign_in(stranger).get(path).status for path in paths] == [403, 403]
    assert [site.sign_out().get(path).status for path in paths] == [303, 303]


def test_an_office_for_another_mission_sees_and_changes_nothing_of_it(
    site: Site, session: Session, work: Work, made: World
) -> None:
    scenario = saved(work, share(made.mission))
    other = accounts.mission(session)
    colleague = accounts.holder(session, Office.READINESS_MANAGER, mission=other)
    site.sign_in(colleague)

    assert "Liquidity plan" not in site.get("/scenarios/").text
    assert site.get(f"/scenarios/{scenario}").status == 403
    assert site.get(f"/scenarios/{scenario}/edit").status == 403
    assert site.post(f"/scenarios/{scenario}/work-out").status == 403
    assert site.post(f"/scenarios/{scenario}/discard").status == 403
    refused = site.post("/scenarios/new", written(made))
    assert refused.status == 422
    assert "Choose one of the list." in refused.text


def test_whoever_is_confined_reads_their_own_figures_of_a_wider_scenario(
    site: Site, session: Session, work: Work, made: World, officer: PersonId
) -> None:
    other = accounts.mission(work, name="OTHER")
    accounts.posted_person(work, mission=other, spoken=["en"])
    scenario = saved(work, share())
    site.sign_in(officer).post(f"/scenarios/{scenario}/work-out")
    colleague = accounts.holder(session, Office.READINESS_MANAGER, mission=other)

    page = site.sign_in(colleague).get(f"/scenarios/{scenario}")

    assert page.status == 200
    assert "It looks at missions that are not yours." in page.text
    assert "UNIFIL" not in page.text
    assert "Change it" not in page.text


def test_a_manager_reads_a_scenario_with_a_draft_but_cannot_open_the_draft(
    site: Site, work: Work, made: World, officer: PersonId, manager: PersonId
) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.line("Gender"),))
    number = mandate_operations.save_draft(work, draft=text)
    scenario = saved(work, TextPublished(draft=number))

    assert f"/drafts/{number}" in site.sign_in(officer).get(f"/scenarios/{scenario}").links()
    page = site.sign_in(manager).get(f"/scenarios/{scenario}")
    assert "is published for UNIFIL" in page.text
    assert f"/drafts/{number}" not in page.links()


# Large ones


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large."""
    monkeypatch.setattr(queries, "AT_ONCE", 0)


def test_a_large_one_is_left_to_a_worker_and_its_progress_is_shown(
    site: Site, work: Work, made: World, officer: PersonId, large: None
) -> None:
    scenario = saved(work, share(made.mission))
    site.sign_in(officer)

    page = site.post(f"/scenarios/{scenario}/work-out", follow=True)
    assert "It waits for its turn" in page.text
    assert "Cancel" in page.text
    path = next(link for link in site.get(f"/scenarios/{scenario}").links() if "/what-ifs/" in link)
    assert "What is on file is read" in site.get(f"{path}/progress").body

    site.session.commit()
    jobs.work_off()
    done = site.get(path)
    assert (done.status, done.location) == (303, f"/scenarios/{scenario}")
    assert site.get(f"{path}/progress").status == 204
    assert "for 2 people something changes" in site.get(f"/scenarios/{scenario}").text


def test_a_large_one_is_cancelled(site: Site, work: Work, made: World, officer: PersonId, large: None) -> None:
    scenario = saved(work, share(made.mission))
    site.sign_in(officer)
    path = site.post(f"/scenarios/{scenario}/work-out").location

    page = site.post(f"{path}/cancel", follow=True)

    assert "It was cancelled" in page.text
    site.session.commit()
    jobs.work_off()
    (run,) = queries.runs_of(site.session, scenario=scenario)
    assert run.state is WhatIfState.CANCELLED


def test_only_whoever_may_change_a_scenario_cancels_its_run(
    site: Site, session: Session, work: Work, made: World, large: None
) -> None:
    run = operations.ask_for_scenario(work, scenario=saved(work, share(made.mission)))
    auditor = accounts.holder(session, Office.AUDITOR)
    colleague = accounts.holder(session, Office.READINESS_MANAGER, mission=accounts.mission(session))

    assert site.sign_in(auditor).get(f"/what-ifs/{run}").status == 200
    assert site.sign_in(auditor).post(f"/what-ifs/{run}/cancel").status == 403
    assert site.sign_in(colleague).get(f"/what-ifs/{run}").status == 403
    assert site.sign_in(colleague).post(f"/what-ifs/{run}/cancel").status == 403


def test_a_run_that_fails_says_so_and_changes_nothing(
    site: Site, work: Work, made: World, officer: PersonId, large: None
) -> None:
    run = operations.ask_for_scenario(work, scenario=saved(work, share(made.mission)))
    operations.park_run(work, run=run, because="no such thing")

    page = site.sign_in(officer).get(f"/what-ifs/{run}")

    assert "It was stopped and needs a look" in page.text
    assert "no such thing" in page.text


def test_a_draft_for_a_large_mission_is_worked_out_in_the_background_and_kept(
    site: Site, session: Session, work: Work, made: World, officer: PersonId, large: None
) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.line("Gender"),))
    number = mandate_operations.save_draft(work, draft=text)
    accounts.office(session, person=officer, office=Office.READINESS_MANAGER)
    site.sign_in(officer)
    assert "The mission is large" in site.get(f"/drafts/{number}/preview").text
    assert site.get(f"/drafts/{number}/preview.json").status == 404

    watched = site.post(f"/drafts/{number}/preview/anew", follow=True)
    assert "It waits for its turn" in watched.text
    site.session.commit()
    jobs.work_off()

    page = site.get(f"/drafts/{number}/preview")
    assert "this was worked out on 24 November 2026 and kept" in page.text
    assert "8 people lack some of it" in page.text
    assert f"/people/{made.people[0]}" in page.links()
    assert "Asha" in page.text
    assert json.loads(site.get(f"/drafts/{number}/preview.json").body)["people"]["lacking"] == 8


def test_a_small_draft_is_not_left_to_a_worker(site: Site, work: Work, made: World, officer: PersonId) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=())
    number = mandate_operations.save_draft(work, draft=text)

    answer = site.sign_in(officer).post(f"/drafts/{number}/preview/anew")

    assert (answer.status, answer.location) == (303, f"/drafts/{number}/preview")


def test_the_run_of_a_draft_is_for_those_who_may_draft(
    site: Site, session: Session, work: Work, made: World, manager: PersonId
) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=())
    run = operations.ask_for_draft(work, draft=mandate_operations.save_draft(work, draft=text), version=1)
    colleague = accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))

    assert site.sign_in(manager).get(f"/what-ifs/{run}").status == 403
    assert site.sign_in(colleague).get(f"/what-ifs/{run}").status == 403
    assert site.sign_in(colleague).post(f"/what-ifs/{run}/cancel").status == 403
