"""The matrix as it is on file, its versions, whom a change touches, and what training answers. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, MissionStatus, Role
from trainer.catalogue import queries as catalogue_queries
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, Owners
from trainer.kernel.values import PersonId
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import TASK_KINDS, RequirementRule, RuleSet
from trainer.partners import queries as partner_queries
from trainer.requirements.rules import changes, matrix
from trainer.requirements.rules import coverage as judge
from trainer.requirements.values import ChangePreview, Coverage, Reach, RequirementsPage, VersionsPage, Wanted

LOOKS_AHEAD = timedelta(days=365)
"""So far ahead sessions are looked for."""


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


def preview_of(session: Session, *, before: RuleSet, after: Sequence[RequirementRule], on: date) -> ChangePreview:
    """Return what moves if the rules were published on the day, and whom it touches. About eight queries, whatever the people."""
    return ChangePreview(
        before=before,
        after=tuple(after),
        difference=matrix.difference(before.rules, after),
        reach=reach_of(session, before=before.rules, after=after, on=on),
    )


def reach_of(
    session: Session, *, before: Sequence[RequirementRule], after: Sequence[RequirementRule], on: date
) -> Reach:
    """Return of whom the one state of the rules asks something else than the other, by what is in force and announced."""
    missions = working_missions(session)
    ids = [each.id for each in missions]
    texts = mandate_queries.instruments_of(session, missions=ids)
    tasks = {mission: mandate_rules.coming(history, on=on) for mission, history in texts.items()}
    competencies = competency_queries.competencies(session)
    demands = [
        mandate_rules.demands_by_role(tasks, rules, competencies=competencies, on=on) for rules in (before, after)
    ]
    headcount: Counter[tuple[MissionId, Role]] = Counter()
    for group in account_queries.people_groups(session, missions=ids, on=on):
        headcount[group.mission, group.role] += group.people
    return changes.reach_of(demands[0], demands[1], headcount=headcount, missions=missions, on=on)


def working_missions(session: Session) -> tuple[MissionCard, ...]:
    """Return the missions that are not closed, by name."""
    return tuple(each for each in account_queries.missions(session) if each.status is not MissionStatus.CLOSED)


def coverage(session: Session, *, on: date, mission: MissionId | None = None) -> Coverage:
    """Return what training answers of what tasks in force and announced ask, in one mission or all that are not closed.

    About fifteen queries, whatever the number of people. Raises NoSuchMission.
    """
    missions = working_missions(session) if mission is None else (account_queries.mission(session, mission=mission),)
    ids = [each.id for each in missions]
    held = mandate_queries.rule_set(session)
    texts = mandate_queries.instruments_of(session, missions=ids)
    until = on + LOOKS_AHEAD
    return judge.coverage_of(
        missions=missions,
        tasks={each: mandate_rules.coming(history, on=on) for each, history in texts.items()},
        version=held,
        competencies=competency_queries.competencies(session),
        groups=account_queries.people_groups(session, missions=ids, on=on),
        offerings=catalogue_queries.offerings(session),
        sessions=[each for each in partner_queries.open_sessions(session, on=on) if each.starts_on <= until],
        on=on,
        until=until,
    )


def answering(session: Session) -> tuple[Mapping[Area, Owners], Mapping[PersonId, str]]:
    """Return who answers for each area, and their names. Two queries."""
    owners = competency_queries.area_owners(session)
    people = {
        person
        for each in owners.values()
        for person in (each.requirements_authority, each.department_head)
        if person is not None
    }
    cards = account_queries.people_cards(session, people=people)
    return owners, {person: card.name for person, card in cards.items()}
