"""The local search: people take full seats from those who lose less by it, who choose anew in their turn."""

from trainer.planning.engine.board import CLOSED, LOCKED, Board, Desk, Numbers, Prices, State
from trainer.planning.engine.search import best_set
from trainer.planning.engine.seats import hold, place, release, sits_in


def ease(
    b: Board, d: Desk, t: State, v: Prices, first: int, last: int, limit: int, depth: int, loss: Numbers, who: Numbers
) -> None:
    """For every full session, the `depth` people who would lose least by giving up their seat, and what they lose."""
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


def _next_victim(b: Board, t: State, s: int, depth: int, loss: Numbers, who: Numbers, full: Numbers) -> None:
    """Drop the first of the session's list, and all after it who no longer sit there; reprice the session."""
    while True:
        for y in range(s * depth, s * depth + depth - 1):
            loss[y] = loss[y + 1]
            who[y] = who[y + 1]
        loss[s * depth + depth - 1] = CLOSED
        who[s * depth + depth - 1] = -1
        if who[s * depth] < 0 or sits_in(b, t, who[s * depth], s):
            break
    full[s] = loss[s * depth]


def _log(b: Board, t: State, p: int, logged: int, log: Numbers, log_seats: Numbers) -> int:
    """Remember the person's seats; returns the number of people remembered."""
    log[logged] = p
    at = logged * (b.width + 2)
    log_seats[at] = t.filled[p]
    log_seats[at + 1] = t.worth[p]
    for x in range(t.filled[p]):
        log_seats[at + 2 + x] = t.seats[p * b.width + x]
    return logged + 1


def _undo(b: Board, t: State, logged: int, log: Numbers, log_seats: Numbers) -> None:
    for y in range(logged):
        release(b, t, log[y])
    for y in range(logged):
        p = log[y]
        at = y * (b.width + 2)
        t.filled[p] = log_seats[at]
        t.worth[p] = log_seats[at + 1]
        for x in range(t.filled[p]):
            t.seats[p * b.width + x] = log_seats[at + 2 + x]
        hold(b, t, p)


def _victim(b: Board, t: State, s: int, depth: int, who: Numbers, log: Numbers, logged: int) -> int:
    """Who is to leave the overfull session; -1 when nobody suitable is known."""
    for y in range(s * depth, s * depth + depth):
        q: int = who[y]
        if q < 0:
            return -1
        if not sits_in(b, t, q, s):
            continue
        for x in range(logged):
            if log[x] == q:
                q = -1
                break
        if q >= 0:
            return q
    return -1


def displace(
    b: Board, d: Desk, t: State, v: Prices, closed: Prices, order: Numbers, ceiling: Numbers, limit: int, depth: int,
    chain: int, loss: Numbers, who: Numbers, log: Numbers, log_seats: Numbers,
) -> int:  # fmt: skip
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
        logged = _log(b, t, p, 0, log, log_seats)
        release(b, t, p)
        hoped = best_set(b, d, t, v, p, -1, limit)
        if hoped <= log_seats[1]:
            hold(b, t, p)
            continue
        place(b, d, t, p, d.out[0])
        delta = t.worth[p] - log_seats[1]
        done = 0
        fits = True
        while fits and done < logged:
            mover = log[done]
            done += 1
            for y in range(mover * b.width, mover * b.width + t.filled[mover]):
                s = b.pair_session[t.seats[y]]
                if t.taken[s] <= b.s_cap[s] or b.pair_mark[t.seats[y]] & LOCKED:
                    continue
                q = _victim(b, t, s, depth, who, log, logged)
                if q < 0 or logged >= len(log):
                    fits = False
                    break
                logged = _log(b, t, q, logged, log, log_seats)
                release(b, t, q)
                best_set(b, d, t, v if logged <= chain else closed, q, -1, limit)
                place(b, d, t, q, d.out[0])
                delta += t.worth[q] - log_seats[(logged - 1) * (b.width + 2) + 1]
        if not fits or delta <= 0:
            _undo(b, t, logged, log, log_seats)
            continue
        gained += delta
        for y in range(1, logged):
            at = y * (b.width + 2)
            for z in range(log_seats[at]):
                s = b.pair_session[log_seats[at + 2 + z]]
                if who[s * depth] == log[y] and not sits_in(b, t, log[y], s):
                    _next_victim(b, t, s, depth, loss, who, v.full)
    return gained
