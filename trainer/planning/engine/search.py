"""The person problem: given a price for every session, choose seats that keep rules H2, H5, H6 and H7 so that

    sum over gaps of the best value among own seats  -  sum over seats of (costs + price)  +  CHANGE per kept old seat

is largest. Solved exactly by depth-first branch and bound, among the items of `items`, with the bound of `bound`.
"""

from trainer.planning.engine.board import CLOSED, LOCKED, Board, Desk, Numbers, Prices, State, awards
from trainer.planning.engine.bound import bound_of_ready, charge_needy, hope_of_needy
from trainer.planning.engine.items import collect, thin_servers

THOROUGH_FROM = 500
"""Node limits from which the bound is what is wanted: then it pays to work out tolls anew at every node."""

BARE, WHOLE, EASED = 0, 1, 2
"""The searches for one person: without needy items · with all · with prerequisites taken as held, for their toll."""


def _fits(
    course: Numbers, start: Numbers, end: Numbers, blocks: Numbers, money: Numbers, paid: Numbers, partner: Numbers,
    chosen: Numbers, i: int, m: int, money_left: int, partner_left: int,
) -> bool:  # fmt: skip
    """Item i can join the m chosen ones: another course, no overlap, money for both."""
    spent = money[i]
    bill = paid[i]
    fits = True
    for x in range(m):
        j = chosen[x]
        if course[j] == course[i]:
            fits = False
        if blocks[j] and blocks[i] and start[j] <= end[i] and start[i] <= end[j]:
            fits = False
        spent += money[j]
        if partner[j] == partner[i]:
            bill += paid[j]
    return fits and spent <= money_left and bill <= partner_left


def _ready(
    aw_ptr: Numbers, aw_comp: Numbers, aw_level: Numbers, need_comp: Numbers, need_level: Numbers, course: Numbers,
    start: Numbers, end: Numbers, chosen: Numbers, i: int, m: int,
) -> bool:  # fmt: skip
    """The prerequisite of item i is held, or earned in time by one of the m chosen items."""
    ready: bool = need_comp[i] < 0
    for x in range(m):
        j = chosen[x]
        if not ready and end[j] < start[i] and course[j] != course[i]:
            ready = awards(aw_ptr, aw_comp, aw_level, course[j], need_comp[i], need_level[i])
    return ready


def _to_branch_on(b: Board, d: Desk, t: State, p: int, i: int, n: int, m: int) -> int:
    """The item to decide next so that item i can be had: i itself, or what earns its prerequisite.

    Returns -1 - j when item j cannot be had any more because nothing left earns its prerequisite.
    """
    course, start, end, blocks, chosen = d.course, d.start, d.end, d.blocks, d.chosen
    money, paid, partner, partner_left = d.money, d.paid, d.partner, t.partner_left
    aw_ptr, aw_comp, aw_level, status, cost = b.aw_ptr, b.aw_comp, b.aw_level, d.status, d.cost
    money_left = t.mission_left[b.p_mission[p]]
    need_comp, need_level = d.need_comp, d.need_level
    while not _ready(aw_ptr, aw_comp, aw_level, need_comp, need_level, course, start, end, chosen, i, m):
        comp, level = need_comp[i], need_level[i]
        found = -1
        for j in range(n):
            if status[j] != 0 or end[j] >= start[i] or course[j] == course[i]:
                continue
            if found >= 0 and cost[j] >= cost[found]:
                continue
            if not awards(aw_ptr, aw_comp, aw_level, course[j], comp, level):
                continue
            if _fits(
                course, start, end, blocks, money, paid, partner, chosen, j, m, money_left, partner_left[partner[j]]
            ):
                found = j
        if found < 0:
            return -1 - i
        i = found
    return i


def _judge(
    b: Board, d: Desk, t: State, p: int, n: int, m: int, gaps: int, needy: int, best: int, thorough: bool
) -> int:
    """Judge a node: current value to out[0], upper bound to out[1]; returns the item of largest gain or -1.

    The bound is sharp only as far as needed to tell whether it exceeds `best`.
    """
    cost, status, first, gains, mores, waits = d.cost, d.status, d.first, d.gain, d.more, d.waits
    cover_gap, cover_value, have, share, chosen = d.cover_gap, d.cover_value, d.have, d.share, d.chosen
    course, start, end, blocks = d.course, d.start, d.end, d.blocks
    money, paid, partner, partner_left = d.money, d.paid, d.partner, t.partner_left
    aw_ptr, aw_comp, aw_level, need_comp, need_level = b.aw_ptr, b.aw_comp, b.aw_level, d.need_comp, d.need_level
    money_left = t.mission_left[b.p_mission[p]]
    current = 0
    for g in range(gaps):
        have[g] = 0
        share[g] = 0
    for x in range(m):
        i = chosen[x]
        current -= cost[i]
        for y in range(first[i], first[i + 1]):
            g = cover_gap[y]
            if cover_value[y] > have[g]:
                current += cover_value[y] - have[g]
                have[g] = cover_value[y]
    d.out[0] = current
    d.out[1] = current
    seats_left = b.max_seats - m
    if seats_left <= 0:
        return -1
    top = -1
    top_gain = 0
    waiting = False
    for i in range(n):
        gains[i] = 0
        waits[i] = 0
        if status[i] != 0:
            continue
        if need_comp[i] >= 0 and not _ready(
            aw_ptr, aw_comp, aw_level, need_comp, need_level, course, start, end, chosen, i, m
        ):
            waits[i] = 1
        more = 0
        for y in range(first[i], first[i + 1]):
            better = cover_value[y] - have[cover_gap[y]]
            if better > 0:
                more += better
        gain = more - cost[i]
        if gain <= 0:
            continue
        if waits[i] and seats_left < 2:
            continue
        if not _fits(
            course, start, end, blocks, money, paid, partner, chosen, i, m, money_left, partner_left[partner[i]]
        ):
            continue
        gains[i] = gain
        mores[i] = more
        if waits[i]:
            waiting = True
            gain -= d.least_toll[i]
        if gain > top_gain or top < 0:
            top_gain = gain
            top = i
    if top < 0:
        return -1
    bound, charge = bound_of_ready(d, n, gaps, seats_left, best - current)
    if waiting:
        hope = hope_of_needy(b, d, n, gaps, needy, charge, best - current - bound, thorough)
        if current + bound <= best < current + bound + hope and best > 0:
            # Only a seat that must be earned first keeps this node alive: settle that one before anything else.
            top = d.out[3]
        bound += hope
    d.out[1] = current + bound
    return top


def best_set(b: Board, d: Desk, t: State, v: Prices, p: int, ban: int, limit: int) -> int:
    """Value of the person's best set at these prices; the set to best[: out[0]], an upper bound to out[1].

    The person's own unlocked seats must have been released from the state. After `limit` nodes the search stops:
    the set is then the best seen, the bound still holds and out[3] is 1.

    There are up to three searches. BARE finds at once a set that is hardly ever beaten. WHOLE decides. When that one is
    stopped and a bound is wanted, EASED bounds what it did not get to.
    """
    n = collect(b, d, t, v, p, ban)
    gaps = b.g_ptr[p + 1] - b.g_ptr[p]
    m = 0
    for i in range(n):
        if b.pair_mark[d.item[i]] & LOCKED:
            d.status[i] = 1
            d.chosen[m] = i
            m += 1
    needy = charge_needy(b, d, n, gaps)
    thin_servers(d, n)
    kind = BARE if needy > 0 and limit > 1 else WHOLE
    if kind == BARE:
        for x in range(needy):
            d.status[d.queue[x]] = -1
    depth = 0
    nodes = 0
    best = -CLOSED
    found = -CLOSED
    count = 0
    root = CLOSED
    cut = 0
    while True:
        nodes += 1
        top = _judge(b, d, t, p, n, m, gaps, needy if kind == WHOLE else 0, best, limit >= THOROUGH_FROM)
        current = d.out[0]
        bound = d.out[1]
        if nodes == 1 and kind != BARE:
            root = min(root, bound)
        if current > best:
            best = current
            if kind != EASED:
                found = current
                count = m
                for x in range(m):
                    d.best[x] = d.item[d.chosen[x]]
        if top >= 0 and bound > best and nodes < limit:
            i = _to_branch_on(b, d, t, p, top, n, m)
            d.stack_phase[depth] = 0
            if i < 0:
                i = -1 - i
                d.stack_phase[depth] = 1
                d.status[i] = -1
            else:
                d.status[i] = 1
                d.chosen[m] = i
                m += 1
            d.stack_item[depth] = i
            depth += 1
            continue
        if nodes >= limit and top >= 0 and bound > best:
            cut = 1
        while depth > 0 and (d.stack_phase[depth - 1] == 1 or cut):
            depth -= 1
            if d.stack_phase[depth] == 0:
                m -= 1
            d.status[d.stack_item[depth]] = 0
        if depth > 0:
            i = d.stack_item[depth - 1]
            d.stack_phase[depth - 1] = 1
            d.status[i] = -1
            m -= 1
        elif kind == BARE or (kind == WHOLE and cut and needy > 0 and limit >= THOROUGH_FROM):
            kind += 1
            for x in range(needy):
                i = d.queue[x]
                if d.least_toll[i] >= CLOSED:
                    continue
                d.status[i] = 0
                if kind == EASED:
                    d.need_comp[i] = -1
                    d.cost[i] += d.least_toll[i]
            nodes = 0
            cut = 0
        else:
            break
    d.out[0] = count
    d.out[1] = root if cut else min(root, best)
    d.out[2] = nodes
    d.out[3] = 1 if d.out[1] > found else 0
    return found
