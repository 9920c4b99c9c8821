"""Declaring that capacity is lost, and ending it."""

from __future__ import annotations

from sqlalchemy import Table, insert
from sqlalchemy.orm.exc import StaleDataError

from trainer.accounts import queries as account_queries
from trainer.kernel import stored
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import Problem, wording
from trainer.kernel.work import Work
from trainer.partners import queries as partner_queries
from trainer.shocks import queries, rules
from trainer.shocks.events import ShockDeclared, ShockEnded
from trainer.shocks.models import Shock, ShockLeaver
from trainer.shocks.values import (
    NAME_LENGTH,
    NOTE_LENGTH,
    ContingentLeaves,
    Loss,
    PartnerCloses,
    SeatsLost,
    ShareLeaves,
    ShockId,
)

ROWS_A_STATEMENT = 1000


class InvalidShock(Invalid):
    """The shock cannot be declared; names every field at fault."""


class ShockOver(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This loss was ended, or changed, since you opened it. Load the page again."))


def declare_shock(work: Work, *, name: str, loss: Loss, note: str = "") -> ShockId:
    """Declare that people or seats are lost without any change of mandate; plans count on it from now on.

    Who leaves is chosen now and stays chosen. Raises InvalidShock, NoSuchMission and NoSuchPartner.
    """
    check_declared(work, name=name, loss=loss, note=note)
    cards = {each.id: each for each in account_queries.missions(work.session)}
    missions = rules.missions_of(loss)
    leaving = queries.would_leave(work.session, loss=loss, name=name, on=work.today)
    if isinstance(loss, ContingentLeaves) and not leaving:
        raise InvalidShock(wording("Nobody of this contingent is there on that day."), field="contingent")
    starts_on, ends_on = rules.days_of(loss)
    row = Shock(
        name=name.strip(),
        kind=rules.kind_of(loss),
        missions=[cards[each].key for each in missions],
        share_percent=loss.percent if isinstance(loss, (ShareLeaves, SeatsLost)) else 100,
        starts_on=starts_on,
        ends_on=ends_on,
        declared_at=work.now,
        declared_by_id=work.actor.person,
        note=note.strip(),
        loss=stored.to_json(loss, Loss),
    )
    work.session.add(row)
    work.session.flush()  # whoever leaves names it
    rows = [
        {"shock_id": row.id, "person_id": person, "mission_id": each.mission, "leaves_on": each.on}
        for person, each in leaving.items()
    ]
    table = ShockLeaver.__table__
    assert isinstance(table, Table)
    for first in range(0, len(rows), ROWS_A_STATEMENT):
        work.session.execute(insert(table), rows[first : first + ROWS_A_STATEMENT])
    touched = tuple(sorted({*missions, *(each.mission for each in leaving.values())}))
    work.record(ShockDeclared(shock_id=row.id, title=row.name, missions=touched, leaving=len(leaving)))
    return ShockId(row.id)


def check_declared(work: Work, *, name: str, loss: Loss, note: str = "") -> None:
    """Raise what `declare_shock` would, without declaring anything; that nobody is there is told only then."""
    _refuse(name, loss, note)
    for mission in rules.missions_of(loss):
        account_queries.mission(work.session, mission=mission)
    if isinstance(loss, PartnerCloses):
        partner_queries.partner(work.session, partner=loss.partner)


def _refuse(name: str, loss: Loss, note: str) -> None:
    problems = list(rules.check_loss(loss))
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        said = wording("Enter a name of at most {most} letters.", most=NAME_LENGTH)
        problems.insert(0, Problem(field="name", message=said))
    if len(note) > NOTE_LENGTH:
        said = wording("Enter a note of at most {most} letters.", most=NOTE_LENGTH)
        problems.append(Problem(field="note", message=said))
    if problems:
        raise InvalidShock(wording("This loss cannot be declared yet."), problems=tuple(problems))


def end_shock(work: Work, *, shock: ShockId, seen_version: int, because: str) -> None:
    """End a shock: plans no longer count on it, who was to leave stays. Raises NoSuchShock, ShockOver and InvalidShock."""
    row = work.session.get(Shock, shock, with_for_update=True, populate_existing=True)
    if row is None:
        raise queries.NoSuchShock
    if row.ended_at is not None or row.version != seen_version:
        raise ShockOver
    if not 1 <= len(because.strip()) <= NOTE_LENGTH:
        message = wording("Say why it ends, in at most {most} letters.", most=NOTE_LENGTH)
        raise InvalidShock(message, field="because", problems=(Problem(field="because", message=message),))
    touched = {each.mission for each in queries.leavers_of(work.session, shock=shock).values()}
    known = queries.shock(work.session, shock=shock)
    row.ended_at, row.ended_by_id, row.ended_because = work.now, work.actor.person, because.strip()
    try:
        work.session.flush()  # whether somebody was faster
    except StaleDataError as error:
        raise ShockOver from error
    missions = tuple(sorted({*known.missions, *touched}))
    work.record(ShockEnded(shock_id=shock, title=row.name, missions=missions, because=row.ended_because))
