"""Pages of scenarios: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from trainer import jobs
from trainer.accounts import rules as account_rules
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading, transaction
from trainer.interop.scenarios_json import effects_to_json
from trainer.kernel.errors import NotAllowed
from trainer.kernel.values import wording
from trainer.mandates import queries as mandate_queries
from trainer.previews.values import AreaOutlook, OutlookPoint
from trainer.readiness import rules as readiness_rules
from trainer.scenarios import operations, queries, rules
from trainer.scenarios.values import (
    LEAST_COMPARED,
    MOST_COMPARED,
    STEP_NAMES,
    Effects,
    Figure,
    Scenario,
    ScenarioId,
    ScenarioPage,
    Step,
    WhatIfRun,
    WhatIfRunId,
    WhatIfState,
)
from trainer.web.access import account, must, requires, today
from trainer.web.exports import json_file
from trainer.web.mandates.outlooks import lines_of
from trainer.web.pages import refused
from trainer.web.scenarios.choices import WRITERS, Choices, choices, reach_of_writer
from trainer.web.scenarios.forms import ScenarioForm, data_of

Page = str | AnyResponse | tuple[str, int]


@requires(Permission.READ_PLANS)
def scenarios() -> Page:
    """Every scenario of the reader's missions, with its main figures and whether they still hold."""
    lines = queries.scenario_lines(reading(), reach=_reach(), on=today())
    return render_template("scenarios/scenarios.html", lines=lines, writes=_writes())


@requires(*WRITERS)
def new() -> Page:
    """Suppose things together."""
    known = choices(account())
    form = ScenarioForm()
    if not form.is_submitted():
        return _form_page(form, known, None)
    return _written(form, known, None)


@requires(*WRITERS)
def edit(scenario: int) -> Page:
    """Suppose something else under the same name."""
    found = _to_write(scenario)
    known = choices(account())
    if request.method == "GET":
        data = {
            "name": found.name,
            "note": found.note,
            "what_ifs": [data_of(each) for each in found.what_ifs],
            "seen_version": str(found.version),
        }
        return _form_page(ScenarioForm(data=data), known, found)
    return _written(ScenarioForm(), known, found)


def _written(form: ScenarioForm, known: Choices, found: Scenario | None) -> Page:
    """Add or remove a part, or save and work out what follows."""
    step = request.form.get("step", "save")
    if step == "add":
        form.add_one()
        return _form_page(form, known, found)
    if step.startswith("remove-"):
        form.remove_one(step.removeprefix("remove-"))
        return _form_page(form, known, found)
    form.offer(known)
    if form.complete():
        try:
            with transaction() as work:
                saved = operations.save_scenario(
                    work,
                    draft=form.to_draft(known),
                    reach=reach_of_writer(account()),
                    scenario=found.id if found else None,
                    seen_version=form.version() if found else None,
                )
        except operations.InvalidScenario as refusal:
            refused(form, refusal)
        else:
            return _worked_out(saved)
    return _form_page(form, known, found), 422


def _form_page(form: ScenarioForm, known: Choices, found: Scenario | None) -> str:
    form.offer(known)
    return render_template("scenarios/scenario_form.html", form=form, scenario=found)


@requires(Permission.READ_PLANS)
def scenario(scenario: int) -> Page:
    """What is supposed, what would follow, and what moved since it was worked out before."""
    found = _to_read(scenario)
    known = choices(account())
    effects = found.effects
    total = None if effects is None else _total(effects)
    return render_template(
        "scenarios/scenario.html",
        found=found,
        known=known,
        total=total,
        lines=[] if total is None else lines_of(total),
        months=[] if effects is None else _months(effects),
        writes=_may_write(found.line.scenario),
        losses=[place for place, each in enumerate(found.line.scenario.what_ifs) if isinstance(each, rules.LOSSES)],
    )


@requires(Permission.READ_PLANS)
def figures_json(scenario: int) -> Response:
    """The same figures as the command `scenarios run` gives them."""
    found = _to_read(scenario)
    if found.effects is None:
        abort(404)
    content = effects_to_json(found.line.scenario, found.effects)
    return json_file(f"scenario-{scenario}-{found.effects.on}", content)


@requires(*WRITERS)
def work_out(scenario: int) -> Page:
    """Work it out, again if it was."""
    return _worked_out(_to_write(scenario).id)


def _worked_out(scenario: ScenarioId) -> Page:
    """Small ones at once; for large ones a run is asked for, and its page shows how far it is."""
    found = queries.scenario(reading(), scenario=scenario)
    missions = [each.id for each in queries.looks_at(reading(), found)]
    large = queries.is_large(reading(), missions=missions, on=today())
    with transaction() as work:
        run = operations.ask_for_scenario(work, scenario=scenario)
        mine = not large and operations.claim_this_run(work, run=run)
        if large:
            operations.leave_to_workers(work, run=run)
    if mine:
        jobs.bring_to_end(run)
        return redirect(url_for("scenarios.scenario", scenario=scenario), code=303)
    return redirect(url_for("scenarios.what_if", what_if=run), code=303)


@requires(*WRITERS)
def discard(scenario: int) -> Page:
    """Take it off the list."""
    found = _to_write(scenario)
    with transaction() as work:
        operations.discard_scenario(work, scenario=found.id, seen_version=ScenarioForm().version() or found.version)
    flash(gettext("The scenario %(name)s is discarded.", name=found.name), "success")
    return redirect(url_for("scenarios.scenarios"), code=303)


@requires(Permission.READ_PLANS)
def compare() -> Page:
    """Two to four scenarios side by side, beside what would come without any of them."""
    asked = [
        int(each) for each in request.args.getlist("scenario") if each.isascii() and each.isdigit() and len(each) < 10
    ]
    lines = queries.scenario_lines(reading(), reach=_reach(), on=today())
    wanted = [line for number in dict.fromkeys(asked) for line in lines if line.scenario.id == number]
    if not LEAST_COMPARED <= len(wanted) <= MOST_COMPARED:
        flash(gettext("Choose two to four scenarios to compare."), "warning")
        return redirect(url_for("scenarios.scenarios"), code=303)
    pages = [queries.scenario_page(reading(), scenario=line.scenario.id, reach=_reach(), on=today()) for line in wanted]
    return render_template(
        "scenarios/compare.html",
        pages=pages,
        figures=list(Figure),
        known=choices(account()),
        ready=_ready_by_mission(pages),
    )


# Runs


@requires(Permission.READ_PLANS, Permission.DRAFT_INSTRUMENT)
def what_if(what_if: int) -> Page:
    """How far a run is, or what became of it; one that is done leads to its result."""
    run = _run_to_read(what_if)
    if run.state is WhatIfState.DONE:
        return redirect(_result_url(run), code=303)
    return render_template(
        "scenarios/run.html",
        run=run,
        steps=_steps(run),
        about=_about(run),
        back=_result_url(run),
        cancels=_may_cancel(run),
    )


@requires(Permission.READ_PLANS, Permission.DRAFT_INSTRUMENT)
def progress(what_if: int) -> Page:
    """The part of the run's page that renews itself; 204 once the run has ended."""
    run = _run_to_read(what_if)
    if not run.under_way:
        return AnyResponse(status=204)
    return render_template("scenarios/_progress.html", run=run, steps=_steps(run))


@requires(*WRITERS)
def cancel(what_if: int) -> Page:
    """End a run without a result."""
    run = _run_to_read(what_if)
    if not _may_cancel(run):
        raise NotAllowed(wording("This scenario looks at missions that are not yours."))
    with transaction() as work:
        operations.ask_cancel(work, run=run.id)
    flash(gettext("It is being cancelled. Nothing changes."), "success")
    return redirect(url_for("scenarios.what_if", what_if=run.id), code=303)


def _run_to_read(number: int) -> WhatIfRun:
    run = queries.run(reading(), run=WhatIfRunId(number))
    if run.scenario is not None:
        must(Permission.READ_PLANS)
        _to_read(run.scenario)
    else:
        assert run.draft is not None
        must(Permission.DRAFT_INSTRUMENT, mission=mandate_queries.mission_of_draft(reading(), draft=run.draft))
    return run


def _may_cancel(run: WhatIfRun) -> bool:
    if run.scenario is None:
        return True
    return _may_write(queries.scenario(reading(), scenario=run.scenario))


def _about(run: WhatIfRun) -> str:
    if run.scenario is not None:
        return queries.scenario(reading(), scenario=run.scenario).name
    return str(gettext("What a draft would do"))


def _result_url(run: WhatIfRun) -> str:
    if run.scenario is not None:
        return url_for("scenarios.scenario", scenario=run.scenario)
    return url_for("mandates.preview", draft=run.draft)


def _steps(run: WhatIfRun) -> list[dict[str, str]]:
    """The steps of a run as the stops of a process."""
    done = {each.step: each for each in run.steps}
    steps: list[dict[str, str]] = []
    running = run.state is WhatIfState.RUNNING
    for step in Step:
        state = "done" if step in done else "todo"
        if step not in done and running and all(each["state"] == "done" for each in steps):
            state = "current"
        note = gettext("%(seconds)s s", seconds=f"{done[step].milliseconds / 1000:.1f}") if step in done else ""
        steps.append({"label": gettext(STEP_NAMES[step]), "state": state, "note": note})
    return steps


# Who sees and writes what


def _reach() -> frozenset[MissionId] | None:
    return account_rules.reach_of(account(), Permission.READ_PLANS)


def _writes() -> bool:
    known = account()
    return any(account_rules.may(known, permission) for permission in WRITERS)


def _may_write(found: Scenario) -> bool:
    """Whether the reader may change it: in every mission that it looks at."""
    if not _writes():
        return False
    reach = reach_of_writer(account())
    return reach is None or (bool(found.missions) and reach.issuperset(found.missions))


def _to_read(scenario: int) -> ScenarioPage:
    found = queries.scenario_page(reading(), scenario=ScenarioId(scenario), reach=_reach(), on=today())
    if not queries.is_within(found.line.scenario, _reach()) or _reach() == frozenset():
        raise NotAllowed(wording("This scenario looks at missions that are not yours."))
    return found


def _to_write(scenario: int) -> Scenario:
    found = queries.scenario(reading(), scenario=ScenarioId(scenario))
    if not _may_write(found):
        raise NotAllowed(wording("This scenario looks at missions that are not yours."))
    return found


# What pages show of a result


def _total(effects: Effects) -> AreaOutlook | None:
    """Readiness of all the missions together."""
    return _added([each.total for each in effects.missions])


def _added(outlooks: Collection[AreaOutlook]) -> AreaOutlook | None:
    first = next(iter(outlooks), None)
    if first is None:
        return None
    points = tuple(
        OutlookPoint(
            on=point.on,
            without=readiness_rules.add_up(each.points[place].without for each in outlooks),
            before_plan=readiness_rules.add_up(each.points[place].before_plan for each in outlooks),
            after_plan=readiness_rules.add_up(each.points[place].after_plan for each in outlooks),
        )
        for place, point in enumerate(first.points)
    )
    return AreaOutlook(area=first.area, points=points)


def _months(effects: Effects) -> list[dict[str, Any]]:
    """Readiness by mission, and in each mission by the areas that anything changes for."""
    return [
        {"mission": each, "total": each.total, "areas": [area for area in each.areas if area.changes]}
        for each in effects.missions
    ]


def _ready_by_mission(pages: Collection[ScenarioPage]) -> list[dict[str, Any]]:
    """A row for each mission that any of the scenarios looks at, with what each says of it."""
    names = {each.mission: each.name for page in pages if page.effects for each in page.effects.missions}
    return [
        {
            "name": name,
            "of": [
                next((each for each in page.effects.missions if each.mission == mission), None)
                if page.effects
                else None
                for page in pages
            ],
        }
        for mission, name in sorted(names.items(), key=lambda item: item[1].casefold())
    ]
