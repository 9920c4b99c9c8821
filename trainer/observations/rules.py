"""Judgements about lessons learned: what can be taken, who reads and reviews, what may follow what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from trainer.accounts import rules as account_rules
from trainer.accounts.values import Account, MissionId, Permission
from trainer.catalogue.values import ModuleKey
from trainer.kernel.values import Problem, Wording, wording
from trainer.observations.values import (
    OPEN_TO_ALL,
    REASON_LENGTH,
    TEXT_LENGTH,
    ObservationDraft,
    ObservationPage,
    ObservationState,
    Reader,
)

FOLLOWS: Mapping[ObservationState, frozenset[ObservationState]] = {
    ObservationState.REPORTED: frozenset({ObservationState.ACCEPTED, ObservationState.DECLINED}),
    ObservationState.ACCEPTED: frozenset({ObservationState.ANSWERED}),
    ObservationState.DECLINED: frozenset({ObservationState.ACCEPTED}),
    ObservationState.ANSWERED: frozenset(),
}
"""What may become of a lesson; one that was declined may still be accepted, when more like it come in."""

REVIEWING = (Permission.APPROVE_PLAN, Permission.REVISE_RULES)
"""Those who decide on training and on requirements decide on lessons; reading readiness alone is not enough."""


def may_review(account: Account, *, mission: MissionId) -> bool:
    """Whether the account may decide on lessons of the mission."""
    return any(account_rules.may(account, permission, mission=mission) for permission in REVIEWING)


def reader_of(account: Account) -> Reader:
    """Return what decides which lessons the account may read."""
    return Reader(person=account.person, missions=account_rules.reach_of(account, Permission.READ_READINESS))


def may_read(reader: Reader, observation: ObservationPage) -> bool:
    """Whether the reader may see the lesson: once accepted everybody may, before only its reporter and the mission's managers."""
    return (
        observation.state in OPEN_TO_ALL
        or observation.reported_by == reader.person
        or reader.missions is None
        or observation.mission in reader.missions
    )


def may_follow(state: ObservationState, then: ObservationState) -> bool:
    """Whether a lesson in one state may come into the other."""
    return then in FOLLOWS[state]


def check_observation(
    draft: ObservationDraft, *, on: date, missions: Collection[MissionId], known_modules: Collection[ModuleKey]
) -> tuple[Problem, ...]:
    """Return everything wrong with a report, in the order of the form; empty when it can be taken."""
    problems: list[Problem] = []
    if draft.mission not in missions:
        problems.append(_at("mission", wording("Choose the mission in which this was learned.")))
    if draft.observed_on > on:
        problems.append(
            _at("observed_on", wording("Give the day on which this was seen: it cannot lie in the future."))
        )
    problems.extend(
        _check_text("text", draft.text, TEXT_LENGTH, wording("Say what happened and what should be taught."))
    )
    if not draft.areas:
        problems.append(_at("areas", wording("Choose at least one mandate area, so that its owners see this.")))
    problems.extend(
        _at("modules", wording("There is no module “{key}” any more. Take it away.", key=key))
        for key in sorted(set(draft.modules) - set(known_modules))
    )
    return tuple(problems)


def check_reason(text: str, *, field: str) -> tuple[Problem, ...]:
    """Return what is wrong with a reason that the reporter will read."""
    return _check_text(field, text, REASON_LENGTH, wording("Say why, in a sentence that the reporter will understand."))


def _check_text(field: str, text: str, most: int, needed: Wording) -> tuple[Problem, ...]:
    if not text.strip():
        return (_at(field, needed),)
    if len(text) > most:
        message = wording("This is {length} characters long; at most {most} are taken.", length=len(text), most=most)
        return (_at(field, message),)
    return ()


def _at(field: str, message: Wording) -> Problem:
    return Problem(field=field, message=message)
