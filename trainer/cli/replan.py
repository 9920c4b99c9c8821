"""`replan`: a plan for missions, asked for and made at the terminal, as the worker makes it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from trainer.cli import Start
from trainer.cli.database import open_engine, require_current, work_on

if TYPE_CHECKING:
    from trainer.accounts.values import MissionId
    from trainer.planning.engine.solver import Stage
    from trainer.planning.values import PlanCounts, PlanId, PlanRunId

TRIES = 3


@click.command()
@click.argument("missions", nargs=-1, metavar="[MISSION]…")
@click.option("--all", "everything", is_flag=True, help="Everybody in every mission that is not closed, in one plan.")
@click.option("--improve", is_flag=True, help="Let everybody's seats move for the sake of the whole; a person decides.")
@click.option("--database", metavar="URL", help="The database; that of the environment when not given.")
@click.pass_obj
def replan(start: Start, missions: tuple[str, ...], *, everything: bool, improve: bool, database: str | None) -> None:
    """Make a new plan for the people of each MISSION, named by its key, and print its stages.

    What policy lets through takes effect at once; anything else waits for a decision under Plans. An improvement always does.
    """
    if bool(missions) == everything:
        raise click.UsageError("Name missions by their keys, or say --all.")
    url = database or start.settings({}).database_url
    for name, chosen in _chosen(url, missions):
        click.echo(f"{name}:")
        _make(url, chosen, name, improve=improve)


def _chosen(url: str, keys: tuple[str, ...]) -> list[tuple[str, tuple[MissionId, ...]]]:
    from trainer.accounts import queries as account_queries
    from trainer.accounts.values import MissionStatus

    with work_on(url) as work:
        cards = account_queries.missions(work.session)
    if not keys:
        return [("all missions", tuple(each.id for each in cards if each.status is not MissionStatus.CLOSED))]
    by_key = {each.key: each for each in cards}
    for key in keys:
        if key.lower() not in by_key:
            raise click.BadParameter(f"There is no mission with the key {key}.", param_hint="MISSION")
    return [(by_key[key.lower()].name, (by_key[key.lower()].id,)) for key in keys]


def _make(url: str, missions: tuple[MissionId, ...], name: str, *, improve: bool) -> None:
    from trainer.kernel.values import Cause, wording
    from trainer.planning import operations

    began = time.perf_counter()
    cause = Cause(
        entry_id=None, subject=None, sentence=wording("New plan for {mission}, asked for at the terminal", mission=name)
    )
    with work_on(url, job="replan") as work:
        key = "terminal:" + ",".join(str(each) for each in missions)
        if improve:
            run = operations.improve_further(work, missions=missions)
        else:
            run = operations.request_replan(work, missions=missions, cause=cause, cause_key=key[:80])
        if not operations.claim_this_run(work, run=run):
            raise click.ClickException("The worker is making this plan already. Look under Plans.")
    try:
        plan = _solve_and_store(url, run)
    except BaseException as error:
        with work_on(url, job="replan") as work:
            operations.park_run(work, run=run, because=repr(error))
        raise
    _tell(url, run, plan, time.perf_counter() - began)


def _solve_and_store(url: str, run: PlanRunId) -> PlanId | None:
    """Read, solve with no transaction open, store; start over when what was read has changed."""
    from sqlalchemy.orm import Session

    from trainer.kernel.clock import SystemClock
    from trainer.planning import operations, queries

    engine = open_engine(url)
    require_current(engine)
    try:
        for _ in range(TRIES):
            with Session(engine) as session:
                snapshot = queries.read_snapshot(session, run=run, on=SystemClock().now().date())
            gaps, people = len(snapshot.wants), len(snapshot.people)
            click.echo(f"  read: {people} people, {gaps} gaps, {len(snapshot.offers)} modules and sessions")
            result = operations.solve(snapshot, on_progress=partial(_note, url, run))
            try:
                with work_on(url, job="replan") as work:
                    return operations.store_plan(work, run=run, snapshot=snapshot, result=result)
            except operations.SnapshotChanged:
                click.echo("  what it rests on has changed meanwhile: once more")
    finally:
        engine.dispose()
    raise click.ClickException(f"What the plan rests on changed during each of {TRIES} tries. Try again later.")


def _note(url: str, run: PlanRunId, stage: Stage) -> None:
    from trainer.planning import operations

    proven = "" if stage.gap_pct is None else f", at most {stage.gap_pct:.2f} % below the best possible"
    click.echo(f"  {stage.name}: {stage.seconds:.1f} s, {stage.people_changed} people change{proven}")
    with work_on(url, job="replan") as work:
        operations.note_progress(work, run=run, stage=stage)


def _tell(url: str, run: PlanRunId, plan: PlanId | None, seconds: float) -> None:
    from trainer.planning import queries
    from trainer.planning.values import RunKind

    if plan is None:
        with work_on(url) as work:
            improves = queries.run_page(work.session, run=run).kind is RunKind.IMPROVE
        said = "Nothing better was found." if improves else "Nothing was to be changed."
        click.echo(f"  {said} {seconds:.1f} s.")
        return
    with work_on(url) as work:
        head = queries.plan_head(work.session, plan=plan)
    for line in _told(plan, head.counts):
        click.echo(f"  {line}")
    click.echo(f"  {head.counts.closed} of {head.counts.gaps} gaps closed. {seconds:.1f} s.")
    for reason in head.approval_reasons:
        click.echo(f"  It waits for a decision: {reason}")


def _told(plan: PlanId, counts: PlanCounts) -> Iterator[str]:
    better = counts.improvement
    if better is None:
        yield (
            f"Plan {plan}: {counts.gain} people gain, {counts.lose} lose, {counts.replaced} get a replacement, "
            f"{counts.untouched} stay as they are."
        )
        return
    yield (
        f"Plan {plan}: {better.gain} people gain, for {better.gifts} of whom nothing had changed; "
        f"{better.better} get something better, {better.moved} are moved for others; "
        f"{better.lose} lose, for {better.losses} of whom nothing had changed; {counts.untouched} stay as they are."
    )
    yield (
        f"Gaps closed on time {better.on_time:+}, late {better.late:+}, left open {better.open:+}; "
        f"course fees {better.fees / 100:+.0f}, journeys {better.journeys:+}; {better.points:+} points."
    )
