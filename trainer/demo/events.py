"""What happens to a demonstration database."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationLoaded(Event):
    """The invented world is complete; a database without this entry was interrupted and is filled up by the next start."""

    people: int
    seed: int
