"""A plan for more people than there is room for their pairs: the centre holds seats and prices, and nothing else.

Prices are found on a sample and, if wanted, adjusted in rounds over everybody. Then people take seats block by block,
those with most at stake first. Workers find the pairs of the blocks ahead side by side, and what each person could have
at most at these prices, which together proves the bound. Giving seats cannot be split: each person must know what those
before have taken. So what is left travels from block to block, to where the pairs of each are, and the plan is that of
one person after the other whoever does the work.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.planning.engine.board import Board, Numbers, Prices, State
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.lookup import spread
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.prices import SAMPLE_ROUNDS, Contest, Market, Shadow
from trainer.planning.engine.shards import BLOCK, Question, Shard, Shards, Terms, ask, ask_all
from trainer.planning.engine.table import NODES, Response, Table, pays_to_compile

LEAN_FROM = 250_000_000
"""Pairs, estimated from above, from which they are not gathered: about a quarter of them is found, 13 bytes each."""

AHEAD = 4
"""Blocks whose pairs are found before it is their turn; so many and one more are held at a time."""

SAMPLE = 8_000
"""So many people, evenly chosen, find the prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is taken of the seats, and what is left of the money."""

    taken: Ints
    partner: Ints
    mission: Ints


def settle(
    shard: Shard, question: Question, left: Left, seats: npt.NDArray[np.int32], careful: bool
) -> tuple[Left, npt.NDArray[np.int32]]:
    """One after the other, the people of the block choose anew among what is left; what is left then, their seats."""
    (table,) = shard.tables()
    state = _state(table, left, seats)
    prices = table.closed(question.session, partner=question.partner, mission=question.mission)
    order = np.arange(len(shard.people))
    table.fill(state, prices, order, board=table.board if careful else table.filling, careful=careful)
    person, pair = table.seats_of(state)
    out = np.full_like(seats, -1)
    _, nth = spread(np.bincount(person, minlength=len(shard.people)))
    out[person, nth] = table.candidates.pair_session[pair]
    now = Left(taken=np.array(state.taken), partner=np.array(state.partner_left), mission=np.array(state.mission_left))
    return now, out


def _state(table: Table, left: Left, seats: npt.NDArray[np.int32]) -> State:
    """The block's people in these seats, which are taken already."""
    c, width = table.candidates, table.board.width
    count = np.diff(c.pair_ptr)
    mine = np.zeros(len(c), bool)
    for column in seats.T:
        mine |= c.pair_session == np.repeat(column, count)
    pair = np.flatnonzero(mine)
    person = np.searchsorted(c.pair_ptr, pair, side="right") - 1
    filled = np.bincount(person, minlength=len(seats))
    _, nth = spread(filled)
    places = np.zeros((len(seats), width), np.int64)
    places[person, nth] = pair
    state = State(
        taken=table.flat(left.taken.copy()), partner_left=table.flat(left.partner.copy()),
        mission_left=table.flat(left.mission.copy()), seats=table.flat(places), filled=table.flat(filled),
        worth=table.zeros(len(seats)),
    )  # fmt: skip
    for p in np.flatnonzero(filled).tolist():
        state.worth[p] = table.kernels.worth_of(
            table.board, table.desks[0], p, state.seats, p * width, int(state.filled[p])
        )
    return state


class Lean:
    """The centre of a run whose pairs are nowhere all at once."""

    def __init__(self, shards: Shards) -> None:
        i = self.instance = shards.instance
        self.runs, self.executor, self.source, way = shards.runs, shards.executor, shards.source, shards.way
        quick = pays_to_compile(way.likely) if shards.machine_code is None else shards.machine_code
        self.terms = Terms(way=way, quick=quick, relaxes=way.thin)
        self.everybody = [self.executor.submit(Shard, self.source, people, self.terms, False) for people in self.runs]
        self.sample: tuple[Any, list[Ints], list[Any]] = (None, [], [])
        self.table = Table(i, _nothing(i), machine_code=quick, relaxes=way.thin, elsewhere=self)
        total = np.concatenate(([0], np.cumsum(i.g_weight)))
        stake = total[i.g_ptr[1:]] - total[i.g_ptr[:-1]]
        self.order = np.argsort(-stake, kind="stable")
        self.highest = int(total[-1]) * (i.objective.on_time + i.objective.early)
        """no plan is worth more than every gap closed today for nothing"""
        self.blocks = np.split(self.order, range(BLOCK, i.people, BLOCK))
        self.left = Left(
            taken=np.zeros(i.sessions, np.int64), partner=i.partner_budget.copy(), mission=i.mission_budget.copy()
        )
        self.seats = np.full((i.people, self.table.board.width), -1, np.int32)

    def respond(self, prices: Prices, people: Sequence[int] | Numbers | None, *, nodes: int, board: Board) -> Response:
        """By everybody's shards, or by shards made of the chosen people, which keep their pairs while they are asked."""
        who, shards = self.runs, self.everybody
        if people is not None and people is not self.table.everybody:
            if self.sample[0] is not people:
                parts = np.array_split(np.asarray(people), len(self.runs))
                made = [self.executor.submit(Shard, self.source, part, self.terms, True) for part in parts]
                self.sample = (people, parts, made)
            _, who, shards = self.sample
        return ask_all(
            self.executor, shards, who, [None] * len(who), prices, nodes=nodes, board=board, people=self.instance.people
        )

    def prices(self, *, rounds: int, stop: Callable[[], bool]) -> Shadow:
        """Seat prices from a sample and so many rounds over everybody, with the best bound that these proved."""
        i, table = self.instance, self.table
        ones = [np.ones(n, np.int64) for n in (i.sessions, len(i.partner_budget), len(i.mission_budget))]
        everybody = np.arange(i.people)
        contest = Contest(
            session=ones[0],
            partner=ones[1],
            mission=ones[2],
            people=everybody,
            rest=0,
            value=np.zeros(i.people, np.int64),
        )
        zeros = [each * 0 for each in ones]
        best = Shadow(session=zeros[0], partner=zeros[1], mission=zeros[2], bound=self.highest)
        self.market = market = Market(table, contest, best)
        stride = max(1, i.people // SAMPLE)
        sample = table.flat(everybody[::stride])
        for k in range(SAMPLE_ROUNDS):
            if stop():
                break
            market.move(market.ask(sample), scale=stride, step=0.5 / (1 + k / 8))
        self.sample = (None, [], [])
        for k in range(rounds):
            if stop():
                break
            answer = market.ask(table.everybody)
            best = min(best, market.proves(answer), key=lambda shadow: shadow.bound)
            market.move(answer, scale=1, step=0.1 / (1 + k / 8))
        return best

    def fill(self, best: Shadow, stop: Callable[[], bool]) -> Shadow:
        """Give everybody seats at the present prices, and prove what these prove."""
        question = self._question()
        worth = np.zeros(self.instance.people, np.int64)
        for people, shard, held in self._blocks(question):
            if stop():
                return best
            # The answer first: a shard's tables serve one call at a time.
            (answer,) = self.executor.fetch([held])
            worth[people] = answer.value
            self._settle(shard, question, people, careful=False)
        none = np.zeros(0, np.int64)
        proven = self.market.proves(Response(value=worth, size=none, demand=none, partner=none, mission=none))
        return min(best, proven, key=lambda shadow: shadow.bound)

    def refill(self, stop: Callable[[], bool]) -> None:
        """Everybody, in the same order, may choose anew among what is still free, and nobody loses by it."""
        question = self._question(priced=False)
        for people, shard, _ in self._blocks(None):
            if stop():
                return
            self._settle(shard, question, people, careful=True)

    def _blocks(self, question: Question | None) -> Iterator[tuple[Ints, Any, Any]]:
        """The blocks in their order with their shards, and their answers if there is a question; `AHEAD` are begun."""
        begun: deque[tuple[Ints, Any, Any]] = deque()
        for people in self.blocks:
            shard = self.executor.submit(Shard, self.source, people, self.terms, True)
            answer = None if question is None else self.executor.submit(ask, shard, None, question)
            begun.append((people, shard, answer))
            if len(begun) > AHEAD:
                yield begun.popleft()
        yield from begun

    def plan(self) -> Plan:
        person, nth = np.nonzero(self.seats >= 0)
        return Plan.of(person, self.seats[person, nth].astype(np.int64))

    def _question(self, *, priced: bool = True) -> Question:
        session, partner, mission = self.market.integers()
        if not priced:
            session, partner, mission = session * 0, partner * 0, mission * 0
        board = self.table.bounding
        return Question(
            session=session, partner=partner, mission=mission, nodes=NODES, heed=board.heed, skip=board.skip
        )

    def _settle(self, shard: Any, question: Question, people: Ints, *, careful: bool) -> None:
        held = self.executor.submit(settle, shard, question, self.left, self.seats[people], careful)
        ((self.left, self.seats[people]),) = self.executor.fetch([held])


def _nothing(instance: Instance) -> Candidates:
    """No pairs for so many people."""
    small, none = np.zeros(0, np.int32), np.zeros(1, np.int64)
    return Candidates(
        pair_ptr=np.zeros(instance.people + 1, np.int64), pair_session=small, pair_group=small, pair_net=small,
        pair_mark=np.zeros(0, np.uint8), group_ptr=none, group_gap=small,
    )  # fmt: skip
