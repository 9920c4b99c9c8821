"""The judge in a process of its own says what it says in this one."""

import sys
from dataclasses import replace

import pytest

from trainer.planning.engine import family, judging, solver
from trainer.planning.engine.checker import Report, check
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.solver import Options, Result


@pytest.fixture(scope="module")
def made() -> tuple[Instance, Result]:
    instance = family.generate(60, seed=3, conditions=("quotas", "least"))
    return instance, solver.solve(instance, options=Options(rounds=2, sweeps=0, neighbourhoods=0, machine_code=False))


def aside(instance: Instance, plan: Plan, reasons: Ints) -> Report:
    with judging.judged(instance, plan, reasons, aside=True) as report:
        return report()


def test_a_right_plan_is_right_there_too(made: tuple[Instance, Result]) -> None:
    instance, result = made
    report = aside(instance, result.plan, result.reasons)
    assert report.right
    assert report == check(instance, result.plan, result.reasons)


def test_a_wrong_plan_and_wrong_reasons_are_told_with_their_words(made: tuple[Instance, Result]) -> None:
    instance, result = made
    full = replace(instance, s_cap=instance.s_cap * 0)
    report = aside(full, result.plan, (result.reasons + 1) % 12)
    assert not report.feasible
    assert report.wrong_reasons
    assert report == check(full, result.plan, (result.reasons + 1) % 12)


def test_where_no_process_can_be_started_this_one_judges(
    made: tuple[Instance, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, result = made
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert aside(instance, result.plan, result.reasons).right


def test_few_open_gaps_are_judged_here(made: tuple[Instance, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    instance, result = made
    monkeypatch.setattr(judging, "_check_aside", pytest.fail)
    with judging.judged(instance, result.plan, result.reasons) as report:
        assert report().right


def test_what_fails_meanwhile_is_raised(made: tuple[Instance, Result]) -> None:
    instance, result = made
    with (
        pytest.raises(ValueError, match="meanwhile"),
        judging.judged(instance, result.plan, result.reasons, aside=True),
    ):
        raise ValueError("meanwhile")
