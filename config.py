"""Settings: every variable of the environment, read once, checked, and reported with all problems together.

Nothing is read when this module is imported. `from_environment(os.environ)` is called by `wsgi.py` and by the command line.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_T = TypeVar("_T")

ROOT = Path(__file__).parent
INSTANCE = ROOT / "instance"
LEAST_SECRET = 32
MODES = ("production", "development", "demo", "test")


class BadSettings(ValueError):
    """The environment cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("Trainer cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over; `host` empty means that mails are printed."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    security: str = "none"
    """none, starttls or tls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between installations."""

    mode: str
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    """May hold a password, so that no log shows it."""
    site_name: str = "Trainer"
    base_url: str = "http://127.0.0.1:5000"
    time_zone: str = "UTC"
    """Duties are calendar days in this zone."""
    mail: MailServer = MailServer()
    mail_sender: str = "trainer@localhost"
    scheduler: bool = True
    """Whether a process that serves pages also runs the scheduler, on SQLite."""
    proxies: int = 0
    """How many proxies in front of us are trusted to say who asks."""
    today: str = ""
    """Only for scenarios: the day on which the clock stands, as 2014-05-20."""

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def secure(self) -> bool:
        """Whether cookies are confined to https."""
        return self.base_url.startswith("https:")


VARIABLES: Mapping[str, str] = {
    "TRAINER_MODE": "production (default), development, demo or test",
    "TRAINER_SECRET_KEY": f"at least {LEAST_SECRET} random characters; required in production",
    "TRAINER_DATABASE_URL": "sqlite:///path or postgresql://user:password@host/name; an SQLite file in instance/ by default",
    "TRAINER_SITE_NAME": "the name at the head of every page",
    "TRAINER_BASE_URL": "where people reach the site, for links in mails; https makes cookies secure",
    "TRAINER_TIME_ZONE": "the IANA zone whose calendar days are due days",
    "TRAINER_MAIL_URL": "smtp://user:password@host:port?security=starttls (or tls, none); empty prints mails",
    "TRAINER_MAIL_SENDER": "the address that mails come from",
    "TRAINER_SCHEDULER": "yes (default) or no: on SQLite, whether the web process also runs the scheduler",
    "TRAINER_PROXIES": "how many reverse proxies are trusted to name the client",
    "TRAINER_TODAY": "for scenarios only: the day on which the clock stands",
}


SECRET = frozenset({"TRAINER_SECRET_KEY", "TRAINER_DATABASE_URL", "TRAINER_MAIL_URL"})
"""Not repeated when something is wrong with them: they hold passwords, and logs are read by many."""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read and check the environment; raises BadSettings with every problem."""
    problems: list[str] = []

    def read(name: str, default: _T, convert: Callable[[str], _T]) -> _T:
        text = environment.get(name, "").strip()
        if not text:
            return default
        try:
            return convert(text)
        except ValueError as error:
            problems.append(f"{name} {'cannot be used' if name in SECRET else f'is {text!r}'}: {error}")
            return default

    unknown = sorted(name for name in environment if name.startswith("TRAINER_") and name not in VARIABLES)
    problems += [f"{name} is not a setting of Trainer; known are {', '.join(VARIABLES)}" for name in unknown]
    mode = read("TRAINER_MODE", "production", _one_of(MODES))
    settings = Settings(
        mode=mode,
        secret_key=read("TRAINER_SECRET_KEY", "", _secret),
        database_url=read("TRAINER_DATABASE_URL", f"sqlite:///{INSTANCE / 'trainer.sqlite3'}", database_url),
        site_name=read("TRAINER_SITE_NAME", "Trainer", str),
        base_url=read("TRAINER_BASE_URL", "http://127.0.0.1:5000", _base_url),
        time_zone=read("TRAINER_TIME_ZONE", "UTC", _zone),
        mail=read("TRAINER_MAIL_URL", MailServer(), mail_server),
        mail_sender=read("TRAINER_MAIL_SENDER", "trainer@localhost", _address),
        scheduler=read("TRAINER_SCHEDULER", default=True, convert=_yes_or_no),
        proxies=read("TRAINER_PROXIES", 0, _count),
        today=read("TRAINER_TODAY", "", _day),
    )
    if not settings.secret_key and mode == "production" and "TRAINER_SECRET_KEY" not in " ".join(problems):
        problems.append(
            "TRAINER_SECRET_KEY is missing: set it to a long random text, for instance the output of "
            '`python -c "import secrets; print(secrets.token_urlsafe(48))"`, and keep it the same on all machines'
        )
    if problems:
        raise BadSettings(tuple(problems))
    return settings


def kept_secret(directory: Path) -> str:
    """A secret of this directory, made at the first call and readable by its owner alone; for demonstration and development."""
    path = directory / "secret-key"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def database_url(text: str) -> str:
    """The address as SQLAlchemy takes it: psycopg 3 for PostgreSQL; raises ValueError for other engines."""
    scheme, rest = text.partition("://")[::2]
    if scheme == "sqlite":
        return text
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    raise ValueError("give sqlite:///path or postgresql://user:password@host/name")


def mail_server(text: str) -> MailServer:
    """`smtp://user:password@host:port?security=starttls` in parts."""
    parts = urlsplit(text)
    security = parse_qs(parts.query).get("security", ["starttls"])[0]
    if parts.scheme != "smtp" or not parts.hostname or security not in {"none", "starttls", "tls"}:
        raise ValueError("give smtp://user:password@host:port?security=starttls, with security starttls, tls or none")
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if security == "tls" else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in known:
            raise ValueError(f"choose one of {', '.join(known)}")
        return text

    return convert


def _secret(text: str) -> str:
    if len(text) < LEAST_SECRET:
        raise ValueError(f"it must have at least {LEAST_SECRET} characters")
    return text


def _base_url(text: str) -> str:
    if urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).hostname:
        raise ValueError("give an address such as https://trainer.example")
    return text.rstrip("/")


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("give an IANA zone such as Africa/Bangui") from error


def _address(text: str) -> str:
    if "@" not in text:
        raise ValueError("give an e-mail address")
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError("say yes or no")
    return text.lower() == "yes"


def _count(text: str) -> int:
    if not text.isdigit():
        raise ValueError("give a whole number")
    return int(text)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("give a day as 2014-05-20") from error
