"""What partners and the host do: courses, sessions, recognition, and the counting of seats.

Seats are counted here alone, by conditional updates of one column: whoever comes second to the last seat is refused by the
database. Rows are changed by guarded statements, never through loaded objects, so that nothing is written over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.engine import CursorResult

from trainer.accounts.values import OrganisationId
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import CompetencyKey
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import Problem, wording
from trainer.kernel.work import Work
from trainer.partners import queries, rules
from trainer.partners.events import (
    CourseChanged,
    CourseClosed,
    CoursePublished,
    CourseRecognised,
    OffersLoaded,
    PartnerAdded,
    SeatsOpened,
    SessionCancelled,
    SessionChanged,
    SessionHeld,
)
from trainer.partners.models import (
    Course,
    CourseAward,
    CourseModule,
    CourseSession,
    Partner,
    Quota,
    Recognition,
)
from trainer.partners.values import (
    MODES_WITH_TRAVEL,
    UNDECIDED,
    CourseDraft,
    CourseId,
    CoursePage,
    CourseSpec,
    CourseState,
    PartnerId,
    PartnerSpec,
    QuotaDraft,
    RecognitionDecision,
    RecognitionState,
    SessionDraft,
    SessionId,
    SessionPage,
    SessionState,
)


class CourseRefused(Invalid):
    """The course as described cannot be taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("The course cannot be taken like this. Put right what is marked."), problems=problems)


class SessionRefused(Invalid):
    """The session as described cannot be taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("The session cannot be taken like this. Put right what is marked."), problems=problems)


class DecisionRefused(Invalid):
    """The decisions as made cannot be taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        message = wording("The decision cannot be taken like this. Put right what is marked.")
        super().__init__(message, problems=problems)


class ReasonMissing(Invalid):
    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message, field=problems[0].field, problems=problems)


class StaleCourse(Conflict):
    def __init__(self) -> None:
        message = wording(
            "Somebody changed this course while you worked on it. Load the page again and repeat your change."
        )
        super().__init__(message)


class StaleSession(Conflict):
    def __init__(self) -> None:
        message = wording(
            "Somebody changed or booked this session while you worked on it. Load the page again and repeat your change."
        )
        super().__init__(message)


class CourseNotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This course is closed. Enter a new course instead."))


class CourseNotDraft(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This course has been published already."))


class CourseNotPublished(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This course is not published, so there is nothing to decide yet."))


class CourseNotRecognised(Conflict):
    def __init__(self, title: str) -> None:
        message = wording("Nobody can be sent to “{title}” before a manager recognises it.", title=title)
        super().__init__(message)


class SessionNotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This session was cancelled, held or is over. It can no longer be changed."))


class SessionBooked(Conflict):
    def __init__(self, taken: int) -> None:
        message = wording(
            "{taken} seats are booked, so days and region stay as they are. Cancel the session and add a new one: "
            "the people are told, and a new plan is worked out for them.",
            taken=taken,
        )
        super().__init__(message, field="starts_on")


class SessionNotBegun(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This session has not begun, so nobody can have attended it yet."))


class NoSeatLeft(Conflict):
    def __init__(self, title: str, starts_on: str) -> None:
        message = wording(
            "There are not enough free seats left in “{title}”, which starts on {starts_on}. Look for another session.",
            title=title,
            starts_on=starts_on,
        )
        super().__init__(message)


class SeatsNotTaken(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("More seats would be given back than are taken."))


# Partners and their courses


def add_partner(
    work: Work,
    *,
    organisation: OrganisationId,
    key: str,
    name: str,
    kind: str,
    region: str,
    time_zone: str = "UTC",
    email: str | None = None,
) -> PartnerId:
    """Put an organisation on file as a provider of training."""
    row = Partner(
        organisation_id=organisation, key=key, name=name, kind=kind, region=region, time_zone=time_zone, email=email
    )
    work.session.add(row)
    work.session.flush()  # to have its id
    work.record(PartnerAdded(partner_id=row.id))
    return PartnerId(row.id)


def save_course(work: Work, *, partner: PartnerId, draft: CourseDraft) -> CourseId:
    """Enter a new course as a draft, which nobody else sees; raises CourseRefused."""
    _judge(work, draft)
    keys = queries.course_keys(work.session, partner=partner)
    row = Course(
        partner_id=partner,
        key=rules.key_from(draft.title, taken=keys),
        **_course_columns(draft),
    )
    work.session.add(row)
    work.session.flush()  # to have its id
    course = CourseId(row.id)
    _write_content(work, course, draft)
    return course


def change_course(work: Work, *, course: CourseId, draft: CourseDraft, seen_version: int) -> bool:
    """Change a course; return whether the host is asked to recognise it again.

    Raises CourseRefused, CourseNotOpen and StaleCourse.
    """
    before = queries.course_page(work.session, course=course, on=work.today)
    if before.state is CourseState.CLOSED:
        raise CourseNotOpen
    _judge(work, draft)
    _keep_places(before, draft)
    ended = rules.decisions_ended_by(before.draft, draft)
    undecided_anew = rules.undecided_anew(before, draft)
    asks_again = before.state is CourseState.PUBLISHED and bool(undecided_anew)
    changes = _course_columns(draft) | ({"asked_at": before.asked_at or work.now} if asks_again else {})
    # The row of the course is changed first, here as when recognising: two at once wait for each other in one order.
    _update_course(work, before, seen_version, changes)
    _end_decisions(work, course, ended)
    _write_content(work, course, draft)
    work.record(CourseChanged(course_id=course, partner_id=before.partner.id, asks_again=asks_again))
    return asks_again


def publish_course(work: Work, *, course: CourseId, seen_version: int) -> None:
    """Show a course to everybody and ask the host to recognise it; raises CourseNotDraft and StaleCourse."""
    page = queries.course_page(work.session, course=course, on=work.today)
    if page.state is not CourseState.DRAFT:
        raise CourseNotDraft
    _judge(work, page.draft)
    _update_course(work, page, seen_version, {"state": CourseState.PUBLISHED, "asked_at": work.now})
    work.record(CoursePublished(course_id=course, partner_id=page.partner.id))


def close_course(work: Work, *, course: CourseId, seen_version: int) -> None:
    """Offer a course no longer; its sessions that are booked are still held. Raises CourseNotOpen and StaleCourse."""
    page = queries.course_page(work.session, course=course, on=work.today)
    if page.state is CourseState.CLOSED:
        raise CourseNotOpen
    _update_course(work, page, seen_version, {"state": CourseState.CLOSED, "asked_at": None})
    work.record(
        CourseClosed(course_id=course, partner_id=page.partner.id, sessions=len(page.coming), seats_taken=page.booked)
    )


def _judge(work: Work, draft: CourseDraft) -> None:
    problems = rules.check_course_draft(draft, known=_known(work), known_modules=_known_modules(work))
    if problems:
        raise CourseRefused(problems)


def _known(work: Work) -> frozenset[CompetencyKey]:
    found = competency_queries.competencies(work.session)
    return frozenset(key for key, each in found.items() if each.retired_on is None)


def _known_modules(work: Work) -> frozenset[ModuleKey]:
    return frozenset(each.key for each in catalogue_queries.offerings(work.session))


def _keep_places(before: CoursePage, draft: CourseDraft) -> None:
    if draft.mode not in MODES_WITH_TRAVEL or before.draft.mode in MODES_WITH_TRAVEL:
        return
    if any(not each.place for each in before.coming):
        message = wording("Sessions to come have no place yet. Give each of them one before people must travel there.")
        raise CourseRefused((Problem(field="mode", message=message),))


def _course_columns(draft: CourseDraft) -> dict[str, Any]:
    needed = draft.requires
    return {
        "title": draft.title,
        "summary": draft.summary,
        "language": draft.language,
        "mode": draft.mode,
        "days": draft.days,
        "cost": draft.cost,
        "currency": draft.currency,
        "roles": [role.value for role in draft.roles],
        "requires_competency": needed.competency if needed else None,
        "requires_level": int(needed.level) if needed else None,
    }


def _update_course(work: Work, seen: CoursePage, seen_version: int, changes: Mapping[str, Any]) -> None:
    changed = _changed(
        work,
        update(Course)
        .where(Course.id == seen.id, Course.version == seen_version, Course.state == seen.state)
        .values(version=seen_version + 1, **changes),
    )
    if changed != 1:
        raise StaleCourse


def _write_content(work: Work, course: CourseId, draft: CourseDraft) -> None:
    _changed(work, delete(CourseAward).where(CourseAward.course_id == course))
    _changed(work, delete(CourseModule).where(CourseModule.course_id == course))
    _insert(work, CourseAward, _award_rows(course, draft.awards))
    _insert(work, CourseModule, _module_rows(course, draft.modules))


def _award_rows(course: CourseId, awards: Iterable[AtLevel]) -> list[dict[str, Any]]:
    return [{"course_id": course, "competency_key": award.competency, "level": int(award.level)} for award in awards]


def _module_rows(course: CourseId, modules: Iterable[ModuleKey]) -> list[dict[str, Any]]:
    return [{"course_id": course, "module_key": key} for key in sorted(set(modules))]


# Recognition


def recognise_course(
    work: Work, *, course: CourseId, decisions: Sequence[RecognitionDecision], seen_version: int | None = None
) -> None:
    """Decide, for the host, on what a course proves; each decision replaces the one in force, which stays on file.

    `seen_version` is the course as the decider read it; None where nobody read a page, as when a demonstration is loaded.
    Raises CourseNotPublished, DecisionRefused and StaleCourse.
    """
    page = queries.course_page(work.session, course=course, on=work.today)
    if page.state is not CourseState.PUBLISHED:
        raise CourseNotPublished
    claims = {award.competency: award.claimed for award in page.awards}
    problems = rules.check_decisions(decisions, claims=claims, on=work.today)
    if problems:
        raise DecisionRefused(problems)
    decided = {decision.competency for decision in decisions}
    open_still = any(award.standing in UNDECIDED for award in page.awards if award.competency not in decided)
    version = page.version if seen_version is None else seen_version
    # The row of the course is changed first: of two managers deciding at once the second waits here, and is refused.
    _update_course(work, page, version, {"asked_at": page.asked_at if open_still else None})
    _end_decisions(work, course, decided)
    _insert(work, Recognition, [_recognition_row(work, course, decision) for decision in decisions])
    for state in RecognitionState:
        keys = tuple(sorted(decision.competency for decision in decisions if decision.state is state))
        if keys:
            granted = state is RecognitionState.GRANTED
            work.record(
                CourseRecognised(course_id=course, partner_id=page.partner.id, granted=granted, competencies=keys)
            )


def _recognition_row(work: Work, course: CourseId, decision: RecognitionDecision) -> dict[str, Any]:
    return {
        "course_id": course,
        "competency_key": decision.competency,
        "level": int(decision.level),
        "state": decision.state,
        "decided_on": work.today,
        "decided_by_id": work.actor.person,
        "expires_on": decision.expires_on,
        "reason": decision.reason,
        "ended_at": None,
    }


def _end_decisions(work: Work, course: CourseId, competencies: Collection[CompetencyKey]) -> int:
    if not competencies:
        return 0
    return _changed(
        work,
        update(Recognition)
        .where(
            Recognition.course_id == course,
            Recognition.competency_key.in_(competencies),
            Recognition.ended_at.is_(None),
        )
        .values(ended_at=work.now),
    )


# Sessions


def add_session(work: Work, *, course: CourseId, draft: SessionDraft) -> SessionId:
    """Add a dated run to a course; raises CourseNotOpen and SessionRefused."""
    page = queries.course_page(work.session, course=course, on=work.today)
    if page.state is CourseState.CLOSED:
        raise CourseNotOpen
    problems = rules.check_session_draft(
        draft, mode=page.draft.mode, taken=0, on=work.today, zones=available_timezones()
    )
    if problems:
        raise SessionRefused(problems)
    row = CourseSession(course_id=course, **_session_columns(draft))
    work.session.add(row)
    work.session.flush()  # to have its id
    added = SessionId(row.id)
    _insert(work, Quota, _quota_rows(added, draft.quotas))
    work.record(SeatsOpened(session_id=added, course_id=course, partner_id=page.partner.id, seats=draft.seats))
    return added


def change_session(work: Work, *, session: SessionId, draft: SessionDraft, seen_version: int) -> None:
    """Change a session that has not begun; raises SessionRefused, SessionBooked, SessionNotOpen and StaleSession."""
    before = queries.session_page(work.session, course_session=session, on=work.today)
    card = before.card
    if card.state is not SessionState.OPEN or card.starts_on <= work.today:
        raise SessionNotOpen
    problems = rules.check_session_draft(
        draft, mode=card.mode, taken=card.seats_taken, on=work.today, zones=available_timezones()
    )
    if problems:
        raise SessionRefused(problems)
    guards: list[ColumnElement[bool]] = [
        CourseSession.version == seen_version,
        CourseSession.seats_taken <= draft.seats,
    ]
    if _moves(before, draft):
        if card.seats_taken:
            raise SessionBooked(card.seats_taken)
        guards.append(CourseSession.seats_taken == 0)
    _update_session(work, session, guards, {"version": seen_version + 1, **_session_columns(draft)})
    _changed(work, delete(Quota).where(Quota.course_session_id == session))
    _insert(work, Quota, _quota_rows(session, draft.quotas))
    named = {"session_id": session, "course_id": card.course, "partner_id": card.partner}
    work.record(SessionChanged(**named, seats_taken=card.seats_taken))
    if draft.seats > card.seats:
        work.record(SeatsOpened(**named, seats=draft.seats - card.seats))


def cancel_session(work: Work, *, session: SessionId, because: str) -> None:
    """Cancel a session that is not over; raises ReasonMissing and SessionNotOpen.

    Its seats stay counted until whoever holds the assignments gives them back, in answer to `SessionCancelled`.
    """
    problems = rules.check_reason(because, field="because")
    if problems:
        raise ReasonMissing(problems)
    page = queries.session_page(work.session, course_session=session, on=work.today)
    if page.card.ends_on < work.today:
        raise SessionNotOpen
    _end_session(work, session, {"state": SessionState.CANCELLED, "cancelled_because": because})
    work.record(
        SessionCancelled(
            session_id=session,
            course_id=page.card.course,
            partner_id=page.card.partner,
            seats_taken=page.card.seats_taken,
        )
    )


def hold_session(work: Work, *, session: SessionId) -> None:
    """Note that a session was held; nothing happens if that is known. Raises SessionNotBegun and SessionNotOpen."""
    card = queries.session_page(work.session, course_session=session, on=work.today).card
    if card.state is SessionState.HELD:
        return
    if card.starts_on > work.today:
        raise SessionNotBegun
    _end_session(work, session, {"state": SessionState.HELD})
    work.record(SessionHeld(session_id=session, course_id=card.course, partner_id=card.partner))


def _moves(before: SessionPage, draft: SessionDraft) -> bool:
    card = before.card
    return (card.starts_on, card.ends_on, before.region) != (draft.starts_on, draft.ends_on, draft.region)


def _end_session(work: Work, session: SessionId, changes: Mapping[str, Any]) -> None:
    values = {"version": CourseSession.version + 1, **changes}
    if not _update_if(work, session, [], values):
        raise SessionNotOpen


def _update_session(
    work: Work, session: SessionId, guards: Sequence[ColumnElement[bool]], changes: Mapping[str, Any]
) -> None:
    if not _update_if(work, session, guards, changes):
        raise StaleSession


def _update_if(
    work: Work, session: SessionId, guards: Sequence[ColumnElement[bool]], changes: Mapping[str, Any]
) -> bool:
    is_open = CourseSession.state == SessionState.OPEN
    statement = update(CourseSession).where(CourseSession.id == session, is_open, *guards).values(**changes)
    return _changed(work, statement) == 1


def _session_columns(draft: SessionDraft) -> dict[str, Any]:
    return {
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "starts_time": draft.starts_time,
        "time_zone": draft.time_zone,
        "place": draft.place,
        "region": draft.region,
        "seats": draft.seats,
        "least_seats": draft.least_seats,
    }


def _quota_rows(session: SessionId, quotas: Iterable[QuotaDraft]) -> list[dict[str, Any]]:
    return [
        {
            "course_session_id": session,
            "organisation_id": quota.organisation,
            "mission_id": quota.mission,
            "seats": quota.seats,
            "released_on": quota.released_on,
        }
        for quota in quotas
    ]


# Seats


def take_seats(work: Work, *, seats: Mapping[SessionId, int]) -> None:
    """Take so many seats in each session, or none at all; raises NoSeatLeft and CourseNotRecognised.

    Sessions are locked in the order of their ids, so that two takers of many never wait for each other.
    """
    wanted = {session: number for session, number in seats.items() if number > 0}
    _refuse_unrecognised(work, wanted)
    for session in sorted(wanted):
        number = wanted[session]
        room = CourseSession.seats_taken + number <= CourseSession.seats
        if not _update_if(work, session, [room], {"seats_taken": CourseSession.seats_taken + number}):
            card = queries.session_page(work.session, course_session=session, on=work.today).card
            raise NoSeatLeft(card.course_title, card.starts_on.isoformat())


def release_seats(work: Work, *, seats: Mapping[SessionId, int]) -> None:
    """Give back so many seats in each session, whatever became of it; raises SeatsNotTaken."""
    for session in sorted(seats):
        number = seats[session]
        if number <= 0:
            continue
        statement = (
            update(CourseSession)
            .where(CourseSession.id == session, CourseSession.seats_taken >= number)
            .values(seats_taken=CourseSession.seats_taken - number)
        )
        if _changed(work, statement) != 1:
            raise SeatsNotTaken


def _refuse_unrecognised(work: Work, sessions: Collection[SessionId]) -> None:
    cards = queries.session_cards(work.session, sessions=sessions)
    if len(cards) < len(sessions):
        raise queries.NoSuchSession
    courses = {card.course for card in cards.values()}
    proves = queries.recognised_awards_of(work.session, courses=courses, on=work.today)
    for card in cards.values():
        if not proves[card.course]:
            raise CourseNotRecognised(card.course_title)


# Loading


def load_offers(work: Work, *, partners: Sequence[PartnerSpec]) -> tuple[PartnerId, ...]:
    """Load partners with published courses and their sessions, in bulk and with one event; return the ids in order.

    Courses are judged as everywhere (CourseRefused); sessions are taken as they are, past ones too.
    """
    known, modules = _known(work), _known_modules(work)
    for spec in partners:
        for course in spec.courses:
            problems = rules.check_course_draft(course.draft, known=known, known_modules=modules)
            if problems:
                raise CourseRefused(problems)
    ids = tuple(_load_partner(work, spec) for spec in partners)
    courses = _load_courses(work, ids, partners)
    sessions = _load_sessions(work, courses)
    work.record(OffersLoaded(partners=ids, courses=len(courses), sessions=sessions))
    return ids


def _load_partner(work: Work, spec: PartnerSpec) -> PartnerId:
    row = Partner(
        organisation_id=spec.organisation,
        key=spec.key,
        name=spec.name,
        kind=spec.kind,
        region=spec.region,
        time_zone=spec.time_zone,
        email=spec.email,
        invented=spec.invented,
    )
    work.session.add(row)
    work.session.flush()  # to have its id
    return PartnerId(row.id)


def _load_courses(
    work: Work, ids: Sequence[PartnerId], partners: Sequence[PartnerSpec]
) -> list[tuple[CourseId, CourseSpec]]:
    specs = [(partner, course) for partner, spec in zip(ids, partners, strict=True) for course in spec.courses]
    rows = [
        {
            "partner_id": partner,
            "key": course.key,
            "state": CourseState.PUBLISHED,
            "asked_at": None if course.recognised else work.now,
            "version": 1,
            **_course_columns(course.draft),
        }
        for partner, course in specs
    ]
    _insert(work, Course, rows)
    query = select(Course.id, Course.partner_id, Course.key).where(Course.partner_id.in_(ids))
    found = {(partner, key): CourseId(number) for number, partner, key in work.session.execute(query)}
    loaded = [(found[partner, course.key], course) for partner, course in specs]
    _insert(work, CourseAward, [row for number, spec in loaded for row in _award_rows(number, spec.draft.awards)])
    _insert(work, CourseModule, [row for number, spec in loaded for row in _module_rows(number, spec.draft.modules)])
    _insert(
        work,
        Recognition,
        [_recognition_row(work, number, each) for number, spec in loaded for each in spec.recognised],
    )
    return loaded


def _load_sessions(work: Work, courses: Sequence[tuple[CourseId, CourseSpec]]) -> int:
    count = 0
    without_quotas: list[dict[str, Any]] = []
    for course, spec in courses:
        for draft in spec.sessions:
            count += 1
            if not draft.quotas:
                without_quotas.append(
                    {
                        "course_id": course,
                        "seats_taken": 0,
                        "state": SessionState.OPEN,
                        "cancelled_because": "",
                        "version": 1,
                        **_session_columns(draft),
                    }
                )
                continue
            row = CourseSession(course_id=course, **_session_columns(draft))
            work.session.add(row)
            work.session.flush()  # to have its id for its quotas
            _insert(work, Quota, _quota_rows(SessionId(row.id), draft.quotas))
    _insert(work, CourseSession, without_quotas)
    return count


def _insert(work: Work, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        work.session.execute(insert(table), rows)


def _changed(work: Work, statement: Any) -> int:
    """Run a guarded statement and return how many rows it met; objects in memory are left alone, as none are used."""
    result = work.session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
