"""Keep what people say and decide about a draft.

Why: comments, reviews and the answers of requirements authorities stay with the instrument.
Lock taken on a large PostgreSQL database: a short one on `ledger_subject` and `notification`, whose constraints are
exchanged; the new ones are checked after it, without a lock against writing.
Reversible: yes, without what was said of drafts.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

SUBJECTS = (
    "person",
    "mission",
    "instrument",
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
NEW_SUBJECTS = ("draft",)
NOTICES = (
    "assigned",
    "withdrawn",
    "reminder",
    "session-cancelled",
    "plan-proposed",
    "recognition-asked",
    "recognition-decided",
)
NEW_NOTICES = ("draft-asked", "draft-shared", "draft-news")
OFFICES = ("trainee", "mandate-officer", "readiness-manager", "training-partner", "auditor", "administrator")


def upgrade() -> None:
    """Make the tables of reviews, and let ledger and messages speak of drafts."""
    op.create_table(
        "draft_policy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by_id", BIG, nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_draft_policy_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_policy")),
        sa.UniqueConstraint("number", name=op.f("uq_draft_policy_number")),
    )
    op.create_table(
        "draft_remark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("draft_id", BIG, nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _enum(
                "remarkkind",
                ("begun", "changed", "asked", "reviewed", "answered")
                + ("commented", "renewed", "expired", "published", "discarded"),
            ),
            nullable=False,
        ),
        sa.Column("verdict", _enum("verdict", ("agree", "changes", "objection", "comment")), nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("task_kind", sa.String(length=60), nullable=False),
        sa.Column("area_of_operations", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["instrument_draft.id"], name=op.f("fk_draft_remark_draft_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_remark_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_remark")),
    )
    op.create_index(op.f("ix_draft_remark_draft_id"), "draft_remark", ["draft_id"], unique=False)
    op.create_table(
        "draft_reader",
        sa.Column("id", BIG, nullable=False),
        sa.Column("draft_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("office", _enum("office", OFFICES), nullable=True),
        sa.Column("mission_id", BIG, nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by_id", BIG, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (office IS NULL)", name=op.f("ck_draft_reader_reader")),
        sa.ForeignKeyConstraint(["draft_id"], ["instrument_draft.id"], name=op.f("fk_draft_reader_draft_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_draft_reader_given_by_id")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_draft_reader_mission_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_reader_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_reader")),
    )
    op.create_index(op.f("ix_draft_reader_draft_id"), "draft_reader", ["draft_id"], unique=False)
    op.create_index(op.f("ix_draft_reader_person_id"), "draft_reader", ["person_id"], unique=False)
    op.add_column("instrument_draft", sa.Column("lapses_on", sa.Date(), nullable=True))
    op.add_column(
        "instrument_draft", sa.Column("lapse_noted", sa.String(length=10), nullable=False, server_default="")
    )
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_subjects((*SUBJECTS, *NEW_SUBJECTS))
        _rebuild_notices((*NOTICES, *NEW_NOTICES))
    else:
        _exchange("ledger_subject", "subjectkind", (*SUBJECTS, *NEW_SUBJECTS))
        _exchange("notification", "notificationkind", (*NOTICES, *NEW_NOTICES))


def downgrade() -> None:
    """Take all of it away, and what ledger and messages say of drafts."""
    op.execute("DELETE FROM ledger_subject WHERE kind = 'draft'")
    op.execute("DELETE FROM notification WHERE kind IN ('draft-asked', 'draft-shared', 'draft-news')")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_notices(NOTICES)
        _rebuild_subjects(SUBJECTS)
    else:
        _exchange("notification", "notificationkind", NOTICES)
        _exchange("ledger_subject", "subjectkind", SUBJECTS)
    with op.batch_alter_table("instrument_draft") as batch:
        batch.drop_column("lapse_noted")
        batch.drop_column("lapses_on")
    op.drop_index(op.f("ix_draft_reader_person_id"), table_name="draft_reader")
    op.drop_index(op.f("ix_draft_reader_draft_id"), table_name="draft_reader")
    op.drop_table("draft_reader")
    op.drop_index(op.f("ix_draft_remark_draft_id"), table_name="draft_remark")
    op.drop_table("draft_remark")
    op.drop_table("draft_policy")


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _exchange(table: str, name: str, values: tuple[str, ...]) -> None:
    """Put another list of words in the place of the one that a column is held to; PostgreSQL."""
    words = ", ".join(f"'{value}'" for value in values)
    constraint = f"ck_{table}_{name}"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK (kind IN ({words})) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _rebuild_subjects(kinds: tuple[str, ...]) -> None:
    """SQLite changes no constraint: make the table anew with its rows."""
    table = sa.Table(
        "ledger_subject",
        _naming(),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("kind", _enum("subjectkind", kinds), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name="fk_ledger_subject_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "kind", "subject_id", name="pk_ledger_subject"),
        sa.Index("ix_ledger_subject_kind_subject_id", "kind", "subject_id", "entry_id"),
    )
    _rebuild(table)


def _rebuild_notices(kinds: tuple[str, ...]) -> None:
    states = ("waiting", "sending", "sent", "failed", "not-wanted")
    table = sa.Table(
        "notification",
        _naming(),
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("kind", _enum("notificationkind", kinds), nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("about_kind", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("delivery", _enum("deliverystate", states), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_again_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("failed_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notification_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.UniqueConstraint("dedupe", name="uq_notification_dedupe"),
        sa.Index("ix_notification_delivery", "delivery", "try_again_at"),
        sa.Index("ix_notification_person", "person_id", "read_at"),
    )
    _rebuild(table)


def _naming() -> sa.MetaData:
    return sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})


def _rebuild(table: sa.Table) -> None:
    with op.batch_alter_table(table.name, copy_from=table, recreate="always"):
        pass
