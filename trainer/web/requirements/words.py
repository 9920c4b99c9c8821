"""Rules in words, as the pages of requirements say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from trainer.accounts.values import Role
from trainer.competencies.values import Competency, CompetencyKey
from trainer.mandates.values import DueRule, Move, RequirementRule, TaskKindKey
from trainer.requirements.values import RuleMove, area_of
from trainer.web.filters import listed
from trainer.web.mandates.words import due, kind_name, of_whom
from trainer.web.words import level, local, name


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """A rule in the reader's words, worked out once for all the cells it stands in."""

    key: str
    task: str
    title: str
    """Of the competency; its key where no framework in use has it."""
    level: str
    roles: str
    due: str
    whom: str
    condition: str
    """The way of acting it depends on, or nothing."""

    @property
    def facts(self) -> str:
        """All but the competency in one line."""
        return comma().join(each for each in (self.condition, self.whom, self.due) if each)


def comma() -> str:
    """What stands between the parts of a line."""
    locale = get_locale()
    return "، " if locale is not None and locale.language == "ar" else ", "


class Said:
    """Words of rules, each made when it is first asked for."""

    def __init__(self, competencies: Mapping[CompetencyKey, Competency]) -> None:
        self._competencies = competencies
        self._found: dict[RequirementRule, RuleWords] = {}

    def __call__(self, rule: RequirementRule) -> RuleWords:
        """The rule in words."""
        if rule not in self._found:
            self._found[rule] = RuleWords(
                key=rule.key,
                task=task_of(rule.task_kind),
                title=self.title(rule.competency),
                level=level(rule.level),
                roles=roles(rule.roles),
                due=due(rule),
                whom=of_whom(rule) or str(gettext("everyone")),
                condition=str(gettext("if to %(modality)s", modality=name(rule.modality))) if rule.modality else "",
            )
        return self._found[rule]

    def title(self, competency: CompetencyKey) -> str:
        """Of a competency; its key where no framework in use has it."""
        known = self._competencies.get(competency)
        return local(known.title) if known else competency


def task_of(kind: TaskKindKey | str | None) -> str:
    """The name of a kind of task, or of the baseline."""
    return kind_name(kind) if kind else str(gettext("The baseline, in every mission"))


def roles(asked: tuple[Role, ...]) -> str:
    """Whom a rule asks."""
    return listed(name(role) for role in asked) if asked else str(gettext("all roles"))


def due_column(rule: DueRule) -> str:
    """A head of the matrix of one role."""
    return {
        DueRule.BEFORE_DEPLOYMENT: str(gettext("Before deployment")),
        DueRule.DAYS_AFTER: str(gettext("After the task takes effect")),
        DueRule.BY_DATE: str(gettext("By a date")),
    }[rule]


def levels(found: tuple[RequirementRule, ...]) -> str:
    """The level of the rules of a cell, or the highest of several."""
    highest = max(rule.level for rule in found)
    if all(rule.level == highest for rule in found):
        return level(highest)
    return str(gettext("up to %(level)s", level=level(highest)))


def counted(found: tuple[RequirementRule, ...]) -> str:
    """How many rules stand in a cell."""
    return str(ngettext("1 rule", "%(num)s rules", len(found)))


def aspects(move: RuleMove, said: Said) -> list[tuple[str, str, str]]:
    """What differs between a rule before and after: the aspect and both sides; everything for a rule that is new or goes."""
    before = _all_aspects(move.before, said) if move.before else {}
    after = _all_aspects(move.after, said) if move.after else {}
    return [
        (aspect, before.get(aspect, ""), after.get(aspect, ""))
        for aspect in after or before
        if before.get(aspect) != after.get(aspect)
    ]


def _all_aspects(rule: RequirementRule, said: Said) -> dict[str, str]:
    words = said(rule)
    return {
        str(gettext("Task")): words.task,
        str(gettext("Only where the mission is to")): name(rule.modality) if rule.modality else "",
        str(gettext("Roles")): words.roles,
        str(gettext("Competency")): words.title,
        str(gettext("Level")): words.level,
        str(gettext("Of whom")): words.whom,
        str(gettext("By when")): words.due,
        str(gettext("Weight")): str(rule.weight),
        str(gettext("Least evidence")): name(rule.least_source),
        str(gettext("Months within which a refresher is enough")): str(rule.refresher_months),
    }


MOVE_WORDS: Mapping[Move, str] = {
    Move.ADDED: lazy_gettext("added"),
    Move.CHANGED: lazy_gettext("changed"),
    Move.DROPPED: lazy_gettext("dropped"),
    Move.KEPT: lazy_gettext("kept"),
}


def move_word(move: Move) -> str:
    """What a rule does between two states."""
    return str(MOVE_WORDS[move])


def note(text: str) -> str:
    """A note on a version of the rules: in the reader's language where Trainer itself wrote it, else as somebody did."""
    return str(gettext(text)) if text.strip() else ""


FILTERS: Mapping[str, Callable[..., object]] = {
    "due_column": due_column,
    "rule_area": area_of,
    "rule_count": counted,
    "rule_levels": levels,
    "rule_move": move_word,
    "rule_note": note,
    "rule_roles": roles,
    "rule_task": task_of,
}
"""Handed to the template environment with the blueprint."""
