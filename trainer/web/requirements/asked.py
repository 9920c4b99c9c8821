"""What the address of a page of requirements asks for; whatever is no such thing is left aside."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from trainer.accounts.values import MissionId, Role
from trainer.competencies.values import Area, CompetencyKey
from trainer.mandates.values import TASK_KINDS, TaskKindKey
from trainer.requirements.values import Wanted

E = TypeVar("E", bound=StrEnum)

BASELINE = "baseline"
"""In place of a task, for what is asked whatever the tasks."""
FILTERS = ("area", "role", "competency", "task", "mission", "on", "known")
"""Parameters that narrow what is shown, and may be carried from page to page."""


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """What the parameters ask for."""
    task, mission = given.get("task", ""), given.get("mission", "")
    return Wanted(
        area=one_of(Area, given.get("area", "")),
        role=one_of(Role, given.get("role", "")),
        competency=CompetencyKey(given["competency"]) if given.get("competency") else None,
        task=TaskKindKey(task) if task in TASK_KINDS else None,
        baseline=task == BASELINE,
        mission=MissionId(int(mission)) if mission.isascii() and mission.isdigit() and len(mission) < 10 else None,
    )


def one_of(kind: type[E], text: str) -> E | None:
    """The member of an enum with this value, or None."""
    return next((each for each in kind if each.value == text), None)
