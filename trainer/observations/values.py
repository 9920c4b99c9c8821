"""Words of observations: lessons learned and what became of them."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from trainer.kernel.values import mark

ObservationId = NewType("ObservationId", int)


class ObservationState(StrEnum):
    REPORTED = "reported"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANSWERED = "answered"


OBSERVATION_STATE_NAMES: dict[ObservationState, str] = {
    ObservationState.REPORTED: mark("reported"),
    ObservationState.ACCEPTED: mark("accepted"),
    ObservationState.DECLINED: mark("declined"),
    ObservationState.ANSWERED: mark("answered"),
}
