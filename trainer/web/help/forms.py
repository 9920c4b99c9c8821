"""The form of the component page: one field of each kind. Nothing is done with what is entered."""

from flask_babel import lazy_gettext
from wtforms.validators import InputRequired, NumberRange, Optional

from trainer.web.forms import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FileField,
    LongTextField,
    NumberField,
    PageForm,
    PasswordField,
    RadiosField,
    SelectField,
    TextField,
)


class SampleForm(PageForm):
    """A session as a partner might enter it."""

    title = TextField(
        lazy_gettext("Title of the session"),
        description=lazy_gettext("As it will stand on the certificate."),
        validators=[InputRequired(lazy_gettext("Enter the title of the session."))],
    )
    starts_on = DateField(
        lazy_gettext("First day"),
        validators=[InputRequired(lazy_gettext("Enter the first day, for instance 2027-02-15."))],
    )
    seats = NumberField(
        lazy_gettext("Seats"),
        validators=[
            InputRequired(lazy_gettext("Enter how many seats there are.")),
            NumberRange(1, 500, lazy_gettext("Enter a number of seats between 1 and 500.")),
        ],
        render_kw={"unit": lazy_gettext("people"), "least": 1, "most": 500},
    )
    language = SelectField(
        lazy_gettext("Language"),
        choices=[("en", "English"), ("fr", "Français"), ("ar", "العربية")],
        validators=[InputRequired()],
    )
    mode = RadiosField(
        lazy_gettext("How it is held"),
        choices=[
            ("there", lazy_gettext("In a training centre")),
            (
                "mobile",
                lazy_gettext("In the mission, by a mobile team"),
                {"hint": lazy_gettext("The mission provides the room.")},
            ),
            ("online", lazy_gettext("Online")),
        ],
        validators=[InputRequired(lazy_gettext("Choose how it is held."))],
    )
    awards = CheckboxesField(
        lazy_gettext("What it teaches"),
        choices=[
            ("poc", lazy_gettext("Protection of civilians")),
            ("cpr", lazy_gettext("Child protection")),
            ("wps", lazy_gettext("Women, peace and security")),
        ],
        validators=[Optional()],
    )
    note = LongTextField(lazy_gettext("Note for participants"), validators=[Optional()])
    programme = FileField(lazy_gettext("Programme"), validators=[Optional()], render_kw={"accept": ".pdf"})
    password = PasswordField(lazy_gettext("Your password, to confirm"), validators=[Optional()])
    announce = CheckboxField(lazy_gettext("Tell the missions that need it"))
