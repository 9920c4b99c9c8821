"""A person's items: the eligible pairs that are worth searching among at these prices.

First the pairs worth something, then of these the ones that no other beats (`beaten`), then what earns the prerequisite
of one that is left: its servers. A needy item is one whose prerequisite is not held.
"""

from trainer.planning.engine.beaten import find_beaten
from trainer.planning.engine.board import (
    LOCKED,
    MOST_GAPS,
    NEEDS,
    OLD,
    SCALE,
    SERVES,
    Board,
    Desk,
    Prices,
    State,
    awards,
)

THIN_FROM = 6
"""Items from which it pays to look for useless ones first."""


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


def _serves_until(b: Board, d: Desk, course: int, needs: int) -> int:
    """Before which day a seat in the course must end to be of use to one of the needs; -1 when it never is."""
    last_start = -1
    for x in range(needs):
        other = d.need_of[x]
        if other == course or d.need_by[x] <= last_start:
            continue
        if awards(b.aw_ptr, b.aw_comp, b.aw_level, course, b.c_pre_comp[other], b.c_pre_level[other]):
            last_start = d.need_by[x]
    return last_start


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


def _least(b: Board, d: Desk, first: int, count: int) -> int:
    """The place of the new pair worth least among the picked ones from `first` on."""
    least = -1
    for x in range(first, count):
        if b.pair_mark[d.pick[x]] & b.heed & (OLD | LOCKED) == 0 and (least < 0 or d.worth[x] <= d.worth[least]):
            least = x
    return least


def _drop(d: Desk, place: int, count: int) -> None:
    """Close the gap that a picked pair leaves."""
    pick, worth, fee, mask, price = d.pick, d.worth, d.fee, d.mask, d.price
    for x in range(place, count - 1):
        pick[x] = pick[x + 1]
        worth[x] = worth[x + 1]
        fee[x] = fee[x + 1]
        mask[x] = mask[x + 1]
        price[x] = price[x + 1]


def _pick(b: Board, d: Desk, t: State, v: Prices, p: int, ban: int) -> tuple[int, int, int]:
    """Put the pairs worth something at these prices into `pick`, of the new ones of each group the best `most`.

    Returns how many there are, how many of them are needy, and what all needy ones together could bring.
    """
    pair_session, pair_net, pair_mark, pair_group = b.pair_session, b.pair_net, b.pair_mark, b.pair_group
    s_cap, s_cost, s_partner, s_end = b.s_cap, b.s_cost, b.s_partner, b.s_end
    group_ptr, group_gap, g_due, g_weight, on_time = b.group_ptr, b.group_gap, b.g_due, b.g_weight, b.on_time
    s_travels, s_region, travel, from_region = b.s_travels, b.s_region, b.travel, b.p_region[p] * b.regions
    free, full, partner_price, taken = v.free, v.full, v.partner, t.taken
    pick, worth, fee, mask, price, beaten, have = d.pick, d.worth, d.fee, d.mask, d.price, d.beaten, d.have
    mission = b.p_mission[p]
    mission_price = v.mission[mission]
    gaps = b.g_ptr[p + 1] - b.g_ptr[p]
    for g in range(gaps):
        have[g] = 0
    hope = 0
    count = 0
    needy = 0
    group = -1
    group_at = 0
    fresh = 0
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
        if pair_group[k] != group:
            group = pair_group[k]
            group_at = count
            fresh = 0
        if mark & (OLD | LOCKED) == 0:
            if fresh < b.most:
                fresh += 1
            else:
                least = _least(b, d, group_at, count)
                if net <= worth[least]:
                    continue
                if pair_mark[pick[least]] & b.heed & NEEDS:
                    needy -= 1
                _drop(d, least, count)
                count -= 1
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
            if gaps <= MOST_GAPS:
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
    return count, needy, hope


def _keep_unbeaten(d: Desk, count: int) -> int:
    """The picked pairs that no other beats, as items; returns how many."""
    pick, price, fee, beaten = d.pick, d.price, d.fee, d.beaten
    item, cost, moneys, idle, serves = d.item, d.cost, d.money, d.idle, d.serves
    n = 0
    for x in range(count):
        if not beaten[x]:
            item[n] = pick[x]
            cost[n] = price[x]
            moneys[n] = fee[x]
            idle[n] = 0
            serves[n] = 0
            n += 1
    return n


def _keep_with_servers(
    b: Board, d: Desk, t: State, v: Prices, p: int, ban: int, count: int, hope: int
) -> int:  # fmt: skip
    """The same with what may earn a prerequisite of theirs; returns how many.

    A seat that only serves is of no use when it costs more than all needy ones together could bring, nor when another
    session of its course does as well.
    """
    pair_session, pair_net, pair_mark, pair_group = b.pair_session, b.pair_net, b.pair_mark, b.pair_group
    s_cap, s_cost, s_partner, s_course, s_start, s_end = b.s_cap, b.s_cost, b.s_partner, b.s_course, b.s_start, b.s_end
    group_ptr, group_gap, g_due, g_weight, on_time = b.group_ptr, b.group_gap, b.g_due, b.g_weight, b.on_time
    s_blocks, s_travels, s_region, travel = b.s_blocks, b.s_travels, b.s_region, b.travel
    free, full, partner_price, taken = v.free, v.full, v.partner, t.taken
    from_region = b.p_region[p] * b.regions
    pick, fee, price, beaten = d.pick, d.fee, d.price, d.beaten
    item, cost, moneys, idle, serves = d.item, d.cost, d.money, d.idle, d.serves
    mission = b.p_mission[p]
    mission_price = v.mission[mission]
    needs = _find_needs(b, d, p, count)
    n = 0
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
    return n


def collect(b: Board, d: Desk, t: State, v: Prices, p: int, ban: int) -> int:
    """Make the person's items at these prices, without the session `ban`; returns how many there are."""
    count, needy, hope = _pick(b, d, t, v, p, ban)
    if count > THIN_FROM and b.g_ptr[p + 1] - b.g_ptr[p] <= MOST_GAPS:
        needy = find_beaten(b, d, t, p, count)
    n = _keep_unbeaten(d, count) if needy == 0 else _keep_with_servers(b, d, t, v, p, ban, count, hope)
    _make_items(b, d, p, n)
    return n


def thin_servers(d: Desk, n: int) -> None:
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
