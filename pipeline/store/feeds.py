"""Statements about feeds: what is configured, what is due, who has it. What polls learnt is written by `arrivals`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, and_, or_, select, update

from pipeline.model import Entry, Feed, FeedKind
from pipeline.store.sql import insert_into, lease_is_over, locked
from pipeline.store.tables import FeedRow

_POOL = 4  # candidates looked at for each one taken
_LEARNT = ("etag", "last_modified", "body_hash", "moved_to", "error", "error_detail", "pace", "yield_share")


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed that was claimed for a poll. `attempt` fences: what an older poll learnt does not overwrite a newer one's."""

    feed: Feed
    attempt: int
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    pace: int | None
    yield_share: float | None
    failures: int
    last_full: datetime | None
    last_success: datetime | None
    last_new: datetime | None


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
    gone = [
        identity for identity in stored if identity not in {feed.id for feed in feeds} and stored[identity].configured
    ]
    for identity in gone:
        connection.execute(update(FeedRow).where(FeedRow.id == identity).values(configured=False))
    for feed in feeds:
        columns, row = _columns(feed), stored.get(feed.id)
        if row is None:
            fresh = insert_into(connection, FeedRow).values(id=feed.id, next_due=now, failures=0, attempt=0, **columns)
            connection.execute(fresh.on_conflict_do_nothing())
        elif any(getattr(row, name) != value for name, value in columns.items()):
            if row.url != feed.url:  # another document: what was learnt of the old one does not hold
                columns |= {"next_due": now, "failures": 0, **dict.fromkeys(_LEARNT)}
            connection.execute(update(FeedRow).where(FeedRow.id == feed.id).values(**columns))


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
    free = or_(FeedRow.lease_until.is_(None), lease_is_over(FeedRow.lease_until, now, lease))
    due = and_(FeedRow.configured, FeedRow.enabled, FeedRow.next_due <= now, free)
    if since is not None:
        due = and_(
            due, or_(FeedRow.interval.is_distinct_from(0), FeedRow.last_polled.is_(None), FeedRow.last_polled < since)
        )
    if busy:
        due = and_(due, FeedRow.host.not_in(busy))
    pool: Select[Any] = select(FeedRow.id, FeedRow.host).where(due)  # type: ignore[assignment]
    pool = pool.order_by(FeedRow.next_due, FeedRow.id).limit(limit * _POOL if per_host else limit)
    hosts: Counter[str] = Counter()
    ids: list[str] = []
    for row in connection.execute(locked(connection, pool)):
        if len(ids) < limit and (per_host is None or hosts[row.host] < per_host):
            hosts[row.host] += 1
            ids.append(row.id)
    if not ids:
        return ()
    rows = connection.execute(select(FeedRow.__table__).where(FeedRow.id.in_(ids)).order_by(FeedRow.next_due)).all()
    claimed = {"attempt": FeedRow.attempt + 1, "lease_until": now + lease, "lease_owner": owner}
    connection.execute(update(FeedRow).where(FeedRow.id.in_(ids)).values(**claimed))
    return tuple(_due(row) for row in rows)


def _due(row: Any) -> DueFeed:
    return DueFeed(
        feed=_feed(row),
        attempt=row.attempt + 1,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        pace=row.pace,
        yield_share=row.yield_share,
        failures=row.failures,
        last_full=row.last_full,
        last_success=row.last_success,
        last_new=row.last_new,
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
