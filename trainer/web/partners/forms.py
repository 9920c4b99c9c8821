"""Courses, sessions and decisions as forms, made for one page each: how many rows they have depends on what is entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any, TypeVar

import wtforms
from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from trainer.accounts.values import ROLE_NAMES, MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.values import LocalText, Wording
from trainer.partners.rules import MOST_COST, MOST_DAYS, MOST_SEATS
from trainer.partners.values import (
    MODE_NAMES,
    PLACE_LENGTH,
    REASON_LENGTH,
    SUMMARY_LENGTH,
    TEACHING_LANGUAGES,
    TITLE_LENGTH,
    AwardLine,
    AwardStanding,
    CourseDraft,
    CourseMode,
    CoursePage,
    PartnerCard,
    QuotaDraft,
    RecognitionDecision,
    RecognitionState,
    SessionDraft,
    SessionPage,
)
from trainer.web.forms import (
    CheckboxesField,
    DateField,
    LongTextField,
    NumberField,
    PageForm,
    RadiosField,
    SelectField,
    TextField,
)
from trainer.web.partners.shown import Choices, Pairs, level_choices
from trainer.web.words import local

Form = TypeVar("Form", bound=PageForm)

AWARD_ROWS, MODULE_ROWS, QUOTA_ROWS = 3, 2, 1
"""How many rows a new form shows; a form that is filled in shows one empty row more than it has filled."""
MORE_ROWS = 2
MOST_ROWS = 30
MINOR = 100
NOTHING_CHOSEN: tuple[str, str] = ("", "–")
HOUR = r"^([01]?\d|2[0-3]):[0-5]\d$"


class SeenForm(PageForm):
    """A form about a thing that others may change meanwhile; it carries the version that was read."""

    seen_version = wtforms.HiddenField()

    @property
    def seen(self) -> int:
        """The version that was read; 0, which none has, for whatever is no number."""
        text = self.seen_version.data or ""
        return int(text) if text.isascii() and text.isdigit() else 0


class RowsForm(SeenForm):
    """A form with rows to pick in; what is said of the rows as a whole stands at the first of them."""

    first_of: dict[str, str]

    def refuse(self, field: str | None, message: Wording | str) -> None:
        """Put a refusal about the rows at their first field."""
        super().refuse(self.first_of.get(field or "", field), message)

    def rows(self, *names: str) -> list[tuple[Any, ...]]:
        """The fields of the named columns, row by row."""
        count = sum(1 for field in self if field.short_name.startswith(f"{names[0]}_"))
        return [tuple(self[f"{name}_{number}"] for name in names) for number in range(count)]


def asks_for_rows() -> bool:
    """Whether the form was sent for more empty rows, not to be taken."""
    return "more" in request.form


def _count(column: str, *, filled: int, least: int) -> int:
    if request.method != "POST":
        return max(filled + 1, least)
    sent = sum(1 for key in request.form if key.startswith(f"{column}_"))
    return min(sent + (MORE_ROWS if asks_for_rows() else 0), MOST_ROWS) or least


class _CourseForm(RowsForm):
    first_of = {  # noqa: RUF012 - never changed
        "awards": "award_0",
        "requires": "requires_competency",
        "modules": "module_0",
    }

    title = TextField(
        lazy_gettext("Title"),
        description=lazy_gettext("As it will stand on the certificate."),
        validators=[InputRequired(lazy_gettext("Give the course a title.")), Length(max=TITLE_LENGTH)],
    )
    summary = LongTextField(
        lazy_gettext("What people learn"),
        description=lazy_gettext("Plain text, at most %(most)s characters.", most=SUMMARY_LENGTH),
        validators=[Optional(), Length(max=SUMMARY_LENGTH)],
    )
    language = SelectField(
        lazy_gettext("Language it is held in"),
        choices=[NOTHING_CHOSEN, *TEACHING_LANGUAGES.items()],
        validators=[InputRequired(lazy_gettext("Choose the language in which the course is held."))],
    )
    mode = RadiosField(
        lazy_gettext("How it is held"),
        choices=[(mode.value, lazy_gettext(name)) for mode, name in MODE_NAMES.items()],
        validators=[InputRequired(lazy_gettext("Choose how it is held."))],
    )
    days = NumberField(
        lazy_gettext("Length"),
        validators=[
            InputRequired(lazy_gettext("Give the length in days.")),
            NumberRange(1, MOST_DAYS, lazy_gettext("Give the length as a number of days from 1 to 365.")),
        ],
        render_kw={"unit": lazy_gettext("days"), "least": 1, "most": MOST_DAYS},
    )
    cost = NumberField(
        lazy_gettext("Cost of a seat"),
        description=lazy_gettext("Without travel; 0 when it is free of charge."),
        validators=[
            InputRequired(lazy_gettext("Give the cost of a seat, or 0.")),
            NumberRange(0, MOST_COST // MINOR, lazy_gettext("Give the cost of a seat as 0 to 100,000 US dollars.")),
        ],
        render_kw={"unit": lazy_gettext("US dollars"), "least": 0, "most": MOST_COST // MINOR},
    )
    roles = CheckboxesField(
        lazy_gettext("Open to"),
        description=lazy_gettext("Choose nothing when it is open to everybody."),
        choices=[(role.value, lazy_gettext(name)) for role, name in ROLE_NAMES.items()],
        validators=[Optional()],
    )

    def to_draft(self) -> CourseDraft:
        """What was entered; a half-filled row has level 0, which the rules refuse."""
        needed = self["requires_competency"].data
        return CourseDraft(
            title=self.title.data or "",
            summary=self.summary.data or "",
            language=self.language.data or "",
            mode=CourseMode(self.mode.data),
            days=self.days.data or 0,
            cost=(self.cost.data or 0) * MINOR,
            roles=tuple(Role(key) for key in self.roles.data or ()),
            requires=_at_level(needed, self["requires_level"].data) if needed else None,
            awards=tuple(
                _at_level(award.data, level.data) for award, level in self.rows("award", "level") if award.data
            ),
            modules=tuple(dict.fromkeys(ModuleKey(module.data) for (module,) in self.rows("module") if module.data)),
        )


def course_form(choices: Choices, page: CoursePage | None) -> _CourseForm:
    """The form of a new course, or of one there is."""
    draft = page.draft if page else None
    awards, modules = (draft.awards, draft.modules) if draft else ((), ())
    competencies = {"": [NOTHING_CHOSEN], **choices.competencies}
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for number in range(_count("award", filled=len(awards), least=AWARD_ROWS)):
        place = {"number": number + 1}
        fields[f"award_{number}"] = _select(gettext("Competency %(number)s", **place), competencies)
        fields[f"level_{number}"] = _select(gettext("Level of competency %(number)s", **place), _levels())
    for number in range(_count("module", filled=len(modules), least=MODULE_ROWS)):
        label = gettext("Module %(number)s", number=number + 1)
        fields[f"module_{number}"] = _select(label, {"": [NOTHING_CHOSEN], **choices.modules})
    fields["requires_competency"] = _select(gettext("Competency that must be held before"), competencies)
    fields["requires_level"] = _select(gettext("At which level"), _levels())
    if page and draft:
        data = _course_data(page, draft)
    return _made(_CourseForm, fields, data)


def _course_data(page: CoursePage, draft: CourseDraft) -> dict[str, Any]:
    data: dict[str, Any] = {
        "seen_version": page.version,
        "title": draft.title,
        "summary": draft.summary,
        "language": draft.language,
        "mode": draft.mode.value,
        "days": draft.days,
        "cost": draft.cost // MINOR,
        "roles": [role.value for role in draft.roles],
    }
    for number, award in enumerate(draft.awards):
        data |= {f"award_{number}": award.competency, f"level_{number}": str(int(award.level))}
    for number, module in enumerate(draft.modules):
        data[f"module_{number}"] = module
    if draft.requires:
        data |= {
            "requires_competency": draft.requires.competency,
            "requires_level": str(int(draft.requires.level)),
        }
    return data


class _SessionForm(RowsForm):
    first_of = {"quotas": "quota_seats_0"}  # noqa: RUF012 - never changed

    starts_on = DateField(
        lazy_gettext("First day"),
        validators=[InputRequired(lazy_gettext("Enter the first day, for instance 2027-02-15."))],
    )
    ends_on = DateField(
        lazy_gettext("Last day"),
        validators=[InputRequired(lazy_gettext("Enter the last day, for instance 2027-02-19."))],
    )
    starts_time = TextField(
        lazy_gettext("Begins at"),
        description=lazy_gettext("Local time at the place, for instance 09:00."),
        validators=[
            InputRequired(lazy_gettext("Enter the time at which it begins, for instance 09:00.")),
            Regexp(HOUR, message=lazy_gettext("Enter the time as hours and minutes, for instance 09:00.")),
        ],
        render_kw={"width": "short"},
    )
    seats = NumberField(
        lazy_gettext("Seats"),
        validators=[
            InputRequired(lazy_gettext("Enter how many seats there are.")),
            NumberRange(1, MOST_SEATS, lazy_gettext("Give a number of seats from 1 to 2000.")),
        ],
        render_kw={"unit": lazy_gettext("people"), "least": 1, "most": MOST_SEATS},
    )
    least_seats = NumberField(
        lazy_gettext("Fewest people"),
        description=lazy_gettext("With fewer it is not held."),
        validators=[Optional()],
        render_kw={"unit": lazy_gettext("people"), "least": 0, "most": MOST_SEATS},
    )

    def to_draft(self) -> SessionDraft:
        """What was entered; a row reserves seats up to the first day when it names no earlier one."""
        hour, _, minute = (self.starts_time.data or "0:0").partition(":")
        columns = ("quota_organisation", "quota_mission", "quota_seats", "quota_until")
        quotas = [
            QuotaDraft(
                organisation=OrganisationId(int(organisation.data)) if organisation.data else None,
                mission=MissionId(int(mission.data)) if mission.data else None,
                seats=seats.data or 0,
                released_on=until.data or self.starts_on.data,
            )
            for organisation, mission, seats, until in self.rows(*columns)
            if organisation.data or mission.data or seats.data
        ]
        return SessionDraft(
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            starts_time=time(int(hour), int(minute)),
            time_zone=self["time_zone"].data or "",
            place=self["place"].data or "",
            region=self["region"].data or "",
            seats=self.seats.data or 0,
            least_seats=self.least_seats.data or 0,
            quotas=tuple(quotas),
        )


def session_form(choices: Choices, *, partner: PartnerCard, travels: bool, page: SessionPage | None) -> _SessionForm:
    """The form of a new session of a partner, or of one there is; with a place to travel to, or without."""
    quotas = page.quotas if page else ()
    place_rules = [InputRequired(gettext("Say where it is held: people travel there."))] if travels else [Optional()]
    fields: dict[str, Any] = {
        "time_zone": _select(gettext("Time zone of the place"), choices.zones, needed=True),
        "place": TextField(gettext("Place"), validators=[*place_rules, Length(max=PLACE_LENGTH)]),
        "region": _select(gettext("Region of the place"), [NOTHING_CHOSEN, *choices.regions], needed=travels),
    }
    for number in range(_count("quota_seats", filled=len(quotas), least=QUOTA_ROWS)):
        fields |= _quota_fields(choices, number)
    data = _session_data(page) if page else {"time_zone": partner.time_zone, "region": partner.region}
    return _made(_SessionForm, fields, data)


def _quota_fields(choices: Choices, number: int) -> dict[str, Any]:
    place = {"number": number + 1}
    return {
        f"quota_organisation_{number}": _select(
            gettext("Reservation %(number)s: people sent by", **place),
            [("", gettext("Anybody")), *choices.organisations],
        ),
        f"quota_mission_{number}": _select(
            gettext("Reservation %(number)s: people in", **place), [("", gettext("Any mission")), *choices.missions]
        ),
        f"quota_seats_{number}": NumberField(
            gettext("Reservation %(number)s: seats", **place),
            validators=[Optional(), NumberRange(0, MOST_SEATS, gettext("Give a number of seats from 1 to 2000."))],
            render_kw={"unit": gettext("seats"), "least": 0},
        ),
        f"quota_until_{number}": DateField(
            gettext("Reservation %(number)s: free for everybody from", **place), validators=[Optional()]
        ),
    }


def _session_data(page: SessionPage) -> dict[str, Any]:
    card = page.card
    data: dict[str, Any] = {
        "seen_version": page.version,
        "starts_on": card.starts_on,
        "ends_on": card.ends_on,
        "starts_time": f"{card.starts_time:%H:%M}",
        "time_zone": card.time_zone,
        "place": card.place,
        "region": page.region,
        "seats": card.seats,
        "least_seats": card.least_seats,
    }
    for number, quota in enumerate(page.quotas):
        data |= {
            f"quota_organisation_{number}": str(quota.organisation or ""),
            f"quota_mission_{number}": str(quota.mission or ""),
            f"quota_seats_{number}": quota.seats,
            f"quota_until_{number}": quota.released_on,
        }
    return data


class CancelForm(PageForm):
    """Why a session falls through."""

    because = LongTextField(
        lazy_gettext("Why is it cancelled?"),
        description=lazy_gettext("The people booked will read this."),
        validators=[
            InputRequired(lazy_gettext("Say why, in a sentence others will understand.")),
            Length(max=REASON_LENGTH),
        ],
    )


class _RecognitionForm(RowsForm):
    first_of: dict[str, str]
    expires_on = DateField(
        lazy_gettext("Until"),
        description=lazy_gettext("From this day on it no longer counts. Leave it empty for no end."),
        validators=[Optional()],
    )
    reason = LongTextField(
        lazy_gettext("Why"),
        description=lazy_gettext("What was compared with what; the partner and the auditor will read this."),
        validators=[
            InputRequired(lazy_gettext("Say why, in a sentence others will understand.")),
            Length(max=REASON_LENGTH),
        ],
    )

    awards: Sequence[AwardLine] = ()

    def to_decisions(self) -> list[RecognitionDecision]:
        """What was decided; awards that were left as they are, are left out."""
        return [
            RecognitionDecision(
                competency=award.competency,
                level=award.claimed if field.data == RecognitionState.REFUSED.value else Level(int(field.data)),
                state=RecognitionState.REFUSED
                if field.data == RecognitionState.REFUSED.value
                else RecognitionState.GRANTED,
                reason=self.reason.data or "",
                expires_on=self.expires_on.data,
            )
            for award, (field,) in zip(self.awards, self.rows("decision"), strict=True)
            if field.data
        ]


def recognition_form(page: CoursePage, titles: dict[CompetencyKey, LocalText]) -> _RecognitionForm:
    """The form in which the host decides on each award of a course."""
    fields: dict[str, Any] = {
        f"decision_{number}": _select(local(titles[award.competency]), _decisions(award))
        for number, award in enumerate(page.awards)
    }
    form = _made(_RecognitionForm, fields, {"seen_version": page.version})
    form.awards = page.awards
    form.first_of = {f"decision-{award.competency}": f"decision_{number}" for number, award in enumerate(page.awards)}
    return form


def _decisions(award: AwardLine) -> Pairs:
    asked = award.standing in {AwardStanding.WAITING, AwardStanding.RUN_OUT}
    keep = gettext("Decide later") if asked else gettext("Leave as it is")
    levels = [
        (key, gettext("Recognise at level %(level)s", level=words)) for key, words in level_choices(most=award.claimed)
    ]
    return [("", keep), *reversed(levels), (RecognitionState.REFUSED.value, gettext("Do not recognise"))]


def _levels() -> Pairs:
    return [NOTHING_CHOSEN, *level_choices()]


def _select(label: str, choices: Any, *, needed: bool = False) -> Any:
    return SelectField(label, choices=choices, validators=[InputRequired() if needed else Optional()])


def _at_level(key: str, level: str) -> AtLevel:
    return AtLevel(competency=CompetencyKey(key), level=Level(int(level or 0)))


def _made(kind: type[Form], fields: dict[str, Any], data: dict[str, Any]) -> Form:
    """The form with fields added that are known only now."""
    made: type[Form] = type(kind.__name__.strip("_"), (kind,), fields)
    return made(data=data)
