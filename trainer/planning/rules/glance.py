"""A first glance over everybody a run is about: who needs a look, since something is to be decided about them.

Of a hundred thousand people most are as they should be after any change: all they lack is being closed by what they have, and
nothing they have has lost its use; or they lack only what a plan told them of, and can still be given none of it (`told`).
They need no decision, keep everything they have, and are not read in full. The glance works on columns, person × competency,
and must never be surer than `question`, which judges each person by values: whom it leaves out, `question` would find settled.
Whoever it cannot tell of is looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from trainer.accounts.values import MissionId, OrganisationId, PlaceColumns, Role
from trainer.catalogue.values import AtLevel, ModuleKey, Offering
from trainer.competencies.rules import add_months
from trainer.competencies.values import CompetencyKey, EvidenceColumns, LapsedColumns, Level, Source
from trainer.kernel.values import PersonId
from trainer.mandates.rules import part_size
from trainer.mandates.values import Demand, DemandsByRole, Scope
from trainer.partners.rules import is_for
from trainer.partners.values import QuotaLine, SessionId, SessionOffer
from trainer.planning.rules.question import must_fill
from trainer.planning.rules.told import Chances, Seeker, Supply
from trainer.planning.values import Beside, Policy, Shares
from trainer.tracks.values import OpenColumns

Ints = NDArray[np.int64]
Small = NDArray[np.int8]
"""Levels and weights: a cell for each person and competency."""
Bits = NDArray[np.int32]
Flags = NDArray[np.bool_]

_LEVELS, _WEIGHTS = len(Level), len(Source)
_EARNED = Source.NATIONAL_CERTIFICATE.weight
"""What is merely declared does not count before a course."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """What is on file of everybody in some missions on a day. Evidence and assignments are of these people alone."""

    places: PlaceColumns
    evidence: EvidenceColumns
    lapsed: LapsedColumns
    """Of competencies that refreshers renew, at least back to `lapsed_since`."""
    assignments: OpenColumns
    waived: Collection[PersonId]
    """Who has any waiver."""
    left_open: Mapping[PersonId, Collection[AtLevel]]
    """What the latest plan that decided about somebody left open for them."""
    named: Collection[PersonId] = ()
    """Who is to be looked at whatever the glance tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is asked and what is offered on the day."""

    demands: DemandsByRole
    """Those that are planned for."""
    offerings: tuple[Offering, ...]
    offers: tuple[SessionOffer, ...]
    quotas: Mapping[SessionId, tuple[QuotaLine, ...]]
    """What is reserved of their seats."""
    seated: Mapping[SessionId, Sequence[tuple[OrganisationId, MissionId | None]]]
    """Of what organisation and mission those are who have a seat where some are reserved."""
    policy: Policy
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Who of everybody is looked at and who is left as they are, and what of the demands on part of a unit falls on whom."""

    looked_at: tuple[PersonId, ...]
    """By id."""
    beside: Beside
    shares: Shares


def glance(columns: Columns, market: Market) -> Glance:
    """Divide the people into those to be looked at and the others."""
    people = columns.places.person
    crowd = _Crowd(columns, market)
    lacks = (crowd.level > 0) & ~crowd.has(crowd.lasting)
    observed = lacks & (crowd.weight > Source.RECOGNISED.weight)
    found = _balance(crowd, np.where(lacks & ~observed, crowd.level, 0).astype(np.int8), columns, market)
    open_still = (found.still > 0) | observed
    always = np.array(sorted({*columns.waived, *columns.named}), np.int64)
    look = found.doubt | open_still.any(axis=1) | np.isin(people, always)
    told = np.flatnonzero(
        open_still.any(axis=1) & ~found.doubt & ~np.isin(people, always)
        & ~(open_still & (_told(crowd, columns.left_open) != crowd.level)).any(axis=1)
    )  # fmt: skip
    told = told[_left(crowd, told, open_still & ~observed, found, columns, market)]
    look[told] = False
    return Glance(
        looked_at=tuple(PersonId(each) for each in people[look].tolist()),
        beside=Beside(
            people=frozenset(PersonId(each) for each in people[~look].tolist()), gaps=int(lacks[~look].sum()),
            told=int(open_still[told].sum()),
        ),
        shares=Shares(demands=market.demands, fallen=_by_person(crowd.fallen, people, look)),
    )  # fmt: skip


def renewed_by_refreshers(offerings: Iterable[Offering]) -> Mapping[CompetencyKey, int]:
    """Return the competencies there are refreshers of, each with the longest window in months."""
    longest: dict[CompetencyKey, int] = {}
    for each in offerings:
        if each.refresher_of is not None:
            longest[each.refresher_of] = max(longest.get(each.refresher_of, 0), each.within_months)
    return longest


def lapsed_since(months: int, *, on: date) -> date:
    """Return the first day of which `on` is at most so many months later."""
    day = add_months(on, -months)
    while add_months(day - timedelta(days=1), months) >= on:
        day -= timedelta(days=1)
    while add_months(day, months) < on:
        day += timedelta(days=1)
    return day


# What is held and what is asked


def _bit(level: int, weight: int) -> int:
    return level * _WEIGHTS + weight


def _reached() -> Bits:
    """[level, weight] all bits that evidence of this level and weight reaches."""
    table = np.zeros((_LEVELS, _WEIGHTS), np.int32)
    for level in range(_LEVELS):
        for weight in range(_WEIGHTS):
            table[level, weight] = sum(1 << _bit(x, y) for x in range(level + 1) for y in range(weight + 1))
    return table


class _Crowd:
    """What everybody holds and is asked: a row for each person, a column for each competency.

    Of what is held there is a bit for each level and weight of the source that is reached.
    """

    def __init__(self, columns: Columns, market: Market) -> None:
        places, evidence = columns.places, columns.evidence
        asked = {each.competency for found in market.demands.values() for each in found}
        self.people = places.person
        self.keys = {key: place for place, key in enumerate(sorted(asked | {*evidence.keys}))}
        self.shape = len(self.people), len(self.keys)
        cell = self.cells(evidence.person, evidence.competency, evidence.keys)
        bits = _reached()[evidence.level, evidence.weight]
        self.held = self._gathered(cell, bits)
        self.lasting = self._gathered(cell[evidence.lasts], bits[evidence.lasts])
        self.fallen = self._fallen_on(places, market.demands)
        self.level = np.zeros(self.shape, np.int8)
        self.weight = np.zeros(self.shape, np.int8)
        self.renewable = np.zeros(self.shape, np.int16)
        """Months after the lapse in which what is asked may be renewed by a refresher."""
        self._require(places, market.demands)

    def has(self, held: Bits) -> Flags:
        """[person, competency] whether this meets what is asked."""
        reached: Flags = (held >> (self.level * _WEIGHTS + self.weight) & 1).astype(np.bool_)
        return reached

    def cells(self, person: Ints, competency: Ints, keys: Sequence[CompetencyKey]) -> Ints:
        """Row and column of each line as one number."""
        place = np.array([self.keys[key] for key in keys], np.int64)
        return np.searchsorted(self.people, person) * self.shape[1] + place[competency]

    def _gathered(self, cell: Ints, bits: Bits) -> Bits:
        found = np.zeros(self.shape[0] * self.shape[1], np.int32)
        if len(cell):
            order = np.argsort(cell, kind="stable")
            at, first = np.unique(cell[order], return_index=True)
            found[at] = np.bitwise_or.reduceat(bits[order], first)
        return found.reshape(self.shape)

    def _fallen_on(self, places: PlaceColumns, demands: DemandsByRole) -> list[tuple[Demand, Ints]]:
        """The demands on part of a unit, each with the rows of those it falls on: as `mandates.rules.fallen_on` chooses."""
        found: list[tuple[Demand, Ints]] = []
        partly = {
            (int(mission), place): of_part
            for place, role in enumerate(Role)
            for (mission, of), asked in demands.items()
            if of is role and (of_part := [each for each in asked if each.scope is not Scope.EVERYONE])
        }
        order = np.lexsort((places.person, places.unit, places.role, places.mission))
        group = np.stack((places.mission, places.role, places.unit))[:, order]
        for members in np.split(order, np.flatnonzero((np.diff(group, axis=1) != 0).any(axis=0)) + 1):
            if not len(members):
                continue
            for demand in partly.get((int(places.mission[members[0]]), int(places.role[members[0]])), ()):
                bit = _bit(demand.level, demand.least_source.weight)
                holds = self.held[members, self.keys[demand.competency]] >> bit & 1
                ranked = members[np.lexsort((places.person[members], -places.rotates_on[members], -holds))]
                found.append((demand, ranked[: part_size(demand, len(members))]))
        return found

    def _require(self, places: PlaceColumns, demands: DemandsByRole) -> None:
        """Join the demands as `mandates.rules.requirements_from` does: the highest level, and what is asked at that level."""
        roles = tuple(Role)
        for (mission, role), found in demands.items():
            of_everyone = [each for each in found if each.scope is Scope.EVERYONE]
            rows = np.flatnonzero((places.mission == mission) & (places.role == roles.index(role)))
            for each in of_everyone if len(rows) else ():
                self._ask(each, rows)
        for each, rows in self.fallen:
            self._ask(each, rows)

    def _ask(self, demand: Demand, rows: Ints) -> None:
        at = rows, self.keys[demand.competency]
        least, months = demand.least_source.weight, demand.refresher_months
        more, same = self.level[at] < demand.level, self.level[at] == demand.level
        self.weight[at] = np.where(more, least, np.where(same, np.maximum(self.weight[at], least), self.weight[at]))
        self.renewable[at] = np.where(
            more, months, np.where(same, np.minimum(self.renewable[at], months), self.renewable[at])
        )
        self.level[at] = np.maximum(self.level[at], int(demand.level))


# What is being closed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Balance:
    """What people lack beside what they have."""

    still: Small
    """[person, competency] the level that nothing they have closes; 0 for none."""
    doubt: Flags
    """[person] something they have may have lost its use, or is offered no more."""
    earning: Small
    """[person, competency] the level that what they have gives."""
    seats: Ints
    """[person] how much they have that they could give up."""
    freed: Mapping[SessionId, int]
    """Seats of which their people seem to have no more need, or may have none because of a waiver."""


def _balance(crowd: _Crowd, lacks: Small, columns: Columns, market: Market) -> _Balance:
    """Set what they have against what they lack: `lacks` has the level of each competency, 0 for nothing that it may close."""
    lines = columns.assignments
    row, thing = np.searchsorted(crowd.people, lines.person), lines.thing
    given = _Given(lines.things, market)
    awards, closes = _levels(given.awards, crowd.keys), _levels(lines.gaps, crowd.keys)
    frozen, offered, small = (np.array(flags, np.bool_)[thing] for flags in (given.frozen, given.offered, given.small))
    fixed = lines.begun | frozen
    doubt = lines.absent | (~fixed & (~offered | small))

    still = lacks.copy()
    under_way = np.flatnonzero(fixed)
    levels = np.maximum(closes[lines.closes[under_way]], awards[thing[under_way]])
    earning = _most(row[under_way], levels, crowd.shape)
    still[earning >= still] = 0
    movable = np.flatnonzero(~fixed)
    levels, here = awards[thing[movable]], row[movable]
    renewed = levels.copy()
    _renew(renewed, here, thing[movable], given, _windows(crowd, lacks, columns.lapsed, market), crowd.keys)
    needed = _needed(crowd, still, market)
    useful = ((still[here] > 0) & (renewed >= still[here])) | ((needed[here] > 0) & (levels >= needed[here]))
    ended = ~useful.any(axis=1) | _repeats(here, thing[movable])
    doubt[movable[ended]] = True
    still[_most(here, renewed, crowd.shape) >= still] = 0

    doubted = np.zeros(crowd.shape[0], np.bool_)
    doubted[row[doubt]] = True
    waived = np.isin(lines.person[movable], np.array(sorted(columns.waived), np.int64))
    freed = Counter(
        SessionId(each)
        for number in thing[movable[ended | waived]].tolist()
        if isinstance(each := lines.things[number], int)
    )
    return _Balance(
        still=still, doubt=doubted, earning=np.maximum(earning, _most(here, levels, crowd.shape)),
        seats=np.bincount(here, minlength=crowd.shape[0]).astype(np.int64), freed=freed,
    )  # fmt: skip


class _Given:
    """What is known of each thing that somebody has, in their order."""

    def __init__(self, things: Sequence[ModuleKey | SessionId], market: Market) -> None:
        modules = {each.key: each for each in market.offerings}
        sessions = {each.id: each for each in market.offers}
        last_on = market.on + timedelta(days=market.policy.horizon_days)
        self.awards: list[tuple[AtLevel, ...]] = []
        """In full."""
        self.renews: list[tuple[AtLevel, int] | None] = []
        """What a refresher renews, and how many months after the lapse at most."""
        self.offered: list[bool] = []
        self.frozen: list[bool] = []
        """It begins within the freeze window."""
        self.small: list[bool] = []
        """It begins soon and has too few people so far."""
        for thing in things:
            module, session = (None, sessions.get(thing)) if isinstance(thing, int) else (modules.get(thing), None)
            awards = module.teaches if module is not None else ()
            renews = None
            if module is not None and module.refresher_of is not None:
                awards = tuple(each for each in module.teaches if each.competency != module.refresher_of)
                renewed = [each for each in module.teaches if each.competency == module.refresher_of]
                renews = (max(renewed, key=lambda each: each.level), module.within_months) if renewed else None
            within = session is not None and market.on <= session.starts_on and session.ends_on <= last_on
            self.awards.append(session.awards if session is not None and within else awards)
            self.renews.append(renews)
            self.offered.append(module is not None or within)
            self.small.append(
                session is not None
                and session.seats_taken < session.least_seats
                and must_fill(session, on=market.on, policy=market.policy)
            )
            self.frozen.append(session is not None and (session.starts_on - market.on).days < market.policy.freeze_days)


# What a plan told before


def _told(crowd: _Crowd, left_open: Mapping[PersonId, Collection[AtLevel]]) -> Small:
    """[person, competency] the level that was left open; 0 for none."""
    found = np.zeros(crowd.shape, np.int8)
    people = np.array(sorted(left_open), np.int64)
    rows = np.searchsorted(crowd.people, people)
    for row, person in zip(rows.tolist(), people.tolist(), strict=True):
        for each in left_open[PersonId(person)]:
            if each.competency in crowd.keys:
                found[row, crowd.keys[each.competency]] = each.level
    return found


def _left(crowd: _Crowd, rows: Ints, lacking: Flags, found: _Balance, columns: Columns, market: Market) -> Flags:
    """Which of these people nothing free might help: as `question` tells it, or fewer."""
    places = columns.places
    chances = Chances(
        Supply(
            offerings=market.offerings,
            offers=market.offers,
            free={
                each.id: max(0, each.seats - each.seats_taken) + found.freed.get(each.id, 0) for each in market.offers
            },
            reserved={
                each: _at_least_reserved(lines, market.seated.get(each, ()), freed=found.freed.get(each, 0))
                for each, lines in market.quotas.items()
            },
            policy=market.policy,
            on=market.on,
        )
    )
    keys, roles = tuple(crowd.keys), tuple(Role)
    lack_at = {
        (key, level): AtLevel(competency=name, level=Level(level))
        for key, name in enumerate(keys)
        for level in range(1, _LEVELS)
    }
    lacks: defaultdict[int, list[AtLevel]] = defaultdict(list)
    at, which = np.nonzero(lacking[rows])
    for row, column, level in zip(at.tolist(), which.tolist(), crowd.level[rows[at], which].tolist(), strict=True):
        lacks[row].append(lack_at[column, level])

    def has(row: int, need: AtLevel) -> bool:
        column, level = crowd.keys.get(need.competency), int(need.level)
        return (
            column is None  # nothing is known of it here
            or bool(crowd.held[row, column] >> _bit(level, _EARNED) & 1)
            or bool(found.earning[row, column] >= level)
        )

    of_people = zip(
        places.role[rows].tolist(), places.speaks[rows].tolist(), places.organisation[rows].tolist(),
        places.mission[rows].tolist(), found.seats[rows].tolist(), places.leaves_on[rows].tolist(), strict=True,
    )  # fmt: skip
    return np.array(
        [
            chances.leave(
                lacks[place],
                Seeker(roles[role], places.languages[speaks], OrganisationId(organisation), MissionId(mission)),
                seats=seats,
                leaves_on=leaves_on,
                has=partial(has, int(rows[place])),
            )
            for place, (role, speaks, organisation, mission, seats, leaves_on) in enumerate(of_people)
        ],
        np.bool_,
    )


def _at_least_reserved(
    lines: Iterable[QuotaLine], seated: Iterable[tuple[OrganisationId, MissionId | None]], *, freed: int
) -> tuple[QuotaLine, ...]:
    """What is reserved whoever is counted for which quota: those who are for two are taken off both.

    A quota is left out only if it is surely used up, by people who keep their seats and are for no other.
    """
    quotas = tuple(lines)
    taken, alone = Counter[QuotaLine](), Counter[QuotaLine]()
    for of, there in seated:
        own = [each for each in quotas if is_for(each, organisation=of, mission=there)]
        taken.update(own)
        alone.update(own if len(own) == 1 else ())
    return tuple(
        replace(each, seats=max(0, each.seats - taken[each])) for each in quotas if each.seats > alone[each] - freed
    )


def _windows(crowd: _Crowd, lacks: Small, lapsed: LapsedColumns, market: Market) -> Ints:
    """[person, competency] the shortest window of a refresher that a gap falls into, 0 where none: as `question` tells it."""
    ends = np.zeros(crowd.shape[0] * crowd.shape[1], np.int64)
    known = np.array([key in crowd.keys for key in lapsed.keys], np.bool_)[lapsed.competency]
    keys = tuple(key if key in crowd.keys else next(iter(crowd.keys), key) for key in lapsed.keys)
    cell = crowd.cells(lapsed.person[known], lapsed.competency[known], keys)
    meets = (lapsed.level[known] >= crowd.level.ravel()[cell]) & (lapsed.weight[known] >= crowd.weight.ravel()[cell])
    np.maximum.at(ends, cell[meets], lapsed.expires_on[known][meets])
    ends = ends.reshape(crowd.shape)
    ends[crowd.has(crowd.held)] = market.on.toordinal()  # it counts today and is due soon
    ends[lacks == 0] = 0
    found = np.zeros(crowd.shape, np.int64)
    windows: defaultdict[CompetencyKey, set[int]] = defaultdict(set)
    for each in market.offerings:
        if each.refresher_of in crowd.keys:
            windows[each.refresher_of].add(each.within_months)
    for key, months in windows.items():
        column = crowd.keys[key]
        allowed = _since(crowd.renewable[:, column], on=market.on)
        for within in sorted(months, reverse=True):
            since = max(1, lapsed_since(within, on=market.on).toordinal())
            found[(ends[:, column] >= since) & (ends[:, column] >= allowed), column] = within
    return found


def _since(months: NDArray[np.int16], *, on: date) -> Ints:
    """The ordinal of `lapsed_since` for each number of months."""
    different, at = np.unique(months, return_inverse=True)
    days = np.array([lapsed_since(each, on=on).toordinal() for each in different.tolist()], np.int64)
    return days[at]


def _renew(
    levels: Small, row: Ints, thing: Ints, given: _Given, windows: Ints, keys: Mapping[CompetencyKey, int]
) -> None:
    """Add to the levels of each line what it renews."""
    for number, renews in enumerate(given.renews):
        if renews is None or renews[0].competency not in keys:
            continue
        (award, within), column = renews, keys[renews[0].competency]
        lines = np.flatnonzero(thing == number)
        window = windows[row[lines], column]
        levels[lines[(window > 0) & (window <= within)], column] = int(award.level)


def _needed(crowd: _Crowd, still: Small, market: Market) -> Small:
    """[person, competency] the level that something requires which would close a gap, and that is not held; 0 for none."""
    needed = np.zeros(crowd.shape, np.int8)
    last_on = market.on + timedelta(days=market.policy.horizon_days)
    within = [each for each in market.offers if market.on <= each.starts_on and each.ends_on <= last_on]
    everything: tuple[Offering | SessionOffer, ...] = (*market.offerings, *within)
    steps = {
        (award.competency, award.level, requires.competency, requires.level)
        for each in everything
        for requires in _requires(each)
        for award in _in_full(each)
    }
    for closes, level, key, least in sorted(steps):
        if closes not in crowd.keys or key not in crowd.keys:
            continue
        gap, before = still[:, crowd.keys[closes]], crowd.keys[key]
        holds = crowd.held[:, before] >> _bit(least, _EARNED) & 1
        rows = np.flatnonzero((gap > 0) & (gap <= level) & (holds == 0))
        known = needed[rows, before]
        needed[rows, before] = np.where(known == 0, int(least), np.minimum(known, int(least)))
    return needed


def _requires(each: Offering | SessionOffer) -> tuple[AtLevel, ...]:
    if isinstance(each, SessionOffer):
        return () if each.requires is None else (each.requires,)
    # of several prerequisites the plan looks at one, and which is not known here
    return each.requires if len(each.requires) == 1 else ()


def _in_full(each: Offering | SessionOffer) -> tuple[AtLevel, ...]:
    if isinstance(each, SessionOffer):
        return each.awards
    return tuple(award for award in each.teaches if award.competency != each.refresher_of)


def _levels(awards: Sequence[Iterable[AtLevel]], keys: Mapping[CompetencyKey, int]) -> Small:
    """[thing, competency] the level it closes, 0 for nothing."""
    found = np.zeros((len(awards), len(keys)), np.int8)
    for number, of_thing in enumerate(awards):
        for each in of_thing:
            if each.competency in keys:
                place = keys[each.competency]
                found[number, place] = max(int(found[number, place]), int(each.level))
    return found


def _most(row: Ints, levels: Small, shape: tuple[int, int]) -> Small:
    """[person, competency] the highest level among the lines of each person; `row` is ascending."""
    found = np.zeros(shape, np.int8)
    if len(row):
        at, first = np.unique(row, return_index=True)
        found[at] = np.maximum.reduceat(levels, first, axis=0)
    return found


def _repeats(row: Ints, thing: Ints) -> Flags:
    """Lines by which a person has the same thing once more."""
    order = np.lexsort((thing, row))
    again = np.zeros(len(row), np.bool_)
    again[order[1:]] = (np.diff(row[order]) == 0) & (np.diff(thing[order]) == 0)
    return again


def _by_person(
    fallen: Iterable[tuple[Demand, Ints]], people: Ints, look: Flags
) -> Mapping[PersonId, tuple[Demand, ...]]:
    found: defaultdict[PersonId, list[Demand]] = defaultdict(list)
    for demand, rows in fallen:
        for person in people[rows[look[rows]]].tolist():
            found[PersonId(person)].append(demand)
    return {person: tuple(each) for person, each in found.items()}
