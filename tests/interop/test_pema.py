"""The PEMA file: what is taken, what is not and why, what it shifts, and that the database says the same."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.accounts import queries as account_queries
from trainer.accounts.values import Certainty, MissionStatus
from trainer.cli import imports
from trainer.interop import pema
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.work import Work
from trainer.mandates import queries, rules
from trainer.mandates.models import InstrumentRow, InstrumentTask
from trainer.mandates.values import TASK_KINDS, Force, Modality, TaskChange

FILE = Path(__file__).parents[3] / "shared/data/pema/PEMA_raw_v2.csv"
real = pytest.mark.skipif(not FILE.is_file(), reason=f"the PEMA file is not at {FILE}")

HEAD = (
    "Signature,NamePKO,Country,Year,Date2,Mandate_Renewal,Mandate_CompleteAdjustment,"
    "CivProtect_Monitor,CivProtect_Assist,CivProtect_Security,CivProtect_Encouraged,Gender_Assist,Gender_Encouraged,Comments"
)


def table(*rows: str) -> str:
    return "\r\n".join((HEAD, *rows, ""))


def row(
    symbol: str = "S/RES/1996",
    mission: str = "UNMISS",
    day: str = "08-Jul-11",
    flags: str = "0,0",
    cells: str = ",,,,,",
) -> str:
    return f"{symbol},{mission},South Sudan,2011,{day},{flags},{cells},"


def read(*rows: str) -> pema.Reading:
    return pema.read_table(table(*rows))


# Small files


def test_a_row_is_read_with_the_paragraph_of_each_cell() -> None:
    reading = read(row(cells='3b,"3b(iv), 3c(i)",,,,17'))

    assert [(text.symbol, text.mission, text.adopted_on) for text in reading.texts] == [
        ("S/RES/1996", "UNMISS", date(2011, 7, 8))
    ]
    assert dict(reading.texts[0].cells) == {
        ("CivProtect", Modality.MONITOR): "3b",
        ("CivProtect", Modality.ASSIST): "3b(iv), 3c(i)",
        ("Gender", None): "17",
    }
    assert reading.shifts == reading.skipped == reading.remarks == ()


@pytest.mark.parametrize(
    ("printed", "symbol"),
    [
        pytest.param("S/RES/758 AND S/RES/761", "S/RES/758", id="the first of two"),
        pytest.param("S/RES/2350 (2017)", "S/RES/2350", id="with its year"),
        pytest.param("S/RES/776 ", "S/RES/776", id="with a blank"),
        pytest.param("s/res/776", "S/RES/776", id="in small letters"),
        pytest.param("776", "S/RES/776", id="the number alone"),
    ],
)
def test_a_symbol_is_reduced_to_its_first_number(printed: str, symbol: str) -> None:
    assert [text.symbol for text in read(row(printed)).texts] == [symbol]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(row("S/PRST/2014/7"), "no resolution", id="not a resolution"),
        pytest.param(row(""), "no resolution", id="no symbol"),
        pytest.param(row("S/RES/0"), "no resolution", id="number 0"),
        pytest.param(row(mission=" "), "no mission", id="no mission"),
        pytest.param(row(flags="0,2"), "neither 0 nor 1", id="a flag of 2"),
        pytest.param("S/RES/1996,UNMISS,South Sudan", "3 cells where the head has 14", id="cut short"),
        pytest.param(row() + ",12", "15 cells where the head has 14", id="too long"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_with_its_number_and_reason(bad: str, reason: str) -> None:
    reading = read(row("S/RES/2057", cells="3,,,,,"), "", bad, row("S/RES/2109"))

    assert [text.symbol for text in reading.texts] == ["S/RES/2057", "S/RES/2109"]
    assert [(each.row, reason in str(each.reason)) for each in reading.skipped] == [(4, True)]


@pytest.mark.parametrize(
    ("day", "read_as"),
    [
        pytest.param("29-Feb-92", date(1992, 2, 29), id="two digits before 2000"),
        pytest.param("28-Feb-19", date(2019, 2, 28), id="two digits after"),
        pytest.param("2019-02-28", date(2019, 2, 28), id="as ISO writes it"),
        pytest.param("28 February 2019", date(2019, 2, 28), id="in words"),
        pytest.param("", None, id="blank"),
        pytest.param("30-Feb-92", None, id="no such day"),
        pytest.param("spring 1992", None, id="unreadable"),
    ],
)
def test_a_date_is_read_and_a_row_without_one_is_kept(day: str, read_as: date | None) -> None:
    reading = read(row(day=day))

    assert [text.adopted_on for text in reading.texts] == [read_as]
    assert not reading.skipped
    assert reading.remarks or read_as is not None


def test_rows_of_one_mission_and_number_are_joined() -> None:
    reading = read(
        row("S/RES/2350", cells="6,,,,,", day=""),
        row("S/RES/2410", cells="1,,,,,"),
        row("S/RES/2350 (2017)", cells='"6, 8",7,,,,', flags="0,1"),
        row("S/RES/2410", "UNISFA"),
    )

    assert [(text.mission, text.symbol, text.rows) for text in reading.texts] == [
        ("UNISFA", "S/RES/2410", (5,)),
        ("UNMISS", "S/RES/2350", (2, 4)),
        ("UNMISS", "S/RES/2410", (3,)),
    ]
    joined = reading.texts[1]
    assert joined.complete
    assert joined.adopted_on == date(2011, 7, 8)
    assert list(joined.cells.values()) == ["6; 6, 8", "7"]
    assert any(each.rows == (2, 4) and "different cells" in str(each.message) for each in reading.remarks)


def test_cells_are_inherited_until_a_complete_adjustment() -> None:
    reading = read(
        row("S/RES/3", cells=",4,,,,"),
        row("S/RES/1", cells="3,,,,5,"),
        row("S/RES/2"),
        row("S/RES/4", cells=",,,9,,", flags="1,1"),
        row("S/RES/5", cells=",,,,,6"),
    )

    assert [(each.symbol, each.added, each.removed, each.changed) for each in reading.shifts] == [
        ("S/RES/3", (), (), ("CivProtect",)),
        ("S/RES/4", (), ("Gender",), ("CivProtect",)),
        ("S/RES/5", ("Gender",), (), ()),
    ]


def test_a_mission_spelled_in_two_ways_is_one() -> None:
    reading = read(row("S/RES/1", "UNAVEM II"), row("S/RES/2", "Unavem  II"))

    assert reading.missions == ("UNAVEM II",)
    assert pema.mission_key("UNAVEM II") == "unavem-ii"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "no column", id="nothing"),
        pytest.param("a,b\n1,2\n", "Signature", id="another table"),
        pytest.param(HEAD.split(",CivProtect", maxsplit=1)[0] + "\n", "Task_Modality", id="no task"),
        pytest.param(HEAD + '\n"S/RES/1"x,y\n', "Line 2", id="no line of a table"),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(pema.NotPema, match=said):
        pema.read_table(text)


def test_a_column_nobody_knows_is_told() -> None:
    reading = pema.read_table(table(row()).replace("Gender_Assist", "Weather_Assist"))

    assert [str(each.message) for each in reading.remarks] == [
        "The column Weather_Assist is not known and was passed over with 0 filled cells."
    ]


def test_an_effective_day_moves_no_further_than_the_numbers_need() -> None:
    reading = read(
        row("S/RES/950", day="21-Oct-94"),
        row("S/RES/972", day="13-Jan-94").replace(",2011,", ",1995,"),
        row("S/RES/973", day="01-Feb-94"),
        row("S/RES/980", day="").replace(",2011,", ",1996,"),
    )

    drafts = pema.instruments_from(reading.texts, missions={"UNMISS": 1})  # type: ignore[dict-item]

    assert [(each.adopted_on, each.effective_on) for each in drafts] == [
        (date(1994, 10, 21), date(1994, 10, 21)),
        (date(1994, 1, 13), date(1995, 1, 13)),
        (date(1994, 2, 1), date(2011, 2, 1)),
        (None, date(2011, 2, 1)),
    ]
    assert [each.certainty for each in drafts[:2]] == [Certainty.SEEN, Certainty.PART_SEEN]


def test_a_text_becomes_an_instrument_that_adds_or_states(work: Work) -> None:
    reading = read(
        row("S/RES/1", cells="3,,,,,"), row("S/RES/2", cells=",4,,5,6,"), row("S/RES/3", cells=",,,,,9", flags="0,1")
    )

    pema.store_mandates(work, reading=reading)

    mission = account_queries.mission_by_key(work.session, key="unmiss")
    first, second, third = queries.mandate_history(work.session, mission=mission.id)
    assert [line.change for text in (first, second) for line in text.tasks] == [TaskChange.EXTEND] * 3
    assert [(line.change, line.force, line.modalities) for line in third.tasks] == [
        (TaskChange.SET, Force.ENCOURAGED, ())
    ]
    assert third.complete_adjustment
    assert not third.expiry_known
    cited = [(line.paragraph, [(each.modality, each.paragraph) for each in line.cited]) for line in second.tasks]
    assert cited == [("4, 5", [(Modality.ASSIST, "4"), (None, "5")]), ("6", [])]


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mandates.csv"
    path.write_text(table(row("S/RES/1", cells="3,,,,,"), row("S/RES/2", cells=",,,,7,"), row("none")), "utf-8-sig")
    return path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(imports.group, ["mandates", "--format", "pema", *map(str, arguments)])


def test_a_dry_run_counts_without_a_database(file: Path) -> None:
    result = run(file, "--dry-run", "--json", "--detail")

    account = json.loads(result.stdout)
    assert {name: account[name] for name in ("missions", "instruments", "shifts", "additions", "removals")} == {
        "missions": 1,
        "instruments": 2,
        "shifts": 1,
        "additions": 1,
        "removals": 0,
    }
    assert [(each["row"], each["symbol"]) for each in account["skipped"]] == [(4, "none")]
    assert account["detail"] == [
        {"mission": "UNMISS", "symbol": "S/RES/2", "added": ["Gender"], "removed": [], "modality_changes": []}
    ]
    assert account["stored"] is None


def test_the_words_tell_the_same_as_the_json(file: Path) -> None:
    result = run(file, "--dry-run", "--detail")

    assert "1 missions, 2 instruments, 1 shifts" in result.stdout
    assert "UNMISS S/RES/2: +Gender" in result.stdout
    assert "Skipped row 4 (none): The row names no resolution" in result.stdout
    assert "nothing was stored" in result.stdout


def test_a_file_of_another_kind_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")

    result = run(path, "--dry-run")

    assert result.exit_code == 1
    assert "This is no PEMA file" in result.stderr


MIGRATIONS = Path(__file__).parents[2] / "migrations/versions"


@pytest.mark.skipif(not list(MIGRATIONS.glob("*.py")), reason="there is no migration that makes the tables")
def test_the_command_stores_in_the_database_it_is_given_and_only_once(file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    first, second = (json.loads(run(file, "--json", "--database", url).stdout)["stored"] for _ in range(2))

    assert first == {"missions": 1, "instruments": 2, "already": 0}
    assert second == {"missions": 0, "instruments": 0, "already": 2}


# The real file


@pytest.fixture(scope="module")
def reading() -> pema.Reading:
    return pema.read_pema(FILE)


def recount() -> Iterator[tuple[str, int, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]]:
    """The same count written apart, knowing nothing of the importer: mission, number, cells before and after."""
    with FILE.open(newline="", encoding="utf-8-sig") as opened:
        records = list(csv.DictReader(opened))
    coded: defaultdict[str, defaultdict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    complete: set[tuple[str, int]] = set()
    for record in records:
        mission = record["NamePKO"].strip()
        number = int(re.findall(r"\d+", record["Signature"])[0])
        coded[mission][number] |= {
            (name.split("_")[0], name.split("_")[1])
            for name, value in record.items()
            if "_" in name and not name.startswith("Mandate") and value.strip()
        }
        if record["Mandate_CompleteAdjustment"].strip() == "1":
            complete.add((mission, number))
    for mission, numbers in coded.items():
        held: frozenset[tuple[str, str]] = frozenset()
        for number in sorted(numbers):
            before, own = held, frozenset(numbers[number])
            held = own if (mission, number) in complete else before | own
            yield mission, number, before, held


@real
def test_an_independent_recount_finds_the_same_numbers(reading: pema.Reading) -> None:
    counts: defaultdict[str, int] = defaultdict(int)
    missions: set[str] = set()
    for mission, _, before, after in recount():
        counts["instruments"] += 1
        if mission not in missions:
            missions.add(mission)
            continue
        was, will_be = ({kind for kind, _ in cells} for cells in (before, after))
        added, removed = will_be - was, was - will_be
        changed = [
            kind for kind in was & will_be if {w for k, w in before if k == kind} != {w for k, w in after if k == kind}
        ]
        counts["additions"] += len(added)
        counts["removals"] += len(removed)
        counts["changes"] += len(changed)
        counts["shifts"] += bool(added or removed or changed)

    assert (len(missions), counts["instruments"]) == (48, 554)
    assert (len(reading.missions), len(reading.texts)) == (48, 554)
    assert len(reading.shifts) == counts["shifts"] == 173
    assert sum(len(each.added) for each in reading.shifts) == counts["additions"] == 244
    assert sum(len(each.removed) for each in reading.shifts) == counts["removals"] == 130
    assert sum(len(each.changed) for each in reading.shifts) == counts["changes"] == 235


@real
def test_every_row_of_the_real_file_is_taken(reading: pema.Reading) -> None:
    assert sum(len(text.rows) for text in reading.texts) == 558
    assert not reading.skipped
    assert sum(len(text.rows) > 1 for text in reading.texts) == 4
    assert sum("blank. The text is kept" in str(each.message) for each in reading.remarks) == 4
    assert sum(len(text.cells) for text in reading.texts) > 2500
    coded = {kind for text in reading.texts for kind, _ in text.cells}
    # the file has columns for offensive operations and not one cell in them
    assert {kind.key for kind in TASK_KINDS.values() if kind.from_pema} - coded == {"OffensOper"}


@real
def test_the_south_sudan_shifts_of_2014_and_2015_are_as_the_council_made_them(reading: pema.Reading) -> None:
    shifts = {(each.mission, each.symbol): each for each in reading.shifts}
    of_2014, of_2015 = shifts["UNMISS", "S/RES/2155"], shifts["UNMISS", "S/RES/2241"]

    assert of_2014.added == ("Ceasefire",)
    assert len(of_2014.removed) == 17
    assert set(of_2015.added) == {
        *("CivilSociety", "Demil", "DisarmDemob", "Gender", "LegalReform", "MilitaryReform", "PoliceReform"),
        "Reintegration",
    }
    assert of_2015.removed == ()


@real
def test_the_database_gives_what_the_file_says_of_every_text(work: Work, reading: pema.Reading) -> None:
    stored = pema.store_mandates(work, reading=reading)

    assert (stored.missions, stored.instruments, stored.already) == (48, 554, 0)
    ways = {"Monitor": Modality.MONITOR, "Assist": Modality.ASSIST, "Security": Modality.SECURE, "Encouraged": None}
    expected = {
        (pema.mission_key(mission), number): {(kind, ways[way]) for kind, way in after}
        for mission, number, _, after in recount()
    }
    cards = {card.id: card for card in account_queries.missions(work.session)}
    seen = {}
    for mission, texts in queries.instruments_of(work.session, missions=cards).items():
        for text in texts:
            upto = [each for each in texts if rules.order_of(each) <= rules.order_of(text)]
            tasks = rules.in_force(upto, on=text.effective_on)
            seen[cards[mission].key, text.number] = {
                (each.task_kind, way.modality) for each in tasks for way in each.sources
            }
    assert seen == expected


@real
def test_south_sudan_reads_23_tasks_then_7_in_the_database(work: Work, reading: pema.Reading) -> None:
    pema.store_mandates(work, reading=reading)

    mission = account_queries.mission_by_key(work.session, key="unmiss")
    before = queries.tasks_in_force(work.session, mission=mission.id, on=date(2014, 5, 26))
    after = queries.tasks_in_force(work.session, mission=mission.id, on=date(2014, 5, 27))
    assert (len(before), len(after)) == (23, 7)
    assert {each.task_kind for each in after} == {
        *("CivProtect", "RefugeeIDPs", "ChildRights", "HumanRights", "HumanRelief", "LocalReconcil", "Ceasefire")
    }
    assert all(not each.renewal_verified for each in after)
    page = queries.mission_page(work.session, mission=mission.id, on=date(2019, 1, 1))
    assert len(page.instruments) == 10
    assert not page.expiry_known


@real
def test_importing_twice_changes_nothing(work: Work, reading: pema.Reading) -> None:
    def state(session: Session) -> list[int]:
        tables = (InstrumentRow, InstrumentTask, LedgerEntry)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    pema.store_mandates(work, reading=reading)
    work.session.flush()
    before = state(work.session)

    again = pema.store_mandates(work, reading=reading)

    work.session.flush()
    assert (again.missions, again.instruments, again.already) == (0, 0, 554)
    assert state(work.session) == before


@real
def test_missions_are_made_with_what_the_file_tells_of_them(work: Work, reading: pema.Reading) -> None:
    pema.store_mandates(work, reading=reading)

    cards = {card.key: card for card in account_queries.missions(work.session)}
    assert cards["unavem-ii"].name == "UNAVEM II"
    assert cards["unavem-ii"].place == {"en": "Angola", "fr": "Angola", "ar": "أنغولا"}
    assert cards["unavem-ii"].status is MissionStatus.CLOSED
    assert cards["minusca"].status is MissionStatus.ACTIVE
    assert {card.certainty for card in cards.values()} == {Certainty.KNOWLEDGE}


@real
def test_the_time_of_knowledge_is_that_of_the_import(work: Work, reading: pema.Reading) -> None:
    pema.store_mandates(work, reading=reading)

    mission = account_queries.mission_by_key(work.session, key="unmiss").id
    on = date(2016, 1, 1)
    assert queries.tasks_in_force(work.session, mission=mission, on=on, known_at=work.now)
    earlier = datetime(2016, 1, 2, tzinfo=work.now.tzinfo)
    assert not queries.tasks_in_force(work.session, mission=mission, on=on, known_at=earlier)
