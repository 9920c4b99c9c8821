"""Let messages ask for a decision on a withdrawal.

Why: the second person that policy wants must hear of it.
Lock taken on a large PostgreSQL database: a short one on notification; its rows are read once.
Reversible: yes; these messages are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    "assigned",
    "withdrawn",
    "reminder",
    "session-cancelled",
    "plan-proposed",
    "recognition-asked",
    "recognition-decided",
    "draft-asked",
    "draft-shared",
    "draft-news",
    "transferred",
)


def upgrade() -> None:
    """Allow the kind of message."""
    _allow((*KINDS, "withdrawal-asked"))


def downgrade() -> None:
    """Take it away again."""
    op.execute("DELETE FROM notification WHERE kind = 'withdrawal-asked'")
    _allow(KINDS)


def _allow(kinds: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{each}'" for each in kinds)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_notificationkind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_notificationkind"), sa.text(f"kind IN ({allowed})"))
