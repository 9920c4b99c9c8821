"""A process that is killed in the middle of a replan loses nothing and doubles nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from tests.conftest import NOW, app_for
from tests.support.database import House, SqliteHouse
from trainer import edge
from trainer.edge import db
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import DraftId

WORK = """
import sys
from datetime import UTC, datetime
from tests.conftest import app_for
from trainer import jobs
from trainer.kernel.clock import SetClock
app = app_for(sys.argv[1])
app.extensions["trainer"].clock = SetClock(datetime.fromisoformat(sys.argv[2]))
with app.app_context():
    print("ready", flush=True)
    jobs.work_off()
print("done", flush=True)
"""
ROOT = Path(__file__).parents[2]
KILLS = 8


def publish(url: str) -> None:
    """Publish the draft that waits for MONUSCO, and do nothing of what follows."""
    app = app_for(url)
    with app.app_context():
        session = edge.reading()
        draft = next(each for each in mandate_queries.drafts(session) if each.symbol == "S/RES/2808")
        page = mandate_queries.draft_page(session, draft=DraftId(draft.id), on=edge.today())
        with edge.job_transaction("test") as work:
            mandate_operations.publish_draft(
                work, draft=DraftId(draft.id), seen_draft=page.version, seen_version=page.mandate_version
            )
        db.session.remove()
        db.engine.dispose()


def worker(url: str, *, minutes_later: int) -> subprocess.Popen[str]:
    """A process that works everything off; its clock is later with every start, so that leases run out."""
    now = (NOW + timedelta(minutes=minutes_later)).isoformat()
    return subprocess.Popen(
        [sys.executable, "-c", WORK, url, now],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def what_became(engine: Engine) -> dict[str, object]:
    """What the replan left behind, without what differs by chance."""
    asked = {
        "plans": "SELECT count(*) FROM plan WHERE state = 'proposed'",
        "steps": "SELECT count(*) FROM plan_step s JOIN plan p ON p.id = s.plan_id WHERE p.state = 'proposed'",
        "unmet": "SELECT count(*) FROM plan_unmet u JOIN plan p ON p.id = u.plan_id WHERE p.state = 'proposed'",
        "plan": "SELECT max(plan_hash) FROM plan WHERE state = 'proposed'",
        "open entries": "SELECT count(*) FROM ledger_entry WHERE settled_at IS NULL",
        "parked": "SELECT count(*) FROM reaction_claim WHERE parked_at IS NOT NULL",
        "runs not stored": "SELECT count(*) FROM plan_run WHERE state IN ('open', 'running', 'parked')",
        "messages": "SELECT count(*) FROM notification",
        "proposals recorded": "SELECT count(*) FROM ledger_entry WHERE event = 'PlanProposed'",
    }
    with engine.connect() as connection:
        found = {name: connection.execute(text(query)).scalar() for name, query in asked.items()}
    engine.dispose()
    return found


@pytest.mark.slow
def test_killing_the_process_at_any_point_of_a_replan_loses_and_doubles_nothing(house: House, tmp_path: Path) -> None:
    if not isinstance(house, SqliteHouse):
        pytest.skip("the file is copied for each run; what is claimed on PostgreSQL is tested beside the capabilities")
    published = tmp_path / "published.sqlite3"
    shutil.copy(house.template, published)
    publish(f"sqlite:///{published}")
    _flatten(published)

    # given what an undisturbed run leaves behind, and how long it takes
    calm = tmp_path / "calm.sqlite3"
    shutil.copy(published, calm)
    with worker(f"sqlite:///{calm}", minutes_later=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        process.wait(timeout=120)
        took = time.monotonic() - began
    expected = what_became(create_engine(f"sqlite:///{calm}"))
    assert (expected["plans"], expected["open entries"], expected["parked"]) == (1, 0, 0)

    # when others are killed at moments spread over that time, and started again
    killed = tmp_path / "killed.sqlite3"
    for nth in range(KILLS):
        shutil.copy(published, killed)
        for leftover in tmp_path.glob("killed.sqlite3-*"):
            leftover.unlink()
        with worker(f"sqlite:///{killed}", minutes_later=0) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(took * (nth + 0.5) / KILLS)
            process.send_signal(signal.SIGKILL)
        with worker(f"sqlite:///{killed}", minutes_later=10) as process:
            assert process.wait(timeout=120) == 0

        # then the same is there in the end, once
        assert what_became(create_engine(f"sqlite:///{killed}")) == expected


def _flatten(file: Path) -> None:
    """Put everything into the one file that is copied."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
