"""The inner loops: one person's best set of seats, and what is built from it.

Plain Python over flat sequences, in the subset that numba compiles: `compiled.py` makes machine code of these very
functions for large instances, and small ones run them as they stand, over lists, without waiting for a compiler.
Everything is integer arithmetic, so both ways and any number of threads give the same answer.

The person problem. Given a price for every session, choose seats that keep rules H2, H5, H6 and H7 so that

    sum over gaps of the best value among own seats  -  sum over seats of (costs + price)  +  CHANGE per kept old seat

is largest. It is solved exactly by depth-first branch and bound. At a node the bound adds, for each gap, the largest
share of any seat's gain; a seat's cost is split over the gaps it improves in proportion to the improvement, which
keeps the tree small (an equal split explodes).
"""

from typing import Any, NamedTuple

CLOSED = 2**60
"""The price of a session that cannot be had."""

SCALE = 20
"""Money prices are points per 2^20 money units."""

NEEDS, OLD, LOCKED, SERVES = 1, 2, 4, 8

THOROUGH_FROM = 500
"""Node limits from which the bound is what is wanted: then it pays to work out tolls anew at every node."""

THIN_FROM = 6
"""Items from which it pays to look for useless ones first."""

Numbers = Any
"""A list of int or an int array: kernels index it and numba knows which; no one type says both."""


class Board(NamedTuple):
    """The instance and its eligible pairs, flat. Capacities and budgets are net of locked old seats."""

    pair_ptr: Numbers
    pair_session: Numbers
    pair_group: Numbers
    pair_net: Numbers
    pair_mark: Numbers
    group_ptr: Numbers
    group_gap: Numbers
    g_ptr: Numbers
    g_due: Numbers
    g_weight: Numbers
    p_mission: Numbers
    p_region: Numbers
    s_course: Numbers
    s_start: Numbers
    s_end: Numbers
    s_blocks: Numbers
    s_cap: Numbers
    s_partner: Numbers
    s_cost: Numbers
    s_region: Numbers
    s_travels: Numbers
    c_pre_comp: Numbers
    c_pre_level: Numbers
    aw_ptr: Numbers
    aw_comp: Numbers
    aw_level: Numbers
    travel: Numbers
    on_time: Numbers
    heed: int
    """the marks that are looked at: without NEEDS every prerequisite counts as held"""
    skip: int
    """the marks that put a new pair out of play: with NEEDS, nothing is chosen that must be prepared for"""
    partner_dear: Numbers
    """[partners] the dearest seat of each"""
    dearest: int
    """what a seat can cost a mission at most"""
    regions: int
    late: int
    late_decay: int
    change: int
    max_seats: int
    width: int
    """Places per person in `State.seats`: max_seats, or more where more old seats are locked."""


class Prices(NamedTuple):
    """What a seat costs beyond its own costs: one price while seats are free, another when they are not."""

    free: Numbers
    full: Numbers
    partner: Numbers
    mission: Numbers


class State(NamedTuple):
    """A plan under construction, locked seats aside."""

    taken: Numbers
    partner_left: Numbers
    mission_left: Numbers
    seats: Numbers
    """[P * width] pairs, locked ones included; the first `filled` of each person count"""
    filled: Numbers
    worth: Numbers
    """[P] the person's value at price zero, CHANGE per kept old seat included"""


class Desk(NamedTuple):
    """Scratch of one solver thread: the items of the person being solved, and the search among them."""

    item: Numbers
    """the pair; the other columns repeat what the search needs of it, side by side"""
    cost: Numbers
    money: Numbers
    paid: Numbers
    partner: Numbers
    course: Numbers
    start: Numbers
    end: Numbers
    blocks: Numbers
    need_comp: Numbers
    """-1 when the prerequisite is held"""
    need_level: Numbers
    toll: Numbers
    """what must at least be paid, at the present node, on top of a needy item to earn its prerequisite"""
    least_toll: Numbers
    """the same at the root"""
    sharing: Numbers
    """how many may share what earns its prerequisite"""
    queue: Numbers
    """the needy items in the order of their start"""
    serves: Numbers
    """1 when the item earns the prerequisite of another"""
    idle: Numbers
    """1 when another item closes the same gaps at least as well"""
    status: Numbers
    """0 undecided, 1 chosen, -1 left out"""
    first: Numbers
    cover_gap: Numbers
    cover_value: Numbers
    more: Numbers
    """at the present node, what the item would add for its gaps"""
    gain: Numbers
    """and what is left of it after its cost; 0 when it cannot be had"""
    waits: Numbers
    """1 when its prerequisite is still to be earned"""
    slack: Numbers
    """what is left of its cost when the shares of its gaps are taken off what it would add"""
    have: Numbers
    share: Numbers
    extra: Numbers
    chosen: Numbers
    stack_item: Numbers
    stack_phase: Numbers
    best: Numbers
    pick: Numbers
    """the pairs worth something at these prices, before the items are made of them; the next columns are theirs"""
    worth: Numbers
    fee: Numbers
    mask: Numbers
    """bit set of the gaps it closes"""
    price: Numbers
    """what its gaps are worth less what it is worth"""
    rank: Numbers
    beaten: Numbers
    """1 when another one closes the same gaps at least as well"""
    beats: Numbers
    """those that may beat others"""
    need_of: Numbers
    """a course whose prerequisite may have to be earned"""
    need_by: Numbers
    """and the last day on which it starts"""
    out: Numbers
    """[4] seats in `best`, upper bound, nodes, cut short"""


def seat_money(b: Board, p: int, s: int) -> int:
    """What a seat costs the person's mission."""
    money: int = b.s_cost[s]
    if b.s_travels[s]:
        money += b.travel[b.p_region[p] * b.regions + b.s_region[s]]
    return money


def gap_value(b: Board, gap: int, day: int) -> int:
    """What closing the gap on this day is worth."""
    late = day - b.g_due[gap]
    if late <= 0:
        return int(b.g_weight[gap] * b.on_time[day])
    points = b.late - b.late_decay * late
    return int(b.g_weight[gap] * points) if points > 0 else 0


def _make_items(b: Board, d: Desk, p: int, n: int) -> None:
    """Complete the n items of which pair, cost, money, `idle` and `serves` are known."""
    item, first, cover_gap, cover_value = d.item, d.first, d.cover_gap, d.cover_value
    pair_session, pair_group, pair_mark, group_ptr, group_gap = (
        b.pair_session, b.pair_group, b.pair_mark, b.group_ptr, b.group_gap,
    )  # fmt: skip
    s_course, s_start, s_end, s_blocks, s_cost, s_partner = (
        b.s_course, b.s_start, b.s_end, b.s_blocks, b.s_cost, b.s_partner,
    )  # fmt: skip
    g_due, g_weight, on_time = b.g_due, b.g_weight, b.on_time
    base = b.g_ptr[p]
    at = 0
    first[0] = 0
    for i in range(n):
        k = item[i]
        s = pair_session[k]
        course = s_course[s]
        end = s_end[s]
        for x in range(group_ptr[pair_group[k]], group_ptr[pair_group[k] + 1]):
            gap = group_gap[x]
            late = end - g_due[gap]
            points = on_time[end] if late <= 0 else b.late - b.late_decay * late
            if points > 0:
                cover_gap[at] = gap - base
                cover_value[at] = g_weight[gap] * points
                at += 1
        first[i + 1] = at
        d.paid[i] = s_cost[s] if d.money[i] > 0 else 0
        d.partner[i] = s_partner[s]
        d.course[i] = course
        d.start[i] = s_start[s]
        d.end[i] = end
        d.blocks[i] = s_blocks[s]
        needs = pair_mark[k] & b.heed & NEEDS
        d.need_comp[i] = b.c_pre_comp[course] if needs else -1
        d.need_level[i] = b.c_pre_level[course]
        d.waits[i] = needs
        d.toll[i] = 0
        d.least_toll[i] = 0
        d.status[i] = 0


def _awards(aw_ptr: Numbers, aw_comp: Numbers, aw_level: Numbers, course: int, comp: int, level: int) -> bool:
    found = False
    for x in range(aw_ptr[course], aw_ptr[course + 1]):
        if aw_comp[x] == comp and aw_level[x] >= level:
            found = True
    return found


def _collect(b: Board, d: Desk, t: State, v: Prices, p: int, ban: int) -> int:
    """The items of a person: pairs worth something at these prices that no other beats, then what serves needy ones."""
    pair_session, pair_net, pair_mark, pair_group = b.pair_session, b.pair_net, b.pair_mark, b.pair_group
    s_cap, s_cost, s_partner, s_course, s_start, s_end = b.s_cap, b.s_cost, b.s_partner, b.s_course, b.s_start, b.s_end
    group_ptr, group_gap, g_due, g_weight, on_time = b.group_ptr, b.group_gap, b.g_due, b.g_weight, b.on_time
    s_blocks, s_travels, s_region, travel = b.s_blocks, b.s_travels, b.s_region, b.travel
    free, full, partner_price, taken = v.free, v.full, v.partner, t.taken
    from_region = b.p_region[p] * b.regions
    pick, worth, fee, mask, price, beaten, have = d.pick, d.worth, d.fee, d.mask, d.price, d.beaten, d.have
    mission = b.p_mission[p]
    mission_price = v.mission[mission]
    few_gaps = b.g_ptr[p + 1] - b.g_ptr[p] <= 60
    # What all needy items together could bring: a seat that only serves them is of no use if it costs more.
    hope = 0
    for g in range(b.g_ptr[p + 1] - b.g_ptr[p]):
        have[g] = 0
    count = 0
    needy = 0
    for k in range(b.pair_ptr[p], b.pair_ptr[p + 1]):
        mark = pair_mark[k]
        if mark & b.skip and mark & OLD == 0:
            continue
        mark &= b.heed
        net = pair_net[k]
        money = 0
        s = pair_session[k]
        if mark & LOCKED == 0:
            if mark & OLD:
                net += b.change
            if net <= 0:
                continue
            net -= full[s] if taken[s] >= s_cap[s] else free[s]
            if net <= 0 or s == ban:
                continue
            money = s_cost[s]
            if s_travels[s]:
                money += travel[from_region + s_region[s]]
            if mission_price or partner_price[s_partner[s]]:
                net -= (partner_price[s_partner[s]] * s_cost[s] + mission_price * money) >> SCALE
                if net <= 0:
                    continue
            if s_cost[s] > t.partner_left[s_partner[s]] or money > t.mission_left[mission]:
                continue
        pick[count] = k
        worth[count] = net
        fee[count] = money
        beaten[count] = 0
        bits = 0
        total = 0
        for x in range(group_ptr[pair_group[k]], group_ptr[pair_group[k] + 1]):
            gap = group_gap[x]
            late = s_end[s] - g_due[gap]
            points = on_time[s_end[s]] if late <= 0 else b.late - b.late_decay * late
            if points <= 0:
                continue
            total += g_weight[gap] * points
            g = gap - b.g_ptr[p]
            if few_gaps:
                bits |= 1 << g
            if mark & (NEEDS | OLD | LOCKED) == NEEDS and net > have[g]:
                hope += net - have[g]
                have[g] = net
        if mark & (OLD | LOCKED) == OLD:
            hope += net
        if mark & (NEEDS | LOCKED) == NEEDS:
            needy += 1
        mask[count] = bits
        price[count] = total - net
        count += 1
    if count > THIN_FROM and few_gaps:
        needy = _find_beaten(b, d, t, p, count)
    item, cost, moneys, idle, serves = d.item, d.cost, d.money, d.idle, d.serves
    n = 0
    if needy == 0:
        for x in range(count):
            if not beaten[x]:
                item[n] = pick[x]
                cost[n] = price[x]
                moneys[n] = fee[x]
                idle[n] = 0
                serves[n] = 0
                n += 1
        _make_items(b, d, p, n)
        return n
    needs = _find_needs(b, d, p, count)
    y = 0
    before = -1
    last_start = -1
    servers = 0
    for k in range(b.pair_ptr[p], b.pair_ptr[p + 1]):
        picked = y < count and pick[y] == k
        if picked:
            y += 1
        mark = pair_mark[k]
        if mark & SERVES == 0 and (not picked or beaten[y - 1]):
            continue
        s = pair_session[k]
        if s_course[s] != before:
            before = s_course[s]
            last_start = _serves_until(b, d, before, needs)
            servers = n
        serving = mark & SERVES and s_end[s] < last_start
        if picked:
            if beaten[y - 1] and not serving:
                continue
            charge = price[y - 1]
            money = fee[y - 1]
        else:
            if not serving or s == ban:
                continue
            net = pair_net[k]
            if mark & OLD:
                net += b.change
            net -= full[s] if taken[s] >= s_cap[s] else free[s]
            if net + hope <= 0:
                continue
            money = s_cost[s]
            if s_travels[s]:
                money += travel[from_region + s_region[s]]
            if mission_price or partner_price[s_partner[s]]:
                net -= (partner_price[s_partner[s]] * s_cost[s] + mission_price * money) >> SCALE
            if net > 0 or net + hope <= 0:
                continue
            if s_cost[s] > t.partner_left[s_partner[s]] or money > t.mission_left[mission]:
                continue
            charge = -net
            for x in range(group_ptr[pair_group[k]], group_ptr[pair_group[k] + 1]):
                gap = group_gap[x]
                late = s_end[s] - g_due[gap]
                points = on_time[s_end[s]] if late <= 0 else b.late - b.late_decay * late
                if points > 0:
                    charge += g_weight[gap] * points
        useful = picked and not beaten[y - 1]
        if not useful:
            # Of the sessions of one course that only serve, one that another beats goes at once.
            doubled = False
            for x in range(servers, n):
                r = pair_session[item[x]]
                if cost[x] < 0 or cost[x] > charge or s_end[r] > s_end[s] or pair_mark[item[x]] & NEEDS:
                    continue
                if serves[x] and (not s_blocks[r] or s_start[r] >= s_start[s]):
                    doubled = True
                    break
            if doubled:
                continue
        item[n] = k
        cost[n] = charge
        moneys[n] = money
        idle[n] = 1 if picked and not useful else 0
        serves[n] = 1 if serving else 0
        n += 1
    _make_items(b, d, p, n)
    return n


def _find_beaten(b: Board, d: Desk, t: State, p: int, count: int) -> int:
    """Mark picked pairs whose own gaps another one closes at least as well; returns how many needy ones are left.

    Pair a beats pair j when it closes at least the gaps of j, none later, costs no more and is as easy to have: no
    prerequisite to earn, no money that j would not spend where money is short, and either it blocks no days or only
    days that j blocks too. A set with j is then no worse with a instead. Should the set hold another session of a's
    course: one that ends sooner than a leaves j nothing to close; one that ends later is replaced by a, and j
    dropped, which needs that its cost is not negative.
    """
    pick, worth, fee, mask, price, beaten, rank = d.pick, d.worth, d.fee, d.mask, d.price, d.beaten, d.rank
    pair_session, pair_mark, s_course, s_start, s_end = b.pair_session, b.pair_mark, b.s_course, b.s_start, b.s_end
    s_blocks, s_cost, s_partner, beats = b.s_blocks, b.s_cost, b.s_partner, d.beats
    rich = t.mission_left[b.p_mission[p]] >= b.max_seats * b.dearest
    for x in range(count):
        rank[x] = x
    step = 1
    while step * 3 < count:
        step = step * 3 + 1
    while step > 0:
        for x in range(step, count):
            mine = rank[x]
            y = x
            while y >= step and (
                worth[rank[y - step]] < worth[mine] or (worth[rank[y - step]] == worth[mine] and rank[y - step] > mine)
            ):
                rank[y] = rank[y - step]
                y -= step
            rank[y] = mine
        step //= 3
    strong = 0
    needy = 0
    for x in range(count):
        j = rank[x]
        mark = pair_mark[pick[j]] & b.heed
        if mark & LOCKED:
            continue
        s = pair_session[pick[j]]
        for y in range(strong):
            a = beats[y]
            if mask[j] & mask[a] != mask[j] or price[a] > price[j]:
                continue
            r = pair_session[pick[a]]
            if s_end[r] > s_end[s] or (s_blocks[r] and (not s_blocks[s] or s_start[r] < s_start[s])):
                continue
            if not rich and fee[a] > fee[j]:
                continue
            partner = s_partner[r]
            if t.partner_left[partner] < b.max_seats * b.partner_dear[partner] and (
                partner != s_partner[s] or s_cost[r] > s_cost[s]
            ):
                continue
            beaten[j] = 1
            break
        if beaten[j]:
            continue
        if mark & NEEDS:
            needy += 1
            continue
        if mask[j] == 0 or price[j] < 0:
            continue
        fits = True
        for y in range(count):
            if price[y] >= 0 and pair_mark[pick[y]] & LOCKED == 0:
                continue
            r = pair_session[pick[y]]
            if s_course[r] == s_course[s]:
                fits = False
            if pair_mark[pick[y]] & LOCKED and s_blocks[r] and s_blocks[s]:
                fits = fits and (s_start[r] > s_end[s] or s_start[s] > s_end[r])
        if fits:
            beats[strong] = j
            strong += 1
    return needy


def _find_needs(b: Board, d: Desk, p: int, count: int) -> int:
    """The courses whose prerequisite may have to be earned, each with the last start; returns how many.

    First those of the picked pairs that are left, then those of what may serve these, and so on.
    """
    pair_session, pair_mark, s_course, s_start, s_end = b.pair_session, b.pair_mark, b.s_course, b.s_start, b.s_end
    need_of, need_by = d.need_of, d.need_by
    needs = 0
    for x in range(count):
        k = d.pick[x]
        if d.beaten[x] or pair_mark[k] & (NEEDS | LOCKED) != NEEDS:
            continue
        s = pair_session[k]
        # Pairs are sorted by course, and so are the needs so far.
        if needs == 0 or need_of[needs - 1] != s_course[s]:
            need_of[needs] = s_course[s]
            need_by[needs] = s_start[s]
            needs += 1
        elif need_by[needs - 1] < s_start[s]:
            need_by[needs - 1] = s_start[s]
    more = True
    while more:
        more = False
        before = -1
        last_start = -1
        for k in range(b.pair_ptr[p], b.pair_ptr[p + 1]):
            if pair_mark[k] & (SERVES | NEEDS | LOCKED) != SERVES | NEEDS:
                continue
            s = pair_session[k]
            course = s_course[s]
            if course != before:
                before = course
                last_start = _serves_until(b, d, course, needs)
            if s_end[s] >= last_start:
                continue
            x = 0
            while x < needs and need_of[x] != course:
                x += 1
            if x == needs:
                need_of[x] = course
                need_by[x] = -1
                needs += 1
            if need_by[x] < s_start[s]:
                need_by[x] = s_start[s]
                more = True
    return needs


def _serves_until(b: Board, d: Desk, course: int, needs: int) -> int:
    """Before which day a seat in the course must end to be of use to one of the needs; -1 when it never is."""
    last_start = -1
    for x in range(needs):
        other = d.need_of[x]
        if other == course or d.need_by[x] <= last_start:
            continue
        if _awards(b.aw_ptr, b.aw_comp, b.aw_level, course, b.c_pre_comp[other], b.c_pre_level[other]):
            last_start = d.need_by[x]
    return last_start


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
            if before == course[i] or not _awards(aw_ptr, aw_comp, aw_level, before, need_comp[i], need_level[i]):
                continue
            for y in range(kinds):
                o = kind[y]
                if not seen[y] and _awards(aw_ptr, aw_comp, aw_level, before, need_comp[o], need_level[o]):
                    seen[y] = 1
                    count += 1
        d.more[x] = max(1, min(count, b.max_seats - 1))
    for x in range(needy):
        i = queue[x]
        sharing[i] = d.more[-1 - sharing[i]]


def _charge_needy(b: Board, d: Desk, n: int, gaps: int) -> int:
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


def _thin_servers(d: Desk, n: int) -> None:
    """Of the sessions of one course that only serve, those go that another beats: sooner, cheaper, as easy to have."""
    course, start, end, blocks, cost = d.course, d.start, d.end, d.blocks, d.cost
    status, serves, idle, first, need_comp = d.status, d.serves, d.idle, d.first, d.need_comp
    for a in range(n):
        if status[a] != 0 or not serves[a] or need_comp[a] >= 0 or cost[a] < 0:
            continue
        for j in range(n):
            if course[j] != course[a] or a == j or status[j] != 0 or cost[j] < cost[a] or end[j] < end[a]:
                continue
            if not (idle[j] or first[j] == first[j + 1] or first[a + 1] - first[a] >= first[j + 1] - first[j]):
                continue
            if not blocks[a] or (start[a] >= start[j] and end[a] <= end[j]):
                status[j] = -1


def _ready(
    aw_ptr: Numbers, aw_comp: Numbers, aw_level: Numbers, need_comp: Numbers, need_level: Numbers, course: Numbers,
    start: Numbers, end: Numbers, chosen: Numbers, i: int, m: int,
) -> bool:  # fmt: skip
    """The prerequisite of item i is held, or earned in time by one of the m chosen items."""
    ready: bool = need_comp[i] < 0
    for x in range(m):
        j = chosen[x]
        if not ready and end[j] < start[i] and course[j] != course[i]:
            ready = _awards(aw_ptr, aw_comp, aw_level, course[j], need_comp[i], need_level[i])
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
            if not _awards(aw_ptr, aw_comp, aw_level, course[j], comp, level):
                continue
            if _fits(
                course, start, end, blocks, money, paid, partner, chosen, j, m, money_left, partner_left[partner[j]]
            ):
                found = j
        if found < 0:
            return -1 - i
        i = found
    return i


def _shares(d: Desk, n: int, charge: int) -> int:
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
    awards = False
    for j in range(n):
        if status[j] < 0 or not serves[j] or end[j] >= start[i] or course[j] == course[i]:
            continue
        if course[j] != before:
            before = course[j]
            awards = _awards(aw_ptr, aw_comp, aw_level, before, comp, level)
        if not awards:
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


def _hope(b: Board, d: Desk, n: int, gaps: int, needy: int, charge: int, short: int, thorough: bool) -> int:
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


def _look(b: Board, d: Desk, t: State, p: int, n: int, m: int, gaps: int, needy: int, best: int, thorough: bool) -> int:
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
    bound = _shares(d, n, 0)
    hopeful = 0
    for g in range(gaps):
        if share[g] > 0:
            hopeful += 1
    charge = 0
    if hopeful > seats_left:
        # Seats are short: charge each one what the best gap that must go without would bring.
        for g in range(gaps):
            above = 0
            for h in range(gaps):
                if share[h] > share[g] or (share[h] == share[g] and h < g):
                    above += 1
            if above == seats_left:
                charge = share[g]
        for g in range(gaps):
            share[g] = 0
        bound = _shares(d, n, charge) + charge * seats_left
    if current + bound > best:
        base = bound - charge * seats_left if hopeful > seats_left else bound
        for g in range(gaps):
            base -= share[g]
        bound = base + _tighten(d, n, gaps, charge) + (charge * seats_left if hopeful > seats_left else 0)
    if waiting:
        hope = _hope(b, d, n, gaps, needy, charge, best - current - bound, thorough)
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

    There are up to three searches. The first leaves out what must be prepared for: its best set is found at once and
    hardly ever beaten. The second has everything. When that one is stopped and a bound is wanted, the third takes
    prerequisites as held, for their toll at the root: it bounds what the second did not get to.
    """
    n = _collect(b, d, t, v, p, ban)
    gaps = b.g_ptr[p + 1] - b.g_ptr[p]
    m = 0
    for i in range(n):
        if b.pair_mark[d.item[i]] & LOCKED:
            d.status[i] = 1
            d.chosen[m] = i
            m += 1
    needy = _charge_needy(b, d, n, gaps)
    _thin_servers(d, n)
    part = 0 if needy > 0 and limit > 1 else 1
    if part == 0:
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
        top = _look(b, d, t, p, n, m, gaps, needy if part == 1 else 0, best, limit >= THOROUGH_FROM)
        current = d.out[0]
        bound = d.out[1]
        if nodes == 1 and part > 0:
            root = min(root, bound)
        if current > best:
            best = current
            if part < 2:
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
        elif part == 0 or (part == 1 and cut and needy > 0 and limit >= THOROUGH_FROM):
            for x in range(needy):
                i = d.queue[x]
                if d.least_toll[i] < CLOSED:
                    d.status[i] = 0
                if part == 1:
                    d.need_comp[i] = -1
                    d.cost[i] += min(d.least_toll[i], CLOSED)
            part += 1
            nodes = 0
            cut = 0
        else:
            break
    d.out[0] = count
    d.out[1] = root if cut else min(root, best)
    d.out[2] = nodes
    d.out[3] = 1 if d.out[1] > found else 0
    return found


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
    b: Board, d: Desk, t: State, v: Prices, people: Numbers, first: int, last: int, limit: int,
    demand: Numbers, partner_demand: Numbers, mission_demand: Numbers, value: Numbers, size: Numbers,
) -> int:  # fmt: skip
    """Everybody's best set at these prices, ignoring what others take: the sum of bounds, and integer demands.

    `value[p]` and `size[p]` receive the bound and the number of unlocked seats of each person.
    """
    total = 0
    for x in range(first, last):
        p = people[x]
        best_set(b, d, t, v, p, -1, limit)
        total += d.out[1]
        value[p] = d.out[1]
        size[p] = 0
        for y in range(d.out[0]):
            k = d.best[y]
            if b.pair_mark[k] & LOCKED:
                continue
            s = b.pair_session[k]
            size[p] += 1
            demand[s] += 1
            partner_demand[b.s_partner[s]] += b.s_cost[s]
            mission_demand[b.p_mission[p]] += seat_money(b, p, s)
    return total


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
            if instead[x] < 0 and not _sits_in(b, t, p, r) and _covers_alike(b, pairs[x], d.best[y]):
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
                    ready = _awards(b.aw_ptr, b.aw_comp, b.aw_level, c, b.c_pre_comp[wanted], b.c_pre_level[wanted])
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


def _covers_alike(b: Board, k: int, j: int) -> bool:
    """The two pairs of one person cover a gap in common."""
    for x in range(b.group_ptr[b.pair_group[k]], b.group_ptr[b.pair_group[k] + 1]):
        for y in range(b.group_ptr[b.pair_group[j]], b.group_ptr[b.pair_group[j] + 1]):
            if b.group_gap[x] == b.group_gap[y]:
                return True
    return False


def _sits_in(b: Board, t: State, p: int, s: int) -> bool:
    for x in range(p * b.width, p * b.width + t.filled[p]):  # noqa: SIM110  # numba has no any()
        if b.pair_session[t.seats[x]] == s:
            return True
    return False


def _next_victim(b: Board, t: State, s: int, depth: int, loss: Numbers, who: Numbers, full: Numbers) -> None:
    """Drop the first of the session's list, and all after it who no longer sit there; reprice the session."""
    while True:
        for y in range(s * depth, s * depth + depth - 1):
            loss[y] = loss[y + 1]
            who[y] = who[y + 1]
        loss[s * depth + depth - 1] = CLOSED
        who[s * depth + depth - 1] = -1
        if who[s * depth] < 0 or _sits_in(b, t, who[s * depth], s):
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
        if not _sits_in(b, t, q, s):
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
                if who[s * depth] == log[y] and not _sits_in(b, t, log[y], s):
                    _next_victim(b, t, s, depth, loss, who, v.full)
    return gained
