"""The two clocks of a request: the day on which a mandate is read, and the day as of which it was known."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import request

from trainer.edge import edge
from trainer.kernel.errors import Invalid
from trainer.kernel.values import wording
from trainer.web.access import today


def day_asked(name: str) -> date | None:
    """The day in a parameter of the address; None for none and for what is no day."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if date.min < found < date.max else None


def day_given(name: str) -> date | None:
    """The same, but what is no day is refused: figures of another day than was meant would be taken for right."""
    found = day_asked(name)
    if found is None and request.args.get(name, "").strip():
        raise Invalid(wording("Write {name} as year-month-day, for instance 2027-02-15.", name=name))
    return found


def known_at(day: date | None) -> datetime | None:
    """The last instant of a day that is over; None, for all that is on file, for no day and for today or later."""
    if day is None or day >= today():
        return None
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=edge().zone) - timedelta(microseconds=1)
