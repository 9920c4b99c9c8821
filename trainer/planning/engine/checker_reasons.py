"""The judge of reasons: the code of every open gap, worked out anew by the filters of the format in their order."""

from collections.abc import Callable, Iterator

import numpy as np

from trainer.planning.engine import checker_conditions
from trainer.planning.engine.checker_conditions import Conditions
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.ledger import NEVER, Flags, Ledger, awards, closing_days, gap_values, whereabouts

Filter = Callable[[int, int, Ints, slice], Flags]
"""(person, gap, sessions, the person's rows of the plan) → which sessions are left."""


def wrong(z: Ledger, reasons: Ints) -> Iterator[str]:
    i = z.instance
    if len(reasons) != i.gaps:
        yield f"there are {len(reasons)} reasons for {i.gaps} gaps"
        return
    right = _Reasons(z).codes()
    for g in np.flatnonzero(right != reasons):
        yield f"gap {g} has reason {reasons[g]}, the plan shows {right[g]}"


class _Reasons:
    """The code of each gap on the final plan, filter after filter as the format describes them."""

    def __init__(self, ledger: Ledger) -> None:
        i = ledger.instance
        self.ledger = ledger
        self.free = i.s_cap - np.bincount(ledger.session, minlength=i.sessions)
        self.partner_left = i.partner_budget.copy()
        np.subtract.at(self.partner_left, i.c_partner[ledger.course], ledger.course_cost)
        self.mission_left = i.mission_budget.copy()
        np.subtract.at(self.mission_left, i.p_mission[ledger.person], ledger.money)
        self.open, self.blocks = i.opens, i.blocks
        self.sessions_of_course = np.argsort(i.s_course, kind="stable")
        self.course_ptr = np.searchsorted(i.s_course[self.sessions_of_course], np.arange(i.courses + 1))
        self.first = np.searchsorted(ledger.person, np.arange(i.people + 1))
        self.needy = i.c_pre_comp >= 0
        self.admitting: dict[tuple[int, int, int, int, int], tuple[int, Ints]] = {}
        """What is found for a gap before it matters whose it is, by what is asked and the person's role and languages."""
        self.conditions = Conditions(ledger)
        self.counted, self.least = self.conditions.counted(), i.least
        self.reserved = np.zeros(i.sessions, bool)
        self.reserved[i.q_session] = True
        filters: tuple[tuple[int, bool, Filter], ...] = (
            (5, True, self._available), (6, True, self._prepared), (12, True, self._counts), (7, True, self._seats),
            (13, len(i.q_session) > 0, self._unreserved), (14, len(i.s_least) > 0, self._large_enough),
            (15, len(i.wl_session) > 0, self._in_turn), (8, True, self._money), (9, True, self._time),
        )  # fmt: skip
        self.filters = [(code, keeps) for code, asked, keeps in filters if asked]

    def codes(self) -> Ints:
        i = self.ledger.instance
        ends = closing_days(self.ledger)
        values = gap_values(i, ends)
        codes = np.where(ends == NEVER, -1, np.where(values > 0, 0, 12))
        codes[(codes < 0) & checker_conditions.in_full_units(i, values)] = 16
        owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
        for g in np.flatnonzero(codes < 0).tolist():
            codes[g] = self._code(int(owner[g]), g)
        return codes

    def _courses(self, g: int) -> Ints:
        """The courses that close the gap."""
        i = self.ledger.instance
        comp, level, lapsed = self._asked(g)
        fits = (i.aw_comp == comp) & (i.aw_level >= level)
        if len(i.aw_within):
            fits &= (i.aw_within < 0) | ((lapsed >= 0) & (i.aw_within >= lapsed))
        rows = np.flatnonzero(fits)
        return np.unique(np.searchsorted(i.aw_ptr, rows, side="right") - 1)

    def _asked(self, g: int) -> tuple[int, int, int]:
        i = self.ledger.instance
        return int(i.g_comp[g]), int(i.g_level[g]), int(i.g_lapsed[g]) if len(i.g_lapsed) else -1

    def _admitting(self, p: int, g: int) -> tuple[int, Ints]:
        """The open sessions of courses that close the gap, for the person's role and languages; or what leaves none."""
        i = self.ledger.instance
        courses = self._courses(g)
        if not len(courses):
            return 1, courses
        courses = courses[i.c_family[courses] >> i.p_family[p] & 1 == 1]
        if not len(courses):
            return 2, courses
        courses = courses[i.p_lang[p] >> i.c_lang[courses] & 1 == 1]
        if not len(courses):
            return 3, courses
        s = np.concatenate([self.sessions_of_course[self.course_ptr[c] : self.course_ptr[c + 1]] for c in courses])
        return 4, s[self.open[s]]

    def _code(self, p: int, g: int) -> int:
        z, i = self.ledger, self.ledger.instance
        alike = (*self._asked(g), int(i.p_family[p]), int(i.p_lang[p]))
        if alike not in self.admitting:
            self.admitting[alike] = self._admitting(p, g)
        code, s = self.admitting[alike]
        mine = slice(int(self.first[p]), int(self.first[p + 1]))
        for own in z.session[mine].tolist() if len(s) else ():
            s = s[s != own]
        if not len(s):
            return code
        for code, keeps in self.filters:
            s = s[keeps(p, g, s, mine)]
            if not len(s):
                return code
        return 10 if mine.stop - mine.start >= i.max_seats else 11

    def _available(self, p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        i = self.ledger.instance
        inside = ~self.blocks[s]
        for w in range(int(i.av_ptr[p]), int(i.av_ptr[p + 1])):
            inside |= (i.av_start[w] <= i.s_start[s]) & (i.s_end[s] <= i.av_end[w])
        return inside

    def _prepared(self, p: int, _g: int, s: Ints, mine: slice) -> Flags:
        z, i = self.ledger, self.ledger.instance
        ready = np.ones(len(s), bool)
        course = i.s_course[s]
        for c in set(course[self.needy[course]].tolist()):
            comp, level = int(i.c_pre_comp[c]), int(i.c_pre_level[c])
            here = course == c
            held = slice(int(i.h_ptr[p]), int(i.h_ptr[p + 1]))
            good = (i.h_comp[held] == comp) & (i.h_level[held] >= level)
            until = i.h_expiry[held][good].max(initial=-1)
            earned = [z.end[k] for k in range(mine.start, mine.stop) if awards(i, int(z.course[k]), comp, level)]
            since = min(earned, default=NEVER)
            ready[here] = (i.s_start[s[here]] <= until) | (i.s_start[s[here]] > since)
        return ready

    def _counts(self, _p: int, g: int, s: Ints, _mine: slice) -> Flags:
        i = self.ledger.instance
        o, days_late = i.objective, i.s_end[s] - i.g_due[g]
        counts: Flags = (days_late <= 0) | (o.late - o.late_decay * days_late > 0)
        return counts

    def _seats(self, _p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        return self.free[s] > 0

    def _unreserved(self, p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        keep = np.ones(len(s), bool)
        for k in np.flatnonzero(self.reserved[s]).tolist():
            keep[k] = self.conditions.has_unreserved(p, int(s[k]))
        return keep

    def _large_enough(self, _p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        enough: Flags = self.counted[s] + 1 >= self.least[s]
        return enough

    def _in_turn(self, p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        return np.array([self.conditions.passed_over(p, each) is None for each in s.tolist()], bool)

    def _money(self, p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        i = self.ledger.instance
        c = i.s_course[s]
        journey = np.where(i.c_mode[c] >= 2, i.travel[whereabouts(i, np.full(len(s), p), s), i.c_region[c]], 0)
        in_partner: Flags = i.c_cost[c] <= self.partner_left[i.c_partner[c]]
        in_mission: Flags = i.c_cost[c] + journey <= self.mission_left[i.p_mission[p]]
        return in_partner & in_mission

    def _time(self, _p: int, _g: int, s: Ints, mine: slice) -> Flags:
        z, i = self.ledger, self.ledger.instance
        clear = np.ones(len(s), bool)
        for k in range(mine.start, mine.stop):
            if z.blocks[k]:
                clear &= ~self.blocks[s] | (i.s_start[s] > z.end[k]) | (i.s_end[s] < z.start[k])
        return clear
