"""Administration: whether the installation is well, and who may do what in it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import operations, queries
from trainer.accounts.values import MembershipId, MissionStatus, Permission
from trainer.catalogue import queries as catalogue_queries
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.kernel.values import PersonId
from trainer.notifications import queries as notification_queries
from trainer.planning import queries as plan_queries
from trainer.web.access import now, requires, today
from trainer.web.accounts.forms import EnrolForm, OfficeForm
from trainer.web.accounts.views import View
from trainer.web.pages import PAGE_SIZE, page_number, refused


@requires(Permission.ADMINISTER)
def administration() -> View:
    """What there is, what waits, and what failed."""
    session = reading()
    return render_template(
        "accounts/administration.html",
        population=queries.population(session),
        packs=[each for each in catalogue_queries.installed_packs(session) if each.current],
        ledger=queries.ledger_health(session),
        failed=notification_queries.failed_deliveries(session),
        runs=plan_queries.plans_page(session, page=1, size=1).runs,
    )


@requires(Permission.ADMINISTER)
def accounts() -> View:
    """Everybody who can sign in or holds an office."""
    page = page_number()
    lines, total = queries.accounts(reading(), page=page, size=PAGE_SIZE)
    return render_template(
        "accounts/accounts.html",
        lines=lines,
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        missions={each.id: each.name for each in queries.missions(reading())},
        organisations={each.id: each.name for each in queries.organisations(reading())},
    )


@requires(Permission.ADMINISTER)
def account(person: int) -> View:
    """One account: offices, browsers, password."""
    return _account_page(person, OfficeForm(formdata=None))


def _account_page(person: int, form: OfficeForm, *, password: str = "") -> str:
    session = reading()
    page = queries.person_page(session, person=PersonId(person), on=today())
    missions, organisations = queries.missions(session), queries.organisations(session)
    open_missions = [each for each in missions if each.status is not MissionStatus.CLOSED]
    form.offer(missions=open_missions, organisations=organisations)
    return render_template(
        "accounts/account.html",
        form=form,
        page=page,
        password=password,
        offices=queries.offices_of(session, person=page.card.id),
        browsers=queries.sign_ins_of(session, person=page.card.id, now=now()),
        missions={each.id: each.name for each in missions},
        organisations={each.id: each.name for each in organisations},
    )


@requires(Permission.ADMINISTER)
def enrol() -> View:
    """Enrol somebody who has no account."""
    form = EnrolForm()
    form.offer(queries.organisations(reading()))
    if form.validate_on_submit():
        try:
            with transaction() as work:
                person = operations.enrol_person(work, person=form.to_person())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The account is created. Give it a one-time password and its offices here."), "success")
            return redirect(url_for("accounts.account", person=person), code=303)
    shown = render_template("accounts/enrol.html", form=form)
    return (shown, 422) if form.is_submitted() else shown


@requires(Permission.ADMINISTER)
def grant_office(person: int) -> View:
    """Give somebody an office."""
    form = OfficeForm()
    form.offer(missions=queries.missions(reading()), organisations=queries.organisations(reading()))
    if not form.validate_on_submit():
        return _account_page(person, form), 422
    try:
        with transaction() as work:
            operations.grant_office(
                work,
                person=PersonId(person),
                office=form.office.data,
                mission=form.to_mission(),
                organisation=form.to_organisation(),
            )
    except Refusal as refusal:
        refused(form, refusal)
        return _account_page(person, form), 422
    flash(gettext("The office is granted. It holds from the next page on."), "success")
    return redirect(url_for("accounts.account", person=person), code=303)


@requires(Permission.ADMINISTER)
def end_office(membership: int) -> Response:
    """Take an office from somebody."""
    with transaction() as work:
        person = operations.end_office(work, membership=MembershipId(membership))
    flash(gettext("The office is ended."), "success")
    return redirect(url_for("accounts.account", person=person), code=303)


@requires(Permission.ADMINISTER)
def reset_password(person: int) -> View:
    """Make a one-time password and show it, this once: it stands in no address, session or table, so no redirect follows."""
    with transaction() as work:
        password = operations.set_one_time_password(work, person=PersonId(person))
    return _account_page(person, OfficeForm(formdata=None), password=password)


@requires(Permission.ADMINISTER)
def sign_out_everywhere(person: int) -> Response:
    """Sign somebody out of all their browsers."""
    with transaction() as work:
        operations.end_sign_ins(work, person=PersonId(person))
    flash(gettext("All browsers of this person are signed out."), "success")
    return redirect(url_for("accounts.account", person=person), code=303)
