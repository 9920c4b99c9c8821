"""Machine code of the kernels: when it is made anew, what it means, and in which order the engine is read."""

from pathlib import Path

import pytest

from trainer.planning.engine import compiled

ENGINE = Path(compiled.__file__).parent


def _note_cached_in(folder, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder.parent))
    assert folder in list(compiled._folders())
    monkeypatch.setattr(compiled, "_folders", lambda: [folder])
    assert not compiled.is_cached()
    compiled.note_cached()


@pytest.fixture
def made(tmp_path):
    """A folder with machine code of the present source."""
    folder = tmp_path / "made" / "engine_0"
    folder.mkdir(parents=True)
    (folder / f"displace.displace_{compiled._mark(*compiled.KERNELS)}-1.nbi").touch()
    return folder


def test_machine_code_in_a_folder_of_its_own_counts_until_the_source_changes(made, monkeypatch):
    _note_cached_in(made, monkeypatch)
    assert compiled.is_cached()

    monkeypatch.setattr(compiled, "_note", lambda: "machine-code-of-tomorrow")
    assert not compiled.is_cached()


def test_machine_code_of_another_source_goes_when_the_present_one_is_there(made, monkeypatch):
    present = sorted(made.iterdir())
    (made / "displace.displace_0123456789abcdef-1.nbi").touch()
    (made / "displace.displace_0123456789abcdef-1.1.nbc").touch()

    _note_cached_in(made, monkeypatch)

    assert sorted(made.glob("*.nb*")) == present


def test_every_kernel_stands_after_those_it_calls():
    names = list(compiled._functions(*compiled.KERNELS))

    for place, name in enumerate(names):
        called = set(vars(compiled.plain_code())[name].__code__.co_names) & set(names)
        assert called <= set(names[:place]), name


def test_machine_code_means_by_a_name_what_its_own_module_means():
    code = vars(compiled.machine_code())

    for module in compiled.KERNELS:
        numbers = {name: each for name, each in vars(module).items() if isinstance(each, int | float)}
        for name in compiled._functions(module):
            seen = code[name].py_func.__globals__
            assert {each: seen[each] for each in numbers} == numbers, name


def test_every_module_of_the_engine_stands_in_its_reading_order():
    order = (ENGINE / "README.md").read_text(encoding="utf-8").split("## Formulation")[0]

    for module in ENGINE.glob("[a-z]*.py"):
        assert f"`{module.name}`" in order
