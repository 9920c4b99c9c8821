"""A mission with a mandate, rules and people: what readiness is worked out of; and counts as if it had been worked out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import accounts, mandates
from trainer.accounts.values import MissionId, OrganisationId, Role, UnitId
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import (
    Area,
    Competency,
    CompetencyKey,
    Currency,
    EvidenceId,
    FrameworkSpec,
    Level,
    Source,
    SourceRef,
    TaskRef,
)
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates.values import InstrumentId
from trainer.readiness.models import ReadinessCount, ReadinessRefresh, ReadinessSnapshot
from trainer.readiness.values import PersonReadiness

CONDUCT, POC, DDR = CompetencyKey("conduct"), CompetencyKey("poc"), CompetencyKey("ddr")
TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A mission that must protect civilians, with one infantry unit; conduct is asked of everybody."""

    mission: MissionId
    instrument: InstrumentId
    organisation: OrganisationId
    unit: UnitId


def field(work: Work, **changes: Any) -> Field:
    """The mission, its rules and its text; without people."""
    framework(work)
    asked = (
        mandates.rule("conduct", None, competency=CONDUCT, level=Level.AWARE),
        mandates.rule("poc", "CivProtect", competency=POC),
        mandates.rule("ddr", "DisarmDemob", competency=DDR),
    )
    mandate_operations.publish_rules(work, rules=asked, note="For tests")
    given = {"name": "UNFIELD"} | changes
    mission = accounts.mission(work, **given)
    texts = {"effective_on": date(2026, 1, 1), "adopted_on": date(2025, 12, 20)}
    instrument = mandates.published(work, mission, symbol="S/RES/2790 (2025)", **texts)
    organisation = accounts.organisation(work, name="Aland")
    unit = accounts.unit(work, mission=mission, name="Battalion 1", organisation_id=organisation)
    return Field(mission=mission, instrument=instrument, organisation=organisation, unit=unit)


def framework(work: Work) -> None:
    """Three competencies: conduct for a year, protection of civilians for two, disarmament for ever."""
    known = ((CONDUCT, Area.CND, 12), (POC, Area.POC, 24), (DDR, Area.DDR, 0))
    competency_operations.adopt_framework(
        work,
        framework=FrameworkSpec(
            key="for-tests",
            version="1",
            title={"en": "For tests"},
            competencies=tuple(
                Competency(
                    key=key,
                    area=area,
                    title={"en": f"Title of {key}"},
                    statement={"en": ""},
                    valid_months=months,
                    decay="mixed",
                )
                for key, area, months in known
            ),
            digest="0" * 64,
        ),
    )


def soldier(
    work: Work,
    place: Field,
    *,
    conduct: date | None = TODAY - timedelta(days=30),
    poc: date | None = TODAY - timedelta(days=30),
    unit: UnitId | None = None,
    outside: bool = False,
    **changes: Any,
) -> PersonId:
    """Somebody of the unit who learnt conduct and the protection of civilians on the given days; None for never."""
    given: dict[str, Any] = {"organisation_id": place.organisation} | changes
    made = accounts.posted_person(work, mission=place.mission, unit=None if outside else unit or place.unit, **given)
    if conduct is not None:
        evidence(work, made, competency=CONDUCT, level=Level.AWARE, observed_on=conduct)
    if poc is not None:
        evidence(work, made, competency=POC, level=Level.PRACTISED, observed_on=poc)
    return made


def evidence(work: Work, person: PersonId, **changes: Any) -> EvidenceId:
    """A recognised course, a month ago."""
    given: dict[str, Any] = {
        "competency": POC,
        "level": Level.PRACTISED,
        "observed_on": TODAY - timedelta(days=30),
        "source": SourceRef(source=Source.RECOGNISED, subject="A course"),
    } | changes
    return competency_operations.record_evidence(work, person=person, **given)


def count(session: Session, *, mission: MissionId, organisation: OrganisationId, **changes: Any) -> None:
    """Ten current infantry soldiers outside units, in the protection of civilians."""
    given: dict[str, Any] = {"area": Area.POC, "role": Role.INFANTRY, "current": 10} | changes
    session.add(ReadinessCount(mission_id=mission, organisation_id=organisation, **given))
    session.flush()


def refreshed(session: Session, *, mission: MissionId, **changes: Any) -> None:
    """The note that the mission's counts are of today and answer everything."""
    given: dict[str, Any] = {"wanted": 1, "served": 1, "on": TODAY} | changes
    session.add(ReadinessRefresh(mission_id=mission, **given))
    session.flush()


def snapshot(session: Session, *, mission: MissionId, on: date, **changes: Any) -> None:
    """Eight of ten were ready for the protection of civilians on that day."""
    given: dict[str, Any] = {"taken_at": accounts.NOW, "counts": {"POC": {"current": 8, "never": 2}}} | changes
    session.add(ReadinessSnapshot(mission_id=mission, on=on, **given))
    session.flush()


def standing(currency: Currency = Currency.CURRENT, **changes: Any) -> PersonReadiness:
    """One person against one requirement, as a value."""
    task = TaskRef(
        mission=1, instrument=7, symbol="S/RES/2790 (2025)", paragraph="4 (a)", task_kind="CivProtect", rule="poc"
    )
    given: dict[str, Any] = {
        "person": PersonId(1),
        "competency": POC,
        "area": Area.POC,
        "level": Level.PRACTISED,
        "until_on": None,
        "due_on": TODAY,
        "because": (task,),
    } | changes
    return PersonReadiness(currency=currency, **given)
