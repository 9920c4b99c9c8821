"""Plans by trying everything: the oracle for instances so small that it can."""

import itertools
from collections.abc import Iterator

from trainer.planning.engine import checker
from trainer.planning.engine.instance import Instance
from trainer.planning.engine.plan import Plan

Seat = tuple[int, int]

PAST_MENDING = frozenset({"H1", "H2", "H3", "H4", "H6", "H7", "H8", "H9", "H10"})
"""Rules that no further seat can mend, once all locked seats are there."""


def best_objective(instance: Instance) -> int | None:
    """The objective of the best feasible plan; None when not even keeping the locked seats is feasible."""
    old = zip(instance.old_person.tolist(), instance.old_session.tolist(), strict=True)
    locked = [(p, s) for p, s in old if instance.s_start[s] < instance.freeze_day]
    others = [
        seat for seat in itertools.product(range(instance.people), range(instance.sessions)) if seat not in locked
    ]
    feasible = (report for report in _reports(instance, locked, others) if report.feasible)
    return max((report.objective for report in feasible), default=None)


def _reports(instance: Instance, chosen: list[Seat], others: list[Seat]) -> Iterator[checker.Report]:
    """The judgement on these seats with any of the others, unless what is past mending forbids them all."""
    report = checker.check(instance, plan_of(chosen))
    yield report
    if not any(breach.rule in PAST_MENDING for breach in report.breaches):
        for n, seat in enumerate(others):
            yield from _reports(instance, [*chosen, seat], others[n + 1 :])


def best_of_all(instance: Instance) -> int | None:
    """The same without leaving out anything: the oracle's own oracle."""
    seats = list(itertools.product(range(instance.people), range(instance.sessions)))
    sets = (chosen for size in range(len(seats) + 1) for chosen in itertools.combinations(seats, size))
    feasible = (report for report in (checker.check(instance, plan_of(each)) for each in sets) if report.feasible)
    return max((report.objective for report in feasible), default=None)


def plan_of(seats: tuple[Seat, ...] | list[Seat]) -> Plan:
    return Plan.of([p for p, _ in seats], [s for _, s in seats])
