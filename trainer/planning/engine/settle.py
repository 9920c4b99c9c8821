"""Plans that keep what an instance asks besides: least sizes, waiting lists, units, floors. (Reserved seats are in `plain`.)

The stages before and after know nothing of these. A plan of theirs is settled before it is told:

    units    of a unit with more closed gaps than it needs the best stay on; the others are switched off, worth nothing to
             anybody, and whoever has a seat for one chooses anew. A unit that lacks some has all of its gaps on.
    sizes    a class that is too small is rallied, if that loses less than closing it: people who could sit there do, those
             first who lose least by it. Otherwise it is shut, and who sat there chooses anew.
    lists    who passes over somebody is kept out of that session and chooses anew; the other one is asked.
    floors   the gaps of missions below their floor count double for a pass.

Doors only close while a plan is settled, so it comes to an end; afterwards they are open again, for the next stage.
Bounds take every condition as absent, units excepted: a unit that needs few of its many counts as its best possible
closings for nothing (`Settler.beyond`), and its gaps as worth nothing to its people.
"""

import numpy as np

from trainer.planning.engine import explain
from trainer.planning.engine.board import LOCKED, OLD, State
from trainer.planning.engine.conditions import Standing
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.lookup import closing_value, spread
from trainer.planning.engine.plain import Plain
from trainer.planning.engine.table import NODES, Table

PASSES = 3
"""Times everybody may choose anew while a plan is settled; after that doors close without it."""

AMPLE = 2**60
"""Money beyond which there is no budget to speak of."""

PULL = 2**30
"""Added to the worth of a seat that is to be taken."""

FEW = 0.8
"""Share of the gaps in reach below which a unit's need is counted as its best closings."""


class Settler:
    """Settles plans of one table, whose boards it owns as far as units change what a gap is worth."""

    def __init__(self, plain: Plain, table: Table) -> None:
        self.plain, self.table = plain, table
        i = self.instance = plain.instance
        self.parts_of = np.searchsorted(plain.session_of, np.arange(i.sessions + 1))
        self.sizes, self.lists = bool((i.least > 0).any()), len(i.wl_session) > 0
        self.units = bool((i.unit_of >= 0).any())
        self.floors = bool((i.m_floor > 0).any()) and i.objective.floor > 0
        table.plain = plain
        table.tied = self._tied()
        table.summed = not (self.units or self.floors)
        table.kept_bonus = i.objective.change * int(np.count_nonzero(i.s_start[i.old_session] >= i.freeze_day))
        if self.units:
            self._divide()
        if self.floors:
            table.beyond -= self._out_of_reach()

    def _tied(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """[P] who is decided upon together with others."""
        i, c = self.instance, self.table.candidates
        tied = np.zeros(i.people, bool)
        shared = i.least > 0
        shared[i.wl_session] = True
        if shared.any():
            pair = np.flatnonzero(shared[self.plain.session_of[c.pair_session]])
            tied[np.searchsorted(c.pair_ptr, pair, side="right") - 1] = True
        if self.units:
            tied[np.repeat(np.arange(i.people), np.diff(i.g_ptr))[i.unit_of >= 0]] = True
        if self.floors:
            tied |= (i.m_floor > 0)[i.p_mission]
        return tied

    def settle(self, state: State, movable: Ints) -> None:
        """Make the plan keep every condition; only these people choose anew unless a rule asks for more."""
        if self.units:
            self._choose(state, movable)
        if self.sizes or self.lists:
            _Mending(self, state, movable).run()

    def standing(self, state: State) -> Standing:
        return explain.standing(self.instance, self.plain.plan(self.table.plan_of(state)))

    def refill(self, state: State, people: Ints, *, careful: bool = True) -> None:
        self.table.fill(state, self.table.closed(), people, careful=careful)

    def reckon(self, state: State, people: Ints) -> None:
        """Work out anew what these people have."""
        t = self.table
        for p in people.tolist():
            state.worth[p] = t.kernels.worth_of(
                t.board, t.desks[0], p, state.seats, p * t.board.width, int(state.filled[p])
            )

    # What a plan is told with

    def seat_values(self, state: State) -> Ints:
        """[S] what the plan would gain at least by one more seat in each session, whomever it is for."""
        values = explain.seat_values(self.table, state)
        return np.maximum.reduceat(values, self.parts_of[:-1]) if self.plain.is_cut else values

    def alternatives(self, state: State, *, only_new: bool) -> explain.Alternatives:
        """What each seat beats; another part of the same session is no alternative to it."""
        if not self.plain.is_cut:
            return explain.alternatives(self.table, state, only_new=only_new)
        together = np.diff(self.parts_of)[self.plain.session_of] > 1
        sessions = np.where(together, self.plain.session_of, -1)
        found = explain.alternatives(self.table, state, only_new=only_new, together=sessions)
        other = np.where(found.session < 0, found.session, self.plain.session_of[np.maximum(found.session, 0)])
        return explain.Alternatives(lost=found.lost, session=other)

    # Units

    def _divide(self) -> None:
        """Give plans and bounds boards of their own, on which gaps of units can be switched off."""
        t, i, c = self.table, self.instance, self.table.candidates
        self.owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
        self.on = np.ones(i.gaps, bool)
        size = np.diff(c.group_ptr)[c.pair_group]
        row, nth = spread(size)
        gap = c.group_gap[c.group_ptr[c.pair_group[row]] + nth].astype(np.int64)
        keep = i.unit_of[gap] >= 0
        row, gap = row[keep], gap[keep]
        order = np.argsort(gap, kind="stable")
        self.pair, gap = row[order], gap[order]
        self.value = closing_value(i, gap, t.instance.s_end[c.pair_session[self.pair]])
        self.pair_at = np.searchsorted(gap, np.arange(i.gaps + 1))
        t.whole = t.board
        plan = {"pair_net": t.flat(c.pair_net.copy()), "g_weight": t.flat(i.g_weight.copy())}
        bound = {"pair_net": t.flat(c.pair_net.copy()), "g_weight": t.flat(i.g_weight.copy())}
        t.board, t.simple, t.filling = (each._replace(**plan) for each in (t.board, t.simple, t.filling))
        bounds = (t.bounding, t.relaxed, t.rough, t.asking)
        t.bounding, t.relaxed, t.rough, t.asking = (each._replace(**bound) for each in bounds)
        best = np.zeros(i.gaps, np.int64)
        np.maximum.at(best, gap, self.value)
        for u in range(len(i.u_need)):
            gaps = np.flatnonzero((i.unit_of == u) & (best > 0))
            if i.u_need[u] < FEW * len(gaps):
                t.beyond += int(np.sort(best[gaps])[::-1][: int(i.u_need[u])].sum())
                for g in gaps.tolist():
                    self._switch(g, bound["pair_net"], bound["g_weight"], on=False)

    def _switch(self, g: int, net: Ints, weight: Ints, *, on: bool) -> None:
        sign = 1 if on else -1
        weight[g] = int(self.instance.g_weight[g]) if on else 0
        for x in range(self.pair_at[g], self.pair_at[g + 1]):
            net[self.pair[x]] += sign * int(self.value[x])

    def _choose(self, state: State, movable: Ints) -> None:
        """Leave on the gaps that count, and let those choose anew whose gaps went off or on."""
        for _ in range(PASSES):
            wanted = self._wanted(state)
            turned = np.flatnonzero(wanted != self.on)
            if not len(turned):
                return
            for g in turned.tolist():
                self._switch(g, self.table.board.pair_net, self.table.board.g_weight, on=bool(wanted[g]))
            self.on = wanted
            people = np.unique(self.owner[turned])
            self.reckon(state, people)
            self.refill(state, people[np.isin(people, movable)])
            self.refill(state, movable)

    def _wanted(self, state: State) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        i = self.instance
        days = explain.closing_days(i, self.plain.plan(self.table.plan_of(state)))
        worth = np.where(days < 0, 0, closing_value(i, np.arange(i.gaps), np.maximum(days, 0)))
        unit = i.unit_of
        order = np.lexsort((-worth, unit))
        order = order[unit[order] >= 0]
        rank = np.arange(len(order)) - np.searchsorted(unit[order], unit[order])
        closed = np.bincount(unit[order][worth[order] > 0], minlength=len(i.u_need))
        wanted = np.ones(i.gaps, bool)
        wanted[order] = (closed < i.u_need)[unit[order]] | (rank < i.u_need[unit[order]])
        return wanted

    # Floors

    def _out_of_reach(self) -> int:
        """What the floors cost whatever the plan: weight that no seat at all could close."""
        i, c = self.instance, self.table.candidates
        reached = np.full(i.gaps, c.whole is not None)
        reached[c.group_gap] = True
        reached &= i.unit_of < 0
        mission = np.repeat(i.p_mission, np.diff(i.g_ptr))
        most = np.zeros(len(i.m_floor), np.int64)
        np.add.at(most, mission[reached], i.g_weight[reached])
        return i.objective.floor * int(np.maximum(0, i.m_floor - most).sum())

    def _below_floor(self, state: State) -> Ints:
        """[P] people of missions that are short, none of whose gaps would be worth too much when doubled."""
        i = self.instance
        days = explain.closing_days(i, self.plain.plan(self.table.plan_of(state)))
        mission = np.repeat(i.p_mission, np.diff(i.g_ptr))
        counts = (days >= 0) & (days <= i.g_due) & (i.unit_of < 0)
        reached = np.zeros(len(i.m_floor), np.int64)
        np.add.at(reached, mission[counts], i.g_weight[counts])
        return np.flatnonzero((reached < i.m_floor)[i.p_mission])

    def lift(self, state: State, ceiling: Ints) -> None:
        """Let people of missions below their floor choose and displace as if their gaps were worth twice as much."""
        t, i, c = self.table, self.instance, self.table.candidates
        people = self._below_floor(state)
        if not len(people):
            return
        saved = t.board, t.simple, t.filling
        row, nth = spread(c.pair_ptr[people + 1] - c.pair_ptr[people])
        pair = c.pair_ptr[people[row]] + nth
        item, nth = spread(np.diff(c.group_ptr)[c.pair_group[pair]])
        gap = c.group_gap[c.group_ptr[c.pair_group[pair[item]]] + nth].astype(np.int64)
        value = closing_value(i, gap, t.instance.s_end[c.pair_session[pair[item]]])
        on = np.asarray(t.board.g_weight)[gap] > 0
        net = np.asarray(t.board.pair_net, np.int64)
        weight = np.array(t.board.g_weight, np.int64)
        np.add.at(net, pair[item[on]], value[on])
        if net.max(initial=0) >= PULL:
            return
        mine, nth = spread(i.g_ptr[people + 1] - i.g_ptr[people])
        weight[i.g_ptr[people[mine]] + nth] *= 2
        doubled = {
            "pair_net": t.flat(net.astype(c.pair_net.dtype)), "g_weight": t.flat(weight.astype(i.g_weight.dtype)),
        }  # fmt: skip
        t.board, t.simple, t.filling = (each._replace(**doubled) for each in saved)
        self.reckon(state, people)
        self.refill(state, people)
        for _ in range(2):
            t.displace(state, people, 2 * ceiling)
        t.board, t.simple, t.filling = saved
        self.reckon(state, np.arange(i.people))


class _Mending:
    """One plan while it is settled: which doors are closed, and who is held where."""

    def __init__(self, settler: Settler, state: State, movable: Ints) -> None:
        self.settler, self.table, self.state, self.movable = settler, settler.table, state, movable
        self.may_move = np.isin(np.arange(settler.instance.people), movable)
        self.caps: dict[int, int] = {}
        self.barred: dict[int, tuple[int, int]] = {}
        self.held: dict[int, int] = {}

    def run(self) -> None:
        """Close doors until nothing is amiss."""
        for _ in range(PASSES):
            before = self.table.copy(self.state)
            if not self._mend():
                break
            self.settler.refill(self.state, self._who_may_gain(before))
        self._mend()
        self._reopen()

    def _who_may_gain(self, before: State) -> Ints:
        """Those of the movable for whom a seat has become free; all of them where money has."""
        c, state = self.table.candidates, self.state
        for now, was in ((state.partner_left, before.partner_left), (state.mission_left, before.mission_left)):
            more = np.asarray(now) > np.asarray(was)
            if (more & (np.asarray(was) < AMPLE)).any():
                return self.movable
        freer = np.asarray(state.taken) < np.asarray(before.taken)
        person = np.searchsorted(c.pair_ptr, np.flatnonzero(freer[c.pair_session]), side="right") - 1
        return self.movable[np.isin(self.movable, person)]

    def _mend(self) -> bool:
        """Whether anything was amiss."""
        amiss = False
        while True:
            standing = self.settler.standing(self.state)
            small, passed = standing.too_small(), standing.passing_over()
            if not small and not passed:
                return amiss
            amiss = True
            for s in small:
                if not self._rally(s, int(standing.instance.s_least[s] - standing.counted[s])):
                    self._shut(s)
            for p, s, other in passed:
                self._bar(p, s)
                self.settler.refill(self.state, np.array([p]), careful=False)
                if self.may_move[other]:
                    self.settler.refill(self.state, np.array([other]))

    def _reopen(self) -> None:
        b = self.table.board
        for part, cap in self.caps.items():
            b.s_cap[part] = cap
        for k, (mark, net) in self.barred.items():
            b.pair_mark[k], b.pair_net[k] = mark, net
        for k in self.held:
            b.pair_net[k] -= PULL
        self.settler.reckon(self.state, np.unique(np.array(list(self.held.values()), np.int64)))

    def _parts(self, s: int) -> range:
        at = self.settler.parts_of
        return range(int(at[s]), int(at[s + 1]))

    def _seated(self, s: int) -> tuple[Ints, Ints]:
        """(people, pairs) of those with a seat in the session that is not locked."""
        person, pair = self.table.seats_of(self.state)
        c, parts = self.table.candidates, self._parts(s)
        part = c.pair_session[pair]
        here = (part >= parts.start) & (part < parts.stop) & (c.pair_mark[pair] & LOCKED == 0)
        return person[here], pair[here]

    def _shut(self, s: int) -> None:
        people, pairs = self._seated(s)
        for k in pairs.tolist():
            self._let_go(k)
        for part in self._parts(s):
            self.caps.setdefault(part, int(self.table.board.s_cap[part]))
            self.table.board.s_cap[part] = 0
        self.settler.refill(self.state, people, careful=False)

    def _bar(self, p: int, s: int) -> None:
        b, c, parts = self.table.board, self.table.candidates, self._parts(s)
        for k in range(int(c.pair_ptr[p]), int(c.pair_ptr[p + 1])):
            if parts.start <= c.pair_session[k] < parts.stop and k not in self.barred:
                self._let_go(k)
                self.barred[k] = int(b.pair_mark[k]), int(b.pair_net[k])
                b.pair_mark[k], b.pair_net[k] = 0, -1

    def _hold(self, p: int, k: int) -> None:
        if k not in self.held and self.table.board.pair_net[k] < PULL:
            self.held[k] = p
            self.table.board.pair_net[k] += PULL

    def _let_go(self, k: int) -> None:
        if k in self.held:
            self.table.board.pair_net[k] -= PULL
            self.settler.reckon(self.state, np.array([self.held.pop(k)]))

    def _best(self, p: int) -> tuple[int, list[int]]:
        """What the person could have among free seats, and which pairs; nothing is changed."""
        t, desk = self.table, self.table.desks[0]
        t.kernels.release(t.board, self.state, p)
        worth = int(t.kernels.best_set(t.board, desk, self.state, t.closed(), p, -1, NODES))
        t.kernels.hold(t.board, self.state, p)
        return worth, [int(desk.best[x]) for x in range(int(desk.out[0]))]

    def _rally(self, s: int, missing: int) -> bool:
        """Bring so many more into the class, if there are such people and it loses less than shutting it."""
        b = self.table.board
        people, _ = self._seated(s)
        found = self._recruits(s, people, missing)
        if len(found) < missing:
            return False
        if self.may_move[people].all() and sum(lost for lost, _, _ in found[:missing]) > self._lost_by_shutting(
            s, people
        ):
            return False
        before = self.table.copy(self.state)
        held = dict(self.held)
        for p, k in zip(*self._seated(s), strict=True):
            self._hold(int(p), int(k))
        self.settler.reckon(self.state, people)
        for _, p, k in found:
            self._hold(p, k)
            _, best = self._best(p)
            if k in best:
                self.settler.refill(self.state, np.array([p]), careful=False)
                missing -= 1
            else:
                self._let_go(k)
            if not missing:
                return True
        for k in set(self.held) - set(held):
            b.pair_net[k] -= PULL
        self.held = held
        for part, saved in zip(self.state, before, strict=True):
            part[:] = saved
        return False

    def _recruits(self, s: int, people: Ints, missing: int) -> list[tuple[int, int, int]]:
        """(loss, person, pair) of those who could come and would count, those first who lose least."""
        b, c, parts = self.table.board, self.table.candidates, self._parts(s)
        pair = np.flatnonzero((c.pair_session >= parts.start) & (c.pair_session < parts.stop))
        net = np.array([int(b.pair_net[k]) for k in pair.tolist()], np.int64)
        person = np.searchsorted(c.pair_ptr, pair, side="right") - 1
        counts = (c.pair_net[pair] > 0) | (c.pair_mark[pair] & OLD > 0)
        good = counts & (net > 0) & (net < PULL) & self.may_move[person] & ~np.isin(person, people)
        pair, person, net = pair[good], person[good], net[good]
        order = np.argsort(-net, kind="stable")[: 4 * missing + 20]
        found: dict[int, tuple[int, int, int]] = {}
        for p, k in zip(person[order].tolist(), pair[order].tolist(), strict=True):
            if p in found:
                continue
            b.pair_net[k] += PULL
            worth, best = self._best(p)
            b.pair_net[k] -= PULL
            lost = int(self.state.worth[p]) + PULL - worth
            if k in best and lost < PULL // 2:
                found[p] = lost, p, k
        return sorted(found.values())

    def _lost_by_shutting(self, s: int, people: Ints) -> int:
        b, parts = self.table.board, self._parts(s)
        caps = {part: int(b.s_cap[part]) for part in parts}
        for part in parts:
            b.s_cap[part] = 0
        lost = sum(int(self.state.worth[p]) - self._best(p)[0] for p in people.tolist())
        for part, cap in caps.items():
            b.s_cap[part] = cap
        return lost
