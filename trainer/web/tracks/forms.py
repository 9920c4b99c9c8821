"""Answers to a module's questions, and who was at a session, as forms made for one page each."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import wtforms
from flask_babel import gettext, lazy_gettext
from wtforms.validators import Length, Optional

from trainer.catalogue.values import Question
from trainer.kernel.values import PersonId
from trainer.tracks.operations import Unanswered
from trainer.tracks.values import OPEN_STATES, MarkedQuestion, RosterLine
from trainer.web.forms import CheckboxesField, ChoiceSet, PageForm, TextField

BEFORE_KEY = "q-"
BEFORE_REASON = "reason-"


class SeenForm(PageForm):
    """Up to which change the reader has seen their page."""

    until = wtforms.HiddenField()

    def to_instant(self) -> datetime | None:
        """The instant, or None for what is none."""
        try:
            instant = datetime.fromisoformat(self.until.data or "")
            return instant.astimezone(UTC) if instant.tzinfo else None
        except (ValueError, OverflowError):  # the first and last days have no instant in every zone
            return None


class QuestionField(ChoiceSet, wtforms.SelectMultipleField):
    """One question with its answers, by number."""

    component = "question"

    def __init__(self, *given: Any, question: Question, number: int, total: int, **more: Any) -> None:
        choices = [(place, answer.text) for place, answer in enumerate(question.answers)]
        super().__init__(*given, choices=choices, coerce=int, **more)
        self.question = question
        self.number = number
        self.total = total

    def parameters(self) -> dict[str, object]:
        """What the component takes."""
        return {
            "number": self.number,
            "total": self.total,
            "text": self.question.ask,
            "name": self.name,
            "options": options_of(self.question),
            "chosen": self.data or (),
            "many": self.question.kind == "many",
            "error": self.errors[0] if self.errors else "",
        }


def options_of(question: Question) -> list[dict[str, object]]:
    """The answers of a question as its component takes them."""
    return [
        {"value": place, "label": answer.text, "right": answer.right, "why": answer.reason}
        for place, answer in enumerate(question.answers)
    ]


def answered(questions: Sequence[Question], marks: Sequence[MarkedQuestion]) -> list[dict[str, object]]:
    """The questions of a finished attempt as their component takes them, each with what is right and why."""
    by_key = {mark.key: mark for mark in marks}
    return [
        {
            "number": number,
            "total": len(questions),
            "text": question.ask,
            "name": BEFORE_KEY + question.key,
            "options": options_of(question),
            "chosen": by_key[question.key].chosen,
            "many": question.kind == "many",
            "answered": True,
        }
        for number, question in enumerate(questions, start=1)
    ]


class AnswersForm(PageForm):
    """The questions of a module on one page; made by `answers_form`, which adds a field for each question."""

    token = wtforms.HiddenField(default=lambda: secrets.token_urlsafe(24))
    """Belongs to this page, so that sending it twice counts once."""

    @property
    def questions(self) -> list[QuestionField]:
        """The fields of the questions in their order."""
        return [field for field in self if isinstance(field, QuestionField)]

    def to_answers(self) -> dict[str, tuple[int, ...]]:
        """Numbers of the chosen answers by the key of their question."""
        return {field.question.key: tuple(field.data or ()) for field in self.questions}

    def refuse_unanswered(self, refusal: Unanswered) -> None:
        """Mark each question that the refusal names."""
        for problem in refusal.problems:
            self.refuse(f"{BEFORE_KEY}{problem.field}", problem.message)


def answers_form(questions: Sequence[Question]) -> AnswersForm:
    """The form for these questions, with what was sent."""
    fields = {
        BEFORE_KEY + question.key: QuestionField(question=question, number=number, total=len(questions))
        for number, question in enumerate(questions, start=1)
    }
    made = type("AnswersForm", (AnswersForm,), fields)()
    assert isinstance(made, AnswersForm)
    return made


class AttendanceForm(PageForm):
    """Who was there; made by `attendance_form`, which adds a reason for each person."""

    present = CheckboxesField(lazy_gettext("Who was there?"), coerce=int, validators=[Optional()])

    @property
    def reasons(self) -> list[TextField]:
        """The fields for why somebody was not there."""
        return [field for field in self if field.short_name.startswith(BEFORE_REASON)]

    def to_present(self) -> frozenset[PersonId]:
        """The people who were there."""
        return frozenset(PersonId(each) for each in self.present.data or ())

    def to_reasons(self) -> Mapping[PersonId, str]:
        """Why the others were not, where something was written."""
        given = {field.short_name.removeprefix(BEFORE_REASON): field.data for field in self.reasons}
        return {PersonId(int(person)): text for person, text in given.items() if text}


def attendance_form(lines: Collection[RosterLine]) -> AttendanceForm:
    """The form for those on the roster who have yet to be counted as present."""
    waiting = [line for line in lines if line.state in OPEN_STATES]
    fields = {
        f"{BEFORE_REASON}{line.person.id}": TextField(
            gettext("Why was %(name)s not there?", name=line.person.name), validators=[Optional(), Length(max=300)]
        )
        for line in waiting
    }
    made = type("AttendanceForm", (AttendanceForm,), fields)()
    assert isinstance(made, AttendanceForm)
    made.present.choices = [
        wtforms.SelectChoice(line.person.id, line.person.name, {"hint": line.person.organisation_name})
        for line in waiting
    ]
    return made
