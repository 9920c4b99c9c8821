"""What no reader sends by accident: numbers and signs that no database takes, and what every answer carries against the rest."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.support.site import Site
from trainer.accounts import queries as account_queries
from trainer.accounts.values import Office
from trainer.kernel.values import PersonId
from trainer.web.assets import assets

HUGE = "9" * 30


@pytest.fixture
def everybody(session: Session) -> PersonId:
    """Somebody who may do everything."""
    person = accounts.person(session)
    for office in Office:
        if office is not Office.TRAINEE:
            accounts.office(session, person=person, office=office)
    return person


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/people/{HUGE}", 404),
        (f"/people/{2**63}", 404),
        (f"/people/{2**63 - 1}", 404),
        (f"/audit/person/{HUGE}", 404),
        (f"/audit/?kind=person&subject={HUGE}", 200),
        ("/audit/?since=0001-01-01", 200),
        ("/audit/?until=9999-12-31", 200),
        (f"/readiness/?organisation={HUGE}", 200),
        (f"/observations/?mission={HUGE}", 200),
        ("/missions/?page=99999999999", 200),
        ("/people/?q=%00", 400),
        ("/modules/%00", 400),
        ("/audit/?actor=a%00b", 400),
        ("/sign-in?next=%00", 400),
    ],
)
def test_an_address_no_database_can_answer_is_no_fault_of_the_site(
    site: Site, everybody: PersonId, path: str, status: int
) -> None:
    assert site.sign_in(everybody).get(path).status == status


@pytest.mark.parametrize("path", ["/my/changes-seen", "/messages/read"])
@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_before_or_after_all_time_is_none(site: Site, everybody: PersonId, path: str, until: str) -> None:
    assert site.sign_in(everybody).post(path, {"until": until}).status == 422


def test_a_sign_that_no_text_has_is_refused_in_forms(site: Site) -> None:
    assert site.post("/sign-in", {"login": "asha\0", "password": "x"}).status == 400


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/help/", "/health", "/nowhere", "/my/", "/readiness/file", "/people/1"]
)
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "visitor"])
def test_every_answer_carries_the_policy_and_is_kept_by_nobody(
    site: Site, everybody: PersonId, path: str, signed_in: bool
) -> None:
    answer = (site.sign_in(everybody) if signed_in else site).get(path)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= {each.strip() for each in answer.headers["Cache-Control"].split(",")}


def test_the_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    cookie = site.get("/help/?language=fr").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_unexpected_error_tells_its_reference_only(
    app: Flask, site: Site, everybody: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT secrets", {}, Exception("no route to db.internal"))

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    site.sign_in(everybody)
    monkeypatch.setattr(account_queries, "sign_in_of", away)
    answer = site.get("/people/")

    assert answer.status == 500
    assert "secrets" not in answer.body
    assert "db.internal" not in answer.body
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(("invented", "status"), [(True, 303), (False, 200)])
def test_invented_people_use_no_installation_in_production(
    app: Flask, site: Site, session: Session, monkeypatch: pytest.MonkeyPatch, invented: bool, status: int
) -> None:
    person = accounts.person(session, invented=invented, email="asha@example.org")
    accounts.credential(session, person=person)
    monkeypatch.setitem(app.config, "INVENTED_SIGN_IN", False)

    assert site.sign_in(person).get("/my/").status == status
    answer = site.sign_out().post("/sign-in", {"login": "asha@example.org", "password": accounts.PASSWORD})
    assert answer.status == (422 if invented else 303)


def test_an_asset_that_everybody_may_keep_brings_nobodys_cookie(site: Site, everybody: PersonId) -> None:
    """Nor may it come late and bring back what the cookie held before a page that was asked for after it."""
    site.sign_in(everybody)

    assert "Set-Cookie" in site.answer("/my/").headers
    assert "Set-Cookie" not in site.answer(f"/assets/{assets()['css'].filename}").headers
