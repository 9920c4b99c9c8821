"""Storing the invented people: who they are, where they are posted, what they have proved, and who of them signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from random import Random
from typing import TypeVar

from trainer.accounts import operations as account_operations
from trainer.accounts import queries as account_queries
from trainer.accounts.values import MissionId, NewPerson, Office, Role
from trainer.competencies import operations as competency_operations
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area, CompetencyKey, NewEvidence, Owners
from trainer.demo import accounts
from trainer.demo.accounts import AccountFact
from trainer.demo.people import ARRIVING, DEPLOYED, Places, Wanted, invent_evidence
from trainer.kernel.values import PersonId
from trainer.kernel.work import Work
from trainer.mandates import queries as mandate_queries
from trainer.mandates.values import Demand, Scope

BATCH = 5000
WAIVERS = (
    (
        "The certificate is with the national authority and will follow.",
        "Works beside a colleague who holds it until then.",
    ),
    ("Arrived at short notice to fill a gap.", "Stays in the base until the course of next month."),
    ("Medical reasons keep the person from the practical part.", "Desk duty; the commander reviews every month."),
)

Asked = Mapping[tuple[MissionId, Role], tuple[Wanted, ...]]
Item = TypeVar("Item")


def asked_of(work: Work) -> Asked:
    """What is asked today of each role in each mission, as far as inventing evidence needs to know."""
    missions = [each.id for each in account_queries.missions(work.session)]
    demands = mandate_queries.demands_of(work.session, missions=missions, on=work.today)
    return {place: tuple(_wanted(each) for each in found) for place, found in demands.items()}


def _wanted(demand: Demand) -> Wanted:
    percent = {Scope.EVERYONE: 100, Scope.SHARE: demand.scope_size, Scope.AT_LEAST: 2 * demand.scope_size}
    return Wanted(
        competency=demand.competency,
        level=demand.level,
        least_source=demand.least_source,
        percent=percent[demand.scope],
    )


def store_people(work: Work, *, batch: Sequence[NewPerson], asked: Asked, chance: Random) -> None:
    """Enrol some people with what they have proved; does nothing when the first of them is there."""
    if account_queries.people_by_key(work.session, keys=[batch[0].key]):
        return
    ids = account_operations.enrol_people(work, people=batch)
    competency_operations.record_evidence_in_bulk(work, rows=_evidence(work, batch, ids, asked=asked, chance=chance))


def _evidence(
    work: Work, batch: Iterable[NewPerson], ids: Mapping[str, PersonId], *, asked: Asked, chance: Random
) -> Iterator[NewEvidence]:
    months = valid_months(work)
    for each in batch:
        for posting in each.postings:
            yield from invent_evidence(
                ids[each.key],
                asked.get((posting.mission, posting.role), ()),
                odds=DEPLOYED if posting.starts_on <= work.today else ARRIVING,
                chance=chance,
                months=months,
                today=work.today,
            )


def valid_months(work: Work) -> Mapping[CompetencyKey, int]:
    """How long each competency is valid."""
    return {key: each.valid_months for key, each in competency_queries.competencies(work.session).items()}


def store_accounts(work: Work, *, facts: Iterable[AccountFact], places: Places) -> None:
    """Enrol who can sign in, with office, password, evidence and the areas they own."""
    facts = [each for each in facts if each.posting is None or each.posting.mission in places.missions]
    known = account_queries.people_by_key(work.session, keys=[each.key for each in facts])
    owners: dict[Area, tuple[PersonId | None, PersonId | None]] = {}
    for fact in facts:
        if fact.key in known:
            continue
        person = account_operations.enrol_person(
            work, person=accounts.new_person(fact, places=places, today=work.today)
        )
        if fact.office is not None:
            partner = fact.office is Office.TRAINING_PARTNER
            account_operations.grant_office(
                work,
                person=person,
                office=fact.office,
                organisation=places.organisations[fact.organisation] if partner else None,
            )
        account_operations.set_password(work, person=person, password=accounts.PASSWORD)
        competency_operations.record_evidence_in_bulk(
            work, rows=accounts.evidence_of(fact, person=person, today=work.today)
        )
        for area in fact.authority:
            owners[area] = (person, owners.get(area, (None, None))[1])
        for area in fact.head:
            owners[area] = (owners.get(area, (None, None))[0], person)
    for area, (authority, head) in owners.items():
        competency_operations.name_area_owners(
            work, area=area, owners=Owners(requirements_authority=authority, department_head=head)
        )


def store_waivers(work: Work, *, people: Sequence[PersonId], asked: Asked, granted_by: PersonId, most: int) -> None:
    """Waive one requirement each for a few of the people who never met it, until a day in the next months.

    Does nothing when any of them has a waiver.
    """
    held = competency_queries.evidence_of(work.session, people=people)
    profiles = account_queries.profiles_of(work.session, people=people, on=work.today)
    granted = 0
    if any(competency_queries.waivers_of(work.session, people=people, on=work.today).values()):
        return
    for place, person in enumerate(people):
        profile = profiles[person]
        if profile.mission is None or profile.role is None or granted == most:
            continue
        has = {each.competency for each in held.get(person, ())}
        lacks = [
            each.competency
            for each in asked.get((profile.mission, profile.role), ())
            if each.percent == 100 and each.competency not in has
        ]
        if not lacks:
            continue
        granted += 1
        reason, mitigation = WAIVERS[place % len(WAIVERS)]
        competency_operations.grant_waiver(
            work,
            person=person,
            competency=lacks[0],
            starts_on=work.today - timedelta(days=7 + place % 20),
            ends_on=work.today + timedelta(days=40 + place % 60),
            granted_by=granted_by,
            reason=reason,
            mitigation=mitigation,
        )


def in_batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Hand the items on in lists of at most `size`."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


OpenWork = Callable[[], AbstractContextManager[Work]]
"""Opens one transaction, with whatever job the caller acts as."""
