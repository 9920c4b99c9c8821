"""The terminal: one command or group per module, imported only when it is called, so that each starts fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from config import Settings

COMMANDS: Mapping[str, tuple[str, str]] = {
    "audit": ("trainer.cli.audit", "group"),
    "bench": ("trainer.cli.bench", "group"),
    "demo": ("trainer.cli.demo", "demo"),
    "import": ("trainer.cli.imports", "group"),
    "mandates": ("trainer.cli.mandates", "group"),
    "migrate": ("trainer.cli.serve", "migrate"),
    "packs": ("trainer.cli.packs", "group"),
    "plan": ("trainer.cli.plan", "plan"),
    "readiness": ("trainer.cli.readiness", "group"),
    "replan": ("trainer.cli.replan", "replan"),
    "requirements": ("trainer.cli.requirements", "group"),
    "scenarios": ("trainer.cli.scenarios", "group"),
    "serve": ("trainer.cli.serve", "serve"),
    "worker": ("trainer.cli.serve", "worker"),
}
"""Name → module and attribute, in the order of the help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What commands need from the top: settings and applications, made only when asked for."""

    settings: Callable[[Mapping[str, str]], Settings]
    """Reads the environment, with the given variables on top; raises BadSettings."""
    application: Callable[[Settings], Any]
    """Makes a Flask application, with background work connected."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - signature of the base class
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - signature of the base class
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Trainer: when a mandate shifts, the right people are retrained, and everyone sees why."""
