"""What happens to competencies and the evidence for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecorded(Event):
    person_id: int
    evidence_id: int
    competency: str
    level: int
    source: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLoaded(Event):
    """Many pieces of evidence came in at once, from a file or a seed."""

    rows: int
    people: int
    """How many people they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiriesCameDue(Event):
    """Evidence that has come within the due-soon window or has expired, and was not renewed; once per piece and stage."""

    on: date
    people: tuple[int, ...]
    """Ids of the people concerned, each once."""
    expired: int
    due_soon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkAdopted(Event):
    framework_id: int
    key: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverGranted(Event):
    waiver_id: int
    person_id: int
    competency: str
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRevoked(Event):
    waiver_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOwnersNamed(Event):
    """A mandate area was given its owners; None for a vacant place."""

    area: str
    requirements_authority_id: int | None
    department_head_id: int | None
