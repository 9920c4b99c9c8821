"""The page that shows what a draft would do, and its files."""

import json
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import work_on
from tests.factories import accounts, mandates, planning
from tests.factories.planning import AID, CONDUCT, POC, TODAY, World
from tests.support.site import Site
from trainer.accounts.values import Office
from trainer.cli import mandate_previews
from trainer.cli.database import open_engine
from trainer.interop import mandates_json, previews_json
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations
from trainer.mandates.values import DraftId
from trainer.previews import queries


@pytest.fixture
def made(work: Work) -> World:
    world = planning.world(work, name="UNIFIL")
    operations.publish_rules(
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
def draft(work: Work, made: World) -> DraftId:
    content = mandates.draft(
        made.mission,
        symbol="S/RES/2801 (2026)",
        adopted_on=None,
        effective_on=TODAY,
        tasks=(mandates.line("Gender"), mandates.ending("CivProtect")),
    )
    return operations.save_draft(work, draft=content)


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


def test_the_officer_sees_readable_figures_then_tables(site: Site, draft: DraftId, officer: PersonId) -> None:
    site.sign_in(officer)
    assert f"/drafts/{draft}/preview" in site.get(f"/drafts/{draft}").links()

    page = site.get(f"/drafts/{draft}/preview")

    assert page.status == 200
    assert "What S/RES/2801 (2026) would do" in page.text
    assert "3 people lack some of it" in page.text
    assert "Title of first-aid" in page.text
    assert "nothing that gives it is offered to this role" in page.text
    assert "below the best possible, and that is proven" in page.text
    assert "Gender equality" in page.text
    assert page.text.index("Readiness over six months") < page.text.index("What is asked of each role")
    assert "/people/" not in " ".join(page.links())


def test_names_are_shown_only_to_those_who_may_read_people(
    site: Site, session: Session, made: World, draft: DraftId, officer: PersonId
) -> None:
    accounts.office(session, person=officer, office=Office.READINESS_MANAGER)

    page = site.sign_in(officer).get(f"/drafts/{draft}/preview")

    assert f"/people/{made.people[0]}" in page.links()


def test_who_may_not_draft_for_the_mission_may_not_look_ahead(site: Site, session: Session, draft: DraftId) -> None:
    colleague = accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))
    stranger = accounts.person(session)
    paths = [
        f"/drafts/{draft}/preview",
        f"/drafts/{draft}/preview.json",
        f"/drafts/{draft}/draft.json",
        f"/drafts/{draft}/preview.csv",
    ]

    assert [site.sign_in(colleague).get(path).status for path in paths] == [403] * 4
    assert [site.sign_in(stranger).get(path).status for path in paths] == [403] * 4
    assert site.sign_out().get(paths[0]).status == 303


def test_looking_ahead_leaves_no_trace(site: Site, session: Session, draft: DraftId, officer: PersonId) -> None:
    site.sign_in(officer)
    before = session.scalar(select(func.count()).select_from(LedgerEntry))

    site.get(f"/drafts/{draft}/preview")

    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before


def test_a_draft_with_problems_says_so_first(site: Site, work: Work, made: World, officer: PersonId) -> None:
    content = mandates.draft(made.mission, symbol="", adopted_on=None, effective_on=TODAY, tasks=())
    wrong = operations.save_draft(work, draft=content)

    page = site.sign_in(officer).get(f"/drafts/{wrong}/preview")

    assert page.status == 200
    assert "It cannot be published as it is" in page.text
    assert "What a text without symbol would do" in page.text


def test_there_is_no_preview_of_a_draft_that_was_discarded(
    site: Site, work: Work, draft: DraftId, officer: PersonId
) -> None:
    operations.discard_draft(work, draft=draft)

    assert site.sign_in(officer).get(f"/drafts/{draft}/preview").status == 404


def test_the_files_hold_the_same_figures(site: Site, draft: DraftId, officer: PersonId) -> None:
    site.sign_in(officer)

    figures = json.loads(site.get(f"/drafts/{draft}/preview.json").body)
    file = json.loads(site.get(f"/drafts/{draft}/draft.json").body)

    assert figures["people"] == {"in_mission": 3, "asked_for_more": 3, "asked_for_less": 3, "lacking": 3}
    assert figures["short"][0]["competency"] == AID
    assert [each["task_kind"] for each in figures["tasks"]["added"]] == ["Gender"]
    assert figures["tasks"]["added"][0]["paragraph"] == "4 (a)"
    assert len(figures["readiness"]["all"]) == 7
    assert file["instruments"][0]["symbol"] == "S/RES/2801 (2026)"


def test_what_ends_later_stands_in_the_head_figures_and_in_every_file(
    site: Site, work: Work, made: World, draft: DraftId, officer: PersonId
) -> None:
    ends = mandates.line("CivProtect", ends_on=date(2027, 1, 1))
    begins = mandates.line("Gender", starts_on=date(2027, 2, 1))
    content = mandates.draft(
        made.mission, symbol="S/RES/2802 (2026)", adopted_on=None, effective_on=TODAY, tasks=(ends, begins)
    )
    later = operations.save_draft(work, draft=content)
    site.sign_in(officer)

    page = site.get(f"/drafts/{later}/preview")
    file = json.loads(site.get(f"/drafts/{later}/preview.json").body)["later"]
    sheet = site.get(f"/drafts/{later}/preview.csv")
    both = site.get(f"/drafts/compare?draft={draft}&draft={later}")

    assert "1 task ends later: on 31 December 2026" in page.text
    assert "1 task begins or changes later: on 1 February 2027" in page.text
    assert "Protection of civilians ends" in page.text
    assert (file["tasks_ended"], file["people_asked_for_less"], file["people_lacking"]) == (1, 3, 3)
    assert file["days"][0]["last_on"] == "2026-12-31"
    assert [each["task_kind"] for each in file["days"][0]["tasks"]["dropped"]] == ["CivProtect"]
    assert file["days"][0]["people"] == {"in_mission": 3, "asked_for_more": 0, "asked_for_less": 3, "lacking": 0}
    assert "2027-01-01,No longer asked for something,3," in sheet.text
    assert "2027-01-01,Task,Protection of civilians ends," in sheet.text
    assert "Asked for less later" in both.text
    assert "1 task ends later: on 31 December 2026" in both.text


def test_later_days_are_counted_as_far_as_the_tasks_reach(
    site: Site, work: Work, made: World, officer: PersonId
) -> None:
    far = date(2029, 6, 1)
    accounts.posted_person(work, mission=made.mission, ends_on=date(2030, 1, 1))
    content = mandates.draft(
        made.mission,
        symbol="S/RES/2802 (2026)",
        adopted_on=None,
        effective_on=TODAY,
        expires_on=None,
        tasks=(mandates.line("CivProtect", ends_on=far),),
    )
    later = operations.save_draft(work, draft=content)

    page = site.sign_in(officer).get(f"/drafts/{later}/preview")
    (day,) = json.loads(site.get(f"/drafts/{later}/preview.json").body)["later"]["days"]

    assert day["last_on"] == "2029-05-31"
    assert day["people"] == {"in_mission": 1, "asked_for_more": 0, "asked_for_less": 1, "lacking": 0}
    assert "as far as its tasks reach" in page.text
    assert "the first of them only" not in page.text


def test_of_very_many_later_days_people_are_counted_on_the_first_and_the_page_says_so(
    site: Site, work: Work, made: World, officer: PersonId
) -> None:
    sectors = tuple(
        mandates.line("Gender", area_of_operations=f"Sector {number}", ends_on=date(2027, 1, 1 + number))
        for number in range(26)
    )
    content = mandates.draft(
        made.mission, symbol="S/RES/2803 (2026)", adopted_on=None, effective_on=TODAY, tasks=sectors
    )
    later = operations.save_draft(work, draft=content)

    page = site.sign_in(officer).get(f"/drafts/{later}/preview")

    assert page.text.count("not counted") == 3 * 2, "three figures on each of the last two days"
    assert "the first of them only" in page.text


def test_the_command_gives_the_same_figures(
    empty_database: AbstractContextManager[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    file = tmp_path / "draft.json"
    with empty_database as url:
        engine = open_engine(url)
        with Session(engine) as session:
            work = work_on(session)
            made = planning.world(work)
            later = mandates.line("Gender", starts_on=date(2027, 2, 1))
            ends_all = mandates.draft(
                made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.ending(), later)
            )
            file.write_text(json.dumps(mandates_json.write_draft(work.session, draft=ends_all)), encoding="utf-8")
            expected = previews_json.preview_to_json(queries.preview_of(work.session, draft=ends_all, on=TODAY))
            session.commit()
        engine.dispose()
        day = ["--on", TODAY.isoformat(), "--database", url]

        given = CliRunner().invoke(mandate_previews.preview, [str(file), "--json", *day])
        told = CliRunner().invoke(mandate_previews.preview, [str(file), *day])

    assert given.exit_code == 0, given.output
    assert json.loads(given.output) == expected
    assert "of 3, 0 are asked for more (0 of them lack some of it) and 3 for less" in told.output
    assert "Later: 0 tasks end, 0 change, 1 begin" in told.output
    assert "from 2027-02-01: Gender added" in told.output


def test_a_draft_that_cannot_be_read_is_refused_with_everything_wrong(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    file.write_text('{"format": "trainer-mandate/1", "mission": {}, "instruments": [{"symbol": 1}]}', encoding="utf-8")

    given = CliRunner().invoke(
        mandate_previews.preview, [str(file), "--database", f"sqlite:///{tmp_path / 'empty.db'}"]
    )

    assert given.exit_code == 1
    assert "mission: key is missing." in given.output
    assert "instruments/0: effective_on is missing." in given.output
    assert "instruments/0/symbol: This must be of the kind string." in given.output
