"""The chain as its owner, a stranger, a manager, an auditor and a mandate officer see it."""

from datetime import date

import pytest

from tests.chain.assignments import approved_plan, assignment, baseline, because
from tests.factories import accounts, mandates, readiness
from tests.factories.readiness import CONDUCT, soldier
from trainer.accounts.values import Office, Role
from trainer.kernel.values import wording
from trainer.mandates.values import Force
from trainer.tracks.values import AssignmentState


@pytest.fixture
def place(work):
    return readiness.field(work)


@pytest.fixture
def her(work, place):
    return soldier(work, place, given_name="Amina", family_name="Diallo", poc=None)


@pytest.fixture
def given(work, place, her):
    found = assignment(work, her, because(place))
    approved_plan(work, found)
    return found


WHOLE = (
    "S/RES/2790 (2025), paragraph 4 (a) orders Protection of civilians, which asks for "
    "Title of poc at level 2 practised; so {who} “protection-of-civilians”, due on 10 December 2026."
)


def test_the_owner_reads_why_they_have_it(site, place, her, given):
    page = site.sign_in(her).get(f"/why/{given}")

    assert "Why you have this" in page.text
    assert "Your mission now protects civilians." in page.text
    assert WHOLE.format(who="you have") in page.text
    assert f"/instruments/{place.instrument}" in page.links()
    assert f"/why/missions/{place.mission}/CivProtect" in page.links()
    assert f"/assignments/{given}" in page.links()
    for words in ("Instrument published", "Plan approved", "Training assigned"):
        assert words in page.text
    assert not [link for link in page.links() if link.startswith("/audit/")]


def test_a_colleague_may_not_read_it(work, site, place, given):
    page = site.sign_in(soldier(work, place)).get(f"/why/{given}")

    assert page.status == 403
    assert "somebody else" in page.text


def test_a_visitor_is_led_to_the_sign_in_page(site, place, given):
    assert site.get(f"/why/{given}").status == 303
    assert site.get(f"/why/missions/{place.mission}/CivProtect").status == 303


@pytest.mark.parametrize(
    ("office", "status"),
    [
        (Office.READINESS_MANAGER, 200),
        (Office.AUDITOR, 200),
        (Office.ADMINISTRATOR, 200),
        (Office.MANDATE_OFFICER, 403),
        (Office.TRAINING_PARTNER, 403),
    ],
)
def test_whoever_may_read_about_people_or_the_ledger_reads_it(work, site, given, office, status):
    assert site.sign_in(accounts.holder(work, office)).get(f"/why/{given}").status == status


def test_a_manager_of_another_mission_may_not_read_it(work, site, given):
    manager = accounts.holder(work, Office.READINESS_MANAGER, mission=accounts.mission(work))

    assert site.sign_in(manager).get(f"/why/{given}").status == 403


def test_the_auditor_reads_the_whole_chain_and_who_did_what(work, site, place, her, given):
    page = site.sign_in(accounts.holder(work, Office.AUDITOR)).get(f"/why/{given}")

    assert "Why Amina Diallo has this" in page.text
    assert WHOLE.format(who="Amina Diallo has") in page.text
    assert "New plan after resolution 2790." in page.text
    assert "What they are told Your mission now protects civilians." in page.text
    assert f"/audit/assignment/{given}" in page.links()
    assert f"/people/{her}" in page.links()
    assert len([link for link in page.links() if link.startswith("/audit/entries/")]) == 4


def test_the_baseline_is_asked_by_every_mission(work, site, place, her):
    given = assignment(work, her, baseline(place), module_key="conduct", closes=[[str(CONDUCT), 1]])

    page = site.sign_in(her).get(f"/why/{given}")

    assert "Every mission asks for Title of conduct at level 1 aware; so you have “conduct”" in page.text
    assert "No paragraph: every mission asks for this" in page.text
    assert "Nothing about this is in the ledger." in page.text


def test_what_was_taken_back_says_why(work, site, place, her):
    given = assignment(
        work,
        her,
        because(place),
        state=AssignmentState.WITHDRAWN,
        ended_at=accounts.NOW,
        ended_because=wording("The task ended.").to_json(),
    )

    page = site.sign_in(her).get(f"/why/{given}")

    assert "Ended because The task ended." in page.text
    assert "Open it" not in page.text


def test_there_is_no_page_of_nothing(site, place, her):
    site.sign_in(her)

    paths = ("/why/404", f"/why/missions/{place.mission}/Nonsense", "/why/missions/404/CivProtect")
    assert [site.get(path).status for path in paths] == [404] * 3


def test_a_task_is_followed_down_to_people_and_seats(work, site, place, her, given):
    soldier(work, place, given_name="Rea", family_name="Dy")
    soldier(work, place, role=Role.OBSERVER, outside=True)
    assignment(work, soldier(work, place, poc=None), because(place))

    page = site.sign_in(accounts.holder(work, Office.READINESS_MANAGER)).get(
        f"/why/missions/{place.mission}/CivProtect"
    )

    assert (
        "orders Protection of civilians, which asks for Title of poc at level 2 practised of 4 people, who have 2 open "
        "assignments." in page.text
    )
    assert "Amina Diallo" in page.text
    assert f"/why/{given}" in page.links()
    assert f"/readiness/{place.mission}/POC" in page.links()
    assert "nobody in the mission has them today: Formed police unit" in page.text


def test_somebody_who_may_not_read_about_people_sees_counts_only(work, site, place, her, given):
    page = site.sign_in(soldier(work, place)).get(f"/why/missions/{place.mission}/CivProtect")

    assert page.status == 200
    assert "of 2 people, who have 1 open assignments" in page.text
    assert "Amina Diallo" not in page.text
    assert f"/why/{given}" not in page.links()
    assert f"/readiness/{place.mission}/POC" not in page.links()


def test_a_task_not_in_the_mandate_says_so(site, place, her):
    page = site.sign_in(her).get(f"/why/missions/{place.mission}/Ceasefire")

    assert "Ceasefire monitoring is not in the mandate of UNFIELD today." in page.text


def test_a_task_no_rule_names_ends_early(work, site, place, her):
    mandates.published(
        work,
        place.mission,
        symbol="S/RES/2791 (2026)",
        adopted_on=date(2026, 2, 1),
        effective_on=date(2026, 2, 2),
        tasks=(mandates.line("Ceasefire", force=Force.ENCOURAGED, area_of_operations="Blue Line"),),
    )

    page = site.sign_in(her).get(f"/why/missions/{place.mission}/Ceasefire")

    assert "no requirement rule names it yet" in page.text
    assert "encouraged to assist, Blue Line" in page.text


def test_what_is_asked_everywhere_is_read_by_the_manager_of_the_mission_served_in(work, site, place, her):
    given = assignment(work, her, baseline(place))
    there = accounts.holder(work, Office.READINESS_MANAGER, mission=place.mission)
    elsewhere = accounts.holder(work, Office.READINESS_MANAGER, mission=accounts.mission(work))

    assert site.sign_in(there).get(f"/why/{given}").status == 200
    assert site.sign_in(elsewhere).get(f"/why/{given}").status == 403
