"""The first glance against the full look: whom it leaves out, the planner would find settled."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, catalogue, competencies, mandates, partners, tracks
from tests.factories.planning import (
    AID,
    CAUSE,
    CONDUCT,
    POC,
    World,
    approved,
    asked,
    at_level,
    planned,
    proposed,
    world,
)
from trainer import edge, jobs
from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Level, Source
from trainer.demo import load
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.partners.values import SessionId
from trainer.planning import operations, queries
from trainer.planning.rules import answer, question
from trainer.planning.rules.glance import lapsed_since
from trainer.planning.rules.question import Snapshot, Standing
from trainer.planning.values import DEFAULT_POLICY, Beside, PlanCounts, PlanId, PlanRunId
from trainer.shocks import operations as shock_operations
from trainer.shocks.values import ShareLeaves
from trainer.tracks import operations as track_operations
from trainer.tracks import queries as track_queries
from trainer.tracks.values import AssignmentState, Withdrawal

open_work = partial(edge.job_transaction, "demo")
_numbers = count(1)


def in_full(
    session: Session, glanced: Snapshot, *, on: date, named: Collection[PersonId] = (), whole: bool = False
) -> Snapshot:
    """The same question with everybody looked at; the `whole` of it as a preview puts it."""
    missions = queries.run_page(session, run=glanced.run).missions
    sources = queries.read_sources(session, missions=missions, on=on)
    required = mandate_queries.planned_requirements_for(
        session, profiles=sources.people, evidence=sources.evidence, on=on
    )
    facts = question.facts_of(sources, required=required)
    return question.ask(facts, run=glanced.run, attempt=glanced.attempt, named=named, whole=whole)


def agree(glanced: Snapshot, full: Snapshot) -> int:
    """Check one against the other; returns how many were read in full without need."""
    unseen, read_in_full = glanced.facts.sources.beside, (*glanced.people, *glanced.settled)
    assert [each.profile.id for each in glanced.people] == [each.profile.id for each in full.people]
    assert glanced.instance.digest() == full.instance.digest()
    assert glanced.beside == full.beside
    assert unseen.gaps == sum(
        len(each.wants) + each.being_closed for each in full.settled if each.profile.id in unseen.people
    )
    for each in read_in_full:
        # of people who are asked alike, both name the first they met
        of_one, of_other = (
            [replace(one, person=each.profile.id) for one in question.required[each.profile.id]]
            for question in (glanced.facts, full.facts)
        )
        assert of_one == of_other
    return len(glanced.settled)


@pytest.fixture
def lived_in(session: Session) -> Session:
    """The demonstration with its first plan, some lived days, refreshers, seats, waivers and demands on part of a unit."""
    load.load(open_work, people=200, seed=11, today=TODAY, progress=lambda *_: None, plan_all=jobs.run_everything)
    return edge.reading()


@pytest.mark.usefixtures("lived_in")
def test_a_glance_and_a_full_look_agree_on_any_day_and_after_any_change_of_the_rules() -> None:
    chance = Random(5)
    for days, share in ((0, 0.0), (0, 0.05), (20, 0.2), (150, 0.0), (320, 0.5)):
        on = TODAY + timedelta(days=days)
        with open_work() as work:
            rules = list(mandate_queries.rule_set(work.session).rules)
            for place in chance.sample(range(len(rules)), round(len(rules) * share)):
                level = rules[place].level
                rules[place] = replace(rules[place], level=Level(level + 1 if level < Level.INDEPENDENT else level - 1))
            if share:
                mandate_operations.publish_rules(work, rules=rules, note="A shift.")
            missions = [each.id for each in account_queries.missions(work.session)]
            asked_on = replace(work, now=datetime.combine(on, time(9), UTC), today=on)
            run = asked_for(asked_on, missions)
            glanced = queries.read_snapshot(work.session, run=run, on=on)
            full = in_full(work.session, glanced, on=on)
            needless = agree(glanced, full)
            assert needless <= len(full.settled) // 10 + 2, "the glance should leave out nearly all who are settled"
            if days == 0:
                assert len(glanced.facts.sources.beside.people) > len(full.people) // 4
                assert glanced.people
                assert glanced.facts.sources.beside.told > 50
                preview = in_full(work.session, glanced, on=on, whole=True)
                assert set(preview.told) <= {each.profile.id for each in preview.people}
                assert planned_moves(preview) == planned_moves(glanced)
            if days == 20:
                plan = operations.store_plan(asked_on, run=run, snapshot=glanced, result=operations.solve(glanced))
                assert plan is not None
                operations.approve_plan(asked_on, plan=plan, seen_version=1)
                work.session.flush()
                after = queries.read_snapshot(work.session, run=asked_for(asked_on, missions), on=on)
                assert after.facts.sources.beside.told > 100
                agree(after, in_full(work.session, after, on=on))


def planned_moves(snapshot: Snapshot) -> tuple[PlanCounts, set[tuple[object, ...]]]:
    """What comes of it: the counts, and each line."""
    found = answer.moves(snapshot, operations.solve(snapshot))
    return found.counts, {(each.person, each.move, each.module, each.session) for each in found.steps}


def asked_for(work: Work, missions: Sequence[MissionId]) -> PlanRunId:
    """A run for everybody, claimed."""
    run = operations.request_replan(work, missions=missions, cause=CAUSE, cause_key=f"glance {next(_numbers)}")
    assert operations.claim_this_run(work, run=run)
    return run


def read(work: Work, run: PlanRunId) -> Snapshot:
    return queries.read_snapshot(work.session, run=run, on=TODAY)


def test_who_needs_nothing_new_is_counted_and_not_looked_at(work: Work) -> None:
    made = world(work)
    approved(work, made)
    newcomer = accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()

    snapshot = read(work, asked(work, made))

    assert [each.profile.id for each in (*snapshot.people, *snapshot.settled)] == [newcomer]
    assert snapshot.facts.sources.beside.people == {*made.people}
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_who_is_named_or_has_a_waiver_is_read_in_full(work: Work) -> None:
    made = world(work)
    approved(work, made)
    competency_operations.grant_waiver(
        work, person=made.people[0], competency=POC, starts_on=TODAY, ends_on=TODAY + timedelta(days=30),
        granted_by=accounts.person(work), reason="A reason.", mitigation="Something.",
    )  # fmt: skip
    work.session.flush()

    snapshot = read(work, asked(work, made, people=(made.people[1],)))

    assert {each.profile.id for each in (*snapshot.people, *snapshot.settled)} == {*made.people[:2]}
    assert [each.profile.id for each in snapshot.people if each.settled] == [made.people[1]], (
        "there may be better for it"
    )


def test_while_a_loss_of_capacity_counts_everybody_is_read_in_full(work: Work) -> None:
    made = world(work)
    approved(work, made)
    leaves = ShareLeaves(missions=(made.mission,), percent=25, starts_on=TODAY, weeks=4)
    shock_operations.declare_shock(work, name="A quarter leaves", loss=leaves)
    work.session.flush()

    snapshot = read(work, asked(work, made))

    assert {each.profile.id for each in (*snapshot.people, *snapshot.settled)} == {*made.people}
    assert not snapshot.facts.sources.beside.people


# Who was told, and can be given nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A world after an approved plan that closed what it could."""

    made: World
    reader: PersonId
    """Reads French, in which nothing free is taught: the plan told them of their gap. Leaves on 10 February 2027."""
    holder: PersonId
    """Has the only seat of a session in French, and needs it."""
    plan: PlanId


@pytest.fixture
def told(work: Work) -> Told:
    made = world(work)
    reader, holder = (
        accounts.posted_person(work, mission=made.mission, spoken=["fr"], ends_on=date(2027, 2, 10)) for _ in range(2)
    )
    elsewhere = accounts.posted_person(work, mission=accounts.mission(work), spoken=["fr"])
    for person in (reader, holder, elsewhere):
        competencies.recorded_evidence(work, person, competency=CONDUCT)
    tracks.seat(work, person=holder, course_session=french(work, seats=1), closes=[[POC, 2]])
    work.session.flush()
    return Told(made=made, reader=reader, holder=holder, plan=approved(work, made))


def french(work: Work, *, language: str = "fr", roles: Sequence[str] = (), **changes: Any) -> SessionId:
    """A session for the protection of civilians, from 18 to 22 January 2027 unless said."""
    course = partners.course(work, awards={POC: 2}, language=language, roles=list(roles))
    return partners.course_session(work, course=course, **({"starts_on": date(2027, 1, 18)} | changes))


def reserved(work: Work, mission: MissionId) -> None:
    partners.quota(work, course_session=french(work, seats=5), mission=mission, seats=5)


def teach_in(work: Work, language: str) -> None:
    module = catalogue.module(
        "more",
        teaches=(at_level(),),
        lessons=dict.fromkeys(("en", language), catalogue.LESSON),
        questions=dict.fromkeys(("en", language), catalogue.questions()),
    )
    catalogue.installed(work, key="more", modules=(module,))


def ask_for_more(work: Work, **changes: Any) -> None:
    rules = (mandates.rule("poc", competency=POC, **changes), mandates.rule("conduct", None, competency=CONDUCT))
    mandate_operations.publish_rules(work, rules=rules, note="More")


def waive(work: Work, person: PersonId) -> None:
    competency_operations.grant_waiver(
        work, person=person, competency=POC, starts_on=TODAY, ends_on=TODAY + timedelta(days=300),
        granted_by=accounts.person(work), reason="A reason.", mitigation="Something.",
    )  # fmt: skip


def give_and_take_back(work: Work, told: Told) -> None:
    """Another plan gives them a seat; then it is taken back, and its place with it."""
    there = french(work, seats=1)
    assert planned(work, told.made) is not None
    (given,) = track_queries.open_assignments(work.session, people=[told.reader])
    assert given.session == there
    back = Withdrawal(assignment=given.id, state=AssignmentState.WITHDRAWN, reason=wording("Taken back."))
    track_operations.assign(work, steps=(), withdrawals=(back,), plan=None, decided_by=None)
    tracks.seat(work, person=accounts.person(work), course_session=there)


def test_who_was_told_and_can_be_given_nothing_is_counted_and_not_looked_at(work: Work, told: Told) -> None:
    snapshot = read(work, asked(work, told.made))

    assert (snapshot.people, snapshot.settled) == ((), ())
    everybody = frozenset({*told.made.people, told.reader, told.holder})
    assert snapshot.facts.sources.beside == Beside(people=everybody, gaps=5, told=1)
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda work, _: french(work), id="a seat becomes free in their language"),
        pytest.param(lambda work, _: french(work, roles=["infantry"]), id="a seat for their role"),
        pytest.param(lambda work, _: teach_in(work, "fr"), id="a module in their language is published"),
        pytest.param(
            lambda work, told: competencies.recorded_evidence(work, told.holder, competency=POC, level=Level.PRACTISED),
            id="the need of somebody who has a seat ends",
        ),
        pytest.param(lambda work, told: waive(work, told.holder), id="the need of somebody who has a seat is waived"),
        pytest.param(lambda work, told: reserved(work, told.made.mission), id="seats are reserved for their mission"),
        pytest.param(lambda work, _: ask_for_more(work, level=Level.INDEPENDENT), id="a higher level is asked"),
        pytest.param(
            lambda work, told: operations.undo_plan(work, plan=told.plan, seen_version=2), id="the plan is undone"
        ),
        pytest.param(give_and_take_back, id="a later plan gave them something"),
        pytest.param(lambda work, told: waive(work, told.reader), id="they have a waiver"),
    ],
)
def test_who_was_told_is_looked_at_again_once_something_may_help(
    work: Work, told: Told, change: Callable[[Work, Told], object]
) -> None:
    change(work, told)
    work.session.flush()
    snapshot = read(work, asked(work, told.made))

    assert told.reader not in snapshot.facts.sources.beside.people
    assert snapshot.facts.sources.beside.told == 0
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_who_was_told_is_looked_at_when_named(work: Work, told: Told) -> None:
    snapshot = read(work, asked(work, told.made, people=(told.reader,)))

    assert [each.profile.id for each in snapshot.people] == [told.reader]
    assert (snapshot.beside.told, snapshot.told) == (0, frozenset())
    agree(snapshot, in_full(work.session, snapshot, on=TODAY, named=[told.reader]))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda work, _: french(work, language="ar"), id="a seat in a language they do not speak"),
        pytest.param(lambda work, _: teach_in(work, "ar"), id="a module in a language they do not speak"),
        pytest.param(lambda work, _: french(work, roles=["observer"]), id="a seat for another role"),
        pytest.param(lambda work, _: reserved(work, accounts.mission(work)), id="seats reserved for others"),
        pytest.param(lambda work, _: french(work, starts_on=date(2027, 2, 8)), id="a seat until after they leave"),
        pytest.param(lambda work, _: french(work, starts_on=date(2026, 12, 23)), id="a seat that begins too soon"),
        pytest.param(lambda work, _: french(work, seats_taken=20), id="a session that is full"),
        pytest.param(
            lambda work, told: competencies.recorded_evidence(work, told.reader, competency=AID), id="other evidence"
        ),
        pytest.param(lambda work, _: ask_for_more(work, weight=90), id="their gap weighs more"),
        pytest.param(
            lambda work, told: accounts.absence(
                work, person=told.reader, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 11)
            ),
            id="they are on leave",
        ),
    ],
)
def test_who_was_told_is_left_as_they_are_while_nothing_can_help(
    work: Work, told: Told, change: Callable[[Work, Told], object]
) -> None:
    change(work, told)
    work.session.flush()
    snapshot = read(work, asked(work, told.made))

    assert told.reader in snapshot.facts.sources.beside.people
    assert snapshot.facts.sources.beside.told == 1
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_who_was_told_with_as_many_seats_as_allowed_is_given_no_other(work: Work, told: Told) -> None:
    operations.set_policy(work, policy=replace(DEFAULT_POLICY, seats_a_person=1))
    both = (
        mandates.rule("poc", competency=POC, weight=1),
        mandates.rule("aid", competency=AID, weight=50),
        mandates.rule("conduct", None, competency=CONDUCT),
    )
    mandate_operations.publish_rules(work, rules=both, note="Both")
    for_aid = partners.course(work, awards={AID: 2}, language="fr")
    partners.course_session(work, course=for_aid, starts_on=date(2027, 1, 4))
    operations.approve_plan(work, plan=proposed(work, told.made), seen_version=1)
    work.session.flush()
    assert len(track_queries.open_assignments(work.session, people=[told.reader])) == 1
    french(work)
    snapshot = read(work, asked(work, told.made))

    assert told.reader in snapshot.facts.sources.beside.people
    # the holder gave their seat up for the other, and the rest lack first aid
    assert snapshot.facts.sources.beside.told == 5
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_what_waits_for_an_observation_keeps_nobody_s_idle_seat_from_being_taken_back(work: Work) -> None:
    made = world(work, people=1)
    (reader,) = made.people
    both = catalogue.module("both", teaches=(at_level(CONDUCT), at_level(AID)))
    catalogue.installed(work, key="both", modules=(both,))
    rules = (
        mandates.rule("poc", competency=POC),
        mandates.rule("aid", competency=AID, least_source=Source.OBSERVED),
        mandates.rule("conduct", None, competency=CONDUCT),
    )
    mandate_operations.publish_rules(work, rules=rules, note="First aid as observed")
    work.session.flush()
    approved(work, made)
    tracks.assignment(work, person=reader, module="both", closes=[[CONDUCT, 2]])
    work.session.flush()
    snapshot = read(work, asked(work, made))

    (asked_again,) = snapshot.people
    assert Standing.NOT_NEEDED in {each.standing for each in asked_again.held}
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_what_prepares_for_a_session_beyond_all_plans_is_taken_back(work: Work, told: Told) -> None:
    before = catalogue.module("before", teaches=(at_level(AID),))
    catalogue.installed(work, key="before", modules=(before,))
    course = partners.course(work, awards={POC: 2}, language="fr", requires_competency=AID, requires_level=2)
    partners.course_session(work, course=course, starts_on=date(2028, 1, 17))
    competencies.recorded_evidence(work, told.holder, competency=AID)
    tracks.assignment(work, person=told.reader, module="before", closes=[[AID, 2]])
    work.session.flush()
    snapshot = read(work, asked(work, told.made))

    assert told.reader not in snapshot.facts.sources.beside.people
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


def test_what_is_reserved_for_two_whom_somebody_seated_is_both_counts_for_one(work: Work, told: Told) -> None:
    """Reserved once seats were taken by others: more than is left."""
    state, other = accounts.organisation(work), accounts.organisation(work)
    there = french(work, seats=3)
    tracks.seat(work, person=accounts.person(work), course_session=there)
    seated = accounts.posted_person(work, mission=told.made.mission, organisation_id=state, spoken=["fr"])
    competencies.recorded_evidence(work, seated, competency=CONDUCT)
    tracks.seat(work, person=seated, course_session=there, closes=[[POC, 2]])
    partners.quota(work, course_session=there, organisation=state, seats=1)
    partners.quota(work, course_session=there, mission=told.made.mission, seats=1)
    partners.quota(work, course_session=there, organisation=other, seats=1)
    work.session.flush()
    snapshot = read(work, asked(work, told.made))

    assert told.reader not in snapshot.facts.sources.beside.people
    agree(snapshot, in_full(work.session, snapshot, on=TODAY))


# Figures


def test_a_plan_tells_how_many_were_left_as_they_are(work: Work) -> None:
    made: World = world(work)
    approved(work, made)
    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    work.session.flush()
    run = asked(work, made)
    operations.claim_this_run(work, run=run)
    snapshot = read(work, run)
    plan = operations.store_plan(work, run=run, snapshot=snapshot, result=operations.solve(snapshot))
    assert plan is not None
    counts = queries.plan_head(work.session, plan=plan).counts
    assert (counts.gain, counts.untouched, counts.unmet) == (1, 3, 0)
    assert counts.gaps == counts.closed == snapshot.facts.sources.beside.gaps + len(snapshot.wants)


def test_a_window_of_months_begins_on_the_first_day_from_which_the_day_is_within_it() -> None:
    assert lapsed_since(24, on=date(2026, 11, 24)) == date(2024, 11, 24)
    assert lapsed_since(1, on=date(2027, 2, 28)) == date(2027, 1, 28)
    assert lapsed_since(1, on=date(2027, 3, 30)) == date(2027, 3, 1)
    assert lapsed_since(0, on=date(2026, 11, 24)) == date(2026, 11, 24)


def test_the_columns_tell_of_everybody_where_their_profile_tells(work: Work) -> None:
    made = world(work)
    accounts.posted_person(work, mission=made.mission, starts_on=TODAY + timedelta(days=30))
    accounts.posted_person(work, mission=made.mission, ends_on=TODAY - timedelta(days=1))
    work.session.flush()
    places = account_queries.places_in(work.session, missions=[made.mission], on=TODAY)
    profiles = account_queries.profiles_in(work.session, missions=[made.mission], on=TODAY)
    assert places.person.tolist() == [each.id for each in profiles]
    assert places.rotates_on.tolist() == [(each.rotates_on or date.max).toordinal() for each in profiles]
    assert places.organisation.tolist() == [each.organisation for each in profiles]
    assert [places.languages[each] for each in places.speaks.tolist()] == [each.languages for each in profiles]
    assert np.all(np.diff(places.person) > 0)
