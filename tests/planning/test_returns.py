"""What people get back once a text is withdrawn or a plan undone, what not and why; the page and the file that say so."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, mandates
from tests.factories.planning import POC, World, approved, world
from tests.support.site import Site
from trainer import reactions
from trainer.accounts import operations as account_operations
from trainer.accounts.values import Office, Role
from trainer.catalogue.models import ModuleVersion
from trainer.competencies import operations as competency_operations
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Level, Source, SourceRef
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import Cause, PersonId, Subject, SubjectKind, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.mandates.events import InstrumentPublished, InstrumentWithdrawn
from trainer.mandates.values import InstrumentId
from trainer.notifications.models import Notification
from trainer.planning import operations, queries
from trainer.planning.events import TrainingGivenBack
from trainer.planning.values import PlanId
from trainer.tracks import queries as track_queries
from trainer.tracks.values import AssignmentState, Returned


@pytest.fixture
def made(work: Work) -> World:
    """Three people with a module each for the protection of civilians."""
    found = world(work)
    approved(work, found)
    return found


def ended(work: Work, made: World) -> InstrumentId:
    """A text that ends the task, and the approved plan that took the modules because of it."""
    text = mandates.published(
        work,
        made.mission,
        symbol="S/RES/2808 (2025)",
        effective_on=TODAY,
        tasks=(mandates.ending(),),
        expires_on=None,
    )
    cause = Cause(
        entry_id=None,
        subject=Subject(kind=SubjectKind.INSTRUMENT, id=text),
        sentence=wording("New plan after {symbol}", symbol="S/RES/2808 (2025)"),
    )
    run = operations.request_replan(
        work, missions=(made.mission,), cause=cause, cause_key=f"instrument:{text}", by_instrument=True
    )
    plan = carried(work, run)
    assert {each.state for each in duties(work, made)} == {AssignmentState.WITHDRAWN}
    assert queries.taken_because(work.session, subject=cause.subject) == 3  # type: ignore[arg-type]
    assert queries.plan_head(work.session, plan=plan).missions == (made.mission,)
    return text


def carried(work: Work, run: object) -> PlanId:
    """The plan of a run, made and approved."""
    assert operations.claim_this_run(work, run=run)  # type: ignore[arg-type]
    work.session.flush()
    work.session.expire_all()
    snapshot = queries.read_snapshot(work.session, run=run, on=work.today)  # type: ignore[arg-type]
    plan = operations.store_plan(work, run=run, snapshot=snapshot, result=operations.solve(snapshot))  # type: ignore[arg-type]
    assert plan is not None
    head = queries.plan_head(work.session, plan=plan)
    if head.needs_approval:
        operations.approve_plan(work, plan=plan, seen_version=head.version)
    work.session.flush()
    return plan


def duties(work: Work, made: World):
    work.session.flush()
    work.session.expire_all()
    return [each for person in made.people for each in track_queries.assignments_of(work.session, person=person)]


def withdraw(work: Work, made: World, text: InstrumentId) -> None:
    mandate_operations.withdraw_instrument(
        work,
        instrument=text,
        because="Entered by mistake.",
        seen_version=mandate_queries.mandate_version(work.session, mission=made.mission),
    )
    work.session.flush()
    event = InstrumentWithdrawn(mission_id=made.mission, instrument_id=text, symbol="S/RES/2808 (2025)")
    reactions.give_back_after_withdrawal(work, event)
    work.session.flush()


def became(work: Work, text: InstrumentId) -> dict[PersonId, Returned]:
    page = queries.returns_page(work.session, subject=Subject(kind=SubjectKind.INSTRUMENT, id=text), page=1)
    return {each.person.id: each.became for each in page.lines}


def test_people_get_back_what_a_withdrawn_text_had_taken(work: Work, made: World) -> None:
    text = ended(work, made)

    withdraw(work, made, text)

    assert {each.state for each in duties(work, made)} == {AssignmentState.ASSIGNED}
    assert set(became(work, text).values()) == {Returned.GIVEN_BACK}
    recorded = work.session.scalars(select(LedgerEntry.event)).all()
    assert recorded.count(TrainingGivenBack.__name__) == 1


def test_the_report_says_person_by_person_what_could_not_be_given_back(work: Work, made: World) -> None:
    moved, left, holds = made.people
    text = ended(work, made)
    elsewhere = accounts.mission(work)
    account_operations.move_person(
        work, person=moved, mission=elsewhere, unit=None, role=Role.INFANTRY, starts_on=TODAY, ends_on=None
    )
    account_operations.retire_person(work, person=left, on=TODAY)
    competency_operations.record_evidence(
        work,
        person=holds,
        competency=POC,
        level=Level.PRACTISED,
        observed_on=TODAY,
        source=SourceRef(source=Source.RECOGNISED, subject="A course elsewhere"),
    )
    work.session.flush()
    before = {each: len(competency_queries.evidence_of(work.session, people=[each])[each]) for each in made.people}

    withdraw(work, made, text)

    assert became(work, text) == {
        moved: Returned.PERSON_MOVED,
        left: Returned.PERSON_LEFT,
        holds: Returned.HELD,
    }
    after = {each: len(competency_queries.evidence_of(work.session, people=[each])[each]) for each in made.people}
    assert after == before


def test_what_nothing_asks_for_any_more_is_not_given_back(work: Work, made: World) -> None:
    text = ended(work, made)
    mandate_operations.publish_rules(work, rules=[], note="Nothing is asked any more.")

    withdraw(work, made, text)

    assert set(became(work, text).values()) == {Returned.NOT_ASKED}


def test_whoever_misses_something_is_told_why(work: Work, made: World) -> None:
    text = ended(work, made)
    for row in work.session.scalars(select(ModuleVersion)):
        row.current = False

    withdraw(work, made, text)
    lost = tuple(each.id for each in duties(work, made))
    reactions.tell_people_of_what_is_lost(work, TrainingGivenBack(restored=(), lost=lost, instrument_id=text))
    work.session.flush()

    assert set(became(work, text).values()) == {Returned.MODULE_RETIRED}
    told = work.session.scalars(select(Notification).where(Notification.dedupe.startswith("not-given-back:"))).all()
    assert {each.person_id for each in told} == set(made.people)
    assert "The module is no longer taught." in json.dumps([each.lines for each in told])


def test_to_do_it_twice_changes_nothing(work: Work, made: World) -> None:
    text = ended(work, made)
    withdraw(work, made, text)
    first = became(work, text)

    event = InstrumentWithdrawn(mission_id=made.mission, instrument_id=text, symbol="S/RES/2808 (2025)")
    reactions.give_back_after_withdrawal(work, event)

    assert became(work, text) == first
    recorded = work.session.scalars(select(LedgerEntry.event)).all()
    assert recorded.count(TrainingGivenBack.__name__) == 1


def test_a_text_that_took_nothing_gives_nothing_back(work: Work, made: World) -> None:
    text = mandates.published(work, made.mission, symbol="S/RES/2809", effective_on=TODAY, adopted_on=None, tasks=())

    withdraw(work, made, text)

    page = queries.returns_page(work.session, subject=Subject(kind=SubjectKind.INSTRUMENT, id=text), page=1)
    assert (page.total, page.plans) == (0, ())


def succeed(work: Work, made: World, *tasks: Any) -> InstrumentId:
    """A later text that says this, and what happens once it is published."""
    text = mandates.published(
        work,
        made.mission,
        symbol="S/RES/2820 (2026)",
        effective_on=TODAY,
        adopted_on=None,
        tasks=tasks,
        expires_on=None,
    )
    work.session.flush()
    (event,) = (
        each
        for each in work.session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.event == InstrumentPublished.__name__)
            .order_by(LedgerEntry.id.desc())
            .limit(1)
        )
    )
    reactions.give_back_after_successor(
        work,
        InstrumentPublished(
            mission_id=made.mission,
            instrument_id=text,
            symbol="S/RES/2820 (2026)",
            effective_on=TODAY,
            added=tuple(event.payload["added"]),
            dropped=(),
            changed=tuple(event.payload["changed"]),
        ),
    )
    work.session.flush()
    return text


def test_a_successor_that_restores_the_task_gives_back_as_a_withdrawal_does(work: Work, made: World) -> None:
    moved = made.people[0]
    ended(work, made)
    account_operations.move_person(
        work, person=moved, mission=accounts.mission(work), unit=None, role=Role.INFANTRY, starts_on=TODAY, ends_on=None
    )

    text = succeed(work, made, mandates.line("CivProtect"))

    assert became(work, text) == {
        moved: Returned.PERSON_MOVED,
        made.people[1]: Returned.GIVEN_BACK,
        made.people[2]: Returned.GIVEN_BACK,
    }
    assert [each.state for each in duties(work, made)].count(AssignmentState.ASSIGNED) == 2


def test_the_successor_leads_to_its_report(site: Site, work: Work, made: World) -> None:
    ended(work, made)
    text = succeed(work, made, mandates.line("CivProtect"))

    page = site.sign_in(accounts.holder(work.session, Office.READINESS_MANAGER)).get(f"/instruments/{text}")

    assert "It asks again for 3 modules and seats" in page.text
    assert f"/instruments/{text}/given-back" in page.links()
    assert json.loads(site.get(f"/instruments/{text}/given-back.json").body)["given_back"] == 3


def test_a_successor_that_restores_nothing_makes_no_report(work: Work, made: World) -> None:
    ended(work, made)

    text = succeed(work, made, mandates.line("Gender"))

    assert became(work, text) == {}
    assert {each.state for each in duties(work, made)} == {AssignmentState.WITHDRAWN}


def test_what_was_given_back_once_is_not_given_back_again(work: Work, made: World) -> None:
    first = ended(work, made)
    withdraw(work, made, first)

    text = succeed(work, made, mandates.line("CivProtect", priority=1))

    assert became(work, text) == {}


# Pages


@pytest.fixture
def manager(session: Session) -> PersonId:
    return accounts.holder(session, Office.READINESS_MANAGER)


def test_the_withdrawn_text_leads_to_what_was_given_back(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    text = ended(work, made)
    moved = made.people[0]
    account_operations.move_person(
        work, person=moved, mission=accounts.mission(work), unit=None, role=Role.INFANTRY, starts_on=TODAY, ends_on=None
    )
    withdraw(work, made, text)

    page = site.sign_in(manager).get(f"/instruments/{text}")
    assert f"/instruments/{text}/given-back" in page.links()
    page = site.get(f"/instruments/{text}/given-back")
    assert "the person serves in another mission now" in page.text
    assert "given back" in page.text
    assert "New plan after S/RES/2808" in page.text
    found = json.loads(site.get(f"/instruments/{text}/given-back.json").body)
    assert (found["given_back"], found["lost"], len(found["lines"])) == (2, 0, 3)
    assert {each["became"] for each in found["lines"]} == {"given-back", "person-moved"}
    assert all(each["name"] for each in found["lines"])


def test_names_are_for_those_who_answer_for_the_people(site: Site, work: Work, made: World) -> None:
    text = ended(work, made)
    withdraw(work, made, text)
    officer = accounts.holder(work.session, Office.MANDATE_OFFICER)

    found = json.loads(site.sign_in(officer).get(f"/instruments/{text}/given-back.json").body)
    page = site.get(f"/instruments/{text}/given-back")

    assert {each["name"] for each in found["lines"]} == {None}
    assert "Somebody" in page.text


def test_another_missions_reader_and_a_stranger_see_nothing(site: Site, work: Work, made: World) -> None:
    text = ended(work, made)
    elsewhere = accounts.mission(work)
    colleague = accounts.holder(work.session, Office.READINESS_MANAGER, mission=elsewhere)
    stranger = accounts.person(work)

    for reader, statuses in ((colleague, {403, 404}), (stranger, {403})):
        site.sign_in(reader)
        for path in (f"/instruments/{text}/given-back", f"/instruments/{text}/given-back.json"):
            assert site.get(path).status in statuses


def test_a_plan_that_was_undone_leads_to_what_it_gave_back(
    site: Site, work: Work, made: World, manager: PersonId
) -> None:
    text = ended(work, made)
    (plan,) = queries.approved_because(work.session, subject=Subject(kind=SubjectKind.INSTRUMENT, id=text))
    seen = queries.plan_head(work.session, plan=plan).version
    operations.undo_plan(work, plan=plan, seen_version=seen)

    page = site.sign_in(manager).get(f"/plans/{plan}")
    assert f"/plans/{plan}/given-back" in page.links()
    assert "given back" in site.get(f"/plans/{plan}/given-back").text
    assert json.loads(site.get(f"/plans/{plan}/given-back.json").body)["given_back"] == 3


def test_the_officer_sees_before_withdrawing_how_much_there_is_to_give_back_and_enters_it_anew_after(
    site: Site, work: Work, made: World
) -> None:
    text = ended(work, made)
    officer = accounts.holder(work.session, Office.MANDATE_OFFICER)
    page = site.sign_in(officer).get(f"/instruments/{text}/withdraw")
    assert "Modules and seats to give back 3" in page.text

    site.post(f"/instruments/{text}/withdraw", page.form() | {"because": "It ends another task."})
    page = site.get(f"/instruments/{text}")
    like = f"/missions/{made.mission}/new-instrument?like={text}"
    assert like in page.links()
    form = site.get(like).form()
    assert form["symbol"] == "S/RES/2808 (2025)"
    assert "end" in [value for name, value in form.items() if name.endswith("-change")]
    assert site.get(f"/missions/{made.mission}/new-instrument?like=999").form()["symbol"] == ""
