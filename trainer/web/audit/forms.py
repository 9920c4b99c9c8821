"""What the address of an audit page asks for, as values; whatever it does not know does not narrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import abort, request
from flask_babel import gettext

from trainer.audit.values import ActorKind, LedgerFilter
from trainer.edge import edge
from trainer.kernel.values import Subject, SubjectKind
from trainer.web.audit.words import GROUP_WORDS, EventGroup, events_of
from trainer.web.limits import number_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an auditor asks for."""

    text: str
    group: EventGroup
    by: ActorKind | None
    actor: str
    since: date | None
    until: date | None
    """The last day wanted."""
    about: Subject | None

    @property
    def wanted(self) -> LedgerFilter:
        """The same as the ledger is searched: days of the organisation as instants."""
        return LedgerFilter(
            events=events_of(self.group),
            about=self.about,
            actors=(self.actor,) if self.actor else (),
            by=self.by,
            since=_begins(self.since) if self.since else None,
            before=_begins(self.until + timedelta(days=1)) if self.until else None,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.by or self.actor or self.since or self.until)


def asked_for(*, usually: EventGroup = EventGroup.DECISIONS) -> Asked:
    """Read the address."""
    given = request.args
    return Asked(
        text=given.get("q", "").strip(),
        group=next((each for each in EventGroup if each.value == given.get("group")), usually),
        by=next((each for each in ActorKind if each.value == given.get("by")), None),
        actor=given.get("actor", "").strip()[:80],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        about=_about(given.get("kind", ""), number_asked("subject")),
    )


def groups() -> list[tuple[str, str]]:
    """The groups of events, for links; the usual one takes the filter away."""
    usual = EventGroup.DECISIONS
    return [("" if group is usual else group.value, str(word)) for group, word in GROUP_WORDS.items()]


def actor_kinds() -> list[tuple[str, str]]:
    """Whose entries, for links."""
    return [
        ("", gettext("Everybody")),
        (ActorKind.PEOPLE.value, gettext("People")),
        (ActorKind.JOBS.value, gettext("Trainer itself")),
    ]


def subject_called(kind: str, number: int) -> Subject:
    """The thing of the address; there is no page of another kind."""
    return _about(kind, number) or abort(404)


def _about(kind: str, number: int | None) -> Subject | None:
    found = next((each for each in SubjectKind if each.value == kind), None)
    return Subject(kind=found, id=number) if found and number is not None else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date.min < found < date.max - timedelta(days=1) else None  # with a day to spare in every zone


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=edge().zone)
