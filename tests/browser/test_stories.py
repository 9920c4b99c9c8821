"""Stories 3 to 5 as people play them: a text published, a plan approved, a module completed; and axe, keyboard, phone."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, text

from tests.support.pictures import sign_in
from trainer.demo.accounts import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK, PHONE = 1280, 390
PATIENCE = 60


@contextmanager
def person(browser: Browser, address: str, name: str, *, width: int = DESK) -> Iterator[Page]:
    """Somebody with a browser of their own, signed in."""
    context = browser.new_context(viewport={"width": width, "height": 844}, has_touch=width == PHONE)
    page = context.new_page()
    sign_in(page, address, f"{name}@demo.example", PASSWORD)
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    found = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found + (["the page sticks out of its window"] if wide else [])


def test_a_text_is_published_a_plan_approved_and_a_module_completed(browser: Browser, address: str) -> None:
    # the officer finds the draft from the first page, looks at what it changes, and publishes it
    with person(browser, address, "officer") as page:
        page.get_by_role("link", name="S/RES/2808").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("S/RES/2808")
        assert faults(page) == []
        page.get_by_role("button", name=re.compile("^Publish")).click()
        expect(page.locator("main")).to_contain_text("S/RES/2808")

    # without anybody's doing a plan comes up for the manager, who approves it by keyboard alone
    with person(browser, address, "manager") as page:
        link = page.get_by_role("link", name="New plan after S/RES/2808")
        deadline = time.monotonic() + PATIENCE
        page.goto(f"{address}/plans/")
        while not link.count() and time.monotonic() < deadline:
            page.wait_for_timeout(500)
            page.reload()
        link.first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("New plan after S/RES/2808")
        assert faults(page) == []
        approve = page.get_by_role("button", name="Approve")
        tab_to(page, approve)
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("approved")

    # one of those who were given a module reads it on a phone and answers its questions
    with person(browser, address, "trainee", width=PHONE) as page:
        assert faults(page) == []
        page.locator("main a[href*='/assignments/']").first.click()
        assert faults(page) == []


def tab_to(page: Page, wanted: object) -> None:
    """Go with the tabulator until the control has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):  # type: ignore[attr-defined]
            return
    pytest.fail("the tabulator does not reach it")


def test_a_trainee_completes_a_module_on_a_phone_without_script(browser: Browser, address: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address, "trainee@demo.example", PASSWORD)
    page.goto(f"{address}/my/?language=en")
    with page.expect_navigation():  # what is counted next must be on the new page
        page.get_by_role("link", name=re.compile("Open the module|Go on|Open")).first.click()
    for name in ("Begin", "I have read it", "questions"):
        button = page.get_by_role("button", name=re.compile(name, re.IGNORECASE))
        if button.count():
            with page.expect_navigation():
                button.first.click()
    if not page.locator("input[name^='q-']").count():
        page.goto(page.url.rstrip("/") + "/questions")
    for name, values in right_answers(page, tmp_path / "site.sqlite3").items():
        for value in values:
            page.check(f"input[name='{name}'][value='{value}']")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.locator("main")).to_contain_text(re.compile("passed", re.IGNORECASE))
    page.goto(f"{address}/my/record")
    expect(page.locator("main")).to_contain_text("current")
    context.close()


def right_answers(page: Page, file: Path) -> dict[str, list[str]]:
    """What is right, looked up in the database by the assignment in the page's address."""
    assignment = int(re.search(r"/assignments/(\d+)", page.url)[1])  # type: ignore[index]
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        stored = connection.execute(
            text(
                "SELECT m.questions FROM module_version m JOIN assignment a ON a.module_version_id = m.id WHERE a.id = :id"
            ),
            {"id": assignment},
        ).scalar_one()
    engine.dispose()
    return {
        f"q-{question['key']}": [str(place) for place, answer in enumerate(question["answers"]) if answer["right"]]
        for question in json.loads(stored)["en"]
    }


PAGES = {
    "officer": ("/missions/", "/missions/5", "/requirements/", "/drafts/1"),
    "manager": ("/readiness/", "/plans/", "/people/", "/recognition/", "/courses/", "/modules/", "/observations/"),
    "partner": ("/partner/", "/courses/new"),
    "trainee": ("/my/", "/my/record", "/messages/", "/account/"),
    "auditor": ("/audit/", "/audit/verify"),
    "admin": ("/administration/", "/administration/accounts/"),
}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_the_first_pages(
    browser: Browser, address: str, name: str, width: int, language: str
) -> None:
    with person(browser, address, name, width=width) as page:
        found = {}
        for path in PAGES[name]:
            answer = page.goto(f"{address}{path}?language={language}")
            if answer is not None and answer.status == 200 and faults(page):
                found[path] = faults(page)

    assert found == {}
