"""What the judge knows of a plan: its seats beside the previous ones, and what they close. The planner has no part in it."""

import numpy as np
import numpy.typing as npt

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan

Flags = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max


class Ledger:
    """The plan beside the previous one, seat by seat, in the plan's order."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        i = instance
        self.instance, self.plan = i, plan
        self.person, self.session = plan.person, plan.session
        self.course = i.s_course[plan.session]
        self.start, self.end = i.s_start[plan.session], i.s_end[plan.session]
        self.blocks = i.c_mode[self.course] != 0
        self.course_cost = i.c_cost[self.course]
        on_the_spot = i.c_mode[self.course] >= 2
        journey = i.travel[whereabouts(i, plan.person, plan.session), i.c_region[self.course]]
        self.money = self.course_cost + np.where(on_the_spot, journey, 0)
        keys = plan.person * i.sessions + plan.session
        old_keys = i.old_person * i.sessions + i.old_session
        self.was_there = np.isin(keys, old_keys)
        self.old_kept = np.isin(old_keys, keys)
        self.locked: Flags = self.was_there & (self.start < i.freeze_day)


def awards(i: Instance, course: int, comp: int, level: int) -> bool:
    """The course awards the competency in full, at this level or a higher one."""
    rows = slice(int(i.aw_ptr[course]), int(i.aw_ptr[course + 1]))
    in_full = i.aw_within[rows] < 0 if len(i.aw_within) else True
    return bool(((i.aw_comp[rows] == comp) & (i.aw_level[rows] >= level) & in_full).any())


def holds(i: Instance, person: int, comp: int, level: int, day: int) -> bool:
    """The person holds the competency at this level or a higher one, valid on the day."""
    rows = slice(int(i.h_ptr[person]), int(i.h_ptr[person + 1]))
    return bool(((i.h_comp[rows] == comp) & (i.h_level[rows] >= level) & (i.h_expiry[rows] >= day)).any())


def closing_days(z: Ledger) -> Ints:
    """[G] the end of the earliest-ending own seat that covers the gap; NEVER when none does."""
    i = z.instance
    awards = i.aw_ptr[z.course + 1] - i.aw_ptr[z.course]
    seat = np.repeat(np.arange(len(z.person)), awards)
    award = np.arange(len(seat)) - np.repeat(np.cumsum(awards) - awards, awards) + i.aw_ptr[z.course[seat]]
    width = 1 + max(int(i.g_comp.max(initial=0)), int(i.aw_comp.max(initial=0)))
    owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
    order = np.argsort(owner * width + i.g_comp, kind="stable")
    keys = (owner * width + i.g_comp)[order]
    wanted = z.person[seat] * width + i.aw_comp[award]
    low, high = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
    ends = np.full(i.gaps, NEVER)
    for nth in range(int((high - low).max(initial=0))):
        rows = np.flatnonzero(low + nth < high)
        gap = order[low[rows] + nth]
        fits = (i.g_level[gap] <= i.aw_level[award[rows]]) & refreshes(i, award[rows], gap)
        rows, gap = rows[fits], gap[fits]
        np.minimum.at(ends, gap, z.end[seat[rows]])
    return ends


def gap_values(i: Instance, ends: Ints) -> Ints:
    """[G] what the closing of each gap is worth when it happens on these days."""
    o = i.objective
    day = np.where(ends == NEVER, 0, ends)
    on_time = i.g_weight * (o.on_time + o.early * (i.horizon - day) // i.horizon)
    late = i.g_weight * np.maximum(0, o.late - o.late_decay * (day - i.g_due))
    worth = np.where(day <= i.g_due, on_time, late)
    return np.where(ends == NEVER, 0, worth)


def refreshes(i: Instance, award: Ints, gap: Ints) -> Flags:
    """The award is in full, or the gap's evidence ran out recently enough for it."""
    if not len(i.aw_within):
        return np.ones(len(gap), bool)
    within, lapsed = i.aw_within[award], i.g_lapsed[gap]
    fresh: Flags = (within < 0) | ((lapsed >= 0) & (lapsed <= within))
    return fresh


def whereabouts(i: Instance, person: Ints, session: Ints) -> Ints:
    """Where each person is posted on the first day of each session."""
    found = i.p_region[person]
    if len(i.av_region):
        found = found.copy()
        for k in np.flatnonzero(i.c_mode[i.s_course[session]] >= 2):
            for w in range(i.av_ptr[person[k]], i.av_ptr[person[k] + 1]):
                if i.av_start[w] <= i.s_start[session[k]] <= i.av_end[w]:
                    found[k] = i.av_region[w]
    return found
