"""The check: which tasks ask nothing, which requirements no module and no course answers, and who answers for it."""

from __future__ import annotations

from enum import StrEnum

from flask import Response, render_template, request

from trainer.accounts.values import Permission
from trainer.catalogue import queries as catalogue_queries
from trainer.competencies.values import Area
from trainer.edge import reading
from trainer.interop.requirements_json import coverage_to_json
from trainer.kernel.values import mark
from trainer.requirements import queries
from trainer.requirements.values import Need, Unasked
from trainer.web.access import requires, today
from trainer.web.exports import json_file
from trainer.web.pages import page_number
from trainer.web.requirements.asked import one_of, wanted_of
from trainer.web.requirements.authority import revisable
from trainer.web.requirements.words import Said


class Part(StrEnum):
    """What of the check is shown."""

    TASKS = "tasks"
    MODULES = "modules"
    COURSES = "courses"
    PEOPLE = "people"
    EVERYTHING = "everything"


PART_NAMES: dict[Part, str] = {
    Part.TASKS: mark("Tasks without a requirement"),
    Part.MODULES: mark("Requirements without a module"),
    Part.COURSES: mark("Requirements without a course"),
    Part.PEOPLE: mark("Not taught to everybody"),
    Part.EVERYTHING: mark("All requirements"),
}


ROWS = 25
"""On one page."""


@requires(Permission.READ_MANDATES)
def coverage() -> str:
    """One table of what is missing, by what is missing; in one mission or in all."""
    wanted = wanted_of(request.args)
    found = queries.coverage(reading(), on=today(), mission=wanted.mission)
    parts: dict[Part, tuple[Unasked, ...] | tuple[Need, ...]] = {
        Part.TASKS: found.unasked,
        Part.MODULES: found.without_module,
        Part.COURSES: found.without_course,
        Part.PEOPLE: found.short,
        Part.EVERYTHING: found.needs,
    }
    part = one_of(Part, request.args.get("part", "")) or next((each for each in parts if parts[each]), Part.TASKS)
    rows = [each for each in parts[part] if wanted.area in (None, each.area)]
    pages = max(1, -(-len(rows) // ROWS))
    page = min(page_number(), pages)
    shown = rows[(page - 1) * ROWS : page * ROWS]
    owners, names = queries.answering(reading())
    modules = {key for each in shown if isinstance(each, Need) for key in each.modules}
    return render_template(
        "requirements/coverage.html",
        found=found,
        part=part,
        counts=[(each, PART_NAMES[each], len(parts[each])) for each in parts],
        rows=shown,
        total=len(rows),
        page=page,
        pages=pages,
        wanted=wanted,
        owners=owners,
        names=names,
        modules=catalogue_queries.module_titles(reading(), modules=modules),
        areas=tuple(Area),
        missions=[(each.id, each.name) for each in queries.working_missions(reading())],
        revisable=revisable(),
        said=Said(found.competencies),
    )


@requires(Permission.READ_MANDATES)
def coverage_json() -> Response:
    """The same figures as the command `requirements check` gives them."""
    found = queries.coverage(reading(), on=today(), mission=wanted_of(request.args).mission)
    owners, names = queries.answering(reading())
    return json_file(f"requirements-check-{today()}", coverage_to_json(found, owners=owners, names=names))
