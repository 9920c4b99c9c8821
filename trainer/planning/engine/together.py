"""Touched people chosen anew together: at prices of their own, among the seats and the money that nobody else has.

What the others have is a fact like a locked seat. So the touched people are a first plan of their own, on which all stages
of one work; the bound it proves holds for them alone and is not kept.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trainer.planning.engine import choice, prices, repair
from trainer.planning.engine.board import State
from trainer.planning.engine.candidates import Candidates
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.lookup import money_of
from trainer.planning.engine.table import NODES, Table


def improve(table: Table, state: State, people: Ints, *, sweeps: int, stop: Callable[[], bool]) -> None:
    """Give these people a better plan among what is free, if one is found; nobody else moves."""
    c = table.candidates
    mine = np.isin(np.repeat(np.arange(table.instance.people), np.diff(c.pair_ptr)), people)
    pairs = np.flatnonzero(mine)
    part = _apart(table, state, people, pairs)
    person, pair = table.seats_of(state)
    others = pair[~np.isin(person, people)]
    contest = prices.contest_of(part)
    rounds, polish = prices.usual_rounds(part, contest), prices.usual_polish(part, contest)
    shadow, asked = prices.find(
        part, contest, prices.no_prices(part, contest), rounds=rounds, polish=polish, nodes=NODES, warm=False, stop=stop
    )
    found = repair.keep(part)
    repair.priced_fill(part, found, contest, shadow, stop)
    choice.improve(part, found, contest, asked, shadow, stop=stop)
    repair.displace(part, found, contest.value, sweeps=sweeps, stop=stop, bound=shadow.bound)
    _, pair = part.seats_of(found)
    better = table.state_of_pairs(np.concatenate((others, pairs[pair])))
    if table.objective_of(better) > table.objective_of(state):
        repair.take(state, better)


def _apart(table: Table, state: State, people: Ints, pairs: Ints) -> Table:
    """A table on which only these people have pairs, and only what the others leave is there."""
    i, c = table.instance, table.candidates
    person, pair = table.seats_of(state)
    out = ~np.isin(person, people)
    who, session = person[out], c.pair_session[pair[out]].astype(np.int64)
    partner, mission = i.partner_budget.copy(), i.mission_budget.copy()
    np.subtract.at(partner, i.c_partner[i.s_course[session]], i.c_cost[i.s_course[session]])
    np.subtract.at(mission, i.p_mission[who], money_of(i, who, session))
    old = np.isin(i.old_person, people)
    rest = replace(
        i, s_cap=i.s_cap - np.bincount(session, minlength=i.sessions), partner_budget=partner, mission_budget=mission,
        old_person=i.old_person[old], old_session=i.old_session[old],
    )  # fmt: skip
    theirs = Candidates(
        pair_ptr=np.searchsorted(pairs, c.pair_ptr), pair_session=c.pair_session[pairs], pair_group=c.pair_group[pairs],
        pair_net=c.pair_net[pairs], pair_mark=c.pair_mark[pairs], group_ptr=c.group_ptr, group_gap=c.group_gap,
        thin=c.thin,
    )  # fmt: skip
    return Table(rest, theirs, threads=table.threads, machine_code=table.quick, relaxes=table.relaxes)
