"""The question in plain terms: reserved seats and refreshers told in arrays that every later stage knows already.

Nothing is decided here and nothing is lost: a plan for the plain question is one for the question asked, worth the same.

- A session with reserved seats becomes parts, one per quota and an open one, all of one course, so that nobody sits in
  two. A part is a session like any other: full or not, with a price of its own. Its pairs are those of the quota's group.
- A refresher awards, in place of the competency, its renewal within so many days; so does every full award; and a gap
  lapsed recently asks for the renewal with the shortest window that it still falls into.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trainer.planning.engine import candidates
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan

NOBODYS = -1
"""In place of the quota: the part of a session that is open to all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plain:
    """A question with refreshers resolved, and the same once more with its sessions in parts."""

    question: Instance
    instance: Instance
    """whose sessions are those of the question"""
    parts: Instance
    """whose sessions are parts, those of one session side by side, the open one last; without other conditions"""
    session_of: Ints
    """[parts] the session of each"""
    quota_of: Ints
    """[parts] for whom it is; NOBODYS when for all"""

    @property
    def is_cut(self) -> bool:
        return len(self.session_of) > self.question.sessions

    @property
    def is_bare(self) -> bool:
        """Nothing is asked besides, postings included."""
        i = self.instance
        return not any(map(len, (i.av_region, i.q_session, i.s_least, i.wl_session, i.g_unit)))

    def plan(self, plan: Plan) -> Plan:
        """A plan over parts as a plan over sessions; seats keep their order."""
        return replace(plan, session=self.session_of[plan.session])

    def find(
        self, *, threads: int, machine_code: bool | None, whole: npt.NDArray[np.bool_] | None = None
    ) -> Candidates:
        """The eligible pairs of people and parts; see `candidates.find`."""
        found = candidates.find(self.parts, threads=threads, machine_code=machine_code, whole=whole)
        if not self.is_cut:
            return found
        i = self.question
        person = np.repeat(np.arange(i.people), np.diff(found.pair_ptr))
        quota = self.quota_of[found.pair_session]
        rows = np.flatnonzero(quota >= 0)
        keep = np.ones(len(found), bool)
        keep[rows] = is_of(i, person[rows], quota[rows])
        return replace(
            found,
            pair_ptr=np.concatenate(([0], np.cumsum(keep)))[found.pair_ptr],
            pair_session=found.pair_session[keep],
            pair_group=found.pair_group[keep],
            pair_net=found.pair_net[keep],
            pair_mark=found.pair_mark[keep],
        )


def is_of(i: Instance, person: Ints, quota: Ints) -> npt.NDArray[np.bool_]:
    """Each person belongs to the group of each quota."""
    mission, contingent = i.q_mission[quota], i.q_contingent[quota]
    fits: npt.NDArray[np.bool_] = (mission < 0) | (mission == i.p_mission[person])
    return fits & ((contingent < 0) | (contingent == i.p_contingent[person])) if (contingent >= 0).any() else fits


def of(question: Instance) -> Plain:
    """The question in plain terms; without reserved seats and refreshers it is itself."""
    instance = _without_refreshers(question)
    reserved = _reserved(instance)
    parts = _cut(instance, reserved)
    return Plain(question=question, instance=instance, parts=parts[0], session_of=parts[1], quota_of=parts[2])


def _reserved(i: Instance) -> Ints:
    """[Q] seats that are still reserved: less those that locked people of the group have, and no more than are left."""
    unused = np.where(i.q_release > 0, i.q_seats, 0)
    if not unused.any():
        return unused
    locked = i.s_start[i.old_session] < i.freeze_day
    person, session = i.old_person[locked], i.old_session[locked]
    for s in np.unique(i.q_session[unused > 0]).tolist():
        rows = np.flatnonzero((i.q_session == s) & (i.q_release > 0))
        here = np.sort(person[session == s])
        for p in here.tolist():
            own = rows[is_of(i, np.full(len(rows), p), rows) & (unused[rows] > 0)]
            unused[own[:1]] -= 1
        left = max(0, int(i.s_cap[s]) - len(here))
        for q in rows[::-1].tolist():
            unused[q] -= min(int(unused[q]), max(0, int(unused[rows].sum()) - left))
    return unused


def _cut(i: Instance, reserved: Ints) -> tuple[Instance, Ints, Ints]:
    """The instance with its sessions in parts; the session and the quota of each part."""
    nobody = np.full(i.sessions, NOBODYS)
    rows = np.flatnonzero(reserved > 0)
    bare = _without_conditions(i)
    if not len(rows):
        return bare, np.arange(i.sessions), nobody
    session = np.concatenate((i.q_session[rows], np.arange(i.sessions)))
    quota = np.concatenate((rows, nobody))
    order = np.lexsort((quota == NOBODYS, session))
    session, quota = session[order], quota[order]
    held_back = np.zeros(i.sessions, np.int64)
    np.add.at(held_back, i.q_session[rows], reserved[rows])
    cap = np.where(quota >= 0, reserved[quota], i.s_cap[session] - held_back[session])
    open_part = np.flatnonzero(quota == NOBODYS)
    old_person, old_part = i.old_person, open_part[i.old_session]
    # A seat of the plan before may be kept in any part: it is the same seat.
    spare = np.flatnonzero(i.s_start[i.old_session] >= i.freeze_day)
    for part in np.flatnonzero(quota >= 0).tolist():
        mine = spare[i.old_session[spare] == session[part]]
        mine = mine[is_of(i, i.old_person[mine], np.full(len(mine), quota[part]))]
        old_person = np.concatenate((old_person, i.old_person[mine]))
        old_part = np.concatenate((old_part, np.full(len(mine), part)))
    parts = replace(
        bare, s_course=i.s_course[session], s_start=i.s_start[session], s_end=i.s_end[session], s_cap=cap,
        s_unfrozen=i.s_unfrozen[session] if len(i.s_unfrozen) else i.s_unfrozen,
        old_person=old_person, old_session=old_part,
    )  # fmt: skip
    return parts, session, quota


def _without_conditions(i: Instance) -> Instance:
    none = np.zeros(0, np.int64)
    if not any(map(len, (i.q_session, i.s_least, i.wl_session))):
        return i
    return replace(
        i, q_session=none, q_mission=none, q_contingent=none, q_seats=none, q_release=none, s_least=none,
        wl_session=none, wl_person=none, wl_place=none,
    )  # fmt: skip


def _without_refreshers(i: Instance) -> Instance:
    """Renewals as competencies of their own, numbered after all others."""
    none = np.zeros(0, np.int64)
    refreshers = np.flatnonzero(i.aw_within >= 0)
    if not len(refreshers):
        return replace(i, aw_within=none, g_lapsed=none) if len(i.aw_within) or len(i.g_lapsed) else i
    renewals = np.unique(np.stack((i.aw_comp[refreshers], i.aw_within[refreshers])), axis=1)
    comp, within = renewals
    first = 1 + max(int(each.max(initial=0)) for each in (i.g_comp, i.aw_comp, i.c_pre_comp, i.h_comp))
    g_comp = i.g_comp.copy()
    for number in reversed(range(len(comp))):
        fits = (i.g_comp == comp[number]) & (i.g_lapsed >= 0) & (i.g_lapsed <= within[number])
        g_comp[fits] = first + number
    course = np.repeat(np.arange(i.courses), np.diff(i.aw_ptr))
    rows: list[tuple[int, int, int]] = []
    for a in range(len(i.aw_comp)):
        full = i.aw_within[a] < 0
        if full:
            rows.append((int(course[a]), int(i.aw_comp[a]), int(i.aw_level[a])))
        renews = (comp == i.aw_comp[a]) & (full | (within <= i.aw_within[a]))
        rows += [(int(course[a]), first + number, int(i.aw_level[a])) for number in np.flatnonzero(renews).tolist()]
    columns = np.array(rows, np.int64).reshape(-1, 3)
    return replace(
        i, g_comp=g_comp, g_lapsed=none, aw_within=none, aw_comp=columns[:, 1].copy(), aw_level=columns[:, 2].copy(),
        aw_ptr=np.searchsorted(columns[:, 0], np.arange(i.courses + 1)).astype(np.int64),
    )  # fmt: skip
