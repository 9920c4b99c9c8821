"""A text whole: its paragraphs, and for each that tasks the operation, what it is taken to ask.

Against the tasks in force, each suggestion says whether it continues, changes, adds to or ends one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trainer.interop.suggestions import milestones, places, readings
from trainer.interop.suggestions.paragraphs import split
from trainer.interop.suggestions.scoring import Scored, aside_of, chosen, scored
from trainer.interop.suggestions.tasking import Tasking, tasking_of
from trainer.interop.suggestions.values import (
    Paragraph,
    Part,
    Place,
    Relation,
    Says,
    Span,
    Suggestion,
    TextReading,
)
from trainer.interop.suggestions.vocabulary import Vocabulary
from trainer.interop.suggestions.words import longest, tokens_of
from trainer.mandates.values import Force, MandatedTask, Modality, TaskChange, TaskKindKey

USUAL_WAYS: Mapping[str, Modality] = {
    "Ceasefire": Modality.MONITOR,
    "HumanRights": Modality.MONITOR,
    "ArmsEmbargo": Modality.MONITOR,
    "BorderControl": Modality.MONITOR,
    "UseOfForce": Modality.SECURE,
    "OffensOper": Modality.SECURE,
    "CivProtect": Modality.SECURE,
    "ElectSec": Modality.SECURE,
    "CulturalHeritage": Modality.SECURE,
}
"""How an operation usually acts where the text does not say; for all other tasks it assists."""

LONGEST_TITLE = 110
"""Of a paragraph that is the title of its parts."""
_NEAR = 60
"""Letters within which one way of acting is named beside another: "to monitor, investigate and report"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A paragraph that tasks the operation."""

    paragraph: Paragraph
    over: tuple[str, ...]
    """The headings and short paragraphs that it stands under."""
    force: Force
    asks_from: int
    priority: int
    spans: tuple[Span, ...]


def suggest(
    text: str,
    *,
    vocabulary: Vocabulary,
    in_force: Collection[MandatedTask] = (),
    names: Collection[str] = (),
    country: Collection[str] = (),
    known_places: Collection[str] = (),
) -> TextReading:
    """Return what a text is taken to say.

    `in_force` are the mission's tasks when it takes effect, `names` those of the mission, `country` the names of the whole
    country, `known_places` those of parts of it that are on file.
    """
    paragraphs = split(text)
    found = dict(_marks(paragraphs, vocabulary))
    renewal = next((place for place, marks in found.items() if "renews" in marks), None)
    whole = next((place for place, marks in found.items() if "whole" in marks), None)
    heading = readings.heading_of(text, paragraphs, language=vocabulary.language, renewal=renewal, whole=whole)
    suggestions = tuple(
        suggestion
        for asked in _asked(paragraphs, found, vocabulary=vocabulary, names=names)
        if not (asked.paragraph.place == renewal or _sets_strength(asked.paragraph, vocabulary))
        for suggestion in _suggestions(
            asked,
            found.get(asked.paragraph.place, {}),
            vocabulary=vocabulary,
            in_force=in_force,
            where=places.place_of(
                asked.paragraph.text, language=vocabulary.language, beside=country, known=known_places
            ),
        )
    )
    spoken_of = {each.task_kind for each in suggestions}
    return TextReading(
        language=vocabulary.language,
        heading=heading,
        paragraphs=paragraphs,
        suggestions=suggestions,
        unmentioned=tuple(each for each in in_force if each.task_kind not in spoken_of),
        milestones=milestones.of_text(
            paragraphs, named={each.begins_with for each in suggestions}, language=vocabulary.language
        ),
    )


def _sets_strength(paragraph: Paragraph, vocabulary: Vocabulary) -> bool:
    language = vocabulary.language
    return readings.authorises(paragraph.text, language=language) and any(
        readings.ceilings_of(paragraph, language=language)
    )


def _marks(paragraphs: Sequence[Paragraph], vocabulary: Vocabulary) -> Iterator[tuple[Place, dict[str, Span]]]:
    """What speaks of change, priority, renewal or the whole mandate, by operative paragraph."""
    for paragraph in paragraphs:
        if paragraph.part is not Part.OPERATIVE:
            continue
        tokens = tokens_of(paragraph.text, language=vocabulary.language)
        says = {"ends": Says.CHANGE, "adds": Says.CHANGE, "whole": Says.CHANGE, "renews": Says.RENEWAL}
        marks: dict[str, Span] = {}
        for each in vocabulary.reading_finder.find(tokens):
            span = Span(start=each.start, end=each.end, says=says.get(each.what, Says.PRIORITY))
            marks.setdefault(each.what, span)
        if marks:
            yield paragraph.place, marks


def _asked(
    paragraphs: Sequence[Paragraph],
    marks: Mapping[Place, Mapping[str, Span]],
    *,
    vocabulary: Vocabulary,
    names: Collection[str],
) -> Iterator[_Asked]:
    """The paragraphs that task the operation, those below a tasking paragraph with its force and priority."""
    taskings: dict[Place, Tasking] = {}
    parents = {each.above for each in paragraphs}
    for paragraph in paragraphs:
        if paragraph.part is not Part.OPERATIVE:
            continue
        own = tasking_of(paragraph.text, vocabulary=vocabulary, names=names)
        above = taskings.get(paragraph.above) if paragraph.above is not None else None
        if own is None and above is None:
            continue
        tasking = own or above
        assert tasking is not None
        if not tasking.to_operation and not (own is None and above is not None and above.to_operation):
            continue
        taskings[paragraph.place] = tasking
        if paragraph.place in parents and _only_leads(paragraph):
            continue
        yield _Asked(
            paragraph=paragraph,
            over=(*paragraph.headings, *_leading(paragraph, paragraphs)),
            force=tasking.force,
            asks_from=own.asks_from if own else 0,
            priority=_priority(paragraph, paragraphs, marks, vocabulary=vocabulary),
            spans=(Span(start=own.start, end=own.end, says=Says.TASKING),) if own else (),
        )


def _leading(paragraph: Paragraph, paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """The paragraphs above it that are titles of their parts."""
    place = paragraph.above
    while place is not None:
        if paragraphs[place].above is not None and len(paragraphs[place].text) <= LONGEST_TITLE:
            yield paragraphs[place].text
        place = paragraphs[place].above


def _only_leads(paragraph: Paragraph) -> bool:
    """Whether a paragraph with parts only introduces them."""
    return paragraph.text.rstrip().endswith(":") or len(paragraph.text) <= LONGEST_TITLE


def _priority(
    paragraph: Paragraph,
    paragraphs: Sequence[Paragraph],
    marks: Mapping[Place, Mapping[str, Span]],
    *,
    vocabulary: Vocabulary,
) -> int:
    """1 and 3 where the paragraph, one above it or a heading says so; else 2."""
    place: Place | None = paragraph.place
    while place is not None:
        said = marks.get(place, {})
        if "last" in said:
            return 3
        if "first" in said:
            return 1
        place = paragraphs[place].above
    headings = tokens_of(" ; ".join(paragraph.headings), language=vocabulary.language)
    over = {each.what for each in vocabulary.reading_finder.find(headings)}
    return 3 if "last" in over else 1 if "first" in over else 2


def _suggestions(
    asked: _Asked,
    marks: Mapping[str, Span],
    *,
    vocabulary: Vocabulary,
    in_force: Collection[MandatedTask],
    where: places.Somewhere | None,
) -> Iterator[Suggestion]:
    paragraph = asked.paragraph
    scores = scored(paragraph.text, vocabulary=vocabulary, start=asked.asks_from, headings=asked.over)
    days = readings.days_of(paragraph.text, language=vocabulary.language)
    picked: tuple[Scored | None, ...] = chosen(scores, vocabulary=vocabulary) or (None,)
    for each in picked:
        kind = each.task_kind if each else None
        ways, way_spans = modalities_of(paragraph.text, vocabulary=vocabulary, start=asked.asks_from, kind=kind)
        bare = Suggestion(
            paragraph=paragraph.place,
            label=paragraph.label,
            task_kind=kind,
            change=TaskChange.SET,
            relation=Relation.NEW,
            modalities=ways,
            force=asked.force,
            priority=asked.priority,
            area_of_operations=where.name if where else "",
            starts_on=days.starts_on,
            last_on=days.last_on,
            share=vocabulary.share_of(each.score) if each else None,
            phrases=tuple(dict.fromkeys(one.what.text for one in each.found)) if each else (),
            spans=_joined(
                (
                    *asked.spans,
                    *(Span(start=one.start, end=one.end, says=Says.TASK) for one in (each.found if each else ())),
                    *way_spans,
                    *days.spans,
                    *((where.span,) if where else ()),
                    *(marks[what] for what in ("ends", "adds", "first", "last") if what in marks),
                )
            ),
            remarks=days.remarks,
            begins_with=milestones.name_in(paragraph.text, language=vocabulary.language),
            place_ground=where.ground if where else None,
        )
        if "ends" in marks:
            bare = _ending(bare, paragraph.text, language=vocabulary.language)
        yield _related(bare, marks, in_force=in_force)


def _ending(found: Suggestion, text: str, *, language: str) -> Suggestion:
    """As the end of a task, on the day that the paragraph names."""
    return replace(
        found,
        change=TaskChange.END,
        relation=Relation.ENDS,
        starts_on=None,
        last_on=(last := readings.end_of(text, language=language)),
        remarks=() if last else found.remarks,
    )


def _related(found: Suggestion, marks: Mapping[str, Span], *, in_force: Collection[MandatedTask]) -> Suggestion:
    """With what it means for the task in force, if there is one; how sure it is to end one that is not there, nobody knows."""
    there = task_meant(found, in_force)
    if there is None:
        return replace(found, share=None) if in_force and found.change is TaskChange.END else found
    at = replace(found, area_of_operations=there.area_of_operations)
    if found.change is TaskChange.END:
        return replace(at, modalities=())
    added = [each for each in found.modalities if each not in there.modalities]
    if "adds" in marks and added and found.last_on is None:
        return replace(at, change=TaskChange.EXTEND, relation=Relation.ADDS)
    same = (
        set(found.modalities) == set(there.modalities)
        and found.force is there.force
        and found.priority == there.priority
        and found.starts_on is None
        and found.last_on == there.last_on
    )
    return replace(at, relation=Relation.CONTINUES if same else Relation.CHANGES)


def task_meant(found: Suggestion, in_force: Collection[MandatedTask]) -> MandatedTask | None:
    """Return the task in force that a suggestion speaks of: of the same place, or the only one of its kind."""
    alike = [each for each in in_force if each.task_kind == found.task_kind and each.begins_on is None]
    same = next((each for each in alike if each.area_of_operations == found.area_of_operations), None)
    if same is not None or found.area_of_operations:
        return same
    return alike[0] if len(alike) == 1 else None


def modalities_of(
    text: str, *, vocabulary: Vocabulary, start: int, kind: TaskKindKey | None
) -> tuple[tuple[Modality, ...], tuple[Span, ...]]:
    """Return how the operation is to act, with the words: by the first verb of what is asked and those beside it.

    Where there is none, as is usual for the task.
    """
    tokens = [each for each in tokens_of(text, language=vocabulary.language) if each.start >= start]
    aside = aside_of(text, tokens, vocabulary=vocabulary)
    found = [each for each in longest(vocabulary.modality_finder.find(tokens)) if each.start < aside]
    if not found:
        usual = USUAL_WAYS.get(kind or "", Modality.ASSIST)
        return (usual,), ()
    kept = [found[0]]
    for each in found[1:]:
        if each.start - kept[-1].end <= _NEAR and _verb_like(text, each.start):
            kept.append(each)
    ways = {each.what for each in kept}
    return (
        tuple(each for each in Modality if each in ways),
        tuple(Span(start=each.start, end=each.end, says=Says.MODALITY) for each in kept),
    )


def _verb_like(text: str, start: int) -> bool:
    """Whether what stands there is joined to what is asked, as in ", report" and "and to verify"."""
    before = text[:start].rstrip().lower()
    return before.endswith((",", " and", " to", " or", " et", " de", " d'", " d’", " à", " ou"))


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """In order, and of those that overlap only the first."""
    kept: list[Span] = []
    for each in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return tuple(kept)
