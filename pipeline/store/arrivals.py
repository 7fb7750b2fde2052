"""What polls learnt, written: new entries, health, validators and the next time of many feeds, in one transaction.

unseen ─▶ arriving (pure: the rows) ─▶ settle
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, select, text

from pipeline.door.url import normalise_url
from pipeline.model import Entry
from pipeline.store.codec import pack, plausible
from pipeline.store.feeds import Poll, host_of
from pipeline.store.sql import among, as_given_rows, given_rows, waiting
from pipeline.store.tables import FeedRow
from pipeline.store.types import UtcDateTime, digest, storable, written

Shown = tuple[str, str]  # a feed and an identity it shows
_KNOWN_SQLITE = text(
    "SELECT entries.feed_id, entries.identity_hash FROM json_each(:asked) AS asked CROSS JOIN entries"
    " ON entries.feed_id = asked.value ->> 0 AND entries.identity_hash = asked.value ->> 1"
)
_KNOWN_POSTGRESQL = text(
    "SELECT feed_id, identity_hash FROM unnest(CAST(:feeds AS text[]), CAST(:hashes AS text[])) AS asked(feed_id, identity_hash)"
    " JOIN entries USING (feed_id, identity_hash)"
)
_FIELDS = (
    "feed_id, identity, identity_hash, url, url_hash, host, title, published, language, summary, content_html, turn"
)
_BINARY = {"published": "timestamptz", "content_html": "bytea", "turn": "bigint"}
# one statement for each feed on SQLite, so that the driver counts what is new; on PostgreSQL one round trip for all
_INSERT_SQLITE = (
    f"INSERT INTO entries ({_FIELDS}, state, tries, next_try, first_seen)"  # noqa: S608 - names of ours
    f" VALUES ({', '.join('?' * 12)}, 'pending', 0, ?, ?) ON CONFLICT DO NOTHING"
)
_INSERT_POSTGRESQL = text(
    f"INSERT INTO entries ({_FIELDS}, state, tries, next_try, first_seen)"  # noqa: S608 - names of ours
    f" SELECT {_FIELDS}, 'pending', 0, :now, :now FROM unnest("
    + ", ".join(f"CAST(:{name} AS {_BINARY.get(name, 'text')}[])" for name in _FIELDS.split(", "))
    + f") AS fresh({_FIELDS}) ON CONFLICT DO NOTHING RETURNING feed_id"
)
# of one poll, as it is handed to the statements below; `body`: one came, so its validators stand for it (cut short: none do)
_POLL = {
    "feed_id": "text", "attempt": "bigint", "outcome": "text", "shown": "bigint", "new": "bigint", "duration_ms": "bigint",
    "size": "bigint", "due": "timestamptz", "status": "bigint", "error": "text", "error_detail": "text", "body": "boolean",
    "whole": "boolean", "asked_in_full": "boolean", "etag": "text", "last_modified": "text", "body_hash": "text", "moved_to": "text",
    "pace": "bigint", "yield_share": "double precision",
}  # fmt: skip
_NOTED = """
    INSERT INTO feed_polls (feed_id, at, outcome, items, new, duration_ms, size)
    SELECT told.feed_id, :now, told.outcome, told.shown, told.new, told.duration_ms, told.size FROM {polls} AS told
"""
_LEARNT = """
    UPDATE feeds SET last_polled = :now, next_due = told.due, lease_until = NULL, lease_owner = NULL, http_status = told.status,
        error = told.error, error_detail = told.error_detail,
        failures = CASE WHEN told.error IS NULL THEN 0 ELSE feeds.failures + 1 END,
        last_success = CASE WHEN told.error IS NULL THEN :now ELSE feeds.last_success END,
        last_new = CASE WHEN told.error IS NULL AND told.new > 0 THEN :now ELSE feeds.last_new END,
        last_full = CASE WHEN told.error IS NULL AND told.asked_in_full THEN :now ELSE feeds.last_full END,
        etag = CASE WHEN NOT told.body THEN feeds.etag WHEN told.whole THEN told.etag END,
        last_modified = CASE WHEN NOT told.body THEN feeds.last_modified WHEN told.whole THEN told.last_modified END,
        body_hash = CASE WHEN NOT told.body THEN feeds.body_hash WHEN told.whole THEN told.body_hash END,
        items = CASE WHEN told.body THEN told.shown ELSE feeds.items END,
        moved_to = coalesce(told.moved_to, feeds.moved_to), pace = coalesce(told.pace, feeds.pace),
        yield_share = coalesce(told.yield_share, feeds.yield_share)
    FROM {polls} AS told WHERE feeds.id = told.feed_id AND feeds.attempt = told.attempt
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A poll and the rows of the entries that it may be the first to show, in the order of `_FIELDS`."""

    poll: Poll
    rows: tuple[tuple[Any, ...], ...]


def unseen(connection: Connection, shown: Collection[Shown]) -> frozenset[Shown]:
    """Those that are not in the store: that is what "new" means."""
    if not shown:
        return frozenset()
    hashed = {(feed_id, digest(identity)): (feed_id, identity) for feed_id, identity in shown}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(_KNOWN_SQLITE, {"asked": json.dumps(list(hashed))})
    else:
        feeds, hashes = zip(*hashed, strict=True)
        rows = connection.execute(_KNOWN_POSTGRESQL, {"feeds": list(feeds), "hashes": list(hashes)})
    known = {(row[0], row[1]) for row in rows}
    return frozenset(one for pair, one in hashed.items() if pair not in known)


def arriving(poll: Poll, fresh: Collection[str], now: datetime) -> Arrival:
    """The rows of a poll's entries whose identities are `fresh`, each once; made before the transaction, which others wait for."""
    turns: Counter[str] = Counter()
    rows: dict[str, tuple[Any, ...]] = {}
    for entry in poll.entries:
        if entry.identity in fresh and entry.identity not in rows:
            host = host_of(entry.url)
            rows[entry.identity] = _row(entry, poll.feed_id, host, turns[host], now)
            turns[host] += 1
    return Arrival(poll, tuple(rows.values()))


def _row(entry: Entry, feed_id: str, host: str, turn: int, now: datetime) -> tuple[Any, ...]:
    return (
        feed_id,
        storable(entry.identity),
        digest(entry.identity),
        storable(entry.url),
        digest(normalise_url(entry.url)),  # two feeds that list one article agree in it
        storable(host),
        storable(entry.title),
        plausible(entry.published, now),
        None if entry.language is None else storable(entry.language),
        storable(entry.summary),
        pack(entry.content_html.encode("utf-8", "replace")) if entry.content_html else None,
        turn,
    )


def settle(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> tuple[int, ...]:
    """Write everything that responses taught us, each with its validators; how many entries of each were new.

    A poll that another one overtook still gives its entries, but no validators and no date.
    """
    if connection.dialect.name == "sqlite":
        new = [_insert_sqlite(connection, arrival, now) for arrival in arrivals]
    else:
        new = _insert_postgresql(connection, arrivals, now)
    polls = as_given_rows(_told(arrival.poll, count) for arrival, count in zip(arrivals, new, strict=True))
    if connection.dialect.name != "sqlite":  # in one order: no deadlock
        mine = among(connection, FeedRow.id, [arrival.poll.feed_id for arrival in arrivals])
        connection.execute(waiting(connection, select(FeedRow.id).where(mine).order_by(FeedRow.id)))
    for statement in _statements(connection.dialect.name == "sqlite"):
        connection.execute(statement, {"polls": polls, "now": now})
    return tuple(new)


@lru_cache
def _statements(sqlite: bool) -> tuple[TextClause, ...]:
    """What is written of polls: that they were, and what was learnt of their feeds."""
    polls, now = given_rows(sqlite, "polls", _POLL), bindparam("now", type_=UtcDateTime())
    return tuple(text(one.format(polls=polls)).bindparams(now) for one in (_NOTED, _LEARNT))


def _insert_sqlite(connection: Connection, arrival: Arrival, now: datetime) -> int:
    if not arrival.rows:
        return 0
    seen = (written(now),) * 2
    rows = [(*row[:7], row[7] and written(row[7]), *row[8:], *seen) for row in arrival.rows]
    return connection.exec_driver_sql(_INSERT_SQLITE, rows).rowcount


def _insert_postgresql(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> list[int]:
    rows = sorted((row for arrival in arrivals for row in arrival.rows), key=lambda row: (row[0], row[-1]))
    if not rows:
        return [0] * len(arrivals)
    columns = dict(zip(_FIELDS.split(", "), map(list, zip(*rows, strict=True)), strict=True))
    made = Counter(connection.execute(_INSERT_POSTGRESQL, columns | {"now": now}).scalars())
    return [made.pop(arrival.poll.feed_id, 0) for arrival in arrivals]


def _told(poll: Poll, new: int) -> tuple[Any, ...]:
    """A row of `_POLL`."""
    body = poll.error is None and poll.outcome not in ("not_modified", "unchanged")
    return (
        poll.feed_id,
        poll.attempt,
        poll.outcome,
        len(poll.entries),
        new,
        poll.duration_ms,
        poll.size,
        written(poll.next_due),
        poll.http_status,
        poll.error,
        poll.error_detail,
        body,
        body and poll.complete,
        poll.full,
        poll.etag,
        poll.last_modified,
        poll.body_hash,
        poll.moved_to,
        poll.pace,
        poll.yield_share,
    )
