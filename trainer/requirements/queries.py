"""The matrix as it is on file, its versions, whom a change touches, and what training answers. Writes nothing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.competencies import queries as competency_queries
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import TASK_KINDS
from trainer.requirements.rules import matrix
from trainer.requirements.values import RequirementsPage, VersionsPage, Wanted


def requirements_page(
    session: Session, *, wanted: Wanted, on: date, known_at: datetime | None = None
) -> RequirementsPage:
    """Return the rules that are looked at, by what was on file at an instant or, for None, is now.

    Two queries; four more where a mission is asked about, whose tasks in force on the day are read. Raises NoSuchMission.
    """
    held = (
        mandate_queries.rule_set(session) if known_at is None else mandate_queries.rule_set_known(session, at=known_at)
    )
    competencies = competency_queries.competencies(session)
    mission = tasks = None
    if wanted.mission is not None:
        mission = account_queries.mission(session, mission=wanted.mission)
        tasks = mandate_queries.tasks_in_force(session, mission=wanted.mission, on=on, known_at=known_at)
    ordered = matrix.in_order(held.rules, competencies=competencies)
    kinds = [kind for kind in TASK_KINDS if wanted.area is None or TASK_KINDS[kind].area is wanted.area]
    return RequirementsPage(
        version=held,
        rules=matrix.wanted_of(ordered, wanted=wanted, tasks=tasks),
        tasks=tasks or (),
        mission=mission,
        competencies=competencies,
        without=matrix.without_rule(held.rules, kinds=kinds, tasks=tasks),
        unknown=tuple(each for each in ordered if each.competency not in competencies),
    )


def versions_page(session: Session, *, before: int | None = None, after: int | None = None) -> VersionsPage:
    """Return every version and two of them beside each other: the last two, unless others are named.

    Four queries. Raises NoSuchRuleVersion.
    """
    versions = mandate_queries.rule_versions(session)
    latest = versions[0].number if versions else 0
    to = latest if after is None else after
    since = max(0, to - 1) if before is None else before
    one, two = (mandate_queries.rule_set_numbered(session, number=number) for number in (since, to))
    low, high = min(since, to), max(since, to)
    return VersionsPage(
        versions=versions,
        before=one,
        after=two,
        difference=matrix.difference(one.rules, two.rules),
        between=tuple(each for each in versions if low < each.number <= high),
        competencies=competency_queries.competencies(session),
    )
