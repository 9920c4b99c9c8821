"""Signing in and out, and one's own account."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import operations, queries, rules
from trainer.accounts.values import Permission, SignInId
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.web import access
from trainer.web.access import account, anyone, forget_token, remember_token, requires
from trainer.web.accounts.browsers import browser_name
from trainer.web.accounts.forms import LanguagesForm, PasswordForm, SignInForm, safe_next
from trainer.web.navigation import first_page
from trainer.web.pages import refused

View = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def note_browser() -> None:
    """Note now and then that the browser was seen, so that it is signed out only once it stands idle."""
    if request.blueprint == "assets" or access.account_or_none() is None:
        return
    found = queries.signed_in(reading(), token=access.token(), now=access.now())
    if found is not None and rules.wants_seen(seen_at=found.seen_at, now=access.now()):
        with transaction() as work:
            operations.note_seen(work, token=access.token())


@anyone
def sign_in() -> View:
    """Prove who one is; leads to where one wanted to go, or to the page that answers one's first question."""
    target, form = safe_next(request.args.get("next")), SignInForm()
    known = access.account_or_none()
    if known is not None and not form.is_submitted():
        return redirect(target or first_page(known), code=303)
    if not form.validate_on_submit():
        return _sign_in_page(form, 422 if form.is_submitted() else 200)
    try:
        with transaction() as work:
            token = operations.sign_in(
                work,
                login=form.login.data,
                password=form.password.data,
                address=request.remote_addr or "",
                browser=browser_name(request.user_agent.string),
            )
    except operations.TooManyAttempts as refusal:
        form.refuse(None, refusal.message)
        return *_sign_in_page(form, 429), {"Retry-After": str(refusal.minutes * 60)}
    if token is None or not _admitted(token):
        form.refuse(None, gettext("Login and password do not belong together. Check both and try again."))
        return _sign_in_page(form, 422)
    return _begin(token, target)


def _sign_in_page(form: SignInForm, status: int) -> tuple[str, int]:
    shown = current_app.config.get("DEMO_ACCOUNTS", ()) if current_app.config.get("DEMO") else ()
    return render_template("accounts/sign_in.html", form=form, demo_accounts=shown), status


def _admitted(token: str) -> bool:
    """Whether whoever holds the token may use this installation; if not, the sign-in ends at once."""
    person = queries.sign_in_of(reading(), token=token, now=access.now())
    if person is not None and access.admits(queries.account_of(reading(), person=person)):
        return True
    with transaction() as work:
        operations.sign_out(work, token=token)
    return False


def _begin(token: str, target: str) -> Response:
    """Lead into the site; whoever came with a one-time password chooses one of their own first."""
    if access.token():
        with transaction() as work:
            operations.sign_out(work, token=access.token())
    remember_token(token)
    person = queries.sign_in_of(reading(), token=token, now=access.now())
    assert person is not None
    if queries.has_one_time_password(reading(), person=person):
        return redirect(url_for("accounts.password"), code=303)
    return redirect(target or first_page(queries.account_of(reading(), person=person)), code=303)


@anyone
def sign_out() -> Response:
    """End the sign-in of this browser."""
    with transaction() as work:
        operations.sign_out(work, token=access.token())
    forget_token()
    return redirect(url_for("accounts.sign_in"), code=303)


@requires(Permission.LEARN)
def me() -> View:
    """One's own account: name, offices, languages, and the browsers one is signed in with."""
    form, known = LanguagesForm(), account()
    page = queries.person_page(reading(), person=known.person, on=access.today())
    if form.validate_on_submit():
        with transaction() as work:
            operations.choose_languages(work, person=known.person, language=form.language.data, spoken=form.to_spoken())
        flash(gettext("Your languages are saved."), "success")
        return redirect(url_for("accounts.me", language=form.language.data), code=303)
    if not form.is_submitted():
        form.show(language=known.language, spoken=page.spoken)
    shown = render_template(
        "accounts/me.html",
        form=form,
        page=page,
        offices=queries.offices_of(reading(), person=known.person),
        missions={each.id: each.name for each in queries.missions(reading())},
        browsers=queries.sign_ins_of(reading(), person=known.person, now=access.now()),
        this=queries.signed_in(reading(), token=access.token(), now=access.now()),
    )
    return (shown, 422) if form.is_submitted() else shown


@requires(Permission.LEARN)
def password() -> View:
    """Choose a new password; other browsers are signed out."""
    form, known = PasswordForm(), account()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                changed = operations.change_password(
                    work,
                    person=known.person,
                    current=form.current.data,
                    password=form.password.data,
                    keep=access.token(),
                    address=request.remote_addr or "",
                )
        except operations.TooManyAttempts as refusal:
            form.refuse(None, refusal.message)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            if changed:
                flash(gettext("Your new password holds. Your other browsers are signed out."), "success")
                return redirect(url_for("accounts.me"), code=303)
            form.refuse("current", gettext("This is not your present password. Type it again."))
    one_time = queries.has_one_time_password(reading(), person=known.person)
    shown = render_template("accounts/password.html", form=form, one_time=one_time)
    return (shown, 422) if form.is_submitted() else shown


@requires(Permission.LEARN)
def end_browser(browser: int) -> Response:
    """Sign out one of one's own browsers."""
    with transaction() as work:
        operations.end_sign_in(work, person=account().person, sign_in=SignInId(browser))
    flash(gettext("That browser is signed out."), "success")
    return redirect(url_for("accounts.me"), code=303)


@requires(Permission.LEARN)
def end_other_browsers() -> Response:
    """Sign out all of one's own browsers but this one."""
    with transaction() as work:
        operations.end_other_sign_ins(work, person=account().person, keep=access.token())
    flash(gettext("All your other browsers are signed out."), "success")
    return redirect(url_for("accounts.me"), code=303)
