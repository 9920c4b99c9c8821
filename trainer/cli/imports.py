"""`import`: files of other systems into the database, with an account of what was taken, what was not, and why."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from trainer.cli import Start, mandate_previews


@click.group("import")
def group() -> None:
    """Take in files of other systems."""


@group.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["pema", "json"]), required=True, help="What kind of file it is.")
@click.option(
    "--dry-run", is_flag=True, help="Read and count; store nothing. Of a json file with --database: what is on file."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--as-drafts", is_flag=True, help="Of a json file: keep new texts as drafts, for somebody to review.")
@click.option("--detail", is_flag=True, help="Tell each shift with the tasks it adds and removes.")
@click.option("--database", metavar="URL", help="Instead of the one that the environment names.")
@click.pass_obj
def mandates(
    start: Start | None,
    file: Path,
    *,
    form: str,
    dry_run: bool,
    as_json: bool,
    as_drafts: bool,
    detail: bool,
    database: str | None,
) -> None:
    """Read the mandates in FILE and publish those that are not on file yet; a second time changes nothing.

    The format json is what `trainer mandates export` prints. Where policy asks for two people, new texts are only kept as
    drafts, with --as-drafts.

    \b
    Of a PEMA file the counts are:
      shifts            texts but a mission's first that add, remove or change the modalities of a task
      additions         tasks that a shift adds, once whatever their modalities
      removals          tasks that a shift removes
      modality_changes  tasks in force before and after whose modalities differ
      unchanged         texts but a mission's first that shift nothing
    """
    from trainer.interop import pema
    from trainer.kernel.errors import Invalid, Refusal

    if as_drafts and form != "json":
        raise click.UsageError("Only a file of the format json can be kept as drafts.")
    if form == "json":
        try:
            account = _exchanged(start, database, file, dry_run=dry_run, as_drafts=as_drafts)
        except Refusal as refusal:
            problems = refusal.problems if isinstance(refusal, Invalid) else ()
            lines = [str(refusal.message), *(f"{each.field or 'the file'}: {each.message}" for each in problems)]
            raise click.ClickException("\n  ".join(lines)) from refusal
        click.echo(json.dumps(account, ensure_ascii=False) if as_json else _exchange_told(account))
        return
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

    with work_on(_url(start, database), job="import") as work:
        return pema.store_mandates(work, reading=reading)


def _url(start: Start | None, database: str | None) -> str:
    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    url = database if database is not None or start is None else start.settings({}).database_url
    assert url is not None
    return url


def _exchanged(
    start: Start | None, database: str | None, file: Path, *, dry_run: bool, as_drafts: bool
) -> dict[str, Any]:
    """Read and store a file of a mandate; a dry run reads it, and says what is on file where a database is named."""
    from trainer.cli.database import work_on
    from trainer.interop import mandates_json

    read = mandates_json.read_mandate(file.read_bytes())
    stored = found = None
    if dry_run and database is not None:
        with mandate_previews.reading(start, database) as (session, _):
            found = mandates_json.foresee(session, read=read)
    if not dry_run:
        with work_on(_url(start, database), job="import") as work:
            store = mandates_json.store_as_drafts if as_drafts else mandates_json.store_mandate
            stored = store(work, read=read)
    return {
        "mission": read.mission["key"],
        "instruments": len(read.drafts),
        "tasks": sum(len(each.tasks) for each in read.drafts),
        "on_file": found
        and {
            "new_mission": found.new_mission,
            "texts": [{"symbol": symbol, "state": state.value} for symbol, state in found.texts],
            "withdrawn": list(found.withdrawn),
            "problems": [{"path": each.field, "message": str(each.message)} for each in found.problems],
        },
        "stored": stored
        and {
            "missions": stored.missions,
            "instruments": stored.instruments,
            "already": stored.already,
            "drafts": stored.drafts,
            "differing": list(stored.differing),
        },
    }


def _on_file_told(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return ["Name the database with --database to be told which of them are on file."]
    said = ["The mission is new."] if found["new_mission"] else []
    named = {"new": "New", "same": "On file, alike", "different": "On file, told otherwise; left as they are"}
    for state, words in named.items():
        symbols = [
            each["symbol"] + (" (withdrawn)" if each["symbol"] in found["withdrawn"] else "")
            for each in found["texts"]
            if each["state"] == state
        ]
        if symbols:
            said.append(f"{words}: {', '.join(symbols)}.")
    if found["problems"]:
        said += ["It would be refused:", *(f"  {each['path']}: {each['message']}" for each in found["problems"])]
    return said


def _exchange_told(account: dict[str, Any]) -> str:
    read = f"{account['mission']}: {account['instruments']} instruments that speak of {account['tasks']} tasks."
    stored = account["stored"]
    if stored is None:
        return "\n".join((read, *_on_file_told(account["on_file"]), "Dry run: nothing was stored."))
    said = (
        f"{read}\nStored {stored['instruments']} new instruments and {stored['missions']} new missions; "
        f"{stored['already']} were on file already."
    )
    if stored["drafts"]:
        said = f"{said}\nKept {stored['drafts']} as drafts: somebody has to review and publish them."
    if not stored["differing"]:
        return said
    return f"{said}\nOn file otherwise than in the file, and left as they are: {', '.join(stored['differing'])}."


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
