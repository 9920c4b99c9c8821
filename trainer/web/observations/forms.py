"""A lesson, its review and its answer as forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms.validators import InputRequired, Length, Optional

from trainer.accounts.values import MissionCard, MissionId
from trainer.catalogue.values import InstalledPack, ModuleKey, PackVersionId
from trainer.competencies.values import AREA_NAMES, Area
from trainer.kernel.values import Wording
from trainer.observations.values import REASON_LENGTH, TEXT_LENGTH, ObservationDraft
from trainer.web.forms import CheckboxesField, DateField, LongTextField, PageForm, RadiosField, SelectField
from trainer.web.partners.shown import Grouped
from trainer.web.words import local

MODULE_ROWS = 3
ACCEPT = "accept"
DECLINE = "decline"


class _ReportForm(PageForm):
    observed_on = DateField(
        lazy_gettext("Seen on"),
        validators=[InputRequired(lazy_gettext("Give the day on which this was seen, for instance 2026-11-24."))],
    )
    text = LongTextField(
        lazy_gettext("What happened, and what should be taught"),
        description=lazy_gettext("Describe the situation and the work; name no persons."),
        validators=[
            InputRequired(lazy_gettext("Say what happened and what should be taught.")),
            Length(max=TEXT_LENGTH),
        ],
        render_kw={"rows": 8},
    )
    areas = CheckboxesField(
        lazy_gettext("Mandate areas it is about"),
        choices=[(area.value, lazy_gettext(name)) for area, name in AREA_NAMES.items()],
        validators=[InputRequired(lazy_gettext("Choose at least one mandate area, so that its owners see this."))],
    )

    def refuse(self, field: str | None, message: Wording | str) -> None:
        """Put what is said of the modules at the first of them."""
        super().refuse("module_0" if field == "modules" else field, message)

    def modules(self) -> list[Any]:
        """The fields in which modules are chosen."""
        return [self[f"module_{number}"] for number in range(MODULE_ROWS)]

    def to_draft(self) -> ObservationDraft:
        """What was entered."""
        return ObservationDraft(
            mission=MissionId(int(self["mission"].data)),
            observed_on=self.observed_on.data,
            text=self.text.data or "",
            areas=tuple(Area(code) for code in self.areas.data),
            modules=tuple(dict.fromkeys(ModuleKey(field.data) for field in self.modules() if field.data)),
        )


def report_form(
    missions: Iterable[MissionCard], modules: Grouped, *, serves_in: MissionId | None, on: date
) -> _ReportForm:
    """The form of a report; the reporter's own mission and today stand in it already."""
    listed = [("", "–"), *((str(each.id), each.name) for each in missions)]
    needed = [InputRequired(gettext("Choose the mission in which this was learned."))]
    fields: dict[str, Any] = {"mission": SelectField(gettext("Mission"), choices=listed, validators=needed)}
    for number in range(MODULE_ROWS):
        fields[f"module_{number}"] = SelectField(
            gettext("Module %(number)s", number=number + 1),
            choices={"": [("", "–")], **modules},
            validators=[Optional()],
        )
    made: type[_ReportForm] = type("ReportForm", (_ReportForm,), fields)
    return made(data={"mission": str(serves_in or ""), "observed_on": on})


class ReviewForm(PageForm):
    """Whether the next edition must answer a lesson, and why."""

    decision = RadiosField(
        lazy_gettext("Decision"),
        choices=[
            (ACCEPT, lazy_gettext("Accept: the next edition must answer it")),
            (DECLINE, lazy_gettext("Decline: no edition will answer it")),
        ],
        validators=[InputRequired(lazy_gettext("Choose whether to accept or to decline."))],
    )
    because = LongTextField(
        lazy_gettext("Why"),
        description=lazy_gettext("The reporter will read this."),
        validators=[
            InputRequired(lazy_gettext("Say why, in a sentence that the reporter will understand.")),
            Length(max=REASON_LENGTH),
        ],
    )


class _AnswerForm(PageForm):
    how = LongTextField(
        lazy_gettext("How it answers the lesson"),
        description=lazy_gettext("Name the module and what is new in it."),
        validators=[
            InputRequired(lazy_gettext("Say how the edition answers the lesson.")),
            Length(max=REASON_LENGTH),
        ],
    )

    @property
    def chosen(self) -> PackVersionId:
        """The edition; 0, which none has, when nothing was chosen."""
        return PackVersionId(int(self["edition"].data or 0))


def answer_form(packs: Iterable[InstalledPack]) -> _AnswerForm:
    """The form that names the edition; editions that were retired are left out."""
    listed = [("", "–"), *((str(each.id), edition_title(each)) for each in packs if each.retired_at is None)]
    needed = [InputRequired(gettext("Choose an edition that is installed."))]
    field = SelectField(gettext("Edition"), choices=listed, validators=needed)
    made: type[_AnswerForm] = type("AnswerForm", (_AnswerForm,), {"edition": field})
    return made(formdata=request.form if "edition" in request.form else None)


def edition_title(pack: InstalledPack) -> str:
    """An edition in words: its title, edition and version."""
    return f"{local(pack.title)}, {pack.edition} ({pack.version})"
