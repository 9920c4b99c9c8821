"""The judge beside the work: where the check of a plan takes long, another process does it while this one goes on.

It is sent arrays and answers with a report. What is done meanwhile must not be kept before the judge has spoken.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from trainer.planning.engine.checker import Report, check
from trainer.planning.engine.instance import Instance, Ints
from trainer.planning.engine.plan import Plan

ASIDE_FROM = 8_000
"""Open gaps from which it pays to start a process, which takes a third of a second: some twenty thousand are judged in one."""


@contextmanager
def judged(
    instance: Instance, plan: Plan, reasons: Ints, *, aside: bool | None = None
) -> Iterator[Callable[[], Report]]:
    """Begin to check plan and reasons; the call that is given returns the report, and waits for it if it must.

    `aside` says whether in a process of its own, which by default the number of open gaps decides.
    """
    if not (np.count_nonzero(reasons) >= ASIDE_FROM if aside is None else aside):
        yield lambda: check(instance, plan, reasons)
        return
    with ThreadPoolExecutor(1) as waiting:
        yield waiting.submit(_check_aside, instance, plan, reasons).result


def _check_aside(instance: Instance, plan: Plan, reasons: Ints) -> Report:
    """Ask a fresh process, or this one where none can be had: a copy of this one would have its locks and connections."""
    try:
        judge = subprocess.run(  # noqa: S603 - this interpreter with this module
            [sys.executable, "-m", __name__],
            input=pickle.dumps((instance, plan, reasons), protocol=pickle.HIGHEST_PROTOCOL),
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
        )
    except (OSError, subprocess.CalledProcessError):
        return check(instance, plan, reasons)
    report = pickle.loads(judge.stdout)  # noqa: S301 - from our own process, by a pipe nobody else holds
    assert isinstance(report, Report)
    return report


if __name__ == "__main__":
    pickle.dump(check(*pickle.load(sys.stdin.buffer)), sys.stdout.buffer)  # noqa: S301 - from our own process
