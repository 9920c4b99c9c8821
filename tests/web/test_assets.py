"""One style sheet and one script, named after their content."""

import gzip

import pytest
from flask.testing import FlaskClient

from trainer.web.assets import assets


@pytest.mark.parametrize("kind", ["css", "js", "mark"])
def test_an_asset_may_be_kept_for_a_year(pages: FlaskClient, kind: str) -> None:
    answer = pages.get(f"/assets/{assets()[kind].filename}", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == assets()[kind].body


def test_an_asset_is_sent_plain_to_those_who_cannot_unpack(pages: FlaskClient) -> None:
    answer = pages.get(f"/assets/{assets()['css'].filename}", headers={"Accept-Encoding": "identity"})

    assert "Content-Encoding" not in answer.headers
    assert answer.data == assets()["css"].body


def test_a_page_older_than_the_site_is_led_to_the_present_file(pages: FlaskClient) -> None:
    answer = pages.get("/assets/site-000000000000.css")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(assets()["css"].filename)
    assert "Cache-Control" not in answer.headers


def test_anything_else_is_not_found(pages: FlaskClient) -> None:
    assert pages.get("/assets/tokens.txt").status_code == 404


def test_tokens_come_first_and_the_finder_of_modules_too() -> None:
    assert assets()["css"].body.index(b":root") < assets()["css"].body.index(b".c-button")
    assert assets()["js"].body.startswith(b"const modules = {};")
