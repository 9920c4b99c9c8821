"""The bound at a node of a person's search: at most so much can be added to the seats chosen so far.

Each gap counts the largest share of any ready item's gain, a seat's cost being split over the gaps it improves in
proportion to the improvement, which keeps the tree small (an equal split explodes). A needy item pays a toll first: the
least that earning its prerequisite costs. The shares are then lowered as far as they stay a bound.
"""

from trainer.planning.engine.board import CLOSED, Board, Desk, Numbers, awards


def _toll(b: Board, d: Desk, n: int, i: int, charge: int) -> int:
    """Item i's part of what it costs at least, in terms of the bound, to earn its prerequisite; CLOSED if nothing does.

    A seat that earns it costs its price, less what it brings its own gaps beyond the shares counted for them
    already, and the toll of its own prerequisite, which must have been worked out before. As many courses as may
    share the seat divide the sum, so that no seat is ever paid for more than once.
    """
    start, end, course, status, serves, first = d.start, d.end, d.course, d.status, d.serves, d.first
    cost, cover_gap, cover_value, have, share = d.cost, d.cover_gap, d.cover_value, d.have, d.share
    aw_ptr, aw_comp, aw_level, toll, waits = b.aw_ptr, b.aw_comp, b.aw_level, d.toll, d.waits
    comp, level = d.need_comp[i], d.need_level[i]
    least = CLOSED
    before = -1
    earns = False
    for j in range(n):
        if status[j] < 0 or not serves[j] or end[j] >= start[i] or course[j] == course[i]:
            continue
        if course[j] != before:
            before = course[j]
            earns = awards(aw_ptr, aw_comp, aw_level, before, comp, level)
        if not earns:
            continue
        if status[j] == 1:
            return 0
        paid = cost[j] + charge
        for y in range(first[j], first[j + 1]):
            beyond = cover_value[y] - have[cover_gap[y]] - share[cover_gap[y]]
            if beyond > 0:
                paid -= beyond
        paid = max(paid, 0)
        if waits[j]:
            paid += toll[j]
        least = min(least, paid)
    return least if least >= CLOSED else least // d.sharing[i]


def _count_sharing(b: Board, d: Desk, n: int, needy: int) -> None:
    """For each needy item, how many needy courses, its own included, may have one seat earn their prerequisites."""
    aw_ptr, aw_comp, aw_level = b.aw_ptr, b.aw_comp, b.aw_level
    need_comp, need_level, course, serves = d.need_comp, d.need_level, d.course, d.serves
    queue, sharing, seen, kind = d.queue, d.sharing, d.stack_item, d.gain
    kinds = 0
    for x in range(needy):
        i = queue[x]
        known = False
        for y in range(kinds):
            if course[kind[y]] == course[i]:
                known = True
                sharing[i] = -1 - y
        if known:
            continue
        sharing[i] = -1 - kinds
        kind[kinds] = i
        kinds += 1
    for x in range(kinds):
        i = kind[x]
        count = 0
        for y in range(kinds):
            seen[y] = 0
        before = -1
        for j in range(n):
            if course[j] == before or not serves[j]:
                continue
            before = course[j]
            if before == course[i] or not awards(aw_ptr, aw_comp, aw_level, before, need_comp[i], need_level[i]):
                continue
            for y in range(kinds):
                o = kind[y]
                if not seen[y] and awards(aw_ptr, aw_comp, aw_level, before, need_comp[o], need_level[o]):
                    seen[y] = 1
                    count += 1
        d.more[x] = max(1, min(count, b.max_seats - 1))
    for x in range(needy):
        i = queue[x]
        sharing[i] = d.more[-1 - sharing[i]]


def charge_needy(b: Board, d: Desk, n: int, gaps: int) -> int:
    """Set the toll of the needy items and put out of play what is of no use.

    Returns how many needy items there are; they stand in `queue`, in the order of their start.
    """
    need_comp, toll, start, status, cost, first = d.need_comp, d.toll, d.start, d.status, d.cost, d.first
    serves, queue = d.serves, d.queue
    for g in range(gaps):
        d.have[g] = 0
        d.share[g] = 0
    for i in range(n):
        if status[i] == 0 and not serves[i] and first[i] == first[i + 1] and cost[i] >= 0:
            status[i] = -1
    needy = 0
    for i in range(n):
        if need_comp[i] < 0 or status[i] != 0:
            continue
        x = needy
        while x > 0 and start[queue[x - 1]] > start[i]:
            queue[x] = queue[x - 1]
            x -= 1
        queue[x] = i
        needy += 1
    _count_sharing(b, d, n, needy)
    # What serves a needy item ends before it starts: in this order its own toll is known when it is asked for.
    for x in range(needy):
        i = queue[x]
        toll[i] = _toll(b, d, n, i, 0)
        d.least_toll[i] = toll[i]
        if toll[i] >= CLOSED:
            status[i] = -1
    return needy


def _share_out(d: Desk, n: int, charge: int) -> int:
    """Each gap's largest share of any ready item's gain, when every seat costs `charge` more; returns their sum."""
    first, gains, mores, cover_gap, cover_value = d.first, d.gain, d.more, d.cover_gap, d.cover_value
    have, share, waits = d.have, d.share, d.waits
    total = 0
    for i in range(n):
        kept = gains[i] - charge
        if gains[i] <= 0 or kept <= 0 or waits[i]:
            continue
        more = mores[i]
        if kept > more:
            total += kept - more
            kept = more
        for y in range(first[i], first[i + 1]):
            g = cover_gap[y]
            better = cover_value[y] - have[g]
            if better > 0:
                part = (better * kept + more - 1) // more
                if part > share[g]:
                    total += part - share[g]
                    share[g] = part
    return total


def _tighten(d: Desk, n: int, gaps: int, charge: int) -> int:
    """Lower the gaps' shares one after the other as far as they stay a bound; returns their sum.

    Shares bound every set as long as no ready item's gaps are worth more beyond their shares than the item costs.
    What is left of that cost is the item's slack; a share can fall until the first slack of an item is used up.
    """
    first, gains, mores, cover_gap, cover_value = d.first, d.gain, d.more, d.cover_gap, d.cover_value
    have, share, waits, slack = d.have, d.share, d.waits, d.slack
    for i in range(n):
        if gains[i] <= charge or waits[i]:
            continue
        left = max(0, mores[i] - gains[i] + charge)
        for y in range(first[i], first[i + 1]):
            g = cover_gap[y]
            left -= max(0, cover_value[y] - have[g] - share[g])
        slack[i] = left
    total = 0
    for g in range(gaps):
        old = share[g]
        if old <= 0:
            continue
        new = 0
        for i in range(n):
            if gains[i] <= charge or waits[i]:
                continue
            for y in range(first[i], first[i + 1]):
                if cover_gap[y] == g:
                    new = max(new, min(cover_value[y] - have[g], old) - slack[i])
        if new < old:
            for i in range(n):
                if gains[i] <= charge or waits[i]:
                    continue
                for y in range(first[i], first[i + 1]):
                    if cover_gap[y] == g:
                        more = cover_value[y] - have[g]
                        slack[i] -= max(0, more - new) - max(0, more - old)
            share[g] = new
        total += share[g]
    return total


def _best_left_out(share: Numbers, gaps: int, seats_left: int) -> int:
    """The largest share of a gap when each seat that is left closes one of a larger share; 0 when seats are enough."""
    hopeful = 0
    for g in range(gaps):
        if share[g] > 0:
            hopeful += 1
    if hopeful <= seats_left:
        return 0
    for g in range(gaps):
        above = 0
        for h in range(gaps):
            if share[h] > share[g] or (share[h] == share[g] and h < g):
                above += 1
        if above == seats_left:
            return int(share[g])
    return 0


def bound_of_ready(d: Desk, n: int, gaps: int, seats_left: int, enough: int) -> tuple[int, int]:
    """What the ready items can add at most on the seats that are left, and what each of these seats is charged.

    Where more gaps could be closed than seats are left, each seat is charged what the best gap left out would bring.
    The bound is sharp only as far as needed to tell whether it exceeds `enough`.
    """
    share = d.share
    bound = _share_out(d, n, 0)
    charge = _best_left_out(share, gaps, seats_left)
    if charge > 0:
        for g in range(gaps):
            share[g] = 0
        bound = _share_out(d, n, charge) + charge * seats_left
    if bound > enough:
        for g in range(gaps):
            bound -= share[g]
        bound += _tighten(d, n, gaps, charge)
    return bound, charge


def hope_of_needy(b: Board, d: Desk, n: int, gaps: int, needy: int, charge: int, short: int, thorough: bool) -> int:
    """What items whose prerequisite is still to be earned could add to the shares of the ready ones.

    Each pays its toll: that of the root first, and that of the present node only when the sum is more than `short`,
    what is missing for the node to be worth searching. The item that adds most is left in out[3].
    """
    first, gains, mores, cover_gap, cover_value = d.first, d.gain, d.more, d.cover_gap, d.cover_value
    have, share, extra, waits, toll = d.have, d.share, d.extra, d.waits, d.toll
    hope = 0
    for careful in range(2 if thorough else 1):
        for x in range(needy):
            i = d.queue[x]
            if waits[i] and d.status[i] == 0:
                toll[i] = _toll(b, d, n, i, charge) if careful else d.least_toll[i]
        for g in range(gaps):
            extra[g] = 0
        hope = 0
        most = 0
        for x in range(needy):
            i = d.queue[x]
            kept = gains[i] - charge - toll[i]
            if gains[i] <= 0 or kept <= 0 or not waits[i]:
                continue
            more = mores[i]
            if kept > more:
                hope += kept - more
                if kept - more > most:
                    most = kept - more
                    d.out[3] = i
                kept = more
            for y in range(first[i], first[i + 1]):
                g = cover_gap[y]
                better = cover_value[y] - have[g]
                if better > 0:
                    part = (better * kept + more - 1) // more - share[g]
                    if part > extra[g]:
                        hope += part - extra[g]
                        extra[g] = part
                        if part > most:
                            most = part
                            d.out[3] = i
        if hope <= short:
            return hope
    return hope
