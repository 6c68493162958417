"""What differs between SQLite and PostgreSQL: the only module that knows which one it is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"

LOCK_TIMEOUT_S = 10
DRIVER_ERRORS: Final = (DBAPIError, sqlite3.Error, psycopg.Error)
"""What a broken connection raises, through SQLAlchemy or from the driver itself."""


class Cursor(Protocol):
    """A driver's cursor, as the hot path uses it: no layer between it and the database."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, statement: Any, parameters: Any = ..., /) -> Any: ...
    def executemany(self, statement: Any, parameters: Any, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def close(self) -> None: ...
    def fetchall(self) -> Sequence[Any]: ...


def location(folder: Path) -> str:
    """The URL of the SQLite database that lives in `folder`."""
    return f"sqlite:///{folder / 'yanxin.sqlite3'}"


def engine(url: str, *, connections: int) -> Engine:
    """An engine for `url` whose transactions begin and end exactly where SQLAlchemy says.

    On SQLite: write-ahead log, full sync (a commit is on disk when it returns), foreign keys on.
    On PostgreSQL: commits are waited for, a statement waits for a lock 10 s at the most.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE:
        return _sqlite(parsed, connections)
    if parsed.get_backend_name() == POSTGRESQL:
        return _postgresql(parsed, connections)
    raise ValueError(
        f"{parsed.get_backend_name()} is not a database that Yanxin knows; use sqlite:///FILE or postgresql://…"
    )


def _sqlite(url: URL, connections: int) -> Engine:
    made = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=QueuePool,
        pool_size=connections,
        hide_parameters=True,  # an error in a log says nothing of what was written
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": LOCK_TIMEOUT_S, "cached_statements": 256},
    )

    @event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own idea of transactions is switched off; "begin" below is ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-65536",
            "mmap_size=268435456",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:
            writes = connection.get_execution_options().get("writes")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def _postgresql(url: URL, connections: int) -> Engine:
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        hide_parameters=True,  # an error in a log says nothing of what was written
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "yanxin",
            "options": f"-c lock_timeout={LOCK_TIMEOUT_S}s -c statement_timeout=60s "
            "-c idle_in_transaction_session_timeout=60s -c timezone=UTC -c synchronous_commit=on",
        },
    )

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return made


def begin_writing(connection: Connection, cursor: Cursor) -> None:
    """Begins a transaction that writes, at the driver; psycopg begins one by itself with the first statement."""
    if connection.dialect.name == SQLITE:
        cursor.execute("BEGIN IMMEDIATE")


def is_shared(bind: Engine | Connection) -> bool:
    """Whether others may write to the database too, so that nothing read may be held after a commit."""
    return bind.dialect.name == POSTGRESQL


def insert(connection: Connection | Engine, table: Table) -> Any:
    """An INSERT that understands ON CONFLICT, in the words of this database."""
    if connection.dialect.name == POSTGRESQL:
        return postgresql.insert(table)
    return sqlite.insert(table)


class DriverStatement:
    """A statement as text for the driver's cursor, and where the given values stand in it."""

    __slots__ = ("_order", "text")

    def __init__(self, text: str, order: Sequence[int | _Constant] | None) -> None:
        self.text = text
        self._order = order

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """`values`, in the order in which the statement names them, with the constants that it has itself."""
        if self._order is None:
            return values
        return [values[each] if isinstance(each, int) else each.value for each in self._order]


class _Constant:
    """A value that the statement has itself."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def driver_statement(bind: Connection | Engine, statement: Any, names: Sequence[str]) -> DriverStatement:
    """`statement` for the driver's cursor; its values will be given in the order of `names`.

    Compiled once by SQLAlchemy, so that hot paths are spelled in Core too and are run without it.
    """
    compiled = statement.compile(
        dialect=bind.dialect, column_keys=list(names) if isinstance(statement, Insert) else None
    )
    positions: Sequence[str]
    if compiled.positional:
        text, positions = str(compiled), compiled.positiontup or []
    else:
        # psycopg takes %(name)s; a plain %s in the order in which the names stand is the same and cheaper.
        text, positions = _positional(str(compiled))
    if list(positions) == list(names):
        return DriverStatement(text, None)
    place = {name: index for index, name in enumerate(names)}
    return DriverStatement(
        text, [place[name] if name in place else _Constant(compiled.params[name]) for name in positions]
    )


_NAMED = re.compile(r"%\((\w+)\)s(?:::\w+)?")


def _positional(text: str) -> tuple[str, list[str]]:
    return _NAMED.sub("%s", text), _NAMED.findall(text)


def is_conflict(error: DBAPIError) -> bool:
    """Whether `error` says that a unique value stands there already."""
    cause = error.orig
    if isinstance(cause, sqlite3.IntegrityError):
        return True
    return isinstance(cause, psycopg.errors.UniqueViolation)


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed if tried again: a deadlock, a serialization failure, a fail-over."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.OperationalError):
        return True
    return isinstance(cause, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected)


def is_full(error: BaseException) -> bool:
    """Whether `error` says that the disk is full."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return "disk is full" in str(cause)
    return isinstance(cause, psycopg.errors.DiskFull)
