"""Refusals into pages: four kinds, four pages; whatever was not anticipated ends on a page that needs no database."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from trainer.edge import db
from trainer.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from trainer.web.words import worded

logger = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}
PAGES = (403, 404, 409, 422, 429)


def install(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def status_of(refusal: Refusal) -> int:
    """The HTTP status of the refusal's kind."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def _refusal(refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    status = status_of(refusal)
    return render_template(f"errors/{status}.html", message=worded(refusal.message)), status


def _stale_form(_: CSRFError) -> tuple[str, int]:
    message = gettext(
        "This form was open for too long, or in another sign-in. Go back, load the page again and send it once more."
    )
    return render_template("errors/422.html", message=message), 422


def _http(error: HTTPException) -> HTTPException | tuple[str, int]:
    db.session.rollback()
    if error.code == 405 or error.code not in PAGES:
        return error
    return render_template(f"errors/{error.code}.html", message=None), error.code


def _unexpected(error: Exception) -> tuple[str, int] | Response:
    reference = secrets.token_hex(4)
    logger.error("unexpected error, reference %s", reference, exc_info=error)
    db.session.rollback()
    return render_template("errors/500.html", reference=reference), 500
