"""Who may change which rules: whoever revises them everywhere all of them, the requirements authority those of the own areas."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from trainer.accounts.values import Permission
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area
from trainer.edge import reading
from trainer.kernel.errors import NotAllowed
from trainer.kernel.values import wording
from trainer.web.access import account_or_none, may_everywhere, must_everywhere, requires

P = ParamSpec("P")
R = TypeVar("R")


class NotTheirArea(NotAllowed):
    """A rule of an area that somebody else answers for."""

    def __init__(self) -> None:
        super().__init__(
            wording("You may change the rules of the areas you answer for. Ask a mandate officer about the others."),
            field="task_kind",
        )


def own_areas() -> frozenset[Area]:
    """The areas whose requirements authority the reader is; one query a request."""
    known = account_or_none()
    if known is None:
        return frozenset()
    if "own_areas" not in g:
        owners = competency_queries.area_owners(reading())
        g.own_areas = frozenset(area for area, each in owners.items() if each.requirements_authority == known.person)
    found = g.own_areas
    assert isinstance(found, frozenset)
    return found


def revisable() -> frozenset[Area]:
    """The areas whose rules the reader may change; empty for whoever may change none."""
    return frozenset(Area) if may_everywhere(Permission.REVISE_RULES) else own_areas()


def must_revise(areas: Collection[Area]) -> None:
    """Refuse a change of rules of areas that are not the reader's."""
    if not revisable().issuperset(areas):
        raise NotTheirArea


def revises(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse the view to whoever may change no rule at all; which rules is for the view to ask."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not revisable():
            must_everywhere(Permission.REVISE_RULES)
        return view(*args, **kwargs)

    admitted = requires(Permission.READ_MANDATES)(guarded)
    admitted.permissions = (Permission.REVISE_RULES,)  # type: ignore[attr-defined]  # read by the test that walks the URL map
    return admitted
