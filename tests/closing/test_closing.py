"""How a mission ends: its days, its postings, its tasks, and what follows from the day on which it closes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, competencies
from tests.factories.competencies import AID
from tests.factories.mandates import condition, ending, line, published, rule
from tests.support.site import Site
from trainer import reactions
from trainer.accounts import operations, queries, rules
from trainer.accounts.events import MissionStatusReached
from trainer.accounts.values import ClosingDays, MissionId, MissionStatus, NewPosting, Office, Role
from trainer.closing import queries as closing_queries
from trainer.kernel import ledger
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.planning.models import PlanRun

DAY = timedelta(days=1)
ACTIVE, DRAWING, LIQUIDATING, CLOSED = MissionStatus
DAYS = ClosingDays(draws_down_on=date(2027, 1, 1), liquidates_on=date(2027, 7, 1), closes_on=date(2028, 1, 1))


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNIFIL", place="Lebanon")


@pytest.mark.parametrize(
    ("before", "closing", "on", "expected"),
    [
        (ACTIVE, DAYS, date(2026, 12, 31), ACTIVE),
        (ACTIVE, DAYS, date(2027, 1, 1), DRAWING),
        (ACTIVE, DAYS, date(2027, 6, 30), DRAWING),
        (ACTIVE, DAYS, date(2027, 7, 1), LIQUIDATING),
        (ACTIVE, DAYS, date(2027, 12, 31), LIQUIDATING),
        (ACTIVE, ClosingDays(liquidates_on=date(2027, 7, 1)), date(2028, 1, 1), LIQUIDATING),
        (LIQUIDATING, DAYS, date(2027, 2, 1), DRAWING),
        (LIQUIDATING, ClosingDays(liquidates_on=date(2029, 1, 1)), date(2028, 1, 1), ACTIVE),
        (LIQUIDATING, DAYS, date(2028, 1, 1), CLOSED),
        (DRAWING, DAYS, date(2028, 1, 1), CLOSED),
        (DRAWING, DAYS, date(2026, 12, 31), ACTIVE),
        (DRAWING, ClosingDays(closes_on=date(2028, 1, 1)), date(2027, 1, 1), DRAWING),
        (ACTIVE, ClosingDays(), date(2030, 1, 1), ACTIVE),
        (CLOSED, ClosingDays(), date(2030, 1, 1), CLOSED),
    ],
)
def test_a_mission_is_what_its_days_say(
    before: MissionStatus, closing: ClosingDays, on: date, expected: MissionStatus
) -> None:
    assert rules.status_on(before, closing, on=on) is expected


def test_liquidation_lasts_until_the_closing() -> None:
    assert not DAYS.in_liquidation(on=date(2027, 6, 30))
    assert DAYS.in_liquidation(on=date(2027, 7, 1))
    assert not DAYS.in_liquidation(on=date(2028, 1, 1))
    assert DAYS.last_on == date(2027, 12, 31)


def test_days_that_contradict_each_other_are_told_all_at_once(work: Work, mission: MissionId) -> None:
    wrong = ClosingDays(draws_down_on=date(2027, 7, 1), liquidates_on=date(2027, 7, 1), closes_on=date(2027, 1, 1))

    with pytest.raises(operations.InvalidClosing) as caught:
        operations.set_closing(work, mission=mission, closing=wrong, because=" ")

    assert [each.field for each in caught.value.problems] == ["liquidates_on", "closes_on", "because"]


def test_a_posting_that_begins_after_the_closing_stands_against_it(work: Work, mission: MissionId) -> None:
    accounts.posted_person(work, mission=mission, starts_on=date(2028, 3, 1), ends_on=None)
    work.session.flush()

    with pytest.raises(operations.InvalidClosing) as caught:
        operations.set_closing(work, mission=mission, closing=DAYS, because="S/RES/2790, 5")

    assert "begin on that day or later: 1." in str(caught.value.problems[0].message)


def test_the_days_are_in_the_ledger_and_change_nothing_before_they_come(work: Work, mission: MissionId) -> None:
    operations.set_closing(work, mission=mission, closing=DAYS, because="S/RES/2790, 5")
    work.session.flush()

    card = queries.mission(work.session, mission=mission)
    assert (card.status, card.closing) == (ACTIVE, DAYS)
    events = work.session.scalars(select(LedgerEntry.event)).all()
    assert "MissionClosingSet" in events
    assert "MissionStatusReached" not in events


def test_on_its_day_a_mission_closes_and_its_postings_end(
    work: Work, work_as: Callable[..., Work], mission: MissionId
) -> None:
    stays = accounts.posted_person(work, mission=mission, starts_on=date(2026, 1, 1), ends_on=None)
    rotates = accounts.posted_person(work, mission=mission, starts_on=date(2026, 1, 1), ends_on=date(2027, 3, 1))
    noise = accounts.posted_person(work, mission=accounts.mission(work), starts_on=date(2026, 1, 1), ends_on=None)
    operations.set_closing(work, mission=mission, closing=DAYS, because="S/RES/2790, 5")
    published(work, mission, effective_on=date(2026, 1, 1), adopted_on=None, expires_on=None)
    day = work_as(None, today=date(2028, 1, 1))

    operations.note_mission_days(day)
    operations.note_mission_days(day)
    work.session.flush()
    work.session.expire_all()

    assert queries.mission(work.session, mission=mission).status is CLOSED
    profiles = queries.profiles_of(work.session, people=[stays, rotates, noise], on=day.today)
    assert [profiles[each].mission is None for each in (stays, rotates, noise)] == [True, True, False]
    rows = work.session.scalars(select(LedgerEntry.id).where(LedgerEntry.event == "MissionStatusReached")).all()
    events = [ledger.read_event(work.session, each) for each in rows]
    assert [(each.status, each.people) for each in events if isinstance(each, MissionStatusReached)] == [
        ("closed", (stays,))
    ]
    page = mandate_queries.mission_page(work.session, mission=mission, on=day.today)
    assert page.tasks == ()
    assert mandate_queries.mission_page(work.session, mission=mission, on=day.today - DAY).tasks
    (shown,) = [
        each for each in mandate_queries.missions_page(work.session, on=day.today) if each.mission.id == mission
    ]
    assert shown.tasks == 0
    with pytest.raises(operations.ClosedAlready):
        operations.set_closing(day, mission=mission, closing=DAYS, because="Again")


def test_nobody_is_posted_to_a_mission_from_its_closing_on(work: Work, mission: MissionId) -> None:
    person = accounts.person(work)
    operations.set_closing(work, mission=mission, closing=DAYS, because="S/RES/2790, 5")
    work.session.flush()

    def to(starts_on: date) -> NewPosting:
        return NewPosting(mission=mission, unit=None, role=Role.INFANTRY, starts_on=starts_on, ends_on=None)

    queries.foresee_move(work.session, person=person, to=to(date(2027, 12, 31)))
    with pytest.raises(queries.MissionClosed):
        queries.foresee_move(work.session, person=person, to=to(date(2028, 1, 1)))


def test_the_page_tells_windowed_from_residual_tasks(work: Work, mission: MissionId) -> None:
    published(
        work,
        mission,
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        expires_on=None,
        tasks=(
            line("CivProtect", ends_on=date(2027, 10, 1)),
            line("HumanRelief", ends_on=date(2027, 3, 1)),
            line("Ceasefire"),
            line("Demining", ends_with="handover"),
        ),
        milestones=(condition("handover"),),
    )
    operations.set_closing(work, mission=mission, closing=DAYS, because="S/RES/2790, 5")
    work.session.flush()

    page = closing_queries.closing_page(work.session, mission=mission, on=TODAY)

    assert [(each.task.task_kind, each.runs_into_liquidation) for each in page.ending] == [
        ("HumanRelief", False),
        ("CivProtect", True),
    ]
    assert [each.task_kind for each in page.residual] == ["Ceasefire", "Demining"]


def test_each_list_of_many_tasks_has_its_own_pages(site: Site, work: Work, mission: MissionId) -> None:
    sectors = [replace(line("CivProtect"), area_of_operations=f"Sector {number}") for number in range(120)]
    brief = [replace(line("Gender", ends_on=date(2028, 1, 1)), area_of_operations=f"Town {n}") for n in range(60)]
    published(work, mission, symbol="S/RES/1", effective_on=TODAY - DAY, tasks=(*sectors, *brief))
    work.session.commit()

    page = site.sign_in(accounts.person(work.session)).get(f"/missions/{mission}/closing?residual=3&ending=2")

    assert page.text.count("in Sector") == 20
    assert page.text.count("in Town") == 10
    assert "Page 3 of 3, 120 in all" in page.text
    assert "Page 2 of 2, 60 in all" in page.text
    assert f"/missions/{mission}/closing?ending=2&residual=2#residual" in page.links()


def test_an_end_that_a_text_announces_is_no_residual(work: Work, mission: MissionId) -> None:
    published(
        work, mission, effective_on=date(2026, 1, 1), adopted_on=None, expires_on=None, tasks=(line("Ceasefire"),)
    )
    published(
        work, mission, symbol="S/RES/2791", effective_on=date(2026, 2, 1), adopted_on=None, expires_on=None,
        tasks=(ending("Ceasefire", ends_on=date(2027, 1, 1)),),
    )  # fmt: skip

    page = closing_queries.closing_page(work.session, mission=mission, on=TODAY)

    assert ([each.task.task_kind for each in page.ending], page.residual) == (["Ceasefire"], ())


# Pages


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


def test_of_a_closed_mission_days_are_not_on_file_rather_than_undecided(
    site: Site, session: Session, officer: PersonId
) -> None:
    closed = accounts.mission(session, status=MissionStatus.CLOSED)

    page = site.sign_in(officer).get(f"/missions/{closed}/closing")

    assert page.text.count("not on file") == 3
    assert "not decided" not in page.text


def test_an_officer_sets_the_days_and_everybody_reads_them(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    published(work, mission, effective_on=date(2026, 1, 1), adopted_on=None, expires_on=None)
    path = f"/missions/{mission}/closing"
    page = site.sign_in(officer).get(path)
    assert "not decided" in page.text
    page = site.get(f"{path}/days")

    page = site.post(f"{path}/days", page.form() | {"draws_down_on": "2027-07-01", "last_on": "2027-01-31"})
    assert page.status == 422
    assert "It cannot close before that" in page.text
    assert "Say on what this rests" in page.text
    assert page.form()["last_on"] == "2027-01-31"
    page = site.post(f"{path}/days", page.form() | {"last_on": "2027-12-31", "because": "S/RES/2790, 5"}, follow=True)
    assert "The days are set." in page.text
    assert "31 December 2027" in site.sign_in(accounts.person(work)).get(path).text


def test_only_who_publishes_for_the_mission_sets_its_days(site: Site, work: Work, mission: MissionId) -> None:
    path = f"/missions/{mission}/closing/days"
    colleague = accounts.holder(work.session, Office.MANDATE_OFFICER, mission=accounts.mission(work))

    assert site.sign_in(colleague).get(path).status in {403, 404}
    assert site.post(path, {"because": "I say so"}).status in {403, 404}
    assert site.sign_in(accounts.person(work)).get(path).status == 403


def test_how_many_are_left_is_for_those_who_read_readiness(site: Site, work: Work, mission: MissionId) -> None:
    unit = accounts.unit(work, mission=mission, name="Sector West")
    accounts.posted_person(work, mission=mission, unit=unit, starts_on=date(2026, 1, 1), ends_on=date(2027, 3, 1))
    manager = accounts.holder(work.session, Office.READINESS_MANAGER)

    assert "Sector West" in site.sign_in(manager).get(f"/missions/{mission}/closing").text
    assert "Sector West" not in site.sign_in(accounts.person(work)).get(f"/missions/{mission}/closing").text


# Liquidation


def test_in_liquidation_only_what_remains_asks_for_competencies(work: Work, mission: MissionId) -> None:
    competencies.adopted(work)
    mandate_operations.publish_rules(work, rules=[rule(), rule("aid", "Gender", competency=AID)], note="For tests.")
    published(
        work,
        mission,
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        expires_on=None,
        tasks=(line("CivProtect"), line("Gender", begins_with="joint police", ahead=True)),
        milestones=(condition("joint police"),),
    )

    def asked() -> set[str]:
        work.session.flush()
        found = mandate_queries.coming_demands_of(work.session, missions=(mission,), on=work.today)
        return {each.competency for each in found[mission, Role.INFANTRY]}

    before = asked()
    operations.set_closing(
        work, mission=mission, closing=ClosingDays(liquidates_on=work.today), because="S/RES/2790, 3"
    )

    assert queries.mission(work.session, mission=mission).status is LIQUIDATING
    assert before - asked() == {AID}
    assert asked()


def test_the_day_of_liquidation_is_seen_on_every_page_of_the_mission(
    site: Site, work: Work, mission: MissionId
) -> None:
    officer = accounts.holder(work.session, Office.MANDATE_OFFICER)
    operations.set_closing(
        work, mission=mission, closing=ClosingDays(liquidates_on=work.today), because="S/RES/2790, 3"
    )
    site.sign_in(officer)

    pages = [site.get(path).text for path in ("/missions/", f"/missions/{mission}", f"/missions/{mission}/closing")]

    assert all("in liquidation" in page for page in pages)
    assert "Only the tasks that remain ask people for competencies" in pages[2]


def test_a_plan_is_asked_for_when_liquidation_begins(work: Work, mission: MissionId) -> None:
    reactions.plan_after_closing(
        work,
        MissionStatusReached(mission_id=mission, status="liquidating", on=work.today, people=()),
    )
    work.session.flush()

    (run,) = work.session.scalars(select(PlanRun)).all()
    assert run.cause_key == f"liquidation:{mission}"
