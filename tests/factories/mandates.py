"""Instruments, tasks and rules: valid by default, each named for its part."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from trainer.accounts.values import Certainty, MissionId, OrganisationId, PersonProfile, Role, UnitId
from trainer.competencies.values import Area, CompetencyKey, Level
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import (
    TASK_KINDS,
    Confirmation,
    ConfirmationId,
    Force,
    Instrument,
    InstrumentDraft,
    InstrumentId,
    MandatedTask,
    Milestone,
    MilestoneKind,
    Modality,
    RequirementRule,
    TaskChange,
    TaskKindKey,
    TaskLine,
)

MISSION = MissionId(1)
_ids = count(1)


def line(kind: str = "CivProtect", **changes: Any) -> TaskLine:
    """A text gives a task: requested, to assist."""
    given = TaskLine(
        task_kind=TaskKindKey(kind), change=TaskChange.SET, paragraph="4 (a)", modalities=(Modality.ASSIST,)
    )
    return replace(given, **changes)


def ending(kind: str = "CivProtect", **changes: Any) -> TaskLine:
    """A text ends a task."""
    return line(kind, change=TaskChange.END, modalities=(), **changes)


def adding(kind: str = "CivProtect", *modalities: Modality, **changes: Any) -> TaskLine:
    """A text adds ways of acting to a task."""
    return line(kind, change=TaskChange.EXTEND, modalities=modalities, **changes)


def instrument(number: int, effective_on: date, *tasks: TaskLine, **changes: Any) -> Instrument:
    """A published text, open-ended, known since the day it took effect."""
    text = Instrument(
        id=InstrumentId(next(_ids)),
        mission=MISSION,
        symbol=f"S/RES/{number}",
        number=number,
        title="",
        adopted_on=effective_on,
        effective_on=effective_on,
        expires_on=None,
        expiry_known=True,
        complete_adjustment=False,
        certainty=Certainty.SEEN,
        note="",
        published_at=datetime(effective_on.year, effective_on.month, effective_on.day, 12, tzinfo=UTC),
        withdrawn_at=None,
        withdrawn_because="",
        tasks=tasks,
    )
    return replace(text, **changes)


def condition(name: str, **changes: Any) -> Milestone:
    """A text makes something depend on a benchmark."""
    given = Milestone(name=name, kind=MilestoneKind.CONDITION, paragraph="5", words="What must be met.")
    return replace(given, **changes)


def phase(name: str, **changes: Any) -> Milestone:
    """A text names a phase."""
    return replace(Milestone(name=name, kind=MilestoneKind.PHASE, paragraph="6"), **changes)


def confirmed(text: Instrument, name: str, *, met_on: date) -> Instrument:
    """The text once an officer has confirmed its condition, at noon of the day on which it is met."""
    made = Confirmation(
        id=ConfirmationId(next(_ids)),
        instrument=text.id,
        name=name,
        met_on=met_on,
        evidence="A report.",
        confirmed_at=datetime(met_on.year, met_on.month, met_on.day, 12, tzinfo=UTC),
        confirmed_by=None,
    )
    return replace(text, confirmations=(*text.confirmations, made))


def draft(mission: MissionId = MISSION, **changes: Any) -> InstrumentDraft:
    """A text being prepared that gives the protection of civilians."""
    prepared = InstrumentDraft(
        mission=mission,
        symbol="S/RES/2790 (2025)",
        title="Extends the mandate",
        adopted_on=date(2026, 11, 20),
        effective_on=date(2026, 12, 1),
        expires_on=date(2027, 12, 1),
        expiry_known=True,
        complete_adjustment=False,
        tasks=(line(),),
        certainty=Certainty.SEEN,
    )
    return replace(prepared, **changes)


def published(work: Work, mission: MissionId, **changes: Any) -> InstrumentId:
    """A text of the mission, published through the operation."""
    prepared = draft(mission, **changes)
    seen = queries.mandate_version(work.session, mission=mission)
    operations.publish_instrument(work, draft=prepared, seen_version=seen)
    history = queries.mandate_history(work.session, mission=mission)
    return max(each.id for each in history)


def task(kind: str = "CivProtect", **changes: Any) -> MandatedTask:
    """A task in force: requested, to assist, middle priority, since 2025."""
    found = MandatedTask(
        mission=MISSION,
        task_kind=TaskKindKey(kind),
        area=TASK_KINDS[TaskKindKey(kind)].area,
        area_of_operations="",
        modalities=(Modality.ASSIST,),
        force=Force.REQUESTED,
        priority=2,
        since_on=date(2025, 1, 1),
        ends_on=None,
        instrument=InstrumentId(7),
        symbol="S/RES/2700",
        paragraph="4 (a)",
        words="",
        inherited=False,
        renewal_verified=True,
    )
    return replace(found, **changes)


def rule(key: str = "poc", kind: str | None = "CivProtect", **changes: Any) -> RequirementRule:
    """The protection of civilians asks everybody for a competency at level 2."""
    asked = RequirementRule(
        key=key,
        task_kind=None if kind is None else TaskKindKey(kind),
        modality=None,
        roles=(),
        competency=CompetencyKey("protection-of-civilians"),
        level=Level.PRACTISED,
    )
    return replace(asked, **changes)


def profile(person: int = 1, **changes: Any) -> PersonProfile:
    """An infantry soldier in the mission since October."""
    somebody = PersonProfile(
        id=PersonId(person),
        name=f"Person {person}",
        role=Role.INFANTRY,
        mission=MISSION,
        unit=UnitId(1),
        organisation=OrganisationId(1),
        languages=("en",),
        deployed_on=date(2026, 10, 1),
        rotates_on=date(2027, 4, 1),
    )
    return replace(somebody, **changes)


AREAS = {
    CompetencyKey("protection-of-civilians"): Area.POC,
    CompetencyKey("conduct"): Area.CND,
    CompetencyKey("first-aid"): Area.CND,
}
