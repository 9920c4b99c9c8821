"""The forms by which a text is read: the text, what it is taken to say, and the vocabulary. Into values and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext, lazy_gettext
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from trainer.accounts.values import MissionId
from trainer.interop.suggestions.extraction import MOST_LETTERS
from trainer.interop.suggestions.office import Decided
from trainer.interop.suggestions.readings import last_day_after
from trainer.interop.suggestions.values import Paragraph, Part, Place, Says, Span, Strength, Suggestion, TextReading
from trainer.kernel.values import mark
from trainer.mandates.rules import MOST_PHRASE_LETTERS
from trainer.mandates.values import (
    TASK_KINDS,
    CitedModality,
    Force,
    InstrumentDraft,
    Milestone,
    Modality,
    PhraseDecision,
    PhraseVerdict,
    TaskChange,
    TaskKindKey,
    TaskLine,
    plain_name,
)
from trainer.web.forms import FileField, LongTextField, PageForm, RadiosField, SelectField, TextField
from trainer.web.mandates import words
from trainer.web.mandates.forms import MOST_LINES, UNKNOWN, UNTIL, InstrumentForm, LineForm
from trainer.web.mandates.milestone_forms import SUGGESTED, milestone_data

ACCEPT, REJECT = "accept", "reject"
MOST_SUGGESTIONS = 200
MOST_WORDS = 2000
SURE = 90
"""In percent: from where on suggestions can be accepted together."""
LANGUAGE_CHOICES = [("en", lazy_gettext("English")), ("fr", lazy_gettext("French"))]
STRENGTH_NAMES: Mapping[Strength, str] = {
    Strength.STRONG: mark("almost always means the task"),
    Strength.USUAL: mark("means it more often than not"),
    Strength.WEAK: mark("means it now and then"),
}


class TextForm(PageForm):
    """A text to be read, pasted or as a file."""

    language = RadiosField(
        lazy_gettext("Language of the text"),
        choices=LANGUAGE_CHOICES,
        default="en",
        validators=[InputRequired(lazy_gettext("Choose the language of the text."))],
    )
    text = LongTextField(
        lazy_gettext("The text"),
        description=lazy_gettext("Paste it whole, with the numbers of its paragraphs."),
        validators=[Optional(), Length(max=MOST_LETTERS)],
        render_kw={"rows": 14},
    )
    file = FileField(
        lazy_gettext("Or a file"),
        description=lazy_gettext("Text, HTML, or PDF that holds text."),
        validators=[Optional()],
        render_kw={"accept": ".txt,.html,.htm,.pdf"},
    )

    def validate(self, *given: Any, **more: Any) -> bool:
        """Ask for one of the two."""
        valid = bool(super().validate(*given, **more))
        if not (self.text.data or "").strip() and not self.file.data:
            self.refuse("text", gettext("Paste the text, or choose a file."))
            return False
        return valid

    def content(self) -> tuple[bytes, str] | None:
        """The file with its name; none where text was pasted."""
        if not self.file.data or (self.text.data or "").strip():
            return None
        return self.file.data.read(), self.file.data.filename or ""


class SuggestedLineForm(LineForm):
    """What the text is taken to say of one task, with what the officer makes of it."""

    change = RadiosField(
        lazy_gettext("What the text does"),
        choices=[
            (TaskChange.SET.value, lazy_gettext("Gives it, or says anew how it is to be done")),
            (TaskChange.EXTEND.value, lazy_gettext("Adds to how it is done")),
            (TaskChange.END.value, lazy_gettext("Ends it")),
        ],
        default=TaskChange.SET.value,
    )
    decision = RadiosField(
        lazy_gettext("Your decision"),
        choices=[(ACCEPT, lazy_gettext("Accept, as it stands below")), (REJECT, lazy_gettext("Reject"))],
        validators=[Optional()],
    )
    place = wtforms.HiddenField(default="")
    """Of the paragraph in the text."""
    offered = wtforms.HiddenField(default="")
    """The kind of task that was suggested; empty where none was recognised or a person added the line."""
    phrases = wtforms.HiddenField(default="")
    spans = wtforms.HiddenField(default="")
    sure = wtforms.HiddenField(default="")
    """In percent."""
    remarks = wtforms.HiddenField(default="")
    place_ground = wtforms.HiddenField(default="")

    def __init__(self, *given: Any, **more: Any) -> None:
        """Offer to choose no task yet."""
        super().__init__(*given, **more)
        none = wtforms.SelectChoice("", str(lazy_gettext("Choose the task")))
        self.task_kind.choices = [none, *(self.task_kind.choices or ())]

    @property
    def says(self) -> bool:
        """Whether it goes into the draft."""
        return bool(self.decision.data == ACCEPT)

    @property
    def decided(self) -> bool:
        """Whether the officer said anything of it."""
        return self.decision.data in {ACCEPT, REJECT}

    def paragraph_place(self, among: int) -> Place | None:
        """The paragraph that it is of; none for a place that the text does not have."""
        found = _number(self.place.data)
        return Place(found) if found is not None and found < among else None

    def percent(self) -> int | None:
        """How sure the suggestion is; none where it is none."""
        return _number(self.sure.data)

    def marked(self) -> tuple[Span, ...]:
        """The stretches of the paragraph on which it rests; what cannot be read is left out."""
        return tuple(_spans(self.spans.data or ""))

    def rests_on(self) -> tuple[str, ...]:
        """Phrases of the vocabulary."""
        return tuple(each for each in (self.phrases.data or "").split(" | ") if each)

    def to_decided(self, paragraph: Paragraph) -> Decided:
        """What the vocabulary learns from it."""
        chosen = TaskKindKey(self.task_kind.data or "") if self.says else None
        return Decided(
            text=paragraph.text,
            phrases=self.rests_on(),
            offered=TaskKindKey(self.offered.data) if self.offered.data in TASK_KINDS else None,
            chosen=chosen,
        )


class SuggestionsForm(InstrumentForm):
    """A text as it was read: its heading, and each suggestion with a decision."""

    tasks = wtforms.FieldList(wtforms.FormField(SuggestedLineForm), max_entries=MOST_LINES)
    text = wtforms.HiddenField(default="")
    language = wtforms.HiddenField(default="en")
    add_place = SelectField(lazy_gettext("Paragraph"), validate_choice=False)

    def offer(self, paragraphs: Iterable[Paragraph]) -> None:
        """Fill the choice of a paragraph to add a task from."""
        self.add_place.choices = [
            wtforms.SelectChoice(str(each.place), f"{each.label}. {each.text[:70]}" if each.label else each.text[:70])
            for each in paragraphs
            if each.part is Part.OPERATIVE
        ]

    def add_from(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """One more line, of the chosen paragraph."""
        place = _number(self.add_place.data)
        if place is None or place >= len(paragraphs) or len(self.tasks) >= MOST_LINES:
            return
        paragraph = paragraphs[place]
        self.tasks.append_entry(
            {
                "origin": "new",
                "place": str(place),
                "paragraph": paragraph.label,
                "words": paragraph.text[:MOST_WORDS],
                "decision": ACCEPT,
            }
        )

    def accept_sure(self) -> None:
        """Accept what is undecided and almost always right."""
        for line in self.suggested:
            if not line.decided and (line.percent() or 0) >= SURE:
                line.decision.data = ACCEPT
                line.decision.raw_data = [ACCEPT]

    @property
    def suggested(self) -> list[SuggestedLineForm]:
        """The lines of the form."""
        return [entry.form for entry in self.tasks]

    def validate(self, *given: Any, **more: Any) -> bool:
        """Ask for the task of each accepted line."""
        valid = bool(super().validate(*given, **more))
        for line in self.suggested:
            if line.says and line.task_kind.data not in TASK_KINDS:
                line.task_kind.errors = [*line.task_kind.errors, gettext("Choose the task, or reject the suggestion.")]
                valid = False
        return valid

    def to_bare_draft(self, mission: MissionId) -> InstrumentDraft:
        """What was accepted, line by line as it stands in the form."""
        return super().to_draft(mission)

    def to_draft(self, mission: MissionId) -> InstrumentDraft:
        """What was accepted; what several paragraphs say of one task becomes one line that cites each of them."""
        bare = self.to_bare_draft(mission)
        by_identity: dict[tuple[TaskKindKey, str], TaskLine] = {}
        for line in bare.tasks:
            there = by_identity.get(line.identity)
            by_identity[line.identity] = line if there is None else _merged(there, line)
        tasks = tuple(by_identity.values())
        return replace(bare, tasks=tasks, milestones=self._wanted(bare.milestones, tasks))

    def _wanted(self, milestones: Iterable[Milestone], tasks: Iterable[TaskLine]) -> tuple[Milestone, ...]:
        """Without what was only suggested and no accepted task names."""
        named = {plain_name(name) for line in tasks for name in (line.begins_with, line.ends_with)}
        named |= {plain_name(each.begins_with) for each in milestones}
        suggested = {plain_name(each.name.data or "") for each in self.defined if each.origin.data == SUGGESTED}
        return tuple(
            each for each in milestones if plain_name(each.name) in named or plain_name(each.name) not in suggested
        )

    def to_decided(self, paragraphs: tuple[Paragraph, ...]) -> list[Decided]:
        """What the vocabulary learns from it: from nothing that was left undecided."""
        return [
            line.to_decided(paragraphs[place])
            for line in self.suggested
            if line.decided and (place := line.paragraph_place(len(paragraphs))) is not None
        ]


def _merged(one: TaskLine, other: TaskLine) -> TaskLine:
    """Two paragraphs on one task: all ways of acting, the stronger force, the higher priority, the longer time."""
    if TaskChange.END in (one.change, other.change) and one.change is not other.change:
        kept = one if one.change is not TaskChange.END else other
        return replace(kept, paragraph=_both(one.paragraph, other.paragraph))
    cited = {each.modality: each for line in (other, one) for each in _cited(line)}
    modalities = tuple(each for each in Modality if each in one.modalities or each in other.modalities)
    order: tuple[Modality | None, ...] = (*Modality, None)
    return replace(
        one,
        modalities=modalities,
        cited=tuple(cited[each] for each in order if each in cited) if one.paragraph != other.paragraph else (),
        paragraph=_both(one.paragraph, other.paragraph),
        force=Force.REQUESTED if Force.REQUESTED in (one.force, other.force) else Force.ENCOURAGED,
        priority=min(one.priority, other.priority),
        starts_on=None if one.starts_on is None or other.starts_on is None else min(one.starts_on, other.starts_on),
        ends_on=None if one.ends_on is None or other.ends_on is None else max(one.ends_on, other.ends_on),
        words=one.words if one.words == other.words else f"{one.words}\n{other.words}".strip(),
        begins_with=one.begins_with if one.begins_with == other.begins_with else "",
        ends_with=one.ends_with if one.ends_with == other.ends_with else "",
    )


def _cited(line: TaskLine) -> tuple[CitedModality, ...]:
    own: tuple[Modality | None, ...] = line.modalities or (None,)
    return line.cited or tuple(CitedModality(modality=each, paragraph=line.paragraph) for each in own)


def _both(one: str, other: str) -> str:
    return "; ".join(dict.fromkeys((*one.split("; "), *other.split("; "))))


def form_of_reading(reading: TextReading, *, text: str, on: date) -> SuggestionsForm:
    """A form that holds what a text is taken to say; nothing in it is decided."""
    heading = reading.heading
    effective = heading.effective_on or heading.adopted_on
    last = heading.last_on or (last_day_after(effective or on, heading.months) if heading.months is not None else None)
    strength = "; ".join(
        gettext("%(words)s (paragraph %(paragraph)s)", words=each.words, paragraph=each.label)
        for each in heading.ceilings
    )
    form = SuggestionsForm(
        formdata=None,
        data={
            "text": text,
            "language": reading.language,
            "symbol": heading.symbol,
            "adopted_on": heading.adopted_on,
            "effective_on": effective,
            "period": UNTIL if last else UNKNOWN,
            "last_on": last,
            "note": gettext("Authorised strength: %(strength)s.", strength=strength) if strength else "",
            "milestones": [milestone_data(each, origin=SUGGESTED) for each in reading.milestones],
            "paragraphs": "|".join(each.label for each in reading.paragraphs if each.label and "|" not in each.label),
            "tasks": [_suggested(each, reading) for each in reading.suggestions[:MOST_SUGGESTIONS]],
        },
    )
    form.offer(reading.paragraphs)
    return form


def _suggested(each: Suggestion, reading: TextReading) -> dict[str, object]:
    return {
        "origin": "new",
        "task_kind": each.task_kind or "",
        "area_of_operations": each.area_of_operations,
        "change": each.change.value,
        "modalities": [one.value for one in each.modalities],
        "force": each.force.value,
        "priority": str(each.priority),
        "paragraph": each.label,
        "starts_on": each.starts_on,
        "last_on": each.last_on,
        "begins_with": each.begins_with,
        "words": reading.paragraphs[each.paragraph].text[:MOST_WORDS],
        "place": str(each.paragraph),
        "offered": each.task_kind or "",
        "phrases": " | ".join(each.phrases),
        "spans": " ".join(f"{span.start}-{span.end}-{span.says.value}" for span in each.spans),
        "sure": "" if each.share is None else str(each.share.percent),
        "remarks": " | ".join(each.remarks),
        "place_ground": each.place_ground.value if each.place_ground else "",
    }


def _spans(text: str) -> Iterable[Span]:
    for each in text.split():
        start, _, rest = each.partition("-")
        end, _, says = rest.partition("-")
        first, last = _number(start), _number(end)
        if first is not None and last is not None and says in list(Says):
            yield Span(start=first, end=last, says=Says(says))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


class PhraseForm(PageForm):
    """A phrase to be added to the vocabulary."""

    phrase = TextField(
        lazy_gettext("Phrase"),
        description=lazy_gettext(
            "As texts say it: “protection of civilians”. “…” stands for up to four words between."
        ),
        validators=[
            DataRequired(lazy_gettext("Enter the phrase.")),
            Length(max=MOST_PHRASE_LETTERS),
        ],
    )
    task_kind = SelectField(lazy_gettext("Task"), validate_choice=False)
    strength = RadiosField(
        lazy_gettext("How surely it means the task"),
        choices=[(each.value, lazy_gettext(name)) for each, name in STRENGTH_NAMES.items()],
        default=Strength.USUAL.value,
        validators=[InputRequired()],
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        """Offer every task under its area."""
        super().__init__(*given, **more)
        self.task_kind.choices = [
            wtforms.SelectChoice(*choice, optgroup=head)
            for head, choices in words.kinds_by_area(TASK_KINDS).items()
            for choice in choices
        ]

    def validate(self, *given: Any, **more: Any) -> bool:
        """Ask for a task of the list."""
        valid = bool(super().validate(*given, **more))
        if self.task_kind.data not in TASK_KINDS:
            self.refuse("task_kind", gettext("Choose a task of the list."))
            return False
        return valid

    def to_decision(self) -> PhraseDecision:
        """What was entered, as the capability takes it."""
        return PhraseDecision(
            phrase=" ".join((self.phrase.data or "").split()),
            task_kind=TaskKindKey(self.task_kind.data),
            verdict=PhraseVerdict.ADDED,
            strength=Strength(self.strength.data).value,
        )


class PhraseChangeForm(PageForm):
    """A phrase of the list that is taken out, put back, or whose counts are set aside."""

    phrase = wtforms.HiddenField(validators=[DataRequired(), Length(max=MOST_PHRASE_LETTERS)])
    task_kind = wtforms.HiddenField(validators=[DataRequired()])
    verdict = wtforms.HiddenField(validators=[DataRequired()])
    strength = wtforms.HiddenField(default=Strength.USUAL.value)

    def to_decision(self) -> PhraseDecision | None:
        """What was asked; none for what cannot be."""
        if not self.validate() or self.task_kind.data not in TASK_KINDS or self.verdict.data not in set(PhraseVerdict):
            return None
        verdict = PhraseVerdict(self.verdict.data)
        if verdict not in {PhraseVerdict.ADDED, PhraseVerdict.DROPPED, PhraseVerdict.FORGOTTEN}:
            return None
        strength = self.strength.data if self.strength.data in set(Strength) else Strength.USUAL.value
        return PhraseDecision(
            phrase=self.phrase.data,
            task_kind=TaskKindKey(self.task_kind.data),
            verdict=verdict,
            strength=strength if verdict is PhraseVerdict.ADDED else "",
        )
