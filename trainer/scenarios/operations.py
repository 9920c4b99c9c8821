"""Saving scenarios, and working out what would follow from them: at once, or as a run that can be watched and cancelled."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm.exc import StaleDataError

from trainer.accounts.values import MissionId
from trainer.kernel import stored
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import DraftId
from trainer.planning import operations as plan_operations
from trainer.planning import queries as plan_queries
from trainer.planning.engine.solver import Result, Stage
from trainer.planning.rules import answer, question
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import PlanCounts, PlanRunId, Proposal, Sources
from trainer.previews import rules as preview_rules
from trainer.previews.queries import Stopped
from trainer.previews.rules import crowd
from trainer.previews.rules.crowd import Course, Crowd
from trainer.previews.values import MONTHS_AHEAD, PlanFigures, Preview
from trainer.readiness import rules as readiness_rules
from trainer.scenarios import queries, rules
from trainer.scenarios.events import ScenarioDiscarded, ScenarioSaved, WhatIfAsked, WhatIfParked
from trainer.scenarios.models import ScenarioRow, WhatIfRunRow
from trainer.scenarios.queries import Case
from trainer.scenarios.values import (
    ENGINE,
    Effects,
    MissionEffects,
    MissionFigures,
    ScenarioDraft,
    ScenarioId,
    Step,
    StepDone,
    TextPublished,
    WhatIf,
    WhatIfRunId,
    WhatIfState,
)

LEASE = timedelta(minutes=10)
"""Whoever works a run out holds it so long, and longer with each step; a run that nobody holds any more is free again."""

MOST_ATTEMPTS = 3
"""A run that was begun so often and never ended is parked."""

NO_RUN = PlanRunId(0)
"""A plan that nobody asked for and that is stored nowhere."""

NoteStep = Callable[[StepDone], None]
ShouldStop = Callable[[], bool]
_NOTHING = PlanFigures(
    counts=PlanCounts(gain=0, lose=0, replaced=0, untouched=0, gaps=0, closed=0, unmet=0),
    objective=0, bound=0, modules=0, minutes=0, seats=0, seat_days=0, cost=0, short=0, later=0,
)  # fmt: skip


class InvalidScenario(Invalid):
    """The scenario cannot be saved; names every field at fault."""


class StaleScenario(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("Somebody changed this scenario since you opened it. Load the page again."))


class RunOver(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This has been worked out already, or was stopped. Open it to see what became of it."))


class RunTaken(Conflict):
    """The run has ended, or somebody else works it out now: whoever sees this drops what they have."""

    def __init__(self) -> None:
        super().__init__(wording("Another process works this out, or it has been worked out already."))


# Scenarios


def save_scenario(
    work: Work,
    *,
    draft: ScenarioDraft,
    reach: Collection[MissionId] | None,
    scenario: ScenarioId | None = None,
    seen_version: int | None = None,
) -> ScenarioId:
    """Keep a scenario, new or changed; it looks at what it names, or at all within the author's reach.

    Raises InvalidScenario with every problem, NoSuchScenario and StaleScenario.
    """
    problems = rules.check_scenario(draft)
    if problems:
        raise InvalidScenario(wording("This scenario cannot be saved yet."), problems=problems)
    missions = rules.scope_of(draft.what_ifs, drafts=_missions_of_drafts(work, draft.what_ifs), reach=reach)
    content = [stored.to_json(each, WhatIf) for each in draft.what_ifs]
    if scenario is None:
        row = ScenarioRow(
            name=draft.name.strip(), note=draft.note.strip(), what_ifs=content, missions=list(missions),
            made_at=work.now, made_by_id=work.actor.person, changed_at=work.now,
        )  # fmt: skip
        work.session.add(row)
    else:
        row = _to_change(work, scenario, seen_version)
        row.name, row.note, row.what_ifs, row.missions = draft.name.strip(), draft.note.strip(), content, list(missions)
        row.changed_at = work.now
    _flush(work)
    supposed = tuple(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in content)
    work.record(ScenarioSaved(scenario_id=row.id, title=row.name, missions=missions, supposed=supposed))
    return ScenarioId(row.id)


def _missions_of_drafts(work: Work, what_ifs: Collection[WhatIf]) -> Mapping[DraftId, MissionId]:
    found = {}
    for each in what_ifs:
        if isinstance(each, TextPublished):
            found[each.draft] = mandate_queries.mission_of_draft(work.session, draft=each.draft)
    return found


def _to_change(work: Work, scenario: ScenarioId, seen_version: int | None) -> ScenarioRow:
    row = work.session.get(ScenarioRow, scenario, with_for_update=True, populate_existing=True)
    if row is None or row.discarded_at is not None:
        raise queries.NoSuchScenario
    if seen_version is not None and row.version != seen_version:
        raise StaleScenario
    return row


def _flush(work: Work) -> None:
    try:
        work.session.flush()  # for the id, and to see whether somebody was faster
    except StaleDataError as error:
        raise StaleScenario from error


def discard_scenario(work: Work, *, scenario: ScenarioId, seen_version: int) -> None:
    """Take a scenario off the list; its results stay on file. Raises NoSuchScenario and StaleScenario."""
    row = _to_change(work, scenario, seen_version)
    row.discarded_at = work.now
    _flush(work)
    work.record(ScenarioDiscarded(scenario_id=row.id, title=row.name))


# Runs


def ask_for_scenario(work: Work, *, scenario: ScenarioId) -> WhatIfRunId:
    """Ask for a scenario to be worked out; one that waits or is under way is enough. Raises NoSuchScenario."""
    found = queries.scenario(work.session, scenario=scenario)
    waiting = _waiting(work, WhatIfRunRow.scenario_id == scenario, found.version)
    return waiting or _ask(work, WhatIfRunRow(scenario_id=scenario, scenario_version=found.version, asked_at=work.now))


def ask_for_draft(work: Work, *, draft: DraftId, version: int) -> WhatIfRunId:
    """Ask for what would follow from a draft alone to be worked out; one that waits or is under way is enough."""
    waiting = _waiting(work, WhatIfRunRow.draft_id == draft, version)
    return waiting or _ask(work, WhatIfRunRow(draft_id=draft, scenario_version=version, asked_at=work.now))


def leave_to_workers(work: Work, *, run: WhatIfRunId) -> None:
    """Wake whoever works runs out."""
    work.record(WhatIfAsked(scenario_id=queries.run(work.session, run=run).scenario))


def _waiting(work: Work, about: ColumnElement[bool], version: int) -> WhatIfRunId | None:
    row = WhatIfRunRow
    found = work.session.scalar(
        select(row.id)
        .where(
            about,
            row.scenario_version == version,
            row.state.in_((WhatIfState.OPEN, WhatIfState.RUNNING)),
            row.cancel_asked_at.is_(None),
        )
        .order_by(row.id.desc())
        .limit(1)
    )
    return None if found is None else WhatIfRunId(found)


def _ask(work: Work, row: WhatIfRunRow) -> WhatIfRunId:
    row.asked_by_id = work.actor.person
    work.session.add(row)
    work.session.flush()  # whoever asks is given the id
    return WhatIfRunId(row.id)


def claim_run(work: Work) -> WhatIfRunId | None:
    """Take the oldest run that waits, or whose holder has died; None when there is none. One caller only gets it."""
    for run in work.session.scalars(select(WhatIfRunRow.id).where(_free(work)).order_by(WhatIfRunRow.id)).all():
        if claim_this_run(work, run=WhatIfRunId(run)):
            return WhatIfRunId(run)
        _end_unclaimable(work, WhatIfRunId(run))
    return None


def claim_this_run(work: Work, *, run: WhatIfRunId) -> bool:
    """Take the run; False when it has ended, is another's, was cancelled, or was begun too often."""
    row = WhatIfRunRow
    claimed = _changed(
        work,
        update(row)
        .where(row.id == run, _free(work), row.attempts < MOST_ATTEMPTS, row.cancel_asked_at.is_(None))
        .values(
            state=WhatIfState.RUNNING,
            lease_until=work.now + LEASE,
            attempts=row.attempts + 1,
            started_at=func.coalesce(row.started_at, work.now),
            progress=[],
        ),
    )
    return claimed == 1


def _free(work: Work) -> ColumnElement[bool]:
    row = WhatIfRunRow
    return or_(row.state == WhatIfState.OPEN, and_(row.state == WhatIfState.RUNNING, row.lease_until <= work.now))


def _end_unclaimable(work: Work, run: WhatIfRunId) -> None:
    """End a free run that may not be begun again: cancelled meanwhile, or begun too often."""
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is None or row.state not in (WhatIfState.OPEN, WhatIfState.RUNNING):
        return
    if row.cancel_asked_at is not None:
        _finish(work, row, WhatIfState.CANCELLED)
    elif row.attempts >= MOST_ATTEMPTS:
        row.last_error = f"it was begun {MOST_ATTEMPTS} times and never ended"
        _finish(work, row, WhatIfState.PARKED)
        work.record(WhatIfParked(scenario_id=row.scenario_id, because=row.last_error))


def note_step(work: Work, *, run: WhatIfRunId, step: StepDone) -> None:
    """Note a step that is done and hold the run longer; nothing once the run has ended."""
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is not None and row.state is WhatIfState.RUNNING:
        row.lease_until = work.now + LEASE
        row.progress = [*row.progress, stored.to_json(step, StepDone)]


def ask_cancel(work: Work, *, run: WhatIfRunId) -> None:
    """Ask for the run to end without a result: at once if it waits, else between two steps. Raises RunOver once it has ended."""
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is None:
        raise queries.NoSuchWhatIfRun
    if row.state not in (WhatIfState.OPEN, WhatIfState.RUNNING):
        raise RunOver
    row.cancel_asked_at = row.cancel_asked_at or work.now
    if row.state is WhatIfState.OPEN:
        _finish(work, row, WhatIfState.CANCELLED)


def park_run(work: Work, *, run: WhatIfRunId, because: str) -> None:
    """End a run that cannot be finished, with the reason; somebody must look. Nothing once it has ended."""
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is None or row.state not in (WhatIfState.OPEN, WhatIfState.RUNNING):
        return
    row.last_error = because[:500]
    _finish(work, row, WhatIfState.PARKED)
    work.record(WhatIfParked(scenario_id=row.scenario_id, because=because[:200]))


def end_cancelled(work: Work, *, run: WhatIfRunId) -> None:
    """End a run that somebody asked to end; nothing once it has ended."""
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is not None and row.state is WhatIfState.RUNNING:
        _finish(work, row, WhatIfState.CANCELLED)


def store_effects(
    work: Work, *, run: WhatIfRunId, attempt: int, scenario_version: int, effects: Effects, last_entry: int
) -> None:
    """Keep what a run about a scenario found. Raises RunTaken when it has ended, or is another's by now."""
    row = _to_store(work, run, attempt)
    row.scenario_version = scenario_version
    row.on, row.engine, row.input_hash, row.last_entry = effects.on, effects.engine, effects.input_hash, last_entry
    row.result = stored.to_json(effects, Effects)
    row.figures = [stored.to_json(each, MissionFigures) for each in rules.figures_by_mission(effects)]
    row.progress = [stored.to_json(each, StepDone) for each in effects.steps]
    _finish(work, row, WhatIfState.DONE)


def store_preview(work: Work, *, run: WhatIfRunId, attempt: int, preview: Preview, last_entry: int) -> None:
    """Keep what a run about a draft found, without the names of people: they are read when it is shown. Raises RunTaken."""
    row = _to_store(work, run, attempt)
    row.on, row.engine, row.last_entry = preview.on, ENGINE, last_entry
    nameless = replace(preview, changed=tuple(replace(each, name="") for each in preview.changed))
    row.result = stored.to_json(nameless, Preview)
    _finish(work, row, WhatIfState.DONE)


def _to_store(work: Work, run: WhatIfRunId, attempt: int) -> WhatIfRunRow:
    row = work.session.get(WhatIfRunRow, run, with_for_update=True, populate_existing=True)
    if row is None or row.state is not WhatIfState.RUNNING or row.attempts != attempt:
        raise RunTaken
    return row


def _finish(work: Work, row: WhatIfRunRow, state: WhatIfState) -> None:
    row.state, row.finished_at, row.lease_until = state, work.now, None


def _changed(work: Work, statement: Any) -> int:
    result = work.session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


# Working out


def work_out(
    case: Case, *, read_in: int = 0, note: NoteStep | None = None, should_stop: ShouldStop | None = None
) -> Effects:
    """Work out what would follow; needs no database and no transaction, and writes nothing.

    `read_in` is how many milliseconds the reading took. Raises Stopped when asked to, between steps and between rounds.
    """
    with plan_queries.without_collecting():
        return _Reckoning(case, read_in, note or (lambda _: None), should_stop or (lambda: False)).effects()


class _Reckoning:
    """One scenario on its way: both plans, and what readiness would come to."""

    def __init__(self, case: Case, read_in: int, note: NoteStep, should_stop: ShouldStop) -> None:
        self.case, self.supposed = case, case.supposed
        self.note, self.should_stop = note, should_stop
        self.steps: list[StepDone] = []
        self._done(Step.READ, read_in)

    def effects(self) -> Effects:
        """Step by step."""
        supposed = self.supposed
        with self._timed(Step.WITHOUT):
            before = self._ask(supposed.without, self.case.texts)
            before_result, before_proposal = self._solved(before)
        with self._timed(Step.WITH):
            after = self._ask(supposed.given, self.case.texts_given, beside=before)
            if supposed.cuts:
                after = rules.with_budgets(after, supposed.cuts, before=(before, before_result))
            after_result, after_proposal = self._solved(after)
        with self._timed(Step.READINESS):
            missions = [each.id for each in self.case.missions]
            looks = Crowd(
                supposed.without,
                missions=missions,
                days=readiness_rules.months_ahead(self.case.on, count=MONTHS_AHEAD),
            )
            kept = preview_rules.gains_of(supposed.without, before_proposal)
            outlooks = crowd.outlooks(
                (
                    Course(texts=self.case.texts, people=supposed.without.people, gains=kept),
                    Course(texts=self.case.texts_given, people=supposed.given.people, gains=kept),
                    Course(
                        texts=self.case.texts_given,
                        people=supposed.given.people,
                        gains=preview_rules.gains_of(supposed.given, after_proposal),
                    ),
                ),
                looks,
            )
            rows = self._missions(
                (before, before_result, before_proposal), (after, after_result, after_proposal), outlooks
            )
        named = {each.competency for row in rows for each in row.short}
        known = supposed.without.competencies
        return Effects(
            on=self.case.on,
            engine=ENGINE,
            input_hash=self._hash(before, after, looks),
            missions=rows,
            without_gap=_permille(before_result),
            plan_gap=_permille(after_result),
            problems=supposed.problems,
            titles={key: known[key].title for key in sorted(named) if key in known},
            steps=tuple(self.steps),
        )

    def _ask(self, sources: Sources, texts: Mapping[MissionId, Any], *, beside: Snapshot | None = None) -> Snapshot:
        on = self.case.on
        demands = mandate_rules.demands_by_role(
            {
                each.id: mandate_rules.asking(mandate_rules.coming(texts.get(each.id, ()), on=on), each.closing, on=on)
                for each in self.case.missions
            },
            sources.rules.rules,
            competencies=sources.competencies,
            on=on,
        )
        required = preview_rules.required_alike(demands, sources, sources.people, on=on)
        facts = (
            question.facts_of(sources, required=required)
            if beside is None
            else question.facts_beside(beside.facts, sources=sources, required=required)
        )
        snapshot = question.ask(facts, run=NO_RUN, attempt=0, beside=beside, whole=True)
        return rules.without_module_cost(snapshot) if self.supposed.cuts else snapshot

    def _solved(self, snapshot: Snapshot) -> tuple[Result, Proposal]:
        self._look()
        result = plan_operations.solve(snapshot, on_progress=self._on_stage, should_stop=self.should_stop)
        self._look()
        return result, answer.moves(snapshot, result)

    def _on_stage(self, _: Stage) -> None:
        self._look()

    def _look(self) -> None:
        if self.should_stop():
            raise Stopped

    @contextmanager
    def _timed(self, step: Step) -> Iterator[None]:
        self._look()
        began = time.perf_counter()
        yield
        self._done(step, round(1000 * (time.perf_counter() - began)))

    def _done(self, step: Step, milliseconds: int) -> None:
        done = StepDone(step=step, milliseconds=milliseconds)
        self.steps.append(done)
        self.note(done)

    def _missions(
        self,
        before: tuple[Snapshot, Result, Proposal],
        after: tuple[Snapshot, Result, Proposal],
        outlooks: Mapping[MissionId, Any],
    ) -> tuple[MissionEffects, ...]:
        supposed, leaving = self.supposed, self.supposed.leaving
        mission_of = {each.id: each.mission for each in supposed.without.people}
        without, given = preview_rules.figures_by_mission(*before), preview_rules.figures_by_mission(*after)
        short = preview_rules.short_by_mission(after[:2], before[:2], regions=supposed.without.regions)
        gaps = rules.gaps_of(before[0], leaving=frozenset(supposed.without.leaving))
        gaps_given = rules.gaps_of(after[0], leaving=frozenset(supposed.given.leaving))
        changes = _changes(before[0], after[0])
        losing_seats = rules.losers(after[2]) - rules.losers(before[2])
        touched = leaving | losing_seats | {each.person for each in changes}
        per: dict[str, dict[MissionId | None, int]] = {
            "people": _count(mission_of, mission_of),
            "leaving": _count(leaving, mission_of),
            "touched": _count(touched, mission_of),
            "opened": _count((person for person, _, _ in gaps_given - gaps), mission_of),
            "gone": _count((person for person, _, _ in gaps - gaps_given), mission_of),
            "gaining": _count((each.person for each in changes if each.gained), mission_of),
            "lacking": _count((each.person for each in changes if each.missing), mission_of),
            "losing": _count((each.person for each in changes if each.lost), mission_of),
        }
        return tuple(
            MissionEffects(
                mission=card.id,
                name=card.name,
                **{name: counted.get(card.id, 0) for name, counted in per.items()},
                without=without.get(card.id, _NOTHING),
                plan=given.get(card.id, _NOTHING),
                short=short.get(card.id, ()),
                total=outlooks[card.id][0],
                areas=outlooks[card.id][1],
            )
            for card in sorted(self.case.missions, key=lambda each: (each.name.casefold(), each.id))
        )

    def _hash(self, before: Snapshot, after: Snapshot, looks: Crowd) -> str:
        """Over the questions of both plans, where everybody stands, and until when they stay."""
        people = [[each.id, each.rotates_on and each.rotates_on.isoformat()] for each in self.supposed.given.people]
        parts = [
            ENGINE,
            self.case.on.isoformat(),
            before.hash,
            after.hash,
            after.instance.digest(),
            looks.digest(),
            people,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _changes(before: Snapshot, after: Snapshot) -> tuple[Any, ...]:
    was, will_be = before.facts.required, after.facts.required
    if all(will_be.get(person) == required for person, required in was.items()):
        return ()
    sources = before.facts.sources
    return preview_rules.person_changes(was, will_be, sources, sources.people, on=sources.on)


def _count(people: Any, mission_of: Mapping[PersonId, MissionId | None]) -> dict[MissionId | None, int]:
    found: dict[MissionId | None, int] = {}
    for person in people:
        mission = mission_of[person]
        found[mission] = found.get(mission, 0) + 1
    return found


def _permille(result: Result) -> int:
    bound, objective = int(result.bound), int(result.objective)
    return 0 if bound <= 0 else max(0, 1000 * (bound - objective) // bound)
