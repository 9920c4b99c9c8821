"""The last days of a single task: an officer decides on them without a new text, and may take that back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts.values import MissionId, Permission
from trainer.edge import now, reading, transaction
from trainer.kernel.errors import Conflict, Refusal
from trainer.mandates import operations, queries
from trainer.mandates.values import ClosureId, ClosurePage, TaskKindKey
from trainer.web.access import must, requires, today
from trainer.web.mandates.conditions import moved_words
from trainer.web.mandates.forms import number
from trainer.web.mandates.milestone_forms import ClosureForm, TakeBackForm
from trainer.web.mandates.withdrawing import name_of
from trainer.web.mandates.words import task_name
from trainer.web.pages import refused

Page = str | Response | tuple[str, int]


@requires(Permission.PUBLISH_INSTRUMENT)
def close_task(mission: int, task: str) -> Page:
    """Decide how a task in force ends: first what would follow, then the decision itself."""
    must(Permission.PUBLISH_INSTRUMENT, mission=MissionId(mission))
    area = request.args.get("area", "")
    found = queries.closure_page(
        reading(), mission=MissionId(mission), task_kind=TaskKindKey(task), area_of_operations=area, on=today()
    )
    if found.closure is not None:
        return redirect(url_for("mandates.take_back_closure", closure=found.closure.id), code=303)
    form = ClosureForm(seen_version=str(found.version))
    if not form.is_submitted() or not form.validate():
        return _page("mandates/close_task.html", 422 if form.problems else 200, found=found, form=form)
    closure = form.to_closure(found.task, now=now())
    try:
        if request.form.get("step") == "decide" and form.shown.data == form.days:
            with transaction() as work:
                shift = operations.decide_closure(
                    work, mission=found.mission.id, closure=closure, seen_version=number(form.seen_version.data)
                )
            said = gettext("The last days of “%(task)s” are decided.", task=task_name(found.task))
            flash(f"{said} {moved_words(shift)}", "success")
            return redirect(url_for("mandates.mission", mission=mission), code=303)
        closure, problems = queries.weighed_closure(reading(), mission=found.mission.id, closure=closure, on=today())
        if problems:
            raise operations.InvalidClosure(problems)
    except Refusal as refusal:
        refused(form, refusal)
        form.seen_version.data = str(found.version)
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page("mandates/close_task.html", status, found=found, form=form)
    found = queries.closure_page(
        reading(),
        mission=found.mission.id,
        task_kind=closure.task_kind,
        area_of_operations=area,
        on=today(),
        supposed=closure,
    )
    form.shown.data = form.days
    return _page("mandates/close_task.html", found=found, form=form)


@requires(Permission.PUBLISH_INSTRUMENT)
def take_back_closure(closure: int) -> Page:
    """Take back what was decided of a task, with a reason."""
    found = _decided(closure)
    form = TakeBackForm(seen_version=str(found.version))
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction() as work:
                    shift = operations.take_back_closure(
                        work,
                        closure=ClosureId(closure),
                        because=form.because.data,
                        seen_version=number(form.seen_version.data),
                    )
            except Refusal as refusal:
                refused(form, refusal)
                found = _decided(closure)
                form.seen_version.data = str(found.version)
                status = 409 if isinstance(refusal, Conflict) else 422
            else:
                said = gettext("The decision on “%(task)s” is taken back.", task=task_name(found.task))
                flash(f"{said} {moved_words(shift)}", "success")
                return redirect(url_for("mandates.mission", mission=found.mission.id), code=303)
    decided = found.closure
    return _page(
        "mandates/reopen_task.html",
        status,
        found=found,
        form=form,
        decider=name_of(decided.decided_by) if decided else "",
        taker=name_of(decided.taken_back_by) if decided else "",
    )


def _decided(closure: int) -> ClosurePage:
    """The decision, for whoever publishes for its mission."""
    found = queries.closure_undoing(reading(), closure=ClosureId(closure), on=today())
    must(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id)
    return found


def _page(template: str, status: int = 200, **context: object) -> Page:
    drawn = render_template(template, **context)
    return drawn if status == 200 else (drawn, status)
