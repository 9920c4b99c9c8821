"""Finding eligible pairs person by person, in the subset of Python that numba compiles: what `candidates.find` does
with whole columns, for instances where columns are too long. Both give the same pairs (tested).
"""

from typing import NamedTuple

from trainer.planning.engine.board import LOCKED, NEEDS, OLD, SERVES, Numbers

NEVER = 2**40


class Scan(NamedTuple):
    """What is looked up for every person; see `lookup.Lookup`. `old_ptr` is by person, `open_ptr` by course."""

    g_ptr: Numbers
    g_comp: Numbers
    g_level: Numbers
    g_due: Numbers
    g_weight: Numbers
    h_ptr: Numbers
    h_comp: Numbers
    h_level: Numbers
    h_expiry: Numbers
    av_ptr: Numbers
    av_start: Numbers
    av_end: Numbers
    p_family: Numbers
    p_lang: Numbers
    p_region: Numbers
    old_ptr: Numbers
    old_session: Numbers
    award_ptr: Numbers
    award_course: Numbers
    aw_ptr: Numbers
    aw_comp: Numbers
    aw_level: Numbers
    c_family: Numbers
    c_lang: Numbers
    c_pre_comp: Numbers
    c_pre_level: Numbers
    c_charge: Numbers
    """[C, R] what a seat costs in points for somebody posted in the region"""
    c_latest: Numbers
    """[C] the last start of any session, -1 none"""
    open_ptr: Numbers
    open_session: Numbers
    s_course: Numbers
    s_start: Numbers
    s_end: Numbers
    s_blocks: Numbers
    on_time: Numbers
    levels: int
    regions: int
    freeze_day: int
    late: int
    late_decay: int
    change: int
    providers: int
    """1: pairs that only serve to earn a prerequisite are wanted too"""
    whole: Numbers
    """[P] 1: all pairs of the person are wanted; otherwise only those of the previous plan"""


class Found(NamedTuple):
    """Where the pairs of a run of people go; `scan` says how much of it is filled."""

    pairs: Numbers
    """[people] pairs of each"""
    session: Numbers
    group: Numbers
    net: Numbers
    mark: Numbers
    sizes: Numbers
    """[groups] gaps of each"""
    gap: Numbers
    course: Numbers
    """scratch of one person, per course: the courses in order, which gaps each closes, and so on"""
    place: Numbers
    covers: Numbers
    until: Numbers
    earned: Numbers
    needy: Numbers
    serving: Numbers
    filled: Numbers
    """[3] pairs, groups, gaps of groups so far"""


def scan(z: Scan, f: Found, people: Numbers, first: int, last: int) -> bool:
    """The pairs of people[first:last], appended to what is found; False when there was no room for all."""
    g_ptr, g_due, g_weight, on_time = z.g_ptr, z.g_due, z.g_weight, z.on_time
    s_course, s_start, s_end, s_blocks, open_ptr, open_session = (
        z.s_course, z.s_start, z.s_end, z.s_blocks, z.open_ptr, z.open_session,
    )  # fmt: skip
    aw_ptr, aw_comp, aw_level, pre_comp, pre_level = z.aw_ptr, z.aw_comp, z.aw_level, z.c_pre_comp, z.c_pre_level
    award_ptr, award_course, c_family, c_lang = z.award_ptr, z.award_course, z.c_family, z.c_lang
    av_start, av_end = z.av_start, z.av_end
    course, place, covers, until, earned, needy, serving = (
        f.course, f.place, f.covers, f.until, f.earned, f.needy, f.serving,
    )  # fmt: skip
    out_session, out_group, out_net, out_mark = f.session, f.group, f.net, f.mark
    k = 0
    groups = 0
    gaps = 0
    for x in range(first, last):
        p = people[x]
        family, lang = z.p_family[p], z.p_lang[p]
        windows, window_end = z.av_ptr[p], z.av_ptr[p + 1]
        old_first, old_last = z.old_ptr[p], z.old_ptr[p + 1]
        whole = z.whole[p]
        # The courses that matter: those of old seats, those that close a gap, then those that prepare for others.
        n = 0
        for o in range(old_first, old_last):
            c = s_course[z.old_session[o]]
            if place[c] < 0:
                place[c] = 0
                covers[c] = 0
                course[n] = c
                n += 1
        for g in range(g_ptr[p], g_ptr[p + 1]):
            key = z.g_comp[g] * z.levels + z.g_level[g]
            for a in range(award_ptr[key], award_ptr[key + 1]):
                c = award_course[a]
                if not (c_family[c] >> family & 1 and lang >> c_lang[c] & 1):
                    continue
                if place[c] < 0:
                    if not whole:
                        continue
                    place[c] = 0
                    covers[c] = 0
                    course[n] = c
                    n += 1
                covers[c] |= 1 << (g - g_ptr[p])
        y = 0
        while y < n:
            c = course[y]
            y += 1
            until[c] = NEVER if pre_comp[c] < 0 else -1
            earned[c] = NEVER
            needy[c] = 0
            serving[c] = 0
            if pre_comp[c] < 0:
                continue
            for h in range(z.h_ptr[p], z.h_ptr[p + 1]):
                if z.h_comp[h] == pre_comp[c] and z.h_level[h] >= pre_level[c]:
                    until[c] = max(until[c], z.h_expiry[h])
            if until[c] >= z.c_latest[c]:
                continue
            key = pre_comp[c] * z.levels + max(pre_level[c], 0)
            for a in range(award_ptr[key], award_ptr[key + 1]):
                r = award_course[a]
                if r == c or not (c_family[r] >> family & 1 and lang >> c_lang[r] & 1):
                    continue
                for o in range(open_ptr[r], open_ptr[r + 1]):
                    s = open_session[o]
                    if s_end[s] >= earned[c]:
                        continue
                    if not whole:
                        held = False
                        for q in range(old_first, old_last):
                            if z.old_session[q] == s:
                                held = True
                        if not held:
                            continue
                    inside = not s_blocks[s]
                    for w in range(windows, window_end):
                        if av_start[w] <= s_start[s] and s_end[s] <= av_end[w]:
                            inside = True
                    if inside:
                        earned[c] = s_end[s]
                for o in range(old_first, old_last):
                    s = z.old_session[o]
                    if s_course[s] == r and s_start[s] < z.freeze_day and s_end[s] < earned[c]:
                        earned[c] = s_end[s]
                if z.providers and whole and place[r] < 0:
                    place[r] = 0
                    covers[r] = 0
                    course[n] = r
                    n += 1
        for y in range(1, n):
            c = course[y]
            at = y
            while at > 0 and course[at - 1] > c:
                course[at] = course[at - 1]
                at -= 1
            course[at] = c
        mine = k
        for y in range(n):
            c = course[y]
            if groups + y >= len(f.sizes) or gaps + g_ptr[p + 1] - g_ptr[p] > len(f.gap):
                return False
            size = 0
            for g in range(g_ptr[p], g_ptr[p + 1]):
                if covers[c] >> (g - g_ptr[p]) & 1:
                    f.gap[gaps + size] = g
                    size += 1
            f.sizes[groups + y] = size
            admitted = c_family[c] >> family & 1 and lang >> c_lang[c] & 1
            charge = z.c_charge[c * z.regions + z.p_region[p]]
            o = open_ptr[c]
            fixed = old_first
            while True:
                # Open sessions and locked seats of the course, merged in the order of the sessions.
                while fixed < old_last and (
                    s_course[z.old_session[fixed]] != c or s_start[z.old_session[fixed]] >= z.freeze_day
                ):
                    fixed += 1
                s = -1
                mark = 0
                if fixed < old_last and (o >= open_ptr[c + 1] or z.old_session[fixed] <= open_session[o]):
                    s = z.old_session[fixed]
                    if o < open_ptr[c + 1] and open_session[o] == s:
                        o += 1
                    fixed += 1
                    mark = OLD | LOCKED
                elif o < open_ptr[c + 1]:
                    s = open_session[o]
                    o += 1
                    inside = not s_blocks[s]
                    for w in range(windows, window_end):
                        if av_start[w] <= s_start[s] and s_end[s] <= av_end[w]:
                            inside = True
                    if not inside or not admitted:
                        continue
                    for q in range(old_first, old_last):
                        if z.old_session[q] == s:
                            mark = OLD
                    if not whole and mark == 0:
                        continue
                    if s_start[s] > until[c]:
                        if earned[c] >= s_start[s]:
                            continue
                        mark |= NEEDS
                else:
                    break
                net = -charge
                for q in range(gaps, gaps + size):
                    late = s_end[s] - g_due[f.gap[q]]
                    points = on_time[s_end[s]] if late <= 0 else z.late - z.late_decay * late
                    if points > 0:
                        net += g_weight[f.gap[q]] * points
                if net <= 0 and mark & OLD == 0 and not z.providers:
                    continue
                if mark & NEEDS and net + (z.change if mark & OLD else 0) > 0:
                    needy[c] = 1
                if k >= len(out_session):
                    return False
                out_session[k] = s
                out_group[k] = groups + y
                out_net[k] = net
                out_mark[k] = mark
                k += 1
            gaps += size
        more = True
        while more:
            more = False
            for y in range(n):
                c = course[y]
                if until[c] >= z.c_latest[c] or not (needy[c] or serving[c]):
                    continue
                for q in range(n):
                    r = course[q]
                    if r == c or serving[r] or not (c_family[r] >> family & 1 and lang >> c_lang[r] & 1):
                        continue
                    for a in range(aw_ptr[r], aw_ptr[r + 1]):
                        if aw_comp[a] == pre_comp[c] and aw_level[a] >= pre_level[c]:
                            serving[r] = 1
                            more = True
        at = mine
        for q in range(mine, k):
            serves = serving[course[out_group[q] - groups]]
            if out_net[q] <= 0 and out_mark[q] & OLD == 0 and not serves:
                continue
            out_session[at] = out_session[q]
            out_group[at] = out_group[q]
            out_net[at] = out_net[q]
            out_mark[at] = out_mark[q] | (SERVES if serves else 0)
            at += 1
        k = at
        f.pairs[x - first] = k - mine
        groups += n
        for y in range(n):
            place[course[y]] = -1
    f.filled[0] = k
    f.filled[1] = groups
    f.filled[2] = gaps
    return True
