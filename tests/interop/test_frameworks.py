"""Reading competency frameworks: values, or every mistake with its line."""

from datetime import date
from pathlib import Path

import pytest

from trainer.competencies.values import Area, CompetencyKey
from trainer.interop.frameworks import LARGEST_FILE, read_framework

SOUND = """\
# A comment with [brackets] and = signs
key = "small"
version = "1"
title = { en = "Small", fr = "Petit" }

[[competencies]]
key = "first-aid"
area = "CND"
title = { en = "First aid", fr = "Premiers secours" }
statement = { en = "Can stop bleeding.", fr = "Sait arrêter une hémorragie." }
valid_months = 12
decay = "accuracy"

[[competencies]]
key = "patrols"
area = "SEC"
title = { en = "Patrols" }
statement = { en = "Can patrol." }
valid_months = 0
decay = "speed"
"""


def told(path: Path) -> list[tuple[int | None, str]]:
    framework, problems = read_framework(path)
    assert framework is None
    assert {problem.file for problem in problems} == {str(path)}
    return [(problem.line, str(problem.message)) for problem in problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound framework, to be spoilt."""
    path = tmp_path / "small.toml"
    path.write_text(SOUND, encoding="utf-8")
    return path


def spoil(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_sound_framework_is_read_whole(file: Path) -> None:
    framework, problems = read_framework(file)

    assert problems == ()
    assert framework is not None
    assert (framework.key, framework.version, framework.title) == ("small", "1", {"en": "Small", "fr": "Petit"})
    aid, patrols = framework.competencies
    assert (aid.key, aid.area, aid.valid_months, aid.decay) == (CompetencyKey("first-aid"), Area.CND, 12, "accuracy")
    assert (patrols.valid_months, patrols.retired_on) == (0, None)
    assert patrols.retired_on != date(2026, 1, 1)


def test_the_same_text_has_the_same_digest_whatever_the_line_ends(file: Path) -> None:
    first, _ = read_framework(file)
    file.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    second, problems = read_framework(file)
    file.write_bytes(SOUND.replace("\n", "\r\n").encode())
    third, _ = read_framework(file)

    assert problems == ()
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.digest == third.digest
    assert second.competencies == first.competencies


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        pytest.param('area = "SEC"', 'area = "XXX"', 16, "“area” is “XXX”. Use one of: CND, CFM,", id="unknown area"),
        pytest.param(
            'decay = "speed"', 'decay = "slow"', 20, "Use one of: accuracy, mixed, speed.", id="unknown decay"
        ),
        pytest.param("valid_months = 0", "valid_months = -1", 19, "from 0 to 600", id="negative months"),
        pytest.param("valid_months = 0", "valid_months = true", 19, "must be a whole number", id="no number"),
        pytest.param("valid_months = 0\n", "", 14, "“valid_months” is missing. Add it.", id="missing field"),
        pytest.param('key = "patrols"', 'key = "first-aid"', 15, "stands here twice, first on line 7", id="twice"),
        pytest.param('key = "patrols"', 'key = "Patrols!"', 15, "“Patrols!” is not a key", id="no key"),
        pytest.param('key = "patrols"', 'key = "../etc"', 15, "“../etc” is not a key", id="a path for a key"),
        pytest.param(
            'title = { en = "Patrols" }', 'title = { fr = "Rondes" }', 17, "has no English text", id="no English"
        ),
        pytest.param(
            'title = { en = "Patrols" }', 'title = "Patrols"', 17, "a text for each language", id="no languages"
        ),
        pytest.param(
            'title = { en = "Patrols" }', f'title = {{ en = "{"x" * 71}" }}', 17, "at most 70 fit", id="long title"
        ),
        pytest.param(
            'title = { en = "Patrols" }', 'title = { en = "P", FRENCH = "R" }', 17, "code of a language", id="language"
        ),
        pytest.param(
            'statement = { en = "Can patrol." }',
            'statement = { en = " " }',
            18,
            "is empty in the language en",
            id="blank",
        ),
        pytest.param(
            'decay = "speed"', 'decay = "speed"\nowner = "me"', 21, "There is no field “owner” here", id="unknown field"
        ),
        pytest.param(
            'version = "1"', "version = 1", 3, "“version” must be a text in quotation marks", id="number for text"
        ),
        pytest.param(
            'version = "1"', 'version = "1"\nlicence = "x"', 4, "There is no field “licence” here", id="unknown on top"
        ),
        pytest.param('key = "small"', 'key = "small', 2, "This is not valid TOML", id="broken TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(file: Path, before: str, after: str, line: int, message: str) -> None:
    spoil(file, before, after)

    found = told(file)

    assert len(found) == 1
    assert found[0][0] == line
    assert message in found[0][1]


def test_all_mistakes_are_told_at_once(file: Path) -> None:
    spoil(file, 'area = "CND"', 'area = "?"')
    spoil(file, "valid_months = 12\n", "")
    spoil(file, 'decay = "speed"', "decay = 3\nsurplus = 1")

    assert [line for line, _ in told(file)] == [8, 6, 19, 20]


def test_a_framework_without_competencies_is_refused(file: Path) -> None:
    file.write_text('key = "small"\nversion = "1"\ntitle = { en = "Small" }\n', encoding="utf-8")

    ((_, message),) = told(file)

    assert message == "A framework needs at least one competency: add [[competencies]]."


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'key = "caf\xe9"\n', 1, "not in UTF-8"),
        (b"x" * (LARGEST_FILE + 1), None, "too large"),
        (b"a = " + b"[" * 5000, 1, "This is not valid TOML"),
        (b"", 1, "“key” is missing. Add it."),
    ],
    ids=["encoding", "size", "depth", "empty"],
)
def test_what_cannot_be_read_is_told(file: Path, content: bytes, line: int | None, message: str) -> None:
    file.write_bytes(content)

    found = told(file)

    assert found[0][0] == line
    assert message in found[0][1]


def test_a_missing_file_and_a_link_are_refused(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)

    assert "There is no such file" in told(link)[0][1]
    assert "There is no such file" in told(tmp_path / "nothing.toml")[0][1]
