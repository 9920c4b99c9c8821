"""Made instances of the public family: missions with mandates, contingents with rotations, partners with courses.

The shape follows published statistics of the field, not any real person: contingents share a mission, languages and a
deployment day, the mandate table asks competencies of role families, and what people hold leaves up to eight gaps.
Everything comes from the seed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.planning.engine import family_conditions
from trainer.planning.engine.instance import Instance, Ints, Objective
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.reading import require_valid

MISSIONS, REGIONS, FAMILIES, LANGUAGES, COMPETENCIES, TASKS, HORIZON = 12, 5, 4, 6, 60, 40, 365
MOST_GAPS = 8
SOONEST_DUE = 20
OBJECTIVE = Objective(on_time=1000, early=200, late=300, late_decay=3, seat=60, cost_num=1, cost_den=20, change=400)
ROLE_SHARE = (0.69, 0.14, 0.09, 0.08)
"""Of the four role families: troops, police, staff, civilians."""

Draw = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    mission: Ints
    contingent: Ints
    region: Ints
    role: Ints
    family: Ints
    lang: Ints
    deploy: Ints


def generate(people: int, *, seed: int, tight: float = 1.0, conditions: Collection[str] = ()) -> Instance:
    """An instance of so many people; `tight` below 1 means fewer seats and less money.

    `conditions`, of those in `family_conditions`, are added to the same instance.
    """
    rng = np.random.default_rng(seed)
    region_of = rng.integers(0, REGIONS - 1, MISSIONS)
    task_comps = [_near(rng, int(rng.integers(0, COMPETENCIES))) for _ in range(TASKS)]
    req = _mandates(rng, task_comps)
    p = _people(rng, people, region_of)
    av_ptr, av_start, av_end = _availability(rng, p.deploy)
    h_ptr, held = _holdings(rng, people, req, p)
    g_ptr, gaps = _gaps(req, p, h_ptr, held)
    courses = _courses(rng, people)
    sessions = _sessions(rng, people, courses, tight)
    partner_budget, mission_budget = _budgets(rng, courses, sessions, p, tight)
    instance = Instance(
        name=f"family-{people}-{seed}", seed=seed, horizon=HORIZON, freeze_day=30, max_seats=5, objective=OBJECTIVE,
        p_mission=p.mission, p_contingent=p.contingent, p_region=p.region, p_role=p.role, p_family=p.family,
        p_lang=p.lang, p_deploy=p.deploy, av_ptr=av_ptr, av_start=av_start, av_end=av_end, h_ptr=h_ptr,
        h_comp=held[0], h_level=held[1], h_expiry=held[2], g_ptr=g_ptr, g_comp=gaps[0], g_level=gaps[1],
        g_due=gaps[2], g_weight=gaps[3], g_task=gaps[4], **courses, **sessions, travel=_travel(rng),
        partner_budget=partner_budget, mission_budget=mission_budget, touched=np.ones(people, np.int64), req=req,
    )  # fmt: skip
    require_valid(instance)
    return family_conditions.added(instance, conditions, seed=seed)


def _ptr(counts: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def _near(rng: Draw, centre: int) -> Ints:
    """Two to four competencies of one cluster of five."""
    cluster = centre // 5 * 5 + np.arange(5)
    return np.sort(rng.choice(cluster, int(rng.integers(2, 5)), replace=False))


def _mandates(rng: Draw, task_comps: list[Ints]) -> Ints:
    """[mission, family, competency] -> level, due, weight, task; about an eighth of the cells is asked for."""
    req = np.zeros((MISSIONS, FAMILIES, COMPETENCIES, 4), np.int64)
    for mission in range(MISSIONS):
        for task in rng.choice(TASKS, int(rng.integers(5, 11)), replace=False).tolist():
            due, weight = int(rng.integers(60, 331)), int(rng.choice([1, 2, 4, 8], p=[0.33, 0.35, 0.22, 0.1]))
            families = rng.choice(FAMILIES, int(rng.integers(1, 3)), replace=False)
            for comp in task_comps[task].tolist():
                level = int(rng.choice([1, 2, 3], p=[0.56, 0.34, 0.1]))
                for family in families.tolist():
                    if req[mission, family, comp, 2] < weight:
                        req[mission, family, comp] = (level, due, weight, task)
    return req


def _people(rng: Draw, people: int, region_of: Ints) -> _People:
    count = max(4, round(24 * (people / 1000) ** 0.54))
    share = rng.lognormal(0.0, 0.7, count)
    contingent = np.sort(rng.choice(count, people, p=share / share.sum()))
    mission_of = rng.integers(1, MISSIONS, count)
    main_language = rng.choice(LANGUAGES, count, p=[0.55, 0.18, 0.07, 0.07, 0.07, 0.06])
    deploy_of, spread = rng.integers(-230, 300, count), rng.random(count) < 0.35
    lang = 1 << main_language[contingent]
    for language in range(LANGUAGES):
        lang = lang | (rng.random(people) < (0.62 if language == 0 else 0.13)).astype(np.int64) << language
    family = rng.choice(FAMILIES, people, p=ROLE_SHARE)
    deploy = deploy_of[contingent] + np.where(spread[contingent], rng.integers(-55, 56, people), 0)
    role = family * 6 + np.minimum(rng.geometric(0.4, people) - 1, 5)
    mission = mission_of[contingent]
    return _People(
        mission=mission, contingent=contingent, region=region_of[mission], role=role, family=family,
        lang=lang.astype(np.int64), deploy=deploy.astype(np.int64),
    )  # fmt: skip


def _availability(rng: Draw, deploy: Ints) -> tuple[Ints, Ints, Ints]:
    """Free until five days before deployment and again a fortnight after; two leaves for those already there."""
    starts, ends, counts = [], [], []
    leaves = np.sort(rng.integers(20, 340, (len(deploy), 2)), axis=1)
    for day, (first, second) in zip(deploy.tolist(), leaves.tolist(), strict=True):
        busy = [(day - 4, day + 13)] if day > 0 else [(first, first + 14), (second, second + 14)]
        free, at = [], 0
        for begin, end in busy:
            if begin - 1 - at >= 20:
                free.append((at, begin - 1))
            at = max(at, end + 1)
        if at < HORIZON - 20:
            free.append((at, HORIZON))
        counts.append(len(free))
        starts += [window[0] for window in free]
        ends += [window[1] for window in free]
    return _ptr(np.array(counts)), np.array(starts, np.int64), np.array(ends, np.int64)


def _holdings(rng: Draw, people: int, req: Ints, p: _People) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    """About twelve competencies each, more often than not those the mandate asks for."""
    asked = req[p.mission, p.family, :, 0]
    holds = rng.random((people, COMPETENCIES)) < np.where(asked > 0, 0.42, 0.18)
    who, comp = np.nonzero(holds)
    level = rng.choice([1, 2, 3], len(who), p=[0.72, 0.26, 0.02])
    # People were trained for what was asked of them, so that expiry and new demands make the gaps.
    meets = rng.random(len(who)) < 0.6
    level = np.where(meets, np.maximum(level, asked[who, comp]), level)
    expiry = rng.integers(60, 1500, len(who))
    counts = np.bincount(who, minlength=people)
    return _ptr(counts), (comp.astype(np.int64), level.astype(np.int64), expiry.astype(np.int64))


def _gaps(
    req: Ints, p: _People, h_ptr: Ints, held: tuple[Ints, Ints, Ints]
) -> tuple[Ints, tuple[Ints, Ints, Ints, Ints, Ints]]:
    """What is asked of each person and not held when due, heaviest first, at most eight.

    Due by the mandate's day or the person's deployment, whichever is sooner; what is held today but expires within
    the horizon is due on the day it expires.
    """
    people = len(p.mission)
    owner = np.repeat(np.arange(people), np.diff(h_ptr))
    until = np.full((people, COMPETENCIES), -1)
    enough = held[1] >= req[p.mission[owner], p.family[owner], held[0], 0]
    until[owner[enough], held[0][enough]] = held[2][enough]
    asked = req[p.mission, p.family]
    due = np.minimum(asked[:, :, 1], np.where(p.deploy > 0, p.deploy, HORIZON)[:, None])
    due = np.maximum(due, SOONEST_DUE)
    lacking = (asked[:, :, 0] > 0) & (until < HORIZON)
    when = np.where(until >= due, until, due)
    who, comp = np.nonzero(lacking)
    rows = np.lexsort((when[who, comp], -asked[who, comp, 2], who))
    counts = np.bincount(who, minlength=people)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.sort(rows[place < MOST_GAPS])
    who, comp = who[rows], comp[rows]
    level, _, weight, task = np.moveaxis(asked[who, comp], -1, 0)
    return _ptr(np.bincount(who, minlength=people)), (comp, level, when[who, comp], weight, task)


def _courses(rng: Draw, people: int) -> dict[str, Any]:
    count = max(20, round(200 * (people / 1000) ** 0.38))
    partners = max(5, count // 4)
    mode = rng.choice(4, count, p=[0.21, 0.26, 0.42, 0.11])
    awards = rng.choice([1, 2, 3, 4], count, p=[0.25, 0.31, 0.24, 0.2])
    centres = rng.integers(0, COMPETENCIES // 5, count) * 5
    comp = np.concatenate(
        [np.sort(rng.choice(np.arange(c, c + 5), n, replace=False)) for c, n in zip(centres, awards, strict=True)]
    )
    grade = rng.choice([1, 2, 3], count, p=[0.5, 0.35, 0.15])
    ptr = _ptr(awards)
    needs = (rng.random(count) < 0.45) & (grade > 1)
    low, high = np.array([1, 45, 200, 200])[mode], np.array([60, 300, 1490, 1400])[mode]
    families = np.where(rng.random(count) < 0.71, 15, rng.integers(1, 16, count))
    return {
        "c_partner": rng.integers(0, partners, count),
        "c_lang": rng.choice(LANGUAGES, count, p=[0.68, 0.18, 0.04, 0.04, 0.03, 0.03]),
        "c_mode": mode, "c_region": rng.integers(0, REGIONS, count), "c_family": families,
        "c_cost": (low + (high - low) * rng.random(count)).astype(np.int64),
        "c_days": np.where(mode == 0, 45, np.where(mode == 1, rng.integers(2, 10, count), rng.integers(3, 15, count))),
        "aw_ptr": ptr, "aw_comp": comp, "aw_level": np.repeat(grade, awards),
        "c_pre_comp": np.where(needs, comp[ptr[:-1]], -1), "c_pre_level": np.where(needs, grade - 1, -1),
    }  # fmt: skip


def _sessions(rng: Draw, people: int, courses: dict[str, Ints], tight: float) -> dict[str, Any]:
    count = max(60, round(1000 * (people / 1000) ** 0.544))
    weight = rng.lognormal(0.0, 0.7, len(courses["c_mode"]))
    course = np.sort(rng.choice(len(weight), count, p=weight / weight.sum()))
    length = courses["c_days"][course] - 1
    start = rng.integers(3, HORIZON - 4, count)
    start = np.where(start + length > HORIZON - 3, np.maximum(3, HORIZON - 3 - length), start)
    mode = courses["c_mode"][course]
    scale = people / 10_000 * tight
    small = np.where(mode == 1, rng.uniform(3, 13, count), rng.uniform(2, 5, count))
    cap = np.where(mode == 0, people / 40 * tight, np.maximum(3, small * scale)).astype(np.int64)
    return {"s_course": course, "s_start": start, "s_end": start + length, "s_cap": np.maximum(1, cap)}


def _budgets(
    rng: Draw, courses: dict[str, Ints], sessions: dict[str, Ints], p: _People, tight: float
) -> tuple[Ints, Ints]:
    """Partners can afford most of their seats, missions a good year's training; a few of both are short."""
    partners = max(5, len(courses["c_mode"]) // 4)
    worth = np.zeros(partners)
    live = courses["c_mode"][sessions["s_course"]] > 0
    cost = courses["c_cost"][sessions["s_course"]] * sessions["s_cap"]
    np.add.at(worth, courses["c_partner"][sessions["s_course"]], np.where(live, cost, cost / 10))
    partner = np.maximum(2500, worth * rng.uniform(0.35, 1.2, partners) * tight)
    heads = np.bincount(p.mission, minlength=MISSIONS)
    mission = np.maximum(5000, heads * rng.uniform(500, 1400, MISSIONS) * tight)
    return partner.astype(np.int64), mission.astype(np.int64)


def _travel(rng: Draw) -> Ints:
    cost = rng.integers(430, 880, (REGIONS, REGIONS))
    cost = np.triu(cost, 1) + np.triu(cost, 1).T
    np.fill_diagonal(cost, 40)
    return cost


def shift(instance: Instance, plan: Plan, *, share: float, seed: int, later: int = 30) -> Instance:
    """The question after `share` of what the mandate table asks has changed and the freeze day has moved on.

    Two thirds of the changes concern cells that ask something, one third cells that did not. Changed
    cells ask more, less, sooner, or of other people; gaps that come from them are made anew for whoever is
    concerned, and exactly those people are touched.
    """
    rng = np.random.default_rng(seed)
    req = instance.req.copy()
    asked, blank = np.argwhere(req[..., 0] > 0), np.argwhere(req[..., 0] == 0)
    cells = round(share * len(asked))
    old = asked[rng.choice(len(asked), min(len(asked), cells - cells // 3), replace=False)]
    new = blank[rng.choice(len(blank), min(len(blank), cells // 3), replace=False)]
    for mission, family, comp in old.tolist():
        level, due, weight, task = req[mission, family, comp].tolist()
        sooner = max(instance.freeze_day + later + 20, due - int(rng.integers(30, 121)))
        raised = (min(3, level + 1), min(due, sooner), min(16, weight * 2), task)
        req[mission, family, comp] = 0 if rng.random() < 0.4 else raised
    for mission, family, comp in new.tolist():
        due, weight = int(rng.integers(120, HORIZON - 30)), int(rng.choice([2, 4, 8]))
        req[mission, family, comp] = (int(rng.integers(1, 3)), due, weight, TASKS + 59)
    p = _People(
        mission=instance.p_mission, contingent=instance.p_contingent, region=instance.p_region, role=instance.p_role,
        family=instance.p_family, lang=instance.p_lang, deploy=instance.p_deploy,
    )  # fmt: skip
    changed = (req != instance.req).any(axis=3)[p.mission, p.family].any(axis=1)
    held = (instance.h_comp, instance.h_level, instance.h_expiry)
    g_ptr, gaps = _gaps(req, p, instance.h_ptr, held)
    before_ptr, before = _gaps(instance.req, p, instance.h_ptr, held)
    touched = changed & _differ(g_ptr, gaps, before_ptr, before)
    return replace(
        instance, name=f"{instance.name}-shift{seed}", freeze_day=instance.freeze_day + later, req=req,
        old_person=plan.person, old_session=plan.session, touched=touched.astype(np.int64),
        **_merged(instance, touched, g_ptr, gaps),
    )  # fmt: skip


def _differ(
    ptr: Ints, gaps: tuple[Ints, Ints, Ints, Ints, Ints], before_ptr: Ints, before: tuple[Ints, Ints, Ints, Ints, Ints]
) -> npt.NDArray[np.bool_]:
    """[P] whose list of gaps is another one now."""
    differ: npt.NDArray[np.bool_] = np.diff(ptr) != np.diff(before_ptr)
    for p in np.flatnonzero(~differ).tolist():
        now, then = slice(ptr[p], ptr[p + 1]), slice(before_ptr[p], before_ptr[p + 1])
        differ[p] = any((a[now] != b[then]).any() for a, b in zip(gaps[:4], before[:4], strict=True))
    return differ


def _merged(
    instance: Instance, touched: npt.NDArray[np.bool_], ptr: Ints, gaps: tuple[Ints, Ints, Ints, Ints, Ints]
) -> dict[str, Any]:
    """The gaps of everybody: new ones for the touched, the old ones for all others."""
    names = ("g_comp", "g_level", "g_due", "g_weight", "g_task")
    old = tuple(getattr(instance, name) for name in names)
    counts = np.where(touched, np.diff(ptr), np.diff(instance.g_ptr))
    who = np.repeat(np.arange(instance.people), counts)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
    new = touched[who]
    out: dict[str, Any] = {"g_ptr": _ptr(counts)}
    for name, fresh, kept in zip(names, gaps, old, strict=True):
        column = np.empty(len(who), np.int64)
        column[new] = fresh[ptr[who[new]] + nth[new]]
        column[~new] = kept[instance.g_ptr[who[~new]] + nth[~new]]
        out[name] = column
    for name in ("g_unit", "g_lapsed"):
        if len(getattr(instance, name)):
            # What is asked anew is asked of the person alone, who never had it.
            column = np.full(len(who), -1)
            column[~new] = getattr(instance, name)[instance.g_ptr[who[~new]] + nth[~new]]
            out[name] = column
    return out
