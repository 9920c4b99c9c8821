"""The question put to the planner: people, gaps, courses, sessions, budgets and the plan before.

One instance is one `.npz` of integer arrays. Days are integers from today (0) to the horizon; every
`*_ptr` is a CSR offset of length n + 1. Nothing here decides anything: it reads, checks and hands over.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

UNLIMITED = 2**62
"""A budget nobody set."""

ONLINE_ANY_TIME, ONLINE_LIVE, ON_SITE, HYBRID = range(4)
"""Modes of a course; only the first never blocks time, only the last two cost travel."""

LAST_DAY = 2**20
MOST_COMPETENCIES = 2**16

LARGEST_TOTAL = 2**31 - 1
"""What one person's gaps may be worth together, so that a seat's worth fits 32 bits."""


UNREADABLE = (OSError, ValueError, EOFError, KeyError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error)
"""What comes of reading a file that is no archive, a damaged one, or a single array."""


class BadInstance(ValueError):
    """The arrays do not describe a planning question; `faults` names everything that is wrong."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("This instance cannot be planned: " + "; ".join(faults) + ".")
        self.faults = faults


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
        return {name: value for name, value in words.items() if name not in _OPTIONAL_POINTS or value}


_OPTIONAL_POINTS = frozenset({"FLOOR"})


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
        digest = hashlib.sha256(json.dumps(_meta_of(self), sort_keys=True).encode())
        for name, array in _arrays_of(self):
            if name in _LATER and not array.size:
                continue
            digest.update(f"{name}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array, "<i8").tobytes())
        return digest.hexdigest()


_ARRAYS = tuple(f.name for f in fields(Instance) if f.type is Ints)
_REQUIRED = tuple(f.name for f in fields(Instance) if f.type is Ints and f.default_factory is MISSING)
_WIDE = frozenset({"partner_budget", "mission_budget"})
_LATER = frozenset(
    {"av_region", "g_lapsed", "aw_within", "s_least", "g_unit", "u_need", "m_floor"}
    | {name for name in _ARRAYS if name.startswith(("q_", "wl_"))}
)
"""Arrays that came after the first instances were hashed: without them a hash is what it was."""

MOST_QUOTAS = 8
"""Quotas in force for one session: every set of them is a limit of its own."""


def _arrays_of(instance: Instance) -> Iterator[tuple[str, Ints]]:
    for name in _ARRAYS:
        yield name, getattr(instance, name)


def _meta_of(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "seed": instance.seed,
        "horizon": instance.horizon,
        "freeze_day": instance.freeze_day,
        "max_seats": instance.max_seats,
        "objective": instance.objective.to_json(),
    }


def load(path: Path | str) -> Instance:
    """Read and check an instance; raises BadInstance with every fault named."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except UNREADABLE as error:
        raise BadInstance((f"{path} is not a readable .npz of plain arrays ({error})",)) from error
    return from_arrays(found)


def from_arrays(found: Mapping[str, npt.NDArray[Any]]) -> Instance:
    """Build and check an instance from named arrays and a `meta` JSON string; unknown names are left aside."""
    faults = [f"array {name} is missing" for name in _REQUIRED if name not in found]
    meta, meta_faults = _read_meta(found)
    faults += meta_faults
    arrays: dict[str, Any] = {}
    for name in _ARRAYS:
        if name not in found:
            continue
        array = np.asarray(found[name])
        if array.dtype.kind not in "biu":
            faults.append(f"array {name} holds {array.dtype}, not integers")
        elif array.ndim == 0:
            faults.append(f"array {name} is a single number")
        elif array.dtype == np.uint64 and array.size and int(array.max()) > UNLIMITED:
            faults.append(f"array {name} holds numbers beyond 2^62")
        else:
            arrays[name] = array.astype(np.int64)
    if faults:
        raise BadInstance(tuple(faults))
    instance = Instance(**meta, **arrays)
    require_valid(instance)
    return instance


def _read_meta(found: Mapping[str, npt.NDArray[Any]]) -> tuple[dict[str, Any], list[str]]:
    try:
        words = json.loads(str(found["meta"]))
    except KeyError:
        return {}, ["array meta is missing"]
    except ValueError as error:
        return {}, [f"meta is not JSON ({error})"]
    if not isinstance(words, dict):
        return {}, ["meta is not a JSON object"]
    meta: dict[str, Any] = {"name": str(words.get("name", "")), "seed": 0}
    faults = []
    for key in ("seed", "horizon", "freeze_day", "max_seats"):
        value = words.get(key, 0 if key == "seed" else None)
        if type(value) is not int:
            faults.append(f"meta.{key} is {value!r}, not a whole number")
        meta[key] = value
    points = words.get("objective")
    keys = [f.name.upper() for f in fields(Objective)]
    known = points if isinstance(points, dict) else {}
    lacking = [key for key in keys if key not in known and key not in _OPTIONAL_POINTS]
    wrong = [key for key in keys if key in known and type(known[key]) is not int]
    faults += [f"meta.objective.{key} is not a whole number" for key in (*lacking, *wrong)]
    if not faults:
        meta["objective"] = Objective.from_json(known)
    return meta, faults


def save(instance: Instance, path: Path | str) -> None:
    """Write the instance in the public format: int32 where it fits by rule, int64 for offsets and budgets."""
    arrays: dict[str, Any] = {
        name: array.astype(np.int64 if name.endswith("_ptr") or name in _WIDE else np.int32)
        for name, array in _arrays_of(instance)
        if name in _REQUIRED or array.size or name.startswith("old_")
    }
    with Path(path).open("wb") as file:
        np.savez_compressed(file, meta=np.array(json.dumps(_meta_of(instance))), **arrays)


def with_old_plan(instance: Instance, *, person: Ints, session: Ints, touched: Ints) -> Instance:
    """The same question asked on top of a previous plan."""
    return replace(instance, old_person=_ints(person), old_session=_ints(session), touched=_ints(touched))


def _ints(array: npt.NDArray[Any]) -> Ints:
    return np.asarray(array).astype(np.int64)


def require_valid(instance: Instance) -> None:
    """Raise BadInstance unless the instance is consistent."""
    faults = faults_of(instance)
    if faults:
        raise BadInstance(faults)


def faults_of(instance: Instance) -> tuple[str, ...]:
    """Everything that is wrong with the instance, in words; empty when it can be planned.

    Values are looked at only when all shapes are right, since a wrong length makes every index suspect.
    """
    faults = tuple(_shape_faults(instance))
    return faults or (
        *_pointer_faults(instance),
        *_number_faults(instance),
        *_range_faults(instance),
        *_old_plan_faults(instance),
        *_condition_faults(instance),
    )


def _shape_faults(i: Instance) -> Iterator[str]:
    lengths = {
        "p_": i.people, "av_": len(i.av_start), "h_": len(i.h_comp), "g_": i.gaps,
        "c_": i.courses, "aw_": len(i.aw_comp), "s_": i.sessions, "old_": len(i.old_person),
        "q_": len(i.q_session), "wl_": len(i.wl_session), "m_": len(i.mission_budget),
    }  # fmt: skip
    whole = {
        "q_": len({"q_session", "q_mission", "q_contingent", "q_seats", "q_release"} & _given(i)) not in (0, 5),
        "wl_": len({"wl_session", "wl_person", "wl_place"} & _given(i)) not in (0, 3),
    }
    for prefix, lacking in whole.items():
        if lacking:
            yield f"the arrays {prefix}… are given in part: all of them or none"
    for name, array in _arrays_of(i):
        optional = name not in _REQUIRED and array.size == 0
        if name in {"travel", "req"}:
            dims = 2 if name == "travel" else 4
            if array.ndim != dims and not optional:
                yield f"{name} has {array.ndim} dimensions instead of {dims}"
            elif name == "travel" and array.shape[0] != array.shape[1]:
                yield f"travel has shape {array.shape}, not a square"
            continue
        if array.ndim != 1:
            yield f"{name} has {array.ndim} dimensions instead of 1"
            continue
        prefix = name[: name.index("_") + 1] if "_" in name else ""
        wanted = lengths.get(prefix)
        if name.endswith("_ptr"):
            wanted = (i.courses if name == "aw_ptr" else i.people) + 1
        elif name == "touched":
            wanted = i.people
        if wanted is not None and len(array) != wanted and not optional:
            yield f"{name} has {len(array)} entries instead of {wanted}"


def _given(i: Instance) -> frozenset[str]:
    return frozenset(name for name, array in _arrays_of(i) if array.size)


def _pointer_faults(i: Instance) -> Iterator[str]:
    for name, length in (
        ("av_ptr", len(i.av_start)), ("h_ptr", len(i.h_comp)), ("g_ptr", i.gaps), ("aw_ptr", len(i.aw_comp)),
    ):  # fmt: skip
        pointer = getattr(i, name)
        if pointer[0] != 0 or pointer[-1] != length or (np.diff(pointer) < 0).any():
            yield f"{name} does not rise from 0 to {length}"


def _number_faults(i: Instance) -> Iterator[str]:
    o = i.objective
    if i.horizon < 1:
        yield f"meta.horizon is {i.horizon}, it must be at least 1"
        return
    for key, value in (("horizon", i.horizon), ("freeze_day", i.freeze_day), ("max_seats", i.max_seats)):
        if abs(value) > LAST_DAY:
            yield f"meta.{key} is {value}, beyond {LAST_DAY}"
    if i.max_seats < 0:
        yield f"meta.max_seats is {i.max_seats}, it cannot be negative"
    huge = [key for key, value in o.to_json().items() if value > LARGEST_TOTAL]
    if huge:
        yield f"meta.objective holds numbers beyond {LARGEST_TOTAL}: {', '.join(huge)}"
    if o.cost_den < 1:
        yield f"meta.objective.COST_DEN is {o.cost_den}, it must be at least 1"
    negative = [key for key, value in o.to_json().items() if value < 0]
    if negative:
        yield f"meta.objective holds negative numbers: {', '.join(negative)}"
    # The planner credits a gap to its best seat and the rules to the earliest: the same only if value never rises.
    last = int(i.s_end.max(initial=0))
    if o.on_time + o.early * (i.horizon - last) // i.horizon < o.late:
        yield "meta.objective values a late closing above one on time at the end of the horizon"


def _range_faults(i: Instance) -> Iterator[str]:
    missions, partners, regions = len(i.mission_budget), len(i.partner_budget), len(i.travel)
    limits: tuple[tuple[str, int, int], ...] = (
        ("p_mission", 0, missions - 1), ("p_region", 0, regions - 1), ("p_family", 0, 62),
        ("p_lang", 0, UNLIMITED), ("g_comp", 0, MOST_COMPETENCIES), ("g_level", 1, 1000), ("g_weight", 1, LARGEST_TOTAL),
        ("h_comp", 0, MOST_COMPETENCIES), ("c_partner", 0, partners - 1), ("c_lang", 0, 62), ("c_mode", 0, 3),
        ("c_region", 0, regions - 1), ("c_family", 0, UNLIMITED), ("c_cost", 0, LARGEST_TOTAL),
        ("aw_comp", 0, MOST_COMPETENCIES), ("c_pre_comp", -1, MOST_COMPETENCIES),
        ("c_pre_level", -1, 1000), ("s_course", 0, i.courses - 1),
        ("s_start", 0, LAST_DAY), ("s_end", 0, LAST_DAY), ("s_cap", 0, LARGEST_TOTAL), ("travel", 0, LARGEST_TOTAL),
        ("partner_budget", 0, UNLIMITED), ("mission_budget", 0, UNLIMITED), ("g_due", -LAST_DAY, LAST_DAY),
        ("old_person", 0, i.people - 1), ("old_session", 0, i.sessions - 1), ("touched", 0, 1),
        ("s_unfrozen", 0, 1), ("av_region", 0, regions - 1), ("g_lapsed", -1, LAST_DAY), ("aw_within", -1, LAST_DAY),
        ("q_session", 0, i.sessions - 1), ("q_mission", -1, missions - 1), ("q_contingent", -1, UNLIMITED),
        ("q_seats", 0, LARGEST_TOTAL), ("q_release", -LAST_DAY, LAST_DAY), ("s_least", 0, LARGEST_TOTAL),
        ("wl_session", 0, i.sessions - 1), ("wl_person", 0, i.people - 1), ("wl_place", 0, UNLIMITED),
        ("g_unit", -1, len(i.u_need) - 1), ("u_need", 0, LARGEST_TOTAL), ("m_floor", 0, LARGEST_TOTAL),
    )  # fmt: skip
    for name, low, high in limits:
        array = getattr(i, name)
        wrong = int(np.count_nonzero((array < low) | (array > high)))
        if wrong:
            yield f"{name} has {wrong} entries outside {low}..{high}"
    for first, last in (("av_start", "av_end"), ("s_start", "s_end")):
        wrong = int(np.count_nonzero(getattr(i, first) > getattr(i, last)))
        if wrong:
            yield f"{wrong} entries of {first} lie after their {last}"
    if (i.g_ptr[0], i.g_ptr[-1]) == (0, i.gaps) and (np.diff(i.g_ptr) >= 0).all():
        total = np.concatenate(([0], np.cumsum(i.g_weight)))
        worth = (total[i.g_ptr[1:]] - total[i.g_ptr[:-1]]) * (i.objective.on_time + i.objective.early)
        if worth.max(initial=0) > LARGEST_TOTAL:
            yield f"the gaps of {int((worth > LARGEST_TOTAL).sum())} people are worth more than 2^31 points"


def _old_plan_faults(i: Instance) -> Iterator[str]:
    if len(i.old_person) != len(i.old_session):
        yield f"old_session has {len(i.old_session)} entries instead of {len(i.old_person)}"
        return
    pairs = i.old_person * max(1, i.sessions) + i.old_session
    twice = len(pairs) - len(np.unique(pairs))
    if twice:
        yield f"the previous plan names {twice} seats twice"


def _condition_faults(i: Instance) -> Iterator[str]:
    """What is wrong with reserved seats, waiting lists and refreshers, values out of range aside."""
    anybody = int(((i.q_mission < 0) & (i.q_contingent < 0)).sum())
    if anybody:
        yield f"{anybody} quotas are for people of any mission and any contingent"
    if (i.q_contingent >= 0).any() and not len(i.p_contingent):
        yield "quotas name contingents, but p_contingent is missing"
    if len(i.q_session) and i.q_session.min() >= 0 and i.q_session.max() < i.sessions:
        binding = i.q_release > 0
        crowded = int((np.bincount(i.q_session[binding], minlength=i.sessions) > MOST_QUOTAS).sum())
        if crowded:
            yield f"{crowded} sessions have more than {MOST_QUOTAS} quotas in force"
        reserved = np.zeros(i.sessions, np.int64)
        np.add.at(reserved, i.q_session[binding], i.q_seats[binding])
        over = int((reserved > i.s_cap).sum())
        if over:
            yield f"in {over} sessions more seats are reserved than there are"
    places = i.wl_session * max(1, i.people) + i.wl_person
    twice = len(places) - len(np.unique(places))
    if twice:
        yield f"{twice} people wait for one session twice"
    if (i.aw_within >= 0).any() and not len(i.g_lapsed):
        yield "there are refreshers, but g_lapsed is missing"
