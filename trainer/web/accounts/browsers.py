"""What a browser calls itself, in two words that its owner recognises."""

from __future__ import annotations

PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
"""By the mark in the header, the more particular first: most of them also claim to be the later ones."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Program and system, as far as the header tells: "Firefox, Android"; empty when it tells neither."""
    known = (next((name for mark, name in table if mark in user_agent), "") for table in (PROGRAMS, SYSTEMS))
    return ", ".join(name for name in known if name)
