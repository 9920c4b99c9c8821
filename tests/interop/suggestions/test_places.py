"""How well the area of operations is read from paragraphs that name one, and from paragraphs that name none."""

import tomllib
from pathlib import Path

import pytest

from trainer.interop.suggestions import places
from trainer.interop.suggestions.values import PlaceGround

ALL = tomllib.loads((Path(__file__).parent / "places.toml").read_text(encoding="utf-8"))["paragraphs"]
PARAGRAPHS = [each for each in ALL if not each.get("held_out")]
"""On which the patterns were made."""


def found_in(paragraph: dict[str, str]) -> places.Somewhere | None:
    return places.place_of(paragraph["text"], language=paragraph["language"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_most_places_are_read_and_most_readings_are_places(language: str) -> None:
    pairs = [
        (found.name if (found := found_in(each)) else "", each["place"])
        for each in PARAGRAPHS
        if each["language"] == language
    ]

    right = sum(bool(said) and said == there for said, there in pairs)
    wrong = [(said, there) for said, there in pairs if said != there]
    assert 100 * right >= 90 * sum(bool(said) for said, _ in pairs), wrong
    assert 100 * right >= 90 * sum(bool(there) for _, there in pairs), wrong


def test_a_third_is_held_out_in_both_languages_with_and_without_a_place() -> None:
    held = [each for each in ALL if each.get("held_out")]

    assert len(held) >= len(ALL) // 3
    assert {(each["language"], bool(each["place"])) for each in held} == {
        (language, named) for language in ("en", "fr") for named in (True, False)
    }
    assert len({each["text"] for each in ALL}) == len(ALL)


def test_what_a_text_calls_a_part_is_surer_than_a_name_alone() -> None:
    found = [(reading, each["place"]) for each in PARAGRAPHS if (reading := found_in(each)) is not None]
    right = {
        ground: [reading.name == place for reading, place in found if reading.ground is ground]
        for ground in (PlaceGround.CALLED_SO, PlaceGround.NAME_ALONE)
    }

    assert [len(each) for each in right.values()] == [16, 9]
    assert all(right[PlaceGround.CALLED_SO])


@pytest.mark.parametrize("each", PARAGRAPHS, ids=[each["text"][:60] for each in PARAGRAPHS])
def test_the_words_are_marked_where_they_stand(each: dict[str, str]) -> None:
    found = found_in(each)

    if found is not None:
        assert each["text"][found.span.start : found.span.end].lower() == found.name.lower()
