"""The judgements of shocks: who leaves and when, and what is wrong with a loss before it is supposed or declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from trainer.accounts.values import MissionId, PersonProfile, UnitId
from trainer.kernel.values import PersonId, Problem, Wording, wording
from trainer.shocks.values import (
    MOST_WEEKS,
    ContingentLeaves,
    LeaveFirst,
    Leaving,
    Loss,
    PartnerCloses,
    SeatsLost,
    ShareLeaves,
    ShockKind,
)


def kind_of(loss: Loss) -> ShockKind:
    """Whether people or seats are lost."""
    return ShockKind.PEOPLE if isinstance(loss, (ShareLeaves, ContingentLeaves)) else ShockKind.SEATS


def missions_of(loss: Loss) -> tuple[MissionId, ...]:
    """The missions that a loss names; none when it may touch any."""
    if isinstance(loss, ShareLeaves):
        return loss.missions
    return (loss.mission,) if isinstance(loss, ContingentLeaves) else ()


def days_of(loss: Loss) -> tuple[date, date]:
    """The first day of a loss, and the first on which all of it has happened."""
    if isinstance(loss, ShareLeaves):
        return loss.starts_on, loss.starts_on + timedelta(weeks=loss.weeks)
    if isinstance(loss, SeatsLost):
        return loss.starts_on, loss.until_on or loss.starts_on + timedelta(days=1)
    return loss.on, loss.on + timedelta(days=1)


def leavers(people: Iterable[PersonProfile], loss: Loss) -> Mapping[PersonId, date]:
    """Who leaves because of the loss, each with the first day on which they are gone; who leaves before it begins does not count.

    Of a share: so many of each mission, to the nearest whole person, spread evenly over the weeks. Whole units leave in one
    week, as many as the share holds; who is in no unit goes when a unit no longer fits.
    """
    if isinstance(loss, ContingentLeaves):
        return {
            each.id: loss.on
            for each in people
            if each.mission == loss.mission and _there(each, loss.on) and _of_contingent(each, loss)
        }
    if not isinstance(loss, ShareLeaves):
        return {}
    by_mission: defaultdict[MissionId, list[PersonProfile]] = defaultdict(list)
    for each in people:
        wanted = each.mission is not None and (not loss.missions or each.mission in loss.missions)
        if wanted and each.mission is not None and _there(each, loss.starts_on):
            by_mission[each.mission].append(each)
    found: dict[PersonId, date] = {}
    for there in by_mission.values():
        count = (len(there) * loss.percent + 50) // 100
        for place, group in _in_order(there, loss.first, count):
            week = place * loss.weeks // count
            found |= dict.fromkeys(group, loss.starts_on + timedelta(weeks=week))
    return found


def _there(profile: PersonProfile, on: date) -> bool:
    arrived = profile.deployed_on is None or profile.deployed_on <= on
    return arrived and (profile.rotates_on is None or on < profile.rotates_on)


def _of_contingent(profile: PersonProfile, loss: ContingentLeaves) -> bool:
    if loss.unit is not None:
        return profile.unit == loss.unit
    return profile.organisation == loss.organisation


def _in_order(
    there: Sequence[PersonProfile], first: LeaveFirst, count: int
) -> Iterator[tuple[int, tuple[PersonId, ...]]]:
    """Who leaves together, each group with how many have left before it; `count` people in all, or a few less."""
    if first is LeaveFirst.WHOLE_UNITS:
        groups = _units(there)
    else:
        sign = -1 if first is LeaveFirst.LATEST else 1
        ordered = sorted(there, key=lambda each: (sign * (each.rotates_on or date.max).toordinal(), each.id))
        groups = [(each.id,) for each in ordered]
    gone = 0
    for group in groups:
        if gone + len(group) <= count:
            yield gone, group
            gone += len(group)


def _units(there: Iterable[PersonProfile]) -> list[tuple[PersonId, ...]]:
    """The people by unit, units whose rotation ends first before others; then, one by one, those in none."""
    of_unit: defaultdict[UnitId | None, list[PersonProfile]] = defaultdict(list)
    for each in sorted(there, key=lambda each: ((each.rotates_on or date.max), each.id)):
        of_unit[each.unit].append(each)
    alone = [(each.id,) for each in of_unit.pop(None, ())]
    ranked = sorted(of_unit.items(), key=lambda item: (item[1][0].rotates_on or date.max, item[0] or 0))
    return [tuple(each.id for each in members) for _, members in ranked] + alone


def still_holds(leaving: Leaving, profile: PersonProfile) -> bool:
    """Whether somebody is still held to leaving early: not who serves elsewhere by now, or would have left before."""
    return profile.mission == leaving.mission and (profile.rotates_on is None or leaving.on < profile.rotates_on)


def there_still(
    people: Iterable[PersonProfile], *, leaving: Mapping[PersonId, Leaving], on: date
) -> tuple[PersonProfile, ...]:
    """Those of the people who have not left early by the day, each until they do."""
    found = []
    for each in people:
        early = leaving.get(each.id)
        if early is None or not still_holds(early, each):
            found.append(each)
        elif on < early.on:
            found.append(replace(each, rotates_on=early.on))
    return tuple(found)


def check_loss(loss: Loss, *, prefix: str = "") -> tuple[Problem, ...]:
    """What is wrong with a loss by itself; fields are named as those of the loss, after the prefix."""
    return tuple(Problem(field=prefix + field, message=message) for field, message in _problems(loss))


def _problems(loss: Loss) -> Iterator[tuple[str, Wording]]:
    if isinstance(loss, (ShareLeaves, SeatsLost)) and not 1 <= loss.percent <= 100:
        yield "percent", wording("Enter a share from 1 to 100 percent.")
    if isinstance(loss, ShareLeaves) and not 1 <= loss.weeks <= MOST_WEEKS:
        yield "weeks", wording("Enter a number of weeks from 1 to {most}.", most=MOST_WEEKS)
    if isinstance(loss, SeatsLost) and loss.until_on is not None and loss.until_on <= loss.starts_on:
        yield "until_on", wording("Enter a last day that is not before the first.")
    if isinstance(loss, ContingentLeaves) and (loss.unit is None) == (loss.organisation is None):
        yield "contingent", wording("Choose the unit or the contributor that leaves.")


def is_closed(loss: PartnerCloses, *, partner: int, ends_on: date) -> bool:
    """Whether a session of a partner is not held since the partner closes before it is over."""
    return loss.partner == partner and ends_on >= loss.on


def seats_lost(loss: SeatsLost, *, seats: int, region: str, awards: Collection[str], starts_on: date) -> int:
    """How many of a session's seats the loss takes: the share of them, rounded down."""
    hit = (
        (loss.competency is None or loss.competency in awards)
        and (not loss.region or loss.region == region)
        and loss.starts_on <= starts_on
        and (loss.until_on is None or starts_on < loss.until_on)
    )
    return seats * loss.percent // 100 if hit else 0
