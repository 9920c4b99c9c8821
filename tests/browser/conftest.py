"""The lived-in world behind a real server with its scheduler, and Chromium before it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from config import Settings
from tests.flows.conftest import load_world
from tests.support.database import SqliteHouse
from trainer.app import create_app
from trainer.demo import load as loading
from trainer.worker import start_in_process


@pytest.fixture(scope="session")
def lived_in() -> Iterator[Path]:
    """A database file with the demonstration in it."""
    house = SqliteHouse()
    load_world(house)
    yield house.template
    house.close()


@pytest.fixture
def address(lived_in: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a site on a copy of that database, with the scheduler in the same process."""
    file = tmp_path / "site.sqlite3"
    shutil.copy(lived_in, file)
    app = create_app(
        Settings(mode="demo", secret_key="for tests only, " * 3, database_url=f"sqlite:///{file}"), mailer=_Nobody()
    )
    app.config["DEMO_ACCOUNTS"] = loading.sign_in_lines()
    keeper = start_in_process(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    keeper.stop()


class _Nobody:
    """Sends nothing to anybody."""

    def send(self, mail: object) -> None:
        """Take the mail and forget it."""
