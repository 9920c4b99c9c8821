"""From a text to a draft on the pages: what is suggested, what an officer decides, what is kept and what is learnt."""

from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.factories.mandates import line, published
from tests.support.site import HTML, Page, Site
from trainer.accounts.values import MissionId, Office
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import queries
from trainer.mandates.values import DraftId, Force, Modality, TaskChange

TEXT = """Resolution 2790 (2025)
Adopted by the Security Council at its 9990th meeting, on 20 November 2026

The Security Council,

Recalling all its previous resolutions on Lebanon,

1. Decides to extend the mandate of UNIFIL until 31 December 2027;

2. Decides that the force shall comprise up to 13,000 military personnel;

3. Decides that the mandate of UNIFIL shall include the following priority tasks:

(a) To protect civilians under threat of physical violence in the provinces of Tyre and Bint Jbeil;

(b) To facilitate the delivery of humanitarian assistance until 30 June 2027;

4. Requests UNIFIL to protect civilians in danger near its posts;

5. Encourages UNIFIL to support the training of the national army;

6. Requests UNIFIL to keep the lighthouse lit;

7. Calls upon the parties to respect the ceasefire;
"""


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNIFIL", place="Lebanon")


@pytest.fixture
def officer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def colleague(session: Session) -> PersonId:
    """An officer for another mission only."""
    return accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))


@pytest.fixture
def stranger(session: Session) -> PersonId:
    return accounts.person(session)


def read(site: Site, mission: MissionId, text: str = TEXT, language: str = "en") -> Page:
    page = site.get(f"/missions/{mission}/from-text")
    return site.post(f"/missions/{mission}/from-text", page.form() | {"text": text, "language": language})


def decided(page: Page, **decisions: str) -> dict[str, str]:
    """The form with a decision for each suggestion of the kind named; reject all others."""
    fields = page.form("suggestions")
    kinds = {name: value for name, value in fields.items() if name.endswith("-offered")}
    for name, kind in kinds.items():
        fields[name.replace("offered", "decision")] = decisions.get(kind or "none", "reject")
    return fields


def test_a_text_is_read_into_suggestions_with_the_words_they_rest_on(
    site: Site, mission: MissionId, officer: PersonId
) -> None:
    page = read(site.sign_in(officer), mission)

    marked = ["".join(each.itertext()) for each in page.soup.iter(f"{HTML}mark")]
    assert page.status == 200
    assert "Paragraph 3 (a): Protection of civilians, Tyre and Bint Jbeil" in page.text
    assert "until 30 June 2027" in marked
    assert "Almost certain" in page.text
    assert "It would be entered as: assist, priority 1, until 30 June 2027." in page.text
    assert "a task that is not recognised" in page.text
    assert "respect the ceasefire" in page.text  # as it was read, without a suggestion
    assert page.text.count("Your decision") == 5


def test_the_heading_is_filled_from_the_text(site: Site, mission: MissionId, officer: PersonId) -> None:
    fields = read(site.sign_in(officer), mission).form("suggestions")

    assert fields["symbol"] == "S/RES/2790 (2025)"
    assert fields["adopted_on"] == fields["effective_on"] == "2026-11-20"
    assert (fields["period"], fields["last_on"]) == ("until", "2027-12-31")
    assert "13,000 military personnel (paragraph 2)" in fields["note"]


def test_nothing_counts_before_it_is_accepted_and_what_is_accepted_becomes_a_draft(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    page = read(site.sign_in(officer), mission)
    assert queries.drafts(work.session) == ()

    saved = site.post(
        f"/missions/{mission}/from-text/suggestions",
        decided(page, HumanRelief="accept", MilitaryReform="accept"),
    )

    draft = queries.draft_page(work.session, draft=DraftId(int(saved.location.split("/")[-1])), on=work.today).draft
    relief, reform = draft.tasks
    assert saved.status == 303
    assert (relief.task_kind, relief.paragraph, relief.priority) == ("HumanRelief", "3 (b)", 1)
    assert relief.last_on is not None
    assert relief.last_on.isoformat() == "2027-06-30"
    assert (reform.task_kind, reform.force, reform.modalities) == (
        "MilitaryReform",
        Force.ENCOURAGED,
        (Modality.ASSIST,),
    )
    assert "The draft is saved with 2 accepted suggestions." in site.get(saved.location).text


def test_two_paragraphs_on_one_task_become_one_line_that_cites_both(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    fields = decided(read(site.sign_in(officer), mission), CivProtect="accept")
    places = [name for name in fields if name.endswith("area_of_operations")]
    fields |= dict.fromkeys(places, "")

    saved = site.post(f"/missions/{mission}/from-text/suggestions", fields)

    draft = queries.draft_page(work.session, draft=DraftId(int(saved.location.split("/")[-1])), on=work.today).draft
    assert [(each.task_kind, each.paragraph) for each in draft.tasks] == [("CivProtect", "3 (a); 4")]
    assert "near its posts" in draft.tasks[0].words


def test_a_correction_is_what_is_saved_and_teaches_the_vocabulary(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    page = read(site.sign_in(officer), mission)
    fields = decided(page, MilitaryReform="accept")
    place = next(
        name.split("-")[1] for name, value in fields.items() if value == "MilitaryReform" and "offered" in name
    )
    fields[f"tasks-{place}-task_kind"] = "PoliceReform"

    saved = site.post(f"/missions/{mission}/from-text/suggestions", fields)

    records = {(each.phrase, each.task_kind): each for each in queries.phrase_records(work.session, language="en")}
    draft = queries.draft_page(work.session, draft=DraftId(int(saved.location.split("/")[-1])), on=work.today).draft
    assert [each.task_kind for each in draft.tasks] == ["PoliceReform"]
    assert records["training of … army", "MilitaryReform"].rejected == 1
    assert records["training of … army", "PoliceReform"].confirmed == 1


def test_an_undecided_suggestion_is_left_out_and_teaches_nothing(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    page = read(site.sign_in(officer), mission)

    saved = site.post(f"/missions/{mission}/from-text/suggestions", page.form("suggestions"), follow=False)

    assert "were left undecided" in site.get(saved.location).text
    assert queries.phrase_records(work.session, language="en") == ()


def test_what_was_entered_is_kept_when_something_is_wrong(site: Site, mission: MissionId, officer: PersonId) -> None:
    page = read(site.sign_in(officer), mission)
    fields = decided(page, HumanRelief="accept", none="accept") | {"effective_on": "soon", "title": "Kept"}

    again = site.post(f"/missions/{mission}/from-text/suggestions", fields)

    assert again.status == 422
    assert "Choose the task, or reject the suggestion." in again.text
    assert "Enter a day, for instance 2027-02-15." in again.text
    kept = again.form("suggestions")
    assert kept["title"] == "Kept"
    assert [value for name, value in kept.items() if name.endswith("decision")].count("accept") == 2


@pytest.mark.parametrize("effective_on", ["2026-11-20", ""], ids=["with an effective day", "without one"])
def test_what_is_missing_and_what_contradicts_is_told_at_once(
    site: Site, work: Work, mission: MissionId, officer: PersonId, effective_on: str
) -> None:
    in_effect = work.today.replace(year=2025)
    published(work, mission, symbol="S/RES/2790", adopted_on=None, effective_on=in_effect, tasks=(line("Gender"),))
    page = read(site.sign_in(officer), mission)
    fields = decided(page, HumanRelief="accept", none="accept") | {"effective_on": effective_on}
    relief = next(name for name, value in fields.items() if value == "HumanRelief").removesuffix("-offered")

    again = site.post(f"/missions/{mission}/from-text/suggestions", fields | {f"{relief}-paragraph": "99"})

    assert again.status == 422
    assert "Choose the task, or reject the suggestion." in again.text
    assert "is already on file for this mission" in again.text
    assert "Humanitarian relief: The text as it was entered has no paragraph 99." in again.text
    assert ("Enter the day on which it takes effect" in again.text) == (not effective_on)


def test_what_is_almost_certain_can_be_accepted_together(site: Site, mission: MissionId, officer: PersonId) -> None:
    page = read(site.sign_in(officer), mission)

    again = site.post(f"/missions/{mission}/from-text/suggestions", page.form("suggestions") | {"step": "accept-sure"})

    fields = again.form("suggestions")
    accepted = {name.split("-")[1] for name, value in fields.items() if name.endswith("decision") and value == "accept"}
    assert again.status == 200
    assert accepted
    assert all(int(fields[f"tasks-{place}-sure"]) >= 90 for place in accepted)


def test_a_task_can_be_added_from_a_paragraph_and_removed_again(
    site: Site, mission: MissionId, officer: PersonId
) -> None:
    page = read(site.sign_in(officer), mission)
    fields = page.form("suggestions") | {"step": "add"}

    more = site.post(f"/missions/{mission}/from-text/suggestions", fields)
    added = max(int(name.split("-")[1]) for name in more.form("suggestions") if name.startswith("tasks-"))
    less = site.post(
        f"/missions/{mission}/from-text/suggestions", more.form("suggestions") | {"step": f"remove-tasks-{added}"}
    )

    assert more.text.count("Your decision") == 6
    assert less.text.count("Your decision") == 5


def test_each_suggestion_says_what_it_means_for_the_task_in_force(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    published(
        work,
        mission,
        symbol="S/RES/2700",
        adopted_on=None,
        effective_on=work.today.replace(year=2025),
        tasks=(line("CivProtect"), line("Demining")),
    )

    page = read(site.sign_in(officer), mission)

    assert "Changes a task in force by S/RES/2700, paragraph 4 (a)." in page.text
    assert "New: this task is not in force." in page.text
    assert "Mine action: assist, priority 2" in page.text  # in force, and not spoken of


def test_a_text_that_ends_a_task_suggests_its_end(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    published(
        work, mission, symbol="S/RES/2700", adopted_on=None, effective_on=work.today.replace(year=2025),
        tasks=(line("ElectAssist"),),
    )  # fmt: skip

    page = read(site.sign_in(officer), mission, "1. Requests UNIFIL to conclude its support to the electoral process;")

    assert page.form("suggestions")["tasks-0-change"] == TaskChange.END
    assert "Ends a task in force" in page.text


def test_the_end_of_a_task_that_is_not_in_force_is_told_and_not_accepted_with_the_rest(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    published(
        work, mission, symbol="S/RES/2700", adopted_on=None, effective_on=work.today.replace(year=2025),
        tasks=(line("ElectAssist"),),
    )  # fmt: skip
    text = "1. Requests UNIFIL to cease its support to mine action by 30 April 2027;"
    page = read(site.sign_in(officer), mission, text)

    again = site.post(f"/missions/{mission}/from-text/suggestions", page.form("suggestions") | {"step": "accept-sure"})

    assert "The paragraph seems to end it, but this task is not in force here." in page.text
    assert "the task ends, its last day is 30 April 2027" in page.text
    assert "accept" not in again.form("suggestions").values()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.txt", TEXT.encode()),
        ("page.html", f"<html><body>{''.join(f'<p>{each}</p>' for each in TEXT.splitlines())}</body></html>".encode()),
    ],
    ids=["text", "html"],
)
def test_a_file_is_read_too(site: Site, mission: MissionId, officer: PersonId, name: str, content: bytes) -> None:
    site.sign_in(officer)
    fields = site.get(f"/missions/{mission}/from-text").form()

    page = site.post(
        f"/missions/{mission}/from-text",
        fields | {"text": "", "file": (BytesIO(content), name)},
        content_type="multipart/form-data",
    )

    assert page.status == 200
    assert page.form("suggestions")["symbol"] == "S/RES/2790 (2025)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " "}, "Paste the text, or choose a file."),
        ({"text": "No numbers anywhere."}, "No numbered paragraph was found."),
        ({"text": TEXT, "language": "xx"}, "Not a valid choice"),
    ],
    ids=["nothing", "no numbers", "no language"],
)
def test_a_text_that_cannot_be_read_is_said_so_and_kept(
    site: Site, mission: MissionId, officer: PersonId, changes: dict[str, str], said: str
) -> None:
    site.sign_in(officer)
    fields = site.get(f"/missions/{mission}/from-text").form()

    page = site.post(f"/missions/{mission}/from-text", fields | changes)

    assert page.status == 422
    assert said in page.text


@pytest.mark.parametrize("path", ["from-text", "from-text/suggestions"])
def test_only_an_officer_of_the_mission_may_read_a_text_for_it(
    site: Site, mission: MissionId, colleague: PersonId, stranger: PersonId, path: str
) -> None:
    assert site.sign_in(colleague).get(f"/missions/{mission}/{path}").status == 403
    assert site.sign_in(stranger).get(f"/missions/{mission}/{path}").status == 403


# The vocabulary


def test_the_vocabulary_is_listed_by_area_with_its_counts(site: Site, officer: PersonId) -> None:
    page = site.sign_in(officer).get("/vocabulary/?of=fr&area=HYB")

    assert "menaces hybrides" in page.text
    assert "cessez-le-feu" not in page.text


def test_a_phrase_can_be_added_taken_out_and_put_back(site: Site, work: Work, officer: PersonId) -> None:
    site.sign_in(officer)
    page = site.get("/vocabulary/?of=en&area=HYB")
    added = site.post(
        "/vocabulary/?of=en", page.form("vocabulary/?of") | {"phrase": "lighthouse", "task_kind": "HybridThreats"}
    )
    listed = site.get(added.location)
    out = site.post("/vocabulary/change?of=en", _change(listed, "lighthouse", "dropped"), follow=True)
    back = site.post("/vocabulary/change?of=en", _change(listed, "lighthouse", "added"), follow=True)

    assert "lighthouse by officers" in listed.text
    assert "Taken out" in out.text
    assert "lighthouse by officers" in back.text


def test_an_added_phrase_is_what_the_next_text_is_read_by(site: Site, mission: MissionId, officer: PersonId) -> None:
    site.sign_in(officer)
    page = site.get("/vocabulary/?of=en")
    site.post(
        "/vocabulary/?of=en",
        page.form("vocabulary/?of") | {"phrase": "lighthouse", "task_kind": "HybridThreats", "strength": "strong"},
    )

    fields = read(site, mission).form("suggestions")

    assert "HybridThreats" in fields.values()


def test_counts_can_be_set_aside(site: Site, work: Work, mission: MissionId, officer: PersonId) -> None:
    fields = decided(read(site.sign_in(officer), mission), HumanRelief="accept")
    site.post(f"/missions/{mission}/from-text/suggestions", fields)
    listed = site.get("/vocabulary/?of=en&area=HUM&only=decided")
    phrase = "delivery of humanitarian"
    assert phrase in listed.text

    site.post("/vocabulary/change?of=en", _change(listed, phrase, "forgotten", kind="HumanRelief"))

    left = {each.phrase: each for each in queries.phrase_records(work.session, language="en")}
    assert phrase not in left


def _change(page: Page, phrase: str, verdict: str, *, kind: str = "HybridThreats") -> dict[str, str]:
    token = page.form("vocabulary/change")["csrf_token"]
    return {"csrf_token": token, "phrase": phrase, "task_kind": kind, "verdict": verdict}


def test_only_who_may_revise_rules_changes_the_vocabulary(site: Site, stranger: PersonId) -> None:
    assert site.sign_in(stranger).get("/vocabulary/").status == 403
    assert site.post("/vocabulary/change", {}).status == 403
