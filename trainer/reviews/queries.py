"""What was said of drafts, who reads them and the policy in force, as frozen values. Where that leaves a draft, `rules` say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.accounts.values import MissionId
from trainer.competencies import queries as competency_queries
from trainer.competencies.values import Area
from trainer.kernel.values import PersonId
from trainer.reviews.models import DraftPolicyRow, DraftReader, DraftRemark
from trainer.reviews.values import (
    DEFAULT_POLICY,
    Policy,
    PolicyVersion,
    Reader,
    ReaderId,
    Remark,
    RemarkId,
)


def policy(session: Session) -> Policy:
    """Return the policy in force: the latest set, or the one there is until somebody sets one. One query."""
    return policy_versions(session)[0].policy


def policy_versions(session: Session) -> tuple[PolicyVersion, ...]:
    """Return every policy that was ever in force, the present one first and the default last. One query."""
    rows = session.execute(
        select(DraftPolicyRow.number, DraftPolicyRow.content, DraftPolicyRow.set_at, DraftPolicyRow.set_by_id).order_by(
            DraftPolicyRow.number.desc()
        )
    )
    found = [
        PolicyVersion(
            number=row.number,
            policy=Policy.from_json(row.content),
            set_at=row.set_at,
            set_by=None if row.set_by_id is None else PersonId(row.set_by_id),
        )
        for row in rows
    ]
    return (*found, PolicyVersion(number=0, policy=DEFAULT_POLICY, set_at=None, set_by=None))


def remarks_of(session: Session, *, drafts: Collection[int]) -> Mapping[int, tuple[Remark, ...]]:
    """Return all that was said of each draft, in its order. One query."""
    found: defaultdict[int, list[Remark]] = defaultdict(list)
    for row in session.execute(_REMARKS.where(DraftRemark.draft_id.in_(sorted(set(drafts))))):
        found[row.draft_id].append(
            Remark(
                id=RemarkId(row.id),
                draft=row.draft_id,
                version=row.draft_version,
                kind=row.kind,
                verdict=row.verdict,
                person=None if row.person_id is None else PersonId(row.person_id),
                at=row.said_at,
                on=row.said_on,
                text=row.text,
                areas=tuple(Area(each) for each in row.areas),
                line=(row.task_kind, row.area_of_operations) if row.task_kind else None,
            )
        )
    return {draft: tuple(found.get(draft, ())) for draft in drafts}


_REMARKS = select(
    DraftRemark.id,
    DraftRemark.draft_id,
    DraftRemark.draft_version,
    DraftRemark.kind,
    DraftRemark.verdict,
    DraftRemark.person_id,
    DraftRemark.said_at,
    DraftRemark.said_on,
    DraftRemark.text,
    DraftRemark.areas,
    DraftRemark.task_kind,
    DraftRemark.area_of_operations,
).order_by(DraftRemark.id)


def readers_of(session: Session, *, drafts: Collection[int]) -> Mapping[int, tuple[Reader, ...]]:
    """Return with whom each draft is shared, also with whom it no longer is, in its order. One query."""
    rows = session.execute(
        select(
            DraftReader.id,
            DraftReader.draft_id,
            DraftReader.person_id,
            DraftReader.office,
            DraftReader.mission_id,
            DraftReader.given_at,
            DraftReader.given_by_id,
            DraftReader.ended_at,
        )
        .where(DraftReader.draft_id.in_(sorted(set(drafts))))
        .order_by(DraftReader.id)
    )
    found: defaultdict[int, list[Reader]] = defaultdict(list)
    for row in rows:
        found[row.draft_id].append(
            Reader(
                id=ReaderId(row.id),
                draft=row.draft_id,
                person=None if row.person_id is None else PersonId(row.person_id),
                office=row.office,
                mission=None if row.mission_id is None else MissionId(row.mission_id),
                given_at=row.given_at,
                given_by=None if row.given_by_id is None else PersonId(row.given_by_id),
                ended_at=row.ended_at,
            )
        )
    return {draft: tuple(found.get(draft, ())) for draft in drafts}


def authorities(session: Session) -> Mapping[Area, PersonId | None]:
    """Return who owns the need in each area; None where nobody does. One query."""
    return {area: each.requirements_authority for area, each in competency_queries.area_owners(session).items()}
