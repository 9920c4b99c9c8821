"""`scenarios`: what is supposed together, worked out and compared at the terminal, by the same code as the pages."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from trainer.cli import Start
from trainer.cli.database import open_engine, require_current, work_on

if TYPE_CHECKING:
    from trainer.scenarios.values import Effects, Figure, Scenario

DATABASE = click.option("--database", metavar="URL", help="The database; that of the environment when not given.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def group() -> None:
    """List, work out and compare scenarios."""


@group.command("list")
@DATABASE
@JSON
@click.pass_obj
def list_scenarios(start: Start | None, *, database: str | None, as_json: bool) -> None:
    """Print every scenario with when it was worked out, whether that still holds, and its main figures."""
    from trainer.interop.scenarios_json import line_to_json
    from trainer.scenarios import queries
    from trainer.scenarios.values import STANDING_NAMES, Figure

    with work_on(_url(start, database)) as work:
        lines = queries.scenario_lines(work.session, reach=None, on=work.today)
    if as_json:
        click.echo(json.dumps({"scenarios": [line_to_json(each) for each in lines]}, ensure_ascii=False))
        return
    if not lines:
        click.echo("No scenarios.")
    for line in lines:
        when = "" if line.run is None or line.run.on is None else f", as on {line.run.on}"
        click.echo(f"{line.scenario.id:>4}  {line.scenario.name}: {STANDING_NAMES[line.standing]}{when}")
        if line.figures:
            click.echo(
                f"      {line.figures[Figure.LEAVING]} leave early; nothing closes {line.figures[Figure.SHORT]} gaps "
                f"(without it {line.without[Figure.SHORT]}); ready in six months {line.figures[Figure.READY]} of "
                f"{line.figures[Figure.REQUIRED]} (without it {line.without[Figure.READY]} of {line.without[Figure.REQUIRED]})"
            )


@group.command()
@click.argument("name")
@DATABASE
@JSON
@click.pass_obj
def run(start: Start | None, name: str, *, database: str | None, as_json: bool) -> None:
    """Work out the scenario NAME (or its number), keep the result, and print it."""
    from trainer.interop.scenarios_json import effects_to_json

    found, effects = _worked_out(_url(start, database), name, told=not as_json)
    if as_json:
        click.echo(json.dumps(effects_to_json(found, effects), ensure_ascii=False))
        return
    _tell(found, effects)


@group.command()
@click.argument("one")
@click.argument("other")
@DATABASE
@JSON
@click.pass_obj
def compare(start: Start | None, one: str, other: str, *, database: str | None, as_json: bool) -> None:
    """Print the main figures of two scenarios side by side; one that was never worked out is worked out first."""
    from trainer.interop.scenarios_json import comparison_to_json
    from trainer.scenarios import rules
    from trainer.scenarios.values import FIGURE_NAMES, Figure

    url = _url(start, database)
    found = [_kept(url, name) or _worked_out(url, name, told=False) for name in (one, other)]
    if as_json:
        click.echo(json.dumps(comparison_to_json(found), ensure_ascii=False))
        return
    heads = " ".join(f"{scenario.name[:24]:>24}" for scenario, _ in found)
    click.echo(f"{'':<40}{heads}")
    figures = [rules.figures(effects, missions=None) for _, effects in found]
    for figure in Figure:
        click.echo(f"{FIGURE_NAMES[figure]:<40}" + " ".join(f"{_said(figure, each[figure]):>24}" for each in figures))


def _url(start: Start | None, database: str | None) -> str:
    if database is None and start is None:
        raise click.UsageError("Name the database with --database.")
    return database or (start.settings({}).database_url if start else "")


def _kept(url: str, name: str) -> tuple[Scenario, Effects] | None:
    """The scenario with its last result; None when it has none."""
    from trainer.kernel.errors import Refusal
    from trainer.scenarios import queries

    try:
        with work_on(url) as work:
            found = queries.scenario_named(work.session, name=name)
            page = queries.scenario_page(work.session, scenario=found.id, reach=None, on=work.today)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    return None if page.effects is None else (found, page.effects)


def _worked_out(url: str, name: str, *, told: bool) -> tuple[Scenario, Effects]:
    """Read, work out with no transaction open, keep; as the worker does."""
    from sqlalchemy.orm import Session

    from trainer.kernel.errors import Refusal
    from trainer.scenarios import operations, queries
    from trainer.scenarios.values import STEP_NAMES, StepDone

    def note(step: StepDone) -> None:
        if told:
            click.echo(f"  {STEP_NAMES[step.step]}: {step.milliseconds / 1000:.1f} s")

    try:
        with work_on(url) as work:
            found = queries.scenario_named(work.session, name=name)
            asked = operations.ask_for_scenario(work, scenario=found.id)
            if not operations.claim_this_run(work, run=asked):
                raise click.ClickException("Another process works this scenario out already.")
        engine = open_engine(url)
        require_current(engine)
        began = time.perf_counter()
        try:
            with Session(engine) as session:
                case = queries.read_case(
                    session,
                    name=found.name,
                    what_ifs=found.what_ifs,
                    missions=queries.looks_at(session, found),
                    on=work.today,
                )
                attempt = queries.run(session, run=asked).attempts
        finally:
            engine.dispose()
        read_in = round(1000 * (time.perf_counter() - began))
        try:
            effects = operations.work_out(case, read_in=read_in, note=note)
        except BaseException as error:
            with work_on(url) as work:
                operations.park_run(work, run=asked, because=repr(error))
            raise
        with work_on(url) as work:
            operations.store_effects(
                work,
                run=asked,
                attempt=attempt,
                scenario_version=found.version,
                effects=effects,
                last_entry=case.last_entry,
            )
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    return found, effects


def _tell(found: Scenario, effects: Effects) -> None:
    from trainer.scenarios import rules
    from trainer.scenarios.values import FIGURE_NAMES, Figure

    click.echo(f"{found.name}, {effects.people} people looked at, as on {effects.on}:")
    for problem in effects.problems:
        click.echo(f"  {problem}")
    given, without = rules.figures(effects, missions=None), rules.figures_without(effects, missions=None)
    for figure in Figure:
        with_it, alone = _said(figure, given[figure]), _said(figure, without[figure])
        click.echo(f"  {FIGURE_NAMES[figure]:<40}{with_it:>14}   without it {alone:>14}")
    for each in effects.missions:
        last = each.total.points[-1]
        click.echo(
            f"  {each.name}: {each.leaving} of {each.people} leave early, gaps +{each.opened} -{each.gone}, nothing closes "
            f"{each.plan.short}; ready in six months {last.after_plan.ready} of {last.after_plan.required} (without it "
            f"{last.without.ready} of {last.without.required})"
        )
    click.echo(
        f"The plan is at most {effects.plan_gap / 10:.1f} % below the best possible, without it "
        f"{effects.without_gap / 10:.1f} %."
    )


def _said(figure: Figure, number: int) -> str:
    """A figure as people read it: minutes as hours, cents as money."""
    from trainer.scenarios.values import Figure

    if figure is Figure.HOURS:
        return f"{number / 60:,.1f}"
    return f"{number / 100:,.2f}" if figure is Figure.COST else f"{number:,}"
