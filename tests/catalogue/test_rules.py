"""What is wrong with a pack, by a table of broken packs; editions, search and effort."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.catalogue import LESSON, at_level, module, names, pack, question, questions, refresher, track
from tests.factories.competencies import AID, CONDUCT, POC, VALUES
from trainer.catalogue import rules
from trainer.catalogue.values import Answer, ModuleCard, ModuleKey, ModuleVersionId, Pack, Track, TrackVersionId
from trainer.competencies.values import Area, CompetencyKey

KNOWN = (CONDUCT, POC, AID, VALUES)


def said(made: Pack, known_modules: tuple[ModuleKey, ...] = ()) -> list[str]:
    return [str(problem.message) for problem in rules.check_pack(made, known=KNOWN, known_modules=known_modules)]


def test_a_sound_pack_has_no_problem() -> None:
    sound = pack(
        needs=("core",),
        modules=(
            module(
                lessons={"en": LESSON, "fr": "Une leçon."},
                questions={"en": questions(), "fr": questions()},
                requires=(at_level(), at_level(CONDUCT)),
            ),
            refresher(),
        ),
        tracks=(track(), track("everyone", "conduct", "protection-of-civilians", role=None)),
    )

    assert said(sound, (ModuleKey("conduct"),)) == []


def asked(**changes: Any) -> dict[str, Any]:
    """A module whose first question is changed."""
    return {"questions": {"en": (question(1, **changes), *questions()[1:])}}


def answers(*right: bool) -> tuple[Answer, ...]:
    return tuple(Answer(text=f"Answer {place}", right=each, reason="Because") for place, each in enumerate(right))


def in_french(*others: Any) -> dict[str, Any]:
    return {"lessons": {"en": LESSON, "fr": "Une leçon."}, "questions": {"en": questions(), "fr": tuple(others)}}


MODULES = [
    pytest.param(
        {"title": {"en": "Title", "fr": "Titre"}}, "This text is missing in: ar. Add it.", id="title untranslated"
    ),
    pytest.param({"summary": {"en": "Summary"}}, "This text is missing in: fr, ar. Add it.", id="summary untranslated"),
    pytest.param({"title": names("x" * 71)}, "has 71 characters; at most 70 fit", id="title too long"),
    pytest.param({"summary": names("x" * 301)}, "at most 300 fit", id="summary too long"),
    pytest.param({"effort": timedelta(minutes=4)}, "The effort is from 5 to 480 minutes.", id="no effort"),
    pytest.param({"effort": timedelta(hours=9)}, "The effort is from 5 to 480 minutes.", id="too much effort"),
    pytest.param({"sources": ()}, "Name at least one source", id="no source"),
    pytest.param({"teaches": ()}, "The module teaches nothing.", id="teaches nothing"),
    pytest.param(
        {"teaches": (at_level(CompetencyKey("juggling")),)}, "has no competency “juggling”", id="teaches the unknown"
    ),
    pytest.param(
        {"requires": (at_level(CompetencyKey("juggling")),)}, "has no competency “juggling”", id="requires the unknown"
    ),
    pytest.param({"teaches": (at_level(), at_level(level=2))}, "stands here twice", id="teaches twice"),
    pytest.param({"requires": (at_level(CONDUCT), at_level(CONDUCT))}, "stands here twice", id="requires twice"),
    pytest.param({"requires": (at_level(level=2),)}, "asks for more", id="requires more than it teaches"),
    pytest.param({"refresher_of": AID}, "A refresher teaches what it renews", id="renews what it does not teach"),
    pytest.param(
        {"refresher_of": POC, "requires": (at_level(),)},
        "it cannot require “protection-of-civilians”",
        id="asks for what lapsed",
    ),
    pytest.param({"lessons": {"en": "Too short."}}, "The lesson has 2 words; 300 to 900", id="short lesson"),
    pytest.param({"lessons": {"en": "word " * 901}}, "The lesson has 901 words; 300 to 900", id="long lesson"),
    pytest.param(
        {"lessons": {"en": "word " * 501}, "refresher_of": POC},
        "The lesson has 501 words; 300 to 500",
        id="long refresher",
    ),
    pytest.param({"lessons": {"en": f"# Title\n\n{LESSON}"}}, "begins with a title", id="lesson with a title"),
    pytest.param({"lessons": {"en": f"{LESSON}\n<b>bold</b>"}}, "HTML is not shown", id="lesson with HTML"),
    pytest.param(
        {"lessons": {"en": f"{LESSON}\n![map](map.png)"}}, "Pictures are not shown", id="lesson with a picture"
    ),
    pytest.param({"questions": {"en": questions(4)}}, "There are 4 questions; 5 to 7 are right.", id="few questions"),
    pytest.param({"questions": {"en": questions(8)}}, "There are 8 questions; 5 to 7 are right.", id="many questions"),
    pytest.param(asked(key="question-2"), "Two questions have the key “question-2”", id="one key twice"),
    pytest.param(asked(answers=answers(True, False)), "has 2 answers; 3 to 5 are right", id="few answers"),
    pytest.param(asked(answers=answers(True, *[False] * 5)), "has 6 answers; 3 to 5 are right", id="many answers"),
    pytest.param(asked(answers=answers(True, True, False)), "has 2 right answers", id="two right of one"),
    pytest.param(asked(answers=answers(False, False, False)), "has 0 right answers", id="none right of one"),
    pytest.param(
        asked(kind="many", answers=answers(True, True, True)), "at least one right and one wrong", id="all right"
    ),
    pytest.param(asked(kind="many", answers=answers(False, False, False)), "at least one right", id="none right"),
    pytest.param(
        asked(answers=(*answers(True, False), Answer(text="Third", right=False, reason=" "))),
        "has no reason",
        id="no reason",
    ),
    pytest.param(
        asked(answers=(*answers(True, False), Answer(text="Answer 0", right=False, reason="x"))),
        "are the same",
        id="same answer",
    ),
    pytest.param(in_french(*questions()[:4]), "the same keys in the same order", id="a question not translated"),
    pytest.param(
        in_french(*reversed(questions())), "the same keys in the same order", id="translated in another order"
    ),
    pytest.param(
        in_french(question(1, kind="many"), *questions()[1:]),
        "“question-1” has another kind than in English",
        id="other kind",
    ),
    pytest.param(
        in_french(question(1, answers=answers(True, False, False)), *questions()[1:]),
        "not the same ones",
        id="other answer right",
    ),
    pytest.param(
        in_french(question(1, answers=answers(False, True, False, False)), *questions()[1:]),
        "not the same ones",
        id="more answers",
    ),
    pytest.param(
        {"lessons": {"en": LESSON, "fr": "Une leçon."}},
        "There is a lesson but no questions in the language fr",
        id="half translated",
    ),
    pytest.param(
        {"questions": {"en": questions(), "ar": questions()}},
        "There are questions but no lesson in the language ar",
        id="other half",
    ),
]


@pytest.mark.parametrize(("changes", "message"), MODULES)
def test_a_module_that_cannot_be_taught_is_told(changes: dict[str, Any], message: str) -> None:
    told = said(pack(modules=(module(**changes),)))

    assert len(told) >= 1
    assert any(message in each for each in told), told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"version": "1.0"}, "three numbers", id="version"),
        pytest.param({"licence": "do what you like"}, "SPDX", id="licence"),
        pytest.param({"authors": ()}, "at least one author", id="authors"),
        pytest.param({"needs": ("for-tests",)}, "A pack does not need itself", id="needs itself"),
        pytest.param({"needs": ("core", "core")}, "“core” stands here twice", id="needs twice"),
        pytest.param({"modules": (), "tracks": ()}, "The pack is empty", id="empty"),
        pytest.param({"title": {"en": "For tests"}}, "missing in: fr, ar", id="title"),
        pytest.param({"modules": (module(), module())}, "Two modules have the key", id="a module twice"),
        pytest.param(
            {"modules": (module("conduct"),)}, "has a module “conduct” already", id="a module of another pack"
        ),
        pytest.param({"tracks": (track(title={"en": "x"}),)}, "missing in: fr, ar", id="title of a track"),
        pytest.param({"tracks": (track(role="cook"),)}, "There is no role “cook”", id="role of a track"),
        pytest.param({"tracks": (replace(track(), steps=()),)}, "The track has no steps", id="track without steps"),
        pytest.param(
            {"tracks": (track("t", "juggling"),)}, "There is no module “juggling”", id="track with the unknown"
        ),
        pytest.param(
            {"tracks": (track("t", "conduct", "conduct"),)}, "“conduct” stands here twice", id="track with one twice"
        ),
    ],
)
def test_a_pack_that_cannot_be_installed_is_told(changes: dict[str, Any], message: str) -> None:
    told = said(pack(**changes), (ModuleKey("conduct"),))

    assert any(message in each for each in told), told


def test_all_problems_are_told_at_once_with_their_places() -> None:
    places = {
        "pack": ("pack.toml", 1),
        "pack:version": ("pack.toml", 2),
        "module:protection-of-civilians": ("module.toml", 1),
        "module:protection-of-civilians:teaches:0": ("module.toml", 9),
        "module:protection-of-civilians:lesson:en": ("lesson.md", 1),
        "module:protection-of-civilians:questions:en:question-1": ("questions.toml", 3),
    }
    broken = module(
        teaches=(at_level(CompetencyKey("juggling")),),
        lessons={"en": f"{LESSON}\n\n<br>\n"},
        sources=(),
        **asked(answers=answers(True, True, False)),
    )

    problems = rules.check_pack(pack(version="one", modules=(broken,), places=places), known=KNOWN)

    assert sorted((each.file, each.line) for each in problems) == [
        ("lesson.md", 5),
        ("module.toml", 1),
        ("module.toml", 9),
        ("pack.toml", 2),
        ("questions.toml", 3),
    ]


@pytest.mark.parametrize("text", ["a < b and c > d", "fewer than <5 people", "see <https://example.org>", "`<b>` hm"])
def test_signs_that_are_no_html_are_left_alone(text: str) -> None:
    told = said(pack(modules=(module(lessons={"en": f"{LESSON}\n{text}"}),)))

    assert told == ([] if "<b>" not in text else ["HTML is not shown in lessons. Use Markdown."])


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("1.0.1", "1.0.0", True),
        ("1.0.0", "1.0.0", False),
        ("1.10.0", "1.9.9", True),
        ("2.0.0", "10.0.0", False),
        ("0.0.1", "none", True),
        ("none", "0.0.1", False),
    ],
)
def test_versions_are_compared_as_numbers(version: str, than: str, newer: bool) -> None:
    assert rules.is_newer(version, than=than) is newer


def card(key: str, **changes: Any) -> ModuleCard:
    given = ModuleCard(
        id=ModuleVersionId(1),
        key=ModuleKey(key),
        title={"en": "Élections and people", "ar": "الانتخابات"},
        summary={"en": "Help to vote"},
        effort=timedelta(minutes=30),
        languages=("en",),
        teaches=(at_level(),),
        areas=(Area.POC,),
        refresher_of=None,
    )
    return replace(given, **changes)


@pytest.mark.parametrize(
    ("text", "area", "language", "found"),
    [
        pytest.param("", None, None, ["votes", "fires"], id="everything"),
        pytest.param("ELECTIONS", None, None, ["votes"], id="without accents and case"),
        pytest.param("vote people", None, None, ["votes"], id="every word somewhere"),
        pytest.param("vote fire", None, None, [], id="not one word here, one there"),
        pytest.param("الانتخابات", None, None, ["votes"], id="in another language"),
        pytest.param("", Area.CND, None, ["fires"], id="area"),
        pytest.param("", None, "fr", ["fires"], id="language"),
        pytest.param("", Area.POC, "fr", [], id="area and language"),
    ],
)
def test_modules_are_chosen_by_words_area_and_language(
    text: str, area: Area | None, language: str | None, found: list[str]
) -> None:
    fires = card("fires", title={"en": "Fire"}, summary={"en": "Burns"}, areas=(Area.CND,), languages=("en", "fr"))

    chosen = rules.choose([card("votes"), fires], text=text, area=area, language=language)

    assert [each.key for each in chosen] == found


def test_a_track_takes_as_long_as_its_modules_together() -> None:
    made = track("infantry", "one", "two", "gone")
    shown = Track(
        id=TrackVersionId(1),
        key="infantry",
        title=made.title,
        role=None,
        steps=made.steps,
        pack_key="x",
        edition="2026",
    )

    effort = rules.effort_of(shown, {ModuleKey("one"): timedelta(minutes=30), ModuleKey("two"): timedelta(minutes=45)})

    assert effort == timedelta(minutes=75)
