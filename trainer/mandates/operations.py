"""What is done to mandates: drafts, publication, withdrawal, rules, and the days on which texts take effect.

Every change of a mission's mandate raises its version, so that nobody publishes on top of what they have not seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, Office
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area
from trainer.kernel.db import insert_missing
from trainer.kernel.errors import Conflict, Invalid
from trainer.kernel.values import PersonId, Problem, wording
from trainer.kernel.work import Work
from trainer.mandates import queries
from trainer.mandates import rules as judge
from trainer.mandates.events import (
    ConditionConfirmed,
    ConfirmationTakenBack,
    DraftAnswered,
    DraftCommented,
    DraftDiscarded,
    DraftExpired,
    DraftExpiresSoon,
    DraftRenewed,
    DraftReviewAsked,
    DraftReviewed,
    DraftReviewEnded,
    DraftShared,
    DraftSharingEnded,
    InstrumentPublished,
    InstrumentWithdrawn,
    MandateDayReached,
    RulesRevised,
    SuggestionsDecided,
    TaskClosureDecided,
    TaskClosureTakenBack,
    WithdrawalRequestDropped,
    WithdrawalRequested,
)
from trainer.mandates.models import (
    ConditionConfirmation,
    InstrumentDraftRow,
    InstrumentRow,
    InstrumentTask,
    MandateVersion,
    RuleVersion,
    SuggestionCorrection,
    TaskClosure,
    WithdrawalRequestRow,
)
from trainer.mandates.values import (
    Closure,
    ClosureId,
    ClosureMark,
    ConditionLine,
    DraftId,
    Instrument,
    InstrumentDraft,
    InstrumentId,
    MandateShift,
    PhraseDecision,
    PhraseVerdict,
    RequirementRule,
    RuleVersionId,
    TaskMove,
    cited_to_json,
    plain_name,
)
from trainer.reviews import operations as review_operations
from trainer.reviews import queries as review_queries
from trainer.reviews import rules as review_rules
from trainer.reviews.values import WARNING_DAYS, Obstacle, ReaderId, RemarkKind, Verdict


class StaleMandate(Conflict):
    """The mandate is not the one that the decision rested on."""

    def __init__(self) -> None:
        super().__init__(
            wording(
                "Somebody changed this mandate since you opened the page. Look at the difference again, then decide."
            )
        )


class StaleDraft(Conflict):
    """The draft is not the one that was opened."""

    def __init__(self) -> None:
        super().__init__(
            wording("Somebody changed this draft since you opened it. Look at it as it is now, then decide.")
        )


class InvalidDraft(Invalid):
    """The draft cannot be published; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            wording("The draft cannot be published as it is. Put right what is marked."), problems=problems
        )


class NotDecided(Conflict):
    """Policy asks for more before the draft may be published; says what."""

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__(wording("It cannot be published yet. The page of the draft says what stands against it."))
        self.obstacles = obstacles


class SecondPersonNeeded(Conflict):
    """Policy asks for two people, and this way there is only one."""

    def __init__(self) -> None:
        super().__init__(
            wording("Policy asks for two people: keep it as a draft, and let somebody else review and publish it.")
        )


class NotAskedToWithdraw(Conflict):
    """Policy asks for two people, and nobody has asked for it."""

    def __init__(self) -> None:
        super().__init__(
            wording(
                "Policy asks for two people: one asks for the withdrawal, and another decides on it. Nobody has asked."
            )
        )


class OwnRequest(Conflict):
    """Whoever asked cannot be the second person."""

    def __init__(self) -> None:
        super().__init__(wording("You asked for this withdrawal yourself: policy wants somebody else to decide on it."))


class AskedAlready(Conflict):
    """There is an open request."""

    def __init__(self) -> None:
        super().__init__(wording("Its withdrawal is asked for already, and waits for a second person."))


class SymbolTaken(InvalidDraft):
    """The text is on file for the mission already."""


class AlreadyWithdrawn(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This instrument is withdrawn already. Open its mission to see what is in force."))


class ReasonMissing(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("Say why it is withdrawn: the reason stays on file."), field="because")


class InvalidConfirmation(Invalid):
    """What was entered cannot be confirmed; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("This cannot be confirmed as it is. Put right what is marked."), problems=problems)


class ConfirmedAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This condition is confirmed already. Open it to see by whom and on what evidence."))


class NotConfirmed(Conflict):
    def __init__(self) -> None:
        super().__init__(
            wording("Nobody's confirmation stands for this condition: it may have been taken back already.")
        )


class NoReasonToTakeBack(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("Say why it is taken back: the reason stays on file."), field="because")


class InvalidClosure(Invalid):
    """What was entered cannot be decided; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("This cannot be decided as it is. Put right what is marked."), problems=problems)


class DecidedAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(
            wording("The last days of this task are decided already: take that decision back before you make another.")
        )


class ClosureNotStanding(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This decision no longer stands: it was taken back, or its text was withdrawn."))


class InvalidRules(Invalid):
    """The rules cannot be published; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            wording("The rules cannot be published as they are. Put right what is marked."), problems=problems
        )


class StaleRules(Conflict):
    """The rules are not those that the change was made to."""

    def __init__(self) -> None:
        super().__init__(
            wording("Somebody published other rules since you opened the page. Look at them, then enter yours.")
        )


# Drafts


def save_draft(
    work: Work, *, draft: InstrumentDraft, draft_id: DraftId | None = None, seen_version: int | None = None
) -> DraftId:
    """Keep a draft, new or changed; it may still have problems. Raises StaleDraft, NoSuchDraft, NoSuchMission.

    `seen_version` is of the draft as it was opened; None keeps it whatever happened in between.
    """
    account_queries.mission(work.session, mission=draft.mission)
    symbol = judge.clean_symbol(draft.symbol)[: judge.MOST_SYMBOL_LETTERS]
    if draft_id is None:
        row = InstrumentDraftRow(
            mission_id=draft.mission,
            symbol=symbol,
            content=draft.to_json(),
            created_at=work.now,
            created_by_id=work.actor.person,
            changed_at=work.now,
            lapses_on=_lapses_on(work),
        )
        work.session.add(row)
        work.session.flush()  # for the id
        review_operations.keep_remark(work, draft=row.id, version=row.version, kind=RemarkKind.BEGUN)
        return DraftId(row.id)
    row = _open_draft(work, draft_id, seen_version=seen_version)
    if row.content == draft.to_json():
        return draft_id
    decided = _decided(work, row)
    row.symbol, row.content, row.changed_at = symbol, draft.to_json(), work.now
    row.lapses_on, row.lapse_noted = _lapses_on(work), ""
    _flush_draft(work)
    review_operations.keep_remark(work, draft=row.id, version=row.version, kind=RemarkKind.CHANGED)
    if decided is not None:
        work.record(
            DraftReviewEnded(
                mission_id=row.mission_id,
                draft_id=row.id,
                version=row.version,
                symbol=symbol,
                people=tuple(sorted(decided)),
            )
        )
    return draft_id


def _decided(work: Work, row: InstrumentDraftRow) -> frozenset[PersonId] | None:
    """Who decided in the review that runs; None when none does."""
    remarks = review_queries.remarks_of(work.session, drafts=[row.id])[row.id]
    runs = any(each.kind is RemarkKind.ASKED and each.version == row.version for each in remarks)
    return review_rules.heard_on(remarks, version=row.version) if runs else None


def _lapses_on(work: Work) -> date:
    return work.today + timedelta(days=review_queries.policy(work.session).expire_days)


def submit_draft(
    work: Work, *, draft: InstrumentDraft, draft_id: DraftId | None = None, seen_version: int | None = None
) -> DraftId:
    """Keep a draft that could be published as it is; raises SymbolTaken and InvalidDraft besides what `save_draft` raises."""
    texts = queries.mandate_history(work.session, mission=draft.mission)
    mission = account_queries.mission(work.session, mission=draft.mission)
    _refuse_problems(draft, queries.problems_of(draft, texts=texts, mission=mission), texts=texts)
    return save_draft(work, draft=draft, draft_id=draft_id, seen_version=seen_version)


def discard_draft(work: Work, *, draft: DraftId) -> None:
    """Put a draft away; what was said of it stays on file. Raises NoSuchDraft."""
    row = _open_draft(work, draft, seen_version=None)
    row.discarded_at = work.now
    _flush_draft(work)
    review_operations.keep_remark(work, draft=draft, version=row.version, kind=RemarkKind.DISCARDED)
    work.record(DraftDiscarded(mission_id=row.mission_id, draft_id=draft, symbol=row.symbol))


def publish_draft(work: Work, *, draft: DraftId, seen_draft: int, seen_version: int) -> MandateShift:
    """Publish a draft as it was looked at, when policy lets this person.

    Raises StaleDraft and NotDecided besides what `publish_instrument` raises.
    """
    row = _open_draft(work, draft, seen_version=seen_draft)
    page = queries.draft_page(work.session, draft=draft, on=work.today)
    obstacles = review_rules.obstacles_to(page.standing, page.policy, by=work.actor.person, on=work.today)
    if obstacles:
        raise NotDecided(obstacles)
    shift = _publish(work, page.draft, seen_version=seen_version, row=row)
    review_operations.keep_remark(work, draft=draft, version=seen_draft, kind=RemarkKind.PUBLISHED)
    return shift


def _open_draft(work: Work, draft: DraftId, *, seen_version: int | None) -> InstrumentDraftRow:
    row = work.session.get(InstrumentDraftRow, draft)
    if row is None or row.published_id is not None or row.discarded_at is not None:
        raise queries.NoSuchDraft
    if seen_version is not None and row.version != seen_version:
        raise StaleDraft
    return row


def _flush_draft(work: Work) -> None:
    try:
        work.session.flush()  # so that a change by somebody else is noticed here, where it can be said
    except StaleDataError as error:
        raise StaleDraft from error


# Drafts decided together


def ask_for_review(work: Work, *, draft: DraftId, seen_draft: int, text: str = "") -> None:
    """Put a draft up for review, and ask the requirements authority of each area it touches.

    Raises NoSuchDraft, StaleDraft, and NoReview where one runs already.
    """
    _open_draft(work, draft, seen_version=seen_draft)
    page = queries.draft_page(work.session, draft=draft, on=work.today)
    if page.problems:
        raise InvalidDraft(page.problems)
    remark = review_operations.ask(work, draft=draft, version=page.version, standing=page.standing, text=text)
    work.record(
        DraftReviewAsked(
            mission_id=page.mission.id,
            draft_id=draft,
            symbol=page.draft.symbol,
            remark_id=remark,
            areas=tuple(each.area.value for each in page.standing.areas),
            unowned=tuple(each.area.value for each in page.standing.areas if each.authority is None),
            text=text.strip(),
        )
    )


def review_draft(work: Work, *, draft: DraftId, seen_draft: int, verdict: Verdict, text: str = "") -> None:
    """Agree to a draft as it was looked at, or ask for changes.

    Raises NoSuchDraft, StaleDraft, NoReview, OwnDraft, WordsMissing.
    """
    _open_draft(work, draft, seen_version=seen_draft)
    page = queries.draft_page(work.session, draft=draft, on=work.today)
    remark = review_operations.review(
        work, draft=draft, version=page.version, standing=page.standing, verdict=verdict, text=text
    )
    work.record(
        DraftReviewed(
            mission_id=page.mission.id,
            draft_id=draft,
            remark_id=remark,
            person_id=work.actor.person,
            symbol=page.draft.symbol,
            agreed=verdict is Verdict.AGREE,
            text=text.strip(),
        )
    )


def answer_draft(
    work: Work, *, draft: DraftId, seen_draft: int, areas: Collection[Area], verdict: Verdict, text: str = ""
) -> None:
    """Answer for areas as their requirements authority; raises NoSuchDraft, StaleDraft, NotTheirArea, WordsMissing."""
    _open_draft(work, draft, seen_version=seen_draft)
    page = queries.draft_page(work.session, draft=draft, on=work.today)
    remark = review_operations.answer(
        work, draft=draft, version=page.version, standing=page.standing, areas=areas, verdict=verdict, text=text
    )
    work.record(
        DraftAnswered(
            mission_id=page.mission.id,
            draft_id=draft,
            remark_id=remark,
            person_id=work.actor.person,
            symbol=page.draft.symbol,
            areas=tuple(each.value for each in Area if each in areas),
            verdict=verdict.value,
            text=text.strip(),
        )
    )


def comment_on_draft(work: Work, *, draft: DraftId, text: str, line: tuple[str, str] | None = None) -> None:
    """Say something of a draft, or of one of its tasks (kind, area of operations); raises NoSuchDraft, WordsMissing."""
    row = _open_draft(work, draft, seen_version=None)
    remark = review_operations.comment(work, draft=draft, version=row.version, text=text, line=line)
    work.record(
        DraftCommented(
            mission_id=row.mission_id,
            draft_id=draft,
            remark_id=remark,
            person_id=work.actor.person,
            symbol=row.symbol,
            text=text.strip(),
        )
    )


def share_draft(
    work: Work, *, draft: DraftId, people: Collection[PersonId], office: Office | None, mission: MissionId
) -> None:
    """Share a draft for comment with people, and with whoever holds an office of a mission; raises NoSuchDraft, NoSuchMission."""
    row = _open_draft(work, draft, seen_version=None)
    account_queries.mission(work.session, mission=mission)
    new = review_operations.share(work, draft=draft, people=people, office=office, mission=mission)
    if new or office is not None:
        work.record(
            DraftShared(
                mission_id=row.mission_id,
                draft_id=draft,
                symbol=row.symbol,
                people=tuple(new),
                office=office.value if office else "",
                to_mission_id=mission if office else None,
            )
        )


def end_sharing(work: Work, *, draft: DraftId, reader: ReaderId) -> None:
    """Share a draft no longer; raises NoSuchDraft, NoSuchReader."""
    row = _open_draft(work, draft, seen_version=None)
    review_operations.end_share(work, draft=draft, reader=reader)
    work.record(DraftSharingEnded(mission_id=row.mission_id, draft_id=draft, symbol=row.symbol))


def renew_draft(work: Work, *, draft: DraftId) -> date:
    """Give a draft a new time, counted from today, and return its end; its review stands. Raises NoSuchDraft."""
    row = _open_draft(work, draft, seen_version=None)
    lapses_on = _lapses_on(work)
    _mark_lapse(work, draft, lapses_on=lapses_on, lapse_noted="")
    review_operations.keep_remark(work, draft=draft, version=row.version, kind=RemarkKind.RENEWED)
    work.record(DraftRenewed(mission_id=row.mission_id, draft_id=draft, symbol=row.symbol, expires_on=lapses_on))
    return lapses_on


def note_draft_days(work: Work) -> None:
    """Record of every open draft that it expires within a week, or expired; each once. Nothing is deleted."""
    policy = review_queries.policy(work.session)
    for row in work.session.scalars(
        select(InstrumentDraftRow)
        .where(InstrumentDraftRow.published_id.is_(None), InstrumentDraftRow.discarded_at.is_(None))
        .order_by(InstrumentDraftRow.id)
    ).all():
        lapses_on = queries.lapse_of(row.lapses_on, changed_at=row.changed_at, policy=policy)
        if work.today + timedelta(days=WARNING_DAYS) < lapses_on:
            continue
        noted = "expired" if lapses_on <= work.today else "soon"
        if row.lapse_noted == noted or not _mark_lapse(work, DraftId(row.id), lapses_on=lapses_on, lapse_noted=noted):
            continue
        event: type[DraftExpired | DraftExpiresSoon] = DraftExpiresSoon
        if noted == "expired":
            event = DraftExpired
            review_operations.keep_remark(work, draft=row.id, version=row.version, kind=RemarkKind.EXPIRED)
        work.record(event(mission_id=row.mission_id, draft_id=row.id, symbol=row.symbol, expires_on=lapses_on))


def _mark_lapse(work: Work, draft: DraftId, *, lapses_on: date, lapse_noted: str) -> bool:
    """Note it unless it is noted already; the version stays, since nothing of the text changes."""
    marked = work.session.execute(
        update(InstrumentDraftRow)
        .where(
            InstrumentDraftRow.id == draft,
            or_(
                InstrumentDraftRow.lapse_noted != lapse_noted,
                InstrumentDraftRow.lapses_on.is_(None),
                InstrumentDraftRow.lapses_on != lapses_on,
            ),
        )
        .values(lapses_on=lapses_on, lapse_noted=lapse_noted)
    )
    assert isinstance(marked, CursorResult)
    return marked.rowcount == 1


# Publication and withdrawal


def publish_instrument(work: Work, *, draft: InstrumentDraft, seen_version: int) -> MandateShift:
    """Publish a text that was no draft, and return what it changes from its effective day on.

    Raises StaleMandate, SymbolTaken, InvalidDraft with all problems, NoSuchMission, and SecondPersonNeeded where policy
    asks for two people.
    """
    account_queries.mission(work.session, mission=draft.mission)
    if review_queries.policy(work.session).two_people:
        raise SecondPersonNeeded
    return _publish(work, draft, seen_version=seen_version, row=None)


def _publish(work: Work, draft: InstrumentDraft, *, seen_version: int, row: InstrumentDraftRow | None) -> MandateShift:
    _raise_version(work, draft.mission, seen_version=seen_version)
    texts = queries.mandate_history(work.session, mission=draft.mission)
    mission = account_queries.mission(work.session, mission=draft.mission)
    _refuse_problems(draft, queries.problems_of(draft, texts=texts, mission=mission), texts=texts)
    published = _store(work, [draft])[0]
    if row is not None:
        row.published_id = published.id
        _flush_draft(work)
    return _record_publication(work, published, among=texts, draft=None if row is None else DraftId(row.id))


def ask_withdrawal(work: Work, *, instrument: InstrumentId, because: str) -> None:
    """Ask that a text be withdrawn; a second person decides. Raises as `withdraw_instrument`, and AskedAlready."""
    found = _to_withdraw(work, instrument, because=because)
    if queries.withdrawal_request(work.session, instrument=instrument) is not None:
        raise AskedAlready
    work.session.add(
        WithdrawalRequestRow(
            instrument_id=instrument, because=because.strip(), asked_at=work.now, asked_by_id=work.actor.person
        )
    )
    work.record(WithdrawalRequested(mission_id=found.mission, instrument_id=instrument, symbol=found.symbol))


def drop_withdrawal_request(work: Work, *, instrument: InstrumentId) -> None:
    """Turn down, or take back, what was asked; the text stays. Raises NoSuchInstrument and NotAskedToWithdraw."""
    found = queries.instrument(work.session, instrument=instrument)
    if not _end_request(work, instrument):
        raise NotAskedToWithdraw
    work.record(WithdrawalRequestDropped(mission_id=found.mission, instrument_id=instrument, symbol=found.symbol))


def _to_withdraw(work: Work, instrument: InstrumentId, *, because: str) -> Instrument:
    found = queries.instrument(work.session, instrument=instrument)
    if not because.strip():
        raise ReasonMissing
    if found.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return found


def _end_request(work: Work, instrument: InstrumentId) -> bool:
    """End the open request, if there is one."""
    ended = work.session.execute(
        update(WithdrawalRequestRow)
        .where(WithdrawalRequestRow.instrument_id == instrument, WithdrawalRequestRow.ended_at.is_(None))
        .values(ended_at=work.now, ended_by_id=work.actor.person)
    )
    assert isinstance(ended, CursorResult)
    return ended.rowcount > 0


def withdraw_instrument(work: Work, *, instrument: InstrumentId, because: str, seen_version: int) -> MandateShift:
    """Take a published text out of force, and return what moves from today on.

    It stays on file with the reason. Raises NoSuchInstrument, ReasonMissing, AlreadyWithdrawn, StaleMandate, and, where policy
    asks for two people, NotAskedToWithdraw and OwnRequest: somebody else must have asked for it.
    """
    found = _to_withdraw(work, instrument, because=because)
    if review_queries.policy(work.session).two_people:
        request = queries.withdrawal_request(work.session, instrument=instrument)
        if request is None:
            raise NotAskedToWithdraw
        if request.asked_by == work.actor.person:
            raise OwnRequest
    _raise_version(work, found.mission, seen_version=seen_version)
    work.session.execute(
        update(InstrumentRow)
        .where(InstrumentRow.id == instrument)
        .values(withdrawn_at=work.now, withdrawn_because=because.strip())
    )
    _end_request(work, instrument)
    work.record(InstrumentWithdrawn(mission_id=found.mission, instrument_id=instrument, symbol=found.symbol))
    after = queries.mandate_history(work.session, mission=found.mission)
    return judge.compare(judge.coming((*after, found), on=work.today), judge.coming(after, on=work.today))


def confirm_condition(
    work: Work, *, instrument: InstrumentId, condition: str, met_on: date, evidence: str, seen_version: int
) -> MandateShift:
    """Confirm that a condition of a text is met from a day on, and return what moves from today on.

    The day may lie ahead, and behind as far as the text's own. Raises NoSuchInstrument, NoSuchCondition, ConfirmedAlready,
    StaleMandate, and InvalidConfirmation with all problems.
    """
    text, line = _condition(work, instrument, condition)
    problems = []
    if met_on < text.effective_on:
        said = wording(
            "The text took effect on {effective_on}: enter that day or a later one.",
            effective_on=text.effective_on.isoformat(),
        )
        problems.append(Problem(field="met_on", message=said))
    if not evidence.strip():
        said = wording("Say on what evidence it is met: a report with its number, a meeting, a decision.")
        problems.append(Problem(field="evidence", message=said))
    if problems:
        raise InvalidConfirmation(tuple(problems))
    if line.standing is not None:
        raise ConfirmedAlready
    before = queries.mandate_history(work.session, mission=text.mission)
    _raise_version(work, text.mission, seen_version=seen_version)
    work.session.add(
        ConditionConfirmation(
            instrument_id=instrument,
            name=line.milestone.name,
            met_on=met_on,
            evidence=evidence.strip(),
            confirmed_at=work.now,
            confirmed_by_id=work.actor.person,
        )
    )
    work.session.flush()  # the mandate is read again
    shift = _moved_since(work, before, mission=text.mission)
    work.record(
        ConditionConfirmed(
            mission_id=text.mission,
            instrument_id=instrument,
            symbol=text.symbol,
            condition=line.milestone.name,
            on=met_on,
            added=_kinds(shift.added),
            dropped=_kinds(shift.dropped),
            changed=_kinds(shift.changed),
        )
    )
    return shift


def take_back_confirmation(
    work: Work, *, instrument: InstrumentId, condition: str, because: str, seen_version: int
) -> MandateShift:
    """Say that a condition is not met after all, and return what moves from today on; what was confirmed stays on file.

    Raises NoSuchInstrument, NoSuchCondition, NoReasonToTakeBack, NotConfirmed, StaleMandate.
    """
    text, line = _condition(work, instrument, condition)
    if not because.strip():
        raise NoReasonToTakeBack
    if line.standing is None:
        raise NotConfirmed
    before = queries.mandate_history(work.session, mission=text.mission)
    _raise_version(work, text.mission, seen_version=seen_version)
    work.session.execute(
        update(ConditionConfirmation)
        .where(ConditionConfirmation.id == line.standing.id)
        .values(taken_back_at=work.now, taken_back_by_id=work.actor.person, taken_back_because=because.strip())
    )
    shift = _moved_since(work, before, mission=text.mission)
    work.record(
        ConfirmationTakenBack(
            mission_id=text.mission,
            instrument_id=instrument,
            symbol=text.symbol,
            condition=line.milestone.name,
            added=_kinds(shift.added),
            dropped=_kinds(shift.dropped),
            changed=_kinds(shift.changed),
        )
    )
    return shift


def _condition(work: Work, instrument: InstrumentId, condition: str) -> tuple[Instrument, ConditionLine]:
    text = queries.instrument(work.session, instrument=instrument)
    for line in judge.conditions_of((text,)):
        if line.is_condition and plain_name(line.milestone.name) == plain_name(condition):
            return text, line
    raise queries.NoSuchCondition


# Last days of single tasks


def decide_closure(work: Work, *, mission: MissionId, closure: Closure, seen_version: int) -> MandateShift:
    """Decide on the last days of a task in force, and return what moves from today on.

    Of the decision its task, mark, days and reason count. Raises NoSuchMission, NoSuchTask, StaleMandate, DecidedAlready,
    and InvalidClosure with all problems.
    """
    decided, problems = queries.weighed_closure(work.session, mission=mission, closure=closure, on=work.today)
    before = queries.mandate_history(work.session, mission=mission)
    tasks = judge.in_force(before, on=work.today)
    if any(each.identity == closure.identity and each.closure is not None for each in tasks):
        raise DecidedAlready
    if problems:
        raise InvalidClosure(problems)
    text = next(each for each in before if each.id == decided.instrument)
    _raise_version(work, mission, seen_version=seen_version)
    row = TaskClosure(
        instrument_id=text.id,
        task_kind=decided.task_kind,
        area_of_operations=decided.area_of_operations,
        mark=decided.mark,
        liquidates_on=decided.liquidates_on if decided.mark is ClosureMark.LIQUIDATION else None,
        ends_on=decided.ends_on,
        because=decided.because.strip(),
        decided_at=work.now,
        decided_by_id=work.actor.person,
    )
    work.session.add(row)
    work.session.flush()  # for the id, and the mandate is read again
    shift = _moved_since(work, before, mission=mission)
    work.record(
        TaskClosureDecided(
            mission_id=mission,
            instrument_id=text.id,
            symbol=text.symbol,
            closure_id=row.id,
            task=row.task_kind,
            area_of_operations=row.area_of_operations,
            mark=row.mark.value,
            liquidates_on=row.liquidates_on,
            last_on=decided.last_on,
            added=_kinds(shift.added),
            dropped=_kinds(shift.dropped),
            changed=_kinds(shift.changed),
        )
    )
    return shift


def take_back_closure(work: Work, *, closure: ClosureId, because: str, seen_version: int) -> MandateShift:
    """Take back a decision on a task, and return what moves from today on; it stays on file.

    Raises NoSuchClosure, NoReasonToTakeBack, ClosureNotStanding, StaleMandate.
    """
    row = work.session.get(TaskClosure, closure)
    if row is None:
        raise queries.NoSuchClosure
    text = queries.instrument(work.session, instrument=InstrumentId(row.instrument_id))
    if not because.strip():
        raise NoReasonToTakeBack
    if row.taken_back_at is not None or text.withdrawn_at is not None:
        raise ClosureNotStanding
    before = queries.mandate_history(work.session, mission=text.mission)
    _raise_version(work, text.mission, seen_version=seen_version)
    row.taken_back_at, row.taken_back_by_id = work.now, work.actor.person
    row.taken_back_because = because.strip()
    work.session.flush()  # the mandate is read again
    shift = _moved_since(work, before, mission=text.mission)
    work.record(
        TaskClosureTakenBack(
            mission_id=text.mission,
            instrument_id=text.id,
            symbol=text.symbol,
            closure_id=closure,
            task=row.task_kind,
            area_of_operations=row.area_of_operations,
            added=_kinds(shift.added),
            dropped=_kinds(shift.dropped),
            changed=_kinds(shift.changed),
        )
    )
    return shift


def _moved_since(work: Work, before: Iterable[Instrument], *, mission: MissionId) -> MandateShift:
    after = queries.mandate_history(work.session, mission=mission)
    return judge.compare(judge.coming(before, on=work.today), judge.coming(after, on=work.today))


def load_instruments(work: Work, *, instruments: Iterable[InstrumentDraft]) -> tuple[InstrumentId, ...]:
    """Publish many texts at once and return the ids of those that are new; for seeds and imports.

    A text that is on file for its mission, even a withdrawn one, is left as it is. One event for each new text. An addition
    to what is not in force is taken as giving it. Raises InvalidDraft with every problem of every text, and
    SecondPersonNeeded for new texts where policy asks for two people.
    """
    by_mission: defaultdict[MissionId, list[InstrumentDraft]] = defaultdict(list)
    for draft in instruments:
        by_mission[draft.mission].append(draft)
    history = queries.instruments_of(work.session, missions=by_mission)
    new: dict[MissionId, list[InstrumentDraft]] = {}
    for mission, drafts in by_mission.items():
        taken = [each.symbol for each in history[mission]]
        new[mission] = []
        for draft in sorted(drafts, key=lambda each: judge.order_of(queries.as_instrument(each))):
            symbol = judge.clean_symbol(draft.symbol)
            if not any(judge.same_text(symbol, each) for each in taken):
                taken.append(symbol)
                new[mission].append(draft)
    if any(new.values()) and review_queries.policy(work.session).two_people:
        raise SecondPersonNeeded
    problems = [
        problem
        for mission, drafts in new.items()
        for draft in drafts
        for problem in judge.check_draft(draft, instruments=(), in_force=(), asks_names=False)
        if not (problem.field or "").endswith("-change")
    ]
    if problems:
        raise InvalidDraft(tuple(problems))
    _raise_versions(work, [mission for mission, drafts in new.items() if drafts])
    loaded: list[InstrumentId] = []
    for mission, drafts in new.items():
        texts = list(history[mission])
        for published in _store(work, drafts):
            _record_publication(work, published, among=texts)
            texts.append(published)
            loaded.append(published.id)
    return tuple(loaded)


def _refuse_problems(draft: InstrumentDraft, problems: tuple[Problem, ...], *, texts: Iterable[Instrument]) -> None:
    if not problems:
        return
    symbol = judge.clean_symbol(draft.symbol)
    if any(judge.same_text(symbol, each.symbol) for each in judge.known(texts)):
        raise SymbolTaken(problems)
    raise InvalidDraft(problems)


def _record_publication(
    work: Work, published: Instrument, *, among: Iterable[Instrument], draft: DraftId | None = None
) -> MandateShift:
    shift = judge.shift_of(published, among=among)
    work.record(
        InstrumentPublished(
            mission_id=published.mission,
            instrument_id=published.id,
            symbol=published.symbol,
            effective_on=published.effective_on,
            added=_kinds(shift.added),
            dropped=_kinds(shift.dropped),
            changed=_kinds(shift.changed),
            inserted_into_history=shift.inserted_into_history,
            draft_id=draft,
        )
    )
    return shift


def _kinds(moves: Iterable[TaskMove]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(move.task.task_kind) for move in moves))


def _store(work: Work, drafts: Sequence[InstrumentDraft]) -> tuple[Instrument, ...]:
    """Insert the texts with their lines in two statements, and return them as published."""
    if not drafts:
        return ()
    made = [queries.as_instrument(draft) for draft in drafts]
    rows: list[dict[str, Any]] = [
        {
            "mission_id": each.mission,
            "symbol": each.symbol,
            "number": each.number,
            "title": each.title,
            "adopted_on": each.adopted_on,
            "effective_on": each.effective_on,
            "expires_on": each.expires_on,
            "expiry_known": each.expiry_known,
            "complete_adjustment": each.complete_adjustment,
            "certainty": each.certainty,
            "note": each.note,
            "published_at": work.now,
            "published_by_id": work.actor.person,
            "milestones": [milestone.to_json() for milestone in each.milestones],
        }
        for each in made
    ]
    stored = work.session.scalars(insert(InstrumentRow).returning(InstrumentRow.id, sort_by_parameter_order=True), rows)
    published = tuple(
        replace(each, id=InstrumentId(number), published_at=work.now)
        for each, number in zip(made, stored.all(), strict=True)
    )
    lines = [
        line.to_json()
        | {"instrument_id": each.id, "change": line.change, "force": line.force}
        | {"starts_on": line.starts_on, "ends_on": line.ends_on, "cited": cited_to_json(line.cited)}
        for each in published
        for line in each.tasks
    ]
    if lines:
        work.session.execute(insert(InstrumentTask), lines)
    return published


def _raise_version(work: Work, mission: MissionId, *, seen_version: int) -> None:
    """Raise the version of a mandate from the one that was seen; raises StaleMandate when it is another by now."""
    _keep_versions(work, [mission])
    raised = work.session.execute(
        update(MandateVersion)
        .where(MandateVersion.mission_id == mission, MandateVersion.version == seen_version)
        .values(version=seen_version + 1)
    )
    assert isinstance(raised, CursorResult)
    if raised.rowcount != 1:
        raise StaleMandate


def _raise_versions(work: Work, missions: Collection[MissionId]) -> None:
    _keep_versions(work, missions)
    work.session.execute(
        update(MandateVersion).where(MandateVersion.mission_id.in_(missions)).values(version=MandateVersion.version + 1)
    )


def _keep_versions(work: Work, missions: Collection[MissionId]) -> None:
    """See that the missions have a version. What lies before its first day is told by the publication itself."""
    table = MandateVersion.__table__
    assert isinstance(table, Table)
    rows = [{"mission_id": mission, "version": 0, "noted_on": work.today} for mission in missions]
    insert_missing(work.session, table, rows)


# Rules


def publish_rules(
    work: Work, *, rules: Sequence[RequirementRule], note: str, seen_number: int | None = None
) -> RuleVersionId:
    """Publish a new version of all requirement rules; the same rules as before make no new version.

    `seen_number` is of the version that was changed; None publishes whatever happened in between. Raises StaleRules, and
    InvalidRules with all problems.
    """
    before = queries.rule_set(work.session)
    if seen_number is not None and before.number != seen_number:
        raise StaleRules
    known = {
        key
        for key, each in competency_queries.competencies(work.session).items()
        if each.retired_on is None or work.today < each.retired_on
    }
    problems = judge.check_rules(rules, known=known, before=before.rules)
    if problems:
        raise InvalidRules(problems)
    changed = judge.changed_rules(before.rules, rules)
    if before.number and not changed:
        return before.version
    row = RuleVersion(
        number=before.number + 1,
        published_at=work.now,
        published_by_id=work.actor.person,
        note=note,
        rules=[rule.to_json() for rule in rules],
    )
    work.session.add(row)
    try:
        work.session.flush()  # for the id, and so that a version published at the same moment is noticed
    except IntegrityError as error:
        raise StaleRules from error
    work.record(RulesRevised(rule_version_id=row.id, number=row.number, changed=changed))
    return RuleVersionId(row.id)


# Days


def note_mandate_days(work: Work) -> None:
    """Record every day up to today on which published texts began, changed or ended tasks of a mission, each once.

    Days that were missed are made up for. A day before the mission's first text was published is told by that publication.
    """
    waiting = work.session.execute(
        select(MandateVersion.mission_id, MandateVersion.noted_on)
        .where(MandateVersion.noted_on < work.today)
        .order_by(MandateVersion.mission_id)
    ).all()
    if not waiting:
        return
    # whoever moves the day on tells of the days between; a second one at the same time finds it moved and tells nothing
    moved = {mission: noted_on for mission, noted_on in waiting if _move_on(work, mission, noted_on)}
    texts = queries.instruments_of(work.session, missions=[MissionId(mission) for mission in moved])
    for mission, noted_on in moved.items():
        history = texts[MissionId(mission)]
        for day in sorted(each for each in judge.days_of(history) if noted_on < each <= work.today):
            turn = judge.turn_of(history, on=day)
            if turn is None:
                continue
            shift, said_by = turn
            work.record(
                MandateDayReached(
                    mission_id=mission,
                    on=day,
                    instrument_id=said_by.id,
                    symbol=said_by.symbol,
                    began=_kinds((*shift.added, *shift.changed)),
                    ended=_kinds(shift.dropped),
                )
            )


def _move_on(work: Work, mission: int, noted_on: date) -> bool:
    moved = work.session.execute(
        update(MandateVersion)
        .where(MandateVersion.mission_id == mission, MandateVersion.noted_on == noted_on)
        .values(noted_on=work.today)
    )
    assert isinstance(moved, CursorResult)
    return moved.rowcount == 1


# Phrases by which texts are read


class UnfitPhrase(Invalid):
    """A phrase that cannot stand in the vocabulary."""

    def __init__(self) -> None:
        super().__init__(
            wording("Enter a phrase of at most {most} letters.", most=judge.MOST_PHRASE_LETTERS), field="phrase"
        )


def note_phrases(
    work: Work, *, language: str, decisions: Sequence[PhraseDecision], mission: MissionId | None = None
) -> None:
    """Keep what an officer said of phrases; one event for all of it, none for nothing. Raises UnfitPhrase.

    `mission` is the one whose text was read; None for a change of the vocabulary itself.
    """
    if not decisions:
        return
    if any(not 0 < len(each.phrase) <= judge.MOST_PHRASE_LETTERS for each in decisions):
        raise UnfitPhrase
    rows: list[dict[str, Any]] = [
        {
            "language": language,
            "phrase": each.phrase,
            "task_kind": each.task_kind,
            "verdict": each.verdict,
            "strength": each.strength,
            "decided_at": work.now,
            "decided_by_id": work.actor.person,
            "mission_id": mission,
        }
        for each in decisions
    ]
    work.session.execute(insert(SuggestionCorrection), rows)
    said = [each.verdict for each in decisions]
    counted = (PhraseVerdict.CONFIRMED, PhraseVerdict.REJECTED)
    work.record(
        SuggestionsDecided(
            language=language,
            confirmed=said.count(PhraseVerdict.CONFIRMED),
            rejected=said.count(PhraseVerdict.REJECTED),
            phrases=tuple(dict.fromkeys(each.phrase for each in decisions if each.verdict not in counted)),
            mission_id=mission,
        )
    )
