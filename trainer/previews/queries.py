"""What would follow if a text were published today, worked out on everything that is on file. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
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
from trainer.previews.rules import Course, Texts
from trainer.previews.values import MONTHS_AHEAD, Preview
from trainer.readiness import rules as readiness_rules

Planned = tuple[Snapshot, Result, Proposal]
NO_RUN = PlanRunId(0)
"""A plan that nobody asked for and that is stored nowhere."""


def preview_of(session: Session, *, draft: InstrumentDraft, on: date) -> Preview:
    """Return what would follow if the draft were published on the day; it may have problems, which are told.

    About thirty queries whatever the number of people; two plans are made, and nothing is written. Raises NoSuchMission.
    """
    mission = account_queries.mission(session, mission=draft.mission)
    texts = mandate_queries.mandate_history(session, mission=mission.id)
    with plan_queries.without_collecting():
        sources = plan_queries.read_sources(session, missions=(mission.id,), on=on)
        units = {each.id: each.name for each in account_queries.units_of(session, mission=mission.id)}
        return _preview(draft, sources, texts, mission=mission, units=units, on=on)


def _preview(
    draft: InstrumentDraft,
    sources: Sources,
    texts: Texts,
    *,
    mission: MissionCard,
    units: Mapping[UnitId, str],
    on: date,
) -> Preview:
    with_it = (*texts, mandate_queries.as_instrument(draft))
    from_on = max(on, draft.effective_on)
    people = rules.present(sources.people, on=from_on)
    was, will_be = (mandate_rules.coming(each, on=from_on) for each in (texts, with_it))
    before, after = (rules.demands_of(each, sources, mission=mission.id, on=from_on) for each in (was, will_be))
    required_before, required_after = (rules.required_of(each, sources, people, on=from_on) for each in (before, after))
    changed = rules.person_changes(required_before, required_after, sources, people, on=from_on)
    competencies = rules.competency_changes(changed, required_after, sources, on=from_on)
    snapshot, result, proposal = planned = _planned(sources, with_it, mission=mission, on=on)
    without = _planned(sources, texts, mission=mission, on=on)
    kept = rules.gains_of(sources, without[2])
    total, areas = rules.outlook(
        (
            Course(texts=texts, gains=kept),
            Course(texts=with_it, gains=kept),
            Course(texts=with_it, gains=rules.gains_of(sources, proposal)),
        ),
        sources,
        mission=mission.id,
        days=readiness_rules.months_ahead(on, count=MONTHS_AHEAD),
    )
    short = rules.short_of((snapshot, result), without[:2], regions=sources.regions)
    roles = rules.role_changes(before, after, people, mission=mission.id)
    named = {each.competency for each in competencies} | {each.competency for each in short}
    named |= {each.competency for role in roles for each in (*role.gained, *role.lost)}
    return Preview(
        mission=mission,
        draft=draft,
        on=on,
        from_on=from_on,
        problems=mandate_queries.problems_of(draft, texts=texts),
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
    )


def _planned(sources: Sources, texts: Texts, *, mission: MissionCard, on: date) -> Planned:
    """The plan that would be made today for everybody in the mission if these were the texts."""
    demands = rules.demands_of(mandate_rules.coming(texts, on=on), sources, mission=mission.id, on=on)
    required = rules.required_of(demands, sources, sources.people, on=on)
    snapshot = question.ask(question.facts_of(sources, required=required), run=NO_RUN, attempt=0)
    result = plan_operations.solve(snapshot)
    return snapshot, result, answer.propose(snapshot, result)
