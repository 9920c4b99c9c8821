"""What is supposed, and how it came out, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, gettext, ngettext

from trainer.mandates.values import DraftId
from trainer.scenarios.values import BudgetCut, Figure, SeatsAdded, TextPublished, WhatIf
from trainer.shocks.values import ContingentLeaves, PartnerCloses, SeatsLost, ShareLeaves
from trainer.web.filters import duration, listed, number
from trainer.web.partners.shown import language_name, money, region_name
from trainer.web.scenarios.choices import Choices
from trainer.web.words import DAY, level, name


def _day(day: Any) -> str:
    return format_date(day, DAY, locale=get_locale())


def what_if_words(what_if: WhatIf, known: Choices) -> str:
    """What is supposed, as one sentence without its stop: "25 % of the people of UNIFIL leave over 18 weeks from …"."""
    said = _SAID[type(what_if)](what_if, known)
    return str(said)


def _text(each: TextPublished, known: Choices) -> str:
    if each.draft not in known.drafts:
        return str(gettext("a draft that was published or discarded since"))
    mission, symbol = known.drafts[DraftId(each.draft)]
    return str(
        gettext(
            "%(symbol)s is published for %(mission)s",
            symbol=symbol or gettext("a text without symbol"),
            mission=known.mission(mission),
        )
    )


def _share(each: ShareLeaves, known: Choices) -> str:
    missions = listed(known.mission(mission) for mission in each.missions)
    where = missions or gettext("every mission")
    return str(
        ngettext(
            "%(percent)s %% of the people of %(missions)s leave within one week from %(day)s: %(first)s",
            "%(percent)s %% of the people of %(missions)s leave over %(num)s weeks from %(day)s: %(first)s",
            each.weeks,
            percent=each.percent, missions=where, day=_day(each.starts_on), first=name(each.first),
        )
    )  # fmt: skip


def _contingent(each: ContingentLeaves, known: Choices) -> str:
    mission, day = known.mission(each.mission), _day(each.on)
    if each.unit is not None:
        unit = known.units[each.unit][1] if each.unit in known.units else "?"
        return str(gettext("%(unit)s leaves %(mission)s on %(day)s", unit=unit, mission=mission, day=day))
    who = known.organisations.get(each.organisation, "?") if each.organisation is not None else "?"
    return str(gettext("everybody from %(name)s leaves %(mission)s on %(day)s", name=who, mission=mission, day=day))


def _closes(each: PartnerCloses, known: Choices) -> str:
    return str(gettext("%(partner)s closes on %(day)s", partner=known.partner(each.partner), day=_day(each.on)))


def _lost(each: SeatsLost, known: Choices) -> str:
    of = [known.competency(each.competency)] if each.competency else []
    of += [region_name(each.region)] if each.region else []
    said = {"percent": each.percent, "of": ", ".join(of) or gettext("all sessions"), "day": _day(each.starts_on)}
    if each.until_on is None:
        return str(gettext("%(percent)s %% of the seats are lost from %(day)s: %(of)s", **said))
    said["last"] = _day(each.until_on - timedelta(days=1))
    return str(gettext("%(percent)s %% of the seats are lost from %(day)s until %(last)s: %(of)s", **said))


def _added(each: SeatsAdded, known: Choices) -> str:
    said = {
        "competency": known.competency(each.competency),
        "level": level(each.level),
        "day": _day(each.starts_on),
        "language": language_name(each.language),
        "where": region_name(each.region) if each.region else gettext("live online"),
    }
    return str(
        ngettext(
            "one seat more in %(competency)s (%(level)s) from %(day)s, %(where)s, %(language)s",
            "%(num)s seats more in %(competency)s (%(level)s) from %(day)s, %(where)s, %(language)s",
            each.seats,
            **said,
        )
    )


def _cut(each: BudgetCut, known: Choices) -> str:
    where = listed(known.mission(mission) for mission in each.missions) or gettext("every mission")
    return str(
        gettext(
            "new seats and journeys of %(missions)s may cost %(percent)s %% less", missions=where, percent=each.percent
        )
    )


_SAID: Mapping[type[Any], Callable[[Any, Choices], str]] = {
    TextPublished: _text,
    ShareLeaves: _share,
    ContingentLeaves: _contingent,
    PartnerCloses: _closes,
    SeatsLost: _lost,
    SeatsAdded: _added,
    BudgetCut: _cut,
}


def figure_value(value: int, figure: Figure | str) -> str:
    """A main figure, named by itself or its key, as people read it."""
    figure = Figure(figure)
    if figure is Figure.HOURS:
        return duration(value)
    return money(value, "USD") if figure is Figure.COST and value else number(value)


FILTERS: Mapping[str, Callable[..., object]] = {"what_if_words": what_if_words, "figure_value": figure_value}
"""Handed to the template environment with the blueprint."""
