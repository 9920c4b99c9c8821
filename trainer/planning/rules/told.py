"""What might still be given to somebody who lacks only what an approved plan told them of.

Whoever lacks nothing else, and can be given none of it, is left as they are: a run would tell them the same again. In a house of
a hundred thousand that is every sixth person. `glance` and `question` ask here, so that both leave out the same people.

Only what is quickly known is asked: level, language, role, a free seat that is not kept for others, and a prerequisite that they
have or might be given. Where nothing of it stands in the way the person is looked at, though their calendar may. Who has as
many seats as a person may be given is not given another in exchange for one of them: that is for an improvement to propose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from trainer.accounts.values import MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, Offering
from trainer.competencies.values import CompetencyKey, Level
from trainer.partners import rules as partner_rules
from trainer.partners.values import CourseMode, QuotaLine, SessionId, SessionOffer
from trainer.planning.values import Policy

ANY_DAY = 0
"""What takes no day of a calendar may be done whenever there is time."""

NEVER = date.max.toordinal() + 1


class Seeker(NamedTuple):
    """What of a person decides on what might be given to them."""

    role: Role | None
    languages: tuple[str, ...]
    organisation: OrganisationId
    mission: MissionId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What could be given on the day."""

    offerings: tuple[Offering, ...]
    offers: tuple[SessionOffer, ...]
    free: Mapping[SessionId, int]
    """Seats, with those of which their people have no more need."""
    reserved: Mapping[SessionId, Collection[QuotaLine]]
    """What of the free seats is kept for whom."""
    policy: Policy
    on: date


class Chances:
    """Answers whether something free might close what somebody lacks; what is alike is worked out once."""

    def __init__(self, supply: Supply) -> None:
        opens_on = supply.on + timedelta(days=supply.policy.freeze_days)
        last_on = supply.on + timedelta(days=supply.policy.horizon_days)
        self._supply = supply
        self._modules: defaultdict[CompetencyKey, list[tuple[Level, Offering]]] = defaultdict(list)
        for module in supply.offerings:
            for award in module.teaches:
                self._modules[award.competency].append((award.level, module))
        self._sessions: defaultdict[CompetencyKey, list[tuple[Level, SessionOffer]]] = defaultdict(list)
        for offer in supply.offers:
            if opens_on <= offer.starts_on and offer.ends_on <= last_on and supply.free[offer.id] > 0:
                for award in offer.awards:
                    self._sessions[award.competency].append((award.level, offer))
        self._known: dict[tuple[AtLevel, Role | None, tuple[str, ...]], tuple[int, tuple[_Chance, ...]]] = {}
        self._reached: dict[tuple[AtLevel, Seeker], bool] = {}

    def leave(
        self,
        lacks: Iterable[AtLevel],
        seeker: Seeker,
        *,
        seats: int,
        leaves_on: int,
        has: Callable[[AtLevel], bool],
    ) -> bool:
        """Whether nothing might close any of it for somebody who has so many seats that they may give up.

        `leaves_on` is the ordinal of the first day on which they are no longer there. `has` tells whether they hold, or are
        earning, what something asks for before.
        """

        def can_have(need: AtLevel) -> bool:
            return has(need) or self._in_reach(need, seeker)

        return seats >= self._supply.policy.seats_a_person or all(
            leaves_on <= self._first_end(each, seeker, can_have) for each in lacks
        )

    def _first_end(self, lack: AtLevel, seeker: Seeker, can_have: Callable[[AtLevel], bool]) -> int:
        """The ordinal of the day by which something might close it first; after all days where nothing might."""
        key = (lack, seeker.role, seeker.languages)
        if key not in self._known:
            self._known[key] = self._chances(lack, seeker)
        for_all, others = self._known[key]
        return min(
            (
                each.end
                for each in others
                if each.end < for_all
                and (each.kept_for is None or any(_is_for(quota, seeker) for quota in each.kept_for))
                and (each.requires is None or can_have(each.requires))
            ),
            default=for_all,
        )

    def _in_reach(self, need: AtLevel, seeker: Seeker) -> bool:
        """Whether it might be earned first, by something that does not ask for the same; what else that asks for, it may."""
        if (need, seeker) not in self._reached:
            end = self._first_end(need, seeker, lambda other: other.competency != need.competency)
            self._reached[need, seeker] = end < NEVER
        return self._reached[need, seeker]

    def _chances(self, lack: AtLevel, seeker: Seeker) -> tuple[int, tuple[_Chance, ...]]:
        """When the first ends that anybody of the role and the languages might have; and those that ask more of people."""
        found: list[_Chance] = []
        for level, module in self._modules[lack.competency]:
            if level >= lack.level and not set(module.languages).isdisjoint(seeker.languages):
                # of several prerequisites the plan looks at one, and which is not known here
                requires = module.requires[0] if len(module.requires) == 1 else None
                found.append(_Chance(ANY_DAY, None, requires))
        for level, offer in self._sessions[lack.competency]:
            if level < lack.level or offer.language not in seeker.languages:
                continue
            if offer.roles and seeker.role not in offer.roles:
                continue
            end = ANY_DAY if offer.mode is CourseMode.SELF_PACED else offer.ends_on.toordinal()
            quotas = self._supply.reserved.get(offer.id, ())
            for_others = self._supply.free[offer.id] <= sum(each.seats for each in quotas)
            found.append(_Chance(end, quotas if for_others else None, offer.requires))
        soonest: dict[AtLevel | None, int] = {}
        for each in found:
            if each.kept_for is None:
                soonest[each.requires] = min(each.end, soonest.get(each.requires, NEVER))
        for_all = soonest.pop(None, NEVER)
        others = [_Chance(end, None, requires) for requires, end in soonest.items()]
        return for_all, (*others, *(each for each in found if each.kept_for is not None))


class _Chance(NamedTuple):
    """Something that might close a gap of people of some role and languages."""

    end: int
    kept_for: Collection[QuotaLine] | None
    """The quotas for which all its free seats are kept; None when there are others."""
    requires: AtLevel | None


def _is_for(quota: QuotaLine, seeker: Seeker) -> bool:
    return partner_rules.is_for(quota, organisation=seeker.organisation, mission=seeker.mission)
