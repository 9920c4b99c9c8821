"""What happens to shocks."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockDeclared(Event):
    shock_id: int
    title: str = ""
    missions: tuple[int, ...] = ()
    leaving: int = 0
    """How many people leave early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockEnded(Event):
    shock_id: int
    title: str
    missions: tuple[int, ...]
    because: str
