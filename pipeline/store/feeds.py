"""Statements about feeds: what is configured, what is due, who has it. What polls learnt is written by `arrivals`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Text, TextClause, and_, bindparam, select, text, update
from sqlalchemy.sql.dml import ReturningUpdate

from pipeline.model import Entry, Feed, FeedKind
from pipeline.store.sql import among, among_given, given_list, insert_into
from pipeline.store.tables import FeedRow
from pipeline.store.types import LATEST, UtcDateTime

_POOL = 4  # candidates looked at for each one taken
_TAKEN = (
    "id", "url", "host", "kind", "agency", "language", "interval", "enabled", "links", "note", "attempt", "etag", "last_modified",
    "body_hash", "pace", "failures", "last_full", "next_due",
)  # fmt: skip
_LEARNT = ("etag", "last_modified", "body_hash", "moved_to", "error", "error_detail", "pace", "yield_share")


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed that was claimed for a poll. `attempt` fences: what an older poll learnt does not overwrite a newer one's."""

    feed: Feed
    host: str
    attempt: int
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    pace: int | None
    failures: int
    last_full: datetime | None


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll learnt. `outcome`: "fetched", "unchanged" (the same bytes), "not_modified" or a word of `errors.Reason`; `error` that word, if it failed.

    `etag`, `last_modified`, `body_hash` are those of this response and are kept only when the body was whole (`complete`).
    """

    feed_id: str
    attempt: int
    outcome: str
    next_due: datetime
    entries: tuple[Entry, ...] = ()
    complete: bool = True
    full: bool = True  # asked without validators
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    pace: int | None = None
    yield_share: float | None = None
    error: str | None = None
    error_detail: str | None = None
    http_status: int | None = None
    moved_to: str | None = None
    duration_ms: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed fares, for `feeds list`, the API and the page."""

    feed: Feed
    configured: bool
    last_polled: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    next_due: datetime
    pace: int | None
    items: int | None
    failures: int
    error: str | None
    error_detail: str | None
    http_status: int | None
    moved_to: str | None


def sync(connection: Connection, feeds: Sequence[Feed], now: datetime) -> None:
    """Make the table say what the configuration says. A new feed is due at once; one taken out is kept and rests."""
    stored = {row.id: row for row in connection.execute(select(FeedRow.__table__)).all()}
    wanted = {feed.id for feed in feeds}
    gone = [row.id for row in stored.values() if row.configured and row.id not in wanted]
    if gone:
        connection.execute(update(FeedRow).where(among(connection, FeedRow.id, gone)).values(configured=False))
    fresh = []
    for feed in feeds:
        columns, row = _columns(feed), stored.get(feed.id)
        if row is None:
            fresh.append({"id": feed.id, "next_due": now, "failures": 0, "attempt": 0, **columns})
        elif any(getattr(row, name) != value for name, value in columns.items()):
            if row.url != feed.url:  # another document: what was learnt of the old one does not hold
                columns |= {"next_due": now, "failures": 0, **dict.fromkeys(_LEARNT)}
            connection.execute(update(FeedRow).where(FeedRow.id == feed.id).values(**columns))
    if fresh:
        connection.execute(insert_into(connection, FeedRow).on_conflict_do_nothing(), fresh)


def _columns(feed: Feed) -> dict[str, Any]:
    return {
        "url": feed.url,
        "host": host_of(feed.url),
        "kind": feed.kind.value,
        "agency": feed.agency,
        "language": feed.language,
        "interval": feed.interval,
        "enabled": feed.enabled,
        "links": feed.links,
        "note": feed.note,
        "configured": True,
    }


def claim_due(
    connection: Connection,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    *,
    since: datetime | None = None,
    per_host: int | None = None,
    busy: Collection[str] = (),
) -> tuple[DueFeed, ...]:
    """Take up to `limit` feeds whose time has come, those waiting longest first. `next_due` is written by the poll alone.

    A feed without a pace (interval 0) is always due: not if it was polled after `since`. At most `per_host` of one host and
    none of `busy` hosts, so that a host with hundreds of feeds does not fill the hand.
    """
    sqlite = connection.dialect.name == "sqlite"
    asked = {
        "now": now,
        "far": now + 4 * lease,
        "since": since or LATEST - timedelta(days=1),
        "busy": given_list(sqlite, list(busy)),
        "pool": limit * _POOL if per_host else limit,
        "per_host": per_host or limit,
        "most": limit,
    }
    ids = connection.execute(_choice(sqlite), asked).scalars().all()
    if not ids:
        return ()
    leased = {"of_feeds": given_list(sqlite, ids), "until": now + lease, "owner": owner}
    rows = connection.execute(_leasing(sqlite), leased).all()
    return tuple(_due(row) for row in sorted(rows, key=lambda row: (row.next_due, row.id)))


@lru_cache
def _choice(sqlite: bool) -> TextClause:
    """Which feeds to take. A lease from a future that no clock of ours can have meant is over, too (`sql.lease_is_over`)."""
    busy = "host NOT IN (SELECT value FROM json_each(:busy))" if sqlite else "host <> ALL(:busy)"
    lock = "" if sqlite else "FOR UPDATE SKIP LOCKED"
    first = "next_due, rowid" if sqlite else "next_due"  # as the index has them: thousands may be due since one moment
    statement = f"""
        SELECT id FROM (
            SELECT id, next_due, row_number() OVER (PARTITION BY host ORDER BY next_due, id) AS place FROM (
                SELECT id, host, next_due FROM feeds
                WHERE configured AND enabled AND next_due <= :now AND {busy}
                    AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :far)
                    AND (interval IS NULL OR interval <> 0 OR last_polled IS NULL OR last_polled < :since)
                ORDER BY {first} LIMIT :pool {lock}
            ) AS waiting
        ) AS placed WHERE place <= :per_host ORDER BY next_due, id LIMIT :most
    """  # noqa: S608 - words of ours
    return text(statement).bindparams(*(bindparam(name, type_=UtcDateTime()) for name in ("now", "far", "since")))


@lru_cache
def _leasing(sqlite: bool) -> ReturningUpdate[Any]:
    """Those taken, as they are by now."""
    until, owner = bindparam("until", type_=UtcDateTime()), bindparam("owner", type_=Text())
    taken = update(FeedRow).where(among_given(sqlite, FeedRow.id, "of_feeds"))
    leased = taken.values(attempt=FeedRow.attempt + 1, lease_until=until, lease_owner=owner)
    return leased.returning(*(FeedRow.__table__.c[name] for name in _TAKEN))


def _due(row: Any) -> DueFeed:
    return DueFeed(
        feed=_feed(row),
        host=row.host,
        attempt=row.attempt,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        pace=row.pace,
        failures=row.failures,
        last_full=row.last_full,
    )


def _feed(row: Any) -> Feed:
    return Feed(
        id=row.id,
        url=row.url,
        kind=FeedKind(row.kind),
        agency=row.agency,
        language=row.language,
        interval=row.interval,
        enabled=row.enabled,
        links=row.links,
        note=row.note,
    )


def host_of(url: str) -> str:
    """The host an address asks, in lower case; empty where it names none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def release(connection: Connection, taken: Sequence[DueFeed]) -> None:
    """Give claimed feeds back unpolled (shutdown): they are due again at once."""
    for due in taken:
        mine = and_(FeedRow.id == due.feed.id, FeedRow.attempt == due.attempt)
        connection.execute(update(FeedRow).where(mine).values(lease_until=None, lease_owner=None))


def put_off(connection: Connection, feed_id: str, attempt: int, next_due: datetime) -> None:
    """Give a claimed feed back until `next_due`: nobody was asked, so nothing succeeded and nothing failed."""
    mine = and_(FeedRow.id == feed_id, FeedRow.attempt == attempt)
    connection.execute(update(FeedRow).where(mine).values(next_due=next_due, lease_until=None, lease_owner=None))


def poll_now(connection: Connection, feed_ids: Sequence[str], now: datetime) -> int:
    """Make these feeds due at once; how many there were."""
    return connection.execute(update(FeedRow).where(FeedRow.id.in_(feed_ids)).values(next_due=now)).rowcount


def health(connection: Connection) -> tuple[FeedHealth, ...]:
    """Every feed ever configured, in order of their ids."""
    rows = connection.execute(select(FeedRow.__table__).order_by(FeedRow.id)).all()
    return tuple(
        FeedHealth(
            feed=_feed(row),
            configured=row.configured,
            last_polled=row.last_polled,
            last_success=row.last_success,
            last_new=row.last_new,
            next_due=row.next_due,
            pace=row.pace,
            items=row.items,
            failures=row.failures,
            error=row.error,
            error_detail=row.error_detail,
            http_status=row.http_status,
            moved_to=row.moved_to,
        )
        for row in rows
    )
