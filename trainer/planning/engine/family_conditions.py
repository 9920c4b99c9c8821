"""What made instances may ask besides: one maker per condition, drawn from the same seed so that it binds here and there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.reading import require_valid

Draw = np.random.Generator
Maker = Callable[[Instance, Draw], dict[str, Any]]

FLOOR = 200
"""Points for each unit of weight below a mission's floor."""


def added(instance: Instance, conditions: Collection[str], *, seed: int) -> Instance:
    """The instance with these conditions besides."""
    for number, (name, make) in enumerate(CONDITIONS.items()):
        if name in conditions:
            instance = replace(instance, **make(instance, np.random.default_rng((seed, number))))
    require_valid(instance)
    return instance


def _some_sessions(i: Instance, rng: Draw, share: float) -> Ints:
    """Sessions that people go to together, as many as this share of them."""
    together = np.flatnonzero(i.blocks & (i.s_start >= i.freeze_day))
    return np.sort(rng.choice(together, round(share * len(together)), replace=False))


def _quotas(i: Instance, rng: Draw) -> dict[str, Any]:
    """Half of the seats of a third of the sessions are for one contingent until some weeks before the start."""
    session = _some_sessions(i, rng, 1 / 3)
    return {
        "q_session": session, "q_mission": np.full(len(session), -1),
        "q_contingent": rng.choice(np.unique(i.p_contingent), len(session)), "q_seats": (i.s_cap[session] + 1) // 2,
        "q_release": i.s_start[session] - rng.integers(20, 60, len(session)),
    }  # fmt: skip


def _least(i: Instance, rng: Draw) -> dict[str, Any]:
    """Half of the sessions need a third to two thirds of their seats taken."""
    session = _some_sessions(i, rng, 1 / 2)
    least = np.zeros(i.sessions, np.int64)
    least[session] = np.maximum(2, i.s_cap[session] * rng.integers(33, 67, len(session)) // 100)
    least[session] = np.minimum(least[session], i.s_cap[session])
    return {"s_least": least}


def _waiting(i: Instance, rng: Draw) -> dict[str, Any]:
    """For a fifth of the sessions some people wait, about as many as there are seats."""
    session = _some_sessions(i, rng, 1 / 5)
    rows = [
        (s, p) for s in session.tolist() for p in rng.choice(i.people, min(i.people, int(i.s_cap[s])), replace=False)
    ]
    columns = np.array(rows, np.int64).reshape(-1, 2)
    return {"wl_session": columns[:, 0], "wl_person": columns[:, 1], "wl_place": np.arange(len(columns))}


def _units(i: Instance, rng: Draw) -> dict[str, Any]:
    """A fifth of the competencies is asked only of three in ten of a contingent."""
    owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
    some = rng.choice(np.unique(i.g_comp), max(1, len(np.unique(i.g_comp)) // 5), replace=False)
    key = np.where(np.isin(i.g_comp, some), i.p_contingent[owner] * (1 + i.g_comp.max()) + i.g_comp, -1)
    keys, unit, size = np.unique(key, return_inverse=True, return_counts=True)
    shift = int(keys[0] < 0)
    return {"g_unit": np.where(key < 0, -1, unit - shift), "u_need": -(-3 * size[shift:] // 10)}


def _floors(i: Instance, _rng: Draw) -> dict[str, Any]:
    """Every mission should close half of its weight on time."""
    weight = np.zeros(len(i.mission_budget), np.int64)
    np.add.at(weight, np.repeat(i.p_mission, np.diff(i.g_ptr)), i.g_weight * (i.unit_of < 0))
    return {"m_floor": weight // 2, "objective": replace(i.objective, floor=FLOOR)}


def _postings(i: Instance, rng: Draw) -> dict[str, Any]:
    """One person in five is posted elsewhere in the last window."""
    region = np.repeat(i.p_region, np.diff(i.av_ptr))
    last = i.av_ptr[1:][np.diff(i.av_ptr) > 1] - 1
    moved = last[rng.random(len(last)) < 1 / 5]
    region[moved] = rng.integers(0, len(i.travel), len(moved))
    return {"av_region": region}


def _refreshers(i: Instance, rng: Draw) -> dict[str, Any]:
    """One course in eight only renews, within half a year or a year; two gaps in five were held once."""
    course = np.repeat(np.arange(i.courses), np.diff(i.aw_ptr))
    renews = rng.random(i.courses) < 1 / 8
    within = np.where(renews, rng.choice([180, 365], i.courses), -1)
    lapsed = np.where(rng.random(i.gaps) < 0.4, rng.integers(0, 500, i.gaps), -1)
    return {"aw_within": within[course], "g_lapsed": lapsed}


CONDITIONS: Mapping[str, Maker] = {
    "quotas": _quotas,
    "least": _least,
    "waiting": _waiting,
    "units": _units,
    "floors": _floors,
    "postings": _postings,
    "refreshers": _refreshers,
}
