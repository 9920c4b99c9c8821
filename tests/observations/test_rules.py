"""What can be taken as a lesson, who reads it before the review, who reviews, and what may follow what."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from trainer.accounts.values import Account, MissionId, Office, OrganisationId
from trainer.catalogue.values import ModuleKey
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.observations import rules
from trainer.observations.values import ObservationDraft, ObservationId, ObservationPage, ObservationState

TODAY = date(2026, 11, 24)
UNMISS, UNIFIL = MissionId(1), MissionId(2)
REPORTER, OTHER = PersonId(1), PersonId(2)
LESSON = ObservationDraft(
    mission=UNMISS, observed_on=TODAY, text="Nobody knew whom to call.", areas=(Area.POC,), modules=(ModuleKey("poc"),)
)


def account(*offices: Office, missions: frozenset[MissionId] = frozenset(), person: PersonId = OTHER) -> Account:
    return Account(
        person=person,
        name="Asha",
        email="asha@example.org",
        language="en",
        offices=frozenset(offices),
        organisation=OrganisationId(1),
        missions=missions,
        invented=False,
    )


def test_a_whole_report_has_no_problem() -> None:
    assert check(LESSON) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"mission": MissionId(9)}, "mission", id="no such mission"),
        pytest.param({"observed_on": date(2026, 11, 25)}, "observed_on", id="seen tomorrow"),
        pytest.param({"text": " \n"}, "text", id="nothing said"),
        pytest.param({"text": "x" * 5001}, "text", id="too much said"),
        pytest.param({"areas": ()}, "areas", id="no area"),
        pytest.param({"modules": (ModuleKey("gone"),)}, "modules", id="no such module"),
    ],
)
def test_a_report_is_refused_at_the_field_that_is_wrong(change: dict[str, Any], field: str) -> None:
    assert check(replace(LESSON, **change)) == [field]


def test_all_problems_of_a_report_are_told_at_once() -> None:
    wrong = replace(LESSON, mission=MissionId(9), observed_on=date(2027, 1, 1), text="", areas=())

    assert check(wrong) == ["mission", "observed_on", "text", "areas"]


def check(draft: ObservationDraft) -> list[str | None]:
    problems = rules.check_observation(draft, on=TODAY, missions={UNMISS, UNIFIL}, known_modules={ModuleKey("poc")})
    return [problem.field for problem in problems]


@pytest.mark.parametrize(
    ("who", "reviews"),
    [
        pytest.param(account(), False, id="trainee"),
        pytest.param(account(Office.READINESS_MANAGER), True, id="manager"),
        pytest.param(account(Office.READINESS_MANAGER, missions=frozenset({UNMISS})), True, id="manager there"),
        pytest.param(account(Office.READINESS_MANAGER, missions=frozenset({UNIFIL})), False, id="manager elsewhere"),
        pytest.param(account(Office.MANDATE_OFFICER), True, id="mandate officer"),
        pytest.param(account(Office.AUDITOR), False, id="auditor, who reads and does not decide"),
        pytest.param(account(Office.TRAINING_PARTNER), False, id="partner"),
    ],
)
def test_those_who_decide_on_training_in_the_mission_review(who: Account, reviews: bool) -> None:
    assert rules.may_review(who, mission=UNMISS) is reviews


def lesson(state: ObservationState) -> ObservationPage:
    return ObservationPage(
        id=ObservationId(1),
        mission=UNMISS,
        reported_by=REPORTER,
        reported_at=datetime(2026, 11, 20, tzinfo=UTC),
        observed_on=date(2026, 11, 12),
        text="One.\n\nTwo.\n",
        areas=(Area.POC,),
        modules=(),
        state=state,
        reviewed_by=None,
        reviewed_at=None,
        review="",
        answered_by=None,
        answered_at=None,
        answer="",
    )


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        pytest.param(account(person=REPORTER), True, True, id="its reporter"),
        pytest.param(account(), False, True, id="another trainee"),
        pytest.param(account(Office.READINESS_MANAGER), True, True, id="manager"),
        pytest.param(
            account(Office.READINESS_MANAGER, missions=frozenset({UNIFIL})), False, True, id="manager elsewhere"
        ),
        pytest.param(account(Office.AUDITOR), True, True, id="auditor"),
    ],
)
def test_before_the_review_a_lesson_is_read_by_its_reporter_and_the_managers_alone(
    who: Account, before: bool, after: bool
) -> None:
    reader = rules.reader_of(who)

    assert rules.may_read(reader, lesson(ObservationState.REPORTED)) is before
    assert rules.may_read(reader, lesson(ObservationState.DECLINED)) is before
    assert rules.may_read(reader, lesson(ObservationState.ACCEPTED)) is after


@pytest.mark.parametrize(
    ("state", "then", "may"),
    [
        (ObservationState.REPORTED, ObservationState.ACCEPTED, True),
        (ObservationState.REPORTED, ObservationState.DECLINED, True),
        (ObservationState.REPORTED, ObservationState.ANSWERED, False),
        (ObservationState.DECLINED, ObservationState.ACCEPTED, True),
        (ObservationState.ACCEPTED, ObservationState.ANSWERED, True),
        (ObservationState.ACCEPTED, ObservationState.DECLINED, False),
        (ObservationState.ANSWERED, ObservationState.ACCEPTED, False),
    ],
)
def test_an_answer_follows_acceptance_alone(state: ObservationState, then: ObservationState, may: bool) -> None:
    assert rules.may_follow(state, then) is may


def test_a_text_falls_into_paragraphs() -> None:
    assert lesson(ObservationState.REPORTED).paragraphs == ("One.", "Two.")
