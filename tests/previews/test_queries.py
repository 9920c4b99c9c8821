"""What a draft would do: as the planner and readiness would say it once the text is published, and nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.factories import accounts, catalogue, competencies, mandates, partners, planning, tracks
from tests.factories.planning import AID, CONDUCT, POC, TODAY, World
from trainer.accounts.values import Role
from trainer.catalogue.values import AtLevel
from trainer.competencies.values import Area, Level
from trainer.kernel.db import Base
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import InstrumentDraft, Move, Scope, TaskChange
from trainer.planning import queries as plan_queries
from trainer.planning.values import StepMove
from trainer.previews import queries
from trainer.previews.rules import later
from trainer.previews.values import Preview, Shortage
from trainer.readiness import queries as readiness_queries
from trainer.readiness import rules as readiness_rules


@pytest.fixture
def made(work: Work) -> World:
    """Three people in a mission that protects civilians; where gender is a task, first aid is asked, which nothing gives."""
    world = planning.world(work)
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("poc", competency=POC),
            mandates.rule("conduct", None, competency=CONDUCT),
            mandates.rule("aid", "Gender", competency=AID),
        ),
        note="With first aid",
    )
    noise = accounts.mission(work)
    mandates.published(work, noise, effective_on=date(2026, 1, 1), adopted_on=None)
    accounts.posted_person(work, mission=noise)
    work.session.flush()
    return world


def text(made: World, *tasks: Any, **changes: Any) -> InstrumentDraft:
    """A text that takes effect today and says this of tasks."""
    given = {"symbol": "S/RES/2801 (2026)", "effective_on": TODAY, "adopted_on": None, "expires_on": None} | changes
    return mandates.draft(made.mission, tasks=tasks, **given)


def previewed(work: Work, draft: InstrumentDraft) -> Preview:
    return queries.preview_of(work.session, draft=draft, on=TODAY)


# What is asked


def test_people_gain_and_lose_what_the_tasks_ask(work: Work, made: World) -> None:
    found = previewed(work, text(made, mandates.line("Gender"), mandates.ending("CivProtect")))

    assert [each.task.task_kind for each in found.shift.added] == ["Gender"]
    assert [each.task.task_kind for each in found.shift.dropped] == ["CivProtect"]
    assert (found.people, found.gaining, found.losing, found.lacking) == (3, 3, 3, 3)
    (infantry,) = (each for each in found.roles if each.people)
    assert (infantry.role, infantry.before, infantry.after) == (Role.INFANTRY, 2, 2)
    assert infantry.gained == (AtLevel(competency=AID, level=Level.PRACTISED),)
    assert infantry.lost == (AtLevel(competency=POC, level=Level.PRACTISED),)
    by_key = {each.competency: each for each in found.competencies}
    assert (by_key[AID].gaining, by_key[AID].missing, by_key[AID].losing) == (3, 3, 0)
    assert (by_key[POC].gaining, by_key[POC].missing, by_key[POC].losing) == (0, 0, 3)
    assert found.problems == ()


def test_who_holds_it_already_gains_and_lacks_nothing(work: Work, made: World) -> None:
    competencies.recorded_evidence(work, made.people[0], competency=AID, level=Level.PRACTISED, observed_on=TODAY)
    work.session.flush()

    found = previewed(work, text(made, mandates.line("Gender")))

    assert (found.gaining, found.lacking) == (3, 2)
    assert [(each.person, each.missing) for each in found.changed] == [
        *((person, 1) for person in sorted(made.people[1:])),
        (made.people[0], 0),
    ]
    assert (found.competencies[0].gaining, found.competencies[0].holding) == (3, 1)


def test_a_higher_level_is_gained_and_a_lower_one_lost(work: Work, made: World) -> None:
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("poc", competency=POC, level=Level.AWARE),
            mandates.rule("more", "Gender", competency=POC, level=Level.PRACTISED),
        ),
        note="Two levels",
    )

    found = previewed(work, text(made, mandates.line("Gender")))

    changed = next(each for each in found.roles if each.people)
    assert changed.gained == (AtLevel(competency=POC, level=Level.PRACTISED),)
    assert changed.lost == ()


def test_people_who_rotate_out_before_it_takes_effect_are_not_counted(work: Work, made: World) -> None:
    accounts.posted_person(work, mission=made.mission, ends_on=date(2026, 12, 1))
    work.session.flush()

    later = previewed(work, text(made, mandates.line("Gender"), effective_on=date(2026, 12, 15)))
    today = previewed(work, text(made, mandates.line("Gender")))

    assert (later.from_on, later.people, later.gaining) == (date(2026, 12, 15), 3, 3)
    assert (today.from_on, today.people, today.gaining) == (TODAY, 4, 4)


def test_what_is_asked_of_part_of_a_unit_falls_on_so_many(work: Work, made: World) -> None:
    mandate_operations.publish_rules(
        work,
        rules=(mandates.rule("aid", "Gender", competency=AID, scope=Scope.AT_LEAST, scope_size=1),),
        note="One of each unit",
    )

    found = previewed(work, text(made, mandates.line("Gender")))

    assert found.gaining == 1
    (unit,) = found.units
    assert (unit.unit, unit.people, unit.gaining, unit.lacking) == (None, 3, 1, 1)


def test_a_draft_with_problems_is_worked_out_and_they_are_told(work: Work, made: World) -> None:
    found = previewed(work, text(made, mandates.line("Gender", paragraph=""), symbol="no symbol"))

    assert [each.field for each in found.problems] == ["symbol", "tasks-0-paragraph"]
    assert found.gaining == 3


def test_a_text_that_says_nothing_changes_nothing(work: Work, made: World) -> None:
    found = previewed(work, text(made))

    assert [each.move for each in found.shift.moves] == [Move.KEPT]
    assert (found.changed, found.competencies, found.units) == ((), (), ())
    assert found.plan == found.without
    assert not any(each.changes for each in found.areas)


# Later days


def test_tasks_that_end_later_are_counted_with_the_people_no_longer_asked(work: Work, made: World) -> None:
    last_on = date(2026, 12, 31)
    found = previewed(work, text(made, mandates.line("CivProtect", ends_on=date(2027, 1, 1)), mandates.line("Gender")))

    assert (found.gaining, found.losing) == (3, 0)
    (day,) = found.later.days
    assert (day.on, day.last_on, day.counted) == (date(2027, 1, 1), last_on, True)
    assert [each.task.task_kind for each in day.shift.moves] == ["CivProtect"]
    assert (day.people, day.losing, day.gaining, day.lacking) == (3, 3, 0, 0)
    assert [(each.competency, each.losing) for each in day.competencies] == [(POC, 3)]
    assert (found.later.ended, found.later.begun, found.later.losing) == (1, 0, 3)


def test_what_begins_later_is_counted_with_those_who_will_lack_it(work: Work, made: World) -> None:
    competencies.recorded_evidence(work, made.people[0], competency=AID, level=Level.PRACTISED, observed_on=TODAY)
    work.session.flush()

    found = previewed(work, text(made, mandates.line("Gender", starts_on=date(2027, 2, 1))))

    (day,) = found.later.days
    assert (day.on, day.gaining, day.lacking, day.losing) == (date(2027, 2, 1), 3, 2, 0)
    assert (found.later.begun, found.later.lacking, found.later.losing) == (1, 2, 0)


def test_a_person_who_loses_on_two_days_counts_once(work: Work, made: World) -> None:
    draft = text(
        made,
        mandates.line("CivProtect", ends_on=date(2027, 1, 1)),
        mandates.line("Gender", ends_on=date(2027, 2, 1)),
    )

    found = previewed(work, draft)

    assert [(day.on, day.losing) for day in found.later.days] == [(date(2027, 1, 1), 3), (date(2027, 2, 1), 3)]
    assert (found.later.ended, found.later.losing) == (2, 3)


def test_what_ends_anyway_is_not_laid_at_the_door_of_the_text(work: Work, made: World) -> None:
    mandates.published(
        work,
        made.mission,
        symbol="S/RES/2795 (2026)",
        adopted_on=None,
        effective_on=TODAY,
        expires_on=None,
        tasks=(mandates.line("Gender", ends_on=date(2027, 1, 1)),),
    )

    found = previewed(work, text(made, mandates.line("CivProtect", ends_on=date(2027, 1, 1))))

    (day,) = found.later.days
    assert [each.task.task_kind for each in day.shift.moves] == ["CivProtect"]
    assert (day.losing, [each.competency for each in day.competencies]) == (3, [POC])


def test_who_has_left_by_then_loses_nothing_however_far_the_day_is(work: Work, made: World) -> None:
    accounts.posted_person(work, mission=made.mission, ends_on=date(2026, 12, 20))
    work.session.flush()
    draft = text(
        made,
        mandates.line("CivProtect", ends_on=date(2027, 1, 1)),
        mandates.line("Gender", ends_on=date(2028, 1, 1)),
    )

    near, far = previewed(work, draft).later.days

    assert (near.people, near.losing) == (3, 3)
    assert (far.on, far.counted, far.people, far.losing) == (date(2028, 1, 1), True, 0, 0)


def test_a_text_without_later_days_tells_of_none(work: Work, made: World) -> None:
    assert previewed(work, text(made, mandates.line("Gender"))).later.days == ()


# The plan that would follow


def test_the_figures_are_those_of_the_plan_that_follows_publication(work: Work, made: World) -> None:
    planning.approved(work, made)
    draft = text(made, mandates.line("Gender"), mandates.line("CivProtect", change=TaskChange.END, modalities=()))
    found = previewed(work, draft)

    seen = mandate_queries.mandate_version(work.session, mission=made.mission)
    mandate_operations.publish_instrument(work, draft=draft, seen_version=seen)
    plan = planning.proposed(work, made)

    head = plan_queries.plan_head(work.session, plan=plan)
    assert found.plan.counts == replace(head.counts, short=None)
    assert (found.plan.objective, found.plan.bound) == (head.objective, head.bound)
    assert found.plan.gap_permille == head.gap_permille
    assert found.plan.counts != found.without.counts
    assert found.plan.counts.lose == 3


def test_who_was_told_before_gets_no_more_in_a_preview_than_in_the_plan(work: Work, made: World) -> None:
    """A seat that the plan frees is not for them in this plan, but in the next."""
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("poc", competency=POC),
            mandates.rule("conduct", None, competency=CONDUCT),
            mandates.rule("aid", "Gender", competency=AID, roles=(Role.OBSERVER,)),
        ),
        note="First aid of observers",
    )
    reader, observer = (
        accounts.posted_person(work, mission=made.mission, role=role, spoken=["fr"])
        for role in (Role.INFANTRY, Role.OBSERVER)
    )
    for person in (reader, observer):
        competencies.recorded_evidence(work, person, competency=CONDUCT, observed_on=date(2026, 10, 20))
    only = partners.course_session(work, course=partners.course(work, awards={POC: 2}, language="fr"), seats=1)
    tracks.seat(work, person=observer, course_session=only, closes=[[POC, 2]])
    work.session.flush()
    planning.approved(work, made)
    both = partners.course(work, awards={POC: 2, AID: 2}, language="fr", roles=["observer"])
    better = partners.course_session(work, course=both)
    work.session.flush()
    draft = text(made, mandates.line("Gender"))

    found = previewed(work, draft)
    seen = mandate_queries.mandate_version(work.session, mission=made.mission)
    mandate_operations.publish_instrument(work, draft=draft, seen_version=seen)
    plan = planning.proposed(work, made)
    head, changes = plan_queries.plan_head(work.session, plan=plan), plan_queries.changes_of(work.session, plan=plan)

    assert {each.person for each in changes} == {observer}
    assert [(each.move, each.session) for each in changes] == [(StepMove.REPLACE, only), (StepMove.GIVE, better)]
    assert (head.counts.told, head.counts.unmet) == (1, 1)
    assert found.plan.counts == replace(head.counts, short=None)
    assert (found.plan.seats, found.plan.modules, found.plan.short, found.plan.later) == (1, 0, 0, 1)
    assert (found.without.counts.unmet, found.without.counts.told) == (1, 1)


def test_hours_and_gaps_come_from_what_is_given(work: Work, made: World) -> None:
    found = previewed(work, text(made))

    effort = int(catalogue.module("poc").effort.total_seconds() // 60)
    assert (found.plan.modules, found.plan.minutes) == (3, 3 * effort)
    assert (found.plan.seats, found.plan.seat_days, found.plan.cost) == (0, 0, 0)
    assert (found.plan.short, found.plan.later) == (0, 0)


def test_what_nothing_closes_is_told_by_competency_language_and_region(work: Work, made: World) -> None:
    reader = accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    competencies.recorded_evidence(work, reader, competency=CONDUCT, observed_on=date(2026, 10, 20))
    work.session.flush()

    found = previewed(work, text(made, mandates.line("Gender")))

    assert [(each.competency, each.language, each.region, each.people, each.without) for each in found.short] == [
        (AID, "en", "east-africa", 3, 0),
        (AID, "fr", "east-africa", 1, 0),
        (POC, "fr", "east-africa", 1, 1),
    ]
    assert [dict(each.reasons) for each in found.short] == [
        {Shortage.NOT_OFFERED: 3},
        {Shortage.NOT_OFFERED: 1},
        {Shortage.LANGUAGE: 1},
    ]
    assert (found.plan.short, found.without.short) == (5, 1)


# Readiness


def test_without_the_text_readiness_is_what_is_expected_anyway(work: Work, made: World) -> None:
    planning.approved(work, made)
    work.session.flush()

    found = previewed(work, text(made, mandates.line("Gender")))

    days = readiness_rules.months_ahead(TODAY, count=6)
    for area in found.areas:
        expected = readiness_queries.forecast(work.session, mission=made.mission, on=TODAY, days=days, area=area.area)
        asked = [point.without.counts for point in area.points]
        assert asked == [point.readiness.counts for point in expected]
    assert [point.on for point in found.total.points] == list(days)


def test_readiness_follows_the_text_from_its_day_and_the_plan_from_when_it_is_done(work: Work, made: World) -> None:
    mandate_operations.publish_rules(
        work,
        rules=(mandates.rule("conduct", None, competency=CONDUCT), mandates.rule("poc", "Gender", competency=POC)),
        note="Gender asks for protection",
    )
    work.session.flush()

    found = previewed(work, text(made, mandates.line("Gender"), effective_on=date(2027, 1, 10)))

    (protection,) = (each for each in found.areas if each.area is Area.POC)
    asked = [each.without.required for each in protection.points]
    before = [(each.before_plan.ready, each.before_plan.required) for each in protection.points]
    after = [(each.after_plan.ready, each.after_plan.required) for each in protection.points]
    assert asked == [0] * 7
    assert before == [(0, 0)] * 2 + [(0, 3)] * 5
    assert after == [(0, 0)] * 2 + [(0, 3)] * 2 + [(3, 3)] * 3


# Nothing is written


def test_nothing_is_written_and_the_number_of_questions_does_not_grow(work: Work, made: World) -> None:
    draft = text(made, mandates.line("Gender"))
    before = _rows(work.session)
    with _counting(work.session) as few:
        previewed(work, draft)
    for _ in range(20):
        accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    more = _rows(work.session)
    with _counting(work.session) as many:
        previewed(work, draft)

    assert not work.session.new
    assert not work.session.dirty
    assert _rows(work.session) == more
    assert sum(more.values()) - sum(before.values()) >= 40
    assert few == many
    assert len(few) <= 30
    assert all(each.lstrip().upper().startswith("SELECT") for each in many)


def _rows(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


@contextmanager
def _counting(session: Session) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement.split("IN (", maxsplit=1)[0])

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("people", "days"), [(0, 24), (3_000, 24), (10_000, 12), (100_000, 6)])
def test_of_a_large_mission_people_are_counted_on_fewer_later_days(people: int, days: int) -> None:
    assert later.days_counted(people) == days
