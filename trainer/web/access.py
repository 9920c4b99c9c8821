"""Who asks, and whether they may: sign-in state from the session's token, and a permission on every view.

`requires(Permission.X)` refuses before the view runs; `anyone` marks the few views that need no account. A view without
either does not pass the test that walks the URL map.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import flask_login
from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager
from werkzeug.wrappers import Response

from trainer import edge
from trainer.accounts import queries as account_queries
from trainer.accounts import rules as account_rules
from trainer.accounts.values import Account, MissionId, OrganisationId, Permission
from trainer.kernel.errors import NotAllowed
from trainer.kernel.values import wording
from trainer.kernel.work import Actor

P = ParamSpec("P")
R = TypeVar("R")
TOKEN = "sign-in"  # noqa: S105 - the name of the entry, not a secret

manager = LoginManager()


class SignedIn(flask_login.UserMixin):
    """What Flask-Login needs to know of a person; everything else asks `account()`."""

    def __init__(self, known: Account) -> None:
        self.account = known

    def get_id(self) -> str:
        return str(self.account.person)


def install(app: Flask) -> None:
    """Load the signed-in person before each request, from the revocable sign-in that the session's token names."""
    manager.init_app(app)
    app.before_request(_know_who_acts)


@manager.request_loader
def _load(_: object) -> SignedIn | None:
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    person = account_queries.sign_in_of(edge.reading(), token=token, now=edge.now())
    known = None if person is None else account_queries.account_of(edge.reading(), person=person)
    if known is None or not admits(known):
        session.pop(TOKEN, None)
        return None
    return SignedIn(known)


def admits(known: Account) -> bool:
    """Whether the account may be used here: invented people, whose passwords everybody knows, nowhere in production."""
    return not known.invented or bool(current_app.config["INVENTED_SIGN_IN"])


def _know_who_acts() -> None:
    user = flask_login.current_user
    edge.acting.set(Actor(person=user.account.person) if user.is_authenticated else Actor(job="visitor"))


@manager.unauthorized_handler
def _ask_to_sign_in() -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back), code=303)


def remember_token(token: str) -> None:
    """Begin a fresh session that holds this sign-in and nothing of the visitor before."""
    kept = {name: session[name] for name in ("language",) if name in session}
    session.clear()
    session.update(kept)
    session[TOKEN] = token
    session.permanent = True


def forget_token() -> None:
    """Leave nothing of the person in the browser but the language."""
    kept = {name: session[name] for name in ("language",) if name in session}
    session.clear()
    session.update(kept)


def token() -> str:
    """The sign-in token of this browser, or an empty text."""
    return str(session.get(TOKEN, ""))


def account() -> Account:
    """The signed-in person; aborts with 401 when nobody is."""
    user = flask_login.current_user
    if not user.is_authenticated:
        abort(401)
    found = user.account
    assert isinstance(found, Account)
    return found


def account_or_none() -> Account | None:
    """The signed-in person, or None for a visitor."""
    user = flask_login.current_user
    return user.account if user.is_authenticated else None


def may(
    permission: Permission, *, mission: MissionId | None = None, organisation: OrganisationId | None = None
) -> bool:
    """Whether the signed-in person may; False for a visitor. For what a page shows."""
    known = account_or_none()
    return known is not None and account_rules.may(known, permission, mission=mission, organisation=organisation)


def must(
    permission: Permission, *, mission: MissionId | None = None, organisation: OrganisationId | None = None
) -> None:
    """Refuse unless the signed-in person may; for views whose subject is known only after a look-up."""
    if not may(permission, mission=mission, organisation=organisation):
        raise _refused()


def may_about(permission: Permission, *, serves_in: MissionId | None) -> bool:
    """Whether the signed-in person may do this about somebody who serves there.

    Whoever serves in no mission is nobody's of one mission: they are for those whose office holds everywhere.
    """
    if serves_in is not None:
        return may(permission, mission=serves_in)
    return may_everywhere(permission)


def must_about(permission: Permission, *, serves_in: MissionId | None) -> None:
    """Refuse unless `may_about`."""
    if not may_about(permission, serves_in=serves_in):
        raise _refused()


def may_everywhere(permission: Permission) -> bool:
    """Whether the signed-in person may do this in every mission; False for a visitor."""
    known = account_or_none()
    return known is not None and account_rules.may_everywhere(known, permission)


def must_everywhere(permission: Permission) -> None:
    """Refuse whoever may not do this in every mission; for what holds in all of them."""
    if not may_everywhere(permission):
        raise _refused()


def _refused() -> NotAllowed:
    return NotAllowed(wording("Your account may not do this. Ask an administrator if you think it should."))


def today() -> date:
    """The organisation's calendar day, the same during one request."""
    if "today" not in g:
        g.today = edge.today()
    found = g.today
    assert isinstance(found, date)
    return found


def now() -> datetime:
    """The present instant."""
    return edge.now()


def requires(*permissions: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse the view to whoever has none of the permissions; visitors are led to the sign-in page."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not flask_login.current_user.is_authenticated:
                asked: Any = _ask_to_sign_in()
                return asked  # type: ignore[no-any-return]  # a response in place of the view's
            if not any(may(permission) for permission in permissions):
                must(permissions[0])
            return view(*args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]  # read by the test that walks the URL map
        return guarded

    return decorate


def anyone(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that needs no account."""
    view.permissions = ()  # type: ignore[attr-defined]  # read by the test that walks the URL map
    return view
