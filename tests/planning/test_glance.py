"""The first glance against the full look: whom it leaves out, the planner would find settled."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random

import numpy as np
import pytest
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts
from tests.factories.planning import CAUSE, POC, World, approved, asked, world
from trainer import edge, jobs
from trainer.accounts import queries as account_queries
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Level
from trainer.demo import load
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.planning import operations, queries
from trainer.planning.rules import question
from trainer.planning.rules.glance import lapsed_since
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import PlanRunId
from trainer.shocks import operations as shock_operations
from trainer.shocks.values import ShareLeaves

open_work = partial(edge.job_transaction, "demo")


def in_full(session: Session, glanced: Snapshot, *, on: date) -> Snapshot:
    """The same question with everybody looked at."""
    missions = [each.id for each in account_queries.missions(session)]
    sources = queries.read_sources(session, missions=missions, on=on)
    required = mandate_queries.planned_requirements_for(
        session, profiles=sources.people, evidence=sources.evidence, on=on
    )
    return question.ask(question.facts_of(sources, required=required), run=glanced.run, attempt=glanced.attempt)


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
        assert glanced.facts.required[each.profile.id] == full.facts.required[each.profile.id]
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
            run = operations.request_replan(work, missions=missions, cause=CAUSE, cause_key=f"glance {days} {share}")
            glanced = queries.read_snapshot(work.session, run=run, on=on)
            full = in_full(work.session, glanced, on=on)
            needless = agree(glanced, full)
            assert needless <= len(full.settled) // 10 + 2, "the glance should leave out nearly all who are settled"
            if days == 0:
                assert len(glanced.facts.sources.beside.people) > len(full.people) // 4
                assert glanced.people


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
