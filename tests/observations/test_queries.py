"""Lists of lessons show what their reader may see, narrowed and paged."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import observations as factory
from tests.observations.conftest import Field
from trainer.competencies.values import Area
from trainer.observations import queries
from trainer.observations.queries import ObservationFilter
from trainer.observations.values import ObservationId, ObservationState, Reader


@pytest.fixture
def lessons(session: Session, field: Field) -> dict[str, ObservationId]:
    given = {"mission": field.mission, "reported_by": field.reporter}
    return {
        "reported": factory.observation(session, **given),
        "accepted": factory.accepted_observation(session, areas=[Area.CPR, Area.POC], modules=["conduct"], **given),
        "declined": factory.observation(session, state=ObservationState.DECLINED, **given),
        "elsewhere": factory.observation(session, mission=field.elsewhere, reported_by=field.stranger),
    }


def names(lessons: dict[str, ObservationId], session: Session, wanted: ObservationFilter, reader: Reader) -> set[str]:
    cards, total = queries.observations_page(session, wanted=wanted, reader=reader, page=1, size=50)
    assert total == len(cards)
    return {name for name, number in lessons.items() if number in {card.id for card in cards}}


@pytest.mark.parametrize(
    ("who", "missions", "expected"),
    [
        ("auditor", None, {"reported", "accepted", "declined", "elsewhere"}),
        ("manager", "mission", {"reported", "accepted", "declined"}),
        ("reporter", "", {"reported", "accepted", "declined"}),
        ("colleague", "", {"accepted"}),
        ("stranger", "elsewhere", {"accepted", "elsewhere"}),
    ],
)
def test_a_list_holds_what_its_reader_may_see(
    session: Session,
    field: Field,
    lessons: dict[str, ObservationId],
    who: str,
    missions: str | None,
    expected: set[str],
) -> None:
    reach = None if missions is None else frozenset({getattr(field, missions)} if missions else ())
    reader = Reader(person=getattr(field, who), missions=reach)

    assert names(lessons, session, ObservationFilter(), reader) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ObservationFilter(area=Area.CPR), {"accepted"}),
        (ObservationFilter(state=ObservationState.REPORTED), {"reported", "elsewhere"}),
        (ObservationFilter(module="conduct"), {"accepted"}),  # type: ignore[arg-type]  # a key
        (ObservationFilter(area=Area.ELE), set()),
    ],
    ids=["area", "state", "module", "nothing"],
)
def test_a_list_is_narrowed(
    session: Session, field: Field, lessons: dict[str, ObservationId], wanted: ObservationFilter, expected: set[str]
) -> None:
    assert names(lessons, session, wanted, Reader(person=field.auditor, missions=None)) == expected


def test_a_list_is_narrowed_to_a_mission(session: Session, field: Field, lessons: dict[str, ObservationId]) -> None:
    wanted = ObservationFilter(mission=field.elsewhere)

    assert names(lessons, session, wanted, Reader(person=field.auditor, missions=None)) == {"elsewhere"}


def test_pages_come_latest_first(session: Session, field: Field, lessons: dict[str, ObservationId]) -> None:
    reader = Reader(person=field.auditor, missions=None)

    first, total = queries.observations_page(session, wanted=ObservationFilter(), reader=reader, page=1, size=3)
    second, _ = queries.observations_page(session, wanted=ObservationFilter(), reader=reader, page=2, size=3)

    assert total == 4
    assert [card.id for card in (*first, *second)] == sorted(lessons.values(), reverse=True)
    assert first[2].areas == (Area.POC, Area.CPR)


def test_states_are_counted_whatever_state_is_asked_for(
    session: Session, field: Field, lessons: dict[str, ObservationId]
) -> None:
    wanted = ObservationFilter(mission=field.mission, state=ObservationState.DECLINED)

    found = queries.counts_by_state(session, wanted=wanted, reader=Reader(person=field.auditor, missions=None))

    assert {state.value: number for state, number in found.items()} == {
        "reported": 1,
        "accepted": 1,
        "declined": 1,
        "answered": 0,
    }
