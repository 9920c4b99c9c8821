"""`bench`: what the product measures on this machine, printed as figures; nothing here is a test."""

from __future__ import annotations

import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import click

from config import database_url
from trainer.cli import Start
from trainer.cli.bench_mandates import mandate
from trainer.cli.database import open_engine, upgrade

SEED = 1948
SHIFT = 0.05
"""The share of requirement rules that a shift changes."""
LOOKS = 20


@click.group()
def group() -> None:
    """Print what the product measures on this machine."""


group.add_command(mandate)

PEOPLE = click.option("--people", type=click.IntRange(50, 1_000_000), default=3000, show_default=True)
DATABASE = click.option(
    "--database", default="sqlite", show_default=True, help="`sqlite`, or the address of an empty PostgreSQL database."
)
JSON = click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")


@group.command()
@PEOPLE
@DATABASE
@JSON
@click.pass_obj
def replan(start: Start, *, people: int, database: str, as_json: bool) -> None:
    """From changed requirements to a stored proposal, step by step, after 5 % of the rules have changed."""
    from trainer.planning.engine import solver

    solver.make_machine_code()  # as a worker has that planned before
    with _world(start, people=people, database=database) as app:
        steps, processor, rows = _shift(app)
    figures = {
        "people": people,
        "seconds": steps,
        "processor": processor,
        "total": round(sum(steps.values()), 2),
        "total_processor": round(sum(processor.values()), 2),
        "rows": rows,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    for name, seconds in steps.items():
        click.echo(f"{name:<28}{seconds:>9.2f} s, of it on the processor {processor[name]:>9.2f} s")
    for name, count in rows.items():
        click.echo(f"{name:<28}{count:>9,}")
    if as_json:
        click.echo(json.dumps(figures))


@group.command()
@PEOPLE
@DATABASE
@JSON
@click.pass_obj
def pages(start: Start, *, people: int, database: str, as_json: bool) -> None:
    """First pages as their readers open them: median and slowest time, bytes on the line."""
    with _world(start, people=people, database=database) as app:
        figures = _look(app)
    for path, found in figures.items():
        click.echo(f"{path:<28}{found['median_ms']:>7} ms {found['slowest_ms']:>7} ms {found['bytes']:>9,} bytes")
    if as_json:
        click.echo(json.dumps(figures))


@group.command()
@PEOPLE
@DATABASE
@click.option("--loaded", is_flag=True, help="The database holds the demonstration already; it is only read.")
@JSON
@click.pass_obj
def preview(start: Start, *, people: int, database: str, loaded: bool, as_json: bool) -> None:
    """What would follow, step by step: a quarter of nine missions leaves, and a draft for the largest mission."""
    if loaded:
        figures = _previewed(database_url(database))
    else:
        with _world(start, people=people, database=database) as app:
            figures = _previewed(app.config["SETTINGS"].database_url)
    for name, found in figures.items():
        click.echo(f"{name}, {found['people']:,} people looked at")
        for step, seconds in found["seconds"].items():
            click.echo(f"  {step:<26}{seconds:>9.2f} s")
        click.echo(f"  {'of it, on the processor':<26}{found['processor']:>9.2f} s")
        click.echo(f"  {'peak memory':<26}{found['peak_mb']:>9.1f} MB")
    if as_json:
        click.echo(json.dumps(figures))


NINE = frozenset({"minusca", "monusco", "unmiss", "unisfa", "unifil", "undof", "unficyp", "minurso", "unmik"})
"""The missions of the liquidity plan of October 2025."""


def _previewed(url: str) -> dict[str, dict[str, Any]]:
    """A scenario that looks at everybody, and a draft that ends a task, each read and worked out as its page does it."""
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from trainer.accounts import queries as account_queries
    from trainer.accounts.values import MissionStatus
    from trainer.mandates import queries as mandate_queries
    from trainer.mandates.values import InstrumentDraft, TaskChange, TaskLine
    from trainer.planning.engine import solver
    from trainer.previews import queries as preview_queries
    from trainer.scenarios import operations, queries
    from trainer.shocks.values import ShareLeaves

    solver.make_machine_code()
    on = datetime.now(tz=UTC).date()
    engine = open_engine(url)
    figures: dict[str, dict[str, Any]] = {}
    with Session(engine) as session:
        cards = [each for each in account_queries.missions(session) if each.status is not MissionStatus.CLOSED]
        nine = tuple(each.id for each in cards if each.key in NINE)
        leaves = ShareLeaves(missions=nine, percent=25, starts_on=on, weeks=18)
        began, spent = time.perf_counter(), time.process_time()
        case = queries.read_case(session, name="bench", what_ifs=(leaves,), missions=cards, on=on)
        read_in = round(1000 * (time.perf_counter() - began))
        effects = operations.work_out(
            case,
            read_in=read_in,
            note=lambda done: click.echo(f"{done.step.value + ' …':<28}{done.milliseconds / 1000:>9.2f} s"),
        )
        steps = {each.step.value: each.milliseconds / 1000 for each in effects.steps}
        figures["scenario"] = _measured(effects.people, steps, time.process_time() - spent)
        del case
        largest = max(cards, key=lambda each: account_queries.people_in(session, missions=(each.id,), on=on))
        ended = mandate_queries.tasks_in_force(session, mission=largest.id, on=on)[0].task_kind
        draft = InstrumentDraft(
            mission=largest.id, symbol="S/RES/9999", title="", adopted_on=None, effective_on=on, expires_on=None,
            expiry_known=True,
            complete_adjustment=False,
            tasks=(TaskLine(task_kind=ended, change=TaskChange.END, paragraph="1", modalities=()),),
        )  # fmt: skip
        began, spent = time.perf_counter(), time.process_time()
        seen = preview_queries.read(session, draft=draft, on=on)
        read = time.perf_counter() - began
        found = preview_queries.work_out(seen)
        total = time.perf_counter() - began
        figures["draft"] = _measured(
            len(seen.sources.people),
            {"read": round(read, 2), "work out": round(total - read, 2)},
            time.process_time() - spent,
        )
        assert found.mission.id == largest.id
    engine.dispose()
    return figures


def _measured(people: int, steps: dict[str, float], processor: float) -> dict[str, Any]:
    """The seconds on the processor tell what a machine with nothing else to do would take."""
    return {
        "people": people,
        "seconds": {**steps, "total": round(sum(steps.values()), 2)},
        "processor": round(processor, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


@contextmanager
def _world(start: Start, *, people: int, database: str) -> Iterator[Any]:
    """The demonstration, loaded into a database that is thrown away (SQLite) or was empty (PostgreSQL)."""
    from trainer import edge, jobs
    from trainer.demo import load as loading

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}" if database == "sqlite" else database_url(database)
        engine = open_engine(url)
        upgrade(engine)
        if engine.dialect.name == "postgresql":
            jobs.install_queue(url)
        engine.dispose()
        environment = {
            "TRAINER_MODE": "demo",
            "TRAINER_DATABASE_URL": url,
            "TRAINER_SECRET_KEY": "for a benchmark only" * 2,
        }
        app = start.application(start.settings(environment))
        app.config["DEMO_ACCOUNTS"] = loading.sign_in_lines()
        with app.app_context():
            began = time.perf_counter()
            loading.load(
                partial(edge.job_transaction, "demo"),
                people=people,
                seed=SEED,
                today=edge.today(),
                progress=lambda *_: None,
                plan_all=jobs.run_everything,
            )
            edge.db.session.remove()
        click.echo(f"{'loading':<28}{time.perf_counter() - began:>9.2f} s")
        yield app
        with app.app_context():
            edge.db.engine.dispose()


def _shift(app: Any) -> tuple[dict[str, float], dict[str, float], dict[str, int]]:
    """Change the rules and follow the plan through its steps, each timed by the clock and on the processor."""
    from trainer import edge, jobs
    from trainer.competencies.values import Level
    from trainer.mandates import operations as mandate_operations
    from trainer.mandates import queries as mandate_queries
    from trainer.planning import operations as plan_operations
    from trainer.planning import queries as plan_queries

    steps: dict[str, float] = {}
    processor: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began, spent = time.perf_counter(), time.process_time()
        yield
        steps[name] = round(time.perf_counter() - began, 2)
        processor[name] = round(time.process_time() - spent, 2)

    chance = Random(SEED)  # noqa: S311 - repeatable choice, not secrecy
    with app.app_context():
        rules = list(mandate_queries.rule_set(edge.reading()).rules)
        for place in chance.sample(range(len(rules)), max(1, round(len(rules) * SHIFT))):
            level = rules[place].level
            rules[place] = replace(rules[place], level=Level(level + 1 if level < Level.INDEPENDENT else level - 1))
        with timed("publish the rules"), edge.job_transaction("bench") as work:
            mandate_operations.publish_rules(work, rules=rules, note="A shift of 5 %, for a measurement.")
        with timed("react"):
            jobs.react()
        with timed("claim"), edge.job_transaction("bench") as work:
            run = plan_operations.claim_run(work)
        assert run is not None
        with plan_queries.without_collecting():
            with timed("read"):
                session = edge.reading()
                session.rollback()
                snapshot = plan_queries.read_snapshot(session, run=run, on=edge.today())
                session.rollback()
            with timed("solve"):
                result = plan_operations.solve(snapshot)
            with timed("check and store"), edge.job_transaction("bench") as work:
                plan_operations.store_plan(work, run=run, snapshot=snapshot, result=result)
    rows = {
        "people": snapshot.instance.people + len(snapshot.beside.people),
        "people looked at": snapshot.instance.people,
        "gaps looked at": snapshot.instance.gaps,
        "seats in the plan": len(result.plan),
        "gap to the bound, per 10,000": round(result.gap_pct * 100),
    }
    return steps, processor, rows


def _look(app: Any) -> dict[str, dict[str, int]]:
    """Open each first page as its reader does, some twenty times."""
    from trainer.demo.accounts import PASSWORD

    app.config.update(WTF_CSRF_ENABLED=False)
    readers = {
        "manager": ("/readiness/", "/plans/", "/people/"),
        "officer": ("/missions/", "/requirements/"),
        "trainee": ("/my/", "/my/record"),
        "partner": ("/partner/", "/courses/"),
        "auditor": ("/audit/",),
    }
    figures: dict[str, dict[str, int]] = {}
    for reader, paths in readers.items():
        client = app.test_client()
        client.post("/sign-in", data={"login": f"{reader}@demo.example", "password": PASSWORD})
        for path in paths:
            times, size = [], 0
            for _ in range(LOOKS):
                began = time.perf_counter()
                size = len(client.get(path, headers={"Accept-Encoding": "gzip"}).get_data())
                times.append(1000 * (time.perf_counter() - began))
            figures[path] = {
                "median_ms": round(statistics.median(times)),
                "slowest_ms": round(max(times)),
                "bytes": size,
            }
    return figures
