"""The forms of phases, conditions and last days of tasks: what a text defines, what an officer says, and what is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import wtforms
from flask_babel import gettext, lazy_gettext
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from trainer.mandates.rules import MOST_NAME_LETTERS
from trainer.mandates.values import (
    MILESTONE_NAMES,
    Closure,
    ClosureId,
    ClosureMark,
    MandatedTask,
    Milestone,
    MilestoneKind,
)
from trainer.web.forms import DateField, LongTextField, PageForm, RadiosField, TextField

SUGGESTED = "suggested"
"""Found in the text by Trainer: kept only where an accepted task names it."""
MOST_MILESTONES = 40

DAY_WANTED = lazy_gettext("Enter a day, for instance 2027-02-15.")


class DayField(DateField):
    """A calendar day, with a sentence for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say what is wanted where the text is no day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(DAY_WANTED)) from error


def day_after(last: date | None) -> date | None:
    """Return how days are stored, by the first one after them; people name the last."""
    return None if last is None else last + timedelta(days=1)


class MilestoneForm(wtforms.Form):
    """A phase or a condition that the text defines."""

    origin = wtforms.HiddenField(default="new")
    kind = RadiosField(
        lazy_gettext("What it is"),
        choices=[
            (
                MilestoneKind.PHASE.value,
                lazy_gettext("A phase"),
                {"hint": lazy_gettext("Days that the text names together.")},
            ),
            (
                MilestoneKind.CONDITION.value,
                lazy_gettext("A condition"),
                {"hint": lazy_gettext("A benchmark: it holds once an officer confirms that it is met.")},
            ),
        ],
        default=MilestoneKind.CONDITION.value,
    )
    name = TextField(
        lazy_gettext("Name"),
        description=lazy_gettext("Short, as tasks will refer to it: joint police, second phase."),
        validators=[Length(max=MOST_NAME_LETTERS)],
        render_kw={"width": "medium"},
    )
    words = LongTextField(
        lazy_gettext("What must be met"),
        description=lazy_gettext("For a condition; for a phase, what it is about."),
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 2},
    )
    paragraph = TextField(
        lazy_gettext("Paragraph"),
        description=lazy_gettext("As numbered in the text: 4 (a)."),
        validators=[Optional(), Length(max=400)],
        render_kw={"width": "medium"},
    )
    starts_on = DayField(
        lazy_gettext("First day of the phase"),
        description=lazy_gettext("Leave it empty for the effective day."),
        validators=[Optional()],
    )
    last_on = DayField(lazy_gettext("Last day of the phase"), validators=[Optional()])
    begins_with = TextField(
        lazy_gettext("The phase begins with"),
        description=lazy_gettext("The name of a condition or another phase, if the text makes it depend on one."),
        validators=[Optional(), Length(max=MOST_NAME_LETTERS)],
        render_kw={"width": "medium"},
    )

    def to_milestone(self) -> Milestone:
        """What was entered, as the capability takes it."""
        return Milestone(
            name=" ".join((self.name.data or "").split()),
            kind=MilestoneKind(self.kind.data or MilestoneKind.CONDITION.value),
            paragraph=self.paragraph.data or "",
            words=self.words.data or "",
            starts_on=self.starts_on.data,
            ends_on=day_after(self.last_on.data),
            begins_with=" ".join((self.begins_with.data or "").split()),
        )

    @property
    def title(self) -> str:
        """Its name as messages over the form say it."""
        kind = MilestoneKind(self.kind.data) if self.kind.data in set(MilestoneKind) else MilestoneKind.CONDITION
        return str(self.name.data or gettext(MILESTONE_NAMES[kind]))


def milestone_data(each: Milestone, *, origin: str = "new") -> dict[str, Any]:
    """A phase or condition as the form holds it."""
    return {
        "origin": origin,
        "kind": each.kind.value,
        "name": each.name,
        "words": each.words,
        "paragraph": each.paragraph,
        "starts_on": each.starts_on,
        "last_on": each.last_on,
        "begins_with": each.begins_with,
    }


class ConfirmForm(PageForm):
    """That a condition is met: from when, and on what evidence."""

    met_on = DayField(
        lazy_gettext("Met from"),
        description=lazy_gettext("What depends on it begins or ends on this day. A day ahead is planned for at once."),
        validators=[InputRequired(DAY_WANTED)],
    )
    evidence = LongTextField(
        lazy_gettext("On what evidence"),
        description=lazy_gettext("A report with its number, a meeting, a decision. It stays on file with your name."),
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3},
    )
    seen_version = wtforms.HiddenField()


class TakeBackForm(PageForm):
    """Why what was confirmed or decided is taken back."""

    because = LongTextField(
        lazy_gettext("Why it is taken back"),
        description=lazy_gettext("Stays on file beside what was said before."),
        validators=[
            DataRequired(lazy_gettext("Say why it is taken back: the reason stays on file.")),
            Length(max=1000),
        ],
        render_kw={"rows": 3},
    )
    seen_version = wtforms.HiddenField()


class ClosureForm(PageForm):
    """How the last days of a single task are decided."""

    mark = RadiosField(
        lazy_gettext("How it is done until then"),
        choices=[
            (
                ClosureMark.RESIDUAL.value,
                lazy_gettext("As before: a residual task"),
                {"hint": lazy_gettext("It asks people for what it asked, while the mission draws down and after.")},
            ),
            (
                ClosureMark.LIQUIDATION.value,
                lazy_gettext("Only wound up: in liquidation"),
                {
                    "hint": lazy_gettext(
                        "Hand-over, records and assets. From its first day it asks nobody for anything."
                    )
                },
            ),
        ],
        validators=[InputRequired(lazy_gettext("Choose how the task is done until then."))],
    )
    liquidates_on = DayField(
        lazy_gettext("Only wound up from"),
        description=lazy_gettext("For liquidation: the first day after operations for this task have ceased."),
        validators=[Optional()],
    )
    last_on = DayField(
        lazy_gettext("Last day of the task"),
        description=lazy_gettext("Leave it empty to let it run until a text ends it or the mission closes."),
        validators=[Optional()],
    )
    because = LongTextField(
        lazy_gettext("On what the decision rests"),
        description=lazy_gettext("A letter, a draw-down plan, a meeting. It stays on file with your name."),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 3},
    )
    seen_version = wtforms.HiddenField()
    shown = wtforms.HiddenField()
    """Of what it was shown what would follow: only that can be decided."""

    @property
    def days(self) -> str:
        """What the consequence depends on."""
        return " ".join(str(each.data or "") for each in (self.mark, self.liquidates_on, self.last_on))

    def to_closure(self, task: MandatedTask, *, now: datetime) -> Closure:
        """What was entered, as the capability takes it."""
        mark = ClosureMark(self.mark.data)
        return Closure(
            id=ClosureId(0),
            instrument=task.instrument,
            task_kind=task.task_kind,
            area_of_operations=task.area_of_operations,
            mark=mark,
            liquidates_on=self.liquidates_on.data if mark is ClosureMark.LIQUIDATION else None,
            ends_on=day_after(self.last_on.data),
            because=self.because.data or "",
            decided_at=now,
            decided_by=None,
        )

    def refuse(self, field: str | None, message: object) -> None:
        """Put a refusal at its field: people name the last day, not the first one after it."""
        super().refuse({"ends_on": "last_on"}.get(field or "", field), message)  # type: ignore[arg-type]
