"""What the address of a page asks for, as values; whatever it does not know does not narrow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import abort, request
from flask_babel import gettext

from trainer.accounts import rules as account_rules
from trainer.accounts.values import MissionStatus, OrganisationCard, OrganisationId, Permission, Role, UnitId
from trainer.competencies.values import Area, Currency
from trainer.readiness import rules
from trainer.readiness.values import AreaGroup, BoardFilter, BoardOrder, CellFilter
from trainer.web.access import account
from trainer.web.limits import number_asked
from trainer.web.words import name

WEEKS = 13
MONTHS = 12

_E = TypeVar("_E", bound=StrEnum)


Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be asked for, as (value, word); the first of each takes the filter away."""

    statuses: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    organisations: tuple[Choice, ...]


def choices(contributors: Iterable[OrganisationCard]) -> Choices:
    """The choices in the reader's language."""
    everything = ("", gettext("All"))
    return Choices(
        statuses=(("", gettext("Not closed")), *_words(MissionStatus)),
        groups=(("", gettext("All areas")), *_words(AreaGroup)),
        roles=(everything, *_words(Role)),
        organisations=(("", gettext("All organisations")), *((str(each.id), each.name) for each in contributors)),
    )


def _words(kind: type[StrEnum]) -> tuple[Choice, ...]:
    return tuple((member.value, name(member)) for member in kind)


def board_filter() -> BoardFilter:
    """What of the board is asked for, within what the reader may see."""
    return BoardFilter(
        status=_chosen(MissionStatus, "status"),
        group=_chosen(AreaGroup, "group"),
        organisation=_organisation(),
        role=_chosen(Role, "role"),
        within=account_rules.reach_of(account(), Permission.READ_READINESS),
        order=_chosen(BoardOrder, "sort") or BoardOrder.NAME,
    )


def cell_filter() -> CellFilter:
    """Whom of a cell is asked for."""
    unit = number_asked("unit")
    return CellFilter(
        role=_chosen(Role, "role"),
        organisation=_organisation(),
        state=_chosen(Currency, "state"),
        unit=None if unit is None else UnitId(unit),
    )


def area_called(key: str) -> Area:
    """The area of the address; there is no page of another."""
    found = next((area for area in Area if area.value == key), None)
    return found or abort(404)


def days_ahead(on: date) -> tuple[date, ...]:
    """The days of a forecast: weeks, or months when asked for."""
    if request.args.get("by") == "month":
        return rules.months_ahead(on, count=MONTHS)
    return rules.weeks_ahead(on, count=WEEKS)


def _organisation() -> OrganisationId | None:
    chosen = number_asked("organisation")
    return None if chosen is None else OrganisationId(chosen)


def _chosen(kind: type[_E], name: str) -> _E | None:
    text = request.args.get(name, "")
    return next((member for member in kind if member.value == text), None)
