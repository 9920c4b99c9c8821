"""Losses and scenarios: valid by default."""

from dataclasses import replace
from datetime import date
from typing import Any

from trainer.accounts.values import MissionId
from trainer.kernel.work import Work
from trainer.scenarios import operations
from trainer.scenarios.values import ScenarioDraft, ScenarioId, WhatIf
from trainer.shocks import operations as shock_operations
from trainer.shocks.values import Loss, ShareLeaves, ShockId


def share(*missions: MissionId, **changes: Any) -> ShareLeaves:
    """A quarter of each mission leaves over 18 weeks from 1 December 2026."""
    given = ShareLeaves(missions=missions, percent=25, starts_on=date(2026, 12, 1), weeks=18)
    return replace(given, **changes)


def draft(*what_ifs: WhatIf, **changes: Any) -> ScenarioDraft:
    """A scenario with a name."""
    return replace(ScenarioDraft(name="Liquidity plan", what_ifs=what_ifs), **changes)


def saved(work: Work, *what_ifs: WhatIf, reach: frozenset[MissionId] | None = None, **changes: Any) -> ScenarioId:
    """A scenario on file."""
    return operations.save_scenario(work, draft=draft(*what_ifs, **changes), reach=reach)


def declared(work: Work, loss: Loss, **changes: Any) -> ShockId:
    """A loss that was declared."""
    return shock_operations.declare_shock(work, **({"name": "Liquidity plan", "loss": loss} | changes))
