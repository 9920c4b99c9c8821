"""Small groups of people who compete for the same seats, chosen anew together by HiGHS while all others stay."""

from collections.abc import Callable

import numpy as np

from trainer.planning.engine import exact
from trainer.planning.engine.board import State
from trainer.planning.engine.instance import Ints
from trainer.planning.engine.prices import Shadow
from trainer.planning.engine.table import Table

SIZE = 60
NODES = 40
SECONDS = 20.0


def usual_count(table: Table) -> int:
    """Neighbourhoods that suit the size: enough to matter, few enough to wait for."""
    return 40 if len(table.candidates) < 1_000_000 else 0


def improve(table: Table, state: State, shadow: Shadow, *, count: int, stop: Callable[[], bool]) -> int:
    """Work through the dearest sessions and those who want them; returns the gain."""
    dear = np.argsort(-shadow.session, kind="stable")
    dear = dear[shadow.session[dear] > 0]
    gained = 0
    for n in range(min(count, len(dear))):
        if stop():
            break
        gained += _around(table, state, shadow, int(dear[n]), stop)
    return gained


def _around(table: Table, state: State, shadow: Shadow, session: int, stop: Callable[[], bool]) -> int:
    people = _rivals(table, state, shadow, session)
    before = sum(int(state.worth[p]) for p in people.tolist())
    exact.rechoose(table, state, people, nodes=NODES, seconds=SECONDS, stop=stop)
    return sum(int(state.worth[p]) for p in people.tolist()) - before


def _rivals(table: Table, state: State, shadow: Shadow, session: int) -> Ints:
    """Who sits in the session, and who would gain most by sitting there at its price."""
    c = table.candidates
    pair = np.flatnonzero(c.pair_session == session)
    person = np.searchsorted(c.pair_ptr, pair, side="right") - 1
    seated_person, seated_pair = table.seats_of(state)
    seated = seated_person[c.pair_session[seated_pair] == session]
    wish = c.pair_net[pair] - shadow.session[session]
    wanting = person[np.argsort(-wish, kind="stable")][:SIZE]
    return np.unique(np.concatenate((seated, wanting)))
