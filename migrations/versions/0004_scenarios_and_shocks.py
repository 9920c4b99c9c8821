"""Keep named scenarios and their shocks.

Why: what-ifs are saved, compared and rerun as data changes.
Lock taken on a large PostgreSQL database: none.
Reversible: yes.
"""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
