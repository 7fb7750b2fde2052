"""The index of words: whatever stands in it is found, in order, however unevenly the numbers of its documents lie."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Connection, literal_column, select, table, text

from pipeline.store import inverted, stretches
from pipeline.store.engine import Database
from pipeline.store.inverted import Index, Phrase, Span, Wanted, find, put
from pipeline.store.stretches import first_among

TRIED = Index("tried", 6)
WORDS = ("oft", "often", "seldom", "hardly", "never")
SHARES = (0.9, 0.5, 0.05, 0.004, 0.0)


def _documents(dice: random.Random) -> dict[int, set[str]]:
    """Thick in one place, thin in another, a few far beyond."""
    numbers = {dice.randrange(5000, 6500) for _ in range(900)} | {dice.randrange(1, 80_000) for _ in range(60)}
    numbers |= {dice.randrange(10**6, 10**7) for _ in range(9)}
    return {one: {word for word, share in zip(WORDS, SHARES, strict=True) if dice.random() < share} for one in numbers}


def test_what_is_found_is_what_stands_there(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first so many of any span, in either direction, are those that one finds by looking at each document, whether it is
    known or asked for how many lie between two numbers."""
    monkeypatch.setattr(inverted, "_NEAR", 16)
    monkeypatch.setattr(stretches, "_TELLING", 30)  # so that some are looked up at once
    monkeypatch.setattr(stretches, "_AT_ONCE", 40)
    dice = random.Random(5)
    documents = _documents(dice)

    def work(connection: Connection) -> None:
        for statement in TRIED.create(connection.dialect.name):
            connection.execute(text(statement))
        put(connection, TRIED, [(one, sorted(stand)) for one, stand in documents.items()])
        connection.execute(text(f"ANALYZE {TRIED.name}" if connection.dialect.name == "postgresql" else "SELECT 1"))
        for _ in range(200):
            wanted = _wanted(dice)
            low, high = (dice.choice([None, dice.randrange(8000), dice.randrange(10**7)]) for _ in range(2))
            span, limit = Span(low, high, dice.random() < 0.3), dice.choice([1, 10, 60, 2000])
            there = (one for one, stand in documents.items() if span.holds(one) and _holds(stand, wanted))
            expected = sorted(there, reverse=not span.rising)[:limit]
            known = dice.choice([None, lambda one, other: sum(one <= number < other for number in documents)])
            assert find(connection, TRIED, wanted, span, limit, known) == expected, (wanted, span, limit)
        connection.execute(text(f"DROP TABLE {TRIED.name}"))

    database.write(work)


def _wanted(dice: random.Random) -> Wanted:
    return tuple(
        tuple(_phrase(word, dice) for word in dice.sample(WORDS, dice.choice([1, 1, 2])))
        for _ in range(dice.choice([1, 1, 2, 3]))
    )


def _phrase(word: str, dice: random.Random) -> Phrase:
    return (word, dice.choice(WORDS)) if dice.random() < 0.2 else (word,)


def _holds(stand: set[str], wanted: Wanted) -> bool:
    words = f" {' '.join(sorted(stand))} "
    return all(any(f" {' '.join(phrase)} " in words for phrase in some) for some in wanted)


def test_the_first_among_some_that_hold_the_words(database: Database) -> None:
    """Of documents told by where their numbers begin the first that hold the words are found, in the order they are given in."""
    if database.is_sqlite:
        return  # whose index does not forget what is out of date: there each entry is looked up

    def work(connection: Connection) -> None:
        for statement in TRIED.create(connection.dialect.name):
            connection.execute(text(statement))
        put(connection, TRIED, [(1027, ["oft", "often"]), (2050, ["often"]), (3072, ["oft"]), (4099, ["oft"])])
        begins = [4096, 3072, 2048, 1024]
        word: Wanted = ((("oft",),),)
        phrase: Wanted = ((("oft", "often"),),)
        assert first_among(connection, TRIED, word, begins, 256, 2) == [4099, 3072]
        assert first_among(connection, TRIED, phrase, begins, 256, 9) == [1027]
        assert first_among(connection, TRIED, word, [1028], 256, 9) == []
        connection.execute(text(f"DROP TABLE {TRIED.name}"))

    database.write(work)


def test_an_index_that_is_named_is_said(database: Database) -> None:
    """SQLite is told which index a list goes by; PostgreSQL, which knows no such words, is not."""
    listed = table("revisions")
    asked = select(literal_column("1")).select_from(listed).with_hint(listed, "INDEXED BY ix_revisions_walk", "sqlite")
    said = str(asked.compile(database.engine))
    assert ("INDEXED BY ix_revisions_walk" in said) == database.is_sqlite
