"""Readiness at the terminal."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.conftest import work_on
from tests.factories import readiness
from tests.factories.readiness import soldier
from trainer.cli import Start, database
from trainer.cli import readiness as commands
from trainer.kernel.db import prepare


@pytest.fixture
def url(empty_database, monkeypatch):
    """A database with a mission of two people, worked out by nobody; its schema is the models' own."""
    monkeypatch.setattr(database, "require_current", lambda _: None)
    with empty_database as url:
        engine = create_engine(url)
        prepare(engine)
        with Session(engine) as session:
            work = work_on(session)
            place = readiness.field(work)
            soldier(work, place, ends_on=None)
            soldier(work, place, ends_on=None, poc=None)
            session.commit()
        engine.dispose()
        yield url


def run(*words):
    start = Start(settings=lambda _: pytest.fail("the database was given"), application=lambda _: None)
    told = CliRunner().invoke(commands.group, words, obj=start)
    assert told.exit_code == 0, told.output
    return told.output


def test_the_board_is_worked_out_told_and_kept(url):
    assert "UNFIELD: 0 of 0 (being worked out anew). Nothing is required." in run("board", "--database", url)
    assert run("refresh", "--all", "--database", url) == "The counts of 1 missions were worked out.\n"
    assert run("refresh", "--database", url) == "The counts of 0 missions were worked out.\n"
    assert run("snapshot", "--database", url) == "Today's figures of 1 missions are kept.\n"

    told = run("board", "--database", url)

    assert "POC " in told
    (mission,) = json.loads(run("board", "--json", "--database", url))["missions"]
    assert mission["areas"]["POC"]["required"] == 2
    assert not mission["behind"]
