"""Columns: sets of seats that people chose at some prices, and what they would choose among these at others.

Asking a person anew is a search; looking through what they chose before is a few additions. So the prices are moved many
times on the columns between two searches. Plain Python in the subset that numba compiles, like `board`.
"""

import math
from typing import NamedTuple

from trainer.planning.engine.board import LOCKED, SCALE, Board, Desk, Numbers, Prices, State, seat_money
from trainer.planning.engine.search import best_set
from trainer.planning.engine.seats import worth_of

WHOLE = 65_536
"""Shares of a person are counted in parts of this, so that sums are whole numbers whatever their order."""

COLDEST = -12.0
"""Columns so many heats below the best count for nothing."""


class Columns(NamedTuple):
    """The columns of n people, `room` each: no seat but the locked ones first, then the latest chosen."""

    people: Numbers
    """[n]"""
    mission: Numbers
    """[n] of each person"""
    chosen: Numbers
    """[n] columns put down so far, the first included; from `room` on the oldest are overwritten"""
    session: Numbers
    """[n * room * width] the unlocked seats of a column, -1 after the last"""
    worth: Numbers
    """[n * room] value of the column at price zero"""
    money: Numbers
    """[n * room] what its seats cost the mission"""
    room: int
    width: int


def choose(b: Board, d: Desk, t: State, v: Prices, c: Columns, first: int, last: int, limit: int) -> None:
    """People first..last - 1 choose their best set at these prices; it is put down unless it is there already."""
    for x in range(first, last):
        p = c.people[x]
        best_set(b, d, t, v, p, -1, limit)
        slot = c.chosen[x] if c.chosen[x] < c.room else 1 + (c.chosen[x] - 1) % (c.room - 1)
        new = (x * c.room + slot) * c.width
        size = 0
        money = 0
        # Another pass over the set keeps what is overwritten until it is known to be new.
        known = False
        for r in range(min(c.chosen[x], c.room)):
            at = (x * c.room + r) * c.width
            size = 0
            same = True
            for y in range(d.out[0]):
                if b.pair_mark[d.best[y]] & LOCKED:
                    continue
                if c.session[at + size] != b.pair_session[d.best[y]]:
                    same = False
                size += 1
            if same and (size == c.width or c.session[at + size] < 0):
                known = True
        if known:
            continue
        size = 0
        for y in range(d.out[0]):
            if b.pair_mark[d.best[y]] & LOCKED:
                continue
            s = b.pair_session[d.best[y]]
            c.session[new + size] = s
            money += seat_money(b, p, s)
            size += 1
        for y in range(size, c.width):
            c.session[new + y] = -1
        c.worth[x * c.room + slot] = worth_of(b, d, p, d.best, 0, d.out[0])
        c.money[x * c.room + slot] = money
        c.chosen[x] += 1


def weigh(
    c: Columns, price: Numbers, mission_price: Numbers, first: int, last: int, heat: float, demand: Numbers,
    mission_demand: Numbers, gain: Numbers, part: Numbers,
) -> None:  # fmt: skip
    """Add what people first..last - 1 ask for when each divides between their columns, in parts of WHOLE.

    A column that is `heat` points below the best gets a share e times smaller: demand then changes smoothly with the
    prices. `price` holds what a seat in each session costs, its partner's money included; `gain`, `part` are scratch.
    """
    for x in range(first, last):
        count = min(c.chosen[x], c.room)
        best = 0
        for r in range(count):
            at = (x * c.room + r) * c.width
            left = c.worth[x * c.room + r] - (mission_price[c.mission[x]] * c.money[x * c.room + r] >> SCALE)
            for y in range(at, at + c.width):
                if c.session[y] < 0:
                    break
                left -= price[c.session[y]]
            gain[r] = left
            best = left if r == 0 else max(best, left)
        total = 0
        for r in range(count):
            below = (gain[r] - best) / heat
            part[r] = 0 if below < COLDEST else int(math.exp(below) * WHOLE)
            total += part[r]
        for r in range(count):
            if part[r] == 0:
                continue
            share = part[r] * WHOLE // total
            mission_demand[c.mission[x]] += share * c.money[x * c.room + r]
            at = (x * c.room + r) * c.width
            for y in range(at, at + c.width):
                if c.session[y] < 0:
                    break
                demand[c.session[y]] += share
