"""What readiness would come to, mission by mission and month by month, if one thing happened or another.

As the forecast of readiness: evidence expires, people rotate out, what is assigned is completed by its due day and nobody
comes; but what is asked follows the texts, day by day. Where a person stands is judged by the rules of readiness, once;
what becomes of it over the days is counted in arrays, so that a hundred thousand people take seconds.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from trainer.accounts.values import MissionId, PersonProfile
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import Area, CompetencyKey, Currency, Evidence, Requirement
from trainer.kernel.values import PersonId
from trainer.mandates import rules as mandate_rules
from trainer.mandates.values import Instrument, MandatedTask
from trainer.planning.values import Sources
from trainer.previews import rules
from trainer.previews.values import AreaOutlook, OutlookPoint
from trainer.readiness import rules as readiness_rules
from trainer.readiness.values import WORST_FIRST, Gain, Readiness

Ints = npt.NDArray[np.int64]
Texts = Mapping[MissionId, Sequence[Instrument]]

_RANK: Mapping[Currency, int] = {state: place for place, state in enumerate(WORST_FIRST)}
_AREAS = tuple(Area)
_AREA = {area: place for place, area in enumerate(_AREAS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course of events: the texts that are on file, who is there how long, and what people will have done by when."""

    texts: Texts
    people: Sequence[PersonProfile]
    gains: Mapping[PersonId, tuple[Gain, ...]]


def outlooks(
    courses: tuple[Course, Course, Course], crowd: Crowd
) -> Mapping[MissionId, tuple[AreaOutlook, tuple[AreaOutlook, ...]]]:
    """Return readiness on each day, of each mission in all areas together and in each: without, with, and with its plan."""
    counted = [crowd.counts(course) for course in courses]
    return {
        mission: _outlook([each[place] for each in counted], crowd.days) for place, mission in enumerate(crowd.missions)
    }


def _outlook(counted: Sequence[Ints], days: Sequence[date]) -> tuple[AreaOutlook, tuple[AreaOutlook, ...]]:
    """Of one mission; counted are [day, area, rank] of each course."""
    asked = sum(each.sum(axis=(0, 2)) for each in counted)
    areas = tuple(
        AreaOutlook(area=area, points=_points([each[:, place] for each in counted], days))
        for place, area in enumerate(_AREAS)
        if asked[place]
    )
    return AreaOutlook(area=None, points=_points([each.sum(axis=1) for each in counted], days)), areas


def _points(counted: Sequence[Ints], days: Sequence[date]) -> tuple[OutlookPoint, ...]:
    without, before_plan, after_plan = ([_readiness(on_day) for on_day in each.tolist()] for each in counted)
    return tuple(
        OutlookPoint(on=day, without=one, before_plan=two, after_plan=three)
        for day, one, two, three in zip(days, without, before_plan, after_plan, strict=True)
    )


def _readiness(ranks: Sequence[int]) -> Readiness:
    return Readiness(counts={state: count for state, count in zip(WORST_FIRST, ranks, strict=True) if count})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of everybody by one state of the texts, a row for each person and requirement, by person and area."""

    person: Ints
    standing: Ints
    """The row of where the person stands."""
    place: Mapping[int, range]
    """The rows of each person."""
    skills: Sequence[tuple[CompetencyKey, int]]
    """Competency and level of each row."""
    starts: Ints
    """The first row of each pair of person and area."""
    cell: Ints
    """Of each pair: the number of mission and area."""


class Crowd:
    """The people of some missions over some days; where they stand is judged once, whatever the courses of events."""

    def __init__(self, sources: Sources, *, missions: Sequence[MissionId], days: Sequence[date]) -> None:
        self.sources, self.days = sources, tuple(days)
        self.missions = tuple(missions)
        self.number = {each.id: number for number, each in enumerate(sources.people)}
        places: dict[MissionId | None, int] = {mission: place for place, mission in enumerate(self.missions)}
        self.mission = np.array([places.get(each.mission, -1) for each in sources.people], np.int64)
        self.tasks: dict[int, tuple[Sequence[Instrument], Mapping[date, tuple[MandatedTask, ...]]]] = {}
        self.asked: dict[object, _Asked] = {}
        self.rows: dict[tuple[int, CompetencyKey, int, str], int] = {}
        self.standings: list[tuple[int, int, int]] = []
        """Rank without waivers, the day on which it ends, the day on which a waiver ends."""
        self.pieces: dict[PersonId, Mapping[CompetencyKey, Sequence[Evidence]]] = {}

    def digest(self) -> str:
        """A hash of where everybody stands, by person."""
        keys = repr([(self.sources.people[number].id, *rest) for number, *rest in self.rows])
        return hashlib.sha256(keys.encode() + np.array(self.standings, np.int64).tobytes()).hexdigest()

    def counts(self, course: Course) -> Ints:
        """Return people by [mission, day, area, rank of their state]."""
        found = np.zeros((len(self.missions), len(self.days), len(_AREAS), len(WORST_FIRST)), np.int64)
        gone = np.array([readiness_rules.ordinal_of(each.rotates_on) for each in course.people], np.int64)
        standings = np.array(self.standings, np.int64).reshape(-1, 3)
        gained: dict[int, Ints] = {}
        for place, day in enumerate(self.days):
            asked = self._asked(course, day)
            if len(standings) != len(self.standings):
                standings = np.array(self.standings, np.int64).reshape(-1, 3)
            if not len(asked.person):
                continue
            ranks = readiness_rules.ranks_on(standings[asked.standing], day.toordinal())
            won = gained.get(id(asked))
            if won is None:
                won = gained[id(asked)] = self._gained(asked, course.gains)
            readiness_rules.let_count(ranks, won, day.toordinal())
            worst = np.minimum.reduceat(ranks, asked.starts)
            there = gone[asked.person[asked.starts]] > day.toordinal()
            cells = asked.cell[there] * len(WORST_FIRST) + worst[there]
            size = len(self.missions) * len(_AREAS) * len(WORST_FIRST)
            found[:, place] = np.bincount(cells, minlength=size).reshape(len(self.missions), len(_AREAS), -1)
        return found

    def _gained(self, asked: _Asked, gains: Mapping[PersonId, tuple[Gain, ...]]) -> Ints:
        """What people will have done: the row that it is for, the day it counts from, and the day it ends."""
        found: list[tuple[int, int, int]] = []
        for person, won in gains.items():
            rows = asked.place.get(self.number[person], range(0))
            for row in rows:
                key, level = asked.skills[row]
                found += [
                    (row, gain.from_on.toordinal(), readiness_rules.ordinal_of(gain.until_on))
                    for gain in won
                    if gain.competency == key and gain.level >= level
                ]
        return np.array(found, np.int64).reshape(-1, 3)

    def _asked(self, course: Course, day: date) -> _Asked:
        tasks = {mission: self._in_force(course.texts.get(mission, ()))[day] for mission in self.missions}
        key = tuple(
            (mission, *((each.identity, each.modalities, each.force, each.priority, each.sources) for each in found))
            for mission, found in tasks.items()
        )
        if key not in self.asked:
            on = self.sources.on
            demands = mandate_rules.demands_by_role(
                tasks, self.sources.rules.rules, competencies=self.sources.competencies, on=on
            )
            self.asked[key] = self._laid_out(rules.required_alike(demands, self.sources, self.sources.people, on=on))
        return self.asked[key]

    def _in_force(self, texts: Sequence[Instrument]) -> Mapping[date, tuple[MandatedTask, ...]]:
        """The tasks of a mission on each day; courses of events that leave its texts alone share them."""
        kept = self.tasks.get(id(texts))
        if kept is None or kept[0] is not texts:
            on_days = mandate_rules.in_force_on(texts, days=self.days)
            kept = self.tasks[id(texts)] = texts, dict(zip(self.days, on_days, strict=True))
        return kept[1]

    def _laid_out(self, required: rules.Required) -> _Asked:
        sorted_of: dict[int, tuple[Requirement, ...]] = {}
        person: list[int] = []
        standing: list[int] = []
        cell: list[int] = []
        skills: list[tuple[CompetencyKey, int]] = []
        place: dict[int, range] = {}
        missions = self.mission.tolist()
        for number, profile in enumerate(self.sources.people):
            wanted = required.get(profile.id)
            if not wanted or missions[number] < 0:
                continue
            by_area = sorted_of.get(id(wanted))
            if by_area is None:
                by_area = sorted_of[id(wanted)] = tuple(sorted(wanted, key=lambda each: _AREA[each.area]))
            first = len(person)
            for each in by_area:
                person.append(number)
                standing.append(self._standing(number, profile.id, each))
                cell.append(missions[number] * len(_AREAS) + _AREA[each.area])
                skills.append((each.competency, each.level))
            place[number] = range(first, len(person))
        people, cells = np.array(person, np.int64), np.array(cell, np.int64)
        new = np.ones(len(people), bool)
        new[1:] = (people[1:] != people[:-1]) | (cells[1:] != cells[:-1])
        starts = np.flatnonzero(new)
        return _Asked(
            person=people, standing=np.array(standing, np.int64), place=place, skills=skills, starts=starts,
            cell=cells[starts],
        )  # fmt: skip

    def _standing(self, number: int, person: PersonId, requirement: Requirement) -> int:
        key = (number, requirement.competency, int(requirement.level), requirement.least_source.value)
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = len(self.standings)
            self.standings.append(self._judged(person, requirement))
        return row

    def _judged(self, person: PersonId, requirement: Requirement) -> tuple[int, int, int]:
        pieces = self.pieces.get(person)
        if pieces is None:
            pieces = self.pieces[person] = _by_competency(self.sources.evidence.get(person, ()))
        held, on = pieces.get(requirement.competency, ()), self.sources.on
        bare, until_on = competency_rules.currency_by(requirement, held, (), on=on)
        waivers = self.sources.waivers.get(person, ())
        waived = 0
        if waivers:
            judged, ends_on = competency_rules.currency_of(requirement, held, waivers, on=on)
            waived = readiness_rules.ordinal_of(ends_on) if judged is Currency.WAIVED else 0
        return _RANK[bare], readiness_rules.ordinal_of(until_on), waived


def _by_competency(evidence: Iterable[Evidence]) -> Mapping[CompetencyKey, Sequence[Evidence]]:
    found: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
    for each in evidence:
        found[each.competency].append(each)
    return dict(found)
