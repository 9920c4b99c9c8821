"""What happens to lessons learned."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


def _of(observation: int, mission: int) -> tuple[Subject, ...]:
    return (Subject(kind=SubjectKind.OBSERVATION, id=observation), Subject(kind=SubjectKind.MISSION, id=mission))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationReported(Event):
    observation_id: int
    mission_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationReviewed(Event):
    """Somebody decided whether the next edition must answer a lesson."""

    observation_id: int
    mission_id: int
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationAnswered(Event):
    """An edition answers a lesson."""

    observation_id: int
    mission_id: int
    pack_version_id: int
