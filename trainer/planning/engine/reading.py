"""Instances read and written, and everything that can be wrong with one.

One instance is one `.npz` of integer arrays, named as in `instance.py`, with `meta`, a JSON string. What is read is
checked as a whole, so that all faults are named at once and no later module has to doubt a number.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.planning.engine.instance import (
    ARRAYS,
    OPTIONAL_POINTS,
    REQUIRED,
    UNLIMITED,
    Instance,
    Objective,
    arrays_of,
    meta_of,
)

LAST_DAY = 2**20
MOST_COMPETENCIES = 2**16

LARGEST_TOTAL = 2**31 - 1
"""What one person's gaps may be worth together, so that a seat's worth fits 32 bits."""

MOST_QUOTAS = 8
"""Quotas in force for one session: every set of them is a limit of its own."""

_WIDE = frozenset({"partner_budget", "mission_budget"})

UNREADABLE = (OSError, ValueError, EOFError, KeyError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error)
"""What comes of reading a file that is no archive, a damaged one, or a single array."""


class BadInstance(ValueError):
    """The arrays do not describe a planning question; `faults` names everything that is wrong."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("This instance cannot be planned: " + "; ".join(faults) + ".")
        self.faults = faults


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
    faults = [f"array {name} is missing" for name in REQUIRED if name not in found]
    meta, meta_faults = _read_meta(found)
    faults += meta_faults
    arrays: dict[str, Any] = {}
    for name in ARRAYS:
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
    lacking = [key for key in keys if key not in known and key not in OPTIONAL_POINTS]
    wrong = [key for key in keys if key in known and type(known[key]) is not int]
    faults += [f"meta.objective.{key} is not a whole number" for key in (*lacking, *wrong)]
    if not faults:
        meta["objective"] = Objective.from_json(known)
    return meta, faults


def save(instance: Instance, path: Path | str) -> None:
    """Write the instance in the public format: int32 where it fits by rule, int64 for offsets and budgets."""
    arrays: dict[str, Any] = {
        name: array.astype(np.int64 if name.endswith("_ptr") or name in _WIDE else np.int32)
        for name, array in arrays_of(instance)
        if name in REQUIRED or array.size or name.startswith("old_")
    }
    with Path(path).open("wb") as file:
        np.savez_compressed(file, meta=np.array(json.dumps(meta_of(instance))), **arrays)


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
    for name, array in arrays_of(i):
        optional = name not in REQUIRED and array.size == 0
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
    return frozenset(name for name, array in arrays_of(i) if array.size)


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
