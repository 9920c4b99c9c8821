"""What the law is: the tasks in force on a day as known on a day, and what each text changes of them.

Pure: instruments come in, values go out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from trainer.accounts.values import ClosingDays, MissionId
from trainer.competencies.values import Area
from trainer.mandates.values import (
    TASK_KINDS,
    Closure,
    ConditionLine,
    Confirmation,
    Ending,
    EndingKind,
    Force,
    Instrument,
    InstrumentId,
    MandatedTask,
    MandateShift,
    MilestoneKind,
    Modality,
    Move,
    StepKind,
    TaskChange,
    TaskKindKey,
    TaskLine,
    TaskMove,
    TaskRefLine,
    TaskSource,
    TaskStep,
    TextSteps,
    plain_name,
)

Identity = tuple[TaskKindKey, str]

_PLACE: Mapping[TaskKindKey, int] = {key: place for place, key in enumerate(TASK_KINDS)}
_MODALITIES = tuple(Modality)


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
    began_with: str = ""
    ends_with: str = ""
    """What ends it, where the day is not known yet."""
    closure: Closure | None = None
    winding_up: bool = False

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a text says of one task, with the days that its phases and conditions have come to."""

    line: TaskLine
    start: date
    """Never before the text takes effect; while it waits, the earliest day."""
    waits: bool
    """Whether what it begins with has not come."""
    end: date | None
    ends_with: str
    """What ends the task, where the day is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A task that begins with what has not come."""

    told: _Told
    instrument: Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mandate:
    """One mission's tasks over time, as the known instruments say."""

    mission: MissionId
    instruments: tuple[Instrument, ...]
    """In their order."""
    stretches: Mapping[Identity, tuple[_Stretch, ...]]
    """By task, in the order of the vocabulary; of one task in the order of days, without overlap."""
    waiting: Mapping[Identity, _Waiting]


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
    return in_force_on(instruments, days=(on,), known_at=known_at)[0]


def in_force_on(
    instruments: Iterable[Instrument], *, days: Iterable[date], known_at: datetime | None = None
) -> list[tuple[MandatedTask, ...]]:
    """Return the same for each of several days; what the texts say is worked out once."""
    mandates = _mandates(instruments, known_at=known_at)
    return [tuple(task for mandate in mandates for task in _read(mandate, on=on, end=on)) for on in days]


def coming(
    instruments: Iterable[Instrument], *, on: date, known_at: datetime | None = None
) -> tuple[MandatedTask, ...]:
    """Return the tasks in force on a day and, behind each, what published texts say it will be later.

    One task may stand there several times: as it is, with `begins_on` as it will be from that day, and with `waits_for` as it
    will be once a phase or condition has come.
    """
    return tuple(
        task for mandate in _mandates(instruments, known_at=known_at) for task in _read(mandate, on=on, end=date.max)
    )


def known(instruments: Iterable[Instrument], *, known_at: datetime | None = None) -> tuple[Instrument, ...]:
    """Return the instruments that count, in their order: published by then and not withdrawn by then; None for now.

    Of what officers said of them, what was confirmed or decided by then and not taken back by then.
    """
    return tuple(sorted((_as_known(each, known_at) for each in instruments if _is_known(each, known_at)), key=order_of))


def _as_known(instrument: Instrument, known_at: datetime | None) -> Instrument:
    if not instrument.confirmations and not instrument.closures:
        return instrument
    confirmed = tuple(each for each in instrument.confirmations if _counts(each, each.confirmed_at, known_at))
    decided = tuple(each for each in instrument.closures if _counts(each, each.decided_at, known_at))
    if (confirmed, decided) == (instrument.confirmations, instrument.closures):
        return instrument
    return replace(instrument, confirmations=confirmed, closures=decided)


def _counts(said: Confirmation | Closure, said_at: datetime, known_at: datetime | None) -> bool:
    if known_at is None:
        return said.taken_back_at is None
    return said_at <= known_at and (said.taken_back_at is None or known_at < said.taken_back_at)


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
    return _mandates_by(mission, ordered, counts=(len(ordered),))[0]


def _mandates_by(mission: MissionId, ordered: Sequence[Instrument], *, counts: Collection[int]) -> list[_Mandate]:
    """The mandate as the first so many of the texts make it, for each of the counts in rising order.

    What a text leaves alone is the same object in the mandate before and after it.
    """
    stretches: dict[Identity, tuple[_Stretch, ...]] = {}
    waiting: dict[Identity, _Waiting] = {}
    found = [_stands(mission, (), stretches, waiting)] if 0 in counts else []
    for number, (instrument, told) in enumerate(zip(ordered, _told(ordered), strict=True), start=1):
        _hear(instrument, told, stretches=stretches, waiting=waiting)
        if number in counts:
            found.append(_stands(mission, ordered[:number], stretches, waiting))
    return found


def _hear(
    instrument: Instrument,
    told: Iterable[_Told],
    *,
    stretches: dict[Identity, tuple[_Stretch, ...]],
    waiting: dict[Identity, _Waiting],
) -> None:
    """Let a text change what the texts before it have made."""
    said = {each.line.identity: each for each in told}
    if instrument.complete_adjustment:
        for identity in stretches.keys() - said.keys():
            stretches[identity] = _cut(stretches[identity], instrument.effective_on)
        for identity in waiting.keys() - said.keys():
            del waiting[identity]
    for identity, each in said.items():
        # what a text says of a task supersedes what older ones put off
        waiting.pop(identity, None)
        if not each.waits:
            stretches[identity] = _after(stretches.get(identity, ()), each, instrument)
        elif each.line.change is not TaskChange.END:
            waiting[identity] = _Waiting(told=each, instrument=instrument)
        elif identity in stretches:
            stretches[identity] = _ending_with(stretches[identity], each.line.begins_with)
    for decided in instrument.closures:
        if decided.identity in stretches:
            stretches[decided.identity] = _closed(stretches[decided.identity], decided, since=instrument.effective_on)


def _stands(
    mission: MissionId,
    ordered: Sequence[Instrument],
    stretches: Mapping[Identity, tuple[_Stretch, ...]],
    waiting: Mapping[Identity, _Waiting],
) -> _Mandate:
    there = sorted(stretches.keys() | waiting.keys(), key=lambda identity: (_PLACE[identity[0]], identity[1]))
    return _Mandate(
        mission=mission,
        instruments=tuple(ordered),
        stretches={identity: stretches.get(identity, ()) for identity in there},
        waiting=dict(waiting),
    )


Span = tuple[date | None, date | None]
"""From when and until when, the second half-open; of a condition both are the day it is met. None: not come, or not named."""


def _told(ordered: Iterable[Instrument]) -> list[tuple[_Told, ...]]:
    """What each text says, by what is confirmed; a name means what the latest text up to it defines."""
    spans: dict[str, Span] = {}
    told: list[tuple[_Told, ...]] = []
    for instrument in ordered:
        spans |= _spans(instrument, spans)
        told.append(tuple(_tell(line, instrument, spans) for line in instrument.tasks))
    return told


def _spans(instrument: Instrument, before: Mapping[str, Span]) -> Mapping[str, Span]:
    """When the phases and conditions of a text are, as far as that is known."""
    found: dict[str, Span] = {}
    for each in instrument.milestones:
        if each.kind is MilestoneKind.CONDITION:
            met_on = met_on_of(instrument, each.name)
            found[plain_name(each.name)] = (met_on, met_on)
    for each in instrument.milestones:
        if each.kind is MilestoneKind.PHASE:
            start: date | None = max(each.starts_on or instrument.effective_on, instrument.effective_on)
            if each.begins_with:
                named = plain_name(each.begins_with)
                begun = (found.get(named) or before.get(named, (None, None)))[0]
                start = None if begun is None or start is None else max(begun, start)
            found[plain_name(each.name)] = (start, each.ends_on)
    return found


def met_on_of(instrument: Instrument, condition: str) -> date | None:
    """Return the day on which a condition of a text, as it is known, is met; None while it is not."""
    met = [each.met_on for each in instrument.confirmations if plain_name(each.name) == plain_name(condition)]
    return min(met, default=None)


def _tell(line: TaskLine, instrument: Instrument, spans: Mapping[str, Span]) -> _Told:
    start = max(line.starts_on or instrument.effective_on, instrument.effective_on)
    waits, end, ends_with = False, line.ends_on, ""
    if line.begins_with:
        begun, _ = spans.get(plain_name(line.begins_with), (None, None))
        waits, start = begun is None, max(start, begun or start)
    if line.ends_with:
        _, over = spans.get(plain_name(line.ends_with), (None, None))
        ends_with = line.ends_with if over is None else ""
        end = min((each for each in (end, over) if each is not None), default=None)
    return _Told(line=line, start=start, waits=waits, end=end, ends_with=ends_with)


def _ending_with(stretches: Sequence[_Stretch], name: str) -> tuple[_Stretch, ...]:
    """The same, of which what has no end ends with a phase or condition."""
    return tuple(replace(each, ends_with=name) if each.end is None else each for each in stretches)


def _cut(stretches: Sequence[_Stretch], day: date) -> tuple[_Stretch, ...]:
    """What is left of the stretches before the day."""
    return tuple(
        each if each.end is not None and each.end <= day else replace(each, end=day)
        for each in stretches
        if each.start < day
    )


def _closed(stretches: Sequence[_Stretch], closure: Closure, *, since: date) -> tuple[_Stretch, ...]:
    """The stretches as an officer decided on their last days; what was over before the text is left as it is."""
    found: list[_Stretch] = []
    for each in stretches if closure.ends_on is None else _cut(stretches, closure.ends_on):
        if each.end is not None and each.end <= since:
            found.append(each)
            continue
        decided, turns_on = replace(each, closure=closure), closure.liquidates_on
        if turns_on is None or (each.end is not None and each.end <= turns_on):
            found.append(decided)
        elif turns_on <= each.start:
            found.append(replace(decided, winding_up=True))
        else:
            found += [replace(decided, end=turns_on), replace(decided, start=turns_on, winding_up=True)]
    return tuple(found)


def _after(stretches: tuple[_Stretch, ...], told: _Told, instrument: Instrument) -> tuple[_Stretch, ...]:
    """The stretches of one task once the instrument has spoken; what it says supersedes what older texts put off."""
    line, start = told.line, told.start
    if line.change is TaskChange.END:
        if told.ends_with:
            return _ending_with(stretches, told.ends_with)
        return _cut(stretches, max(told.end or start, start))
    extends = line.change is TaskChange.EXTEND and not instrument.complete_adjustment
    if extends and any(each.covers(start) for each in stretches):
        return tuple(part for each in stretches for part in _extended(each, line, instrument, start))
    # what it was until then: of what ends on that day and what runs on, the latter
    before = next((each for each in reversed(stretches) if each.covers(start) or each.end == start), None)
    left = _cut(stretches, start)
    if told.end is not None and told.end <= start:
        return left
    stated = _Stretch(
        start=start,
        end=told.end,
        modalities=line.modalities,
        force=line.force,
        priority=line.priority,
        instrument=instrument,
        paragraph=line.paragraph,
        words=line.words,
        sources=_sources(line, instrument, start, before=before.sources if before else ()),
        began_with=line.begins_with,
        ends_with=told.ends_with,
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


def _read(
    mandate: _Mandate,
    *,
    on: date,
    end: date,
    only: Collection[Identity] | None = None,
) -> Iterable[MandatedTask]:
    """The tasks of a mission as they stand on `on`, with what begins after it up to `end`; all or some of them."""
    latest = next((each for each in reversed(mandate.instruments) if each.effective_on <= on), None)
    mentioned = {line.identity for line in latest.tasks} if latest else set()
    verified = is_verified(period_end(mandate.instruments, on=on), on=on)
    for identity, stretches in mandate.stretches.items():
        if only is not None and identity not in only:
            continue
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
                began_with=stretch.began_with,
                ends_with=stretch.ends_with,
                closure=stretch.closure,
                winding_up=stretch.winding_up,
            )
        if end > on and identity in mandate.waiting:
            yield _put_off(mandate.waiting[identity], verified=verified)


def _put_off(waiting: _Waiting, *, verified: bool) -> MandatedTask:
    """A task that is given and not in force, as it will be."""
    told, text = waiting.told, waiting.instrument
    line = told.line
    return MandatedTask(
        mission=text.mission,
        task_kind=line.task_kind,
        area=TASK_KINDS[line.task_kind].area,
        area_of_operations=line.area_of_operations,
        modalities=line.modalities,
        force=line.force,
        priority=line.priority,
        since_on=told.start,
        ends_on=told.end,
        instrument=text.id,
        symbol=text.symbol,
        paragraph=line.paragraph,
        words=line.words,
        inherited=False,
        renewal_verified=verified,
        sources=_sources(line, text, told.start, before=()),
        waits_for=line.begins_with,
        ahead=line.ahead,
        ends_with=told.ends_with,
    )


def _run(stretches: Sequence[_Stretch], place: int) -> tuple[date, date | None]:
    """First day and end of the days without a break around one stretch."""
    first = last = place
    while first and stretches[first - 1].end == stretches[first].start:
        first -= 1
    while last + 1 < len(stretches) and stretches[last].end == stretches[last + 1].start:
        last += 1
    return stretches[first].start, stretches[last].end


def until(tasks: Iterable[MandatedTask], closes_on: date | None, *, on: date) -> tuple[MandatedTask, ...]:
    """Return the tasks of a mission that closes on a day: none from then on, and none that would begin then."""
    if closes_on is None:
        return tuple(tasks)
    if closes_on <= on:
        return ()
    return tuple(
        task if task.ends_on is not None and task.ends_on <= closes_on else replace(task, ends_on=closes_on)
        for task in tasks
        if task.begins_on is None or task.begins_on < closes_on
    )


def asking(tasks: Iterable[MandatedTask], closing: ClosingDays, *, on: date) -> tuple[MandatedTask, ...]:
    """Return the tasks of a mission that ask people for competencies: in liquidation only what remains to be done.

    These are the residual tasks, in force until a text ends them, those that run into liquidation by a day of their own, and
    those that a text lets begin on a day. What waits for a phase or condition is not prepared for any more.
    """
    found = until(tasks, closing.closes_on, on=on)
    if not closing.in_liquidation(on=on):
        return found
    return tuple(each for each in found if not each.waits_for)


# Phases and conditions


def conditions_of(instruments: Iterable[Instrument]) -> tuple[ConditionLine, ...]:
    """Return the phases and conditions of a mission's texts that count, those of the latest text first.

    With each stands what texts say begins or ends with it: a name means what the latest text up to it defines.
    """
    given = tuple(instruments)
    ordered = known(given)
    all_confirmed = {each.id: each.confirmations for each in given}
    spans: dict[str, Span] = {}
    owner: dict[str, InstrumentId] = {}
    begins_on: dict[tuple[InstrumentId, str], date | None] = {}
    begins: defaultdict[tuple[InstrumentId, str], list[TaskRefLine]] = defaultdict(list)
    ends: defaultdict[tuple[InstrumentId, str], list[TaskRefLine]] = defaultdict(list)
    for text in ordered:
        for name, span in _spans(text, spans).items():
            spans[name], owner[name] = span, text.id
            begins_on[text.id, name] = span[0]
        for line in text.tasks:
            for named, found in ((line.begins_with, begins), (line.ends_with, ends)):
                name = plain_name(named)
                if name in owner:
                    found[owner[name], name].append(TaskRefLine(line=line, instrument=text.id, symbol=text.symbol))
    return tuple(
        ConditionLine(
            milestone=each,
            place=place,
            instrument=text.id,
            symbol=text.symbol,
            begins_on=begins_on[text.id, plain_name(each.name)],
            confirmations=tuple(
                reversed([one for one in all_confirmed[text.id] if plain_name(one.name) == plain_name(each.name)])
            ),
            begins=tuple(begins[text.id, plain_name(each.name)]),
            ends=tuple(ends[text.id, plain_name(each.name)]),
        )
        for text in reversed(ordered)
        for place, each in enumerate(text.milestones)
    )


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
    return insertion_of(instrument, among=among, on=instrument.effective_on).shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A text among the others of its mission."""

    before: tuple[MandatedTask, ...]
    """What the texts before it say, from its effective day on."""
    shift: MandateShift
    """What it changes of what the texts before it say, from its effective day on."""
    without: tuple[MandatedTask, ...]
    """The tasks that come as if it were not on file."""
    with_it: tuple[MandatedTask, ...]


def insertion_of(instrument: Instrument, *, among: Iterable[Instrument], on: date) -> Insertion:
    """Return what an instrument changes where it stands, and what comes from a day on without and with it.

    It is taken as if it were not withdrawn. What the texts before it say is worked out once for all of this.
    """
    others = known(each for each in among if each.id != instrument.id)
    (text,) = known((replace(instrument, withdrawn_at=None),))
    place = sum(order_of(each) < order_of(text) for each in others)
    with_it = (*others[:place], text, *others[place:])
    counts = {place, place + 1, len(with_it)}
    before, after, *later = _mandates_by(text.mission, with_it, counts=counts)
    last = later[0] if later else after
    plain = _mandate(text.mission, others) if later else before
    was, will_be = (tuple(_read(each, on=text.effective_on, end=date.max)) for each in (before, after))
    shift = compare(was, will_be)
    return Insertion(
        before=was,
        shift=replace(shift, inserted_into_history=bool(later)),
        without=tuple(_read(plain, on=on, end=date.max)),
        with_it=tuple(_read(last, on=on, end=date.max)),
    )


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
    if all(each.waits_for for each in before) != all(each.waits_for for each in after):
        # what only waited is given now, or the other way about
        given, gone = (next((each for each in found if not each.waits_for), None) for found in (after, before))
        return TaskMove(move=Move.ADDED if given else Move.DROPPED, before=gone, after=given)
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


def _way(task: MandatedTask) -> tuple[object, ...]:
    manner = task.modalities, task.force, task.priority
    return *manner, task.winding_up, task.begins_on, task.ends_on, task.waits_for, task.ends_with, task.ahead


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

    What an officer decided of its last days counts first, then the latest text that says so; where none does, the last day
    that the task was given with.
    """
    ordered = known(instruments)
    if task.closure is not None and task.closure.ends_on == task.ends_on and task.ends_on and task.ends_on <= by:
        return _decided(task.closure, task)
    for text, told in reversed(list(zip(ordered, _told(ordered), strict=True))):
        if text.effective_on > by:
            continue
        for closure in text.closures:
            if closure.identity == task.identity and closure.ends_on and task.since_on < closure.ends_on <= by:
                return _decided(closure, task)
        if text.effective_on < task.since_on:
            continue
        said = next((each for each in told if each.line.identity == task.identity), None)
        if said is None and text.complete_adjustment:
            return _ending(EndingKind.NOT_MENTIONED, text, "", text.effective_on)
        if said is None or said.line.change is not TaskChange.END or said.waits or said.ends_with:
            continue
        end = max(said.end or said.start, said.start)
        if end <= by:
            return _ending(EndingKind.BY_TEXT, text, said.line.paragraph, end)
    if task.ends_on is not None and task.ends_on <= by:
        return Ending(
            kind=EndingKind.RAN_OUT,
            instrument=task.instrument,
            symbol=task.symbol,
            paragraph=task.paragraph,
            on=task.ends_on,
        )
    return None


def _decided(closure: Closure, task: MandatedTask) -> Ending:
    assert closure.ends_on is not None
    return Ending(
        kind=EndingKind.DECIDED,
        instrument=closure.instrument,
        symbol=task.symbol,
        paragraph=task.paragraph,
        on=closure.ends_on,
        because=closure.because,
    )


def _ending(kind: EndingKind, text: Instrument, paragraph: str, on: date) -> Ending:
    return Ending(kind=kind, instrument=text.id, symbol=text.symbol, paragraph=paragraph, on=on)


def steps_of(texts: Sequence[Instrument], *, places: range, inherited: int | None = None) -> tuple[TextSteps, ...]:
    """Return for each of the places what the text there does with every task, and what ran out since the text before.

    `texts` are of one mission, known and in their order; those after a place do not count for it. By the vocabulary.
    Of the tasks of an area that are inherited, no more than so many are named; None: all are.
    """
    if not places:
        return ()
    mission = texts[0].mission
    # each state of the mandate is worked out once: it is what the next text changes
    mandates = _mandates_by(mission, texts, counts=range(places.start, places.stop + 1))
    return tuple(
        _steps(texts[: place + 1], before=before, after=after, inherited=inherited)
        for place, (before, after) in zip(places, pairwise(mandates), strict=True)
    )


def _steps(texts: Sequence[Instrument], *, before: _Mandate, after: _Mandate, inherited: int | None) -> TextSteps:
    """What the last of the texts does."""
    text, earlier = texts[-1], texts[:-1]
    on = text.effective_on
    mentioned = {line.identity for line in text.tasks}
    # what the text left alone is what it was: only the others are compared
    moved = {
        identity
        for identity in before.stretches.keys() | after.stretches.keys() | mentioned
        if before.stretches.get(identity) is not after.stretches.get(identity)
        or before.waiting.get(identity) is not after.waiting.get(identity)
        or identity in mentioned
    }
    steps: dict[Identity, TaskStep] = {}
    was, will_be = (tuple(_read(each, on=on, end=date.max, only=moved)) for each in (before, after))
    for each in compare(was, will_be).moves:
        ended = ending_of(each.task, texts, by=date.max) if each.move is Move.DROPPED else None
        said_again = each.move is Move.KEPT and each.task.identity in mentioned
        steps[each.task.identity] = TaskStep(
            kind=StepKind.SAID_AGAIN if said_again else _STEPS[each.move], task=each.task, ended=ended
        )
    left_alone = [identity for identity in _there(after, on=on) if identity not in moved]
    named, unnamed = _some_of_each_area(left_alone, most=inherited)
    for task in _read(after, on=on, end=date.max, only=named):
        steps.setdefault(task.identity, TaskStep(kind=StepKind.INHERITED, task=task, ended=None))
    if earlier:
        last_on = earlier[-1].effective_on
        there = steps.keys() | set(left_alone)
        ran_out = {
            identity
            for identity, stretches in before.stretches.items()
            if identity not in there and any(each.end is not None and each.end <= on for each in stretches)
        }
        for task in _read(before, on=last_on, end=last_on, only=ran_out):
            steps[task.identity] = TaskStep(kind=StepKind.ENDED, task=task, ended=ending_of(task, earlier, by=on))
    return TextSteps(
        steps=tuple(steps[each] for each in sorted(steps, key=lambda each: (_PLACE[each[0]], each[1]))),
        unnamed=unnamed,
    )


def _there(mandate: _Mandate, *, on: date) -> Iterable[Identity]:
    """The tasks that are in force on a day, announced or waiting then."""
    for identity, stretches in mandate.stretches.items():
        if identity in mandate.waiting or any(each.end is None or on < each.end for each in stretches):
            yield identity


def _some_of_each_area(
    identities: Sequence[Identity], *, most: int | None
) -> tuple[Collection[Identity], Mapping[Area, int]]:
    """No more than so many of each area, and how many of each are left out."""
    if most is None:
        return set(identities), {}
    seen: Counter[Area] = Counter()
    named = set()
    for identity in identities:
        area = TASK_KINDS[identity[0]].area
        seen[area] += 1
        if seen[area] <= most:
            named.add(identity)
    return named, {area: count - most for area, count in seen.items() if count > most}


_STEPS: Mapping[Move, StepKind] = {
    Move.ADDED: StepKind.ADDED,
    Move.CHANGED: StepKind.CHANGED,
    Move.DROPPED: StepKind.ENDED,
    Move.KEPT: StepKind.INHERITED,
}


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
    return (one.modalities, one.force, one.priority, one.winding_up) != (
        other.modalities, other.force, other.priority, other.winding_up,
    )  # fmt: skip


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
