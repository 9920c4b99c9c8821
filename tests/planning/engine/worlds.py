"""Instances for the planner's tests: one plain world to bend, and random small ones."""

import json
from dataclasses import replace
from typing import Any

import numpy as np

from trainer.planning.engine.instance import Instance, Objective
from trainer.planning.engine.reading import from_arrays, require_valid

OBJECTIVE = Objective(on_time=1000, early=200, late=300, late_decay=3, seat=60, cost_num=1, cost_den=20, change=400)


def plain(**changes: Any) -> Instance:
    """Two people lack competency 0 by day 100; course 0 teaches it on site in three sessions of two seats.

    Course 1 teaches competency 1 online to who has competency 0; its one session starts after two of the three.
    """
    arrays: dict[str, Any] = {
        "p_mission": [0, 0], "p_region": [0, 0], "p_family": [0, 0], "p_lang": [1, 1],
        "av_ptr": [0, 1, 2], "av_start": [0, 0], "av_end": [365, 365],
        "h_ptr": [0, 0, 0], "h_comp": [], "h_level": [], "h_expiry": [],
        "g_ptr": [0, 2, 3], "g_comp": [0, 1, 0], "g_level": [1, 1, 1], "g_due": [100, 200, 100], "g_weight": [4, 2, 1],
        "c_partner": [0, 0], "c_lang": [0, 0], "c_mode": [2, 0], "c_region": [0, 0], "c_family": [1, 1],
        "c_cost": [100, 10], "aw_ptr": [0, 1, 2], "aw_comp": [0, 1], "aw_level": [2, 1],
        "c_pre_comp": [-1, 0], "c_pre_level": [-1, 1],
        "s_course": [0, 0, 0, 1], "s_start": [10, 40, 60, 70], "s_end": [14, 44, 64, 90], "s_cap": [2, 2, 2, 5],
        "travel": [[40]], "partner_budget": [10_000], "mission_budget": [10_000],
    }  # fmt: skip
    meta = {
        "name": "plain",
        "seed": 1,
        "horizon": 365,
        "freeze_day": 30,
        "max_seats": 5,
        "objective": OBJECTIVE.to_json(),
    }
    meta |= {key: changes.pop(key) for key in list(changes) if key in meta}
    found = {name: np.array(value, np.int64) for name, value in (arrays | changes).items()}
    return from_arrays(found | {"meta": np.array(json.dumps(meta))})


def random_world(seed: int, *, people: int = 2, sessions: int = 4, old: bool = False) -> Instance:
    """A small instance with scarce seats, short money, prerequisites, tight calendars and, if asked, an old plan."""
    rng = np.random.default_rng(seed)
    courses, comps = 3, 4
    gaps = rng.integers(1, 4, people)
    awards = rng.integers(1, 3, courses)
    windows = rng.integers(1, 3, people)
    starts = rng.integers(0, 60, int(windows.sum()))
    pre = np.where(rng.random(courses) < 0.4, rng.integers(0, comps, courses), -1)
    s_start = rng.integers(5, 90, sessions)
    world = plain(
        p_mission=rng.integers(0, 2, people), p_region=rng.integers(0, 2, people),
        p_family=np.zeros(people, int), p_lang=rng.choice([1, 3], people),
        av_ptr=np.concatenate(([0], np.cumsum(windows))), av_start=starts, av_end=starts + rng.integers(20, 90, len(starts)),
        h_ptr=np.arange(people + 1), h_comp=rng.integers(0, comps, people), h_level=rng.integers(1, 3, people),
        h_expiry=rng.integers(20, 120, people), g_ptr=np.concatenate(([0], np.cumsum(gaps))),
        g_comp=np.concatenate([rng.choice(comps, n, replace=False) for n in gaps]),
        g_level=rng.integers(1, 3, int(gaps.sum())), g_due=rng.integers(20, 120, int(gaps.sum())),
        g_weight=rng.choice([1, 2, 4], int(gaps.sum())), c_partner=rng.integers(0, 2, courses),
        c_lang=(rng.random(courses) < 0.25).astype(int), c_mode=rng.integers(0, 4, courses),
        c_region=rng.integers(0, 2, courses), c_family=np.ones(courses, int), c_cost=rng.integers(0, 300, courses),
        aw_ptr=np.concatenate(([0], np.cumsum(awards))), aw_comp=rng.integers(0, comps, int(awards.sum())),
        aw_level=rng.integers(1, 3, int(awards.sum())), c_pre_comp=pre, c_pre_level=np.where(pre < 0, -1, 1),
        s_course=rng.integers(0, courses, sessions), s_start=s_start, s_end=s_start + rng.integers(1, 12, sessions),
        s_cap=rng.integers(1, 3, sessions), travel=[[40, 200], [200, 40]],
        partner_budget=rng.integers(100, 900, 2), mission_budget=rng.integers(100, 1200, 2),
        max_seats=int(rng.integers(1, 4)), freeze_day=int(rng.integers(0, 25)),
    )  # fmt: skip
    return _with_old_plan(world, rng) if old else world


def _with_old_plan(world: Instance, rng: np.random.Generator) -> Instance:
    """Some seats, possible or not, were given before; one person is touched."""
    keys = rng.choice(world.people * world.sessions, min(3, world.people * world.sessions), replace=False)
    late = keys[world.s_start[keys % world.sessions] >= world.freeze_day]
    touched = np.zeros(world.people, np.int64)
    touched[0] = 1
    moved = replace(world, old_person=late // world.sessions, old_session=late % world.sessions, touched=touched)
    require_valid(moved)
    return moved


CONDITIONS = ("quotas", "least", "waiting", "units", "floors", "postings", "refreshers")


def random_conditions(world: Instance, seed: int, *which: str) -> Instance:
    """The world with these conditions besides, drawn so that they bind as often as not."""
    rng = np.random.default_rng(seed + 1)
    drawn = {
        "quotas": _quotas, "least": _least, "waiting": _waiting, "units": _units, "floors": _floors,
        "postings": _postings, "refreshers": _refreshers,
    }  # fmt: skip
    for name in which:
        world = replace(world, **drawn[name](world, rng))
    require_valid(world)
    return world


def _quotas(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    session = np.repeat(rng.permutation(world.sessions)[:2], 2)
    left = np.zeros(len(session), np.int64)
    left[::2] = rng.integers(0, world.s_cap[session[::2]] + 1)
    left[1::2] = rng.integers(0, world.s_cap[session[1::2]] - left[::2] + 1)
    by_mission = rng.random(len(session)) < 0.6
    return {
        "p_contingent": rng.integers(0, 2, world.people),
        "q_session": session, "q_seats": left, "q_release": rng.choice([0, 40, 40], len(session)),
        "q_mission": np.where(by_mission, rng.integers(0, 2, len(session)), -1),
        "q_contingent": np.where(by_mission, -1, rng.integers(0, 2, len(session))),
    }  # fmt: skip


def _least(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    return {"s_least": rng.integers(0, 3, world.sessions)}


def _waiting(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    keys = rng.permutation(world.people * world.sessions)[: world.people * world.sessions // 2 + 1]
    return {
        "wl_person": keys // world.sessions,
        "wl_session": keys % world.sessions,
        "wl_place": rng.integers(0, 3, len(keys)),
    }


def _units(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    return {"g_unit": rng.integers(-1, 2, world.gaps), "u_need": rng.integers(0, 3, 2)}


def _floors(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "m_floor": rng.integers(0, 9, 2),
        "objective": replace(world.objective, floor=int(rng.choice([0, 50, 700]))),
    }


def _postings(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    return {"av_region": rng.integers(0, len(world.travel), len(world.av_start))}


def _refreshers(world: Instance, rng: np.random.Generator) -> dict[str, Any]:
    within = np.where(rng.random(len(world.aw_comp)) < 0.5, rng.choice([10, 30], len(world.aw_comp)), -1)
    return {"g_lapsed": rng.choice([-1, 0, 20, 60], world.gaps), "aw_within": within}
