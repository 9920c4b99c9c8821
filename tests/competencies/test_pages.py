"""Records, evidence and waivers through the site: who sees them, who decides, what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.factories.competencies import (
    AID,
    CONDUCT,
    POC,
    TODAY,
    adopted,
    granted_waiver,
    recorded_evidence,
)
from tests.support.site import Site
from trainer.accounts.values import Office
from trainer.competencies import operations, queries
from trainer.competencies.values import Area, Level, Owners, Source, SourceRef
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work


@pytest.fixture
def trainee(work: Work) -> PersonId:
    """Somebody in a mission with current, due-soon and lapsed evidence, and one earlier piece."""
    adopted(work)
    mission = accounts.mission(work, name="UNFIELD")
    person = accounts.posted_person(work, mission=mission, given_name="Amina", family_name="Diallo")
    recorded_evidence(work, person)
    recorded_evidence(work, person, level=Level.AWARE, observed_on=date(2025, 12, 1))
    recorded_evidence(work, person, competency=CONDUCT, observed_on=date(2025, 12, 24))
    recorded_evidence(
        work,
        person,
        competency=AID,
        observed_on=date(2024, 1, 10),
        source=SourceRef(source=Source.NATIONAL_CERTIFICATE, subject="Certificate 17/2024"),
    )
    return person


@pytest.fixture
def manager(work: Work) -> PersonId:
    """A readiness manager of every mission."""
    return accounts.holder(work, Office.READINESS_MANAGER, given_name="Jonas", family_name="Berg")


@pytest.fixture
def elsewhere(work: Work) -> PersonId:
    """A readiness manager of another mission."""
    return accounts.holder(work, Office.READINESS_MANAGER, mission=accounts.mission(work))


# one's own record


def test_the_own_record_shows_what_is_held_until_when_and_by_what(site: Site, trainee: PersonId) -> None:
    page = site.sign_in(trainee).get("/my/record")

    assert page.status == 200
    assert "Title of protection-of-civilians 2 practised recognised course or module: A course" in page.text
    assert "24 December 2026 due soon" in page.text
    assert "national certificate: Certificate 17/2024 10 January 2024 10 January 2025 lapsed" in page.text
    assert "One more piece of evidence, earlier or lower" in page.text
    assert "Revoke" not in page.text


def test_the_own_record_can_be_narrowed_to_a_state(site: Site, trainee: PersonId) -> None:
    page = site.sign_in(trainee).get("/my/record?state=lapsed")
    nothing = site.get("/my/record?state=unknown")

    assert "Title of first-aid" in page.text
    assert "Title of conduct" not in page.text
    assert "Nothing is in this state" in nothing.text


def test_a_newcomer_reads_where_evidence_comes_from(site: Site, work: Work) -> None:
    page = site.sign_in(accounts.person(work)).get("/my/record")

    assert "There is no evidence of what you can do yet" in page.text


def test_the_record_has_a_sheet_for_paper(site: Site, trainee: PersonId, manager: PersonId, work: Work) -> None:
    granted_waiver(work, trainee, by=manager)

    sheet = site.sign_in(trainee).get("/my/record/sheet")

    assert sheet.status == 200
    assert "Amina Diallo" in sheet.text
    assert "Waivers in force" in sheet.text
    assert "Goes on no patrol alone" in sheet.text


def test_what_probably_faded_is_advice_apart_from_what_counts(site: Site, trainee: PersonId) -> None:
    page = site.sign_in(trainee).get("/my/record")

    assert "it decides nothing" in page.text
    assert "Title of conduct: probably fading" in page.text


# somebody's record


def test_a_manager_opens_the_record_of_the_missions_people(site: Site, trainee: PersonId, manager: PersonId) -> None:
    page = site.sign_in(manager).get(f"/people/{trainee}/record")

    assert page.status == 200
    assert "Record of Amina Diallo" in page.text
    assert f"/people/{trainee}/evidence" in page.links()
    assert f"/people/{trainee}/waivers" in page.links()


def test_an_auditor_reads_and_decides_nothing(site: Site, trainee: PersonId, work: Work) -> None:
    auditor = accounts.holder(work, Office.AUDITOR)

    page = site.sign_in(auditor).get(f"/people/{trainee}/record")

    assert page.status == 200
    assert "Grant a waiver" not in page.text
    assert site.get(f"/people/{trainee}/waivers").status == 403
    assert site.get(f"/people/{trainee}/evidence").status == 403
    assert site.get(f"/people/{trainee}/record/sheet").status == 200


@pytest.mark.parametrize("page", ["record", "record/sheet", "evidence", "waivers"])
def test_a_colleague_sees_nothing_of_it(site: Site, trainee: PersonId, work: Work, page: str) -> None:
    assert site.sign_in(accounts.person(work)).get(f"/people/{trainee}/{page}").status == 403


@pytest.mark.parametrize("page", ["record", "record/sheet", "evidence", "waivers"])
def test_a_manager_of_another_mission_sees_nothing_of_it(
    site: Site, trainee: PersonId, elsewhere: PersonId, page: str
) -> None:
    assert site.sign_in(elsewhere).get(f"/people/{trainee}/{page}").status == 403


@pytest.mark.parametrize("page", ["record", "record/sheet", "evidence", "waivers"])
def test_a_visitor_is_asked_to_sign_in(site: Site, trainee: PersonId, page: str) -> None:
    assert site.get(f"/people/{trainee}/{page}").status == 303


def test_a_person_who_does_not_exist_is_not_found(site: Site, manager: PersonId) -> None:
    assert site.sign_in(manager).get("/people/999999/record").status == 404
    assert site.get("/waivers/999999/revoke").status == 404


# evidence


def evidence_form(**changes: str) -> dict[str, Any]:
    return {
        "competency": POC,
        "level": "3",
        "source": "observed",
        "subject": "Exercise Blue Line",
        "observed_on": "2026-11-20",
    } | changes


def test_a_manager_records_what_was_observed(
    site: Site, trainee: PersonId, manager: PersonId, session: Session
) -> None:
    site.sign_in(manager)
    assert site.get(f"/people/{trainee}/evidence").status == 200

    page = site.post(f"/people/{trainee}/evidence", evidence_form(), follow=True)

    assert "Recorded. It counts from now on." in page.text
    piece = queries.evidence_of(session, people=[trainee])[trainee][-1]
    assert (piece.level, piece.source, piece.subject) == (Level.INDEPENDENT, Source.OBSERVED, "Exercise Blue Line")
    assert piece.expires_on == date(2028, 11, 20)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"competency": ""}, "Choose a competency."),
        ({"level": ""}, "Choose the level that was shown."),
        ({"source": "hearsay"}, "Kind of evidence"),
        ({"subject": " "}, "Say what the evidence rests on."),
        ({"observed_on": "yesterday"}, "Day on which it was shown"),
        ({"observed_on": "2026-11-25"}, "Evidence cannot be of a day to come."),
    ],
)
def test_evidence_that_is_not_complete_is_shown_again(
    site: Site, trainee: PersonId, manager: PersonId, changes: dict[str, str], message: str
) -> None:
    page = site.sign_in(manager).post(f"/people/{trainee}/evidence", evidence_form(**changes))

    assert page.status == 422
    assert message in page.text
    assert page.text.startswith("Error:")


def test_a_manager_only_declares_about_themselves(site: Site, manager: PersonId, work: Work) -> None:
    adopted(work)

    page = site.sign_in(manager).post(f"/people/{manager}/evidence", evidence_form())

    assert page.status == 422
    assert "What you enter about yourself is self-declared." in page.text


# waivers


def waiver_form(**changes: str) -> dict[str, Any]:
    return {
        "competency": AID,
        "starts_on": "2026-11-24",
        "ends_on": "2026-12-23",
        "reason": "The course was cancelled",
        "mitigation": "A medic rides along",
    } | changes


def test_a_manager_grants_a_waiver_up_to_its_last_day(
    site: Site, trainee: PersonId, manager: PersonId, session: Session
) -> None:
    site.sign_in(manager)
    assert site.get(f"/people/{trainee}/waivers").status == 200

    page = site.post(f"/people/{trainee}/waivers", waiver_form(), follow=True)

    assert "The waiver is granted." in page.text
    assert "The course was cancelled A medic rides along Jonas Berg in force" in page.text
    (waiver,) = queries.waivers_of(session, people=[trainee], on=TODAY)[trainee]
    assert (waiver.last_on, waiver.granted_by) == (date(2026, 12, 23), manager)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"competency": ""}, "Choose a competency."),
        ({"starts_on": ""}, "Enter the first day"),
        ({"ends_on": "2026-11-01"}, "The waiver must end after it begins."),
        ({"reason": ""}, "Say why the requirement is waived."),
        ({"mitigation": ""}, "Say what is done instead"),
    ],
)
def test_a_waiver_that_is_not_complete_is_shown_again(
    site: Site, trainee: PersonId, manager: PersonId, changes: dict[str, str], message: str
) -> None:
    page = site.sign_in(manager).post(f"/people/{trainee}/waivers", waiver_form(**changes))

    assert page.status == 422
    assert message in page.text


def test_a_second_waiver_for_the_same_days_is_refused_at_its_first_day(
    site: Site, trainee: PersonId, manager: PersonId
) -> None:
    site.sign_in(manager).post(f"/people/{trainee}/waivers", waiver_form())

    page = site.post(f"/people/{trainee}/waivers", waiver_form(starts_on="2026-12-23", ends_on="2027-01-05"))

    assert page.status == 422
    assert "There is a waiver for this competency from 24 November 2026 to 23 December 2026." in page.text


def test_a_manager_revokes_a_waiver_after_seeing_it_again(
    site: Site, trainee: PersonId, manager: PersonId, work: Work
) -> None:
    number = granted_waiver(work, trainee, by=manager)
    record = site.sign_in(manager).get(f"/people/{trainee}/record")
    asked = site.get(f"/waivers/{number}/revoke")

    page = site.post(f"/waivers/{number}/revoke", follow=True)

    assert f"/waivers/{number}/revoke" in record.links()
    assert "Goes on no patrol alone" in asked.text
    assert "The waiver is revoked." in page.text
    assert site.post(f"/waivers/{number}/revoke").status == 409


@pytest.mark.parametrize("reader", ["trainee", "elsewhere"])
def test_nobody_but_the_missions_manager_revokes_a_waiver(
    site: Site, trainee: PersonId, manager: PersonId, elsewhere: PersonId, work: Work, reader: str
) -> None:
    number = granted_waiver(work, trainee, by=manager)

    page = site.sign_in(trainee if reader == "trainee" else elsewhere).post(f"/waivers/{number}/revoke")

    assert page.status == 403
    assert queries.waivers_of(work.session, people=[trainee], on=TODAY)[trainee][0].id == number


# what there is


def test_everybody_reads_the_competencies_by_area_with_levels_and_owners(site: Site, work: Work) -> None:
    adopted(work)
    owner = accounts.person(work, given_name="Leila", family_name="Haddad")
    operations.name_area_owners(work, area=Area.POC, owners=Owners(requirements_authority=owner, department_head=None))

    page = site.sign_in(accounts.person(work)).get("/competencies/")
    one = site.get("/competencies/?area=POC")

    assert (
        "Protection of civilians POC Owns the need: Leila Haddad. Matches modules and courses to it: nobody yet."
        in page.text
    )
    assert "Can do conduct. 12 months" in page.text
    assert "4 instructor Teaches it to others" in page.text
    assert "Can do conduct." not in one.text
    assert site.get("/competencies/?area=CFM").text.count("No competency belongs to this area yet.") == 1


def test_without_a_framework_the_page_says_so(site: Site, work: Work) -> None:
    page = site.sign_in(accounts.person(work)).get("/competencies/")

    assert "No framework is in use yet." in page.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_records_are_read_in_every_language(site: Site, trainee: PersonId, language: str) -> None:
    page = site.sign_in(trainee).get(f"/my/record?language={language}")

    assert page.status == 200
    assert f"{'Titre de' if language == 'fr' else 'عنوان'} first-aid" in page.text


def test_a_coming_waiver_can_be_revoked_too(site: Site, trainee: PersonId, manager: PersonId, work: Work) -> None:
    number = granted_waiver(work, trainee, by=manager, starts_on=TODAY + timedelta(days=5))

    page = site.sign_in(manager).get(f"/people/{trainee}/record")

    assert "to come" in page.text
    assert f"/waivers/{number}/revoke" in page.links()
