"""Keep what officers decide of the last days of single tasks.

Why: while a mission draws down, tasks end or are wound up by decision, without a new text.
Lock taken on a large PostgreSQL database: none, the table is new.
Reversible: yes; what was decided is lost, and what texts say counts again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MARKS = sa.Enum(
    "residual", "liquidation", name="closuremark", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    """Add the table of decisions."""
    op.create_table(
        "task_closure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instrument_id", BIG, nullable=False),
        sa.Column("task_kind", sa.String(length=60), nullable=False),
        sa.Column("area_of_operations", sa.String(length=120), nullable=False),
        sa.Column("mark", MARKS, nullable=False),
        sa.Column("liquidates_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", BIG, nullable=True),
        sa.Column("taken_back_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR liquidates_on IS NULL OR ends_on > liquidates_on", name=op.f("ck_task_closure_days")
        ),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"], name=op.f("fk_task_closure_instrument_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_task_closure_decided_by_id")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["person.id"], name=op.f("fk_task_closure_taken_back_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_closure")),
    )
    op.create_index(op.f("ix_task_closure_instrument_id"), "task_closure", ["instrument_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("task_closure")
