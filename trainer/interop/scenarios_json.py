"""Results of scenarios as JSON: the same figures for pages, files and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.interop.previews_json import outlook_to_json, plan_to_json, short_to_json
from trainer.kernel import stored
from trainer.scenarios import rules
from trainer.scenarios.values import Effects, Figure, MissionEffects, Scenario, ScenarioLine, WhatIf


def effects_to_json(scenario: Scenario, effects: Effects) -> dict[str, Any]:
    """A scenario with what would follow from it, mission by mission; no names of people."""
    return {
        "scenario": scenario.id,
        "name": scenario.name,
        "version": scenario.version,
        "supposed": [stored.to_json(each, WhatIf) for each in scenario.what_ifs],
        "on": effects.on.isoformat(),
        "engine": effects.engine,
        "input_hash": effects.input_hash,
        "seconds": {each.step.value: each.milliseconds / 1000 for each in effects.steps},
        "problems": [str(each) for each in effects.problems],
        "figures": figures_to_json(effects),
        "gap_permille": {"without": effects.without_gap, "with": effects.plan_gap},
        "missions": [_mission(each) for each in effects.missions],
    }


def figures_to_json(effects: Effects) -> dict[str, Mapping[str, int]]:
    """The main figures with the scenario and without it; hours are in minutes, cost in minor units."""
    return {
        "with": _plain(rules.figures(effects, missions=None)),
        "without": _plain(rules.figures_without(effects, missions=None)),
    }


def line_to_json(line: ScenarioLine) -> dict[str, Any]:
    """A scenario as the list shows it."""
    return {
        "scenario": line.scenario.id,
        "name": line.scenario.name,
        "missions": [each.key for each in line.missions],
        "on": line.run.on.isoformat() if line.run and line.run.on else None,
        "standing": line.standing.value,
        "figures": {"with": _plain(line.figures), "without": _plain(line.without)} if line.figures else None,
    }


def comparison_to_json(found: Sequence[tuple[Scenario, Effects]]) -> dict[str, Any]:
    """The main figures of several scenarios side by side."""
    return {
        "scenarios": [
            {"scenario": scenario.id, "name": scenario.name, "on": effects.on.isoformat(), **figures_to_json(effects)}
            for scenario, effects in found
        ]
    }


def _plain(figures: Mapping[Figure, int]) -> dict[str, int]:
    return {figure.value: value for figure, value in figures.items()}


def _mission(each: MissionEffects) -> dict[str, Any]:
    return {
        "mission": each.name,
        "people": {
            "all": each.people,
            "leaving": each.leaving,
            "touched": each.touched,
            "asked_for_more": each.gaining,
            "lacking": each.lacking,
            "asked_for_less": each.losing,
        },
        "gaps": {"opened": each.opened, "gone": each.gone},
        "plan": plan_to_json(each.plan),
        "plan_without": plan_to_json(each.without),
        "short": [short_to_json(row) for row in each.short],
        "readiness": {
            "all": outlook_to_json(each.total),
            **{area.area.value: outlook_to_json(area) for area in each.areas if area.area is not None},
        },
    }
