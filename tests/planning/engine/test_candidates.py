"""Eligible pairs found person by person are those found column by column, and bounds hold when some are left out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.planning.engine import board, candidates, checker, compiled, family, scan, solver, table

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def by_person(monkeypatch):
    """Pairs are found by the scan, run as plain Python."""
    monkeypatch.setattr(candidates, "MACHINE_ANYHOW", 0)
    monkeypatch.setattr(compiled, "scanning", lambda: scan.scan)


@pytest.fixture
def as_if_large(by_person, monkeypatch):
    """What only very large instances do otherwise: fewer pairs, prerequisites taken as held in bounds."""
    monkeypatch.setattr(candidates, "THIN_FROM", 0)
    monkeypatch.setattr(table, "RELAXED_FROM", 0)
    monkeypatch.setattr(solver, "EXACT_PAIRS", -1)


def _gaps_by_pair(found):
    return [found.group_gap[found.group_ptr[n] : found.group_ptr[n + 1]].tolist() for n in found.pair_group.tolist()]


def _assert_alike(one, other):
    for name in ("pair_ptr", "pair_session", "pair_net", "pair_mark"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert _gaps_by_pair(one) == _gaps_by_pair(other)


@FEW
@given(SEEDS, st.booleans())
def test_both_ways_find_the_same_pairs(by_person, seed, old):
    world = worlds.random_world(seed, people=4, sessions=6, old=old)

    _assert_alike(candidates.find(world), candidates.find_by_columns(world))


def test_both_ways_find_the_same_pairs_after_a_shift(by_person):
    first = family.generate(60, seed=5)
    plan = solver.solve(first, options=solver.Options(mode="first", rounds=0)).plan
    moved = family.shift(first, plan, share=0.1, seed=2)

    _assert_alike(candidates.find(moved), candidates.find_by_columns(moved))


@FEW
@given(SEEDS)
def test_those_who_are_not_asked_anew_have_only_their_old_pairs(by_person, seed):
    world = worlds.random_world(seed, people=4, sessions=6, old=True)
    some = np.array([True, False, True, False])

    found = candidates.find(world, whole=some)

    _assert_alike(found, candidates.find_by_columns(world, whole=some))
    everything = candidates.find_by_columns(world)
    person = np.repeat(np.arange(world.people), np.diff(everything.pair_ptr))
    ours = np.repeat(np.arange(world.people), np.diff(found.pair_ptr))
    old = everything.pair_mark & board.OLD > 0
    kept = found.pair_session[~some[ours]]
    assert set(kept) <= set(everything.pair_session[old & ~some[person]])
    np.testing.assert_array_equal(found.pair_session[some[ours]], everything.pair_session[some[person]])


@FEW
@given(SEEDS)
def test_the_bound_holds_when_prerequisites_are_taken_as_held(as_if_large, seed):
    world = worlds.random_world(seed)
    best = brute_force.best_objective(world)

    result = solver.solve(world, options=solver.Options(mode="improve", rounds=2, neighbourhoods=0))

    assert result.bound >= best >= result.objective
    assert checker.check(world, result.plan, result.reasons).right


@pytest.mark.slow
def test_large_instances_have_one_plan_with_one_or_two_threads(as_if_large, monkeypatch):
    world = family.generate(300, seed=7)
    options = solver.Options(rounds=3, sweeps=1, neighbourhoods=0)
    plain = solver.solve(world, options=options)

    monkeypatch.setattr(table, "QUICK_FROM", 0)
    quick = [solver.solve(world, options=replace(options, threads=threads)) for threads in (1, 2)]

    assert {result.plan_hash for result in quick} == {plain.plan_hash}
    assert {result.bound for result in quick} == {plain.bound}
