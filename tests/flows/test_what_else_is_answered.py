"""A session is cancelled, one is opened, somebody moves, evidence runs out: each is answered without anybody's doing."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOW, TODAY
from tests.flows.conftest import World
from trainer.accounts import operations as account_operations
from trainer.accounts.models import PostingRow
from trainer.accounts.values import MissionId
from trainer.competencies.models import EvidenceRow
from trainer.competencies.values import Level
from trainer.edge import job_transaction
from trainer.kernel.clock import SetClock
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import Cause, PersonId, wording
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import RequirementRule
from trainer.notifications.models import Notification
from trainer.notifications.values import NotificationKind
from trainer.partners import operations as partner_operations
from trainer.partners.models import CourseSession
from trainer.partners.values import SessionId
from trainer.planning import operations as plan_operations
from trainer.planning.models import PlanRow, PlanRun
from trainer.planning.values import PlanState, RunState
from trainer.readiness.models import ReadinessRefresh
from trainer.tracks.models import AssignmentRow
from trainer.tracks.values import OPEN_STATES, AssignmentState


def runs(session: Session, cause: str) -> list[PlanRun]:
    return list(session.scalars(select(PlanRun).where(PlanRun.cause_key.startswith(cause))))


def test_a_cancelled_session_gives_its_people_something_else_and_tells_them(world: World, session: Session) -> None:
    booked = select(AssignmentRow.course_session_id, func.count().label("people")).where(
        AssignmentRow.state.in_(OPEN_STATES), AssignmentRow.course_session_id.is_not(None)
    )
    found, people = session.execute(
        booked.group_by(AssignmentRow.course_session_id).order_by(func.count().desc(), AssignmentRow.course_session_id)
    ).first()
    seats = session.get_one(CourseSession, found).seats_taken
    assert people == seats

    with job_transaction("test") as work:
        partner_operations.cancel_session(work, session=SessionId(found), because="The hall is under water.")
    world.react()

    lost = session.scalars(select(AssignmentRow).where(AssignmentRow.course_session_id == found)).all()
    assert {each.state for each in lost if each.plan_id} == {AssignmentState.WITHDRAWN}
    assert session.get_one(CourseSession, found).seats_taken == 0
    told = session.scalars(
        select(Notification.person_id).where(Notification.kind == NotificationKind.SESSION_CANCELLED)
    )
    assert set(told) == {each.person_id for each in lost}
    assert [run.state for run in runs(session, f"session-cancelled:{found}")] in ([RunState.STORED], [RunState.NOTHING])


def test_a_later_plan_for_the_same_people_takes_the_earlier_message_off_the_managers_list(
    world: World, session: Session
) -> None:
    cause = Cause(entry_id=None, subject=None, sentence=wording("New plan for one mission"))
    waiting = select(Notification.about_id, Notification.read_at.is_(None)).where(
        Notification.kind == NotificationKind.PLAN_PROPOSED
    )
    with job_transaction("test") as work:
        mandate_operations.publish_rules(work, rules=demanding_more(work.session), note="More is asked.")
        for number in ("first", "second"):
            plan_operations.request_replan(
                work, missions=(world.mission("minusca"),), cause=cause, cause_key=number, by_instrument=True
            )
    world.react()

    proposals = session.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.PROPOSED)).all()
    superseded = session.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.SUPERSEDED)).all()
    assert superseded
    unread = {plan for plan, is_unread in session.execute(waiting) if is_unread}
    assert unread <= {*proposals}
    assert not unread & {*superseded}


def demanding_more(session: Session) -> list[RequirementRule]:
    """Every rule one level higher, so that there is something to plan."""
    return [
        replace(each, level=Level(each.level + 1)) if each.level < Level.INDEPENDENT else each
        for each in mandate_queries.rule_set(session).rules
    ]


def test_somebody_who_moves_is_planned_for_and_both_missions_are_counted_anew(world: World, session: Session) -> None:
    old, new = world.mission("minusca"), world.mission("unmiss")
    moving = session.scalars(
        select(PostingRow.person_id)
        .where(
            PostingRow.mission_id == old, PostingRow.starts_on <= TODAY, PostingRow.ends_on > TODAY + timedelta(days=60)
        )
        .order_by(PostingRow.person_id)
    ).first()
    role = session.scalars(select(PostingRow.role).where(PostingRow.person_id == moving)).first()
    before = {
        each.mission_id: each.wanted
        for each in session.scalars(select(ReadinessRefresh).where(ReadinessRefresh.mission_id.in_([old, new])))
    }

    with job_transaction("test") as work:
        account_operations.move_person(
            work,
            person=PersonId(moving),
            mission=MissionId(new),
            unit=None,
            role=role,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=300),
        )
    world.react()

    assert [run.state for run in runs(session, f"moved:{moving}")] in ([RunState.STORED], [RunState.NOTHING])
    for each in session.scalars(select(ReadinessRefresh).where(ReadinessRefresh.mission_id.in_([old, new]))):
        assert each.wanted > before[each.mission_id]
        assert each.served == each.wanted


def test_what_runs_out_is_noticed_on_its_day_and_planned_for(world: World, session: Session, clock: SetClock) -> None:
    soon = session.scalars(
        select(EvidenceRow.person_id).where(
            EvidenceRow.expires_on > TODAY + timedelta(days=91), EvidenceRow.expires_on <= TODAY + timedelta(days=120)
        )
    ).all()
    assert soon

    clock.set(NOW + timedelta(days=31))
    world.a_day_passes()

    noted = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "ExpiriesCameDue")).all()
    assert set(soon) <= {person for entry in noted for person in entry.payload["people"]} | set()
    assert runs(session, f"expiry:{(TODAY + timedelta(days=31)).isoformat()}")


def test_a_second_morning_repeats_nothing(world: World, session: Session, clock: SetClock) -> None:
    clock.set(NOW + timedelta(days=31))
    world.a_day_passes()
    entries = session.scalar(select(func.count()).select_from(LedgerEntry))
    plans = session.scalar(select(func.count()).select_from(PlanRow))

    clock.set(NOW + timedelta(days=31, hours=2))
    world.a_day_passes()

    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == entries
    assert session.scalar(select(func.count()).select_from(PlanRow)) == plans
