"""A mandate by two clocks: two readings beside each other, areas by texts, and the files of both."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, render_template, request

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading
from trainer.interop import mandates_json
from trainer.interop.previews_json import comparison_to_json
from trainer.mandates import queries
from trainer.mandates.values import Comparison
from trainer.web.access import requires, today
from trainer.web.exports import csv_file, json_file
from trainer.web.mandates import files
from trainer.web.mandates.clocks import day_given, known_at
from trainer.web.mandates.words import MOVES
from trainer.web.pages import page_number, paged

YEAR = timedelta(days=365)
MOST_INHERITED = 6
"""Inherited tasks that a cell of the table names; the others are counted, and the file has them all."""


@requires(Permission.READ_MANDATES)
def compare(mission: int) -> str:
    """The mandate on two days, or beside another mission's."""
    found = _comparison(mission)
    return render_template(
        "mandates/compare.html",
        found=found,
        tasks=paged([each for move in MOVES for each in found.of(move)]),
        counts={move.value: len(found.of(move)) for move in MOVES},
        choices=[(each.id, each.name) for each in account_queries.missions(reading())],
        known_on=day_given("known"),
        asked={name: value for name, value in request.args.items() if name != "page"},
    )


@requires(Permission.READ_MANDATES)
def compare_file(mission: int) -> Response:
    """The same, one row for each task."""
    found = _comparison(mission)
    return csv_file(_named("compare", found), files.compare_heads(), files.compare_rows(found))


@requires(Permission.READ_MANDATES)
def compare_json(mission: int) -> Response:
    """The same as the command `mandates compare` gives it."""
    found = _comparison(mission)
    return json_file(_named("compare", found), comparison_to_json(found))


def _comparison(mission: int) -> Comparison:
    """What the address asks for: without days the last year, without another mission the same one."""
    to_on = day_given("to") or today()
    from_on = day_given("from") or to_on - YEAR
    with_ = request.args.get("with", "")
    other = MissionId(int(with_)) if with_.isascii() and with_.isdigit() and len(with_) < 10 else MissionId(mission)
    known = known_at(day_given("known"))
    before = known_at(day_given("known-before")) or known
    return queries.comparison(reading(), before=(MissionId(mission), from_on, before), after=(other, to_on, known))


def _named(what: str, found: Comparison) -> str:
    return f"{what}-{found.before.mission.key}-{found.before.on}-{found.after.mission.key}-{found.after.on}"


@requires(Permission.READ_MANDATES)
def table(mission: int) -> str:
    """Areas by texts: what each added, changed, said again or ended, and what went on without a word."""
    found = queries.mandate_table(
        reading(),
        mission=MissionId(mission),
        known_at=known_at(day_given("known")),
        page=page_number(),
        inherited=MOST_INHERITED,
    )
    return render_template("mandates/table.html", found=found, cells=found.cells, known_on=day_given("known"))


@requires(Permission.READ_MANDATES)
def table_file(mission: int) -> Response:
    """The same for all texts, one row for each text and task."""
    found = queries.mandate_table(
        reading(),
        mission=MissionId(mission),
        known_at=known_at(day_given("known")),
        page=1,
        size=queries.ALL_TEXTS,
    )
    return csv_file(f"mandate-{found.mission.key}-{today()}", files.table_heads(), files.table_rows(found))


@requires(Permission.READ_MANDATES)
def tasks_file(mission: int) -> Response:
    """The tasks in force and announced on a day."""
    on = day_given("on") or today()
    found = queries.mission_page(reading(), mission=MissionId(mission), on=on, known_at=known_at(day_given("known")))
    return csv_file(f"tasks-{found.mission.key}-{on}", files.task_heads(), files.task_rows(found))


@requires(Permission.READ_MANDATES)
def mandate_json(mission: int) -> Response:
    """The texts of the mission, to be taken to another installation."""
    content = mandates_json.write_mandate(reading(), mission=MissionId(mission))
    return json_file(f"mandate-{content['mission']['key']}", content)
