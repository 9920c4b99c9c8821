"""Where the shards of a large instance work: threads of this process, or the workers of a Dask scheduler.

Only two things are asked of an executor: to call a function, at once or when what it waits for is there, and to bring
results back. What a function returns stays where it was made until it is fetched, so that a shard's pairs never travel.
Every call depends on its arguments alone. An executor that loses a worker calls again what was lost with it.
"""

import ipaddress
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from trainer.planning.engine.instance import Instance


class Source(Protocol):
    """Where a worker finds the instance."""

    def instance(self) -> Instance: ...


class Executor(Protocol):
    """Calls functions somewhere. What `submit` returns may be an argument of a later call."""

    @property
    def width(self) -> int:
        """How many calls it does side by side."""
        ...

    def share(self, instance: Instance) -> Source:
        """Put the instance where every worker can read it."""
        ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any: ...

    def fetch(self, held: Iterable[Any]) -> list[Any]:
        """The results in this order, once they are there."""
        ...

    def close(self) -> None: ...


class NoScheduler(RuntimeError):
    """The workers cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The instance itself, for workers in this process."""

    whole: Instance

    def instance(self) -> Instance:
        return self.whole


class Threads:
    """Workers in this process; the kernels let go of the interpreter while they run."""

    def __init__(self, threads: int) -> None:
        self.width = threads
        self.pool = ThreadPoolExecutor(threads)

    def share(self, instance: Instance) -> Source:
        return Memory(instance)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        # Calls start in the order they came, so that whoever waits in a thread waits for one that is at work already.
        return self.pool.submit(_call, function, arguments)

    def fetch(self, held: Iterable[Any]) -> list[Any]:
        return [future.result() for future in held]

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)


def _call(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    return function(*(each.result() if isinstance(each, Future) else each for each in arguments))


@dataclass(frozen=True, slots=True)
class Folder:
    """The instance as a folder of arrays, which are mapped and not read: a worker loads the rows of its own people."""

    path: str
    frame: Instance
    """the instance without its long arrays"""

    def instance(self) -> Instance:
        arrays: dict[str, Any] = {file.stem: np.load(file, mmap_mode="r") for file in Path(self.path).glob("*.npy")}
        return replace(self.frame, **arrays)

    @classmethod
    def write(cls, instance: Instance, path: Path) -> Self:
        arrays = {field.name: getattr(instance, field.name) for field in fields(instance)}
        filled = {name: array for name, array in arrays.items() if isinstance(array, np.ndarray) and array.size}
        for name, array in filled.items():
            np.save(path / f"{name}.npy", array)
        nothing: dict[str, Any] = dict.fromkeys(filled, np.zeros(0, np.int64))
        return cls(str(path), replace(instance, **nothing))


class Dask:
    """The workers of a Dask scheduler, on this machine or on several.

    Whoever reaches a Dask scheduler can run any code on its workers, so that one beyond this machine is spoken to
    over TLS only; Dask reads the certificates from its own configuration. What is shared lies in `folder`, which all
    workers must see under the same name; by default a temporary one, for workers of this machine.
    """

    def __init__(self, scheduler: str, *, folder: Path | None = None, patience: float = 30.0) -> None:
        _require_private(scheduler)
        try:
            from distributed import Client
        except ImportError as error:
            raise NoScheduler(
                "To use other workers, install the optional part: pip install 'trainer[shards]'."
            ) from error
        self.folders: list[str] = []
        self.folder = folder
        try:
            self.client = Client(scheduler, timeout=patience, set_as_default=False)
            self.client.wait_for_workers(1, timeout=patience)
        except (OSError, TimeoutError) as error:
            raise NoScheduler(f"No scheduler with workers answers at {scheduler} ({error}).") from error

    @property
    def width(self) -> int:
        threads: dict[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def share(self, instance: Instance) -> Source:
        path = tempfile.mkdtemp(prefix="shards-", dir=self.folder)
        self.folders.append(path)
        return Folder.write(instance, Path(path))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self.client.submit(function, *arguments, pure=False)

    def fetch(self, held: Iterable[Any]) -> list[Any]:
        from distributed import KilledWorker

        try:
            return list(self.client.gather(list(held)))
        except KilledWorker as error:
            raise NoScheduler(f"Workers died again and again over the same shard ({error}).") from error

    def close(self) -> None:
        self.client.close()
        for path in self.folders:
            shutil.rmtree(path, ignore_errors=True)


ADDRESS = re.compile(r"(?P<scheme>tcp|tls)://(?P<host>[^\s:/\[\]]+|\[[0-9a-fA-F:]+\]):\d+")


def _require_private(scheduler: str) -> None:
    address = ADDRESS.fullmatch(scheduler)
    if address is None:
        raise NoScheduler(
            f"A scheduler is named like tcp://127.0.0.1:8786 or tls://planner.example:8786, not {scheduler}."
        )
    host = address["host"].strip("[]")
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if address["scheme"] == "tcp" and not here:
        raise NoScheduler(
            f"{scheduler} is not this machine: use tls://, since people's data would travel in the clear."
        )
