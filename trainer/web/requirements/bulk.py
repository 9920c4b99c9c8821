"""Many rules at once: chosen, changed, looked at before anything is published, and published as one version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts.values import Role
from trainer.competencies import queries as competency_queries
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.mandates import operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import Move, RequirementRule, RuleSet
from trainer.requirements import queries
from trainer.requirements.rules import changes
from trainer.requirements.rules import matrix as judge
from trainer.requirements.values import ChangePreview, Difference, Wanted, area_of
from trainer.web.access import today
from trainer.web.mandates.clocks import day_asked
from trainer.web.mandates.forms import number
from trainer.web.pages import refused
from trainer.web.requirements.asked import wanted_of
from trainer.web.requirements.authority import NotTheirArea, revisable, revises
from trainer.web.requirements.between import Between, between
from trainer.web.requirements.forms import ChangeForm
from trainer.web.requirements.single import NOT_SENT_AGAIN
from trainer.web.requirements.words import Said, aspects

Page = str | Response | tuple[str, int]

MOST_SHOWN = 200
"""Rules that move, in a preview; the others are counted."""


@revises
def change() -> Page:
    """Choose what to do with the rules that were chosen in a list, look at what it would do, publish it."""
    if request.method == "GET":
        return redirect(url_for("requirements.rules"), code=303)
    held = mandate_queries.rule_set(reading())
    step = request.form.get("step", "")
    if not step:
        return _first(held)
    form = ChangeForm()
    form.offer(revisable())
    preview = _previewed(form, held) if form.validate() or set(form.errors) == {"note"} else None
    if preview is None:
        return _form_page(form, held, 422)
    if step == "edit":
        return _form_page(form, held, 200)
    if form.note.errors:
        return _preview_page(form, preview)
    if step == "publish":
        return _published(form, preview)
    form.seen_number.data = str(held.number)
    return _preview_page(form, preview)


def _first(held: RuleSet) -> Page:
    """The empty form for what was chosen in the list or the matrix."""
    chosen = list(_chosen(held))
    if not chosen:
        flash(gettext("Choose at least one rule, then say what is to change."), "warning")
        return redirect(
            url_for("requirements.rules") + (f"?{request.query_string.decode()}" if request.args else ""), code=303
        )
    role = request.args.get("role", "")
    only = [role] if role in {each.value for each in Role} and not request.form.getlist("cells") else []
    form = ChangeForm(formdata=None, data={"chosen": " ".join(chosen), "only_for": only, "seen_number": held.number})
    form.offer(revisable())
    return _form_page(form, held, 200)


def _chosen(held: RuleSet) -> Iterable[str]:
    """What was ticked: rules, cells of the matrix, or everything that the filters leave; of the reader's areas alone."""
    mine = [rule for rule in held.rules if area_of(rule) in revisable()]
    if request.form.get("all"):
        found = queries.requirements_page(reading(), wanted=wanted_of(request.args), on=day_asked("on") or today())
        return [rule.key for rule in found.rules if area_of(rule) in revisable()]
    cells = request.form.getlist("cells")
    if cells:
        return _of_cells(mine, cells)
    ticked = set(request.form.getlist("rules"))
    return [rule.key for rule in mine if rule.key in ticked]


def _of_cells(rules: list[RequirementRule], cells: Iterable[str]) -> list[str]:
    """The rules of cells, each for the roles of its cells."""
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for cell in cells:
        task, _, role = cell.partition(":")
        wanted = wanted_of({"task": task, "role": role})
        if wanted == Wanted(role=wanted.role) or wanted.role is None:
            continue
        for rule in judge.wanted_of(rules, wanted=wanted, tasks=None):
            roles[rule.key].add(wanted.role.value)
    return [f"{key}:{','.join(sorted(found))}" for key, found in roles.items()]


def _previewed(form: ChangeForm, held: RuleSet) -> ChangePreview | None:
    """What would be published; None when something must be put right first, which the form says."""
    made, chosen = form.to_change(), form.to_chosen()
    there = {key: roles for key, roles in chosen.items() if any(rule.key == key for rule in held.rules)}
    problems = changes.problems_of(made, chosen=len(there))
    after = changes.changed(held.rules, chosen=there, change=made)
    moves = judge.difference(held.rules, after)
    if not problems:
        known = {key for key, each in competency_queries.competencies(reading()).items() if each.retired_on is None}
        touched = [each.after for each in moves.moves if each.after is not None]
        problems = mandate_rules.check_rules(touched, known=known)
    for problem in problems:
        form.refuse(problem.field, problem.message)
    if not problems and not moves.moves:
        form.refuse(None, gettext("This changes nothing: the chosen rules say it already."))
    elif not moves.areas <= revisable():
        form.refuse(None, NotTheirArea().message)
    if set(form.errors) - {"note"} or form.form_errors:
        return None
    return queries.preview_of(reading(), before=held, after=after, on=today())


def _published(form: ChangeForm, preview: ChangePreview) -> Page:
    if not (form.note.data or "").strip():
        form.refuse("note", gettext("Say why the rules change: it stays with the version."))
        return _preview_page(form, preview)
    try:
        with transaction() as work:
            operations.publish_rules(
                work, rules=preview.after, note=form.note.data.strip(), seen_number=number(form.seen_number.data)
            )
    except Conflict as conflict:
        refused(form, conflict)
        found = between(number(form.seen_number.data))
        form.seen_number.data = str(preview.before.number)
        return _preview_page(form, preview, found)
    except Refusal as refusal:
        refused(form, refusal)
        return _preview_page(form, preview)
    flash(told(preview.difference), "success")
    return redirect(url_for("requirements.versions"), code=303)


def told(difference: Difference) -> str:
    """What was published, in figures."""
    return str(
        gettext(
            "Published: %(added)s rules added, %(changed)s changed, %(dropped)s dropped. What is asked of people is being "
            "worked out.",
            added=len(difference.of(Move.ADDED)),
            changed=len(difference.of(Move.CHANGED)),
            dropped=len(difference.of(Move.DROPPED)),
        )
    )


def _form_page(form: ChangeForm, held: RuleSet, status: int) -> Page:
    said = Said(competency_queries.competencies(reading()))
    chosen = form.to_chosen()
    page = render_template(
        "requirements/change.html",
        form=form,
        rules=[rule for rule in held.rules if rule.key in chosen],
        chosen=chosen,
        said=said,
    )
    return page if status == 200 else (page, status)


def _preview_page(form: ChangeForm, preview: ChangePreview, found: Between | None = None) -> Page:
    said = Said(competency_queries.competencies(reading()))
    page = render_template(
        "requirements/change_preview.html",
        form=form,
        preview=preview,
        moves=[(each, said(each.rule), aspects(each, said)) for each in preview.difference.moves[:MOST_SHOWN]],
        more=max(0, len(preview.difference.moves) - MOST_SHOWN),
        sent=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_SENT_AGAIN],
        said=said,
        between=found,
        overlap=[aspects(each, said) for each in found.moves if each.rule.key in form.to_chosen()] if found else [],
    )
    return (page, 409 if found else 422) if form.problems else page
