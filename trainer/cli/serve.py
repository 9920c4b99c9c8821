"""`serve`, `worker` and `migrate`: the processes of an installation."""

from __future__ import annotations

import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from trainer.cli import Start
from trainer.cli.database import open_engine, upgrade
from trainer.cli.warming import machine_code_beside


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open between requests and leaves the log to the application."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of ordinary requests."""


def require_free_port(host: str, port: int) -> None:
    """Refuse with a clear sentence when something else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"Port {port} on {host} is taken by another program. Choose another, for instance --port {port + 1}."
            else:
                message = f"Cannot listen on {host}:{port}: {error.strerror}."
            raise click.ClickException(message) from error


def serve_pages(app: Any, *, host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or a termination signal; `ready` is called once the port is open."""
    server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)

    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    gc.freeze()  # what lives as long as the process need not be looked through whenever a long page makes many values
    ready()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


HOST = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
PORT = click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)


@click.command()
@HOST
@PORT
@click.pass_obj
def serve(start: Start, *, host: str, port: int) -> None:
    """Serve pages from this process, on SQLite with the scheduler in it; behind a proxy use gunicorn (README)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = start.settings({})
    require_free_port(host, port)
    app = start.application(settings)
    keeper = None
    if settings.on_sqlite and settings.scheduler:
        from trainer.worker import start_in_process

        keeper = start_in_process(app)
    try:
        with machine_code_beside():
            serve_pages(app, host=host, port=port, ready=lambda: click.echo(f"Trainer listens on http://{host}:{port}"))
    finally:
        if keeper is not None:
            keeper.stop()


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 32), default=2, show_default=True, help="Jobs at the same time.")
@click.pass_obj
def worker(start: Start, *, concurrency: int) -> None:
    """Work in the background: keep time if no other worker does, make plans, send mail. PostgreSQL only."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = start.settings({})
    if settings.on_sqlite:
        raise click.ClickException(
            "On SQLite `trainer serve` does the background work itself; a worker needs PostgreSQL."
        )
    from trainer.worker import run_worker

    with machine_code_beside():
        run_worker(start.application(settings), concurrency=concurrency)


@click.command()
@click.option("--database", help="The database's address; the environment's by default.")
@click.pass_obj
def migrate(start: Start, *, database: str | None) -> None:
    """Bring the database's schema up to date; on PostgreSQL the job queue's as well."""
    url = database or start.settings({}).database_url
    engine = open_engine(url)
    done = upgrade(engine)
    if engine.dialect.name == "postgresql":
        from trainer.jobs import install_queue

        done = install_queue(engine.url.render_as_string(hide_password=False)) or done
    engine.dispose()
    click.echo("The schema is up to date now." if done else "The schema was up to date already.")
