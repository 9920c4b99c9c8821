"""When a message is tried again."""

from datetime import timedelta

import pytest

from trainer.notifications import rules


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [
        (1, timedelta(minutes=1)),
        (2, timedelta(minutes=5)),
        (4, timedelta(hours=2)),
        (5, None),
        (6, None),
    ],
    ids=["after the first", "after the second", "after the fourth", "the fifth was the last", "never again"],
)
def test_the_pause_grows_until_the_message_is_given_up(attempts: int, pause: timedelta | None) -> None:
    assert rules.pause_after(attempts) == pause
