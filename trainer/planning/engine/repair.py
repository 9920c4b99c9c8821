"""Building and mending plans person by person: keep what was, fill what is free, displace where it pays."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trainer.planning.engine.board import LOCKED, Board, State
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.prices import Contest, Shadow
from trainer.planning.engine.table import Table

STRIDE = 4096
"""People treated between two looks at the stop signal."""

ENOUGH = 2000
"""A pass that gains less than one part in so many is the last."""


def keep(table: Table) -> State:
    """The part of the previous plan that is still possible: as many of everybody's old seats as the rules allow."""
    i = table.instance
    if not len(i.old_person):
        return table.empty_state()
    c = table.candidates
    mine = table.old_pairs()
    marks = c.pair_mark[mine]
    only_old = Candidates(
        pair_ptr=np.searchsorted(mine, c.pair_ptr), pair_session=c.pair_session[mine], pair_group=c.pair_group[mine],
        pair_net=c.pair_net[mine], pair_mark=marks, group_ptr=c.group_ptr, group_gap=c.group_gap,
    )  # fmt: skip
    # Keeping comes first here: no seat is given up for what it is worth, only for what is no longer possible.
    lasting = replace(i, objective=replace(i.objective, change=2**40))
    small = Table(lasting, only_old, machine_code=table.quick)
    state = small.empty_state()
    everybody = np.unique(np.searchsorted(only_old.pair_ptr, np.flatnonzero(marks & LOCKED == 0), side="right") - 1)
    small.fill(state, small.closed(), everybody)
    _, pair = small.seats_of(state)
    return table.state_of_pairs(mine[pair])


def refill(table: Table, state: State, order: Ints, stop: Callable[[], bool], *, board: Board | None = None) -> None:
    """These people, in this order, get their best set among the seats that are free, if it is better than theirs."""
    closed = table.closed()
    for first in range(0, len(order), STRIDE):
        if stop():
            return
        table.fill(state, closed, order[first : first + STRIDE], board=board, careful=True)


def renew(table: Table, state: State, people: Ints, warm: Shadow | None, stop: Callable[[], bool]) -> None:
    """These people choose anew among the free seats, those with most at stake first.

    At the prices of an earlier plan, if there are any, they leave what is scarce to whom it is worth more, and look once
    more at what is still free then.
    """
    total = np.concatenate(([0], np.cumsum(table.instance.g_weight)))
    stake = total[table.instance.g_ptr[1:]] - total[table.instance.g_ptr[:-1]]
    order = people[np.argsort(-stake[people], kind="stable")]
    if warm is not None and warm.fits(table) and table.summed:
        priced, closed = table.copy(state), table.closed(warm.session, partner=warm.partner, mission=warm.mission)
        for first in range(0, len(order), STRIDE):
            if not stop():
                table.fill(priced, closed, order[first : first + STRIDE])
        refill(table, priced, order, stop)
        if table.objective_of(priced) > table.objective_of(state):
            take(state, priced)
            return
    refill(table, state, order, stop)


def take(state: State, other: State) -> None:
    """Make the first plan what the second one is."""
    for part, better in zip(state, other, strict=True):
        part[:] = better


def priced_fill(table: Table, state: State, contest: Contest, shadow: Shadow, stop: Callable[[], bool]) -> None:
    """Everybody chooses anew at the seat prices, those with most to lose first; then among what is still free."""
    order = np.argsort(-contest.value, kind="stable")
    closed = table.closed(shadow.session, partner=shadow.partner, mission=shadow.mission)
    for first in range(0, len(order), STRIDE):
        if stop():
            return
        table.fill(state, closed, order[first : first + STRIDE], board=table.filling)
    refill(table, state, order, stop, board=table.filling)


def usual_sweeps(table: Table) -> int:
    """Passes of displacement that suit the size; each takes about as long as filling everything five times."""
    pairs = len(table.candidates)
    if pairs < 1_000_000:
        return 12
    return 4 if pairs < 10_000_000 else 0


def displace(table: Table, state: State, ceiling: Ints, *, sweeps: int, stop: Callable[[], bool], bound: int) -> None:
    """Passes in which people take full seats from those who lose less, until a pass gains next to nothing."""
    order = np.argsort(-ceiling, kind="stable")
    for _ in range(sweeps):
        before = table.objective_of(state)
        if stop() or before >= bound:
            return
        table.displace(state, order, ceiling)
        refill(table, state, order, stop, board=table.filling)
        if (table.objective_of(state) - before) * ENOUGH <= abs(before):
            return
