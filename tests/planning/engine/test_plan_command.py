"""The planner's command line, on files."""

import json

from click.testing import CliRunner

from tests.planning.engine import worlds
from trainer.cli.plan import plan
from trainer.cli.warming import as_the_only_maker
from trainer.planning.engine import instance


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
    instance.save(worlds.plain(), path)

    result = _run("solve", path, "--json")

    told = json.loads(result.stdout.splitlines()[-1])
    for key in (
        "objective", "bound", "gap_pct", "seconds", "stages", "plan_hash", "peak_mb", "dropped_old", "untouched_changed",
        "untouched_dropped",
    ):  # fmt: skip
        assert key in told
    assert told["gap_pct"] == 0


def test_the_machine_code_is_made_by_one_process_at_a_time():
    with as_the_only_maker() as alone:
        assert alone
        assert "Another process" in _run("warm", "--gently").output


def test_a_plan_for_another_instance_fails_the_check(tmp_path):
    one, other, answer = (tmp_path / name for name in ("one.npz", "other.npz", "plan.npz"))
    instance.save(worlds.plain(), one)
    instance.save(worlds.plain(s_cap=[0, 0, 0, 0]), other)
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
