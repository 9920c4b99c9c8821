"""What is offered and what was: with old editions around that must not return."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories.catalogue import LESSON, at_level, installed, module, names, questions, refresher, track
from tests.factories.competencies import AID, CONDUCT, POC
from trainer.catalogue import queries
from trainer.catalogue.queries import NoSuchModule, NoSuchTrack
from trainer.catalogue.values import ModuleKey, ModuleVersionId
from trainer.competencies.values import Area
from trainer.kernel.work import Work

MODULE, GONE, OTHER = ModuleKey("protection-of-civilians"), ModuleKey("gone"), ModuleKey("other")


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    session.flush()
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield sent
    event.remove(bind, "before_cursor_execute", note)


@pytest.fixture
def editions(work: Work) -> Work:
    """Two editions of one pack: the first has a module that the second lacks, and other titles; and another pack."""
    installed(work, modules=(module(title=names("Old title")), module(GONE)), tracks=(track(),))
    installed(
        work,
        version="2.0.0",
        edition="2027",
        modules=(
            module(
                lessons={"en": LESSON, "ar": "درس", "fr": "Une leçon."},
                questions={"en": questions(), "ar": questions(), "fr": questions()},
                requires=(at_level(CONDUCT),),
            ),
            refresher(within_months=12),
        ),
        tracks=(track(), track("everyone", role=None), track("police", role="formed-police")),
    )
    installed(work, key="another", modules=(module(OTHER, teaches=(at_level(AID, 2), at_level(CONDUCT))),))
    return work


def test_offerings_are_the_current_modules_without_their_lessons(editions: Work) -> None:
    with statements(editions.session) as sent:
        other, full, renewal = queries.offerings(editions.session)

    assert len(sent) == 3
    assert not any("lessons" in statement for statement in sent)
    assert [each.key for each in (other, full, renewal)] == [OTHER, MODULE, f"{MODULE}-refresher"]
    assert full.languages == ("en", "ar", "fr")
    assert (full.teaches, full.requires, full.effort) == ((at_level(),), (at_level(CONDUCT),), timedelta(minutes=45))
    assert other.teaches == (at_level(CONDUCT), at_level(AID, 2))
    assert (full.refresher_of, renewal.refresher_of, renewal.within_months) == (None, POC, 12)


def test_cards_come_in_the_order_of_areas_with_refreshers_last(editions: Work) -> None:
    cards = queries.module_cards(editions.session)

    assert [(card.key, card.areas) for card in cards] == [
        (OTHER, (Area.CND,)),
        (MODULE, (Area.POC,)),
        (f"{MODULE}-refresher", (Area.POC,)),
    ]


def test_a_module_is_read_in_its_current_version_or_in_the_last_there_was(editions: Work) -> None:
    current = queries.module_page(editions.session, module=MODULE)
    gone = queries.module_page(editions.session, module=GONE)

    assert (current.pack_version, current.edition, current.current) == ("2.0.0", "2027", True)
    assert (gone.pack_version, gone.current) == ("1.0.0", False)


def test_a_module_that_there_is_not_is_refused(editions: Work) -> None:
    gone = queries.module_page(editions.session, module=GONE)

    with pytest.raises(NoSuchModule):
        queries.module_page(editions.session, module=ModuleKey("juggling"))
    with pytest.raises(NoSuchModule):
        queries.module_page(editions.session, module=MODULE, version=gone.id)
    with pytest.raises(NoSuchModule):
        queries.module_page(editions.session, module=MODULE, version=ModuleVersionId(999_999))


def test_every_version_of_a_module_is_listed_latest_first(editions: Work) -> None:
    found = queries.editions_of(editions.session, module=MODULE)

    assert [(each.pack_version, each.edition, each.current) for each in found] == [
        ("2.0.0", "2027", True),
        ("1.0.0", "2026", False),
    ]


def test_titles_are_those_of_now_and_of_modules_that_are_gone(editions: Work) -> None:
    titles = queries.module_titles(editions.session, modules=[MODULE, GONE, ModuleKey("juggling")])

    assert {key: title["en"] for key, title in titles.items()} == {
        MODULE: "Title of protection-of-civilians",
        GONE: "Title of gone",
    }


def test_only_current_modules_have_a_version_to_assign(editions: Work) -> None:
    found = queries.current_version_of(editions.session, modules=[MODULE, GONE])

    assert found == {MODULE: queries.module_page(editions.session, module=MODULE).id}


def test_the_modules_of_some_packs_are_named_with_their_pack(editions: Work) -> None:
    assert queries.current_modules(editions.session, packs=["another", "nowhere"]) == {OTHER: "another"}


def test_tracks_for_everyone_come_first(editions: Work) -> None:
    found = queries.tracks(editions.session)

    assert [(each.key, each.role) for each in found] == [
        ("everyone", None),
        ("police", "formed-police"),
        ("infantry", "infantry"),
    ]
    assert queries.track(editions.session, key="police") == found[1]
    with pytest.raises(NoSuchTrack):
        queries.track(editions.session, key="cooks")


def test_installed_packs_are_counted_by_edition(editions: Work) -> None:
    found = queries.installed_packs(editions.session)

    assert [(each.key, each.version, each.modules, each.tracks, each.current) for each in found] == [
        ("another", "1.0.0", 1, 0, True),
        ("for-tests", "2.0.0", 2, 3, True),
        ("for-tests", "1.0.0", 2, 1, False),
    ]
