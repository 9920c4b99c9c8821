"""What a run reads, and what pages show of runs and plans."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, OrganisationId, PersonProfile, PlaceColumns
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import AtLevel, ModuleKey, Offering
from trainer.competencies import queries as competency_queries
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import CompetencyKey, Level, TaskRef
from trainer.kernel import ledger
from trainer.kernel.db import among, plain_rows
from trainer.kernel.errors import NotFound
from trainer.kernel.values import Cause, LocalText, PersonId, Subject, SubjectKind, Wording, wording
from trainer.mandates import queries as mandate_queries
from trainer.partners import queries as partner_queries
from trainer.partners import rules as partner_rules
from trainer.partners.values import QuotaLine, SessionCard, SessionId, SessionOffer
from trainer.planning.engine.explain import Reason
from trainer.planning.models import (
    GivenBackRow,
    PlanPolicyRow,
    PlanRow,
    PlanRun,
    PlanSeatValueRow,
    PlanStepRow,
    PlanUnmetRow,
)
from trainer.planning.rules import question, shocks
from trainer.planning.rules.glance import Columns, Glance, Market, glance, lapsed_since, renewed_by_refreshers
from trainer.planning.rules.question import Snapshot
from trainer.planning.rules.sentences import title_of, why_kept
from trainer.planning.values import (
    DEFAULT_POLICY,
    SHOWN_MOVES,
    UNDER_WAY,
    Effect,
    Facts,
    Improvement,
    Justification,
    PlanCounts,
    PlanHead,
    PlanId,
    PlanLine,
    PlannedStep,
    PlanPage,
    PlanRunId,
    PlansPage,
    PlanState,
    Policy,
    ReturnLine,
    ReturnsPage,
    RunHead,
    RunKind,
    RunStage,
    RunState,
    SeatLine,
    SeatsPage,
    Show,
    Sources,
    StepMove,
    UndoPreview,
)
from trainer.shocks import queries as shock_queries
from trainer.shocks.values import ShockId, Struck
from trainer.tracks import queries as track_queries
from trainer.tracks.values import LOST, OPEN_STATES, Assignment, AssignmentId, AssignmentState, Returned


class NoSuchRun(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such run of the planner. Choose one from the list of plans."))


class NoSuchPlan(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such plan. Choose one from the list of plans."))


# What a run reads


def read_snapshot(session: Session, *, run: PlanRunId, on: date) -> Snapshot:
    """Read everything the run looks at on the day and put it as the engine's question; raises NoSuchRun.

    The hash tells whether a later reading finds the same. About thirty queries, and a few more for each 5,000 people.
    """
    row = session.get(PlanRun, run, populate_existing=True)
    if row is None:
        raise NoSuchRun
    with without_collecting():
        read_at = ledger.mark(session)
        facts, named = _facts(session, row, on=on), frozenset(PersonId(each) for each in row.people)
        if row.kind is RunKind.IMPROVE:
            named = frozenset(each.id for each in facts.people)
        return question.ask(facts, run=run, attempt=row.attempts, read_at=read_at, named=named)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Without the garbage collector: it would look through some hundred thousand new values again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What a run reads whoever the people are."""

    policy: Policy
    offerings: tuple[Offering, ...]
    offers: tuple[SessionOffer, ...]
    quotas: Mapping[SessionId, tuple[QuotaLine, ...]]
    """What is reserved in them."""
    seated: Mapping[SessionId, tuple[PersonId, ...]]
    """Who has a seat where some are reserved."""
    struck: Struck


def _ground(session: Session, *, on: date) -> _Ground:
    offers = partner_queries.open_sessions(session, on=on)
    quotas = partner_queries.quotas_of(session, sessions=[each.id for each in offers], on=on)
    reserved = {each: lines for each, lines in quotas.items() if lines}
    return _Ground(
        policy=policy(session),
        offerings=catalogue_queries.offerings(session),
        offers=offers,
        quotas=reserved,
        seated=track_queries.seated_in(session, sessions=reserved),
        struck=shock_queries.struck(session),
    )


_OPEN = date.max.toordinal()

_Post: TypeAlias = tuple[OrganisationId, MissionId | None]


def _posts(session: Session, people: Collection[PersonId], *, on: date) -> Mapping[PersonId, _Post]:
    """Of what organisation and mission these people are."""
    profiles = account_queries.profiles_of(session, people=people, on=on) if people else {}
    return {person: (each.organisation, each.mission) for person, each in profiles.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a glance told, and what was read for it that is of use later."""

    glance: Glance
    left_open: Mapping[PersonId, frozenset[AtLevel]]
    posts: Mapping[PersonId, _Post]
    """Of everybody who has a seat where some are reserved."""
    leave_on: Mapping[PersonId, date | None]
    """Of whoever is looked at, when the last of their postings ends; None when that is open."""


def _glance(session: Session, row: PlanRun, ground: _Ground, *, on: date) -> _Seen | None:
    """Who in the missions of a run needs a look; None where all of them do: where an improvement or a loss may move anybody."""
    missions = [MissionId(each) for each in row.missions]
    if not missions or row.kind is RunKind.IMPROVE or ground.struck.leaving or ground.struck.losses:
        return None
    places = account_queries.places_in(session, missions=missions, on=on)
    people = [PersonId(each) for each in places.person.tolist()]
    renewed = renewed_by_refreshers(ground.offerings)
    since = lapsed_since(max(renewed.values(), default=0), on=on)
    evidence, lapsed = competency_queries.evidence_columns(session, people=people, renewed=renewed, since=since, on=on)
    left_open = _left_open(session, people=people)
    posts = _posts_beside(session, places, {person for there in ground.seated.values() for person in there}, on=on)
    columns = Columns(
        places=places,
        evidence=evidence,
        lapsed=lapsed,
        assignments=track_queries.open_columns(session, people=people),
        waived=competency_queries.people_with_waivers(session, on=on),
        left_open=left_open,
        named=[PersonId(each) for each in row.people],
    )
    market = Market(
        demands=mandate_queries.coming_demands_of(session, missions=missions, on=on),
        offerings=ground.offerings,
        offers=ground.offers,
        quotas=ground.quotas,
        seated={each: [posts[person] for person in there if person in posts] for each, there in ground.seated.items()},
        policy=ground.policy,
        on=on,
    )
    found = glance(columns, market)
    looked_at = np.isin(places.person, np.array(found.looked_at, np.int64))
    ends = zip(places.person[looked_at].tolist(), places.leaves_on[looked_at].tolist(), strict=True)
    leave_on = {PersonId(person): None if day == _OPEN else date.fromordinal(day) for person, day in ends}
    return _Seen(glance=found, left_open=left_open, posts=posts, leave_on=leave_on)


def _posts_beside(
    session: Session, places: PlaceColumns, people: Collection[PersonId], *, on: date
) -> Mapping[PersonId, _Post]:
    """Of what organisation and mission these people are; those in the columns are not read again."""
    here = np.isin(places.person, np.array(sorted(people), np.int64))
    columns = places.person[here].tolist(), places.organisation[here].tolist(), places.mission[here].tolist()
    found = {
        PersonId(person): (OrganisationId(organisation), MissionId(mission))
        for person, organisation, mission in zip(*columns, strict=True)
    }
    return {**found, **_posts(session, [each for each in people if each not in found], on=on)}


def _people(session: Session, row: PlanRun, seen: _Seen | None, *, on: date) -> tuple[PersonProfile, ...]:
    """Whom the run looks at, by id: who needs it of those in its missions, and everybody who was named."""
    found: dict[PersonId, PersonProfile] = {}
    if seen is not None:
        found |= account_queries.profiles_of(session, people=seen.glance.looked_at, on=on)
    elif row.missions:
        missions = [MissionId(each) for each in row.missions]
        found |= {each.id: each for each in account_queries.profiles_in(session, missions=missions, on=on)}
    wanted = [PersonId(each) for each in row.people if each not in found]
    if wanted:
        found |= account_queries.profiles_of(session, people=wanted, on=on)
    return tuple(found[person] for person in sorted(found))


def is_unchanged(session: Session, *, snapshot: Snapshot, on: date) -> bool:
    """Whether the question is still the same.

    On the same day nothing changes without an entry in the ledger. When there are new ones, what is on file is compared
    first: what follows from it need not be worked out again, which is most of the reading. Only where the run looks at
    part of a mission may it rest on people who were not read.
    """
    if on == snapshot.facts.on and snapshot.read_at is not None and not ledger.is_past(session, snapshot.read_at):
        return True
    row = session.get_one(PlanRun, snapshot.run)
    whole = {each.mission for each in snapshot.facts.people} - {None} <= {*row.missions}
    if whole and _sources_of_run(session, row, on=on) == snapshot.facts.sources:
        return True
    return read_snapshot(session, run=snapshot.run, on=on).hash == snapshot.hash


def _facts(session: Session, row: PlanRun, *, on: date) -> Facts:
    sources = _sources_of_run(session, row, on=on)
    shares = sources.shares
    required = mandate_queries.planned_requirements_for(
        session, profiles=sources.people, evidence=sources.evidence, on=on,
        demands=None if shares is None else shares.demands, fallen=None if shares is None else shares.fallen,
    )  # fmt: skip
    return question.facts_of(sources, required=required)


def _sources_of_run(session: Session, row: PlanRun, *, on: date) -> Sources:
    ground = _ground(session, on=on)
    seen = _glance(session, row, ground, on=on)
    found = _sources(session, _people(session, row, seen, on=on), ground, seen, on=on)
    found = replace(found, kind=row.kind)
    if seen is None:
        return found
    elsewhere = any(each.mission not in row.missions for each in found.people)
    return replace(found, beside=seen.glance.beside, shares=None if elsewhere else seen.glance.shares)


def read_sources(session: Session, *, missions: Collection[MissionId], on: date) -> Sources:
    """Read what a run for everybody in the missions would look at on the day, before any judgement: for previews."""
    people = account_queries.profiles_in(session, missions=missions, on=on)
    return _sources(session, people, _ground(session, on=on), None, on=on)


def _sources(
    session: Session, people: tuple[PersonProfile, ...], ground: _Ground, seen: _Seen | None, *, on: date
) -> Sources:
    in_force, offers = ground.policy, ground.offers
    ids = [each.id for each in people]
    assignments = track_queries.open_assignments(session, people=ids)
    booked = {each.session for each in assignments if each.session is not None}
    missions = account_queries.missions(session)
    end = date.fromordinal(on.toordinal() + in_force.horizon_days + 1)
    known = {} if seen is None else seen.leave_on
    leave_on = {**known, **_last_days(session, [each for each in ids if each not in known], on=on)}
    found = Sources(
        on=on,
        policy=in_force,
        people=people,
        evidence=competency_queries.evidence_of(session, people=ids),
        waivers=competency_queries.waivers_of(session, people=ids, on=on),
        assignments=assignments,
        seats=partner_queries.session_cards(session, sessions=booked) if booked else {},
        offerings=ground.offerings,
        offers=offers,
        free_seats={each.id: max(0, each.seats - each.seats_taken) for each in offers},
        quotas=_quotas(session, ground, seen, aside={*ids}, on=on),
        absences=account_queries.absences_of(session, people=ids, start=on, end=end),
        leave_on={person: day for person in ids if (day := leave_on[person]) is not None},
        regions={each.id: each.region for each in missions},
        missions={each.id: each.name for each in missions},
        competencies=competency_queries.competencies(session),
        texts=mandate_queries.instruments_of(
            session, missions={each.mission for each in people if each.mission is not None}
        ),
        rules=mandate_queries.rule_set(session),
        left_open=_left_open(session, people=ids)
        if seen is None
        else {person: seen.left_open[person] for person in ids if person in seen.left_open},
    )
    return shocks.after(found, ground.struck)


def _last_days(session: Session, people: Collection[PersonId], *, on: date) -> Mapping[PersonId, date | None]:
    """When the last posting on file of each ends; None when it is open, and for those who have none."""
    postings = account_queries.postings_of(session, people=people, on=on) if people else {}
    ends = {person: [each.ends_on or date.max for each in of_person] for person, of_person in postings.items()}
    last = {person: max(days, default=date.max) for person, days in ends.items()}
    return {person: None if day == date.max else day for person, day in last.items()}


def _quotas(
    session: Session, ground: _Ground, seen: _Seen | None, *, aside: Collection[PersonId], on: date
) -> Mapping[SessionId, tuple[QuotaLine, ...]]:
    """What is reserved in the sessions and not yet used by people other than those whom the run looks at."""
    others = {each: [one for one in there if one not in aside] for each, there in ground.seated.items()}
    posts = _posts(session, {one for there in others.values() for one in there}, on=on) if seen is None else seen.posts
    return {
        each: partner_rules.still_reserved(
            lines, taken_by=[posts[person] for person in others.get(each, ()) if person in posts]
        )
        for each, lines in ground.quotas.items()
    }


def policy(session: Session) -> Policy:
    """The policy in force: the latest set, or the one there is until somebody sets one."""
    row = session.scalars(select(PlanPolicyRow).order_by(PlanPolicyRow.number.desc()).limit(1)).one_or_none()
    return DEFAULT_POLICY if row is None else policy_from_json(row.content)


def policy_from_json(content: Mapping[str, Any]) -> Policy:
    """A stored policy; parts that it does not name are as they are by default."""
    known = {each.name: getattr(DEFAULT_POLICY, each.name) for each in fields(Policy)}
    return Policy(**{name: int(content.get(name, value)) for name, value in known.items()})


def is_cancel_asked(session: Session, *, run: PlanRunId) -> bool:
    """Whether somebody asked for the run to end without a plan."""
    return session.scalar(select(PlanRun.cancel_asked_at).where(PlanRun.id == run)) is not None


def people_left_open(session: Session, *, competencies: Collection[CompetencyKey]) -> tuple[PersonId, ...]:
    """Whom the latest plan that looked at them, proposed or approved, leaves without one of these competencies; by id."""
    latest = (
        select(PlanUnmetRow.person_id, func.max(PlanUnmetRow.plan_id).label("plan_id"))
        .join(PlanRow, PlanRow.id == PlanUnmetRow.plan_id)
        .where(PlanRow.state.in_((PlanState.PROPOSED, PlanState.APPROVED)))
        .group_by(PlanUnmetRow.person_id)
        .subquery()
    )
    query = (
        select(PlanUnmetRow.person_id)
        .join(latest, (latest.c.person_id == PlanUnmetRow.person_id) & (latest.c.plan_id == PlanUnmetRow.plan_id))
        .where(PlanUnmetRow.competency_key.in_(sorted(competencies)))
        .distinct()
        .order_by(PlanUnmetRow.person_id)
    )
    return tuple(PersonId(each) for each in session.scalars(query))


def _left_open(session: Session, *, people: Collection[PersonId]) -> Mapping[PersonId, frozenset[AtLevel]]:
    """What the latest approved plan with a line for somebody left open for them; who lacked nothing then is left out.

    Three queries.
    """
    row, step = PlanUnmetRow.__table__.c, PlanStepRow.__table__.c
    approved = frozenset(session.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.APPROVED)))
    if not approved:
        return {}
    told: defaultdict[PersonId, defaultdict[int, set[AtLevel]]] = defaultdict(lambda: defaultdict(set))
    known: dict[tuple[str, int], AtLevel] = {}
    unmet = select(row.person_id, row.plan_id, row.competency_key, row.level)
    for person, plan, key, level in plain_rows(session, unmet.where(among(session, row.person_id, people))):
        if plan in approved:
            if (key, level) not in known:
                known[key, level] = AtLevel(competency=CompetencyKey(key), level=Level(level))
            told[person][plan].add(known[key, level])
    changed: defaultdict[PersonId, int] = defaultdict(int)
    changes = select(step.person_id, step.plan_id).where(step.move != StepMove.KEEP).distinct()
    for person, plan in plain_rows(session, changes.where(among(session, step.person_id, told))):
        if plan in approved:
            changed[person] = max(changed[person], plan)
    latest = {person: max(told[person]) for person in sorted(told)}
    return {person: frozenset(told[person][plan]) for person, plan in latest.items() if changed[person] <= plan}


def is_left_for_later(session: Session, *, person: PersonId) -> bool:
    """Whether the latest plan that left the person something open did so only because there was enough at once."""
    latest = session.scalar(
        select(func.max(PlanUnmetRow.plan_id))
        .join(PlanRow, PlanRow.id == PlanUnmetRow.plan_id)
        .where(PlanUnmetRow.person_id == person, PlanRow.state == PlanState.APPROVED)
    )
    later = (int(Reason.SEAT_LIMIT), int(Reason.PREREQUISITE))
    query = select(PlanUnmetRow.id).where(
        PlanUnmetRow.plan_id == latest, PlanUnmetRow.person_id == person, PlanUnmetRow.code.in_(later)
    )
    return latest is not None and session.scalar(query.limit(1)) is not None


# Heads


def cause_from_json(data: Mapping[str, Any]) -> Cause:
    """A stored cause."""
    subject = data["subject"]
    return Cause(
        entry_id=data["entry_id"],
        subject=None if subject is None else Subject(kind=SubjectKind(subject["kind"]), id=subject["id"]),
        sentence=Wording.from_json(data["sentence"]),
    )


def _head(row: PlanRow, run: PlanRun, policy_number: int) -> PlanHead:
    return PlanHead(
        id=PlanId(row.id),
        run=PlanRunId(row.run_id),
        state=row.state,
        cause=cause_from_json(run.cause),
        made_at=row.made_at,
        decided_at=row.decided_at,
        decided_by=None if row.decided_by_id is None else PersonId(row.decided_by_id),
        needs_approval=row.needs_approval,
        approval_reasons=tuple(Wording.from_json(each) for each in row.approval_reasons),
        objective=row.objective,
        bound=row.bound,
        counts=_counts(row.counts),
        policy=policy_number,
        version=row.version,
        missions=tuple(MissionId(each) for each in row.missions),
        by_instrument=run.by_instrument,
        kind=run.kind,
        superseded_by=None if row.superseded_by_id is None else PlanId(row.superseded_by_id),
        dismissed_because=row.dismissed_because,
    )


def _counts(stored: Mapping[str, Any]) -> PlanCounts:
    improvement = stored.get("improvement")
    return PlanCounts(**{**stored, "improvement": None if improvement is None else Improvement(**improvement)})


def _heads() -> Select[PlanRow, PlanRun, int]:
    return (
        select(PlanRow, PlanRun, PlanPolicyRow.number)
        .join(PlanRun, PlanRun.id == PlanRow.run_id)
        .join(PlanPolicyRow, PlanPolicyRow.id == PlanRow.policy_id)
    )


def plan_head(session: Session, *, plan: PlanId) -> PlanHead:
    """A plan without its lines; raises NoSuchPlan."""
    found = session.execute(_heads().where(PlanRow.id == plan)).one_or_none()
    if found is None:
        raise NoSuchPlan
    return _head(*found)


def open_plans(session: Session, *, missions: Collection[MissionId] | None = None) -> tuple[PlanHead, ...]:
    """Proposals that wait for a decision, newest first; with missions, those that concern one of them."""
    query = _heads().where(PlanRow.state == PlanState.PROPOSED).order_by(PlanRow.made_at.desc(), PlanRow.id.desc())
    heads = (_head(*found) for found in session.execute(query))
    return tuple(head for head in heads if missions is None or not set(missions).isdisjoint(head.missions))


def _run(row: PlanRun, plan: int | None) -> RunHead:
    return RunHead(
        id=PlanRunId(row.id),
        kind=row.kind,
        state=row.state,
        cause=cause_from_json(row.cause),
        requested_at=row.requested_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        cancel_asked_at=row.cancel_asked_at,
        last_error=row.last_error or "",
        stages=tuple(RunStage(**each) for each in row.progress),
        missions=tuple(MissionId(each) for each in row.missions),
        people=len(row.people),
        plan=None if plan is None else PlanId(plan),
    )


def _runs() -> Select[PlanRun, int]:
    return select(PlanRun, PlanRow.id).outerjoin(PlanRow, PlanRow.run_id == PlanRun.id)


def run_page(session: Session, *, run: PlanRunId) -> RunHead:
    """One run and how far it is; raises NoSuchRun."""
    found = session.execute(_runs().where(PlanRun.id == run)).one_or_none()
    if found is None:
        raise NoSuchRun
    return _run(*found)


def missions_of_run(session: Session, *, run: PlanRunId, on: date) -> frozenset[MissionId]:
    """The missions that a run concerns: those it was asked for, and those in which the people besides serve."""
    found = session.execute(select(PlanRun.missions, PlanRun.people).where(PlanRun.id == run)).one_or_none()
    if found is None:
        raise NoSuchRun
    people = [PersonId(each) for each in found.people]
    profiles = account_queries.profiles_of(session, people=people, on=on).values()
    served = {each.mission for each in profiles if each.mission is not None}
    return frozenset({*(MissionId(each) for each in found.missions), *served})


def runs_caused_by(session: Session, *, shock: ShockId) -> tuple[RunHead, ...]:
    """Return the runs that a loss of capacity, or its end, led to, newest first."""
    keys = (f"shock:{shock}", f"shock-ended:{shock}")
    query = _runs().where(PlanRun.cause_key.in_(keys)).order_by(PlanRun.id.desc())
    return tuple(_run(*found) for found in session.execute(query))


# Pages

_NEEDS_A_LOOK = (*UNDER_WAY, RunState.PARKED)
LATEST_RUNS = 20


def plans_page(
    session: Session, *, page: int, size: int = 50, missions: Collection[MissionId] | None = None
) -> PlansPage:
    """What waits, what is being worked out, and a page of what was decided; with missions, what concerns one of them.

    Confining reads the heads of all decided plans, since their missions cannot be asked for in the database.
    """
    decided = _heads().where(PlanRow.state != PlanState.PROPOSED).order_by(PlanRow.made_at.desc(), PlanRow.id.desc())
    if missions is None:
        total = (
            session.scalar(select(func.count()).select_from(PlanRow).where(PlanRow.state != PlanState.PROPOSED)) or 0
        )
        history = [_head(*found) for found in session.execute(decided.limit(size).offset((page - 1) * size))]
    else:
        within = [head for head in (_head(*found) for found in session.execute(decided)) if _concerns(head, missions)]
        total, history = len(within), within[(page - 1) * size : page * size]
    runs = session.execute(
        _runs().where(PlanRun.state.in_(_NEEDS_A_LOOK)).order_by(PlanRun.id.desc()).limit(LATEST_RUNS)
    )
    return PlansPage(
        open=open_plans(session, missions=missions),
        runs=tuple(_run(*found) for found in runs),
        history=tuple(history),
        total=total,
        missions={each.id: each for each in account_queries.missions(session)},
    )


def _concerns(head: PlanHead, missions: Collection[MissionId]) -> bool:
    return not set(missions).isdisjoint(head.missions)


def plan_page(session: Session, *, plan: PlanId, shown: Show | None, page: int, on: date, size: int = 50) -> PlanPage:
    """A plan with one page of one of its lists, by default the first that is not empty; raises NoSuchPlan."""
    head = plan_head(session, plan=plan)
    offset = (page - 1) * size
    kept, kept_lines = _kept(session, head, offset=offset, size=size if shown is Show.KEPT else 0)
    totals = {**_totals(session, plan), Show.KEPT: kept}
    chosen = shown or next((each for each in Show if totals[each]), Show.GAIN)
    cards = {each.id: each for each in account_queries.missions(session)}
    deciders = account_queries.people_cards(session, people=[head.decided_by]) if head.decided_by else {}
    return PlanPage(
        head=head,
        missions=tuple(cards[each] for each in head.missions if each in cards),
        decided_by=deciders.get(head.decided_by) if head.decided_by else None,
        shown=chosen,
        totals=totals,
        lines=kept_lines if chosen is Show.KEPT else _lines(session, plan, chosen, offset=offset, size=size),
        total=totals[chosen],
        stale=len(stale_people(session, plan=plan)) if head.state is PlanState.PROPOSED else 0,
        seats_gone=seats_gone(session, plan=plan, on=on) if head.state is PlanState.PROPOSED else (),
        undo=undo_preview(session, plan=plan, on=on) if head.state is PlanState.APPROVED else None,
        beside=tuple(each for each in open_plans(session, missions=head.missions) if each.id != plan)
        if head.state is PlanState.PROPOSED
        else (),
    )


def _totals(session: Session, plan: PlanId) -> Mapping[Show, int]:
    counted = session.execute(
        select(PlanStepRow.move, func.count()).where(PlanStepRow.plan_id == plan).group_by(PlanStepRow.move)
    )
    moves = {move: int(number) for move, number in counted}
    unmet = session.scalar(select(func.count()).select_from(PlanUnmetRow).where(PlanUnmetRow.plan_id == plan)) or 0
    return {Show.UNMET: unmet, **{each: moves.get(move, 0) for each, move in SHOWN_MOVES.items()}}


def _lines(session: Session, plan: PlanId, shown: Show, *, offset: int, size: int) -> tuple[PlanLine, ...]:
    if shown is Show.UNMET:
        rows = session.scalars(
            select(PlanUnmetRow)
            .where(PlanUnmetRow.plan_id == plan)
            .order_by(PlanUnmetRow.person_id, PlanUnmetRow.id)
            .limit(size)
            .offset(offset)
        ).all()
        return _unmet_lines(session, rows)
    steps = session.scalars(
        select(PlanStepRow)
        .where(PlanStepRow.plan_id == plan, PlanStepRow.move == SHOWN_MOVES[shown])
        .order_by(PlanStepRow.person_id, PlanStepRow.id)
        .limit(size)
        .offset(offset)
    ).all()
    return _step_lines(session, [_step(row) for row in steps])


def _kept(session: Session, head: PlanHead, *, offset: int, size: int) -> tuple[int, tuple[PlanLine, ...]]:
    """How much those for whom the plan changes something keep beside it, and some of the lines.

    Nothing is stored for it: it is what they had when the plan was made, and the plan does not take.
    """
    changed = session.scalars(
        select(PlanStepRow.person_id)
        .where(PlanStepRow.plan_id == head.id, PlanStepRow.move != StepMove.KEEP)
        .distinct()
    )
    total, found = track_queries.open_then(
        session,
        people=[PersonId(each) for each in changed],
        at=head.made_at,
        but=tuple(taken_by(session, plan=head.id)),
        offset=offset,
        size=size,
    )
    seats = partner_queries.session_cards(session, sessions={each.session for each in found if each.session})
    freeze_days = _policy_of(session, head).freeze_days
    steps = [
        PlannedStep(
            person=each.person,
            move=StepMove.KEEP,
            module=each.module,
            session=each.session,
            assignment=each.id,
            closes=each.closes,
            due_on=each.due_on,
            justification=Justification(
                sentence=why_kept(
                    each, None if each.session is None else seats.get(each.session), head.made_at, freeze_days
                ),
                because=each.because,
            ),
        )
        for each in found
    ]
    return total, _step_lines(session, steps)


def _policy_of(session: Session, head: PlanHead) -> Policy:
    return policy_from_json(
        session.scalars(select(PlanPolicyRow.content).where(PlanPolicyRow.number == head.policy)).one()
    )


def _step_lines(session: Session, steps: Collection[PlannedStep]) -> tuple[PlanLine, ...]:
    modules = {each.module for each in steps if each.module is not None}
    sessions = {each.session for each in steps if each.session is not None}
    titles = catalogue_queries.module_titles(session, modules=modules) if modules else {}
    seats = partner_queries.session_cards(session, sessions=sessions) if sessions else {}
    others = (each.justification.gives_way_to for each in steps)
    people = account_queries.people_cards(
        session, people={each.person for each in steps} | {each for each in others if each is not None}
    )
    known = competency_queries.competencies(session)
    missions = {each.id: each.name for each in account_queries.missions(session)}
    lines = []
    for step in steps:
        seat = None if step.session is None else seats.get(step.session)
        title: LocalText = {"en": str(step.module)} if seat is None else {"en": seat.course_title}
        why = step.justification
        lines.append(
            PlanLine(
                person=people[step.person],
                mission=_asking(why.because, missions),
                move=step.move,
                title=title if step.module is None else titles.get(step.module, title),
                module=step.module,
                seat=seat,
                assignment=step.assignment,
                closes=tuple((title_of(known, each.competency), each.level) for each in step.closes),
                due_on=step.due_on,
                sentence=why.sentence,
                runner_up=why.runner_up,
                because=why.because,
                effect=why.effect,
                gives_way_to=None if why.gives_way_to is None else people.get(why.gives_way_to),
            )
        )
    return tuple(lines)


def _unmet_lines(session: Session, rows: Collection[PlanUnmetRow]) -> tuple[PlanLine, ...]:
    people = account_queries.people_cards(session, people={PersonId(row.person_id) for row in rows})
    known = competency_queries.competencies(session)
    missions = {each.id: each.name for each in account_queries.missions(session)}
    lines = []
    for row in rows:
        title = title_of(known, CompetencyKey(row.competency_key))
        because = tuple(TaskRef(**each) for each in row.because)
        lines.append(
            PlanLine(
                person=people[PersonId(row.person_id)],
                mission=_asking(because, missions),
                move=None,
                title=title,
                module=None,
                seat=None,
                assignment=None,
                closes=((title, Level(row.level)),),
                due_on=row.due_on,
                sentence=Wording.from_json(row.sentence),
                runner_up=None,
                because=because,
            )
        )
    return tuple(lines)


def _asking(because: Collection[TaskRef], missions: Mapping[MissionId, str]) -> str:
    return next((missions.get(MissionId(each.mission), "") for each in because), "")


# Where seats are missing

_FULL = (int(Reason.SEATS), int(Reason.RESERVED))


def seats_page(session: Session, *, plan: PlanId, most: int | None = None) -> SeatsPage:
    """Where one more seat would help by what a plan says, with only its `most` best; raises NoSuchPlan."""
    head = plan_head(session, plan=plan)
    values = (
        select(PlanSeatValueRow)
        .where(PlanSeatValueRow.plan_id == plan)
        .order_by(PlanSeatValueRow.points.desc(), PlanSeatValueRow.course_session_id)
        .limit(most)
    )
    rows = session.scalars(values).all()
    cards = partner_queries.session_cards(session, sessions={SessionId(row.course_session_id) for row in rows})
    return SeatsPage(
        head=head,
        lines=_seat_lines(session, rows, cards, on=head.made_at.date()),
        on_time=_policy_of(session, head).on_time,
    )


def seats_that_help(session: Session, *, sessions: Iterable[SessionCard], on: date) -> tuple[SeatLine, ...]:
    """In which of these sessions one more seat would help, best first: of each what the latest approved plan says that names it.

    What a proposal says is for those who decide on it, and its seats are not taken yet. A later plan that does not name a
    session does not unsay it: it need not look again at people who were told that they wait.
    """
    cards = {each.id: each for each in sessions}
    values = (
        select(PlanSeatValueRow)
        .join(PlanRow, PlanRow.id == PlanSeatValueRow.plan_id)
        .where(PlanRow.state == PlanState.APPROVED, among(session, PlanSeatValueRow.course_session_id, cards))
        .order_by(PlanSeatValueRow.plan_id)
    )
    latest = {row.course_session_id: row for row in session.scalars(values)}
    best = sorted(latest.values(), key=lambda row: (-row.points, row.course_session_id))
    return _seat_lines(session, best, cards, on=on)


def _seat_lines(
    session: Session, rows: Sequence[PlanSeatValueRow], cards: Mapping[SessionId, SessionCard], *, on: date
) -> tuple[SeatLine, ...]:
    if not rows:
        return ()
    proves = partner_queries.recognised_awards_of(session, courses={each.course for each in cards.values()}, on=on)
    plans = {row.plan_id for row in rows}
    made_on = {
        plan: made_at.date()
        for plan, made_at in session.execute(select(PlanRow.id, PlanRow.made_at).where(PlanRow.id.in_(plans)))
    }
    waiting: defaultdict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for plan, key, level, number in session.execute(
        select(PlanUnmetRow.plan_id, PlanUnmetRow.competency_key, PlanUnmetRow.level, func.count())
        .where(PlanUnmetRow.plan_id.in_(plans), PlanUnmetRow.code.in_(_FULL))
        .group_by(PlanUnmetRow.plan_id, PlanUnmetRow.competency_key, PlanUnmetRow.level)
    ):
        waiting[plan, key].append((level, number))
    lines = []
    for row in rows:
        card = cards[SessionId(row.course_session_id)]
        gaps = sum(
            number
            for award in proves[card.course]
            for level, number in waiting[row.plan_id, award.competency]
            if level <= award.level
        )
        lines.append(SeatLine(seat=card, points=row.points, waiting=gaps, made_on=made_on[row.plan_id]))
    return tuple(lines)


# Decisions


def changes_of(session: Session, *, plan: PlanId) -> tuple[PlannedStep, ...]:
    """The lines of a plan that change something, by person."""
    query = (
        select(PlanStepRow)
        .where(PlanStepRow.plan_id == plan, PlanStepRow.move != StepMove.KEEP)
        .order_by(PlanStepRow.person_id, PlanStepRow.id)
    )
    return tuple(_step(row) for row in session.scalars(query))


def _step(row: PlanStepRow) -> PlannedStep:
    why = row.justification
    return PlannedStep(
        person=PersonId(row.person_id),
        move=row.move,
        module=None if row.module_key is None else ModuleKey(row.module_key),
        session=None if row.course_session_id is None else SessionId(row.course_session_id),
        assignment=None if row.assignment_id is None else AssignmentId(row.assignment_id),
        closes=tuple(AtLevel(competency=CompetencyKey(key), level=Level(level)) for key, level in row.closes),
        due_on=row.due_on,
        justification=Justification(
            sentence=Wording.from_json(why["sentence"]),
            because=tuple(TaskRef(**each) for each in why["because"]),
            runner_up=None if why["runner_up"] is None else Wording.from_json(why["runner_up"]),
            effect=None if why.get("effect") is None else Effect(why["effect"]),
            gives_way_to=None if why.get("gives_way_to") is None else PersonId(why["gives_way_to"]),
        ),
    )


def stale_people(session: Session, *, plan: PlanId) -> frozenset[PersonId]:
    """People of whom the plan takes back what has begun, or ended, since it was made; or who were given something meanwhile."""
    taken = taken_by(session, plan=plan)
    found = track_queries.assignments(session, ids=tuple(taken)) if taken else {}
    stale = {person for each, person in taken.items() if not is_untouched(found.get(each))}
    return frozenset(stale | _given_meanwhile(session, plan))


def _given_meanwhile(session: Session, plan: PlanId) -> set[PersonId]:
    """To whom another decision, since the plan was made, gave something for a need that the plan gives something for."""
    made_at = session.scalar(select(PlanRow.made_at).where(PlanRow.id == plan))
    rows = session.execute(
        select(PlanStepRow.person_id, PlanStepRow.closes).where(
            PlanStepRow.plan_id == plan, PlanStepRow.move == StepMove.GIVE
        )
    )
    needs: defaultdict[PersonId, set[str]] = defaultdict(set)
    for person, closes in rows:
        needs[PersonId(person)] |= {key for key, _ in closes}
    given = track_queries.given_since(session, people=needs, since=made_at) if needs and made_at is not None else ()
    return {each.person for each in given if needs[each.person] & {one.competency for one in each.closes}}


def taken_by(session: Session, *, plan: PlanId) -> Mapping[AssignmentId, PersonId]:
    """The assignments that a plan takes back, with whose they are."""
    rows = session.execute(
        select(PlanStepRow.assignment_id, PlanStepRow.person_id)
        .where(
            PlanStepRow.plan_id == plan,
            PlanStepRow.move.in_((StepMove.WITHDRAW, StepMove.REPLACE)),
            PlanStepRow.assignment_id.is_not(None),
        )
        .order_by(PlanStepRow.id)
    )
    return {AssignmentId(assignment): PersonId(person) for assignment, person in rows if assignment is not None}


def is_untouched(assignment: Assignment | None) -> bool:
    """Whether it is still open and not begun."""
    return assignment is not None and assignment.state is AssignmentState.ASSIGNED and assignment.started_at is None


def seats_gone(session: Session, *, plan: PlanId, on: date) -> tuple[str, ...]:
    """Sessions in which the plan gives more seats than there are now, by title; also those closed or begun since."""
    rows = session.execute(
        select(PlanStepRow.move, PlanStepRow.person_id, PlanStepRow.course_session_id).where(
            PlanStepRow.plan_id == plan,
            PlanStepRow.move != StepMove.KEEP,
            PlanStepRow.course_session_id.is_not(None),
        )
    ).all()
    given = [(person, SessionId(seat)) for move, person, seat in rows if move is StepMove.GIVE and seat is not None]
    if not given:
        return ()
    freed = Counter(seat for move, _, seat in rows if move is not StepMove.GIVE)
    open_now = {each.id for each in partner_queries.open_sessions(session, on=on)}
    held = {
        (each.person, each.session)
        for each in track_queries.open_assignments(session, people={PersonId(person) for person, _ in given})
    }
    wanted = Counter(seat for person, seat in given if (person, seat) not in held)
    cards = partner_queries.session_cards(session, sessions=set(wanted))
    return tuple(
        card.course_title
        for key, card in cards.items()
        if key not in open_now or card.seats_free + freed[key] < wanted[key]
    )


def undo_preview(session: Session, *, plan: PlanId, on: date) -> UndoPreview:
    """What undoing an approved plan would do on the day."""
    standing = track_queries.standing_of_plan(session, plan=plan)
    untouched = standing.get((AssignmentState.ASSIGNED, False), 0)
    there = sum(
        count for (state, _), count in standing.items() if state in OPEN_STATES or state is AssignmentState.COMPLETED
    )
    return UndoPreview(
        withdrawn=untouched,
        stayed=there - untouched,
        restored=len(taken_by(session, plan=plan)),
        too_late_on=first_begun_seat(session, plan=plan, on=on),
    )


def first_begun_seat(session: Session, *, plan: PlanId, on: date) -> date | None:
    """The first day of the earliest of a plan's seats that has come; seats taken back do not count."""
    sessions = track_queries.sessions_of_plan(session, plan=plan)
    cards = partner_queries.session_cards(session, sessions=sessions) if sessions else {}
    return min((card.starts_on for card in cards.values() if card.starts_on <= on), default=None)


# What is given back


def approved_because(session: Session, *, subject: Subject) -> tuple[PlanId, ...]:
    """Return the approved plans that were made because of a thing, in their order."""
    approved = session.execute(
        select(PlanRow.id, PlanRun.cause)
        .join(PlanRun, PlanRun.id == PlanRow.run_id)
        .where(PlanRow.state == PlanState.APPROVED)
        .order_by(PlanRow.id)
    )
    return tuple(PlanId(plan) for plan, cause in approved if cause_from_json(cause).subject == subject)


def taken_because(session: Session, *, subject: Subject) -> int:
    """Return how many modules and seats approved plans took because of a thing."""
    return sum(len(taken_by(session, plan=plan)) for plan in approved_because(session, subject=subject))


def still_missed(session: Session, *, assignments: Collection[AssignmentId]) -> frozenset[AssignmentId]:
    """Return those of the assignments that are still taken back: neither given again nor ended otherwise since."""
    found = track_queries.assignments(session, ids=tuple(assignments))
    return frozenset(
        each.id for each in found.values() if each.state in {AssignmentState.WITHDRAWN, AssignmentState.SUPERSEDED}
    )


def not_to_give_back(
    session: Session, *, taken: Mapping[AssignmentId, PlanId], on: date, asked: bool
) -> Mapping[AssignmentId, Returned]:
    """Return which of the assignments are not to be given back, and why: the person moved or left, or needs it no more.

    Whether it is needed is asked only with `asked`.
    """
    found = track_queries.assignments(session, ids=tuple(taken))
    people = {each.person for each in found.values()}
    profiles = account_queries.profiles_of(session, people=people, on=on)
    missions = {
        PlanId(plan): set(concerned)
        for plan, concerned in session.execute(
            select(PlanRow.id, PlanRow.missions).where(PlanRow.id.in_(set(taken.values())))
        )
    }
    needed = _needed(session, people, on=on) if asked else {}
    answer: dict[AssignmentId, Returned] = {}
    for each in found.values():
        profile, concerned = profiles.get(each.person), missions[taken[each.id]]
        if profile is None or profile.mission is None:
            answer[each.id] = Returned.PERSON_LEFT
        elif concerned and profile.mission not in concerned:
            answer[each.id] = Returned.PERSON_MOVED
        elif asked and each.closes:
            required, lacking = needed[each.person]
            keys = {one.competency for one in each.closes}
            if not keys & required:
                answer[each.id] = Returned.NOT_ASKED
            elif not keys & lacking:
                answer[each.id] = Returned.HELD
    return answer


def _needed(
    session: Session, people: Collection[PersonId], *, on: date
) -> Mapping[PersonId, tuple[frozenset[CompetencyKey], frozenset[CompetencyKey]]]:
    """What is asked of each of the people, and what of it they lack."""
    required = mandate_queries.planned_requirements_of(session, people=people, on=on)
    evidence = competency_queries.evidence_of(session, people=people)
    waivers = competency_queries.waivers_of(session, people=people, on=on)
    answer = {}
    for person, asked in required.items():
        gaps = competency_rules.find_gaps(asked, evidence.get(person, ()), waivers.get(person, ()), on=on)
        answer[person] = (
            frozenset(each.competency for each in asked),
            frozenset(each.requirement.competency for each in gaps),
        )
    return answer


def became_of(session: Session, *, assignments: Collection[AssignmentId]) -> Mapping[AssignmentId, Returned]:
    """Return what last became of each of the assignments that were to be given back."""
    rows = session.execute(
        select(GivenBackRow.assignment_id, GivenBackRow.became)
        .where(GivenBackRow.assignment_id.in_(set(assignments)))
        .order_by(GivenBackRow.id)
    )
    return {AssignmentId(assignment): became for assignment, became in rows}


_MISSED_FIRST: Mapping[Returned, int] = {became: 0 if became in LOST else 1 for became in Returned}


def returned_because(session: Session, *, subject: Subject) -> int:
    """Return of how many modules and seats there is a report on what became of them because of a thing."""
    found = session.scalar(
        select(func.count()).where(
            GivenBackRow.subject_kind == subject.kind.value, GivenBackRow.subject_id == subject.id
        )
    )
    return found or 0


def returns_page(session: Session, *, subject: Subject, page: int, size: int = 50) -> ReturnsPage:
    """Return what people got back once a thing no longer held, and what not, a page of it. At most eight queries."""
    rows = session.scalars(
        select(GivenBackRow)
        .where(GivenBackRow.subject_kind == subject.kind.value, GivenBackRow.subject_id == subject.id)
        .order_by(GivenBackRow.person_id, GivenBackRow.id)
    ).all()
    ordered = sorted(rows, key=lambda row: (_MISSED_FIRST[row.became], row.became is Returned.NOT_ASKED))
    shown = ordered[(page - 1) * size : page * size]
    heads = session.execute(_heads().where(PlanRow.id.in_({row.plan_id for row in rows})).order_by(PlanRow.id)).all()
    return ReturnsPage(
        subject=subject,
        plans=tuple(_head(*row) for row in heads),
        counts=Counter(row.became for row in rows),
        lines=_return_lines(session, shown),
        total=len(rows),
    )


def _return_lines(session: Session, rows: Collection[GivenBackRow]) -> tuple[ReturnLine, ...]:
    people = {PersonId(row.person_id) for row in rows}
    cards = account_queries.people_cards(session, people=people)
    missions = {each.id: each.name for each in account_queries.missions(session)}
    on = max((row.noted_at for row in rows), default=None)
    profiles = account_queries.profiles_of(session, people=people, on=on.date()) if on else {}
    found = track_queries.assignments(session, ids={AssignmentId(row.assignment_id) for row in rows})
    titles = catalogue_queries.module_titles(
        session, modules={each.module for each in found.values() if each.module is not None}
    )
    seats = partner_queries.session_cards(
        session, sessions={each.session for each in found.values() if each.session is not None}
    )
    lines = []
    for row in rows:
        each = found[AssignmentId(row.assignment_id)]
        seat = None if each.session is None else seats[each.session]
        profile = profiles.get(each.person)
        where = None if profile is None else profile.mission
        lines.append(
            ReturnLine(
                person=cards[each.person],
                mission="" if where is None else missions[where],
                assignment=each.id,
                title=titles[each.module] if each.module else {"en": seat.course_title if seat else ""},
                module=each.module,
                seat=seat,
                plan=PlanId(row.plan_id),
                became=row.became,
                noted_at=row.noted_at,
            )
        )
    return tuple(lines)
