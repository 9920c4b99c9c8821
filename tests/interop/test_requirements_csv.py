"""Requirement rules as a sheet: out and in again, what is refused, and what others changed meanwhile."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from tests.conftest import TODAY, work_on
from tests.factories import accounts, competencies
from tests.factories.mandates import rule
from tests.support.site import Site
from trainer.accounts.values import Office, Role
from trainer.cli import requirements as command
from trainer.cli.database import open_engine
from trainer.competencies import operations as competency_operations
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, CompetencyKey, Level, Owners, Source
from trainer.interop import requirements_csv as sheets
from trainer.interop.csv_text import plain, safe
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import DueRule, Modality, RequirementRule, Scope

RULES = (
    rule("conduct", None, competency=competencies.CONDUCT, due=DueRule.BEFORE_DEPLOYMENT, due_days=30),
    rule("poc", roles=(Role.INFANTRY, Role.OBSERVER), modality=Modality.SECURE, level=Level.INSTRUCTOR, weight=100),
    rule("aid", "Gender", competency=competencies.AID, scope=Scope.SHARE, scope_size=50, least_source=Source.OBSERVED),
    rule("values", "Gender", competency=competencies.VALUES, due=DueRule.BY_DATE, due_on=date(2028, 2, 29), due_days=0),
)


@pytest.fixture
def published(work: Work) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=RULES, note="The first.")


def written(work: Work, rules: tuple[RequirementRule, ...] = RULES, version: int | None = 1) -> str:
    known = competency_queries.competencies(work.session)
    return "".join(sheets.write_sheet(rules, version=version, competencies=known))


def proposed(work: Work, text: str, *dropping: Area) -> dict[str, RequirementRule]:
    sheet = sheets.read_sheet(text.encode())
    found = sheets.propose(work.session, sheet=sheet, dropping=dropping, on=TODAY)
    return {each.key: each for each in found.after}


def refused(act: Callable[[], object]) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(sheets.UnreadableSheet) as refusal:
        act()
    return [(each.line, each.field, str(each.message)) for each in refusal.value.problems]


# Out and in again


def test_a_sheet_that_is_written_and_read_again_changes_nothing(work: Work, published: None) -> None:
    text = written(work)

    sheet = sheets.read_sheet(text.encode())

    assert sheet.rules == RULES
    assert (sheet.rows, sheet.version) == ((2, 3, 4, 5), 1)
    assert tuple(proposed(work, text, *Area).values()) == RULES


def test_roles_in_whatever_order_and_what_says_nothing_change_nothing(work: Work, published: None) -> None:
    odd = (
        rule("mixed", "Demining", roles=(Role.OBSERVER, Role.INFANTRY), scope_size=7, due_on=date(2027, 1, 1)),
        rule("every-role", "Demining", roles=tuple(reversed(Role)), level=Level.AWARE),
    )
    operations.publish_rules(work, rules=(*RULES, *odd), note="Odd ones.")

    assert tuple(proposed(work, written(work, odd, 2)).values()) == queries.rule_set(work.session).rules


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_a_spreadsheet_makes_of_it_is_read_all_the_same(work: Work, published: None, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(written(work).removeprefix("\ufeff"))))
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter, lineterminator="\r\n").writerows([[*map(str.upper, rows[0])], [], *rows[1:]])

    sheet = sheets.read_sheet(held.getvalue().encode("utf-8-sig"))

    assert sheet.rules == RULES
    assert sheet.rows == (3, 4, 5, 6)


def test_rows_say_little_and_new_rules_have_the_rest(work: Work, published: None) -> None:
    text = (
        "level,task,competency,roles,weight,due_on,due\n"
        "3 independent,civprotect,first-aid,infantry | OBSERVER,7.0,15.02.2027,by-date\n"
        "aware,Baseline,un-values,all,,,\n"
    )

    found = proposed(work, text)

    made = found["civprotect-first-aid"]
    assert (made.level, made.roles, made.weight, made.due_on) == (
        3,
        (Role.INFANTRY, Role.OBSERVER),
        7,
        date(2027, 2, 15),
    )
    assert found["baseline-un-values"] == rule(
        "baseline-un-values", None, competency=competencies.VALUES, level=Level.AWARE
    )
    assert len(found) == 6


def test_a_row_without_a_key_that_says_what_a_rule_says_is_that_rule(work: Work, published: None) -> None:
    row = "task,competency,level\nbaseline,un-values,1\n"
    operations.publish_rules(work, rules=tuple(proposed(work, row).values()), note="With the sheet.")

    assert len(proposed(work, row)) == 5


def test_rules_that_the_sheet_does_not_have_stay_unless_their_areas_are_to_be_cleared(
    work: Work, published: None
) -> None:
    text = written(work, RULES[:1])

    assert list(proposed(work, text)) == ["conduct", "poc", "aid", "values"]
    assert list(proposed(work, text, Area.WPS, Area.CND)) == ["conduct", "poc"]
    assert list(proposed(work, text, *Area)) == ["conduct"]


def test_cells_that_a_spreadsheet_would_run_are_marked_and_read_without_the_mark(work: Work) -> None:
    evil = '=HYPERLINK("http://example.org","Click")'
    title = {"en": evil, "fr": evil, "ar": evil}
    competencies.adopted(
        work, competencies=(competencies.competency(title=title), competencies.competency(CompetencyKey("x")))
    )

    row = next(csv.DictReader(io.StringIO(written(work, RULES[1:2]).removeprefix("\ufeff"))))

    assert row["competency_title"] == f"'{evil}"
    assert plain(safe(evil)) == evil
    assert plain(" 'plain words' ") == "'plain words'"


# What is refused


def test_all_that_is_wrong_with_a_sheet_is_told_at_once(work: Work, published: None) -> None:
    text = (
        "key,task,modality,roles,competency,level,scope,due,due_on,weight\n"
        "a,Juggling,run,clowns,,9,some,soon,2027-13-01,-3\n"
        "b,CivProtect,,,first-aid,1,everyone,by-date,03/04/2027,1\n"
        "b,CivProtect,,,first-aid,1,everyone,days-after,03/04/2027,1\n"
        "c,CivProtect,,,juggling,1,share,days-after,,0\n"
    )

    found = refused(lambda: proposed(work, text))

    assert [(row, column) for row, column, _ in found] == [
        (2, "scope"),
        (2, "due"),
        (2, "task"),
        (2, "modality"),
        (2, "roles"),
        (2, "competency"),
        (2, "level"),
        (2, "weight"),
        (3, "due_on"),
        (4, "key"),
        (5, "competency"),
        (5, "weight"),
        (5, "scope_size"),
    ]
    assert found[8][2] == "Write the day as year-month-day, for instance 2027-02-15."
    assert "Row 3 has the same key" in found[9][2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "There is no column task", id="empty"),
        pytest.param(b"task,competency,level,colour\n", "No column is called colour", id="unknown column"),
        pytest.param(b"task,competency,level,level\n", "stands there twice", id="column twice"),
        pytest.param(b"task,competency,level\n\xe9,a,1\n", "not in UTF-8", id="latin"),
        pytest.param(b'task,competency,level\n"baseline,a,1\n', "a quotation mark may be missing", id="open quotation"),
        pytest.param(b"x" * (sheets.LARGEST_FILE + 1), "larger than", id="too large"),
        pytest.param(b"task,competency,level\n" + b"baseline,a,1\n" * 5001, "more than 5000 rows", id="too many rows"),
        pytest.param(
            b"task,competency,level,version\nbaseline,a,1,1\nbaseline,b,1,2\n", "several versions", id="versions"
        ),
        pytest.param(b"task,competency,level,version\nbaseline,a,1,x\n", "Write a whole number", id="no version"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(
    work: Work, published: None, content: bytes, said: str
) -> None:
    def taken() -> None:
        sheets.propose(work.session, sheet=sheets.read_sheet(content), dropping=(), on=TODAY)

    assert any(said in message for _, _, message in refused(taken))


def test_rows_that_may_not_be_published_are_refused_at_their_place(work: Work, published: None) -> None:
    text = (
        "key,task,competency,level,weight,scope,version\n"
        "poc,CivProtect,juggling,1,500,at-least,1\n"
        "Bad Key,baseline,un-values,1,5,,1\n"
    )

    assert [(row, column) for row, column, _ in refused(lambda: proposed(work, text))] == [
        (2, "competency"),
        (2, "weight"),
        (2, "scope_size"),
        (3, "key"),
    ]
    later = "task,competency,level,version\nbaseline,un-values,1,7\n"
    assert "There is no version 7" in refused(lambda: proposed(work, later))[0][2]


# What others changed meanwhile


def test_what_others_published_since_the_sheet_was_made_is_kept(work: Work, published: None) -> None:
    mine = written(work, (RULES[0], rule("poc", weight=3), *RULES[2:]))
    theirs = (rule("conduct", None, competency=competencies.CONDUCT, weight=77), *RULES[1:], rule("new"))
    operations.publish_rules(work, rules=theirs, note="Theirs.")

    found = proposed(work, mine, *Area)

    assert {key: each.weight for key, each in found.items()} == {
        "conduct": 77,
        "poc": 3,
        "aid": 10,
        "values": 10,
        "new": 10,
    }
    assert proposed(work, written(work), *Area) == {each.key: each for each in theirs}


def test_a_rule_that_both_changed_is_named_with_its_row(work: Work, published: None) -> None:
    mine = written(work, (RULES[0], rule("poc", weight=3), *RULES[2:]))
    operations.publish_rules(work, rules=(RULES[0], rule("poc", weight=4), *RULES[2:]), note="Theirs.")

    found = refused(lambda: proposed(work, mine))

    assert [(row, column) for row, column, _ in found] == [(3, "key")]
    assert "Others changed the rule poc since version 1" in found[0][2]


# The pages


def test_a_sheet_is_downloaded_changed_looked_at_and_published(
    site: Site, session: Session, work: Work, published: None
) -> None:
    site.sign_in(accounts.holder(session, Office.MANDATE_OFFICER))
    answer = site.client.get("/requirements/requirements.csv?area=WPS")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="requirements-version-1.csv"'
    text = answer.get_data(as_text=True)
    assert text.count("\r\n") == 3

    same = site.post("/requirements/sheet", {"file": (io.BytesIO(text.encode()), "rules.csv")})
    assert "there is nothing to publish" in same.text
    shown = site.post("/requirements/sheet", {"file": (io.BytesIO(text.replace(",50,", ",75,").encode()), "r.csv")})
    assert "50 % of each unit → 75 % of each unit" in shown.text
    assert queries.rule_set(work.session).number == 1
    silent = site.post("/requirements/sheet", shown.form() | {"step": "publish"})
    assert silent.status == 422
    wordy = site.post("/requirements/sheet", shown.form() | {"step": "publish", "note": "x" * 1001})
    assert (wordy.status, "75 % of each unit" in wordy.text, len(wordy.form()["note"])) == (422, True, 1001)
    done = site.post("/requirements/sheet", silent.form() | {"step": "publish", "note": "More of them."}, follow=True)
    assert "0 rules added, 1 changed, 0 dropped" in done.text
    assert queries.rule(work.session, key="aid").scope_size == 75
    older = site.post("/requirements/sheet", {"file": (io.BytesIO(text.encode()), "r.csv"), "whole": "y"})
    assert (
        "added 0 changed 0 dropped 2" in older.text
    )  # what was published since stays; conduct and poc are not in the file


def test_a_sheet_with_mistakes_is_refused_with_a_table_of_them(site: Site, session: Session, published: None) -> None:
    site.sign_in(accounts.holder(session, Office.MANDATE_OFFICER))

    empty = site.post("/requirements/sheet", {})
    wrong = site.post(
        "/requirements/sheet", {"file": (io.BytesIO(b"task,competency,level\nJuggling,first-aid,9\n"), "r.csv")}
    )

    assert (empty.status, wrong.status) == (422, 422)
    assert "Choose the file of the sheet" in empty.text
    for said in ("The sheet cannot be taken as it is", "Write baseline, or a task", "Write a level from 1 to 4"):
        assert said in wrong.text


def test_a_sheet_overtaken_while_it_was_looked_at_is_shown_anew(
    site: Site, session: Session, work: Work, published: None
) -> None:
    site.sign_in(accounts.holder(session, Office.MANDATE_OFFICER))
    text = written(work).replace(",50,", ",75,")
    shown = site.post("/requirements/sheet", {"file": (io.BytesIO(text.encode()), "r.csv")})
    operations.publish_rules(work, rules=(*RULES, rule("theirs")), note="Theirs.")

    late = site.post("/requirements/sheet", shown.form() | {"step": "publish", "note": "Mine."})

    assert late.status == 409
    assert "Theirs." in late.text
    assert site.post("/requirements/sheet", late.form() | {"step": "publish"}).status == 303
    assert {each.key for each in queries.rule_set(work.session).rules} == {"conduct", "poc", "aid", "values", "theirs"}


def test_the_authority_of_an_area_takes_in_sheets_of_it_alone(
    site: Site, session: Session, work: Work, published: None
) -> None:
    person: PersonId = accounts.person(session)
    owners = Owners(requirements_authority=person, department_head=None)
    competency_operations.name_area_owners(work, area=Area.WPS, owners=owners)
    head = "key,task,competency,level\n"
    site.sign_in(person)

    shown = site.post("/requirements/sheet", {"file": (io.BytesIO(head.encode()), "r.csv"), "whole": "y"})
    assert "added 0 changed 0 dropped 2" in shown.text
    away = site.post(
        "/requirements/sheet", {"file": (io.BytesIO(f"{head},CivProtect,first-aid,1\n".encode()), "r.csv")}
    )
    assert away.status == 422
    assert "You may change the rules of the areas you answer for" in away.text
    site.sign_in(accounts.person(session))
    assert site.get("/requirements/sheet").status == 403
    assert site.client.get("/requirements/requirements.csv").status_code == 200


# The commands


@pytest.fixture
def url(empty_database: AbstractContextManager[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("trainer.cli.database.require_current", lambda _: None)  # made without migrations
    with empty_database as address:
        engine = open_engine(address)
        with Session(engine) as session:
            work = work_on(session)
            competencies.adopted(work)
            operations.publish_rules(work, rules=RULES, note="The first.")
            session.commit()
        engine.dispose()
        yield address


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.group, [*arguments], obj=None)


def test_the_commands_export_import_and_refuse_as_the_pages_do(url: str, tmp_path: Path) -> None:
    exported = run("export", "--database", url)
    file = tmp_path / "rules.csv"
    file.write_bytes(exported.stdout_bytes)

    same = run("import", str(file), "--database", url, "--drop-missing", "--json")
    assert json.loads(same.stdout) == {
        "version": 1,
        "published": False,
        "added": [],
        "changed": [],
        "dropped": [],
        "kept": 4,
        "people": 0,
        "touched": 0,
    }
    file.write_bytes(exported.stdout_bytes.replace(b",50,", b",75,") + b",Demining,,,first-aid,1,,,,,,,,,,,,\r\n")
    dry = run("import", str(file), "--database", url, "--dry-run")
    assert "1 rules added, 1 changed, 0 dropped" in dry.stdout
    assert "Nothing was published." in dry.stdout
    done = json.loads(run("import", str(file), "--database", url, "--json").stdout)
    assert (done["version"], done["added"], done["changed"]) == (2, ["demining-first-aid"], ["aid"])
    part = run("export", "--area", "wps", "--database", url)
    assert part.stdout.count("\n") == 3
    assert "Published as version" not in run("import", str(file), "--database", url).stdout


@pytest.mark.parametrize("also", [(), ("--dry-run",)], ids=["for good", "dry run"])
def test_the_command_names_every_row_and_column_that_is_wrong(url: str, tmp_path: Path, also: tuple[str, ...]) -> None:
    file = tmp_path / "rules.csv"
    file.write_text("task,competency,level\nJuggling,first-aid,9\n", encoding="utf-8")

    plain_answer = run("import", str(file), "--database", url, *also)
    as_json = run("import", str(file), "--database", url, "--json", *also)

    assert plain_answer.exit_code == as_json.exit_code == 1
    assert "row 2, task: Write baseline" in plain_answer.output
    assert [each["column"] for each in json.loads(as_json.stdout)["problems"]] == ["task", "level"]
    assert run("export", "--area", "XYZ", "--database", url).exit_code == 2
    assert "Name the database" in run("import", str(file)).output
