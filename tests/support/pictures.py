"""Pictures of pages as people see them: `python -m tests.support.pictures ADDRESS LOGIN PATH… --out DIR`.

Each page is taken on a desk and on a phone, in the languages asked for, from a running site with demonstration accounts.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desk": 1280, "phone": 390}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def sign_in(page: Page, address: str, login: str, password: str) -> None:
    """Fill in the sign-in form as a person would."""
    page.goto(f"{address}/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    with (
        page.expect_navigation()
    ):  # else its answer, which sets cookies, may come after that of the page asked for next
        page.click("main form button[type=submit]")


def take(
    address: str, *, login: str, password: str, paths: list[str], languages: list[str], out: Path, full: bool
) -> None:
    """Take every page in every language and width; say what sticks out or answers with an error."""
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for kind, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            if login:
                sign_in(page, address, login, password)
            for language in languages:
                for path in paths:
                    joint = "&" if "?" in path else "?"
                    answer = page.goto(f"{address}{path}{joint}language={language}")
                    status = answer.status if answer else 0
                    widest = page.evaluate("document.documentElement.scrollWidth")
                    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
                    file = out / f"{name}-{language}-{kind}.png"
                    page.screenshot(path=file, full_page=full)
                    print(f"{status} {file.name}{'' if widest <= width else f'  sticks out: {widest} px'}")
            page.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("login", help="empty for a visitor")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--password", default="peace-operations-demo")
    parser.add_argument("--languages", default="en", help="for instance en,ar")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first-screen", action="store_true", help="only what is seen without scrolling")
    asked = parser.parse_args()
    take(
        asked.address.rstrip("/"),
        login=asked.login,
        password=asked.password,
        paths=asked.paths,
        languages=asked.languages.split(","),
        out=asked.out,
        full=not asked.first_screen,
    )


if __name__ == "__main__":
    main()
