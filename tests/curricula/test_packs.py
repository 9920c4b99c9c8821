"""Every pack in the repository can be installed, and together they hold what was promised."""

from collections import Counter
from pathlib import Path

import pytest

from trainer.accounts.values import Role
from trainer.catalogue.values import Pack
from trainer.competencies.values import Area, FrameworkSpec
from trainer.interop.frameworks import read_framework
from trainer.interop.packs import examine_packs, pack_directories, read_packs
from trainer.kernel.values import Problem

CURRICULA = Path(__file__).parents[2] / "curricula"


def told(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{each.file}:{each.line}: {each.message}" for each in problems]


@pytest.fixture(scope="module")
def framework() -> FrameworkSpec:
    """The framework that the packs refer to."""
    found, problems = read_framework(CURRICULA / "frameworks/peace-operations.toml")
    assert told(problems) == []
    assert found is not None
    return found


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    """Every pack, after those it needs."""
    found, problems = read_packs(CURRICULA)
    assert told(problems) == []
    return found


def test_every_pack_passes_the_check() -> None:
    directories = pack_directories(CURRICULA)

    packs, problems = examine_packs(directories, framework=None)

    assert told(problems) == []
    assert {pack.key for pack in packs} == {directory.name for directory in directories}


def test_there_are_at_least_forty_modules_with_five_questions_each(packs: tuple[Pack, ...]) -> None:
    modules = [module for pack in packs for module in pack.modules]

    assert len(modules) >= 40
    assert min(len(module.questions["en"]) for module in modules) >= 5
    assert len({module.key for module in modules}) == len(modules)


def test_every_competency_has_a_module_that_closes_its_gap(packs: tuple[Pack, ...], framework: FrameworkSpec) -> None:
    closes = {
        each.competency
        for pack in packs
        for module in pack.modules
        if module.refresher_of is None
        for each in module.teaches
        if each not in module.requires
    }

    assert {each.key for each in framework.competencies} - closes == set()


def test_every_area_has_a_competency(framework: FrameworkSpec) -> None:
    assert {each.area for each in framework.competencies} == set(Area)


def test_everyone_and_every_role_has_a_track(packs: tuple[Pack, ...]) -> None:
    roles = Counter(track.role for pack in packs for track in pack.tracks)

    assert set(roles) == {None, *(role.value for role in Role)}


def test_packs_come_after_those_they_need(packs: tuple[Pack, ...]) -> None:
    seen: set[str] = set()
    for pack in packs:
        assert set(pack.needs) <= seen
        seen.add(pack.key)


def test_the_right_answer_does_not_give_itself_away_by_its_place(packs: tuple[Pack, ...]) -> None:
    places = Counter(
        place
        for pack in packs
        for module in pack.modules
        for question in module.questions["en"]
        if question.kind == "one" and len(question.answers) == 3
        for place, answer in enumerate(question.answers)
        if answer.right
    )

    assert max(places.values()) < sum(places.values()) / 2
