"""`plan`: the planner at the terminal, on files alone; no application and no database."""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import click
import numpy as np

from trainer.cli.warming import as_the_only_maker
from trainer.planning.engine import bench as benches
from trainer.planning.engine import checker, family, family_conditions, reading, solver
from trainer.planning.engine import instance as instances
from trainer.planning.engine import plan as plans
from trainer.planning.engine.executors import NoScheduler
from trainer.planning.engine.shards import NotInShards


@click.group()
def plan() -> None:
    """Plan seats for people from arrays in files."""


INSTANCE = click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@plan.command()
@INSTANCE
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the plan.")
@click.option("--mode", type=click.Choice(solver.MODES), default="auto", show_default=True)
@click.option("--time-limit", type=float, help="Seconds; looked at between rounds.")
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--shards", type=click.IntRange(min=1), help="Ask people in so many parts, side by side.")
@click.option("--scheduler", help="A Dask scheduler whose workers take the parts, like tls://planner.example:8786.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where its workers can read what is written here.",
)
@click.option("--seats", type=click.IntRange(min=1), help="List so many sessions in which one more seat helps most.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on standard output.")
def solve(
    instance: Path,
    *,
    out: Path | None,
    mode: str,
    time_limit: float | None,
    threads: int,
    shards: int | None,
    scheduler: str | None,
    folder: Path | None,
    seats: int | None,
    as_json: bool,
) -> None:
    """Find the best plan for INSTANCE; Ctrl-C returns the best checked plan so far."""
    if seats and as_json:
        raise click.UsageError("--seats lists them in words: leave out --json.")
    question = _load(instance)
    options = solver.Options(
        mode=mode, time_limit=time_limit, threads=threads, shards=shards, scheduler=scheduler, folder=folder
    )
    try:
        result = solver.solve(question, options=options, on_progress=_progress(), should_stop=_interrupted())
    except (NoScheduler, NotInShards) as error:
        raise click.ClickException(str(error)) from error
    if out is not None:
        plans.save(result.plan, out)
    if as_json:
        click.echo(json.dumps(_summary(result)))
        return
    click.echo(
        f"{len(result.plan)} seats, objective {result.objective}, at most {result.gap_pct:.2f} % below the best "
        f"possible, {result.seconds:.1f} s."
    )
    if len(question.old_person):
        click.echo(
            f"{result.people_changed} people change; {result.untouched_changed} of them for no reason of their own, "
            f"{result.untouched_dropped} of those lose a seat."
        )
    if seats:
        _tell_seats(result, most=seats)


@plan.command()
@INSTANCE
@click.argument("plan_file", metavar="PLAN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reasons", is_flag=True, help="Check the reason code of every gap too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(instance: Path, plan_file: Path, *, reasons: bool, as_json: bool) -> None:
    """Judge PLAN against INSTANCE: success means feasible, and every reason right when asked for."""
    question = _load(instance)
    try:
        answer = plans.load(plan_file)
    except plans.BadPlan as error:
        raise click.ClickException(str(error)) from error
    report = checker.check(question, answer, answer.reason if reasons else None)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"feasible": report.feasible, "right": report.right}))
    else:
        _tell(report)
    sys.exit(0 if report.right else 1)


def _tell_seats(result: solver.Result, *, most: int) -> None:
    points = result.seat_values
    if not len(points):
        click.echo("What one more seat is worth is not known for such an instance.")
        return
    best = np.argsort(-points, kind="stable")[:most]
    helps = [session for session in best.tolist() if points[session] > 0]
    for session in helps:
        click.echo(f"One more seat in session {session} is worth {points[session]} points at least.")
    if not helps:
        click.echo("In no session would one more seat help anybody.")


def _tell(report: checker.Report) -> None:
    for breach in report.breaches:
        click.echo(f"{breach.rule}: {breach.words}.")
    for breach in report.inherited:
        click.echo(f"{breach.rule}, by locked seats alone: {breach.words}.")
    for words in report.wrong_reasons:
        click.echo(f"Reason: {words}.")
    verdict = "The plan keeps every rule" if report.feasible else "The plan breaks rules"
    click.echo(
        f"{verdict}: {report.seats} seats, {report.closed} gaps closed, {report.open} open, objective "
        f"{report.objective}."
    )


@plan.command()
@click.option("--people", type=click.IntRange(min=1), required=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--tight", type=click.FloatRange(min=0.05), default=1.0, show_default=True, help="Below 1: fewer seats.")
@click.option(
    "--with",
    "conditions",
    multiple=True,
    type=click.Choice([*family_conditions.CONDITIONS]),
    help="Ask for this besides; may be given again.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def generate(*, people: int, seed: int, tight: float, conditions: tuple[str, ...], out: Path) -> None:
    """Make an instance of the public family."""
    question = family.generate(people, seed=seed, tight=tight, conditions=conditions)
    reading.save(question, out)
    click.echo(f"{out}: {question.people} people, {question.gaps} gaps, {question.sessions} sessions.")


@plan.command()
@INSTANCE
@click.argument("plan_file", metavar="PLAN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--share", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Cells of the mandate table."
)
@click.option("--seed", type=int, default=3, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def shift(instance: Path, plan_file: Path, *, share: float, seed: int, out: Path) -> None:
    """Change the mandates of INSTANCE a month into PLAN and write the question of replanning."""
    question = _load(instance)
    try:
        moved = family.shift(question, plans.load(plan_file), share=share, seed=seed)
    except (plans.BadPlan, reading.BadInstance) as error:
        raise click.ClickException(str(error)) from error
    reading.save(moved, out)
    touched = int(moved.everyone_touched.sum())
    click.echo(
        f"{out}: {share:.1%} of the mandate table changed, which touches {touched} of {moved.people} people "
        f"({touched / max(1, moved.people):.1%})."
    )


@plan.command()
@click.option("--gently", is_flag=True, help="Let everything else on the machine go first.")
def warm(*, gently: bool) -> None:
    """Make the machine code of large plans now, so that no later plan waits for it."""
    with as_the_only_maker() as alone:
        if gently and not alone:
            click.echo("Another process makes the machine code.")
            return
        if gently and hasattr(os, "nice"):
            os.nice(19)
        solver.make_machine_code()
    click.echo("Machine code is ready.")


@plan.command()
@click.option("--people", type=int, multiple=True, help="Sizes; by default 1,000, 10,000 and 100,000.")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="How many seeds, from 1 on.")
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of a table.")
def bench(*, people: tuple[int, ...], seeds: int, threads: int, as_json: bool) -> None:
    """Measure this machine on made instances, beside the figures to reach."""
    if not as_json:
        click.echo(benches.HEADING)
    for size in people or (1_000, 10_000, 100_000):
        for seed in range(1, seeds + 1):
            for line in benches.measure(size, seed=seed, threads=threads):
                click.echo(json.dumps(asdict(line)) if as_json else benches.row(line))


def _load(path: Path) -> instances.Instance:
    try:
        return reading.load(path)
    except reading.BadInstance as error:
        raise click.ClickException("\n  ".join(("This instance cannot be planned:", *error.faults))) from error


def _progress() -> Callable[[solver.Stage], None]:
    """One line per stage on standard error: words on a terminal, JSON otherwise."""
    words = sys.stderr.isatty()

    def tell(stage: solver.Stage) -> None:
        if not words:
            click.echo(json.dumps(_stage(stage)), err=True)
            return
        gap = "" if stage.gap_pct is None else f", at most {stage.gap_pct:.2f} % below the best"
        click.echo(
            f"{stage.seconds:7.1f} s  {stage.name:<15} objective {stage.objective:>14,}{gap}, "
            f"{stage.people_changed} people changed",
            err=True,
        )

    return tell


def _interrupted() -> Callable[[], bool]:
    """Whether Ctrl-C was pressed; a second one ends the program at once."""
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        click.echo("Stopping at the end of this round; press Ctrl-C again to give up.", err=True)

    signal.signal(signal.SIGINT, note)
    return lambda: bool(pressed)


def _stage(stage: solver.Stage) -> dict[str, Any]:
    return asdict(stage) | {"seconds": round(stage.seconds, 3), "gap_pct": stage.gap_pct}


def _summary(result: solver.Result) -> dict[str, Any]:
    return {
        "objective": result.objective,
        "bound": result.bound,
        "gap_pct": result.gap_pct,
        "seconds": round(result.seconds, 3),
        "stages": [_stage(stage) for stage in result.stages],
        "plan_hash": result.plan_hash,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "dropped_old": result.dropped_old,
        "people_changed": result.people_changed,
        "untouched_changed": result.untouched_changed,
        "untouched_dropped": result.untouched_dropped,
        "untouched_gained": result.untouched_gained,
        "stopped": result.stopped,
    }
