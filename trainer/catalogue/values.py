"""Words of the catalogue: packs, modules, tracks and what they teach."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from trainer.competencies.values import Area, CompetencyKey, Level
from trainer.kernel.values import LocalText

PackVersionId = NewType("PackVersionId", int)
ModuleVersionId = NewType("ModuleVersionId", int)
TrackVersionId = NewType("TrackVersionId", int)
ModuleKey = NewType("ModuleKey", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLevel:
    """A competency at a level: what a module teaches, or asks for before."""

    competency: CompetencyKey
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    right: bool
    reason: str
    """Why it is right or wrong: read in the second after choosing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    key: str
    """The same in every translation."""
    ask: str
    kind: str
    """`one` right answer, or `many`."""
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSpec:
    """A module as a pack has it."""

    key: ModuleKey
    title: LocalText
    summary: LocalText
    effort: timedelta
    teaches: tuple[AtLevel, ...]
    requires: tuple[AtLevel, ...]
    lessons: LocalText
    """Markdown by language code."""
    questions: dict[str, tuple[Question, ...]]
    """By language code; the same keys in the same order in each."""
    sources: tuple[str, ...]
    pass_percent: int
    refresher_of: CompetencyKey | None = None
    within_months: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStep:
    module: ModuleKey
    skip: str
    """`current`: left out while the person holds what it teaches; `never`."""
    repeat: str
    """`never`: once is enough; `each-deployment`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSpec:
    """An ordered set of modules for a role."""

    key: str
    title: LocalText
    role: str | None
    """A role key; None for everyone."""
    steps: tuple[TrackStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One edition of a content pack, read and not yet judged."""

    key: str
    version: str
    edition: str
    title: LocalText
    licence: str
    authors: tuple[str, ...]
    framework: str
    needs: tuple[str, ...]
    supersedes: str | None
    modules: tuple[ModuleSpec, ...]
    tracks: tuple[TrackSpec, ...]
    digest: str
    """SHA-256 over all files in name order."""
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where each thing was read: `module:conduct` → (file, line); for problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A current module as something that can be assigned."""

    id: ModuleVersionId
    key: ModuleKey
    title: LocalText
    effort: timedelta
    languages: tuple[str, ...]
    teaches: tuple[AtLevel, ...]
    requires: tuple[AtLevel, ...]
    refresher_of: CompetencyKey | None
    within_months: int
    """A refresher may stand for the full module so long after the evidence lapsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCard:
    """A current module as the list of modules shows it."""

    id: ModuleVersionId
    key: ModuleKey
    title: LocalText
    summary: LocalText
    effort: timedelta
    languages: tuple[str, ...]
    teaches: tuple[AtLevel, ...]
    areas: tuple[Area, ...]
    """The mandate areas of what it teaches."""
    refresher_of: CompetencyKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One stored version of a module, for those who want to read what was taught then."""

    version: ModuleVersionId
    pack_version: str
    edition: str
    installed_at: datetime
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePage:
    """A module with all its text, in one version."""

    id: ModuleVersionId
    key: ModuleKey
    title: LocalText
    summary: LocalText
    effort: timedelta
    languages: tuple[str, ...]
    teaches: tuple[AtLevel, ...]
    requires: tuple[AtLevel, ...]
    lessons: LocalText
    """Markdown by language code."""
    questions: dict[str, tuple[Question, ...]]
    sources: tuple[str, ...]
    pass_percent: int
    refresher_of: CompetencyKey | None
    within_months: int
    pack: PackVersionId
    pack_key: str
    pack_title: LocalText
    pack_version: str
    edition: str
    licence: str
    authors: tuple[str, ...]
    current: bool
    """Whether new assignments use this version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A current track."""

    id: TrackVersionId
    key: str
    title: LocalText
    role: str | None
    steps: tuple[TrackStep, ...]
    pack_key: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPack:
    """One stored edition of a pack."""

    id: PackVersionId
    key: str
    version: str
    edition: str
    title: LocalText
    licence: str
    authors: tuple[str, ...]
    digest: str
    installed_at: datetime
    current: bool
    retired_at: datetime | None
    modules: int
    tracks: int
