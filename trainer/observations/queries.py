"""Reading lessons learned. Lists show only what their reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from trainer.accounts.values import MissionId
from trainer.catalogue.values import ModuleKey, PackVersionId
from trainer.competencies.values import Area
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, wording
from trainer.observations.models import Observation, ObservationArea, ObservationModule
from trainer.observations.values import (
    OPEN_TO_ALL,
    ObservationCard,
    ObservationId,
    ObservationPage,
    ObservationState,
    Reader,
)


class NoSuchObservation(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such lesson. Look for it in the list of lessons learned."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationFilter:
    """Which lessons a list shows; what is left out does not narrow it."""

    mission: MissionId | None = None
    area: Area | None = None
    module: ModuleKey | None = None
    state: ObservationState | None = None


def observations_page(
    session: Session, *, wanted: ObservationFilter, reader: Reader, page: int, size: int
) -> tuple[tuple[ObservationCard, ...], int]:
    """Return one page of the lessons, latest report first, and how many there are in all. Three queries."""
    narrowed = [_visible(reader), *_narrowed(wanted)]
    total = session.scalar(select(func.count(Observation.id)).where(*narrowed)) or 0
    rows = session.execute(
        select(
            Observation.id,
            Observation.mission_id,
            Observation.reported_by_id,
            Observation.observed_on,
            Observation.text,
            Observation.state,
        )
        .where(*narrowed)
        .order_by(Observation.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    areas = _areas(session, observations=[row.id for row in rows])
    cards = tuple(
        ObservationCard(
            id=ObservationId(row.id),
            mission=MissionId(row.mission_id),
            reported_by=PersonId(row.reported_by_id),
            observed_on=row.observed_on,
            text=row.text,
            areas=areas[row.id],
            state=row.state,
        )
        for row in rows
    )
    return cards, total


def counts_by_state(session: Session, *, wanted: ObservationFilter, reader: Reader) -> Mapping[ObservationState, int]:
    """Return how many lessons the reader may see in each state, whatever state the filter names."""
    anything = ObservationFilter(mission=wanted.mission, area=wanted.area, module=wanted.module)
    rows = session.execute(
        select(Observation.state, func.count(Observation.id))
        .where(_visible(reader), *_narrowed(anything))
        .group_by(Observation.state)
    )
    found = {state: number for state, number in rows}  # noqa: C416 - a row is no pair to the type checker
    return {state: found.get(state, 0) for state in ObservationState}


def observation_page(session: Session, *, observation: ObservationId) -> ObservationPage:
    """Return one lesson, whoever may see it; raises NoSuchObservation."""
    row = session.execute(select(*Observation.__table__.columns).where(Observation.id == observation)).first()
    if row is None:
        raise NoSuchObservation
    modules = session.scalars(
        select(ObservationModule.module_key)
        .where(ObservationModule.observation_id == observation)
        .order_by(ObservationModule.module_key)
    )
    return _page(row, _areas(session, observations=[observation])[observation], tuple(map(ModuleKey, modules)))


def _page(row: Any, areas: tuple[Area, ...], modules: tuple[ModuleKey, ...]) -> ObservationPage:
    return ObservationPage(
        id=ObservationId(row.id),
        mission=MissionId(row.mission_id),
        reported_by=PersonId(row.reported_by_id),
        reported_at=row.reported_at,
        observed_on=row.observed_on,
        text=row.text,
        areas=areas,
        modules=modules,
        state=row.state,
        reviewed_by=None if row.reviewed_by_id is None else PersonId(row.reviewed_by_id),
        reviewed_at=row.reviewed_at,
        review=row.review,
        answered_by=None if row.answered_by_id is None else PackVersionId(row.answered_by_id),
        answered_at=row.answered_at,
        answer=row.answer,
    )


def _visible(reader: Reader) -> ColumnElement[bool]:
    if reader.missions is None:
        return true()
    return or_(
        Observation.state.in_(OPEN_TO_ALL),
        Observation.reported_by_id == reader.person,
        Observation.mission_id.in_(reader.missions),
    )


def _narrowed(wanted: ObservationFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.mission is not None:
        yield Observation.mission_id == wanted.mission
    if wanted.state is not None:
        yield Observation.state == wanted.state
    if wanted.area is not None:
        yield Observation.id.in_(select(ObservationArea.observation_id).where(ObservationArea.area == wanted.area))
    if wanted.module is not None:
        yield Observation.id.in_(
            select(ObservationModule.observation_id).where(ObservationModule.module_key == wanted.module)
        )


def _areas(session: Session, *, observations: Collection[int]) -> Mapping[int, tuple[Area, ...]]:
    found: defaultdict[int, list[Area]] = defaultdict(list)
    query = select(ObservationArea.observation_id, ObservationArea.area).where(
        ObservationArea.observation_id.in_(observations)
    )
    for observation, area in session.execute(query):
        found[observation].append(area)
    order = {area: place for place, area in enumerate(Area)}
    return {each: tuple(sorted(found[each], key=lambda area: order[area])) for each in observations}
