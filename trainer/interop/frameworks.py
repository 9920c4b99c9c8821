"""Competency frameworks as files: one TOML file → a `FrameworkSpec`, with every mistake told by file and line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from trainer.competencies.rules import HALF_LIFE_MONTHS
from trainer.competencies.values import Area, Competency, CompetencyKey, FrameworkSpec
from trainer.interop import toml_text
from trainer.interop.toml_text import Report, Table
from trainer.kernel.values import Problem, wording

LARGEST_FILE = 1_000_000
LONGEST_TITLE = 70
LONGEST_VALIDITY_MONTHS = 600


def read_framework(path: Path) -> tuple[FrameworkSpec | None, tuple[Problem, ...]]:
    """Read a framework; None when it has any problem. Reads this one file and nothing else."""
    report = Report(file=str(path))
    content = _content(path, report)
    text = None if content is None else _decoded(content, report)
    table = None if text is None else toml_text.parse(text, report=report)
    if content is None or table is None:
        return None, tuple(report.problems)
    framework = _framework(table, digest=hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest())
    problems = tuple(report.problems)
    return (None if problems else framework), problems


def _content(path: Path, report: Report) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        report.add(wording("There is no such file. Check the name."))
        return None
    if path.stat().st_size > LARGEST_FILE:
        report.add(wording("This file is too large for a framework: at most {most} bytes are read.", most=LARGEST_FILE))
        return None
    return path.read_bytes()


def _decoded(content: bytes, report: Report) -> str | None:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        report.add(wording("This file is not in UTF-8. Save it in that encoding."), line=line)
        return None


def _framework(table: Table, *, digest: str) -> FrameworkSpec:
    key, version, title = table.key("key"), table.text("version"), table.local("title")
    competencies: list[Competency] = []
    seen: dict[str, int] = {}
    for each in table.tables("competencies"):
        found = _competency(each)
        if found.key and found.key in seen:
            each.refuse(
                "key",
                wording(
                    "“{value}” stands here twice, first on line {first}. Keys are unique.",
                    value=found.key,
                    first=seen[found.key],
                ),
            )
        seen.setdefault(found.key, each.line("key"))
        competencies.append(found)
    if not competencies:
        table.refuse(
            "competencies", wording("A framework needs at least one competency: add [[{name}]].", name="competencies")
        )
    table.close()
    return FrameworkSpec(key=key, version=version, title=title, competencies=tuple(competencies), digest=digest)


def _competency(table: Table) -> Competency:
    key = table.key("key")
    area = table.choice("area", [each.value for each in Area])
    title, statement = table.local("title"), table.local("statement")
    for language, text in title.items():
        if len(text) > LONGEST_TITLE:
            table.refuse(
                "title",
                wording(
                    "The title in the language {language} has {count} characters; at most {most} fit.",
                    language=language,
                    count=len(text),
                    most=LONGEST_TITLE,
                ),
            )
    months = table.number("valid_months", least=0, most=LONGEST_VALIDITY_MONTHS)
    decay = table.choice("decay", HALF_LIFE_MONTHS)
    table.close()
    return Competency(
        key=CompetencyKey(key),
        area=Area(area) if area else Area.CND,
        title=title,
        statement=statement,
        valid_months=months or 0,
        decay=decay or "mixed",
    )
