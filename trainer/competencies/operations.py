"""Adopting a framework, recording evidence and what becomes of it, granting and revoking waivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from trainer.competencies import queries, rules
from trainer.competencies.events import (
    AreaOwnersNamed,
    EvidenceLoaded,
    EvidenceRecorded,
    ExpiriesCameDue,
    FrameworkAdopted,
    WaiverGranted,
    WaiverRevoked,
)
from trainer.competencies.models import AreaOwner, CompetencyRow, EvidenceRow, Framework, WaiverRow
from trainer.competencies.queries import NoSuchCompetency, NoSuchWaiver
from trainer.competencies.values import (
    DUE_SOON_DAYS,
    Area,
    Competency,
    CompetencyKey,
    Evidence,
    EvidenceId,
    FrameworkSpec,
    Level,
    NewEvidence,
    Owners,
    SourceRef,
    WaiverId,
)
from trainer.kernel.errors import Conflict, Invalid, NotAllowed
from trainer.kernel.values import PersonId, wording
from trainer.kernel.work import Work

ROWS_A_STATEMENT = 5_000


class FrameworkRewritten(Conflict):
    """The same version with other content."""

    def __init__(self, key: str, version: str) -> None:
        super().__init__(
            wording(
                "Version {version} of the framework {key} is adopted with other content. Raise the version and adopt it again.",
                key=key,
                version=version,
            )
        )


class CompetencyTaken(Conflict):
    """Another framework has a competency of this key."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(
            wording("These competencies belong to another framework: {keys}. Choose other keys.", keys=", ".join(keys))
        )


class ObservedInFuture(Invalid):
    """Evidence of what has not happened."""

    def __init__(self) -> None:
        super().__init__(
            wording("Evidence cannot be of a day to come. Enter today or an earlier day."), field="observed_on"
        )


class OwnEvidence(NotAllowed):
    """A person attests their own competency."""

    def __init__(self) -> None:
        super().__init__(
            wording(
                "What you enter about yourself is self-declared. Choose self-declared, or ask a colleague to enter it."
            ),
            field="source",
        )


class OwnWaiver(NotAllowed):
    """A person waives their own requirement."""

    def __init__(self) -> None:
        super().__init__(wording("You cannot grant a waiver to yourself. Ask another manager to decide."))


class WaiverOverlaps(Conflict):
    """The person has one for these days."""

    def __init__(self, starts_on: date, last_on: date) -> None:
        super().__init__(
            wording(
                "There is a waiver for this competency from {starts_on} to {last_on}. Choose other days, or revoke it.",
                starts_on=starts_on.isoformat(),
                last_on=last_on.isoformat(),
            ),
            field="starts_on",
        )


class WaiverOver(Conflict):
    """It no longer holds."""

    def __init__(self) -> None:
        super().__init__(wording("This waiver has ended or was revoked already. There is nothing left to revoke."))


def adopt_framework(work: Work, *, framework: FrameworkSpec) -> None:
    """Make a version of a framework the one in use; what it no longer has is retired, never deleted.

    Adopting the same version again changes nothing; raises FrameworkRewritten when its content differs, and CompetencyTaken.
    """
    session = work.session
    known = session.scalars(
        select(Framework).where(Framework.key == framework.key, Framework.version == framework.version)
    ).one_or_none()
    if known is not None:
        if known.digest != framework.digest:
            raise FrameworkRewritten(framework.key, framework.version)
        return
    row = Framework(
        key=framework.key,
        version=framework.version,
        title=dict(framework.title),
        digest=framework.digest,
        adopted_at=work.now,
    )
    earlier = set(session.scalars(select(Framework.id).where(Framework.key == framework.key)))
    rows = {each.key: each for each in session.scalars(select(CompetencyRow).order_by(CompetencyRow.id))}
    taken = [
        each.key for each in framework.competencies if each.key in rows and rows[each.key].framework_id not in earlier
    ]
    if taken:
        raise CompetencyTaken(taken)
    session.add(row)
    session.flush()  # for the key that competencies refer to
    for each in framework.competencies:
        _adopt(session, rows.get(each.key), each, framework_id=row.id)
    kept = {each.key for each in framework.competencies}
    for old in rows.values():
        if old.framework_id in earlier and old.key not in kept and old.retired_on is None:
            old.retired_on = work.today
    work.record(FrameworkAdopted(framework_id=row.id, key=framework.key, version=framework.version))


def _adopt(session: Session, row: CompetencyRow | None, each: Competency, *, framework_id: int) -> None:
    if row is None:
        session.add(
            CompetencyRow(
                framework_id=framework_id,
                key=each.key,
                area=each.area,
                title=dict(each.title),
                statement=dict(each.statement),
                valid_months=each.valid_months,
                decay=each.decay,
            )
        )
        return
    row.framework_id = framework_id
    row.area = each.area
    row.title = dict(each.title)
    row.statement = dict(each.statement)
    row.valid_months = each.valid_months
    row.decay = each.decay
    row.retired_on = None


def name_area_owners(work: Work, *, area: Area, owners: Owners) -> None:
    """Say who owns the need in an area and who matches solutions to it; the owners before are replaced."""
    row = work.session.get(AreaOwner, area)
    if row is None:
        row = AreaOwner(area=area)
        work.session.add(row)
    row.requirements_authority_id = owners.requirements_authority
    row.department_head_id = owners.department_head
    work.record(
        AreaOwnersNamed(
            area=area.value,
            requirements_authority_id=owners.requirements_authority,
            department_head_id=owners.department_head,
        )
    )


def record_evidence(
    work: Work,
    *,
    person: PersonId,
    competency: CompetencyKey,
    level: Level,
    observed_on: date,
    source: SourceRef,
) -> EvidenceId:
    """Record why somebody counts as competent; the policy of the competency sets the expiry.

    Raises NoSuchCompetency and ObservedInFuture.
    """
    months = _valid_months(work.session)
    entry = NewEvidence(person=person, competency=competency, level=level, observed_on=observed_on, source=source)
    row = EvidenceRow(**_columns(work, entry, months))
    work.session.add(row)
    work.session.flush()  # for the key that the event names
    work.record(
        EvidenceRecorded(
            person_id=person,
            evidence_id=row.id,
            competency=competency,
            level=int(level),
            source=source.source.value,
            expires_on=row.expires_on,
        )
    )
    return EvidenceId(row.id)


def attest_competency(
    work: Work,
    *,
    person: PersonId,
    competency: CompetencyKey,
    level: Level,
    observed_on: date,
    source: SourceRef,
) -> EvidenceId:
    """Record evidence that the signed-in person enters by hand; raises OwnEvidence, and what `record_evidence` raises."""
    attesting = work.actor.person
    if attesting is not None and not rules.may_attest(attesting=attesting, about=person, source=source.source):
        raise OwnEvidence
    return record_evidence(
        work, person=person, competency=competency, level=level, observed_on=observed_on, source=source
    )


def record_evidence_in_bulk(work: Work, *, rows: Iterable[NewEvidence]) -> int:
    """Record much evidence in few statements, with one event for all; return how many pieces.

    For imports and seeds. All or nothing: raises NoSuchCompetency and ObservedInFuture at the first piece that is wrong.
    """
    months = _valid_months(work.session)
    entries = [_columns(work, entry, months) for entry in rows]
    if not entries:
        return 0
    for start in range(0, len(entries), ROWS_A_STATEMENT):
        work.session.execute(insert(EvidenceRow.__table__), entries[start : start + ROWS_A_STATEMENT])  # type: ignore[arg-type]  # a mapped class's table
    people = {entry["person_id"] for entry in entries}
    work.record(EvidenceLoaded(rows=len(entries), people=len(people)))
    return len(entries)


def _valid_months(session: Session) -> Mapping[str, int]:
    rows = session.execute(select(CompetencyRow.key, CompetencyRow.valid_months))
    return {row.key: row.valid_months for row in rows}


def _columns(work: Work, entry: NewEvidence, months: Mapping[str, int]) -> dict[str, Any]:
    """The row of a piece of evidence; an end that is past or near already is no news later, so it is noted at once."""
    if entry.competency not in months:
        raise NoSuchCompetency(entry.competency)
    if entry.observed_on > work.today:
        raise ObservedInFuture
    expires_on = rules.expires_on(valid_months=months[entry.competency], observed_on=entry.observed_on)
    near = expires_on is not None and expires_on - work.today <= timedelta(days=DUE_SOON_DAYS)
    past = expires_on is not None and expires_on <= work.today
    return {
        "person_id": entry.person,
        "competency_key": entry.competency,
        "level": int(entry.level),
        "observed_on": entry.observed_on,
        "expires_on": expires_on,
        "source": entry.source.source,
        "subject": entry.source.subject,
        "assignment_id": entry.source.assignment,
        "recorded_at": work.now,
        "due_soon_noted_on": work.today if near else None,
        "expired_noted_on": work.today if past else None,
    }


def note_expiries(work: Work) -> None:
    """Record once what has come within 90 days of its end, and once what has ended; days that were missed are caught up.

    Evidence that the person has renewed is noted without a word. Records nothing on a day without news.
    """
    horizon = work.today + timedelta(days=DUE_SOON_DAYS)
    ended = EvidenceRow.expires_on <= work.today
    rows = work.session.execute(
        select(EvidenceRow.id, EvidenceRow.person_id, EvidenceRow.expires_on).where(
            or_(
                (EvidenceRow.expired_noted_on.is_(None)) & ended,
                (EvidenceRow.due_soon_noted_on.is_(None)) & (EvidenceRow.expires_on <= horizon),
            )
        )
    ).all()
    if not rows:
        return
    news = _not_renewed(work.session, {EvidenceId(row.id): PersonId(row.person_id) for row in rows})
    _note_stages(work, horizon)
    past = [row for row in rows if row.expires_on <= work.today and row.id in news]
    near = [row for row in rows if row.expires_on > work.today and row.id in news]
    if past or near:
        people = tuple(sorted({row.person_id for row in (*past, *near)}))
        work.record(ExpiriesCameDue(on=work.today, people=people, expired=len(past), due_soon=len(near)))


def _not_renewed(session: Session, holders: Mapping[EvidenceId, PersonId]) -> frozenset[EvidenceId]:
    news: set[EvidenceId] = set()
    for pieces in queries.evidence_of(session, people=set(holders.values())).values():
        by_key: defaultdict[CompetencyKey, list[Evidence]] = defaultdict(list)
        for piece in pieces:
            by_key[piece.competency].append(piece)
        for piece in pieces:
            if piece.id in holders and not rules.renewed(piece, by_key[piece.competency]):
                news.add(piece.id)
    return frozenset(news)


def _note_stages(work: Work, horizon: date) -> None:
    work.session.execute(
        update(EvidenceRow)
        .where(EvidenceRow.expired_noted_on.is_(None), EvidenceRow.expires_on <= work.today)
        .values(expired_noted_on=work.today)
    )
    work.session.execute(
        update(EvidenceRow)
        .where(EvidenceRow.due_soon_noted_on.is_(None), EvidenceRow.expires_on <= horizon)
        .values(due_soon_noted_on=work.today)
    )


def grant_waiver(
    work: Work,
    *,
    person: PersonId,
    competency: CompetencyKey,
    starts_on: date,
    ends_on: date,
    granted_by: PersonId,
    reason: str,
    mitigation: str,
) -> WaiverId:
    """Decide that a person need not meet a requirement from one day up to another.

    Raises OwnWaiver, WaiverOverlaps, NoSuchCompetency, and Invalid for days or texts that say nothing.
    """
    if granted_by == person:
        raise OwnWaiver
    if competency not in _valid_months(work.session):
        raise NoSuchCompetency(competency)
    _check_waiver(work, starts_on=starts_on, ends_on=ends_on, reason=reason, mitigation=mitigation)
    standing = work.session.scalars(
        select(WaiverRow)
        .where(
            WaiverRow.person_id == person,
            WaiverRow.competency_key == competency,
            WaiverRow.revoked_at.is_(None),
            WaiverRow.starts_on < ends_on,
            WaiverRow.ends_on > starts_on,
        )
        .order_by(WaiverRow.id)
        .limit(1)
    ).first()
    if standing is not None:
        raise WaiverOverlaps(standing.starts_on, standing.ends_on - timedelta(days=1))
    row = WaiverRow(
        person_id=person,
        competency_key=competency,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by_id=granted_by,
        reason=reason.strip(),
        mitigation=mitigation.strip(),
    )
    work.session.add(row)
    work.session.flush()  # for the key that the event names
    work.record(WaiverGranted(waiver_id=row.id, person_id=person, competency=competency, ends_on=ends_on))
    return WaiverId(row.id)


def _check_waiver(work: Work, *, starts_on: date, ends_on: date, reason: str, mitigation: str) -> None:
    if ends_on <= starts_on:
        raise Invalid(wording("The waiver must end after it begins. Enter a later day."), field="ends_on")
    if ends_on <= work.today:
        raise Invalid(wording("The waiver would be over already. Enter a day to come."), field="ends_on")
    if not reason.strip():
        raise Invalid(wording("Say why the requirement is waived."), field="reason")
    if not mitigation.strip():
        raise Invalid(wording("Say what is done instead to keep the risk small."), field="mitigation")


def revoke_waiver(work: Work, *, waiver: WaiverId) -> None:
    """End a waiver now; raises NoSuchWaiver, and WaiverOver when there is nothing left to end."""
    row = work.session.get(WaiverRow, waiver)
    if row is None:
        raise NoSuchWaiver
    if row.revoked_at is not None or row.ends_on <= work.today:
        raise WaiverOver
    row.revoked_at = work.now
    work.record(WaiverRevoked(waiver_id=row.id, person_id=row.person_id))
