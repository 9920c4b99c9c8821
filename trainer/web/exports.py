"""Lists as files of comma-separated values, sent row by row, safe to open in a spreadsheet; and files of JSON.

What stands in a file for other systems is not decided here: their formats are in `interop`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask import Response, stream_with_context

from trainer.interop.csv_text import BYTE_ORDER_MARK, safe


def csv_file(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a file to be kept; rows are made while it is sent, in the reader's language."""
    response = Response(stream_with_context(_lines(heads, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def json_file(name: str, content: Mapping[str, object]) -> Response:
    """Answer with a file to be kept, written so that people can read it too."""
    response = Response(json.dumps(content, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _lines(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _line(heads)
    for row in rows:
        yield _line(row)


def _line(values: Sequence[object]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow([value if isinstance(value, int) else safe(value) for value in values])
    return held.getvalue()
