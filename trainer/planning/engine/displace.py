"""The local search: people take full seats from those who lose less by it, who choose anew in their turn."""

from typing import NamedTuple

from trainer.planning.engine.board import CLOSED, LOCKED, Board, Desk, Numbers, Prices, State
from trainer.planning.engine.search import best_set
from trainer.planning.engine.seats import hold, place, release, sits_in


class Chains(NamedTuple):
    """Who is displaced first, how far that goes, and what is remembered of those who move, to undo it."""

    depth: int
    """occupants remembered per session"""
    longest: int
    """people who may displace others in one chain; those after them choose among free seats"""
    loss: Numbers
    """[S * depth] what giving up their seat costs those who would lose least, the least first"""
    who: Numbers
    """[S * depth] and who they are, -1 nobody"""
    moved: Numbers
    """people of the present chain, at most so many"""
    before: Numbers
    """[moved * (width + 2)] how many seats each had, what they were worth, and which they were"""


def ease(b: Board, d: Desk, t: State, v: Prices, c: Chains, first: int, last: int, limit: int) -> None:
    """Find for every full session those of the people first..last - 1 who would lose least by giving up their seat."""
    depth, loss, who = c.depth, c.loss, c.who
    for p in range(first, last):
        at = p * b.width
        for x in range(t.filled[p]):
            k = t.seats[at + x]
            s = b.pair_session[k]
            if b.pair_mark[k] & LOCKED or t.taken[s] < b.s_cap[s]:
                continue
            release(b, t, p)
            lost = t.worth[p] - best_set(b, d, t, v, p, s, limit)
            hold(b, t, p)
            y = s * depth + depth - 1
            if lost >= loss[y]:
                continue
            while y > s * depth and loss[y - 1] > lost:
                loss[y] = loss[y - 1]
                who[y] = who[y - 1]
                y -= 1
            loss[y] = lost
            who[y] = p


def _next_victim(b: Board, t: State, c: Chains, s: int, full: Numbers) -> None:
    """Drop the first of the session's list, and all after it who no longer sit there; reprice the session."""
    at, last = s * c.depth, s * c.depth + c.depth - 1
    while True:
        for y in range(at, last):
            c.loss[y] = c.loss[y + 1]
            c.who[y] = c.who[y + 1]
        c.loss[last] = CLOSED
        c.who[last] = -1
        if c.who[at] < 0 or sits_in(b, t, c.who[at], s):
            break
    full[s] = c.loss[at]


def _remember(b: Board, t: State, c: Chains, p: int, moved: int) -> int:
    """Remember the person's seats; returns the number of people remembered."""
    c.moved[moved] = p
    at = moved * (b.width + 2)
    c.before[at] = t.filled[p]
    c.before[at + 1] = t.worth[p]
    for x in range(t.filled[p]):
        c.before[at + 2 + x] = t.seats[p * b.width + x]
    return moved + 1


def _undo(b: Board, t: State, c: Chains, moved: int) -> None:
    for y in range(moved):
        release(b, t, c.moved[y])
    for y in range(moved):
        p = c.moved[y]
        at = y * (b.width + 2)
        t.filled[p] = c.before[at]
        t.worth[p] = c.before[at + 1]
        for x in range(t.filled[p]):
            t.seats[p * b.width + x] = c.before[at + 2 + x]
        hold(b, t, p)


def _victim(b: Board, t: State, c: Chains, s: int, moved: int) -> int:
    """Who is to leave the overfull session; -1 when nobody suitable is known."""
    for y in range(s * c.depth, s * c.depth + c.depth):
        q: int = c.who[y]
        if q < 0:
            return -1
        if not sits_in(b, t, q, s):
            continue
        for x in range(moved):
            if c.moved[x] == q:
                q = -1
                break
        if q >= 0:
            return q
    return -1


def displace(
    b: Board, d: Desk, t: State, v: Prices, closed: Prices, c: Chains, order: Numbers, ceiling: Numbers, limit: int
) -> int:
    """People take full seats from those who lose less by it; returns the gain.

    A person may choose a full session at the price of its cheapest occupant (`v.full`, from `ease`). Whoever is
    displaced chooses anew, again displacing others while the chain is short and then among free seats only. The
    whole chain is undone unless it gains in truth: the prices only guide. `ceiling[p]` is what the person could
    have at best; who has it is not asked.
    """
    gained = 0
    for x in range(len(order)):
        p = order[x]
        if t.worth[p] >= ceiling[p]:
            continue
        moved = _remember(b, t, c, p, 0)
        release(b, t, p)
        hoped = best_set(b, d, t, v, p, -1, limit)
        if hoped <= c.before[1]:
            hold(b, t, p)
            continue
        place(b, d, t, p, d.out[0])
        delta = t.worth[p] - c.before[1]
        done = 0
        fits = True
        while fits and done < moved:
            mover = c.moved[done]
            done += 1
            for y in range(mover * b.width, mover * b.width + t.filled[mover]):
                s = b.pair_session[t.seats[y]]
                if t.taken[s] <= b.s_cap[s] or b.pair_mark[t.seats[y]] & LOCKED:
                    continue
                q = _victim(b, t, c, s, moved)
                if q < 0 or moved >= len(c.moved):
                    fits = False
                    break
                moved = _remember(b, t, c, q, moved)
                release(b, t, q)
                best_set(b, d, t, v if moved <= c.longest else closed, q, -1, limit)
                place(b, d, t, q, d.out[0])
                delta += t.worth[q] - c.before[(moved - 1) * (b.width + 2) + 1]
        if not fits or delta <= 0:
            _undo(b, t, c, moved)
            continue
        gained += delta
        for y in range(1, moved):
            at = y * (b.width + 2)
            for z in range(c.before[at]):
                s = b.pair_session[c.before[at + 2 + z]]
                if c.who[s * c.depth] == c.moved[y] and not sits_in(b, t, c.moved[y], s):
                    _next_victim(b, t, c, s, v.full)
    return gained
