"""Phases and conditions of a mission: which have come, what depends on them, and an officer's word that one is met."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.kernel.values import PersonId
from trainer.mandates import operations, queries
from trainer.mandates.values import ConditionLine, ConditionPage, InstrumentId, MandateShift
from trainer.web.access import must, requires, today
from trainer.web.mandates.forms import number
from trainer.web.mandates.milestone_forms import ConfirmForm, TakeBackForm
from trainer.web.pages import refused

Page = str | Response | tuple[str, int]


@requires(Permission.READ_MANDATES)
def conditions(mission: int) -> Page:
    """The phases and conditions of a mission, with what depends on each and who confirmed what."""
    found = queries.conditions_page(reading(), mission=MissionId(mission))
    return _page("mandates/conditions.html", found=found, names=_names(found.lines))


@requires(Permission.PUBLISH_INSTRUMENT)
def confirm_condition(instrument: int, place: int) -> Page:
    """Confirm that a condition is met, after what would follow was shown."""
    found = _found(instrument, place)
    form = ConfirmForm(met_on=today(), seen_version=str(found.version))
    if found.line.standing is not None:
        return redirect(url_for("mandates.take_back", instrument=instrument, place=place), code=303)
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                shift = operations.confirm_condition(
                    work,
                    instrument=found.line.instrument,
                    condition=found.line.milestone.name,
                    met_on=form.met_on.data,
                    evidence=form.evidence.data or "",
                    seen_version=number(form.seen_version.data),
                )
        except Refusal as refusal:
            return _again("mandates/confirm.html", form, refusal, instrument, place)
        said = gettext("“%(name)s” is confirmed as met.", name=found.line.milestone.name)
        flash(f"{said} {moved_words(shift)}", "success")
        return redirect(url_for("mandates.conditions", mission=found.mission.id), code=303)
    return _page("mandates/confirm.html", 422 if form.problems else 200, found=found, form=form)


@requires(Permission.PUBLISH_INSTRUMENT)
def take_back(instrument: int, place: int) -> Page:
    """Take back what was confirmed, with a reason."""
    found = _found(instrument, place)
    form = TakeBackForm(seen_version=str(found.version))
    if found.line.standing is None:
        return redirect(url_for("mandates.confirm_condition", instrument=instrument, place=place), code=303)
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                shift = operations.take_back_confirmation(
                    work,
                    instrument=found.line.instrument,
                    condition=found.line.milestone.name,
                    because=form.because.data,
                    seen_version=number(form.seen_version.data),
                )
        except Refusal as refusal:
            return _again("mandates/take_back.html", form, refusal, instrument, place)
        said = gettext("The confirmation of “%(name)s” is taken back.", name=found.line.milestone.name)
        flash(f"{said} {moved_words(shift)}", "success")
        return redirect(url_for("mandates.conditions", mission=found.mission.id), code=303)
    return _page(
        "mandates/take_back.html", 422 if form.problems else 200, found=found, form=form, names=_names([found.line])
    )


def _again(template: str, form: ConfirmForm | TakeBackForm, refusal: Refusal, instrument: int, place: int) -> Page:
    """The page as it stands now, with what was typed and why it was refused."""
    refused(form, refusal)
    found = _found(instrument, place)
    form.seen_version.data = str(found.version)
    status = 409 if isinstance(refusal, Conflict) else 422
    return _page(template, status, found=found, form=form, names=_names([found.line]))


def _found(instrument: int, place: int) -> ConditionPage:
    """The condition, for whoever publishes for its mission."""
    found = queries.condition_page(reading(), instrument=InstrumentId(instrument), place=place, on=today())
    must(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id)
    return found


def _names(lines: tuple[ConditionLine, ...] | list[ConditionLine]) -> dict[PersonId, str]:
    """Who confirmed and who took back."""
    people = {
        person
        for line in lines
        for each in line.confirmations
        for person in (each.confirmed_by, each.taken_back_by)
        if person is not None
    }
    return {person: card.name for person, card in account_queries.people_cards(reading(), people=people).items()}


def moved_words(shift: MandateShift) -> str:
    """How much moved, as the message after it says."""
    if not (shift.added or shift.changed or shift.dropped):
        return str(gettext("Nothing that is in force or announced moves by it."))
    said = gettext(
        "%(added)s tasks added, %(changed)s changed, %(dropped)s dropped.",
        added=len(shift.added),
        changed=len(shift.changed),
        dropped=len(shift.dropped),
    )
    return f"{said} {gettext('What it asks of people is being worked out.')}"


def _page(template: str, status: int = 200, **context: object) -> Page:
    drawn = render_template(template, **context)
    return drawn if status == 200 else (drawn, status)
