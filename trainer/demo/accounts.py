"""The accounts of the demonstration: one for each office, two trainees, and the owners of the mandate areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from trainer.accounts.values import NewPerson, NewPosting, Office, Role, Sex
from trainer.competencies.values import Area, CompetencyKey, Level, NewEvidence, Source, SourceRef
from trainer.demo.facts import FOLDER, BadFacts
from trainer.demo.people import CERTIFICATES, Places
from trainer.interop import toml_text
from trainer.interop.toml_text import Report, Table
from trainer.kernel.values import PersonId, Problem, wording

PASSWORD = "peace-operations-demo"  # noqa: S105 - known to everybody, and of demonstration databases only
"""Of every demonstration account; such a database holds invented people only and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingFact:
    mission: str
    unit: str | None
    role: Role
    since: int
    """Days since arrival."""
    left: int
    """Days until rotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFact:
    """A piece of evidence of somebody who can sign in."""

    competency: CompetencyKey
    level: Level
    source: Source
    days: int
    """Since it was observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFact:
    """An invented person who can sign in."""

    key: str
    given_name: str
    family_name: str
    email: str
    sex: Sex
    organisation: str
    language: str
    spoken: tuple[str, ...]
    office: Office | None
    """None for a trainee."""
    says: str
    posting: PostingFact | None
    held: tuple[HeldFact, ...]
    authority: tuple[Area, ...]
    head: tuple[Area, ...]


@cache
def read_accounts() -> tuple[AccountFact, ...]:
    """Read `accounts.toml`; raises BadFacts."""
    accounts, problems = read_file(FOLDER / "accounts.toml")
    if problems:
        raise BadFacts(problems)
    return accounts


def read_file(path: Path) -> tuple[tuple[AccountFact, ...], tuple[Problem, ...]]:
    """Read a file of accounts, with every mistake in it."""
    report = Report(file=path.name)
    table = toml_text.parse(path.read_text("utf-8"), report=report)
    if table is None:
        return (), tuple(report.problems)
    accounts = tuple(_account(each) for each in table.tables("accounts"))
    table.close()
    return accounts, tuple(report.problems)


def new_person(account: AccountFact, *, places: Places, today: date) -> NewPerson:
    """Return the account as somebody to enrol."""
    posting = account.posting
    return NewPerson(
        key=account.key,
        given_name=account.given_name,
        family_name=account.family_name,
        organisation=places.organisations[account.organisation],
        email=account.email,
        sex=account.sex,
        language=account.language,
        spoken=account.spoken,
        invented=True,
        postings=()
        if posting is None
        else (
            NewPosting(
                mission=places.missions[posting.mission],
                unit=places.units[posting.mission, posting.unit] if posting.unit else None,
                role=posting.role,
                starts_on=today - timedelta(days=posting.since),
                ends_on=today + timedelta(days=posting.left),
            ),
        ),
    )


def evidence_of(account: AccountFact, *, person: PersonId, today: date) -> tuple[NewEvidence, ...]:
    """Return what the account holds, to be recorded."""
    return tuple(
        NewEvidence(
            person=person,
            competency=each.competency,
            level=each.level,
            observed_on=today - timedelta(days=each.days),
            source=SourceRef(source=each.source, subject=CERTIFICATES[each.source][0]),
        )
        for each in account.held
    )


def _account(table: Table) -> AccountFact:
    account = AccountFact(
        key=table.key("key"),
        given_name=table.text("given_name"),
        family_name=table.text("family_name"),
        email=table.text("email"),
        sex=Sex(table.choice("sex", list(Sex)) or Sex.UNKNOWN),
        organisation=table.key("organisation"),
        language=table.key("language"),
        spoken=table.keys("spoken"),
        office=Office(table.choice("office", list(Office)) or Office.AUDITOR) if table.has("office") else None,
        says=table.text("says"),
        posting=_posting(table.table("posting")) if table.has("posting") else None,
        held=tuple(_held(each) for each in table.tables("held")),
        authority=_areas(table, "authority"),
        head=_areas(table, "head"),
    )
    if not account.email.endswith("@demo.example"):
        table.refuse("email", wording("“{email}” must end in @demo.example.", email=account.email))
    table.close()
    return account


def _posting(table: Table) -> PostingFact:
    posting = PostingFact(
        mission=table.key("mission"),
        unit=table.optional_key("unit"),
        role=Role(table.choice("role", list(Role)) or Role.CIVILIAN),
        since=table.number("since", least=1, most=365) or 1,
        left=table.number("left", least=1, most=365) or 1,
    )
    table.close()
    return posting


def _held(table: Table) -> HeldFact:
    held = HeldFact(
        competency=CompetencyKey(table.key("competency")),
        level=Level(table.number("level", least=1, most=4) or 1),
        source=Source(table.choice("source", list(Source)) or Source.SELF_DECLARED),
        days=table.number("days", least=0, most=3000) or 0,
    )
    table.close()
    return held


def _areas(table: Table, name: str) -> tuple[Area, ...]:
    found = table.texts(name)
    known = [each for each in found if each in list(Area)]
    if len(known) != len(found):
        table.refuse(name, wording("“{name}” names an area that does not exist.", name=name))
    return tuple(Area(each) for each in known)
