"""Keep requests to withdraw a published text.

Why: where policy asks for two people to publish, it takes two to withdraw as well.
Lock taken on a large PostgreSQL database: none, the table is new.
Reversible: yes; open requests are lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table of requests."""
    op.create_table(
        "withdrawal_request",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instrument_id", BIG, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_withdrawal_request_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_withdrawal_request_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument.id"], name=op.f("fk_withdrawal_request_instrument_id_instrument")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_request")),
    )
    op.create_index(
        op.f("ix_withdrawal_request_instrument_id"), "withdrawal_request", ["instrument_id"], unique=False
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("withdrawal_request")
