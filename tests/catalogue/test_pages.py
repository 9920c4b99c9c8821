"""Modules, tracks and packs through the site: everybody with an account reads them, nobody else."""

import pytest

from tests.factories import accounts, competencies
from tests.factories.catalogue import LESSON, at_level, installed, module, pack, questions, refresher, track
from tests.factories.competencies import AID, CONDUCT
from tests.support.site import Site
from trainer.catalogue import operations, queries
from trainer.catalogue.values import ModuleKey
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work

MODULE = ModuleKey("protection-of-civilians")


@pytest.fixture
def reader(work: Work) -> PersonId:
    """Somebody without any office."""
    return accounts.person(work)


@pytest.fixture
def filled(work: Work) -> Work:
    """A pack with a translated module, a refresher and first aid, and two tracks; the module had an earlier version."""
    installed(work, modules=(module(lessons={"en": f"{LESSON}\n\nThe old lesson."}),))
    installed(
        work,
        version="2.0.0",
        modules=(
            module(
                lessons={"en": f"{LESSON}\n\nThe *new* lesson.", "fr": "La **nouvelle** leçon."},
                questions={"en": questions(), "fr": questions()},
                requires=(at_level(CONDUCT),),
            ),
            refresher(within_months=12),
            module("first-aid", teaches=(at_level(AID, 2),)),
        ),
        tracks=(track(), track("everyone", "first-aid", "protection-of-civilians", role=None)),
    )
    return work


def test_everybody_sees_the_modules_with_what_they_teach(site: Site, reader: PersonId, filled: Work) -> None:
    page = site.sign_in(reader).get("/modules/")

    assert page.status == 200
    assert "3 modules" in page.text
    assert "Title of first-aid Title of first-aid (2 practised) 45 min English" in page.text
    assert "English, Français" in page.text
    assert f"/modules/{MODULE}" in page.links()


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ("area=CND", "Title of first-aid", f"Title of {MODULE}-refresher"),
        ("q=refresher", f"Title of {MODULE}-refresher", "Title of first-aid"),
        ("spoken=fr", f"/modules/{MODULE}", "Title of first-aid"),
        ("area=XYZ", "3 modules", "No module fits"),
        ("q=juggling", "No module fits this choice.", "Title of first-aid"),
        ("page=7", "beyond the end of the list", "No module fits"),
        ("page=0", "3 modules", "beyond the end"),
    ],
)
def test_the_list_can_be_narrowed(
    site: Site, reader: PersonId, filled: Work, query: str, there: str, missing: str
) -> None:
    page = site.sign_in(reader).get(f"/modules/?{query}")

    assert page.status == 200
    assert there in page.text + " ".join(page.links())
    assert missing not in page.text


def test_a_long_list_is_paged(site: Site, reader: PersonId, work: Work) -> None:
    installed(work, modules=tuple(module(f"module-{number:02}") for number in range(51)))

    first = site.sign_in(reader).get("/modules/")
    second = site.get("/modules/?page=2")

    assert "Page 1 of 2, 51 in all" in first.text
    assert "/modules/module-50" in second.links()
    assert "/modules/module-00" not in second.links()


@pytest.mark.parametrize("path", ["/modules/", "/tracks/", "/packs/"])
def test_an_empty_catalogue_says_what_to_do(site: Site, reader: PersonId, path: str) -> None:
    assert "trainer packs install" in site.sign_in(reader).get(path).text


def test_a_module_shows_its_facts_and_its_lesson(site: Site, reader: PersonId, filled: Work) -> None:
    page = site.sign_in(reader).get(f"/modules/{MODULE}")

    assert page.status == 200
    assert "The <em>new</em> lesson." in page.body
    assert "Asks for before Title of conduct (1 aware)" in page.text
    assert "80% of 5 questions right" in page.text
    assert "2026, version 2.0.0 of the pack “For tests”" in page.text
    assert "S/RES/1894 (2009)" in page.text
    assert "There is no text in your language yet" not in page.text
    assert "Answer 2" not in page.text


def test_a_lesson_comes_in_the_readers_language(site: Site, reader: PersonId, filled: Work) -> None:
    french = site.sign_in(reader).get(f"/modules/{MODULE}?language=fr")

    assert "La <strong>nouvelle</strong> leçon." in french.body


def test_a_reader_without_a_translation_gets_the_english_text_and_is_told(
    site: Site, reader: PersonId, filled: Work
) -> None:
    page = site.sign_in(reader).get(f"/modules/{MODULE}?language=ar")

    assert "The <em>new</em> lesson." in page.body
    assert 'class="c-prose" lang="en" dir="ltr"' in page.body
    assert "c-notice" in page.body


def test_a_refresher_says_what_it_renews(site: Site, reader: PersonId, filled: Work) -> None:
    page = site.sign_in(reader).get(f"/modules/{MODULE}-refresher")

    assert "evidence that ran out at most 12 months before" in page.text


def test_an_earlier_version_stays_readable_and_says_that_it_is_old(site: Site, reader: PersonId, filled: Work) -> None:
    old = queries.editions_of(filled.session, module=MODULE)[-1].version

    page = site.sign_in(reader).get(f"/modules/{MODULE}?version={old}")

    assert "The old lesson." in page.text
    assert "This version is no longer used for new training" in page.text
    assert f"/modules/{MODULE}" in page.links()
    assert f"/modules/{MODULE}?version={old}" in site.get(f"/modules/{MODULE}").links()


@pytest.mark.parametrize(
    "path", ["/modules/juggling", f"/modules/{MODULE}?version=999", f"/modules/{MODULE}?version=x"]
)
def test_what_there_is_not_is_not_found(site: Site, reader: PersonId, filled: Work, path: str) -> None:
    assert site.sign_in(reader).get(path).status == 404


def test_tracks_are_listed_with_their_role_and_time(site: Site, reader: PersonId, filled: Work) -> None:
    page = site.sign_in(reader).get("/tracks/")

    assert "Title of everyone everyone 2 1 h 30 min" in page.text
    assert "Title of infantry Infantry 1 45 min" in page.text
    assert "/tracks/everyone" in page.links()


def test_a_track_is_shown_step_by_step(site: Site, reader: PersonId, filled: Work) -> None:
    page = site.sign_in(reader).get("/tracks/everyone")

    assert "1. Title of first-aid 45 min while what it teaches is held never" in page.text
    assert page.links().index("/modules/first-aid") < page.links().index(f"/modules/{MODULE}")
    assert site.get("/tracks/cooks").status == 404


def test_every_edition_of_a_pack_is_listed(site: Site, reader: PersonId, filled: Work) -> None:
    retired = installed(filled, key="another", modules=(module("other"),))
    operations.retire_pack(filled, pack=retired)

    page = site.sign_in(reader).get("/packs/")

    assert page.text.count("in use") == 1
    assert "superseded" in page.text
    assert "retired" in page.text


@pytest.mark.parametrize("path", ["/modules/", f"/modules/{MODULE}", "/tracks/", "/tracks/everyone", "/packs/"])
def test_a_visitor_is_asked_to_sign_in(site: Site, filled: Work, path: str) -> None:
    assert site.get(path).status == 303


def test_html_in_a_stored_lesson_is_not_let_through(site: Site, reader: PersonId, work: Work) -> None:
    competencies.adopted(work)
    lesson = f"{LESSON}\n\n[link](javascript:alert(1)) and &lt;script&gt;"
    operations.install_pack(work, pack=pack(modules=(module(lessons={"en": lesson}),)))

    page = site.sign_in(reader).get(f"/modules/{MODULE}")

    assert "javascript:" not in page.body.partition("c-prose")[2].replace("[link](javascript:alert(1))", "")
    assert "<script>" not in page.body.partition("c-prose")[2]
