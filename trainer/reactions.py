"""Who answers which event: the one table in which effects travel upwards, and `drain()`, which works it off.

A reaction runs in a transaction of its own together with its claim, and may be repeated: it must not mind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from trainer.accounts import events as account_events
from trainer.accounts import queries as account_queries
from trainer.accounts import rules as account_rules
from trainer.accounts.values import MissionId, MissionStatus, Office, Permission
from trainer.catalogue import queries as catalogue_queries
from trainer.competencies import events as competency_events
from trainer.competencies.values import Area, CompetencyKey
from trainer.kernel import ledger
from trainer.kernel.events import Event
from trainer.kernel.values import Cause, LocalText, PersonId, Subject, SubjectKind, Wording, wording
from trainer.kernel.work import Work
from trainer.mandates import events as mandate_events
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId, InstrumentId
from trainer.notifications import operations as notification_operations
from trainer.notifications.values import Notice, NotificationKind
from trainer.partners import events as partner_events
from trainer.partners import queries as partner_queries
from trainer.partners.values import CourseId, SessionId
from trainer.planning import events as plan_events
from trainer.planning import operations as plan_operations
from trainer.planning import queries as plan_queries
from trainer.planning.values import PlanId, PlanState
from trainer.readiness import operations as readiness_operations
from trainer.reviews import queries as review_queries
from trainer.reviews.values import Verdict
from trainer.shocks import events as shock_events
from trainer.shocks import queries as shock_queries
from trainer.shocks.values import CapacityShock, PartnerCloses, ShockId
from trainer.tracks import events as track_events
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import Assignment, AssignmentId, Returned

logger = logging.getLogger(__name__)

Reaction = Callable[[Work, Any], None]

MOST_KEY_LETTERS = 80
"""Of the key by which plans for one cause are merged."""


def _cause(kind: SubjectKind, subject: int, sentence: Wording) -> Cause:
    return Cause(entry_id=None, subject=Subject(kind=kind, id=subject), sentence=sentence)


def _missions_of(work: Work, people: Collection[PersonId]) -> tuple[MissionId, ...]:
    profiles = account_queries.profiles_of(work.session, people=people, on=work.today)
    return tuple(sorted({each.mission for each in profiles.values() if each.mission is not None}))


def _working_missions(work: Work) -> tuple[MissionId, ...]:
    cards = account_queries.missions(work.session)
    return tuple(each.id for each in cards if each.status is not MissionStatus.CLOSED)


def plan_after_publication(work: Work, event: mandate_events.InstrumentPublished) -> None:
    sentence = wording("New plan after {symbol}", symbol=event.symbol)
    plan_operations.request_replan(
        work,
        missions=(MissionId(event.mission_id),),
        cause=_cause(SubjectKind.INSTRUMENT, event.instrument_id, sentence),
        cause_key=f"instrument:{event.instrument_id}",
        by_instrument=True,
    )


def give_back_after_withdrawal(
    work: Work,
    event: mandate_events.InstrumentWithdrawn
    | mandate_events.ConfirmationTakenBack
    | mandate_events.TaskClosureTakenBack,
) -> None:
    """Give back what plans took because of the text, where something in force asks for it again; before planning anew."""
    plan_operations.give_back(work, subject=Subject(kind=SubjectKind.INSTRUMENT, id=event.instrument_id))


def give_back_after_successor(work: Work, event: mandate_events.InstrumentPublished) -> None:
    """Give back what plans took because of earlier texts of the mission, where the new one asks for it again."""
    if not (event.added or event.changed):
        return
    texts = mandate_queries.mandate_history(work.session, mission=MissionId(event.mission_id))
    plan_operations.give_back_anew(
        work,
        subject=Subject(kind=SubjectKind.INSTRUMENT, id=event.instrument_id),
        taken_by=[Subject(kind=SubjectKind.INSTRUMENT, id=each.id) for each in texts if each.id != event.instrument_id],
    )


def plan_after_withdrawal(work: Work, event: mandate_events.InstrumentWithdrawn) -> None:
    sentence = wording("New plan after {symbol} was withdrawn", symbol=event.symbol)
    plan_operations.request_replan(
        work,
        missions=(MissionId(event.mission_id),),
        cause=_cause(SubjectKind.INSTRUMENT, event.instrument_id, sentence),
        cause_key=f"instrument-withdrawn:{event.instrument_id}",
        by_instrument=True,
    )


def plan_after_condition(
    work: Work, event: mandate_events.ConditionConfirmed | mandate_events.ConfirmationTakenBack
) -> None:
    """Plan anew for what begins or ends with a condition; nothing where nothing moves by it."""
    if not (event.added or event.dropped or event.changed):
        return
    if isinstance(event, mandate_events.ConditionConfirmed):
        sentence = wording(
            "New plan now that {condition} of {symbol} is met", condition=event.condition, symbol=event.symbol
        )
    else:
        sentence = wording(
            "New plan after the confirmation of {condition} of {symbol} was taken back",
            condition=event.condition,
            symbol=event.symbol,
        )
    plan_operations.request_replan(
        work,
        missions=(MissionId(event.mission_id),),
        cause=_cause(SubjectKind.INSTRUMENT, event.instrument_id, sentence),
        cause_key=f"condition:{event.instrument_id}:{event.condition}"[:MOST_KEY_LETTERS],
        by_instrument=True,
    )


def plan_after_closure(
    work: Work, event: mandate_events.TaskClosureDecided | mandate_events.TaskClosureTakenBack
) -> None:
    """Plan anew for a task whose last days are decided, or no longer; nothing where nothing moves by it."""
    if not (event.added or event.dropped or event.changed):
        return
    if isinstance(event, mandate_events.TaskClosureDecided):
        sentence = wording("New plan after the last days of a task of {symbol} were decided", symbol=event.symbol)
    else:
        sentence = wording("New plan after a decision on a task of {symbol} was taken back", symbol=event.symbol)
    plan_operations.request_replan(
        work,
        missions=(MissionId(event.mission_id),),
        cause=_cause(SubjectKind.INSTRUMENT, event.instrument_id, sentence),
        cause_key=f"closure:{event.closure_id}",
        by_instrument=True,
    )


def plan_on_mandate_day(work: Work, event: mandate_events.MandateDayReached) -> None:
    text = mandate_queries.instrument(work.session, instrument=InstrumentId(event.instrument_id))
    standing = [each for each in text.closures if each.taken_back_at is None]
    said_on = [
        text.published_at,
        *(each.confirmed_at for each in text.confirmations if each.met_on <= event.on),
        *(each.decided_at for each in standing if event.on in {each.liquidates_on, each.ends_on}),
    ]
    if max(said_on).date() >= event.on:
        return  # its publication, or what was confirmed or decided, has asked for the same plan already
    said = {"day_on": event.on.isoformat(), "symbol": event.symbol}
    sentence = wording("New plan on {day_on}, as {symbol} says", **said)
    if any(event.on in {each.liquidates_on, each.ends_on} for each in standing):
        sentence = wording("New plan on {day_on}, as was decided of a task of {symbol}", **said)
    plan_operations.request_replan(
        work,
        missions=(MissionId(event.mission_id),),
        cause=_cause(SubjectKind.INSTRUMENT, event.instrument_id, sentence),
        cause_key=f"mandate-day:{event.mission_id}:{event.on}",
        by_instrument=True,
    )


def refresh_mission(
    work: Work,
    event: mandate_events.InstrumentPublished
    | mandate_events.InstrumentWithdrawn
    | mandate_events.MandateDayReached
    | mandate_events.ConditionConfirmed
    | mandate_events.ConfirmationTakenBack
    | mandate_events.TaskClosureDecided
    | mandate_events.TaskClosureTakenBack,
) -> None:
    readiness_operations.want_refresh(work, missions=(MissionId(event.mission_id),))


def plan_after_new_rules(work: Work, event: mandate_events.RulesRevised) -> None:
    plan_operations.request_replan(
        work,
        missions=_working_missions(work),
        cause=_cause(
            SubjectKind.RULES,
            event.rule_version_id,
            wording("New plan after requirement rules, version {number}", number=event.number),
        ),
        cause_key=f"rules:{event.number}",
        by_instrument=True,
    )


def refresh_all_missions(work: Work, event: Event) -> None:  # noqa: ARG001 - every reaction takes its event
    readiness_operations.want_refresh(work, missions=_working_missions(work))


def plan_for_expiries(work: Work, event: competency_events.ExpiriesCameDue) -> None:
    if not event.people:
        return
    people = tuple(PersonId(each) for each in event.people)
    plan_operations.request_replan(
        work,
        people=people,
        cause=Cause(
            entry_id=None,
            subject=None,
            sentence=wording("New plan for what runs out, {day_on}", day_on=event.on.isoformat()),
        ),
        cause_key=f"expiry:{event.on}",
    )
    readiness_operations.want_refresh(work, missions=_missions_of(work, people))


def take_back_cancelled_seats(work: Work, event: partner_events.SessionCancelled) -> None:
    """Take the seats of a cancelled session back, tell whoever had one, and plan anew for them."""
    session = SessionId(event.session_id)
    card = partner_queries.session_cards(work.session, sessions=(session,))[session]
    lost = track_operations.withdraw_for_cancelled_session(
        work, course_session=session, because=wording("{course} was cancelled", course=card.course_title)
    )
    found = track_queries.assignments(work.session, ids=lost)
    people = tuple(sorted({each.person for each in found.values()}))
    if not people:
        return
    plan_operations.request_replan(
        work,
        people=people,
        cause=_cause(
            SubjectKind.SESSION,
            session,
            wording("New plan after {course} was cancelled", course=card.course_title),
        ),
        cause_key=f"session-cancelled:{session}",
    )


def plan_for_new_seats(work: Work, event: partner_events.SeatsOpened) -> None:
    """Look again at the people whom the latest plans left open for what the course awards."""
    _plan_for_unmet(
        work,
        competencies=_recognised_in(work, CourseId(event.course_id)),
        cause=_cause(SubjectKind.SESSION, event.session_id, wording("New plan after new seats were opened")),
        cause_key=f"seats:{event.session_id}",
    )


def plan_for_recognition(work: Work, event: partner_events.CourseRecognised) -> None:
    if not event.granted:
        return
    _plan_for_unmet(
        work,
        competencies=_recognised_in(work, CourseId(event.course_id)),
        cause=_cause(SubjectKind.COURSE, event.course_id, wording("New plan after a course was recognised")),
        cause_key=f"recognition:{event.course_id}",
    )


def plan_after_shock(work: Work, event: shock_events.ShockDeclared) -> None:
    """Plan anew for the missions whose people leave, and for those whose seats are no longer held."""
    shock = shock_queries.shock(work.session, shock=ShockId(event.shock_id))
    sentence = wording("New plan after a loss of capacity: {name}", name=shock.name)
    _plan_for_shock(work, shock, event.missions, sentence, cause_key=f"shock:{shock.id}")


def plan_after_end_of_shock(work: Work, event: shock_events.ShockEnded) -> None:
    """Give back what the loss had taken, and plan anew for whoever it concerned."""
    shock = shock_queries.shock(work.session, shock=ShockId(event.shock_id))
    plan_operations.give_back(work, subject=Subject(kind=SubjectKind.SHOCK, id=shock.id))
    sentence = wording("New plan after a loss of capacity ended: {name}", name=shock.name)
    _plan_for_shock(work, shock, event.missions, sentence, cause_key=f"shock-ended:{shock.id}")


def _plan_for_shock(
    work: Work, shock: CapacityShock, missions: Collection[int], sentence: Wording, *, cause_key: str
) -> None:
    people: tuple[PersonId, ...] = ()
    if isinstance(shock.loss, PartnerCloses):
        gone = partner_queries.sessions_ending_from(work.session, partner=shock.loss.partner, on=shock.loss.on)
        people = track_queries.people_seated_with(work.session, sessions=gone)
        if not shock.in_force:
            competencies = {
                award.competency
                for offer in partner_queries.open_sessions(work.session, on=work.today)
                if offer.partner == shock.loss.partner
                for award in offer.awards
            }
            left = plan_queries.people_left_open(work.session, competencies=competencies) if competencies else ()
            people = tuple(sorted({*people, *left}))
    if not missions and not people:
        return
    plan_operations.request_replan(
        work,
        missions=[MissionId(each) for each in missions],
        people=people,
        cause=_cause(SubjectKind.SHOCK, shock.id, sentence),
        cause_key=cause_key,
    )


def refresh_struck_missions(work: Work, event: shock_events.ShockDeclared | shock_events.ShockEnded) -> None:
    if event.missions:
        readiness_operations.want_refresh(work, missions=[MissionId(each) for each in event.missions])


def _recognised_in(work: Work, course: CourseId) -> frozenset[CompetencyKey]:
    found = partner_queries.recognised_awards_of(work.session, courses=(course,), on=work.today)
    return frozenset(each.competency for each in found[course])


def _plan_for_unmet(work: Work, *, competencies: Collection[CompetencyKey], cause: Cause, cause_key: str) -> None:
    people = plan_queries.people_left_open(work.session, competencies=competencies) if competencies else ()
    if people:
        plan_operations.request_replan(work, people=people, cause=cause, cause_key=cause_key)


def tell_partner_of_recognition(work: Work, event: partner_events.CourseRecognised) -> None:
    page = partner_queries.course_page(work.session, course=CourseId(event.course_id), on=work.today)
    said = wording("{course} is now recognised.", course=page.draft.title)
    if not event.granted:
        said = wording("{course} was not recognised. Its page gives the reason.", course=page.draft.title)
    for person in account_queries.holders_of(
        work.session, office=Office.TRAINING_PARTNER, organisation=page.partner.organisation
    ):
        notification_operations.queue_notification(
            work,
            to=person,
            kind=NotificationKind.RECOGNITION_DECIDED,
            about=Subject(kind=SubjectKind.COURSE, id=event.course_id),
            lines=(said,),
            dedupe=f"recognition:{event.course_id}:{work.today}:{event.granted}:{person}",
        )


def ask_for_recognition_anew(work: Work, event: partner_events.CourseChanged) -> None:
    if event.asks_again:
        ask_for_recognition(work, event)


def ask_for_recognition(work: Work, event: partner_events.CoursePublished | partner_events.CourseChanged) -> None:
    """Ask those who decide for every mission, since what is recognised counts in all of them."""
    page = partner_queries.course_page(work.session, course=CourseId(event.course_id), on=work.today)
    for person in account_queries.holders_of(work.session, office=Office.READINESS_MANAGER):
        known = account_queries.account_of(work.session, person=person)
        if not account_rules.may_everywhere(known, Permission.RECOGNISE_COURSES):
            continue
        notification_operations.queue_notification(
            work,
            to=person,
            kind=NotificationKind.RECOGNITION_ASKED,
            about=Subject(kind=SubjectKind.COURSE, id=event.course_id),
            lines=(
                wording(
                    "{partner} asks you to recognise {course}.", partner=page.partner.name, course=page.draft.title
                ),
            ),
            dedupe=f"recognition-asked:{event.course_id}:{work.today}:{person}",
        )


def plan_for_moved_person(work: Work, event: account_events.PersonMoved) -> None:
    _plan_for_person(work, PersonId(event.person_id), wording("New plan after a move"), f"moved:{event.person_id}")
    missions = [MissionId(each) for each in (event.from_mission_id, event.to_mission_id) if each is not None]
    readiness_operations.want_refresh(work, missions=missions)


def plan_for_moved_people(work: Work, event: account_events.PeopleMoved) -> None:
    """One plan for all who move together: they keep their credit, and need what they lack for the new mission."""
    to = account_queries.mission(work.session, mission=MissionId(event.to_mission_id))
    plan_operations.request_replan(
        work,
        people=[PersonId(each) for each in event.people],
        cause=_cause(SubjectKind.MISSION, to.id, wording("New plan after a transfer to {mission}", mission=to.name)),
        cause_key=f"transfer:{to.id}:{event.on}",
    )
    missions = [MissionId(each) for each in (*event.from_mission_ids, to.id)]
    readiness_operations.want_refresh(work, missions=missions)


def tell_people_of_transfer(work: Work, event: account_events.PeopleMoved) -> None:
    """One message to each who moves: where to, from when, and that nothing of their credit is lost."""
    to = account_queries.mission(work.session, mission=MissionId(event.to_mission_id))
    people = [PersonId(each) for each in event.people]
    begins = {
        each.person: each.starts_on
        for postings in account_queries.postings_of(work.session, people=people, on=event.on).values()
        for each in postings
        if each.mission == to.id
    }
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=person,
                kind=NotificationKind.TRANSFERRED,
                about=Subject(kind=SubjectKind.MISSION, id=to.id),
                lines=(
                    wording(
                        "You serve in {mission} from {starts_on} on.",
                        mission=to.name,
                        starts_on=begins.get(person, event.on).isoformat(),
                    ),
                    wording(
                        "What you hold keeps its credit. What {mission} asks besides is planned for you.",
                        mission=to.name,
                    ),
                ),
                dedupe=f"transferred:{to.id}:{begins.get(person, event.on)}:{person}",
            )
            for person in people
        ],
    )


def plan_for_begun_postings(work: Work, event: account_events.PostingsBegan) -> None:
    """From the day on which people serve elsewhere, what is asked there is what they are planned for."""
    plan_operations.request_replan(
        work,
        people=[PersonId(each) for each in event.people],
        cause=Cause(
            entry_id=None,
            subject=None,
            sentence=wording("New plan for people who serve elsewhere from {day_on} on", day_on=event.on.isoformat()),
        ),
        cause_key=f"postings:{event.on}",
    )
    readiness_operations.want_refresh(work, missions=[MissionId(each) for each in event.mission_ids])


def plan_after_closing(work: Work, event: account_events.MissionStatusReached) -> None:
    """Take back what a closed mission asked of people who have no other; in liquidation, what only waited to begin."""
    mission = account_queries.mission(work.session, mission=MissionId(event.mission_id))
    readiness_operations.want_refresh(work, missions=(mission.id,))
    if event.status == MissionStatus.LIQUIDATING.value:
        said = wording("New plan now that {mission} is in liquidation", mission=mission.name)
        plan_operations.request_replan(
            work,
            missions=(mission.id,),
            cause=_cause(SubjectKind.MISSION, mission.id, said),
            cause_key=f"liquidation:{mission.id}",
        )
    if event.status != MissionStatus.CLOSED.value or not event.people:
        return
    plan_operations.request_replan(
        work,
        people=[PersonId(each) for each in event.people],
        cause=_cause(SubjectKind.MISSION, mission.id, wording("New plan after {mission} closed", mission=mission.name)),
        cause_key=f"closed:{mission.id}",
    )


def plan_for_person(
    work: Work,
    event: account_events.PersonEnrolled
    | account_events.PersonLeft
    | account_events.AbsenceNoted
    | competency_events.WaiverGranted
    | competency_events.WaiverRevoked,
) -> None:
    person = PersonId(event.person_id)
    _plan_for_person(work, person, wording("New plan for one person"), f"person:{person}")
    readiness_operations.want_refresh(work, missions=_missions_of(work, (person,)))


def _plan_for_person(work: Work, person: PersonId, sentence: Wording, cause_key: str) -> None:
    cause = _cause(SubjectKind.PERSON, person, sentence)
    plan_operations.request_replan(work, people=(person,), cause=cause, cause_key=cause_key)


def refresh_mission_of_person(work: Work, event: competency_events.EvidenceRecorded) -> None:
    readiness_operations.want_refresh(work, missions=_missions_of(work, (PersonId(event.person_id),)))


def plan_what_was_left_for_later(work: Work, event: track_events.AssignmentCompleted) -> None:
    """Give what the limit of seats a person held back, now that something is done."""
    plan_operations.plan_next(work, person=PersonId(event.person_id))


def tell_managers_of_plan(work: Work, event: plan_events.PlanProposed) -> None:
    head = plan_queries.plan_head(work.session, plan=PlanId(event.plan_id))
    if not event.needs_approval or head.state is not PlanState.PROPOSED:
        return
    missions: tuple[MissionId | None, ...] = tuple(MissionId(each) for each in event.missions) or (None,)
    managers = {
        person
        for mission in missions
        for person in account_queries.holders_of(work.session, office=Office.READINESS_MANAGER, mission=mission)
    }
    lines = [head.cause.sentence, wording("It waits for your decision.")]
    if better := head.counts.improvement:
        said = wording(
            "People who gain: {gain}. With something better: {better}. Moved for others: {moved}. People who lose: {lose}.",
            gain=better.gain,
            better=better.better,
            moved=better.moved,
            lose=better.lose,
        )
        lines.insert(1, said)
    for person in sorted(managers):
        notification_operations.queue_notification(
            work,
            to=person,
            kind=NotificationKind.PLAN_PROPOSED,
            about=Subject(kind=SubjectKind.PLAN, id=event.plan_id),
            lines=tuple(lines),
            dedupe=f"plan:{event.plan_id}:{person}",
        )


def settle_messages_of_plan(
    work: Work, event: plan_events.PlanApproved | plan_events.PlanDismissed | plan_events.PlanSuperseded
) -> None:
    """A plan that is decided, or that another has taken the place of, waits for nobody."""
    notification_operations.mark_answered(
        work, kind=NotificationKind.PLAN_PROPOSED, about=Subject(kind=SubjectKind.PLAN, id=event.plan_id)
    )


def tell_people_of_assignments(work: Work, event: track_events.ModulesAssigned) -> None:
    """One message per assignment given or taken back, each with its reason."""
    given = _assignments(work, event.assigned)
    taken = _assignments(work, event.withdrawn)
    titles = _titles(work, (*given, *taken))
    messages = [
        Notice(
            to=each.person,
            kind=NotificationKind.ASSIGNED,
            about=Subject(kind=SubjectKind.ASSIGNMENT, id=each.id),
            lines=(
                wording(
                    "You have been given back: {title}. It is due by {due_on}.",
                    title=titles[each.id],
                    due_on=each.due_on.isoformat(),
                )
                if each.restored_at
                else wording(
                    "You have been given: {title}. It is due by {due_on}.",
                    title=titles[each.id],
                    due_on=each.due_on.isoformat(),
                ),
                each.reason,
            ),
            dedupe=f"assigned:{each.id}:{each.restored_at or ''}",
        )
        for each in given
    ]
    messages += [
        Notice(
            to=each.person,
            kind=NotificationKind.SESSION_CANCELLED
            if each.session and event.plan_id is None
            else NotificationKind.WITHDRAWN,
            about=Subject(kind=SubjectKind.ASSIGNMENT, id=each.id),
            lines=(
                wording(
                    "{title} was taken off your list. What you have completed stays on your record.",
                    title=titles[each.id],
                ),
                *((each.ended_because,) if each.ended_because else ()),
            ),
            dedupe=f"withdrawn:{each.id}:{each.ended_at}",
        )
        for each in taken
    ]
    notification_operations.queue_notifications(work, notices=messages)


def tell_people_of_what_is_lost(work: Work, event: plan_events.TrainingGivenBack) -> None:
    """One message per assignment that was to be given back and could not be, with the reason."""
    lost = _assignments(work, event.lost)
    titles = _titles(work, lost)
    became = plan_queries.became_of(work.session, assignments=[each.id for each in lost])
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=each.person,
                kind=NotificationKind.WITHDRAWN,
                about=Subject(kind=SubjectKind.ASSIGNMENT, id=each.id),
                lines=(
                    wording("{title} could not be given back to you.", title=titles[each.id]),
                    LOST_SENTENCES[became[each.id]],
                    wording("If your mission still asks for it, something else is planned for you."),
                ),
                dedupe=f"not-given-back:{each.id}:{work.today}",
            )
            for each in lost
        ],
    )


LOST_SENTENCES: Mapping[Returned, Wording] = {
    Returned.SEAT_GONE: wording("Others have taken the places of its session."),
    Returned.SESSION_BEGUN: wording("Its session has begun or is over."),
    Returned.SESSION_CANCELLED: wording("Its session was cancelled."),
    Returned.COURSE_CLOSED: wording("Its course is closed or no longer recognised."),
    Returned.MODULE_RETIRED: wording("The module is no longer taught."),
}


def _assignments(work: Work, ids: Iterable[int]) -> tuple[Assignment, ...]:
    return tuple(track_queries.assignments(work.session, ids=[AssignmentId(each) for each in ids]).values())


def _titles(work: Work, assignments: Collection[Assignment]) -> Mapping[AssignmentId, LocalText | str]:
    """The title of each assignment's module, in all its languages, or of its course."""
    modules = catalogue_queries.module_titles(
        work.session, modules={each.module for each in assignments if each.module}
    )
    sessions = partner_queries.session_cards(
        work.session, sessions={each.session for each in assignments if each.session}
    )
    return {
        each.id: modules[each.module] if each.module else sessions[each.session or SessionId(0)].course_title
        for each in assignments
    }


def remind_of_overdue(work: Work, event: track_events.AssignmentsOverdue) -> None:
    late = _assignments(work, event.assignments)
    titles = _titles(work, late)
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=each.person,
                kind=NotificationKind.REMINDER,
                about=Subject(kind=SubjectKind.ASSIGNMENT, id=each.id),
                lines=(
                    wording(
                        "{title} was due on {due_on}. It is still open.",
                        title=titles[each.id],
                        due_on=each.due_on.isoformat(),
                    ),
                ),
                dedupe=f"overdue:{each.id}",
            )
            for each in late
        ],
    )


def ask_about_draft(work: Work, event: mandate_events.DraftReviewAsked) -> None:
    """Ask the requirements authority of each area, and every officer of the mission who did not write the draft."""
    about = Subject(kind=SubjectKind.DRAFT, id=event.draft_id)
    asked: dict[PersonId, int] = {}
    owners = review_queries.authorities(work.session)
    for area in event.areas:
        owner = owners[Area(area)]
        if owner is not None:
            asked[owner] = asked.get(owner, 0) + 1
    authors = mandate_queries.draft_authors(work.session, draft=DraftId(event.draft_id))
    mission = MissionId(event.mission_id)
    officers = account_queries.holders_of(work.session, office=Office.MANDATE_OFFICER, mission=mission)
    lines: dict[PersonId, tuple[Wording, ...]] = {
        person: (
            wording(
                "{symbol} is up for review. You answer for {count} of the areas it touches: say what you think of it.",
                symbol=event.symbol,
                count=count,
            ),
        )
        for person, count in asked.items()
    }
    review = wording("{symbol} waits for a review by somebody who did not write it.", symbol=event.symbol)
    for person in officers:
        if person not in authors:
            lines[person] = (*lines.get(person, ()), review)
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=person,
                kind=NotificationKind.DRAFT_ASKED,
                about=about,
                lines=said,
                dedupe=f"draft-asked:{event.draft_id}:{event.remark_id}:{person}",
            )
            for person, said in sorted(lines.items())
        ],
    )


def ask_about_withdrawal(work: Work, event: mandate_events.WithdrawalRequested) -> None:
    """Ask every other officer of the mission to decide on the withdrawal of a text."""
    instrument = InstrumentId(event.instrument_id)
    request = mandate_queries.withdrawal_request(work.session, instrument=instrument)
    if request is None:
        return  # decided meanwhile
    said = wording(
        "The withdrawal of {symbol} is asked for and waits for a second person: {because}",
        symbol=event.symbol,
        because=request.because,
    )
    officers = account_queries.holders_of(
        work.session, office=Office.MANDATE_OFFICER, mission=MissionId(event.mission_id)
    )
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=person,
                kind=NotificationKind.WITHDRAWAL_ASKED,
                about=Subject(kind=SubjectKind.INSTRUMENT, id=instrument),
                lines=(said,),
                dedupe=f"withdrawal-asked:{instrument}:{request.asked_at.isoformat()}:{person}",
            )
            for person in sorted(officers)
            if person != request.asked_by
        ],
    )


def settle_messages_of_withdrawal(
    work: Work, event: mandate_events.InstrumentWithdrawn | mandate_events.WithdrawalRequestDropped
) -> None:
    """A withdrawal that is decided on waits for nobody."""
    notification_operations.mark_answered(
        work,
        kind=NotificationKind.WITHDRAWAL_ASKED,
        about=Subject(kind=SubjectKind.INSTRUMENT, id=event.instrument_id),
    )


def ask_new_authority(work: Work, event: competency_events.AreaOwnersNamed) -> None:
    """Whoever comes to own an area while a review waits for its answer is asked too."""
    owner = event.requirements_authority_id
    if owner is None:
        return
    for line in mandate_queries.draft_lines(work.session, on=work.today):
        waits = any(each.area == event.area and each.awaited for each in line.standing.areas)
        if waits and line.standing.asked is not None:
            _tell_of_draft(
                work,
                line.card.id,
                people=[PersonId(owner)],
                kind=NotificationKind.DRAFT_ASKED,
                said=wording(
                    "{symbol} is up for review. You answer for {count} of the areas it touches: say what you think of it.",
                    symbol=line.card.symbol,
                    count=sum(each.authority == owner for each in line.standing.areas),
                ),
                occasion=f"{line.standing.asked.id}:{event.area}",
            )


def tell_of_review(work: Work, event: mandate_events.DraftReviewed) -> None:
    name = _name_of(work, event.person_id)
    said = wording("{name} reviewed {symbol} and asks for changes.", name=name, symbol=event.symbol)
    if event.agreed:
        said = wording("{name} reviewed {symbol} and agrees.", name=name, symbol=event.symbol)
    _tell_authors(work, event, said, occasion=str(event.remark_id))


def tell_of_answer(work: Work, event: mandate_events.DraftAnswered) -> None:
    name = _name_of(work, event.person_id)
    said = wording("{name} commented on {symbol} as requirements authority.", name=name, symbol=event.symbol)
    if event.verdict == Verdict.AGREE:
        said = wording("{name} agrees with {symbol} as requirements authority.", name=name, symbol=event.symbol)
    if event.verdict == Verdict.OBJECTION:
        said = wording("{name} objects to {symbol} as requirements authority.", name=name, symbol=event.symbol)
    _tell_authors(work, event, said, occasion=str(event.remark_id))


def tell_of_comment(work: Work, event: mandate_events.DraftCommented) -> None:
    said = wording("{name} commented on {symbol}.", name=_name_of(work, event.person_id), symbol=event.symbol)
    _tell_authors(work, event, said, occasion=str(event.remark_id))


def tell_of_coming_end(work: Work, event: mandate_events.DraftExpiresSoon) -> None:
    said = wording(
        "The draft of {symbol} expires on {expires_on}. Change it or renew it to keep it.",
        symbol=event.symbol,
        expires_on=event.expires_on.isoformat(),
    )
    _tell_authors(work, event, said, occasion=f"soon {event.expires_on}")


def tell_of_end(work: Work, event: mandate_events.DraftExpired) -> None:
    said = wording(
        "The draft of {symbol} is expired. It is kept, and cannot be published until somebody renews it.",
        symbol=event.symbol,
    )
    _tell_authors(work, event, said, occasion=f"expired {event.expires_on}")


_AboutDraft = (
    mandate_events.DraftReviewed
    | mandate_events.DraftAnswered
    | mandate_events.DraftCommented
    | mandate_events.DraftExpiresSoon
    | mandate_events.DraftExpired
)


def _tell_authors(work: Work, event: _AboutDraft, said: Wording, *, occasion: str) -> None:
    """Tell whoever wrote a draft, but nobody of their own doing; of one that nobody wrote, the officers of its mission."""
    told = mandate_queries.draft_authors(work.session, draft=DraftId(event.draft_id)) or account_queries.holders_of(
        work.session, office=Office.MANDATE_OFFICER, mission=MissionId(event.mission_id)
    )
    _tell_of_draft(
        work,
        event.draft_id,
        people=set(told) - {getattr(event, "person_id", None)},
        kind=NotificationKind.DRAFT_NEWS,
        said=said,
        occasion=occasion,
    )


def _tell_of_draft(
    work: Work, draft: int, *, people: Collection[PersonId], kind: NotificationKind, said: Wording, occasion: str
) -> None:
    notification_operations.queue_notifications(
        work,
        notices=[
            Notice(
                to=person,
                kind=kind,
                about=Subject(kind=SubjectKind.DRAFT, id=draft),
                lines=(said,),
                dedupe=f"{kind}:{draft}:{occasion}:{person}",
            )
            for person in sorted(people)
        ],
    )


def _name_of(work: Work, person: int | None) -> str:
    if person is None:
        return "Trainer"
    return account_queries.people_cards(work.session, people={PersonId(person)})[PersonId(person)].name


def tell_of_ended_review(work: Work, event: mandate_events.DraftReviewEnded) -> None:
    """Whoever decided on the draft learns that it is another text by now; nobody waits for their decision any more."""
    settle_messages_of_draft(work, event)
    _tell_of_draft(
        work,
        event.draft_id,
        people=[PersonId(each) for each in event.people],
        kind=NotificationKind.DRAFT_NEWS,
        said=wording(
            "The draft of {symbol} was changed after you decided on it. You will be asked again.", symbol=event.symbol
        ),
        occasion=f"ended {event.version}",
    )


def tell_of_sharing(work: Work, event: mandate_events.DraftShared) -> None:
    people = {PersonId(each) for each in event.people}
    if event.office and event.to_mission_id is not None:
        people |= set(
            account_queries.holders_of(
                work.session, office=Office(event.office), mission=MissionId(event.to_mission_id)
            )
        )
    _tell_of_draft(
        work,
        event.draft_id,
        people=people,
        kind=NotificationKind.DRAFT_SHARED,
        said=wording("The draft of {symbol} is shared with you: say what you think of it.", symbol=event.symbol),
        occasion="shared",
    )


def settle_messages_of_draft(
    work: Work,
    event: mandate_events.DraftReviewEnded | mandate_events.DraftDiscarded | mandate_events.InstrumentPublished,
) -> None:
    """A draft that was changed, published or put away waits for nobody."""
    if event.draft_id is not None:
        notification_operations.mark_answered(
            work, kind=NotificationKind.DRAFT_ASKED, about=Subject(kind=SubjectKind.DRAFT, id=event.draft_id)
        )


REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    mandate_events.InstrumentPublished: (
        give_back_after_successor,
        plan_after_publication,
        refresh_mission,
        settle_messages_of_draft,
    ),
    mandate_events.InstrumentWithdrawn: (
        give_back_after_withdrawal,
        plan_after_withdrawal,
        refresh_mission,
        settle_messages_of_withdrawal,
    ),
    mandate_events.WithdrawalRequested: (ask_about_withdrawal,),
    mandate_events.WithdrawalRequestDropped: (settle_messages_of_withdrawal,),
    mandate_events.MandateDayReached: (plan_on_mandate_day, refresh_mission),
    mandate_events.ConditionConfirmed: (plan_after_condition, refresh_mission),
    mandate_events.ConfirmationTakenBack: (give_back_after_withdrawal, plan_after_condition, refresh_mission),
    mandate_events.TaskClosureDecided: (plan_after_closure, refresh_mission),
    mandate_events.TaskClosureTakenBack: (give_back_after_withdrawal, plan_after_closure, refresh_mission),
    mandate_events.DraftReviewAsked: (ask_about_draft,),
    mandate_events.DraftReviewed: (tell_of_review,),
    mandate_events.DraftAnswered: (tell_of_answer,),
    mandate_events.DraftCommented: (tell_of_comment,),
    mandate_events.DraftReviewEnded: (tell_of_ended_review,),
    mandate_events.DraftShared: (tell_of_sharing,),
    mandate_events.DraftExpiresSoon: (tell_of_coming_end,),
    mandate_events.DraftExpired: (tell_of_end,),
    mandate_events.DraftDiscarded: (settle_messages_of_draft,),
    mandate_events.RulesRevised: (plan_after_new_rules, refresh_all_missions),
    shock_events.ShockDeclared: (plan_after_shock, refresh_struck_missions),
    shock_events.ShockEnded: (plan_after_end_of_shock, refresh_struck_missions),
    competency_events.ExpiriesCameDue: (plan_for_expiries,),
    competency_events.EvidenceRecorded: (refresh_mission_of_person,),
    competency_events.EvidenceLoaded: (refresh_all_missions,),
    competency_events.AreaOwnersNamed: (ask_new_authority,),
    competency_events.WaiverGranted: (plan_for_person,),
    competency_events.WaiverRevoked: (plan_for_person,),
    partner_events.SessionCancelled: (take_back_cancelled_seats,),
    partner_events.SeatsOpened: (plan_for_new_seats,),
    partner_events.CoursePublished: (ask_for_recognition,),
    partner_events.CourseChanged: (ask_for_recognition_anew,),
    partner_events.CourseRecognised: (plan_for_recognition, tell_partner_of_recognition),
    account_events.PersonEnrolled: (plan_for_person,),
    account_events.PersonMoved: (plan_for_moved_person,),
    account_events.PersonLeft: (plan_for_person,),
    account_events.PeopleMoved: (plan_for_moved_people, tell_people_of_transfer),
    account_events.MissionStatusReached: (plan_after_closing,),
    account_events.PostingsBegan: (plan_for_begun_postings,),
    account_events.AbsenceNoted: (plan_for_person,),
    plan_events.PlanProposed: (tell_managers_of_plan,),
    plan_events.PlanApproved: (settle_messages_of_plan,),
    plan_events.PlanDismissed: (settle_messages_of_plan,),
    plan_events.PlanSuperseded: (settle_messages_of_plan,),
    plan_events.TrainingGivenBack: (tell_people_of_what_is_lost,),
    track_events.ModulesAssigned: (tell_people_of_assignments,),
    track_events.AssignmentCompleted: (plan_what_was_left_for_later,),
    track_events.AssignmentsOverdue: (remind_of_overdue,),
}

_BY_NAME: Mapping[str, tuple[Reaction, ...]] = {event.name: answers for event, answers in REACTIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainReport:
    """What one pass over the ledger did."""

    settled: int
    failed: tuple[str, ...]
    """Names of reactions that failed, with the entry's id."""


def drain(open_work: Callable[[], AbstractContextManager[Work]], *, limit: int = 200) -> DrainReport:
    """Work off up to `limit` open entries, oldest first; each reaction in a transaction of its own.

    A reaction that fails waits for its next try and holds up no other.
    """
    with open_work() as work:
        entries = ledger.open_entries(work.session, limit=limit)
        silent = [entry for entry, event in entries if event not in _BY_NAME]
        if silent:
            ledger.settle_unanswered(work.session, silent, now=work.now)
    settled, failed = len(silent), []
    for entry, event in entries:
        answers = _BY_NAME.get(event)
        if answers is None:
            continue
        failed += [f"{reaction.__name__} {entry}" for reaction in answers if not _react(open_work, entry, reaction)]
        with open_work() as work:
            names = [reaction.__name__ for reaction in answers]
            settled += ledger.settle(work.session, entry, reactions=names, now=work.now)
    return DrainReport(settled=settled, failed=tuple(failed))


def _react(open_work: Callable[[], AbstractContextManager[Work]], entry: int, reaction: Reaction) -> bool:
    try:
        with open_work() as work:
            if ledger.claim(work.session, entry, reaction=reaction.__name__, now=work.now):
                reaction(work, ledger.read_event(work.session, entry))
    except Exception as error:
        logger.exception("a reaction failed: %s to entry %s", reaction.__name__, entry)
        with open_work() as work:
            ledger.note_failure(work.session, entry, reaction=reaction.__name__, now=work.now, error=repr(error))
        return False
    return True
