"""`mandates compare`, `preview` and `export`: a mandate by two clocks, what a draft would do, and a mandate as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from trainer.cli import Start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from trainer.mandates.values import ComparedTask, Comparison
    from trainer.previews.values import Later, Preview

DATABASE = click.option("--database", metavar="URL", help="The database; that of the environment when not given.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class Day(click.ParamType[date]):
    """A calendar day as the terminal takes it."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day such as 2027-02-15."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail("Give a day such as 2027-02-15.", param, ctx)


DAY = Day()


@click.command()
@click.argument("mission")
@click.option("--from", "from_on", type=DAY, required=True, help="The earlier day.")
@click.option("--to", "to_on", type=DAY, required=True, help="The later day.")
@click.option("--with", "other", metavar="MISSION", help="Compare with this mission on the later day.")
@click.option(
    "--known-on", type=DAY, help="By what was on file at the end of this day; all that is on file when not given."
)
@DATABASE
@JSON
@click.pass_obj
def compare(
    start: Start | None,
    mission: str,
    *,
    from_on: date,
    to_on: date,
    other: str | None,
    known_on: date | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Print how the mandate of MISSION differs between two days, or from another's, with paragraphs."""
    from trainer.accounts import queries as account_queries
    from trainer.interop.previews_json import comparison_to_json
    from trainer.mandates import queries

    with reading(start, database) as (session, zone):
        one = account_queries.mission_by_key(session, key=mission).id
        two = one if other is None else account_queries.mission_by_key(session, key=other).id
        known_at = None if known_on is None else end_of(known_on, zone)
        found = queries.comparison(session, before=(one, from_on, known_at), after=(two, to_on, known_at))
    if as_json:
        click.echo(json.dumps(comparison_to_json(found), ensure_ascii=False))
        return
    _tell_comparison(found)


@click.command()
@click.argument("draft", metavar="DRAFT.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=DAY, help="Work it out as on this day; today when not given.")
@DATABASE
@JSON
@click.pass_obj
def preview(start: Start | None, draft: Path, *, on: date | None, database: str | None, as_json: bool) -> None:
    """Print what would follow if the text in DRAFT.json were published; nothing is written.

    The file is one of `trainer mandates export` with one text in it.
    """
    from trainer.interop import mandates_json
    from trainer.interop.previews_json import preview_to_json
    from trainer.previews import queries

    with reading(start, database) as (session, zone):
        content = mandates_json.read_draft(session, content=draft.read_bytes())
        found = queries.preview_of(session, draft=content, on=on or datetime.now(tz=zone).date())
    if as_json:
        click.echo(json.dumps(preview_to_json(found), ensure_ascii=False))
        return
    _tell_preview(found)


@click.command()
@click.argument("mission")
@DATABASE
@click.pass_obj
def export(start: Start | None, mission: str, *, database: str | None) -> None:
    """Print the mandate of MISSION as one JSON file; withdrawn texts are left out."""
    from trainer.accounts import queries as account_queries
    from trainer.interop import mandates_json

    with reading(start, database) as (session, _):
        card = account_queries.mission_by_key(session, key=mission)
        content = mandates_json.write_mandate(session, mission=card.id)
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))


@click.command()
@click.option("--mission", metavar="KEY", help="Only of this mission.")
@DATABASE
@JSON
@click.pass_obj
def drafts(start: Start | None, *, mission: str | None, database: str | None, as_json: bool) -> None:
    """Print every open draft: how far it is, what was asked and answered, and when it expires."""
    from trainer.accounts import queries as account_queries
    from trainer.interop.drafts_json import draft_line_to_json
    from trainer.mandates import queries

    with reading(start, database) as (session, zone):
        wanted = None if mission is None else account_queries.mission_by_key(session, key=mission).id
        lines = queries.draft_lines(session, on=datetime.now(tz=zone).date())
        found = [draft_line_to_json(each) for each in lines if wanted in {None, each.mission.id}]
    if as_json:
        click.echo(json.dumps({"drafts": found}, ensure_ascii=False))
        return
    for each in found:
        asked = sum(area["asked"] for area in each["areas"])
        answers = f", {sum(area['answered'] for area in each['areas'])} of {asked} areas answered" if asked else ""
        click.echo(
            f"{each['mission']:<12} {each['symbol'] or '-':<18} {each['stage']}{answers}; expires {each['expires_on']}"
        )
    click.echo(f"{len(found)} open drafts.")


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last instant of a day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone) - timedelta(microseconds=1)


@contextmanager
def reading(start: Start | None, database: str | None) -> Iterator[tuple[Session, ZoneInfo]]:
    """A session that writes nothing, and the zone of the organisation's days; refusals are told as errors."""
    from sqlalchemy.orm import Session

    from trainer.cli.database import open_engine, require_current
    from trainer.kernel.errors import Invalid, Refusal

    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    settings = start.settings({}) if database is None and start is not None else None
    url = database or (settings.database_url if settings else "")
    engine = open_engine(url)
    try:
        require_current(engine)
        with Session(engine) as session:
            yield session, ZoneInfo(settings.time_zone if settings else "UTC")
    except Refusal as refusal:
        lines = [str(refusal.message)]
        if isinstance(refusal, Invalid):
            lines += [f"{each.field or 'the file'}: {each.message}" for each in refusal.problems]
        raise click.ClickException("\n  ".join(lines)) from refusal
    finally:
        engine.dispose()


def _tell_comparison(found: Comparison) -> None:
    before, after = found.before, found.after
    click.echo(f"{before.mission.name} on {before.on} and {after.mission.name} on {after.on}:")
    for text in found.between:
        click.echo(f"  {text.symbol} took effect on {text.effective_on}.")
    for each in found.tasks:
        if each.move.move.value != "kept":
            click.echo(f"  {_told(each)}")
    kept = sum(each.move.move.value == "kept" for each in found.tasks)
    click.echo(f"{len(found.tasks) - kept} tasks differ, {kept} are alike.")


def _told(each: ComparedTask) -> str:
    task, ended = each.move.task, each.ended
    name = f"{task.task_kind}{f' in {task.area_of_operations}' if task.area_of_operations else ''}"
    if ended is not None:
        paragraph = f" ({ended.paragraph})" if ended.paragraph else ""
        return f"{each.move.move.value}: {name}, {ended.kind.value}, {ended.symbol}{paragraph}, on {ended.on}"
    return f"{each.move.move.value}: {name}, {task.symbol} ({task.paragraph})"


def _tell_preview(found: Preview) -> None:
    from trainer.interop.mandates_json import path_of

    click.echo(f"{found.draft.symbol} for {found.mission.name}, compared on {found.from_on}; nothing is written.")
    for problem in found.problems:
        click.echo(f"  It could not be published: {path_of(problem.field)}: {problem.message}")
    shift, plan, without = found.shift, found.plan, found.without
    click.echo(f"Tasks: {len(shift.added)} added, {len(shift.changed)} changed, {len(shift.dropped)} dropped.")
    click.echo(
        f"People: of {found.people}, {found.gaining} are asked for more ({found.lacking} of them lack some of it) and "
        f"{found.losing} for less."
    )
    _tell_later(found.later)
    click.echo(
        f"The plan would close {plan.counts.closed} of {plan.counts.gaps} gaps (without the text {without.counts.closed} of "
        f"{without.counts.gaps}), at most {plan.gap_permille / 10:.1f} % below the best possible."
    )
    click.echo(
        f"It gives {plan.modules} modules ({plan.minutes // 60} hours) and {plan.seats} seats ({plan.seat_days} days, "
        f"{plan.cost // 100:,} in money); nothing closes {plan.short} gaps (without the text {without.short})."
    )
    for each in found.short[:10]:
        click.echo(
            f"  {each.competency}, {each.language or '?'}, {each.region or '?'}: {each.people} (without {each.without})"
        )
    for point in found.total.points:
        click.echo(
            f"  {point.on}: ready {point.without.ready} of {point.without.required} without it, "
            f"{point.before_plan.ready} of {point.before_plan.required} with it, {point.after_plan.ready} with its plan"
        )


def _tell_later(later: Later) -> None:
    if not later.days:
        return
    click.echo(
        f"Later: {later.ended} tasks end, {later.changed} change, {later.begun} begin; {later.losing} people are no longer "
        f"asked for something, {later.lacking} will lack what begins."
    )
    for day in later.days:
        tasks = [f"{each.task.task_kind} {each.move.value}" for each in day.shift.moves]
        people = (
            f"{day.losing} asked for less, {day.gaining} for more" if day.counted else "too far ahead to count people"
        )
        click.echo(f"  from {day.on}: {', '.join(tasks)}; {people}")
