"""Where one more seat would help: the engine's values of seats, session by session."""

from __future__ import annotations

import numpy as np

from trainer.planning.engine.solver import Result
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import SeatValue


def seats_that_help(snapshot: Snapshot, result: Result) -> tuple[SeatValue, ...] | None:
    """Return the sessions in which one more seat would help, best first; None where the engine did not work it out.

    Where the plan leaves a seat free after all, one more is worth nothing, unless what is free is reserved.
    """
    if len(result.seat_values) != len(snapshot.offers):
        return None
    i = snapshot.instance
    free = (i.s_cap - np.bincount(result.plan.session, minlength=i.sessions)).tolist()
    points = result.seat_values.tolist()
    found = [
        SeatValue(session=offer.session, points=points[number])
        for number, offer in enumerate(snapshot.offers)
        if offer.session is not None and points[number] > 0 and (free[number] <= 0 or offer.quotas)
    ]
    return tuple(sorted(found, key=lambda each: (-each.points, each.session)))
