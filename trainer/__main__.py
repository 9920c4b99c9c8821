"""`python -m trainer`: the only place that joins the application and the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from config import BadSettings, Settings, from_environment
from trainer import cli


def _settings(changes: Mapping[str, str]) -> Settings:
    return from_environment({**os.environ, **changes})


def _application(settings: Settings) -> Any:
    from trainer.app import create_app

    return create_app(settings)


def main() -> None:
    """Run the command named on the command line; a bad environment is told in full."""
    try:
        cli.main(obj=cli.Start(settings=_settings, application=_application))
    except BadSettings as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
