"""S/RES/2790 from an officer's draft to publication by another, with what the authorities of its areas say, and what they see."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.flows.conftest import World
from tests.flows.test_mandate_change_reaches_readiness import draft_of
from tests.support.site import HTML, Page, Site
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates.models import InstrumentRow
from trainer.notifications.models import Notification
from trainer.planning.models import PlanRow
from trainer.planning.values import PlanState


def answered(site: Site, draft: int, **said: str) -> Page:
    """Answer for every area that the reader is asked about."""
    page = site.get(f"/drafts/{draft}")
    boxes = [each for each in page.soup.iter(f"{HTML}input") if each.get("name") == "areas"]
    fields = page.form("/answer") | {"areas": [each.get("value") for each in boxes]} | said
    return site.post(f"/drafts/{draft}/answer", fields, follow=True)


def test_a_draft_is_decided_by_two_people_and_the_authorities_of_its_areas(
    as_person, world: World, session: Session
) -> None:
    # given an administrator who asks for two people
    site = as_person("admin")
    page = site.get("/administration/drafts")
    assert "Policy 1" in site.post("/administration/drafts", page.form() | {"people": "two"}, follow=True).text
    draft = draft_of(session, "S/RES/2790")

    # when the officer looks at what waits for UNIFIL, she cannot publish it, and the page says what is missing
    site = as_person("officer")
    page = site.get(f"/drafts/{draft}")
    assert "Publication takes two people. Ask for a review." in page.text
    assert f"/drafts/{draft}/publish" not in page.body

    # when she asks for a review, whoever owns an area that the text touches has a message that leads to the draft
    site.post(f"/drafts/{draft}/ask-review", page.form("/ask-review") | {"text": "Look at the withdrawal."})
    world.react()
    asked = set(session.scalars(select(Notification.person_id).where(Notification.kind == "draft-asked")))
    assert {world.person("officer"), world.person("rights"), world.person("institutions")} <= asked
    assert f"/drafts/{draft}" in as_person("rights").get("/messages/").links()

    # when they answer, one of them with an objection, and a second officer agrees
    assert "Your answer is on file." in answered(as_person("officer"), draft, verdict="agree").text
    assert "objects" in answered(as_person("rights"), draft, verdict="objection", text="Say who reports.").text
    site = as_person("institutions")
    page = answered(site, draft, verdict="agree")
    page = site.post(f"/drafts/{draft}/review", page.form("/review") | {"verdict": "agree"}, follow=True)

    # then the objection stands against it, until its authority answers anew
    assert "An objection stands" in page.text
    assert f"/drafts/{draft}/publish" not in page.body
    answered(as_person("rights"), draft, verdict="agree")
    assert "somebody else must publish it" in as_person("officer").get(f"/drafts/{draft}").text

    # then the second officer publishes it, and everything that follows a publication follows
    site = as_person("institutions")
    page = site.get(f"/drafts/{draft}")
    assert "is published" in site.post(f"/drafts/{draft}/publish", page.form("publish"), follow=True).text
    world.react()
    text = session.scalars(select(InstrumentRow).where(InstrumentRow.symbol.like("S/RES/2790%"))).one()
    assert text.published_by_id == world.person("institutions")
    assert session.scalars(select(PlanRow).where(PlanRow.state == PlanState.PROPOSED)).all()

    # and what was said stays with it, and in the ledger, and waits for nobody
    page = as_person("auditor").get(f"/instruments/{text.id}")
    assert "Say who reports." in page.text
    assert "Look at the withdrawal." in page.text
    events = set(session.scalars(select(LedgerEntry.event)))
    assert {"DraftPolicySet", "DraftReviewAsked", "DraftReviewed", "DraftAnswered"} <= events
    still = select(func.count()).where(Notification.kind == "draft-asked", Notification.read_at.is_(None))
    assert session.scalar(still) == 0
