"""The pages of phases and conditions: entered with a text, read by everybody, confirmed and taken back by an officer."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.factories.mandates import condition, line, phase, published
from tests.mandates.test_pages import HEADING, entered
from tests.support.site import Site
from trainer.accounts.models import Mission
from trainer.accounts.values import MissionId, MissionStatus, Office
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import DraftId, InstrumentId, MilestoneKind


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNISFA", place="Abyei")


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """An officer for another mission only."""
    return accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))


@pytest.fixture
def stranger(session: Session) -> PersonId:
    return accounts.person(session)


@pytest.fixture
def text(work: Work, mission: MissionId) -> InstrumentId:
    return published(
        work,
        mission,
        symbol="S/RES/2802",
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        tasks=(line("CivProtect"), line("PoliceReform", begins_with="joint police", ahead=True)),
        milestones=(
            condition("joint police", words="A joint police for Abyei stands."),
            phase("second phase", starts_on=date(2027, 1, 1), ends_on=date(2027, 7, 1)),
        ),
    )


def path_of(text: InstrumentId, what: str, place: int = 0) -> str:
    return f"/instruments/{text}/conditions/{place}/{what}"


def test_the_mission_says_what_waits_and_for_what(
    site: Site, mission: MissionId, text: InstrumentId, stranger: PersonId
) -> None:
    page = site.sign_in(stranger).get(f"/missions/{mission}")

    assert "once “joint police” has come" in page.text
    assert "trained for ahead" in page.text
    assert f"/missions/{mission}/conditions" in page.links()
    assert "once “joint police” has come" in site.get(f"/missions/{mission}/table").text
    assert "from “joint police” on" in site.get(f"/instruments/{text}").text


def test_everybody_reads_what_depends_on_a_condition(
    site: Site, mission: MissionId, text: InstrumentId, stranger: PersonId
) -> None:
    page = site.sign_in(stranger).get(f"/missions/{mission}/conditions")

    assert "A joint police for Abyei stands." in page.text
    assert "not met yet" in page.text
    assert "from 1 January 2027" in page.text
    assert "Begins with it: Support to police" in page.text
    assert path_of(text, "confirm") not in page.links()


def test_an_officer_confirms_with_evidence_after_seeing_what_follows(
    site: Site, mission: MissionId, text: InstrumentId, officer: PersonId
) -> None:
    page = site.sign_in(officer).get(f"/missions/{mission}/conditions")
    assert path_of(text, "confirm") in page.links()
    page = site.get(path_of(text, "confirm"))
    assert "Support to police" in page.text

    done = site.post(path_of(text, "confirm"), page.form() | {"evidence": "Report S/2026/17"}, follow=True)

    assert done.status == 200
    assert "“joint police” is confirmed as met." in done.text
    assert "Report S/2026/17" in done.text
    assert "met since 24 November 2026" in done.text
    assert site.get(path_of(text, "confirm")).status == 303


def test_a_confirmation_without_evidence_says_all_that_is_missing_and_keeps_what_was_typed(
    site: Site, text: InstrumentId, officer: PersonId
) -> None:
    page = site.sign_in(officer).get(path_of(text, "confirm"))

    page = site.post(path_of(text, "confirm"), page.form() | {"met_on": "2025-12-31", "evidence": "A meeting"})
    assert page.status == 422
    assert "enter that day or a later one" in page.text
    assert page.form()["evidence"] == "A meeting"
    assert page.form()["met_on"] == "2025-12-31"
    page = site.post(path_of(text, "confirm"), page.form() | {"evidence": " "})
    assert page.status == 422
    assert "enter that day or a later one" in page.text
    assert "Say on what evidence" in page.text
    page = site.post(path_of(text, "confirm"), page.form() | {"met_on": "soon"})
    assert "Enter a day" in page.text


def test_what_was_confirmed_meanwhile_is_not_confirmed_again(
    site: Site, work: Work, mission: MissionId, text: InstrumentId, officer: PersonId
) -> None:
    page = site.sign_in(officer).get(path_of(text, "confirm"))
    published(work, mission, symbol="S/RES/2810", effective_on=date(2026, 2, 1), adopted_on=None)

    page = site.post(path_of(text, "confirm"), page.form() | {"evidence": "Report"})

    assert page.status == 409
    assert "Somebody changed this mandate" in page.text
    assert page.form()["evidence"] == "Report"


def confirmed(work: Work, text: InstrumentId, mission: MissionId, person: PersonId | None = None) -> None:
    operations.confirm_condition(
        work,
        instrument=text,
        condition="joint police",
        met_on=work.today,
        evidence="Report S/2026/17",
        seen_version=queries.mandate_version(work.session, mission=mission),
    )


def test_a_successor_takes_it_back_with_a_reason(
    site: Site, work: Work, mission: MissionId, text: InstrumentId, officer: PersonId
) -> None:
    confirmed(work, text, mission)
    page = site.sign_in(officer).get(path_of(text, "take-back"))
    assert "Report S/2026/17" in page.text

    assert site.post(path_of(text, "take-back"), page.form()).status == 422
    done = site.post(path_of(text, "take-back"), page.form() | {"because": "It was dissolved."}, follow=True)

    assert "The confirmation of “joint police” is taken back." in done.text
    assert "It was dissolved." in done.text
    assert "not met yet" in done.text
    assert site.get(path_of(text, "take-back")).status == 303


@pytest.mark.parametrize("what", ["confirm", "take-back"])
def test_only_who_publishes_for_the_mission_may(
    site: Site, text: InstrumentId, colleague: PersonId, stranger: PersonId, what: str
) -> None:
    assert site.sign_in(stranger).get(path_of(text, what)).status == 403
    assert site.sign_in(colleague).get(path_of(text, what)).status in {403, 404}
    assert site.post(path_of(text, what), {"evidence": "I say so", "because": "I say so"}).status in {403, 404}


@pytest.mark.parametrize("place", [1, 2, 7])
def test_a_phase_and_what_is_not_there_cannot_be_confirmed(
    site: Site, text: InstrumentId, officer: PersonId, place: int
) -> None:
    assert site.sign_in(officer).get(path_of(text, "confirm", place)).status == 404


# In the form of a text


def with_condition(**changes: str) -> Mapping[str, str]:
    given = {
        "milestones-0-name": "joint police",
        "milestones-0-kind": "condition",
        "milestones-0-words": "A joint police stands.",
        "milestones-0-origin": "new",
        "tasks-0-task_kind": "PoliceReform",
        "tasks-0-origin": "new",
        "tasks-0-change": "set",
        "tasks-0-modalities": "assist",
        "tasks-0-force": "requested",
        "tasks-0-priority": "2",
        "tasks-0-paragraph": "4",
        "tasks-0-begins_with": "Joint police",
        "tasks-0-ahead": "y",
    }
    return given | {name.replace("__", "-"): value for name, value in changes.items()}


def draft_after(page: Any) -> DraftId:
    return DraftId(int(str(page.location).rsplit("/", 1)[-1]))


def test_an_officer_adds_and_removes_a_condition_and_nothing_typed_is_lost(
    site: Site, mission: MissionId, officer: PersonId
) -> None:
    path = f"/missions/{mission}/new-instrument"
    page = site.sign_in(officer).get(path)
    page = site.post(path, entered(page, **HEADING) | {"step": "add-milestone"})
    assert page.status == 200
    page = site.post(path, page.form() | {"milestones-0-name": "joint police", "step": "add-milestone"})
    assert page.form()["milestones-0-name"] == "joint police"
    assert page.form()["symbol"] == HEADING["symbol"]
    page = site.post(path, page.form() | {"step": "remove-milestones-1"})
    assert "milestones-1-name" not in page.form()


def test_a_draft_holds_its_conditions_and_what_depends_on_them(
    site: Site, session: Session, mission: MissionId, officer: PersonId
) -> None:
    path = f"/missions/{mission}/new-instrument"
    page = site.sign_in(officer).get(path)

    done = site.post(path, entered(page, **HEADING) | with_condition() | {"step": "save"})

    assert done.status == 303
    found = queries.draft(session, draft=draft_after(done))
    assert [(each.name, each.kind) for each in found.milestones] == [("joint police", MilestoneKind.CONDITION)]
    assert (found.tasks[0].begins_with, found.tasks[0].ahead) == ("Joint police", True)
    page = site.get(f"/drafts/{draft_after(done)}")
    assert "once “Joint police” has come" in page.text
    form = site.get(f"/drafts/{draft_after(done)}/edit").form()
    assert (form["milestones-0-name"], form["tasks-0-begins_with"]) == ("joint police", "Joint police")


def test_every_contradiction_of_a_form_is_told_at_its_field_at_once(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    published(
        work, mission, symbol="S/RES/2790", effective_on=date(2024, 1, 1), adopted_on=None, expires_on=date(2025, 1, 1)
    )
    path = f"/missions/{mission}/new-instrument"
    page = site.sign_in(officer).get(path)
    wrong = with_condition(
        tasks__0__begins_with="nobody's",
        tasks__0__starts_on="2027-03-01",
        tasks__0__last_on="2027-02-01",
        milestones__0__kind="phase",
        milestones__0__starts_on="2027-03-01",
        milestones__0__last_on="2027-01-01",
        paragraphs="1|2",
    )
    own = {name: value for name, value in page.form().items() if not name.startswith("tasks-")}
    sent = own | dict(HEADING) | dict(wrong) | {"step": "save"}

    page = site.post(path, sent)

    assert page.status == 422
    for said in (
        "S/RES/2790 (2025) is already on file for this mission.",
        "The mandate ran out before that",
        "No phase or condition is called nobody's",
        "Enter a last day on or after the day it starts.",
        "The phase ends before it starts.",
        "has no paragraph 4",
    ):
        assert said in page.text
    kept = page.form()
    assert {name: kept.get(name) for name in wrong} == dict(wrong) | {"tasks-0-ahead": kept.get("tasks-0-ahead")}


def test_a_renewal_of_a_closed_mission_is_refused_at_its_field_with_all_else(
    site: Site, work: Work, officer: PersonId
) -> None:
    over = accounts.mission(work, name="UNAMID")
    published(work, over, effective_on=date(2021, 1, 1), adopted_on=None, expires_on=None, expiry_known=False)
    work.session.get_one(Mission, over).status = MissionStatus.CLOSED
    work.session.flush()
    path = f"/missions/{over}/new-instrument"
    page = site.sign_in(officer).get(path)

    page = site.post(path, page.form() | dict(HEADING) | {"symbol": "nonsense", "step": "save"})

    assert page.status == 422
    assert "UNAMID is closed, so its mandate cannot be renewed." in page.text
    assert "Enter the symbol as printed on the text" in page.text


def test_a_text_on_file_names_what_may_be_used(
    site: Site, mission: MissionId, text: InstrumentId, officer: PersonId
) -> None:
    page = site.sign_in(officer).get(f"/missions/{mission}/new-instrument")

    assert "On file, and may be named: joint police, second phase." in page.text


def test_a_day_ahead_is_shown_as_such(
    site: Site, work: Work, mission: MissionId, text: InstrumentId, officer: PersonId
) -> None:
    operations.confirm_condition(
        work,
        instrument=text,
        condition="joint police",
        met_on=work.today + timedelta(days=8),
        evidence="Report S/2026/17",
        seen_version=queries.mandate_version(work.session, mission=mission),
    )

    assert "from 2 December 2026" in site.sign_in(officer).get(f"/missions/{mission}/conditions").text
    assert "from 2 December 2026" in site.get(f"/missions/{mission}").text


# From a text

TEXT = """
S/RES/2802 (2025)
1. Decides to extend the mandate of UNISFA until 15 November 2026;
2. Requests UNISFA to protect civilians in the Abyei Area;
3. Requests UNISFA to support police reform, subject to the establishment of a joint police;
4. Requests UNISFA, in the second phase, until 30 June 2026, to monitor the border;
"""


def test_phases_and_conditions_are_suggested_and_kept_where_a_task_names_them(
    site: Site, session: Session, mission: MissionId, officer: PersonId
) -> None:
    path = f"/missions/{mission}/from-text"
    page = site.sign_in(officer).get(path)
    page = site.post(path, page.form() | {"language": "en", "text": TEXT})
    form = page.form()
    names = {value for name, value in form.items() if name.startswith("milestones-") and name.endswith("-name")}
    assert names == {"the establishment of a joint police", "second phase"}
    places = {
        value: name.split("-")[1]
        for name, value in form.items()
        if name.startswith("tasks-") and name.endswith("-paragraph")
    }
    accepted = {f"tasks-{places[each]}-decision": "accept" for each in ("2", "3")}
    filled = {"symbol": "S/RES/2802 (2025)", "effective_on": "2026-12-01", "last_on": "2027-11-15", "period": "until"}

    done = site.post(f"{path}/suggestions", form | accepted | filled | {"step": "save"})

    assert done.status == 303
    found = queries.draft(session, draft=draft_after(done))
    assert [each.name for each in found.milestones] == ["the establishment of a joint police"]
    assert {each.begins_with for each in found.tasks} == {"", "the establishment of a joint police"}
    assert found.paragraphs == ("1", "2", "3", "4")


def test_a_paragraph_that_is_not_in_the_entered_text_is_told_at_its_field(
    site: Site, session: Session, mission: MissionId, officer: PersonId
) -> None:
    path = f"/missions/{mission}/from-text"
    page = site.sign_in(officer).get(path)
    page = site.post(path, page.form() | {"language": "en", "text": TEXT})
    form = page.form()
    place = next(name.split("-")[1] for name, value in form.items() if name.endswith("-paragraph") and value == "2")
    filled = {"effective_on": "2026-12-01", "last_on": "2027-11-15", "period": "until"}
    wrong = {f"tasks-{place}-decision": "accept", f"tasks-{place}-paragraph": "12", "step": "save"}

    page = site.post(f"{path}/suggestions", form | filled | wrong)

    assert page.status == 422
    assert "The text as it was entered has no paragraph 12." in page.text
    assert page.form()[f"tasks-{place}-paragraph"] == "12"
