"""The judgements of scenarios: what is wrong with one, what is on file once it is supposed, how results compare."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np

from trainer.accounts.values import MissionId
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import Level
from trainer.kernel.values import PersonId, Problem, Wording, wording
from trainer.mandates.values import DraftId, InstrumentDraft
from trainer.partners.values import CourseId, CourseMode, PartnerId, SessionId, SessionOffer
from trainer.planning.engine.lookup import money_of
from trainer.planning.engine.solver import Result
from trainer.planning.rules import shocks
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import Proposal, Sources, StepMove
from trainer.scenarios.values import (
    ENGINE,
    MOST_SEATS,
    MOST_WHAT_IFS,
    NAME_LENGTH,
    NOTE_LENGTH,
    BudgetCut,
    Effects,
    Figure,
    MissionEffects,
    MissionFigures,
    Moved,
    Scenario,
    ScenarioDraft,
    SeatsAdded,
    Standing,
    TextPublished,
    WhatIf,
    WhatIfRun,
)
from trainer.shocks import rules as shock_rules
from trainer.shocks.values import ContingentLeaves, Leaving, Loss, PartnerCloses, SeatsLost, ShareLeaves, Struck

LOSSES = (ShareLeaves, ContingentLeaves, PartnerCloses, SeatsLost)


# What is wrong with a scenario


def check_scenario(draft: ScenarioDraft) -> tuple[Problem, ...]:
    """All that is wrong with it by itself; a field of a what-if is named by its place: `what_ifs-0-percent`."""
    return tuple(_problems(draft))


def _problems(draft: ScenarioDraft) -> Iterator[Problem]:
    if not 1 <= len(draft.name.strip()) <= NAME_LENGTH:
        yield Problem(field="name", message=wording("Enter a name of at most {most} letters.", most=NAME_LENGTH))
    if len(draft.note) > NOTE_LENGTH:
        yield Problem(field="note", message=wording("Enter a note of at most {most} letters.", most=NOTE_LENGTH))
    if not draft.what_ifs:
        yield Problem(field="add", message=wording("Add at least one thing that is supposed."))
    if len(draft.what_ifs) > MOST_WHAT_IFS:
        message = wording("Suppose at most {most} things in one scenario.", most=MOST_WHAT_IFS)
        yield Problem(field="add", message=message)
    for place, what_if in enumerate(draft.what_ifs):
        prefix = f"what_ifs-{place}-"
        if isinstance(what_if, LOSSES):
            yield from shock_rules.check_loss(what_if, prefix=prefix)
        elif isinstance(what_if, SeatsAdded):
            yield from _seats_problems(what_if, prefix)
        elif isinstance(what_if, BudgetCut) and not 1 <= what_if.percent <= 100:
            yield Problem(field=prefix + "percent", message=wording("Enter a share from 1 to 100 percent."))


def _seats_problems(added: SeatsAdded, prefix: str) -> Iterator[Problem]:
    if not 1 <= added.seats <= MOST_SEATS:
        message = wording("Enter a number of seats from 1 to {most}.", most=MOST_SEATS)
        yield Problem(field=prefix + "seats", message=message)
    if not 1 <= added.days <= 365:
        yield Problem(field=prefix + "days", message=wording("Enter a number of days from 1 to 365."))
    if not 1 <= added.level <= 4:
        yield Problem(field=prefix + "level", message=wording("Choose a level from 1 to 4."))
    if added.cost < 0:
        yield Problem(field=prefix + "cost", message=wording("Enter a cost of at least 0."))


def scope_of(
    what_ifs: Iterable[WhatIf], *, drafts: Mapping[DraftId, MissionId], reach: Collection[MissionId] | None
) -> tuple[MissionId, ...]:
    """The missions that a scenario looks at: those it names, or all within the author's reach where one thing may touch any.

    Empty for all that work.
    """
    found: set[MissionId] = set()
    for each in what_ifs:
        named = missions_named(each, drafts=drafts)
        if not named:
            return () if reach is None else tuple(sorted(reach))
        found.update(named)
    return tuple(sorted(found))


def missions_named(what_if: WhatIf, *, drafts: Mapping[DraftId, MissionId]) -> tuple[MissionId, ...]:
    """The missions that a what-if names; none when it may touch any."""
    if isinstance(what_if, TextPublished):
        return (drafts[what_if.draft],) if what_if.draft in drafts else ()
    if isinstance(what_if, BudgetCut):
        return what_if.missions
    return () if isinstance(what_if, SeatsAdded) else shock_rules.missions_of(what_if)


# What is on file once it is supposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a scenario rests on: all that is on file, and the same with what is supposed."""

    without: Sources
    given: Sources
    drafts: tuple[InstrumentDraft, ...]
    """Those that are published in it."""
    cuts: tuple[BudgetCut, ...]
    problems: tuple[Wording, ...]

    @property
    def leaving(self) -> frozenset[PersonId]:
        """Who leaves early only because it is supposed."""
        return frozenset(self.given.leaving) - frozenset(self.without.leaving)


def suppose(
    sources: Sources, what_ifs: Sequence[WhatIf], *, name: str, drafts: Mapping[DraftId, InstrumentDraft]
) -> Supposed:
    """Suppose all of it at once. A draft that is no longer there is left out, and said so."""
    losses: list[Loss] = [each for each in what_ifs if isinstance(each, LOSSES)]
    published = [each.draft for each in what_ifs if isinstance(each, TextPublished)]
    problems = [
        wording("A draft of this scenario was published or discarded since. It is not supposed any more.")
        for each in published
        if each not in drafts
    ]
    struck = Struck(
        leaving=_leaving(sources, losses, name=name),
        losses=tuple(each for each in losses if isinstance(each, (PartnerCloses, SeatsLost))),
    )
    given = _with_seats(sources, [each for each in what_ifs if isinstance(each, SeatsAdded)])
    return Supposed(
        without=sources,
        given=shocks.after(given, struck),
        drafts=tuple(drafts[each] for each in published if each in drafts),
        cuts=tuple(each for each in what_ifs if isinstance(each, BudgetCut)),
        problems=tuple(problems),
    )


def _leaving(sources: Sources, losses: Iterable[Loss], *, name: str) -> Mapping[PersonId, Leaving]:
    mission_of = {each.id: each.mission for each in sources.people}
    found: dict[PersonId, Leaving] = {}
    for loss in losses:
        for person, on in shock_rules.leavers(sources.people, loss).items():
            mission = mission_of[person]
            if mission is not None and (person not in found or on < found[person].on):
                found[person] = Leaving(mission=mission, on=on, name=name)
    return found


def _with_seats(sources: Sources, added: Sequence[SeatsAdded]) -> Sources:
    if not added:
        return sources
    offers = tuple(_offer(number, each) for number, each in enumerate(added, 1))
    return replace(
        sources,
        offers=(*sources.offers, *offers),
        free_seats={**sources.free_seats, **{each.id: each.seats for each in offers}},
    )


def _offer(number: int, added: SeatsAdded) -> SessionOffer:
    """A session that nobody offers yet; its ids are of nothing on file."""
    return SessionOffer(
        id=SessionId(-number),
        course=CourseId(-number),
        partner=PartnerId(-1),
        title="+",
        language=added.language,
        mode=CourseMode.ON_SITE if added.region else CourseMode.LIVE_ONLINE,
        roles=(),
        cost=added.cost,
        region=added.region,
        place="",
        starts_on=added.starts_on,
        ends_on=added.starts_on + timedelta(days=added.days - 1),
        seats=added.seats,
        seats_taken=0,
        least_seats=0,
        awards=(AtLevel(competency=added.competency, level=Level(added.level)),),
        requires=None,
    )


def without_module_cost(snapshot: Snapshot) -> Snapshot:
    """The same question with modules at no cost: what they weigh beside seats is no money, and a budget is of money."""
    instance = snapshot.instance
    by_module = np.zeros(len(instance.c_cost), bool)
    for place, offer in enumerate(snapshot.offers):
        by_module[instance.s_course[place]] |= offer.session is None
    cost = np.where(by_module, 0, instance.c_cost).astype(instance.c_cost.dtype)
    return replace(snapshot, instance=replace(instance, c_cost=cost))


def with_budgets(snapshot: Snapshot, cuts: Iterable[BudgetCut], *, before: tuple[Snapshot, Result]) -> Snapshot:
    """The question with what new seats and journeys may cost: so much less than in the plan before, mission by mission."""
    left: dict[MissionId | None, int] = {}
    spent = _spent(*before)
    for cut in cuts:
        named: tuple[MissionId | None, ...] = cut.missions or tuple(spent)
        for mission in named:
            left[mission] = min(left.get(mission, 100), 100 - cut.percent)
    instance = snapshot.instance
    places = {asked.profile.mission: int(instance.p_mission[number]) for number, asked in enumerate(snapshot.people)}
    budget = instance.mission_budget.copy()
    committed = np.zeros(len(budget), np.int64)
    money = money_of(instance, instance.old_person, instance.old_session)
    np.add.at(committed, instance.p_mission[instance.old_person], money)
    for mission, percent in left.items():
        if mission in places:
            place = places[mission]
            budget[place] = int(committed[place]) + spent.get(mission, 0) * percent // 100
    return replace(snapshot, instance=replace(instance, mission_budget=budget))


def _spent(snapshot: Snapshot, result: Result) -> Mapping[MissionId | None, int]:
    """What new seats and journeys of a plan cost each mission."""
    instance, plan = snapshot.instance, result.plan
    old = np.isin(
        plan.person * instance.sessions + plan.session,
        instance.old_person * instance.sessions + instance.old_session,
    )
    money = money_of(instance, plan.person, plan.session)
    found: dict[MissionId | None, int] = {asked.profile.mission: 0 for asked in snapshot.people}
    for person, cost in zip(plan.person[~old].tolist(), money[~old].tolist(), strict=True):
        found[snapshot.people[person].profile.mission] += cost
    return found


# What follows


def gaps_of(snapshot: Snapshot, *, leaving: Collection[PersonId]) -> frozenset[tuple[PersonId, str, int]]:
    """The gaps of a question; of whoever leaves early only those that are still closed."""
    found = {
        (person, gap.requirement.competency, int(gap.requirement.level))
        for person, gaps in snapshot.facts.gaps.items()
        if person not in leaving
        for gap in gaps
    }
    found |= {
        (asked.profile.id, want.gap.requirement.competency, int(want.gap.requirement.level))
        for asked in (*snapshot.people, *snapshot.settled)
        if asked.profile.id in leaving
        for want in asked.wants
    }
    return frozenset(found)


def losers(proposal: Proposal) -> frozenset[PersonId]:
    """Who has something taken back."""
    return frozenset(step.person for step in proposal.steps if step.move in (StepMove.WITHDRAW, StepMove.REPLACE))


# Results


def figures(effects: Effects, *, missions: Collection[MissionId] | None) -> Mapping[Figure, int]:
    """The main figures with the scenario, of the missions given or of all."""
    return _figures([each for each in effects.missions if missions is None or each.mission in missions], given=True)


def figures_without(effects: Effects, *, missions: Collection[MissionId] | None) -> Mapping[Figure, int]:
    """The same without it."""
    return _figures([each for each in effects.missions if missions is None or each.mission in missions], given=False)


def _figures(rows: Sequence[MissionEffects], *, given: bool) -> Mapping[Figure, int]:
    plans = [each.plan if given else each.without for each in rows]
    last = [each.total.points[-1] for each in rows]
    ends = [each.after_plan if given else each.without for each in last]
    return MappingProxyType(
        {
            Figure.PEOPLE: sum(each.people for each in rows),
            Figure.LEAVING: sum(each.leaving for each in rows) if given else 0,
            Figure.TOUCHED: sum(each.touched for each in rows) if given else 0,
            Figure.GAPS: sum(each.counts.gaps for each in plans),
            Figure.CLOSED: sum(each.counts.closed for each in plans),
            Figure.SHORT: sum(each.short for each in plans),
            Figure.LATER: sum(each.later for each in plans),
            Figure.HOURS: sum(each.minutes for each in plans),
            Figure.SEATS: sum(each.seats for each in plans),
            Figure.COST: sum(each.cost for each in plans),
            Figure.READY: sum(each.ready for each in ends),
            Figure.REQUIRED: sum(each.required for each in ends),
        }
    )


def figures_by_mission(effects: Effects) -> tuple[MissionFigures, ...]:
    """The main figures of each mission; they add up to those of all."""
    return tuple(
        MissionFigures(mission=each.mission, given=_figures([each], given=True), without=_figures([each], given=False))
        for each in effects.missions
    )


def added_up(
    kept: Iterable[MissionFigures], *, missions: Collection[MissionId] | None
) -> tuple[Mapping[Figure, int], Mapping[Figure, int]]:
    """The main figures of the missions given, or of all: with the scenario and without; empty for none."""
    rows = [each for each in kept if missions is None or each.mission in missions]
    if not rows:
        return {}, {}
    return (
        {figure: sum(each.given[figure] for each in rows) for figure in Figure},
        {figure: sum(each.without[figure] for each in rows) for figure in Figure},
    )


def moved(before: Mapping[Figure, int], after: Mapping[Figure, int]) -> tuple[Moved, ...]:
    """The figures that are not the same, in their order."""
    return tuple(
        Moved(figure=figure, before=before[figure], after=after[figure])
        for figure in Figure
        if figure in before and figure in after and before[figure] != after[figure]
    )


def standing_of(scenario: Scenario, run: WhatIfRun | None, *, on: date, data_moved: bool) -> Standing:
    """How the last result stands to what is on file now; the gravest reason to work it out anew first."""
    if run is None:
        return Standing.NEVER
    if run.scenario_version != scenario.version:
        return Standing.CHANGED
    if run.engine != ENGINE:
        return Standing.ENGINE
    if data_moved:
        return Standing.DATA_MOVED
    return Standing.FRESH if run.on == on else Standing.OTHER_DAY


def only_of(effects: Effects, *, missions: Collection[MissionId] | None) -> Effects:
    """The result as far as it is about the missions."""
    if missions is None:
        return effects
    return replace(effects, missions=tuple(each for each in effects.missions if each.mission in missions))
