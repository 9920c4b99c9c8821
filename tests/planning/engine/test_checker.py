"""The checker: every rule broken on purpose is caught, and nothing else is said."""

from dataclasses import replace

import numpy as np
import pytest

from tests.planning.engine import worlds
from tests.planning.engine.brute_force import plan_of
from trainer.planning.engine import checker
from trainer.planning.engine.instance import Instance

GOOD = [(0, 1), (0, 3), (1, 1)]


def _with_locked_seat(world: Instance) -> Instance:
    return replace(world, old_person=np.array([1]), old_session=np.array([0]))


BROKEN = {
    "H1 more people than seats": ("H1", worlds.plain(s_cap=[2, 1, 2, 5]), GOOD),
    "H2 two sessions at once": (
        "H2",
        worlds.plain(s_course=[0, 0, 2, 1], s_start=[10, 40, 42, 70], c_partner=[0, 0, 0], c_lang=[0, 0, 0],
            c_mode=[2, 0, 1], c_region=[0, 0, 0], c_family=[1, 1, 1], c_cost=[100, 10, 5], aw_ptr=[0, 1, 2, 3],
            aw_comp=[0, 1, 1], aw_level=[2, 1, 1], c_pre_comp=[-1, 0, -1], c_pre_level=[-1, 1, -1]),
        [(0, 1), (0, 2)],
    ),
    "H3 session across the end of a window": ("H3", worlds.plain(av_end=[42, 365]), [(0, 1)]),
    "H4 language not spoken": ("H4", worlds.plain(c_lang=[1, 0]), [(0, 1)]),
    "H5 prerequisite never earned": ("H5", worlds.plain(), [(0, 3)]),
    "H5 prerequisite earned on the day it is needed": ("H5", worlds.plain(s_end=[14, 44, 70, 90]), [(0, 2), (0, 3)]),
    "H5 prerequisite expired": ("H5", worlds.plain(h_ptr=[0, 1, 1], h_comp=[0], h_level=[1], h_expiry=[69]), [(0, 3)]),
    "H6 one course twice": ("H6", worlds.plain(), [(0, 1), (0, 2)]),
    "H7 more seats than allowed": ("H7", worlds.plain(max_seats=1), [(0, 1), (0, 3)]),
    "H8 partner overspent": ("H8", worlds.plain(partner_budget=[199]), [(0, 1), (1, 1)]),
    "H8 mission overspent by the journey": ("H8", worlds.plain(mission_budget=[139]), [(0, 1)]),
    "H9 locked seat lost": ("H9", _with_locked_seat(worlds.plain()), [(0, 1)]),
    "H9 new seat before the freeze day": ("H9", worlds.plain(), [(0, 0)]),
    "H10 role family not admitted": ("H10", worlds.plain(c_family=[2, 1]), [(0, 1)]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "world", "seats"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_caught_and_only_that_one(rule, world, seats):
    report = checker.check(world, plan_of(seats))

    assert {breach.rule for breach in report.breaches} == {rule}
    assert not report.feasible


def test_a_good_plan_is_feasible_and_worth_what_the_format_says():
    report = checker.check(worlds.plain(), plan_of(GOOD))

    early_44, early_90 = 200 * (365 - 44) // 365, 200 * (365 - 90) // 365
    gained = 4 * (1000 + early_44) + 2 * (1000 + early_90) + (1000 + early_44)
    paid = 3 * 60 + 2 * (140 // 20) + 10 // 20
    assert report.feasible
    assert report.objective == gained - paid
    assert (report.closed, report.open) == (3, 0)


def test_a_dropped_old_seat_costs_and_is_counted_apart_for_people_nothing_happened_to():
    world = replace(worlds.plain(), old_person=np.array([0, 1]), old_session=np.array([1, 1]), touched=np.array([1, 0]))

    kept, dropped = checker.check(world, plan_of([(0, 1), (1, 1)])), checker.check(world, plan_of([(1, 2)]))

    assert (kept.dropped_old, kept.people_changed) == (0, 0)
    assert (dropped.dropped_old, dropped.people_changed) == (2, 2)
    assert (dropped.untouched_changed, dropped.untouched_dropped) == (1, 1)
    assert dropped.objective == checker.check(worlds.plain(), plan_of([(1, 2)])).objective - 2 * 400


def test_what_locked_seats_break_by_themselves_is_told_but_does_not_forbid_the_plan():
    world = replace(worlds.plain(s_cap=[1, 2, 2, 5]), old_person=np.array([0, 1]), old_session=np.array([0, 0]))

    report = checker.check(world, plan_of([(0, 0), (1, 0)]))

    assert report.feasible
    assert [breach.rule for breach in report.inherited] == ["H1"]


def test_a_module_one_may_begin_today_is_exempt_from_the_freeze_day():
    seats = [(0, 0)]

    frozen = checker.check(worlds.plain(), plan_of(seats))
    exempt = checker.check(worlds.plain(s_unfrozen=[1, 0, 0, 0]), plan_of(seats))

    assert not frozen.feasible
    assert exempt.feasible


def test_a_seat_that_does_not_exist_is_refused():
    report = checker.check(worlds.plain(), plan_of([(7, 1)]))

    assert [breach.rule for breach in report.breaches] == ["H0"]


REASONS = {
    "closed": (0, worlds.plain(), GOOD),
    "no course": (1, worlds.plain(g_comp=[3, 1, 0]), []),
    "level too high for every course": (1, worlds.plain(g_level=[3, 1, 1]), []),
    "role family": (2, worlds.plain(c_family=[2, 1]), []),
    "language": (3, worlds.plain(c_lang=[1, 0]), []),
    "nothing after the freeze day": (4, worlds.plain(freeze_day=61), []),
    "availability": (5, worlds.plain(av_end=[41, 365]), []),
    "seats": (7, worlds.plain(s_cap=[2, 0, 0, 5]), []),
    "budget": (8, worlds.plain(partner_budget=[99]), []),
    "seat limit": (10, worlds.plain(max_seats=0), []),
    "not chosen": (11, worlds.plain(), []),
    "too late": (12, worlds.plain(g_due=[-40, 200, 100], s_end=[14, 60, 64, 90]), []),
    "covered, but too late to count": (12, worlds.plain(g_due=[-60, 200, 100]), [(0, 1)]),
}


@pytest.mark.parametrize(("code", "world", "seats"), REASONS.values(), ids=REASONS)
def test_the_reason_of_the_first_gap_is_the_first_filter_that_leaves_nothing(code, world, seats):
    plan = plan_of(seats)

    wrong = checker.check(world, plan, np.full(world.gaps, 99)).wrong_reasons

    assert f"gap 0 has reason 99, the plan shows {code}" in wrong


def test_a_prerequisite_that_is_not_earned_is_the_reason_and_an_earned_one_is_not():
    world = worlds.plain()

    without = checker.check(world, plan_of([]), np.array([11, 6, 11]))
    earned = checker.check(world, plan_of([(0, 1)]), np.array([0, 11, 11]))

    assert without.right
    assert earned.right
