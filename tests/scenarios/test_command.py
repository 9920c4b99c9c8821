"""`scenarios` at the terminal, on a database of its own."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session

import trainer.cli.database as databases
from tests.conftest import NOW, work_on
from tests.factories.planning import world
from tests.factories.scenarios import saved, share
from trainer.cli.database import open_engine
from trainer.cli.scenarios import group


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The terminal reads the machine's clock, and the test databases are made without migrations."""
    monkeypatch.setattr(databases, "require_current", lambda _: None)
    monkeypatch.setattr("trainer.cli.scenarios.require_current", lambda _: None)
    with time_machine.travel(NOW):
        yield


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(group, arguments)
    return result.exit_code, result.output


@pytest.fixture
def url(empty_database: AbstractContextManager[str]) -> Iterator[str]:
    """A database with a mission of eight and two scenarios about it."""
    with empty_database as address:
        engine = open_engine(address)
        with Session(engine) as session:
            work = work_on(session)
            made = world(work, people=8, key="unifil", name="UNIFIL")
            saved(work, share(made.mission), name="A quarter")
            saved(work, share(made.mission, percent=50), name="Half")
            session.commit()
        engine.dispose()
        yield address


def test_scenarios_are_listed_worked_out_and_compared(url: str) -> None:
    code, said = run("list", "--database", url)
    assert (code, said.count("not worked out yet")) == (0, 2)

    code, said = run("run", "a quarter", "--database", url)
    assert code == 0, said
    assert "The plan with it is made" in said
    assert "in minutes" not in said
    assert "UNIFIL: 2 of 8 leave early, gaps +0 -2" in said
    assert "up to date, as on 2026-11-24" in run("list", "--database", url)[1]

    code, said = run("compare", "A quarter", "Half", "--database", url)
    assert code == 0, said
    assert "People who leave early" in said
    row = next(line for line in said.splitlines() if "leave early" in line)
    assert row.split()[-2:] == ["2", "4"]


def test_that_nothing_was_supposed_yet_is_said(empty_database: AbstractContextManager[str]) -> None:
    with empty_database as address:
        assert run("list", "--database", address) == (0, "No scenarios.\n")


def test_the_same_figures_come_as_json(url: str) -> None:
    found = json.loads(run("run", "Half", "--database", url, "--json")[1])
    listed = json.loads(run("list", "--database", url, "--json")[1])
    both = json.loads(run("compare", "A quarter", "Half", "--database", url, "--json")[1])

    assert (found["figures"]["with"]["leaving"], found["missions"][0]["people"]["leaving"]) == (4, 4)
    assert {each["name"]: each["standing"] for each in listed["scenarios"]} == {"Half": "fresh", "A quarter": "never"}
    assert [each["with"]["leaving"] for each in both["scenarios"]] == [2, 4]


def test_a_scenario_that_is_not_there_is_an_error(url: str) -> None:
    code, said = run("run", "Another", "--database", url)

    assert code == 1
    assert "There is no such scenario any more." in said


def test_it_asks_for_the_database() -> None:
    assert run("list")[0] == 2
