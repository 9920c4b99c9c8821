"""The planner's machine code is made beside the process that will want it, so that no plan waits for a compiler."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
