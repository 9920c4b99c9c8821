"""The judge of what an instance may ask besides: reserved seats, least sizes, waiting lists, units, floors.

Like all of the checker it shares nothing with the planner. Each condition is worked out as the format words it:

    H11  what is reserved in a session is, for each quota, its seats less the locked people of its group (a locked person
         counts for the first quota that fits and still has seats), and never more than the locked seats leave, the last
         quotas giving way. For every set of quotas: new seats of people outside all their groups <= seats left - reserved.
    H12  a session with a seat that is not locked holds at least as many people as it needs. Those count who are locked, who
         were there before, and to whom the seat alone is worth more than it costs: nobody is seated to make up numbers.
    H13  nobody has a new seat in a session while somebody earlier on its list has none who could take one and gains by it,
         on top of their own seats, unless the seat belongs to a group of its quotas that the earlier one is not of.
         New is a seat the person did not have before. What counts only for a unit is no gain to a person.
    Units: of the gaps of a unit as many count as it needs, those worth most.
    Floors: the weight of own gaps closed on time, by mission; what is missing is told, and costs FLOOR each.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.ledger import NEVER, Flags, Ledger, awards, closing_days, gap_values, holds, whereabouts


def credited(i: Instance, values: Ints) -> int:
    """What the closed gaps count for together."""
    if not len(i.g_unit):
        return int(values.sum())
    order = np.lexsort((-values, i.g_unit))
    unit = i.g_unit[order]
    rank = np.arange(len(unit)) - np.searchsorted(unit, unit)
    counts = (unit < 0) | (rank < i.u_need[np.maximum(unit, 0)]) if len(i.u_need) else unit < 0
    return int(values[order[counts]].sum())


def in_full_units(i: Instance, values: Ints) -> Flags:
    """[G] the gap is one of a unit in which as many are closed as it needs."""
    if not len(i.g_unit):
        return np.zeros(i.gaps, bool)
    closed = np.bincount(i.g_unit[(i.g_unit >= 0) & (values > 0)], minlength=len(i.u_need))
    full: Flags = np.append(closed >= i.u_need, False)
    return full[i.g_unit]


def floor_short(i: Instance, ends: Ints) -> int:
    """Weight missing, over all missions, of what should be closed on time."""
    if not len(i.m_floor):
        return 0
    mission = np.repeat(i.p_mission, np.diff(i.g_ptr))
    counts = (ends <= i.g_due) & (i.unit_of < 0)
    reached = np.zeros(len(i.m_floor), np.int64)
    np.add.at(reached, mission[counts], i.g_weight[counts])
    return int(np.maximum(0, i.m_floor - reached).sum())


class Conditions:
    """A plan's standing towards the conditions, looked up by person and session."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        i = self.instance = ledger.instance
        self.unit_of = i.unit_of
        self.rows: dict[int, list[int]] = {}
        for q in np.flatnonzero(i.q_release > 0).tolist():
            self.rows.setdefault(int(i.q_session[q]), []).append(q)
        self.room = {s: self._room_of(s) for s in self.rows}
        self._envy: dict[int, list[tuple[int, int]]] | None = None

    def is_of(self, p: int, q: int) -> bool:
        """The person belongs to the group of the quota."""
        i = self.instance
        mission, contingent = int(i.q_mission[q]), int(i.q_contingent[q])
        return mission in (-1, int(i.p_mission[p])) and (contingent == -1 or contingent == int(i.p_contingent[p]))

    def _room_of(self, s: int) -> list[tuple[frozenset[int], int]]:
        """For every set of quotas of the session, how many more new seats people outside their groups may have."""
        z, i = self.ledger, self.instance
        rows = self.rows[s]
        here = np.flatnonzero(z.session == s).tolist()
        locked = [int(z.person[k]) for k in here if z.locked[k]]
        new = [int(z.person[k]) for k in here if not z.locked[k]]
        unused = {q: int(i.q_seats[q]) for q in rows}
        for p in locked:
            own = next((q for q in rows if self.is_of(p, q) and unused[q] > 0), None)
            if own is not None:
                unused[own] -= 1
        left = max(0, int(i.s_cap[s]) - len(locked))
        for q in reversed(rows):
            unused[q] -= min(unused[q], max(0, sum(unused.values()) - left))
        found = []
        for size in range(1, len(rows) + 1):
            for some in itertools.combinations(rows, size):
                outside = sum(not any(self.is_of(p, q) for q in some) for p in new)
                found.append((frozenset(some), left - sum(unused[q] for q in some) - outside))
        return found

    def crowded(self) -> Iterator[str]:
        """H11 in words."""
        for s, room in self.room.items():
            for some, left in room:
                if left < 0:
                    yield f"{-left} people of other groups sit in seats of session {s} reserved by {len(some)} quotas"
                    break

    def has_unreserved(self, p: int, s: int) -> bool:
        """One more new seat in the session could be this person's."""
        return all(left > 0 or any(self.is_of(p, q) for q in some) for some, left in self.room.get(s, ()))

    def counted(self) -> Ints:
        """[S] the people in each session who make it large enough."""
        z, i = self.ledger, self.instance
        rows = np.flatnonzero(i.least[z.session] > 0).tolist()
        counted = np.zeros(i.sessions, np.int64)
        nothing = np.zeros(i.gaps, np.int64)
        for k in rows:
            p, s = int(z.person[k]), int(z.session[k])
            counted[s] += bool(z.was_there[k]) or self.gain(p, s, nothing, own_only=False) > 0
        return counted

    def too_small(self) -> Iterator[str]:
        """H12 in words."""
        i, z = self.instance, self.ledger
        free = np.bincount(z.session[~z.locked], minlength=i.sessions)
        counted = self.counted()
        for s in np.flatnonzero((free > 0) & (counted < i.least)):
            yield f"session {s} needs {i.least[s]} people and has {counted[s]}"

    def passing_over(self) -> Iterator[str]:
        """H13 in words."""
        z = self.ledger
        for k in np.flatnonzero(~z.was_there & np.isin(z.session, self.instance.wl_session)).tolist():
            p, s = int(z.person[k]), int(z.session[k])
            earlier = self.passed_over(p, s)
            if earlier is not None:
                yield f"person {p} has a new seat in session {s} for which person {earlier} waits before"

    def passed_over(self, p: int, s: int) -> int | None:
        """Who waits before this person for a seat in the session and would take it."""
        envious = self._envious().get(s, [])
        places = [place for place, q in self._list(s) if q == p]
        mine = places[0] if places else NEVER
        groups = [q for q in self.rows.get(s, ()) if self.is_of(p, q)]
        for place, q in envious:
            if q != p and place < mine and all(self.is_of(q, row) for row in groups):
                return q
        return None

    def _list(self, s: int) -> list[tuple[int, int]]:
        i = self.instance
        rows = np.flatnonzero(i.wl_session == s)
        return sorted(zip(i.wl_place[rows].tolist(), i.wl_person[rows].tolist(), strict=True))

    def _envious(self) -> dict[int, list[tuple[int, int]]]:
        """Session → (place, person) of those who wait, could take a seat and would gain."""
        if self._envy is None:
            self._envy = {}
            i = self.instance
            worth = gap_values(i, closing_days(self.ledger)) if len(i.wl_session) else np.zeros(0, np.int64)
            for s in np.unique(i.wl_session).tolist():
                self._envy[s] = [(place, p) for place, p in self._list(s) if self._would_take(p, s, worth)]
        return self._envy

    def _would_take(self, p: int, s: int, worth: Ints) -> bool:
        z, i = self.ledger, self.instance
        own = np.flatnonzero(z.person == p).tolist()
        c = int(i.s_course[s])
        blocks = i.c_mode[c] != 0
        if not i.opens[s] or len(own) >= i.max_seats:
            return False
        if not (i.c_family[c] >> i.p_family[p] & 1 and i.p_lang[p] >> i.c_lang[c] & 1):
            return False
        windows = range(i.av_ptr[p], i.av_ptr[p + 1])
        if blocks and not any(i.av_start[w] <= i.s_start[s] and i.s_end[s] <= i.av_end[w] for w in windows):
            return False
        for k in own:
            if z.course[k] == c:
                return False
            if blocks and z.blocks[k] and z.start[k] <= i.s_end[s] and i.s_start[s] <= z.end[k]:
                return False
        comp, level = int(i.c_pre_comp[c]), int(i.c_pre_level[c])
        ready = comp < 0 or holds(i, p, comp, level, int(i.s_start[s]))
        ready = ready or any(z.end[k] < i.s_start[s] and awards(i, int(z.course[k]), comp, level) for k in own)
        return ready and self._can_be_paid(p, s) and self.gain(p, s, worth, own_only=True) > 0

    def _money(self, p: int, s: int) -> int:
        i = self.instance
        c = int(i.s_course[s])
        if i.c_mode[c] < 2:
            return int(i.c_cost[c])
        region = int(whereabouts(i, np.array([p]), np.array([s]))[0])
        return int(i.c_cost[c] + i.travel[region, i.c_region[c]])

    def _can_be_paid(self, p: int, s: int) -> bool:
        z, i = self.ledger, self.instance
        c = int(i.s_course[s])
        partner, mission = int(i.c_partner[c]), int(i.p_mission[p])
        partner_left = int(i.partner_budget[partner]) - int(z.course_cost[i.c_partner[z.course] == partner].sum())
        mission_left = int(i.mission_budget[mission]) - int(z.money[i.p_mission[z.person] == mission].sum())
        return int(i.c_cost[c]) <= partner_left and self._money(p, s) <= mission_left

    def gain(self, p: int, s: int, worth: Ints, *, own_only: bool) -> int:
        """What the seat adds for a person whose gaps are closed to this worth already, less what it costs."""
        i, o = self.instance, self.instance.objective
        c, end = int(i.s_course[s]), int(i.s_end[s])
        gain = -o.seat - o.cost_num * self._money(p, s) // o.cost_den
        for g in range(i.g_ptr[p], i.g_ptr[p + 1]):
            if (own_only and self.unit_of[g] >= 0) or not self._covers(c, g):
                continue
            late = end - int(i.g_due[g])
            points = (
                o.on_time + o.early * (i.horizon - end) // i.horizon
                if late <= 0
                else max(0, o.late - o.late_decay * late)
            )
            gain += max(0, int(i.g_weight[g]) * points - int(worth[g]))
        return gain

    def _covers(self, c: int, g: int) -> bool:
        i = self.instance
        for a in range(i.aw_ptr[c], i.aw_ptr[c + 1]):
            fresh = not len(i.aw_within) or i.aw_within[a] < 0 or 0 <= i.g_lapsed[g] <= i.aw_within[a]
            if i.aw_comp[a] == i.g_comp[g] and i.aw_level[a] >= i.g_level[g] and fresh:
                return True
        return False


RULES: Mapping[str, Callable[[Conditions], Iterator[str]]] = {
    "H11": Conditions.crowded,
    "H12": Conditions.too_small,
    "H13": Conditions.passing_over,
}
