"""An inverted index in each database's own kind, read in the order of its numbers, newest first, and stopped when a page is full.

SQLite: an FTS5 table without content (rowid = number), whose lists of documents are in order. PostgreSQL: `stretches`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, TextClause, text

from pipeline.store import stretches
from pipeline.store.indexed import Between, Index, Phrase, Span, Wanted, edges_of, lying

__all__ = ["Between", "Index", "Phrase", "Span", "Wanted", "among", "find", "forget", "held", "in_one_piece", "put"]

_NEAR = 256  # documents, at least, that the first window of a walk downwards holds
_FARTHER, _FAR = 4, 64  # times as far reaches the next one, at most; and where it held nothing
_NEARER = 8  # times as near reaches the next one where that was too far
_TOO_MANY = 4  # times as many as asked for, beside those: the window was too wide


def put(connection: Connection, index: Index, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Make documents findable: their numbers, and their tokens in order. Each number once."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        statement = text(f"INSERT INTO {index.name} (rowid, words) VALUES (:id, :words)")  # noqa: S608 - a name of ours
        made = [{"id": number, "words": " ".join(tokens)} for number, tokens in rows]
    else:
        statement = text(f"INSERT INTO {index.name} (id, words) VALUES (:id, CAST(:words AS tsvector))")  # noqa: S608
        made = [{"id": number, "words": stretches.vector(number >> index.shift, tokens)} for number, tokens in rows]
    connection.execute(statement, made)


def forget(connection: Connection, index: Index, numbers: Sequence[int]) -> None:
    """Take documents out. SQLite's index keeps them, as it has no copy of their words: let go of their numbers."""
    if connection.dialect.name != "sqlite" and numbers:
        listed = [{"id": number} for number in numbers]
        connection.execute(text(f"DELETE FROM {index.name} WHERE id = :id"), listed)  # noqa: S608 - a name of ours


def in_one_piece(connection: Connection, index: Index) -> None:
    """After much was put in: SQLite reads an index in many pieces several times as long. PostgreSQL's has none."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"INSERT INTO {index.name} ({index.name}) VALUES ('optimize')"))  # noqa: S608 - a name of ours


def held(connection: Connection, index: Index, first: int, last: int) -> set[int]:
    """Which of these numbers are in the index."""
    key = "rowid" if connection.dialect.name == "sqlite" else "id"
    statement = text(f"SELECT {key} FROM {index.name} WHERE {key} BETWEEN :first AND :last")  # noqa: S608 - names of ours
    return set(connection.execute(statement, {"first": first, "last": last}).scalars())


def find(
    connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int, between: Between | None = None
) -> list[int]:
    """The first `limit` numbers of documents in which all of `wanted` stand, the highest first (`span.rising`: the lowest).

    `between`: where that is known; else PostgreSQL is asked.
    """
    if not wanted or not all(wanted):
        return []
    if connection.dialect.name == "sqlite":
        return _find_sqlite(connection, index, wanted, span, limit)
    return stretches.Search(connection, index, wanted, span, between).first(limit)


def _find_sqlite(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    if span.rising or any(phrase[-1].endswith("*") for some in wanted for phrase in some):
        return _asked(connection, index, wanted, span, limit)  # what words begin with is put together anew each time
    return _falling(connection, index, wanted, span, limit)


def _asked(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    statement = _matching(index.name, lying("rowid", span), "ASC" if span.rising else "DESC")
    given = edges_of(span) | {"asked": _match(wanted), "limit": limit}
    return [row[0] for row in connection.execute(statement, given).all()]


@lru_cache(100)
def _matching(name: str, bounds: str, order: str) -> TextClause:
    return text(f"SELECT rowid FROM {name} WHERE {name} MATCH :asked{bounds} ORDER BY rowid {order} LIMIT :limit")  # noqa: S608 - a name of ours


def _falling(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    """The highest first, by windows that are each read upwards.

    Downwards, FTS5 looks for every place in a list of documents from the list's end, and again for each word of a question.
    """
    some = max(_NEAR, limit)
    low, high, there = connection.execute(
        _nearest(index.name, lying("rowid", span)), edges_of(span) | {"near": some}
    ).one()
    if not there:
        return []
    found: list[int] = []
    top, bottom = high + 1, low if there < some else span.low or 0
    most, width, farther = some + _TOO_MANY * limit, top - low, _FAR
    while len(found) < limit and top > bottom:
        low = max(bottom, top - width)
        part = _asked(connection, index, wanted, Span(low, top, rising=True), most)
        if len(part) == most and width > 1:  # those nearest may be missing
            width, farther = max(1, width // _NEARER), 2
            continue
        found += reversed(part)
        top = low
        times = min((limit - len(found)) / len(part), _FARTHER) if part else farther
        width = int(width * max(times, 0.5)) + 1
    return found[:limit]


@lru_cache(100)
def _nearest(name: str, bounds: str) -> TextClause:
    """The lowest and the highest number of the documents nearest to a span's upper end, and how many they are."""
    near = f"SELECT rowid FROM {name} WHERE 1{bounds} ORDER BY rowid DESC LIMIT :near"  # noqa: S608 - a name of ours
    return text(f"SELECT min(rowid), max(rowid), count(*) FROM ({near})")  # noqa: S608


def _match(wanted: Wanted) -> str:
    return " AND ".join("(" + " OR ".join(map(_quoted, some)) + ")" for some in wanted)


def _quoted(phrase: Phrase) -> str:
    said = " ".join(phrase)
    return f'"{said[:-1]}" *' if said.endswith("*") else f'"{said}"'


def among(connection: Connection, index: Index, wanted: Wanted, numbers: Sequence[int]) -> set[int]:
    """Those of these documents in which all of `wanted` stand."""
    if not wanted or not all(wanted) or not numbers:
        return set()
    if connection.dialect.name != "sqlite":
        return set(stretches.first_among(connection, index, wanted, numbers, 1, len(numbers)))
    given = {"asked": _match(wanted), "listed": json.dumps(list(numbers))}
    return set(connection.execute(_among(index.name), given).scalars())


@lru_cache(10)
def _among(name: str) -> TextClause:
    listed = "SELECT value FROM json_each(:listed)"
    return text(f"SELECT rowid FROM {name} WHERE {name} MATCH :asked AND rowid IN ({listed})")  # noqa: S608 - a name of ours
