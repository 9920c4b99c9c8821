"""The chain in both directions, from real mandates, rules, people and assignments."""

from datetime import date

import pytest

from tests.chain.assignments import approved_plan, assignment, baseline, because
from tests.factories import accounts, mandates, readiness
from tests.factories.readiness import CONDUCT, POC, TODAY, soldier
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import Role
from trainer.audit.events import PersonalTextsErased
from trainer.chain import queries
from trainer.competencies.values import Area, Currency, Level
from trainer.mandates import operations as mandate_operations
from trainer.mandates.values import Force, Modality, Scope
from trainer.tracks.queries import NoSuchAssignment
from trainer.tracks.values import AssignmentState


@pytest.fixture
def place(work):
    return readiness.field(work)


@pytest.fixture
def her(work, place):
    return soldier(work, place, given_name="Amina", family_name="Diallo", poc=None)


def test_an_assignment_leads_up_to_the_paragraph(session, work, place, her):
    given = assignment(work, her, because(place))

    found = queries.chain_of_assignment(session, assignment=given)

    (paragraph,) = found.chain.paragraphs
    (task,) = found.chain.tasks
    (requirement,) = found.chain.requirements
    (person,) = found.chain.people
    (seat,) = found.chain.seats
    assert (paragraph.symbol, paragraph.paragraph, paragraph.withdrawn) == ("S/RES/2790 (2025)", "4 (a)", False)
    assert (task.task_kind, task.area, task.modalities, task.force) == (
        "CivProtect",
        Area.POC,
        (Modality.ASSIST,),
        Force.REQUESTED,
    )
    assert (requirement.competency, requirement.level, requirement.title) == (
        POC,
        Level.PRACTISED,
        {"en": "Title of poc"},
    )
    assert (person.person, person.name, person.role, person.unit_name) == (
        her,
        "Amina Diallo",
        Role.INFANTRY,
        "Battalion 1",
    )
    assert (seat.assignment, seat.due_on, seat.state) == (given, date(2026, 12, 10), AssignmentState.ASSIGNED)
    assert found.chain.mission.name == "UNFIELD"
    assert found.plan is None


def test_several_paragraphs_stand_side_by_side_once_each(session, work, place, her):
    second = mandates.published(
        work,
        place.mission,
        symbol="S/RES/2791 (2026)",
        adopted_on=date(2026, 2, 1),
        effective_on=date(2026, 2, 2),
        tasks=(mandates.line("Ceasefire", paragraph="9", words="Watch the line."),),
    )
    other = because(place, instrument=second, symbol="S/RES/2791 (2026)", paragraph="9", task_kind="Ceasefire")
    given = assignment(work, her, because(place), other, because(place, rule="poc-2"))

    chain = queries.chain_of_assignment(session, assignment=given).chain

    assert [(each.symbol, each.words) for each in chain.paragraphs] == [
        ("S/RES/2790 (2025)", ""),
        ("S/RES/2791 (2026)", "Watch the line."),
    ]
    assert [each.task_kind for each in chain.tasks] == ["CivProtect", "Ceasefire"]


def test_a_withdrawn_text_is_still_what_was_decided_on(session, work, place, her):
    given = assignment(work, her, because(place))
    mandate_operations.withdraw_instrument(
        work,
        instrument=place.instrument,
        because="Entered twice",
        seen_version=1,
    )

    chain = queries.chain_of_assignment(session, assignment=given).chain

    assert [each.withdrawn for each in chain.paragraphs] == [True]
    assert [each.task_kind for each in chain.tasks] == ["CivProtect"]


def test_the_baseline_is_ordered_by_no_paragraph(session, work, place, her):
    given = assignment(work, her, baseline(place), closes=[[str(CONDUCT), 1]])

    chain = queries.chain_of_assignment(session, assignment=given).chain

    assert (chain.paragraphs, chain.tasks) == ((), ())
    assert [each.competency for each in chain.requirements] == [CONDUCT]


def test_the_history_is_of_the_assignment_its_plan_and_its_text(session, work, place, her):
    given = assignment(work, her, because(place))
    approved_plan(work, given)
    work.record(PersonalTextsErased(person_id=her, entries=1))

    found = queries.chain_of_assignment(session, assignment=given)

    assert [line.event for line in found.history] == [
        "InstrumentPublished",
        "PlanProposed",
        "PlanApproved",
        "ModulesAssigned",
    ]
    assert str(found.plan.cause.sentence) == "New plan after resolution 2790."


def test_there_is_no_chain_of_nothing(session, place):
    with pytest.raises(NoSuchAssignment):
        queries.chain_of_assignment(session, assignment=404)
    with pytest.raises(queries.NoSuchTask):
        queries.chain_of_task(session, mission=place.mission, task_kind="Nonsense", on=TODAY)
    with pytest.raises(NoSuchMission):
        queries.chain_of_task(session, mission=404, task_kind="CivProtect", on=TODAY)


def test_a_task_leads_down_to_people_and_what_they_have(session, work, place, her):
    ready = soldier(work, place)
    soldier(work, place, role=Role.OBSERVER, outside=True, poc=date(2024, 1, 1))
    given = assignment(work, her, because(place))
    assignment(work, her, baseline(place), module_key="conduct")
    assignment(work, her, because(place), state=AssignmentState.COMPLETED)
    elsewhere = accounts.mission(work)
    accounts.posted_person(work, mission=elsewhere)

    found = queries.chain_of_task(session, mission=place.mission, task_kind="CivProtect", on=TODAY)

    assert found.in_force
    assert [(each.symbol, each.paragraph) for each in found.chain.paragraphs] == [("S/RES/2790 (2025)", "4 (a)")]
    assert (found.chain.people_in_all, found.chain.seats_in_all) == (3, 1)
    assert found.chain.people[0].person == her
    assert found.chain.people[-1].person == ready
    assert [each.assignment for each in found.chain.seats] == [given]
    assert len(found.chain.requirements) == 1
    by_role = {each.role: each for each in found.requirements}
    assert by_role[Role.INFANTRY].readiness.counts == {Currency.NEVER: 1, Currency.CURRENT: 1}
    assert by_role[Role.OBSERVER].readiness.counts == {Currency.LAPSED: 1}
    assert by_role[Role.CIVILIAN].readiness.required == 0
    assert (by_role[Role.INFANTRY].assigned, by_role[Role.INFANTRY].scope) == (1, Scope.EVERYONE)


def test_a_stop_names_only_the_first_and_counts_all(session, work, place, monkeypatch):
    monkeypatch.setattr(queries, "SHOWN", 2)
    for _ in range(3):
        assignment(work, soldier(work, place, poc=None), because(place))

    chain = queries.chain_of_task(session, mission=place.mission, task_kind="CivProtect", on=TODAY).chain

    assert (len(chain.people), chain.people_in_all, len(chain.seats), chain.seats_in_all) == (2, 3, 2, 3)


def test_a_task_not_in_force_has_the_chain_of_nothing(session, work, place, her):
    found = queries.chain_of_task(session, mission=place.mission, task_kind="Ceasefire", on=TODAY)

    assert not found.in_force
    assert (found.chain.paragraphs, found.requirements, found.chain.people_in_all) == ((), (), 0)
