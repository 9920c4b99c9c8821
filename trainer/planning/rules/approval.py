"""Whether a plan may take effect by itself."""

from __future__ import annotations

from collections.abc import Iterator

from trainer.kernel.values import Wording, wording
from trainer.planning.values import Policy, Proposal


def approval_reasons(
    proposal: Proposal, policy: Policy, *, by_instrument: bool, improves: bool = False
) -> tuple[Wording, ...]:
    """Return why policy asks a person to approve the plan; nothing when it may take effect at once.

    Whatever policy says, a plan that moves people for the sake of others never does.
    """
    always = (wording("It was asked for as an improvement, on which a person always decides."),)
    return (*(always if improves else ()), *_reasons(proposal, policy, by_instrument=by_instrument))


def _reasons(proposal: Proposal, policy: Policy, *, by_instrument: bool) -> Iterator[Wording]:
    if by_instrument:
        yield wording("It follows a new or changed instrument.")
    if proposal.changed > policy.most_people_changed:
        yield wording(
            "More people change ({people}) than policy lets through ({most}).",
            people=proposal.changed, most=policy.most_people_changed,
        )  # fmt: skip
    if proposal.changed_untouched:
        yield wording("People change for whom nothing had changed ({people}).", people=proposal.changed_untouched)
    if proposal.travel_cancelled:
        yield wording("Seats that people travel to are taken back ({seats}).", seats=proposal.travel_cancelled)
