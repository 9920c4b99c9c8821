"""The public samples, when they lie beside the project: known figures are reached."""

from pathlib import Path

import pytest

from trainer.planning.engine import checker, plan, reading, solver

SAMPLES = Path(__file__).parents[4] / "shared" / "planning"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the public samples are not at {SAMPLES}")


def test_the_greedy_sample_plan_is_feasible_in_both_samples():
    for name in ("sample-1k.npz", "sample-1k-shift.npz"):
        report = checker.check(reading.load(SAMPLES / name), plan.load(SAMPLES / "sample-1k-greedy-plan.npz"))

        assert report.feasible


def test_replanning_the_sample_shift_touches_nobody_else_and_is_explained():
    world = reading.load(SAMPLES / "sample-1k-shift.npz")

    result = solver.replan(world, options=solver.Options(rounds=1))

    assert checker.check(world, result.plan, result.reasons).right
    assert (result.untouched_changed, result.untouched_dropped) == (0, 0)


@pytest.mark.slow
def test_a_first_plan_for_the_small_sample_is_near_its_bound():
    # The whole program would only be begun: that close it is not needed, whatever the machine's load.
    options = solver.Options(machine_code=True, nodes=1, mip_seconds=1.0)
    result = solver.solve(reading.load(SAMPLES / "sample-1k.npz"), options=options)

    assert "choice" in {stage.name for stage in result.stages}
    assert result.gap_pct <= 0.5
