"""A part of a page that renews itself, in a browser."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

PAGE = """
{% extends "layouts/page.html" %}
{% from "components/live.html" import live %}
{% block title %}Plan{% endblock %}
{% block content %}<h1>Plan</h1>{% call live("run", "/part", seconds=0.05) %}<p>{{ said }}</p>{% endcall %}{% endblock %}
"""


@pytest.fixture
def run(bare_site: Flask) -> Iterator[str]:
    """A run that is seen waiting, then at work twice, and then ends."""
    looks = iter(["<p>at work</p>", "<p>nearly done</p>"])
    ended: list[bool] = []

    @bare_site.get("/run")
    def page() -> str:
        return render_template_string(PAGE, said="stored" if ended else "waiting")

    @bare_site.get("/part")
    def part() -> tuple[str, int]:
        said = next(looks, None)
        if said is None:
            ended.append(True)
            return "", 204
        return said, 200

    server = make_server("127.0.0.1", 0, bare_site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/run"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_running_part_is_renewed_and_the_page_loaded_again_at_its_end(run: str) -> None:
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page()
        page.goto(run)

        page.wait_for_selector("text=nearly done", timeout=5_000)
        page.wait_for_selector("text=stored", timeout=5_000)
        browser.close()


def test_without_script_a_link_renews_the_page(bare_site: Flask) -> None:
    @bare_site.get("/run")
    def page() -> str:
        return render_template_string(PAGE, said="waiting")

    html = bare_site.test_client().get("/run?of=7").get_data(as_text=True)

    assert '<noscript><p><a href="/run?of=7">' in html
