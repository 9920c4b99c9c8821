"""The judgements of reviews: where a draft stands, what stands against its publication, who takes part.

Nothing of it is stored: a draft stands where the remarks about it, in their order, leave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from trainer.accounts.values import Account, MissionId
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId, Problem, wording
from trainer.reviews.values import (
    WARNING_DAYS,
    AreaStanding,
    Obstacle,
    ObstacleKind,
    Policy,
    Reader,
    Remark,
    RemarkKind,
    Stage,
    Standing,
    Verdict,
    Wait,
)

MOST_LETTERS = 4_000
"""Of a remark."""
WRITING = frozenset({RemarkKind.BEGUN, RemarkKind.CHANGED, RemarkKind.ASKED})
"""What makes somebody an author: who puts a text forward stands for it as who wrote it."""
MOST_ANSWER_DAYS, LEAST_EXPIRE_DAYS, MOST_EXPIRE_DAYS = 60, 14, 730

Owners = Mapping[Area, PersonId | None]


def standing_of(
    remarks: Sequence[Remark],
    *,
    version: int,
    created_by: PersonId | None,
    touched: Collection[Area],
    owners: Owners,
    policy: Policy,
    lapses_on: date,
    on: date,
) -> Standing:
    """Return where a draft stands: `remarks` in their order, `version` as it is now, `touched` the areas it moves."""
    asked = _asked(remarks, version=version)
    reviews = () if asked is None else _latest_reviews(remarks, since=asked)
    areas = tuple(
        _area(area, remarks, version=version, owner=owners.get(area), asked=asked) for area in Area if area in touched
    )
    due_on = None
    if asked is not None and policy.answer_days and any(each.awaited for each in areas):
        due_on = asked.on + timedelta(days=policy.answer_days)
    return Standing(
        stage=_stage(asked, reviews),
        asked=asked,
        reviews=reviews,
        areas=areas,
        authors=authors_of(remarks, created_by=created_by),
        answers_due_on=due_on,
        lapses_on=lapses_on,
        expired=lapses_on <= on,
        expires_soon=on < lapses_on <= on + timedelta(days=WARNING_DAYS),
    )


def _asked(remarks: Iterable[Remark], *, version: int) -> Remark | None:
    """The review that runs: a change of the draft ends it."""
    asked = [each for each in remarks if each.kind is RemarkKind.ASKED and each.version == version]
    return asked[-1] if asked else None


def _latest_reviews(remarks: Iterable[Remark], *, since: Remark) -> tuple[Remark, ...]:
    given = {each.person: each for each in remarks if each.kind is RemarkKind.REVIEWED and each.id > since.id}
    return tuple(sorted(given.values(), key=lambda each: each.id))


def _stage(asked: Remark | None, reviews: Collection[Remark]) -> Stage:
    if asked is None:
        return Stage.DRAFT
    if any(each.verdict is Verdict.CHANGES for each in reviews):
        return Stage.CHANGES
    return Stage.AGREED if reviews else Stage.IN_REVIEW


def _area(
    area: Area, remarks: Iterable[Remark], *, version: int, owner: PersonId | None, asked: Remark | None
) -> AreaStanding:
    given = [each for each in remarks if each.kind is RemarkKind.ANSWERED and area in each.areas]
    answer = given[-1] if given else None
    return AreaStanding(
        area=area,
        authority=owner,
        asked=asked is not None and area in asked.areas,
        answer=answer,
        fresh=answer is not None and answer.version == version,
    )


def last_asked(remarks: Iterable[Remark]) -> tuple[Area, ...]:
    """Return the areas that were asked when a review was last asked for."""
    asked = [each.areas for each in remarks if each.kind is RemarkKind.ASKED]
    return asked[-1] if asked else ()


def authors_of(remarks: Iterable[Remark], *, created_by: PersonId | None) -> frozenset[PersonId]:
    """Return who began a draft, changed it or put it up for review."""
    wrote = {each.person for each in remarks if each.kind in WRITING} | {created_by}
    return frozenset(each for each in wrote if each is not None)


def heard_on(remarks: Iterable[Remark], *, version: int) -> frozenset[PersonId]:
    """Return who decided on a draft as it stood in this version."""
    decided = {RemarkKind.REVIEWED, RemarkKind.ANSWERED}
    return frozenset(
        each.person for each in remarks if each.kind in decided and each.version == version and each.person
    )


def obstacles_to(standing: Standing, policy: Policy, *, by: PersonId | None, on: date) -> tuple[Obstacle, ...]:
    """Return all that stands against a publication by this person, or by a command."""
    return tuple(_obstacles(standing, policy, by=by, on=on))


def _obstacles(standing: Standing, policy: Policy, *, by: PersonId | None, on: date) -> Iterator[Obstacle]:
    if standing.expired:
        yield Obstacle(kind=ObstacleKind.EXPIRED, on=standing.lapses_on)
    if policy.two_people:
        missing = {
            Stage.DRAFT: ObstacleKind.NOT_ASKED,
            Stage.IN_REVIEW: ObstacleKind.AWAITED,
            Stage.CHANGES: ObstacleKind.CHANGES,
        }.get(standing.stage)
        if missing is not None:
            yield Obstacle(kind=missing)
        if by is None or by in standing.authors:
            yield Obstacle(kind=ObstacleKind.OWN)
    objected = tuple(each.area for each in standing.areas if each.objected)
    if policy.objection_blocks and objected:
        yield Obstacle(kind=ObstacleKind.OBJECTION, areas=objected)
    if standing.answers_due_on is not None and on < standing.answers_due_on:
        awaited = tuple(each.area for each in standing.areas if each.awaited)
        yield Obstacle(kind=ObstacleKind.UNANSWERED, areas=awaited, on=standing.answers_due_on)


def may_ask(standing: Standing) -> bool:
    """Whether a review can be asked for: none runs, or it ended with changes asked for."""
    return not standing.expired and standing.stage in {Stage.DRAFT, Stage.CHANGES}


def may_review(standing: Standing, person: PersonId) -> bool:
    """Whether this officer's review counts: a review runs, and they did not write the draft."""
    return standing.asked is not None and not standing.expired and person not in standing.authors


def areas_of(standing: Standing, person: PersonId) -> tuple[Area, ...]:
    """Return the areas for which this person is asked to answer; none of an expired draft."""
    if standing.expired:
        return ()
    return tuple(each.area for each in standing.areas if each.asked and each.authority == person)


def waits_for(
    standing: Standing,
    policy: Policy,
    *,
    account: Account,
    publishes: bool,
    remarks: Iterable[Remark],
    readers: Iterable[Reader],
    mission: MissionId,
    on: date,
) -> tuple[Wait, ...]:
    """Return what a draft wants of somebody; `publishes` says whether they may publish in its mission."""
    person = account.person
    written = person in standing.authors
    heard = any(each.person == person and each.kind is RemarkKind.COMMENTED for each in remarks)
    waits = {
        Wait.ANSWER: not standing.expired and any(each.awaited and each.authority == person for each in standing.areas),
        Wait.REVIEW: publishes and standing.stage is Stage.IN_REVIEW and may_review(standing, person),
        Wait.CHANGES: written and standing.stage is Stage.CHANGES,
        Wait.PUBLISH: publishes
        and standing.stage is Stage.AGREED
        and not obstacles_to(standing, policy, by=person, on=on),
        Wait.COMMENT: not heard and any(_reads(account, each, mission=mission) for each in readers),
        Wait.RENEW: written and (standing.expired or standing.expires_soon),
    }
    return tuple(wait for wait, waiting in waits.items() if waiting)


def takes_part(
    account: Account, *, remarks: Iterable[Remark], readers: Iterable[Reader], owners: Owners, mission: MissionId
) -> bool:
    """Whether somebody may read a draft without being its officer: asked about it, heard on it, or shared with."""
    remarks = tuple(remarks)
    asked = [each for each in remarks if each.kind is RemarkKind.ASKED][-1:]
    return (
        any(each.person == account.person for each in remarks)
        or any(owners.get(area) == account.person for each in asked for area in each.areas)
        or any(_reads(account, each, mission=mission) for each in readers)
    )


def _reads(account: Account, reader: Reader, *, mission: MissionId) -> bool:
    if reader.ended_at is not None:
        return False
    if reader.person is not None:
        return reader.person == account.person
    reaches = not account.missions or (reader.mission or mission) in account.missions
    return reader.office in account.offices and reaches


def check_policy(policy: Policy) -> tuple[Problem, ...]:
    """Return all that is wrong with a policy."""
    problems = []
    if not 0 <= policy.answer_days <= MOST_ANSWER_DAYS:
        said = wording("Enter a number of days from 0 to {most}.", most=MOST_ANSWER_DAYS)
        problems.append(Problem(field="answer_days", message=said))
    if not LEAST_EXPIRE_DAYS <= policy.expire_days <= MOST_EXPIRE_DAYS:
        said = wording("Enter a number of days from {least} to {most}.", least=LEAST_EXPIRE_DAYS, most=MOST_EXPIRE_DAYS)
        problems.append(Problem(field="expire_days", message=said))
    return tuple(problems)
