"""The forms of scenarios: a name and what is supposed. They turn text into values and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import wtforms
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms.validators import Length, Optional

from trainer.accounts.values import MissionId, OrganisationId, UnitId
from trainer.competencies.values import CompetencyKey
from trainer.mandates.values import DraftId
from trainer.partners.values import PartnerId
from trainer.scenarios.values import (
    KIND_NAMES,
    KINDS,
    MOST_WHAT_IFS,
    NAME_LENGTH,
    NOTE_LENGTH,
    BudgetCut,
    ScenarioDraft,
    SeatsAdded,
    TextPublished,
    WhatIf,
    WhatIfKind,
)
from trainer.shocks.values import (
    LEAVE_FIRST_NAMES,
    ContingentLeaves,
    LeaveFirst,
    PartnerCloses,
    SeatsLost,
    ShareLeaves,
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
from trainer.web.scenarios import choices as offered
from trainer.web.scenarios.choices import Choices
from trainer.web.words import worded

DAY_WANTED = lazy_gettext("Enter a day, for instance 2027-02-15.")
NUMBER_WANTED = lazy_gettext("Enter a whole number.")
CHOICE_WANTED = lazy_gettext("Choose one of the list.")
ANY = ""

FIELDS: Mapping[WhatIfKind, tuple[str, ...]] = {
    WhatIfKind.TEXT: ("draft",),
    WhatIfKind.SHARE_LEAVES: ("percent", "missions", "starts_on", "weeks", "first"),
    WhatIfKind.CONTINGENT_LEAVES: ("contingent", "on"),
    WhatIfKind.PARTNER_CLOSES: ("partner", "on"),
    WhatIfKind.SEATS_LOST: ("percent", "competency", "region", "starts_on", "until_on"),
    WhatIfKind.SEATS_ADDED: ("competency", "level", "seats", "language", "region", "starts_on", "days", "cost"),
    WhatIfKind.BUDGET_CUT: ("percent", "missions"),
}
"""The fields of each kind, in the order in which they are asked."""

MAY_BE_EMPTY = frozenset(
    {
        (WhatIfKind.SHARE_LEAVES, "missions"),
        (WhatIfKind.BUDGET_CUT, "missions"),
        (WhatIfKind.SEATS_LOST, "competency"),
        (WhatIfKind.SEATS_LOST, "region"),
        (WhatIfKind.SEATS_LOST, "until_on"),
        (WhatIfKind.SEATS_ADDED, "region"),
        (WhatIfKind.SEATS_ADDED, "cost"),
    }
)


class _Day(DateField):
    """A calendar day, with a sentence for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say what is wanted where the text is no day."""
        if valuelist and not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(DAY_WANTED)) from error


class _Number(NumberField):
    """A whole number, with a sentence for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say what is wanted where the text is no number, or one beyond all measure."""
        if valuelist and not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(NUMBER_WANTED)) from error
        given = getattr(self, "data", None)
        if given is not None and abs(given) > 10**9:
            self.data = None
            raise ValueError(str(NUMBER_WANTED))


class WhatIfForm(wtforms.Form):
    """One thing that is supposed; which fields are asked depends on its kind."""

    kind = wtforms.HiddenField()
    draft = SelectField(lazy_gettext("Draft"), validate_choice=False)
    percent = _Number(
        lazy_gettext("Share, in percent"),
        description=lazy_gettext("Of those who are there on the first day, in each mission."),
        validators=[Optional()],
    )
    missions = CheckboxesField(
        lazy_gettext("Missions"), description=lazy_gettext("None ticked means all of them."), validate_choice=False
    )
    contingent = SelectField(lazy_gettext("Unit or contributor"), validate_choice=False)
    partner = SelectField(lazy_gettext("Training partner"), validate_choice=False)
    starts_on = _Day(lazy_gettext("First day"), validators=[Optional()])
    on = _Day(
        lazy_gettext("Day"), description=lazy_gettext("The first day on which they are gone."), validators=[Optional()]
    )
    until_on = _Day(
        lazy_gettext("Last day"), description=lazy_gettext("Leave it empty if it has no end."), validators=[Optional()]
    )
    weeks = _Number(lazy_gettext("Over how many weeks"), validators=[Optional()])
    first = RadiosField(
        lazy_gettext("Who leaves first"),
        choices=[(each.value, lazy_gettext(text)) for each, text in LEAVE_FIRST_NAMES.items()],
        default=LeaveFirst.EARLIEST.value,
        validate_choice=False,
    )
    competency = SelectField(lazy_gettext("Competency"), validate_choice=False)
    level = SelectField(lazy_gettext("Level"), validate_choice=False)
    seats = _Number(lazy_gettext("Seats"), validators=[Optional()])
    language = SelectField(lazy_gettext("Language"), validate_choice=False, default="en")
    region = SelectField(lazy_gettext("Region"), validate_choice=False)
    days = _Number(lazy_gettext("Days it takes"), validators=[Optional()])
    cost = _Number(lazy_gettext("Cost of one seat, in dollars"), validators=[Optional()])

    @property
    def is_of(self) -> WhatIfKind:
        """Its kind; the first of all for what is none."""
        known = {each.value for each in WhatIfKind}
        return WhatIfKind(self.kind.data) if self.kind.data in known else WhatIfKind.TEXT

    @property
    def title(self) -> str:
        """What is supposed, as a heading."""
        return str(gettext(KIND_NAMES[self.is_of]))

    @property
    def asked(self) -> list[Any]:
        """The fields of its kind, in their order."""
        return [self[name] for name in FIELDS[self.is_of]]

    def is_optional(self, name: str) -> bool:
        """Whether a field may stay empty."""
        return (self.is_of, name) in MAY_BE_EMPTY

    def offer(self, known: Choices) -> None:
        """Let the writer choose among what is on file."""
        drafts = [DraftId(int(self.draft.data))] if str(self.draft.data or "").isdigit() else []
        anything = [(ANY, gettext("Any"))] if self.is_optional("competency") else [(ANY, gettext("Choose one"))]
        online = gettext("Live online") if self.is_of is WhatIfKind.SEATS_ADDED else gettext("Any")
        self._choices("draft", [(ANY, gettext("Choose one")), *known.draft_choices(drafts)])
        self._choices("missions", known.mission_choices())
        self._choices("partner", [(ANY, gettext("Choose one")), *known.partner_choices()])
        self._choices("level", offered.level_choices())
        self._choices("language", offered.language_choices())
        self._choices("region", [(ANY, online), *offered.region_choices()])
        self._grouped("contingent", {"": [(ANY, gettext("Choose one"))], **known.contingents})
        self._grouped("competency", {"": anything, **known.competency_choices()})

    def _choices(self, name: str, pairs: Iterable[tuple[str, str]]) -> None:
        self[name].choices = [wtforms.SelectChoice(*pair) for pair in pairs]

    def _grouped(self, name: str, groups: Mapping[str, list[tuple[str, str]]]) -> None:
        self[name].choices = [
            wtforms.SelectChoice(*pair, optgroup=head or "–") for head, pairs in groups.items() for pair in pairs
        ]

    def complete(self) -> bool:
        """Whether every field of its kind holds something that can be taken; says at each what is wanted otherwise."""
        for field in self.asked:
            if field.errors:
                continue
            wanted = _wanted(field)
            known = {choice.value for choice in getattr(field, "choices", None) or ()}
            given = field.data if isinstance(field, CheckboxesField) else [field.data]
            if field.data in (None, "", []):
                if not self.is_optional(field.short_name):
                    field.errors = [str(wanted)]
            elif wanted is CHOICE_WANTED and not {str(each) for each in given} <= known:
                field.errors = [str(CHOICE_WANTED)]
        return not any(field.errors for field in self.asked)

    def to_what_if(self, known: Choices) -> WhatIf:
        """What was entered, as the capability takes it; only for a complete one."""
        given: Mapping[str, Any] = self.data
        missions = tuple(MissionId(int(each)) for each in self.missions.data or ())
        competency = CompetencyKey(self.competency.data) if self.competency.data else None
        match self.is_of:
            case WhatIfKind.TEXT:
                return TextPublished(draft=DraftId(int(given["draft"])))
            case WhatIfKind.SHARE_LEAVES:
                return ShareLeaves(
                    missions=missions, percent=given["percent"], starts_on=given["starts_on"], weeks=given["weeks"],
                    first=LeaveFirst(given["first"]),
                )  # fmt: skip
            case WhatIfKind.CONTINGENT_LEAVES:
                return _contingent(str(given["contingent"]), given["on"], known)
            case WhatIfKind.PARTNER_CLOSES:
                return PartnerCloses(partner=PartnerId(int(given["partner"])), on=given["on"])
            case WhatIfKind.SEATS_LOST:
                return SeatsLost(
                    percent=given["percent"], competency=competency, region=given["region"] or "",
                    starts_on=given["starts_on"], until_on=_after(given["until_on"]),
                )  # fmt: skip
            case WhatIfKind.SEATS_ADDED:
                return SeatsAdded(
                    competency=competency or CompetencyKey(""), level=int(given["level"]), seats=given["seats"],
                    language=given["language"], region=given["region"] or "", starts_on=given["starts_on"],
                    days=given["days"], cost=100 * (self.cost.data or 0),
                )  # fmt: skip
            case WhatIfKind.BUDGET_CUT:
                return BudgetCut(missions=missions, percent=given["percent"])


def _wanted(field: Any) -> Any:
    if isinstance(field, DateField):
        return DAY_WANTED
    return NUMBER_WANTED if isinstance(field, NumberField) else CHOICE_WANTED


def _contingent(chosen: str, on: date, known: Choices) -> ContingentLeaves:
    what, _, rest = chosen.partition("-")
    if what == "unit":
        unit = UnitId(int(rest))
        return ContingentLeaves(mission=known.units[unit][0], unit=unit, on=on)
    mission, _, organisation = rest.partition("-")
    return ContingentLeaves(mission=MissionId(int(mission)), organisation=OrganisationId(int(organisation)), on=on)


def _after(last: date | None) -> date | None:
    """Days are stored by the first one after them; people name the last."""
    return None if last is None else last + timedelta(days=1)


class WhatIfsForm(PageForm):
    """A form that holds some things that are supposed."""

    what_ifs = wtforms.FieldList(wtforms.FormField(WhatIfForm), max_entries=MOST_WHAT_IFS)

    @property
    def parts(self) -> list[WhatIfForm]:
        """What is supposed."""
        return [entry.form for entry in self.what_ifs]

    def offer(self, known: Choices) -> None:
        """Let the writer choose among what is on file."""
        for part in self.parts:
            part.offer(known)

    def complete(self) -> bool:
        """Whether everything asked was entered."""
        valid = self.validate()
        incomplete = [part for part in self.parts if not part.complete()]
        return bool(valid) and not incomplete

    def refuse(self, field: str | None, message: Any) -> None:
        """Put a refusal at its field; a field of a what-if is named by its place."""
        prefix, _, rest = (field or "").partition("-")
        place, _, part = rest.partition("-")
        if prefix != "what_ifs" or not place.isdigit() or int(place) >= len(self.parts):
            super().refuse(field, message)
            return
        form = self.parts[int(place)]
        if part in form.data:
            form[part].errors = [*form[part].errors, worded(message)]
        else:
            super().refuse(None, message)

    @property
    def problems(self) -> list[dict[str, str]]:
        """Every message with the id of its control, those of what-ifs under their headings."""
        top = [{"message": message, "target": ""} for message in self.form_errors]
        own = [
            {"message": message, "target": str(field.id)}
            for field in self
            if field is not self.what_ifs
            for message in field.errors
        ]
        parts = [
            {
                "message": Markup("{}, {}: {}").format(part.title, field.label.text, message),
                "target": f"{field.id}-0" if isinstance(field, (RadiosField, CheckboxesField)) else str(field.id),
            }
            for part in self.parts
            for field in part.asked
            for message in field.errors
        ]
        return top + own + parts


class ScenarioForm(WhatIfsForm):
    """A scenario: its name, and what is supposed together."""

    name = TextField(
        lazy_gettext("Name"),
        description=lazy_gettext("Under which colleagues find it: Liquidity plan, without the centre in Nairobi."),
        validators=[Length(max=NAME_LENGTH)],
    )
    note = LongTextField(
        lazy_gettext("Note"),
        description=lazy_gettext("For colleagues: why this is supposed, where it comes from."),
        validators=[Optional(), Length(max=NOTE_LENGTH)],
        render_kw={"rows": 3},
    )
    add = SelectField(
        lazy_gettext("What else is supposed"),
        choices=[(each.value, lazy_gettext(text)) for each, text in KIND_NAMES.items()],
        validate_choice=False,
    )
    seen_version = wtforms.HiddenField(default="")

    def add_one(self) -> None:
        """One more thing to suppose, of the kind chosen; none beyond what a scenario can hold."""
        if len(self.what_ifs) < MOST_WHAT_IFS and self.add.data in {each.value for each in WhatIfKind}:
            self.what_ifs.append_entry({"kind": self.add.data})

    def remove_one(self, name: str) -> None:
        """Without the thing whose field has this name."""
        self.what_ifs.entries = [entry for entry in self.what_ifs.entries if entry.name != name]

    def version(self) -> int:
        """The version that was seen; 0, which none has, for anything else."""
        text = str(self.seen_version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def to_draft(self, known: Choices) -> ScenarioDraft:
        """What was entered, as the capability takes it; only for a complete form."""
        return ScenarioDraft(
            name=self.name.data or "",
            note=self.note.data or "",
            what_ifs=tuple(part.to_what_if(known) for part in self.parts),
        )


def data_of(what_if: WhatIf) -> dict[str, Any]:
    """A what-if as the form holds it."""
    kind = next(kind for kind, given in KINDS.items() if isinstance(what_if, given))
    data: dict[str, Any] = {"kind": kind.value}
    for name in FIELDS[kind]:
        if hasattr(what_if, name):
            data[name] = getattr(what_if, name)
    if isinstance(what_if, ContingentLeaves):
        whole = f"from-{what_if.mission}-{what_if.organisation}"
        data["contingent"] = whole if what_if.unit is None else f"unit-{what_if.unit}"
    if isinstance(what_if, SeatsLost):
        data["until_on"] = None if what_if.until_on is None else what_if.until_on - timedelta(days=1)
    if isinstance(what_if, SeatsAdded):
        data["cost"] = what_if.cost // 100
    if isinstance(what_if, ShareLeaves):
        data["first"] = what_if.first.value
    if "missions" in data:
        data["missions"] = [str(each) for each in data["missions"]]
    return data
