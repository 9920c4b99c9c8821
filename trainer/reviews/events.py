"""What happens to the policy for drafts. What happens to a draft is told by mandates, which know its text."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPolicySet(Event):
    number: int
    two_people: bool
    objection_blocks: bool
    answer_days: int
    expire_days: int
