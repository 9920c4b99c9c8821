"""The pages of partners as an owner, a colleague, a stranger, a manager and everybody else meet them."""

from dataclasses import dataclass
from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts
from tests.factories import partners as factory
from tests.support.site import Site
from trainer.accounts.values import MissionId, Office, OrganisationId
from trainer.kernel.values import PersonId
from trainer.partners import queries
from trainer.partners.values import (
    AwardStanding,
    CourseId,
    CourseMode,
    CourseState,
    PartnerId,
    RecognitionState,
    SessionId,
    SessionState,
)

HOSTILE = "<script>alert(1)</script> https://phish.example"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people of these tests, and the partner that two of them work for."""

    organisation: OrganisationId
    partner: PartnerId
    owner: PersonId
    colleague: PersonId
    stranger: PersonId
    manager: PersonId
    trainee: PersonId


@pytest.fixture
def cast(field: Session) -> Cast:
    ours = accounts.organisation(field, name="Centre of Nairobi")
    theirs = accounts.organisation(field, name="Academy of Oslo")
    factory.partner(field, organisation=theirs, name="Academy of Oslo")
    return Cast(
        organisation=ours,
        partner=factory.partner(field, organisation=ours, name="Centre of Nairobi"),
        owner=accounts.holder(field, Office.TRAINING_PARTNER, organisation_id=ours, organisation=ours),
        colleague=accounts.holder(field, Office.TRAINING_PARTNER, organisation_id=ours, organisation=ours),
        stranger=accounts.holder(field, Office.TRAINING_PARTNER, organisation_id=theirs, organisation=theirs),
        manager=accounts.holder(field, Office.READINESS_MANAGER),
        trainee=accounts.person(field),
    )


COURSE = {
    "title": "Protecting civilians at night",
    "summary": "Two nights in the field.",
    "language": "fr",
    "mode": "on-site",
    "days": "5",
    "cost": "900",
    "roles": ["infantry", "observer"],
    "award_0": "poc",
    "level_0": "2",
    "award_1": "",
    "level_1": "",
    "module_0": "protection-of-civilians",
    "requires_competency": "cpr",
    "requires_level": "1",
}
SESSION = {
    "starts_on": "2027-02-08",
    "ends_on": "2027-02-12",
    "starts_time": "8:30",
    "time_zone": "Africa/Nairobi",
    "place": "Karen, Nairobi",
    "region": "east-africa",
    "seats": "20",
    "least_seats": "8",
    "quota_organisation_0": "",
    "quota_mission_0": "",
    "quota_seats_0": "",
    "quota_until_0": "",
}


def page_of(session: Session, course: int) -> queries.CoursePage:
    return queries.course_page(session, course=CourseId(course), on=TODAY)


# The list


def test_everybody_reads_the_published_courses(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner, title="Convoys")
    factory.course_session(session, course=course, seats=12, seats_taken=2)
    factory.draft_course(session, title="Secret draft")

    page = site.sign_in(cast.trainee).get("/courses/")

    assert page.status == 200
    assert "One course" in page.text
    assert "Convoys" in page.text
    assert "10" in page.text
    assert "Secret draft" not in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("area=CPR", ["Children"]),
        ("held-in=fr", ["Convoys"]),
        ("mode=live-online", ["Children"]),
        ("words=conv", ["Convoys"]),
        ("partner=none&area=XXX&mode=telepathy&held-in=tlh", ["Children", "Convoys"]),
        ("area=ELE", []),
    ],
)
def test_courses_are_narrowed_by_the_address(
    site: Site, cast: Cast, session: Session, query: str, shown: list[str]
) -> None:
    factory.course(session, title="Convoys", language="fr")
    factory.course(session, title="Children", awards={"cpr": 1}, mode=CourseMode.LIVE_ONLINE)

    page = site.sign_in(cast.trainee).get(f"/courses/?{query}")

    assert [title for title in ("Children", "Convoys") if title in page.text] == shown


def test_a_long_list_is_paged(site: Site, cast: Cast, session: Session) -> None:
    for _ in range(51):
        factory.course(session, partner=cast.partner)

    first, second = (site.sign_in(cast.trainee).get(f"/courses/?page={page}") for page in (1, 2))

    assert "Page 1 of 2" in first.text
    assert sum("/courses/" in link for link in first.links()) > 50
    assert "Page 2 of 2" in second.text


def test_an_empty_list_says_what_to_do(site: Site, cast: Cast) -> None:
    site.sign_in(cast.trainee)

    assert "No partner has published a course yet." in site.get("/courses/").text
    assert "Take a filter away." in site.get("/courses/?words=x").text


def test_visitors_sign_in_first(site: Site, cast: Cast) -> None:
    assert "/sign-in" in site.get("/courses/").location


# One course, one session


def test_a_course_shows_recognition_with_its_dates(site: Site, cast: Cast, session: Session) -> None:
    course = factory.unrecognised_course(
        session, awards={"poc": 3, "cpr": 1}, modules=["protection-of-civilians"], roles=["infantry"], cost=12_345
    )
    factory.recognition(
        session, course=course, level=2, expires_on=date(2027, 10, 20), decided_by_id=cast.manager, reason="Compared."
    )
    factory.course_session(session, course=course, starts_time=time(14, 30))

    page = site.sign_in(cast.trainee).get(f"/courses/{course}")

    for words in (
        "3 independent",
        "2 practised",
        "20 October 2027",
        "waiting for recognition",
        "Compared.",
        "Infantry",
        "123.45",
        "Protection of civilians",
        "14:30 (Nairobi)",
    ):
        assert words in page.text
    assert "Change" not in page.text


def test_text_of_partners_is_shown_as_text(site: Site, cast: Cast, session: Session) -> None:
    partner = factory.partner(session, name=HOSTILE, kind=HOSTILE)
    course = factory.unrecognised_course(session, partner=partner, title=HOSTILE, summary=HOSTILE)
    factory.recognition(session, course=course, reason=HOSTILE, ended_at=factory.NOW)
    held = factory.course_session(session, course=course, place=HOSTILE)
    cancelled = factory.course_session(
        session, course=course, place=HOSTILE, state=SessionState.CANCELLED, cancelled_because=HOSTILE
    )
    site.sign_in(cast.manager)
    paths = ["/courses/", f"/courses/{course}", f"/sessions/{held}", f"/sessions/{cancelled}", "/recognition/"]

    for path in (*paths, f"/courses/{course}/recognise"):
        page = site.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.body
        assert HOSTILE in page.text
        assert not any("phish.example" in link for link in page.links())


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("colleague", 200), ("manager", 200), ("stranger", 404), ("trainee", 404)],
)
def test_a_draft_is_seen_by_its_partner_and_by_those_who_will_decide(
    site: Site, cast: Cast, session: Session, who: str, status: int
) -> None:
    course = factory.draft_course(session, partner=cast.partner)
    held = factory.course_session(session, course=course)
    site.sign_in(getattr(cast, who))

    assert site.get(f"/courses/{course}").status == status
    assert site.get(f"/sessions/{held}").status == status


def test_a_session_names_its_time_zone_and_whom_seats_are_kept_for(site: Site, cast: Cast, session: Session) -> None:
    mission = accounts.mission(session, name="UNMISS")
    held = factory.course_session(session, time_zone="Asia/Kathmandu", seats_taken=7, least_seats=9)
    factory.quota(session, course_session=held, mission=mission)
    factory.quota(session, course_session=held, mission=mission, organisation=cast.organisation, seats=2)

    page = site.sign_in(cast.trainee).get(f"/sessions/{held}")

    for words in ("09:00 (Kathmandu)", "7 of 20", "UNMISS", "Centre of Nairobi in UNMISS", "at least 9 people"):
        assert words in page.text
    assert "Who comes" not in page.text


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_those_who_may_see_the_roster_are_led_there(site: Site, cast: Cast, session: Session, who: str) -> None:
    held = factory.course_session(session, course=factory.course(session, partner=cast.partner))

    page = site.sign_in(getattr(cast, who)).get(f"/sessions/{held}")

    assert f"/sessions/{held}/roster" in page.links()


@pytest.mark.parametrize("path", ["/courses/999", "/sessions/999", "/courses/999/edit", "/sessions/999/cancel"])
def test_what_does_not_exist_is_not_found(site: Site, cast: Cast, path: str) -> None:
    assert site.sign_in(cast.owner).get(path).status == 404


# A partner's own pages


def test_a_partner_enters_publishes_and_fills_a_course(site: Site, cast: Cast, session: Session) -> None:
    site.sign_in(cast.owner)

    added = site.post("/courses/new", COURSE)
    course = int(added.location.rpartition("/")[2])
    draft_page = site.get(added.location)
    site.post(f"/courses/{course}/publish", draft_page.form("/publish"))
    opened = site.post(f"/courses/{course}/sessions/new", SESSION)

    found = page_of(session, course)
    assert (found.state, found.draft.title, found.draft.cost) == (CourseState.PUBLISHED, COURSE["title"], 90_000)
    assert found.partner.id == cast.partner
    assert [award.standing for award in found.awards] == [AwardStanding.WAITING]
    assert [card.seats for card in found.coming] == [20]
    assert opened.location == f"/sessions/{found.coming[0].id}"
    assert "08:30 (Nairobi)" in site.get(opened.location).text


def test_a_colleague_of_the_same_organisation_may_change_the_course(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner, modules=["protection-of-civilians"])
    form = site.sign_in(cast.colleague).get(f"/courses/{course}/edit").form()

    page = site.post(f"/courses/{course}/edit", form | {"title": "Anew"}, follow=True)

    assert "The course is changed." in page.text
    assert page_of(session, course).draft.title == "Anew"
    assert [award.standing for award in page_of(session, course).awards] == [AwardStanding.RECOGNISED]


def test_changing_what_it_proves_says_that_a_manager_decides_again(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    form = site.sign_in(cast.owner).get(f"/courses/{course}/edit").form()

    page = site.post(f"/courses/{course}/edit", form | {"level_0": "3"}, follow=True)

    assert "A manager is asked to recognise it again." in page.text
    assert "waiting for recognition" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/courses/{course}/edit",
        "/courses/{course}/publish",
        "/courses/{course}/close",
        "/courses/{course}/sessions/new",
        "/sessions/{held}/edit",
        "/sessions/{held}/cancel",
    ],
)
@pytest.mark.parametrize("who", ["stranger", "manager", "trainee"])
def test_nobody_else_touches_a_partners_course(site: Site, cast: Cast, session: Session, path: str, who: str) -> None:
    course = factory.course(session, partner=cast.partner)
    held = factory.course_session(session, course=course)
    target = path.format(course=course, held=held)
    site.sign_in(getattr(cast, who))

    answers = [site.post(target, {"seen_version": "1", "because": "Mischief."} | COURSE | SESSION)]
    if not target.endswith("publish"):
        answers.append(site.get(target))

    assert {answer.status for answer in answers} == {403}
    found = page_of(session, course)
    assert (found.version, found.state, [card.state for card in found.coming]) == (
        1,
        CourseState.PUBLISHED,
        [SessionState.OPEN],
    )


def test_a_new_course_belongs_to_ones_own_organisation(site: Site, cast: Cast, session: Session) -> None:
    added = site.sign_in(cast.stranger).post("/courses/new", COURSE)

    found = page_of(session, int(added.location.rpartition("/")[2]))
    assert found.partner.name == "Academy of Oslo"


def test_a_course_form_tells_all_that_is_wrong_and_keeps_what_was_entered(site: Site, cast: Cast) -> None:
    wrong = COURSE | {"title": "", "days": "0", "award_0": "poc", "level_0": "", "summary": "Kept."}

    page = site.sign_in(cast.owner).post("/courses/new", wrong)

    assert page.status == 422
    assert "Give the course a title." in page.text
    assert "a number of days from 1 to 365" in page.text
    assert "Kept." in page.text


def test_rows_are_judged_at_their_first_field(site: Site, cast: Cast) -> None:
    page = site.sign_in(cast.owner).post("/courses/new", COURSE | {"level_0": ""})

    assert page.status == 422
    assert "#award_0" in page.links()
    assert "Choose a level for each competency." in page.text


def test_a_competency_cannot_be_typed_past_the_list(site: Site, cast: Cast) -> None:
    for key in ("old", "juggling"):
        assert site.sign_in(cast.owner).post("/courses/new", COURSE | {"award_0": key}).status == 422


def test_more_rows_come_without_losing_what_was_entered(site: Site, cast: Cast, session: Session) -> None:
    page = site.sign_in(cast.owner).post("/courses/new", COURSE | {"more": "1"})

    form = page.form()
    assert page.status == 200
    assert (form["title"], form["award_0"], form["award_3"]) == (COURSE["title"], "poc", "")
    assert "award_4" not in form
    assert queries.courses_of(session, partner=cast.partner, on=TODAY) == ()


def test_a_course_changed_meanwhile_is_not_written_over(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    site.sign_in(cast.owner)
    form = site.get(f"/courses/{course}/edit").form()
    site.post(f"/courses/{course}/edit", form | {"title": "First"})

    page = site.post(f"/courses/{course}/edit", form | {"title": "Second"})

    assert page.status == 422
    assert "Somebody changed this course" in page.text
    assert page_of(session, course).draft.title == "First"


def test_a_course_is_published_once(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)

    assert site.sign_in(cast.owner).post(f"/courses/{course}/publish", {"seen_version": "1"}).status == 409


def test_closing_says_first_whom_it_meets(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    factory.course_session(session, course=course, seats_taken=7)
    site.sign_in(cast.owner)

    asked = site.get(f"/courses/{course}/close")
    done = site.post(f"/courses/{course}/close", asked.form(), follow=True)

    assert "7 people are booked there" in asked.text
    assert "The course is closed." in done.text
    assert page_of(session, course).state is CourseState.CLOSED
    assert "This course is closed" in site.get(f"/courses/{course}").text
    again = site.post(f"/courses/{course}/close", asked.form())
    assert again.status == 422


def test_a_session_form_tells_all_that_is_wrong(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    wrong = SESSION | {"starts_on": "2026-11-02", "ends_on": "2026-11-01", "least_seats": "30"}

    page = site.sign_in(cast.owner).post(f"/courses/{course}/sessions/new", wrong)

    assert page.status == 422
    for words in ("must lie after today", "lies before the first", "More people are needed than there are seats"):
        assert words in page.text


@pytest.mark.parametrize("entered", ["25:00", "noon", "9"])
def test_a_time_must_be_one(site: Site, cast: Cast, session: Session, entered: str) -> None:
    course = factory.course(session, partner=cast.partner)

    page = site.sign_in(cast.owner).post(f"/courses/{course}/sessions/new", SESSION | {"starts_time": entered})

    assert "Enter the time as hours and minutes" in page.text


def test_seats_are_kept_for_a_mission(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    mission = accounts.mission(session)
    kept = {"quota_mission_0": str(mission), "quota_seats_0": "5", "quota_until_0": ""}

    opened = site.sign_in(cast.owner).post(f"/courses/{course}/sessions/new", SESSION | kept)

    held = SessionId(int(opened.location.rpartition("/")[2]))
    quotas = queries.session_page(session, course_session=held, on=TODAY).quotas
    assert [(line.mission, line.seats, line.released_on) for line in quotas] == [
        (MissionId(mission), 5, date(2027, 2, 8))
    ]


def test_a_session_is_changed_from_what_it_is(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner)
    held = factory.course_session(session, course=course, seats_taken=12)
    factory.quota(session, course_session=held, mission=accounts.mission(session))
    site.sign_in(cast.owner)
    asked = site.get(f"/sessions/{held}/edit")

    done = site.post(f"/sessions/{held}/edit", asked.form() | {"seats": "25"}, follow=True)
    moved = site.post(f"/sessions/{held}/edit", site.get(f"/sessions/{held}/edit").form() | {"starts_on": "2027-02-09"})

    assert "12 people are booked, so days and region stay" in asked.text
    assert "12 of 25" in done.text
    assert moved.status == 422
    assert "Cancel the session and add a new one" in moved.text
    assert len(queries.session_page(session, course_session=held, on=TODAY).quotas) == 1


def test_an_online_session_needs_no_place(site: Site, cast: Cast, session: Session) -> None:
    course = factory.course(session, partner=cast.partner, mode=CourseMode.LIVE_ONLINE)

    opened = site.sign_in(cast.owner).post(f"/courses/{course}/sessions/new", SESSION | {"place": "", "region": ""})

    assert "online" in site.get(opened.location).text


def test_cancelling_says_first_how_many_it_meets(site: Site, cast: Cast, session: Session) -> None:
    held = factory.course_session(session, course=factory.course(session, partner=cast.partner), seats_taken=7)
    site.sign_in(cast.owner)

    asked = site.get(f"/sessions/{held}/cancel")
    silent = site.post(f"/sessions/{held}/cancel", asked.form())
    done = site.post(f"/sessions/{held}/cancel", asked.form() | {"because": "The road is closed."}, follow=True)

    assert "7 people are booked" in asked.text
    assert silent.status == 422
    assert "Say why" in silent.text
    assert "This session was cancelled" in done.text
    assert "The road is closed." in done.text
    again = site.post(f"/sessions/{held}/cancel", asked.form() | {"because": "Again."})
    assert again.status == 422


def test_the_first_page_of_a_partner_says_who_comes_what_is_asked_and_where_seats_are_missing(
    site: Site, cast: Cast, session: Session
) -> None:
    recognised = factory.course(session, partner=cast.partner, title="Convoys")
    full = factory.full_session(session, course=recognised)
    factory.course_session(session, course=recognised, starts_on=date(2026, 12, 14), least_seats=8, seats_taken=3)
    factory.unrecognised_course(session, partner=cast.partner, title="Borders")
    factory.draft_course(session, partner=cast.partner, title="Drones")
    factory.course(session, partner=cast.partner, title="Elections")
    refused = factory.unrecognised_course(session, partner=cast.partner, title="Rumours")
    factory.recognition(session, course=refused, state=RecognitionState.REFUSED)
    ending = factory.unrecognised_course(session, partner=cast.partner, title="Mines")
    factory.recognition(session, course=ending, expires_on=date(2027, 1, 1))
    factory.course(session, title="Not ours")

    page = site.sign_in(cast.owner).get("/partner/")

    for words in (
        "23 of 40",
        "Too few people so far: 3 booked, at least 8 needed",
        "Publish the course",
        "no session is planned",
        "Nothing of it is recognised",
        "Recognition for Protecting civilians ends",
        "These sessions are full",
        "Waiting for recognition",
    ):
        assert words in page.text
    assert f"/sessions/{full}/roster" in page.links()
    assert "Not ours" not in page.text


def test_a_new_partner_is_told_how_to_begin(site: Site, cast: Cast) -> None:
    page = site.sign_in(cast.owner).get("/partner/")

    assert "You have no session to come." in page.text
    assert "You have not entered a course yet." in page.text
    assert "Nothing is asked of you at the moment." in page.text


def test_an_account_of_no_partner_is_told_whom_to_ask(site: Site, cast: Cast, session: Session) -> None:
    lost = accounts.holder(session, Office.TRAINING_PARTNER)

    page = site.sign_in(lost).get("/partner/")

    assert page.status == 404
    assert "Ask an administrator" in page.text


@pytest.mark.parametrize("who", ["owner", "manager", "trainee"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/partner/", "owner"), ("/courses/new", "owner"), ("/recognition/", "manager")],
)
def test_pages_of_an_office_are_closed_to_others(site: Site, cast: Cast, path: str, allowed: str, who: str) -> None:
    assert site.sign_in(getattr(cast, who)).get(path).status == (200 if who == allowed else 403)


# The host's


def test_a_manager_recognises_from_the_queue(site: Site, cast: Cast, session: Session) -> None:
    course = factory.unrecognised_course(session, partner=cast.partner, title="Borders", awards={"poc": 3, "cpr": 1})
    factory.course_session(session, course=course, seats=9)
    site.sign_in(cast.manager)
    queue = site.get("/recognition/")
    form = site.get(f"/courses/{course}/recognise").form()
    decided = {"decision_0": "refused", "decision_1": "2", "reason": "Compared.", "expires_on": "2027-12-31"}

    done = site.post(f"/courses/{course}/recognise", form | decided, follow=True)

    assert f"/courses/{course}/recognise" in queue.links()
    assert "One course waits" in queue.text
    assert "Decided. The partner is told." in done.text
    standings = {award.competency: award.standing for award in page_of(session, course).awards}
    assert standings == {"cpr": AwardStanding.REFUSED, "poc": AwardStanding.RECOGNISED}
    offers = queries.open_sessions(session, on=TODAY)
    assert [(award.competency, int(award.level)) for award in offers[0].awards] == [("poc", 2)]
    assert "No course waits for a decision." in site.get("/recognition/").text


def test_a_decision_without_reason_or_choice_is_refused(site: Site, cast: Cast, session: Session) -> None:
    course = factory.unrecognised_course(session, partner=cast.partner)
    form = site.sign_in(cast.manager).get(f"/courses/{course}/recognise").form()

    silent = site.post(f"/courses/{course}/recognise", form | {"decision_0": "2"})
    idle = site.post(f"/courses/{course}/recognise", form | {"reason": "Compared."})
    too_high = site.post(f"/courses/{course}/recognise", form | {"reason": "Compared.", "decision_0": "3"})
    ended = site.post(
        f"/courses/{course}/recognise", form | {"reason": "x", "decision_0": "2", "expires_on": "2026-11-24"}
    )

    assert [page.status for page in (silent, idle, too_high, ended)] == [422] * 4
    assert "Say why" in silent.text
    assert "Decide on at least one competency." in idle.text
    assert "must end after today" in ended.text


@pytest.mark.parametrize("who", ["owner", "stranger", "trainee"])
def test_only_managers_recognise(site: Site, cast: Cast, session: Session, who: str) -> None:
    course = factory.unrecognised_course(session, partner=cast.partner)

    page = site.sign_in(getattr(cast, who)).post(
        f"/courses/{course}/recognise", {"decision_0": "2", "reason": "Mine.", "seen_version": "1"}
    )

    assert page.status == 403
    assert page_of(session, course).decisions == ()


def test_recognitions_that_end_soon_are_shown(site: Site, cast: Cast, session: Session) -> None:
    course = factory.unrecognised_course(session, title="Mines")
    factory.recognition(session, course=course, expires_on=date(2026, 12, 4))

    page = site.sign_in(cast.manager).get("/recognition/")

    assert "One recognition ends within 90 days" in page.text
    assert "in 10 days" in page.text


def test_a_draft_cannot_be_decided_on(site: Site, cast: Cast, session: Session) -> None:
    course = factory.draft_course(session, partner=cast.partner)

    page = site.sign_in(cast.manager).get(f"/courses/{course}/recognise")

    assert "nothing to decide yet" in page.text
