"""The forms in which a draft is decided: a review, an answer, a comment, with whom it is shared, and the policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import wtforms
from flask_babel import lazy_gettext
from wtforms.validators import InputRequired, NumberRange

from trainer.accounts.values import OFFICE_NAMES, MissionCard, MissionId, Office
from trainer.competencies.values import Area
from trainer.mandates.values import TaskLine
from trainer.reviews.values import Policy, Verdict
from trainer.web.forms import (
    CheckboxesField,
    CheckboxField,
    LongTextField,
    NumberField,
    PageForm,
    RadiosField,
    SelectField,
)
from trainer.web.mandates.words import task_name
from trainer.web.words import name

NUMBER_WANTED = lazy_gettext("Enter a whole number.")
CHOICE_WANTED = lazy_gettext("Choose what you say.")
SHARED_OFFICES = (Office.READINESS_MANAGER, Office.TRAINING_PARTNER, Office.AUDITOR)
"""Whom a draft can be shared with by their office; mandate officers read every draft of their mission."""
MOST_ADDRESSES = 50


class SeenForm(PageForm):
    """The version of the draft that was looked at."""

    seen_draft = wtforms.HiddenField(id="seen")

    def seen(self) -> int:
        """Its number; 0, which no draft has, for anything else."""
        text = str(self.seen_draft.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class AskForm(SeenForm):
    """A review that is asked for."""

    text = LongTextField(
        lazy_gettext("A word to those who are asked"),
        description=lazy_gettext("What they should look at, if anything."),
        id="ask-text",
        render_kw={"rows": 2},
    )


class ReviewForm(SeenForm):
    """What a second officer says of a draft."""

    verdict = RadiosField(
        lazy_gettext("Your review"),
        choices=[
            (Verdict.AGREE.value, lazy_gettext("I agree: it can be published as it stands")),
            (Verdict.CHANGES.value, lazy_gettext("Something must change first")),
        ],
        id="review-verdict",
        validators=[InputRequired(CHOICE_WANTED)],
    )
    text = LongTextField(
        lazy_gettext("In words"),
        description=lazy_gettext("Needed when something must change."),
        id="review-text",
        render_kw={"rows": 3},
    )

    def to_verdict(self) -> Verdict:
        return Verdict(self.verdict.data)


class AnswerForm(SeenForm):
    """What the requirements authority of some areas says of a draft."""

    areas = CheckboxesField(
        lazy_gettext("For which areas"),
        id="answer-areas",
        validators=[InputRequired(lazy_gettext("Choose at least one area."))],
    )
    verdict = RadiosField(
        lazy_gettext("Your answer as requirements authority"),
        choices=[
            (Verdict.AGREE.value, lazy_gettext("I agree")),
            (Verdict.OBJECTION.value, lazy_gettext("I object")),
            (Verdict.COMMENT.value, lazy_gettext("I have something to say, and do not object")),
        ],
        id="answer-verdict",
        validators=[InputRequired(CHOICE_WANTED)],
    )
    text = LongTextField(
        lazy_gettext("In words"),
        description=lazy_gettext("Needed unless you agree. It stays with the text for ever."),
        id="answer-text",
        render_kw={"rows": 3},
    )

    def offer(self, areas: Sequence[Area]) -> AnswerForm:
        """Let the reader answer for these areas; for all of them unless they choose."""
        self.areas.choices = [wtforms.SelectChoice(each.value, name(each)) for each in areas]
        if not self.is_submitted():
            self.areas.data = [each.value for each in areas]
        return self

    def to_areas(self) -> tuple[Area, ...]:
        return tuple(Area(each) for each in self.areas.data or ())

    def to_verdict(self) -> Verdict:
        return Verdict(self.verdict.data)


class CommentForm(PageForm):
    """Something said of a draft, or of one of its tasks."""

    line = SelectField(lazy_gettext("About"), id="comment-line")
    text = LongTextField(lazy_gettext("Your comment"), id="comment-text", render_kw={"rows": 3})

    def offer(self, tasks: Sequence[TaskLine]) -> CommentForm:
        """Let the reader choose among the tasks that the draft speaks of."""
        self.line.choices = [
            wtforms.SelectChoice("", lazy_gettext("the whole draft")),
            *(wtforms.SelectChoice(str(place), task_name(each)) for place, each in enumerate(tasks)),
        ]
        return self

    def to_line(self, tasks: Sequence[TaskLine]) -> tuple[str, str] | None:
        return tasks[int(self.line.data)].identity if self.line.data else None


class ShareForm(PageForm):
    """People by their addresses, and an office of a mission."""

    addresses = LongTextField(
        lazy_gettext("E-mail addresses of people"),
        description=lazy_gettext("One on each line. Only people with an account here."),
        id="share-addresses",
        render_kw={"rows": 2, "optional": True},
    )
    office = SelectField(lazy_gettext("Everybody who is"), id="share-office")
    mission = SelectField(lazy_gettext("For the mission"), id="share-mission", coerce=int)

    def offer(self, missions: Iterable[MissionCard], *, mission: MissionId) -> ShareForm:
        """Let the reader choose an office and a mission, the draft's own at first."""
        self.office.choices = [
            wtforms.SelectChoice("", lazy_gettext("nobody by office")),
            *(wtforms.SelectChoice(each.value, lazy_gettext(OFFICE_NAMES[each])) for each in SHARED_OFFICES),
        ]
        self.mission.choices = [wtforms.SelectChoice(each.id, each.name) for each in missions]
        if self.mission.data is None:
            self.mission.data = mission
        return self

    def to_addresses(self) -> Collection[str]:
        """What was entered, one address each, small letters."""
        given = (self.addresses.data or "").replace(",", "\n").replace(";", "\n").split("\n")
        return list(dict.fromkeys(each.strip().lower() for each in given if each.strip()))[:MOST_ADDRESSES]

    def to_office(self) -> Office | None:
        return Office(self.office.data) if self.office.data else None


class DraftPolicyForm(PageForm):
    """What is asked before a draft is published."""

    people = RadiosField(
        lazy_gettext("How many people a publication takes"),
        choices=[
            (
                "one",
                lazy_gettext("One: whoever may publish publishes"),
                {"hint": lazy_gettext("A review can be asked for, and need not be. Texts can be imported at once.")},
            ),
            (
                "two",
                lazy_gettext("Two: another officer must have agreed, and publishes"),
                {
                    "hint": lazy_gettext(
                        "Who wrote the draft or put it up for review neither reviews nor publishes it."
                        " Imports keep new texts as drafts."
                    )
                },
            ),
        ],
        validators=[InputRequired()],
    )
    objection_blocks = CheckboxField(
        lazy_gettext("An objection of a requirements authority stops publication"),
        description=lazy_gettext("Until they answer anew. Otherwise it is only recorded, and stays with the text."),
    )
    answer_days = NumberField(
        lazy_gettext("Days that publication waits for the answers of those who were asked"),
        description=lazy_gettext("0: it does not wait. Areas without an owner are never waited for."),
        validators=[InputRequired(NUMBER_WANTED), NumberRange(min=0, message=NUMBER_WANTED)],
        render_kw={"unit": lazy_gettext("days")},
    )
    expire_days = NumberField(
        lazy_gettext("Days without a change after which a draft expires"),
        description=lazy_gettext("It is kept and can be renewed; its authors are told a week before."),
        validators=[InputRequired(NUMBER_WANTED), NumberRange(min=0, message=NUMBER_WANTED)],
        render_kw={"unit": lazy_gettext("days")},
    )

    def to_policy(self) -> Policy:
        return Policy(
            two_people=self.people.data == "two",
            objection_blocks=bool(self.objection_blocks.data),
            answer_days=int(self.answer_days.data),
            expire_days=int(self.expire_days.data),
        )


def form_of_policy(policy: Policy) -> DraftPolicyForm:
    """The form with the policy in force, or with what was sent."""
    return DraftPolicyForm(
        data={
            "people": "two" if policy.two_people else "one",
            "objection_blocks": policy.objection_blocks,
            "answer_days": policy.answer_days,
            "expire_days": policy.expire_days,
        }
    )
