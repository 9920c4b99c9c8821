"""The rules as a sheet: downloaded, and taken back after the difference was looked at."""

from __future__ import annotations

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext

from trainer.accounts.values import Permission
from trainer.competencies import queries as competency_queries
from trainer.edge import reading, transaction
from trainer.interop import requirements_csv
from trainer.interop.requirements_csv import Proposal
from trainer.kernel.errors import Conflict, Refusal
from trainer.kernel.values import Problem
from trainer.mandates import operations
from trainer.requirements import queries
from trainer.requirements.rules import matrix as judge
from trainer.requirements.values import ChangePreview
from trainer.web.access import requires, today
from trainer.web.mandates.clocks import day_asked, known_at
from trainer.web.mandates.forms import number
from trainer.web.pages import refused
from trainer.web.requirements.asked import wanted_of
from trainer.web.requirements.authority import NotTheirArea, revisable, revises
from trainer.web.requirements.between import Between, between
from trainer.web.requirements.bulk import MOST_SHOWN, Page, told
from trainer.web.requirements.forms import SheetForm
from trainer.web.requirements.words import Said, aspects


@requires(Permission.READ_MANDATES)
def export() -> FileResponse:
    """The rules that the filters leave, one row for each."""
    found = queries.requirements_page(
        reading(),
        wanted=wanted_of(request.args),
        on=day_asked("on") or today(),
        known_at=known_at(day_asked("known")),
    )
    lines = requirements_csv.write_sheet(found.rules, version=found.version.number, competencies=found.competencies)
    response = FileResponse(stream_with_context(lines), mimetype="text/csv")
    name = f"requirements-version-{found.version.number}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@revises
def sheet() -> Page:
    """Send a sheet, look at what it would change, publish it."""
    form = SheetForm()
    if not form.is_submitted():
        return _form_page(form)
    content = form.to_content()
    if content is None:
        form.refuse("file", gettext("Choose the file of the sheet."))
    if content is None or not (form.validate() or set(form.errors) == {"note"}):
        return _form_page(form)
    try:
        proposal = _proposed(form, content)
    except requirements_csv.UnreadableSheet as refusal:
        form.refuse("file", refusal.message)
        return _form_page(form, refusal.problems)
    except NotTheirArea as refusal:
        form.refuse("file", refusal.message)
        return _form_page(form)
    preview = queries.preview_of(reading(), before=proposal.before, after=proposal.after, on=today())
    form.content.data = content.decode("utf-8-sig")
    if form.note.errors:
        return _preview_page(form, preview)
    if request.form.get("step") == "publish":
        return _published(form, preview)
    form.seen_number.data = str(proposal.before.number)
    return _preview_page(form, preview)


def _proposed(form: SheetForm, content: bytes) -> Proposal:
    read = requirements_csv.read_sheet(content)
    dropping = revisable() if form.whole.data else ()
    proposal = requirements_csv.propose(reading(), sheet=read, dropping=dropping, on=today())
    if not judge.difference(proposal.before.rules, proposal.after).areas <= revisable():
        raise NotTheirArea
    return proposal


def _published(form: SheetForm, preview: ChangePreview) -> Page:
    note = (form.note.data or "").strip()
    if not note:
        form.refuse("note", gettext("Say why the rules change: it stays with the version."))
        return _preview_page(form, preview)
    seen = number(form.seen_number.data)
    try:
        with transaction() as work:
            operations.publish_rules(work, rules=preview.after, note=note, seen_number=seen)
    except Conflict as conflict:
        refused(form, conflict)
        form.seen_number.data = str(preview.before.number)
        return _preview_page(form, preview, between(seen))
    except Refusal as refusal:
        refused(form, refusal)
        return _preview_page(form, preview)
    flash(told(preview.difference), "success")
    return redirect(url_for("requirements.versions"), code=303)


def _form_page(form: SheetForm, problems: tuple[Problem, ...] = ()) -> Page:
    page = render_template(
        "requirements/sheet.html",
        form=form,
        problems=problems,
        columns=requirements_csv.COLUMNS,
        for_reading=requirements_csv.FOR_READING,
    )
    return (page, 422) if form.problems else page


def _preview_page(form: SheetForm, preview: ChangePreview, found: Between | None = None) -> Page:
    said = Said(competency_queries.competencies(reading()))
    moves = preview.difference.moves
    touched = {each.rule.key for each in moves}
    page = render_template(
        "requirements/change_preview.html",
        form=form,
        preview=preview,
        moves=[(each, said(each.rule), aspects(each, said)) for each in moves[:MOST_SHOWN]],
        more=max(0, len(moves) - MOST_SHOWN),
        sent=[("content", form.content.data), *([("whole", "y")] if form.whole.data else [])],
        sheet=True,
        said=said,
        between=found,
        overlap=[aspects(each, said) for each in found.moves if each.rule.key in touched] if found else [],
    )
    return (page, 409 if found else 422) if form.problems else page
