"""What evidence is worth on a day, by tables of cases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.competencies import (
    AID,
    CONDUCT,
    POC,
    TODAY,
    evidence,
    lapsed_evidence,
    requirement,
    waiver,
)
from trainer.competencies import rules
from trainer.competencies.values import Currency, Evidence, Level, Retention, Source, Waiver
from trainer.kernel.values import PersonId

SOON = TODAY + timedelta(days=90)
LATER = TODAY + timedelta(days=91)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("observed_on", "months", "expected"),
    [
        pytest.param(date(2026, 11, 24), 12, date(2027, 11, 24), id="the same day a year later"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="29 February into a common year"),
        pytest.param(date(2024, 2, 29), 48, date(2028, 2, 29), id="29 February into a leap year"),
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="31 January and one month"),
        pytest.param(date(2027, 12, 31), 2, date(2028, 2, 29), id="over new year into a leap February"),
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="31 August and six months"),
        pytest.param(date(2026, 12, 15), 1, date(2027, 1, 15), id="over new year"),
        pytest.param(date(2026, 3, 31), 1, date(2026, 4, 30), id="31 March and one month"),
        pytest.param(date(2026, 11, 24), 0, None, id="for ever"),
    ],
)
def test_evidence_runs_out_after_calendar_months(observed_on: date, months: int, expected: date | None) -> None:
    assert rules.expires_on(valid_months=months, observed_on=observed_on) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_a_later_day_never_runs_out_earlier(day: date, months: int) -> None:
    first = rules.add_months(day, months)
    second = rules.add_months(day + timedelta(days=1), months)

    assert first <= second
    assert (first.year - day.year) * 12 + first.month - day.month == months


@pytest.mark.parametrize(
    ("pieces", "level"),
    [
        pytest.param([], Level.NONE, id="nothing"),
        pytest.param([evidence(level=Level.AWARE), evidence(level=Level.INDEPENDENT)], Level.INDEPENDENT, id="highest"),
        pytest.param(
            [lapsed_evidence(level=Level.INSTRUCTOR), evidence()], Level.PRACTISED, id="expired does not count"
        ),
        pytest.param([evidence(expires_on=TODAY)], Level.NONE, id="the day of expiry does not count"),
        pytest.param([evidence(expires_on=TOMORROW)], Level.PRACTISED, id="the day before does"),
        pytest.param([evidence(observed_on=TOMORROW)], Level.NONE, id="the future does not count"),
        pytest.param([evidence(observed_on=TODAY)], Level.PRACTISED, id="today does"),
        pytest.param([evidence(expires_on=None)], Level.PRACTISED, id="for ever"),
    ],
)
def test_the_level_is_the_highest_that_counts_on_the_day(pieces: list[Evidence], level: Level) -> None:
    assert rules.effective_level(pieces, on=TODAY) is level


WEAK = evidence(source=Source.SELF_DECLARED)

CURRENCIES = [
    pytest.param([], [], Currency.NEVER, None, id="nothing at all"),
    pytest.param([evidence()], [], Currency.CURRENT, date(2027, 11, 24), id="current"),
    pytest.param([evidence(expires_on=None)], [], Currency.CURRENT, None, id="current for ever"),
    pytest.param([evidence(expires_on=LATER)], [], Currency.CURRENT, LATER, id="91 days left"),
    pytest.param([evidence(expires_on=SOON)], [], Currency.DUE_SOON, SOON, id="90 days left"),
    pytest.param([evidence(expires_on=TOMORROW)], [], Currency.DUE_SOON, TOMORROW, id="last day"),
    pytest.param([evidence(expires_on=TODAY)], [], Currency.LAPSED, TODAY, id="expires today"),
    pytest.param([lapsed_evidence()], [], Currency.LAPSED, date(2026, 5, 24), id="lapsed"),
    pytest.param([lapsed_evidence(), evidence()], [], Currency.CURRENT, date(2027, 11, 24), id="renewed"),
    pytest.param(
        [evidence(expires_on=SOON), evidence(expires_on=LATER)], [], Currency.CURRENT, LATER, id="the longest counts"
    ),
    pytest.param([evidence(level=Level.AWARE)], [], Currency.NEVER, None, id="never at that level"),
    pytest.param([evidence(level=Level.INSTRUCTOR)], [], Currency.CURRENT, date(2027, 11, 24), id="above the level"),
    pytest.param([WEAK], [], Currency.UNKNOWN, None, id="too weak a source"),
    pytest.param([evidence(level=Level.NONE)], [], Currency.UNKNOWN, None, id="no level known"),
    pytest.param([replace(WEAK, level=Level.AWARE)], [], Currency.NEVER, None, id="weak and too low"),
    pytest.param([replace(WEAK, expires_on=YESTERDAY)], [], Currency.NEVER, None, id="weak and expired"),
    pytest.param([WEAK, lapsed_evidence()], [], Currency.UNKNOWN, None, id="weak over lapsed"),
    pytest.param([evidence(observed_on=TOMORROW)], [], Currency.NEVER, None, id="only in the future"),
    pytest.param([evidence(competency=CONDUCT)], [], Currency.NEVER, None, id="another competency"),
    pytest.param([], [waiver()], Currency.WAIVED, date(2027, 1, 1), id="waived"),
    pytest.param([], [waiver(ends_on=TODAY)], Currency.NEVER, None, id="waiver over today"),
    pytest.param([], [waiver(starts_on=TOMORROW)], Currency.NEVER, None, id="waiver to come"),
    pytest.param([], [waiver(competency=CONDUCT)], Currency.NEVER, None, id="waiver for another competency"),
    pytest.param([evidence()], [waiver()], Currency.CURRENT, date(2027, 11, 24), id="current needs no waiver"),
    pytest.param(
        [evidence(expires_on=SOON)], [waiver()], Currency.WAIVED, date(2027, 1, 1), id="waived though due soon"
    ),
    pytest.param([lapsed_evidence()], [waiver()], Currency.WAIVED, date(2027, 1, 1), id="waived though lapsed"),
]


@pytest.mark.parametrize(("pieces", "waivers", "state", "until"), CURRENCIES)
def test_currency_is_judged_against_the_requirement(
    pieces: list[Evidence], waivers: list[Waiver], state: Currency, until: date | None
) -> None:
    assert rules.currency_of(requirement(), pieces, waivers, on=TODAY) == (state, until)


@pytest.mark.parametrize(("pieces", "waivers", "state", "until"), CURRENCIES)
def test_gaps_are_what_is_neither_current_nor_waived(
    pieces: list[Evidence], waivers: list[Waiver], state: Currency, until: date | None
) -> None:
    gaps = rules.find_gaps([requirement()], pieces, waivers, on=TODAY)

    expected = [] if state in (Currency.CURRENT, Currency.WAIVED) else [state]
    assert [gap.currency for gap in gaps] == expected


def test_a_gap_says_when_evidence_last_ran_out() -> None:
    older = lapsed_evidence(expires_on=date(2025, 1, 1))

    (lapsed,) = rules.find_gaps([requirement()], [older, lapsed_evidence()], [], on=TODAY)
    (unknown,) = rules.find_gaps([requirement()], [WEAK, lapsed_evidence()], [], on=TODAY)
    (due,) = rules.find_gaps([requirement()], [lapsed_evidence(), evidence(expires_on=SOON)], [], on=TODAY)
    (never,) = rules.find_gaps([requirement()], [], [], on=TODAY)

    assert lapsed.lapsed_on == date(2026, 5, 24)
    assert unknown.lapsed_on == date(2026, 5, 24)
    assert due.lapsed_on == SOON
    assert never.lapsed_on is None


def test_gaps_come_in_the_order_of_the_requirements() -> None:
    required = [requirement(competency=CONDUCT), requirement(), requirement(competency=AID)]

    gaps = rules.find_gaps(required, [evidence()], [], on=TODAY)

    assert [gap.requirement.competency for gap in gaps] == [CONDUCT, AID]


@pytest.mark.parametrize(
    ("decay", "months", "left"),
    [("accuracy", 0, 1.0), ("accuracy", 6.5, 0.5), ("speed", 13, 0.5), ("mixed", 22, 0.25), ("mixed", -3, 1.0)],
)
def test_retention_halves_after_the_half_life_of_the_skill(decay: str, months: float, left: float) -> None:
    assert rules.retention(decay=decay, months=months) == pytest.approx(left)


@pytest.mark.parametrize(
    ("decay", "days", "band"),
    [
        ("accuracy", 0, Retention.FRESH),
        ("accuracy", 99, Retention.FRESH),
        ("accuracy", 105, Retention.FADING),
        ("accuracy", 270, Retention.FADED),
        ("speed", 200, Retention.FRESH),
        ("mixed", 365, Retention.FADING),
    ],
)
def test_retention_is_shown_as_a_band(decay: str, days: int, band: Retention) -> None:
    assert rules.retention_band(decay=decay, last_used_on=TODAY - timedelta(days=days), on=TODAY) is band


@pytest.mark.parametrize(
    ("pieces", "level", "state", "until"),
    [
        pytest.param([evidence()], 2, Currency.CURRENT, date(2027, 11, 24), id="current"),
        pytest.param([evidence(expires_on=None)], 2, Currency.CURRENT, None, id="for ever"),
        pytest.param([evidence(expires_on=SOON)], 2, Currency.DUE_SOON, SOON, id="due soon"),
        pytest.param([lapsed_evidence()], 2, Currency.LAPSED, date(2026, 5, 24), id="lapsed"),
        pytest.param([evidence(level=Level.NONE)], 0, Currency.UNKNOWN, date(2027, 11, 24), id="no level"),
        pytest.param(
            [evidence(level=Level.INDEPENDENT, expires_on=SOON), evidence()],
            3,
            Currency.DUE_SOON,
            SOON,
            id="level first",
        ),
        pytest.param(
            [lapsed_evidence(level=Level.INSTRUCTOR), evidence(level=Level.AWARE)],
            1,
            Currency.CURRENT,
            date(2027, 11, 24),
            id="what counts goes before what counted",
        ),
        pytest.param(
            [lapsed_evidence(level=Level.INSTRUCTOR, expires_on=date(2025, 1, 1)), lapsed_evidence()],
            2,
            Currency.LAPSED,
            date(2026, 5, 24),
            id="last to run out",
        ),
    ],
)
def test_a_holding_is_judged_by_its_best_piece(
    pieces: list[Evidence], level: int, state: Currency, until: date | None
) -> None:
    (held,) = rules.holdings(pieces, decays={POC: "mixed"}, on=TODAY)

    assert (int(held.level), held.state, held.until) == (level, state, until)
    assert len(held.earlier) == len(pieces) - 1


def test_holdings_are_one_for_each_competency_and_leave_out_the_future() -> None:
    pieces = [evidence(), evidence(competency=AID), evidence(competency=CONDUCT, observed_on=TOMORROW)]

    held = rules.holdings(pieces, decays={}, on=TODAY)

    assert [each.competency for each in held] == [AID, POC]
    assert [each.retention for each in held] == [None, None]


def test_only_what_is_held_has_a_predicted_retention() -> None:
    decays = {POC: "accuracy", AID: "accuracy"}

    held = rules.holdings([evidence(), lapsed_evidence(competency=AID)], decays=decays, on=TODAY)

    assert {each.competency: each.retention for each in held} == {POC: Retention.FADED, AID: None}


@pytest.mark.parametrize(
    ("other", "renews"),
    [
        pytest.param({"expires_on": date(2028, 1, 1)}, True, id="lasts longer"),
        pytest.param({"expires_on": None}, True, id="for ever"),
        pytest.param({"expires_on": SOON}, False, id="ends on the same day"),
        pytest.param({"expires_on": None, "level": Level.AWARE}, False, id="lower"),
        pytest.param({"expires_on": None, "source": Source.SELF_DECLARED}, False, id="weaker"),
        pytest.param({"expires_on": None, "competency": AID}, False, id="another competency"),
    ],
)
def test_an_expiry_is_no_news_once_renewed(other: dict[str, object], renews: bool) -> None:
    ending = evidence(expires_on=SOON)

    assert rules.renewed(ending, [ending, evidence(**other)]) is renews


def test_what_never_ends_is_never_renewed() -> None:
    assert not rules.renewed(evidence(expires_on=None), [evidence(expires_on=None)])


@pytest.mark.parametrize(
    ("attesting", "source", "allowed"),
    [(1, Source.SELF_DECLARED, True), (1, Source.OBSERVED, False), (2, Source.OBSERVED, True)],
)
def test_nobody_attests_more_than_a_declaration_about_themselves(attesting: int, source: Source, allowed: bool) -> None:
    assert rules.may_attest(attesting=PersonId(attesting), about=PersonId(1), source=source) is allowed
