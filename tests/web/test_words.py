"""What the domain says, in the reader's language."""

from enum import Enum

import pytest
from flask import Flask
from markupsafe import Markup

from trainer.competencies.values import Area, Currency, Source
from trainer.kernel.values import wording
from trainer.web import words

pytestmark = pytest.mark.usefixtures("speaking")


class Progress(Enum):
    """A state as a capability spells it."""

    IN_PROGRESS = "in_progress"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("S/RES/2790 (2025)", '<bdi dir="ltr">S/RES/2790 (2025)</bdi>'),
        ("S/RES/2790 (2025), paragraph 3", '<bdi dir="ltr">S/RES/2790 (2025)</bdi>, paragraph 3'),
        ("A/RES/49/37 and <b>", '<bdi dir="ltr">A/RES/49/37</bdi> and &lt;b&gt;'),
        ("no symbol", "no symbol"),
    ],
)
def test_a_symbol_is_isolated_and_the_rest_escaped(text: str, marked: str) -> None:
    assert words.symbol(text) == Markup(marked)


def test_a_state_has_its_word_and_tone_however_it_is_spelt() -> None:
    assert words.state_word(Progress.IN_PROGRESS) == words.state_word("in-progress") == "in progress"
    assert words.state_tone("overdue") == "bad"
    assert (words.state_word("never_heard_of"), words.state_tone("never_heard_of")) == ("never heard of", "neutral")


def test_a_level_is_a_number_with_its_word() -> None:
    assert words.level(2) == "2 practised"


@pytest.mark.parametrize("state", [*Currency, "due_soon", "not-in-mandate"])
def test_every_state_of_readiness_has_a_word(state: object) -> None:
    assert words.readiness_word(state)


def test_the_order_of_a_bar_leaves_no_state_out() -> None:
    assert sorted(words.BEST_FIRST) == sorted(Currency)


def test_a_name_is_found_beside_its_enum() -> None:
    assert words.name(Area.POC) == "Protection of civilians"
    assert words.name(Source.NATIONAL_CERTIFICATE) == "national certificate"
    assert words.name(Progress.IN_PROGRESS) == "in progress"


def test_a_sentence_of_the_domain_is_worded_with_its_parameters_set() -> None:
    refusal = wording(
        "{symbol} ends {count} tasks on {ends_on}.", symbol="S/RES/2790 (2025)", count=1204, ends_on="2026-12-31"
    )

    assert words.worded(refusal) == Markup(
        '<bdi dir="ltr">S/RES/2790 (2025)</bdi> ends 1,204 tasks on 31 December 2026.'
    )


def test_what_people_entered_is_escaped_in_a_sentence() -> None:
    assert words.worded(wording("{title} is taken.", title="<b>x</b>")) == "&lt;b&gt;x&lt;/b&gt; is taken."


def test_a_text_is_shown_in_the_readers_language_or_in_english(bare_site: Flask) -> None:
    with bare_site.test_request_context("/?language=fr"):
        assert words.local({"en": "Convoys", "fr": "Convois"}) == "Convois"
        assert words.local({"en": "Convoys"}) == "Convoys"
