"""Reading an instance: every fault named at once, and what is written can be read again."""

import json

import numpy as np
import pytest

from tests.planning.engine import worlds
from trainer.planning.engine import checker, family, plan, reading, solver


def _arrays(world, tmp_path):
    path = tmp_path / "world.npz"
    reading.save(world, path)
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def test_an_instance_survives_writing_and_reading(tmp_path):
    world = family.generate(40, seed=1)
    reading.save(world, tmp_path / "world.npz")

    assert reading.load(tmp_path / "world.npz").digest() == world.digest()


def test_all_faults_are_named_together(tmp_path):
    arrays = _arrays(worlds.plain(), tmp_path)
    arrays["s_cap"][0] = -1
    arrays["c_partner"][0] = 9
    arrays["av_ptr"][1] = 5

    with pytest.raises(reading.BadInstance) as refused:
        reading.from_arrays(arrays)

    assert {words.split()[0] for words in refused.value.faults} == {"s_cap", "c_partner", "av_ptr"}


def test_missing_arrays_and_words_in_place_of_numbers_are_named(tmp_path):
    arrays = _arrays(worlds.plain(), tmp_path)
    del arrays["travel"]
    arrays["g_due"] = np.array([0.5, 1.0, 2.0])
    arrays["meta"] = np.array(json.dumps({"horizon": "a year"}))

    with pytest.raises(reading.BadInstance) as refused:
        reading.from_arrays(arrays)

    faults = " ".join(refused.value.faults)
    for part in ("travel is missing", "g_due holds float64", "meta.horizon is 'a year'", "meta.objective.SEAT"):
        assert part in faults


def test_an_array_of_the_wrong_length_is_named_before_its_values_are_looked_at(tmp_path):
    arrays = _arrays(worlds.plain(), tmp_path)
    arrays["s_end"] = arrays["s_end"][:-1]

    with pytest.raises(reading.BadInstance, match="s_end has 3 entries instead of 4"):
        reading.from_arrays(arrays)


def test_a_file_that_is_no_archive_is_refused_in_words(tmp_path):
    path = tmp_path / "notes.npz"
    path.write_text("not an archive")

    with pytest.raises(reading.BadInstance, match="not a readable"):
        reading.load(path)
    with pytest.raises(plan.BadPlan, match="not a readable"):
        plan.load(path)


def test_a_plan_has_one_hash_whatever_the_order_of_its_seats():
    one = plan.Plan.of(np.array([1, 0]), np.array([5, 6]))
    other = plan.Plan.of(np.array([0, 1]), np.array([6, 5]))

    assert one.digest() == other.digest()
    assert one.digest() != plan.Plan.of(np.array([0]), np.array([6])).digest()


def _truncated(path):
    reading.save(worlds.plain(), path)
    path.write_bytes(path.read_bytes()[:-400])


def _damaged(path):
    reading.save(worlds.plain(), path)
    content = bytearray(path.read_bytes())
    content[300:340] = bytes(40)
    path.write_bytes(bytes(content))


def _single_array(path):
    with path.open("wb") as file:
        np.save(file, np.arange(3))


@pytest.mark.parametrize("write", [_truncated, _damaged, _single_array])
def test_a_broken_archive_is_refused_in_words(write, tmp_path):
    path = tmp_path / "broken.npz"
    write(path)

    with pytest.raises(reading.BadInstance, match="not a readable"):
        reading.load(path)
    with pytest.raises(plan.BadPlan, match="not a readable"):
        plan.load(path)


def test_numbers_beyond_all_measure_are_named(tmp_path):
    arrays = _arrays(worlds.plain(), tmp_path)
    meta = json.loads(str(arrays["meta"]))
    meta["horizon"], meta["objective"]["LATE_DECAY"] = 10**30, 2**40
    arrays |= {"meta": np.array(json.dumps(meta)), "g_comp": arrays["g_comp"] + 2**30}

    with pytest.raises(reading.BadInstance) as refused:
        reading.from_arrays(arrays)

    faults = " ".join(refused.value.faults)
    for part in ("meta.horizon is 1000", "beyond 2147483647: LATE_DECAY", "g_comp has 3 entries outside 0..65536"):
        assert part in faults


def test_a_number_in_place_of_an_array_is_named(tmp_path):
    arrays = _arrays(worlds.plain(), tmp_path) | {"g_comp": np.array(3)}

    with pytest.raises(reading.BadInstance, match="g_comp is a single number"):
        reading.from_arrays(arrays)


@pytest.mark.parametrize("seed", range(40))
def test_an_instance_with_something_spoilt_is_planned_or_refused(seed, tmp_path):
    rng = np.random.default_rng(seed)
    world = worlds.random_conditions(worlds.random_world(seed), seed, *worlds.CONDITIONS)
    arrays = _arrays(world, tmp_path)
    names = sorted(name for name in arrays if name != "meta" and arrays[name].size)
    for name in rng.choice(names, 2, replace=False).tolist():
        spoilt = arrays[name].astype(np.int64).ravel()
        spoilt[rng.integers(len(spoilt))] = rng.choice([-1, -(2**40), 2**40, 7, 2**62])
        arrays[name] = spoilt.reshape(arrays[name].shape)

    try:
        question = reading.from_arrays(arrays)
    except reading.BadInstance:
        return
    result = solver.solve(question, options=solver.Options(mode="first"))
    assert checker.check(question, result.plan, result.reasons).right
