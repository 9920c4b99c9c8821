"""The forms of requirements: one rule, many rules, a sheet. They turn text into values and nothing more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import wtforms
from flask_babel import lazy_gettext
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from trainer.accounts.values import ROLE_NAMES, Role
from trainer.competencies.values import LEVEL_NAMES, SOURCE_NAMES, Area, Competency, CompetencyKey, Level, Source
from trainer.mandates.values import (
    DUE_NAMES,
    MODALITY_NAMES,
    SCOPE_NAMES,
    TASK_KINDS,
    DueRule,
    Modality,
    RequirementRule,
    Scope,
    TaskKindKey,
)
from trainer.requirements.values import (
    CHANGE_KIND_NAMES,
    ROLES_CHANGE_NAMES,
    ChangeKind,
    Chosen,
    RolesChange,
    RulesChange,
)
from trainer.web.forms import (
    CheckboxesField,
    CheckboxField,
    FileField,
    LongTextField,
    NumberField,
    PageForm,
    RadiosField,
    SelectField,
)
from trainer.web.mandates import words
from trainer.web.mandates.forms import translated
from trainer.web.mandates.milestone_forms import DayField


def tasks_in(areas: Collection[Area]) -> list[wtforms.SelectChoice]:
    """The baseline and every task, each under its area; of these areas alone."""
    baseline = [wtforms.SelectChoice("", str(lazy_gettext("The baseline, in every mission")))]
    kinds = [kind for kind, each in TASK_KINDS.items() if each.area in areas]
    return [
        *(baseline if Area.CND in areas else ()),
        *(
            wtforms.SelectChoice(*choice, optgroup=head)
            for head, choices in words.kinds_by_area(kinds).items()
            for choice in choices
        ),
    ]


LEAVE = ""
"""The choice of changing nothing."""


class ChangeForm(PageForm):
    """One change of many rules; what is left empty stays as each rule has it."""

    chosen = wtforms.HiddenField()
    """Keys of rules; behind a colon the roles for which a rule is changed, where it is not for all."""
    seen_number = wtforms.HiddenField()
    kind = RadiosField(
        lazy_gettext("What to do with the chosen rules"),
        choices=translated(CHANGE_KIND_NAMES),
        default=ChangeKind.CHANGE.value,
    )
    only_for = CheckboxesField(
        lazy_gettext("Only for these roles"),
        description=lazy_gettext("The other roles of a rule are asked as before. None chosen means all its roles."),
        choices=translated(ROLE_NAMES),
        validators=[Optional()],
    )
    level = SelectField(
        lazy_gettext("Level"),
        choices=[
            (LEAVE, lazy_gettext("As each rule has it")),
            *((str(int(each)), lazy_gettext(LEVEL_NAMES[each])) for each in Level if each is not Level.NONE),
        ],
    )
    due = RadiosField(
        lazy_gettext("By when"),
        choices=[(LEAVE, lazy_gettext("As each rule has it")), *translated(DUE_NAMES)],
        default=LEAVE,
        validators=[Optional()],
    )
    due_days = NumberField(
        lazy_gettext("Days after the task takes effect"), validators=[Optional()], render_kw={"least": 0}
    )
    due_on = DayField(lazy_gettext("By this day"), validators=[Optional()])
    scope = RadiosField(
        lazy_gettext("Of whom"),
        choices=[(LEAVE, lazy_gettext("As each rule has it")), *translated(SCOPE_NAMES)],
        default=LEAVE,
        validators=[Optional()],
    )
    scope_size = NumberField(
        lazy_gettext("How many, or what percentage"), validators=[Optional()], render_kw={"least": 1}
    )
    weight = NumberField(
        lazy_gettext("Weight"),
        description=lazy_gettext("From 1 to 100: what is planned first when seats are short."),
        validators=[Optional()],
        render_kw={"least": 1, "most": 100},
    )
    least_source = SelectField(
        lazy_gettext("Least evidence"),
        choices=[(LEAVE, lazy_gettext("As each rule has it")), *translated(SOURCE_NAMES)],
    )
    refresher_months = NumberField(
        lazy_gettext("Months within which a refresher is enough"), validators=[Optional()], render_kw={"least": 0}
    )
    roles_change = RadiosField(
        lazy_gettext("What becomes of the roles"),
        choices=translated(ROLES_CHANGE_NAMES),
        default=RolesChange.KEEP.value,
    )
    roles = CheckboxesField(
        lazy_gettext("Roles"),
        description=lazy_gettext("For copies: none chosen means the roles of each rule."),
        choices=translated(ROLE_NAMES),
        validators=[Optional()],
    )
    to_task = SelectField(lazy_gettext("Copy them to the task"), validate_choice=False)
    note = LongTextField(
        lazy_gettext("Why the rules change"),
        description=lazy_gettext("It stays with the version."),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 2},
    )

    def offer(self, areas: Collection[Area]) -> None:
        """Tasks of these areas may be copied to."""
        self.to_task.choices = [
            wtforms.SelectChoice("", str(lazy_gettext("The task that each rule has"))),
            *(each for each in tasks_in(areas) if each.value),
        ]

    def to_chosen(self) -> Chosen:
        """The chosen rules, each with the roles for which it is changed."""
        only = {role.value for role in Role if role.value in (self.only_for.data or ())}
        found: dict[str, tuple[Role, ...]] = {}
        for word in (self.chosen.data or "").split():
            key, _, roles = word.partition(":")
            named = {each for each in roles.split(",") if each}
            asked = named & only if named and only else named or only
            if named and only and not asked:
                continue
            found[key] = tuple(role for role in Role if role.value in asked)
        return found

    def to_change(self) -> RulesChange:
        """What was entered, as the capability takes it; only for a form that is valid."""
        kind = ChangeKind(self.kind.data)
        roles = tuple(role for role in Role if role.value in (self.roles.data or ()))
        if kind is ChangeKind.DROP:
            return RulesChange(kind=kind)
        if kind is ChangeKind.COPY:
            task = TaskKindKey(self.to_task.data) if self.to_task.data in TASK_KINDS else None
            return RulesChange(kind=kind, roles=roles, to_task=task)
        how = RolesChange(self.roles_change.data)
        return RulesChange(
            kind=kind,
            level=Level(int(self.level.data)) if self.level.data else None,
            due=DueRule(self.due.data) if self.due.data else None,
            due_days=self.due_days.data,
            due_on=self.due_on.data,
            scope=Scope(self.scope.data) if self.scope.data else None,
            scope_size=self.scope_size.data,
            roles_change=how,
            roles=() if how is RolesChange.KEEP else roles,
            weight=self.weight.data,
            least_source=Source(self.least_source.data) if self.least_source.data else None,
            refresher_months=self.refresher_months.data,
        )


class NoteForm(PageForm):
    """Why the rules change, where nothing else is to be entered."""

    note = LongTextField(
        lazy_gettext("Why the rules change"),
        description=lazy_gettext("It stays with the version."),
        validators=[
            DataRequired(lazy_gettext("Say why the rules change: it stays with the version.")),
            Length(max=1000),
        ],
        render_kw={"rows": 2},
    )
    seen_number = wtforms.HiddenField()


class SheetForm(PageForm):
    """A sheet to be taken in: as a file at first, as text while it is looked at."""

    file = FileField(
        lazy_gettext("The sheet"),
        description=lazy_gettext("Comma-separated values in UTF-8, as they are downloaded here."),
        validators=[Optional()],
        render_kw={"accept": ".csv,.txt"},
    )
    whole = CheckboxField(
        lazy_gettext("Drop the rules that the sheet does not have"),
        description=lazy_gettext("Otherwise they stay as they are, and the sheet may hold a part of the rules."),
    )
    content = wtforms.HiddenField()
    seen_number = wtforms.HiddenField()
    note = LongTextField(
        lazy_gettext("Why the rules change"),
        description=lazy_gettext("It stays with the version."),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 2},
    )

    def to_content(self) -> bytes | None:
        """The sheet that was sent; None where there is none."""
        if self.file.data:
            return bytes(self.file.data.read())
        return self.content.data.encode() if self.content.data else None


class RuleForm(PageForm):
    """Which competency a task asks of a role."""

    task_kind = SelectField(lazy_gettext("Task"), validate_choice=False)
    modality = SelectField(
        lazy_gettext("Only where the mission is to"),
        choices=[("", lazy_gettext("act in any way")), *translated(MODALITY_NAMES)],
        validators=[Optional()],
    )
    roles = CheckboxesField(
        lazy_gettext("Roles"),
        description=lazy_gettext("None chosen means all."),
        choices=translated(ROLE_NAMES),
        validators=[Optional()],
    )
    competency = SelectField(lazy_gettext("Competency"), validate_choice=False)
    level = SelectField(
        lazy_gettext("Level"),
        choices=[(str(int(level)), lazy_gettext(LEVEL_NAMES[level])) for level in Level if level is not Level.NONE],
    )
    scope = RadiosField(lazy_gettext("Of whom"), choices=translated(SCOPE_NAMES), default=Scope.EVERYONE.value)
    scope_size = NumberField(
        lazy_gettext("How many, or what percentage"), validators=[Optional()], render_kw={"least": 1}
    )
    due = RadiosField(lazy_gettext("By when"), choices=translated(DUE_NAMES), default=DueRule.DAYS_AFTER.value)
    due_days = NumberField(
        lazy_gettext("Days after the task takes effect"),
        validators=[Optional()],
        default=60,
        render_kw={"least": 0},
    )
    due_on = DayField(lazy_gettext("By this day"), validators=[Optional()])
    weight = NumberField(
        lazy_gettext("Weight"),
        description=lazy_gettext("From 1 to 100: what is planned first when seats are short."),
        validators=[InputRequired(lazy_gettext("Enter a weight from 1 to 100."))],
        default=10,
        render_kw={"least": 1, "most": 100},
    )
    least_source = SelectField(
        lazy_gettext("Least evidence"), choices=translated(SOURCE_NAMES), default=Source.NATIONAL_CERTIFICATE.value
    )
    refresher_months = NumberField(
        lazy_gettext("Months within which a refresher is enough"),
        validators=[Optional()],
        default=24,
        render_kw={"least": 0},
    )
    note = LongTextField(
        lazy_gettext("Why the rules change"),
        validators=[
            DataRequired(lazy_gettext("Say why the rules change: it stays with the version.")),
            Length(max=1000),
        ],
        render_kw={"rows": 2},
    )
    seen_number = wtforms.HiddenField()

    def offer(
        self,
        competencies: Iterable[Competency],
        *,
        titles: Mapping[CompetencyKey, str],
        areas: Collection[Area],
    ) -> None:
        """Fill the choices that depend on what is on file; tasks of these areas alone."""
        self.task_kind.choices = tasks_in(areas)
        self.competency.choices = [
            wtforms.SelectChoice(each.key, titles[each.key]) for each in competencies if each.retired_on is None
        ]

    def to_rule(self, key: str) -> RequirementRule:
        """What was entered, as the capability takes it."""
        return RequirementRule(
            key=key,
            task_kind=TaskKindKey(self.task_kind.data) if self.task_kind.data else None,
            modality=Modality(self.modality.data) if self.modality.data else None,
            roles=tuple(role for role in Role if role.value in (self.roles.data or ())),
            competency=CompetencyKey(self.competency.data or ""),
            level=Level(int(self.level.data)),
            scope=Scope(self.scope.data),
            scope_size=self.scope_size.data or 0 if self.scope.data != Scope.EVERYONE.value else 0,
            due=DueRule(self.due.data),
            due_days=60 if self.due_days.data is None else self.due_days.data,
            due_on=self.due_on.data if self.due.data == DueRule.BY_DATE.value else None,
            weight=self.weight.data,
            least_source=Source(self.least_source.data),
            refresher_months=self.refresher_months.data or 0,
        )


def form_of_rule(rule: RequirementRule, *, number: int) -> RuleForm:
    """A form that holds a rule as it is."""
    return RuleForm(
        data={
            "task_kind": rule.task_kind or "",
            "modality": rule.modality.value if rule.modality else "",
            "roles": [role.value for role in rule.roles],
            "competency": rule.competency,
            "level": str(int(rule.level)),
            "scope": rule.scope.value,
            "scope_size": rule.scope_size or None,
            "due": rule.due.value,
            "due_days": rule.due_days,
            "due_on": rule.due_on,
            "weight": rule.weight,
            "least_source": rule.least_source.value,
            "refresher_months": rule.refresher_months,
            "seen_number": str(number),
        }
    )
