"""What is wrong with a scenario, what it looks at, and how results stand to each other."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories import mandates
from tests.factories.planning import POC, TODAY, facts, offer
from tests.factories.scenarios import draft, share
from trainer.accounts.values import MissionId, UnitId
from trainer.kernel.values import PersonId
from trainer.mandates.values import DraftId
from trainer.partners.values import CourseMode, PartnerId
from trainer.scenarios import rules
from trainer.scenarios.values import (
    ENGINE,
    BudgetCut,
    Figure,
    Moved,
    Scenario,
    ScenarioId,
    SeatsAdded,
    Standing,
    TextPublished,
    WhatIfRun,
    WhatIfRunId,
    WhatIfState,
)
from trainer.shocks.values import ContingentLeaves, PartnerCloses, SeatsLost

HERE, THERE = mandates.MISSION, MissionId(2)
DAY = date(2027, 1, 11)
MORE = SeatsAdded(competency=POC, level=2, seats=10, language="en", starts_on=DAY, days=5)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        pytest.param(draft(share(HERE), MORE), [], id="right"),
        pytest.param(draft(), ["add"], id="nothing supposed"),
        pytest.param(draft(share(HERE), name=" "), ["name"], id="no name"),
        pytest.param(
            draft(share(HERE, percent=0), replace(MORE, seats=0, days=0, level=5, cost=-1), BudgetCut(percent=101)),
            [
                "what_ifs-0-percent",
                "what_ifs-1-seats",
                "what_ifs-1-days",
                "what_ifs-1-level",
                "what_ifs-1-cost",
                "what_ifs-2-percent",
            ],
            id="everything wrong at once",
        ),
        pytest.param(draft(*[share(HERE)] * 21, note="x" * 2001), ["note", "add"], id="too much"),
    ],
)
def test_a_scenario_is_told_all_that_is_wrong_with_it_at_its_fields(given, fields):
    assert [each.field for each in rules.check_scenario(given)] == fields


@pytest.mark.parametrize(
    ("what_ifs", "reach", "missions"),
    [
        pytest.param([share(HERE)], None, (HERE,), id="the mission named"),
        pytest.param([share(HERE), TextPublished(draft=DraftId(7))], None, (HERE, THERE), id="and that of a draft"),
        pytest.param([share()], None, (), id="a share of all"),
        pytest.param([share(HERE), MORE], None, (), id="seats may help anybody"),
        pytest.param(
            [PartnerCloses(partner=PartnerId(1), on=DAY)], frozenset({THERE}), (THERE,), id="all within reach"
        ),
        pytest.param([BudgetCut(missions=(THERE,), percent=10)], None, (THERE,), id="a cut for one"),
        pytest.param([ContingentLeaves(mission=HERE, unit=UnitId(1), on=DAY)], None, (HERE,), id="a contingent"),
    ],
)
def test_a_scenario_looks_at_what_it_names_or_at_all_its_author_reaches(what_ifs, reach, missions):
    assert rules.scope_of(what_ifs, drafts={DraftId(7): THERE}, reach=reach) == missions


def test_supposing_leaves_what_is_on_file_as_it_is():
    there = facts(*(mandates.profile(n) for n in range(1, 9)), offers=(offer(),)).sources

    found = rules.suppose(there, [share(HERE)], name="Plan", drafts={})

    assert found.without is there
    assert found.leaving == {PersonId(1), PersonId(2)}
    assert {each.name for each in found.given.leaving.values()} == {"Plan"}
    assert found.problems == ()


def test_who_leaves_by_several_losses_goes_with_the_first():
    there = facts(mandates.profile(1)).sources
    all_go = share(HERE, percent=100, weeks=1, starts_on=date(2027, 3, 1))
    sooner = share(HERE, percent=100, weeks=1, starts_on=date(2027, 2, 1))

    found = rules.suppose(there, [all_go, sooner], name="Plan", drafts={})

    assert found.given.leaving[PersonId(1)].on == date(2027, 2, 1)


def test_seats_added_are_an_offer_that_nobody_makes_yet():
    found = rules.suppose(
        facts(offers=(offer(),)).sources, [MORE, replace(MORE, region="europe")], name="Plan", drafts={}
    )

    online, there = found.given.offers[1:]
    assert (online.id, online.mode, online.ends_on, online.seats) == (-1, CourseMode.LIVE_ONLINE, date(2027, 1, 15), 10)
    assert (there.id, there.mode, there.region) == (-2, CourseMode.ON_SITE, "europe")
    assert found.given.free_seats[there.id] == 10
    assert len(found.without.offers) == 1


def test_seats_can_be_lost_and_added_at_once():
    given = [SeatsLost(percent=100, starts_on=TODAY), MORE]

    found = rules.suppose(facts(offers=(offer(),)).sources, given, name="Plan", drafts={})

    assert [found.given.free_seats[each.id] for each in found.given.offers] == [0, 0]


def test_a_draft_that_is_gone_is_left_out_and_said_so():
    text = mandates.draft()

    found = rules.suppose(
        facts().sources,
        [TextPublished(draft=DraftId(1)), TextPublished(draft=DraftId(2))],
        name="Plan",
        drafts={DraftId(2): text},
    )

    assert found.drafts == (text,)
    assert [str(each) for each in found.problems] == [
        "A draft of this scenario was published or discarded since. It is not supposed any more."
    ]


def scenario(**changes):
    given = Scenario(
        id=ScenarioId(1), name="Plan", note="", what_ifs=(), missions=(), made_at=NOW, made_by=None, changed_at=NOW,
        version=3, discarded_at=None,
    )  # fmt: skip
    return replace(given, **changes)


def run(**changes):
    given = WhatIfRun(
        id=WhatIfRunId(1), scenario=ScenarioId(1), draft=None, scenario_version=3, state=WhatIfState.DONE, asked_at=NOW,
        asked_by=None, started_at=NOW, finished_at=NOW, attempts=1, cancel_asked_at=None, last_error="", steps=(),
        on=TODAY, engine=ENGINE, input_hash="abc", last_entry=9,
    )  # fmt: skip
    return replace(given, **changes)


@pytest.mark.parametrize(
    ("found", "data_moved", "standing"),
    [
        pytest.param(None, False, Standing.NEVER, id="never worked out"),
        pytest.param(run(), False, Standing.FRESH, id="nothing has changed"),
        pytest.param(run(on=date(2026, 11, 20)), False, Standing.OTHER_DAY, id="on another day"),
        pytest.param(run(), True, Standing.DATA_MOVED, id="the data has changed"),
        pytest.param(run(engine="0"), True, Standing.ENGINE, id="by other rules"),
        pytest.param(run(scenario_version=2, engine="0"), True, Standing.CHANGED, id="something else is supposed"),
    ],
)
def test_a_result_says_how_it_stands_to_what_is_on_file(found, data_moved, standing):
    assert rules.standing_of(scenario(), found, on=TODAY, data_moved=data_moved) is standing


def test_what_moved_is_told_figure_by_figure():
    before = {Figure.PEOPLE: 10, Figure.SHORT: 3, Figure.COST: 5}
    after = {Figure.PEOPLE: 10, Figure.SHORT: 2, Figure.READY: 1}

    assert rules.moved(before, after) == (Moved(figure=Figure.SHORT, before=3, after=2),)
    assert rules.moved(before, before) == ()
