"""Open drafts as the terminal prints them for other programs: how far each is, and what the areas say."""

from __future__ import annotations

from typing import Any

from trainer.mandates.values import DraftLine


def draft_line_to_json(line: DraftLine) -> dict[str, Any]:
    """One draft; people are counted, not named."""
    standing = line.standing
    return {
        "id": line.card.id,
        "mission": line.mission.key,
        "symbol": line.card.symbol,
        "effective_on": line.card.effective_on.isoformat(),
        "changed_at": line.card.changed_at.isoformat(),
        "stage": standing.stage.value,
        "review_asked_on": standing.asked.on.isoformat() if standing.asked else None,
        "answers_due_on": standing.answers_due_on.isoformat() if standing.answers_due_on else None,
        "authors": len(standing.authors),
        "areas": [
            {
                "area": each.area.value,
                "owned": each.authority is not None,
                "asked": each.asked and each.authority is not None,
                "answered": each.asked and each.fresh,
                "answer": each.answer.verdict.value if each.answer and each.answer.verdict else None,
            }
            for each in standing.areas
        ],
        "expires_on": standing.lapses_on.isoformat(),
        "expired": standing.expired,
    }
