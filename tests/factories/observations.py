"""Lessons learned: valid by default. Every function takes a session or a work first and returns the id of what it made."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from trainer.accounts.values import MissionId
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.observations.models import Observation, ObservationArea, ObservationModule
from trainer.observations.values import ObservationId, ObservationState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def observation(
    place: Session | Work,
    /,
    *,
    mission: MissionId,
    reported_by: PersonId,
    areas: Iterable[Area] = (Area.POC,),
    modules: Iterable[str] = (),
    **changes: Any,
) -> ObservationId:
    """A lesson about the protection of civilians, reported and not yet reviewed."""
    given = {
        "reported_at": NOW,
        "observed_on": date(2026, 11, 12),
        "text": "Patrols did not know whom to call when they met displaced families at night.",
    } | changes
    row = Observation(mission_id=mission, reported_by_id=reported_by, **given)
    session = place.session if isinstance(place, Work) else place
    session.add(row)
    session.flush()
    session.add_all(ObservationArea(observation_id=row.id, area=each) for each in areas)
    session.add_all(ObservationModule(observation_id=row.id, module_key=each) for each in modules)
    session.flush()
    return ObservationId(row.id)


def accepted_observation(
    place: Session | Work, *, mission: MissionId, reported_by: PersonId, **changes: Any
) -> ObservationId:
    """A lesson that the next edition must answer."""
    given = {
        "state": ObservationState.ACCEPTED,
        "reviewed_at": NOW,
        "review": "Three missions report the same.",
    } | changes
    return observation(place, mission=mission, reported_by=reported_by, **given)
