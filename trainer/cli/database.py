"""The database at the terminal: its schema, and one piece of work on it without an application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import ROOT, database_url
from trainer.kernel.clock import SystemClock
from trainer.kernel.db import begin_writing, prepare
from trainer.kernel.work import Actor, Work


def open_engine(url: str) -> Engine:
    """An engine for the address, made ready; the folder of an SQLite file is made too. Refuses an address it cannot read."""
    try:
        address = database_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--database") from error
    file = make_url(address).database
    if address.startswith("sqlite") and file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address)
    prepare(engine)
    return engine


def upgrade(engine: Engine) -> bool:
    """Bring the schema up to date; True when there was something to do."""
    config = _config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return False
        connection.rollback()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return True


def require_current(engine: Engine) -> None:
    """Refuse a database whose schema is not this program's; an empty one is made up."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        empty = not inspect(connection).get_table_names()
    if present == head:
        return
    if empty:
        upgrade(engine)
        return
    raise click.ClickException(
        "The database has the schema of another version of Trainer. Run `trainer migrate` first."
    )


@contextmanager
def work_on(url: str, *, job: str = "command") -> Iterator[Work]:
    """One piece of work on the database at the address: committed when the block ends, rolled back when it raises."""
    engine = open_engine(url)
    require_current(engine)
    now = SystemClock().now()
    with Session(engine) as session:
        begin_writing(session)
        try:
            yield Work(session=session, now=now, today=now.date(), actor=Actor(job=job))
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
            engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config
