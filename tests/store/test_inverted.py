"""The index of words: whatever stands in it is found, in order, however unevenly the numbers of its documents lie."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Connection, literal_column, select, table, text

from pipeline.store import inverted
from pipeline.store.engine import Database
from pipeline.store.inverted import Index, Span, Wanted, find, put

TRIED = Index("tried", 6)
WORDS = ("oft", "often", "seldom", "hardly", "never")
SHARES = (0.9, 0.5, 0.05, 0.004, 0.0)


def _documents(dice: random.Random) -> dict[int, set[str]]:
    """Thick in one place, thin in another, a few far beyond."""
    numbers = {dice.randrange(5000, 6500) for _ in range(900)} | {dice.randrange(1, 80_000) for _ in range(60)}
    numbers |= {dice.randrange(10**6, 10**7) for _ in range(9)}
    return {one: {word for word, share in zip(WORDS, SHARES, strict=True) if dice.random() < share} for one in numbers}


def test_what_is_found_is_what_stands_there(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first so many of any span, in either direction, are those that one finds by looking at each document."""
    monkeypatch.setattr(inverted, "_NEAR", 16)
    dice = random.Random(5)
    documents = _documents(dice)

    def work(connection: Connection) -> None:
        for statement in TRIED.create(connection.dialect.name):
            connection.execute(text(statement))
        put(connection, TRIED, [(one, sorted(stand)) for one, stand in documents.items()])
        for _ in range(150):
            wanted = _wanted(dice)
            low, high = (dice.choice([None, dice.randrange(8000), dice.randrange(10**7)]) for _ in range(2))
            span, limit = Span(low, high, dice.random() < 0.3), dice.choice([1, 10, 60, 2000])
            there = (one for one, stand in documents.items() if span.holds(one) and _holds(stand, wanted))
            expected = sorted(there, reverse=not span.rising)[:limit]
            assert find(connection, TRIED, wanted, span, limit) == expected, (wanted, span, limit)
        connection.execute(text(f"DROP TABLE {TRIED.name}"))

    database.write(work)


def _wanted(dice: random.Random) -> Wanted:
    return tuple(
        tuple((word,) for word in dice.sample(WORDS, dice.choice([1, 1, 2]))) for _ in range(dice.choice([1, 1, 2, 3]))
    )


def _holds(stand: set[str], wanted: Wanted) -> bool:
    return all(any(phrase[0] in stand for phrase in some) for some in wanted)


def test_an_index_that_is_named_is_said(database: Database) -> None:
    """SQLite is told which index a list goes by; PostgreSQL, which knows no such words, is not."""
    listed = table("revisions")
    asked = select(literal_column("1")).select_from(listed).with_hint(listed, "INDEXED BY ix_revisions_walk", "sqlite")
    said = str(asked.compile(database.engine))
    assert ("INDEXED BY ix_revisions_walk" in said) == database.is_sqlite
