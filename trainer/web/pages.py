"""Small words that views share about the request: which page of a list, which refusal in a form."""

from __future__ import annotations

from flask import request

from trainer.kernel.errors import Invalid, Refusal
from trainer.web.forms import PageForm

PAGE_SIZE = 50
LAST_PAGE = 100_000


def page_number() -> int:
    """The page asked for, from 1; whatever is not a page number reads as the first."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def refused(form: PageForm, refusal: Refusal) -> None:
    """Show a refusal in the form: each of its problems at its field, or the sentence itself."""
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    for problem in problems:
        form.refuse(problem.field, problem.message)
    if not problems:
        form.refuse(refusal.field, refusal.message)
