"""Scenarios with their results, and what one rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, MissionStatus
from trainer.kernel import ledger, stored
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, wording
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId, Instrument, InstrumentDraft
from trainer.planning import queries as plan_queries
from trainer.previews import queries as preview_queries
from trainer.previews.queries import Seen
from trainer.previews.values import Preview
from trainer.scenarios import rules
from trainer.scenarios.models import ScenarioRow, WhatIfRunRow
from trainer.scenarios.rules import Supposed
from trainer.scenarios.values import (
    AT_ONCE,
    UNDER_WAY,
    Effects,
    MissionFigures,
    Scenario,
    ScenarioId,
    ScenarioLine,
    ScenarioPage,
    StepDone,
    TextPublished,
    WhatIf,
    WhatIfRun,
    WhatIfRunId,
    WhatIfState,
)

OWN_EVENTS = frozenset(
    {
        "ScenarioSaved",
        "ScenarioDiscarded",
        "WhatIfAsked",
        "WhatIfParked",
        "PasswordSet",
        "SignInsEnded",
        "OfficeGranted",
        "OfficeEnded",
        "ObservationReported",
        "ObservationReviewed",
        "ObservationAnswered",
        "PlanAsked",
        "PlanProposed",
        "PlanDismissed",
        "PlanRunParked",
        "SuggestionsDecided",
        "AreaOwnersNamed",
        "AttemptFailed",
        "AssignmentsOverdue",
    }
)
"""What may be recorded without changing anything that a scenario rests on."""


class NoSuchScenario(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such scenario any more. Choose one from the list of scenarios."))


class NoSuchWhatIfRun(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such result. Open the scenario to see its results."))


# Scenarios


def scenario(session: Session, *, scenario: ScenarioId) -> Scenario:
    """Return one scenario; raises NoSuchScenario for one that was discarded."""
    row = session.get(ScenarioRow, scenario, populate_existing=True)
    if row is None or row.discarded_at is not None:
        raise NoSuchScenario
    return _scenario(row)


def scenario_named(session: Session, *, name: str) -> Scenario:
    """Return the scenario of a name, the latest if there are several, or of a number; raises NoSuchScenario."""
    found = [each for each in _scenarios(session) if each.name.casefold() == name.strip().casefold()]
    if found:
        return found[0]
    if name.isascii() and name.isdigit():
        return scenario(session, scenario=ScenarioId(int(name)))
    raise NoSuchScenario


def _scenarios(session: Session) -> list[Scenario]:
    rows = session.scalars(
        select(ScenarioRow)
        .where(ScenarioRow.discarded_at.is_(None))
        .order_by(ScenarioRow.changed_at.desc(), ScenarioRow.id.desc())
    )
    return [_scenario(row) for row in rows]


def _scenario(row: ScenarioRow) -> Scenario:
    return Scenario(
        id=ScenarioId(row.id),
        name=row.name,
        note=row.note,
        what_ifs=tuple(what_if_from_json(each) for each in row.what_ifs),
        missions=tuple(MissionId(each) for each in row.missions),
        made_at=row.made_at,
        made_by=None if row.made_by_id is None else PersonId(row.made_by_id),
        changed_at=row.changed_at,
        version=row.version,
        discarded_at=row.discarded_at,
    )


def what_if_from_json(data: Mapping[str, Any]) -> WhatIf:
    """A stored what-if."""
    found: WhatIf = stored.from_json(data, WhatIf)
    return found


def looks_at(session: Session, found: Scenario) -> tuple[MissionCard, ...]:
    """The missions that a scenario looks at: those on file, or all that work."""
    cards = account_queries.missions(session)
    if found.missions:
        return tuple(each for each in cards if each.id in found.missions)
    return tuple(each for each in cards if each.status is not MissionStatus.CLOSED)


# Lists and pages


def scenario_lines(session: Session, *, reach: Collection[MissionId] | None, on: date) -> tuple[ScenarioLine, ...]:
    """Return the scenarios that look at a mission within reach, those changed last first. Eight queries."""
    cards = account_queries.missions(session)
    seen = [each for each in _scenarios(session) if is_within(each, reach)]
    makers = account_queries.people_cards(session, people={each.made_by for each in seen if each.made_by is not None})
    runs = _latest(session, [each.id for each in seen])
    last_entry = _last_entry(session)
    drafts = _draft_changes(session, seen)
    kept = _figures(session, [run.id for run, _ in runs.values() if run is not None])
    lines = []
    for each in seen:
        run, under_way = runs.get(each.id, (None, None))
        given, without = rules.added_up(kept.get(run.id, ()) if run is not None else (), missions=reach)
        lines.append(
            ScenarioLine(
                scenario=each,
                made_by=makers.get(each.made_by) if each.made_by is not None else None,
                missions=tuple(card for card in cards if card.id in each.missions),
                run=run,
                under_way=under_way,
                standing=rules.standing_of(
                    each, run, on=on, data_moved=run is not None and _moved(each, run, last_entry, drafts)
                ),
                figures=given,
                without=without,
            )
        )
    return tuple(lines)


def is_within(found: Scenario, reach: Collection[MissionId] | None) -> bool:
    """Whether a scenario looks at a mission within reach; one that looks at all does."""
    return reach is None or not found.missions or not set(reach).isdisjoint(found.missions)


def _moved(found: Scenario, run: WhatIfRun, last_entry: int, drafts: Mapping[DraftId, Any]) -> bool:
    changed = [drafts.get(each.draft) for each in found.what_ifs if isinstance(each, TextPublished)]
    return last_entry > run.last_entry or any(at is None or at > run.asked_at for at in changed)


def _draft_changes(session: Session, scenarios: Sequence[Scenario]) -> Mapping[DraftId, Any]:
    """When each draft of the scenarios that is still one was changed."""
    wanted = {each.draft for found in scenarios for each in found.what_ifs if isinstance(each, TextPublished)}
    return mandate_queries.drafts_changed_at(session, drafts=wanted) if wanted else {}


def _last_entry(session: Session) -> int:
    """The last entry of the ledger that may have changed what scenarios rest on."""
    entry = ledger.LedgerEntry
    return session.scalar(select(func.max(entry.id)).where(entry.event.not_in(sorted(OWN_EVENTS)))) or 0


def _latest(
    session: Session, scenarios: Collection[ScenarioId]
) -> Mapping[ScenarioId, tuple[WhatIfRun | None, WhatIfRun | None]]:
    """Of each scenario the last run that ended with figures, and the one under way."""
    found: dict[ScenarioId, tuple[WhatIfRun | None, WhatIfRun | None]] = {}
    wanted = (*UNDER_WAY, WhatIfState.DONE)
    query = _runs().where(WhatIfRunRow.scenario_id.in_(scenarios), WhatIfRunRow.state.in_(wanted))
    for row in session.execute(query.order_by(WhatIfRunRow.id)):
        run = _run(row)
        assert run.scenario is not None
        done, under_way = found.get(run.scenario, (None, None))
        found[run.scenario] = (done, run) if run.under_way else (run, under_way)
    return found


def scenario_page(
    session: Session, *, scenario: ScenarioId, reach: Collection[MissionId] | None, on: date
) -> ScenarioPage:
    """Return one scenario with its last result, as far as it is within reach; raises NoSuchScenario."""
    found = _found(session, scenario)
    cards = account_queries.missions(session)
    runs = runs_of(session, scenario=scenario)
    done = [each for each in runs if each.state is WhatIfState.DONE]
    results = _results(session, [each.id for each in done[:2]])
    run, before = (done[0] if done else None), (done[1] if len(done) > 1 else None)
    effects = None if run is None else results.get(run.id)
    makers = account_queries.people_cards(session, people=[found.made_by]) if found.made_by is not None else {}
    moved_on = run is not None and _moved(found, run, _last_entry(session), _draft_changes(session, [found]))
    line = ScenarioLine(
        scenario=found,
        made_by=makers.get(found.made_by) if found.made_by is not None else None,
        missions=tuple(card for card in cards if card.id in found.missions),
        run=run,
        under_way=next((each for each in runs if each.under_way), None),
        standing=rules.standing_of(found, run, on=on, data_moved=moved_on),
        figures={} if effects is None else rules.figures(effects, missions=reach),
        without={} if effects is None else rules.figures_without(effects, missions=reach),
    )
    earlier = None if before is None else results.get(before.id)
    return ScenarioPage(
        line=line,
        effects=None if effects is None else rules.only_of(effects, missions=reach),
        moved=None if earlier is None else rules.moved(rules.figures(earlier, missions=reach), line.figures),
        before=before,
        runs=runs,
        partly=reach is not None and (not found.missions or not set(reach).issuperset(found.missions)),
    )


def _found(session: Session, wanted: ScenarioId) -> Scenario:
    return scenario(session, scenario=wanted)


# Runs


def _runs() -> Select[Any]:
    """Every column but the result, which is large."""
    row = WhatIfRunRow
    columns: tuple[Any, ...] = (
        row.id, row.scenario_id, row.draft_id, row.scenario_version, row.state, row.asked_at, row.asked_by_id,
        row.started_at, row.finished_at, row.attempts, row.cancel_asked_at, row.last_error, row.progress, row.on,
        row.engine, row.input_hash, row.last_entry,
    )  # fmt: skip
    return select(*columns)


def _run(row: Any) -> WhatIfRun:
    return WhatIfRun(
        id=WhatIfRunId(row.id),
        scenario=None if row.scenario_id is None else ScenarioId(row.scenario_id),
        draft=None if row.draft_id is None else DraftId(row.draft_id),
        scenario_version=row.scenario_version,
        state=row.state,
        asked_at=row.asked_at,
        asked_by=None if row.asked_by_id is None else PersonId(row.asked_by_id),
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        cancel_asked_at=row.cancel_asked_at,
        last_error=row.last_error,
        steps=tuple(stored.from_json(each, StepDone) for each in row.progress),
        on=row.on,
        engine=row.engine,
        input_hash=row.input_hash,
        last_entry=row.last_entry,
    )


def run(session: Session, *, run: WhatIfRunId) -> WhatIfRun:
    """Return one run without its result; raises NoSuchWhatIfRun."""
    found = session.execute(_runs().where(WhatIfRunRow.id == run)).one_or_none()
    if found is None:
        raise NoSuchWhatIfRun
    return _run(found)


def runs_of(session: Session, *, scenario: ScenarioId) -> tuple[WhatIfRun, ...]:
    """Return every run of a scenario, newest first."""
    return _listed(session, WhatIfRunRow.scenario_id == scenario)


def runs_of_draft(session: Session, *, draft: DraftId) -> tuple[WhatIfRun, ...]:
    """Return every run about a draft alone, newest first."""
    return _listed(session, WhatIfRunRow.draft_id == draft)


def _listed(session: Session, condition: ColumnElement[bool]) -> tuple[WhatIfRun, ...]:
    return tuple(_run(row) for row in session.execute(_runs().where(condition).order_by(WhatIfRunRow.id.desc())))


def is_cancel_asked(session: Session, *, run: WhatIfRunId) -> bool:
    """Whether somebody asked for the run to end without a result."""
    return session.scalar(select(WhatIfRunRow.cancel_asked_at).where(WhatIfRunRow.id == run)) is not None


def _results(session: Session, runs: Collection[WhatIfRunId]) -> Mapping[WhatIfRunId, Effects]:
    rows = session.execute(select(WhatIfRunRow.id, WhatIfRunRow.result).where(WhatIfRunRow.id.in_(runs)))
    return {WhatIfRunId(number): stored.from_json(result, Effects) for number, result in rows if result is not None}


def _figures(session: Session, runs: Collection[WhatIfRunId]) -> Mapping[WhatIfRunId, tuple[MissionFigures, ...]]:
    rows = session.execute(select(WhatIfRunRow.id, WhatIfRunRow.figures).where(WhatIfRunRow.id.in_(runs)))
    return {
        WhatIfRunId(number): tuple(stored.from_json(each, MissionFigures) for each in figures)
        for number, figures in rows
    }


def effects_of(session: Session, *, run: WhatIfRunId) -> Effects | None:
    """Return what a run about a scenario found; None while it has not."""
    return _results(session, [run]).get(run)


def preview_of(session: Session, *, run: WhatIfRunId) -> Preview | None:
    """Return what a run about a draft found, with the names of people as they are now; None while it has not."""
    result = session.scalar(select(WhatIfRunRow.result).where(WhatIfRunRow.id == run))
    return None if result is None else stored.from_json(result, Preview)


# What a scenario rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a scenario is worked out from, read in one go."""

    supposed: Supposed
    missions: tuple[MissionCard, ...]
    texts: Mapping[MissionId, tuple[Instrument, ...]]
    texts_given: Mapping[MissionId, tuple[Instrument, ...]]
    on: date
    last_entry: int


def read_case(
    session: Session, *, name: str, what_ifs: Sequence[WhatIf], missions: Sequence[MissionCard], on: date
) -> Case:
    """Read everything that a scenario rests on, on the day. About thirty queries, whatever the number of people."""
    drafts = _drafts(session, what_ifs)
    read = {each.id for each in missions} | {each.mission for each in drafts.values()}
    last = _last_entry(session)
    sources = plan_queries.read_sources(session, missions=sorted(read), on=on)
    texts = mandate_queries.instruments_of(session, missions=read)
    given = {mission: list(found) for mission, found in texts.items()}
    for draft in drafts.values():
        given[draft.mission].append(mandate_queries.as_instrument(draft))
    cards = {each.id: each for each in account_queries.missions(session)}
    return Case(
        supposed=rules.suppose(sources, what_ifs, name=name, drafts=drafts),
        missions=tuple(cards[each] for each in sorted(read)),
        texts=texts,
        texts_given={mission: tuple(found) for mission, found in given.items()},
        on=on,
        last_entry=last,
    )


def _drafts(session: Session, what_ifs: Sequence[WhatIf]) -> Mapping[DraftId, InstrumentDraft]:
    """The drafts among what is supposed, as far as they are still drafts."""
    found = {}
    for each in what_ifs:
        if isinstance(each, TextPublished):
            try:
                found[each.draft] = mandate_queries.draft(session, draft=each.draft)
            except mandate_queries.NoSuchDraft:
                continue
    return found


def read_preview(session: Session, *, draft: DraftId, on: date) -> tuple[Seen, int]:
    """Read what a draft's preview rests on, with the last entry of the ledger then; raises NoSuchDraft."""
    last = _last_entry(session)
    return preview_queries.read(session, draft=mandate_queries.draft(session, draft=draft), on=on), last


def is_large(session: Session, *, missions: Collection[MissionId], on: date) -> bool:
    """Whether the missions have too many people for a reader to wait for an answer. One query."""
    return account_queries.people_in(session, missions=missions, on=on) > AT_ONCE
