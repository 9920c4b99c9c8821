"""From the engine's answer to the lines of a plan: what is given, taken back or left open, each with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from trainer.catalogue.values import AtLevel
from trainer.competencies.values import TaskRef
from trainer.kernel.values import LocalText, Wording
from trainer.planning.engine import explain
from trainer.planning.engine.explain import Reason
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.solver import Result
from trainer.planning.rules import sentences
from trainer.planning.rules.question import (
    ENDED,
    FIXED,
    FULL,
    OBSERVED,
    Asked,
    Held,
    Offer,
    Snapshot,
    Standing,
    Want,
    is_covered,
)
from trainer.planning.values import Justification, PlanCounts, PlannedStep, Proposal, StepMove, Unmet
from trainer.tracks.values import Assignment

Flags = npt.NDArray[np.bool_]

_NEVER = 2**40

_A_FEW = 8
"""Sessions looked at together where the first that is good enough is asked for."""

LEAST_DAYS_TO_LEARN = 14
"""A module is due no earlier than so many days after it is given, however late the gap is already."""


def propose(snapshot: Snapshot, result: Result) -> Proposal:
    """Word the engine's answer, which is worth nothing unless the independent check confirms it.

    Its lines are what changes and what stays open; what people keep is read from what they have.
    """
    explained = _Unmet(snapshot, result)
    gap_of, reasons = snapshot.instance.g_ptr.tolist(), result.reasons.tolist()
    unmet = [
        explained.line(number, gap, Reason(reasons[gap]))
        for number in range(len(snapshot.people))
        for gap in range(gap_of[number], gap_of[number + 1])
        if reasons[gap] != Reason.CLOSED
    ]
    return replace(moves(snapshot, result), unmet=tuple(unmet))


def moves(snapshot: Snapshot, result: Result) -> Proposal:
    """Return the same for figures alone: without lines for what stays open."""
    steps: list[PlannedStep] = []
    ends = np.searchsorted(result.plan.person, np.arange(len(snapshot.people) + 1)).tolist()
    seats = result.plan.session.tolist()
    moved = _with_other_seats(snapshot.instance, result.plan)
    for number, asked in enumerate(snapshot.people):
        if moved[number] or any(each.standing in ENDED for each in asked.held):
            steps += _steps(snapshot, result, asked, {seats[row]: row for row in range(ends[number], ends[number + 1])})
    return _proposal(snapshot, steps, int(np.count_nonzero(result.reasons)))


def _with_other_seats(i: Instance, plan: Plan) -> Flags:
    """[P] who has other seats in the plan than before."""
    now, before = plan.person * i.sessions + plan.session, i.old_person * i.sessions + i.old_session
    moved = np.zeros(i.people, np.bool_)
    moved[np.setxor1d(now, before) // i.sessions] = True
    return moved


def of_use(snapshot: Snapshot, plan: Plan) -> Flags:
    """[rows] which seats stay: not those of the plan before that no longer close or prepare anything beside what the plan gives.

    To the objective, giving one up counts as a change and may cost more than keeping it; to people, two seats for one need
    are a mistake.
    """
    i = snapshot.instance
    first, sessions = np.searchsorted(plan.person, np.arange(i.people + 1)).tolist(), plan.session.tolist()
    keep = np.ones(len(plan), bool)
    for number in np.flatnonzero(_with_other_seats(i, plan)).tolist():
        asked = snapshot.people[number]
        rows = {sessions[row]: row for row in range(first[number], first[number + 1])}
        movable = [each.offer for each in asked.held if each.standing is Standing.MOVABLE and each.offer in rows]
        if not movable or len(movable) == len(rows):
            continue
        closes = _closes(asked, rows, snapshot.offers)
        for offer in movable:
            if offer is not None and not closes[offer] and i.s_start[offer] >= i.freeze_day:
                keep[rows[offer]] = _prepares(snapshot, offer, rows)
    return keep


def _prepares(snapshot: Snapshot, number: int, rows: Collection[int]) -> bool:
    """Whether another seat of the person asks for what this one gives."""
    awards = snapshot.offers[number].awards
    return any(
        need is not None and skill == (need.competency, FULL, False) and level >= need.level
        for need in (snapshot.offers[other].requires for other in rows if other != number)
        for skill, level in awards
    )


def _proposal(snapshot: Snapshot, steps: Sequence[PlannedStep], unmet: int) -> Proposal:
    moved: defaultdict[StepMove, set[int]] = defaultdict(set)
    for step in steps:
        moved[step.move].add(step.person)
    changed = moved[StepMove.GIVE] | moved[StepMove.WITHDRAW] | moved[StepMove.REPLACE]
    beside = snapshot.beside
    gaps = beside.gaps + sum(len(asked.wants) + asked.being_closed for asked in snapshot.people)
    told = beside.told + sum(len(asked.lacking) for asked in snapshot.people if asked.profile.id in snapshot.told)
    return Proposal(
        steps=tuple(steps),
        unmet=(),
        counts=PlanCounts(
            gain=len(moved[StepMove.GIVE]), lose=len(moved[StepMove.WITHDRAW]), replaced=len(moved[StepMove.REPLACE]),
            untouched=len(beside.people) + len(snapshot.people) - len(changed),
            gaps=gaps, closed=gaps - unmet - beside.told, unmet=unmet + beside.told, told=told,
        ),
        changed=len(changed),
        changed_untouched=len(changed & beside.people),
        travel_cancelled=sum(step.on_the_spot and step.move in (StepMove.WITHDRAW, StepMove.REPLACE) for step in steps),
    )  # fmt: skip


# Steps


def _steps(snapshot: Snapshot, result: Result, asked: Asked, rows: Mapping[int, int]) -> Iterator[PlannedStep]:
    """The lines of one person; `rows` are their seats in the plan, session of the engine → row."""
    offers = snapshot.offers
    kept = {each.offer for each in asked.held if each.standing is Standing.MOVABLE}
    closes = _closes(asked, rows, offers)
    given = {number: wants for number, wants in closes.items() if number not in kept}
    for each in asked.held:
        if each.standing not in FIXED and not (each.standing is Standing.MOVABLE and each.offer in rows):
            yield _step_for_held(snapshot, asked, each, given)
    for number, wants in given.items():
        yield _gift(snapshot, result, asked, number, rows, wants)


def _closes(asked: Asked, rows: Mapping[int, int], offers: Sequence[Offer]) -> Mapping[int, list[Want]]:
    """Which of the person's seats closes which gap: the one that ends first."""
    ordered = sorted(rows, key=lambda number: (offers[number].end, number))
    closes: dict[int, list[Want]] = {number: [] for number in ordered}
    for want in asked.wants:
        first = next((number for number in ordered if is_covered(want, offers[number].awards)), None)
        if first is not None:
            closes[first].append(want)
    return closes


def _gift(
    snapshot: Snapshot, result: Result, asked: Asked, number: int, rows: Mapping[int, int], wants: Sequence[Want]
) -> PlannedStep:
    offer = snapshot.offers[number]
    heaviest = sorted(wants, key=lambda want: (-want.gap.requirement.weight, want.gap.requirement.competency))
    because = tuple(dict.fromkeys(task for want in heaviest for task in want.gap.requirement.because))
    if heaviest:
        sentence = _asked_for(snapshot, asked, heaviest[0])
        wanted_on = min(want.due_on for want in heaviest)
        closes = tuple(
            AtLevel(competency=w.gap.requirement.competency, level=w.gap.requirement.level) for w in heaviest
        )
    else:
        sentence, because, wanted_on, closes = _preparation(snapshot, asked, offer, rows)
    return PlannedStep(
        person=asked.profile.id, move=StepMove.GIVE, module=offer.module, session=offer.session, assignment=None,
        closes=closes, due_on=_due_on(offer, wanted_on, snapshot.facts.on), on_the_spot=offer.on_the_spot,
        justification=Justification(
            sentence=sentence, because=because, runner_up=_runner_up(snapshot, result, offer, rows[number])
        ),
    )  # fmt: skip


def _asked_for(snapshot: Snapshot, asked: Asked, want: Want) -> Wording:
    title = sentences.title_of(snapshot.facts.sources.competencies, want.gap.requirement.competency)
    return sentences.asked(want, title, _mission(snapshot, asked))


def _mission(snapshot: Snapshot, asked: Asked) -> str:
    return "" if asked.profile.mission is None else snapshot.facts.sources.missions.get(asked.profile.mission, "")


def _preparation(
    snapshot: Snapshot, asked: Asked, offer: Offer, rows: Mapping[int, int]
) -> tuple[Wording, tuple[TaskRef, ...], date, tuple[AtLevel, ...]]:
    """Something that closes nothing by itself is there for what comes after it."""
    for number in sorted(rows, key=lambda each: snapshot.offers[each].start):
        following = snapshot.offers[number]
        need = following.requires
        if need is None or not any(
            skill == (need.competency, FULL, False) and level >= need.level for skill, level in offer.awards
        ):
            continue
        because = tuple(
            dict.fromkeys(
                task
                for want in asked.wants
                if is_covered(want, following.awards)
                for task in want.gap.requirement.because
            )
        )
        title = sentences.title_of(snapshot.facts.sources.competencies, need.competency)
        last_on = snapshot.facts.on + timedelta(days=following.start - 1)
        return sentences.prepares(following, title, need.level), because, last_on, (need,)
    # the engine gives nothing without a use: this is for a gap that a seat ending at the same time closes too
    want = next(want for want in asked.wants if is_covered(want, offer.awards))
    return _asked_for(snapshot, asked, want), want.gap.requirement.because, want.due_on, ()


def _due_on(offer: Offer, wanted_on: date, on: date) -> date:
    """By when it is to be done: a session by its last day, a module when the gap is due but with time to learn."""
    if offer.module is None:
        return offer.ends_on
    return max(wanted_on, offer.ends_on, on + timedelta(days=LEAST_DAYS_TO_LEARN))


def _runner_up(snapshot: Snapshot, result: Result, offer: Offer, row: int) -> Wording | None:
    others = result.alternatives.session
    other = int(others[row]) if row < len(others) else -1
    if other >= 0:
        return sentences.next_best(offer, snapshot.offers[other])
    # of a module only other modules were looked at: that no seat would do is not known
    return None if offer.module is not None else sentences.only_choice()


def _step_for_held(snapshot: Snapshot, asked: Asked, held: Held, given: Mapping[int, Sequence[Want]]) -> PlannedStep:
    """What becomes of an open assignment that the person does not keep."""
    successor = _successor(snapshot, held.assignment, given)
    if successor is not None:
        sentence = sentences.replaced(successor.title, successor.starts_on)
        return _step(snapshot, held, StepMove.REPLACE, sentence)
    return _step(snapshot, held, StepMove.WITHDRAW, _why_withdrawn(snapshot, asked, held))


def _step(snapshot: Snapshot, held: Held, move: StepMove, sentence: Wording) -> PlannedStep:
    assignment = held.assignment
    seat = None if assignment.session is None else snapshot.facts.sources.seats.get(assignment.session)
    return PlannedStep(
        person=assignment.person, move=move, module=assignment.module, session=assignment.session,
        assignment=assignment.id, closes=assignment.closes, due_on=assignment.due_on,
        on_the_spot=seat is not None and seat.mode.value in {"on-site", "hybrid"},
        justification=Justification(sentence=sentence, because=assignment.because),
    )  # fmt: skip


def _successor(snapshot: Snapshot, assignment: Assignment, given: Mapping[int, Sequence[Want]]) -> Offer | None:
    """The gift of this plan that does what the assignment was for, if there is one."""
    was_for = {each.competency for each in assignment.closes}
    for number, wants in given.items():
        offer = snapshot.offers[number]
        if any(want.gap.requirement.competency in was_for for want in wants) or any(
            skill[0] in was_for for skill, _ in offer.awards
        ):
            return offer
    return None


def _why_withdrawn(snapshot: Snapshot, asked: Asked, held: Held) -> Wording:
    facts, assignment = snapshot.facts, held.assignment
    if held.standing is Standing.TWICE:
        return sentences.twice()
    leaving = facts.sources.leaving.get(asked.profile.id)
    if leaving is not None and held.standing is not Standing.MISSED:
        return sentences.leaves_early(leaving.on, leaving.name)
    if held.standing is Standing.NOT_OFFERED:
        return sentences.not_offered(_title(snapshot, held))
    if held.standing is Standing.MISSED:
        return sentences.missed()
    if held.standing not in ENDED:
        return sentences.no_longer_possible()
    was_for = max(assignment.closes, key=lambda each: each.level, default=None)
    if was_for is None:
        return sentences.no_longer_asked(assignment, _title(snapshot, held), _mission(snapshot, asked), moved=False)
    title = sentences.title_of(facts.sources.competencies, was_for.competency)
    person = asked.profile.id
    asked_now = {each.competency: each.level for each in facts.required.get(person, ())}
    if was_for.competency not in asked_now:
        asked_by = next((task.mission for task in assignment.because), asked.profile.mission)
        moved = asked_by != asked.profile.mission
        mission = next(
            (name for key, name in facts.sources.missions.items() if key == asked_by), _mission(snapshot, asked)
        )
        return sentences.no_longer_asked(assignment, title, mission, moved=moved)
    if any(each.competency == was_for.competency for each in facts.sources.waivers.get(person, ())):
        return sentences.waived(title)
    if asked_now[was_for.competency] > was_for.level:
        return sentences.raised(title, asked_now[was_for.competency])
    if any(gap.requirement.competency == was_for.competency for gap in facts.gaps.get(person, ())):
        return sentences.closed_by_another(title)
    return sentences.proven(title, asked_now[was_for.competency])


def _title(snapshot: Snapshot, held: Held) -> LocalText:
    if held.offer is not None:
        return snapshot.offers[held.offer].title
    assignment = held.assignment
    if assignment.session is not None and assignment.session in snapshot.facts.sources.seats:
        return {"en": snapshot.facts.sources.seats[assignment.session].course_title}
    return {"en": str(assignment.module or "")}


# What stays open


class _Unmet:
    """Words the binding reason of an open gap with names and numbers, from the same filters as the code."""

    def __init__(self, snapshot: Snapshot, result: Result) -> None:
        self.snapshot, self.instance, self.plan = snapshot, snapshot.instance, result.plan
        i = self.instance
        self.opens, self.blocks = i.opens, i.blocks
        self.free = i.s_cap - np.bincount(result.plan.session, minlength=i.sessions)
        self.sessions_of: dict[tuple[int, int], Ints] = {}
        self.readable: dict[tuple[int, int, int, int], tuple[Ints, Ints]] = {}
        self.earning: dict[tuple[AtLevel, int, int], Ints] = {}
        self.said: dict[tuple[Reason, int, int, int, tuple[str, ...]], Wording] = {}
        self.course_of_award = np.repeat(np.arange(i.courses), np.diff(i.aw_ptr))
        self.ends = np.searchsorted(result.plan.person, np.arange(i.people + 1))
        self.standing = explain.standing(i, result.plan)

    def line(self, person: int, gap: int, reason: Reason) -> Unmet:
        want = self.snapshot.wants[gap]
        requirement = want.gap.requirement
        return Unmet(
            person=self.snapshot.people[person].profile.id, competency=requirement.competency, level=requirement.level,
            due_on=want.due_on, code=int(reason), sentence=self._sentence(person, gap, want, reason),
            because=requirement.because,
        )  # fmt: skip

    def _sentence(self, person: int, gap: int, want: Want, reason: Reason) -> Wording:
        title = sentences.title_of(self.snapshot.facts.sources.competencies, want.skill[0])
        i = self.instance
        spoken = self.snapshot.people[person].profile.languages
        key = (reason, int(i.g_comp[gap]), int(i.g_level[gap]), int(i.p_family[person]), spoken)
        if reason not in _ALIKE:
            return _WORDS[reason](self, person, gap, want, title)
        if key not in self.said:
            self.said[key] = _WORDS[reason](self, person, gap, want, title)
        return self.said[key]

    def _awarding(self, gap: int) -> Ints:
        """Sessions of the engine, open or not, of every course that closes the gap."""
        i = self.instance
        key = (int(i.g_comp[gap]), int(i.g_level[gap]))
        if key not in self.sessions_of:
            rows = (i.aw_comp == key[0]) & (i.aw_level >= key[1])
            courses = np.unique(self.course_of_award[rows])
            self.sessions_of[key] = np.flatnonzero(np.isin(i.s_course, courses))
        return self.sessions_of[key]

    def _admitting(self, person: int, gap: int) -> Ints:
        s = self._awarding(gap)
        admitted: Flags = self.instance.c_family[self.instance.s_course[s]] >> self.instance.p_family[person] & 1 == 1
        return s[admitted]

    def _readable(self, person: int, gap: int) -> tuple[Ints, Ints]:
        """Sessions that admit the person, in a language of theirs; and those of them that are open."""
        i = self.instance
        key = (int(i.g_comp[gap]), int(i.g_level[gap]), int(i.p_family[person]), int(i.p_lang[person]))
        if key not in self.readable:
            s = self._admitting(person, gap)
            s = s[i.p_lang[person] >> i.c_lang[i.s_course[s]] & 1 == 1]
            self.readable[key] = s, s[self.opens[s]]
        return self.readable[key]

    def _own(self, person: int) -> Ints:
        return self.plan.session[self.ends[person] : self.ends[person + 1]]

    def _open(self, person: int, gap: int) -> Ints:
        _, s = self._readable(person, gap)
        for own in self._own(person).tolist():
            s = s[s != own]
        return s

    def _attendable(self, person: int, gap: int) -> Ints:
        i, s = self.instance, self._open(person, gap)
        inside = ~self.blocks[s]
        for window in range(int(i.av_ptr[person]), int(i.av_ptr[person + 1])):
            inside |= (i.av_start[window] <= i.s_start[s]) & (i.s_end[s] <= i.av_end[window])
        return s[inside]

    def _prepared(self, person: int, gap: int) -> Ints:
        i, s = self.instance, self._attendable(person, gap)
        late = i.s_end[s] - i.g_due[gap]
        counts: Flags = (late <= 0) | (i.objective.late - i.objective.late_decay * late > 0)
        s = s[counts]
        course = i.s_course[s]
        ready: Flags = i.c_pre_comp[course] < 0
        for each in set(course[~ready].tolist()):
            until, since = self._held(person, each)
            ready |= (course == each) & ((i.s_start[s] <= until) | (i.s_start[s] > since))
        return s[ready]

    def _held(self, person: int, course: int) -> tuple[int, int]:
        """Until when the person holds what the course requires, and after what day they have earned it by own seats."""
        i = self.instance
        comp, level = int(i.c_pre_comp[course]), int(i.c_pre_level[course])
        held = slice(int(i.h_ptr[person]), int(i.h_ptr[person + 1]))
        good = (i.h_comp[held] == comp) & (i.h_level[held] >= level)
        skill = self.snapshot.skills[comp]
        earned = [
            int(i.s_end[own])
            for own in self._own(person).tolist()
            if any(other == skill and given >= level for other, given in self.snapshot.offers[own].awards)
        ]
        return int(i.h_expiry[held][good].max(initial=-1)), min(earned, default=_NEVER)

    def _with_seats(self, person: int, gap: int) -> Ints:
        s = self._prepared(person, gap)
        return s[self.free[s] > 0]

    def _takeable(self, person: int, gap: int) -> Ints:
        """With free seats that are not reserved for others, in classes that would be held, and nobody waiting before."""
        return self._takeable_of(person, self._with_seats(person, gap))

    def _takeable_of(self, person: int, s: Ints) -> Ints:
        who = np.full(len(s), person)
        keep = self.standing.unreserved(who, s) & self.standing.large_enough(s) & self.standing.in_turn(who, s)
        return s[keep]

    def _offer(self, sessions: Ints) -> Offer:
        """The one among these that ends first."""
        return self.snapshot.offers[int(sessions[np.argmin(self.instance.s_end[sessions])])]

    def _courses(self, sessions: Ints) -> int:
        return len(np.unique(self.instance.s_course[sessions]))

    def no_course(self, _person: int, _gap: int, want: Want, title: LocalText) -> Wording:
        if want.skill[1] == OBSERVED:
            return sentences.only_observed(want, title)
        lower = {
            (offer.module, offer.title["en"])
            for offer in self.snapshot.offers
            for (key, _, _), level in offer.awards
            if key == want.skill[0] and level < want.gap.requirement.level
        }
        return sentences.no_course(want, title, lower=len(lower))

    def role_family(self, _person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        return sentences.role_not_admitted(title, count=self._courses(self._awarding(gap)))

    def language(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._admitting(person, gap)
        offered = {code for each in s.tolist() for code in self.snapshot.offers[each].languages}
        spoken = self.snapshot.people[person].profile.languages
        return sentences.language_not_offered(
            title, count=self._courses(s), offered=tuple(sorted(offered)), spoken=spoken
        )

    def no_session(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        facts = self.snapshot.facts
        return sentences.no_session(
            title, count=max(1, self._courses(self._readable(person, gap)[0])),
            starts_on=facts.on + timedelta(days=facts.policy.freeze_days),
            ends_on=facts.on + timedelta(days=facts.policy.horizon_days),
        )  # fmt: skip

    def availability(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._open(person, gap)
        return sentences.not_available(title, count=len(s), first=self._offer(s))

    def prerequisite(self, person: int, gap: int, _want: Want, _title: LocalText) -> Wording:
        s = self._attendable(person, gap)
        offer = self._offer(s)
        assert offer.requires is not None
        required = sentences.title_of(self.snapshot.facts.sources.competencies, offer.requires.competency)
        earning = self._earning(person, offer.requires)
        if not len(earning):
            return sentences.prerequisite_out_of_reach(offer, required)
        own = len(self._own(person))
        if own >= self.instance.max_seats:
            return sentences.prerequisite_later(offer, required, first=self._offer(earning), seats=own)
        return sentences.prerequisite_lacking(offer, required, count=self._courses(s))

    def _earning(self, person: int, need: AtLevel) -> Ints:
        """Open sessions that would give what is asked for before, in a language and for the role of the person."""
        i = self.instance
        key = (need, int(i.p_family[person]), int(i.p_lang[person]))
        if key not in self.earning:
            skill = self.snapshot.skills.index((need.competency, FULL, False))
            courses = np.unique(self.course_of_award[(i.aw_comp == skill) & (i.aw_level >= need.level)])
            fits = (i.c_family[courses] >> key[1] & 1) & (key[2] >> i.c_lang[courses] & 1)
            self.earning[key] = np.flatnonzero(np.isin(i.s_course, courses[fits == 1]) & self.opens)
        return self.earning[key]

    def too_late(self, person: int, gap: int, want: Want, title: LocalText) -> Wording:
        s = self._attendable(person, gap)
        if not len(s):
            s = self._own(person)
        return sentences.too_late(title, ends_on=self._offer(s).ends_on, due_on=want.due_on)

    def seats(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._prepared(person, gap)
        return sentences.all_taken(title, count=len(s), seats=int(self.instance.s_cap[s].sum()))

    def reserved(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._with_seats(person, gap)
        offer = self._offer(s)
        return sentences.reserved(
            title,
            count=int(self.free[s].sum()),
            offer=offer,
            released_on=max(each.released_on for each in offer.quotas),
        )

    def class_too_small(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        i, s = self.instance, self._with_seats(person, gap)
        s = s[i.least[s] > 0]
        first = int(s[np.argmin(i.s_end[s])])
        return sentences.class_too_small(
            title, offer=self.snapshot.offers[first], lacking=int(i.least[first] - self.standing.counted[first])
        )

    def waiting_list(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._with_seats(person, gap)
        s = s[~self.standing.in_turn(np.full(len(s), person), s)]
        return sentences.others_wait(title, offer=self._offer(s))

    def enough_others(self, _person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        return sentences.enough_others(title, count=int(self.instance.u_need[self.instance.g_unit[gap]]))

    def budget(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._takeable(person, gap)
        least = min(self.snapshot.offers[each].cost for each in s.tolist())
        return sentences.too_dear(title, count=len(s), least=least)

    def time_conflict(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        own = self._own(person)
        busy = own[self.blocks[own]]
        return sentences.same_days(title, count=len(self._takeable(person, gap)), other=self._offer(busy))

    def seat_limit(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._with_seats(person, gap)
        s = s[np.argsort(self.instance.s_end[s], kind="stable")]
        found = (
            taken for at in range(0, len(s), _A_FEW) if len(taken := self._takeable_of(person, s[at : at + _A_FEW]))
        )
        return sentences.enough_already(title, seats=len(self._own(person)), first=self._offer(next(found)))

    def not_chosen(self, person: int, gap: int, _want: Want, title: LocalText) -> Wording:
        s = self._takeable(person, gap)
        return sentences.not_worth_it(title, count=int(self.free[s].sum()), offer=self._offer(s))


_WORDS: Mapping[Reason, Callable[[_Unmet, int, int, Want, LocalText], Wording]] = {
    Reason.NO_COURSE: _Unmet.no_course,
    Reason.ROLE_FAMILY: _Unmet.role_family,
    Reason.LANGUAGE: _Unmet.language,
    Reason.NO_SESSION: _Unmet.no_session,
    Reason.AVAILABILITY: _Unmet.availability,
    Reason.PREREQUISITE: _Unmet.prerequisite,
    Reason.SEATS: _Unmet.seats,
    Reason.BUDGET: _Unmet.budget,
    Reason.TIME_CONFLICT: _Unmet.time_conflict,
    Reason.SEAT_LIMIT: _Unmet.seat_limit,
    Reason.NOT_CHOSEN: _Unmet.not_chosen,
    Reason.TOO_LATE: _Unmet.too_late,
    Reason.RESERVED: _Unmet.reserved,
    Reason.CLASS_TOO_SMALL: _Unmet.class_too_small,
    Reason.WAITING_LIST: _Unmet.waiting_list,
    Reason.ENOUGH_OTHERS: _Unmet.enough_others,
}
_ALIKE = frozenset({Reason.NO_COURSE, Reason.ROLE_FAMILY, Reason.LANGUAGE, Reason.NO_SESSION})
"""Reasons that read the same for everybody of one role and the same languages."""
