"""Who leaves when capacity is lost, and what is wrong with a loss."""

from datetime import date, timedelta

import pytest

from tests.factories.mandates import MISSION, profile
from tests.factories.scenarios import share
from trainer.accounts.values import MissionId, OrganisationId, UnitId
from trainer.kernel.values import PersonId
from trainer.partners.values import PartnerId
from trainer.shocks import rules
from trainer.shocks.values import ContingentLeaves, LeaveFirst, Leaving, PartnerCloses, SeatsLost

START = date(2026, 12, 1)
OTHER = MissionId(2)


def people(count, **changes):
    """So many people, of whom the first rotates first."""
    return [
        profile(number, rotates_on=date(2027, 1, 1) + timedelta(days=10 * number), **changes)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("there", "percent", "leave"),
    [
        pytest.param(8, 25, 2, id="a quarter of eight"),
        pytest.param(10, 25, 3, id="half a person is a whole one"),
        pytest.param(9, 25, 2, id="less than half is none"),
        pytest.param(1, 25, 0, id="one alone stays"),
        pytest.param(3, 100, 3, id="everybody"),
        pytest.param(0, 25, 0, id="nobody there"),
    ],
)
def test_a_share_of_a_mission_is_so_many_people(there, percent, leave):
    assert len(rules.leavers(people(there), share(MISSION, percent=percent))) == leave


@pytest.mark.parametrize(
    ("first", "who"),
    [(LeaveFirst.EARLIEST, [1, 2]), (LeaveFirst.LATEST, [8, 7])],
)
def test_who_leaves_first_is_chosen_by_their_rotation(first, who):
    assert list(rules.leavers(people(8), share(MISSION, first=first))) == who


def test_whole_units_leave_together_as_far_as_the_share_holds_them():
    first = [profile(n, unit=UnitId(1), rotates_on=date(2027, 3, 1)) for n in range(1, 5)]
    large = [profile(n, unit=UnitId(2), rotates_on=date(2027, 2, 1)) for n in range(5, 11)]
    alone = [profile(n, unit=None, rotates_on=date(2027, 1, 5)) for n in range(11, 21)]

    found = rules.leavers([*first, *large, *alone], share(MISSION, percent=25, first=LeaveFirst.WHOLE_UNITS))

    assert set(found) == {1, 2, 3, 4, 11}
    assert len({found[PersonId(n)] for n in (1, 2, 3, 4)}) == 1


def test_they_leave_week_by_week_until_the_last():
    found = rules.leavers(people(72), share(MISSION))

    weeks = [(day - START).days // 7 for day in found.values()]
    assert weeks == list(range(18))


def test_each_mission_loses_its_own_share_and_others_nothing():
    here, there = people(8), [profile(n, mission=OTHER) for n in range(101, 105)]

    assert len(rules.leavers([*here, *there], share(MISSION))) == 2
    assert len(rules.leavers([*here, *there], share())) == 3


def test_who_comes_later_or_leaves_before_is_not_counted():
    later = profile(1, deployed_on=date(2027, 1, 1))
    gone = profile(2, rotates_on=START)
    waiting = profile(3, mission=None)

    assert rules.leavers([later, gone, waiting], share(percent=100)) == {}


@pytest.mark.parametrize(
    ("contingent", "who"),
    [
        pytest.param({"unit": UnitId(1)}, {1}, id="a unit"),
        pytest.param({"organisation": OrganisationId(7)}, {2, 3}, id="all that a contributor sent"),
    ],
)
def test_a_contingent_leaves_on_its_day(contingent, who):
    everybody = [
        profile(1, unit=UnitId(1), organisation=OrganisationId(1)),
        profile(2, unit=UnitId(2), organisation=OrganisationId(7)),
        profile(3, unit=None, organisation=OrganisationId(7)),
        profile(4, mission=OTHER, unit=UnitId(1), organisation=OrganisationId(7)),
    ]

    found = rules.leavers(everybody, ContingentLeaves(mission=MISSION, on=START, **contingent))

    assert found == dict.fromkeys(who, START)


@pytest.mark.parametrize(
    ("loss", "lost"),
    [
        pytest.param(SeatsLost(percent=50, starts_on=START), 5, id="of all"),
        pytest.param(SeatsLost(percent=33, starts_on=START), 3, id="rounded down"),
        pytest.param(SeatsLost(percent=50, region="africa", starts_on=START), 5, id="in the region"),
        pytest.param(SeatsLost(percent=50, region="europe", starts_on=START), 0, id="in another region"),
        pytest.param(SeatsLost(percent=50, competency="poc", starts_on=START), 5, id="of the competency"),
        pytest.param(SeatsLost(percent=50, competency="aid", starts_on=START), 0, id="of another competency"),
        pytest.param(SeatsLost(percent=50, starts_on=date(2027, 2, 1)), 0, id="only later"),
        pytest.param(SeatsLost(percent=50, starts_on=START, until_on=date(2027, 1, 10)), 0, id="only before"),
    ],
)
def test_seats_are_lost_where_the_loss_says(loss, lost):
    assert rules.seats_lost(loss, seats=10, region="africa", awards={"poc"}, starts_on=date(2027, 1, 10)) == lost


def test_a_partner_holds_nothing_that_is_not_over_before_it_closes():
    loss = PartnerCloses(partner=PartnerId(1), on=START)

    assert rules.is_closed(loss, partner=1, ends_on=START)
    assert not rules.is_closed(loss, partner=1, ends_on=START - timedelta(days=1))
    assert not rules.is_closed(loss, partner=2, ends_on=START)


@pytest.mark.parametrize(
    ("loss", "fields"),
    [
        pytest.param(share(MISSION), [], id="right"),
        pytest.param(share(MISSION, percent=0, weeks=0), ["percent", "weeks"], id="nothing at all"),
        pytest.param(share(MISSION, percent=101, weeks=200), ["percent", "weeks"], id="too much"),
        pytest.param(SeatsLost(percent=10, starts_on=START, until_on=START), ["until_on"], id="no day long"),
        pytest.param(ContingentLeaves(mission=MISSION, on=START), ["contingent"], id="no contingent"),
    ],
)
def test_a_loss_that_makes_no_sense_is_told_field_by_field(loss, fields):
    assert [each.field for each in rules.check_loss(loss)] == fields


def test_who_has_left_early_is_there_no_more_and_who_will_only_until_then():
    leaving = {
        PersonId(n): Leaving(mission=MISSION, on=day, name="Plan") for n, day in ((1, START), (2, date(2027, 3, 1)))
    }
    everybody = [profile(1), profile(2), profile(3), profile(4, mission=OTHER)]

    found = rules.there_still(everybody, leaving=leaving | {PersonId(4): leaving[PersonId(1)]}, on=START)

    assert [each.id for each in found] == [2, 3, 4]
    assert found[0].rotates_on == date(2027, 3, 1)
