"""Administrators say who owns each mandate area, and whoever is named while a review waits is asked."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import accounts, reviews
from tests.factories.mandates import draft
from tests.support.site import Site
from trainer import reactions
from trainer.accounts.values import Office
from trainer.competencies import queries
from trainer.competencies.events import AreaOwnersNamed
from trainer.competencies.values import Area
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.notifications.models import Notification


@pytest.fixture
def administrator(session: Session) -> PersonId:
    return accounts.holder(session, Office.ADMINISTRATOR)


@pytest.fixture
def expert(session: Session) -> PersonId:
    somebody = accounts.person(session, family_name="Expert", email="expert@example.org")
    accounts.credential(session, person=somebody)
    return somebody


def test_an_owner_is_named_by_address_and_an_empty_one_leaves_the_place_vacant(
    site: Site, session: Session, administrator, expert
) -> None:
    page = site.sign_in(administrator).get("/administration/areas/")
    assert "26 areas have no requirements authority" in page.text
    page = site.get("/administration/areas/POC")

    named = site.post("/administration/areas/POC", page.form() | {"authority": " Expert@example.org"}, follow=True)
    again = site.get("/administration/areas/POC").form()
    site.post("/administration/areas/POC", again)
    vacant = site.post("/administration/areas/POC", again | {"authority": ""}, follow=True)

    assert "Asha Expert" in named.text
    assert again["authority"] == "expert@example.org"
    assert "Asha Expert" not in vacant.text
    assert queries.area_owners(session)[Area.POC].requirements_authority is None
    assert session.scalar(select(func.count()).where(LedgerEntry.event == "AreaOwnersNamed")) == 2


def test_an_unknown_address_is_told_at_its_field_and_an_unknown_area_is_none(
    site: Site, session: Session, administrator, expert
) -> None:
    accounts.person(session, email="without-account@example.org")
    page = site.sign_in(administrator).get("/administration/areas/POC")

    refused = site.post(
        "/administration/areas/POC",
        page.form() | {"authority": "without-account@example.org", "head": "expert@example.org"},
    )

    assert refused.status == 422
    assert "Nobody here has this address: without-account@example.org." in refused.text
    assert 'value="without-account@example.org"' in refused.body
    assert site.get("/administration/areas/XYZ").status == 404
    for office in (Office.MANDATE_OFFICER, Office.READINESS_MANAGER):
        assert site.sign_in(accounts.holder(session, office)).get("/administration/areas/").status == 403


def test_whoever_is_named_while_a_review_waits_for_the_area_is_asked(
    work: Work, work_as, session: Session, expert
) -> None:
    author = accounts.holder(work, Office.MANDATE_OFFICER)
    made = mandate_operations.save_draft(work_as(author), draft=draft(accounts.mission(work)))
    mandate_operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    reviews.owned(work, Area.POC, by=expert)
    session.flush()

    for area in ("POC", "WPS"):
        event = AreaOwnersNamed(area=area, requirements_authority_id=expert, department_head_id=None)
        for _ in range(2):
            reactions.ask_new_authority(work, event)

    asked = session.scalars(select(Notification).where(Notification.kind == "draft-asked")).all()
    assert [(each.person_id, each.about_id) for each in asked] == [(expert, made)]
