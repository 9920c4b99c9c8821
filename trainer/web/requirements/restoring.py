"""A way back: an earlier version of the rules, published anew as the latest after its difference was looked at."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from trainer.competencies import queries as competency_queries
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.mandates import operations
from trainer.mandates import queries as mandate_queries
from trainer.requirements import queries
from trainer.requirements.values import ChangePreview
from trainer.web.access import today
from trainer.web.mandates.forms import number
from trainer.web.pages import refused
from trainer.web.requirements.authority import must_revise, revises
from trainer.web.requirements.between import Between, between
from trainer.web.requirements.bulk import MOST_SHOWN, Page, told
from trainer.web.requirements.forms import NoteForm
from trainer.web.requirements.words import Said, aspects


@revises
def restore(version: int) -> Page:
    """What would change if the rules were again as in this version; then publish it so."""
    then = mandate_queries.rule_set_numbered(reading(), number=version)
    held = mandate_queries.rule_set(reading())
    preview = queries.preview_of(reading(), before=held, after=then.rules, on=today())
    must_revise(preview.difference.areas)
    form = NoteForm(seen_number=str(held.number))
    found: Between | None = None
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                seen = number(form.seen_number.data)
                operations.publish_rules(work, rules=then.rules, note=form.note.data, seen_number=seen)
        except Conflict as conflict:
            refused(form, conflict)
            found = between(number(form.seen_number.data))
            form.seen_number.data = str(held.number)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(told(preview.difference), "success")
            return redirect(url_for("requirements.versions"), code=303)
    return _page(form, preview, version=version, found=found)


def _page(form: NoteForm, preview: ChangePreview, *, version: int, found: Between | None) -> Page:
    said = Said(competency_queries.competencies(reading()))
    moves = preview.difference.moves
    page = render_template(
        "requirements/change_preview.html",
        form=form,
        preview=preview,
        moves=[(each, said(each.rule), aspects(each, said)) for each in moves[:MOST_SHOWN]],
        more=max(0, len(moves) - MOST_SHOWN),
        sent=(),
        restored=version,
        said=said,
        between=found,
        overlap=[],
    )
    return (page, 409 if found else 422) if form.problems else page
