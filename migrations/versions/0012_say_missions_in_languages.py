"""Say of missions in other languages what is said of them in English.

Why: full name, place and strength stood in English on pages in French and Arabic.
Lock taken on a large PostgreSQL database: a short one on mission, which has few rows; the new column has a default.
Reversible: yes; what was said in other languages is lost.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the texts."""
    # with a default, so that a table to which others refer is not made anew
    op.add_column("mission", sa.Column("translations", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("mission", "translations")
