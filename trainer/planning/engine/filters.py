"""Why gaps are open, gap by gap, in the subset of Python that numba compiles: what `explain.reasons` does with whole
columns, for instances where columns are too long. Both give the same codes (tested).

The filters of the format run one after the other over the sessions that could close a gap. A gap's code is the filter
that the session which comes furthest does not pass.
"""

from typing import NamedTuple

from trainer.planning.engine.board import Numbers

PASSED = (1, 2, 3, 4, 5, 6, 12, 7, 8, 9, 11)
"""The code when the best session passed so many filters; after all of them it is 10 for who has no seat left."""

SEAT_LIMIT = 10


class Filters(NamedTuple):
    """The instance, the plan by person, and what the plan leaves over; see `lookup.Lookup`."""

    g_ptr: Numbers
    g_comp: Numbers
    g_level: Numbers
    g_due: Numbers
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
    p_mission: Numbers
    award_ptr: Numbers
    award_course: Numbers
    aw_ptr: Numbers
    aw_comp: Numbers
    aw_level: Numbers
    c_family: Numbers
    c_lang: Numbers
    c_partner: Numbers
    c_cost: Numbers
    c_money: Numbers
    """[C, R] what a seat costs the mission of somebody posted in the region"""
    c_pre_comp: Numbers
    c_pre_level: Numbers
    open_ptr: Numbers
    open_session: Numbers
    s_course: Numbers
    s_start: Numbers
    s_end: Numbers
    s_blocks: Numbers
    own_ptr: Numbers
    own_session: Numbers
    seats_left: Numbers
    partner_left: Numbers
    mission_left: Numbers
    levels: int
    regions: int
    max_seats: int
    late: int
    late_decay: int


def _passes(z: Filters, p: int, g: int, c: int, s: int, held: int, own: int, own_end: int) -> int:
    """How many filters the session passes for the gap, those of its course included."""
    for x in range(own, own_end):
        if z.own_session[x] == s:
            return 3
    inside = not z.s_blocks[s]
    for w in range(z.av_ptr[p], z.av_ptr[p + 1]):
        if z.av_start[w] <= z.s_start[s] and z.s_end[s] <= z.av_end[w]:
            inside = True
    if not inside:
        return 4
    ready = z.s_start[s] <= held
    for x in range(own, own_end):
        r = z.own_session[x]
        if ready or z.s_end[r] >= z.s_start[s]:
            continue
        for a in range(z.aw_ptr[z.s_course[r]], z.aw_ptr[z.s_course[r] + 1]):
            if z.aw_comp[a] == z.c_pre_comp[c] and z.aw_level[a] >= z.c_pre_level[c]:
                ready = True
    if not ready:
        return 5
    late = z.s_end[s] - z.g_due[g]
    if late > 0 and z.late - z.late_decay * late <= 0:
        return 6
    if z.seats_left[s] <= 0:
        return 7
    money = z.c_money[c * z.regions + z.p_region[p]]
    if z.c_cost[c] > z.partner_left[z.c_partner[c]] or money > z.mission_left[z.p_mission[p]]:
        return 8
    for x in range(own, own_end):
        r = z.own_session[x]
        if z.s_blocks[s] and z.s_blocks[r] and z.s_start[s] <= z.s_end[r] and z.s_start[r] <= z.s_end[s]:
            return 9
    return 10


def find_codes(z: Filters, days: Numbers, codes: Numbers, first: int, last: int) -> None:
    """Put the codes of the gaps that no own seat covers (`days` < 0) of the people first..last - 1."""
    for p in range(first, last):
        own, own_end = z.own_ptr[p], z.own_ptr[p + 1]
        for g in range(z.g_ptr[p], z.g_ptr[p + 1]):
            if days[g] >= 0:
                continue
            passed = 0
            key = z.g_comp[g] * z.levels + z.g_level[g]
            for a in range(z.award_ptr[key], z.award_ptr[key + 1]):
                if passed == 10:
                    break
                c = z.award_course[a]
                passed = max(passed, 1)
                if not z.c_family[c] >> z.p_family[p] & 1:
                    continue
                passed = max(passed, 2)
                if not z.p_lang[p] >> z.c_lang[c] & 1:
                    continue
                passed = max(passed, 3)
                held = 2**40
                if z.c_pre_comp[c] >= 0:
                    held = -1
                    for h in range(z.h_ptr[p], z.h_ptr[p + 1]):
                        if z.h_comp[h] == z.c_pre_comp[c] and z.h_level[h] >= z.c_pre_level[c]:
                            held = max(held, z.h_expiry[h])
                for o in range(z.open_ptr[c], z.open_ptr[c + 1]):
                    passed = max(passed, _passes(z, p, g, c, z.open_session[o], held, own, own_end))
            code = PASSED[passed]
            codes[g] = SEAT_LIMIT if passed == 10 and own_end - own >= z.max_seats else code
