"""Lessons learned: everybody reports, those who decide on training review, an edition answers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import ModuleKey
from trainer.competencies.values import Area
from trainer.edge import reading, transaction
from trainer.kernel.errors import NotAllowed, Refusal
from trainer.kernel.values import wording
from trainer.observations import operations, queries, rules
from trainer.observations.queries import NoSuchObservation, ObservationFilter
from trainer.observations.values import ObservationId, ObservationPage, ObservationState
from trainer.web.access import account, requires, today
from trainer.web.observations.forms import DECLINE, ReviewForm, answer_form, edition_title, report_form
from trainer.web.pages import PAGE_SIZE, page_number, refused
from trainer.web.partners import shown
from trainer.web.words import name

View = str | Response | tuple[str, int]


class MayNotReview(NotAllowed):
    def __init__(self) -> None:
        super().__init__(wording("Lessons of this mission are reviewed by its managers and mandate officers."))


@requires(Permission.LEARN)
def reported() -> str:
    """The lessons the reader may see, narrowed as the address says."""
    wanted, reader, page = _filter(), rules.reader_of(account()), page_number()
    cards, total = queries.observations_page(reading(), wanted=wanted, reader=reader, page=page, size=PAGE_SIZE)
    missions = account_queries.missions(reading())
    return render_template(
        "observations/reported.html",
        observations=cards,
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        counts=queries.counts_by_state(reading(), wanted=wanted, reader=reader),
        missions={each.id: each.name for each in missions},
        areas=[(area.value, name(area)) for area in Area],
    )


@requires(Permission.LEARN)
def report() -> View:
    """Report a lesson."""
    profile = account_queries.person_profile(reading(), person=account().person, on=today())
    missions = account_queries.missions(reading())
    modules = shown.course_choices(reading()).modules
    form = report_form(missions, modules, serves_in=profile.mission, on=today())
    if not form.is_submitted():
        return render_template("observations/report.html", form=form)
    if form.validate():
        try:
            with transaction() as work:
                added = operations.report_observation(work, reported_by=account().person, draft=form.to_draft())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("Thank you. The lesson is reported, and will be reviewed."), "success")
            return redirect(url_for("observations.observation", observation=added), code=303)
    return render_template("observations/report.html", form=form), 422


@requires(Permission.LEARN)
def observation(observation: int) -> str:
    """One lesson and what became of it."""
    page = _seen(observation)
    return _shown(page, ReviewForm(formdata=None), answer_form(catalogue_queries.installed_packs(reading())))


@requires(*rules.REVIEWING)
def review(observation: int) -> View:
    """Accept or decline a lesson."""
    page = _reviewed(observation)
    form = ReviewForm()
    if form.validate():
        decide = operations.decline_observation if form.decision.data == DECLINE else operations.accept_observation
        try:
            with transaction() as work:
                decide(work, observation=page.id, because=form.because.data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("Decided. The reporter can read why."), "success")
            return redirect(url_for("observations.observation", observation=observation), code=303)
    return _shown(page, form, answer_form(catalogue_queries.installed_packs(reading()))), 422


@requires(*rules.REVIEWING)
def answer(observation: int) -> View:
    """Name the edition that answers a lesson."""
    page = _reviewed(observation)
    form = answer_form(catalogue_queries.installed_packs(reading()))
    if form.validate():
        try:
            with transaction() as work:
                operations.answer_observation(work, observation=page.id, edition=form.chosen, how=form.how.data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The lesson is answered."), "success")
            return redirect(url_for("observations.observation", observation=observation), code=303)
    return _shown(page, ReviewForm(formdata=None), form), 422


def _shown(page: ObservationPage, reviewing: ReviewForm, answering: object) -> str:
    people = {each for each in (page.reported_by, page.reviewed_by) if each is not None}
    packs = {each.id: edition_title(each) for each in catalogue_queries.installed_packs(reading())}
    return render_template(
        "observations/observation.html",
        lesson=page,
        mission=account_queries.mission(reading(), mission=page.mission),
        people=account_queries.people_cards(reading(), people=people),
        modules=shown.module_titles(reading(), page.modules),
        edition=packs.get(page.answered_by) if page.answered_by is not None else None,
        reviews=rules.may_review(account(), mission=page.mission),
        mine=page.reported_by == account().person,
        review_form=reviewing,
        answer_form=answering,
    )


def _seen(observation: int) -> ObservationPage:
    page = queries.observation_page(reading(), observation=ObservationId(observation))
    if not rules.may_read(rules.reader_of(account()), page):
        raise NoSuchObservation
    return page


def _reviewed(observation: int) -> ObservationPage:
    page = _seen(observation)
    if not rules.may_review(account(), mission=page.mission):
        raise MayNotReview
    return page


def _filter() -> ObservationFilter:
    """What the address asks for; whatever is none of the choices narrows nothing."""
    mission, area, state = (request.args.get(key, "") for key in ("mission", "area", "state"))
    return ObservationFilter(
        mission=MissionId(int(mission)) if mission.isascii() and mission.isdigit() and len(mission) < 10 else None,
        area=Area(area) if area in {each.value for each in Area} else None,
        module=ModuleKey(request.args["module"][:80]) if request.args.get("module") else None,
        state=ObservationState(state) if state in {each.value for each in ObservationState} else None,
    )
