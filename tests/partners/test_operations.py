"""Courses, sessions, recognition and seats change only as they may, and say so on the ledger."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, time
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.conftest import TODAY, work_on
from tests.factories import accounts
from tests.factories import partners as factory
from trainer.accounts.values import Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel import events
from trainer.kernel.db import begin_writing, prepare
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.partners import operations, queries
from trainer.partners.events import (
    CourseChanged,
    CourseClosed,
    CoursePublished,
    CourseRecognised,
    OffersLoaded,
    SeatsOpened,
    SessionCancelled,
    SessionChanged,
    SessionHeld,
)
from trainer.partners.values import (
    AwardStanding,
    CourseDraft,
    CourseId,
    CourseMode,
    CourseSpec,
    CourseState,
    PartnerSpec,
    QuotaDraft,
    RecognitionDecision,
    RecognitionState,
    SessionDraft,
    SessionId,
    SessionState,
)

POC, CPR = CompetencyKey("poc"), CompetencyKey("cpr")
COURSE = CourseDraft(
    title="Protecting civilians",
    summary="Five days.",
    language="fr",
    mode=CourseMode.ON_SITE,
    days=5,
    cost=90_000,
    roles=(Role.INFANTRY,),
    requires=AtLevel(competency=CPR, level=Level.AWARE),
    awards=(AtLevel(competency=POC, level=Level.PRACTISED),),
    modules=(ModuleKey("protection-of-civilians"),),
)
SESSION = SessionDraft(
    starts_on=date(2027, 2, 8),
    ends_on=date(2027, 2, 12),
    starts_time=time(8, 30),
    time_zone="Africa/Nairobi",
    place="Karen, Nairobi",
    region="east-africa",
    seats=20,
    least_seats=8,
)
GRANT = RecognitionDecision(
    competency=POC, level=Level.PRACTISED, state=RecognitionState.GRANTED, reason="Compared with the module."
)


def recorded(work: Work) -> list[events.Event]:
    """The events that the work has put on the ledger, in order."""
    return [events.from_json(entry.event, entry.payload, {}) for entry in work.recorded]


def page(work: Work, course: CourseId) -> Any:
    return queries.course_page(work.session, course=course, on=work.today)


def session_of(work: Work, session: SessionId) -> Any:
    return queries.session_page(work.session, course_session=session, on=work.today)


# Courses


def test_a_new_course_is_a_draft_with_all_that_was_said(work: Work, field: Session) -> None:
    partner = factory.partner(work)

    course = operations.save_course(work, partner=partner, draft=COURSE)

    found = page(work, course)
    assert found.draft == COURSE
    assert found.state is CourseState.DRAFT
    assert recorded(work) == []


def test_two_courses_of_one_title_get_keys_of_their_own(work: Work, field: Session) -> None:
    partner = factory.partner(work)

    operations.save_course(work, partner=partner, draft=COURSE)
    operations.save_course(work, partner=partner, draft=COURSE)

    assert queries.course_keys(work.session, partner=partner) == {"protecting-civilians", "protecting-civilians-2"}


def test_a_course_that_claims_a_retired_competency_is_refused(work: Work, field: Session) -> None:
    claim = AtLevel(competency=CompetencyKey("old"), level=Level.AWARE)

    with pytest.raises(operations.CourseRefused) as refused:
        operations.save_course(work, partner=factory.partner(work), draft=replace(COURSE, awards=(claim,)))

    assert [problem.field for problem in refused.value.problems] == ["awards"]


def test_publishing_asks_the_host_to_recognise(work: Work, field: Session) -> None:
    partner = factory.partner(work)
    course = operations.save_course(work, partner=partner, draft=COURSE)

    operations.publish_course(work, course=course, seen_version=1)

    found = page(work, course)
    assert (found.state, found.asked_at, found.version) == (CourseState.PUBLISHED, work.now, 2)
    assert recorded(work) == [CoursePublished(course_id=course, partner_id=partner)]


def test_a_course_is_published_once(work: Work, field: Session) -> None:
    course = factory.course(work)

    with pytest.raises(operations.CourseNotDraft):
        operations.publish_course(work, course=course, seen_version=1)


def test_a_change_seen_in_an_older_version_is_refused(work: Work, field: Session) -> None:
    course = factory.draft_course(work)
    operations.change_course(work, course=course, draft=COURSE, seen_version=1)

    with pytest.raises(operations.StaleCourse):
        operations.change_course(work, course=course, draft=COURSE, seen_version=1)
    with pytest.raises(operations.StaleCourse):
        operations.publish_course(work, course=course, seen_version=1)


def test_changing_words_keeps_the_recognition(work: Work, field: Session) -> None:
    course = factory.course(work)
    draft = replace(page(work, course).draft, title="Anew", cost=0)

    asks_again = operations.change_course(work, course=course, draft=draft, seen_version=1)

    found = page(work, course)
    assert not asks_again
    assert found.draft.title == "Anew"
    assert [award.standing for award in found.awards] == [AwardStanding.RECOGNISED]
    assert recorded(work) == [CourseChanged(course_id=course, partner_id=found.partner.id, asks_again=False)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"awards": (AtLevel(competency=POC, level=Level.INDEPENDENT),)}, id="a higher claim"),
        pytest.param({"mode": CourseMode.LIVE_ONLINE}, id="another mode"),
    ],
)
def test_changing_what_was_judged_asks_for_recognition_again(
    work: Work, field: Session, change: dict[str, Any]
) -> None:
    course = factory.course(work)
    factory.course_session(work, course=course)
    draft = replace(page(work, course).draft, **change)

    asks_again = operations.change_course(work, course=course, draft=draft, seen_version=1)

    found = page(work, course)
    assert asks_again
    assert found.asked_at == work.now
    assert [award.standing for award in found.awards] == [AwardStanding.WAITING]
    assert [line.ended_at for line in found.decisions] == [work.now]
    assert queries.open_sessions(work.session, on=TODAY) == ()


def test_claiming_more_leaves_what_was_recognised_alone(work: Work, field: Session) -> None:
    course = factory.course(work)
    more = (*page(work, course).draft.awards, AtLevel(competency=CPR, level=Level.AWARE))
    draft = replace(page(work, course).draft, awards=more)

    asks_again = operations.change_course(work, course=course, draft=draft, seen_version=1)

    standings = {award.competency: award.standing for award in page(work, course).awards}
    assert asks_again
    assert standings == {POC: AwardStanding.RECOGNISED, CPR: AwardStanding.WAITING}


def test_claiming_less_asks_nothing(work: Work, field: Session) -> None:
    course = factory.course(work, awards={"poc": 2, "cpr": 1})
    draft = replace(page(work, course).draft, awards=(AtLevel(competency=POC, level=Level.PRACTISED),))

    assert not operations.change_course(work, course=course, draft=draft, seen_version=1)
    assert page(work, course).asked_at is None


def test_a_course_with_sessions_without_place_cannot_ask_people_to_travel(work: Work, field: Session) -> None:
    course = factory.course(work, mode=CourseMode.LIVE_ONLINE)
    factory.course_session(work, course=course, place="")
    draft = replace(page(work, course).draft, mode=CourseMode.ON_SITE)

    with pytest.raises(operations.CourseRefused) as refused:
        operations.change_course(work, course=course, draft=draft, seen_version=1)

    assert [problem.field for problem in refused.value.problems] == ["mode"]


def test_a_closed_course_is_offered_no_longer_and_its_booked_sessions_stay(work: Work, field: Session) -> None:
    course = factory.course(work)
    booked = factory.course_session(work, course=course, seats_taken=7)

    operations.close_course(work, course=course, seen_version=1)

    partner = page(work, course).partner.id
    assert recorded(work) == [CourseClosed(course_id=course, partner_id=partner, sessions=1, seats_taken=7)]
    assert queries.open_sessions(work.session, on=TODAY) == ()
    assert session_of(work, booked).card.state is SessionState.OPEN
    with pytest.raises(operations.CourseNotOpen):
        operations.close_course(work, course=course, seen_version=2)
    with pytest.raises(operations.CourseNotOpen):
        operations.change_course(work, course=course, draft=COURSE, seen_version=2)
    with pytest.raises(operations.CourseNotOpen):
        operations.add_session(work, course=course, draft=SESSION)


# Recognition


def test_a_decision_makes_a_course_assignable(work_as: Callable[..., Work], session: Session, field: Session) -> None:
    manager = accounts.person(session)
    course = factory.unrecognised_course(session)
    factory.course_session(session, course=course)
    work = work_as(manager)

    operations.recognise_course(work, course=course, decisions=[GRANT], seen_version=1)

    found = page(work, course)
    assert [offer.awards for offer in queries.open_sessions(session, on=TODAY)] == [
        (AtLevel(competency=POC, level=Level.PRACTISED),)
    ]
    assert found.asked_at is None
    assert [(line.decided_by, line.decided_on) for line in found.decisions] == [(manager, TODAY)]
    assert recorded(work) == [
        CourseRecognised(course_id=course, partner_id=found.partner.id, granted=True, competencies=("poc",))
    ]


def test_a_later_decision_replaces_the_earlier_which_stays_on_file(work: Work, field: Session) -> None:
    course = factory.unrecognised_course(work)
    operations.recognise_course(work, course=course, decisions=[GRANT])

    refusal = replace(GRANT, state=RecognitionState.REFUSED, reason="The field exercise was dropped.")
    operations.recognise_course(work, course=course, decisions=[refusal])

    found = page(work, course)
    assert [award.standing for award in found.awards] == [AwardStanding.REFUSED]
    assert [(line.state, line.ended_at is None) for line in found.decisions] == [
        (RecognitionState.GRANTED, False),
        (RecognitionState.REFUSED, True),
    ]


def test_a_course_waits_until_all_its_claims_are_decided(work: Work, field: Session) -> None:
    course = factory.unrecognised_course(work, awards={"poc": 2, "cpr": 1})

    operations.recognise_course(work, course=course, decisions=[GRANT])

    assert page(work, course).asked_at == factory.NOW


def test_granting_one_claim_and_refusing_another_are_two_facts(work: Work, field: Session) -> None:
    course = factory.unrecognised_course(work, awards={"poc": 2, "cpr": 1})
    refusal = replace(GRANT, competency=CPR, level=Level.AWARE, state=RecognitionState.REFUSED)

    operations.recognise_course(work, course=course, decisions=[GRANT, refusal])

    assert [(event.granted, event.competencies) for event in recorded(work)] == [  # type: ignore[attr-defined]
        (True, ("poc",)),
        (False, ("cpr",)),
    ]


def test_what_is_not_claimed_cannot_be_recognised(work: Work, field: Session) -> None:
    course = factory.unrecognised_course(work)

    with pytest.raises(operations.DecisionRefused):
        operations.recognise_course(work, course=course, decisions=[replace(GRANT, competency=CPR)])


def test_a_course_changed_under_the_decider_is_not_recognised(work: Work, field: Session) -> None:
    course = factory.unrecognised_course(work)
    draft = replace(page(work, course).draft, mode=CourseMode.LIVE_ONLINE)
    operations.change_course(work, course=course, draft=draft, seen_version=1)

    with pytest.raises(operations.StaleCourse):
        operations.recognise_course(work, course=course, decisions=[GRANT], seen_version=1)


def test_a_draft_is_not_recognised(work: Work, field: Session) -> None:
    with pytest.raises(operations.CourseNotPublished):
        operations.recognise_course(work, course=factory.draft_course(work), decisions=[GRANT])


# Sessions


def test_a_new_session_opens_seats(work: Work, field: Session) -> None:
    course = factory.course(work)
    mission = accounts.mission(work)
    draft = replace(SESSION, quotas=(QuotaDraft(mission=mission, seats=5, released_on=date(2027, 1, 8)),))

    added = operations.add_session(work, course=course, draft=draft)

    found = session_of(work, added)
    assert (found.card.seats, found.card.seats_taken, found.card.least_seats) == (20, 0, 8)
    assert found.card.starts_at.isoformat() == "2027-02-08T08:30:00+03:00"
    assert [(line.mission, line.organisation, line.seats) for line in found.quotas] == [(mission, None, 5)]
    assert recorded(work) == [SeatsOpened(session_id=added, course_id=course, partner_id=found.card.partner, seats=20)]


def test_a_session_in_the_past_is_refused_with_all_else_that_is_wrong(work: Work, field: Session) -> None:
    wrong = replace(SESSION, starts_on=TODAY, ends_on=date(2026, 11, 20), place="")

    with pytest.raises(operations.SessionRefused) as refused:
        operations.add_session(work, course=factory.course(work), draft=wrong)

    assert [problem.field for problem in refused.value.problems] == ["starts_on", "ends_on", "place"]


def test_more_seats_are_told_as_opened(work: Work, field: Session) -> None:
    session = factory.course_session(work, seats=12, seats_taken=12)
    draft = as_draft(work, session)

    operations.change_session(work, session=session, draft=replace(draft, seats=15, place="Hall 9"), seen_version=1)

    card = session_of(work, session).card
    assert (card.seats, card.seats_taken, card.place) == (15, 12, "Hall 9")
    named = {"session_id": session, "course_id": card.course, "partner_id": card.partner}
    assert recorded(work) == [SessionChanged(**named, seats_taken=12), SeatsOpened(**named, seats=3)]


@pytest.mark.parametrize(
    "change", [{"starts_on": date(2027, 2, 7)}, {"ends_on": date(2027, 2, 13)}, {"region": "europe"}], ids=str
)
def test_days_and_region_of_a_booked_session_stay(work: Work, field: Session, change: dict[str, Any]) -> None:
    session = factory.course_session(work, seats_taken=1)
    draft = replace(as_draft(work, session), **change)

    with pytest.raises(operations.SessionBooked):
        operations.change_session(work, session=session, draft=draft, seen_version=1)


def test_an_unbooked_session_may_move(work: Work, field: Session) -> None:
    session = factory.course_session(work)
    mission = accounts.mission(work)
    factory.quota(work, course_session=session, mission=mission)
    draft = replace(as_draft(work, session), starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 2), quotas=())

    operations.change_session(work, session=session, draft=draft, seen_version=1)

    found = session_of(work, session)
    assert (found.card.starts_on, found.quotas, found.version) == (date(2027, 3, 1), (), 2)


def test_fewer_seats_than_are_booked_are_refused(work: Work, field: Session) -> None:
    session = factory.course_session(work, seats_taken=9)
    draft = replace(as_draft(work, session), seats=8)

    with pytest.raises(operations.SessionRefused):
        operations.change_session(work, session=session, draft=draft, seen_version=1)


def test_a_session_changed_twice_from_one_page_is_refused(work: Work, field: Session) -> None:
    session = factory.course_session(work)
    draft = as_draft(work, session)
    operations.change_session(work, session=session, draft=draft, seen_version=1)

    with pytest.raises(operations.StaleSession):
        operations.change_session(work, session=session, draft=draft, seen_version=1)


def test_a_session_that_has_begun_is_not_changed(work: Work, field: Session) -> None:
    session = factory.course_session(work, starts_on=TODAY)

    with pytest.raises(operations.SessionNotOpen):
        operations.change_session(work, session=session, draft=SESSION, seen_version=1)


def test_cancelling_says_how_many_were_booked_and_why(work: Work, field: Session) -> None:
    session = factory.course_session(work, seats_taken=9)

    operations.cancel_session(work, session=session, because="The instructor fell ill.")

    found = session_of(work, session)
    assert (found.card.state, found.cancelled_because) == (SessionState.CANCELLED, "The instructor fell ill.")
    assert recorded(work) == [
        SessionCancelled(session_id=session, course_id=found.card.course, partner_id=found.card.partner, seats_taken=9)
    ]
    with pytest.raises(operations.SessionNotOpen):
        operations.cancel_session(work, session=session, because="Again.")


def test_cancelling_needs_a_reason(work: Work, field: Session) -> None:
    with pytest.raises(operations.ReasonMissing) as refused:
        operations.cancel_session(work, session=factory.course_session(work), because=" ")

    assert refused.value.field == "because"


def test_what_is_over_cannot_be_cancelled(work: Work, field: Session) -> None:
    session = factory.course_session(work, starts_on=date(2026, 11, 16))

    with pytest.raises(operations.SessionNotOpen):
        operations.cancel_session(work, session=session, because="Too late.")


def test_a_session_is_held_once(work: Work, field: Session) -> None:
    session = factory.course_session(work, starts_on=date(2026, 11, 16))

    operations.hold_session(work, session=session)
    operations.hold_session(work, session=session)

    card = session_of(work, session).card
    assert card.state is SessionState.HELD
    assert recorded(work) == [SessionHeld(session_id=session, course_id=card.course, partner_id=card.partner)]


def test_nobody_has_attended_a_session_to_come(work: Work, field: Session) -> None:
    with pytest.raises(operations.SessionNotBegun):
        operations.hold_session(work, session=factory.course_session(work))


def as_draft(work: Work, session: SessionId) -> SessionDraft:
    found = session_of(work, session)
    card = found.card
    return SessionDraft(
        starts_on=card.starts_on,
        ends_on=card.ends_on,
        starts_time=card.starts_time,
        time_zone=card.time_zone,
        place=card.place,
        region=found.region,
        seats=card.seats,
        least_seats=card.least_seats,
    )


# Seats


def test_seats_are_taken_in_all_sessions_or_in_none(work: Work, field: Session) -> None:
    roomy, tight = factory.course_session(work), factory.course_session(work, seats=3, seats_taken=2)

    operations.take_seats(work, seats={roomy: 2, tight: 1})

    assert [session_of(work, each).card.seats_taken for each in (roomy, tight)] == [2, 3]
    with pytest.raises(operations.NoSeatLeft):
        operations.take_seats(work, seats={tight: 1})
    assert session_of(work, tight).card.seats_taken == 3


def test_no_seat_is_given_in_a_cancelled_session(work: Work, field: Session) -> None:
    session = factory.course_session(work, state=SessionState.CANCELLED)

    with pytest.raises(operations.NoSeatLeft):
        operations.take_seats(work, seats={session: 1})


def test_no_seat_is_given_before_the_course_is_recognised(work: Work, field: Session) -> None:
    session = factory.course_session(work, course=factory.unrecognised_course(work))

    with pytest.raises(operations.CourseNotRecognised):
        operations.take_seats(work, seats={session: 1})


def test_no_seat_is_given_in_a_session_that_does_not_exist(work: Work, field: Session) -> None:
    with pytest.raises(queries.NoSuchSession):
        operations.take_seats(work, seats={SessionId(999): 1})


def test_seats_are_given_back_even_of_a_cancelled_session(work: Work, field: Session) -> None:
    session = factory.course_session(work, seats_taken=5, state=SessionState.CANCELLED)

    operations.release_seats(work, seats={session: 4})

    assert session_of(work, session).card.seats_taken == 1
    with pytest.raises(operations.SeatsNotTaken):
        operations.release_seats(work, seats={session: 2})


def test_taking_no_seat_is_no_work(work: Work, field: Session) -> None:
    session = factory.full_session(work)

    operations.take_seats(work, seats={session: 0})
    operations.release_seats(work, seats={session: 0})

    assert session_of(work, session).card.seats_taken == 20


def test_of_many_who_want_the_last_seats_at_once_only_as_many_get_one(
    empty_database: AbstractContextManager[str],
) -> None:
    takers, left = 8, 3
    with empty_database as url:
        engine = create_engine(url, pool_size=takers, max_overflow=0)
        prepare(engine)
        with Session(engine) as prepared:
            wanted = factory.course_session(prepared, seats=10, seats_taken=10 - left)
            prepared.commit()
        together, outcomes = Barrier(takers), []

        def take() -> None:
            together.wait()
            with Session(engine) as mine:
                begin_writing(mine)
                try:
                    operations.take_seats(work_on(mine), seats={wanted: 1})
                    mine.commit()
                    outcomes.append("seat")
                except operations.NoSeatLeft:
                    mine.rollback()
                    outcomes.append("none")

        threads = [Thread(target=take) for _ in range(takers)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(timeout=30)

        with Session(engine) as after:
            card = queries.session_cards(after, sessions=[wanted])[wanted]
        engine.dispose()
        assert sorted(outcomes) == ["none"] * (takers - left) + ["seat"] * left
        assert card.seats_taken == 10


# Loading


def test_offers_are_loaded_whole_with_one_event(work: Work, field: Session) -> None:
    organisation, mission = accounts.organisation(work), accounts.mission(work)
    quota = QuotaDraft(mission=mission, seats=5, released_on=date(2027, 1, 8))
    past = replace(SESSION, starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 9))
    spec = PartnerSpec(
        organisation=organisation,
        key="centre",
        name="Centre",
        kind="regional school",
        region="east-africa",
        courses=(
            CourseSpec(
                key="known",
                draft=COURSE,
                recognised=(GRANT,),
                sessions=(SESSION, replace(SESSION, quotas=(quota,)), past),
            ),
            CourseSpec(key="new", draft=COURSE, sessions=(SESSION,)),
        ),
    )

    ids = operations.load_offers(work, partners=[spec])

    offers = queries.open_sessions(work.session, on=TODAY)
    assert [offer.title for offer in offers] == ["Protecting civilians"] * 2
    assert (
        sum(len(lines) for lines in queries.quotas_of(work.session, sessions=[o.id for o in offers], on=TODAY).values())
        == 1
    )
    assert [line.title for line in queries.recognition_queue(work.session, on=TODAY)] == ["Protecting civilians"]
    assert recorded(work) == [OffersLoaded(partners=tuple(ids), courses=2, sessions=4)]
    assert work.session.scalar(select(LedgerEntry.event)) == "OffersLoaded"


def test_offers_with_a_wrong_course_are_refused(work: Work, field: Session) -> None:
    wrong = CourseSpec(key="wrong", draft=replace(COURSE, awards=()))
    spec = PartnerSpec(
        organisation=accounts.organisation(work), key="c", name="C", kind="school", region="europe", courses=(wrong,)
    )

    with pytest.raises(operations.CourseRefused):
        operations.load_offers(work, partners=[spec])
