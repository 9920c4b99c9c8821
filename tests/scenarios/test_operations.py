"""Saving scenarios, working them out, and runs that are watched, cancelled, taken over and kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import accounts, mandates, partners, planning
from tests.factories.planning import AID, CONDUCT, POC, TODAY, World
from tests.factories.scenarios import draft, saved, share
from trainer.kernel import stored
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.mandates import operations as mandate_operations
from trainer.mandates import queries as mandate_queries
from trainer.previews import queries as preview_queries
from trainer.scenarios import operations, queries, rules
from trainer.scenarios.values import (
    BudgetCut,
    Effects,
    Figure,
    SeatsAdded,
    Standing,
    Step,
    StepDone,
    TextPublished,
    WhatIfState,
)
from trainer.shocks.values import ContingentLeaves, PartnerCloses

LATER = date(2027, 2, 1)


@pytest.fixture
def made(work: Work) -> World:
    """Eight people who lack the protection of civilians, which a module gives; another mission besides."""
    world = planning.world(work, people=8)
    mandate_operations.publish_rules(
        work,
        rules=(
            mandates.rule("poc", competency=POC),
            mandates.rule("conduct", None, competency=CONDUCT),
            mandates.rule("aid", "Gender", competency=AID),
        ),
        note="With first aid",
    )
    noise = accounts.mission(work)
    mandates.published(work, noise, effective_on=date(2026, 1, 1), adopted_on=None)
    accounts.posted_person(work, mission=noise, spoken=["en"])
    work.session.flush()
    return world


def effects(work: Work, scenario, **options) -> Effects:
    found = queries.scenario(work.session, scenario=scenario)
    case = queries.read_case(
        work.session,
        name=found.name,
        what_ifs=found.what_ifs,
        missions=queries.looks_at(work.session, found),
        on=work.today,
    )
    return operations.work_out(case, **options)


def of(made: World, found: Effects):
    """What would follow for the mission."""
    return next(each for each in found.missions if each.mission == made.mission)


def kept(work: Work, scenario):
    """Worked out and kept, as the job does it."""
    run = operations.ask_for_scenario(work, scenario=scenario)
    assert operations.claim_this_run(work, run=run)
    found = effects(work, scenario)
    version = queries.scenario(work.session, scenario=scenario).version
    last = queries._last_entry(work.session)
    operations.store_effects(work, run=run, attempt=1, scenario_version=version, effects=found, last_entry=last)
    work.session.flush()
    return run


# Scenarios


def test_a_scenario_is_saved_changed_and_discarded(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission))

    found = queries.scenario(session, scenario=scenario)
    assert (found.name, found.what_ifs, found.missions) == ("Liquidity plan", (share(made.mission),), (made.mission,))

    more = draft(share(made.mission, percent=10), BudgetCut(percent=5), name="Less")
    operations.save_scenario(work, draft=more, reach=None, scenario=scenario, seen_version=found.version)
    changed = queries.scenario(session, scenario=scenario)
    assert (changed.name, changed.what_ifs, changed.missions) == ("Less", more.what_ifs, ())
    assert changed.version > found.version
    with pytest.raises(operations.StaleScenario):
        operations.save_scenario(work, draft=more, reach=None, scenario=scenario, seen_version=found.version)

    operations.discard_scenario(work, scenario=scenario, seen_version=changed.version)
    with pytest.raises(queries.NoSuchScenario):
        queries.scenario(session, scenario=scenario)


def test_what_makes_no_sense_is_refused_with_every_problem(work: Work) -> None:
    with pytest.raises(operations.InvalidScenario) as refused:
        operations.save_scenario(work, draft=draft(name=""), reach=None)

    assert [each.field for each in refused.value.problems] == ["name", "add"]


# Working out


def test_who_leaves_early_is_counted_and_their_gaps_are_gone(work: Work, made: World) -> None:
    found = effects(work, saved(work, share(made.mission)))

    (mission,) = found.missions
    assert (mission.people, mission.leaving, mission.touched) == (8, 2, 2)
    assert (mission.opened, mission.gone) == (0, 2)
    assert (mission.without.counts.gaps, mission.plan.counts.gaps) == (8, 6)
    last = mission.total.points[-1]
    assert (last.without.required, last.after_plan.required) == (16, 12)
    assert [each.step for each in found.steps] == list(Step)


def test_a_draft_and_a_loss_are_supposed_together(work: Work, session: Session, made: World) -> None:
    text = mandates.draft(
        made.mission, symbol="S/RES/2801 (2026)", adopted_on=None, effective_on=TODAY, tasks=(mandates.line("Gender"),)
    )
    number = mandate_operations.save_draft(work, draft=text)
    alone = preview_queries.preview_of(session, draft=text, on=TODAY)

    (mission,) = effects(work, saved(work, TextPublished(draft=number))).missions
    assert (mission.gaining, mission.lacking, mission.opened) == (alone.gaining, alone.lacking, 8)
    assert mission.plan.counts == alone.plan.counts
    assert (mission.short, mission.total) == (alone.short, alone.total)

    (both,) = effects(work, saved(work, TextPublished(draft=number), share(made.mission))).missions
    assert (both.leaving, both.gaining, both.touched) == (2, 8, 8)
    assert both.plan.counts.gaps == 12


def test_a_partner_that_closes_takes_its_seats(work: Work, session: Session, made: World) -> None:
    accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    partner = partners.partner(work)
    course = partners.course(work, partner=partner, language="fr", awards={POC: 2})
    partners.course_session(work, course=course, starts_on=LATER, ends_on=LATER + timedelta(days=4), seats=10)
    session.flush()

    stays = of(made, effects(work, saved(work, PartnerCloses(partner=partner, on=LATER + timedelta(days=30)))))
    goes = of(made, effects(work, saved(work, PartnerCloses(partner=partner, on=LATER))))

    assert (stays.without.seats, stays.plan.seats) == (1, 1)
    assert (goes.without.seats, goes.plan.seats) == (1, 0)
    short = [(each.language, each.people, each.without) for each in goes.short if each.competency == POC]
    assert short == [("fr", 1, 0)]


def test_seats_added_close_gaps_and_a_cut_keeps_them_open(work: Work, session: Session, made: World) -> None:
    accounts.posted_person(work, mission=made.mission, spoken=["fr"])
    session.flush()
    more = SeatsAdded(competency=POC, level=2, seats=5, language="fr", starts_on=LATER, days=5, cost=100_00)

    given = of(made, effects(work, saved(work, more)))
    assert (given.without.seats, given.plan.seats, given.plan.cost) == (0, 1, 100_00)

    nothing_to_spend = of(made, effects(work, saved(work, more, BudgetCut(percent=50))))
    assert (nothing_to_spend.plan.seats, nothing_to_spend.plan.cost) == (0, 0)
    assert nothing_to_spend.plan.modules == given.plan.modules == 8


def test_a_contingent_leaves_and_another_mission_is_not_looked_at(work: Work, session: Session, made: World) -> None:
    unit = accounts.unit(work, mission=made.mission)
    accounts.posted_person(work, mission=made.mission, unit=unit, spoken=["en"])
    session.flush()

    found = effects(work, saved(work, ContingentLeaves(mission=made.mission, unit=unit, on=LATER)))

    assert [(each.mission, each.leaving) for each in found.missions] == [(made.mission, 1)]


def test_working_out_writes_nothing_and_gives_the_same_twice(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission), BudgetCut(percent=10))
    before = session.scalar(select(func.count()).select_from(LedgerEntry))

    one, two = effects(work, scenario), effects(work, scenario)

    assert not session.new
    assert not session.dirty
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before
    assert one.input_hash == two.input_hash
    assert replace(one, steps=()) == replace(two, steps=())
    assert stored.from_json(stored.to_json(one, Effects), Effects) == one


def test_the_hash_tells_whether_what_it_rests_on_has_changed(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission))
    before = effects(work, scenario)

    accounts.posted_person(work, mission=accounts.mission(work), spoken=["en"])
    session.flush()
    assert effects(work, scenario).input_hash == before.input_hash

    accounts.posted_person(work, mission=made.mission, spoken=["en"])
    session.flush()
    assert effects(work, scenario).input_hash != before.input_hash


def test_it_stops_between_steps_when_asked_to(work: Work, made: World) -> None:
    noted: list[StepDone] = []

    with pytest.raises(preview_queries.Stopped):
        effects(work, saved(work, share(made.mission)), note=noted.append, should_stop=lambda: len(noted) >= 2)

    assert [each.step for each in noted] == [Step.READ, Step.WITHOUT]


# Runs


def test_a_run_is_claimed_by_one_and_taken_over_when_its_holder_died(work: Work, session: Session, made: World) -> None:
    run = operations.ask_for_scenario(work, scenario=saved(work, share(made.mission)))

    assert operations.claim_run(work) == run
    assert operations.claim_run(work) is None
    later = replace(work, now=work.now + operations.LEASE + timedelta(seconds=1))
    assert operations.claim_run(later) == run
    session.expire_all()
    assert queries.run(session, run=run).attempts == 2


def test_asking_twice_is_one_run_until_it_ends(work: Work, made: World) -> None:
    scenario = saved(work, share(made.mission))

    run = operations.ask_for_scenario(work, scenario=scenario)
    assert operations.ask_for_scenario(work, scenario=scenario) == run
    operations.ask_cancel(work, run=run)
    assert operations.ask_for_scenario(work, scenario=scenario) != run


def test_one_that_waits_is_cancelled_at_once_and_one_under_way_between_steps(
    work: Work, session: Session, made: World
) -> None:
    scenario = saved(work, share(made.mission))
    waiting = operations.ask_for_scenario(work, scenario=scenario)
    operations.ask_cancel(work, run=waiting)
    assert queries.run(session, run=waiting).state is WhatIfState.CANCELLED

    running = operations.ask_for_scenario(work, scenario=scenario)
    operations.claim_this_run(work, run=running)
    operations.ask_cancel(work, run=running)
    assert queries.run(session, run=running).state is WhatIfState.RUNNING
    assert queries.is_cancel_asked(session, run=running)
    operations.end_cancelled(work, run=running)
    assert queries.run(session, run=running).state is WhatIfState.CANCELLED
    with pytest.raises(operations.RunOver):
        operations.ask_cancel(work, run=running)


def test_one_begun_too_often_is_parked_and_told(work: Work, session: Session, made: World) -> None:
    run = operations.ask_for_scenario(work, scenario=saved(work, share(made.mission)))
    for nth in range(operations.MOST_ATTEMPTS):
        assert operations.claim_run(replace(work, now=work.now + nth * 2 * operations.LEASE)) == run

    assert operations.claim_run(replace(work, now=work.now + 99 * operations.LEASE)) is None
    found = queries.run(session, run=run)
    assert (found.state, found.last_error) == (WhatIfState.PARKED, "it was begun 3 times and never ended")


def test_whoever_lost_a_run_keeps_nothing(work: Work, made: World) -> None:
    scenario = saved(work, share(made.mission))
    run = operations.ask_for_scenario(work, scenario=scenario)
    operations.claim_run(work)
    operations.claim_run(replace(work, now=work.now + 2 * operations.LEASE))

    with pytest.raises(operations.RunTaken):
        operations.store_effects(
            work, run=run, attempt=1, scenario_version=1, effects=effects(work, scenario), last_entry=0
        )


def test_steps_are_noted_and_the_result_is_kept(work: Work, session: Session, made: World) -> None:
    run = kept(work, saved(work, share(made.mission)))

    found = queries.run(session, run=run)
    assert (found.state, found.on, [each.step for each in found.steps]) == (WhatIfState.DONE, TODAY, list(Step))
    kept_effects = queries.effects_of(session, run=run)
    assert kept_effects is not None
    assert kept_effects.input_hash == found.input_hash


# Lists


def test_the_list_says_whether_a_result_still_holds(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission))

    def standing(on: date = TODAY) -> Standing:
        (line,) = queries.scenario_lines(session, reach=None, on=on)
        return line.standing

    assert standing() is Standing.NEVER
    kept(work, scenario)
    assert standing() is Standing.FRESH
    assert standing(date(2026, 11, 25)) is Standing.OTHER_DAY
    mandates.published(work, made.mission, symbol="S/RES/2802 (2026)", effective_on=date(2026, 11, 20), adopted_on=None)
    session.flush()
    assert standing() is Standing.DATA_MOVED
    operations.save_scenario(work, draft=draft(share(made.mission, percent=10)), reach=None, scenario=scenario)
    assert standing() is Standing.CHANGED


def test_a_draft_that_was_changed_since_makes_a_result_stale(work: Work, session: Session, made: World) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.line("Gender"),))
    number = mandate_operations.save_draft(work, draft=text)
    kept(work, saved(work, TextPublished(draft=number)))
    assert queries.scenario_lines(session, reach=None, on=TODAY)[0].standing is Standing.FRESH

    page = mandate_queries.draft_page(session, draft=number, on=TODAY)
    later = replace(work, now=work.now + timedelta(minutes=1))
    mandate_operations.save_draft(later, draft=replace(text, note="Seen"), draft_id=number, seen_version=page.version)
    session.flush()

    assert queries.scenario_lines(session, reach=None, on=TODAY)[0].standing is Standing.DATA_MOVED


def test_whoever_is_confined_sees_figures_of_their_missions_alone(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share())
    kept(work, scenario)
    everywhere = queries.scenario_page(session, scenario=scenario, reach=None, on=TODAY)
    own = queries.scenario_page(session, scenario=scenario, reach=frozenset({made.mission}), on=TODAY)

    assert everywhere.line.figures[Figure.PEOPLE] == 9
    assert own.line.figures[Figure.PEOPLE] == 8
    assert own.effects is not None
    assert [each.mission for each in own.effects.missions] == [made.mission]
    assert (everywhere.partly, own.partly) == (False, True)
    other = accounts.mission(work)
    saved(work, share(other), name="Elsewhere")
    names = [each.scenario.name for each in queries.scenario_lines(session, reach={made.mission}, on=TODAY)]
    assert names == ["Liquidity plan"]


def test_a_rerun_says_what_moved(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission))
    kept(work, scenario)
    kept(work, scenario)
    again = queries.scenario_page(session, scenario=scenario, reach=None, on=TODAY)
    assert again.moved == ()
    assert again.before is not None
    assert again.line.run is not None
    assert again.before.input_hash == again.line.run.input_hash

    for _ in range(4):
        accounts.posted_person(work, mission=made.mission, spoken=["en"])
    session.flush()
    kept(work, scenario)
    moved = queries.scenario_page(session, scenario=scenario, reach=None, on=TODAY).moved
    assert moved is not None
    assert {each.figure: (each.before, each.after) for each in moved}[Figure.PEOPLE] == (8, 12)


def test_a_scenario_is_found_by_its_name(work: Work, session: Session, made: World) -> None:
    scenario = saved(work, share(made.mission))

    assert queries.scenario_named(session, name="liquidity PLAN").id == scenario
    assert queries.scenario_named(session, name=str(scenario)).id == scenario
    with pytest.raises(queries.NoSuchScenario):
        queries.scenario_named(session, name="Another")


def test_a_preview_of_a_draft_is_kept_without_names(work: Work, session: Session, made: World) -> None:
    text = mandates.draft(made.mission, effective_on=TODAY, adopted_on=None, tasks=(mandates.line("Gender"),))
    number = mandate_operations.save_draft(work, draft=text)
    run = operations.ask_for_draft(work, draft=number, version=1)
    operations.claim_this_run(work, run=run)
    seen, last = queries.read_preview(session, draft=number, on=TODAY)
    found = preview_queries.work_out(seen)

    operations.store_preview(work, run=run, attempt=1, preview=found, last_entry=last)

    again = queries.preview_of(session, run=run)
    assert again is not None
    assert {each.name for each in again.changed} == {""}
    assert replace(again, changed=()) == replace(found, changed=())
    assert [each.person for each in again.changed] == [each.person for each in found.changed]


def test_only_many_people_make_it_large(
    work: Work, session: Session, made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not queries.is_large(session, missions=[made.mission], on=TODAY)
    monkeypatch.setattr(queries, "AT_ONCE", 7)
    assert queries.is_large(session, missions=[made.mission], on=TODAY)


def test_the_figures_of_the_list_are_those_of_the_result(work: Work, session: Session, made: World) -> None:
    run = kept(work, saved(work, share(), BudgetCut(percent=5)))
    found = queries.effects_of(session, run=run)
    assert found is not None

    for reach in (None, frozenset({made.mission})):
        (line,) = queries.scenario_lines(session, reach=reach, on=TODAY)
        assert line.figures == rules.figures(found, missions=reach)
        assert line.without == rules.figures_without(found, missions=reach)
