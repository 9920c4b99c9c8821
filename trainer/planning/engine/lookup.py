"""What is looked up again and again in an instance, whole columns at a time: money, worth, courses by what they award."""

import numpy as np
import numpy.typing as npt

from trainer.planning.engine.instance import ON_SITE, Instance, Ints

Flags = npt.NDArray[np.bool_]


def money_of(instance: Instance, person: Ints, session: Ints) -> Ints:
    """What each seat costs the person's mission: the course, and the journey when it is on site."""
    course = instance.s_course[session]
    journey = instance.travel[instance.posted(person, session), instance.c_region[course]]
    return instance.c_cost[course] + np.where(instance.c_mode[course] >= ON_SITE, journey, 0)


def closing_value(instance: Instance, gap: Ints, day: Ints) -> Ints:
    """What it is worth to close each gap on each day."""
    o, weight = instance.objective, instance.g_weight[gap]
    on_time = weight * (o.on_time + o.early * (instance.horizon - day) // instance.horizon)
    late = weight * np.maximum(0, o.late - o.late_decay * (day - instance.g_due[gap]))
    return np.where(day <= instance.g_due[gap], on_time, late)


def spread(counts: npt.NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Row numbers repeated by their counts, and the running number inside each row."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)


class Lookup:
    """What is looked up again and again: courses by what they award, open sessions by course."""

    def __init__(self, instance: Instance) -> None:
        i = self.instance = instance
        comps = (i.g_comp.max(initial=0), i.aw_comp.max(initial=0), i.c_pre_comp.max(initial=0))
        self.levels = 1 + int(max(i.g_level.max(initial=0), i.c_pre_level.max(initial=0), 1))
        self.keys = (1 + int(max(comps))) * self.levels
        self.award_ptr, self.award_course = self._courses_by_award()
        self.open_session = np.flatnonzero(i.opens)
        self.open_session = self.open_session[np.argsort(i.s_course[self.open_session], kind="stable")]
        self.open_ptr = np.searchsorted(i.s_course[self.open_session], np.arange(i.courses + 1))
        self.session_blocks = i.blocks

    def likely_pairs(self, whole: Flags | None = None) -> int:
        """How many pairs these people may have at most, those that only prepare for others aside."""
        i = self.instance
        open_sessions = np.concatenate(([0], np.cumsum(np.diff(self.open_ptr)[self.award_course])))
        per_key = open_sessions[self.award_ptr[1:]] - open_sessions[self.award_ptr[:-1]]
        counted = per_key[i.g_comp * self.levels + i.g_level]
        return int(counted.sum() if whole is None else counted[np.repeat(whole, np.diff(i.g_ptr))].sum())

    def _courses_by_award(self) -> tuple[Ints, Ints]:
        """For every (competency, level) the courses that award at least that level."""
        i = self.instance
        course = np.repeat(np.arange(i.courses), np.diff(i.aw_ptr))
        row, level = spread(np.minimum(i.aw_level, self.levels - 1) + 1)
        self.award_pairs = pairs = np.unique((i.aw_comp[row] * self.levels + level) * i.courses + course[row])
        return np.searchsorted(pairs // i.courses, np.arange(self.keys + 1)), pairs % i.courses

    def all_awarding(self, comp: Ints, level: Ints) -> tuple[Ints, Ints]:
        """(row, course) for the courses that award each competency at the level or higher."""
        key = comp * self.levels + np.maximum(level, 0)
        row, nth = spread(self.award_ptr[key + 1] - self.award_ptr[key])
        return row, self.award_course[self.award_ptr[key[row]] + nth]

    def awards(self, course: Ints, comp: Ints, level: Ints) -> npt.NDArray[np.bool_]:
        """Which of the courses award the competency at the level or higher."""
        i = self.instance
        key = np.maximum(comp, 0) * self.levels + np.maximum(level, 0)
        return np.isin(key * i.courses + course, self.award_pairs) & (comp >= 0)

    def available(self, person: Ints, session: Ints) -> npt.NDArray[np.bool_]:
        """The session blocks no days, or lies inside one window of the person's availability."""
        i = self.instance
        inside = ~self.session_blocks[session]
        windows = i.av_ptr[person + 1] - i.av_ptr[person]
        for n in range(int(windows.max(initial=0))):
            w = np.minimum(i.av_ptr[person] + n, len(i.av_start) - 1)
            fits = (i.av_start[w] <= i.s_start[session]) & (i.s_end[session] <= i.av_end[w])
            inside |= fits & (windows > n)
        return inside

    def awarding(self, person: Ints, comp: Ints, level: Ints) -> tuple[Ints, Ints]:
        """(row, course) for the courses that award this and that the person's family and languages allow."""
        i = self.instance
        row, course = self.all_awarding(comp, level)
        who = person[row]
        fits = (i.c_family[course] >> i.p_family[who] & 1) & (i.p_lang[who] >> i.c_lang[course] & 1)
        return row[fits == 1], course[fits == 1]

    def held_until(self, person: Ints, course: Ints) -> Ints:
        """Last day on which the prerequisite of the course is held; far away when there is none."""
        i = self.instance
        until = np.where(i.c_pre_comp[course] < 0, np.int64(2**40), np.int64(-1))
        held = np.where(i.c_pre_comp[course] < 0, 0, i.h_ptr[person + 1] - i.h_ptr[person])
        row, nth = spread(held)
        h = i.h_ptr[person[row]] + nth
        good = (i.h_comp[h] == i.c_pre_comp[course[row]]) & (i.h_level[h] >= i.c_pre_level[course[row]])
        np.maximum.at(until, row[good], i.h_expiry[h[good]])
        return until
