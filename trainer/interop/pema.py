"""The PEMA file of mandates: one row per resolution, one column per task and modality, the paragraph in each filled cell.

Reads the file into texts with their cells, tells what each text shifts by the file alone, and publishes them as instruments.
Nothing is guessed: what the file leaves out is left out or marked, and whatever is not taken is told with its reason.

Source: Di Salvatore, Lundgren, Oksamytna, Smidt, "Introducing the Peacekeeping Mandates (PEMA) Dataset", Journal of
Conflict Resolution 66(4-5), 2022, doi 10.1177/00220027211068897.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import Certainty, MissionId, MissionStatus
from trainer.interop.suggestions.places import country_in_words
from trainer.kernel.errors import Invalid
from trainer.kernel.values import Wording, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates.values import (
    TASK_KINDS,
    CitedModality,
    Force,
    InstrumentDraft,
    Modality,
    TaskChange,
    TaskKindKey,
    TaskLine,
)

SYMBOL_COLUMN, MISSION_COLUMN, COUNTRY_COLUMN = "Signature", "NamePKO", "Country"
YEAR_COLUMN, DATE_COLUMN, COMPLETE_COLUMN = "Year", "Date2", "Mandate_CompleteAdjustment"
COMMENT_COLUMN = "Comments"
OTHER_COLUMNS = frozenset({COUNTRY_COLUMN, YEAR_COLUMN, COMMENT_COLUMN, "Mandate_Renewal"})
NEEDED_COLUMNS = (SYMBOL_COLUMN, MISSION_COLUMN, DATE_COLUMN, COMPLETE_COLUMN)

SUFFIXES: Mapping[str, Modality | None] = {
    "Monitor": Modality.MONITOR,
    "Assist": Modality.ASSIST,
    "Security": Modality.SECURE,
    "Encouraged": None,
}
"""The last word of a column; None is encouraged without saying how."""

FIRST_YEAR = 1945
"""Two-digit years count from the year of the Charter."""
YEARS_UNTIL_CLOSED = 5
"""Mandates of these missions are renewed at least yearly: without a text for so long, a mission is over."""
LARGEST_FILE = 32 * 1024 * 1024

_RESOLUTION = re.compile(r"S\s*/\s*RES\s*/\s*(\d{1,6})", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FLAGS: Mapping[str, bool] = {"": False, "0": False, "1": True, "0.0": False, "1.0": True}

Cell = tuple[TaskKindKey, Modality | None]


class NotPema(Invalid):
    """The file is not of this format at all; says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow:
    """A row that could not be taken."""

    row: int
    """As a spreadsheet counts: the head is row 1."""
    symbol: str
    """As the file has it."""
    reason: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about rows that were taken, which whoever relies on them should know."""

    rows: tuple[int, ...]
    """Empty for the whole file."""
    mission: str
    symbol: str
    message: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedText:
    """One resolution for one mission, of one row or of several that code it."""

    rows: tuple[int, ...]
    mission: str
    country: str
    number: int
    year: int | None
    adopted_on: date | None
    """None where the file has no date."""
    complete: bool
    cells: Mapping[Cell, str]
    """The paragraph of each filled cell, in the order of the columns."""
    comment: str
    """The document that the coders name beside the resolution; empty for most."""

    @property
    def symbol(self) -> str:
        return f"S/RES/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedShift:
    """What a text moves of what its mission had before, by the file alone."""

    mission: str
    symbol: str
    added: tuple[TaskKindKey, ...]
    removed: tuple[TaskKindKey, ...]
    changed: tuple[TaskKindKey, ...]
    """Tasks in force before and after whose modalities differ, encouragement counted as one."""

    @property
    def moves(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a file says."""

    texts: tuple[CodedText, ...]
    """By mission, within a mission by number."""
    shifts: tuple[CodedShift, ...]
    """Of every text but a mission's first that moves something."""
    skipped: tuple[SkippedRow, ...]
    remarks: tuple[Remark, ...]

    @property
    def missions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.mission for text in self.texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What an import put into the database."""

    missions: int
    """That were not there before."""
    instruments: int
    """That were not on file before."""
    already: int
    """On file before, and left as they were."""


# Reading


def read_pema(path: Path) -> Reading:
    """Read a file; raises NotPema for one that is no such table. Every row that cannot be taken is in the reading."""
    if path.stat().st_size > LARGEST_FILE:
        raise NotPema(
            wording("This file is too large for a PEMA file: at most {most} bytes are read.", most=LARGEST_FILE)
        )
    return read_table(_text_of(path.read_bytes()))


def read_table(text: str) -> Reading:
    """Read the text of such a file."""
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        records = list(table)
    except csv.Error as error:
        raise NotPema(
            wording("Line {line} of the file is no line of a table: {why}.", line=table.line_num, why=str(error))
        ) from error
    head = [name.strip() for name in records[0]] if records else []
    columns = _task_columns(head)
    missing = [name for name in NEEDED_COLUMNS if name not in head]
    if missing or not columns:
        named = ", ".join(missing) or "Task_Modality"
        raise NotPema(wording("This is no PEMA file: it has no column {columns}.", columns=named))
    remarks = list(_head_remarks(head, columns, records[1:]))
    skipped: list[SkippedRow] = []
    rows: list[CodedText] = []
    for row, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        values = dict(zip(head, record, strict=False))
        taken = _row(row, record, values, head=head, columns=columns, remarks=remarks)
        if isinstance(taken, CodedText):
            rows.append(taken)
        else:
            skipped.append(SkippedRow(row=row, symbol=values.get(SYMBOL_COLUMN, "").strip(), reason=taken))
    texts = _merged(rows, remarks)
    return Reading(
        texts=texts,
        shifts=tuple(shift for shift in _shifts(texts) if shift.moves),
        skipped=tuple(skipped),
        remarks=tuple(sorted(remarks, key=lambda each: each.rows)),
    )


def _text_of(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # spreadsheets on Windows write this, and every byte has a meaning in it
        return content.decode("latin-1")


def _task_columns(head: Sequence[str]) -> Mapping[int, Cell]:
    found: dict[int, Cell] = {}
    for place, name in enumerate(head):
        kind, _, suffix = name.rpartition("_")
        if kind in TASK_KINDS and suffix in SUFFIXES:
            found[place] = (TaskKindKey(kind), SUFFIXES[suffix])
    return found


def _head_remarks(
    head: Sequence[str], columns: Mapping[int, Cell], records: Iterable[Sequence[str]]
) -> Iterator[Remark]:
    known = {*NEEDED_COLUMNS, *OTHER_COLUMNS}
    strange = [place for place, name in enumerate(head) if name and place not in columns and name not in known]
    filled = dict.fromkeys(strange, 0)
    for record in records:
        for place in strange:
            filled[place] += bool(record[place : place + 1] and record[place].strip())
    for place in strange:
        said = wording(
            "The column {column} is not known and was passed over with {count} filled cells.",
            column=head[place],
            count=filled[place],
        )
        yield Remark(rows=(), mission="", symbol="", message=said)


def _row(
    row: int,
    record: Sequence[str],
    values: Mapping[str, str],
    *,
    head: Sequence[str],
    columns: Mapping[int, Cell],
    remarks: list[Remark],
) -> CodedText | Wording:
    """The row as a text, or why it cannot be taken."""
    if len(record) < len(head) or any(cell.strip() for cell in record[len(head) :]):
        return wording("The row has {count} cells where the head has {head}.", count=len(record), head=len(head))
    mission = " ".join(values[MISSION_COLUMN].split())
    if not mission:
        return wording("The row names no mission.")
    printed = values[SYMBOL_COLUMN].strip()
    numbers = [int(each) for each in _RESOLUTION.findall(printed)] or [
        int(each) for each in re.findall(r"^\d{1,6}$", printed)
    ]
    if not numbers or not numbers[0]:
        return wording("The row names no resolution: its symbol has no number after S/RES/.")
    flag = values[COMPLETE_COLUMN].strip()
    if flag not in _FLAGS:
        return wording("The flag of complete adjustment is neither 0 nor 1 but {flag}.", flag=flag)
    day = _day(values[DATE_COLUMN])
    year = values.get(YEAR_COLUMN, "").strip()
    text = CodedText(
        rows=(row,),
        mission=mission,
        country=values.get(COUNTRY_COLUMN, "").strip(),
        number=numbers[0],
        year=int(year) if re.fullmatch(r"\d{4}", year) else None,
        adopted_on=day,
        complete=_FLAGS[flag],
        cells={cell: _folded(record[place]) for place, cell in columns.items() if record[place].strip()},
        comment=_folded(values.get(COMMENT_COLUMN, "")),
    )
    remarks += [
        Remark(rows=(row,), mission=mission, symbol=text.symbol, message=said)
        for said in _row_remarks(text, values, numbers=numbers)
    ]
    return text


def _row_remarks(text: CodedText, values: Mapping[str, str], *, numbers: Sequence[int]) -> Iterator[Wording]:
    printed, dated = values[SYMBOL_COLUMN].strip(), values[DATE_COLUMN].strip()
    others = [number for number in numbers[1:] if number != numbers[0]]
    if others:
        yield wording("{printed} is taken as {symbol}, the first it names.", printed=printed, symbol=text.symbol)
    if not values[COMPLETE_COLUMN].strip():
        yield wording("The flag of complete adjustment is blank and read as 0.")
    if not dated:
        yield wording("The date is blank. The text is kept and placed by its number.")
    elif text.adopted_on is None:
        yield wording("The date {dated} cannot be read. The text is kept and placed by its number.", dated=dated)
    elif text.year is not None and text.year != text.adopted_on.year:
        yield wording("The date {dated} and the year {year} disagree.", dated=dated, year=str(text.year))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _day(text: str) -> date | None:
    text = text.strip()
    iso = _ISO.fullmatch(text)
    found = _DATE.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if found and found[2].lower() in _MONTHS:
            return date(_year(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    except ValueError:
        pass
    return None


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    year = FIRST_YEAR // 100 * 100 + int(text)
    return year if year >= FIRST_YEAR else year + 100


def _merged(rows: Iterable[CodedText], remarks: list[Remark]) -> tuple[CodedText, ...]:
    """One text for each mission and number, by mission, within a mission by number."""
    by_number: defaultdict[tuple[str, int], list[CodedText]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for row in rows:
        mission = spelled.setdefault(mission_key(row.mission), row.mission)
        by_number[mission, row.number].append(replace(row, mission=mission))
    return tuple(
        _one(by_number[key], remarks) for key in sorted(by_number, key=lambda each: (each[0].casefold(), each[1]))
    )


def _one(rows: Sequence[CodedText], remarks: list[Remark]) -> CodedText:
    first = rows[0]
    if len(rows) == 1:
        return first
    cells: dict[Cell, str] = {}
    for row in rows:
        for cell, paragraph in row.cells.items():
            known = cells.get(cell)
            cells[cell] = paragraph if known in (None, paragraph) else f"{known}; {paragraph}"
    days = list(dict.fromkeys(row.adopted_on for row in rows if row.adopted_on is not None))
    numbers = tuple(number for row in rows for number in row.rows)
    differ = any(row.cells != first.cells for row in rows)
    said = (
        wording(
            "{symbol} is coded in {count} rows with different cells; their cells are joined.",
            symbol=first.symbol,
            count=len(rows),
        )
        if differ
        else wording("{symbol} is coded in {count} rows alike; they count once.", symbol=first.symbol, count=len(rows))
    )
    remarks.append(Remark(rows=numbers, mission=first.mission, symbol=first.symbol, message=said))
    if len(days) > 1:
        said = wording("{symbol} has different dates in its rows; the earliest counts.", symbol=first.symbol)
        remarks.append(Remark(rows=numbers, mission=first.mission, symbol=first.symbol, message=said))
    return replace(
        first,
        rows=numbers,
        adopted_on=min(days, default=None),
        year=next((row.year for row in rows if row.year is not None), None),
        complete=any(row.complete for row in rows),
        cells=cells,
        comment=", ".join(dict.fromkeys(row.comment for row in rows if row.comment)),
    )


def _shifts(texts: Iterable[CodedText]) -> Iterator[CodedShift]:
    """What each text but a mission's first moves: cells are inherited until a complete adjustment replaces them all."""
    held: dict[str, frozenset[Cell]] = {}
    for text in texts:
        before = held.get(text.mission)
        coded = frozenset(text.cells)
        after = coded if text.complete or before is None else before | coded
        held[text.mission] = after
        if before is None:
            continue
        was, will_be = _by_task(before), _by_task(after)
        yield CodedShift(
            mission=text.mission,
            symbol=text.symbol,
            added=tuple(kind for kind in TASK_KINDS if kind in will_be and kind not in was),
            removed=tuple(kind for kind in TASK_KINDS if kind in was and kind not in will_be),
            changed=tuple(
                kind for kind in TASK_KINDS if kind in was and kind in will_be and was[kind] != will_be[kind]
            ),
        )


def _by_task(cells: Iterable[Cell]) -> Mapping[TaskKindKey, set[Modality | None]]:
    found: defaultdict[TaskKindKey, set[Modality | None]] = defaultdict(set)
    for kind, modality in cells:
        found[kind].add(modality)
    return found


# Storing


def mission_key(name: str) -> str:
    """Return the key by which a mission is known here: `UNAVEM II` is `unavem-ii`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def store_mandates(work: Work, *, reading: Reading) -> Stored:
    """Publish what is not on file yet, with the missions that are missing; a second time changes nothing.

    A text on file for its mission is left as it is, whatever the file says of it, and so is one that was withdrawn.
    """
    known = {card.key: card.id for card in account_queries.missions(work.session)}
    by_name: dict[str, MissionId] = {}
    added = 0
    for name in reading.missions:
        key = mission_key(name)
        if key not in known:
            known[key] = _add_mission(work, key, name, reading)
            added += 1
        by_name[name] = known[key]
    loaded = mandate_operations.load_instruments(work, instruments=instruments_from(reading.texts, missions=by_name))
    return Stored(missions=added, instruments=len(loaded), already=len(reading.texts) - len(loaded))


def _add_mission(work: Work, key: str, name: str, reading: Reading) -> MissionId:
    own = [text for text in reading.texts if text.mission == name]
    last = max(_years(own), default=None)
    newest = max(_years(reading.texts), default=None)
    over = last is not None and newest is not None and newest - last > YEARS_UNTIL_CLOSED
    return account_operations.add_mission(
        work,
        key=key,
        name=name,
        place=country_in_words(own[-1].country),
        status=MissionStatus.CLOSED if over else MissionStatus.ACTIVE,
        certainty=Certainty.KNOWLEDGE,
    )


def _years(texts: Iterable[CodedText]) -> Iterator[int]:
    return (text.adopted_on.year for text in texts if text.adopted_on is not None)


def instruments_from(texts: Iterable[CodedText], *, missions: Mapping[str, MissionId]) -> tuple[InstrumentDraft, ...]:
    """Return the texts as instruments of these missions.

    A text that adjusts everything states its tasks; any other adds its cells to what is in force. The effective day is the
    date, moved no further than the order of the numbers needs; without a date, the first day of the year that keeps it.
    """
    drafts: list[InstrumentDraft] = []
    placed: dict[str, date] = {}
    for text in texts:
        effective_on = placed[text.mission] = _effective_on(text, after=placed.get(text.mission))
        drafts.append(
            InstrumentDraft(
                mission=missions[text.mission],
                symbol=text.symbol,
                title=f"Resolution {text.number} ({effective_on.year})",
                adopted_on=text.adopted_on,
                effective_on=effective_on,
                expires_on=None,
                expiry_known=False,
                complete_adjustment=text.complete,
                tasks=_lines(text),
                certainty=Certainty.SEEN if text.adopted_on == effective_on else Certainty.PART_SEEN,
                note=_note(text, effective_on),
            )
        )
    return tuple(drafts)


def _effective_on(text: CodedText, *, after: date | None) -> date:
    earliest = after or date.min
    day = text.adopted_on
    if day is not None and day < earliest and text.year is not None:
        day = _in_year(day, text.year)
    if day is None:
        day = date(text.year, 1, 1) if text.year is not None else earliest
    return max(day, earliest)


def _in_year(day: date, year: int) -> date:
    leapless = (day.month, day.day) == (2, 29)
    return date(year, 2, 28) if leapless else day.replace(year=year)


def _note(text: CodedText, effective_on: date) -> str:
    where = ", ".join(str(row) for row in text.rows)
    note = f"Tasks, modalities and paragraphs as coded in PEMA, row {where}."
    if text.comment:
        note += f" With {text.comment}."
    if text.adopted_on is None:
        return f"{note} The file has no date; the day is the first that keeps the order of the numbers."
    if text.adopted_on != effective_on:
        return f"{note} The date of the file breaks the order of the numbers; the day keeps it."
    return note


def _lines(text: CodedText) -> tuple[TaskLine, ...]:
    by_task: defaultdict[TaskKindKey, dict[Modality | None, str]] = defaultdict(dict)
    for (kind, modality), paragraph in text.cells.items():
        by_task[kind][modality] = paragraph
    return tuple(_line(kind, by_task[kind], text) for kind in TASK_KINDS if kind in by_task)


def _line(kind: TaskKindKey, cells: Mapping[Modality | None, str], text: CodedText) -> TaskLine:
    modalities = tuple(modality for modality in Modality if modality in cells)
    ordered = [modality for modality in (*Modality, None) if modality in cells]
    cited = tuple(CitedModality(modality=modality, paragraph=cells[modality]) for modality in ordered)
    return TaskLine(
        task_kind=kind,
        change=TaskChange.SET if text.complete else TaskChange.EXTEND,
        paragraph=", ".join(dict.fromkeys(each.paragraph for each in cited)),
        modalities=modalities,
        force=Force.REQUESTED if modalities else Force.ENCOURAGED,
        cited=cited if len(cited) > 1 else (),
    )
