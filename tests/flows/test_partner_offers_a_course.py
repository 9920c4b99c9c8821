"""A partner publishes a course and a session; a manager recognises it; only then can people be sent."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.flows.conftest import World
from trainer.edge import job_transaction
from trainer.notifications.models import Notification
from trainer.notifications.values import NotificationKind
from trainer.partners.models import Course, CourseSession
from trainer.planning import operations as plan_operations

TITLE = "Ceasefire teams in the mountains"


def test_a_course_is_offered_recognised_and_filled(as_person, world: World, session: Session) -> None:
    # given a partner who fills in a course and publishes it
    partner = as_person("partner")
    form = partner.get("/courses/new").form()
    course_form = {
        "title": TITLE,
        "summary": "Two observers, one valley, four days.",
        "language": "en",
        "mode": "on-site",
        "days": "4",
        "cost": "300",
        "award_0": "ceasefire-observation",
        "level_0": "3",
    }
    saved = partner.post("/courses/new", form | course_form)
    assert saved.status == 303, saved.text
    course = session.scalars(select(Course).where(Course.title == TITLE)).one()
    page = partner.get(f"/courses/{course.id}")
    partner.post(f"/courses/{course.id}/publish", page.form("publish"))

    # and a dated session with seats
    form = partner.get(f"/courses/{course.id}/sessions/new").form()
    dates = {
        "starts_on": (TODAY + timedelta(days=60)).isoformat(),
        "ends_on": (TODAY + timedelta(days=63)).isoformat(),
        "starts_time": "08:30",
        "time_zone": "Africa/Bangui",
        "place": "Bouar",
        "seats": "12",
        "least_seats": "0",
    }
    added = partner.post(f"/courses/{course.id}/sessions/new", form | dates)
    assert added.status == 303, added.text
    run = session.scalars(select(CourseSession).where(CourseSession.course_id == course.id)).one()

    # then nobody can be sent to it, and a manager is asked to recognise it
    world.react()
    assert run.seats_taken == 0
    asked = select(Notification).where(
        Notification.kind == NotificationKind.RECOGNITION_ASKED, Notification.about_id == course.id
    )
    assert session.scalars(asked).all()

    # when the manager recognises what it awards
    manager = as_person("manager")
    assert TITLE in manager.get("/recognition/").text
    form = manager.get(f"/courses/{course.id}/recognise").form()
    decided = manager.post(
        f"/courses/{course.id}/recognise",
        form | {"decision_0": "3", "reason": "Seen on a visit.", "expires_on": ""},
    )
    assert decided.status == 303, decided.text
    world.react()
    told = select(Notification).where(
        Notification.kind == NotificationKind.RECOGNITION_DECIDED, Notification.about_id == course.id
    )
    assert session.scalars(told).all()

    # then plans may use its seats, and the partner sees the session and its roster
    with job_transaction("test") as work:
        plan_operations.plan_mission_anew(work, mission=world.mission("untso"))
    world.react()
    partner = as_person("partner")
    assert TITLE in partner.get("/partner/").text
    assert partner.get(f"/sessions/{run.id}/roster").status == 200

    # when the partner lowers what it says the course awards, and raises it again, the manager is asked once more
    for message in session.scalars(asked):
        session.delete(message)
    session.commit()
    for level in ("2", "3"):
        form = partner.get(f"/courses/{course.id}/edit").form()
        changed = partner.post(f"/courses/{course.id}/edit", form | course_form | {"level_0": level})
        assert changed.status == 303, changed.text
    world.react()
    assert session.scalars(asked).all()


def test_another_partner_neither_sees_nor_changes_a_draft(as_person, world: World, session: Session) -> None:
    other = session.scalars(select(Course).order_by(Course.id)).first()
    own = as_person("partner")

    assert own.get(f"/courses/{other.id}/edit").status in {403, 404}
    assert own.post(f"/courses/{other.id}/publish", {"seen_version": "1"}).status in {403, 404}
