"""Forms for evidence and waivers: text into the values that the operations take."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import LazyString, gettext, lazy_gettext
from wtforms import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from trainer.competencies.values import (
    LEVEL_MEANINGS,
    SOURCE_NAMES,
    Area,
    Competency,
    CompetencyKey,
    Level,
    Source,
    SourceRef,
)
from trainer.web import words
from trainer.web.forms import DateField, LongTextField, PageForm, RadiosField, SelectField, TextField

CHOOSE = lazy_gettext("Choose a competency.")


def competency_choices(known: Iterable[Competency]) -> list[SelectChoice]:
    """The competencies in use, as a select field takes them; the first choice says to choose."""
    in_use = [each for each in known if each.retired_on is None]
    return [
        SelectChoice("", gettext("Choose one")),
        *(SelectChoice(each.key, words.local(each.title)) for each in in_use),
    ]


LEVELS = [
    (str(int(level)), LazyString(words.level, level), {"hint": lazy_gettext(meaning)})
    for level, meaning in LEVEL_MEANINGS.items()
]
SOURCES = [(source.value, lazy_gettext(name)) for source, name in SOURCE_NAMES.items()]


class EvidenceForm(PageForm):
    """Why somebody counts as competent."""

    competency = SelectField(lazy_gettext("Competency"), validators=[InputRequired(CHOOSE)])
    level = RadiosField(
        lazy_gettext("Level that was shown"),
        choices=LEVELS,
        validators=[InputRequired(lazy_gettext("Choose the level that was shown."))],
    )
    source = RadiosField(
        lazy_gettext("Kind of evidence"),
        choices=SOURCES,
        validators=[InputRequired(lazy_gettext("Choose the kind of evidence."))],
    )
    subject = TextField(
        lazy_gettext("What it rests on"),
        description=lazy_gettext("The certificate, course or exercise, with its number if it has one."),
        validators=[
            DataRequired(lazy_gettext("Say what the evidence rests on.")),
            Length(max=200, message=lazy_gettext("Use at most 200 characters.")),
        ],
    )
    observed_on = DateField(
        lazy_gettext("Day on which it was shown"),
        description=lazy_gettext(
            "The day of the certificate or of the observation. How long it counts follows from it."
        ),
        validators=[InputRequired(lazy_gettext("Enter the day, for instance 2026-11-24."))],
    )

    def offer(self, known: Iterable[Competency]) -> None:
        """Set which competencies can be chosen."""
        self.competency.choices = competency_choices(known)

    def to_competency(self) -> CompetencyKey:
        """The competency chosen."""
        return CompetencyKey(str(self.competency.data))

    def to_level(self) -> Level:
        """The level chosen."""
        return Level(int(str(self.level.data)))

    def to_source(self) -> SourceRef:
        """The kind of evidence and what it rests on."""
        return SourceRef(source=Source(str(self.source.data)), subject=str(self.subject.data))

    def to_day(self) -> date:
        """The day on which it was shown."""
        day = self.observed_on.data
        assert isinstance(day, date)
        return day


class WaiverForm(PageForm):
    """Who need not meet a requirement, from when to when, why, and what is done instead."""

    competency = SelectField(lazy_gettext("Competency"), validators=[InputRequired(CHOOSE)])
    starts_on = DateField(
        lazy_gettext("First day"),
        validators=[InputRequired(lazy_gettext("Enter the first day, for instance 2026-11-24."))],
    )
    ends_on = DateField(
        lazy_gettext("Last day"),
        description=lazy_gettext("On the day after, the requirement counts again."),
        validators=[InputRequired(lazy_gettext("Enter the last day, for instance 2027-02-28."))],
    )
    reason = LongTextField(
        lazy_gettext("Why"),
        description=lazy_gettext("What makes it impossible or needless to meet the requirement now."),
        validators=[
            DataRequired(lazy_gettext("Say why the requirement is waived.")),
            Length(max=2000, message=lazy_gettext("Use at most 2000 characters.")),
        ],
    )
    mitigation = LongTextField(
        lazy_gettext("What is done instead"),
        description=lazy_gettext("How the risk is kept small until then: who stands in, what the person does not do."),
        validators=[
            DataRequired(lazy_gettext("Say what is done instead to keep the risk small.")),
            Length(max=2000, message=lazy_gettext("Use at most 2000 characters.")),
        ],
    )

    def offer(self, known: Iterable[Competency]) -> None:
        """Set which competencies can be chosen."""
        self.competency.choices = competency_choices(known)

    def to_competency(self) -> CompetencyKey:
        """The competency chosen."""
        return CompetencyKey(str(self.competency.data))

    def to_days(self) -> tuple[date, date]:
        """The first day, and the first on which the requirement counts again."""
        first, last = self.starts_on.data, self.ends_on.data
        assert isinstance(first, date)
        assert isinstance(last, date)
        return first, last + timedelta(days=1)


class RevokeForm(PageForm):
    """Only the token: revoking needs no words."""


def to_area(text: str | None) -> Area | None:
    """The area that an address names; None for none or for one there is not."""
    return Area(text) if text in set(Area) else None
