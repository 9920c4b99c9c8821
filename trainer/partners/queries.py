"""Reading partners, courses, sessions and recognition. Everything comes as frozen values.

Recognition counts by day: each reading says the day (`on`) it asks about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from trainer.accounts.values import MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, wording
from trainer.partners import rules
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
    RUNS_OUT_DAYS,
    SHORT_NOTICE_DAYS,
    UNDECIDED,
    AwardLine,
    AwardStanding,
    CourseCard,
    CourseDraft,
    CourseId,
    CourseMode,
    CoursePage,
    CourseState,
    EndingLine,
    OwnPage,
    PartnerCard,
    PartnerId,
    QueueLine,
    QuotaId,
    QuotaLine,
    RecognitionLine,
    RecognitionState,
    SessionCard,
    SessionId,
    SessionOffer,
    SessionPage,
    SessionState,
)

Id = TypeVar("Id", bound=int)

IDS_PER_STATEMENT = 5000
"""Both engines bound the number of parameters of a statement."""
PAST_SHOWN = 50
NEXT_SHOWN = 10


class NoSuchCourse(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such course. Look for it in the list of courses."))


class NoSuchSession(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such session. Look for its course in the list of courses."))


class NoSuchPartner(NotFound):
    def __init__(self) -> None:
        message = wording("Your organisation is not on file as a training partner. Ask an administrator to add it.")
        super().__init__(message)


# Partners


def partners(session: Session) -> tuple[PartnerCard, ...]:
    """Return every provider by name."""
    rows = session.execute(_partner_columns().order_by(Partner.name, Partner.id))
    return tuple(_partner(row) for row in rows)


def partner_of(session: Session, *, organisation: OrganisationId) -> PartnerCard:
    """Return the provider that an organisation is, the first entered if several; raises NoSuchPartner."""
    query = _partner_columns().where(Partner.organisation_id == organisation).order_by(Partner.id).limit(1)
    row = session.execute(query).first()
    if row is None:
        raise NoSuchPartner
    return _partner(row)


def partner(session: Session, *, partner: PartnerId) -> PartnerCard:
    """Return one provider; raises NoSuchPartner."""
    row = session.execute(_partner_columns().where(Partner.id == partner)).first()
    if row is None:
        raise NoSuchPartner
    return _partner(row)


def course_keys(session: Session, *, partner: PartnerId) -> frozenset[str]:
    """Return the keys that a partner's courses have already."""
    return frozenset(session.scalars(select(Course.key).where(Course.partner_id == partner)))


# What can be assigned


def open_sessions(session: Session, *, on: date) -> tuple[SessionOffer, ...]:
    """Return what seats can be given in: open sessions that start after the day, of published courses recognised on it.

    In the order of their ids. Three queries, whatever the number.
    """
    rows = session.execute(
        select(
            CourseSession.id,
            CourseSession.course_id,
            CourseSession.region,
            CourseSession.place,
            CourseSession.starts_on,
            CourseSession.ends_on,
            CourseSession.seats,
            CourseSession.seats_taken,
            CourseSession.least_seats,
        )
        .join(Course, Course.id == CourseSession.course_id)
        .where(*_coming(on), Course.state == CourseState.PUBLISHED)
        .order_by(CourseSession.id)
    ).all()
    courses = {
        row.id: row
        for row in session.execute(
            select(
                Course.id,
                Course.partner_id,
                Course.title,
                Course.language,
                Course.mode,
                Course.roles,
                Course.cost,
                Course.requires_competency,
                Course.requires_level,
            ).where(Course.state == CourseState.PUBLISHED)
        )
    }
    proves = _recognised(session, on=on)
    roles = {course: tuple(Role(key) for key in row.roles) for course, row in courses.items()}
    return tuple(
        SessionOffer(
            id=row.id,
            course=row.course_id,
            partner=course.partner_id,
            title=course.title,
            language=course.language,
            mode=course.mode,
            roles=roles[row.course_id],
            cost=course.cost,
            region=row.region,
            place=row.place,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            seats=row.seats,
            seats_taken=row.seats_taken,
            least_seats=row.least_seats,
            awards=awards,
            requires=_at_level(course.requires_competency, course.requires_level),
        )
        for row in rows
        if (awards := proves.get(row.course_id)) and (course := courses[row.course_id])
    )


def recognised_awards_of(
    session: Session, *, courses: Collection[CourseId], on: date
) -> Mapping[CourseId, tuple[AtLevel, ...]]:
    """Return what completing each of the courses proves on the day; an empty tuple for one that proves nothing."""
    found = _recognised(session, on=on, only=courses)
    return {course: found.get(course, ()) for course in courses}


def quotas_of(
    session: Session, *, sessions: Collection[SessionId], on: date
) -> Mapping[SessionId, tuple[QuotaLine, ...]]:
    """Return the quotas that still reserve seats on the day; no session asked about is left out."""
    found: dict[SessionId, list[QuotaLine]] = {each: [] for each in sessions}
    for some in _batches(sessions):
        query = select(Quota).where(Quota.course_session_id.in_(some), Quota.released_on > on).order_by(Quota.id)
        for row in session.scalars(query):
            found[SessionId(row.course_session_id)].append(_quota(row))
    return {each: tuple(lines) for each, lines in found.items()}


def sessions_ending_from(session: Session, *, partner: PartnerId, on: date) -> tuple[SessionId, ...]:
    """Return the open sessions of a partner that are not over before the day, by id."""
    query = (
        select(CourseSession.id)
        .join(Course, Course.id == CourseSession.course_id)
        .where(Course.partner_id == partner, CourseSession.state == SessionState.OPEN, CourseSession.ends_on >= on)
        .order_by(CourseSession.id)
    )
    return tuple(SessionId(each) for each in session.scalars(query))


def session_cards(session: Session, *, sessions: Collection[SessionId]) -> Mapping[SessionId, SessionCard]:
    """Return these sessions as lists show them; ids that none has are left out."""
    found: dict[SessionId, SessionCard] = {}
    for some in _batches(sessions):
        for row in session.execute(_session_columns().where(CourseSession.id.in_(some)).order_by(CourseSession.id)):
            found[row.id] = _session(row)
    return found


# Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFilter:
    """Which courses a list shows; what is left out does not narrow it."""

    competencies: Collection[CompetencyKey] | None = None
    """At least one of these is claimed."""
    language: str | None = None
    mode: CourseMode | None = None
    partner: PartnerId | None = None
    words: str = ""
    """Stand in the title."""


def courses_page(
    session: Session, *, wanted: CourseFilter, on: date, page: int, size: int
) -> tuple[tuple[CourseCard, ...], int]:
    """Return one page of the published courses by title, and how many there are in all."""
    narrowed = [Course.state == CourseState.PUBLISHED, *_narrowed(wanted)]
    total = session.scalar(select(func.count(Course.id)).where(*narrowed)) or 0
    ids = session.scalars(
        select(Course.id)
        .where(*narrowed)
        .order_by(func.lower(Course.title), Course.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    cards = {card.id: card for card in _course_cards(session, Course.id.in_(ids), on=on)}
    return tuple(cards[CourseId(each)] for each in ids), total


def course_page(session: Session, *, course: CourseId, on: date) -> CoursePage:
    """Return a course with all that its page shows, whatever its state; raises NoSuchCourse."""
    row = session.execute(_course_columns().where(Course.id == course)).first()
    if row is None:
        raise NoSuchCourse
    decisions = _decisions(session, courses=[course])[course]
    claims = _claims(session, courses=[course])[course]
    runs = session.execute(_session_columns().where(CourseSession.course_id == course)).all()
    coming = [each for each in map(_session, runs) if each.state is SessionState.OPEN and each.starts_on > on]
    past = [each for each in map(_session, runs) if each.state is not SessionState.OPEN or each.starts_on <= on]
    return CoursePage(
        id=course,
        partner=_partner(row),
        draft=_draft(row, claims, _modules(session, course)),
        state=row.state,
        version=row.version,
        asked_at=row.asked_at,
        awards=_award_lines(claims, decisions, on=on),
        decisions=tuple(sorted(decisions, key=lambda each: each.decided_on, reverse=True)),
        coming=tuple(sorted(coming, key=lambda each: (each.starts_on, each.id))),
        past=tuple(sorted(past, key=lambda each: (each.starts_on, each.id), reverse=True))[:PAST_SHOWN],
    )


def session_page(session: Session, *, course_session: SessionId, on: date) -> SessionPage:
    """Return a session with all that its page shows; raises NoSuchSession."""
    query = _session_columns().add_columns(
        CourseSession.region.label("session_region"),
        CourseSession.version,
        CourseSession.cancelled_because,
        Course.state.label("course_state"),
        Course.days,
    )
    row = session.execute(query.where(CourseSession.id == course_session)).first()
    if row is None:
        raise NoSuchSession
    course = CourseId(row.course_id)
    decisions = _decisions(session, courses=[course])[course]
    claims = _claims(session, courses=[course])[course]
    quotas = session.scalars(select(Quota).where(Quota.course_session_id == course_session).order_by(Quota.id))
    return SessionPage(
        card=_session(row),
        partner=partner(session, partner=row.partner_id),
        region=row.session_region,
        course_state=row.course_state,
        course_days=row.days,
        version=row.version,
        cancelled_because=row.cancelled_because,
        quotas=tuple(_quota(each) for each in quotas),
        awards=_award_lines(claims, decisions, on=on),
    )


def own_page(session: Session, *, partner: PartnerCard, on: date) -> OwnPage:
    """Return a partner's first page. Eight queries."""
    coming = [
        _session(row)
        for row in session.execute(
            _session_columns()
            .where(Course.partner_id == partner.id, *_coming(on))
            .order_by(CourseSession.starts_on, CourseSession.id)
        )
    ]
    cards = _course_cards(session, Course.partner_id == partner.id, on=on)
    published = [card for card in cards if card.state is CourseState.PUBLISHED]
    soon = on + timedelta(days=SHORT_NOTICE_DAYS)
    return OwnPage(
        partner=partner,
        next_sessions=tuple(coming[:NEXT_SHOWN]),
        sessions=len(coming),
        seats=sum(each.seats for each in coming),
        seats_taken=sum(each.seats_taken for each in coming),
        full=tuple(each for each in coming if each.seats_free <= 0),
        thin=tuple(each for each in coming if each.starts_on <= soon and each.seats_taken < each.least_seats),
        unfinished=tuple(card for card in cards if card.state is CourseState.DRAFT),
        waiting=_queue(session, Course.partner_id == partner.id, on=on),
        refused=tuple(card for card in published if not card.recognised and not card.undecided),
        empty=tuple(card for card in published if card.recognised and not card.sessions),
        ending=_ending(session, Course.partner_id == partner.id, on=on),
    )


def courses_of(session: Session, *, partner: PartnerId, on: date) -> tuple[CourseCard, ...]:
    """Return all courses of a partner by title, drafts and closed ones too."""
    return _course_cards(session, Course.partner_id == partner, on=on)


def recognition_queue(session: Session, *, on: date) -> tuple[QueueLine, ...]:
    """Return the published courses that wait for a decision, those with the next session first."""
    return _queue(session, Course.state == CourseState.PUBLISHED, on=on)


def ending_recognitions(session: Session, *, on: date) -> tuple[EndingLine, ...]:
    """Return the recognitions of published courses that end within `RUNS_OUT_DAYS`, soonest first."""
    return _ending(session, Course.state == CourseState.PUBLISHED, on=on)


# Pieces


def _coming(on: date) -> tuple[ColumnElement[bool], ...]:
    return CourseSession.state == SessionState.OPEN, CourseSession.starts_on > on


def _in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Recognition.ended_at.is_(None),
        Recognition.state == RecognitionState.GRANTED,
        Recognition.decided_on <= on,
        or_(Recognition.expires_on.is_(None), Recognition.expires_on > on),
    )


def _recognised(
    session: Session, *, on: date, only: Collection[CourseId] | None = None
) -> dict[CourseId, tuple[AtLevel, ...]]:
    query = (
        select(CourseAward.course_id, CourseAward.competency_key, CourseAward.level, Recognition.level.label("granted"))
        .join(
            Recognition,
            and_(
                Recognition.course_id == CourseAward.course_id,
                Recognition.competency_key == CourseAward.competency_key,
                *_in_force(on),
            ),
        )
        .order_by(CourseAward.course_id, CourseAward.competency_key, Recognition.id)
    )
    levels: defaultdict[CourseId, dict[str, int]] = defaultdict(dict)
    for some in (None,) if only is None else _batches(only):
        narrowed = query if some is None else query.where(CourseAward.course_id.in_(some))
        for course, key, claimed, granted in session.execute(narrowed):
            levels[CourseId(course)][key] = min(claimed, granted)
    return {
        course: tuple(AtLevel(competency=CompetencyKey(key), level=Level(level)) for key, level in proved.items())
        for course, proved in levels.items()
    }


def _narrowed(wanted: CourseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.competencies is not None:
        claims = select(CourseAward.course_id).where(CourseAward.competency_key.in_(wanted.competencies))
        yield Course.id.in_(claims)
    if wanted.language is not None:
        yield Course.language == wanted.language
    if wanted.mode is not None:
        yield Course.mode == wanted.mode
    if wanted.partner is not None:
        yield Course.partner_id == wanted.partner
    for word in wanted.words.lower().split():
        yield func.lower(Course.title).contains(word, autoescape=True)


def _course_cards(session: Session, *narrowed: ColumnElement[bool], on: date) -> tuple[CourseCard, ...]:
    rows = session.execute(
        select(
            Course.id,
            Course.partner_id,
            Partner.name.label("partner_name"),
            Course.title,
            Course.language,
            Course.mode,
            Course.days,
            Course.cost,
            Course.currency,
            Course.state,
        )
        .join(Partner, Partner.id == Course.partner_id)
        .where(*narrowed)
        .order_by(func.lower(Course.title), Course.id)
    ).all()
    ids = [CourseId(row.id) for row in rows]
    awards, runs = _awards(session, courses=ids, on=on), _coming_runs(session, courses=ids, on=on)
    return tuple(
        CourseCard(
            id=row.id,
            partner=row.partner_id,
            partner_name=row.partner_name,
            title=row.title,
            language=row.language,
            mode=row.mode,
            days=row.days,
            cost=row.cost,
            currency=row.currency,
            state=row.state,
            awards=len(awards[row.id]),
            recognised=sum(each.standing is AwardStanding.RECOGNISED for each in awards[row.id]),
            undecided=sum(each.standing in UNDECIDED for each in awards[row.id]),
            sessions=runs[row.id].sessions,
            seats_free=runs[row.id].seats_free,
            next_on=runs[row.id].next_on,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    sessions: int = 0
    seats_free: int = 0
    next_on: date | None = None


def _coming_runs(session: Session, *, courses: Collection[CourseId], on: date) -> Mapping[CourseId, _Runs]:
    found: dict[CourseId, _Runs] = dict.fromkeys(courses, _Runs())
    for some in _batches(courses):
        query = (
            select(
                CourseSession.course_id,
                func.count(CourseSession.id),
                func.sum(CourseSession.seats - CourseSession.seats_taken),
                func.min(CourseSession.starts_on),
            )
            .where(CourseSession.course_id.in_(some), *_coming(on))
            .group_by(CourseSession.course_id)
        )
        for course, sessions, free, next_on in session.execute(query):
            found[CourseId(course)] = _Runs(sessions=sessions, seats_free=int(free), next_on=next_on)
    return found


def _queue(session: Session, *narrowed: ColumnElement[bool], on: date) -> tuple[QueueLine, ...]:
    rows = session.execute(
        select(Course.id, Course.title, Course.asked_at, Partner.name)
        .join(Partner, Partner.id == Course.partner_id)
        .where(Course.state == CourseState.PUBLISHED, *narrowed)
        .order_by(Course.id)
    ).all()
    ids = [CourseId(row.id) for row in rows]
    awards, runs = _awards(session, courses=ids, on=on), _coming_runs(session, courses=ids, on=on)
    lines = [
        QueueLine(
            course=row.id,
            title=row.title,
            partner_name=row.name,
            asked_at=row.asked_at,
            undecided=tuple(AtLevel(competency=each.competency, level=each.claimed) for each in undecided),
            run_out=any(each.standing is AwardStanding.RUN_OUT for each in undecided),
            sessions=runs[row.id].sessions,
            seats_free=runs[row.id].seats_free,
            next_on=runs[row.id].next_on,
        )
        for row in rows
        if (undecided := [each for each in awards[row.id] if each.standing in UNDECIDED])
    ]
    return tuple(sorted(lines, key=lambda line: (line.next_on or date.max, line.course)))


def _ending(session: Session, *narrowed: ColumnElement[bool], on: date) -> tuple[EndingLine, ...]:
    rows = session.execute(
        select(
            Course.id,
            Course.title,
            Partner.name,
            Recognition.competency_key,
            Recognition.level,
            Recognition.expires_on,
        )
        .join(Course, Course.id == Recognition.course_id)
        .join(Partner, Partner.id == Course.partner_id)
        .where(
            *_in_force(on),
            Course.state == CourseState.PUBLISHED,
            Recognition.expires_on <= on + timedelta(days=RUNS_OUT_DAYS),
            *narrowed,
        )
        .order_by(Recognition.expires_on, Recognition.id)
    )
    return tuple(
        EndingLine(
            course=CourseId(course),
            title=title,
            partner_name=name,
            competency=CompetencyKey(key),
            level=Level(level),
            expires_on=expires_on,
        )
        for course, title, name, key, level, expires_on in rows
        if expires_on is not None
    )


def _awards(session: Session, *, courses: Collection[CourseId], on: date) -> Mapping[CourseId, tuple[AwardLine, ...]]:
    claims, decisions = _claims(session, courses=courses), _decisions(session, courses=courses)
    return {course: _award_lines(claims[course], decisions[course], on=on) for course in courses}


def _award_lines(claims: Iterable[AtLevel], decisions: Iterable[RecognitionLine], *, on: date) -> tuple[AwardLine, ...]:
    current = {decision.competency: decision for decision in decisions if decision.ended_at is None}
    return tuple(
        AwardLine(
            competency=claim.competency,
            claimed=claim.level,
            standing=rules.standing_of(current.get(claim.competency), on=on),
            decision=current.get(claim.competency),
        )
        for claim in claims
    )


def _claims(session: Session, *, courses: Collection[CourseId]) -> Mapping[CourseId, tuple[AtLevel, ...]]:
    found: dict[CourseId, list[AtLevel]] = {course: [] for course in courses}
    for some in _batches(courses):
        query = (
            select(CourseAward.course_id, CourseAward.competency_key, CourseAward.level)
            .where(CourseAward.course_id.in_(some))
            .order_by(CourseAward.course_id, CourseAward.competency_key)
        )
        for course, key, level in session.execute(query):
            found[CourseId(course)].append(AtLevel(competency=CompetencyKey(key), level=Level(level)))
    return {course: tuple(claims) for course, claims in found.items()}


def _decisions(session: Session, *, courses: Collection[CourseId]) -> Mapping[CourseId, tuple[RecognitionLine, ...]]:
    found: dict[CourseId, list[RecognitionLine]] = {course: [] for course in courses}
    for some in _batches(courses):
        query = (
            select(
                Recognition.course_id,
                Recognition.competency_key,
                Recognition.level,
                Recognition.state,
                Recognition.reason,
                Recognition.decided_on,
                Recognition.decided_by_id,
                Recognition.expires_on,
                Recognition.ended_at,
            )
            .where(Recognition.course_id.in_(some))
            .order_by(Recognition.id)
        )
        for row in session.execute(query):
            found[CourseId(row.course_id)].append(
                RecognitionLine(
                    competency=row.competency_key,
                    level=Level(row.level),
                    state=row.state,
                    reason=row.reason,
                    decided_on=row.decided_on,
                    decided_by=None if row.decided_by_id is None else PersonId(row.decided_by_id),
                    expires_on=row.expires_on,
                    ended_at=row.ended_at,
                )
            )
    return {course: tuple(lines) for course, lines in found.items()}


def _modules(session: Session, course: CourseId) -> tuple[ModuleKey, ...]:
    query = select(CourseModule.module_key).where(CourseModule.course_id == course).order_by(CourseModule.module_key)
    return tuple(ModuleKey(key) for key in session.scalars(query))


def _course_columns() -> Select[Any]:
    return select(
        Course.title,
        Course.summary,
        Course.language,
        Course.mode,
        Course.days,
        Course.cost,
        Course.currency,
        Course.roles,
        Course.requires_competency,
        Course.requires_level,
        Course.state,
        Course.version,
        Course.asked_at,
        *_partner_fields(),
    ).join(Partner, Partner.id == Course.partner_id)


def _draft(found: Any, claims: tuple[AtLevel, ...], modules: tuple[ModuleKey, ...]) -> CourseDraft:
    return CourseDraft(
        title=found.title,
        summary=found.summary,
        language=found.language,
        mode=found.mode,
        days=found.days,
        cost=found.cost,
        currency=found.currency,
        roles=tuple(Role(key) for key in found.roles),
        requires=_at_level(found.requires_competency, found.requires_level),
        awards=claims,
        modules=modules,
    )


def _at_level(competency: str | None, level: int | None) -> AtLevel | None:
    if competency is None or level is None:
        return None
    return AtLevel(competency=CompetencyKey(competency), level=Level(level))


def _partner_fields() -> tuple[Any, ...]:
    return (
        Partner.id.label("partner_id"),
        Partner.organisation_id,
        Partner.key.label("partner_key"),
        Partner.name.label("partner_name"),
        Partner.kind,
        Partner.region.label("partner_region"),
        Partner.time_zone.label("partner_zone"),
        Partner.email,
    )


def _partner_columns() -> Select[Any]:
    return select(*_partner_fields())


def _partner(row: Any) -> PartnerCard:
    return PartnerCard(
        id=row.partner_id,
        organisation=row.organisation_id,
        key=row.partner_key,
        name=row.partner_name,
        kind=row.kind,
        region=row.partner_region,
        time_zone=row.partner_zone,
        email=row.email,
    )


def _session_columns() -> Select[Any]:
    fields: tuple[Any, ...] = (
        CourseSession.id,
        CourseSession.course_id,
        Course.title.label("course_title"),
        Course.partner_id,
        Partner.name.label("partner_name"),
        CourseSession.place,
        Course.mode,
        Course.language,
        CourseSession.starts_on,
        CourseSession.ends_on,
        CourseSession.starts_time,
        CourseSession.time_zone,
        CourseSession.seats,
        CourseSession.seats_taken,
        CourseSession.least_seats,
        CourseSession.state,
    )
    return (
        select(*fields)
        .join(Course, Course.id == CourseSession.course_id)
        .join(Partner, Partner.id == Course.partner_id)
    )


def _session(row: Any) -> SessionCard:
    return SessionCard(
        id=row.id,
        course=row.course_id,
        course_title=row.course_title,
        partner=row.partner_id,
        partner_name=row.partner_name,
        place=row.place,
        mode=row.mode,
        language=row.language,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        starts_time=row.starts_time,
        time_zone=row.time_zone,
        seats=row.seats,
        seats_taken=row.seats_taken,
        least_seats=row.least_seats,
        state=row.state,
    )


def _quota(row: Quota) -> QuotaLine:
    return QuotaLine(
        id=QuotaId(row.id),
        session=SessionId(row.course_session_id),
        organisation=None if row.organisation_id is None else OrganisationId(row.organisation_id),
        mission=None if row.mission_id is None else MissionId(row.mission_id),
        seats=row.seats,
        released_on=row.released_on,
    )


def _batches(ids: Collection[Id]) -> Iterator[tuple[Id, ...]]:
    ordered = tuple(ids)
    for start in range(0, len(ordered), IDS_PER_STATEMENT):
        yield ordered[start : start + IDS_PER_STATEMENT]
