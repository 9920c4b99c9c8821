"""Words of suggestions: paragraphs, phrases with their counts, and what a text is taken to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

from trainer.competencies.values import Area
from trainer.mandates.values import TASK_KINDS, Force, MandatedTask, Milestone, Modality, TaskChange, TaskKindKey

Place = NewType("Place", int)
"""Of a paragraph, counted from 0 through the text."""


class Part(StrEnum):
    """What a paragraph is in its text."""

    HEADING = "heading"
    PREAMBULAR = "preambular"
    OPERATIVE = "operative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph or sub-paragraph, as it was read."""

    place: Place
    part: Part
    label: str
    """As texts are cited: `4 (a) (ii)`; empty where it has no number."""
    text: str
    """Without its number, blanks folded."""
    above: Place | None = None
    """The paragraph that it is a part of."""
    headings: tuple[str, ...] = ()
    """The headings that it stands under, outermost first."""


class Strength(StrEnum):
    """How surely a phrase is thought to mean a task before anything is counted."""

    STRONG = "strong"
    USUAL = "usual"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often a phrase was seen in a paragraph, and how often the paragraph gave the task."""

    seen: int = 0
    right: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(seen=self.seen + other.seen, right=self.right + other.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase that speaks for a kind of task."""

    text: str
    task_kind: TaskKindKey
    strength: Strength
    by_officers: bool = False
    """Whether officers added it; else it stands in the vocabulary that Trainer brings."""
    labelled: Count = Count()
    """On labelled paragraphs."""
    decided: Count = Count()
    """By what officers accepted and rejected."""

    @property
    def area(self) -> Area:
        """Of the kind of task."""
        return TASK_KINDS[self.task_kind].area


class Says(StrEnum):
    """What a marked stretch of a paragraph speaks for."""

    TASK = "task"
    TASKING = "tasking"
    MODALITY = "modality"
    DATES = "dates"
    PLACE = "place"
    PRIORITY = "priority"
    CHANGE = "change"
    STRENGTH = "strength"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a paragraph's text, half-open."""

    start: int
    end: int
    says: Says


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of suggestions as sure as this, how many were right on labelled paragraphs that had no part in counting."""

    right: int
    of: int

    @property
    def percent(self) -> int:
        """Rounded down, with one case added to each side: a few cases prove little."""
        return 100 * (self.right + 1) // (self.of + 2)


class Relation(StrEnum):
    """What a suggestion means for the tasks in force."""

    NEW = "new"
    CONTINUES = "continues"
    CHANGES = "changes"
    ADDS = "adds"
    ENDS = "ends"


class PlaceGround(StrEnum):
    """On what a place rests, the surest first."""

    ON_FILE = "on-file"
    """The mission's units, sectors or tasks name it."""
    CALLED_SO = "called-so"
    """The text says what it is: a province, a sector, a side, a line."""
    NAME_ALONE = "name-alone"
    """A name after a word of place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a paragraph is taken to ask; binds nobody."""

    paragraph: Place
    label: str
    task_kind: TaskKindKey | None
    """None: the paragraph tasks the operation, with what is not recognised."""
    change: TaskChange
    relation: Relation
    modalities: tuple[Modality, ...]
    force: Force
    priority: int
    area_of_operations: str
    starts_on: date | None
    last_on: date | None
    """The last day that the text names."""
    share: Share | None
    """How sure; None where no task is recognised."""
    phrases: tuple[str, ...]
    """Of the vocabulary, on which the task rests."""
    spans: tuple[Span, ...]
    remarks: tuple[str, ...] = ()
    """Words of the paragraph on deadlines and phases, as they stand."""
    begins_with: str = ""
    """The phase or condition with which it seems to begin."""
    place_ground: PlaceGround | None = None
    """On what the area of operations rests; None without one."""

    @property
    def area(self) -> Area | None:
        """The mandate area of the task."""
        return None if self.task_kind is None else TASK_KINDS[self.task_kind].area

    @property
    def identity(self) -> tuple[TaskKindKey, str] | None:
        """Of the task, within its mission."""
        return None if self.task_kind is None else (self.task_kind, self.area_of_operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """A number of people that the text authorises."""

    number: int
    words: str
    """As it stands: `14,046 military personnel`."""
    paragraph: Place
    label: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a text says of itself."""

    symbol: str = ""
    adopted_on: date | None = None
    effective_on: date | None = None
    """None where it is the day of adoption."""
    last_on: date | None = None
    """The last day of the period it gives."""
    months: int | None = None
    """The length of the period, where it names one instead of a day."""
    renewal: Place | None = None
    """The paragraph that gives the period."""
    whole: Place | None = None
    """The paragraph by which the text seems to replace the whole mandate."""
    ceilings: tuple[Ceiling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading:
    """A text as it was read, with what it is taken to say."""

    language: str
    heading: Heading
    paragraphs: tuple[Paragraph, ...]
    suggestions: tuple[Suggestion, ...]
    """In the order of the text."""
    unmentioned: tuple[MandatedTask, ...] = ()
    """In force, and no suggestion speaks of them."""
    milestones: tuple[Milestone, ...] = ()
    """Phases and conditions that the text seems to make tasks depend on, in the order of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPlace:
    """A paragraph with the part of the country that it names."""

    language: str
    text: str
    place: str
    """Empty where it names none."""
    held_out: bool
    """Whether the patterns were made without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A paragraph of which people said what it tasks the operation to do."""

    language: str
    text: str
    kinds: tuple[TaskKindKey, ...]
    modalities: tuple[Modality, ...]
    force: Force
    under: bool
    """Whether it stands below a paragraph that gives tasks."""
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of what was suggested, how much was right; of what was there, how much was found."""

    right: int = 0
    suggested: int = 0
    there: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            right=self.right + other.right,
            suggested=self.suggested + other.suggested,
            there=self.there + other.there,
        )

    @property
    def precision(self) -> int | None:
        """In percent, rounded; None where nothing was suggested."""
        return round(100 * self.right / self.suggested) if self.suggested else None

    @property
    def recall(self) -> int | None:
        """In percent, rounded; None where there was nothing to find."""
        return round(100 * self.right / self.there) if self.there else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How well suggestions do on labelled paragraphs."""

    paragraphs: int
    tasking: Figures
    """Whether a paragraph tasks the operation."""
    areas: Mapping[Area, Figures]
    kinds: Figures
    modalities: Figures
    force: Figures
    by_language: Mapping[str, Figures] = field(default_factory=dict)
    """Of areas."""

    @property
    def all_areas(self) -> Figures:
        """The areas together."""
        return sum(self.areas.values(), Figures())
