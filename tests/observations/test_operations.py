"""Lessons are put on file, decided once, and answered by an edition that exists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.factories import observations as factory
from tests.observations.conftest import Field
from trainer.catalogue.values import ModuleKey, PackVersionId
from trainer.competencies.values import Area
from trainer.kernel import events
from trainer.kernel.work import Work
from trainer.observations import operations, queries
from trainer.observations.events import ObservationAnswered, ObservationReported, ObservationReviewed
from trainer.observations.values import ObservationDraft, ObservationId, ObservationState


def draft(field: Field) -> ObservationDraft:
    return ObservationDraft(
        mission=field.mission,
        observed_on=date(2026, 11, 12),
        text="Nobody knew whom to call.",
        areas=(Area.CPR, Area.POC),
        modules=(ModuleKey("protection-of-civilians"),),
    )


def recorded(work: Work) -> list[events.Event]:
    return [events.from_json(entry.event, entry.payload, {}) for entry in work.recorded]


def test_a_report_is_on_file_with_all_that_was_said(work: Work, field: Field) -> None:
    added = operations.report_observation(work, reported_by=field.reporter, draft=draft(field))

    found = queries.observation_page(work.session, observation=added)
    assert (found.mission, found.reported_by, found.reported_at) == (field.mission, field.reporter, work.now)
    assert (found.text, found.observed_on) == ("Nobody knew whom to call.", date(2026, 11, 12))
    assert found.areas == (Area.POC, Area.CPR)
    assert found.modules == ("protection-of-civilians",)
    assert found.state is ObservationState.REPORTED
    assert recorded(work) == [ObservationReported(observation_id=added, mission_id=field.mission)]


def test_a_report_with_faults_is_refused_with_all_of_them(work: Work, field: Field) -> None:
    wrong = replace(draft(field), text="", areas=(), modules=(ModuleKey("gone"),))

    with pytest.raises(operations.ObservationRefused) as refused:
        operations.report_observation(work, reported_by=field.reporter, draft=wrong)

    assert [problem.field for problem in refused.value.problems] == ["text", "areas", "modules"]


@pytest.mark.parametrize(
    ("decide", "state", "accepted"),
    [
        pytest.param(operations.accept_observation, ObservationState.ACCEPTED, True, id="accepted"),
        pytest.param(operations.decline_observation, ObservationState.DECLINED, False, id="declined"),
    ],
)
def test_a_review_is_dated_signed_and_told(
    work_as: Callable[..., Work],
    field: Field,
    session: object,
    decide: Callable[..., None],
    state: ObservationState,
    accepted: bool,
) -> None:
    work = work_as(field.manager)
    lesson = factory.observation(work, mission=field.mission, reported_by=field.reporter)

    decide(work, observation=lesson, because="Three missions say the same.")

    found = queries.observation_page(work.session, observation=lesson)
    assert (found.state, found.review) == (state, "Three missions say the same.")
    assert (found.reviewed_by, found.reviewed_at) == (field.manager, work.now)
    assert recorded(work) == [ObservationReviewed(observation_id=lesson, mission_id=field.mission, accepted=accepted)]


def test_a_lesson_is_decided_once(work: Work, field: Field) -> None:
    lesson = factory.accepted_observation(work, mission=field.mission, reported_by=field.reporter)

    with pytest.raises(operations.AlreadyDecided):
        operations.decline_observation(work, observation=lesson, because="No.")


def test_a_declined_lesson_may_still_be_accepted(work: Work, field: Field) -> None:
    lesson = factory.observation(work, mission=field.mission, reported_by=field.reporter)
    operations.decline_observation(work, observation=lesson, because="Seen once.")

    operations.accept_observation(work, observation=lesson, because="Now seen four times.")

    assert queries.observation_page(work.session, observation=lesson).state is ObservationState.ACCEPTED


def test_a_review_needs_a_reason(work: Work, field: Field) -> None:
    lesson = factory.observation(work, mission=field.mission, reported_by=field.reporter)

    with pytest.raises(operations.ReasonMissing) as refused:
        operations.accept_observation(work, observation=lesson, because="")

    assert refused.value.field == "because"


def test_an_edition_answers_an_accepted_lesson(work: Work, field: Field) -> None:
    lesson = factory.accepted_observation(work, mission=field.mission, reported_by=field.reporter)

    operations.answer_observation(work, observation=lesson, edition=field.edition, how="A case about night calls.")

    found = queries.observation_page(work.session, observation=lesson)
    assert (found.state, found.answered_by) == (ObservationState.ANSWERED, field.edition)
    assert (found.answer, found.answered_at) == ("A case about night calls.", work.now)
    assert recorded(work) == [
        ObservationAnswered(observation_id=lesson, mission_id=field.mission, pack_version_id=field.edition)
    ]


def test_a_lesson_nobody_accepted_is_not_answered(work: Work, field: Field) -> None:
    lesson = factory.observation(work, mission=field.mission, reported_by=field.reporter)

    with pytest.raises(operations.AlreadyDecided):
        operations.answer_observation(work, observation=lesson, edition=field.edition, how="So.")


def test_an_answer_names_an_edition_that_exists_and_says_how(work: Work, field: Field) -> None:
    lesson = factory.accepted_observation(work, mission=field.mission, reported_by=field.reporter)

    with pytest.raises(operations.NoSuchEdition):
        operations.answer_observation(work, observation=lesson, edition=PackVersionId(999), how="So.")
    with pytest.raises(operations.ReasonMissing):
        operations.answer_observation(work, observation=lesson, edition=field.edition, how=" ")


def test_what_does_not_exist_is_not_found(work: Work, field: Field) -> None:
    with pytest.raises(queries.NoSuchObservation):
        operations.accept_observation(work, observation=ObservationId(999), because="So.")
