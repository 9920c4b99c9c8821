"""The main flow, stop by stop: a text is published, and in the end the board has moved and everybody knows why."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.flows.conftest import World
from trainer.catalogue.models import ModuleVersion
from trainer.competencies.models import EvidenceRow
from trainer.kernel.ledger import LedgerEntry
from trainer.mandates.models import InstrumentDraftRow, InstrumentRow
from trainer.notifications.models import Notification
from trainer.planning.models import PlanRow, PlanStepRow
from trainer.planning.values import PlanState, StepMove
from trainer.tracks.models import AssignmentRow
from trainer.tracks.values import OPEN_STATES


def draft_of(session: Session, symbol: str) -> int:
    query = select(InstrumentDraftRow.id).where(
        InstrumentDraftRow.symbol == symbol, InstrumentDraftRow.published_id.is_(None)
    )
    return session.scalars(query).one()


def test_a_new_mandate_retrains_the_right_people_and_everyone_sees_why(
    as_person, world: World, session: Session, outbox
) -> None:
    # given an officer who sees what waits for MONUSCO
    officer = as_person("officer")
    mission = world.mission("monusco")
    assert "S/RES/2808" in officer.get(f"/missions/{mission}").text
    draft = draft_of(session, "S/RES/2808")
    page = officer.get(f"/drafts/{draft}")
    assert "Ceasefire" in page.text

    # when the officer publishes it
    done = officer.post(f"/drafts/{draft}/publish", page.form("publish"), follow=True)
    assert done.status == 200
    published = session.scalars(select(InstrumentRow).where(InstrumentRow.symbol == "S/RES/2808")).one()
    assert published.published_by_id == world.person("officer")

    # then nobody presses a button, and a plan waits for a manager, since an instrument caused it
    world.react()
    plan = session.scalars(select(PlanRow).where(PlanRow.state == PlanState.PROPOSED)).one()
    assert plan.needs_approval
    assert plan.missions == [mission]
    moves = dict(
        session.execute(
            select(PlanStepRow.move, func.count()).where(PlanStepRow.plan_id == plan.id).group_by(PlanStepRow.move)
        ).all()
    )
    assert moves[StepMove.GIVE] > 0

    # and its page says who gains, who loses, what cannot be met, and why
    manager = as_person("manager")
    assert re.search(r"S/RES/2808", manager.get("/plans/").text)
    page = manager.get(f"/plans/{plan.id}")
    assert "S/RES/2808" in page.text
    assert page.status == 200

    # when the manager approves it
    done = manager.post(f"/plans/{plan.id}/approve", page.form("approve"), follow=True)
    assert done.status == 200
    session.expire_all()
    assert session.get_one(PlanRow, plan.id).state is PlanState.APPROVED
    given = session.scalars(select(AssignmentRow).where(AssignmentRow.plan_id == plan.id)).all()
    assert len(given) == moves[StepMove.GIVE]

    # then each person has a message in the site, and those with an address a mail
    world.react()
    waiting = select(func.count()).where(Notification.dedupe.startswith(f"plan:{plan.id}:"))
    assert session.scalar(waiting) > 0
    assert session.scalar(waiting.where(Notification.read_at.is_(None))) == 0
    told = session.scalar(
        select(func.count()).where(Notification.dedupe.in_([f"assigned:{each.id}:" for each in given]))
    )
    assert told == len(given)

    # when one of them completes a module of it
    one = next(each for each in given if each.module_key and each.state in OPEN_STATES)
    held_before = session.scalar(select(func.count()).where(EvidenceRow.person_id == one.person_id))
    trainee = as_person("trainee").sign_in(one.person_id)
    page = trainee.get("/my/")
    assert f"/assignments/{one.id}" in page.links()
    page = trainee.get(f"/assignments/{one.id}")
    assert "S/RES/" in page.text
    complete(trainee, one.id, session)

    # then the record is up to date at once, with a day on which it runs out
    session.expire_all()
    assert session.scalar(select(func.count()).where(EvidenceRow.person_id == one.person_id)) > held_before
    assert "current" in trainee.get("/my/record").text

    # and the board moves without anybody's doing
    world.react()
    board = as_person("manager").get(f"/readiness/{mission}")
    assert board.status == 200
    events = set(session.scalars(select(LedgerEntry.event)))
    assert {
        "InstrumentPublished",
        "PlanProposed",
        "PlanApproved",
        "ModulesAssigned",
        "AssignmentCompleted",
        "EvidenceRecorded",
    } <= events


def complete(trainee, assignment: int, session: Session) -> None:
    """Read the module and answer every question rightly, as its page asks them."""

    page = trainee.get(f"/assignments/{assignment}")
    if page.soup is not None and "/begin" in page.body:
        trainee.post(f"/assignments/{assignment}/begin", page.form("begin"))
        page = trainee.get(f"/assignments/{assignment}")
    if "/read" in page.body:
        trainee.post(f"/assignments/{assignment}/read", page.form("/read"))
    page = trainee.get(f"/assignments/{assignment}/questions")
    form = page.form()
    row = session.get_one(AssignmentRow, assignment)
    questions = session.get_one(ModuleVersion, row.module_version_id).questions["en"]
    answers = {
        f"q-{question['key']}": [str(place) for place, answer in enumerate(question["answers"]) if answer["right"]]
        for question in questions
    }
    result = trainee.post(f"/assignments/{assignment}/questions", form | answers, follow=True)
    assert result.status == 200, result.text


def test_a_published_text_reaches_nobody_elsewhere(as_person, world: World, session: Session) -> None:
    elsewhere = session.scalars(select(AssignmentRow.id).where(AssignmentRow.state.in_(OPEN_STATES))).all()
    officer = as_person("officer")
    draft = draft_of(session, "S/RES/2790")
    page = officer.get(f"/drafts/{draft}")

    officer.post(f"/drafts/{draft}/publish", page.form("publish"))
    world.react()

    still = session.scalars(select(AssignmentRow.id).where(AssignmentRow.state.in_(OPEN_STATES))).all()
    assert still == elsewhere
