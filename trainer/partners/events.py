"""What happens to partners' courses and seats."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


def _of_course(course: int, partner: int) -> tuple[Subject, ...]:
    return (Subject(kind=SubjectKind.COURSE, id=course), Subject(kind=SubjectKind.PARTNER, id=partner))


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePublished(Event):
    course_id: int
    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChanged(Event):
    """A partner changed what it says of a course; `asks_again` when a decision of the host ended with it."""

    course_id: int
    partner_id: int
    asks_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseClosed(Event):
    """A course is no longer offered; sessions that people are booked on are still held."""

    course_id: int
    partner_id: int
    sessions: int
    seats_taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRecognised(Event):
    """The host decided on what a course proves; `granted` says which way."""

    course_id: int
    partner_id: int
    granted: bool
    competencies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsOpened(Event):
    """A new session of a course, or more seats in one."""

    session_id: int
    course_id: int
    partner_id: int
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(Event):
    session_id: int
    course_id: int
    partner_id: int
    seats_taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChanged(Event):
    """Something of a session changed; its days and region never do while anybody is booked."""

    session_id: int
    course_id: int
    partner_id: int
    seats_taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeld(Event):
    session_id: int
    course_id: int
    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAdded(Event):
    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersLoaded(Event):
    """Partners with their courses and sessions were loaded in bulk."""

    partners: tuple[int, ...]
    courses: int
    sessions: int

    def subjects(self) -> tuple[Subject, ...]:
        return tuple(Subject(kind=SubjectKind.PARTNER, id=each) for each in self.partners)
