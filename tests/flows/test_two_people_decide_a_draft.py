"""S/RES/2790 from an officer's draft to publication by another, with what the authorities of its areas say, and what they see."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.flows.conftest import World
from tests.flows.test_mandate_change_reaches_readiness import draft_of
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates.models import InstrumentRow
from trainer.notifications.models import Notification
from trainer.planning.models import PlanRow
from trainer.planning.values import PlanState


def test_a_draft_is_decided_by_two_people_and_the_authorities_of_its_areas(
    as_person, world: World, session: Session
) -> None:
    # given an administrator who asks for two people
    site = as_person("admin")
    page = site.get("/administration/drafts")
    assert "Policy 1" in site.post("/administration/drafts", page.form() | {"people": "two"}, follow=True).text
    draft = draft_of(session, "S/RES/2790")

    # when the officer tries to publish what waits for UNIFIL
    site = as_person("officer")
    page = site.get(f"/drafts/{draft}")

    # then she cannot, and the page says what is missing and who will be asked
    assert "Publication takes two people. Ask for a review." in page.text
    assert f"/drafts/{draft}/publish" not in page.body

    # when she asks for a review
    site.post(
        f"/drafts/{draft}/ask-review", page.form("/ask-review") | {"text": "Look at the withdrawal."}, follow=True
    )
    world.react()

    # then whoever owns an area that the text touches has one message that leads to the draft
    asked = set(
        session.scalars(
            select(Notification.person_id).where(Notification.kind == "draft-asked", Notification.about_id == draft)
        )
    )
    assert world.person("rights") in asked
    assert world.person("institutions") in asked
    page = as_person("rights").get("/messages/")
    assert f"/drafts/{draft}" in page.links()

    # when every authority answers, one of them with an objection
    objecting = "rights"
    for person in sorted(asked):
        site = as_person("officer").sign_in(person)
        page = site.get(f"/drafts/{draft}")
        if "Send your answer" not in page.text:
            continue
        said = (
            {"verdict": "objection", "text": "Say who reports."}
            if person == world.person(objecting)
            else {"verdict": "agree"}
        )
        fields = page.form("/answer") | said
        areas = [
            each.get("value")
            for each in page.soup.iter("{http://www.w3.org/1999/xhtml}input")
            if each.get("name") == "areas"
        ]
        assert (
            "Your answer is on file."
            in site.post(f"/drafts/{draft}/answer", fields | {"areas": areas}, follow=True).text
        )
    page = as_person("institutions").get(f"/drafts/{draft}")
    page = as_person("institutions").post(
        f"/drafts/{draft}/review", page.form("/review") | {"verdict": "agree"}, follow=True
    )

    # then the objection stands against it
    assert "An objection stands" in page.text
    assert f"/drafts/{draft}/publish" not in page.body

    # when its authority answers anew
    site = as_person(objecting)
    page = site.get(f"/drafts/{draft}")
    areas = [
        each.get("value")
        for each in page.soup.iter("{http://www.w3.org/1999/xhtml}input")
        if each.get("name") == "areas"
    ]
    site.post(f"/drafts/{draft}/answer", page.form("/answer") | {"areas": areas, "verdict": "agree"})

    # and the officer's own areas are answered for by herself
    site = as_person("officer")
    page = site.get(f"/drafts/{draft}")
    if "Send your answer" in page.text:
        areas = [
            each.get("value")
            for each in page.soup.iter("{http://www.w3.org/1999/xhtml}input")
            if each.get("name") == "areas"
        ]
        site.post(f"/drafts/{draft}/answer", page.form("/answer") | {"areas": areas, "verdict": "agree"})
    assert "somebody else must publish it" in site.get(f"/drafts/{draft}").text

    # then the second officer publishes it, and everything that follows a publication follows
    site = as_person("institutions")
    page = site.get(f"/drafts/{draft}")
    done = site.post(f"/drafts/{draft}/publish", page.form("publish"), follow=True)
    assert "is published" in done.text
    world.react()
    text = session.scalars(select(InstrumentRow).where(InstrumentRow.symbol.like("S/RES/2790%"))).one()
    assert text.published_by_id == world.person("institutions")
    assert session.scalars(select(PlanRow).where(PlanRow.state == PlanState.PROPOSED)).all()

    # and what was said stays with it, and in the ledger
    page = as_person("auditor").get(f"/instruments/{text.id}")
    assert "Say who reports." in page.text
    assert "Look at the withdrawal." in page.text
    events = dict(session.execute(select(LedgerEntry.event, func.count()).group_by(LedgerEntry.event)).all())
    assert {"DraftPolicySet", "DraftReviewAsked", "DraftReviewed", "DraftAnswered"} <= set(events)
    open_messages = select(func.count()).where(Notification.kind == "draft-asked", Notification.read_at.is_(None))
    assert session.scalar(open_messages) == 0
