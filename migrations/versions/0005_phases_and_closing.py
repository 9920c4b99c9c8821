"""Keep phases, conditions and the closing of missions.

Why: tasks begin when a condition is confirmed and end by their own dates.
Lock taken on a large PostgreSQL database: none.
Reversible: yes.
"""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
