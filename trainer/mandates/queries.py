"""What is on file of mandates and what it asks of people, as frozen values read on a day.

Judgement lies in `rules`; here is only what must be fetched for it, in few statements whatever the number of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionCard, MissionId, MissionStatus, PersonProfile
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, Evidence, Requirement
from trainer.kernel.errors import NotFound
from trainer.kernel.values import PersonId, Problem, wording
from trainer.mandates import rules
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
    TASK_KINDS,
    Closure,
    ClosureId,
    ClosurePage,
    ComparedTask,
    Comparison,
    ConditionLine,
    ConditionPage,
    ConditionsPage,
    Confirmation,
    ConfirmationId,
    Demand,
    DemandsByRole,
    DraftCard,
    DraftHead,
    DraftId,
    DraftLine,
    DraftPage,
    Instrument,
    InstrumentDraft,
    InstrumentId,
    InstrumentPage,
    MandatedTask,
    MandateTable,
    Milestone,
    MissionLine,
    MissionPage,
    Modality,
    Move,
    PhraseRecord,
    PhraseVerdict,
    Reading,
    RequirementRule,
    RuleSet,
    RuleVersionCard,
    RuleVersionId,
    TaskKindKey,
    TaskLine,
    WithdrawalRequest,
    cited_from_json,
    last_day,
)
from trainer.reviews import queries as review_queries
from trainer.reviews import rules as review_rules
from trainer.reviews.values import Policy, Standing

NO_RULES = RuleSet(version=RuleVersionId(0), number=0, published_at=None, note="", rules=())
"""Before any version was published."""
UNNUMBERED = 2_000_000_000
"""The number of a draft whose symbol has none yet: after all others of its day."""


class NoSuchInstrument(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such instrument. Open its mission to see what is on file."))


class NoSuchDraft(NotFound):
    def __init__(self) -> None:
        super().__init__(
            wording("There is no such draft any more: it was published or discarded. Open its mission to see which.")
        )


class NoSuchRuleVersion(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such version of the rules. Choose one of the list of versions."))


class NoSuchCondition(NotFound):
    def __init__(self) -> None:
        super().__init__(
            wording("This text defines no such condition, or was withdrawn. Open its mission to see what is on file.")
        )


class NoSuchTask(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("This task is not in force in the mission. Open the mission to see what is."))


class NoSuchClosure(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such decision on a task. Open the mission to see what is on file."))


class NoSuchRule(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such rule. Open the requirements to see the rules there are."))


# Instruments and tasks


def instruments_of(session: Session, *, missions: Collection[MissionId]) -> Mapping[MissionId, tuple[Instrument, ...]]:
    """Return every text that was ever published for the missions, withdrawn ones too, in their order. Four queries at most."""
    wanted = sorted(set(missions))
    rows = session.execute(select(*_INSTRUMENT).where(InstrumentRow.mission_id.in_(wanted))).all()
    lines = _lines_where(session, InstrumentRow.mission_id.in_(wanted))
    confirmed, decided = _confirmations_of(session, rows), _closures_of(session, rows)
    found: dict[MissionId, list[Instrument]] = {mission: [] for mission in wanted}
    for row in rows:
        made = _instrument(row, lines.get(row.id, ()), confirmed.get(row.id, ()), decided.get(row.id, ()))
        found[MissionId(row.mission_id)].append(made)
    return {mission: tuple(sorted(texts, key=rules.order_of)) for mission, texts in found.items()}


def mandate_history(session: Session, *, mission: MissionId) -> tuple[Instrument, ...]:
    """Return every text that was ever published for a mission, withdrawn ones too, in their order. Four queries at most."""
    return instruments_of(session, missions=(mission,))[mission]


def instrument(session: Session, *, instrument: InstrumentId) -> Instrument:
    """Return one published text; raises NoSuchInstrument. Four queries at most."""
    return _one_text(session, instrument)


def _one_text(session: Session, instrument: InstrumentId) -> Instrument:
    row = session.execute(select(*_INSTRUMENT).where(InstrumentRow.id == instrument)).one_or_none()
    if row is None:
        raise NoSuchInstrument
    lines = _lines_where(session, InstrumentRow.id == instrument)
    confirmed, decided = _confirmations_of(session, [row]), _closures_of(session, [row])
    return _instrument(row, lines.get(row.id, ()), confirmed.get(row.id, ()), decided.get(row.id, ()))


def tasks_in_force(
    session: Session, *, mission: MissionId, on: date, known_at: datetime | None = None
) -> tuple[MandatedTask, ...]:
    """Return a mission's tasks in force on a day, as known at an instant or by all that is on file. Two queries."""
    return rules.in_force(mandate_history(session, mission=mission), on=on, known_at=known_at)


def mandate_version(session: Session, *, mission: MissionId) -> int:
    """Return how often the mission's mandate was changed here: what `seen_version` is checked against."""
    query = select(MandateVersion.version).where(MandateVersion.mission_id == mission)
    return session.scalar(query) or 0


_INSTRUMENT = (
    InstrumentRow.id,
    InstrumentRow.mission_id,
    InstrumentRow.symbol,
    InstrumentRow.number,
    InstrumentRow.title,
    InstrumentRow.adopted_on,
    InstrumentRow.effective_on,
    InstrumentRow.expires_on,
    InstrumentRow.expiry_known,
    InstrumentRow.complete_adjustment,
    InstrumentRow.certainty,
    InstrumentRow.note,
    InstrumentRow.published_at,
    InstrumentRow.withdrawn_at,
    InstrumentRow.withdrawn_because,
    InstrumentRow.milestones,
    exists().where(TaskClosure.instrument_id == InstrumentRow.id).label("has_closures"),
)


def _instrument(
    row: Any, lines: Sequence[TaskLine], confirmed: Sequence[Confirmation], decided: Sequence[Closure]
) -> Instrument:
    return Instrument(
        id=InstrumentId(row.id),
        mission=MissionId(row.mission_id),
        symbol=row.symbol,
        number=row.number,
        title=row.title,
        adopted_on=row.adopted_on,
        effective_on=row.effective_on,
        expires_on=row.expires_on,
        expiry_known=row.expiry_known,
        complete_adjustment=row.complete_adjustment,
        certainty=row.certainty,
        note=row.note,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
        tasks=tuple(lines),
        milestones=tuple(Milestone.from_json(each) for each in row.milestones),
        confirmations=tuple(confirmed),
        closures=tuple(decided),
    )


def _confirmations_of(session: Session, texts: Iterable[Any]) -> Mapping[int, list[Confirmation]]:
    """What was ever confirmed of the texts; nothing is asked where none defines anything."""
    wanted = [row.id for row in texts if row.milestones]
    if not wanted:
        return {}
    rows = session.scalars(
        select(ConditionConfirmation)
        .where(ConditionConfirmation.instrument_id.in_(wanted))
        .order_by(ConditionConfirmation.id)
    )
    found: defaultdict[int, list[Confirmation]] = defaultdict(list)
    for row in rows:
        found[row.instrument_id].append(confirmation_of(row))
    return found


def confirmation_of(row: ConditionConfirmation) -> Confirmation:
    """What the row says."""
    return Confirmation(
        id=ConfirmationId(row.id),
        instrument=InstrumentId(row.instrument_id),
        name=row.name,
        met_on=row.met_on,
        evidence=row.evidence,
        confirmed_at=row.confirmed_at,
        confirmed_by=None if row.confirmed_by_id is None else PersonId(row.confirmed_by_id),
        taken_back_at=row.taken_back_at,
        taken_back_by=None if row.taken_back_by_id is None else PersonId(row.taken_back_by_id),
        taken_back_because=row.taken_back_because,
    )


def _closures_of(session: Session, texts: Iterable[Any]) -> Mapping[int, list[Closure]]:
    """What was ever decided of tasks of the texts; nothing is asked where nothing was."""
    wanted = [row.id for row in texts if row.has_closures]
    if not wanted:
        return {}
    rows = session.scalars(select(TaskClosure).where(TaskClosure.instrument_id.in_(wanted)).order_by(TaskClosure.id))
    found: defaultdict[int, list[Closure]] = defaultdict(list)
    for row in rows:
        found[row.instrument_id].append(closure_of(row))
    return found


def closure_of(row: TaskClosure) -> Closure:
    """What the row says."""
    return Closure(
        id=ClosureId(row.id),
        instrument=InstrumentId(row.instrument_id),
        task_kind=TaskKindKey(row.task_kind),
        area_of_operations=row.area_of_operations,
        mark=row.mark,
        liquidates_on=row.liquidates_on,
        ends_on=row.ends_on,
        because=row.because,
        decided_at=row.decided_at,
        decided_by=None if row.decided_by_id is None else PersonId(row.decided_by_id),
        taken_back_at=row.taken_back_at,
        taken_back_by=None if row.taken_back_by_id is None else PersonId(row.taken_back_by_id),
        taken_back_because=row.taken_back_because,
    )


def _lines_where(session: Session, wanted: ColumnElement[bool]) -> Mapping[int, list[TaskLine]]:
    rows = session.execute(
        select(
            InstrumentTask.instrument_id,
            InstrumentTask.task_kind,
            InstrumentTask.change,
            InstrumentTask.paragraph,
            InstrumentTask.modalities,
            InstrumentTask.force,
            InstrumentTask.priority,
            InstrumentTask.area_of_operations,
            InstrumentTask.starts_on,
            InstrumentTask.ends_on,
            InstrumentTask.words,
            InstrumentTask.cited,
            InstrumentTask.begins_with,
            InstrumentTask.ends_with,
            InstrumentTask.ahead,
        )
        .join(InstrumentRow, InstrumentRow.id == InstrumentTask.instrument_id)
        .where(wanted)
        .order_by(InstrumentTask.id)
    )
    found: defaultdict[int, list[TaskLine]] = defaultdict(list)
    for (
        owner, kind, change, paragraph, modalities, force, priority, area, starts_on, ends_on, words, cited, begins_with,
        ends_with, ahead,
    ) in rows:  # fmt: skip
        found[owner].append(
            TaskLine(
                task_kind=TaskKindKey(kind),
                change=change,
                paragraph=paragraph,
                modalities=tuple(Modality(each) for each in modalities),
                force=force,
                priority=priority,
                area_of_operations=area,
                starts_on=starts_on,
                ends_on=ends_on,
                words=words,
                cited=cited_from_json(cited),
                begins_with=begins_with,
                ends_with=ends_with,
                ahead=ahead,
            )
        )
    return found


# Pages


def missions_page(session: Session, *, on: date) -> tuple[MissionLine, ...]:
    """Return every mission with its mandate on a day: open ones first, of these what ends soonest. Five queries."""
    cards = account_queries.missions(session)
    texts = instruments_of(session, missions=[card.id for card in cards])
    drafts = drafts_of(session, missions=[card.id for card in cards])
    lines = []
    for card in cards:
        in_effect = [each for each in rules.known(texts[card.id]) if each.effective_on <= on]
        expires_on, stated = end = rules.period_end(in_effect, on=on)
        lines.append(
            MissionLine(
                mission=card,
                tasks=len(rules.until(rules.in_force(texts[card.id], on=on), card.closes_on, on=on)),
                latest=in_effect[-1].symbol if in_effect else "",
                last_on=last_day(expires_on),
                expiry_known=stated,
                verified=rules.is_verified(end, on=on),
                drafts=drafts[card.id],
            )
        )
    return tuple(
        sorted(
            lines,
            key=lambda each: (
                each.mission.status is MissionStatus.CLOSED,
                each.last_on or date.max,
                each.mission.name.casefold(),
                each.mission.id,
            ),
        )
    )


def mission_page(session: Session, *, mission: MissionId, on: date, known_at: datetime | None = None) -> MissionPage:
    """Return a mission's mandate as read on a day, as known at an instant or (None) by all that is on file.

    Raises NoSuchMission. Four queries.
    """
    card = account_queries.mission(session, mission=mission)
    history = mandate_history(session, mission=mission)
    texts = history if known_at is None else rules.known(history, known_at=known_at)
    tasks = rules.until(rules.coming(history, on=on, known_at=known_at), card.closes_on, on=on)
    in_effect = [each for each in rules.known(history, known_at=known_at) if each.effective_on <= on]
    expires_on, stated = end = rules.period_end(in_effect, on=on)
    return MissionPage(
        mission=card,
        on=on,
        known_at=known_at,
        tasks=tuple(each for each in tasks if each.begins_on is None and not each.waits_for),
        announced=tuple(each for each in tasks if each.begins_on is not None),
        waiting=tuple(each for each in tasks if each.waits_for),
        instruments=tuple(reversed(texts)),
        current=in_effect[-1].id if in_effect else None,
        last_on=last_day(expires_on),
        expiry_known=stated,
        verified=rules.is_verified(end, on=on),
        drafts=drafts_of(session, missions=(mission,))[mission],
    )


def comparison(
    session: Session,
    *,
    before: tuple[MissionId, date, datetime | None],
    after: tuple[MissionId, date, datetime | None],
) -> Comparison:
    """Return how two readings differ; each is of a mission, on a day, as known at an instant or (None) by all that is on file.

    Raises NoSuchMission. Four queries.
    """
    cards = {each.id: each for each in account_queries.missions(session)}
    for mission in (before[0], after[0]):
        if mission not in cards:
            account_queries.mission(session, mission=mission)
    texts = instruments_of(session, missions={before[0], after[0]})
    one_mission = before[0] == after[0]
    if one_mission and before[2] == after[2]:
        was, will_be = rules.in_force_on(texts[before[0]], days=(before[1], after[1]), known_at=before[2])
    else:
        was, will_be = (
            rules.in_force(texts[mission], on=on, known_at=known_at) for mission, on, known_at in (before, after)
        )
    known = rules.known(texts[after[0]], known_at=after[2])
    shift = rules.compare(was, will_be) if one_mission else rules.compare_missions(was, will_be)
    return Comparison(
        before=Reading(mission=cards[before[0]], on=before[1], known_at=before[2]),
        after=Reading(mission=cards[after[0]], on=after[1], known_at=after[2]),
        tasks=tuple(
            ComparedTask(
                move=each,
                ended=rules.ending_of(each.task, known, by=after[1])
                if one_mission and each.move is Move.DROPPED
                else None,
            )
            for each in shift.moves
        ),
        between=tuple(each for each in known if before[1] < each.effective_on <= after[1]) if one_mission else (),
    )


TEXTS_A_PAGE = 6
"""Columns of the table of a mandate that are shown at once."""
ALL_TEXTS = 1_000_000


def mandate_table(
    session: Session,
    *,
    mission: MissionId,
    known_at: datetime | None,
    page: int,
    size: int = TEXTS_A_PAGE,
    inherited: int | None = None,
) -> MandateTable:
    """Return what each text did with each task, for a page of the texts, of which the first holds the latest.

    Of what a text leaves alone in an area, no more than `inherited` tasks are named; None: all are.
    Raises NoSuchMission. Three queries.
    """
    card = account_queries.mission(session, mission=mission)
    texts = rules.known(mandate_history(session, mission=mission), known_at=known_at)
    pages = max(1, -(-len(texts) // size))
    shown = min(max(page, 1), pages)
    last = len(texts) - (shown - 1) * size
    places = range(max(0, last - size), last)
    return MandateTable(
        mission=card,
        known_at=known_at,
        texts=tuple(texts[place] for place in places),
        steps=rules.steps_of(texts, places=places, inherited=inherited),
        total=len(texts),
        page=shown,
        pages=pages,
    )


def instrument_page(session: Session, *, instrument: InstrumentId, on: date) -> InstrumentPage:
    """Return one published text with what it changed; raises NoSuchInstrument. Eight queries."""
    row = session.execute(
        select(InstrumentRow.mission_id, InstrumentRow.published_by_id).where(InstrumentRow.id == instrument)
    ).one_or_none()
    if row is None:
        raise NoSuchInstrument
    mission = MissionId(row.mission_id)
    texts = mandate_history(session, mission=mission)
    found = next(each for each in texts if each.id == instrument)
    others = [each for each in texts if each.id != instrument]
    put_in = rules.insertion_of(found, among=others, on=on)
    after = put_in.without
    before = put_in.with_it if found.withdrawn_at is None else after
    people, touched = _reach(session, mission=mission, before=before, after=after, on=on)
    return InstrumentPage(
        mission=account_queries.mission(session, mission=mission),
        instrument=found,
        published_by=None if row.published_by_id is None else PersonId(row.published_by_id),
        shift=put_in.shift,
        without=rules.compare(before, after),
        # ids rise with publication
        inserted=any(each.id < found.id and rules.order_of(found) < rules.order_of(each) for each in others),
        people=people,
        touched=touched,
        version=mandate_version(session, mission=mission),
        request=withdrawal_request(session, instrument=instrument),
    )


def withdrawal_request(session: Session, *, instrument: InstrumentId) -> WithdrawalRequest | None:
    """Return the request that a text be withdrawn on which nobody has decided; None for none."""
    row = session.scalars(
        select(WithdrawalRequestRow)
        .where(WithdrawalRequestRow.instrument_id == instrument, WithdrawalRequestRow.ended_at.is_(None))
        .order_by(WithdrawalRequestRow.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    asker = None if row.asked_by_id is None else PersonId(row.asked_by_id)
    return WithdrawalRequest(because=row.because, asked_at=row.asked_at, asked_by=asker)


def conditions_page(session: Session, *, mission: MissionId) -> ConditionsPage:
    """Return the phases and conditions of a mission's mandate; raises NoSuchMission. Five queries."""
    return ConditionsPage(
        mission=account_queries.mission(session, mission=mission),
        lines=rules.conditions_of(mandate_history(session, mission=mission)),
        version=mandate_version(session, mission=mission),
    )


def condition_page(
    session: Session, *, instrument: InstrumentId, place: int, on: date, met_on: date | None = None
) -> ConditionPage:
    """Return one condition, and what would move if it were met on a day, or if its confirmation were taken back.

    `place` counts what the text defines from 0; `met_on` None is for `on`. Raises NoSuchInstrument, NoSuchCondition.
    """
    text = _one_text(session, instrument)
    if not 0 <= place < len(text.milestones) or text.withdrawn_at is not None:
        raise NoSuchCondition
    history = mandate_history(session, mission=text.mission)
    line = next(each for each in rules.conditions_of(history) if each.instrument == instrument and each.place == place)
    if not line.is_condition:
        raise NoSuchCondition
    after = tuple(other_way(each, line, met_on=met_on or on) if each.id == instrument else each for each in history)
    was, will_be = rules.coming(history, on=on), rules.coming(after, on=on)
    people, touched = _reach(session, mission=text.mission, before=was, after=will_be, on=on)
    return ConditionPage(
        mission=account_queries.mission(session, mission=text.mission),
        line=line,
        shift=rules.compare(was, will_be),
        people=people,
        touched=touched,
        version=mandate_version(session, mission=text.mission),
    )


def other_way(text: Instrument, line: ConditionLine, *, met_on: date) -> Instrument:
    """Return the text as if its condition were met on a day, or, where it is, as if nobody had confirmed it."""
    if line.standing is not None:
        left = tuple(each for each in text.confirmations if each.id != line.standing.id)
        return replace(text, confirmations=left)
    supposed = Confirmation(
        id=ConfirmationId(0),
        instrument=text.id,
        name=line.milestone.name,
        met_on=met_on,
        evidence="",
        confirmed_at=datetime.max.replace(tzinfo=UTC),
        confirmed_by=None,
    )
    return replace(text, confirmations=(*text.confirmations, supposed))


def closure_page(
    session: Session,
    *,
    mission: MissionId,
    task_kind: TaskKindKey,
    area_of_operations: str,
    on: date,
    supposed: Closure | None = None,
) -> ClosurePage:
    """Return a task in force with the decision on its last days, and what would move by a supposed one.

    Raises NoSuchMission, NoSuchTask.
    """
    history = mandate_history(session, mission=mission)
    card, identity = account_queries.mission(session, mission=mission), (task_kind, area_of_operations)
    tasks = rules.until(rules.in_force(history, on=on), card.closes_on, on=on)
    task = next((each for each in tasks if each.identity == identity), None)
    if task is None:
        raise NoSuchTask
    after = history if supposed is None else rules.with_closure(history, supposed)
    return _closure_page(session, card=card, task=task, moved=None if supposed is None else (history, after), on=on)


def weighed_closure(
    session: Session, *, mission: MissionId, closure: Closure, on: date
) -> tuple[Closure, tuple[Problem, ...]]:
    """Return a decision on a task in force with the text it rests on, and all that is wrong with it.

    Raises NoSuchMission, NoSuchTask.
    """
    page = mission_page(session, mission=mission, on=on)
    task = next((each for each in page.tasks if each.identity == closure.identity), None)
    text = rules.speaks_last(page.instruments, of=closure.identity, on=on)
    if task is None or text is None:
        raise NoSuchTask
    later = [each for each in page.announced if each.identity == closure.identity and not each.winding_up]
    problems = rules.check_closure(closure, task=task, later=later, closing=page.mission.closing)
    return replace(closure, instrument=text.id), problems


def closure_undoing(session: Session, *, closure: ClosureId, on: date) -> ClosurePage:
    """Return the decision on a task, and what would move if it were taken back. Raises NoSuchClosure."""
    row = session.get(TaskClosure, closure)
    if row is None:
        raise NoSuchClosure
    decided = closure_of(row)
    text = _one_text(session, decided.instrument)
    history = mandate_history(session, mission=text.mission)
    without = rules.without_closure(history, decided)
    card = account_queries.mission(session, mission=text.mission)
    # the task may be over, and its text withdrawn: it is shown as it was when the decision was made
    there = [each for each in without if each.published_at <= decided.decided_at]
    there = [replace(each, withdrawn_at=None) if each.id == text.id else each for each in there]
    tasks = rules.in_force(there, on=min(on, decided.decided_at.date()))
    task = next((each for each in tasks if each.identity == decided.identity), None)
    if task is None:
        raise NoSuchClosure
    moved = (history, without) if decided.taken_back_at is None and text.withdrawn_at is None else None
    return _closure_page(session, card=card, task=replace(task, closure=decided), moved=moved, on=on)


def _closure_page(
    session: Session,
    *,
    card: MissionCard,
    task: MandatedTask,
    moved: tuple[Sequence[Instrument], Sequence[Instrument]] | None,
    on: date,
) -> ClosurePage:
    """The page of a decision, with how many people are asked for something else from the day on which it tells."""
    shift, people, touched = None, 0, 0
    if moved is not None:
        before, after = moved
        was, will_be = (rules.until(rules.coming(each, on=on), card.closes_on, on=on) for each in moved)
        shift = rules.compare(was, will_be)
        days = sorted({on, *(day for day in rules.days_of(before) ^ rules.days_of(after) if day > on)})
        for day in days:
            states = [rules.asking(rules.coming(each, on=day), card.closing, on=day) for each in (before, after)]
            people, reached = _reach(session, mission=card.id, before=states[0], after=states[1], on=on, asked_on=day)
            touched = max(touched, reached)
    return ClosurePage(
        mission=card,
        task=task,
        closure=task.closure,
        shift=shift,
        people=people,
        touched=touched,
        version=mandate_version(session, mission=card.id),
    )


def drafts(session: Session) -> tuple[DraftCard, ...]:
    """Return every open draft, latest changed first."""
    return _draft_cards(session)


def drafts_of(session: Session, *, missions: Collection[MissionId]) -> Mapping[MissionId, tuple[DraftCard, ...]]:
    """Return the open drafts of each of the missions, latest changed first. One query."""
    found: dict[MissionId, list[DraftCard]] = {mission: [] for mission in missions}
    for card in _draft_cards(session):
        if card.mission in found:
            found[card.mission].append(card)
    return {mission: tuple(cards) for mission, cards in found.items()}


def draft(session: Session, *, draft: DraftId) -> InstrumentDraft:
    """Return what an open draft holds; raises NoSuchDraft. One query."""
    content = session.scalar(select(InstrumentDraftRow.content).where(InstrumentDraftRow.id == draft, *_OPEN))
    if content is None:
        raise NoSuchDraft
    return InstrumentDraft.from_json(content)


def mission_of_draft(session: Session, *, draft: DraftId) -> MissionId:
    """Return the mission of a draft, also of one published or discarded; raises NoSuchDraft."""
    mission = session.scalar(select(InstrumentDraftRow.mission_id).where(InstrumentDraftRow.id == draft))
    if mission is None:
        raise NoSuchDraft
    return MissionId(mission)


def drafts_changed_at(session: Session, *, drafts: Collection[DraftId]) -> Mapping[DraftId, datetime]:
    """Return when each of the drafts was last changed; those published or discarded are left out."""
    rows = session.execute(
        select(InstrumentDraftRow.id, InstrumentDraftRow.changed_at).where(InstrumentDraftRow.id.in_(drafts), *_OPEN)
    )
    return {DraftId(number): changed_at for number, changed_at in rows}


def draft_page(session: Session, *, draft: DraftId, on: date) -> DraftPage:
    """Return an open draft with what it would change, for how many, and what was said of it.

    Raises NoSuchDraft. Eleven queries.
    """
    row = session.execute(_DRAFT.where(InstrumentDraftRow.id == draft, *_OPEN)).one_or_none()
    if row is None:
        raise NoSuchDraft
    content = InstrumentDraft.from_json(row.content)
    texts = mandate_history(session, mission=content.mission)
    made = as_instrument(content)
    put_in = rules.insertion_of(made, among=texts, on=on)
    shift, now, then = put_in.shift, put_in.without, put_in.with_it
    policy = review_queries.policy(session)
    areas = {each.task.area for each in shift.moves if each.move is not Move.KEPT}
    earlier = [each for each in rules.known(texts) if rules.order_of(each) < rules.order_of(made)]
    people, touched = _reach(session, mission=content.mission, before=now, after=then, on=on)
    mission = account_queries.mission(session, mission=content.mission)
    return DraftPage(
        id=draft,
        mission=mission,
        draft=content,
        problems=rules.check_draft(content, instruments=texts, in_force=put_in.before, mission=mission),
        shift=shift,
        now=rules.compare(now, then) if shift.inserted_into_history else None,
        before=earlier[-1].symbol if earlier else "",
        people=people,
        touched=touched,
        version=row.version,
        mandate_version=mandate_version(session, mission=content.mission),
        created_by=None if row.created_by_id is None else PersonId(row.created_by_id),
        created_at=row.created_at,
        changed_at=row.changed_at,
        policy=policy,
        standing=_standings(session, [row], policy=policy, touched={draft: areas}, on=on)[draft],
        remarks=review_queries.remarks_of(session, drafts=[draft])[draft],
        readers=review_queries.readers_of(session, drafts=[draft])[draft],
    )


_DRAFT = select(
    InstrumentDraftRow.id,
    InstrumentDraftRow.mission_id,
    InstrumentDraftRow.symbol,
    InstrumentDraftRow.content,
    InstrumentDraftRow.created_at,
    InstrumentDraftRow.created_by_id,
    InstrumentDraftRow.changed_at,
    InstrumentDraftRow.lapses_on,
    InstrumentDraftRow.lapse_noted,
    InstrumentDraftRow.version,
    InstrumentDraftRow.published_id,
    InstrumentDraftRow.discarded_at,
)


def _standings(
    session: Session, rows: Collection[Any], *, policy: Policy, touched: Mapping[DraftId, Collection[Area]], on: date
) -> Mapping[DraftId, Standing]:
    """Where each of the drafts stands; one that `touched` does not know touches what it was last asked about. Two queries."""
    remarks = review_queries.remarks_of(session, drafts=[row.id for row in rows])
    owners = review_queries.authorities(session)
    return {
        DraftId(row.id): review_rules.standing_of(
            remarks[row.id],
            version=row.version,
            created_by=None if row.created_by_id is None else PersonId(row.created_by_id),
            touched=touched[row.id] if row.id in touched else review_rules.last_asked(remarks[row.id]),
            owners=owners,
            policy=policy,
            lapses_on=lapse_of(row.lapses_on, changed_at=row.changed_at, policy=policy),
            on=on,
        )
        for row in rows
    }


def lapse_of(lapses_on: date | None, *, changed_at: datetime, policy: Policy) -> date:
    """Return the first day on which a draft is expired; of one from before drafts expired, by the policy of today."""
    return lapses_on or changed_at.date() + timedelta(days=policy.expire_days)


def draft_head(session: Session, *, draft: DraftId) -> DraftHead:
    """Return what must be known of a draft, open or not, to decide who may see it; raises NoSuchDraft. Three queries."""
    row = session.execute(_DRAFT.where(InstrumentDraftRow.id == draft)).one_or_none()
    if row is None:
        raise NoSuchDraft
    return DraftHead(
        id=draft,
        mission=MissionId(row.mission_id),
        symbol=row.symbol,
        published_as=None if row.published_id is None else InstrumentId(row.published_id),
        discarded_at=row.discarded_at,
        remarks=review_queries.remarks_of(session, drafts=[draft])[draft],
        readers=review_queries.readers_of(session, drafts=[draft])[draft],
    )


def draft_behind(session: Session, *, instrument: InstrumentId) -> DraftHead | None:
    """Return the draft that a published text was, with all that was said of it; None for a text that was loaded."""
    query = select(InstrumentDraftRow.id).where(InstrumentDraftRow.published_id == instrument)
    found = session.scalar(query.order_by(InstrumentDraftRow.id.desc()).limit(1))
    return None if found is None else draft_head(session, draft=DraftId(found))


def draft_lines(session: Session, *, on: date) -> tuple[DraftLine, ...]:
    """Return every open draft with where it stands, latest changed first. Six queries."""
    rows = session.execute(
        _DRAFT.where(*_OPEN).order_by(InstrumentDraftRow.changed_at.desc(), InstrumentDraftRow.id.desc())
    ).all()
    if not rows:
        return ()
    missions = {card.id: card for card in account_queries.missions(session)}
    standings = _standings(session, rows, policy=review_queries.policy(session), touched={}, on=on)
    remarks = review_queries.remarks_of(session, drafts=[row.id for row in rows])
    readers = review_queries.readers_of(session, drafts=[row.id for row in rows])
    return tuple(
        DraftLine(
            card=_card(row),
            mission=missions[MissionId(row.mission_id)],
            standing=standings[DraftId(row.id)],
            remarks=remarks[row.id],
            readers=readers[row.id],
        )
        for row in rows
    )


def draft_authors(session: Session, *, draft: DraftId) -> frozenset[PersonId]:
    """Return who began a draft, changed it or put it up for review; empty for one that nobody did. Two queries."""
    created = session.scalar(select(InstrumentDraftRow.created_by_id).where(InstrumentDraftRow.id == draft))
    remarks = review_queries.remarks_of(session, drafts=[draft])[draft]
    return review_rules.authors_of(remarks, created_by=None if created is None else PersonId(created))


def _reach(
    session: Session,
    *,
    mission: MissionId,
    before: Sequence[MandatedTask],
    after: Sequence[MandatedTask],
    on: date,
    asked_on: date | None = None,
) -> tuple[int, int]:
    """How many people a mission has, and of how many the one state asks something else than the other. Four queries.

    The states are of `asked_on`, where that is not the day itself.
    """
    day = asked_on or on
    asked, asked_then = (_demands(session, {mission: tasks}, on=day) for tasks in (before, after))
    roles = {role for (_, role), found in asked.items() if rules.asks_else(found, asked_then[mission, role], on=day)}
    profiles = account_queries.profiles_in(session, missions=(mission,), on=on)
    return len(profiles), sum(each.role in roles for each in profiles)


def problems_of(draft: InstrumentDraft, *, texts: Iterable[Instrument], mission: MissionCard) -> tuple[Problem, ...]:
    """Return all that is wrong with a draft against its mission and the texts that are on file of it."""
    texts = tuple(texts)
    made = as_instrument(draft)
    before = [each for each in rules.known(texts) if rules.order_of(each) < rules.order_of(made)]
    there = rules.coming(before, on=draft.effective_on)
    return rules.check_draft(draft, instruments=texts, in_force=there, mission=mission)


def as_instrument(draft: InstrumentDraft) -> Instrument:
    """Return the draft as if it were published: without an id, its symbol clean, lines of unknown tasks left out."""
    return Instrument(
        id=InstrumentId(0),
        mission=draft.mission,
        symbol=rules.clean_symbol(draft.symbol),
        number=rules.number_of(rules.clean_symbol(draft.symbol)) or UNNUMBERED,
        title=draft.title,
        adopted_on=draft.adopted_on,
        effective_on=draft.effective_on,
        expires_on=draft.expires_on,
        expiry_known=draft.expiry_known,
        complete_adjustment=draft.complete_adjustment,
        certainty=draft.certainty,
        note=draft.note,
        published_at=datetime.max.replace(tzinfo=UTC),
        withdrawn_at=None,
        withdrawn_because="",
        tasks=tuple(each for each in draft.tasks if each.task_kind in TASK_KINDS),
        milestones=draft.milestones,
    )


_OPEN = (InstrumentDraftRow.published_id.is_(None), InstrumentDraftRow.discarded_at.is_(None))


def _draft_cards(session: Session) -> tuple[DraftCard, ...]:
    rows = session.execute(
        select(
            InstrumentDraftRow.id,
            InstrumentDraftRow.mission_id,
            InstrumentDraftRow.symbol,
            InstrumentDraftRow.content,
            InstrumentDraftRow.changed_at,
        )
        .where(*_OPEN)
        .order_by(InstrumentDraftRow.changed_at.desc(), InstrumentDraftRow.id.desc())
    )
    return tuple(_card(row) for row in rows)


def _card(row: Any) -> DraftCard:
    return DraftCard(
        id=DraftId(row.id),
        mission=MissionId(row.mission_id),
        symbol=row.symbol,
        effective_on=date.fromisoformat(row.content["effective_on"]),
        changed_at=row.changed_at,
    )


# Rules and what they ask


def rule_set(session: Session) -> RuleSet:
    """Return the rules that count: the latest published version, or none under number 0."""
    return _rule_set(session) or NO_RULES


def rule_set_known(session: Session, *, at: datetime) -> RuleSet:
    """Return the rules that counted at an instant: the latest version published by then, or none under number 0."""
    return _rule_set(session, RuleVersion.published_at <= at) or NO_RULES


def rule_set_numbered(session: Session, *, number: int) -> RuleSet:
    """Return one version of the rules; number 0 has none. Raises NoSuchRuleVersion."""
    found = NO_RULES if number == 0 else _rule_set(session, RuleVersion.number == number)
    if found is None:
        raise NoSuchRuleVersion
    return found


def _rule_set(session: Session, *which: ColumnElement[bool]) -> RuleSet | None:
    row = session.execute(
        select(RuleVersion.id, RuleVersion.number, RuleVersion.published_at, RuleVersion.note, RuleVersion.rules)
        .where(*which)
        .order_by(RuleVersion.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return RuleSet(
        version=RuleVersionId(row.id),
        number=row.number,
        published_at=row.published_at,
        note=row.note,
        rules=tuple(RequirementRule.from_json(each) for each in row.rules),
    )


def rule_versions(session: Session) -> tuple[RuleVersionCard, ...]:
    """Return every published version of the rules, latest first. One query, and no rule is read."""
    rows = session.execute(
        select(
            RuleVersion.id, RuleVersion.number, RuleVersion.published_at, RuleVersion.published_by_id, RuleVersion.note
        ).order_by(RuleVersion.number.desc())
    )
    return tuple(
        RuleVersionCard(
            id=RuleVersionId(row.id),
            number=row.number,
            published_at=row.published_at,
            published_by=None if row.published_by_id is None else PersonId(row.published_by_id),
            note=row.note,
        )
        for row in rows
    )


def rule(session: Session, *, key: str) -> RequirementRule:
    """Return one rule of those that count; raises NoSuchRule."""
    found = next((each for each in rule_set(session).rules if each.key == key), None)
    if found is None:
        raise NoSuchRule
    return found


def demands_of(session: Session, *, missions: Collection[MissionId], on: date) -> DemandsByRole:
    """Return what the tasks in force on a day ask, by mission and role; every role of every mission is there. Five queries."""
    texts = instruments_of(session, missions=missions)
    tasks = {each: rules.in_force(history, on=on) for each, history in texts.items()}
    return _demands(session, _asking(session, tasks, on=on), on=on)


def coming_demands_of(session: Session, *, missions: Collection[MissionId], on: date) -> DemandsByRole:
    """Return the same of tasks in force on a day and those that published texts announce: what to train for."""
    texts = instruments_of(session, missions=missions)
    tasks = {each: rules.coming(history, on=on) for each, history in texts.items()}
    return _demands(session, _asking(session, tasks, on=on), on=on)


def _asking(
    session: Session, tasks: Mapping[MissionId, Sequence[MandatedTask]], *, on: date
) -> Mapping[MissionId, Sequence[MandatedTask]]:
    """The tasks that ask people for something, by what the missions are on the day."""
    closing = {each.id: each.closing for each in account_queries.missions(session)}
    return {mission: rules.asking(found, closing[mission], on=on) for mission, found in tasks.items()}


def _demands(session: Session, tasks: Mapping[MissionId, Sequence[MandatedTask]], *, on: date) -> DemandsByRole:
    competencies = competency_queries.competencies(session)
    return rules.demands_by_role(tasks, rule_set(session).rules, competencies=competencies, on=on)


def requirements_of(
    session: Session,
    *,
    people: Collection[PersonId],
    on: date,
    evidence: Mapping[PersonId, tuple[Evidence, ...]] = MappingProxyType({}),
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """Return what the tasks in force on a day ask of each of the people; nothing of those without a posting.

    Whose `evidence` is at hand, for them it is not read again.
    """
    profiles = account_queries.profiles_of(session, people=people, on=on)
    demands = demands_of(session, missions=_missions_of(profiles.values()), on=on)
    return _requirements(session, people=people, profiles=profiles, demands=demands, on=on, evidence=evidence)


def planned_requirements_of(
    session: Session, *, people: Collection[PersonId], on: date
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """Return the same with what published texts announce: what each of the people should be trained for."""
    profiles = account_queries.profiles_of(session, people=people, on=on)
    demands = coming_demands_of(session, missions=_missions_of(profiles.values()), on=on)
    return _requirements(session, people=people, profiles=profiles, demands=demands, on=on)


def planned_requirements_for(
    session: Session,
    *,
    profiles: Collection[PersonProfile],
    evidence: Mapping[PersonId, tuple[Evidence, ...]],
    on: date,
    demands: DemandsByRole | None = None,
    fallen: Mapping[PersonId, tuple[Demand, ...]] | None = None,
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    """The same for people whose profiles and evidence are at hand: they are not read again, and hold as they are given.

    So what is asked of part of a unit falls on who stays longer than those who leave early. Where it is known, `demands` tells
    what is asked and `fallen` on whom the demands on part of a unit fall. People asked alike share one set, which names the
    first of them.
    """
    known = {each.id: each for each in profiles}
    if demands is None:
        demands = coming_demands_of(session, missions=_missions_of(profiles), on=on)
    if fallen is None:
        fallen = _fallen_on(session, profiles=known.values(), demands=demands, on=on, evidence=evidence)
    found = rules.asked_alike(known.values(), demands=demands, fallen=fallen, on=on)
    return {person: found.get(person, ()) for person in known}


def _missions_of(profiles: Iterable[PersonProfile]) -> set[MissionId]:
    return {each.mission for each in profiles if each.mission is not None}


def _requirements(
    session: Session,
    *,
    people: Collection[PersonId],
    profiles: Mapping[PersonId, PersonProfile],
    demands: DemandsByRole,
    on: date,
    evidence: Mapping[PersonId, tuple[Evidence, ...]] = MappingProxyType({}),
) -> Mapping[PersonId, tuple[Requirement, ...]]:
    fallen = _fallen_on(session, profiles=profiles.values(), demands=demands, on=on, evidence=evidence)
    found = rules.shared_out(profiles.values(), demands=demands, fallen=fallen, on=on)
    return {person: found.get(person, ()) for person in people}


def _fallen_on(
    session: Session,
    *,
    profiles: Iterable[PersonProfile],
    demands: DemandsByRole,
    on: date,
    evidence: Mapping[PersonId, tuple[Evidence, ...]],
) -> Mapping[PersonId, tuple[Demand, ...]]:
    """On whom the demands on part of a unit fall; units are looked at whole, whoever was asked about."""
    known = {each.id: each for each in profiles}
    groups = rules.partly_asked(known.values(), demands=demands)
    if not groups:
        return {}
    everybody = account_queries.profiles_in(session, missions={mission for mission, _, _ in groups}, on=on)
    members = [known.get(each.id, each) for each in everybody if (each.mission, each.unit, each.role) in groups]
    unknown = [each.id for each in members if each.id not in evidence]
    if unknown:
        evidence = {**evidence, **competency_queries.evidence_of(session, people=unknown)}
    return rules.fallen_on(members, groups=groups, demands=demands, evidence=evidence, on=on)


# Phrases by which texts are read


def phrase_records(session: Session, *, language: str) -> tuple[PhraseRecord, ...]:
    """Return all that officers said of phrases of a language, by phrase and task. Two queries."""
    row = SuggestionCorrection
    forgotten = (
        select(row.phrase, row.task_kind, func.max(row.id).label("last"))
        .where(row.language == language, row.verdict == PhraseVerdict.FORGOTTEN)
        .group_by(row.phrase, row.task_kind)
        .subquery()
    )
    counts = session.execute(
        select(row.phrase, row.task_kind, row.verdict, func.count().label("times"))
        .outerjoin(forgotten, (forgotten.c.phrase == row.phrase) & (forgotten.c.task_kind == row.task_kind))
        .where(
            row.language == language,
            row.verdict.in_((PhraseVerdict.CONFIRMED, PhraseVerdict.REJECTED)),
            row.id > func.coalesce(forgotten.c.last, 0),
        )
        .group_by(row.phrase, row.task_kind, row.verdict)
    )
    records: dict[tuple[str, str], PhraseRecord] = {}
    for each in counts:
        found = _record(records, each.phrase, each.task_kind)
        how = {"confirmed": each.times} if each.verdict is PhraseVerdict.CONFIRMED else {"rejected": each.times}
        records[each.phrase, each.task_kind] = replace(found, **how)
    changes = session.execute(
        select(row.phrase, row.task_kind, row.verdict, row.strength)
        .where(row.language == language, row.verdict.in_((PhraseVerdict.ADDED, PhraseVerdict.DROPPED)))
        .order_by(row.id)
    )
    for phrase, task_kind, verdict, strength in changes:
        found = _record(records, phrase, task_kind)
        dropped = verdict is PhraseVerdict.DROPPED
        records[phrase, task_kind] = replace(found, added="" if dropped else strength, dropped=dropped)
    return tuple(records[key] for key in sorted(records))


def _record(records: Mapping[tuple[str, str], PhraseRecord], phrase: str, task_kind: str) -> PhraseRecord:
    return records.get((phrase, task_kind)) or PhraseRecord(phrase=phrase, task_kind=TaskKindKey(task_kind))
