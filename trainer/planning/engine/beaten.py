"""Which of the pairs worth something need not be searched among: another one is at least as good in every way."""

from trainer.planning.engine.board import LOCKED, NEEDS, Board, Desk, Numbers, State


def _sort(worth: Numbers, rank: Numbers, count: int) -> None:
    """Put the first `count` numbers in the order of their worth, the largest first, into `rank`."""
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


def find_beaten(b: Board, d: Desk, t: State, p: int, count: int) -> int:
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
    _sort(worth, rank, count)
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
