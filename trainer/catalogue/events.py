"""What happens to the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event
from trainer.kernel.values import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInstalled(Event):
    pack_version_id: int
    key: str
    version: str
    modules: int

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.PACK, id=self.pack_version_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRetired(Event):
    pack_version_id: int
    key: str
    version: str

    def subjects(self) -> tuple[Subject, ...]:
        return (Subject(kind=SubjectKind.PACK, id=self.pack_version_id),)
