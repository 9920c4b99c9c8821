"""What a text changes on later days than the one on which it takes effect: tasks that it lets end, or begin, by their own dates.

Pure. On each of these days the mandate as the text makes it is set against the same without these moves, so that what other
texts do on the same day is not laid at its door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from trainer.accounts.values import MissionId
from trainer.kernel.values import PersonId
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import MandatedTask, MandateShift, TaskMove
from trainer.planning.values import Sources
from trainer.previews import rules
from trainer.previews.values import CompetencyChange, Later, LaterDay, PersonChange

MOST_DAYS, FEWEST_DAYS = 24, 6
PERSON_DAYS = 120_000
"""On so many days people are counted, and of a large mission on fewer: each costs as much as a page of its readiness."""


def days_counted(people: int) -> int:
    """Return on how many later days the people of a mission are counted, by how many they are."""
    return max(FEWEST_DAYS, min(MOST_DAYS, PERSON_DAYS // max(1, people)))


def later_of(
    sources: Sources, without: rules.Texts, with_it: rules.Texts, *, mission: MissionId, from_on: date
) -> Later:
    """Return what the text ends, changes and begins after `from_on`, day by day, as far as its tasks reach.

    People are counted on the first of the days, however far these lie: on `days_counted` of them.
    """
    most = days_counted(len(sources.people))
    days: list[LaterDay] = []
    losing: set[PersonId] = set()
    lacking: set[PersonId] = set()
    for on in sorted(each for each in mandate_rules.days_of(with_it) if each > from_on):
        shift = _turn(without, with_it, on=on)
        if shift is None:
            continue
        if len(days) >= most:
            days.append(LaterDay(on=on, shift=shift, counted=False))
            continue
        day, changed = _counted(sources, with_it, shift, mission=mission, on=on)
        days.append(day)
        losing.update(each.person for each in changed if each.lost)
        lacking.update(each.person for each in changed if each.missing)
    return Later(days=tuple(days), losing=len(losing), lacking=len(lacking))


def _turn(without: rules.Texts, with_it: rules.Texts, *, on: date) -> MandateShift | None:
    """What turns on the day with the text, but for what turns alike without it."""
    turn = mandate_rules.turn_of(tuple(with_it), on=on)
    if turn is None:
        return None
    anyway = mandate_rules.turn_of(tuple(without), on=on)
    known = {(each.task.identity, each.move) for each in anyway[0].moves} if anyway else set()
    moves = tuple(each for each in turn[0].moves if (each.task.identity, each.move) not in known)
    return replace(turn[0], moves=moves) if moves else None


def _counted(
    sources: Sources, with_it: rules.Texts, shift: MandateShift, *, mission: MissionId, on: date
) -> tuple[LaterDay, Sequence[PersonChange]]:
    people = rules.present(sources.people, on=on)
    tasks = mandate_rules.in_force(with_it, on=on)
    before, after = (
        rules.required_alike(rules.demands_of(each, sources, mission=mission, on=on), sources, people, on=on)
        for each in (_unmoved(tasks, shift.moves), tasks)
    )
    changed = rules.person_changes(before, after, sources, people, on=on)
    competencies: tuple[CompetencyChange, ...] = rules.competency_changes(changed, after, sources, on=on)
    day = LaterDay(
        on=on,
        shift=shift,
        counted=True,
        people=len(people),
        gaining=sum(bool(each.gained) for each in changed),
        lacking=sum(bool(each.missing) for each in changed),
        losing=sum(bool(each.lost) for each in changed),
        competencies=competencies,
    )
    return day, changed


def _unmoved(tasks: Sequence[MandatedTask], moves: Sequence[TaskMove]) -> tuple[MandatedTask, ...]:
    """The tasks of the day as they would be had these moves not come."""
    moved: Mapping[object, TaskMove] = {each.task.identity: each for each in moves}
    left = [each for each in tasks if each.identity not in moved]
    return (*left, *(each.before for each in moves if each.before is not None))
