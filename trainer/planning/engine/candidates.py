"""Which seats a person could take at all, and what each would be worth: the eligible pairs.

A pair (person, session) is eligible when it keeps, on its own, the rules on language, role family, availability
and freeze day, and when its prerequisite is held or may still be earned. Pairs of one person and one course
form a group, because they cover the same gaps. Capacity, budgets and the other seats of a person are left to
whoever chooses. People are taken in blocks so that memory follows the result and not the intermediate tables.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trainer.planning.engine import compiled, scan
from trainer.planning.engine.board import LOCKED, MOST_GAPS, NEEDS, OLD, SERVES
from trainer.planning.engine.instance import ON_SITE, Instance, Ints
from trainer.planning.engine.lookup import Flags, Lookup, closing_value, money_of, spread

BLOCK = 4000
"""People per block: about 2 million pairs at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """The eligible pairs of everybody: K pairs in N groups, sorted by person, course, session."""

    pair_ptr: Ints
    """[P+1] the pairs of a person"""
    pair_session: npt.NDArray[np.int32]
    """[K]"""
    pair_group: npt.NDArray[np.int32]
    """[K] 0..N-1"""
    pair_net: npt.NDArray[np.int32]
    """[K] worth of the seat if it were the person's only one: values of the gaps it closes minus its costs"""
    pair_mark: npt.NDArray[np.uint8]
    """[K] NEEDS | OLD | LOCKED | SERVES"""
    group_ptr: Ints
    """[N+1] the gaps of a group"""
    group_gap: npt.NDArray[np.int32]
    """gap indices; empty for a group that only serves or only was there before"""
    thin: bool = False
    """pairs that only serve to earn a prerequisite are left out"""
    whole: Flags | None = None
    """[P] whose pairs are all listed, of the others only their old seats; None: everybody"""

    def __len__(self) -> int:
        return len(self.pair_session)


MACHINE_FROM = 200_000
"""Pairs, estimated from above, from which machine code finds them sooner, its loading included."""

MACHINE_ANYHOW = 2_000_000
"""The same when there is no machine code on disk and it must be made."""

THIN_FROM = 12_000_000
"""Pairs, estimated from above, from which those that only serve to earn a prerequisite are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How pairs are found: decided once for a whole instance, also where its people are looked at in parts."""

    likely: int
    """pairs, estimated from above"""
    scanned: bool
    thin: bool


def way_of(instance: Instance, *, machine_code: bool | None = None, whole: Flags | None = None) -> Way:
    """How the pairs of an instance of this size are found best."""
    tables = Lookup(instance)
    likely = tables.likely_pairs(whole)
    gaps = int(np.diff(instance.g_ptr).max(initial=0))
    ready = likely >= MACHINE_ANYHOW or (likely >= MACHINE_FROM and compiled.is_cached())
    if _needs_columns(instance) or gaps > MOST_GAPS or not (ready if machine_code is None else machine_code):
        return Way(likely=likely, scanned=False, thin=False)
    return Way(likely=likely, scanned=True, thin=tables.likely_pairs() >= THIN_FROM)


def find(
    instance: Instance, *, threads: int = 1, machine_code: bool | None = None, whole: Flags | None = None,
    way: Way | None = None,
) -> Candidates:  # fmt: skip
    """All eligible pairs, `thin` ones on very large instances: then pairs that only prepare for others are left out.

    With `whole`, those who are not in it have only the seats of the previous plan that they may keep.
    """
    chosen = way or way_of(instance, machine_code=machine_code, whole=whole)
    if not chosen.scanned:
        return find_by_columns(instance, whole=whole)
    return find_by_scan(Lookup(instance), thin=chosen.thin, threads=threads, whole=whole)


def _needs_columns(instance: Instance) -> bool:
    """Journeys that depend on the day, and seats that are worth their cost to a floor alone, are not scanned for."""
    return len(instance.av_region) > 0 or (instance.objective.floor > 0 and len(instance.m_floor) > 0)


def find_by_columns(instance: Instance, *, whole: Flags | None = None) -> Candidates:
    """All eligible pairs without machine code: milliseconds at a few thousand gaps."""
    tables = Lookup(instance)
    people = instance.people
    wanted = np.ones(people, bool) if whole is None else whole
    blocks = [_block(tables, first, min(first + BLOCK, people), wanted) for first in range(0, people, BLOCK)]
    return _join(blocks, whole=whole)


def find_by_scan(tables: Lookup, *, thin: bool, threads: int, whole: Flags | None = None) -> Candidates:
    """The same person by person as machine code."""
    instance = tables.instance
    question = _question(tables, providers=0 if thin else 1, whole=whole)
    code = compiled.scanning()
    everybody = np.arange(instance.people)
    room = max(600 if thin else 1200, tables.likely_pairs() * 2 // (5 * max(1, instance.people)))

    def work(first: int) -> _Block:
        last = min(first + BLOCK, instance.people)
        scale = 1
        while True:
            found = _room(instance, (last - first) * room * scale, last - first)
            if code(question, found, everybody, first, last):
                return _trimmed(found)
            scale *= 2

    with ThreadPoolExecutor(threads) as pool:
        return _join(list(pool.map(work, range(0, instance.people, BLOCK))), thin=thin, whole=whole)


def _question(tables: Lookup, *, providers: int, whole: Flags | None) -> scan.Scan:
    i, o = tables.instance, tables.instance.objective
    old = np.lexsort((i.old_session, i.old_person))
    latest = np.full(i.courses, -1)
    np.maximum.at(latest, i.s_course, i.s_start)
    course, region = np.divmod(np.arange(i.courses * len(i.travel)), max(1, len(i.travel)))
    journey = np.where(i.c_mode[course] >= ON_SITE, i.travel[region, i.c_region[course]], 0)
    days = np.arange(int(i.s_end.max(initial=0)) + 1)
    question = scan.Scan(
        g_ptr=i.g_ptr, g_comp=i.g_comp, g_level=i.g_level, g_due=i.g_due, g_weight=i.g_weight, h_ptr=i.h_ptr,
        h_comp=i.h_comp, h_level=i.h_level, h_expiry=i.h_expiry, av_ptr=i.av_ptr, av_start=i.av_start,
        av_end=i.av_end, p_family=i.p_family, p_lang=i.p_lang, p_region=i.p_region,
        old_ptr=np.searchsorted(i.old_person[old], np.arange(i.people + 1)), old_session=i.old_session[old],
        award_ptr=tables.award_ptr, award_course=tables.award_course, aw_ptr=i.aw_ptr, aw_comp=i.aw_comp,
        aw_level=i.aw_level, c_family=i.c_family, c_lang=i.c_lang, c_pre_comp=i.c_pre_comp,
        c_pre_level=i.c_pre_level, c_charge=o.seat + o.cost_num * (i.c_cost[course] + journey) // o.cost_den,
        c_latest=latest, open_ptr=tables.open_ptr, open_session=tables.open_session, s_course=i.s_course,
        s_start=i.s_start, s_end=i.s_end, s_blocks=i.blocks.astype(np.int64),
        on_time=o.on_time + o.early * (i.horizon - days) // i.horizon, levels=tables.levels, regions=len(i.travel),
        freeze_day=i.freeze_day, late=o.late, late_decay=o.late_decay, change=o.change, providers=providers,
        whole=np.ones(i.people, np.int64) if whole is None else whole.astype(np.int64),
    )  # fmt: skip
    return compiled.laid_out(question)


def _room(i: Instance, pairs: int, people: int) -> scan.Found:
    def column() -> Ints:
        return np.zeros(i.courses, np.int64)

    return scan.Found(
        pairs=np.zeros(people, np.int64), session=np.empty(pairs, np.int32), group=np.empty(pairs, np.int32),
        net=np.empty(pairs, np.int32), mark=np.empty(pairs, np.uint8), sizes=np.empty(pairs // 4 + 100, np.int64),
        gap=np.empty(pairs // 4 + 100, np.int32), course=column(), place=column() - 1, covers=column(),
        until=column(), earned=column(), needy=column(), serving=column(), filled=np.zeros(3, np.int64),
    )  # fmt: skip


def _trimmed(f: scan.Found) -> "_Block":
    pairs, groups, gaps = f.filled.tolist()
    return _Block(
        people=len(f.pairs), person=np.repeat(np.arange(len(f.pairs), dtype=np.int32), f.pairs),
        session=f.session[:pairs].copy(), group=f.group[:pairs].copy(), net=f.net[:pairs].copy(),
        mark=f.mark[:pairs].copy(), group_ptr=_pointers(f.sizes[:groups]), group_gap=f.gap[:gaps].copy(),
    )  # fmt: skip


def _join(blocks: list["_Block"], *, thin: bool = False, whole: Flags | None = None) -> Candidates:
    shift, pairs, sizes = 0, [], []
    for block in blocks:
        pairs.append(np.bincount(block.person, minlength=block.people))
        block.group += np.int32(shift)
        sizes.append(np.diff(block.group_ptr))
        shift += len(block.group_ptr) - 1
    empty32 = np.zeros(0, np.int32)
    return Candidates(
        pair_ptr=_pointers(np.concatenate([np.zeros(0, np.int64), *pairs])),
        pair_session=np.concatenate([empty32, *(b.session for b in blocks)]),
        pair_group=np.concatenate([empty32, *(b.group for b in blocks)]),
        pair_net=np.concatenate([empty32, *(b.net for b in blocks)]),
        pair_mark=np.concatenate([np.zeros(0, np.uint8), *(b.mark for b in blocks)]),
        group_ptr=_pointers(np.concatenate([np.zeros(0, np.int64), *sizes])),
        group_gap=np.concatenate([empty32, *(b.group_gap for b in blocks)]),
        thin=thin,
        whole=whole,
    )


def _pointers(counts: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


@dataclass(slots=True, kw_only=True, eq=False)
class _Block:
    """The pairs of the people first..first+people-1, persons and groups counted from the block's start."""

    people: int
    person: Ints
    session: npt.NDArray[np.int32]
    group: npt.NDArray[np.int32]
    net: npt.NDArray[np.int32]
    mark: npt.NDArray[np.uint8]
    group_ptr: Ints
    group_gap: npt.NDArray[np.int32]


def _block(tables: Lookup, first: int, last: int, whole: Flags) -> _Block:
    i = tables.instance
    gaps = np.arange(i.g_ptr[first], i.g_ptr[last])
    owner = np.repeat(np.arange(first, last), np.diff(i.g_ptr[first : last + 1]))
    row, course = tables.awarding(owner, i.g_comp[gaps], i.g_level[gaps])
    old = np.flatnonzero((i.old_person >= first) & (i.old_person < last))
    old_group = i.old_person[old] * i.courses + i.s_course[i.old_session[old]]
    wanted = whole[owner[row]] | np.isin(owner[row] * i.courses + course, old_group)
    row, course = row[wanted], course[wanted]
    covers = np.unique((owner[row] * i.courses + course) * max(1, i.gaps) + gaps[row])
    cover_group, cover_gap = covers // max(1, i.gaps), covers % max(1, i.gaps)
    keys, need, serve = _with_providers(tables, np.union1d(cover_group, old_group), whole)
    group_ptr = np.searchsorted(cover_group, np.append(keys, np.iinfo(np.int64).max))
    person, group, session, mark = _pairs(tables, keys, old, whole)
    group, session, person, mark = _preparable(tables, keys, need, serve, rows=(group, session, person, mark))
    net = _net(i, person, session, group, group_ptr, cover_gap)
    # A seat that is worth nothing may be worth keeping, and then also what it asks for first.
    hope = net + np.where(mark & OLD > 0, i.objective.change, 0)
    hope += _floor_worth(i, session, group, group_ptr, cover_gap)
    serving = _serving(keys, need, serve, group[(mark & NEEDS > 0) & (hope > 0)])
    mark = mark | (SERVES * serving[group]).astype(np.uint8)
    kept = (hope > 0) | (mark & (OLD | LOCKED | SERVES) > 0)
    return _Block(
        people=last - first,
        person=person[kept] - first,
        session=session[kept].astype(np.int32),
        group=group[kept].astype(np.int32),
        net=net[kept].astype(np.int32),
        mark=mark[kept],
        group_ptr=group_ptr,
        group_gap=cover_gap.astype(np.int32),
    )


def _with_providers(tables: Lookup, keys: Ints, whole: Flags) -> tuple[Ints, Ints, Ints]:
    """Groups extended by those that may earn a prerequisite; edges (needing key, serving key)."""
    i = tables.instance
    need: list[Ints] = [np.zeros(0, np.int64)]
    serve: list[Ints] = [np.zeros(0, np.int64)]
    latest = np.full(i.courses, -1)
    np.maximum.at(latest, i.s_course, i.s_start)
    fresh = keys
    while len(fresh):
        person, course = fresh // i.courses, fresh % i.courses
        lacks = tables.held_until(person, course) < latest[course]
        fresh, person, course = fresh[lacks], person[lacks], course[lacks]
        row, provider = tables.awarding(person, i.c_pre_comp[course], i.c_pre_level[course])
        other = provider != course[row]
        other &= whole[person[row]] | np.isin(person[row] * i.courses + provider, keys)
        need.append(fresh[row[other]])
        serve.append(person[row[other]] * i.courses + provider[other])
        fresh = np.setdiff1d(serve[-1], keys)
        keys = np.union1d(keys, fresh)
    return keys, np.concatenate(need), np.concatenate(serve)


def _pairs(tables: Lookup, keys: Ints, old: Ints, whole: Flags) -> tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]]:
    """The pairs of the groups that the calendar allows, and the locked old seats whatever it says."""
    i = tables.instance
    course = keys % i.courses
    group, nth = spread(tables.open_ptr[course + 1] - tables.open_ptr[course])
    session = tables.open_session[tables.open_ptr[course[group]] + nth]
    person = keys[group] // i.courses
    owner = keys // i.courses
    admitted = i.c_family[course] >> i.p_family[owner] & i.p_lang[owner] >> i.c_lang[course] & 1 == 1
    # A group may be here for an old seat alone, whose course the person could not take any more.
    inside = tables.available(person, session) & admitted[group]
    group, session, person = group[inside], session[inside], person[inside]
    locked = i.s_start[i.old_session[old]] < i.freeze_day
    seats = i.old_person[old] * i.sessions + i.old_session[old]
    fixed = old[locked]
    here = person * i.sessions + session
    had = np.isin(here, seats[~locked])
    new = ~np.isin(here, seats[locked]) & (whole[person] | had)
    mark = np.where(had, OLD, 0)[new]
    group = np.concatenate(
        (group[new], np.searchsorted(keys, i.old_person[fixed] * i.courses + i.s_course[i.old_session[fixed]]))
    )
    session = np.concatenate((session[new], i.old_session[fixed]))
    mark = np.concatenate((mark, np.full(len(fixed), OLD | LOCKED)))
    order = np.lexsort((session, group)) if len(fixed) else np.arange(len(group))
    group, session = group[order], session[order]
    return keys[group] // i.courses, group, session, mark[order].astype(np.uint8)


def _preparable(
    tables: Lookup, keys: Ints, need: Ints, serve: Ints, *,
    rows: tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]],
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]]:  # fmt: skip
    """Mark the pairs whose prerequisite must be earned; leave out those for which no seat ends early enough."""
    i = tables.instance
    group, session, person, mark = rows
    never = np.int64(2**40)
    until = tables.held_until(keys // i.courses, keys % i.courses)
    first_end = np.full(len(keys), never)
    np.minimum.at(first_end, group, i.s_end[session])
    earned = np.full(len(keys), never)
    np.minimum.at(earned, np.searchsorted(keys, need), first_end[np.searchsorted(keys, serve)])
    lacks = (i.s_start[session] > until[group]) & (mark & LOCKED == 0)
    kept = ~lacks | (earned[group] < i.s_start[session])
    mark = mark | (NEEDS * lacks).astype(np.uint8)
    return group[kept], session[kept], person[kept], mark[kept]


def _net(i: Instance, person: Ints, session: Ints, group: Ints, group_ptr: Ints, cover_gap: Ints) -> Ints:
    pair, nth = spread((group_ptr[1:] - group_ptr[:-1])[group])
    value = closing_value(i, cover_gap[group_ptr[group[pair]] + nth], i.s_end[session[pair]])
    o = i.objective
    worth = np.bincount(pair, value, minlength=len(session)).astype(np.int64)
    return worth - o.seat - o.cost_num * money_of(i, person, session) // o.cost_den


def _floor_worth(i: Instance, session: Ints, group: Ints, group_ptr: Ints, cover_gap: Ints) -> Ints | int:
    """What each pair may be worth to its mission's floor besides."""
    if not (len(i.m_floor) and i.objective.floor):
        return 0
    pair, nth = spread((group_ptr[1:] - group_ptr[:-1])[group])
    gap = cover_gap[group_ptr[group[pair]] + nth]
    counts = (i.s_end[session[pair]] <= i.g_due[gap]) & (i.unit_of[gap] < 0)
    return i.objective.floor * np.bincount(pair[counts], i.g_weight[gap[counts]], minlength=len(session)).astype(
        np.int64
    )


def _serving(keys: Ints, need: Ints, serve: Ints, needy_groups: Ints) -> npt.NDArray[np.bool_]:
    """[groups] may earn a prerequisite that a worthwhile pair still needs, directly or through others."""
    needy = np.zeros(len(keys), bool)
    needy[needy_groups] = True
    from_group, to_group = np.searchsorted(keys, need), np.searchsorted(keys, serve)
    serving = np.zeros(len(keys), bool)
    while True:
        reached = to_group[(needy | serving)[from_group]]
        if serving[reached].all():
            return serving
        serving[reached] = True
