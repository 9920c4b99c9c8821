"""The part of the country that a paragraph speaks of: by names on file, by what the text calls it, else by a name alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale

from trainer.interop.suggestions.values import PlaceGround, Says, Span
from trainer.interop.suggestions.words import folded
from trainer.kernel.values import LocalText

MOST_PLACE_LETTERS = 120
_NAME = r"[A-ZÉÈÎÔ][\w’'-]+(?:[ -](?:[A-ZÉÈÎÔ][\w’'-]+))*"
_LIST = (
    rf"{_NAME}(?:, (?:the )?{_NAME})*(?:,? (?:and|et|et de l['’]|et du|et de la|et des|et d['’])\s?(?:the )?{_NAME})?"
)
_PARTS = "(?i:provinces?|regions?|states?|prefectures?|governorates?|counties|county|districts?|sectors?)"
_SIDES = "(?:north|south|east|west|central|north-?east|north-?west|south-?east|south-?west)(?:ern)?"
_OF = "(?:du |de l['’]|de la |des |de |d['’])"
_COTE = "(?:à l['’](?:est|ouest|extrême-nord)|au (?:nord|sud|centre)(?:-est|-ouest)?)"
_SECTOR = r"(?:West|East|North|South|Centre|Central|One|Two|Three|Four|Five|[IVX]+|\d+)\b"
_SECTEUR = r"(?:[Oo]uest|[Ee]st|[Nn]ord|[Ss]ud|[Cc]entre|[IVX]+|\d+)\b"
_WHERE = {
    "en": (
        re.compile(rf"\b(?:in|across|throughout|within) (?:the )?{_PARTS} of ((?:the )?{_LIST})"),
        re.compile(rf"\b(?:in|across|throughout|within) ((?:the )?{_LIST}) {_PARTS}"),
        re.compile(rf"\b(?:in|across) ({_SIDES} (?:part of )?(?:the )?{_NAME})"),
        re.compile(rf"\b(?:in|throughout|within) (?:the )?((?:{_NAME}) (?:Area|area))\b"),
        re.compile(rf"\b(?:in|within|across) ([Ss]ectors? {_SECTOR}(?: and {_SECTOR})?)"),
        re.compile(rf"\b(between (?:the )?{_NAME} and (?:the )?{_NAME})"),
        re.compile(rf"\b((?:north|south|east|west) of (?:the )?{_NAME})"),
        re.compile(rf"\balong (?:the )?({_NAME}(?: (?:and|to) (?:the )?{_NAME})?)"),
        re.compile(rf"\b(?:in|across) ({_NAME}(?:, {_NAME})*,? and {_NAME})"),
    ),
    "fr": (
        re.compile(rf"\bdans les (?:provinces|régions|préfectures|États|districts) {_OF}({_LIST})"),
        re.compile(rf"\bdans (?:la|l['’]) ?(?:province|région|préfecture|zone|État) {_OF}({_NAME})"),
        re.compile(rf"\bdans (?:le|les) (secteurs? {_SECTEUR}(?: et {_SECTEUR})?)"),
        re.compile(rf"\bdans (l['’](?:est|ouest|extrême-nord) {_OF}{_NAME})"),
        re.compile(rf"\b(?:dans le |au )((?:nord|sud|centre)(?:-est|-ouest)? {_OF}{_NAME})"),
        re.compile(rf"\b({_COTE} {_OF}{_NAME})"),
        re.compile(rf"\b(entre (?:le |la |l['’]|les )?{_NAME} et (?:le |la |l['’]|les )?{_NAME})"),
        re.compile(rf"\ble long {_OF}({_NAME}(?: (?:bleue|verte|jaune|violette))?)"),
        re.compile(
            rf"\b(?:au|en|à|dans le) ((?:Nord|Sud|Haut|Bas)-{_NAME}"
            rf"(?:,? (?:et|et en|et au|et dans le|et l['’]|et dans l['’])\s?{_NAME})?)"
        ),
        re.compile(rf"\b(?:en|au) ({_NAME} et (?:au |en |dans le |dans l['’])?{_NAME})"),
    ),
}
"""What the text itself calls a part: a province, a sector, a side, a line, a list of names."""
_BARE = {
    "en": re.compile(rf"\b(?:in|within|around|across|throughout|near|inside)(?: and around)? (?:the )?({_NAME})"),
    "fr": re.compile(rf"\b(?:en |au |aux |à |autour {_OF}|près {_OF}|dans (?:le |la |les |l['’])?)({_NAME})"),
}
"""A name after a word of place, and nothing more."""
# fmt: off
_NO_PLACE = frozenset(folded(each) for each in (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre", "council", "resolution", "resolutions", "united", "nations", "government", "mission", "force", "secretary",
    "member", "état", "états", "conseil", "résolution", "gouvernement", "chapter", "chapitre", "sécurité", "security",
    "special", "sanctions", "committee", "phase", "annex", "article", "paragraph", "parliament", "english", "french",
    "arabic", "women", "peace", "agreement", "plan", "programme", "process", "conference", "charter", "convention",
    "statute", "report", "framework", "declaration", "commission", "court", "army", "police", "national", "ministry",
    "assembly", "general", "representative", "union", "african", "european", "joint", "mechanism", "working", "group",
    "headquarters", "office", "policy", "strategy", "operation", "protocol", "command", "brigade", "annexe", "paragraphe",
    "parlement", "femmes", "paix", "accord", "processus", "conférence", "charte", "statut", "rapport", "cadre",
    "déclaration", "cour", "armée", "ministère", "assemblée", "général", "secrétaire", "représentant", "groupe",
    "politique", "stratégie", "opération", "protocole", "commandement", "commissariat", "droits", "comité", "mécanisme",
    "africaine", "européenne", "organisation", "organization", "roadmap", "feuille", "dialogue", "fund", "fonds", "team",
    "équipe", "state", "states", "mandate", "mandat", "humanitarian", "rights", "law", "order", "light",
))
# fmt: on
_ACRONYM = re.compile(r"[A-Z]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    """A part of the country that a paragraph names."""

    name: str
    ground: PlaceGround
    span: Span


def place_of(
    text: str, *, language: str, beside: Collection[str] = (), known: Collection[str] = ()
) -> Somewhere | None:
    """Return the part of the country that a paragraph names; None for none.

    `beside` are names of the whole country, `known` names of parts that are on file for the mission. A whole country is no part.
    """
    whole = {folded(each) for each in beside} | _countries(language)
    parts = tuple(each for each in known if folded(each) not in whole and len(each) > 2)
    for pattern in _WHERE[language]:
        for found in _named(pattern, text, whole=whole, parts=parts):
            return found
    for each in sorted(parts, key=lambda name: (-len(name), name)):
        there = re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)
        if there is not None:
            span = Span(start=there.start(), end=there.end(), says=Says.PLACE)
            return Somewhere(name=each, ground=PlaceGround.ON_FILE, span=span)
    for found in _named(_BARE[language], text, whole=whole, parts=parts):
        return Somewhere(name=found.name, ground=PlaceGround.NAME_ALONE, span=found.span)
    return None


def _named(
    pattern: re.Pattern[str], text: str, *, whole: Collection[str], parts: Collection[str]
) -> Iterator[Somewhere]:
    for found in pattern.finditer(text):
        name = found.group(1).strip(" ,;.")
        bare = re.sub(r"^the ", "", name)
        words = re.findall(r"\w+", bare)
        if len(name) > MOST_PLACE_LETTERS or _is_whole(bare, whole) or any(_is_none(word) for word in words):
            continue
        on_file = any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", bare) for each in parts)
        yield Somewhere(
            name=bare[:1].upper() + bare[1:],
            ground=PlaceGround.ON_FILE if on_file else PlaceGround.CALLED_SO,
            span=Span(start=found.start(1) + len(name) - len(bare), end=found.end(1), says=Says.PLACE),
        )


def _is_none(word: str) -> bool:
    return folded(word) in _NO_PLACE or _ACRONYM.fullmatch(word) is not None


def _is_whole(name: str, whole: Collection[str]) -> bool:
    """Whether a name is that of a country, or what a pattern has got of one: "Democratic Republic"."""
    said = folded(name)
    return any(each == said or each.startswith(f"{said} ") for each in whole)


_IN_FULL = {
    "en": (
        "Democratic Republic of the Congo",
        "Republic of the Congo",
        "Syrian Arab Republic",
        "Horn of Africa",
        "Sahel",
    ),
    "fr": (
        "République démocratique du Congo",
        "République du Congo",
        "République arabe syrienne",
        "Corne de l'Afrique",
        "Sahel",
    ),
}
"""Names that resolutions use and lists of countries do not."""


@cache
def _countries(language: str) -> frozenset[str]:
    """Names of countries and parts of the world in a language."""
    return frozenset(folded(name) for name in (*Locale(language).territories.values(), *_IN_FULL[language]))


@cache
def country_in_words(country: str) -> LocalText:
    """Return a country by its English name as readers of the site say it; what is no country stays as it is."""
    english = {folded(name): code for code, name in Locale("en").territories.items()}
    code = english.get(folded(country))
    others = {each: str(Locale(each).territories[code]) for each in ("fr", "ar")} if code else {}
    return {"en": country} | others


@cache
def names_in_all_languages(country: str) -> frozenset[str]:
    """Return the names of a country in the languages that texts are read in, and this one."""
    english = {folded(name): code for code, name in Locale("en").territories.items()}
    code = english.get(folded(country))
    return frozenset({country} | ({str(Locale("fr").territories.get(code, country))} if code else set()))
