"""`demo`: the whole product with demonstration data, from an empty folder to a page in one command."""

from __future__ import annotations

import logging
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import click

from config import INSTANCE, database_url, kept_secret
from trainer.cli import Start
from trainer.cli.database import open_engine, upgrade
from trainer.cli.serve import HOST, PORT, require_free_port, serve_pages
from trainer.cli.warming import machine_code_beside
from trainer.kernel.errors import Refusal

SEED = 1948
"""The year of the first mission; any number gives a world of its own."""


@click.command()
@HOST
@PORT
@click.option(
    "--people", type=click.IntRange(50, 1_000_000), default=3000, show_default=True, help="How many invented people."
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another number invents other people.")
@click.option("--fresh", is_flag=True, help="Start over with new data.")
@click.option("--scenario", type=click.Choice(["unmiss-2014"]), help="A world of its own that plays in another year.")
@click.option("--database", help="Where the data goes; an SQLite file in instance/ by default.")
@click.option("--no-serve", is_flag=True, help="Load the data and stop.")
@click.pass_obj
def demo(
    start: Start,
    *,
    host: str,
    port: int,
    people: int,
    seed: int,
    fresh: bool,
    scenario: str | None,
    database: str | None,
    no_serve: bool,
) -> None:
    """Start Trainer with demonstration data: web and scheduler in one process. All people in it are invented."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    began = time.monotonic()
    if not no_serve:
        require_free_port(host, port)
    url = database_url(database) if database else f"sqlite:///{INSTANCE / (scenario or 'demo')}.sqlite3"
    if fresh:
        _remove(url)
    engine = open_engine(url)
    upgrade(engine)
    if engine.dialect.name == "postgresql":
        from trainer.jobs import install_queue

        install_queue(url)
    engine.dispose()
    app = start.application(start.settings(_environment(url, host, port, scenario)))
    try:
        if scenario:
            _load_scenario(app)
        else:
            _load(app, people=people, seed=seed, began=began)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    if no_serve:
        return
    _serve(app, host=host, port=port)


def _environment(url: str, host: str, port: int, scenario: str | None) -> dict[str, str]:
    environment = {
        "TRAINER_MODE": "demo",
        "TRAINER_DATABASE_URL": url,
        "TRAINER_SECRET_KEY": kept_secret(INSTANCE),
        "TRAINER_BASE_URL": f"http://{host}:{port}",
        "TRAINER_SCHEDULER": "yes",
    }
    if scenario:
        from trainer.demo import scenario as scenarios

        environment["TRAINER_TODAY"] = scenarios.START.isoformat()
    return environment


def _remove(url: str) -> None:
    """Take an SQLite file away with what belongs to it; a database elsewhere is not ours to drop."""
    if not url.startswith("sqlite:///"):
        raise click.ClickException(
            "--fresh only starts over on SQLite. Create an empty database and name it with --database."
        )
    file = Path(url.removeprefix("sqlite:///"))
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        each.unlink(missing_ok=True)


def _load(app: Any, *, people: int, seed: int, began: float) -> None:
    from trainer import edge, jobs
    from trainer.demo import load as loading

    with app.app_context():
        app.config["DEMO_ACCOUNTS"] = loading.sign_in_lines()
        if loading.is_loaded(edge.reading()):
            edge.db.session.remove()
            return
        click.echo("Loading demonstration data. Every person, unit and session in it is invented.")
        progress = _Progress()
        loading.load(
            partial(edge.job_transaction, "demo"),
            people=people,
            seed=seed,
            today=edge.today(),
            progress=progress.show,
            plan_all=jobs.run_everything,
        )
        progress.end()
        edge.db.session.remove()
        click.echo(f"Loaded in {time.monotonic() - began:.0f} s.")


def _load_scenario(app: Any) -> None:
    from trainer import edge, jobs
    from trainer.demo import load as loading
    from trainer.demo import scenario as scenarios
    from trainer.kernel import ledger

    with app.app_context():
        app.config["DEMO_ACCOUNTS"] = loading.sign_in_lines()
        if not loading.is_loaded(edge.reading()):
            progress = _Progress()
            scenarios.load(partial(edge.job_transaction, "demo"), progress=progress.show, plan_all=jobs.run_everything)
            progress.end()
        edge.db.session.remove()
        last = ledger.last_recorded_at(edge.reading())
        if last is not None:
            edge.move_clock(max(scenarios.START, last.date()))
        edge.db.session.remove()


def _serve(app: Any, *, host: str, port: int) -> None:
    from trainer.worker import start_in_process

    keeper = start_in_process(app)

    def ready() -> None:
        click.echo(f"\nTrainer is ready: http://{host}:{port}\n\nDemonstration accounts (invented people):")
        for line in app.config["DEMO_ACCOUNTS"]:
            click.echo(f"  {line.office_name:<20} {line.login:<28} {line.password}")
        click.echo("\nEnd with Ctrl-C. The data is kept for the next start; --fresh starts over.")
        sys.stdout.flush()

    try:
        with machine_code_beside():
            serve_pages(app, host=host, port=port, ready=ready)
    finally:
        keeper.stop()


class _Progress:
    """One line per step: rewritten in place on a terminal, written once done elsewhere."""

    def __init__(self) -> None:
        self.step = ""
        self.line = ""

    def show(self, step: str, done: int, total: int) -> None:
        """Say how far a step is."""
        if step != self.step:
            self.end()
            self.step = step
        self.line = f"  {step} {done:,}/{total:,}" if total > 1 else f"  {step}"
        if sys.stdout.isatty():
            click.echo(f"\r\033[K{self.line}", nl=False)

    def end(self) -> None:
        """Finish the line of the step."""
        if self.step:
            click.echo("" if sys.stdout.isatty() else self.line)
        self.step = self.line = ""
