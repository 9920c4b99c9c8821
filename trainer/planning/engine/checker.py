"""An independent judge of plans: it recomputes everything from the instance and believes nobody.

It shares no code with the solver (not candidates, prices, repair, exact or explain), so that a plan can be
refused by a program that does not have the solver's mistakes. It reads plainly instead of fast; a plan for
100,000 people is still judged in seconds, its reasons in a minute.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan

Flags = npt.NDArray[np.bool_]

NAMED = 20
"""How many breaches of one rule are named one by one; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that the plan does not keep, with the person, session or other thing it concerns."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The judgement on a plan. Breaches forbid it; `inherited` ones come from locked old seats alone."""

    breaches: tuple[Breach, ...]
    inherited: tuple[Breach, ...]
    wrong_reasons: tuple[str, ...]
    objective: int
    seats: int
    closed: int
    open: int
    dropped_old: int
    people_changed: int
    untouched_changed: int
    untouched_dropped: int

    @property
    def feasible(self) -> bool:
        return not self.breaches

    @property
    def right(self) -> bool:
        """Feasible, and every reason code given is confirmed."""
        return self.feasible and not self.wrong_reasons


def check(instance: Instance, plan: Plan, reasons: Ints | None = None) -> Report:
    """Judge the plan and, when codes are given, the reason of every gap."""
    unknown = _unknown_seats(instance, plan)
    if unknown:
        return Report(
            breaches=unknown, inherited=(), wrong_reasons=(), objective=0, seats=len(plan), closed=0,
            open=instance.gaps, dropped_old=0, people_changed=0, untouched_changed=0, untouched_dropped=0,
        )  # fmt: skip
    ledger = _Ledger(instance, plan)
    breaches: list[Breach] = []
    inherited: list[Breach] = []
    for rule in (_h1, _h2, _h3, _h4, _h5, _h6, _h7, _h8, _h9, _h10):
        found = list(rule(ledger))
        breaches += _first([breach for breach, locked in found if not locked])
        inherited += _first([breach for breach, locked in found if locked])
    ends = _closing_days(ledger)
    values = _gap_values(instance, ends)
    changed, lost = _changes(ledger)
    untouched = ~instance.everyone_touched
    return Report(
        breaches=tuple(breaches),
        inherited=tuple(inherited),
        wrong_reasons=() if reasons is None else tuple(_first_words(_wrong_reasons(ledger, reasons))),
        objective=int(values.sum()) - _costs(ledger),
        seats=len(plan),
        closed=int((values > 0).sum()),
        open=int((values <= 0).sum()),
        dropped_old=int((~ledger.old_kept).sum()),
        people_changed=int(changed.sum()),
        untouched_changed=int((changed & untouched).sum()),
        untouched_dropped=int((lost & untouched).sum()),
    )


def _first(breaches: list[Breach]) -> list[Breach]:
    if len(breaches) <= NAMED:
        return breaches
    more = Breach(rule=breaches[0].rule, words=f"and {len(breaches) - NAMED} more of this rule")
    return [*breaches[:NAMED], more]


def _first_words(words: Iterator[str]) -> list[str]:
    found = list(words)
    return found if len(found) <= NAMED else [*found[:NAMED], f"and {len(found) - NAMED} more"]


def _unknown_seats(i: Instance, plan: Plan) -> tuple[Breach, ...]:
    wrong = (plan.person < 0) | (plan.person >= i.people) | (plan.session < 0) | (plan.session >= i.sessions)
    named = [
        Breach(rule="H0", words=f"seat {k} names person {plan.person[k]} and session {plan.session[k]}, unknown")
        for k in np.flatnonzero(wrong)
    ]
    keys = plan.person * max(1, i.sessions) + plan.session
    if not named and len(np.unique(keys)) != len(keys):
        named.append(Breach(rule="H0", words="the plan names a seat twice"))
    return tuple(_first(named))


class _Ledger:
    """The plan beside the previous one, seat by seat, in the plan's order."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        i = instance
        self.instance, self.plan = i, plan
        self.person, self.session = plan.person, plan.session
        self.course = i.s_course[plan.session]
        self.start, self.end = i.s_start[plan.session], i.s_end[plan.session]
        self.blocks = i.c_mode[self.course] != 0
        self.course_cost = i.c_cost[self.course]
        on_the_spot = i.c_mode[self.course] >= 2
        journey = i.travel[i.p_region[plan.person], i.c_region[self.course]]
        self.money = self.course_cost + np.where(on_the_spot, journey, 0)
        keys = plan.person * i.sessions + plan.session
        old_keys = i.old_person * i.sessions + i.old_session
        self.was_there = np.isin(keys, old_keys)
        self.old_kept = np.isin(old_keys, keys)
        self.locked: Flags = self.was_there & (self.start < i.freeze_day)


def _h1(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    taken = np.bincount(z.session, minlength=i.sessions)
    locked = np.bincount(z.session[z.locked], minlength=i.sessions)
    for s in np.flatnonzero(taken > i.s_cap):
        words = f"session {s} has {i.s_cap[s]} seats, {taken[s]} are given"
        yield Breach(rule="H1", words=words), bool(taken[s] == locked[s])


def _h2(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    rows = np.flatnonzero(z.blocks)
    rows = rows[np.lexsort((z.start[rows], z.person[rows]))]
    busiest = -1
    for before, now in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        if z.person[before] != z.person[now]:
            busiest = -1
            continue
        if busiest < 0 or z.end[before] >= z.end[busiest]:
            busiest = before
        if z.start[now] <= z.end[busiest]:
            words = f"person {z.person[now]} sits in sessions {z.session[busiest]} and {z.session[now]} at once"
            yield Breach(rule="H2", words=words), bool(z.locked[busiest] and z.locked[now])


def _h3(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    inside = np.zeros(len(z.person), bool)
    windows = i.av_ptr[z.person + 1] - i.av_ptr[z.person]
    for nth in range(int(windows.max(initial=0))):
        has = np.flatnonzero(windows > nth)
        w = i.av_ptr[z.person[has]] + nth
        inside[has] |= (i.av_start[w] <= z.start[has]) & (z.end[has] <= i.av_end[w])
    for k in np.flatnonzero(z.blocks & ~inside):
        words = f"person {z.person[k]} is not available throughout session {z.session[k]}"
        yield Breach(rule="H3", words=words), bool(z.locked[k])


def _h4(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    speaks = i.p_lang[z.person] >> i.c_lang[z.course] & 1
    for k in np.flatnonzero(speaks == 0):
        words = f"person {z.person[k]} does not speak the language of session {z.session[k]}"
        yield Breach(rule="H4", words=words), bool(z.locked[k])


def _h5(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    for k in np.flatnonzero(i.c_pre_comp[z.course] >= 0).tolist():
        p, c = int(z.person[k]), int(z.course[k])
        own = range(int(np.searchsorted(z.person, p)), int(np.searchsorted(z.person, p, side="right")))
        earned = any(
            z.end[other] < z.start[k] and _awards(i, int(z.course[other]), int(i.c_pre_comp[c]), int(i.c_pre_level[c]))
            for other in own
        )
        if not earned and not _holds(i, p, int(i.c_pre_comp[c]), int(i.c_pre_level[c]), int(z.start[k])):
            words = f"person {p} lacks the prerequisite of session {z.session[k]} on day {z.start[k]}"
            yield Breach(rule="H5", words=words), bool(z.locked[k])


def _h6(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    rows = np.lexsort((~z.locked, z.course, z.person))
    for before, now in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        if z.person[before] == z.person[now] and z.course[before] == z.course[now]:
            words = f"person {z.person[now]} has two seats in course {z.course[now]}"
            yield Breach(rule="H6", words=words), bool(z.locked[before] and z.locked[now])


def _h7(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    seats = np.bincount(z.person, minlength=i.people)
    locked = np.bincount(z.person[z.locked], minlength=i.people)
    for p in np.flatnonzero(seats > i.max_seats):
        words = f"person {p} has {seats[p]} seats, at most {i.max_seats} are allowed"
        yield Breach(rule="H7", words=words), bool(seats[p] == locked[p])


def _h8(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    yield from _overspent(z, "partner", i.c_partner[z.course], z.course_cost, i.partner_budget)
    yield from _overspent(z, "mission", i.p_mission[z.person], z.money, i.mission_budget)


def _overspent(z: _Ledger, payer: str, who: Ints, money: Ints, budget: Ints) -> Iterator[tuple[Breach, bool]]:
    spent, fixed = np.zeros(len(budget), np.int64), np.zeros(len(budget), np.int64)
    np.add.at(spent, who, money)
    np.add.at(fixed, who[z.locked], money[z.locked])
    for b in np.flatnonzero(spent > budget):
        words = f"{payer} {b} has a budget of {budget[b]}, the plan spends {spent[b]}"
        yield Breach(rule="H8", words=words), bool(spent[b] == fixed[b])


def _h9(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    for k in np.flatnonzero(~z.old_kept & (i.s_start[i.old_session] < i.freeze_day)):
        words = f"person {i.old_person[k]} loses the locked seat in session {i.old_session[k]}"
        yield Breach(rule="H9", words=words), False
    for k in np.flatnonzero(~z.was_there & ~i.opens[z.session]):
        words = f"person {z.person[k]} gets a new seat in session {z.session[k]}, which starts before the freeze day"
        yield Breach(rule="H9", words=words), False


def _h10(z: _Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    admitted = i.c_family[z.course] >> i.p_family[z.person] & 1
    for k in np.flatnonzero(admitted == 0):
        words = f"the course of session {z.session[k]} does not admit the role family of person {z.person[k]}"
        yield Breach(rule="H10", words=words), bool(z.locked[k])


def _awards(i: Instance, course: int, comp: int, level: int) -> bool:
    """The course awards the competency at this level or a higher one."""
    rows = slice(int(i.aw_ptr[course]), int(i.aw_ptr[course + 1]))
    return bool(((i.aw_comp[rows] == comp) & (i.aw_level[rows] >= level)).any())


def _holds(i: Instance, person: int, comp: int, level: int, day: int) -> bool:
    """The person holds the competency at this level or a higher one, valid on the day."""
    rows = slice(int(i.h_ptr[person]), int(i.h_ptr[person + 1]))
    return bool(((i.h_comp[rows] == comp) & (i.h_level[rows] >= level) & (i.h_expiry[rows] >= day)).any())


NEVER = np.iinfo(np.int64).max


def _closing_days(z: _Ledger) -> Ints:
    """[G] the end of the earliest-ending own seat that covers the gap; NEVER when none does."""
    i = z.instance
    awards = i.aw_ptr[z.course + 1] - i.aw_ptr[z.course]
    seat = np.repeat(np.arange(len(z.person)), awards)
    award = np.arange(len(seat)) - np.repeat(np.cumsum(awards) - awards, awards) + i.aw_ptr[z.course[seat]]
    width = 1 + max(int(i.g_comp.max(initial=0)), int(i.aw_comp.max(initial=0)))
    owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
    order = np.argsort(owner * width + i.g_comp, kind="stable")
    keys = (owner * width + i.g_comp)[order]
    wanted = z.person[seat] * width + i.aw_comp[award]
    low, high = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
    ends = np.full(i.gaps, NEVER)
    for nth in range(int((high - low).max(initial=0))):
        rows = np.flatnonzero(low + nth < high)
        gap = order[low[rows] + nth]
        rows, gap = rows[fits := i.g_level[gap] <= i.aw_level[award[rows]]], gap[fits]
        np.minimum.at(ends, gap, z.end[seat[rows]])
    return ends


def _gap_values(i: Instance, ends: Ints) -> Ints:
    """[G] what the closing of each gap is worth when it happens on these days."""
    o = i.objective
    day = np.where(ends == NEVER, 0, ends)
    on_time = i.g_weight * (o.on_time + o.early * (i.horizon - day) // i.horizon)
    late = i.g_weight * np.maximum(0, o.late - o.late_decay * (day - i.g_due))
    worth = np.where(day <= i.g_due, on_time, late)
    return np.where(ends == NEVER, 0, worth)


def _costs(z: _Ledger) -> int:
    o = z.instance.objective
    seats = o.seat * len(z.person) + int((o.cost_num * z.money // o.cost_den).sum())
    return seats + o.change * int((~z.old_kept).sum())


def _changes(z: _Ledger) -> tuple[Flags, Flags]:
    """[P] who has another set of seats than before, and who has lost one."""
    changed, lost = np.zeros(z.instance.people, bool), np.zeros(z.instance.people, bool)
    changed[z.person[~z.was_there]] = True
    lost[z.instance.old_person[~z.old_kept]] = True
    return changed | lost, lost


def _wrong_reasons(z: _Ledger, reasons: Ints) -> Iterator[str]:
    i = z.instance
    if len(reasons) != i.gaps:
        yield f"there are {len(reasons)} reasons for {i.gaps} gaps"
        return
    right = _Reasons(z).codes()
    for g in np.flatnonzero(right != reasons):
        yield f"gap {g} has reason {reasons[g]}, the plan shows {right[g]}"


class _Reasons:
    """The code of each gap on the final plan, filter after filter as the format describes them."""

    def __init__(self, ledger: _Ledger) -> None:
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
        self.awarding: dict[tuple[int, int], Ints] = {}

    def codes(self) -> Ints:
        i = self.ledger.instance
        ends = _closing_days(self.ledger)
        values = _gap_values(i, ends)
        codes = np.where(ends == NEVER, -1, np.where(values > 0, 0, 12))
        owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
        for g in np.flatnonzero(codes < 0).tolist():
            codes[g] = self._code(int(owner[g]), g)
        return codes

    def _courses(self, comp: int, level: int) -> Ints:
        i = self.ledger.instance
        if (comp, level) not in self.awarding:
            rows = np.flatnonzero((i.aw_comp == comp) & (i.aw_level >= level))
            self.awarding[comp, level] = np.unique(np.searchsorted(i.aw_ptr, rows, side="right") - 1)
        return self.awarding[comp, level]

    def _code(self, p: int, g: int) -> int:
        z, i = self.ledger, self.ledger.instance
        courses = self._courses(int(i.g_comp[g]), int(i.g_level[g]))
        if not len(courses):
            return 1
        courses = courses[i.c_family[courses] >> i.p_family[p] & 1 == 1]
        if not len(courses):
            return 2
        courses = courses[i.p_lang[p] >> i.c_lang[courses] & 1 == 1]
        if not len(courses):
            return 3
        mine = slice(int(np.searchsorted(z.person, p)), int(np.searchsorted(z.person, p, side="right")))
        s = np.concatenate([self.sessions_of_course[self.course_ptr[c] : self.course_ptr[c + 1]] for c in courses])
        s = s[self.open[s] & ~np.isin(s, z.session[mine])]
        if not len(s):
            return 4
        filters: tuple[tuple[int, Callable[[int, int, Ints, slice], Flags]], ...] = (
            (5, self._available), (6, self._prepared), (12, self._counts), (7, self._seats), (8, self._money),
            (9, self._time),
        )  # fmt: skip
        for code, keeps in filters:
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
        for c in np.unique(i.s_course[s]).tolist():
            comp, level = int(i.c_pre_comp[c]), int(i.c_pre_level[c])
            if comp < 0:
                continue
            here = i.s_course[s] == c
            held = slice(int(i.h_ptr[p]), int(i.h_ptr[p + 1]))
            good = (i.h_comp[held] == comp) & (i.h_level[held] >= level)
            until = i.h_expiry[held][good].max(initial=-1)
            earned = [z.end[k] for k in range(mine.start, mine.stop) if _awards(i, int(z.course[k]), comp, level)]
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

    def _money(self, p: int, _g: int, s: Ints, _mine: slice) -> Flags:
        i = self.ledger.instance
        c = i.s_course[s]
        journey = np.where(i.c_mode[c] >= 2, i.travel[i.p_region[p], i.c_region[c]], 0)
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
