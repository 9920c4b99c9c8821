"""Rules into rows and cells, and two states of them beside each other."""

import pytest

from tests.factories import competencies
from tests.factories.mandates import rule, task
from trainer.accounts.values import Role
from trainer.competencies.values import Area, Competency, CompetencyKey, Level
from trainer.mandates.values import TASK_KINDS, DueRule, Modality, Move, TaskKindKey
from trainer.requirements.rules import matrix
from trainer.requirements.values import Pivot, Wanted, area_of, roles_of

KNOWN: dict[CompetencyKey, Competency] = {each.key: each for each in competencies.framework().competencies}
CONDUCT = rule("conduct", None, competency=competencies.CONDUCT, due=DueRule.BEFORE_DEPLOYMENT)
POC = rule("poc", roles=(Role.INFANTRY, Role.OBSERVER))
TEACH = rule("poc-teach", roles=(Role.INFANTRY,), level=Level.INSTRUCTOR, modality=Modality.SECURE)
GENDER = rule("gender", "Gender", roles=(Role.CIVILIAN,), competency=competencies.VALUES)
RULES = (GENDER, POC, TEACH, CONDUCT)


def test_a_rule_belongs_to_the_area_of_its_task_and_spells_out_its_roles() -> None:
    assert [area_of(each) for each in RULES] == [Area.WPS, Area.POC, Area.POC, Area.CND]
    assert roles_of(POC) == (Role.INFANTRY, Role.OBSERVER)
    assert roles_of(CONDUCT) == tuple(Role)


def test_rules_stand_in_the_order_of_the_vocabulary_the_highest_level_first() -> None:
    found = matrix.in_order((*RULES, rule("odd", competency=CompetencyKey("juggling"))), competencies=KNOWN)

    assert [each.key for each in found] == ["conduct", "poc-teach", "poc", "odd", "gender"]


def test_tasks_by_roles_hold_each_rule_in_the_cell_of_every_role_it_asks() -> None:
    there = task("CivProtect")
    found = matrix.matrix_of(RULES, pivot=Pivot.TASK, competencies=KNOWN, tasks=(there, task("Demining")))

    assert found.columns == tuple(Role)
    assert [row.task_kind for row in found.rows] == [None, "CivProtect", "Gender"]
    protection = dict(zip(found.columns, found.rows[1].cells, strict=True))
    assert protection[Role.INFANTRY] == (POC, TEACH)
    assert protection[Role.OBSERVER] == (POC,)
    assert protection[Role.CIVILIAN] == ()
    assert (found.rows[1].count, found.rows[1].because) == (2, (there,))
    assert all(cell == (CONDUCT,) for cell in found.rows[0].cells)


def test_competencies_by_roles_and_one_role_by_due_days_hold_the_same_rules() -> None:
    by_competency = matrix.matrix_of(RULES, pivot=Pivot.COMPETENCY, role=Role.CIVILIAN, competencies=KNOWN)
    by_role = matrix.matrix_of(RULES, pivot=Pivot.ROLE, competencies=KNOWN)

    assert by_competency.columns == (Role.CIVILIAN,)
    assert [(row.competency, row.cells) for row in by_competency.rows] == [
        (competencies.CONDUCT, ((CONDUCT,),)),
        (competencies.POC, ((),)),
        (competencies.VALUES, ((GENDER,),)),
    ]
    assert by_role.columns == tuple(DueRule)
    assert [row.cells for row in by_role.rows] == [((CONDUCT,), (), ()), ((), (POC, TEACH), ()), ((), (GENDER,), ())]


def test_a_competency_of_no_framework_has_a_row_of_its_own() -> None:
    odd = rule("odd", competency=CompetencyKey("juggling"))

    found = matrix.matrix_of((odd,), pivot=Pivot.COMPETENCY, competencies=KNOWN)

    assert [(row.competency, row.area, row.count) for row in found.rows] == [("juggling", Area.CND, 1)]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        pytest.param(Wanted(), ["gender", "poc", "poc-teach", "conduct"], id="everything"),
        pytest.param(Wanted(area=Area.POC), ["poc", "poc-teach"], id="area"),
        pytest.param(Wanted(role=Role.OBSERVER), ["poc", "conduct"], id="role"),
        pytest.param(Wanted(competency=competencies.VALUES), ["gender"], id="competency"),
        pytest.param(Wanted(task=TaskKindKey("Gender")), ["gender"], id="task"),
        pytest.param(Wanted(baseline=True), ["conduct"], id="baseline"),
        pytest.param(Wanted(area=Area.POC, role=Role.CIVILIAN), [], id="nothing"),
    ],
)
def test_rules_are_narrowed(wanted: Wanted, keys: list[str]) -> None:
    assert [each.key for each in matrix.wanted_of(RULES, wanted=wanted, tasks=None)] == keys


def test_in_a_mission_only_what_fits_its_tasks_is_asked() -> None:
    assisting, securing = task("CivProtect"), task("CivProtect", modalities=(Modality.SECURE,))

    def asked(*tasks: object) -> list[str]:
        return [each.key for each in matrix.wanted_of(RULES, wanted=Wanted(), tasks=tasks)]  # type: ignore[arg-type]

    assert asked() == ["conduct"]
    assert asked(assisting) == ["poc", "conduct"]
    assert asked(assisting, securing) == ["poc", "poc-teach", "conduct"]


def test_tasks_that_ask_nothing_are_told_also_where_no_rule_fits_how_the_mission_acts() -> None:
    assert len(matrix.without_rule(RULES, kinds=TASK_KINDS, tasks=None)) == 45
    there = (task("CivProtect"), task("Demining"))
    assert matrix.without_rule((TEACH,), kinds=TASK_KINDS, tasks=there) == ("CivProtect", "Demining")
    assert matrix.without_rule(RULES, kinds=TASK_KINDS, tasks=there) == ("Demining",)


def test_two_states_of_the_rules_differ_by_what_was_added_changed_and_dropped() -> None:
    heavier = rule("poc", roles=(Role.INFANTRY, Role.OBSERVER), weight=50)
    new = rule("aid", "Gender", competency=competencies.AID)

    found = matrix.difference(RULES, (CONDUCT, heavier, new, TEACH))

    assert [(each.move, each.rule.key) for each in found.moves] == [
        (Move.CHANGED, "poc"),
        (Move.ADDED, "aid"),
        (Move.DROPPED, "gender"),
    ]
    assert (found.of(Move.CHANGED)[0].before, found.of(Move.CHANGED)[0].after) == (POC, heavier)
    assert found.kept == 2
    assert found.areas == {Area.POC, Area.WPS}
