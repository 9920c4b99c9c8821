"""Decision records are numbered without gaps, have the same headings, and cite files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "trainer/decisions").glob("*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Rejected alternatives"]
LONGEST = 60


def test_records_are_numbered_without_gaps() -> None:
    assert [path.name[:4] for path in RECORDS] == [f"{number:04}" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_the_four_headings_and_is_short(record: Path) -> None:
    text = record.read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert text.startswith("# ")
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_the_files_that_a_record_cites_exist(record: Path) -> None:
    cited = re.findall(
        r"`((?:trainer|tests|templates|curricula|migrations)/[\w./-]+)`", record.read_text(encoding="utf-8")
    )

    assert [path for path in cited if not (ROOT / path).exists()] == []
