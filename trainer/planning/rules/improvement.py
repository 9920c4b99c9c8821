"""What an improvement does to whom: who gains, whose seat is exchanged, who loses, and why, against what people have now.

To the engine all of that is one number. People count it apart: what is better for the whole is not better for everybody. A
person is judged by all their gaps together, as policy weighs them, and by the worst that happens to any of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trainer.kernel.values import PersonId, Wording
from trainer.planning.engine import plain
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.solver import Result
from trainer.planning.rules import sentences
from trainer.planning.rules.question import FULL, TRAVEL_COST, Asked, Offer, Snapshot, Standing, Want, is_covered
from trainer.planning.values import Effect, Improvement, PlanCounts, PlannedStep, Proposal, StepMove
from trainer.tracks.values import AssignmentId

TAKEN = frozenset({StepMove.WITHDRAW, StepMove.REPLACE})


def told(snapshot: Snapshot, result: Result, proposal: Proposal) -> Proposal:
    """Say of every line what it does to the person, and of every seat that moves why; count people apart.

    Nothing is changed by a proposal that is worth no more than what people have.
    """
    points = result.objective - next((stage.objective for stage in result.stages if stage.name == "kept"), 0)
    if points <= 0:
        return replace(proposal, steps=(), unmet=(), changed=0, changed_untouched=0, travel_cancelled=0)
    people = _people(snapshot, result)
    heirs = _heirs(snapshot, people)
    of_person = {each.asked.profile.id: each for each in people}
    steps = tuple(_told(snapshot, each, of_person, heirs) for each in proposal.steps)
    effects = Counter(each.effect for each in people)
    unchanged = Counter(each.effect for each in people if each.asked.unchanged)
    return replace(
        proposal,
        steps=steps,
        counts=_counts(proposal.counts, people, effects=effects, unchanged=unchanged, points=points),
        changed_untouched=sum(number for effect, number in unchanged.items() if effect is not None),
    )


def _counts(
    counts: PlanCounts,
    people: Sequence[_Before],
    *,
    effects: Mapping[Effect | None, int],
    unchanged: Mapping[Effect | None, int],
    points: int,
) -> PlanCounts:
    before = Counter(each.standing_of(want, each.before) for each in people for want in each.asked.wants)
    after = Counter(each.standing_of(want, each.after) for each in people for want in each.asked.wants)
    found = Improvement(
        gain=effects[Effect.GAIN],
        gifts=unchanged[Effect.GAIN],
        better=effects[Effect.BETTER],
        moved=effects[Effect.MOVED],
        lose=effects[Effect.LOSS],
        losses=unchanged[Effect.LOSS],
        on_time=after["on time"] - before["on time"],
        late=after["late"] - before["late"],
        open=after["open"] - before["open"],
        fees=sum(each.fees(each.after) - each.fees(each.before) for each in people),
        journeys=sum(each.journeys(each.after) - each.journeys(each.before) for each in people),
        points=points,
    )
    return replace(counts, improvement=found)


# Before and after


class _Before:
    """One person with what they have, as far as a plan may move it, and what they would have."""

    def __init__(self, snapshot: Snapshot, asked: Asked, *, before: Collection[int], after: Collection[int]) -> None:
        self.snapshot, self.asked, self.offers = snapshot, asked, snapshot.offers
        self.before, self.after = frozenset(before), frozenset(after)
        self.given, self.taken = self.after - self.before, self.before - self.after
        self.effect = self._effect()

    def closing(self, want: Want, seats: Iterable[int]) -> int | None:
        """Which of the seats closes the gap: the one that ends first."""
        covering = [number for number in seats if is_covered(want, self.offers[number].awards)]
        return min(covering, key=lambda number: (self.offers[number].end, number), default=None)

    def standing_of(self, want: Want, seats: Iterable[int]) -> str:
        number = self.closing(want, seats)
        if number is None or self._value(want, number) <= 0:
            return "open"
        return "on time" if self.offers[number].ends_on <= want.due_on else "late"

    def worth(self, seats: Collection[int]) -> int:
        """What the seats are worth to the person as policy weighs them, without what the change costs."""
        policy = self.snapshot.facts.policy
        closing = ((want, self.closing(want, seats)) for want in self.asked.wants)
        value = sum(self._value(want, number) for want, number in closing if number is not None)
        return value - sum(policy.seat + policy.cost_num * self.cost(each) // policy.cost_den for each in seats)

    def _value(self, want: Want, number: int) -> int:
        objective, weight = self.snapshot.instance.objective, want.gap.requirement.weight
        end, due = self.offers[number].end, (want.due_on - self.snapshot.facts.on).days
        horizon = self.snapshot.instance.horizon
        if end <= due:
            return weight * (objective.on_time + objective.early * (horizon - end) // horizon)
        return weight * max(0, objective.late - objective.late_decay * (end - due))

    def is_journey(self, number: int) -> bool:
        offer, profile = self.offers[number], self.asked.profile
        regions = self.snapshot.facts.sources.regions
        here = "" if profile.mission is None else regions.get(profile.mission, "")
        return offer.on_the_spot and offer.region != here

    def cost(self, number: int) -> int:
        """Of a module or seat, its journey included."""
        return self.offers[number].cost + (TRAVEL_COST if self.is_journey(number) else 0)

    def fees(self, seats: Iterable[int]) -> int:
        """What partners ask for the seats."""
        return sum(self.fee(each) for each in seats)

    def fee(self, number: int) -> int:
        return 0 if self.offers[number].session is None else self.offers[number].cost

    def journeys(self, seats: Iterable[int]) -> int:
        return sum(self.is_journey(each) for each in seats)

    def lost(self) -> Iterator[Want]:
        """Gaps that were being closed and are not any more."""
        for want in self.asked.wants:
            if self.standing_of(want, self.before) != "open" and self.standing_of(want, self.after) == "open":
                yield want

    def _effect(self) -> Effect | None:
        if not self.given and not self.taken:
            return None
        if any(self.lost()):
            return Effect.LOSS
        if not self.taken:
            return Effect.GAIN
        return Effect.BETTER if self.worth(self.after) > self.worth(self.before) else Effect.MOVED


def _people(snapshot: Snapshot, result: Result) -> tuple[_Before, ...]:
    ends = np.searchsorted(result.plan.person, np.arange(len(snapshot.people) + 1)).tolist()
    seats = result.plan.session.tolist()
    # the pairs that the engine found are of parts of sessions where seats are reserved
    session_of = plain.of(snapshot.instance).session_of
    return tuple(
        _Before(
            snapshot,
            asked,
            before=_possible(asked, number, result.candidates, session_of),
            after=seats[ends[number] : ends[number + 1]],
        )
        for number, asked in enumerate(snapshot.people)
    )


def _possible(asked: Asked, person: int, candidates: Candidates, session_of: Ints) -> list[int]:
    """What of all that the person has may move, and can still be taken."""
    held = [each.offer for each in asked.held if each.standing is Standing.MOVABLE and each.offer is not None]
    if len(candidates.pair_ptr) <= person + 1:
        return held
    rows = slice(int(candidates.pair_ptr[person]), int(candidates.pair_ptr[person + 1]))
    there = set(session_of[candidates.pair_session[rows]].tolist())
    return [each for each in held if each in there]


# Whose seat goes to whom


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heir:
    """Who is given a seat that somebody else had, and the heaviest gap that it closes for them."""

    asked: Asked
    want: Want


def _heirs(snapshot: Snapshot, people: Sequence[_Before]) -> Mapping[tuple[PersonId, int], _Heir]:
    """By person and offer: who is given the seat that the person gives up, where somebody needed it.

    Whoever loses most by leaving made room for whoever needs it most. Who leaves for something better made room for nobody
    as long as there were free seats; who leaves for nothing better did so for somebody.
    """
    leaving: defaultdict[int, list[_Before]] = defaultdict(list)
    coming: defaultdict[int, list[_Heir]] = defaultdict(list)
    taken = Counter(number for each in people for number in each.before)
    for each in people:
        for number in each.taken:
            leaving[number].append(each)
        for number in each.given:
            wants = [want for want in each.asked.wants if each.closing(want, each.after) == number]
            heaviest = max(wants, key=lambda want: want.gap.requirement.weight, default=None)
            if heaviest is not None:
                coming[number].append(_Heir(asked=each.asked, want=heaviest))
    found = {}
    for number, leavers in leaving.items():
        free = max(0, snapshot.offers[number].seats - taken[number])
        heirs = sorted(coming[number], key=lambda heir: (-heir.want.gap.requirement.weight, heir.asked.profile.id))
        leavers.sort(key=lambda each: (_SPARED.get(each.effect, 0), each.asked.profile.id))
        for place, (each, heir) in enumerate(zip(leavers, heirs, strict=False)):
            if each.effect is not Effect.BETTER or place < len(heirs) - free:
                found[each.asked.profile.id, number] = heir
    return found


_SPARED: Mapping[Effect | None, int] = {Effect.LOSS: 0, Effect.MOVED: 1, Effect.BETTER: 2}


# Saying it


def _told(
    snapshot: Snapshot,
    step: PlannedStep,
    people: Mapping[PersonId, _Before],
    heirs: Mapping[tuple[PersonId, int], _Heir],
) -> PlannedStep:
    each = people.get(step.person)
    if each is None:
        return step
    number = _moved(each, step.assignment) if step.move in TAKEN else None
    if step.move in TAKEN and number is None:
        return replace(step, justification=replace(step.justification, effect=Effect.ENDED))
    why = replace(step.justification, effect=each.effect)
    if number is None:
        return replace(step, justification=why)
    heir = heirs.get((step.person, number))
    sentence = _why_taken(snapshot, each, number, heir)
    return replace(
        step,
        justification=replace(why, sentence=sentence, gives_way_to=None if heir is None else heir.asked.profile.id),
    )


def _moved(each: _Before, assignment: AssignmentId | None) -> int | None:
    """The place among the offers of what is taken from somebody who could still take it."""
    return next(
        (held.offer for held in each.asked.held if held.assignment.id == assignment and held.offer in each.taken), None
    )


def _why_taken(snapshot: Snapshot, each: _Before, number: int, heir: _Heir | None) -> Wording:
    offers, old = snapshot.offers, snapshot.offers[number]
    closed = [want for want in each.asked.wants if each.closing(want, each.before) == number]
    if not closed:
        return _why_idle(each, old)
    heaviest = max(closed, key=lambda want: want.gap.requirement.weight)
    instead = each.closing(heaviest, each.after)
    if any(want in closed for want in each.lost()) or instead is None:
        return sentences.serves_the_whole() if heir is None else _given_to(snapshot, heir, None)
    other = offers[instead]
    if old.ends_on > heaviest.due_on >= other.ends_on:
        return sentences.in_time(other, ends_on=other.ends_on, due_on=heaviest.due_on)
    if other.end < old.end:
        return sentences.sooner(other, ends_on=other.ends_on, before_on=old.ends_on)
    more = next(
        (w for w in each.asked.wants if each.closing(w, each.before) is None and is_covered(w, other.awards)), None
    )
    if more is not None:
        return sentences.closes_more(other, _title(snapshot, more))
    if instead in each.before:
        return sentences.closed_besides(other)
    if other.end == old.end and each.is_journey(number) and not each.is_journey(instead):
        return sentences.spares_a_journey(other)
    if other.end == old.end and each.fee(instead) < each.fee(number):
        return sentences.cheaper(other, amount=(each.fee(number) - each.fee(instead)) // 100)
    return sentences.serves_the_whole() if heir is None else _given_to(snapshot, heir, other)


def _why_idle(each: _Before, old: Offer) -> Wording:
    """Why something is taken that closed nothing by itself: it prepared for something, or did what something else does."""
    earned = {(key, level) for (key, months, _), level in old.awards if months == FULL}
    for number in sorted(each.taken):
        need = each.offers[number].requires
        if need is not None and any(key == need.competency and level >= need.level for key, level in earned):
            return sentences.prepared_for(each.offers[number])
    closing = (each.closing(want, each.after) for want in each.asked.wants if is_covered(want, old.awards))
    other = next((number for number in closing if number is not None), None)
    return sentences.serves_the_whole() if other is None else sentences.closed_besides(each.offers[other])


def _given_to(snapshot: Snapshot, heir: _Heir, other: Offer | None) -> Wording:
    profile, title = heir.asked.profile, _title(snapshot, heir.want)
    mission = "" if profile.mission is None else snapshot.facts.sources.missions.get(profile.mission, "")
    if other is None:
        return sentences.gives_way(profile.role, mission, heir.want, title)
    return sentences.makes_room(profile.role, mission, heir.want, title, other)


def _title(snapshot: Snapshot, want: Want) -> Mapping[str, str]:
    return sentences.title_of(snapshot.facts.sources.competencies, want.gap.requirement.competency)
