"""The menu as data: each item with its first page, the permission that shows it, and the blueprints and views that belong to it.

Which page answers whose first question is said here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from trainer import edge
from trainer.accounts.values import OFFICE_NAMES, Account, Office, Permission
from trainer.web import access


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of the menu."""

    label: str
    endpoint: str
    permissions: tuple[Permission, ...]
    """Any of these shows it."""
    belongs: tuple[str, ...]
    """Endpoints (`mandates.mission`) or whole blueprints (`mandates`) under it; the first item that names one wins."""
    everywhere: bool = False
    """Only for those who hold the permission in every mission: what is decided there holds in all of them."""


ITEMS: tuple[Item, ...] = (
    Item(
        label=lazy_gettext("My training"),
        endpoint="tracks.my_page",
        permissions=(Permission.LEARN,),
        belongs=("tracks",),
    ),
    Item(
        label=lazy_gettext("My record"),
        endpoint="competencies.my_record",
        permissions=(Permission.LEARN,),
        belongs=("competencies.my_record", "competencies.my_record_sheet"),
    ),
    Item(
        label=lazy_gettext("Readiness"),
        endpoint="readiness.board",
        permissions=(Permission.READ_READINESS,),
        belongs=("readiness",),
    ),
    Item(
        label=lazy_gettext("Missions"),
        endpoint="mandates.missions",
        permissions=(Permission.READ_MANDATES,),
        belongs=("mandates.missions", "mandates.mission", "mandates", "closing", "chain.task"),
    ),
    Item(
        label=lazy_gettext("Requirements"),
        endpoint="requirements.matrix",
        permissions=(Permission.REVISE_RULES, Permission.READ_PLANS),
        belongs=("requirements",),
    ),
    Item(
        label=lazy_gettext("Plans"),
        endpoint="planning.plans",
        permissions=(Permission.READ_PLANS,),
        belongs=("planning", "chain"),
    ),
    Item(
        label=lazy_gettext("Scenarios"),
        endpoint="scenarios.scenarios",
        permissions=(Permission.READ_PLANS,),
        belongs=("scenarios", "shocks"),
    ),
    Item(
        label=lazy_gettext("My courses"),
        endpoint="partners.own",
        permissions=(Permission.MANAGE_COURSES,),
        belongs=("partners.own",),
    ),
    Item(
        label=lazy_gettext("Recognition"),
        endpoint="partners.recognition",
        permissions=(Permission.RECOGNISE_COURSES,),
        everywhere=True,
        belongs=("partners.recognition", "partners.recognise"),
    ),
    Item(
        label=lazy_gettext("People"),
        endpoint="accounts.people",
        permissions=(Permission.READ_PEOPLE,),
        belongs=(
            "accounts.people",
            "accounts.person",
            "accounts.move",
            "accounts.leave",
            "competencies.person_record",
            "competencies.person_record_sheet",
            "competencies.record_evidence",
            "competencies.grant_waiver",
            "competencies.revoke_waiver",
        ),
    ),
    Item(
        label=lazy_gettext("Courses"),
        endpoint="partners.courses",
        permissions=(Permission.READ_CATALOGUE,),
        belongs=("partners", "tracks.roster", "tracks.roster_sheet", "tracks.record_attendance"),
    ),
    Item(
        label=lazy_gettext("Modules"),
        endpoint="catalogue.modules",
        permissions=(Permission.READ_CATALOGUE,),
        belongs=("catalogue", "competencies"),
    ),
    Item(
        label=lazy_gettext("Lessons learned"),
        endpoint="observations.reported",
        permissions=(Permission.LEARN,),
        belongs=("observations",),
    ),
    Item(
        label=lazy_gettext("Audit"),
        endpoint="audit.search",
        permissions=(Permission.READ_LEDGER,),
        belongs=("audit",),
    ),
    Item(
        label=lazy_gettext("Administration"),
        endpoint="accounts.administration",
        permissions=(Permission.ADMINISTER,),
        belongs=(
            "accounts.administration",
            "accounts",
            "mandates.policy",
            "competencies.owners",
            "competencies.name_owners",
        ),
    ),
)

OUTSIDE_THE_MENU = frozenset(
    {
        "accounts.me",
        "accounts.password",
        "accounts.end_browser",
        "accounts.end_other_browsers",
        "accounts.sign_in",
        "accounts.sign_out",
        "notifications",
        "help",
        "assets",
        "home",
        "demo",
    }
)
"""What is reached from the head or the foot of every page instead."""

FIRST_PAGES: Mapping[Office, str] = {
    Office.READINESS_MANAGER: "readiness.board",
    Office.MANDATE_OFFICER: "mandates.missions",
    Office.TRAINING_PARTNER: "partners.own",
    Office.AUDITOR: "audit.search",
    Office.ADMINISTRATOR: "accounts.administration",
    Office.TRAINEE: "tracks.my_page",
}
"""By office, in the order in which they count for somebody who holds several."""

blueprint = Blueprint("home", __name__)


def first_page(known: Account) -> str:
    """The address of the page that answers this person's first question."""
    held = next((office for office in FIRST_PAGES if office in known.offices), Office.TRAINEE)
    return url_for(FIRST_PAGES[held])


def menu(known: Account | None) -> list[dict[str, object]]:
    """The items this person may open, as the head of the page takes them."""
    if known is None:
        return []
    endpoint = request.endpoint or ""
    outside = OUTSIDE_THE_MENU & {endpoint, endpoint.partition(".")[0]}
    here = None if outside else item_of(endpoint)
    return [
        {"label": item.label, "url": url_for(item.endpoint), "current": item is here, "icon": ""}
        for item in ITEMS
        if any((access.may_everywhere if item.everywhere else access.may)(each) for each in item.permissions)
    ]


def item_of(endpoint: str) -> Item | None:
    """The item that a view belongs to: one that names the view itself, or else one that names its blueprint."""
    by_view = next((item for item in ITEMS if endpoint in item.belongs or endpoint == item.endpoint), None)
    family = endpoint.partition(".")[0]
    return by_view or next((item for item in ITEMS if family in item.belongs), None)


@blueprint.get("/")
@access.anyone
def home() -> Response:
    """Lead everybody to their first page, and visitors to the sign-in page."""
    known = access.account_or_none()
    return redirect(first_page(known) if known else url_for("accounts.sign_in"), code=303)


def office_names(known: Account) -> str:
    """The offices of a person in words, as the head of the page shows them."""
    held = [OFFICE_NAMES[office] for office in FIRST_PAGES if office in known.offices and office is not Office.TRAINEE]
    return ", ".join(gettext(name) for name in held or [OFFICE_NAMES[Office.TRAINEE]])


@blueprint.get("/health")
@access.anyone
def health() -> tuple[dict[str, str], int]:
    """Say whether this process and its database answer; for load balancers, tells nothing else."""
    try:
        edge.reading().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "no database"}, 503
    return {"status": "ok"}, 200
