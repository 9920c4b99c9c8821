"""The process that keeps time: a leader lock, and APScheduler as the clock. It holds no state.

Only the holder of the lock ticks. A tick runs the job here on SQLite and defers it on PostgreSQL, so that a moment with two
leaders does no harm and a missed tick is caught up by the next.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import Connection, text

from config import Settings
from trainer import edge, jobs
from trainer.edge import job_transaction
from trainer.kernel import leases
from trainer.kernel.clock import SystemClock

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
LEASE_NAME = "scheduler"
ADVISORY_LOCK = 0x7261696E
"""Any number that nothing else on the server uses as an advisory lock."""
LOOK_AGAIN = timedelta(seconds=5)


class LeasedRow:
    """Leadership on SQLite: a row that is ours while we renew it."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def hold(self) -> bool:
        """Take the lead or keep it."""
        with job_transaction("lead") as work:
            return leases.take(work.session, name=LEASE_NAME, holder=self.holder, now=work.now, span=LEASE)

    def let_go(self) -> None:
        """Leave the lead to the next at once."""
        with job_transaction("lead") as work:
            leases.give_up(work.session, name=LEASE_NAME, holder=self.holder, now=work.now)


class AdvisoryLock:
    """Leadership on PostgreSQL: a lock that the server frees when our connection dies."""

    def __init__(self) -> None:
        self.connection: Connection | None = None

    def hold(self) -> bool:
        """Take the lead or keep it."""
        if self.connection is not None:
            try:
                self.connection.execute(text("SELECT 1"))
            except Exception:  # noqa: BLE001 - whatever ended the connection ended the lock
                logger.warning("lost the leader lock's connection")
                self.connection.invalidate()
                self.connection = None
            else:
                return True
        connection = edge.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}).scalar():
            self.connection = connection
            return True
        connection.close()
        return False

    def let_go(self) -> None:
        """Leave the lead to the next at once."""
        if self.connection is not None:
            self.connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            self.connection.close()
            self.connection = None


class Timekeeper:
    """Runs the ticks of one process while it leads."""

    def __init__(self, app: Flask, *, on_tick: Callable[[str], None]) -> None:
        self.app = app
        self.on_tick = on_tick
        with app.app_context():
            self.lead: LeasedRow | AdvisoryLock = (
                LeasedRow() if edge.db.engine.dialect.name == "sqlite" else AdvisoryLock()
            )
        self.leads = False
        # One thread for work, one for the lead: a long plan must not cost us the lease.
        self.scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1), "lead": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Look for the lead at once and go on looking."""
        self.scheduler.add_job(
            self._keep_lead,
            "interval",
            seconds=LOOK_AGAIN.total_seconds(),
            executor="lead",
            id="lead",
            next_run_time=_now(),
        )
        self.scheduler.start()

    def stop(self) -> None:
        """Finish the step that is running, then let go."""
        self.scheduler.shutdown(wait=True)
        with self.app.app_context():
            if self.leads:
                self.lead.let_go()
            edge.db.session.remove()

    def wake(self) -> None:
        """Bring the next look at waiting work forward to now."""
        job = self.scheduler.get_job("work") if self.leads else None
        if job is not None:
            job.modify(next_run_time=_now())

    def _keep_lead(self) -> None:
        with self.app.app_context():
            try:
                leads = self.lead.hold()
            except Exception:
                logger.exception("could not look for the lead")
                leads = False
            finally:
                edge.db.session.remove()
        if leads and not self.leads:
            logger.info("this process keeps time")
            for job in jobs.JOBS:
                self.scheduler.add_job(
                    partial(self._tick, job.name),
                    "interval",
                    seconds=job.every.total_seconds(),
                    id=job.name,
                    replace_existing=True,
                    next_run_time=_now(),
                )
        if self.leads and not leads:
            logger.warning("another process keeps time now")
            for job in jobs.JOBS:
                self.scheduler.remove_job(job.name)
        self.leads = leads

    def _tick(self, name: str) -> None:
        with self.app.app_context():
            self.on_tick(name)


def _now() -> datetime:
    """The present on the machine's own clock, by which the scheduler ticks, whatever day a scenario plays on."""
    return SystemClock().now()


def start_in_process(app: Flask) -> Timekeeper:
    """On SQLite: keep time and do the work in this process, woken by whatever is recorded in it."""
    keeper = Timekeeper(app, on_tick=jobs.run_job)
    with app.app_context():
        edge.edge().after_commit.append(keeper.wake)
    keeper.start()
    return keeper


def run_worker(app: Flask, *, concurrency: int, stop: threading.Event | None = None) -> None:
    """On PostgreSQL: keep time if we lead, and take jobs from the queue until a signal ends us."""
    settings: Settings = app.config["SETTINGS"]
    ticking = app.extensions["trainer-queue"]
    taking = jobs.queue_app(settings.database_url, takes_jobs=True)
    keeper = Timekeeper(app, on_tick=partial(jobs.defer_tick, ticking))
    with app.app_context(), ticking.open():
        keeper.start()
        try:
            taking.run_worker(
                concurrency=concurrency,
                wait=stop is None,
                install_signal_handlers=stop is None,
                delete_jobs="successful",
            )
        finally:
            keeper.stop()
