"""What is read of mandates, and what they ask of people; every query with rows beside it that must not count."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from tests.factories import accounts, competencies
from tests.factories.mandates import draft, line, published, rule
from trainer.accounts.models import Person, PostingRow
from trainer.accounts.values import MissionId, MissionStatus, Office, Role
from trainer.competencies.values import Level
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import DueRule, InstrumentDraft, Modality, Move, Scope

POC, CONDUCT, AID = competencies.POC, competencies.CONDUCT, competencies.AID


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNIFIL")


@pytest.fixture
def asked(work: Work) -> None:
    """Conduct of everybody; protection of whoever has the task, two instructors of each unit of infantry."""
    competencies.adopted(work)
    operations.publish_rules(
        work,
        rules=[
            rule("conduct", None, competency=CONDUCT, level=Level.AWARE, due=DueRule.BEFORE_DEPLOYMENT),
            rule("poc"),
            rule("poc-instructors", level=Level.INSTRUCTOR, scope=Scope.AT_LEAST, scope_size=2, roles=(Role.INFANTRY,)),
            rule("aid", "Gender", competency=AID, modality=Modality.SECURE),
        ],
        note="For tests.",
    )


def in_effect(work: Work, mission: MissionId, **changes: object) -> None:
    published(work, mission, **({"effective_on": date(2026, 1, 1), "adopted_on": None} | changes))


# Reading texts


def test_instruments_of_missions_are_told_apart(work: Work, mission: MissionId) -> None:
    elsewhere, quiet = accounts.mission(work), accounts.mission(work)
    in_effect(work, mission, symbol="S/RES/2")
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("Gender"), line("Ceasefire")))
    in_effect(work, elsewhere)

    found = queries.instruments_of(work.session, missions=[mission, quiet])

    assert {key: [text.symbol for text in texts] for key, texts in found.items()} == {
        mission: ["S/RES/1", "S/RES/2"],
        quiet: [],
    }
    assert [each.task_kind for each in found[mission][0].tasks] == ["Gender", "Ceasefire"]


def test_a_mission_without_texts_has_no_tasks_and_version_0(work: Work, mission: MissionId) -> None:
    assert queries.tasks_in_force(work.session, mission=mission, on=work.today) == ()
    assert queries.mandate_version(work.session, mission=mission) == 0


# Pages


def test_the_missions_are_listed_with_what_ends_next_and_closed_ones_last(work: Work, mission: MissionId) -> None:
    closed = accounts.mission(work, name="UNAMID", status=MissionStatus.CLOSED)
    soon, open_ended, silent = (accounts.mission(work, name=name) for name in ("UNISFA", "UNMIK", "UNMISS"))
    bare = accounts.mission(work, name="MONUSCO")
    in_effect(work, mission, expires_on=date(2027, 1, 1))
    in_effect(work, soon, expires_on=date(2026, 11, 16))
    in_effect(work, open_ended, expires_on=None)
    in_effect(work, silent, expires_on=None, expiry_known=False)
    in_effect(work, closed, expires_on=None)
    published(work, mission, symbol="S/RES/2999", effective_on=date(2026, 12, 1))
    operations.save_draft(work, draft=draft(bare))

    lines = queries.missions_page(work.session, on=work.today)

    assert [(each.mission.name, each.last_on, each.expiry_known, each.verified) for each in lines] == [
        ("UNISFA", date(2026, 11, 15), True, False),
        ("UNIFIL", date(2026, 12, 31), True, True),
        ("MONUSCO", None, False, False),
        ("UNMIK", None, True, True),
        ("UNMISS", None, False, False),
        ("UNAMID", None, True, True),
    ]
    assert [(each.latest, each.tasks) for each in lines[:3]] == [
        ("S/RES/2790 (2025)", 1),
        ("S/RES/2790 (2025)", 1),
        ("", 0),
    ]
    assert [each.symbol for each in lines[2].drafts] == ["S/RES/2790 (2025)"]


def test_a_mission_is_read_as_of_a_day(work: Work, mission: MissionId) -> None:
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("Gender", ends_on=date(2026, 6, 1)), line("CivProtect")))
    published(work, mission, symbol="S/RES/2", effective_on=date(2026, 12, 1), tasks=(line("Ceasefire"),))

    then, now, later = (
        queries.mission_page(work.session, mission=mission, on=day)
        for day in (date(2026, 3, 1), work.today, date(2026, 12, 1))
    )

    assert [each.task_kind for each in then.tasks] == ["CivProtect", "Gender"]
    assert [each.task_kind for each in now.tasks] == ["CivProtect"]
    assert [(each.task_kind, each.begins_on) for each in now.announced] == [("Ceasefire", date(2026, 12, 1))]
    assert [(each.task_kind, each.inherited) for each in later.tasks] == [("Ceasefire", False), ("CivProtect", True)]
    assert [text.symbol for text in now.instruments] == ["S/RES/2", "S/RES/1"]
    assert (now.current, later.current) == (now.instruments[1].id, now.instruments[0].id)


def test_an_instrument_is_read_with_what_it_changed_and_its_absence_would(
    work: Work, mission: MissionId, asked: None
) -> None:
    accounts.posted_person(work, mission=mission)
    accounts.posted_person(work, mission=mission, role=Role.CIVILIAN)
    accounts.posted_person(work, mission=accounts.mission(work))
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("CivProtect"), line("Ceasefire")))
    in_effect(work, mission, symbol="S/RES/3", effective_on=date(2026, 3, 1), complete_adjustment=True)
    in_effect(work, mission, symbol="S/RES/2", effective_on=date(2026, 2, 1), tasks=(line("Gender"),))
    first, second, third = queries.mandate_history(work.session, mission=mission)

    pages = [
        queries.instrument_page(work.session, instrument=each.id, on=work.today) for each in (first, second, third)
    ]

    assert [[each.task.task_kind for each in page.shift.added] for page in pages] == [
        ["Ceasefire", "CivProtect"],
        ["Gender"],
        [],
    ]
    assert [[each.task.task_kind for each in page.shift.dropped] for page in pages] == [[], [], ["Ceasefire", "Gender"]]
    assert [page.inserted for page in pages] == [False, True, False]
    assert [len(page.without.dropped) for page in pages] == [0, 0, 0]
    assert [each.task.task_kind for each in pages[2].without.added] == ["Ceasefire", "Gender"]
    assert {page.people for page in pages} == {2}
    assert pages[2].version == 3


def test_a_draft_tells_how_many_people_it_asks_something_else_of(work: Work, mission: MissionId, asked: None) -> None:
    for _ in range(3):
        accounts.posted_person(work, mission=mission, role=Role.OBSERVER)
    accounts.posted_person(work, mission=mission, role=Role.CIVILIAN)
    in_effect(work, mission, tasks=(line("Ceasefire"),))
    silent = operations.save_draft(work, draft=draft(mission, symbol="S/RES/5", tasks=(line("Ceasefire", priority=1),)))
    speaking = operations.save_draft(work, draft=draft(mission, symbol="S/RES/6", tasks=(line("CivProtect"),)))

    pages = [queries.draft_page(work.session, draft=each, on=work.today) for each in (silent, speaking)]

    assert [(page.people, page.touched) for page in pages] == [(4, 0), (4, 4)]
    assert [page.before for page in pages] == ["S/RES/2790 (2025)"] * 2
    assert [page.now for page in pages] == [None, None]


def test_a_draft_older_than_the_latest_tells_what_it_means_today(work: Work, mission: MissionId) -> None:
    in_effect(work, mission, complete_adjustment=True, tasks=(line("Ceasefire"),))
    older = operations.save_draft(
        work, draft=draft(mission, symbol="S/RES/1", effective_on=date(2025, 1, 1), adopted_on=None)
    )

    page = queries.draft_page(work.session, draft=older, on=work.today)

    assert page.shift.inserted_into_history
    assert [each.task.task_kind for each in page.shift.added] == ["CivProtect"]
    assert page.now is not None
    assert {each.move for each in page.now.moves} == {Move.KEPT}


def test_drafts_are_listed_latest_changed_first(work: Work, mission: MissionId) -> None:
    first = operations.save_draft(work, draft=draft(mission, symbol="S/RES/1"))
    second = operations.save_draft(work, draft=draft(mission, symbol="S/RES/2"))
    gone = operations.save_draft(work, draft=draft(mission, symbol="S/RES/3"))
    operations.discard_draft(work, draft=gone)

    assert [each.id for each in queries.drafts(work.session)] == [second, first]
    with pytest.raises(queries.NoSuchDraft):
        queries.draft_page(work.session, draft=gone, on=work.today)


# Versions of the rules


def test_one_rule_is_found_by_its_key(work: Work, asked: None) -> None:
    assert queries.rule(work.session, key="poc").competency == POC
    with pytest.raises(queries.NoSuchRule):
        queries.rule(work.session, key="none")


def test_versions_of_the_rules_are_read_by_number_and_as_they_were_known(
    session: Session, work_as: Callable[..., Work]
) -> None:
    officer = accounts.holder(session, Office.MANDATE_OFFICER)
    competencies.adopted(work_as(officer))
    for day, keys in ((date(2026, 3, 1), ("a",)), (date(2026, 6, 1), ("a", "b"))):
        asked = [rule(key) for key in keys]
        operations.publish_rules(work_as(officer, today=day), rules=asked, note=f"From {day}.")

    def known(day: date) -> int:
        at = datetime.combine(day, time(23), tzinfo=UTC)
        return queries.rule_set_known(session, at=at).number

    assert [known(date(2026, 2, 1)), known(date(2026, 3, 1)), known(date(2026, 5, 31)), known(date(2026, 7, 1))] == [
        0,
        1,
        1,
        2,
    ]
    assert [each.key for each in queries.rule_set_numbered(session, number=1).rules] == ["a"]
    assert queries.rule_set_numbered(session, number=0).rules == ()
    with pytest.raises(queries.NoSuchRuleVersion):
        queries.rule_set_numbered(session, number=3)
    cards = queries.rule_versions(session)
    assert [(each.number, each.note, each.published_by) for each in cards] == [
        (2, "From 2026-06-01.", officer),
        (1, "From 2026-03-01.", officer),
    ]


# What is asked


def test_demands_are_told_by_mission_and_role_and_what_is_announced_apart(
    work: Work, mission: MissionId, asked: None
) -> None:
    other = accounts.mission(work)
    in_effect(work, other, tasks=())
    published(work, mission, tasks=(line("CivProtect"),), effective_on=date(2026, 12, 1))

    now = queries.demands_of(work.session, missions=[mission, other], on=work.today)
    coming = queries.coming_demands_of(work.session, missions=[mission], on=work.today)

    assert set(now) == {(each, role) for each in (mission, other) for role in Role}
    assert {each.competency for each in now[mission, Role.INFANTRY]} == {CONDUCT}
    assert [(each.competency, each.scope) for each in coming[mission, Role.INFANTRY]] == [
        (CONDUCT, Scope.EVERYONE),
        (POC, Scope.AT_LEAST),
        (POC, Scope.EVERYONE),
    ]
    assert coming[mission, Role.CIVILIAN][1].effective_on == date(2026, 12, 1)
    assert coming[mission, Role.CIVILIAN][0].because[0].mission == mission


def test_requirements_follow_the_posting(work: Work, mission: MissionId, asked: None) -> None:
    elsewhere = accounts.mission(work)
    in_effect(work, mission)
    there = accounts.posted_person(work, mission=mission, role=Role.CIVILIAN)
    to_come = accounts.posted_person(work, mission=mission, role=Role.CIVILIAN, starts_on=date(2027, 1, 9))
    other = accounts.posted_person(work, mission=elsewhere, role=Role.CIVILIAN)
    nowhere = accounts.person(work)

    found = queries.requirements_of(work.session, people=[there, to_come, other, nowhere], on=work.today)

    assert {person: {each.competency for each in asked} for person, asked in found.items()} == {
        there: {CONDUCT, POC},
        to_come: {CONDUCT, POC},
        other: {CONDUCT},
        nowhere: set(),
    }
    due = {person: {each.competency: each.due_on for each in asked} for person, asked in found.items()}
    assert due[there][CONDUCT] == work.today
    assert due[to_come][CONDUCT] == date(2027, 1, 9)
    assert due[to_come][POC] == due[there][POC] == work.today
    assert {each.person for each in found[to_come]} == {to_come}


def test_what_is_announced_is_planned_for_but_not_yet_required(work: Work, mission: MissionId, asked: None) -> None:
    published(work, mission, effective_on=date(2026, 12, 1))
    person = accounts.posted_person(work, mission=mission, role=Role.CIVILIAN)

    now = queries.requirements_of(work.session, people=[person], on=work.today)[person]
    planned = queries.planned_requirements_of(work.session, people=[person], on=work.today)[person]

    assert [each.competency for each in now] == [CONDUCT]
    assert [(each.competency, each.due_on) for each in planned] == [
        (CONDUCT, work.today),
        (POC, date(2026, 12, 1) + timedelta(days=60)),
    ]


def test_a_demand_on_part_of_a_unit_falls_to_holders_then_to_who_stays_longest(
    work: Work, mission: MissionId, asked: None
) -> None:
    in_effect(work, mission)
    unit, other = accounts.unit(work, mission=mission), accounts.unit(work, mission=mission)
    short = accounts.posted_person(work, mission=mission, unit=unit, ends_on=date(2027, 1, 1))
    holder = accounts.posted_person(work, mission=mission, unit=unit, ends_on=date(2027, 2, 1))
    lapsed = accounts.posted_person(work, mission=mission, unit=unit, ends_on=date(2027, 3, 1))
    long = accounts.posted_person(work, mission=mission, unit=unit, ends_on=date(2027, 9, 1))
    alone = accounts.posted_person(work, mission=mission, unit=other)
    officer = accounts.posted_person(work, mission=mission, role=Role.STAFF_OFFICER)
    competencies.recorded_evidence(work, holder, competency=POC, level=Level.INSTRUCTOR)
    competencies.recorded_evidence(work, lapsed, competency=POC, level=Level.INSTRUCTOR, observed_on=date(2020, 1, 1))

    everybody = queries.requirements_of(
        work.session, people=[short, holder, lapsed, long, alone, officer], on=work.today
    )
    one = queries.requirements_of(work.session, people=[short], on=work.today)

    levels = {
        person: next(each.level for each in asked if each.competency == POC) for person, asked in everybody.items()
    }
    assert levels == {
        short: Level.PRACTISED,
        holder: Level.INSTRUCTOR,
        lapsed: Level.PRACTISED,
        long: Level.INSTRUCTOR,
        alone: Level.INSTRUCTOR,
        officer: Level.PRACTISED,
    }
    assert one[short] == everybody[short]


def test_a_retired_competency_is_asked_of_nobody(work: Work, mission: MissionId, asked: None) -> None:
    in_effect(work, mission)
    person = accounts.posted_person(work, mission=mission, role=Role.CIVILIAN)
    kept = tuple(each for each in competencies.framework().competencies if each.key != POC)
    competencies.adopted(work, version="2", competencies=kept)

    found = queries.requirements_of(work.session, people=[person], on=work.today)

    assert [each.competency for each in found[person]] == [CONDUCT]


# Cost


def statements(session: Session) -> list[str]:
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def test_requirements_cost_the_same_statements_for_one_and_for_many(
    work: Work, mission: MissionId, asked: None
) -> None:
    in_effect(work, mission)
    unit = accounts.unit(work, mission=mission)
    people = [accounts.posted_person(work, mission=mission, unit=unit) for _ in range(30)]
    work.session.flush()
    seen = statements(work.session)

    queries.requirements_of(work.session, people=people[:1], on=work.today)
    for_one = len(seen)
    queries.requirements_of(work.session, people=people, on=work.today)

    assert for_one == len(seen) - for_one <= 10


def crowd(work: Work, size: int, *, like: PersonId, missions: list[MissionId]) -> list[PersonId]:
    """So many people like the one, spread over missions and roles; in bulk, since making them is not what is measured."""
    person = work.session.get_one(Person, like)
    shared = {name: getattr(person, name) for name in ("given_name", "family_name", "search_name", "organisation_id")}
    rows = [shared | {"key": f"crowd-{number}", "spoken": ["en"]} for number in range(size)]
    made = list(work.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    postings = [
        {
            "person_id": each,
            "mission_id": missions[number % len(missions)],
            "role": list(Role)[number % len(Role)],
            "starts_on": date(2026, 9, 1),
        }
        for number, each in enumerate(made)
    ]
    work.session.execute(insert(PostingRow), postings)
    return [PersonId(each) for each in made]


def test_3000_people_are_asked_at_once(work: Work, asked: None) -> None:
    missions = [accounts.mission(work) for _ in range(12)]
    for each in missions:
        in_effect(work, each, tasks=tuple(line(kind) for kind in ("CivProtect", "Gender", "Ceasefire", "HumanRights")))
    many = [
        rule(f"r{number}", kind, competency=key)
        for number, (kind, key) in enumerate(
            (kind, key) for kind in ("CivProtect", "Gender", "Ceasefire", "HumanRights") for key in (POC, CONDUCT, AID)
        )
    ]
    operations.publish_rules(work, rules=many, note="Many.")
    template = accounts.posted_person(work, mission=missions[0])
    people = crowd(work, 3000, like=template, missions=missions)
    found = queries.requirements_of(work.session, people=people, on=work.today)

    assert len(found) == 3000


def test_a_mission_with_1000_tasks_in_100_texts_is_read_whole(work: Work, mission: MissionId) -> None:
    texts: list[InstrumentDraft] = [
        draft(
            mission,
            symbol=f"S/RES/{number}",
            effective_on=date(2000, 1, 1) + timedelta(days=90 * number),
            adopted_on=None,
            expires_on=None,
            tasks=tuple(line(area_of_operations=f"Sector {number}-{place}") for place in range(10)),
        )
        for number in range(1, 101)
    ]
    operations.load_instruments(work, instruments=texts)

    page = queries.mission_page(work.session, mission=mission, on=work.today)

    assert (len(page.tasks), len(page.instruments)) == (1000, 100)


def test_nobody_is_asked_anything_where_nobody_is_asked_about(session: Session) -> None:
    assert queries.requirements_of(session, people=[], on=date(2026, 11, 24)) == {}
    assert queries.requirements_of(session, people=[PersonId(9)], on=date(2026, 11, 24)) == {PersonId(9): ()}
