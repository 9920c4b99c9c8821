"""Seats given and taken back in a plan, and what people's best sets are asked for: demand, a fill, seats' values."""

from typing import NamedTuple

from trainer.planning.engine.board import (
    LOCKED,
    NEEDS,
    OLD,
    Board,
    Desk,
    Numbers,
    Prices,
    State,
    awards,
    gap_value,
    seat_money,
)
from trainer.planning.engine.search import best_set


class Answer(NamedTuple):
    """What people would choose at some prices: for each the bound and unlocked seats, and what all ask for together."""

    value: Numbers
    """[P] upper bound on what the best set is worth"""
    size: Numbers
    """[P] unlocked seats in it"""
    demand: Numbers
    """[S] seats"""
    partner: Numbers
    """[B] money"""
    mission: Numbers
    """[M] money"""


def worth_of(b: Board, d: Desk, p: int, seats: Numbers, at: int, count: int) -> int:
    """Value at price zero of the `count` pairs from seats[at] on, CHANGE per kept old seat included."""
    worth = 0
    for g in range(b.g_ptr[p + 1] - b.g_ptr[p]):
        d.have[g] = 0
    for x in range(at, at + count):
        k = seats[x]
        end = b.s_end[b.pair_session[k]]
        group = b.pair_group[k]
        worth += b.pair_net[k]
        if b.pair_mark[k] & LOCKED == 0 and b.pair_mark[k] & OLD:
            worth += b.change
        for y in range(b.group_ptr[group], b.group_ptr[group + 1]):
            gap = b.group_gap[y]
            value = gap_value(b, gap, end)
            g = gap - b.g_ptr[p]
            # The pair's net counts each of its gaps in full; a gap counts only once, at its best.
            worth -= min(d.have[g], value)
            d.have[g] = max(d.have[g], value)
    return worth


def appraise(b: Board, d: Desk, t: State, first: int, last: int) -> None:
    """Work out `worth` of the people first..last - 1 from their seats."""
    for p in range(first, last):
        t.worth[p] = worth_of(b, d, p, t.seats, p * b.width, t.filled[p])


def release(b: Board, t: State, p: int) -> None:
    """Give back the person's unlocked seats; the list itself stays until the next `place`."""
    for x in range(p * b.width, p * b.width + t.filled[p]):
        k = t.seats[x]
        if b.pair_mark[k] & LOCKED:
            continue
        s = b.pair_session[k]
        t.taken[s] -= 1
        t.partner_left[b.s_partner[s]] += b.s_cost[s]
        t.mission_left[b.p_mission[p]] += seat_money(b, p, s)


def hold(b: Board, t: State, p: int) -> None:
    """Take the seats in the person's list again."""
    for x in range(p * b.width, p * b.width + t.filled[p]):
        k = t.seats[x]
        if b.pair_mark[k] & LOCKED:
            continue
        s = b.pair_session[k]
        t.taken[s] += 1
        t.partner_left[b.s_partner[s]] -= b.s_cost[s]
        t.mission_left[b.p_mission[p]] -= seat_money(b, p, s)


def place(b: Board, d: Desk, t: State, p: int, count: int) -> None:
    """Give the released person the first `count` pairs of best."""
    at = p * b.width
    for x in range(count):
        t.seats[at + x] = d.best[x]
    t.filled[p] = count
    hold(b, t, p)
    t.worth[p] = worth_of(b, d, p, t.seats, at, count)


def respond(
    b: Board, d: Desk, t: State, v: Prices, a: Answer, people: Numbers, first: int, last: int, limit: int
) -> None:
    """Put into the answer the best sets of people[first:last] at these prices, ignoring what others take."""
    for x in range(first, last):
        p = people[x]
        best_set(b, d, t, v, p, -1, limit)
        a.value[p] = d.out[1]
        a.size[p] = 0
        for y in range(d.out[0]):
            k = d.best[y]
            if b.pair_mark[k] & LOCKED:
                continue
            s = b.pair_session[k]
            a.size[p] += 1
            a.demand[s] += 1
            a.partner[b.s_partner[s]] += b.s_cost[s]
            a.mission[b.p_mission[p]] += seat_money(b, p, s)


def fill(b: Board, d: Desk, t: State, v: Prices, order: Numbers, limit: int, careful: int) -> int:
    """One after the other, people get their best set among the free seats at these prices; returns the gain.

    With `careful`, at price zero, nobody loses by it. Otherwise somebody may, and a set that is worse at price zero
    is accepted: it leaves contested seats to others.
    """
    gained = 0
    for x in range(len(order)):
        p = order[x]
        before = t.worth[p]
        release(b, t, p)
        best = best_set(b, d, t, v, p, -1, limit)
        if careful and best <= before:
            hold(b, t, p)
            continue
        place(b, d, t, p, d.out[0])
        gained += t.worth[p] - before
    return gained


def sits_in(b: Board, t: State, p: int, s: int) -> bool:
    for x in range(p * b.width, p * b.width + t.filled[p]):  # noqa: SIM110  # numba has no any()
        if b.pair_session[t.seats[x]] == s:
            return True
    return False


def _covers_alike(b: Board, k: int, j: int) -> bool:
    """The two pairs of one person cover a gap in common."""
    for x in range(b.group_ptr[b.pair_group[k]], b.group_ptr[b.pair_group[k] + 1]):
        for y in range(b.group_ptr[b.pair_group[j]], b.group_ptr[b.pair_group[j] + 1]):
            if b.group_gap[x] == b.group_gap[y]:
                return True
    return False


def without(
    b: Board, d: Desk, t: State, v: Prices, people: Numbers, pairs: Numbers, limit: int, lost: Numbers, instead: Numbers
) -> None:
    """For each seat, what its person would lose without it, and the pair that would come instead (-1 none)."""
    for x in range(len(pairs)):
        p = people[x]
        s = b.pair_session[pairs[x]]
        release(b, t, p)
        lost[x] = t.worth[p] - best_set(b, d, t, v, p, s, limit)
        hold(b, t, p)
        instead[x] = -1
        for y in range(d.out[0]):
            r = b.pair_session[d.best[y]]
            if instead[x] < 0 and not sits_in(b, t, p, r) and _covers_alike(b, pairs[x], d.best[y]):
                instead[x] = d.best[y]


def one_more_seat(b: Board, d: Desk, t: State, first: int, last: int, values: Numbers) -> None:
    """For every full session the most that one of these people would gain by a seat there on top of what they have."""
    for p in range(first, last):
        at, end = p * b.width, p * b.width + t.filled[p]
        if t.filled[p] >= b.max_seats:
            continue
        known = False
        for k in range(b.pair_ptr[p], b.pair_ptr[p + 1]):
            s = b.pair_session[k]
            if b.pair_net[k] <= values[s] or t.taken[s] < b.s_cap[s] or b.pair_mark[k] & LOCKED:
                continue
            if b.s_cost[s] > t.partner_left[b.s_partner[s]] or seat_money(b, p, s) > t.mission_left[b.p_mission[p]]:
                continue
            ready = b.pair_mark[k] & NEEDS == 0
            fits = True
            for x in range(at, end):
                r = b.pair_session[t.seats[x]]
                if b.s_course[r] == b.s_course[s]:
                    fits = False
                if b.s_blocks[r] and b.s_blocks[s] and b.s_start[r] <= b.s_end[s] and b.s_start[s] <= b.s_end[r]:
                    fits = False
                if not ready and b.s_end[r] < b.s_start[s]:
                    c, wanted = b.s_course[r], b.s_course[s]
                    ready = awards(b.aw_ptr, b.aw_comp, b.aw_level, c, b.c_pre_comp[wanted], b.c_pre_level[wanted])
            if not fits or not ready:
                continue
            if not known:
                # Leaves in `have` what the person's seats bring each gap.
                worth_of(b, d, p, t.seats, at, t.filled[p])
                known = True
            gain = b.pair_net[k]
            for y in range(b.group_ptr[b.pair_group[k]], b.group_ptr[b.pair_group[k] + 1]):
                gap = b.group_gap[y]
                gain -= min(d.have[gap - b.g_ptr[p]], gap_value(b, gap, b.s_end[s]))
            values[s] = max(values[s], gain)
