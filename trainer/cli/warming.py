"""The planner's machine code is made beside the process that will want it, so that no plan waits for a compiler."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def as_the_only_maker() -> Iterator[bool]:
    """Whether nobody else on this machine makes the same code now; nobody else begins while the block lasts."""
    from trainer.planning.engine import compiled

    try:
        import fcntl
    except ImportError:  # not on this system: two makers do the same work twice
        yield True
        return
    with Path(compiled.__file__).open() as source:
        try:
            fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def machine_code_beside() -> Iterator[None]:
    """Have a process of the lowest priority make the code, unless it lies on disk; it ends with the block at the latest."""
    from trainer.planning.engine import compiled

    if compiled.is_cached():
        yield
        return
    command = (sys.executable, "-m", "trainer", "plan", "warm", "--gently")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as maker:  # noqa: S603 - our own command
        try:
            yield
        finally:
            maker.terminate()
