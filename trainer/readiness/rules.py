"""The judgements of readiness: where a person stands, how people add up, what is to be expected. Counts, never percentages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

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
    Gain,
    Outlook,
    PersonInArea,
    PersonReadiness,
    Readiness,
)

_BADNESS: Mapping[Currency, int] = {state: place for place, state in enumerate(WORST_FIRST)}
_AREA_ORDER: Mapping[Area, int] = {area: place for place, area in enumerate(Area)}


def readiness_of(
    required: Iterable[Requirement], evidence: Iterable[Evidence], waivers: Iterable[Waiver], *, on: date
) -> tuple[PersonReadiness, ...]:
    """Where one person stands against each requirement, in the order given; evidence and waivers are of that person."""
    pieces: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        pieces[piece.competency].append(piece)
    granted = tuple(waivers)
    found = []
    for requirement in required:
        held = pieces.get(requirement.competency, ())
        currency, until_on = competency_rules.currency_of(requirement, held, granted, on=on)
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
    states = [dict.fromkeys(Currency, 0) for _ in days]
    leaving, expiring, gaining = ([0] * len(days) for _ in range(3))
    for person in people:
        before: dict[Area, Currency] = {}
        for place, day in enumerate(days):
            if person.rotates_on is not None and person.rotates_on <= day:
                leaving[place] += 1 if before else 0
                break
            now = _states_on(person, day)
            for area, state in now.items():
                states[place][state] += 1
                if before and (state in READY) != (before[area] in READY):
                    (gaining if state in READY else expiring)[place] += 1
            before = now
    return tuple(
        ForecastPoint(
            on=day,
            readiness=Readiness(counts={state: count for state, count in counts.items() if count}),
            leaving=leaving[place],
            expiring=expiring[place],
            gaining=gaining[place],
        )
        for place, (day, counts) in enumerate(zip(days, states, strict=True))
    )


def _states_on(person: Outlook, day: date) -> dict[Area, Currency]:
    found: dict[Area, Currency] = {}
    for standing, unwaived in zip(person.standings, person.unwaived, strict=True):
        state = state_on(standing, unwaived, person.gains, day=day)
        known = found.get(standing.area)
        if known is None or _BADNESS[state] < _BADNESS[known]:
            found[standing.area] = state
    return found


def state_on(standing: PersonReadiness, unwaived: PersonReadiness, gains: Iterable[Gain], *, day: date) -> Currency:
    """The state to be expected against one requirement on a day to come."""
    if standing.currency is Currency.WAIVED and standing.until_on is not None and day < standing.until_on:
        held = Currency.WAIVED
    else:
        held = _held_on(unwaived.currency, unwaived.until_on, day)
    won = [
        _held_on(Currency.CURRENT, gain.until_on, day)
        for gain in gains
        if gain.competency == standing.competency and gain.level >= standing.level and gain.from_on <= day
    ]
    return max((held, *won), key=_BADNESS.__getitem__)


def _held_on(currency: Currency, until_on: date | None, day: date) -> Currency:
    if currency not in READY or until_on is None:
        return currency
    if until_on <= day:
        return Currency.LAPSED
    return Currency.CURRENT if (until_on - day).days > DUE_SOON_DAYS else Currency.DUE_SOON
