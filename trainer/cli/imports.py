"""`import`: files of other systems into the database, with an account of what was taken, what was not, and why."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from trainer.cli import Start


@click.group("import")
def group() -> None:
    """Take in files of other systems."""


@group.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["pema"]), required=True, help="What kind of file it is.")
@click.option("--dry-run", is_flag=True, help="Read and count; store nothing, need no database.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--detail", is_flag=True, help="Tell each shift with the tasks it adds and removes.")
@click.option("--database", metavar="URL", help="Instead of the one that the environment names.")
@click.pass_obj
def mandates(
    start: Start | None, file: Path, *, form: str, dry_run: bool, as_json: bool, detail: bool, database: str | None
) -> None:
    """Read the mandates in FILE and publish those that are not on file yet; a second time changes nothing.

    \b
    The counts are of the file:
      shifts            texts but a mission's first that add, remove or change the modalities of a task
      additions         tasks that a shift adds, once whatever their modalities
      removals          tasks that a shift removes
      modality_changes  tasks in force before and after whose modalities differ
      unchanged         texts but a mission's first that shift nothing
    """
    from trainer.interop import pema
    from trainer.kernel.errors import Refusal

    try:
        reading = pema.read_pema(file)
        stored = None if dry_run else _store(start, database, reading)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    account = _account(reading, stored, detail=detail)
    if as_json:
        click.echo(json.dumps(account, ensure_ascii=False))
        return
    _tell(account, form=form)


def _store(start: Start | None, database: str | None, reading: Any) -> Any:
    from trainer.cli.database import work_on
    from trainer.interop import pema

    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    url = database if database is not None or start is None else start.settings({}).database_url
    assert url is not None
    with work_on(url, job="import") as work:
        return pema.store_mandates(work, reading=reading)


def _account(reading: Any, stored: Any, *, detail: bool) -> dict[str, Any]:
    shifts: Sequence[Any] = reading.shifts
    account: dict[str, Any] = {
        "missions": len(reading.missions),
        "instruments": len(reading.texts),
        "shifts": len(shifts),
        "additions": sum(len(shift.added) for shift in shifts),
        "removals": sum(len(shift.removed) for shift in shifts),
        "modality_changes": sum(len(shift.changed) for shift in shifts),
        "unchanged": len(reading.texts) - len(reading.missions) - len(shifts),
        "skipped": [{"row": each.row, "symbol": each.symbol, "reason": str(each.reason)} for each in reading.skipped],
        "warnings": [
            {"rows": list(each.rows), "mission": each.mission, "symbol": each.symbol, "message": str(each.message)}
            for each in reading.remarks
        ],
        "stored": stored
        and {"missions": stored.missions, "instruments": stored.instruments, "already": stored.already},
    }
    if detail:
        account["detail"] = [
            {
                "mission": each.mission,
                "symbol": each.symbol,
                "added": sorted(each.added),
                "removed": sorted(each.removed),
                "modality_changes": sorted(each.changed),
            }
            for each in shifts
        ]
    return account


def _tell(account: dict[str, Any], *, form: str) -> None:
    click.echo(
        f"{account['missions']} missions, {account['instruments']} instruments, {account['shifts']} shifts "
        f"({account['unchanged']} instruments shift nothing)."
    )
    click.echo(
        f"{account['additions']} tasks added, {account['removals']} removed, {account['modality_changes']} with other "
        "modalities."
    )
    for each in account.get("detail", ()):
        moves = [f"+{kind}" for kind in each["added"]] + [f"-{kind}" for kind in each["removed"]]
        moves += [f"~{kind}" for kind in each["modality_changes"]]
        click.echo(f"  {each['mission']} {each['symbol']}: {' '.join(moves)}")
    for each in account["warnings"]:
        where = "whole file" if not each["rows"] else f"row {', '.join(map(str, each['rows']))}"
        about = " ".join(part for part in (each["mission"], each["symbol"]) if part)
        click.echo(f"Note, {where}{f' ({about})' if about else ''}: {each['message']}")
    for each in account["skipped"]:
        click.echo(f"Skipped row {each['row']} ({each['symbol'] or 'no symbol'}): {each['reason']}")
    if not account["skipped"]:
        click.echo("No row was skipped.")
    stored = account["stored"]
    if stored is None:
        click.echo(f"Dry run of the {form} file: nothing was stored.")
        return
    click.echo(
        f"Stored {stored['instruments']} new instruments and {stored['missions']} new missions; "
        f"{stored['already']} were on file already."
    )
