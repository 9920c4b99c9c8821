"""The style sheet and the script of the site, each one response, named after its content.

The files under `static/` are written for people and joined here in a stated order; there is no build step.
The address carries a digest of the content, so browsers may keep it for a year.
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trainer.web.access import anyone

STATIC = Path(__file__).parent / "static"
FIRST_STYLES = ("tokens.css", "base.css", "layout.css")
FIRST_SCRIPT = "enhance.js"
KEPT_FOR = 365 * 24 * 60 * 60
KINDS = {".css": "css", ".js": "js", ".svg": "mark"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent: plain and compressed, under the name its content gives it."""

    filename: str
    mimetype: str
    body: bytes
    packed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """The three files every page may ask for: css, js and mark; read once a process."""
    return {
        "css": _asset("css", "text/css", style_sheet()),
        "js": _asset("js", "text/javascript", script()),
        "mark": _asset("svg", "image/svg+xml", (STATIC / "icons/mark.svg").read_text(encoding="utf-8")),
    }


def style_sheet() -> str:
    """All style files: tokens, base and layout, then the components by name, without comments and indents."""
    folder = STATIC / "css"
    files = [*(folder / name for name in FIRST_STYLES), *sorted((folder / "components").glob("*.css"))]
    return _joined(COMMENT.sub("", path.read_text(encoding="utf-8")) for path in files)


def script() -> str:
    """All script files: the one that finds the modules on a page first, then the modules by name."""
    folder = STATIC / "js"
    files = sorted(folder.glob("*.js"), key=lambda path: (path.name != FIRST_SCRIPT, path.name))
    return _joined(COMMENT.sub("", path.read_text(encoding="utf-8")) for path in files)


def asset(kind: str) -> str:
    """The address of the css, js or mark that belongs to this version of the site."""
    if current_app.debug:
        assets.cache_clear()
    return url_for("assets.send", filename=assets()[kind].filename)


@blueprint.get("/assets/<string:filename>")
@anyone
def send(filename: str) -> AnyResponse:
    """The file of that name; a page that is older than the site is led to the present one."""
    known = assets().get(KINDS.get(Path(filename).suffix, ""))
    if known is None:
        abort(404)
    if known.filename != filename:
        return redirect(url_for("assets.send", filename=known.filename))
    return _response(known)


def _response(known: Asset) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    response = Response(known.packed if packed else known.body, mimetype=known.mimetype)
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_FOR
    response.cache_control.immutable = True
    return response


def _asset(suffix: str, mimetype: str, text: str) -> Asset:
    body = text.encode()
    digest = sha256(body).hexdigest()[:12]
    packed = gzip.compress(body, compresslevel=9, mtime=0)
    return Asset(filename=f"site-{digest}.{suffix}", mimetype=mimetype, body=body, packed=packed)


def _joined(texts: Iterable[str]) -> str:
    lines = (line.strip() for text in texts for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"
