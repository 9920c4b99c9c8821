"""Seat prices: what a scarce seat or a unit of money is worth, and the bound that follows.

For any prices >= 0 the sum of everybody's best value at these prices, plus the prices of all seats and money there
are, is an upper bound on every plan (the Lagrangian dual). The prices are moved against the excess of demand; the
best bound seen and its prices are kept. Only people with a pair in something contested are asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from trainer.planning.engine.candidates import Lookup, closing_value, money_of
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.kernels import SCALE, Numbers, Prices
from trainer.planning.engine.table import NODES, PROOF_NODES, Response, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Prices with the bound they prove: integer points per seat, and per 2^20 money units."""

    session: Ints
    partner: Ints
    mission: Ints
    bound: int
    worth: Ints = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)
    """[P] what each person could have at most at these prices; the bound is their sum and the prices of all there is"""

    def fits(self, table: Table) -> bool:
        """The prices are of sessions and budgets as this instance has them."""
        i = table.instance
        mine = (len(self.session), len(self.partner), len(self.mission))
        return mine == (i.sessions, len(i.partner_budget), len(i.mission_budget))

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
    """Everybody's best at price zero, and the part of the instance where that cannot be had by all.

    When there are many pairs, everybody's best is only bounded: by a look instead of a search.
    """
    i, c = table.instance, table.candidates
    board = table.relaxed if table.relaxes else table.bounding
    free = table.respond(table.prices(), nodes=1 if table.relaxes else NODES, board=board)
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
        who = pair_person[part].astype(np.int64)
        np.maximum.at(dearest, who, money_of(i, who, c.pair_session[part].astype(np.int64)))
    np.add.at(mission_ask, i.p_mission, dearest * i.max_seats)
    partner = (partner_ask > table.partner_left).astype(np.int64)
    mission = (mission_ask > table.mission_left).astype(np.int64)
    hot = (session | partner[i.c_partner[i.s_course]])[c.pair_session]
    involved = np.bincount(pair_person, hot, minlength=i.people) > 0
    involved |= (mission[i.p_mission] > 0) & (dearest > 0)
    involved |= table.tied
    return Contest(
        session=session, partner=partner, mission=mission, people=np.flatnonzero(involved),
        rest=int(free.value[~involved].sum()), value=free.value,
    )  # fmt: skip


def no_prices(table: Table, contest: Contest) -> Shadow:
    """The bound of price zero: everybody gets what suits them best."""
    i = table.instance
    zeros = [np.zeros(n, np.int64) for n in (i.sessions, len(i.partner_budget), len(i.mission_budget))]
    return Shadow(
        session=zeros[0], partner=zeros[1], mission=zeros[2], bound=int(contest.value.sum()) - table.kept_bonus + table.beyond,
        worth=contest.value,
    )  # fmt: skip


def usual_rounds(table: Table, contest: Contest) -> int:
    """Rounds that suit the size: plain code affords few."""
    if not table.quick:
        return min(30, 2_000 // max(1, len(contest.people)))
    return max(2, min(60, 120_000 // max(1, len(contest.people))))


def proven(table: Table, contest: Contest, warm: Shadow, known: Shadow) -> Shadow:
    """The better of the known bound and what the warm prices prove for this instance."""
    if not warm.fits(table):
        return known
    start = replace(warm, bound=known.bound)
    found = find(table, contest, start, rounds=1, eta=0.0, stop=lambda: False)
    return found if found.bound < known.bound else known


PROOF_UNTIL = 10_000_000
"""Eligible pairs up to which the proof may take its time."""

PROOF_NODES_AT_MOST = 500
"""Branch-and-bound nodes per person of a proof beyond that."""

SAMPLE = 1_000
"""So many people, evenly chosen, tell enough for a first guess at the prices; one in fifty at least."""

SAMPLE_ROUNDS = 40

SAMPLE_FROM = 5_000
"""Contested people from which a sample is asked first."""


class Market:
    """Prices under adjustment, sessions first, then partners, then missions, in one vector."""

    def __init__(self, table: Table, contest: Contest, start: Shadow) -> None:
        i = self.instance = table.instance
        self.table, self.contest = table, contest
        money = len(i.partner_budget) + len(i.mission_budget)
        unit = float(i.objective.on_time * max(1.0, np.median(i.g_weight)))
        dear = float(np.median(i.c_cost[i.c_cost > 0])) if (i.c_cost > 0).any() else 1.0
        self.unit = np.concatenate((np.full(i.sessions, unit), np.full(money, unit / dear * 2**SCALE / 4)))
        self.slack = np.concatenate((np.full(i.sessions, 3.0), np.full(money, 1000.0)))
        self.cap = np.concatenate((table.cap, table.partner_left, table.mission_left)).astype(float)
        self.contested = np.concatenate((contest.session, contest.partner, contest.mission)) > 0
        self.price = np.concatenate((start.session, start.partner, start.mission)).astype(float)
        self.pace = np.zeros(len(self.price))
        self.cuts = (i.sessions, i.sessions + len(i.partner_budget))

    def integers(self) -> tuple[Ints, Ints, Ints]:
        session, partner, mission = np.split(np.rint(self.price).astype(np.int64), self.cuts)
        return session, partner, mission

    def ask(self, people: Numbers, *, nodes: int = NODES) -> Response:
        session, partner, mission = self.integers()
        return self.table.respond(self.table.prices(session, partner=partner, mission=mission), people, nodes=nodes)

    def move(self, answer: Response, *, scale: float, step: float) -> None:
        """Dearer where more was asked for than there is, cheaper where less."""
        demand = np.concatenate((answer.demand, answer.partner, answer.mission)) * scale
        push = step * self.unit * np.clip((demand - self.cap) / (self.cap + self.slack), -1, 2)
        self.pace = 0.5 * self.pace + push
        self.price = np.where(self.contested, np.maximum(self.price + self.pace, 0), 0)

    def proves(self, answer: Response) -> Shadow:
        """The present prices with what the answer of all contested people proves."""
        session, partner, mission = self.integers()
        worth = self.contest.value.copy()
        worth[self.contest.people] = answer.value[self.contest.people]
        return _with_bound(self.table, session, partner, mission, worth)


def _with_bound(table: Table, session: Ints, partner: Ints, mission: Ints, worth: Ints) -> Shadow:
    money = 0
    for prices, lefts in ((partner, table.partner_left), (mission, table.mission_left)):
        rows = np.flatnonzero(prices)
        money += sum(int(prices[x]) * int(lefts[x]) for x in rows)
    income = int((session * table.cap).sum()) - (-money >> SCALE)
    bound = int(worth.sum()) + income - table.kept_bonus + table.beyond
    return Shadow(session=session, partner=partner, mission=mission, bound=bound, worth=worth)


def find(table: Table, contest: Contest, start: Shadow, *, rounds: int, eta: float, stop: Callable[[], bool]) -> Shadow:
    """Better prices after so many rounds from a start; the bound never gets worse."""
    best = start
    if not len(contest.people) or rounds == 0:
        return best
    market = Market(table, contest, start)
    people = table.flat(contest.people)
    if eta > 0.2 and len(contest.people) >= SAMPLE_FROM:
        stride = min(50, len(contest.people) // SAMPLE)
        sample = table.flat(contest.people[::stride])
        for k in range(SAMPLE_ROUNDS):
            if stop():
                return best
            market.move(market.ask(sample), scale=stride, step=eta / (1 + k / 8))
        eta /= 5
    for k in range(rounds):
        if stop():
            break
        answer = market.ask(people)
        found = market.proves(answer)
        if found.bound < best.bound:
            best = found
        market.move(answer, scale=1, step=eta / (1 + k / 8))
    return best if stop() else prove(table, contest, best)


def prove(table: Table, contest: Contest, shadow: Shadow) -> Shadow:
    """The same prices with the bound worked out thoroughly."""
    market = Market(table, contest, shadow)
    people = table.flat(contest.people)
    nodes = PROOF_NODES if len(table.candidates) < PROOF_UNTIL else PROOF_NODES_AT_MOST
    found = market.proves(market.ask(people, nodes=nodes))
    return found if found.bound < shadow.bound else shadow


def glance(table: Table, warm: Shadow | None) -> Shadow:
    """A bound without price rounds, where only some people's pairs may be known: the rest of a replan.

    At warm prices the others are worth what they were worth then, which holds as long as their own questions have not
    widened: what was locked meanwhile is no longer paid for, and what they keep brings its bonus. Without prices each of
    their gaps counts as closed by the first session there is.
    """
    i, c = table.instance, table.candidates
    known = np.ones(i.people, bool) if c.whole is None else c.whole
    people = table.flat(np.flatnonzero(known))
    worth = _unlocked_per_person(i) * i.objective.change
    if warm is not None and warm.fits(table) and len(warm.worth) == i.people:
        answer = table.respond(warm.of(table), people)
        worth += warm.worth + _locked_at_prices(i, warm)
        session, partner, mission = warm.session, warm.partner, warm.mission
    else:
        answer = table.respond(table.prices(), people, nodes=1 if table.quick else NODES, board=table.relaxed)
        worth += _ceilings(i)
        session, partner, mission = (
            np.zeros(n, np.int64) for n in (i.sessions, len(i.partner_budget), len(i.mission_budget))
        )
    worth[known] = answer.value[known]
    return _with_bound(table, session, partner, mission, worth)


def _unlocked_per_person(i: Instance) -> Ints:
    return np.bincount(i.old_person[i.s_start[i.old_session] >= i.freeze_day], minlength=i.people)


def _locked_at_prices(i: Instance, warm: Shadow) -> Ints:
    """[P] what the locked seats cost at these prices, rounded up."""
    locked = i.s_start[i.old_session] < i.freeze_day
    person, session = i.old_person[locked], i.old_session[locked]
    course = i.s_course[session]
    money = warm.partner[i.c_partner[course]] * i.c_cost[course]
    money += warm.mission[i.p_mission[person]] * money_of(i, person, session)
    cost = np.zeros(i.people, np.int64)
    np.add.at(cost, person, warm.session[session] - (-money >> SCALE))
    return cost


def _ceilings(i: Instance) -> Ints:
    """[P] the sum of what everybody's gaps are worth when the first session there is closes each."""
    never = 2**30
    lookup = Lookup(i)
    first_end = np.full(i.courses, never)
    np.minimum.at(first_end, i.s_course[i.opens], i.s_end[i.opens])
    soonest = np.full(lookup.keys, never)
    np.minimum.at(soonest, np.repeat(np.arange(lookup.keys), np.diff(lookup.award_ptr)), first_end[lookup.award_course])
    by_locked = np.full(i.people, never)
    locked = i.s_start[i.old_session] < i.freeze_day
    np.minimum.at(by_locked, i.old_person[locked], i.s_end[i.old_session[locked]])
    owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
    day = np.minimum(soonest[i.g_comp * lookup.levels + i.g_level], by_locked[owner])
    worth = np.zeros(i.people, np.int64)
    np.add.at(worth, owner, closing_value(i, np.arange(i.gaps), day))
    return worth
