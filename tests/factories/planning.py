"""Facts for the planner's question, and a small world to plan in: valid by default.

The values need no database. `world` stores one mission with a mandate, two rules, three modules and some people; `asked`
and `planned` go through the operations as the job does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import count
from typing import Any

from tests.factories import accounts, catalogue, competencies, mandates, partners, tracks
from trainer.accounts.values import MissionId, PersonProfile, Role
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleVersionId, Offering
from trainer.competencies.values import CompetencyKey, Currency, Evidence, Gap, Level, Requirement
from trainer.kernel.values import Cause, PersonId, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates.values import InstrumentId, RuleSet, RuleVersionId
from trainer.partners.values import (
    CourseId,
    CourseMode,
    PartnerId,
    QuotaId,
    QuotaLine,
    SessionCard,
    SessionId,
    SessionOffer,
    SessionState,
)
from trainer.planning import operations, queries
from trainer.planning.values import DEFAULT_POLICY, Facts, PlanId, PlanRunId, RunKind, Sources
from trainer.tracks.values import Assignment, AssignmentId, AssignmentState

TODAY = date(2026, 11, 24)
POC, CONDUCT, AID, VALUES = competencies.POC, competencies.CONDUCT, competencies.AID, competencies.VALUES
CAUSE = Cause(entry_id=None, subject=None, sentence=wording("New plan after {symbol}", symbol="S/RES/2790 (2025)"))

_numbers = count(1)


# Values


def gap(person: int = 1, competency: CompetencyKey = POC, **changes: Any) -> Gap:
    """Person 1 never held the protection of civilians at level 2; due in a month."""
    mine = {name: changes.pop(name) for name in ("currency", "lapsed_on") if name in changes}
    requirement = competencies.requirement(person=PersonId(person), competency=competency, **changes)
    return Gap(requirement=requirement, currency=mine.get("currency", Currency.NEVER), lapsed_on=mine.get("lapsed_on"))


def offering(key: str = "poc", **changes: Any) -> Offering:
    """A module of an hour in English that teaches the protection of civilians at level 2."""
    given = Offering(
        id=ModuleVersionId(next(_numbers)),
        key=ModuleKey(key),
        title={"en": f"Module {key}", "fr": f"Module {key} (fr)"},
        effort=timedelta(minutes=60),
        languages=("en",),
        teaches=(at_level(),),
        requires=(),
        refresher_of=None,
        within_months=24,
    )
    return replace(given, **changes)


def offer(session: int = 1, **changes: Any) -> SessionOffer:
    """A session of five days on site from 8 February 2027 with ten seats; it proves the protection of civilians at level 2."""
    starts_on = changes.get("starts_on", date(2027, 2, 8))
    given = SessionOffer(
        id=SessionId(session),
        course=CourseId(1),
        partner=PartnerId(1),
        title="Protecting civilians on site",
        language="en",
        mode=CourseMode.ON_SITE,
        roles=(),
        cost=90_000,
        region="east-africa",
        place="Nairobi",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        seats=10,
        seats_taken=0,
        least_seats=0,
        awards=(at_level(),),
        requires=None,
    )
    return replace(given, **changes)


def at_level(competency: CompetencyKey = POC, level: int = 2) -> AtLevel:
    """The protection of civilians at level 2."""
    return AtLevel(competency=competency, level=Level(level))


def assignment(number: int = 1, person: int = 1, **changes: Any) -> Assignment:
    """The module `poc`, assigned to person 1 a week ago and not begun."""
    given = Assignment(
        id=AssignmentId(number),
        person=PersonId(person),
        module=ModuleKey("poc"),
        module_version=ModuleVersionId(1),
        session=None,
        closes=(at_level(),),
        due_on=date(2026, 12, 20),
        state=AssignmentState.ASSIGNED,
        assigned_at=accounts.NOW - timedelta(days=7),
        started_at=None,
        ended_at=None,
        reason=wording("Asked for before."),
        because=competencies.requirement().because,
        ended_because=None,
        plan=None,
    )
    return replace(given, **changes)


def card(given: SessionOffer, **changes: Any) -> SessionCard:
    """The session of an offer as its page has it."""
    made = SessionCard(
        id=given.id, course=given.course, course_title=given.title, partner=given.partner, partner_name="Centre",
        place=given.place, mode=given.mode, language=given.language, starts_on=given.starts_on, ends_on=given.ends_on,
        starts_time=time(9), time_zone="UTC", seats=given.seats, seats_taken=given.seats_taken, least_seats=0,
        state=SessionState.OPEN,
    )  # fmt: skip
    return replace(made, **changes)


def seat(number: int = 1, person: int = 1, session: int = 1, **changes: Any) -> Assignment:
    """A seat in session 1, given to person 1 and not begun."""
    return assignment(number, person, module=None, module_version=None, session=SessionId(session), **changes)


def quota(**changes: Any) -> QuotaLine:
    """A seat of session 1, reserved until a month before it begins; of anybody unless said."""
    given = {
        "id": QuotaId(1), "session": SessionId(1), "organisation": None, "mission": None, "seats": 1,
        "released_on": date(2027, 1, 8),
    }  # fmt: skip
    return QuotaLine(**(given | changes))


def facts(
    *people: PersonProfile,
    gaps: Iterable[Gap] = (),
    required: Iterable[Requirement] | None = None,
    evidence: Iterable[Evidence] = (),
    **changes: Any,
) -> Facts:
    """What a run looks at: by default person 1 in mission 1, who lacks nothing while nothing is on offer."""
    everybody = people or (mandates.profile(1),)
    missing = tuple(gaps)
    asked = tuple(each.requirement for each in missing) if required is None else tuple(required)
    offers = tuple(changes.get("offers", ()))
    on_file = Sources(
        on=TODAY,
        policy=DEFAULT_POLICY,
        people=everybody,
        evidence=_by_person(evidence, everybody),
        waivers={},
        assignments=(),
        seats={},
        offerings=(),
        offers=offers,
        free_seats={each.id: each.seats - each.seats_taken for each in offers},
        absences={},
        leave_on={},
        regions={mandates.MISSION: "east-africa"},
        missions={mandates.MISSION: "UNIFIL"},
        competencies={key: competencies.competency(key) for key in (POC, CONDUCT, AID, VALUES)},
        texts={},
        rules=RuleSet(version=RuleVersionId(1), number=1, published_at=None, note="", rules=()),
    )
    return Facts(
        sources=replace(on_file, **changes),
        required={p.id: tuple(each for each in asked if each.person == p.id) for p in everybody},
        gaps={p.id: tuple(each for each in missing if each.requirement.person == p.id) for p in everybody},
    )


def _by_person(
    evidence: Iterable[Evidence], people: Iterable[PersonProfile]
) -> Mapping[PersonId, tuple[Evidence, ...]]:
    pieces = tuple(evidence)
    return {p.id: tuple(each for each in pieces if each.person == p.id) for p in people}


# A world


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What `world` has stored."""

    mission: MissionId
    instrument: InstrumentId
    people: tuple[PersonId, ...]


def world(work: Work, *, people: int = 3, conduct_on: date = date(2026, 10, 20), **changes: Any) -> World:
    """A mission whose text asks everybody for the protection of civilians at level 2, beside the conduct of everybody.

    Modules teach both, and a refresher renews conduct. The people hold conduct, shown on `conduct_on`, and nothing else.
    """
    catalogue.installed(
        work,
        modules=(
            catalogue.module("poc", teaches=(at_level(),)),
            catalogue.module("conduct", teaches=(at_level(CONDUCT),)),
            catalogue.refresher(
                "conduct-refresher",
                teaches=(at_level(CONDUCT),),
                refresher_of=CONDUCT,
                effort=timedelta(minutes=20),
            ),
        ),
    )
    mandate_operations.publish_rules(
        work,
        rules=(mandates.rule("poc", competency=POC), mandates.rule("conduct", None, competency=CONDUCT)),
        note="First",
    )
    mission = accounts.mission(work, region="east-africa", **changes)
    given = tuple(accounts.posted_person(work, mission=mission, spoken=["en"]) for _ in range(people))
    for person in given:
        competencies.recorded_evidence(work, person, competency=CONDUCT, observed_on=conduct_on)
    instrument = mandates.published(
        work, mission, adopted_on=date(2026, 10, 20), effective_on=date(2026, 11, 1), expires_on=date(2027, 11, 1)
    )
    work.session.flush()
    return World(mission=mission, instrument=instrument, people=given)


def asked(work: Work, made: World, **changes: Any) -> PlanRunId:
    """A run for everybody in the mission after its text, claimed."""
    given: dict[str, Any] = {
        "missions": (made.mission,),
        "cause": CAUSE,
        "cause_key": f"test:{next(_numbers)}",
    } | changes
    operations.request_replan(work, **given)
    run = operations.claim_run(work)
    assert run is not None
    return run


def planned(work: Work, made: World, **changes: Any) -> PlanId | None:
    """What the job makes of such a run."""
    run = asked(work, made, **changes)
    snapshot = queries.read_snapshot(work.session, run=run, on=work.today)
    plan = operations.store_plan(work, run=run, snapshot=snapshot, result=operations.solve(snapshot))
    work.session.flush()
    return plan


def proposed(work: Work, made: World, **changes: Any) -> PlanId:
    """A proposal that waits for a person, since an instrument caused it."""
    plan = planned(work, made, **({"by_instrument": True} | changes))
    assert plan is not None
    return plan


def approved(work: Work, made: World) -> PlanId:
    """A plan that took effect by policy."""
    plan = planned(work, made)
    assert plan is not None
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What `shortage` has stored."""

    world: World
    partner: PartnerId
    early: SessionId
    """Full once there is a plan: one more seat helps most here."""
    late: SessionId
    """Full too, and worth less, since it ends later."""
    free: SessionId
    """Has seats for everybody, in something nobody lacks."""


def shortage(work: Work, *, partner: PartnerId | None = None, people: int = 4, **changes: Any) -> Shortage:
    """A mission of whose people all need a course that is held twice, with one seat each; everything else they hold."""
    made = world(work, people=0, **changes)
    mandate_operations.publish_rules(
        work,
        rules=(mandates.rule("conduct", None, competency=CONDUCT), mandates.rule("aid", competency=AID, weight=10)),
        note="Shortage",
    )
    given = partner or partners.partner(work)
    course = partners.course(work, partner=given, awards={AID: 2}, mode=CourseMode.LIVE_ONLINE, title="First aid")
    other = partners.course(work, partner=given, awards={VALUES: 2})
    early = partners.course_session(work, course=course, seats=1)
    late = partners.course_session(work, course=course, seats=1, starts_on=date(2027, 4, 5))
    free = partners.course_session(work, course=other)
    partners.full_session(work, course=other)  # full, and nobody wants it
    waiting = tuple(accounts.posted_person(work, mission=made.mission, spoken=["en"]) for _ in range(people))
    for person in waiting:
        competencies.recorded_evidence(work, person, competency=CONDUCT)
    work.session.flush()
    return Shortage(world=replace(made, people=waiting), partner=given, early=early, late=late, free=free)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What `contest` has stored."""

    mission: MissionId
    holder: PersonId
    """Has the seat, and needs it less."""
    rival: PersonId
    """Needs it more, and was left without by the approved plan."""
    seat: SessionId
    held: AssignmentId


def contest(work: Work, *, later: bool = False) -> Contest:
    """One seat, held by somebody of infantry while an observer needs it more; with `later`, another seat two months after."""
    made = world(work, people=0, name="UNIFIL")
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("conduct", None, competency=CONDUCT),
            mandates.rule("aid-light", competency=AID, roles=(Role.INFANTRY,), weight=5),
            mandates.rule("aid-heavy", competency=AID, roles=(Role.OBSERVER,), weight=60),
        ),
        note="Contest",
    )
    course = partners.course(work, awards={AID: 2}, language="ar", mode=CourseMode.LIVE_ONLINE)
    there = partners.course_session(work, course=course, seats=1, region="east-africa")
    rival = accounts.posted_person(work, mission=made.mission, role=Role.OBSERVER, spoken=["ar"])
    holder = accounts.posted_person(work, mission=made.mission, spoken=["ar"])
    for person in (holder, rival):
        competencies.recorded_evidence(work, person, competency=CONDUCT)
    held = tracks.seat(
        work, person=holder, course_session=there, closes=[[AID, 2]], because=[], state=AssignmentState.ASSIGNED
    )
    if later:
        partners.course_session(work, course=course, seats=1, region="east-africa", starts_on=date(2027, 4, 5))
    work.session.flush()
    return Contest(mission=made.mission, holder=holder, rival=rival, seat=there, held=held)


def improved(work: Work, made: Contest, **changes: Any) -> PlanId | None:
    """What the job makes of an improvement of the mission."""
    given = World(mission=made.mission, instrument=InstrumentId(0), people=())
    return planned(work, given, **({"kind": RunKind.IMPROVE} | changes))
