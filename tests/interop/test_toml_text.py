"""Finding the line of everything in a TOML text, and telling what is not as it should be."""

import pytest

from trainer.interop.toml_text import Report, Table, lines_of, parse

TEXT = '''\
# [no] = "header"
plain = 1
"quoted key" = "a # that is no comment"
dotted . inner = { a = 1, b = "}" }
several = """
[not.a.header]
key = "value"
"""
literal = \'\'\'it\'s
[[neither]]\'\'\'
escaped = "say \\"x = [1\\" "
ends = """two quotation marks: """""
list = [
  "one", # [comment
  { x = "]" },
]

[table.inner]
deep = true

[[rows]]
name = "first"
  [[rows.cells]]
  value = 1
  [[rows.cells]]
  value = 2

[[rows]]
name = "second"
  [[rows.cells]]
  value = 3
'''


def test_every_field_has_the_line_on_which_it_begins() -> None:
    lines = lines_of(TEXT)

    assert {path: line for path, line in lines.items() if line < 17} == {
        ("plain",): 2,
        ("quoted key",): 3,
        ("dotted",): 4,
        ("dotted", "inner"): 4,
        ("several",): 5,
        ("literal",): 9,
        ("escaped",): 11,
        ("ends",): 12,
        ("list",): 13,
    }
    assert lines["table", "inner", "deep"] == 19
    assert lines["rows", 0] == 21
    assert lines["rows", 0, "cells", 1, "value"] == 26
    assert lines["rows", 1, "name"] == 29
    assert lines["rows", 1, "cells", 0, "value"] == 31


def read(text: str) -> tuple[Table, Report]:
    report = Report(file="a.toml")
    table = parse(text, report=report)
    assert table is not None
    return table, report


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("part = 3", "“part” must be a part of its own"),
        ("part = [1]", "“part” must be a part of its own"),
        ("other = 1", "“part” is missing"),
    ],
)
def test_a_part_that_is_none_is_told_once(text: str, message: str) -> None:
    table, report = read(text)

    part = table.table("part")
    part.number("field", least=1, most=2)
    part.close()

    assert [message in str(problem.message) for problem in report.problems] == [True]


@pytest.mark.parametrize("text", ["rows = 3", "rows = [1, 2]", "[rows]\nname = 1"])
def test_repeated_parts_that_are_none_are_told(text: str) -> None:
    table, report = read(text)

    assert list(table.tables("rows")) == []
    assert [str(problem.message)[:34] for problem in report.problems] == ["“rows” must be repeated parts: [[r"]


def test_a_text_that_breaks_off_is_told_on_its_last_line() -> None:
    report = Report(file="a.toml")

    assert parse('a = 1\nb = """\nno end', report=report) is None
    assert report.problems[0].line in (2, 3)


@pytest.mark.parametrize("text", ["a = 1\r\nb = 2\r\n", "a = 1\nb = 2", "\n\n# only a comment", ""])
def test_line_ends_and_emptiness_do_not_matter(text: str) -> None:
    assert lines_of(text) == ({("a",): 1, ("b",): 2} if "a" in text and "b =" in text else {})
