"""A set of people's seats as a mixed-integer program, solved by HiGHS.

Used on everybody when the instance is small, and on a neighbourhood of people while all others keep their seats.
Variables: x per pair, and z per pair and gap where a pair closes several gaps; a pair that closes one gap and serves
nothing else carries its value itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.planning.engine import exact_conditions, highs
from trainer.planning.engine.board import LOCKED, NEEDS, OLD, SERVES, State
from trainer.planning.engine.instance import UNLIMITED, Ints
from trainer.planning.engine.lookup import money_of, spread
from trainer.planning.engine.prices import Contest
from trainer.planning.engine.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The pairs chosen for each person asked about (locked ones included), and an upper bound on their worth."""

    pairs: dict[int, list[int]]
    bound: int
    proven: bool


class Program:
    """Columns and rows under construction: maximise value, rows low <= sum <= high."""

    def __init__(self) -> None:
        self.value: list[float] = []
        self.whole: list[bool] = []
        self.most: list[float] = []
        self.row_ptr: list[int] = [0]
        self.row_column: list[int] = []
        self.row_factor: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def column(self, value: float, *, whole: bool, most: float = 1.0) -> int:
        self.value.append(value)
        self.most.append(most)
        self.whole.append(whole)
        return len(self.value) - 1

    def row(self, columns: list[int], factors: list[float], *, low: float = -np.inf, high: float = np.inf) -> None:
        self.row_column += columns
        self.row_factor += factors
        self.row_ptr.append(len(self.row_column))
        self.low.append(low)
        self.high.append(high)


def choose(
    table: Table, state: State, people: Ints, pairs: Ints, *, nodes: int, seconds: float, stop: Callable[[], bool]
) -> Answer:
    """The best seats for these people out of these pairs, with the seats and money that nobody else uses.

    The people must have been released from the state; what they last had is the starting point.
    """
    return Model(table, state, people, pairs).solve(nodes=nodes, seconds=seconds, stop=stop)


def improve(
    table: Table, state: State, contest: Contest, *, nodes: int, seconds: float, stop: Callable[[], bool]
) -> int:
    """The contested people's seats chosen together; returns the bound on the whole plan that this proves."""
    bound = rechoose(table, state, contest.people, nodes=nodes, seconds=seconds, stop=stop)
    return bound + contest.rest - table.kept_bonus


def rechoose(table: Table, state: State, people: Ints, *, nodes: int, seconds: float, stop: Callable[[], bool]) -> int:
    """Choose these people's seats together and put the answer into the state unless it is worse.

    Returns an upper bound on what these people can have while all others keep their seats.
    """
    c = table.candidates
    rows, nth = spread(c.pair_ptr[people + 1] - c.pair_ptr[people])
    release, place, desk = table.kernels.release, table.kernels.place, table.desks[0]
    before = sum(int(state.worth[p]) for p in people.tolist())
    for p in people.tolist():
        release(table.board, state, p)
    answer = choose(table, state, people, c.pair_ptr[people[rows]] + nth, nodes=nodes, seconds=seconds, stop=stop)
    old = {p: table.pairs_at(state, p) for p in people.tolist()}
    for seats in (answer.pairs, old):
        for p in people.tolist():
            for x, k in enumerate(seats[p]):
                desk.best[x] = k
            place(table.board, desk, state, p, len(seats[p]))
        if not table.summed or sum(int(state.worth[p]) for p in people.tolist()) >= before:
            break
        for p in people.tolist():
            release(table.board, state, p)
    return answer.bound


class Model:
    def __init__(self, table: Table, state: State, people: Ints, pairs: Ints) -> None:
        self.table, self.state, self.people, self.board = table, state, people.tolist(), table.whole
        self.program = Program()
        self.x: dict[int, int] = {}
        self.start: set[int] = set()
        self.credits: dict[int, list[tuple[int, int, int]]] = {}
        self.closing: dict[int, list[tuple[int, int, int]]] = {}
        """gap → (what it adds to what locked seats make of it, the day, column)"""
        self.have: dict[int, tuple[int, int]] = {}
        """gap → what locked seats make of it, and the first day on which one closes it"""
        self.unit_of = table.instance.unit_of
        self.base = 0
        c = table.candidates
        by_person = np.searchsorted(c.pair_ptr, pairs, side="right") - 1
        self.pairs_of: dict[int, list[int]] = {p: [] for p in self.people}
        for p, k in zip(by_person.tolist(), pairs.tolist(), strict=True):
            self.pairs_of[p].append(k)
        for p in self.people:
            self._person(p)
        self._shared()
        if table.joined:
            exact_conditions.add(self)

    def _person(self, p: int) -> None:
        b = self.board
        mark = b.pair_mark
        had = self.had(p)
        fixed = [k for k in had if mark[k] & LOCKED]
        self.start.update(had)
        have = dict.fromkeys(range(b.g_ptr[p], b.g_ptr[p + 1]), 0)
        for k in fixed:
            for g, value in self.closes(k):
                if value > have[g]:
                    have[g] = value
                    self.have[g] = value, b.s_end[b.pair_session[k]]
            self.base -= self.cost(k)
        cover: dict[int, list[int]] = {}
        for g in have:
            if self.unit_of[g] >= 0 and have[g] > 0:
                # Whether a unit counts what a locked seat closes is to be decided like the rest.
                z = self.program.column(float(have[g]), whole=False)
                self.closing.setdefault(g, []).append((have[g], self.have[g][1], z))
                cover[g] = [z]
                have[g] = 0
        self.base += sum(have.values())
        free = [k for k in self.pairs_of[p] if not mark[k] & LOCKED and self._beside(k, fixed)]
        for k in free:
            self._seat(k, have, cover)
        for columns in cover.values():
            if len(columns) > 1:
                self.program.row(columns, [1.0] * len(columns), high=1)
        self._own_rules(free, fixed)
        if len(free) > b.max_seats - len(fixed):
            columns = [self.x[k] for k in free]
            self.program.row(columns, [1.0] * len(columns), high=max(0, b.max_seats - len(fixed)))

    def closes(self, k: int) -> list[tuple[int, int]]:
        b = self.board
        group, end = b.pair_group[k], b.s_end[b.pair_session[k]]
        weight, due = b.g_weight, b.g_due
        found = []
        for x in range(b.group_ptr[group], b.group_ptr[group + 1]):
            g = b.group_gap[x]
            late = end - due[g]
            value = weight[g] * (b.on_time[end] if late <= 0 else max(0, b.late - b.late_decay * late))
            if value > 0:
                found.append((int(g), int(value)))
        return found

    def cost(self, k: int) -> int:
        return sum(value for _, value in self.closes(k)) - int(self.board.pair_net[k])

    def _beside(self, k: int, fixed: list[int]) -> bool:
        """The pair goes with the locked seats of its person."""
        b = self.board
        s = b.pair_session[k]
        return not any(
            self.clash(s, b.pair_session[f]) or b.s_course[s] == b.s_course[b.pair_session[f]] for f in fixed
        )

    def clash(self, s: int, r: int) -> bool:
        b = self.board
        return bool(b.s_blocks[s] and b.s_blocks[r] and b.s_start[s] <= b.s_end[r] and b.s_start[r] <= b.s_end[s])

    def _seat(self, k: int, have: dict[int, int], cover: dict[int, list[int]]) -> None:
        b, program = self.board, self.program
        mark = b.pair_mark[k]
        closes = [(g, value - have[g]) for g, value in self.closes(k) if value > have[g]]
        own = -float(self.cost(k)) + (b.change if mark & OLD else 0)
        end = b.s_end[b.pair_session[k]]
        if len(closes) == 1 and mark & (SERVES | OLD) == 0 and self.unit_of[closes[0][0]] < 0:
            self.x[k] = program.column(own + closes[0][1], whole=True)
            self.closing.setdefault(closes[0][0], []).append((closes[0][1], end, self.x[k]))
            cover.setdefault(closes[0][0], []).append(self.x[k])
            return
        self.x[k] = program.column(own, whole=True)
        for g, value in closes:
            z = program.column(float(value), whole=False)
            self.credits.setdefault(g, []).append((value, k, z))
            self.closing.setdefault(g, []).append((value, end, z))
            program.row([z, self.x[k]], [1.0, -1.0], high=0)
            cover.setdefault(g, []).append(z)

    def _own_rules(self, free: list[int], fixed: list[int]) -> None:
        b, program = self.board, self.program
        session, course = b.pair_session, b.s_course
        groups: dict[int, list[int]] = {}
        for k in free:
            groups.setdefault(course[session[k]], []).append(self.x[k])
        for columns in groups.values():
            if len(columns) > 1:
                program.row(columns, [1.0] * len(columns), high=1)
        busy = [k for k in free if b.s_blocks[session[k]]]
        for day in sorted({b.s_start[session[k]] for k in busy}):
            at_once = [k for k in busy if b.s_start[session[k]] <= day <= b.s_end[session[k]]]
            if len({course[session[k]] for k in at_once}) > 1:
                program.row([self.x[k] for k in at_once], [1.0] * len(at_once), high=1)
        for k in free:
            if not b.pair_mark[k] & NEEDS or any(self.earns(f, k) for f in fixed):
                continue
            serving = [self.x[j] for j in free if j != k and self.earns(j, k)]
            program.row([self.x[k], *serving], [1.0] + [-1.0] * len(serving), high=0)

    def earns(self, j: int, k: int) -> bool:
        """A seat in pair j earns the prerequisite of pair k in time."""
        b = self.board
        s, r = b.pair_session[j], b.pair_session[k]
        course, wanted = b.s_course[s], b.s_course[r]
        if course == wanted or b.s_end[s] >= b.s_start[r]:
            return False
        return any(
            b.aw_comp[x] == b.c_pre_comp[wanted] and b.aw_level[x] >= b.c_pre_level[wanted]
            for x in range(b.aw_ptr[course], b.aw_ptr[course + 1])
        )

    def _shared(self) -> None:
        """Capacities and budgets, where these people could exceed what is left."""
        i, b, state = self.table.instance, self.board, self.state
        pairs = np.array(list(self.x), np.int64)
        if not len(pairs):
            return
        column = np.array(list(self.x.values()))
        c = self.table.candidates
        session = c.pair_session[pairs].astype(np.int64)
        person = np.searchsorted(c.pair_ptr, pairs, side="right") - 1
        one = np.ones(len(pairs), np.int64)
        left = np.asarray(b.s_cap) - np.asarray(state.taken)
        self._limit(session, column, one, left)
        partner = i.c_partner[i.s_course[session]]
        self._limit(partner, column, i.c_cost[i.s_course[session]], np.asarray(state.partner_left))
        self._limit(i.p_mission[person], column, money_of(i, person, session), np.asarray(state.mission_left))

    def _limit(self, key: Ints, column: Ints, use: Ints, left: Ints) -> None:
        order = np.argsort(key, kind="stable")
        keys, first = np.unique(key[order], return_index=True)
        for what, rows in zip(keys.tolist(), np.split(order, first[1:]), strict=True):
            if int(use[rows].sum()) > left[what] and left[what] < UNLIMITED:
                self.program.row(column[rows].tolist(), use[rows].astype(float).tolist(), high=float(left[what]))

    def solve(self, *, nodes: int, seconds: float, stop: Callable[[], bool]) -> Answer:
        import highspy

        program = self.program
        locked = {p: [k for k in self.had(p) if self.board.pair_mark[k] & LOCKED] for p in self.people}
        if not program.value:
            return Answer(pairs=locked, bound=self.base, proven=True)
        solver = highs.solver_of(stop, mip_rel_gap=0.0, mip_abs_gap=0.9, mip_max_nodes=nodes, time_limit=seconds)
        solver.passModel(self._highs_model(highspy))
        solver.setSolution(self._start(highspy))
        solver.run()
        info = solver.getInfo()
        values = np.asarray(solver.getSolution().col_value)
        # HiGHS proves its bound in floating point; one part in a million covers its tolerances.
        raw = info.mip_dual_bound
        proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        bound = self.base + int(np.floor(raw + 1e-6 * abs(raw) + 1e-3)) if np.isfinite(raw) else 2**62
        chosen = dict(locked)
        for k, column in self.x.items():
            if len(values) and values[column] > 0.5:
                p = int(np.searchsorted(self.table.candidates.pair_ptr, k, side="right")) - 1
                chosen[p] = [*chosen[p], k]
        return Answer(pairs=chosen, bound=bound, proven=proven)

    def had(self, p: int) -> list[int]:
        return self.table.pairs_at(self.state, p)

    def _highs_model(self, highspy: Any) -> Any:
        program, lp = self.program, highspy.HighsLp()
        columns, rows = len(program.value), len(program.low)
        lp.num_col_, lp.num_row_ = columns, rows
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(program.value)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.array(program.most)
        lp.row_lower_, lp.row_upper_ = np.array(program.low), np.array(program.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(program.row_ptr)
        lp.a_matrix_.index_ = np.array(program.row_column)
        lp.a_matrix_.value_ = np.array(program.row_factor)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in program.whole]
        return lp

    def _start(self, highspy: Any) -> Any:
        """What the people had, as a solution: their seats, and each gap credited to the best of them."""
        solution = highspy.HighsSolution()
        values = np.zeros(len(self.program.value))
        for k, column in self.x.items():
            values[column] = float(k in self.start)
        for credited in self.credits.values():
            had = [(value, z) for value, k, z in credited if k in self.start]
            if had:
                values[max(had)[1]] = 1.0
        solution.col_value = values.tolist()
        return solution
