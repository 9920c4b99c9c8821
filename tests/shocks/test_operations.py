"""Declaring and ending losses, and what of them counts."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, partners
from tests.factories.scenarios import declared, share
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import MissionId
from trainer.kernel import ledger
from trainer.kernel.work import Work
from trainer.shocks import operations, queries
from trainer.shocks.models import Shock
from trainer.shocks.values import ContingentLeaves, PartnerCloses, SeatsLost, ShareLeaves, ShockKind

DAY = date(2026, 12, 1)


def manned(work: Work, people: int = 8) -> MissionId:
    mission = accounts.mission(work)
    for _ in range(people):
        accounts.posted_person(work, mission=mission)
    accounts.posted_person(work, mission=accounts.mission(work))
    work.session.flush()
    return mission


def test_a_shock_is_declared_and_names_who_leaves(work: Work, session: Session) -> None:
    mission = manned(work)

    made = declared(work, share(mission), note="October 2025.")

    (shock,) = queries.shocks(session)
    assert shock.id == made
    assert (shock.name, shock.kind, shock.missions, shock.people) == ("Liquidity plan", ShockKind.PEOPLE, (mission,), 2)
    assert (shock.loss, shock.starts_on, shock.ends_on) == (share(mission), DAY, date(2027, 4, 6))
    assert shock.in_force
    leaving = queries.struck(session).leaving
    assert [each.mission for each in leaving.values()] == [mission, mission]
    assert leaving == queries.leavers_of(session, shock=made)
    entry = ledger.read_event(session, ledger.open_entries(session, limit=1)[-1][0])
    assert (entry.name, entry.missions, entry.leaving) == ("ShockDeclared", (mission,), 2)  # type: ignore[attr-defined]


def test_who_was_chosen_stays_chosen_when_others_leave(work: Work, session: Session) -> None:
    mission = manned(work)
    made = declared(work, share(mission))
    chosen = set(queries.leavers_of(session, shock=made))

    accounts.posted_person(work, mission=mission, ends_on=date(2026, 12, 24))
    session.flush()

    assert set(queries.struck(session).leaving) == chosen


def test_a_shock_that_was_ended_no_longer_counts_but_stays_on_file(work: Work, session: Session) -> None:
    mission = manned(work)
    made = declared(work, share(mission))
    other = declared(work, SeatsLost(percent=10, starts_on=DAY), name="Fewer seats")

    seen = queries.shock(session, shock=made)
    operations.end_shock(work, shock=made, seen_version=seen.version, because="Contributions were paid.")

    struck = queries.struck(session)
    assert (struck.leaving, struck.losses) == ({}, (SeatsLost(percent=10, starts_on=DAY),))
    ended = queries.shock(session, shock=made)
    assert (ended.in_force, ended.ended_because) == (False, "Contributions were paid.")
    assert [each.id for each in queries.shocks(session)] == [other, made]
    with pytest.raises(operations.ShockOver):
        operations.end_shock(work, shock=made, seen_version=ended.version, because="Again.")


def test_ending_needs_a_reason_and_the_version_that_was_seen(work: Work, session: Session) -> None:
    made = declared(work, SeatsLost(percent=10, starts_on=DAY))

    with pytest.raises(operations.InvalidShock):
        operations.end_shock(work, shock=made, seen_version=1, because=" ")
    with pytest.raises(operations.ShockOver):
        operations.end_shock(work, shock=made, seen_version=7, because="Paid.")
    with pytest.raises(queries.NoSuchShock):
        operations.end_shock(work, shock=made + 99, seen_version=1, because="Paid.")  # type: ignore[arg-type]
    assert queries.shock(session, shock=made).in_force


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({"name": " "}, ["name"], id="no name"),
        pytest.param({"loss": share(percent=0), "note": "x" * 2001}, ["percent", "note"], id="all at once"),
    ],
)
def test_a_shock_that_makes_no_sense_is_refused_with_every_problem(work, changes, fields):
    with pytest.raises(operations.InvalidShock) as refused:
        operations.declare_shock(work, **({"name": "Cut", "loss": share()} | changes))

    assert [each.field for each in refused.value.problems] == fields


def test_what_it_names_must_be_on_file(work: Work) -> None:
    mission = manned(work)

    with pytest.raises(NoSuchMission):
        declared(work, share(MissionId(999)))
    with pytest.raises(operations.InvalidShock):
        declared(work, ContingentLeaves(mission=mission, unit=accounts.unit(work, mission=mission), on=DAY))


def test_a_partner_that_closes_is_kept_as_a_loss_of_seats(work: Work, session: Session) -> None:
    partner = partners.partner(work)

    declared(work, PartnerCloses(partner=partner, on=DAY))

    assert queries.struck(session).losses == (PartnerCloses(partner=partner, on=DAY),)
    assert queries.shocks(session, missions=[MissionId(1)])[0].kind is ShockKind.SEATS


def test_only_shocks_of_the_missions_asked_about_are_listed(work: Work, session: Session) -> None:
    mission, other = manned(work), manned(work)
    declared(work, share(mission))
    everywhere = declared(work, share(), name="Everywhere")

    assert [each.id for each in queries.shocks(session, missions=[other])] == [everywhere]
    assert len(queries.shocks(session, missions=[mission, other])) == 2


def test_one_declared_before_its_loss_was_kept_reads_as_a_share(work: Work, session: Session) -> None:
    mission = accounts.mission(work, key="unifil")
    session.add(
        Shock(
            name="Old",
            kind=ShockKind.PEOPLE,
            missions=["unifil"],
            share_percent=25,
            starts_on=DAY,
            ends_on=date(2027, 4, 6),
            declared_at=work.now,
        )
    )
    session.flush()

    (shock,) = queries.shocks(session)
    assert shock.loss == ShareLeaves(missions=(mission,), percent=25, starts_on=DAY, weeks=18)
    assert queries.struck(session).leaving == {}
