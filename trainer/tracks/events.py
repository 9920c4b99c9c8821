"""What happens to assignments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulesAssigned(Event):
    """Assignments that one decision made, and those it took back; the people are told of both."""

    plan_id: int | None
    assigned: tuple[int, ...]
    withdrawn: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        plan = () if self.plan_id is None else (Subject(kind=SubjectKind.PLAN, id=self.plan_id),)
        return (
            *plan,
            *(Subject(kind=SubjectKind.ASSIGNMENT, id=each) for each in (*self.assigned, *self.withdrawn)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentStarted(Event):
    assignment_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed(Event):
    assignment_id: int
    person_id: int
    right: int
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCompleted(Event):
    assignment_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentsOverdue(Event):
    """Assignments whose due day passed; each is noted once."""

    on: date
    assignments: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return tuple(Subject(kind=SubjectKind.ASSIGNMENT, id=each) for each in self.assignments)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRecorded(Event):
    """Who was at a session and who was not, as the provider or the host says."""

    session_id: int
    present: tuple[int, ...]
    """Ids of people."""
    absent: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.SESSION, id=self.session_id),
            *(Subject(kind=SubjectKind.PERSON, id=each) for each in (*self.present, *self.absent)),
        )
