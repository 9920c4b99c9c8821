"""People: looking for them, one of them, moving them, and noting that they left."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from trainer.accounts import operations, queries, rules
from trainer.accounts.values import MissionCard, MissionId, MissionStatus, Permission, PersonPage
from trainer.competencies import queries as competency_queries
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.kernel.values import PersonId
from trainer.partners.values import TEACHING_LANGUAGES
from trainer.readiness import queries as readiness_queries
from trainer.tracks import queries as track_queries
from trainer.web.access import account, may, may_about, must_about, requires, today
from trainer.web.accounts.forms import LeaveForm, MoveForm, chosen_mission
from trainer.web.accounts.views import View
from trainer.web.pages import PAGE_SIZE, page_number, refused

MAY_MOVE = (Permission.ADMINISTER, Permission.APPROVE_PLAN)
LONGEST_SEARCH = 100
ASSIGNMENTS_SHOWN = 50


@requires(Permission.READ_PEOPLE)
def people() -> View:
    """Everybody the reader may look up, by name or number and by mission."""
    session, page = reading(), page_number()
    reach = rules.reach_of(account(), Permission.READ_PEOPLE)
    missions = [each for each in queries.missions(session) if reach is None or each.id in reach]
    found, total = queries.search_people(
        session,
        text=request.args.get("q", "")[:LONGEST_SEARCH],
        mission=chosen_mission(request.args.get("mission"), missions),
        page=page,
        size=PAGE_SIZE,
        on=today(),
        within=reach,
    )
    profiles = queries.profiles_of(session, people=[each.id for each in found], on=today())
    return render_template(
        "accounts/people.html",
        found=found,
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        profiles=profiles,
        missions={each.id: each for each in missions},
        names=_mission_names(),
    )


@requires(Permission.READ_PEOPLE)
def person(person: int) -> View:
    """Somebody: who and where, what they are to do, and where their record and readiness stand."""
    page, mission = _known(person, Permission.READ_PEOPLE)
    session, found = reading(), page.card.id
    assignments = track_queries.assignments_of(session, person=found)
    latest = sorted(assignments, key=lambda each: (not each.is_open, -each.assigned_at.timestamp(), each.id))
    return render_template(
        "accounts/person.html",
        page=page,
        profile=queries.person_profile(session, person=found, on=today()),
        cards=track_queries.cards_of(session, assignments=latest[:ASSIGNMENTS_SHOWN], on=today()),
        assigned=len(assignments),
        titles={key: each.title for key, each in competency_queries.competencies(session).items()},
        standings=readiness_queries.person_readiness(session, person=found, on=today()),
        names=_mission_names(),
        units=queries.unit_names(session, units={each.unit for each in page.postings if each.unit}),
        languages=[TEACHING_LANGUAGES.get(code, code) for code in page.spoken or (page.card.language,)],
        may_move=page.left_on is None and any(may_about(each, serves_in=mission) for each in MAY_MOVE),
    )


@requires(*MAY_MOVE)
def move(person: int) -> View:
    """Post somebody elsewhere: first what it would do, then the move itself."""
    page, _ = _known(person, *MAY_MOVE)
    form, move = MoveForm(), None
    missions = [each for each in queries.missions(reading()) if _may_move_to(each)]
    form.offer(missions=missions, units=queries.units_in(reading(), missions=[each.id for each in missions]))
    if not form.is_submitted():
        form.show(queries.person_profile(reading(), person=page.card.id, on=today()))
    if form.validate_on_submit():
        try:
            if form.confirmed.data:
                return _move(page, form)
            move = queries.foresee_move(reading(), person=page.card.id, to=form.to_posting())
        except Refusal as refusal:
            refused(form, refusal)
    shown = render_template(
        "accounts/move.html",
        form=form,
        page=page,
        move=move,
        names=_mission_names(),
        still_open=len(track_queries.open_assignments(reading(), people=[page.card.id])),
    )
    return (shown, 422) if form.problems else shown


def _move(page: PersonPage, form: MoveForm) -> View:
    to = form.to_posting()
    with transaction() as work:
        operations.move_person(
            work,
            person=page.card.id,
            mission=to.mission,
            unit=to.unit,
            role=to.role,
            starts_on=to.starts_on,
            ends_on=to.ends_on,
        )
    flash(gettext("The move is recorded. A new plan for this person is being worked out."), "success")
    return redirect(url_for("accounts.person", person=page.card.id), code=303)


@requires(Permission.ADMINISTER)
def leave(person: int) -> View:
    """Note that somebody has left."""
    page, _ = _known(person, Permission.ADMINISTER)
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                operations.retire_person(work, person=page.card.id, on=form.on.data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("It is recorded that %(name)s has left.", name=page.card.name), "success")
            return redirect(url_for("accounts.person", person=page.card.id), code=303)
    shown = render_template("accounts/leave.html", form=form, page=page)
    return (shown, 422) if form.is_submitted() else shown


def _known(person: int, *permissions: Permission) -> tuple[PersonPage, MissionId | None]:
    """The person and their mission, if the reader may do one of these there; raises NoSuchPerson and NotAllowed."""
    page = queries.person_page(reading(), person=PersonId(person), on=today())
    mission = queries.person_profile(reading(), person=page.card.id, on=today()).mission
    if not any(may_about(each, serves_in=mission) for each in permissions):
        must_about(permissions[-1], serves_in=mission)
    return page, mission


def _may_move_to(mission: MissionCard) -> bool:
    return mission.status is not MissionStatus.CLOSED and any(may(each, mission=mission.id) for each in MAY_MOVE)


def _mission_names() -> dict[MissionId, str]:
    return {each.id: each.name for each in queries.missions(reading())}
