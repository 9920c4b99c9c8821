"""The door to the planner: how the product asks for a plan.

    from trainer.planning.engine import checker, solver
    from trainer.planning.engine.reading import from_arrays, load

    instance = load("instance.npz")                     # or from_arrays({...}); raises BadInstance, every fault named
    result = solver.solve(instance)                     # a first plan, stage after stage
    result = solver.replan(instance)                    # after a change: the old plan, only touched people move
    report = checker.check(instance, result.plan, result.reasons)
    assert report.right

`replan` needs `old_person`, `old_session` and `touched` in the instance; it gives and takes only seats of touched
people, so that nobody else loses or gains anything. `improve` starts from the same place and lets everybody move;
its changes are counted in the result and are for a person to approve.

`Options(shards=4)` has people asked in four parts side by side, by threads or by the workers of a scheduler; the
README says how.

`on_progress(stage)` is called after each stage with a complete, checked plan behind it; `should_stop()` is asked
between rounds and while HiGHS works, and the best checked plan so far is returned when it says yes. Neither is
called from another thread.
A result depends on the instance and the options alone, not on the clock, the threads or the machine's load, unless
`time_limit` ended it: `stopped` then says so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from trainer.planning.engine import candidates as pairs
from trainer.planning.engine import (
    checker,
    choice,
    columns,
    compiled,
    exact,
    explain,
    family,
    neighbourhoods,
    plain,
    prices,
    repair,
    together,
)
from trainer.planning.engine.board import State
from trainer.planning.engine.executors import Dask, Executor, Threads
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.lean import LEAN_FROM, Lean
from trainer.planning.engine.lookup import Flags
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.settle import Settler
from trainer.planning.engine.shards import NotInShards, Shards
from trainer.planning.engine.table import Table

EXACT_PAIRS = 60_000
"""Eligible pairs up to which the whole instance goes to HiGHS."""

CLOSE_PCT = 0.3
"""Percent of its bound by which a choice among columns may fall short before the whole instance goes to HiGHS instead."""

DISPLACED_UNTIL = 1_000_000
"""Eligible pairs up to which a pass of displacement still pays after the choice among columns."""

MODES = ("auto", "first", "repair", "improve", "exact")


class PlanRefused(RuntimeError):
    """The independent check refused a plan of ours: a fault of the program, and nothing to store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How hard to try. `auto` is `repair` when the instance has a previous plan, otherwise a full first plan."""

    mode: str = "auto"
    threads: int = 2
    time_limit: float | None = None
    """seconds; looked at between rounds only"""
    rounds: int | None = None
    """times that everybody is asked for the prices; by default as many as suit the size"""
    sweeps: int | None = None
    """passes of displacement at most; by default as many as suit the size"""
    nodes: int = 2000
    """branch-and-bound nodes of the whole program"""
    mip_seconds: float = 45.0
    """a net under the whole program, which is limited by nodes first"""
    neighbourhoods: int | None = None
    """neighbourhoods given to HiGHS; by default as many as suit the size"""
    enough_pct: float = 0.0
    """a plan proven to be within so many percent of the best possible is taken as it is"""
    machine_code: bool | None = None
    """compiled kernels or plain ones; by default whichever is sooner done"""
    warm: prices.Shadow | None = None
    """prices of an earlier result, to start from"""
    shards: int | None = None
    """parts that the people are split into, to be asked side by side; with a scheduler, by default as many as it has
    processors"""
    scheduler: str | None = None
    """address of a Dask scheduler whose workers take the shards; threads of this process by default"""
    folder: Path | None = None
    """where its workers can read what this process writes; a temporary folder, for workers of this machine, by default"""
    pairs_of_all: bool = False
    """a replan without price rounds lists the pairs of untouched people too: a closer bound for more time"""
    lean: bool | None = None
    """never all pairs in one place, for a first plan; by default when there are too many of them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A complete, checked plan on the way, with what was known about it then."""

    name: str
    seconds: float
    objective: int
    bound: int | None
    people_changed: int

    @property
    def gap_pct(self) -> float | None:
        return None if self.bound is None else gap_pct(self.objective, self.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A checked plan with its proof, its reasons and its changes."""

    plan: Plan
    objective: int
    bound: int
    stages: tuple[Stage, ...]
    reasons: Ints
    """[G] explain.Reason of every gap, 0 closed"""
    seat_values: Ints
    """[S] points the plan would gain at least by one more seat in the session; empty where pairs are in no one place, and
    where waiting lists or units decide whose it would be"""
    alternatives: explain.Alternatives
    """what every seat beats, after a replan every new one; empty when left out on very large instances"""
    dropped_old: int
    people_changed: int
    untouched_changed: int
    untouched_dropped: int
    untouched_gained: int
    """people whose own demands did not change and who have a new seat without losing one"""
    shadow: prices.Shadow
    """prices to start the next run from"""
    stopped: bool
    """a limit or a cancel ended the run before its rounds were done"""
    options: Options
    seconds: float
    candidates: pairs.Candidates = field(repr=False)
    """eligible pairs, for whoever asks further questions about this instance"""

    @property
    def gap_pct(self) -> float:
        return gap_pct(self.objective, self.bound)

    @property
    def plan_hash(self) -> str:
        return self.plan.digest()


def gap_pct(objective: int, bound: int) -> float:
    """How far below the proven bound the plan may be at most, in percent of the bound."""
    if bound <= objective:
        return 0.0
    return 100.0 * (bound - objective) / bound if bound > 0 else 100.0


def solve(
    instance: Instance,
    *,
    options: Options | None = None,
    on_progress: Callable[[Stage], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    keeps: Callable[[Plan], Flags] | None = None,
) -> Result:
    """The best plan that the options allow, proven and explained.

    `keeps` is asked last which seats of the plan stay, of all its rows: seats that the objective cannot see the uselessness of
    may go before anything is explained. They do if the plan keeps every rule without them.
    """
    chosen = options or Options()
    if chosen.mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {chosen.mode}")
    with _executor(chosen) as executor:
        run = _Run(instance, chosen, on_progress or (lambda _: None), should_stop or (lambda: False), keeps, executor)
        return run.go()


@contextmanager
def _executor(options: Options) -> Iterator[Executor | None]:
    """Who takes the shards, for as long as they are needed."""
    if options.shards is None and options.scheduler is None:
        yield None
        return
    executor: Executor = Threads(options.threads)
    if options.scheduler is not None:
        executor = Dask(options.scheduler, folder=options.folder)
    try:
        yield executor
    finally:
        executor.close()


def replan(
    instance: Instance,
    *,
    options: Options | None = None,
    on_progress: Callable[[Stage], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """The old plan with the seats of touched people chosen anew: nobody else loses or gains a seat."""
    chosen = replace(options or Options(), mode="repair")
    return solve(instance, options=chosen, on_progress=on_progress, should_stop=should_stop)


def _reasons(i: Instance, plan: Plan, *, quick: bool, threads: int) -> Ints:
    known = not len(i.av_region) and not len(i.g_unit)
    return explain.reasons(i, plan, machine_code=quick and known, threads=threads)


def make_machine_code() -> None:
    """Leave machine code on disk, so that no later run waits for the compiler; a minute once, a second from then on."""
    options = Options(machine_code=True, sweeps=1, nodes=1, mip_seconds=1.0, threads=1)
    for mode in ("first", "exact"):
        solve(family.generate(150, seed=1), options=replace(options, mode=mode))
    solve(family.generate(150, seed=1, conditions=("least",)), options=replace(options, mode="first"))
    compiled.note_cached()


class _Run:
    """One solve: the work table, the best checked state so far, and the bound."""

    def __init__(
        self,
        instance: Instance,
        options: Options,
        on_progress: Callable[[Stage], None],
        should_stop: Callable[[], bool],
        keeps: Callable[[Plan], Flags] | None,
        executor: Executor | None,
    ) -> None:
        self.began = time.perf_counter()
        self.keeps = keeps
        self.instance, self.options = instance, options
        self.on_progress, self.should_stop = on_progress, should_stop
        self.stopped = False
        self.stages: list[Stage] = []
        self.bound: int | None = None
        self.repairing = options.mode == "repair" or (options.mode == "auto" and len(instance.old_person) > 0)
        self.hasty = self.repairing and options.rounds == 0
        touched = instance.everyone_touched
        self.plain = plain.of(instance)
        self.lean: Lean | None = None
        self.table = self._whole() if executor is None or self.hasty else self._split(executor)
        self.settler = Settler(self.plain, self.table)
        self.movable = np.flatnonzero(touched) if self.repairing else np.arange(instance.people)
        self.best: State = self.table.empty_state()
        self.report: checker.Report | None = None
        self.plan = self.plain.plan(self.table.plan_of(self.best))
        self.sweeps = repair.usual_sweeps(self.table) if options.sweeps is None else options.sweeps

    def _whole(self) -> Table:
        """All people and pairs in one table."""
        options, touched = self.options, self.instance.everyone_touched
        some = self.hasty and not options.pairs_of_all and not touched.all()
        return Table(
            self.plain.parts,
            self.plain.find(
                threads=options.threads,
                machine_code=options.machine_code,
                whole=touched if some else None,
            ),
            threads=options.threads,
            machine_code=options.machine_code,
            brief=self.hasty,
        )

    def _split(self, executor: Executor) -> Table:
        """The same table with workers that answer for it, or one without pairs where there would be too many."""
        i, options = self.instance, self.options
        if not self.plain.is_bare or len(i.m_floor) or self.plain.parts is not i:
            raise NotInShards
        shards = Shards(i, executor, count=options.shards or executor.width, machine_code=options.machine_code)
        first = not len(i.old_person) and options.mode in {"auto", "first", "improve"}
        if first and (shards.way.likely >= LEAN_FROM if options.lean is None else options.lean):
            self.lean = Lean(shards)
            return self.lean.table
        return Table(i, shards.gather(), threads=options.threads, machine_code=options.machine_code, elsewhere=shards)

    def stop(self) -> bool:
        """A limit is reached or somebody cancelled; once true it stays true."""
        late = self.options.time_limit is not None and time.perf_counter() - self.began > self.options.time_limit
        self.stopped = self.stopped or late or self.should_stop()
        return self.stopped

    def publish(self, name: str, state: State) -> None:
        """Check the plan and tell about it; it becomes the best unless an earlier one is better."""
        plan = self.plain.plan(self.table.plan_of(state))
        known = self.report if state is self.best else None
        if self._judge(name, plan, self.table.objective_of(state), known):
            self.best = state

    def _judge(self, name: str, plan: Plan, objective: int | None, known: checker.Report | None = None) -> bool:
        """Publish a plan that is said to be worth so much; whether it is the best now."""
        report = known or checker.check(self.instance, plan)
        honest = not self.table.summed or objective in {None, report.objective}
        if not report.feasible or not honest:
            raise PlanRefused(f"stage {name}: {report.breaches or 'objective'}")
        better = self.report is None or report.objective > self.report.objective or name == "repair"
        if better:
            self.plan, self.report = plan, report
        assert self.report is not None
        stage = Stage(
            name=name, seconds=time.perf_counter() - self.began, objective=self.report.objective, bound=self.bound,
            people_changed=self.report.people_changed,
        )  # fmt: skip
        self.stages.append(stage)
        self.on_progress(stage)
        return better

    def tell(self, name: str, state: State) -> None:
        """Make the plan keep every condition, and publish what it is then."""
        self.settler.settle(state, self.movable)
        self.publish(name, self.table.copy(state))

    def _tell_kept(self, state: State) -> None:
        """What is left of the plan before, as a plan of its own; what comes next may still fill a class it finds too small."""
        kept = state if self.settler.units else self.table.copy(state)
        self.settler.settle(kept, self.movable if self.settler.units else self.movable[:0])
        self.publish("kept", self.table.copy(kept))

    def go(self) -> Result:
        i = self.instance
        if self.lean is not None:
            return self.finish(self._lean(self.lean))
        state = repair.keep(self.table)
        if len(i.old_person) or self.repairing:
            self._tell_kept(state)
            repair.renew(self.table, state, np.flatnonzero(i.everyone_touched), self.options.warm, self.stop)
            self.tell("repair", state)
        if self.hasty:
            shadow = prices.glance(self.table, None if self.table.joined else self.options.warm)
            self.bound = shadow.bound
            return self.finish(shadow)
        contest = prices.contest_of(self.table)
        shadow = prices.no_prices(self.table, contest)
        self.bound = shadow.bound
        if self.options.warm is not None:
            shadow = prices.proven(self.table, contest, self.options.warm, shadow)
        self.bound = shadow.bound
        if self.repairing:
            if self.table.summed and not self.table.relaxes and self.movable.size:
                together.improve(self.table, state, self.movable, sweeps=self.sweeps, stop=self.stop)
                self.tell("together", state)
            return self.finish(self._priced(contest, shadow)[0])
        repair.refill(self.table, state, np.argsort(-contest.value, kind="stable"), self.stop, board=self.table.filling)
        self.tell("first", state)
        if self.options.mode == "first":
            return self.finish(self._priced(contest, shadow)[0])
        if self._enough():
            return self.finish(shadow)
        if self._small() or self.options.mode == "exact":
            repair.displace(self.table, state, contest.value, sweeps=self.sweeps, stop=self.stop, bound=self.bound)
            self.tell("displace", state)
            self._lift(state, contest)
            if self.table.quick and self.plain.is_bare and not self._enough():
                shadow = self._improve(contest, shadow)
                if self.options.mode != "exact" and self._gap_pct() <= CLOSE_PCT:
                    return self.finish(shadow)
            self._exact(contest)
            return self.finish(shadow)
        return self.finish(self._improve(contest, shadow))

    def _lean(self, lean: Lean) -> prices.Shadow:
        """A first plan without all pairs in one place; more rounds over everybody when they are asked for."""
        shadow = lean.prices(rounds=self.options.rounds or 0, stop=self.stop)
        shadow = lean.fill(shadow, self.stop)
        self.bound = shadow.bound
        self._judge("prices", lean.plan(), None)
        if self.options.mode != "first" and not self._enough() and self.sweeps:
            lean.refill(self.stop)
            self._judge("refill", lean.plan(), None)
        return shadow

    def _gap_pct(self) -> float:
        assert self.report is not None
        assert self.bound is not None
        return gap_pct(self.report.objective, self.bound)

    def _enough(self) -> bool:
        """The plan is as good as was asked for."""
        return self._gap_pct() <= self.options.enough_pct

    def _small(self) -> bool:
        return len(self.table.candidates) <= EXACT_PAIRS

    def _lift(self, state: State, contest: prices.Contest) -> None:
        """Another plan for the sake of missions below their floor."""
        if self.settler.floors and not self.stop():
            self.settler.lift(state, contest.value)
            self.tell("floors", state)

    def _exact(self, contest: prices.Contest) -> None:
        """The contested people as one mixed-integer program; the others have their best already."""
        assert self.report is not None
        if self.bound is None or self._enough() or self.stop():
            return
        state = self.table.copy(self.best)
        seconds = self.options.mip_seconds
        if self.options.time_limit is not None:
            seconds = min(seconds, max(1.0, self.options.time_limit - (time.perf_counter() - self.began)))
        bound = exact.improve(self.table, state, contest, nodes=self.options.nodes, seconds=seconds, stop=self.stop)
        self.bound = min(self.bound, bound)
        self.publish("exact", state)

    def _priced(self, contest: prices.Contest, shadow: prices.Shadow) -> tuple[prices.Shadow, columns.Columns | None]:
        """A better bound, when there is anything to gain by it, and the columns it took."""
        assert self.report is not None
        if self.report.objective >= shadow.bound:
            return shadow, None
        rounds, polish = self.options.rounds, 0
        if rounds is None:
            rounds, polish = prices.usual_rounds(self.table, contest), prices.usual_polish(self.table, contest)
        shadow, asked = prices.find(
            self.table,
            contest,
            shadow,
            rounds=rounds,
            polish=polish,
            nodes=prices.usual_nodes(self.table),
            warm=self.options.warm is not None,
            stop=self.stop,
        )
        self.bound = shadow.bound
        return shadow, asked

    def _improve(self, contest: prices.Contest, shadow: prices.Shadow) -> prices.Shadow:
        """Prices, a plan at these prices, and its mending. Returns the prices."""
        table, stop = self.table, self.stop
        shadow, asked = self._priced(contest, shadow)
        # Not from the first plan: its seats would stand in the way of a fill that knows the prices.
        state = repair.keep(table)
        repair.priced_fill(table, state, contest, shadow, stop)
        self.tell("prices", state)
        sweeps = self.sweeps
        if asked is not None and table.summed and not table.relaxes and not stop():
            choice.improve(table, state, contest, asked, shadow, stop=stop)
            self.tell("choice", state)
            repair.refill(table, state, np.argsort(-contest.value, kind="stable"), stop, board=table.filling)
            sweeps = min(sweeps, 1) if len(table.candidates) < DISPLACED_UNTIL else 0
        repair.displace(table, state, contest.value, sweeps=sweeps, stop=stop, bound=shadow.bound)
        if table.relaxes:
            repair.refill(table, state, np.argsort(-contest.value, kind="stable"), stop)
        self.tell("displace", state)
        self._lift(state, contest)
        count = self.options.neighbourhoods
        if count is None:
            count = 0 if self._small() else neighbourhoods.usual_count(table)
        if count and table.summed:
            neighbourhoods.improve(table, state, shadow, count=count, stop=stop)
            self.tell("neighbourhoods", state)
        return shadow

    def finish(self, shadow: prices.Shadow) -> Result:
        assert self.report is not None
        assert self.bound is not None
        if self.stages[-1].bound != self.bound:
            self._judge("bound", self.plan, None, self.report)
        alternatives = self._leave_out(self.settler.alternatives(self.best, only_new=self.repairing))
        report, bound, table = self.report, self.bound, self.table
        reasons = _reasons(self.plain.instance, self.plan, quick=table.quick, threads=table.threads)
        lost = np.unique(self._people_who_lost())
        new = np.setdiff1d(self._people_with_new(), lost)
        return Result(
            plan=Plan.of(self.plan.person, self.plan.session, reasons),
            objective=report.objective, bound=max(bound, report.objective), stages=tuple(self.stages), reasons=reasons,
            seat_values=self._seat_values(),
            alternatives=alternatives,
            dropped_old=report.dropped_old, people_changed=report.people_changed,
            untouched_changed=report.untouched_changed, untouched_dropped=report.untouched_dropped,
            untouched_gained=int((~self.instance.everyone_touched[new]).sum()),
            shadow=shadow, stopped=self.stopped, options=self.options,
            seconds=time.perf_counter() - self.began, candidates=table.candidates,
        )  # fmt: skip

    def _seat_values(self) -> Ints:
        values = explain.NOTHING if self.lean is not None else self.settler.seat_values(self.best)
        return explain.sure_values(self.instance, self.plan, values)

    def _leave_out(self, found: explain.Alternatives) -> explain.Alternatives:
        """Without the seats that whoever asked for the plan does not keep, where it can be; with what the others beat."""
        keep = np.ones(len(self.plan), bool) if self.keeps is None else self.keeps(self.plan)
        if keep.all():
            return found
        left = Plan.of(self.plan.person[keep], self.plan.session[keep])
        report = checker.check(self.instance, left)
        if not report.feasible:  # an idle seat may be what a class needs to be held
            return found
        told = len(found.session) == len(self.plan)
        self.plan, self.report = left, report
        return replace(found, lost=found.lost[keep], session=found.session[keep]) if told else found

    def _keys(self) -> tuple[Ints, Ints]:
        i = self.instance
        return self.plan.person * i.sessions + self.plan.session, i.old_person * i.sessions + i.old_session

    def _people_who_lost(self) -> Ints:
        now, before = self._keys()
        return self.instance.old_person[~np.isin(before, now)]

    def _people_with_new(self) -> Ints:
        now, before = self._keys()
        return self.plan.person[~np.isin(now, before)]
