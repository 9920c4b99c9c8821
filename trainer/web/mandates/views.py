"""Missions, drafts, published texts and requirement rules: parse, one call, render or redirect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, MissionStatus, Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import Refusal
from trainer.kernel.values import PersonId, Subject, SubjectKind
from trainer.mandates import operations, queries
from trainer.mandates.values import (
    Closure,
    DraftId,
    DraftPage,
    Instrument,
    InstrumentId,
    MandatedTask,
    MissionPage,
    as_draft,
)
from trainer.planning import queries as plan_queries
from trainer.web.access import may, must, requires, today
from trainer.web.mandates import reviewing
from trainer.web.mandates.clocks import day_asked, known_at
from trainer.web.mandates.contradictions import tell_contradictions
from trainer.web.mandates.forms import (
    InstrumentForm,
    form_of,
    listed,
    new_form,
    number,
)
from trainer.web.mandates.withdrawing import name_of
from trainer.web.pages import PAGE_SIZE, page_number, paged, refused

Page = str | Response | tuple[str, int]

RECENT = 12
"""Texts of a mission's history that are shown before the rest is asked for."""


# Missions


@requires(Permission.READ_MANDATES)
def missions() -> Page:
    """Every mission with what ends next and what is being drafted."""
    lines = queries.missions_page(reading(), on=today())
    counts = {
        "open": sum(line.mission.status is not MissionStatus.CLOSED for line in lines),
        "closed": sum(line.mission.status is MissionStatus.CLOSED for line in lines),
    }
    status = request.args.get("status", "open")
    status = status if status in counts and counts["closed"] else "all" if status == "all" else "open"
    shown = [
        each
        for each in lines
        if status == "all" or (each.mission.status is MissionStatus.CLOSED) == (status == "closed")
    ]
    page = _within(len(shown))
    seen = reviewing.listed()
    return _page(
        "mandates/missions.html",
        lines=shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        drafts=[each.line.card for each in seen],
        readable={each.line.card.id for each in seen},
        waiting=sum(bool(each.waits) for each in seen),
        names={line.mission.id: line.mission.name for line in lines},
        counts=counts,
        asked=status,
        page=page,
        pages=_pages(len(shown)),
        total=len(shown),
    )


@requires(Permission.READ_MANDATES)
def mission(mission: int) -> Page:
    """A mission's mandate, today or as read on another day, by what is on file or was on file on another day."""
    on, known_on = day_asked("on") or today(), day_asked("known")
    found = queries.mission_page(reading(), mission=MissionId(mission), on=on, known_at=known_at(known_on))
    page = _within(len(found.tasks))
    entries = _history(found)
    history = entries if request.args.get("history") == "all" else entries[:RECENT]
    return _page(
        "mandates/mission.html",
        found=found,
        readable={each.line.card.id for each in reviewing.listed()} if found.drafts else (),
        tasks=found.tasks[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=_pages(len(found.tasks)),
        total=len(found.tasks),
        announced=found.announced[:PAGE_SIZE],
        waiting=found.waiting[:PAGE_SIZE],
        history=history,
        entries=len(entries),
        names=_names(history),
        withdrawn={each.id for each in found.instruments if each.withdrawn_at is not None},
        deciding=on == today() and not found.known_at and may(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id),
        other_day=on != today(),
        known_on=known_on if found.known_at else None,
        asked=request.args.get("on", ""),
    )


def _history(found: MissionPage) -> list[Instrument | Closure]:
    """The texts of a mission and what was decided of its tasks, the latest first."""
    decided = [
        each
        for text in found.instruments
        for each in text.closures
        if found.known_at is None or each.decided_at <= found.known_at
    ]
    by_day: list[tuple[date, int, Instrument | Closure]] = [
        (each.effective_on, -place, each) for place, each in enumerate(found.instruments)
    ]
    by_day += [(each.decided_at.date(), each.id, each) for each in decided]
    return [each for _, _, each in sorted(by_day, key=lambda entry: entry[:2], reverse=True)]


def _names(history: Iterable[Instrument | Closure]) -> Mapping[PersonId | None, str]:
    """Who decided and who took back."""
    people = {
        person
        for each in history
        if isinstance(each, Closure)
        for person in (each.decided_by, each.taken_back_by)
        if person is not None
    }
    cards = account_queries.people_cards(reading(), people=people) if people else {}
    return {None: ""} | {person: card.name for person, card in cards.items()}


# Drafts


@requires(Permission.DRAFT_INSTRUMENT)
def new_instrument(mission: int) -> Page:
    """The form for a new text, which begins with the tasks in force."""
    must(Permission.DRAFT_INSTRUMENT, mission=MissionId(mission))
    tasks = queries.tasks_in_force(reading(), mission=MissionId(mission), on=today())
    form = InstrumentForm() if request.method == "POST" else _first_form(MissionId(mission), tasks)
    return _draft_form(form, mission=MissionId(mission), tasks=tasks, draft=None)


def _first_form(mission: MissionId, tasks: tuple[MandatedTask, ...]) -> InstrumentForm:
    """An empty form, or one that holds a withdrawn text of the mission, to be corrected."""
    like = number(request.args.get("like"))
    texts = queries.mandate_history(reading(), mission=mission)
    text = next((each for each in texts if each.id == like and each.withdrawn_at is not None), None)
    return new_form(tasks) if text is None else form_of(as_draft(text), tasks, version=0)


@requires(Permission.DRAFT_INSTRUMENT)
def edit_draft(draft: int) -> Page:
    """The same form with a draft in it; what was entered into one that is closed meanwhile goes into a new one."""
    head = queries.draft_head(reading(), draft=DraftId(draft))
    must(Permission.DRAFT_INSTRUMENT, mission=head.mission)
    tasks = queries.tasks_in_force(reading(), mission=head.mission, on=today())
    if request.method == "POST":
        closed = head.published_as is not None or head.discarded_at is not None
        return _draft_form(InstrumentForm(), mission=head.mission, tasks=tasks, draft=None if closed else head.id)
    found = _draft(draft)
    form = form_of(found.draft, tasks, version=found.version)
    return _draft_form(form, mission=found.mission.id, tasks=tasks, draft=found.id, held=found)


def _draft_form(
    form: InstrumentForm,
    *,
    mission: MissionId,
    tasks: tuple[MandatedTask, ...],
    draft: DraftId | None,
    held: DraftPage | None = None,
) -> Page:
    """Add or remove a task, save, or show the form; what was entered is always kept."""
    step = request.form.get("step", "")
    if step and not form.take_step(step):
        saved = _saved(form, mission=mission, draft=None if step == "apart" else draft, step=step)
        if saved is not None:
            return redirect(url_for("mandates.draft", draft=saved), code=303)
    if held is None and draft is not None:
        held = queries.draft_page(reading(), draft=draft, on=today())
    return _page(
        "mandates/draft_form.html",
        422 if form.problems else 200,
        form=form,
        mission=account_queries.mission(reading(), mission=mission),
        draft=draft,
        review_runs=held is not None and held.standing.reviewed,
        conflict=reviewing.conflict_of(form, held) if held is not None and step in {"save", "later"} else None,
        choose_change=not listed(tasks) and bool(tasks),
        in_force={task.identity: task for task in tasks},
        names=queries.conditions_page(reading(), mission=mission).lines,
    )


def _saved(form: InstrumentForm, *, mission: MissionId, draft: DraftId | None, step: str) -> DraftId | None:
    """The id of the draft once it is saved; None when something must be put right first."""
    valid = form.validate()
    content = form.to_draft(mission)
    if not valid:
        tell_contradictions(form, content)
        return None
    save = operations.submit_draft if step == "save" else operations.save_draft
    try:
        with transaction() as work:
            seen = number(form.seen_version.data) if draft is not None else None
            return save(work, draft=content, draft_id=draft, seen_version=seen)
    except Refusal as refusal:
        refused(form, refusal)
        return None


def _draft(draft: int) -> DraftPage:
    """The draft, for whoever may draft for its mission."""
    found = queries.draft_page(reading(), draft=DraftId(draft), on=today())
    must(Permission.DRAFT_INSTRUMENT, mission=found.mission.id)
    return found


# Published texts


@requires(Permission.READ_MANDATES)
def instrument(instrument: int) -> Page:
    """One published text: what it says, what it changed, and for those who may read it what was said of its draft."""
    found = queries.instrument_page(reading(), instrument=InstrumentId(instrument), on=today())
    return _page(
        "mandates/instrument.html",
        found=found,
        tasks=paged(found.instrument.tasks, name="tasks"),
        publisher=name_of(found.published_by),
        asker=name_of(found.request.asked_by) if found.request else "",
        story=reviewing.story_behind(found.instrument.id),
        returned=plan_queries.returned_because(
            reading(), subject=Subject(kind=SubjectKind.INSTRUMENT, id=found.instrument.id)
        ),
    )


# What these pages share


def _page(template: str, status: int = 200, **context: object) -> Page:
    drawn = render_template(template, **context)
    return drawn if status == 200 else (drawn, status)


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


def _within(total: int) -> int:
    """The page asked for, or the last there is."""
    return min(page_number(), _pages(total))
