"""What pages and the planner read of courses and sessions: what counts on the day, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts
from tests.factories import partners as factory
from trainer.accounts.values import Role
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import CompetencyKey, Level
from trainer.partners import queries
from trainer.partners.models import CourseSession
from trainer.partners.queries import CourseFilter
from trainer.partners.values import (
    CourseId,
    CourseMode,
    CourseState,
    PartnerId,
    RecognitionState,
    SessionId,
    SessionState,
)

POC = CompetencyKey("poc")
GRANTED_POC = (AtLevel(competency=POC, level=Level.PRACTISED),)


@pytest.fixture
def noise(session: Session) -> None:
    """What must never be offered: everything that fails one condition alone."""
    factory.course_session(session, course=factory.draft_course(session))
    factory.course_session(session, course=factory.unrecognised_course(session))
    factory.course_session(session, course=factory.course(session, state=CourseState.CLOSED))
    factory.course_session(session, state=SessionState.CANCELLED)
    factory.course_session(session, state=SessionState.HELD)
    factory.course_session(session, starts_on=TODAY)
    refused = factory.unrecognised_course(session)
    factory.recognition(session, course=refused, state=RecognitionState.REFUSED)
    factory.course_session(session, course=refused)
    run_out = factory.unrecognised_course(session)
    factory.recognition(session, course=run_out, expires_on=TODAY)
    factory.course_session(session, course=run_out)
    replaced = factory.unrecognised_course(session)
    factory.recognition(session, course=replaced, ended_at=factory.NOW)
    factory.course_session(session, course=replaced)
    another_claim = factory.unrecognised_course(session)
    factory.recognition(session, course=another_claim, competency_key="cpr")
    factory.course_session(session, course=another_claim)


# What can be assigned


@pytest.mark.usefixtures("noise")
def test_only_open_sessions_to_come_of_recognised_published_courses_are_offered(session: Session) -> None:
    course = factory.course(
        session,
        title="Protecting",
        language="fr",
        mode=CourseMode.HYBRID,
        cost=1200,
        roles=["infantry"],
        requires_competency="cpr",
        requires_level=1,
    )
    offered = factory.course_session(session, course=course, seats=12, seats_taken=3, least_seats=6, place="Karen")

    found = queries.open_sessions(session, on=TODAY)

    assert [offer.id for offer in found] == [offered]
    offer = found[0]
    assert (offer.course, offer.title, offer.language, offer.mode) == (course, "Protecting", "fr", CourseMode.HYBRID)
    assert (offer.seats, offer.seats_taken, offer.least_seats, offer.cost) == (12, 3, 6, 1200)
    assert (offer.region, offer.place, offer.roles) == ("east-africa", "Karen", (Role.INFANTRY,))
    assert (offer.starts_on, offer.ends_on) == (date(2027, 2, 8), date(2027, 2, 12))
    assert offer.awards == GRANTED_POC
    assert offer.requires == AtLevel(competency=CompetencyKey("cpr"), level=Level.AWARE)


def test_only_the_recognised_part_of_a_claim_is_offered(session: Session) -> None:
    course = factory.unrecognised_course(session, awards={"poc": 3, "cpr": 1})
    factory.recognition(session, course=course, level=2)
    factory.course_session(session, course=course)

    assert [offer.awards for offer in queries.open_sessions(session, on=TODAY)] == [GRANTED_POC]


def test_a_recognition_counts_up_to_the_day_before_its_end(session: Session) -> None:
    course = factory.unrecognised_course(session)
    factory.recognition(session, course=course, expires_on=date(2026, 12, 1))
    factory.course_session(session, course=course)

    assert len(queries.open_sessions(session, on=date(2026, 11, 30))) == 1
    assert queries.open_sessions(session, on=date(2026, 12, 1)) == ()
    assert queries.recognised_awards_of(session, courses=[course], on=date(2026, 12, 1)) == {course: ()}


@pytest.mark.usefixtures("noise")
def test_a_session_is_offered_up_to_the_eve_of_its_first_day(session: Session) -> None:
    factory.course_session(session)

    assert len(queries.open_sessions(session, on=date(2027, 2, 7))) == 1
    assert queries.open_sessions(session, on=date(2027, 2, 8)) == ()


def test_six_hundred_sessions_are_read_in_a_moment_with_three_queries(session: Session) -> None:
    partners = [factory.partner(session) for _ in range(25)]
    courses = [factory.course(session, partner=partners[number % 25]) for number in range(150)]
    template = factory.course_session(session, course=courses[0])
    row = session.get_one(CourseSession, template)
    columns = [column.name for column in CourseSession.__table__.columns if column.name != "id"]
    session.execute(
        insert(CourseSession),
        [
            {name: getattr(row, name) for name in columns} | {"course_id": courses[number % 150]}
            for number in range(599)
        ],
    )
    session.flush()
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    queries.open_sessions(session, on=TODAY)
    statements.clear()

    offers = queries.open_sessions(session, on=TODAY)

    assert len(offers) == 600
    assert len(statements) == 3


def test_quotas_reserve_until_their_release(session: Session) -> None:
    mission = accounts.mission(session)
    reserved, released, open_to_all = (factory.course_session(session) for _ in range(3))
    quota = factory.quota(session, course_session=reserved, mission=mission)
    factory.quota(session, course_session=released, mission=mission, released_on=TODAY)
    factory.quota(session, course_session=factory.course_session(session), mission=mission)

    found = queries.quotas_of(session, sessions=[reserved, released, open_to_all], on=TODAY)

    assert {each: [line.id for line in lines] for each, lines in found.items()} == {
        reserved: [quota],
        released: [],
        open_to_all: [],
    }


def test_cards_come_for_the_sessions_asked_about(session: Session) -> None:
    asked = factory.full_session(session, time_zone="Asia/Kathmandu")
    factory.course_session(session)

    found = queries.session_cards(session, sessions=[asked, SessionId(999)])

    assert list(found) == [asked]
    card = found[asked]
    assert (card.seats_free, card.standing) == (0, "full")
    assert card.starts_at.isoformat() == "2027-02-08T09:00:00+05:45"


@pytest.mark.parametrize(
    ("state", "standing"), [(SessionState.CANCELLED, "cancelled"), (SessionState.HELD, "held")], ids=str
)
def test_a_session_that_ended_is_not_called_full(session: Session, state: SessionState, standing: str) -> None:
    ended = factory.full_session(session, state=state)

    assert queries.session_cards(session, sessions=[ended])[ended].standing == standing


def test_local_time_follows_the_change_of_clocks(session: Session) -> None:
    winter = factory.course_session(session, time_zone="Europe/Oslo", starts_on=date(2027, 3, 27))
    summer = factory.course_session(session, time_zone="Europe/Oslo", starts_on=date(2027, 3, 29))

    found = queries.session_cards(session, sessions=[winter, summer])

    assert [str(found[each].starts_at.utcoffset()) for each in (winter, summer)] == ["1:00:00", "2:00:00"]


# Lists and pages


@pytest.fixture
def shelf(session: Session) -> dict[str, CourseId]:
    """Published courses that differ, beside a draft and a closed one."""
    here, there = factory.partner(session, name="Here"), factory.partner(session, name="There")
    factory.draft_course(session, title="Draft")
    factory.course(session, title="Closed", state=CourseState.CLOSED)
    return {
        "convoys": factory.course(session, partner=here, title="Convoys 100% safe", awards={"hum": 2}, language="fr"),
        "child": factory.course(session, partner=there, title="child protection", awards={"cpr": 2}),
        "online": factory.course(session, partner=there, title="Borders", mode=CourseMode.LIVE_ONLINE),
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(CourseFilter(), ["online", "child", "convoys"], id="all, by title whatever its case"),
        pytest.param(CourseFilter(competencies=["cpr", "poc"]), ["online", "child"], id="competencies"),
        pytest.param(CourseFilter(competencies=[]), [], id="an area without competencies"),
        pytest.param(CourseFilter(language="fr"), ["convoys"], id="language"),
        pytest.param(CourseFilter(mode=CourseMode.LIVE_ONLINE), ["online"], id="mode"),
        pytest.param(CourseFilter(words="PROT child"), ["child"], id="words in any order and case"),
        pytest.param(CourseFilter(words="100%"), ["convoys"], id="a sign that SQL knows"),
        pytest.param(CourseFilter(words="100_"), [], id="another sign that SQL knows"),
    ],
)
def test_courses_are_narrowed(
    session: Session, shelf: dict[str, CourseId], wanted: CourseFilter, expected: list[str]
) -> None:
    cards, total = queries.courses_page(session, wanted=wanted, on=TODAY, page=1, size=50)

    assert [card.id for card in cards] == [shelf[name] for name in expected]
    assert total == len(expected)


def test_courses_are_narrowed_to_a_partner_and_paged(session: Session, shelf: dict[str, CourseId]) -> None:
    there = queries.course_page(session, course=shelf["child"], on=TODAY).partner.id

    first, total = queries.courses_page(session, wanted=CourseFilter(partner=there), on=TODAY, page=1, size=1)
    second, _ = queries.courses_page(session, wanted=CourseFilter(partner=there), on=TODAY, page=2, size=1)

    assert total == 2
    assert [card.id for card in (*first, *second)] == [shelf["online"], shelf["child"]]


def test_a_card_counts_what_counts_today(session: Session) -> None:
    course = factory.course(session, awards={"poc": 2, "cpr": 1})
    factory.recognition(session, course=factory.course(session), competency_key="hum")
    factory.course_session(session, course=course, seats=10, seats_taken=4)
    factory.course_session(session, course=course, starts_on=date(2027, 1, 4), seats=5)
    factory.course_session(session, course=course, starts_on=date(2026, 11, 2))
    factory.course_session(session, course=course, state=SessionState.CANCELLED)

    cards, _ = queries.courses_page(session, wanted=CourseFilter(competencies=["cpr"]), on=TODAY, page=1, size=50)

    card = cards[0]
    assert (card.awards, card.recognised, card.undecided) == (2, 2, 0)
    assert (card.sessions, card.seats_free, card.next_on) == (2, 11, date(2027, 1, 4))


def test_a_course_page_holds_sessions_to_come_and_past_apart(session: Session) -> None:
    course = factory.course(session, modules=["protection-of-civilians"])
    later = factory.course_session(session, course=course, seats_taken=3)
    soon = factory.course_session(session, course=course, starts_on=date(2027, 1, 4), seats_taken=4)
    cancelled = factory.course_session(session, course=course, state=SessionState.CANCELLED)
    begun = factory.course_session(session, course=course, starts_on=TODAY)
    factory.course_session(session)

    found = queries.course_page(session, course=course, on=TODAY)

    assert [card.id for card in found.coming] == [soon, later]
    assert [card.id for card in found.past] == [cancelled, begun]
    assert found.booked == 7
    assert found.draft.modules == ("protection-of-civilians",)


def test_what_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(queries.NoSuchCourse):
        queries.course_page(session, course=CourseId(999), on=TODAY)
    with pytest.raises(queries.NoSuchSession):
        queries.session_page(session, course_session=SessionId(999), on=TODAY)
    with pytest.raises(queries.NoSuchPartner):
        queries.partner(session, partner=PartnerId(999))
    with pytest.raises(queries.NoSuchPartner):
        queries.partner_of(session, organisation=accounts.organisation(session))


def test_an_organisation_is_the_partner_entered_first(session: Session) -> None:
    organisation = accounts.organisation(session)
    first = factory.partner(session, organisation=organisation)
    factory.partner(session, organisation=organisation)
    factory.partner(session)

    assert queries.partner_of(session, organisation=organisation).id == first


def test_partners_come_by_name(session: Session) -> None:
    for name in ("Zagreb", "Accra"):
        factory.partner(session, name=name)

    assert [card.name for card in queries.partners(session)] == ["Accra", "Zagreb"]


# A partner's first page and the host's queue


def test_a_partner_sees_what_is_asked_of_it(session: Session) -> None:
    partner = factory.partner(session)
    recognised = factory.course(session, partner=partner)
    draft = factory.draft_course(session, partner=partner)
    waiting = factory.unrecognised_course(session, partner=partner)
    refused = factory.unrecognised_course(session, partner=partner)
    factory.recognition(session, course=refused, state=RecognitionState.REFUSED)
    empty = factory.course(session, partner=partner)
    ending = factory.unrecognised_course(session, partner=partner)
    factory.recognition(session, course=ending, expires_on=TODAY + timedelta(days=90))
    factory.course_session(session, course=ending, starts_on=date(2027, 6, 1))
    full = factory.full_session(session, course=recognised)
    thin = factory.course_session(session, course=recognised, starts_on=date(2027, 1, 4), least_seats=8, seats_taken=7)
    factory.course_session(session, course=recognised, starts_on=date(2027, 5, 4), least_seats=8)
    factory.full_session(session)
    factory.unrecognised_course(session)

    found = queries.own_page(session, partner=queries.partner(session, partner=partner), on=TODAY)

    assert (found.sessions, found.seats, found.seats_taken) == (4, 80, 27)
    assert found.next_sessions[0].id == thin
    assert [card.id for card in found.full] == [full]
    assert [card.id for card in found.thin] == [thin]
    assert [card.id for card in found.unfinished] == [draft]
    assert [line.course for line in found.waiting] == [waiting]
    assert [card.id for card in found.refused] == [refused]
    assert [card.id for card in found.empty] == [empty]
    assert [(line.course, line.expires_on) for line in found.ending] == [(ending, date(2027, 2, 22))]


@pytest.mark.usefixtures("noise")
def test_the_queue_begins_with_the_next_session_that_cannot_be_filled(session: Session) -> None:
    for line in queries.recognition_queue(session, on=TODAY):
        assert line.undecided
    before = {line.course for line in queries.recognition_queue(session, on=TODAY)}
    without = factory.unrecognised_course(session)
    late = factory.unrecognised_course(session, awards={"poc": 3, "cpr": 1})
    soon = factory.unrecognised_course(session)
    factory.course_session(session, course=late, seats=9)
    factory.course_session(session, course=soon, starts_on=date(2026, 12, 1))

    lines = [line for line in queries.recognition_queue(session, on=TODAY) if line.course not in before]

    assert [line.course for line in lines] == [soon, late, without]
    assert (lines[1].sessions, lines[1].seats_free, lines[1].run_out) == (1, 9, False)
    assert [award.competency for award in lines[1].undecided] == ["cpr", "poc"]


def test_a_recognition_that_ran_out_is_back_in_the_queue(session: Session) -> None:
    course = factory.unrecognised_course(session)
    factory.recognition(session, course=course, expires_on=TODAY)
    factory.course(session)

    lines = queries.recognition_queue(session, on=TODAY)

    assert [(line.course, line.run_out) for line in lines] == [(course, True)]
    assert queries.ending_recognitions(session, on=TODAY) == ()
