"""What was published while somebody was at work on the rules, so that they can decide with open eyes."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.accounts import queries as account_queries
from trainer.edge import reading
from trainer.kernel.values import PersonId
from trainer.mandates.queries import NoSuchRuleVersion
from trainer.mandates.values import RuleVersionCard
from trainer.requirements import queries
from trainer.requirements.values import RuleMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Versions published since the one that was seen, and what they moved."""

    seen: int
    now: int
    versions: tuple[RuleVersionCard, ...]
    """Latest first."""
    moves: tuple[RuleMove, ...]
    names: dict[PersonId, str]
    """Of those who published them."""


def between(seen: int) -> Between:
    """What was published since; since ever, for a version that never was."""
    try:
        found = queries.versions_page(reading(), before=max(0, seen))
    except NoSuchRuleVersion:
        found = queries.versions_page(reading(), before=0)
    people = {each.published_by for each in found.between if each.published_by is not None}
    cards = account_queries.people_cards(reading(), people=people)
    return Between(
        seen=found.before.number,
        now=found.after.number,
        versions=found.between,
        moves=found.difference.moves,
        names={person: card.name for person, card in cards.items()},
    )
