"""How the counts of the vocabulary are made from labelled paragraphs, and how well suggestions do on those held out.

Deterministic: the same paragraphs and phrases give the same counts, thresholds and figures.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainer.competencies.values import Area
from trainer.interop.suggestions.places import place_of
from trainer.interop.suggestions.scoring import Scored, chosen, phrases_in, scored
from trainer.interop.suggestions.suggesting import suggest
from trainer.interop.suggestions.tasking import tasking_of
from trainer.interop.suggestions.values import Figures, Labelled, LabelledPlace, Measured
from trainer.interop.suggestions.vocabulary import LANGUAGES, Vocabulary, counted, written
from trainer.mandates.values import TASK_KINDS, Force, Modality, TaskKindKey

FOLDS = 4
THRESHOLDS = range(25, 81, 5)
RATIOS = range(50, 86, 5)
"""Not higher: real paragraphs often give several tasks, the labelled ones mostly give one."""
STEPS = (0, 60, 75, 85, 93)
"""Scores between which it is counted how many suggestions were right."""
NOTHING_MEASURED = Figures()
EVERY = 3
"""Every third paragraph of an area is held out."""

Counts = Mapping[tuple[str, str, TaskKindKey], tuple[int, int]]
"""Language, phrase and kind → seen, right."""


def read_labelled(folder: Path) -> tuple[Labelled, ...]:
    """Read `paragraphs.<language>.toml` of a folder, English first; every third of each area is held out."""
    seen: Counter[Area | None] = Counter()
    return tuple(_labelled(folder, seen))


def _labelled(folder: Path, seen: Counter[Area | None]) -> Iterator[Labelled]:
    for language in LANGUAGES:
        data = tomllib.loads((folder / f"paragraphs.{language}.toml").read_text(encoding="utf-8"))
        for each in data["paragraphs"]:
            kinds = tuple(TaskKindKey(kind) for kind in each["kinds"])
            area = TASK_KINDS[kinds[0]].area if kinds else None
            seen[area] += 1
            yield Labelled(
                language=data["language"],
                text=each["text"],
                kinds=kinds,
                modalities=tuple(Modality(how) for how in each["how"].split()),
                force=Force(each.get("force", Force.REQUESTED)),
                under=each.get("under", False),
                held_out=seen[area] % EVERY == 0,
            )


def learn(labelled: Iterable[Labelled]) -> Mapping[str, Any]:
    """Return counts of phrases, the threshold and how many were right at each score, from those that are not held out."""
    training = [each for each in labelled if not each.held_out]
    bare = {language: written(language) for language in LANGUAGES}
    # each paragraph is scored by counts that it had no part in
    folds = [
        {
            language: counted(known, {"counts": _rows(_counts(_without(training, fold), bare))})
            for language, known in bare.items()
        }
        for fold in range(FOLDS)
    ]
    found = [(each, _scores(each, folds[place % FOLDS][each.language])) for place, each in enumerate(training)]
    threshold, ratio = max(
        ((threshold, ratio) for threshold in THRESHOLDS for ratio in RATIOS),
        key=lambda pair: (_quality(found, bare["en"], *pair), pair),
    )
    return {
        "threshold": threshold,
        "ratio": ratio,
        "shares": _shares(found, replace(bare["en"], threshold=threshold, ratio=ratio)),
        "counts": _rows(_counts(training, bare)),
    }


def _without(training: Sequence[Labelled], fold: int) -> list[Labelled]:
    return [each for place, each in enumerate(training) if place % FOLDS != fold]


def _counts(training: Iterable[Labelled], vocabularies: Mapping[str, Vocabulary]) -> Counts:
    counts: dict[tuple[str, str, TaskKindKey], tuple[int, int]] = {}
    for each in training:
        for phrase in phrases_in(each.text, vocabulary=vocabularies[each.language]):
            key = (each.language, phrase.text, phrase.task_kind)
            seen, right = counts.get(key, (0, 0))
            counts[key] = (seen + 1, right + (phrase.task_kind in each.kinds))
    return counts


def _rows(counts: Counts) -> list[dict[str, Any]]:
    return [
        {"language": language, "phrase": phrase, "kind": str(kind), "seen": seen, "right": right}
        for (language, phrase, kind), (seen, right) in sorted(counts.items())
    ]


def _scores(each: Labelled, vocabulary: Vocabulary) -> tuple[Scored, ...]:
    start = _asks_from(each, vocabulary)
    return () if start is None else scored(each.text, vocabulary=vocabulary, start=start)


def _asks_from(each: Labelled, vocabulary: Vocabulary) -> int | None:
    """Where what is asked begins; None where the operation is not tasked."""
    if each.under:
        return 0
    tasking = tasking_of(each.text, vocabulary=vocabulary)
    return tasking.asks_from if tasking and tasking.to_operation else None


def _quality(
    found: Sequence[tuple[Labelled, tuple[Scored, ...]]], vocabulary: Vocabulary, threshold: int, ratio: int
) -> float:
    """The harmonic mean of precision and recall over kinds of task."""
    using = replace(vocabulary, threshold=threshold, ratio=ratio)
    total = Figures()
    for each, scores in found:
        total += _compared({one.task_kind for one in chosen(scores, vocabulary=using)}, set(each.kinds))
    return 2 * total.right / (total.suggested + total.there)


def _shares(found: Sequence[tuple[Labelled, tuple[Scored, ...]]], vocabulary: Vocabulary) -> list[dict[str, int]]:
    """How many suggestions of each range of scores were right; a range with a worse record than the one below is joined to it."""
    pairs = [
        (one.score, one.task_kind in each.kinds)
        for each, scores in found
        for one in chosen(scores, vocabulary=vocabulary)
    ]
    ranges: list[tuple[int, int, int]] = []
    for least, most in zip(STEPS, (*STEPS[1:], 101), strict=True):
        inside = [right for score, right in pairs if least <= score < most]
        ranges.append((least, sum(inside), len(inside)))
        while len(ranges) > 1 and _is_no_better(ranges[-1], ranges[-2]):
            _, right, of = ranges.pop()
            lower, right_below, of_below = ranges.pop()
            ranges.append((lower, right_below + right, of_below + of))
    return [{"least": least, "right": right, "of": of} for least, right, of in reversed(ranges)]


def _is_no_better(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> bool:
    return (upper[1] + 1) * (lower[2] + 2) <= (lower[1] + 1) * (upper[2] + 2)


def measure(labelled: Iterable[Labelled], *, vocabularies: Mapping[str, Vocabulary]) -> Measured:
    """Return how well suggestions do on these paragraphs, each read as part of a text."""
    paragraphs = 0
    tasking = kinds = modalities = force = Figures()
    areas: dict[Area, Figures] = {area: Figures() for area in Area if area is not Area.CND}
    by_language: dict[str, Figures] = dict.fromkeys(LANGUAGES, Figures())
    for each in labelled:
        paragraphs += 1
        found = {
            one.task_kind: one
            for one in suggest(_as_text(each), vocabulary=vocabularies[each.language]).suggestions
            if one.task_kind is not None
        }
        # a paragraph in which no task is recognised is shown with a question and counts nowhere
        tasking += _compared({"yes"} if found else set(), {"yes"} if each.kinds else set())
        kinds += _compared(set(found), set(each.kinds))
        of_areas = {TASK_KINDS[kind].area for kind in found}
        there = {TASK_KINDS[kind].area for kind in each.kinds}
        by_language[each.language] += _compared(of_areas, there)
        for area in of_areas | there:
            areas[area] += _compared(of_areas & {area}, there & {area})
        for kind in found.keys() & set(each.kinds):
            modalities += _compared(set(found[kind].modalities), set(each.modalities))
            force += _compared({found[kind].force}, {each.force})
    return Measured(
        paragraphs=paragraphs,
        tasking=tasking,
        areas=areas,
        kinds=kinds,
        modalities=modalities,
        force=force,
        by_language=by_language,
    )


def _as_text(each: Labelled) -> str:
    if not each.under:
        return f"1. {each.text}"
    over = {
        "en": "1. Decides that the mandate of the Mission shall include the following:",
        "fr": "1. Décide que le mandat de la Mission comprendra ce qui suit :",
    }
    return f"{over[each.language]}\n(a) {each.text}"


def read_places(folder: Path) -> tuple[LabelledPlace, ...]:
    """Read `places.toml` of a folder, paragraphs with the part of the country that each names; none without such a file."""
    file = folder / "places.toml"
    if not file.exists():
        return ()
    return tuple(
        LabelledPlace(
            language=each["language"], text=each["text"], place=each["place"], held_out=each.get("held_out", False)
        )
        for each in tomllib.loads(file.read_text(encoding="utf-8"))["paragraphs"]
    )


def measure_places(labelled: Iterable[LabelledPlace]) -> Figures:
    """Return how well places are read where no name is on file: a place counts as right where all of its name is."""
    found = Figures()
    for each in labelled:
        read = place_of(each.text, language=each.language)
        found += _compared({read.name} if read else set(), {each.place} if each.place else set())
    return found


def _compared(suggested: set[Any], there: set[Any]) -> Figures:
    return Figures(right=len(suggested & there), suggested=len(suggested), there=len(there))


def as_toml(learnt: Mapping[str, Any]) -> str:
    """Return what was learnt as the file that the vocabulary reads."""
    lines = [
        "# Counted on labelled paragraphs by `trainer mandates measure FOLDER --write`; do not edit by hand.",
        "",
        f"threshold = {learnt['threshold']}",
        f"ratio = {learnt['ratio']}",
        "shares = [",
        *(f"  {{ least = {each['least']}, right = {each['right']}, of = {each['of']} }}," for each in learnt["shares"]),
        "]",
        "counts = [",
        *(
            f"  {{ language = {_quoted(each['language'])}, phrase = {_quoted(each['phrase'])}, "
            f"kind = {_quoted(each['kind'])}, seen = {each['seen']}, right = {each['right']} }},"
            for each in learnt["counts"]
        ),
        "]",
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


TOTALS = ("all_areas", "en", "fr", "tasking", "kinds", "modalities", "force", "places")
"""The figures beside those of the areas."""


def as_figures(found: Measured, *, places: Figures = NOTHING_MEASURED) -> dict[str, Any]:
    """Return what was measured as plain figures, areas by their codes."""
    totals = {
        "all_areas": found.all_areas,
        **found.by_language,
        "tasking": found.tasking,
        "kinds": found.kinds,
        "modalities": found.modalities,
        "force": found.force,
        "places": places,
    }
    return {
        "paragraphs": found.paragraphs,
        "areas": {area.value: _plain(each) for area, each in found.areas.items()},
        **{name: _plain(each) for name, each in totals.items()},
    }


def _plain(each: Figures) -> dict[str, int | None]:
    return {
        "right": each.right,
        "suggested": each.suggested,
        "there": each.there,
        "precision": each.precision,
        "recall": each.recall,
    }
