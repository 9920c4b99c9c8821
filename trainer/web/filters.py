"""Values into what a page shows: days, durations, counts, addresses; the words of the domain come from `words`.

FILTERS and GLOBALS are handed to the template environment once, by the application. No filter asks the
database or the clock: where a wording depends on today, today is a parameter.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import wraps
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from flask import request
from flask_babel import format_decimal, get_locale, gettext, ngettext
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from trainer.competencies.values import Currency
from trainer.web import charts, prose, words
from trainer.web.words import BEST_FIRST, DAY, key

DAY_WITH_WEEKDAY = "EEEE, d MMMM y"
NEAR_DAYS = 14
"""Within so many days people count days; beyond, they name the date."""
BAR_STEPS = 50
"""The widths a bar's parts can take; the style sheet has one class for each."""


def day(value: date, today: date | None = None) -> Markup:
    """A calendar day as people say it, with the exact day behind it.

    Given `today`, days within two weeks of it are counted ("in 3 days"); all others are named.
    """
    on = value.date() if isinstance(value, datetime) else value
    exact = format_date(on, DAY_WITH_WEEKDAY, locale=get_locale())
    said = _counted(on, today) if today else None
    if said is None:
        said = format_date(on, DAY, locale=get_locale())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(on.isoformat(), exact, said)


def _counted(on: date, today: date) -> str | None:
    away = (on - today).days
    if abs(away) > NEAR_DAYS:
        return None
    if away == 0:
        return str(gettext("today"))
    if away in (1, -1):
        return str(gettext("tomorrow") if away == 1 else gettext("yesterday"))
    if away > 0:
        return str(ngettext("in %(num)s day", "in %(num)s days", away))
    return str(ngettext("%(num)s day ago", "%(num)s days ago", -away))


def moment(value: datetime, zone: str = "UTC") -> Markup:
    """An instant, in the named zone, whose place is said with it."""
    local = value.astimezone(ZoneInfo(zone))
    said = format_datetime(local, f"{DAY}, HH:mm", locale=get_locale())
    place = zone.rpartition("/")[2].replace("_", " ")
    return Markup('<time datetime="{}">{} <bdi>({})</bdi></time>').format(local.isoformat(), said, place)


def period(start: date | None, end: date | None) -> Markup:
    """From a day to a day; either side may be open."""
    if start and end:
        return Markup("<bdi>{} – {}</bdi>").format(day(start), day(end))
    if start:
        return escape(gettext("from %(day)s")) % {"day": day(start)}
    if end:
        return escape(gettext("until %(day)s")) % {"day": day(end)}
    return escape(gettext("without dates"))


def duration(value: timedelta | int) -> str:
    """How long something takes, from a timedelta or minutes: "5 days", "1 h 30 min"."""
    minutes = int(value.total_seconds() // 60) if isinstance(value, timedelta) else value
    days, rest = divmod(minutes, 24 * 60)
    if days and not rest:
        return str(ngettext("%(num)s day", "%(num)s days", days))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return str(gettext("%(minutes)s min", minutes=minutes))
    if not minutes:
        return str(gettext("%(hours)s h", hours=number(hours)))
    return str(gettext("%(hours)s h %(minutes)s min", hours=number(hours), minutes=minutes))


def number(value: float) -> str:
    """A count with its thousands set apart as the reader's language does."""
    return str(format_decimal(value))


def ratio(part: int, whole: int) -> Markup:
    """Two counts as "n of m", kept together in every direction of writing."""
    return Markup("<bdi>{}</bdi>").format(gettext("%(part)s of %(whole)s", part=number(part), whole=number(whole)))


def listed(values: Iterable[object]) -> str:
    """Things in a sentence: "a, b and c"."""
    return format_list([str(value) for value in values], locale=get_locale() or "en")


def present_states(counts: Mapping[object, int]) -> list[tuple[str, int]]:
    """The states that somebody is in, best first, with their counts."""
    by_key = {key(state): count for state, count in counts.items()}
    return [(state.value, by_key[state.value]) for state in BEST_FIRST if by_key.get(state.value)]


def worst_state(counts: Mapping[object, int]) -> str | None:
    """The worst state that somebody is in; None when nobody is counted."""
    present = {state for state, _ in present_states(counts)}
    return next((state.value for state in Currency if state.value in present), None)


def shares(counts: Mapping[object, int]) -> list[tuple[str, int]]:
    """The states that somebody is in with their widths in a bar; one person is always seen."""
    present = present_states(counts)
    total = sum(count for _, count in present)
    return [(state, max(1, round(BAR_STEPS * count / total))) for state, count in present]


def here(**changes: object) -> str:
    """The address of this page with some of its parameters changed; None takes one away."""
    kept = {name: values for name, values in request.args.lists() if name not in changes}
    given = {name: [str(value)] for name, value in changes.items() if value is not None}
    query = urlencode(kept | given, doseq=True)
    return f"{request.path}?{query}" if query else request.path


def _while_rendering(word: Callable[..., object]) -> Callable[..., object]:
    """The filter, kept from the template compiler.

    The compiler works out a filter of a constant once, in whatever language the first reader has.
    """

    @pass_context
    @wraps(word)
    def worded(_: Context, *values: object, **more: object) -> object:
        return word(*values, **more)

    return worded


_FILTERS: Mapping[str, Callable[..., object]] = {
    "day": day,
    "duration": duration,
    "figures_by_day": charts.figures_by_day,
    "key": key,
    "level": words.level,
    "listed": listed,
    "local": words.local,
    "markdown": prose.markdown,
    "moment": moment,
    "name": words.name,
    "number": number,
    "period": period,
    "present_states": present_states,
    "ratio": ratio,
    "readiness_word": words.readiness_word,
    "shares": shares,
    "state_tone": words.state_tone,
    "state_word": words.state_word,
    "symbol": words.symbol,
    "worded": words.worded,
    "worst_state": worst_state,
}

FILTERS: Mapping[str, Callable[..., object]] = {name: _while_rendering(word) for name, word in _FILTERS.items()}
GLOBALS: Mapping[str, Callable[..., object]] = {"here": here, "plot_lines": charts.plot_lines}
