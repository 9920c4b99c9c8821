"""Organisations, missions, units, people, postings, offices: valid by default, each with a key of its own.

Every function takes a session or a work first and returns the id of what it made.
"""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from trainer.accounts import rules
from trainer.accounts.models import Absence, Credential, Membership, Mission, Organisation, Person, PostingRow, Unit
from trainer.accounts.operations import _hasher
from trainer.accounts.values import (
    MembershipId,
    MissionId,
    Office,
    OrganisationId,
    OrganisationKind,
    PostingId,
    Role,
    UnitId,
)
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "four quiet herons wade"

_numbers = count(1)


def organisation(place: Session | Work, /, **changes: Any) -> OrganisationId:
    """A Member State."""
    number = next(_numbers)
    given = {"key": f"state-{number}", "name": f"State {number}", "kind": OrganisationKind.MEMBER_STATE} | changes
    return OrganisationId(_added(place, Organisation(**given)))


def mission(place: Session | Work, /, **changes: Any) -> MissionId:
    """An active mission."""
    number = next(_numbers)
    given = {"key": f"mission-{number}", "name": f"MISSION{number}", "full_name": f"Mission number {number}"} | changes
    return MissionId(_added(place, Mission(**given)))


def unit(place: Session | Work, /, *, mission: MissionId, **changes: Any) -> UnitId:
    """An infantry unit of the mission."""
    number = next(_numbers)
    given: dict[str, Any] = {"key": f"unit-{number}", "name": f"Unit {number}", "role": Role.INFANTRY} | changes
    if "organisation_id" not in given:
        given["organisation_id"] = organisation(place)
    return UnitId(_added(place, Unit(mission_id=mission, **given)))


def person(place: Session | Work, /, **changes: Any) -> PersonId:
    """Somebody without posting, office or password."""
    number = next(_numbers)
    given: dict[str, Any] = {"key": f"p{number:05}", "given_name": "Asha", "family_name": f"Person{number}"} | changes
    if "organisation_id" not in given:
        given["organisation_id"] = organisation(place)
    given.setdefault("email", f"{given['key']}@example.org")
    given.setdefault("search_name", rules.fold_name(f"{given['given_name']} {given['family_name']}"))
    return PersonId(_added(place, Person(**given)))


def posting(place: Session | Work, /, *, person: PersonId, mission: MissionId, **changes: Any) -> PostingId:
    """An infantry posting that is running, from September 2026 to September 2027."""
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 9, 1)}
    given = {"role": Role.INFANTRY} | days | changes
    return PostingId(_added(place, PostingRow(person_id=person, mission_id=mission, **given)))


def posted_person(
    place: Session | Work,
    /,
    *,
    mission: MissionId,
    role: Role = Role.INFANTRY,
    unit: UnitId | None = None,
    starts_on: date = date(2026, 9, 1),
    ends_on: date | None = date(2027, 9, 1),
    **changes: Any,
) -> PersonId:
    """Somebody who serves in the mission."""
    made = person(place, **changes)
    posting(place, person=made, mission=mission, role=role, unit_id=unit, starts_on=starts_on, ends_on=ends_on)
    return made


def absence(place: Session | Work, /, *, person: PersonId, starts_on: date, ends_on: date) -> int:
    """Days on which somebody is away."""
    return _added(place, Absence(person_id=person, starts_on=starts_on, ends_on=ends_on))


def office(
    place: Session | Work,
    /,
    *,
    person: PersonId,
    office: Office,
    mission: MissionId | None = None,
    organisation: OrganisationId | None = None,
    granted_at: datetime = NOW,
) -> MembershipId:
    """An office that somebody holds."""
    row = Membership(
        person_id=person, office=office, mission_id=mission, organisation_id=organisation, granted_at=granted_at
    )
    return MembershipId(_added(place, row))


def holder(
    place: Session | Work,
    held: Office,
    /,
    *,
    mission: MissionId | None = None,
    organisation: OrganisationId | None = None,
    **changes: Any,
) -> PersonId:
    """Somebody who holds the office."""
    made = person(place, **changes)
    office(place, person=made, office=held, mission=mission, organisation=organisation)
    return made


def credential(place: Session | Work, /, *, person: PersonId, password: str = PASSWORD, **changes: Any) -> None:
    """A password for somebody."""
    given = {"set_at": NOW} | changes
    session = _session(place)
    session.add(Credential(person_id=person, password_hash=_hasher.hash(password), **given))
    session.flush()


def _session(place: Session | Work) -> Session:
    return place.session if isinstance(place, Work) else place


def _added(place: Session | Work, row: Any) -> int:
    session = _session(place)
    session.add(row)
    session.flush()
    number: int = row.id
    return number
