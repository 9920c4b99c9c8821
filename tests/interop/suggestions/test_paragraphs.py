"""A text in numbered paragraphs, parts and headings."""

import pytest

from trainer.interop.suggestions.paragraphs import split
from trainer.interop.suggestions.values import Part


def labels(text: str) -> list[str]:
    return [each.label for each in split(text) if each.part is Part.OPERATIVE]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1. Decides;\n2. Requests;", ["1", "2"]),
        ("1. Decides:\n(a) One;\n(b) Two;\n2. Ends.", ["1", "1 (a)", "1 (b)", "2"]),
        ("1. Decides:\n(a) One:\n(i) First;\n(ii) Second;\n(b) Two;", ["1", "1 (a)", "1 (a) (i)", "1 (a) (ii)", "1 (b)"]),
        ("1. Decides:\n(i) First;\n(ii) Second;", ["1", "1 (i)", "1 (ii)"]),
        ("1. X:\n" + "".join(f"({letter}) x;\n" for letter in "abcdefghij"), ["1", *(f"1 ({each})" for each in "abcdefghij")]),
        ("1. X:\n(h) eight;\n(i) one;\n(ii) two;", ["1", "1 (h)", "1 (h) (i)", "1 (h) (ii)"]),
        ("35. Décide :\na) Un :\ni) Premier ;\nii) Second ;", ["35", "35 (a)", "35 (a) (i)", "35 (a) (ii)"]),
        ("1. X:\n(a) One, and:\n– keep watch;\n– report;\n(b) Two;", ["1", "1 (a)", "1 (a)", "1 (a)", "1 (b)"]),
        ("34. Decides;\n36. Requests;", ["34", "36"]),
        ("4. (a) Decides;\n(b) Requests;", ["4", "4 (a)", "4 (b)"]),
    ],
    ids=[
        "numbers", "letters", "romans below letters", "romans below a number", "the letter i", "the roman i after h",
        "as French texts have it", "dashes", "an excerpt", "a letter on the line of its number",
    ],
)  # fmt: skip
def test_each_paragraph_and_part_is_labelled_as_it_is_cited(text: str, found: list[str]) -> None:
    assert labels(text) == found


def test_what_stands_before_the_first_number_is_preambular() -> None:
    found = split("The Security Council,\n\nRecalling its resolutions,\n\n1. Decides to act;")

    assert [each.part for each in found] == [Part.PREAMBULAR, Part.PREAMBULAR, Part.OPERATIVE]


def test_lines_broken_as_printed_are_joined_and_the_furniture_of_pages_is_left_out() -> None:
    found = split(
        "1. Decides to ex-\ntend the mandate of the\nMission;\nS/RES/2790 (2025)\n25-13801 2/4\n2. Requests more;"
    )

    assert [each.text for each in found] == ["Decides to extend the mandate of the Mission;", "Requests more;"]


def test_a_number_in_a_text_is_no_paragraph() -> None:
    found = split("12. Recalls resolution\n1701. The parties agreed;\n13. Ends.")

    assert [each.label for each in found] == ["12", "13"]


def test_headings_stand_over_the_paragraphs_below_them() -> None:
    found = split("1. First;\n\nProtection of civilians\n\n2. Requests;\n\nElections\n\n3. Requests;")

    over = {each.label: each.headings for each in found if each.part is Part.OPERATIVE}
    assert over == {"1": (), "2": ("Protection of civilians",), "3": ("Elections",)}


def test_a_part_knows_what_it_is_a_part_of() -> None:
    number, letter, roman, _ = split("1. Decides:\n(a) One:\n(i) First;\n(b) Two;")

    assert (letter.above, roman.above) == (number.place, letter.place)


@pytest.mark.parametrize(
    "text", ["", "   \n\n", "(a) part of nothing", "\x00\x01"], ids=["empty", "blank", "a part alone", "signs"]
)
def test_a_text_without_numbers_has_no_operative_paragraph(text: str) -> None:
    assert labels(text) == []
