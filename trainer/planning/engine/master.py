"""The master program: columns of many people that share seats and money, put to HiGHS.

Each person has one column at most; having none is having nothing but locked seats. As a linear program it tells the prices at
which what people ask for is what there is; as an integer program it chooses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from trainer.planning.engine import highs
from trainer.planning.engine.board import LOCKED, SCALE, State
from trainer.planning.engine.columns import Columns
from trainer.planning.engine.instance import UNLIMITED, Instance, Ints
from trainer.planning.engine.lookup import money_of, spread
from trainer.planning.engine.table import Table

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Columns side by side."""

    owner: Ints
    """[K] the person"""
    session: Ints
    """[K, width] unlocked seats, and the number of sessions where there is none"""
    worth: Ints
    """[K] at price zero, beyond that of having nothing but locked seats"""
    money: Ints
    """[K] what the seats cost the mission"""

    def __len__(self) -> int:
        return len(self.owner)

    def only(self, which: Any) -> Self:
        """These of the columns."""
        return type(self)(
            owner=self.owner[which], session=self.session[which], worth=self.worth[which], money=self.money[which]
        )

    def and_also(self, other: Self) -> Self:
        """These columns, then the others."""
        return type(self)(
            owner=np.concatenate((self.owner, other.owner)), session=np.concatenate((self.session, other.session)),
            worth=np.concatenate((self.worth, other.worth)), money=np.concatenate((self.money, other.money)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a seat in each session, and a unit of each partner's and mission's money, costs in points."""

    session: Reals
    partner: Reals
    mission: Reals

    @classmethod
    def of(cls, session: Ints, partner: Ints, mission: Ints) -> Self:
        """Of points per seat and per 2^20 money units."""
        money = (each.astype(np.float64) / 2**SCALE for each in (partner, mission))
        return cls(session.astype(np.float64), *money)

    def points(self) -> Reals:
        """The same as points per seat and per 2^20 money units, sessions, partners and missions in one vector."""
        return np.concatenate((self.session, self.partner * 2**SCALE, self.mission * 2**SCALE))

    def losses(self, i: Instance, pool: Pool) -> Reals:
        """[K] by how much each column is worse at these prices than its person's best, nothing included."""
        course = i.s_course
        full = np.append(self.session + self.partner[i.c_partner[course]] * i.c_cost[course], 0.0)
        gain = pool.worth - full[pool.session].sum(1) - self.mission[i.p_mission[pool.owner]] * pool.money
        best = np.zeros(i.people)
        np.maximum.at(best, pool.owner, gain)
        found: Reals = best[pool.owner] - gain
        return found


def pool_of(table: Table, columns: Columns) -> Pool:
    """What people chose at some prices."""
    n, room, width = len(columns.people), columns.room, columns.width
    people, chosen = np.asarray(columns.people, np.int64), np.asarray(columns.chosen, np.int64)
    row, slot = np.nonzero(np.arange(room) < np.minimum(chosen, room)[:, None])
    row, slot = row[slot > 0], slot[slot > 0]
    session = np.asarray(columns.session, np.int64).reshape(n, room, width)[row, slot]
    worth = np.asarray(columns.worth, np.int64).reshape(n, room)
    return Pool(
        owner=people[row], session=np.where(session < 0, table.instance.sessions, session),
        worth=worth[row, slot] - worth[row, 0], money=np.asarray(columns.money, np.int64).reshape(n, room)[row, slot],
    )  # fmt: skip


def pool_of_plan(table: Table, state: State, people: Ints) -> Pool:
    """What these people have, where it is more than locked seats."""
    i, c = table.instance, table.candidates
    person, pair = table.seats_of(state)
    free = (c.pair_mark[pair] & LOCKED == 0) & np.isin(person, people)
    person, seat = person[free], c.pair_session[pair[free]].astype(np.int64)
    owner, row = np.unique(person, return_inverse=True)
    _, nth = spread(np.bincount(row, minlength=len(owner)))
    session = np.full((len(owner), max(1, i.max_seats)), i.sessions)
    session[row, nth] = seat
    money = np.zeros(len(owner), np.int64)
    np.add.at(money, row, money_of(i, person, seat))
    worth = (np.asarray(state.worth, np.int64) - np.asarray(table.empty_state().worth, np.int64))[owner]
    return Pool(owner=owner, session=session, worth=worth, money=money)


class Master:
    """A pool as a program: one column per person at most, seats and money within what is left."""

    def __init__(self, table: Table, pool: Pool, *, seats: Ints, partner: Ints, mission: Ints) -> None:
        i, self.pool = table.instance, pool
        people, of_person = np.unique(pool.owner, return_inverse=True)
        column = np.arange(len(pool))
        of, nth = np.nonzero(pool.session < i.sessions)
        seat = pool.session[of, nth]
        course = i.s_course[seat]
        uses = (
            (of_person, column, np.ones(len(pool), np.int64), np.ones(len(people), np.int64)),
            (seat, of, np.ones(len(of), np.int64), seats),
            (i.c_partner[course], of, i.c_cost[course], partner),
            (i.p_mission[pool.owner], column, pool.money, mission),
        )
        self.first = np.cumsum([len(limit) for *_, limit in uses[:3]])
        limit = np.concatenate([limit for *_, limit in uses])
        self.high = np.where(limit >= UNLIMITED // 2, np.inf, limit.astype(float))
        row = np.concatenate([at + key for at, (key, *_) in zip((0, *self.first), uses, strict=True)])
        key = np.concatenate([each for _, each, *_ in uses]) * len(limit) + row
        key, inverse = np.unique(key, return_inverse=True)
        self.factor = np.bincount(inverse, np.concatenate([use for _, _, use, _ in uses]))
        self.row, self.start = key % len(limit), np.searchsorted(key // len(limit), np.arange(len(pool) + 1))

    def prices(self, stop: Callable[[], bool]) -> Tariff | None:
        """The prices in the middle of those at which the linear program is best; None when it was not solved."""
        import highspy

        # An inner solution: at a corner, as the simplex method gives it, prices jump from one time to the next.
        solver = highs.solver_of(stop, solver="ipm", run_crossover="off")
        solver.passModel(self._program(highspy))
        solver.run()
        if solver.getModelStatus() not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown}:
            return None
        _, *prices = np.split(np.maximum(0.0, np.asarray(solver.getSolution().row_dual)), self.first)
        return Tariff(session=prices[0], partner=prices[1], mission=prices[2])

    def shares(self, stop: Callable[[], bool]) -> Reals:
        """[K] how the linear program divides people between columns, at a corner: few are divided at all."""
        import highspy

        solver = highs.solver_of(stop, solver="simplex")
        solver.passModel(self._program(highspy))
        solver.run()
        shares = np.asarray(solver.getSolution().col_value, np.float64)
        return shares if len(shares) else np.zeros(len(self.pool))

    def choose(
        self, had: Ints, *, close_enough: float, nodes: int, looks: int, seconds: float, stop: Callable[[], bool]
    ) -> Ints:
        """The columns of the best choice found, starting from those that are had."""
        import highspy

        solver = highs.solver_of(stop, looks=looks, mip_rel_gap=close_enough, mip_max_nodes=nodes, time_limit=seconds)
        program = self._program(highspy)
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(self.pool)
        solver.passModel(program)
        start = highspy.HighsSolution()
        start.col_value = np.isin(np.arange(len(self.pool)), had).astype(float).tolist()
        solver.setSolution(start)
        solver.run()
        values = np.asarray(solver.getSolution().col_value)
        return np.flatnonzero(values > 0.5) if len(values) else had

    def _program(self, highspy: Any) -> Any:
        columns, rows = len(self.pool), len(self.high)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = columns, rows
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = self.pool.worth.astype(float)
        program.col_lower_, program.col_upper_ = np.zeros(columns), np.ones(columns)
        program.row_lower_, program.row_upper_ = np.full(rows, -np.inf), self.high
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = self.start, self.row
        program.a_matrix_.value_ = self.factor
        return program
