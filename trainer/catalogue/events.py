"""What happens to the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInstalled(Event):
    pack_version_id: int
    key: str
    version: str
    modules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRetired(Event):
    pack_version_id: int
    key: str
    version: str
