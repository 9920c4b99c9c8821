"""Records of people, what there is to hold, and the two decisions about a person: evidence and waivers."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Permission, PersonCard
from trainer.competencies import operations, queries
from trainer.competencies.values import LEVEL_MEANINGS, Currency, WaiverId
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.kernel.values import PersonId
from trainer.web import words
from trainer.web.access import account, may_about, must_about, requires, today
from trainer.web.competencies.forms import EvidenceForm, RevokeForm, WaiverForm, to_area
from trainer.web.pages import refused

View = str | Response | tuple[str, int]


@requires(Permission.READ_CATALOGUE)
def overview() -> View:
    """Every competency by area, with the owners of each area and what the levels mean."""
    owners = queries.area_owners(reading())
    named = (person for each in owners.values() for person in (each.requirements_authority, each.department_head))
    return render_template(
        "competencies/overview.html",
        competencies=tuple(queries.competencies(reading()).values()),
        owners=owners,
        names=account_queries.people_cards(reading(), people={person for person in named if person}),
        chosen=to_area(request.args.get("area")),
        framework=queries.adopted_framework(reading()),
        levels=[(words.level(level), gettext(meaning)) for level, meaning in LEVEL_MEANINGS.items()],
    )


@requires(Permission.LEARN)
def my_record() -> View:
    """What the reader holds, at which level, where it comes from and until when."""
    return _record("competencies/my_record.html", account().person)


@requires(Permission.LEARN)
def my_record_sheet() -> View:
    """The reader's record for paper."""
    return _record("competencies/record_sheet.html", account().person, back=url_for("competencies.my_record"))


@requires(Permission.READ_PEOPLE)
def person_record(person: int) -> View:
    """The record of somebody in the reader's missions."""
    found = _known(person, Permission.READ_PEOPLE)
    mission = account_queries.person_profile(reading(), person=found.id, on=today()).mission
    return _record(
        "competencies/person_record.html",
        found.id,
        may_record=may_about(Permission.RECORD_EVIDENCE, serves_in=mission),
        may_waive=may_about(Permission.GRANT_WAIVER, serves_in=mission) and found.id != account().person,
    )


@requires(Permission.READ_PEOPLE)
def person_record_sheet(person: int) -> View:
    """Somebody's record for paper."""
    found = _known(person, Permission.READ_PEOPLE)
    back = url_for("competencies.person_record", person=found.id)
    return _record("competencies/record_sheet.html", found.id, back=back)


@requires(Permission.RECORD_EVIDENCE)
def record_evidence(person: int) -> View:
    """Enter why somebody counts as competent."""
    found, form = _known(person, Permission.RECORD_EVIDENCE), EvidenceForm()
    form.offer(queries.competencies(reading()).values())
    if not form.validate_on_submit():
        return _form("competencies/record_evidence.html", form, found)
    try:
        with transaction() as work:
            operations.attest_competency(
                work,
                person=found.id,
                competency=form.to_competency(),
                level=form.to_level(),
                observed_on=form.to_day(),
                source=form.to_source(),
            )
    except Refusal as refusal:
        refused(form, refusal)
        return _form("competencies/record_evidence.html", form, found)
    flash(gettext("Recorded. It counts from now on."), "success")
    return redirect(url_for("competencies.person_record", person=person), code=303)


@requires(Permission.GRANT_WAIVER)
def grant_waiver(person: int) -> View:
    """Decide that somebody need not meet a requirement for a while."""
    found, form = _known(person, Permission.GRANT_WAIVER), WaiverForm()
    form.offer(queries.competencies(reading()).values())
    if not form.validate_on_submit():
        return _form("competencies/grant_waiver.html", form, found)
    starts_on, ends_on = form.to_days()
    try:
        with transaction() as work:
            operations.grant_waiver(
                work,
                person=found.id,
                competency=form.to_competency(),
                starts_on=starts_on,
                ends_on=ends_on,
                granted_by=account().person,
                reason=str(form.reason.data),
                mitigation=str(form.mitigation.data),
            )
    except Refusal as refusal:
        refused(form, refusal)
        return _form("competencies/grant_waiver.html", form, found)
    flash(gettext("The waiver is granted. It ends by itself."), "success")
    return redirect(url_for("competencies.person_record", person=person), code=303)


@requires(Permission.GRANT_WAIVER)
def revoke_waiver(waiver: int) -> View:
    """End a waiver before its last day."""
    entry = queries.waiver_entry(reading(), waiver=WaiverId(waiver), on=today())
    found, form = _known(entry.waiver.person, Permission.GRANT_WAIVER), RevokeForm()
    if not form.validate_on_submit():
        page = render_template(
            "competencies/revoke_waiver.html",
            form=form,
            person=found,
            entry=entry,
            competency=queries.competency(reading(), key=entry.waiver.competency),
        )
        return (page, 422) if form.is_submitted() else page
    with transaction() as work:
        operations.revoke_waiver(work, waiver=entry.waiver.id)
    flash(gettext("The waiver is revoked. The requirement counts again."), "success")
    return redirect(url_for("competencies.person_record", person=found.id), code=303)


def _known(person: int, permission: Permission) -> PersonCard:
    """The person, if the reader may do this in their mission; raises NoSuchPerson and NotAllowed."""
    profile = account_queries.person_profile(reading(), person=PersonId(person), on=today())
    must_about(permission, serves_in=profile.mission)
    return account_queries.people_cards(reading(), people=(profile.id,))[profile.id]


def _record(template: str, person: PersonId, **more: object) -> str:
    session, on = reading(), today()
    holdings = queries.holdings_of(session, person=person, on=on)
    waivers = queries.waiver_entries(session, person=person, on=on)
    chosen = request.args.get("state", "")
    people = {person, *(each.waiver.granted_by for each in waivers)}
    return render_template(
        template,
        holdings=[each for each in holdings if chosen in ("", each.state.value)],
        counts={state: sum(each.state is state for each in holdings) for state in Currency},
        competencies=queries.competencies(session),
        waivers=waivers,
        people=account_queries.people_cards(session, people=people),
        person=person,
        chosen=chosen,
        **more,
    )


def _form(template: str, form: EvidenceForm | WaiverForm, person: PersonCard) -> View:
    page = render_template(template, form=form, person=person)
    return (page, 422) if form.is_submitted() else page
