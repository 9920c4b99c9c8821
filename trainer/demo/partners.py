"""Invented partners with courses and dated sessions, of the kinds that the field has.

Pure and repeatable, like `people`. Sessions are dated from `today`, over the twelve months to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

from trainer.accounts.values import MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, ModuleKey
from trainer.competencies.values import Area, CompetencyKey, Level
from trainer.demo.facts import FOLDER, BadFacts
from trainer.demo.people import shared_out
from trainer.interop import toml_text
from trainer.interop.toml_text import Report, Table
from trainer.kernel.values import LocalText, Problem, wording
from trainer.partners.values import (
    MODES_WITH_TRAVEL,
    CourseDraft,
    CourseMode,
    CourseSpec,
    PartnerSpec,
    QuotaDraft,
    RecognitionDecision,
    RecognitionState,
    SessionDraft,
)

COURSES = 150
SESSIONS_A_THOUSAND = 200
"""Sessions for each thousand people: 600 for three thousand."""
LEAST_SESSIONS = 150
REACH_DAYS = 350
LANGUAGES = ("en", "fr", "ar", "en", "fr", "en")
"""The languages in which the courses of one theme are held, in turn."""
SELF_PACED_DAYS = 28
ONLINE_KIND = "e-learning institute"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFact:
    """An invented provider of a kind that exists."""

    key: str
    name: str
    kind: str
    region: str
    time_zone: str
    place: str
    languages: tuple[str, ...]
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a course can be about."""

    key: str
    title: LocalText
    awards: tuple[AtLevel, ...]
    days: int
    mode: CourseMode
    cost: int
    """In whole dollars."""
    roles: tuple[Role, ...]
    requires: AtLevel | None
    modules: tuple[ModuleKey, ...]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The partners and the themes, as the file has them."""

    partners: tuple[PartnerFact, ...]
    themes: tuple[Theme, ...]


@cache
def read_market() -> Market:
    """Read `partners.toml`; raises BadFacts."""
    market, problems = read_file(FOLDER / "partners.toml")
    if problems:
        raise BadFacts(problems)
    return market


def read_file(path: Path) -> tuple[Market, tuple[Problem, ...]]:
    """Read a file of partners and themes, with every mistake in it."""
    report = Report(file=path.name)
    table = toml_text.parse(path.read_text("utf-8"), report=report)
    if table is None:
        return Market(partners=(), themes=()), tuple(report.problems)
    market = Market(
        partners=tuple(_partner(each) for each in table.tables("partners")),
        themes=tuple(_theme(each) for each in table.tables("themes")),
    )
    table.close()
    return market, tuple(report.problems)


def _partner(table: Table) -> PartnerFact:
    areas = table.texts("areas")
    known = [each for each in areas if each in list(Area)]
    if len(known) != len(areas):
        table.refuse("areas", wording("“{key}” names an area that does not exist.", key=table.text("key")))
    fact = PartnerFact(
        key=table.key("key"),
        name=table.text("name"),
        kind=table.text("kind"),
        region=table.key("region"),
        time_zone=table.text("time_zone"),
        place=table.text("place"),
        languages=table.keys("languages"),
        areas=tuple(Area(each) for each in known),
    )
    table.close()
    return fact


def _theme(table: Table) -> Theme:
    roles = table.texts("roles")
    known = [each for each in roles if each in list(Role)]
    if len(known) != len(roles):
        table.refuse("roles", wording("“{key}” names a role that does not exist.", key=table.text("key")))
    theme = Theme(
        key=table.key("key"),
        title=table.local("title"),
        awards=tuple(_at_level(each) for each in table.tables("awards")),
        days=table.number("days", least=1, most=28) or 1,
        mode=CourseMode(table.choice("mode", list(CourseMode)) or CourseMode.HYBRID),
        cost=table.number("cost", least=0, most=10_000) or 0,
        roles=tuple(Role(each) for each in known),
        requires=_at_level(table.table("requires")) if table.has("requires") else None,
        modules=tuple(ModuleKey(each) for each in table.keys("modules")),
        weight=table.number("weight", least=1, most=50) or 1,
    )
    table.close()
    return theme


def _at_level(table: Table) -> AtLevel:
    found = AtLevel(
        competency=CompetencyKey(table.key("competency")), level=Level(table.number("level", least=1, most=4) or 1)
    )
    table.close()
    return found


def sessions_for(people: int) -> int:
    """How many sessions there are for so many people."""
    return max(LEAST_SESSIONS, people * SESSIONS_A_THOUSAND // 1000)


def invent_offers(
    market: Market,
    *,
    organisations: Mapping[str, OrganisationId],
    missions: Sequence[MissionId],
    areas: Mapping[CompetencyKey, Area],
    sessions: int,
    seed: int,
    today: date,
    reach: int = REACH_DAYS,
) -> tuple[PartnerSpec, ...]:
    """Invent what each partner offers: so many sessions over the `reach` days to come.

    `organisations` holds one for each partner's key; `missions` are those that quotas may name.
    """
    chance = Random(f"offers {seed}")  # noqa: S311 - repeatable invention, not secrecy
    placed = _placed(market, areas=areas)
    runs = shared_out(sessions, [theme.weight for _, theme, _ in placed])
    courses: dict[str, list[CourseSpec]] = {each.key: [] for each in market.partners}
    seen: set[tuple[str, str]] = set()
    for (partner, theme, language), number in zip(placed, runs, strict=True):
        first = (theme.key, language) not in seen
        seen.add((theme.key, language))
        courses[partner.key].append(
            CourseSpec(
                key=f"{theme.key}-{language}",
                draft=_draft(partner, theme, language),
                recognised=_granted(chance, theme, today=today) if first else _decided(chance, theme, today=today),
                sessions=tuple(
                    _sessions(
                        chance, partner, theme, missions=missions, number=max(1, number), today=today, reach=reach
                    )
                ),
            )
        )
    return tuple(
        PartnerSpec(
            organisation=organisations[each.key],
            key=each.key,
            name=each.name,
            kind=each.kind,
            region=each.region,
            time_zone=each.time_zone,
            email=f"courses@{each.key}.example",
            invented=True,
            courses=tuple(courses[each.key]),
        )
        for each in market.partners
    )


def _placed(market: Market, *, areas: Mapping[CompetencyKey, Area]) -> list[tuple[PartnerFact, Theme, str]]:
    """Which partner holds a course of which theme in which language: those good at it first, then the least busy."""
    placed: list[tuple[PartnerFact, Theme, str]] = []
    for theme, number in zip(market.themes, shared_out(COURSES, [each.weight for each in market.themes]), strict=True):
        spoken = [each for each in LANGUAGES if each in theme.title]
        fields = {areas[award.competency] for award in theme.awards if award.competency in areas}
        for turn in range(number):
            language = spoken[turn % len(spoken)]
            taken = {(partner.key, course.key, held) for partner, course, held in placed}
            able = [
                each
                for each in market.partners
                if language in each.languages and (each.key, theme.key, language) not in taken
            ]
            if not able:
                continue
            busy = {each.key: sum(partner is each for partner, _, _ in placed) for each in able}
            best = min(able, key=lambda each: (not fields & set(each.areas), busy[each.key], each.key))
            placed.append((best, theme, language))
    return placed


def _mode(partner: PartnerFact, theme: Theme) -> CourseMode:
    return CourseMode.SELF_PACED if partner.kind == ONLINE_KIND else theme.mode


def _draft(partner: PartnerFact, theme: Theme, language: str) -> CourseDraft:
    mode = _mode(partner, theme)
    return CourseDraft(
        title=theme.title[language],
        summary="",
        language=language,
        mode=mode,
        days=theme.days,
        cost=0 if mode is CourseMode.SELF_PACED else theme.cost * 100,
        roles=theme.roles,
        requires=theme.requires,
        awards=theme.awards,
        modules=theme.modules,
    )


def _decided(chance: Random, theme: Theme, *, today: date) -> tuple[RecognitionDecision, ...]:
    """Most courses are recognised, some wait for a decision, few are refused."""
    draw = chance.random()
    if draw < 0.2:
        return ()
    if draw < 0.26:
        return tuple(
            RecognitionDecision(
                competency=award.competency,
                level=award.level,
                state=RecognitionState.REFUSED,
                reason="The practical part is not assessed.",
            )
            for award in theme.awards
        )
    return _granted(chance, theme, today=today)


def _granted(chance: Random, theme: Theme, *, today: date) -> tuple[RecognitionDecision, ...]:
    """The first course of a theme in a language is always recognised; recognitions run out after a while."""
    ends = today + timedelta(days=chance.choice((45, 200, 420, 700, 1000)))
    return tuple(
        RecognitionDecision(
            competency=award.competency,
            level=award.level,
            state=RecognitionState.GRANTED,
            reason="Content and assessment agree with the modules it covers.",
            expires_on=ends,
        )
        for award in theme.awards
    )


def _sessions(
    chance: Random,
    partner: PartnerFact,
    theme: Theme,
    *,
    missions: Sequence[MissionId],
    number: int,
    today: date,
    reach: int,
) -> Iterator[SessionDraft]:
    mode = _mode(partner, theme)
    travels = mode in MODES_WITH_TRAVEL
    days = SELF_PACED_DAYS if mode is CourseMode.SELF_PACED else theme.days
    for turn in range(number):
        starts_on = today + timedelta(days=9 + int(reach * (turn + chance.random()) / number))
        seats = chance.choice((18, 20, 24, 25, 30)) if travels else chance.choice((30, 36, 40, 60))
        quota = QuotaDraft(
            mission=chance.choice(missions), seats=seats // 3, released_on=starts_on - timedelta(days=30)
        )
        yield SessionDraft(
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=days - 1),
            starts_time=time(chance.choice((8, 9))),
            time_zone=partner.time_zone,
            place=partner.place if travels else "",
            region=partner.region,
            seats=seats,
            least_seats=seats // 3 if travels else 0,
            quotas=(quota,) if travels and chance.random() < 0.06 else (),
        )
