"""The user documentation: one Markdown file a topic, in `templates/help/`, with translations beside it.

`readiness.md` is the text, `readiness.fr.md` its French; a reader whose language has no translation gets the
English one.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trainer.web.prose import title_of

FOLDER = Path(__file__).parents[3] / "templates/help"
ORDER = (
    "start",
    "your-training",
    "readiness",
    "mandates",
    "closing",
    "requirements",
    "suggestions",
    "drafts",
    "plans",
    "scenarios",
    "sessions",
    "record",
)
"""In the order in which a newcomer would read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One text of the documentation in one language."""

    key: str
    language: str
    title: str
    text: str


def topic_of(key: str, language: str) -> Topic | None:
    """The topic of that key in the language, or in English; None when there is no such topic."""
    if key not in ORDER:
        return None
    return _read(key, language) or _read(key, "en")


def all_topics(language: str) -> tuple[Topic, ...]:
    """Every topic in its order."""
    return tuple(topic for key in ORDER if (topic := topic_of(key, language)))


@cache
def _read(key: str, language: str) -> Topic | None:
    path = FOLDER / (f"{key}.md" if language == "en" else f"{key}.{language}.md")
    if not path.is_file():
        return None
    title, text = title_of(path.read_text(encoding="utf-8"))
    return Topic(key=key, language=language, title=title, text=text)
