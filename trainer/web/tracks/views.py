"""A person's own training: what is next, one assignment, its questions, the track; and the roster of a session."""

from collections.abc import Container, Sequence

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from trainer.accounts import rules as account_rules
from trainer.accounts.values import Permission
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import ModulePage
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.partners import queries as partner_queries
from trainer.partners.values import TEACHING_LANGUAGES, SessionId, SessionPage
from trainer.tracks import operations, queries
from trainer.tracks.operations import Unanswered
from trainer.tracks.values import OPEN_STATES, Assignment, AssignmentCard, AssignmentId, AttemptId, RosterLine
from trainer.web import access
from trainer.web.access import account, requires, today
from trainer.web.pages import refused
from trainer.web.tracks.forms import AnswersForm, AttendanceForm, SeenForm, answered, answers_form, attendance_form

View = str | Response | tuple[str, int]


@requires(Permission.LEARN)
def my_page() -> View:
    """What comes next, by when and why; then the rest, what changed, and what is done."""
    page = queries.my_page(reading(), person=account().person, on=today())
    return render_template("tracks/my_page.html", page=page)


@requires(Permission.LEARN)
def note_changes() -> View:
    """The reader has seen what changed."""
    until = SeenForm().to_instant()
    if until is None:
        abort(422)
    with transaction() as work:
        operations.note_changes_seen(work, person=account().person, until=until)
    return redirect(url_for("tracks.my_page"), code=303)


@requires(Permission.LEARN)
def track_overview() -> View:
    """The tracks for the reader's role, step by step."""
    tracks = queries.overview(reading(), person=account().person, on=today())
    return render_template("tracks/track_overview.html", tracks=tracks)


@requires(Permission.LEARN)
def assignment(assignment: int) -> View:
    """One assignment of the reader: the module with its lesson, or the seat."""
    card = _own(assignment)
    if card.seat is not None:
        spoken = TEACHING_LANGUAGES.get(card.seat.language, card.seat.language)
        return render_template("tracks/seat.html", card=card, language=spoken)
    module = _module(card.assignment)
    return render_template(
        "tracks/module.html",
        card=card,
        module=module,
        language=_language(module.lessons),
        attempts=queries.attempts_of(reading(), assignment=card.assignment.id),
    )


@requires(Permission.LEARN)
def begin(assignment: int) -> View:
    """Begin a module."""
    with transaction() as work:
        operations.start_assignment(work, assignment=AssignmentId(assignment))
    flash(gettext("You have begun. No change of plan takes this away from you now."), "success")
    return redirect(url_for("tracks.assignment", assignment=assignment), code=303)


@requires(Permission.LEARN)
def finish_reading(assignment: int) -> View:
    """The lesson is read: on to the questions."""
    with transaction() as work:
        operations.note_lesson_read(work, assignment=AssignmentId(assignment))
    return redirect(url_for("tracks.questions", assignment=assignment), code=303)


@requires(Permission.LEARN)
def questions(assignment: int) -> View:
    """All questions of a module on one page."""
    card = _own(assignment)
    if card.assignment.module is None or not card.assignment.is_open:
        return redirect(url_for("tracks.assignment", assignment=assignment), code=303)
    return _asked(card, *_questions_of(card))


@requires(Permission.LEARN)
def answer(assignment: int) -> View:
    """The answers lead to the result; an open question keeps the others as they were answered."""
    card = _own(assignment)
    if card.assignment.module is None:
        return redirect(url_for("tracks.assignment", assignment=assignment), code=303)
    module, language, form = _questions_of(card)
    if not form.validate():
        return _asked(card, module, language, form), 422
    try:
        with transaction() as work:
            result = operations.answer_questions(
                work, assignment=card.assignment.id, token=form.token.data or "", answers=form.to_answers()
            )
    except Unanswered as refusal:
        form.refuse_unanswered(refusal)
        return _asked(card, module, language, form), 422
    return redirect(url_for("tracks.attempt", assignment=assignment, attempt=result.id), code=303)


@requires(Permission.LEARN)
def attempt(assignment: int, attempt: int) -> View:
    """How an attempt ended, with the reason for each answer."""
    card = _own(assignment)
    result = queries.attempt_result(reading(), attempt=AttemptId(attempt))
    if result.assignment != card.assignment.id:
        raise queries.NoSuchAttempt
    module = _module(card.assignment)
    language = _language(module.questions)
    shown = answered(module.questions[language], result.marks)
    return render_template(
        "tracks/attempt.html", card=card, module=module, language=language, result=result, questions=shown
    )


@requires(Permission.MANAGE_COURSES, Permission.RECORD_EVIDENCE)
def roster(course_session: int) -> View:
    """Who comes to a session; once it has begun, a form to say who was there."""
    page = _held_by_reader(course_session)
    lines = _lines(page)
    return _roster(page, lines, _attendance(lines))


@requires(Permission.MANAGE_COURSES, Permission.RECORD_EVIDENCE)
def record_attendance(course_session: int) -> View:
    """Who was there is credited; the others keep the duty open."""
    page = _held_by_reader(course_session)
    lines = _lines(page)
    form = _attendance(lines)
    if not form.validate():
        return _roster(page, lines, form), 422
    among, present = {line.person.id for line in lines}, form.to_present()
    try:
        with transaction() as work:
            operations.record_attendance(
                work, course_session=page.card.id, present=present, reasons=form.to_reasons(), among=among
            )
    except Refusal as refusal:
        refused(form, refusal)
        return _roster(page, lines, form), 422
    flash(gettext("Recorded. Whoever was there holds what the session proves."), "success")
    return redirect(url_for("tracks.roster", course_session=course_session), code=303)


@requires(Permission.MANAGE_COURSES, Permission.RECORD_EVIDENCE)
def roster_sheet(course_session: int) -> View:
    """The roster for paper, with room to sign."""
    page = _held_by_reader(course_session)
    lines = [line for line in _lines(page) if line.state in OPEN_STATES]
    return render_template("tracks/roster_sheet.html", page=page, lines=lines)


def _own(assignment: int) -> AssignmentCard:
    """The reader's own assignment; nobody else's exists for them."""
    return queries.own_card(reading(), assignment=AssignmentId(assignment), person=account().person, on=today())


def _module(duty: Assignment) -> ModulePage:
    assert duty.module is not None
    return catalogue_queries.module_page(reading(), module=duty.module, version=duty.module_version)


def _language(texts: Container[str]) -> str:
    """The reader's language if there is a text in it; English otherwise."""
    locale = get_locale()
    code = locale.language if locale else "en"
    return code if code in texts else "en"


def _questions_of(card: AssignmentCard) -> tuple[ModulePage, str, AnswersForm]:
    """The module, the language its questions are asked in, and their form."""
    module = _module(card.assignment)
    language = _language(module.questions)
    return module, language, answers_form(module.questions[language])


def _asked(card: AssignmentCard, module: ModulePage, language: str, form: AnswersForm) -> str:
    return render_template("tracks/questions.html", card=card, module=module, language=language, form=form)


def _attendance(lines: Sequence[RosterLine]) -> AttendanceForm:
    """The form for all but the reader, whose own presence somebody else has to confirm."""
    return attendance_form([line for line in lines if line.person.id != account().person])


def _roster(page: SessionPage, lines: Sequence[RosterLine], form: AttendanceForm) -> str:
    begun = page.card.starts_on <= today()
    return render_template("tracks/roster.html", page=page, lines=lines, form=form, begun=begun)


def _held_by_reader(course_session: int) -> SessionPage:
    """The session, if the reader records evidence or it is of a course of their own organisation."""
    page = partner_queries.session_page(reading(), course_session=SessionId(course_session), on=today())
    if not access.may(Permission.RECORD_EVIDENCE):
        access.must(Permission.MANAGE_COURSES, organisation=page.partner.organisation)
    return page


def _lines(page: SessionPage) -> tuple[RosterLine, ...]:
    """The roster, as far as the reader answers for its people: a manager of some missions sees only theirs."""
    reach = account_rules.reach_of(account(), Permission.RECORD_EVIDENCE)
    if reach is None or access.may(Permission.MANAGE_COURSES, organisation=page.partner.organisation):
        return queries.roster(reading(), course_session=page.card.id)
    return queries.roster_within(reading(), course_session=page.card.id, missions=reach, on=today())
