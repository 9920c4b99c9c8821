"""What is wrong with a draft, and how symbols are written."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from trainer.accounts.values import MissionCard, MissionStatus
from trainer.kernel.values import Problem, Wording, wording
from trainer.mandates.rules.demands import PRIORITY_WEIGHT
from trainer.mandates.rules.law import Identity, known, period_end
from trainer.mandates.values import (
    TASK_KINDS,
    Force,
    Instrument,
    InstrumentDraft,
    MandatedTask,
    Milestone,
    MilestoneKind,
    TaskChange,
    TaskLine,
    plain_name,
)

SYMBOL = re.compile(r"[A-Z]+(?:/[A-Z0-9.-]+)*/(?:[A-Z]+\.)?(?P<number>\d{1,9})(?: \((?P<year>\d{4})\))?")
MOST_SYMBOL_LETTERS = 60
MOST_AREA_LETTERS = 120
MOST_PHRASE_LETTERS = 120
MOST_NAME_LETTERS = 120
_UNNUMBERED = ("unnumbered", "p.", "pp.")
"""How a paragraph is cited that has no number of its own: as such, or by a preambular one or a page."""


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
    draft: InstrumentDraft,
    *,
    instruments: Iterable[Instrument],
    in_force: Iterable[MandatedTask],
    mission: MissionCard | None = None,
    asks_names: bool = True,
) -> tuple[Problem, ...]:
    """Return all that is wrong with a draft, in the order of the form; nothing when it may be published.

    `instruments` are the mission's; `in_force` its tasks when the draft takes effect, with what is already announced.
    Without a mission it is not asked whether it is closed by then; without `asks_names` not whether somebody defines the
    phases and conditions that it names.
    """
    texts = known(instruments)
    names = names_defined(texts) | names_defined((draft,)) if asks_names else None
    closed = [] if mission is None else [*_closed_problems(draft, texts, mission)]
    problems = [*_heading_problems(draft, texts), *(closed or _period_problems(draft, texts))]
    heard: set[str] = set()
    for place, milestone in enumerate(draft.milestones):
        problems += [
            Problem(field=f"milestones-{place}-{field}", message=message)
            for field, message in _milestone_problems(milestone, names=names, heard=heard)
        ]
        heard.add(plain_name(milestone.name))
    there = {task.identity for task in in_force}
    seen: set[Identity] = set()
    numbered = {_plain_number(each) for each in draft.paragraphs}
    for place, line in enumerate(draft.tasks):
        found = [
            *_line_problems(line, draft, there=there, seen=seen),
            *_named_problems(line, draft, names=names),
            *(_number_problems(line.paragraph, numbered) if numbered else ()),
        ]
        problems += [Problem(field=f"tasks-{place}-{field}", message=message) for field, message in found]
        seen.add(line.identity)
    return tuple(problems)


def names_defined(texts: Iterable[Instrument | InstrumentDraft]) -> frozenset[str]:
    """Return the names of phases and conditions that the texts define, as names are compared."""
    return frozenset(plain_name(each.name) for text in texts for each in text.milestones if each.name.strip())


def _milestone_problems(
    milestone: Milestone, *, names: Collection[str] | None, heard: Collection[str]
) -> Iterable[tuple[str, Wording]]:
    name = plain_name(milestone.name)
    if not name or len(milestone.name) > MOST_NAME_LETTERS:
        yield (
            "name",
            wording("Enter a name by which tasks can refer to it, in at most {most} letters.", most=MOST_NAME_LETTERS),
        )
    elif name in heard:
        yield (
            "name",
            wording("{name} is defined twice in this text. Give one of the two another name.", name=milestone.name),
        )
    if milestone.kind is MilestoneKind.CONDITION:
        if not milestone.words.strip():
            yield "words", wording("Say what must be met, so that whoever confirms it knows.")
        if milestone.starts_on is not None or milestone.ends_on is not None:
            yield (
                "starts_on",
                wording("A condition has no days: it holds once somebody confirms it. Take the days away."),
            )
        if milestone.begins_with.strip():
            yield (
                "begins_with",
                wording("A condition begins with nothing else: it is confirmed by itself. Leave this empty."),
            )
        return
    if milestone.starts_on is not None and milestone.ends_on is not None and milestone.ends_on <= milestone.starts_on:
        yield "ends_on", wording("The phase ends before it starts. Enter a last day on or after its first.")
    yield from _reference_problems("begins_with", milestone.begins_with, names)
    if milestone.begins_with and plain_name(milestone.begins_with) == name:
        yield "begins_with", wording("A phase cannot begin with itself. Name another, or none.")


def _named_problems(
    line: TaskLine, draft: InstrumentDraft, *, names: Collection[str] | None
) -> Iterable[tuple[str, Wording]]:
    yield from _reference_problems("begins_with", line.begins_with, names)
    yield from _reference_problems("ends_with", line.ends_with, names)
    conditions = {plain_name(each.name) for each in draft.milestones if each.kind is MilestoneKind.CONDITION}
    if line.ends_with and line.change is TaskChange.EXTEND:
        yield "ends_with", wording("What is added lasts as long as its task. To give it an end, say the task anew.")
    elif (
        line.ends_with
        and plain_name(line.ends_with) == plain_name(line.begins_with)
        and plain_name(line.ends_with) in conditions
    ):
        yield "ends_with", wording("It would end with what it begins with. Name another phase or condition, or none.")


def _reference_problems(field: str, name: str, names: Collection[str] | None) -> Iterable[tuple[str, Wording]]:
    if name.strip() and names is not None and plain_name(name) not in names:
        said = wording(
            "No phase or condition is called {name}, neither in this text nor in those on file. Define it here, or take it away.",
            name=name.strip(),
        )
        yield field, said


def _number_problems(cited: str, numbered: Collection[str]) -> Iterable[tuple[str, Wording]]:
    """Paragraphs that the text, as it was entered, does not have."""
    for each in re.split(r"[;,]|\band\b|\bet\b", cited):
        number = each.strip()
        if number and not number.lower().startswith(_UNNUMBERED) and _plain_number(number) not in numbered:
            yield (
                "paragraph",
                wording("The text as it was entered has no paragraph {paragraph}. Check the number.", paragraph=number),
            )


def _plain_number(number: str) -> str:
    """A paragraph's number as numbers are compared: 4 (a) and 4(a) are one."""
    return re.sub(r"[^0-9a-z]", "", number.lower())


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


def _closed_problems(
    draft: InstrumentDraft, instruments: Sequence[Instrument], mission: MissionCard
) -> Iterable[Problem]:
    """A text cannot carry on a mission that is over; one of before may still be entered.

    Where the day of its closing is not on file, whoever says in the note why the text comes after the last one is believed.
    """
    if mission.closes_on is not None:
        if draft.effective_on >= mission.closes_on:
            said = wording(
                "{mission} closes with {last_on} as its last day, so no text can take effect after it. Enter an earlier day, or "
                "put the closing right first.",
                mission=mission.name,
                last_on=(mission.closes_on - timedelta(days=1)).isoformat(),
            )
            yield Problem(field="effective_on", message=said)
        return
    latest = max((each.effective_on for each in instruments), default=None)
    is_later = latest is not None and draft.effective_on > latest
    if mission.status is MissionStatus.CLOSED and is_later and not draft.note.strip():
        said = wording(
            "{mission} is closed, so its mandate cannot be renewed. If this text is of the time before, say so in the note.",
            mission=mission.name,
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
