"""The best choice among columns: one of everybody's sets of seats, chosen for all together.

The columns are what people chose while the prices were found, and what they have. Where there are many, the linear program
decides first: it gives all but a few people one column whole, and only the others are left to the integer program.
"""

from collections.abc import Callable

import numpy as np

from trainer.planning.engine import repair
from trainer.planning.engine.board import LOCKED, State
from trainer.planning.engine.columns import Columns
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.lookup import spread
from trainer.planning.engine.master import Master, Pool, Tariff, pool_of, pool_of_plan
from trainer.planning.engine.prices import Contest, Shadow
from trainer.planning.engine.table import Table

WHOLE = 12_000
"""Columns up to which the integer program has all of them."""

FAR = 0.5
"""Beyond that, what a column may lose at the prices to be thought of at all, in parts of a usual gap's value."""

CLOSE_ENOUGH = 1e-3
"""The part of its worth by which the choice may miss the best one among them."""

SOME = 1e-6
"""The least share of a person that the linear program gives to a column it uses."""

NODES = 200
LOOKS = 400
"""Times that HiGHS may ask whether to go on."""

SECONDS = 300.0
"""A net under both."""


def improve(
    table: Table, state: State, contest: Contest, columns: Columns, shadow: Shadow, *, stop: Callable[[], bool]
) -> None:
    """Give the contested people the best choice among the columns, unless it is worse than what they have."""
    before = table.objective_of(state)
    had = pool_of_plan(table, state, contest.people)
    pool = pool_of(table, columns)
    if not len(pool) + len(had):
        return
    person, pair = table.seats_of(state)
    free = np.isin(person, contest.people) & (table.candidates.pair_mark[pair] & LOCKED == 0)
    others = table.state_of_pairs(pair[~free])
    left = {
        "seats": np.asarray(table.board.s_cap) - np.asarray(others.taken), "partner": np.asarray(others.partner_left),
        "mission": np.asarray(others.mission_left),
    }  # fmt: skip
    if len(pool) <= WHOLE:
        pool, start = pool.and_also(had), np.arange(len(pool), len(pool) + len(had))
    else:
        pool, start = _undecided(table, pool, shadow, left, stop), np.zeros(0, np.int64)
    chosen = Master(table, pool, **left).choose(
        start, close_enough=CLOSE_ENOUGH, nodes=NODES, looks=LOOKS, seconds=SECONDS, stop=stop
    )
    found = table.state_of_pairs(np.concatenate((pair[~free], _pairs_of(table, pool.only(chosen)))))
    if table.objective_of(found) > before:
        repair.take(state, found)


def _undecided(table: Table, pool: Pool, shadow: Shadow, left: dict[str, Ints], stop: Callable[[], bool]) -> Pool:
    """The columns that the linear program uses: one of most people, several of those whom it divides."""
    i = table.instance
    unit = i.objective.on_time * float(np.median(i.g_weight))
    losses = Tariff.of(shadow.session, shadow.partner, shadow.mission).losses(i, pool)
    pool = pool.only(losses <= FAR * unit)
    return pool.only(Master(table, pool, **left).shares(stop) > SOME)


def _pairs_of(table: Table, pool: Pool) -> Ints:
    """The pairs that the columns are made of."""
    i, c = table.instance, table.candidates
    row, nth = np.nonzero(pool.session < i.sessions)
    wanted = pool.owner[row] * i.sessions + pool.session[row, nth]
    people = np.unique(pool.owner)
    of, x = spread(c.pair_ptr[people + 1] - c.pair_ptr[people])
    pairs = c.pair_ptr[people[of]] + x
    return pairs[np.isin(people[of] * i.sessions + c.pair_session[pairs], wanted)]
