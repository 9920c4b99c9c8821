"""An independent judge of plans: it recomputes everything from the instance and believes nobody.

It shares no code with the solver (not candidates, prices, repair, exact or explain), so that a plan can be
refused by a program that does not have the solver's mistakes. It reads plainly instead of fast; a plan for
100,000 people is still judged in seconds, its reasons in a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainer.planning.engine import checker_conditions, checker_reasons
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.ledger import Flags, Ledger, awards, closing_days, gap_values, holds
from trainer.planning.engine.plan import Plan

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
    floor_short: int = 0
    """weight that missions lack, in sum, of what they should have closed on time"""

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
    ledger = Ledger(instance, plan)
    breaches: list[Breach] = []
    inherited: list[Breach] = []
    for rule in (_h1, _h2, _h3, _h4, _h5, _h6, _h7, _h8, _h9, _h10):
        found = list(rule(ledger))
        breaches += _first([breach for breach, locked in found if not locked])
        inherited += _first([breach for breach, locked in found if locked])
    conditions = checker_conditions.Conditions(ledger)
    for name, rule_of in checker_conditions.RULES.items():
        breaches += _first([Breach(rule=name, words=words) for words in rule_of(conditions)])
    ends = closing_days(ledger)
    values = gap_values(instance, ends)
    short = checker_conditions.floor_short(instance, ends)
    changed, lost = _changes(ledger)
    untouched = ~instance.everyone_touched
    return Report(
        breaches=tuple(breaches),
        inherited=tuple(inherited),
        wrong_reasons=() if reasons is None else tuple(_first_words(checker_reasons.wrong(ledger, reasons))),
        objective=checker_conditions.credited(instance, values) - instance.objective.floor * short - _costs(ledger),
        seats=len(plan),
        closed=int((values > 0).sum()),
        open=int((values <= 0).sum()),
        dropped_old=int((~ledger.old_kept).sum()),
        people_changed=int(changed.sum()),
        untouched_changed=int((changed & untouched).sum()),
        untouched_dropped=int((lost & untouched).sum()),
        floor_short=short,
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


def _h1(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    taken = np.bincount(z.session, minlength=i.sessions)
    locked = np.bincount(z.session[z.locked], minlength=i.sessions)
    for s in np.flatnonzero(taken > i.s_cap):
        words = f"session {s} has {i.s_cap[s]} seats, {taken[s]} are given"
        yield Breach(rule="H1", words=words), bool(taken[s] == locked[s])


def _h2(z: Ledger) -> Iterator[tuple[Breach, bool]]:
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


def _h3(z: Ledger) -> Iterator[tuple[Breach, bool]]:
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


def _h4(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    speaks = i.p_lang[z.person] >> i.c_lang[z.course] & 1
    for k in np.flatnonzero(speaks == 0):
        words = f"person {z.person[k]} does not speak the language of session {z.session[k]}"
        yield Breach(rule="H4", words=words), bool(z.locked[k])


def _h5(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    for k in np.flatnonzero(i.c_pre_comp[z.course] >= 0).tolist():
        p, c = int(z.person[k]), int(z.course[k])
        own = range(int(np.searchsorted(z.person, p)), int(np.searchsorted(z.person, p, side="right")))
        earned = any(
            z.end[other] < z.start[k] and awards(i, int(z.course[other]), int(i.c_pre_comp[c]), int(i.c_pre_level[c]))
            for other in own
        )
        if not earned and not holds(i, p, int(i.c_pre_comp[c]), int(i.c_pre_level[c]), int(z.start[k])):
            words = f"person {p} lacks the prerequisite of session {z.session[k]} on day {z.start[k]}"
            yield Breach(rule="H5", words=words), bool(z.locked[k])


def _h6(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    rows = np.lexsort((~z.locked, z.course, z.person))
    for before, now in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        if z.person[before] == z.person[now] and z.course[before] == z.course[now]:
            words = f"person {z.person[now]} has two seats in course {z.course[now]}"
            yield Breach(rule="H6", words=words), bool(z.locked[before] and z.locked[now])


def _h7(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    seats = np.bincount(z.person, minlength=i.people)
    locked = np.bincount(z.person[z.locked], minlength=i.people)
    for p in np.flatnonzero(seats > i.max_seats):
        words = f"person {p} has {seats[p]} seats, at most {i.max_seats} are allowed"
        yield Breach(rule="H7", words=words), bool(seats[p] == locked[p])


def _h8(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    yield from _overspent(z, "partner", i.c_partner[z.course], z.course_cost, i.partner_budget)
    yield from _overspent(z, "mission", i.p_mission[z.person], z.money, i.mission_budget)


def _overspent(z: Ledger, payer: str, who: Ints, money: Ints, budget: Ints) -> Iterator[tuple[Breach, bool]]:
    spent, fixed = np.zeros(len(budget), np.int64), np.zeros(len(budget), np.int64)
    np.add.at(spent, who, money)
    np.add.at(fixed, who[z.locked], money[z.locked])
    for b in np.flatnonzero(spent > budget):
        words = f"{payer} {b} has a budget of {budget[b]}, the plan spends {spent[b]}"
        yield Breach(rule="H8", words=words), bool(spent[b] == fixed[b])


def _h9(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    for k in np.flatnonzero(~z.old_kept & (i.s_start[i.old_session] < i.freeze_day)):
        words = f"person {i.old_person[k]} loses the locked seat in session {i.old_session[k]}"
        yield Breach(rule="H9", words=words), False
    for k in np.flatnonzero(~z.was_there & ~i.opens[z.session]):
        words = f"person {z.person[k]} gets a new seat in session {z.session[k]}, which starts before the freeze day"
        yield Breach(rule="H9", words=words), False


def _h10(z: Ledger) -> Iterator[tuple[Breach, bool]]:
    i = z.instance
    admitted = i.c_family[z.course] >> i.p_family[z.person] & 1
    for k in np.flatnonzero(admitted == 0):
        words = f"the course of session {z.session[k]} does not admit the role family of person {z.person[k]}"
        yield Breach(rule="H10", words=words), bool(z.locked[k])


def _costs(z: Ledger) -> int:
    o = z.instance.objective
    seats = o.seat * len(z.person) + int((o.cost_num * z.money // o.cost_den).sum())
    return seats + o.change * int((~z.old_kept).sum())


def _changes(z: Ledger) -> tuple[Flags, Flags]:
    """[P] who has another set of seats than before, and who has lost one."""
    changed, lost = np.zeros(z.instance.people, bool), np.zeros(z.instance.people, bool)
    changed[z.person[~z.was_there]] = True
    lost[z.instance.old_person[~z.old_kept]] = True
    return changed | lost, lost
