"""What the pages of partners show beside the domain's own values: names, money, and the choices of their forms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from flask_babel import format_currency, gettext
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, OrganisationId
from trainer.catalogue import queries as catalogue_queries
from trainer.catalogue.values import ModuleKey
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, Competency, CompetencyKey, Level
from trainer.kernel.values import LocalText
from trainer.partners import queries
from trainer.partners.values import REGION_NAMES, TEACHING_LANGUAGES, CourseMode, QuotaLine
from trainer.web.words import level, local, name

Pairs = list[tuple[str, str]]
Grouped = dict[str, Pairs]
"""Choices under headings, as a select takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the forms of courses and sessions let people pick from."""

    competencies: Grouped
    modules: Grouped
    regions: Pairs
    organisations: Pairs
    missions: Pairs
    zones: Grouped


def course_choices(session: Session) -> Choices:
    """The competencies and the modules of today, by mandate area."""
    known = competency_queries.competencies(session)
    current = {key: each for key, each in known.items() if each.retired_on is None}
    return Choices(
        competencies=_by_area((each.area, key, local(each.title)) for key, each in current.items()),
        modules=_modules(session, current),
        regions=[],
        organisations=[],
        missions=[],
        zones={},
    )


def session_choices(session: Session) -> Choices:
    """The regions that missions and partners lie in, for whom seats can be reserved, and all time zones."""
    missions = account_queries.missions(session)
    keys = {each.region for each in missions} | {each.region for each in queries.partners(session)}
    return Choices(
        competencies={},
        modules={},
        regions=sorted(((key, region_name(key)) for key in keys if key), key=lambda pair: pair[1]),
        organisations=[(str(each.id), each.name) for each in account_queries.organisations(session)],
        missions=[(str(each.id), each.name) for each in missions],
        zones=_zones(),
    )


def course_filters(session: Session) -> dict[str, Pairs]:
    """What the list of courses can be narrowed to."""
    return {
        "areas": [(area.value, name(area)) for area in Area],
        "languages": list(TEACHING_LANGUAGES.items()),
        "modes": [(mode.value, name(mode)) for mode in CourseMode],
        "partners": [(str(each.id), each.name) for each in queries.partners(session)],
    }


def _modules(session: Session, known: Mapping[CompetencyKey, Competency]) -> Grouped:
    offered = catalogue_queries.offerings(session)
    areas = {
        each.key: next((known[at.competency].area for at in each.teaches if at.competency in known), None)
        for each in offered
    }
    return _by_area((areas[each.key], each.key, local(each.title)) for each in offered)


def _by_area(lines: Iterable[tuple[Area | None, str, str]]) -> Grouped:
    found: dict[Area | None, Pairs] = {}
    for area, key, title in lines:
        found.setdefault(area, []).append((key, title))
    order = [area for area in (*Area, None) if area in found]
    return {
        name(area) if area else str(gettext("Other")): sorted(found[area], key=lambda pair: pair[1].casefold())
        for area in order
    }


def _zones() -> Grouped:
    """Time zones under their part of the world; the many old names and offsets that nobody lives by are left out."""
    found: Grouped = {"UTC": [("UTC", "UTC")]}
    for key in sorted(available_timezones()):
        continent, _, place = key.partition("/")
        if place and continent not in {"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico", "posix", "right"}:
            found.setdefault(continent, []).append((key, place.replace("_", " ")))
    return found


def region_name(key: str) -> str:
    """The name of a travel region; a key without one is shown as it is."""
    return str(gettext(REGION_NAMES[key])) if key in REGION_NAMES else key.replace("-", " ")


def language_name(code: str) -> str:
    """The language a course is held in, under its own name."""
    return TEACHING_LANGUAGES.get(code, code)


def money(minor: int, currency: str) -> str:
    """An amount in whole minor units, without cents where there are none."""
    if minor == 0:
        return str(gettext("free of charge"))
    pattern = "¤#,##0" if minor % 100 == 0 else None
    return str(format_currency(minor / 100, currency, format=pattern, currency_digits=minor % 100 != 0))


def titles_of(session: Session, keys: Collection[CompetencyKey]) -> Mapping[CompetencyKey, LocalText]:
    """The titles of competencies, retired ones too."""
    known = competency_queries.competencies(session)
    return {key: known[key].title if key in known else {"en": key} for key in keys}


def module_titles(session: Session, keys: Collection[ModuleKey]) -> Mapping[ModuleKey, LocalText]:
    """The titles of modules; one that never was shows its key."""
    known = catalogue_queries.module_titles(session, modules=keys)
    return {key: known.get(key, {"en": key}) for key in keys}


def level_choices(*, most: Level = Level.INSTRUCTOR) -> Pairs:
    """The levels from 1 up to the highest there is to choose."""
    return [(str(int(each)), level(each)) for each in Level if Level.AWARE <= each <= most]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """A quota in words."""

    whom: str
    line: QuotaLine


def quota_rows(session: Session, quotas: Iterable[QuotaLine]) -> list[QuotaRow]:
    """Quotas with the names of those they are for."""
    listed = list(quotas)
    if not listed:
        return []
    organisations = {each.id: each.name for each in account_queries.organisations(session)}
    missions = {each.id: each.name for each in account_queries.missions(session)}
    return [QuotaRow(whom=_whom(each, organisations, missions), line=each) for each in listed]


def _whom(quota: QuotaLine, organisations: Mapping[OrganisationId, str], missions: Mapping[MissionId, str]) -> str:
    organisation = organisations.get(quota.organisation, "") if quota.organisation is not None else ""
    mission = missions.get(quota.mission, "") if quota.mission is not None else ""
    if organisation and mission:
        return str(gettext("%(organisation)s in %(mission)s", organisation=organisation, mission=mission))
    return organisation or mission
