"""Touched people chosen anew together: nobody else moves, and the plan is no worse than the one refilled person by person."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import checker, family, plain, repair, solver, table, together
from trainer.planning.engine.settle import Settler

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=30, deadline=None)


def seats_of(plan, people):
    return {(p, s) for p, s in zip(plan.person.tolist(), plan.session.tolist(), strict=True) if p in people}


@FEW
@given(SEEDS)
def test_only_the_people_who_are_asked_move_and_the_plan_gains(seed):
    world = worlds.random_world(seed, people=4, sessions=6, old=True)
    parts = plain.of(world)
    work = table.Table(parts.parts, parts.find(threads=1, machine_code=False), machine_code=False)
    Settler(parts, work)
    state = repair.keep(work)
    repair.refill(work, state, np.array([0, 2]), lambda: False)
    before = work.plan_of(state)

    together.improve(work, state, np.array([0, 2]), sweeps=2, stop=lambda: False)

    after = work.plan_of(state)
    assert seats_of(after, {1, 3}) == seats_of(before, {1, 3})
    told, was = checker.check(world, after), checker.check(world, before)
    assert told.feasible or not was.feasible
    assert told.objective == work.objective_of(state) >= was.objective


@FEW
@given(SEEDS)
def test_when_all_are_touched_a_replan_is_bounded_by_the_best_plan(seed):
    world = worlds.random_world(seed, people=3, sessions=4, old=True)

    result = solver.replan(replace(world, touched=np.ones(world.people, np.int64)))

    assert result.objective <= brute_force.best_objective(world) <= result.bound


def test_touched_people_chosen_together_gain_after_a_shift_and_nobody_else_moves():
    world = family.generate(150, seed=2)
    first = solver.solve(world, options=solver.Options(mode="first"))
    moved = family.shift(world, first.plan, share=0.1, seed=5)

    result = solver.replan(moved)

    reached = {stage.name: stage.objective for stage in result.stages}
    assert reached["together"] > reached["repair"]
    assert (result.untouched_changed, result.untouched_dropped) == (0, 0)
