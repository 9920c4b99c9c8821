"""A small lived-in world for whole stories: the demonstration with 150 people, loaded once, fresh for every test."""

import shutil
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY, app_for
from tests.support.database import House, PostgresHouse, SqliteHouse
from tests.support.site import Site
from trainer import edge, jobs
from trainer.accounts.models import Mission, Person
from trainer.accounts.values import MissionId
from trainer.demo import load as loading
from trainer.edge import db
from trainer.kernel.values import PersonId

PEOPLE = 150
SEED = 7


def load_world(made: House, *, today: date = TODAY) -> None:
    """Fill a database with the demonstration; on SQLite the template is filled."""
    if isinstance(made, SqliteHouse):
        shutil.copy(made.template, made.file)
    app = app_for(made.url)
    with app.app_context():
        loading.load(
            partial(edge.job_transaction, "demo"),
            people=PEOPLE,
            seed=SEED,
            today=today,
            progress=lambda *_: None,
            plan_all=jobs.run_everything,
        )
        db.session.remove()
        if isinstance(made, SqliteHouse):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    if isinstance(made, SqliteHouse):
        shutil.copy(made.file, made.template)


@pytest.fixture(scope="session")
def house(engine_name: str) -> Iterator[House]:
    """A database that is lived in; on SQLite its copy is the template of every test."""
    made: House = SqliteHouse() if engine_name == "sqlite" else PostgresHouse.on_the_server()
    load_world(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def _app(house: House) -> Flask:
    return app_for(house.url)


class World:
    """The people and missions of the demonstration by their names, and the passing of time."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session

    def person(self, email: str) -> PersonId:
        return PersonId(self.session.scalars(select(Person.id).where(Person.email == f"{email}@demo.example")).one())

    def mission(self, key: str) -> MissionId:
        return MissionId(self.session.scalars(select(Mission.id).where(Mission.key == key)).one())

    def react(self) -> None:
        """Let the background do what waits."""
        self.session.commit()
        jobs.work_off()
        self.session.expire_all()

    def a_day_passes(self) -> None:
        """What the morning brings, and everything that follows from it."""
        self.session.commit()
        jobs.run_everything()
        self.session.expire_all()


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """The lived-in world."""
    return World(app, session)


@pytest.fixture
def as_person(site: Site, world: World):
    """Sign in by the first part of the address: `as_person("officer")`."""

    def sign_in(email: str) -> Site:
        return site.sign_in(world.person(email))

    return sign_in
