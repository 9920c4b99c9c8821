"""Prices from the master program, and the best choice among columns: bounds hold, plans are right and never worse."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import checker, choice, family, master, plain, prices, repair, solver, table
from trainer.planning.engine.settle import Settler

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=40, deadline=None)


def market_of(world):
    """The world's table, its contest, prices polished by the master program and the columns these took."""
    parts = plain.of(world)
    work = table.Table(parts.parts, parts.find(threads=1, machine_code=False), machine_code=False)
    Settler(parts, work)
    contest = prices.contest_of(work)
    start = prices.no_prices(work, contest)
    shadow, columns = prices.find(work, contest, start, rounds=3, polish=4, nodes=50, warm=False, stop=lambda: False)
    return work, contest, shadow, columns


@FEW
@given(SEEDS)
def test_prices_of_the_master_program_prove_a_bound(seed):
    world = worlds.random_world(seed, people=3)

    _, _, shadow, _ = market_of(world)

    assert shadow.bound >= brute_force.best_objective(world)


@pytest.fixture(params=(choice.WHOLE, 0), ids=("whole", "after the linear program"))
def choice_of_size(request):
    """Columns up to which the integer program has all of them: more than there are, or none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "WHOLE", request.param)
        yield request.param


@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_a_choice_among_columns_is_a_plan_and_no_worse_than_what_there_was(choice_of_size, seed):
    world = worlds.random_world(seed, people=4, sessions=6, old=seed % 2 == 1)
    work, contest, shadow, columns = market_of(world)
    state = repair.keep(work)
    repair.refill(work, state, np.arange(world.people), lambda: False)
    before = checker.check(world, work.plan_of(state))

    choice.improve(work, state, contest, columns, shadow, stop=lambda: False)

    after = checker.check(world, work.plan_of(state))
    assert after.feasible or not before.feasible
    assert after.objective == work.objective_of(state) >= before.objective


@FEW
@given(SEEDS)
def test_the_choice_finds_the_best_of_what_was_chosen_before(seed):
    world = worlds.random_world(seed, people=4, sessions=6)
    work, contest, shadow, columns = market_of(world)
    state = work.empty_state()

    choice.improve(work, state, contest, columns, shadow, stop=lambda: False)

    pool = master.pool_of(work, columns)
    best = brute_force.best_choice(work, pool)
    assert work.objective_of(state) - work.objective_of(work.empty_state()) >= (1 - 2 * choice.CLOSE_ENOUGH) * best


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from((("quotas",), ("least",), ("waiting",), ("refreshers", "postings"))))
def test_a_choice_is_settled_where_conditions_tie_people(seed, which):
    world = worlds.random_conditions(worlds.random_world(seed, people=3), seed, *which)

    result = solver.solve(world, options=solver.Options(mode="improve", rounds=4))

    assert checker.check(world, result.plan, result.reasons).right
    assert result.bound >= brute_force.best_objective(world)


@pytest.mark.slow
def test_a_choice_is_the_same_with_one_or_two_threads(monkeypatch):
    world = family.generate(400, seed=9)
    monkeypatch.setattr(solver, "EXACT_PAIRS", 0)
    options = solver.Options(mode="improve", rounds=6, neighbourhoods=0, machine_code=True)

    found = [solver.solve(world, options=replace(options, threads=threads)) for threads in (1, 2)]

    assert found[0].plan_hash == found[1].plan_hash
    assert found[0].bound == found[1].bound
    assert "choice" in {stage.name for stage in found[0].stages}
