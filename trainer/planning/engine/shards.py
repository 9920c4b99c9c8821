"""People in shards: each is a question of its own once the prices are known.

A shard is a run of people with their pairs and the kernels' tables. In a round only prices go out, and integer sums
come back: what the shard's people would choose, and their part of the bound. Sums of integers do not depend on how
people are split, so that the plan, the bound and the hash are the same for any number of shards.

What needs people side by side is left to the centre: while there are few enough pairs they are gathered there, and
from then on all goes as if nothing had been split. Beyond that the centre holds none; see `lean.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.planning.engine import candidates as pairs
from trainer.planning.engine.board import Board, Numbers, Prices
from trainer.planning.engine.candidates import Candidates, Way
from trainer.planning.engine.executors import Executor, Source
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.lookup import spread
from trainer.planning.engine.table import Response, Table, is_relaxed, pays_to_compile

ROWS_OF = {"av_": "av_ptr", "h_": "h_ptr", "g_": "g_ptr"}
"""Arrays with several rows per person, and where each person's rows begin."""

BLOCK = 4_000
"""People whose pairs are found, used and forgotten together where pairs are not kept."""


class NotInShards(ValueError):
    """The instance asks for what no shard can see to."""

    def __init__(self) -> None:
        super().__init__(
            "Reserved seats, refreshers, class sizes, waiting lists, units and floors tie people together: such an "
            "instance is not planned in shards."
        )


def part_of(instance: Instance, people: Ints) -> Instance:
    """The question of these people alone, in this order; courses, sessions and budgets are the whole ones."""
    arrays: dict[str, Any] = {}
    rows: dict[str, Ints] = {}
    for prefix, pointer in ROWS_OF.items():
        start = getattr(instance, pointer)
        count = start[people + 1] - start[people]
        row, nth = spread(count)
        rows[prefix] = start[people[row]] + nth
        arrays[pointer] = np.concatenate(([0], np.cumsum(count)))
    for each in fields(instance):
        name, array = each.name, getattr(instance, each.name)
        if not isinstance(array, np.ndarray) or name in arrays or not array.size:
            continue
        prefix = name[: name.find("_") + 1]
        if prefix == "p_" or name == "touched":
            arrays[name] = np.array(array[people])
        elif prefix in rows:
            arrays[name] = np.array(array[rows[prefix]])
        else:
            arrays[name] = np.array(array)
    place = np.full(instance.people, -1)
    place[people] = np.arange(len(people))
    mine = place[instance.old_person] >= 0
    arrays |= {"old_person": place[instance.old_person[mine]], "old_session": np.array(instance.old_session[mine])}
    return replace(instance, **arrays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What depends on the size of the whole instance and must be the same in every shard."""

    way: Way
    quick: bool
    relaxes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Prices, and how thoroughly to answer."""

    session: Ints
    partner: Ints
    mission: Ints
    nodes: int
    heed: int
    skip: int


class Shard:
    """Some people, ready to be asked: with their pairs at hand, or finding them block by block whenever asked."""

    def __init__(self, source: Source, people: Ints, terms: Terms, kept: bool, found: Candidates | None = None) -> None:
        self.source, self.people, self.terms, self.kept = source, people, terms, kept
        self.table = self._table(people, found) if kept else None

    def __reduce__(self) -> tuple[Any, ...]:
        # Should a scheduler move a shard, its people go and their pairs are found again where they arrive.
        return Shard, (self.source, self.people, self.terms, self.kept)

    def __sizeof__(self) -> int:
        return 1000 + 8 * len(self.people) + (13 * len(self.table.candidates) if self.table else 0)

    def tables(self) -> Iterator[Table]:
        """The people's tables, one after the other."""
        if self.table is not None:
            yield self.table
            return
        for first in range(0, max(1, len(self.people)), BLOCK):
            yield self._table(self.people[first : first + BLOCK], None)

    def _table(self, people: Ints, found: Candidates | None) -> Table:
        part = part_of(self.source.instance(), people)
        terms = self.terms
        return Table(
            part, pairs.find(part, way=terms.way) if found is None else found, machine_code=terms.quick,
            relaxes=terms.relaxes,
        )  # fmt: skip


def find(source: Source, people: Ints, way: Way) -> Candidates:
    """The pairs of these people."""
    return pairs.find(part_of(source.instance(), people), way=way)


def ask(shard: Shard, chosen: Ints | None, question: Question) -> Response:
    """What the shard's people would choose; `chosen` names some of them, by their place in the shard.

    Values come in the order of those asked, in 32 bits where they fit.
    """
    answers = []
    for table in shard.tables():
        prices = table.prices(question.session, partner=question.partner, mission=question.mission)
        board = table.board._replace(heed=question.heed, skip=question.skip)
        some = None if chosen is None else table.flat(chosen)
        answer = table.respond(prices, some, nodes=question.nodes, board=board)
        answers.append(answer if chosen is None else replace(answer, value=answer.value[chosen]))
    return _together(answers)


def _together(answers: Sequence[Response]) -> Response:
    """The answers of several groups of people as one."""
    value = np.concatenate([np.zeros(0, np.int64), *(answer.value for answer in answers)])
    short: Any = value.astype(np.int32)
    return Response(
        value=short if (short == value).all() else value,
        size=np.zeros(0, np.int64),
        demand=np.sum([answer.demand for answer in answers], axis=0, dtype=np.int64),
        partner=np.sum([answer.partner for answer in answers], axis=0, dtype=np.int64),
        mission=np.sum([answer.mission for answer in answers], axis=0, dtype=np.int64),
    )


class Shards:
    """The centre's view of the shards: asks them all, and adds up."""

    def __init__(self, instance: Instance, executor: Executor, *, count: int, machine_code: bool | None) -> None:
        self.instance, self.executor = instance, executor
        self.source = executor.share(instance)
        self.way = pairs.way_of(instance, machine_code=machine_code)
        self.machine_code = machine_code
        # Runs of people with about as many gaps each.
        cuts = np.searchsorted(instance.g_ptr, np.linspace(0, instance.gaps, count + 1)[1:-1])
        self.runs = np.split(np.arange(instance.people), cuts)
        self.shards: list[Any] = []
        self.chosen: tuple[Any, list[Ints], list[Any]] = (None, [], [])

    def gather(self) -> Candidates:
        """All pairs in one place, as `candidates.find` finds them; the shards keep theirs."""
        held = [self.executor.submit(find, self.source, people, self.way) for people in self.runs]
        found = self.executor.fetch(held)
        whole = _joined(self.instance, self.runs, found)
        quick = pays_to_compile(len(whole)) if self.machine_code is None else self.machine_code
        terms = Terms(way=self.way, quick=quick, relaxes=is_relaxed(whole))
        self.shards = [
            self.executor.submit(Shard, self.source, people, terms, True, pairs_there)
            for people, pairs_there in zip(self.runs, held, strict=True)
        ]
        return whole

    def respond(self, prices: Prices, people: Sequence[int] | Numbers | None, *, nodes: int, board: Board) -> Response:
        """`Table.respond` by all shards at once."""
        who, places = self._places(people)
        return ask_all(
            self.executor, self.shards, who, places, prices, nodes=nodes, board=board, people=self.instance.people
        )

    def _places(self, people: Sequence[int] | Numbers | None) -> tuple[list[Ints], list[Any]]:
        """The chosen people of each shard, and their places there; sent once for as long as the same ones are asked."""
        if people is None:
            return self.runs, [None] * len(self.runs)
        if self.chosen[0] is not people:
            those = np.asarray(people, np.int64)
            ends = np.cumsum([len(run) for run in self.runs])
            shard = np.searchsorted(ends, those, side="right")
            who = [those[shard == k] for k in range(len(self.runs))]
            places = [
                self.executor.submit(np.array, each - end + len(run))
                for each, end, run in zip(who, ends, self.runs, strict=True)
            ]
            self.chosen = (people, who, places)
        return self.chosen[1], self.chosen[2]


def ask_all(
    executor: Executor, shards: Sequence[Any], who: Sequence[Ints], places: Sequence[Any], prices: Prices, *, nodes: int,
    board: Board, people: int,
) -> Response:  # fmt: skip
    """The answers of all shards as one; values stand at the numbers of those who were asked, of so many people."""
    question = Question(
        session=np.asarray(prices.free), partner=np.asarray(prices.partner), mission=np.asarray(prices.mission),
        nodes=nodes, heed=board.heed, skip=board.skip,
    )  # fmt: skip
    held = [executor.submit(ask, shard, some, question) for shard, some in zip(shards, places, strict=True)]
    answer = _together(executor.fetch(held))
    value = np.zeros(people, np.int64)
    value[np.concatenate(list(who))] = answer.value
    return replace(answer, value=value)


def _joined(instance: Instance, runs: Sequence[Ints], found: Sequence[Candidates]) -> Candidates:
    """The pairs of consecutive runs of people as those of all."""
    firsts = [int(run[0]) if len(run) else 0 for run in runs]
    groups = np.cumsum([0, *(len(c.group_ptr) - 1 for c in found)])

    def column(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(c, name) for c in found])

    def pointers(name: str) -> Ints:
        return np.concatenate(([0], np.cumsum(np.concatenate([np.diff(getattr(c, name)) for c in found]))))

    return Candidates(
        pair_ptr=pointers("pair_ptr"), pair_session=column("pair_session"),
        pair_group=np.concatenate([c.pair_group + np.int32(g) for c, g in zip(found, groups[:-1], strict=True)]),
        pair_net=column("pair_net"), pair_mark=column("pair_mark"), group_ptr=pointers("group_ptr"),
        group_gap=np.concatenate(
            [c.group_gap + np.int32(instance.g_ptr[p]) for c, p in zip(found, firsts, strict=True)]
        ),
        thin=found[0].thin,
    )  # fmt: skip
