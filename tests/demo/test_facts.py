"""The files of facts: what they say agrees with the sources, and a mistake in them is told."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.numbers import format_decimal

from trainer.accounts.values import Certainty, MissionId, MissionStatus, Role
from trainer.competencies.values import Area
from trainer.demo import facts, ground
from trainer.demo.facts import FOLDER, InstrumentFact
from trainer.mandates import rules
from trainer.mandates.values import TASK_KINDS, Instrument, InstrumentId, TaskChange

FACTS = facts.read_facts()
FRAMEWORK = ground.read_curricula().framework
AREAS = {each.key: each.area for each in FRAMEWORK.competencies}
TODAY = date(2026, 11, 24)


def published(key: str, *, until: date = TODAY) -> list[Instrument]:
    """The texts of a mission adopted by a day, as stored."""
    known = [each for each in FACTS.instruments_of(key) if not each.draft and (each.adopted_on or until) <= until]
    return [stored(each, number) for number, each in enumerate(known, 1)]


def stored(fact: InstrumentFact, number: int) -> Instrument:
    return Instrument(
        id=InstrumentId(number),
        mission=MissionId(1),
        symbol=fact.symbol,
        number=fact.number,
        title=fact.title,
        adopted_on=fact.adopted_on,
        effective_on=fact.effective_on,
        expires_on=fact.expires_on,
        expiry_known=fact.expiry_known,
        complete_adjustment=fact.complete_adjustment,
        certainty=fact.certainty,
        note=fact.note,
        published_at=datetime(2014, 1, 1, tzinfo=UTC),
        withdrawn_at=None,
        withdrawn_because="",
        tasks=fact.tasks,
    )


def kinds(key: str, on: date) -> set[str]:
    return {str(each.task_kind) for each in rules.in_force(published(key), on=on)}


def test_every_mission_of_the_field_is_there() -> None:
    names = {each.name for each in FACTS.missions}

    assert names >= {"MINUSCA", "MONUSCO", "UNMISS", "UNISFA", "UNIFIL", "UNDOF", "UNFICYP", "MINURSO", "UNMIK"}
    assert names >= {"UNTSO", "UNMOGIP", "AUSSOM", "GSF", "EUFOR Althea", "MINUSMA", "UNAMID", "UNITAMS"}
    assert {each.name for each in FACTS.missions if each.status is MissionStatus.CLOSED} == {
        "MINUSMA",
        "UNAMID",
        "UNITAMS",
    }


def test_unmiss_loses_seventeen_tasks_and_gets_eight_back() -> None:
    before, narrowed = kinds("unmiss", date(2014, 5, 26)), kinds("unmiss", date(2014, 5, 27))
    waiting, restored = kinds("unmiss", date(2015, 10, 8)), kinds("unmiss", date(2015, 10, 9))

    assert (len(before), len(narrowed), len(before - narrowed)) == (23, 7, 17)
    assert narrowed - before == {"Ceasefire"}
    assert restored - waiting == {
        "CivilSociety",
        "Demil",
        "DisarmDemob",
        "Gender",
        "LegalReform",
        "MilitaryReform",
        "PoliceReform",
        "Reintegration",
    }
    assert waiting <= restored


@pytest.mark.parametrize("key", ["minusma", "unamid", "unitams"])
def test_a_closed_mission_has_no_task_left(key: str) -> None:
    assert kinds(key, TODAY) == set()


def test_the_residual_tasks_of_minusma_ended_one_by_one() -> None:
    assert kinds("minusma", date(2023, 9, 30)) == {"CivProtect", "HumanRelief", "UseOfForce"}
    assert kinds("minusma", date(2023, 10, 1)) == {"UseOfForce"}
    assert kinds("minusma", date(2024, 1, 1)) == set()


NUMBER = re.compile(r"\d{1,3}(?:[,.\u202f]\d{3})+|\d+")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_mission_is_said_in_each_language_with_its_numbers_as_the_language_writes_them(language: str) -> None:
    for each in FACTS.missions:
        assert all(text.get(language) for text in (each.full_name, each.place, each.strength)), each.key
        english = [int(found.replace(",", "")) for found in NUMBER.findall(each.strength["en"])]
        written = NUMBER.findall(each.strength[language])
        # years and symbols have no grouping in any language
        expected = [
            format_decimal(number, locale=language) if grouped.count(",") else grouped
            for number, grouped in zip(english, NUMBER.findall(each.strength["en"]), strict=True)
        ]
        assert written == expected, each.key


def test_no_strength_cites_a_text_that_is_still_a_draft() -> None:
    drafts = [each.symbol for each in FACTS.instruments if each.draft]

    assert [each.key for each in FACTS.missions if any(symbol in each.strength["en"] for symbol in drafts)] == []


def test_the_two_latest_texts_wait_as_drafts_without_a_mistake() -> None:
    drafts = {each.mission: each for each in FACTS.instruments if each.draft}

    assert {key: each.symbol for key, each in drafts.items()} == {"unifil": "S/RES/2790", "monusco": "S/RES/2808"}
    for key, fact in drafts.items():
        texts = published(key)
        there = rules.in_force(texts, on=fact.effective_on)
        draft = ground.draft_of(fact, mission=MissionId(1))
        assert rules.check_draft(draft, instruments=texts, in_force=there) == ()


def test_unifil_keeps_limited_tasks_while_it_withdraws() -> None:
    draft = next(each for each in FACTS.instruments if each.symbol == "S/RES/2790")
    texts = [*published("unifil"), stored(draft, 99)]

    def on(day: date) -> set[str]:
        return {str(each.task_kind) for each in rules.in_force(texts, on=day)}

    assert on(date(2026, 12, 31)) == kinds("unifil", TODAY)
    assert on(date(2027, 1, 1)) == {"UseOfForce", "CivProtect", "HumanRelief"}
    assert on(date(2028, 1, 1)) == set()


def test_no_paragraph_is_guessed() -> None:
    for fact in FACTS.instruments:
        if fact.certainty is Certainty.KNOWLEDGE:
            assert {line.paragraph for line in fact.tasks} <= {facts.UNNUMBERED}


def test_every_requested_task_says_how() -> None:
    for fact in FACTS.instruments:
        for line in fact.tasks:
            assert line.change is TaskChange.END or line.modalities or line.force.value == "encouraged", fact.symbol


def test_the_rules_ask_for_every_area_and_every_task_kind() -> None:
    assert rules.check_rules(FACTS.rules, known=set(AREAS)) == ()
    assert {AREAS[each.competency] for each in FACTS.rules} == set(Area)
    assert {each.task_kind for each in FACTS.rules if each.task_kind} == set(TASK_KINDS)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_nobody_is_asked_for_everything(role: Role) -> None:
    """Six to fourteen things asked of everyone in the role, in the two largest mandates and the smallest."""
    for key, most in (("minusca", 14), ("unmiss", 12), ("undof", 9)):
        tasks = rules.in_force(published(key), on=TODAY)
        demands = rules.demands_from(tasks, FACTS.rules, role=role, areas=AREAS)
        asked = {each.competency for each in demands if each.scope.value == "everyone"}
        assert 5 <= len(asked) <= most, (key, role, sorted(asked))


def test_securing_asks_more_than_assisting() -> None:
    by_key = {each.key: each for each in FACTS.rules}

    assert by_key["civilians-troops-securing"].level > by_key["civilians-troops"].level


def test_contributors_are_invented_and_leaders_are_not() -> None:
    assert {each.invented for each in FACTS.organisations if each.kind.value == "member-state"} == {True}
    assert not any(each.invented for each in FACTS.organisations if each.kind.value != "member-state")


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("instruments.toml", 'task = "DisarmDemob"', 'task = "Disarm"', "Disarm"),
        ("instruments.toml", 'adopted_on = "2014-04-10"', 'adopted_on = "10 April"', "must be a day"),
        ("instruments.toml", 'certainty = "seen"', 'certainty = "sure"', "sure"),
        ("missions.toml", "share = 215", "share = 216", "together"),
        ("missions.toml", 'organisation = "padmara"', 'organisation = "atlantis"', "atlantis"),
        ("rules.toml", 'key = "values"', 'key = "conduct"', "twice"),
        ("rules.toml", 'scope = "share"', 'scope = "half"', "half"),
        ("organisations.toml", 'name = "Bakonde"', 'nom = "Bakonde"', "nom"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, file: str, before: str, after: str, said: str) -> None:
    for name in ("organisations.toml", "missions.toml", "instruments.toml", "rules.toml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    text = (tmp_path / file).read_text("utf-8")
    line = text[: text.index(before)].count("\n") + 1
    (tmp_path / file).write_text(text.replace(before, after, 1), "utf-8")

    _, problems = facts.read_folder(tmp_path)

    assert any(said in str(each.message) for each in problems), [str(each.message) for each in problems]
    assert all(each.file == file for each in problems)
    assert any(abs((each.line or 0) - line) < 80 for each in problems)
