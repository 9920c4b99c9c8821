"""A plan: which person sits in which session, with a reason code for every gap when it is explained."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from trainer.planning.engine.instance import Ints
from trainer.planning.engine.reading import UNREADABLE


class BadPlan(ValueError):
    """The file does not hold a plan."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Seats sorted by person, then session; `reason` is empty or has one code per gap in instance order."""

    person: Ints
    session: Ints
    reason: Ints

    @classmethod
    def of(cls, person: Ints, session: Ints, reason: Ints | None = None) -> Self:
        """A plan of these seats, in any order."""
        person, session = np.asarray(person, np.int64), np.asarray(session, np.int64)
        order = np.lexsort((session, person))
        codes = np.zeros(0, np.int64) if reason is None else np.asarray(reason, np.int64)
        return cls(person=person[order], session=session[order], reason=codes)

    def __len__(self) -> int:
        return len(self.person)

    def digest(self) -> str:
        """The plan's hash: the same seats, the same hash, whatever the reasons and their order."""
        seats = np.stack((self.person, self.session)).astype("<i4")
        return hashlib.sha256(seats.tobytes()).hexdigest()


def load(path: Path | str) -> Plan:
    """Read a plan; raises BadPlan when the file is not one."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except UNREADABLE as error:
        raise BadPlan(f"{path} is not a readable .npz of plain arrays ({error}).") from error
    for name in ("person", "session"):
        if name not in found or found[name].ndim != 1 or found[name].dtype.kind not in "biu":
            raise BadPlan(f"{path} has no list of whole numbers named {name}.")
    if found["person"].shape != found["session"].shape:
        raise BadPlan(f"{path} names {len(found['person'])} people but {len(found['session'])} sessions.")
    return Plan.of(found["person"], found["session"], found.get("reason"))


def save(plan: Plan, path: Path | str) -> None:
    arrays: dict[str, Any] = {"person": plan.person.astype(np.int32), "session": plan.session.astype(np.int32)}
    if len(plan.reason):
        arrays["reason"] = plan.reason.astype(np.int32)
    with Path(path).open("wb") as file:
        np.savez_compressed(file, **arrays)
