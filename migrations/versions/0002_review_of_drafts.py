"""Keep what people say and decide about a draft.

Why: comments, reviews and the answers of requirements authorities stay with the instrument.
Lock taken on a large PostgreSQL database: none.
Reversible: yes.
"""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
