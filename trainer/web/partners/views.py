"""Courses, sessions and their recognition. A partner touches the courses of their own organisation and no others."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Permission
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, CompetencyKey
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.partners import operations, queries, rules
from trainer.partners.queries import CourseFilter, NoSuchCourse, NoSuchSession
from trainer.partners.values import (
    MODES_WITH_TRAVEL,
    TEACHING_LANGUAGES,
    CourseId,
    CourseMode,
    CoursePage,
    PartnerCard,
    PartnerId,
    SessionId,
    SessionPage,
)
from trainer.planning import queries as planning_queries
from trainer.web.access import account, may, must, must_everywhere, requires, today
from trainer.web.pages import PAGE_SIZE, page_number, paged, refused
from trainer.web.partners import shown
from trainer.web.partners.forms import (
    CancelForm,
    SeenForm,
    asks_for_rows,
    course_form,
    recognition_form,
    session_form,
)

View = str | Response | tuple[str, int]

BEST_SEATS = 10
"""Sessions in which one more seat helps most, on a page of them."""


# For everyone


@requires(Permission.READ_CATALOGUE)
def courses() -> str:
    """The published courses, narrowed as the address says."""
    wanted = _course_filter()
    page = page_number()
    cards, total = queries.courses_page(reading(), wanted=wanted, on=today(), page=page, size=PAGE_SIZE)
    return render_template(
        "partners/courses.html",
        courses=cards,
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        **shown.course_filters(reading()),
    )


@requires(Permission.READ_CATALOGUE)
def course(course: int) -> str:
    """One course: what it proves, how far that is recognised, and when it is held."""
    page = _seen_course(course)
    keys = {each.competency for each in page.awards} | {each.competency for each in page.decisions}
    needed = page.draft.requires
    return render_template(
        "partners/course.html",
        course=page,
        titles=shown.titles_of(reading(), keys | ({needed.competency} if needed else set())),
        modules=shown.module_titles(reading(), page.draft.modules),
        deciders=_names(page),
        mine=rules.may_edit(account(), organisation=page.partner.organisation),
    )


@requires(Permission.READ_CATALOGUE)
def session(session: int) -> str:
    """One session: when and where, how many seats, and for whom they are kept."""
    page = _seen_session(session)
    mine = rules.may_edit(account(), organisation=page.partner.organisation)
    return render_template(
        "partners/session.html",
        page=page,
        quotas=shown.quota_rows(reading(), page.quotas),
        titles=shown.titles_of(reading(), {each.competency for each in page.awards}),
        mine=mine,
        sees_roster=mine or may(Permission.RECORD_EVIDENCE),
        begun=page.card.starts_on <= today(),
        over=page.card.ends_on < today(),
    )


# A partner's own


@requires(Permission.MANAGE_COURSES)
def own() -> str:
    """Who comes to my next sessions, what is asked of me, where seats are missing."""
    partner = _own_partner()
    found = queries.own_page(reading(), partner=partner, on=today())
    keys = {each.competency for line in found.waiting for each in line.undecided}
    return render_template(
        "partners/own.html",
        own=found,
        courses=queries.courses_of(reading(), partner=partner.id, on=today()),
        titles=shown.titles_of(reading(), keys | {line.competency for line in found.ending}),
        short=paged(
            planning_queries.seats_that_help(reading(), sessions=found.full, on=today()), name="seats", size=BEST_SEATS
        ),
    )


@requires(Permission.MANAGE_COURSES)
def new_course() -> View:
    """Enter a course."""
    partner = _own_partner()
    form = course_form(shown.course_choices(reading()), None)
    context: dict[str, Any] = {"form": form, "course": None}
    if not form.is_submitted() or asks_for_rows():
        return render_template("partners/edit_course.html", **context)
    if form.validate():
        try:
            with transaction() as work:
                added = operations.save_course(work, partner=partner.id, draft=form.to_draft())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The course is saved as a draft. Publish it when it is ready."), "success")
            return redirect(url_for("partners.course", course=added), code=303)
    return render_template("partners/edit_course.html", **context), 422


@requires(Permission.MANAGE_COURSES)
def edit_course(course: int) -> View:
    """Change a course."""
    page = _own_course(course)
    form = course_form(shown.course_choices(reading()), page)
    context: dict[str, Any] = {"form": form, "course": page}
    if not form.is_submitted() or asks_for_rows():
        return render_template("partners/edit_course.html", **context)
    if form.validate():
        try:
            with transaction() as work:
                asks = operations.change_course(work, course=page.id, draft=form.to_draft(), seen_version=form.seen)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            again = gettext("The course is changed. A manager is asked to recognise it again.")
            flash(again if asks else gettext("The course is changed."), "success")
            return redirect(url_for("partners.course", course=course), code=303)
    return render_template("partners/edit_course.html", **context), 422


@requires(Permission.MANAGE_COURSES)
def publish_course(course: int) -> Response:
    """Show a course to everybody, and ask for recognition."""
    page = _own_course(course)
    with transaction() as work:
        operations.publish_course(work, course=page.id, seen_version=SeenForm().seen)
    flash(gettext("The course is published. People can be sent to it once a manager recognises it."), "success")
    return redirect(url_for("partners.course", course=course), code=303)


@requires(Permission.MANAGE_COURSES)
def close_course(course: int) -> View:
    """Offer a course no longer; first the page says whom that meets."""
    page = _own_course(course)
    form = SeenForm(data={"seen_version": page.version})
    if form.is_submitted():
        try:
            with transaction() as work:
                operations.close_course(work, course=page.id, seen_version=form.seen)
        except Refusal as refusal:
            refused(form, refusal)
            return render_template("partners/close_course.html", course=page, form=form), 422
        flash(gettext("The course is closed."), "success")
        return redirect(url_for("partners.own"), code=303)
    return render_template("partners/close_course.html", course=page, form=form)


@requires(Permission.MANAGE_COURSES)
def new_session(course: int) -> View:
    """Add a dated session to a course."""
    page = _own_course(course)
    travels = page.draft.mode in MODES_WITH_TRAVEL
    form = session_form(shown.session_choices(reading()), partner=page.partner, travels=travels, page=None)
    context: dict[str, Any] = {"form": form, "course": page, "page": None}
    if not form.is_submitted() or asks_for_rows():
        return render_template("partners/edit_session.html", **context)
    if form.validate():
        try:
            with transaction() as work:
                added = operations.add_session(work, course=page.id, draft=form.to_draft())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The session is added."), "success")
            return redirect(url_for("partners.session", session=added), code=303)
    return render_template("partners/edit_session.html", **context), 422


@requires(Permission.MANAGE_COURSES)
def edit_session(session: int) -> View:
    """Change a session."""
    page = _own_session(session)
    travels = page.card.mode in MODES_WITH_TRAVEL
    form = session_form(shown.session_choices(reading()), partner=page.partner, travels=travels, page=page)
    context: dict[str, Any] = {"form": form, "course": None, "page": page}
    if not form.is_submitted() or asks_for_rows():
        return render_template("partners/edit_session.html", **context)
    if form.validate():
        try:
            with transaction() as work:
                operations.change_session(work, session=page.card.id, draft=form.to_draft(), seen_version=form.seen)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The session is changed."), "success")
            return redirect(url_for("partners.session", session=session), code=303)
    return render_template("partners/edit_session.html", **context), 422


@requires(Permission.MANAGE_COURSES)
def cancel_session(session: int) -> View:
    """Cancel a session; first the page says how many people that meets."""
    page = _own_session(session)
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                operations.cancel_session(work, session=page.card.id, because=form.because.data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("The session is cancelled. The people booked are told, and a new plan is made."), "success")
            return redirect(url_for("partners.session", session=session), code=303)
    status = 422 if form.is_submitted() else 200
    return render_template("partners/cancel_session.html", page=page, form=form), status


# The host's


@requires(Permission.RECOGNISE_COURSES)
def recognition() -> str:
    """The courses that wait for a decision, and the recognitions that end soon."""
    must_everywhere(Permission.RECOGNISE_COURSES)
    waiting = queries.recognition_queue(reading(), on=today())
    ending = queries.ending_recognitions(reading(), on=today())
    keys = {each.competency for line in waiting for each in line.undecided} | {line.competency for line in ending}
    page = page_number()
    return render_template(
        "partners/recognition.html",
        waiting=waiting[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(waiting),
        page=page,
        pages=-(-len(waiting) // PAGE_SIZE),
        ending=ending,
        titles=shown.titles_of(reading(), keys),
    )


@requires(Permission.RECOGNISE_COURSES)
def recognise(course: int) -> View:
    """Decide on what a course proves: it holds in every mission."""
    must_everywhere(Permission.RECOGNISE_COURSES)
    page = _seen_course(course)
    titles = dict(shown.titles_of(reading(), {award.competency for award in page.awards}))
    form = recognition_form(page, titles)
    context = {"form": form, "course": page, "titles": titles, "modules": _modules_of(page)}
    if not form.is_submitted():
        return render_template("partners/recognise.html", **context)
    if form.validate():
        try:
            with transaction() as work:
                operations.recognise_course(work, course=page.id, decisions=form.to_decisions(), seen_version=form.seen)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("Decided. The partner is told."), "success")
            return redirect(url_for("partners.course", course=course), code=303)
    return render_template("partners/recognise.html", **context), 422


# Looking up, with permission


def _seen_course(course: int) -> CoursePage:
    page = queries.course_page(reading(), course=CourseId(course), on=today())
    if not rules.may_see(account(), state=page.state, organisation=page.partner.organisation):
        raise NoSuchCourse
    return page


def _own_course(course: int) -> CoursePage:
    page = _seen_course(course)
    must(Permission.MANAGE_COURSES, organisation=page.partner.organisation)
    return page


def _seen_session(session: int) -> SessionPage:
    page = queries.session_page(reading(), course_session=SessionId(session), on=today())
    if not rules.may_see(account(), state=page.course_state, organisation=page.partner.organisation):
        raise NoSuchSession
    return page


def _own_session(session: int) -> SessionPage:
    page = _seen_session(session)
    must(Permission.MANAGE_COURSES, organisation=page.partner.organisation)
    return page


def _own_partner() -> PartnerCard:
    return queries.partner_of(reading(), organisation=account().organisation)


def _names(page: CoursePage) -> dict[int, str]:
    people = {line.decided_by for line in page.decisions if line.decided_by is not None}
    return {key: card.name for key, card in account_queries.people_cards(reading(), people=people).items()}


def _modules_of(page: CoursePage) -> Any:
    return shown.module_titles(reading(), page.draft.modules)


def _course_filter() -> CourseFilter:
    """What the address asks for; whatever is none of the choices narrows nothing."""
    area, partner = request.args.get("area", ""), request.args.get("partner", "")
    mode, language = request.args.get("mode", ""), request.args.get("held-in", "")
    return CourseFilter(
        competencies=_competencies_of(Area(area)) if area in {each.value for each in Area} else None,
        language=language if language in TEACHING_LANGUAGES else None,
        mode=CourseMode(mode) if mode in {each.value for each in CourseMode} else None,
        partner=PartnerId(int(partner)) if partner.isascii() and partner.isdigit() and len(partner) < 10 else None,
        words=request.args.get("words", "")[:100],
    )


def _competencies_of(area: Area) -> list[CompetencyKey]:
    known = competency_queries.competencies(reading())
    return [key for key, each in known.items() if each.area is area]
