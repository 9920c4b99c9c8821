"""A part of a page that renews itself, in a browser."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

PAGE = """
{% extends "layouts/page.html" %}
{% from "components/live.html" import live %}
{% block title %}Plan{% endblock %}
{% block content %}
<h1>Plan</h1>
{% if ended %}<p>stored</p>{% else %}{% call live("run", "/part", seconds=0.05) %}<p>waiting</p>{% endcall %}{% endif %}
{% endblock %}
"""


class Run:
    """A run that a test leads from one stage to the next."""

    def __init__(self, site: Flask) -> None:
        self.said: str | None = "at work"
        site.add_url_rule("/run", view_func=self.page)
        site.add_url_rule("/part", view_func=self.part)

    def page(self) -> str:
        """The page of the run."""
        return render_template_string(PAGE, ended=self.said is None)

    def part(self) -> tuple[str, int]:
        """The part that is looked at again and again."""
        return (f"<p>{self.said}</p>", 200) if self.said else ("", 204)


@pytest.fixture
def run(bare_site: Flask) -> Run:
    return Run(bare_site)


@pytest.fixture
def address(bare_site: Flask, run: Run) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, bare_site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/run"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_running_part_is_renewed_and_the_page_loaded_again_at_its_end(
    run: Run, address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(address)

    page.wait_for_selector("text=at work")
    run.said = "nearly done"
    page.wait_for_selector("text=nearly done")
    run.said = None
    page.wait_for_selector("text=stored")
    still_live = page.locator("[data-module=live]").count()
    page.close()

    assert still_live == 0
