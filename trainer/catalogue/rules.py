"""What makes a content pack fit to be taught, which edition is newer, and which modules a reader is looking for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from trainer.accounts.values import Role
from trainer.catalogue.values import AtLevel, ModuleCard, ModuleKey, ModuleSpec, Pack, Question, Track, TrackSpec
from trainer.competencies.values import Area, CompetencyKey
from trainer.kernel.values import LocalText, Problem, Wording, wording

LANGUAGES = ("en", "fr", "ar")
"""Titles and summaries are needed in all of these; lessons in the first."""
LONGEST_TITLE = 70
LONGEST_SUMMARY = 300
QUESTIONS = (5, 7)
ANSWERS = (3, 5)
LESSON_WORDS = (300, 900)
REFRESHER_WORDS = (300, 500)
EFFORT = (timedelta(minutes=5), timedelta(hours=8))
KINDS = ("one", "many")
SKIPS = ("current", "never")
REPEATS = ("never", "each-deployment")

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*")
_TITLE = re.compile(r"\A\s*#\s")
_HTML = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?/?>|/[a-zA-Z][a-zA-Z0-9-]*\s*>|!--)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(")


def check_pack(
    pack: Pack, *, known: Collection[CompetencyKey], known_modules: Collection[ModuleKey] = ()
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a pack, each with file and line; nothing when it can be installed.

    `known` are the competencies of its framework, `known_modules` the modules of the packs in its `needs`.
    """
    return (
        *_check_head(pack),
        *(problem for module in pack.modules for problem in _check_module(pack, module, known)),
        *_check_module_keys(pack, known_modules),
        *(problem for track in pack.tracks for problem in _check_track(pack, track, known_modules)),
    )


def problem_at(pack: Pack, place: str, message: Wording) -> Problem:
    """Place a problem at a thing of the pack, or at what stands nearest around it."""
    while place not in pack.places and ":" in place:
        place = place.rpartition(":")[0]
    file, line = pack.places.get(place) or pack.places.get("pack") or (None, None)
    return Problem(field=None, message=message, file=file, line=line)


def _check_head(pack: Pack) -> Iterator[Problem]:
    if version_of(pack.version) is None:
        yield problem_at(
            pack,
            "pack:version",
            wording("The version must be three numbers, such as 1.0.0, not {version}.", version=pack.version),
        )
    if not _LICENCE.fullmatch(pack.licence):
        yield problem_at(
            pack,
            "pack:licence",
            wording("Name the licence by its SPDX name, such as CC-BY-4.0, not {licence}.", licence=pack.licence),
        )
    if not pack.authors:
        yield problem_at(pack, "pack:authors", wording("Name at least one author."))
    if pack.key in pack.needs:
        yield problem_at(pack, "pack:needs", wording("A pack does not need itself. Take {key} away.", key=pack.key))
    for twice in _repeated(pack.needs):
        yield problem_at(pack, "pack:needs", wording("“{key}” stands here twice. Take one away.", key=twice))
    if not pack.modules and not pack.tracks:
        yield problem_at(pack, "pack", wording("The pack is empty. Add a module or a track."))
    yield from _check_titles(pack, "pack:title", pack.title)


def _check_titles(pack: Pack, place: str, title: LocalText) -> Iterator[Problem]:
    yield from _check_languages(pack, place, title)
    yield from _check_length(pack, place, title, most=LONGEST_TITLE)


def _check_languages(pack: Pack, place: str, text: LocalText) -> Iterator[Problem]:
    missing = [language for language in LANGUAGES if not text.get(language)]
    if missing:
        yield problem_at(
            pack, place, wording("This text is missing in: {languages}. Add it.", languages=", ".join(missing))
        )


def _check_length(pack: Pack, place: str, text: LocalText, *, most: int) -> Iterator[Problem]:
    for language, each in text.items():
        if len(each) > most:
            yield problem_at(
                pack,
                place,
                wording(
                    "The text in the language {language} has {count} characters; at most {most} fit.",
                    language=language,
                    count=len(each),
                    most=most,
                ),
            )


def _check_module(pack: Pack, module: ModuleSpec, known: Collection[CompetencyKey]) -> Iterator[Problem]:
    at = f"module:{module.key}"
    yield from _check_titles(pack, f"{at}:title", module.title)
    yield from _check_languages(pack, f"{at}:summary", module.summary)
    yield from _check_length(pack, f"{at}:summary", module.summary, most=LONGEST_SUMMARY)
    if not EFFORT[0] <= module.effort <= EFFORT[1]:
        yield problem_at(
            pack,
            f"{at}:effort",
            wording(
                "The effort is from {least} to {most} minutes.", least=_minutes(EFFORT[0]), most=_minutes(EFFORT[1])
            ),
        )
    if not module.sources:
        yield problem_at(pack, f"{at}:sources", wording("Name at least one source that a reader can find."))
    if not module.teaches:
        yield problem_at(
            pack, at, wording("The module teaches nothing. Add [[teaches]] with a competency and a level.")
        )
    yield from _check_levels(pack, f"{at}:teaches", module.teaches, known)
    yield from _check_levels(pack, f"{at}:requires", module.requires, known)
    yield from _check_requires(pack, module)
    yield from _check_refresher(pack, module)
    yield from _check_lessons(pack, module)
    for language in module.questions:
        yield from _check_questions(pack, module, language)
    yield from _check_translations(pack, module)


def _minutes(effort: timedelta) -> int:
    return int(effort.total_seconds() // 60)


def _check_levels(
    pack: Pack, place: str, levels: Sequence[AtLevel], known: Collection[CompetencyKey]
) -> Iterator[Problem]:
    seen: set[CompetencyKey] = set()
    for nth, each in enumerate(levels):
        if each.competency not in known:
            yield problem_at(
                pack,
                f"{place}:{nth}",
                wording(
                    "The framework {framework} has no competency “{key}”.",
                    framework=pack.framework,
                    key=each.competency,
                ),
            )
        if each.competency in seen:
            yield problem_at(
                pack, f"{place}:{nth}", wording("“{key}” stands here twice. Take one away.", key=each.competency)
            )
        seen.add(each.competency)


def _check_requires(pack: Pack, module: ModuleSpec) -> Iterator[Problem]:
    taught = {each.competency: each.level for each in module.teaches}
    for nth, each in enumerate(module.requires):
        if each.competency in taught and each.level > taught[each.competency]:
            yield problem_at(
                pack,
                f"module:{module.key}:requires:{nth}",
                wording("The module asks for more of “{key}” than it teaches. Lower the level.", key=each.competency),
            )


def _check_refresher(pack: Pack, module: ModuleSpec) -> Iterator[Problem]:
    if module.refresher_of is None:
        return
    if module.refresher_of not in {each.competency for each in module.teaches}:
        yield problem_at(
            pack,
            f"module:{module.key}:refresher_of",
            wording("A refresher teaches what it renews: add [[teaches]] for “{key}”.", key=module.refresher_of),
        )
    if module.refresher_of in {each.competency for each in module.requires}:
        yield problem_at(
            pack,
            f"module:{module.key}:refresher_of",
            wording(
                "A refresher is for those whose evidence lapsed, so it cannot require “{key}”.", key=module.refresher_of
            ),
        )


def _check_lessons(pack: Pack, module: ModuleSpec) -> Iterator[Problem]:
    least, most = LESSON_WORDS if module.refresher_of is None else REFRESHER_WORDS
    for language, text in module.lessons.items():
        place = f"module:{module.key}:lesson:{language}"
        count = len(text.split())
        # other languages put the same meaning into more words, or far fewer: only the first text is counted
        if language == "en" and not least <= count <= most:
            yield problem_at(
                pack,
                place,
                wording(
                    "The lesson has {count} words; {least} to {most} are right.", count=count, least=least, most=most
                ),
            )
        if _TITLE.match(text):
            yield problem_at(pack, place, wording("The lesson begins with a title. Take it away: the module has one."))
        for found in _HTML.finditer(text):
            yield _in_lesson(pack, place, text, found.start(), wording("HTML is not shown in lessons. Use Markdown."))
        for found in _PICTURE.finditer(text):
            yield _in_lesson(
                pack, place, text, found.start(), wording("Pictures are not shown in lessons. Say it in words.")
            )


def _in_lesson(pack: Pack, place: str, text: str, start: int, message: Wording) -> Problem:
    problem = problem_at(pack, place, message)
    return Problem(field=None, message=message, file=problem.file, line=text.count("\n", 0, start) + 1)


def _check_questions(pack: Pack, module: ModuleSpec, language: str) -> Iterator[Problem]:
    questions = module.questions[language]
    at = f"module:{module.key}:questions:{language}"
    least, most = QUESTIONS
    if not least <= len(questions) <= most:
        yield problem_at(
            pack,
            at,
            wording(
                "There are {count} questions; {least} to {most} are right.",
                count=len(questions),
                least=least,
                most=most,
            ),
        )
    for twice in _repeated(question.key for question in questions):
        yield problem_at(
            pack, f"{at}:{twice}", wording("Two questions have the key “{key}”. Keys are unique.", key=twice)
        )
    for question in questions:
        yield from _check_question(pack, f"{at}:{question.key}", question)


def _check_question(pack: Pack, place: str, question: Question) -> Iterator[Problem]:
    least, most = ANSWERS
    if not least <= len(question.answers) <= most:
        yield problem_at(
            pack,
            place,
            wording(
                "“{key}” has {count} answers; {least} to {most} are right.",
                key=question.key,
                count=len(question.answers),
                least=least,
                most=most,
            ),
        )
    right = sum(answer.right for answer in question.answers)
    if question.kind == "one" and right != 1:
        yield problem_at(
            pack,
            place,
            wording(
                "“{key}” has {count} right answers; the kind “one” needs exactly one.", key=question.key, count=right
            ),
        )
    if question.kind == "many" and not 0 < right < len(question.answers):
        yield problem_at(
            pack, place, wording("“{key}” needs at least one right and one wrong answer.", key=question.key)
        )
    if any(not answer.reason.strip() for answer in question.answers):
        yield problem_at(
            pack, place, wording("An answer of “{key}” has no reason. Say why it is right or wrong.", key=question.key)
        )
    for _ in _repeated(answer.text for answer in question.answers):
        yield problem_at(pack, place, wording("Two answers of “{key}” are the same. Change one.", key=question.key))


def _check_translations(pack: Pack, module: ModuleSpec) -> Iterator[Problem]:
    first = module.questions.get("en", ())
    for language in sorted(set(module.lessons) ^ set(module.questions)):
        message = (
            wording("There is a lesson but no questions in the language {language}. Add them.", language=language)
            if language in module.lessons
            else wording("There are questions but no lesson in the language {language}. Add it.", language=language)
        )
        kind = "lesson" if language in module.lessons else "questions"
        if language != "en":  # a missing first text was said by whoever read the files
            yield problem_at(pack, f"module:{module.key}:{kind}:{language}", message)
    for language, questions in module.questions.items():
        if language != "en" and first:
            yield from _check_translation(pack, f"module:{module.key}:questions:{language}", first, questions)


def _check_translation(
    pack: Pack, place: str, first: Sequence[Question], questions: Sequence[Question]
) -> Iterator[Problem]:
    if [each.key for each in first] != [each.key for each in questions]:
        yield problem_at(
            pack, place, wording("The questions of a translation have the same keys in the same order as in English.")
        )
        return
    for english, other in zip(first, questions, strict=True):
        # a kind that could not be read is empty, and was told where it stands
        if english.kind and other.kind and english.kind != other.kind:
            yield problem_at(
                pack, f"{place}:{other.key}", wording("“{key}” has another kind than in English.", key=other.key)
            )
        if [answer.right for answer in english.answers] != [answer.right for answer in other.answers]:
            yield problem_at(
                pack,
                f"{place}:{other.key}",
                wording(
                    "The answers of “{key}” are not the same ones, in the same order, as in English.", key=other.key
                ),
            )


def _check_module_keys(pack: Pack, known_modules: Collection[ModuleKey]) -> Iterator[Problem]:
    for twice in _repeated(module.key for module in pack.modules):
        yield problem_at(pack, f"module:{twice}", wording("Two modules have the key “{key}”.", key=twice))
    for module in pack.modules:
        if module.key in known_modules:
            yield problem_at(
                pack,
                f"module:{module.key}",
                wording("A pack that this one needs has a module “{key}” already. Choose another key.", key=module.key),
            )


def _check_track(pack: Pack, track: TrackSpec, known_modules: Collection[ModuleKey]) -> Iterator[Problem]:
    at = f"track:{track.key}"
    yield from _check_titles(pack, f"{at}:title", track.title)
    if track.role is not None and track.role not in set(Role):
        yield problem_at(
            pack,
            f"{at}:role",
            wording("There is no role “{role}”. Use one of: {roles}.", role=track.role, roles=", ".join(Role)),
        )
    if not track.steps:
        yield problem_at(pack, at, wording("The track has no steps. Add [[steps]] with a module."))
    own = {module.key for module in pack.modules}
    seen: set[ModuleKey] = set()
    for nth, step in enumerate(track.steps):
        if step.module not in own and step.module not in known_modules:
            yield problem_at(
                pack,
                f"{at}:step:{nth}",
                wording("There is no module “{key}” in this pack or in those that it needs.", key=step.module),
            )
        if step.module in seen:
            yield problem_at(
                pack, f"{at}:step:{nth}", wording("“{key}” stands here twice. Take one away.", key=step.module)
            )
        seen.add(step.module)


def _repeated(keys: Iterable[str]) -> list[str]:
    """Every key that came before in the list, once for each time it comes again."""
    seen: set[str] = set()
    again: list[str] = []
    for key in keys:
        if key in seen:
            again.append(key)
        seen.add(key)
    return again


def version_of(text: str) -> tuple[int, int, int] | None:
    """Return the three numbers of a version, or None when it is not one."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    major, minor, correction = (int(part) for part in found.groups())
    return major, minor, correction


def is_newer(version: str, *, than: str) -> bool:
    """Tell whether a version comes after another; what is no version comes before all."""
    return version_order(version) > version_order(than)


def version_order(version: str) -> tuple[int, int, int]:
    """Return what versions are sorted by."""
    return version_of(version) or (-1, -1, -1)


def folded(text: str) -> str:
    """A text for searching: lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def choose(
    cards: Iterable[ModuleCard], *, text: str, area: Area | None, language: str | None
) -> tuple[ModuleCard, ...]:
    """Return the modules whose title or summary has every word of the text, in the area and the language if one is given."""
    words = folded(text).split()
    return tuple(
        card
        for card in cards
        if (area is None or area in card.areas)
        and (language is None or language in card.languages)
        and (not words or all(word in _searched(card) for word in words))
    )


def _searched(card: ModuleCard) -> str:
    return folded(" ".join((card.key, *card.title.values(), *card.summary.values())))


def effort_of(track: Track, efforts: Mapping[ModuleKey, timedelta]) -> timedelta:
    """Return how long the modules of a track take together; a module that is no longer current takes nothing."""
    return sum((efforts.get(step.module, timedelta(0)) for step in track.steps), timedelta(0))
