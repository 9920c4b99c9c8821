"""The checker on what an instance may ask besides: each condition broken on purpose is caught, and reasons name it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.planning.engine import worlds
from tests.planning.engine.brute_force import plan_of
from trainer.planning.engine import checker, reading

QUOTA = {"q_session": [1], "q_mission": [1], "q_contingent": [-1], "q_seats": [1], "q_release": [20]}
TWO_MISSIONS = {"p_mission": [0, 1], "mission_budget": [10_000, 10_000]}
WAITING = {"wl_session": [1], "wl_person": [0], "wl_place": [3], "s_cap": [2, 1, 0, 5]}


def _quota(**changes):
    return worlds.plain(**{**TWO_MISSIONS, **QUOTA, "s_cap": [2, 1, 0, 5], **changes})


BROKEN = {
    "H11 a seat reserved for another mission": ("H11", _quota(), [(0, 1)]),
    "H11 a seat reserved for another contingent": (
        "H11", _quota(p_contingent=[4, 5], q_mission=[-1], q_contingent=[5]), [(0, 1)],
    ),
    "H11 two quotas that together leave nothing": (
        "H11",
        _quota(s_cap=[2, 2, 2, 5], q_session=[1, 1], q_mission=[1, -1], q_contingent=[-1, 9], q_seats=[1, 1],
            q_release=[20, 20], p_contingent=[1, 1]),
        [(0, 1)],
    ),
    "H12 a class too small": ("H12", worlds.plain(s_least=[0, 2, 0, 0]), [(0, 1)]),
    "H12 nobody makes up numbers": (
        "H12", worlds.plain(s_least=[0, 2, 0, 0], g_comp=[0, 1, 1]), [(0, 1), (1, 1)],
    ),
    "H13 passing over who waits": ("H13", worlds.plain(**WAITING), [(1, 1)]),
    "H13 passing over who waits before": (
        "H13", worlds.plain(**{**WAITING, "wl_session": [1, 1], "wl_person": [0, 1], "wl_place": [3, 4]}), [(1, 1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "world", "seats"), BROKEN.values(), ids=BROKEN)
def test_a_broken_condition_is_caught_and_only_that_one(rule, world, seats):
    report = checker.check(world, plan_of(seats))

    assert {breach.rule for breach in report.breaches} == {rule}


KEPT = {
    "a reserved seat for somebody of the group": (_quota(), [(1, 1)]),
    "a quota released by today": (_quota(q_release=[0]), [(0, 1)]),
    "a seat beside the reserved one": (_quota(s_cap=[2, 2, 2, 5]), [(0, 1)]),
    "a quota that a locked seat has used": (
        replace(_quota(s_cap=[2, 2, 2, 5], freeze_day=41, s_unfrozen=[0, 1, 0, 0]), old_person=np.array([1]),
            old_session=np.array([1])),
        [(1, 1), (0, 1)],
    ),
    "a class just large enough": (worlds.plain(s_least=[0, 2, 0, 0]), [(0, 1), (1, 1)]),
    "a class of who was there before": (
        replace(worlds.plain(s_least=[0, 2, 0, 0], g_comp=[0, 1, 1]), old_person=np.array([1]), old_session=np.array([1])),
        [(0, 1), (1, 1)],
    ),
    "a class that only locked people sit in": (
        replace(worlds.plain(s_least=[2, 0, 0, 0]), old_person=np.array([1]), old_session=np.array([0])), [(1, 0)],
    ),
    "who waits has the seat": (worlds.plain(**WAITING), [(0, 1)]),
    "who waits has something as good": (worlds.plain(**{**WAITING, "s_cap": [2, 1, 1, 5], "s_end": [14, 50, 64, 90],
        "s_start": [10, 46, 60, 70], "s_course": [0, 0, 0, 1]}), [(1, 1), (0, 2)]),
    "who waits cannot come": (worlds.plain(**WAITING, av_end=[43, 365]), [(1, 1)]),
    "who waits has no money left": (worlds.plain(**{**WAITING, **TWO_MISSIONS, "mission_budget": [10, 999]}), [(1, 1)]),
    "who waits behind": (
        worlds.plain(**{**WAITING, "wl_session": [1, 1], "wl_person": [0, 1], "wl_place": [4, 3]}), [(1, 1)],
    ),
    "the seat was there before": (
        replace(worlds.plain(**WAITING), old_person=np.array([1]), old_session=np.array([1])), [(1, 1)],
    ),
    "a seat of a group that who waits is not of": (
        _quota(wl_session=[1], wl_person=[0], wl_place=[1]), [(1, 1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("world", "seats"), KEPT.values(), ids=KEPT)
def test_what_keeps_a_condition_is_not_refused(world, seats):
    assert checker.check(world, plan_of(seats)).breaches == ()


REASONS = {
    "free seats are reserved for others": (13, _quota(), []),
    "one more would not make a class": (14, worlds.plain(s_least=[0, 3, 3, 0]), []),
    "somebody waits before": (
        15, worlds.plain(wl_session=[1, 2], wl_person=[1, 1], wl_place=[1, 1]), [],
    ),
    "enough others of the unit": (16, worlds.plain(g_unit=[0, -1, 0], u_need=[1]), [(1, 1)]),
    "the unit lacks one": (11, worlds.plain(g_unit=[0, -1, 0], u_need=[2]), [(1, 1)]),
    "only a refresher, and never held": (1, worlds.plain(g_lapsed=[-1, -1, 0], aw_within=[30, -1]), []),
    "only a refresher, and lapsed too long ago": (1, worlds.plain(g_lapsed=[31, -1, 0], aw_within=[30, -1]), []),
    "a refresher in time": (11, worlds.plain(g_lapsed=[30, -1, 0], aw_within=[30, -1]), []),
    "a journey from the posting of that day that costs too much": (
        8, worlds.plain(travel=[[40, 9000], [9000, 40]], av_region=[1, 0], mission_budget=[200]), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "world", "seats"), REASONS.values(), ids=REASONS)
def test_the_reason_of_the_first_gap_names_the_condition(code, world, seats):
    wrong = checker.check(world, plan_of(seats), np.full(world.gaps, 99)).wrong_reasons

    assert f"gap 0 has reason 99, the plan shows {code}" in wrong


def test_a_unit_counts_as_many_closed_gaps_as_it_needs_and_the_best_of_them():
    seats = [(0, 1), (1, 1)]
    everybody = checker.check(worlds.plain(), plan_of(seats)).objective

    heavier = checker.check(worlds.plain(g_unit=[0, -1, 0], u_need=[1]), plan_of(seats)).objective

    assert everybody - heavier == 1 * (1000 + 200 * (365 - 44) // 365)


def test_a_floor_that_is_missed_is_told_and_costs_what_the_objective_says():
    priced = replace(worlds.OBJECTIVE, floor=10)
    world = replace(worlds.plain(m_floor=[9]), objective=priced)

    report = checker.check(world, plan_of([(0, 1)]))

    assert report.floor_short == 9 - 4
    assert report.objective == checker.check(worlds.plain(), plan_of([(0, 1)])).objective - 50


def test_a_refresher_earns_no_prerequisite():
    world = worlds.plain(g_lapsed=[0, -1, 0], aw_within=[30, -1])

    assert [each.rule for each in checker.check(world, plan_of([(0, 1), (0, 3)])).breaches] == ["H5"]


FAULTS = {
    "quotas in part": ({"q_session": [1]}, "given in part"),
    "a quota for anybody": ({**QUOTA, "q_mission": [-1]}, "1 quotas are for people of any mission"),
    "a contingent nobody has": ({**QUOTA, "q_contingent": [3]}, "p_contingent is missing"),
    "more reserved than there is": ({**QUOTA, "q_mission": [0], "q_seats": [3]}, "more seats are reserved"),
    "a mission that is none": (QUOTA, "q_mission has 1 entries outside"),
    "waiting twice": ({"wl_session": [1, 1], "wl_person": [0, 0], "wl_place": [1, 2]}, "1 people wait for one session twice"),
    "a refresher without lapses": ({"aw_within": [3, -1]}, "g_lapsed is missing"),
    "a unit that is none": ({"g_unit": [0, -1, -1]}, "g_unit has 1 entries outside"),
    "sizes of the wrong length": ({"s_least": [1]}, "s_least has 1 entries instead of 4"),
    "floors of the wrong length": ({"m_floor": [1, 2]}, "m_floor has 2 entries instead of 1"),
}  # fmt: skip


@pytest.mark.parametrize(("arrays", "words"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_a_condition_is_named(arrays, words):
    with pytest.raises(reading.BadInstance, match=words):
        worlds.plain(**arrays)


def test_conditions_survive_writing_and_reading_and_their_absence_leaves_the_hash(tmp_path):
    world = worlds.random_conditions(worlds.random_world(3, people=3), 3, *worlds.CONDITIONS)
    reading.save(world, tmp_path / "world.npz")

    assert reading.load(tmp_path / "world.npz").digest() == world.digest()
    assert worlds.plain().digest() == "35a057d28d10ae59012bd85eb97aa4bedff25a48671e9e06b85cf8a55d9b9089"
