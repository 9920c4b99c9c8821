"""What people got back once a text was withdrawn or a plan undone, and what not: person by person, with the reason."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, url_for
from werkzeug.wrappers import Response

from trainer.accounts.values import MissionId, Permission
from trainer.edge import reading
from trainer.kernel.values import Subject, SubjectKind
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import InstrumentId
from trainer.planning import queries
from trainer.planning.values import PlanId, ReturnsPage
from trainer.tracks.values import LOST, RETURNED_NAMES
from trainer.web.access import must, requires
from trainer.web.pages import PAGE_SIZE, page_number
from trainer.web.planning.views import must_see, named_of
from trainer.web.words import local

Page = str | Response

ALL_LINES = 1_000_000


@requires(Permission.READ_PLANS)
def of_instrument(instrument: int) -> Page:
    """What was given back after a text was withdrawn, or after what it made depend on a condition was undone."""
    text = mandate_queries.instrument(reading(), instrument=InstrumentId(instrument))
    _must_reach(text.mission)
    found = _found(SubjectKind.INSTRUMENT, instrument)
    back = {"label": text.symbol, "url": url_for("mandates.instrument", instrument=instrument)}
    return _page(found, back=back, file=url_for("planning.returns_of_instrument_json", instrument=instrument))


@requires(Permission.READ_PLANS)
def of_instrument_json(instrument: int) -> Response:
    """The same as a file."""
    text = mandate_queries.instrument(reading(), instrument=InstrumentId(instrument))
    _must_reach(text.mission)
    found = queries.returns_page(
        reading(), subject=Subject(kind=SubjectKind.INSTRUMENT, id=instrument), page=1, size=ALL_LINES
    )
    return jsonify({"instrument": text.symbol} | _as_json(found))


@requires(Permission.READ_PLANS)
def of_plan(plan: int) -> Page:
    """What was given back when a plan was undone."""
    head = queries.plan_head(reading(), plan=PlanId(plan))
    must_see(head)
    back = {"label": head.cause.sentence, "url": url_for("planning.plan", plan=plan)}
    return _page(_found(SubjectKind.PLAN, plan), back=back, file=url_for("planning.returns_of_plan_json", plan=plan))


@requires(Permission.READ_PLANS)
def of_plan_json(plan: int) -> Response:
    """The same as a file."""
    must_see(queries.plan_head(reading(), plan=PlanId(plan)))
    found = queries.returns_page(reading(), subject=Subject(kind=SubjectKind.PLAN, id=plan), page=1, size=ALL_LINES)
    return jsonify({"plan": plan} | _as_json(found))


def _must_reach(mission: MissionId) -> None:
    """Refuse whoever is confined to other missions."""
    must(Permission.READ_PLANS, mission=mission)


def _found(kind: SubjectKind, subject: int) -> ReturnsPage:
    return queries.returns_page(reading(), subject=Subject(kind=kind, id=subject), page=page_number(), size=PAGE_SIZE)


def _page(found: ReturnsPage, *, back: dict[str, Any], file: str) -> str:
    return render_template(
        "planning/returns.html",
        found=found,
        back=back,
        file=file,
        page=page_number(),
        pages=max(1, -(-found.total // PAGE_SIZE)),
        named=named_of(each.person.id for each in found.lines),
        lost=LOST,
    )


def _as_json(found: ReturnsPage) -> dict[str, Any]:
    """Names stand in it only of people whom the reader may know."""
    named = named_of(each.person.id for each in found.lines)
    return {
        "given_back": found.restored,
        "lost": found.lost,
        "lines": [
            {
                "person": each.person.key if each.person.id in named else None,
                "name": each.person.name if each.person.id in named else None,
                "mission": each.mission or None,
                "title": local(each.title),
                "module": each.module,
                "session_starts_on": each.seat.starts_on.isoformat() if each.seat else None,
                "plan": each.plan,
                "became": each.became.value,
                "reason": RETURNED_NAMES[each.became],
            }
            for each in found.lines
        ],
    }
