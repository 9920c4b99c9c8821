"""The pages on which drafts are decided: for an author, a second officer, an authority, a reader, and a stranger."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import TODAY
from tests.factories import accounts, reviews
from tests.factories.mandates import draft, line, published
from tests.support.site import Page, Site
from trainer.accounts.values import MissionId, Office
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import operations, queries
from trainer.mandates.models import InstrumentRow
from trainer.mandates.values import DraftId
from trainer.reviews import queries as review_queries
from trainer.reviews.values import Stage


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session, name="UNIFIL")


@pytest.fixture
def author(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER, family_name="Author")


@pytest.fixture
def reviewer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER, family_name="Reviewer")


@pytest.fixture
def owner(work: Work) -> PersonId:
    somebody = accounts.person(work, family_name="Owner")
    reviews.owned(work, Area.POC, by=somebody)
    return somebody


@pytest.fixture
def stranger(session: Session) -> PersonId:
    return accounts.person(session, family_name="Stranger")


@pytest.fixture
def made(work_as, author: PersonId, mission: MissionId) -> DraftId:
    tasks = (line("CivProtect"), line("Gender", area_of_operations="North"))
    return operations.save_draft(work_as(author), draft=draft(mission, tasks=tasks))


def asked(work_as, author: PersonId, made: DraftId) -> None:
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1, text="Look at paragraph 4.")


def stage(session: Session, made: DraftId) -> Stage:
    return queries.draft_page(session, draft=made, on=TODAY).standing.stage


def sent(site: Site, page: Page, made: DraftId, part: str, **changes) -> Page:
    fields = page.form(f"/drafts/{made}/{part}") | changes
    return site.post(f"/drafts/{made}/{part}", fields, follow=True)


# The way of a draft, on its one page


def test_a_draft_goes_from_its_author_through_review_to_publication(
    site: Site, session: Session, work: Work, author, reviewer, owner, mission, made
) -> None:
    reviews.policy(work)
    page = site.sign_in(author).get(f"/drafts/{made}")
    assert "Publication takes two people. Ask for a review." in page.text
    assert "this area has no owner, so nobody is asked" in page.text
    assert f"/drafts/{made}/publish" not in page.body

    page = sent(site, page, made, "ask-review", text="Look at paragraph 4.")
    assert "A review is asked for. Whoever is asked has a message." in page.text
    assert "Send your review" not in page.text

    page = site.sign_in(owner).get("/drafts/")
    assert "You are asked as requirements authority" in page.text
    page = site.get(f"/drafts/{made}")
    assert "Change the draft" not in page.text
    page = sent(site, page, made, "answer", areas="POC", verdict="agree")
    assert "Your answer is on file." in page.text

    page = site.sign_in(reviewer).get("/drafts/")
    assert "Your review is asked for" in page.text
    page = site.get(f"/drafts/{made}")
    page = sent(site, page, made, "review", verdict="agree", text="As it should be.")
    assert "reviewed it and agrees" in page.text
    page = site.sign_in(author).get(f"/drafts/{made}")
    assert "somebody else must publish it" in page.text

    page = site.sign_in(reviewer).get(f"/drafts/{made}")
    done = site.post(f"/drafts/{made}/publish", page.form("publish"), follow=True)
    assert "is published" in done.text
    text = session.scalars(select(InstrumentRow)).one()
    page = site.get(f"/drafts/{made}", follow_redirects=True)
    assert page.status == 200
    for reader in (author, reviewer, owner, accounts.holder(session, Office.AUDITOR)):
        page = site.sign_in(reader).get(f"/instruments/{text.id}")
        assert "How it was decided" in page.text
        assert "As it should be." in page.text
    page = site.sign_in(accounts.holder(session, Office.READINESS_MANAGER)).get(f"/instruments/{text.id}")
    assert "As it should be." not in page.text


def test_nobody_publishes_past_policy_by_sending_the_form(
    site: Site, session: Session, work: Work, author, mission, made
) -> None:
    page = site.sign_in(author).get(f"/drafts/{made}")
    form = page.form("publish")
    reviews.policy(work)

    refused = site.post(f"/drafts/{made}/publish", form)

    assert refused.status == 409
    assert "It was not published" in refused.text
    assert session.scalars(select(InstrumentRow)).all() == []


def test_changes_are_asked_for_in_words_and_nothing_typed_is_lost(
    site: Site, session: Session, work_as, author, reviewer, made
) -> None:
    asked(work_as, author, made)
    page = site.sign_in(reviewer).get(f"/drafts/{made}")

    refused = site.post(f"/drafts/{made}/review", page.form("/review") | {"verdict": "changes"})
    none_chosen = site.post(f"/drafts/{made}/review", page.form("/review") | {"text": "Kept words."})
    done = sent(site, page, made, "review", verdict="changes", text="Say who leads.")

    assert (refused.status, none_chosen.status) == (422, 422)
    assert "Say what must change." in refused.text
    assert "Kept words." in none_chosen.body
    assert "Say who leads." in done.text
    assert stage(session, made) is Stage.CHANGES
    assert "Changes are asked of you" in site.sign_in(author).get("/drafts/").text


def test_a_decision_on_what_somebody_changed_meanwhile_is_refused_with_the_page_as_it_is(
    site: Site, session: Session, work_as, author, reviewer, mission, made
) -> None:
    asked(work_as, author, made)
    page = site.sign_in(reviewer).get(f"/drafts/{made}")
    operations.save_draft(work_as(author), draft=draft(mission, title="Changed"), draft_id=made)

    refused = site.post(f"/drafts/{made}/review", page.form("/review") | {"verdict": "agree"})

    assert refused.status == 409
    assert "Somebody changed this draft" in refused.text
    assert stage(session, made) is Stage.DRAFT


def test_a_comment_is_about_the_whole_or_one_task(site: Site, work_as, author, made) -> None:
    page = site.sign_in(author).get(f"/drafts/{made}")

    empty = site.post(f"/drafts/{made}/comment", page.form("/comment"))
    whole = sent(site, page, made, "comment", text="<b>Mind</b> the dates.")
    task = sent(site, page, made, "comment", text="Only there?", line="1")
    beyond = site.post(f"/drafts/{made}/comment", page.form("/comment") | {"text": "x", "line": "9"})

    assert (empty.status, beyond.status) == (422, 422)
    assert "<b>Mind</b> the dates." in whole.text
    assert "Gender equality and women's participation in North" in task.text


# Who sees it


def test_a_draft_is_seen_by_officers_those_asked_and_those_it_is_shared_with(
    site: Site, session: Session, work_as, author, owner, stranger, mission, made
) -> None:
    elsewhere = accounts.holder(session, Office.MANDATE_OFFICER, mission=accounts.mission(session))
    manager = accounts.holder(session, Office.READINESS_MANAGER, mission=mission)
    before = {person: site.sign_in(person).get(f"/drafts/{made}").status for person in (owner, stranger, manager)}
    asked(work_as, author, made)
    page = site.sign_in(author).get(f"/drafts/{made}")
    unknown = site.post(
        f"/drafts/{made}/share", page.form("/share") | {"addresses": "nobody@example.org\nkept@example.org"}
    )
    nobody = site.post(f"/drafts/{made}/share", page.form("/share"))
    accounts.credential(session, person=stranger)
    address = queries.account_queries.people_cards(session, people=[stranger])[stranger].email
    shared = sent(site, page, made, "share", addresses=f" {address.upper()} ", office="readiness-manager")

    assert before == {owner: 403, stranger: 403, manager: 403}
    assert (unknown.status, nobody.status) == (422, 422)
    assert "Nobody here has this address: nobody@example.org, kept@example.org." in unknown.text
    assert "kept@example.org" in unknown.body
    assert "Asha Stranger" in shared.text
    assert "Readiness manager for UNIFIL" in shared.text
    for person in (owner, stranger, manager):
        for path in (f"/drafts/{made}", f"/drafts/{made}/draft.json"):
            assert site.sign_in(person).get(path).status == 200
        assert site.post(f"/drafts/{made}/discard").status == 403
        assert f"/drafts/{made}" in "".join(site.get("/drafts/").links())
    for path in ("edit", "share", "ask-review", "renew", "publish", "review"):
        assert site.sign_in(stranger).post(f"/drafts/{made}/{path}").status == 403
    for path in ("", "/comment", "/answer"):
        method = site.sign_in(elsewhere).post if path else site.sign_in(elsewhere).get
        assert method(f"/drafts/{made}{path}").status == 403
    assert f"/drafts/{made}" not in "".join(site.sign_in(elsewhere).get("/drafts/").links())

    page = site.sign_in(author).get(f"/drafts/{made}")
    readers = review_queries.readers_of(session, drafts=[made])[made]
    for each in readers:
        site.post(f"/drafts/{made}/readers/{each.id}/end", page.form(f"/readers/{each.id}/end"))
    assert site.sign_in(stranger).get(f"/drafts/{made}").status == 403
    assert site.sign_in(owner).get(f"/drafts/{made}").status == 200


def test_somebody_who_is_asked_of_nothing_answers_nothing(site: Site, work_as, author, stranger, mission, made) -> None:
    asked(work_as, author, made)
    operations.share_draft(work_as(author), draft=made, people=[stranger], office=None, mission=mission)

    site.sign_in(stranger)

    form = {"areas": "POC", "verdict": "agree", "seen_draft": "1"}
    assert site.post(f"/drafts/{made}/answer", form).status == 403
    assert "Send your answer" not in site.get(f"/drafts/{made}").text


# Two at the same draft


def test_saving_over_somebody_elses_change_says_so_and_keeps_what_was_entered(
    site: Site, session: Session, work_as, author, reviewer, mission, made
) -> None:
    opened = site.sign_in(author).get(f"/drafts/{made}/edit").form()
    theirs = draft(mission, title="Theirs", tasks=(line("CivProtect", words="Other words."),))
    operations.save_draft(work_as(reviewer), draft=theirs, draft_id=made)

    met = site.post(f"/drafts/{made}/edit", opened | {"title": "Mine", "step": "save"})
    apart = site.post(f"/drafts/{made}/edit", met.form() | {"step": "apart"})
    over = site.post(f"/drafts/{made}/edit", met.form() | {"step": "save"})

    assert met.status == 422
    assert "Asha Reviewer changed this draft on" in met.text
    assert "Title: theirs Theirs, yours Mine" in met.text
    assert "Protection of civilians: its dates or words" in met.text
    assert "in North: theirs nothing of it, yours" in met.text
    assert 'value="Mine"' in met.body
    copy = int(apart.location.rpartition("/")[2])
    assert copy != made
    assert queries.draft(session, draft=DraftId(copy)).title == "Mine"
    assert over.location == f"/drafts/{made}"
    assert queries.draft(session, draft=made).title == "Mine"


def test_what_was_entered_into_a_draft_that_is_closed_meanwhile_becomes_another(
    site: Site, session: Session, work: Work, author, made
) -> None:
    opened = site.sign_in(author).get(f"/drafts/{made}/edit").form()
    operations.discard_draft(work, draft=made)

    saved = site.post(f"/drafts/{made}/edit", opened | {"title": "Mine", "step": "save"})

    assert saved.status == 303
    assert queries.draft(session, draft=DraftId(int(saved.location.rpartition("/")[2]))).title == "Mine"
    assert site.get(f"/drafts/{made}/edit").status == 404


def test_the_form_says_that_saving_takes_the_review_back(site: Site, work_as, author, made) -> None:
    before = site.sign_in(author).get(f"/drafts/{made}/edit")
    asked(work_as, author, made)

    after = site.get(f"/drafts/{made}/edit")

    assert "Saving takes the review back" not in before.text
    assert "Saving takes the review back" in after.text


# Expiry, comparison, policy


def test_an_expired_draft_is_read_and_renewed_and_published_only_then(site: Site, clock, author, made) -> None:
    clock.set(clock.now() + timedelta(days=91))
    page = site.sign_in(author).get(f"/drafts/{made}")
    assert "It expired on" in page.text
    assert f"/drafts/{made}/publish" not in page.body
    assert "Its time runs out" in site.get("/drafts/").text

    page = site.post(f"/drafts/{made}/renew", page.form("/renew"), follow=True)

    assert "The draft is renewed." in page.text
    assert f"/drafts/{made}/publish" in page.body


def test_drafts_are_compared_by_the_figures_of_their_previews(
    site: Site, work: Work, mission, author, stranger, made
) -> None:
    published(work, mission, symbol="S/RES/1", effective_on=TODAY, adopted_on=None, tasks=(line("Ceasefire"),))
    other = operations.save_draft(
        work,
        draft=draft(mission, symbol="S/RES/2791", tasks=(line("Ceasefire", paragraph="7", ends_on=date(2028, 1, 1)),)),
    )
    third = operations.save_draft(work, draft=draft(accounts.mission(work, name="MINUSCA"), symbol="S/RES/3"))

    two = site.sign_in(author).get(f"/drafts/compare?draft={made}&draft={other}")
    three = site.get(f"/drafts/compare?draft={made}&draft={other}&draft={third}")

    assert two.status == three.status == 200
    assert "3 tasks that move" in two.text
    assert "not in force" in two.text
    assert "until 31 December 2027" in two.text
    assert "paragraph 7" in two.text
    assert "Gaps that nothing closes" in two.text
    assert "MINUSCA" in three.text
    for query in ("", f"?draft={made}", f"?draft={made}&draft={made}", "?draft=x&draft=y"):
        assert site.get(f"/drafts/compare{query}").location == "/drafts/"
    four = "&".join(f"draft={each}" for each in (made, other, third, 999))
    assert site.get(f"/drafts/compare?{four}").status in {303, 404}
    assert site.sign_in(stranger).get(f"/drafts/compare?draft={made}&draft={other}").status == 403


def test_an_administrator_sets_the_policy_and_sees_what_was_before(site: Site, session: Session, author) -> None:
    page = site.sign_in(accounts.holder(session, Office.ADMINISTRATOR)).get("/administration/drafts")
    assert "as Trainer comes" in page.text

    wrong = site.post("/administration/drafts", page.form() | {"answer_days": "99", "expire_days": "3"})
    none = site.post("/administration/drafts", page.form() | {"answer_days": "many"})
    done = site.post("/administration/drafts", page.form() | {"people": "two", "answer_days": "5"}, follow=True)

    assert (wrong.status, none.status) == (422, 422)
    assert "from 0 to 60" in wrong.text
    assert "from 14 to 730" in wrong.text
    assert "Policy 1 is in force" in done.text
    policy = review_queries.policy(session)
    assert (policy.two_people, policy.answer_days) == (True, 5)
    assert site.sign_in(author).get("/administration/drafts").status == 403


def test_missions_say_how_many_drafts_wait_and_name_none_to_strangers(
    site: Site, work_as, author, reviewer, stranger, mission, made
) -> None:
    asked(work_as, author, made)

    assert "Drafts, 1 waits for you" in site.sign_in(reviewer).get("/missions/").text
    assert "waits for you" not in site.sign_in(author).get("/missions/").text
    for path in ("/missions/", f"/missions/{mission}"):
        assert "S/RES/2790" in site.sign_in(author).get(path).text
        assert "S/RES/2790" not in site.sign_in(stranger).get(path).text
    assert "Drafts" not in site.get("/missions/").text
    assert "There is no draft that you may read." in site.get("/drafts/").text
