"""Content packs as folders: TOML and Markdown → a `Pack`, with every mistake told by file and line, all at once.

Nothing in a pack is executed, no link is followed, and no file outside the folder is opened.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from trainer.catalogue import rules
from trainer.catalogue.values import (
    Answer,
    AtLevel,
    ModuleKey,
    ModuleSpec,
    Pack,
    Question,
    TrackSpec,
    TrackStep,
)
from trainer.competencies.values import CompetencyKey, FrameworkSpec, Level
from trainer.interop import toml_text
from trainer.interop.frameworks import read_framework
from trainer.interop.toml_text import Report, Table
from trainer.kernel.values import Problem, Wording, wording

LARGEST_FILE = 200_000
LARGEST_PACK = 40_000_000
MOST_FILES = 5_000
BESIDE = frozenset({"README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"})
"""What may lie in a pack for people who open the folder; not read."""

V = TypeVar("V")

_LESSON = re.compile(r"lesson(?:\.([a-z]{2,3}))?\.md")
_QUESTIONS = re.compile(r"questions(?:\.([a-z]{2,3}))?\.toml")


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pass over a folder: what was found wrong, how much was read, where each thing stands."""

    problems: list[Problem] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    unread: set[ModuleKey] = field(default_factory=set)
    """Modules that are there and could not be read: tracks that name them are not at fault."""
    size: int = 0

    def add(self, file: Path, message: Wording, *, line: int | None = None) -> None:
        self.problems.append(Problem(field=None, message=message, file=str(file), line=line))

    def place(self, name: str, file: Path, line: int = 1) -> None:
        self.places[name] = (str(file), line)


def read_pack(directory: Path) -> tuple[Pack | None, tuple[Problem, ...]]:
    """Read a pack; None when it has any problem of form. Whether it is fit to be taught is said by `check_pack`."""
    pack, reading = _read(directory)
    problems = tuple(reading.problems)
    return (None if problems else pack), problems


def read_packs(root: Path) -> tuple[tuple[Pack, ...], tuple[Problem, ...]]:
    """Read every pack in a folder of packs, each after those that it needs; packs with problems are left out and told."""
    packs: list[Pack] = []
    problems: list[Problem] = []
    for directory in pack_directories(root):
        pack, found = read_pack(directory)
        problems.extend(found)
        if pack is not None:
            packs.append(pack)
    ordered, astray = _in_order(packs)
    return ordered, (*problems, *astray)


def pack_directories(root: Path) -> tuple[Path, ...]:
    """The folders in a folder that hold a pack, by name."""
    return tuple(sorted(each.parent for each in root.glob("*/pack.toml")))


def examine_packs(
    directories: Sequence[Path], *, framework: Path | None
) -> tuple[tuple[Pack, ...], tuple[Problem, ...]]:
    """Read and check packs; return those that can be installed, and every problem of the others.

    The packs in `needs` are looked for among the given folders and beside them; so is the framework when no file is given:
    `frameworks/<key>.toml` beside the pack.
    """
    read = {directory: _read(directory) for directory in directories}
    fit: list[Pack] = []
    problems: list[Problem] = []
    frameworks: dict[Path, frozenset[CompetencyKey] | None] = {}
    for directory, (pack, reading) in read.items():
        problems.extend(reading.problems)
        if pack is None:
            continue
        source = _framework_file(pack, directory, framework)
        if pack.framework and source not in frameworks:
            frameworks[source], astray = _competencies(source)
            problems.extend(astray)
        needed, missing = _modules_needed(pack, directory, read)
        known = frameworks.get(source)
        found = () if known is None else rules.check_pack(pack, known=known, known_modules=needed | reading.unread)
        told = {(each.file, each.line) for each in reading.problems}
        fresh = [each for each in (*missing, *found) if (each.file, each.line) not in told]
        problems.extend(fresh)
        if known is not None and not reading.problems and not fresh:
            fit.append(pack)
    ordered = sorted(problems, key=lambda each: (each.file or "", each.line or 0))
    return _in_order(fit)[0], tuple(ordered)


def framework_of(pack: Pack, directory: Path, *, framework: Path | None) -> FrameworkSpec:
    """Return the framework of a pack that `examine_packs` found fit."""
    found, _ = read_framework(_framework_file(pack, directory, framework))
    assert found is not None, "the pack was checked against it"
    return found


def _framework_file(pack: Pack, directory: Path, framework: Path | None) -> Path:
    return framework or directory.resolve().parent / "frameworks" / f"{pack.framework}.toml"


def _competencies(source: Path) -> tuple[frozenset[CompetencyKey] | None, tuple[Problem, ...]]:
    framework, problems = read_framework(source)
    return (None if framework is None else frozenset(each.key for each in framework.competencies)), problems


def _modules_needed(
    pack: Pack, directory: Path, read: Mapping[Path, tuple[Pack | None, _Reading]]
) -> tuple[frozenset[ModuleKey], tuple[Problem, ...]]:
    """The modules of the packs that a pack needs, from the given folders or from beside it."""
    given = {each.key: (each, reading) for each, reading in read.values() if each is not None}
    modules: set[ModuleKey] = set()
    missing: list[Problem] = []
    for need in pack.needs:
        found, reading = given[need] if need in given else _read(directory.resolve().parent / need)
        if found is None:
            message = wording("The pack “{key}” that this one needs is not here, or cannot be read.", key=need)
            missing.append(rules.problem_at(pack, "pack:needs", message))
            continue
        modules |= {module.key for module in found.modules} | reading.unread
    return frozenset(modules), tuple(missing)


def _in_order(packs: Sequence[Pack]) -> tuple[tuple[Pack, ...], tuple[Problem, ...]]:
    """Each pack after those that it needs; packs whose needs are missing or go round in a circle come last, with a problem."""
    ordered: list[Pack] = []
    left = sorted(packs, key=lambda pack: pack.key)
    while left:
        done = {pack.key for pack in ordered}
        ready = [pack for pack in left if set(pack.needs) <= done]
        if not ready:
            message = wording("What this pack needs is missing, or needs this pack in turn. Look at “needs”.")
            return (*ordered, *left), tuple(rules.problem_at(pack, "pack:needs", message) for pack in left)
        ordered.extend(ready)
        left = [pack for pack in left if pack not in ready]
    return tuple(ordered), ()


def _read(directory: Path) -> tuple[Pack | None, _Reading]:
    """Read what can be read; None without a readable `pack.toml`."""
    reading = _Reading()
    if not directory.is_dir():
        reading.add(directory, wording("There is no such folder. Check the name."))
        return None, reading
    head: Table | None = None
    modules: list[ModuleSpec] = []
    tracks: list[TrackSpec] = []
    for entry in _entries(directory, reading):
        if entry.name == "pack.toml":
            head = _toml(entry, reading, root=directory)
        elif entry.name == "modules" and entry.is_dir():
            modules = [found for each in _entries(entry, reading) if (found := _module(each, reading, root=directory))]
        elif entry.name == "tracks" and entry.is_dir():
            tracks = [spec for each in _entries(entry, reading) if (spec := _track(each, reading, root=directory))]
        elif entry.name not in BESIDE:
            reading.add(entry, wording("This is no part of a pack. Take it away."))
    if head is None:
        if not (directory / "pack.toml").exists():
            reading.add(directory / "pack.toml", wording("This file is missing. Every pack has one."))
        return None, reading
    return _pack(head, directory, modules=modules, tracks=tracks, reading=reading), reading


def _entries(directory: Path, reading: _Reading) -> Iterator[Path]:
    """What lies in a folder, by name; links and whatever else is neither file nor folder are refused."""
    for entry in sorted(directory.iterdir()):
        kind = entry.lstat().st_mode
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
            yield entry
        else:
            reading.add(
                entry, wording("Only files and folders belong into a pack, no links. Put the file itself here.")
            )


def _text(file: Path, reading: _Reading, *, root: Path) -> str | None:
    """The text of a file; None, with the problem noted, when it is too large or no text."""
    if not file.is_file():
        reading.add(file, wording("This must be a file, not a folder."))
        return None
    if len(reading.digests) >= MOST_FILES or reading.size >= LARGEST_PACK:
        reading.add(file, wording("The pack is too large: at most {most} files are read.", most=MOST_FILES))
        return None
    with os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    reading.size += len(content)
    if len(content) > LARGEST_FILE:
        reading.add(file, wording("This file is too large: at most {most} bytes are read.", most=LARGEST_FILE))
        return None
    content = content.replace(b"\r\n", b"\n")  # the same pack on every system
    reading.digests[file.relative_to(root).as_posix()] = hashlib.sha256(content).hexdigest()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reading.add(file, wording("This file is not in UTF-8. Save it in that encoding."), line=line)
        return None


def _toml(file: Path, reading: _Reading, *, root: Path) -> Table | None:
    text = _text(file, reading, root=root)
    return None if text is None else toml_text.parse(text, report=Report(file=str(file), problems=reading.problems))


def _pack(
    table: Table, directory: Path, *, modules: Sequence[ModuleSpec], tracks: Sequence[TrackSpec], reading: _Reading
) -> Pack:
    file = directory / "pack.toml"
    key = table.key("key")
    if key and key != directory.resolve().name:
        table.refuse("key", wording("The folder must have the name of the key: {key}.", key=key))
    found = Pack(
        key=key,
        version=table.text("version"),
        edition=table.text("edition"),
        title=table.local("title"),
        licence=table.text("licence"),
        authors=table.texts("authors"),
        framework=table.key("framework"),
        needs=table.keys("needs"),
        supersedes=table.optional_text("supersedes"),
        modules=tuple(modules),
        tracks=tuple(tracks),
        digest=_digest(reading.digests),
        places=reading.places,
    )
    table.close()
    reading.place("pack", file)
    for name in ("version", "title", "licence", "authors", "framework", "needs"):
        reading.place(f"pack:{name}", file, table.line(name))
    return found


def _digest(digests: Mapping[str, str]) -> str:
    whole = "".join(f"{name}\n{digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(whole.encode()).hexdigest()


def _module(folder: Path, reading: _Reading, *, root: Path) -> ModuleSpec | None:
    if not folder.is_dir():
        reading.add(folder, wording("Each module is a folder of its own. Move this file into one."))
        return None
    if not toml_text.is_key(folder.name):
        reading.add(folder, wording("The name of this folder is not a key. Use lower-case words joined by hyphens."))
        return None
    at = f"module:{folder.name}"
    table: Table | None = None
    lessons: dict[str, str] = {}
    questions: dict[str, tuple[Question, ...]] = {}
    for entry in _entries(folder, reading):
        lesson, asked = _LESSON.fullmatch(entry.name), _QUESTIONS.fullmatch(entry.name)
        if entry.name == "module.toml":
            table = _toml(entry, reading, root=root)
        elif lesson:
            _lesson(entry, lesson.group(1) or "en", at=at, lessons=lessons, reading=reading, root=root)
        elif asked:
            language = asked.group(1) or "en"
            parsed = _toml(entry, reading, root=root)
            if parsed is not None:
                questions[language] = tuple(_questions(parsed, entry, f"{at}:questions:{language}", reading))
        else:
            reading.add(entry, wording("This is no part of a module. Take it away."))
    for name in ("module.toml", "lesson.md", "questions.toml"):
        if not (folder / name).exists():
            reading.add(folder / name, wording("This file is missing. Every module has one."))
    if table is None:
        reading.unread.add(ModuleKey(folder.name))
        return None
    return _module_spec(
        table, folder, lessons=_english_first(lessons), questions=_english_first(questions), reading=reading
    )


def _english_first(texts: Mapping[str, V]) -> dict[str, V]:
    return {language: texts[language] for language in sorted(texts, key=lambda each: (each != "en", each))}


def _lesson(file: Path, language: str, *, at: str, lessons: dict[str, str], reading: _Reading, root: Path) -> None:
    text = _text(file, reading, root=root)
    reading.place(f"{at}:lesson:{language}", file)
    if text is not None and not text.strip():
        reading.add(file, wording("The lesson is empty. Write it."))
    if text is not None:
        lessons[language] = text


def _module_spec(
    table: Table,
    folder: Path,
    *,
    lessons: dict[str, str],
    questions: dict[str, tuple[Question, ...]],
    reading: _Reading,
) -> ModuleSpec:
    file, at = folder / "module.toml", f"module:{folder.name}"
    key = table.key("key")
    if key and key != folder.name:
        table.refuse("key", wording("The folder must have the name of the key: {key}.", key=key))
    minutes = table.number("effort_minutes", least=1, most=100_000)
    renews = table.optional_key("refresher_of")
    within = table.optional_number("within_months", default=24, least=1, most=120)
    if renews is None and table.has("within_months"):
        table.refuse(
            "within_months", wording("Only a refresher has “within_months”. Take it away, or add “refresher_of”.")
        )
    assessment = table.table("assessment")
    percent = assessment.number("pass_percent", least=1, most=100)
    assessment.close()
    found = ModuleSpec(
        key=ModuleKey(folder.name),
        title=table.local("title"),
        summary=table.local("summary"),
        effort=timedelta(minutes=minutes or 0),
        teaches=tuple(_levels(table, "teaches", file, at, reading)),
        requires=tuple(_levels(table, "requires", file, at, reading)),
        lessons=lessons,
        questions=questions,
        sources=table.texts("sources"),
        pass_percent=percent or 100,
        refresher_of=None if renews is None else CompetencyKey(renews),
        within_months=within,
    )
    table.close()
    reading.place(at, file, table.line("key"))
    for name, field_name in (
        ("title", "title"),
        ("summary", "summary"),
        ("effort", "effort_minutes"),
        ("sources", "sources"),
        ("refresher_of", "refresher_of"),
    ):
        reading.place(f"{at}:{name}", file, table.line(field_name))
    return found


def _levels(table: Table, name: str, file: Path, at: str, reading: _Reading) -> Iterator[AtLevel]:
    nth = 0
    for each in table.tables(name):
        key, level = each.key("competency"), each.number("level", least=1, most=4)
        each.close()
        if key:
            # a wrong level was told; the competency is still checked, and the module still teaches something
            reading.place(f"{at}:{name}:{nth}", file, each.line("competency"))
            yield AtLevel(competency=CompetencyKey(key), level=Level(level or Level.AWARE))
            nth += 1


def _questions(table: Table, file: Path, at: str, reading: _Reading) -> Iterator[Question]:
    reading.place(at, file)
    for each in table.tables("question"):
        key = each.key("key")
        asked = Question(
            key=key,
            ask=each.text("ask"),
            kind=each.choice("kind", rules.KINDS),
            answers=tuple(_answers(each)),
        )
        each.close()
        reading.places.setdefault(f"{at}:{key}", (str(file), each.line("key")))
        yield asked
    table.close()


def _answers(table: Table) -> Iterator[Answer]:
    for each in table.tables("answers"):
        yield Answer(text=each.text("text"), right=each.truth("right"), reason=each.text("reason"))
        each.close()


def _track(file: Path, reading: _Reading, *, root: Path) -> TrackSpec | None:
    if file.suffix != ".toml" or not toml_text.is_key(file.stem):
        reading.add(file, wording("A track is a file named for its key, such as infantry.toml."))
        return None
    table = _toml(file, reading, root=root)
    if table is None:
        return None
    key, at = table.key("key"), f"track:{file.stem}"
    if key and key != file.stem:
        table.refuse("key", wording("The file must have the name of the key: {key}.toml.", key=key))
    found = TrackSpec(
        key=file.stem,
        title=table.local("title"),
        role=table.optional_key("role"),
        steps=tuple(_steps(table, file, at, reading)),
    )
    table.close()
    reading.place(at, file, table.line("key"))
    for name in ("title", "role"):
        reading.place(f"{at}:{name}", file, table.line(name))
    return found


def _steps(table: Table, file: Path, at: str, reading: _Reading) -> Iterator[TrackStep]:
    nth = 0
    for each in table.tables("steps"):
        module = each.key("module")
        skip, repeat = each.choice("skip", rules.SKIPS), each.choice("repeat", rules.REPEATS)
        each.close()
        if module:
            reading.place(f"{at}:step:{nth}", file, each.line("module"))
            yield TrackStep(module=ModuleKey(module), skip=skip, repeat=repeat)
            nth += 1
