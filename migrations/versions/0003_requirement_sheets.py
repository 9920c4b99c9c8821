"""Keep what the requirements matrix needs to be edited in bulk.

Why: rules are imported and exported as a sheet.
Lock taken on a large PostgreSQL database: none.
Reversible: yes.
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
