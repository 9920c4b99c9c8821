"""Figures for the component page: invented, and the same on every day so that two looks can be compared."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One mission of the sample board: per area how many are ready, of how many, and the states."""

    mission: str
    cells: tuple[tuple[str, int, int, dict[str, int]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the component page shows."""

    today: date
    now: datetime
    days: tuple[date, ...]
    effort: timedelta
    counts: dict[str, int]
    board: tuple[BoardRow, ...]
    ready: tuple[tuple[date, int], ...]
    expected: tuple[tuple[date, int], ...]


def _cell(area: str, *figures: int) -> tuple[str, int, int, dict[str, int]]:
    names = ("current", "due-soon", "waived", "unknown", "lapsed", "never")
    counts = dict(zip(names, figures, strict=False))
    return area, counts.get("current", 0) + counts.get("due-soon", 0), sum(figures), counts


def _points(first: date, step: int, *figures: int) -> tuple[tuple[date, int], ...]:
    return tuple((first + timedelta(days=step * nth), figure) for nth, figure in enumerate(figures))


SAMPLE = Sample(
    today=TODAY,
    now=datetime(2026, 11, 24, 9, 15, tzinfo=UTC),
    days=tuple(TODAY + timedelta(days=away) for away in (0, 1, 3, -5, 47)),
    effort=timedelta(hours=1, minutes=30),
    counts={"current": 151, "due-soon": 31, "waived": 2, "unknown": 9, "lapsed": 28, "never": 19},
    board=(
        BoardRow(
            mission="MINUSCA",
            cells=(
                _cell("CND", 412, 26, 3, 4, 11, 2),
                _cell("POC", 151, 31, 2, 9, 28, 19),
                _cell("CPR", 88, 4, 0, 31, 0, 0),
                _cell("DDR", 12, 9, 0, 0, 44, 61),
                _cell("TOC", 0, 0, 0, 12, 0, 96),
            ),
        ),
        BoardRow(
            mission="UNIFIL",
            cells=(
                _cell("CND", 376, 0, 0, 0, 0, 0),
                _cell("POC", 204, 40, 0, 0, 3, 0),
                _cell(
                    "CPR",
                ),
                _cell(
                    "DDR",
                ),
                _cell("TOC", 30, 0, 6, 2, 1, 0),
            ),
        ),
        BoardRow(
            mission="MONUSCO",
            cells=(
                _cell("CND", 1041, 88, 0, 12, 40, 1),
                _cell("POC", 1, 0, 0, 0, 0, 0),
                _cell("CPR", 0, 0, 0, 7, 0, 0),
                _cell("DDR", 96, 120, 4, 18, 7, 0),
                _cell(
                    "TOC",
                ),
            ),
        ),
    ),
    ready=_points(date(2026, 6, 1), 16, 146, 150, 149, 155, 161, 160, 168, 171, 176, 181, 182, 121),
    expected=_points(date(2026, 11, 24), 16, 121, 134, 150, 163, 171, 188, 201, 214),
)
