"""Where migrations run: on the connection they are given, or on the database that the environment names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, create_engine

import trainer.app  # noqa: F401 - reaches every table
from config import from_environment
from trainer.kernel.db import Base, prepare


def run(connection: Connection) -> None:
    """Run on an open connection; one transaction for all that is to be done."""
    with without_references(connection):
        migrate(connection)
        connection.commit()


@contextmanager
def without_references(connection: Connection) -> Iterator[None]:
    """Let SQLite make a table anew that others refer to: it takes that for a deletion of all its rows, and refuses it.

    Works outside a transaction only.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def migrate(connection: Connection) -> None:
    """Bring the schema up or down, and see that every reference still leads somewhere."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                message = f"the migration leaves references that lead nowhere: {broken[:10]}"
                raise RuntimeError(message)


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(from_environment(os.environ).database_url)
    prepare(engine)
    with engine.connect() as opened:
        run(opened)
