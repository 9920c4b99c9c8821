"""Modules, tracks and packs as every reader of the catalogue sees them; nothing is changed here."""

from flask import abort, render_template, request
from flask_babel import get_locale

from trainer.accounts.values import Permission, Role
from trainer.catalogue import queries, rules
from trainer.catalogue.values import ModuleKey, ModuleVersionId, Track
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area
from trainer.edge import reading
from trainer.kernel.values import LocalText
from trainer.web.access import requires
from trainer.web.pages import PAGE_SIZE, page_number

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
"""Names of languages as their readers know them; a code without one is shown as it is."""


@requires(Permission.READ_CATALOGUE)
def modules() -> str:
    """Every current module, narrowed by area, language and words."""
    cards = queries.module_cards(reading())
    area, language = _area(request.args.get("area")), request.args.get("spoken") or None
    chosen = rules.choose(cards, text=request.args.get("q", "")[:200], area=area, language=language)
    page = page_number()
    return render_template(
        "catalogue/modules.html",
        cards=chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(chosen),
        installed=len(cards),
        page=page,
        pages=-(-len(chosen) // PAGE_SIZE),
        area=area,
        areas=[each for each in Area if any(each in card.areas for card in cards)],
        competencies=competency_queries.competencies(reading()),
        languages=LANGUAGES,
        spoken=sorted({code for card in cards for code in card.languages}),
    )


@requires(Permission.READ_CATALOGUE)
def module(module: str) -> str:
    """One module with its lesson, in the current version or in the one that the address names."""
    found = queries.module_page(reading(), module=ModuleKey(module), version=_version())
    return render_template(
        "catalogue/module.html",
        module=found,
        language=_language(found.lessons),
        competencies=competency_queries.competencies(reading()),
        editions=queries.editions_of(reading(), module=found.key),
        languages=LANGUAGES,
    )


@requires(Permission.READ_CATALOGUE)
def tracks() -> str:
    """The usual way of training for everyone, and for each role."""
    found = queries.tracks(reading())
    efforts = {each.key: each.effort for each in queries.offerings(reading())}
    return render_template(
        "catalogue/tracks.html", tracks=[(each, rules.effort_of(each, efforts), _role(each)) for each in found]
    )


@requires(Permission.READ_CATALOGUE)
def track(track: str) -> str:
    """One track, step by step."""
    found = queries.track(reading(), key=track)
    cards = {card.key: card for card in queries.module_cards(reading())}
    titles = queries.module_titles(reading(), modules=[step.module for step in found.steps])
    return render_template("catalogue/track.html", track=found, cards=cards, titles=titles, role=_role(found))


@requires(Permission.READ_CATALOGUE)
def packs() -> str:
    """Where modules and tracks come from: every edition that was ever installed."""
    return render_template("catalogue/packs.html", packs=queries.installed_packs(reading()))


def _version() -> ModuleVersionId | None:
    text = request.args.get("version")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        abort(404)
    return ModuleVersionId(int(text))


def _language(lessons: LocalText) -> str:
    """The reader's language if the lesson is in it; English otherwise."""
    locale = get_locale()
    return locale.language if locale and locale.language in lessons else "en"


def _role(track: Track) -> Role | None:
    return Role(track.role) if track.role else None


def _area(text: str | None) -> Area | None:
    return Area(text) if text in set(Area) else None
