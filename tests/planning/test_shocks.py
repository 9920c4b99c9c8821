"""What becomes of plans when capacity is lost: the same rules for losses declared and losses supposed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories import mandates, planning
from tests.factories.planning import POC, TODAY, assignment, at_level, facts, gap, offer, offering
from trainer.kernel.values import PersonId
from trainer.partners.values import PartnerId, SessionCard, SessionId, SessionState
from trainer.planning import operations
from trainer.planning.rules import answer, question, shocks
from trainer.planning.values import PlanRunId, StepMove
from trainer.shocks.values import Leaving, PartnerCloses, SeatsLost, Struck
from trainer.tracks.values import AssignmentState

PERSON = PersonId(1)
LEAVES = date(2027, 2, 1)
SOON = Leaving(mission=mandates.MISSION, on=LEAVES, name="Liquidity plan")


def card(given=None, **changes):
    made = given or offer()
    found = SessionCard(
        id=made.id, course=made.course, course_title=made.title, partner=made.partner, partner_name="Partner",
        place=made.place, mode=made.mode, language=made.language, starts_on=made.starts_on, ends_on=made.ends_on,
        starts_time=planning.accounts.NOW.time(), time_zone="UTC", seats=made.seats, seats_taken=1, least_seats=0,
        state=SessionState.OPEN,
    )  # fmt: skip
    return replace(found, **changes)


def struck(facts, *, leaving=(), losses=()):
    """The facts once this is lost."""
    sources = shocks.after(facts.sources, Struck(leaving=dict.fromkeys(leaving, SOON), losses=tuple(losses)))
    return replace(facts, sources=sources)


def steps(facts):
    snapshot = question.ask(facts, run=PlanRunId(0), attempt=0)
    found = answer.propose(snapshot, operations.solve(snapshot))
    return found, {(each.assignment, each.module or each.session): each for each in found.steps}


def test_nothing_lost_changes_nothing():
    there = facts(gaps=(gap(),))

    assert shocks.after(there.sources, Struck(leaving={}, losses=())) is there.sources
    assert shocks.after(there.sources, Struck(leaving={PersonId(99): SOON}, losses=())) is there.sources


def test_who_leaves_early_is_there_until_then():
    sources = struck(facts(), leaving=[PERSON]).sources

    assert sources.people[0].rotates_on == LEAVES
    assert sources.leave_on == {PERSON: LEAVES}
    assert sources.leaving == {PERSON: SOON}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mission": mandates.MissionId(2)}, id="serves elsewhere by now"),
        pytest.param({"rotates_on": LEAVES - timedelta(days=1)}, id="leaves before anyway"),
    ],
)
def test_a_loss_holds_only_for_those_whom_it_still_concerns(changes):
    there = facts(replace(mandates.profile(1), **changes))

    assert struck(there, leaving=[PERSON]).sources.leaving == {}


def test_who_leaves_early_is_given_nothing_new():
    there = facts(gaps=(gap(),), offerings=(offering(),))

    assert [each.move for each in steps(there)[0].steps] == [StepMove.GIVE]
    found, _ = steps(struck(there, leaving=[PERSON]))
    assert found.steps == ()
    assert found.counts.gaps == 0


def test_what_they_can_finish_before_they_go_stays():
    there = facts(gaps=(gap(),), offerings=(offering(),), assignments=(assignment(),))

    found, _ = steps(struck(there, leaving=[PERSON]))

    assert found.steps == ()
    assert (found.counts.gaps, found.counts.closed) == (1, 1)


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [
        pytest.param(date(2027, 2, 8), [StepMove.WITHDRAW], id="after they have gone"),
        pytest.param(date(2027, 1, 28), [StepMove.WITHDRAW], id="not over when they go"),
        pytest.param(date(2027, 1, 4), [], id="over before they go"),
    ],
)
def test_a_seat_that_ends_after_they_go_is_given_up_with_the_reason(starts_on, expected):
    seat = offer(starts_on=starts_on)
    taken = assignment(module=None, module_version=None, session=seat.id, due_on=seat.ends_on)
    there = facts(gaps=(gap(),), offers=(seat,), assignments=(taken,), seats={seat.id: card(seat)})

    found, _ = steps(struck(there, leaving=[PERSON]))

    assert [each.move for each in found.steps] == expected
    assert all("Liquidity plan" in str(each.justification.sentence) for each in found.steps)


def test_a_seat_given_up_is_free_for_whoever_stays():
    seat = offer(seats=1)
    taken = assignment(module=None, module_version=None, session=seat.id, due_on=seat.ends_on)
    there = facts(
        mandates.profile(1), mandates.profile(2), gaps=(gap(1), gap(2)), offers=(seat,), assignments=(taken,),
        seats={seat.id: card(seat)}, free_seats={seat.id: 0},
    )  # fmt: skip

    before = {(each.person, each.move) for each in steps(there)[0].steps}
    after = {(each.person, each.move) for each in steps(struck(there, leaving=[PERSON]))[0].steps}

    assert before == set()
    assert after == {(1, StepMove.WITHDRAW), (2, StepMove.GIVE)}


def test_what_has_begun_goes_on():
    begun = assignment(state=AssignmentState.IN_PROGRESS, started_at=planning.accounts.NOW)
    there = facts(gaps=(gap(),), offerings=(offering(),), assignments=(begun,))

    assert steps(struck(there, leaving=[PERSON]))[0].steps == ()


def test_a_partner_that_closes_offers_nothing_and_its_seats_end():
    seat, other = offer(1), offer(2, partner=PartnerId(2), starts_on=date(2027, 3, 1))
    taken = assignment(module=None, module_version=None, session=seat.id, due_on=seat.ends_on)
    there = facts(gaps=(gap(),), offers=(seat, other), assignments=(taken,), seats={seat.id: card(seat)})

    gone = struck(there, losses=[PartnerCloses(partner=PartnerId(1), on=date(2027, 2, 10))])

    assert [each.id for each in gone.sources.offers] == [SessionId(2)]
    assert gone.sources.seats[SessionId(1)].state is SessionState.CANCELLED
    moves = {(each.session, each.move) for each in steps(gone)[0].steps}
    assert moves == {(SessionId(1), StepMove.REPLACE), (SessionId(2), StepMove.GIVE)}


def test_lost_seats_are_taken_from_the_free_ones():
    there = facts(
        offers=(offer(1, seats=10), offer(2, seats=10, region="europe")), free_seats={SessionId(1): 3, SessionId(2): 9}
    )

    sources = struck(
        there, losses=[SeatsLost(percent=50, competency=POC, region="east-africa", starts_on=TODAY)]
    ).sources

    assert sources.free_seats == {SessionId(1): 0, SessionId(2): 9}
    assert at_level() in sources.offers[0].awards


def test_a_question_put_beside_another_is_the_same_as_put_alone():
    seat = offer(seats=1)
    taken = assignment(module=None, module_version=None, session=seat.id, due_on=seat.ends_on)
    there = facts(
        mandates.profile(1), mandates.profile(2), mandates.profile(3), gaps=(gap(1), gap(2), gap(3)), offers=(seat,),
        assignments=(taken,), seats={seat.id: card(seat)}, free_seats={seat.id: 0},
    )  # fmt: skip
    before = question.ask(there, run=PlanRunId(0), attempt=0)
    sources = struck(there, leaving=[PERSON]).sources
    required = {**there.required, PersonId(3): ()}

    alone = question.ask(question.facts_of(sources, required=required), run=PlanRunId(0), attempt=0)
    beside = question.facts_beside(before.facts, sources=sources, required=required)

    assert question.ask(beside, run=PlanRunId(0), attempt=0, beside=before).hash == alone.hash
    assert beside.gaps[PersonId(3)] == ()
    assert before.hash != alone.hash
