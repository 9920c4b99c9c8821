"""Machine code from the inner loops, made by numba and kept on disk.

The sources stay free of numba, so that a process which does not need it never imports it. Their functions call one
another by name, across modules too; each is compiled with the compiled ones before it in place of the plain ones.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from trainer.planning.engine import beaten, board, bound, columns, displace, filters, items, scan, search, seats

Question = TypeVar("Question", bound=tuple[Any, ...])

KERNELS = (board, beaten, items, bound, search, seats, displace, columns)
"""Every module after those whose functions it calls; so do functions stand in each."""

INLINE = frozenset(
    {"awards", "_fits", "_ready"}  # small and hot: these take bare arrays besides, whoever calls them
    | {"bound_of_ready", "_pick", "_least", "_drop", "_keep_unbeaten", "_keep_with_servers"}  # steps of one caller
)
"""Made part of their callers: a named tuple is passed by value and copied by every call."""


def is_cached() -> bool:
    """All machine code for the present source lies on disk, so that using it costs no wait."""
    return any((folder / _note()).exists() for folder in _folders())


def note_cached() -> None:
    """Say beside the machine code that all of it has been made from the present source; what other source made goes."""
    present = {_mark(*KERNELS), _mark(board, scan), _mark(board, filters)}
    for folder in _folders():
        if any(folder.glob(f"displace.displace_{_mark(*KERNELS)}-*.nbi")):
            (folder / _note()).touch()
            for code in folder.glob("*.nb[ci]"):
                if not any(mark in code.name for mark in present):
                    code.unlink(missing_ok=True)


def _note() -> str:
    return f"machine-code-{_mark(*KERNELS, scan, filters)}"


@cache
def _mark(*sources: ModuleType) -> str:
    """Another one for other sources, whenever their files were written, another numba, or another way to compile."""
    digest = hashlib.sha256(version("numba").encode())
    for file in (__file__, *(str(source.__file__) for source in sources)):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:16]


def _folders() -> Iterator[Path]:
    """Where numba keeps machine code: a folder that is named, else beside the source, else the user's own."""
    yield Path(__file__).parent / "__pycache__"
    named = os.environ.get("NUMBA_CACHE_DIR")
    shared = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "numba")
    yield from shared.glob("engine_*")


def _functions(*sources: ModuleType) -> dict[str, FunctionType]:
    """The functions that these modules define, in their order."""
    return {
        name: each
        for source in sources
        for name, each in vars(source).items()
        if isinstance(each, FunctionType) and each.__module__ == source.__name__
    }


def _compile(*sources: ModuleType) -> SimpleNamespace:
    """The functions of these modules as machine code.

    Numba looks only at a function's own file to tell whether the code on disk is still good, but that code has in it
    what the function calls: so the names under which it is kept tell all the files.
    """
    import numba

    twins: dict[FunctionType, Any] = {}
    for source in sources:
        # Each function sees the names of its own module: another one may mean something else by the same name.
        names = {
            name: twins.get(each, each) if isinstance(each, FunctionType) else each
            for name, each in vars(source).items()
        }
        for name, plain in _functions(source).items():
            twin = FunctionType(plain.__code__, names, name, plain.__defaults__, plain.__closure__)
            twin.__qualname__ = f"{name}_{_mark(*sources)}"
            jit = numba.njit(cache=True, nogil=True, inline="always" if name in INLINE else "never")
            names[name] = twins[plain] = jit(twin)
    return SimpleNamespace(**{plain.__name__: twin for plain, twin in twins.items()})


@cache
def machine_code() -> SimpleNamespace:
    """The kernels as compiled functions; the first calls on a machine wait a minute or more for them."""
    return _compile(*KERNELS)


def is_loaded() -> bool:
    """Used by this process already, so that using it costs no loading either."""
    return machine_code.cache_info().currsize > 0 and is_cached()


def plain_code() -> SimpleNamespace:
    """The kernels as Python runs them."""
    return SimpleNamespace(**_functions(*KERNELS))


@cache
def scanning() -> Any:
    """`scan.scan` as machine code."""
    return _compile(board, scan).scan


@cache
def filtering() -> Any:
    """`filters.find_codes` as machine code."""
    return _compile(board, filters).find_codes


def laid_out(arrays: Question) -> Question:
    """The same named tuple with every array in one piece: numba makes other code for others."""
    pieces = [np.ascontiguousarray(each) if isinstance(each, np.ndarray) else each for each in arrays]
    return type(arrays)(*pieces)
