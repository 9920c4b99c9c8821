"""Installing and retiring packs. What is stored never changes again; the next edition is new rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select, update

from trainer.catalogue import queries, rules
from trainer.catalogue.events import PackInstalled, PackRetired
from trainer.catalogue.models import ModuleRequires, ModuleVersion, PackVersion, Teaches, TrackVersion
from trainer.catalogue.values import AtLevel, ModuleKey, ModuleSpec, Pack, PackVersionId, Question, TrackSpec
from trainer.competencies import queries as competency_queries
from trainer.kernel.errors import Conflict, Invalid, NotFound
from trainer.kernel.values import Problem, wording
from trainer.kernel.work import Work


class PackRefused(Invalid):
    """It has problems; `problems` holds them all."""

    def __init__(self, pack: Pack, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            wording(
                "The pack {key} {version} has {count} problems and was not installed. Correct them and try again.",
                key=pack.key,
                version=pack.version,
                count=len(problems),
            ),
            problems=problems,
        )


class PackRewritten(Conflict):
    """The same version with other content."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(
            wording(
                "Version {version} of the pack {key} is installed with other content. Raise the version and install it again.",
                key=pack.key,
                version=pack.version,
            )
        )


class PackOlder(Conflict):
    """A later version is in use."""

    def __init__(self, pack: Pack, *, than: str) -> None:
        super().__init__(
            wording(
                "Version {than} of the pack {key} is in use, which is later than {version}. Raise the version.",
                key=pack.key,
                version=pack.version,
                than=than,
            )
        )


class ModulesTaken(Conflict):
    """Another pack in use has modules of these keys."""

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__(
            wording("Other packs in use have these modules: {keys}. Choose other keys.", keys=", ".join(sorted(keys)))
        )


class NoSuchPack(NotFound):
    """It was never installed."""

    def __init__(self) -> None:
        super().__init__(wording("There is no such pack. Look for it in the list of packs."))


class PackAlreadyRetired(Conflict):
    """Nothing is left to retire."""

    def __init__(self) -> None:
        super().__init__(wording("This edition of the pack was retired already."))


def install_pack(work: Work, *, pack: Pack) -> PackVersionId:
    """Check a pack and store it as the edition that new assignments use; installing the same again changes nothing.

    Its framework must be adopted and the packs that it needs installed. Raises PackRefused with every problem, PackRewritten,
    PackOlder and ModulesTaken.
    """
    session = work.session
    versions = session.scalars(select(PackVersion).where(PackVersion.key == pack.key).order_by(PackVersion.id)).all()
    same = next((each for each in versions if each.version == pack.version), None)
    if same is not None:
        if same.digest != pack.digest:
            raise PackRewritten(pack)
        return PackVersionId(same.id)
    newest = max((each.version for each in versions), key=rules.version_order, default=None)
    if newest is not None and not rules.is_newer(pack.version, than=newest):
        raise PackOlder(pack, than=newest)
    _check(work, pack)
    _set_aside(work, [each.id for each in versions if each.current])
    number = _store(work, pack)
    work.record(PackInstalled(pack_version_id=number, key=pack.key, version=pack.version, modules=len(pack.modules)))
    return number


def _check(work: Work, pack: Pack) -> None:
    known = {key for key, each in competency_queries.competencies(work.session).items() if each.retired_on is None}
    needed = queries.current_modules(work.session, packs=pack.needs)
    problems = rules.check_pack(pack, known=known, known_modules=needed.keys())
    if problems:
        raise PackRefused(pack, problems)
    own: set[ModuleKey] = {module.key for module in pack.modules}
    taken = work.session.scalars(
        select(ModuleVersion.key)
        .join(PackVersion, PackVersion.id == ModuleVersion.pack_version_id)
        .where(ModuleVersion.current, ModuleVersion.key.in_(own), PackVersion.key != pack.key)
    ).all()
    if taken:
        raise ModulesTaken(taken)


def _set_aside(work: Work, packs: list[int]) -> None:
    """Take editions out of use; their rows stay for those who began with them, and for the auditor."""
    if not packs:
        return
    for table in (ModuleVersion, TrackVersion):
        work.session.execute(update(table).where(table.pack_version_id.in_(packs)).values(current=False))
    work.session.execute(update(PackVersion).where(PackVersion.id.in_(packs)).values(current=False))


def _store(work: Work, pack: Pack) -> PackVersionId:
    row = PackVersion(
        key=pack.key,
        version=pack.version,
        edition=pack.edition,
        title=dict(pack.title),
        licence=pack.licence,
        authors=list(pack.authors),
        framework=pack.framework,
        needs=list(pack.needs),
        supersedes=pack.supersedes,
        digest=pack.digest,
        installed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()  # for the key that modules and tracks refer to
    modules = [(spec, _module(spec, pack=row.id)) for spec in pack.modules]
    work.session.add_all(module for _, module in modules)
    work.session.add_all(_track(spec, pack=row.id) for spec in pack.tracks)
    work.session.flush()  # for the keys that levels refer to
    _store_levels(work, Teaches, ((module.id, spec.teaches) for spec, module in modules))
    _store_levels(work, ModuleRequires, ((module.id, spec.requires) for spec, module in modules))
    return PackVersionId(row.id)


def _module(spec: ModuleSpec, *, pack: int) -> ModuleVersion:
    languages = [language for language in spec.lessons if language in spec.questions]
    return ModuleVersion(
        pack_version_id=pack,
        key=spec.key,
        title=dict(spec.title),
        summary=dict(spec.summary),
        effort_minutes=int(spec.effort.total_seconds() // 60),
        lessons=dict(spec.lessons),
        questions={language: [_question(each) for each in asked] for language, asked in spec.questions.items()},
        languages=languages,
        sources=list(spec.sources),
        pass_percent=spec.pass_percent,
        refresher_of=spec.refresher_of,
        within_months=spec.within_months,
    )


def _question(question: Question) -> dict[str, Any]:
    answers = [{"text": each.text, "right": each.right, "reason": each.reason} for each in question.answers]
    return {"key": question.key, "ask": question.ask, "kind": question.kind, "answers": answers}


def _track(spec: TrackSpec, *, pack: int) -> TrackVersion:
    steps = [{"module": step.module, "skip": step.skip, "repeat": step.repeat} for step in spec.steps]
    return TrackVersion(pack_version_id=pack, key=spec.key, title=dict(spec.title), role=spec.role, steps=steps)


def _store_levels(
    work: Work, table: type[Teaches | ModuleRequires], levels: Iterable[tuple[int, tuple[AtLevel, ...]]]
) -> None:
    rows: list[Mapping[str, Any]] = [
        {"module_version_id": version, "competency_key": each.competency, "level": int(each.level)}
        for version, several in levels
        for each in several
    ]
    if rows:
        work.session.execute(insert(table), rows)


def retire_pack(work: Work, *, pack: PackVersionId) -> None:
    """Take an edition out of use for good; whoever has begun one of its modules finishes it.

    No earlier edition comes back. Raises NoSuchPack and PackAlreadyRetired.
    """
    row = work.session.get(PackVersion, pack)
    if row is None:
        raise NoSuchPack
    if row.retired_at is not None:
        raise PackAlreadyRetired
    _set_aside(work, [row.id])
    row.retired_at = work.now
    work.record(PackRetired(pack_version_id=row.id, key=row.key, version=row.version))
