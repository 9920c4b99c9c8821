"""Up to when the reader has read."""

from __future__ import annotations

from datetime import UTC, datetime

import wtforms

from trainer.web.forms import PageForm


class ReadForm(PageForm):
    """All messages up to the latest one that was on the page."""

    until = wtforms.HiddenField()

    def to_instant(self) -> datetime | None:
        """The instant, or None for what is none."""
        try:
            instant = datetime.fromisoformat(self.until.data or "")
            return instant.astimezone(UTC) if instant.tzinfo else None
        except (ValueError, OverflowError):  # the first and last days have no instant in every zone
            return None
