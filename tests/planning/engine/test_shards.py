"""People in shards: one plan, one bound and one hash, whoever does the work and whatever happens to them."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.engine import brute_force, worlds
from trainer.cli.plan import plan as plan_command
from trainer.planning.engine import (
    candidates,
    checker,
    executors,
    family,
    lean,
    reading,
    shards,
    solver,
    table,
)

ROOT = Path(__file__).parents[3]
WORLD = family.generate(80, seed=7)
OPTIONS = solver.Options(mode="improve", rounds=3, sweeps=1, neighbourhoods=0, machine_code=False)
EVERYWHERE = pytest.mark.parametrize("lean_run", [False, True], ids=["gathered", "lean"])


@pytest.fixture(autouse=True)
def _no_whole_program(monkeypatch):
    """Have even a small instance priced, instead of handed to HiGHS whole."""
    _small(monkeypatch)


def _small(patch):
    patch.setattr(solver, "EXACT_PAIRS", 0)
    patch.setattr(lean, "SAMPLE", 60)
    patch.setattr(lean, "BLOCK", 10)
    patch.setattr(shards, "BLOCK", 10)


def _told(result):
    return result.plan_hash, result.objective, result.bound


@pytest.fixture(scope="module")
def answers():
    """What one shard in threads says, by kind of run."""
    with pytest.MonkeyPatch.context() as patch:
        _small(patch)
        return {kind: solver.solve(WORLD, options=replace(OPTIONS, shards=1, lean=kind)) for kind in (False, True)}


@pytest.mark.parametrize("count", [1, 4])
def test_gathered_shards_give_the_plan_of_an_instance_that_was_never_split(answers, count):
    whole = solver.solve(WORLD, options=OPTIONS)

    result = solver.solve(WORLD, options=replace(OPTIONS, shards=count))

    assert _told(result) == _told(whole) == _told(answers[False])


def test_without_all_pairs_in_one_place_four_shards_give_the_plan_of_one(answers):
    result = solver.solve(WORLD, options=replace(OPTIONS, shards=4, lean=True))

    assert _told(result) == _told(answers[True])
    assert checker.check(WORLD, result.plan, result.reasons).right
    assert result.objective <= result.bound


def test_without_all_pairs_in_one_place_the_plan_does_not_depend_on_blocks(answers, monkeypatch):
    monkeypatch.setattr(lean, "BLOCK", 33)

    result = solver.solve(WORLD, options=replace(OPTIONS, shards=2, lean=True))

    assert _told(result) == _told(answers[True])


def test_without_all_pairs_in_one_place_the_plan_is_about_as_good(answers):
    assert answers[True].gap_pct < 15
    assert answers[True].objective > 0.9 * answers[False].objective


@EVERYWHERE
@pytest.mark.slow
def test_machine_code_in_two_threads_gives_the_plan_of_plain_python(answers, lean_run):
    options = replace(OPTIONS, shards=3, lean=lean_run, machine_code=True, threads=2)

    assert _told(solver.solve(WORLD, options=options)) == _told(answers[lean_run])


@EVERYWHERE
@pytest.mark.slow
def test_a_large_instance_without_pairs_that_only_serve_has_one_plan_too(monkeypatch, lean_run):
    monkeypatch.setattr(candidates, "THIN_FROM", 0)
    options = replace(OPTIONS, machine_code=True, lean=lean_run)
    one = solver.solve(WORLD, options=replace(options, shards=1))

    four = solver.solve(WORLD, options=replace(options, shards=4))
    whole = solver.solve(WORLD, options=options)

    assert _told(four) == _told(one)
    assert checker.check(WORLD, four.plan, four.reasons).right
    assert four.objective <= four.bound
    assert lean_run or _told(four) == _told(whole)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([None, False, True]))
def test_no_plan_exceeds_a_bound_that_was_found_without_pairs_that_only_serve(seed, lean_run):
    world = worlds.random_world(seed)
    shares = {} if lean_run is None else {"shards": 2, "lean": lean_run}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "THIN_FROM", 0)

        result = solver.solve(world, options=replace(OPTIONS, machine_code=True, **shares))

    assert brute_force.best_objective(world) <= result.bound


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_no_plan_made_lean_breaks_a_rule_or_exceeds_its_bound(seed, short_of_money):
    world = worlds.random_world(seed, people=6, sessions=8)
    if short_of_money:
        world = replace(world, mission_budget=world.mission_budget // 4, partner_budget=world.partner_budget // 4)

    result = solver.solve(world, options=replace(OPTIONS, rounds=1, shards=7, lean=True))

    assert checker.check(world, result.plan, result.reasons).right
    assert result.objective <= result.bound
    assert solver.solve(world, options=OPTIONS).objective <= result.bound


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_a_replan_in_shards_is_the_replan(seed):
    world = worlds.random_world(seed, people=6, sessions=8)
    first = solver.solve(world, options=OPTIONS)
    moved = replace(
        world, old_person=first.plan.person, old_session=first.plan.session, freeze_day=world.freeze_day + 9
    )

    assert _told(solver.replan(moved, options=replace(OPTIONS, shards=3))) == _told(
        solver.replan(moved, options=OPTIONS)
    )


def test_a_cancelled_lean_run_returns_a_checked_plan():
    result = solver.solve(WORLD, options=replace(OPTIONS, shards=2, lean=True), should_stop=lambda: True)

    assert result.stopped
    assert checker.check(WORLD, result.plan, result.reasons).right
    assert result.objective <= result.bound


def test_the_pairs_of_shards_are_the_pairs_of_all():
    executor = executors.Threads(1)
    parts = shards.Shards(WORLD, executor, count=5, machine_code=False)

    gathered, whole = parts.gather(), candidates.find(WORLD, machine_code=False)

    for name in ("pair_ptr", "pair_session", "pair_group", "pair_net", "pair_mark", "group_ptr", "group_gap"):
        assert getattr(gathered, name).tolist() == getattr(whole, name).tolist(), name
    executor.close()


def test_a_part_has_its_people_in_the_order_asked():
    people = np.array([7, 3, 70])

    part = shards.part_of(WORLD, people)

    reading.require_valid(part)
    assert part.p_mission.tolist() == WORLD.p_mission[people].tolist()
    assert part.g_comp.tolist() == [c for p in people for c in WORLD.g_comp[WORLD.g_ptr[p] : WORLD.g_ptr[p + 1]]]


def test_where_pairs_that_serve_are_left_out_bounds_take_prerequisites_as_held():
    found = replace(candidates.find(WORLD, machine_code=False), thin=True)

    assert table.Table(WORLD, found, machine_code=False).relaxes


def test_a_round_exchanges_a_few_numbers_per_session_and_one_per_person():
    executor = executors.Threads(1)
    parts = shards.Shards(WORLD, executor, count=1, machine_code=False)
    parts.gather()
    question = shards.Question(
        session=np.zeros(WORLD.sessions, np.int64), partner=np.zeros(len(WORLD.partner_budget), np.int64),
        mission=np.zeros(len(WORLD.mission_budget), np.int64), nodes=1, heed=15, skip=0,
    )  # fmt: skip

    (answer,) = executor.fetch([executor.submit(shards.ask, parts.shards[0], None, question)])

    numbers = WORLD.sessions + len(WORLD.partner_budget) + len(WORLD.mission_budget)
    assert len(pickle.dumps(question)) < 8 * numbers + 2_000
    assert len(pickle.dumps(answer)) < 8 * numbers + 4 * WORLD.people + 2_000
    executor.close()


def test_a_shared_folder_holds_the_whole_instance(tmp_path):
    there = executors.Folder.write(WORLD, tmp_path)

    assert there.instance().digest() == WORLD.digest()
    assert len(pickle.dumps(there)) < 20_000


# Workers in processes of their own


class Workers:
    """A scheduler on loopback and two workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.file, self.log = folder / "scheduler.json", (folder / "log").open("w")
        self.processes: list[subprocess.Popen[str]] = []

    def start(self) -> None:
        self._start("scheduler", "--port", "0", "--scheduler-file", str(self.file))
        until = time.monotonic() + 60
        while not (self.file.exists() and self.file.read_text().endswith("}")) and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text())["address"]
        self.workers = [self.start_worker(), self.start_worker()]
        executor = executors.Dask(self.address)
        executor.client.wait_for_workers(2, timeout=60)
        executor.close()

    def start_worker(self) -> subprocess.Popen[str]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny")

    def _start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dask", *words, "--host", "127.0.0.1", "--no-dashboard"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log, text=True)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(30)
        self.log.close()


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    pytest.importorskip("distributed")
    started = Workers(tmp_path_factory.mktemp("dask"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@EVERYWHERE
@pytest.mark.slow
def test_two_worker_processes_give_the_plan_of_threads(answers, workers, lean_run):
    options = replace(OPTIONS, shards=4, scheduler=workers.address, lean=lean_run)

    result = solver.solve(WORLD, options=options)

    assert _told(result) == _told(answers[lean_run])


@EVERYWHERE
@pytest.mark.slow
def test_a_worker_killed_in_mid_run_costs_time_and_not_the_plan(answers, workers, lean_run):
    victim = workers.workers.pop()
    looks = []

    def kill_at_some_look() -> bool:
        looks.append(1)
        if len(looks) == 5:
            os.kill(victim.pid, signal.SIGKILL)
        return False

    options = replace(OPTIONS, shards=4, scheduler=workers.address, lean=lean_run)
    result = solver.solve(WORLD, options=options, should_stop=kill_at_some_look)
    workers.workers.append(workers.start_worker())

    assert victim.wait(10) == -signal.SIGKILL
    assert len(looks) > 5
    assert _told(result) == _told(answers[lean_run])


def test_without_the_optional_part_a_run_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(executors.NoScheduler, match=r"pip install 'trainer\[shards\]'"):
        solver.solve(WORLD, options=replace(OPTIONS, scheduler="tcp://127.0.0.1:8786"))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://planner.example:8786", "use tls://"),
        ("tcp://192.0.2.7:8786", "use tls://"),
        ("http://127.0.0.1:8786", "named like"),
        ("127.0.0.1:8786", "named like"),
        ("tcp://127.0.0.1", "named like"),
        ("tcp://127.0.0.1:port", "named like"),
    ],
)
def test_an_address_that_is_open_to_others_or_none_is_refused(address, why):
    with pytest.raises(executors.NoScheduler, match=why):
        executors.Dask(address)


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(executors.NoScheduler, match="No scheduler with workers answers"):
        executors.Dask("tcp://127.0.0.1:9", patience=0.5)


def test_what_ties_people_together_is_not_split():
    world = replace(WORLD, s_least=np.full(WORLD.sessions, 2))

    with pytest.raises(shards.NotInShards, match="tie people together"):
        solver.solve(world, options=replace(OPTIONS, shards=2))


def test_the_command_takes_shards_and_tells_what_is_wrong_with_a_scheduler(tmp_path):
    path = tmp_path / "world.npz"
    reading.save(worlds.plain(), path)
    run = CliRunner()

    whole = run.invoke(plan_command, ["solve", str(path), "--json"])
    split = run.invoke(plan_command, ["solve", str(path), "--shards", "2", "--json"])
    refused = run.invoke(plan_command, ["solve", str(path), "--scheduler", "tcp://planner.example:8786"])

    hashes = [json.loads(each.stdout.splitlines()[-1])["plan_hash"] for each in (whole, split)]
    assert hashes[0] == hashes[1]
    assert refused.exit_code == 1
    assert "use tls://" in refused.output
