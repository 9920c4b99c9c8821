"""Forms turn what people typed into values, and refusals into messages at the field they concern.

Fields know the component that draws them: a template says `{{ form.symbol }}` and gets label, hint, error and
control. Rules that need data live in operations, never in validators here.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import wtforms
from flask import get_template_attribute
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField as UploadField
from flask_wtf.file import MultipleFileField as UploadsField
from markupsafe import Markup

from trainer.kernel.values import Wording
from trainer.web.words import worded


class PageForm(FlaskForm):
    """The base of every form: a CSRF token tied to the session, and a place for refusals."""

    def refuse(self, field: str | None, message: Wording | str) -> None:
        """Put a refusal where it belongs: at its field, or over the form when it names none of its fields."""
        said = worded(message) if isinstance(message, Wording) else message
        at = self._fields.get(field) if field else None
        if at is None:
            self.form_errors.append(said)
        else:
            at.errors = [*at.errors, said]

    @property
    def problems(self) -> list[dict[str, str]]:
        """Every message with the id of the control it is about, in the order of the page; for error_summary."""
        over_all = [{"message": message, "target": ""} for message in self.form_errors]
        at_fields = [
            {"message": _named(field, message), "target": _target(field)}
            for field in self
            for message in _flat(field.errors)
        ]
        return over_all + at_fields


def _target(field: Any) -> str:
    """The id a message about the field leads to; a set of controls is entered at its first."""
    control = str(field.id)
    if isinstance(field, ChoiceSet):
        return f"{control}-0"
    return "" if isinstance(field, wtforms.HiddenField) else control


def _named(field: Any, message: str) -> str:
    """The message as it reads away from its field: that of a field that has no better one names the field."""
    return f"{field.label.text} – {message}" if str(message) == str(NEEDED) else message


def _flat(errors: Any) -> Iterator[str]:
    """The messages of a field, also of a field made of fields."""
    if isinstance(errors, dict):
        errors = errors.values()
    for error in errors:
        if isinstance(error, (list, tuple, dict)):
            yield from _flat(error)
        else:
            yield error


class Drawn:
    """Draws a field with the macro of the component it names."""

    def __call__(self, field: Any, **changes: object) -> Markup:
        macro = get_template_attribute(f"components/{field.component}.html", field.component)
        return Markup(macro(**(field.parameters() | changes)))  # noqa: S704 - a macro's output is escaped


class Component:
    """A field that its component draws.

    `description` is the hint. `render_kw` holds further parameters of the macro, for instance
    `{"width": "short", "autocomplete": "username"}`.
    """

    component: ClassVar[str]
    widget = Drawn()

    def parameters(self: Any) -> dict[str, object]:
        """What every field macro takes: name, id, label, hint and the first error."""
        return {
            "name": self.name,
            "id": self.id,
            "label": self.label.text,
            "hint": self.description,
            "error": self.errors[0] if self.errors else "",
        }


class Typed(Component):
    """A field whose control holds text, shown again as it was typed."""

    def parameters(self: Any) -> dict[str, object]:
        """With the text in the control, and whether it may stay empty."""
        return super().parameters() | {"value": self._value(), "optional": not self.flags.required}


class Choosing(Component):
    """A field of choices, given as (value, label) or (value, label, {"hint": …}), or as a mapping of headings to such."""

    def __init__(self, *given: Any, choices: Any = None, **more: Any) -> None:
        """Take the choices as pairs, which WTForms would rather have as objects of its own."""
        super().__init__(*given, **more)
        self.choices = _as_choices(choices)


class ChoiceSet(Choosing):
    """A choice of several controls under one legend."""


class TextField(Typed, wtforms.StringField):
    """One line of text, without the blanks around it."""

    component = "text_field"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text without the blanks around it."""
        super().process_formdata([value.strip() for value in valuelist])


class LongTextField(Typed, wtforms.TextAreaField):
    """Several lines of text."""

    component = "longtext_field"


class DateField(Typed, wtforms.DateField):
    """A calendar day."""

    component = "date_field"


class NumberField(Typed, wtforms.IntegerField):
    """A whole number."""

    component = "number_field"


class PasswordField(Component, wtforms.PasswordField):
    """A password; never sent back to the page."""

    component = "password_field"


class CheckboxField(Component, wtforms.BooleanField):
    """One yes-or-no statement."""

    component = "checkbox_field"

    def parameters(self) -> dict[str, object]:
        """With whether it is ticked."""
        return super().parameters() | {"checked": bool(self.data)}


class SelectField(Choosing, wtforms.SelectField):
    """One of many."""

    component = "select_field"

    def parameters(self) -> dict[str, object]:
        """With the options and the chosen one."""
        given = super().parameters() | {"optional": not self.flags.required, "value": _chosen(self, first=True)}
        if self.has_groups():
            groups = {head: [choice[:2] for choice in choices] for head, choices in self.iter_groups()}
            return given | {"options": groups}
        return given | {"options": _options(self)}


class RadiosField(ChoiceSet, wtforms.RadioField):
    """One of a few."""

    component = "radios_field"

    def parameters(self) -> dict[str, object]:
        """With the options and the chosen one."""
        return super().parameters() | {
            "options": _options(self),
            "value": _chosen(self, first=True),
            "optional": not self.flags.required,
        }


class CheckboxesField(ChoiceSet, wtforms.SelectMultipleField):
    """Any of some."""

    component = "checkboxes_field"

    def parameters(self) -> dict[str, object]:
        """With the options and the chosen ones."""
        return super().parameters() | {
            "options": _options(self),
            "values": _chosen(self),
            "optional": not self.flags.required,
        }


class FileField(Component, UploadField):
    """One file from the reader's machine."""

    component = "file_field"

    def parameters(self) -> dict[str, object]:
        """With whether it may stay empty."""
        return super().parameters() | {"optional": not self.flags.required}


class FilesField(Component, UploadsField):
    """Several files from the reader's machine."""

    component = "file_field"

    def parameters(self) -> dict[str, object]:
        """With whether it may stay empty."""
        return super().parameters() | {"optional": not self.flags.required, "many": True}


NEEDED = lazy_gettext("Enter this: it is needed.")
"""The message of a required field that has no better one."""


def _as_choices(given: Any) -> list[wtforms.SelectChoice]:
    if isinstance(given, dict):
        return [wtforms.SelectChoice(*choice, optgroup=head) for head, choices in given.items() for choice in choices]
    return [wtforms.SelectChoice(*choice) for choice in given or ()]


def _options(field: Any) -> list[tuple[Any, ...]]:
    return [
        (value, label, extra["hint"]) if extra.get("hint") else (value, label)
        for value, label, _, extra in field.iter_choices()
    ]


def _chosen(field: Any, *, first: bool = False) -> Any:
    chosen = [value for value, _, selected, _ in _all_choices(field) if selected]
    if first:
        return chosen[0] if chosen else ""
    return chosen


def _all_choices(field: Any) -> Iterator[tuple[Any, ...]]:
    if field.has_groups():
        for _, choices in field.iter_groups():
            yield from choices
    else:
        yield from field.iter_choices()
