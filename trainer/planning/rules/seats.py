"""Where one more seat would help: the engine's values of seats, session by session."""

from __future__ import annotations

from trainer.planning.engine.solver import Result
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import SeatValue


def seats_that_help(snapshot: Snapshot, result: Result) -> tuple[SeatValue, ...] | None:
    """Return the sessions in which one more seat would help, best first; None where that is not known."""
    points = result.seat_values.tolist()
    if len(points) != len(snapshot.offers):
        return None
    found = [
        SeatValue(session=offer.session, points=points[number])
        for number, offer in enumerate(snapshot.offers)
        if offer.session is not None and points[number] > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.points, each.session)))
