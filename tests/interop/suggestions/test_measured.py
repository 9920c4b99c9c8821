"""How well suggestions do: what was learnt is what the code learns, and what the help says is what it measures."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainer.cli import main
from trainer.competencies.values import Area
from trainer.interop.suggestions import learning, words
from trainer.interop.suggestions.vocabulary import LANGUAGES, LEARNT, vocabulary, written
from trainer.mandates.values import TASK_KINDS
from trainer.web.help.topics import FOLDER

HERE = Path(__file__).parent
LABELLED = learning.read_labelled(HERE)
HELD_OUT = [each for each in LABELLED if each.held_out]
ROW = re.compile(r"^\| ([^|]+) \| (\d+|–) \| (\d+|–) \| (\d+) \|$", re.MULTILINE)


def figures() -> dict:
    return learning.as_figures(
        learning.measure(HELD_OUT, vocabularies={language: vocabulary(language) for language in LANGUAGES}),
        places=learning.measure_places(each for each in learning.read_places(HERE) if each.held_out),
    )


def test_there_are_labelled_paragraphs_of_every_area_in_both_languages() -> None:
    areas = {(each.language, TASK_KINDS[kind].area) for each in LABELLED for kind in each.kinds}

    assert areas == {(language, area) for language in LANGUAGES for area in Area if area is not Area.CND}
    assert sum(bool(each.kinds) for each in LABELLED) >= 150
    assert len({each.text for each in LABELLED}) == len(LABELLED)


def test_a_third_is_held_out_of_every_area() -> None:
    held = [TASK_KINDS[each.kinds[0]].area for each in HELD_OUT if each.kinds]

    assert {held.count(area) for area in Area if area is not Area.CND} == {3}


def test_what_was_learnt_is_what_the_paragraphs_that_are_not_held_out_give() -> None:
    assert LEARNT.read_text(encoding="utf-8") == learning.as_toml(learning.learn(LABELLED))


def test_what_is_held_out_has_no_part_in_what_is_learnt() -> None:
    assert learning.learn([each for each in LABELLED if not each.held_out]) == learning.learn(LABELLED)


@pytest.mark.parametrize("page", ["suggestions.md", "suggestions.fr.md", "suggestions.ar.md"])
def test_the_help_gives_the_figures_that_are_measured(page: str) -> None:
    text = (FOLDER / page).read_text(encoding="utf-8")
    rows = ROW.findall(text)
    said = {name.rpartition("(")[2].rstrip(")"): tuple(values) for name, *values in rows if name.endswith(")")}

    measured = figures()
    assert said == {name: _said(found) for name, found in measured["areas"].items()}
    assert [tuple(values) for name, *values in rows if not name.endswith(")")] == [
        _said(measured[name]) for name in learning.TOTALS
    ]
    assert f" {len(LABELLED)} " in text
    assert str(len(HELD_OUT)) in text


def _said(found: dict) -> tuple[str, ...]:
    return tuple("–" if found[what] is None else str(found[what]) for what in ("precision", "recall", "there"))


def test_suggestions_are_good_enough_to_begin_with() -> None:
    measured = figures()

    assert measured["all_areas"]["precision"] >= 85
    assert measured["all_areas"]["recall"] >= 85


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_task_has_phrases_and_no_phrase_stands_twice_under_one(language: str) -> None:
    known = written(language)
    pairs = [(words.parts_of(each.text, language=language), each.task_kind) for each in known.phrases]

    assert {each.task_kind for each in known.phrases} == set(TASK_KINDS)
    assert len(set(pairs)) == len(pairs)
    assert all(parts for parts, _ in pairs)


def test_the_surer_a_score_the_more_suggestions_were_right() -> None:
    percents = [share.percent for _, share in vocabulary("en").shares]

    assert percents == sorted(percents, reverse=True)


# The terminal


def test_the_command_prints_the_suggestions_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("1. Encourages UNIFIL to support mine action in the provinces of Tyre and Sidon;", encoding="utf-8")

    result = CliRunner().invoke(main, ["mandates", "suggest", str(file), "--language", "en", "--json"])

    (found,) = json.loads(result.output)["suggestions"]
    assert (found["paragraph"], found["area"], found["modality"], found["requested"]) == ("1", "WAM", ["assist"], False)
    assert found["area_of_operations"] == "Tyre and Sidon"
    assert {"says": "task", "start": 29, "end": 40, "text": "mine action"} in found["words"]
    assert 0 < found["confidence"] <= 100


def test_the_command_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "text.docx"
    file.write_bytes(b"PK\x03\x04")

    result = CliRunner().invoke(main, ["mandates", "suggest", str(file), "--language", "en"])

    assert result.exit_code == 1
    assert "word processor" in result.output


def test_the_command_in_words(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("1. Requests the Mission to sing;\n2. Requests the Mission to protect civilians;", encoding="utf-8")

    result = CliRunner().invoke(main, ["mandates", "suggest", str(file), "--language", "en"])

    assert "2 suggestions" in result.output
    assert "POC  CivProtect" in result.output
    assert "not recognised" in result.output


def test_the_command_measures() -> None:
    result = CliRunner().invoke(main, ["mandates", "measure", str(HERE), "--json"])

    assert json.loads(result.output) == figures()
