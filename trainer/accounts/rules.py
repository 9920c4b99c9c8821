"""The judgements of accounts: who may do what and where, what a password must be, how long to wait, how names are folded.

Not a place for what is stored about people; everything here is given what it judges.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from ipaddress import IPv4Address, ip_address, ip_network

from trainer.accounts.values import (
    Account,
    ClosingDays,
    MissionId,
    MissionStatus,
    Move,
    Office,
    OrganisationId,
    Permission,
    Posting,
)
from trainer.kernel.values import Problem, Wording, wording

MATRIX: Mapping[Office, frozenset[Permission]] = {
    Office.TRAINEE: frozenset(
        {
            Permission.LEARN,
            Permission.READ_CATALOGUE,
            Permission.READ_MANDATES,
        }
    ),
    Office.MANDATE_OFFICER: frozenset(
        {
            Permission.READ_MANDATES,
            Permission.DRAFT_INSTRUMENT,
            Permission.PUBLISH_INSTRUMENT,
            Permission.REVISE_RULES,
            Permission.READ_PLANS,
            Permission.READ_READINESS,
        }
    ),
    Office.READINESS_MANAGER: frozenset(
        {
            Permission.READ_MANDATES,
            Permission.READ_PLANS,
            Permission.APPROVE_PLAN,
            Permission.READ_READINESS,
            Permission.READ_PEOPLE,
            Permission.RECORD_EVIDENCE,
            Permission.GRANT_WAIVER,
            Permission.RECOGNISE_COURSES,
        }
    ),
    Office.TRAINING_PARTNER: frozenset(
        {
            Permission.MANAGE_COURSES,
        }
    ),
    Office.AUDITOR: frozenset(
        {
            Permission.READ_MANDATES,
            Permission.READ_PLANS,
            Permission.READ_READINESS,
            Permission.READ_PEOPLE,
            Permission.READ_LEDGER,
        }
    ),
    Office.ADMINISTRATOR: frozenset(
        {
            Permission.READ_PEOPLE,
            Permission.ADMINISTER,
        }
    ),
}
"""Who may do what. The trainee's rights are everybody's: mandates are public texts, and each may read why they train.

An administrator keeps accounts and approves nothing: who grants offices should not decide about training as well.
"""


class Confinement(Enum):
    """What the rights of an office are confined to."""

    NOTHING = "nothing"
    MISSIONS = "missions"
    """To the account's missions, when it names any."""
    ORGANISATION = "organisation"
    """To the account's organisation, always."""


CONFINEMENT: Mapping[Office, Confinement] = {
    Office.TRAINEE: Confinement.NOTHING,
    Office.MANDATE_OFFICER: Confinement.MISSIONS,
    Office.READINESS_MANAGER: Confinement.MISSIONS,
    Office.TRAINING_PARTNER: Confinement.ORGANISATION,
    Office.AUDITOR: Confinement.NOTHING,
    Office.ADMINISTRATOR: Confinement.NOTHING,
}

LEAST_PASSWORD_LENGTH = 12
MOST_PASSWORD_LENGTH = 200
"""Beyond this a password only costs hashing time."""
LEAST_OWN_LETTERS = 6
"""What must remain of a password once the person's own names are taken out of it."""

COMMON_PASSWORDS = frozenset(
    {
        "123456789012",
        "1234567890123",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "adminadminadmin",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyouforever",
        "letmeinletmein",
        "passwordpassword",
        "password1234",
        "password12345",
        "password123456",
        "peacekeeping",
        "peacekeeper1",
        "peacekeepers",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "trainertrainer",
        "unitednations",
        "welcome12345",
        "welcomewelcome",
    }
)
"""The few long enough to pass the length and still the first that anybody would try."""

FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 40
"""More, since a whole camp may come from one address."""
FAILURE_WINDOW = timedelta(minutes=15)

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a browser was last seen; a write for every request would be the price of more."""
ONE_TIME_LIMIT = timedelta(days=3)


def permissions_of(offices: Iterable[Office]) -> frozenset[Permission]:
    """Everything that somebody with these offices may do somewhere; with none, what a trainee may."""
    return frozenset().union(*(MATRIX[office] for office in {Office.TRAINEE, *offices}))


def may(
    account: Account,
    permission: Permission,
    *,
    mission: MissionId | None = None,
    organisation: OrganisationId | None = None,
) -> bool:
    """Whether the account may do this: in the mission and for the organisation, when one is named, else somewhere."""
    return any(
        permission in MATRIX[office] and _reaches(account, office, mission=mission, organisation=organisation)
        for office in {Office.TRAINEE, *account.offices}
    )


def reach_of(account: Account, permission: Permission) -> frozenset[MissionId] | None:
    """The missions in which the account may do this; None for everywhere, empty for nowhere."""
    granting = [office for office in {Office.TRAINEE, *account.offices} if permission in MATRIX[office]]
    if not granting:
        return frozenset()
    if all(CONFINEMENT[office] is Confinement.MISSIONS for office in granting) and account.missions:
        return account.missions
    return None


def may_everywhere(account: Account, permission: Permission) -> bool:
    """Whether the account may do this in every mission: asked for what holds in all, and for people who serve in none."""
    return may(account, permission) and reach_of(account, permission) is None


def _reaches(
    account: Account, office: Office, *, mission: MissionId | None, organisation: OrganisationId | None
) -> bool:
    confined = CONFINEMENT[office]
    if confined is Confinement.MISSIONS:
        return mission is None or not account.missions or mission in account.missions
    if confined is Confinement.ORGANISATION:
        return organisation is None or organisation == account.organisation
    return True


def missions_confined_to(held: Iterable[tuple[Office, MissionId | None]]) -> frozenset[MissionId]:
    """The missions that these memberships confine an account to; empty for none.

    An office held everywhere besides is not confined by holding it for one mission too. Of two different offices the
    narrower binds both: an account has one set of missions, and too little is mended more easily than too much.
    """
    by_office: dict[Office, set[MissionId | None]] = {}
    for office, mission in held:
        if CONFINEMENT[office] is Confinement.MISSIONS:
            by_office.setdefault(office, set()).add(mission)
    return frozenset(
        mission
        for missions in by_office.values()
        if None not in missions
        for mission in missions
        if mission is not None
    )


def password_problem(password: str, *, names: Collection[str]) -> Wording | None:
    """Return what is wrong with a password for the person called by these names (name, e-mail, number), or None.

    Source: NIST SP 800-63B-4, section 3.1.1.2: length and a blocklist with the person's own words, no rules of composition.
    """
    if len(password) < LEAST_PASSWORD_LENGTH:
        return wording(
            "Choose a password of at least {least} characters; a few words together do well.",
            least=LEAST_PASSWORD_LENGTH,
        )
    if len(password) > MOST_PASSWORD_LENGTH:
        return wording("Choose a password of at most {most} characters.", most=MOST_PASSWORD_LENGTH)
    plain = re.sub(r"[\W_]", "", fold_name(password))
    if plain in COMMON_PASSWORDS or len(set(plain)) < 4:
        return wording("Choose another password: this is one of the first that anybody would try.")
    if len(_without(plain, names)) < LEAST_OWN_LETTERS:
        return wording("Choose a password that is not made of your name, e-mail address or number.")
    return None


def _without(plain: str, names: Collection[str]) -> str:
    words = {word for name in names for word in re.split(r"[\W_]+", fold_name(name)) if len(word) >= 3}
    for word in sorted(words, key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain


def wait_until(failures: Iterable[datetime], *, limit: int, now: datetime) -> datetime | None:
    """The instant at which fewer than `limit` of the failed attempts are recent again; None if that is so already."""
    recent = sorted(at for at in failures if now - FAILURE_WINDOW < at <= now)
    if len(recent) < limit:
        return None
    return recent[-limit] + FAILURE_WINDOW


def network_of(address: str) -> str:
    """What attempts from an address are counted under: itself, or of IPv6 the /64, within which one host has any address.

    Source: RFC 6177, section 2: one site is given a /64 at the least. An address mapped from IPv4 counts as that one.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def minutes_to_wait(until: datetime, *, now: datetime) -> int:
    """Whole minutes from now until then, rounded up, at least one."""
    return max(1, -int((now - until).total_seconds() // 60))


def wants_seen(*, seen_at: datetime, now: datetime) -> bool:
    """Whether it is time to note that the browser was seen again."""
    return now >= seen_at + SEEN_EVERY


def posting_on(postings: Sequence[Posting], *, on: date) -> Posting | None:
    """The posting that counts for a person on a day: the current one, or else the next to come.

    Of several current ones the latest begun.
    """
    current = [each for each in postings if each.starts_on <= on and (each.ends_on is None or on < each.ends_on)]
    if current:
        return max(current, key=lambda each: (each.starts_on, each.id))
    coming = [each for each in postings if each.starts_on > on]
    return min(coming, key=lambda each: (each.starts_on, each.id)) if coming else None


_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ـ": None,
        "'": None,
        "’": None,
        "ʼ": None,
        "`": None,
        "-": " ",
        "‐": " ",
        "‑": " ",
    }
)


def fold_name(text: str) -> str:
    """The text as names are searched: lower case, without accents and apostrophes, hyphens as blanks, single blanks."""
    # twice, since some letters have another case only once they are taken apart, and the other way round
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(bare.translate(_LETTERS).split())


# How a mission ends


def status_on(status: MissionStatus, closing: ClosingDays, *, on: date) -> MissionStatus:
    """Return what a mission is on a day, by what it was before and the days on which it ends."""
    if closing.closes_on is not None and closing.closes_on <= on:
        return MissionStatus.CLOSED
    if closing.in_liquidation(on=on):
        return MissionStatus.LIQUIDATING
    if closing.draws_down_on is not None:
        return MissionStatus.DRAWING_DOWN if closing.draws_down_on <= on else MissionStatus.ACTIVE
    # no day says so any more: one that was only liquidated by a day that moved is at work again
    return MissionStatus.ACTIVE if status is MissionStatus.LIQUIDATING else status


def check_closing(closing: ClosingDays) -> tuple[Problem, ...]:
    """Return all that is wrong with the days on which a mission ends: they follow each other."""
    problems = []
    first, second, last = closing.draws_down_on, closing.liquidates_on, closing.closes_on
    if first is not None and second is not None and second <= first:
        said = wording("Liquidation begins after the draw-down, which begins on {day_on}.", day_on=first.isoformat())
        problems.append(Problem(field="liquidates_on", message=said))
    before = second or first
    if last is not None and before is not None and last <= before:
        said = wording("It cannot close before that: enter a last day on or after {day_on}.", day_on=before.isoformat())
        problems.append(Problem(field="closes_on", message=said))
    return tuple(problems)


def foreseen(postings: Sequence[Posting], *, starts_on: date, ends_on: date | None) -> tuple[Move, Posting | None]:
    """Return what a new posting does to those of its person that are not over on its first day, and which begins within it."""
    later = next((each for each in postings if each.starts_on > starts_on), None)
    within = later if later is not None and (ends_on is None or later.starts_on < ends_on) else None
    ends = tuple(each for each in postings if each.starts_on < starts_on)
    same_day = next((each for each in postings if each.starts_on == starts_on), None)
    left = same_day or (ends[-1] if ends else None)
    move = Move(ends=ends, amends=same_day.id if same_day else None, leaves=left.mission if left else None)
    return move, within
