"""How people are judged, added up and foreseen."""

from datetime import date, timedelta

import pytest

from tests.factories.readiness import CONDUCT, DDR, POC, TODAY, standing
from trainer.competencies.values import (
    Area,
    Currency,
    Evidence,
    EvidenceId,
    Level,
    Requirement,
    Source,
    TaskRef,
    Waiver,
    WaiverId,
)
from trainer.kernel.values import PersonId
from trainer.readiness import rules
from trainer.readiness.values import AREA_GROUPS, WORST_FIRST, Gain, Outlook, Readiness

HER = PersonId(1)
TASK = TaskRef(mission=1, instrument=7, symbol="S/RES/1", paragraph="4", task_kind="CivProtect", rule="poc")


def required(competency=POC, area=Area.POC, level=Level.PRACTISED, **changes) -> Requirement:
    given = {"due_on": TODAY, "weight": 10, "least_source": Source.NATIONAL_CERTIFICATE, "refresher_months": 24}
    return Requirement(person=HER, competency=competency, area=area, level=level, because=(TASK,), **(given | changes))


def piece(competency=POC, *, until=None, level=Level.PRACTISED, source=Source.RECOGNISED) -> Evidence:
    return Evidence(
        id=EvidenceId(1),
        person=HER,
        competency=competency,
        level=level,
        observed_on=date(2024, 2, 29),
        expires_on=until,
        source=source,
    )


def waiver(until: date) -> Waiver:
    return Waiver(
        id=WaiverId(1),
        person=HER,
        competency=POC,
        starts_on=TODAY,
        ends_on=until,
        granted_by=PersonId(2),
        reason="",
        mitigation="",
    )


@pytest.mark.parametrize(
    ("evidence", "waivers", "state", "until"),
    [
        pytest.param((), (), "never", None, id="nothing on record"),
        pytest.param((piece(until=TODAY),), (), "lapsed", TODAY, id="ran out today"),
        pytest.param(
            (piece(until=TODAY + timedelta(1)),), (), "due-soon", TODAY + timedelta(1), id="runs out tomorrow"
        ),
        pytest.param((piece(until=date(2027, 12, 1)),), (), "current", date(2027, 12, 1), id="lasts a year"),
        pytest.param((piece(),), (), "current", None, id="lasts for ever"),
        pytest.param((piece(source=Source.SELF_DECLARED),), (), "unknown", None, id="weighs too little"),
        pytest.param((), (waiver(date(2027, 1, 1)),), "waived", date(2027, 1, 1), id="let off"),
        pytest.param((piece(CONDUCT),), (), "never", None, id="of something else"),
    ],
)
def test_a_person_stands_where_their_evidence_puts_them(evidence, waivers, state, until):
    (found,) = rules.readiness_of((required(),), evidence, waivers, on=TODAY)

    assert (found.currency.value, found.until_on) == (state, until)
    assert found.because == (TASK,)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("current", "current"),
        ("current due-soon", "due-soon"),
        ("current waived", "waived"),
        ("waived due-soon unknown", "unknown"),
        ("unknown lapsed current", "lapsed"),
        ("lapsed never", "never"),
    ],
)
def test_the_worst_state_is_the_one_that_counts(states, expected):
    assert rules.worst(Currency(each) for each in states.split()).value == expected


def test_the_order_of_states_knows_them_all():
    assert sorted(WORST_FIRST) == sorted(Currency)


def test_every_area_but_conduct_is_in_one_group():
    grouped = [area for areas in AREA_GROUPS.values() for area in areas]

    assert sorted(grouped) == sorted(set(Area) - {Area.CND})


def test_people_count_once_in_each_area_with_their_worst_state():
    areas = rules.areas_of(
        (
            standing(Currency.CURRENT, until_on=date(2027, 5, 1)),
            standing(Currency.LAPSED, competency=DDR, until_on=date(2026, 5, 1)),
            standing(Currency.LAPSED, competency="civ", until_on=date(2026, 3, 1)),
            standing(Currency.CURRENT, competency=CONDUCT, area=Area.CND),
        )
    )

    assert [(area.value, each.state.value) for area, each in areas.items()] == [("CND", "current"), ("POC", "lapsed")]
    assert areas[Area.POC].until_on == date(2026, 3, 1)
    assert [each.competency for each in areas[Area.POC].standings] == ["civ", "ddr", "poc"]


def test_groups_add_up_by_counts():
    total = rules.add_up(
        (
            rules.roll_up((Currency.CURRENT, Currency.CURRENT, Currency.NEVER)),
            rules.roll_up((Currency.DUE_SOON, Currency.WAIVED)),
            rules.roll_up(()),
        )
    )

    assert (total.ready, total.required, total.worst) == (3, 5, Currency.NEVER)


def test_nobody_asked_for_anything_has_no_worst_state():
    assert (Readiness(counts={}).required, Readiness(counts={}).worst) == (0, None)


def test_tasks_behind_are_named_once_each_and_the_baseline_by_none():
    other = TaskRef(mission=1, instrument=7, symbol="S/RES/1", paragraph="5", task_kind="Ceasefire", rule="cfm")
    baseline = TaskRef(mission=1, instrument=None, symbol="", paragraph="", task_kind="", rule="conduct")

    tasks = rules.tasks_behind((standing(because=(TASK, other, baseline)), standing(because=(TASK,))))

    assert [each.task_kind for each in tasks] == ["Ceasefire", "CivProtect"]


def test_people_are_sorted_worst_first_then_by_the_end_of_their_evidence():
    people = [
        rules.areas_of((standing(currency, person=PersonId(nth), until_on=until),))[Area.POC]
        for nth, (currency, until) in enumerate(
            [
                (Currency.CURRENT, None),
                (Currency.LAPSED, date(2026, 5, 1)),
                (Currency.LAPSED, date(2026, 2, 1)),
                (Currency.NEVER, None),
            ]
        )
    ]

    assert [each.person for each in sorted(people, key=rules.badness)] == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(rules.weeks_ahead(date(2026, 12, 24), count=2), "2026-12-24 2026-12-31 2027-01-07", id="weeks"),
        pytest.param(
            rules.months_ahead(date(2027, 11, 30), count=3), "2027-11-30 2027-12-30 2028-01-30 2028-02-29", id="months"
        ),
    ],
)
def test_days_ahead(days, expected):
    assert " ".join(day.isoformat() for day in days) == expected


FOREVER = standing()
NEVER = standing(Currency.NEVER)
SOON = date(2027, 1, 1)


def gain(**changes) -> Gain:
    given = {"competency": POC, "level": Level.PRACTISED, "from_on": date(2026, 12, 10), "until_on": date(2027, 12, 10)}
    return Gain(**(given | changes))


@pytest.mark.parametrize(
    ("now", "unwaived", "gains", "day", "expected"),
    [
        pytest.param(FOREVER, FOREVER, (), date(2030, 1, 1), "current", id="for ever"),
        pytest.param(
            standing(until_on=date(2027, 6, 1)), None, (), date(2027, 3, 2), "current", id="91 days before its end"
        ),
        pytest.param(
            standing(until_on=date(2027, 6, 1)), None, (), date(2027, 3, 3), "due-soon", id="90 days before its end"
        ),
        pytest.param(standing(until_on=date(2027, 6, 1)), None, (), date(2027, 6, 1), "lapsed", id="on its end"),
        pytest.param(
            standing(Currency.DUE_SOON, until_on=SOON), None, (), date(2026, 12, 31), "due-soon", id="last day"
        ),
        pytest.param(
            standing(Currency.WAIVED, until_on=SOON), NEVER, (), date(2026, 12, 31), "waived", id="still let off"
        ),
        pytest.param(standing(Currency.WAIVED, until_on=SOON), NEVER, (), SOON, "never", id="waiver over"),
        pytest.param(NEVER, NEVER, (), date(2027, 6, 1), "never", id="nothing comes"),
        pytest.param(NEVER, NEVER, (gain(),), date(2026, 12, 9), "never", id="not completed yet"),
        pytest.param(NEVER, NEVER, (gain(),), date(2026, 12, 10), "current", id="completed"),
        pytest.param(NEVER, NEVER, (gain(),), date(2027, 12, 10), "lapsed", id="completed and run out"),
        pytest.param(NEVER, NEVER, (gain(level=Level.AWARE),), SOON, "never", id="level too low"),
        pytest.param(NEVER, NEVER, (gain(competency=DDR),), SOON, "never", id="something else"),
        pytest.param(
            standing(Currency.WAIVED, until_on=date(2027, 6, 1)),
            NEVER,
            (gain(),),
            SOON,
            "current",
            id="let off, then learnt",
        ),
    ],
)
def test_what_is_to_be_expected_against_one_requirement(now, unwaived, gains, day, expected):
    person = Outlook(rotates_on=None, standings=(now,), unwaived=(unwaived or now,), gains=gains)

    (point,) = rules.forecast((person,), days=(day,))

    assert point.readiness.counts == {Currency(expected): 1}


def outlook(*standings, rotates_on=None, gains=()) -> Outlook:
    return Outlook(rotates_on=rotates_on, standings=standings, unwaived=standings, gains=gains)


def test_a_forecast_counts_who_stays_who_lapses_and_who_learns():
    days = (TODAY, date(2026, 12, 24), date(2027, 1, 24))
    people = (
        outlook(FOREVER),
        outlook(FOREVER, rotates_on=date(2026, 12, 24)),
        outlook(standing(Currency.DUE_SOON, until_on=date(2027, 1, 10))),
        outlook(NEVER, gains=(gain(),)),
        outlook(FOREVER, rotates_on=TODAY),
    )

    points = rules.forecast(people, days=days)

    assert [(each.readiness.ready, each.readiness.required) for each in points] == [(3, 4), (3, 3), (2, 3)]
    assert [(each.leaving, each.expiring, each.gaining) for each in points] == [(0, 0, 0), (1, 0, 1), (0, 1, 0)]


def test_a_forecast_of_nobody_counts_nobody():
    assert [each.readiness.counts for each in rules.forecast((), days=(TODAY, SOON))] == [{}, {}]


def test_a_forecast_counts_a_person_once_in_each_area():
    ddr = standing(Currency.NEVER, competency=DDR)
    conduct = standing(competency=CONDUCT, area=Area.CND)

    (point,) = rules.forecast((outlook(FOREVER, ddr, conduct),), days=(TODAY,))

    assert point.readiness.counts == {Currency.NEVER: 1, Currency.CURRENT: 1}
