"""An improvement: who may move, and what is said of who gains, whose seat is exchanged and who loses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import mandates
from tests.factories.planning import AID, TODAY, at_level, card, facts, gap, offer, quota, seat
from trainer.accounts.values import Role
from trainer.competencies.values import Gap
from trainer.kernel.values import PersonId
from trainer.partners.values import CourseMode, SessionId, SessionOffer
from trainer.planning import operations
from trainer.planning.engine import checker
from trainer.planning.rules import answer, approval, improvement, question
from trainer.planning.rules.question import Snapshot
from trainer.planning.values import (
    DEFAULT_POLICY,
    Effect,
    Facts,
    Improvement,
    PlannedStep,
    PlanRunId,
    Proposal,
    RunKind,
    StepMove,
)
from trainer.tracks.values import Assignment

LIGHT, HEAVY = 10, 100
"""A change costs as much as eight points of weight on time."""
ONE, TWO, THREE = (PersonId(each) for each in (1, 2, 3))


def asked(
    *gaps: Gap, offers: Sequence[SessionOffer], seats: Sequence[Assignment], known: bool = True, **changes: Any
) -> Facts:
    """Everybody who lacks something, with these seats; what is not being closed was left open before, unless not `known`."""
    people = {each.requirement.person for each in gaps}
    left_open = {
        person: frozenset(
            at_level(each.requirement.competency, each.requirement.level)
            for each in gaps
            if each.requirement.person == person
        )
        for person in people
    }
    roles = changes.pop("roles", {})
    return facts(
        *(mandates.profile(each, role=roles.get(each, Role.INFANTRY)) for each in sorted(people)),
        gaps=gaps,
        offers=offers,
        assignments=seats,
        seats={each.id: card(each) for each in offers},
        kind=RunKind.IMPROVE,
        left_open=left_open if known else {},
        **changes,
    )


def online(session: int = 1, **changes: Any) -> SessionOffer:
    """A session of ten places, and none of them taken, that needs no journey; each of another course."""
    return offer(
        session, course=session, title=f"Course {session}", mode=CourseMode.LIVE_ONLINE, **({"region": ""} | changes)
    )


def improved(given: Facts) -> tuple[Snapshot, Proposal]:
    everybody = [each.id for each in given.people]
    snapshot = question.ask(given, run=PlanRunId(1), attempt=1, named=everybody)
    result = operations.solve(snapshot)
    assert checker.check(snapshot.instance, result.plan, result.reasons).right
    return snapshot, improvement.told(snapshot, result, answer.propose(snapshot, result))


def figures(proposal: Proposal) -> Improvement:
    found = proposal.counts.improvement
    assert found is not None
    return found


def taken_from(proposal: Proposal, person: PersonId) -> PlannedStep:
    (step,) = (
        each for each in proposal.steps if each.person == person and each.move in (StepMove.WITHDRAW, StepMove.REPLACE)
    )
    return step


def effects(proposal: Proposal) -> dict[PersonId, Effect | None]:
    return {each.person: each.justification.effect for each in proposal.steps}


FULL = online(1, seats=1, seats_taken=1)
FULL_AND_LATER = (FULL, online(2, seats=1, starts_on=date(2027, 3, 8)))


def light(person: int = 1, **changes: Any) -> Gap:
    return gap(person, weight=LIGHT, **({"due_on": date(2027, 6, 1)} | changes))


def heavy(person: int = 2, **changes: Any) -> Gap:
    return gap(person, weight=HEAVY, **({"due_on": date(2027, 2, 20)} | changes))


def test_a_seat_goes_to_whom_it_is_worth_more_and_both_are_told_why() -> None:
    _, found = improved(asked(light(), heavy(), offers=[FULL], seats=[seat()]))
    lost = taken_from(found, ONE)

    assert effects(found) == {ONE: Effect.LOSS, TWO: Effect.GAIN}
    assert str(lost.justification.sentence) == (
        "Somebody else in UNIFIL (infantry) is given this seat, for whom it weighs more: "
        "Title of protection-of-civilians at level 2, due by 2027-02-20. What it was for here stays open."
    )
    assert lost.justification.gives_way_to == TWO
    expected = Improvement(
        gain=1, gifts=1, better=0, moved=0, lose=1, losses=1, on_time=0, late=0, open=0, fees=0, journeys=0, points=0
    )
    assert replace(figures(found), points=0) == expected
    assert figures(found).points > 0
    assert found.changed_untouched == 2


def test_whoever_makes_room_and_gets_something_later_is_moved() -> None:
    _, found = improved(asked(light(), heavy(), offers=FULL_AND_LATER, seats=[seat()]))
    moved = taken_from(found, ONE)

    assert moved.move is StepMove.REPLACE
    assert effects(found) == {ONE: Effect.MOVED, TWO: Effect.GAIN}
    assert str(moved.justification.sentence).endswith(
        "due by 2027-02-20. Course 2, from 2027-03-08, takes its place here."
    )
    assert (figures(found).moved, figures(found).gifts, figures(found).lose) == (1, 1, 0)
    assert (figures(found).on_time, figures(found).open) == (1, -1)


def test_a_gain_of_those_who_lack_something_new_is_no_gift() -> None:
    _, found = improved(asked(light(), heavy(), offers=FULL_AND_LATER, seats=[seat()], known=False))

    assert (figures(found).gain, figures(found).gifts) == (1, 0)
    assert found.changed_untouched == 1


LATE = online(1, starts_on=date(2027, 9, 6), seats_taken=1)


@pytest.mark.parametrize(
    ("there", "gaps", "sentence"),
    [
        pytest.param(
            (LATE, online(2)),
            [heavy(1)],
            "Course 2 takes its place: it ends on 2027-02-12, in time for 2027-02-20, for which this was too late.",
            id="in time",
        ),
        pytest.param(
            (LATE, online(2)),
            [gap(weight=1000, due_on=date(2027, 10, 1))],
            "Course 2 takes its place: it ends on 2027-02-12 instead of 2027-09-10.",
            id="sooner",
        ),
        pytest.param(
            (online(1, seats_taken=1), online(2, awards=(at_level(), at_level(AID)))),
            [light(), light(competency=AID)],
            "Course 2 takes its place: it closes Title of first-aid besides.",
            id="more",
        ),
        pytest.param(
            (online(1, seats_taken=1, cost=2_000_000), online(2)),
            [light()],
            "Course 2 takes its place: it costs 19100 less.",
            id="cheaper",
        ),
        pytest.param(
            (offer(1, seats_taken=1, region="elsewhere", cost=800_000), online(2)),
            [light()],
            "Course 2 takes its place: it spares a journey.",
            id="a journey spared",
        ),
    ],
)
def test_a_better_seat_says_what_is_better(there: tuple[SessionOffer, ...], gaps: list[Gap], sentence: str) -> None:
    _, found = improved(asked(*gaps, offers=there, seats=[seat()]))
    step = taken_from(found, ONE)

    assert str(step.justification.sentence) == sentence
    assert step.justification.gives_way_to is None
    assert (figures(found).better, figures(found).moved, figures(found).lose) == (1, 0, 0)


def test_money_and_journeys_are_counted_against_what_people_have() -> None:
    there = (offer(1, seats_taken=1, region="elsewhere", cost=800_000), online(2))
    _, found = improved(asked(light(), offers=there, seats=[seat()]))

    assert (figures(found).fees, figures(found).journeys) == (90_000 - 800_000, -1)


def test_what_starts_soon_or_has_begun_is_not_moved_for_anybody() -> None:
    soon = online(1, seats=1, seats_taken=1, starts_on=TODAY + timedelta(days=20))
    snapshot, found = improved(asked(light(), heavy(), offers=[soon], seats=[seat()]))

    assert found.changed == 0
    assert len(snapshot.instance.old_person) == 0


def test_where_nothing_better_is_there_nothing_is_proposed() -> None:
    _, found = improved(asked(heavy(1), light(2), offers=[FULL], seats=[seat()]))

    assert (found.changed, found.steps, found.counts.improvement) == (0, (), None)


def test_what_has_lost_its_use_is_taken_back_without_being_counted_as_a_loss() -> None:
    useless = online(3, seats_taken=1, awards=(at_level(AID),))
    given = asked(light(), heavy(), offers=[*FULL_AND_LATER, useless], seats=[seat(), seat(2, 1, 3)])
    _, found = improved(given)
    ended = next(each for each in found.steps if each.session == useless.id)

    assert ended.justification.effect is Effect.ENDED
    assert (figures(found).lose, figures(found).losses) == (0, 0)


def test_of_several_who_leave_a_session_only_those_whose_places_are_needed_made_room() -> None:
    full = online(1, seats=2, seats_taken=2)
    later = online(2, seats=1, starts_on=date(2027, 3, 8))
    given = asked(
        light(), light(2), heavy(3), offers=[full, later], seats=[seat(), seat(2, 2)], roles={3: Role.OBSERVER}
    )
    _, found = improved(given)
    (moved,) = (each for each in found.steps if each.move is StepMove.REPLACE)

    assert moved.justification.gives_way_to == THREE
    assert "(observer)" in str(moved.justification.sentence)
    assert found.changed == 2


def test_an_improvement_always_waits_for_a_person() -> None:
    _, found = improved(asked(light(), heavy(), offers=FULL_AND_LATER, seats=[seat()]))
    generous = replace(DEFAULT_POLICY, most_people_changed=100_000)
    reasons = approval.approval_reasons(
        replace(found, changed_untouched=0), generous, by_instrument=False, improves=True
    )

    assert [str(each) for each in reasons] == ["It was asked for as an improvement, on which a person always decides."]


def test_who_has_what_they_need_is_asked_only_by_a_run_that_improves() -> None:
    given = asked(light(), heavy(), offers=FULL_AND_LATER, seats=[seat()])
    sources = replace(given.sources, kind=RunKind.REPAIR, left_open={})
    repairing = question.ask(replace(given, sources=sources), run=PlanRunId(1), attempt=1)
    improving, _ = improved(given)

    assert [each.profile.id for each in repairing.people] == [TWO]
    assert [each.profile.id for each in improving.people] == [TWO, ONE]
    assert improving.instance.touched.tolist() == [0, 0]
    assert {SessionId(1), SessionId(2)} == {each.session for each in improving.offers}


def test_seats_reserved_for_others_do_not_hide_what_people_have() -> None:
    elsewhere = online(3, starts_on=date(2027, 5, 3), awards=(at_level(AID),))
    reserved = {elsewhere.id: (quota(session=elsewhere.id, mission=mandates.MISSION, seats=2),)}
    later = online(2, seats=1, seats_taken=1, starts_on=date(2027, 3, 8))
    given = asked(
        light(), heavy(), light(3), offers=[FULL, later, elsewhere], seats=[seat(), seat(2, 3, 2)], quotas=reserved
    )
    _, found = improved(given)

    assert effects(found) == {ONE: Effect.LOSS, TWO: Effect.GAIN}
    assert (figures(found).gain, figures(found).lose) == (1, 1)
