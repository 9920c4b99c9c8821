"""One rule, added or changed: looked at with whom it touches, then published as a new version of all rules."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts.values import Role
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import CompetencyKey
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.mandates import operations, rules
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import TASK_KINDS, RequirementRule, RuleSet
from trainer.requirements import queries
from trainer.requirements.values import area_of
from trainer.web.access import today
from trainer.web.mandates.forms import number
from trainer.web.pages import refused
from trainer.web.requirements.asked import one_of
from trainer.web.requirements.authority import NotTheirArea, must_revise, revisable, revises
from trainer.web.requirements.between import Between, between
from trainer.web.requirements.forms import RuleForm, form_of_rule
from trainer.web.requirements.words import Said, aspects
from trainer.web.words import local

Page = str | Response | tuple[str, int]
NOT_SENT_AGAIN = frozenset({"csrf_token", "step", "note", "seen_number"})
"""Fields that a preview has of its own."""


@revises
def new_rule() -> Page:
    """Publish the rules with one more."""
    return _rule_form(None)


@revises
def edit_rule(rule: str) -> Page:
    """Publish the rules with this one changed."""
    return _rule_form(rule)


def _rule_form(key: str | None) -> Page:
    held = mandate_queries.rule_set(reading())
    rule = next((each for each in held.rules if each.key == key), None)
    if key is not None and rule is None and request.method == "GET":
        raise mandate_queries.NoSuchRule
    if rule is not None:
        must_revise({area_of(rule)})
    form = _form(rule, held)
    form.offer(competency_queries.competencies(reading()).values(), titles=_titles(), areas=revisable())
    step = request.form.get("step", "")
    if not form.is_submitted() or step == "edit" or not form.validate():
        return _form_page(form, key, rule, held)
    made = form.to_rule(key or rules.key_for(form.to_rule(""), taken={each.key for each in held.rules}))
    after = [made if each.key == made.key else each for each in held.rules]
    if rule is None:
        after.append(made)
    try:
        _require_sound(made, held)
        if step != "publish":
            return _preview_page(form, held, after) or _form_page(form, key, rule, held)
        with transaction() as work:
            seen = number(form.seen_number.data)
            operations.publish_rules(work, rules=after, note=form.note.data, seen_number=seen)
    except Conflict as conflict:
        refused(form, conflict)
        found = between(number(form.seen_number.data))
        form.seen_number.data = str(found.now)
        return _form_page(form, key, rule, held, found)
    except Refusal as refusal:
        refused(form, refusal)
        return _form_page(form, key, rule, held)
    flash(gettext("The rules are published. What is asked of people is being worked out."), "success")
    return redirect(url_for("requirements.matrix"), code=303)


def _require_sound(made: RequirementRule, held: RuleSet) -> None:
    """Refuse a rule of somebody else's area, and one that may not be published."""
    if area_of(made) not in revisable():
        raise NotTheirArea
    known = {key for key, each in competency_queries.competencies(reading()).items() if each.retired_on is None}
    problems = rules.check_rules([made], known=known, before=held.rules)
    if problems:
        raise operations.InvalidRules(problems)


def _preview_page(form: RuleForm, held: RuleSet, after: list[RequirementRule]) -> Page | None:
    """The difference, and whom it touches; None where there is none, which the form says."""
    preview = queries.preview_of(reading(), before=held, after=after, on=today())
    if not preview.difference.moves:
        form.refuse(None, gettext("This changes nothing: the rule says it already."))
        return None
    said = Said(competency_queries.competencies(reading()))
    return render_template(
        "requirements/change_preview.html",
        form=form,
        preview=preview,
        moves=[(each, said(each.rule), aspects(each, said)) for each in preview.difference.moves],
        more=0,
        sent=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_SENT_AGAIN],
        said=said,
    )


def _form_page(
    form: RuleForm, key: str | None, rule: RequirementRule | None, held: RuleSet, found: Between | None = None
) -> Page:
    said = Said(competency_queries.competencies(reading()))
    page = render_template(
        "requirements/rule_form.html",
        form=form,
        key=key,
        rule=rule,
        version=held,
        between=found,
        moved=[aspects(each, said) for each in found.moves if each.rule.key == key] if found else [],
    )
    return (page, 409 if found else 422) if form.problems else page


def _form(rule: RequirementRule | None, held: RuleSet) -> RuleForm:
    if request.method == "POST":
        return RuleForm()
    if rule is not None:
        return form_of_rule(rule, number=held.number)
    task, role = request.args.get("task", ""), one_of(Role, request.args.get("role", ""))
    return RuleForm(
        data={
            "seen_number": str(held.number),
            "task_kind": task if task in TASK_KINDS else "",
            "roles": [role.value] if role else [],
            "competency": request.args.get("competency", ""),
            "level": request.args.get("level", "1"),
        }
    )


def _titles() -> Mapping[CompetencyKey, str]:
    return {key: local(each.title) for key, each in competency_queries.competencies(reading()).items()}
