"""From facts to the engine's question: people, gaps, modules and sessions as arrays, and what each number stands for.

What the numbers cannot say is said here, once:

- A module is a course without dates: it begins today (or after the modules that earn what it requires), takes one day per
  started `MINUTES_A_DAY` of its effort, and costs a little for each minute, so that of two the shorter is preferred.
- A refresher closes only gaps of people whose evidence ran out, or will, within its window. Such a gap asks for a renewal, which
  refreshers award and everything that teaches the competency in full awards too; all other gaps ask for the competency itself.
- Who can close a gap by a module alone is not offered seats for it: seats are scarce and are for what modules do not give.
  Such a gap asks for the skill *by module*, which modules award besides. Not so for a seat that the person has already, and
  for people who lack more than they may be given at once: one seat may close several gaps.
- A module in several languages is open to whoever reads one of them: every set of languages is a language to the engine.
- What has begun, or begins within the freeze window, is outside: its gaps count as being closed, its days are taken.
- An assignment that closes nothing any more is taken back without asking the engine.
- Seats reserved for others are free for those only, until the day that releases them; what people outside the run, or by what has
  begun, have taken of a quota is taken off.
- A class needs its least number of people only when it begins soon (`FILLS_FOR_DAYS`): into a later one others may still come.
- Who leaves early because capacity is lost wants only what they are given already and can finish before they go.
- Who is settled is left as they are, unless the run is about them by name: what they have closes all they lack, or else a plan
  told them of it and they can still be given none of it (`told`). Their seats are taken, and nothing is asked for them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

import numpy as np

from trainer.accounts.values import MissionId, OrganisationId, PersonProfile, Role
from trainer.catalogue.values import AtLevel, ModuleKey, Offering
from trainer.competencies.rules import add_months, counts, find_gaps
from trainer.competencies.values import CompetencyKey, Currency, Gap, Level, Requirement, Source, TaskRef
from trainer.kernel.values import LedgerMark, LocalText, PersonId
from trainer.partners import rules as partner_rules
from trainer.partners.values import CourseMode, QuotaLine, SessionId, SessionOffer, SessionState
from trainer.planning.engine.instance import UNLIMITED, Instance, Ints, Objective
from trainer.planning.engine.reading import require_valid
from trainer.planning.rules.told import Chances, Seeker, Supply
from trainer.planning.values import Beside, Facts, PlanRunId, Policy, RunKind, Sources
from trainer.tracks.values import Assignment, AssignmentId, AssignmentState

MINUTES_A_DAY = 120
"""One day of a person's calendar for each started two hours of a module: people learn beside their duty."""

MINUTE_COST = 20
"""What a minute of a module costs, in minor units of money, as the objective weighs it."""

TRAVEL_COST = 150_000
"""A journey to a session in another region, in minor units of money; within a region there is none."""

LARGEST_WEIGHT = 10_000

FILLS_FOR_DAYS = 30
"""So many days beyond the freeze window a class may still fill up by other plans; one that begins sooner must be large enough."""

_MODES: Mapping[CourseMode, int] = {
    CourseMode.SELF_PACED: 0,
    CourseMode.LIVE_ONLINE: 1,
    CourseMode.ON_SITE: 2,
    CourseMode.HYBRID: 3,
}
_ON_THE_SPOT = frozenset({CourseMode.ON_SITE, CourseMode.HYBRID})
_ROLES: Mapping[Role | None, int] = {role: number for number, role in enumerate((*Role, None))}
_EVERY_ROLE = 2 ** len(_ROLES) - 1
_FOR_EVER = 2**20
_NOTHING = (Level.NONE, date.min)

FULL = 0
OBSERVED = -1
Skill = tuple[CompetencyKey, int, bool]
"""A competency as the engine tells it apart: in full (0), as a renewal within so many months, or by observation alone (-1);
and whether a module must give it."""


class Standing(StrEnum):
    """What an open assignment is to a plan."""

    BEGUN = "begun"
    FROZEN = "frozen"
    """It starts within the freeze window."""
    MOVABLE = "movable"
    """The plan before: kept unless something better is worth the change."""
    NOT_NEEDED = "not-needed"
    """It closes no gap any more."""
    TWICE = "twice"
    """The person has the same thing assigned already."""
    NOT_OFFERED = "not-offered"
    """The module is retired, or the session is cancelled, closed or no longer recognised."""
    MISSED = "missed"
    """The session was held without the person."""


_BEYOND_COURSES = frozenset(source for source in Source if source.weight > Source.RECOGNISED.weight)

FIXED = frozenset({Standing.BEGUN, Standing.FROZEN})
ENDED = frozenset({Standing.NOT_NEEDED, Standing.TWICE, Standing.NOT_OFFERED, Standing.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that can be given: a session of the engine."""

    title: LocalText
    module: ModuleKey | None
    session: SessionId | None
    languages: tuple[str, ...]
    starts_on: date | None
    """None for a module."""
    ends_on: date
    minutes: int
    cost: int
    region: str
    on_the_spot: bool
    awards: tuple[tuple[Skill, Level], ...]
    roles: tuple[Role, ...]
    mode: CourseMode
    partner: int
    """0 for the curricula."""
    requires: AtLevel | None
    start: int
    end: int
    seats: int
    least: int = 0
    """How many of these people the class still needs to be held; 0 when it is held anyway, or may fill up later."""
    small: bool = False
    """It begins soon and has too few people so far."""
    quotas: tuple[QuotaLine, ...] = ()
    """What is reserved of the seats, and for whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A gap that a plan is to close."""

    gap: Gap
    skill: Skill
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An open assignment with its standing; `offer` is its place among the offers, None when it has none."""

    assignment: Assignment
    standing: Standing
    offer: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One person of the question, with what they lack and what they have."""

    profile: PersonProfile
    wants: tuple[Want, ...]
    being_closed: int
    """Gaps that what has begun is closing."""
    held: tuple[Held, ...]
    holds: Mapping[CompetencyKey, tuple[Level, date]]
    """Of what something on offer asks for before: the highest level that counts, and the first day on which it no longer does."""
    lacking: tuple[Want, ...]
    """What nothing that they have closes."""
    of_use: bool
    """Nothing they have has lost its use, and no class of theirs is too small."""
    unchanged: bool = False
    """All of it is of use, and what they lack beside it an approved plan left open."""

    @property
    def settled(self) -> bool:
        """Everything they lack was being closed before."""
        return self.of_use and not self.lacking


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """What a run read: the question, what its numbers stand for, and a hash to tell whether it is still so."""

    run: PlanRunId
    attempt: int
    """Which claim of the run read it; a later claim makes this one void."""
    facts: Facts
    instance: Instance
    people: tuple[Asked, ...]
    """In the order of the instance: those who lack most first."""
    settled: tuple[Asked, ...]
    """Who else was looked at, and is left as they are."""
    told: frozenset[PersonId]
    """Those of all these who are left as they are with gaps that an approved plan told them of."""
    wants: tuple[Want, ...]
    """All wants in the order of the instance's gaps."""
    offers: tuple[Offer, ...]
    """In the order of the instance's sessions."""
    skills: tuple[Skill, ...]
    notes: tuple[str, ...]
    """What could not be told to the engine in full."""
    hash: str
    read_at: LedgerMark | None = None
    """Where the ledger stood before the first fact was read; None when the facts are not those on file."""

    @property
    def beside(self) -> Beside:
        """Everybody who is left as they are."""
        unseen = self.facts.sources.beside
        return Beside(
            people=unseen.people | {each.profile.id for each in self.settled},
            gaps=unseen.gaps + sum(len(each.wants) + each.being_closed for each in self.settled),
            told=unseen.told + sum(len(each.lacking) for each in self.settled),
        )

    @property
    def improves(self) -> bool:
        """Everybody may move."""
        return self.facts.sources.kind is RunKind.IMPROVE

    @property
    def idle(self) -> bool:
        """Nobody lacks anything and nothing is to be taken back."""
        return not self.wants and not any(each.standing in ENDED for asked in self.people for each in asked.held)


def facts_beside(known: Facts, *, sources: Sources, required: Mapping[PersonId, tuple[Requirement, ...]]) -> Facts:
    """Return the same for other sources of the same people: gaps of whoever is asked the same are not looked for again.

    Evidence, waivers and the day must be those of the known ones.
    """
    alike: dict[tuple[int, int], bool] = {}

    def is_alike(person: PersonId) -> bool:
        was, now = known.required.get(person, ()), required.get(person, ())
        key = (id(was), id(now))  # both live as long as the facts, and many people share one
        if key not in alike:
            alike[key] = was == now
        return alike[key]

    other = facts_of(
        replace(sources, people=tuple(each for each in sources.people if not is_alike(each.id))), required=required
    )
    return Facts(sources=sources, required=required, gaps={**known.gaps, **other.gaps})


def facts_of(sources: Sources, *, required: Mapping[PersonId, tuple[Requirement, ...]]) -> Facts:
    """Return what is on file with what follows from it when this is required of the people."""
    gaps = {
        each.id: find_gaps(
            required.get(each.id, ()),
            sources.evidence.get(each.id, ()),
            sources.waivers.get(each.id, ()),
            on=sources.on,
        )
        for each in sources.people
    }
    return Facts(sources=sources, required=required, gaps=gaps)


def ask(
    facts: Facts,
    *,
    run: PlanRunId,
    attempt: int,
    read_at: LedgerMark | None = None,
    named: Collection[PersonId] = (),
    beside: Snapshot | None = None,
    whole: bool = False,
) -> Snapshot:
    """Put the question; raises BadInstance if the facts cannot be told in the engine's numbers.

    Something is asked for who is `named` even if they are settled: there may be better for them. `beside` is a question about
    the same people on the same day: who lacks and has the same in both is not looked at again. With `whole` the question has
    everybody with an open gap: who was told of it stays as they are, as in a run, but the reasons are found for them too.
    """
    windows = _windows(facts.sources.offerings)
    fixed = frozenset(each.id for each in facts.sources.assignments if _is_fixed(each, facts))
    offers, notes = _offers(facts, windows, fixed)
    everybody = _people(facts, offers, windows, fixed, known={} if beside is None else _alike(beside, facts, offers))
    told = _told(facts, everybody, offers) - {*named}
    aside = frozenset() if whole else told
    settled: list[Asked] = []
    people: list[Asked] = []
    for each in everybody:
        left = (each.settled and each.profile.id not in named) or each.profile.id in aside
        (settled if left else people).append(each)
    offers = _room_for(people, settled, offers)
    wants = tuple(want for asked in people for want in asked.wants)
    skills = _skills(offers, wants)
    instance = _instance(facts, people=people, wants=wants, offers=offers, skills=skills, told=told)
    return Snapshot(
        run=run, attempt=attempt, facts=facts, instance=instance, people=tuple(people), settled=tuple(settled), told=told,
        wants=wants, offers=offers, skills=skills, notes=notes,
        hash=_hash(instance, facts, everybody, {each.profile.id for each in settled}, wants, offers, skills), read_at=read_at,
    )  # fmt: skip


def _told(facts: Facts, everybody: Iterable[Asked], offers: Sequence[Offer]) -> frozenset[PersonId]:
    """Who lacks only what an approved plan told them of, and can be given none of it beside what they have."""
    candidates = [each for each in everybody if each.unchanged and each.lacking]
    if not candidates:
        return frozenset()
    keep: defaultdict[SessionId, list[tuple[OrganisationId, MissionId | None]]] = defaultdict(list)
    freed: Counter[SessionId] = Counter()
    for asked in everybody:
        for held in asked.held:
            session = held.assignment.session
            if session is None:
                continue
            if held.standing is Standing.MOVABLE:
                keep[session].append((asked.profile.organisation, asked.profile.mission))
            elif held.standing in ENDED:
                freed[session] += 1
    free = {session: seats + freed[session] for session, seats in facts.sources.free_seats.items()}
    chances = Chances(
        Supply(
            offerings=facts.sources.offerings,
            offers=facts.sources.offers,
            free=free,
            reserved={
                each.session: _reserved(each.quotas, fixed=keep[each.session], seats=free[each.session])
                for each in offers
                if each.session is not None and each.quotas
            },
            policy=facts.policy,
            on=facts.on,
        )
    )
    return frozenset(
        each.profile.id
        for each in candidates
        if chances.leave(
            [_at_level(want) for want in each.lacking if want.skill[1] != OBSERVED],
            Seeker(each.profile.role, each.profile.languages, each.profile.organisation, each.profile.mission),
            seats=sum(held.standing is Standing.MOVABLE for held in each.held),
            leaves_on=facts.sources.leave_on.get(each.profile.id, date.max).toordinal(),
            has=partial(_has, each, offers),
        )
    )


def _has(asked: Asked, offers: Sequence[Offer], need: AtLevel) -> bool:
    """Whether the person holds this, or is earning it by something that they have."""
    held, _ = asked.holds.get(need.competency, _NOTHING)
    if held >= need.level:
        return True
    kept = [each for each in asked.held if each.standing in FIXED or each.standing is Standing.MOVABLE]
    earned = {award for each in kept if each.standing in FIXED for award in each.assignment.closes}
    given = (award for each in kept if each.offer is not None for award in offers[each.offer].awards)
    return any(each.competency == need.competency and each.level >= need.level for each in earned) or any(
        skill == (need.competency, FULL, False) and level >= need.level for skill, level in given
    )


def _alike(beside: Snapshot, facts: Facts, offers: Sequence[Offer]) -> Mapping[PersonId, Asked]:
    """Who lacks and has the same in both questions: nothing that `_asked` looks at differs."""
    was, now = beside.facts.sources, facts.sources
    if was.assignments != now.assignments or was.policy != now.policy or len(beside.offers) != len(offers):
        return {}
    if any(_terms(one) != _terms(other) for one, other in zip(beside.offers, offers, strict=True)):
        return {}
    moved = {session for session, card in now.seats.items() if was.seats.get(session) != card}
    touched = {each.person for each in now.assignments if each.session in moved} | set(was.leaving) | set(now.leaving)
    profiles = {each.id: each for each in now.people}
    return {
        asked.profile.id: asked
        for asked in (*beside.people, *beside.settled)
        if asked.profile.id not in touched
        and profiles.get(asked.profile.id) == asked.profile
        and facts.gaps.get(asked.profile.id) is beside.facts.gaps.get(asked.profile.id)
    }


def _terms(offer: Offer) -> Offer:
    """The offer but for whom there is room in it."""
    return replace(offer, seats=0, least=0, small=False, quotas=())


def is_covered(want: Want, awards: Iterable[tuple[Skill, Level]]) -> bool:
    """Whether these awards close the gap."""
    wanted, least = want.skill, want.gap.requirement.level
    for skill, level in awards:  # noqa: SIM110 - asked a million times for a large plan, and `any` takes twice as long
        if skill == wanted and level >= least:
            return True
    return False


# Offers


def _windows(offerings: Iterable[Offering]) -> Mapping[CompetencyKey, tuple[int, ...]]:
    """The windows of the refreshers of each competency, shortest first."""
    found: defaultdict[CompetencyKey, set[int]] = defaultdict(set)
    for each in offerings:
        if each.refresher_of is not None:
            found[each.refresher_of].add(each.within_months)
    return {key: tuple(sorted(months)) for key, months in found.items()}


def _in_full(
    awards: Iterable[AtLevel], windows: Mapping[CompetencyKey, tuple[int, ...]]
) -> Iterator[tuple[Skill, Level]]:
    for award in awards:
        for months in (FULL, *windows.get(award.competency, ())):
            yield (award.competency, months, False), award.level


def _awards_of(offering: Offering, windows: Mapping[CompetencyKey, tuple[int, ...]]) -> tuple[tuple[Skill, Level], ...]:
    renewed = [each for each in offering.teaches if each.competency == offering.refresher_of]
    others = [each for each in offering.teaches if each.competency != offering.refresher_of]
    renewals = (
        ((each.competency, months, False), each.level)
        for each in renewed
        for months in windows[each.competency]
        if months <= offering.within_months
    )
    awards = (*renewals, *_in_full(others, windows))
    return (*awards, *(((key, months, True), level) for (key, months, _), level in awards))


def _offers(
    facts: Facts, windows: Mapping[CompetencyKey, tuple[int, ...]], fixed: Collection[AssignmentId]
) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    modules = sorted(facts.sources.offerings, key=lambda each: each.key)
    baseline = frozenset(each.competency for each in facts.sources.rules.rules if each.task_kind is None)
    needs = {each.key: _one_prerequisite(each.requires, baseline) for each in modules}
    notes = tuple(
        f"{each.key} requires {len(each.requires)} competencies; the plan looks at {needs[each.key].competency}"  # type: ignore[union-attr]  # there is one when there are several
        for each in modules
        if len(each.requires) > 1
    )
    starts = _module_starts(modules, needs)
    seats = len(facts.people)
    offers = [
        _module_offer(
            each,
            facts.on,
            awards=_awards_of(each, windows),
            requires=needs[each.key],
            start=starts[each.key],
            seats=seats,
        )
        for each in modules
    ]
    last_on = facts.on + timedelta(days=facts.policy.horizon_days)
    partners = {
        partner: number for number, partner in enumerate(sorted({offer.partner for offer in facts.sources.offers}), 1)
    }
    movable = Counter(
        each.session for each in facts.sources.assignments if each.id not in fixed and each.absent_because is None
    )
    fixed_in = _fixed_in(facts, fixed)
    offers += [
        _session_offer(
            each,
            facts,
            fixed=fixed_in.get(each.id, ()),
            awards=tuple(_in_full(each.awards, windows)),
            partner=partners[each.partner],
            movable=movable[each.id],
        )
        for each in sorted(facts.sources.offers, key=lambda each: (each.course, each.region, each.id))
        if facts.on <= each.starts_on and each.ends_on <= last_on
    ]
    return tuple(offers), notes


def _one_prerequisite(requires: Sequence[AtLevel], baseline: frozenset[CompetencyKey]) -> AtLevel | None:
    """The engine knows one per course: the strongest that the baseline does not see to anyway."""
    if not requires:
        return None
    return max(requires, key=lambda each: (each.competency not in baseline, each.level, each.competency))


def effort_days(minutes: int) -> int:
    """How many days a module takes beside duty: at least one."""
    return max(1, -(-minutes // MINUTES_A_DAY))


def _minutes(offering: Offering) -> int:
    return int(offering.effort.total_seconds() // 60)


def _module_starts(modules: Sequence[Offering], needs: Mapping[ModuleKey, AtLevel | None]) -> Mapping[ModuleKey, int]:
    """The day each module can begin: after every module that earns what it requires, so that the engine may give both.

    Modules that require each other in a circle begin today.
    """
    teachers: defaultdict[CompetencyKey, list[Offering]] = defaultdict(list)
    for each in modules:
        for award in each.teaches:
            if award.competency != each.refresher_of:
                teachers[award.competency].append(each)
    starts: dict[ModuleKey, int] = {}

    def start_of(module: Offering, path: frozenset[ModuleKey]) -> int:
        if module.key in starts or module.key in path:
            return starts.get(module.key, 0)
        need = needs[module.key]
        found = 0
        for other in teachers[need.competency] if need is not None else ():
            if other.key != module.key and any(
                need is not None and each.competency == need.competency and each.level >= need.level
                for each in other.teaches
            ):
                found = max(found, start_of(other, path | {module.key}) + effort_days(_minutes(other)) + 1)
        starts[module.key] = found
        return found

    for each in modules:
        start_of(each, frozenset())
    return starts


def _module_offer(
    offering: Offering,
    on: date,
    *,
    awards: tuple[tuple[Skill, Level], ...],
    requires: AtLevel | None,
    start: int,
    seats: int,
) -> Offer:
    minutes = _minutes(offering)
    end = start + effort_days(minutes)
    return Offer(
        title=offering.title, module=offering.key, session=None, languages=tuple(sorted(offering.languages)),
        starts_on=None, ends_on=on + timedelta(days=end), minutes=minutes, cost=minutes * MINUTE_COST, region="",
        on_the_spot=False, awards=awards, roles=(), mode=CourseMode.SELF_PACED, partner=0, requires=requires,
        start=start, end=end, seats=seats,
    )  # fmt: skip


def _fixed_in(
    facts: Facts, fixed: Collection[AssignmentId]
) -> Mapping[SessionId, list[tuple[OrganisationId, MissionId | None]]]:
    """Whose seats among these people stay whatever the plan, by session."""
    profiles = {each.id: each for each in facts.people}
    found: defaultdict[SessionId, list[tuple[OrganisationId, MissionId | None]]] = defaultdict(list)
    for each in sorted(facts.sources.assignments, key=lambda each: each.id):
        if each.session is not None and each.id in fixed and each.absent_because is None:
            profile = profiles[each.person]
            found[each.session].append((profile.organisation, profile.mission))
    return found


def _reserved(
    quotas: Iterable[QuotaLine], *, fixed: Sequence[tuple[OrganisationId, MissionId | None]], seats: int
) -> tuple[QuotaLine, ...]:
    """What is still reserved, and no more of it than there are seats; the last quotas give way."""
    kept: list[QuotaLine] = []
    for quota in partner_rules.still_reserved(quotas, taken_by=fixed):
        left = min(quota.seats, seats - sum(each.seats for each in kept))
        if left > 0:
            kept.append(replace(quota, seats=left))
    return tuple(kept)


def _session_offer(
    offer: SessionOffer,
    facts: Facts,
    *,
    fixed: Sequence[tuple[OrganisationId, MissionId | None]],
    awards: tuple[tuple[Skill, Level], ...],
    partner: int,
    movable: int,
) -> Offer:
    """`movable` seats are these people's own: a plan may give them to others, so they count as free."""
    seats = facts.sources.free_seats[offer.id] + movable
    soon = must_fill(offer, on=facts.on, policy=facts.policy)
    return Offer(
        title={"en": offer.title}, module=None, session=offer.id, languages=(offer.language,),
        starts_on=offer.starts_on, ends_on=offer.ends_on, minutes=0, cost=offer.cost, region=offer.region,
        on_the_spot=offer.mode in _ON_THE_SPOT, awards=awards, roles=offer.roles, mode=offer.mode, partner=partner,
        requires=offer.requires, start=(offer.starts_on - facts.on).days, end=(offer.ends_on - facts.on).days,
        seats=seats, least=max(0, offer.least_seats - (offer.seats_taken - movable)) if soon else 0,
        small=soon and offer.seats_taken < offer.least_seats,
        quotas=_reserved(facts.sources.quotas.get(offer.id, ()), fixed=fixed, seats=seats),
    )  # fmt: skip


def must_fill(offer: SessionOffer, *, on: date, policy: Policy) -> bool:
    """Whether a class begins so soon that it must have its least number of people now."""
    return (offer.starts_on - on).days < policy.freeze_days + FILLS_FOR_DAYS


def _room_for(people: Sequence[Asked], settled: Sequence[Asked], offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The offers without the seats that the settled keep; a module has room for everybody."""
    keep: defaultdict[int, list[tuple[OrganisationId, MissionId | None]]] = defaultdict(list)
    for asked in settled:
        for each in asked.held:
            if each.standing is Standing.MOVABLE and each.offer is not None and each.assignment.session is not None:
                keep[each.offer].append((asked.profile.organisation, asked.profile.mission))
    found = [each if each.module is None else replace(each, seats=len(people)) for each in offers]
    for number, kept in keep.items():
        offer, seats = offers[number], offers[number].seats - len(kept)
        found[number] = replace(
            offer, seats=seats, least=max(0, offer.least - len(kept)),
            quotas=_reserved(offer.quotas, fixed=kept, seats=seats),
        )  # fmt: skip
    return tuple(found)


# People


def _people(
    facts: Facts,
    offers: Sequence[Offer],
    windows: Mapping[CompetencyKey, tuple[int, ...]],
    fixed: Collection[AssignmentId],
    *,
    known: Mapping[PersonId, Asked],
) -> tuple[Asked, ...]:
    place: dict[ModuleKey | SessionId | None, int] = {
        offer.module if offer.session is None else offer.session: number for number, offer in enumerate(offers)
    }
    asking: defaultdict[Skill, set[tuple[Level, AtLevel]]] = defaultdict(set)
    for offer in offers:
        for skill, level in offer.awards:
            if offer.requires is not None:
                asking[skill].add((level, offer.requires))
    before = frozenset(offer.requires.competency for offer in offers if offer.requires is not None)
    modules: defaultdict[Skill, list[int]] = defaultdict(list)
    for number, offer in enumerate(offers):
        for skill, _ in offer.awards:
            if offer.module is not None:
                modules[skill].append(number)
    open_of: defaultdict[int, list[Assignment]] = defaultdict(list)
    for assignment in sorted(facts.sources.assignments, key=lambda each: each.id):
        open_of[assignment.person].append(assignment)
    people = [
        known.get(profile.id)
        or _asked(
            profile,
            facts,
            offers,
            place=place,
            asking=asking,
            modules=modules,
            windows=windows,
            before=before,
            fixed=fixed,
            assignments=open_of[profile.id],
        )
        for profile in facts.people
    ]
    weight = {asked.profile.id: sum(want.gap.requirement.weight for want in asked.wants) for asked in people}
    return tuple(sorted(people, key=lambda asked: (-weight[asked.profile.id], asked.profile.id)))


def _asked(
    profile: PersonProfile,
    facts: Facts,
    offers: Sequence[Offer],
    *,
    place: Mapping[ModuleKey | SessionId | None, int],
    asking: Mapping[Skill, Collection[tuple[Level, AtLevel]]],
    modules: Mapping[Skill, Sequence[int]],
    windows: Mapping[CompetencyKey, tuple[int, ...]],
    before: Collection[CompetencyKey],
    fixed: Collection[AssignmentId],
    assignments: Sequence[Assignment],
) -> Asked:
    """`before` are the competencies that something on offer asks for before, `fixed` the assignments that stay whatever comes."""
    leaving = facts.sources.leaving.get(profile.id)
    all_wants = [
        _want(gap, windows, facts.on)
        for gap in facts.gaps.get(profile.id, ())
        if leaving is None or _finishes(gap, assignments, facts, leaving.on)
    ]
    begun = [each for each in assignments if each.id in fixed and each.absent_because is None]
    under_way = [award for each in begun for award in _awards_under_way(each, offers, place, windows)]
    wants = tuple(
        sorted(
            (want for want in all_wants if not is_covered(want, under_way)),
            key=lambda want: want.gap.requirement.competency,
        )
    )
    holds = _holdings(profile, facts, before)
    needed = _prerequisites(wants, holds, asking)
    held: list[Held] = []
    seen: set[int] = set()
    for each in assignments:
        number = place.get(each.module if each.session is None else each.session)
        standing = _standing(each, each.id in fixed, None if number is None else offers[number], wants, needed)
        if standing is Standing.MOVABLE and number is not None:
            standing = Standing.TWICE if number in seen else standing
            seen.add(number)
        held.append(Held(assignment=each, standing=standing, offer=number))
    movable = [award for number in seen for award in offers[number].awards]
    if len(wants) <= facts.policy.seats_a_person:
        by_seat = [award for n in seen if offers[n].session is not None for award in offers[n].awards]
        wants = tuple(
            want if is_covered(want, by_seat) else _by_module(want, profile, offers, modules=modules, holds=holds)
            for want in wants
        )
    of_use = not any(each.standing in ENDED for each in held) and not any(offers[number].small for number in seen)
    lacking = tuple(want for want in wants if not is_covered(want, movable))
    left_open = facts.sources.left_open.get(profile.id, frozenset())
    return Asked(
        profile=profile, wants=wants, being_closed=len(all_wants) - len(wants), held=tuple(held), holds=holds,
        lacking=lacking, of_use=of_use, unchanged=of_use and all(_at_level(want) in left_open for want in lacking),
    )  # fmt: skip


def _at_level(want: Want) -> AtLevel:
    return AtLevel(competency=want.gap.requirement.competency, level=want.gap.requirement.level)


def _by_module(
    want: Want,
    profile: PersonProfile,
    offers: Sequence[Offer],
    *,
    modules: Mapping[Skill, Sequence[int]],
    holds: Mapping[CompetencyKey, tuple[Level, date]],
) -> Want:
    """The gap as one for modules, if the person can begin one today that closes it."""
    key, months, _ = want.skill
    for number in modules.get((key, months, True), ()):
        offer = offers[number]
        ready = offer.requires is None or holds.get(offer.requires.competency, _NOTHING)[0] >= offer.requires.level
        if ready and is_covered(want, offer.awards) and not frozenset(profile.languages).isdisjoint(offer.languages):
            # spelled out: `dataclasses.replace` costs three times as much
            return Want(gap=want.gap, skill=(key, months, True), due_on=want.due_on)
    return want


def _want(gap: Gap, windows: Mapping[CompetencyKey, tuple[int, ...]], on: date) -> Want:
    requirement = gap.requirement
    due_on = requirement.due_on
    if gap.currency is Currency.DUE_SOON and gap.lapsed_on is not None:
        due_on = max(due_on, gap.lapsed_on - timedelta(days=1))
    if requirement.least_source in _BEYOND_COURSES:
        return Want(gap=gap, skill=(requirement.competency, OBSERVED, False), due_on=due_on)
    return Want(gap=gap, skill=(requirement.competency, _renewal(gap, windows, on), False), due_on=due_on)


def _renewal(gap: Gap, windows: Mapping[CompetencyKey, tuple[int, ...]], on: date) -> int:
    """The shortest window that the lapse still falls into, or FULL: both the rule and the refresher must allow it."""
    if gap.lapsed_on is None or on > add_months(gap.lapsed_on, gap.requirement.refresher_months):
        return FULL
    allowed = (
        months for months in windows.get(gap.requirement.competency, ()) if on <= add_months(gap.lapsed_on, months)
    )
    return next(allowed, FULL)


def _finishes(gap: Gap, assignments: Sequence[Assignment], facts: Facts, leaves_on: date) -> bool:
    """Whether something that the person has closes the gap before they leave early: then it stays a gap, and is kept."""
    return facts.on < leaves_on and any(
        closes.competency == gap.requirement.competency and closes.level >= gap.requirement.level
        for each in assignments
        if not _ends_too_late(each, facts)
        for closes in each.closes
    )


def _ends_too_late(assignment: Assignment, facts: Facts) -> bool:
    """Whether it is a seat that ends only after its person has left early."""
    leaving = facts.sources.leaving.get(assignment.person)
    seat = facts.sources.seats.get(assignment.session) if assignment.session is not None else None
    return leaving is not None and seat is not None and leaving.on <= seat.ends_on


def _is_fixed(assignment: Assignment, facts: Facts) -> bool:
    if assignment.state is AssignmentState.IN_PROGRESS or assignment.started_at is not None:
        return True
    seat = facts.sources.seats.get(assignment.session) if assignment.session is not None else None
    if seat is None or seat.state is SessionState.CANCELLED or _ends_too_late(assignment, facts):
        return False
    return (seat.starts_on - facts.on).days < facts.policy.freeze_days


def _awards_under_way(
    assignment: Assignment,
    offers: Sequence[Offer],
    place: Mapping[ModuleKey | SessionId | None, int],
    windows: Mapping[CompetencyKey, tuple[int, ...]],
) -> Iterator[tuple[Skill, Level]]:
    """What it was given for, and besides what it proves."""
    yield from _in_full(assignment.closes, windows)
    number = place.get(assignment.module if assignment.session is None else assignment.session)
    if number is not None:
        yield from offers[number].awards


def _standing(
    assignment: Assignment,
    is_fixed: bool,
    offer: Offer | None,
    wants: Sequence[Want],
    needed: Mapping[CompetencyKey, Level],
) -> Standing:
    if assignment.absent_because is not None:
        return Standing.MISSED
    if assignment.state is AssignmentState.IN_PROGRESS or assignment.started_at is not None:
        return Standing.BEGUN
    if is_fixed:
        return Standing.FROZEN
    if offer is None:
        lost = any(
            each.competency == want.gap.requirement.competency and each.level >= want.gap.requirement.level
            for each in assignment.closes
            for want in wants
        )
        return Standing.NOT_OFFERED if lost else Standing.NOT_NEEDED
    closes = any(is_covered(want, offer.awards) for want in wants)
    prepares = any(
        months == FULL and level >= needed.get(key, Level.INSTRUCTOR + 1) for (key, months, _), level in offer.awards
    )
    return Standing.MOVABLE if closes or prepares else Standing.NOT_NEEDED


def _prerequisites(
    wants: Sequence[Want],
    holds: Mapping[CompetencyKey, tuple[Level, date]],
    asking: Mapping[Skill, Collection[tuple[Level, AtLevel]]],
) -> Mapping[CompetencyKey, Level]:
    """What the person must earn before something that would close a gap, and does not hold."""
    needed: dict[CompetencyKey, Level] = {}
    for want in wants:
        for level, requires in asking.get(want.skill, ()):
            held, _ = holds.get(requires.competency, _NOTHING)
            if level >= want.gap.requirement.level and held < requires.level:
                known = needed.get(requires.competency, requires.level)
                needed[requires.competency] = min(known, requires.level)
    return needed


def _holdings(
    profile: PersonProfile, facts: Facts, before: Collection[CompetencyKey]
) -> Mapping[CompetencyKey, tuple[Level, date]]:
    """The highest level held of each of these competencies and when that ends; a mere declaration does not count."""
    found: dict[CompetencyKey, tuple[Level, date]] = {}
    for piece in facts.sources.evidence.get(profile.id, ()):
        if piece.competency in before and piece.source is not Source.SELF_DECLARED and counts(piece, on=facts.on):
            held = (piece.level, piece.expires_on or date.max)
            found[piece.competency] = max(found.get(piece.competency, held), held)
    return found


# Arrays


def _skills(offers: Sequence[Offer], wants: Sequence[Want]) -> tuple[Skill, ...]:
    found = {skill for offer in offers for skill, _ in offer.awards} | {want.skill for want in wants}
    found |= {(offer.requires.competency, FULL, False) for offer in offers if offer.requires is not None}
    return tuple(sorted(found))


def _instance(
    facts: Facts,
    *,
    people: Sequence[Asked],
    wants: Sequence[Want],
    offers: Sequence[Offer],
    skills: Sequence[Skill],
    told: Collection[PersonId],
) -> Instance:
    policy, on = facts.policy, facts.on
    skill_of = {skill: number for number, skill in enumerate(skills)}
    regions = {
        name: n for n, name in enumerate(sorted({*facts.sources.regions.values(), *(o.region for o in offers), ""}))
    }
    reserved = [(number, quota) for number, offer in enumerate(offers) for quota in offer.quotas]
    named = {a.profile.mission or 0 for a in people} | {quota.mission or 0 for _, quota in reserved}
    missions = {mission: n for n, mission in enumerate(sorted(named | {0}))}
    sets = {languages: bit for bit, languages in enumerate(sorted({offer.languages for offer in offers}))}
    courses, course_of = _courses(offers)
    required = frozenset(offer.requires.competency for offer in offers if offer.requires is not None)
    windows = [_windows_of(asked, facts) for asked in people]
    holdings = [_held_rows(asked, facts, required, offers, skill_of) for asked in people]
    old = sorted(
        (number, each.offer)
        for number, asked in enumerate(people)
        for each in asked.held
        if each.standing is Standing.MOVABLE and each.offer is not None
    )
    travel = np.full((len(regions), len(regions)), TRAVEL_COST)
    np.fill_diagonal(travel, 0)
    instance = Instance(
        name="plan", seed=0, horizon=policy.horizon_days, freeze_day=policy.freeze_days, max_seats=policy.seats_a_person,
        objective=_objective(policy),
        p_mission=_ints(missions[asked.profile.mission or 0] for asked in people),
        p_region=_ints(regions[_region(asked.profile, facts)] for asked in people),
        p_family=_ints(_ROLES[asked.profile.role] for asked in people),
        p_lang=_ints(_languages_mask(asked.profile, sets) for asked in people),
        av_ptr=_pointers(windows),
        av_start=_ints(first for rows in windows for first, _ in rows),
        av_end=_ints(last for rows in windows for _, last in rows),
        h_ptr=_pointers(holdings),
        h_comp=_ints(comp for rows in holdings for comp, _, _ in rows),
        h_level=_ints(level for rows in holdings for _, level, _ in rows),
        h_expiry=_ints(last for rows in holdings for _, _, last in rows),
        g_ptr=_pointers([asked.wants for asked in people]),
        g_comp=_ints(skill_of[want.skill] for want in wants),
        g_level=_ints(want.gap.requirement.level for want in wants),
        g_due=_ints((want.due_on - on).days for want in wants),
        g_weight=_ints(min(max(want.gap.requirement.weight, 1), LARGEST_WEIGHT) for want in wants),
        c_partner=_ints(offer.partner for offer in courses),
        c_lang=_ints(sets[offer.languages] for offer in courses),
        c_mode=_ints(_MODES[offer.mode] for offer in courses),
        c_region=_ints(regions[offer.region] for offer in courses),
        c_family=_ints(_family_mask(offer.roles) for offer in courses),
        c_cost=_ints(offer.cost for offer in courses),
        aw_ptr=_pointers([offer.awards for offer in courses]),
        aw_comp=_ints(skill_of[skill] for offer in courses for skill, _ in offer.awards),
        aw_level=_ints(level for offer in courses for _, level in offer.awards),
        c_pre_comp=_ints(skill_of[offer.requires.competency, FULL, False] if offer.requires else -1 for offer in courses),
        c_pre_level=_ints(offer.requires.level if offer.requires else -1 for offer in courses),
        s_course=_ints(course_of),
        s_start=_ints(offer.start for offer in offers),
        s_end=_ints(offer.end for offer in offers),
        s_cap=_ints(offer.seats for offer in offers),
        s_unfrozen=_ints(offer.module is not None for offer in offers),
        travel=travel.astype(np.int64),
        partner_budget=_ints(UNLIMITED for _ in range(1 + max((offer.partner for offer in offers), default=0))),
        mission_budget=_ints(UNLIMITED for _ in missions),
        old_person=_ints(person for person, _ in old),
        old_session=_ints(session for _, session in old),
        touched=_ints(
            not asked.unchanged if facts.sources.kind is RunKind.IMPROVE else asked.profile.id not in told
            for asked in people
        ),
        s_least=_ints(offer.least for offer in offers) if any(offer.least for offer in offers) else _ints(()),
        p_contingent=_ints(asked.profile.organisation for asked in people) if reserved else _ints(()),
        q_session=_ints(number for number, _ in reserved),
        q_mission=_ints(-1 if quota.mission is None else missions[quota.mission] for _, quota in reserved),
        q_contingent=_ints(-1 if quota.organisation is None else quota.organisation for _, quota in reserved),
        q_seats=_ints(quota.seats for _, quota in reserved),
        q_release=_ints((quota.released_on - on).days for _, quota in reserved),
    )  # fmt: skip
    require_valid(instance)
    return instance


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _pointers(rows: Sequence[Sequence[object]]) -> Ints:
    return np.concatenate(([0], np.cumsum([len(each) for each in rows], dtype=np.int64))).astype(np.int64)


def _objective(policy: Policy) -> Objective:
    return Objective(
        on_time=policy.on_time, early=policy.early, late=policy.late, late_decay=policy.late_decay, seat=policy.seat,
        cost_num=policy.cost_num, cost_den=policy.cost_den, change=policy.change,
    )  # fmt: skip


def _courses(offers: Sequence[Offer]) -> tuple[tuple[Offer, ...], tuple[int, ...]]:
    """One offer for each course of the engine, and the course of each offer: sessions alike but for days and seats share one."""
    found: dict[object, int] = {}
    courses: list[Offer] = []
    course_of: list[int] = []
    for offer in offers:
        alike = (
            offer.module, offer.title["en"], offer.partner, offer.languages, offer.mode, offer.region, offer.roles,
            offer.cost, offer.awards, offer.requires,
        )  # fmt: skip
        if alike not in found:
            found[alike] = len(courses)
            courses.append(offer)
        course_of.append(found[alike])
    return tuple(courses), tuple(course_of)


def _region(profile: PersonProfile, facts: Facts) -> str:
    return "" if profile.mission is None else facts.sources.regions.get(profile.mission, "")


def _family_mask(roles: Sequence[Role]) -> int:
    return sum(1 << _ROLES[role] for role in roles) if roles else _EVERY_ROLE


def _languages_mask(profile: PersonProfile, sets: Mapping[tuple[str, ...], int]) -> int:
    spoken = frozenset(profile.languages)
    return sum(1 << bit for languages, bit in sets.items() if not spoken.isdisjoint(languages))


def _windows_of(asked: Asked, facts: Facts) -> tuple[tuple[int, int], ...]:
    """The days on which the person can attend: until the last known posting ends, without absences and fixed seats."""
    person, horizon = asked.profile.id, facts.policy.horizon_days
    leaves_on = facts.sources.leave_on.get(person)
    last = horizon if leaves_on is None else min(horizon, (leaves_on - facts.on).days - 1)
    taken = [
        ((each.start - facts.on).days, _last_day(each.end, facts.on)) for each in facts.sources.absences.get(person, ())
    ]
    for each in asked.held:
        seat = facts.sources.seats.get(each.assignment.session) if each.assignment.session is not None else None
        if each.standing in FIXED and seat is not None and seat.mode is not CourseMode.SELF_PACED:
            taken.append(((seat.starts_on - facts.on).days, (seat.ends_on - facts.on).days))
    windows: list[tuple[int, int]] = []
    first = 0
    for start, end in sorted(taken):
        if first < start:
            windows.append((first, min(start - 1, last)))
        first = max(first, end + 1)
    windows.append((first, last))
    return tuple((start, end) for start, end in windows if start <= end)


def _last_day(end: date | None, on: date) -> int:
    return _FOR_EVER if end is None else (end - on).days - 1


def _held_rows(
    asked: Asked,
    facts: Facts,
    required: frozenset[CompetencyKey],
    offers: Sequence[Offer],
    skill_of: Mapping[Skill, int],
) -> tuple[tuple[int, int, int], ...]:
    """What counts as held before a course: valid evidence, and what is being earned by what has begun."""
    rows = {
        key: (int(level), min(_FOR_EVER, (until - facts.on).days - 1))
        for key, (level, until) in asked.holds.items()
        if key in required
    }
    for each in asked.held:
        if each.standing not in FIXED:
            continue
        earned = [((award.competency, FULL, False), award.level) for award in each.assignment.closes]
        earned += offers[each.offer].awards if each.offer is not None else ()
        for (key, months, _), level in earned:
            if key in required and months == FULL:
                rows[key] = max(rows.get(key, (0, 0)), (int(level), _FOR_EVER))
    return tuple((skill_of[key, FULL, False], level, last) for key, (level, last) in sorted(rows.items()))


def _hash(
    instance: Instance,
    facts: Facts,
    everybody: Sequence[Asked],
    settled: Collection[PersonId],
    wants: Sequence[Want],
    offers: Sequence[Offer],
    skills: Sequence[Skill],
) -> str:
    """Over everything a plan rests on, and everything its lines name."""
    asking = {id(tasks): tasks for want in wants for tasks in (want.gap.requirement.because,)}  # many share the same
    numbers: dict[tuple[TaskRef, ...], int] = {}
    because = {shared: numbers.setdefault(tasks, len(numbers)) for shared, tasks in asking.items()}
    currencies, standings = tuple(Currency), tuple(Standing)
    held = [each for asked in everybody for each in asked.held]
    columns = (
        _ints(asked.profile.id for asked in everybody),
        _ints(asked.profile.id in settled for asked in everybody),
        _ints(each.assignment.id for each in held),
        _ints(standings.index(each.standing) for each in held),
        _ints(-1 if each.offer is None else each.offer for each in held),
        _ints(currencies.index(want.gap.currency) for want in wants),
        _ints(because[id(want.gap.requirement.because)] for want in wants),
    )
    names = {
        "on": facts.on.isoformat(),
        "policy": facts.policy.number,
        "beside": [len(facts.sources.beside.people), facts.sources.beside.gaps, facts.sources.beside.told],
        "skills": skills,
        "because": [[[each.instrument, each.paragraph, each.task_kind, each.rule] for each in one] for one in numbers],
        "offers": [[offer.module, offer.session] for offer in offers],
    }
    digest = hashlib.sha256(json.dumps([instance.digest(), names], sort_keys=True).encode())
    for column in columns:
        digest.update(len(column).to_bytes(8) + column.tobytes())
    return digest.hexdigest()
