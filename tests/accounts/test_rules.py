from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.accounts import rules
from trainer.accounts.values import (
    Account,
    MissionId,
    Office,
    OrganisationId,
    Permission,
    Posting,
    PostingId,
    Role,
)
from trainer.kernel.values import PersonId

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HERE, ELSEWHERE = MissionId(1), MissionId(2)
OURS, THEIRS = OrganisationId(1), OrganisationId(2)

MAY: dict[Office, set[str]] = {
    Office.TRAINEE: set(),
    Office.MANDATE_OFFICER: {
        "draft-instrument",
        "publish-instrument",
        "revise-rules",
        "read-plans",
        "read-readiness",
    },
    Office.READINESS_MANAGER: {
        "read-plans",
        "approve-plan",
        "read-readiness",
        "read-people",
        "record-evidence",
        "grant-waiver",
        "recognise-courses",
    },
    Office.TRAINING_PARTNER: {"manage-courses"},
    Office.AUDITOR: {"read-plans", "read-readiness", "read-people", "read-ledger"},
    Office.ADMINISTRATOR: {"read-people", "administer"},
}
"""Beyond what everybody may, said a second time so that a slip in the matrix does not pass."""

EVERYBODY = {"learn", "read-catalogue", "read-mandates"}


def account(*offices: Office, missions: tuple[MissionId, ...] = ()) -> Account:
    return Account(
        person=PersonId(1),
        name="Asha Person",
        email="",
        language="en",
        offices=frozenset(offices),
        organisation=OURS,
        missions=frozenset(missions),
        invented=False,
    )


@pytest.mark.parametrize("office", Office)
@pytest.mark.parametrize("permission", Permission)
def test_each_office_may_what_its_row_says_and_nothing_else(office, permission):
    assert rules.may(account(office), permission) is (permission.value in MAY[office] | EVERYBODY)


def test_somebody_without_office_may_what_a_trainee_may():
    assert {each.value for each in rules.permissions_of(())} == EVERYBODY
    assert all(rules.may(account(), each) is (each.value in EVERYBODY) for each in Permission)


def test_every_permission_belongs_to_somebody_and_every_office_has_a_confinement():
    assert rules.permissions_of(Office) == frozenset(Permission)
    assert set(rules.MATRIX) == set(rules.CONFINEMENT) == set(Office)


@pytest.mark.parametrize(
    ("who", "permission", "mission", "expected"),
    [
        pytest.param(account(Office.READINESS_MANAGER), Permission.APPROVE_PLAN, ELSEWHERE, True, id="unconfined"),
        pytest.param(
            account(Office.READINESS_MANAGER, missions=(HERE,)), Permission.APPROVE_PLAN, HERE, True, id="own mission"
        ),
        pytest.param(
            account(Office.READINESS_MANAGER, missions=(HERE,)),
            Permission.APPROVE_PLAN,
            ELSEWHERE,
            False,
            id="another mission",
        ),
        pytest.param(
            account(Office.READINESS_MANAGER, missions=(HERE,)),
            Permission.APPROVE_PLAN,
            None,
            True,
            id="no mission named",
        ),
        pytest.param(
            account(Office.MANDATE_OFFICER, missions=(HERE,)),
            Permission.PUBLISH_INSTRUMENT,
            ELSEWHERE,
            False,
            id="officer elsewhere",
        ),
        pytest.param(
            account(Office.READINESS_MANAGER, Office.AUDITOR, missions=(HERE,)),
            Permission.READ_PEOPLE,
            ELSEWHERE,
            True,
            id="auditor reads everywhere",
        ),
        pytest.param(
            account(Office.READINESS_MANAGER, Office.AUDITOR, missions=(HERE,)),
            Permission.APPROVE_PLAN,
            ELSEWHERE,
            False,
            id="auditor does not widen approval",
        ),
        pytest.param(account(missions=(HERE,)), Permission.READ_MANDATES, ELSEWHERE, True, id="public texts"),
    ],
)
def test_managers_and_officers_are_confined_to_their_missions(who, permission, mission, expected):
    assert rules.may(who, permission, mission=mission) is expected
    reach = rules.reach_of(who, permission)
    if mission is not None:
        assert (reach is None or mission in reach) is expected


@pytest.mark.parametrize(("organisation", "expected"), [(None, True), (OURS, True), (THEIRS, False)])
def test_partners_are_confined_to_their_organisation(organisation, expected):
    assert rules.may(account(Office.TRAINING_PARTNER), Permission.MANAGE_COURSES, organisation=organisation) is expected


def test_reach_is_empty_for_what_one_may_not_do_at_all():
    assert rules.reach_of(account(Office.AUDITOR), Permission.APPROVE_PLAN) == frozenset()


@given(
    offices=st.frozensets(st.sampled_from(Office)),
    missions=st.frozensets(st.sampled_from([HERE, ELSEWHERE])),
    permission=st.sampled_from(Permission),
    mission=st.sampled_from([None, HERE, ELSEWHERE]),
    organisation=st.sampled_from([None, OURS, THEIRS]),
)
def test_naming_a_place_never_gives_more_than_the_matrix(offices, missions, permission, mission, organisation):
    who = account(*offices, missions=tuple(missions))

    allowed = rules.may(who, permission, mission=mission, organisation=organisation)

    granting = [each for each in {Office.TRAINEE, *offices} if permission in rules.MATRIX[each]]
    assert not allowed or granting
    assert not allowed or permission in rules.permissions_of(offices)
    assert not allowed or rules.may(who, permission)
    if allowed and mission is not None:
        reach = rules.reach_of(who, permission)
        assert reach is None or mission in reach


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param([], set(), id="nothing held"),
        pytest.param([(Office.READINESS_MANAGER, None)], set(), id="everywhere"),
        pytest.param([(Office.READINESS_MANAGER, HERE)], {HERE}, id="one mission"),
        pytest.param(
            [(Office.READINESS_MANAGER, HERE), (Office.READINESS_MANAGER, ELSEWHERE)], {HERE, ELSEWHERE}, id="two"
        ),
        pytest.param(
            [(Office.READINESS_MANAGER, HERE), (Office.READINESS_MANAGER, None)], set(), id="one and everywhere"
        ),
        pytest.param(
            [(Office.READINESS_MANAGER, HERE), (Office.MANDATE_OFFICER, None)], {HERE}, id="the narrower binds"
        ),
        pytest.param([(Office.AUDITOR, None), (Office.TRAINING_PARTNER, None)], set(), id="not confined by missions"),
    ],
)
def test_memberships_confine_an_account(held, expected):
    assert rules.missions_confined_to(held) == expected


NAMES = ("Amina", "Diallo", "amina.diallo@example.org", "un-004711")


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("four quiet herons", id="words"),
        pytest.param("Xk3#9vLq2!pW", id="twelve characters"),
        pytest.param("мир во всём мире", id="another script"),
        pytest.param("amina keeps bees at home", id="a name among other words"),
    ],
)
def test_good_passwords_pass(password):
    assert rules.password_problem(password, names=NAMES) is None


@pytest.mark.parametrize(
    ("password", "says"),
    [
        pytest.param("", "at least 12", id="empty"),
        pytest.param("elevenchars", "at least 12", id="too short"),
        pytest.param("ab" * 101, "at most 200", id="too long"),
        pytest.param("Password-1234", "first that anybody", id="common, dressed up"),
        pytest.param("aaaaaaaaaaaab", "first that anybody", id="hardly a letter"),
        pytest.param("AminaDiallo1", "your name", id="own name"),
        pytest.param("amina.diallo@example.org", "your name", id="own address"),
        pytest.param("Diállo Ámina 99", "your name", id="own name with accents"),
        pytest.param("un-004711-amina", "your name", id="own number"),
    ],
)
def test_weak_passwords_are_told_what_is_wrong(password, says):
    problem = rules.password_problem(password, names=NAMES)

    assert problem is not None
    assert says in str(problem)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param(ago(1, 2), None, id="fewer than the limit"),
        pytest.param(ago(1, 2, 3), NOW + timedelta(minutes=12), id="at the limit: until the oldest is forgotten"),
        pytest.param(ago(3, 1, 2), NOW + timedelta(minutes=12), id="in any order"),
        pytest.param(ago(1, 2, 3, 9), NOW + timedelta(minutes=12), id="beyond the limit"),
        pytest.param(ago(1, 2, 15), None, id="the oldest is just forgotten"),
        pytest.param(ago(1, 2, 14.99), NOW + timedelta(minutes=0.01), id="the oldest is all but forgotten"),
        pytest.param([*ago(1, 2), NOW + timedelta(minutes=1)], None, id="none from the future"),
    ],
)
def test_too_many_failures_make_one_wait(failures, expected):
    assert rules.wait_until(failures, limit=3, now=NOW) == expected


@given(st.lists(st.timedeltas(timedelta(), timedelta(hours=1)), max_size=12), st.integers(1, 6))
def test_after_waiting_one_may_try_again(ages, limit):
    failures = [NOW - age for age in ages]
    until = rules.wait_until(failures, limit=limit, now=NOW)

    if until is not None:
        assert NOW < until <= NOW + rules.FAILURE_WINDOW
        assert rules.wait_until(failures, limit=limit, now=until) is None


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (900, 15)])
def test_minutes_to_wait_are_rounded_up(seconds, minutes):
    assert rules.minutes_to_wait(NOW + timedelta(seconds=seconds), now=NOW) == minutes


@pytest.mark.parametrize(("minutes", "expected"), [(0, False), (4.9, False), (5, True)])
def test_a_browser_is_noted_at_most_every_five_minutes(minutes, expected):
    assert rules.wants_seen(seen_at=NOW - timedelta(minutes=minutes), now=NOW) is expected


def posting(number: int, starts_on: date, ends_on: date | None) -> Posting:
    return Posting(
        id=PostingId(number),
        person=PersonId(1),
        mission=HERE,
        unit=None,
        role=Role.OBSERVER,
        starts_on=starts_on,
        ends_on=ends_on,
    )


EARLY = posting(1, date(2026, 1, 1), date(2026, 3, 1))
OPEN = posting(2, date(2026, 3, 1), None)
LATE = posting(3, date(2026, 6, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("postings", "on", "expected"),
    [
        pytest.param((), date(2026, 1, 1), None, id="none"),
        pytest.param((EARLY,), date(2026, 2, 28), EARLY, id="the last day counts"),
        pytest.param((EARLY,), date(2026, 3, 1), None, id="the day of rotation does not"),
        pytest.param((EARLY, OPEN), date(2026, 3, 1), OPEN, id="the one that follows"),
        pytest.param((EARLY, LATE), date(2026, 4, 1), LATE, id="between postings the next to come"),
        pytest.param((EARLY, OPEN, LATE), date(2025, 12, 31), EARLY, id="the first to come"),
        pytest.param((OPEN, LATE), date(2026, 7, 1), LATE, id="the latest begun of two"),
    ],
)
def test_the_posting_that_counts_is_the_current_or_the_next(postings, on, expected):
    assert rules.posting_on(postings, on=on) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Amina   DIALLO ", "amina diallo"),
        ("Marie-Claire N'Guessan", "marie claire nguessan"),
        ("Émile Ødegård", "emile odegard"),
        ("Łukasz Strauß", "lukasz strauss"),
        ("Nguyễn Thị Hạnh", "nguyen thi hanh"),
        ("İpek Işık", "ipek isik"),
        ("مُحَمَّد", "محمد"),
        ("ℌans", "hans"),
        ("", ""),
    ],
)
def test_names_are_folded_for_search(text, expected):
    assert rules.fold_name(text) == expected


@given(st.text(max_size=40))
def test_folding_a_folded_name_changes_nothing(text):
    folded = rules.fold_name(text)

    assert rules.fold_name(folded) == folded


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        pytest.param("10.0.0.1", "10.0.0.1", id="IPv4"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="IPv6"),
        pytest.param("2001:db8:1:2::ffff", "2001:db8:1:2::/64", id="another address of the same site"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="with a zone"),
        pytest.param("::ffff:10.0.0.1", "10.0.0.1", id="IPv4 in IPv6"),
        pytest.param("", "", id="none"),
        pytest.param("unix:", "unix:", id="no address"),
    ],
)
def test_attempts_are_counted_by_network(address: str, counted: str) -> None:
    assert rules.network_of(address) == counted
