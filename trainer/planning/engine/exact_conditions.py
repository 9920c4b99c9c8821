"""Least sizes, waiting lists, units and floors as rows of the mixed-integer program.

Over everybody they say all there is. Of a neighbourhood, a waiting list may be broken towards people outside it who could
take a seat now; settling the plan mends that.

units    sum of the credits of a unit's gaps <= its need
sizes    y per session, every seat <= y, sum of the seats that count >= (least - locked ones) y
lists    a new seat of a later person <= seat of the earlier one + e, and e only where the earlier one could not take
         it or would not gain: another own seat is in the way, all own seats are used up, what it asks for is not
         earned, the money is spent, or the own seats close the gaps so well that the gain is none
floors   weight closed on time + what is missing >= floor, what is missing at its price
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trainer.planning.engine.board import LOCKED, NEEDS, OLD
from trainer.planning.engine.instance import UNLIMITED
from trainer.planning.engine.lookup import money_of
from trainer.planning.engine.plain import Plain, is_of

if TYPE_CHECKING:
    from trainer.planning.engine.exact import Model


def add(model: Model) -> None:
    """Add the rows of every condition the question has."""
    plain = model.table.plain
    assert plain is not None
    rows = _Rows(model, plain)
    rows.units()
    rows.sizes()
    rows.floors()
    rows.lists()


class _Rows:
    def __init__(self, model: Model, plain: Plain) -> None:
        self.model, self.program, self.plain, self.instance = model, model.program, plain, plain.instance
        c = model.table.candidates
        self.person = {k: int(np.searchsorted(c.pair_ptr, k, side="right")) - 1 for k in model.x}
        self.session = {k: int(plain.session_of[c.pair_session[k]]) for k in model.x}
        self.pairs_at: dict[int, list[int]] = {}
        for k, s in self.session.items():
            self.pairs_at.setdefault(s, []).append(k)
        self.mark = model.board.pair_mark
        self.others = self._others()

    def _others(self) -> dict[int, list[int]]:
        """Session → pairs, not locked, of people who are not decided upon now."""
        table = self.model.table
        person, pair = table.seats_of(self.model.state)
        found: dict[int, list[int]] = {}
        if self.sizes_or_lists and len(self.model.people) < self.instance.people:
            out = ~np.isin(person, self.model.people)
            for k in pair[out].tolist():
                if not self.mark[k] & LOCKED:
                    found.setdefault(int(self.plain.session_of[table.candidates.pair_session[k]]), []).append(k)
        return found

    @property
    def sizes_or_lists(self) -> bool:
        return len(self.instance.s_least) > 0 or len(self.instance.wl_session) > 0

    def _counts(self, k: int) -> bool:
        """The seat makes its class larger."""
        return bool(self.mark[k] & OLD) or self.model.board.pair_net[k] > 0

    def units(self) -> None:
        i = self.instance
        counted: dict[int, list[int]] = {}
        for g, closings in self.model.closing.items():
            if i.unit_of[g] >= 0:
                counted.setdefault(int(i.unit_of[g]), []).extend(z for _, _, z in closings)
        for u, columns in counted.items():
            self.program.row(columns, [1.0] * len(columns), high=float(i.u_need[u]))

    def sizes(self) -> None:
        i, x = self.instance, self.model.x
        locked = np.bincount(i.old_session[i.s_start[i.old_session] < i.freeze_day], minlength=i.sessions)
        for s in np.flatnonzero(i.least > locked).tolist():
            pairs = self.pairs_at.get(s, [])
            if not pairs:
                continue
            count = [x[k] for k in pairs if self._counts(k)]
            there = self.others.get(s, [])
            lacking = float(i.s_least[s] - locked[s] - sum(map(self._counts, there)))
            if there:
                self.program.row(count, [1.0] * len(count), low=lacking)
                continue
            y = self.program.column(0.0, whole=True)
            for k in pairs:
                self.program.row([x[k], y], [1.0, -1.0], high=0)
            self.program.row([*count, y], [1.0] * len(count) + [-lacking], low=0)

    def floors(self) -> None:
        i = self.instance
        if not (len(i.m_floor) and i.objective.floor):
            return
        mission = np.repeat(i.p_mission, np.diff(i.g_ptr))
        fixed = np.zeros(len(i.m_floor), np.int64)
        weights: dict[int, list[tuple[int, float]]] = {}
        for g in np.flatnonzero(i.unit_of < 0).tolist():
            m = int(mission[g])
            if g in self.model.have and self.model.have[g][1] <= i.g_due[g]:
                fixed[m] += i.g_weight[g]
                continue
            on_time = [z for _, day, z in self.model.closing.get(g, ()) if day <= i.g_due[g]]
            weights.setdefault(m, []).extend((z, float(i.g_weight[g])) for z in on_time)
        for m in np.flatnonzero(i.m_floor > fixed).tolist():
            short = float(i.m_floor[m] - fixed[m])
            missing = self.program.column(-float(i.objective.floor), whole=False, most=short)
            columns = weights.get(m, [])
            self.program.row([missing, *(z for z, _ in columns)], [1.0, *(w for _, w in columns)], low=short)

    def lists(self) -> None:
        i = self.instance
        for s in np.unique(i.wl_session).tolist():
            rows = np.flatnonzero(i.wl_session == s)
            places = dict(zip(i.wl_person[rows].tolist(), i.wl_place[rows].tolist(), strict=True))
            for p, place in places.items():
                mine = [k for k in self.pairs_at.get(s, ()) if self.person[k] == p]
                later = [
                    k
                    for k in self.pairs_at.get(s, ())
                    if not self.mark[k] & OLD and self.person[k] != p and self._waits_behind(p, place, k, s, places)
                ]
                seated = any(
                    not self.mark[k] & OLD and self._waits_behind(p, place, k, s, places)
                    for k in self.others.get(s, ())
                )
                if mine and (later or seated):
                    self._claim(p, s, mine, later, seated=seated)

    def _waits_behind(self, p: int, place: int, k: int, s: int, places: dict[int, int]) -> bool:
        i, q = self.instance, int(np.searchsorted(self.model.table.candidates.pair_ptr, k, side="right")) - 1
        if q in places and places[q] <= place:
            return False
        groups = np.flatnonzero((i.q_session == s) & (i.q_release > 0))
        groups = groups[is_of(i, np.full(len(groups), q), groups)]
        return bool(is_of(i, np.full(len(groups), p), groups).all())

    def _claim(self, p: int, s: int, mine: list[int], later: list[int], *, seated: bool) -> None:
        model, program, x = self.model, self.program, self.model.x
        excuse = program.column(0.0, whole=True)
        for k in later:
            columns = [x[k], *(x[m] for m in mine), excuse]
            program.row(columns, [1.0] + [-1.0] * (len(columns) - 1), high=0)
        if seated:
            columns = [*(x[m] for m in mine), excuse]
            program.row(columns, [1.0] * len(columns), low=1)
        b = model.board
        own = [k for k in model.pairs_of[p] if k in x and self.session[k] != s]
        part, course = b.pair_session[mine[0]], self.instance.s_course[s]
        blocking = [
            x[k]
            for k in own
            if model.clash(b.pair_session[k], part) or self.instance.s_course[self.session[k]] == course
        ]
        full = self._used_up(p, own)
        others = (self._not_earned(p, mine[0], own), *self._spent(p, s), self._no_gain(p, s, mine[0]))
        excuses = [*blocking, full, *(column for column in others if column is not None)]
        program.row([excuse, *excuses], [1.0] + [-1.0] * len(excuses), high=0)

    def _used_up(self, p: int, own: list[int]) -> int:
        """A column that can be 1 only when all seats the person may have are used."""
        column = self.program.column(0.0, whole=True)
        fixed = sum(1 for k in self.model.had(p) if self.mark[k] & LOCKED)
        free = max(0, self.instance.max_seats - fixed)
        self.program.row([*(self.model.x[k] for k in own), column], [1.0] * len(own) + [-float(free)], low=0)
        return column

    def _not_earned(self, p: int, k: int, own: list[int]) -> int | None:
        """The same for a prerequisite that no own seat earns; None when it is held or earned anyway."""
        fixed = [f for f in self.model.had(p) if self.mark[f] & LOCKED]
        if not self.mark[k] & NEEDS or any(self.model.earns(f, k) for f in fixed):
            return None
        column = self.program.column(0.0, whole=True)
        for j in own:
            if self.model.earns(j, k):
                self.program.row([column, self.model.x[j]], [1.0, 1.0], high=1)
        return column

    def _spent(self, p: int, s: int) -> list[int]:
        """The same for what the partner and the mission have left."""
        i, state = self.instance, self.model.state
        course = int(i.s_course[s])
        partner, mission = int(i.c_partner[course]), int(i.p_mission[p])
        price = int(money_of(i, np.array([p]), np.array([s]))[0])
        pairs = list(self.model.x)
        person = np.array([self.person[k] for k in pairs])
        session = np.array([self.session[k] for k in pairs])
        paid = np.where(i.c_partner[i.s_course[session]] == partner, i.c_cost[i.s_course[session]], 0)
        money = np.where(i.p_mission[person] == mission, money_of(i, person, session), 0)
        found = []
        for use, left, cost in (
            (paid, int(state.partner_left[partner]), int(i.c_cost[course])),
            (money, int(state.mission_left[mission]), price),
        ):
            enough = left - cost + 1
            if left >= UNLIMITED // 2 or enough > int(use.sum()):
                continue
            column = self.program.column(0.0, whole=True)
            rows = np.flatnonzero(use)
            columns = [self.model.x[pairs[r]] for r in rows.tolist()]
            self.program.row([*columns, column], [*use[rows].astype(float).tolist(), -float(max(0, enough))], low=0)
            found.append(column)
        return found

    def _no_gain(self, p: int, s: int, k: int) -> int | None:
        """The same for own seats that close what the seat would close so well that it adds no more than it costs."""
        i, model, program = self.instance, self.model, self.program
        end = int(i.s_end[s])
        column = program.column(0.0, whole=True)
        cost = model.cost(k)
        missing: list[int] = []
        most = 0.0
        for g, value in model.closes(k):
            beyond = value - model.have.get(g, (0, end))[0]
            if i.unit_of[g] >= 0 or beyond <= 0:
                continue
            lacking = program.column(0.0, whole=False, most=float(beyond))
            closings = [(z, float(more)) for more, _, z in model.closing.get(g, ()) if z not in self._of(s, p)]
            columns = [lacking, *(z for z, _ in closings)]
            program.row(columns, [1.0, *(more for _, more in closings)], low=float(beyond))
            missing.append(lacking)
            most += beyond
        if most <= cost:
            return column
        program.row([*missing, column], [1.0] * len(missing) + [most - cost], high=most)
        return column

    def _of(self, s: int, p: int) -> frozenset[int]:
        """The columns of the person's seats in the session."""
        model = self.model
        mine = {k for k in self.pairs_at.get(s, ()) if self.person[k] == p}
        closing = {z for rows in model.credits.values() for _, k, z in rows if k in mine}
        return frozenset({model.x[k] for k in mine} | closing)
