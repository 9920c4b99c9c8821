"""Plans by trying everything: the oracle for instances so small that it can."""

import itertools
from collections.abc import Iterator

from trainer.planning.engine import checker
from trainer.planning.engine.instance import Instance
from trainer.planning.engine.plan import Plan


def best_objective(instance: Instance) -> int | None:
    """The objective of the best feasible plan; None when not even keeping the locked seats is feasible."""
    seats = list(itertools.product(range(instance.people), range(instance.sessions)))
    feasible = (report for report in _reports(instance, seats) if report.feasible)
    return max((report.objective for report in feasible), default=None)


def _reports(instance: Instance, seats: list[tuple[int, int]]) -> Iterator[checker.Report]:
    for size in range(len(seats) + 1):
        for chosen in itertools.combinations(seats, size):
            yield checker.check(instance, plan_of(chosen))


def plan_of(seats: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> Plan:
    return Plan.of([p for p, _ in seats], [s for _, s in seats])
