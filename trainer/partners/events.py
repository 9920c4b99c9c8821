"""What happens to partners' courses and seats."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePublished(Event):
    course_id: int
    partner_id: int

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.COURSE, id=self.course_id),
            Subject(kind=SubjectKind.PARTNER, id=self.partner_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChanged(Event):
    course_id: int
    partner_id: int

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.COURSE, id=self.course_id),
            Subject(kind=SubjectKind.PARTNER, id=self.partner_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRecognised(Event):
    """The host decided on what a course proves; `granted` says which way."""

    course_id: int
    partner_id: int
    granted: bool
    competencies: tuple[str, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.COURSE, id=self.course_id),
            Subject(kind=SubjectKind.PARTNER, id=self.partner_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsOpened(Event):
    """A new session of a course, or more seats in one."""

    session_id: int
    course_id: int
    partner_id: int
    seats: int

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.SESSION, id=self.session_id),
            Subject(kind=SubjectKind.COURSE, id=self.course_id),
            Subject(kind=SubjectKind.PARTNER, id=self.partner_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(Event):
    session_id: int
    course_id: int
    partner_id: int
    seats_taken: int

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.SESSION, id=self.session_id),
            Subject(kind=SubjectKind.COURSE, id=self.course_id),
            Subject(kind=SubjectKind.PARTNER, id=self.partner_id),
        )
