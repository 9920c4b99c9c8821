"""A mandate as one JSON file: written as the schema says, read back alike, and refused with everything that is wrong."""

import json
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import work_on
from tests.factories import accounts, mandates, reviews
from trainer.accounts import queries as account_queries
from trainer.accounts.models import Mission
from trainer.accounts.queries import NoSuchMission
from trainer.accounts.values import Certainty, MissionId, MissionStatus
from trainer.cli import imports, mandate_previews
from trainer.cli.database import open_engine
from trainer.interop import json_schema, mandates_json
from trainer.interop.mandates_json import NotOneText, UnreadableMandate
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import TASK_KINDS, CitedModality, Force, Modality, TaskChange

TEXT: dict[str, Any] = {
    "symbol": "S/RES/2790 (2025)",
    "effective_on": "2026-12-01",
    "tasks": [{"task_kind": "CivProtect", "change": "set", "paragraph": "4 (a)", "modalities": ["assist"]}],
}


def file(*texts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A file of these texts, or of one valid text."""
    return {
        "format": "trainer-mandate/1",
        "mission": {"key": "unifil", "name": "UNIFIL"},
        "instruments": list(texts or (TEXT,)),
    } | changes


def told(document: object) -> list[tuple[str | None, str]]:
    """What is said to be wrong with a document."""
    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.read_mandate(json.dumps(document).encode())
    return [(each.field, str(each.message)) for each in refused.value.problems]


@pytest.fixture
def mission(work: Work) -> MissionId:
    """One whose text says everything that a text can say."""
    made = accounts.mission(work, key="unifil", name="UNIFIL", status=MissionStatus.DRAWING_DOWN, region="levant")
    mandates.published(
        work,
        made,
        note="Read in the text.",
        complete_adjustment=True,
        tasks=(
            mandates.line(
                "CivProtect",
                modalities=(Modality.MONITOR, Modality.SECURE),
                cited=(
                    CitedModality(modality=Modality.MONITOR, paragraph="4 (a)"),
                    CitedModality(modality=None, paragraph="12"),
                ),
                area_of_operations="South of the river",
                starts_on=date(2027, 1, 1),
                ends_on=date(2027, 6, 1),
                priority=1,
                words="Protège les civils",
                begins_with="withdrawal",
                ends_with="phase two",
                ahead=True,
            ),
            mandates.line("Gender", force=Force.ENCOURAGED, modalities=()),
        ),
        milestones=(
            mandates.condition("withdrawal"),
            mandates.phase("phase two", starts_on=date(2027, 1, 1), ends_on=date(2027, 7, 1), begins_with="withdrawal"),
        ),
    )
    (text,) = queries.mandate_history(work.session, mission=made)
    operations.confirm_condition(
        work,
        instrument=text.id,
        condition="withdrawal",
        met_on=date(2027, 2, 1),
        evidence="Report S/2027/1",
        seen_version=queries.mandate_version(work.session, mission=made),
    )
    return made


# Writing and reading


def test_what_is_written_is_as_the_schema_says_and_read_back_alike(work: Work, mission: MissionId) -> None:
    written = mandates_json.write_mandate(work.session, mission=mission)

    assert json_schema.problems_of(written, schema=mandates_json.schema()) == ()
    read = mandates_json.read_mandate(json.dumps(written).encode())
    (text,) = queries.mandate_history(work.session, mission=mission)
    (draft,) = read.drafts
    assert (draft.tasks, draft.expires_on, draft.complete_adjustment) == (text.tasks, text.expires_on, True)
    assert draft.milestones == text.milestones
    assert written["mission"]["status"] == "drawing-down"
    assert written["instruments"][0]["last_on"] == "2027-11-30"
    assert written["instruments"][0]["tasks"][0]["last_on"] == "2027-05-31"


def test_every_field_that_is_written_is_in_the_schema_and_the_reverse(work: Work, mission: MissionId) -> None:
    written = mandates_json.write_mandate(work.session, mission=mission)
    rules = mandates_json.schema()["$defs"]

    text = written["instruments"][0]
    assert set(written["mission"]) | {"translations"} == set(rules["mission"]["properties"])
    assert set(text) | {"paragraphs"} == set(rules["instrument"]["properties"])
    assert {key for each in text["milestones"] for key in each} == set(rules["milestone"]["properties"])
    assert set(text["tasks"][0]) == set(rules["task"]["properties"])
    assert set(text["tasks"][0]["cited"][0]) == set(rules["cited"]["properties"])
    assert set(written) | {"$schema"} == set(mandates_json.schema()["properties"])


def test_what_is_said_of_a_mission_in_other_languages_goes_along(work: Work, mission: MissionId) -> None:
    said = {"place": {"fr": "Liban", "ar": "لبنان"}, "strength": {"fr": "environ 10\u202f800"}}
    work.session.execute(update(Mission).where(Mission.id == mission).values(translations=said))
    written = mandates_json.write_mandate(work.session, mission=mission)
    assert json_schema.problems_of(written, schema=mandates_json.schema()) == ()

    written["mission"]["key"] = "taken-over"
    stored = mandates_json.store_mandate(work, read=mandates_json.read_mandate(json.dumps(written).encode()))

    there, here = (account_queries.mission(work.session, mission=each) for each in (stored.mission, mission))
    assert (there.place, there.strength, there.full_name) == (here.place, here.strength, here.full_name)
    assert there.place["fr"] == "Liban"


def test_the_schema_knows_the_words_of_the_domain() -> None:
    rules = mandates_json.schema()["$defs"]

    assert rules["task"]["properties"]["task_kind"]["enum"] == list(TASK_KINDS)
    assert rules["task"]["properties"]["change"]["enum"] == [each.value for each in TaskChange]
    assert rules["task"]["properties"]["force"]["enum"] == [each.value for each in Force]
    assert rules["mission"]["properties"]["status"]["enum"] == [each.value for each in MissionStatus]
    assert rules["certainty"]["enum"] == [each.value for each in Certainty]


def test_every_field_of_the_schema_says_what_it_means() -> None:
    named = [
        (name, field)
        for rule in mandates_json.schema()["$defs"].values()
        for name, field in rule.get("properties", {}).items()
    ]
    plain = {"title", "full_name", "place", "status", "note", "paragraph", "certainty"}

    assert [name for name, field in named if "description" not in field and name not in plain] == []


def test_a_withdrawn_text_is_not_written(work: Work, mission: MissionId) -> None:
    (text,) = queries.mandate_history(work.session, mission=mission)
    operations.withdraw_instrument(
        work,
        instrument=text.id,
        because="By mistake",
        seen_version=queries.mandate_version(work.session, mission=mission),
    )

    assert mandates_json.write_mandate(work.session, mission=mission)["instruments"] == []


def test_what_may_be_left_out_has_its_usual_value() -> None:
    (draft,) = mandates_json.read_mandate(json.dumps(file()).encode()).drafts

    assert (draft.title, draft.expires_on, draft.expiry_known, draft.complete_adjustment) == ("", None, True, False)
    assert (draft.tasks[0].force, draft.tasks[0].priority, draft.tasks[0].cited) == (Force.REQUESTED, 2, ())


# What is wrong


def test_everything_wrong_is_told_at_once_where_it_stands() -> None:
    wrong = TEXT | {
        "effective_on": "2026-02-30",
        "last_on": 7,
        "surprise": True,
        "tasks": [
            {"task_kind": "Nonsense", "change": "set", "paragraph": " ", "priority": 9},
            {"task_kind": "Gender", "change": "set", "paragraph": "1", "modalities": ["assist", "assist"]},
            {"change": "end"},
        ],
    }

    found = told(file(wrong, format="trainer-mandate/2", mission={"key": "UNIFIL!"}))

    assert [field for field, _ in found] == [
        "format",
        "mission/key",
        "instruments/0/effective_on",
        "instruments/0/tasks/0/task_kind",
        "instruments/0/tasks/0/paragraph",
        "instruments/0/tasks/0/priority",
        "instruments/0/tasks/1/modalities",
        "instruments/0/tasks/2",
        "instruments/0/tasks/2",
        "instruments/0/last_on",
        "instruments/0/surprise",
        "instruments/0/tasks/0/modalities",
    ]
    assert found[2][1] == "This must be a day, such as 2027-02-15."


def test_what_contradicts_itself_is_told_by_the_rules_of_drafts() -> None:
    twice = TEXT | {"symbol": "s/res/2790"}
    backwards = TEXT | {
        "symbol": "S/RES/2791",
        "last_on": "2026-11-01",
        "tasks": [{"task_kind": "Gender", "change": "set", "paragraph": "1", "last_on": "2026-11-20"}],
    }

    assert told(file(TEXT, twice, backwards)) == [
        ("instruments/1/symbol", "S/RES/2790 stands twice in this file. Say it once."),
        ("instruments/2/last_on", "Enter a last day on or after the effective day."),
        (
            "instruments/2/tasks/0/modalities",
            "Choose how the mission is to act: a requested task needs at least one way.",
        ),
        ("instruments/2/tasks/0/last_on", "Enter a last day on or after the day it starts."),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b'{"format": ', "This is no JSON from line 1 on.", id="cut off"),
        pytest.param(b"\xff\xfe", "This file is not in UTF-8. Save it in that encoding.", id="another encoding"),
        pytest.param(b"[" * 100_000, "This is no JSON.", id="too deep"),
        pytest.param(b"[]", "This must be of the kind object.", id="another shape"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.read_mandate(content)

    assert [str(each.message) for each in refused.value.problems] == [said]


def test_a_file_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mandates_json, "LARGEST_FILE", 10)

    with pytest.raises(UnreadableMandate):
        mandates_json.read_mandate(json.dumps(file()).encode())


def test_a_word_of_the_schema_that_is_not_checked_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="multipleOf"):
        json_schema.problems_of(3, schema={"multipleOf": 2})


# Storing


def test_a_file_is_stored_once_with_its_mission(work: Work) -> None:
    read = mandates_json.read_mandate(json.dumps(file()).encode())

    first = mandates_json.store_mandate(work, read=read)
    again = mandates_json.store_mandate(work, read=read)

    assert (first.missions, first.instruments, first.already) == (1, 1, 0)
    assert (again.missions, again.instruments, again.already, again.differing) == (0, 0, 1, ())
    assert account_queries.mission_by_key(work.session, key="unifil").name == "UNIFIL"


def test_a_text_that_is_on_file_otherwise_is_left_and_named(work: Work) -> None:
    mandates_json.store_mandate(work, read=mandates_json.read_mandate(json.dumps(file()).encode()))
    other = TEXT | {"symbol": "S/RES/2790", "title": "Another title"}

    stored = mandates_json.store_mandate(work, read=mandates_json.read_mandate(json.dumps(file(other)).encode()))

    assert (stored.instruments, stored.already, stored.differing) == (0, 1, ("S/RES/2790 (2025)",))


def test_a_new_mission_needs_a_name(work: Work) -> None:
    read = mandates_json.read_mandate(json.dumps(file(mission={"key": "unifil"})).encode())

    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.store_mandate(work, read=read)

    assert [each.field for each in refused.value.problems] == ["mission/name"]


def test_a_draft_has_one_text_for_a_mission_on_file(work: Work, mission: MissionId) -> None:
    draft = mandates_json.read_draft(work.session, content=json.dumps(file()).encode())
    assert (draft.mission, draft.symbol) == (mission, "S/RES/2790 (2025)")

    with pytest.raises(NotOneText):
        mandates_json.read_draft(work.session, content=json.dumps(file(instruments=[])).encode())
    with pytest.raises(NoSuchMission):
        mandates_json.read_draft(work.session, content=json.dumps(file(mission={"key": "atlantis"})).encode())


def test_where_policy_asks_for_two_people_new_texts_are_only_kept_as_drafts(work: Work) -> None:
    reviews.policy(work)
    read = mandates_json.read_mandate(json.dumps(file()).encode())

    with pytest.raises(operations.SecondPersonNeeded):
        mandates_json.store_mandate(work, read=read)
    first = mandates_json.store_as_drafts(work, read=read)
    again = mandates_json.store_as_drafts(work, read=read)

    assert (first.instruments, first.already, first.drafts) == (0, 0, 1)
    assert (again.instruments, again.already, again.drafts) == (0, 1, 0)
    assert [each.symbol for each in queries.drafts(work.session)] == ["S/RES/2790 (2025)"]
    assert queries.mandate_history(work.session, mission=first.mission) == ()


# At the terminal


def test_a_mandate_goes_from_one_database_to_another(
    empty_database: AbstractContextManager[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    source = tmp_path / "mandate.json"
    source.write_text(json.dumps(file()), encoding="utf-8")
    with empty_database as url:
        where = ["--database", url]
        taken = [
            CliRunner().invoke(imports.group, ["mandates", "--format", "json", str(source), *where, *more])
            for more in ([], [], ["--dry-run"], ["--json"])
        ]
        other = tmp_path / "other.json"
        other.write_text(json.dumps(file(TEXT | {"symbol": "S/RES/2791"})), encoding="utf-8")
        kept = CliRunner().invoke(imports.group, ["mandates", "--format", "json", str(other), *where, "--as-drafts"])
        listed = [
            CliRunner().invoke(mandate_previews.drafts, [*where, *more])
            for more in ([], ["--mission", "unifil", "--json"])
        ]
        given = CliRunner().invoke(mandate_previews.export, ["unifil", *where])
        engine = open_engine(url)
        with Session(engine) as session:
            mission = account_queries.mission_by_key(session, key="unifil").id
            assert json.loads(given.output) == mandates_json.write_mandate(work_on(session).session, mission=mission)
        engine.dispose()

    assert "Stored 1 new instruments and 1 new missions; 0 were on file already." in taken[0].output
    assert "Stored 0 new instruments and 0 new missions; 1 were on file already." in taken[1].output
    assert "On file, alike: S/RES/2790" in taken[2].output
    assert "Dry run: nothing was stored." in taken[2].output
    assert json.loads(taken[3].output)["stored"]["already"] == 1
    assert "Kept 1 as drafts: somebody has to review and publish them." in kept.output
    assert "1 open drafts." in listed[0].output
    drafts = json.loads(listed[1].output)["drafts"]
    assert [(each["symbol"], each["stage"], each["areas"]) for each in drafts] == [("S/RES/2791", "draft", [])]


def test_a_file_that_breaks_the_schema_is_judged_by_the_rules_as_well() -> None:
    wrong = TEXT | {
        "symbol": 7,
        "effective_on": "2026-06-01",
        "last_on": "2026-05-01",
        "tasks": [
            {"task_kind": "Gender", "change": "set", "modalities": ["assist"], "last_on": "2026-01-01"},
            "no task",
            {"task_kind": "Gender", "change": "set", "paragraph": "1", "modalities": ["assist"], "priority": 9},
        ],
    }

    found = dict(told(file(wrong)))

    assert found["instruments/0/symbol"] == "This must be of the kind string."
    assert found["instruments/0/tasks/0"] == "paragraph is missing."
    assert found["instruments/0/tasks/1"] == "This must be of the kind object."
    assert found["instruments/0/last_on"] == "Enter a last day on or after the effective day."
    assert found["instruments/0/tasks/0/last_on"] == "Enter a last day on or after the day it starts."
    assert found["instruments/0/tasks/2/task_kind"].startswith("This task is already in the draft")
    assert "instruments/0/tasks/0/paragraph" not in found
    assert not any(path.startswith("instruments/0/tasks/1/") for path in found)


@pytest.mark.parametrize("document", [[], 7, None, {"instruments": 7}, {"instruments": ["x"], "mission": 1}])
def test_a_file_of_another_shape_is_refused_in_words(document: object) -> None:
    assert told(document)


def test_a_draft_is_judged_beside_what_is_on_file_with_all_its_faults(work: Work, mission: MissionId) -> None:
    assert mission
    late = TEXT | {"symbol": "S/RES/2790", "effective_on": "2028-06-01", "last_on": "2028-05-01"}

    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.read_draft(work.session, content=json.dumps(file(late)).encode())
    with pytest.raises(UnreadableMandate) as elsewhere:
        mandates_json.read_draft(work.session, content=json.dumps(file(late, mission={"key": "nowhere"})).encode())

    assert {each.field for each in refused.value.problems} == {
        "instruments/0/symbol",
        "instruments/0/last_on",
        "instruments/0/effective_on",
    }
    assert {each.field for each in elsewhere.value.problems} == {"instruments/0/last_on", "mission/key"}


def test_a_dry_run_says_which_texts_are_on_file_and_whether_they_are_told_alike(work: Work) -> None:
    read = mandates_json.read_mandate(json.dumps(file()).encode())
    mandates_json.store_mandate(work, read=read)
    changed, new = TEXT | {"title": "Told otherwise"}, TEXT | {"symbol": "S/RES/2799"}

    same = mandates_json.foresee(work.session, read=read)
    more = mandates_json.foresee(work.session, read=mandates_json.read_mandate(json.dumps(file(changed, new)).encode()))

    state = mandates_json.TextState
    assert [each for _, each in same.texts] == [state.SAME]
    assert [each for _, each in more.texts] == [state.DIFFERENT, state.NEW]
    assert (same.new_mission, same.withdrawn, same.problems) == (False, (), ())


def test_a_wrong_file_is_refused_at_the_terminal_with_all_that_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "mandate.json"
    source.write_text(json.dumps(file({"symbol": "", "effective_on": "soon", "tasks": []})), encoding="utf-8")

    refused = CliRunner().invoke(imports.group, ["mandates", "--format", "json", str(source), "--dry-run"])

    assert refused.exit_code == 1
    assert "instruments/0/symbol: This must not be empty." in refused.output
    assert "instruments/0/effective_on: This must be a day, such as 2027-02-15." in refused.output


# Phases and conditions


def test_a_text_without_phases_is_written_as_it_always_was(work: Work) -> None:
    made = accounts.mission(work, key="undof", name="UNDOF")
    mandates.published(work, made)

    (text,) = mandates_json.write_mandate(work.session, mission=made)["instruments"]

    assert not {"milestones", "paragraphs"} & set(text)
    assert not {"begins_with", "ends_with", "ahead"} & set(text["tasks"][0])


def test_what_is_confirmed_is_confirmed_where_the_file_is_read(work: Work, mission: MissionId) -> None:
    written = mandates_json.write_mandate(work.session, mission=mission)
    written["mission"] |= {"key": "copy", "name": "COPY"}
    read = mandates_json.read_mandate(json.dumps(written).encode())

    stored = mandates_json.store_mandate(work, read=read)

    found = queries.conditions_page(work.session, mission=stored.mission).lines[0]
    assert found.standing is not None
    assert (found.standing.met_on, found.standing.evidence) == (date(2027, 2, 1), "Report S/2027/1")
    again = mandates_json.write_mandate(work.session, mission=stored.mission)
    assert again["instruments"] == written["instruments"]


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "an end before a start": (
        {"starts_on": "2027-02-01", "last_on": "2027-01-01"},
        "instruments/0/tasks/0/last_on",
        "on or after the day it starts",
    ),
    "a phase or condition nobody defines": (
        {"begins_with": "joint police"},
        "instruments/0/tasks/0/begins_with",
        "No phase or condition is called joint police",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_in_a_task_is_told_at_its_path(work: Work, name: str) -> None:
    changes, path, says = CONTRADICTIONS[name]
    content = json.dumps(file(TEXT | {"tasks": [TEXT["tasks"][0] | changes]})).encode()

    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.store_mandate(work, read=mandates_json.read_mandate(content))

    ((field, message),) = [(each.field, str(each.message)) for each in refused.value.problems]
    assert field == path
    assert says in message


def test_a_paragraph_that_the_text_does_not_have_is_told() -> None:
    (found,) = told(file(TEXT | {"paragraphs": ["1", "2"]}))

    assert found[0] == "instruments/0/tasks/0/paragraph"
    assert "has no paragraph 4 (a)" in found[1]


def test_a_renewal_of_an_expired_mandate_is_told_beside_everything_else(work: Work) -> None:
    first = TEXT | {"symbol": "S/RES/2749", "effective_on": "2024-01-01", "last_on": "2024-12-31"}
    late = TEXT | {"tasks": [TEXT["tasks"][0] | {"ends_with": "the withdrawal"}]}
    read = mandates_json.read_mandate(json.dumps(file(first, late)).encode())

    with pytest.raises(UnreadableMandate) as refused:
        mandates_json.store_mandate(work, read=read)

    assert [each.field for each in refused.value.problems] == [
        "instruments/1/effective_on",
        "instruments/1/tasks/0/ends_with",
    ]
    assert "ran out" in str(refused.value.problems[0].message)


def test_a_note_on_the_time_between_lets_the_renewal_in(work: Work) -> None:
    first = TEXT | {"symbol": "S/RES/2749", "effective_on": "2024-01-01", "last_on": "2024-12-31"}
    read = mandates_json.read_mandate(json.dumps(file(first, TEXT | {"note": "A roll-over of nine days."})).encode())

    assert mandates_json.store_mandate(work, read=read).instruments == 2


def test_the_command_tells_all_contradictions_at_once_and_stores_nothing(
    empty_database: AbstractContextManager[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    wrong = TEXT["tasks"][0] | {"starts_on": "2027-02-01", "last_on": "2027-01-01", "begins_with": "nobody's"}
    source = tmp_path / "mandate.json"
    with empty_database as url:
        command = ["mandates", str(source), "--format", "json", "--database", url]
        source.write_text(json.dumps(file(TEXT | {"tasks": [wrong]}, TEXT)))
        first = CliRunner().invoke(imports.group, command)
        source.write_text(json.dumps(file(TEXT | {"tasks": [TEXT["tasks"][0] | {"begins_with": "nobody's"}]})))
        second = CliRunner().invoke(imports.group, command)
        engine = open_engine(url)
        with Session(engine) as session:
            there = account_queries.missions(session)
        engine.dispose()

    assert first.exit_code == second.exit_code == 1
    assert "instruments/0/tasks/0/last_on" in first.output
    assert "instruments/1/symbol" in first.output
    assert "instruments/0/tasks/0/begins_with" in second.output
    assert there == ()
