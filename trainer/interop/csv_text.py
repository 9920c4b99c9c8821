"""What every file of comma-separated values needs, whoever reads or writes it: safe cells, and letters that are read rightly."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A spreadsheet takes a text that begins so for a formula and runs it; the last four are wide forms of the first.

Source: OWASP, CSV Injection, owasp.org/www-community/attacks/CSV_Injection.
"""
BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read accents and Arabic letters wrongly."""


def safe(value: object) -> str:
    """The text of a cell; one that a spreadsheet would run is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(text: str) -> str:
    """The text of a cell without the blanks around it and without the mark that `safe` puts before it."""
    stripped = text.strip()
    return stripped[1:] if stripped.startswith("'") and stripped[1:].startswith(FORMULA_STARTS) else stripped
