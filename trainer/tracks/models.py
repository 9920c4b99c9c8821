"""Tables of tracks. An assignment is never deleted; its end has a reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.tracks.values import AssignmentState


class AssignmentRow(Base):
    """A person's duty to take a module or a seat."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("(module_key IS NULL) <> (course_session_id IS NULL)", name="one_thing"),
        Index("ix_assignment_person_state", "person_id", "state"),
        Index("ix_assignment_state_due_on", "state", "due_on"),
    )

    id: Mapped[int] = id_column()
    person_id: Mapped[int] = reference("person.id", index=False)
    module_key: Mapped[str | None] = mapped_column(String(80), default=None)
    module_version_id: Mapped[int | None] = reference("module_version.id", default=None)
    """The edition that the person works through; the one current when it was assigned."""
    course_session_id: Mapped[int | None] = reference("course_session.id", default=None)
    closes: Mapped[list[Any]]
    """Pairs of competency and level: the gaps it is to close."""
    due_on: Mapped[date]
    state: Mapped[AssignmentState] = enum_column(AssignmentState, default=AssignmentState.ASSIGNED)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    """Who approved it; None when policy let the plan through."""
    plan_id: Mapped[int | None] = reference("plan.id", default=None)
    reason: Mapped[dict[str, Any]]
    """A wording: why, in a sentence for the person."""
    because: Mapped[list[Any]]
    """The tasks behind it, as `TaskRef` in JSON."""
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    lesson_read_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_because: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    restored_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last given back after it had been taken away."""
    absent_because: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    """A wording: why it is still open though its session was held."""
    overdue_noted_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class Attempt(Base):
    """One attempt at a module's questions."""

    __tablename__ = "attempt"

    id: Mapped[int] = id_column()
    assignment_id: Mapped[int] = reference("assignment.id")
    token: Mapped[str] = mapped_column(String(64), unique=True)
    """Made with the page of questions, so that sending it twice counts once."""
    finished_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]]
    """Question key → numbers of the chosen answers."""
    right: Mapped[int]
    asked: Mapped[int]
    passed: Mapped[bool]


class ChangesSeen(Base):
    """Up to when a person has seen what changed in their assignments."""

    __tablename__ = "changes_seen"

    person_id: Mapped[int] = reference("person.id", primary_key=True)
    seen_until: Mapped[datetime]
    """The instant of the latest change that was on the page."""
