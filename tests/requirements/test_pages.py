"""The pages of requirements: what everybody reads, what those who answer for an area change, and what is refused."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.factories import accounts, competencies
from tests.factories.mandates import line, published, rule
from tests.support.site import HTML, Page, Site
from trainer.accounts.values import MissionId, Office, Role
from trainer.competencies import operations as competency_operations
from trainer.competencies.values import Area, Owners
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.values import TASK_KINDS, Modality


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


@pytest.fixture
def authority(work: Work) -> PersonId:
    """Without an office, and the requirements authority for the protection of civilians."""
    person = accounts.person(work)
    owners = Owners(requirements_authority=person, department_head=None)
    competency_operations.name_area_owners(work, area=Area.POC, owners=owners)
    return person


def entered(page: Page, action: str = "", **changes: str) -> dict[str, str]:
    """The fields of the form on the page with some of them filled in."""
    return page.form(action) | changes


# Reading


@pytest.fixture
def ruled(work: Work) -> None:
    competencies.adopted(work)
    baseline = rule("conduct", None, competency=competencies.CONDUCT)
    operations.publish_rules(work, rules=[baseline, rule("poc", roles=(Role.INFANTRY,), weight=30)], note="The first.")


def test_the_matrix_is_read_with_its_version_and_what_no_rule_names(
    site: Site, work: Work, ruled: None, officer: PersonId
) -> None:
    page = site.sign_in(officer).get("/requirements/")

    for said in (
        "Version 1 of the rules",
        "The first.",
        "The baseline, in every mission",
        "Title of protection-of-civilians 2 practised",
        "everyone, 60 days after it takes effect",
        "Tasks that no rule names 46",
    ):
        assert said in page.text
    assert "/requirements/rules/poc" in page.links()
    only = site.get("/requirements/?area=POC")
    assert "The baseline" not in only.text


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("A starting point for the demonstration, to be argued about.", "نقطة انطلاق للعرض التوضيحي، مطروحة للنقاش."),
        ("Less by 25 %(half) <b>", "Less by 25 %(half) &lt;b&gt;"),
    ],
    ids=["of Trainer", "of somebody"],
)
def test_a_note_of_trainer_itself_is_read_in_the_readers_language(
    site: Site, work: Work, officer: PersonId, note: str, said: str
) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=[rule("poc")], note=note)

    body = site.sign_in(officer).get("/requirements/?language=ar").body

    assert said in (body.decode() if isinstance(body, bytes) else body)


def test_whoever_may_not_revise_rules_reads_them_without_links(site: Site, ruled: None, stranger: PersonId) -> None:
    page = site.sign_in(stranger).get("/requirements/")

    assert "Title of protection-of-civilians" in page.text
    assert "/requirements/rules/poc" not in page.links()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/requirements/", "There are no requirement rules yet"),
        ("/requirements/rules", "There are no requirement rules yet"),
        ("/requirements/versions", "No version of the rules was published yet"),
        ("/requirements/coverage", "Every task in force asks something"),
        ("/requirements/sheet", "Download all rules"),
    ],
)
def test_without_rules_the_officer_is_told_what_to_do(site: Site, officer: PersonId, path: str, said: str) -> None:
    page = site.sign_in(officer).get(path)

    assert said in page.text


@pytest.mark.parametrize(
    "query",
    [
        "by=odd",
        "area=XX&role=odd",
        "competency=odd",
        "task=odd",
        "mission=-1",
        "known=31.12.2026",
        "page=0",
        "page=x",
    ],
)
@pytest.mark.parametrize(
    "path", ["/requirements/", "/requirements/rules", "/requirements/versions", "/requirements/coverage"]
)
def test_an_address_with_what_is_no_such_thing_still_answers(
    site: Site, ruled: None, stranger: PersonId, path: str, query: str
) -> None:
    assert site.sign_in(stranger).get(f"{path}?{query}").status == 200


def test_a_rule_is_added_changed_and_dropped(
    site: Site, work: Work, mission: MissionId, ruled: None, officer: PersonId
) -> None:
    published(work, mission, effective_on=date(2026, 1, 1), adopted_on=None)
    accounts.posted_person(work, mission=mission, role=Role.INFANTRY)
    site.sign_in(officer)
    form = site.get("/requirements/new-rule")
    data = entered(
        form,
        task_kind="Gender",
        competency="first-aid",
        level="1",
        roles="civilian",
        weight="5",
        note="Asked by the field.",
        step="preview",
    )

    shown = site.post("/requirements/new-rule", data)
    assert "added 1 changed 0 dropped 0" in shown.text
    assert "Something else is asked of 0 of 1 person" in shown.text
    again = site.post("/requirements/new-rule", entered(shown, step="edit"))
    assert (again.status, again.form()["weight"], again.form()["note"]) == (200, "5", "Asked by the field.")
    assert queries.rule_set(work.session).number == 1
    added = site.post("/requirements/new-rule", entered(shown, step="publish"))
    assert added.location == "/requirements/"
    made = queries.rule(work.session, key="gender-first-aid")
    assert (made.roles, made.weight, made.level) == ((Role.CIVILIAN,), 5, 1)

    change = site.get("/requirements/rules/poc")
    assert change.form()["weight"] == "30"
    same = site.post("/requirements/rules/poc", entered(change, note="Nothing.", step="preview"))
    assert same.status == 422
    assert "This changes nothing: the rule says it already" in same.text
    heavier = site.post(
        "/requirements/rules/poc", entered(change, weight="40", level="3", note="Heavier.", step="preview")
    )
    assert "Something else is asked of 1 of 1 person" in heavier.text
    site.post("/requirements/rules/poc", entered(heavier, step="publish"))
    assert queries.rule(work.session, key="poc").weight == 40

    drop = site.get("/requirements/rules/poc")
    shown = site.post("/requirements/change", drop.form("/change"))
    assert "added 0 changed 0 dropped 1" in shown.text
    site.post("/requirements/change", entered(shown, step="publish", note="Asked no more."))
    assert [each.key for each in queries.rule_set(work.session).rules] == ["conduct", "gender-first-aid"]
    assert queries.rule_set(work.session).number == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"weight": "0"}, "Enter a weight from 1 to 100", id="weight"),
        pytest.param({"note": ""}, "Say why the rules change", id="no reason"),
        pytest.param({"scope": "share", "scope_size": "120"}, "Enter a share of at most 100 percent", id="share"),
        pytest.param({"due": "by-date"}, "Enter the day by which the rule", id="no day"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    site: Site, work: Work, ruled: None, officer: PersonId, changes: dict[str, str], said: str
) -> None:
    site.sign_in(officer)
    form = site.get("/requirements/rules/poc")

    page = site.post("/requirements/rules/poc", entered(form, note="Because.") | changes)

    assert page.status == 422
    assert said in page.text
    assert queries.rule_set(work.session).number == 1


@pytest.mark.parametrize("path", ["/requirements/new-rule", "/requirements/rules/poc", "/requirements/sheet"])
def test_the_rules_of_all_missions_are_not_for_the_officer_of_one(
    site: Site, work: Work, colleague: PersonId, path: str
) -> None:
    competencies.adopted(work)
    operations.publish_rules(work, rules=[rule()], note="First.")
    page = site.sign_in(colleague).get("/requirements/")

    assert path not in page.links()
    assert site.post(path, {"seen_number": "1"}).status == 403
    assert queries.rule_set(work.session).number == 1


# By whom, as of when, and how much of it


def test_the_authority_of_an_area_changes_its_rules_and_no_others(
    site: Site, work: Work, ruled: None, authority: PersonId
) -> None:
    site.sign_in(authority)

    links = site.get("/requirements/").links()
    assert "/requirements/rules/poc" in links
    assert "/requirements/rules/conduct" not in links
    assert site.get("/requirements/rules/conduct").status == 403
    assert site.post("/requirements/rules/conduct", {"step": "publish"}).status == 403
    change = entered(site.get("/requirements/rules/poc"), weight="60", note="Heavier.", step="publish")
    assert site.post("/requirements/rules/poc", change).status == 303
    elsewhere = entered(site.get("/requirements/rules/poc"), task_kind="Gender", note="To another area.")
    refused = site.post("/requirements/rules/poc", elsewhere)
    assert refused.status == 422
    assert "You may change the rules of the areas you answer for" in refused.text
    assert queries.rule(work.session, key="poc").weight == 60
    assert queries.rule_set(work.session).number == 2


def test_a_mission_narrows_the_matrix_to_what_its_tasks_ask(
    site: Site, work: Work, mission: MissionId, officer: PersonId
) -> None:
    competencies.adopted(work)
    rules = [rule(), rule("secure", modality=Modality.SECURE, competency=competencies.AID), rule("gender", "Gender")]
    operations.publish_rules(work, rules=rules, note="For tests.")
    published(
        work, mission, effective_on=date(2026, 1, 1), adopted_on=None, tasks=(line("CivProtect"), line("Demining"))
    )
    accounts.posted_person(work, mission=mission, role=Role.INFANTRY)

    page = site.sign_in(officer).get(f"/requirements/?mission={mission}&role=infantry")

    assert "UNIFIL: 2 tasks in force" in page.text
    assert "1 person" in page.text
    assert "S/RES/2790 (2025), 4 (a)" in page.text
    assert "Title of first-aid" not in [each.text for each in page.soup.iter(f"{HTML}a")]
    assert "Tasks in force that ask nothing of anybody 1" in page.text
    assert "/requirements/new-rule?task=Demining" in page.links()
    assert "everyone" in site.get(f"/requirements/rules?mission={mission}").text
    earlier = site.get(f"/requirements/?mission={mission}&on=2025-01-01")
    assert "UNIFIL: 0 tasks in force" in earlier.text


def test_the_matrix_is_read_as_it_was_known_on_a_day(
    site: Site, work_as: Callable[..., Work], officer: PersonId
) -> None:
    competencies.adopted(work_as(officer))
    for day, weight in ((date(2026, 3, 1), 10), (date(2026, 6, 1), 80)):
        rules = [rule(weight=weight)] if weight == 10 else [rule(weight=weight), rule("gender", "Gender")]
        operations.publish_rules(work_as(officer, today=day), rules=rules, note=f"From {day}.")
    site.sign_in(officer)

    then = site.get("/requirements/?known=2026-04-01")
    assert "Version 1 of the rules" in then.text
    assert "how it was known at the end of 1 April 2026" in then.text
    assert "/requirements/rules/poc" not in then.links()
    assert "No rules yet" in site.get("/requirements/?known=2026-02-01").text
    assert "Version 2 of the rules" in site.get("/requirements/?known=never").text
    versions = site.get("/requirements/versions")
    for said in ("from version 1 to version 2", "added 1 changed 1 dropped 0", "Weight: 10 → 80", "From 2026-06-01."):
        assert said in versions.text
    assert "Nothing moves" in site.get("/requirements/versions?from=2&to=2").text
    assert "added 0 changed 1 dropped 1" in site.get("/requirements/versions?from=2&to=1").text
    assert "Gender" not in site.get("/requirements/versions?area=POC").soup.findtext(f".//{HTML}tbody")
    assert site.get("/requirements/versions?to=9").status == 404


def test_a_rule_changed_by_two_people_is_decided_with_open_eyes_and_nothing_is_lost(
    site: Site, work: Work, work_as: Callable[..., Work], ruled: None, officer: PersonId
) -> None:
    other = accounts.holder(work, Office.MANDATE_OFFICER)
    form = site.sign_in(officer).get("/requirements/rules/poc")
    held = queries.rule_set(work.session).rules
    operations.publish_rules(work_as(other), rules=[held[0], rule("poc", weight=99)], note="Quicker.")

    late = site.post("/requirements/rules/poc", entered(form, weight="45", note="Mine.", step="publish"))

    assert late.status == 409
    for said in ("Others published rules since", "Version 2", "Quicker.", "Weight: 30 → 99"):
        assert said in late.text
    assert (late.form()["weight"], late.form()["note"]) == ("45", "Mine.")
    assert site.post("/requirements/rules/poc", entered(late, step="publish")).status == 303
    assert queries.rule(work.session, key="poc").weight == 45


def test_a_rule_that_somebody_dropped_meanwhile_is_not_lost_for_whoever_was_changing_it(
    site: Site, work: Work, ruled: None, officer: PersonId
) -> None:
    form = site.sign_in(officer).get("/requirements/rules/poc")
    operations.publish_rules(work, rules=queries.rule_set(work.session).rules[:1], note="Dropped.")

    late = site.post("/requirements/rules/poc", entered(form, note="Still needed.", step="publish"))

    assert late.status == 409
    assert site.post("/requirements/rules/poc", entered(late, step="publish")).status == 303
    assert queries.rule(work.session, key="poc").weight == 30
    assert site.get("/requirements/rules/none").status == 404


@pytest.mark.parametrize(
    "path",
    ["/requirements/", "/requirements/?by=competency", "/requirements/?by=role", "/requirements/rules"],
)
def test_thousands_of_rules_open(site: Site, work: Work, officer: PersonId, path: str) -> None:
    competencies.adopted(work)
    kinds = list(TASK_KINDS)
    known = (competencies.CONDUCT, competencies.POC, competencies.AID, competencies.VALUES)
    many = [
        rule(f"rule-{number}", kinds[number % len(kinds)], competency=known[number % 4], weight=1 + number % 100)
        for number in range(3000)
    ]
    operations.publish_rules(work, rules=many, note="Many.")
    site.sign_in(officer).get(path)

    assert site.get(path).status == 200


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize(
    "path", ["/requirements/", "/requirements/?by=role", "/requirements/rules", "/requirements/versions"]
)
def test_the_pages_stand_in_every_language(
    site: Site, ruled: None, stranger: PersonId, path: str, language: str
) -> None:
    page = site.sign_in(stranger).get(f"{path}{'&' if '?' in path else '?'}language={language}")

    assert page.status == 200
    assert page.soup.get("lang") == language


# Many at once


def test_chosen_rules_are_changed_together_after_their_difference_was_shown(
    site: Site, work: Work, mission: MissionId, ruled: None, officer: PersonId
) -> None:
    published(work, mission, effective_on=date(2026, 1, 1), adopted_on=None)
    for role in (Role.INFANTRY, Role.CIVILIAN):
        accounts.posted_person(work, mission=mission, role=role)
    site.sign_in(officer)
    lists = site.get("/requirements/rules")
    assert "Change the chosen rules" in lists.text

    form = site.post("/requirements/change", {"rules": ["poc", "conduct"]})
    assert form.status == 200
    assert "2 rules" in form.text
    shown = site.post("/requirements/change", entered(form, level="3", due="days-after", due_days="14", step="preview"))
    for said in (
        "added 0 changed 2 dropped 0",
        "Level: 2 practised → 3 independent",
        "Something else is asked of 2 of 2 people",
    ):
        assert said in shown.text
    assert queries.rule_set(work.session).number == 1
    silent = site.post("/requirements/change", entered(shown, step="publish"))
    assert silent.status == 422
    assert "Say why the rules change" in silent.text
    wordy = site.post("/requirements/change", entered(shown, step="publish", note="x" * 1001))
    assert (wordy.status, wordy.form()["note"]) == (422, "x" * 1001)
    done = site.post("/requirements/change", entered(silent, step="publish", note="Harder times."), follow=True)

    assert "0 rules added, 2 changed, 0 dropped" in done.text
    assert "Harder times." in done.text
    held = queries.rule_set(work.session)
    assert (held.number, [(each.level, each.due_days) for each in held.rules]) == (2, [(3, 14), (3, 14)])


def test_cells_are_changed_for_their_roles_alone(site: Site, work: Work, ruled: None, officer: PersonId) -> None:
    choosing = site.sign_in(officer).get("/requirements/?choose=cells")
    assert "Change the chosen cells" in choosing.text

    form = site.post(
        "/requirements/change", {"cells": ["baseline:civilian", "baseline:observer", "odd:infantry", "Gender:"]}
    )
    shown = site.post("/requirements/change", entered(form, weight="77", step="preview"))
    assert "added 1 changed 1 dropped 0" in shown.text
    site.post("/requirements/change", entered(shown, step="publish", note="Civilians and observers."))

    rules = {each.key: each for each in queries.rule_set(work.session).rules}
    assert set(rules["baseline-conduct"].roles) == {Role.CIVILIAN, Role.OBSERVER}
    assert (rules["baseline-conduct"].weight, rules["conduct"].weight) == (77, 10)
    assert Role.CIVILIAN not in rules["conduct"].roles


def test_all_that_the_filters_leave_is_changed_and_a_role_filter_is_offered_as_the_role(
    site: Site, work: Work, ruled: None, officer: PersonId
) -> None:
    site.sign_in(officer)

    form = site.post("/requirements/change?role=infantry&area=POC", {"all": "y"})

    assert "1 rule" in form.text
    assert form.form()["only_for"] == "infantry"
    empty = site.post("/requirements/change?area=WPS", {"all": "y"})
    assert empty.location == "/requirements/rules?area=WPS"
    assert site.get("/requirements/change").location == "/requirements/rules"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "everything is left as it is", id="nothing said"),
        pytest.param({"weight": "0"}, "Enter a weight from 1 to 100", id="weight"),
        pytest.param({"weight": "a lot"}, "", id="no number"),
        pytest.param({"level": "2"}, "This changes nothing", id="already so"),
        pytest.param({"due": "by-date"}, "Enter the day by which it is due", id="no day"),
        pytest.param({"kind": "copy"}, "Choose a task or roles", id="no target"),
        pytest.param({"chosen": "gone"}, "Choose at least one rule", id="rule is gone"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_what_was_entered(
    site: Site, work: Work, ruled: None, officer: PersonId, changes: dict[str, str], said: str
) -> None:
    form = site.sign_in(officer).post("/requirements/change", {"rules": "poc"})

    page = site.post("/requirements/change", entered(form, step="preview") | changes)

    assert page.status == 422
    assert said in page.text
    assert queries.rule_set(work.session).number == 1


def test_a_bulk_change_overtaken_by_a_colleague_is_shown_anew_on_top_of_theirs(
    site: Site, work: Work, work_as: Callable[..., Work], ruled: None, officer: PersonId
) -> None:
    other = accounts.holder(work, Office.MANDATE_OFFICER)
    form = site.sign_in(officer).post("/requirements/change", {"rules": "poc"})
    shown = site.post("/requirements/change", entered(form, level="4", step="preview"))
    held = queries.rule_set(work.session).rules
    operations.publish_rules(work_as(other), rules=[held[0], rule("poc", weight=99)], note="Quicker.")

    late = site.post("/requirements/change", entered(shown, step="publish", note="Mine."))

    assert late.status == 409
    for said in ("Quicker.", "Weight: 30 → 99", "On top of version 2", "Level: 2 practised → 4 instructor"):
        assert said in late.text
    assert late.form()["note"] == "Mine."
    assert site.post("/requirements/change", entered(late, step="publish")).status == 303
    made = queries.rule(work.session, key="poc")
    assert (made.weight, made.level, queries.rule_set(work.session).number) == (99, 4, 3)


def test_the_authority_of_an_area_changes_many_of_its_rules_and_copies_to_no_other(
    site: Site, work: Work, ruled: None, authority: PersonId, stranger: PersonId, colleague: PersonId
) -> None:
    for outsider in (stranger, colleague):
        assert site.sign_in(outsider).post("/requirements/change", {"rules": "poc"}).status == 403
        assert "Change the chosen rules" not in site.get("/requirements/rules").text
    site.sign_in(authority)

    form = site.post("/requirements/change", {"rules": ["poc", "conduct"]})
    assert "1 rule" in form.text
    forged = site.post("/requirements/change", entered(form, chosen="conduct", weight="5", step="preview"))
    assert forged.status == 422
    assert "You may change the rules of the areas you answer for" in forged.text
    away = site.post("/requirements/change", entered(form, kind="copy", to_task="Gender", step="preview"))
    assert away.status == 422
    shown = site.post("/requirements/change", entered(form, weight="5", step="preview"))
    assert site.post("/requirements/change", entered(shown, step="publish", note="Ours.")).status == 303
    assert queries.rule(work.session, key="poc").weight == 5


# A way back


def test_an_earlier_version_is_brought_back_after_its_difference_was_shown(
    site: Site, work: Work, work_as: Callable[..., Work], ruled: None, officer: PersonId
) -> None:
    first = queries.rule_set(work.session).rules
    operations.publish_rules(work, rules=[rule("poc", weight=99)], note="A mistake.")
    site.sign_in(officer)
    assert "/requirements/versions/1/restore" in site.get("/requirements/versions").links()

    shown = site.get("/requirements/versions/1/restore")
    for said in ("Bring back version 1", "added 1 changed 1 dropped 0", "Weight: 99 → 30"):
        assert said in shown.text
    assert site.post("/requirements/versions/1/restore", shown.form()).status == 422
    operations.publish_rules(work_as(officer), rules=[rule("poc", weight=98)], note="Another.")
    late = site.post("/requirements/versions/1/restore", shown.form() | {"note": "Back."})
    assert late.status == 409
    assert "Another." in late.text
    done = site.post("/requirements/versions/1/restore", late.form(), follow=True)

    assert "1 rules added, 1 changed, 0 dropped" in done.text
    held = queries.rule_set(work.session)
    assert (held.number, held.note, held.rules) == (4, "Back.", first)
    assert "there is nothing to publish" in site.get("/requirements/versions/1/restore").text
    assert site.get("/requirements/versions/9/restore").status == 404


def test_the_authority_of_an_area_brings_back_its_rules_alone(
    site: Site, work: Work, ruled: None, authority: PersonId, stranger: PersonId
) -> None:
    first = queries.rule_set(work.session).rules
    operations.publish_rules(work, rules=[first[0], rule("poc", weight=99)], note="Heavier.")
    assert "/requirements/versions/1/restore" not in site.sign_in(stranger).get("/requirements/versions").links()
    assert site.get("/requirements/versions/1/restore").status == 403
    assert site.sign_in(authority).get("/requirements/versions/1/restore").status == 200
    operations.publish_rules(work, rules=[rule("poc", weight=99)], note="Without conduct.")

    assert site.get("/requirements/versions/1/restore").status == 403


def test_an_empty_cell_leads_to_a_rule_for_its_task_and_role(
    site: Site, ruled: None, officer: PersonId, stranger: PersonId
) -> None:
    path = "/requirements/new-rule?task=CivProtect&role=civilian"

    assert path in site.sign_in(officer).get("/requirements/").links()
    form = site.get(path).form()
    assert (form["task_kind"], form["roles"]) == ("CivProtect", "civilian")
    assert path not in site.sign_in(stranger).get("/requirements/").links()
