"""Where the lines of a chart run: figures over days into the coordinates of a drawing.

Pure arithmetic for the line_chart component; colours, sizes of type and words are the style sheet's and the
template's. In a language written from right to left time runs that way too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Any

from babel.dates import format_date
from flask_babel import format_decimal, get_locale

TOP = 24
FOOT = 28
EDGE = 16
LABEL_WIDTH = 8
LEVELS = 4
PIXELS_A_MONTH = 90
PIXELS_A_DAY = 70
LONG_SPAN = timedelta(days=75)
"""From here on a chart names the months under it, not days."""

Series = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on one of the two scales, or a labelled day or level across the drawing."""

    at: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series as an SVG path, where it ends, and which of the colours it has: a forecast has that of its series."""

    label: str
    last: int
    path: str
    end_x: int
    end_y: int
    colour: int
    forecast: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Everything the template needs to draw; `labels_at` is where the labels of the levels end."""

    left: int
    right: int
    top: int
    bottom: int
    labels_at: int
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]
    events: tuple[Tick, ...]
    target: Tick | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """From days and counts to pixels."""

    first: date
    last: date
    ceiling: int
    left: int
    right: int
    bottom: int
    mirrored: bool

    def x(self, on: date) -> int:
        share = (on - self.first).days / max(1, (self.last - self.first).days)
        return round(self.left + (self.right - self.left) * (1 - share if self.mirrored else share))

    def y(self, count: float) -> int:
        return round(self.bottom - (self.bottom - TOP) * count / self.ceiling)


def plot_lines(
    series: Sequence[Series],
    *,
    width: int,
    height: int,
    total: int | None = None,
    target: Mapping[str, Any] | None = None,
    events: Iterable[Mapping[str, Any]] = (),
) -> Plot:
    """Lay out series of (day, count) points, each in order of day, in a drawing of the given size.

    `total` is the top of the scale; without it the top is a round figure above the highest count.
    """
    points = [point for line in series for point in line["points"]]
    days = [on for on, _ in points] or [date.min]
    ceiling = total or _round_above(max((count for _, count in points), default=1))
    scale = _scale(min(days), max(days), ceiling, width=width, height=height)
    return Plot(
        left=scale.left,
        right=scale.right,
        top=TOP,
        bottom=scale.bottom,
        labels_at=scale.right + 8 if scale.mirrored else scale.left - 8,
        levels=_levels(scale),
        days=_days(scale),
        events=tuple(
            Tick(at=scale.x(event["on"]), label=event["label"])
            for event in events
            if scale.first <= event["on"] <= scale.last
        ),
        target=Tick(at=scale.y(target["value"]), label=target["label"]) if target else None,
        lines=_lines(series, scale),
    )


def figures_by_day(series: Sequence[Series]) -> list[tuple[date, list[int | None]]]:
    """The table behind the lines: every day with the figure of each series, None where it has none."""
    known = [dict(line["points"]) for line in series]
    return [(on, [figures.get(on) for figures in known]) for on in sorted({on for line in known for on in line})]


def _scale(first: date, last: date, ceiling: int, *, width: int, height: int) -> _Scale:
    locale = get_locale()
    mirrored = locale is not None and locale.text_direction == "rtl"
    labels = LABEL_WIDTH * len(_count(ceiling)) + 12
    return _Scale(
        first=first,
        last=last,
        ceiling=ceiling,
        left=EDGE if mirrored else labels,
        right=width - (labels if mirrored else EDGE),
        bottom=height - FOOT,
        mirrored=mirrored,
    )


def _lines(series: Sequence[Series], scale: _Scale) -> tuple[Line, ...]:
    lines = []
    colour = 0
    for line in series:
        forecast = bool(line.get("forecast"))
        colour += 0 if forecast and colour else 1
        if not line["points"]:
            continue
        places = [(scale.x(on), scale.y(count)) for on, count in line["points"]]
        lines.append(
            Line(
                label=line["label"],
                last=line["points"][-1][1],
                path="M" + "L".join(f"{x} {y}" for x, y in places),
                end_x=places[-1][0],
                end_y=places[-1][1],
                colour=colour,
                forecast=forecast,
            )
        )
    return tuple(lines)


def _levels(scale: _Scale) -> tuple[Tick, ...]:
    step = _round_below(scale.ceiling / LEVELS)
    counts = [*range(0, scale.ceiling, step), scale.ceiling]
    if len(counts) > 2 and counts[-1] - counts[-2] < step / 2:
        del counts[-2]
    return tuple(Tick(at=scale.y(count), label=_count(count)) for count in counts)


def _days(scale: _Scale) -> tuple[Tick, ...]:
    """Months, or days when the span is short; as many as have room, evenly apart."""
    by_month = scale.last - scale.first > LONG_SPAN
    candidates = _months(scale) if by_month else _each_day(scale)
    room = max(1, (scale.right - scale.left) // (PIXELS_A_MONTH if by_month else PIXELS_A_DAY))
    chosen = candidates[:: ceil(len(candidates) / room)]
    pattern = "MMM y" if by_month else "d MMM"
    return tuple(Tick(at=scale.x(on), label=format_date(on, pattern, locale=get_locale())) for on in chosen)


def _months(scale: _Scale) -> list[date]:
    """The firsts of the months in the span, without those whose label would run over the edge."""
    firsts = [date(year, month, 1) for year in range(scale.first.year, scale.last.year + 1) for month in range(1, 13)]
    margin = (scale.last - scale.first) / 20
    return [on for on in firsts if scale.first + margin <= on <= scale.last - margin]


def _each_day(scale: _Scale) -> list[date]:
    return [scale.first + timedelta(days=nth) for nth in range((scale.last - scale.first).days + 1)]


def _round_below(value: float) -> int:
    """The last of 1, 2, 5, 10, 20, 50, … that is not above the value; at least 1."""
    if value < 1:
        return 1
    power = 10 ** floor(log10(value))
    return next(int(power * lead) for lead in (5, 2, 1) if power * lead <= value)


def _round_above(value: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, … that is not below the value."""
    if value <= 1:
        return 1
    power = 10 ** floor(log10(value))
    return next(int(power * lead) for lead in (1, 2, 5, 10) if power * lead >= ceil(value))


def _count(value: int) -> str:
    return str(format_decimal(value))
