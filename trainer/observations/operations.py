"""Reporting a lesson, deciding on it, and naming the edition that answers it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.engine import CursorResult

from trainer.accounts import queries as account_queries
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import PackVersionId
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import PersonId, Problem, wording
from trainer.kernel.work import Work
from trainer.observations import queries, rules
from trainer.observations.events import ObservationAnswered, ObservationReported, ObservationReviewed
from trainer.observations.models import Observation, ObservationArea, ObservationModule
from trainer.observations.values import ObservationDraft, ObservationId, ObservationPage, ObservationState


class ObservationRefused(Invalid):
    """The report as written cannot be taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        message = wording("The report cannot be taken like this. Put right what is marked.")
        super().__init__(message, problems=problems)


class ReasonMissing(Invalid):
    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message, field=problems[0].field, problems=problems)


class NoSuchEdition(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("Choose an edition that is installed."), field="edition")


class AlreadyDecided(Conflict):
    def __init__(self) -> None:
        message = wording("Somebody decided on this lesson in the meantime. Load the page again to see how.")
        super().__init__(message)


def report_observation(work: Work, *, reported_by: PersonId, draft: ObservationDraft) -> ObservationId:
    """Put a lesson on file; raises ObservationRefused."""
    problems = rules.check_observation(
        draft,
        on=work.today,
        missions={each.id for each in account_queries.missions(work.session)},
        known_modules={each.key for each in catalogue_queries.offerings(work.session)},
    )
    if problems:
        raise ObservationRefused(problems)
    row = Observation(
        mission_id=draft.mission,
        reported_by_id=reported_by,
        reported_at=work.now,
        observed_on=draft.observed_on,
        text=draft.text,
    )
    work.session.add(row)
    work.session.flush()  # to have its id
    _insert(work, ObservationArea, [{"observation_id": row.id, "area": each} for each in dict.fromkeys(draft.areas)])
    keys = dict.fromkeys(draft.modules)
    _insert(work, ObservationModule, [{"observation_id": row.id, "module_key": each} for each in keys])
    work.record(ObservationReported(observation_id=row.id, mission_id=draft.mission))
    return ObservationId(row.id)


def accept_observation(work: Work, *, observation: ObservationId, because: str) -> None:
    """Decide that the next edition must answer a lesson; raises ReasonMissing and AlreadyDecided."""
    _review(work, observation, ObservationState.ACCEPTED, because)


def decline_observation(work: Work, *, observation: ObservationId, because: str) -> None:
    """Decide that no edition will answer a lesson; raises ReasonMissing and AlreadyDecided."""
    _review(work, observation, ObservationState.DECLINED, because)


def answer_observation(work: Work, *, observation: ObservationId, edition: PackVersionId, how: str) -> None:
    """Name the edition that answers an accepted lesson, and how; raises ReasonMissing, NoSuchEdition and AlreadyDecided."""
    problems = rules.check_reason(how, field="how")
    if problems:
        raise ReasonMissing(problems)
    if edition not in {each.id for each in catalogue_queries.installed_packs(work.session)}:
        raise NoSuchEdition
    found = queries.observation_page(work.session, observation=observation)
    values = {"answered_by_id": edition, "answered_at": work.now, "answer": how}
    _come_into(work, found, ObservationState.ANSWERED, values)
    work.record(ObservationAnswered(observation_id=observation, mission_id=found.mission, pack_version_id=edition))


def _review(work: Work, observation: ObservationId, state: ObservationState, because: str) -> None:
    problems = rules.check_reason(because, field="because")
    if problems:
        raise ReasonMissing(problems)
    found = queries.observation_page(work.session, observation=observation)
    values = {"reviewed_by_id": work.actor.person, "reviewed_at": work.now, "review": because}
    _come_into(work, found, state, values)
    accepted = state is ObservationState.ACCEPTED
    work.record(ObservationReviewed(observation_id=observation, mission_id=found.mission, accepted=accepted))


def _come_into(work: Work, found: ObservationPage, state: ObservationState, values: dict[str, Any]) -> None:
    if not rules.may_follow(found.state, state):
        raise AlreadyDecided
    result = work.session.execute(
        update(Observation)
        .where(Observation.id == found.id, Observation.state == found.state)
        .values(state=state, **values),
        execution_options={"synchronize_session": False},
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise AlreadyDecided


def _insert(work: Work, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        work.session.execute(insert(table), rows)
