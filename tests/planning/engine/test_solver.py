"""The solver against the oracle: exact where it says so, proven always, and least change after a shift."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import candidates, checker, compiled, explain, family, filters, items, solver, table


@pytest.fixture(scope="module")
def plain_filters():
    """What would be machine code runs as plain Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "filtering", lambda: filters.find_codes)
        yield patch


SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=40, deadline=None)


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.sets(st.sampled_from(worlds.CONDITIONS)))
def test_the_oracle_leaves_out_no_plan_that_matters(seed, conditions):
    world = worlds.random_conditions(worlds.random_world(seed, sessions=3, old=True), seed, *sorted(conditions))
    later = replace(world, freeze_day=world.freeze_day + 20)

    for each in (world, later):
        assert brute_force.best_objective(each) == brute_force.best_of_all(each)


@FEW
@given(SEEDS)
def test_a_small_instance_is_solved_exactly(seed):
    world = worlds.random_world(seed)

    result = solver.solve(world)

    assert result.objective == brute_force.best_objective(world)
    assert checker.check(world, result.plan, result.reasons).right


@FEW
@given(SEEDS)
def test_no_plan_ever_exceeds_the_bound(seed):
    world = worlds.random_world(seed)
    best = brute_force.best_objective(world)

    for mode in ("first", "improve", "exact"):
        assert solver.solve(world, options=solver.Options(mode=mode)).bound >= best


@FEW
@given(SEEDS)
def test_one_person_alone_gets_their_best_set(seed):
    world = worlds.random_world(seed, people=1, sessions=6)

    result = solver.solve(world, options=solver.Options(mode="first"))

    assert result.objective == brute_force.best_objective(world)


@FEW
@given(SEEDS)
def test_a_replan_leaves_untouched_people_what_they_have(seed):
    world = worlds.random_world(seed, people=3, sessions=4, old=True)
    possible = checker.check(world, brute_force.plan_of(list(zip(world.old_person, world.old_session, strict=True))))

    result = solver.replan(world)

    assert checker.check(world, result.plan, result.reasons).right
    assert result.untouched_gained == 0
    if possible.feasible:
        assert (result.untouched_changed, result.untouched_dropped) == (0, 0)


@FEW
@given(SEEDS)
def test_a_replan_without_any_change_changes_nothing(seed):
    world = worlds.random_world(seed, people=3, sessions=5)
    first = solver.solve(world)
    again = replace(
        world, old_person=first.plan.person, old_session=first.plan.session, touched=np.zeros(world.people, np.int64)
    )

    result = solver.replan(again)

    assert result.plan_hash == first.plan_hash
    assert (result.people_changed, result.dropped_old) == (0, 0)


@pytest.fixture(scope="module", params=[False, True], ids=["among all sessions", "among the best of each course"])
def brief(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setattr(table, "BRIEF_FROM", 0)
            patch.setattr(table, "BEST_FEW", 1)
        yield request.param


@FEW
@given(SEEDS)
def test_a_quick_replan_keeps_every_rule_and_its_bound_holds(brief, seed):
    world = worlds.random_world(seed, people=3, sessions=6, old=True)

    result = solver.replan(world, options=solver.Options(rounds=0))

    assert result.bound >= brute_force.best_objective(world)
    assert checker.check(world, result.plan, result.reasons).right


def test_of_a_course_the_sessions_that_end_first_are_searched_among(monkeypatch):
    monkeypatch.setattr(table, "BRIEF_FROM", 0)
    monkeypatch.setattr(table, "BEST_FEW", 2)
    world = family.generate(60, seed=4)
    found = candidates.find(world)
    kernels, whole = table.Table(world, found), table.Table(world, found, brief=True)
    busiest = int(np.bincount(found.pair_group).argmax())
    person = int(np.searchsorted(found.pair_ptr, np.flatnonzero(found.pair_group == busiest)[0], side="right")) - 1

    def kept(work):
        count, _, _ = items._pick(work.board, work.desks[0], work.empty_state(), work.prices(), person, -1)
        return [k for k in work.desks[0].pick[:count] if found.pair_group[k] == busiest]

    everything = kept(kernels)
    assert len(everything) > 2
    best = sorted(everything, key=lambda k: (-found.pair_net[k], k))[:2]
    assert kept(whole) == sorted(best)


@FEW
@given(SEEDS, st.booleans())
def test_the_bound_of_a_preview_holds_with_and_without_the_prices_of_the_plan_before(seed, with_prices):
    world = worlds.random_world(seed, people=3, sessions=4)
    first = solver.solve(world, options=solver.Options(mode="improve", rounds=5, neighbourhoods=0))
    touched = np.array([1, 0, 0])
    again = replace(
        world, old_person=first.plan.person, old_session=first.plan.session, touched=touched,
        freeze_day=world.freeze_day + 20,
    )  # fmt: skip
    options = solver.Options(rounds=0, warm=first.shadow if with_prices else None)

    result = solver.replan(again, options=options)

    assert result.bound >= brute_force.best_objective(again)
    assert checker.check(again, result.plan, result.reasons).right
    assert (result.untouched_changed, result.untouched_dropped) == (0, 0)


def test_a_replan_after_an_optimal_plan_changes_nobody_even_when_all_are_touched():
    world = family.generate(60, seed=4)
    first = solver.solve(world)
    again = replace(world, old_person=first.plan.person, old_session=first.plan.session)

    result = solver.replan(again)

    assert result.dropped_old == 0
    assert result.objective >= first.objective


def test_locked_seats_stay_after_a_shift_and_untouched_people_keep_all():
    world = family.generate(150, seed=2)
    first = solver.solve(world, options=solver.Options(mode="first"))
    moved = family.shift(world, first.plan, share=0.05, seed=5)

    result = solver.replan(moved)

    report = checker.check(moved, result.plan, result.reasons)
    assert report.right
    assert (report.untouched_changed, report.untouched_dropped) == (0, 0)


def test_every_stage_is_told_and_none_is_worse_than_the_one_before():
    stages = []

    result = solver.solve(family.generate(80, seed=3), on_progress=stages.append)

    objectives = [stage.objective for stage in stages]
    assert objectives == sorted(objectives)
    assert tuple(stages) == result.stages
    assert stages[-1].bound == result.bound


def test_a_cancelled_run_returns_a_checked_plan_and_says_so():
    world = family.generate(80, seed=3)

    result = solver.solve(world, should_stop=lambda: True)

    assert result.stopped
    assert checker.check(world, result.plan, result.reasons).right


def test_two_runs_give_one_plan():
    world = family.generate(80, seed=6)

    hashes = {solver.solve(world).plan_hash for _ in range(2)}

    assert len(hashes) == 1


@pytest.mark.slow
def test_machine_code_with_one_or_two_threads_gives_the_plan_of_plain_python(monkeypatch):
    world = family.generate(300, seed=7)
    options = solver.Options(mode="improve", rounds=4, sweeps=2, neighbourhoods=0)
    monkeypatch.setattr(solver, "EXACT_PAIRS", 0)
    plain = solver.solve(world, options=options)

    monkeypatch.setattr(table, "QUICK_FROM", 0)
    quick = [solver.solve(world, options=replace(options, threads=threads)) for threads in (1, 2)]

    assert {result.plan_hash for result in quick} == {plain.plan_hash}
    assert {result.bound for result in quick} == {plain.bound}


@FEW
@given(SEEDS, st.sets(st.sampled_from(["quotas", "least", "waiting"])))
def test_machine_code_would_find_the_same_reasons(plain_filters, seed, conditions):
    bare = worlds.random_world(seed, people=4, sessions=6, old=True)
    world = worlds.random_conditions(bare, seed, *sorted(conditions))
    plan = solver.replan(world).plan

    assert explain.reasons(world, plan, machine_code=True).tolist() == explain.reasons(world, plan).tolist()


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="mode is one of"):
        solver.solve(worlds.plain(), options=solver.Options(mode="best"))


def test_an_instance_without_people_has_an_empty_plan():
    empty = worlds.plain(
        p_mission=[], p_region=[], p_family=[], p_lang=[], av_ptr=[0], av_start=[], av_end=[], h_ptr=[0], g_ptr=[0],
        g_comp=[], g_level=[], g_due=[], g_weight=[],
    )  # fmt: skip

    result = solver.solve(empty)

    assert (len(result.plan), result.objective, result.bound) == (0, 0, 0)
