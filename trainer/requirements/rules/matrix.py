"""Rules into rows and cells, and two states of them beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from trainer.accounts.values import Role
from trainer.competencies.values import Area, Competency, CompetencyKey
from trainer.mandates.values import TASK_KINDS, DueRule, MandatedTask, Move, RequirementRule, TaskKindKey
from trainer.requirements.values import (
    Difference,
    Matrix,
    MatrixRow,
    Pivot,
    RuleMove,
    Wanted,
    area_of,
    roles_of,
)

_PLACES: Mapping[TaskKindKey | None, int] = {kind: place for place, kind in enumerate((None, *TASK_KINDS))}


def in_order(
    rules: Iterable[RequirementRule], *, competencies: Mapping[CompetencyKey, Competency]
) -> tuple[RequirementRule, ...]:
    """Return the rules in the order of the vocabulary, then of the competencies, the highest level first."""
    places = {key: place for place, key in enumerate(competencies)}
    return tuple(
        sorted(
            rules,
            key=lambda each: (
                _PLACES.get(each.task_kind, len(_PLACES)),
                places.get(each.competency, len(places)),
                each.competency,
                -each.level,
                each.key,
            ),
        )
    )


def wanted_of(
    rules: Iterable[RequirementRule], *, wanted: Wanted, tasks: Collection[MandatedTask] | None
) -> tuple[RequirementRule, ...]:
    """Return the rules that are looked at; `tasks` are those in force in the mission asked about, None for no mission."""
    return tuple(each for each in rules if _is_wanted(each, wanted) and (tasks is None or applies(each, tasks)))


def _is_wanted(rule: RequirementRule, wanted: Wanted) -> bool:
    return (
        (wanted.area is None or area_of(rule) is wanted.area)
        and (wanted.role is None or wanted.role in roles_of(rule))
        and (wanted.competency is None or rule.competency == wanted.competency)
        and (wanted.task is None or rule.task_kind == wanted.task)
        and not (wanted.baseline and rule.task_kind is not None)
    )


def applies(rule: RequirementRule, tasks: Iterable[MandatedTask]) -> bool:
    """Whether a rule asks anything where these tasks are in force; the baseline asks everywhere."""
    return rule.task_kind is None or any(
        task.task_kind == rule.task_kind and (rule.modality is None or rule.modality in task.modalities)
        for task in tasks
    )


def matrix_of(
    rules: Sequence[RequirementRule],
    *,
    pivot: Pivot,
    role: Role | None = None,
    competencies: Mapping[CompetencyKey, Competency],
    tasks: Collection[MandatedTask] = (),
) -> Matrix:
    """Return the rules as a matrix; with a role only its columns. Of `tasks` each is put behind the row of its kind."""
    if pivot is Pivot.ROLE:
        return Matrix(pivot=pivot, columns=tuple(DueRule), rows=_by_task(rules, tuple(DueRule), tasks))
    roles = tuple(Role) if role is None else (role,)
    if pivot is Pivot.COMPETENCY:
        return Matrix(pivot=pivot, columns=roles, rows=_by_competency(rules, roles, competencies))
    return Matrix(pivot=pivot, columns=roles, rows=_by_task(rules, roles, tasks))


def _by_task(
    rules: Iterable[RequirementRule],
    columns: tuple[Role, ...] | tuple[DueRule, ...],
    tasks: Iterable[MandatedTask],
) -> tuple[MatrixRow, ...]:
    by_kind: defaultdict[TaskKindKey | None, list[RequirementRule]] = defaultdict(list)
    for rule in rules:
        by_kind[rule.task_kind].append(rule)
    behind: defaultdict[TaskKindKey | None, list[MandatedTask]] = defaultdict(list)
    for task in tasks:
        behind[task.task_kind].append(task)
    return tuple(
        MatrixRow(
            task_kind=kind,
            competency=None,
            area=area_of(found[0]),
            cells=_cells(found, columns),
            because=tuple(behind[kind]) if kind is not None else (),
        )
        for kind, found in sorted(by_kind.items(), key=lambda each: _PLACES.get(each[0], len(_PLACES)))
    )


def _by_competency(
    rules: Iterable[RequirementRule], roles: tuple[Role, ...], competencies: Mapping[CompetencyKey, Competency]
) -> tuple[MatrixRow, ...]:
    found: defaultdict[CompetencyKey, list[RequirementRule]] = defaultdict(list)
    for rule in rules:
        found[rule.competency].append(rule)
    known = [key for key in competencies if key in found]
    return tuple(
        MatrixRow(
            task_kind=None,
            competency=key,
            area=competencies[key].area if key in competencies else Area.CND,
            cells=_cells(found[key], roles),
        )
        for key in (*known, *(key for key in sorted(found) if key not in competencies))
    )


def _cells(
    rules: Sequence[RequirementRule], columns: tuple[Role, ...] | tuple[DueRule, ...]
) -> tuple[tuple[RequirementRule, ...], ...]:
    return tuple(tuple(rule for rule in rules if _stands_in(rule, column)) for column in columns)


def _stands_in(rule: RequirementRule, column: Role | DueRule) -> bool:
    if isinstance(column, DueRule):
        return rule.due is column
    return not rule.roles or column in rule.roles


def without_rule(
    rules: Iterable[RequirementRule], *, kinds: Iterable[TaskKindKey], tasks: Sequence[MandatedTask] | None
) -> tuple[TaskKindKey, ...]:
    """Return which of the kinds ask nothing of anybody: no rule names them, or none fits how a mission is to act."""
    rules = tuple(rules)
    if tasks is None:
        named = {rule.task_kind for rule in rules}
        return tuple(kind for kind in kinds if kind not in named)
    asking = {rule.task_kind for rule in rules if applies(rule, tasks)}
    there = {task.task_kind for task in tasks}
    return tuple(kind for kind in kinds if kind in there and kind not in asking)


def difference(before: Iterable[RequirementRule], after: Iterable[RequirementRule]) -> Difference:
    """Return what moves between two states of the rules, in the order of the vocabulary."""
    was = {rule.key: rule for rule in before}
    will_be = {rule.key: rule for rule in after}
    moves = [
        RuleMove(move=_move(was.get(key), will_be.get(key)), before=was.get(key), after=will_be.get(key))
        for key in was | will_be
        if was.get(key) != will_be.get(key)
    ]
    ranked = sorted(moves, key=lambda each: (_PLACES.get(each.rule.task_kind, len(_PLACES)), each.rule.key))
    return Difference(
        moves=tuple(ranked), kept=sum(was.get(key) == will_be.get(key) for key in was.keys() | will_be.keys())
    )


def _move(before: RequirementRule | None, after: RequirementRule | None) -> Move:
    if before is None:
        return Move.ADDED
    return Move.DROPPED if after is None else Move.CHANGED
