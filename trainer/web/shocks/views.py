"""Pages of losses: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts import rules as account_rules
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import NotAllowed, Refusal
from trainer.kernel.values import wording
from trainer.planning import queries as plan_queries
from trainer.scenarios import queries as scenario_queries
from trainer.scenarios import rules as scenario_rules
from trainer.scenarios.values import ScenarioId
from trainer.shocks import operations, queries, rules
from trainer.shocks.values import CapacityShock, Loss, ShockId
from trainer.web.access import account, requires
from trainer.web.pages import refused
from trainer.web.scenarios.choices import WRITERS, choices, reach_of_writer
from trainer.web.scenarios.forms import data_of
from trainer.web.shocks.forms import EndForm, ShockForm

Page = str | Response | tuple[str, int]


@requires(Permission.READ_PLANS)
def shocks() -> Page:
    """What was declared lost in the reader's missions, those that count first."""
    found = queries.shocks(reading(), missions=_reach())
    return render_template(
        "shocks/shocks.html",
        found=sorted(found, key=lambda each: not each.in_force),
        known=choices(account()),
        writes=_writes(),
    )


@requires(*WRITERS)
def new() -> Page:
    """Say that capacity is lost: from a scenario, or from nothing; the numbers are shown before it is declared."""
    known = choices(account())
    form = ShockForm()
    step = request.form.get("step", "")
    if not form.is_submitted():
        form = _from_scenario() or form
        if not form.parts:
            form.choose(request.args.get("kind"))
        return _form_page(form)
    if step == "choose" or not form.parts:
        form.choose(form.kind.data)
        return _form_page(form)
    form.offer(known)
    if not form.complete():
        return _form_page(form), 422
    loss = form.parts[0].to_what_if(known)
    if not isinstance(loss, scenario_rules.LOSSES):
        return _form_page(form), 422
    _must_declare(loss)
    try:
        with transaction() as work:
            leaving = queries.would_leave(work.session, loss=loss, name=form.name.data or "", on=work.today)
            operations.check_declared(work, name=form.name.data or "", loss=loss, note=form.note.data or "")
            if form.sure.data == f"{len(leaving)}":
                made = operations.declare_shock(work, name=form.name.data or "", loss=loss, note=form.note.data or "")
                flash(gettext("The loss is declared. A new plan is being made for whoever it concerns."), "success")
                return redirect(url_for("shocks.shock", shock=made), code=303)
    except Refusal as refusal:
        refused(form, refusal)
        return _form_page(form), 422
    form.sure.data = f"{len(leaving)}"
    return _form_page(form, leaving=len(leaving), loss=loss)


def _form_page(form: ShockForm, *, leaving: int | None = None, loss: Loss | None = None) -> str:
    known = choices(account())
    form.offer(known)
    return render_template("shocks/shock_form.html", form=form, leaving=leaving, loss=loss, known=known)


def _from_scenario() -> ShockForm | None:
    """The form with a loss that a scenario supposes."""
    scenario, place = request.args.get("scenario", ""), request.args.get("place", "")
    if not (scenario.isdigit() and place.isdigit() and len(scenario) < 10 and len(place) < 3):
        return None
    found = scenario_queries.scenario(reading(), scenario=ScenarioId(int(scenario)))
    reach = account_rules.reach_of(account(), Permission.READ_PLANS)
    if not scenario_queries.is_within(found, reach) or int(place) >= len(found.what_ifs):
        return None
    what_if = found.what_ifs[int(place)]
    if not isinstance(what_if, scenario_rules.LOSSES):
        return None
    data = data_of(what_if)
    return ShockForm(data={"name": found.name, "note": found.note, "kind": data["kind"], "what_ifs": [data]})


@requires(Permission.READ_PLANS)
def shock(shock: int) -> Page:
    """One loss: what it takes, the plans it led to, and its end."""
    found = _to_read(shock)
    return _shock_page(found, EndForm(data={"version": found.version}))


def _shock_page(found: CapacityShock, form: EndForm) -> str:
    leaving = queries.leavers_of(reading(), shock=found.id)
    by_mission: dict[MissionId, int] = {}
    for each in leaving.values():
        by_mission[each.mission] = by_mission.get(each.mission, 0) + 1
    people = {each for each in (found.declared_by, found.ended_by) if each is not None}
    return render_template(
        "shocks/shock.html",
        found=found,
        form=form,
        known=choices(account()),
        people=account_queries.people_cards(reading(), people=people),
        by_mission=sorted(by_mission.items()),
        runs=plan_queries.runs_caused_by(reading(), shock=found.id),
        writes=_may_end(found),
        first_on=min((each.on for each in leaving.values()), default=None),
        last_on=max((each.on for each in leaving.values()), default=None),
    )


@requires(*WRITERS)
def end(shock: int) -> Page:
    """End a loss: whoever was to leave stays, and gets back what can be given back."""
    found = _to_read(shock)
    if not _may_end(found):
        raise NotAllowed(wording("This loss concerns missions that are not yours."))
    form = EndForm()
    try:
        with transaction() as work:
            operations.end_shock(
                work, shock=found.id, seen_version=form.seen_version(), because=form.because.data or ""
            )
    except operations.InvalidShock as refusal:
        refused(form, refusal)
        return _shock_page(found, form), 422
    flash(gettext("The loss is ended. What it had taken is given back as far as it can be."), "success")
    return redirect(url_for("shocks.shock", shock=shock), code=303)


def _reach() -> frozenset[MissionId] | None:
    return account_rules.reach_of(account(), Permission.READ_PLANS)


def _writes() -> bool:
    return any(account_rules.may(account(), permission) for permission in WRITERS)


def _to_read(shock: int) -> CapacityShock:
    found = queries.shock(reading(), shock=ShockId(shock))
    reach = _reach()
    if reach is not None and found.missions and reach.isdisjoint(found.missions):
        raise NotAllowed(wording("This loss concerns missions that are not yours."))
    return found


def _may_end(found: CapacityShock) -> bool:
    return found.in_force and _writes() and _within(found.missions)


def _within(missions: Collection[MissionId]) -> bool:
    """Whether the reader may decide in all of these; what may touch any mission is for those who decide everywhere."""
    reach = reach_of_writer(account())
    return reach is None or (bool(missions) and reach.issuperset(missions))


def _must_declare(loss: Loss) -> None:
    if not _within(rules.missions_of(loss)):
        raise NotAllowed(wording("This loss concerns missions that are not yours."))
