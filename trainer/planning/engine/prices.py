"""Seat prices: what a scarce seat or a unit of money is worth, and the bound that follows.

For any prices >= 0 the sum of everybody's best value at these prices, plus the prices of all seats and money there
are, is an upper bound on every plan (the Lagrangian dual). The prices are moved against the excess of demand; the
best bound seen and its prices are kept. Only people with a pair in something contested are asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from trainer.planning.engine.board import CLOSED, SCALE, Numbers, Prices
from trainer.planning.engine.columns import WHOLE, Columns
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.lookup import Lookup, closing_value, money_of
from trainer.planning.engine.master import Master, pool_of
from trainer.planning.engine.table import NODES, PROOF_NODES, QUICK_IF_READY, Response, Table


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
    """Times that everybody is asked, as suits the size: plain code affords few."""
    if not table.quick:
        return min(12, 2_000 // max(1, len(contest.people)))
    return max(4, min(30, 60_000 // max(1, len(contest.people))))


def usual_nodes(table: Table) -> int:
    """Nodes per person of the proof."""
    pairs = len(table.candidates)
    return next((nodes for until, nodes in PROOF_NODES_UNTIL if pairs < until), PROOF_NODES_AT_MOST)


def usual_polish(table: Table, contest: Contest) -> int:
    """Times that the master program may set the prices at last, as suits the size."""
    return POLISH if table.quick and len(contest.people) <= POLISHED_UNTIL else 0


def proven(table: Table, contest: Contest, warm: Shadow, known: Shadow) -> Shadow:
    """The better of the known bound and what the warm prices prove for this instance."""
    if not warm.fits(table):
        return known
    market = Market(table, contest, warm)
    found = market.proves(market.ask(table.flat(contest.people)))
    return found if found.bound < known.bound else known


PROOF_NODES_UNTIL = ((1_000_000, PROOF_NODES), (10_000_000, 1_200))
"""Eligible pairs up to which the proof takes so many branch-and-bound nodes per person."""

PROOF_NODES_AT_MOST = 500
"""Nodes per person of a proof beyond that."""

SAMPLE_ROUNDS = 40
"""Rounds of a sample where nobody's columns are kept; see `lean.py`."""

PARTS = 8
"""Contested people are asked part by part, and the prices moved after each."""

PARTED_FROM = 1_000
"""Contested people from which that pays."""

ROOM = 40
"""Columns remembered per person at most."""

POLISH = 8
"""Times that the master program may set the prices where people are few."""

POLISHED_UNTIL = 3_000
"""Contested people up to which that is done."""

MOVES = 30
"""Moves of the prices on the columns between two searches."""

HOT, COLD, WARM = 0.3, 0.01, 0.05
"""The heat at first, at last, and at first where the prices are good already, in parts of the value of a usual gap."""


class Market:
    """Prices under adjustment, sessions first, then partners, then missions, in one vector."""

    def __init__(self, table: Table, contest: Contest, start: Shadow) -> None:
        i = self.instance = table.instance
        self.table, self.contest = table, contest
        money = len(i.partner_budget) + len(i.mission_budget)
        self.unit = float(i.objective.on_time * max(1.0, np.median(i.g_weight)))
        dear = float(np.median(i.c_cost[i.c_cost > 0])) if (i.c_cost > 0).any() else 1.0
        self.per = np.concatenate((np.ones(i.sessions), np.full(money, 2**SCALE / dear)))
        self.push = np.concatenate((np.full(i.sessions, self.unit), np.full(money, self.unit / dear * 2**SCALE / 4)))
        self.slack = np.concatenate((np.full(i.sessions, 3.0), np.full(money, 1000.0)))
        self.pace = np.zeros(len(self.push))
        self.cap = np.concatenate((table.cap, table.partner_left, table.mission_left)).astype(float)
        self.contested = np.concatenate((contest.session, contest.partner, contest.mission)) > 0
        self.price = np.concatenate((start.session, start.partner, start.mission)).astype(float)
        self.cuts = (i.sessions, i.sessions + len(i.partner_budget))
        self.session_cost, self.session_partner = i.c_cost[i.s_course], i.c_partner[i.s_course]

    def integers(self) -> tuple[Ints, Ints, Ints]:
        session, partner, mission = np.split(np.rint(self.price).astype(np.int64), self.cuts)
        return session, partner, mission

    def ask(self, people: Numbers, *, nodes: int = NODES) -> Response:
        return self.table.respond(self.prices(), people, nodes=nodes)

    def prices(self) -> Prices:
        session, partner, mission = self.integers()
        return self.table.prices(session, partner=partner, mission=mission)

    def move(self, answer: Response, *, scale: float, step: float) -> None:
        """Dearer where more was asked for than there is, cheaper where less: where no columns are kept."""
        demand = np.concatenate((answer.demand, answer.partner, answer.mission)) * scale
        push = step * self.push * np.clip((demand - self.cap) / (self.cap + self.slack), -1, 2)
        self.pace = 0.5 * self.pace + push
        self.price = np.where(self.contested, np.maximum(self.price + self.pace, 0), 0)

    def settle(self, columns: Columns, known: int, *, heat: float) -> None:
        """Move the prices towards those at which the first `known` people's columns fill what there is.

        The accelerated gradient method on the dual of the columns, made smooth by the heat. A price moves by the heat
        times the excess over what is asked for, divided by the usual number of seats in a column.
        """
        i, whole = self.instance, len(self.contest.people) / known / WHOLE
        ahead, momentum, before = self.price.copy(), 1.0, self.price
        for _ in range(MOVES):
            session, partner, mission = np.split(np.rint(ahead).astype(np.int64), self.cuts)
            full = session + (partner[self.session_partner] * self.session_cost >> SCALE)
            seats, money = self.table.weigh(columns, full, mission, known, heat)
            paid = np.bincount(self.session_partner, seats * self.session_cost, minlength=len(i.partner_budget))
            demand = np.concatenate((seats, paid, money)) * whole
            step = heat * self.per * (demand - self.cap) / (3 * np.maximum(np.maximum(self.cap, demand), 1))
            now = np.where(self.contested, np.maximum(ahead + step, 0), 0)
            # Start the momentum anew when it carries the prices back.
            if float(((ahead - now) * (now - before) / self.per).sum()) > 0:
                momentum = 1.0
            faster = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
            ahead = np.maximum(now + (momentum - 1) / faster * (now - before), 0)
            momentum, before = faster, now
        self.price = before

    def here(self) -> Shadow:
        """The present prices, of which nothing is proven yet."""
        session, partner, mission = self.integers()
        return Shadow(session=session, partner=partner, mission=mission, bound=CLOSED)

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


def find(
    table: Table, contest: Contest, start: Shadow, *, rounds: int, polish: int, nodes: int, warm: bool,
    stop: Callable[[], bool],
) -> tuple[Shadow, Columns]:  # fmt: skip
    """Better prices after everybody was asked so many times, and what they chose; the bound never gets worse.

    Column generation with first-order steps: people are asked part by part for their best set, and what all have ever
    chosen is the market on which the prices are settled before the next part is asked. The market is smooth at first and
    cools down to what people would really do. In the end the master program may settle it exactly, `polish` times at most.
    """
    n = len(contest.people)
    market = Market(table, contest, start)
    parts = PARTS if n >= PARTED_FROM else 1
    order = np.concatenate([contest.people[part::parts] for part in range(parts)])
    cuts = np.cumsum([0, *(len(contest.people[part::parts]) for part in range(parts))]).tolist()
    columns = table.columns(order, min(ROOM, rounds + polish + 2))
    if not n or rounds == 0:
        return start, columns
    steps, first = rounds * parts, WARM if warm else HOT
    for k in range(steps):
        if stop():
            return prove(table, contest, market.here(), start, nodes=1), columns
        table.choose(columns, market.prices(), cuts[k % parts], cuts[k % parts + 1])
        cooled = first * (COLD / first) ** min(1.0, k / (0.75 * steps))
        market.settle(columns, cuts[min(k + 1, parts)], heat=cooled * market.unit)
    found = prove(table, contest, market.here(), start, nodes=nodes)
    return _polish(table, market, columns, found, times=polish, nodes=nodes, stop=stop), columns


def _polish(
    table: Table, market: Market, columns: Columns, known: Shadow, *, times: int, nodes: int, stop: Callable[[], bool]
) -> Shadow:
    """The prices of the master program, until nobody chooses anything new at them."""
    for _ in range(times):
        chosen = int(np.asarray(columns.chosen).sum())
        program = Master(
            table, pool_of(table, columns), seats=table.cap, partner=table.partner_left, mission=table.mission_left
        )
        tariff = None if stop() else program.prices(stop)
        if tariff is None:
            return known
        market.price = tariff.points()
        known = prove(table, market.contest, market.here(), known, nodes=nodes)
        table.choose(columns, market.prices(), 0, len(columns.people), nodes=nodes)
        if int(np.asarray(columns.chosen).sum()) == chosen:
            return known
    return known


def prove(table: Table, contest: Contest, prices: Shadow, known: Shadow, *, nodes: int) -> Shadow:
    """These prices with the bound that so many nodes per person prove, or what was known if that is better."""
    market = Market(table, contest, prices)
    found = market.proves(market.ask(table.flat(contest.people), nodes=nodes))
    return found if found.bound < known.bound else known


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
        answer = table.respond(
            table.prices(), people, nodes=1 if len(c) >= QUICK_IF_READY else NODES, board=table.rough
        )
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
