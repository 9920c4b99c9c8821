"""`readiness`: the board at the terminal, and working out its counts."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from trainer.cli import Start
from trainer.cli.database import work_on
from trainer.readiness.values import Board, Readiness


@click.group("readiness")
def group() -> None:
    """Show how ready missions are, and work out the counts anew."""


DATABASE = click.option("--database", metavar="URL", help="The database; that of the environment when not given.")


@group.command()
@DATABASE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def board(start: Start, *, database: str | None, as_json: bool) -> None:
    """Print the board: missions by areas, ready of required, from the counts as they stand."""
    from trainer.readiness import queries

    with work_on(_url(start, database)) as work:
        found = queries.board(work.session, on=work.today)
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False))
        return
    for row in found.rows:
        cells = ", ".join(f"{area} {_ratio(each)}" for area, each in row.cells.items())
        behind = " (being worked out anew)" if row.freshness.behind else ""
        click.echo(f"{row.mission.name}: {_ratio(row.total)}{behind}. {cells or 'Nothing is required'}.")
    click.echo(f"All missions: {_ratio(found.total)}.")


@group.command()
@DATABASE
@click.option("--all", "everything", is_flag=True, help="Every mission, also those whose counts are up to date.")
@click.pass_obj
def refresh(start: Start, *, database: str | None, everything: bool) -> None:
    """Work out the counts of missions that need it; one transaction for each."""
    from trainer.accounts import queries as account_queries
    from trainer.readiness import operations

    url = _url(start, database)
    if everything:
        with work_on(url, job="refresh-readiness") as work:
            missions = [each.id for each in account_queries.missions(work.session)]
            operations.want_refresh(work, missions=missions)
    count = 0
    while True:
        with work_on(url, job="refresh-readiness") as work:
            mission = operations.refresh_wanted(work)
        if mission is None:
            break
        count += 1
    click.echo(f"The counts of {count} missions were worked out.")


@group.command()
@DATABASE
@click.pass_obj
def snapshot(start: Start, *, database: str | None) -> None:
    """Keep today's figures of every mission for the trend."""
    from trainer.readiness import operations

    with work_on(_url(start, database), job="snapshot") as work:
        count = operations.take_snapshots(work)
    click.echo(f"Today's figures of {count} missions are kept.")


def _url(start: Start, database: str | None) -> str:
    return database or start.settings({}).database_url


def _ratio(readiness: Readiness) -> str:
    return f"{readiness.ready} of {readiness.required}"


def _as_json(found: Board) -> Mapping[str, object]:
    return {
        "on": found.on.isoformat(),
        "missions": [
            {
                "key": row.mission.key,
                "behind": row.freshness.behind,
                "areas": {area.value: _figures(each) for area, each in row.cells.items()},
            }
            for row in found.rows
        ],
    }


def _figures(readiness: Readiness) -> Mapping[str, int]:
    return {"required": readiness.required, "ready": readiness.ready} | {
        state.value: count for state, count in readiness.counts.items()
    }
