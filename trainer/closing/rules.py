"""What ends when a mission ends, and what still counts where people go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from trainer.accounts.values import ClosingDays, NewPosting, PersonProfile
from trainer.catalogue.values import AtLevel
from trainer.closing.values import EndingTask, Need, PartNeed
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Evidence, Requirement, Waiver
from trainer.kernel.values import PersonId
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import DemandsByRole, MandatedTask, Scope


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


def parts_of(
    members: Iterable[PersonProfile],
    *,
    coming: Collection[PersonId],
    groups: Collection[mandate_rules.Group],
    demands: DemandsByRole,
    evidence: Mapping[PersonId, Sequence[Evidence]],
    waivers: Mapping[PersonId, Sequence[Waiver]],
    on: date,
) -> tuple[PartNeed, ...]:
    """Return what is asked of part of each of the groups, and how many of it hold it, the most missing first.

    As in readiness a waiver counts for somebody to whom the requirement falls, and beside what is held.
    """
    by_group: defaultdict[mandate_rules.Group, list[PersonProfile]] = defaultdict(list)
    for each in members:
        if each.mission is not None and each.role is not None and (each.mission, each.unit, each.role) in groups:
            by_group[each.mission, each.unit, each.role].append(each)
    found = []
    for (mission, unit, role), people in by_group.items():
        for demand in demands[mission, role]:
            if demand.scope is Scope.EVERYONE:
                continue
            asked = mandate_rules.requirements_from((demand,), people[0], on=on)
            gaps = {each.id: competency_rules.find_gaps(asked, evidence.get(each.id, ()), (), on=on) for each in people}
            holding = {person for person, missing in gaps.items() if not missing}
            chosen = mandate_rules.chosen_of(people, demand=demand, holders=holding)
            waived = sum(
                not competency_rules.find_gaps(asked, evidence.get(each, ()), waivers.get(each, ()), on=on)
                for each in set(chosen) - holding
            )
            found.append(
                PartNeed(
                    unit=unit,
                    role=role,
                    competency=demand.competency,
                    level=demand.level,
                    wanted=mandate_rules.part_size(demand, len(people)),
                    members=len(people),
                    holding=len(holding),
                    holding_now=len(holding - set(coming)),
                    waived=waived,
                )
            )
    return tuple(sorted(found, key=lambda each: (-each.missing, each.unit or 0, each.competency)))


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
