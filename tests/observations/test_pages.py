"""Lessons learned as a reporter, a colleague, a manager, a stranger and an auditor meet them."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import observations as factory
from tests.observations.conftest import Field
from tests.support.site import Site
from trainer.observations import queries
from trainer.observations.values import ObservationId, ObservationState

HOSTILE = "<b>Seen</b> https://phish.example"


def report(field: Field) -> dict[str, object]:
    return {
        "mission": str(field.mission),
        "observed_on": "2026-11-12",
        "text": "Patrols met families at night.\n\nNobody knew whom to call.",
        "areas": ["POC", "HUM"],
        "module_0": "protection-of-civilians",
    }


def lesson_of(session: Session, lesson: int) -> queries.ObservationPage:
    return queries.observation_page(session, observation=ObservationId(lesson))


def test_a_trainee_reports_a_lesson(site: Site, field: Field, session: Session) -> None:
    site.sign_in(field.reporter)
    form = site.get("/observations/new").form()

    added = site.post("/observations/new", report(field))

    page = site.get(added.location)
    assert form["mission"] == str(field.mission)
    assert form["observed_on"] == "2026-11-24"
    assert "The lesson is reported" in page.text
    assert "Nobody knew whom to call." in page.text
    assert "Rahel" in page.text
    found = lesson_of(session, int(added.location.rpartition("/")[2]))
    assert (found.reported_by, found.state) == (field.reporter, ObservationState.REPORTED)


def test_the_form_tells_all_that_is_wrong_and_keeps_what_was_entered(site: Site, field: Field) -> None:
    wrong = report(field) | {"observed_on": "2026-12-01", "areas": [], "text": "Kept."}

    page = site.sign_in(field.reporter).post("/observations/new", wrong)

    assert page.status == 422
    assert "Choose at least one mandate area" in page.text
    assert "Kept." in page.text


def test_what_only_the_rules_know_stands_at_its_field(site: Site, field: Field) -> None:
    page = site.sign_in(field.reporter).post("/observations/new", report(field) | {"observed_on": "2026-12-01"})

    assert page.status == 422
    assert "#observed_on" in page.links()
    assert "cannot lie in the future" in page.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("reporter", 200), ("manager", 200), ("auditor", 200), ("colleague", 404), ("stranger", 404)],
)
def test_before_its_review_a_lesson_is_not_for_everybody(
    site: Site, field: Field, session: Session, who: str, status: int
) -> None:
    lesson = factory.observation(session, mission=field.mission, reported_by=field.reporter)
    site.sign_in(getattr(field, who))

    assert site.get(f"/observations/{lesson}").status == status
    assert ("Patrols did not know" in site.get("/observations/").text) is (status == 200)


def test_an_accepted_lesson_is_read_by_all_without_its_reporters_name(
    site: Site, field: Field, session: Session
) -> None:
    lesson = factory.accepted_observation(session, mission=field.mission, reported_by=field.reporter)

    page = site.sign_in(field.colleague).get(f"/observations/{lesson}")

    assert "Three missions report the same." in page.text
    assert "Rahel" not in page.text
    assert "Mark as answered" not in page.text


@pytest.mark.parametrize(
    ("decision", "state"), [("accept", ObservationState.ACCEPTED), ("decline", ObservationState.DECLINED)]
)
def test_a_manager_reviews(site: Site, field: Field, session: Session, decision: str, state: ObservationState) -> None:
    lesson = factory.observation(session, mission=field.mission, reported_by=field.reporter)
    form = site.sign_in(field.manager).get(f"/observations/{lesson}").form("/review")

    silent = site.post(f"/observations/{lesson}/review", form | {"decision": decision})
    done = site.post(
        f"/observations/{lesson}/review", form | {"decision": decision, "because": "Three say so."}, follow=True
    )

    assert silent.status == 422
    assert "Say why" in silent.text
    assert "Three say so." in done.text
    assert lesson_of(session, lesson).state is state


def test_a_manager_names_the_edition_that_answers(site: Site, field: Field, session: Session) -> None:
    lesson = factory.accepted_observation(session, mission=field.mission, reported_by=field.reporter)
    form = site.sign_in(field.manager).get(f"/observations/{lesson}").form("/answer")

    empty = site.post(f"/observations/{lesson}/answer", form)
    done = site.post(
        f"/observations/{lesson}/answer",
        form | {"edition": str(field.edition), "how": "A case about night calls."},
        follow=True,
    )

    assert empty.status == 422
    assert "Core, 2027 (1.1.0)" in done.text
    assert "A case about night calls." in done.text
    assert lesson_of(session, lesson).answered_by == field.edition


@pytest.mark.parametrize("who", ["reporter", "colleague", "auditor", "stranger"])
@pytest.mark.parametrize("what", ["review", "answer"])
def test_nobody_else_decides(site: Site, field: Field, session: Session, who: str, what: str) -> None:
    lesson = factory.accepted_observation(session, mission=field.mission, reported_by=field.reporter)
    sent = {"decision": "decline", "because": "No.", "edition": str(field.edition), "how": "So."}

    page = site.sign_in(getattr(field, who)).post(f"/observations/{lesson}/{what}", sent)

    assert page.status == 403
    assert lesson_of(session, lesson).state is ObservationState.ACCEPTED


def test_a_decision_on_what_was_decided_meanwhile_says_so(site: Site, field: Field, session: Session) -> None:
    lesson = factory.accepted_observation(session, mission=field.mission, reported_by=field.reporter)

    page = site.sign_in(field.manager).post(f"/observations/{lesson}/review", {"decision": "decline", "because": "No."})

    assert page.status == 422
    assert "Somebody decided on this lesson in the meantime." in page.text


def test_the_list_is_narrowed_and_counted(site: Site, field: Field, session: Session) -> None:
    factory.observation(session, mission=field.mission, reported_by=field.reporter, text="About patrols.")
    factory.accepted_observation(session, mission=field.elsewhere, reported_by=field.stranger, text="About borders.")
    site.sign_in(field.auditor)

    everything = site.get("/observations/")
    accepted = site.get("/observations/?state=accepted&mission=&area=")
    nothing = site.get("/observations/?area=ELE")
    odd = site.get("/observations/?state=odd&mission=odd&area=odd")

    assert "2 lessons" in everything.text
    assert "About borders." in accepted.text
    assert "About patrols." not in accepted.text
    assert "No lesson matches all of this." in nothing.text
    assert "2 lessons" in odd.text


def test_an_empty_list_invites_a_report(site: Site, field: Field) -> None:
    page = site.sign_in(field.reporter).get("/observations/")

    assert "No lesson has been reported yet." in page.text
    assert "/observations/new" in page.links()


def test_text_is_shown_as_text(site: Site, field: Field, session: Session) -> None:
    lesson = factory.accepted_observation(
        session, mission=field.mission, reported_by=field.reporter, text=HOSTILE, review=HOSTILE
    )
    site.sign_in(field.colleague)

    for path in ("/observations/", f"/observations/{lesson}"):
        page = site.get(path)
        assert HOSTILE in page.text
        assert "<b>Seen" not in page.body
        assert not any("phish" in link for link in page.links())
