"""What a change of many rules makes of them, and how two people's changes of the same rules are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from trainer.accounts.values import MissionCard, MissionId, Role
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import Problem, wording
from trainer.mandates.rules import asks_else, key_for
from trainer.mandates.values import DemandsByRole, DueRule, RequirementRule, Scope
from trainer.requirements.rules.matrix import difference
from trainer.requirements.values import (
    ChangeKind,
    Chosen,
    MissionReach,
    Reach,
    RoleReach,
    RolesChange,
    RulesChange,
    roles_of,
)

Headcount = Mapping[tuple[MissionId, Role], int]
"""People by mission and role."""


def changed(rules: Sequence[RequirementRule], *, chosen: Chosen, change: RulesChange) -> tuple[RequirementRule, ...]:
    """Return all rules as the change makes them; keys that no rule has are passed over.

    A rule that is changed for some of its roles alone is split: it stays for the others, and a new rule asks the chosen ones.
    New rules stand behind those that were there. A copy that a rule already says is not made.
    """
    found: list[RequirementRule] = []
    new: list[RequirementRule] = []
    for rule in rules:
        if rule.key not in chosen:
            found.append(rule)
            continue
        kept, made = _of_one(rule, change, only_for=chosen[rule.key])
        found += kept
        new += made
    said = {_said(rule) for rule in found}
    taken = {rule.key for rule in rules}
    for rule in new:
        if _said(rule) not in said:
            key = key_for(rule, taken=taken)
            taken.add(key)
            said.add(_said(rule))
            found.append(replace(rule, key=key))
    return tuple(found)


def _of_one(
    rule: RequirementRule, change: RulesChange, *, only_for: tuple[Role, ...]
) -> tuple[tuple[RequirementRule, ...], tuple[RequirementRule, ...]]:
    """What stays under its key, and what is asked anew."""
    chosen = tuple(role for role in roles_of(rule) if not only_for or role in only_for)
    if not chosen:
        return (rule,), ()
    others = tuple(role for role in roles_of(rule) if role not in chosen)
    rest = (replace(rule, roles=others),) if others else ()
    if change.kind is ChangeKind.DROP:
        return rest, ()
    if change.kind is ChangeKind.COPY:
        asked = change.roles or (chosen if others else rule.roles)
        copied = replace(rule, roles=_short(asked), task_kind=change.to_task or rule.task_kind)
        return (rule,), (copied if copied.task_kind is not None else replace(copied, modality=None),)
    made = _with(rule if not others else replace(rule, roles=chosen), change)
    if made is None:
        return rest, ()
    return (rest, (made,)) if others else ((made,), ())


def _with(rule: RequirementRule, change: RulesChange) -> RequirementRule | None:
    """The rule with what the change says; None where it leaves nobody to be asked."""
    roles = _roles_after(rule, change)
    if not roles:
        return None
    due = rule.due if change.due is None else change.due
    scope = rule.scope if change.scope is None else change.scope
    return replace(
        rule,
        roles=rule.roles if change.roles_change is RolesChange.KEEP else _short(roles),
        level=rule.level if change.level is None else change.level,
        due=due,
        due_days=rule.due_days if change.due_days is None else change.due_days,
        due_on=None if due is not DueRule.BY_DATE else rule.due_on if change.due_on is None else change.due_on,
        scope=scope,
        scope_size=0 if scope is Scope.EVERYONE else _size(rule, change),
        weight=rule.weight if change.weight is None else change.weight,
        least_source=rule.least_source if change.least_source is None else change.least_source,
        refresher_months=rule.refresher_months if change.refresher_months is None else change.refresher_months,
    )


def _size(rule: RequirementRule, change: RulesChange) -> int:
    if change.scope_size is not None:
        return change.scope_size
    return rule.scope_size if change.scope in (None, rule.scope) else 0


def _roles_after(rule: RequirementRule, change: RulesChange) -> tuple[Role, ...]:
    before = roles_of(rule)
    if change.roles_change is RolesChange.SET:
        return change.roles or tuple(Role)
    if change.roles_change is RolesChange.ADD:
        return tuple(role for role in Role if role in before or role in change.roles)
    if change.roles_change is RolesChange.TAKE:
        return tuple(role for role in before if role not in change.roles)
    return before


def _short(roles: Iterable[Role]) -> tuple[Role, ...]:
    """In their order; all of them are said by naming none."""
    found = tuple(role for role in Role if role in set(roles))
    return () if len(found) == len(Role) else found


def _said(rule: RequirementRule) -> RequirementRule:
    """What a rule says, whatever its key."""
    return replace(rule, key="", roles=_short(roles_of(rule)))


def problems_of(change: RulesChange, *, chosen: int) -> tuple[Problem, ...]:
    """Return all that is wrong with a change before any rule is looked at."""
    found: list[Problem] = []
    if not chosen:
        found.append(Problem(field="rules", message=wording("Choose at least one rule.")))
    if change.kind is ChangeKind.COPY:
        if change.to_task is None and not change.roles:
            message = wording("Choose a task or roles to copy the rules to.")
            found.append(Problem(field="to_task", message=message))
        return tuple(found)
    if change.kind is ChangeKind.DROP:
        return tuple(found)
    if change == RulesChange(kind=ChangeKind.CHANGE):
        found.append(Problem(field=None, message=wording("Say what is to change: everything is left as it is.")))
    if change.due is DueRule.BY_DATE and change.due_on is None:
        found.append(Problem(field="due_on", message=wording("Enter the day by which it is due.")))
    if change.scope not in (None, Scope.EVERYONE) and change.scope_size is None:
        found.append(Problem(field="scope_size", message=wording("Enter how many, or what percentage.")))
    if change.roles_change in (RolesChange.ADD, RolesChange.TAKE) and not change.roles:
        found.append(Problem(field="roles", message=wording("Choose the roles.")))
    return tuple(found)


# Two people's changes


def merged(
    base: Sequence[RequirementRule], mine: Sequence[RequirementRule], theirs: Sequence[RequirementRule]
) -> tuple[tuple[RequirementRule, ...], tuple[str, ...]]:
    """Put what I changed since the base on top of what they made of it.

    Returns the rules and, in alphabetical order, the keys of those that both changed, each otherwise: these stay as theirs.
    """
    my_moves = {each.rule.key: each for each in difference(base, mine).moves}
    their_moves = {each.rule.key: each for each in difference(base, theirs).moves}
    both = {key for key in my_moves.keys() & their_moves.keys() if my_moves[key].after != their_moves[key].after}
    after = {key: move.after for key, move in my_moves.items() if key not in both}
    kept = [after.get(rule.key, rule) for rule in theirs]
    there = {rule.key for rule in theirs}
    added = [rule for key, rule in after.items() if rule is not None and key not in there]
    return tuple(rule for rule in (*kept, *added) if rule is not None), tuple(sorted(both))


# Whom it touches


def reach_of(
    before: DemandsByRole, after: DemandsByRole, *, headcount: Headcount, missions: Iterable[MissionCard], on: date
) -> Reach:
    """Return whom a change touches, by role and by mission: people of roles of whom a mission asks something else."""
    cards = tuple(missions)
    touched = {key for key, found in before.items() if asks_else(found, after.get(key, ()), on=on)}
    roles = []
    for role in Role:
        keys = [(card.id, role) for card in cards]
        gained: dict[CompetencyKey, Level] = {}
        lost: dict[CompetencyKey, Level] = {}
        for key in keys:
            if key in touched:
                was, will_be = _levels(before, key), _levels(after, key)
                _raise(gained, will_be, than=was)
                _raise(lost, was, than=will_be)
        people = sum(headcount.get(key, 0) for key in keys)
        if people or any(key in touched for key in keys):
            roles.append(
                RoleReach(
                    role=role,
                    people=people,
                    touched=sum(headcount.get(key, 0) for key in keys if key in touched),
                    gained=_at_levels(gained),
                    lost=_at_levels(lost),
                )
            )
    found = [
        MissionReach(
            mission=card,
            people=sum(headcount.get((card.id, role), 0) for role in Role),
            touched=sum(headcount.get((card.id, role), 0) for role in Role if (card.id, role) in touched),
        )
        for card in cards
    ]
    return Reach(
        roles=tuple(roles),
        missions=tuple(
            sorted((each for each in found if each.touched), key=lambda each: (-each.touched, each.mission.name))
        ),
    )


def _levels(demands: DemandsByRole, key: tuple[MissionId, Role]) -> dict[CompetencyKey, Level]:
    found: dict[CompetencyKey, Level] = {}
    for demand in demands.get(key, ()):
        found[demand.competency] = max(demand.level, found.get(demand.competency, Level.NONE))
    return found


def _raise(
    into: dict[CompetencyKey, Level], levels: Mapping[CompetencyKey, Level], *, than: Mapping[CompetencyKey, Level]
) -> None:
    for competency, level in levels.items():
        if level > than.get(competency, Level.NONE):
            into[competency] = max(level, into.get(competency, Level.NONE))


def _at_levels(levels: Mapping[CompetencyKey, Level]) -> tuple[AtLevel, ...]:
    return tuple(AtLevel(competency=key, level=levels[key]) for key in sorted(levels))
