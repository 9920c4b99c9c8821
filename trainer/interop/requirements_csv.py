"""Requirement rules as a sheet of comma-separated values: one row for each rule, to be edited in a spreadsheet and taken back.

The columns are in `COLUMNS`; those in `FOR_READING` help people and are passed over when a sheet is read. A row without a key is
a new rule. `version` is the version that the sheet was made from, so that what others published since is not undone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from trainer.accounts.values import Role
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import LEVEL_NAMES, Area, Competency, CompetencyKey, Level, Source
from trainer.interop.csv_text import BYTE_ORDER_MARK, plain, safe
from trainer.kernel.errors import Invalid
from trainer.kernel.values import Problem, Wording, wording
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import TASK_KINDS, DueRule, Modality, RequirementRule, RuleSet, Scope, TaskKindKey
from trainer.requirements.rules import changes
from trainer.requirements.values import area_of

COLUMNS = (
    "key",
    "task",
    "modality",
    "roles",
    "competency",
    "level",
    "scope",
    "scope_size",
    "due",
    "due_days",
    "due_on",
    "weight",
    "least_evidence",
    "refresher_months",
    "version",
)
"""What is read; `task`, `competency` and `level` must be there, an empty cell of the others stands for what new rules have."""
NEEDED = ("task", "competency", "level")
FOR_READING = ("area", "task_name", "competency_title")
"""Written for people, passed over when read."""
BASELINE, EVERYBODY = "baseline", "all"
LARGEST_FILE = 1_000_000
MOST_ROWS = 5_000
MOST_PROBLEMS = 200

E = TypeVar("E", bound=StrEnum)


class UnreadableSheet(Invalid):
    """The sheet cannot be taken as it is; names every row and column."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            wording("The sheet cannot be taken as it is. Put right what is named, then try again."),
            problems=tuple(problems[:MOST_PROBLEMS]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as it was read; every row is a rule, whether or not it may be published."""

    rules: tuple[RequirementRule, ...]
    """Those without a key have an empty one."""
    rows: tuple[int, ...]
    """Where each stands in the file, from 2."""
    version: int | None
    """That it was made from; None where it does not say."""
    problems: tuple[Problem, ...]
    """Cells that cannot be read; `propose` refuses them together with what may not be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a sheet would make of the rules on file."""

    before: RuleSet
    after: tuple[RequirementRule, ...]


# Writing


def write_sheet(
    rules: Iterable[RequirementRule], *, version: int | None, competencies: Mapping[CompetencyKey, Competency]
) -> Iterator[str]:
    """Return the lines of a sheet of these rules, the head first."""
    yield BYTE_ORDER_MARK + _line((*COLUMNS, *FOR_READING))
    for rule in rules:
        known = competencies.get(rule.competency)
        kind = None if rule.task_kind is None else TASK_KINDS.get(rule.task_kind)
        for_reading = (area_of(rule), kind.name if kind else "", known.title["en"] if known else "")
        yield _line((*_cells(rule), version, *for_reading))


def _cells(rule: RequirementRule) -> tuple[object, ...]:
    return (
        rule.key,
        rule.task_kind or BASELINE,
        rule.modality or "",
        ", ".join(rule.roles) or EVERYBODY,
        rule.competency,
        int(rule.level),
        rule.scope,
        rule.scope_size or "",
        rule.due,
        rule.due_days,
        rule.due_on.isoformat() if rule.due_on else "",
        rule.weight,
        rule.least_source,
        rule.refresher_months,
    )


def _line(values: Sequence[object]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow([safe(value) for value in values])
    return held.getvalue()


# Reading


def read_sheet(content: bytes) -> Sheet:
    """Read a sheet in UTF-8, its columns apart by commas, semicolons or tabs.

    Raises UnreadableSheet where it is no such sheet; what is wrong in single rows comes with it.
    """
    if len(content) > LARGEST_FILE:
        message = wording(
            "The file is larger than {most} bytes. Split it, or take columns of your own out.", most=LARGEST_FILE
        )
        raise UnreadableSheet([Problem(field=None, message=message)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = wording("The file is not in UTF-8. Save it as 'CSV UTF-8', then try again.")
        raise UnreadableSheet([Problem(field=None, message=message)]) from error
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        message = wording("The file is no sheet of comma-separated values: a quotation mark may be missing.")
        raise UnreadableSheet([Problem(field=None, message=message)]) from error
    return _read(table)


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _read(table: Sequence[Sequence[str]]) -> Sheet:
    heads = [plain(cell).lower() for cell in table[0]] if table else []
    problems = list(_problems_of_head(heads))
    if problems:
        raise UnreadableSheet(problems)
    if len(table) - 1 > MOST_ROWS:
        message = wording("The sheet has more than {most} rows. Split it.", most=MOST_ROWS)
        raise UnreadableSheet([Problem(field=None, message=message)])
    rules: list[RequirementRule] = []
    rows: list[int] = []
    versions: set[int] = set()
    seen: dict[str, int] = {}
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(dict(zip(heads, (plain(cell) for cell in cells), strict=False)), number=number)
        rule = row.rule()
        version = row.number_in("version", None)
        if version is not None:
            versions.add(version)
        if rule.key and rule.key in seen:
            row.refuse(
                "key", wording("Row {other} has the same key. Give each rule a row of its own.", other=seen[rule.key])
            )
        seen[rule.key] = number
        rules.append(rule)
        rows.append(number)
        problems += row.problems
    if len(versions) > 1:
        message = wording("The rows come from several versions. Let the column hold one number, or nothing.")
        problems.append(Problem(field="version", message=message))
    return Sheet(rules=tuple(rules), rows=tuple(rows), version=next(iter(versions), None), problems=tuple(problems))


def _problems_of_head(heads: Sequence[str]) -> Iterator[Problem]:
    known = {*COLUMNS, *FOR_READING}
    for head in NEEDED:
        if head not in heads:
            message = wording("There is no column {column}. The first row must name the columns.", column=head)
            yield Problem(field=head, message=message, line=1)
    for head in heads:
        if head and head not in known:
            message = wording("No column is called {column}. Take it out, or correct its name.", column=head[:60])
            yield Problem(field=head[:60], message=message, line=1)
        if head and heads.count(head) > 1:
            yield Problem(
                field=head, message=wording("The column {column} stands there twice.", column=head[:60]), line=1
            )


class _Row:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, cells: Mapping[str, str], *, number: int) -> None:
        self.cells, self.number = cells, number
        self.problems: list[Problem] = []

    def refuse(self, column: str, message: Wording) -> None:
        self.problems.append(Problem(field=column, message=message, line=self.number))

    def rule(self) -> RequirementRule:
        """The rule of the row; what could not be read stands as new rules have it."""
        scope = self.one_of("scope", Scope, Scope.EVERYONE)
        due = self.one_of("due", DueRule, DueRule.DAYS_AFTER)
        return RequirementRule(
            key=self.cells.get("key", ""),
            task_kind=self._task(),
            modality=self._modality(),
            roles=self._roles(),
            competency=self._competency(),
            level=self._level(),
            scope=scope,
            scope_size=0 if scope is Scope.EVERYONE else self.number_in("scope_size", 0) or 0,
            due=due,
            due_days=self.number_in("due_days", 60) or 0,
            due_on=self._day() if due is DueRule.BY_DATE else None,
            weight=self.number_in("weight", 10) or 0,
            least_source=self.one_of("least_evidence", Source, Source.NATIONAL_CERTIFICATE),
            refresher_months=self.number_in("refresher_months", 24) or 0,
        )

    def one_of(self, column: str, kind: type[E], otherwise: E) -> E:
        text = self.cells.get(column, "").lower()
        if not text:
            return otherwise
        found = next((each for each in kind if each.value == text), None)
        if found is None:
            self.refuse(column, wording("Write one of: {choices}.", choices=", ".join(each.value for each in kind)))
        return found or otherwise

    def number_in(self, column: str, otherwise: int | None) -> int | None:
        text = self.cells.get(column, "")
        if not text:
            return otherwise
        found = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", text)
        if found is None:
            self.refuse(column, wording("Write a whole number of at least 0, not {text}.", text=text[:40]))
            return otherwise
        return int(found.group(1))

    def _task(self) -> TaskKindKey | None:
        text = self.cells.get("task", "")
        if text.lower() == BASELINE:
            return None
        found = next((kind for kind in TASK_KINDS if kind.lower() == text.lower()), None)
        if found is None:
            self.refuse("task", wording("Write baseline, or a task of the vocabulary such as CivProtect."))
        return found

    def _modality(self) -> Modality | None:
        text = self.cells.get("modality", "")
        return self.one_of("modality", Modality, Modality.MONITOR) if text else None

    def _roles(self) -> tuple[Role, ...]:
        names = [each for each in re.split(r"[\s,;|]+", self.cells.get("roles", "").lower()) if each]
        if names in ([], [EVERYBODY]):
            return ()
        known = {role.value for role in Role}
        for name in names:
            if name not in known:
                choices = ", ".join(role.value for role in Role)
                self.refuse(
                    "roles",
                    wording("{text} is no role. Write all, or some of: {choices}.", text=name[:40], choices=choices),
                )
        return tuple(role for role in Role if role.value in names)

    def _competency(self) -> CompetencyKey:
        text = self.cells.get("competency", "").lower()
        if not text:
            self.refuse("competency", wording("Write the key of a competency."))
        return CompetencyKey(text)

    def _level(self) -> Level:
        text = self.cells.get("level", "").lower()
        for level, name in LEVEL_NAMES.items():
            if level is not Level.NONE and text in (str(int(level)), f"{int(level)}.0", name, f"{int(level)} {name}"):
                return level
        self.refuse("level", wording("Write a level from 1 to 4."))
        return Level.AWARE

    def _day(self) -> date | None:
        text = self.cells.get("due_on", "")
        if not text:
            return None
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no zone
            except ValueError:
                continue
        self.refuse("due_on", wording("Write the day as year-month-day, for instance 2027-02-15."))
        return None


# What it would make of the rules on file


def propose(session: Session, *, sheet: Sheet, dropping: Iterable[Area], on: date) -> Proposal:
    """Return the rules as the sheet makes them; of the areas in `dropping`, rules that it does not have are dropped.

    Changes that the sheet makes to the version it comes from are put on top of what was published since. Raises UnreadableSheet
    with every row that cannot be read or published, or whose rule was changed by others since. Four queries.
    """
    held = mandate_queries.rule_set(session)
    base = held
    if sheet.version is not None and sheet.version != held.number:
        if sheet.version > held.number:
            message = wording(
                "There is no version {number} of the rules. Leave the column empty.", number=sheet.version
            )
            raise UnreadableSheet([Problem(field="version", message=message)])
        base = mandate_queries.rule_set_numbered(session, number=sheet.version)
    told = {(each.line, each.field) for each in sheet.problems}
    named = _named(sheet, there=held.rules, taken={rule.key for rule in (*base.rules, *held.rules)})
    areas = frozenset(dropping)
    keys = {rule.key for rule in named}
    by_key = {rule.key: rule for rule in named}
    mine = [by_key.get(rule.key, rule) for rule in base.rules if rule.key in keys or area_of(rule) not in areas]
    there = {rule.key for rule in base.rules}
    mine += [rule for rule in named if rule.key not in there]
    after, both = changes.merged(base.rules, mine, held.rules)
    rows = {rule.key: number for rule, number in zip(named, sheet.rows, strict=True)}
    unread = {line for line, _ in told}
    problems = list(sheet.problems)
    problems += [
        Problem(
            field="key",
            message=wording(
                "Others changed the rule {rule} since version {number}, otherwise than the sheet. Export it anew, and enter "
                "your change there.",
                rule=key,
                number=base.number,
            ),
            line=rows.get(key),
        )
        for key in both
        if rows.get(key) not in unread
    ]
    was = {rule.key: rule for rule in held.rules}
    known = {
        key
        for key, each in competency_queries.competencies(session).items()
        if each.retired_on is None or on < each.retired_on
    }
    problems += [
        replace(problem, field=column, line=rows.get(rule.key))
        for rule in after
        if was.get(rule.key) != rule
        for problem in mandate_rules.check_rules([rule], known=known)
        if (rows.get(rule.key), column := "task" if problem.field == "task_kind" else problem.field) not in told
    ]
    if problems:
        raise UnreadableSheet(sorted(problems, key=lambda each: each.line or 0))
    return Proposal(before=held, after=after)


def _named(sheet: Sheet, *, there: Iterable[RequirementRule], taken: set[str]) -> tuple[RequirementRule, ...]:
    """The rules of the sheet, each with a key: of the rule that says the same already, or a new one."""
    keys = {rule.key for rule in sheet.rules}
    said = {replace(rule, key=""): rule.key for rule in there if rule.key not in keys}
    found = []
    for rule in sheet.rules:
        key = rule.key or said.pop(rule, "") or mandate_rules.key_for(rule, taken=taken | keys)
        taken.add(key)
        found.append(replace(rule, key=key))
    return tuple(found)
