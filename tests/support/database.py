"""Databases for tests: a copy of a template file on SQLite, one database with an outer transaction on PostgreSQL."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from config import database_url
from trainer.edge import db
from trainer.jobs import install_queue
from trainer.kernel import leases, ledger  # noqa: F401 - their tables
from trainer.kernel.db import Base, prepare

for _capability in (
    "accounts",
    "catalogue",
    "competencies",
    "mandates",
    "notifications",
    "observations",
    "partners",
    "planning",
    "readiness",
    "scenarios",
    "shocks",
    "tracks",
):
    import_module(f"trainer.{_capability}.models")

SERVER = "TEST_DATABASE_URL"


class SqliteHouse:
    """One file per process, replaced by a copy of the template before each test."""

    name = "sqlite"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trainer-tests-"))
        self.template = self.folder / "template.sqlite3"
        self.file = self.folder / "test.sqlite3"
        self.url = f"sqlite:///{self.file}"
        engine = create_engine(f"sqlite:///{self.template}")
        prepare(engine)
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    @contextmanager
    def fresh(self, app: Flask) -> Iterator[None]:
        for leftover in self.folder.glob("test.sqlite3*"):
            leftover.unlink()
        shutil.copy(self.template, self.file)
        yield
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresHouse:
    """One database per process; each test runs inside an outer transaction that is rolled back."""

    name = "postgresql"

    @classmethod
    def on_the_server(cls) -> "PostgresHouse":
        """A database of its own beside the others of this process."""
        return cls(os.environ[SERVER])

    def __init__(self, server: str) -> None:
        self.server = make_url(database_url(server))
        self.database = f"trainer_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._on_server(f'CREATE DATABASE "{self.database}"')
        url = self.server.set(database=self.database)
        self.url = url.render_as_string(hide_password=False)
        self.used: list[Engine] = []
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        install_queue(self.url)

    @contextmanager
    def fresh(self, app: Flask) -> Iterator[None]:
        with app.app_context():
            engines = db._app_engines[app]
            engine = engines[None]
            self.used.append(engine)
            connection = engine.connect()
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]  # the session joins this connection's transaction
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()
                connection.close()

    def close(self) -> None:
        for engine in self.used:
            engine.dispose()
        self._on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


House = SqliteHouse | PostgresHouse


@contextmanager
def own_database(kind: str) -> Iterator[str]:
    """The address of an empty database with the schema, for tests that need several connections; dropped afterwards."""
    house: House = SqliteHouse() if kind == "sqlite" else PostgresHouse(os.environ[SERVER])
    if isinstance(house, PostgresHouse):
        yield house.url
    else:
        shutil.copy(house.template, house.file)
        yield house.url
    house.close()
