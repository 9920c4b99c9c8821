"""The component page in a browser: axe, the width of a phone, the keyboard, paper."""

from collections.abc import Iterator
from itertools import product
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280


@pytest.fixture
def address(bare_site: Flask) -> Iterator[str]:
    @bare_site.after_request
    def strict(response):
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        return response

    server = make_server("127.0.0.1", 0, bare_site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/help/components"
    server.shutdown()
    thread.join()
    server.server_close()


def _open(browser: Browser, address: str, **look: object) -> Page:
    width = look.pop("width", DESK)
    page = browser.new_page(viewport={"width": width, "height": 800}, **look)
    page.goto(address)
    return page


@pytest.mark.parametrize(("width", "language", "scheme"), list(product((PHONE, DESK), ("en", "ar"), ("light", "dark"))))
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Browser, address: str, width: int, language: str, scheme: str
) -> None:
    page = _open(browser, f"{address}?language={language}", width=width, color_scheme=scheme)

    found = Axe().run(page).response["violations"]
    widest = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert widest <= width


def test_every_target_can_be_hit_by_a_finger(browser: Browser, address: str) -> None:
    page = _open(browser, address, width=PHONE, has_touch=True)

    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .c-button, input, select, summary, .c-tabs a, .c-filter-links a")]
            .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 24 || box.width < 24)).map(([html]) => html)"""
    )
    page.close()

    assert small == []


def test_the_chain_opens_by_keyboard(browser: Browser, address: str) -> None:
    page = _open(browser, address)
    closed = page.wait_for_selector(".c-chain details:not([open]) summary")
    closed.focus()
    page.keyboard.press("Enter")

    opened = closed.evaluate("summary => summary.parentElement.open")
    page.close()

    assert opened


def test_the_menu_of_a_phone_opens_and_closes_without_script(browser: Browser, address: str) -> None:
    page = _open(browser, address, width=PHONE, java_script_enabled=False)
    menu = page.locator("#menu")

    hidden = menu.is_hidden()
    page.click(".c-site-header__open")
    shown = menu.is_visible()
    page.click(".c-site-header__shut")
    hidden_again = menu.is_hidden()
    page.close()

    assert (hidden, shown, hidden_again) == (True, True, True)


def test_on_paper_everything_folded_is_open_and_the_menu_is_gone(browser: Browser, address: str) -> None:
    page = _open(browser, address)
    page.emulate_media(media="print")

    folded = page.locator(".c-chain details:not([open]) li").first.is_visible()
    menu = page.locator("#menu").is_visible()
    page.close()

    assert folded
    assert not menu


def test_a_form_with_faults_brings_the_reader_to_them(browser: Browser, address: str) -> None:
    page = _open(browser, address)
    page.click("form.c-form button >> nth=0")
    page.wait_for_selector(".c-error-summary:focus")

    focused = page.evaluate("document.activeElement.className")
    page.close()

    assert focused == "c-error-summary"
