"""What an officer may decide of the last days of one task, and what the law is with that decision."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from trainer.accounts.values import ClosingDays
from trainer.kernel.values import Problem, Wording, wording
from trainer.mandates.rules.law import Identity, known
from trainer.mandates.values import Closure, ClosureMark, Instrument, MandatedTask


def speaks_last(instruments: Iterable[Instrument], *, of: Identity, on: date) -> Instrument | None:
    """Return the last text in effect on a day that speaks of a task: a decision on the task rests on it."""
    return next(
        (
            text
            for text in reversed(known(instruments))
            if text.effective_on <= on and any(line.identity == of for line in text.tasks)
        ),
        None,
    )


def with_closure(instruments: Iterable[Instrument], closure: Closure) -> tuple[Instrument, ...]:
    """Return the texts as if the decision had been made."""
    return tuple(
        replace(each, closures=(*each.closures, closure)) if each.id == closure.instrument else each
        for each in instruments
    )


def without_closure(instruments: Iterable[Instrument], closure: Closure) -> tuple[Instrument, ...]:
    """Return the texts as if the decision had never been made."""
    return tuple(
        replace(each, closures=tuple(one for one in each.closures if one.id != closure.id))
        if each.id == closure.instrument
        else each
        for each in instruments
    )


def check_closure(
    closure: Closure, *, task: MandatedTask, later: Sequence[MandatedTask], closing: ClosingDays
) -> tuple[Problem, ...]:
    """Return all that is wrong with a decision on a task in force; `later` is what texts announce of it.

    A decision can only shorten what texts say: none lets a task go on longer.
    """
    problems = []

    def say(field: str, message: Wording) -> None:
        problems.append(Problem(field=field, message=message))

    first, end = closure.liquidates_on, closure.ends_on
    if closure.mark is ClosureMark.LIQUIDATION:
        if first is None:
            say("liquidates_on", wording("Enter the first day on which it is only wound up."))
        elif first < task.since_on:
            say("liquidates_on", _since(task))
        elif task.ends_on is not None and task.ends_on <= first:
            say("liquidates_on", _over(task, closing))
        elif end is not None and end <= first:
            say("ends_on", wording("Enter a last day that is not before the winding up begins."))
    if end is not None and not any(each.field == "ends_on" for each in problems):
        anew = next((each for each in later if each.begins_on is not None and each.begins_on < end), None)
        if end <= task.since_on:
            say("ends_on", _since(task))
        elif task.ends_on is not None and task.ends_on < end:
            say("ends_on", _over(task, closing))
        elif anew is not None and anew.begins_on is not None:
            said = wording(
                "{symbol} gives it anew from {begins_on}: enter an earlier last day, or let that text end it.",
                symbol=anew.symbol,
                begins_on=anew.begins_on.isoformat(),
            )
            say("ends_on", said)
    if not closure.because.strip():
        say("because", wording("Say on what the decision rests: a letter, a plan, a meeting. It stays on file."))
    return tuple(problems)


def _since(task: MandatedTask) -> Wording:
    return wording(
        "The task has been in force since {since_on}: enter that day or a later one.",
        since_on=task.since_on.isoformat(),
    )


def _over(task: MandatedTask, closing: ClosingDays) -> Wording:
    assert task.last_on is not None
    if task.ends_on == closing.closes_on:
        return wording(
            "The last day of the mission is {ends_on}: nothing is in force after it.", ends_on=task.last_on.isoformat()
        )
    return wording(
        "A text ends the task on {ends_on}: only another text lets it go on longer.", ends_on=task.last_on.isoformat()
    )
