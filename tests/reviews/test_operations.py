"""A draft is asked about, reviewed, answered, shared, renewed and published, and its policy kept, on both engines."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import TODAY, work_on
from tests.factories import accounts, reviews
from tests.factories.mandates import draft, line, published
from trainer import reactions
from trainer.accounts.values import MissionId, Office
from trainer.competencies.values import Area
from trainer.interop import mandates_json
from trainer.kernel import ledger
from trainer.kernel.events import Event
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import events, operations, queries
from trainer.mandates.values import DraftId
from trainer.notifications.models import Notification
from trainer.reviews import operations as review_operations
from trainer.reviews import queries as review_queries
from trainer.reviews.values import DEFAULT_POLICY, RemarkKind, Stage, Verdict

WorkAs = Callable[..., Work]


@pytest.fixture
def mission(session: Session) -> MissionId:
    return accounts.mission(session)


@pytest.fixture
def author(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def reviewer(session: Session) -> PersonId:
    return accounts.holder(session, Office.MANDATE_OFFICER)


@pytest.fixture
def owner(work: Work) -> PersonId:
    """Of the protection of civilians; nobody owns gender."""
    somebody = accounts.person(work)
    reviews.owned(work, Area.POC, by=somebody)
    return somebody


@pytest.fixture
def made(work_as: WorkAs, author: PersonId, mission: MissionId) -> DraftId:
    """A draft that gives tasks in two areas."""
    return operations.save_draft(work_as(author), draft=draft(mission, tasks=(line("CivProtect"), line("Gender"))))


def page(session: Session, made: DraftId, on: date = TODAY):
    return queries.draft_page(session, draft=made, on=on)


def of(session: Session, kind: type[Event]) -> list[Event]:
    session.flush()
    found = session.scalars(select(LedgerEntry.id).where(LedgerEntry.event == kind.__name__).order_by(LedgerEntry.id))
    return [ledger.read_event(session, each) for each in found]


def react(work: Work, event: Event) -> None:
    for reaction in reactions.REACTIONS[type(event)]:
        reaction(work, event)
        reaction(work, event)  # it may be repeated, and must not mind


def told(session: Session, made: DraftId, kind: str) -> list[int]:
    query = select(Notification.person_id).where(
        Notification.about_kind == "draft", Notification.about_id == made, Notification.kind == kind
    )
    return sorted(session.scalars(query))


def publish(work: Work, made: DraftId) -> None:
    seen = queries.draft_page(work.session, draft=made, on=work.today)
    operations.publish_draft(work, draft=made, seen_draft=seen.version, seen_version=seen.mandate_version)


# The way of a draft


def test_two_people_and_an_authority_decide_and_it_stays_with_the_text(
    work: Work, work_as: WorkAs, mission, author, reviewer, owner, made
) -> None:
    reviews.policy(work)
    operations.save_draft(work, draft=draft(accounts.mission(work), symbol="S/RES/9"))

    operations.ask_for_review(work_as(author), draft=made, seen_draft=1, text="Look at paragraph 4.")
    asked = page(work.session, made)
    with pytest.raises(operations.NotDecided):
        publish(work_as(reviewer), made)
    operations.answer_draft(work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.AGREE)
    operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.AGREE, text="Good.")
    operations.comment_on_draft(work_as(owner), draft=made, text="Mind the dates.", line=("CivProtect", ""))
    with pytest.raises(operations.NotDecided):
        publish(work_as(author), made)
    publish(work_as(reviewer), made)

    assert asked.standing.stage is Stage.IN_REVIEW
    assert [(each.area, each.authority) for each in asked.standing.areas] == [(Area.POC, owner), (Area.WPS, None)]
    text = queries.mandate_history(work.session, mission=mission)[0]
    story = queries.draft_behind(work.session, instrument=text.id)
    assert story is not None
    assert [(each.kind, each.person, each.text) for each in story.remarks] == [
        (RemarkKind.BEGUN, author, ""),
        (RemarkKind.ASKED, author, "Look at paragraph 4."),
        (RemarkKind.ANSWERED, owner, ""),
        (RemarkKind.REVIEWED, reviewer, "Good."),
        (RemarkKind.COMMENTED, owner, "Mind the dates."),
        (RemarkKind.PUBLISHED, reviewer, ""),
    ]
    assert story.remarks[4].line == ("CivProtect", "")
    event = of(work.session, events.InstrumentPublished)[0]
    assert isinstance(event, events.InstrumentPublished)
    assert event.draft_id == made


def test_what_is_said_is_in_the_ledger_with_its_words_and_found_under_the_draft(
    work: Work, work_as: WorkAs, author, reviewer, owner, made
) -> None:
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    operations.answer_draft(
        work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.OBJECTION, text="Too late."
    )
    operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.CHANGES, text="Mend it.")

    asked = of(work.session, events.DraftReviewAsked)[0]
    answered = of(work.session, events.DraftAnswered)[0]
    reviewed = of(work.session, events.DraftReviewed)[0]
    assert isinstance(asked, events.DraftReviewAsked)
    assert isinstance(answered, events.DraftAnswered)
    assert isinstance(reviewed, events.DraftReviewed)
    assert (asked.areas, asked.unowned) == (("POC", "WPS"), ("WPS",))
    assert (answered.verdict, answered.text, answered.person_id) == ("objection", "Too late.", owner)
    assert (reviewed.agreed, reviewed.text) == (False, "Mend it.")
    assert ("draft", made) in {(each.kind.value, each.id) for each in answered.subjects()}


def test_whoever_is_asked_has_one_message_and_the_authors_hear_what_was_said(
    work: Work, work_as: WorkAs, author, reviewer, owner, made
) -> None:
    elsewhere = accounts.holder(work, Office.MANDATE_OFFICER, mission=accounts.mission(work))
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    react(work, of(work.session, events.DraftReviewAsked)[0])
    operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.AGREE)
    react(work, of(work.session, events.DraftReviewed)[0])
    operations.answer_draft(work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.AGREE)
    react(work, of(work.session, events.DraftAnswered)[0])

    assert told(work.session, made, "draft-asked") == sorted([reviewer, owner])
    assert told(work.session, made, "draft-news") == [author, author]
    assert elsewhere not in told(work.session, made, "draft-asked")


# What is refused


def test_a_change_takes_the_review_back_and_those_who_decided_are_told(
    work: Work, work_as: WorkAs, mission, author, reviewer, owner, made
) -> None:
    reviews.policy(work)
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    operations.answer_draft(work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.AGREE)
    operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.AGREE)
    before = page(work.session, made).draft

    operations.save_draft(work_as(author), draft=before, draft_id=made, seen_version=1)
    same = page(work.session, made).standing.stage
    operations.save_draft(work_as(author), draft=draft(mission, title="Other"), draft_id=made, seen_version=1)
    with pytest.raises(operations.NotDecided):
        publish(work_as(reviewer), made)
    react(work, of(work.session, events.DraftReviewEnded)[0])

    assert same is Stage.AGREED
    after = page(work.session, made)
    assert (after.standing.stage, after.version) == (Stage.DRAFT, 2)
    assert told(work.session, made, "draft-news") == sorted([reviewer, owner])


def test_nobody_reviews_their_own_nor_answers_for_another_area(
    work: Work, work_as: WorkAs, author, reviewer, owner, made
) -> None:
    with pytest.raises(review_operations.NoReview):
        operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.AGREE)
    with pytest.raises(review_operations.NotTheirArea):
        operations.answer_draft(work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.AGREE)
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)

    with pytest.raises(review_operations.NoReview):
        operations.ask_for_review(work_as(reviewer), draft=made, seen_draft=1)
    with pytest.raises(review_operations.OwnDraft):
        operations.review_draft(work_as(author), draft=made, seen_draft=1, verdict=Verdict.AGREE)
    with pytest.raises(review_operations.OwnDraft):
        operations.review_draft(work, draft=made, seen_draft=1, verdict=Verdict.AGREE)
    for person, areas in ((owner, [Area.POC, Area.WPS]), (owner, []), (reviewer, [Area.POC])):
        with pytest.raises(review_operations.NotTheirArea):
            operations.answer_draft(work_as(person), draft=made, seen_draft=1, areas=areas, verdict=Verdict.AGREE)


def test_what_cannot_be_acted_on_without_words_needs_them(
    work: Work, work_as: WorkAs, author, reviewer, owner, made
) -> None:
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    missing = review_operations.WordsMissing

    with pytest.raises(missing):
        operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.CHANGES, text=" ")
    with pytest.raises(missing):
        operations.answer_draft(work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.OBJECTION)
    for text in ("", "  ", "x" * 4_001):
        with pytest.raises(missing):
            operations.comment_on_draft(work_as(owner), draft=made, text=text)


def test_what_was_looked_at_is_what_is_decided_on(
    work: Work, work_as: WorkAs, mission, author, reviewer, owner, made
) -> None:
    operations.save_draft(work_as(author), draft=draft(mission, title="Other"), draft_id=made, seen_version=1)
    operations.ask_for_review(work_as(author), draft=made, seen_draft=2)

    for decide in (
        lambda: operations.ask_for_review(work_as(author), draft=made, seen_draft=1),
        lambda: operations.review_draft(work_as(reviewer), draft=made, seen_draft=1, verdict=Verdict.AGREE),
        lambda: operations.answer_draft(
            work_as(owner), draft=made, seen_draft=1, areas=[Area.POC], verdict=Verdict.AGREE
        ),
    ):
        with pytest.raises(operations.StaleDraft):
            decide()


def test_a_draft_with_problems_is_not_put_up_for_review(work: Work, mission: MissionId) -> None:
    wrong = operations.save_draft(work, draft=draft(mission, symbol="?"))

    with pytest.raises(operations.InvalidDraft):
        operations.ask_for_review(work, draft=wrong, seen_draft=1)


def test_no_way_leads_past_two_people(work: Work, work_as: WorkAs, mission, author, made) -> None:
    published(work, mission, symbol="S/RES/1")
    reviews.policy(work)
    file = mandates_json.read_mandate(json.dumps(mandates_json.write_mandate(work.session, mission=mission)).encode())

    with pytest.raises(operations.NotDecided):
        publish(work_as(author), made)
    with pytest.raises(operations.NotDecided):
        publish(work, made)
    with pytest.raises(operations.SecondPersonNeeded):
        operations.publish_instrument(work, draft=draft(mission, symbol="S/RES/2"), seen_version=1)
    with pytest.raises(operations.SecondPersonNeeded):
        operations.load_instruments(work, instruments=[draft(mission, symbol="S/RES/2")])
    assert operations.load_instruments(work, instruments=[draft(mission, symbol="S/RES/1")]) == ()
    assert mandates_json.store_mandate(work, read=file).already == 1
    assert [each.symbol for each in queries.mandate_history(work.session, mission=mission)] == ["S/RES/1"]


# Readers


def test_a_draft_is_shared_with_people_and_an_office_and_no_longer(
    work: Work, work_as: WorkAs, mission, author, made
) -> None:
    friend = accounts.person(work)
    manager = accounts.holder(work, Office.READINESS_MANAGER, mission=mission)
    elsewhere = accounts.holder(work, Office.READINESS_MANAGER, mission=accounts.mission(work))
    for _ in range(2):
        operations.share_draft(
            work_as(author), draft=made, people=[friend], office=Office.READINESS_MANAGER, mission=mission
        )
    react(work, of(work.session, events.DraftShared)[0])
    readers = page(work.session, made).readers

    operations.end_sharing(work_as(author), draft=made, reader=readers[0].id)
    with pytest.raises(review_operations.NoSuchReader):
        operations.end_sharing(work_as(author), draft=made, reader=readers[0].id)

    assert [(each.person, each.office, each.mission) for each in readers] == [
        (friend, None, None),
        (None, Office.READINESS_MANAGER, mission),
    ]
    assert told(work.session, made, "draft-shared") == sorted([friend, manager])
    assert elsewhere not in told(work.session, made, "draft-shared")
    assert [each.ended_at is None for each in page(work.session, made).readers] == [False, True]


# Expiry


def test_a_draft_is_announced_expires_and_is_renewed_and_nothing_is_lost(
    work: Work, work_as: WorkAs, session: Session, author, reviewer, made
) -> None:
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)
    ends_on = TODAY + timedelta(days=90)
    for day in (TODAY, ends_on - timedelta(days=8)):
        operations.note_draft_days(work_on(session, today=day))
    quiet = of(session, events.DraftExpiresSoon)
    for day in (ends_on - timedelta(days=7), ends_on - timedelta(days=1), ends_on, ends_on + timedelta(days=3)):
        operations.note_draft_days(work_on(session, today=day))
        operations.note_draft_days(work_on(session, today=day))
    late = work_on(session, author, today=ends_on + timedelta(days=3))

    with pytest.raises(operations.NotDecided):
        publish(late, made)
    react(late, of(session, events.DraftExpiresSoon)[0])
    react(late, of(session, events.DraftExpired)[0])
    expired = page(session, made, on=late.today)
    operations.renew_draft(late, draft=made)
    renewed = page(session, made, on=late.today)

    assert quiet == []
    assert len(of(session, events.DraftExpiresSoon)) == len(of(session, events.DraftExpired)) == 1
    assert told(session, made, "draft-news") == [author, author]
    assert expired.standing.expired
    assert (renewed.standing.expired, renewed.standing.stage, renewed.version) == (False, Stage.IN_REVIEW, 1)
    assert renewed.standing.lapses_on == late.today + timedelta(days=90)
    assert [each.kind for each in renewed.remarks][-2:] == [RemarkKind.EXPIRED, RemarkKind.RENEWED]
    operations.note_draft_days(work_on(session, today=late.today + timedelta(days=84)))
    assert len(of(session, events.DraftExpiresSoon)) == 2


def test_of_a_draft_that_nobody_wrote_the_officers_of_its_mission_are_told(
    work: Work, session: Session, mission, author, reviewer
) -> None:
    made = operations.save_draft(work, draft=draft(mission))
    operations.note_draft_days(work_on(session, today=TODAY + timedelta(days=100)))

    react(work, of(session, events.DraftExpired)[0])

    assert told(session, made, "draft-news") == sorted([author, reviewer])


# Policy


def test_every_policy_is_kept_with_who_set_it_and_the_same_again_is_none(
    work: Work, work_as: WorkAs, session: Session
) -> None:
    administrator = accounts.holder(work, Office.ADMINISTRATOR)

    first = reviews.policy(work_as(administrator))
    again = reviews.policy(work_as(administrator))
    second = reviews.policy(work_as(administrator), two_people=False, answer_days=0)

    versions = review_queries.policy_versions(session)
    assert (first, again, second) == (1, 1, 2)
    assert [(each.number, each.set_by) for each in versions] == [(2, administrator), (1, administrator), (0, None)]
    assert versions[-1].policy == DEFAULT_POLICY
    assert review_queries.policy(session) == versions[0].policy
    assert session.scalar(select(func.count()).where(LedgerEntry.event == "DraftPolicySet")) == 2
    with pytest.raises(review_operations.BadPolicy):
        reviews.policy(work, answer_days=99)


def test_the_list_of_drafts_says_where_each_stands(work: Work, work_as: WorkAs, mission, author, owner, made) -> None:
    other = operations.save_draft(work, draft=draft(mission, symbol="S/RES/3"))
    gone = operations.save_draft(work, draft=draft(mission, symbol="S/RES/4"))
    operations.discard_draft(work, draft=gone)
    operations.ask_for_review(work_as(author), draft=made, seen_draft=1)

    found = {each.card.id: each for each in queries.draft_lines(work.session, on=TODAY)}

    assert set(found) == {made, other}
    assert (found[made].standing.stage, found[other].standing.stage) == (Stage.IN_REVIEW, Stage.DRAFT)
    assert [each.area for each in found[made].standing.areas] == [Area.POC, Area.WPS]
    head = queries.draft_head(work.session, draft=gone)
    assert head.discarded_at is not None
    assert [each.kind for each in head.remarks] == [RemarkKind.BEGUN, RemarkKind.DISCARDED]
