"""What would follow if a text were published today, worked out on everything that is on file. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, UnitId
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import InstrumentDraft
from trainer.planning import operations as plan_operations
from trainer.planning import queries as plan_queries
from trainer.planning.engine.solver import Result
from trainer.planning.rules import answer, question
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import PlanRunId, Proposal, Sources
from trainer.previews import rules
from trainer.previews.rules import crowd, later
from trainer.previews.rules.crowd import Course, Crowd
from trainer.previews.values import MONTHS_AHEAD, Preview
from trainer.readiness import rules as readiness_rules

Planned = tuple[Snapshot, Result, Proposal]
NO_RUN = PlanRunId(0)
"""A plan that nobody asked for and that is stored nowhere."""


class Stopped(Exception):
    """Somebody asked for it to end; nothing is shown or stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that a preview is worked out from, read in one go."""

    draft: InstrumentDraft
    mission: MissionCard
    texts: rules.Texts
    sources: Sources
    units: Mapping[UnitId, str]
    on: date


def preview_of(session: Session, *, draft: InstrumentDraft, on: date) -> Preview:
    """Return what would follow if the draft were published on the day; it may have problems, which are told.

    About thirty queries whatever the number of people; two plans are made, and nothing is written. Raises NoSuchMission.
    """
    return work_out(read(session, draft=draft, on=on))


def read(session: Session, *, draft: InstrumentDraft, on: date) -> Seen:
    """Read what a preview rests on. About thirty queries, whatever the number of people. Raises NoSuchMission."""
    mission = account_queries.mission(session, mission=draft.mission)
    with plan_queries.without_collecting():
        return Seen(
            draft=draft,
            mission=mission,
            texts=mandate_queries.mandate_history(session, mission=mission.id),
            sources=plan_queries.read_sources(session, missions=(mission.id,), on=on),
            units={each.id: each.name for each in account_queries.units_of(session, mission=mission.id)},
            on=on,
        )


def work_out(
    seen: Seen,
    *,
    should_stop: Callable[[], bool] | None = None,
    on_plan: Callable[[], object] | None = None,
) -> Preview:
    """Work a preview out; needs no database. Raises Stopped when asked to, between steps and between rounds.

    `on_plan` is told when the plan without the text is made, and when the one with it is.
    """
    with plan_queries.without_collecting():
        return _preview(seen, should_stop or (lambda: False), on_plan or (lambda: None))


def _preview(seen: Seen, should_stop: Callable[[], bool], on_plan: Callable[[], object]) -> Preview:
    draft, sources, texts, mission, units, on = (
        seen.draft, seen.sources, seen.texts, seen.mission, seen.units, seen.on,
    )  # fmt: skip
    with_it = (*texts, mandate_queries.as_instrument(draft))
    from_on = max(on, draft.effective_on)
    people = rules.present(sources.people, on=from_on)
    was, will_be = (mandate_rules.coming(each, on=from_on) for each in (texts, with_it))
    before, after = (
        rules.demands_of(
            mandate_rules.asking(each, mission.closing, on=from_on), sources, mission=mission.id, on=from_on
        )
        for each in (was, will_be)
    )
    required_before, required_after = (
        rules.required_alike(each, sources, people, on=from_on) for each in (before, after)
    )
    changed = rules.person_changes(required_before, required_after, sources, people, on=from_on)
    competencies = rules.competency_changes(changed, required_after, sources, on=from_on)
    without = _planned(sources, texts, mission=mission, on=on, should_stop=should_stop)
    on_plan()
    snapshot, result, proposal = planned = _planned(
        sources, with_it, mission=mission, on=on, should_stop=should_stop, beside=without[0]
    )
    on_plan()
    kept = rules.gains_of(sources, without[2])
    days = readiness_rules.months_ahead(on, count=MONTHS_AHEAD)
    without_it, given = {mission.id: texts}, {mission.id: with_it}
    total, areas = crowd.outlooks(
        (
            Course(texts=without_it, people=sources.people, gains=kept),
            Course(texts=given, people=sources.people, gains=kept),
            Course(texts=given, people=sources.people, gains=rules.gains_of(sources, proposal)),
        ),
        Crowd(sources, missions=(mission.id,), days=days),
    )[mission.id]
    short = rules.short_by_mission((snapshot, result), without[:2], regions=sources.regions).get(mission.id, ())
    roles = rules.role_changes(before, after, people, mission=mission.id)
    later_on = later.later_of(sources, texts, with_it, mission=mission.id, from_on=from_on)
    named = {each.competency for each in competencies} | {each.competency for each in short}
    named |= {each.competency for role in roles for each in (*role.gained, *role.lost)}
    named |= {each.competency for day in later_on.days for each in day.competencies}
    return Preview(
        mission=mission,
        draft=draft,
        on=on,
        from_on=from_on,
        problems=mandate_queries.problems_of(draft, texts=texts, mission=mission),
        shift=mandate_rules.compare(was, will_be),
        people=len(people),
        roles=roles,
        competencies=competencies,
        units=rules.unit_changes(changed, people, names=units),
        changed=changed,
        without=rules.figures_of(*without),
        plan=rules.figures_of(*planned),
        short=short,
        total=total,
        areas=areas,
        titles={key: sources.competencies[key].title for key in sorted(named) if key in sources.competencies},
        later=later_on,
    )


def _planned(
    sources: Sources,
    texts: rules.Texts,
    *,
    mission: MissionCard,
    on: date,
    should_stop: Callable[[], bool],
    beside: Snapshot | None = None,
) -> Planned:
    """The plan that would be made today for everybody in the mission if these were the texts."""
    tasks = mandate_rules.asking(mandate_rules.coming(texts, on=on), mission.closing, on=on)
    demands = rules.demands_of(tasks, sources, mission=mission.id, on=on)
    required = rules.required_alike(demands, sources, sources.people, on=on)
    facts = (
        question.facts_of(sources, required=required)
        if beside is None
        else question.facts_beside(beside.facts, sources=sources, required=required)
    )
    snapshot = question.ask(facts, run=NO_RUN, attempt=0, beside=beside, whole=True)
    result = plan_operations.solve(snapshot, should_stop=should_stop)
    if should_stop():
        raise Stopped
    return snapshot, result, answer.moves(snapshot, result)
