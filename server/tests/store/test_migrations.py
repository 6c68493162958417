"""The tables come to be by numbered steps, and are then what the code takes them for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from yanxin.store import dialects
from yanxin.store.migrations import HEAD, FolderTooNew, migrate
from yanxin.store.tables import metadata
from yanxin.testing.databases import Postgres


@pytest.fixture
def new_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Makes engines over databases without a table."""
    with ExitStack() as stack:

        def make() -> Engine:
            if kind == "sqlite":
                folder = tmp_path / secrets.token_hex(4)
                folder.mkdir()
                url = dialects.location(folder)
            else:
                postgres: Postgres = request.getfixturevalue("postgres")
                url = postgres.create()
                stack.callback(postgres.drop, url)
            engine = dialects.engine(url, connections=2)
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture
def empty(new_database: Callable[[], Engine]) -> Engine:
    """An engine over a database without a table."""
    return new_database()


def test_from_empty_to_the_tables_of_the_code(empty: Engine) -> None:
    migrate(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []


def test_the_tables_are_spelled_as_the_code_would_spell_them(new_database: Callable[[], Engine]) -> None:
    """What Alembic does not compare: WITHOUT ROWID, partial indexes, the order of keys."""
    migrated, made = new_database(), new_database()
    migrate(migrated)
    with made.connect().execution_options(writes=True) as connection, connection.begin():
        metadata.create_all(connection)

    assert _spelled(migrated) == _spelled(made)


def _spelled(engine: Engine) -> dict[str, list[str]]:
    """What the database itself says of its tables and indexes, by name, its clauses in any order."""
    if engine.dialect.name == dialects.SQLITE:
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    with engine.connect() as connection:
        found = connection.execute(text(query)).all()
    return {name: sorted(" ".join(sql.split()).split(",")) for name, sql in found if "alembic" not in name}


def test_a_second_time_nothing_happens(empty: Engine) -> None:
    migrate(empty)
    with empty.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("INSERT INTO installation (name, value) VALUES ('organisation', '雁')"))

    migrate(empty)

    with empty.connect() as connection:
        assert connection.execute(text("SELECT value FROM installation")).scalar_one() == "雁"


def test_a_newer_folder_is_refused_and_left_as_it_is(empty: Engine) -> None:
    migrate(empty)
    with empty.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = sorted(inspect(empty).get_table_names())

    with pytest.raises(FolderTooNew, match="9999"):
        migrate(empty)

    with closing(empty.connect()) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    assert sorted(inspect(empty).get_table_names()) == before


def test_a_step_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    """All steps are one transaction: a table that stands in the way undoes those made before it."""
    with empty.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE sessions (id INTEGER PRIMARY KEY)"))

    with pytest.raises(Exception, match="sessions"):
        migrate(empty)

    assert inspect(empty).get_table_names() == ["sessions"]


def test_commits_are_waited_for(empty: Engine, kind: str) -> None:
    with empty.connect() as connection:
        if kind == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "10s"
