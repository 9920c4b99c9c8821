"""What can be set or called is written down where people look for it."""

from pathlib import Path

import pytest

from config import VARIABLES
from trainer.cli import COMMANDS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VARIABLES)
def test_the_readme_names_every_setting(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command(name: str) -> None:
    assert f"trainer {name}" in README
