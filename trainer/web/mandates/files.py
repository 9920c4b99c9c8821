"""The rows of mandates as files of comma-separated values hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from flask_babel import gettext
from markupsafe import escape

from trainer.mandates.values import Comparison, MandatedTask, MandateTable, MissionPage
from trainer.previews.values import Preview
from trainer.web.mandates.outlooks import figures_of, people_of
from trainer.web.mandates.words import closure_words, ending_words, how, kind_name, later_lines
from trainer.web.words import name


def _task_heads() -> tuple[str, ...]:
    return gettext("Area"), gettext("Task"), gettext("Area of operations")


def _task(task: MandatedTask) -> tuple[str, ...]:
    return name(task.area), kind_name(task.task_kind), task.area_of_operations


def task_heads() -> Sequence[str]:
    """Of the tasks on a day."""
    return (
        *_task_heads(),
        gettext("How"),
        gettext("Priority"),
        gettext("Text"),
        gettext("Paragraph"),
        gettext("Since"),
        gettext("Begins"),
        gettext("Last day"),
        gettext("Inherited"),
        gettext("Renewal verified"),
        gettext("Decision on its last days"),
    )


def task_rows(page: MissionPage) -> Iterator[Sequence[object]]:
    """One row for each task in force, then for what is announced."""
    for task in (*page.tasks, *page.announced):
        yield (
            *_task(task),
            how(task),
            task.priority,
            task.symbol,
            task.paragraph,
            task.since_on.isoformat(),
            task.begins_on.isoformat() if task.begins_on else "",
            task.last_on.isoformat() if task.last_on else "",
            _yes(said=task.inherited),
            _yes(said=task.renewal_verified),
            _decision(task),
        )


def _decision(task: MandatedTask) -> str:
    """How an officer decided on its last days, and why."""
    if task.closure is None:
        return ""
    return f"{name(task.closure.mark)}, {closure_words(task.closure)}: {task.closure.because}"


def _yes(*, said: bool) -> str:
    return str(gettext("yes") if said else gettext("no"))


def table_heads() -> Sequence[str]:
    """Of the table of areas and texts."""
    return (
        gettext("Text"),
        gettext("In effect from"),
        *_task_heads(),
        gettext("What the text does"),
        gettext("How"),
        gettext("Priority"),
        gettext("Paragraph"),
        gettext("Of the text"),
        gettext("Why it ended"),
    )


def table_rows(table: MandateTable) -> Iterator[Sequence[object]]:
    """One row for each text and task, the oldest text first."""
    # a word is looked up once, not for each of fifty thousand rows
    named, kind_named = cache(name), cache(kind_name)
    ways: dict[tuple[object, ...], str] = {}
    for text, found in zip(table.texts, table.steps, strict=True):
        effective_on = text.effective_on.isoformat()
        for step in found.steps:
            task = step.task
            manner = (task.modalities, task.force)
            if manner not in ways:
                ways[manner] = how(task)
            yield (
                text.symbol,
                effective_on,
                named(task.area),
                kind_named(task.task_kind),
                task.area_of_operations,
                named(step.kind),
                ways[manner],
                task.priority,
                step.paragraph,
                step.ended.symbol if step.ended else task.symbol,
                ending_words(step.ended) if step.ended else "",
            )


def compare_heads() -> Sequence[str]:
    """Of two readings."""
    return (
        *_task_heads(),
        gettext("What moves"),
        gettext("How, before"),
        gettext("Priority, before"),
        gettext("Text, before"),
        gettext("Paragraph, before"),
        gettext("How, after"),
        gettext("Priority, after"),
        gettext("Text, after"),
        gettext("Paragraph, after"),
        gettext("Why it ended"),
    )


def compare_rows(found: Comparison) -> Iterator[Sequence[object]]:
    """One row for each task of either."""
    for each in found.tasks:
        yield (
            *_task(each.move.task),
            each.move.move.value,
            *_side(each.move.before),
            *_side(each.move.after),
            ending_words(each.ended) if each.ended else "",
        )


def _side(task: MandatedTask | None) -> Sequence[object]:
    return ("", "", "", "") if task is None else (how(task), task.priority, task.symbol, task.paragraph)


def preview_heads() -> Sequence[str]:
    """Of the figures of a preview."""
    return gettext("Day"), gettext("Figure"), gettext("With the text"), gettext("Without it")


def preview_rows(found: Preview) -> Iterator[Sequence[object]]:
    """The readable figures, then for each later day the tasks that move and the people it concerns."""
    for figure in (*people_of(found), *figures_of(found)):
        with_it, without = (escape(each).striptags() for each in (figure.with_it, figure.without))
        yield found.from_on.isoformat(), figure.label, with_it, without
    for day in found.later.days:
        on = day.on.isoformat()
        for line in later_lines(day.shift):
            yield on, gettext("Task"), line, ""
        if day.counted:
            yield on, gettext("No longer asked for something"), day.losing, ""
            yield on, gettext("Newly asked for something"), day.gaining, ""
            yield on, gettext("Of these, will lack it"), day.lacking, ""
