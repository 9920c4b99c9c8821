"""A draft and all that is said of it: read, reviewed, answered, commented on, shared, renewed, published; and its policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading, transaction
from trainer.kernel.errors import Conflict, NotAllowed, Refusal
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import DraftHead, DraftId, DraftLine, DraftPage, InstrumentId, MandateShift
from trainer.reviews import operations as review_operations
from trainer.reviews import queries as review_queries
from trainer.reviews import rules as review_rules
from trainer.reviews.values import Policy, Reader, ReaderId, Remark, Wait
from trainer.web.access import account, may, must, must_everywhere, requires, today
from trainer.web.forms import PageForm
from trainer.web.mandates.forms import InstrumentForm, PublishForm, number
from trainer.web.mandates.review_forms import (
    AnswerForm,
    AskForm,
    CommentForm,
    DraftPolicyForm,
    ReviewForm,
    SeenForm,
    ShareForm,
    form_of_policy,
)
from trainer.web.mandates.review_words import Names, by_whom, differences
from trainer.web.pages import refused

Page = str | Response | tuple[str, int]


# Who may read a draft


def head_of(draft: int) -> DraftHead:
    """A draft, open or not, for its mission's officers and whoever takes part in it; raises NotAllowed, NoSuchDraft."""
    head = queries.draft_head(reading(), draft=DraftId(draft))
    if not may_read(head.mission, remarks=head.remarks, readers=head.readers):
        must(Permission.DRAFT_INSTRUMENT, mission=head.mission)
    return head


def may_read(mission: MissionId, *, remarks: Iterable[Remark], readers: Iterable[Reader]) -> bool:
    """Whether the reader may see a draft of the mission: as its officer, or as one who takes part."""
    return may(Permission.DRAFT_INSTRUMENT, mission=mission) or review_rules.takes_part(
        account(),
        remarks=remarks,
        readers=readers,
        owners=review_queries.authorities(reading()),
        mission=mission,
    )


# One draft


@requires(Permission.READ_MANDATES)
def draft(draft: int) -> Page:
    """What a draft would change, and where it stands; a published one leads to its text."""
    head = head_of(draft)
    if head.published_as is not None:
        return redirect(url_for("mandates.instrument", instrument=head.published_as), code=303)
    return _draft_page(_page_of(head))


@requires(Permission.PUBLISH_INSTRUMENT)
def publish(draft: int) -> Page:
    """Publish a draft as it was looked at, when policy lets this person."""
    head = head_of(draft)
    must(Permission.PUBLISH_INSTRUMENT, mission=head.mission)
    found = _page_of(head)
    seen_draft, seen_version = PublishForm().to_versions()
    try:
        with transaction() as work:
            shift = operations.publish_draft(work, draft=found.id, seen_draft=seen_draft, seen_version=seen_version)
    except (Conflict, operations.InvalidDraft) as refusal:
        return _draft_page(_page_of(head), refusal=refusal)
    flash(_published(found, shift), "success")
    return redirect(url_for("mandates.mission", mission=found.mission.id), code=303)


@requires(Permission.DRAFT_INSTRUMENT)
def discard(draft: int) -> Page:
    """Put a draft away."""
    found = _page_of(_officers(draft))
    with transaction() as work:
        operations.discard_draft(work, draft=found.id)
    flash(gettext("The draft of %(symbol)s is discarded.", symbol=found.draft.symbol), "success")
    return redirect(url_for("mandates.mission", mission=found.mission.id), code=303)


@requires(Permission.DRAFT_INSTRUMENT)
def ask_review(draft: int) -> Page:
    """Put a draft up for review."""
    head, form = _officers(draft), AskForm()
    return _said(
        head,
        form,
        lambda work: operations.ask_for_review(work, draft=head.id, seen_draft=form.seen(), text=form.text.data or ""),
        gettext("A review is asked for. Whoever is asked has a message."),
    )


@requires(Permission.PUBLISH_INSTRUMENT)
def review(draft: int) -> Page:
    """Agree to a draft of somebody else, or ask for changes."""
    head, form = head_of(draft), ReviewForm()
    must(Permission.PUBLISH_INSTRUMENT, mission=head.mission)
    return _said(
        head,
        form,
        lambda work: operations.review_draft(
            work, draft=head.id, seen_draft=form.seen(), verdict=form.to_verdict(), text=form.text.data or ""
        ),
        gettext("Your review is on file. The authors have a message."),
    )


@requires(Permission.READ_MANDATES)
def answer(draft: int) -> Page:
    """Answer for areas as their requirements authority."""
    head = head_of(draft)
    areas = review_rules.areas_of(_page_of(head).standing, account().person)
    if not areas:
        raise review_operations.NotTheirArea
    form = AnswerForm().offer(areas)
    return _said(
        head,
        form,
        lambda work: operations.answer_draft(
            work,
            draft=head.id,
            seen_draft=form.seen(),
            areas=form.to_areas(),
            verdict=form.to_verdict(),
            text=form.text.data or "",
        ),
        gettext("Your answer is on file. The authors have a message."),
    )


@requires(Permission.READ_MANDATES)
def comment(draft: int) -> Page:
    """Say something of a draft."""
    head = head_of(draft)
    tasks = _page_of(head).draft.tasks
    form = CommentForm().offer(tasks)
    return _said(
        head,
        form,
        lambda work: operations.comment_on_draft(
            work, draft=head.id, text=form.text.data or "", line=form.to_line(tasks)
        ),
        gettext("Your comment is on file."),
    )


@requires(Permission.DRAFT_INSTRUMENT)
def share(draft: int) -> Page:
    """Share a draft with people or an office for comment."""
    head = _officers(draft)
    form = ShareForm().offer(account_queries.missions(reading()), mission=head.mission)
    known = account_queries.people_by_email(reading(), emails=form.to_addresses())
    unknown = [each for each in form.to_addresses() if each not in known]
    if unknown:
        form.refuse("addresses", gettext("Nobody here has this address: %(addresses)s.", addresses=", ".join(unknown)))
    elif not known and form.to_office() is None:
        form.refuse("addresses", gettext("Enter an address, or choose an office."))
    return _said(
        head,
        form,
        lambda work: operations.share_draft(
            work,
            draft=head.id,
            people=list(known.values()),
            office=form.to_office(),
            mission=MissionId(form.mission.data),
        ),
        gettext("The draft is shared. They have a message."),
    )


@requires(Permission.DRAFT_INSTRUMENT)
def end_share(draft: int, reader: int) -> Page:
    """Share a draft with somebody no longer."""
    head = _officers(draft)
    with transaction() as work:
        operations.end_sharing(work, draft=head.id, reader=ReaderId(reader))
    flash(gettext("They no longer see the draft. What they said of it stays."), "success")
    return redirect(url_for("mandates.draft", draft=head.id), code=303)


@requires(Permission.DRAFT_INSTRUMENT)
def renew(draft: int) -> Page:
    """Give a draft a new time."""
    head = _officers(draft)
    with transaction() as work:
        operations.renew_draft(work, draft=head.id)
    flash(gettext("The draft is renewed. Its review stands as it was."), "success")
    return redirect(url_for("mandates.draft", draft=head.id), code=303)


def _officers(draft: int) -> DraftHead:
    """The draft, for whoever may draft for its mission."""
    head = queries.draft_head(reading(), draft=DraftId(draft))
    must(Permission.DRAFT_INSTRUMENT, mission=head.mission)
    return head


def _page_of(head: DraftHead) -> DraftPage:
    return queries.draft_page(reading(), draft=head.id, on=today())


def _said(head: DraftHead, form: PageForm, say: Callable[[Work], object], told: str) -> Page:
    """Do what the form asks; what cannot be done is told on the page of the draft, with what was typed."""
    if not form.problems and form.validate():
        try:
            with transaction() as work:
                say(work)
        except NotAllowed:
            raise
        except Refusal as refusal:
            refused(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
            return _draft_page(_page_of(head), status=status, form=form)
        flash(told, "success")
        return redirect(url_for("mandates.draft", draft=head.id), code=303)
    return _draft_page(_page_of(head), status=422, form=form)


def _draft_page(
    found: DraftPage, *, refusal: Refusal | None = None, status: int = 200, form: PageForm | None = None
) -> Page:
    """The page of a draft with the forms that its reader can use; `form` is one that was sent and refused."""
    if refusal is not None:
        status = 409 if isinstance(refusal, Conflict) else 422
    person, standing = account().person, found.standing
    officer = may(Permission.DRAFT_INSTRUMENT, mission=found.mission.id)
    publisher = may(Permission.PUBLISH_INSTRUMENT, mission=found.mission.id)
    areas = review_rules.areas_of(standing, person)
    missions = account_queries.missions(reading())
    offered: dict[str, PageForm | None] = {
        "ask_form": _fresh(AskForm, found) if officer and review_rules.may_ask(standing) else None,
        "review_form": _fresh(ReviewForm, found) if publisher and review_rules.may_review(standing, person) else None,
        "answer_form": _fresh(AnswerForm, found).offer(areas) if areas else None,
        "comment_form": CommentForm(formdata=None).offer(found.draft.tasks),
        "share_form": ShareForm(formdata=None).offer(missions, mission=found.mission.id) if officer else None,
    }
    sent = {AskForm: "ask_form", ReviewForm: "review_form", AnswerForm: "answer_form"}
    sent |= {CommentForm: "comment_form", ShareForm: "share_form"}
    if form is not None:
        if isinstance(form, SeenForm):
            form.seen_draft.data = str(found.version)
        offered[sent[type(form)]] = form
    drawn = render_template(
        "mandates/draft.html",
        found=found,
        refusal=refusal,
        problems=form.problems if form is not None else (),
        officer=officer,
        publisher=publisher,
        obstacles=review_rules.obstacles_to(standing, found.policy, by=person, on=today()),
        names=_names(found),
        missions={each.id: each.name for each in missions},
        **offered,
    )
    return drawn if status == 200 else (drawn, status)


_Form = TypeVar("_Form", bound=SeenForm)


def _fresh(kind: type[_Form], found: DraftPage) -> _Form:
    """An empty form that knows which version its reader sees."""
    return kind(formdata=None, seen_draft=str(found.version))


def _names(found: DraftPage) -> Names:
    owners = [each.authority for each in found.standing.areas]
    return names_of([found.created_by, *owners], remarks=found.remarks, readers=found.readers)


def names_of(people: Iterable[PersonId | None], *, remarks: Iterable[Remark], readers: Iterable[Reader]) -> Names:
    """The names of everybody who is mentioned."""
    wanted = {*people, *(each.person for each in remarks)}
    wanted |= {person for each in readers for person in (each.person, each.given_by)}
    cards = account_queries.people_cards(reading(), people=[each for each in wanted if each is not None])
    return {person: card.name for person, card in cards.items()}


def _published(found: DraftPage, shift: MandateShift) -> str:
    said = gettext(
        "%(symbol)s is published: %(added)s tasks added, %(changed)s changed, %(dropped)s dropped.",
        symbol=found.draft.symbol,
        added=len(shift.added),
        changed=len(shift.changed),
        dropped=len(shift.dropped),
    )
    if shift.inserted_into_history:
        return f"{said} {gettext('It is older than the latest text and was put into history where it belongs.')}"
    return f"{said} {gettext('What it asks of people is being worked out.')}"


# What other pages of mandates show of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that was said of the draft that a published text was."""

    remarks: tuple[Remark, ...]
    names: Names


def story_behind(instrument: InstrumentId) -> Story | None:
    """The story of a text, for the officers of its mission, auditors, and whoever took part; None for all others."""
    head = queries.draft_behind(reading(), instrument=instrument)
    if head is None:
        return None
    if not may(Permission.READ_LEDGER) and not may_read(head.mission, remarks=head.remarks, readers=head.readers):
        return None
    return Story(remarks=head.remarks, names=names_of((), remarks=head.remarks, readers=head.readers))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditConflict:
    """Somebody else's change of a draft, met when saving one's own."""

    who: str
    at: datetime
    differences: tuple[str, ...]


def conflict_of(form: InstrumentForm, held: DraftPage) -> EditConflict | None:
    """What somebody else changed since the form was opened; None when nobody did.

    The form then knows the version it meets: to save it again is to put it in the other's place, knowingly.
    """
    if not form.is_submitted() or number(form.seen_version.data) == held.version:
        return None
    form.seen_version.data = str(held.version)
    changed = [each for each in held.remarks if each.version == held.version]
    names = names_of((), remarks=changed, readers=())
    return EditConflict(
        who=by_whom(changed[0].person if changed else held.created_by, names),
        at=held.changed_at,
        differences=differences(held.draft, form.to_draft(held.mission.id)) if form.effective_on.data else (),
    )


# All drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDraft:
    """A draft that the reader may see, and what it wants of them."""

    line: DraftLine
    waits: tuple[Wait, ...]


@requires(Permission.READ_MANDATES)
def drafts() -> Page:
    """What waits for the reader, and every draft they may see."""
    seen = listed()
    return render_template(
        "mandates/drafts.html",
        waiting=[each for each in seen if each.waits],
        listed=seen,
        policy=review_queries.policy(reading()),
    )


def listed() -> list[ListedDraft]:
    """Every open draft that the reader may see, latest changed first."""
    known, policy = account(), review_queries.policy(reading())
    return [
        ListedDraft(line=each, waits=_waits(each, policy))
        for each in queries.draft_lines(reading(), on=today())
        if may(Permission.DRAFT_INSTRUMENT, mission=each.mission.id)
        or review_rules.takes_part(
            known,
            remarks=each.remarks,
            readers=each.readers,
            owners={area.area: area.authority for area in each.standing.areas},
            mission=each.mission.id,
        )
    ]


def _waits(each: DraftLine, policy: Policy) -> tuple[Wait, ...]:
    return review_rules.waits_for(
        each.standing,
        policy,
        account=account(),
        publishes=may(Permission.PUBLISH_INSTRUMENT, mission=each.mission.id),
        remarks=each.remarks,
        readers=each.readers,
        mission=each.mission.id,
        on=today(),
    )


# Policy


@requires(Permission.ADMINISTER)
def policy() -> Page:
    """What is asked before a draft is published, with its history; and another."""
    must_everywhere(Permission.ADMINISTER)
    versions = review_queries.policy_versions(reading())
    form = DraftPolicyForm() if request.method == "POST" else form_of_policy(versions[0].policy)
    if form.is_submitted() and form.validate():
        try:
            with transaction() as work:
                made = review_operations.set_policy(work, policy=form.to_policy())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            flash(gettext("Policy %(number)s is in force for every draft from now on.", number=made), "success")
            return redirect(url_for("mandates.policy"), code=303)
    people = [each.set_by for each in versions]
    drawn = render_template(
        "mandates/draft_policy.html", form=form, versions=versions, names=names_of(people, remarks=(), readers=())
    )
    return (drawn, 422) if form.problems else drawn
