"""The judgements of readiness: where a person stands, how people add up, what is to be expected. Counts, never percentages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from trainer.competencies import rules as competency_rules
from trainer.competencies.values import (
    DUE_SOON_DAYS,
    Area,
    CompetencyKey,
    Currency,
    Evidence,
    Requirement,
    TaskRef,
    Waiver,
)
from trainer.kernel.values import PersonId
from trainer.readiness.values import (
    READY,
    WORST_FIRST,
    BoardOrder,
    BoardRow,
    ForecastPoint,
    Outlook,
    PersonInArea,
    PersonReadiness,
    Readiness,
)

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BADNESS: Mapping[Currency, int] = {state: place for place, state in enumerate(WORST_FIRST)}
_AREA_ORDER: Mapping[Area, int] = {area: place for place, area in enumerate(Area)}
_LAPSED, _WAIVED, _DUE_SOON, _CURRENT = (
    _BADNESS[each] for each in (Currency.LAPSED, Currency.WAIVED, Currency.DUE_SOON, Currency.CURRENT)
)
_IS_READY = np.array([state in READY for state in WORST_FIRST])
_FOR_EVER = date.max.toordinal()


def readiness_of(
    required: Iterable[Requirement], evidence: Iterable[Evidence], waivers: Iterable[Waiver], *, on: date
) -> tuple[PersonReadiness, ...]:
    """Where one person stands against each requirement, in the order given; evidence and waivers are of that person."""
    pieces: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        pieces[piece.competency].append(piece)
    granted: defaultdict[CompetencyKey, list[Waiver]] = defaultdict(list)
    for waiver in waivers:
        granted[waiver.competency].append(waiver)
    found = []
    for requirement in required:
        key = requirement.competency
        currency, until_on = competency_rules.currency_by(requirement, pieces.get(key, ()), granted.get(key, ()), on=on)
        found.append(
            PersonReadiness(
                person=requirement.person,
                competency=requirement.competency,
                area=requirement.area,
                level=requirement.level,
                currency=currency,
                until_on=until_on,
                due_on=requirement.due_on,
                because=requirement.because,
            )
        )
    return tuple(found)


def worst(states: Iterable[Currency]) -> Currency:
    """The worst of the states; there must be one."""
    return min(states, key=_BADNESS.__getitem__)


def sort_worst_first(standings: Iterable[PersonReadiness]) -> tuple[PersonReadiness, ...]:
    """The standings in the order in which somebody should look at them: worst, then first due, then by competency."""
    return tuple(sorted(standings, key=lambda each: (_BADNESS[each.currency], each.due_on, each.competency)))


def areas_of(standings: Iterable[PersonReadiness]) -> Mapping[Area, PersonInArea]:
    """One person's standings area by area, in the order of the areas."""
    by_area: defaultdict[Area, list[PersonReadiness]] = defaultdict(list)
    for standing in standings:
        by_area[standing.area].append(standing)
    return {area: _in_area(by_area[area]) for area in sorted(by_area, key=_AREA_ORDER.__getitem__)}


def _in_area(standings: Sequence[PersonReadiness]) -> PersonInArea:
    state = worst(each.currency for each in standings)
    ends = [each.until_on for each in standings if each.currency is state and each.until_on is not None]
    return PersonInArea(
        person=standings[0].person,
        area=standings[0].area,
        state=state,
        until_on=min(ends, default=None),
        standings=sort_worst_first(standings),
    )


def roll_up(states: Iterable[Currency]) -> Readiness:
    """Count people by their state."""
    return Readiness(counts=dict(Counter(states)))


def add_up(parts: Iterable[Readiness]) -> Readiness:
    """Add groups together by their counts."""
    total: Counter[Currency] = Counter()
    for part in parts:
        total.update(part.counts)
    return Readiness(counts={state: count for state, count in total.items() if count})


def severity(standings: Iterable[PersonReadiness]) -> int:
    """Sorts people by the worst of what is judged here, worst first; of at least one standing."""
    return _BADNESS[worst(each.currency for each in standings)]


def badness(person: PersonInArea) -> tuple[int, date, PersonId]:
    """Sorts people worst first; of the same state the one whose evidence ends or ended first."""
    return _BADNESS[person.state], person.until_on or date.max, person.person


def in_order(rows: Iterable[BoardRow], order: BoardOrder) -> tuple[BoardRow, ...]:
    """The missions of a board in the order wanted; those that are equal by name."""
    by_name = sorted(rows, key=lambda row: (row.mission.name.casefold(), row.mission.id))
    if order is BoardOrder.NAME:
        return tuple(by_name)
    if order is BoardOrder.NAME_BACKWARDS:
        return tuple(reversed(by_name))
    sign = -1 if order is BoardOrder.MOST_READY else 1
    return tuple(sorted(by_name, key=lambda row: (not row.total.required, sign * _share(row.total))))


def _share(readiness: Readiness) -> Fraction:
    return Fraction(readiness.ready, readiness.required or 1)


def tasks_behind(standings: Iterable[PersonReadiness]) -> tuple[TaskRef, ...]:
    """The mandated tasks that ask for anything, each with its paragraph once; the baseline is asked by none."""
    found: dict[tuple[str, int | None, str], TaskRef] = {}
    for standing in standings:
        for task in standing.because:
            if task.instrument is not None:
                found.setdefault((task.task_kind, task.instrument, task.paragraph), task)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], key[1] or 0, key[2])))


def weeks_ahead(on: date, *, count: int) -> tuple[date, ...]:
    """The day itself and the same weekday of so many weeks after it."""
    return tuple(on + timedelta(weeks=nth) for nth in range(count + 1))


def months_ahead(on: date, *, count: int) -> tuple[date, ...]:
    """The day itself and the same day of so many months after it; the last day where a month is shorter."""
    return tuple(competency_rules.add_months(on, nth) for nth in range(count + 1))


def forecast(people: Iterable[Outlook], *, days: Sequence[date]) -> tuple[ForecastPoint, ...]:
    """What the counts will be on each of the days, the first of them today: evidence expires, people rotate, seats are completed.

    Assumes that everybody completes what is assigned by its due day, that nobody comes, and that no mandate changes. People count
    once in each area. In rising order of the days.
    """
    laid_out = _laid_out(people)
    points: list[ForecastPoint] = []
    before: tuple[Flags, Flags] | None = None
    for day in days:
        ordinal = day.toordinal()
        ranks = ranks_on(laid_out.standings, ordinal)
        let_count(ranks, laid_out.gains, ordinal)
        worst_of = np.minimum.reduceat(ranks, laid_out.starts) if len(ranks) else ranks
        there = laid_out.gone[laid_out.person] > ordinal
        ready = _IS_READY[worst_of]
        counted = np.bincount(worst_of[there], minlength=len(WORST_FIRST)).tolist()
        was_there, was_ready = before or (np.zeros_like(there), ready)
        points.append(
            ForecastPoint(
                on=day,
                readiness=Readiness(
                    counts={state: count for state, count in zip(WORST_FIRST, counted, strict=True) if count}
                ),
                leaving=len(np.unique(laid_out.person[was_there & ~there])),
                expiring=int((there & was_there & was_ready & ~ready).sum()),
                gaining=int((there & was_there & ready & ~was_ready).sum()),
            )
        )
        before = there, ready
    return tuple(points)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LaidOut:
    """Outlooks as columns: a row for each standing, and from where `starts` says one for each person and area."""

    standings: Ints
    """As `ranks_on` takes them."""
    gains: Ints
    """As `let_count` takes them."""
    starts: Ints
    """The first row of each person in each area."""
    person: Ints
    """Of each person in each area."""
    gone: Ints
    """The day on which each person leaves."""


def _laid_out(people: Iterable[Outlook]) -> _LaidOut:
    standings: list[tuple[int, int, int]] = []
    gains: list[tuple[int, int, int]] = []
    starts: list[int] = []
    numbers: list[int] = []
    gone: list[int] = []
    for number, person in enumerate(people):
        gone.append(ordinal_of(person.rotates_on))
        pairs = sorted(zip(person.standings, person.unwaived, strict=True), key=lambda pair: _AREA_ORDER[pair[0].area])
        area: Area | None = None
        for standing, unwaived in pairs:
            if standing.area is not area:
                area = standing.area
                starts.append(len(standings))
                numbers.append(number)
            gains += (
                (len(standings), gain.from_on.toordinal(), ordinal_of(gain.until_on))
                for gain in person.gains
                if gain.competency == standing.competency and gain.level >= standing.level
            )
            waived = standing.currency is Currency.WAIVED and standing.until_on is not None
            standings.append(
                (
                    _BADNESS[unwaived.currency],
                    ordinal_of(unwaived.until_on),
                    ordinal_of(standing.until_on) if waived else 0,
                )
            )
    return _LaidOut(
        standings=np.array(standings, np.int64).reshape(-1, 3),
        gains=np.array(gains, np.int64).reshape(-1, 3),
        starts=np.array(starts, np.int64),
        person=np.array(numbers, np.int64),
        gone=np.array(gone, np.int64),
    )


def ordinal_of(end: date | None) -> int:
    """Return the day on which something ends as a number; what has no end ends after every other day."""
    return _FOR_EVER if end is None else end.toordinal()


def ranks_on(standings: Ints, day: int) -> Ints:
    """Return what becomes of each standing by the day, nothing being done: places among the states, worst first.

    Of a standing: the place of its state without waivers, the day on which that ends, the day on which a waiver ends or 0.
    """
    bare, until, waived = standings.T
    return np.where(day < waived, _WAIVED, _held_on(bare, until, day))


def let_count(ranks: Ints, gains: Ints, day: int) -> None:
    """Let what will have been done by the day count where it is better than what is held.

    Of a gain: the number of the standing, the day from which it counts, the day on which it ends.
    """
    row, _, until = gains[gains[:, 1] <= day].T
    np.maximum.at(ranks, row, _held_on(np.full(len(row), _CURRENT), until, day))


def _held_on(bare: Ints, until: Ints, day: int) -> Ints:
    left = until - day
    kept = np.where(left <= 0, _LAPSED, np.where(left > DUE_SOON_DAYS, _CURRENT, _DUE_SOON))
    return np.where(_IS_READY[bare] & (until != _FOR_EVER), kept, bare)
