"""The question put to the planner: people, gaps, courses, sessions, budgets and the plan before.

Days are integers from today (0) to the horizon; every `*_ptr` is a CSR offset of length n + 1. `reading.py` makes an
instance of a file or of arrays, and says what is wrong with one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

UNLIMITED = 2**62
"""A budget nobody set."""

ONLINE_ANY_TIME, ONLINE_LIVE, ON_SITE, HYBRID = range(4)
"""Modes of a course; only the first never blocks time, only the last two cost travel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a plan is worth, in points: all integers, larger is better."""

    on_time: int
    early: int
    late: int
    late_decay: int
    seat: int
    cost_num: int
    cost_den: int
    change: int
    floor: int = 0
    """off for each unit of weight by which a mission stays below its floor; 0: floors are only told"""

    @classmethod
    def from_json(cls, words: Mapping[str, int]) -> Self:
        return cls(**{each.name: int(words.get(each.name.upper(), 0)) for each in fields(cls)})

    def to_json(self) -> dict[str, int]:
        words = {name.upper(): value for name, value in asdict(self).items()}
        return {name: value for name, value in words.items() if name not in OPTIONAL_POINTS or value}


OPTIONAL_POINTS = frozenset({"FLOOR"})


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """One planning question. P people, W windows, H holdings, G gaps, C courses, A awards, S sessions.

    M missions, B partners, R regions, O old seats, Q quotas, L places on waiting lists, U units. Every array is int64
    in memory; an optional array that is absent is empty and means "none".
    """

    name: str
    seed: int
    horizon: int
    freeze_day: int
    max_seats: int
    objective: Objective

    p_mission: Ints
    """[P] 0..M-1"""
    p_region: Ints
    """[P] 0..R-1, where the person is posted"""
    p_family: Ints
    """[P] bit index of the role family"""
    p_lang: Ints
    """[P] bit mask of languages spoken"""
    av_ptr: Ints
    """[P+1]"""
    av_start: Ints
    """[W] first day of a window of availability"""
    av_end: Ints
    """[W] last day of it"""
    h_ptr: Ints
    """[P+1]"""
    h_comp: Ints
    """[H] competency held"""
    h_level: Ints
    """[H] at this level"""
    h_expiry: Ints
    """[H] last valid day"""
    g_ptr: Ints
    """[P+1]"""
    g_comp: Ints
    """[G] competency missing"""
    g_level: Ints
    """[G] level asked"""
    g_due: Ints
    """[G] day by which it is to be closed"""
    g_weight: Ints
    """[G] >= 1"""
    c_partner: Ints
    """[C] 0..B-1"""
    c_lang: Ints
    """[C] bit index of the language taught in"""
    c_mode: Ints
    """[C] 0..3"""
    c_region: Ints
    """[C] 0..R-1"""
    c_family: Ints
    """[C] bit mask of role families admitted"""
    c_cost: Ints
    """[C] cost of one seat"""
    aw_ptr: Ints
    """[C+1]"""
    aw_comp: Ints
    """[A] competency awarded"""
    aw_level: Ints
    """[A] up to this level"""
    c_pre_comp: Ints
    """[C] competency to hold before, -1 none"""
    c_pre_level: Ints
    """[C] at least this level, -1 none"""
    s_course: Ints
    """[S] 0..C-1"""
    s_start: Ints
    """[S] first day"""
    s_end: Ints
    """[S] last day"""
    s_cap: Ints
    """[S] seats"""
    travel: Ints
    """[R,R] cost of travel from a person's region to a course's"""
    partner_budget: Ints
    """[B] cap on course costs"""
    mission_budget: Ints
    """[M] cap on course and travel costs"""
    old_person: Ints = field(default_factory=_none)
    """[O] previous plan"""
    old_session: Ints = field(default_factory=_none)
    """[O]"""
    touched: Ints = field(default_factory=_none)
    """[P] 1: the person's own demands changed since the previous plan; absent: everybody"""
    p_contingent: Ints = field(default_factory=_none)
    """[P] the contributor's contingent: for quotas, otherwise for information"""
    p_role: Ints = field(default_factory=_none)
    """[P] for information"""
    p_deploy: Ints = field(default_factory=_none)
    """[P] for information"""
    g_task: Ints = field(default_factory=_none)
    """[G] for information"""
    c_days: Ints = field(default_factory=_none)
    """[C] for information"""
    req: Ints = field(default_factory=_none)
    """[M, families, competencies, 4] the mandate table, for information: level, due, weight, task"""
    s_unfrozen: Ints = field(default_factory=_none)
    """[S] 1: a new seat may start before the freeze day (a module one may begin today)"""
    av_region: Ints = field(default_factory=_none)
    """[W] 0..R-1, where the person is posted in that window: a journey starts there; outside all windows at p_region"""
    g_lapsed: Ints = field(default_factory=_none)
    """[G] days since evidence of it ran out, 0 not yet, -1 there never was any"""
    aw_within: Ints = field(default_factory=_none)
    """[A] -1 in full; otherwise a refresher: closes only gaps lapsed at most so many days, and earns no prerequisite"""
    q_session: Ints = field(default_factory=_none)
    """[Q] 0..S-1, the session in which seats are reserved; several quotas of one session add up"""
    q_mission: Ints = field(default_factory=_none)
    """[Q] for people of this mission, -1 of any"""
    q_contingent: Ints = field(default_factory=_none)
    """[Q] and of this contingent, -1 of any"""
    q_seats: Ints = field(default_factory=_none)
    """[Q] how many"""
    q_release: Ints = field(default_factory=_none)
    """[Q] the first day on which anybody may have them: from day 0 down the quota binds nobody"""
    s_least: Ints = field(default_factory=_none)
    """[S] so many people must sit in the session, or only locked ones; 0 any number"""
    wl_session: Ints = field(default_factory=_none)
    """[L] 0..S-1, the session that is waited for"""
    wl_person: Ints = field(default_factory=_none)
    """[L] 0..P-1"""
    wl_place: Ints = field(default_factory=_none)
    """[L] lower comes first; equal places wait side by side; who is not on the list comes last"""
    g_unit: Ints = field(default_factory=_none)
    """[G] 0..U-1, the unit of which only some need it, -1 the gap is the person's own"""
    u_need: Ints = field(default_factory=_none)
    """[U] how many of the unit's gaps count: those worth most (a share is told as the number it comes to)"""
    m_floor: Ints = field(default_factory=_none)
    """[M] weight of own gaps that the mission's people should have closed on time"""

    @property
    def people(self) -> int:
        return len(self.p_mission)

    @property
    def gaps(self) -> int:
        return len(self.g_comp)

    @property
    def sessions(self) -> int:
        return len(self.s_course)

    @property
    def courses(self) -> int:
        return len(self.c_partner)

    @property
    def opens(self) -> npt.NDArray[np.bool_]:
        """[S] a new seat may be given: it starts on or after the freeze day, or is exempt from it."""
        free: npt.NDArray[np.bool_] = self.s_start >= self.freeze_day
        return free | (self.s_unfrozen != 0) if len(self.s_unfrozen) else free

    @property
    def blocks(self) -> npt.NDArray[np.bool_]:
        """[S] the session takes up the person's days."""
        blocks: npt.NDArray[np.bool_] = self.c_mode[self.s_course] != ONLINE_ANY_TIME
        return blocks

    @property
    def everyone_touched(self) -> npt.NDArray[np.bool_]:
        """[P] whose own demands changed; all when the instance does not say."""
        return self.touched != 0 if len(self.touched) else np.ones(self.people, bool)

    @property
    def unit_of(self) -> Ints:
        """[G] the unit of each gap, -1 its person's own."""
        return self.g_unit if len(self.g_unit) else np.full(self.gaps, -1)

    @property
    def least(self) -> Ints:
        """[S] how many people a session needs."""
        return self.s_least if len(self.s_least) else np.zeros(self.sessions, np.int64)

    def posted(self, person: Ints, session: Ints) -> Ints:
        """The region in which each person is posted when each session starts."""
        region = self.p_region[person]
        if not len(self.av_region):
            return region
        region, start = region.copy(), self.s_start[session]
        windows = self.av_ptr[person + 1] - self.av_ptr[person]
        for nth in range(int(windows.max(initial=0))):
            rows = np.flatnonzero(windows > nth)
            w = self.av_ptr[person[rows]] + nth
            here = (self.av_start[w] <= start[rows]) & (start[rows] <= self.av_end[w])
            region[rows[here]] = self.av_region[w[here]]
        return region

    def journeys(self) -> tuple[Ints, Ints, Ints]:
        """(from [P], to [S], cost [from, to]): what each person's journey to each session costs when it is on the spot."""
        if not len(self.av_region):
            return self.p_region, self.c_region[self.s_course], self.travel
        spots, to = np.unique(np.stack((self.c_region[self.s_course], self.s_start)), axis=1, return_inverse=True)
        ways: dict[object, int] = {}
        first: list[int] = []
        start = np.zeros(self.people, np.int64)
        for p in range(self.people):
            w = slice(int(self.av_ptr[p]), int(self.av_ptr[p + 1]))
            moves = (self.av_region[w] != self.p_region[p]).any()
            windows = (self.av_start[w].tobytes(), self.av_end[w].tobytes(), self.av_region[w].tobytes())
            key = (int(self.p_region[p]), *(windows if moves else ()))
            if key not in ways:
                ways[key] = len(first)
                first.append(p)
            start[p] = ways[key]
        at = np.zeros(spots.shape[1], np.int64)
        at[to] = np.arange(self.sessions)
        cost = [self.travel[self.posted(np.full(len(at), p), at), spots[0]] for p in first]
        return start, to.reshape(-1), np.array(cost, np.int64).reshape(len(first), len(at))

    def digest(self) -> str:
        """Hash of everything a plan depends on: two instances with one digest have the same plans."""
        digest = hashlib.sha256(json.dumps(meta_of(self), sort_keys=True).encode())
        for name, array in arrays_of(self):
            if name in _LATER and not array.size:
                continue
            digest.update(f"{name}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array, "<i8").tobytes())
        return digest.hexdigest()


ARRAYS = tuple(f.name for f in fields(Instance) if f.type is Ints)
REQUIRED = tuple(f.name for f in fields(Instance) if f.type is Ints and f.default_factory is MISSING)
_LATER = frozenset(
    {"av_region", "g_lapsed", "aw_within", "s_least", "g_unit", "u_need", "m_floor"}
    | {name for name in ARRAYS if name.startswith(("q_", "wl_"))}
)
"""Arrays that came after the first instances were hashed: without them a hash is what it was."""


def arrays_of(instance: Instance) -> Iterator[tuple[str, Ints]]:
    for name in ARRAYS:
        yield name, getattr(instance, name)


def meta_of(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "seed": instance.seed,
        "horizon": instance.horizon,
        "freeze_day": instance.freeze_day,
        "max_seats": instance.max_seats,
        "objective": instance.objective.to_json(),
    }
