"""For any assignment the auditor reads the chain from the paragraph to the seat, and the ledger proves itself."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.flows.conftest import World
from trainer.tracks.models import AssignmentRow


def test_the_chain_leads_from_the_paragraph_to_the_seat_and_back(as_person, world: World, session: Session) -> None:
    auditor = as_person("auditor")
    found = session.scalars(
        select(AssignmentRow).where(AssignmentRow.course_session_id.is_not(None), AssignmentRow.plan_id.is_not(None))
    ).first()

    page = auditor.get(f"/why/{found.id}")

    assert re.search(r"S/RES/\d+", page.text) or "every mission" in page.text
    assert "Plan approved" in page.text
    task = next((link for link in page.links() if link.startswith("/why/missions/")), None)
    if task is not None:
        assert auditor.get(task).status == 200
    assert auditor.get(f"/audit/assignment/{found.id}").status == 200


def test_the_ledger_proves_itself_unbroken(as_person, world: World, session: Session) -> None:
    world.a_day_passes()

    page = as_person("auditor").get("/audit/verify")

    assert page.status == 200
    assert re.search(r"unbroken|no fault|holds", page.text, re.IGNORECASE), page.text


def test_a_trainee_does_not_read_the_ledger(as_person) -> None:
    trainee = as_person("trainee")

    assert [trainee.get(path).status for path in ("/audit/", "/audit/verify")] == [403, 403]
