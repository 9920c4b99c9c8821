"""Reading the requirements: the matrix, its rules one by one, and its versions beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from flask import render_template, request

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionStatus, Permission, Role
from trainer.competencies.values import Area
from trainer.edge import reading
from trainer.kernel.values import PersonId
from trainer.requirements import queries
from trainer.requirements.rules import matrix as judge
from trainer.requirements.values import Pivot, RequirementsPage, Wanted, area_of
from trainer.web.access import requires, today
from trainer.web.mandates.clocks import day_asked, known_at
from trainer.web.pages import PAGE_SIZE, page_number
from trainer.web.requirements.asked import FILTERS, one_of, wanted_of
from trainer.web.requirements.authority import revisable
from trainer.web.requirements.words import Said, aspects

ROWS = 20
"""Of the matrix on one page."""
RULES_A_CELL = 12
"""More are looked at in the list of rules."""


@requires(Permission.READ_MANDATES)
def matrix() -> str:
    """Tasks by roles, competencies by roles, or one role's tasks by when they are due; each cell opens to its rules."""
    pivot = one_of(Pivot, request.args.get("by", "")) or Pivot.TASK
    wanted = wanted_of(request.args)
    if pivot is Pivot.ROLE and wanted.role is None:
        wanted = wanted_of(request.args.to_dict() | {"role": next(iter(Role)).value})
    found, known_on = _page(wanted)
    turned = judge.matrix_of(
        found.rules, pivot=pivot, role=wanted.role, competencies=found.competencies, tasks=found.tasks
    )
    page, pages = _pages(len(turned.rows), ROWS)
    return render_template(
        "requirements/matrix.html",
        found=found,
        turned=turned,
        rows=turned.rows[(page - 1) * ROWS : page * ROWS],
        page=page,
        pages=pages,
        wanted=wanted,
        known_on=known_on,
        most=RULES_A_CELL,
        headcount=_headcount(found),
        said=Said(found.competencies),
        **_shared(),
    )


@requires(Permission.READ_MANDATES)
def rules() -> str:
    """One row for each rule, from which several are chosen to be changed together."""
    wanted = wanted_of(request.args)
    found, known_on = _page(wanted)
    page, pages = _pages(len(found.rules), PAGE_SIZE)
    return render_template(
        "requirements/rules.html",
        found=found,
        rows=found.rules[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=pages,
        wanted=wanted,
        known_on=known_on,
        choosing=known_on is None and any(area_of(rule) in revisable() for rule in found.rules),
        said=Said(found.competencies),
        **_shared(),
    )


@requires(Permission.READ_MANDATES)
def versions() -> str:
    """Every version of the rules, and what moves between two of them."""
    found = queries.versions_page(reading(), before=_number("from"), after=_number("to"))
    area = one_of(Area, request.args.get("area", ""))
    moves = [each for each in found.difference.moves if area is None or area_of(each.rule) is area]
    page, pages = _pages(len(moves), PAGE_SIZE)
    said = Said(found.competencies)
    people = {each.published_by for each in found.versions if each.published_by is not None}
    return render_template(
        "requirements/versions.html",
        found=found,
        moves=[
            (each, said(each.rule), aspects(each, said)) for each in moves[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ],
        total=len(moves),
        page=page,
        pages=pages,
        area=area,
        areas=[each for each in Area if each in found.difference.areas],
        names=_names(people),
        restoring=bool(revisable()),
    )


def _page(wanted: Wanted) -> tuple[RequirementsPage, date | None]:
    """The rules that are looked at, and the day as of which they are known where that is over."""
    known_on = day_asked("known")
    at = known_at(known_on)
    found = queries.requirements_page(reading(), wanted=wanted, on=day_asked("on") or today(), known_at=at)
    return found, known_on if at else None


def _shared() -> dict[str, object]:
    """What every page that narrows the rules shows about itself."""
    missions = [each for each in account_queries.missions(reading()) if each.status is not MissionStatus.CLOSED]
    return {
        "asked": {name: request.args.get(name, "") for name in FILTERS},
        "areas": tuple(Area),
        "roles": tuple(Role),
        "missions": [(each.id, each.name) for each in missions],
        "revisable": revisable(),
    }


def _headcount(found: RequirementsPage) -> Counter[Role]:
    """How many people of each role are in the mission asked about."""
    counted: Counter[Role] = Counter()
    if found.mission is not None:
        for group in account_queries.people_groups(reading(), missions=(found.mission.id,), on=today()):
            counted[group.role] += group.people
    return counted


def _names(people: Iterable[PersonId]) -> dict[PersonId, str]:
    cards = account_queries.people_cards(reading(), people=set(people))
    return {person: card.name for person, card in cards.items()}


def _pages(total: int, size: int) -> tuple[int, int]:
    """The page asked for, or the last there is; and how many there are."""
    pages = max(1, -(-total // size))
    return min(page_number(), pages), pages


def _number(name: str) -> int | None:
    """The number of a version in the address; None for what is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
