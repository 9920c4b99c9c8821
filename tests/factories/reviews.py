"""Owners of areas, a second officer, a policy: what a draft needs to be decided."""

from dataclasses import replace
from typing import Any

from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Area, Owners
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.reviews import operations
from trainer.reviews.values import DEFAULT_POLICY


def owned(work: Work, *areas: Area, by: PersonId) -> None:
    """Somebody owns the need in the areas."""
    for area in areas:
        owners = Owners(requirements_authority=by, department_head=None)
        competency_operations.name_area_owners(work, area=area, owners=owners)


def policy(work: Work, **changes: Any) -> int:
    """A policy that asks for two people, and otherwise as Trainer comes."""
    return operations.set_policy(work, policy=replace(DEFAULT_POLICY, **({"two_people": True} | changes)))
