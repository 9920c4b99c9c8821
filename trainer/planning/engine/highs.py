"""HiGHS as the planner calls it: silent, one thread, always the same, and ready to stop."""

import time
from collections.abc import Callable
from typing import Any

LOOK_SECONDS = 0.2
"""HiGHS asks thousands of times a second whether to go on."""


def solver_of(stop: Callable[[], bool], *, looks: int | None = None, **settings: Any) -> Any:
    """A solver with these settings, which ends when somebody says stop, or when it has asked so many times.

    It asks at the same points of its work on every machine, so that `looks` limits the work and not the time.
    """
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy annotates only in part
    quiet = {"output_flag": False, "log_to_console": False, "threads": 1, "random_seed": 1}
    for option, setting in (quiet | settings).items():
        solver.setOptionValue(option, setting)
    look = _Look(stop, looks)
    solver.cbMipInterrupt += look
    solver.cbSimplexInterrupt += look
    solver.cbIpmInterrupt += look
    return solver


class _Look:
    """Ends HiGHS when somebody says stop, asked now and then, or when it has looked often enough."""

    def __init__(self, stop: Callable[[], bool], most: int | None) -> None:
        self.stop, self.most, self.times, self.looked = stop, most, 0, time.monotonic()

    def __call__(self, event: Any) -> None:
        self.times += 1
        if self.most is not None and self.times > self.most:
            event.interrupt()
        elif time.monotonic() - self.looked > LOOK_SECONDS:
            self.looked = time.monotonic()
            if self.stop():
                event.interrupt()
