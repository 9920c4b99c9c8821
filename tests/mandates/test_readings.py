"""A mandate by two clocks: two readings beside each other, areas by texts, what ended a task, and the files of all that."""

import csv
import io
import json
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import work_on
from tests.factories import accounts
from tests.factories.mandates import MISSION, adding, draft, ending, instrument, line, published, task
from tests.support.site import Site
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import MissionId
from trainer.cli import mandate_previews
from trainer.cli.database import open_engine
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries, rules
from trainer.mandates.models import InstrumentRow
from trainer.mandates.values import (
    TASK_KINDS,
    EndingKind,
    Instrument,
    Modality,
    Move,
    StepKind,
)

JULY, OCTOBER, MAY = date(2025, 7, 1), date(2025, 10, 1), date(2026, 5, 1)


@pytest.fixture
def history() -> tuple[Instrument, ...]:
    """Three texts: two tasks, then one more and a change, then one ended, one dropped by its last day."""
    return (
        instrument(1, JULY, line("CivProtect"), line("Gender", paragraph="5", ends_on=date(2026, 1, 1))),
        instrument(2, OCTOBER, line("Demining", paragraph="3"), adding("CivProtect", Modality.SECURE, paragraph="4")),
        instrument(3, MAY, ending("Demining", paragraph="9")),
    )


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNIFIL", key="unifil")


@pytest.fixture
def on_file(work: Work, mission: MissionId) -> MissionId:
    """The same three texts, published."""
    common = {"adopted_on": None, "expires_on": None}
    published(
        work,
        mission,
        symbol="S/RES/1",
        effective_on=JULY,
        tasks=(line("CivProtect"), line("Gender", paragraph="5", ends_on=date(2026, 1, 1))),
        **common,
    )
    added = (line("Demining", paragraph="3"), adding("CivProtect", Modality.SECURE, paragraph="4"))
    published(work, mission, symbol="S/RES/2", effective_on=OCTOBER, tasks=added, **common)
    published(work, mission, symbol="S/RES/3", effective_on=MAY, tasks=(ending("Demining", paragraph="9"),), **common)
    work.session.execute(
        update(InstrumentRow)
        .where(InstrumentRow.symbol == "S/RES/3")
        .values(published_at=datetime(2026, 11, 20, 8, tzinfo=UTC))
    )
    work.session.execute(
        update(InstrumentRow)
        .where(InstrumentRow.symbol.in_(("S/RES/1", "S/RES/2")))
        .values(published_at=datetime(2026, 11, 2, 8, tzinfo=UTC))
    )
    return mission


@pytest.fixture
def reader(session: Session) -> PersonId:
    return accounts.person(session)


# Rules


def test_what_a_text_does_with_each_task_is_told_with_its_paragraph(history: tuple[Instrument, ...]) -> None:
    steps = [
        [(step.kind, step.task.task_kind, step.paragraph) for step in of_text.steps]
        for of_text in rules.steps_of(history, places=range(3))
    ]

    assert steps == [
        [(StepKind.ADDED, "CivProtect", "4 (a)"), (StepKind.ADDED, "Gender", "5")],
        [
            (StepKind.CHANGED, "CivProtect", "4"),
            (StepKind.INHERITED, "Gender", "5"),
            (StepKind.ADDED, "Demining", "3"),
        ],
        [
            (StepKind.INHERITED, "CivProtect", "4"),
            (StepKind.ENDED, "Gender", "5"),
            (StepKind.ENDED, "Demining", "9"),
        ],
    ]
    (last,) = rules.steps_of(history, places=range(2, 3))
    ran_out = next(step.ended for step in last.steps if step.task.task_kind == "Gender")
    assert ran_out is not None
    assert (ran_out.kind, ran_out.on, ran_out.symbol) == (EndingKind.RAN_OUT, date(2026, 1, 1), "S/RES/1")


def test_a_task_that_is_said_as_it_was_is_said_again() -> None:
    texts = (instrument(1, JULY, line("CivProtect")), instrument(2, MAY, line("CivProtect", paragraph="7")))

    (found,) = rules.steps_of(texts, places=range(1, 2))
    (step,) = found.steps

    assert (step.kind, step.paragraph) == (StepKind.SAID_AGAIN, "7")


def test_of_what_a_text_leaves_alone_some_are_named_and_the_others_counted() -> None:
    sectors = [replace(line("CivProtect"), area_of_operations=f"Sector {number}") for number in range(5)]
    brief = replace(line("Gender"), ends_on=date(2025, 8, 1))
    texts = (instrument(1, JULY, *sectors, brief), instrument(2, OCTOBER, line("Demining")))

    (found,) = rules.steps_of(texts, places=range(1, 2), inherited=2)

    assert [(step.kind, step.task.area_of_operations) for step in found.steps if step.task.area is Area.POC] == [
        (StepKind.INHERITED, "Sector 0"),
        (StepKind.INHERITED, "Sector 1"),
    ]
    assert found.unnamed == {Area.POC: 3}
    assert [step.task.task_kind for step in found.steps if step.kind is StepKind.ENDED] == ["Gender"]


@pytest.mark.parametrize(
    ("text", "kind", "paragraph", "on"),
    [
        pytest.param(ending("CivProtect", paragraph="9"), EndingKind.BY_TEXT, "9", MAY, id="ended by a text"),
        pytest.param(
            ending("CivProtect", paragraph="9", ends_on=date(2026, 6, 1)),
            EndingKind.BY_TEXT,
            "9",
            date(2026, 6, 1),
            id="ended by a text from a later day on",
        ),
        pytest.param(None, EndingKind.NOT_MENTIONED, "", MAY, id="not in a text that replaces all"),
    ],
)
def test_what_ended_a_task_is_found(text: object, kind: EndingKind, paragraph: str, on: date) -> None:
    first = instrument(1, JULY, line("CivProtect"))
    second = instrument(2, MAY, *([text] if text else []), complete_adjustment=text is None)
    (before,) = rules.in_force((first,), on=JULY)

    found = rules.ending_of(before, (first, second), by=date(2026, 11, 24))

    assert found is not None
    assert (found.kind, found.paragraph, found.on, found.symbol) == (kind, paragraph, on, "S/RES/2")


def test_nothing_ended_what_is_missing_for_want_of_knowledge() -> None:
    assert rules.ending_of(task(), (), by=MAY) is None


def test_two_missions_differ_by_what_they_do_not_by_when() -> None:
    one = (task("CivProtect"), task("Gender"), task("Demining", priority=1))
    other = (
        task("CivProtect", mission=MissionId(2), since_on=MAY, ends_on=date(2027, 1, 1)),
        task("Demining", mission=MissionId(2)),
        task("Media", mission=MissionId(2)),
    )

    found = rules.compare_missions(one, other)

    assert [(each.task.task_kind, each.move) for each in found.moves] == [
        ("CivProtect", Move.KEPT),
        ("Gender", Move.DROPPED),
        ("Demining", Move.CHANGED),
        ("Media", Move.ADDED),
    ]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, ["effective_on"], id="a renewal of what has run out"),
        pytest.param({"effective_on": date(2026, 11, 16)}, [], id="from the day after the last"),
        pytest.param({"complete_adjustment": True}, [], id="a mandate of its own"),
        pytest.param({"note": "A letter extended it."}, [], id="with what is known of the time between"),
    ],
)
def test_a_mandate_that_has_run_out_is_not_renewed_without_a_word(
    changes: dict[str, object], fields: list[str]
) -> None:
    first = instrument(1, JULY, line("CivProtect"), expires_on=date(2026, 11, 16))
    renewal = draft(MISSION, adopted_on=None, **changes)

    problems = rules.check_draft(renewal, instruments=(first,), in_force=rules.in_force((first,), on=JULY))

    assert [each.field for each in problems] == fields
    assert all("15" in str(each.message) for each in problems)


# Queries


def test_two_days_are_compared_with_what_ended_between(work: Work, on_file: MissionId) -> None:
    found = queries.comparison(work.session, before=(on_file, OCTOBER, None), after=(on_file, MAY, None))

    assert [(each.move.task.task_kind, each.move.move) for each in found.tasks] == [
        ("CivProtect", Move.KEPT),
        ("Gender", Move.DROPPED),
        ("Demining", Move.DROPPED),
    ]
    assert [each.ended and each.ended.kind for each in found.tasks] == [
        None,
        EndingKind.RAN_OUT,
        EndingKind.BY_TEXT,
    ]
    assert [each.symbol for each in found.between] == ["S/RES/3"]


def test_one_day_as_known_at_two_instants_differs_by_what_came_on_file(work: Work, on_file: MissionId) -> None:
    earlier = datetime(2026, 11, 10, 9, tzinfo=UTC)

    found = queries.comparison(work.session, before=(on_file, MAY, earlier), after=(on_file, MAY, None))

    assert [(each.move.task.task_kind, each.move.move) for each in found.tasks] == [
        ("CivProtect", Move.KEPT),
        ("Demining", Move.DROPPED),
    ]
    assert found.between == ()


def test_a_mission_that_is_not_there_is_refused(work: Work, on_file: MissionId) -> None:
    with pytest.raises(NoSuchMission):
        queries.comparison(work.session, before=(on_file, JULY, None), after=(MissionId(99), MAY, None))


def test_a_mission_is_read_as_it_was_known(work: Work, on_file: MissionId) -> None:
    texts = queries.mandate_history(work.session, mission=on_file)
    operations.withdraw_instrument(
        work,
        instrument=texts[1].id,
        because="By mistake",
        seen_version=queries.mandate_version(work.session, mission=on_file),
    )

    now = queries.mission_page(work.session, mission=on_file, on=OCTOBER)
    before = queries.mission_page(
        work.session, mission=on_file, on=OCTOBER, known_at=datetime(2026, 11, 21, tzinfo=UTC)
    )
    unknown = queries.mission_page(
        work.session, mission=on_file, on=OCTOBER, known_at=datetime(2026, 11, 1, tzinfo=UTC)
    )

    assert [each.task_kind for each in now.tasks] == ["CivProtect", "Gender"]
    assert [each.task_kind for each in before.tasks] == ["CivProtect", "Gender", "Demining"]
    assert [each.symbol for each in before.instruments] == ["S/RES/3", "S/RES/2", "S/RES/1"]
    assert (unknown.tasks, unknown.instruments, unknown.current) == ((), (), None)


def test_the_period_of_a_text_that_was_withdrawn_later_counted_before(work: Work, mission: MissionId) -> None:
    text = published(work, mission, effective_on=JULY, adopted_on=None, expires_on=date(2027, 7, 1))
    operations.withdraw_instrument(
        work,
        instrument=text,
        because="By mistake",
        seen_version=queries.mandate_version(work.session, mission=mission),
    )
    work.session.execute(update(InstrumentRow).values(withdrawn_at=work.now + timedelta(days=1)))

    page = queries.mission_page(work.session, mission=mission, on=MAY, known_at=work.now)

    assert (page.last_on, page.verified) == (date(2027, 6, 30), True)
    assert [each.renewal_verified for each in page.tasks] == [True]


def test_the_table_is_paged_with_the_latest_texts_first(work: Work, on_file: MissionId) -> None:
    first, second = (
        queries.mandate_table(work.session, mission=on_file, known_at=None, page=page, size=2) for page in (1, 2)
    )

    assert ([each.symbol for each in first.texts], first.pages, first.total) == (["S/RES/2", "S/RES/3"], 2, 3)
    assert [each.symbol for each in second.texts] == ["S/RES/1"]
    assert [each.value for each in first.areas] == ["POC", "WPS", "WAM"]


# Pages and files


def test_everybody_may_compare_and_no_visitor(site: Site, on_file: MissionId, reader: PersonId) -> None:
    address = f"/missions/{on_file}/compare?from=2025-10-01&to=2026-05-01"
    page = site.sign_in(reader).get(address)

    assert page.status == 200
    assert "2 dropped" in page.text
    assert "ended by S/RES/3, 9, from 1 May 2026 on" in page.text
    assert "ran out on 31 December 2025, as S/RES/1, 5, said" in page.text
    assert "Texts between the two days" in page.text
    assert f"/missions/{on_file}/compare.csv?from=2025-10-01&to=2026-05-01" in page.links()
    assert site.sign_out().get(address).status == 303


def test_two_missions_stand_beside_each_other(site: Site, work: Work, on_file: MissionId, reader: PersonId) -> None:
    other = accounts.mission(work, name="MINUSCA")
    published(work, other, effective_on=JULY, adopted_on=None, tasks=(line("Media"),))

    page = site.sign_in(reader).get(f"/missions/{on_file}/compare?with={other}")

    assert "UNIFIL beside MINUSCA" in page.text
    assert "1 added" in page.text
    assert site.get(f"/missions/{on_file}/compare?with=999").status == 404
    assert site.get(f"/missions/{on_file}/compare?with=nonsense").status == 200


def test_many_tasks_that_differ_are_paged(site: Site, work: Work, on_file: MissionId, reader: PersonId) -> None:
    other = accounts.mission(work, name="MINUSCA")
    sectors = tuple(replace(line("Media"), area_of_operations=f"Sector {number}") for number in range(70))
    published(work, other, effective_on=JULY, adopted_on=None, tasks=sectors)
    address = f"/missions/{on_file}/compare?with={other}"

    first, second = site.sign_in(reader).get(address), site.get(f"{address}&page=2")

    assert "70 added" in first.text
    assert "70 added" in second.text
    assert (first.text.count("in Sector"), second.text.count("in Sector")) == (50, 20)
    assert "Page 2 of 2, 73 in all" in second.text
    assert f"/missions/{on_file}/compare.csv?with={other}" in second.links()


def test_the_mission_is_read_as_known_on_a_day(site: Site, on_file: MissionId, reader: PersonId) -> None:
    site.sign_in(reader)

    now = site.get(f"/missions/{on_file}")
    then = site.get(f"/missions/{on_file}?on=2026-11-24&known=2026-11-10")
    never = site.get(f"/missions/{on_file}?known=2020-01-01")

    assert "Mine action" not in now.text.partition("History")[0]
    assert "Mine action" in then.text
    assert "By what was on file on 10 November 2026" in then.text
    assert "No task was in force on this day" in never.text
    assert site.get(f"/missions/{on_file}?known=2026-11-24").text == now.text


def test_the_table_shows_areas_by_texts(site: Site, on_file: MissionId, reader: PersonId) -> None:
    page = site.sign_in(reader).get(f"/missions/{on_file}/table")

    assert page.status == 200
    assert "Protection of civilians" in page.text
    assert "inherited from S/RES/2, 4" in page.text
    assert "No text with a task was on file" in site.get(f"/missions/{on_file}/table?known=2020-01-01").text


def test_files_hold_every_row(site: Site, on_file: MissionId, reader: PersonId) -> None:
    site.sign_in(reader)

    def rows(path: str) -> list[list[str]]:
        page = site.get(path)
        assert page.status == 200
        assert "attachment" in page.headers["Content-Disposition"]
        return list(csv.reader(io.StringIO(page.body.lstrip("\ufeff"))))

    table = rows(f"/missions/{on_file}/table.csv")
    compared = rows(f"/missions/{on_file}/compare.csv?from=2025-10-01&to=2026-05-01")
    tasks = rows(f"/missions/{on_file}/tasks.csv?on=2025-10-01")

    assert [(row[0], row[3], row[5]) for row in table[1:]][-2:] == [
        ("S/RES/3", "Gender equality and women's participation", "ended"),
        ("S/RES/3", "Mine action", "ended"),
    ]
    assert len(table) == 1 + 2 + 3 + 3
    assert [row[3] for row in compared[1:]] == ["kept", "dropped", "dropped"]
    assert [row[1] for row in tasks[1:]] == [
        "Protection of civilians",
        "Gender equality and women's participation",
        "Mine action",
    ]


def test_the_command_gives_the_page_s_comparison(site: Site, on_file: MissionId, reader: PersonId) -> None:
    page = site.sign_in(reader).get(f"/missions/{on_file}/compare.json?from=2025-10-01&to=2026-05-01")

    found = json.loads(page.body)

    assert found["counts"] == {"added": 0, "changed": 0, "dropped": 2, "kept": 1}
    assert found["tasks"][2]["ended"] == {
        "how": "by-text",
        "symbol": "S/RES/3",
        "paragraph": "9",
        "on": "2026-05-01",
    }


def test_the_terminal_compares_as_known_on_a_day(
    empty_database: AbstractContextManager[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    with empty_database as url:
        engine = open_engine(url)
        with Session(engine) as session:
            work = work_on(session)
            mission = accounts.mission(work, key="unifil")
            published(work, mission, effective_on=JULY, adopted_on=None, tasks=(line("Gender"),), expires_on=None)
            published(
                work,
                mission,
                symbol="S/RES/2800",
                effective_on=MAY,
                adopted_on=None,
                tasks=(ending("Gender", paragraph="8"),),
                expires_on=None,
            )
            session.commit()
        engine.dispose()
        asked = ["unifil", "--from", "2025-07-01", "--to", "2026-05-01", "--database", url]

        told = CliRunner().invoke(mandate_previews.compare, asked)
        given = CliRunner().invoke(mandate_previews.compare, [*asked, "--json"])
        before = CliRunner().invoke(mandate_previews.compare, [*asked, "--known-on", "2026-11-01"])
        nobody = CliRunner().invoke(mandate_previews.compare, ["atlantis", *asked[1:]])

    assert "dropped: Gender, by-text, S/RES/2800 (8), on 2026-05-01" in told.output
    assert json.loads(given.output)["tasks"][0]["before"]["paragraph"] == "4 (a)"
    assert "0 tasks differ, 0 are alike." in before.output
    assert nobody.exit_code == 1
    assert "Error" in nobody.output


@pytest.mark.slow
def test_a_table_of_a_hundred_texts_and_a_thousand_tasks_is_read(work: Work, mission: MissionId) -> None:
    kinds = list(TASK_KINDS)
    operations.load_instruments(
        work,
        instruments=[
            draft(
                mission,
                symbol=f"S/RES/{1000 + number}",
                adopted_on=None,
                effective_on=date(2010, 1, 1) + timedelta(days=50 * number),
                expires_on=None,
                tasks=tuple(line(kinds[(number * 10 + place) % len(kinds)]) for place in range(10)),
            )
            for number in range(100)
        ],
    )
    work.session.flush()

    table = queries.mandate_table(work.session, mission=mission, known_at=None, page=1)
    compared = queries.comparison(work.session, before=(mission, date(2015, 1, 1), None), after=(mission, MAY, None))

    assert (table.total, len(table.steps)) == (100, len(table.texts))
    assert compared.tasks


def test_that_a_paragraph_has_no_number_is_said_in_the_readers_language(
    site: Site, work: Work, session: Session
) -> None:
    mission = accounts.mission(session)
    published(
        work,
        mission,
        symbol="S/RES/50",
        effective_on=date(2026, 1, 1),
        adopted_on=None,
        tasks=(line(paragraph="unnumbered"),),
    )
    work.session.commit()
    site.sign_in(accounts.person(session))

    for what in ("table", "compare"):
        page = site.get(f"/missions/{mission}/{what}?language=ar")
        assert "غير مرقمة" in page.text
        assert "unnumbered" not in page.text
