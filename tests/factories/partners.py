"""Partners, courses, sessions, decisions: valid by default, each with a key of its own.

Every function takes a session or a work first and returns the id of what it made. A course is published, claims `poc` at
level 2 and is recognised for it; a session is open, starts on 8 February 2027 and has 20 free seats.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import accounts
from trainer.accounts.values import MissionId, OrganisationId, OrganisationKind
from trainer.competencies.values import Level
from trainer.kernel.work import Work
from trainer.partners.models import Course, CourseAward, CourseModule, CourseSession, Partner, Quota, Recognition
from trainer.partners.values import (
    CourseId,
    CourseMode,
    CourseState,
    PartnerId,
    QuotaId,
    RecognitionState,
    SessionId,
)

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2027, 2, 8)
POC = {"poc": 2}

_numbers = count(1)


def partner(place: Session | Work, /, *, organisation: OrganisationId | None = None, **changes: Any) -> PartnerId:
    """A training centre in East Africa."""
    number = next(_numbers)
    if organisation is None:
        organisation = accounts.organisation(
            place, key=f"centre-{number}", name=f"Centre {number}", kind=OrganisationKind.TRAINING_CENTRE
        )
    given = {
        "key": f"partner-{number}",
        "name": f"Training centre {number}",
        "kind": "national training centre",
        "region": "east-africa",
        "time_zone": "Africa/Nairobi",
    } | changes
    return PartnerId(_added(place, Partner(organisation_id=organisation, **given)))


def unrecognised_course(
    place: Session | Work,
    /,
    *,
    partner: PartnerId | None = None,
    awards: Mapping[str, int] = POC,
    modules: Iterable[str] = (),
    **changes: Any,
) -> CourseId:
    """A published course on which nobody has decided."""
    number = next(_numbers)
    given = {
        "key": f"course-{number}",
        "title": f"Protecting civilians {number}",
        "language": "en",
        "mode": CourseMode.ON_SITE,
        "days": 5,
        "cost": 90_000,
        "roles": [],
        "state": CourseState.PUBLISHED,
        "asked_at": NOW,
    } | changes
    owner = partner if partner is not None else _new_partner(place)
    made = CourseId(_added(place, Course(partner_id=owner, **given)))
    session = _session(place)
    session.add_all(CourseAward(course_id=made, competency_key=key, level=level) for key, level in awards.items())
    session.add_all(CourseModule(course_id=made, module_key=key) for key in modules)
    session.flush()
    return made


def course(place: Session | Work, /, *, awards: Mapping[str, int] = POC, **changes: Any) -> CourseId:
    """A published course whose awards are all recognised."""
    made = unrecognised_course(place, awards=awards, **({"asked_at": None} | changes))
    for key, level in awards.items():
        recognition(place, course=made, competency_key=key, level=level)
    return made


def draft_course(place: Session | Work, /, **changes: Any) -> CourseId:
    """A course that its partner has not published."""
    return unrecognised_course(place, **({"state": CourseState.DRAFT, "asked_at": None} | changes))


def recognition(place: Session | Work, /, *, course: CourseId, **changes: Any) -> int:
    """A decision that the course proves `poc` at level 2, taken a month ago, without end."""
    given = {
        "competency_key": "poc",
        "level": int(Level.PRACTISED),
        "state": RecognitionState.GRANTED,
        "decided_on": date(2026, 10, 20),
        "reason": "Content and examination were compared with the module.",
    } | changes
    return _added(place, Recognition(course_id=course, **given))


def course_session(place: Session | Work, /, *, course: CourseId | None = None, **changes: Any) -> SessionId:
    """An open session from 8 to 12 February 2027 with 20 free seats."""
    number = next(_numbers)
    starts_on = changes.get("starts_on", FIRST_DAY)
    given = {
        "starts_on": starts_on,
        "ends_on": date.fromordinal(starts_on.toordinal() + 4),
        "starts_time": time(9),
        "time_zone": "Africa/Nairobi",
        "place": f"Hall {number}, Nairobi",
        "region": "east-africa",
        "seats": 20,
    } | changes
    held = course if course is not None else _new_course(place)
    return SessionId(_added(place, CourseSession(course_id=held, **given)))


def full_session(place: Session | Work, /, **changes: Any) -> SessionId:
    """An open session whose 20 seats are all taken."""
    return course_session(place, **({"seats_taken": 20} | changes))


def quota(
    place: Session | Work,
    /,
    *,
    course_session: SessionId,
    organisation: OrganisationId | None = None,
    mission: MissionId | None = None,
    **changes: Any,
) -> QuotaId:
    """Five seats reserved until a month before the session."""
    given = {"seats": 5, "released_on": date(2027, 1, 8)} | changes
    row = Quota(course_session_id=course_session, organisation_id=organisation, mission_id=mission, **given)
    return QuotaId(_added(place, row))


def _new_partner(place: Session | Work) -> PartnerId:
    return partner(place)


def _new_course(place: Session | Work) -> CourseId:
    return course(place)


def _session(place: Session | Work) -> Session:
    return place.session if isinstance(place, Work) else place


def _added(place: Session | Work, row: Any) -> int:
    session = _session(place)
    session.add(row)
    session.flush()
    number: int = row.id
    return number
