"""Frozen values as JSON, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NewType

import pytest

from trainer.kernel import stored
from trainer.kernel.values import LocalText, Wording, wording

Number = NewType("Number", int)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    side: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    radius: int
    colour: Colour | None = None


Shape = Square | Circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    on: date
    at: datetime
    took: timedelta
    shapes: tuple[Shape, ...]
    pair: tuple[str, int]
    counts: Mapping[Colour, int]
    by_number: Mapping[Number, LocalText]
    colours: frozenset[Colour]
    said: Wording
    first: Shape | None = None


def test_what_is_put_into_json_comes_back_the_same():
    drawing = Drawing(
        on=date(2028, 2, 29),
        at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        took=timedelta(minutes=3),
        shapes=(Square(side=2), Circle(radius=1, colour=Colour.RED)),
        pair=("a", 1),
        counts={Colour.RED: 3},
        by_number={Number(7): {"en": "seven"}},
        colours=frozenset({Colour.RED}),
        said=wording("{count} people, {title}", count=3, title={"en": "x", "fr": "y"}),
        first=Square(side=1),
    )

    data = json.loads(json.dumps(stored.to_json(drawing, Drawing)))

    assert stored.from_json(data, Drawing) == drawing
    assert data["shapes"][0] == {"is": "Square", "side": 2}


def test_a_field_that_the_class_has_gained_takes_its_default():
    assert stored.from_json({"radius": 3}, Circle) == Circle(radius=3)


def test_what_is_no_value_of_the_type_is_refused():
    with pytest.raises(KeyError):
        stored.from_json({"is": "Triangle"}, Shape)
