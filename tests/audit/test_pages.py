"""The audit pages, as the auditor, a manager, a trainee and a visitor see them."""

import csv
import io
import json
from dataclasses import fields
from datetime import date

import pytest
from sqlalchemy import update

from tests.audit.ledgers import recorded, remark
from tests.factories import accounts, mandates, scenarios
from trainer.accounts.events import OfficeGranted, PersonMoved
from trainer.accounts.values import Office
from trainer.audit import operations, queries
from trainer.competencies.events import EvidenceRecorded
from trainer.kernel.events import REGISTRY
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates import operations as mandate_operations
from trainer.mandates.events import InstrumentPublished
from trainer.scenarios import operations as scenario_operations
from trainer.scenarios.events import ScenarioSaved
from trainer.scenarios.values import TextPublished
from trainer.tracks.events import ModulesAssigned
from trainer.web.audit.words import DECISIONS, EVENTS, PARTS


@pytest.fixture
def auditor(work, site):
    return site.sign_in(accounts.holder(work, Office.AUDITOR, given_name="Ada", family_name="Udit"))


@pytest.fixture
def her(work):
    return accounts.person(work, given_name="Amina", family_name="Diallo", key="un-4711")


@pytest.fixture
def manager(work):
    return accounts.holder(work, Office.READINESS_MANAGER, given_name="Max", family_name="Anager")


@pytest.fixture
def story(work, work_as, her, manager):
    """An instrument, somebody who moved, an office, evidence, a remark and training; the last entry is not sealed."""
    mission = accounts.mission(work, name="UNFIELD", full_name="Field mission")
    by_manager = work_as(manager)
    made = {
        "mission": mission,
        "published": by_manager.record(
            InstrumentPublished(
                mission_id=mission,
                instrument_id=3,
                symbol="S/RES/2790 (2025)",
                effective_on=date(2026, 12, 1),
                added=("CivProtect", "Ceasefire"),
                dropped=(),
                changed=(),
            )
        ),
        "moved": by_manager.record(
            PersonMoved(person_id=her, from_mission_id=None, to_mission_id=mission, on=date(2026, 11, 24))
        ),
        "granted": by_manager.record(OfficeGranted(person_id=her, office="auditor")),
        "evidence": work.record(
            EvidenceRecorded(person_id=her, evidence_id=9, competency="poc", level=2, source="observed")
        ),
        "remark": remark(work, about=her),
    }
    work.session.flush()
    operations.seal(work)
    made["assigned"] = work.record(ModulesAssigned(plan_id=None, assigned=(5, 6, 7), withdrawn=()))
    work.session.flush()
    return made


def test_every_event_and_every_part_of_it_has_words():
    known = {name: kind for name, kind in REGISTRY.items() if kind.__module__.startswith("trainer.")}

    assert set(known) - set(EVENTS) == set()
    assert {item.name for kind in known.values() for item in fields(kind)} - set(PARTS) == set()
    assert set(EVENTS) >= DECISIONS


def test_an_auditor_begins_with_decisions(auditor, story):
    page = auditor.get("/audit/")

    assert "Instrument published" in page.text
    assert "Instrument: S/RES/2790 (2025)" in page.text
    assert "Max Anager" in page.text
    assert "Evidence recorded" not in page.text
    assert "3 entries, the latest first" in page.text


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("group=everything", "Training assigned", "Plan approved"),
        ("group=evidence", "Evidence recorded", "Person moved"),
        ("group=everything&by=jobs", "Evidence recorded", "Person moved"),
        ("group=everything&by=people", "Person moved", "Evidence recorded"),
        ("since=2026-11-25", "No entry is like that.", "Person moved"),
        ("since=2026-11-24&until=2026-11-24", "Person moved", "No entry is like that."),
        ("until=2026-11-23", "No entry is like that.", "Person moved"),
        ("group=nonsense&by=angels&since=soon&until=31", "Person moved", "Evidence recorded"),
    ],
)
def test_entries_are_narrowed_by_the_address(auditor, story, query, seen, unseen):
    # the links of groups name no single event, so words of events are found in the table alone
    page = auditor.get(f"/audit/?{query}")

    assert seen in page.text
    assert unseen not in page.text


def test_what_one_person_did_can_be_shown_alone(auditor, story, manager):
    page = auditor.get(f"/audit/?group=everything&actor=person:{manager}")

    assert "Only what Max Anager did." in page.text
    assert "Evidence recorded" not in page.text


def test_a_new_ledger_says_so(auditor):
    assert "Nobody has decided anything yet." in auditor.get("/audit/").text


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("diallo", "/audit/person/{her}"),
        ("un-4711", "/audit/person/{her}"),
        ("2790", "/audit/instrument/3"),
        ("unfield", "/audit/mission/{mission}"),
        ("2", "/audit/entries/{moved}"),
        ("#2", "/audit/entries/{moved}"),
    ],
)
def test_people_instruments_missions_and_entries_are_found(auditor, story, her, text, path):
    page = auditor.get("/audit/", query_string={"q": text})

    wanted = path.format(her=her, mission=story["mission"], moved=story["moved"].id)
    assert wanted in page.links()


def test_what_nobody_is_called_is_not_found(auditor, story):
    page = auditor.get("/audit/?q=zzz")

    assert "Found for “zzz”" in page.text
    assert "Nothing has that name." in page.text


def test_a_thing_has_its_history(auditor, story, her):
    page = auditor.get(f"/audit/person/{her}")

    assert "History: Person Amina Diallo" in page.text
    for words in ("Person moved", "Office granted", "Office: Auditor", "Evidence recorded", "Level: 2 practised"):
        assert words in page.text
    assert "Instrument published" not in page.text


def test_an_instrument_is_called_by_its_symbol(auditor, story):
    assert "History: Instrument S/RES/2790 (2025)" in auditor.get("/audit/instrument/3").text


def test_a_scenario_has_its_history_with_what_it_supposed_each_time(auditor, work):
    mission = accounts.mission(work, name="UNIFIL")
    saved = scenarios.saved(work, scenarios.share(mission), name="A quarter leaves")
    scenario_operations.save_scenario(
        work, draft=scenarios.draft(scenarios.share(mission, percent=40), name="More leave"), reach=None, scenario=saved
    )
    other = scenarios.saved(work, scenarios.share(mission), name="Another one")
    work.session.flush()

    page = auditor.get(f"/audit/scenario/{saved}")

    assert other != saved
    assert "History: Scenario More leave" in page.text
    assert page.text.count("Scenario saved") >= 2
    assert "percent" not in page.text
    assert "25 % of the people of UNIFIL leave over 18 weeks from 1 December 2026" in page.text
    assert "40 % of the people of UNIFIL leave over 18 weeks" in page.text
    assert "Another one" not in page.text
    assert "part en 18 semaines" in auditor.get(f"/audit/scenario/{saved}?language=fr").text
    assert "خلال 18" in auditor.get(f"/audit/scenario/{saved}?language=ar").text


def test_a_scenario_names_a_draft_that_is_open_no_more_and_leaves_what_it_cannot_read_as_it_is(auditor, work):
    mission = accounts.mission(work)
    draft = mandate_operations.save_draft(work, draft=mandates.draft(mission, symbol="S/RES/2799"))
    work.session.flush()
    saved = scenarios.saved(work, TextPublished(draft=draft))
    mandate_operations.discard_draft(work, draft=draft)
    work.record(ScenarioSaved(scenario_id=saved, title="Old", missions=(mission,), supposed=('{"is": "Unheard"}', "{")))
    work.session.flush()

    page = auditor.get(f"/audit/scenario/{saved}")

    assert "S/RES/2799 is published for" in page.text
    assert '{"is": "Unheard"}' in page.text


def test_a_thing_nobody_knows_has_none(auditor):
    assert "Nothing was recorded about this." in auditor.get("/audit/plan/404").text
    assert auditor.get("/audit/unicorn/1").status == 404


def test_an_entry_is_told_in_words_with_its_seals(auditor, story):
    page = auditor.get(f"/audit/entries/{story['published'].id}")

    assert "This entry is as it was recorded" in page.text
    assert "Tasks added Protection of civilians and Ceasefire monitoring" in page.text
    assert "In force from 1 December 2026" in page.text
    assert "Who Max Anager" in page.text
    assert "The first entry" in page.text
    assert f"/audit/entries/{story['moved'].id}" in page.links()


def test_an_unsealed_entry_says_so(auditor, story):
    page = auditor.get(f"/audit/entries/{story['assigned'].id}")

    assert "not sealed yet" in page.text
    assert "Assigned 3" in page.text
    assert "The last entry" in page.text


def test_a_changed_entry_says_so(auditor, work, story):
    work.session.execute(update(LedgerEntry).where(LedgerEntry.number == 2).values(actor="person:1"))

    page = auditor.get(f"/audit/entries/{story['moved'].id}")

    assert "This entry does not prove itself" in page.text
    assert "Entry 2 was changed after it was sealed." in page.text


def test_personal_texts_are_shown_until_they_are_erased(auditor, work, story, her):
    path = f"/audit/entries/{story['remark'].id}"
    assert "Was absent without leave." in auditor.get(path).text

    operations.erase_person_texts(work, person=her)

    page = auditor.get(path)
    assert "Was absent without leave." not in page.text
    assert "erased; the seal does not need it" in page.text
    assert "as it was recorded" in page.text


def test_an_entry_that_is_not_there_is_no_page(auditor):
    assert auditor.get("/audit/entries/404").status == 404


def test_the_ledger_is_proved_on_a_press(auditor, work, story):
    assert "Prove it now" in auditor.get("/audit/verify").text
    assert "The ledger proves itself" in auditor.get("/audit/verify?now=1").text

    work.session.execute(update(LedgerEntry).where(LedgerEntry.number == 2).values(actor="person:1"))

    page = auditor.get("/audit/verify?now=1")
    assert "The ledger has 1 fault" in page.text
    assert f"/audit/entries/{story['moved'].id}" in page.links()


def test_an_entry_whose_event_is_unknown_is_shown_all_the_same(auditor, work, story):
    work.session.execute(
        update(LedgerEntry)
        .where(LedgerEntry.number == 3)
        .values(event="SomethingFromTheFuture", payload={"new_part": ["a", "b"], "other": None})
    )

    page = auditor.get(f"/audit/entries/{story['granted'].id}")

    assert "SomethingFromTheFuture" in page.text
    assert "new part a and b" in page.text


def test_the_ledger_is_a_file_too(auditor, story, manager):
    page = auditor.get("/audit/file?group=everything")

    heads, *rows = csv.reader(io.StringIO(page.body.removeprefix("\ufeff")))
    assert heads[:5] == ["Number", "Entry", "Recorded", "Actor", "Who"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", ""]
    assert rows[0][3:7] == [f"person:{manager}", "Max Anager", "InstrumentPublished", "Instrument published"]
    assert json.loads(rows[0][7])["symbol"] == "S/RES/2790 (2025)"
    assert "Was absent" not in page.body


def test_the_history_of_a_thing_is_a_file_too(auditor, story, her):
    page = auditor.get(f"/audit/file?group=everything&kind=person&subject={her}")

    assert len(page.body.splitlines()) == 5


def test_a_long_history_comes_in_pages(auditor, work):
    recorded(work, 60)

    assert "Page 1 of 2" in auditor.get("/audit/?group=everything").text


PATHS = ("/audit/", "/audit/file", "/audit/person/1", "/audit/entries/1", "/audit/verify")


@pytest.mark.parametrize("office", [office for office in Office if office is not Office.AUDITOR])
def test_nobody_else_reads_the_ledger(work, site, office):
    site.sign_in(accounts.holder(work, office))

    assert {site.get(path).status for path in PATHS} == {403}


def test_a_visitor_is_led_to_the_sign_in_page(site, session):
    assert {site.get(path).status for path in PATHS} == {303}


def test_reading_the_ledger_leaves_no_trace_in_it(auditor, session, story):
    before = queries.seal_state(session)

    for path in PATHS:
        auditor.get(path)

    assert queries.seal_state(session) == before
