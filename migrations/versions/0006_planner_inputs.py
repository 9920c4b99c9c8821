"""Keep what the planner needs between runs.

Why: quotas, waiting lists and eligible pairs.
Lock taken on a large PostgreSQL database: none.
Reversible: yes.
"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
