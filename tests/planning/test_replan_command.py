"""`replan` at the terminal, on a database of its own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session

import trainer.cli.database as databases
from tests.conftest import NOW, work_on
from tests.factories.planning import contest, world
from trainer.cli.database import open_engine
from trainer.cli.replan import replan
from trainer.planning import queries
from trainer.planning.values import PlanState


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The terminal reads the machine's clock, and the test databases are made without migrations."""
    monkeypatch.setattr(databases, "require_current", lambda _: None)
    monkeypatch.setattr("trainer.cli.replan.require_current", lambda _: None)
    with time_machine.travel(NOW):
        yield


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(replan, arguments)
    return result.exit_code, result.output


def made_world(url: str) -> None:
    engine = open_engine(url)
    with Session(engine) as session:
        world(work_on(session), key="unifil", name="UNIFIL")
        session.commit()
    engine.dispose()


def test_a_plan_is_made_at_the_terminal_and_told_stage_by_stage(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        made_world(url)
        code, said = run("unifil", "--database", url)

        assert code == 0, said
        assert "read: 3 people, 3 gaps" in said
        assert "3 of 3 gaps closed" in said
        engine = open_engine(url)
        with Session(engine) as session:
            page = queries.plans_page(session, page=1)
        engine.dispose()
        assert [head.state for head in page.history] == [PlanState.APPROVED]
        assert "Nothing was to be changed" in run("--all", "--database", url)[1]


def test_an_improvement_tells_apart_who_gains_and_who_loses_and_waits(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        engine = open_engine(url)
        with Session(engine) as session:
            contest(work_on(session))
            session.commit()
        engine.dispose()
        code, said = run("--all", "--improve", "--database", url)

        assert code == 0, said
        assert (
            "1 people gain, for 0 of whom nothing had changed; 0 get something better, 0 are moved for others" in said
        )
        assert "1 lose, for 1 of whom nothing had changed" in said
        assert "It waits for a decision: It was asked for as an improvement" in said


def test_where_nothing_better_is_there_the_terminal_says_so(empty_database: AbstractContextManager[str]) -> None:
    with empty_database as url:
        made_world(url)
        run("unifil", "--database", url)

        assert "Nothing better was found." in run("unifil", "--improve", "--database", url)[1]


def test_it_asks_for_missions_or_for_all_of_them() -> None:
    assert run()[0] == 2
    assert run("unifil", "--all")[0] == 2


def test_a_mission_that_does_not_exist_is_refused(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        code, said = run("nowhere", "--database", url)

        assert code == 2
        assert "There is no mission with the key nowhere." in said
