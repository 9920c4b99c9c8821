from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests.conftest import NOW, TODAY
from tests.factories import accounts as make
from trainer.accounts import operations, queries
from trainer.accounts.models import SignIn
from trainer.accounts.values import Office, OrganisationId, Role
from trainer.kernel import ledger
from trainer.kernel.ledger import ReactionClaim
from trainer.kernel.periods import Period
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work


class Counted:
    """How many statements a block sends."""

    def __init__(self, session):
        self.engine, self.statements = session.get_bind(), []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, *given):
        if not given[2].startswith(("SAVEPOINT", "RELEASE")):
            self.statements.append(given[2])


def test_a_profile_says_where_somebody_stands_today(session):
    mission = make.mission(session)
    unit = make.unit(session, mission=mission)
    person = make.posted_person(
        session,
        mission=mission,
        unit=unit,
        role=Role.FORMED_POLICE,
        given_name="Amina",
        family_name="Diallo",
        spoken=["fr", "en"],
    )
    make.posted_person(session, mission=mission)

    profile = queries.person_profile(session, person=person, on=TODAY)

    assert profile.name == "Amina Diallo"
    assert (profile.role, profile.mission, profile.unit) == (Role.FORMED_POLICE, mission, unit)
    assert (profile.deployed_on, profile.rotates_on) == (date(2026, 9, 1), date(2027, 9, 1))
    assert profile.languages == ("fr", "en")


def test_somebody_without_posting_has_a_profile_and_their_own_language(session):
    person = make.person(session, language="ar")

    profile = queries.person_profile(session, person=person, on=TODAY)

    assert (profile.mission, profile.role, profile.deployed_on) == (None, None, None)
    assert profile.languages == ("ar",)


def test_unknown_people_are_refused_alone_and_left_out_of_many(session):
    person = make.person(session)

    with pytest.raises(queries.NoSuchPerson):
        queries.person_profile(session, person=PersonId(10**9), on=TODAY)
    with pytest.raises(queries.NoSuchPerson):
        queries.account_of(session, person=PersonId(10**9))
    with pytest.raises(queries.NoSuchPerson):
        queries.person_page(session, person=PersonId(10**9), on=TODAY)
    assert set(queries.profiles_of(session, people=[person, PersonId(10**9)], on=TODAY)) == {person}


def test_those_in_a_mission_are_there_now_or_come_next(session):
    here, elsewhere = make.mission(session), make.mission(session)
    now_here = make.posted_person(session, mission=here)
    comes_next = make.posted_person(session, mission=here, starts_on=date(2027, 1, 1), ends_on=None)
    rotates_today = make.posted_person(session, mission=here, ends_on=TODAY)
    has_left = make.posted_person(session, mission=here, left_on=TODAY)
    goes_there_after_elsewhere = make.posted_person(session, mission=elsewhere)
    make.posting(
        session, person=goes_there_after_elsewhere, mission=here, starts_on=date(2027, 9, 1), ends_on=date(2028, 9, 1)
    )
    make.person(session)

    found = [each.id for each in queries.profiles_in(session, missions=[here], on=TODAY)]

    assert found == [now_here, comes_next]
    assert rotates_today not in found
    assert has_left not in found
    both = queries.profiles_in(session, missions=[here, elsewhere], on=TODAY)
    assert [each.id for each in both] == [now_here, comes_next, goes_there_after_elsewhere]


def test_a_mission_is_read_in_two_statements_whatever_its_size(session):
    mission = make.mission(session)
    for _ in range(5):
        make.posted_person(session, mission=mission)

    with Counted(session) as counted:
        queries.profiles_in(session, missions=[mission], on=TODAY)
    assert len(counted.statements) == 2


def test_more_people_than_a_statement_holds_are_read_in_batches(session, monkeypatch):
    monkeypatch.setattr(queries, "IDS_PER_STATEMENT", 2)
    mission = make.mission(session)
    people = [make.posted_person(session, mission=mission) for _ in range(5)]

    profiles = queries.profiles_of(session, people=people, on=TODAY)

    assert list(profiles) == people
    assert {each.mission for each in profiles.values()} == {mission}
    assert len(queries.people_cards(session, people=people)) == 5


def test_postings_are_those_not_over_the_earliest_first(session):
    mission, person = make.mission(session), make.person(session)
    later = make.posting(session, person=person, mission=mission, starts_on=date(2027, 9, 1), ends_on=None)
    running = make.posting(session, person=person, mission=mission)
    make.posting(session, person=person, mission=mission, starts_on=date(2025, 1, 1), ends_on=TODAY)
    idle = make.person(session)

    found = queries.postings_of(session, people=[person, idle], on=TODAY)

    assert [each.id for each in found[person]] == [running, later]
    assert found[idle] == ()


def test_absences_are_those_that_touch_the_days_asked_about(session):
    person, other = make.person(session), make.person(session)
    for starts_on, ends_on in [
        (date(2026, 12, 20), date(2027, 1, 5)),
        (date(2026, 11, 1), date(2026, 11, 25)),
        (date(2026, 10, 1), date(2026, 11, 24)),
        (date(2027, 1, 1), date(2027, 1, 2)),
    ]:
        make.absence(session, person=person, starts_on=starts_on, ends_on=ends_on)

    found = queries.absences_of(session, people=[person, other], start=TODAY, end=date(2027, 1, 1))

    assert found[person] == (
        Period(date(2026, 11, 1), date(2026, 11, 25)),
        Period(date(2026, 12, 20), date(2027, 1, 5)),
    )
    assert found[other] == ()


def search(session, text="", mission=None, page=1, size=50, within=None):
    found, total = queries.search_people(
        session, text=text, mission=mission, page=page, size=size, on=TODAY, within=within
    )
    return [each.name for each in found], total


@pytest.fixture
def crowd(session):
    here, elsewhere = make.mission(session), make.mission(session)
    make.posted_person(session, mission=here, given_name="Émile", family_name="Zola-Diallo", key="un-100")
    make.posted_person(session, mission=elsewhere, given_name="Amina", family_name="Diallo", key="un-200")
    make.person(session, given_name="100%", family_name="Sure_Thing", key="un-300")
    make.posted_person(session, mission=here, given_name="Diallo", family_name="Gone", left_on=TODAY)
    return here, elsewhere


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["100% Sure_Thing", "Amina Diallo", "Émile Zola-Diallo"]),
        ("diallo", ["Amina Diallo", "Émile Zola-Diallo"]),
        ("DIÁLLO emile", ["Émile Zola-Diallo"]),
        ("UN-200", ["Amina Diallo"]),
        ("200 amina", ["Amina Diallo"]),
        ("%", ["100% Sure_Thing"]),
        ("_", ["100% Sure_Thing"]),
        ("gone", []),
    ],
)
def test_people_are_found_by_every_word_of_name_or_number(session, crowd, text, expected):
    assert search(session, text) == (expected, len(expected))


def test_people_are_found_by_mission_and_confined_to_some(session, crowd):
    here, elsewhere = crowd

    assert search(session, mission=here) == (["Émile Zola-Diallo"], 1)
    assert search(session, "diallo", within=[elsewhere]) == (["Amina Diallo"], 1)
    assert search(session, mission=here, within=[elsewhere]) == ([], 0)
    assert search(session, within=[]) == ([], 0)


def test_people_are_paged_in_the_order_of_their_names(session, crowd):
    assert search(session, page=1, size=2) == (["100% Sure_Thing", "Amina Diallo"], 3)
    assert search(session, page=2, size=2) == (["Émile Zola-Diallo"], 3)
    assert search(session, page=3, size=2) == ([], 3)


def test_missions_units_and_organisations_come_by_name(session):
    mission = make.mission(session, key="unifil", name="UNIFIL", place="Lebanon")
    other = make.mission(session, key="minusca", name="MINUSCA")
    unit = make.unit(session, mission=mission, name="b", organisation_id=make.organisation(session, name="Zed"))
    make.unit(session, mission=other, organisation_id=make.organisation(session, name="Ypsilon"))
    first = make.unit(session, mission=mission, name="A", organisation_id=make.organisation(session, name="alpha"))

    assert [each.name for each in queries.missions(session)] == ["MINUSCA", "UNIFIL"]
    assert queries.mission(session, mission=mission).place == {"en": "Lebanon"}
    assert queries.mission_by_key(session, key=" UNIFIL ").id == mission
    assert [each.id for each in queries.units_of(session, mission=mission)] == [first, unit]
    assert queries.unit_names(session, units=[unit]) == {unit: "b"}
    assert [each.name for each in queries.organisations(session)] == ["alpha", "Ypsilon", "Zed"]
    with pytest.raises(queries.NoSuchMission):
        queries.mission_by_key(session, key="unknown")


def test_an_account_knows_offices_missions_and_the_organisation_a_partner_acts_for(session):
    home, academy = make.organisation(session), make.organisation(session)
    mission = make.mission(session)
    person = make.person(session, organisation_id=home, given_name="Jonas", family_name="Berg", email=None)
    make.office(session, person=person, office=Office.READINESS_MANAGER, mission=mission)
    make.office(session, person=person, office=Office.TRAINING_PARTNER, organisation=academy)
    make.holder(session, Office.ADMINISTRATOR)

    account = queries.account_of(session, person=person)

    assert (account.name, account.email) == ("Jonas Berg", "")
    assert account.offices == {Office.READINESS_MANAGER, Office.TRAINING_PARTNER}
    assert account.missions == {mission}
    assert account.organisation == academy


def test_holders_of_an_office_are_those_whose_office_reaches_the_place(session):
    here, elsewhere = make.mission(session), make.mission(session)
    everywhere = make.holder(session, Office.READINESS_MANAGER)
    there = make.holder(session, Office.READINESS_MANAGER, mission=here)
    other = make.holder(session, Office.READINESS_MANAGER, mission=elsewhere)
    make.holder(session, Office.READINESS_MANAGER, left_on=TODAY)
    make.holder(session, Office.AUDITOR)

    def holders(**place):
        return list(queries.holders_of(session, office=Office.READINESS_MANAGER, **place))

    assert holders() == [everywhere, there, other]
    assert holders(mission=here) == [everywhere, there]


def test_partners_are_found_by_the_organisation_they_act_for(session):
    academy = make.organisation(session)
    member = make.holder(session, Office.TRAINING_PARTNER, organisation_id=academy)
    sent = make.holder(session, Office.TRAINING_PARTNER, organisation=academy)
    left_for_another = make.person(session, organisation_id=academy)
    make.office(
        session, person=left_for_another, office=Office.TRAINING_PARTNER, organisation=make.organisation(session)
    )

    found = queries.holders_of(session, office=Office.TRAINING_PARTNER, organisation=OrganisationId(academy))

    assert found == (member, sent)


def test_accounts_are_those_who_can_sign_in_or_hold_an_office(session):
    with_password = make.person(session, given_name="B")
    make.credential(session, person=with_password)
    officer = make.holder(session, Office.AUDITOR, given_name="A")
    make.person(session, given_name="C")
    session.add(SignIn(token_hash="x", person_id=officer, began_at=NOW, seen_at=NOW))

    lines, total = queries.accounts(session, page=1, size=50)

    assert [each.card.id for each in lines] == [officer, with_password]
    assert [[held.office for held in each.offices] for each in lines] == [[Office.AUDITOR], []]
    assert [each.last_seen_at for each in lines] == [NOW, None]
    assert total == 2
    assert queries.accounts(session, page=2, size=1)[0][0].card.id == with_password


def test_a_person_page_has_all_postings_and_the_absences_to_come(session):
    mission, person = make.mission(session), make.person(session, spoken=["fr"])
    over = make.posting(session, person=person, mission=mission, starts_on=date(2025, 1, 1), ends_on=date(2025, 7, 1))
    running = make.posting(session, person=person, mission=mission)
    make.posted_person(session, mission=mission)
    make.absence(session, person=person, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    make.absence(session, person=person, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2))

    with Counted(session) as counted:
        page = queries.person_page(session, person=person, on=TODAY)

    assert [each.id for each in page.postings] == [running, over]
    assert page.absences == (Period(date(2026, 12, 1), date(2026, 12, 2)),)
    assert (page.spoken, page.has_password, page.left_on) == (("fr",), False, None)
    assert len(counted.statements) == 4


def test_what_there_is_is_counted_without_those_who_left(session):
    mission = make.mission(session)
    make.credential(session, person=make.posted_person(session, mission=mission))
    make.credential(session, person=make.person(session, left_on=TODAY))
    make.person(session)

    counted = queries.population(session)

    assert (counted.people, counted.accounts, counted.missions) == (2, 1, 1)


def test_the_health_of_the_ledger_is_what_is_open_and_what_was_given_up(session, work):
    from trainer.accounts.events import PersonEnrolled

    entries = [
        ledger.append(session, PersonEnrolled(person_id=1), now=NOW + timedelta(minutes=minute), actor="job:test")
        for minute in range(3)
    ]
    entries[0].settled_at = NOW
    session.flush()
    session.add(ReactionClaim(entry_id=entries[0].id, reaction="plan", parked_at=NOW, last_error="KeyError: 3"))
    session.add(ReactionClaim(entry_id=entries[1].id, reaction="plan", done_at=NOW))
    session.flush()

    health = queries.ledger_health(session)

    assert (health.open_entries, health.oldest_open_at) == (2, NOW + timedelta(minutes=1))
    (parked,) = health.parked
    assert (parked.entry, parked.event, parked.reaction, parked.error) == (
        entries[0].id,
        "PersonEnrolled",
        "plan",
        "KeyError: 3",
    )


def test_people_are_counted_by_mission_role_and_languages_as_their_profiles_say(session):
    here, elsewhere = make.mission(session), make.mission(session)
    french = make.person(session, language="fr", spoken=["fr", "en"])
    make.posting(session, person=french, mission=here, role=Role.CIVILIAN)
    for _ in range(2):
        make.posted_person(session, mission=here, role=Role.INFANTRY, language="en", spoken=[])
    later = make.person(session, language="en", spoken=["en"])
    make.posting(session, person=later, mission=elsewhere, role=Role.INFANTRY, ends_on=date(2027, 1, 1))
    make.posting(session, person=later, mission=here, role=Role.INFANTRY, starts_on=date(2027, 1, 1), ends_on=None)
    make.posted_person(session, mission=here, left_on=TODAY)

    groups = queries.people_groups(session, missions=[here], on=TODAY)

    assert {(each.role, each.languages, each.people) for each in groups} == {
        (Role.CIVILIAN, ("fr", "en"), 1),
        (Role.INFANTRY, ("en",), 2),
    }
    assert sum(each.people for each in groups) == len(queries.profiles_in(session, missions=[here], on=TODAY))


def test_a_mission_is_said_in_the_languages_in_which_it_was_entered(work: Work) -> None:
    added = operations.add_mission(
        work, key="unifil", name="UNIFIL", place={"en": "Lebanon", "fr": "Liban"}, strength={"en": "about 10,800"}
    )

    card = queries.mission(work.session, mission=added)

    assert (card.place, card.strength) == ({"en": "Lebanon", "fr": "Liban"}, {"en": "about 10,800"})
    assert card.full_name == {"en": ""}
