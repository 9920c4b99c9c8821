"""One door to background work: what is done when, and how this process and others are woken for it.

SQLite: the scheduler's process works everything off itself. PostgreSQL: whoever records something defers a procrastinate
job in the same transaction, and workers on any number of machines take it; the scheduler's ticks defer, never work.
Every job may run twice, at once or again, and must not mind: it claims what it works on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_babel import force_locale, gettext
from sqlalchemy import text

from config import Settings
from trainer import edge, reactions
from trainer.accounts import operations as account_operations
from trainer.audit import operations as audit_operations
from trainer.competencies import operations as competency_operations
from trainer.edge import job_transaction, reading
from trainer.interop import mail
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.notifications import operations as notification_operations
from trainer.notifications.values import Mail, Message
from trainer.planning import operations as plan_operations
from trainer.planning import queries as plan_queries
from trainer.planning.operations import RunTaken, SnapshotChanged
from trainer.planning.values import PlanRunId
from trainer.previews import queries as preview_queries
from trainer.previews.queries import Stopped
from trainer.readiness import operations as readiness_operations
from trainer.scenarios import operations as scenario_operations
from trainer.scenarios import queries as scenario_queries
from trainer.scenarios.values import Step, StepDone, WhatIfRunId
from trainer.tracks import operations as track_operations

if TYPE_CHECKING:
    from procrastinate import App

logger = logging.getLogger(__name__)

PLAN_ATTEMPTS = 3
"""How often a run starts over because what it read changed meanwhile; then it is parked with the reason."""
HOLD_AGAIN_AFTER = 60.0
"""Seconds after which whoever makes a plan says again that they are at it: a stage may take longer than a run is held."""
QUEUE_SCHEMA = "procrastinate"


def react() -> bool:
    """Work off the ledger; True when there was something."""
    return reactions.drain(partial(job_transaction, "react")).settled > 0


def plan() -> bool:
    """Make one plan that was asked for; True when there was one."""
    with job_transaction("plan") as work:
        run = plan_operations.claim_run(work)
    if run is None:
        return False
    try:
        with plan_queries.without_collecting():
            _plan(run)
    except RunTaken:
        logger.info("plan run %s is somebody else's by now", run)
    except Exception as error:
        logger.exception("plan run %s failed", run)
        with job_transaction("plan") as work:
            plan_operations.park_run(work, run=run, because=repr(error))
    return True


def _plan(run: PlanRunId) -> None:
    """Read, solve with no transaction open, store; start over when what was read has changed."""
    progress = _Progress(run)
    for _ in range(PLAN_ATTEMPTS):
        session = reading()
        session.rollback()
        snapshot = plan_queries.read_snapshot(session, run=run, on=edge.today())
        session.rollback()
        result = plan_operations.solve(snapshot, on_progress=progress.note, should_stop=progress.stopped)
        try:
            with job_transaction("plan") as work:
                plan_operations.store_plan(work, run=run, snapshot=snapshot, result=result)
        except SnapshotChanged:
            continue
        return
    with job_transaction("plan") as work:
        plan_operations.park_run(work, run=run, because="what it rests on changed during each of three tries")


def what_if() -> bool:
    """Work out one scenario or preview that was asked for; True when there was one."""
    with job_transaction("what-if") as work:
        run = scenario_operations.claim_run(work)
    if run is None:
        return False
    bring_to_end(run)
    return True


def bring_to_end(run: WhatIfRunId) -> None:
    """Bring a run that was claimed to its end, whichever it is: a worker's, or that of a reader who waits."""
    try:
        _work_out(run)
    except scenario_operations.RunTaken:
        logger.info("what-if run %s is somebody else's by now", run)
    except Stopped:
        with job_transaction("what-if") as work:
            scenario_operations.end_cancelled(work, run=run)
    except Exception as error:
        logger.exception("what-if run %s failed", run)
        with job_transaction("what-if") as work:
            scenario_operations.park_run(work, run=run, because=repr(error))


def _work_out(run: WhatIfRunId) -> None:
    """Read, work out with no transaction open, store."""
    session = reading()
    session.rollback()
    asked = scenario_queries.run(session, run=run)
    began = time.perf_counter()
    if asked.draft is not None:
        seen, last_entry = scenario_queries.read_preview(session, draft=asked.draft, on=edge.today())
        session.rollback()
        steps = _Steps(run, began)
        steps.note(Step.READ)
        plans = iter((Step.WITHOUT, Step.WITH))
        preview = preview_queries.work_out(
            seen, should_stop=partial(_what_if_stopped, run), on_plan=lambda: steps.note(next(plans))
        )
        with job_transaction("what-if") as work:
            scenario_operations.store_preview(
                work, run=run, attempt=asked.attempts, preview=preview, last_entry=last_entry
            )
        return
    assert asked.scenario is not None
    found = scenario_queries.scenario(session, scenario=asked.scenario)
    case = scenario_queries.read_case(
        session,
        name=found.name,
        what_ifs=found.what_ifs,
        missions=scenario_queries.looks_at(session, found),
        on=edge.today(),
    )
    session.rollback()
    effects = scenario_operations.work_out(
        case,
        read_in=round(1000 * (time.perf_counter() - began)),
        note=partial(_note_step, run),
        should_stop=partial(_what_if_stopped, run),
    )
    with job_transaction("what-if") as work:
        scenario_operations.store_effects(
            work,
            run=run,
            attempt=asked.attempts,
            scenario_version=found.version,
            effects=effects,
            last_entry=case.last_entry,
        )


class _Steps:
    """Notes the steps of a run as they are done, each with the time since the one before."""

    def __init__(self, run: WhatIfRunId, began: float) -> None:
        self.run, self.last = run, began

    def note(self, step: Step) -> None:
        now = time.perf_counter()
        _note_step(self.run, StepDone(step=step, milliseconds=round(1000 * (now - self.last))))
        self.last = now


def _note_step(run: WhatIfRunId, step: StepDone) -> None:
    with job_transaction("what-if") as work:
        scenario_operations.note_step(work, run=run, step=step)


def _what_if_stopped(run: WhatIfRunId) -> bool:
    session = reading()
    session.rollback()
    asked = scenario_queries.is_cancel_asked(session, run=run)
    session.rollback()
    return asked


class _Progress:
    """Tells the run's page how far the planner is, and asks whether somebody cancelled."""

    def __init__(self, run: PlanRunId) -> None:
        self.run = run
        self.held_at = time.monotonic()

    def note(self, stage: Any) -> None:
        with job_transaction("plan") as work:
            plan_operations.note_progress(work, run=self.run, stage=stage)
        self.held_at = time.monotonic()

    def stopped(self) -> bool:
        if time.monotonic() - self.held_at > HOLD_AGAIN_AFTER:
            with job_transaction("plan") as work:
                plan_operations.hold_run(work, run=self.run)
            self.held_at = time.monotonic()
        session = reading()
        session.rollback()
        asked = plan_queries.is_cancel_asked(session, run=self.run)
        session.rollback()
        return asked


def refresh() -> bool:
    """Work out one mission's readiness anew, if any wants it."""
    with job_transaction("refresh") as work:
        return readiness_operations.refresh_wanted(work) is not None


def deliver() -> bool:
    """Send one mail; the message is claimed and committed before, its outcome after."""
    with job_transaction("deliver") as work:
        message = notification_operations.claim_next(work)
    if message is None:
        return False
    try:
        edge.edge().mailer.send(_worded(message))
    except OSError as error:
        with job_transaction("deliver") as work:
            notification_operations.mark_failed(work, notification=message.id, because=str(error))
        return True
    with job_transaction("deliver") as work:
        notification_operations.mark_sent(work, notification=message.id)
    return True


def _worded(message: Message) -> Mail:
    settings: Settings = current_app.config["SETTINGS"]
    with force_locale(message.language):
        return mail.render(
            message,
            environment=current_app.jinja_env,
            translate=gettext,
            base_url=settings.base_url,
            site_name=settings.site_name,
        )


def work_off(*, most: int = 10_000) -> int:
    """Do whatever is waiting until nothing is; returns how many steps that took."""
    steps = 0
    while steps < most and any(step() for step in (react, plan, refresh, what_if, deliver)):
        steps += 1
    return steps


def _in_transaction(name: str, operation: Callable[[Work], object]) -> Callable[[], None]:
    def run() -> None:
        with job_transaction(name) as work:
            operation(work)

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that time alone brings about."""

    name: str
    every: timedelta
    run: Callable[[], object]
    """Looks itself what is due: a missed tick is caught up by the next."""


JOBS: tuple[Job, ...] = (
    Job(name="work", every=timedelta(seconds=5), run=work_off),
    Job(name="seal", every=timedelta(seconds=10), run=_in_transaction("seal", audit_operations.seal)),
    Job(
        name="mission-days",
        every=timedelta(minutes=10),
        run=_in_transaction("mission-days", account_operations.note_mission_days),
    ),
    Job(
        name="posting-days",
        every=timedelta(minutes=10),
        run=_in_transaction("posting-days", account_operations.note_posting_days),
    ),
    Job(
        name="mandate-days",
        every=timedelta(minutes=10),
        run=_in_transaction("mandate-days", mandate_operations.note_mandate_days),
    ),
    Job(name="drafts", every=timedelta(minutes=30), run=_in_transaction("drafts", mandate_operations.note_draft_days)),
    Job(
        name="expire",
        every=timedelta(minutes=30),
        run=_in_transaction("expire", competency_operations.note_expiries),
    ),
    Job(name="remind", every=timedelta(minutes=30), run=_in_transaction("remind", track_operations.note_overdue)),
    Job(
        name="snapshot",
        every=timedelta(minutes=30),
        run=_in_transaction("snapshot", readiness_operations.take_snapshots),
    ),
)

_BY_NAME: Mapping[str, Job] = {job.name: job for job in JOBS}


def run_job(name: str) -> None:
    """Run a job by its name; whatever it raises is logged and left to its next turn."""
    try:
        _BY_NAME[name].run()
    except Exception:
        logger.exception("job %s failed", name)
    finally:
        edge.db.session.remove()


def run_everything() -> int:
    """What a day brings, and everything that follows from it, at once: for scenarios, tests and the terminal."""
    for job in JOBS:
        if job.name not in {"work", "seal"}:
            job.run()
    steps = work_off()
    _BY_NAME["seal"].run()
    return steps


def install(app: Flask, settings: Settings) -> None:
    """Make recording something wake whoever reacts: on PostgreSQL, defer a job in the same transaction."""
    if settings.on_sqlite:
        return
    queue = queue_app(settings.database_url)
    app.extensions["trainer-queue"] = queue
    with app.app_context():
        edge.edge().before_commit.append(partial(_defer, queue))


def queue_app(url: str, *, takes_jobs: bool = False) -> App:
    """The procrastinate application with our one task; not opened.

    Deferring and taking jobs need two of them: the connector that takes jobs cannot defer on somebody's open connection.
    """
    from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

    kind = PsycopgConnector if takes_jobs else SyncPsycopgConnector
    dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
    queue = App(connector=kind(conninfo=dsn, kwargs={"options": f"-csearch_path={QUEUE_SCHEMA},public"}))
    queue.task(name="job")(_run_in_worker)
    return queue


def _run_in_worker(name: str) -> None:
    with current_app.app_context():
        run_job(name)


def _defer(queue: App, work: Work) -> None:
    """Defer within the transaction that recorded something: both stand or fall together."""
    connection = work.session.connection().connection.driver_connection
    work.session.execute(text(f"SET LOCAL search_path TO {QUEUE_SCHEMA}, public"))
    queue.configure_task("job", connection=connection).defer(name="work")


def defer_tick(queue: App, name: str) -> None:
    """Defer a job because its time came; one that still waits is enough."""
    from procrastinate.exceptions import AlreadyEnqueued

    try:
        queue.configure_task("job", queueing_lock=name).defer(name=name)
    except AlreadyEnqueued:
        logger.debug("job %s still waits", name)


def install_queue(url: str) -> bool:
    """Make the queue's tables in their own schema unless they are there; True when they were made."""
    import psycopg
    from procrastinate import SyncPsycopgConnector
    from procrastinate.schema import SchemaManager

    dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass(%s)", [f"{QUEUE_SCHEMA}.procrastinate_jobs"]).fetchone()
        if found is not None and found[0] is not None:
            return False
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {QUEUE_SCHEMA}")
    connector = SyncPsycopgConnector(conninfo=dsn, kwargs={"options": f"-csearch_path={QUEUE_SCHEMA},public"})
    with contextmanager(_opened)(connector):
        SchemaManager(connector=connector).apply_schema()
    return True


def _opened(connector: Any) -> Any:
    connector.open()
    try:
        yield connector
    finally:
        connector.close()
