"""From facts to the question, from the answer to lines with reasons, and who must approve."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.factories import competencies, mandates
from tests.factories.planning import (
    AID,
    CONDUCT,
    POC,
    TODAY,
    assignment,
    at_level,
    card,
    facts,
    gap,
    offer,
    offering,
    quota,
    seat,
)
from trainer.accounts.values import MissionId, Role
from trainer.catalogue.values import ModuleKey
from trainer.competencies.values import Currency, Level, Source
from trainer.kernel.periods import Period
from trainer.kernel.values import PersonId
from trainer.partners.values import CourseMode, SessionId, SessionState
from trainer.planning import operations
from trainer.planning.engine import checker, explain, solver
from trainer.planning.engine.explain import Reason
from trainer.planning.engine.instance import Instance
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.solver import Options
from trainer.planning.rules import answer, approval, question, sentences
from trainer.planning.rules.question import Snapshot, Standing
from trainer.planning.values import (
    DEFAULT_POLICY,
    Facts,
    PlanCounts,
    PlannedStep,
    PlanRunId,
    Proposal,
    StepMove,
    Unmet,
)
from trainer.tracks.values import Assignment, AssignmentState


def ask(given: Facts, *, named: Collection[int] = ()) -> Snapshot:
    return question.ask(given, run=PlanRunId(1), attempt=1, named=[PersonId(each) for each in named])


def propose(given: Facts, *, named: Collection[int] = ()) -> Proposal:
    snapshot = ask(given, named=named)
    result = operations.solve(snapshot)
    assert checker.check(snapshot.instance, result.plan, result.reasons).right
    return answer.propose(snapshot, result)


def moves(proposal: Proposal) -> list[tuple[StepMove, object]]:
    return [(step.move, step.module if step.session is None else step.session) for step in proposal.steps]


def only_step(proposal: Proposal) -> PlannedStep:
    (step,) = proposal.steps
    return step


def only_unmet(proposal: Proposal) -> Unmet:
    (line,) = proposal.unmet
    return line


SOON = date(2027, 1, 11)
"""Too soon for a class to fill up by another plan."""


# What is given


def test_a_gap_is_closed_by_the_module_that_teaches_it_and_says_why() -> None:
    step = only_step(propose(facts(gaps=[gap()], offerings=[offering()])))

    assert (step.move, step.module, step.closes) == (StepMove.GIVE, "poc", (at_level(),))
    said = step.justification.sentence
    assert str(said) == (
        "S/RES/2790, paragraph 4, asks for Title of protection-of-civilians at level 2 in UNIFIL by 2026-12-24, "
        "and no evidence of it is on file."
    )
    assert said.params["competency"] == competencies.competency().title
    assert step.justification.because == competencies.requirement().because


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"currency": Currency.LAPSED, "lapsed_on": date(2026, 5, 24)},
            "the evidence of it ran out on 2026-05-24",
            id="lapsed",
        ),
        pytest.param(
            {"currency": Currency.DUE_SOON, "lapsed_on": date(2027, 1, 24)},
            "the evidence of it runs out on 2027-01-24",
            id="due soon",
        ),
        pytest.param({"currency": Currency.UNKNOWN}, "what is on file does not prove it", id="unknown"),
    ],
)
def test_the_reason_tells_what_is_lacking(changes: dict[str, Any], expected: str) -> None:
    step = only_step(propose(facts(gaps=[gap(**changes)], offerings=[offering()])))

    assert expected in str(step.justification.sentence)


def test_the_baseline_names_no_text() -> None:
    task = replace(competencies.requirement().because[0], instrument=None, symbol="", paragraph="")
    step = only_step(propose(facts(gaps=[gap(because=(task,))], offerings=[offering()])))

    assert str(step.justification.sentence).startswith("Everybody with this role needs ")


def test_of_two_modules_the_shorter_is_given_and_the_other_is_told() -> None:
    long = offering("long", effort=timedelta(minutes=90))
    step = only_step(propose(facts(gaps=[gap()], offerings=[long, offering("short")])))

    assert step.module == "short"
    assert str(step.justification.runner_up) == "Next best was Module long: it takes 30 minutes longer."


def test_who_can_read_a_module_takes_no_seat() -> None:
    proposal = propose(facts(gaps=[gap()], offerings=[offering()], offers=[offer()]))

    assert moves(proposal) == [(StepMove.GIVE, "poc")]


def test_who_cannot_read_the_module_gets_a_seat() -> None:
    french = mandates.profile(1, languages=("fr",))
    step = only_step(propose(facts(french, gaps=[gap()], offerings=[offering()], offers=[offer(language="fr")])))

    assert step.session == 1
    assert step.due_on == date(2027, 2, 12)
    assert str(step.justification.runner_up) == "Nothing else that is free would close this gap."


def test_a_translated_module_is_open_to_whoever_reads_one_of_its_languages() -> None:
    french = mandates.profile(1, languages=("ar", "fr"))

    assert moves(propose(facts(french, gaps=[gap()], offerings=[offering(languages=("en", "fr"))]))) == [
        (StepMove.GIVE, "poc")
    ]


def test_a_module_given_late_leaves_time_to_learn() -> None:
    step = only_step(propose(facts(gaps=[gap(due_on=TODAY)], offerings=[offering()])))

    assert step.due_on == TODAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("minutes", "days"), [(20, 1), (120, 1), (121, 2), (600, 5)], ids=["short", "two hours", "a little more", "long"]
)
def test_a_module_takes_a_day_for_each_started_two_hours(minutes: int, days: int) -> None:
    (given,) = ask(facts(gaps=[gap()], offerings=[offering(effort=timedelta(minutes=minutes))])).offers

    assert (given.start, given.end) == (0, days)


def test_what_a_module_requires_is_given_before_it() -> None:
    first = offering("poc-basics", teaches=(at_level(level=1),))
    practice = offering("poc-practice", requires=(at_level(level=1),))
    proposal = propose(facts(gaps=[gap()], offerings=[first, practice]))

    assert sorted(moves(proposal), key=str) == [(StepMove.GIVE, "poc-basics"), (StepMove.GIVE, "poc-practice")]
    preparing = next(step for step in proposal.steps if step.module == "poc-basics")
    assert str(preparing.justification.sentence) == (
        "Module poc-practice asks for Title of protection-of-civilians at level 1 first; this gives it."
    )
    assert preparing.justification.because == competencies.requirement().because


def test_what_is_held_need_not_be_given_before() -> None:
    first = offering("poc-basics", teaches=(at_level(level=1),))
    practice = offering("poc-practice", requires=(at_level(level=1),))
    held = competencies.evidence(level=Level.AWARE)

    assert moves(propose(facts(gaps=[gap()], evidence=[held], offerings=[first, practice]))) == [
        (StepMove.GIVE, "poc-practice")
    ]


def test_of_several_prerequisites_the_one_beyond_the_baseline_counts_and_the_rest_is_noted() -> None:
    demanding = offering(requires=(at_level(CONDUCT, 3), at_level(AID, 1)))
    given = facts(gaps=[gap()], offerings=[demanding])
    baseline = replace(given.sources.rules, rules=(mandates.rule("conduct", kind=None, competency=CONDUCT),))
    snapshot = ask(replace(given, sources=replace(given.sources, rules=baseline)))

    assert snapshot.offers[0].requires == at_level(AID, 1)
    assert snapshot.notes == ("poc requires 2 competencies; the plan looks at first-aid",)


# Refreshers

REFRESHER = offering("poc-refresher", effort=timedelta(minutes=20), refresher_of=POC, within_months=24)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"currency": Currency.LAPSED, "lapsed_on": date(2025, 3, 1)}, "poc-refresher", id="lapsed within"),
        pytest.param(
            {"currency": Currency.LAPSED, "lapsed_on": date(2024, 11, 24)}, "poc-refresher", id="lapsed on the last day"
        ),
        pytest.param({"currency": Currency.LAPSED, "lapsed_on": date(2024, 11, 23)}, "poc", id="lapsed too long ago"),
        pytest.param({"currency": Currency.DUE_SOON, "lapsed_on": date(2027, 1, 1)}, "poc-refresher", id="due soon"),
        pytest.param(
            {"currency": Currency.LAPSED, "lapsed_on": date(2026, 3, 1), "refresher_months": 6},
            "poc",
            id="the rule allows less",
        ),
        pytest.param({"currency": Currency.NEVER}, "poc", id="never held"),
    ],
)
def test_a_refresher_is_for_those_whose_evidence_lapsed_within_its_window(
    changes: dict[str, Any], expected: str
) -> None:
    assert moves(propose(facts(gaps=[gap(**changes)], offerings=[offering(), REFRESHER]))) == [
        (StepMove.GIVE, expected)
    ]


def test_refreshers_of_different_windows_serve_different_lapses() -> None:
    short = replace(REFRESHER, key="poc-short", within_months=12, effort=timedelta(minutes=5))
    lapsed = [
        gap(1, currency=Currency.LAPSED, lapsed_on=date(2026, 6, 1)),
        gap(2, currency=Currency.LAPSED, lapsed_on=date(2025, 6, 1)),
    ]
    proposal = propose(
        facts(mandates.profile(1), mandates.profile(2), gaps=lapsed, offerings=[offering(), REFRESHER, short])
    )

    assert {step.person: step.module for step in proposal.steps} == {1: "poc-short", 2: "poc-refresher"}


def test_a_full_module_renews_too() -> None:
    lapsed = gap(currency=Currency.LAPSED, lapsed_on=date(2026, 6, 1))
    in_french = replace(REFRESHER, languages=("fr",))

    assert moves(propose(facts(gaps=[lapsed], offerings=[offering(), in_french]))) == [(StepMove.GIVE, "poc")]


def test_renewal_is_due_on_the_last_day_of_what_runs_out() -> None:
    due = gap(currency=Currency.DUE_SOON, lapsed_on=date(2027, 2, 1))

    assert only_step(propose(facts(gaps=[due], offerings=[REFRESHER]))).due_on == date(2027, 1, 31)


# What people have already


def standing(given: Facts) -> list[Standing]:
    found = ask(given)
    return [held.standing for asked in (*found.people, *found.settled) for held in asked.held]


def test_what_still_serves_stays_without_a_word() -> None:
    given = facts(gaps=[gap()], offerings=[offering()], assignments=[assignment()])

    assert standing(given) == [Standing.MOVABLE]
    assert moves(propose(given)) == []


@pytest.mark.parametrize("state", [AssignmentState.ASSIGNED, AssignmentState.IN_PROGRESS])
def test_what_is_kept_beside_a_change_is_no_line(state: AssignmentState) -> None:
    gone = assignment(2, module=ModuleKey("gone"), closes=(at_level(AID),))
    proposal = propose(facts(gaps=[gap()], offerings=[offering()], assignments=[assignment(state=state), gone]))

    (withdrawn,) = proposal.steps
    assert (withdrawn.move, withdrawn.assignment) == (StepMove.WITHDRAW, 2)


@pytest.mark.parametrize(
    ("had", "starts_in", "why"),
    [
        (assignment(), None, "Asked for before."),
        (assignment(started_at=datetime(2026, 11, 20, tzinfo=UTC)), None, "It has begun, so it stays."),
        (assignment(started_at=datetime(2026, 11, 25, tzinfo=UTC)), None, "Asked for before."),
        (assignment(), 6, "It starts on 2026-11-30, within the 14 days in which nothing is moved, so it stays."),
        (assignment(), 14, "Asked for before."),
    ],
    ids=["of use", "begun", "begun later", "soon", "not soon"],
)
def test_what_is_kept_says_why(had: Assignment, starts_in: int | None, why: str) -> None:
    place = None if starts_in is None else card(offer(starts_on=TODAY + timedelta(days=starts_in)))
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert str(sentences.why_kept(had, place, at, 14)) == why


def test_what_has_begun_counts_as_closing_and_stays() -> None:
    begun = assignment(state=AssignmentState.IN_PROGRESS)
    proposal = propose(facts(gaps=[gap()], offerings=[offering()], assignments=[begun]))

    assert moves(proposal) == []
    assert (proposal.counts.gaps, proposal.counts.closed, proposal.counts.unmet) == (1, 1, 0)


def test_what_has_begun_stays_though_nothing_asks_for_it() -> None:
    begun = assignment(state=AssignmentState.IN_PROGRESS)

    assert moves(propose(facts(assignments=[begun], offerings=[offering()]))) == []


@pytest.mark.parametrize(
    ("days", "expected"), [(29, Standing.FROZEN), (30, Standing.NOT_NEEDED)], ids=["within the window", "after it"]
)
def test_a_seat_is_frozen_within_thirty_days_of_its_start(days: int, expected: Standing) -> None:
    given = offer(starts_on=TODAY + timedelta(days=days))

    assert standing(facts(offers=[given], seats={given.id: card(given)}, assignments=[seat()])) == [expected]


def test_days_of_a_frozen_seat_are_taken() -> None:
    frozen = offer(1, starts_on=TODAY + timedelta(days=10))
    other = offer(2, starts_on=TODAY + timedelta(days=40), awards=(at_level(AID),))
    given = facts(
        gaps=[gap(competency=AID)], offers=[frozen, other], seats={frozen.id: card(frozen)}, assignments=[seat()]
    )
    instance = ask(given).instance

    assert list(zip(instance.av_start.tolist(), instance.av_end.tolist(), strict=True)) == [(0, 9), (15, 365)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            {"required": []},
            "The task of S/RES/2790, paragraph 4, that asked for Title of protection-of-civilians in UNIFIL "
            "is no longer in force.",
            id="no longer asked",
        ),
        pytest.param(
            {"required": [competencies.requirement()], "evidence": [competencies.evidence()]},
            "Valid evidence of Title of protection-of-civilians at level 2 is on file now, so this is not needed.",
            id="proven",
        ),
        pytest.param(
            {"required": [competencies.requirement()], "waivers": {PersonId(1): (competencies.waiver(),)}},
            "A waiver covers Title of protection-of-civilians for the time being, so this is not needed.",
            id="waived",
        ),
        pytest.param(
            {"gaps": [gap(level=Level.INDEPENDENT)]},
            "Title of protection-of-civilians is asked at level 3 now, which this does not give.",
            id="raised beyond it",
        ),
    ],
)
def test_what_serves_nothing_any_more_is_withdrawn_with_the_reason(given: dict[str, Any], expected: str) -> None:
    step = only_step(propose(facts(offerings=[offering()], assignments=[assignment()], **given)))

    assert (step.move, str(step.justification.sentence)) == (StepMove.WITHDRAW, expected)


def test_what_another_mission_asked_ends_with_the_posting_there() -> None:
    elsewhere = (replace(competencies.requirement().because[0], mission=2),)
    given = facts(
        offerings=[offering()],
        assignments=[assignment(because=elsewhere)],
        missions={mandates.MISSION: "UNIFIL", mandates.MISSION + 1: "MONUSCO"},
    )

    said = str(only_step(propose(given)).justification.sentence)
    assert said == "Title of protection-of-civilians was asked in MONUSCO, where this posting has ended."


def test_a_requirement_lowered_leaves_what_gives_more_in_place() -> None:
    lowered = gap(level=Level.AWARE)

    assert moves(propose(facts(gaps=[lowered], offerings=[offering()], assignments=[assignment()]))) == []


def test_a_step_towards_a_raised_requirement_is_kept() -> None:
    first = offering("poc", teaches=(at_level(level=1),))
    practice = offering("poc-practice", requires=(at_level(level=1),))
    had = assignment(closes=(at_level(level=1),))

    assert moves(propose(facts(gaps=[gap()], offerings=[first, practice], assignments=[had]))) == [
        (StepMove.GIVE, "poc-practice")
    ]


def test_a_retired_module_is_replaced_by_what_does_the_same() -> None:
    retired = assignment(module="poc-of-last-year")
    proposal = propose(facts(gaps=[gap()], offerings=[offering()], assignments=[retired]))

    assert sorted(moves(proposal), key=str) == [(StepMove.GIVE, "poc"), (StepMove.REPLACE, "poc-of-last-year")]
    replaced = next(step for step in proposal.steps if step.move is StepMove.REPLACE)
    assert str(replaced.justification.sentence) == "Module poc takes its place in this plan."
    assert proposal.counts == PlanCounts(gain=1, lose=0, replaced=1, untouched=0, gaps=1, closed=1, unmet=0)


def test_a_session_that_is_no_longer_offered_is_withdrawn_when_nothing_takes_its_place() -> None:
    closed = offer(1)
    given = facts(gaps=[gap()], seats={closed.id: card(closed)}, assignments=[seat()])
    proposal = propose(given)

    assert moves(proposal) == [(StepMove.WITHDRAW, 1)]
    assert str(proposal.steps[0].justification.sentence) == "Protecting civilians on site is no longer offered."
    assert proposal.travel_cancelled == 1


def test_whoever_missed_the_session_is_planned_for_again() -> None:
    held = offer(1, starts_on=TODAY - timedelta(days=10))
    absent = seat(absent_because=competencies_wording())
    proposal = propose(
        facts(
            gaps=[gap()],
            offerings=[offering()],
            seats={held.id: card(held, state=SessionState.HELD)},
            assignments=[absent],
        )
    )

    assert sorted(moves(proposal), key=str) == [(StepMove.GIVE, "poc"), (StepMove.REPLACE, 1)]


def competencies_wording() -> Any:
    from trainer.kernel.values import wording

    return wording("You were not there.")


def test_the_same_thing_twice_is_kept_once() -> None:
    twice = [assignment(1), assignment(2)]

    assert standing(facts(gaps=[gap()], offerings=[offering()], assignments=twice)) == [
        Standing.MOVABLE,
        Standing.TWICE,
    ]


def test_own_seats_count_as_free_and_those_of_people_left_as_they_are_do_not() -> None:
    full = offer(1, seats=2, seats_taken=2, starts_on=TODAY + timedelta(days=60))
    given = facts(gaps=[gap()], offers=[full], seats={full.id: card(full)}, assignments=[seat()])

    assert ask(given, named=[1]).instance.s_cap.tolist() == [1]
    assert ask(given).instance.s_cap.tolist() == [0]
    assert moves(propose(given)) == []


# What cannot be met


def reason(given: Facts) -> tuple[Reason, str]:
    line = only_unmet(propose(given))
    return Reason(line.code), str(line.sentence)


HARD: list[Any] = [
    pytest.param(
        facts(gaps=[gap()], offerings=[offering(teaches=(at_level(level=1),))]),
        Reason.NO_COURSE,
        "No module or recognised course gives Title of protection-of-civilians at level 2; at a lower level: 1.",
        id="no course",
    ),
    pytest.param(
        facts(gaps=[gap(least_source=Source.OBSERVED)], offerings=[offering()]),
        Reason.NO_COURSE,
        "Only observed performance counts for Title of protection-of-civilians at level 2: "
        "no course gives it, the mission records it.",
        id="only observation counts",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(roles=(Role.CIVILIAN,))]),
        Reason.ROLE_FAMILY,
        "Of the courses that give Title of protection-of-civilians (1), none admits the role of this person.",
        id="role",
    ),
    pytest.param(
        facts(mandates.profile(1, languages=("fr",)), gaps=[gap()], offerings=[offering()]),
        Reason.LANGUAGE,
        "Modules and courses for Title of protection-of-civilians (1) are in English; the person reads Français.",
        id="language",
    ),
    pytest.param(
        facts(mandates.profile(1, languages=()), gaps=[gap()], offerings=[offering()]),
        Reason.LANGUAGE,
        "Modules and courses for Title of protection-of-civilians (1) are in English; "
        "no language of the person is on file.",
        id="no language on file",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(starts_on=TODAY + timedelta(days=10))]),
        Reason.NO_SESSION,
        "Of the courses that give Title of protection-of-civilians (1), none has an open session "
        "between 2026-12-24 and 2027-11-24.",
        id="no session in the open period",
    ),
    pytest.param(
        facts(
            gaps=[gap()],
            offers=[offer()],
            absences={PersonId(1): (Period(date(2027, 2, 10), date(2027, 2, 20)),)},
        ),
        Reason.AVAILABILITY,
        "Sessions give Title of protection-of-civilians (1), the first from 2027-02-08 to 2027-02-12; "
        "leave, other training or the end of the posting fall into each.",
        id="leave",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer()], leave_on={PersonId(1): date(2027, 2, 12)}),
        Reason.AVAILABILITY,
        "Sessions give Title of protection-of-civilians (1), the first from 2027-02-08 to 2027-02-12; "
        "leave, other training or the end of the posting fall into each.",
        id="rotation",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(requires=at_level(AID, 1))]),
        Reason.PREREQUISITE,
        "Protecting civilians on site asks for Title of first-aid at level 1 first, "
        "and nothing gives that in a language of this person.",
        id="prerequisite out of reach",
    ),
    pytest.param(
        facts(
            gaps=[gap(), gap(competency=CONDUCT, weight=9)],
            offers=[offer(requires=at_level(AID, 1))],
            offerings=[offering("aid", teaches=(at_level(AID),)), offering("conduct", teaches=(at_level(CONDUCT),))],
            policy=replace(DEFAULT_POLICY, seats_a_person=1),
        ),
        Reason.PREREQUISITE,
        "Protecting civilians on site asks for Title of first-aid at level 1 first. Module aid gives that and comes with "
        "a later plan: the person is given as much as policy allows at once (1).",
        id="prerequisite with a later plan",
    ),
    pytest.param(
        facts(
            gaps=[gap()],
            offers=[
                offer(requires=at_level(AID, 1)),
                offer(2, course=2, title="First aid", awards=(at_level(AID),), starts_on=date(2027, 3, 8)),
            ],
        ),
        Reason.PREREQUISITE,
        "Protecting civilians on site asks for Title of first-aid at level 1 first, which is not held in time; "
        "nor is what any other way to close this gap asks for (1 in all).",
        id="prerequisite",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(seats=5, seats_taken=5)], free_seats={SessionId(1): 0}),
        Reason.SEATS,
        "The sessions that could give Title of protection-of-civilians (1) are full.",
        id="seats",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(seats=4)], quotas={SessionId(1): (quota(mission=MissionId(9), seats=4),)}),
        Reason.RESERVED,
        "Free seats for Title of protection-of-civilians (4) are reserved for others; "
        "those of Protecting civilians on site from 2027-02-08 until 2027-01-08.",
        id="reserved",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(starts_on=SOON, least_seats=4, seats_taken=1)]),
        Reason.CLASS_TOO_SMALL,
        "Protecting civilians on site from 2027-01-11 would give Title of protection-of-civilians, "
        "but too few take part for it to be held (lacking: 3).",
        id="class too small",
    ),
    pytest.param(
        facts(
            gaps=[gap(), gap(competency=AID, weight=9)],
            offers=[offer(1), offer(2, course=2, title="First aid", awards=(at_level(AID),))],
        ),
        Reason.TIME_CONFLICT,
        "Sessions with free seats give Title of protection-of-civilians (1), all on days on which the person has "
        "another seat, "
        "such as First aid.",
        id="same days",
    ),
    pytest.param(
        facts(
            gaps=[gap(), gap(competency=AID, weight=9)],
            offerings=[offering(), offering("aid", teaches=(at_level(AID),))],
            policy=replace(DEFAULT_POLICY, seats_a_person=1),
        ),
        Reason.SEAT_LIMIT,
        "The person is given as much as policy allows at once (1); Module poc comes next.",
        id="limit",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer(cost=50_000_000)]),
        Reason.NOT_CHOSEN,
        "Free seats would give Title of protection-of-civilians (10), such as Protecting civilians on site; "
        "what they cost outweighs closing this gap, or the time is used for heavier ones.",
        id="too dear for what it is worth",
    ),
    pytest.param(
        facts(gaps=[gap()], offers=[offer()], policy=replace(DEFAULT_POLICY, late=10)),
        Reason.TOO_LATE,
        "The first possible end is 2027-02-12, 50 days after 2026-12-24: too late for Title of protection-of-civilians to count.",
        id="too late",
    ),
]


@pytest.mark.parametrize(("given", "code", "sentence"), HARD)
def test_a_gap_left_open_has_its_binding_reason_in_words(given: Facts, code: Reason, sentence: str) -> None:
    assert reason(given) == (code, sentence)


def test_reserved_seats_go_to_those_they_are_reserved_for() -> None:
    there, elsewhere = mandates.profile(1), mandates.profile(2, mission=MissionId(2))
    given = facts(
        there, elsewhere, gaps=[gap(), gap(2)], offers=[offer(seats=2)],
        regions={mandates.MISSION: "east-africa", MissionId(2): "east-africa"},
        quotas={SessionId(1): (quota(mission=MissionId(2), seats=2),)},
    )  # fmt: skip

    assert only_step(propose(given)).person == 2
    assert only_unmet(propose(given)).code == Reason.RESERVED


def test_a_quota_is_used_up_by_who_sits_there_whatever_the_plan() -> None:
    frozen = offer(starts_on=TODAY + timedelta(days=10))
    given = facts(
        mandates.profile(1), mandates.profile(2), offers=[frozen], seats={SessionId(1): card(frozen)},
        assignments=(seat(1, 1),), quotas={SessionId(1): (quota(mission=mandates.MISSION, seats=2),)},
    )  # fmt: skip

    assert [(each.mission, each.seats) for each in ask(given).offers[0].quotas] == [(mandates.MISSION, 1)]


def test_a_class_is_held_when_enough_come_and_may_fill_up_later_when_there_is_time() -> None:
    two = (mandates.profile(1), mandates.profile(2))
    soon, later = offer(starts_on=SOON, least_seats=2), offer(least_seats=9)

    enough = propose(facts(*two, gaps=[gap(), gap(2)], offers=[soon]))
    first = propose(facts(gaps=[gap()], offers=[later]))

    assert {step.person for step in enough.steps} == {1, 2}
    assert only_step(first).session == 1


def two_in_one_class(least: int) -> Snapshot:
    """Two people with seats in a class that needs so many, and a sooner one."""
    sooner = offer(1, starts_on=TODAY + timedelta(days=31))
    held = offer(2, course=2, title="Twice", starts_on=SOON, least_seats=least, seats_taken=2)
    return ask(
        facts(
            mandates.profile(1), mandates.profile(2), gaps=[gap(), gap(2)], offers=[sooner, held],
            assignments=(seat(1, 1, 2), seat(2, 2, 2)), seats={SessionId(2): card(held)},
        ),
        named=[1, 2],
    )  # fmt: skip


def test_a_seat_beside_another_for_the_same_gap_is_of_no_use() -> None:
    snapshot = two_in_one_class(0)

    assert answer.of_use(snapshot, Plan.of([0, 0, 1], [0, 1, 1])).tolist() == [True, False, True]
    assert answer.of_use(snapshot, Plan.of([0, 1], [1, 1])).all()


@pytest.mark.parametrize(("least", "left"), [(0, [(1, 1)]), (2, [(0, 1), (1, 1)])])
def test_an_idle_seat_is_taken_out_unless_its_class_needs_it(least: int, left: list[tuple[int, int]]) -> None:
    instance = two_in_one_class(least).instance
    options = Options(mode="repair", rounds=0)

    found = solver.solve(
        replace(instance, touched=instance.touched * 0), options=options, keeps=lambda plan: plan.person > 0
    )

    assert list(zip(found.plan.person.tolist(), found.plan.session.tolist(), strict=True)) == left
    assert len(found.alternatives.session) == len(left)
    assert checker.check(instance, found.plan, found.reasons).right


def test_waiting_lists_and_units_have_words_too() -> None:
    two = (mandates.profile(1), mandates.profile(2))
    snapshot = ask(facts(*two, gaps=[gap(), gap(2)], offers=[offer(seats=1)]))
    i = snapshot.instance
    one = np.array([0])

    waiting = replace(i, s_cap=i.s_cap + 1, wl_session=one, wl_person=one, wl_place=one)
    unit = replace(i, g_unit=np.array([0, 0]), u_need=np.array([1]))

    assert said(snapshot, waiting, Plan.of([], []))[1] == (
        "Somebody waits before this person for a seat in Protecting civilians on site from 2027-02-08, "
        "which would give Title of protection-of-civilians."
    )
    assert said(snapshot, unit, Plan.of([0], [0])) == [
        "Of the unit as many are given Title of protection-of-civilians as are asked for (1)."
    ]


def said(snapshot: Snapshot, instance: Instance, plan: Plan) -> list[str]:
    """Why gaps stay open when the question is this and the plan that one."""
    result = operations.solve(snapshot)
    codes = explain.reasons(instance, plan)
    assert checker.check(instance, plan, codes).right
    given = answer.propose(replace(snapshot, instance=instance), replace(result, plan=plan, reasons=codes))
    return [str(each.sentence) for each in given.unmet]


def test_short_money_is_told_with_the_least_that_is_needed() -> None:
    from trainer.planning.rules import sentences

    want = ask(facts(gaps=[gap()])).wants[0]
    said = sentences.too_dear(competencies.competency(want.skill[0]).title, count=2, least=90_000)

    assert str(said) == (
        "Sessions with free seats give Title of protection-of-civilians (2); the cheapest costs 900, more than is left to spend."
    )


# The question as a whole


def but(given: Facts, **changes: Any) -> Facts:
    return replace(given, sources=replace(given.sources, **changes))


def test_the_same_facts_have_the_same_hash_and_others_another() -> None:
    given = facts(gaps=[gap()], offerings=[offering()], offers=[offer()])
    same = facts(gaps=[gap()], offerings=given.sources.offerings, offers=[offer()])

    assert ask(given).hash == ask(same).hash
    changed = (
        but(given, policy=replace(DEFAULT_POLICY, number=2)),
        but(given, free_seats={SessionId(1): 9}),
        but(given, assignments=(assignment(),)),
        facts(
            gaps=[gap(because=(replace(gap().requirement.because[0], paragraph="5"),))],
            offerings=given.sources.offerings,
            offers=[offer()],
        ),
    )
    assert len({ask(each).hash for each in (given, *changed)}) == 5


def test_nobody_and_nothing_can_be_asked() -> None:
    snapshot = ask(facts())

    assert snapshot.idle
    assert propose(facts()).changed == 0


def test_sessions_alike_but_for_days_are_one_course() -> None:
    later = offer(2, starts_on=date(2027, 3, 8))
    elsewhere = offer(3, region="europe")
    instance = ask(facts(gaps=[gap()], offers=[offer(1), later, elsewhere])).instance

    assert (instance.courses, instance.sessions) == (2, 3)
    assert sorted(instance.travel.ravel().tolist()).count(0) == len(instance.travel)


def test_sessions_that_end_after_the_horizon_are_left_out() -> None:
    assert ask(facts(gaps=[gap()], offers=[offer(starts_on=date(2027, 11, 22))])).offers == ()


def test_whoever_lacks_most_comes_first() -> None:
    people = (mandates.profile(1), mandates.profile(2))
    snapshot = ask(facts(*people, gaps=[gap(1, weight=2), gap(2, weight=9)]))

    assert [asked.profile.id for asked in snapshot.people] == [2, 1]


def test_the_scarce_seat_goes_to_the_heavier_gap() -> None:
    people = (mandates.profile(1), mandates.profile(2))
    proposal = propose(
        facts(*people, gaps=[gap(1, weight=2), gap(2, weight=9)], offers=[offer(seats=1, mode=CourseMode.LIVE_ONLINE)])
    )

    assert [(step.person, step.move) for step in proposal.steps] == [(2, StepMove.GIVE)]
    assert str(only_unmet(proposal).sentence).startswith("All seats (1) of the sessions")


# Approval


def proposal_with(**changes: int) -> Proposal:
    counts = PlanCounts(gain=1, lose=0, replaced=0, untouched=0, gaps=1, closed=1, unmet=0)
    given = Proposal(
        steps=(), unmet=(), counts=counts, changed=25, changed_untouched=0, travel_cancelled=0
    )  # fmt: skip
    return replace(given, **changes)


@pytest.mark.parametrize(
    ("changes", "by_instrument", "expected"),
    [
        pytest.param({}, False, [], id="small"),
        pytest.param({}, True, ["It follows a new or changed instrument."], id="instrument"),
        pytest.param({"changed": 26}, False, ["More people change (26) than policy lets through (25)."], id="many"),
        pytest.param(
            {"changed_untouched": 1}, False, ["People change for whom nothing had changed (1)."], id="untouched"
        ),
        pytest.param({"travel_cancelled": 2}, False, ["Seats that people travel to are taken back (2)."], id="travel"),
    ],
)
def test_policy_says_why_a_person_must_approve(
    changes: dict[str, int], by_instrument: bool, expected: list[str]
) -> None:
    reasons = approval.approval_reasons(proposal_with(**changes), DEFAULT_POLICY, by_instrument=by_instrument)

    assert [str(each) for each in reasons] == expected


def test_who_lacks_nothing_is_given_a_better_seat_only_by_a_run_that_names_them() -> None:
    had = offer(1, starts_on=date(2027, 9, 6))
    sooner = offer(
        2, starts_on=date(2027, 1, 11), course=2, title="Protecting civilians online", mode=CourseMode.LIVE_ONLINE
    )
    given = facts(
        gaps=[gap(weight=600, due_on=date(2027, 2, 1))],
        offers=[had, sooner],
        seats={had.id: card(had)},
        assignments=[seat()],
    )

    assert moves(propose(given)) == []
    better = propose(given, named=[1])
    assert sorted(moves(better), key=str) == [(StepMove.GIVE, 2), (StepMove.REPLACE, 1)]
    assert (better.changed, better.changed_untouched, better.travel_cancelled) == (1, 0, 1)
