"""When a message that could not be sent is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(minutes=10)
"""Who claimed a message holds it so long; after that the sender is taken to have died and the message is free again."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""After the first, second … failed attempt."""
MOST_ATTEMPTS = len(PAUSES) + 1


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts, from 1; None when there shall be no other."""
    return PAUSES[attempts - 1] if attempts < MOST_ATTEMPTS else None
