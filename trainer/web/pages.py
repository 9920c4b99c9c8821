"""Small words that views share about the request: which page of a list, which refusal in a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

from trainer.kernel.errors import Invalid, Refusal
from trainer.web.forms import PageForm

PAGE_SIZE = 50
LAST_PAGE = 100_000

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[_T]):
    """Part of a list, as the pager takes it."""

    rows: tuple[_T, ...]
    page: int
    pages: int
    total: int


def page_number(name: str = "page") -> int:
    """The page asked for, from 1; whatever is not a page number reads as the first.

    A second list on a page has a name of its own.
    """
    text = request.args.get(name, "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def paged(rows: Sequence[_T], *, name: str = "page", size: int = PAGE_SIZE) -> Paged[_T]:
    """The part of a list that was asked for, or the last there is."""
    pages = max(1, -(-len(rows) // size))
    page = min(page_number(name), pages)
    return Paged(rows=tuple(rows[(page - 1) * size : page * size]), page=page, pages=pages, total=len(rows))


def refused(form: PageForm, refusal: Refusal) -> None:
    """Show a refusal in the form: each of its problems at its field, or the sentence itself."""
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    for problem in problems:
        form.refuse(problem.field, problem.message)
    if not problems:
        form.refuse(refusal.field, refusal.message)
