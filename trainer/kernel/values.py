"""The few words that every capability shares. A word of one capability belongs in that capability's `values`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", int)
"""Of a row of `person`; here, since actors and ledger entries name people and lie below accounts."""

LocalText = Mapping[str, str]
"""A text in several languages, keyed by language code; `en` is always present."""
Scalar = str | int | LocalText
"""What a wording can hold."""


def mark(msgid: str) -> str:
    """Mark a string for translation where it is declared; it is worded in the reader's language at the edge."""
    return msgid


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence for people, not yet in anybody's language: a message key with its parameters, worded at the edge.

    `key` is the English sentence with named braces. Parameters are text, text in several languages, whole numbers or ISO
    dates (worded as dates when the name ends in `_on`).
    """

    key: str
    params: Mapping[str, Scalar] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {"key": self.key, "params": {name: _stored(value) for name, value in self.params.items()}}

    @staticmethod
    def from_json(data: Mapping[str, object]) -> Wording:
        params = data.get("params") or {}
        assert isinstance(params, Mapping)
        return Wording(key=str(data["key"]), params=dict(params))

    def __str__(self) -> str:
        """The English sentence: for logs and the terminal."""
        return self.key.format(**{name: in_english(value) for name, value in self.params.items()})


def in_english(value: Scalar) -> str | int:
    """A parameter as logs and the terminal show it."""
    return value if isinstance(value, (str, int)) else value["en"]


def _stored(value: Scalar) -> object:
    return value if isinstance(value, (str, int)) else dict(value)


def wording(key: str, /, **params: Scalar) -> Wording:
    """Make a `Wording`; the string extractor reads the first argument, so it must be a literal."""
    return Wording(key=key, params=params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input: where, what, and what to do about it."""

    field: str | None
    message: Wording
    file: str | None = None
    line: int | None = None


class SubjectKind(StrEnum):
    """What a ledger entry or a notification is about."""

    PERSON = "person"
    MISSION = "mission"
    INSTRUMENT = "instrument"
    DRAFT = "draft"
    RULES = "rules"
    EVIDENCE = "evidence"
    WAIVER = "waiver"
    PACK = "pack"
    PARTNER = "partner"
    COURSE = "course"
    SESSION = "session"
    PLAN_RUN = "plan-run"
    PLAN = "plan"
    ASSIGNMENT = "assignment"
    OBSERVATION = "observation"
    SHOCK = "shock"
    SCENARIO = "scenario"


@dataclass(frozen=True, slots=True)
class Subject:
    """A pointer to one thing of the product, without importing what it is."""

    kind: SubjectKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMark:
    """A state of the ledger: how many entries there are above an id."""

    floor: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something was done automatically: the ledger entry that caused it and a sentence for people."""

    entry_id: int | None
    """The ledger entry, once it has one; None for what a person asked for directly."""
    subject: Subject | None
    sentence: Wording
