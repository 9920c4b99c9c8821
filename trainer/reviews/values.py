"""Words of reviews: what is said of a draft, by whom, where that leaves it, and the policy for its publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from trainer.accounts.values import MissionId, Office
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId, mark

RemarkId = NewType("RemarkId", int)
ReaderId = NewType("ReaderId", int)


class RemarkKind(StrEnum):
    """What was said or done."""

    BEGUN = "begun"
    CHANGED = "changed"
    ASKED = "asked"
    """A review was asked for, and the requirements authority of each area it touches with it."""
    REVIEWED = "reviewed"
    ANSWERED = "answered"
    """By the requirements authority of some areas."""
    COMMENTED = "commented"
    RENEWED = "renewed"
    EXPIRED = "expired"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Verdict(StrEnum):
    """How somebody decided."""

    AGREE = "agree"
    CHANGES = "changes"
    """Of a review: something must change first."""
    OBJECTION = "objection"
    """Of a requirements authority."""
    COMMENT = "comment"
    """Of a requirements authority: something to be said, and no objection."""


VERDICT_NAMES: dict[Verdict, str] = {
    Verdict.AGREE: mark("agrees"),
    Verdict.CHANGES: mark("asks for changes"),
    Verdict.OBJECTION: mark("objects"),
    Verdict.COMMENT: mark("comments, and does not object"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing said of a draft or done to it; never changed."""

    id: RemarkId
    draft: int
    version: int
    """Of the draft as it then stood."""
    kind: RemarkKind
    verdict: Verdict | None
    person: PersonId | None
    """None for what Trainer or a command did."""
    at: datetime
    on: date
    text: str
    areas: tuple[Area, ...]
    """Asked about, or answered for."""
    line: tuple[str, str] | None
    """The task it is about: its kind and area of operations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody, or everybody who holds an office, with whom a draft is shared."""

    id: ReaderId
    draft: int
    person: PersonId | None
    office: Office | None
    mission: MissionId | None
    """Of the office; None for a person."""
    given_at: datetime
    given_by: PersonId | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an office asks before a draft is published."""

    two_people: bool
    """Somebody who did not write it must have agreed, and publishes it."""
    objection_blocks: bool
    """Whether an objection of a requirements authority stands against publication, or is only recorded."""
    answer_days: int
    """So long publication waits for the answers of those who were asked; 0: it does not."""
    expire_days: int
    """After so many days without a change a draft expires."""

    def to_json(self) -> dict[str, Any]:
        return {
            "two_people": self.two_people,
            "objection_blocks": self.objection_blocks,
            "answer_days": self.answer_days,
            "expire_days": self.expire_days,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Policy:
        """Read a stored policy; parts that it does not name are as they are by default."""
        return Policy(**{name: data.get(name, value) for name, value in DEFAULT_POLICY.to_json().items()})


DEFAULT_POLICY = Policy(two_people=False, objection_blocks=True, answer_days=7, expire_days=90)
"""Until an administrator sets another. One person, since an installation begins with one officer who enters what is in force."""
WARNING_DAYS = 7
"""So long before a draft expires its authors are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """A policy as it was set; number 0 is the default, which nobody set."""

    number: int
    policy: Policy
    set_at: datetime | None
    set_by: PersonId | None


class Stage(StrEnum):
    """How far a draft is."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    CHANGES = "changes-asked"
    AGREED = "agreed"


STAGE_NAMES: dict[Stage, str] = {
    Stage.DRAFT: mark("draft"),
    Stage.IN_REVIEW: mark("in review"),
    Stage.CHANGES: mark("changes asked for"),
    Stage.AGREED: mark("reviewed and agreed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaStanding:
    """One area that a draft touches, and what its requirements authority says."""

    area: Area
    authority: PersonId | None
    """Today; None for an area that nobody owns."""
    asked: bool
    """In the review that runs."""
    answer: Remark | None
    """The latest for the area, whoever owned it then."""
    fresh: bool
    """Whether it is about the draft as it stands."""

    @property
    def awaited(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.asked and self.authority is not None and not self.fresh

    @property
    def objected(self) -> bool:
        """Whether an objection stands; one to an earlier state stands until its area is answered for anew."""
        return self.answer is not None and self.answer.verdict is Verdict.OBJECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a draft is left by all that was said of it."""

    stage: Stage
    asked: Remark | None
    """For the review that runs; None when none does."""
    reviews: tuple[Remark, ...]
    """The latest of each reviewer in the review that runs."""
    areas: tuple[AreaStanding, ...]
    authors: frozenset[PersonId]
    """Who began it, changed it or put it up for review."""
    answers_due_on: date | None
    """Until then publication waits for answers; None when nothing is awaited."""
    lapses_on: date
    """The first day on which it is expired."""
    expired: bool
    expires_soon: bool

    @property
    def reviewed(self) -> bool:
        """Whether a change of the draft would take something back."""
        return self.asked is not None


class Wait(StrEnum):
    """Why a draft waits for somebody."""

    ANSWER = "answer"
    REVIEW = "review"
    CHANGES = "changes"
    PUBLISH = "publish"
    COMMENT = "comment"
    RENEW = "renew"


WAIT_NAMES: dict[Wait, str] = {
    Wait.ANSWER: mark("You are asked as requirements authority"),
    Wait.REVIEW: mark("Your review is asked for"),
    Wait.CHANGES: mark("Changes are asked of you"),
    Wait.PUBLISH: mark("You can publish it"),
    Wait.COMMENT: mark("It is shared with you for comment"),
    Wait.RENEW: mark("Its time runs out"),
}


class ObstacleKind(StrEnum):
    """What stands against a publication."""

    EXPIRED = "expired"
    NOT_ASKED = "not-asked"
    AWAITED = "awaited"
    CHANGES = "changes"
    OWN = "own"
    OBJECTION = "objection"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing that stands against a publication, with what it is about."""

    kind: ObstacleKind
    areas: tuple[Area, ...] = ()
    on: date | None = None
