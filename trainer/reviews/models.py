"""Tables of reviews. Remarks are only added: what was said of a draft stays with the text it became."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.values import Office
from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.reviews.values import RemarkKind, Verdict


class DraftPolicyRow(Base):
    """A version of what is asked before a draft is published; the highest number counts."""

    __tablename__ = "draft_policy"

    id: Mapped[int] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    content: Mapped[dict[str, Any]]
    """`Policy` in JSON."""


class DraftRemark(Base):
    """One thing said of a draft or done to it."""

    __tablename__ = "draft_remark"

    id: Mapped[int] = id_column()
    draft_id: Mapped[int] = reference("instrument_draft.id")
    draft_version: Mapped[int]
    kind: Mapped[RemarkKind] = enum_column(RemarkKind)
    verdict: Mapped[Verdict | None] = enum_column(Verdict, nullable=True, default=None)
    person_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    said_at: Mapped[datetime]
    said_on: Mapped[date]
    """The organisation's day: duties run by days."""
    text: Mapped[str] = mapped_column(default="")
    areas: Mapped[list[Any]] = mapped_column(default_factory=list)
    task_kind: Mapped[str] = mapped_column(String(60), default="")
    """With the next: the task it is about; empty for the whole draft."""
    area_of_operations: Mapped[str] = mapped_column(String(120), default="")


class DraftReader(Base):
    """Somebody, or the holders of an office in a mission, with whom a draft is shared for comment."""

    __tablename__ = "draft_reader"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (office IS NULL)", name="reader"),)

    id: Mapped[int] = id_column()
    draft_id: Mapped[int] = reference("instrument_draft.id")
    person_id: Mapped[int | None] = reference("person.id", default=None)
    office: Mapped[Office | None] = enum_column(Office, nullable=True, default=None)
    mission_id: Mapped[int | None] = reference("mission.id", index=False, default=None)
    """Of the office."""
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
