"""How a mission ends, and a transfer of its people: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, Permission
from trainer.closing import queries
from trainer.closing.values import Moves, Places, TransferLine
from trainer.edge import reading, transaction
from trainer.interop import transfers_csv
from trainer.kernel.errors import Conflict, NotAllowed, Refusal
from trainer.kernel.values import wording
from trainer.web.access import may, must, requires, today
from trainer.web.closing.forms import EVERYBODY, LISTED, DaysForm, TransferForm, last_of
from trainer.web.pages import paged, refused

Page = str | Response | tuple[str, int]

MAY_MOVE = (Permission.ADMINISTER, Permission.APPROVE_PLAN)
LINES_SHOWN = 300


@requires(Permission.READ_MANDATES)
def closing(mission: int) -> Page:
    """How a mission ends: its days, what ends when, what remains, and who is still there."""
    found = queries.closing_page(reading(), mission=MissionId(mission), on=today())
    return render_template(
        "closing/closing.html",
        found=found,
        ending=paged(found.ending, name="ending"),
        residual=paged(found.residual, name="residual"),
        sees_people=may(Permission.READ_READINESS, mission=found.mission.id),
        moves=any(may(each, mission=found.mission.id) for each in MAY_MOVE),
        decides=may(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id),
    )


@requires(Permission.PUBLISH_INSTRUMENT)
def days(mission: int) -> Page:
    """Decide on which days a mission ends."""
    must(Permission.PUBLISH_INSTRUMENT, mission=MissionId(mission))
    card = account_queries.mission(reading(), mission=MissionId(mission))
    form = DaysForm(draws_down_on=card.draws_down_on, liquidates_on=card.liquidates_on, last_on=last_of(card.closes_on))
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction() as work:
                    account_operations.set_closing(
                        work, mission=card.id, closing=form.to_days(), because=form.because.data or ""
                    )
            except Refusal as refusal:
                refused(form, refusal)
                status = 409 if isinstance(refusal, Conflict) else 422
            else:
                flash(gettext("The days are set."), "success")
                return redirect(url_for("closing.closing", mission=card.id), code=303)
    return _page("closing/days.html", status, form=form, mission=card)


@requires(*MAY_MOVE)
def transfer(mission: int) -> Page:
    """Transfer people to another mission: first who needs what, then the move itself."""
    _must_move(MissionId(mission))
    places = queries.places(reading(), mission=MissionId(mission), on=today())
    targets = tuple(each for each in places.targets if any(may(one, mission=each.id) for one in MAY_MOVE))
    places = _within(places, targets)
    form = TransferForm().offer(places)
    found = None
    if form.is_submitted() and form.validate():
        moves = _moves(form, places)
        if moves and not form.problems:
            if form.confirmed.data:
                try:
                    with transaction() as work:
                        number = account_operations.move_people(work, moves=moves)
                except Refusal as refusal:
                    form.refuse(None, refusal.message)
                else:
                    flash(_told(number), "success")
                    return redirect(url_for("closing.closing", mission=mission), code=303)
            found = queries.transfer_page(reading(), mission=places.mission.id, moves=moves, on=today())
    return _page(
        "closing/transfer.html",
        422 if form.problems else 200,
        form=form,
        places=places,
        found=found,
        shown=found.lines[:LINES_SHOWN] if found else (),
        units={each.id: each.name for units in places.units_there.values() for each in units},
        listed=_as_list(found.lines, places) if found else "",
    )


def _must_move(mission: MissionId) -> None:
    if not any(may(each, mission=mission) for each in MAY_MOVE):
        raise NotAllowed(wording("You can move people of your own missions only."))


def _within(places: Places, targets: tuple[MissionCard, ...]) -> Places:
    return Places(
        mission=places.mission,
        units=places.units,
        people=places.people,
        targets=targets,
        units_there=places.units_there,
    )


def _moves(form: TransferForm, places: Places) -> Moves:
    """Who goes, and where to; empty when something must be put right first."""
    to = form.target(places)
    if to is None:
        return {}
    session = reading()
    if form.who.data == LISTED:
        try:
            text = transfers_csv.text_of(form.sheet.data.read()) if form.sheet.data else form.people.data or ""
            rows = transfers_csv.read_list(text)
        except Refusal as refusal:
            refused(form, refusal)
            return {}
        form.people.data = text
        people = account_queries.people_by_key(session, keys=[row.number.strip().casefold() for row in rows])
        profiles = account_queries.profiles_of(session, people=people.values(), on=today())
        there = {person for person, each in profiles.items() if each.mission == places.mission.id}
        return form.to_moves(
            rows,
            mission=to,
            # people of other missions are for those who answer for them
            people={key: person for key, person in people.items() if person in there},
            roles={person: each.role for person, each in profiles.items()},
            units=places.units_there[to],
        )
    unit = form.unit_from.data or "0"
    known = {str(each.id): each.id for each in places.units}
    if form.who.data != EVERYBODY and unit != "0" and unit not in known:
        form.refuse("unit_from", gettext("Choose a unit of the list."))
        return {}
    chosen = queries.people_in(
        session, mission=places.mission.id, unit=known.get(unit), everybody=form.who.data == EVERYBODY, on=today()
    )
    if not chosen:
        form.refuse("unit_from", gettext("Nobody is posted there now."))
        return {}
    profiles = account_queries.profiles_of(session, people=chosen, on=today())
    return {person: form.to_posting(to, profiles[person].role) for person in chosen}


def _as_list(lines: Sequence[TransferLine], places: Places) -> str:
    """The people of a preview as the list that is sent back: those who cannot go are left out."""
    keys = {each.id: each.key for units in places.units_there.values() for each in units}
    rows = []
    for line in lines:
        if line.refused is None:
            to = line.to
            ends_on = to.ends_on.isoformat() if to.ends_on else ""
            rows.append(
                f"{line.person.key};{keys[to.unit] if to.unit else ''};{to.role.value};{to.starts_on.isoformat()};{ends_on}"
            )
    return "\n".join(rows)


def _told(number: int) -> str:
    return str(
        ngettext(
            "%(num)s person is transferred. What the new mission asks is being planned.",
            "%(num)s people are transferred. What the new mission asks is being planned.",
            number,
        )
    )


def _page(template: str, status: int = 200, **context: object) -> Page:
    drawn = render_template(template, **context)
    return drawn if status == 200 else (drawn, status)
