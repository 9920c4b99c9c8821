"""What training answers of the requirements, as one JSON object for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.competencies.values import Area, Owners
from trainer.kernel.values import PersonId
from trainer.requirements.values import Coverage, Need


def coverage_to_json(
    found: Coverage, *, owners: Mapping[Area, Owners], names: Mapping[PersonId, str]
) -> dict[str, Any]:
    """The figures of the check, with who answers for each thing that is missing."""

    def answers(area: Area, *, for_need: bool) -> str | None:
        person = owners[area].requirements_authority if for_need else owners[area].department_head
        return None if person is None else names.get(person)

    def need(each: Need) -> dict[str, Any]:
        return {
            "competency": each.competency,
            "level": int(each.level),
            "area": each.area.value,
            "tasks": list(each.tasks),
            "missions": [found.missions[mission].key for mission in each.missions],
            "asked": each.asked,
            "taught": each.taught,
            "travelling": each.travelling,
            "modules": list(each.modules),
            "module_languages": list(each.module_languages),
            "sessions": each.sessions,
            "session_languages": list(each.session_languages),
            "roles": {role.role.value: {"asked": role.asked, "taught": role.taught} for role in each.roles},
            "short": [
                {"language": short.language, "region": short.region, "people": short.people}
                for short in each.shortfalls
            ],
            "department_head": answers(each.area, for_need=False),
        }

    return {
        "on": found.on.isoformat(),
        "until": found.until.isoformat(),
        "version": found.version.number,
        "tasks": found.tasks,
        "needs": len(found.needs),
        "tasks_without_requirement": [
            {
                "task": each.task_kind,
                "area": each.area.value,
                "requirements_authority": answers(each.area, for_need=True),
                "in": [
                    {"mission": mission.key, "symbol": task.symbol, "paragraph": task.paragraph}
                    for mission, task in each.tasks
                ],
            }
            for each in found.unasked
        ],
        "requirements_without_module": [need(each) for each in found.without_module],
        "requirements_without_course": [need(each) for each in found.without_course],
        "not_taught_to_everybody": [need(each) for each in found.short],
    }
