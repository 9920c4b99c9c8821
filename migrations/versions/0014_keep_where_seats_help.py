"""Keep with each plan in which sessions one more seat would help, and how much.

Why: it is worked out for every plan, and tells managers and partners where to add seats.
Lock taken on a large PostgreSQL database: none, the table is new.
Reversible: yes; what was kept is lost, and plans made anew have it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "plan_seat_value",
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("course_session_id", BIG, nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_session_id"],
            ["course_session.id"],
            name=op.f("fk_plan_seat_value_course_session_id_course_session"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_seat_value_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "course_session_id", name=op.f("pk_plan_seat_value")),
    )
    op.create_index("ix_plan_seat_value_course_session_id", "plan_seat_value", ["course_session_id"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("plan_seat_value")
