"""The chain behind one assignment, and below one task."""

from __future__ import annotations

from flask import render_template, url_for
from flask_babel import gettext

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.chain import queries
from trainer.chain.values import AssignmentChain, TaskChain
from trainer.edge import reading
from trainer.kernel.errors import NotAllowed
from trainer.kernel.values import PersonId, wording
from trainer.tracks.values import AssignmentId
from trainer.web.access import account, may, may_about, requires, today
from trainer.web.audit import telling
from trainer.web.chain import stops
from trainer.web.mandates.words import kind_name


class NotYours(NotAllowed):
    """Somebody else's assignment, and the reader may not read about people."""


@requires(Permission.LEARN)
def assignment(assignment: int) -> str:
    """Why somebody has this assignment; the owner's own page, and that of whoever may read about people or the ledger."""
    found = queries.chain_of_assignment(reading(), assignment=AssignmentId(assignment))
    own = found.assignment.person == account().person
    if not own and not _may_see(_serves_in(found.assignment.person)):
        raise NotYours(
            wording("This assignment is somebody else's. Open your own training to see why you have what you have.")
        )
    return render_template(
        "chain/assignment.html",
        found=found,
        own=own,
        stops=_assignment_stops(found, own=own),
        sentence=stops.sentence_of_assignment(found, own=own),
        history=telling.tell_all(reading(), found.history),
        entries_shown=may(Permission.READ_LEDGER),
    )


@requires(Permission.READ_MANDATES)
def task(mission: int, task: str) -> str:
    """What one task of a mission asks of whom; names only for those who may read about people."""
    about = MissionId(mission)
    found = queries.chain_of_task(reading(), mission=about, task_kind=task, on=today())
    names_shown = _may_see(about)
    return render_template(
        "chain/task.html",
        found=found,
        title=kind_name(found.task_kind),
        stops=_task_stops(found, names_shown=names_shown),
        sentence=stops.sentence_of_task(found),
        cell_shown=may(Permission.READ_READINESS, mission=about),
    )


def _serves_in(person: PersonId) -> MissionId | None:
    return account_queries.person_profile(reading(), person=person, on=today()).mission


def _may_see(mission: MissionId | None) -> bool:
    return may(Permission.READ_LEDGER) or may_about(Permission.READ_PEOPLE, serves_in=mission)


def _assignment_stops(found: AssignmentChain, *, own: bool) -> list[stops.Stop]:
    here = {} if own else {"people": url_for("accounts.person", person=found.assignment.person)}
    if own:
        here["seats"] = url_for("tracks.assignment", assignment=found.assignment.id)
    return stops.stops_of(found.chain, names_shown=True, here=here, more={})


def _task_stops(found: TaskChain, *, names_shown: bool) -> list[stops.Stop]:
    if not may(Permission.READ_READINESS, mission=found.mission.id):
        return stops.stops_of(found.chain, names_shown=names_shown, here={}, more={})
    cell = url_for("readiness.cell", mission=found.mission.id, area=found.area)
    rest = {"label": gettext("All people asked in this area"), "url": cell}
    chain = found.chain
    more = {
        "people": rest if chain.people_in_all > len(chain.people) else None,
        "seats": rest if chain.seats_in_all > len(chain.seats) else None,
    }
    return stops.stops_of(found.chain, names_shown=names_shown, here={"requirement": cell, "people": cell}, more=more)
