"""Declaring a loss, reading it, and ending it: by whoever may, with the numbers shown first."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, planning
from tests.factories.planning import World
from tests.factories.scenarios import declared, saved, share
from tests.support.site import Site
from trainer import jobs
from trainer.accounts.values import Office
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.shocks import queries


@pytest.fixture
def made(work: Work) -> World:
    return planning.world(work, people=8, name="UNIFIL")


@pytest.fixture
def manager(session: Session) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER)


def written(made: World, **changes: str) -> dict[str, str]:
    return {
        "name": "Liquidity plan",
        "kind": "share-leaves",
        "note": "October 2025",
        "what_ifs-0-kind": "share-leaves",
        "what_ifs-0-percent": "25",
        "what_ifs-0-missions": str(made.mission),
        "what_ifs-0-starts_on": "2026-12-01",
        "what_ifs-0-weeks": "18",
        "what_ifs-0-first": "earliest",
        "step": "look",
    } | changes


def test_a_loss_shows_its_numbers_before_it_is_declared(
    site: Site, session: Session, made: World, manager: PersonId
) -> None:
    site.sign_in(manager)
    assert "No loss was declared." in site.get("/losses/").text

    looked = site.post("/losses/new", written(made))
    assert looked.status == 200
    assert "2 people leave before their posting ends." in looked.text
    assert queries.shocks(session) == ()

    page = site.post("/losses/new", looked.form() | {"step": "declare"}, follow=True)
    assert "The loss is declared." in page.text
    assert "25 % of the people of UNIFIL leave over 18 weeks" in page.text
    assert "Liquidity plan" in site.get("/losses/").text
    assert queries.shocks(session)[0].people == 2


def test_numbers_that_have_moved_since_are_shown_again(
    site: Site, session: Session, work: Work, made: World, manager
) -> None:
    looked = site.sign_in(manager).post("/losses/new", written(made))
    for _ in range(8):
        accounts.posted_person(work, mission=made.mission)

    again = site.post("/losses/new", looked.form() | {"step": "declare"})

    assert "4 people leave before their posting ends." in again.text
    assert queries.shocks(session) == ()


def test_another_kind_asks_other_fields_and_keeps_the_name(site: Site, made: World, manager: PersonId) -> None:
    page = site.sign_in(manager).post("/losses/new", written(made, kind="seats-lost", step="choose"))

    assert 'name="what_ifs-0-region"' in page.body
    assert 'value="Liquidity plan"' in page.body


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"name": ""}, "Enter a name of at most 120 letters.", id="no name"),
        pytest.param({"what_ifs-0-percent": "101"}, "Enter a share from 1 to 100 percent.", id="too large"),
        pytest.param({"what_ifs-0-weeks": "0"}, "Enter a number of weeks from 1 to 104.", id="no time"),
        pytest.param({"what_ifs-0-starts_on": ""}, "Enter a day, for instance 2027-02-15.", id="no day"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(site, made, manager, changes, said):
    page = site.sign_in(manager).post("/losses/new", written(made, **changes))

    assert page.status == 422
    assert said in page.text
    assert "October 2025" in page.text


def test_what_a_scenario_supposes_can_be_declared(site: Site, work: Work, made: World, manager: PersonId) -> None:
    scenario = saved(work, share(made.mission))
    site.sign_in(manager)
    path = next(link for link in site.get(f"/scenarios/{scenario}").links() if link.startswith("/losses/new"))

    form = site.get(path).form()

    assert (form["name"], form["what_ifs-0-percent"], form["what_ifs-0-weeks"]) == ("Liquidity plan", "25", "18")
    assert site.get(f"/losses/new?scenario={scenario}&place=7").status == 200
    assert site.get("/losses/new?scenario=x&place=-1").status == 200


def test_a_loss_leads_to_a_plan_and_ending_it_to_another(
    site: Site, work: Work, session: Session, made: World, manager
) -> None:
    planning.approved(work, made)
    shock = declared(work, share(made.mission, percent=100, weeks=1, starts_on=planning.TODAY))
    session.commit()
    jobs.work_off()
    site.sign_in(manager)
    assert "New plan after a loss of capacity: Liquidity plan" in site.get(f"/losses/{shock}").text

    page = site.get(f"/losses/{shock}")
    without = site.post(f"/losses/{shock}/end", page.form("end") | {"because": " "})
    assert (without.status, "Say why it ends" in without.text) == (422, True)
    ended = site.post(f"/losses/{shock}/end", page.form("end") | {"because": "Contributions were paid."}, follow=True)
    assert "The loss is ended." in ended.text
    assert "Contributions were paid." in ended.text
    session.commit()
    jobs.work_off()
    assert "New plan after a loss of capacity ended: Liquidity plan" in site.get(f"/losses/{shock}").text
    assert site.post(f"/losses/{shock}/end", page.form("end") | {"because": "Again."}).status == 403


def test_who_may_read_and_who_may_declare(site: Site, session: Session, work: Work, made: World) -> None:
    shock = declared(work, share(made.mission))
    auditor = accounts.holder(session, Office.AUDITOR)
    colleague = accounts.holder(session, Office.READINESS_MANAGER, mission=accounts.mission(session))
    stranger = accounts.person(session)

    site.sign_in(auditor)
    assert [site.get(path).status for path in ("/losses/", f"/losses/{shock}", "/losses/new")] == [200, 200, 403]
    site.sign_in(colleague)
    assert "Liquidity plan" not in site.get("/losses/").text
    assert site.get(f"/losses/{shock}").status == 403
    assert site.post(f"/losses/{shock}/end", {"version": "1", "because": "No."}).status == 403
    assert site.post("/losses/new", written(made)).status == 422
    everywhere = written(made) | {"what_ifs-0-missions": ""}
    assert site.post("/losses/new", {k: v for k, v in everywhere.items() if v}).status == 403
    site.sign_in(stranger)
    assert [site.get(path).status for path in ("/losses/", f"/losses/{shock}", "/losses/new")] == [403] * 3
    assert queries.shock(session, shock=shock).in_force
    assert site.sign_out().get("/losses/").status == 303


def test_there_is_no_loss_of_another_number(site: Site, manager: PersonId) -> None:
    assert site.sign_in(manager).get("/losses/999").status == 404
