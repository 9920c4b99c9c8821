"""The design system alone: layouts, components and help, in an application that has nothing else."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_wtf import CSRFProtect

from trainer.web import assets, filters
from trainer.web.help import blueprint as help_pages
from trainer.web.help.topics import FOLDER

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}


def _language() -> str:
    return request.args.get("language", "en")


def _site() -> dict[str, object]:
    code = _language()
    return {
        "site": SimpleNamespace(
            name="Trainer",
            menu=[{"label": "Readiness", "url": "/help/", "current": True, "icon": ""}],
            account={"name": "Ingrid Sample", "office": "Readiness manager"},
            languages=[
                {"code": each, "name": name, "url": f"?language={each}", "current": each == code}
                for each, name in LANGUAGES.items()
            ],
            language=code,
            direction="rtl" if code == "ar" else "ltr",
            messages=3,
            notice="Demonstration data: all people are invented.",
            home_url="/help/",
            sign_in_url="",
            sign_out_url="/sign-out",
            messages_url="/help/",
            account_url="",
            help_url="/help/",
        )
    }


@pytest.fixture
def bare_site() -> Flask:
    """Pages without the rest of the product, under the policy the product sends."""
    app = Flask("trainer", template_folder=str(FOLDER.parent), static_folder=None)
    app.config.update(SECRET_KEY="only for tests", TESTING=True, WTF_CSRF_ENABLED=False)
    Babel(app, locale_selector=_language)
    CSRFProtect(app)
    app.jinja_env.filters.update(filters.FILTERS)
    app.jinja_env.globals.update(filters.GLOBALS, asset=assets.asset)
    app.register_blueprint(assets.blueprint)
    app.register_blueprint(help_pages)
    app.context_processor(_site)
    return app


@pytest.fixture
def pages(bare_site: Flask) -> FlaskClient:
    """A reader of those pages."""
    return bare_site.test_client()


@pytest.fixture
def speaking(bare_site: Flask) -> Iterator[None]:
    """A request in English is going on, so that words have a language."""
    with bare_site.test_request_context("/people?state=lapsed&page=3"):
        yield
