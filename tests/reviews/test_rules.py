"""Where a draft stands, what stands against its publication, who takes part: tables of cases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

import pytest

from trainer.accounts.values import Account, MissionId, Office, OrganisationId
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.reviews import rules
from trainer.reviews.values import (
    DEFAULT_POLICY,
    ObstacleKind,
    Policy,
    Reader,
    ReaderId,
    Remark,
    RemarkId,
    RemarkKind,
    Stage,
    Standing,
    Verdict,
    Wait,
)

TODAY = date(2026, 11, 24)
AUTHOR, REVIEWER, OWNER, STRANGER = PersonId(1), PersonId(2), PersonId(3), PersonId(4)
MISSION = MissionId(7)
TWO = replace(DEFAULT_POLICY, two_people=True)
K, V = RemarkKind, Verdict
_ids = count(1)


def remark(kind: RemarkKind, person: PersonId | None = AUTHOR, verdict: Verdict | None = None, **changes) -> Remark:
    """Something said of the first version today."""
    said = Remark(
        id=RemarkId(next(_ids)),
        draft=1,
        version=1,
        kind=kind,
        verdict=verdict,
        person=person,
        at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        on=TODAY,
        text="",
        areas=(),
        line=None,
    )
    return replace(said, **changes)


def asked(**changes) -> Remark:
    return remark(K.ASKED, areas=(Area.POC, Area.WPS), **changes)


def agreed(**changes) -> Remark:
    return remark(K.REVIEWED, REVIEWER, V.AGREE, **changes)


def answered(verdict: Verdict = V.AGREE, **changes) -> Remark:
    return remark(K.ANSWERED, OWNER, verdict, **({"areas": (Area.POC,)} | changes))


def standing(*remarks: Remark, policy: Policy = DEFAULT_POLICY, **changes) -> Standing:
    """Of a draft in its first version that touches two areas, of which one has an owner."""
    given = {
        "version": 1,
        "created_by": AUTHOR,
        "touched": {Area.WPS, Area.POC},
        "owners": {Area.POC: OWNER, Area.WPS: None},
        "lapses_on": date(2027, 2, 22),
        "on": TODAY,
    }
    return rules.standing_of(remarks, policy=policy, **(given | changes))


@pytest.mark.parametrize(
    ("remarks", "version", "stage"),
    [
        pytest.param((), 1, Stage.DRAFT, id="nothing was said"),
        pytest.param((remark(K.BEGUN), remark(K.COMMENTED)), 1, Stage.DRAFT, id="only a comment"),
        pytest.param((asked(),), 1, Stage.IN_REVIEW, id="asked"),
        pytest.param((asked(), agreed()), 1, Stage.AGREED, id="agreed"),
        pytest.param((asked(), remark(K.REVIEWED, REVIEWER, V.CHANGES)), 1, Stage.CHANGES, id="changes"),
        pytest.param(
            (asked(), remark(K.REVIEWED, REVIEWER, V.CHANGES), agreed()), 1, Stage.AGREED, id="a changed mind counts"
        ),
        pytest.param(
            (asked(), agreed(), remark(K.REVIEWED, STRANGER, V.CHANGES)),
            1,
            Stage.CHANGES,
            id="one of two is not content",
        ),
        pytest.param((asked(), agreed()), 2, Stage.DRAFT, id="a change takes the review back"),
        pytest.param(
            (asked(), agreed(), asked(version=2)), 2, Stage.IN_REVIEW, id="an old review is not of the new text"
        ),
        pytest.param(
            (asked(), remark(K.REVIEWED, REVIEWER, V.CHANGES), asked()), 1, Stage.IN_REVIEW, id="asked again as it was"
        ),
        pytest.param((asked(), agreed(), remark(K.RENEWED)), 1, Stage.AGREED, id="renewal leaves the review"),
    ],
)
def test_a_draft_stands_where_its_remarks_leave_it(remarks, version, stage) -> None:
    assert standing(*remarks, version=version).stage is stage


def test_each_area_has_its_owner_and_its_latest_answer_in_the_order_of_areas() -> None:
    old = answered(V.COMMENT)

    found = standing(asked(), old, answered(V.OBJECTION), version=1)

    assert [(each.area, each.authority, each.asked, each.awaited, each.objected) for each in found.areas] == [
        (Area.POC, OWNER, True, False, True),
        (Area.WPS, None, True, False, False),
    ]


def test_an_answer_to_an_earlier_state_is_awaited_anew_and_its_objection_stands() -> None:
    found = standing(asked(), answered(V.OBJECTION), asked(version=2), version=2)

    protection = found.areas[0]
    assert (protection.fresh, protection.awaited, protection.objected) == (False, True, True)
    assert found.answers_due_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("remarks", "policy", "by", "kinds"),
    [
        pytest.param((), DEFAULT_POLICY, AUTHOR, [], id="one person may publish what they wrote"),
        pytest.param((), DEFAULT_POLICY, None, [], id="and so may a command"),
        pytest.param((), TWO, REVIEWER, ["not-asked"], id="two people: a review first"),
        pytest.param((), TWO, AUTHOR, ["not-asked", "own"], id="two people: by another"),
        pytest.param((asked(), answered()), TWO, REVIEWER, ["awaited"], id="the review is awaited"),
        pytest.param((asked(), answered(), agreed()), TWO, REVIEWER, [], id="the reviewer publishes"),
        pytest.param((asked(), answered(), agreed()), TWO, STRANGER, [], id="a third may publish"),
        pytest.param((asked(), answered(), agreed()), TWO, AUTHOR, ["own"], id="the author may not"),
        pytest.param((asked(), answered(), agreed()), TWO, None, ["own"], id="nor a command"),
        pytest.param(
            (remark(K.CHANGED, REVIEWER), asked(), answered(), agreed()),
            TWO,
            REVIEWER,
            ["own"],
            id="whoever changed it is an author",
        ),
        pytest.param(
            (asked(person=STRANGER), answered(), agreed()), TWO, STRANGER, ["own"], id="so is whoever put it forward"
        ),
        pytest.param(
            (asked(), answered(), remark(K.REVIEWED, REVIEWER, V.CHANGES)),
            TWO,
            REVIEWER,
            ["changes"],
            id="changes asked",
        ),
        pytest.param((asked(),), DEFAULT_POLICY, AUTHOR, ["unanswered"], id="answers are waited for"),
        pytest.param(
            (asked(on=date(2026, 11, 17)),), DEFAULT_POLICY, AUTHOR, [], id="but not for longer than policy says"
        ),
        pytest.param(
            (asked(),), replace(DEFAULT_POLICY, answer_days=0), AUTHOR, [], id="and not where policy does not wait"
        ),
        pytest.param((asked(), answered(V.OBJECTION)), DEFAULT_POLICY, AUTHOR, ["objection"], id="an objection blocks"),
        pytest.param(
            (asked(), answered(V.OBJECTION), answered()), DEFAULT_POLICY, AUTHOR, [], id="until they answer anew"
        ),
        pytest.param(
            (asked(), answered(V.OBJECTION)),
            replace(DEFAULT_POLICY, objection_blocks=False),
            AUTHOR,
            [],
            id="or is only recorded",
        ),
        pytest.param((asked(), answered(V.COMMENT)), DEFAULT_POLICY, AUTHOR, [], id="a comment stops nothing"),
    ],
)
def test_what_stands_against_a_publication(remarks, policy, by, kinds) -> None:
    found = rules.obstacles_to(standing(*remarks, policy=policy), policy, by=by, on=TODAY)

    assert [each.kind.value for each in found] == kinds


def test_an_objection_outlives_a_change_and_a_dropped_area_takes_it_along() -> None:
    remarks = (asked(), answered(V.OBJECTION))

    changed = rules.obstacles_to(standing(*remarks, version=2), DEFAULT_POLICY, by=AUTHOR, on=TODAY)
    without = rules.obstacles_to(standing(*remarks, version=2, touched={Area.WPS}), DEFAULT_POLICY, by=AUTHOR, on=TODAY)

    assert [(each.kind, each.areas) for each in changed] == [(ObstacleKind.OBJECTION, (Area.POC,))]
    assert without == ()


@pytest.mark.parametrize(
    ("lapses_on", "expired", "soon"),
    [
        (date(2026, 11, 23), True, False),
        (date(2026, 11, 24), True, False),
        (date(2026, 11, 25), False, True),
        (date(2026, 12, 1), False, True),
        (date(2026, 12, 2), False, False),
    ],
)
def test_a_draft_expires_on_its_day_and_is_announced_a_week_before(lapses_on, expired, soon) -> None:
    found = standing(lapses_on=lapses_on)

    assert (found.expired, found.expires_soon) == (expired, soon)
    obstacles = rules.obstacles_to(found, DEFAULT_POLICY, by=AUTHOR, on=TODAY)
    assert [each.kind for each in obstacles] == ([ObstacleKind.EXPIRED] if expired else [])


def account(person: PersonId, *offices: Office, missions: frozenset[MissionId] = frozenset()) -> Account:
    return Account(
        person=person,
        name="",
        email="",
        language="en",
        offices=frozenset(offices),
        organisation=OrganisationId(1),
        missions=missions,
        invented=False,
    )


def reader(**changes) -> Reader:
    given = {"person": None, "office": None, "mission": None, "ended_at": None}
    return Reader(
        id=ReaderId(1), draft=1, given_at=datetime(2026, 11, 24, tzinfo=UTC), given_by=AUTHOR, **(given | changes)
    )


ENDED = datetime(2026, 11, 24, 10, tzinfo=UTC)
MANAGERS = reader(office=Office.READINESS_MANAGER, mission=MISSION)


@pytest.mark.parametrize(
    ("who", "remarks", "readers", "takes_part"),
    [
        pytest.param(account(STRANGER), (asked(),), (), False, id="a stranger"),
        pytest.param(account(OWNER), (), (), False, id="an owner who was not asked"),
        pytest.param(account(OWNER), (asked(),), (), True, id="an owner who was asked"),
        pytest.param(account(STRANGER), (), (reader(person=STRANGER),), True, id="shared with them"),
        pytest.param(account(STRANGER), (), (reader(person=OWNER),), False, id="shared with another"),
        pytest.param(account(STRANGER), (), (reader(person=STRANGER, ended_at=ENDED),), False, id="no longer shared"),
        pytest.param(
            account(STRANGER),
            (remark(K.COMMENTED, STRANGER),),
            (reader(person=STRANGER, ended_at=ENDED),),
            True,
            id="whoever was heard",
        ),
        pytest.param(account(STRANGER, Office.READINESS_MANAGER), (), (MANAGERS,), True, id="by office"),
        pytest.param(account(STRANGER, Office.AUDITOR), (), (MANAGERS,), False, id="by another office"),
        pytest.param(
            account(STRANGER, Office.READINESS_MANAGER, missions=frozenset({MissionId(8)})),
            (),
            (MANAGERS,),
            False,
            id="by office, for another mission",
        ),
        pytest.param(
            account(STRANGER, Office.READINESS_MANAGER, missions=frozenset({MISSION})),
            (),
            (MANAGERS,),
            True,
            id="by office, for this mission",
        ),
    ],
)
def test_who_takes_part(who, remarks, readers, takes_part) -> None:
    owners = {Area.POC: OWNER, Area.WPS: None}

    found = rules.takes_part(who, remarks=remarks, readers=readers, owners=owners, mission=MISSION)

    assert found is takes_part


@pytest.mark.parametrize(
    ("person", "publishes", "remarks", "changes", "waits"),
    [
        pytest.param(REVIEWER, True, (asked(),), {}, (Wait.REVIEW,), id="a second officer reviews"),
        pytest.param(REVIEWER, False, (asked(),), {}, (), id="nobody else does"),
        pytest.param(AUTHOR, True, (asked(),), {}, (), id="nor the author"),
        pytest.param(OWNER, False, (asked(),), {}, (Wait.ANSWER,), id="the owner answers"),
        pytest.param(OWNER, False, (asked(), answered()), {}, (), id="once"),
        pytest.param(
            AUTHOR, True, (asked(), remark(K.REVIEWED, REVIEWER, V.CHANGES)), {}, (Wait.CHANGES,), id="changes"
        ),
        pytest.param(REVIEWER, True, (asked(), answered(), agreed()), {}, (Wait.PUBLISH,), id="what is agreed"),
        pytest.param(AUTHOR, True, (asked(), answered(), agreed()), {}, (), id="not by its author"),
        pytest.param(AUTHOR, True, (), {"lapses_on": date(2026, 11, 26)}, (Wait.RENEW,), id="time runs out"),
        pytest.param(REVIEWER, True, (asked(),), {"lapses_on": TODAY}, (), id="nobody reviews what is expired"),
    ],
)
def test_what_a_draft_wants_of_whom(person, publishes, remarks, changes, waits) -> None:
    found = rules.waits_for(
        standing(*remarks, policy=TWO, **changes),
        TWO,
        account=account(person),
        publishes=publishes,
        remarks=remarks,
        readers=(),
        mission=MISSION,
        on=TODAY,
    )

    assert found == waits


def test_a_shared_draft_waits_for_a_comment_until_there_is_one() -> None:
    def waits(*remarks: Remark) -> tuple[Wait, ...]:
        return rules.waits_for(
            standing(*remarks),
            DEFAULT_POLICY,
            account=account(STRANGER),
            publishes=False,
            remarks=remarks,
            readers=(reader(person=STRANGER),),
            mission=MISSION,
            on=TODAY,
        )

    assert waits() == (Wait.COMMENT,)
    assert waits(remark(K.COMMENTED, STRANGER)) == ()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"answer_days": 61}, ["answer_days"]),
        ({"answer_days": -1, "expire_days": 13}, ["answer_days", "expire_days"]),
        ({"expire_days": 731}, ["expire_days"]),
    ],
)
def test_a_policy_is_checked_all_at_once(changes, fields) -> None:
    assert [each.field for each in rules.check_policy(replace(DEFAULT_POLICY, **changes))] == fields


def test_a_policy_from_before_a_part_was_added_has_it_as_by_default() -> None:
    assert Policy.from_json({"two_people": True}) == TWO
    assert Policy.from_json(TWO.to_json()) == TWO
