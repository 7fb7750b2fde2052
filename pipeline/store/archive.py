"""Everything in one stream of lines, and back: how a history moves from one database to another without loss.

    {"format": "treatywatch", "version": 1, "schema": "0002"}
    {"table": "feeds", "row": {…}}  …  {"end": 12345}

Rows stand in the order of their tables' dependence and of their keys, keys of a row in alphabetical order, so that the same history
gives the same bytes from either database. The search index is not in it, nor are events as readers are told of them (`documents`); they are made anew.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, LargeBinary, Table, collate, func, insert, inspect, select
from sqlalchemy.exc import DataError, IntegrityError

from pipeline.errors import UsageError
from pipeline.plan import instant
from pipeline.store import documents, event_search, migrate, search
from pipeline.store.tables import Base
from pipeline.store.types import CleanText, UtcDateTime

FORMAT, VERSION = "treatywatch", 1
_BATCH = 500


def lines(connection: Connection) -> Iterator[str]:
    """The whole database as it stands in this transaction, line by line, without line ends. Not kept in memory."""
    yield _line({"format": FORMAT, "version": VERSION, "schema": migrate.head()})
    count = 0
    for table in Base.metadata.sorted_tables:
        for row in connection.execution_options(yield_per=_BATCH).execute(
            select(table).order_by(*_keys(connection, table))
        ):
            count += 1
            yield _line({"table": table.name, "row": {name: _plain(value) for name, value in row._mapping.items()}})
    yield _line({"end": count})


def restore(connection: Connection, given: Iterable[str]) -> int:
    """Fill an empty, migrated database from such lines; how many rows. UsageError where it is not empty or the lines are not whole.

    Call it in one transaction: then nothing is written where anything is wrong.
    """
    _refuse_history(connection)
    numbered = ((number, _read(number, line)) for number, line in enumerate(given, 1) if line.strip())
    _, head = next(numbered, (0, {}))
    if head.get("format") != FORMAT or head.get("version") != VERSION:
        raise UsageError("the first line does not say that this is an archive of treatywatch (version 1)")
    if head.get("schema") != migrate.head():
        raise UsageError(
            f"the archive has schema {head.get('schema')}, this program {migrate.head()}: export it with this version"
        )
    count, whole = 0, False
    for (name, _), rows in itertools.groupby(numbered, key=lambda one: (one[1].get("table"), "end" in one[1])):
        if name is None:
            whole = [row.get("end") for _, row in rows] == [count]
            continue
        table = Base.metadata.tables.get(name)
        if table is None:
            raise UsageError(f"the archive has a table {name!r} that this version does not know")
        count += _fill(connection, table, rows)
    if not whole:
        raise UsageError("the archive is not whole: its last line does not count what stands before it")
    _number_on(connection)
    search.catch_up(connection)
    event_search.catch_up(connection)
    documents.catch_up(connection)
    return count


def _keys(connection: Connection, table: Table) -> list[Any]:
    """A table's key, texts byte by byte: the databases' own orders differ."""
    if connection.dialect.name == "sqlite":
        return list(table.primary_key)
    return [collate(key, "C") if isinstance(key.type, CleanText) else key for key in table.primary_key]


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise UsageError(f"line {number} of the archive is not one of ours")
    return row


def _fill(connection: Connection, table: Table, rows: Iterator[tuple[int, dict[str, Any]]]) -> int:
    count = 0
    while batch := list(itertools.islice(rows, _BATCH)):
        columns = [_columns(table, number, line.get("row")) for number, line in batch]
        try:
            connection.execute(insert(table), columns)
        except (IntegrityError, DataError):
            raise UsageError(
                f"lines {batch[0][0]} to {batch[-1][0]} of the archive do not fit {table.name}, or what stands before them"
            ) from None
        count += len(batch)
    return count


def _columns(table: Table, number: int, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or set(row) != {column.name for column in table.columns}:
        raise UsageError(f"line {number} of the archive does not fit the table {table.name}")
    try:
        return {column.key: _typed(column, row[column.name]) for column in table.columns}
    except (ValueError, TypeError, binascii.Error):
        raise UsageError(f"line {number} of the archive has a value that {table.name} cannot hold") from None


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value, validate=True) if isinstance(column.type, LargeBinary) else value


def _refuse_history(connection: Connection) -> None:
    kept = [table.name for table in Base.metadata.sorted_tables if _any(connection, table)]
    if kept:
        raise UsageError(f"import fills an empty database only; this one has rows in {', '.join(kept[:5])}")


def _any(connection: Connection, table: Table) -> bool:
    return connection.execute(select(func.count()).select_from(select(table).limit(1).subquery())).scalar_one() > 0


def _number_on(connection: Connection) -> None:
    """PostgreSQL numbers rows by itself from where it was; go on behind what was brought in."""
    if connection.dialect.name == "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        name = f"{table.name}_id_seq"
        if inspect(connection).has_sequence(name):
            last = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(name, last, False)))
