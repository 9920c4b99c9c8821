"""What is held, waived and owned: with rows around that must not return, and the number of queries pinned."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories import accounts
from tests.factories.competencies import (
    AID,
    CONDUCT,
    POC,
    TODAY,
    VALUES,
    adopted,
    granted_waiver,
    recorded_evidence,
)
from trainer.competencies import operations, queries
from trainer.competencies.queries import NoSuchCompetency, NoSuchWaiver
from trainer.competencies.values import CompetencyKey, Currency, Level, WaiverId
from trainer.kernel.work import Work


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    session.flush()
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield sent
    event.remove(bind, "before_cursor_execute", note)


def test_evidence_comes_for_everybody_asked_about_and_nobody_else(work: Work) -> None:
    adopted(work)
    holder, newcomer, stranger = (accounts.person(work) for _ in range(3))
    first = recorded_evidence(work, holder)
    second = recorded_evidence(work, holder, competency=CONDUCT, observed_on=date(2020, 1, 1))
    recorded_evidence(work, stranger)

    found = queries.evidence_of(work.session, people=[newcomer, holder])

    assert {person: [piece.id for piece in pieces] for person, pieces in found.items()} == {
        newcomer: [],
        holder: [first, second],
    }


def test_evidence_of_many_people_takes_one_query(work: Work) -> None:
    adopted(work)
    people = [accounts.person(work) for _ in range(5)]
    for person in people:
        recorded_evidence(work, person)

    with statements(work.session) as sent:
        found = queries.evidence_of(work.session, people=people)

    assert [len(pieces) for pieces in found.values()] == [1] * 5
    assert len(sent) == 1


def test_waivers_come_only_while_they_hold(work: Work) -> None:
    adopted(work)
    person, manager, stranger = (accounts.person(work) for _ in range(3))
    held = granted_waiver(work, person, by=manager)
    granted_waiver(work, person, by=manager, competency=CONDUCT, starts_on=TODAY + timedelta(days=1))
    granted_waiver(work, stranger, by=manager)
    revoked = granted_waiver(work, person, by=manager, competency=AID)
    operations.revoke_waiver(work, waiver=revoked)

    found = queries.waivers_of(work.session, people=[person, manager], on=TODAY)

    assert {who: [each.id for each in waivers] for who, waivers in found.items()} == {person: [held], manager: []}


def test_the_record_shows_every_waiver_latest_first(work: Work) -> None:
    adopted(work)
    person, manager = accounts.person(work), accounts.person(work)
    now = granted_waiver(work, person, by=manager)
    coming = granted_waiver(work, person, by=manager, competency=CONDUCT, starts_on=TODAY + timedelta(days=9))
    revoked = granted_waiver(work, person, by=manager, competency=AID)
    operations.revoke_waiver(work, waiver=revoked)

    entries = queries.waiver_entries(work.session, person=person, on=TODAY)

    assert [(each.waiver.id, each.in_force) for each in entries] == [(coming, False), (revoked, False), (now, True)]
    assert entries[1].revoked_at == work.now
    assert entries[2].waiver.last_on == TODAY + timedelta(days=29)
    assert queries.waiver_entry(work.session, waiver=now, on=TODAY) == entries[2]


def test_holdings_come_in_the_order_of_areas_and_framework(work: Work) -> None:
    adopted(work)
    person, stranger = accounts.person(work), accounts.person(work)
    for key in (POC, VALUES, CONDUCT):
        recorded_evidence(work, person, competency=key)
    recorded_evidence(work, person, level=Level.AWARE, observed_on=date(2020, 1, 1))
    recorded_evidence(work, stranger, competency=AID)

    held = queries.holdings_of(work.session, person=person, on=TODAY)

    assert [each.competency for each in held] == [CONDUCT, VALUES, POC]
    assert [each.state for each in held] == [Currency.CURRENT] * 3
    assert [len(each.earlier) for each in held] == [0, 0, 1]


def test_one_competency_is_found_by_its_key_or_refused(work: Work) -> None:
    adopted(work)

    assert queries.competency(work.session, key=POC).key == POC
    with pytest.raises(NoSuchCompetency):
        queries.competency(work.session, key=CompetencyKey("juggling"))
    with pytest.raises(NoSuchWaiver):
        queries.waiver_entry(work.session, waiver=WaiverId(1), on=TODAY)


def test_the_framework_adopted_last_is_named(work: Work) -> None:
    assert queries.adopted_framework(work.session) is None

    adopted(work)
    adopted(work, version="2", digest="2" * 64)

    assert queries.adopted_framework(work.session) == ("peace-operations", "2")
