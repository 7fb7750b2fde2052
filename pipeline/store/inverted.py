"""An inverted index in each database's own kind, read in the order of its numbers, newest first, and stopped when a page is full.

SQLite: an FTS5 table without content (rowid = number), whose lists of documents are in order. PostgreSQL: tsvectors under GIN,
whose lists are not; there each word carries the stretch of numbers its document lies in, and stretches are asked one after the
other, newest first, until the page is full. A common word so costs one stretch, a rare one a look-up in each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import Connection, TextClause, text

Phrase = tuple[str, ...]  # tokens that stand one after the other; the last may end in * for all that begin so
Wanted = tuple[tuple[Phrase, ...], ...]  # all of: any of: a phrase
_STRETCHES = (16, 1024)  # asked for at a time: at first, at most
_NEAR = 256  # documents, at least, that the first window of a walk downwards holds
_FARTHER, _FAR = 4, 64  # times as far reaches the next one, at most; and where it held nothing
_NEARER = 8  # times as near reaches the next one where that was too far
_TOO_MANY = 4  # times as many as asked for, beside those: the window was too wide


@dataclass(frozen=True, slots=True)
class Index:
    """One index. `shift`: how many binary digits of a number lie within a stretch."""

    name: str
    shift: int

    def create(self, dialect: str) -> tuple[str, ...]:
        """The statements that make it."""
        if dialect == "sqlite":
            return (f"CREATE VIRTUAL TABLE {self.name} USING fts5(words, content='', tokenize='unicode61')",)
        return (
            f"CREATE TABLE {self.name} (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
            f"CREATE INDEX {self.name}_words ON {self.name} USING gin (words) WITH (fastupdate = off)",
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` on and below `high`; None: no bound. `rising`: the lowest first."""

    low: int | None = None
    high: int | None = None
    rising: bool = False

    def holds(self, number: int) -> bool:
        """Whether a number lies in it."""
        return (self.low is None or number >= self.low) and (self.high is None or number < self.high)

    def within(self, first: int, last: int) -> Span:
        """What of it lies from one number to another."""
        low = first if self.low is None else max(self.low, first)
        high = last + 1 if self.high is None else min(self.high, last + 1)
        return replace(self, low=low, high=high)


def put(connection: Connection, index: Index, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Make documents findable: their numbers, and their tokens in order. Each number once."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        statement = text(f"INSERT INTO {index.name} (rowid, words) VALUES (:id, :words)")  # noqa: S608 - a name of ours
        made = [{"id": number, "words": " ".join(tokens)} for number, tokens in rows]
    else:
        statement = text(f"INSERT INTO {index.name} (id, words) VALUES (:id, CAST(:words AS tsvector))")  # noqa: S608
        made = [{"id": number, "words": vector(number >> index.shift, tokens)} for number, tokens in rows]
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


def find(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    """The first `limit` numbers of documents in which all of `wanted` stand, the highest first (`span.rising`: the lowest)."""
    if not wanted or not all(wanted):
        return []
    if connection.dialect.name == "sqlite":
        return _find_sqlite(connection, index, wanted, span, limit)
    return find_by_stretches(connection, index, lambda _: wanted, span, limit)


def _find_sqlite(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    if span.rising or any(phrase[-1].endswith("*") for some in wanted for phrase in some):
        return _asked(connection, index, wanted, span, limit)  # what words begin with is put together anew each time
    return _falling(connection, index, wanted, span, limit)


def _asked(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int]:
    statement = _matching(index.name, _bounds("rowid", span), "ASC" if span.rising else "DESC")
    given = _given(span) | {"asked": _match(wanted), "limit": limit}
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
        _nearest(index.name, _bounds("rowid", span)), _given(span) | {"near": some}
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


def find_by_stretches(
    connection: Connection, index: Index, wanted: Callable[[int], Wanted], span: Span, limit: int
) -> list[int]:
    """The same on PostgreSQL, where something else may be wanted of each stretch of numbers."""
    found: list[int] = []
    left, width = _numbers(connection, index, span), _STRETCHES[0]
    while left and len(found) < limit:
        near = left[:width] if span.rising else left[-width:]
        left = left[width:] if span.rising else left[:-width]
        part = _in_stretches(connection, index, wanted, span, (near, limit - len(found)))
        found += part
        width = min(width * 4, _STRETCHES[1])
        if not part and left:  # perhaps nothing lies there at all, for centuries
            left = _numbers(connection, index, span.within(left.start << index.shift, (left.stop << index.shift) - 1))
    return found


def _numbers(connection: Connection, index: Index, span: Span) -> range:
    """The stretches in which documents of this span lie, from the first to the last that hold one."""
    lowest, highest = connection.execute(_edges(index.name, _bounds("id", span)), _given(span)).one()
    return range(lowest >> index.shift, (highest >> index.shift) + 1) if lowest is not None else range(0)


@lru_cache(100)
def _edges(name: str, bounds: str) -> TextClause:
    return text(f"SELECT min(id), max(id) FROM {name} WHERE true{bounds}")  # noqa: S608 - a name of ours


def among(connection: Connection, index: Index, wanted: Wanted, numbers: Sequence[int]) -> set[int]:
    """Those of these documents in which all of `wanted` stand."""
    if not wanted or not all(wanted) or not numbers:
        return set()
    if connection.dialect.name == "sqlite":
        given = {"asked": _match(wanted), "listed": json.dumps(list(numbers))}
        return set(connection.execute(_among(index.name, sqlite=True), given).scalars())
    asked = [_query(number >> index.shift, wanted) for number in numbers]
    these = {"numbers": list(numbers), "asked": asked}
    return set(connection.execute(_among(index.name, sqlite=False), these).scalars())


@lru_cache(10)
def _among(name: str, *, sqlite: bool) -> TextClause:
    if sqlite:
        listed = "SELECT value FROM json_each(:listed)"
        return text(f"SELECT rowid FROM {name} WHERE {name} MATCH :asked AND rowid IN ({listed})")  # noqa: S608 - a name of ours
    return text(
        "SELECT one.id FROM unnest(CAST(:numbers AS bigint[]), CAST(:asked AS text[])) AS given(id, asked)"  # noqa: S608
        f" JOIN {name} one ON one.id = given.id WHERE one.words @@ CAST(given.asked AS tsquery)"
    )


def _in_stretches(
    connection: Connection, index: Index, wanted: Callable[[int], Wanted], span: Span, part: tuple[range, int]
) -> list[int]:
    """The first of them in these stretches; a stretch is a look-up of its own, and none is looked up once the page is full."""
    stretches, limit = part
    statement = _by_stretches(index.name, _bounds("id + 0", span), "ASC" if span.rising else "DESC")
    asked = [_query(stretch, wanted(stretch)) for stretch in (stretches if span.rising else reversed(stretches))]
    return sorted(
        connection.execute(statement, _given(span) | {"asked": asked, "limit": limit}).scalars(),
        reverse=not span.rising,
    )


@lru_cache(100)
def _by_stretches(name: str, bounds: str, order: str) -> TextClause:
    # in one query of them all, each document would be weighed against every stretch; "+ 0" keeps the planner off the key's order
    return text(
        f"SELECT one.id FROM unnest(CAST(:asked AS text[])) AS stretch(asked) CROSS JOIN LATERAL (SELECT id FROM {name}"  # noqa: S608 - names of ours
        f" WHERE words @@ CAST(stretch.asked AS tsquery){bounds} ORDER BY id + 0 {order} LIMIT :limit) one LIMIT :limit"
    )


def _bounds(key: str, span: Span) -> str:
    low = f" AND {key} >= :low" if span.low is not None else ""
    return low + (f" AND {key} < :high" if span.high is not None else "")


def _given(span: Span) -> dict[str, object]:
    return {name: value for name, value in (("low", span.low), ("high", span.high)) if value is not None}


def _query(stretch: int, wanted: Wanted) -> str:
    marked: Callable[[Phrase], str] = lambda phrase: "(" + " <-> ".join(_marked(stretch, one) for one in phrase) + ")"  # noqa: E731
    return " & ".join("(" + " | ".join(marked(phrase) for phrase in some) + ")" for some in wanted)


def _marked(stretch: int, token: str) -> str:
    return f"'{stretch}.{token[:-1]}':*" if token.endswith("*") else f"'{stretch}.{token}'"


def vector(stretch: int, tokens: Sequence[str]) -> str:
    """A tsvector of a document's tokens, as text. PostgreSQL itself keeps the first 256 places of a token, the last place is 16,383."""
    places: dict[str, str] = {}
    for place, token in enumerate(tokens, 1):
        known = places.get(token)
        places[token] = f"{known},{place}" if known else f"{place}"
    return " ".join([f"'{stretch}.{token}':{listed}" for token, listed in places.items()])
