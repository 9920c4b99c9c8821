"""Measuring the planner on made instances, beside the figures to reach on two cores."""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.planning.engine import candidates, checker, family, instance, plan, prices, reading, repair, solver
from trainer.planning.engine.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement, file to file: reading, solving, checking and writing."""

    people: int
    seed: int
    what: str
    seconds: float
    cpu_seconds: float
    """of all threads; what the machine's other work does not change"""
    touched_pct: float
    """people whose own demands changed, in percent"""
    gap_pct: float
    of_scratch_pct: float | None
    """the objective in percent of B, a plan from scratch at seat prices with the cost of change"""
    of_best_pct: float | None
    """the same of the best plan found with everybody free to move, the cost of change counted"""
    objective: int
    bound: int
    untouched_changed: int
    untouched_dropped: int
    right: bool
    peak_mb: float
    plan_hash: str
    target: str


TARGETS = {
    (1_000, "first plan"): "60 s, 1.0 % (aim 30 s, 0.3 %)",
    (10_000, "first plan"): "60 s, 7.5 % (aim 60 s, 4 %)",
    (100_000, "first plan"): "120 s, 10 %, 3 GB (aim 60 s, 5 %)",
    (10_000, "preview"): "2 s, 0 lose (aim 0.5 s)",
    (100_000, "preview"): "20 s, 0 lose, 99.4 % of B (aim 5 s, 99.8 %)",
}

HEADING = (
    f"{'people':>8} {'seed':>4} {'what':<11} {'s':>7} {'cpu s':>7} {'gap %':>7} {'of B %':>7} {'best %':>7} "
    f"{'touched %':>9} {'lose':>5} "
    f"{'MB':>6} "
    f"{'checked':<8} target"
)


def row(line: Line) -> str:
    """The line as a row under HEADING."""
    checked = "yes" if line.right else "NO"
    of_scratch, of_best = ("" if share is None else f"{share:.2f}" for share in (line.of_scratch_pct, line.of_best_pct))
    return (
        f"{line.people:>8} {line.seed:>4} {line.what:<11} {line.seconds:>7.2f} {line.cpu_seconds:>7.2f} "
        f"{line.gap_pct:>7.2f} {of_scratch:>7} {of_best:>7} {line.touched_pct:>9.1f} {line.untouched_dropped:>5} "
        f"{line.peak_mb:>6.0f} {checked:<8} {line.target}"
    )


def measure(people: int, *, seed: int, threads: int) -> Iterator[Line]:
    """A first plan and, after a 5 % shift, everybody anew, the preview of a replan and a replan with its proof, each checked.

    A preview is a repair without price rounds: what a person is shown first. It is given the prices of the first plan.
    """
    options = solver.Options(threads=threads)
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder, "first.npz")
        reading.save(family.generate(people, seed=seed), question)
        line, first = _run(question, Path(folder, "first-plan.npz"), "first plan", seed, options)
        yield line
        moved = Path(folder, "shift.npz")
        reading.save(family.shift(reading.load(question), first.plan, share=0.05, seed=seed + 2), moved)
        chosen = replace(options, mode="improve", warm=first.shadow)
        best, anew = _run(moved, Path(folder, "anew.npz"), "anew", seed, chosen)
        yield best
        scratch = _from_scratch(reading.load(moved), anew.shadow, threads=threads)
        for what, rounds in (("preview", 0), ("replan", None)):
            chosen = replace(options, mode="repair", rounds=rounds, warm=first.shadow)
            line, _ = _run(moved, Path(folder, "replan.npz"), what, seed, chosen)
            shares = [100 * line.objective / other for other in (scratch, best.objective)]
            yield replace(line, of_scratch_pct=shares[0], of_best_pct=shares[1])


def _from_scratch(moved: instance.Instance, shadow: prices.Shadow, *, threads: int) -> int:
    """The objective when everybody chooses anew at these prices, and giving up an old seat costs."""
    table = Table(moved, candidates.find(moved, threads=threads), threads=threads)
    state = table.empty_state()
    repair.priced_fill(table, state, prices.contest_of(table), shadow, lambda: False)
    return table.objective_of(state)


def _run(question: Path, answer: Path, what: str, seed: int, options: solver.Options) -> tuple[Line, solver.Result]:
    began, worked = time.perf_counter(), time.process_time()
    asked = reading.load(question)
    result = solver.solve(asked, options=options)
    plan.save(result.plan, answer)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    report = checker.check(asked, result.plan, result.reasons)
    line = Line(
        people=asked.people, seed=seed, what=what, seconds=seconds, cpu_seconds=cpu_seconds,
        touched_pct=100 * float(asked.everyone_touched.mean()), gap_pct=result.gap_pct, of_scratch_pct=None, of_best_pct=None,
        objective=result.objective, bound=result.bound, untouched_changed=result.untouched_changed,
        untouched_dropped=result.untouched_dropped, right=report.right,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, plan_hash=result.plan_hash,
        target=TARGETS.get((asked.people, what), ""),
    )  # fmt: skip
    return line, result
