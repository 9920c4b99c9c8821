"""What happens to people and their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEnrolled(Event):
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceNoted(Event):
    """Days on which a person cannot attend; the last one is the day of return."""

    person_id: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMoved(Event):
    """A person's posting began, changed or ended early."""

    person_id: int
    from_mission_id: int | None
    to_mission_id: int | None
    on: date

    def subjects(self) -> tuple[Subject, ...]:
        missions = [each for each in (self.from_mission_id, self.to_mission_id) if each is not None]
        return (
            Subject(kind=SubjectKind.PERSON, id=self.person_id),
            *(Subject(kind=SubjectKind.MISSION, id=each) for each in missions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    person_id: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeGranted(Event):
    person_id: int
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeEnded(Event):
    person_id: int
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(Event):
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInsEnded(Event):
    """Every signed-in browser of a person was signed out."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleEnrolled(Event):
    """Many people were enrolled at once, by an import or as demonstration data."""

    count: int
    mission_ids: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return tuple(Subject(kind=SubjectKind.MISSION, id=each) for each in self.mission_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagesChosen(Event):
    """A person chose the language of their pages and those they can be taught in."""

    person_id: int
    language: str
    spoken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionAdded(Event):
    mission_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAdded(Event):
    unit_id: int
    mission_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAdded(Event):
    organisation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionClosingSet(Event):
    """It was decided, or decided anew, on which days a mission draws down, is liquidated and closes."""

    mission_id: int
    draws_down_on: date | None
    liquidates_on: date | None
    closes_on: date | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionStatusReached(Event):
    """The day came on which a mission draws down or closes."""

    mission_id: int
    status: str
    on: date
    people: tuple[int, ...]
    """Whose postings ended because it closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleMoved(Event):
    """Several people were posted to one mission together."""

    people: tuple[int, ...]
    from_mission_ids: tuple[int, ...]
    to_mission_id: int
    on: date
    """The first day of the earliest of the postings."""

    def subjects(self) -> tuple[Subject, ...]:
        missions = dict.fromkeys((*self.from_mission_ids, self.to_mission_id))
        return (
            *(Subject(kind=SubjectKind.PERSON, id=each) for each in self.people),
            *(Subject(kind=SubjectKind.MISSION, id=each) for each in missions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingsBegan(Event):
    """The first day came of postings of people who served elsewhere until then."""

    people: tuple[int, ...]
    mission_ids: tuple[int, ...]
    on: date
