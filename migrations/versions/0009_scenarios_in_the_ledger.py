"""Let the ledger find what happened to a scenario.

Why: what was changed of a scenario is answerable as everything else is.
Lock taken on a large PostgreSQL database: a short one on ledger_subject for the constraint; its rows are read once beside others.
Reversible: yes; the entries stay, and are not found under their scenario any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SUBJECTS = (
    "person",
    "mission",
    "instrument",
    "draft",
    "rules",
    "evidence",
    "waiver",
    "pack",
    "partner",
    "course",
    "session",
    "plan-run",
    "plan",
    "assignment",
    "observation",
    "shock",
)
ENTRIES = "'ScenarioSaved', 'ScenarioDiscarded', 'WhatIfAsked', 'WhatIfParked'"
OF_SCENARIO = {
    "sqlite": "json_extract(payload, '$.scenario_id')",
    "postgresql": "CAST(payload ->> 'scenario_id' AS BIGINT)",
}


def upgrade() -> None:
    """Allow the subject, and find under it what was recorded before."""
    _hold((*SUBJECTS, "scenario"))
    scenario = OF_SCENARIO[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO ledger_subject (entry_id, kind, subject_id) "  # noqa: S608 - nothing comes from outside
        f"SELECT id, 'scenario', {scenario} FROM ledger_entry WHERE event IN ({ENTRIES}) AND {scenario} IS NOT NULL"
    )


def downgrade() -> None:
    """Take the subject away again."""
    op.execute("DELETE FROM ledger_subject WHERE kind = 'scenario'")
    _hold(SUBJECTS)


def _hold(kinds: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(kinds)
        return
    words = ", ".join(f"'{each}'" for each in kinds)
    op.execute("ALTER TABLE ledger_subject DROP CONSTRAINT ck_ledger_subject_subjectkind")
    op.execute(
        f"ALTER TABLE ledger_subject ADD CONSTRAINT ck_ledger_subject_subjectkind CHECK (kind IN ({words})) NOT VALID"
    )
    op.execute("ALTER TABLE ledger_subject VALIDATE CONSTRAINT ck_ledger_subject_subjectkind")


def _rebuild(kinds: tuple[str, ...]) -> None:
    """SQLite changes no constraint: make the table anew with its rows."""
    table = sa.Table(
        "ledger_subject",
        sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"}),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*kinds, name="subjectkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("subject_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name="fk_ledger_subject_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "kind", "subject_id", name="pk_ledger_subject"),
        sa.Index("ix_ledger_subject_kind_subject_id", "kind", "subject_id", "entry_id"),
    )
    with op.batch_alter_table(table.name, copy_from=table, recreate="always"):
        pass
