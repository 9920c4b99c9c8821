"""Plans by trying everything: the oracle for instances so small that it can."""

import itertools
from collections.abc import Iterator

import numpy as np

from trainer.planning.engine import checker
from trainer.planning.engine.instance import Instance
from trainer.planning.engine.master import Pool
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.table import Table

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


def best_choice(table: Table, pool: Pool) -> int:
    """The most that at most one column of each person is worth within seats and money."""
    i = table.instance
    own = [np.flatnonzero(pool.owner == p).tolist() for p in range(i.people)]
    best = 0
    for chosen in itertools.product(*([*columns, None] for columns in own)):
        these = np.array([k for k in chosen if k is not None], np.int64)
        seat = pool.session[these]
        taken = np.bincount(seat[seat < i.sessions], minlength=i.sessions)
        paid = np.bincount(i.c_partner[i.s_course], taken * i.c_cost[i.s_course], minlength=len(i.partner_budget))
        money = np.bincount(i.p_mission[pool.owner[these]], pool.money[these], minlength=len(i.mission_budget))
        if (taken <= table.cap).all() and (paid <= table.partner_left).all() and (money <= table.mission_left).all():
            best = max(best, int(pool.worth[these].sum()))
    return best
