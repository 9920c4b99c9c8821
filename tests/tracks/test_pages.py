"""A person's own training as they see it, and the roster as those see it who hold the session."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import accounts, partners, tracks
from tests.support.site import Page, Site
from trainer.accounts.values import Office, OrganisationId
from trainer.competencies import queries as competency_queries
from trainer.kernel.values import PersonId
from trainer.partners.values import CourseMode, SessionId
from trainer.tracks import queries
from trainer.tracks.models import Attempt
from trainer.tracks.values import AssignmentId, AssignmentState

STATE = AssignmentState
HELD = {"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 20)}


@pytest.fixture
def owner(session: Session) -> PersonId:
    tracks.competency(session)
    tracks.module(session)
    return accounts.person(session, given_name="Amina", family_name="Diallo")


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """Another trainee."""
    return accounts.person(session)


@pytest.fixture
def manager(session: Session) -> PersonId:
    """A readiness manager, who sees people's training on other pages."""
    return accounts.holder(session, Office.READINESS_MANAGER)


def answers(page: Page, report: str = "1", signs: tuple[str, ...] = ("0", "2")) -> dict[str, object]:
    """The form of the questions, filled in."""
    return {**page.form(), "q-report": report, "q-signs": list(signs)}


def pressed(page: Page) -> set[str]:
    """The values of the ticked boxes and radios, with their names."""
    html = "{http://www.w3.org/1999/xhtml}"
    return {
        f"{each.get('name')}={each.get('value')}"
        for each in page.soup.iter(f"{html}input")
        if each.get("checked") is not None
    }


# the first page


def test_the_page_says_what_is_next_by_when_and_why(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)

    page = site.sign_in(owner).get("/my/")

    assert page.status == 200
    for words in ("Next", "Basics of poc-basics", "20 December 2026", "Your mission protects civilians.", "45 min"):
        assert words in page.text
    assert "S/RES/2790 (2025), paragraph 3" in page.text
    assert f"/assignments/{given}" in page.links()


def test_the_page_without_assignments_says_what_to_expect(site: Site, owner: PersonId) -> None:
    page = site.sign_in(owner).get("/my/")

    assert "Nothing is asked of you now." in page.text


def test_the_page_lists_the_rest_what_changed_and_what_is_done(site: Site, session: Session, owner: PersonId) -> None:
    tracks.module(session, key="second")
    tracks.module(session, key="third")
    tracks.overdue_assignment(session, person=owner)
    tracks.assignment(session, person=owner, module="second", due_on=date(2027, 1, 9))
    tracks.completed_assignment(session, person=owner, module="third")
    tracks.withdrawn_assignment(session, person=owner, module="third")

    page = site.sign_in(owner).get("/my/")

    assert "overdue" in page.text
    assert "was due on 23 November 2026" in page.text
    assert "Then one more" in page.text
    assert page.text.index("What changed since last time") < page.text.index("Your mission no longer does this.")
    assert "keeps its credit" in page.text
    assert page.text.index("Done") > page.text.index("Then one more")


def test_seen_changes_are_gone_until_something_changes_again(site: Site, session: Session, owner: PersonId) -> None:
    tracks.withdrawn_assignment(session, person=owner)
    page = site.sign_in(owner).get("/my/")

    after = site.post("/my/changes-seen", page.form("changes-seen"), follow=True)

    assert "What changed since last time" in page.text
    assert "What changed since last time" not in after.text


@pytest.mark.parametrize("until", ["", "yesterday", "2026-11-24T09:00:00"], ids=["nothing", "words", "without a zone"])
def test_an_instant_that_is_none_is_refused(site: Site, owner: PersonId, until: str) -> None:
    assert site.sign_in(owner).post("/my/changes-seen", {"until": until}).status == 422


def test_a_seat_is_shown_with_place_days_and_hour(site: Site, session: Session, owner: PersonId) -> None:
    held = partners.course_session(session, place="Entebbe")
    tracks.seat(session, person=owner, course_session=held)

    page = site.sign_in(owner).get("/my/")

    assert "Seat in Entebbe" in page.text
    assert "8 February 2027, 09:00 (Nairobi)" in page.text


def test_visitors_are_asked_to_sign_in(site: Site) -> None:
    assert site.get("/my/").status == 303


# one assignment


def test_a_module_page_has_lesson_due_day_and_reason(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)

    page = site.sign_in(owner).get(f"/assignments/{given}")

    assert page.status == 200
    assert "Listen first." in page.text
    assert "by 20 December 2026" in page.text
    assert "80% of 2 questions right" in page.text
    assert "Your mission protects civilians." in page.text


@pytest.mark.parametrize(("language", "words", "note"), [("fr", "Écoutez", False), ("ar", "Listen", True)])
def test_a_lesson_is_in_the_readers_language_or_says_that_it_is_not(
    site: Site, session: Session, owner: PersonId, language: str, words: str, note: bool
) -> None:
    given = tracks.assignment(session, person=owner)

    page = site.sign_in(owner).get(f"/assignments/{given}?language={language}")

    assert words in page.text
    assert ('lang="en" dir="ltr"' in page.body) is note


@pytest.mark.parametrize("path", ["", "/questions", "/attempts/1"])
def test_an_assignment_is_its_owners_alone(
    site: Site, session: Session, owner: PersonId, colleague: PersonId, manager: PersonId, path: str
) -> None:
    given = tracks.assignment(session, person=owner)
    tracks.failed_attempt(session, assignment=given)

    for other in (colleague, manager):
        assert site.sign_in(other).get(f"/assignments/{given}{path}").status == 404
    assert site.sign_out().get(f"/assignments/{given}{path}").status == 303


@pytest.mark.parametrize("path", ["begin", "read", "questions"])
def test_nobody_acts_for_another(site: Site, session: Session, owner: PersonId, colleague: PersonId, path: str) -> None:
    given = tracks.assignment(session, person=owner)

    refused = site.sign_in(colleague).post(
        f"/assignments/{given}/{path}", {"token": "t", "q-report": "1", "q-signs": ["0", "2"]}
    )

    assert refused.status == 404
    assert queries.assignment(session, assignment=given).state is STATE.ASSIGNED
    assert session.scalars(select(Attempt)).all() == []


def test_beginning_says_that_it_now_stays(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    site.sign_in(owner)

    page = site.post(f"/assignments/{given}/begin", follow=True)

    assert "No change of plan takes this away from you now." in page.text
    assert "in progress" in page.text
    assert queries.assignment(session, assignment=given).state is STATE.IN_PROGRESS


def test_reading_leads_to_the_questions(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)

    page = site.sign_in(owner).post(f"/assignments/{given}/read")

    assert (page.status, page.location) == (303, f"/assignments/{given}/questions")
    assert queries.assignment(session, assignment=given).lesson_read_at is not None


def test_a_withdrawn_assignment_says_so_and_why(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.withdrawn_assignment(session, person=owner)

    page = site.sign_in(owner).get(f"/assignments/{given}")

    assert "This was taken out of your training" in page.text
    assert "Your mission no longer does this." in page.text
    assert "keeps its credit" in page.text
    assert "I have read it" not in page.text


def test_a_completed_assignment_leads_to_the_record(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.completed_assignment(session, person=owner)

    page = site.sign_in(owner).get(f"/assignments/{given}")

    assert "You completed this on 17 November 2026." in page.text


def test_a_seats_page_has_what_one_needs_to_come(site: Site, session: Session, owner: PersonId) -> None:
    course = partners.course(session, partner=partners.partner(session, name="Kofi Annan Centre"), language="fr")
    held = partners.course_session(session, course=course, place="Accra", time_zone="Africa/Accra")
    given = tracks.seat(session, person=owner, course_session=held)

    page = site.sign_in(owner).get(f"/assignments/{given}")

    for words in (
        "Accra",
        "Kofi Annan Centre",
        "Français",
        "on site",
        "09:00 (Accra)",
        "What to bring",
        "travel order",
    ):
        assert words in page.text


def test_an_online_seat_asks_for_a_connection(site: Site, session: Session, owner: PersonId) -> None:
    course = partners.course(session, mode=CourseMode.LIVE_ONLINE)
    given = tracks.seat(session, person=owner, course_session=partners.course_session(session, course=course))

    page = site.sign_in(owner).get(f"/assignments/{given}")

    assert "a connection that carries speech" in page.text
    assert "travel order" not in page.text


def test_an_absence_is_shown_with_its_reason(site: Site, session: Session, owner: PersonId) -> None:
    held = partners.course_session(session, **HELD)
    given = tracks.seat(
        session, person=owner, course_session=held, absent_because={"key": "You were ill.", "params": {}}
    )

    page = site.sign_in(owner).get(f"/assignments/{given}")

    assert "You were ill. It stays open" in page.text


def test_a_seat_has_no_questions(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.seat(session, person=owner, course_session=partners.course_session(session))

    assert site.sign_in(owner).get(f"/assignments/{given}/questions").location == f"/assignments/{given}"


# the questions


def test_right_answers_complete_the_module_and_show_the_record(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    page = site.sign_in(owner).get(f"/assignments/{given}/questions")

    result = site.post(f"/assignments/{given}/questions", answers(page), follow=True)

    assert result.status == 200
    assert "Passed" in result.text
    assert "2 of 2 right" in result.text
    assert "/my/" in result.links()
    assert queries.assignment(session, assignment=given).state is STATE.COMPLETED
    assert len(competency_queries.evidence_of(session, people=[owner])[owner]) == 1


def test_wrong_answers_are_explained_and_may_be_tried_again(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    page = site.sign_in(owner).get(f"/assignments/{given}/questions")

    result = site.post(f"/assignments/{given}/questions", answers(page, report="0"), follow=True)

    assert "Not passed yet" in result.text
    assert "They are told by others." in result.text
    assert "Right, but not chosen. Command must know first." in result.text
    assert f"/assignments/{given}/questions" in result.links()
    assert queries.assignment(session, assignment=given).state is STATE.IN_PROGRESS


def test_empty_answers_are_an_error_that_keeps_everything(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    page = site.sign_in(owner).get(f"/assignments/{given}/questions")
    sent = page.form() | {"q-report": "1"}

    refused = site.post(f"/assignments/{given}/questions", sent)

    assert refused.status == 422
    assert "One thing needs putting right" in refused.text
    assert "#q-signs-0" in refused.links()
    assert pressed(refused) == {"q-report=1"}
    assert refused.form()["token"] == sent["token"]


def test_an_answer_that_does_not_exist_is_refused(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    page = site.sign_in(owner).get(f"/assignments/{given}/questions")

    for made_up in ("7", "x"):
        assert site.post(f"/assignments/{given}/questions", answers(page, report=made_up)).status == 422


def test_a_form_sent_twice_counts_once(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    sent = answers(site.sign_in(owner).get(f"/assignments/{given}/questions"))

    first = site.post(f"/assignments/{given}/questions", sent)
    second = site.post(f"/assignments/{given}/questions", sent)

    assert first.location == second.location
    assert len(session.scalars(select(Attempt)).all()) == 1


def test_the_questions_of_a_closed_assignment_lead_back_to_it(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.withdrawn_assignment(session, person=owner)

    asked = site.sign_in(owner).get(f"/assignments/{given}/questions")
    sent = site.post(f"/assignments/{given}/questions", {"token": "t", "q-report": "1", "q-signs": ["0", "2"]})

    assert asked.location == f"/assignments/{given}"
    assert sent.status == 409


def test_an_attempt_belongs_to_its_assignment(site: Site, session: Session, owner: PersonId) -> None:
    mine = tracks.assignment(session, person=owner)
    other = tracks.completed_assignment(session, person=owner)
    attempt = tracks.failed_attempt(session, assignment=mine)

    assert site.sign_in(owner).get(f"/assignments/{other}/attempts/{attempt}").status == 404


def test_questions_in_another_language_count_the_same(site: Site, session: Session, owner: PersonId) -> None:
    given = tracks.assignment(session, person=owner)
    page = site.sign_in(owner).get(f"/assignments/{given}/questions?language=fr")

    assert "Your commander (fr)" in page.text
    result = site.post(f"/assignments/{given}/questions", answers(page), follow=True)
    assert "Command must know first. (fr)" in result.text


# the track


def test_the_track_shows_each_step(site: Site, session: Session, owner: PersonId) -> None:
    accounts.posting(session, person=owner, mission=accounts.mission(session))
    tracks.module(session, key="second", teaches={"poc": 4})
    tracks.track(session, "poc-basics", "second")
    tracks.completed_assignment(session, person=owner)

    page = site.sign_in(owner).get("/my/track")

    assert "Infantry" in page.text
    assert "1 of 2 steps done or already held" in page.text
    assert page.text.index("Basics of poc-basics") < page.text.index("Basics of second")


def test_no_track_says_where_to_look(site: Site, owner: PersonId) -> None:
    assert "There is no track for your role yet." in site.sign_in(owner).get("/my/track").text


# the roster


@pytest.fixture
def centre(session: Session) -> OrganisationId:
    return accounts.organisation(session)


@pytest.fixture
def held(session: Session, centre: OrganisationId) -> SessionId:
    course = partners.course(session, partner=partners.partner(session, organisation=centre))
    return partners.course_session(session, course=course, **HELD)


@pytest.fixture
def trainer(session: Session, centre: OrganisationId) -> PersonId:
    """A training partner of the centre that holds the session."""
    return accounts.holder(session, Office.TRAINING_PARTNER, organisation=centre, organisation_id=centre)


@pytest.fixture
def stranger(session: Session) -> PersonId:
    """A training partner of another organisation."""
    other = accounts.organisation(session)
    return accounts.holder(session, Office.TRAINING_PARTNER, organisation=other, organisation_id=other)


def test_the_roster_is_for_the_centre_and_for_managers(
    site: Site,
    session: Session,
    held: SessionId,
    owner: PersonId,
    trainer: PersonId,
    stranger: PersonId,
    manager: PersonId,
) -> None:
    tracks.seat(session, person=owner, course_session=held)

    for path in (f"/sessions/{held}/roster", f"/sessions/{held}/roster/sheet"):
        assert "Amina Diallo" in site.sign_in(trainer).get(path).text
        assert "Amina Diallo" in site.sign_in(manager).get(path).text
        assert site.sign_in(stranger).get(path).status == 403
        assert site.sign_in(owner).get(path).status == 403
    assert site.sign_in(stranger).post(f"/sessions/{held}/roster", {"present": [str(owner)]}).status == 403


def test_attendance_credits_those_present_and_keeps_the_reason_of_the_others(
    site: Site, session: Session, held: SessionId, owner: PersonId, colleague: PersonId, trainer: PersonId
) -> None:
    here = tracks.seat(session, person=owner, course_session=held)
    away = tracks.seat(session, person=colleague, course_session=held)
    page = site.sign_in(trainer).get(f"/sessions/{held}/roster")
    sent = page.form() | {"present": [str(owner)], f"reason-{colleague}": "on leave"}

    after = site.post(f"/sessions/{held}/roster", sent, follow=True)

    assert "Recorded." in after.text
    assert "was not there" in after.text
    assert queries.assignment(session, assignment=here).state is STATE.COMPLETED
    absent = queries.assignment(session, assignment=away).absent_because
    assert absent is not None
    assert "on leave" in str(absent)


def test_a_manager_of_one_mission_answers_for_its_people_alone(
    site: Site, session: Session, held: SessionId, owner: PersonId, colleague: PersonId
) -> None:
    mission = accounts.mission(session)
    accounts.posting(session, person=owner, mission=mission)
    confined = accounts.holder(session, Office.READINESS_MANAGER, mission=mission)
    tracks.seat(session, person=owner, course_session=held)
    elsewhere = tracks.seat(session, person=colleague, course_session=held)

    page = site.sign_in(confined).get(f"/sessions/{held}/roster")
    site.post(f"/sessions/{held}/roster", page.form() | {"present": [str(owner)]})

    assert "One person on the roster" in page.text
    found = queries.assignment(session, assignment=elsewhere)
    assert (found.state, found.absent_because) == (STATE.ASSIGNED, None)


def test_a_session_to_come_has_no_attendance_form(
    site: Site, session: Session, owner: PersonId, manager: PersonId
) -> None:
    coming = partners.course_session(session)
    tracks.seat(session, person=owner, course_session=coming)

    page = site.sign_in(manager).get(f"/sessions/{coming}/roster")
    sent = site.post(f"/sessions/{coming}/roster", {"present": [str(owner)]})

    assert "you can record here who was there" in page.text
    assert sent.status == 422
    assert queries.roster(session, course_session=coming)[0].state is STATE.ASSIGNED


def test_a_stranger_to_the_roster_cannot_be_present(
    site: Site, session: Session, held: SessionId, owner: PersonId, colleague: PersonId, manager: PersonId
) -> None:
    tracks.seat(session, person=owner, course_session=held)

    refused = site.sign_in(manager).post(f"/sessions/{held}/roster", {"present": [str(colleague)]})

    assert refused.status == 422


def test_a_roster_without_people_says_how_they_get_there(site: Site, held: SessionId, manager: PersonId) -> None:
    page = site.sign_in(manager).get(f"/sessions/{held}/roster")

    assert "Nobody has a seat in this session yet." in page.text
    assert "Nobody is expected" in site.get(f"/sessions/{held}/roster/sheet").text


def test_there_is_no_roster_of_no_session(site: Site, manager: PersonId) -> None:
    assert site.sign_in(manager).get("/sessions/99999/roster").status == 404


# size


def test_a_page_of_a_hundred_duties_stays_small(site: Site, session: Session, owner: PersonId) -> None:
    for number in range(100):
        tracks.module(session, key=f"module-{number}")
        tracks.assignment(
            session,
            person=owner,
            module=f"module-{number}",
            assigned_at=datetime(2026, 9, 1, tzinfo=UTC),
        )

    page = site.sign_in(owner).get("/my/")

    assert len(page.body.encode()) < 60_000


def assignment_ids(page: Page) -> list[AssignmentId]:
    """Of the assignments linked on a page."""
    found = (link.removeprefix("/assignments/") for link in page.links() if link.startswith("/assignments/"))
    return [AssignmentId(int(each)) for each in found if each.isdigit()]


def test_the_order_of_the_page_is_the_order_of_urgency(site: Site, session: Session, owner: PersonId) -> None:
    given = []
    for month in (3, 1, 2):
        tracks.module(session, key=f"m-{month}")
        given.append(tracks.assignment(session, person=owner, module=f"m-{month}", due_on=date(2027, month, 1)))
    old = datetime(2026, 9, 1, tzinfo=UTC)
    for each in given:
        session.get_one(tracks.AssignmentRow, each).assigned_at = old

    page = site.sign_in(owner).get("/my/")

    assert list(dict.fromkeys(assignment_ids(page))) == [given[1], given[2], given[0]]
