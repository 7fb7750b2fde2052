"""A history that an older program stored says the same after an upgrade: lists, searches, timelines, the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text

from pipeline import query
from pipeline.model import Event, Status
from pipeline.query import EventFilter
from pipeline.store import articles, migrate
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import Base
from tests.conftest import MakeUrl
from tests.store.telling import NOW, record, rows, store
from tests.unit.record.desk import BILATERAL, OPEN, background, finding

LATER = NOW + timedelta(days=3)
FORMER = {  # how the first program that had revision 0002 made its index
    "sqlite": (
        "CREATE VIRTUAL TABLE article_search USING fts5(words, content='', detail=none, columnsize=0, tokenize='unicode61')",
    ),
    "postgresql": (
        "CREATE TABLE article_search (version_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX article_search_words ON article_search USING gin (words)",
    ),
}
ASKED = (
    EventFilter(),
    EventFilter(limit=2),
    EventFilter(oldest_first=True, retracted=True),
    EventFilter(agreement=(BILATERAL.id,), status=("occurred",)),
    EventFilter(party="RU", type=("ratified",)),
    EventFilter(country="BY", min_confidence=0.7),
    EventFilter(state=("review", "history")),
    EventFilter(since=date(2026, 1, 1), until=date(2026, 1, 31)),
    EventFilter(text="geese"),
    EventFilter(text='"grey geese"', party="BY"),
    EventFilter(as_of=NOW),
    EventFilter(as_of=NOW, agreement=(BILATERAL.id,)),
    EventFilter(as_of=NOW, text="geese"),
    EventFilter(as_of=NOW - timedelta(days=400)),
)


def _fill(database: Database) -> None:
    """A dozen reports of some acts: one act reported twice, one put right later, one planned, one whose text is gone."""
    acts = (
        finding(stage="lower_chamber", date="2026-01-14"),
        finding(stage="lower_chamber", date="2026-01-14", confidence=0.95),
        finding(stage="upper_chamber", date="2026-01-15", confidence=0.5),
        finding(stage="head_of_state", date="2026-02", status=Status.PLANNED),
        finding("signed", date="2025-03-13", confidence=0.99),
        finding("signed", agreement=OPEN, country="BY", date="2024", confidence=0.4),
        background("deposited", date="2025-06-01"),
    )
    for number, one in enumerate(acts, 1):
        facts = store(database, number, text=f"Grey geese flew over number {number}. The chamber has ratified it.")
        record(database, facts, one)
    record(database, store(database, 1, text="A corrected text on geese."), finding(date="2026-01-13"), now=LATER)
    store(database, 30, day="2020-01-14", text="Herons that prove nothing.")
    database.write(lambda c: articles.delete_texts(c, NOW - timedelta(days=1000), NOW))


def _told(database: Database) -> dict[str, Any]:
    """All that readers are told: every list page by page, every search, timelines, revisions, changes, articles."""
    every = query.events(database, EventFilter(retracted=True, limit=500)).items
    return {
        "lists": [list(_pages(database, wanted)) for wanted in ASKED],
        "timelines": [query.timeline(database, one.id, at) for one in (BILATERAL, OPEN) for at in (None, NOW)],
        "revisions": [query.revisions(database, one.id) for one in every],
        "changes": query.changes(database),
        "found": [query.found_articles(database, words).items for words in ("geese", '"grey geese"', "number 3", "30")],
        "articles": [query.article(database, number) for number in range(1, 10)],
        "feeds": query.feed_health(database),
    }


def _pages(database: Database, wanted: EventFilter) -> Iterator[tuple[Event, ...]]:
    page = query.events(database, wanted)
    yield page.items
    while page.next:
        page = query.events(database, replace(wanted, cursor=page.next))
        yield page.items


def _as_before(old: Database, filled: Database, revision: str) -> None:
    """Make an older database and put the rows of a filled one into it, as far as it has room for them."""
    migrate.upgrade(old, revision)
    had = old.read(lambda c: {name: _columns(c, name) for name in inspect(c).get_table_names()})
    for table in Base.metadata.sorted_tables:
        if table.name in had:
            _copy(old, filled, table.name, [name for name in had[table.name] if name in table.columns])
    if revision == "0002":
        for statement in ("DROP TABLE article_search", *FORMER[old.engine.dialect.name]):
            old.write(lambda c, said=statement: c.execute(text(said)))  # type: ignore[misc]


def _columns(connection: Any, name: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(name)]


def _copy(old: Database, filled: Database, table: str, columns: list[str]) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    kept = filled.read(lambda c: [dict(row) for row in c.execute(text(f"SELECT {listed} FROM {table}")).mappings()])
    places = ", ".join(f":{name}" for name in columns)
    insert = text(f"INSERT INTO {table} ({listed}) VALUES ({places})")
    if kept:
        old.write(lambda c: c.execute(insert, kept))


@pytest.mark.parametrize("revision", ["0002", "0003", "0004", "0005", "0006", "0009", "0011"])
def test_a_filled_database_says_what_it_said(make_url_of: MakeUrl, revision: str) -> None:
    """Stored under an earlier revision, the history answers every question after the upgrade as one that was never upgraded."""
    filled, old = open_database(make_url_of(True)), open_database(make_url_of(False))
    _fill(filled)
    wanted, before = _told(filled), filled.read(_sizes)
    assert all(wanted["lists"][place][0] for place in (0, 3, 8, 9, 10, 12)), (
        "lists, searches and the past tell something"
    )
    assert all(wanted["found"])
    _as_before(old, filled, revision)
    assert migrate.upgrade(old) == revision
    assert old.read(_sizes) == before
    assert _told(old) == wanted
    filled.close()
    old.close()


def _sizes(connection: Any) -> dict[str, int]:
    return {table.name: rows(connection, table.name) for table in Base.metadata.sorted_tables}
