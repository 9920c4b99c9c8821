"""What follows from a text that is not on file, by the same rules as what is: requirements, figures of a plan, readiness.

Pure: everything on file comes in as the planner's sources; whoever asks has solved the plans.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from trainer.accounts.values import MissionId, PersonProfile, Role, UnitId
from trainer.catalogue.values import AtLevel
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, CompetencyKey, Currency, Level, Requirement
from trainer.kernel.values import PersonId
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import Demand, DemandsByRole, Instrument, MandatedTask
from trainer.planning.engine.explain import Reason
from trainer.planning.engine.lookup import money_of
from trainer.planning.engine.solver import Result
from trainer.planning.rules.question import OBSERVED, Snapshot
from trainer.planning.values import PlanCounts, Proposal, Sources, StepMove
from trainer.previews.values import (
    CompetencyChange,
    PersonChange,
    PlanFigures,
    RoleChange,
    Short,
    Shortage,
    UnitChange,
)
from trainer.readiness import rules as readiness_rules
from trainer.readiness.values import READY, Gain

Required = Mapping[PersonId, tuple[Requirement, ...]]
Texts = Sequence[Instrument]
_Place = tuple[MissionId, CompetencyKey, str, str]
"""Mission, competency, language and region."""

SHORTAGE_OF: Mapping[Reason, Shortage] = {
    Reason.NO_COURSE: Shortage.NOT_OFFERED,
    Reason.ROLE_FAMILY: Shortage.NOT_OFFERED,
    Reason.NO_SESSION: Shortage.NOT_OFFERED,
    Reason.LANGUAGE: Shortage.LANGUAGE,
    Reason.SEATS: Shortage.FULL,
    Reason.RESERVED: Shortage.FULL,
    Reason.BUDGET: Shortage.FULL,
    Reason.AVAILABILITY: Shortage.IN_TIME,
    Reason.TOO_LATE: Shortage.IN_TIME,
}
"""Reasons for which one more seat or module would help; for all others something comes first, or comes with a later plan."""

_MET = READY | {Currency.WAIVED}


# What is asked


def demands_of(tasks: Iterable[MandatedTask], sources: Sources, *, mission: MissionId, on: date) -> DemandsByRole:
    """What the tasks ask of each role, by the requirement rules in use."""
    return mandate_rules.demands_by_role(
        {mission: tuple(tasks)}, sources.rules.rules, competencies=sources.competencies, on=on
    )


def required_alike(demands: DemandsByRole, sources: Sources, people: Sequence[PersonProfile], *, on: date) -> Required:
    """What the demands ask of each of the people, who must be everybody in their missions.

    Who is asked alike shares one set, which names the first of them.
    """
    groups = mandate_rules.partly_asked(people, demands=demands)
    fallen = mandate_rules.fallen_on(people, groups=groups, demands=demands, evidence=sources.evidence, on=on)
    return mandate_rules.asked_alike(people, demands=demands, fallen=fallen, on=on)


def present(people: Iterable[PersonProfile], *, on: date) -> tuple[PersonProfile, ...]:
    """Those who have not rotated out by the day, as far as is known."""
    return tuple(each for each in people if each.rotates_on is None or on < each.rotates_on)


def role_changes(
    before: DemandsByRole, after: DemandsByRole, people: Iterable[PersonProfile], *, mission: MissionId
) -> tuple[RoleChange, ...]:
    """What each role is asked before and after, for roles that the mission has or that anything changes for."""
    count = Counter(each.role for each in people)
    found = []
    for role in Role:
        was, will_be = _levels(before.get((mission, role), ())), _levels(after.get((mission, role), ()))
        gained, lost = _difference(was, will_be)
        if count[role] or gained or lost:
            found.append(
                RoleChange(role=role, people=count[role], before=len(was), after=len(will_be), gained=gained, lost=lost)
            )
    return tuple(found)


def person_changes(
    before: Required, after: Required, sources: Sources, people: Iterable[PersonProfile], *, on: date
) -> tuple[PersonChange, ...]:
    """Everybody of whom something else is asked; those who lack most first, then by name."""
    found = []
    for profile in people:
        was, will_be = before.get(profile.id, ()), after.get(profile.id, ())
        if profile.role is None or _asked(was) == _asked(will_be):
            continue
        gained, lost = _difference(_asked(was), _asked(will_be))
        if not gained and not lost:
            continue
        new = {each.competency for each in gained}
        missing = _missing([each for each in will_be if each.competency in new], profile.id, sources, on=on)
        found.append(
            PersonChange(
                person=profile.id,
                name=profile.name,
                role=profile.role,
                unit=profile.unit,
                gained=gained,
                lost=lost,
                missing=len(missing),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.missing, -len(each.gained), each.name, each.person)))


def unit_changes(
    changed: Iterable[PersonChange], people: Iterable[PersonProfile], *, names: Mapping[UnitId, str]
) -> tuple[UnitChange, ...]:
    """The same by unit, those with most people who lack something first."""
    members = Counter(each.unit for each in people)
    by_unit: defaultdict[UnitId | None, list[PersonChange]] = defaultdict(list)
    for each in changed:
        by_unit[each.unit].append(each)
    found = [
        UnitChange(
            unit=unit,
            name="" if unit is None else names.get(unit, ""),
            people=members[unit],
            gaining=sum(bool(each.gained) for each in of_unit),
            lacking=sum(bool(each.missing) for each in of_unit),
            losing=sum(bool(each.lost) for each in of_unit),
        )
        for unit, of_unit in by_unit.items()
    ]
    return tuple(
        sorted(found, key=lambda each: (-each.lacking, -each.gaining, each.unit is None, each.name, each.unit or 0))
    )


def competency_changes(
    changed: Iterable[PersonChange], after: Required, sources: Sources, *, on: date
) -> tuple[CompetencyChange, ...]:
    """The same by competency, in the order of the areas, then those that most people lack first."""
    gaining: Counter[CompetencyKey] = Counter()
    losing: Counter[CompetencyKey] = Counter()
    lacking: Counter[CompetencyKey] = Counter()
    for each in changed:
        gaining.update(one.competency for one in each.gained)
        losing.update(one.competency for one in each.lost)
        if each.missing:
            new = {one.competency for one in each.gained}
            asked = [one for one in after[each.person] if one.competency in new]
            lacking.update(_missing(asked, each.person, sources, on=on))
    places = {area: place for place, area in enumerate(Area)}
    found = [
        CompetencyChange(
            competency=key,
            area=sources.competencies[key].area,
            gaining=gaining[key],
            holding=gaining[key] - lacking[key],
            losing=losing[key],
        )
        for key in gaining | losing
    ]
    return tuple(sorted(found, key=lambda each: (places[each.area], -each.missing, each.competency)))


def _levels(demands: Iterable[Demand]) -> Mapping[CompetencyKey, Level]:
    found: dict[CompetencyKey, Level] = {}
    for each in demands:
        found[each.competency] = max(each.level, found.get(each.competency, each.level))
    return found


def _asked(required: Iterable[Requirement]) -> Mapping[CompetencyKey, Level]:
    return {each.competency: each.level for each in required}


def _difference(
    before: Mapping[CompetencyKey, Level], after: Mapping[CompetencyKey, Level]
) -> tuple[tuple[AtLevel, ...], tuple[AtLevel, ...]]:
    gained = (AtLevel(competency=key, level=after[key]) for key in sorted(after) if after[key] > before.get(key, 0))
    lost = (AtLevel(competency=key, level=before[key]) for key in sorted(before) if before[key] > after.get(key, 0))
    return tuple(gained), tuple(lost)


def _missing(
    required: Sequence[Requirement], person: PersonId, sources: Sources, *, on: date
) -> tuple[CompetencyKey, ...]:
    evidence, waivers = sources.evidence.get(person, ()), sources.waivers.get(person, ())
    standings = readiness_rules.readiness_of(required, evidence, waivers, on=on)
    return tuple(each.competency for each in standings if each.currency not in _MET)


# What a plan would come to


def figures_of(snapshot: Snapshot, result: Result, proposal: Proposal) -> PlanFigures:
    """The figures of a plan: what it gives anew, what that costs, and what it leaves open."""
    instance, plan = snapshot.instance, result.plan
    rows = np.flatnonzero(~_is_old(snapshot, result))
    given = [snapshot.offers[number] for number in plan.session[rows].tolist()]
    by_seat = np.array([offer.session is not None for offer in given], bool)
    seats = rows[by_seat] if len(rows) else rows
    short = sum(1 for _ in _short_rows(snapshot, result))
    return PlanFigures(
        counts=proposal.counts,
        objective=int(result.objective),
        bound=int(result.bound),
        modules=sum(offer.session is None for offer in given),
        minutes=sum(offer.minutes for offer in given if offer.session is None),
        seats=len(seats),
        seat_days=sum(offer.end - offer.start + 1 for offer in given if offer.session is not None),
        cost=int(money_of(instance, plan.person[seats], plan.session[seats]).sum()),
        short=short,
        later=sum(SHORTAGE_OF.get(Reason(code)) is None for code in result.reasons.tolist() if code != Reason.CLOSED),
    )


def figures_by_mission(snapshot: Snapshot, result: Result, proposal: Proposal) -> Mapping[MissionId, PlanFigures]:
    """The same for each mission of the people; what a plan is worth, and its bound, are of the whole alone: 0."""
    instance, plan = snapshot.instance, result.plan
    mission_of = [asked.profile.mission for asked in snapshot.people]
    by_person = {asked.profile.id: asked.profile.mission for asked in snapshot.people}
    everybody = (*snapshot.people, *snapshot.settled)
    people = Counter(asked.profile.mission for asked in everybody)
    moved: defaultdict[tuple[MissionId | None, StepMove], set[PersonId]] = defaultdict(set)
    changed: defaultdict[MissionId | None, set[PersonId]] = defaultdict(set)
    for step in proposal.steps:
        mission = by_person[step.person]
        moved[mission, step.move].add(step.person)
        changed[mission].add(step.person)
    gaps: Counter[MissionId | None] = Counter()
    for asked in everybody:
        gaps[asked.profile.mission] += len(asked.wants) + asked.being_closed
    given: Counter[tuple[MissionId | None, str]] = Counter()
    new = np.flatnonzero(~_is_old(snapshot, result))
    money = money_of(instance, plan.person[new], plan.session[new]).tolist()
    for person, session, cost in zip(plan.person[new].tolist(), plan.session[new].tolist(), money, strict=True):
        mission, offer = mission_of[person], snapshot.offers[session]
        if offer.session is None:
            given[mission, "modules"] += 1
            given[mission, "minutes"] += offer.minutes
        else:
            given[mission, "seats"] += 1
            given[mission, "seat_days"] += offer.end - offer.start + 1
            given[mission, "cost"] += cost
    of_gap = np.repeat(np.arange(len(mission_of)), np.diff(instance.g_ptr)).tolist()
    short = Counter(mission_of[person] for person, _, _ in _short_rows(snapshot, result))
    unmet: Counter[MissionId | None] = Counter()
    later: Counter[MissionId | None] = Counter()
    for person, code in zip(of_gap, result.reasons.tolist(), strict=True):
        if code != Reason.CLOSED:
            unmet[mission_of[person]] += 1
            later[mission_of[person]] += SHORTAGE_OF.get(Reason(code)) is None
    return {
        mission: PlanFigures(
            counts=PlanCounts(
                gain=len(moved[mission, StepMove.GIVE]),
                lose=len(moved[mission, StepMove.WITHDRAW]),
                replaced=len(moved[mission, StepMove.REPLACE]),
                untouched=people[mission] - len(changed[mission]),
                gaps=gaps[mission],
                closed=gaps[mission] - unmet[mission],
                unmet=unmet[mission],
            ),
            objective=0,
            bound=0,
            modules=given[mission, "modules"],
            minutes=given[mission, "minutes"],
            seats=given[mission, "seats"],
            seat_days=given[mission, "seat_days"],
            cost=given[mission, "cost"],
            short=short[mission],
            later=later[mission],
        )
        for mission in people
        if mission is not None
    }


def _is_old(snapshot: Snapshot, result: Result) -> npt.NDArray[np.bool_]:
    """Of each seat of the plan, whether the person has it already."""
    instance, plan = snapshot.instance, result.plan
    found: npt.NDArray[np.bool_] = np.isin(
        plan.person * instance.sessions + plan.session,
        instance.old_person * instance.sessions + instance.old_session,
    )
    return found


def short_by_mission(
    after: tuple[Snapshot, Result], before: tuple[Snapshot, Result], *, regions: Mapping[MissionId, str]
) -> Mapping[MissionId, tuple[Short, ...]]:
    """Where a plan finds nothing, beside another plan: by competency, language and region, most people first."""
    reasons: defaultdict[_Place, Counter[Shortage]] = defaultdict(Counter)
    for place, why in _short_groups(*after, regions=regions):
        reasons[place][why] += 1
    without = Counter(place for place, _ in _short_groups(*before, regions=regions))
    found: defaultdict[MissionId, list[Short]] = defaultdict(list)
    for place in {**dict.fromkeys(reasons), **dict.fromkeys(without)}:
        mission, competency, language, region = place
        found[mission].append(
            Short(
                competency=competency,
                language=language,
                region=region,
                people=sum(reasons[place].values()) if place in reasons else 0,
                without=without[place],
                reasons=dict(reasons[place]) if place in reasons else {},
            )
        )
    return {
        mission: tuple(sorted(rows, key=lambda each: (-each.people, each.competency, each.language, each.region)))
        for mission, rows in found.items()
    }


def _short_rows(snapshot: Snapshot, result: Result) -> Iterable[tuple[int, int, Shortage]]:
    """Place of the person, of the gap, and what stands against it; what only observation proves is no matter of seats."""
    pointers, codes = snapshot.instance.g_ptr.tolist(), result.reasons.tolist()
    for person in range(len(snapshot.people)):
        for gap in range(pointers[person], pointers[person + 1]):
            why = SHORTAGE_OF.get(Reason(codes[gap]))
            if why is not None and snapshot.wants[gap].skill[1] != OBSERVED:
                yield person, gap, why


def _short_groups(
    snapshot: Snapshot, result: Result, *, regions: Mapping[MissionId, str]
) -> Iterable[tuple[_Place, Shortage]]:
    for person, gap, why in _short_rows(snapshot, result):
        profile = snapshot.people[person].profile
        if profile.mission is not None:
            language = profile.languages[0] if profile.languages else ""
            region = regions.get(profile.mission, "")
            yield (profile.mission, snapshot.wants[gap].gap.requirement.competency, language, region), why


def gains_of(sources: Sources, proposal: Proposal) -> Mapping[PersonId, tuple[Gain, ...]]:
    """What open assignments will give once the plan has taken effect; those overdue are not counted on."""
    gone = {each.assignment for each in proposal.steps if each.move in (StepMove.WITHDRAW, StepMove.REPLACE)}
    found: defaultdict[PersonId, list[Gain]] = defaultdict(list)
    for held in sources.assignments:
        if held.id not in gone and held.due_on >= sources.on:
            found[held.person] += _gains(held.closes, held.due_on, sources)
    for step in proposal.steps:
        if step.move is StepMove.GIVE:
            found[step.person] += _gains(step.closes, step.due_on, sources)
    return {person: tuple(gains) for person, gains in found.items()}


def _gains(closes: Iterable[AtLevel], due_on: date, sources: Sources) -> Iterable[Gain]:
    for each in closes:
        known = sources.competencies.get(each.competency)
        yield Gain(
            competency=each.competency,
            level=each.level,
            from_on=due_on,
            until_on=competency_rules.expires_on(valid_months=known.valid_months if known else 0, observed_on=due_on),
        )
