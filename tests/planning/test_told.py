"""What might still be given to somebody who was told of what they lack: pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.factories.planning import AID, CONDUCT, POC, TODAY, at_level, offer, offering, quota
from trainer.accounts.values import MissionId, OrganisationId, Role
from trainer.catalogue.values import AtLevel, Offering
from trainer.partners.values import CourseMode, QuotaLine, SessionId, SessionOffer
from trainer.planning.rules.told import Chances, Seeker, Supply
from trainer.planning.values import DEFAULT_POLICY

SEEKER = Seeker(role=Role.INFANTRY, languages=("en", "sw"), organisation=OrganisationId(1), mission=MissionId(1))
LAST_DAY = date(2027, 2, 12)
"""Of the session on offer."""


def left(
    *offered: Offering | SessionOffer,
    lacks: Sequence[AtLevel] = (at_level(),),
    reserved: Mapping[int, Sequence[QuotaLine]] | None = None,
    seats: int = 0,
    leaves_on: date = date.max,
    has: Sequence[AtLevel] = (),
    seeker: Seeker = SEEKER,
    **policy: Any,
) -> bool:
    """Whether the seeker is left as they are while this is on offer."""
    offers = tuple(each for each in offered if isinstance(each, SessionOffer))
    supply = Supply(
        offerings=tuple(each for each in offered if isinstance(each, Offering)),
        offers=offers,
        free={each.id: each.seats - each.seats_taken for each in offers},
        reserved={SessionId(session): tuple(lines) for session, lines in (reserved or {}).items()},
        policy=replace(DEFAULT_POLICY, **policy),
        on=TODAY,
    )
    return Chances(supply).leave(lacks, seeker, seats=seats, leaves_on=leaves_on.toordinal(), has=has.__contains__)


def test_where_nothing_is_on_offer_everybody_is_left_as_they_are() -> None:
    assert left()


@pytest.mark.parametrize(
    ("module", "leaves"),
    [
        pytest.param({}, False, id="as asked"),
        pytest.param({"teaches": (at_level(level=3),)}, False, id="a higher level"),
        pytest.param({"teaches": (at_level(level=1),)}, True, id="a lower level"),
        pytest.param({"teaches": (at_level(AID),)}, True, id="another competency"),
        pytest.param({"teaches": (at_level(AID), at_level())}, False, id="another besides"),
        pytest.param({"languages": ("fr", "sw")}, False, id="in their second language"),
        pytest.param({"languages": ("fr",)}, True, id="in another language"),
        pytest.param({"requires": (at_level(AID),)}, True, id="a prerequisite is out of reach"),
        pytest.param({"requires": (at_level(AID), at_level(CONDUCT))}, False, id="of several none is asked about"),
        pytest.param({"refresher_of": POC}, False, id="when it lapsed is not asked about"),
    ],
)
def test_a_module_helps_who_reads_it_and_lacks_what_it_teaches(module: dict[str, Any], leaves: bool) -> None:
    assert left(offering(**module)) is leaves


@pytest.mark.parametrize(
    ("session", "leaves"),
    [
        pytest.param({}, False, id="as asked"),
        pytest.param({"awards": (at_level(level=1),)}, True, id="a lower level"),
        pytest.param({"awards": (at_level(AID),)}, True, id="another competency"),
        pytest.param({"language": "sw"}, False, id="in their second language"),
        pytest.param({"language": "fr"}, True, id="in another language"),
        pytest.param({"roles": (Role.OBSERVER, Role.INFANTRY)}, False, id="for their role"),
        pytest.param({"roles": (Role.OBSERVER,)}, True, id="for another role"),
        pytest.param({"seats_taken": 9}, False, id="one seat left"),
        pytest.param({"seats_taken": 10}, True, id="full"),
        pytest.param({"starts_on": date(2026, 12, 24)}, False, id="begins after the freeze window"),
        pytest.param({"starts_on": date(2026, 12, 23)}, True, id="begins within the freeze window"),
        pytest.param({"starts_on": date(2027, 11, 20)}, False, id="ends on the last day of the horizon"),
        pytest.param({"starts_on": date(2027, 11, 21)}, True, id="ends beyond the horizon"),
        pytest.param({"region": "europe", "cost": 10**9}, False, id="the price is not asked about"),
    ],
)
def test_a_free_seat_helps_who_may_sit_there(session: dict[str, Any], leaves: bool) -> None:
    assert left(offer(**session)) is leaves


@pytest.mark.parametrize(
    ("lines", "leaves"),
    [
        pytest.param([quota(mission=MissionId(2), seats=9)], False, id="one seat is for all"),
        pytest.param([quota(mission=MissionId(2), seats=10)], True, id="all for another mission"),
        pytest.param([quota(organisation=OrganisationId(2), seats=10)], True, id="all for another contributor"),
        pytest.param([quota(mission=MissionId(1), seats=10)], False, id="all for their mission"),
        pytest.param([quota(organisation=OrganisationId(1), seats=10)], False, id="all for their contributor"),
        pytest.param(
            [quota(organisation=OrganisationId(1), mission=MissionId(2), seats=10)],
            True,
            id="for their contributor in another mission",
        ),
        pytest.param(
            [quota(mission=MissionId(2), seats=9), quota(mission=MissionId(1), seats=1)], False, id="one for them"
        ),
    ],
)
def test_reserved_seats_help_those_for_whom_they_are(lines: Sequence[QuotaLine], leaves: bool) -> None:
    assert left(offer(), reserved={1: lines}) is leaves


@pytest.mark.parametrize(
    ("offered", "leaves_on", "leaves"),
    [
        pytest.param(offer(), date(2027, 2, 13), False, id="the day after its last"),
        pytest.param(offer(), LAST_DAY, True, id="on its last day"),
        pytest.param(offer(mode=CourseMode.SELF_PACED), LAST_DAY, False, id="whenever there is time"),
        pytest.param(offering(), date(2026, 11, 25), False, id="a module"),
    ],
)
def test_what_ends_after_they_leave_is_of_no_help(
    offered: Offering | SessionOffer, leaves_on: date, leaves: bool
) -> None:
    assert left(offered, leaves_on=leaves_on) is leaves


def test_a_seat_that_is_kept_for_them_helps_where_the_one_for_all_ends_too_late() -> None:
    early, late = offer(1, starts_on=date(2027, 1, 18)), offer(2)
    kept = {1: [quota(mission=MissionId(1), seats=10)]}
    others = SEEKER._replace(mission=MissionId(2))

    assert not left(early, late, reserved=kept, leaves_on=LAST_DAY)
    assert left(early, late, reserved=kept, leaves_on=LAST_DAY, seeker=others)


@pytest.mark.parametrize(("seats", "leaves"), [(4, False), (5, True), (6, True)])
def test_who_has_as_many_seats_as_allowed_is_left_as_they_are(seats: int, leaves: bool) -> None:
    assert left(offering(), offer(), seats=seats, seats_a_person=5) is leaves


@pytest.mark.parametrize(
    ("lacks", "leaves"),
    [
        pytest.param([], True, id="nothing that a course may close"),
        pytest.param([at_level(AID)], True, id="what is not taught"),
        pytest.param([at_level(AID), at_level()], False, id="one of both is taught"),
        pytest.param([at_level(level=3)], True, id="more than is taught"),
    ],
)
def test_one_gap_that_might_be_closed_is_enough_for_a_look(lacks: Sequence[AtLevel], leaves: bool) -> None:
    assert left(offering(), lacks=lacks) is leaves


def test_each_of_many_who_ask_is_answered_for_themselves() -> None:
    supply = Supply(
        offerings=(),
        offers=(offer(roles=(Role.INFANTRY,)),),
        free={SessionId(1): 1},
        reserved={SessionId(1): (quota(mission=MissionId(1)),)},
        policy=DEFAULT_POLICY,
        on=TODAY,
    )
    chances = Chances(supply)
    seekers = [SEEKER, SEEKER._replace(role=Role.OBSERVER), SEEKER._replace(mission=MissionId(2)), SEEKER]

    answers = [
        chances.leave([at_level()], each, seats=0, leaves_on=date.max.toordinal(), has=lambda _: False)
        for each in seekers
    ]
    assert answers == [False, True, True, False]


@pytest.mark.parametrize(
    ("has", "beside", "leaves"),
    [
        pytest.param([], [], True, id="neither held nor taught"),
        pytest.param([at_level(AID)], [], False, id="held"),
        pytest.param([at_level(AID, level=1)], [], True, id="held at a lower level"),
        pytest.param([], [offering("aid", teaches=(at_level(AID),))], False, id="taught by a module"),
        pytest.param(
            [], [offering("aid", teaches=(at_level(AID),), languages=("fr",))], True, id="in another language"
        ),
        pytest.param([], [offer(2, awards=(at_level(AID),))], False, id="taught in a session"),
        pytest.param([], [offer(2, awards=(at_level(AID),), seats=0)], True, id="in a full session"),
        pytest.param(
            [],
            [offering("aid", teaches=(at_level(AID),), requires=(at_level(CONDUCT),))],
            False,
            id="what comes before that is not asked about",
        ),
        pytest.param(
            [],
            [offering("aid", teaches=(at_level(AID, level=3),), requires=(at_level(AID),))],
            True,
            id="but for the same",
        ),
    ],
)
def test_what_requires_something_before_helps_who_has_it_or_might_be_given_it(
    has: Sequence[AtLevel], beside: Sequence[Offering | SessionOffer], leaves: bool
) -> None:
    assert left(offer(requires=at_level(AID)), *beside, has=has) is leaves
    assert left(offering(requires=(at_level(AID),)), *beside, has=has) is leaves
