"""What was declared lost, and what of it counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, MissionStatus
from trainer.kernel import stored
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, wording
from trainer.shocks import rules
from trainer.shocks.models import Shock, ShockLeaver
from trainer.shocks.values import (
    CapacityShock,
    LeaveFirst,
    Leaving,
    Loss,
    SeatsLost,
    ShareLeaves,
    ShockId,
    ShockKind,
    Struck,
)


class NoSuchShock(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such loss of capacity. Choose one from the list."))


def shocks(session: Session, *, missions: Collection[MissionId] | None = None) -> tuple[CapacityShock, ...]:
    """Return every declared shock, latest first; with missions, those that touch one of them. Three queries."""
    rows = session.scalars(select(Shock).order_by(Shock.declared_at.desc(), Shock.id.desc())).all()
    ids = {each.key: each.id for each in account_queries.missions(session)}
    counted = _people(session)
    found = (_shock(row, ids, counted) for row in rows)
    return tuple(
        each for each in found if missions is None or not each.missions or not set(missions).isdisjoint(each.missions)
    )


def shock(session: Session, *, shock: ShockId) -> CapacityShock:
    """Return one declared shock; raises NoSuchShock."""
    row = session.get(Shock, shock)
    if row is None:
        raise NoSuchShock
    ids = {each.key: each.id for each in account_queries.missions(session)}
    return _shock(row, ids, _people(session))


def _people(session: Session) -> Mapping[int, int]:
    query = select(ShockLeaver.shock_id, func.count()).group_by(ShockLeaver.shock_id)
    return {shock: int(count) for shock, count in session.execute(query)}


def _shock(row: Shock, ids: Mapping[str, MissionId], people: Mapping[int, int]) -> CapacityShock:
    missions = tuple(ids[key] for key in row.missions if key in ids)
    return CapacityShock(
        id=ShockId(row.id),
        name=row.name,
        kind=row.kind,
        loss=_loss(row, missions),
        missions=missions,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        people=people.get(row.id, 0),
        declared_at=row.declared_at,
        declared_by=None if row.declared_by_id is None else PersonId(row.declared_by_id),
        note=row.note,
        ended_at=row.ended_at,
        ended_by=None if row.ended_by_id is None else PersonId(row.ended_by_id),
        ended_because=row.ended_because,
        version=row.version,
    )


def _loss(row: Shock, missions: tuple[MissionId, ...]) -> Loss:
    if row.loss is not None:
        found: Loss = stored.from_json(row.loss, Loss)
        return found
    if row.kind is ShockKind.SEATS:
        return SeatsLost(percent=row.share_percent, starts_on=row.starts_on, until_on=row.ends_on)
    weeks = max(1, (row.ends_on - row.starts_on) // timedelta(weeks=1))
    return ShareLeaves(
        missions=missions, percent=row.share_percent, starts_on=row.starts_on, weeks=weeks, first=LeaveFirst.EARLIEST
    )


def struck(session: Session) -> Struck:
    """Return all that is lost by shocks that count; who leaves by several goes with the first. Two queries."""
    rows = session.execute(
        select(ShockLeaver.person_id, ShockLeaver.mission_id, ShockLeaver.leaves_on, Shock.name)
        .join(Shock, Shock.id == ShockLeaver.shock_id)
        .where(Shock.ended_at.is_(None))
        .order_by(ShockLeaver.leaves_on.desc(), ShockLeaver.shock_id.desc())
    )
    leaving = {
        PersonId(row.person_id): Leaving(mission=MissionId(row.mission_id), on=row.leaves_on, name=row.name)
        for row in rows
    }
    seats = session.scalars(
        select(Shock).where(Shock.ended_at.is_(None), Shock.kind == ShockKind.SEATS).order_by(Shock.id)
    )
    return Struck(leaving=leaving, losses=tuple(_loss(row, ()) for row in seats))


def leavers_of(session: Session, *, shock: ShockId) -> Mapping[PersonId, Leaving]:
    """Return who leaves early because of a shock, those who go first first; also when it no longer counts."""
    rows = session.execute(
        select(ShockLeaver.person_id, ShockLeaver.mission_id, ShockLeaver.leaves_on, Shock.name)
        .join(Shock, Shock.id == ShockLeaver.shock_id)
        .where(ShockLeaver.shock_id == shock)
        .order_by(ShockLeaver.leaves_on, ShockLeaver.person_id)
    )
    return {
        PersonId(row.person_id): Leaving(mission=MissionId(row.mission_id), on=row.leaves_on, name=row.name)
        for row in rows
    }


def would_leave(session: Session, *, loss: Loss, name: str, on: date) -> Mapping[PersonId, Leaving]:
    """Return who would leave early if the loss were declared on the day; nobody for a loss of seats. Three queries."""
    if rules.kind_of(loss) is not ShockKind.PEOPLE:
        return {}
    missions = rules.missions_of(loss) or [
        each.id for each in account_queries.missions(session) if each.status is not MissionStatus.CLOSED
    ]
    people = account_queries.profiles_in(session, missions=missions, on=on)
    mission_of = {each.id: each.mission for each in people}
    return {
        person: Leaving(mission=mission, on=leaves_on, name=name)
        for person, leaves_on in rules.leavers(people, loss).items()
        if (mission := mission_of[person]) is not None
    }
