"""Invented partners: enough courses in each language for what modules do not teach."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from trainer.accounts.values import MissionId, OrganisationId
from trainer.catalogue.values import ModuleKey
from trainer.competencies.values import Level
from trainer.demo import facts, ground, partners
from trainer.demo.facts import FOLDER
from trainer.partners import rules as partner_rules
from trainer.partners.values import REGION_NAMES, CourseSpec, PartnerSpec, RecognitionState

TODAY = date(2026, 11, 24)
MARKET = partners.read_market()
CURRICULA = ground.read_curricula()
AREAS = {each.key: each.area for each in CURRICULA.framework.competencies}


def offers(*, sessions: int = 600, seed: int = 1) -> tuple[PartnerSpec, ...]:
    return partners.invent_offers(
        MARKET,
        organisations={each.key: OrganisationId(number) for number, each in enumerate(MARKET.partners, 1)},
        missions=[MissionId(1), MissionId(2)],
        areas=AREAS,
        sessions=sessions,
        seed=seed,
        today=TODAY,
    )


OFFERS = offers()
COURSES: list[CourseSpec] = [course for partner in OFFERS for course in partner.courses]


def test_there_are_as_many_as_the_demonstration_promises() -> None:
    assert len(OFFERS) == 25
    assert len(COURSES) == 150
    assert sum(len(each.sessions) for each in COURSES) == 600
    assert partners.sessions_for(3000) == 600
    assert {each.draft.language for each in COURSES} == {"en", "fr", "ar"}


def test_the_same_seed_gives_the_same_offers() -> None:
    assert offers() == OFFERS
    assert offers(seed=2) != OFFERS


def test_every_course_could_be_entered_by_its_partner() -> None:
    known = set(AREAS)
    modules: set[ModuleKey] = {module.key for pack in CURRICULA.packs for module in pack.modules}

    for course in COURSES:
        assert partner_rules.check_course_draft(course.draft, known=known, known_modules=modules) == (), course.key
        for session in course.sessions:
            zones = {session.time_zone}
            problems = partner_rules.check_session_draft(
                session, mode=course.draft.mode, taken=0, on=TODAY, zones=zones
            )
            assert problems == (), course.key
            assert session.region in REGION_NAMES


def test_most_courses_are_recognised_some_wait_and_few_are_refused() -> None:
    waiting = [each for each in COURSES if not each.recognised]
    refused = [each for each in COURSES if each.recognised and each.recognised[0].state is RecognitionState.REFUSED]

    assert 5 <= len(waiting) <= 35
    assert 1 <= len(refused) <= 15
    assert all(each.expires_on is None or each.expires_on > TODAY for course in COURSES for each in course.recognised)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_no_module_teaches_can_be_learned_in_a_recognised_course(language: str) -> None:
    taught = {
        (award.competency, award.level)
        for pack in CURRICULA.packs
        for module in pack.modules
        if module.refresher_of is None
        for award in module.teaches
    }
    granted = {
        (decision.competency, decision.level)
        for course in COURSES
        if course.draft.language == language
        for decision in course.recognised
        if decision.state is RecognitionState.GRANTED
    }

    for rule in facts.read_facts().rules:
        reached = {level for key, level in taught | granted if key == rule.competency}
        assert any(level >= rule.level for level in reached), rule.key


def test_sessions_are_spread_over_the_coming_year() -> None:
    starts = sorted(session.starts_on for course in COURSES for session in course.sessions)

    assert starts[0] > TODAY
    assert starts[-1] < TODAY + timedelta(days=366)
    assert all((later - earlier).days < 21 for earlier, later in pairwise(starts))


def test_some_seats_are_reserved() -> None:
    reserved = [session for course in COURSES for session in course.sessions if session.quotas]

    assert reserved
    assert all(sum(quota.seats for quota in each.quotas) <= each.seats for each in reserved)


def test_level_three_asks_for_level_two_before() -> None:
    for course in COURSES:
        if any(award.level is Level.INDEPENDENT for award in course.draft.awards):
            assert course.draft.requires is not None
            assert course.draft.requires.level is Level.PRACTISED


def test_a_mistake_in_the_file_is_told(tmp_path: Path) -> None:
    text = (FOLDER / "partners.toml").read_text("utf-8")
    broken = tmp_path / "partners.toml"
    broken.write_text(text.replace('"POC"', '"XYZ"', 1).replace('mode = "on-site"', 'mode = "by post"', 1), "utf-8")

    _, problems = partners.read_file(broken)

    assert len(problems) == 2
    assert all(each.line for each in problems)
