"""The judgements of mandates: what is in force, what a text changes, what is wrong with a draft, what tasks ask of people.

Pure: instruments, rules and profiles come in, values go out. What is stored, and for whom it is read, is not known here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain, count, pairwise

from trainer.accounts.values import MissionId, PersonProfile, Role, UnitId
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, Competency, CompetencyKey, Currency, Evidence, Requirement, TaskRef
from trainer.kernel.values import PersonId, Problem, Wording, wording
from trainer.mandates.values import (
    TASK_KINDS,
    Demand,
    DemandsByRole,
    DueRule,
    Ending,
    EndingKind,
    Force,
    Instrument,
    InstrumentDraft,
    MandatedTask,
    MandateShift,
    Modality,
    Move,
    RequirementRule,
    Scope,
    StepKind,
    TaskChange,
    TaskKindKey,
    TaskLine,
    TaskMove,
    TaskSource,
    TaskStep,
)

Identity = tuple[TaskKindKey, str]
Group = tuple[MissionId, UnitId | None, Role]
"""Whom a demand on part of a unit is laid upon: the unit, or a mission's people of a role outside units."""

PRIORITY_WEIGHT: Mapping[int, int] = {1: 3, 2: 2, 3: 1}
FORCE_WEIGHT: Mapping[Force, int] = {Force.REQUESTED: 2, Force.ENCOURAGED: 1}
BASELINE_WEIGHT = PRIORITY_WEIGHT[2] * FORCE_WEIGHT[Force.REQUESTED]
"""No text ranks the baseline; it counts as a requested task of middle priority, and its rules say how much it weighs."""
BASELINE_SINCE = date(1945, 10, 24)
"""The baseline holds whatever the mandate; the day the Charter came into force stands for 'always'."""

SYMBOL = re.compile(r"[A-Z]+(?:/[A-Z0-9.-]+)*/(?:[A-Z]+\.)?(?P<number>\d{1,9})(?: \((?P<year>\d{4})\))?")
MOST_SYMBOL_LETTERS = 60
MOST_AREA_LETTERS = 120
MOST_PHRASE_LETTERS = 120

_PLACE: Mapping[TaskKindKey, int] = {key: place for place, key in enumerate(TASK_KINDS)}
_MODALITIES = tuple(Modality)


# What is in force


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Days in which one statement of how a task is to be done holds; half-open, an open end is None."""

    start: date
    end: date | None
    modalities: tuple[Modality, ...]
    force: Force
    priority: int
    instrument: Instrument
    paragraph: str
    words: str
    sources: tuple[TaskSource, ...]

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mandate:
    """One mission's tasks over time, as the known instruments say."""

    mission: MissionId
    instruments: tuple[Instrument, ...]
    """In their order."""
    stretches: Mapping[Identity, tuple[_Stretch, ...]]
    """By task, in the order of the vocabulary; of one task in the order of days, without overlap."""


def in_force(
    instruments: Iterable[Instrument], *, on: date, known_at: datetime | None = None
) -> tuple[MandatedTask, ...]:
    """Return the tasks in force on a day, by mission, then in the order of the vocabulary.

    `known_at` reads the mandate as it was known at an instant: without what was published later, with what was withdrawn later.
    None: as it is known by all that is on file.

    Source: the inheritance rule of PEMA (Di Salvatore et al. 2022, doi 10.1177/00220027211068897): a renewal that does not
    mention a task does not end it, unless it adjusts the whole mandate. A lapsed period ends no task; it takes away the
    verification of its renewal.
    """
    return tuple(
        task for mandate in _mandates(instruments, known_at=known_at) for task in _read(mandate, on=on, end=on)
    )


def coming(
    instruments: Iterable[Instrument], *, on: date, known_at: datetime | None = None
) -> tuple[MandatedTask, ...]:
    """Return the tasks in force on a day and, behind each, what published texts say it will be later.

    One task may stand there several times: as it is, and with `begins_on` as it will be from that day.
    """
    return tuple(
        task for mandate in _mandates(instruments, known_at=known_at) for task in _read(mandate, on=on, end=date.max)
    )


def known(instruments: Iterable[Instrument], *, known_at: datetime | None = None) -> tuple[Instrument, ...]:
    """Return the instruments that count, in their order: published by then and not withdrawn by then; None for now."""
    return tuple(sorted((each for each in instruments if _is_known(each, known_at)), key=order_of))


def order_of(instrument: Instrument) -> tuple[date, int, int]:
    """Return what instruments of one mission are ordered by: the effective day, then the number."""
    return instrument.effective_on, instrument.number, instrument.id


def _is_known(instrument: Instrument, known_at: datetime | None) -> bool:
    if known_at is None:
        return instrument.withdrawn_at is None
    return instrument.published_at <= known_at and (
        instrument.withdrawn_at is None or known_at < instrument.withdrawn_at
    )


def period_end(instruments: Sequence[Instrument], *, on: date) -> tuple[date | None, bool]:
    """Return the first day after the period that counts on a day, and whether any text says when the period ends.

    The instruments are those that count, in their order.
    (None, True) is open-ended; (None, False) not known. A text that is silent on the period leaves the one before.
    """
    for instrument in reversed(instruments):
        if instrument.effective_on <= on and (instrument.expires_on is not None or instrument.expiry_known):
            return instrument.expires_on, True
    return None, False


def is_verified(end: tuple[date | None, bool], *, on: date) -> bool:
    """Tell whether the mandate runs on that day by a period that is on file."""
    expires_on, stated = end
    return stated and (expires_on is None or on < expires_on)


def _mandates(instruments: Iterable[Instrument], *, known_at: datetime | None) -> list[_Mandate]:
    by_mission: defaultdict[MissionId, list[Instrument]] = defaultdict(list)
    for instrument in known(instruments, known_at=known_at):
        by_mission[instrument.mission].append(instrument)
    return [_mandate(mission, by_mission[mission]) for mission in sorted(by_mission)]


def _mandate(mission: MissionId, ordered: Sequence[Instrument]) -> _Mandate:
    stretches: dict[Identity, tuple[_Stretch, ...]] = {}
    for instrument in ordered:
        said = {line.identity: line for line in instrument.tasks}
        if instrument.complete_adjustment:
            for identity in stretches.keys() - said.keys():
                stretches[identity] = _cut(stretches[identity], instrument.effective_on)
        for identity, line in said.items():
            stretches[identity] = _after(stretches.get(identity, ()), line, instrument)
    in_order = sorted(stretches, key=lambda identity: (_PLACE[identity[0]], identity[1]))
    return _Mandate(
        mission=mission,
        instruments=tuple(ordered),
        stretches={identity: stretches[identity] for identity in in_order},
    )


def _cut(stretches: Sequence[_Stretch], day: date) -> tuple[_Stretch, ...]:
    """What is left of the stretches before the day."""
    return tuple(
        each if each.end is not None and each.end <= day else replace(each, end=day)
        for each in stretches
        if each.start < day
    )


def _after(stretches: tuple[_Stretch, ...], line: TaskLine, instrument: Instrument) -> tuple[_Stretch, ...]:
    """The stretches of one task once the instrument has spoken; what it says supersedes what older texts put off."""
    start = max(line.starts_on or instrument.effective_on, instrument.effective_on)
    if line.change is TaskChange.END:
        return _cut(stretches, max(line.ends_on or start, start))
    extends = line.change is TaskChange.EXTEND and not instrument.complete_adjustment
    if extends and any(each.covers(start) for each in stretches):
        return tuple(part for each in stretches for part in _extended(each, line, instrument, start))
    # what it was until then: of what ends on that day and what runs on, the latter
    before = next((each for each in reversed(stretches) if each.covers(start) or each.end == start), None)
    left = _cut(stretches, start)
    if line.ends_on is not None and line.ends_on <= start:
        return left
    stated = _Stretch(
        start=start,
        end=line.ends_on,
        modalities=line.modalities,
        force=line.force,
        priority=line.priority,
        instrument=instrument,
        paragraph=line.paragraph,
        words=line.words,
        sources=_sources(line, instrument, start, before=before.sources if before else ()),
    )
    return (*left, stated)


def _extended(stretch: _Stretch, line: TaskLine, instrument: Instrument, start: date) -> tuple[_Stretch, ...]:
    if stretch.end is not None and stretch.end <= start:
        return (stretch,)
    since = max(stretch.start, start)
    added = {each.modality: each for each in _sources(line, instrument, since, before=stretch.sources)}
    sources = {each.modality: each for each in stretch.sources} | added
    extended = replace(
        stretch,
        start=since,
        modalities=tuple(each for each in _MODALITIES if each in stretch.modalities or each in line.modalities),
        force=Force.REQUESTED if Force.REQUESTED in (stretch.force, line.force) else Force.ENCOURAGED,
        priority=min(stretch.priority, line.priority),
        instrument=instrument,
        paragraph=line.paragraph,
        words=line.words or stretch.words,
        sources=tuple(sources[each] for each in (*_MODALITIES, None) if each in sources),
    )
    return (extended,) if stretch.start >= start else (replace(stretch, end=start), extended)


def _sources(
    line: TaskLine, instrument: Instrument, start: date, *, before: Iterable[TaskSource]
) -> tuple[TaskSource, ...]:
    since = {each.modality: each.since_on for each in before}
    cited = {each.modality: each.paragraph for each in line.cited}
    named: list[Modality | None] = [each for each in _MODALITIES if each in line.modalities]
    if not named or None in cited:
        named.append(None)
    return tuple(
        TaskSource(
            modality=modality,
            since_on=since.get(modality, start),
            instrument=instrument.id,
            symbol=instrument.symbol,
            paragraph=cited.get(modality, line.paragraph),
        )
        for modality in named
    )


def _read(mandate: _Mandate, *, on: date, end: date) -> Iterable[MandatedTask]:
    """The tasks of a mission as they stand on `on`, with what begins after it up to `end`."""
    latest = next((each for each in reversed(mandate.instruments) if each.effective_on <= on), None)
    mentioned = {line.identity for line in latest.tasks} if latest else set()
    verified = is_verified(period_end(mandate.instruments, on=on), on=on)
    for identity, stretches in mandate.stretches.items():
        for place, stretch in enumerate(stretches):
            if stretch.start > end or (stretch.end is not None and stretch.end <= on):
                continue
            since_on, ends_on = _run(stretches, place)
            ahead = on < stretch.start
            yield MandatedTask(
                mission=mandate.mission,
                task_kind=identity[0],
                area=TASK_KINDS[identity[0]].area,
                area_of_operations=identity[1],
                modalities=stretch.modalities,
                force=stretch.force,
                priority=stretch.priority,
                since_on=since_on,
                ends_on=ends_on,
                instrument=stretch.instrument.id,
                symbol=stretch.instrument.symbol,
                paragraph=stretch.paragraph,
                words=stretch.words,
                inherited=not ahead and identity not in mentioned,
                renewal_verified=verified,
                begins_on=stretch.start if ahead else None,
                sources=stretch.sources,
            )


def _run(stretches: Sequence[_Stretch], place: int) -> tuple[date, date | None]:
    """First day and end of the days without a break around one stretch."""
    first = last = place
    while first and stretches[first - 1].end == stretches[first].start:
        first -= 1
    while last + 1 < len(stretches) and stretches[last].end == stretches[last + 1].start:
        last += 1
    return stretches[first].start, stretches[last].end


# What a text changes


def compare(before: Sequence[MandatedTask], after: Sequence[MandatedTask]) -> MandateShift:
    """Return what moves between two states, task by task, in the order of the vocabulary.

    A task is changed when modalities, force, priority or dates differ; another paragraph that says the same changes nothing.
    """
    was, will_be = _by_task(before), _by_task(after)
    tasks = sorted(was.keys() | will_be.keys(), key=lambda each: (each[0], _PLACE[each[1]], each[2]))
    return MandateShift(moves=tuple(_move(was.get(each, ()), will_be.get(each, ())) for each in tasks))


def shift_of(instrument: Instrument, *, among: Iterable[Instrument]) -> MandateShift:
    """Return what an instrument changes of what the texts before it say, from its effective day on.

    Instruments that come after it are left out; when there are any, the shift says that it is inserted into history.
    """
    others = known(each for each in among if each.id != instrument.id)
    before = tuple(each for each in others if order_of(each) < order_of(instrument))
    on = instrument.effective_on
    shift = compare(coming(before, on=on), coming((*before, replace(instrument, withdrawn_at=None)), on=on))
    return replace(shift, inserted_into_history=len(before) < len(others))


def _by_task(
    tasks: Iterable[MandatedTask],
) -> dict[tuple[MissionId, TaskKindKey, str], tuple[MandatedTask, ...]]:
    found: dict[tuple[MissionId, TaskKindKey, str], tuple[MandatedTask, ...]] = {}
    for task in tasks:
        key = (task.mission, *task.identity)
        found[key] = (*found.get(key, ()), task)
    return found


def _move(before: Sequence[MandatedTask], after: Sequence[MandatedTask]) -> TaskMove:
    if not before:
        return TaskMove(move=Move.ADDED, before=None, after=after[0])
    if not after:
        return TaskMove(move=Move.DROPPED, before=before[0], after=None)
    pairs = zip(before, after, strict=False)
    differing = next((place for place, (one, other) in enumerate(pairs) if _way(one) != _way(other)), None)
    if differing is None and len(before) == len(after):
        return TaskMove(move=Move.KEPT, before=before[0], after=after[0])
    place = min(len(before), len(after)) if differing is None else differing
    return TaskMove(
        move=Move.CHANGED,
        before=before[min(place, len(before) - 1)],
        after=after[min(place, len(after) - 1)],
    )


def _way(task: MandatedTask) -> tuple[tuple[Modality, ...], Force, int, date | None, date | None]:
    return task.modalities, task.force, task.priority, task.begins_on, task.ends_on


def compare_missions(one: Sequence[MandatedTask], other: Sequence[MandatedTask]) -> MandateShift:
    """Return how two missions differ, task by task: only the second has it, only the first, both do it otherwise or alike.

    Modalities, force and priority count; days do not, since each mission has its own.
    """
    was, will_be = ({task.identity: task for task in tasks} for tasks in (one, other))
    moves = []
    for identity in sorted(was.keys() | will_be.keys(), key=lambda each: (_PLACE[each[0]], each[1])):
        before, after = was.get(identity), will_be.get(identity)
        alike = before is not None and after is not None and _way(before)[:3] == _way(after)[:3]
        move = Move.ADDED if before is None else Move.DROPPED if after is None else Move.KEPT if alike else Move.CHANGED
        moves.append(TaskMove(move=move, before=before, after=after))
    return MandateShift(moves=tuple(moves))


def ending_of(task: MandatedTask, instruments: Iterable[Instrument], *, by: date) -> Ending | None:
    """Return what ended a task that was in force and is not any more `by` a day; None where nothing known did.

    The latest text that says so counts; where none does, the last day that the task was given with.
    """
    for text in reversed(known(instruments)):
        if text.effective_on > by or text.effective_on < task.since_on:
            continue
        line = next((each for each in text.tasks if each.identity == task.identity), None)
        if line is None and text.complete_adjustment:
            return _ending(EndingKind.NOT_MENTIONED, text, "", text.effective_on)
        if line is None or line.change is not TaskChange.END:
            continue
        start = max(line.starts_on or text.effective_on, text.effective_on)
        end = max(line.ends_on or start, start)
        if end <= by:
            return _ending(EndingKind.BY_TEXT, text, line.paragraph, end)
    if task.ends_on is not None and task.ends_on <= by:
        return Ending(
            kind=EndingKind.RAN_OUT,
            instrument=task.instrument,
            symbol=task.symbol,
            paragraph=task.paragraph,
            on=task.ends_on,
        )
    return None


def _ending(kind: EndingKind, text: Instrument, paragraph: str, on: date) -> Ending:
    return Ending(kind=kind, instrument=text.id, symbol=text.symbol, paragraph=paragraph, on=on)


def steps_of(texts: Sequence[Instrument], *, places: range) -> tuple[tuple[TaskStep, ...], ...]:
    """Return for each of the places what the text there does with every task, and what ran out since the text before.

    `texts` are of one mission, known and in their order; those after a place do not count for it. By the vocabulary.
    """
    if not places:
        return ()
    mission = texts[0].mission
    # each state of the mandate is worked out once: it is what the next text changes
    mandates = [_mandate(mission, texts[:place]) for place in range(places.start, places.stop + 1)]
    return tuple(
        _steps(texts[: place + 1], before=before, after=after)
        for place, (before, after) in zip(places, pairwise(mandates), strict=True)
    )


def _steps(texts: Sequence[Instrument], *, before: _Mandate, after: _Mandate) -> tuple[TaskStep, ...]:
    """What the last of the texts does."""
    text, earlier = texts[-1], texts[:-1]
    on = text.effective_on
    mentioned = {line.identity for line in text.tasks}
    shift = compare(tuple(_read(before, on=on, end=date.max)), tuple(_read(after, on=on, end=date.max)))
    steps = []
    for each in shift.moves:
        ended = ending_of(each.task, texts, by=date.max) if each.move is Move.DROPPED else None
        said_again = each.move is Move.KEPT and each.task.identity in mentioned
        steps.append(
            TaskStep(kind=StepKind.SAID_AGAIN if said_again else _STEPS[each.move], task=each.task, ended=ended)
        )
    if earlier:
        there = {step.task.identity for step in steps}
        last_on = earlier[-1].effective_on
        steps += [
            TaskStep(kind=StepKind.ENDED, task=task, ended=ending_of(task, earlier, by=on))
            for task in _read(before, on=last_on, end=last_on)
            if task.identity not in there
        ]
    return tuple(sorted(steps, key=lambda each: (_PLACE[each.task.task_kind], each.task.area_of_operations)))


_STEPS: Mapping[Move, StepKind] = {
    Move.ADDED: StepKind.ADDED,
    Move.CHANGED: StepKind.CHANGED,
    Move.DROPPED: StepKind.ENDED,
    Move.KEPT: StepKind.INHERITED,
}


# What is wrong with a draft


def clean_symbol(text: str) -> str:
    """Return a symbol as it is stored: upper case, single blanks, one before the year."""
    folded = re.sub(r"\s+", " ", text.strip()).upper()
    return re.sub(r"\s*\((\d{4})\)$", r" (\1)", re.sub(r"\s*/\s*", "/", folded))


def number_of(symbol: str) -> int | None:
    """Return the number in a symbol, by which instruments of a day are ordered; None for what is no symbol."""
    found = SYMBOL.fullmatch(symbol)
    return int(found["number"]) if found else None


def same_text(one: str, other: str) -> bool:
    """Tell whether two symbols name the same text: the year in brackets may be left out."""
    return re.sub(r" \(\d{4}\)$", "", one) == re.sub(r" \(\d{4}\)$", "", other)


def check_draft(
    draft: InstrumentDraft, *, instruments: Iterable[Instrument], in_force: Iterable[MandatedTask]
) -> tuple[Problem, ...]:
    """Return all that is wrong with a draft, in the order of the form; nothing when it may be published.

    `instruments` are the mission's; `in_force` its tasks when the draft takes effect, with what is already announced.
    """
    texts = known(instruments)
    problems = [*_heading_problems(draft, texts), *_period_problems(draft, texts)]
    there = {task.identity for task in in_force}
    seen: set[Identity] = set()
    for place, line in enumerate(draft.tasks):
        problems += [
            Problem(field=f"tasks-{place}-{field}", message=message)
            for field, message in _line_problems(line, draft, there=there, seen=seen)
        ]
        seen.add(line.identity)
    return tuple(problems)


def _heading_problems(draft: InstrumentDraft, instruments: Sequence[Instrument]) -> Iterable[Problem]:
    symbol = clean_symbol(draft.symbol)
    if number_of(symbol) is None or len(symbol) > MOST_SYMBOL_LETTERS:
        said = wording("Enter the symbol as printed on the text, for instance S/RES/2790 (2025).")
        yield Problem(field="symbol", message=said)
    elif any(same_text(symbol, each.symbol) for each in instruments):
        said = wording(
            "{symbol} is already on file for this mission. Open it there, or withdraw it before entering it anew.",
            symbol=symbol,
        )
        yield Problem(field="symbol", message=said)
    if draft.adopted_on is not None and draft.adopted_on > draft.effective_on:
        said = wording(
            "It was adopted on {adopted_on}: enter an effective day on or after that.",
            adopted_on=draft.adopted_on.isoformat(),
        )
        yield Problem(field="effective_on", message=said)
    if draft.expires_on is not None and draft.expires_on <= draft.effective_on:
        said = wording("Enter a last day on or after the effective day.")
        yield Problem(field="expires_on", message=said)
    if draft.expires_on is not None and not draft.expiry_known:
        said = wording("A period that is not known has no last day: take the day away, or say that it is known.")
        yield Problem(field="expires_on", message=said)


def _period_problems(draft: InstrumentDraft, instruments: Sequence[Instrument]) -> Iterable[Problem]:
    """A text cannot carry on a mandate that has run out, unless somebody says what was in between."""
    earlier = [each for each in instruments if each.effective_on < draft.effective_on]
    ended_on, _ = period_end(earlier, on=draft.effective_on)
    if ended_on is None or draft.effective_on <= ended_on or draft.complete_adjustment or draft.note.strip():
        return
    said = wording(
        "The mandate ran out before that, with {last_on} as its last day. Enter the text that renewed it first, tick that this "
        "one replaces the whole mandate, or say in the note what is known of the time between.",
        last_on=(ended_on - timedelta(days=1)).isoformat(),
    )
    yield Problem(field="effective_on", message=said)


def _line_problems(
    line: TaskLine, draft: InstrumentDraft, *, there: Collection[Identity], seen: Collection[Identity]
) -> Iterable[tuple[str, Wording]]:
    if line.task_kind not in TASK_KINDS:
        yield "task_kind", wording("Choose a task of the list.")
    elif line.identity in seen:
        yield "task_kind", wording("This task is already in the draft for the same area of operations. Say it once.")
    if len(line.area_of_operations) > MOST_AREA_LETTERS:
        yield "area_of_operations", wording("Name the area in at most {most} letters.", most=MOST_AREA_LETTERS)
    if line.change is TaskChange.END and line.identity not in there:
        yield "change", wording("This task is not in force then, so it cannot be ended. Remove it from the draft.")
    if line.change is TaskChange.EXTEND and line.identity not in there:
        yield "change", wording("This task is not in force then, so nothing can be added to it. Give it instead.")
    if not line.paragraph.strip():
        yield "paragraph", wording("Enter the paragraph that says so, or 'unnumbered' where it has no number.")
    if line.change is not TaskChange.END and line.force is Force.REQUESTED and not line.modalities:
        yield "modalities", wording("Choose how the mission is to act: a requested task needs at least one way.")
    if line.change is not TaskChange.END and line.priority not in PRIORITY_WEIGHT:
        yield "priority", wording("Choose a priority from 1, the highest, to 3.")
    if line.starts_on is not None and line.starts_on < draft.effective_on:
        yield "starts_on", wording("It cannot start before the text takes effect. Enter a later day, or none.")
    if line.ends_on is None:
        return
    if line.change is TaskChange.EXTEND:
        yield "ends_on", wording("What is added lasts as long as its task. To give it an end, say the task anew.")
    elif line.ends_on <= (line.starts_on or draft.effective_on) and line.change is TaskChange.SET:
        yield "ends_on", wording("Enter a last day on or after the day it starts.")
    elif line.ends_on < draft.effective_on:
        yield "ends_on", wording("It cannot end before the text takes effect. Enter a later day, or none.")


# What tasks ask of people


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One rule met by one task."""

    rule: RequirementRule
    weight: int
    effective_on: date
    because: TaskRef


def demands_from(
    tasks: Iterable[MandatedTask],
    rules: Iterable[RequirementRule],
    *,
    role: Role,
    areas: Mapping[CompetencyKey, Area],
    mission: MissionId | None = None,
) -> tuple[Demand, ...]:
    """Return what the tasks of one mission ask of a role; baseline rules ask whatever the tasks.

    One demand for each competency asked of everyone, at the highest level asked; one more for each size and level asked
    of part of a unit. The due rule is that of the heaviest rule at the level. Rules for competencies without an area
    (of no framework in use) are passed over. `mission` names it where there may be no task that does.
    """
    tasks = tuple(tasks)
    where = mission if mission is not None else next((task.mission for task in tasks), MissionId(0))
    by_kind: defaultdict[TaskKindKey, list[MandatedTask]] = defaultdict(list)
    for task in tasks:
        by_kind[task.task_kind].append(task)
    asks: defaultdict[tuple[CompetencyKey, Scope, int, int], list[_Ask]] = defaultdict(list)
    for rule in rules:
        if (rule.roles and role not in rule.roles) or rule.competency not in areas:
            continue
        found = _baseline(rule, where) if rule.task_kind is None else _asks_of(rule, by_kind.get(rule.task_kind, ()))
        if rule.scope is Scope.EVERYONE:
            asks[rule.competency, rule.scope, 0, 0] += found
        else:
            asks[rule.competency, rule.scope, rule.scope_size, int(rule.level)] += found
    demands = [_demand(found, role=role, areas=areas) for found in asks.values() if found]
    places = {area: place for place, area in enumerate(Area)}
    return tuple(
        sorted(demands, key=lambda each: (places[each.area], each.competency, each.scope, each.scope_size, each.level))
    )


def _baseline(rule: RequirementRule, mission: MissionId) -> list[_Ask]:
    because = TaskRef(mission=mission, instrument=None, symbol="", paragraph="", task_kind="", rule=rule.key)
    weight = rule.weight * BASELINE_WEIGHT
    return [_Ask(rule=rule, weight=weight, effective_on=BASELINE_SINCE, because=because)]


def _asks_of(rule: RequirementRule, tasks: Iterable[MandatedTask]) -> list[_Ask]:
    return [
        _Ask(
            rule=rule,
            weight=rule.weight * PRIORITY_WEIGHT.get(task.priority, 1) * FORCE_WEIGHT[task.force],
            effective_on=_asked_since(rule, task),
            because=_task_ref(rule, task),
        )
        for task in tasks
        if rule.modality is None or rule.modality in task.modalities
    ]


def _asked_since(rule: RequirementRule, task: MandatedTask) -> date:
    """Since when, or from when, the task asks this: of a single modality since that was given."""
    if rule.modality is not None:
        return next((each.since_on for each in task.sources if each.modality is rule.modality), task.since_on)
    return task.since_on


def _task_ref(rule: RequirementRule, task: MandatedTask) -> TaskRef:
    named = next((each for each in task.sources if rule.modality and each.modality is rule.modality), None)
    return TaskRef(
        mission=task.mission,
        instrument=named.instrument if named else task.instrument,
        symbol=named.symbol if named else task.symbol,
        paragraph=named.paragraph if named else task.paragraph,
        task_kind=task.task_kind,
        rule=rule.key,
    )


def _demand(asks: Sequence[_Ask], *, role: Role, areas: Mapping[CompetencyKey, Area]) -> Demand:
    ranked = sorted(asks, key=lambda each: (-each.rule.level, -each.weight, each.effective_on, each.rule.key))
    first = ranked[0]
    at_level = [each.rule for each in ranked if each.rule.level == first.rule.level]
    return Demand(
        competency=first.rule.competency,
        area=areas[first.rule.competency],
        level=first.rule.level,
        role=role,
        weight=max(each.weight for each in ranked),
        scope=first.rule.scope,
        scope_size=first.rule.scope_size,
        due=first.rule.due,
        due_days=first.rule.due_days,
        due_on=first.rule.due_on,
        effective_on=first.effective_on,
        least_source=max((rule.least_source for rule in at_level), key=lambda source: source.weight),
        refresher_months=min(rule.refresher_months for rule in at_level),
        because=tuple(dict.fromkeys(each.because for each in ranked)),
    )


def asks_else(before: Iterable[Demand], after: Iterable[Demand], *, on: date) -> bool:
    """Tell whether people of a role are asked for something else, or by another day; weights only order what is asked."""
    return {_asked(each, on=on) for each in before} != {_asked(each, on=on) for each in after}


def _asked(demand: Demand, *, on: date) -> tuple[object, ...]:
    due = (demand.due, due_on(demand, deployed_on=None, on=on))
    return demand.competency, demand.level, demand.scope, demand.scope_size, demand.least_source, *due


def due_on(demand: Demand, *, deployed_on: date | None, on: date) -> date:
    """Return by when a person posted from `deployed_on` must meet a demand; never before `on`."""
    if demand.due is DueRule.BY_DATE and demand.due_on is not None:
        return max(on, demand.due_on)
    after = demand.effective_on + timedelta(days=demand.due_days)
    if demand.due is DueRule.BEFORE_DEPLOYMENT and deployed_on is not None and on < deployed_on:
        # what takes effect only once the person is there cannot have been met before
        return deployed_on if demand.effective_on <= deployed_on else max(on, after)
    return max(on, after)


def requirements_from(demands: Iterable[Demand], profile: PersonProfile, *, on: date) -> tuple[Requirement, ...]:
    """Return what the demands ask of one person: one requirement for each competency, at the highest level asked.

    Demands on other roles are passed over; so is everything for somebody without a posting. Of demands on part of a unit
    the caller hands in those for which the person was chosen.
    """
    if profile.role is None or profile.mission is None:
        return ()
    by_competency: dict[CompetencyKey, list[Demand]] = {}
    for demand in demands:
        if demand.role is profile.role:
            by_competency.setdefault(demand.competency, []).append(demand)
    return tuple(_requirement(asked, profile, on=on) for asked in by_competency.values())


def _requirement(asked: Sequence[Demand], profile: PersonProfile, *, on: date) -> Requirement:
    level = max(each.level for each in asked)
    highest = [each for each in asked if each.level == level]
    ranked = sorted(asked, key=lambda each: (-each.level, -each.weight))
    return Requirement(
        person=profile.id,
        competency=ranked[0].competency,
        area=ranked[0].area,
        level=level,
        due_on=min(due_on(each, deployed_on=profile.deployed_on, on=on) for each in highest),
        weight=max(each.weight for each in asked),
        least_source=max((each.least_source for each in highest), key=lambda source: source.weight),
        refresher_months=min(each.refresher_months for each in highest),
        because=tuple(dict.fromkeys(ref for each in ranked for ref in each.because)),
    )


def asked_of(requirements: Iterable[Requirement], person: PersonId) -> tuple[Requirement, ...]:
    """Return the same requirements, asked of another person whose posting is alike."""
    # spelled out: `dataclasses.replace` costs three times as much, and a mission has tens of thousands of these
    return tuple(
        Requirement(
            person=person,
            competency=each.competency,
            area=each.area,
            level=each.level,
            due_on=each.due_on,
            weight=each.weight,
            least_source=each.least_source,
            refresher_months=each.refresher_months,
            because=each.because,
        )
        for each in requirements
    )


def chosen_of(
    members: Collection[PersonProfile], *, demand: Demand, holders: Collection[PersonId]
) -> tuple[PersonId, ...]:
    """Return which members of a unit a demand on part of it falls to: holders first, then who stays longest, then by id.

    All of them where the unit has fewer than asked for; a share is rounded up.
    """
    size = demand.scope_size if demand.scope is Scope.AT_LEAST else -(-demand.scope_size * len(members) // 100)
    ranked = sorted(
        members,
        key=lambda each: (each.id not in holders, -(each.rotates_on or date.max).toordinal(), each.id),
    )
    return tuple(each.id for each in ranked[:size])


def demands_by_role(
    tasks: Mapping[MissionId, Iterable[MandatedTask]],
    rules: Sequence[RequirementRule],
    *,
    competencies: Mapping[CompetencyKey, Competency],
    on: date,
) -> DemandsByRole:
    """Return what the tasks of each mission ask of each role; every role of every mission is there.

    Rules for a competency that is retired on the day ask nothing.
    """
    areas = {key: each.area for key, each in competencies.items() if each.retired_on is None or on < each.retired_on}
    return {
        (mission, role): demands_from(found, rules, role=role, areas=areas, mission=mission)
        for mission, found in tasks.items()
        for role in Role
    }


def partly_asked(profiles: Iterable[PersonProfile], *, demands: DemandsByRole) -> frozenset[Group]:
    """Return the groups of which the demands ask part, among those that these people belong to."""
    partial = {key for key, found in demands.items() if any(each.scope is not Scope.EVERYONE for each in found)}
    return frozenset(
        group for each in profiles if (group := _group_of(each)) is not None and (group[0], group[2]) in partial
    )


def _group_of(profile: PersonProfile) -> Group | None:
    if profile.mission is None or profile.role is None:
        return None
    return profile.mission, profile.unit, profile.role


def fallen_on(
    everybody: Iterable[PersonProfile],
    *,
    groups: Collection[Group],
    demands: DemandsByRole,
    evidence: Mapping[PersonId, Sequence[Evidence]],
    on: date,
) -> Mapping[PersonId, tuple[Demand, ...]]:
    """Return on whom of the groups the demands on part of a unit fall; `everybody` holds the groups whole."""
    members_of: defaultdict[Group, list[PersonProfile]] = defaultdict(list)
    for each in everybody:
        group = _group_of(each)
        if group is not None and group in groups:
            members_of[group].append(each)
    found: defaultdict[PersonId, list[Demand]] = defaultdict(list)
    for (mission, _, role), members in members_of.items():
        for demand in demands[mission, role]:
            if demand.scope is Scope.EVERYONE:
                continue
            # what is asked of one member is asked of all; when and by when does not matter to whether it is held
            asked = requirements_from((demand,), members[0], on=on)
            holders = {
                each.id
                for each in members
                for requirement in asked
                if competency_rules.currency_of(requirement, evidence.get(each.id, ()), (), on=on)[0] in _HOLDING
            }
            for person in chosen_of(members, demand=demand, holders=holders):
                found[person].append(demand)
    return {person: tuple(fallen) for person, fallen in found.items()}


_HOLDING = frozenset({Currency.CURRENT, Currency.DUE_SOON})


def shared_out(
    profiles: Iterable[PersonProfile],
    *,
    demands: DemandsByRole,
    fallen: Mapping[PersonId, tuple[Demand, ...]],
    on: date,
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """Return what the demands ask of each of the people who have a posting.

    `fallen` names those on whom the demands on part of a unit fall.
    """
    of_everyone = {key: tuple(each for each in found if each.scope is Scope.EVERYONE) for key, found in demands.items()}
    # people whose postings are alike are asked the same; it is worked out once for them
    alike: dict[tuple[object, ...], tuple[Requirement, ...]] = {}
    answer: dict[PersonId, tuple[Requirement, ...]] = {}
    for profile in profiles:
        if profile.mission is None or profile.role is None:
            continue
        own = fallen.get(profile.id, ())
        deployed_on = profile.deployed_on if profile.deployed_on and on < profile.deployed_on else None
        key = (profile.mission, profile.role, deployed_on, tuple(id(each) for each in own))
        if key not in alike:
            asked = (*of_everyone[profile.mission, profile.role], *own)
            alike[key] = answer[profile.id] = requirements_from(asked, profile, on=on)
        else:
            answer[profile.id] = asked_of(alike[key], profile.id)
    return answer


def check_rules(rules: Sequence[RequirementRule], *, known: Collection[CompetencyKey]) -> tuple[Problem, ...]:
    """Return all that is wrong with a set of rules; `known` are the competencies of the frameworks in use."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for rule in rules:
        for field, message in _rule_problems(rule, known=known):
            problems.append(Problem(field=field, message=message))
        if rule.key in seen:
            said = wording("Two rules have the key {rule}. Give one of them another.", rule=rule.key)
            problems.append(Problem(field="key", message=said))
        seen.add(rule.key)
    return tuple(problems)


def _rule_problems(rule: RequirementRule, *, known: Collection[CompetencyKey]) -> Iterable[tuple[str, Wording]]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.key):
        yield "key", wording("Write the key {rule} in small letters, digits and hyphens.", rule=rule.key)
    if rule.task_kind is not None and rule.task_kind not in TASK_KINDS:
        yield "task_kind", wording("Choose a task of the list for the rule {rule}.", rule=rule.key)
    if rule.task_kind is None and rule.modality is not None:
        yield (
            "modality",
            wording("The rule {rule} names no task, so it cannot depend on a way of acting.", rule=rule.key),
        )
    if rule.competency not in known:
        said = wording(
            "The rule {rule} asks for {competency}, which no framework in use has. Choose another competency.",
            rule=rule.key,
            competency=rule.competency,
        )
        yield "competency", said
    if not rule.level:
        yield "level", wording("Choose a level from 1 to 4 for the rule {rule}.", rule=rule.key)
    if not 1 <= rule.weight <= 100:
        yield "weight", wording("Enter a weight from 1 to 100 for the rule {rule}.", rule=rule.key)
    if rule.scope is not Scope.EVERYONE and rule.scope_size < 1:
        yield "scope_size", wording("Enter how many the rule {rule} asks for.", rule=rule.key)
    if rule.scope is Scope.SHARE and rule.scope_size > 100:
        yield "scope_size", wording("Enter a share of at most 100 percent for the rule {rule}.", rule=rule.key)
    if rule.due is DueRule.BY_DATE and rule.due_on is None:
        yield "due_on", wording("Enter the day by which the rule {rule} is to be met.", rule=rule.key)
    if rule.due_days < 0:
        yield "due_days", wording("Enter a number of days of at least 0 for the rule {rule}.", rule=rule.key)


def key_for(rule: RequirementRule, *, taken: Collection[str]) -> str:
    """Return a key for a new rule that says what it is about and is not taken."""
    about = re.sub(r"[^a-z0-9]+", "-", f"{rule.task_kind or 'baseline'} {rule.competency}".lower()).strip("-")
    numbered = (f"{about}-{number}" for number in count(2))
    return next(key for key in chain((about,), numbered) if key not in taken)


def changed_rules(before: Iterable[RequirementRule], after: Iterable[RequirementRule]) -> tuple[str, ...]:
    """Return the keys of rules that were added, changed or dropped, in alphabetical order."""
    was = {rule.key: rule for rule in before}
    will_be = {rule.key: rule for rule in after}
    return tuple(sorted(key for key in was.keys() | will_be.keys() if was.get(key) != will_be.get(key)))


# Days on which texts take effect by themselves


def days_of(instruments: Iterable[Instrument]) -> frozenset[date]:
    """Return every day on which a known text begins, changes or ends a task."""
    days: set[date] = set()
    for mandate in _mandates(instruments, known_at=None):
        for stretches in mandate.stretches.values():
            days.update(each.start for each in stretches)
            days.update(each.end for each in stretches if each.end is not None)
    return frozenset(days)


def turn_of(instruments: Sequence[Instrument], *, on: date) -> tuple[MandateShift, Instrument] | None:
    """Return what begins, changes and ends on a day in one mission, and the text that says so; None when nothing does."""
    shift = compare(in_force(instruments, on=on - timedelta(days=1)), in_force(instruments, on=on))
    moved = [each for each in shift.moves if each.move is not Move.KEPT and _turns(each)]
    if not moved:
        return None
    return replace(shift, moves=tuple(moved)), max((_said_by(each, instruments, on=on) for each in moved), key=order_of)


def _turns(move: TaskMove) -> bool:
    """Whether how the task is done changes on the very day: an end that a text has only announced is no turn."""
    if move.before is None or move.after is None:
        return True
    one, other = move.before, move.after
    return (one.modalities, one.force, one.priority) != (other.modalities, other.force, other.priority)


def _said_by(move: TaskMove, instruments: Sequence[Instrument], *, on: date) -> Instrument:
    if move.after is not None:
        return next(each for each in instruments if each.id == move.after.instrument)
    gone = move.task.identity
    ending = [
        each
        for each in known(instruments)
        if each.effective_on <= on and (each.complete_adjustment or any(line.identity == gone for line in each.tasks))
    ]
    return ending[-1]
