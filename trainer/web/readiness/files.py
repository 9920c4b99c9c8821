"""The rows of the board and of a cell as files hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext

from trainer.accounts.values import PersonCard
from trainer.kernel.values import PersonId
from trainer.readiness.values import READY, AreaReadiness, Board, BoardRow, CellPage, CellPerson
from trainer.web.words import BEST_FIRST, NOT_IN_MANDATE, level, local, name, readiness_word


def board_heads() -> Sequence[str]:
    """The heads of the board's file."""
    return (
        gettext("Mission"),
        gettext("Code"),
        gettext("Area"),
        gettext("Required"),
        gettext("Ready"),
        *(readiness_word(state) for state in BEST_FIRST),
        gettext("Worst"),
        gettext("As of"),
    )


def board_rows(board: Board) -> Iterator[Sequence[object]]:
    """One row for each mission and area; an area that is not in the mandate has counts of 0 and says so."""
    for row in board.rows:
        for area in (*board.areas, *board.absent):
            yield _board_row(row, row.cell(area))


def _board_row(row: BoardRow, cell: AreaReadiness) -> Sequence[object]:
    found = cell.readiness
    counts = found.counts if found else {}
    return (
        row.mission.name,
        cell.area.value,
        name(cell.area),
        found.required if found else 0,
        found.ready if found else 0,
        *(counts.get(state, 0) for state in BEST_FIRST),
        readiness_word((found and found.worst) or NOT_IN_MANDATE),
        row.freshness.on.isoformat() if row.freshness.on else "",
    )


def cell_heads() -> Sequence[str]:
    """The heads of a cell's file."""
    return (
        gettext("Number"),
        gettext("Person"),
        gettext("Organisation"),
        gettext("Unit"),
        gettext("Role"),
        gettext("Readiness"),
        gettext("Competency"),
        gettext("Level"),
        gettext("State"),
        gettext("Ends or ended"),
        gettext("Due"),
        gettext("Rotates"),
    )


def cell_rows(cell: CellPage, cards: Mapping[PersonId, PersonCard]) -> Iterator[Sequence[object]]:
    """One row for each requirement that a person does not meet; one row for who meets them all."""
    for person in cell.people:
        yield from _person_rows(person, cards[person.person], cell)


def _person_rows(person: CellPerson, card: PersonCard, cell: CellPage) -> Iterator[Sequence[object]]:
    missing = [each for each in person.standing.standings if each.currency not in READY]
    for each in missing or person.standing.standings[:1]:
        yield (
            card.key,
            person.name,
            card.organisation_name,
            person.unit_name,
            name(person.role) if person.role else "",
            readiness_word(person.standing.state),
            local(cell.titles[each.competency]),
            level(each.level),
            readiness_word(each.currency),
            each.until_on.isoformat() if each.until_on else "",
            each.due_on.isoformat(),
            person.rotates_on.isoformat() if person.rotates_on else "",
        )
