"""Values into words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup

from trainer.web import filters

pytestmark = pytest.mark.usefixtures("speaking")
TODAY = date(2028, 2, 28)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2028, 2, 28), "today"),
        (date(2028, 2, 29), "tomorrow"),
        (date(2028, 2, 27), "yesterday"),
        (date(2028, 3, 2), "in 3 days"),
        (date(2028, 2, 23), "5 days ago"),
        (date(2028, 3, 13), "in 14 days"),
        (date(2028, 3, 14), "14 March 2028"),
        (date(2028, 2, 13), "13 February 2028"),
    ],
)
def test_a_near_day_is_counted_and_a_far_one_named(on: date, said: str) -> None:
    assert filters.day(on, TODAY).endswith(f">{said}</time>")


def test_the_exact_day_stands_behind_its_word() -> None:
    assert filters.day(date(2028, 2, 29), TODAY) == Markup(
        '<time datetime="2028-02-29" title="Tuesday, 29 February 2028">tomorrow</time>'
    )


def test_a_moment_names_its_place() -> None:
    now = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)

    assert ">24 November 2026, 10:15 <bdi>(Bangui)</bdi>" in filters.moment(now, "Africa/Bangui")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 1, 1), date(2026, 2, 1), "1 January 2026 – 1 February 2026"),
        (date(2026, 1, 1), None, "from 1 January 2026"),
        (None, date(2026, 2, 1), "until 1 February 2026"),
        (None, None, "without dates"),
    ],
    ids=["closed", "open end", "open start", "open"],
)
def test_a_period_may_be_open(start: date | None, end: date | None, said: str) -> None:
    assert filters.period(start, end).striptags() == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (45, "45 min"),
        (60, "1 h"),
        (timedelta(hours=1, minutes=30), "1 h 30 min"),
        (timedelta(days=1), "1 day"),
        (2880, "2 days"),
        (timedelta(days=1, hours=2), "26 h"),
    ],
)
def test_a_duration_is_said_in_the_unit_that_fits(value: timedelta | int, said: str) -> None:
    assert filters.duration(value) == said


def test_a_ratio_keeps_its_denominator() -> None:
    assert filters.ratio(1129, 11842) == Markup("<bdi>1,129 of 11,842</bdi>")


@pytest.mark.parametrize(
    ("counts", "worst"),
    [
        ({"current": 9, "never": 1}, "never"),
        ({"current": 9, "lapsed": 2, "unknown": 1}, "lapsed"),
        ({"current": 9, "due_soon": 2, "never": 0}, "due-soon"),
        ({"waived": 1, "current": 1}, "current"),
        ({}, None),
    ],
)
def test_the_worst_state_speaks_for_a_group(counts: dict[object, int], worst: str | None) -> None:
    assert filters.worst_state(counts) == worst


def test_one_person_is_seen_in_a_bar_of_thousands() -> None:
    assert filters.shares({"current": 9999, "never": 1}) == [("current", 50), ("never", 1)]


def test_an_address_changes_only_the_parameters_named() -> None:
    assert filters.here(page=2) == "/people?state=lapsed&page=2"
    assert filters.here(state=None, page=None) == "/people"
    assert filters.here(q="a&b=ç") == "/people?state=lapsed&page=3&q=a%26b%3D%C3%A7"


def test_things_are_listed_as_in_a_sentence() -> None:
    assert filters.listed(["Arabic"]) == "Arabic"
    assert filters.listed(["Arabic", "French"]) == "Arabic and French"
