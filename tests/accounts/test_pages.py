import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOW, TODAY
from tests.factories import accounts as make
from tests.factories.accounts import PASSWORD
from tests.support.site import Site
from trainer.accounts import queries, rules
from trainer.accounts.models import FailedSignIn, SignIn
from trainer.accounts.values import MissionStatus, Office, Role
from trainer.web.accounts.browsers import browser_name
from trainer.web.accounts.forms import safe_next

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture
def asha(session):
    person = make.person(session, key="un-17", email="asha@example.org", given_name="Asha", family_name="Rao")
    make.credential(session, person=person)
    return person


@pytest.fixture
def admin(session):
    return make.holder(session, Office.ADMINISTRATOR, given_name="Ada", family_name="Min")


def enter(site, login="asha@example.org", password=PASSWORD, *, path="/sign-in", **more):
    return site.post(path, {"login": login, "password": password}, **more)


# Where a sign-in may lead


@pytest.mark.parametrize(
    "path", ["/", "/people/", "/people/?q=a+b&page=2", "/modules/poc%20x", "/sessions/3#top", "/signs"]
)
def test_a_sign_in_leads_back_to_paths_of_this_site(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "people/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/people\\..\\x",
        "http:evil.example",
        "http://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\x00/evil.example",
        "/\x7f",
        "/\u2028/evil.example",
        "/\u202egro.elpmaxe",
        "/ /evil.example",
        "/sign-in?next=/x",
        "/sign-out",
        "/" + "x" * 2000,
        "//[",
    ],
)
def test_a_sign_in_leads_nowhere_else(path):
    assert safe_next(path) == ""


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/people/?q=rao", "/people/?q=rao"),
        ("//evil.example/", "/my/"),
        ("/\\evil.example", "/my/"),
        ("http:evil", "/my/"),
    ],
)
def test_the_page_follows_only_safe_targets(site, asha, target, location):
    page = site.post("/sign-in", {"login": "un-17", "password": PASSWORD}, query_string={"next": target})

    assert (page.status, page.location) == (303, location)
    assert page.headers["Location"].startswith("/")


def test_a_visitor_is_asked_to_sign_in_and_then_led_back(site, asha):
    asked = site.get("/account/password")
    assert (asked.status, asked.location) == (303, "/sign-in?next=/account/password")

    assert enter(site, path=asked.location).location == "/account/password"


# Signing in


@pytest.mark.parametrize(
    ("office", "path"),
    [
        (None, "/my/"),
        (Office.READINESS_MANAGER, "/readiness/"),
        (Office.MANDATE_OFFICER, "/missions/"),
        (Office.TRAINING_PARTNER, "/partner/"),
        (Office.AUDITOR, "/audit/"),
        (Office.ADMINISTRATOR, "/administration/"),
    ],
)
def test_everybody_lands_on_the_page_of_their_office(site, session, asha, office, path):
    if office is not None:
        make.office(session, person=asha, office=office)

    assert enter(site).location == path


def test_one_who_is_signed_in_is_led_on(site, asha):
    site.sign_in(asha)

    assert site.get("/sign-in").location == "/my/"
    assert site.get("/sign-in?next=/account/").location == "/account/"


@pytest.mark.parametrize("login", ["asha@example.org", "nobody@example.org"], ids=["known", "unknown"])
def test_a_failed_attempt_says_the_same_whoever_it_was(site, session, asha, login):
    page = enter(site, login=login, password="wrong wrong wrong")

    assert page.status == 422
    assert "Login and password do not belong together" in page.text
    assert "wrong wrong wrong" not in page.body
    assert len(session.scalars(select(FailedSignIn)).all()) == 1
    assert site.get("/account/").status == 303


@pytest.mark.parametrize("login", ["asha@example.org", "nobody@example.org"], ids=["known", "unknown"])
def test_after_five_failures_one_must_wait(site, clock, asha, login):
    for _ in range(rules.FAILURES_PER_LOGIN):
        assert enter(site, login=login, password="wrong").status == 422

    clock.set(NOW + timedelta(minutes=2))
    page = enter(site, login=login)
    assert page.status == 429
    assert page.headers["Retry-After"] == str(13 * 60)
    assert "There were too many attempts to sign in. Try again in 13 min." in page.text

    clock.set(NOW + timedelta(minutes=15))
    assert enter(site, login=login).status == (303 if login.startswith("asha") else 422)


def test_the_form_says_what_is_missing(site):
    page = enter(site, login="", password="")

    assert page.status == 422
    assert page.text.count("Enter this: it is needed.") == 4


def test_signing_in_makes_a_fresh_session(site, session, asha):
    visitor = make.person(session)
    site.sign_in(visitor)
    with site.client.session_transaction() as held:
        planted = held["sign-in"]
        held["planted"] = "by somebody else"
        held["language"] = "fr"

    enter(site)

    with site.client.session_transaction() as held:
        assert held["sign-in"] != planted
        assert "planted" not in held
        assert held["language"] == "fr"
    assert queries.sign_in_of(session, token=planted, now=NOW) is None


def test_the_cookie_is_kept_from_scripts_and_other_sites(site, asha):
    cookie = enter(site).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_ends_the_sign_in_on_the_server(site, session, asha):
    enter(site)
    with site.client.session_transaction() as held:
        stolen = held["sign-in"]

    assert site.post("/sign-out").location == "/sign-in"

    assert queries.sign_in_of(session, token=stolen, now=NOW) is None
    with site.client.session_transaction() as held:
        held["sign-in"] = stolen
    assert site.get("/account/").location.startswith("/sign-in")


def test_a_link_does_not_sign_out(site, asha):
    site.sign_in(asha)

    assert site.get("/sign-out").status == 405
    assert site.get("/account/").status == 200


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/sign-in", {"login": "asha@example.org", "password": PASSWORD}),
        ("/sign-out", {}),
        ("/account/", {"language": "fr", "best": "fr"}),
        ("/account/browsers/sign-out-others", {}),
    ],
)
def test_a_form_of_another_site_is_refused(app, site, session, asha, path, data):
    if path != "/sign-in":
        site.sign_in(asha)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = site.post(path, data)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert refused.status == 422
    assert queries.account_of(session, person=asha).language == "en"
    assert not session.scalars(select(SignIn).where(SignIn.ended_at.is_not(None))).all()


def test_the_pages_own_form_is_taken_with_its_token(app, site, asha):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        form = site.get("/sign-in").form()
        assert form["csrf_token"]
        entered = site.post("/sign-in", form | {"login": "un-17", "password": PASSWORD})
        token = site.get("/account/").form()["csrf_token"]
        out = site.post("/sign-out", {"csrf_token": token})
        kept = site.post("/sign-out", {"csrf_token": form["csrf_token"]})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert (entered.status, entered.location) == (303, "/my/")
    assert out.status == 303
    assert kept.status == 422


def test_demonstration_accounts_show_only_in_a_demonstration(app, site, asha):
    from trainer.demo.load import SignInLine

    line = SignInLine(office_name="Auditor", login="auditor@demo.example", password="quiet herons wade", says="")
    app.config["DEMO_ACCOUNTS"] = (line,)
    try:
        assert "herons" not in site.get("/sign-in").text
        app.config["DEMO"] = True
        page = site.get("/sign-in")
    finally:
        app.config["DEMO"] = False
        del app.config["DEMO_ACCOUNTS"]

    assert "These people are invented" in page.text
    assert "Auditor auditor@demo.example quiet herons wade" in page.text


def test_a_one_time_password_leads_to_choosing_one(site, session, admin, asha):
    page = site.sign_in(admin).post(f"/administration/accounts/{asha}/password")
    password = re.search(r"[0-9a-f]{6}(-[0-9a-f]{6}){3}", page.text).group()
    assert page.headers["Cache-Control"] == "private, no-store"

    entered = enter(site.sign_out(), password=password, path="/sign-in?next=/people/")
    assert entered.location == "/account/password"
    choosing = site.get("/account/password")
    assert "one-time password" in choosing.text
    chosen = {"current": password, "password": "seven brown otters", "again": "seven brown otters"}
    assert site.post("/account/password", chosen).location == "/account/"

    assert enter(site.sign_out(), password=password).status == 422
    assert enter(site, password="seven brown otters").location == "/my/"


# One's own account


def test_an_account_shows_who_one_is_and_where_one_is_signed_in(site, session, asha):
    make.office(session, person=asha, office=Office.READINESS_MANAGER, mission=make.mission(session, name="UNIFIL"))
    enter(site, headers={"User-Agent": FIREFOX})

    page = site.get("/account/")

    assert "Asha Rao" in page.text
    assert "un-17" in page.text
    assert "Readiness manager (UNIFIL)" in page.text
    assert "Firefox, Linux this one" in page.text
    assert "Sign out all others" not in page.text


def test_languages_are_saved_and_the_page_speaks_the_new_one(site, session, asha):
    site.sign_in(asha)

    page = site.post("/account/", {"language": "fr", "best": "ar", "further": ["fr", "ar"]})

    assert page.location == "/account/?language=fr"
    assert queries.account_of(session, person=asha).language == "fr"
    assert queries.person_profile(session, person=asha, on=TODAY).languages == ("ar", "fr")
    shown = site.get(page.location)
    assert shown.soup.get("lang") == "fr"
    assert {"language": "fr", "best": "ar"}.items() <= shown.form().items()


def test_an_unknown_language_is_refused(site, session, asha):
    site.sign_in(asha)

    assert site.post("/account/", {"language": "xx", "best": "yy"}).status == 422
    assert queries.account_of(session, person=asha).language == "en"


def test_one_signs_out_other_browsers_one_by_one_or_all(site, session, asha):
    other, third = Site(site.app, session).sign_in(asha), Site(site.app, session).sign_in(asha)
    site.sign_in(asha)
    first = re.search(r"/account/browsers/(\d+)/sign-out", site.get("/account/").body).group()

    assert site.post(first, follow=True).text.count("That browser is signed out.") == 1
    assert sorted(each.get("/account/").status for each in (other, third)) == [200, 303]

    site.post("/account/browsers/sign-out-others")
    assert [each.get("/account/").status for each in (site, other, third)] == [200, 303, 303]


def test_nobody_signs_out_the_browser_of_somebody_else(site, session, asha):
    victim = Site(site.app, session).sign_in(asha)
    (browser,) = queries.sign_ins_of(session, person=asha, now=NOW)

    assert site.sign_in(make.person(session)).post(f"/account/browsers/{browser.id}/sign-out").status == 404
    assert victim.get("/account/").status == 200


def test_changing_the_password_signs_out_other_browsers_but_not_this_one(site, session, asha):
    other = Site(site.app, session).sign_in(asha)
    site.sign_in(asha)

    chosen = {"current": PASSWORD, "password": "seven brown otters", "again": "seven brown otters"}
    assert site.post("/account/password", chosen, follow=True).status == 200

    assert other.get("/account/").status == 303
    assert site.get("/account/").status == 200
    assert enter(Site(site.app, session), password=PASSWORD).status == 422


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"current": "guess guess guess"}, "This is not your present password"),
        ({"again": "seven brown badgers"}, "The two new passwords differ"),
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"password": "asha@example.org", "again": "asha@example.org"}, "not made of your name"),
        ({"password": ""}, "Enter this"),
    ],
)
def test_a_password_is_refused_at_the_field_at_fault(site, asha, changes, says):
    site.sign_in(asha)
    typed = {"current": PASSWORD, "password": "seven brown otters", "again": "seven brown otters"} | changes

    page = site.post("/account/password", typed)

    assert page.status == 422
    assert says in page.text
    assert "otters" not in page.body


def test_using_the_site_keeps_one_signed_in(site, session, clock, asha):
    site.sign_in(asha)
    clock.set(NOW + timedelta(hours=11))
    assert site.get("/account/").status == 200
    clock.set(NOW + timedelta(hours=22))
    assert site.get("/account/").status == 200
    clock.set(NOW + timedelta(hours=34))
    assert site.get("/account/").status == 303


def test_a_browser_is_noted_only_now_and_then(site, session, clock, asha):
    site.sign_in(asha)
    site.get("/account/")
    (before,) = queries.sign_ins_of(session, person=asha, now=NOW)
    clock.set(NOW + timedelta(minutes=4))
    site.get("/account/")
    (after,) = queries.sign_ins_of(session, person=asha, now=NOW)

    assert before.seen_at == NOW - timedelta(minutes=1)
    assert after.seen_at == NOW + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_browsers_are_named_as_their_owners_know_them(header, name):
    assert browser_name(header) == name


# People


@pytest.fixture
def staff(session):
    """A manager of one mission, a colleague of another, an auditor, and people of both missions."""
    here, elsewhere = (
        make.mission(session, key="unifil", name="UNIFIL"),
        make.mission(session, key="unmiss", name="UNMISS"),
    )
    return {
        "here": here,
        "elsewhere": elsewhere,
        "owner": make.holder(session, Office.READINESS_MANAGER, mission=here),
        "colleague": make.holder(session, Office.READINESS_MANAGER, mission=elsewhere),
        "stranger": make.person(session),
        "auditor": make.holder(session, Office.AUDITOR),
        "amina": make.posted_person(
            session,
            mission=here,
            unit=make.unit(session, mission=here, name="Sector West"),
            role=Role.OBSERVER,
            given_name="Amina",
            family_name="Diallo",
            key="un-500",
            spoken=["fr"],
        ),
        "jonas": make.posted_person(session, mission=elsewhere, given_name="Jonas", family_name="Berg"),
    }


def test_a_manager_finds_the_people_of_their_mission_only(site, staff):
    page = site.sign_in(staff["owner"]).get("/people/")

    assert "Amina Diallo un-500 UNIFIL Military observer" in page.text
    assert "Jonas Berg" not in page.text
    assert "UNMISS" not in page.text
    assert f"/people/{staff['amina']}" in page.links()


def test_an_auditor_searches_everybody(site, staff):
    site.sign_in(staff["auditor"])

    assert "Jonas Berg" in site.get("/people/?q=bérg").text
    assert "Amina Diallo" not in site.get("/people/?q=berg").text
    assert "Amina Diallo" in site.get("/people/?q=UN-500").text
    assert "Amina Diallo" in site.get("/people/?mission=unifil").text
    assert "Jonas Berg" not in site.get("/people/?mission=unifil").text
    assert "Nobody fits." in site.get("/people/?q=zzz").text
    assert "Nobody fits." in site.get("/people/?page=99999").text


def test_a_trainee_may_not_look_people_up(site, staff):
    site.sign_in(staff["stranger"])

    assert site.get("/people/").status == 403
    assert site.get(f"/people/{staff['amina']}").status == 403
    assert site.get(f"/people/{staff['stranger']}").status == 403


def test_a_long_list_is_paged(site, session, staff):
    for _ in range(51):
        make.posted_person(session, mission=staff["here"])
    site.sign_in(staff["owner"])

    first, second = site.get("/people/"), site.get("/people/?page=2")

    assert "52 people" in first.text
    assert "Page 1 of 2, 52 in all" in first.text
    assert sum(re.fullmatch(r"/people/\d+", each) is not None for each in first.links()) == 50
    assert sum(re.fullmatch(r"/people/\d+", each) is not None for each in second.links()) == 2


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("auditor", 200), ("colleague", 403), ("stranger", 403)])
def test_a_person_is_shown_to_those_who_answer_for_them(site, staff, who, status):
    page = site.sign_in(staff[who]).get(f"/people/{staff['amina']}")

    assert page.status == status
    if status == 200:
        assert "Amina Diallo" in page.text
        assert "UNIFIL, Sector West" in page.text
        assert "1 September 2027" in page.text
        assert "Français" in page.text
        assert f"/people/{staff['amina']}/record" in page.links()
        assert (f"/people/{staff['amina']}/move" in page.links()) is (who == "owner")


def test_there_is_no_page_for_nobody(site, staff):
    assert site.sign_in(staff["auditor"]).get("/people/987654").status == 404


def to(staff, where="here", **changes):
    return {
        "mission": str(staff[where]),
        "unit": "0",
        "role": "staff-officer",
        "starts_on": "2026-12-01",
        "ends_on": "2027-06-01",
    } | changes


def test_a_move_says_what_it_would_do_before_it_is_made(site, session, staff):
    site.sign_in(staff["owner"])
    path = f"/people/{staff['amina']}/move"
    assert {"mission": str(staff["here"]), "role": "observer"}.items() <= site.get(path).form().items()

    asked = site.post(path, to(staff))

    assert asked.status == 200
    assert "The posting in UNIFIL ends on 1 December 2026." in asked.text
    assert queries.person_profile(session, person=staff["amina"], on=date(2026, 12, 1)).role is Role.OBSERVER

    made = site.post(path, asked.form())
    assert made.location == f"/people/{staff['amina']}"
    profile = queries.person_profile(session, person=staff["amina"], on=date(2026, 12, 1))
    assert (profile.role, profile.deployed_on, profile.rotates_on) == (
        Role.STAFF_OFFICER,
        date(2026, 12, 1),
        date(2027, 6, 1),
    )
    assert "The move is recorded." in site.get(made.location).text


@pytest.mark.parametrize(("who", "status"), [("colleague", 403), ("stranger", 403), ("auditor", 403)])
def test_others_may_not_move_a_person(site, session, staff, who, status):
    site.sign_in(staff[who])
    path = f"/people/{staff['amina']}/move"

    assert site.get(path).status == status
    assert site.post(path, to(staff, confirmed="1")).status == status
    assert queries.person_profile(session, person=staff["amina"], on=date(2026, 12, 1)).role is Role.OBSERVER


def test_a_manager_moves_nobody_into_a_mission_that_is_not_theirs(site, session, staff):
    page = site.sign_in(staff["owner"]).post(f"/people/{staff['amina']}/move", to(staff, "elsewhere", confirmed="1"))

    assert page.status == 422
    assert queries.person_profile(session, person=staff["amina"], on=date(2026, 12, 1)).mission == staff["here"]


def test_an_administrator_moves_people_anywhere_but_into_closed_missions(site, session, staff, admin):
    closed = make.mission(session, name="MINUSMA", status=MissionStatus.CLOSED)
    site.sign_in(admin)
    path = f"/people/{staff['amina']}/move"

    assert "MINUSMA" not in site.get(path).text
    assert site.post(path, to(staff, mission=str(closed), confirmed="1")).status == 422
    assert site.post(path, to(staff, "elsewhere", confirmed="1")).status == 303


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ends_on": "2026-12-01"}, "Enter an end that is later than the start."),
        ({"starts_on": ""}, "Enter the first day."),
        ({"starts_on": "tomorrow"}, "Not a valid date value."),
        ({"role": "general"}, "Invalid Choice"),
        ({"unit": "abc"}, "Invalid Choice"),
    ],
)
def test_a_move_is_refused_at_the_field_at_fault(site, staff, changes, says):
    page = site.sign_in(staff["owner"]).post(f"/people/{staff['amina']}/move", to(staff, **changes))

    assert page.status == 422
    assert says in page.text


def test_a_unit_of_another_mission_is_refused(site, session, staff, admin):
    foreign = make.unit(session, mission=staff["elsewhere"])

    page = site.sign_in(admin).post(f"/people/{staff['amina']}/move", to(staff, unit=str(foreign)))

    assert page.status == 422
    assert "This unit belongs to another mission." in page.text


# Administration

PATHS = [
    "/administration/",
    "/administration/accounts/",
    "/administration/accounts/new",
    "/administration/accounts/{asha}",
]
CHANGES = [
    "/administration/accounts/new",
    "/administration/accounts/{asha}/offices",
    "/administration/accounts/{asha}/password",
    "/administration/accounts/{asha}/sign-out",
    "/administration/offices/{office}/end",
    "/people/{asha}/leave",
]


@pytest.mark.parametrize(
    "office", [None, *(each for each in Office if each not in {Office.TRAINEE, Office.ADMINISTRATOR})]
)
def test_only_administrators_administer(site, session, asha, office):
    other = make.person(session)
    held = make.office(session, person=asha, office=Office.AUDITOR)
    if office is not None:
        make.office(session, person=other, office=office)
    site.sign_in(other)
    places = {"asha": asha, "office": held}

    assert {site.get(each.format(**places)).status for each in PATHS} == {403}
    assert {site.post(each.format(**places)).status for each in CHANGES} == {403}
    assert [each.id for each in queries.offices_of(session, person=asha)] == [held]


def test_the_health_page_says_what_there_is_and_what_failed(site, session, admin):
    from trainer.accounts.events import PersonEnrolled
    from trainer.kernel import ledger
    from trainer.kernel.ledger import ReactionClaim

    calm = site.sign_in(admin).get("/administration/")
    assert "None was given up." in calm.text
    assert "Something was given up" not in calm.text

    entry = ledger.append(session, PersonEnrolled(person_id=1), now=NOW, actor="job:test")
    session.flush()
    session.add(ReactionClaim(entry_id=entry.id, reaction="plan_for_person", parked_at=NOW, last_error="KeyError: 3"))
    page = site.get("/administration/")

    assert "Something was given up" in page.text
    assert f"plan_for_person PersonEnrolled {entry.id}" in page.text
    assert "KeyError: 3" in page.text


def test_an_administrator_creates_an_account_gives_it_an_office_and_a_password(site, session, admin):
    home, mission = make.organisation(session, name="Norway"), make.mission(session, name="UNIFIL")
    site.sign_in(admin)
    typed = {
        "given_name": "Kari",
        "family_name": "Nordmann",
        "key": "NO-1",
        "email": "Kari@Example.org",
        "organisation": str(home),
        "language": "fr",
    }

    created = site.post("/administration/accounts/new", typed)
    person = int(created.location.rsplit("/", 1)[1])
    granted = site.post(
        f"/administration/accounts/{person}/offices",
        {"office": "readiness-manager", "mission": str(mission), "organisation": "0"},
        follow=True,
    )

    assert "Readiness manager UNIFIL" in granted.text
    account = queries.account_of(session, person=person)
    assert (account.name, account.language, account.missions) == ("Kari Nordmann", "fr", {mission})
    assert "Kari Nordmann kari@example.org" in site.get("/administration/accounts/").text
    again = site.post("/administration/accounts/new", typed)
    assert again.status == 422
    assert "is taken already" in again.text
    wrong = site.post("/administration/accounts/new", typed | {"key": "no-2", "email": "kari"})
    assert "Enter an address such as" in wrong.text


def test_an_office_is_refused_where_it_makes_no_sense(site, session, admin, asha):
    mission = make.mission(session)
    site.sign_in(admin)

    page = site.post(
        f"/administration/accounts/{asha}/offices", {"office": "auditor", "mission": str(mission), "organisation": "0"}
    )
    assert page.status == 422
    assert "This office holds everywhere." in page.text
    assert site.post(f"/administration/accounts/{asha}/offices", {"office": "trainee"}).status == 422
    assert queries.offices_of(session, person=asha) == ()


def test_an_ended_office_ends_at_once(site, session, admin, asha):
    held = make.office(session, person=asha, office=Office.AUDITOR)
    auditor = Site(site.app, session).sign_in(asha)
    assert auditor.get("/people/").status == 200

    site.sign_in(admin).post(f"/administration/offices/{held}/end", follow=True)

    assert auditor.get("/people/").status == 403
    assert site.post(f"/administration/offices/{held}/end").status == 404


def test_the_last_administrator_cannot_end_their_own_office(site, session, admin):
    (held,) = queries.offices_of(session, person=admin)

    assert site.sign_in(admin).post(f"/administration/offices/{held.id}/end").status == 409
    assert site.get("/administration/").status == 200


def test_a_new_password_and_a_general_sign_out_end_all_browsers(site, session, admin, asha):
    first = Site(site.app, session).sign_in(asha)
    site.sign_in(admin).post(f"/administration/accounts/{asha}/sign-out")
    assert first.get("/account/").status == 303

    second = Site(site.app, session).sign_in(asha)
    shown = site.post(f"/administration/accounts/{asha}/password")
    assert shown.status == 200
    assert second.get("/account/").status == 303
    password = re.search(r"[0-9a-f]{6}(-[0-9a-f]{6}){3}", shown.text).group()
    assert password not in site.get(f"/administration/accounts/{asha}").text


def test_somebody_who_left_is_signed_out_and_found_no_more(site, session, admin, asha):
    browser = Site(site.app, session).sign_in(asha)
    site.sign_in(admin)
    assert site.get(f"/people/{asha}/leave").status == 200
    assert site.post(f"/people/{asha}/leave", {"on": "2026-11-25"}).status == 422

    page = site.post(f"/people/{asha}/leave", {"on": TODAY.isoformat()}, follow=True)

    assert "This person left on 24 November 2026." in page.text
    assert browser.get("/account/").status == 303
    assert "Asha Rao" not in site.get("/people/").text
    assert site.post(f"/administration/accounts/{asha}/password").status == 409
    assert site.get(f"/administration/accounts/{asha}").status == 200


@pytest.mark.parametrize("path", ["", "/move", "/record", "/record/sheet", "/evidence", "/waivers"])
def test_somebody_who_serves_nowhere_is_not_for_the_manager_of_one_mission(site, session, staff, path):
    newcomer = make.person(session)
    everywhere = make.holder(session, Office.READINESS_MANAGER)

    assert site.sign_in(staff["owner"]).get(f"/people/{newcomer}{path}").status == 403
    assert site.sign_in(everywhere).get(f"/people/{newcomer}{path}").status == 200
