"""Why: a code for every open gap, what each seat beats, and what one more seat would be worth.

Everything is said about the final plan. The codes follow the filters of the format in their order, so that an
independent check can confirm each of them.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from trainer.planning.engine import compiled, conditions, filters
from trainer.planning.engine.board import CLOSED, OLD, State
from trainer.planning.engine.instance import ON_SITE, Instance, Ints
from trainer.planning.engine.lookup import Flags, Lookup, closing_value, money_of, spread
from trainer.planning.engine.plan import Plan
from trainer.planning.engine.table import NODES, SIMPLE_FROM, Table

BLOCK = 4000
"""Open gaps explained at a time."""

NOTHING = np.zeros(0, np.int64)
"""Said where there is nothing to say."""

MOST_ALTERNATIVES = 100_000
"""Seats up to which it is said of every one of them what it beats; a person problem each."""


class Reason(IntEnum):
    """Why a gap is open; CLOSED when it is not."""

    CLOSED = 0
    NO_COURSE = 1
    ROLE_FAMILY = 2
    LANGUAGE = 3
    NO_SESSION = 4
    AVAILABILITY = 5
    PREREQUISITE = 6
    SEATS = 7
    BUDGET = 8
    TIME_CONFLICT = 9
    SEAT_LIMIT = 10
    NOT_CHOSEN = 11
    TOO_LATE = 12
    RESERVED = 13
    CLASS_TOO_SMALL = 14
    WAITING_LIST = 15
    ENOUGH_OTHERS = 16


_AFTER_CONDITIONS = (Reason.BUDGET, Reason.TIME_CONFLICT, Reason.SEAT_LIMIT, Reason.NOT_CHOSEN)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternatives:
    """For every seat of the plan, in its order: what its person would lose without it, and what comes instead."""

    lost: Ints
    """points the person's best set among free seats is worth less without this seat"""
    session: Ints
    """session that would then close a gap of this seat, -1 none, NOT_ASKED for a seat kept in a replan"""


class Seating:
    """The plan by person, and what it leaves over."""

    def __init__(self, i: Instance, plan: Plan) -> None:
        self.instance, self.plan = i, plan
        course = i.s_course[plan.session]
        self.ptr = np.searchsorted(plan.person, np.arange(i.people + 1))
        self.seats_left = i.s_cap - np.bincount(plan.session, minlength=i.sessions)
        self.partner_left, self.mission_left = i.partner_budget.copy(), i.mission_budget.copy()
        np.subtract.at(self.partner_left, i.c_partner[course], i.c_cost[course])
        np.subtract.at(self.mission_left, i.p_mission[plan.person], money_of(i, plan.person, plan.session))
        self.key = np.append(np.sort(plan.person * i.sessions + plan.session), np.iinfo(np.int64).max)

    def own(self, person: Ints) -> Iterator[tuple[Ints, Ints]]:
        """(rows, sessions): the first own seat of each row's person, then the second, and so on."""
        count = self.ptr[person + 1] - self.ptr[person]
        for nth in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > nth)
            yield rows, self.plan.session[self.ptr[person[rows]] + nth]

    def has(self, person: Ints, session: Ints) -> Flags:
        wanted = person * self.instance.sessions + session
        there: Flags = self.key[np.searchsorted(self.key, wanted)] == wanted
        return there

    def earned_before(self, person: Ints, session: Ints, lookup: Lookup) -> Flags:
        """An own seat earns the session's prerequisite in time."""
        i = self.instance
        wanted = i.s_course[session]
        earned = np.zeros(len(person), bool)
        for rows, own in self.own(person):
            in_time = rows[i.s_end[own] < i.s_start[session[rows]]]
            course = i.s_course[own[i.s_end[own] < i.s_start[session[rows]]]]
            comp, level = i.c_pre_comp[wanted[in_time]], i.c_pre_level[wanted[in_time]]
            earned[in_time] |= lookup.awards(course, comp, level)
        return earned

    def in_course(self, person: Ints, session: Ints) -> Flags:
        """An own seat is in the session's course."""
        i = self.instance
        there = np.zeros(len(person), bool)
        for rows, own in self.own(person):
            there[rows] |= i.s_course[own] == i.s_course[session[rows]]
        return there

    def clear_of_own(self, person: Ints, session: Ints) -> Flags:
        i = self.instance
        blocks = i.blocks
        clear = np.ones(len(person), bool)
        for rows, own in self.own(person):
            s = session[rows]
            overlap = (i.s_start[s] <= i.s_end[own]) & (i.s_start[own] <= i.s_end[s])
            clear[rows] &= ~(overlap & blocks[s] & blocks[own])
        return clear


def closing_days(instance: Instance, plan: Plan) -> Ints:
    """[G] the day on which the plan closes each gap; -1 when no own seat covers it."""
    i = instance
    course = i.s_course[plan.session]
    seat, nth = spread(i.aw_ptr[course + 1] - i.aw_ptr[course])
    award = i.aw_ptr[course[seat]] + nth
    row, nth = spread(np.diff(i.g_ptr)[plan.person[seat]])
    gap = i.g_ptr[plan.person[seat[row]]] + nth
    fits = (i.g_comp[gap] == i.aw_comp[award[row]]) & (i.g_level[gap] <= i.aw_level[award[row]])
    days = np.full(i.gaps, np.iinfo(np.int64).max)
    np.minimum.at(days, gap[fits], i.s_end[plan.session[seat[row[fits]]]])
    return np.where(days == np.iinfo(np.int64).max, -1, days)


def standing(instance: Instance, plan: Plan) -> conditions.Standing:
    """How the plan stands towards what the instance asks besides."""
    i = instance
    days = closing_days(i, plan)
    worth = np.where(days < 0, 0, closing_value(i, np.arange(i.gaps), np.maximum(days, 0)))
    return conditions.Standing(Lookup(i), Seating(i, plan), worth)


def reasons(instance: Instance, plan: Plan, *, machine_code: bool = False, threads: int = 1) -> Ints:
    """[G] the code of every gap under this plan; machine code knows nothing of units and second postings."""
    i = instance
    lookup, seating = Lookup(i), Seating(i, plan)
    days = closing_days(i, plan)
    worth = closing_value(i, np.arange(i.gaps), np.maximum(days, 0))
    codes = np.where((days >= 0) & (worth > 0), Reason.CLOSED, Reason.TOO_LATE).astype(np.int64)
    owner = np.repeat(np.arange(i.people), np.diff(i.g_ptr))
    worth[days < 0] = 0
    uncovered = np.flatnonzero(days < 0)
    if machine_code:
        _find_codes(lookup, seating, days, codes, threads=threads)
        if not any(map(len, (i.q_session, i.s_least, i.wl_session))):
            return codes
        # it knows nothing of conditions, which stand between having a free seat and what comes after
        uncovered = uncovered[np.isin(codes[uncovered], _AFTER_CONDITIONS)]
    enough = conditions.full_units(i, worth)[uncovered]
    codes[uncovered[enough]] = Reason.ENOUGH_OTHERS
    uncovered = uncovered[~enough]
    standing = conditions.Standing(lookup, seating, worth)
    for first in range(0, len(uncovered), BLOCK):
        gaps = uncovered[first : first + BLOCK]
        codes[gaps] = _codes(lookup, seating, standing, owner[gaps], gaps)
    return codes


def _find_codes(lookup: Lookup, z: Seating, days: Ints, codes: Ints, *, threads: int) -> None:
    i, o = z.instance, z.instance.objective
    course, region = np.divmod(np.arange(i.courses * len(i.travel)), max(1, len(i.travel)))
    question = filters.Filters(
        g_ptr=i.g_ptr, g_comp=i.g_comp, g_level=i.g_level, g_due=i.g_due, h_ptr=i.h_ptr, h_comp=i.h_comp,
        h_level=i.h_level, h_expiry=i.h_expiry, av_ptr=i.av_ptr, av_start=i.av_start, av_end=i.av_end,
        p_family=i.p_family, p_lang=i.p_lang, p_region=i.p_region, p_mission=i.p_mission, award_ptr=lookup.award_ptr,
        award_course=lookup.award_course, aw_ptr=i.aw_ptr, aw_comp=i.aw_comp, aw_level=i.aw_level,
        c_family=i.c_family, c_lang=i.c_lang, c_partner=i.c_partner, c_cost=i.c_cost,
        c_money=i.c_cost[course] + np.where(i.c_mode[course] >= ON_SITE, i.travel[region, i.c_region[course]], 0),
        c_pre_comp=i.c_pre_comp, c_pre_level=i.c_pre_level, open_ptr=lookup.open_ptr,
        open_session=lookup.open_session, s_course=i.s_course, s_start=i.s_start, s_end=i.s_end,
        s_blocks=i.blocks.astype(np.int64), own_ptr=z.ptr, own_session=z.plan.session, seats_left=z.seats_left,
        partner_left=z.partner_left, mission_left=z.mission_left, levels=lookup.levels, regions=len(i.travel),
        max_seats=i.max_seats, late=o.late, late_decay=o.late_decay,
    )  # fmt: skip
    find_codes, question = compiled.filtering(), compiled.laid_out(question)
    cuts = [i.people * t // threads for t in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda t: find_codes(question, days, codes, cuts[t], cuts[t + 1]), range(threads)))


def _codes(lookup: Lookup, z: Seating, standing: conditions.Standing, owner: Ints, gaps: Ints) -> Ints:
    """Run the filters over all (gap, session) pairs at once: a gap's code is the filter that leaves it nothing."""
    i = z.instance
    codes = np.zeros(len(gaps), np.int64)

    def mark(row: Ints, code: Reason) -> None:
        left = np.bincount(row, minlength=len(gaps))
        codes[(left == 0) & (codes == 0)] = code

    row, course = lookup.all_awarding(i.g_comp[gaps], i.g_level[gaps])
    mark(row, Reason.NO_COURSE)
    keep = i.c_family[course] >> i.p_family[owner[row]] & 1 == 1
    row, course = row[keep], course[keep]
    mark(row, Reason.ROLE_FAMILY)
    keep = i.p_lang[owner[row]] >> i.c_lang[course] & 1 == 1
    row, course = row[keep], course[keep]
    mark(row, Reason.LANGUAGE)
    pair, nth = spread(lookup.open_ptr[course + 1] - lookup.open_ptr[course])
    session = lookup.open_session[lookup.open_ptr[course[pair]] + nth]
    held = lookup.held_until(owner[row], course)[pair]
    row = row[pair]
    keep = ~z.has(owner[row], session)
    row, session, held = row[keep], session[keep], held[keep]
    mark(row, Reason.NO_SESSION)
    keep = lookup.available(owner[row], session)
    row, session, held = row[keep], session[keep], held[keep]
    mark(row, Reason.AVAILABILITY)
    keep = (i.s_start[session] <= held) | z.earned_before(owner[row], session, lookup)
    row, session = row[keep], session[keep]
    mark(row, Reason.PREREQUISITE)
    late = i.s_end[session] - i.g_due[gaps[row]]
    keep = (late <= 0) | (i.objective.late - i.objective.late_decay * late > 0)
    row, session = row[keep], session[keep]
    mark(row, Reason.TOO_LATE)
    keep = z.seats_left[session] > 0
    row, session = row[keep], session[keep]
    mark(row, Reason.SEATS)
    keep = standing.unreserved(owner[row], session)
    row, session = row[keep], session[keep]
    mark(row, Reason.RESERVED)
    keep = standing.large_enough(session)
    row, session = row[keep], session[keep]
    mark(row, Reason.CLASS_TOO_SMALL)
    keep = standing.in_turn(owner[row], session)
    row, session = row[keep], session[keep]
    mark(row, Reason.WAITING_LIST)
    person = owner[row]
    keep = i.c_cost[i.s_course[session]] <= z.partner_left[i.c_partner[i.s_course[session]]]
    keep &= money_of(i, person, session) <= z.mission_left[i.p_mission[person]]
    row, session = row[keep], session[keep]
    mark(row, Reason.BUDGET)
    row = row[z.clear_of_own(owner[row], session)]
    mark(row, Reason.TIME_CONFLICT)
    full = z.ptr[owner + 1] - z.ptr[owner] >= i.max_seats
    codes[(codes == 0) & full] = Reason.SEAT_LIMIT
    codes[codes == 0] = Reason.NOT_CHOSEN
    return codes


def seat_values(table: Table, state: State) -> Ints:
    """[S] what the plan would gain at least by one more seat in each session; 0 where seats are free.

    The gain of the one person who profits most by taking the seat on top of what they have, all else unchanged; only
    people whose pairs are all known are asked.
    """
    values = table.zeros(table.instance.sessions)
    table.kernels.one_more_seat(table.board, table.desks[0], state, 0, table.instance.people, values)
    return np.asarray(values, np.int64)


def sure_values(instance: Instance, plan: Plan, values: Ints) -> Ints:
    """[S] what is left of these values when the conditions of the instance are heeded; nothing where it cannot be told.

    They look at one person and one seat. So nothing is gained where the plan leaves a seat free after all, unless what is free
    is reserved, nor where the class is not held and would still be too small to be; and nothing is known where the seat may
    be for another who waits longer, or for one of whose unit enough are trained.
    """
    i = instance
    if not len(values) or len(i.wl_session) or len(i.u_need):
        return NOTHING
    taken = np.bincount(plan.session, minlength=i.sessions)
    free = taken < i.s_cap
    free[i.q_session] = False
    return np.where(free | (taken + 1 < i.least), 0, values)


NOT_ASKED = -2
"""In place of the session that comes instead, for a seat of which that was not worked out."""


def alternatives(table: Table, state: State, *, only_new: bool, together: Ints | None = None) -> Alternatives:
    """What each seat beats: one person problem per seat, with the seats that are free now; nothing when too many.

    `together` says which sessions are one and the same to people: a number for each, -1 for those that stand alone.

    With `only_new`, kept seats are not asked about: what they beat was told when they were given.
    """
    person, pair = table.seats_of(state)
    c, session = table.candidates, table.candidates.pair_session
    asked = np.flatnonzero(c.pair_mark[pair] & OLD == 0) if only_new else np.arange(len(pair))
    if len(asked) > MOST_ALTERNATIVES:
        return Alternatives(lost=np.zeros(0, np.int64), session=np.zeros(0, np.int64))
    board = table.simple if len(c) >= SIMPLE_FROM else table.board
    points, others = np.zeros(len(pair), np.int64), np.full(len(pair), NOT_ASKED)
    kind = np.full(len(asked), -1) if together is None else together[session[pair[asked]]]
    for which in np.unique(kind).tolist():
        rows = asked[kind == which]
        lost, instead = table.zeros(len(rows)), table.zeros(len(rows), -1)
        shut = np.where(together == which, CLOSED, 0) if together is not None and which >= 0 else None
        table.kernels.without(
            board, table.desks[0], state, table.closed(shut), table.flat(person[rows]), table.flat(pair[rows]), NODES,
            lost, instead,
        )  # fmt: skip
        points[rows], other = lost, np.asarray(instead, np.int64)
        others[rows] = np.where(other < 0, -1, session[np.maximum(other, 0)]) if len(session) else other
    order = np.lexsort((session[pair], person))
    return Alternatives(lost=points[order], session=others[order])
