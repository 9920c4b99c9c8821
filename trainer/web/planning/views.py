"""Pages of plans: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts import rules as account_rules
from trainer.accounts.values import MissionCard, MissionId, MissionStatus, Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import NotAllowed, Refusal
from trainer.kernel.values import Cause, PersonId, SubjectKind, wording
from trainer.planning import operations, queries
from trainer.planning.values import (
    STAGE_NAMES,
    PlanHead,
    PlanId,
    PlanLine,
    PlanPage,
    PlanRunId,
    RunHead,
    RunKind,
    RunState,
    Show,
)
from trainer.web.access import account, may, must, must_everywhere, requires, today
from trainer.web.filters import number
from trainer.web.pages import PAGE_SIZE, Paged, page_number, paged, refused
from trainer.web.planning.forms import AnewForm, DecisionForm, form_of

Page = str | Response | tuple[str, int]

ON_PAPER = 200
"""Lines of each list that a printed plan holds; a longer one is read in the site."""

BEST_SEATS = 10
"""Sessions in which one more seat helps most that a plan's page and its print show; all are on a page of their own."""

CAUSES: dict[SubjectKind, tuple[str, str]] = {
    SubjectKind.INSTRUMENT: ("mandates.instrument", "instrument"),
    SubjectKind.MISSION: ("mandates.mission", "mission"),
    SubjectKind.SESSION: ("partners.session", "session"),
    SubjectKind.COURSE: ("partners.course", "course"),
    SubjectKind.PERSON: ("accounts.person", "person"),
    SubjectKind.SHOCK: ("shocks.shock", "shock"),
}
"""Where the thing that caused a plan is shown."""


@requires(Permission.READ_PLANS)
def plans() -> Page:
    """Proposals first, then what is being worked out, then what was decided."""
    page = page_number()
    found = queries.plans_page(reading(), page=page, size=PAGE_SIZE, missions=_reach(Permission.READ_PLANS))
    form = AnewForm().offer(_own_missions(Permission.APPROVE_PLAN)) if may(Permission.APPROVE_PLAN) else None
    return render_template("planning/plans.html", found=found, page=page, pages=-(-found.total // PAGE_SIZE), form=form)


@requires(Permission.APPROVE_PLAN)
def anew() -> Page:
    """Ask for a plan for a mission by hand, or for an improvement."""
    form = AnewForm().offer(_own_missions(Permission.APPROVE_PLAN))
    if not form.validate_on_submit():
        abort(422)
    must(Permission.APPROVE_PLAN, mission=form.to_mission())
    with transaction() as work:
        if form.to_kind() is RunKind.IMPROVE:
            run = operations.improve_further(work, missions=(form.to_mission(),))
        else:
            run = operations.plan_mission_anew(work, mission=form.to_mission())
    return redirect(url_for("planning.run", run=run), code=303)


@requires(Permission.READ_PLANS)
def plan(plan: int) -> Page:
    """One plan: what caused it, its figures, and one of its lists."""
    page = page_number()
    found = queries.plan_page(reading(), plan=PlanId(plan), shown=_shown(), page=page, on=today(), size=PAGE_SIZE)
    must_see(found.head)
    return render_template(
        "planning/plan.html", found=found, page=page, pages=-(-found.total // PAGE_SIZE),
        form=DecisionForm(data={"version": found.head.version}), cause_url=_cause_url(found.head.cause),
        decides=_decides(found.head), named=_named(found.lines),
        short=queries.seats_page(reading(), plan=found.head.id, most=BEST_SEATS),
    )  # fmt: skip


@requires(Permission.READ_PLANS)
def paper(plan: int) -> Page:
    """A plan to print and sign: its figures and what it changes."""
    found = {each: _on_paper(plan, each) for each in Show if each is not Show.KEPT}
    head = found[Show.GAIN]
    must_see(head.head)
    lists = {each: page.lines for each, page in found.items() if page.lines}
    named = _named([line for lines in lists.values() for line in lines])
    short = queries.seats_page(reading(), plan=head.head.id, most=BEST_SEATS)
    return render_template("planning/paper.html", found=head, lists=lists, most=ON_PAPER, named=named, short=short)


@requires(Permission.READ_PLANS)
def seats(plan: int) -> Page:
    """Where one more seat would help, by session or by partner."""
    found = queries.seats_page(reading(), plan=PlanId(plan))
    must_see(found.head)
    by_partner = request.args.get("by") == "partner"
    rows: Paged[Any] = paged(found.partners if by_partner else found.lines)
    return render_template("planning/seats.html", found=found, by_partner=by_partner, rows=rows)


@requires(Permission.APPROVE_PLAN)
def approve(plan: int) -> Page:
    """Let the plan take effect."""
    _must_decide(plan)
    with transaction() as work:
        operations.approve_plan(work, plan=PlanId(plan), seen_version=DecisionForm().seen_version())
    flash(gettext("The plan is approved. Modules and seats are given out, and people are told."), "success")
    return redirect(url_for("planning.plan", plan=plan), code=303)


@requires(Permission.APPROVE_PLAN)
def dismiss(plan: int) -> Page:
    """Do nothing of the plan."""
    _must_decide(plan)
    form = DecisionForm()
    if not form.validate():
        abort(422)
    with transaction() as work:
        operations.dismiss_plan(
            work, plan=PlanId(plan), seen_version=form.seen_version(), because=form.because.data or ""
        )
    flash(gettext("The plan is dismissed. Nothing changes."), "success")
    return redirect(url_for("planning.plan", plan=plan), code=303)


@requires(Permission.APPROVE_PLAN)
def undo(plan: int) -> Page:
    """Take back what the plan gave, and give back what it took."""
    _must_decide(plan)
    with transaction() as work:
        report = operations.undo_plan(work, plan=PlanId(plan), seen_version=DecisionForm().seen_version())
    flash(
        gettext(
            "The plan is undone: %(withdrawn)s taken back, %(restored)s given back.",
            withdrawn=len(report.withdrawn), restored=len(report.restored),
        ),
        "success",
    )  # fmt: skip
    if report.stayed:
        said = ngettext("One stays, since it has begun.", "%(num)s stay, since they have begun.", len(report.stayed))
        flash(said, "info")
    if report.lost:
        said = ngettext(
            "One could not be given back: its place is gone, or the person has the same again.",
            "%(num)s could not be given back: their places are gone, or the people have the same again.",
            len(report.lost),
        )
        flash(said, "warning")
    return redirect(url_for("planning.plan", plan=plan), code=303)


@requires(Permission.APPROVE_PLAN)
def again(plan: int) -> Page:
    """Ask for another plan for the same people."""
    _must_decide(plan)
    with transaction() as work:
        run = operations.plan_again(work, plan=PlanId(plan))
    return redirect(url_for("planning.run", run=run), code=303)


@requires(Permission.APPROVE_PLAN)
def improve(plan: int) -> Page:
    """Ask whether everybody's seats together could be given better in the missions of a plan."""
    head = queries.plan_head(reading(), plan=PlanId(plan))
    if not _decides(head):
        raise NotAllowed(wording("This plan concerns missions that are not yours."))
    with transaction() as work:
        run = operations.improve_further(work, missions=head.missions)
    return redirect(url_for("planning.run", run=run), code=303)


@requires(Permission.READ_PLANS)
def run(run: int) -> Page:
    """How far a plan is, or what became of it."""
    found = _run_to_see(run)
    return render_template(
        "planning/run.html",
        found=found,
        steps=_steps(found),
        labels={each.name: gettext(STAGE_NAMES.get(each.name, each.name)) for each in found.stages},
        missions=[each for each in account_queries.missions(reading()) if each.id in found.missions],
        cause_url=_cause_url(found.cause),
        decides=_may_cancel(found),
    )


@requires(Permission.READ_PLANS)
def progress(run: int) -> Page:
    """The part of the run's page that renews itself; 204 once the run has ended."""
    found = _run_to_see(run)
    if not found.under_way:
        return Response(status=204)
    return render_template("planning/_progress.html", found=found, steps=_steps(found))


@requires(Permission.APPROVE_PLAN)
def cancel(run: int) -> Page:
    """End a run without a plan."""
    if not _may_cancel(_run_to_see(run)):
        raise NotAllowed(wording("This plan concerns missions that are not yours."))
    with transaction() as work:
        operations.ask_cancel(work, run=PlanRunId(run))
    flash(gettext("The plan is being cancelled. Nothing changes."), "success")
    return redirect(url_for("planning.run", run=run), code=303)


@requires(Permission.APPROVE_PLAN, Permission.ADMINISTER)
def policy() -> Page:
    """Read the policy, and put another in force."""
    if not may(Permission.ADMINISTER):
        must_everywhere(Permission.APPROVE_PLAN)
    before = queries.policy(reading())
    form = form_of(before)
    if not form.is_submitted():
        return render_template("planning/policy.html", form=form, policy=before)
    if form.validate():
        try:
            with transaction() as work:
                made = operations.set_policy(work, policy=form.to_policy(before))
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("Policy %(number)s is in force for all plans made from now on.", number=made), "success")
            return redirect(url_for("planning.policy"), code=303)
    return render_template("planning/policy.html", form=form, policy=before), 422


def _on_paper(plan: int, shown: Show) -> PlanPage:
    return queries.plan_page(reading(), plan=PlanId(plan), shown=shown, page=1, on=today(), size=ON_PAPER)


def _shown() -> Show | None:
    asked = request.args.get("show", "")
    return Show(asked) if asked in set(Show) else None


def _reach(permission: Permission) -> frozenset[MissionId] | None:
    return account_rules.reach_of(account(), permission)


def _named(lines: Collection[PlanLine]) -> frozenset[PersonId]:
    """Those of the people in the lines whose names the reader may know."""
    return named_of(person.id for each in lines for person in (each.person, each.gives_way_to) if person is not None)


def named_of(people: Iterable[PersonId]) -> frozenset[PersonId]:
    """Those of the people whose names the reader may know."""
    people = frozenset(people)
    reach = _reach(Permission.READ_PEOPLE)
    if reach is None or not reach:
        return people if reach is None else frozenset()
    profiles = account_queries.profiles_of(reading(), people=people, on=today())
    return frozenset(person for person, each in profiles.items() if each.mission in reach)


def _own_missions(permission: Permission) -> tuple[MissionCard, ...]:
    """The missions that are not closed and in which the reader may do this."""
    return tuple(
        each
        for each in account_queries.missions(reading())
        if each.status is not MissionStatus.CLOSED and may(permission, mission=each.id)
    )


def must_see(head: PlanHead) -> None:
    """Refuse whoever is confined to missions that the plan does not concern."""
    _must_reach(head.missions)


def _must_reach(missions: Collection[MissionId]) -> None:
    reach = _reach(Permission.READ_PLANS)
    if reach is not None and reach.isdisjoint(missions):
        raise NotAllowed(wording("This plan concerns missions that are not yours."))


def _run_to_see(run: int) -> RunHead:
    found = queries.run_page(reading(), run=PlanRunId(run))
    _must_reach(queries.missions_of_run(reading(), run=found.id, on=today()))
    return found


def _decides(head: PlanHead) -> bool:
    """Whether the reader may decide on the plan: in every mission it concerns."""
    return _decides_in(head.missions)


def _decides_in(missions: Collection[MissionId]) -> bool:
    """Whether the reader decides in all of these; what concerns no mission is for those who decide everywhere."""
    reach = _reach(Permission.APPROVE_PLAN)
    return reach is None or (bool(missions) and reach.issuperset(missions))


def _must_decide(plan: int) -> None:
    if not _decides(queries.plan_head(reading(), plan=PlanId(plan))):
        raise NotAllowed(wording("This plan concerns missions that are not yours."))


def _may_cancel(found: RunHead) -> bool:
    return _decides_in(queries.missions_of_run(reading(), run=found.id, on=today()))


def _cause_url(cause: Cause) -> str:
    if cause.subject is None or cause.subject.kind not in CAUSES:
        return url_for("requirements.versions") if cause.subject and cause.subject.kind is SubjectKind.RULES else ""
    endpoint, argument = CAUSES[cause.subject.kind]
    values: dict[str, Any] = {argument: cause.subject.id}
    return url_for(endpoint, **values)


def _steps(found: RunHead) -> list[dict[str, str]]:
    """A run as the stops of a process."""
    running, over = found.state is RunState.RUNNING, not found.under_way
    ended = "done" if found.state in (RunState.STORED, RunState.NOTHING) else "failed" if over else "todo"
    steps = [
        {"label": gettext("Asked for"), "state": "done"},
        {
            "label": gettext("What people have and lack is read"),
            "state": "done" if found.stages or ended == "done" else "current" if running else "todo",
        },
    ]
    steps += [
        {
            "label": gettext(STAGE_NAMES.get(each.name, each.name)),
            "state": "done",
            "note": ngettext(
                "one person changes",
                "%(people)s people change",
                each.people_changed,
                people=number(each.people_changed),
            ),
        }
        for each in found.stages
    ]
    last = "current" if running and found.stages else ended
    return [*steps, {"label": gettext("Checked and stored"), "state": last}]
