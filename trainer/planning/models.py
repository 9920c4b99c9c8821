"""Tables of planning. A plan is immutable but for its state; what it replaced stays on file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, BigId, enum_column, id_column, reference
from trainer.planning.values import PlanState, RunKind, RunState, StepMove
from trainer.tracks.values import Returned


class PlanPolicyRow(Base):
    """A version of what plans may do by themselves and how they weigh things."""

    __tablename__ = "plan_policy"

    id: Mapped[int] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    content: Mapped[dict[str, Any]]
    """`Policy` in JSON."""


class PlanRun(Base):
    """A plan asked for; the job that makes it claims it here."""

    __tablename__ = "plan_run"
    __table_args__ = (Index("ix_plan_run_state", "state", "lease_until"),)

    id: Mapped[int] = id_column()
    requested_at: Mapped[datetime]
    cause: Mapped[dict[str, Any]]
    """`Cause` in JSON: why it was asked for."""
    cause_key: Mapped[str] = mapped_column(String(80), index=True)
    """Open runs of one key merge: `mission:7`, `expiry:2026-11-24`."""
    missions: Mapped[list[Any]]
    """Ids of missions all of whose people are looked at."""
    people: Mapped[list[Any]]
    """Ids of people looked at besides."""
    by_instrument: Mapped[bool] = mapped_column(default=False)
    """Whether an instrument caused it; then a person must approve."""
    kind: Mapped[RunKind] = enum_column(RunKind, default=RunKind.REPAIR)
    state: Mapped[RunState] = enum_column(RunState, default=RunState.OPEN)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    """Whoever runs it holds it so long; after that it is taken to have died and the run is free again."""
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Stages done: name, seconds, objective, bound, people changed."""
    cancel_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(default=None)


class PlanRow(Base):
    """A proposal: assignments to give and take, with objective, proven bound and a reason for each."""

    __tablename__ = "plan"
    __table_args__ = (Index("ix_plan_state_made_at", "state", "made_at"),)

    id: Mapped[int] = id_column()
    run_id: Mapped[int] = reference("plan_run.id")
    state: Mapped[PlanState] = enum_column(PlanState, default=PlanState.PROPOSED)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    needs_approval: Mapped[bool]
    approval_reasons: Mapped[list[Any]]
    policy_id: Mapped[int] = reference("plan_policy.id", index=False)
    missions: Mapped[list[Any]]
    objective: Mapped[int] = mapped_column(BigId)
    bound: Mapped[int] = mapped_column(BigId)
    counts: Mapped[dict[str, Any]]
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    plan_hash: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]]
    """Versions, parameters and seconds, so that the run can be replayed."""
    superseded_by_id: Mapped[int | None] = reference("plan.id", default=None)
    """The later proposal that took its place."""
    dismissed_because: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class PlanStepRow(Base):
    """One line of a plan."""

    __tablename__ = "plan_step"
    __table_args__ = (Index("ix_plan_step_plan_move", "plan_id", "move", "person_id"),)

    id: Mapped[int] = id_column()
    plan_id: Mapped[int] = reference("plan.id", index=False)
    person_id: Mapped[int] = reference("person.id")
    move: Mapped[StepMove] = enum_column(StepMove)
    module_key: Mapped[str | None] = mapped_column(String(80), default=None)
    course_session_id: Mapped[int | None] = reference("course_session.id", default=None)
    assignment_id: Mapped[int | None] = reference("assignment.id", default=None)
    closes: Mapped[list[Any]]
    """Pairs of competency and level: the gaps it closes."""
    due_on: Mapped[date]
    justification: Mapped[dict[str, Any]]


class PlanUnmetRow(Base):
    """A gap that a plan leaves open."""

    __tablename__ = "plan_unmet"

    id: Mapped[int] = id_column()
    plan_id: Mapped[int] = reference("plan.id")
    person_id: Mapped[int] = reference("person.id")
    competency_key: Mapped[str] = mapped_column(String(60))
    level: Mapped[int]
    due_on: Mapped[date]
    code: Mapped[int]
    sentence: Mapped[dict[str, Any]]
    because: Mapped[list[Any]]


class PlanSeatValueRow(Base):
    """A session in which one more seat would have made the plan better."""

    __tablename__ = "plan_seat_value"
    __table_args__ = (Index("ix_plan_seat_value_course_session_id", "course_session_id"),)

    plan_id: Mapped[int] = reference("plan.id", primary_key=True)
    course_session_id: Mapped[int] = reference("course_session.id", primary_key=True)
    points: Mapped[int] = mapped_column(BigId)
    """The plan would be worth so much more at least."""


class GivenBackRow(Base):
    """What became of one assignment that a plan had taken, once what the plan rested on no longer held."""

    __tablename__ = "given_back"
    __table_args__ = (Index("ix_given_back_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = id_column()
    subject_kind: Mapped[str] = mapped_column(String(40))
    """Of what no longer holds: an instrument, a loss of capacity, or the plan that was undone."""
    subject_id: Mapped[int] = mapped_column(BigId)
    plan_id: Mapped[int] = reference("plan.id")
    """That had taken it."""
    assignment_id: Mapped[int] = reference("assignment.id")
    person_id: Mapped[int] = reference("person.id")
    became: Mapped[Returned] = enum_column(Returned)
    noted_at: Mapped[datetime]
