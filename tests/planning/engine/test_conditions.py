"""What an instance may ask besides: each condition against the oracle, alone, together, and on top of an old plan."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import checker, family, family_conditions, solver

SEEDS = st.integers(0, 10**6)
SOME = settings(max_examples=10, deadline=None)
SIZES = st.sampled_from([(2, 4), (3, 3), (4, 2)])


@pytest.mark.parametrize("condition", worlds.CONDITIONS)
@SOME
@given(SEEDS, SIZES, st.booleans())
def test_a_small_instance_with_a_condition_is_solved_exactly(condition, seed, size, old):
    people, sessions = size
    world = worlds.random_conditions(
        worlds.random_world(seed, people=people, sessions=sessions, old=old), seed, condition
    )

    result = solver.solve(world, options=solver.Options(mode="exact"))

    best = brute_force.best_objective(world)
    assert result.objective == best
    assert result.bound >= best
    assert checker.check(world, result.plan, result.reasons).right


@SOME
@given(SEEDS, SIZES, st.sets(st.sampled_from(worlds.CONDITIONS), min_size=2))
def test_conditions_together_are_solved_exactly(seed, size, conditions):
    people, sessions = size
    world = worlds.random_world(seed, people=people, sessions=sessions)
    world = worlds.random_conditions(world, seed, *sorted(conditions))

    result = solver.solve(world, options=solver.Options(mode="exact"))

    assert result.objective == brute_force.best_objective(world)
    assert checker.check(world, result.plan, result.reasons).right


@SOME
@given(SEEDS, SIZES, st.sets(st.sampled_from(worlds.CONDITIONS), min_size=1), st.booleans())
def test_every_stage_keeps_the_conditions_and_its_bound_holds(seed, size, conditions, old):
    people, sessions = size
    world = worlds.random_world(seed, people=people, sessions=sessions, old=old)
    world = worlds.random_conditions(world, seed, *sorted(conditions))
    best = brute_force.best_objective(world)

    for mode in ("first", "repair", "improve"):
        result = solver.solve(world, options=solver.Options(mode=mode, nodes=1, mip_seconds=0.01))

        assert result.objective <= best <= result.bound
        assert checker.check(world, result.plan, result.reasons).right


@SOME
@given(SEEDS, st.sets(st.sampled_from(worlds.CONDITIONS), min_size=1))
def test_a_replan_without_any_change_changes_nothing_whatever_the_conditions(seed, conditions):
    world = worlds.random_conditions(worlds.random_world(seed, people=3, sessions=5), seed, *sorted(conditions))
    first = solver.solve(world)
    again = replace(
        world, old_person=first.plan.person, old_session=first.plan.session, touched=np.zeros(world.people, np.int64)
    )

    result = solver.replan(again)

    assert result.plan_hash == first.plan_hash


@pytest.mark.parametrize("condition", [*family_conditions.CONDITIONS, "all"])
def test_a_large_instance_with_a_condition_has_a_checked_plan_below_its_bound(condition, monkeypatch):
    conditions = [*family_conditions.CONDITIONS] if condition == "all" else [condition]
    world = family.generate(40, seed=2, conditions=conditions)
    exact = solver.solve(world)
    monkeypatch.setattr(solver, "EXACT_PAIRS", 0)

    result = solver.solve(world, options=solver.Options(sweeps=2, rounds=4))

    assert result.objective <= exact.objective <= exact.bound <= result.bound
    assert checker.check(world, result.plan, result.reasons).right
    assert "prices" in {stage.name for stage in result.stages}


def test_after_a_shift_a_replan_keeps_the_conditions_and_what_people_have():
    world = family.generate(80, seed=3, conditions=["quotas", "units", "refreshers"])
    first = solver.solve(world, options=solver.Options(mode="first"))
    moved = family.shift(world, first.plan, share=0.05, seed=5)

    result = solver.replan(moved)

    report = checker.check(moved, result.plan, result.reasons)
    assert report.right
    assert (report.untouched_changed, report.untouched_dropped) == (0, 0)


def test_a_class_that_loses_somebody_is_made_up_by_who_may_move():
    touched = {"old_person": [0, 1], "old_session": [1, 1], "touched": [1, 0], "s_least": [0, 2, 0, 0]}
    leaves = worlds.plain(**touched, av_end=[43, 365], c_mode=[2, 0])
    stays = worlds.plain(**touched, s_cap=[2, 2, 2, 5])

    assert solver.replan(stays).untouched_dropped == 0
    assert checker.check(leaves, solver.replan(leaves).plan).untouched_dropped == 1


def test_another_part_of_the_same_session_is_no_alternative_and_seats_have_one_value():
    world = worlds.plain(
        q_session=[1], q_mission=[0], q_contingent=[-1], q_seats=[1], q_release=[20], s_cap=[2, 2, 2, 5]
    )  # fmt: skip

    result = solver.solve(world)

    others = dict(
        zip(zip(result.plan.person, result.plan.session, strict=True), result.alternatives.session, strict=True)
    )
    assert others[0, 1] == others[1, 1] == 2
    assert len(result.seat_values) == world.sessions
