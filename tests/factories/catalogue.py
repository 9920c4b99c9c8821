"""Packs, modules, tracks: valid by default against the framework of `factories.competencies`.

The values need no database; `installed` takes a work and goes through the operation, with the framework adopted first.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.factories import competencies
from trainer.catalogue import operations
from trainer.catalogue.values import (
    Answer,
    AtLevel,
    ModuleKey,
    ModuleSpec,
    Pack,
    PackVersionId,
    Question,
    TrackSpec,
    TrackStep,
)
from trainer.competencies.values import CompetencyKey, Level
from trainer.kernel.work import Work

LESSON = "## What you must know\n\n" + "Look, listen and tell others what you saw. " * 45


def names(text: str) -> dict[str, str]:
    """A title in three languages."""
    return {"en": text, "fr": f"{text} (fr)", "ar": f"{text} (ar)"}


def at_level(competency: CompetencyKey = competencies.POC, level: int = 1) -> AtLevel:
    """The protection of civilians at level 1."""
    return AtLevel(competency=competency, level=Level(level))


def question(number: int = 1, **changes: Any) -> Question:
    """A question with one right answer, the second of three."""
    given = Question(
        key=f"question-{number}",
        ask=f"What do you do in case {number}?",
        kind="one",
        answers=tuple(
            Answer(text=f"Answer {place}", right=place == 2, reason=f"Reason {place}") for place in (1, 2, 3)
        ),
    )
    return replace(given, **changes)


def questions(count: int = 5) -> tuple[Question, ...]:
    """So many questions."""
    return tuple(question(number) for number in range(1, count + 1))


def module(key: str = "protection-of-civilians", **changes: Any) -> ModuleSpec:
    """An English module that teaches the protection of civilians at level 1."""
    given = ModuleSpec(
        key=ModuleKey(key),
        title=names(f"Title of {key}"),
        summary=names(f"Summary of {key}"),
        effort=timedelta(minutes=45),
        teaches=(at_level(),),
        requires=(),
        lessons={"en": LESSON},
        questions={"en": questions()},
        sources=("S/RES/1894 (2009)",),
        pass_percent=80,
    )
    return replace(given, **changes)


def refresher(key: str = "protection-of-civilians-refresher", **changes: Any) -> ModuleSpec:
    """A module that renews the protection of civilians at level 2."""
    taught = {"teaches": (at_level(level=2),), "refresher_of": competencies.POC}
    return module(key, **(taught | changes))


def track(key: str = "infantry", *modules: str, **changes: Any) -> TrackSpec:
    """A track for infantry with the protection of civilians, or the modules named."""
    given = TrackSpec(
        key=key,
        title=names(f"Title of {key}"),
        role="infantry",
        steps=tuple(
            TrackStep(module=ModuleKey(each), skip="current", repeat="never")
            for each in modules or ("protection-of-civilians",)
        ),
    )
    return replace(given, **changes)


def pack(**changes: Any) -> Pack:
    """A pack of one module; its digest follows from its content."""
    given = Pack(
        key="for-tests",
        version="1.0.0",
        edition="2026",
        title=names("For tests"),
        licence="CC-BY-4.0",
        authors=("A team",),
        framework="peace-operations",
        needs=(),
        supersedes=None,
        modules=(module(),),
        tracks=(),
        digest="",
        places={"pack": ("pack.toml", 1)},
    )
    made = replace(given, **changes)
    return made if made.digest else replace(made, digest=sha256(repr(made).encode()).hexdigest())


def installed(work: Work, **changes: Any) -> PackVersionId:
    """The pack above, in use, with its framework."""
    competencies.adopted(work)
    return operations.install_pack(work, pack=pack(**changes))
