"""A chain as the component draws it: five stops with their words and addresses, and the whole in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import get_locale, gettext, ngettext

from trainer.accounts.values import MissionCard
from trainer.chain.values import (
    AssignmentChain,
    Chain,
    ParagraphStop,
    PersonStop,
    RequirementStop,
    SeatStop,
    TaskChain,
    TaskStop,
)
from trainer.mandates.values import Force
from trainer.web.filters import listed, number
from trainer.web.mandates.words import kind_name
from trainer.web.words import DAY, level, local, name, state_word, symbol

Stop = dict[str, Any]


def stops_of(
    chain: Chain, *, names_shown: bool, here: Mapping[str, str], more: Mapping[str, Mapping[str, str] | None]
) -> list[Stop]:
    """The five stops of a chain.

    `names_shown`: whether the reader may know who else is asked. `here` leads from the key of a stop to its own page, `more` from
    the key of a stop to where the rest of its members are.
    """
    found = [
        _paragraphs(chain.paragraphs),
        _tasks(chain.mission, chain.tasks),
        _requirements(chain.requirements),
        _people(chain, names_shown=names_shown),
        _seats(chain, names_shown=names_shown),
    ]
    for stop in found:
        stop["url"] = here.get(stop["key"], stop.get("url", ""))
        stop["more"] = more.get(stop["key"])
    return found


def sentence_of_assignment(found: AssignmentChain, *, own: bool) -> str:
    """The whole chain of an assignment in one sentence."""
    asked = listed(requirement_words(each) for each in found.chain.requirements)
    parts = {"what": local(found.title), "asked": asked, "day": _day_of(found), "person": found.owner.name}
    if not found.chain.paragraphs:
        if own:
            return str(gettext("Every mission asks for %(asked)s; so you have “%(what)s”, due on %(day)s.", **parts))
        return str(gettext("Every mission asks for %(asked)s; so %(person)s has “%(what)s”, due on %(day)s.", **parts))
    parts |= {"text": paragraph_words(found.chain.paragraphs[0]), "task": _task_words(found.chain)}
    if own:
        return str(
            gettext(
                "%(text)s orders %(task)s, which asks for %(asked)s; so you have “%(what)s”, due on %(day)s.", **parts
            )
        )
    return str(
        gettext(
            "%(text)s orders %(task)s, which asks for %(asked)s; so %(person)s has “%(what)s”, due on %(day)s.", **parts
        )
    )


def sentence_of_task(found: TaskChain) -> str:
    """The whole chain of a task in one sentence."""
    task = kind_name(found.task_kind)
    if not found.in_force:
        return str(
            gettext("%(task)s is not in the mandate of %(mission)s today.", task=task, mission=found.mission.name)
        )
    text = paragraph_words(found.chain.paragraphs[0])
    if not found.chain.requirements:
        return str(gettext("%(text)s orders %(task)s; no requirement rule names it yet.", text=text, task=task))
    return str(
        ngettext(
            "%(text)s orders %(task)s, which asks for %(asked)s of %(people)s person, who has %(seats)s open assignments.",
            "%(text)s orders %(task)s, which asks for %(asked)s of %(people)s people, who have %(seats)s open assignments.",
            found.chain.people_in_all,
            text=text,
            task=task,
            asked=listed(requirement_words(each) for each in found.chain.requirements),
            people=number(found.chain.people_in_all),
            seats=number(found.chain.seats_in_all),
        )
    )


def paragraph_words(stop: ParagraphStop) -> str:
    """A paragraph by its symbol and number."""
    if not stop.paragraph:
        return stop.symbol
    return str(gettext("%(symbol)s, paragraph %(paragraph)s", symbol=stop.symbol, paragraph=stop.paragraph))


def requirement_words(stop: RequirementStop) -> str:
    """A competency with its level."""
    return str(gettext("%(competency)s at level %(level)s", competency=local(stop.title), level=level(stop.level)))


def _paragraphs(paragraphs: Sequence[ParagraphStop]) -> Stop:
    if not paragraphs:
        return {
            "key": "paragraph",
            "empty": gettext("No paragraph: every mission asks for this, whatever its mandate."),
        }
    first = paragraphs[0]
    detail = gettext("paragraph %(paragraph)s", paragraph=first.paragraph) if first.paragraph else ""
    if first.withdrawn:
        detail = gettext("%(detail)s; withdrawn since", detail=detail) if detail else gettext("withdrawn since")
    return {
        "key": "paragraph",
        "title": symbol(first.symbol),
        "detail": detail,
        "url": url_for("mandates.instrument", instrument=first.instrument),
        "members": [
            {
                "title": symbol(paragraph_words(each)),
                "detail": each.words,
                "url": url_for("mandates.instrument", instrument=each.instrument),
            }
            for each in paragraphs
        ]
        if len(paragraphs) > 1 or first.words
        else [],
    }


def _tasks(mission: MissionCard | None, tasks: Sequence[TaskStop]) -> Stop:
    if not tasks or mission is None:
        return {"key": "task", "empty": gettext("No task of the mandate is behind this.")}
    first = tasks[0]
    return {
        "key": "task",
        "title": kind_name(first.task_kind),
        "detail": _how(first),
        "url": url_for("chain.task", mission=mission.id, task=first.task_kind),
        "members": [
            {
                "title": kind_name(each.task_kind),
                "detail": _how(each),
                "url": url_for("chain.task", mission=mission.id, task=each.task_kind),
            }
            for each in tasks
        ]
        if len(tasks) > 1
        else [],
    }


def _how(task: TaskStop) -> str:
    ways = listed(name(each) for each in task.modalities)
    if task.force is Force.ENCOURAGED:
        ways = gettext("encouraged to %(ways)s", ways=ways) if ways else gettext("encouraged")
    return ", ".join(part for part in (ways, task.area_of_operations) if part)


def _requirements(requirements: Sequence[RequirementStop]) -> Stop:
    if not requirements:
        return {"key": "requirement", "empty": gettext("No requirement rule names this task yet.")}
    first = requirements[0]
    return {
        "key": "requirement",
        "title": local(first.title),
        "detail": gettext("level %(level)s", level=level(first.level)),
        "members": [{"title": local(each.title), "detail": level(each.level)} for each in requirements]
        if len(requirements) > 1
        else [],
        "count": len(requirements) if len(requirements) > 1 else None,
    }


def _people(chain: Chain, *, names_shown: bool) -> Stop:
    count = chain.people_in_all
    if not count:
        return {"key": "people", "empty": gettext("Nobody is asked for anything.")}
    if count == 1 and names_shown:
        (only,) = chain.people
        return {"key": "people", "title": only.name, "detail": _person_detail(only)}
    return {
        "key": "people",
        "title": ngettext("%(num)s person", "%(num)s people", count),
        "detail": chain.mission.name if chain.mission else "",
        "count": count,
        "members": [
            {"title": each.name, "detail": _person_detail(each), "url": url_for("accounts.person", person=each.person)}
            for each in chain.people
        ]
        if names_shown
        else [],
    }


def _person_detail(person: PersonStop) -> str:
    parts = (name(person.role) if person.role else "", person.unit_name)
    return ", ".join(part for part in parts if part)


def _seats(chain: Chain, *, names_shown: bool) -> Stop:
    count = chain.seats_in_all
    if not count:
        return {"key": "seats", "empty": gettext("Nobody has anything open because of it.")}
    first = chain.seats[0]
    if count == 1:
        return {"key": "seats", "title": local(first.title), "detail": _seat_detail(first)}
    who = {each.person: each.name for each in chain.people}
    return {
        "key": "seats",
        "title": ngettext("%(num)s open assignment", "%(num)s open assignments", count),
        "count": count,
        "members": [
            {
                "title": local(each.title),
                "detail": ", ".join(part for part in (who.get(each.person, ""), _seat_detail(each)) if part),
                "url": url_for("chain.assignment", assignment=each.assignment),
            }
            for each in chain.seats
        ]
        if names_shown
        else [],
    }


def _seat_detail(seat: SeatStop) -> str:
    day = format_date(seat.due_on, DAY, locale=get_locale())
    parts = (seat.seat.place if seat.seat else "", gettext("due on %(day)s", day=day), state_word(seat.state))
    return ", ".join(part for part in parts if part)


def _task_words(chain: Chain) -> str:
    return kind_name(chain.tasks[0].task_kind) if chain.tasks else gettext("a task")


def _day_of(found: AssignmentChain) -> str:
    return str(format_date(found.assignment.due_on, DAY, locale=get_locale()))
