"""How a plan stands towards reserved seats, least sizes, waiting lists and units: for reasons, and for mending plans.

The rules themselves are worded where they are judged, in `checker_conditions.py`, which shares nothing with this.
"""

import itertools
from collections import defaultdict
from functools import cached_property
from typing import Protocol

import numpy as np

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.lookup import Flags, Lookup, closing_value, money_of, spread
from trainer.planning.engine.plain import is_of
from trainer.planning.engine.plan import Plan

LAST = 2**62
"""The place of who is not on the list."""


class Seating(Protocol):
    """What explanations know of the people's own seats (see `explain`)."""

    instance: Instance
    plan: Plan
    ptr: Ints
    partner_left: Ints
    mission_left: Ints

    def has(self, person: Ints, session: Ints) -> Flags: ...

    def earned_before(self, person: Ints, session: Ints, lookup: Lookup) -> Flags: ...

    def clear_of_own(self, person: Ints, session: Ints) -> Flags: ...

    def in_course(self, person: Ints, session: Ints) -> Flags: ...


def full_units(i: Instance, worth: Ints) -> Flags:
    """[G] of the gap's unit as many are closed as it needs; `worth` is what the plan makes of each gap."""
    if not len(i.g_unit):
        return np.zeros(i.gaps, bool)
    closed = np.bincount(i.g_unit[(worth > 0) & (i.g_unit >= 0)], minlength=len(i.u_need))
    enough: Flags = np.append(closed >= i.u_need, False)[i.g_unit]
    return enough


class Standing:
    """A plan by session: who sits there, who waits, what is still reserved."""

    def __init__(self, lookup: Lookup, seating: Seating, worth: Ints) -> None:
        i = self.instance = lookup.instance
        self.lookup, self.seating, self.worth = lookup, seating, worth
        person, session = seating.plan.person, seating.plan.session
        self.kept = np.isin(person * i.sessions + session, i.old_person * i.sessions + i.old_session)
        self.locked = self.kept & (i.s_start[session] < i.freeze_day)
        self.counted = np.zeros(i.sessions, np.int64)
        if len(i.s_least):
            rows = np.flatnonzero(i.s_least[session] > 0)
            count = self.kept[rows] | (self.gains(person[rows], session[rows], alone=True) > 0)
            self.counted = np.bincount(session[rows[count]], minlength=i.sessions)
        self.rows: dict[int, Ints] = {}
        for s in np.unique(i.q_session[i.q_release > 0]).tolist():
            self.rows[s] = np.flatnonzero((i.q_session == s) & (i.q_release > 0))
        self.places: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for s, p, place in zip(i.wl_session.tolist(), i.wl_person.tolist(), i.wl_place.tolist(), strict=True):
            self.places[s][p] = place
        self.claims = self._claims()

    def gains(self, person: Ints, session: Ints, *, alone: bool) -> Ints:
        """What each seat would add to what its person has; alone: what it would be worth as the only one."""
        i, o = self.instance, self.instance.objective
        gain = -o.seat - o.cost_num * money_of(i, person, session) // o.cost_den
        row, nth = spread(i.g_ptr[person + 1] - i.g_ptr[person])
        gap = i.g_ptr[person[row]] + nth
        covers = self.lookup.awards(i.s_course[session[row]], i.g_comp[gap], i.g_level[gap])
        if not alone:
            covers &= i.unit_of[gap] < 0
        row, gap = row[covers], gap[covers]
        value = closing_value(i, gap, i.s_end[session[row]])
        have = 0 if alone else self.worth[gap]
        np.add.at(gain, row, np.maximum(0, value - have))
        return gain

    # Reserved seats

    @cached_property
    def tight(self) -> dict[int, list[Ints]]:
        """Session → sets of quotas outside whose groups nobody more may have a seat."""
        session = self.seating.plan.session
        by_session = np.argsort(session, kind="stable")
        at = np.searchsorted(session[by_session], np.arange(self.instance.sessions + 1))
        return {s: self._tight(s, by_session[at[s] : at[s + 1]]) for s in self.rows}

    @cached_property
    def closed_to_some(self) -> Flags:
        """[S] whether there are such sets."""
        found = np.zeros(self.instance.sessions, bool)
        found[[s for s, sets in self.tight.items() if sets]] = True
        return found

    def _tight(self, s: int, here: Ints) -> list[Ints]:
        """`here` are the rows of the plan in this session."""
        i, rows = self.instance, self.rows[s]
        locked = self.seating.plan.person[here[self.locked[here]]]
        new = self.seating.plan.person[here[~self.locked[here]]]
        unused = dict(zip(rows.tolist(), i.q_seats[rows].tolist(), strict=True))
        for p in locked.tolist():
            for q in rows[is_of(i, np.full(len(rows), p), rows)].tolist():
                if unused[q] > 0:
                    unused[q] -= 1
                    break
        left = max(0, int(i.s_cap[s]) - len(locked))
        spare = left - sum(unused.values())
        for q in rows[::-1].tolist():
            given = min(unused[q], max(0, -spare))
            unused[q] -= given
            spare += given
        tight = []
        for size in range(1, len(rows) + 1):
            for some in itertools.combinations(rows.tolist(), size):
                outside = np.ones(len(new), bool)
                for q in some:
                    outside &= ~is_of(i, new, np.full(len(new), q))
                if left - sum(unused[q] for q in some) <= int(outside.sum()):
                    tight.append(np.array(some))
        return tight

    def unreserved(self, person: Ints, session: Ints) -> Flags:
        """A free seat of the session could be the person's."""
        keep = np.ones(len(person), bool)
        closed = self.closed_to_some[session]
        for s in set(session[closed].tolist()) if closed.any() else ():
            rows = np.flatnonzero(session == s)
            for some in self.tight[s]:
                belongs = np.zeros(len(rows), bool)
                for q in some.tolist():
                    belongs |= is_of(self.instance, person[rows], np.full(len(rows), q))
                keep[rows] &= belongs
        return keep

    # Least sizes

    def large_enough(self, session: Ints) -> Flags:
        """With one more the session has the people it needs."""
        enough: Flags = self.counted[session] + 1 >= self.instance.least[session]
        return enough

    def too_small(self) -> list[int]:
        """Sessions whose seats must go, those with most people first."""
        i = self.instance
        if not len(i.s_least):
            return []
        free = np.bincount(self.seating.plan.session[~self.locked], minlength=i.sessions)
        small = np.flatnonzero((free > 0) & (self.counted < i.s_least))
        return [int(s) for s in small[np.argsort(-self.counted[small], kind="stable")]]

    # Waiting lists

    def _claims(self) -> dict[int, list[tuple[int, int]]]:
        """Session → (place, person) of those on its list who have no seat there, could take one and would gain."""
        i, z = self.instance, self.seating
        found: dict[int, list[tuple[int, int]]] = {}
        if not len(i.wl_session):
            return found
        p, s = i.wl_person, i.wl_session
        course = i.s_course[s]
        good = (i.c_family[course] >> i.p_family[p] & 1 == 1) & (i.p_lang[p] >> i.c_lang[course] & 1 == 1)
        good &= i.opens[s] & (z.ptr[p + 1] - z.ptr[p] < i.max_seats) & self.lookup.available(p, s)
        good &= ~z.in_course(p, s) & z.clear_of_own(p, s)
        good &= (self.lookup.held_until(p, course) >= i.s_start[s]) | z.earned_before(p, s, self.lookup)
        good &= i.c_cost[course] <= z.partner_left[i.c_partner[course]]
        good &= money_of(i, p, s) <= z.mission_left[i.p_mission[p]]
        good &= self.gains(p, s, alone=False) > 0
        for k in np.flatnonzero(good)[np.lexsort((p[good], i.wl_place[good]))].tolist():
            found.setdefault(int(s[k]), []).append((int(i.wl_place[k]), int(p[k])))
        return found

    def before(self, person: int, session: int) -> int | None:
        """Who has a claim to the session that this person would pass over by a new seat in it."""
        i, mine = self.instance, self.places[session].get(person, LAST)
        groups = self.rows.get(session, np.zeros(0, np.int64))
        groups = groups[is_of(i, np.full(len(groups), person), groups)]
        for place, other in self.claims.get(session, ()):
            if place >= mine:
                break
            if other != person and is_of(i, np.full(len(groups), other), groups).all():
                return other
        return None

    def in_turn(self, person: Ints, session: Ints) -> Flags:
        """Nobody who waits before would be passed over by the person's new seat in the session."""
        keep = np.ones(len(person), bool)
        for k in np.flatnonzero(np.isin(session, list(self.claims))).tolist() if self.claims else ():
            keep[k] = self.before(int(person[k]), int(session[k])) is None
        return keep

    def passing_over(self) -> list[tuple[int, int, int]]:
        """(person, session, who waits before) of every new seat that passes somebody over."""
        plan = self.seating.plan
        found = []
        for k in np.flatnonzero(~self.kept & np.isin(plan.session, list(self.claims))).tolist() if self.claims else ():
            p, s = int(plan.person[k]), int(plan.session[k])
            other = self.before(p, s)
            if other is not None:
                found.append((p, s, other))
        return found
