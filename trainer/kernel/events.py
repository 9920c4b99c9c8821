"""Facts that happened, as frozen values with a name, so that the ledger can hold them and reactions can answer them.

An event holds ids, keys, days and counts; text about a person is marked `personal()` and lies apart, where erasure can reach it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from trainer.kernel.values import Subject, SubjectKind

REGISTRY: dict[str, type[Event]] = {}

SUBJECTS: Mapping[str, SubjectKind] = {
    "assignment_id": SubjectKind.ASSIGNMENT,
    "course_id": SubjectKind.COURSE,
    "draft_id": SubjectKind.DRAFT,
    "evidence_id": SubjectKind.EVIDENCE,
    "instrument_id": SubjectKind.INSTRUMENT,
    "mission_id": SubjectKind.MISSION,
    "observation_id": SubjectKind.OBSERVATION,
    "pack_version_id": SubjectKind.PACK,
    "partner_id": SubjectKind.PARTNER,
    "person_id": SubjectKind.PERSON,
    "plan_id": SubjectKind.PLAN,
    "rule_version_id": SubjectKind.RULES,
    "run_id": SubjectKind.PLAN_RUN,
    "scenario_id": SubjectKind.SCENARIO,
    "session_id": SubjectKind.SESSION,
    "shock_id": SubjectKind.SHOCK,
    "waiver_id": SubjectKind.WAIVER,
}
"""What the fields of events point to, by their names."""


def personal() -> Any:
    """Mark a field whose text is about a person: kept beside the ledger entry, not in it."""
    return field(default="", metadata={"personal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; a subclass is named in the past tense and registered under that name."""

    name: ClassVar[str] = "Event"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # not super(): slots=True makes the class anew, and the second making must register as the first did
        cls.name = cls.__name__
        REGISTRY[cls.__name__] = cls

    def subjects(self) -> tuple[Subject, ...]:
        """What the event is about; the auditor finds it under each of these.

        By itself, every field that is named as an id in SUBJECTS and not None; an event about more says so.
        """
        named = ((SUBJECTS[each.name], getattr(self, each.name)) for each in fields(self) if each.name in SUBJECTS)
        return tuple(Subject(kind=kind, id=value) for kind, value in named if value is not None)


def to_json(event: Event) -> tuple[dict[str, Any], dict[str, str]]:
    """Split an event into its payload and its personal texts."""
    payload: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for item in fields(event):
        value = getattr(event, item.name)
        if item.metadata.get("personal"):
            texts[item.name] = value
        else:
            payload[item.name] = _plain(value)
    return payload, texts


def from_json(name: str, payload: Mapping[str, Any], texts: Mapping[str, str]) -> Event:
    """Read an event back; fields that the class has since gained take their defaults. Raises KeyError for an unknown name."""
    kind = REGISTRY[name]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for item in fields(kind):
        if item.metadata.get("personal"):
            values[item.name] = texts.get(item.name, "")
        elif item.name in payload:
            values[item.name] = _typed(hints[item.name], payload[item.name])
    return kind(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, UnionType):
        return _typed(next(part for part in get_args(hint) if part is not NoneType), value)
    if get_origin(hint) is tuple:
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is date:
        return date.fromisoformat(value)
    return value
