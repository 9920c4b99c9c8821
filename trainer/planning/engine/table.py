"""The work table of a solve: the instance laid out flat, kernels plain or compiled, and plans under construction.

Everything that stages share is here and nothing that decides. A table is `quick` when it runs compiled kernels over
arrays; a small one runs the same kernels over lists, which Python indexes faster.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from trainer.planning.engine import compiled
from trainer.planning.engine.board import CLOSED, LOCKED, NEEDS, OLD, SERVES, Board, Desk, Numbers, Prices, State
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.columns import Columns
from trainer.planning.engine.displace import Chains
from trainer.planning.engine.instance import ON_SITE, Instance, Ints
from trainer.planning.engine.lookup import money_of
from trainer.planning.engine.plain import Plain
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.seats import Answer

NODES = 60
"""Branch-and-bound nodes for one person where a good answer will do."""

PROOF_NODES = 2000
"""Nodes where the bound itself is wanted; what is still open then counts at its own bound."""

QUICK_FROM = 400_000
"""Eligible pairs from which waiting for the compiler beats doing without."""

QUICK_IF_READY = 20_000
"""Eligible pairs from which loading machine code that lies on disk beats doing without."""

QUICK_IF_LOADED = 2_000
"""The same where this process has used machine code before."""

RELAXED_FROM = 10_000_000
"""Eligible pairs from which prerequisites are taken as held in bounds, and avoided by plans at first."""

BRIEF_FROM = 1_000_000
"""Eligible pairs from which a brief look is one at the best few sessions of each course."""

BEST_FEW = 8
"""Sessions of a course that such a look is at."""

SIMPLE_FROM = 400_000
"""Eligible pairs from which seats that must be prepared for are not looked at as alternatives."""

PARTS_A_THREAD = 32
"""Parts into which people are divided for each thread, so that none waits long for another."""

DEPTH = 6
"""Occupants remembered per full session as those who would lose least."""

CHAIN = 4
"""People who may displace others in one chain."""

MOST_MOVED = 40
"""People who may move in one chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What everybody would choose at some prices: bounds and seat numbers per person, integer demand per session."""

    value: Ints
    size: Ints
    demand: Ints
    partner: Ints
    mission: Ints


def sum_of(parts: Iterable[Numbers]) -> Ints:
    """What the threads have counted, together."""
    total: Ints = np.sum([np.asarray(part, np.int64) for part in parts], axis=0, dtype=np.int64)
    return total


def pays_to_compile(pairs: int) -> bool:
    """So many pairs are sooner done by machine code, the wait for it included."""
    return pairs >= QUICK_FROM or (pairs >= QUICK_IF_READY and compiled.is_cached())


def is_relaxed(candidates: Candidates) -> bool:
    """Prerequisites count as held in bounds: there are many pairs, or those that only serve to earn one are not here."""
    return candidates.thin or len(candidates) >= RELAXED_FROM


class Elsewhere(Protocol):
    """Workers that hold the same people in shards and answer for them."""

    def respond(
        self, prices: Prices, people: Sequence[int] | Numbers | None, *, nodes: int, board: Board
    ) -> Response: ...


class Table:
    """An instance ready to be worked on by `threads` threads, or by workers elsewhere where each is asked alone."""

    def __init__(
        self, instance: Instance, candidates: Candidates, *, threads: int = 1, machine_code: bool | None = None,
        relaxes: bool | None = None, elsewhere: Elsewhere | None = None, brief: bool = False,
    ) -> None:  # fmt: skip
        """With `brief`, plans look at the best few sessions of each course only, where there are many pairs."""
        self.instance, self.candidates, self.elsewhere = instance, candidates, elsewhere
        # A brief run has no rounds of which plain code does fewer: plan and bound are the same whichever code asks.
        at_hand = brief and len(candidates) >= QUICK_IF_LOADED and compiled.is_loaded()
        self.quick = at_hand or pays_to_compile(len(candidates)) if machine_code is None else machine_code
        self.threads = threads if self.quick else 1
        self.kernels = compiled.machine_code() if self.quick else compiled.plain_code()
        self._fix_locked()
        everything = self._board()
        crowded = len(candidates) >= (BRIEF_FROM if brief else RELAXED_FROM)
        self.board = everything._replace(most=BEST_FEW) if crowded else everything
        # With many pairs, prerequisites cost most of the time and bring little: bounds take them as held, which is
        # on the safe side, and a plan first does without what must be prepared for.
        self.relaxes = is_relaxed(candidates) if relaxes is None else relaxes
        self.relaxed = everything._replace(heed=OLD | LOCKED)
        # Of one course the session that ends first closes most, and days that never clash can only raise a bound.
        coarse = self.relaxed._replace(most=1, s_blocks=self.flat(np.zeros_like(instance.blocks)))
        self.rough = coarse if crowded else self.relaxed
        self.simple = self.board._replace(skip=NEEDS)
        self.bounding = self.relaxed if self.relaxes else everything
        self.asking = self.bounding._replace(most=BEST_FEW) if crowded else self.bounding
        self.filling = self.simple if self.relaxes else self.board
        self.desks = [self._desk() for _ in range(self.threads)]
        self.workers = ThreadPoolExecutor(self.threads)
        self.everybody = self.flat(np.arange(instance.people))
        # What conditions beyond each person and the prices change; see `settle`, which sets them.
        self.plain: Plain | None = None
        self.whole = self.board
        """the board with every gap at its worth"""
        self.beyond = 0
        """what they may add to everybody's best at most"""
        self.tied = np.zeros(instance.people, bool)
        """[P] they tie the person to others, so that nobody of these can be decided upon alone"""
        self.summed = True
        """a plan is worth the sum of what people have"""
        # What everybody's kept seats are worth by being kept: a plan's worth minus this is its objective.
        i = instance
        self.kept_bonus = i.objective.change * int(np.count_nonzero(i.s_start[i.old_session] >= i.freeze_day))

    @property
    def joined(self) -> bool:
        return bool(self.tied.any())

    def flat(self, array: Any) -> Numbers:
        """The array as the kernels of this table want it."""
        numbers = np.ascontiguousarray(array).ravel()
        return numbers if self.quick else numbers.tolist()

    def _fix_locked(self) -> None:
        """Locked seats are facts: they use up capacity and budgets before anything is decided."""
        i = self.instance
        locked = i.s_start[i.old_session] < i.freeze_day
        person, session = i.old_person[locked], i.old_session[locked]
        course, money = i.s_course[session], money_of(i, person, session)
        self.cap = i.s_cap - np.bincount(session, minlength=i.sessions)
        self.partner_left, self.mission_left = i.partner_budget.copy(), i.mission_budget.copy()
        np.subtract.at(self.partner_left, i.c_partner[course], i.c_cost[course])
        np.subtract.at(self.mission_left, i.p_mission[person], money)
        for left in (self.cap, self.partner_left, self.mission_left):
            np.maximum(left, 0, out=left)
        self.locked_per_person = np.bincount(person, minlength=i.people)

    def _board(self) -> Board:
        i, c, o, flat = self.instance, self.candidates, self.instance.objective, self.flat
        days = np.arange(int(i.s_end.max(initial=0)) + 1)
        start, to, journey = i.journeys()
        dear = np.zeros(len(i.partner_budget), np.int64)
        np.maximum.at(dear, i.c_partner, i.c_cost)
        return Board(
            pair_ptr=flat(c.pair_ptr), pair_session=flat(c.pair_session), pair_group=flat(c.pair_group),
            pair_net=flat(c.pair_net), pair_mark=flat(c.pair_mark), group_ptr=flat(c.group_ptr),
            group_gap=flat(c.group_gap), g_ptr=flat(i.g_ptr), g_due=flat(i.g_due), g_weight=flat(i.g_weight),
            p_mission=flat(i.p_mission), p_region=flat(start), s_course=flat(i.s_course),
            s_start=flat(i.s_start), s_end=flat(i.s_end), s_blocks=flat(i.blocks), s_cap=flat(self.cap),
            s_partner=flat(i.c_partner[i.s_course]), s_cost=flat(i.c_cost[i.s_course]),
            s_region=flat(to), s_travels=flat(i.c_mode[i.s_course] >= ON_SITE),
            c_pre_comp=flat(i.c_pre_comp), c_pre_level=flat(i.c_pre_level), aw_ptr=flat(i.aw_ptr),
            aw_comp=flat(i.aw_comp), aw_level=flat(i.aw_level), travel=flat(journey),
            heed=NEEDS | OLD | LOCKED | SERVES, skip=0, most=CLOSED, partner_dear=flat(dear),
            dearest=int(i.c_cost.max(initial=0) + i.travel.max(initial=0)),
            on_time=flat(o.on_time + o.early * (i.horizon - days) // i.horizon), regions=journey.shape[1],
            late=o.late, late_decay=o.late_decay, change=o.change, max_seats=i.max_seats,
            width=max(1, i.max_seats, int(self.locked_per_person.max(initial=0))),
        )  # fmt: skip

    def zeros(self, count: int, value: int = 0) -> Numbers:
        return np.full(count, value, np.int64) if self.quick else [value] * count

    def _desk(self) -> Desk:
        c = self.candidates
        items = int(np.diff(c.pair_ptr).max(initial=0)) + 2
        gaps = int(np.diff(self.instance.g_ptr).max(initial=0)) + 1
        wide = items * (int(np.diff(c.group_ptr).max(initial=0)) + 1)
        sizes = {"cover_gap": wide, "cover_value": wide, "have": gaps, "share": gaps, "extra": gaps, "out": 4}
        short = {"chosen": self.board.width + 1, "best": self.board.width + 1}
        return Desk(*(self.zeros((sizes | short).get(name, items)) for name in Desk._fields))

    def prices(
        self, session: Ints | None = None, *, full: Ints | None = None, partner: Ints | None = None,
        mission: Ints | None = None,
    ) -> Prices:  # fmt: skip
        """Session and money prices, zero where not given; full sessions cost the same unless `full` says otherwise."""
        i = self.instance
        free = np.zeros(i.sessions, np.int64) if session is None else session
        return Prices(
            free=self.flat(free),
            full=self.flat(free if full is None else full),
            partner=self.flat(np.zeros(len(i.partner_budget), np.int64) if partner is None else partner),
            mission=self.flat(np.zeros(len(i.mission_budget), np.int64) if mission is None else mission),
        )

    def closed(
        self, session: Ints | None = None, *, partner: Ints | None = None, mission: Ints | None = None
    ) -> Prices:
        """Prices at which full sessions cannot be had at all."""
        full = np.full(self.instance.sessions, CLOSED)
        return self.prices(session, full=full, partner=partner, mission=mission)

    def empty_state(self) -> State:
        """Nobody has a seat but the locked ones."""
        return self.state_of_pairs(np.flatnonzero(self.candidates.pair_mark & LOCKED))

    def _state(self, person: Ints, pair: Ints) -> State:
        """These people have these pairs; both sorted by person."""
        i, c, b = self.instance, self.candidates, self.board
        count = np.bincount(person, minlength=i.people)
        seats = np.zeros(i.people * b.width, np.int64)
        seats[person * b.width + np.arange(len(person)) - np.repeat(np.cumsum(count) - count, count)] = pair
        free = c.pair_mark[pair] & LOCKED == 0
        who, session = person[free], c.pair_session[pair[free]].astype(np.int64)
        course = i.s_course[session]
        partner_left, mission_left = self.partner_left.copy(), self.mission_left.copy()
        np.subtract.at(partner_left, i.c_partner[course], i.c_cost[course])
        np.subtract.at(mission_left, i.p_mission[who], money_of(i, who, session))
        state = State(
            taken=self.flat(np.bincount(session, minlength=i.sessions)),
            partner_left=self.flat(partner_left),
            mission_left=self.flat(mission_left),
            seats=self.flat(seats),
            filled=self.flat(count),
            worth=self.zeros(i.people),
        )
        self.kernels.appraise(b, self.desks[0], state, 0, i.people)
        return state

    def state_of_pairs(self, pair: Ints) -> State:
        """These pairs, locked ones included, as a state."""
        pair = np.sort(pair)
        return self._state(np.searchsorted(self.candidates.pair_ptr, pair, side="right") - 1, pair)

    def pairs_at(self, state: State, person: int) -> list[int]:
        """The pairs in the person's list."""
        at = person * self.board.width
        return [int(k) for k in state.seats[at : at + int(state.filled[person])]]

    def seats_of(self, state: State) -> tuple[Ints, Ints]:
        """(person, pair) of every seat, sorted by person."""
        b = self.board
        count = np.asarray(state.filled, np.int64)
        person = np.repeat(np.arange(self.instance.people), count)
        nth = np.arange(len(person)) - np.repeat(np.cumsum(count) - count, count)
        return person, np.asarray(state.seats, np.int64)[person * b.width + nth]

    def plan_of(self, state: State) -> Plan:
        person, pair = self.seats_of(state)
        return Plan.of(person, self.candidates.pair_session[pair].astype(np.int64))

    def objective_of(self, state: State) -> int:
        return int(np.asarray(state.worth).sum()) - self.kept_bonus

    def copy(self, state: State) -> State:
        return State(*(part.copy() for part in state))

    def divide(self, work: Callable[[int, int, int], None], first: int, last: int) -> None:
        """Call work(t, a, z) for parts of the range in thread t, each of which takes the next part when it is done with one.

        Some people take a hundred times as long as others; what is worked out must not depend on who takes which part.
        """
        if self.threads == 1:
            work(0, first, last)
            return
        count = min(self.threads * PARTS_A_THREAD, max(1, last - first))
        cuts = [first + (last - first) * part // count for part in range(count + 1)]
        parts = iter(
            list(itertools.pairwise(cuts))
        )  # next() of a list's iterator is one step: no two threads get the same

        def take(t: int) -> None:
            for a, z in parts:
                work(t, a, z)

        list(self.workers.map(take, range(self.threads)))

    def boundless(self) -> State:
        """Seats and money for everybody, whatever they choose."""
        i = self.instance
        return State(
            taken=self.flat(np.minimum(self.cap - 1, 0)),
            partner_left=self.zeros(len(i.partner_budget), CLOSED),
            mission_left=self.zeros(len(i.mission_budget), CLOSED),
            seats=self.zeros(0), filled=self.zeros(0), worth=self.zeros(0),
        )  # fmt: skip

    def columns(self, people: Ints, room: int) -> Columns:
        """Room for columns of these people, each with the one of having nothing but locked seats."""
        n, width = len(people), max(1, self.instance.max_seats)
        worth = np.zeros((n, room), np.int64)
        worth[:, 0] = np.asarray(self.empty_state().worth)[people]
        return Columns(
            people=self.flat(people), mission=self.flat(self.instance.p_mission[people]), chosen=self.zeros(n, 1),
            session=self.flat(np.full(n * room * width, -1, np.int32)), worth=self.flat(worth),
            money=self.zeros(n * room), room=room, width=width,
        )  # fmt: skip

    def choose(self, columns: Columns, prices: Prices, first: int, last: int, *, nodes: int = NODES) -> None:
        """These of the columns' people choose at these prices as if there were seats and money for all."""
        free = self.boundless()
        self.divide(
            lambda t, a, z: self.kernels.choose(self.asking, self.desks[t], free, prices, columns, a, z, nodes),
            first, last,
        )  # fmt: skip

    def weigh(self, columns: Columns, price: Ints, mission_price: Ints, last: int, heat: float) -> tuple[Ints, Ints]:
        """What the first `last` people ask of sessions, and of missions in money: in parts of columns.WHOLE."""
        i = self.instance
        parts = [(self.zeros(i.sessions), self.zeros(len(i.mission_budget))) for _ in self.desks]
        scratch = [(self.zeros(columns.room), self.zeros(columns.room)) for _ in self.desks]
        prices = self.flat(price), self.flat(mission_price)
        self.divide(
            lambda t, a, z: self.kernels.weigh(columns, *prices, a, z, heat, *parts[t], *scratch[t]), 0, last
        )  # fmt: skip
        return sum_of(part[0] for part in parts), sum_of(part[1] for part in parts)

    def respond(
        self, prices: Prices, people: Sequence[int] | Numbers | None = None, *, nodes: int = NODES,
        board: Board | None = None,
    ) -> Response:  # fmt: skip
        """What these people would choose at these prices if there were seats and money for all.

        On large instances prerequisites count as held, unless another board is given.
        """
        if self.elsewhere is not None:
            return self.elsewhere.respond(prices, people, nodes=nodes, board=board or self.bounding)
        i = self.instance
        chosen = self.everybody if people is None else people
        free, asked = self.boundless(), board or self.bounding
        value, size = self.zeros(i.people), self.zeros(i.people)
        parts = [
            Answer(
                value=value, size=size, demand=self.zeros(i.sessions), partner=self.zeros(len(i.partner_budget)),
                mission=self.zeros(len(i.mission_budget)),
            )
            for _ in self.desks
        ]  # fmt: skip
        self.divide(
            lambda t, a, z: self.kernels.respond(asked, self.desks[t], free, prices, parts[t], chosen, a, z, nodes),
            0, len(chosen),
        )  # fmt: skip
        return Response(
            value=np.asarray(value), size=np.asarray(size), demand=sum_of(part.demand for part in parts),
            partner=sum_of(part.partner for part in parts), mission=sum_of(part.mission for part in parts),
        )  # fmt: skip

    def fill(
        self, state: State, prices: Prices, order: Ints, *, board: Board | None = None, careful: bool = False
    ) -> int:
        """People in this order get their best set among what is free; returns the gain."""
        return int(
            self.kernels.fill(
                board or self.board, self.desks[0], state, prices, self.flat(order), NODES, 1 if careful else 0
            )
        )

    def displace(self, state: State, order: Ints, ceiling: Ints) -> int:
        """People in this order may take full seats from those who lose less; returns the gain."""
        i, b, desk, closed = self.instance, self.filling, self.desks[0], self.closed()
        chains = Chains(
            depth=DEPTH, longest=CHAIN, loss=self.zeros(i.sessions * DEPTH, CLOSED), who=self.zeros(i.sessions * DEPTH, -1),
            moved=self.zeros(MOST_MOVED), before=self.zeros(MOST_MOVED * (b.width + 2)),
        )  # fmt: skip
        self.kernels.ease(b, desk, state, closed, chains, 0, i.people, NODES)
        guided = closed._replace(full=self.flat(np.asarray(chains.loss)[::DEPTH]))
        flat = self.flat(order), self.flat(ceiling)
        return int(self.kernels.displace(b, desk, state, guided, closed, chains, *flat, NODES))

    def old_pairs(self) -> Ints:
        """The pairs of the previous plan that could be kept, locked ones included."""
        return np.flatnonzero(self.candidates.pair_mark & OLD)
