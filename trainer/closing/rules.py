"""What ends when a mission ends, and what still counts where people go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from trainer.accounts.values import ClosingDays, NewPosting, PersonProfile
from trainer.catalogue.values import AtLevel
from trainer.closing.values import EndingTask, Need
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Evidence, Requirement, Waiver
from trainer.mandates.values import MandatedTask


def ending_of(tasks: Iterable[MandatedTask], closing: ClosingDays) -> tuple[EndingTask, ...]:
    """Return the tasks that end, the earliest first; those that end with what has not come last."""
    found = [
        EndingTask(
            task=task,
            runs_into_liquidation=closing.liquidates_on is not None
            and (task.ends_on is None or closing.liquidates_on < task.ends_on),
        )
        for task in tasks
        if (task.ends_on is not None and task.ends_on != closing.closes_on) or (task.ends_on is None and task.ends_with)
    ]
    return tuple(sorted(found, key=lambda each: each.task.ends_on or date.max))


def posted(profile: PersonProfile, to: NewPosting) -> PersonProfile:
    """Return where a person would stand in the new posting."""
    return replace(
        profile,
        role=to.role,
        mission=to.mission,
        unit=to.unit,
        deployed_on=to.starts_on,
        rotates_on=to.ends_on,
    )


def weighed(
    required: Sequence[Requirement],
    evidence: Iterable[Evidence],
    waivers: Iterable[Waiver],
    *,
    on: date,
) -> tuple[tuple[AtLevel, ...], tuple[Need, ...]]:
    """Return what of the requirements is met by what counts on a day, and what is not; what is waived is neither."""
    pieces, granted = tuple(evidence), tuple(waivers)
    gaps = competency_rules.find_gaps(required, pieces, granted, on=on)
    lacking = {each.requirement.competency for each in gaps}
    waived = {each.competency for each in granted if each.starts_on <= on < each.ends_on}
    counts = tuple(
        AtLevel(competency=each.competency, level=each.level)
        for each in required
        if each.competency not in lacking and each.competency not in waived
    )
    needs = tuple(
        Need(
            competency=each.requirement.competency,
            level=each.requirement.level,
            due_on=each.requirement.due_on,
            currency=each.currency,
        )
        for each in gaps
    )
    return counts, needs
