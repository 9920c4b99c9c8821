"""Seat prices: what a scarce seat or a unit of money is worth, and the bound that follows.

For any prices >= 0 the sum of everybody's best value at these prices, plus the prices of all seats and money there
are, is an upper bound on every plan (the Lagrangian dual). The prices are moved against the excess of demand; the
best bound seen and its prices are kept. Only people with a pair in something contested are asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trainer.planning.engine.candidates import money_of
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.kernels import SCALE, Prices
from trainer.planning.engine.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Prices with the bound they prove: integer points per seat, and per 2^20 money units."""

    session: Ints
    partner: Ints
    mission: Ints
    bound: int

    def of(self, table: Table) -> Prices:
        return table.prices(self.session, partner=self.partner, mission=self.mission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What could be asked for more than there is, and who takes part in that."""

    session: Ints
    """[S] 1 when more people could sit there than there are seats"""
    partner: Ints
    mission: Ints
    people: Ints
    """who has a pair in something contested"""
    rest: int
    """the sum of the best values of the others, who simply get them"""
    value: Ints
    """[P] everybody's best value at price zero"""


def contest_of(table: Table) -> Contest:
    """Everybody's best at price zero, and the part of the instance where that cannot be had by all."""
    i, c = table.instance, table.candidates
    free = table.respond(table.prices())
    pair_person = np.repeat(np.arange(i.people, dtype=np.int32), np.diff(c.pair_ptr))
    session = (np.bincount(c.pair_session, minlength=i.sessions) > table.cap).astype(np.int64)
    partner_ask, mission_ask = np.zeros(len(i.partner_budget)), np.zeros(len(i.mission_budget))
    np.add.at(
        partner_ask,
        i.c_partner[i.s_course],
        i.c_cost[i.s_course] * np.minimum(table.cap, np.bincount(c.pair_session, minlength=i.sessions)),
    )
    dearest = np.zeros(i.people, np.int64)
    for start in range(0, len(c), 1 << 22):
        part = slice(start, start + (1 << 22))
        who = pair_person[part]
        np.maximum.at(dearest, who, money_of(i, who, c.pair_session[part]))
    np.add.at(mission_ask, i.p_mission, dearest * i.max_seats)
    partner = (partner_ask > table.partner_left).astype(np.int64)
    mission = (mission_ask > table.mission_left).astype(np.int64)
    hot = (session | partner[i.c_partner[i.s_course]])[c.pair_session]
    involved = np.bincount(pair_person, hot, minlength=i.people) > 0
    involved |= (mission[i.p_mission] > 0) & (dearest > 0)
    return Contest(
        session=session, partner=partner, mission=mission, people=np.flatnonzero(involved),
        rest=int(free.value[~involved].sum()), value=free.value,
    )  # fmt: skip


def no_prices(table: Table, contest: Contest) -> Shadow:
    """The bound of price zero: everybody gets what suits them best."""
    i = table.instance
    zeros = [np.zeros(n, np.int64) for n in (i.sessions, len(i.partner_budget), len(i.mission_budget))]
    return Shadow(
        session=zeros[0], partner=zeros[1], mission=zeros[2], bound=int(contest.value.sum()) - table.kept_bonus
    )


def usual_rounds(table: Table, contest: Contest) -> int:
    """Rounds that suit the size: plain code affords few."""
    if table.quick:
        return 60
    return min(30, 2_000 // max(1, len(contest.people)))


def proven(table: Table, contest: Contest, warm: Shadow, known: Shadow) -> Shadow:
    """The better of the known bound and what the warm prices prove for this instance."""
    i = table.instance
    fits = (len(warm.session), len(warm.partner), len(warm.mission))
    if fits != (i.sessions, len(i.partner_budget), len(i.mission_budget)):
        return known
    start = replace(warm, bound=known.bound)
    found = find(table, contest, start, rounds=1, eta=0.0, stop=lambda: False)
    return found if found.bound < known.bound else known


def find(table: Table, contest: Contest, start: Shadow, *, rounds: int, eta: float, stop: Callable[[], bool]) -> Shadow:
    """Better prices after so many rounds from a start; the bound never gets worse."""
    i = table.instance
    best = start
    if not len(contest.people):
        return best
    people = table.flat(contest.people)
    unit = float(i.objective.on_time * max(1.0, np.median(i.g_weight)))
    money = unit / max(1.0, float(np.median(i.c_cost[i.c_cost > 0])) if (i.c_cost > 0).any() else 1.0) * 2**SCALE
    cap = np.concatenate((table.cap, table.partner_left, table.mission_left)).astype(float)
    contested = np.concatenate((contest.session, contest.partner, contest.mission)) > 0
    units = np.concatenate((
        np.full(i.sessions, unit), np.full(len(i.partner_budget) + len(i.mission_budget), money * 0.25),
    ))  # fmt: skip
    slack = np.concatenate((np.full(i.sessions, 3.0), np.full(len(i.partner_budget) + len(i.mission_budget), 1000.0)))
    price = np.concatenate((start.session, start.partner, start.mission)).astype(float)
    pace = np.zeros(len(price))
    cuts = (i.sessions, i.sessions + len(i.partner_budget))
    for k in range(rounds):
        if stop():
            break
        session, partner, mission = np.split(np.rint(price).astype(np.int64), cuts)
        answer = table.respond(table.prices(session, partner=partner, mission=mission), people)
        income = int((session * table.cap).sum()) - (-int(sum(
            int(m) * int(left) for prices, lefts in ((partner, table.partner_left), (mission, table.mission_left))
            for m, left in zip(prices, lefts, strict=True) if m
        )) >> SCALE)  # fmt: skip
        bound = contest.rest + int(answer.value.sum()) + income - table.kept_bonus
        if bound < best.bound:
            best = replace(best, session=session, partner=partner, mission=mission, bound=bound)
        demand = np.concatenate((answer.demand, answer.partner, answer.mission))
        step = eta / (1 + k / 8) * units * np.clip((demand - cap) / (cap + slack), -1, 2)
        pace = 0.5 * pace + step
        price = np.where(contested, np.maximum(price + pace, 0), 0)
    return best
