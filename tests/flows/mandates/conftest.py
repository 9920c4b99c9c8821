"""A ground without missions: competencies, modules, rules and staff; each story brings its own mission and people."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import partial

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import app_for
from tests.factories import accounts
from tests.flows.mandates.story import Story
from tests.support.database import House, PostgresHouse, SqliteHouse
from trainer import edge
from trainer.accounts.values import Office
from trainer.demo import facts, ground, partners
from trainer.demo.load import settle, store_curricula
from trainer.edge import db
from trainer.kernel.clock import SetClock

LAID_ON = date(2005, 1, 1)
"""Before every story, so that modules and rules are there in all of them."""


def lay_ground(made: House) -> None:
    """Fill a database with what all stories share; on SQLite the template is filled."""
    if isinstance(made, SqliteHouse):
        shutil.copy(made.template, made.file)
    app = app_for(made.url)
    app.extensions["trainer"].clock.set(datetime.combine(LAID_ON, time(9), tzinfo=UTC))
    open_work = partial(edge.job_transaction, "demo")
    with app.app_context():
        known = facts.read_facts()
        store_curricula(open_work, progress=lambda *_: None)
        with open_work() as work:
            ground.store_organisations(
                work, organisations=known.organisations, partners=partners.read_market().partners
            )
            ground.store_rules(work, rules=known.rules)
            accounts.holder(work.session, Office.MANDATE_OFFICER)
            accounts.holder(work.session, Office.READINESS_MANAGER)
            settle(work)
        db.session.remove()
        if isinstance(made, SqliteHouse):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    if isinstance(made, SqliteHouse):
        shutil.copy(made.file, made.template)


@pytest.fixture(scope="session")
def house(engine_name: str) -> Iterator[House]:
    """A database with the ground laid; on SQLite its copy is the template of every test."""
    made: House = SqliteHouse() if engine_name == "sqlite" else PostgresHouse.on_the_server()
    lay_ground(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def _app(house: House) -> Flask:
    return app_for(house.url)


@pytest.fixture
def story(app: Flask, session: Session, clock: SetClock) -> Story:
    """The teller of a story, whose clock moves as told."""
    app.extensions["trainer"].before_commit.clear()  # nothing is deferred to a queue: the story does it
    return Story(session, clock)
