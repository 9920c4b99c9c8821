"""Words of audit: sealed entries, faults found in them, and lines of history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from trainer.kernel.values import Subject, Wording

GENESIS_HASH = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The end of a run of sealed entries: what the next one must join."""

    number: int
    hash: str


GENESIS = Link(number=0, hash=GENESIS_HASH)
"""What the first entry is linked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the seal of an entry covers, besides its number and the seal before it."""

    recorded_at: datetime
    actor: str
    event: str
    payload: Mapping[str, Any]
    text_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The personal texts beside an entry; `texts` is None once they are erased."""

    texts: Mapping[str, str] | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """A sealed entry as the database holds it, to be judged."""

    id: int
    number: int
    content: Content
    salt: str
    previous_hash: str | None
    hash: str | None
    text: Text | None
    """None when nothing lies beside it."""


class FaultKind(StrEnum):
    """What can be wrong with the ledger."""

    MISSING = "missing"
    """Numbers are left out: entries were removed."""
    UNLINKED = "unlinked"
    """The entry does not join the one before it: something was reordered or put between."""
    ALTERED = "altered"
    """The entry does not have the content that was sealed."""
    TEXT_ALTERED = "text-altered"
    """A personal text is not the one that was recorded."""
    CUT_OFF = "cut-off"
    """The end of the ledger is not where the last seal was set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFault:
    """One thing that the proof found wrong."""

    kind: FaultKind
    number: int
    """Of the entry at which it shows."""
    entry_id: int | None
    """None when no entry is left to point at."""
    sentence: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What proving the ledger gave."""

    sealed: int
    unsealed: int
    """Entries not sealed yet: those of the last seconds, when the job runs."""
    erased: int
    """Sealed entries whose personal texts were erased; they prove themselves all the same."""
    faults: tuple[LedgerFault, ...]
    """The first of them."""
    faults_in_all: int
    sealed_at: datetime | None
    """When the last seal was set."""

    @property
    def sound(self) -> bool:
        return self.faults_in_all == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealState:
    """How far the ledger is sealed; counted, not proved."""

    sealed: int
    unsealed: int
    erased: int
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One entry of the ledger, to be read by people."""

    id: int
    number: int | None
    """None until sealed."""
    recorded_at: datetime
    actor: str
    """`person:17` or `job:expire`."""
    event: str
    payload: Mapping[str, Any]
    texts: Mapping[str, str]
    """Personal texts, as far as they are not erased."""
    erased: bool
    hash: str | None
    """Its seal; None until sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of entries, newest first."""

    lines: tuple[HistoryLine, ...]
    total: int
    page: int
    pages: int


class ActorKind(StrEnum):
    """Whose entries are wanted."""

    PEOPLE = "people"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Which entries are wanted; what is left empty does not narrow."""

    events: frozenset[str] = frozenset()
    about: Subject | None = None
    actors: tuple[str, ...] = ()
    """Labels such as `person:17`; any of them."""
    by: ActorKind | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """One entry with its place in the chain."""

    line: HistoryLine
    previous_hash: str | None
    text_digest: str | None
    proven: bool
    """Whether its seal and the link to the entry before it are right; False until sealed."""
    faults: tuple[LedgerFault, ...]
    subjects: tuple[Subject, ...]
    """The first of what it is about."""
    subjects_in_all: int
    before_id: int | None
    """The entry sealed before it, or recorded before it while unsealed."""
    after_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSubject:
    """Something the ledger knows by a name of its own, such as an instrument by its symbol."""

    subject: Subject
    name: str
    recorded_at: datetime
