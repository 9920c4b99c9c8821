"""The forms of mandates: a text with its tasks, a withdrawal, a rule. They turn text into values and nothing more."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import wtforms
from flask_babel import lazy_gettext
from markupsafe import Markup
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from trainer.accounts.values import Certainty, MissionId
from trainer.kernel.values import Wording
from trainer.mandates.rules import MOST_AREA_LETTERS, MOST_NAME_LETTERS, MOST_SYMBOL_LETTERS
from trainer.mandates.values import (
    FORCE_NAMES,
    MODALITY_NAMES,
    TASK_KINDS,
    Force,
    InstrumentDraft,
    MandatedTask,
    Modality,
    TaskChange,
    TaskKindKey,
    TaskLine,
    last_day,
)
from trainer.web.forms import (
    CheckboxesField,
    CheckboxField,
    LongTextField,
    PageForm,
    RadiosField,
    SelectField,
    TextField,
)
from trainer.web.mandates import words
from trainer.web.mandates.milestone_forms import MOST_MILESTONES, DayField, MilestoneForm, day_after, milestone_data
from trainer.web.words import worded

KEEP = "keep"
"""The choice of saying nothing about a task in force."""
MOST_LINES = 400
MOST_LISTED = 150
"""Of so many tasks in force each is listed in the form of a new text; of more, those it speaks of are added one by one."""
UNTIL, OPEN, UNKNOWN = "until", "open", "unknown"


def translated(names: Mapping[Any, str]) -> list[tuple[str, Any]]:
    """The members of an enum as choices, their names in the reader's language."""
    return [(str(getattr(key, "value", key)), lazy_gettext(text)) for key, text in names.items()]


class LineForm(wtforms.Form):
    """What the text says of one task."""

    origin = wtforms.HiddenField(default="new")
    """`force` for a task that is in force before the text, `new` for one that was added to the form."""
    task_kind = SelectField(lazy_gettext("Task"), validate_choice=False)
    area_of_operations = TextField(
        lazy_gettext("Area of operations"),
        description=lazy_gettext("Leave it empty for the whole mission."),
        validators=[Optional(), Length(max=MOST_AREA_LETTERS)],
    )
    change = RadiosField(
        lazy_gettext("What the text does"),
        choices=[
            (KEEP, lazy_gettext("Says nothing of it: it stays as it is")),
            (TaskChange.SET.value, lazy_gettext("Says anew how it is to be done")),
            (TaskChange.EXTEND.value, lazy_gettext("Adds to how it is done")),
            (TaskChange.END.value, lazy_gettext("Ends it")),
        ],
        default=TaskChange.SET.value,
    )
    modalities = CheckboxesField(
        lazy_gettext("How the mission is to act"), choices=translated(MODALITY_NAMES), validators=[Optional()]
    )
    force = RadiosField(lazy_gettext("How strongly"), choices=translated(FORCE_NAMES), default=Force.REQUESTED.value)
    priority = SelectField(
        lazy_gettext("Priority"),
        choices=[("1", lazy_gettext("1, highest")), ("2", "2"), ("3", lazy_gettext("3, lowest"))],
        default="2",
    )
    paragraph = TextField(
        lazy_gettext("Paragraph"),
        description=lazy_gettext("As numbered in the text: 4 (a)."),
        validators=[Length(max=400)],
    )
    starts_on = DayField(
        lazy_gettext("First day"),
        description=lazy_gettext("Only if later than the effective day."),
        validators=[Optional()],
    )
    last_on = DayField(
        lazy_gettext("Last day"), description=lazy_gettext("Only if the text names one."), validators=[Optional()]
    )
    begins_with = TextField(
        lazy_gettext("Begins with a phase or condition"),
        description=lazy_gettext("Its name. Until it comes, the task waits and stays as it was before."),
        validators=[Optional(), Length(max=MOST_NAME_LETTERS)],
    )
    ends_with = TextField(
        lazy_gettext("Ends with a phase or condition"),
        description=lazy_gettext("Its name: at the end of the phase, or once the condition is met."),
        validators=[Optional(), Length(max=MOST_NAME_LETTERS)],
    )
    ahead = CheckboxField(
        lazy_gettext("Train for it while it waits"),
        description=lazy_gettext("People are then trained as if it began with the text."),
    )
    words = LongTextField(
        lazy_gettext("What the paragraph asks"), validators=[Optional(), Length(max=2000)], render_kw={"rows": 2}
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        """Offer every task under its area."""
        super().__init__(*given, **more)
        self.task_kind.choices = [
            wtforms.SelectChoice(*choice, optgroup=head)
            for head, choices in words.kinds_by_area(TASK_KINDS).items()
            for choice in choices
        ]

    @property
    def in_force(self) -> bool:
        """Whether the task is in force before the text."""
        return bool(self.origin.data == "force")

    @property
    def says(self) -> bool:
        """Whether the text says anything of the task."""
        return not (self.in_force and self.change.data == KEEP)

    def to_line(self) -> TaskLine:
        """What was entered, as the capability takes it."""
        change = TaskChange.SET if self.change.data in (KEEP, None) else TaskChange(self.change.data)
        return TaskLine(
            task_kind=TaskKindKey(self.task_kind.data or ""),
            change=change,
            paragraph=self.paragraph.data or "",
            modalities=()
            if change is TaskChange.END
            else tuple(each for each in Modality if each.value in (self.modalities.data or ())),
            force=Force(self.force.data or Force.REQUESTED.value),
            priority=int(self.priority.data or 2),
            area_of_operations=self.area_of_operations.data or "",
            starts_on=self.starts_on.data,
            ends_on=day_after(self.last_on.data),
            words=self.words.data or "",
            begins_with=" ".join((self.begins_with.data or "").split()),
            ends_with=" ".join((self.ends_with.data or "").split()),
            ahead=bool(self.ahead.data),
        )

    @property
    def depends(self) -> bool:
        """Whether it names a phase or condition."""
        return bool(self.begins_with.data or self.ends_with.data or self.begins_with.errors or self.ends_with.errors)


class InstrumentForm(PageForm):
    """A text and what it says of each task."""

    symbol = TextField(
        lazy_gettext("Symbol"),
        description=lazy_gettext("As printed on the text: S/RES/2790 (2025)."),
        validators=[DataRequired(lazy_gettext("Enter the symbol of the text.")), Length(max=MOST_SYMBOL_LETTERS)],
        render_kw={"width": "medium"},
    )
    title = TextField(
        lazy_gettext("Title"),
        description=lazy_gettext("What it is about, in one line."),
        validators=[Optional(), Length(max=400)],
    )
    adopted_on = DayField(lazy_gettext("Adopted on"), validators=[Optional()])
    effective_on = DayField(
        lazy_gettext("Takes effect on"),
        description=lazy_gettext("Often the day of adoption. A later day is planned for at once."),
        validators=[InputRequired(lazy_gettext("Enter the day on which it takes effect, for instance 2027-02-15."))],
    )
    period = RadiosField(
        lazy_gettext("Until when the mandate runs"),
        choices=[
            (UNTIL, lazy_gettext("Until a day that the text names")),
            (OPEN, lazy_gettext("Without an end")),
            (
                UNKNOWN,
                lazy_gettext("The text does not say, or it is not known"),
                {"hint": lazy_gettext("The period before goes on. What is not known is shown as not verified.")},
            ),
        ],
        default=UNTIL,
        validators=[InputRequired(lazy_gettext("Choose until when the mandate runs."))],
    )
    last_on = DayField(lazy_gettext("Last day of the mandate"), validators=[Optional()])
    complete_adjustment = CheckboxField(
        lazy_gettext("It replaces the whole mandate"),
        description=lazy_gettext("Every task that it does not mention ends on the effective day."),
    )
    milestones = wtforms.FieldList(wtforms.FormField(MilestoneForm), max_entries=MOST_MILESTONES)
    tasks = wtforms.FieldList(wtforms.FormField(LineForm), max_entries=MOST_LINES)
    paragraphs = wtforms.HiddenField(default="")
    """The numbers of the text's paragraphs where it was entered, parted by bars."""
    certainty = SelectField(
        lazy_gettext("How well this is founded"),
        choices=[
            (Certainty.SEEN.value, lazy_gettext("Read in the text itself or in the press")),
            (Certainty.PART_SEEN.value, lazy_gettext("Read in part")),
            (Certainty.KNOWLEDGE.value, lazy_gettext("Known, not verified")),
        ],
        default=Certainty.SEEN.value,
        validators=[InputRequired()],
    )
    note = LongTextField(
        lazy_gettext("Note"),
        description=lazy_gettext("For colleagues: where the text was read, what is uncertain."),
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 3},
    )
    seen_version = wtforms.HiddenField(default="")

    def validate(self, *given: Any, **more: Any) -> bool:
        """Ask for the last day where there is to be one."""
        valid = bool(super().validate(*given, **more))
        if self.period.data == UNTIL and self.last_on.data is None and not self.last_on.errors:
            self.refuse(
                "last_on", str(lazy_gettext("Enter the last day of the mandate, or choose another answer above it."))
            )
            return False
        return valid

    @property
    def lines(self) -> list[LineForm]:
        """The tasks of the form."""
        return [entry.form for entry in self.tasks]

    def add_line(self) -> None:
        """One more task, to be chosen; none beyond what a text can hold."""
        if len(self.tasks) < MOST_LINES:
            self.tasks.append_entry({"origin": "new", "change": TaskChange.SET.value})

    def add_milestone(self) -> None:
        """One more phase or condition; none beyond what a text can define."""
        if len(self.milestones) < MOST_MILESTONES:
            self.milestones.append_entry({"origin": "new"})

    def remove_line(self, name: str) -> None:
        """Without the task, phase or condition whose field has this name."""
        for entries in (self.tasks, self.milestones):
            entries.entries = [entry for entry in entries.entries if entry.name != name]

    @property
    def defined(self) -> list[MilestoneForm]:
        """The phases and conditions of the form."""
        return [entry.form for entry in self.milestones]

    def take_step(self, step: str) -> bool:
        """Add or remove a part of the form; False for a step that does something else."""
        if step == "add":
            self.add_line()
        elif step == "add-milestone":
            self.add_milestone()
        elif step.startswith("remove-"):
            self.remove_line(step.removeprefix("remove-"))
        else:
            return False
        return True

    def to_draft(self, mission: MissionId) -> InstrumentDraft:
        """What was entered, as the capability takes it; only for a form that has an effective day."""
        return InstrumentDraft(
            mission=mission,
            symbol=self.symbol.data or "",
            title=self.title.data or "",
            adopted_on=self.adopted_on.data,
            effective_on=self.effective_on.data,
            expires_on=day_after(self.last_on.data) if self.period.data == UNTIL else None,
            expiry_known=self.period.data != UNKNOWN,
            complete_adjustment=bool(self.complete_adjustment.data),
            tasks=tuple(line.to_line() for line in self.lines if line.says),
            certainty=Certainty(self.certainty.data or Certainty.SEEN.value),
            note=self.note.data or "",
            milestones=tuple(each.to_milestone() for each in self.defined),
            paragraphs=tuple(each for each in (self.paragraphs.data or "").split("|") if each),
        )

    def refuse(self, field: str | None, message: Wording | str) -> None:
        """Put a refusal at its field; a field of a task is named by the task's place among those the text speaks of."""
        if field == "expires_on":
            field = "last_on"
        prefix, _, rest = (field or "").partition("-")
        place, _, part = rest.partition("-")
        of: Mapping[str, Sequence[wtforms.Form]] = {
            "tasks": [line for line in self.lines if line.says],
            "milestones": self.defined,
        }
        said = of.get(prefix, ())
        if not place.isdigit() or int(place) >= len(said):
            super().refuse(field, message)
            return
        at = said[int(place)][{"ends_on": "last_on"}.get(part, part)]
        at.errors = [*at.errors, worded(message) if isinstance(message, Wording) else message]

    @property
    def problems(self) -> list[dict[str, str]]:
        """Every message with the id of its control, those of tasks at the control of the task."""
        top = [{"message": message, "target": ""} for message in self.form_errors]
        nested = (self.tasks, self.milestones)
        own = [(field, message) for field in self if field not in nested for message in field.errors]
        return (
            top
            + [{"message": message, "target": _target(field)} for field, message in own]
            + [
                {"message": Markup("{}: {}").format(each.title, message), "target": _target(field)}
                for each in self.defined
                for field in each
                for message in field.errors
            ]
            + [
                {"message": Markup("{}: {}").format(_title(line), message), "target": _target(field)}
                for line in self.lines
                for field in line
                for message in field.errors
            ]
        )


def _title(line: LineForm) -> str:
    kind = TaskKindKey(line.task_kind.data or "")
    return words.kind_name(kind) if kind in TASK_KINDS else str(lazy_gettext("Task"))


def _target(field: Any) -> str:
    return f"{field.id}-0" if isinstance(field, (RadiosField, CheckboxesField)) else str(field.id)


def new_form(tasks: Iterable[MandatedTask]) -> InstrumentForm:
    """A form for a new text that says nothing yet of the tasks in force."""
    return InstrumentForm(data={"tasks": [_kept(task) for task in listed(tasks)]})


def listed(tasks: Iterable[MandatedTask]) -> tuple[MandatedTask, ...]:
    """The tasks in force that the form lists: all of them, or none where there are too many to look through."""
    there = tuple(tasks)
    return there if len(there) <= MOST_LISTED else ()


def form_of(draft: InstrumentDraft, tasks: Iterable[MandatedTask], *, version: int) -> InstrumentForm:
    """A form that holds a draft: tasks in force first, each with what the text says of it, then those it gives."""
    there = listed(tasks)
    said = {line.identity: line for line in draft.tasks}
    of_force = [_said(said[task.identity], "force") if task.identity in said else _kept(task) for task in there]
    known = {task.identity for task in there}
    added = [_said(line, "new") for line in draft.tasks if line.identity not in known]
    period = UNKNOWN if not draft.expiry_known else OPEN if draft.expires_on is None else UNTIL
    return InstrumentForm(
        data={
            "symbol": draft.symbol,
            "title": draft.title,
            "adopted_on": draft.adopted_on,
            "effective_on": draft.effective_on,
            "period": period,
            "last_on": last_day(draft.expires_on),
            "complete_adjustment": draft.complete_adjustment,
            "certainty": draft.certainty.value,
            "note": draft.note,
            "milestones": [milestone_data(each) for each in draft.milestones],
            "paragraphs": "|".join(draft.paragraphs),
            "tasks": of_force + added,
            "seen_version": str(version),
        }
    )


def _kept(task: MandatedTask) -> dict[str, object]:
    return {
        "origin": "force",
        "task_kind": task.task_kind,
        "area_of_operations": task.area_of_operations,
        "change": KEEP,
        "modalities": [each.value for each in task.modalities],
        "force": task.force.value,
        "priority": str(task.priority),
    }


def _said(line: TaskLine, origin: str) -> dict[str, object]:
    return {
        "origin": origin,
        "task_kind": line.task_kind,
        "area_of_operations": line.area_of_operations,
        "change": line.change.value,
        "modalities": [each.value for each in line.modalities],
        "force": line.force.value,
        "priority": str(line.priority),
        "paragraph": line.paragraph,
        "starts_on": line.starts_on,
        "last_on": line.last_on,
        "words": line.words,
        "begins_with": line.begins_with,
        "ends_with": line.ends_with,
        "ahead": line.ahead,
    }


class PublishForm(PageForm):
    """The two versions that were looked at; whatever is not a number was never seen."""

    seen_draft = wtforms.HiddenField()
    seen_version = wtforms.HiddenField()

    def to_versions(self) -> tuple[int, int]:
        """Of the draft and of the mandate."""
        return number(self.seen_draft.data), number(self.seen_version.data)


class WithdrawalDecisionForm(PageForm):
    """A second person decides on a withdrawal that was asked for."""

    seen_version = wtforms.HiddenField()


class WithdrawForm(PageForm):
    """Why a text is withdrawn."""

    because = LongTextField(
        lazy_gettext("Why it is withdrawn"),
        description=lazy_gettext("Stays on file with the text: for instance, entered by mistake."),
        validators=[
            DataRequired(lazy_gettext("Say why it is withdrawn: the reason stays on file.")),
            Length(max=1000),
        ],
        render_kw={"rows": 3},
    )
    seen_version = wtforms.HiddenField()


def number(text: str | None) -> int:
    """A version as sent along; -1 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
