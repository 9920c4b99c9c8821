"""The proof of the ledger at the terminal."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from tests.audit.ledgers import recorded, remark
from tests.conftest import work_on
from trainer.audit import operations
from trainer.cli import Start, audit, database
from trainer.kernel.db import prepare
from trainer.kernel.ledger import LedgerEntry


@pytest.fixture
def url(empty_database, monkeypatch):
    """A database with three entries, two of them sealed; its schema is the models' own."""
    monkeypatch.setattr(audit, "require_current", lambda _: None)
    monkeypatch.setattr(database, "require_current", lambda _: None)
    with empty_database as url:
        with_session(url, lambda session: (recorded(work_on(session), 1), remark(work_on(session))))
        with_session(url, lambda session: operations.seal(work_on(session)))
        with_session(url, lambda session: recorded(work_on(session), 1))
        yield url


def with_session(url, change):
    engine = create_engine(url)
    prepare(engine)
    with Session(engine) as session:
        change(session)
        session.commit()
    engine.dispose()


def run(*words):
    start = Start(settings=lambda _: pytest.fail("the database was given"), application=lambda _: None)
    return CliRunner().invoke(audit.group, words, obj=start)


def test_a_sound_ledger_is_said_to_be_sound(url):
    told = run("verify", "--database", url)

    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "2 entries are sealed, 1 are not sealed yet, texts of 0 are erased.",
        "The ledger is as it was recorded.",
    ]


def test_a_changed_entry_is_told_and_the_command_fails(url):
    with_session(url, lambda session: session.execute(update(LedgerEntry).values(actor="person:1")))

    told = run("verify", "--database", url)

    assert told.exit_code == 1
    assert "Fault: Entry 1 was changed after it was sealed." in told.output
    assert "The ledger has 2 faults." in told.output


def test_the_proof_can_be_read_by_programs(url):
    with_session(url, lambda session: session.execute(update(LedgerEntry).values(actor="person:1")))

    told = run("verify", "--json", "--database", url)

    found = json.loads(told.output)
    assert (told.exit_code, found["sealed"], found["unsealed"], found["erased"], found["faults_in_all"]) == (
        1,
        2,
        1,
        0,
        2,
    )
    assert found["faults"][0] == {
        "kind": "altered",
        "number": 1,
        "entry_id": 1,
        "sentence": "Entry 1 was changed after it was sealed.",
    }


def test_what_is_not_sealed_can_be_sealed(url):
    assert run("seal", "--database", url).output == "1 entries were sealed.\n"
    assert run("seal", "--database", url).output == "0 entries were sealed.\n"
    assert run("verify", "--database", url).output.startswith("3 entries are sealed, 0 are not")
