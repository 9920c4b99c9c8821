"""Where migrations run: on the connection they are given, or on the database that the environment names."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine

import trainer.app  # noqa: F401 - reaches every table
from config import from_environment
from trainer.kernel.db import Base, prepare


def run(connection: Connection) -> None:
    """Run on an open connection; one transaction for all that is to be done."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(from_environment(os.environ).database_url)
    prepare(engine)
    with engine.connect() as opened:
        run(opened)
        opened.commit()
