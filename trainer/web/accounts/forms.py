"""What people type about accounts, as values; and where a sign-in may lead."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import wtforms
from flask_babel import gettext, lazy_gettext
from wtforms.validators import Email, InputRequired, Length, Optional

from trainer.accounts.values import (
    OFFICE_NAMES,
    ROLE_NAMES,
    MissionCard,
    MissionId,
    NewPerson,
    NewPosting,
    Office,
    OrganisationCard,
    OrganisationId,
    PersonProfile,
    Role,
    UnitCard,
    UnitId,
)
from trainer.partners.values import TEACHING_LANGUAGES
from trainer.web.forms import (
    NEEDED,
    CheckboxesField,
    DateField,
    PageForm,
    PasswordField,
    RadiosField,
    SelectField,
    TextField,
)

PAGE_LANGUAGES = ("en", "fr", "ar")
LONGEST_PATH = 2000
NO_WAY_BACK = ("/sign-in", "/sign-out")


def safe_next(text: str | None) -> str:
    """The path to lead to after a sign-in; empty for anything but a path of this site.

    Browsers read `//host`, the same with a backslash, and paths with control characters in them as other sites.
    Source: WHATWG URL Standard, section 4.4, basic URL parser.
    """
    if not text or len(text) > LONGEST_PATH or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return ""
    if any(unicodedata.category(letter)[0] in "CZ" for letter in text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith(NO_WAY_BACK):
        return ""
    return text


class SignInForm(PageForm):
    """Who is there, and the proof."""

    login = TextField(
        lazy_gettext("E-mail address or number"),
        [InputRequired(NEEDED), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(lazy_gettext("Password"), [InputRequired(NEEDED)])


class LanguagesForm(PageForm):
    """The language of pages and messages, and those one can be taught in."""

    language = RadiosField(
        lazy_gettext("Language of pages and messages"),
        [InputRequired(lazy_gettext("Choose a language."))],
        choices=[(code, TEACHING_LANGUAGES[code]) for code in PAGE_LANGUAGES],
    )
    best = SelectField(
        lazy_gettext("Language you are best taught in"),
        [InputRequired(lazy_gettext("Choose a language."))],
        choices=list(TEACHING_LANGUAGES.items()),
    )
    further = CheckboxesField(
        lazy_gettext("Other languages you can be taught in"),
        [Optional()],
        choices=list(TEACHING_LANGUAGES.items()),
        description=lazy_gettext("Sessions in these languages can be planned for you."),
    )

    def show(self, *, language: str, spoken: tuple[str, ...]) -> None:
        """Show what is chosen now."""
        self.language.data = language
        self.best.data = spoken[0] if spoken else language
        self.further.data = list(spoken[1:])

    def to_spoken(self) -> tuple[str, ...]:
        """The codes, best first."""
        return (self.best.data, *(code for code in self.further.data or () if code != self.best.data))


class PasswordForm(PageForm):
    """A new password, with the proof of the present one."""

    current = PasswordField(lazy_gettext("Present password"), [InputRequired(NEEDED)])
    password = PasswordField(
        lazy_gettext("New password"),
        [InputRequired(NEEDED)],
        description=lazy_gettext("At least 12 characters. A few words together are easy to keep and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        lazy_gettext("New password once more"), [InputRequired(NEEDED)], render_kw={"autocomplete": "new-password"}
    )

    def validate_again(self, field: wtforms.Field) -> None:
        """Both must be the same, since nobody sees what they type."""
        if field.data != self.password.data:
            raise wtforms.ValidationError(gettext("The two new passwords differ. Type both again."))


class MoveForm(PageForm):
    """Where a person is to serve, in which role, and when."""

    mission = SelectField(lazy_gettext("Mission"), [InputRequired(lazy_gettext("Choose a mission."))], coerce=int)
    unit = SelectField(
        lazy_gettext("Unit"),
        [Optional()],
        coerce=int,
        description=lazy_gettext("A unit of the mission, if the person joins one."),
    )
    role = SelectField(lazy_gettext("Role"), [InputRequired(lazy_gettext("Choose a role."))], coerce=Role)
    starts_on = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Enter the first day."))])
    ends_on = DateField(
        lazy_gettext("Rotation date"),
        [Optional()],
        description=lazy_gettext(
            "The first day on which the person no longer serves there. Leave it empty if it is not known."
        ),
    )
    confirmed = wtforms.HiddenField()

    def offer(self, *, missions: Iterable[MissionCard], units: Mapping[MissionId, Iterable[UnitCard]]) -> None:
        """Offer the missions that are not closed, and their units."""
        known = list(missions)
        self.mission.choices = [wtforms.SelectChoice(each.id, each.name) for each in known]
        self.unit.choices = [
            wtforms.SelectChoice(0, gettext("No unit")),
            *(
                wtforms.SelectChoice(unit.id, f"{each.name}: {unit.name}")
                for each in known
                for unit in units.get(each.id, ())
            ),
        ]
        self.role.choices = [wtforms.SelectChoice(role, gettext(name)) for role, name in ROLE_NAMES.items()]

    def show(self, profile: PersonProfile) -> None:
        """Start from where the person serves now."""
        self.mission.data, self.role.data = profile.mission, profile.role

    def to_posting(self) -> NewPosting:
        """The posting as it was asked for."""
        return NewPosting(
            mission=MissionId(self.mission.data),
            unit=UnitId(self.unit.data) if self.unit.data else None,
            role=self.role.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )


class LeaveForm(PageForm):
    """On which day somebody left."""

    on = DateField(lazy_gettext("Day on which the person left"), [InputRequired(lazy_gettext("Enter the day."))])


class EnrolForm(PageForm):
    """Somebody who is to have an account."""

    given_name = TextField(lazy_gettext("Given name"), [InputRequired(NEEDED), Length(max=100)])
    family_name = TextField(lazy_gettext("Family name"), [InputRequired(NEEDED), Length(max=100)])
    key = TextField(
        lazy_gettext("Service or index number"),
        [InputRequired(NEEDED), Length(max=40)],
        description=lazy_gettext("The number by which the personnel system knows the person."),
        render_kw={"width": "short"},
    )
    email = TextField(
        lazy_gettext("E-mail address"),
        [Optional(), Email(lazy_gettext("Enter an address such as name@example.org.")), Length(max=254)],
        render_kw={"type": "email"},
    )
    organisation = SelectField(lazy_gettext("Organisation"), [InputRequired(NEEDED)], coerce=int)
    language = RadiosField(
        lazy_gettext("Language of pages and messages"),
        [InputRequired(lazy_gettext("Choose a language."))],
        choices=[(code, TEACHING_LANGUAGES[code]) for code in PAGE_LANGUAGES],
        default="en",
    )

    def offer(self, organisations: Iterable[OrganisationCard]) -> None:
        """Offer the organisations to belong to."""
        self.organisation.choices = [wtforms.SelectChoice(each.id, each.name) for each in organisations]

    def to_person(self) -> NewPerson:
        """The person as typed."""
        return NewPerson(
            key=self.key.data,
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            email=self.email.data or None,
            organisation=OrganisationId(self.organisation.data),
            language=self.language.data,
        )


class OfficeForm(PageForm):
    """An office, and where it is to hold."""

    office = SelectField(lazy_gettext("Office"), [InputRequired(lazy_gettext("Choose an office."))], coerce=Office)
    mission = SelectField(
        lazy_gettext("Mission"),
        [Optional()],
        coerce=int,
        description=lazy_gettext("Confines a mandate officer or readiness manager to one mission."),
    )
    organisation = SelectField(
        lazy_gettext("Organisation"),
        [Optional()],
        coerce=int,
        description=lazy_gettext("For whom a training partner acts, if not for their own organisation."),
    )

    def offer(self, *, missions: Iterable[MissionCard], organisations: Iterable[OrganisationCard]) -> None:
        """Offer every office but the trainee's, which everybody has."""
        self.office.choices = [
            wtforms.SelectChoice(office, gettext(name))
            for office, name in OFFICE_NAMES.items()
            if office is not Office.TRAINEE
        ]
        self.mission.choices = [
            wtforms.SelectChoice(0, gettext("All missions")),
            *(wtforms.SelectChoice(each.id, each.name) for each in missions),
        ]
        self.organisation.choices = [
            wtforms.SelectChoice(0, gettext("Their own")),
            *(wtforms.SelectChoice(each.id, each.name) for each in organisations),
        ]

    def to_mission(self) -> MissionId | None:
        """The mission, or None for all."""
        return MissionId(self.mission.data) if self.mission.data else None

    def to_organisation(self) -> OrganisationId | None:
        """The organisation, or None for the person's own."""
        return OrganisationId(self.organisation.data) if self.organisation.data else None


def chosen_mission(text: str | None, missions: Iterable[MissionCard]) -> MissionId | None:
    """The mission that a filter names by its key; None for none, and for one the reader is not offered."""
    return next((each.id for each in missions if each.key == text), None)
