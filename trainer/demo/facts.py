"""The files of facts beside this module, as values: organisations, missions, instruments and requirement rules.

Only reads and judges; `load` stores. A file with a mistake is a fault of the product, told with all its mistakes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from trainer.accounts.values import Certainty, MissionStatus, OrganisationKind, Role
from trainer.competencies.values import CompetencyKey, Level, Source
from trainer.interop import toml_text
from trainer.interop.toml_text import Report, Table
from trainer.kernel.values import LocalText, Problem, wording
from trainer.mandates.values import (
    TASK_KINDS,
    CitedModality,
    DueRule,
    Force,
    Milestone,
    MilestoneKind,
    Modality,
    RequirementRule,
    Scope,
    TaskChange,
    TaskKindKey,
    TaskLine,
)

FOLDER = Path(__file__).parent
UNKNOWN = "unknown"
UNNUMBERED = "unnumbered"
"""The paragraph of a task whose operative paragraph is not on file; a number is never guessed."""
WHOLE = 1000
"""Shares of missions are per thousand people."""

Read = TypeVar("Read")


class BadFacts(ValueError):
    """A file of facts has mistakes; carries them all."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{each.file}:{each.line}: {each.message}" for each in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFact:
    """Who leads a mission or sends people to it."""

    key: str
    name: str
    kind: OrganisationKind
    languages: tuple[str, ...]
    """In which its people can be taught, most widely spoken first."""
    names: str
    """Key of the list of names its people are given."""
    invented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFact:
    """An invented unit of a kind that such a mission has."""

    key: str
    name: str
    organisation: str
    role: Role
    place: str
    share: int
    """Of the mission's people, in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionFact:
    """A mission with its invented units."""

    key: str
    name: str
    full_name: LocalText
    place: LocalText
    lead: str
    region: str
    time_zone: str
    strength: LocalText
    certainty: Certainty
    status: MissionStatus
    contributors: tuple[str, ...]
    share: int
    """Of all invented people, per thousand."""
    outside: tuple[tuple[Role, int], ...]
    """People in no unit, by role, in percent of the mission's people."""
    units: tuple[UnitFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFact:
    """A text of the Security Council, as far as it is on file."""

    mission: str
    symbol: str
    title: str
    adopted_on: date | None
    effective_on: date
    expires_on: date | None
    expiry_known: bool
    complete_adjustment: bool
    certainty: Certainty
    note: str
    draft: bool
    """Not published: waits to be."""
    tasks: tuple[TaskLine, ...]
    milestones: tuple[Milestone, ...] = ()

    @property
    def number(self) -> int:
        return int(self.symbol.rsplit("/", 1)[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All files of facts together, in their order."""

    organisations: tuple[OrganisationFact, ...]
    missions: tuple[MissionFact, ...]
    instruments: tuple[InstrumentFact, ...]
    rules: tuple[RequirementRule, ...]

    def instruments_of(self, mission: str) -> tuple[InstrumentFact, ...]:
        return tuple(each for each in self.instruments if each.mission == mission)


@cache
def read_facts() -> Facts:
    """Read the files beside this module; raises BadFacts."""
    facts, problems = read_folder(FOLDER)
    if problems:
        raise BadFacts(problems)
    return facts


def read_folder(folder: Path) -> tuple[Facts, tuple[Problem, ...]]:
    """Read the four files of a folder, with every mistake found in any of them."""
    reports: list[Report] = []

    def of(name: str, read: Callable[[Table], tuple[Read, ...]]) -> tuple[Read, ...]:
        report = Report(file=name)
        reports.append(report)
        table = toml_text.parse((folder / name).read_text("utf-8"), report=report)
        return () if table is None else read(table)

    organisations = of("organisations.toml", _organisations)
    known = {each.key for each in organisations}
    missions = of("missions.toml", lambda table: _missions(table, organisations=known))
    keys = {each.key for each in missions}
    instruments = of("instruments.toml", lambda table: _instruments(table, missions=keys))
    rules = of("rules.toml", _rules)
    facts = Facts(organisations=organisations, missions=missions, instruments=instruments, rules=rules)
    return facts, tuple(problem for report in reports for problem in report.problems)


def _organisations(table: Table) -> tuple[OrganisationFact, ...]:
    found: list[OrganisationFact] = []
    kinds = [each.value for each in OrganisationKind]
    for each in table.tables("organisations"):
        kind = each.choice("kind", kinds) or kinds[0]
        found.append(_organisation(each, kind=OrganisationKind(kind), invented=False))
    found.extend(
        _organisation(each, kind=OrganisationKind.MEMBER_STATE, invented=True) for each in table.tables("contributors")
    )
    table.close()
    _refuse_twice(table, "contributors", (each.key for each in found))
    return tuple(found)


def _organisation(table: Table, *, kind: OrganisationKind, invented: bool) -> OrganisationFact:
    fact = OrganisationFact(
        key=table.key("key"),
        name=table.text("name"),
        kind=kind,
        languages=table.keys("languages"),
        names=table.key("names"),
        invented=invented,
    )
    if not fact.languages:
        table.refuse("languages", wording("“{key}” needs at least one language.", key=fact.key))
    table.close()
    return fact


def _missions(table: Table, *, organisations: set[str]) -> tuple[MissionFact, ...]:
    found = tuple(_mission(each, organisations=organisations) for each in table.tables("missions"))
    table.close()
    _refuse_twice(table, "missions", (each.key for each in found))
    if found and sum(each.share for each in found) != WHOLE:
        table.refuse("missions", wording("The shares of all missions must make {whole} together.", whole=WHOLE))
    return found


def _mission(table: Table, *, organisations: set[str]) -> MissionFact:
    outside = tuple((_role(each), each.number("share", least=1, most=100) or 0) for each in table.tables("outside"))
    units = tuple(_unit(each, organisations=organisations) for each in table.tables("units"))
    fact = MissionFact(
        key=table.key("key"),
        name=table.text("name"),
        full_name=table.local("full_name"),
        place=table.local("place"),
        lead=table.text("lead"),
        region=table.key("region"),
        time_zone=table.text("time_zone"),
        strength=table.local("strength"),
        certainty=_certainty(table),
        status=MissionStatus(table.choice("status", list(MissionStatus)) or MissionStatus.ACTIVE),
        contributors=table.keys("contributors"),
        share=table.number("share", least=0, most=WHOLE) or 0,
        outside=outside,
        units=units,
    )
    total = sum(share for _, share in outside) + sum(each.share for each in units)
    if total != (100 if fact.share else 0):
        table.refuse("share", wording("The shares of “{key}” must make 100 together, or nothing.", key=fact.key))
    for name in set(fact.contributors) - organisations:
        table.refuse("contributors", wording("There is no organisation “{key}”.", key=name))
    _refuse_twice(table, "units", (each.key for each in units))
    table.close()
    return fact


def _unit(table: Table, *, organisations: set[str]) -> UnitFact:
    fact = UnitFact(
        key=table.key("key"),
        name=table.text("name"),
        organisation=table.choice("organisation", sorted(organisations)),
        role=_role(table),
        place=table.text("place"),
        share=table.number("share", least=1, most=100) or 0,
    )
    table.close()
    return fact


def _instruments(table: Table, *, missions: set[str]) -> tuple[InstrumentFact, ...]:
    found: list[InstrumentFact] = []
    for each in table.tables("instruments"):
        fact = _instrument(each, missions=missions)
        if any((fact.mission, fact.symbol) == (other.mission, other.symbol) for other in found):
            each.refuse("symbol", wording("“{symbol}” stands here twice.", symbol=fact.symbol))
        found.append(fact)
    table.close()
    return tuple(found)


def _instrument(table: Table, *, missions: set[str]) -> InstrumentFact:
    lines = tuple(_task(each) for each in table.tables("tasks"))
    symbol = table.text("symbol")
    if not symbol.rsplit("/", 1)[-1].isdigit():
        table.refuse("symbol", wording("“{symbol}” does not end in a number.", symbol=symbol))
        symbol = "S/RES/0"
    table_expires = table.optional_text("expires_on")
    effective = _day(table, "effective_on", table.text("effective_on")) or date.min
    expires = None if table_expires in (None, UNKNOWN) else _day(table, "expires_on", table_expires)
    if expires is not None and expires <= effective:
        table.refuse("expires_on", wording("“{symbol}” must expire after it takes effect.", symbol=symbol))
    adopted = table.optional_text("adopted_on")
    certainty = _certainty(table)
    note = table.optional_text("note") or ""
    least = min((certainty, *(level for _, level in lines if level is not None)), key=_standing)
    if least is not certainty:
        note = f"{note} The tasks are {_IN_WORDS[least]}.".strip()
    fact = InstrumentFact(
        mission=table.choice("mission", sorted(missions)),
        symbol=symbol,
        title=table.text("title"),
        adopted_on=None if adopted is None else _day(table, "adopted_on", adopted),
        effective_on=effective,
        expires_on=expires,
        expiry_known=table_expires != UNKNOWN,
        complete_adjustment=_optional_choice(table, "adjustment", "complete"),
        certainty=certainty,
        note=note,
        draft=_optional_choice(table, "state", "draft"),
        tasks=tuple(line for line, _ in lines),
        milestones=tuple(_milestone(each) for each in table.tables("milestones")),
    )
    identities = [line.identity for line in fact.tasks]
    for task, place in {each for each in identities if identities.count(each) > 1}:
        table.refuse(
            "tasks", wording("“{symbol}” says “{task}” twice for {place}.", symbol=symbol, task=task, place=place)
        )
    table.close()
    return fact


_IN_WORDS = {
    Certainty.SEEN: "as read in the text",
    Certainty.PART_SEEN: "the main areas, seen in part",
    Certainty.KNOWLEDGE: "from general knowledge, not verified",
}


def _standing(certainty: Certainty) -> int:
    return (Certainty.KNOWLEDGE, Certainty.PART_SEEN, Certainty.SEEN).index(certainty)


def _task(table: Table) -> tuple[TaskLine, Certainty | None]:
    task = table.choice("task", [str(each) for each in TASK_KINDS])
    modalities = {_member(table, "modalities", Modality, each) for each in table.texts("modalities")}
    paragraph = table.text("paragraph")
    starts, ends = table.optional_text("starts_on"), table.optional_text("ends_on")
    own = table.optional_text("certainty")
    line = TaskLine(
        task_kind=TaskKindKey(task or next(iter(TASK_KINDS))),
        change=_optional_member(table, "change", TaskChange, TaskChange.SET),
        paragraph=paragraph,
        modalities=tuple(each for each in Modality if each in modalities),
        force=_optional_member(table, "force", Force, Force.REQUESTED),
        priority=table.optional_number("priority", default=2, least=1, most=3),
        area_of_operations=table.optional_text("area") or "",
        starts_on=None if starts is None else _day(table, "starts_on", starts),
        ends_on=None if ends is None else _day(table, "ends_on", ends),
        words=table.optional_text("words") or "",
        cited=tuple(_cited(each) for each in table.tables("cited")),
        begins_with=table.optional_text("begins_with") or "",
        ends_with=table.optional_text("ends_with") or "",
        ahead=_optional_choice(table, "train", "ahead"),
    )
    table.close()
    return line, None if own is None else _member(table, "certainty", Certainty, own)


def _milestone(table: Table) -> Milestone:
    starts, ends = table.optional_text("starts_on"), table.optional_text("ends_on")
    found = Milestone(
        name=table.text("name"),
        kind=_optional_member(table, "kind", MilestoneKind, MilestoneKind.CONDITION),
        paragraph=table.optional_text("paragraph") or "",
        words=table.optional_text("words") or "",
        starts_on=None if starts is None else _day(table, "starts_on", starts),
        ends_on=None if ends is None else _day(table, "ends_on", ends),
        begins_with=table.optional_text("begins_with") or "",
    )
    table.close()
    return found


def _cited(table: Table) -> CitedModality:
    named = table.choice("modality", [*Modality, Force.ENCOURAGED])
    cited = CitedModality(
        modality=Modality(named) if named in list(Modality) else None, paragraph=table.text("paragraph")
    )
    table.close()
    return cited


def _rules(table: Table) -> tuple[RequirementRule, ...]:
    found = tuple(rule for each in table.tables("rules") for rule in _rule(each))
    table.close()
    _refuse_twice(table, "rules", (each.key for each in found))
    return found


def _rule(table: Table) -> tuple[RequirementRule, ...]:
    key = table.key("key")
    tasks = table.texts("tasks")
    for each in set(tasks) - set(TASK_KINDS):
        table.refuse("tasks", wording("There is no task kind “{task}”.", task=each))
    modality = table.optional_text("modality")
    roles = tuple(_member(table, "roles", Role, each) for each in table.texts("roles"))
    scope = _optional_member(table, "scope", Scope, Scope.EVERYONE)
    size = table.optional_number("size", default=0, least=1, most=100)
    if (scope is Scope.EVERYONE) is not (size == 0):
        table.refuse("key", wording("“{key}” needs a size with its scope, and only then.", key=key))
    rule = RequirementRule(
        key=key,
        task_kind=None,
        modality=None if modality is None else _member(table, "modality", Modality, modality),
        roles=tuple(dict.fromkeys(roles)),
        competency=CompetencyKey(table.key("competency")),
        level=Level(table.number("level", least=1, most=4) or 1),
        scope=scope,
        scope_size=size,
        due=DueRule(table.choice("due", [DueRule.BEFORE_DEPLOYMENT, DueRule.DAYS_AFTER]) or DueRule.DAYS_AFTER),
        due_days=table.number("due_days", least=0, most=365) or 0,
        weight=table.number("weight", least=1, most=100) or 1,
        least_source=_optional_member(table, "least_source", Source, Source.NATIONAL_CERTIFICATE),
        refresher_months=table.optional_number("refresher_months", default=24, least=1, most=60),
    )
    table.close()
    if not tasks:
        return (rule,)
    return tuple(_for_task(rule, task, alone=len(tasks) == 1) for task in tasks if task in TASK_KINDS)


def _for_task(rule: RequirementRule, task: str, *, alone: bool) -> RequirementRule:
    return RequirementRule(
        key=rule.key if alone else f"{rule.key}-{task.lower()}",
        task_kind=TaskKindKey(task),
        modality=rule.modality,
        roles=rule.roles,
        competency=rule.competency,
        level=rule.level,
        scope=rule.scope,
        scope_size=rule.scope_size,
        due=rule.due,
        due_days=rule.due_days,
        weight=rule.weight,
        least_source=rule.least_source,
        refresher_months=rule.refresher_months,
    )


def _role(table: Table) -> Role:
    return Role(table.choice("role", list(Role)) or Role.CIVILIAN)


def _certainty(table: Table) -> Certainty:
    return Certainty(table.choice("certainty", list(Certainty)) or Certainty.KNOWLEDGE)


def _day(table: Table, name: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        table.refuse(name, wording("“{name}” must be a day, such as 2026-11-24.", name=name))
        return None


Kind = TypeVar("Kind", Certainty, Force, MilestoneKind, Modality, Role, Scope, Source, TaskChange)


def _member(table: Table, name: str, kind: type[Kind], text: str) -> Kind:
    members = list(kind)
    if text not in [each.value for each in members]:
        allowed = ", ".join(each.value for each in members)
        table.refuse(
            name, wording("“{name}” is “{value}”. Use one of: {allowed}.", name=name, value=text, allowed=allowed)
        )
        return members[0]
    return kind(text)


def _optional_member(table: Table, name: str, kind: type[Kind], otherwise: Kind) -> Kind:
    text = table.optional_text(name)
    return otherwise if text is None else _member(table, name, kind, text)


def _optional_choice(table: Table, name: str, word: str) -> bool:
    text = table.optional_text(name)
    if text not in (None, word):
        table.refuse(name, wording("“{name}” is “{word}” or left out.", name=name, word=word))
    return text == word


def _refuse_twice(table: Table, name: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            table.refuse(name, wording("“{key}” stands here twice. Keys are unique.", key=key))
        seen.add(key)
