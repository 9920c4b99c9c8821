"""The forms of leaving an operation: the days on which it ends, and who is transferred where. Text into values, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import wtforms
from flask_babel import gettext, lazy_gettext
from wtforms.validators import InputRequired, Length, Optional

from trainer.accounts.values import ROLE_NAMES, ClosingDays, MissionId, NewPosting, Role, UnitCard, UnitId
from trainer.closing.values import Places, TransferRow
from trainer.kernel.values import PersonId
from trainer.web.forms import FileField, LongTextField, PageForm, RadiosField, SelectField
from trainer.web.mandates.milestone_forms import DAY_WANTED, DayField, day_after

UNIT, EVERYBODY, LISTED = "unit", "everybody", "listed"
AS_NOW = ""


class DaysForm(PageForm):
    """On which days a mission ends."""

    draws_down_on = DayField(
        lazy_gettext("Draws down from"),
        description=lazy_gettext("The first day on which people and tasks become fewer."),
        validators=[Optional()],
    )
    liquidates_on = DayField(
        lazy_gettext("In liquidation from"),
        description=lazy_gettext("The first day after operations have ceased."),
        validators=[Optional()],
    )
    last_on = DayField(
        lazy_gettext("Last day of the mission"),
        description=lazy_gettext("Postings that still run then end, and nobody can be posted there afterwards."),
        validators=[Optional()],
    )
    because = LongTextField(
        lazy_gettext("On what this rests"),
        description=lazy_gettext("A resolution with its paragraph, a decision. It stays on file."),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 2},
    )

    def to_days(self) -> ClosingDays:
        """What was entered, as the capability takes it."""
        return ClosingDays(
            draws_down_on=self.draws_down_on.data,
            liquidates_on=self.liquidates_on.data,
            closes_on=day_after(self.last_on.data),
        )

    def refuse(self, field: str | None, message: object) -> None:
        """Put a refusal at its field: people name the last day, not the first one after it."""
        super().refuse({"closes_on": "last_on"}.get(field or "", field), message)  # type: ignore[arg-type]


class TransferForm(PageForm):
    """Who is transferred where, as what and when."""

    who = RadiosField(
        lazy_gettext("Who goes"),
        choices=[
            (UNIT, lazy_gettext("A unit")),
            (EVERYBODY, lazy_gettext("Everybody in the mission")),
            (LISTED, lazy_gettext("People on a list")),
        ],
        default=UNIT,
        validators=[InputRequired(lazy_gettext("Choose who goes."))],
    )
    unit_from = SelectField(lazy_gettext("Unit that goes"), validate_choice=False)
    people = LongTextField(
        lazy_gettext("List"),
        description=lazy_gettext(
            "One number a line. After it may stand, parted by commas: unit there, role, first day, rotation date."
        ),
        validators=[Optional(), Length(max=500_000)],
        render_kw={"rows": 5},
    )
    sheet = FileField(
        lazy_gettext("Or a sheet"),
        description=lazy_gettext("The same columns as CSV in UTF-8."),
        validators=[Optional()],
        render_kw={"accept": ".csv,.txt"},
    )
    mission = SelectField(
        lazy_gettext("Mission they go to"),
        coerce=int,
        validate_choice=False,
        validators=[InputRequired(lazy_gettext("Choose a mission."))],
    )
    unit = SelectField(
        lazy_gettext("Unit there"), description=lazy_gettext("If all of them join one."), validate_choice=False
    )
    role = SelectField(lazy_gettext("Role there"), validate_choice=False)
    starts_on = DayField(lazy_gettext("First day there"), validators=[InputRequired(DAY_WANTED)])
    ends_on = DayField(
        lazy_gettext("Rotation date"),
        description=lazy_gettext(
            "The first day on which they no longer serve there. Leave it empty if it is not known."
        ),
        validators=[Optional()],
    )
    confirmed = wtforms.HiddenField()

    def validate(self, *given: Any, **more: Any) -> bool:
        """Ask for a rotation date after the first day."""
        valid = bool(super().validate(*given, **more))
        first, end = self.starts_on.data, self.ends_on.data
        if first is not None and end is not None and end <= first:
            self.refuse("ends_on", gettext("Enter an end that is later than the start."))
            return False
        return valid

    def offer(self, places: Places) -> TransferForm:
        """Fill the choices that depend on what is on file."""
        self.unit_from.choices = [
            *(
                wtforms.SelectChoice(str(each.id), f"{each.name} ({places.people.get(each.id, 0)})")
                for each in places.units
            ),
            wtforms.SelectChoice("0", f"{gettext('Outside units')} ({places.people.get(None, 0)})"),
        ]
        self.mission.choices = [wtforms.SelectChoice(each.id, each.name) for each in places.targets]
        self.unit.choices = [
            wtforms.SelectChoice("", gettext("No unit")),
            *(
                wtforms.SelectChoice(str(unit.id), f"{each.name}: {unit.name}")
                for each in places.targets
                for unit in places.units_there[each.id]
            ),
        ]
        self.role.choices = [
            wtforms.SelectChoice(AS_NOW, gettext("As now")),
            *(wtforms.SelectChoice(role.value, gettext(name)) for role, name in ROLE_NAMES.items()),
        ]
        return self

    def target(self, places: Places) -> MissionId | None:
        """The mission they go to; none for one that is not offered, with its message at the field."""
        if self.mission.data not in {each.id for each in places.targets}:
            self.refuse("mission", gettext("Choose a mission of the list."))
            return None
        return MissionId(self.mission.data)

    def to_posting(self, mission: MissionId, role: Role | None) -> NewPosting:
        """The posting of somebody whose role now is this."""
        unit = self.unit.data or ""
        return NewPosting(
            mission=mission,
            unit=UnitId(int(unit)) if unit.isascii() and unit.isdigit() and int(unit) else None,
            role=Role(self.role.data) if self.role.data in set(Role) else role or Role.CIVILIAN,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )

    def to_moves(
        self,
        rows: Iterable[TransferRow],
        *,
        mission: MissionId,
        people: Mapping[str, PersonId],
        roles: Mapping[PersonId, Role | None],
        units: Iterable[UnitCard],
    ) -> dict[PersonId, NewPosting]:
        """The postings of a list; whatever is wrong with a line is told at the list, all of it at once."""
        there = {each.key: each.id for each in units} | {each.name.casefold(): each.id for each in units}
        moves: dict[PersonId, NewPosting] = {}
        for row in rows:
            person = people.get(row.number.strip().casefold())
            told = []
            if person is None:
                told.append(
                    gettext("Line %(line)s: nobody has the number %(number)s.", line=row.line, number=row.number)
                )
            unit = there.get(row.unit.casefold()) if row.unit else None
            if row.unit and unit is None:
                told.append(gettext("Line %(line)s: the mission has no unit %(unit)s.", line=row.line, unit=row.unit))
            role = _role(row.role)
            if row.role and role is None:
                told.append(gettext("Line %(line)s: there is no role %(role)s.", line=row.line, role=row.role))
            starts_on, ends_on = _day(row.starts_on), _day(row.ends_on)
            if (row.starts_on and starts_on is None) or (row.ends_on and ends_on is None):
                told.append(gettext("Line %(line)s: enter days as 2027-02-15.", line=row.line))
            for message in told:
                self.refuse("people", message)
            if told or person is None:
                continue
            base = self.to_posting(mission, roles.get(person))
            moves[person] = NewPosting(
                mission=mission,
                unit=unit if row.unit else base.unit,
                role=role or base.role,
                starts_on=starts_on or base.starts_on,
                ends_on=ends_on or base.ends_on,
            )
        return moves


def _role(text: str) -> Role | None:
    folded = text.strip().casefold()
    return next(
        (
            role
            for role, name in ROLE_NAMES.items()
            if folded in {role.value, name.casefold(), gettext(name).casefold()}
        ),
        None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def last_of(day: date | None) -> date | None:
    """The day before, as people name the last one."""
    return None if day is None else day - timedelta(days=1)
