"""The board, one mission, one cell; each also as a file."""

from __future__ import annotations

from flask import Response, render_template

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading
from trainer.readiness import queries
from trainer.readiness.values import BoardFilter
from trainer.web.access import must, requires, today
from trainer.web.exports import csv_file
from trainer.web.mandates.words import kind_name
from trainer.web.pages import page_number
from trainer.web.readiness import files
from trainer.web.readiness.forms import area_called, board_filter, cell_filter, choices, days_ahead
from trainer.web.readiness.lines import lines_of


@requires(Permission.READ_READINESS)
def board() -> str:
    """Every mission in every area."""
    wanted = board_filter()
    session = reading()
    return render_template(
        "readiness/board.html",
        board=queries.board(session, on=today(), wanted=wanted),
        wanted=wanted,
        narrowed=wanted != BoardFilter(within=wanted.within, order=wanted.order),
        choices=choices(queries.contributors(session)),
    )


@requires(Permission.READ_READINESS)
def board_file() -> Response:
    """The board with its filter, one row for each mission and area."""
    found = queries.board(reading(), on=today(), wanted=board_filter())
    return csv_file(f"readiness-{today().isoformat()}", files.board_heads(), files.board_rows(found))


@requires(Permission.READ_READINESS)
def mission(mission: int) -> str:
    """One mission: its areas, its units, where it comes from and where it goes."""
    about = MissionId(mission)
    must(Permission.READ_READINESS, mission=about)
    session = reading()
    trend = queries.trend(session, mission=about, area=None, on=today())
    forecast = queries.forecast(session, mission=about, on=today(), days=days_ahead(today()))
    return render_template(
        "readiness/mission.html",
        page=queries.mission_page(session, mission=about, on=today()),
        lines=lines_of(trend, forecast),
        forecast=forecast,
    )


@requires(Permission.READ_READINESS)
def cell(mission: int, area: str) -> str:
    """One mission in one area, down to its people."""
    about, chosen, wanted = MissionId(mission), area_called(area), cell_filter()
    must(Permission.READ_READINESS, mission=about)
    session, on = reading(), today()
    found = queries.cell(
        session, mission=about, area=chosen, on=on, wanted=wanted, page=page_number(), days=days_ahead(on)
    )
    narrowed = wanted.role is not None or wanted.organisation is not None
    # the figures of the past are of everybody: beside those of one role they would say something wrong
    trend = () if narrowed else queries.trend(session, mission=about, area=chosen, on=on)
    return render_template(
        "readiness/cell.html",
        cell=found,
        task_names={task.task_kind: kind_name(task.task_kind) for task in found.tasks},
        wanted=wanted,
        narrowed=narrowed,
        choices=choices(queries.contributors(session)),
        lines=lines_of(trend, found.forecast),
    )


@requires(Permission.READ_PEOPLE)
def cell_file(mission: int, area: str) -> Response:
    """The people of a cell with its filter, one row for each requirement they do not meet, or one row when they meet all."""
    about, chosen = MissionId(mission), area_called(area)
    must(Permission.READ_PEOPLE, mission=about)
    session = reading()
    found = queries.cell(session, mission=about, area=chosen, on=today(), wanted=cell_filter(), size=queries.EVERYBODY)
    cards = account_queries.people_cards(session, people=[each.person for each in found.people])
    name = f"readiness-{found.mission.key}-{chosen.value.lower()}-{today().isoformat()}"
    return csv_file(name, files.cell_heads(), files.cell_rows(found, cards))
