"""Joins everything into one application: database, pages, words, security headers. Registers no commands."""

from __future__ import annotations

import gzip
import io
import secrets
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel, format_date, get_locale, gettext
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import INSTANCE, ROOT, Settings
from trainer import edge, jobs
from trainer.interop.mail import ConsoleMailer, SmtpMailer
from trainer.kernel import leases  # noqa: F401 - its table, which nothing else that serves pages reaches
from trainer.kernel.clock import Clock, SetClock, SystemClock
from trainer.kernel.db import prepare
from trainer.notifications import queries as notification_queries
from trainer.notifications.values import Mailer
from trainer.web import access, assets, catalogues, demo, errors, filters, limits, navigation
from trainer.web.words import DAY

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
CAPABILITIES = (
    "accounts",
    "audit",
    "catalogue",
    "chain",
    "closing",
    "competencies",
    "help",
    "mandates",
    "notifications",
    "observations",
    "partners",
    "planning",
    "readiness",
    "requirements",
    "scenarios",
    "shocks",
    "tracks",
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LARGEST_REQUEST = 16 * 1024 * 1024
WORTH_PACKING = 1024
MOST_FORM_PARTS = 20_000


def create_app(settings: Settings, *, clock: Clock | None = None, mailer: Mailer | None = None) -> Flask:
    """Make the application; nothing is read from the environment and no connection is opened."""
    app = Flask("trainer", root_path=str(ROOT / "trainer"), template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # what people entered does not belong into logs
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": settings.mode == "production"},
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_NAME="trainer",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "trainer/web/translations"),
        SETTINGS=settings,
        DEMO=settings.mode == "demo",
        INVENTED_SIGN_IN=settings.mode != "production",
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    edge.install(app, clock=clock or _clock(settings), mailer=mailer or _mailer(settings), zone=settings.time_zone)
    edge.db.init_app(app)
    with app.app_context():
        prepare(edge.db.engine)
    catalogues.compile_stale()
    app.session_interface = _Sessions()
    Babel(app, locale_selector=_language)
    CSRFProtect(app)
    limits.install(app)
    access.install(app)
    errors.install(app)
    app.jinja_env.filters.update(filters.FILTERS)
    app.jinja_env.globals.update(
        filters.GLOBALS, asset=assets.asset, may=access.may, may_everywhere=access.may_everywhere
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _register(app, settings)
    app.context_processor(_context)
    app.before_request(_remember_language)
    app.after_request(_protect)
    app.after_request(_pack)
    jobs.install(app, settings)
    return app


def _register(app: Flask, settings: Settings) -> None:
    app.register_blueprint(assets.blueprint)
    app.register_blueprint(navigation.blueprint)
    for name in CAPABILITIES:
        try:
            module = import_module(f"trainer.web.{name}")
        except ModuleNotFoundError as error:
            if "trainer.web" not in str(error):
                raise
            continue
        if hasattr(module, "blueprint"):
            app.register_blueprint(module.blueprint)
    if settings.today:
        app.register_blueprint(demo.blueprint)


def _clock(settings: Settings) -> Clock:
    if not settings.today:
        return SystemClock()
    start = datetime.combine(datetime.fromisoformat(settings.today), time(9), tzinfo=ZoneInfo(settings.time_zone))
    return SetClock(start.astimezone(UTC))


def _mailer(settings: Settings) -> Mailer:
    server = settings.mail
    if not server.host and settings.mode == "demo":
        INSTANCE.mkdir(parents=True, exist_ok=True)
        return ConsoleMailer((INSTANCE / "mail.log").open("a", encoding="utf-8"))
    if not server.host:
        return ConsoleMailer()
    return SmtpMailer(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        security=server.security,
        sender=settings.mail_sender,
    )


class _Sessions(SecureCookieSessionInterface):
    """Cookies that pages renew and assets leave alone.

    An asset's answer may arrive after that of a page asked for later, and would bring back what stood in the cookie before.
    """

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        return super().should_set_cookie(app, session) and (session.modified or request.endpoint != "assets.send")


def _language() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    known = access.account_or_none()
    if known is not None and known.language in LANGUAGES:
        return known.language
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _remember_language() -> None:
    asked = request.args.get("language")
    if asked in LANGUAGES and request.endpoint not in {None, "assets.send"}:
        session["language"] = asked


def _context() -> dict[str, Any]:
    """What every page knows; a refused page must be drawn even when the database is away."""
    known = access.account_or_none()
    locale = get_locale()
    code = locale.language if locale else "en"
    settings: Settings = current_settings()
    site = SimpleNamespace(
        name=settings.site_name,
        menu=navigation.menu(known),
        account={"name": known.name, "office": navigation.office_names(known)} if known else None,
        languages=[
            {"code": each, "name": name, "url": filters.here(language=each), "current": each == code}
            for each, name in LANGUAGES.items()
        ],
        language=code,
        direction="rtl" if code == "ar" else "ltr",
        messages=notification_queries.unread_count(edge.reading(), person=known.person) if known else 0,
        notice=_notice(settings),
        notice_url=url_for("demo.scenario") if settings.today and known else "",
        notice_link=gettext("The story and its next date"),
        home_url=url_for("home.home"),
        sign_in_url=url_for("accounts.sign_in"),
        sign_out_url=url_for("accounts.sign_out"),
        messages_url=url_for("notifications.inbox") if known else "",
        account_url=url_for("accounts.me") if known else "",
        help_url=url_for("help.index"),
    )
    return {"site": site, "today": access.today()}


def current_settings() -> Settings:
    """The settings of the current application."""
    found = current_app.config["SETTINGS"]
    assert isinstance(found, Settings)
    return found


def _notice(settings: Settings) -> str:
    if settings.today:
        day = format_date(access.today(), DAY)
        return str(gettext("A story: in it, it is %(day)s. All people are invented.", day=day))
    if settings.mode == "demo":
        return str(gettext("Demonstration data: all people, units and sessions are invented."))
    return ""


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not response.cache_control.public:
        response.cache_control.private = True
        response.cache_control.no_store = True
    return response


def _pack(response: Response) -> Response:
    """Compress pages; a name of random length in the header blurs the length of what it holds (breachattack.com)."""
    if (
        response.direct_passthrough
        or response.is_streamed
        or response.content_encoding
        or response.mimetype not in {"text/html", "application/json"}
        or request.accept_encodings["gzip"] <= 0
        or len(response.get_data()) < WORTH_PACKING
    ):
        return response
    held = io.BytesIO()
    name = secrets.token_hex(secrets.randbelow(40) + 1)
    with gzip.GzipFile(filename=name, mode="wb", fileobj=held, compresslevel=6, mtime=0) as packed:
        packed.write(response.get_data())
    response.set_data(held.getvalue())
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response
