"""Keep phases, conditions and the closing of missions.

Why: tasks begin when a condition is confirmed and end by their own dates.
Lock taken on a large PostgreSQL database: short ones on instrument and instrument_task, whose new columns have defaults.
Reversible: yes; what was defined and confirmed is lost.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add phases and conditions to texts, what depends on them to tasks, and what officers confirm."""
    _add("instrument", sa.Column("milestones", JSON, nullable=False, server_default="[]"))
    _add("instrument_task", sa.Column("begins_with", sa.String(length=120), nullable=False, server_default=""))
    _add("instrument_task", sa.Column("ends_with", sa.String(length=120), nullable=False, server_default=""))
    _add("instrument_task", sa.Column("ahead", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "condition_confirmation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instrument_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", BIG, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", BIG, nullable=True),
        sa.Column("taken_back_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument.id"], name=op.f("fk_condition_confirmation_instrument_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_condition_confirmation_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["person.id"], name=op.f("fk_condition_confirmation_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_confirmation")),
    )
    op.create_index(op.f("ix_condition_confirmation_instrument_id"), "condition_confirmation", ["instrument_id"])
    op.create_table(
        "given_back",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column(
            "became",
            sa.Enum(
                "given-back",
                "seat-gone",
                "session-begun",
                "session-cancelled",
                "course-closed",
                "module-retired",
                "person-moved",
                "person-left",
                "has-it",
                "held",
                "not-asked",
                name="returned",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_given_back_plan_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_given_back_assignment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_given_back_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_back")),
    )
    for column in ("plan_id", "assignment_id", "person_id"):
        op.create_index(op.f(f"ix_given_back_{column}"), "given_back", [column])
    op.create_index("ix_given_back_subject", "given_back", ["subject_kind", "subject_id"])


def _add(table: str, column: sa.Column) -> None:
    """Add a column that rows have a value for; the default is the program's, not the database's, so it goes again."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(column)
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column.name, server_default=None)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("given_back")
    op.drop_table("condition_confirmation")
    for column in ("ahead", "ends_with", "begins_with"):
        with op.batch_alter_table("instrument_task") as batch:
            batch.drop_column(column)
    with op.batch_alter_table("instrument") as batch:
        batch.drop_column("milestones")
