"""The catalogues of words: `python -m tests.support.words` checks them; with `--update` it brings the files up to date first.

Every string that a page, a mail or a rule can show must be in `trainer/web/translations/<language>/LC_MESSAGES/messages.po`
with a translation that keeps its parameters.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "trainer/web/translations"
LANGUAGES = ("ar", "fr")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "mark": None,
    "wording": None,
}
METHODS = [("trainer/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "templates/**.html": {"trimmed": "false", "silent": "false"},
    "templates/**.txt": {"trimmed": "false", "silent": "false"},
}
PARAMETER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
LINE = 120


def extracted() -> Catalog:
    """Every string of the program, with the places where it stands."""
    found = Catalog(project="Trainer", charset="utf-8")
    for folder in ("trainer", "templates"):
        texts = extract_from_dir(
            ROOT / folder,
            method_map=[
                (pattern.removeprefix(f"{folder}/"), method)
                for pattern, method in METHODS
                if pattern.startswith(folder)
            ],
            options_map={
                pattern.removeprefix(f"{folder}/"): options
                for pattern, options in OPTIONS.items()
                if pattern.startswith(folder)
            },
            keywords=KEYWORDS,
        )
        for name, _, message, _, context in texts:
            found.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue of a language as it is on file; empty when there is none."""
    path = FOLDER / language / "LC_MESSAGES/messages.po"
    if not path.exists():
        return Catalog(locale=language, project="Trainer", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Add what is new, drop what is gone, keep every translation; nothing is guessed."""
    catalogue = read(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = FOLDER / language / "LC_MESSAGES/messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=LINE, sort_output=True, omit_header=False, no_location=True)


def problems(language: str) -> Iterator[str]:
    """What is wrong with a catalogue, one sentence each."""
    catalogue = read(language)
    for message in extracted():
        if not message.id:
            continue
        known = catalogue.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        if known is None:
            yield f"{language}: not in the catalogue: {message.id!r}"
        elif not _complete(known):
            yield f"{language}: not translated: {message.id!r}"
        else:
            yield from (f"{language}: {fault}" for fault in _faults(known))


def _complete(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(texts)


def _faults(message: Message) -> Iterator[str]:
    """Parameters that a translation invents, or that every form of it lacks."""
    originals = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    asked = {name for text in originals for name in _parameters(text)}
    given = {name for text in texts for name in _parameters(text)}
    if given - asked:
        yield f"{originals[0]!r} has no {', '.join(sorted(given - asked))}"
    if asked - given - {"num"}:
        yield f"the translation of {originals[0]!r} lacks {', '.join(sorted(asked - given))}"


def _parameters(text: str) -> set[str]:
    return {first or second for first, second in PARAMETER.findall(text)}


def main() -> int:
    """Update when asked to, then check every language."""
    if "--update" in sys.argv:
        for language in LANGUAGES:
            update(language)
    found = [problem for language in LANGUAGES for problem in problems(language)]
    for problem in found[:40]:
        print(problem)
    if len(found) > 40:
        print(f"and {len(found) - 40} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
