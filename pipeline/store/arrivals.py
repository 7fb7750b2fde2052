"""What polls learnt, written: new entries, health, validators and the next time of many feeds, in one transaction.

unseen ─▶ arriving (pure: the rows) ─▶ settle
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, case, func, insert, text, update

from pipeline.door.url import normalise_url
from pipeline.model import Entry
from pipeline.store.codec import pack, plausible
from pipeline.store.feeds import Poll, host_of
from pipeline.store.tables import FeedPollRow, FeedRow
from pipeline.store.types import UtcDateTime, digest, storable

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
_TOLD = bindparam(
    "told", type_=Boolean
)  # the body was whole: its validators stand for it; cut short: none do; no body: the old ones do
_FAILED = bindparam("failed", type_=Boolean)
_LEARNT = (
    update(FeedRow)
    .where(FeedRow.id == bindparam("of_feed"), FeedRow.attempt == bindparam("of_attempt"))
    .values(
        last_polled=bindparam("now"),
        next_due=bindparam("due"),
        lease_until=None,
        lease_owner=None,
        http_status=bindparam("answer"),
        error=bindparam("trouble"),
        error_detail=bindparam("trouble_detail"),
        failures=case((_FAILED, FeedRow.failures + 1), else_=0),
        etag=case((_TOLD, bindparam("tag", type_=FeedRow.etag.type)), else_=FeedRow.etag),
        last_modified=case(
            (_TOLD, bindparam("modified", type_=FeedRow.last_modified.type)), else_=FeedRow.last_modified
        ),
        body_hash=case((_TOLD, bindparam("body", type_=FeedRow.body_hash.type)), else_=FeedRow.body_hash),
        **{
            name: func.coalesce(
                bindparam(f"new_{name}", type_=FeedRow.__table__.c[name].type), FeedRow.__table__.c[name]
            )
            for name in ("moved_to", "pace", "yield_share", "last_success", "last_new", "last_full", "items")
        },
    )
)


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
    polls = [
        {
            "feed_id": poll.feed_id,
            "at": now,
            "outcome": poll.outcome,
            "items": len(poll.entries),
            "new": count,
            "duration_ms": poll.duration_ms,
            "size": poll.size,
        }
        for poll, count in zip((arrival.poll for arrival in arrivals), new, strict=True)
    ]
    connection.execute(insert(FeedPollRow), polls)
    learnt = [_learnt(arrival.poll, count, now) for arrival, count in zip(arrivals, new, strict=True)]
    connection.execute(_LEARNT, sorted(learnt, key=lambda one: one["of_feed"]))  # one order: no deadlock
    return tuple(new)


def _insert_sqlite(connection: Connection, arrival: Arrival, now: datetime) -> int:
    if not arrival.rows:
        return 0
    moment, dialect = UtcDateTime(), connection.dialect
    seen = (moment.process_bind_param(now, dialect),) * 2
    rows = [(*row[:7], moment.process_bind_param(row[7], dialect), *row[8:], *seen) for row in arrival.rows]
    return connection.exec_driver_sql(_INSERT_SQLITE, rows).rowcount


def _insert_postgresql(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> list[int]:
    rows = sorted((row for arrival in arrivals for row in arrival.rows), key=lambda row: (row[0], row[-1]))
    if not rows:
        return [0] * len(arrivals)
    columns = dict(zip(_FIELDS.split(", "), map(list, zip(*rows, strict=True)), strict=True))
    made = Counter(connection.execute(_INSERT_POSTGRESQL, columns | {"now": now}).scalars())
    return [made.pop(arrival.poll.feed_id, 0) for arrival in arrivals]


def _learnt(poll: Poll, new: int, now: datetime) -> dict[str, Any]:
    well = poll.error is None
    body = well and poll.outcome not in ("not_modified", "unchanged")
    whole = body and poll.complete
    return {
        "of_feed": poll.feed_id,
        "of_attempt": poll.attempt,
        "now": now,
        "due": poll.next_due,
        "answer": poll.http_status,
        "trouble": poll.error,
        "trouble_detail": poll.error_detail,
        "failed": not well,
        "told": body,
        "tag": poll.etag if whole else None,
        "modified": poll.last_modified if whole else None,
        "body": poll.body_hash if whole else None,
        "new_moved_to": poll.moved_to,
        "new_pace": poll.pace,
        "new_yield_share": poll.yield_share,
        "new_last_success": now if well else None,
        "new_last_new": now if well and new else None,
        "new_last_full": now if well and poll.full else None,
        "new_items": len(poll.entries) if body else None,
    }
