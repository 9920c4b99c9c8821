"""Tables of mandates. An instrument is never edited: it is succeeded or withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainer.accounts.values import Certainty
from trainer.kernel.db import Base, enum_column, id_column, reference
from trainer.mandates.values import ClosureMark, Force, PhraseVerdict, TaskChange


class InstrumentRow(Base):
    """A resolution or other text that says what a mission must do; known from `published_at` until `withdrawn_at`."""

    __tablename__ = "instrument"
    __table_args__ = (
        Index("ix_instrument_mission", "mission_id", "effective_on", "number"),
        CheckConstraint("expires_on IS NULL OR expires_on > effective_on", name="days"),
    )

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id", index=False)
    symbol: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    """Of the resolution: the order within a mission."""
    title: Mapped[str] = mapped_column(default="")
    adopted_on: Mapped[date | None]
    """None where the source does not say."""
    effective_on: Mapped[date]
    expires_on: Mapped[date | None] = mapped_column(default=None)
    """The first day after the period; None for open-ended."""
    expiry_known: Mapped[bool] = mapped_column(default=True)
    complete_adjustment: Mapped[bool] = mapped_column(default=False)
    """Whether tasks it does not mention end."""
    certainty: Mapped[Certainty] = enum_column(Certainty, default=Certainty.KNOWLEDGE)
    note: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_because: Mapped[str] = mapped_column(default="")
    milestones: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Phases and conditions that it defines, as `Milestone` in JSON."""
    tasks: Mapped[list[InstrumentTask]] = relationship(lazy="raise", default_factory=list, order_by="InstrumentTask.id")


class InstrumentTask(Base):
    """What one instrument says of one task."""

    __tablename__ = "instrument_task"
    __table_args__ = (UniqueConstraint("instrument_id", "task_kind", "area_of_operations"),)

    id: Mapped[int] = id_column()
    instrument_id: Mapped[int] = reference("instrument.id", index=False)
    task_kind: Mapped[str] = mapped_column(String(60))
    area_of_operations: Mapped[str] = mapped_column(String(120), default="")
    """Empty for the whole mission."""
    change: Mapped[TaskChange] = enum_column(TaskChange)
    modalities: Mapped[list[Any]]
    """Of monitor, assist, secure, in that order; empty where only encouraged."""
    force: Mapped[Force] = enum_column(Force)
    priority: Mapped[int]
    """1 highest to 3."""
    starts_on: Mapped[date | None] = mapped_column(default=None)
    """None: with the instrument."""
    ends_on: Mapped[date | None] = mapped_column(default=None)
    """The first day on which it no longer runs; None: until ended."""
    paragraph: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    """What the paragraph asks, in the officer's words."""
    cited: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Pairs of modality (null: encouraged) and paragraph, where the source tells them apart."""
    begins_with: Mapped[str] = mapped_column(String(120), default="")
    """A phase or condition; empty: with the text or its day."""
    ends_with: Mapped[str] = mapped_column(String(120), default="")
    ahead: Mapped[bool] = mapped_column(default=False)
    """Whether people are trained for it while it waits."""


class ConditionConfirmation(Base):
    """An officer's word that a condition of a text is met; known from `confirmed_at` until `taken_back_at`."""

    __tablename__ = "condition_confirmation"

    id: Mapped[int] = id_column()
    instrument_id: Mapped[int] = reference("instrument.id")
    name: Mapped[str] = mapped_column(String(120))
    """Of the condition, as the text defines it."""
    met_on: Mapped[date]
    """The day from which it counts as met."""
    evidence: Mapped[str]
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    taken_back_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    taken_back_because: Mapped[str] = mapped_column(default="")


class TaskClosure(Base):
    """An officer's decision on the last days of a task; known from `decided_at` until `taken_back_at`."""

    __tablename__ = "task_closure"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR liquidates_on IS NULL OR ends_on > liquidates_on", name="days"),
    )

    id: Mapped[int] = id_column()
    instrument_id: Mapped[int] = reference("instrument.id")
    """The last text in effect that speaks of the task."""
    task_kind: Mapped[str] = mapped_column(String(60))
    area_of_operations: Mapped[str] = mapped_column(String(120))
    mark: Mapped[ClosureMark] = enum_column(ClosureMark)
    liquidates_on: Mapped[date | None]
    """The first day on which it is only wound up; None for a residual task."""
    ends_on: Mapped[date | None]
    """The first day on which it no longer runs; None: until a text ends it or the mission closes."""
    because: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    taken_back_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    taken_back_because: Mapped[str] = mapped_column(default="")


class WithdrawalRequestRow(Base):
    """Somebody asks that a published text be withdrawn, where policy wants a second person to decide; open until `ended_at`."""

    __tablename__ = "withdrawal_request"

    id: Mapped[int] = id_column()
    instrument_id: Mapped[int] = reference("instrument.id")
    because: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the text was withdrawn, or the request turned down or taken back."""
    ended_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)


class InstrumentDraftRow(Base):
    """An instrument being prepared; binds nobody."""

    __tablename__ = "instrument_draft"

    id: Mapped[int] = id_column()
    mission_id: Mapped[int] = reference("mission.id")
    symbol: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]]
    """As `InstrumentDraft` in JSON; may still have problems."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    changed_at: Mapped[datetime]
    published_id: Mapped[int | None] = reference("instrument.id", index=False, default=None)
    discarded_at: Mapped[datetime | None] = mapped_column(default=None)
    lapses_on: Mapped[date | None] = mapped_column(default=None)
    """The first day on which it is expired; None for one from before drafts expired: counted from its last change."""
    lapse_noted: Mapped[str] = mapped_column(String(10), default="")
    """What its authors were told of its end: nothing, `soon` or `expired`."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the mapper's own way of configuration


class MandateVersion(Base):
    """A counter per mission, raised by every publication or withdrawal, against lost updates."""

    __tablename__ = "mandate_version"

    mission_id: Mapped[int] = reference("mission.id", primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    noted_on: Mapped[date]
    """The last day whose beginnings and ends of tasks are in the ledger."""


class RuleVersion(Base):
    """A published state of the requirement rules, shared by all instruments."""

    __tablename__ = "rule_version"

    id: Mapped[int] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    note: Mapped[str] = mapped_column(default="")
    rules: Mapped[list[Any]]
    """All rules of the version, as `RequirementRule` in JSON: read whole, never queried inside."""


class SuggestionCorrection(Base):
    """What an officer said of a phrase as a sign of a task; rows are only added, the later ones count."""

    __tablename__ = "suggestion_correction"
    __table_args__ = (Index("ix_suggestion_correction_phrase", "language", "phrase", "task_kind"),)

    id: Mapped[int] = id_column()
    language: Mapped[str] = mapped_column(String(2))
    phrase: Mapped[str] = mapped_column(String(120))
    task_kind: Mapped[str] = mapped_column(String(60))
    verdict: Mapped[PhraseVerdict] = enum_column(PhraseVerdict)
    strength: Mapped[str] = mapped_column(String(10), default="")
    """For a phrase that is added: how surely it means the task."""
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = reference("person.id", index=False, default=None)
    mission_id: Mapped[int | None] = reference("mission.id", default=None)
    """Whose text it was said of; None for a change of the vocabulary itself."""
