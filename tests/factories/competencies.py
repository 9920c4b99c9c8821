"""Frameworks, evidence, waivers and requirements: valid by default.

The values need no database; `adopted`, `recorded_evidence` and `granted_waiver` take a work and go through the operations.
"""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from trainer.competencies import operations
from trainer.competencies.values import (
    Area,
    Competency,
    CompetencyKey,
    Evidence,
    EvidenceId,
    FrameworkSpec,
    Level,
    Requirement,
    Source,
    SourceRef,
    TaskRef,
    Waiver,
    WaiverId,
)
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work

TODAY = date(2026, 11, 24)
CONDUCT, POC, AID, VALUES = (
    CompetencyKey(key) for key in ("conduct", "protection-of-civilians", "first-aid", "un-values")
)
"""Of the framework below: for 12, 24 and 12 months, and for ever."""

_numbers = count(1)


def competency(key: CompetencyKey = POC, **changes: Any) -> Competency:
    """The protection of civilians, for two years."""
    given = Competency(
        key=key,
        area=Area.POC,
        title={"en": f"Title of {key}", "fr": f"Titre de {key}", "ar": f"عنوان {key}"},
        statement={"en": f"Can do {key}.", "fr": f"Sait faire {key}.", "ar": f"القدرة على {key}."},
        valid_months=24,
        decay="mixed",
    )
    return replace(given, **changes)


def framework(**changes: Any) -> FrameworkSpec:
    """Four competencies: conduct and first aid for a year, protection of civilians for two, values for ever."""
    given = FrameworkSpec(
        key="peace-operations",
        version="1",
        title={"en": "For tests"},
        competencies=(
            competency(CONDUCT, area=Area.CND, valid_months=12),
            competency(POC),
            competency(AID, area=Area.CND, valid_months=12, decay="accuracy"),
            competency(VALUES, area=Area.CND, valid_months=0),
        ),
        digest="0" * 64,
    )
    return replace(given, **changes)


def adopted(work: Work, **changes: Any) -> FrameworkSpec:
    """The framework above, in use."""
    made = framework(**changes)
    operations.adopt_framework(work, framework=made)
    return made


def evidence(**changes: Any) -> Evidence:
    """Person 1 showed the protection of civilians at level 2 a year ago, recognised for another year."""
    given = Evidence(
        id=EvidenceId(next(_numbers)),
        person=PersonId(1),
        competency=POC,
        level=Level.PRACTISED,
        observed_on=date(2025, 11, 24),
        expires_on=date(2027, 11, 24),
        source=Source.RECOGNISED,
        subject="A course",
    )
    return replace(given, **changes)


def lapsed_evidence(**changes: Any) -> Evidence:
    """The same, run out half a year ago."""
    return evidence(**({"observed_on": date(2024, 5, 24), "expires_on": date(2026, 5, 24)} | changes))


def requirement(**changes: Any) -> Requirement:
    """Person 1 must hold the protection of civilians at level 2 by national certificate or better."""
    task = TaskRef(mission=1, instrument=7, symbol="S/RES/2790", paragraph="4", task_kind="CivProtect", rule="poc")
    given = Requirement(
        person=PersonId(1),
        competency=POC,
        area=Area.POC,
        level=Level.PRACTISED,
        due_on=date(2026, 12, 24),
        weight=2,
        least_source=Source.NATIONAL_CERTIFICATE,
        refresher_months=24,
        because=(task,),
    )
    return replace(given, **changes)


def waiver(**changes: Any) -> Waiver:
    """Person 1 need not meet the protection of civilians this quarter."""
    given = Waiver(
        id=WaiverId(next(_numbers)),
        person=PersonId(1),
        competency=POC,
        starts_on=date(2026, 10, 1),
        ends_on=date(2027, 1, 1),
        granted_by=PersonId(2),
        reason="No course before rotation",
        mitigation="Goes on no patrol alone",
    )
    return replace(given, **changes)


def recorded_evidence(work: Work, person: PersonId, **changes: Any) -> EvidenceId:
    """Somebody showed the protection of civilians at level 2 a month ago, in a recognised course."""
    given: dict[str, Any] = {
        "competency": POC,
        "level": Level.PRACTISED,
        "observed_on": work.today - timedelta(days=30),
        "source": SourceRef(source=Source.RECOGNISED, subject="A course"),
    } | changes
    return operations.record_evidence(work, person=person, **given)


def granted_waiver(work: Work, person: PersonId, *, by: PersonId, **changes: Any) -> WaiverId:
    """Somebody need not meet the protection of civilians for the coming month."""
    given: dict[str, Any] = {
        "competency": POC,
        "starts_on": work.today,
        "ends_on": work.today + timedelta(days=30),
        "reason": "No course before rotation",
        "mitigation": "Goes on no patrol alone",
    } | changes
    return operations.grant_waiver(work, person=person, granted_by=by, **given)
