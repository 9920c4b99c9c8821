"""Published texts are withdrawn: by one officer, or where policy says so by two."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.kernel.values import PersonId, Subject, SubjectKind
from trainer.mandates import operations, queries
from trainer.mandates.values import InstrumentId, InstrumentPage
from trainer.planning import queries as plan_queries
from trainer.reviews import queries as review_queries
from trainer.web.access import account, must, requires, today
from trainer.web.mandates.forms import WithdrawalDecisionForm, WithdrawForm, number
from trainer.web.pages import refused

Page = str | Response | tuple[str, int]


@requires(Permission.PUBLISH_INSTRUMENT)
def withdraw(instrument: int) -> Page:
    """Take a published text out of force, with a reason, after its consequence was shown; or ask for it, or decide on it."""
    found = queries.instrument_page(reading(), instrument=InstrumentId(instrument), on=today())
    must(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id)
    if found.request is not None:
        return _decide_withdrawal(found)
    form = WithdrawForm(seen_version=str(found.version))
    asks = review_queries.policy(reading()).two_people
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                if asks:
                    operations.ask_withdrawal(work, instrument=found.instrument.id, because=form.because.data)
                else:
                    operations.withdraw_instrument(
                        work,
                        instrument=found.instrument.id,
                        because=form.because.data,
                        seen_version=number(form.seen_version.data),
                    )
        except Refusal as refusal:
            return _not_withdrawn(found, form, refusal, asks=asks)
        if not asks:
            return _withdrawn(found)
        flash(gettext("It is asked for. Somebody else has to decide on it; until then the text stays."), "success")
        return redirect(url_for("mandates.instrument", instrument=instrument), code=303)
    return _withdraw_page(found, form, 422 if form.problems else 200, asks=asks)


def _decide_withdrawal(found: InstrumentPage) -> Page:
    """Withdraw what somebody else asked for, or turn it down; whoever asked may take it back."""
    assert found.request is not None
    form = WithdrawalDecisionForm(seen_version=str(found.version))
    if not form.is_submitted() or not form.validate():
        return _withdraw_page(found, form, 422 if form.problems else 200, asks=False)
    try:
        with transaction() as work:
            if request.form.get("step") != "withdraw":
                operations.drop_withdrawal_request(work, instrument=found.instrument.id)
            else:
                operations.withdraw_instrument(
                    work,
                    instrument=found.instrument.id,
                    because=found.request.because,
                    seen_version=number(form.seen_version.data),
                )
    except Refusal as refusal:
        return _not_withdrawn(found, form, refusal, asks=False)
    if request.form.get("step") == "withdraw":
        return _withdrawn(found)
    flash(gettext("%(symbol)s stays in force; nothing is asked any more.", symbol=found.instrument.symbol), "success")
    return redirect(url_for("mandates.instrument", instrument=found.instrument.id), code=303)


def _withdrawn(found: InstrumentPage) -> Page:
    flash(gettext("%(symbol)s is withdrawn. It stays on file.", symbol=found.instrument.symbol), "success")
    return redirect(url_for("mandates.mission", mission=found.mission.id), code=303)


def _not_withdrawn(
    found: InstrumentPage, form: WithdrawForm | WithdrawalDecisionForm, refusal: Refusal, *, asks: bool
) -> Page:
    refused(form, refusal)
    form.seen_version.data = str(found.version)
    return _withdraw_page(found, form, 409 if isinstance(refusal, Conflict) else 422, asks=asks)


def _withdraw_page(
    found: InstrumentPage, form: WithdrawForm | WithdrawalDecisionForm, status: int, *, asks: bool
) -> Page:
    subject = Subject(kind=SubjectKind.INSTRUMENT, id=found.instrument.id)
    own = found.request is not None and found.request.asked_by == account().person
    page = render_template(
        "mandates/withdraw.html",
        found=found,
        form=form,
        asks=asks,
        asker=name_of(found.request.asked_by) if found.request else "",
        own=own,
        taken=plan_queries.taken_because(reading(), subject=subject),
    )
    return page, status


def name_of(person: PersonId | None) -> str:
    """The name of whoever did something; empty for nobody."""
    if person is None:
        return ""
    cards = account_queries.people_cards(reading(), people=[person])
    return next((card.name for card in cards.values()), "")
