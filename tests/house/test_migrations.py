"""Migrations have one head, run on both engines, and end at exactly what the models say."""

import re
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.command import upgrade as to
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Enum, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

import trainer.app  # noqa: F401 - reaches every table
from trainer.cli.database import _config, open_engine, upgrade
from trainer.kernel.db import Base


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(_config()).get_heads()) == 1


def test_files_are_numbered_so_that_a_listing_is_the_history() -> None:
    names = sorted(
        path.name for path in (Path(_config().get_main_option("script_location") or "") / "versions").glob("*.py")
    )

    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_migrating_an_empty_database_gives_what_the_models_say(empty_database: AbstractContextManager[str]) -> None:
    with empty_database as url:
        _empty(url)
        engine = open_engine(url)

        assert upgrade(engine)
        assert not upgrade(engine)

        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = compare_metadata(context, Base.metadata)
        engine.dispose()
        assert differences == []


def test_the_words_that_columns_are_held_to_are_those_of_the_models(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        _empty(url)
        engine = open_engine(url)
        upgrade(engine)
        with engine.connect() as connection:
            known = inspect(connection)
            held = {
                (table, each["name"]): set(re.findall(r"'([^']*)'", each["sqltext"]))
                for table in known.get_table_names()
                for each in known.get_check_constraints(table)
            }
        engine.dispose()

    wanted = {
        (table.name, f"ck_{table.name}_{column.type.name}"): set(column.type.enums)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    assert {name: held.get(name) for name in wanted} == wanted


def test_a_database_in_use_is_brought_up_to_date_with_all_that_refers_to_what_is_made_anew(
    empty_database: AbstractContextManager[str],
) -> None:
    with empty_database as url:
        _empty(url)
        engine = open_engine(url)
        config = _config()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            to(config, "0007")
            connection.execute(text(_A_MISSION))
            connection.execute(
                text("INSERT INTO mandate_version (mission_id, version, noted_on) VALUES (1, 3, '2026-01-01')")
            )
            connection.commit()

        assert upgrade(engine)

        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version FROM mandate_version WHERE mission_id = 1")) == 3
            connection.rollback()
            with pytest.raises(IntegrityError):
                connection.execute(text("DELETE FROM mission"))
        engine.dispose()


_A_MISSION = """
INSERT INTO mission
(id, key, name, full_name, place, lead, status, region, time_zone, strength, certainty, contributors)
VALUES (1, 'unmiss', 'UNMISS', '', '', 'UN', 'active', '', 'UTC', '', 'seen', '[]')
"""


def test_the_way_back_leaves_an_empty_database(empty_database: AbstractContextManager[str]) -> None:
    with empty_database as url:
        _empty(url)
        engine = open_engine(url)
        upgrade(engine)
        config = _config()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            downgrade(config, "base")
            connection.commit()

            assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        engine.dispose()


def _empty(url: str) -> None:
    """Take the schema away that the test database comes with."""
    address = make_url(url)
    if address.drivername.startswith("sqlite"):
        Path(address.database or "").unlink()
        return
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
