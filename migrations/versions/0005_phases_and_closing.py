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
KINDS = (
    "assigned",
    "withdrawn",
    "reminder",
    "session-cancelled",
    "plan-proposed",
    "recognition-asked",
    "recognition-decided",
    "draft-asked",
    "draft-shared",
    "draft-news",
)


def upgrade() -> None:
    """Add phases and conditions to texts, what depends on them to tasks, and what officers confirm."""
    # with defaults, so that no table that others refer to is made anew
    op.add_column("instrument", sa.Column("milestones", JSON, nullable=False, server_default="[]"))
    op.add_column("instrument_task", sa.Column("begins_with", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("instrument_task", sa.Column("ends_with", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("instrument_task", sa.Column("ahead", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("draws_down_on", "liquidates_on", "closes_on"):
        op.add_column("mission", sa.Column(column, sa.Date(), nullable=True))
    _allow("notification", "kind", "notificationkind", (*KINDS, "transferred"))
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


def _allow(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    """Let a column of an enumeration hold these values."""
    allowed = ", ".join(f"'{each}'" for each in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.text(f"{column} IN ({allowed})"))


def downgrade() -> None:
    """Take them away again."""
    op.execute("DELETE FROM notification WHERE kind = 'transferred'")
    _allow("notification", "kind", "notificationkind", KINDS)
    for column in ("closes_on", "liquidates_on", "draws_down_on"):
        op.drop_column("mission", column)
    op.drop_table("given_back")
    op.drop_table("condition_confirmation")
    for column in ("ahead", "ends_with", "begins_with"):
        op.drop_column("instrument_task", column)
    op.drop_column("instrument", "milestones")
