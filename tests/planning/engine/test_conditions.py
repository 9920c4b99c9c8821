"""What an instance may ask besides: each condition against the oracle, alone, together, and on top of an old plan."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import checker, solver

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
