"""`audit`: sealing the ledger and proving it, from the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.orm import Session

from trainer.audit.values import Verification
from trainer.cli import Start
from trainer.cli.database import open_engine, require_current, work_on


@click.group("audit")
def group() -> None:
    """Prove that the ledger is as it was recorded."""


DATABASE = click.option("--database", metavar="URL", help="The database; that of the environment when not given.")


@group.command()
@DATABASE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify(start: Start, *, database: str | None, as_json: bool) -> None:
    """Check every seal, link and text; success means that nothing was changed, removed, inserted or reordered."""
    from trainer.audit import queries

    with _reading(_url(start, database)) as session:
        proof = queries.verify(session)
    if as_json:
        click.echo(json.dumps(_as_json(proof), ensure_ascii=False))
    else:
        _tell(proof)
    sys.exit(0 if proof.sound else 1)


@group.command()
@DATABASE
@click.pass_obj
def seal(start: Start, *, database: str | None) -> None:
    """Seal every entry that is not sealed yet; the running product does so by itself every few seconds."""
    from trainer.audit import operations

    url = _url(start, database)
    count = 0
    while True:
        with work_on(url, job="seal") as work:
            sealed = operations.seal(work)
        if not sealed:
            break
        count += sealed
    click.echo(f"{count} entries were sealed.")


def _url(start: Start, database: str | None) -> str:
    return database or start.settings({}).database_url


@contextmanager
def _reading(url: str) -> Iterator[Session]:
    """A session that takes no write lock: the product goes on working while the proof is made."""
    engine = open_engine(url)
    require_current(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def _tell(proof: Verification) -> None:
    click.echo(
        f"{proof.sealed} entries are sealed, {proof.unsealed} are not sealed yet, texts of {proof.erased} are erased."
    )
    for fault in proof.faults:
        click.echo(f"Fault: {fault.sentence}")
    if proof.faults_in_all > len(proof.faults):
        click.echo(f"… and {proof.faults_in_all - len(proof.faults)} more.")
    click.echo("The ledger is as it was recorded." if proof.sound else f"The ledger has {proof.faults_in_all} faults.")


def _as_json(proof: Verification) -> dict[str, Any]:
    return {
        "sealed": proof.sealed,
        "unsealed": proof.unsealed,
        "erased": proof.erased,
        "faults_in_all": proof.faults_in_all,
        "faults": [
            {**asdict(fault), "kind": fault.kind.value, "sentence": str(fault.sentence)} for fault in proof.faults
        ],
    }
