"""The time, as a port: the only module that may read it. Everything below the edge is given its instants and days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; the edge asks it once per piece of work."""

    def now(self) -> datetime:
        """Return the present instant: aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)


class SetClock:
    """A clock that stands where it was put: for scenarios that play in another year, and for tests."""

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        """Move the clock; raises ValueError for a naive instant."""
        if instant.tzinfo is None:
            message = "the clock needs an aware instant"
            raise ValueError(message)
        self._instant = instant.astimezone(UTC)
