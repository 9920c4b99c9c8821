"""Invented people: as many as asked, the same for the same seed, of many states of readiness."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

import pytest

from trainer.accounts.values import NewPerson, Role
from trainer.competencies import rules as competency_rules
from trainer.competencies.values import CompetencyKey, Level, Source
from trainer.demo import facts, people
from trainer.demo.people import ARRIVING, DEPLOYED, Places, Wanted
from trainer.kernel.values import PersonId

FACTS = facts.read_facts()
TODAY = date(2026, 11, 24)
PLACES = Places(
    organisations={each.key: number for number, each in enumerate(FACTS.organisations, 1)},  # type: ignore[misc]
    missions={each.key: number for number, each in enumerate(FACTS.missions, 1)},  # type: ignore[misc]
    units={
        (mission.key, unit.key): 100 * number + place  # type: ignore[misc]
        for number, mission in enumerate(FACTS.missions, 1)
        for place, unit in enumerate(mission.units)
    },
)


def invented(number: int, *, seed: int = 1, today: date = TODAY) -> list[NewPerson]:
    return list(people.invent_people(FACTS, PLACES, people=number, seed=seed, today=today))


@pytest.mark.parametrize("number", [1, 50, 333, 3000])
def test_there_are_as_many_people_as_asked_for(number: int) -> None:
    found = invented(number)

    assert len(found) == number
    assert len({each.key for each in found}) == number


def test_the_same_seed_gives_the_same_people_and_another_others() -> None:
    assert invented(200) == invented(200)
    assert invented(200) != invented(200, seed=2)


def test_everybody_is_marked_as_invented_and_has_no_address() -> None:
    assert all(each.invented and each.email is None for each in invented(500))


def test_every_open_mission_and_role_has_people() -> None:
    found = invented(3000)
    open_missions = {PLACES.missions[each.key] for each in FACTS.missions if each.share}

    assert {each.postings[0].mission for each in found} == open_missions
    assert {each.postings[0].role for each in found} == set(Role)


def test_rotations_are_spread_over_a_year_and_some_are_still_to_arrive() -> None:
    postings = [each.postings[0] for each in invented(3000)]
    ends = [each.ends_on for each in postings if each.ends_on and each.starts_on <= TODAY]

    assert min(ends) > TODAY
    assert max(ends) <= TODAY + timedelta(days=366)
    assert all(sum(start <= (end - TODAY).days < start + 91 for end in ends) > 150 for start in (0, 91, 182, 273))
    arriving = [each for each in postings if each.starts_on > TODAY]
    assert 0.03 < len(arriving) / len(postings) < 0.15
    assert max(each.starts_on for each in arriving) < TODAY + timedelta(days=90)


def test_people_speak_what_their_contributor_speaks() -> None:
    spoken = {PLACES.organisations[each.key]: set(each.languages) for each in FACTS.organisations}

    for each in invented(1000):
        assert each.spoken
        assert set(each.spoken) <= spoken[each.organisation]
        assert each.language in people.PAGE_LANGUAGES


def test_a_day_later_everything_lies_a_day_later() -> None:
    first, second = invented(100), invented(100, today=TODAY + timedelta(days=1))

    moved = [
        (one.postings[0].starts_on + timedelta(days=1), one.postings[0].ends_on)
        == (two.postings[0].starts_on, two.postings[0].ends_on and two.postings[0].ends_on - timedelta(days=1))
        for one, two in zip(first, second, strict=True)
    ]
    assert all(moved)


WANTED = (
    Wanted(competency=CompetencyKey("conduct"), level=Level(2), least_source=Source.NATIONAL_CERTIFICATE, percent=100),
    Wanted(competency=CompetencyKey("use-of-force"), level=Level(2), least_source=Source.RECOGNISED, percent=100),
    Wanted(competency=CompetencyKey("first-aid"), level=Level(1), least_source=Source.SELF_DECLARED, percent=100),
)
MONTHS: Mapping[CompetencyKey, int] = {
    CompetencyKey("conduct"): 12,
    CompetencyKey("use-of-force"): 12,
    CompetencyKey("first-aid"): 0,
}


def states(odds: people.Odds, wanted: Wanted) -> Counter[str]:
    chance = Random(7)
    found: Counter[str] = Counter()
    for number in range(2000):
        rows = list(
            people.invent_evidence(PersonId(number), [wanted], odds=odds, chance=chance, months=MONTHS, today=TODAY)
        )
        if not rows:
            found["never"] += 1
            continue
        row = rows[0]
        assert row.observed_on < TODAY
        ends = competency_rules.expires_on(valid_months=MONTHS[row.competency], observed_on=row.observed_on)
        if row.source.source.weight < wanted.least_source.weight:
            found["unknown"] += 1
        elif ends is not None and ends <= TODAY:
            found["lapsed"] += 1
        elif ends is not None and ends <= TODAY + timedelta(days=90):
            found["due-soon"] += 1
        else:
            found["current"] += 1
    return found


@pytest.mark.parametrize("wanted", WANTED[:2], ids=lambda each: each.competency)
def test_evidence_is_in_every_state_and_mostly_current(wanted: Wanted) -> None:
    deployed, arriving = states(DEPLOYED, wanted), states(ARRIVING, wanted)

    assert set(deployed) == {"current", "due-soon", "lapsed", "never", "unknown"}
    assert deployed["current"] > 1300
    assert arriving["never"] > 2 * deployed["never"]


def test_what_is_valid_for_ever_is_held_or_not() -> None:
    assert set(states(DEPLOYED, WANTED[2])) == {"current", "never"}


def test_what_is_asked_of_a_share_is_held_by_a_share() -> None:
    asked_of_some = Wanted(
        competency=CompetencyKey("conduct"), level=Level(2), least_source=Source.NATIONAL_CERTIFICATE, percent=20
    )

    assert states(DEPLOYED, asked_of_some)["never"] > 1500
