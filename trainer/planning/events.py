"""What happens to plans."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event, personal
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsked(Event):
    """A person asked for a plan by hand; what asks by itself is on the ledger already."""

    run_id: int
    missions: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.PLAN_RUN, id=self.run_id),
            *(Subject(kind=SubjectKind.MISSION, id=each) for each in self.missions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementAsked(Event):
    """A person asked whether everybody's seats together could be given better."""

    run_id: int
    missions: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.PLAN_RUN, id=self.run_id),
            *(Subject(kind=SubjectKind.MISSION, id=each) for each in self.missions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProposed(Event):
    plan_id: int
    run_id: int
    needs_approval: bool
    missions: tuple[int, ...]

    def subjects(self) -> tuple[Subject, ...]:
        return (
            Subject(kind=SubjectKind.PLAN, id=self.plan_id),
            Subject(kind=SubjectKind.PLAN_RUN, id=self.run_id),
            *(Subject(kind=SubjectKind.MISSION, id=each) for each in self.missions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanApproved(Event):
    """By a person, or by policy when the actor is a job."""

    plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDismissed(Event):
    plan_id: int
    because: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSuperseded(Event):
    """A proposal that nobody had decided on; a later look at the same people took its place."""

    plan_id: int
    by_plan_id: int | None
    """None when the later look found nothing to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUndone(Event):
    plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRunParked(Event):
    run_id: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicySet(Event):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingGivenBack(Event):
    """What plans had taken because of something that no longer holds was given back, as far as it could be."""

    restored: tuple[int, ...]
    """Assignments."""
    lost: tuple[int, ...]
    """Assignments that people miss: their seats or modules are gone."""
    instrument_id: int | None = None
    shock_id: int | None = None
    plan_id: int | None = None
