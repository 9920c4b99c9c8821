"""The pages of mandates: what an officer sees and does, what everybody may read, and what is refused."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import accounts, competencies, reviews
from tests.factories.mandates import draft, ending, line, published, rule
from tests.support.site import HTML, Page, Site
from trainer import reactions
from trainer.accounts.values import MissionId, MissionStatus, Office, Role
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.events import WithdrawalRequestDropped, WithdrawalRequested
from trainer.mandates.values import DraftId, Force, Modality, TaskChange
from trainer.notifications.models import Notification


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
    """Somebody without an office."""
    return accounts.person(session)


def in_effect(work: Work, mission: MissionId, **changes: Any) -> int:
    return published(work, mission, **({"effective_on": date(2026, 1, 1), "adopted_on": None} | changes))


def entered(page: Page, **changes: str) -> dict[str, str]:
    """The fields of the form on the page with some of them filled in."""
    return page.form() | {name.replace("__", "-"): value for name, value in changes.items()}


def action(page: Page, part: str) -> str:
    """Where the form with this part in its address leads."""
    found = (each.get("action", "") for each in page.soup.iter(f"{HTML}form"))
    return next(str(each) for each in found if part in each)


HEADING: Mapping[str, str] = {
    "symbol": "S/RES/2790 (2025)",
    "title": "Ceases operations",
    "adopted_on": "2026-11-20",
    "effective_on": "2026-12-01",
    "period": "until",
    "last_on": "2027-11-30",
}


# Missions


def test_the_officer_begins_with_what_ends_next_and_what_is_being_drafted(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    accounts.mission(work, name="UNAMID", status=MissionStatus.CLOSED)
    in_effect(work, mission, expires_on=date(2026, 11, 16))
    made = operations.save_draft(work, draft=draft(mission, symbol="S/RES/2808"))

    page = site.sign_in(officer).get("/missions/")

    assert page.status == 200
    assert "15 November 2026" in page.text
    assert "renewal not verified" in page.text
    assert "UNAMID" not in page.text
    assert f"/drafts/{made}" in page.links()
    assert "UNAMID" in site.get("/missions/?status=closed").text
    assert "UNIFIL" in site.get("/missions/?status=all").text


def test_everybody_may_read_mandates_but_not_drafts(
    site: Site, work: Work, mission: MissionId, stranger: PersonId
) -> None:
    text = in_effect(work, mission)
    made = operations.save_draft(work, draft=draft(mission, symbol="S/RES/2808"))
    site.sign_in(stranger)

    assert [site.get(path).status for path in ("/missions/", f"/missions/{mission}", f"/instruments/{text}")] == [
        200
    ] * 3
    assert site.get("/requirements/").status == 200
    refused = (
        f"/missions/{mission}/new-instrument",
        f"/drafts/{made}",
        f"/drafts/{made}/edit",
        "/requirements/new-rule",
    )
    assert [site.get(path).status for path in (*refused, f"/instruments/{text}/withdraw")] == [403] * 5
    assert f"/drafts/{made}" not in site.get("/missions/").links()
    assert site.post(f"/drafts/{made}/publish").status == 403


def test_a_visitor_is_asked_to_sign_in(site: Site, mission: MissionId) -> None:
    assert site.get(f"/missions/{mission}").status == 303


def test_an_officer_of_another_mission_may_read_and_no_more(
    site: Site, work: Work, mission: MissionId, colleague: PersonId
) -> None:
    text = in_effect(work, mission)
    made = operations.save_draft(work, draft=draft(mission, symbol="S/RES/2808"))
    site.sign_in(colleague)

    page = site.get(f"/missions/{mission}")

    assert page.status == 200
    assert f"/missions/{mission}/new-instrument" not in page.links()
    for path in (f"/missions/{mission}/new-instrument", f"/drafts/{made}", f"/instruments/{text}/withdraw"):
        assert site.get(path).status == 403
    for path in (f"/drafts/{made}/publish", f"/drafts/{made}/discard"):
        assert site.post(path).status == 403


def test_what_does_not_exist_is_not_found(site: Site, officer: PersonId) -> None:
    site.sign_in(officer)

    for path in (
        "/missions/99",
        "/missions/99/new-instrument",
        "/instruments/99",
        "/drafts/99",
        "/requirements/rules/none",
    ):
        assert site.get(path).status == 404


def test_a_mission_shows_its_tasks_with_their_texts_and_standing(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    protection = line("CivProtect", modalities=(Modality.MONITOR, Modality.SECURE), priority=1, paragraph="7 (b)")
    gender = line("Gender", force=Force.ENCOURAGED, modalities=(), ends_on=date(2027, 1, 1))
    first = in_effect(work, mission, symbol="S/RES/2749", expires_on=date(2026, 6, 1), tasks=(protection, gender))
    newer = (line("Ceasefire", area_of_operations="Blue Line"), line("HumanRelief", starts_on=date(2026, 12, 24)))
    silent = {"expires_on": None, "expiry_known": False}
    in_effect(work, mission, symbol="S/RES/2750", effective_on=date(2026, 2, 1), tasks=newer, **silent)

    page = site.sign_in(officer).get(f"/missions/{mission}")

    assert page.status == 200
    for said in (
        "The mandate ran out on 31 May 2026",
        "Protection of civilians",
        "monitor and secure",
        "S/RES/2749, paragraph 7 (b)",
        "encouraged",
        "until 31 December 2026",
        "Ceasefire monitoring in Blue Line",
        "from 24 December 2026",
        "announced",
        "inherited",
    ):
        assert said in page.text
    assert f"/why/missions/{mission}/CivProtect" in page.links()
    assert f"/instruments/{first}" in page.links()


def test_a_mission_is_read_as_of_another_day(site: Site, work: Work, mission: MissionId, officer: PersonId) -> None:
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("Gender", ends_on=date(2026, 6, 1)),))
    site.sign_in(officer)

    then = site.get(f"/missions/{mission}?on=2026-03-01")
    now = site.get(f"/missions/{mission}?on=nonsense")

    assert "Read as of 1 March 2026" in then.text
    assert "Gender equality" in then.text
    assert "No task was in force on this day" in now.text


@pytest.mark.parametrize("path", ["compare", "compare.csv", "compare.json", "table"])
def test_what_is_no_day_is_not_read_as_another(site: Site, mission: MissionId, officer: PersonId, path: str) -> None:
    page = site.sign_in(officer).get(f"/missions/{mission}/{path}?known=2020-13-01")

    assert page.status == 422
    assert "Write known as year-month-day" in page.text


def test_a_mission_without_texts_says_what_to_do(site: Site, mission: MissionId, officer: PersonId) -> None:
    page = site.sign_in(officer).get(f"/missions/{mission}")

    assert "No text is on file for this mission" in page.text
    assert f"/missions/{mission}/new-instrument" in page.links()


# Drafting


def test_the_form_begins_with_the_tasks_in_force_and_says_nothing_of_them(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("Gender", priority=1), line("CivProtect")))

    page = site.sign_in(officer).get(f"/missions/{mission}/new-instrument")

    fields = page.form()
    assert [fields[f"tasks-{place}-task_kind"] for place in (0, 1)] == ["CivProtect", "Gender"]
    assert fields["tasks-1-change"] == "keep"
    assert fields["tasks-1-priority"] == "1"


def test_a_text_is_entered_looked_at_and_published(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=[rule()], note="For tests.")
    accounts.posted_person(work, mission=mission)
    in_effect(work, mission, symbol="S/RES/2749", tasks=(line("Ceasefire"), line("CivProtect")))
    site.sign_in(officer)

    form = site.get(f"/missions/{mission}/new-instrument")
    more = site.post(f"/missions/{mission}/new-instrument", entered(form, step="add", **HEADING))
    assert more.status == 200
    data = entered(
        more,
        step="save",
        tasks__0__change="end",
        tasks__0__last_on="2026-12-31",
        tasks__0__paragraph="2",
        tasks__2__task_kind="HumanRelief",
        tasks__2__paragraph="5 (c)",
        tasks__2__modalities="assist",
        tasks__2__starts_on="2027-01-01",
        tasks__2__words="Escort convoys.",
    )
    looked_at = site.post(f"/missions/{mission}/new-instrument", data, follow=True)

    assert "Draft of S/RES/2790 (2025)" in looked_at.text
    assert "Humanitarian relief: assist, priority 2" in looked_at.text
    assert "from 1 January 2027" in looked_at.text
    assert "until 31 December 2026" in looked_at.text
    assert "Publish, in force from 1 December 2026" in looked_at.text
    assert queries.tasks_in_force(work.session, mission=mission, on=date(2026, 12, 24))[0].task_kind == "Ceasefire"

    there = site.post(action(looked_at, "/publish"), looked_at.form("/publish"), follow=True)

    assert "S/RES/2790 (2025) is published: 1 tasks added, 1 changed, 0 dropped." in there.text
    assert "is being drafted" not in there.text
    stored = queries.mandate_history(work.session, mission=mission)[-1]
    assert (stored.expires_on, stored.adopted_on) == (date(2027, 12, 1), date(2026, 11, 20))
    assert stored.tasks == (
        ending("Ceasefire", ends_on=date(2027, 1, 1), paragraph="2"),
        line("HumanRelief", paragraph="5 (c)", starts_on=date(2027, 1, 1), words="Escort convoys."),
    )


def test_all_that_is_wrong_is_told_at_once_and_all_that_was_entered_is_kept(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/2749", tasks=(line("Ceasefire"),))
    site.sign_in(officer)
    form = site.get(f"/missions/{mission}/new-instrument")
    data = entered(
        form,
        step="save",
        **(dict(HEADING) | {"symbol": "S/RES/2749 (2024)", "adopted_on": "soon", "note": "Read in the press."}),
        tasks__0__change="set",
        tasks__0__words="Watch the line.",
        tasks__5__task_kind="Gender",
        tasks__5__paragraph="9",
        tasks__5__starts_on="2026-11-01",
    )

    page = site.post(f"/missions/{mission}/new-instrument", data)

    assert page.status == 422
    for said in (
        "S/RES/2749 (2024) is already on file",
        "Enter a day, for instance 2027-02-15.",
        "Ceasefire monitoring: Enter the paragraph",
        "Gender equality and women's participation: Choose how the mission is to act",
        "Gender equality and women's participation: It cannot start before the text takes effect",
    ):
        assert said in page.text
    kept = page.form()
    assert kept["note"] == "Read in the press."
    assert kept["adopted_on"] == "soon"
    assert kept["tasks-0-words"] == "Watch the line."
    assert kept["tasks-1-task_kind"] == "Gender"
    assert {"#symbol", "#adopted_on", "#tasks-0-paragraph", "#tasks-1-modalities-0", "#tasks-1-starts_on"} <= set(
        page.links()
    )
    assert page.text.count("already on file for this mission") == 2
    assert queries.drafts(work.session) == ()


def test_what_needs_no_effective_day_is_told_without_one_too(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/2749", tasks=(line("Ceasefire"),))
    site.sign_in(officer)
    form = site.get(f"/missions/{mission}/new-instrument")
    heading = dict(HEADING) | {"symbol": "S/RES/2749", "effective_on": ""}

    page = site.post(
        f"/missions/{mission}/new-instrument", entered(form, step="save", **heading, tasks__0__change="set")
    )

    assert page.status == 422
    assert "Enter the day on which it takes effect" in page.text
    assert "S/RES/2749 is already on file" in page.text
    assert "Ceasefire monitoring: Enter the paragraph" in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"effective_on": ""}, "Enter the day on which it takes effect", id="no effective day"),
        pytest.param({"symbol": " "}, "Enter the symbol of the text", id="no symbol"),
        pytest.param({"last_on": ""}, "Enter the last day of the mandate", id="no last day"),
        pytest.param(
            {"last_on": "2026-11-30"}, "Enter a last day on or after the effective day", id="a last day too early"
        ),
        pytest.param({"period": "never"}, "Not a valid choice", id="no such answer"),
    ],
)
def test_a_heading_that_cannot_be_is_refused(
    site: Site, mission: MissionId, officer: PersonId, changes: dict[str, str], said: str
) -> None:
    site.sign_in(officer)
    form = site.get(f"/missions/{mission}/new-instrument")

    page = site.post(f"/missions/{mission}/new-instrument", entered(form, step="save", **(dict(HEADING) | changes)))

    assert page.status == 422
    assert said in page.text


def test_a_task_is_added_and_removed_without_losing_anything(site: Site, mission: MissionId, officer: PersonId) -> None:
    site.sign_in(officer)
    path = f"/missions/{mission}/new-instrument"
    page = site.get(path)
    for kind in ("Gender", "Ceasefire", "Demining"):
        page = site.post(path, entered(page, step="add", title="Three tasks"))
        last = max(int(name.split("-")[1]) for name in page.form() if name.startswith("tasks-"))
        page = site.post(
            path,
            entered(page, step="none-such", **{f"tasks__{last}__task_kind": kind, f"tasks__{last}__paragraph": kind}),
        )

    page = site.post(path, entered(page, step="remove-tasks-1"))

    fields = page.form()
    assert [value for name, value in fields.items() if name.endswith("-task_kind")] == ["Gender", "Demining"]
    assert [value for name, value in fields.items() if name.endswith("-paragraph")] == ["Gender", "Demining"]
    assert fields["title"] == "Three tasks"


def test_a_draft_kept_for_later_shows_what_is_still_wrong_and_cannot_be_published(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    site.sign_in(officer)
    path = f"/missions/{mission}/new-instrument"
    form = site.post(path, entered(site.get(path), step="add"))

    page = site.post(path, entered(form, step="later", **HEADING, tasks__0__task_kind="Gender"), follow=True)

    assert "It cannot be published as it is" in page.text
    assert "Gender equality and women's participation: Enter the paragraph" in page.text
    assert "Publish, in force" not in page.text


def test_a_draft_is_changed_in_the_form_it_was_entered_in(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/2749", tasks=(line("Ceasefire"), line("CivProtect")))
    drafted = draft(
        mission,
        tasks=(
            line("CivProtect", change=TaskChange.EXTEND, modalities=(Modality.SECURE,)),
            line("Demining", area_of_operations="South", ends_on=date(2027, 6, 1)),
        ),
    )
    made = operations.save_draft(work, draft=drafted)
    site.sign_in(officer)

    form = site.get(f"/drafts/{made}/edit")
    saved = site.post(f"/drafts/{made}/edit", entered(form, step="save", title="A better title"))

    assert saved.location == f"/drafts/{made}"
    page = queries.draft_page(work.session, draft=made, on=work.today)
    assert page.draft.title == "A better title"
    assert page.draft.tasks == drafted.tasks
    assert page.draft.expires_on == drafted.expires_on


def test_a_draft_somebody_else_changed_is_kept_in_the_form_and_not_overwritten(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    made = operations.save_draft(work, draft=draft(mission))
    site.sign_in(officer)
    form = site.get(f"/drafts/{made}/edit")
    operations.save_draft(work, draft=draft(mission, title="Theirs"), draft_id=made)

    page = site.post(f"/drafts/{made}/edit", entered(form, step="save", title="Mine"))

    assert page.status == 422
    assert "Somebody changed this draft" in page.text
    assert page.form()["title"] == "Mine"
    assert queries.draft_page(work.session, draft=made, on=work.today).draft.title == "Theirs"


def test_publishing_on_top_of_what_was_not_seen_shows_the_difference_again(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    made = operations.save_draft(work, draft=draft(mission))
    site.sign_in(officer)
    seen = site.get(f"/drafts/{made}").form("/publish")
    in_effect(work, mission, symbol="S/RES/2749", tasks=(line("Ceasefire"),))

    page = site.post(f"/drafts/{made}/publish", seen)

    assert page.status == 409
    assert "Somebody changed this mandate" in page.text
    assert "Ceasefire monitoring" in page.text
    assert site.post(f"/drafts/{made}/publish", page.form("/publish")).location == f"/missions/{mission}"


def test_a_draft_that_meanwhile_has_problems_is_not_published(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    made = operations.save_draft(work, draft=draft(mission))
    in_effect(work, mission)
    site.sign_in(officer)

    page = site.post(f"/drafts/{made}/publish", {"seen_draft": "1", "seen_version": "1"})

    assert page.status == 422
    assert "is already on file" in page.text
    assert site.post(f"/drafts/{made}/publish").status == 409


def test_a_text_older_than_the_latest_says_so_before_and_after(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/2800", complete_adjustment=True, tasks=(line("Gender"),))
    made = operations.save_draft(
        work, draft=draft(mission, symbol="S/RES/2700", effective_on=date(2025, 1, 1), adopted_on=None, expires_on=None)
    )
    site.sign_in(officer)

    page = site.get(f"/drafts/{made}")
    after = site.post(f"/drafts/{made}/publish", page.form("/publish"), follow=True)

    assert "It is older than the latest text on file" in page.text
    assert "Nothing that is in force today moves" in page.text
    assert "was put into history where it belongs" in after.text


def test_a_draft_is_discarded(site: Site, work: Work, mission: MissionId, officer: PersonId) -> None:
    made = operations.save_draft(work, draft=draft(mission))

    page = site.sign_in(officer).post(f"/drafts/{made}/discard", follow=True)

    assert "The draft of S/RES/2790 (2025) is discarded." in page.text
    assert site.get(f"/drafts/{made}").status == 404


def test_too_many_tasks_to_list_are_added_one_by_one_and_can_be_ended(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/1", tasks=tuple(line(area_of_operations=f"Sector {n}") for n in range(151)))
    site.sign_in(officer)
    path = f"/missions/{mission}/new-instrument"
    form = site.post(path, entered(site.get(path), step="add"))

    data = entered(
        form,
        step="save",
        **HEADING,
        tasks__0__task_kind="CivProtect",
        tasks__0__area_of_operations="Sector 7",
        tasks__0__change="end",
        tasks__0__paragraph="3",
    )
    page = site.post(path, data, follow=True)

    assert "1 dropped" in page.text
    assert "Protection of civilians in Sector 7" in page.text


# Published texts


def test_a_text_shows_what_it_says_and_what_it_changed(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    in_effect(work, mission, symbol="S/RES/1", tasks=(line("CivProtect"), line("Gender")))
    text = published(
        work,
        mission,
        symbol="S/RES/2",
        tasks=(ending("Gender", ends_on=date(2027, 1, 1)), line("Ceasefire", words="Watch.")),
    )

    page = site.sign_in(officer).get(f"/instruments/{text}")

    for said in ("S/RES/2", "ends the task", "until 31 December 2026", "Watch.", "1 added", "1 changed", "1 kept"):
        assert said in page.text


def test_a_text_is_withdrawn_after_its_consequence_was_shown(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=[rule()], note="For tests.")
    for role in (Role.INFANTRY, Role.CIVILIAN):
        accounts.posted_person(work, mission=mission, role=role)
    text = in_effect(work, mission)
    path = f"/instruments/{text}/withdraw"
    site.sign_in(officer)

    shown = site.get(path)
    refused = site.post(path, entered(shown, because=" "))
    done = site.post(path, entered(refused, because="Entered twice."), follow=True)

    assert "1 dropped" in shown.text
    assert "2 of 2" in shown.text
    assert refused.status == 422
    assert "Say why it is withdrawn" in refused.text
    assert "S/RES/2790 (2025) is withdrawn. It stays on file." in done.text
    again = site.get(f"/instruments/{text}")
    assert "Entered twice." in again.text
    assert path not in again.links()


def test_a_withdrawal_of_what_moved_on_is_refused(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    text = in_effect(work, mission)
    path = f"/instruments/{text}/withdraw"
    site.sign_in(officer)
    form = site.get(path)
    in_effect(work, mission, symbol="S/RES/2", effective_on=date(2026, 2, 1))

    page = site.post(path, entered(form, because="Entered twice."))

    assert page.status == 409
    assert site.post(path, page.form()).status == 303


def test_where_policy_wants_two_people_one_asks_for_a_withdrawal_and_another_decides(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    text = in_effect(work, mission)
    reviews.policy(work)
    second = accounts.holder(work.session, Office.MANDATE_OFFICER)
    path = f"/instruments/{text}/withdraw"

    asked = site.sign_in(officer).post(path, entered(site.get(path), because="Entered twice."), follow=True)
    own = site.get(path)
    forced = site.post(path, own.form() | {"step": "withdraw"})
    seen = site.sign_in(second).get(f"/instruments/{text}")
    decide = site.get(path)
    done = site.post(path, decide.form() | {"step": "withdraw"}, follow=True)

    assert "It is asked for. Somebody else has to decide on it" in asked.text
    assert "Its withdrawal is asked for" in asked.text
    assert "You asked for it yourself" in own.text
    assert "Turn the request down" not in own.text
    assert forced.status == 409
    assert "policy wants somebody else to decide on it" in forced.text
    assert "Entered twice." in seen.text
    assert path in seen.links()
    assert "S/RES/2790 (2025) is withdrawn. It stays on file." in done.text
    assert "Entered twice." in site.get(f"/instruments/{text}").text


def test_other_officers_of_the_mission_are_told_and_once_it_is_decided_it_waits_for_nobody(
    work: Work, work_as: Callable[[PersonId], Work], mission: MissionId, officer: PersonId
) -> None:
    text = in_effect(work, mission)
    reviews.policy(work)
    second = accounts.holder(work.session, Office.MANDATE_OFFICER, mission=mission)
    accounts.holder(work.session, Office.MANDATE_OFFICER, mission=accounts.mission(work))
    event = WithdrawalRequested(mission_id=mission, instrument_id=text, symbol="S/RES/2790 (2025)")

    operations.ask_withdrawal(work_as(officer), instrument=text, because="Entered twice.")
    work.session.flush()
    for _ in range(2):
        reactions.ask_about_withdrawal(work, event)
    work.session.flush()
    told = work.session.scalars(select(Notification).where(Notification.kind == "withdrawal-asked")).all()

    assert [each.person_id for each in told] == [second]
    assert "Entered twice." in json.dumps(told[0].lines)
    operations.drop_withdrawal_request(work, instrument=text)
    reactions.settle_messages_of_withdrawal(
        work, WithdrawalRequestDropped(mission_id=mission, instrument_id=text, symbol="S/RES/2790 (2025)")
    )
    work.session.expire_all()
    assert work.session.get_one(Notification, told[0].id).read_at is not None


def test_a_withdrawal_that_is_turned_down_leaves_the_text_and_can_be_asked_for_again(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    text = in_effect(work, mission)
    reviews.policy(work)
    path = f"/instruments/{text}/withdraw"
    site.sign_in(officer).post(path, entered(site.get(path), because="Entered twice."))
    colleague = accounts.holder(work.session, Office.MANDATE_OFFICER, mission=accounts.mission(work))

    assert site.sign_in(colleague).get(path).status == 403
    site.sign_in(accounts.holder(work.session, Office.MANDATE_OFFICER))
    kept = site.post(path, site.get(path).form() | {"step": "drop"}, follow=True)
    again = site.get(path)

    assert "stays in force; nothing is asked any more" in kept.text
    assert "Ask for its withdrawal" in again.text
    with pytest.raises(operations.NotAskedToWithdraw):
        operations.drop_withdrawal_request(work, instrument=text)


# Size and languages


def test_a_mission_with_1000_tasks_in_100_texts_opens_in_under_200_ms(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    texts = [
        draft(
            mission,
            symbol=f"S/RES/{number}",
            effective_on=date(2000, 1, 1) + timedelta(days=90 * number),
            adopted_on=None,
            expires_on=None,
            tasks=tuple(line(area_of_operations=f"Sector {number}-{place}") for place in range(10)),
        )
        for number in range(1, 101)
    ]
    operations.load_instruments(work, instruments=texts)
    site.sign_in(officer).get(f"/missions/{mission}")

    assert site.get(f"/missions/{mission}?page=2").status == 200
    table = site.get(f"/missions/{mission}/table")
    assert "more, inherited" in table.text
    page = site.get(f"/missions/{mission}?page=99")
    assert "Page 20 of 20" in page.text
    assert "Show all 100 texts" in page.text
    assert (
        len([each for each in site.get(f"/missions/{mission}?history=all").links() if each.startswith("/instruments/")])
        > 100
    )


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_pages_stand_in_every_language(
    site: Site, work: Work, mission: MissionId, officer: PersonId, language: str
) -> None:
    text = in_effect(work, mission, symbol="S/RES/2749")
    made: DraftId = operations.save_draft(work, draft=draft(mission))
    site.sign_in(officer)

    paths = (
        "/missions/",
        f"/missions/{mission}",
        f"/drafts/{made}/edit",
        f"/drafts/{made}",
        f"/instruments/{text}",
    )
    for path in paths:
        page = site.get(f"{path}?language={language}")
        assert page.status == 200
        assert page.soup is not None
        assert page.soup.get("lang") == language
        assert page.soup.find(f".//{HTML}h1") is not None


def test_what_moves_is_paged_on_the_pages_of_drafts_texts_and_withdrawals(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    sectors = tuple(line("CivProtect", area_of_operations=f"Sector {number}") for number in range(120))
    text = published(work, mission, symbol="S/RES/1", effective_on=date(2026, 1, 1), adopted_on=None, tasks=sectors)
    prepared = draft(mission, symbol="S/RES/2", tasks=(line("CivProtect", area_of_operations="Sector 0", priority=1),))
    held = operations.save_draft(work, draft=prepared)
    work.session.commit()
    site.sign_in(officer)

    for path in (f"/instruments/{text}", f"/instruments/{text}/withdraw", f"/drafts/{held}"):
        page = site.get(f"{path}?moves=3")
        assert "Page 3 of 3, 120 in all" in page.text
        assert f"{path}?moves=2#moves" in page.links()
        assert page.text.count(" Protection of civilians in Sector") < 100, path
    assert "1 changed" in page.text
    assert "119 kept" in page.text
    assert "Page 3 of 3" in site.get(f"/drafts/{held}?moves=99").text
