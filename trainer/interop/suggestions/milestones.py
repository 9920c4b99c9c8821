"""Phases and conditions that a text seems to make its tasks depend on; suggested, never taken for law."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from trainer.interop.suggestions import readings
from trainer.interop.suggestions.values import Paragraph, Part
from trainer.mandates.values import Milestone, MilestoneKind

MOST_WORDS = 8
"""Of the name of a condition: it is only a name, its words are kept beside it."""

_PHASE = {
    "en": re.compile(
        r"\b(?:(?P<n>first|second|third|fourth|initial|final)\s+phase|phase\s+(?P<m>one|two|three|four|IV|I{1,3}|[1-4])\b)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:(?P<n>première|deuxième|seconde|troisième|quatrième|dernière)\s+phase|phase\s+(?P<m>IV|I{1,3}|[1-4])\b)",
        re.IGNORECASE,
    ),
}
_CONDITION = {
    "en": re.compile(
        r"\b(?:subject to|provided that|conditional (?:up)?on|on condition that|once|upon (?=the (?:establishment|withdrawal|"
        r"completion|deployment|signature|formation|conclusion)\b))\s*(?P<what>[^,;.:]{6,160})",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:sous réserve (?:de |du |des |d['’])|à condition (?:que |de )|dès que |une fois (?:que )?|lorsque )"
        r"(?P<what>[^,;.:]{6,160})",
        re.IGNORECASE,
    ),
}


def name_in(text: str, *, language: str) -> str:
    """Return the name of the phase, or else of the condition, on which a paragraph seems to depend; empty where none."""
    phase = _PHASE[language].search(text)
    if phase is not None:
        return " ".join(phase.group().split()).lower()
    condition = _CONDITION[language].search(text)
    return "" if condition is None else _short(condition["what"])


def of_text(paragraphs: Sequence[Paragraph], *, named: Collection[str], language: str) -> tuple[Milestone, ...]:
    """Return what the suggestions name, each with the paragraph that says most of it: a phase with days before one without."""
    found: dict[str, Milestone] = {}
    for paragraph in paragraphs:
        if paragraph.part is not Part.OPERATIVE:
            continue
        name = name_in(paragraph.text, language=language)
        if not name or name not in named:
            continue
        made = _milestone(name, paragraph, language=language)
        there = found.get(name)
        if there is None or (there.ends_on is None and there.starts_on is None and (made.starts_on or made.ends_on)):
            found[name] = made
    return tuple(found.values())


def _milestone(name: str, paragraph: Paragraph, *, language: str) -> Milestone:
    if _PHASE[language].search(paragraph.text) is None:
        condition = _CONDITION[language].search(paragraph.text)
        words = condition["what"].strip() if condition else paragraph.text
        return Milestone(name=name, kind=MilestoneKind.CONDITION, paragraph=paragraph.label, words=words)
    days = readings.days_of(paragraph.text, language=language)
    return Milestone(
        name=name,
        kind=MilestoneKind.PHASE,
        paragraph=paragraph.label,
        starts_on=days.starts_on,
        ends_on=readings.day_after(days.last_on),
    )


def _short(words: str) -> str:
    """The first words of a condition: enough to tell it from others."""
    return " ".join(words.split()[:MOST_WORDS])
