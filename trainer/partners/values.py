"""Words of partners: courses, sessions, seats, recognition."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from trainer.kernel.values import mark

PartnerId = NewType("PartnerId", int)
CourseId = NewType("CourseId", int)
SessionId = NewType("SessionId", int)
"""Of a `CourseSession`."""


class CourseMode(StrEnum):
    SELF_PACED = "self-paced"
    LIVE_ONLINE = "live-online"
    ON_SITE = "on-site"
    HYBRID = "hybrid"


MODE_NAMES: dict[CourseMode, str] = {
    CourseMode.SELF_PACED: mark("self-paced"),
    CourseMode.LIVE_ONLINE: mark("live online"),
    CourseMode.ON_SITE: mark("on site"),
    CourseMode.HYBRID: mark("hybrid"),
}


class CourseState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


COURSE_STATE_NAMES: dict[CourseState, str] = {
    CourseState.DRAFT: mark("draft"),
    CourseState.PUBLISHED: mark("published"),
    CourseState.CLOSED: mark("closed"),
}


class SessionState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    HELD = "held"


SESSION_STATE_NAMES: dict[SessionState, str] = {
    SessionState.OPEN: mark("open"),
    SessionState.CANCELLED: mark("cancelled"),
    SessionState.HELD: mark("held"),
}


class RecognitionState(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


RECOGNITION_NAMES: dict[RecognitionState, str] = {
    RecognitionState.GRANTED: mark("recognised"),
    RecognitionState.REFUSED: mark("not recognised"),
}
