"""The board, a mission and a cell, as managers, officers, auditors, trainees and confined managers see them."""

import csv
import io
from datetime import date, timedelta

import pytest

from tests.factories import accounts, readiness
from tests.factories.readiness import TODAY, soldier
from trainer.accounts.values import Office, Role
from trainer.readiness import operations


@pytest.fixture
def place(work):
    return readiness.field(work, full_name="Field mission of the United Nations")


@pytest.fixture
def people(work, place):
    found = {
        "ready": soldier(work, place, given_name="Rea", family_name="Dy"),
        "never": soldier(work, place, given_name="Nel", family_name="Ver", poc=None),
        "lapsed": soldier(work, place, given_name="Lars", family_name="Psed", poc=date(2024, 1, 31)),
    }
    other = accounts.organisation(work, name="Bland")
    found["observer"] = soldier(
        work, place, role=Role.OBSERVER, outside=True, organisation_id=other, given_name="Obi", family_name="Server"
    )
    operations.want_refresh(work, missions=[place.mission])
    operations.refresh_wanted(work)
    return found


@pytest.fixture
def manager(work, site, people):
    return site.sign_in(accounts.holder(work, Office.READINESS_MANAGER))


def rows_of(page):
    return list(csv.reader(io.StringIO(page.body.removeprefix("\ufeff"))))


def test_the_board_shows_missions_by_areas(manager, place):
    page = manager.get("/readiness/")

    assert page.status == 200
    assert "UNFIELD, Protection of civilians: 2 of 4" in page.text
    assert "UNFIELD, Conduct and core baseline: 4 of 4" in page.text
    assert "worst: never" in page.text
    assert f"/readiness/{place.mission}/POC" in page.links()
    assert "In the mandate of no mission shown here" in page.text


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("role=observer", "Protection of civilians: 1 of 1"),
        ("role=observer&group=newer", "Conduct and core baseline: 1 of 1"),
        ("status=closed", "No mission is like that."),
        ("sort=-ready", "Protection of civilians: 2 of 4"),
        ("role=admiral&status=lost&group=none&organisation=many&sort=worst", "Protection of civilians: 2 of 4"),
    ],
)
def test_the_board_is_narrowed_by_its_address(manager, query, seen):
    assert seen in manager.get(f"/readiness/?{query}").text


def test_the_board_counts_one_organisation(manager, place):
    page = manager.get(f"/readiness/?organisation={place.organisation}")

    assert "Protection of civilians: 1 of 3" in page.text
    assert f"/readiness/{place.mission}/POC?organisation={place.organisation}" in page.links()


def test_the_board_says_when_figures_are_behind(manager, work, place):
    operations.want_refresh(work, missions=[place.mission])

    assert "figures of 1 mission are being worked out" in manager.get("/readiness/").text


def test_an_empty_board_says_what_to_do(work, site):
    site.sign_in(accounts.holder(work, Office.READINESS_MANAGER))

    assert "There is no mission yet." in site.get("/readiness/").text


def test_the_board_is_a_file_too(manager):
    page = manager.get("/readiness/file?role=infantry")

    heads, *rows = rows_of(page)
    assert page.headers["Content-Disposition"].startswith('attachment; filename="readiness-2026-11-24')
    assert heads[:5] == ["Mission", "Code", "Area", "Required", "Ready"]
    by_code = {row[1]: row for row in rows}
    assert len(rows) == 27
    assert by_code["POC"][3:5] == ["3", "1"]
    assert by_code["POC"][-2:] == ["never", "2026-11-24"]
    assert by_code["CYB"][-2] == "not in the mandate"


def test_a_confined_manager_sees_only_their_missions(work, site, place, people):
    other = accounts.mission(work, name="UNOTHER")
    site.sign_in(accounts.holder(work, Office.READINESS_MANAGER, mission=other))

    assert "UNFIELD" not in site.get("/readiness/").text
    assert "UNOTHER" in site.get("/readiness/").text
    assert [site.get(f"/readiness/{place.mission}{more}").status for more in ("", "/POC", "/POC/file")] == [403] * 3


@pytest.mark.parametrize("office", [Office.TRAINEE, Office.TRAINING_PARTNER, Office.ADMINISTRATOR])
def test_others_do_not_see_readiness(work, site, place, office):
    site.sign_in(accounts.holder(work, office))

    paths = ("/readiness/", "/readiness/file", f"/readiness/{place.mission}", f"/readiness/{place.mission}/POC")
    assert [site.get(path).status for path in paths] == [403] * 4


def test_a_visitor_is_led_to_the_sign_in_page(site, session):
    assert site.get("/readiness/").status == 303


def test_a_mission_shows_areas_units_and_what_is_to_be_expected(manager, work, place):
    readiness.snapshot(work.session, mission=place.mission, on=TODAY - timedelta(days=30))

    page = manager.get(f"/readiness/{place.mission}")

    assert "Protection of civilians 2 of 4" in page.text
    assert "Battalion 1 Aland" in page.text
    assert "Outside units" in page.text
    assert "ready, as expected" in page.text
    assert page.text.count("Look ahead") == 1


def test_a_forecast_can_be_by_month(manager, place):
    assert "24 November 2027" in manager.get(f"/readiness/{place.mission}?by=month").text
    assert "24 November 2027" not in manager.get(f"/readiness/{place.mission}").text


def test_a_mission_without_counts_says_so(work, site):
    mission = accounts.mission(work)
    site.sign_in(accounts.holder(work, Office.READINESS_MANAGER))

    page = site.get(f"/readiness/{mission}")

    assert "being worked out" in page.text
    assert "Nothing is required of anybody" in page.text
    assert site.get("/readiness/404").status == 404


def test_a_cell_names_people_worst_first_with_what_is_missing(manager, place, people):
    page = manager.get(f"/readiness/{place.mission}/POC")

    text = page.text
    assert text.index("Nel Ver") < text.index("Lars Psed") < text.index("Obi Server")
    assert "Title of poc, 2 practised" in text
    assert f"/people/{people['never']}" in page.links() or "/stub/accounts.person" in page.links()
    assert f"/why/missions/{place.mission}/CivProtect" in page.links() or "/stub/chain.task" in page.links()
    assert "Battalion 1 Aland 1 of 3" in text


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("state=lapsed", "Lars Psed", "Nel Ver"),
        ("role=observer", "Obi Server", "Nel Ver"),
        ("state=waived", "Nobody is in that state.", "Nel Ver"),
        ("role=civilian", "Nobody of that role and organisation", "Nel Ver"),
        ("state=odd&unit=x", "Nel Ver", "Nobody is in that state."),
    ],
)
def test_a_cell_is_narrowed_by_its_address(manager, place, query, seen, unseen):
    page = manager.get(f"/readiness/{place.mission}/POC?{query}")

    assert seen in page.text
    assert unseen not in page.text


def test_a_cell_can_be_opened_for_one_unit(manager, place):
    page = manager.get(f"/readiness/{place.mission}/POC?unit={place.unit}")

    assert "Nel Ver" in page.text
    assert "Obi Server" not in page.text
    assert "Show people of all units" in page.text


def test_a_cell_not_in_the_mandate_says_so(manager, place):
    assert "not in the mandate of UNFIELD" in manager.get(f"/readiness/{place.mission}/CYB").text
    assert manager.get(f"/readiness/{place.mission}/XYZ").status == 404


def test_the_baseline_is_asked_by_no_task(manager, place):
    assert "Asked in every mission, whatever its mandate." in manager.get(f"/readiness/{place.mission}/CND").text


def test_a_mandate_officer_sees_counts_and_no_names(work, site, place, people):
    site.sign_in(accounts.holder(work, Office.MANDATE_OFFICER))

    page = site.get(f"/readiness/{place.mission}/POC")

    assert "2 of 4 people hold what is required" in page.text
    assert "Nel Ver" not in page.text
    assert site.get(f"/readiness/{place.mission}/POC/file").status == 403


def test_a_long_cell_comes_in_pages(manager, work, place):
    for _ in range(52):
        soldier(work, place, poc=None)

    assert "Page 1 of 2" in manager.get(f"/readiness/{place.mission}/POC").text
    assert "Rea Dy" in manager.get(f"/readiness/{place.mission}/POC?page=2").text


def test_a_cell_is_a_file_too_and_no_name_in_it_is_a_formula(manager, work, place):
    soldier(work, place, given_name="=HYPERLINK(1)", family_name="Evil", poc=None)

    page = manager.get(f"/readiness/{place.mission}/POC/file?state=never")

    _, *rows = rows_of(page)
    assert {row[1] for row in rows} == {"Nel Ver", "'=HYPERLINK(1) Evil"}
    assert {row[5] for row in rows} == {"never"}


def test_people_who_lack_nothing_have_one_row_in_the_file(manager, place):
    _, *rows = rows_of(manager.get(f"/readiness/{place.mission}/POC/file?state=current"))

    assert {row[1]: row[8] for row in rows} == {"Rea Dy": "current", "Obi Server": "current"}
