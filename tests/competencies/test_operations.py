"""Adopting frameworks, recording evidence, telling expiries, granting waivers: on both engines."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import accounts
from tests.factories.competencies import (
    AID,
    CONDUCT,
    POC,
    TODAY,
    VALUES,
    adopted,
    competency,
    framework,
    granted_waiver,
    recorded_evidence,
)
from trainer.competencies import operations, queries
from trainer.competencies.operations import (
    CompetencyTaken,
    FrameworkRewritten,
    ObservedInFuture,
    OwnEvidence,
    OwnWaiver,
    WaiverOver,
    WaiverOverlaps,
)
from trainer.competencies.queries import NoSuchCompetency, NoSuchWaiver
from trainer.competencies.values import (
    Area,
    CompetencyKey,
    Level,
    NewEvidence,
    Owners,
    Source,
    SourceRef,
    WaiverId,
)
from trainer.kernel.errors import Invalid
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work

WorkAs = Callable[..., Work]


def recorded(work: Work, event: str) -> list[dict[str, Any]]:
    """The payloads of the entries of that name, oldest first."""
    work.session.flush()
    found = select(LedgerEntry.payload).where(LedgerEntry.event == event).order_by(LedgerEntry.id)
    return list(work.session.scalars(found))


# frameworks


def test_adopting_a_framework_puts_its_competencies_into_use(work: Work) -> None:
    adopted(work)

    known = queries.competencies(work.session)

    assert list(known) == [CONDUCT, AID, VALUES, POC]
    assert known[POC].valid_months == 24
    assert known[POC].title["fr"] == "Titre de protection-of-civilians"
    assert [each["version"] for each in recorded(work, "FrameworkAdopted")] == ["1"]


def test_adopting_the_same_framework_again_changes_nothing(work: Work) -> None:
    adopted(work)
    adopted(work)

    assert len(recorded(work, "FrameworkAdopted")) == 1


def test_the_same_version_with_other_content_is_refused(work: Work) -> None:
    adopted(work)

    with pytest.raises(FrameworkRewritten):
        adopted(work, digest="1" * 64)


def test_a_new_version_changes_retires_and_takes_back_competencies(work: Work) -> None:
    adopted(work)
    shorter = (competency(POC, valid_months=12),)

    adopted(work, version="2", digest="2" * 64, competencies=shorter)
    between = queries.competencies(work.session)
    adopted(work, version="3", digest="3" * 64)
    after = queries.competencies(work.session)

    assert between[POC].valid_months == 12
    assert between[CONDUCT].retired_on == TODAY
    assert [key for key, each in after.items() if each.retired_on] == []


def test_a_framework_cannot_take_the_competencies_of_another(work: Work) -> None:
    adopted(work)

    with pytest.raises(CompetencyTaken):
        operations.adopt_framework(work, framework=framework(key="another", competencies=(competency(POC),)))


def test_area_owners_are_named_and_replaced(work: Work) -> None:
    authority, head = accounts.person(work), accounts.person(work)

    operations.name_area_owners(
        work, area=Area.POC, owners=Owners(requirements_authority=authority, department_head=None)
    )
    operations.name_area_owners(
        work, area=Area.POC, owners=Owners(requirements_authority=authority, department_head=head)
    )

    owners = queries.area_owners(work.session)
    assert owners[Area.POC] == Owners(requirements_authority=authority, department_head=head)
    assert owners[Area.CND] == Owners(requirements_authority=None, department_head=None)
    assert len(recorded(work, "AreaOwnersNamed")) == 2


# evidence


def test_recorded_evidence_runs_out_by_the_policy_of_its_competency(work: Work) -> None:
    adopted(work)
    person = accounts.person(work)

    recorded_evidence(work, person, competency=CONDUCT, observed_on=date(2026, 2, 28))
    recorded_evidence(work, person, competency=VALUES, observed_on=date(2020, 1, 1))

    first, second = queries.evidence_of(work.session, people=[person])[person]
    assert (first.expires_on, second.expires_on) == (date(2027, 2, 28), None)
    assert (first.level, first.source, first.subject) == (Level.PRACTISED, Source.RECOGNISED, "A course")


def test_recording_evidence_is_told_once_with_its_expiry(work: Work) -> None:
    adopted(work)
    person = accounts.person(work)

    number = recorded_evidence(work, person, observed_on=date(2026, 11, 1))

    (told,) = recorded(work, "EvidenceRecorded")
    assert (told["evidence_id"], told["person_id"], told["expires_on"]) == (number, person, "2028-11-01")


def test_evidence_of_a_day_to_come_or_of_an_unknown_competency_is_refused(work: Work) -> None:
    adopted(work)
    person = accounts.person(work)

    with pytest.raises(ObservedInFuture):
        recorded_evidence(work, person, observed_on=TODAY + timedelta(days=1))
    with pytest.raises(NoSuchCompetency):
        recorded_evidence(work, person, competency=CompetencyKey("juggling"))


def test_a_person_may_attest_others_but_only_declare_about_themselves(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    manager, person = accounts.person(work), accounts.person(work)
    by_manager = work_as(manager)
    given: dict[str, Any] = {"competency": POC, "level": Level.AWARE, "observed_on": TODAY}

    operations.attest_competency(by_manager, person=person, source=SourceRef(source=Source.OBSERVED), **given)
    operations.attest_competency(by_manager, person=manager, source=SourceRef(source=Source.SELF_DECLARED), **given)
    with pytest.raises(OwnEvidence):
        operations.attest_competency(by_manager, person=manager, source=SourceRef(source=Source.OBSERVED), **given)


def entry(person: PersonId, **changes: Any) -> NewEvidence:
    """The protection of civilians, a month ago."""
    given: dict[str, Any] = {
        "competency": POC,
        "level": Level.PRACTISED,
        "observed_on": TODAY - timedelta(days=30),
        "source": SourceRef(source=Source.RECOGNISED, subject="A course"),
    } | changes
    return NewEvidence(person=person, **given)


def test_much_evidence_is_recorded_with_one_event(work: Work) -> None:
    adopted(work)
    people = [accounts.person(work) for _ in range(3)]

    count = operations.record_evidence_in_bulk(
        work, rows=[entry(person, competency=key) for person in people for key in (POC, VALUES)]
    )

    held = queries.evidence_of(work.session, people=people)
    assert count == 6
    assert [len(held[person]) for person in people] == [2, 2, 2]
    assert recorded(work, "EvidenceLoaded") == [{"rows": 6, "people": 3}]
    assert recorded(work, "EvidenceRecorded") == []


def test_nothing_is_recorded_for_no_rows_or_when_one_row_is_wrong(work: Work) -> None:
    adopted(work)
    person = accounts.person(work)

    assert operations.record_evidence_in_bulk(work, rows=[]) == 0
    with pytest.raises(ObservedInFuture):
        operations.record_evidence_in_bulk(
            work, rows=[entry(person), entry(person, observed_on=TODAY + timedelta(days=1))]
        )

    assert queries.evidence_of(work.session, people=[person])[person] == ()
    assert recorded(work, "EvidenceLoaded") == []


# expiries


def test_an_expiry_is_told_once_when_near_and_once_when_past(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    person, colleague = accounts.person(work), accounts.person(work)
    recorded_evidence(work, person, competency=CONDUCT, observed_on=date(2026, 11, 1))
    recorded_evidence(work, colleague, competency=VALUES)

    for day in (
        date(2027, 8, 2),
        date(2027, 8, 3),
        date(2027, 8, 4),
        date(2027, 10, 31),
        date(2027, 11, 1),
        date(2028, 1, 1),
    ):
        operations.note_expiries(work_as(None, today=day))

    told = recorded(work, "ExpiriesCameDue")
    assert [(each["on"], each["due_soon"], each["expired"]) for each in told] == [
        ("2027-08-03", 1, 0),
        ("2027-11-01", 0, 1),
    ]
    assert {tuple(each["people"]) for each in told} == {(person,)}


def test_days_without_the_job_are_caught_up(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    person = accounts.person(work)
    recorded_evidence(work, person, competency=CONDUCT)

    operations.note_expiries(work_as(None, today=date(2030, 1, 1)))
    operations.note_expiries(work_as(None, today=date(2030, 1, 2)))

    (told,) = recorded(work, "ExpiriesCameDue")
    assert (told["on"], told["due_soon"], told["expired"]) == ("2030-01-01", 0, 1)


def test_the_end_of_renewed_evidence_is_no_news(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    renewed, lower = accounts.person(work), accounts.person(work)
    for person in (renewed, lower):
        recorded_evidence(work, person, competency=CONDUCT, observed_on=date(2026, 1, 10))
    later = work_as(None, today=date(2026, 12, 1))
    recorded_evidence(later, renewed, competency=CONDUCT, observed_on=date(2026, 12, 1))
    recorded_evidence(later, lower, competency=CONDUCT, level=Level.AWARE, observed_on=date(2026, 12, 1))

    operations.note_expiries(work_as(None, today=date(2027, 1, 10)))

    (told,) = recorded(work, "ExpiriesCameDue")
    assert told["people"] == [lower]


def test_what_was_past_or_near_when_it_was_recorded_is_no_news_later(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    person = accounts.person(work)
    rows = [
        entry(person, competency=CONDUCT, observed_on=date(2020, 1, 1)),
        entry(person, competency=AID, observed_on=date(2025, 12, 24)),
    ]
    operations.record_evidence_in_bulk(work, rows=rows)

    operations.note_expiries(work)
    operations.note_expiries(work_as(None, today=date(2026, 12, 24)))

    (told,) = recorded(work, "ExpiriesCameDue")
    assert (told["on"], told["expired"], told["due_soon"]) == ("2026-12-24", 1, 0)


# waivers


def test_a_waiver_holds_from_its_first_day_up_to_its_end(work: Work) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)
    number = granted_waiver(work, person, by=manager, starts_on=TODAY, ends_on=TODAY + timedelta(days=2))

    held = [
        [each.id for each in queries.waivers_of(work.session, people=[person], on=TODAY + timedelta(days=away))[person]]
        for away in (-1, 0, 1, 2)
    ]

    assert held == [[], [number], [number], []]
    (told,) = recorded(work, "WaiverGranted")
    assert (told["person_id"], told["competency"], told["ends_on"]) == (person, POC, "2026-11-26")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"ends_on": TODAY}, "ends_on", id="ends as it begins"),
        pytest.param({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1)}, "ends_on", id="over already"),
        pytest.param({"reason": "  "}, "reason", id="without a reason"),
        pytest.param({"mitigation": ""}, "mitigation", id="without mitigation"),
    ],
)
def test_a_waiver_that_says_nothing_is_refused(work: Work, changes: dict[str, Any], field: str) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)

    with pytest.raises(Invalid) as refusal:
        granted_waiver(work, person, by=manager, **changes)

    assert refusal.value.field == field


def test_nobody_waives_their_own_requirement_or_an_unknown_one(work: Work) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)

    with pytest.raises(OwnWaiver):
        granted_waiver(work, person, by=person)
    with pytest.raises(NoSuchCompetency):
        granted_waiver(work, person, by=manager, competency=CompetencyKey("juggling"))


def test_waivers_of_one_competency_do_not_overlap(work: Work) -> None:
    adopted(work)
    person, colleague, manager = (accounts.person(work) for _ in range(3))
    first = granted_waiver(work, person, by=manager, starts_on=TODAY, ends_on=date(2026, 12, 24))

    granted_waiver(work, colleague, by=manager)
    granted_waiver(work, person, by=manager, competency=CONDUCT)
    granted_waiver(work, person, by=manager, starts_on=date(2026, 12, 24), ends_on=date(2027, 1, 1))
    with pytest.raises(WaiverOverlaps) as refusal:
        granted_waiver(work, person, by=manager, starts_on=date(2026, 12, 23), ends_on=date(2027, 2, 1))
    assert "2026-12-23" in str(refusal.value.message)
    operations.revoke_waiver(work, waiver=first)
    granted_waiver(work, person, by=manager, starts_on=TODAY, ends_on=date(2026, 12, 24))


def test_a_revoked_waiver_no_longer_holds_and_cannot_be_revoked_again(work: Work) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)
    number = granted_waiver(work, person, by=manager)

    operations.revoke_waiver(work, waiver=number)

    assert queries.waivers_of(work.session, people=[person], on=TODAY)[person] == ()
    assert recorded(work, "WaiverRevoked") == [{"waiver_id": number, "person_id": person}]
    with pytest.raises(WaiverOver):
        operations.revoke_waiver(work, waiver=number)
    with pytest.raises(NoSuchWaiver):
        operations.revoke_waiver(work, waiver=WaiverId(number + 1000))


def test_a_waiver_that_has_ended_cannot_be_revoked(work: Work, work_as: WorkAs) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)
    number = granted_waiver(work, person, by=manager, ends_on=date(2026, 12, 1))

    with pytest.raises(WaiverOver):
        operations.revoke_waiver(work_as(manager, today=date(2026, 12, 1)), waiver=number)
