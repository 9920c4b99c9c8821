"""A reader of the site: signs in as a person and holds every page it gets to strict HTML and the house's rules."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import html5lib
import pytest
from flask import Flask, g
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from trainer.accounts.models import SignIn
from trainer.kernel.values import PersonId

TOKEN = "sign-in"
"""Where the session holds it, as `trainer.web.access` has it."""

HTML = "{http://www.w3.org/1999/xhtml}"
CONTROLS = {"input", "select", "textarea"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer of the site."""

    status: int
    text: str
    """The words of the page without markup, blanks folded; the raw body when it is no page."""
    body: str
    location: str
    """Where a redirect leads, as a path; empty otherwise."""
    headers: Mapping[str, str]
    soup: Any
    """The tree, an ElementTree element; None when it is no page."""

    def links(self) -> list[str]:
        """The paths of all links, in order."""
        return [] if self.soup is None else [each.get("href", "") for each in self.soup.iter(f"{HTML}a")]

    def form(self, action: str = "") -> dict[str, str]:
        """The fields of the form whose action contains the text, with their present values, ready to be posted."""
        forms = [each for each in self.soup.iter(f"{HTML}form") if each.get("method", "get").lower() == "post"]
        chosen = [each for each in forms if action in (each.get("action") or "")]
        inside = [each for each in chosen if "sign-out" not in (each.get("action") or "")]
        assert inside, f"no form with {action!r} on this page"
        return dict(_fields(inside[0]))


class Site:
    """A client with the checks; `sign_in` needs no password, since sign-in has tests of its own."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self.client = app.test_client()

    def sign_in(self, person: PersonId | int) -> "Site":
        """Be this person from now on."""
        token = token_urlsafe(32)
        now = self.app.extensions["trainer"].clock.now() - timedelta(minutes=1)
        self.session.add(
            SignIn(token_hash=sha256(token.encode()).hexdigest(), person_id=int(person), began_at=now, seen_at=now)
        )
        self.session.commit()
        self.client = self.app.test_client()
        with self.client.session_transaction() as held:
            held[TOKEN] = token
        return self

    def sign_out(self) -> "Site":
        """Be a visitor from now on."""
        self.client = self.app.test_client()
        return self

    def get(self, path: str, **arguments: Any) -> Page:
        """Open a page."""
        return self._page(self._asked(self.client.get, path, **arguments))

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, follow: bool = False, **arguments: Any) -> Page:
        """Send a form; with `follow`, go where it leads."""
        page = self._page(self._asked(self.client.post, path, data=data or {}, **arguments))
        return self.get(page.location) if follow and page.location else page

    def answer(self, path: str, *, method: str = "GET") -> TestResponse:
        """What the site answers, without looking at the page; for tests that ask for very many."""
        return self._asked(self.client.open, path, method=method)

    def _asked(self, ask: Callable[..., TestResponse], path: str, **arguments: Any) -> TestResponse:
        """Ask with nothing remembered: the test's own application context would keep who asked before."""
        self.session.commit()
        _forget()
        answer = ask(path, **arguments)
        _forget()
        return answer

    def _page(self, response: TestResponse) -> Page:
        self.session.expire_all()
        body = response.get_data(as_text=True)
        is_page = (
            response.mimetype == "text/html" and response.status_code not in {204, 301, 302, 303, 308} and bool(body)
        )
        root = checked(body) if is_page and "<html" in body else None
        location = urlsplit(response.headers.get("Location", ""))
        return Page(
            status=response.status_code,
            text=words(root) if root is not None else body,
            body=body,
            location=location.path + (f"?{location.query}" if location.query else ""),
            headers=response.headers,
            soup=root,
        )


def _forget() -> None:
    for name in list(g):
        g.pop(name)


def checked(body: str) -> ET.Element:
    """Parse a page strictly and hold it to the rules every page keeps; fails the test with all that is wrong."""
    parser = html5lib.HTMLParser(strict=False)
    root: ET.Element = parser.parse(body)
    problems = [f"line {place[0]}: {kind} {more}" for place, kind, more in parser.errors]
    problems += list(_faults(root))
    if problems:
        pytest.fail("this page breaks the rules:\n" + "\n".join(problems[:20]))
    return root


def words(root: ET.Element) -> str:
    """The words of a page, without its scripts, blanks folded."""
    return re.sub(r"\s+", " ", "".join(_text(root))).strip()


def _text(element: ET.Element) -> Iterator[str]:
    if element.tag in {f"{HTML}script", f"{HTML}style"}:
        return
    yield element.text or ""
    for child in element:
        yield from _text(child)
        yield child.tail or ""


def _faults(root: ET.Element) -> Iterator[str]:
    title = root.find(f".//{HTML}title")
    if title is None or not (title.text or "").strip(" –"):
        yield "the page has no title"
    if root.get("lang") is None:
        yield "the page does not say its language"
    heads = list(root.iter(f"{HTML}h1"))
    if len(heads) != 1:
        yield f"the page has {len(heads)} h1"
    ids = Counter(each.get("id") for each in root.iter() if each.get("id"))
    yield from (f"the id {name} stands {count} times" for name, count in ids.items() if count > 1)
    yield from (f"nothing has the id {name}" for name in _pointed_at(root) if name not in ids)
    labelled = {each.get("for") for each in root.iter(f"{HTML}label")}
    inside = {id(each) for label in root.iter(f"{HTML}label") for each in label.iter()}
    for each in root.iter():
        name = str(each.tag).removeprefix(HTML)
        if each.get("style") is not None:
            yield f"<{name}> has a style of its own"
        yield from (f"<{name}> has a handler {key}" for key in each.keys() if str(key).startswith("on"))  # noqa: SIM118
        if name == "script" and not each.get("src"):
            yield "a script stands in the page"
        if name == "style":
            yield "a style sheet stands in the page"
        if name in CONTROLS and each.get("type") not in {"hidden", "submit"}:
            named = (
                each.get("id") in labelled
                or id(each) in inside
                or each.get("aria-label")
                or each.get("aria-labelledby")
            )
            if not named:
                yield f"<{name} name={each.get('name')}> has no label"
        if name == "img" and each.get("alt") is None:
            yield "an image has no alternative text"
        if name in {"a", "button"} and not (words(each) or each.get("aria-label")):
            yield f"<{name}> has no words: {each.get('href') or each.get('name')}"
        for attribute in ("src", "href", "action"):
            target = each.get(attribute) or ""
            if name in {"link", "script", "img", "form"} and urlsplit(target).netloc:
                yield f"<{name}> asks another host: {target}"


def _pointed_at(root: ET.Element) -> Iterator[str]:
    for each in root.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
            yield from (each.get(attribute) or "").split()
        href = each.get("href") or ""
        if href.startswith("#") and len(href) > 1:
            yield href[1:]


def _fields(form: ET.Element) -> Iterator[tuple[str, str]]:
    for each in form.iter():
        name, kind = each.get("name"), each.get("type", "text")
        tag = str(each.tag).removeprefix(HTML)
        if not name or tag not in CONTROLS:
            continue
        if tag == "textarea":
            yield name, (each.text or "").removeprefix("\n")
        elif tag == "select":
            options = list(each.iter(f"{HTML}option"))
            chosen = next(
                (option for option in options if option.get("selected") is not None), options[0] if options else None
            )
            if chosen is not None:
                yield name, chosen.get("value", chosen.text or "")
        elif kind in {"checkbox", "radio"}:
            if each.get("checked") is not None:
                yield name, each.get("value", "on")
        elif kind not in {"submit", "file"}:
            yield name, each.get("value") or ""
