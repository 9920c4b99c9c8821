"""Machine code from the functions of `kernels.py`, made by numba and kept on disk.

The kernels call one another by name. Each is compiled with the compiled ones before it in place of the plain ones, so
that the source stays free of numba and a process that does not need it never imports it.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from trainer.planning.engine import columns, filters, kernels, scan

Question = TypeVar("Question", bound=tuple[Any, ...])

IN_ORDER = (
    "seat_money", "gap_value", "_awards", "_make_items", "_find_beaten", "_serves_until", "_find_needs", "_collect",
    "_fits", "_toll", "_count_sharing",
    "_charge_needy", "_thin_servers", "_ready", "_to_branch_on", "_shares", "_tighten", "_hope", "_look", "best_set", "worth_of",
    "release", "hold", "place", "respond", "fill", "ease", "_sits_in", "_covers_alike", "without",
    "appraise", "one_more_seat", "_next_victim",
    "_log", "_undo", "_victim", "displace", "choose", "weigh",
)  # fmt: skip
"""Every kernel after those it calls."""

INLINE = frozenset({"_awards", "_fits", "_ready"})
"""Small and hot: these take bare arrays, since a named tuple is passed by value and copied by every call."""

ENTRIES = (
    "best_set", "worth_of", "release", "hold", "place", "respond", "fill", "ease", "without", "displace",
    "appraise", "one_more_seat", "choose", "weigh",
)  # fmt: skip


def is_cached() -> bool:
    """All machine code for the present source lies on disk, so that using it costs no wait."""
    return any((folder / _mark()).exists() for folder in _folders())


def note_cached() -> None:
    """Say beside the machine code that all of it has been made from the present source."""
    for folder in _folders():
        if any(folder.glob("kernels.displace-*.nbi")):
            (folder / _mark()).touch()


@cache
def _mark() -> str:
    """The name of the note: another one for other sources, whenever their files were written, or another numba."""
    digest = hashlib.sha256(version("numba").encode())
    for source in ("kernels", "columns", "filters", "scan"):
        digest.update(Path(__file__).with_name(f"{source}.py").read_bytes())
    return f"machine-code-{digest.hexdigest()[:16]}"


def _folders() -> Iterator[Path]:
    """Where numba keeps machine code: a folder that is named, else beside the source, else the user's own."""
    yield Path(__file__).parent / "__pycache__"
    named = os.environ.get("NUMBA_CACHE_DIR")
    shared = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "numba")
    yield from shared.glob("engine_*")


@cache
def machine_code() -> SimpleNamespace:
    """The entries of the kernels as compiled functions; the first call on a machine takes half a minute."""
    import numba

    def jit(function: FunctionType, name: str) -> Any:
        return numba.njit(cache=True, nogil=True, inline="always" if name in INLINE else "never")(function)

    names: dict[str, Any] = vars(kernels) | vars(columns)
    for name in IN_ORDER:
        plain = names[name]
        twin = FunctionType(plain.__code__, names, name, plain.__defaults__, plain.__closure__)
        twin.__qualname__ = name
        names[name] = jit(twin, name)
    return SimpleNamespace(**{name: names[name] for name in ENTRIES})


def laid_out(arrays: Question) -> Question:
    """The same named tuple with every array in one piece: numba makes other code for others."""
    pieces = [np.ascontiguousarray(each) if isinstance(each, np.ndarray) else each for each in arrays]
    return type(arrays)(*pieces)


@cache
def scanning() -> Any:
    """`scan.scan` as machine code."""
    import numba

    return numba.njit(cache=True, nogil=True)(scan.scan)


@cache
def filtering() -> Any:
    """`filters.find_codes` as machine code."""
    import numba

    names: dict[str, Any] = dict(vars(filters))
    for name in ("_passes", "find_codes"):
        plain = getattr(filters, name)
        names[name] = numba.njit(cache=True, nogil=True)(FunctionType(plain.__code__, names, name))
    return names["find_codes"]


def plain_code() -> SimpleNamespace:
    """The same entries as Python runs them."""
    names = vars(kernels) | vars(columns)
    return SimpleNamespace(**{name: names[name] for name in ENTRIES})
