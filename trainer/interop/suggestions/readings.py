"""What a text says of days, numbers and itself. Each reading keeps the words that it rests on."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trainer.interop.suggestions.values import Ceiling, Heading, Paragraph, Part, Place, Says, Span
from trainer.interop.suggestions.words import folded

_MONTHS = {
    "en": [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    "fr": [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ],
}
_MONTH = {
    "en": "|".join(_MONTHS["en"]),
    "fr": "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre",
}
_DAY = {
    "en": rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m>{_MONTH['en']}),?\s+(?P<y>\d{{4}})"
    rf"|(?P<m2>{_MONTH['en']})\s+(?P<d2>\d{{1,2}}),?\s+(?P<y2>\d{{4}}))",
    "fr": rf"(?:(?P<d>\d{{1,2}})(?:er)?\s+(?P<m>{_MONTH['fr']})\s+(?P<y>\d{{4}}))",
}
_NUMBER_WORDS = {
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "fr": ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
}
_TENS = {"fifteen": 15, "eighteen": 18, "twenty-four": 24, "quinze": 15, "dix-huit": 18, "vingt-quatre": 24, "thirty": 30,
         "trente": 30, "sixty": 60, "soixante": 60, "ninety": 90, "quatre-vingt-dix": 90}  # fmt: skip


def _compiled(en: str, fr: str) -> dict[str, re.Pattern[str]]:
    return {
        "en": re.compile(en.replace("DAY", _DAY["en"]), re.IGNORECASE),
        "fr": re.compile(fr.replace("DAY", _DAY["fr"]), re.IGNORECASE),
    }


_UNTIL = _compiled(
    r"(?:until|through|up to|till|expir(?:e|es|ing) on|ending on|end(?:s)? on)\s+(?:and including\s+)?DAY",
    r"(?:jusqu['’]au|jusqu['’]à la date du|prenant fin le|s['’]ach[eè]v\w+ le|expir\w+ le|prendra fin le)\s+DAY",
)
_FROM = _compiled(
    r"(?:as of|as from|from|starting(?: on)?|beginning(?: on)?|with effect from|effective)\s+DAY",
    r"(?:à compter du|à partir du|dès le|avec effet au)\s+DAY",
)
_BY = _compiled(
    r"(?:(?:no|not) later than|by|before)\s+DAY|within\s+(?:\d+|[a-z-]+)\s+(?:days|weeks|months)"
    r"(?:\s+(?:of|after|from)\s+[^,;]{3,60})?",
    r"(?:au plus tard le|d['’]ici(?: au| le)?|avant le)\s+DAY|dans (?:un délai de |les )\S+ (?:jours|semaines|mois)"
    r"(?:\s+(?:suivant|après|à compter)\s+[^,;]{3,60})?",
)
_PHASE = _compiled(
    r"(?:in |during |under )?(?:the )?"
    r"(?:(?:first|second|third|initial|final|next)\s+phase|phases?\s+(?:one|two|three|[IV1-4]+)\b)",
    r"(?:dans |pendant |durant )?(?:la )?"
    r"(?:(?:première|deuxième|troisième|dernière)\s+phase|phases?\s+(?:[IV1-4]+)\b)",
)
_PERIOD = _compiled(
    r"for (?:a |an )?(?:further |additional |initial |new )?(?:period of )?"
    r"(?P<n>[a-z-]+|\d+)(?:\s+\(\d+\))?[ -](?:months?|year)",
    r"pour une (?:nouvelle )?(?:période (?:supplémentaire )?(?:initiale )?(?:de |d['’]))?(?P<n>[a-zé-]+|\d+)\s+(?:mois|an)",
)
_PEOPLE = _compiled(
    r"(?:up to|of|maximum of|ceiling of|and|comprising|comprise|,)\s+(?P<n>\d{1,3}(?:[,\s\u202f]\d{3})+|\d{2,6})\s+"
    r"(?P<who>(?:uniformed |military |police |troops?|individual |formed |civilian |staff |correction\w* |United Nations |"
    r"observers?|officers?|personnel|members?|units?|experts?|advisers?| and (?!\d)| of | in )+)",
    r"(?P<n>\d{1,3}(?:[\s.\u202f]\d{3})+|\d{2,6})\s+(?P<who>"
    r"(?:militaires|policiers|soldats|hommes|membres du personnel|membres d['’]unités de police|membres|agents pénitentiaires|"
    r"agents|observateurs|officiers)"
    r"(?:\s+(?:en tenue|militaires|du personnel|de police|d['’]état-major|d['’]unités de police constituées|constituées|"
    r"des unités de police constituées|pénitentiaires))*)",
)
_AUTHORISES = _compiled(
    r"ceiling|authori[sz]ed (?:strength|level)|shall comprise|force levels|"
    r"up to [\d, ]+ (?:military|uniformed|police|troops|personnel)",
    r"effectif|plafond|à concurrence|comprendra|ne dépasser",
)
_SYMBOL = re.compile(r"\bS/RES/(\d{1,5})(?:\s*\((\d{4})\))?", re.IGNORECASE)
_RESOLUTION = re.compile(r"^\W*(?:resolution|résolution)\s+(\d{1,5})\s*\((\d{4})\)\W*$", re.IGNORECASE | re.MULTILINE)
_ADOPTED = _compiled(
    r"adopted\s+(?:by\s+the\s+security\s+council\s+)?(?:at\s+its\s+[\d\w,. ]+?meeting,?\s+)?(?:held\s+)?on\s+DAY",
    r"adoptée?\s+(?:par\s+le\s+conseil\s+de\s+sécurité\s+)?(?:à\s+sa\s+[\d\w,. ]+?séance,?\s+)?(?:tenue\s+)?(?:le|,)\s+DAY",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What a paragraph says of days."""

    starts_on: date | None
    last_on: date | None
    remarks: tuple[str, ...]
    """Deadlines and phases, as they stand."""
    spans: tuple[Span, ...]


def days_of(text: str, *, language: str) -> Days:
    """Return the days a paragraph names; a deadline is no end, so it is only a remark."""
    until, start = _first(_UNTIL, text, language), _first(_FROM, text, language)
    spans = [Span(start=each.start(), end=each.end(), says=Says.DATES) for each in (until, start) if each]
    remarks = []
    for pattern in (_BY[language], _PHASE[language]):
        for found in pattern.finditer(text):
            remarks.append(found.group().strip())
            spans.append(Span(start=found.start(), end=found.end(), says=Says.DATES))
    return Days(
        starts_on=_day(start, language),
        last_on=_day(until, language),
        remarks=tuple(dict.fromkeys(remarks)),
        spans=tuple(spans),
    )


def _first(pattern: dict[str, re.Pattern[str]], text: str, language: str) -> re.Match[str] | None:
    return pattern[language].search(text)


def _day(found: re.Match[str] | None, language: str) -> date | None:
    if found is None:
        return None
    parts = found.groupdict()
    day, month, year = (parts.get(each) or parts.get(f"{each}2") for each in "dmy")
    if not (day and month and year):
        return None
    try:
        return date(int(year), _MONTHS[language].index(folded(month)) + 1, int(day))
    except ValueError:
        return None


def end_of(text: str, *, language: str) -> date | None:
    """Return the last day of what a paragraph ends: its deadline, or the day before that from which it is no more."""
    days = days_of(text, language=language)
    by = next((day for each in _BY[language].finditer(text) if (day := _day(each, language))), None)
    if days.starts_on is not None:
        return days.starts_on - timedelta(days=1)
    return days.last_on or by


def day_after(last: date | None) -> date | None:
    """Return how an end is stored: by the first day after it."""
    return None if last is None else last + timedelta(days=1)


def ceilings_of(paragraph: Paragraph, *, language: str) -> Iterator[Ceiling]:
    """Each number of people that a paragraph authorises."""
    for found in _PEOPLE[language].finditer(paragraph.text):
        who = found["who"].strip()
        if re.fullmatch(r"(?:and|of|in|members?|officers?|experts?)", who, re.IGNORECASE):
            continue
        who = re.sub(r"\s+(?:and|of|in)$", "", who)
        start = found.start("n")
        end = found.start("who") + found["who"].find(who) + len(who)
        yield Ceiling(
            number=int(re.sub(r"\D", "", found["n"])),
            words=paragraph.text[start:end],
            paragraph=paragraph.place,
            label=paragraph.label,
            span=Span(start=start, end=end, says=Says.STRENGTH),
        )


def authorises(text: str, *, language: str) -> bool:
    """Tell whether a paragraph sets how many people there may be."""
    return _AUTHORISES[language].search(text) is not None


def months_of(text: str, *, language: str) -> int | None:
    """Return the length of the period that a paragraph names, in months."""
    found = _PERIOD[language].search(text)
    if found is None:
        return None
    said = folded(found["n"])
    names = _NUMBER_WORDS[language]
    number = (
        int(said)
        if said.isdigit()
        else names.index(said) + 1
        if said in names
        else _TENS.get(said, 1 if said in {"a", "an", "une"} else 0)
    )
    return (number * 12 if re.search(r"(?:year|an)$", found.group(), re.IGNORECASE) else number) or None


def heading_of(
    text: str, paragraphs: Sequence[Paragraph], *, language: str, renewal: Place | None, whole: Place | None
) -> Heading:
    """Return what a text says of itself; `renewal` and `whole` are the paragraphs found to say so."""
    opening = text[:4000]
    named = _RESOLUTION.search(opening)
    symbol = _SYMBOL.search(opening)
    number = named.groups() if named else symbol.groups() if symbol else None
    adopted = _first(_ADOPTED, opening, language)
    said = days_of(paragraphs[renewal].text, language=language) if renewal is not None else None
    return Heading(
        symbol="" if number is None else f"S/RES/{number[0]}" + (f" ({number[1]})" if number[1] else ""),
        adopted_on=_day(adopted, language),
        effective_on=said.starts_on if said else None,
        last_on=said.last_on if said else None,
        months=months_of(paragraphs[renewal].text, language=language) if renewal is not None else None,
        renewal=renewal,
        whole=whole,
        ceilings=tuple(
            ceiling
            for paragraph in paragraphs
            if paragraph.part is Part.OPERATIVE and authorises(paragraph.text, language=language)
            for ceiling in ceilings_of(paragraph, language=language)
        ),
    )


def last_day_after(start: date, months: int) -> date:
    """Return the last day of a period of so many months that begins on a day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1])) - timedelta(days=1)
