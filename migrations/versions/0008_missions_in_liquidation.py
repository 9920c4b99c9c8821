"""Let missions be in liquidation.

Why: between drawing down and closed, operations have ceased and only what remains is done.
Lock taken on a large PostgreSQL database: a short one on mission, which is small.
Reversible: yes; missions in liquidation draw down again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = ("active", "drawing-down", "closed")


def upgrade() -> None:
    """Allow the status; the day itself sets it."""
    _allow(("active", "drawing-down", "liquidating", "closed"))


def _allow(values: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{each}'" for each in values)
    with op.batch_alter_table("mission") as batch:
        batch.drop_constraint(op.f("ck_mission_missionstatus"), type_="check")
        batch.create_check_constraint(op.f("ck_mission_missionstatus"), sa.text(f"status IN ({allowed})"))


def downgrade() -> None:
    """Take it away again."""
    op.execute("UPDATE mission SET status = 'drawing-down' WHERE status = 'liquidating'")
    _allow(BEFORE)
