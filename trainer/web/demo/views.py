"""Pages of a scenario."""

from __future__ import annotations

from functools import partial

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trainer import edge, jobs
from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import Permission
from trainer.demo import scenario as scenarios
from trainer.web.access import requires, today


@requires(Permission.LEARN)
def scenario() -> str:
    """Where the story stands and what comes next."""
    mission = account_queries.mission_by_key(edge.reading(), key=scenarios.MISSION)
    return render_template(
        "demo/scenario.html",
        mission=mission,
        start=scenarios.START,
        dates=scenarios.DATES,
        next_date=scenarios.next_date(after=today()),
    )


@requires(Permission.LEARN)
def next_date() -> Response:
    """Let time pass until the next date, and everything that follows from it happen."""
    coming = scenarios.next_date(after=today())
    if coming is None:
        flash(_("The story is over. Start it anew with --fresh."), "info")
        return redirect(url_for("demo.scenario"), code=303)
    before = edge.now()
    scenarios.advance(
        partial(edge.job_transaction, "demo"), day=coming, move_clock=edge.move_clock, plan_all=jobs.run_everything
    )
    with edge.job_transaction("demo") as work:
        account_operations.carry_sign_ins(work, since=before)
    flash(_("Time has passed. See what changed."), "success")
    return redirect(url_for("demo.scenario"), code=303)
