"""Asking for plans, making them, and deciding on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.engine import CursorResult

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import TaskRef
from trainer.kernel.db import insert_lots
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import Cause, PersonId, Problem, Subject, SubjectKind, Wording, wording
from trainer.kernel.work import Work
from trainer.partners import operations as partner_operations
from trainer.planning import queries
from trainer.planning.engine import judging, solver
from trainer.planning.engine.checker import Report
from trainer.planning.engine.solver import PlanRefused, Result, Stage
from trainer.planning.events import (
    ImprovementAsked,
    PlanApproved,
    PlanAsked,
    PlanDismissed,
    PlanPolicySet,
    PlanProposed,
    PlanRunParked,
    PlanSuperseded,
    PlanUndone,
    TrainingGivenBack,
)
from trainer.planning.models import (
    GivenBackRow,
    PlanPolicyRow,
    PlanRow,
    PlanRun,
    PlanSeatValueRow,
    PlanStepRow,
    PlanUnmetRow,
)
from trainer.planning.rules import answer, approval, improvement, seats
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import (
    DEFAULT_POLICY,
    Justification,
    PlanId,
    PlannedStep,
    PlanRunId,
    PlanState,
    Policy,
    Proposal,
    RunKind,
    RunState,
    SeatValue,
    StepMove,
    UndoReport,
    Unmet,
)
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import LOST, AssignmentId, AssignmentState, Returned, Step, Withdrawal

_T = TypeVar("_T")

LEASE = timedelta(minutes=5)
"""Whoever makes a plan holds its run so long, and longer while they are at it; a run that nobody holds any more is free again."""

MOST_ATTEMPTS = 5
"""A run that was begun so often and never ended is parked."""

GOOD_ENOUGH = 5.0
"""A first plan proven to be within so many percent of the best possible is taken; otherwise the search goes on."""

MIP_SECONDS = 20.0
"""A net under the exact search of one plan, which is limited by nodes first."""


MOST_SEAT_VALUES = 200
"""Sessions in which one more seat would help that are kept with a plan: nobody reads further, and a plan may have thousands."""


class SnapshotChanged(Conflict):
    """What the plan rests on has changed since it was read: read again."""

    def __init__(self) -> None:
        super().__init__(wording("What this plan rests on has changed since it was read. It is made anew."))


class RunTaken(Conflict):
    """The run has ended, or somebody else makes it now: whoever sees this drops what they have."""

    def __init__(self) -> None:
        super().__init__(wording("This plan is being made by another process, or has been made already."))


class RunOver(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This plan is made already. Open it to decide on it."))


class PlanDecided(Conflict):
    """It is not a proposal any more, or not yet approved."""

    def __init__(self) -> None:
        super().__init__(
            wording(
                "Somebody has decided on this plan since you opened it. Load the page again to see what became of it."
            )
        )


class PlanStale(Conflict):
    """The facts that the plan rests on have moved."""


class TooLateToUndo(Conflict):
    """A seat of the plan has begun."""


class NothingToImprove(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("A plan that concerns no mission cannot be improved. Choose a mission under Plans."))


class BadPolicy(Invalid):
    """The numbers of a policy do not go together."""


# Runs


def request_replan(
    work: Work,
    *,
    missions: Collection[MissionId] = (),
    people: Collection[PersonId] = (),
    cause: Cause,
    cause_key: str,
    by_instrument: bool = False,
    kind: RunKind = RunKind.REPAIR,
) -> PlanRunId:
    """Ask for a plan for everybody in the missions and for the people besides; a run of the same key that waits takes them in."""
    waiting = work.session.scalars(
        select(PlanRun)
        .where(
            PlanRun.cause_key == cause_key,
            PlanRun.kind == kind,
            PlanRun.state == RunState.OPEN,
            PlanRun.cancel_asked_at.is_(None),
        )
        .order_by(PlanRun.id)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if waiting is not None:
        waiting.missions = sorted({*waiting.missions, *missions})
        waiting.people = sorted({*waiting.people, *people})
        if by_instrument and not waiting.by_instrument:
            waiting.by_instrument, waiting.cause = True, _cause_json(cause)
        return PlanRunId(waiting.id)
    row = PlanRun(
        requested_at=work.now,
        cause=_cause_json(cause),
        cause_key=cause_key,
        missions=sorted(set(missions)),
        people=sorted(set(people)),
        by_instrument=by_instrument,
        kind=kind,
    )
    work.session.add(row)
    work.session.flush()  # whoever asks is given the id
    return PlanRunId(row.id)


def plan_next(work: Work, *, person: PersonId) -> PlanRunId | None:
    """Ask for what a plan left for later, now that the person has completed something; None when nothing was."""
    if not queries.is_left_for_later(work.session, person=person):
        return None
    cause = Cause(
        entry_id=None,
        subject=Subject(kind=SubjectKind.PERSON, id=person),
        sentence=wording("New plan for what comes next"),
    )
    return request_replan(work, people=(person,), cause=cause, cause_key=f"next:{work.today}")


def plan_mission_anew(work: Work, *, mission: MissionId) -> PlanRunId:
    """Ask by hand for a plan for everybody in a mission; raises the accounts' NoSuchMission."""
    card = account_queries.mission(work.session, mission=mission)
    cause = Cause(
        entry_id=None,
        subject=Subject(kind=SubjectKind.MISSION, id=mission),
        sentence=wording("New plan for {mission}, asked for by hand", mission=card.name),
    )
    run = request_replan(work, missions=(mission,), cause=cause, cause_key=f"by-hand:{mission}")
    work.record(PlanAsked(run_id=run, missions=(mission,)))
    return run


def improve_further(work: Work, *, missions: Collection[MissionId]) -> PlanRunId:
    """Ask by hand for a plan that may move everybody's seats in the missions; raises the accounts' NoSuchMission."""
    cards = [account_queries.mission(work.session, mission=each) for each in sorted(set(missions))]
    if not cards:
        raise NothingToImprove
    (only, *others) = cards
    cause = Cause(
        entry_id=None,
        subject=None if others else Subject(kind=SubjectKind.MISSION, id=only.id),
        sentence=wording("Improvement for {missions} missions together", missions=len(cards))
        if others
        else wording("Improvement for {mission}", mission=only.name),
    )
    key = "improve:" + ",".join(str(each.id) for each in cards)
    run = request_replan(work, missions=missions, cause=cause, cause_key=key[:80], kind=RunKind.IMPROVE)
    work.record(ImprovementAsked(run_id=run, missions=tuple(each.id for each in cards)))
    return run


def plan_again(work: Work, *, plan: PlanId) -> PlanRunId:
    """Ask by hand for another plan for the same people and the same cause; raises NoSuchPlan."""
    before = work.session.execute(
        select(PlanRun).join(PlanRow, PlanRow.run_id == PlanRun.id).where(PlanRow.id == plan)
    ).scalar_one_or_none()
    if before is None:
        raise queries.NoSuchPlan
    if before.kind is RunKind.IMPROVE:
        return improve_further(work, missions=[MissionId(each) for each in before.missions])
    run = request_replan(
        work,
        missions=[MissionId(each) for each in before.missions],
        people=[PersonId(each) for each in before.people],
        cause=queries.cause_from_json(before.cause),
        cause_key=f"again:{before.id}",
        by_instrument=before.by_instrument,
    )
    work.record(PlanAsked(run_id=run, missions=tuple(before.missions)))
    return run


def claim_run(work: Work) -> PlanRunId | None:
    """Take the oldest run that waits, or whose holder has died; None when there is none. One caller only gets it."""
    waiting = work.session.scalars(select(PlanRun.id).where(_free(work)).order_by(PlanRun.id)).all()
    for run in waiting:
        if claim_this_run(work, run=PlanRunId(run)):
            return PlanRunId(run)
        _end_unclaimable(work, PlanRunId(run))
    return None


def claim_this_run(work: Work, *, run: PlanRunId) -> bool:
    """Take the run; False when it has ended, is another's, was cancelled, or was begun too often."""
    claimed = _changed(
        work,
        update(PlanRun)
        .where(PlanRun.id == run, _free(work), PlanRun.attempts < MOST_ATTEMPTS, PlanRun.cancel_asked_at.is_(None))
        .values(
            state=RunState.RUNNING,
            lease_until=work.now + LEASE,
            attempts=PlanRun.attempts + 1,
            started_at=func.coalesce(PlanRun.started_at, work.now),
            progress=[],
        ),
    )
    return claimed == 1


def _free(work: Work) -> ColumnElement[bool]:
    return or_(PlanRun.state == RunState.OPEN, and_(PlanRun.state == RunState.RUNNING, PlanRun.lease_until <= work.now))


def _end_unclaimable(work: Work, run: PlanRunId) -> None:
    """End a free run that may not be begun again: cancelled meanwhile, or begun too often."""
    free = _free(work)
    _changed(
        work,
        update(PlanRun)
        .where(PlanRun.id == run, free, PlanRun.cancel_asked_at.is_not(None))
        .values(state=RunState.CANCELLED, finished_at=work.now, lease_until=None),
    )
    because = f"it was begun {MOST_ATTEMPTS} times and never ended"
    parked = _changed(
        work,
        update(PlanRun)
        .where(PlanRun.id == run, free, PlanRun.attempts >= MOST_ATTEMPTS)
        .values(state=RunState.PARKED, finished_at=work.now, lease_until=None, last_error=because),
    )
    if parked:
        work.record(PlanRunParked(run_id=run, because=because))


def note_progress(work: Work, *, run: PlanRunId, stage: Stage) -> None:
    """Note a stage that is done and hold the run longer; nothing once the run has ended."""
    row = work.session.get(PlanRun, run, with_for_update=True, populate_existing=True)
    if row is None or row.state is not RunState.RUNNING:
        return
    row.lease_until = work.now + LEASE
    row.progress = [
        *row.progress,
        {
            "name": stage.name,
            "milliseconds": round(1000 * stage.seconds),
            "objective": int(stage.objective),
            "bound": None if stage.bound is None else int(stage.bound),
            "people_changed": int(stage.people_changed),
        },
    ]


def hold_run(work: Work, *, run: PlanRunId) -> None:
    """Hold the run longer, within a stage; nothing once it has ended."""
    _changed(
        work,
        update(PlanRun)
        .where(PlanRun.id == run, PlanRun.state == RunState.RUNNING)
        .values(lease_until=work.now + LEASE),
    )


def ask_cancel(work: Work, *, run: PlanRunId) -> None:
    """Ask for the run to end without a plan: at once if it waits, else between two rounds; raises RunOver once it has ended."""
    row = work.session.get(PlanRun, run, with_for_update=True, populate_existing=True)
    if row is None:
        raise queries.NoSuchRun
    if row.state not in (RunState.OPEN, RunState.RUNNING):
        raise RunOver
    row.cancel_asked_at = row.cancel_asked_at or work.now
    if row.state is RunState.OPEN:
        _finish(work, row, RunState.CANCELLED)


def park_run(work: Work, *, run: PlanRunId, because: str) -> None:
    """End a run that cannot be finished, with the reason; somebody must look. Nothing once it has ended."""
    row = work.session.get(PlanRun, run, with_for_update=True, populate_existing=True)
    if row is None or row.state not in (RunState.OPEN, RunState.RUNNING):
        return
    row.last_error = because
    _finish(work, row, RunState.PARKED)
    work.record(PlanRunParked(run_id=run, because=because[:200]))


def _finish(work: Work, row: PlanRun, state: RunState) -> None:
    row.state, row.finished_at, row.lease_until = state, work.now, None


# Making a plan


def solve(
    snapshot: Snapshot,
    *,
    on_progress: Callable[[Stage], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Answer the question; needs no database and no transaction. The same snapshot gives the same plan.

    On top of what people have, only free seats are given and what is possible is kept, unless everybody may move. A first
    plan is searched for longer when the quick one may be far from the best.
    """
    if snapshot.improves:
        options = solver.Options(mode="improve", mip_seconds=MIP_SECONDS)
    elif len(snapshot.instance.old_person):
        options = solver.Options(mode="repair", rounds=0, pairs_of_all=True)
    else:
        options = solver.Options(sweeps=2, mip_seconds=MIP_SECONDS, enough_pct=GOOD_ENOUGH)
    with queries.without_collecting():
        return solver.solve(
            snapshot.instance,
            options=options,
            on_progress=on_progress,
            should_stop=should_stop,
            keeps=None if options.mode == "auto" else partial(answer.of_use, snapshot),
        )


def store_plan(work: Work, *, run: PlanRunId, snapshot: Snapshot, result: Result) -> PlanId | None:
    """Store the plan as a proposal, or let it take effect if policy allows; None when nothing changes or it was cancelled.

    Raises SnapshotChanged when what was read is not so any more, RunTaken when the run is another's, and PlanRefused,
    which is a fault of the program, when the independent check does not confirm plan, worth and reasons.
    """
    row = work.session.get(PlanRun, run, with_for_update=True, populate_existing=True)
    if row is None or row.state is not RunState.RUNNING or row.attempts != snapshot.attempt:
        raise RunTaken
    if row.cancel_asked_at is not None:
        _finish(work, row, RunState.CANCELLED)
        return None
    with queries.without_collecting():
        return _store_if_right(work, row, snapshot, result)


def _store_if_right(work: Work, row: PlanRun, snapshot: Snapshot, result: Result) -> PlanId | None:
    if not queries.is_unchanged(work.session, snapshot=snapshot, on=work.today):
        raise SnapshotChanged
    with judging.judged(snapshot.instance, result.plan, result.reasons) as report:
        plan = _store_what_changes(work, row, snapshot, result)
        _require_right(report(), result)  # when this raises, all that was written is undone
    return plan


def _store_what_changes(work: Work, row: PlanRun, snapshot: Snapshot, result: Result) -> PlanId | None:
    proposal = answer.propose(snapshot, result)
    if snapshot.improves:
        proposal = improvement.told(snapshot, result, proposal)
    superseded = _superseded_by(work, row, snapshot)
    if not proposal.changed:
        _supersede(work, superseded, by=None)
        _finish(work, row, RunState.NOTHING)
        return None
    try:
        plan = _store(work, row, snapshot, result, proposal, superseded)
    except (partner_operations.NoSeatLeft, partner_operations.CourseNotRecognised) as taken:
        # only a plan that takes effect at once can meet this: somebody was faster between the reading and the taking
        raise SnapshotChanged from taken
    _finish(work, row, RunState.STORED)
    return plan


def _require_right(report: Report, result: Result) -> None:
    if not report.right or report.objective != result.objective:
        faults = [breach.words for breach in report.breaches] + list(report.wrong_reasons)
        raise PlanRefused("; ".join(faults[:5]) or "the objective is another")


def _store(
    work: Work,
    run: PlanRun,
    snapshot: Snapshot,
    result: Result,
    proposal: Proposal,
    superseded: Sequence[tuple[PlanRow, PlanRun]],
) -> PlanId:
    by_instrument = run.by_instrument or any(other.by_instrument for _, other in superseded)
    reasons = approval.approval_reasons(
        proposal, snapshot.facts.policy, by_instrument=by_instrument, improves=snapshot.improves
    )
    run.by_instrument = by_instrument
    policy = _policy_row(work)
    short = seats.seats_that_help(snapshot, result)
    row = PlanRow(
        run_id=run.id,
        made_at=work.now,
        needs_approval=bool(reasons),
        approval_reasons=[each.to_json() for each in reasons],
        policy_id=policy.id,
        missions=sorted({asked.profile.mission for asked in snapshot.people if asked.profile.mission is not None}),
        objective=int(result.objective),
        bound=int(result.bound),
        counts=asdict(replace(proposal.counts, short=None if short is None else len(short))),
        snapshot_hash=snapshot.hash,
        plan_hash=result.plan_hash,
        options=_options(snapshot, result),
    )
    work.session.add(row)
    work.session.flush()  # its lines need the id
    plan = PlanId(row.id)
    texts = _Texts()
    insert_lots(work.session, PlanStepRow, [_step_row(plan, each, texts) for each in proposal.steps])
    insert_lots(work.session, PlanUnmetRow, [_unmet_row(plan, each, texts) for each in proposal.unmet])
    insert_lots(work.session, PlanSeatValueRow, [_seat_row(plan, each) for each in (short or ())[:MOST_SEAT_VALUES]])
    _supersede(work, superseded, by=plan)
    work.record(
        PlanProposed(plan_id=plan, run_id=run.id, needs_approval=row.needs_approval, missions=tuple(row.missions))
    )
    if not row.needs_approval:
        _carry_out(work, row, proposal.steps, decided_by=None)
    return plan


def _superseded_by(work: Work, row: PlanRun, snapshot: Snapshot) -> list[tuple[PlanRow, PlanRun]]:
    """Proposals of the same kind that wait and of whose people all were looked at again, or needed no look.

    One that concerns others besides stays: it would be lost for them. So do improvements beside repairs: neither is what the
    other was asked for. Whether they still fit is asked when they are approved.
    """
    people = {asked.profile.id for asked in snapshot.people} | snapshot.beside.people
    waiting = work.session.execute(
        select(PlanRow, PlanRun)
        .join(PlanRun, PlanRun.id == PlanRow.run_id)
        .where(PlanRow.state == PlanState.PROPOSED, PlanRun.kind == row.kind)
        .order_by(PlanRow.id)
        .with_for_update(of=PlanRow)
    ).all()
    found = []
    for other, run in waiting:
        concerned = set(
            work.session.scalars(
                select(PlanStepRow.person_id)
                .where(PlanStepRow.plan_id == other.id, PlanStepRow.move != StepMove.KEEP)
                .distinct()
            )
        )
        if concerned <= people:
            found.append((other, run))
    return found


def _supersede(work: Work, superseded: Iterable[tuple[PlanRow, PlanRun]], *, by: PlanId | None) -> None:
    for other, _ in superseded:
        other.state, other.decided_at, other.superseded_by_id = PlanState.SUPERSEDED, work.now, by
        work.record(PlanSuperseded(plan_id=other.id, by_plan_id=by))


class _Texts:
    """The JSON of the parts of lines: what thousands of lines share is put into text once.

    Things are told apart by identity, since to compare them takes as long as to put them into text.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def of(self, thing: _T, to_json: Callable[[_T], object]) -> str:
        """The text of a thing; `to_json` must be the same for all things of its kind."""
        if id(thing) not in self._known:
            self._known[id(thing)] = thing, json.dumps(to_json(thing))  # the thing is kept, and with it its identity
        return self._known[id(thing)][1]

    def wording(self, wording: Wording | None) -> str:
        return "null" if wording is None else self.of(wording, Wording.to_json)

    def because(self, tasks: tuple[TaskRef, ...]) -> str:
        return self.of(tasks, lambda found: [asdict(each) for each in found])

    def closes(self, closes: tuple[AtLevel, ...]) -> str:
        return self.of(closes, lambda found: [[each.competency, int(each.level)] for each in found])

    def justification(self, why: Justification) -> str:
        parts = {
            "sentence": self.wording(why.sentence),
            "because": self.because(why.because),
            "runner_up": self.wording(why.runner_up),
        }
        if why.effect is not None:
            parts |= {"effect": json.dumps(why.effect.value), "gives_way_to": json.dumps(why.gives_way_to)}
        return "{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}"


def _step_row(plan: PlanId, step: PlannedStep, texts: _Texts) -> dict[str, Any]:
    return {
        "plan_id": plan,
        "person_id": step.person,
        "move": step.move,
        "module_key": step.module,
        "course_session_id": step.session,
        "assignment_id": step.assignment,
        "closes": texts.closes(step.closes),
        "due_on": step.due_on,
        "justification": texts.justification(step.justification),
    }


def _unmet_row(plan: PlanId, line: Unmet, texts: _Texts) -> dict[str, Any]:
    return {
        "plan_id": plan,
        "person_id": line.person,
        "competency_key": line.competency,
        "level": int(line.level),
        "due_on": line.due_on,
        "code": line.code,
        "sentence": texts.wording(line.sentence),
        "because": texts.because(line.because),
    }


def _seat_row(plan: PlanId, value: SeatValue) -> dict[str, Any]:
    return {"plan_id": plan, "course_session_id": value.session, "points": value.points}


def _options(snapshot: Snapshot, result: Result) -> dict[str, Any]:
    """What it takes to make the plan again."""
    given = result.options
    return {
        "mode": given.mode,
        "nodes": given.nodes,
        "mip_seconds": round(given.mip_seconds),
        "milliseconds": round(1000 * result.seconds),
        "stopped": result.stopped,
        "on": snapshot.facts.on.isoformat(),
        "instance": snapshot.instance.digest(),
        "versions": {name: version(name) for name in ("numpy", "highspy")},
        "notes": list(snapshot.notes),
    }


def _cause_json(cause: Cause) -> dict[str, Any]:
    return {
        "entry_id": cause.entry_id,
        "subject": None if cause.subject is None else {"kind": cause.subject.kind.value, "id": cause.subject.id},
        "sentence": cause.sentence.to_json(),
    }


# Deciding


def approve_plan(work: Work, *, plan: PlanId, seen_version: int) -> None:
    """Let a proposal take effect: give and take back as it says.

    Raises PlanDecided for what is no proposal any more, and PlanStale when assignments or seats have changed so that it
    no longer fits.
    """
    row = _proposed(work, plan, seen_version)
    stale = queries.stale_people(work.session, plan=plan)
    if stale:
        raise PlanStale(
            wording(
                "The assignments of {people} people have changed since this plan was made. Plan anew and decide on the new plan.",
                people=len(stale),
            )
        )
    gone = queries.seats_gone(work.session, plan=plan, on=work.today)
    if gone:
        raise PlanStale(
            wording(
                "The seats this plan gives in {title} are no longer free. Plan anew and decide on the new plan.",
                title=gone[0],
            )
        )
    _carry_out(work, row, queries.changes_of(work.session, plan=plan), decided_by=work.actor.person)


def _proposed(work: Work, plan: PlanId, seen_version: int) -> PlanRow:
    row = work.session.get(PlanRow, plan, with_for_update=True, populate_existing=True)
    if row is None:
        raise queries.NoSuchPlan
    if row.state is not PlanState.PROPOSED or row.version != seen_version:
        raise PlanDecided
    return row


def _carry_out(work: Work, row: PlanRow, changes: Sequence[PlannedStep], *, decided_by: PersonId | None) -> None:
    plan = PlanId(row.id)
    track_operations.assign(
        work,
        steps=[_to_assign(each) for each in changes if each.move is StepMove.GIVE],
        withdrawals=list(_to_withdraw(changes)),
        plan=plan,
        decided_by=decided_by,
    )
    row.state, row.decided_at, row.decided_by_id = PlanState.APPROVED, work.now, decided_by
    work.record(PlanApproved(plan_id=plan))


def _to_assign(step: PlannedStep) -> Step:
    return Step(
        person=step.person,
        module=step.module,
        session=step.session,
        closes=step.closes,
        due_on=step.due_on,
        reason=step.justification.sentence,
        because=step.justification.because,
    )


def _to_withdraw(changes: Iterable[PlannedStep]) -> Iterator[Withdrawal]:
    states = {StepMove.WITHDRAW: AssignmentState.WITHDRAWN, StepMove.REPLACE: AssignmentState.SUPERSEDED}
    for step in changes:
        if step.assignment is not None and step.move in states:
            yield Withdrawal(assignment=step.assignment, state=states[step.move], reason=step.justification.sentence)


def dismiss_plan(work: Work, *, plan: PlanId, seen_version: int, because: str = "") -> None:
    """Decide that nothing of a proposal is done; raises PlanDecided."""
    row = _proposed(work, plan, seen_version)
    row.state, row.decided_at, row.decided_by_id = PlanState.DISMISSED, work.now, work.actor.person
    row.dismissed_because = because.strip()
    work.record(PlanDismissed(plan_id=plan, because=row.dismissed_because))


def undo_plan(work: Work, *, plan: PlanId, seen_version: int) -> UndoReport:
    """Take back what an approved plan gave and give back what it took, as far as that is possible.

    What has begun or is done stays. Raises PlanDecided for a plan that is not approved, and TooLateToUndo once the first
    of its seats has begun.
    """
    row = work.session.get(PlanRow, plan, with_for_update=True, populate_existing=True)
    if row is None:
        raise queries.NoSuchPlan
    if row.state is not PlanState.APPROVED or row.version != seen_version:
        raise PlanDecided
    given = track_queries.assignments_in_plan(work.session, plan=plan)
    begun_on = queries.first_begun_seat(work.session, plan=plan, on=work.today)
    if begun_on is not None:
        raise TooLateToUndo(
            wording(
                "This plan can no longer be undone: its first seat began on {begun_on}. Plan anew instead.",
                begun_on=begun_on.isoformat(),
            )
        )
    taken = tuple(queries.taken_by(work.session, plan=plan))
    reason = wording("The plan that gave this was undone.")
    _, withdrawn = track_operations.assign(
        work,
        steps=(),
        withdrawals=[
            Withdrawal(assignment=each.id, state=AssignmentState.WITHDRAWN, reason=reason)
            for each in given
            if queries.is_untouched(each)
        ],
        plan=plan,
        decided_by=work.actor.person,
    )
    told = _restore(work, dict.fromkeys(taken, plan), subject=Subject(kind=SubjectKind.PLAN, id=plan))
    restored = tuple(each for each, became in told.items() if became is Returned.GIVEN_BACK)
    row.state, row.decided_at, row.decided_by_id = PlanState.UNDONE, work.now, work.actor.person
    work.record(PlanUndone(plan_id=plan))
    done = {*withdrawn}
    return UndoReport(
        withdrawn=withdrawn,
        stayed=tuple(
            each.id
            for each in given
            if each.id not in done and (each.is_open or each.state is AssignmentState.COMPLETED)
        ),
        restored=restored,
        lost=tuple(each for each in taken if each not in set(restored)),
    )


def give_back(work: Work, *, subject: Subject) -> Mapping[AssignmentId, Returned]:
    """Give people back what approved plans took because of a thing that no longer holds, as far as it can be.

    Returns what became of each, and keeps it for the page that says so. What the plans gave stays. Safe to repeat.
    """
    plans = queries.approved_because(work.session, subject=subject)
    taken = {each: plan for plan in plans for each in queries.taken_by(work.session, plan=plan)}
    if not taken:
        return {}
    return _restore(work, taken, subject=subject, asked=True)


def give_back_anew(work: Work, *, subject: Subject, taken_by: Collection[Subject]) -> Mapping[AssignmentId, Returned]:
    """Give people back, because of a thing, what approved plans took because of others, as far as it is asked for again.

    What is not asked again, and what nobody misses, is no part of the report. Safe to repeat.
    """
    taken = {
        each: plan
        for other in taken_by
        for plan in queries.approved_because(work.session, subject=other)
        for each in queries.taken_by(work.session, plan=plan)
    }
    open_again = queries.still_missed(work.session, assignments=taken)
    but = queries.not_to_give_back(work.session, taken=taken, on=work.today, asked=True) if taken else {}
    asked = {
        each: plan for each, plan in taken.items() if each in open_again and but.get(each) is not Returned.NOT_ASKED
    }
    return _restore(work, asked, subject=subject, asked=True) if asked else {}


def _restore(
    work: Work, taken: Mapping[AssignmentId, PlanId], *, subject: Subject, asked: bool = False
) -> Mapping[AssignmentId, Returned]:
    """Give back, keep what became of each, and tell of it; with `asked`, only what something in force asks for."""
    but = queries.not_to_give_back(work.session, taken=taken, on=work.today, asked=asked)
    told = track_operations.restore(work, assignments=tuple(taken), but=but)
    found = track_queries.assignments(work.session, ids=tuple(told))
    noted = set(
        work.session.scalars(
            select(GivenBackRow.assignment_id).where(
                GivenBackRow.subject_kind == subject.kind.value, GivenBackRow.subject_id == subject.id
            )
        )
    )
    rows = [
        {
            "subject_kind": subject.kind.value,
            "subject_id": subject.id,
            "plan_id": taken[each],
            "assignment_id": each,
            "person_id": found[each].person,
            "became": became,
            "noted_at": work.now,
        }
        for each, became in told.items()
        if each not in noted
    ]
    if rows:
        work.session.execute(insert(GivenBackRow), rows)
        fresh = {row["assignment_id"] for row in rows}
        work.record(
            TrainingGivenBack(
                restored=tuple(
                    each for each, became in told.items() if became is Returned.GIVEN_BACK and each in fresh
                ),
                lost=tuple(each for each, became in told.items() if became in LOST and each in fresh),
                instrument_id=subject.id if subject.kind is SubjectKind.INSTRUMENT else None,
                shock_id=subject.id if subject.kind is SubjectKind.SHOCK else None,
                plan_id=subject.id if subject.kind is SubjectKind.PLAN else None,
            )
        )
    return told


# Policy

_LEAST: Mapping[str, int] = {"seats_a_person": 1, "horizon_days": 30, "on_time": 1, "cost_den": 1}
_MOST: Mapping[str, int] = {
    "freeze_days": 365,
    "seats_a_person": 50,
    "most_people_changed": 100_000,
    "horizon_days": 1095,
    "on_time": 100_000,
    "early": 100_000,
    "late": 100_000,
    "late_decay": 10_000,
    "seat": 1_000_000,
    "cost_num": 10_000,
    "cost_den": 1_000_000,
    "change": 100_000_000,
}


def set_policy(work: Work, *, policy: Policy) -> int:
    """Put a policy in force for all plans made from now on; return its number. Raises BadPolicy with every problem."""
    problems = tuple(_problems_of(policy))
    if problems:
        raise BadPolicy(wording("This policy cannot be used yet."), problems=problems)
    before = _policy_row(work)
    made = replace(policy, number=before.number + 1)
    work.session.add(
        PlanPolicyRow(number=made.number, set_at=work.now, set_by_id=work.actor.person, content=asdict(made))
    )
    work.record(PlanPolicySet(number=made.number))
    return made.number


def _problems_of(policy: Policy) -> Iterator[Problem]:
    for name, most in _MOST.items():
        value, least = getattr(policy, name), _LEAST.get(name, 0)
        if not least <= value <= most:
            yield Problem(field=name, message=wording("Enter a number from {least} to {most}.", least=least, most=most))
    if policy.late > policy.on_time:
        message = wording(
            "Closing a gap late cannot be worth more than closing it on time, which is {on_time}.",
            on_time=policy.on_time,
        )
        yield Problem(field="late", message=message)
    if policy.freeze_days >= policy.horizon_days:
        yield Problem(field="freeze_days", message=wording("This must be shorter than the time a plan looks ahead."))


def _policy_row(work: Work) -> PlanPolicyRow:
    """The row of the policy in force; the default is written down when it is first used."""
    row = work.session.scalars(select(PlanPolicyRow).order_by(PlanPolicyRow.number.desc()).limit(1)).one_or_none()
    if row is None:
        row = PlanPolicyRow(number=DEFAULT_POLICY.number, set_at=work.now, content=asdict(DEFAULT_POLICY))
        work.session.add(row)
        work.session.flush()  # plans name it
    return row


def _changed(work: Work, statement: Any) -> int:
    result = work.session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
