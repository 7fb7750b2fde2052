"""SQLite and PostgreSQL: how each is opened, how each begins a transaction, which of its errors pass by themselves.

SQLite before 3.51.3 can corrupt a database in WAL mode when two connections write or checkpoint at once; there the rollback
journal is used. Every write begins IMMEDIATE: a deferred transaction that has read fails at once when another one writes.
"""

from __future__ import annotations

import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, FromClause, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipeline.errors import UsageError

SAFE_WAL = (3, 51, 3)
BUSY_MS = 15_000
WRITE = "treatywatch_write"  # execution option: this transaction writes

_TRANSIENT = (
    frozenset(  # SQLSTATE: serialisation, deadlock, lock, shutdown, restart, connection lost, too many connections
        {
            "40001",
            "40P01",
            "55P03",
            "57P01",
            "57P02",
            "57P03",
            "08000",
            "08001",
            "08003",
            "08004",
            "08006",
            "08007",
            "53300",
        }
    )
)
_FULL = frozenset({"53100", "53200"})


def create(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://…`. UsageError for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise UsageError("database_url is not a database address") from exc
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return _postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise UsageError(f"database_url: {parsed.drivername} is not supported; use sqlite:/// or postgresql+psycopg://")


def driver() -> ModuleType:
    """The newest SQLite at hand: the bundled one of pysqlite3 where it is installed, else Python's own."""
    try:
        import pysqlite3.dbapi2 as bundled  # noqa: PLC0415  (Linux only)
    except ImportError:
        return sqlite3
    newest: ModuleType = max(bundled, sqlite3, key=lambda module: module.sqlite_version_info)
    return newest


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise UsageError("database_url: the history needs a file, e.g. sqlite:///treatywatch.db")
    module = driver()
    wal = module.sqlite_version_info >= SAFE_WAL
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), module=module, pool_size=16, max_overflow=16)

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            f"journal_mode = {'WAL' if wal else 'DELETE'}",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    engine.dialect.statement_compiler = _Compiler
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)
    return engine


class _Compiler(SQLiteCompiler):
    """Says the hints of a statement ("INDEXED BY …"), which the library keeps to itself for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:  # noqa: ARG002 - as it is called
        """The hint of a table, behind its name."""
        return text


def _postgresql(url: URL) -> Engine:
    # a connection is not asked whether it lives before each use: one that does not is found out by the work, which is done again
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_use_lifo=True,  # one that was used lately has its statements prepared
        # most of these statements take a millisecond or two: to compile one takes fifteen, to begin another process to help, ten
        connect_args={
            "connect_timeout": 10,
            "options": "-c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0",
        },
    )


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: several statements see one state of the data."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def glancing(engine: Engine) -> Engine:
    """The same engine for single statements that only read: they see one state of the data without a transaction around them."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def passes_by_itself(error: DBAPIError) -> bool:
    """True where the same transaction, done again from its start, can succeed."""
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _TRANSIENT or _unreachable(error)


def is_unavailable(error: DBAPIError) -> str | None:
    """In a few words why the database cannot work now: full, read-only, broken. None for an error of ours."""
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    for start, words in (
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_IOERR", "the disk cannot be read or written"),
        ("SQLITE_READONLY", "the database file is read-only"),
        ("SQLITE_CANTOPEN", "the database file cannot be opened"),
        ("SQLITE_CORRUPT", "the database file is damaged"),
        ("SQLITE_NOTADB", "the file is not a database"),
    ):
        if name.startswith(start):
            return words
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _FULL:
        return "the disk is full"
    return "the server is read-only" if state == "25006" else None


def words(error: DBAPIError) -> str:
    """The first line of what the driver says."""
    lines = str(error.orig or error).strip().splitlines()
    return lines[0][:200] if lines else type(error.orig).__name__


def _unreachable(error: DBAPIError) -> bool:
    """psycopg has no SQLSTATE for a server it cannot reach."""
    kind = type(error.orig)
    return kind.__name__ == "OperationalError" and kind.__module__.startswith("psycopg") and not _state(error)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
