"""Keep named scenarios and their results, and what exactly a shock takes.

Why: what-ifs are saved, compared and rerun as data changes; a declared loss names who leaves, and can be ended.
Lock taken on a large PostgreSQL database: short, on shock, which holds a few rows; the new tables are empty.
Reversible: yes; scenarios, their results and the ends of shocks are lost.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Widen shocks; add who leaves, scenarios and their runs."""
    with op.batch_alter_table("shock") as shock:
        shock.add_column(sa.Column("loss", JSON, nullable=True))
        shock.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        shock.add_column(sa.Column("ended_by_id", BIG, nullable=True))
        shock.add_column(sa.Column("ended_because", sa.Text(), nullable=False, server_default=""))
        shock.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        shock.create_foreign_key(op.f("fk_shock_ended_by_id"), "person", ["ended_by_id"], ["id"])
    with op.batch_alter_table("shock") as shock:
        shock.alter_column("ended_because", server_default=None)
        shock.alter_column("version", server_default=None)
    op.create_table(
        "shock_leaver",
        sa.Column("shock_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("mission_id", BIG, nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_shock_leaver_mission_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shock_leaver_person_id")),
        sa.ForeignKeyConstraint(["shock_id"], ["shock.id"], name=op.f("fk_shock_leaver_shock_id")),
        sa.PrimaryKeyConstraint("shock_id", "person_id", name=op.f("pk_shock_leaver")),
    )
    op.create_table(
        "scenario",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("what_ifs", JSON, nullable=False),
        sa.Column("missions", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_scenario_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
    )
    op.create_table(
        "what_if_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("scenario_id", BIG, nullable=True),
        sa.Column("draft_id", BIG, nullable=True),
        sa.Column("scenario_version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "running", "done", "parked", "cancelled",
                name="whatifstate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("last_entry", BIG, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_what_if_run_asked_by_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["instrument_draft.id"], name=op.f("fk_what_if_run_draft_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_what_if_run_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_if_run")),
    )
    op.create_index(op.f("ix_what_if_run_scenario_id"), "what_if_run", ["scenario_id"])
    op.create_index(op.f("ix_what_if_run_draft_id"), "what_if_run", ["draft_id"])
    op.create_index("ix_what_if_run_state", "what_if_run", ["state", "id"])


def downgrade() -> None:
    """Drop scenarios and who leaves; shocks are as they were."""
    op.drop_table("what_if_run")
    op.drop_table("scenario")
    op.drop_table("shock_leaver")
    with op.batch_alter_table("shock") as shock:
        shock.drop_constraint(op.f("fk_shock_ended_by_id"), type_="foreignkey")
        for name in ("version", "ended_because", "ended_by_id", "ended_at", "loss"):
            shock.drop_column(name)
