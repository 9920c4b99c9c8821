"""The best choice among columns: one of everybody's sets of seats, chosen for all together.

The columns are what people chose while the prices were found, and what they have. The prices of the master program tell what each
column would lose; the nearest ones go into an integer program, and whoever has one column left there gets it or nothing.
"""

from collections.abc import Callable

import numpy as np

from trainer.planning.engine.board import LOCKED, State
from trainer.planning.engine.columns import Columns
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.lookup import spread
from trainer.planning.engine.master import Master, Pool, Tariff, pool_of, pool_of_plan
from trainer.planning.engine.prices import Contest, Shadow
from trainer.planning.engine.table import Table

NEAREST = 12_000
"""Columns in the integer program at most."""

CLOSE_ENOUGH = 1e-3
"""The part of its worth by which the choice may miss the best one among them."""

NODES = 200
LOOKS = 2_000
SECONDS = 60.0


def improve(
    table: Table, state: State, contest: Contest, columns: Columns, shadow: Shadow, *, stop: Callable[[], bool]
) -> None:
    """Give the contested people the best choice among the columns, unless it is worse than what they have."""
    before = table.objective_of(state)
    had = pool_of_plan(table, state, contest.people)
    pool = pool_of(table, columns)
    if not len(pool) + len(had):
        return
    tariff = Tariff.of(shadow.session, shadow.partner, shadow.mission)
    near = np.argsort(tariff.losses(table.instance, pool), kind="stable")[:NEAREST]
    pool = pool.only(np.sort(near)).and_also(had)
    person, pair = table.seats_of(state)
    free = np.isin(person, contest.people) & (table.candidates.pair_mark[pair] & LOCKED == 0)
    others = table.state_of_pairs(pair[~free])
    program = Master(
        table, pool, seats=np.asarray(table.board.s_cap) - np.asarray(others.taken),
        partner=np.asarray(others.partner_left), mission=np.asarray(others.mission_left),
    )  # fmt: skip
    chosen = program.choose(
        np.arange(len(pool) - len(had), len(pool)), close_enough=CLOSE_ENOUGH, nodes=NODES, looks=LOOKS, seconds=SECONDS,
        stop=stop,
    )  # fmt: skip
    found = table.state_of_pairs(np.concatenate((pair[~free], _pairs_of(table, pool.only(chosen)))))
    if table.objective_of(found) > before:
        for part, better in zip(state, found, strict=True):
            part[:] = better


def _pairs_of(table: Table, pool: Pool) -> Ints:
    """The pairs that the columns are made of."""
    i, c = table.instance, table.candidates
    row, nth = np.nonzero(pool.session < i.sessions)
    wanted = pool.owner[row] * i.sessions + pool.session[row, nth]
    people = np.unique(pool.owner)
    of, x = spread(c.pair_ptr[people + 1] - c.pair_ptr[people])
    pairs = c.pair_ptr[people[of]] + x
    return pairs[np.isin(people[of] * i.sessions + c.pair_session[pairs], wanted)]
