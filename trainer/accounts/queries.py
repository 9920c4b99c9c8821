"""Reading people, missions, units, organisations, offices and sign-ins. Everything comes as frozen values."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from trainer.accounts import rules
from trainer.accounts.models import (
    Absence,
    Credential,
    FailedSignIn,
    Membership,
    Mission,
    Organisation,
    Person,
    PostingRow,
    SignIn,
    Unit,
)
from trainer.accounts.values import (
    Account,
    AccountLine,
    LedgerHealth,
    MembershipId,
    MissionCard,
    MissionId,
    MissionStatus,
    Move,
    NewPosting,
    Office,
    OfficeHeld,
    OrganisationCard,
    OrganisationId,
    ParkedReaction,
    PeopleGroup,
    PersonCard,
    PersonPage,
    PersonProfile,
    PlaceColumns,
    Population,
    Posting,
    PostingId,
    Role,
    SignedIn,
    SignInId,
    UnitCard,
    UnitId,
)
from trainer.kernel.db import among, plain_rows
from trainer.kernel.errors import Conflict, Invalid, NotFound, Refusal
from trainer.kernel.ledger import LedgerEntry, ReactionClaim
from trainer.kernel.periods import Period
from trainer.kernel.values import PersonId, wording

_T = TypeVar("_T")
_Columns: TypeAlias = Select[*tuple[Any, ...]]

IDS_PER_STATEMENT = 5000
"""Both engines bound the number of parameters of a statement."""


class NoSuchPerson(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such person. Look for the name or number under People."))


class NoSuchMission(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("There is no such mission. Choose one from the list of missions."))


class PersonHasLeft(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This person has left. Enrol them again before changing anything."))


class EndsBeforeItStarts(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("Enter an end that is later than the start."), field="ends_on")


class UnitElsewhere(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("This unit belongs to another mission. Choose a unit of the mission."), field="unit")


class MissionClosed(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("This mission is closed. Choose another."), field="mission")


class PostedLater(Invalid):
    def __init__(self, starts_on: date) -> None:
        super().__init__(
            wording(
                "Another posting begins on {starts_on}. Let this one end by then, or change that one first.",
                starts_on=starts_on.isoformat(),
            ),
            field="ends_on",
        )


def person_profile(session: Session, *, person: PersonId, on: date) -> PersonProfile:
    """Where one person stands on a day; raises NoSuchPerson."""
    found = profiles_of(session, people=[person], on=on)
    if person not in found:
        raise NoSuchPerson
    return found[person]


def profiles_of(session: Session, *, people: Collection[PersonId], on: date) -> Mapping[PersonId, PersonProfile]:
    """Where these people stand on a day, by id in ascending order; ids nobody has are left out. Two queries."""
    postings = postings_of(session, people=people, on=on)
    found: dict[PersonId, PersonProfile] = {}
    for row in session.execute(_profile_columns().where(among(session, Person.id, people))):
        found[row.id] = _profile(row, rules.posting_on(postings[row.id], on=on))
    return found


def profiles_in(session: Session, *, missions: Collection[MissionId], on: date) -> tuple[PersonProfile, ...]:
    """Everybody whose current posting, or else the next one to come, is in one of the missions, by id; nobody who left.

    Two queries, whatever the number of people.
    """
    there = select(PostingRow.person_id).where(PostingRow.mission_id.in_(missions), _unended(on)).distinct()
    postings: dict[PersonId, list[Posting]] = {}
    for row in session.execute(_posting_columns().where(PostingRow.person_id.in_(there), _unended(on))):
        postings.setdefault(row.person_id, []).append(_posting(row))
    people = session.execute(
        _profile_columns().where(Person.id.in_(there), or_(Person.left_on.is_(None), Person.left_on > on))
    )
    profiles = (_profile(row, rules.posting_on(postings[row.id], on=on)) for row in people)
    wanted = frozenset(missions)
    return tuple(profile for profile in profiles if profile.mission in wanted)


def places_in(session: Session, *, missions: Collection[MissionId], on: date) -> PlaceColumns:
    """The people of `profiles_in` as columns, without making a profile of each. One query."""
    posting, person_row = PostingRow.__table__.c, Person.__table__.c
    rows = plain_rows(
        session,
        select(
            posting.person_id,
            posting.id,
            posting.mission_id,
            posting.unit_id,
            posting.role,
            posting.starts_on,
            posting.ends_on,
            person_row.organisation_id,
            person_row.language,
            cast(person_row.spoken, Text),
        )
        .join(Person.__table__, person_row.id == posting.person_id)
        .where(
            posting.person_id.in_(_posted_in(missions, on=on)),
            _unended(on),
            or_(person_row.left_on.is_(None), person_row.left_on > on),
        ),
    )
    roles = {role: place for place, role in enumerate(Role)}
    spoken: dict[tuple[str, str], int] = {}
    person, number, mission, unit, role, starts_on, ends_on, organisation, speaks = np.array(
        [
            (
                who, at, there, within or 0, roles[does], first.toordinal(), (last or date.max).toordinal(), of,
                spoken.setdefault((reads, text), len(spoken)),
            )
            for who, at, there, within, does, first, last, of, reads, text in rows
        ],
        np.int64,
    ).reshape(-1, 9).T  # fmt: skip
    # the order of `rules.posting_on`: of the current ones the latest begun, else the first to come
    today = on.toordinal()
    before = np.where(starts_on <= today, today - starts_on, starts_on)
    tie = np.where(starts_on <= today, -number, number)
    order = np.lexsort((tie, before, starts_on > today, person))
    everybody, place = np.unique(person[order], return_index=True)
    leaves_on = np.zeros(len(everybody), np.int64)
    np.maximum.at(leaves_on, np.searchsorted(everybody, person), ends_on)
    there = np.isin(mission[order[place]], np.array(sorted(missions), np.int64))
    first = order[place[there]]
    return PlaceColumns(
        person=person[first], mission=mission[first], unit=unit[first], role=role[first], rotates_on=ends_on[first],
        leaves_on=leaves_on[there], organisation=organisation[first], speaks=speaks[first],
        languages=tuple(_languages(reads, json.loads(text)) for reads, text in spoken),
    )  # fmt: skip


def _languages(language: str, spoken: Sequence[str]) -> tuple[str, ...]:
    """In what a person can be taught: what they said, else the language of their pages."""
    return tuple(spoken) or (language,)


def people_groups(session: Session, *, missions: Collection[MissionId], on: date) -> tuple[PeopleGroup, ...]:
    """Count the people of `profiles_in` by mission, role and languages, without making a profile of each. One query."""
    place = func.row_number().over(partition_by=PostingRow.person_id, order_by=(PostingRow.starts_on, PostingRow.id))
    first = (
        select(PostingRow.person_id, PostingRow.mission_id, PostingRow.role, place.label("place"))
        .where(_unended(on))
        .subquery()
    )
    rows = session.execute(
        select(first.c.mission_id, first.c.role, Person.language, Person.spoken, func.count().label("people"))
        .join(Person, Person.id == first.c.person_id)
        .where(first.c.place == 1, first.c.mission_id.in_(missions), or_(Person.left_on.is_(None), Person.left_on > on))
        .group_by(first.c.mission_id, first.c.role, Person.language, Person.spoken)
    )
    counted: Counter[tuple[int, Role, tuple[str, ...]]] = Counter()
    for row in rows:
        counted[row.mission_id, row.role, _languages(row.language, row.spoken)] += row.people
    return tuple(
        PeopleGroup(mission=MissionId(mission), role=Role(role), languages=languages, people=people)
        for (mission, role, languages), people in sorted(counted.items())
    )


def people_in(session: Session, *, missions: Collection[MissionId], on: date) -> int:
    """How many people serve, or will, in one of the missions; one who goes from one to another counts once."""
    there = select(PostingRow.person_id).where(PostingRow.mission_id.in_(missions), _unended(on)).distinct()
    return session.scalar(select(func.count()).select_from(there.subquery())) or 0


def postings_of(session: Session, *, people: Collection[PersonId], on: date) -> Mapping[PersonId, tuple[Posting, ...]]:
    """The postings that have not ended before the day, the earliest first; an empty tuple for somebody with none."""
    found: dict[PersonId, list[Posting]] = {person: [] for person in people}
    for row in session.execute(_posting_columns().where(among(session, PostingRow.person_id, people), _unended(on))):
        found[row.person_id].append(_posting(row))
    return {person: tuple(postings) for person, postings in found.items()}


def absences_of(
    session: Session, *, people: Collection[PersonId], start: date, end: date
) -> Mapping[PersonId, tuple[Period, ...]]:
    """The absences that touch the days from `start` up to `end`, the earliest first; an empty tuple for somebody with none."""
    found: dict[PersonId, list[Period]] = {person: [] for person in people}
    query = (
        select(Absence.person_id, Absence.starts_on, Absence.ends_on)
        .where(among(session, Absence.person_id, people), Absence.starts_on < end, Absence.ends_on > start)
        .order_by(Absence.starts_on, Absence.id)
    )
    for person, starts_on, ends_on in session.execute(query):
        found[PersonId(person)].append(Period(starts_on, ends_on))
    return {person: tuple(periods) for person, periods in found.items()}


def people_cards(session: Session, *, people: Collection[PersonId]) -> Mapping[PersonId, PersonCard]:
    """Names and addresses of these people; ids nobody has are left out."""
    found: dict[PersonId, PersonCard] = {}
    for row in session.execute(_card_columns().where(among(session, Person.id, people)).order_by(Person.id)):
        found[row.id] = _card(row)
    return found


def people_by_email(session: Session, *, emails: Collection[str]) -> Mapping[str, PersonId]:
    """Return who can sign in under each of the addresses, given in small letters; unknown ones are left out. One query."""
    rows = session.execute(
        select(Person.email, Person.id).where(
            Person.email.in_(sorted(set(emails))),
            Person.left_on.is_(None),
            Person.id.in_(select(Credential.person_id)),
        )
    )
    return {email: PersonId(number) for email, number in rows if email is not None}


def people_by_key(session: Session, *, keys: Collection[str]) -> Mapping[str, PersonId]:
    """The people with these numbers; numbers nobody has are left out."""
    found: dict[str, PersonId] = {}
    for batch in _batches(keys):
        found |= {
            key: PersonId(person)
            for key, person in session.execute(select(Person.key, Person.id).where(Person.key.in_(batch)))
        }
    return found


def search_people(
    session: Session,
    *,
    text: str,
    mission: MissionId | None,
    page: int,
    size: int,
    on: date,
    within: Collection[MissionId] | None = None,
) -> tuple[tuple[PersonCard, ...], int]:
    """One page of the people whose names or number hold every word of the text, by name, and how many there are in all.

    With a mission, those posted there on the day or later; `within` confines the search to missions, None to none.
    Nobody who has left. Two queries.
    """
    wanted: list[ColumnElement[bool]] = [or_(Person.left_on.is_(None), Person.left_on > on)]
    wanted.extend(
        or_(Person.search_name.contains(word, autoescape=True), Person.key.contains(word, autoescape=True))
        for word in rules.fold_name(text).split()
    )
    if mission is not None:
        wanted.append(Person.id.in_(_posted_in([mission], on=on)))
    if within is not None:
        wanted.append(Person.id.in_(_posted_in(within, on=on)))
    total = session.scalar(select(func.count()).select_from(Person).where(*wanted)) or 0
    query = _card_columns().where(*wanted).order_by(Person.search_name, Person.id)
    rows = session.execute(query.limit(size).offset((page - 1) * size))
    return tuple(_card(row) for row in rows), total


def person_page(session: Session, *, person: PersonId, on: date) -> PersonPage:
    """One person in full; raises NoSuchPerson. Four queries."""
    row = session.execute(
        _card_columns().add_columns(Person.left_on, Person.invented, Person.spoken).where(Person.id == person)
    ).one_or_none()
    if row is None:
        raise NoSuchPerson
    postings = session.execute(_posting_columns().where(PostingRow.person_id == person))
    absences = absences_of(session, people=[person], start=on, end=date.max)
    return PersonPage(
        card=_card(row),
        left_on=row.left_on,
        invented=row.invented,
        spoken=tuple(row.spoken),
        postings=tuple(_posting(each) for each in reversed(postings.all())),
        absences=absences[person],
        has_password=session.get(Credential, person) is not None,
    )


def foresee_move(session: Session, *, person: PersonId, to: NewPosting) -> Move:
    """What posting a person there would do to their other postings.

    Raises NoSuchPerson, PersonHasLeft, EndsBeforeItStarts, NoSuchMission, MissionClosed, UnitElsewhere, and PostedLater when
    another posting begins within the new one.
    """
    left_on = session.execute(select(Person.left_on).where(Person.id == person)).one_or_none()
    if left_on is None:
        raise NoSuchPerson
    if left_on[0] is not None:
        raise PersonHasLeft
    refuse_place(session, to)
    postings = postings_of(session, people=[person], on=to.starts_on)[person]
    move, within = rules.foreseen(postings, starts_on=to.starts_on, ends_on=to.ends_on)
    if within is not None:
        raise PostedLater(within.starts_on)
    return move


def refuse_place(session: Session, to: NewPosting) -> None:
    """Refuse a posting that nobody can have; raises NoSuchMission, MissionClosed, UnitElsewhere, EndsBeforeItStarts."""
    if to.ends_on is not None and to.ends_on <= to.starts_on:
        raise EndsBeforeItStarts
    found = mission(session, mission=to.mission)
    if found.status is MissionStatus.CLOSED or (found.closes_on is not None and found.closes_on <= to.starts_on):
        raise MissionClosed
    if to.unit is not None and to.unit not in {each.id for each in units_of(session, mission=to.mission)}:
        raise UnitElsewhere


def foresee_moves(
    session: Session, *, moves: Mapping[PersonId, NewPosting]
) -> tuple[Mapping[PersonId, Move], Mapping[PersonId, Refusal]]:
    """What posting many people elsewhere would do to their other postings, and of whom it cannot be done, with the reason.

    Statements grow with the number of different places and first days, not with that of people.
    """
    left: set[PersonId] = set()
    known: set[PersonId] = set()
    for batch in _batches(list(moves)):
        for number, left_on in session.execute(select(Person.id, Person.left_on).where(Person.id.in_(batch))):
            known.add(PersonId(number))
            if left_on is not None:
                left.add(PersonId(number))
    places: dict[NewPosting, Refusal | None] = {}
    for to in dict.fromkeys(moves.values()):
        try:
            refuse_place(session, to)
            places[to] = None
        except Refusal as refusal:
            places[to] = refusal
    answer: dict[PersonId, Move] = {}
    refused: dict[PersonId, Refusal] = {}
    for starts_on in sorted({to.starts_on for to in moves.values()}):
        people = [person for person, to in moves.items() if to.starts_on == starts_on]
        postings = postings_of(session, people=people, on=starts_on)
        for person in people:
            to = moves[person]
            move, within = rules.foreseen(postings.get(person, ()), starts_on=starts_on, ends_on=to.ends_on)
            not_there = places[to]
            if person not in known:
                refused[person] = NoSuchPerson()
            elif person in left:
                refused[person] = PersonHasLeft()
            elif not_there is not None:
                refused[person] = not_there
            elif within is not None:
                refused[person] = PostedLater(within.starts_on)
            else:
                answer[person] = move
    return answer, refused


def missions(session: Session) -> tuple[MissionCard, ...]:
    """All missions by name."""
    rows = session.execute(select(*_MISSION_COLUMNS)).all()
    return tuple(sorted((_mission(row) for row in rows), key=lambda each: (each.name.casefold(), each.id)))


def mission(session: Session, *, mission: MissionId) -> MissionCard:
    """One mission; raises NoSuchMission."""
    return _one_mission(session, Mission.id == mission)


def mission_by_key(session: Session, *, key: str) -> MissionCard:
    """The mission with this short name, in whatever case; raises NoSuchMission."""
    return _one_mission(session, Mission.key == key.strip().lower())


def mission_known_as(session: Session, *, key: str) -> MissionCard | None:
    """The mission with this short name, or nothing."""
    try:
        return mission_by_key(session, key=key)
    except NoSuchMission:
        return None


def contributors_of(session: Session, *, mission: MissionId) -> tuple[str, ...]:
    """Keys of the organisations that contribute to the mission, as it states them."""
    return tuple(session.scalar(select(Mission.contributors).where(Mission.id == mission)) or ())


def units_of(session: Session, *, mission: MissionId) -> tuple[UnitCard, ...]:
    """The units of a mission by name."""
    return units_in(session, missions=[mission])[mission]


def units_in(session: Session, *, missions: Collection[MissionId]) -> Mapping[MissionId, tuple[UnitCard, ...]]:
    """The units of each of these missions, by name; an empty tuple for a mission without any."""
    found: dict[MissionId, list[UnitCard]] = {mission: [] for mission in missions}
    for row in session.execute(_unit_columns().where(Unit.mission_id.in_(found))):
        found[MissionId(row.mission_id)].append(_unit(row))
    return {mission: _by_name(units) for mission, units in found.items()}


def unit_names(session: Session, *, units: Collection[UnitId]) -> Mapping[UnitId, str]:
    """The names of these units."""
    found: dict[UnitId, str] = {}
    for batch in _batches(units):
        found |= {
            UnitId(unit): name for unit, name in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(batch)))
        }
    return found


def organisations(session: Session) -> tuple[OrganisationCard, ...]:
    """All organisations by name."""
    rows = session.execute(select(Organisation.id, Organisation.key, Organisation.name, Organisation.kind))
    cards = (OrganisationCard(id=OrganisationId(row.id), key=row.key, name=row.name, kind=row.kind) for row in rows)
    return tuple(sorted(cards, key=lambda each: (each.name.casefold(), each.id)))


def account_of(session: Session, *, person: PersonId) -> Account:
    """The account of a person; raises NoSuchPerson. Two queries."""
    row = session.execute(
        select(
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.language,
            Person.organisation_id,
            Person.invented,
        ).where(Person.id == person)
    ).one_or_none()
    if row is None:
        raise NoSuchPerson
    held = offices_of(session, person=person)
    partner_for = next(
        (each.organisation for each in held if each.office is Office.TRAINING_PARTNER and each.organisation), None
    )
    return Account(
        person=person,
        name=f"{row.given_name} {row.family_name}",
        email=row.email or "",
        language=row.language,
        offices=frozenset(each.office for each in held),
        organisation=partner_for or OrganisationId(row.organisation_id),
        missions=rules.missions_confined_to((each.office, each.mission) for each in held),
        invented=row.invented,
    )


def offices_of(session: Session, *, person: PersonId) -> tuple[OfficeHeld, ...]:
    """The offices that a person holds, the oldest first."""
    query = _held().where(Membership.person_id == person).order_by(Membership.id)
    return tuple(_office(row) for row in session.execute(query))


def holders_of(
    session: Session,
    *,
    office: Office,
    mission: MissionId | None = None,
    organisation: OrganisationId | None = None,
) -> tuple[PersonId, ...]:
    """Who holds the office, by id; with a mission or an organisation, those whose office reaches it. Nobody who has left."""
    query = (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.office == office, Membership.ended_at.is_(None), Person.left_on.is_(None))
        .distinct()
        .order_by(Membership.person_id)
    )
    if mission is not None:
        query = query.where(or_(Membership.mission_id.is_(None), Membership.mission_id == mission))
    if organisation is not None:
        query = query.where(func.coalesce(Membership.organisation_id, Person.organisation_id) == organisation)
    return tuple(PersonId(person) for person in session.scalars(query))


def accounts(session: Session, *, page: int, size: int) -> tuple[tuple[AccountLine, ...], int]:
    """One page of those who can sign in or hold an office, by name, and how many there are in all. Four queries."""
    known = Person.left_on.is_(None) & or_(
        Person.id.in_(select(Credential.person_id)),
        Person.id.in_(select(Membership.person_id).where(Membership.ended_at.is_(None))),
    )
    total = session.scalar(select(func.count()).select_from(Person).where(known)) or 0
    query = _card_columns().where(known).order_by(Person.search_name, Person.id)
    cards = [_card(row) for row in session.execute(query.limit(size).offset((page - 1) * size))]
    people = [card.id for card in cards]
    held: dict[PersonId, list[OfficeHeld]] = {}
    for row in session.execute(_held().where(Membership.person_id.in_(people)).order_by(Membership.id)):
        held.setdefault(PersonId(row.person_id), []).append(_office(row))
    seen = {
        PersonId(person): at
        for person, at in session.execute(
            select(SignIn.person_id, func.max(SignIn.seen_at))
            .where(SignIn.person_id.in_(people))
            .group_by(SignIn.person_id)
        )
    }
    lines = (
        AccountLine(card=card, offices=tuple(held.get(card.id, ())), last_seen_at=seen.get(card.id)) for card in cards
    )
    return tuple(lines), total


def hash_of(token: str) -> str:
    """What is stored of a token: its SHA-256 as hex, so that the table opens no browser to who reads it."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_of(session: Session, *, token: str, now: datetime) -> PersonId | None:
    """Whose browser holds the token; None if it was signed out, stood idle too long, is too old, or the person left."""
    found = signed_in(session, token=token, now=now)
    return found.person if found else None


def signed_in(session: Session, *, token: str, now: datetime) -> SignedIn | None:
    """The sign-in that the token holds, on the terms of `sign_in_of`; also says when the browser was last seen."""
    query = _sign_ins(now=now).where(SignIn.token_hash == hash_of(token))
    row = session.execute(query).one_or_none()
    return _signed_in(row) if row else None


def sign_ins_of(session: Session, *, person: PersonId, now: datetime) -> tuple[SignedIn, ...]:
    """The browsers in which the person is signed in, the latest seen first."""
    query = _sign_ins(now=now).where(SignIn.person_id == person).order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    return tuple(_signed_in(row) for row in session.execute(query))


def failures_of(
    session: Session, *, login: str, address: str, now: datetime
) -> tuple[tuple[datetime, ...], tuple[datetime, ...]]:
    """The recent failed attempts with this login, and those from this address."""
    since = now - rules.FAILURE_WINDOW
    by_login = session.scalars(select(FailedSignIn.at).where(FailedSignIn.login == login, FailedSignIn.at > since))
    by_address = session.scalars(
        select(FailedSignIn.at).where(FailedSignIn.address == address, FailedSignIn.at > since)
    )
    return tuple(by_login), tuple(by_address)


def has_one_time_password(session: Session, *, person: PersonId) -> bool:
    """Whether the person has yet to choose a password of their own."""
    return session.scalar(select(Credential.one_time).where(Credential.person_id == person)) or False


def population(session: Session) -> Population:
    """How many people, accounts, missions and organisations there are."""
    here = Person.left_on.is_(None)
    accounts = select(func.count()).select_from(Credential).join(Person, Person.id == Credential.person_id).where(here)
    return Population(
        people=session.scalar(select(func.count()).select_from(Person).where(here)) or 0,
        real=session.scalar(select(func.count()).select_from(Person).where(Person.invented.is_(False))) or 0,
        accounts=session.scalar(accounts) or 0,
        missions=session.scalar(select(func.count()).select_from(Mission)) or 0,
        organisations=session.scalar(select(func.count()).select_from(Organisation)) or 0,
    )


def ledger_health(session: Session) -> LedgerHealth:
    """What was recorded and not yet answered, and the last fifty reactions that were given up."""
    count, oldest = session.execute(
        select(func.count(), func.min(LedgerEntry.recorded_at)).where(LedgerEntry.settled_at.is_(None))
    ).one()
    parked = session.execute(
        select(
            ReactionClaim.entry_id,
            LedgerEntry.event,
            ReactionClaim.reaction,
            ReactionClaim.parked_at,
            ReactionClaim.last_error,
        )
        .join(LedgerEntry, LedgerEntry.id == ReactionClaim.entry_id)
        .where(ReactionClaim.parked_at.is_not(None))
        .order_by(ReactionClaim.parked_at.desc(), ReactionClaim.id.desc())
        .limit(50)
    )
    return LedgerHealth(
        open_entries=count,
        oldest_open_at=oldest,
        parked=tuple(
            ParkedReaction(
                entry=row.entry_id,
                event=row.event,
                reaction=row.reaction,
                parked_at=row.parked_at,
                error=row.last_error or "",
            )
            for row in parked
        ),
    )


def _batches(items: Collection[_T]) -> Iterator[list[_T]]:
    listed = list(items)
    for start in range(0, len(listed), IDS_PER_STATEMENT):
        yield listed[start : start + IDS_PER_STATEMENT]


def _unended(on: date) -> ColumnElement[bool]:
    return or_(PostingRow.ends_on.is_(None), PostingRow.ends_on > on)


def _posted_in(missions: Collection[MissionId], *, on: date) -> Select[int]:
    return select(PostingRow.person_id).where(PostingRow.mission_id.in_(missions), _unended(on))


def _posting_columns() -> _Columns:
    return select(
        PostingRow.id,
        PostingRow.person_id,
        PostingRow.mission_id,
        PostingRow.unit_id,
        PostingRow.role,
        PostingRow.starts_on,
        PostingRow.ends_on,
    ).order_by(PostingRow.person_id, PostingRow.starts_on, PostingRow.id)


def _posting(row: Any) -> Posting:
    return Posting(
        id=PostingId(row.id),
        person=PersonId(row.person_id),
        mission=MissionId(row.mission_id),
        unit=row.unit_id,
        role=row.role,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def _profile_columns() -> _Columns:
    return select(
        Person.id, Person.given_name, Person.family_name, Person.organisation_id, Person.language, Person.spoken
    ).order_by(Person.id)


def _profile(row: Any, posting: Posting | None) -> PersonProfile:
    return PersonProfile(
        id=PersonId(row.id),
        name=f"{row.given_name} {row.family_name}",
        role=posting.role if posting else None,
        mission=posting.mission if posting else None,
        unit=posting.unit if posting else None,
        organisation=OrganisationId(row.organisation_id),
        languages=_languages(row.language, row.spoken),
        deployed_on=posting.starts_on if posting else None,
        rotates_on=posting.ends_on if posting else None,
    )


def _card_columns() -> _Columns:
    return select(
        Person.id,
        Person.key,
        Person.given_name,
        Person.family_name,
        Person.email,
        Person.language,
        Person.organisation_id,
        Organisation.name.label("organisation_name"),
    ).join(Organisation, Organisation.id == Person.organisation_id)


def _card(row: Any) -> PersonCard:
    return PersonCard(
        id=PersonId(row.id),
        key=row.key,
        name=f"{row.given_name} {row.family_name}",
        email=row.email or "",
        language=row.language,
        organisation=OrganisationId(row.organisation_id),
        organisation_name=row.organisation_name,
    )


_MISSION_COLUMNS = (
    Mission.id,
    Mission.key,
    Mission.name,
    Mission.full_name,
    Mission.place,
    Mission.lead,
    Mission.status,
    Mission.region,
    Mission.time_zone,
    Mission.strength,
    Mission.certainty,
    Mission.draws_down_on,
    Mission.liquidates_on,
    Mission.closes_on,
    Mission.translations,
)


def _one_mission(session: Session, wanted: ColumnElement[bool]) -> MissionCard:
    row = session.execute(select(*_MISSION_COLUMNS).where(wanted)).one_or_none()
    if row is None:
        raise NoSuchMission
    return _mission(row)


def _mission(row: Any) -> MissionCard:
    said = dict(row._mapping)  # noqa: SLF001 - its public name for a row as a mapping
    others = said.pop("translations")
    for about in ("full_name", "place", "strength"):
        said[about] = {"en": said[about]} | others.get(about, {})
    return MissionCard(**said)


def _unit_columns() -> _Columns:
    return select(Unit.id, Unit.mission_id, Unit.organisation_id, Unit.key, Unit.name, Unit.role, Unit.place)


def _unit(row: Any) -> UnitCard:
    return UnitCard(
        id=UnitId(row.id),
        mission=MissionId(row.mission_id),
        organisation=OrganisationId(row.organisation_id),
        key=row.key,
        name=row.name,
        role=row.role,
        place=row.place,
    )


def _by_name(units: Iterable[UnitCard]) -> tuple[UnitCard, ...]:
    return tuple(sorted(units, key=lambda each: (each.name.casefold(), each.id)))


def _held() -> _Columns:
    return select(
        Membership.id,
        Membership.person_id,
        Membership.office,
        Membership.mission_id,
        Membership.organisation_id,
        Membership.granted_at,
    ).where(Membership.ended_at.is_(None))


def _office(row: Any) -> OfficeHeld:
    return OfficeHeld(
        id=MembershipId(row.id),
        person=PersonId(row.person_id),
        office=row.office,
        mission=row.mission_id,
        organisation=row.organisation_id,
        granted_at=row.granted_at,
    )


def _sign_ins(*, now: datetime) -> _Columns:
    return (
        select(SignIn.id, SignIn.person_id, SignIn.began_at, SignIn.seen_at, SignIn.browser)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.ended_at.is_(None),
            SignIn.seen_at > now - rules.IDLE_LIMIT,
            SignIn.began_at > now - rules.ABSOLUTE_LIMIT,
            Person.left_on.is_(None),
        )
    )


def _signed_in(row: Any) -> SignedIn:
    return SignedIn(
        id=SignInId(row.id),
        person=PersonId(row.person_id),
        began_at=row.began_at,
        seen_at=row.seen_at,
        browser=row.browser,
    )
