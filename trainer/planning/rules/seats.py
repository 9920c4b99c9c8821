"""Where one more seat would help: the engine's values of seats, session by session."""

from __future__ import annotations

import numpy as np

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.solver import Result
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import SeatValue


def gains(instance: Instance, result: Result) -> Ints:
    """[S] points the plan gains at least by one more seat in each session; empty where that is not known.

    The engine looks at one person and one seat. So nothing is gained where the plan leaves a seat free after all, unless what
    is free is reserved, nor where the class is not held and would still be too small to be; and nothing is known where the
    seat may be for another who waits longer, or for one of whose unit enough are trained.
    """
    i = instance
    if not len(result.seat_values) or len(i.wl_session) or len(i.u_need):
        return result.seat_values[:0]
    taken = np.bincount(result.plan.session, minlength=i.sessions)
    free = taken < i.s_cap
    free[i.q_session] = False
    return np.where(free | (taken + 1 < i.least), 0, result.seat_values)


def seats_that_help(snapshot: Snapshot, result: Result) -> tuple[SeatValue, ...] | None:
    """Return the sessions in which one more seat would help, best first; None where that is not known."""
    points = gains(snapshot.instance, result).tolist()
    if len(points) != len(snapshot.offers):
        return None
    found = [
        SeatValue(session=offer.session, points=points[number])
        for number, offer in enumerate(snapshot.offers)
        if offer.session is not None and points[number] > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.points, each.session)))
