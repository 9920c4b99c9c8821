"""What can be learnt: current modules and tracks, and every version that ever was, as frozen values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.catalogue.models import ModuleRequires, ModuleVersion, PackVersion, Teaches, TrackVersion
from trainer.catalogue.values import (
    Answer,
    AtLevel,
    Edition,
    InstalledPack,
    ModuleCard,
    ModuleKey,
    ModulePage,
    ModuleVersionId,
    Offering,
    PackVersionId,
    Question,
    Track,
    TrackStep,
    TrackVersionId,
)
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, CompetencyKey, Level
from trainer.kernel.errors import NotFound
from trainer.kernel.values import LocalText, wording


class NoSuchModule(NotFound):
    """It was never installed, or not in that version."""

    def __init__(self, key: str) -> None:
        super().__init__(wording("There is no module “{key}”. Look for it in the list of modules.", key=key))


class NoSuchTrack(NotFound):
    """No current pack has it."""

    def __init__(self, key: str) -> None:
        super().__init__(wording("There is no track “{key}”. Look for it in the list of tracks.", key=key))


def offerings(session: Session) -> tuple[Offering, ...]:
    """Return every current module as something that can be assigned, by key. Three queries, and no lesson is read."""
    rows = session.execute(
        select(
            ModuleVersion.id,
            ModuleVersion.key,
            ModuleVersion.title,
            ModuleVersion.effort_minutes,
            ModuleVersion.languages,
            ModuleVersion.refresher_of,
            ModuleVersion.within_months,
        )
        .where(ModuleVersion.current)
        .order_by(ModuleVersion.key, ModuleVersion.id)
    ).all()
    teaches = _levels(session, Teaches)
    requires = _levels(session, ModuleRequires)
    return tuple(
        Offering(
            id=ModuleVersionId(row.id),
            key=ModuleKey(row.key),
            title=row.title,
            effort=timedelta(minutes=row.effort_minutes),
            languages=tuple(row.languages),
            teaches=teaches.get(row.id, ()),
            requires=requires.get(row.id, ()),
            refresher_of=None if row.refresher_of is None else CompetencyKey(row.refresher_of),
            within_months=row.within_months,
        )
        for row in rows
    )


def module_cards(session: Session) -> tuple[ModuleCard, ...]:
    """Return every current module as the list of modules shows it, in the order of areas, levels and keys."""
    rows = session.execute(
        select(
            ModuleVersion.id,
            ModuleVersion.key,
            ModuleVersion.title,
            ModuleVersion.summary,
            ModuleVersion.effort_minutes,
            ModuleVersion.languages,
            ModuleVersion.refresher_of,
        ).where(ModuleVersion.current)
    ).all()
    teaches = _levels(session, Teaches)
    areas = {key: each.area for key, each in competency_queries.competencies(session).items()}
    cards = [
        ModuleCard(
            id=ModuleVersionId(row.id),
            key=ModuleKey(row.key),
            title=row.title,
            summary=row.summary,
            effort=timedelta(minutes=row.effort_minutes),
            languages=tuple(row.languages),
            teaches=teaches.get(row.id, ()),
            areas=_areas(teaches.get(row.id, ()), areas),
            refresher_of=None if row.refresher_of is None else CompetencyKey(row.refresher_of),
        )
        for row in rows
    ]
    return tuple(sorted(cards, key=_place_in_list))


def _areas(teaches: Sequence[AtLevel], areas: Mapping[CompetencyKey, Area]) -> tuple[Area, ...]:
    return tuple(dict.fromkeys(areas[each.competency] for each in teaches if each.competency in areas))


_AREA_ORDER = {area: place for place, area in enumerate(Area)}


def _place_in_list(card: ModuleCard) -> tuple[int, bool, int, str]:
    area = min((_AREA_ORDER[each] for each in card.areas), default=len(_AREA_ORDER))
    level = max((each.level for each in card.teaches), default=Level.NONE)
    return area, card.refresher_of is not None, level, card.key


def module_page(session: Session, *, module: ModuleKey, version: ModuleVersionId | None = None) -> ModulePage:
    """Return a module with all its text: the version named, or else the current one, or else the last there was.

    Raises NoSuchModule.
    """
    query = (
        select(ModuleVersion, PackVersion)
        .join(PackVersion, PackVersion.id == ModuleVersion.pack_version_id)
        .where(ModuleVersion.key == module)
        .order_by(ModuleVersion.current.desc(), ModuleVersion.id.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(ModuleVersion.id == version)
    found = session.execute(query).first()
    if found is None:
        raise NoSuchModule(module)
    row, pack = found
    return ModulePage(
        id=ModuleVersionId(row.id),
        key=ModuleKey(row.key),
        title=row.title,
        summary=row.summary,
        effort=timedelta(minutes=row.effort_minutes),
        languages=tuple(row.languages),
        teaches=_levels(session, Teaches, versions=(row.id,)).get(row.id, ()),
        requires=_levels(session, ModuleRequires, versions=(row.id,)).get(row.id, ()),
        lessons=row.lessons,
        questions={language: _questions(asked) for language, asked in row.questions.items()},
        sources=tuple(row.sources),
        pass_percent=row.pass_percent,
        refresher_of=None if row.refresher_of is None else CompetencyKey(row.refresher_of),
        within_months=row.within_months,
        pack=PackVersionId(pack.id),
        pack_key=pack.key,
        pack_title=pack.title,
        pack_version=pack.version,
        edition=pack.edition,
        licence=pack.licence,
        authors=tuple(pack.authors),
        current=row.current,
    )


def editions_of(session: Session, *, module: ModuleKey) -> tuple[Edition, ...]:
    """Return every stored version of a module, latest first."""
    rows = session.execute(
        select(
            ModuleVersion.id, ModuleVersion.current, PackVersion.version, PackVersion.edition, PackVersion.installed_at
        )
        .join(PackVersion, PackVersion.id == ModuleVersion.pack_version_id)
        .where(ModuleVersion.key == module)
        .order_by(ModuleVersion.id.desc())
    )
    return tuple(
        Edition(
            version=ModuleVersionId(row.id),
            pack_version=row.version,
            edition=row.edition,
            installed_at=row.installed_at,
            current=row.current,
        )
        for row in rows
    )


def module_titles(session: Session, *, modules: Collection[ModuleKey]) -> Mapping[ModuleKey, LocalText]:
    """Return the titles of the modules as they are now, or as they last were; a key that never was one is left out."""
    rows = session.execute(
        select(ModuleVersion.key, ModuleVersion.title)
        .where(ModuleVersion.key.in_(set(modules)))
        .order_by(ModuleVersion.current, ModuleVersion.id)
    )
    return {ModuleKey(row.key): row.title for row in rows}


def current_version_of(session: Session, *, modules: Collection[ModuleKey]) -> Mapping[ModuleKey, ModuleVersionId]:
    """Return the version that new assignments of each module use; a module that has none is left out."""
    rows = session.execute(
        select(ModuleVersion.key, ModuleVersion.id)
        .where(ModuleVersion.current, ModuleVersion.key.in_(set(modules)))
        .order_by(ModuleVersion.id)
    )
    return {ModuleKey(row.key): ModuleVersionId(row.id) for row in rows}


def current_modules(session: Session, *, packs: Collection[str]) -> Mapping[ModuleKey, str]:
    """Return the current modules of the packs, with the key of the pack of each."""
    rows = session.execute(
        select(ModuleVersion.key, PackVersion.key.label("pack"))
        .join(PackVersion, PackVersion.id == ModuleVersion.pack_version_id)
        .where(ModuleVersion.current, PackVersion.key.in_(set(packs)))
        .order_by(ModuleVersion.id)
    )
    return {ModuleKey(row.key): row.pack for row in rows}


def tracks(session: Session) -> tuple[Track, ...]:
    """Return every current track: those for everyone first, then by role and key."""
    rows = session.execute(
        select(TrackVersion, PackVersion.key.label("pack"), PackVersion.edition)
        .join(PackVersion, PackVersion.id == TrackVersion.pack_version_id)
        .where(TrackVersion.current)
    ).all()
    found = [_track(row.TrackVersion, pack=row.pack, edition=row.edition) for row in rows]
    return tuple(sorted(found, key=lambda each: (each.role or "", each.key)))


def track(session: Session, *, key: str) -> Track:
    """Return a current track; raises NoSuchTrack."""
    for each in tracks(session):
        if each.key == key:
            return each
    raise NoSuchTrack(key)


def installed_packs(session: Session) -> tuple[InstalledPack, ...]:
    """Return every pack version that was ever installed, by key, latest first."""
    modules = _count(session, ModuleVersion)
    counted = _count(session, TrackVersion)
    rows = session.scalars(select(PackVersion).order_by(PackVersion.key, PackVersion.id.desc()))
    return tuple(
        InstalledPack(
            id=PackVersionId(row.id),
            key=row.key,
            version=row.version,
            edition=row.edition,
            title=row.title,
            licence=row.licence,
            authors=tuple(row.authors),
            digest=row.digest,
            installed_at=row.installed_at,
            current=row.current,
            retired_at=row.retired_at,
            modules=modules.get(row.id, 0),
            tracks=counted.get(row.id, 0),
        )
        for row in rows
    )


def _count(session: Session, table: type[ModuleVersion | TrackVersion]) -> dict[int, int]:
    rows = session.execute(select(table.pack_version_id, func.count()).group_by(table.pack_version_id))
    return {pack: count for pack, count in rows}  # noqa: C416 - rows are not pairs to the type checker


def _levels(
    session: Session, table: type[Teaches | ModuleRequires], *, versions: Collection[int] = ()
) -> Mapping[int, tuple[AtLevel, ...]]:
    """The levels of the versions, or of every current one when none is named; by competency."""
    query = select(table.module_version_id, table.competency_key, table.level).order_by(table.competency_key)
    if versions:
        query = query.where(table.module_version_id.in_(versions))
    else:
        query = query.join(ModuleVersion, ModuleVersion.id == table.module_version_id).where(ModuleVersion.current)
    found: defaultdict[int, list[AtLevel]] = defaultdict(list)
    for number, key, level in session.execute(query):
        found[number].append(AtLevel(competency=CompetencyKey(key), level=Level(level)))
    return {number: tuple(levels) for number, levels in found.items()}


def _questions(stored: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    return tuple(
        Question(
            key=each["key"],
            ask=each["ask"],
            kind=each["kind"],
            answers=tuple(
                Answer(text=answer["text"], right=answer["right"], reason=answer["reason"])
                for answer in each["answers"]
            ),
        )
        for each in stored
    )


def _track(row: TrackVersion, *, pack: str, edition: str) -> Track:
    steps = tuple(
        TrackStep(module=ModuleKey(step["module"]), skip=step["skip"], repeat=step["repeat"]) for step in row.steps
    )
    return Track(
        id=TrackVersionId(row.id),
        key=row.key,
        title=row.title,
        role=row.role,
        steps=steps,
        pack_key=pack,
        edition=edition,
    )
