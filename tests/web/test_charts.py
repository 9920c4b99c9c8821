"""Figures over days into coordinates."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask

from trainer.web.charts import figures_by_day, plot_lines

FIRST = date(2028, 2, 1)


def _points(*figures: int, step: int = 30) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(days=step * nth), figure) for nth, figure in enumerate(figures)]


@pytest.mark.usefixtures("speaking")
def test_a_line_runs_from_edge_to_edge_and_zero_is_the_ground() -> None:
    plot = plot_lines([{"label": "ready", "points": _points(0, 50, 100)}], width=400, height=200, total=100)

    assert (
        plot.lines[0].path
        == f"M{plot.left} {plot.bottom}L{(plot.left + plot.right) // 2} {(plot.top + plot.bottom) // 2}L{plot.right} {plot.top}"
    )


@pytest.mark.usefixtures("speaking")
def test_a_forecast_has_the_colour_of_the_series_before_it() -> None:
    series = [
        {"label": "ready", "points": _points(1, 2)},
        {"label": "expected", "points": _points(2, 3), "forecast": True},
        {"label": "elsewhere", "points": _points(3, 4)},
    ]

    assert [(line.colour, line.forecast) for line in plot_lines(series, width=400, height=200).lines] == [
        (1, False),
        (1, True),
        (2, False),
    ]


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("total", "labels"),
    [
        (1, ["0", "1"]),
        (7, ["0", "1", "2", "3", "4", "5", "6", "7"]),
        (240, ["0", "50", "100", "150", "200", "240"]),
        (10_000, ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]),
        (205, ["0", "50", "100", "150", "205"]),
    ],
)
def test_levels_are_round_and_end_at_the_denominator(total: int, labels: list[str]) -> None:
    plot = plot_lines([{"label": "ready", "points": _points(0, 1)}], width=400, height=200, total=total)

    assert [level.label for level in plot.levels] == labels


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("figures", [(), (5,), (0, 0)], ids=["none", "one", "all nought"])
def test_few_figures_are_drawn_without_fault(figures: tuple[int, ...]) -> None:
    plot = plot_lines([{"label": "ready", "points": _points(*figures)}], width=340, height=200)

    assert len(plot.lines) == (1 if figures else 0)


def test_time_runs_the_way_the_language_is_written(bare_site: Flask) -> None:
    series = [{"label": "ready", "points": _points(1, 2)}]

    with bare_site.test_request_context("/?language=ar"):
        mirrored = plot_lines(series, width=400, height=200)
    with bare_site.test_request_context("/"):
        plain = plot_lines(series, width=400, height=200)

    assert plain.lines[0].end_x == plain.right
    assert mirrored.lines[0].end_x == mirrored.left
    assert mirrored.labels_at > mirrored.right


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("step", [1, 30, 300])
def test_labels_of_days_do_not_touch_on_a_phone(step: int) -> None:
    plot = plot_lines([{"label": "ready", "points": _points(1, 2, 3, 4, step=step)}], width=340, height=240)
    places = [day.at for day in plot.days]

    assert all(after - before >= 60 for before, after in pairwise(places))


@pytest.mark.usefixtures("speaking")
def test_an_event_outside_the_days_shown_is_left_out() -> None:
    events = [{"on": FIRST - timedelta(days=1), "label": "before"}, {"on": FIRST, "label": "on"}]

    plot = plot_lines([{"label": "ready", "points": _points(1, 2)}], width=400, height=200, events=events)

    assert [event.label for event in plot.events] == ["on"]


def test_the_table_behind_has_every_day_of_every_series() -> None:
    series = [{"label": "a", "points": _points(1, 2)}, {"label": "b", "points": _points(5)}]

    assert figures_by_day(series) == [(FIRST, [1, 5]), (FIRST + timedelta(days=30), [2, None])]
