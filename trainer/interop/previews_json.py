"""Comparisons of mandates and previews of drafts as JSON: the same figures for pages, files and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from trainer.catalogue.values import AtLevel
from trainer.interop.mandates_json import path_of
from trainer.mandates.values import ComparedTask, Comparison, MandatedTask, MandateShift, Move, Reading
from trainer.previews.values import (
    AreaOutlook,
    CompetencyChange,
    Later,
    LaterDay,
    PlanFigures,
    Preview,
    RoleChange,
    Short,
)
from trainer.readiness.values import Readiness


def comparison_to_json(found: Comparison) -> dict[str, Any]:
    """Two readings and what moves between them, each task with its paragraph."""
    return {
        "before": _reading(found.before),
        "after": _reading(found.after),
        "texts_between": [
            {"symbol": each.symbol, "effective_on": each.effective_on.isoformat()} for each in found.between
        ],
        "counts": {move.value: len(found.of(move)) for move in Move},
        "tasks": [_compared(each) for each in found.tasks],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "mission": reading.mission.key,
        "on": reading.on.isoformat(),
        "known_at": _instant(reading.known_at),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _compared(each: ComparedTask) -> dict[str, Any]:
    task = each.move.task
    ended = each.ended
    return {
        "task_kind": task.task_kind,
        "area": task.area.value,
        "area_of_operations": task.area_of_operations,
        "move": each.move.move.value,
        "before": _task(each.move.before),
        "after": _task(each.move.after),
        "ended": ended
        and {
            "how": ended.kind.value,
            "symbol": ended.symbol,
            "paragraph": ended.paragraph or None,
            "on": ended.on.isoformat(),
        },
    }


def _task(task: MandatedTask | None) -> dict[str, Any] | None:
    if task is None:
        return None
    return {
        "modalities": [each.value for each in task.modalities],
        "force": task.force.value,
        "priority": task.priority,
        "since_on": task.since_on.isoformat(),
        "last_on": task.last_on.isoformat() if task.last_on else None,
        "symbol": task.symbol,
        "paragraph": task.paragraph,
        "inherited": task.inherited,
        "renewal_verified": task.renewal_verified,
    }


def preview_to_json(found: Preview) -> dict[str, Any]:
    """Everything that a preview says but the names of people."""
    return {
        "mission": found.mission.key,
        "symbol": found.draft.symbol,
        "on": found.on.isoformat(),
        "compared_on": found.from_on.isoformat(),
        "problems": [
            {"field": each.field, "path": path_of(each.field), "message": str(each.message)} for each in found.problems
        ],
        "tasks": _shift(found.shift),
        "people": {
            "in_mission": found.people,
            "asked_for_more": found.gaining,
            "asked_for_less": found.losing,
            "lacking": found.lacking,
        },
        "later": _later(found.later),
        "roles": [_role(each) for each in found.roles],
        "competencies": [_competency(each) for each in found.competencies],
        "units": [
            {
                "unit": each.name or None,
                "people": each.people,
                "gaining": each.gaining,
                "lacking": each.lacking,
                "losing": each.losing,
            }
            for each in found.units
        ],
        "plan": plan_to_json(found.plan),
        "plan_without": plan_to_json(found.without),
        "short": [short_to_json(each) for each in found.short],
        "readiness": {
            "all": outlook_to_json(found.total),
            **{each.area.value: outlook_to_json(each) for each in found.areas if each.area is not None},
        },
    }


def _later(later: Later) -> dict[str, Any]:
    return {
        "tasks_ended": later.ended,
        "tasks_begun": later.begun,
        "tasks_changed": later.changed,
        "people_asked_for_less": later.losing,
        "people_lacking": later.lacking,
        "days": [
            {
                "on": each.on.isoformat(),
                "last_on": each.last_on.isoformat(),
                "tasks": {move: tasks for move, tasks in _shift(each.shift).items() if move != Move.KEPT.value},
                "people": _later_people(each) if each.counted else None,
                "competencies": [_competency(one) for one in each.competencies],
            }
            for each in later.days
        ],
    }


def _later_people(day: LaterDay) -> dict[str, int]:
    return {
        "in_mission": day.people,
        "asked_for_more": day.gaining,
        "asked_for_less": day.losing,
        "lacking": day.lacking,
    }


def _shift(shift: MandateShift) -> dict[str, Any]:
    return {
        move.value: [
            {
                "task_kind": each.task.task_kind,
                "area": each.task.area.value,
                "area_of_operations": each.task.area_of_operations,
                "paragraph": each.task.paragraph,
            }
            for each in shift.of(move)
        ]
        for move in Move
    }


def _role(change: RoleChange) -> dict[str, Any]:
    return {
        "role": change.role.value,
        "people": change.people,
        "before": change.before,
        "after": change.after,
        "gained": _levels(change.gained),
        "lost": _levels(change.lost),
    }


def _levels(held: Iterable[AtLevel]) -> Mapping[str, int]:
    return {each.competency: int(each.level) for each in held}


def _competency(change: CompetencyChange) -> dict[str, Any]:
    return {
        "competency": change.competency,
        "area": change.area.value,
        "gaining": change.gaining,
        "holding": change.holding,
        "missing": change.missing,
        "losing": change.losing,
    }


def plan_to_json(figures: PlanFigures) -> dict[str, Any]:
    """The figures of a plan."""
    counts = figures.counts
    return {
        "people": {
            "gain": counts.gain,
            "lose": counts.lose,
            "replaced": counts.replaced,
            "untouched": counts.untouched,
        },
        "gaps": {"all": counts.gaps, "closed": counts.closed, "short": figures.short, "later": figures.later},
        "modules": figures.modules,
        "module_minutes": figures.minutes,
        "seats": figures.seats,
        "seat_days": figures.seat_days,
        "cost_minor_units": figures.cost,
        "objective": figures.objective,
        "bound": figures.bound,
        "gap_permille": figures.gap_permille,
    }


def short_to_json(each: Short) -> dict[str, Any]:
    """Where seats are short."""
    return {
        "competency": each.competency,
        "language": each.language or None,
        "region": each.region or None,
        "people": each.people,
        "without": each.without,
        "reasons": {reason.value: count for reason, count in each.reasons.items()},
    }


def outlook_to_json(outlook: AreaOutlook) -> list[dict[str, Any]]:
    """Readiness month by month, three ways."""
    return [
        {
            "on": point.on.isoformat(),
            "without": _ready(point.without),
            "with": _ready(point.before_plan),
            "with_plan": _ready(point.after_plan),
        }
        for point in outlook.points
    ]


def _ready(readiness: Readiness) -> dict[str, int]:
    return {"ready": readiness.ready, "required": readiness.required}
