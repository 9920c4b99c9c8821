"""Measuring the planner on made instances, beside the figures to reach on two cores."""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.planning.engine import checker, family, instance, plan, solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement, file to file: reading, solving, checking and writing."""

    people: int
    seed: int
    what: str
    seconds: float
    gap_pct: float
    objective: int
    bound: int
    untouched_changed: int
    untouched_dropped: int
    right: bool
    peak_mb: float
    plan_hash: str
    target: str


TARGETS = {
    (1_000, "first plan"): "60 s, 1.0 %",
    (10_000, "first plan"): "60 s, 7.5 %",
    (100_000, "first plan"): "120 s, 10 %, 3 GB",
    (10_000, "replan"): "2 s, 0 lose",
    (100_000, "replan"): "20 s, 0 lose",
}

HEADING = f"{'people':>8} {'seed':>4} {'what':<11} {'s':>7} {'gap %':>7} {'lose':>5} {'MB':>6} {'checked':<8} target"


def row(line: Line) -> str:
    """The line as a row under HEADING."""
    checked = "yes" if line.right else "NO"
    return (
        f"{line.people:>8} {line.seed:>4} {line.what:<11} {line.seconds:>7.1f} {line.gap_pct:>7.2f} "
        f"{line.untouched_dropped:>5} {line.peak_mb:>6.0f} {checked:<8} {line.target}"
    )


def measure(people: int, *, seed: int, threads: int) -> Iterator[Line]:
    """A first plan and, after a 5 % shift, a replan, each checked with its reasons."""
    options = solver.Options(threads=threads)
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder, "first.npz")
        instance.save(family.generate(people, seed=seed), question)
        line, answer = _run(question, Path(folder, "first-plan.npz"), "first plan", people, seed, options)
        yield line
        moved = Path(folder, "shift.npz")
        instance.save(family.shift(instance.load(question), answer, share=0.05, seed=seed + 2), moved)
        line, _ = _run(moved, Path(folder, "replan.npz"), "replan", people, seed, options)
        yield line


def _run(
    question: Path, answer: Path, what: str, people: int, seed: int, options: solver.Options
) -> tuple[Line, plan.Plan]:
    began = time.perf_counter()
    asked = instance.load(question)
    result = solver.solve(asked, options=options)
    plan.save(result.plan, answer)
    seconds = time.perf_counter() - began
    report = checker.check(asked, result.plan, result.reasons)
    line = Line(
        people=people, seed=seed, what=what, seconds=seconds, gap_pct=result.gap_pct, objective=result.objective,
        bound=result.bound, untouched_changed=result.untouched_changed, untouched_dropped=result.untouched_dropped,
        right=report.right, peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        plan_hash=result.plan_hash, target=TARGETS.get((people, what), ""),
    )  # fmt: skip
    return line, result.plan
