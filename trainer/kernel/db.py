"""How values are stored, on both engines alike: the declarative base, constraint names, and column types.

Not a place for queries. Types obey one rule: nothing that only one of SQLite and PostgreSQL can do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum as PyEnum
from typing import Any, ClassVar, Literal, dataclass_transform

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    event,
    func,
    insert,
    literal,
    select,
    type_coerce,
)  # fmt: skip
from sqlalchemy import column as sql_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, MappedColumn, Session, mapped_column, relationship
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
"""Stored whole and read whole; never queried inside."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. A naive one raises, since nobody can tell what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = "an instant must be aware"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of the base class
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Minutes(TypeDecorator[timedelta]):
    """A duration, stored as whole minutes."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - signature of the base class
        return None if value is None else round(value.total_seconds() / 60)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 - signature of the base class
        return None if value is None else timedelta(minutes=value)


def plain_rows(session: Session, query: Select[Any]) -> Sequence[Any]:
    """The rows of a query over columns of tables: of mapped classes, many rows take three times as long to make.

    What waits in the session is written first, as it is for queries over mapped classes.
    """
    session.flush()
    return session.connection().execute(query).all()


def among(session: Session, column: SQLColumnExpression[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column holds one of the ids: one parameter however many they are.

    To name five thousand parameters takes longer than to read their rows.
    """
    if session.get_bind().dialect.name == "postgresql":
        # of an array it knows the length, and reads the table at once where most of it is asked for
        return column == any_(literal([*ids], postgresql.ARRAY(BigInteger)))
    return column.in_(select(func.json_each(json.dumps([*ids])).table_valued(sql_column("value", Integer)).c.value))


def insert_lots(session: Session, into: type[Base], rows: Sequence[dict[str, Any]], *, size: int = 1_000) -> None:
    """Insert rows that all have the same columns, some at a time; those of JSON are given as text.

    So what repeats in thousands of rows can be put into text once.
    """
    if not rows:
        return
    # into the table, not the class: the mapper would cut the rows wherever another column is empty
    table, postgres = into.__table__, session.get_bind().dialect.name == "postgresql"
    texts = {each: bindparam(f"{each.name}_text", type_=Text) for each in table.c if isinstance(each.type, JSON)}
    given = {each: cast(text, each.type) if postgres else type_coerce(text, Text) for each, text in texts.items()}
    statement = insert(table).values(given)  # type: ignore[arg-type]  # a mapped class's table
    names = {each.name: f"{each.name}_text" for each in texts}
    session.flush()
    for first in range(0, len(rows), size):
        some = [{names.get(name, name): value for name, value in row.items()} for row in rows[first : first + size]]
        session.connection().execute(statement, some)


def id_column(*, init: Literal[False] = False) -> MappedColumn[Any]:
    """A surrogate key, given by the database."""
    return mapped_column(BigId, primary_key=True, init=init)


def reference(target: str, *, index: bool = True, primary_key: bool = False, **default: Any) -> MappedColumn[Any]:
    """A foreign key to `table.column`, named as text so that no capability imports another's models."""
    return mapped_column(BigId, ForeignKey(target), index=index and not primary_key, primary_key=primary_key, **default)


def enum_column(kind: type[PyEnum], **options: Any) -> MappedColumn[Any]:
    """An enumeration as text, stored by value and checked by the database."""
    stored = Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
    )
    return mapped_column(stored, **options)


@dataclass_transform(
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(mapped_column, relationship, id_column, reference, enum_column),
)
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of every mapped class: a missing argument is an error in Python, not a NULL at flush."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any] | type[TypeEngine[Any]]]] = {
        str: Text,
        datetime: UtcDateTime,
        timedelta: Minutes,
        dict[str, Any]: Json,
        list[Any]: Json,
    }


WRITING = "trainer_writing"
"""Execution option of a connection: its transaction will write, so SQLite takes the write lock at once."""


def prepare(engine: Engine) -> None:
    """Give the engine of either database the behaviour that the rest relies on; call once, before its first connection."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: Any, _: object) -> None:
    # The driver's own transaction handling begins late and commits early: SQLAlchemy says BEGIN instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write after a stale read fails at once whatever the timeout, so whoever will write says so before reading.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITING) else "BEGIN")


def begin_writing(session: Session) -> None:
    """Begin the session's transaction as one that writes; it must not have begun already."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection(execution_options={WRITING: True})


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key is not there yet. One statement for all rows; no driver tells reliably how many were new."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))
