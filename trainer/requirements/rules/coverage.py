"""From tasks to courses: which tasks ask nothing, and whom training reaches of those who are asked for something.

What is looked at is whether there is a module that somebody can read, or an open session of a recognised course in a language
of theirs that their role may attend. Seats, dates and what a course asks for before are the planner's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from trainer.accounts.values import MissionCard, MissionId, PeopleGroup, Role
from trainer.catalogue.values import ModuleKey, Offering
from trainer.competencies.values import Area, Competency, CompetencyKey, Level, Source
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import TASK_KINDS, Demand, MandatedTask, RequirementRule, RuleSet, TaskKindKey
from trainer.partners.values import MODES_WITH_TRAVEL, SessionOffer
from trainer.requirements.rules.matrix import applies
from trainer.requirements.values import Coverage, Need, RoleAnswer, Shortfall, Unasked

Tasks = Mapping[MissionId, Sequence[MandatedTask]]


@dataclass(slots=True, kw_only=True)
class _Asked:
    """Who is asked for one competency at one level, and why."""

    area: Area
    by: set[tuple[MissionId, Role]] = field(default_factory=set)
    tasks: set[TaskKindKey] = field(default_factory=set)
    observed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taught:
    """What teaches it: languages of modules, and of sessions by whom they are open to and where they are held."""

    modules: tuple[ModuleKey, ...]
    module_languages: frozenset[str]
    sessions: int
    session_languages: frozenset[str]
    runs: frozenset[tuple[str, frozenset[Role], str]]
    """Language, roles (all, spelt out), and region of a place that people travel to, or nothing."""


def coverage_of(
    *,
    missions: Sequence[MissionCard],
    tasks: Tasks,
    version: RuleSet,
    competencies: Mapping[CompetencyKey, Competency],
    groups: Iterable[PeopleGroup],
    offerings: Sequence[Offering],
    sessions: Sequence[SessionOffer],
    on: date,
    until: date,
) -> Coverage:
    """Return where the chain from tasks to courses breaks, for the people of these missions."""
    living = {key: each for key, each in competencies.items() if each.retired_on is None or on < each.retired_on}
    rules = [rule for rule in version.rules if rule.competency in living]
    cards = {each.id: each for each in missions}
    demands = mandate_rules.demands_by_role(tasks, rules, competencies=living, on=on)
    by_place: defaultdict[tuple[MissionId, Role], list[PeopleGroup]] = defaultdict(list)
    for group in groups:
        by_place[group.mission, group.role].append(group)
    places = {key: place for place, key in enumerate(living)}
    teaching: defaultdict[CompetencyKey, list[Offering]] = defaultdict(list)
    for offering in offerings:
        for competency in {each.competency for each in offering.teaches if offering.refresher_of is None}:
            teaching[competency].append(offering)
    proving: defaultdict[CompetencyKey, list[SessionOffer]] = defaultdict(list)
    for session in sessions:
        for competency in {each.competency for each in session.awards}:
            proving[competency].append(session)
    needs = [
        _need(key, asked, _taught(key, teaching[key[0]], proving[key[0]]), by_place=by_place, missions=cards)
        for key, asked in _asked(demands).items()
    ]
    return Coverage(
        on=on,
        until=until,
        version=version,
        unasked=_unasked(rules, tasks, missions),
        needs=tuple(sorted(needs, key=lambda each: (places[each.competency], each.level))),
        tasks=len({task.task_kind for found in tasks.values() for task in found}),
        missions=cards,
        competencies=competencies,
    )


def _unasked(rules: Iterable[RequirementRule], tasks: Tasks, missions: Iterable[MissionCard]) -> tuple[Unasked, ...]:
    by_kind: defaultdict[TaskKindKey, list[RequirementRule]] = defaultdict(list)
    for rule in rules:
        if rule.task_kind is not None:
            by_kind[rule.task_kind].append(rule)
    found: defaultdict[TaskKindKey, list[tuple[MissionCard, MandatedTask]]] = defaultdict(list)
    for mission in missions:
        for task in tasks[mission.id]:
            if not any(applies(rule, (task,)) for rule in by_kind[task.task_kind]):
                found[task.task_kind].append((mission, task))
    return tuple(
        Unasked(task_kind=kind, area=TASK_KINDS[kind].area, tasks=tuple(found[kind]))
        for kind in TASK_KINDS
        if kind in found
    )


def _asked(
    demands: Mapping[tuple[MissionId, Role], Iterable[Demand]],
) -> Mapping[tuple[CompetencyKey, Level], _Asked]:
    found: dict[tuple[CompetencyKey, Level], _Asked] = {}
    for place, some in demands.items():
        for demand in some:
            asked = found.setdefault((demand.competency, demand.level), _Asked(area=demand.area))
            asked.by.add(place)
            asked.tasks |= {TaskKindKey(each.task_kind) for each in demand.because if each.task_kind}
            asked.observed &= demand.least_source.weight > Source.RECOGNISED.weight
    return found


def _taught(
    key: tuple[CompetencyKey, Level], offerings: Iterable[Offering], sessions: Iterable[SessionOffer]
) -> _Taught:
    """Of the modules and sessions about the competency, those that reach the level."""
    competency, level = key
    modules = [
        each
        for each in offerings
        if any(taught.competency == competency and taught.level >= level for taught in each.teaches)
    ]
    held = [
        each
        for each in sessions
        if any(award.competency == competency and award.level >= level for award in each.awards)
    ]
    return _Taught(
        modules=tuple(each.key for each in modules),
        module_languages=frozenset(language for each in modules for language in each.languages),
        sessions=len(held),
        session_languages=frozenset(each.language for each in held),
        runs=frozenset(
            (each.language, frozenset(each.roles or Role), each.region if each.mode in MODES_WITH_TRAVEL else "")
            for each in held
        ),
    )


def _need(
    key: tuple[CompetencyKey, Level],
    asked: _Asked,
    taught: _Taught,
    *,
    by_place: Mapping[tuple[MissionId, Role], Sequence[PeopleGroup]],
    missions: Mapping[MissionId, MissionCard],
) -> Need:
    there: Counter[Role] = Counter()
    reached: Counter[Role] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    travelling = 0
    for mission, role in asked.by:
        region = missions[mission].region
        for group in by_place.get((mission, role), ()):
            there[role] += group.people
            read = not taught.module_languages.isdisjoint(group.languages)
            runs = [where for language, roles, where in taught.runs if language in group.languages and role in roles]
            if read or runs:
                reached[role] += group.people
                travelling += 0 if read or any(where in ("", region) for where in runs) else group.people
            else:
                missed[group.languages[0], region] += group.people
    return Need(
        competency=key[0],
        level=key[1],
        area=asked.area,
        tasks=tuple(kind for kind in TASK_KINDS if kind in asked.tasks),
        missions=tuple(sorted({mission for mission, _ in asked.by})),
        asked=there.total(),
        taught=reached.total(),
        travelling=travelling,
        modules=taught.modules,
        module_languages=tuple(sorted(taught.module_languages)),
        sessions=taught.sessions,
        session_languages=tuple(sorted(taught.session_languages)),
        roles=tuple(RoleAnswer(role=role, asked=there[role], taught=reached[role]) for role in Role if there[role]),
        shortfalls=tuple(
            Shortfall(language=language, region=region, people=people)
            for (language, region), people in sorted(missed.items(), key=lambda each: (-each[1], each[0]))
        ),
        observed=asked.observed,
    )
