"""Words of observations: lessons learned and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from trainer.accounts.values import MissionId
from trainer.catalogue.values import ModuleKey, PackVersionId
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId, mark

ObservationId = NewType("ObservationId", int)

TEXT_LENGTH = 5000
REASON_LENGTH = 1000


class ObservationState(StrEnum):
    REPORTED = "reported"
    ACCEPTED = "accepted"
    """The next edition must answer it."""
    DECLINED = "declined"
    ANSWERED = "answered"


OBSERVATION_STATE_NAMES: dict[ObservationState, str] = {
    ObservationState.REPORTED: mark("reported"),
    ObservationState.ACCEPTED: mark("accepted"),
    ObservationState.DECLINED: mark("declined"),
    ObservationState.ANSWERED: mark("answered"),
}

OPEN_TO_ALL = frozenset({ObservationState.ACCEPTED, ObservationState.ANSWERED})
"""States in which everybody may read it: before the review it may name people, or be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationDraft:
    """A lesson as somebody reports it, not yet judged."""

    mission: MissionId
    observed_on: date
    text: str
    areas: tuple[Area, ...]
    modules: tuple[ModuleKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, as far as it decides what is shown."""

    person: PersonId
    missions: frozenset[MissionId] | None
    """Missions of which unreviewed and declined lessons may be read too; None for all, empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationCard:
    """A lesson, as lists show it."""

    id: ObservationId
    mission: MissionId
    reported_by: PersonId
    observed_on: date
    text: str
    areas: tuple[Area, ...]
    state: ObservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPage:
    """A lesson with all that its page shows."""

    id: ObservationId
    mission: MissionId
    reported_by: PersonId
    reported_at: datetime
    observed_on: date
    text: str
    areas: tuple[Area, ...]
    modules: tuple[ModuleKey, ...]
    state: ObservationState
    reviewed_by: PersonId | None
    reviewed_at: datetime | None
    review: str
    answered_by: PackVersionId | None
    """The edition that answers it."""
    answered_at: datetime | None
    answer: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(line for line in self.text.splitlines() if line.strip())
