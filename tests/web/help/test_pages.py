"""The pages of help, among them the one that shows every component, read as strict HTML in every language."""

import gzip
import re
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient

from trainer.web.assets import assets
from trainer.web.help.topics import ORDER, topic_of

MOST_PAGE = 50_000
HTML = "{http://www.w3.org/1999/xhtml}"
LANGUAGES = ("en", "fr", "ar")


def _read(client: FlaskClient, address: str, *, status: int = 200, **sent: object) -> Element:
    answer = client.open(address, **sent)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.status
    return html5lib.HTMLParser(strict=True).parse(answer.get_data(as_text=True))


def _all(page: Element, tag: str) -> list[Element]:
    return list(page.iter(f"{HTML}{tag}"))


def _check(page: Element) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    ranks = [
        int(element.tag[-1]) for element in page.iter() if re.fullmatch(rf"{re.escape(HTML)}h[1-6]", str(element.tag))
    ]
    named = {label.get("for") for label in _all(page, "label")}
    described = [one for element in page.iter() for one in (element.get("aria-describedby") or "").split()]

    assert len(ids) == len(set(ids))
    assert ranks.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))
    assert set(described) <= set(ids)
    for control in [*_all(page, "input"), *_all(page, "select"), *_all(page, "textarea")]:
        assert control.get("type") == "hidden" or control.get("id") in named, control.attrib
    for element in page.iter():
        assert element.get("style") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_component_page_is_sound_in_every_language(pages: FlaskClient, language: str) -> None:
    page = _read(pages, f"/help/components?language={language}")

    _check(page)
    assert _all(page, "html")[0].get("dir") == ("rtl" if language == "ar" else "ltr")


def test_the_component_page_with_all_it_loads_is_light(pages: FlaskClient) -> None:
    body = gzip.compress(pages.get("/help/components").data)

    assert len(body) + sum(len(asset.packed) for asset in assets().values()) < MOST_PAGE


def test_a_form_with_faults_says_so_above_and_at_the_field(pages: FlaskClient) -> None:
    page = _read(pages, "/help/components", status=422, method="POST", data={"seats": "0", "language": "en"})
    summary = next(each for each in _all(page, "div") if each.get("role") == "alert")
    targets = [link.get("href", "").removeprefix("#") for link in summary.iter(f"{HTML}a")]

    _check(page)
    assert targets == ["title", "starts_on", "seats", "mode-0"]
    assert {target for target in targets if not any(each.get("id") == target for each in page.iter())} == set()
    faulty = {each.get("id") for each in page.iter() if each.get("aria-invalid") == "true"}
    assert faulty == {"title", "starts_on", "seats"}


def test_a_form_shows_again_what_was_typed(pages: FlaskClient) -> None:
    page = _read(pages, "/help/components", status=422, method="POST", data={"title": " Convoys ", "seats": "many"})
    values = {each.get("name"): each.get("value") for each in _all(page, "input")}

    assert values["title"] == "Convoys"
    assert values["seats"] == "many"


def test_every_topic_has_a_page_with_its_title(pages: FlaskClient) -> None:
    index = _read(pages, "/help/")
    links = {link.get("href") for link in _all(index, "a")}

    assert {f"/help/{topic}" for topic in ORDER} <= links
    for topic in ORDER:
        page = _read(pages, f"/help/{topic}")
        _check(page)
        assert _all(page, "h1")[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topic_has_the_same_parts_in_every_language(language: str) -> None:
    marks = re.compile(r"^(#+ |\d\. |- |\|)", re.MULTILINE)

    for topic in ORDER:
        text = topic_of(topic, language)
        original = topic_of(topic, "en")
        assert text is not None
        assert original is not None
        assert text.language == language
        assert marks.findall(text.text) == marks.findall(original.text), topic


def test_a_reader_without_a_translation_gets_english() -> None:
    assert topic_of("start", "es") == topic_of("start", "en")


def test_a_topic_that_does_not_exist_is_not_found(pages: FlaskClient) -> None:
    assert pages.get("/help/components.html").status_code == 404
    assert pages.get("/help/..%2F..%2Fpyproject").status_code == 404


def test_a_language_does_not_stick_to_a_template(pages: FlaskClient) -> None:
    in_arabic = pages.get("/help/components?language=ar").get_data(as_text=True)
    in_french = pages.get("/help/components?language=fr").get_data(as_text=True)

    assert "1 129" in in_french.replace("\u202f", " ")
    assert "1,129" in in_arabic
