"""Tasks, shifts and rules in words, as the pages of mandates say them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from markupsafe import Markup

from trainer.accounts.values import Certainty
from trainer.competencies.values import Area
from trainer.kernel.values import Problem
from trainer.mandates.values import (
    TASK_KINDS,
    Closure,
    ComparedTask,
    DueRule,
    Ending,
    EndingKind,
    Force,
    InstrumentDraft,
    MandatedTask,
    MandateShift,
    Move,
    RequirementRule,
    Scope,
    TaskKindKey,
    TaskLine,
    TaskMove,
)
from trainer.previews.values import Later
from trainer.web.filters import listed
from trainer.web.pages import Paged, paged
from trainer.web.words import DAY, name, symbol, worded


def kind_name(kind: TaskKindKey | str) -> str:
    """The name of a kind of task."""
    found = TASK_KINDS.get(TaskKindKey(kind))
    return gettext(found.name) if found else str(kind)


def task_name(task: MandatedTask | TaskLine | Closure) -> str:
    """The name of a task, with its area of operations when it has one."""
    if not task.area_of_operations:
        return kind_name(task.task_kind)
    return str(gettext("%(task)s in %(area)s", task=kind_name(task.task_kind), area=task.area_of_operations))


def how(task: MandatedTask | TaskLine) -> str:
    """How the mission is to act: "monitor and assist", "encouraged to assist", "encouraged"."""
    ways = listed(name(each) for each in task.modalities)
    if task.force is Force.REQUESTED:
        return ways
    return str(gettext("encouraged to %(ways)s", ways=ways) if ways else gettext("encouraged"))


def in_full(task: MandatedTask) -> str:
    """The task with how it is done and its priority."""
    if task.winding_up:
        return str(gettext("%(task)s: only wound up", task=task_name(task)))
    return str(
        gettext("%(task)s: %(how)s, priority %(priority)s", task=task_name(task), how=how(task), priority=task.priority)
    )


def dates_of(task: MandatedTask) -> str:
    """From when and until when, as far as that lies ahead or is known; empty otherwise."""
    if task.closure is not None:
        return closure_words(task.closure)
    if task.waits_for or task.ends_with:
        said = [gettext("once “%(name)s” has come", name=task.waits_for)] if task.waits_for else []
        if task.ends_with:
            said.append(gettext("until “%(name)s” has come", name=task.ends_with))
        return ", ".join(map(str, said))
    begins, last = task.begins_on, task.last_on
    if begins and last:
        return str(gettext("from %(start)s until %(end)s", start=_day(begins), end=_day(last)))
    if begins:
        return str(gettext("from %(start)s", start=_day(begins)))
    return str(gettext("until %(end)s", end=_day(last))) if last else ""


def closure_words(closure: Closure) -> str:
    """How the last days of a task were decided: "only wound up from 1 July 2027, until 31 December 2027"."""
    said = []
    if closure.liquidates_on:
        said.append(gettext("only wound up from %(day)s", day=_day(closure.liquidates_on)))
    if closure.last_on:
        said.append(gettext("until %(end)s", end=_day(closure.last_on)))
    if not said:
        said.append(gettext("until a text ends it or the mission closes"))
    return ", ".join(map(str, said))


def later_lines(shift: MandateShift) -> list[str]:
    """What moves on one later day, a line for each task: "Gender equality ends (S/RES/2790 (2025), 3)"."""
    said = {
        Move.DROPPED: gettext("%(task)s ends"),
        Move.ADDED: gettext("%(task)s begins"),
        Move.CHANGED: gettext("%(task)s changes to: %(how)s"),
    }
    return [
        str(said[each.move] % {"task": task_name(each.task), "how": how(each.task)})
        for each in shift.moves
        if each.move in said
    ]


def ending_later(later: Later) -> str:
    """How many tasks end on later days, and on which: "5 tasks end later: on 31 December 2026"."""
    days = listed(_day(each.last_on) for each in later.days if each.shift.dropped)
    return str(
        ngettext("1 task ends later: on %(days)s", "%(num)s tasks end later: on %(days)s", later.ended, days=days)
    )


def beginning_later(later: Later) -> str:
    """How many tasks begin or change on later days, and on which."""
    days = listed(_day(each.on) for each in later.days if each.shift.added or each.shift.changed)
    return str(
        ngettext(
            "1 task begins or changes later: on %(days)s",
            "%(num)s tasks begin or change later: on %(days)s",
            later.begun + later.changed,
            days=days,
        )
    )


MOVES = (Move.ADDED, Move.CHANGED, Move.DROPPED, Move.KEPT)
"""In the order in which they are shown."""


def shift_rows(moves: Iterable[TaskMove]) -> list[dict[str, Any]]:
    """The moves as the shift component takes them; a task that goes on leads to why it is asked."""
    return [
        {
            "move": each.move.value,
            "before": in_full(each.before) if each.before else "",
            "after": in_full(each.after) if each.after else "",
            "note": dates_of(each.after) if each.after else "",
            "url": url_for("chain.task", mission=each.task.mission, task=each.task.task_kind) if each.before else "",
        }
        for each in moves
    ]


def shift_page(shift: MandateShift, name: str, *, kept: bool = True) -> Paged[TaskMove]:
    """The page of the moves that was asked for by this parameter, in the order in which they are shown."""
    return paged([each for move in MOVES if kept or move is not Move.KEPT for each in shift.of(move)], name=name)


def shift_counts(shift: MandateShift) -> dict[str, int]:
    """How many of each move there are in all."""
    return {move.value: len(shift.of(move)) for move in MOVES}


def paragraph_words(paragraph: str) -> str:
    """The number of a paragraph, or in words that it has none."""
    return str(gettext("unnumbered")) if paragraph == "unnumbered" else paragraph


def ending_words(ended: Ending) -> str:
    """What ended a task: "ended by S/RES/2790 (2025), 3, on 1 January 2027"."""
    said = {"symbol": ended.symbol, "paragraph": paragraph_words(ended.paragraph), "day": _day(ended.on)}
    if ended.kind is EndingKind.DECIDED:
        return str(gettext("ended by decision from %(day)s on: %(because)s", because=ended.because, day=said["day"]))
    if ended.kind is EndingKind.NOT_MENTIONED:
        return str(gettext("%(symbol)s replaces the whole mandate from %(day)s and does not mention it", **said))
    if ended.kind is EndingKind.RAN_OUT:
        said["day"] = _day(ended.on - timedelta(days=1))
        return str(gettext("ran out on %(day)s, as %(symbol)s, %(paragraph)s, said", **said))
    return str(gettext("ended by %(symbol)s, %(paragraph)s, from %(day)s on", **said))


def cited_words(task: MandatedTask) -> str:
    """The text and paragraph behind a task, and whether the latest text mentions it."""
    said = {"symbol": task.symbol, "paragraph": paragraph_words(task.paragraph)}
    if task.inherited:
        return str(gettext("inherited from %(symbol)s, %(paragraph)s", **said))
    return str(gettext("%(symbol)s, %(paragraph)s", **said))


def compared_rows(tasks: Iterable[ComparedTask]) -> list[dict[str, Any]]:
    """Compared tasks as the shift component takes them, each row with its paragraph."""
    return [
        {
            "move": each.move.move.value,
            "before": in_full(each.move.before) if each.move.before else "",
            "after": in_full(each.move.after) if each.move.after else "",
            "note": symbol(_compared_note(each)),
            "url": "",
        }
        for each in tasks
    ]


def _compared_note(each: ComparedTask) -> str:
    before, after = each.move.before, each.move.after
    if each.ended:
        return ending_words(each.ended)
    if after is None:
        return cited_words(before) if before else ""
    if each.move.move is Move.CHANGED and before and before.symbol != after.symbol:
        return str(gettext("%(now)s; before: %(before)s", now=cited_words(after), before=cited_words(before)))
    return cited_words(after)


def moved(shift: MandateShift) -> bool:
    """Whether anything moves at all."""
    return bool(shift.added or shift.dropped or shift.changed)


def due(rule: RequirementRule) -> str:
    """By when a rule is to be met."""
    if rule.due is DueRule.BY_DATE and rule.due_on:
        return str(gettext("by %(day)s", day=_day(rule.due_on)))
    days = str(ngettext("%(num)s day after it takes effect", "%(num)s days after it takes effect", rule.due_days))
    if rule.due is DueRule.BEFORE_DEPLOYMENT:
        return str(gettext("before deployment, else %(days)s", days=days))
    return days


def of_whom(rule: RequirementRule) -> str:
    """Of whom of a unit a rule asks; empty for everyone."""
    if rule.scope is Scope.AT_LEAST:
        return str(ngettext("at least %(num)s of each unit", "at least %(num)s of each unit", rule.scope_size))
    if rule.scope is Scope.SHARE:
        return str(gettext("%(share)s %% of each unit", share=rule.scope_size))
    return ""


CERTAINTY_WORDS: Mapping[Certainty, str] = {
    Certainty.SEEN: lazy_gettext("the text itself"),
    Certainty.PART_SEEN: lazy_gettext("part of the text"),
    Certainty.KNOWLEDGE: lazy_gettext("general knowledge, not verified"),
}


def certainty_word(certainty: Certainty) -> str:
    """On what a fact about a mission or text is founded."""
    return str(CERTAINTY_WORDS[certainty])


def area_name(code: str) -> str:
    """The name of a mandate area by its code."""
    return name(Area(code))


def draft_problem(problem: Problem, draft: InstrumentDraft) -> Markup:
    """What is wrong with a draft, with the task, phase or condition it is about."""
    said = worded(problem.message)
    prefix, _, rest = (problem.field or "").partition("-")
    place = rest.partition("-")[0]
    if prefix == "milestones" and place.isdigit() and int(place) < len(draft.milestones):
        return Markup("{}: {}").format(draft.milestones[int(place)].name or gettext("A phase or condition"), said)
    if prefix != "tasks" or not place.isdigit() or int(place) >= len(draft.tasks):
        return said
    return Markup("{}: {}").format(task_name(draft.tasks[int(place)]), said)


def kinds_by_area(kinds: Iterable[TaskKindKey]) -> Mapping[str, list[tuple[str, str]]]:
    """Kinds of task with their names under the names of their areas, as a select field takes them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds:
        found.setdefault(name(TASK_KINDS[kind].area), []).append((kind, kind_name(kind)))
    return found


def day_words(day: date | None) -> str:
    """A day in full; empty for none."""
    return "" if day is None else _day(day)


def _day(day: date) -> str:
    return format_date(day, DAY, locale=get_locale())


FILTERS: dict[str, Callable[..., object]] = {
    "area_name": area_name,
    "certainty_word": certainty_word,
    "closure_words": closure_words,
    "compared_rows": compared_rows,
    "draft_problem": draft_problem,
    "ending_words": ending_words,
    "paragraph_words": paragraph_words,
    "rule_due": due,
    "rule_scope": of_whom,
    "shift_counts": shift_counts,
    "shift_moves": moved,
    "shift_page": shift_page,
    "shift_rows": shift_rows,
    "task_dates": dates_of,
    "task_how": how,
    "task_in_full": in_full,
    "task_kind_name": kind_name,
    "task_name": task_name,
    "later_lines": later_lines,
    "ending_later": ending_later,
    "beginning_later": beginning_later,
}
"""Handed to the template environment with the blueprint."""
