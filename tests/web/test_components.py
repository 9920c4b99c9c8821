"""One macro a file, its parameters on top, nothing inline."""

import re
from pathlib import Path

import pytest

from trainer.web.help.topics import FOLDER

TEMPLATES = FOLDER.parent
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ALL = sorted(TEMPLATES.rglob("*.html"))
NOT_SHOWN_BY_NAME = {"field", "described_by", "site_header", "live"}
"""Parts of other components, or (live) in need of something that runs."""


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_is_one_macro_named_as_its_file_with_its_signature_on_top(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    macros = re.findall(r"{% macro (\w+)(\(.*?\)) -?%}", text)
    first_line = text.removeprefix("{#\n").partition("\n")[0]

    assert text.startswith("{#\n")
    assert [name for name, _ in macros] == [path.stem]
    assert first_line.startswith(f"{path.stem}{macros[0][1]}: ")


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=\s*[\"']", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_imports_only_what_it_uses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    for name, alias in re.findall(r'{% from "[\w/]+\.html" import (\w+)(?: as (\w+))? %}', text):
        used = alias or name
        assert re.search(rf"(?:{{{{|{{%|[\s(~=-]){used}\(", text), used


def test_the_component_page_shows_every_component() -> None:
    page = (TEMPLATES / "help/components.html").read_text(encoding="utf-8")
    imported = set(re.findall(r'from "components/(\w+)\.html"', page))
    fields = {path.stem for path in COMPONENTS if path.stem.endswith("_field")}
    from_python = (TEMPLATES.parent / "trainer/web/forms.py").read_text(encoding="utf-8")

    missing = {path.stem for path in COMPONENTS} - imported - fields - NOT_SHOWN_BY_NAME
    assert missing <= {"mark"}
    assert {name for name in fields if f'component = "{name}"' not in from_python} == set()
