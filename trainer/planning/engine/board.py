"""What the inner loops share: the question, the prices, the plan under construction and the scratch, all flat.

The inner loops stand in `board`, `items`, `bound`, `search`, `seats`, `displace` and `columns`: plain Python over flat
sequences, in the subset that numba compiles. `compiled.py` makes machine code of these very functions for large
instances, and small ones run them as they stand, over lists, without waiting for a compiler. Everything is integer
arithmetic, so both ways and any number of threads give the same answer. A function stands after those it calls, within
a module and between them: in this order they are compiled.
"""

from typing import Any, NamedTuple

CLOSED = 2**60
"""The price of a session that cannot be had."""

SCALE = 20
"""Money prices are points per 2^20 money units."""

NEEDS, OLD, LOCKED, SERVES = 1, 2, 4, 8
"""Marks of a pair: its prerequisite must be earned first · a seat of the previous plan · one that must stay ·
it may earn the prerequisite of another pair of the same person."""

MOST_GAPS = 60
"""Gaps per person up to which a set of them fits one integer."""

Numbers = Any
"""A list of int or an int array: kernels index it and numba knows which; no one type says both."""


class Board(NamedTuple):
    """The instance and its eligible pairs, flat: arrays are what they are in `Instance` and `Candidates`, or by session.

    Capacities and budgets are net of locked old seats.
    """

    pair_ptr: Numbers
    pair_session: Numbers
    pair_group: Numbers
    pair_net: Numbers
    pair_mark: Numbers
    group_ptr: Numbers
    group_gap: Numbers
    g_ptr: Numbers
    g_due: Numbers
    g_weight: Numbers
    p_mission: Numbers
    p_region: Numbers
    """[P] where a journey starts: a row of `travel`"""
    s_course: Numbers
    s_start: Numbers
    s_end: Numbers
    s_blocks: Numbers
    """[S] 1 when the session takes up its days"""
    s_cap: Numbers
    s_partner: Numbers
    s_cost: Numbers
    s_region: Numbers
    """[S] where the journey goes: a column of `travel`"""
    s_travels: Numbers
    """[S] 1 when there is a journey"""
    c_pre_comp: Numbers
    c_pre_level: Numbers
    aw_ptr: Numbers
    aw_comp: Numbers
    aw_level: Numbers
    travel: Numbers
    on_time: Numbers
    """[days] points of a unit of weight closed on that day, when it is not late"""
    heed: int
    """the marks that are looked at: without NEEDS every prerequisite counts as held"""
    skip: int
    """the marks that put a new pair out of play: with NEEDS, nothing is chosen that must be prepared for"""
    most: int
    """new seats of one group that are searched among: the best ones"""
    partner_dear: Numbers
    """[B] the dearest seat of each partner"""
    dearest: int
    """what a seat can cost a mission at most"""
    regions: int
    """columns of `travel`"""
    late: int
    late_decay: int
    change: int
    max_seats: int
    width: int
    """places per person in `State.seats`: max_seats, or more where more old seats are locked"""


class Prices(NamedTuple):
    """What a seat costs beyond its own costs: one price while seats are free, another when they are not."""

    free: Numbers
    """[S] lambda, while the session has free seats"""
    full: Numbers
    """[S] and when it has none"""
    partner: Numbers
    """[B] mu, per 2^SCALE money units of the partner's budget"""
    mission: Numbers
    """[M] and of the mission's"""


class State(NamedTuple):
    """A plan under construction, locked seats aside."""

    taken: Numbers
    """[S] seats given"""
    partner_left: Numbers
    """[B] money"""
    mission_left: Numbers
    """[M] money"""
    seats: Numbers
    """[P * width] pairs, locked ones included; the first `filled` of each person count"""
    filled: Numbers
    """[P] how many"""
    worth: Numbers
    """[P] the person's value at price zero, CHANGE per kept old seat included"""


class Desk(NamedTuple):
    """Scratch of one solver thread: the items of the person being solved, and the search among them."""

    item: Numbers
    """the pair; the other columns repeat what the search needs of it, side by side"""
    cost: Numbers
    """its costs and prices, less CHANGE where it is kept"""
    money: Numbers
    """what it costs the mission"""
    paid: Numbers
    """and its partner"""
    partner: Numbers
    course: Numbers
    start: Numbers
    end: Numbers
    blocks: Numbers
    need_comp: Numbers
    """-1 when the prerequisite is held"""
    need_level: Numbers
    toll: Numbers
    """what must at least be paid, at the present node, on top of a needy item to earn its prerequisite"""
    least_toll: Numbers
    """the same at the root"""
    sharing: Numbers
    """how many may share what earns its prerequisite"""
    queue: Numbers
    """the needy items in the order of their start"""
    serves: Numbers
    """1 when the item earns the prerequisite of another"""
    idle: Numbers
    """1 when another item closes the same gaps at least as well"""
    status: Numbers
    """0 undecided, 1 chosen, -1 left out"""
    first: Numbers
    """where its gaps begin among the next two; they end where those of the next item begin"""
    cover_gap: Numbers
    """a gap, counted from the person's first"""
    cover_value: Numbers
    """what the item makes of it"""
    more: Numbers
    """at the present node, what the item would add for its gaps"""
    gain: Numbers
    """and what is left of it after its cost; 0 when it cannot be had"""
    waits: Numbers
    """1 when its prerequisite is still to be earned"""
    slack: Numbers
    """what is left of its cost when the shares of its gaps are taken off what it would add"""
    have: Numbers
    """[gaps] what the chosen items make of each"""
    share: Numbers
    """[gaps] what the bound counts for each beyond that"""
    extra: Numbers
    """[gaps] and what a needy item may add to it"""
    chosen: Numbers
    """the items chosen so far"""
    stack_item: Numbers
    """[depth] the item decided there"""
    stack_phase: Numbers
    """[depth] 0 while it is chosen, 1 when it is left out"""
    best: Numbers
    """the pairs of the best set seen"""
    pick: Numbers
    """the pairs worth something at these prices, before the items are made of them; the next columns are theirs"""
    worth: Numbers
    fee: Numbers
    """what it costs the mission"""
    mask: Numbers
    """bit set of the gaps it closes"""
    price: Numbers
    """what its gaps are worth less what it is worth"""
    rank: Numbers
    beaten: Numbers
    """1 when another one closes the same gaps at least as well"""
    beats: Numbers
    """those that may beat others"""
    need_of: Numbers
    """a course whose prerequisite may have to be earned"""
    need_by: Numbers
    """and the last day on which it starts"""
    out: Numbers
    """[4] seats in `best`, upper bound, nodes, cut short"""


def seat_money(b: Board, p: int, s: int) -> int:
    """What a seat costs the person's mission."""
    money: int = b.s_cost[s]
    if b.s_travels[s]:
        money += b.travel[b.p_region[p] * b.regions + b.s_region[s]]
    return money


def gap_value(b: Board, gap: int, day: int) -> int:
    """What closing the gap on this day is worth."""
    late = day - b.g_due[gap]
    if late <= 0:
        return int(b.g_weight[gap] * b.on_time[day])
    points = b.late - b.late_decay * late
    return int(b.g_weight[gap] * points) if points > 0 else 0


def awards(aw_ptr: Numbers, aw_comp: Numbers, aw_level: Numbers, course: int, comp: int, level: int) -> bool:
    """The course awards the competency at the level or higher."""
    found = False
    for x in range(aw_ptr[course], aw_ptr[course + 1]):
        if aw_comp[x] == comp and aw_level[x] >= level:
            found = True
    return found
