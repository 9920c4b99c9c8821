from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from tests.conftest import NOW, TODAY, work_on
from tests.factories import accounts as make
from tests.factories.accounts import PASSWORD
from trainer.accounts import operations, queries, rules
from trainer.accounts.events import OfficeEnded, OfficeGranted, PeopleEnrolled, PersonEnrolled, PersonLeft, PersonMoved
from trainer.accounts.models import Credential, FailedSignIn, SignIn
from trainer.accounts.values import (
    MissionStatus,
    NewPerson,
    NewPosting,
    Office,
    OrganisationKind,
    Role,
)
from trainer.kernel.events import from_json
from trainer.kernel.periods import Period
from trainer.kernel.values import PersonId
from trainer.kernel.work import Actor, Work


def at(session, **later) -> Work:
    now = NOW + timedelta(**later)
    return Work(session=session, now=now, today=now.date(), actor=Actor(job="test"))


def recorded(work, kind):
    entries = [each for each in work.recorded if each.event == kind.name]
    return [from_json(each.event, each.payload, {}) for each in entries]


def sign_in(work, *, login="asha@example.org", password=PASSWORD, address="10.0.0.1"):
    return operations.sign_in(work, login=login, password=password, address=address, browser="Firefox")


@pytest.fixture
def asha(session) -> PersonId:
    person = make.person(session, key="un-17", email="asha@example.org")
    make.credential(session, person=person)
    return person


# Enrolling


def test_an_enrolled_person_is_found_under_the_folded_name(work):
    home = make.organisation(work)

    person = operations.enrol_person(
        work,
        person=NewPerson(
            key=" UN-9 ", given_name="Zoë", family_name="O’Hara", organisation=home, email="Zoe@Example.org"
        ),
    )

    card = queries.people_cards(work.session, people=[person])[person]
    assert (card.key, card.email, card.name) == ("un-9", "zoe@example.org", "Zoë O’Hara")
    found, total = queries.search_people(work.session, text="zoe ohara", mission=None, page=1, size=50, on=TODAY)
    assert (found, total) == ((card,), 1)
    assert recorded(work, PersonEnrolled) == [PersonEnrolled(person_id=person)]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"key": "UN-17"}, operations.KeyTaken),
        ({"email": "ASHA@example.org "}, operations.EmailTaken),
        (
            {"postings": (NewPosting(mission=1, unit=None, role=Role.CIVILIAN, starts_on=TODAY, ends_on=TODAY),)},
            queries.EndsBeforeItStarts,
        ),
    ],
    ids=["number", "address", "days"],
)
def test_numbers_addresses_and_days_are_checked(work, asha, changes, refusal):
    given = {"key": "un-18", "given_name": "A", "family_name": "B", "organisation": make.organisation(work)} | changes

    with pytest.raises(refusal):
        operations.enrol_person(work, person=NewPerson(**given))


def test_many_are_enrolled_at_once_with_postings_and_absences_and_one_event(work):
    home, mission = make.organisation(work), make.mission(work)
    away = Period(date(2026, 12, 1), date(2026, 12, 15))
    serves = NewPosting(mission=mission, unit=None, role=Role.OBSERVER, starts_on=TODAY, ends_on=None)
    people = [
        NewPerson(
            key=f"N{number}",
            given_name="A",
            family_name=f"B{number}",
            organisation=home,
            postings=(serves,),
            absences=(away,),
        )
        for number in range(12)
    ]

    ids = operations.enrol_people(work, people=people)

    assert sorted(ids) == sorted(f"n{number}" for number in range(12))
    profiles = queries.profiles_in(work.session, missions=[mission], on=TODAY)
    assert {each.id for each in profiles} == set(ids.values())
    absences = queries.absences_of(work.session, people=ids.values(), start=TODAY, end=date(2027, 1, 1))
    assert set(absences.values()) == {(away,)}
    assert recorded(work, PeopleEnrolled) == [PeopleEnrolled(count=12, mission_ids=(mission,))]


def test_keys_of_missions_units_and_organisations_are_taken_once(work):
    home = operations.add_organisation(work, key="NOR", name="Norway", kind=OrganisationKind.MEMBER_STATE)
    mission = operations.add_mission(work, key="UNIFIL", name="UNIFIL")
    elsewhere = operations.add_mission(work, key="unmiss", name="UNMISS")
    unit = partial(operations.add_unit, work, organisation=home, key="norbatt", name="NORBATT", role=Role.INFANTRY)
    unit(mission=mission)
    unit(mission=elsewhere)

    with pytest.raises(operations.KeyTaken):
        operations.add_organisation(work, key="nor", name="Norway", kind=OrganisationKind.MEMBER_STATE)
    with pytest.raises(operations.KeyTaken):
        operations.add_mission(work, key="unifil", name="UNIFIL")
    with pytest.raises(operations.KeyTaken):
        unit(mission=mission)


# Moving


def move(work, person, mission, starts_on, ends_on=None, unit=None):
    return operations.move_person(
        work, person=person, mission=mission, unit=unit, role=Role.STAFF_OFFICER, starts_on=starts_on, ends_on=ends_on
    )


def test_a_move_ends_the_posting_that_runs(work):
    here, there = make.mission(work), make.mission(work)
    person = make.posted_person(work, mission=here, starts_on=date(2026, 9, 1), ends_on=date(2027, 9, 1))

    move(work, person, there, date(2026, 12, 1), date(2027, 6, 1))

    postings = queries.postings_of(work.session, people=[person], on=TODAY)[person]
    assert [(each.mission, each.starts_on, each.ends_on) for each in postings] == [
        (here, date(2026, 9, 1), date(2026, 12, 1)),
        (there, date(2026, 12, 1), date(2027, 6, 1)),
    ]
    moved = PersonMoved(person_id=person, from_mission_id=here, to_mission_id=there, on=date(2026, 12, 1))
    assert recorded(work, PersonMoved) == [moved]


def test_a_first_posting_comes_from_nowhere(work):
    mission, person = make.mission(work), make.person(work)

    move(work, person, mission, TODAY)

    assert recorded(work, PersonMoved)[0].from_mission_id is None


def test_a_posting_that_began_the_same_day_is_amended(work):
    here, there = make.mission(work), make.mission(work)
    person = make.posted_person(work, mission=here, starts_on=TODAY, ends_on=None)

    move(work, person, there, TODAY, date(2027, 1, 1))

    (posting,) = queries.postings_of(work.session, people=[person], on=TODAY)[person]
    assert (posting.mission, posting.role, posting.ends_on) == (there, Role.STAFF_OFFICER, date(2027, 1, 1))
    assert recorded(work, PersonMoved)[0].from_mission_id == here


def test_a_posting_that_ended_before_stays_as_it_was(work):
    here, there = make.mission(work), make.mission(work)
    person = make.posted_person(work, mission=here, starts_on=date(2026, 1, 1), ends_on=TODAY)

    move(work, person, there, TODAY)

    assert [each.ends_on for each in queries.person_page(work.session, person=person, on=TODAY).postings] == [
        None,
        TODAY,
    ]


@pytest.mark.parametrize(
    ("ends_on", "refused"),
    [(None, True), (date(2027, 1, 2), True), (date(2027, 1, 1), False)],
    ids=["open", "beyond", "adjoining"],
)
def test_a_posting_does_not_run_into_a_later_one(work, ends_on, refused):
    mission = make.mission(work)
    person = make.posted_person(work, mission=mission, starts_on=date(2027, 1, 1), ends_on=None)

    if not refused:
        move(work, person, mission, TODAY, ends_on)
        return
    with pytest.raises(queries.PostedLater, match="2027-01-01"):
        move(work, person, mission, TODAY, ends_on)


def test_a_move_needs_an_open_mission_a_unit_of_it_and_an_end_after_the_start(work):
    mission, person = make.mission(work), make.person(work)
    closed = make.mission(work, status=MissionStatus.CLOSED)
    foreign = make.unit(work, mission=closed)

    with pytest.raises(queries.MissionClosed):
        move(work, person, closed, TODAY)
    with pytest.raises(queries.UnitElsewhere):
        move(work, person, mission, TODAY, unit=foreign)
    with pytest.raises(queries.EndsBeforeItStarts):
        move(work, person, mission, TODAY, TODAY)
    with pytest.raises(queries.NoSuchPerson):
        move(work, PersonId(987654), mission, TODAY)


def test_leaving_ends_postings_offices_and_sign_ins(work, asha):
    mission = make.mission(work)
    make.posting(work, person=asha, mission=mission)
    make.office(work, person=asha, office=Office.AUDITOR)
    token = sign_in(work)

    operations.retire_person(work, person=asha, on=TODAY)

    assert queries.postings_of(work.session, people=[asha], on=TODAY)[asha] == ()
    assert queries.offices_of(work.session, person=asha) == ()
    assert queries.sign_in_of(work.session, token=token, now=NOW) is None
    assert sign_in(work) is None
    assert queries.profiles_in(work.session, missions=[mission], on=TODAY) == ()
    assert recorded(work, PersonLeft) == [PersonLeft(person_id=asha, on=TODAY)]
    with pytest.raises(queries.PersonHasLeft):
        move(work, asha, mission, TODAY)


def test_nobody_leaves_in_advance(work, asha):
    with pytest.raises(operations.LeavesLater):
        operations.retire_person(work, person=asha, on=TODAY + timedelta(days=1))


# Offices


def test_an_office_is_granted_for_a_mission_and_ended(work, asha):
    mission = make.mission(work)

    held = operations.grant_office(work, person=asha, office=Office.READINESS_MANAGER, mission=mission)

    account = queries.account_of(work.session, person=asha)
    assert (account.offices, account.missions) == ({Office.READINESS_MANAGER}, {mission})
    assert operations.end_office(work, membership=held) == asha
    assert queries.account_of(work.session, person=asha).offices == frozenset()
    assert recorded(work, OfficeGranted) == [OfficeGranted(person_id=asha, office="readiness-manager")]
    assert recorded(work, OfficeEnded) == [OfficeEnded(person_id=asha, office="readiness-manager")]
    with pytest.raises(operations.NoSuchOffice):
        operations.end_office(work, membership=held)


@pytest.mark.parametrize(
    ("office", "place", "refusal"),
    [
        (Office.TRAINEE, None, operations.OfficeNotGranted),
        (Office.AUDITOR, "mission", operations.OfficeWithoutMission),
        (Office.TRAINING_PARTNER, "mission", operations.OfficeWithoutMission),
        (Office.MANDATE_OFFICER, "organisation", operations.OfficeWithoutOrganisation),
    ],
)
def test_an_office_is_confined_only_by_what_confines_it(work, asha, office, place, refusal):
    places = {"mission": make.mission(work), "organisation": make.organisation(work)}

    with pytest.raises(refusal):
        operations.grant_office(work, person=asha, office=office, **{each: places[each] for each in [place] if each})


def test_an_office_is_held_once_for_a_place(work, asha):
    operations.grant_office(work, person=asha, office=Office.MANDATE_OFFICER)
    operations.grant_office(work, person=asha, office=Office.MANDATE_OFFICER, mission=make.mission(work))

    with pytest.raises(operations.HoldsOffice):
        operations.grant_office(work, person=asha, office=Office.MANDATE_OFFICER)


def test_the_last_administrator_stays(work, asha):
    first = operations.grant_office(work, person=asha, office=Office.ADMINISTRATOR)
    with pytest.raises(operations.LastAdministrator):
        operations.end_office(work, membership=first)
    with pytest.raises(operations.LastAdministrator):
        operations.retire_person(work, person=asha, on=TODAY)

    make.holder(work, Office.ADMINISTRATOR)
    operations.end_office(work, membership=first)

    assert queries.offices_of(work.session, person=asha) == ()


# Passwords


def test_a_password_is_never_stored_and_ends_every_sign_in(work, asha):
    token = sign_in(work)

    operations.set_password(work, person=asha, password="seven brown otters")

    stored = work.session.get_one(Credential, asha).password_hash
    assert stored.startswith("$argon2id$")
    assert "otters" not in stored
    assert queries.sign_in_of(work.session, token=token, now=NOW) is None
    assert sign_in(work) is None
    assert sign_in(work, password="seven brown otters")


def test_a_weak_password_is_refused_with_what_is_wrong(work, asha):
    with pytest.raises(operations.WeakPassword, match="at least 12"):
        operations.set_password(work, person=asha, password="short")
    with pytest.raises(operations.WeakPassword, match="your name"):
        operations.set_password(work, person=asha, password="asha@example.org")


def test_changing_the_password_keeps_this_browser_and_ends_the_others(work, asha):
    this, other = sign_in(work), sign_in(work)

    operations.change_password(work, person=asha, current=PASSWORD, password="seven brown otters", keep=this)

    assert queries.sign_in_of(work.session, token=this, now=NOW) == asha
    assert queries.sign_in_of(work.session, token=other, now=NOW) is None


def test_changing_the_password_needs_the_present_one(work, asha):
    for person in (asha, make.person(work)):
        assert not operations.change_password(
            work, person=person, current="guess guess guess", password="seven brown otters", keep=""
        )
    assert sign_in(work)


def test_guessing_the_present_password_is_stopped_like_guessing_at_the_door(work, asha):
    def guess():
        return operations.change_password(
            work, person=asha, current="guess guess guess", password="seven brown otters", keep="", address="192.0.2.7"
        )

    assert not any(guess() for _ in range(rules.FAILURES_PER_LOGIN))
    with pytest.raises(operations.TooManyAttempts):
        guess()


def test_a_one_time_password_opens_one_sign_in(work, asha):
    password = operations.set_one_time_password(work, person=asha)

    assert sign_in(work, password=PASSWORD) is None
    token = sign_in(work, password=password)
    assert token
    assert queries.has_one_time_password(work.session, person=asha)
    assert sign_in(work, password=password) is None

    operations.change_password(work, person=asha, current=password, password="seven brown otters", keep=token)
    assert not queries.has_one_time_password(work.session, person=asha)
    assert sign_in(work, password="seven brown otters")
    assert sign_in(work, password="seven brown otters")


def test_a_one_time_password_waits_three_days(session, work, asha):
    password = operations.set_one_time_password(work, person=asha)

    assert sign_in(at(session, days=3), password=password) is None
    assert sign_in(at(session, days=3, seconds=-1), password=password)


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(work, asha):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    work.session.get_one(Credential, asha).password_hash = weak

    assert sign_in(work)

    renewed = work.session.get_one(Credential, asha).password_hash
    assert renewed != weak
    assert not operations._hasher.check_needs_rehash(renewed)


# Signing in and out


@pytest.mark.parametrize("login", ["asha@example.org", "ASHA@Example.ORG", " un-17 ", "UN-17"])
def test_one_signs_in_with_address_or_number_in_any_case(work, asha, login):
    token = sign_in(work, login=login)

    assert queries.sign_in_of(work.session, token=token, now=NOW) == asha


def test_the_token_is_random_and_stored_only_as_a_hash(work, asha):
    tokens = {sign_in(work) for _ in range(3)}

    stored = set(work.session.scalars(select(SignIn.token_hash)))
    assert len(tokens) == len(stored) == 3
    assert not tokens & stored
    assert min(len(each) for each in tokens) >= 43


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("asha@example.org", "four quiet heron"),
        ("asha@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("silent@example.org", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("x" * 5000, "y" * 5000),
    ],
    ids=["wrong", "empty", "unknown login", "nothing", "no password set", "sql", "endless"],
)
def test_a_failed_attempt_gives_no_token_and_is_counted(work, asha, login, password):
    make.person(work, email="silent@example.org")

    assert sign_in(work, login=login, password=password) is None

    (failed,) = work.session.scalars(select(FailedSignIn))
    assert (failed.login, failed.address, failed.at) == (login.strip().lower()[:254], "10.0.0.1", NOW)


def test_unknown_logins_cost_one_verification_like_known_ones(work, asha, monkeypatch):
    verified = []
    verify = operations._matches
    monkeypatch.setattr(operations, "_matches", lambda *given: verified.append(given[0]) or verify(*given))

    sign_in(work, password="wrong wrong wrong")
    sign_in(work, login="nobody@example.org")

    known, decoy = verified
    assert known != decoy
    assert known.rpartition("$")[0].rpartition("$")[0] == decoy.rpartition("$")[0].rpartition("$")[0]


@pytest.mark.parametrize("login", ["asha@example.org", "nobody@example.org"], ids=["known", "unknown"])
def test_after_five_failures_a_login_must_wait_and_even_the_right_password_does(session, asha, login):
    for second in range(rules.FAILURES_PER_LOGIN):
        assert sign_in(at(session, seconds=second), login=login, password="wrong", address=f"10.0.0.{second}") is None

    with pytest.raises(operations.TooManyAttempts) as refusal:
        sign_in(at(session, minutes=5), login=login, address="10.9.9.9")

    assert str(refusal.value) == "There were too many attempts to sign in. Try again in 10 min."
    assert refusal.value.minutes == 10
    assert (sign_in(at(session, minutes=15), login=login, address="10.9.9.9") is not None) is (login[0] == "a")


def test_waiting_is_not_prolonged_by_trying(session, asha):
    for _ in range(rules.FAILURES_PER_LOGIN):
        sign_in(at(session), password="wrong")
    for minute in range(1, 15):
        with pytest.raises(operations.TooManyAttempts):
            sign_in(at(session, minutes=minute))

    assert sign_in(at(session, minutes=15))


def test_one_address_that_tries_many_logins_must_wait_and_others_need_not(session, asha):
    for number in range(rules.FAILURES_PER_ADDRESS):
        session.add(FailedSignIn(login=f"guess-{number}", address="10.6.6.6", at=NOW))

    with pytest.raises(operations.TooManyAttempts):
        sign_in(at(session), address="10.6.6.6")
    assert sign_in(at(session), address="10.0.0.1")


def test_signing_in_clears_the_failures_of_that_login_only(work, asha):
    sign_in(work, password="wrong")
    sign_in(work, login="nobody@example.org")

    assert sign_in(work)

    assert work.session.scalars(select(FailedSignIn.login)).all() == ["nobody@example.org"]


def test_attempts_that_no_longer_count_are_removed(session, asha):
    sign_in(at(session), login="nobody@example.org")

    sign_in(at(session, minutes=15), login="somebody@example.org")

    assert session.scalars(select(FailedSignIn.login)).all() == ["somebody@example.org"]


def test_a_sign_in_ends_after_twelve_idle_hours(session, asha):
    token = sign_in(at(session))

    assert queries.sign_in_of(session, token=token, now=NOW + timedelta(hours=11, minutes=59)) == asha
    assert queries.sign_in_of(session, token=token, now=NOW + timedelta(hours=12)) is None


def test_a_clock_set_forward_signs_nobody_out_who_was_signed_in(session, asha):
    token, idle = sign_in(at(session)), sign_in(at(session, hours=-13))
    then = at(session, days=200)

    operations.carry_sign_ins(then, since=NOW + timedelta(hours=1))

    assert queries.sign_in_of(session, token=token, now=then.now) == asha
    assert queries.sign_in_of(session, token=idle, now=then.now) is None


def test_a_sign_in_that_is_used_ends_after_thirty_days(session, asha):
    token = sign_in(at(session))
    for day in range(30):
        operations.note_seen(at(session, days=day, hours=11), token=token)
        operations.note_seen(at(session, days=day, hours=22), token=token)

    assert queries.sign_in_of(session, token=token, now=NOW + timedelta(days=29, hours=23)) == asha
    assert queries.sign_in_of(session, token=token, now=NOW + timedelta(days=30)) is None


def test_a_signed_out_browser_stays_out_even_when_it_is_seen(work, asha):
    this, other = sign_in(work), sign_in(work)

    operations.sign_out(work, token=this)
    operations.sign_out(work, token=this)
    operations.note_seen(work, token=this)

    assert queries.sign_in_of(work.session, token=this, now=NOW) is None
    assert queries.sign_in_of(work.session, token=other, now=NOW) == asha


def test_one_may_sign_out_all_other_browsers_or_all(work, asha):
    stranger = operations.begin_sign_in(work, person=make.person(work), browser="")
    this, other = sign_in(work), sign_in(work)

    operations.end_other_sign_ins(work, person=asha, keep=this)
    assert [queries.sign_in_of(work.session, token=each, now=NOW) for each in (this, other)] == [asha, None]

    operations.end_sign_ins(work, person=asha)
    assert queries.sign_in_of(work.session, token=this, now=NOW) is None
    assert queries.sign_in_of(work.session, token=stranger, now=NOW) is not None


def test_nobody_signs_out_the_browser_of_somebody_else(work, asha):
    sign_in(work)
    (signed,) = queries.sign_ins_of(work.session, person=asha, now=NOW)

    with pytest.raises(operations.NoSuchSignIn):
        operations.end_sign_in(work, person=make.person(work), sign_in=signed.id)
    operations.end_sign_in(work, person=asha, sign_in=signed.id)

    assert queries.sign_ins_of(work.session, person=asha, now=NOW) == ()


def test_languages_are_chosen_once_each_in_their_order(session, asha):
    operations.choose_languages(work_on(session, asha), person=asha, language="fr", spoken=("fr", "ar", "fr"))

    assert queries.account_of(session, person=asha).language == "fr"
    assert queries.person_profile(session, person=asha, on=TODAY).languages == ("fr", "ar")


def test_other_addresses_of_one_ipv6_network_wait_as_well(session):
    for number in range(rules.FAILURES_PER_ADDRESS - 1):
        session.add(FailedSignIn(login=f"guess-{number}", address="2001:db8:1:2::/64", at=NOW))
    assert sign_in(at(session), login="guess-40", address="2001:db8:1:2::7") is None

    with pytest.raises(operations.TooManyAttempts):
        sign_in(at(session), login="asha@example.org", address="2001:db8:1:2:ffff::1")
    assert sign_in(at(session), login="guess-41", address="2001:db8:1:3::1") is None
