"""Many rules changed at once, two people's changes put together, and whom a change touches."""

from datetime import date

import pytest

from tests.factories import competencies
from tests.factories.mandates import AREAS, rule, task
from trainer.accounts.values import Certainty, MissionCard, MissionId, MissionStatus, Role
from trainer.competencies.values import Competency, CompetencyKey, Level, Source
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import DueRule, Modality, RequirementRule, Scope, TaskKindKey
from trainer.requirements.rules import changes
from trainer.requirements.values import ChangeKind, Chosen, RolesChange, RulesChange

INFANTRY, OBSERVER, CIVILIAN = Role.INFANTRY, Role.OBSERVER, Role.CIVILIAN
BOTH = rule("both", roles=(INFANTRY, OBSERVER), weight=20)
ALL = rule("all", "Gender", competency=competencies.AID, scope=Scope.SHARE, scope_size=50)
CONDUCT = rule("conduct", None, competency=competencies.CONDUCT, due=DueRule.BY_DATE, due_on=date(2027, 1, 1))
RULES = (CONDUCT, BOTH, ALL)


def change(**fields: object) -> RulesChange:
    return RulesChange(**({"kind": ChangeKind.CHANGE} | fields))  # type: ignore[arg-type]


def made(chosen: Chosen, wanted: RulesChange, rules: tuple[RequirementRule, ...] = RULES) -> dict[str, RequirementRule]:
    return {each.key: each for each in changes.changed(rules, chosen=chosen, change=wanted)}


def test_what_is_not_said_stays_and_rules_not_chosen_are_left_alone() -> None:
    found = made({"both": (), "conduct": (), "gone": ()}, change(level=Level.INDEPENDENT, weight=70))

    assert list(found) == ["conduct", "both", "all"]
    assert found["all"] is ALL
    assert found["both"] == rule("both", roles=(INFANTRY, OBSERVER), weight=70, level=Level.INDEPENDENT)
    assert (found["conduct"].due_on, found["conduct"].level) == (date(2027, 1, 1), Level.INDEPENDENT)


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        pytest.param(change(due=DueRule.DAYS_AFTER, due_days=14), {"due": "days-after", "due_on": None}, id="no day"),
        pytest.param(change(due_on=date(2028, 2, 29)), {"due": "by-date", "due_on": date(2028, 2, 29)}, id="day"),
        pytest.param(change(scope=Scope.AT_LEAST, scope_size=3), {"scope": "at-least", "scope_size": 3}, id="scope"),
        pytest.param(change(scope=Scope.EVERYONE, scope_size=3), {"scope": "everyone", "scope_size": 0}, id="everyone"),
        pytest.param(change(least_source=Source.OBSERVED), {"least_source": "observed"}, id="evidence"),
        pytest.param(change(refresher_months=6), {"refresher_months": 6}, id="refresher"),
    ],
)
def test_fields_that_hang_together_are_changed_together(wanted: RulesChange, fields: dict[str, object]) -> None:
    found = made({"conduct": ()}, wanted)["conduct"]

    assert {name: getattr(found, name) for name in fields} == fields


def test_a_day_is_forgotten_where_a_rule_has_none_to_be_met_by() -> None:
    assert made({"both": ()}, change(due_on=date(2027, 1, 1)))["both"].due_on is None
    assert made({"all": ()}, change(weight=3))["all"].scope_size == 50


@pytest.mark.parametrize(
    ("how", "roles", "after"),
    [
        (RolesChange.SET, (CIVILIAN,), (CIVILIAN,)),
        (RolesChange.SET, (), ()),
        (RolesChange.SET, tuple(Role), ()),
        (RolesChange.ADD, (CIVILIAN,), (INFANTRY, OBSERVER, CIVILIAN)),
        (RolesChange.TAKE, (OBSERVER, CIVILIAN), (INFANTRY,)),
    ],
)
def test_roles_are_set_added_and_taken_away(how: RolesChange, roles: tuple[Role, ...], after: tuple[Role, ...]) -> None:
    assert made({"both": ()}, change(roles_change=how, roles=roles))["both"].roles == after


def test_a_rule_that_no_role_is_left_for_goes_and_one_for_all_becomes_one_for_the_rest() -> None:
    taken = change(roles_change=RolesChange.TAKE, roles=(INFANTRY, OBSERVER))

    assert "both" not in made({"both": ()}, taken)
    assert made({"all": ()}, taken)["all"].roles == tuple(role for role in Role if role not in (INFANTRY, OBSERVER))


def test_a_change_for_some_roles_splits_the_rule_and_asks_the_others_as_before() -> None:
    found = made({"all": (CIVILIAN,), "both": (CIVILIAN,)}, change(level=Level.INSTRUCTOR))

    assert found["both"] is BOTH
    assert found["all"].roles == tuple(role for role in Role if role is not CIVILIAN)
    assert found["all"].level == Level.PRACTISED
    new = found["gender-first-aid"]
    assert (new.roles, new.level, new.scope_size) == ((CIVILIAN,), Level.INSTRUCTOR, 50)
    assert made({"both": (INFANTRY, OBSERVER)}, change(weight=1))["both"].weight == 1


def test_rules_are_dropped_whole_or_for_some_roles() -> None:
    found = made({"both": (OBSERVER,), "all": ()}, RulesChange(kind=ChangeKind.DROP))

    assert list(found) == ["conduct", "both"]
    assert found["both"].roles == (INFANTRY,)


def test_rules_are_copied_to_a_task_and_to_roles_but_not_where_it_is_said_already() -> None:
    to = RulesChange(kind=ChangeKind.COPY, to_task=TaskKindKey("Demining"), roles=(CIVILIAN,))

    found = made({"both": (), "conduct": ()}, to)
    again = made({"both": ()}, to, tuple(found.values()))

    assert found["both"] == BOTH
    copied = found["demining-protection-of-civilians"]
    assert (copied.task_kind, copied.roles, copied.weight) == ("Demining", (CIVILIAN,), 20)
    assert found["demining-conduct"].due_on == date(2027, 1, 1)
    assert list(again) == list(found)
    same_roles = RulesChange(kind=ChangeKind.COPY, to_task=TaskKindKey("Demining"))
    assert made({"both": (INFANTRY,)}, same_roles)["demining-protection-of-civilians"].roles == (INFANTRY,)
    assert made({"all": ()}, same_roles)["demining-first-aid"].roles == ()


def test_copies_to_roles_keep_the_task_and_the_baseline_depends_on_no_way_of_acting() -> None:
    securing = rule("secure", modality=Modality.SECURE)

    found = made({"secure": ()}, RulesChange(kind=ChangeKind.COPY, roles=(CIVILIAN,)), (securing,))

    assert found["civprotect-protection-of-civilians"].modality is Modality.SECURE


@pytest.mark.parametrize(
    ("wanted", "chosen", "fields"),
    [
        pytest.param(change(weight=3), 0, ["rules"], id="nothing chosen"),
        pytest.param(change(), 1, [None], id="nothing changed"),
        pytest.param(change(due=DueRule.BY_DATE, scope=Scope.SHARE), 1, ["due_on", "scope_size"], id="half said"),
        pytest.param(change(roles_change=RolesChange.TAKE), 1, ["roles"], id="no roles"),
        pytest.param(RulesChange(kind=ChangeKind.COPY), 1, ["to_task"], id="copied to nowhere"),
        pytest.param(RulesChange(kind=ChangeKind.DROP), 1, [], id="dropped"),
        pytest.param(change(due=DueRule.BY_DATE, due_on=date(2027, 1, 1)), 1, [], id="fine"),
    ],
)
def test_all_that_is_wrong_with_a_change_is_told(wanted: RulesChange, chosen: int, fields: list[str | None]) -> None:
    assert [each.field for each in changes.problems_of(wanted, chosen=chosen)] == fields


def test_two_peoples_changes_of_different_rules_are_put_together() -> None:
    mine = (CONDUCT, rule("both", weight=99), rule("mine"))
    theirs = (rule("conduct", None, competency=competencies.CONDUCT, weight=2), BOTH, ALL, rule("theirs"))

    found, both = changes.merged(RULES, mine, theirs)

    assert {each.key: each.weight for each in found} == {"conduct": 2, "both": 99, "theirs": 10, "mine": 10}
    assert both == ()


def test_what_both_changed_otherwise_stays_theirs_and_is_named() -> None:
    mine = (CONDUCT, rule("both", weight=99), rule("new", weight=1))
    theirs = (CONDUCT, ALL, rule("new", weight=2))

    found, both = changes.merged(RULES, mine, theirs)

    assert {each.key: each.weight for each in found} == {"conduct": 10, "new": 2}
    assert both == ("both", "new")
    assert changes.merged(RULES, mine, mine) == (mine, ())


def test_a_change_touches_the_roles_and_missions_of_whom_something_else_is_asked() -> None:
    here, there = (_mission(number) for number in (1, 2))
    known: dict[CompetencyKey, Competency] = {
        key: competencies.competency(key, area=area) for key, area in AREAS.items()
    }
    on = date(2026, 11, 24)
    tasks = {here.id: (task("CivProtect"),), there.id: (task("Gender", mission=there.id),)}
    before = (rule("poc", roles=(INFANTRY,)), rule("aid", "Gender", competency=competencies.AID))
    after = (rule("poc", roles=(INFANTRY,), level=Level.INDEPENDENT, weight=50), *before[1:])
    lighter = (rule("poc", roles=(INFANTRY,), weight=1), *before[1:])
    headcount = {(here.id, INFANTRY): 30, (here.id, CIVILIAN): 5, (there.id, INFANTRY): 7}

    def reach(rules: tuple[RequirementRule, ...]) -> object:
        demands = [mandate_rules.demands_by_role(tasks, each, competencies=known, on=on) for each in (before, rules)]
        return changes.reach_of(demands[0], demands[1], headcount=headcount, missions=(here, there), on=on)

    found = reach(after)
    assert (found.people, found.touched) == (42, 30)  # type: ignore[attr-defined]
    infantry = found.roles[0]  # type: ignore[attr-defined]
    assert [(each.competency, each.level) for each in infantry.gained] == [(competencies.POC, Level.INDEPENDENT)]
    assert infantry.lost == ()
    assert [(each.mission.id, each.touched, each.people) for each in found.missions] == [(here.id, 30, 35)]  # type: ignore[attr-defined]
    dropped = reach(before[1:])
    assert [(each.competency, each.level) for each in dropped.roles[0].lost] == [(competencies.POC, 2)]  # type: ignore[attr-defined]
    assert reach(lighter).touched == 0  # type: ignore[attr-defined]


def _mission(number: int) -> MissionCard:
    return MissionCard(
        id=MissionId(number),
        key=f"mission-{number}",
        name=f"Mission {number}",
        full_name={"en": ""},
        place={"en": ""},
        lead="un",
        status=MissionStatus.ACTIVE,
        region="",
        time_zone="UTC",
        strength={"en": ""},
        certainty=Certainty.SEEN,
    )
