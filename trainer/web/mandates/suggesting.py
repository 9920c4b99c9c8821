"""From the text of an instrument to a draft, and the vocabulary by which texts are read: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.dates import format_date
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, Permission
from trainer.competencies.values import Area
from trainer.edge import reading, transaction
from trainer.interop.suggestions import office
from trainer.interop.suggestions.extraction import html_text, text_of, within
from trainer.interop.suggestions.paragraphs import split
from trainer.interop.suggestions.values import Paragraph, Part, Phrase, Relation, Says, Span, TextReading
from trainer.interop.suggestions.vocabulary import LANGUAGES, weight_of
from trainer.kernel.errors import Refusal
from trainer.mandates import operations, queries
from trainer.mandates.values import (
    TASK_KINDS,
    Force,
    MandatedTask,
    PhraseDecision,
    PhraseRecord,
    TaskChange,
)
from trainer.web.access import must, must_everywhere, requires, today
from trainer.web.mandates import words
from trainer.web.mandates.contradictions import tell_contradictions
from trainer.web.mandates.suggestion_forms import (
    MOST_SUGGESTIONS,
    STRENGTH_NAMES,
    PhraseChangeForm,
    PhraseForm,
    SuggestedLineForm,
    SuggestionsForm,
    TextForm,
    form_of_reading,
)
from trainer.web.pages import PAGE_SIZE, page_number, refused
from trainer.web.words import DAY, name

Page = str | Response | tuple[str, int]

SAYS_NAMES = {
    Says.TASK: lazy_gettext("the task"),
    Says.TASKING: lazy_gettext("that it is asked"),
    Says.MODALITY: lazy_gettext("how"),
    Says.DATES: lazy_gettext("when"),
    Says.PLACE: lazy_gettext("where"),
    Says.PRIORITY: lazy_gettext("the priority"),
    Says.CHANGE: lazy_gettext("what changes"),
    Says.STRENGTH: lazy_gettext("the strength"),
    Says.RENEWAL: lazy_gettext("the period"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One suggestion as the page shows it."""

    line: SuggestedLineForm
    entry: str
    """The id of its part of the form."""
    paragraph: Paragraph | None
    marked: Markup
    """The paragraph with the words it rests on."""
    rests_on: tuple[tuple[str, str], ...]
    """Words of the paragraph, and what they speak for."""
    sure: str
    tone: str
    meaning: str
    """What it means for the tasks in force."""
    entered: str
    """What is entered when it is accepted, in one line."""


# A text


@requires(Permission.DRAFT_INSTRUMENT)
def from_text(mission: int) -> Page:
    """Paste or upload a text, and see what it is taken to say."""
    card = _drafter(mission)
    form = TextForm() if request.method == "POST" else TextForm(language=_language(), formdata=None)
    if form.is_submitted() and form.validate():
        try:
            text = _text(form)
            found = office.suggest_for(reading(), mission=card.id, text=text, language=form.language.data, on=today())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            if any(each.part is Part.OPERATIVE for each in found.paragraphs):
                return _suggestions(form_of_reading(found, text=text, on=today()), card, found=found)
            form.refuse(
                "text", gettext("No numbered paragraph was found. Paste the text with the numbers of its paragraphs.")
            )
    return _page("mandates/text.html", 422 if form.problems else 200, form=form, mission=card)


def _text(form: TextForm) -> str:
    """What was pasted or sent; a pasted page is read as its text."""
    content = form.content()
    if content is not None:
        return text_of(content[0], name=content[1])
    pasted: str = form.text.data or ""
    return within(html_text(pasted) if "</p>" in pasted.lower() or "<html" in pasted.lower() else pasted)


@requires(Permission.DRAFT_INSTRUMENT)
def suggestions(mission: int) -> Page:
    """Decide on each suggestion; what is accepted becomes a draft."""
    card = _drafter(mission)
    if request.method != "POST":
        return redirect(url_for("mandates.from_text", mission=card.id), code=303)
    form = SuggestionsForm()
    if form.language.data not in LANGUAGES or not form.text.data:
        return redirect(url_for("mandates.from_text", mission=card.id), code=303)
    paragraphs = split(within(form.text.data))
    form.offer(paragraphs)
    step = request.form.get("step", "save")
    if step == "add":
        form.add_from(paragraphs)
    elif step == "accept-sure":
        form.accept_sure()
    elif step != "add" and form.take_step(step):
        pass
    elif _fits(form, card.id):
        try:
            with transaction() as work:
                draft = office.decide(
                    work,
                    draft=form.to_draft(card.id),
                    decided=form.to_decided(paragraphs),
                    language=form.language.data,
                )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(_told(form), "success")
            return redirect(url_for("mandates.draft", draft=draft), code=303)
    return _suggestions(form, card, found=None)


def _fits(form: SuggestionsForm, mission: MissionId) -> bool:
    """Whether what was accepted can be read and contradicts neither itself nor what is on file; all is told at once.

    Several paragraphs may speak of one task: they become one line.
    """
    form.validate()
    tell_contradictions(form, form.to_bare_draft(mission), several=True)
    return not form.problems


def _told(form: SuggestionsForm) -> str:
    accepted = sum(line.says for line in form.suggested)
    left = sum(not line.decided for line in form.suggested)
    said = ngettext(
        "The draft is saved with %(num)s accepted suggestion.",
        "The draft is saved with %(num)s accepted suggestions.",
        accepted,
    )
    if not left:
        return str(said)
    more = ngettext(
        "%(num)s was left undecided and is not in it.", "%(num)s were left undecided and are not in it.", left
    )
    return f"{said} {more}"


def _suggestions(form: SuggestionsForm, card: MissionCard, *, found: TextReading | None) -> Page:
    """The page of decisions; `found` is as the text was first read, none once the form is what counts."""
    language = form.language.data
    if found is None:
        found = office.suggest_for(reading(), mission=card.id, text=form.text.data, language=language, on=today())
    in_force = queries.tasks_in_force(reading(), mission=card.id, on=today())
    spoken_of = {line.task_kind.data for line in form.suggested}
    return _page(
        "mandates/suggestions.html",
        422 if form.problems else 200,
        form=form,
        mission=card,
        found=found,
        shown=[_shown(entry.form, entry.id, found.paragraphs, in_force=in_force) for entry in form.tasks],
        unmentioned=[task for task in in_force if task.task_kind not in spoken_of],
        counts={part.value: sum(each.part is part for each in found.paragraphs) for part in Part},
        cut=len(found.suggestions) > MOST_SUGGESTIONS,
        taken={line.paragraph_place(len(found.paragraphs)) for line in form.suggested},
    )


def _shown(
    line: SuggestedLineForm, entry: str, paragraphs: Sequence[Paragraph], *, in_force: Sequence[MandatedTask]
) -> Shown:
    place = line.paragraph_place(len(paragraphs))
    paragraph = None if place is None else paragraphs[place]
    text = paragraph.text if paragraph else ""
    spans = [each for each in line.marked() if each.start < each.end <= len(text)]
    percent = line.percent()
    sure, tone = _sure(percent) if line.offered.data else (gettext("No task was recognised"), "warn")
    if not line.offered.data and percent is None and not spans:
        sure, tone = gettext("Added by you"), "neutral"
    return Shown(
        line=line,
        entry=entry,
        paragraph=paragraph,
        marked=_marked(text, spans),
        rests_on=tuple((text[each.start : each.end], str(SAYS_NAMES[each.says])) for each in spans),
        sure=sure,
        tone=tone,
        meaning=_meaning(line, in_force),
        entered=_entered(line),
    )


def _entered(line: SuggestedLineForm) -> str:
    """How, how urgent, and until when, as the fields of the line stand."""
    if line.task_kind.data not in TASK_KINDS:
        return ""
    if line.change.data == TaskChange.END.value:
        last = line.last_on.data
        if last is None:
            return str(gettext("the task ends"))
        return str(gettext("the task ends, its last day is %(end)s", end=format_date(last, DAY, locale=get_locale())))
    made = line.to_line()
    said = [words.how(made), gettext("priority %(priority)s", priority=made.priority)]
    if made.starts_on:
        said.append(gettext("from %(start)s", start=format_date(made.starts_on, DAY, locale=get_locale())))
    if made.begins_with:
        said.append(gettext("once “%(name)s” has come", name=made.begins_with))
    if made.last_on:
        said.append(gettext("until %(end)s", end=format_date(made.last_on, DAY, locale=get_locale())))
    return ", ".join(each for each in said if each)


def _marked(text: str, spans: Iterable[Span]) -> Markup:
    """The text with each stretch marked; stretches that overlap are joined."""
    parts, place = [], 0
    for span in sorted(spans, key=lambda each: each.start):
        if span.start < place:
            continue
        parts += [escape(text[place : span.start]), Markup("<mark>{}</mark>").format(text[span.start : span.end])]
        place = span.end
    return Markup("").join([*parts, escape(text[place:])])


def _sure(percent: int | None) -> tuple[str, str]:
    """How sure, in words with the share behind them, and the tone of the tag."""
    if percent is None:
        return gettext("How sure is not known"), "neutral"
    said = ngettext(
        "%(num)s of 100 such suggestions was right on labelled paragraphs",
        "%(num)s of 100 such suggestions were right on labelled paragraphs",
        percent,
    )
    if percent >= 90:
        return gettext("Almost certain: %(share)s", share=said), "good"
    if percent >= 75:
        return gettext("Likely: %(share)s", share=said), "info"
    if percent >= 50:
        return gettext("More likely than not: %(share)s", share=said), "neutral"
    return gettext("Unsure: %(share)s", share=said), "warn"


def _meaning(line: SuggestedLineForm, in_force: Sequence[MandatedTask]) -> str:
    """What the line, as it stands, means for the task in force."""
    kind = line.task_kind.data
    area = line.area_of_operations.data or ""
    there = next((each for each in in_force if each.identity == (kind, area) and each.begins_on is None), None)
    if there is None and line.change.data == TaskChange.END.value:
        return str(gettext("The paragraph seems to end it, but this task is not in force here."))
    if there is None:
        return str(gettext("New: this task is not in force.")) if kind in TASK_KINDS else ""
    source = gettext("%(symbol)s, paragraph %(paragraph)s", symbol=there.symbol, paragraph=there.paragraph)
    relation = _relation(line, there)
    said = {
        Relation.ENDS: lazy_gettext("Ends a task in force by %(source)s."),
        Relation.ADDS: lazy_gettext("Adds to a task in force by %(source)s."),
        Relation.CONTINUES: lazy_gettext("Continues a task in force by %(source)s as it is."),
        Relation.CHANGES: lazy_gettext("Changes a task in force by %(source)s."),
    }[relation]
    return str(said) % {"source": source}


def _relation(line: SuggestedLineForm, there: MandatedTask) -> Relation:
    if line.change.data == TaskChange.END.value:
        return Relation.ENDS
    if line.change.data == TaskChange.EXTEND.value:
        return Relation.ADDS
    same = (
        set(line.modalities.data or ()) == {each.value for each in there.modalities}
        and Force(line.force.data or Force.REQUESTED.value) is there.force
        and line.priority.data == str(there.priority)
        and line.starts_on.data is None
        and line.last_on.data == there.last_on
    )
    return Relation.CONTINUES if same else Relation.CHANGES


# The vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRow:
    """One phrase as the page lists it."""

    phrase: Phrase
    percent: int
    """How much it weighs now."""
    strength: str


@requires(Permission.DRAFT_INSTRUMENT)
def vocabulary() -> Page:
    """The phrases by which texts are read, with their counts; add one."""
    form = PhraseForm()
    if form.is_submitted():
        must_everywhere(Permission.REVISE_RULES)
        if form.validate():
            return _noted(
                form.to_decision(), gettext("The phrase is in the vocabulary; the next text is read with it.")
            )
    language, area = _asked_language(), request.args.get("area", "")
    known = office.office_vocabulary(reading(), language=language)
    rows = [
        each
        for each in known.phrases
        if (not area or each.area.value == area) and (request.args.get("only") != "decided" or each.decided.seen)
    ]
    rows.sort(key=lambda each: (list(TASK_KINDS).index(each.task_kind), -weight_of(each), each.text))
    pages = max(1, -(-len(rows) // PAGE_SIZE))
    page = min(page_number(), pages)
    return _page(
        "mandates/vocabulary.html",
        422 if form.problems else 200,
        form=form,
        language=language,
        area=area,
        only=request.args.get("only", ""),
        areas=[(each.value, name(each)) for each in Area if each is not Area.CND],
        rows=[_row(each) for each in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
        dropped=_dropped(queries.phrase_records(reading(), language=language)),
        page=page,
        pages=pages,
        total=len(rows),
    )


@requires(Permission.REVISE_RULES)
def change_phrase() -> Page:
    """Take a phrase out, put it back, or set its counts aside."""
    must_everywhere(Permission.REVISE_RULES)
    decision = PhraseChangeForm().to_decision()
    if decision is None:
        return redirect(url_for("mandates.vocabulary", of=_asked_language()), code=303)
    return _noted(decision, gettext("The vocabulary is changed; the next text is read with it."))


def _noted(decision: PhraseDecision, said: str) -> Page:
    language = _asked_language()
    with transaction() as work:
        operations.note_phrases(work, language=language, decisions=[decision])
    flash(said, "success")
    area = TASK_KINDS[decision.task_kind].area.value
    return redirect(url_for("mandates.vocabulary", of=language, area=area), code=303)


def _row(phrase: Phrase) -> PhraseRow:
    return PhraseRow(
        phrase=phrase, percent=round(100 * weight_of(phrase)), strength=gettext(STRENGTH_NAMES[phrase.strength])
    )


def _dropped(records: Iterable[PhraseRecord]) -> list[PhraseRecord]:
    return [each for each in records if each.dropped and each.task_kind in TASK_KINDS]


def _asked_language() -> str:
    asked = request.args.get("of", "")
    return asked if asked in LANGUAGES else _language()


# What these pages share


def _drafter(mission: int) -> MissionCard:
    """The mission, for whoever may draft for it."""
    must(Permission.DRAFT_INSTRUMENT, mission=MissionId(mission))
    return account_queries.mission(reading(), mission=MissionId(mission))


def _language() -> str:
    """The reader's, if texts are read in it."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "en"


def _page(template: str, status: int = 200, **context: object) -> Page:
    drawn = render_template(template, **context)
    return drawn if status == 200 else (drawn, status)
