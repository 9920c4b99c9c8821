"""The planner's command line, on files."""

import json
import signal
import subprocess
import sys

import numpy as np
from click.testing import CliRunner

from tests.planning.engine import worlds
from trainer.cli.plan import plan
from trainer.cli.warming import as_the_only_maker
from trainer.planning.engine import family, reading
from trainer.planning.engine import plan as plans


def _run(*words):
    return CliRunner().invoke(plan, [str(word) for word in words])


def test_an_instance_is_made_solved_checked_shifted_and_solved_again(tmp_path):
    first, answer, moved, again = (tmp_path / name for name in ("a.npz", "b.npz", "c.npz", "d.npz"))
    for words in (
        ("generate", "--people", 40, "--seed", 1, "--out", first),
        ("solve", first, "--out", answer),
        ("check", first, answer, "--reasons"),
        ("shift", first, answer, "--share", 0.1, "--out", moved),
        ("solve", moved, "--out", again),
        ("check", moved, again, "--reasons"),
    ):
        result = _run(*words)
        assert result.exit_code == 0, result.output


def test_the_last_line_is_one_object_with_the_figures(tmp_path):
    path = tmp_path / "world.npz"
    reading.save(worlds.plain(), path)

    result = _run("solve", path, "--json")

    told = json.loads(result.stdout.splitlines()[-1])
    for key in (
        "objective", "bound", "gap_pct", "seconds", "stages", "plan_hash", "peak_mb", "dropped_old", "untouched_changed",
        "untouched_dropped",
    ):  # fmt: skip
        assert key in told
    assert told["gap_pct"] == 0


def test_the_machine_code_is_made_by_one_process_at_a_time():
    with as_the_only_maker():  # or somebody else is already
        assert "Another process" in _run("warm", "--gently").output


def test_a_plan_for_another_instance_fails_the_check(tmp_path):
    one, other, answer = (tmp_path / name for name in ("one.npz", "other.npz", "plan.npz"))
    reading.save(worlds.plain(), one)
    reading.save(worlds.plain(s_cap=[0, 0, 0, 0]), other)
    _run("solve", one, "--out", answer)

    result = _run("check", other, answer)

    assert result.exit_code == 1
    assert "H1: session 1 has 0 seats" in result.output


def test_a_faulty_instance_is_refused_with_its_faults(tmp_path):
    path = tmp_path / "bad.npz"
    path.write_text("nothing")

    result = _run("solve", path)

    assert result.exit_code == 1
    assert "not a readable .npz" in result.output


def test_the_check_fails_for_a_wrong_reason_and_for_none_when_reasons_are_asked_for(tmp_path):
    path, answer = tmp_path / "world.npz", tmp_path / "plan.npz"
    world = worlds.plain()
    reading.save(world, path)
    _run("solve", path, "--out", answer)
    good = plans.load(answer)

    for reason, code in ((good.reason, 0), (good.reason + 1, 1), (None, 1)):
        plans.save(plans.Plan.of(good.person, good.session, reason), answer)
        assert _run("check", path, answer, "--reasons").exit_code == code
        assert _run("check", path, answer).exit_code == 0


def test_every_fault_of_an_instance_is_named(tmp_path):
    path = tmp_path / "bad.npz"
    reading.save(worlds.plain(), path)
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays |= {"g_weight": arrays["g_weight"] * 0, "s_cap": arrays["s_cap"] - 9}
    np.savez(path, **arrays)

    result = _run("solve", path)

    assert result.exit_code == 1
    assert "g_weight has 3 entries" in result.output
    assert "s_cap has 4 entries" in result.output


def test_conditions_are_made_by_name_and_kept(tmp_path):
    first, answer = tmp_path / "a.npz", tmp_path / "b.npz"

    for words in (
        ("generate", "--people", 60, "--with", "quotas", "--with", "least", "--out", first),
        ("solve", first, "--out", answer),
        ("check", first, answer, "--reasons"),
    ):
        result = _run(*words)
        assert result.exit_code == 0, result.output
    assert len(reading.load(first).q_session)


def test_an_interrupt_ends_with_the_best_checked_plan(tmp_path):
    path, answer = tmp_path / "world.npz", tmp_path / "plan.npz"
    reading.save(family.generate(500, seed=1), path)
    words = [sys.executable, "-m", "trainer", "plan", "solve", str(path), "--out", str(answer), "--json"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        assert json.loads(run.stderr.readline())["name"] == "first"
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate()

    assert run.returncode == 0
    assert json.loads(told.splitlines()[-1])["stopped"] is True
    assert _run("check", path, answer, "--reasons").exit_code == 0


def test_the_engine_needs_neither_the_web_nor_a_database():
    words = (
        "import sys, trainer.planning.engine.solver as s; print({'flask', 'sqlalchemy', 'numba'} & set(sys.modules))"
    )

    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout

    assert told == "set()\n"


def test_sessions_in_which_one_more_seat_helps_are_listed_best_first(tmp_path):
    path, plenty = tmp_path / "world.npz", tmp_path / "plenty.npz"
    reading.save(worlds.plain(s_cap=[0, 1, 0, 5]), path)
    reading.save(worlds.plain(), plenty)

    listed = _run("solve", path, "--seats", 2).stdout.splitlines()[-2:]

    points = [int(line.split(" points")[0].rsplit(" ", 1)[1]) for line in listed]
    assert points[0] >= points[1] > 0
    assert all(line.startswith("One more seat in session ") for line in listed)
    assert "In no session would one more seat help anybody." in _run("solve", plenty, "--seats", 2).stdout


def test_a_list_in_words_and_one_object_exclude_each_other(tmp_path):
    path = tmp_path / "world.npz"
    reading.save(worlds.plain(), path)

    result = _run("solve", path, "--seats", 2, "--json")

    assert result.exit_code == 2
    assert "leave out --json" in result.output
