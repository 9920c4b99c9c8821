"""The figures of previews as pages show them: the lines of a chart, a table of months, drafts beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from trainer.mandates.values import TASK_KINDS, Move, TaskMove
from trainer.previews.values import AreaOutlook, Later, OutlookPoint, PlanFigures, Preview
from trainer.web.charts import Series
from trainer.web.filters import duration, number, ratio
from trainer.web.mandates.words import beginning_later, ending_later
from trainer.web.partners.shown import money


def lines_of(outlook: AreaOutlook) -> list[Series]:
    """Who would be ready without the text, with it, and with its plan."""
    return [
        {
            "label": gettext("ready without it"),
            "points": [(point.on, point.without.ready) for point in outlook.points],
        },
        {
            "label": gettext("ready with it, nothing assigned for it"),
            "points": [(point.on, point.before_plan.ready) for point in outlook.points],
        },
        {
            "label": gettext("ready with it and its plan"),
            "points": [(point.on, point.after_plan.ready) for point in outlook.points],
        },
    ]


def months_of(found: Preview) -> Sequence[tuple[AreaOutlook, Mapping[date, OutlookPoint]]]:
    """The areas that anything changes for, each with its points by day."""
    return [(each, {point.on: point for point in each.points}) for each in found.areas if each.changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure with the text and without it, in words."""

    label: str
    with_it: str
    without: str = ""
    """Empty where it says nothing."""


def figures_of(found: Preview) -> list[Figure]:
    """What the plan would be, with the text and without it."""
    return [
        Figure(label=label, with_it=with_it, without=without)
        for (label, with_it), (_, without) in zip(_plan(found.plan), _plan(found.without), strict=True)
    ]


def _plan(plan: PlanFigures) -> list[tuple[str, str]]:
    counts = plan.counts
    return [
        (gettext("Gaps closed"), ratio(counts.closed, counts.gaps)),
        (gettext("Gaps that nothing closes"), number(plan.short)),
        (gettext("Gaps left for a later plan"), number(plan.later)),
        (gettext("People who are given something"), number(counts.gain)),
        (gettext("People who lose something"), number(counts.lose)),
        (gettext("People with something in its place"), number(counts.replaced)),
        (gettext("People for whom nothing changes"), number(counts.untouched)),
        (gettext("New modules"), number(plan.modules)),
        (gettext("Hours of new modules"), duration(plan.minutes)),
        (gettext("New seats"), number(plan.seats)),
        (gettext("Days of new seats"), number(plan.seat_days)),
        (gettext("Cost of new seats and journeys"), money(plan.cost, "USD")),
    ]


def people_of(found: Preview) -> list[Figure]:
    """Of how many people something else is asked, and how many would be ready at the end, with the text and without it."""
    last = found.total.points[-1]
    return [
        Figure(label=gettext("People in the mission"), with_it=number(found.people)),
        Figure(label=gettext("Asked for more"), with_it=number(found.gaining)),
        Figure(label=gettext("Of these, lack some of it"), with_it=number(found.lacking)),
        Figure(label=gettext("Asked for less"), with_it=number(found.losing)),
        Figure(label=gettext("Asked for less later"), with_it=number(found.later.losing)),
        Figure(label=gettext("Tasks that end later"), with_it=_ended(found.later)),
        Figure(label=gettext("Lack what begins later"), with_it=number(found.later.lacking)),
        Figure(label=gettext("Tasks that begin or change later"), with_it=_begun(found.later)),
        Figure(
            label=gettext("Ready after six months, with its plan"),
            with_it=ratio(last.after_plan.ready, last.after_plan.required),
            without=ratio(last.without.ready, last.without.required),
        ),
    ]


def _ended(later: Later) -> str:
    return ending_later(later) if later.ended else number(0)


def _begun(later: Later) -> str:
    return beginning_later(later) if later.begun or later.changed else number(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMoves:
    """One task, and what each of some drafts does with it; None for one of another mission that has nothing of it."""

    first: TaskMove
    moves: tuple[TaskMove | None, ...]


def compared_tasks(previews: Sequence[Preview]) -> list[ComparedMoves]:
    """The tasks that at least one of the drafts moves, in the order of the vocabulary."""
    by_draft = [{move.task.identity: move for move in each.shift.moves} for each in previews]
    order = {kind: place for place, kind in enumerate(TASK_KINDS)}
    identities = sorted({key for moves in by_draft for key in moves}, key=lambda key: (order[key[0]], key[1]))
    rows = [tuple(moves.get(key) for moves in by_draft) for key in identities]
    return [
        ComparedMoves(first=next(each for each in row if each is not None), moves=row)
        for row in rows
        if any(each is not None and each.move is not Move.KEPT for each in row)
    ]
