"""Installing and retiring packs on both engines: nothing half, nothing rewritten."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import competencies
from tests.factories.catalogue import at_level, installed, module, pack, track
from tests.factories.competencies import AID, POC
from trainer.catalogue import operations, queries
from trainer.catalogue.operations import (
    ModulesTaken,
    NoSuchPack,
    PackAlreadyRetired,
    PackOlder,
    PackRefused,
    PackRewritten,
)
from trainer.catalogue.values import ModuleKey, PackVersionId
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work

MODULE = ModuleKey("protection-of-civilians")


def recorded(work: Work, event: str) -> list[dict[str, Any]]:
    work.session.flush()
    found = select(LedgerEntry.payload).where(LedgerEntry.event == event).order_by(LedgerEntry.id)
    return list(work.session.scalars(found))


def test_an_installed_pack_is_offered_and_told(work: Work) -> None:
    number = installed(work, tracks=(track(),))

    assert [each.key for each in queries.offerings(work.session)] == [MODULE]
    assert [each.key for each in queries.tracks(work.session)] == ["infantry"]
    assert recorded(work, "PackInstalled") == [
        {"pack_version_id": number, "key": "for-tests", "version": "1.0.0", "modules": 1}
    ]


def test_what_was_read_is_stored_whole(work: Work) -> None:
    spec = module(requires=(at_level(AID, 2),))
    installed(work, modules=(spec,))

    page = queries.module_page(work.session, module=MODULE)

    assert (page.title, page.summary, page.effort, page.sources) == (
        spec.title,
        spec.summary,
        spec.effort,
        spec.sources,
    )
    assert (page.teaches, page.requires, page.pass_percent) == (spec.teaches, spec.requires, 80)
    assert (page.lessons, page.questions) == (spec.lessons, spec.questions)
    assert (page.pack_key, page.pack_version, page.edition, page.licence) == ("for-tests", "1.0.0", "2026", "CC-BY-4.0")


def test_installing_the_same_again_changes_nothing(work: Work) -> None:
    first = installed(work)

    assert installed(work) == first
    assert len(recorded(work, "PackInstalled")) == 1


def test_the_same_version_with_other_content_is_refused(work: Work) -> None:
    installed(work)

    with pytest.raises(PackRewritten):
        installed(work, edition="another")


def test_a_new_version_takes_the_place_of_the_old_one_and_changes_nothing_of_it(work: Work) -> None:
    installed(work, modules=(module(), module("first-aid", teaches=(at_level(AID),))), tracks=(track(),))
    before = queries.module_page(work.session, module=MODULE)

    installed(work, version="1.1.0", modules=(module(pass_percent=90),))

    after = queries.module_page(work.session, module=MODULE)
    again = queries.module_page(work.session, module=MODULE, version=before.id)
    assert (before.pass_percent, after.pass_percent) == (80, 90)
    assert again == replace(before, current=False)
    assert [each.id for each in queries.offerings(work.session)] == [after.id]
    assert queries.tracks(work.session) == ()
    assert [(each.version, each.current) for each in queries.installed_packs(work.session)] == [
        ("1.1.0", True),
        ("1.0.0", False),
    ]


def test_an_older_version_is_refused(work: Work) -> None:
    installed(work, version="1.10.0")

    with pytest.raises(PackOlder):
        installed(work, version="1.9.0")


def test_a_pack_with_problems_is_refused_with_all_of_them_and_nothing_is_stored(work: Work) -> None:
    with pytest.raises(PackRefused) as refusal:
        installed(work, authors=(), modules=(module(sources=()),))

    assert len(refusal.value.problems) == 2
    assert queries.installed_packs(work.session) == ()


def test_a_competency_that_was_retired_can_no_longer_be_taught(work: Work) -> None:
    competencies.adopted(work)
    competencies.adopted(work, version="2", digest="2" * 64, competencies=(competencies.competency(AID),))

    with pytest.raises(PackRefused):
        operations.install_pack(work, pack=pack())


def test_tracks_name_modules_of_the_packs_that_are_needed_and_installed(work: Work) -> None:
    tracks = {"key": "tracks", "modules": (), "tracks": (track(),), "needs": ("for-tests",)}
    with pytest.raises(PackRefused):
        installed(work, **tracks)

    installed(work)
    installed(work, **tracks)

    assert [each.key for each in queries.tracks(work.session)] == ["infantry"]


def test_a_module_belongs_to_one_pack(work: Work) -> None:
    installed(work)

    with pytest.raises(ModulesTaken):
        installed(work, key="another")


def test_a_retired_pack_is_offered_no_more_and_stays_readable(work: Work) -> None:
    number = installed(work)

    operations.retire_pack(work, pack=number)

    assert queries.offerings(work.session) == ()
    assert queries.module_page(work.session, module=MODULE).current is False
    (kept,) = queries.installed_packs(work.session)
    assert (kept.current, kept.retired_at) == (False, work.now)
    assert recorded(work, "PackRetired") == [{"pack_version_id": number, "key": "for-tests", "version": "1.0.0"}]
    with pytest.raises(PackAlreadyRetired):
        operations.retire_pack(work, pack=number)
    with pytest.raises(NoSuchPack):
        operations.retire_pack(work, pack=PackVersionId(number + 1000))


def test_a_module_of_a_retired_pack_may_be_taken_over_by_another(work: Work) -> None:
    operations.retire_pack(work, pack=installed(work))

    installed(work, key="another")

    assert queries.module_page(work.session, module=MODULE).pack_key == "another"
    assert POC in {each.competency for each in queries.offerings(work.session)[0].teaches}
