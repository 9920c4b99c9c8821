"""What the domain says, in the reader's language: names of states and kinds, sentences of refusals, texts in several languages.

The domain marks its words for translation and leaves them in English; here they are translated. Sentences of
pages stand in the templates.
"""

import re
import sys
from collections.abc import Mapping
from datetime import date
from enum import Enum
from functools import cache

from babel.dates import format_date
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext
from markupsafe import Markup, escape

from trainer.accounts.values import Role
from trainer.competencies.values import CURRENCY_NAMES, LEVEL_NAMES, Currency, Level
from trainer.kernel.values import LocalText, Scalar, Wording

DAY = "d MMMM y"
SYMBOL = re.compile(r"[A-Z]+(?:/[A-Z0-9.]+)+(?:\s\(\d{4}\))?|\b\d+[a-z]*(?:\([a-z0-9]+\))+")
"""A document's symbol, or a paragraph with its letters: `S/RES/2155 (2014)`, `11(a)`."""

NOT_IN_MANDATE = "not-in-mandate"
BEST_FIRST = (
    Currency.CURRENT,
    Currency.DUE_SOON,
    Currency.WAIVED,
    Currency.UNKNOWN,
    Currency.LAPSED,
    Currency.NEVER,
)
"""The order in which bars and legends show the states of readiness."""

STATE_WORDS: Mapping[str, tuple[str, str]] = {
    # assignments
    "proposed": (lazy_gettext("proposed"), "info"),
    "assigned": (lazy_gettext("assigned"), "info"),
    "in-progress": (lazy_gettext("in progress"), "info"),
    "completed": (lazy_gettext("completed"), "good"),
    "withdrawn": (lazy_gettext("withdrawn"), "neutral"),
    "superseded": (lazy_gettext("superseded"), "neutral"),
    "locked": (lazy_gettext("locked"), "neutral"),
    "overdue": (lazy_gettext("overdue"), "bad"),
    "failed": (lazy_gettext("not passed"), "bad"),
    "passed": (lazy_gettext("passed"), "good"),
    # plans and their runs
    "approved": (lazy_gettext("approved"), "good"),
    "published": (lazy_gettext("published"), "good"),
    "dismissed": (lazy_gettext("dismissed"), "neutral"),
    "undone": (lazy_gettext("undone"), "neutral"),
    "granted": (lazy_gettext("recognised"), "good"),
    "refused": (lazy_gettext("refused"), "bad"),
    "reported": (lazy_gettext("reported"), "info"),
    "accepted": (lazy_gettext("accepted"), "good"),
    "declined": (lazy_gettext("declined"), "neutral"),
    "answered": (lazy_gettext("answered"), "good"),
    "closed": (lazy_gettext("closed"), "neutral"),
    "sending": (lazy_gettext("being sent"), "info"),
    "waiting": (lazy_gettext("waiting"), "neutral"),
    "open": (lazy_gettext("open"), "info"),
    "running": (lazy_gettext("being worked out"), "info"),
    "stored": (lazy_gettext("stored"), "good"),
    "parked": (lazy_gettext("stopped, needs a look"), "bad"),
    "cancelled": (lazy_gettext("cancelled"), "bad"),
    # instruments and tasks
    "draft": (lazy_gettext("draft"), "neutral"),
    "in-force": (lazy_gettext("in force"), "good"),
    "inherited": (lazy_gettext("inherited"), "info"),
    "ended": (lazy_gettext("ended"), "neutral"),
    "not-verified": (lazy_gettext("renewal not verified"), "warn"),
    # sessions, courses, messages
    "planned": (lazy_gettext("planned"), "info"),
    "full": (lazy_gettext("full"), "warn"),
    "held": (lazy_gettext("held"), "neutral"),
    "recognised": (lazy_gettext("recognised"), "good"),
    "not-recognised": (lazy_gettext("not yet recognised"), "warn"),
    "queued": (lazy_gettext("waiting to be sent"), "neutral"),
    "sent": (lazy_gettext("sent"), "good"),
    "not-sent": (lazy_gettext("could not be sent"), "bad"),
}
"""Key → word, for a state that the domain has not named, and tone, for all; the tones are those of the tag component."""


def symbol(text: str) -> Markup:
    """A text with its symbols and paragraphs isolated, since they read left to right in every language."""
    marked, last = Markup(), 0
    for found in SYMBOL.finditer(text):
        marked += escape(text[last : found.start()]) + Markup('<bdi dir="ltr">{}</bdi>').format(found.group())
        last = found.end()
    return marked + escape(text[last:])


def key(value: object) -> str:
    """The key of a state as templates and style sheet spell it: an enum's value, with hyphens."""
    return str(getattr(value, "value", value)).replace("_", "-").lower()


def name(value: Enum) -> str:
    """The name of a member of an enum, which the domain keeps in a `…_NAMES` beside the enum."""
    known = _names(type(value)).get(value)
    return str(gettext(known)) if known else key(value).replace("-", " ")


@cache
def _names(kind: type[Enum]) -> Mapping[Enum, str]:
    beside = vars(sys.modules[kind.__module__])
    tables = (table for title, table in beside.items() if title.endswith("_NAMES") and isinstance(table, dict))
    return next((table for table in tables if all(isinstance(member, kind) for member in table)), {})


def level(value: int) -> str:
    """A level of competency, number and word: "2 practised"."""
    return f"{int(value)} {gettext(LEVEL_NAMES[Level(value)])}"


def readiness_word(state: object) -> str:
    """The word for a state of readiness, or for "not in the mandate"."""
    if key(state) == NOT_IN_MANDATE:
        return str(gettext("not in the mandate"))
    return str(gettext(CURRENCY_NAMES[Currency(key(state))]))


def state_word(state: object) -> str:
    """The word for the state of an assignment, plan, session, message or instrument."""
    if isinstance(state, Enum) and state in _names(type(state)):
        return name(state)
    known = STATE_WORDS.get(key(state))
    return str(known[0]) if known else key(state).replace("-", " ")


def state_tone(state: object) -> str:
    """The tone of a state's tag; neutral for a state without one."""
    return STATE_WORDS.get(key(state), ("", "neutral"))[1]


def worded(message: Wording) -> Markup:
    """A sentence of the domain in the reader's language, its parameters set as the language does."""
    sentence = escape(gettext(message.key))
    return sentence.format(**{about: _parameter(about, value) for about, value in message.params.items()})


def _parameter(about: str, value: Scalar) -> Markup:
    if about.endswith("_on"):
        day = date.fromisoformat(str(value))
        return escape(format_date(day, DAY, locale=get_locale()))
    if isinstance(value, int):
        return escape(format_decimal(value))
    if about == "role":
        return escape(name(Role(str(value))) if value else gettext("without a role"))
    return symbol(value if isinstance(value, str) else local(value))


def local(text: LocalText) -> str:
    """A text of several languages in the reader's, or in English."""
    locale = get_locale()
    return text.get(locale.language if locale else "en") or text["en"]
