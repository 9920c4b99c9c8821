"""Tell runs that improve from runs that repair.

Why: an improvement may move everybody's seats, so that a person must decide on it, and on its own.
Lock taken on a large PostgreSQL database: a short one on plan_run; its rows are read once.
Reversible: yes; proposals of improvements stay as ordinary ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the kind; all runs so far repair."""
    with op.batch_alter_table("plan_run") as run:
        run.add_column(sa.Column("kind", sa.String(length=40), nullable=False, server_default="repair"))
        run.create_check_constraint(op.f("ck_plan_run_runkind"), sa.text("kind IN ('repair', 'improve')"))
    with op.batch_alter_table("plan_run") as run:
        run.alter_column("kind", server_default=None)


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("plan_run") as run:
        run.drop_constraint(op.f("ck_plan_run_runkind"), type_="check")
        run.drop_column("kind")
