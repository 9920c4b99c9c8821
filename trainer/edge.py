"""Where the outside meets the domain: the database, clock and mailer of this process, and `transaction()`, the only commit.

Everything here works inside an application context. Nothing below this module knows that there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from trainer.kernel.clock import Clock, SetClock
from trainer.kernel.db import Base, begin_writing
from trainer.kernel.work import Actor, Work
from trainer.notifications.values import Mailer

db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"join_transaction_mode": "create_savepoint"},
)

acting: ContextVar[Actor] = ContextVar("acting")
"""Who acts in this request or job; set by the shell, read by `transaction()`."""


@dataclass(slots=True, kw_only=True)
class Edge:
    """What one application stands on, reached as `edge()`."""

    clock: Clock
    mailer: Mailer
    zone: ZoneInfo
    before_commit: list[Callable[[Work], None]] = field(default_factory=list)
    """Called inside a transaction that recorded something: to defer what must react, with the facts or not at all."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """Called after such a transaction is committed: to wake whoever reacts in this process."""


def install(app: Flask, *, clock: Clock, mailer: Mailer, zone: str) -> Edge:
    """Give the application its edge."""
    made = Edge(clock=clock, mailer=mailer, zone=ZoneInfo(zone))
    app.extensions["trainer"] = made
    return made


def edge() -> Edge:
    """The edge of the current application."""
    found = current_app.extensions["trainer"]
    assert isinstance(found, Edge)
    return found


def now() -> datetime:
    """The present instant, aware, UTC."""
    return edge().clock.now()


def today() -> date:
    """The organisation's calendar day."""
    return now().astimezone(edge().zone).date()


def move_clock(day: date) -> None:
    """Set the clock of a scenario to the morning of a day; only where the clock can be set."""
    clock = edge().clock
    assert isinstance(clock, SetClock)
    clock.set(datetime.combine(day, time(9), tzinfo=edge().zone))


def reading() -> Session:
    """The session of this request or job, for queries."""
    return db.session()


@contextmanager
def transaction(actor: Actor | None = None) -> Iterator[Work]:
    """Open one piece of work; commit it when the block ends, roll it back when anything is raised.

    Ends the read transaction that went before: a write after a stale read would fail on SQLite whatever the timeout.
    Not to be nested.
    """
    session = db.session()
    session.rollback()
    begin_writing(session)
    instant = now()
    work = Work(
        session=session,
        now=instant,
        today=instant.astimezone(edge().zone).date(),
        actor=actor or acting.get(),
    )
    try:
        yield work
        session.flush()
        if work.recorded:
            for tell in edge().before_commit:
                tell(work)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    if work.recorded:
        for wake in edge().after_commit:
            wake()


@contextmanager
def job_transaction(name: str) -> Iterator[Work]:
    """A transaction whose actor is the named job."""
    with transaction(Actor(job=name)) as work:
        yield work
