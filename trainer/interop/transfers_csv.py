"""A list of people to be transferred, as it is pasted or comes from a sheet: number, unit, role, first day, rotation date.

Only the number is needed; what is left out is as the form says. Comma, semicolon or tabulator part the columns, and a first
line with the names of the columns is passed over.
"""

from __future__ import annotations

import csv
import io

from trainer.closing.values import TransferRow
from trainer.interop.csv_text import BYTE_ORDER_MARK, plain
from trainer.kernel.errors import Invalid
from trainer.kernel.values import Problem, wording

MOST_ROWS = 5000
MOST_BYTES = 1_000_000
COLUMNS = ("number", "unit", "role", "first_day", "rotation_date")


class UnreadableList(Invalid):
    """The list cannot be read; says all that is wrong, each with its line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("The list cannot be read. Put right what is named."), problems=problems)


def read_list(content: str) -> tuple[TransferRow, ...]:
    """Return the lines of a list; raises UnreadableList with every problem."""
    text = content.removeprefix(BYTE_ORDER_MARK)
    head = text.split("\n", 1)[0]
    mark = next((each for each in (";", "\t", ",") if each in head), ",")
    rows: list[TransferRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for place, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark), start=1):
        said = [plain(each) for each in cells]
        if not any(said) or (place == 1 and said[0].casefold() in {"number", COLUMNS[0]}):
            continue
        if len(said) > len(COLUMNS):
            message = wording(
                "Line {line} has too many columns: number, unit, role, first day, rotation date.", line=place
            )
            problems.append(Problem(field="people", message=message, line=place))
            continue
        number, unit, role, starts_on, ends_on = (*said, "", "", "", "", "")[:5]
        row = TransferRow(number=number, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on, line=place)
        if not row.number:
            problems.append(
                Problem(field="people", message=wording("Line {line} has no number.", line=place), line=place)
            )
        elif row.number.casefold() in seen:
            first = seen[row.number.casefold()]
            message = wording(
                "Line {line} names {number} again, after line {first}.", line=place, number=row.number, first=first
            )
            problems.append(Problem(field="people", message=message, line=place))
        seen.setdefault(row.number.casefold(), place)
        rows.append(row)
    if len(rows) > MOST_ROWS:
        problems.append(Problem(field="people", message=wording("A list has at most {most} lines.", most=MOST_ROWS)))
    if not rows and not problems:
        problems.append(Problem(field="people", message=wording("Name at least one person.")))
    if problems:
        raise UnreadableList(tuple(problems))
    return tuple(rows)


def text_of(content: bytes) -> str:
    """Return a sheet as text; raises UnreadableList for what is none."""
    if len(content) > MOST_BYTES:
        raise UnreadableList((Problem(field="sheet", message=wording("This sheet is too large.")),))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = wording("This sheet is not in UTF-8. Save it in that encoding.")
        raise UnreadableList((Problem(field="sheet", message=said),)) from None
