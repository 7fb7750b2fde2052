"""Rows into an empty database as quickly as it takes them: no journal, no checks of what cannot be wrong, indexes at the end.

For databases that are made anew when something goes wrong: what is written here is not safe before it is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from pipeline.store import inverted, stretches
from pipeline.store.engine import Database
from pipeline.store.tables import Base

_CACHE = 1_000_000  # kibibytes
_FTS_HASH = 64 * 2**20  # bytes of words that SQLite gathers before it writes them
_SQLITE = (
    "journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", f"cache_size = -{_CACHE}", "locking_mode = EXCLUSIVE",
)  # fmt: skip
_POSTGRESQL = (
    "session_replication_role = replica",  # rows are not looked up for each key that points at them
    "synchronous_commit = off",
    f"maintenance_work_mem = '{_CACHE}kB'",
)


@contextmanager
def loading(database: Database, tables: Sequence[str]) -> Iterator[Connection]:
    """A connection to fill these tables by; their indexes (not what makes rows unique) are made when it is done, then all is analysed."""
    made = [index for name in tables for index in sorted(Base.metadata.tables[name].indexes, key=lambda i: str(i.name))]
    database.engine.dispose()  # the journal is switched off only where nobody else is connected
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if database.is_sqlite:
            for pragma in _SQLITE:
                driver.execute(f"PRAGMA {pragma}").close()
        for setting in () if database.is_sqlite else _POSTGRESQL:
            connection.exec_driver_sql(f"SET {setting}")
        for index in made:
            index.drop(connection)
        yield connection
        for index in made:
            index.create(connection)
        connection.commit()
        connection.invalidate()  # it is set up like no other
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def rows(connection: Connection, table: str, columns: Sequence[str], made: Iterable[Sequence[Any]]) -> None:
    """Write rows of a table."""
    listed = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        driver.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", made)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in made:
            copy.write_row(row)


def words(connection: Connection, index: inverted.Index, made: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Write documents of a search index, numbers rising."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.execute(f"INSERT INTO {index.name} ({index.name}, rank) VALUES ('hashsize', {_FTS_HASH})")
        sql = f"INSERT INTO {index.name} (rowid, words) VALUES (?, ?)"
        driver.executemany(sql, ((number, " ".join(tokens)) for number, tokens in made))
        driver.execute(f"INSERT INTO {index.name} ({index.name}, rank) VALUES ('hashsize', 1048576)")
        return
    with driver.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index.name}_words, {index.name}_stems")
        with cursor.copy(f"COPY {index.name} (id, words) FROM STDIN") as copy:
            for number, tokens in made:
                copy.write_row((number, stretches.vector(number >> index.shift, tokens)))
        for statement in index.create("postgresql")[1:]:
            cursor.execute(statement)
