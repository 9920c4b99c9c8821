"""The forms of planning: a decision on a plan, a mission to plan anew, and the policy."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import lazy_gettext
from wtforms.validators import InputRequired, Length, NumberRange

from trainer.accounts.values import MissionCard, MissionId
from trainer.planning.values import Policy, RunKind
from trainer.web.forms import LongTextField, NumberField, PageForm, RadiosField, SelectField

NUMBER_WANTED = lazy_gettext("Enter a whole number.")


class DecisionForm(PageForm):
    """A decision on the plan that was seen."""

    version = wtforms.HiddenField()
    because = LongTextField(
        lazy_gettext("Why"),
        description=lazy_gettext("So that the next reader knows. It stays on file with the plan."),
        validators=[Length(max=1000)],
    )

    def seen_version(self) -> int:
        """The version of the plan on the page; 0, which no plan has, for anything else."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class AnewForm(PageForm):
    """A mission to plan for, and what the plan is for."""

    mission = SelectField(lazy_gettext("Mission"), coerce=int, choices=())
    kind = RadiosField(
        lazy_gettext("What the plan is for"),
        choices=[
            (
                RunKind.REPAIR.value,
                lazy_gettext("Plan anew"),
                {"hint": lazy_gettext("Whoever lacks something is given what is free. Nobody else is moved.")},
            ),
            (
                RunKind.IMPROVE.value,
                lazy_gettext("Improve further"),
                {
                    "hint": lazy_gettext(
                        "Everybody's seats may move for the sake of the whole, and some people may lose one. You decide on it."
                    )
                },
            ),
        ],
        default=RunKind.REPAIR.value,
    )

    def offer(self, missions: tuple[MissionCard, ...]) -> AnewForm:
        """Let the reader choose among these missions."""
        self.mission.choices = [wtforms.SelectChoice(each.id, each.name) for each in missions]
        return self

    def to_mission(self) -> MissionId:
        return MissionId(int(self.mission.data))

    def to_kind(self) -> RunKind:
        return RunKind(self.kind.data)


def _number(label: Any, hint: Any = "", **more: Any) -> NumberField:
    wanted = [InputRequired(NUMBER_WANTED), NumberRange(min=0, message=NUMBER_WANTED)]
    return NumberField(label, description=hint, validators=wanted, render_kw=more or None)


class PolicyForm(PageForm):
    """What plans may do by themselves, and how they weigh things."""

    most_people_changed = _number(
        lazy_gettext("People a plan may change without approval"),
        lazy_gettext("A plan that changes more people waits for a person, as does every plan after an instrument."),
    )
    freeze_days = _number(
        lazy_gettext("Days in which nothing is moved"),
        lazy_gettext("What starts within so many days stays, and no new seat starts within them."),
    )
    seats_a_person = _number(
        lazy_gettext("Modules and seats a person is given at once"),
        lazy_gettext("The rest comes with a later plan. What has begun does not count."),
    )
    horizon_days = _number(lazy_gettext("Days a plan looks ahead"))
    on_time = _number(lazy_gettext("A gap closed on time"))
    early = _number(
        lazy_gettext("Closed at once, in addition"),
        lazy_gettext("Shrinks to nothing towards the end of what a plan looks at."),
    )
    late = _number(lazy_gettext("A gap closed late"))
    late_decay = _number(lazy_gettext("Lost for each day late"))
    seat = _number(lazy_gettext("Cost of each module or seat given"))
    cost_num = _number(lazy_gettext("Points for money: so many points …"))
    cost_den = _number(lazy_gettext("… for so many cents of course and travel costs"))
    change = _number(lazy_gettext("Cost of taking back a seat that was given before"))

    def to_policy(self, before: Policy) -> Policy:
        """The policy of the form; the operation gives it its number."""
        return Policy(number=before.number, **{name: int(self._fields[name].data) for name in NAMES})


NAMES = tuple(name for name in Policy.__slots__ if name != "number")


def form_of(policy: Policy) -> PolicyForm:
    """The form with the policy in force, or with what was sent."""
    return PolicyForm(data={name: getattr(policy, name) for name in NAMES})
