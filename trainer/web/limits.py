"""What no address and no form may hold: numbers beyond what a database counts to, and signs that no text has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

MOST = 2**63 - 1
"""The largest number of an id, on both engines."""
NUL = "\0"
"""PostgreSQL stores no text with it; nobody types it."""


class IdConverter(IntegerConverter):
    """A whole number that can be an id; for a larger one there is no page."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 - signature of the base class
        super().__init__(map, **({"max": MOST} | options))


def install(app: Flask) -> None:
    """Hold every request to these limits; call before any address is registered."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_nul)


def number_asked(name: str) -> int | None:
    """The number in a parameter of the address; None for none, and for what is no number or no id."""
    text = request.args.get(name, "")
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return found if found is not None and found <= MOST else None


def _refuse_nul() -> None:
    if any(NUL in text for text in _texts()):
        abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    for given in (request.args, request.form):
        for name, text in given.items(multi=True):
            yield name
            yield text
