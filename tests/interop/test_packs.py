"""Reading packs: values, or every mistake of every file with its line; nothing executed, nothing outside opened."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.cli.packs import group
from trainer.competencies.values import CompetencyKey, Level
from trainer.interop import packs
from trainer.interop.packs import examine_packs, read_pack, read_packs

SAMPLES = Path(__file__).parent / "packs"
MODULE = "small/modules/first-aid"
MODULE_TOML, QUESTIONS = f"{MODULE}/module.toml", f"{MODULE}/questions.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two sound packs, one of which needs the other, and their framework; to be spoilt."""
    return Path(shutil.copytree(SAMPLES, tmp_path / "packs"))


def spoil(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def told(root: Path, pack: str = "small") -> list[str]:
    """The problems of a pack as `file:line: sentence`, the file from the root."""
    _, problems = examine_packs([root / pack], framework=None)
    return [f"{Path(each.file or '').relative_to(root)}:{each.line}: {each.message}" for each in problems]


def test_a_sound_pack_is_read_whole(root: Path) -> None:
    pack, problems = read_pack(root / "small")

    assert problems == ()
    assert pack is not None
    (module,) = pack.modules
    assert (pack.key, pack.version, pack.edition, pack.licence) == ("small", "1.0.0", "2026", "CC-BY-4.0")
    assert module.key == "first-aid"
    assert module.teaches == (AtLevel(competency=CompetencyKey("first-aid"), level=Level.AWARE),)
    assert list(module.lessons) == list(module.questions) == ["en", "fr"]
    assert [question.key for question in module.questions["fr"]] == [each.key for each in module.questions["en"]]
    assert module.questions["en"][4].kind == "many"
    (track,) = pack.tracks
    assert (track.role, [step.module for step in track.steps]) == (None, ["first-aid"])


def test_the_sample_packs_can_be_installed(root: Path) -> None:
    fit, problems = examine_packs([root / "tracks", root / "small"], framework=None)

    assert problems == ()
    assert [pack.key for pack in fit] == ["small", "tracks"]


def test_packs_come_after_those_they_need(root: Path) -> None:
    shutil.move(root / "small", root / "zzz")
    spoil(root / "zzz/pack.toml", 'key = "small"', 'key = "zzz"')
    spoil(root / "tracks/pack.toml", '"small"', '"zzz"')

    found, problems = read_packs(root)

    assert problems == ()
    assert [pack.key for pack in found] == ["zzz", "tracks"]


def test_packs_that_need_each_other_are_told(root: Path) -> None:
    spoil(root / "small/pack.toml", "needs = []", 'needs = ["tracks"]')

    _, problems = read_packs(root)

    assert [(Path(each.file or "").parent.name, each.line) for each in problems] == [("small", 7), ("tracks", 7)]


def test_a_pack_whose_need_is_not_there_is_told(root: Path) -> None:
    shutil.rmtree(root / "small")

    assert told(root, "tracks") == [
        "tracks/pack.toml:7: The pack “small” that this one needs is not here, or cannot be read.",
        "tracks/tracks/medics.toml:6: There is no module “first-aid” in this pack or in those that it needs.",
    ]


@pytest.mark.parametrize(
    ("file", "before", "after", "line", "message"),
    [
        pytest.param("pack.toml", 'version = "1.0.0"', 'version = "1"', 2, "three numbers", id="version"),
        pytest.param(
            "pack.toml", 'key = "small"', 'key = "large"', 1, "must have the name of the key: large", id="folder"
        ),
        pytest.param(
            "pack.toml", 'edition = "2026"', 'edtion = "2026"', 8, "There is no field “edtion” here", id="misspelt"
        ),
        pytest.param(
            "pack.toml", "needs = []", 'needs = ["../core"]', 7, "“../core” is not a key", id="path as a need"
        ),
        pytest.param("pack.toml", "needs = []", "needs = 3", 7, "must be a list of texts", id="no list"),
        pytest.param("pack.toml", '"peace"', '"../../etc"', 6, "“../../etc” is not a key", id="path as framework"),
        pytest.param(MODULE_TOML, "level = 1", "level = 5", 9, "from 1 to 4", id="level"),
        pytest.param(
            MODULE_TOML, 'competency = "first-aid"', 'competency = "magic"', 8, "no competency “magic”", id="competency"
        ),
        pytest.param(MODULE_TOML, "effort_minutes = 30", 'effort_minutes = "30"', 4, "whole number", id="effort"),
        pytest.param(MODULE_TOML, "pass_percent = 80", "pass_percent = 101", 12, "from 1 to 100", id="percent"),
        pytest.param(
            MODULE_TOML, "[assessment]\npass_percent = 80", "", 1, "“assessment” is missing", id="part missing"
        ),
        pytest.param(MODULE_TOML, "pass_percent = 80", "", 11, "“pass_percent” is missing", id="empty part"),
        pytest.param(
            MODULE_TOML,
            "effort_minutes = 30",
            "effort_minutes = 30\nwithin_months = 9",
            5,
            "Only a refresher",
            id="within",
        ),
        pytest.param(
            MODULE_TOML, 'key = "first-aid"', 'key = "second-aid"', 1, "name of the key: second-aid", id="module folder"
        ),
        pytest.param(
            f"{MODULE}/lesson.md", "## What you must know", "# First aid", 1, "begins with a title", id="title"
        ),
        pytest.param(f"{MODULE}/lesson.md", "Look around", "<b>Look</b> around", 3, "HTML is not shown", id="HTML"),
        pytest.param(QUESTIONS, 'kind = "one"', 'kind = "any"', 4, "“kind” is “any”", id="kind"),
        pytest.param(QUESTIONS, "right = true", 'right = "yes"', 7, "true or false", id="right"),
        pytest.param(
            QUESTIONS, 'reason = "Right: nobody else must be hurt."', 'reason = ""', 8, "is empty", id="no reason"
        ),
        pytest.param(
            QUESTIONS,
            'key = "bleeding"',
            'key = "bleeding"\nhint = "x"',
            20,
            "no field “hint”",
            id="unknown in question",
        ),
        pytest.param(
            f"{MODULE}/questions.fr.toml",
            'key = "bleeding"',
            'key = "sang"',
            1,
            "the same keys in the same order",
            id="translation",
        ),
        pytest.param("tracks/everyone.toml", 'skip = "current"', 'skip = "always"', 6, "“skip” is “always”", id="skip"),
        pytest.param(
            "tracks/everyone.toml",
            'module = "first-aid"',
            'module = "last-aid"',
            5,
            "There is no module “last-aid”",
            id="step",
        ),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(
    root: Path, file: str, before: str, after: str, line: int, message: str
) -> None:
    path = file if file.startswith("small/") else f"small/{file}"
    spoil(root / path, before, after)

    found = told(root)

    assert any(each.startswith(f"{path}:{line}: ") and message in each for each in found), found


def test_all_mistakes_of_all_files_are_told_at_once(root: Path) -> None:
    spoil(root / "small/pack.toml", 'version = "1.0.0"', 'version = "first"')
    spoil(root / MODULE_TOML, "level = 1", "level = 9")
    spoil(root / QUESTIONS, 'kind = "one"', 'kind = "any"')
    spoil(root / f"{MODULE}/lesson.md", "## What you must know", "# Title")
    spoil(root / "small/tracks/everyone.toml", 'skip = "current"', 'skip = "x"')

    files = {each.partition(":")[0] for each in told(root)}

    assert len(files) == 5


def test_a_broken_file_does_not_hide_the_others_nor_blame_them(root: Path) -> None:
    spoil(root / MODULE_TOML, 'key = "first-aid"', "key = first-aid")
    spoil(root / "small/pack.toml", 'licence = "CC-BY-4.0"', 'licence = "free for all"')

    found = told(root)

    assert [each.partition(": ")[0] for each in found] == [f"{MODULE}/module.toml:1", "small/pack.toml:4"]


def test_a_pack_with_any_problem_of_form_is_not_given(root: Path) -> None:
    spoil(root / MODULE_TOML, "level = 1", "level = 9")

    pack, problems = read_pack(root / "small")

    assert pack is None
    assert len(problems) == 1


@pytest.mark.parametrize("name", ["module.toml", "lesson.md", "questions.toml"])
def test_a_missing_file_of_a_module_is_told(root: Path, name: str) -> None:
    (root / MODULE / name).unlink()

    assert any(each == f"{MODULE}/{name}:None: This file is missing. Every module has one." for each in told(root))


def test_a_folder_that_is_no_pack_is_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "This file is missing" in str(read_pack(tmp_path / "empty")[1][0].message)
    assert "There is no such folder" in str(read_pack(tmp_path / "nowhere")[1][0].message)


@pytest.mark.parametrize(
    "path",
    [
        "small/setup.py",
        "small/modules/notes.txt",
        f"{MODULE}/video.mp4",
        "small/tracks/old.txt",
        f"{MODULE}/lesson.french.md",
    ],
)
def test_what_does_not_belong_into_a_pack_is_told(root: Path, path: str) -> None:
    (root / path).write_text("raise SystemExit", encoding="utf-8")

    assert [each.partition(":")[0] for each in told(root)] == [path]


def test_a_readme_and_a_licence_may_lie_beside(root: Path) -> None:
    (root / "small/README.md").write_text("Read me", encoding="utf-8")
    (root / "small/LICENSE").write_text("CC BY 4.0", encoding="utf-8")

    assert told(root) == []


# tricks


@pytest.mark.parametrize("path", [f"{MODULE}/lesson.ar.md", "small/modules/linked", "small/tracks/linked.toml"])
def test_a_link_is_never_followed(root: Path, tmp_path: Path, path: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key = 'secret'", encoding="utf-8")
    (root / path).symlink_to(secret)

    found = told(root)

    assert [each.partition(":")[0] for each in found] == [path]
    assert "no links" in found[0]
    assert "secret" not in found[0]


def test_what_is_neither_file_nor_folder_is_not_opened(root: Path) -> None:
    os.mkfifo(root / MODULE / "lesson.ar.md")

    assert "Only files and folders" in told(root)[0]


def test_a_folder_in_place_of_a_file_is_told(root: Path) -> None:
    (root / MODULE / "lesson.ar.md").mkdir()

    assert "This must be a file, not a folder." in told(root)[0]


def test_a_module_folder_with_a_strange_name_is_not_entered(root: Path) -> None:
    shutil.copytree(root / MODULE, root / "small/modules/..hidden")

    (found,) = told(root)

    assert "not a key" in found


def test_a_file_that_is_too_large_is_not_read_to_its_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "LARGEST_FILE", 500)

    assert any("This file is too large: at most 500 bytes are read." in each for each in told(root))


def test_a_pack_of_too_many_files_is_not_read_to_its_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_FILES", 2)

    assert any("The pack is too large" in each for each in told(root))


def test_a_file_in_another_encoding_is_told_with_its_line(root: Path) -> None:
    file = root / MODULE / "lesson.md"
    file.write_bytes(file.read_bytes() + b"\n\nCaf\xe9\n")

    lines = file.read_bytes().count(b"\n") - 1
    assert f"{MODULE}/lesson.md:{lines + 1}: This file is not in UTF-8. Save it in that encoding." in told(root)


def test_the_digest_changes_with_every_file_and_not_with_line_ends(root: Path) -> None:
    def digest() -> str:
        pack, problems = read_pack(root / "small")
        assert pack is not None, problems
        return pack.digest

    first = digest()
    lesson = root / MODULE / "lesson.md"
    lesson.write_bytes(lesson.read_bytes().replace(b"\n", b"\r\n"))
    second = digest()
    spoil(root / MODULE / "lesson.fr.md", "Regardez", "Observez")
    third = digest()

    assert first == second
    assert first != third


# at the terminal


def test_the_command_sums_up_what_it_read(root: Path) -> None:
    result = CliRunner().invoke(group, ["check", str(root / "small"), str(root / "tracks")])

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "small 1.0.0: 1 module, 5 questions, 1 translated lesson, 1 track.",
        "tracks 1.0.0: 0 modules, 0 questions, 0 translated lessons, 1 track.",
    ]


def test_the_command_prints_every_problem_and_fails(root: Path) -> None:
    spoil(root / "small/pack.toml", 'version = "1.0.0"', 'version = "first"')
    spoil(root / MODULE_TOML, "level = 1", "level = 9")

    result = CliRunner().invoke(group, ["check", str(root / "small")])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{root}/small/pack.toml:2: The version must be three numbers, such as 1.0.0, not first." in result.stderr
    assert result.stderr.splitlines()[-1] == "2 problems."


def test_the_command_takes_a_framework_from_elsewhere(root: Path, tmp_path: Path) -> None:
    shutil.move(root / "frameworks/peace.toml", tmp_path / "mine.toml")

    without = CliRunner().invoke(group, ["check", str(root / "small")])
    named = CliRunner().invoke(group, ["check", str(root / "small"), "--framework", str(tmp_path / "mine.toml")])

    assert without.exit_code == 1
    assert "frameworks/peace.toml: There is no such file." in without.stderr
    assert named.exit_code == 0


def test_a_module_of_a_needed_pack_is_known(root: Path) -> None:
    pack, _ = read_pack(root / "tracks")

    assert pack is not None
    assert [step.module for track in pack.tracks for step in track.steps] == [ModuleKey("first-aid")]
    assert told(root, "tracks") == []


def test_the_command_installs_a_pack_after_those_it_needs(root: Path, tmp_path: Path) -> None:
    database = ["--database", f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"]

    early = CliRunner().invoke(group, ["install", str(root / "tracks"), *database])
    first = CliRunner().invoke(group, ["install", str(root / "small"), *database])
    then = CliRunner().invoke(group, ["install", str(root / "tracks"), *database])
    spoil(root / MODULE_TOML, "effort_minutes = 30", "effort_minutes = 40")
    rewritten = CliRunner().invoke(group, ["install", str(root / "small"), *database])

    assert (early.exit_code, first.exit_code, then.exit_code, rewritten.exit_code) == (1, 0, 0, 1)
    assert "There is no module “first-aid” in this pack or in those that it needs." in early.stderr
    assert first.stdout == "small 1.0.0: 1 module, 5 questions, 1 translated lesson, 1 track.\n"
    assert "Version 1.0.0 of the pack small is installed with other content." in rewritten.stderr


def test_the_command_needs_to_know_the_database(root: Path) -> None:
    result = CliRunner().invoke(group, ["install", str(root / "small")])

    assert result.exit_code == 2
    assert "Name the database with --database." in result.stderr
