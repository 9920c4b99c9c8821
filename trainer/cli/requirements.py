"""`requirements`: the rules as a sheet, out and in, and what training answers of what they ask; by the same code as the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trainer.cli import Start
from trainer.cli.mandate_previews import DATABASE, DAY, JSON, end_of, reading

if TYPE_CHECKING:
    from trainer.requirements.values import ChangePreview


@click.group("requirements")
def group() -> None:
    """Export, import and check what tasks ask of people."""


@group.command()
@click.option("--area", metavar="AREA", help="Only the rules of this mandate area, such as POC.")
@click.option("--known-on", type=DAY, help="As they were known at the end of this day.")
@DATABASE
@click.pass_obj
def export(start: Start | None, *, area: str | None, known_on: date | None, database: str | None) -> None:
    """Print the requirement rules as a sheet of comma-separated values, to be edited and imported."""
    from trainer.competencies.values import Area
    from trainer.interop.requirements_csv import write_sheet
    from trainer.requirements import queries
    from trainer.requirements.values import Wanted

    if area is not None and area.upper() not in {each.value for each in Area}:
        raise click.BadParameter(f"Give one of {', '.join(Area)}.", param_hint="--area")
    with reading(start, database) as (session, zone):
        found = queries.requirements_page(
            session,
            wanted=Wanted(area=Area(area.upper()) if area else None),
            on=date.min,
            known_at=None if known_on is None else end_of(known_on, zone),
        )
    lines = write_sheet(found.rules, version=found.version.number, competencies=found.competencies)
    for line in lines:
        click.echo(line.encode(), nl=False)


@group.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drop-missing", is_flag=True, help="Drop the rules that the sheet does not have.")
@click.option("--note", help="Why the rules change; it stays with the version.")
@click.option("--dry-run", is_flag=True, help="Show the difference; publish nothing.")
@DATABASE
@JSON
@click.pass_obj
def take_in(
    start: Start | None,
    file: Path,
    *,
    drop_missing: bool,
    note: str | None,
    dry_run: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Publish the rules as the sheet in FILE has them, as one version; the same rules make no new version.

    A sheet that cannot be taken is refused with every row and column that is to be put right.
    """
    from trainer.cli.database import work_on
    from trainer.kernel.errors import Refusal
    from trainer.mandates import operations

    url = _url(start, database)
    try:
        if dry_run:
            with reading(start, database) as (session, zone), _told_by_row(as_json=as_json):
                preview = _previewed(session, file, drop_missing=drop_missing, on=_today(zone))
        else:
            with work_on(url, job="import") as work, _told_by_row(as_json=as_json):
                preview = _previewed(work.session, file, drop_missing=drop_missing, on=work.today)
                operations.publish_rules(
                    work,
                    rules=preview.after,
                    note=note or f"Taken in from {file.name}.",
                    seen_number=preview.before.number,
                )
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    account = _account(preview, published=not dry_run)
    if as_json:
        click.echo(json.dumps(account, ensure_ascii=False))
        return
    _tell(account)


@group.command()
@click.option("--mission", metavar="KEY", help="Only what is asked in this mission.")
@DATABASE
@JSON
@click.pass_obj
def check(start: Start | None, *, mission: str | None, database: str | None, as_json: bool) -> None:
    """Print which tasks in force ask nothing, which requirements no module or course answers, and whom nothing teaches."""
    from trainer.accounts import queries as account_queries
    from trainer.interop.requirements_json import coverage_to_json
    from trainer.requirements import queries

    with reading(start, database) as (session, zone):
        only = None if mission is None else account_queries.mission_by_key(session, key=mission).id
        found = queries.coverage(session, on=_today(zone), mission=only)
        owners, names = queries.answering(session)
    account = coverage_to_json(found, owners=owners, names=names)
    if as_json:
        click.echo(json.dumps(account, ensure_ascii=False))
        return
    click.echo(
        f"{account['tasks']} kinds of task and {account['needs']} requirements on {account['on']}, version "
        f"{account['version']} of the rules; sessions until {account['until']}."
    )
    unasked = account["tasks_without_requirement"]
    click.echo(f"{len(unasked)} tasks in force ask nothing of anybody.")
    for each in unasked:
        click.echo(
            f"  {each['task']} ({each['area']}, {each['requirements_authority'] or 'nobody answers for it'}): ",
            nl=False,
        )
        click.echo("; ".join(f"{place['mission']} {place['symbol']} {place['paragraph']}" for place in each["in"]))
    for title, part in (
        ("requirements that no module teaches at their level", "requirements_without_module"),
        ("requirements to be practised without a recognised course", "requirements_without_course"),
        ("requirements that not everybody can be taught", "not_taught_to_everybody"),
    ):
        click.echo(f"{len(account[part])} {title}.")
        for each in account[part]:
            click.echo(f"  {_told_need(each)}")


def _told_need(each: dict[str, Any]) -> str:
    short = ", ".join(f"{one['people']} {one['language']} {one['region']}".strip() for one in each["short"][:4])
    return (
        f"{each['competency']} {each['level']} ({each['area']}, {each['department_head'] or 'nobody answers for it'}): "
        f"{each['taught']} of {each['asked']} can be taught; modules {', '.join(each['module_languages']) or 'none'}, "
        f"sessions {each['sessions']} {' '.join(each['session_languages'])}".rstrip()
        + (f"; not taught {short}" if short else "")
    )


def _previewed(session: Any, file: Path, *, drop_missing: bool, on: date) -> ChangePreview:
    from trainer.competencies.values import Area
    from trainer.interop import requirements_csv
    from trainer.requirements import queries

    sheet = requirements_csv.read_sheet(file.read_bytes())
    dropping = tuple(Area) if drop_missing else ()
    proposal = requirements_csv.propose(session, sheet=sheet, dropping=dropping, on=on)
    return queries.preview_of(session, before=proposal.before, after=proposal.after, on=on)


def _account(preview: ChangePreview, *, published: bool) -> dict[str, Any]:
    from trainer.mandates.values import Move

    moves = preview.difference
    return {
        "version": preview.before.number + bool(published and moves.moves),
        "published": bool(published and moves.moves),
        **{move.value: [each.rule.key for each in moves.of(move)] for move in (Move.ADDED, Move.CHANGED, Move.DROPPED)},
        "kept": moves.kept,
        "people": preview.reach.people,
        "touched": preview.reach.touched,
    }


def _tell(account: dict[str, Any]) -> None:
    click.echo(
        f"{len(account['added'])} rules added, {len(account['changed'])} changed, {len(account['dropped'])} dropped, "
        f"{account['kept']} stay as they were. Something else is asked of {account['touched']} of {account['people']} people."
    )
    for sign, move in (("+", "added"), ("~", "changed"), ("-", "dropped")):
        for key in account[move]:
            click.echo(f"  {sign}{key}")
    if account["published"]:
        click.echo(f"Published as version {account['version']} of the rules.")
    else:
        click.echo("Nothing was published.")


@contextmanager
def _told_by_row(*, as_json: bool) -> Iterator[None]:
    """Tell a sheet that cannot be taken by its rows and columns, before anybody tells it without."""
    from trainer.interop.requirements_csv import UnreadableSheet

    try:
        yield
    except UnreadableSheet as refusal:
        if as_json:
            found = [
                {"row": each.line, "column": each.field, "message": str(each.message)} for each in refusal.problems
            ]
            click.echo(json.dumps({"problems": found}, ensure_ascii=False))
            raise click.exceptions.Exit(1) from refusal
        lines = [str(refusal.message)]
        lines += [f"{_place(each.line, each.field)}: {each.message}" for each in refusal.problems]
        raise click.ClickException("\n  ".join(lines)) from refusal


def _place(row: int | None, column: str | None) -> str:
    parts = [*([f"row {row}"] if row else []), *([column] if column else [])]
    return ", ".join(parts) or "the sheet"


def _url(start: Start | None, database: str | None) -> str:
    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    url = database if database is not None or start is None else start.settings({}).database_url
    assert url is not None
    return url


def _today(zone: Any) -> date:
    from datetime import datetime

    return datetime.now(tz=zone).date()
