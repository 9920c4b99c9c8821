"""What people say of drafts, with whom they share them, and the policy they set.

What a draft says, and whether it is the one that was looked at, is known to mandates, which come here with it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import update
from sqlalchemy.engine import CursorResult

from trainer.accounts.values import MissionId, Office
from trainer.competencies.values import Area
from trainer.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from trainer.kernel.values import PersonId, Problem, wording
from trainer.kernel.work import Work
from trainer.reviews import queries, rules
from trainer.reviews.events import DraftPolicySet
from trainer.reviews.models import DraftPolicyRow, DraftReader, DraftRemark
from trainer.reviews.values import Policy, ReaderId, RemarkId, RemarkKind, Standing, Verdict


class NoReview(Conflict):
    """There is no review in which this could be said, or one runs already."""


class OwnDraft(NotAllowed):
    """Nobody reviews what they wrote."""

    def __init__(self) -> None:
        super().__init__(
            wording("You wrote this draft or put it up for review: somebody else must review it. You can comment.")
        )


class NotTheirArea(NotAllowed):
    """Somebody answers for an area of which they are not asked."""

    def __init__(self) -> None:
        super().__init__(
            wording("Only the requirements authority of an area answers for it, while a review runs. You can comment.")
        )


class WordsMissing(Invalid):
    """A decision that the authors cannot act on without words."""


class NoSuchReader(NotFound):
    def __init__(self) -> None:
        super().__init__(wording("The draft is not shared with them any more."))


class BadPolicy(Invalid):
    """The policy cannot be put in force; says all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(wording("This policy cannot be put in force as it is."), problems=problems)


# Remarks


def keep_remark(
    work: Work,
    *,
    draft: int,
    version: int,
    kind: RemarkKind,
    verdict: Verdict | None = None,
    text: str = "",
    areas: Collection[Area] = (),
    line: tuple[str, str] | None = None,
) -> RemarkId:
    """Keep for ever what was said of a draft or done to it, and return its id. Raises WordsMissing for too many words."""
    if len(text) > rules.MOST_LETTERS:
        raise WordsMissing(wording("Say it in at most {most} letters.", most=rules.MOST_LETTERS), field="text")
    task_kind, area_of_operations = line or ("", "")
    row = DraftRemark(
        draft_id=draft,
        draft_version=version,
        kind=kind,
        verdict=verdict,
        person_id=work.actor.person,
        said_at=work.now,
        said_on=work.today,
        text=text.strip(),
        areas=[each.value for each in areas],
        task_kind=task_kind,
        area_of_operations=area_of_operations,
    )
    work.session.add(row)
    work.session.flush()  # for the id
    return RemarkId(row.id)


def ask(work: Work, *, draft: int, version: int, standing: Standing, text: str) -> RemarkId:
    """Put a draft up for review and ask every area it touches; raises NoReview when one runs already."""
    if not rules.may_ask(standing):
        raise NoReview(wording("A review of this draft runs already, or the draft is expired. Open it to see which."))
    areas = [each.area for each in standing.areas]
    return keep_remark(work, draft=draft, version=version, kind=RemarkKind.ASKED, text=text, areas=areas)


def review(work: Work, *, draft: int, version: int, standing: Standing, verdict: Verdict, text: str) -> RemarkId:
    """Agree to a draft, or ask for changes with words; raises NoReview, OwnDraft, WordsMissing."""
    person = work.actor.person
    if standing.asked is None or standing.expired:
        raise NoReview(wording("No review of this draft runs. Ask for one first."))
    if person is None or not rules.may_review(standing, person):
        raise OwnDraft
    if verdict is not Verdict.AGREE and not text.strip():
        raise WordsMissing(wording("Say what must change."), field="text")
    agreed = Verdict.AGREE if verdict is Verdict.AGREE else Verdict.CHANGES
    return keep_remark(work, draft=draft, version=version, kind=RemarkKind.REVIEWED, verdict=agreed, text=text)


def answer(
    work: Work,
    *,
    draft: int,
    version: int,
    standing: Standing,
    areas: Collection[Area],
    verdict: Verdict,
    text: str,
) -> RemarkId:
    """Say as requirements authority what is thought of a draft in some areas; raises NotTheirArea, WordsMissing."""
    person = work.actor.person
    if person is None or not areas or not set(areas) <= set(rules.areas_of(standing, person)):
        raise NotTheirArea
    if verdict is not Verdict.AGREE and not text.strip():
        raise WordsMissing(wording("Say what you object to, or what you want to be known."), field="text")
    said = Verdict.COMMENT if verdict is Verdict.CHANGES else verdict
    return keep_remark(
        work,
        draft=draft,
        version=version,
        kind=RemarkKind.ANSWERED,
        verdict=said,
        text=text,
        areas=[each for each in Area if each in areas],
    )


def comment(work: Work, *, draft: int, version: int, text: str, line: tuple[str, str] | None) -> RemarkId:
    """Say something of a draft, or of one task in it; raises WordsMissing."""
    if not text.strip():
        raise WordsMissing(wording("Write what you want to say."), field="text")
    return keep_remark(work, draft=draft, version=version, kind=RemarkKind.COMMENTED, text=text, line=line)


# Readers


def share(
    work: Work, *, draft: int, people: Collection[PersonId], office: Office | None, mission: MissionId
) -> tuple[PersonId, ...]:
    """Share a draft with people, and with the holders of an office of a mission; return the people who are new to it."""
    there = [each for each in queries.readers_of(work.session, drafts=[draft])[draft] if each.ended_at is None]
    new = [each for each in dict.fromkeys(people) if each not in {reader.person for reader in there}]
    rows = [
        DraftReader(draft_id=draft, person_id=person, given_at=work.now, given_by_id=work.actor.person)
        for person in new
    ]
    if office is not None and (office, mission) not in {(reader.office, reader.mission) for reader in there}:
        rows.append(
            DraftReader(
                draft_id=draft,
                office=office,
                mission_id=mission,
                given_at=work.now,
                given_by_id=work.actor.person,
            )
        )
    work.session.add_all(rows)
    return tuple(new)


def end_share(work: Work, *, draft: int, reader: ReaderId) -> None:
    """Share a draft no longer; what they said of it stays. Raises NoSuchReader."""
    ended = work.session.execute(
        update(DraftReader)
        .where(DraftReader.id == reader, DraftReader.draft_id == draft, DraftReader.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    assert isinstance(ended, CursorResult)
    if ended.rowcount != 1:
        raise NoSuchReader


# Policy


def set_policy(work: Work, *, policy: Policy) -> int:
    """Put a policy in force and return its number; the same as before changes nothing. Raises BadPolicy."""
    problems = rules.check_policy(policy)
    if problems:
        raise BadPolicy(problems)
    before = queries.policy_versions(work.session)[0]
    if policy == before.policy:
        return before.number
    number = before.number + 1
    work.session.add(
        DraftPolicyRow(number=number, set_at=work.now, set_by_id=work.actor.person, content=policy.to_json())
    )
    work.record(
        DraftPolicySet(
            number=number,
            two_people=policy.two_people,
            objection_blocks=policy.objection_blocks,
            answer_days=policy.answer_days,
            expire_days=policy.expire_days,
        )
    )
    return number
