"""Invented people: names put together by chance, postings that rotate, languages, leave, and what they have proved so far.

Pure and repeatable: the same seed, day and number give the same people. Everything is dated from `today`, so that it never
goes stale. Made as a stream, since a hundred thousand do not want to be held at once. Nothing here is anybody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from trainer.accounts.values import MissionId, NewPerson, NewPosting, OrganisationId, Role, Sex, UnitId
from trainer.competencies.values import CompetencyKey, Level, NewEvidence, Source, SourceRef
from trainer.demo.facts import FOLDER, WHOLE, Facts, MissionFact, OrganisationFact
from trainer.kernel.periods import Period
from trainer.kernel.values import PersonId

PAGE_LANGUAGES = ("en", "fr", "ar")
"""In which the pages speak; people whose languages are others read English."""

WOMEN_PERCENT: Mapping[Role, int] = {
    Role.INFANTRY: 7,
    Role.FORMED_POLICE: 15,
    Role.INDIVIDUAL_POLICE: 28,
    Role.OBSERVER: 20,
    Role.STAFF_OFFICER: 20,
    Role.CIVILIAN: 32,
}

DAYS_A_MONTH = 30.44


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where people can be put: ids by key."""

    organisations: Mapping[str, OrganisationId]
    missions: Mapping[str, MissionId]
    units: Mapping[tuple[str, str], UnitId]
    """By mission and unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A number of equal places in a mission: in a unit, or outside units in one role."""

    mission: MissionFact
    unit: str | None
    organisation: str | None
    """None: from any contributor."""
    role: Role
    people: int


def posts(facts: Facts, *, people: int) -> tuple[Post, ...]:
    """Share a number of people out over all units and roles; the sizes add up to it."""
    places = [
        (mission, unit.key, unit.organisation, unit.role, mission.share * unit.share)
        for mission in facts.missions
        for unit in mission.units
    ] + [
        (mission, None, None, role, mission.share * share)
        for mission in facts.missions
        for role, share in mission.outside
    ]
    places.sort(key=lambda place: place[0].key)
    sizes = shared_out(people, [weight for *_, weight in places])
    return tuple(
        Post(mission=mission, unit=unit, organisation=organisation, role=role, people=size)
        for (mission, unit, organisation, role, _), size in zip(places, sizes, strict=True)
        if size
    )


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total: the largest remainders get the rest."""
    whole = sum(weights) or WHOLE
    sizes = [total * weight // whole for weight in weights]
    rest = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in rest[: total - sum(sizes)]:
        sizes[place] += 1
    return sizes


def invent_people(facts: Facts, places: Places, *, people: int, seed: int, today: date) -> Iterator[NewPerson]:
    """Invent so many people in the units and roles of all open missions, mission by mission."""
    chance = Random(f"people {seed}")  # noqa: S311 - repeatable invention, not secrecy
    organisations = {each.key: each for each in facts.organisations}
    contributors = [each for each in facts.organisations if each.invented]
    number = 0
    for post in posts(facts, people=people):
        rotation = today + timedelta(days=chance.randint(12, 355))
        for _ in range(post.people):
            number += 1
            organisation = organisations[post.organisation] if post.organisation else chance.choice(contributors)
            yield _person(
                chance,
                number=number,
                post=post,
                organisation=organisation,
                places=places,
                today=today,
                unit_on=rotation,
            )


def _person(
    chance: Random,
    *,
    number: int,
    post: Post,
    organisation: OrganisationFact,
    places: Places,
    today: date,
    unit_on: date,
) -> NewPerson:
    woman = chance.random() * 100 < WOMEN_PERCENT[post.role]
    given, family = _name(chance, organisation.names, woman=woman)
    spoken = _spoken(chance, organisation.languages)
    starts_on, ends_on = _posting(chance, post=post, today=today, unit_on=unit_on)
    return NewPerson(
        key=f"d{number:06}",
        given_name=given,
        family_name=family,
        organisation=places.organisations[organisation.key],
        sex=Sex.FEMALE if woman else Sex.MALE,
        language=next((each for each in spoken if each in PAGE_LANGUAGES), "en"),
        spoken=spoken,
        invented=True,
        postings=(
            NewPosting(
                mission=places.missions[post.mission.key],
                unit=places.units[post.mission.key, post.unit] if post.unit else None,
                role=post.role,
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        ),
        absences=_leave(chance, today=max(today, starts_on)),
    )


@cache
def _lists() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    with (FOLDER / "names.toml").open("rb") as file:
        lists = tomllib.load(file)["lists"]
    return {each["key"]: (tuple(each["female"]), tuple(each["male"]), tuple(each["family"])) for each in lists}


def _name(chance: Random, names: str, *, woman: bool) -> tuple[str, str]:
    lists = _lists()
    female, male, family = lists[names] if names in lists else chance.choice(list(lists.values()))
    return chance.choice(female if woman else male), chance.choice(family)


def _spoken(chance: Random, languages: Sequence[str]) -> tuple[str, ...]:
    """Most speak the first language of their contributor, many a second; few change the order."""
    first, *others = languages
    spoken = [first, *(each for each in others if chance.random() < 0.45)]
    if len(spoken) > 1 and chance.random() < 0.1:
        spoken.reverse()
    return tuple(spoken)


def _posting(chance: Random, *, post: Post, today: date, unit_on: date) -> tuple[date, date | None]:
    """First day and rotation day: units rotate together, others one by one; some of each are still to arrive."""
    if post.unit and chance.random() < 0.88:
        ends_on = unit_on + timedelta(days=chance.randint(-4, 4))
        if unit_on - today < timedelta(days=75) and chance.random() < 0.45:
            return ends_on, ends_on + timedelta(days=365)
        return ends_on - timedelta(days=365), ends_on
    if chance.random() < 0.09:
        starts_on = today + timedelta(days=chance.randint(4, 70))
        return starts_on, starts_on + timedelta(days=365)
    if post.role is Role.CIVILIAN and chance.random() < 0.4:
        return today - timedelta(days=chance.randint(60, 1500)), None
    ends_on = today + timedelta(days=chance.randint(8, 360))
    return ends_on - timedelta(days=365), ends_on


def _leave(chance: Random, *, today: date) -> tuple[Period, ...]:
    if chance.random() >= 0.12:
        return ()
    start = today + timedelta(days=chance.randint(10, 200))
    return (Period(start, start + timedelta(days=chance.randint(7, 24))),)


# What they have proved so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a person, as far as inventing evidence needs to know."""

    competency: CompetencyKey
    level: Level
    least_source: Source
    percent: int
    """How many of those asked are to have anything: 100 where it is asked of everyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """In how many of a hundred cases evidence is in each state; the rest never had any."""

    current: int
    due_soon: int
    lapsed: int
    unknown: int


DEPLOYED = Odds(current=74, due_soon=8, lapsed=7, unknown=5)
ARRIVING = Odds(current=48, due_soon=5, lapsed=11, unknown=9)

CERTIFICATES: Mapping[Source, tuple[str, ...]] = {
    Source.SELF_DECLARED: ("Stated on arrival", "Stated in the deployment form"),
    Source.NATIONAL_CERTIFICATE: ("National pre-deployment certificate", "Certificate of a national training centre"),
    Source.RECOGNISED: ("Recognised course", "Recognised module, passed"),
    Source.OBSERVED: ("Observed in a field exercise", "Observed on duty by the training cell"),
}


def invent_evidence(
    person: PersonId,
    wanted: Sequence[Wanted],
    *,
    odds: Odds,
    chance: Random,
    months: Mapping[CompetencyKey, int],
    today: date,
) -> Iterator[NewEvidence]:
    """Invent what one person has proved of what is asked; `months` is how long each competency is valid, 0 for ever."""
    for each in wanted:
        if each.percent < 100 and chance.random() * 100 >= each.percent * 0.8:
            continue
        draw = chance.random() * 100
        valid = int(months.get(each.competency, 0) * DAYS_A_MONTH)
        if draw < odds.current:
            age = chance.randint(8, max(10, valid - 110)) if valid else chance.randint(20, 1500)
            source = _enough(chance, each.least_source)
        elif draw < odds.current + odds.due_soon:
            age = max(1, valid - chance.randint(3, 85)) if valid else chance.randint(20, 1500)
            source = _enough(chance, each.least_source)
        elif draw < odds.current + odds.due_soon + odds.lapsed:
            age = (valid or 900) + chance.randint(5, 420)
            source = _enough(chance, each.least_source)
        elif draw < odds.current + odds.due_soon + odds.lapsed + odds.unknown:
            age = chance.randint(8, max(10, valid - 110)) if valid else chance.randint(20, 1500)
            source = _too_little(each.least_source)
        else:
            continue
        level = Level(min(each.level + (chance.random() < 0.12), Level.INDEPENDENT))
        yield NewEvidence(
            person=person,
            competency=each.competency,
            level=max(level, each.level),
            observed_on=today - timedelta(days=age),
            source=SourceRef(source=source, subject=chance.choice(CERTIFICATES[source])),
        )


def _enough(chance: Random, least: Source) -> Source:
    """A source that counts: mostly the least that does, at times a better one."""
    better = [each for each in Source if each.weight >= least.weight]
    return better[0] if len(better) == 1 or chance.random() < 0.55 else chance.choice(better[1:])


def _too_little(least: Source) -> Source:
    """A source just below what is asked; self-declared where there is none below."""
    below = [each for each in Source if each.weight < least.weight]
    return below[-1] if below else Source.SELF_DECLARED
