"""Changing people, postings, offices, passwords and sign-ins. Nothing here is deleted but attempts that no longer count."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import aliased

from trainer.accounts import queries, rules
from trainer.accounts.events import (
    AbsenceNoted,
    LanguagesChosen,
    MissionAdded,
    MissionClosingSet,
    MissionStatusReached,
    OfficeEnded,
    OfficeGranted,
    OrganisationAdded,
    PasswordSet,
    PeopleEnrolled,
    PeopleMoved,
    PersonEnrolled,
    PersonLeft,
    PersonMoved,
    PostingsBegan,
    SignInsEnded,
    UnitAdded,
)
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
    Certainty,
    ClosingDays,
    MembershipId,
    MissionId,
    MissionStatus,
    NewPerson,
    NewPosting,
    Office,
    OrganisationId,
    OrganisationKind,
    PostingId,
    Role,
    SignInId,
    UnitId,
)
from trainer.kernel import ledger
from trainer.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from trainer.kernel.ledger import LedgerEntry
from trainer.kernel.values import LocalText, PersonId, Problem, wording
from trainer.kernel.work import Work

ROWS_PER_STATEMENT = 5000
NOTHING: LocalText = MappingProxyType({"en": ""})
"""Nothing is said, in any language."""

_hasher = PasswordHasher()


class KeyTaken(Invalid):
    def __init__(self, key: str) -> None:
        super().__init__(wording("“{key}” is taken already. Choose another.", key=key), field="key")


class EmailTaken(Invalid):
    def __init__(self) -> None:
        super().__init__(
            wording("Somebody has this e-mail address already. Check it, or leave it empty."), field="email"
        )


class LeavesLater(Invalid):
    def __init__(self) -> None:
        super().__init__(
            wording("Note that somebody left on the day or afterwards; for a day to come, set the end of the posting."),
            field="on",
        )


class HoldsOffice(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("This person holds the office already. Choose another."), field="office")


class OfficeNotGranted(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("Everybody is a trainee already. Choose another office."), field="office")


class OfficeWithoutMission(Invalid):
    def __init__(self) -> None:
        super().__init__(wording("This office holds everywhere. Leave the mission empty."), field="mission")


class OfficeWithoutOrganisation(Invalid):
    def __init__(self) -> None:
        super().__init__(
            wording("Only a training partner acts for an organisation. Leave it empty."), field="organisation"
        )


class NoSuchOffice(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("This office is not held. It may have been ended a moment ago."))


class LastAdministrator(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This is the last administrator. Make somebody else administrator first."))


class WeakPassword(Invalid):
    """The message says what is wrong with it."""


class TooManyAttempts(NotAllowed):
    """Says the same whether or not the login belongs to somebody."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            wording("There were too many attempts to sign in. Try again in {minutes} min.", minutes=minutes)
        )
        self.minutes = minutes


class NoSuchSignIn(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("This browser is signed out already."))


def add_organisation(
    work: Work, *, key: str, name: str, kind: OrganisationKind, language: str = "en", invented: bool = False
) -> OrganisationId:
    """Add a contributor, provider or headquarters; raises KeyTaken."""
    key = key.strip().lower()
    if work.session.scalar(select(Organisation.id).where(Organisation.key == key)):
        raise KeyTaken(key)
    row = Organisation(key=key, name=name, kind=kind, language=language, invented=invented)
    work.session.add(row)
    work.session.flush()  # for the id
    work.record(OrganisationAdded(organisation_id=row.id))
    return OrganisationId(row.id)


def add_mission(
    work: Work,
    *,
    key: str,
    name: str,
    full_name: LocalText = NOTHING,
    place: LocalText = NOTHING,
    lead: str = "UN",
    status: MissionStatus = MissionStatus.ACTIVE,
    region: str = "",
    time_zone: str = "UTC",
    strength: LocalText = NOTHING,
    certainty: Certainty = Certainty.KNOWLEDGE,
    contributors: Sequence[str] = (),
) -> MissionId:
    """Add a mission; raises KeyTaken."""
    key = key.strip().lower()
    if work.session.scalar(select(Mission.id).where(Mission.key == key)):
        raise KeyTaken(key)
    row = Mission(
        key=key,
        name=name,
        full_name=full_name["en"],
        place=place["en"],
        lead=lead,
        status=status,
        region=region,
        time_zone=time_zone,
        strength=strength["en"],
        certainty=certainty,
        contributors=list(contributors),
        translations=_translations(full_name=full_name, place=place, strength=strength),
    )
    work.session.add(row)
    work.session.flush()  # for the id
    work.record(MissionAdded(mission_id=row.id))
    return MissionId(row.id)


def _translations(**texts: LocalText) -> dict[str, Any]:
    """The texts in languages other than English."""
    found = {about: {code: each for code, each in text.items() if code != "en"} for about, text in texts.items()}
    return {about: others for about, others in found.items() if others}


def add_unit(
    work: Work,
    *,
    mission: MissionId,
    organisation: OrganisationId,
    key: str,
    name: str,
    role: Role,
    place: str = "",
) -> UnitId:
    """Add a unit to a mission; raises KeyTaken when the mission has one of that key."""
    key = key.strip().lower()
    if work.session.scalar(select(Unit.id).where(Unit.mission_id == mission, Unit.key == key)):
        raise KeyTaken(key)
    row = Unit(mission_id=mission, organisation_id=organisation, key=key, name=name, role=role, place=place)
    work.session.add(row)
    work.session.flush()  # for the id
    work.record(UnitAdded(unit_id=row.id, mission_id=mission))
    return UnitId(row.id)


def enrol_person(work: Work, *, person: NewPerson) -> PersonId:
    """Enrol one person with the postings known of them; raises KeyTaken, EmailTaken, EndsBeforeItStarts."""
    key, email = _folded(person.key), _email(person.email)
    if work.session.scalar(select(Person.id).where(Person.key == key)):
        raise KeyTaken(key)
    if email and work.session.scalar(select(Person.id).where(Person.email == email)):
        raise EmailTaken
    if any(each.ends_on is not None and each.ends_on <= each.starts_on for each in person.postings):
        raise queries.EndsBeforeItStarts
    work.session.execute(insert(Person), [_person_row(person)])
    enrolled = queries.people_by_key(work.session, keys=[key])[key]
    _insert_times(work, people=[person], ids={key: enrolled})
    work.record(PersonEnrolled(person_id=enrolled))
    return enrolled


def enrol_people(work: Work, *, people: Sequence[NewPerson]) -> Mapping[str, PersonId]:
    """Enrol many people at once, with one event for all; return their ids by key.

    For imports and demonstration data, which see to it that no key or address is taken: the database refuses them all otherwise.
    """
    for start in range(0, len(people), ROWS_PER_STATEMENT):
        work.session.execute(insert(Person), [_person_row(each) for each in people[start : start + ROWS_PER_STATEMENT]])
    ids = queries.people_by_key(work.session, keys=[_folded(each.key) for each in people])
    _insert_times(work, people=people, ids=ids)
    missions = {int(posting.mission) for each in people for posting in each.postings}
    work.record(PeopleEnrolled(count=len(people), mission_ids=tuple(sorted(missions))))
    return ids


def add_absence(work: Work, *, person: PersonId, starts_on: date, ends_on: date, reason: str = "") -> None:
    """Note days on which the person cannot attend; raises EndsBeforeItStarts."""
    if ends_on <= starts_on:
        raise queries.EndsBeforeItStarts
    _present(work, person)
    work.session.add(Absence(person_id=person, starts_on=starts_on, ends_on=ends_on, reason=reason))
    work.record(AbsenceNoted(person_id=person, starts_on=starts_on, ends_on=ends_on))


def move_person(
    work: Work,
    *,
    person: PersonId,
    mission: MissionId,
    unit: UnitId | None,
    role: Role,
    starts_on: date,
    ends_on: date | None,
) -> PostingId:
    """Post a person to a mission from a day on; a posting still running then ends that day.

    A posting that began on the same day is amended instead. Raises what `queries.foresee_move` does.
    """
    _present(work, person)
    to = NewPosting(mission=mission, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on)
    move = queries.foresee_move(work.session, person=person, to=to)
    work.session.execute(
        update(PostingRow).where(PostingRow.id.in_([each.id for each in move.ends])).values(ends_on=starts_on)
    )
    row = work.session.get(PostingRow, move.amends) if move.amends else None
    if row is None:
        row = PostingRow(person_id=person, mission_id=mission, role=role, starts_on=starts_on)
        work.session.add(row)
    row.mission_id, row.unit_id, row.role, row.ends_on = mission, unit, role, ends_on
    work.session.flush()  # for the id
    work.record(PersonMoved(person_id=person, from_mission_id=move.leaves, to_mission_id=mission, on=starts_on))
    return PostingId(row.id)


def move_people(work: Work, *, moves: Mapping[PersonId, NewPosting]) -> int:
    """Post many people elsewhere at once, all of them or none; return how many.

    Postings still running end on the first day of the new one; one that began on that day is amended. One event for each
    mission that people go to. Raises the refusal of the first of whom it cannot be done.
    """
    found, refused = queries.foresee_moves(work.session, moves=moves)
    for refusal in refused.values():
        raise refusal
    for person, move in found.items():
        to = moves[person]
        if move.ends:
            work.session.execute(
                update(PostingRow)
                .where(PostingRow.id.in_([each.id for each in move.ends]))
                .values(ends_on=to.starts_on)
            )
        given = {"mission_id": to.mission, "unit_id": to.unit, "role": to.role, "ends_on": to.ends_on}
        if move.amends:
            work.session.execute(update(PostingRow).where(PostingRow.id == move.amends).values(**given))
    rows = [
        {
            "person_id": person,
            "mission_id": moves[person].mission,
            "unit_id": moves[person].unit,
            "role": moves[person].role,
            "starts_on": moves[person].starts_on,
            "ends_on": moves[person].ends_on,
        }
        for person, move in found.items()
        if not move.amends
    ]
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        work.session.execute(insert(PostingRow), rows[start : start + ROWS_PER_STATEMENT])
    for mission in dict.fromkeys(to.mission for to in moves.values()):
        there = [person for person, to in moves.items() if to.mission == mission]
        left = {move.leaves for person, move in found.items() if person in set(there) and move.leaves is not None}
        work.record(
            PeopleMoved(
                people=tuple(there),
                from_mission_ids=tuple(sorted(left)),
                to_mission_id=mission,
                on=min(moves[person].starts_on for person in there),
            )
        )
    return len(found)


class InvalidClosing(Invalid):
    """The days on which a mission is to end do not go together; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("These days cannot be set. Put right what is marked."), problems=problems)


class ClosedAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(wording("This mission is closed. What comes after belongs to another."))


def set_closing(work: Work, *, mission: MissionId, closing: ClosingDays, because: str) -> None:
    """Decide, or decide anew, on which days a mission draws down, goes into liquidation and closes.

    What its tasks are is said by its texts; nobody can be posted to it from its closing on. Raises NoSuchMission,
    ClosedAlready, and InvalidClosing with all problems.
    """
    queries.mission(work.session, mission=mission)
    row = work.session.get_one(Mission, mission, with_for_update=True, populate_existing=True)
    if row.status is MissionStatus.CLOSED:
        raise ClosedAlready
    problems = list(rules.check_closing(closing))
    if not because.strip():
        said = wording("Say on what this rests: a resolution with its paragraph, a decision.")
        problems.append(Problem(field="because", message=said))
    if closing.closes_on is not None:
        later = work.session.scalar(
            select(func.count())
            .select_from(PostingRow)
            .where(PostingRow.mission_id == mission, PostingRow.starts_on >= closing.closes_on)
        )
        if later:
            said = wording(
                "Postings to this mission begin on that day or later: {count}. Change them first.", count=later
            )
            problems.append(Problem(field="closes_on", message=said))
    if problems:
        raise InvalidClosing(tuple(problems))
    row.draws_down_on, row.liquidates_on, row.closes_on = (
        closing.draws_down_on,
        closing.liquidates_on,
        closing.closes_on,
    )
    work.record(
        MissionClosingSet(
            mission_id=mission,
            draws_down_on=closing.draws_down_on,
            liquidates_on=closing.liquidates_on,
            closes_on=closing.closes_on,
            because=because.strip(),
        )
    )
    work.session.flush()
    _reach_status(work, row)


def note_mission_days(work: Work) -> None:
    """Let each mission whose day has come draw down or close; days that were missed are made up for."""
    rows = work.session.scalars(
        select(Mission)
        .where(
            Mission.status != MissionStatus.CLOSED,
            or_(Mission.draws_down_on.is_not(None), Mission.liquidates_on.is_not(None), Mission.closes_on.is_not(None)),
        )
        .order_by(Mission.id)
        .with_for_update()
    ).all()
    for row in rows:
        _reach_status(work, row)


def note_posting_days(work: Work) -> None:
    """Record whose new posting began, of those who served elsewhere until then; each day is told once."""
    told = work.session.scalar(
        select(LedgerEntry.id).where(LedgerEntry.event == PostingsBegan.name).order_by(LedgerEntry.id.desc()).limit(1)
    )
    before = None if told is None else ledger.read_event(work.session, told)
    since = before.on if isinstance(before, PostingsBegan) else work.today - timedelta(days=1)
    earlier = aliased(PostingRow)
    rows = work.session.execute(
        select(PostingRow.person_id, PostingRow.mission_id)
        .join(earlier, (earlier.person_id == PostingRow.person_id) & (earlier.ends_on == PostingRow.starts_on))
        .where(PostingRow.starts_on > since, PostingRow.starts_on <= work.today)
        .distinct()
    ).all()
    if rows:
        work.record(
            PostingsBegan(
                people=tuple(sorted({row.person_id for row in rows})),
                mission_ids=tuple(sorted({row.mission_id for row in rows})),
                on=work.today,
            )
        )


def _reach_status(work: Work, row: Mission) -> None:
    closing = ClosingDays(draws_down_on=row.draws_down_on, liquidates_on=row.liquidates_on, closes_on=row.closes_on)
    status = rules.status_on(row.status, closing, on=work.today)
    if status is row.status:
        return
    row.status = status
    people = _end_postings(work, MissionId(row.id), on=row.closes_on) if status is MissionStatus.CLOSED else ()
    work.record(
        MissionStatusReached(mission_id=row.id, status=status.value, on=work.today, people=tuple(sorted(people)))
    )


def _end_postings(work: Work, mission: MissionId, *, on: date | None) -> tuple[int, ...]:
    """End the postings that run on when a mission closes; return whose they were."""
    assert on is not None
    running = (
        PostingRow.mission_id == mission,
        PostingRow.starts_on < on,
        or_(PostingRow.ends_on.is_(None), PostingRow.ends_on > on),
    )
    people = tuple(work.session.scalars(select(PostingRow.person_id).where(*running).distinct()))
    work.session.execute(update(PostingRow).where(*running).values(ends_on=on))
    return people


def retire_person(work: Work, *, person: PersonId, on: date) -> None:
    """Note that a person has left: postings, offices and sign-ins end. Raises LeavesLater, PersonHasLeft, LastAdministrator."""
    if on > work.today:
        raise LeavesLater
    row = _present(work, person)
    for held in queries.offices_of(work.session, person=person):
        end_office(work, membership=held.id)
    row.left_on = on
    work.session.execute(
        update(PostingRow)
        .where(
            PostingRow.person_id == person,
            PostingRow.starts_on < on,
            or_(PostingRow.ends_on.is_(None), PostingRow.ends_on > on),
        )
        .values(ends_on=on)
    )
    _end_sign_ins(work, person=person, keep=None)
    work.record(PersonLeft(person_id=person, on=on))


def choose_languages(work: Work, *, person: PersonId, language: str, spoken: Sequence[str]) -> None:
    """Set the language of pages and messages, and those the person can be taught in, best first."""
    row = _present(work, person)
    row.language, row.spoken = language, list(dict.fromkeys(spoken))
    work.record(LanguagesChosen(person_id=person, language=language, spoken=tuple(row.spoken)))


def grant_office(
    work: Work,
    *,
    person: PersonId,
    office: Office,
    mission: MissionId | None = None,
    organisation: OrganisationId | None = None,
) -> MembershipId:
    """Give a person an office, for one mission or organisation where the office can be so confined.

    Raises PersonHasLeft, OfficeNotGranted, OfficeWithoutMission, OfficeWithoutOrganisation, HoldsOffice.
    """
    _present(work, person)
    if office is Office.TRAINEE:
        raise OfficeNotGranted
    if mission is not None and rules.CONFINEMENT[office] is not rules.Confinement.MISSIONS:
        raise OfficeWithoutMission
    if organisation is not None and rules.CONFINEMENT[office] is not rules.Confinement.ORGANISATION:
        raise OfficeWithoutOrganisation
    held = queries.offices_of(work.session, person=person)
    if any((each.office, each.mission, each.organisation) == (office, mission, organisation) for each in held):
        raise HoldsOffice
    row = Membership(
        person_id=person, office=office, mission_id=mission, organisation_id=organisation, granted_at=work.now
    )
    work.session.add(row)
    work.session.flush()  # for the id
    work.record(OfficeGranted(person_id=person, office=office.value))
    return MembershipId(row.id)


def end_office(work: Work, *, membership: MembershipId) -> PersonId:
    """End an office and return who held it; raises NoSuchOffice, LastAdministrator."""
    row = work.session.get(Membership, membership, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None:
        raise NoSuchOffice
    if row.office is Office.ADMINISTRATOR:
        # two administrators who end each other's office wait here for one another
        work.session.execute(
            select(Membership.id)
            .where(Membership.office == Office.ADMINISTRATOR, Membership.ended_at.is_(None))
            .order_by(Membership.id)
            .with_for_update()
        )
        others = queries.holders_of(work.session, office=Office.ADMINISTRATOR)
        if set(others) <= {row.person_id}:
            raise LastAdministrator
    row.ended_at = work.now
    work.session.flush()  # so that ending several offices sees each other
    work.record(OfficeEnded(person_id=row.person_id, office=row.office.value))
    return PersonId(row.person_id)


def set_password(work: Work, *, person: PersonId, password: str) -> None:
    """Give a person a password and sign them out everywhere; raises WeakPassword."""
    _check_password(_present(work, person), password)
    _store_password(work, person=person, password=password, one_time=False)
    _end_sign_ins(work, person=person, keep=None)


def set_one_time_password(work: Work, *, person: PersonId) -> str:
    """Give a person a random password for one sign-in within three days, sign them out everywhere, and return it.

    It is not stored: whoever asked for it sees it once.
    """
    _present(work, person)
    password = "-".join(secrets.token_hex(3) for _ in range(4))
    _store_password(work, person=person, password=password, one_time=True)
    _end_sign_ins(work, person=person, keep=None)
    return password


def change_password(work: Work, *, person: PersonId, current: str, password: str, keep: str, address: str = "") -> bool:
    """Let a person choose a new password and sign out their other browsers; `keep` is the token of this one.

    False when the present password is another: that counts as a failed sign-in. Raises TooManyAttempts, WeakPassword.
    """
    row = _present(work, person)
    address = rules.network_of(address[:60])
    _refuse_when_throttled(work, login=row.key, address=address)
    credential = work.session.get(Credential, person)
    if not _matches(credential.password_hash if credential else _decoy(), current) or credential is None:
        work.session.add(FailedSignIn(login=row.key, address=address, at=work.now))
        return False
    _check_password(row, password)
    _store_password(work, person=person, password=password, one_time=False)
    _end_sign_ins(work, person=person, keep=keep)
    return True


def sign_in(work: Work, *, login: str, password: str, address: str, browser: str) -> str | None:
    """Return the token of a new sign-in, or None if login and password do not belong together.

    The login is an e-mail address or a person's number. A failed attempt is an outcome and no refusal, so that it is
    counted with the transaction. Raises TooManyAttempts. What is done and said is the same for logins nobody has.
    """
    login = _folded(login)[:254]
    address = rules.network_of(address[:60])
    _refuse_when_throttled(work, login=login, address=address)
    found = work.session.execute(
        select(Person.id, Credential)
        .join(Credential, Credential.person_id == Person.id)
        .where(or_(Person.key == login, Person.email == login), Person.left_on.is_(None))
        .order_by(Person.id)
        .with_for_update(of=Credential)  # of two at the same time, one only uses a one-time password
    ).first()
    decoy = _decoy()  # made before it is needed, so that its making tells nothing
    matches = _matches(found.Credential.password_hash if found else decoy, password)
    if found is None or not matches or _is_spent(work, found.Credential):
        work.session.add(FailedSignIn(login=login, address=address, at=work.now))
        return None
    credential: Credential = found.Credential
    if credential.one_time:
        credential.used_at = work.now
    elif _hasher.check_needs_rehash(credential.password_hash):
        credential.password_hash = _hasher.hash(password)
    work.session.execute(delete(FailedSignIn).where(FailedSignIn.login == login))
    return begin_sign_in(work, person=PersonId(found.id), browser=browser)


def begin_sign_in(work: Work, *, person: PersonId, browser: str) -> str:
    """Sign a person in who has proved who they are, and return the token for their browser."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        SignIn(
            token_hash=queries.hash_of(token),
            person_id=person,
            began_at=work.now,
            seen_at=work.now,
            browser=browser[:200],
        )
    )
    return token


def note_seen(work: Work, *, token: str) -> None:
    """Note that the browser was seen; call it only as often as `rules.wants_seen` says."""
    work.session.execute(
        update(SignIn)
        .where(SignIn.token_hash == queries.hash_of(token), SignIn.ended_at.is_(None))
        .values(seen_at=work.now)
    )


def carry_sign_ins(work: Work, *, since: datetime) -> None:
    """Let every sign-in that held at an instant begin anew: for a clock that was set forward, with nobody idle meanwhile."""
    work.session.execute(
        update(SignIn)
        .where(
            SignIn.ended_at.is_(None),
            SignIn.seen_at > since - rules.IDLE_LIMIT,
            SignIn.began_at > since - rules.ABSOLUTE_LIMIT,
        )
        .values(began_at=work.now, seen_at=work.now)
    )


def sign_out(work: Work, *, token: str) -> None:
    """Sign out the browser that holds the token; nothing happens for one already signed out."""
    work.session.execute(
        update(SignIn)
        .where(SignIn.token_hash == queries.hash_of(token), SignIn.ended_at.is_(None))
        .values(ended_at=work.now)
    )


def end_sign_in(work: Work, *, person: PersonId, sign_in: SignInId) -> None:
    """Sign out one browser of the person; raises NoSuchSignIn, also for somebody else's."""
    result = work.session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in, SignIn.person_id == person, SignIn.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise NoSuchSignIn


def end_sign_ins(work: Work, *, person: PersonId) -> None:
    """Sign out every browser of the person."""
    _end_sign_ins(work, person=person, keep=None)


def end_other_sign_ins(work: Work, *, person: PersonId, keep: str) -> None:
    """Sign out every browser of the person but the one that holds the token `keep`."""
    _end_sign_ins(work, person=person, keep=keep)


def _end_sign_ins(work: Work, *, person: PersonId, keep: str | None) -> None:
    ending = update(SignIn).where(SignIn.person_id == person, SignIn.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(SignIn.token_hash != queries.hash_of(keep))
    work.session.execute(ending.values(ended_at=work.now))
    work.record(SignInsEnded(person_id=person))


def _refuse_when_throttled(work: Work, *, login: str, address: str) -> None:
    work.session.execute(delete(FailedSignIn).where(FailedSignIn.at <= work.now - rules.FAILURE_WINDOW))
    by_login, by_address = queries.failures_of(work.session, login=login, address=address, now=work.now)
    waits = (
        rules.wait_until(by_login, limit=rules.FAILURES_PER_LOGIN, now=work.now),
        rules.wait_until(by_address, limit=rules.FAILURES_PER_ADDRESS, now=work.now),
    )
    until = max((each for each in waits if each), default=None)
    if until:
        raise TooManyAttempts(rules.minutes_to_wait(until, now=work.now))


def _is_spent(work: Work, credential: Credential) -> bool:
    if not credential.one_time:
        return False
    return credential.used_at is not None or work.now >= credential.set_at + rules.ONE_TIME_LIMIT


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[: rules.MOST_PASSWORD_LENGTH])
    except VerificationError:
        return False


@cache
def _decoy() -> str:
    """The hash that unknown logins are verified against, so that they take as long as known ones."""
    return _hasher.hash(secrets.token_urlsafe())


def _check_password(person: Person, password: str) -> None:
    names: Collection[str] = (person.given_name, person.family_name, person.email or "", person.key)
    problem = rules.password_problem(password, names=names)
    if problem is not None:
        raise WeakPassword(problem, field="password")


def _store_password(work: Work, *, person: PersonId, password: str, one_time: bool) -> None:
    hashed = _hasher.hash(password)
    row = work.session.get(Credential, person)
    if row is None:
        work.session.add(Credential(person_id=person, password_hash=hashed, set_at=work.now, one_time=one_time))
    else:
        row.password_hash, row.set_at, row.one_time, row.used_at = hashed, work.now, one_time, None
    work.record(PasswordSet(person_id=person))


def _present(work: Work, person: PersonId) -> Person:
    """The row of somebody who has not left, held against others until the transaction ends."""
    row = work.session.scalars(select(Person).where(Person.id == person).with_for_update()).one_or_none()
    if row is None:
        raise queries.NoSuchPerson
    if row.left_on is not None:
        raise queries.PersonHasLeft
    return row


def _folded(text: str) -> str:
    return text.strip().lower()


def _email(text: str | None) -> str | None:
    return _folded(text or "") or None


def _person_row(person: NewPerson) -> dict[str, object]:
    return {
        "key": _folded(person.key),
        "given_name": person.given_name,
        "family_name": person.family_name,
        "search_name": rules.fold_name(f"{person.given_name} {person.family_name}"),
        "email": _email(person.email),
        "sex": person.sex,
        "organisation_id": person.organisation,
        "language": person.language,
        "spoken": list(person.spoken),
        "invented": person.invented,
        "left_on": None,
        "version": 1,
    }


def _insert_times(work: Work, *, people: Sequence[NewPerson], ids: Mapping[str, PersonId]) -> None:
    postings = [
        {
            "person_id": ids[_folded(person.key)],
            "mission_id": posting.mission,
            "unit_id": posting.unit,
            "role": posting.role,
            "starts_on": posting.starts_on,
            "ends_on": posting.ends_on,
        }
        for person in people
        for posting in person.postings
    ]
    absences = [
        {"person_id": ids[_folded(person.key)], "starts_on": absence.start, "ends_on": absence.end, "reason": ""}
        for person in people
        for absence in person.absences
    ]
    for start in range(0, len(postings), ROWS_PER_STATEMENT):
        work.session.execute(insert(PostingRow), postings[start : start + ROWS_PER_STATEMENT])
    for start in range(0, len(absences), ROWS_PER_STATEMENT):
        work.session.execute(insert(Absence), absences[start : start + ROWS_PER_STATEMENT])
