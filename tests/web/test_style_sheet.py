"""The rules of the style sheet that no reader of a screenshot would notice broken."""

import re
from pathlib import Path

import pytest

from trainer.web.assets import STATIC, assets, style_sheet
from trainer.web.help.topics import FOLDER

TEMPLATES = FOLDER.parent
MOST_STYLE = 9_000
MOST_SCRIPT = 2_500
FILES = sorted((STATIC / "css").rglob("*.css"))
CLASS = re.compile(r"\.(-?[a-z_][\w-]*)")
PHYSICAL = re.compile(
    r"[{;\s](?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height)\s*:"
)


def _rules(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_style_sheet_stays_small() -> None:
    assert len(assets()["css"].packed) <= MOST_STYLE


def test_the_script_stays_small() -> None:
    assert len(assets()["js"].packed) <= MOST_SCRIPT


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_rules_use_classes_and_logical_properties(path: Path) -> None:
    rules = _rules(path)

    assert "!important" not in rules
    assert "url(" not in rules
    assert "@import" not in rules
    assert PHYSICAL.findall(rules) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_braces_are_balanced(path: Path) -> None:
    rules = _rules(path)

    assert rules.count("{") == rules.count("}")


@pytest.mark.parametrize("path", sorted((STATIC / "css/components").glob("*.css")), ids=lambda path: path.stem)
def test_a_style_file_is_named_as_its_component(path: Path) -> None:
    shared = {"choices"}

    assert path.stem in shared or (TEMPLATES / f"components/{path.stem}.html").exists()


def test_colours_stand_in_the_tokens_only() -> None:
    allowed = {"tokens.css"}
    others = [path for path in FILES if path.name not in allowed]

    found = {path.name: re.findall(r"#[0-9a-f]{3,8}\b", _rules(path)) for path in others}

    # Paper is white whatever the reader's system prefers.
    assert {name: colours for name, colours in found.items() if set(colours) - {"#fff"}} == {}


def test_every_token_that_is_used_is_defined_and_the_other_way_round() -> None:
    sheet = style_sheet()

    assert set(re.findall(r"var\(--([\w-]+)\)", sheet)) == set(re.findall(r"(?<![\w-])--([\w-]+):", sheet))


def test_every_component_class_in_the_style_sheet_is_used_in_a_template() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    parts = {name.partition("--")[0] for name in CLASS.findall(style_sheet()) if name.startswith("c-")}

    assert {part for part in parts if part not in used} == set()
