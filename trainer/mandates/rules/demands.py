"""What tasks ask of people: rules into demands, demands into requirements, and what is wrong with a rule."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count

from trainer.accounts.values import MissionId, PersonProfile, Role, UnitId
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, Competency, CompetencyKey, Evidence, Requirement, TaskRef
from trainer.kernel.values import PersonId, Problem, Wording, wording
from trainer.mandates.values import (
    TASK_KINDS,
    Demand,
    DemandsByRole,
    DueRule,
    Force,
    MandatedTask,
    RequirementRule,
    Scope,
    TaskKindKey,
)

Group = tuple[MissionId, UnitId | None, Role]
"""Whom a demand on part of a unit is laid upon: the unit, or a mission's people of a role outside units."""

PRIORITY_WEIGHT: Mapping[int, int] = {1: 3, 2: 2, 3: 1}
FORCE_WEIGHT: Mapping[Force, int] = {Force.REQUESTED: 2, Force.ENCOURAGED: 1}
BASELINE_WEIGHT = PRIORITY_WEIGHT[2] * FORCE_WEIGHT[Force.REQUESTED]
"""No text ranks the baseline; it counts as a requested task of middle priority, and its rules say how much it weighs."""
BASELINE_SINCE = date(1945, 10, 24)
"""The baseline holds whatever the mandate; the day the Charter came into force stands for 'always'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One rule met by one task."""

    rule: RequirementRule
    weight: int
    effective_on: date
    because: TaskRef


def demands_from(
    tasks: Iterable[MandatedTask],
    rules: Iterable[RequirementRule],
    *,
    role: Role,
    areas: Mapping[CompetencyKey, Area],
    mission: MissionId | None = None,
) -> tuple[Demand, ...]:
    """Return what the tasks of one mission ask of a role; baseline rules ask whatever the tasks.

    One demand for each competency asked of everyone, at the highest level asked; one more for each size and level asked
    of part of a unit. The due rule is that of the heaviest rule at the level. Rules for competencies without an area
    (of no framework in use) are passed over; so are tasks that are only wound up, and those that wait for a phase or
    condition, unless people are to be trained for them ahead. `mission` names it where there may be no task that does.
    """
    tasks = tuple(task for task in tasks if (task.ahead or not task.waits_for) and not task.winding_up)
    where = mission if mission is not None else next((task.mission for task in tasks), MissionId(0))
    by_kind: defaultdict[TaskKindKey, list[MandatedTask]] = defaultdict(list)
    for task in tasks:
        by_kind[task.task_kind].append(task)
    asks: defaultdict[tuple[CompetencyKey, Scope, int, int], list[_Ask]] = defaultdict(list)
    for rule in rules:
        if (rule.roles and role not in rule.roles) or rule.competency not in areas:
            continue
        found = _baseline(rule, where) if rule.task_kind is None else _asks_of(rule, by_kind.get(rule.task_kind, ()))
        if rule.scope is Scope.EVERYONE:
            asks[rule.competency, rule.scope, 0, 0] += found
        else:
            asks[rule.competency, rule.scope, rule.scope_size, int(rule.level)] += found
    demands = [_demand(found, role=role, areas=areas) for found in asks.values() if found]
    places = {area: place for place, area in enumerate(Area)}
    return tuple(
        sorted(demands, key=lambda each: (places[each.area], each.competency, each.scope, each.scope_size, each.level))
    )


def _baseline(rule: RequirementRule, mission: MissionId) -> list[_Ask]:
    because = TaskRef(mission=mission, instrument=None, symbol="", paragraph="", task_kind="", rule=rule.key)
    weight = rule.weight * BASELINE_WEIGHT
    return [_Ask(rule=rule, weight=weight, effective_on=BASELINE_SINCE, because=because)]


def _asks_of(rule: RequirementRule, tasks: Iterable[MandatedTask]) -> list[_Ask]:
    return [
        _Ask(
            rule=rule,
            weight=rule.weight * PRIORITY_WEIGHT.get(task.priority, 1) * FORCE_WEIGHT[task.force],
            effective_on=_asked_since(rule, task),
            because=_task_ref(rule, task),
        )
        for task in tasks
        if rule.modality is None or rule.modality in task.modalities
    ]


def _asked_since(rule: RequirementRule, task: MandatedTask) -> date:
    """Since when, or from when, the task asks this: of a single modality since that was given."""
    if rule.modality is not None:
        return next((each.since_on for each in task.sources if each.modality is rule.modality), task.since_on)
    return task.since_on


def _task_ref(rule: RequirementRule, task: MandatedTask) -> TaskRef:
    named = next((each for each in task.sources if rule.modality and each.modality is rule.modality), None)
    return TaskRef(
        mission=task.mission,
        instrument=named.instrument if named else task.instrument,
        symbol=named.symbol if named else task.symbol,
        paragraph=named.paragraph if named else task.paragraph,
        task_kind=task.task_kind,
        rule=rule.key,
    )


def _demand(asks: Sequence[_Ask], *, role: Role, areas: Mapping[CompetencyKey, Area]) -> Demand:
    ranked = sorted(asks, key=lambda each: (-each.rule.level, -each.weight, each.effective_on, each.rule.key))
    first = ranked[0]
    at_level = [each.rule for each in ranked if each.rule.level == first.rule.level]
    return Demand(
        competency=first.rule.competency,
        area=areas[first.rule.competency],
        level=first.rule.level,
        role=role,
        weight=max(each.weight for each in ranked),
        scope=first.rule.scope,
        scope_size=first.rule.scope_size,
        due=first.rule.due,
        due_days=first.rule.due_days,
        due_on=first.rule.due_on,
        effective_on=first.effective_on,
        least_source=max((rule.least_source for rule in at_level), key=lambda source: source.weight),
        refresher_months=min(rule.refresher_months for rule in at_level),
        because=tuple(dict.fromkeys(each.because for each in ranked)),
    )


def asks_else(before: Iterable[Demand], after: Iterable[Demand], *, on: date) -> bool:
    """Tell whether people of a role are asked for something else, or by another day; weights only order what is asked."""
    return {_asked(each, on=on) for each in before} != {_asked(each, on=on) for each in after}


def _asked(demand: Demand, *, on: date) -> tuple[object, ...]:
    due = (demand.due, due_on(demand, deployed_on=None, on=on))
    return demand.competency, demand.level, demand.scope, demand.scope_size, demand.least_source, *due


def due_on(demand: Demand, *, deployed_on: date | None, on: date) -> date:
    """Return by when a person posted from `deployed_on` must meet a demand; never before `on`."""
    if demand.due is DueRule.BY_DATE and demand.due_on is not None:
        return max(on, demand.due_on)
    after = demand.effective_on + timedelta(days=demand.due_days)
    if demand.due is DueRule.BEFORE_DEPLOYMENT and deployed_on is not None and on < deployed_on:
        # what takes effect only once the person is there cannot have been met before
        return deployed_on if demand.effective_on <= deployed_on else max(on, after)
    return max(on, after)


def requirements_from(demands: Iterable[Demand], profile: PersonProfile, *, on: date) -> tuple[Requirement, ...]:
    """Return what the demands ask of one person: one requirement for each competency, at the highest level asked.

    Demands on other roles are passed over; so is everything for somebody without a posting. Of demands on part of a unit
    the caller hands in those for which the person was chosen.
    """
    if profile.role is None or profile.mission is None:
        return ()
    return tuple(_requirement(asked, profile, on=on) for asked in _by_competency(demands, profile.role))


def _by_competency(demands: Iterable[Demand], role: Role) -> Collection[Sequence[Demand]]:
    """The demands on a role, those for one competency together."""
    found: dict[CompetencyKey, list[Demand]] = {}
    for demand in demands:
        if demand.role is role:
            found.setdefault(demand.competency, []).append(demand)
    return found.values()


def _requirement(asked: Sequence[Demand], profile: PersonProfile, *, on: date) -> Requirement:
    level = max(each.level for each in asked)
    highest = [each for each in asked if each.level == level]
    ranked = sorted(asked, key=lambda each: (-each.level, -each.weight))
    return Requirement(
        person=profile.id,
        competency=ranked[0].competency,
        area=ranked[0].area,
        level=level,
        due_on=min(due_on(each, deployed_on=profile.deployed_on, on=on) for each in highest),
        weight=max(each.weight for each in asked),
        least_source=max((each.least_source for each in highest), key=lambda source: source.weight),
        refresher_months=min(each.refresher_months for each in highest),
        because=tuple(dict.fromkeys(ref for each in ranked for ref in each.because)),
    )


def asked_of(requirements: Iterable[Requirement], person: PersonId) -> tuple[Requirement, ...]:
    """Return the same requirements, asked of another person whose posting is alike."""
    # spelled out: `dataclasses.replace` costs three times as much, and a mission has tens of thousands of these
    return tuple(
        Requirement(
            person=person,
            competency=each.competency,
            area=each.area,
            level=each.level,
            due_on=each.due_on,
            weight=each.weight,
            least_source=each.least_source,
            refresher_months=each.refresher_months,
            because=each.because,
        )
        for each in requirements
    )


def chosen_of(
    members: Collection[PersonProfile], *, demand: Demand, holders: Collection[PersonId]
) -> tuple[PersonId, ...]:
    """Return which members of a unit a demand on part of it falls to: holders first, then who stays longest, then by id.

    All of them where the unit has fewer than asked for; a share is rounded up.
    """
    ranked = sorted(
        members,
        key=lambda each: (each.id not in holders, -(each.rotates_on or date.max).toordinal(), each.id),
    )
    return tuple(each.id for each in ranked[: part_size(demand, len(members))])


def part_size(demand: Demand, members: int) -> int:
    """Return of how many of so many members a demand on part of a unit asks something; it may be more than there are."""
    return demand.scope_size if demand.scope is Scope.AT_LEAST else -(-demand.scope_size * members // 100)


def demands_by_role(
    tasks: Mapping[MissionId, Iterable[MandatedTask]],
    rules: Sequence[RequirementRule],
    *,
    competencies: Mapping[CompetencyKey, Competency],
    on: date,
) -> DemandsByRole:
    """Return what the tasks of each mission ask of each role; every role of every mission is there.

    Rules for a competency that is retired on the day ask nothing.
    """
    areas = {key: each.area for key, each in competencies.items() if each.retired_on is None or on < each.retired_on}
    return {
        (mission, role): demands_from(found, rules, role=role, areas=areas, mission=mission)
        for mission, found in tasks.items()
        for role in Role
    }


def partly_asked(profiles: Iterable[PersonProfile], *, demands: DemandsByRole) -> frozenset[Group]:
    """Return the groups of which the demands ask part, among those that these people belong to."""
    partial = {key for key, found in demands.items() if any(each.scope is not Scope.EVERYONE for each in found)}
    return frozenset(
        group for each in profiles if (group := _group_of(each)) is not None and (group[0], group[2]) in partial
    )


def _group_of(profile: PersonProfile) -> Group | None:
    if profile.mission is None or profile.role is None:
        return None
    return profile.mission, profile.unit, profile.role


def fallen_on(
    everybody: Iterable[PersonProfile],
    *,
    groups: Collection[Group],
    demands: DemandsByRole,
    evidence: Mapping[PersonId, Sequence[Evidence]],
    on: date,
) -> Mapping[PersonId, tuple[Demand, ...]]:
    """Return on whom of the groups the demands on part of a unit fall; `everybody` holds the groups whole."""
    members_of: defaultdict[Group, list[PersonProfile]] = defaultdict(list)
    for each in everybody:
        group = _group_of(each)
        if group is not None and group in groups:
            members_of[group].append(each)
    found: defaultdict[PersonId, list[Demand]] = defaultdict(list)
    for (mission, _, role), members in members_of.items():
        for demand in demands[mission, role]:
            if demand.scope is Scope.EVERYONE:
                continue
            holders = {each.id for each in members if _holds(evidence.get(each.id, ()), demand, on=on)}
            for person in chosen_of(members, demand=demand, holders=holders):
                found[person].append(demand)
    return {person: tuple(fallen) for person, fallen in found.items()}


def _holds(evidence: Sequence[Evidence], demand: Demand, *, on: date) -> bool:
    """Whether some of a person's evidence meets the demand and counts on the day, for long or not."""
    least = demand.least_source.weight
    return any(
        each.competency == demand.competency
        and each.level >= demand.level
        and each.source.weight >= least
        and competency_rules.counts(each, on=on)
        for each in evidence
    )


def shared_out(
    profiles: Iterable[PersonProfile],
    *,
    demands: DemandsByRole,
    fallen: Mapping[PersonId, tuple[Demand, ...]],
    on: date,
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """Return what the demands ask of each of the people who have a posting.

    `fallen` names those on whom the demands on part of a unit fall.
    """
    asked = asked_alike(profiles, demands=demands, fallen=fallen, on=on)
    return {
        person: found if all(each.person == person for each in found) else asked_of(found, person)
        for person, found in asked.items()
    }


def asked_alike(
    profiles: Iterable[PersonProfile],
    *,
    demands: DemandsByRole,
    fallen: Mapping[PersonId, tuple[Demand, ...]],
    on: date,
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """Return the same for counting: people whose postings are alike share one set.

    A requirement of it names the first person of whom it is asked just so, who may stand in another set.
    """
    of_everyone = {key: tuple(each for each in found if each.scope is Scope.EVERYONE) for key, found in demands.items()}
    # people whose postings are alike are asked the same, and sets differ in few requirements; all is worked out once
    found: dict[tuple[object, ...], Requirement] = {}
    alike: dict[tuple[object, ...], tuple[Requirement, ...]] = {}
    answer: dict[PersonId, tuple[Requirement, ...]] = {}
    for profile in profiles:
        if profile.mission is None or profile.role is None:
            continue
        own = fallen.get(profile.id, ())
        deployed_on = profile.deployed_on if profile.deployed_on and on < profile.deployed_on else None
        key = (profile.mission, profile.role, deployed_on, tuple(id(each) for each in own))
        if key not in alike:
            asked = _by_competency((*of_everyone[profile.mission, profile.role], *own), profile.role)
            keys = [(deployed_on, *map(id, each)) for each in asked]
            for each, same in zip(keys, asked, strict=True):
                if each not in found:
                    found[each] = _requirement(same, profile, on=on)
            alike[key] = tuple(found[each] for each in keys)
        answer[profile.id] = alike[key]
    return answer


def check_rules(
    rules: Sequence[RequirementRule],
    *,
    known: Collection[CompetencyKey],
    before: Collection[RequirementRule] = (),
) -> tuple[Problem, ...]:
    """Return all that is wrong with a set of rules; `known` are the competencies of the frameworks in use.

    A rule that stands so among those before is not judged again: a competency retired since keeps nobody from changing others.
    """
    problems: list[Problem] = []
    seen: set[str] = set()
    kept = frozenset(before)
    for rule in rules:
        for field, message in () if rule in kept else _rule_problems(rule, known=known):
            problems.append(Problem(field=field, message=message))
        if rule.key in seen:
            said = wording("Two rules have the key {rule}. Give one of them another.", rule=rule.key)
            problems.append(Problem(field="key", message=said))
        seen.add(rule.key)
    return tuple(problems)


def _rule_problems(rule: RequirementRule, *, known: Collection[CompetencyKey]) -> Iterable[tuple[str, Wording]]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.key):
        yield "key", wording("Write the key {rule} in small letters, digits and hyphens.", rule=rule.key)
    if rule.task_kind is not None and rule.task_kind not in TASK_KINDS:
        yield "task_kind", wording("Choose a task of the list for the rule {rule}.", rule=rule.key)
    if rule.task_kind is None and rule.modality is not None:
        yield (
            "modality",
            wording("The rule {rule} names no task, so it cannot depend on a way of acting.", rule=rule.key),
        )
    if rule.competency not in known:
        said = wording(
            "The rule {rule} asks for {competency}, which no framework in use has. Choose another competency.",
            rule=rule.key,
            competency=rule.competency,
        )
        yield "competency", said
    if not rule.level:
        yield "level", wording("Choose a level from 1 to 4 for the rule {rule}.", rule=rule.key)
    if not 1 <= rule.weight <= 100:
        yield "weight", wording("Enter a weight from 1 to 100 for the rule {rule}.", rule=rule.key)
    if rule.scope is not Scope.EVERYONE and rule.scope_size < 1:
        yield "scope_size", wording("Enter how many the rule {rule} asks for.", rule=rule.key)
    if rule.scope is Scope.SHARE and rule.scope_size > 100:
        yield "scope_size", wording("Enter a share of at most 100 percent for the rule {rule}.", rule=rule.key)
    if rule.due is DueRule.BY_DATE and rule.due_on is None:
        yield "due_on", wording("Enter the day by which the rule {rule} is to be met.", rule=rule.key)
    if rule.due_days < 0:
        yield "due_days", wording("Enter a number of days of at least 0 for the rule {rule}.", rule=rule.key)


def key_for(rule: RequirementRule, *, taken: Collection[str]) -> str:
    """Return a key for a new rule that says what it is about and is not taken."""
    about = re.sub(r"[^a-z0-9]+", "-", f"{rule.task_kind or 'baseline'} {rule.competency}".lower()).strip("-")
    numbered = (f"{about}-{number}" for number in count(2))
    return next(key for key in chain((about,), numbered) if key not in taken)


def changed_rules(before: Iterable[RequirementRule], after: Iterable[RequirementRule]) -> tuple[str, ...]:
    """Return the keys of rules that were added, changed or dropped, in alphabetical order."""
    was = {rule.key: rule for rule in before}
    will_be = {rule.key: rule for rule in after}
    return tuple(sorted(key for key in was.keys() | will_be.keys() if was.get(key) != will_be.get(key)))
