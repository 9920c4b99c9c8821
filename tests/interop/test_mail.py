"""Mails: their words in the reader's language, their form on the network, and the two ways of sending."""

import io
import socketserver
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from config import ROOT
from trainer.interop import mail as mails
from trainer.interop.mail import ConsoleMailer, SmtpMailer, compose, page_of, render
from trainer.kernel.values import PersonId, Subject, SubjectKind, wording
from trainer.notifications.values import Mail, Mailer, Message, NotificationId, NotificationKind

WORDS = {
    "New in your training": "Nouveau dans votre formation",
    "Dear %(name)s,": "Bonjour %(name)s,",
    "You are to take “{title}” by {due_on}.": "Vous devez suivre « {title} » d'ici au {due_on}.",
}


@pytest.fixture
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def message(kind: NotificationKind = NotificationKind.ASSIGNED, **changes: object) -> Message:
    given: dict[str, object] = {
        "id": NotificationId(1),
        "kind": kind,
        "to": PersonId(7),
        "name": "Amina <Diallo>",
        "email": "amina@example.org",
        "language": "en",
        "about": Subject(kind=SubjectKind.ASSIGNMENT, id=12),
        "lines": (
            wording("You are to take “{title}” by {due_on}.", title="Conduct & discipline", due_on="2026-12-01"),
            wording("{count} people are asked for it.", count=1204),
        ),
    }
    return Message(**(given | changes))  # type: ignore[arg-type]


def rendered(environment: Environment, told: Message, words: dict[str, str] | None = None) -> Mail:
    known = words or {}
    return render(
        told,
        environment=environment,
        translate=lambda text: known.get(text, text),
        base_url="https://trainer.example/",
        site_name="Trainer",
    )


def test_a_mail_says_what_happened_and_links_to_the_page(environment: Environment) -> None:
    mail = rendered(environment, message())

    assert mail.to == "amina@example.org"
    assert mail.subject == "New in your training"
    assert "Dear Amina <Diallo>," in mail.text
    assert "You are to take “Conduct & discipline” by 1 December 2026." in mail.text
    assert "1,204 people" in mail.text
    assert "\nhttps://trainer.example/assignments/12\n" in mail.text
    assert 'href="https://trainer.example/assignments/12"' in mail.html


def test_a_mail_is_worded_in_the_readers_language(environment: Environment) -> None:
    mail = rendered(environment, message(language="fr"), WORDS)

    assert mail.subject == "Nouveau dans votre formation"
    assert "Bonjour Amina <Diallo>," in mail.text
    assert "« Conduct & discipline » d'ici au 1 décembre 2026." in mail.text
    assert mail.language == "fr"


def test_a_mail_in_arabic_reads_from_right_to_left(environment: Environment) -> None:
    mail = rendered(environment, message(language="ar"))

    assert '<html lang="ar" dir="rtl">' in mail.html


def test_a_title_of_several_languages_is_given_in_the_readers(environment: Environment) -> None:
    line = wording("{title} was due on {due_on}.", title={"en": "Conduct", "fr": "Déontologie"}, due_on="2026-12-01")

    assert "Déontologie was due" in rendered(environment, message(language="fr", lines=(line,))).text
    assert "Conduct was due" in rendered(environment, message(language="ar", lines=(line,))).text


def test_an_unknown_language_still_gives_a_date(environment: Environment) -> None:
    assert "1 December 2026" in rendered(environment, message(language="zz")).text


def test_names_cannot_add_markup_to_a_mail(environment: Environment) -> None:
    mail = rendered(environment, message())

    assert "Amina &lt;Diallo&gt;" in mail.html
    assert "Conduct &amp; discipline" in mail.html


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_of_message_has_a_mail(environment: Environment, kind: NotificationKind) -> None:
    mail = rendered(environment, message(kind))

    parser = html5lib.HTMLParser(strict=True)
    parser.parse(mail.html)
    assert mail.subject
    assert "\n" not in mail.subject
    assert "\n\n\n" not in mail.text
    assert len(mail.html) < 2_000


def test_a_message_about_something_without_a_page_leads_to_the_inbox() -> None:
    assert page_of(Subject(kind=SubjectKind.PLAN, id=3)) == "/plans/3"
    assert page_of(Subject(kind=SubjectKind.WAIVER, id=3)) == "/messages/"


MAIL = Mail(to="amina@example.org", subject="À savoir", text="Bonjour.\n", html="<p>Bonjour.</p>", language="fr")


def test_a_mail_on_the_network_has_its_text_first_and_says_that_a_machine_wrote_it() -> None:
    made = compose(MAIL, sender="Trainer <trainer@example.org>")

    assert made["Subject"] == "À savoir"
    assert made["From"] == "Trainer <trainer@example.org>"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Message-ID"].endswith("@example.org>")
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "subject", ["Hello\nBcc: all@example.org", "Hello\r\nBcc: all@example.org"], ids=["newline", "return"]
)
def test_a_subject_cannot_add_a_header(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        compose(Mail(to="a@example.org", subject=subject, text="", html=""), sender="t@example.org")


def test_the_console_mailer_prints_the_text() -> None:
    stream = io.StringIO()

    ConsoleMailer(stream).send(MAIL)

    assert "amina@example.org\nÀ savoir\n\nBonjour.\n" in stream.getvalue()


def test_the_console_mailer_prints_to_the_terminal_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleMailer().send(MAIL)

    assert "À savoir" in capsys.readouterr().out


class Server(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is sent; refuses recipients at `refuse.example`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[EmailMessage] = []
        self.commands: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            server.commands.append(line)
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250-here\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")
            elif verb == "AUTH":
                self.say("235 welcome")
            elif verb == "RCPT" and "refuse.example" in line:
                self.say("550 nobody of that name")
            elif verb == "DATA":
                self.say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                received = message_from_bytes(body, policy=policy.default)
                assert isinstance(received, EmailMessage)
                server.received.append(received)
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "STARTTLS":
                self.say("454 not now")
            else:
                self.say("250 good")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_the_smtp_mailer_signs_in_and_hands_the_mail_over(server: Server) -> None:
    mailer: Mailer = SmtpMailer(
        host="127.0.0.1", port=server.port, user="u", password="p", security="none", sender="t@example.org"
    )

    mailer.send(MAIL)

    (received,) = server.received
    assert received["To"] == "amina@example.org"
    assert received["Subject"] == "À savoir"
    assert any(command.startswith("AUTH") for command in server.commands)


def test_a_refused_recipient_is_an_error_of_the_system(server: Server) -> None:
    mailer = SmtpMailer(host="127.0.0.1", port=server.port, security="none", sender="t@example.org")

    with pytest.raises(OSError, match="nobody of that name"):
        mailer.send(Mail(to="a@refuse.example", subject="s", text="t", html="h"))


def test_an_address_that_is_none_is_an_error_of_the_system(server: Server) -> None:
    mailer = SmtpMailer(host="127.0.0.1", port=server.port, security="none", sender="t@example.org")

    with pytest.raises(OSError, match="cannot be written"):
        mailer.send(Mail(to="not an address", subject="s", text="t", html="h"))


def test_a_server_that_offers_no_encryption_gets_no_mail(server: Server) -> None:
    mailer = SmtpMailer(host="127.0.0.1", port=server.port, sender="t@example.org")

    with pytest.raises(OSError, match="STARTTLS"):
        mailer.send(MAIL)

    assert server.received == []


def test_encryption_from_the_start_checks_the_certificate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ssl.SSLContext] = []

    class Recorded(mails.smtplib.SMTP):
        def __init__(self, host: str, port: int, *, timeout: float, context: ssl.SSLContext) -> None:
            asked.append(context)
            super().__init__(host, port, timeout=timeout)

    monkeypatch.setattr(mails.smtplib, "SMTP_SSL", Recorded)

    SmtpMailer(host="127.0.0.1", port=server.port, security="tls", sender="t@example.org").send(MAIL)

    assert asked[0].verify_mode is ssl.CERT_REQUIRED
    assert asked[0].check_hostname
    assert len(server.received) == 1
