"""E-mail: messages worded as mails in the reader's language, and two ways to send them.

Knows neither request nor application: the caller hands over a template environment, the words of the reader's language
and the address of the site.
"""

from __future__ import annotations

import smtplib
import ssl
import sys
from collections.abc import Callable, Mapping
from datetime import date
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import TextIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment

from trainer.kernel.values import Scalar, Subject, SubjectKind, Wording
from trainer.notifications.values import Mail, Message

TIMEOUT_SECONDS = 20
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
PAGES: Mapping[SubjectKind, str] = {
    SubjectKind.PERSON: "/people/{id}",
    SubjectKind.MISSION: "/missions/{id}",
    SubjectKind.INSTRUMENT: "/instruments/{id}",
    SubjectKind.DRAFT: "/drafts/{id}",
    SubjectKind.COURSE: "/courses/{id}",
    SubjectKind.SESSION: "/sessions/{id}",
    SubjectKind.PLAN: "/plans/{id}",
    SubjectKind.PLAN_RUN: "/plan-runs/{id}",
    SubjectKind.ASSIGNMENT: "/assignments/{id}",
}
"""Where the site shows what a message is about; for everything else the inbox has to do."""
INBOX = "/messages/"


def page_of(about: Subject) -> str:
    """The path of the page that shows what a message is about; the inbox where there is none."""
    return PAGES.get(about.kind, INBOX).format(id=about.id)


def render(
    message: Message,
    *,
    environment: Environment,
    translate: Callable[[str], str],
    base_url: str,
    site_name: str,
) -> Mail:
    """Word a message as a mail, from `emails/<kind>/` in the environment.

    `translate` gives the reader's language; its result may hold named braces and `%(name)s`, filled here.
    """
    language = message.language
    context = {
        "_": _filling(translate),
        "message": message,
        "lines": tuple(_word(line, translate, language) for line in message.lines),
        "page_url": base_url.rstrip("/") + page_of(message.about),
        "inbox_url": base_url.rstrip("/") + INBOX,
        "site_name": site_name,
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
    }
    folder = f"emails/{message.kind.value}"
    subject, text, html = (
        environment.get_template(f"{folder}/{part}").render(context)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Mail(to=message.email, subject=" ".join(subject.split()), text=_tidy(text), html=html, language=language)


def _filling(translate: Callable[[str], str]) -> Callable[..., str]:
    """The `_` of the templates; it takes the place of the environment's own, which may belong to a request."""

    def filled(text: str, **given: object) -> str:
        translated = translate(text)
        return translated % given if given else translated

    return filled


def _word(line: Wording, translate: Callable[[str], str], language: str) -> str:
    params = {name: _parameter(name, value, language) for name, value in line.params.items()}
    return translate(line.key).format(**params)


def _parameter(name: str, value: Scalar, language: str) -> str:
    if name.endswith("_on"):
        return format_date(date.fromisoformat(str(value)), "d MMMM y", locale=_locale(language))
    if isinstance(value, int):
        return format_decimal(value, locale=_locale(language))
    return value if isinstance(value, str) else value.get(language) or value["en"]


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _tidy(text: str) -> str:
    """At most one empty line between two, none at the ends: what the templates leave behind is of no use to a reader."""
    kept: list[str] = []
    for line in (each.rstrip() for each in text.strip().splitlines()):
        if line or kept[-1]:
            kept.append(line)
    return "\n".join(kept) + "\n"


class SmtpMailer:
    """Sends through a mail server; each mail in a connection of its own, since they are few and far between."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str = "",
        password: str = "",
        security: str = "starttls",
        sender: str,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """Take `security` as none, starttls or tls; certificates are checked."""
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.security = security
        self.sender = sender
        self.timeout = timeout

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server; raises OSError, of which the library's own errors are a kind."""
        try:
            composed = compose(mail, sender=self.sender)
        except (ValueError, MessageError) as error:
            raise OSError(f"the mail cannot be written: {error}") from error
        with self._connection() as server:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(composed)

    def _connection(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)


class ConsoleMailer:
    """Prints mails as text instead of sending them: for demonstrations and installations without a mail server."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream

    def send(self, mail: Mail) -> None:
        """Print the mail."""
        stream = self.stream or sys.stdout
        print(f"\n--- e-mail to {mail.to}\n{mail.subject}\n\n{mail.text}---", file=stream, flush=True)


def compose(mail: Mail, *, sender: str) -> EmailMessage:
    """The mail as the network knows it: text first, the same as HTML beside it."""
    name, address = parseaddr(sender)
    made = EmailMessage()
    made["From"] = Address(name, addr_spec=address)
    made["To"] = Address(addr_spec=mail.to)
    made["Subject"] = mail.subject
    made["Date"] = formatdate(localtime=False)
    made["Message-ID"] = make_msgid(domain=address.partition("@")[2] or "localhost")
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = mail.language
    made.set_content(mail.text)
    made.add_alternative(mail.html, subtype="html")
    return made
