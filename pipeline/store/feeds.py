"""Statements about feeds: what is configured, what is due, and what a poll learnt, all of it in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, or_, select, update

from pipeline.door.url import normalise_url
from pipeline.model import Entry, Feed, FeedKind
from pipeline.store.codec import pack, plausible
from pipeline.store.sql import insert_into, lease_is_over, locked
from pipeline.store.tables import EntryRow, FeedPollRow, FeedRow
from pipeline.store.types import digest

_BATCH = 500
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

    @property
    def is_quiet(self) -> bool:
        """True where the source answered well and had nothing new to say."""
        return self.outcome in ("not_modified", "unchanged") and not self.entries and self.error is None


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


_QUIET = (
    update(FeedRow)
    .where(FeedRow.id == bindparam("of_feed"), FeedRow.attempt == bindparam("of_attempt"))
    .values(
        next_due=bindparam("new_due"),
        pace=func.coalesce(bindparam("new_pace"), FeedRow.pace),
        last_full=func.coalesce(bindparam("asked_in_full", type_=FeedRow.last_full.type), FeedRow.last_full),
        moved_to=func.coalesce(bindparam("new_place"), FeedRow.moved_to),
        http_status=bindparam("answer"),
        failures=0,
        error=None,
        error_detail=None,
        lease_until=None,
        lease_owner=None,
    )
)


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


def unseen(connection: Connection, feed_id: str, identities: Iterable[str]) -> frozenset[str]:
    """Which of these identities the feed has not shown before: "new" is what is not in the store."""
    hashes = {digest(identity): identity for identity in identities}
    wanted = list(hashes)
    known: set[str] = set()
    for start in range(0, len(wanted), _BATCH):
        part = select(EntryRow.identity_hash).where(
            EntryRow.feed_id == feed_id, EntryRow.identity_hash.in_(wanted[start : start + _BATCH])
        )
        known.update(connection.execute(part).scalars())
    return frozenset(identity for hashed, identity in hashes.items() if hashed not in known)


def settle_poll(connection: Connection, poll: Poll, now: datetime) -> int:
    """Write everything one response taught us, with its validators; how many entries were new.

    A poll that another one overtook still gives its entries, but no validators and no date.
    """
    new = _insert_entries(connection, poll, now)
    connection.execute(
        insert(FeedPollRow).values(
            feed_id=poll.feed_id,
            at=now,
            outcome=poll.outcome,
            items=len(poll.entries),
            new=new,
            duration_ms=poll.duration_ms,
            size=poll.size,
        )
    )
    mine = and_(FeedRow.id == poll.feed_id, FeedRow.attempt == poll.attempt)
    connection.execute(update(FeedRow).where(mine).values(**_learnt(poll, new, now)))
    return new


def settle_quiet(connection: Connection, polls: Sequence[Poll], now: datetime) -> None:
    """Write many polls that brought nothing (`poll.is_quiet`) in few statements."""
    rows = [
        {
            "feed_id": poll.feed_id,
            "at": now,
            "outcome": poll.outcome,
            "items": 0,
            "new": 0,
            "duration_ms": poll.duration_ms,
            "size": poll.size,
        }
        for poll in polls
    ]
    connection.execute(insert(FeedPollRow), rows)
    learnt = [
        {
            "of_feed": poll.feed_id,
            "of_attempt": poll.attempt,
            "new_due": poll.next_due,
            "new_pace": poll.pace,
            "asked_in_full": now if poll.full else None,
            "new_place": poll.moved_to,
            "answer": poll.http_status,
        }
        for poll in polls
    ]
    connection.execute(_QUIET.values(last_polled=now, last_success=now), learnt)


def _learnt(poll: Poll, new: int, now: datetime) -> dict[str, Any]:
    learnt: dict[str, Any] = {
        "last_polled": now,
        "next_due": poll.next_due,
        "lease_until": None,
        "lease_owner": None,
        "http_status": poll.http_status,
        "error": poll.error,
        "error_detail": poll.error_detail,
    }
    kept = {"moved_to": poll.moved_to, "pace": poll.pace, "yield_share": poll.yield_share}
    learnt |= {name: value for name, value in kept.items() if value is not None}
    if poll.error is not None:
        return learnt | {"failures": FeedRow.failures + 1}
    learnt |= {"failures": 0, "last_success": now}
    if new:
        learnt["last_new"] = now
    if poll.full:
        learnt["last_full"] = now
    if poll.outcome in ("not_modified", "unchanged"):
        return learnt
    learnt["items"] = len(poll.entries)
    if poll.complete:
        return learnt | {"etag": poll.etag, "last_modified": poll.last_modified, "body_hash": poll.body_hash}
    return learnt | {"etag": None, "last_modified": None, "body_hash": None}


def _insert_entries(connection: Connection, poll: Poll, now: datetime) -> int:
    fresh = unseen(connection, poll.feed_id, (entry.identity for entry in poll.entries))
    turns: dict[str, int] = {}
    rows: dict[str, dict[str, Any]] = {}
    for entry in poll.entries:
        if entry.identity in fresh and entry.identity not in rows:
            host = host_of(entry.url)
            turns[host] = turns.get(host, -1) + 1
            rows[entry.identity] = _entry_columns(entry, poll.feed_id, host, turns[host], now)
    new = 0
    wanted = list(rows.values())
    for start in range(0, len(wanted), _BATCH):
        made = insert_into(connection, EntryRow).on_conflict_do_nothing().returning(EntryRow.id)
        new += len(connection.execute(made, wanted[start : start + _BATCH]).all())
    return new


def _entry_columns(entry: Entry, feed_id: str, host: str, turn: int, now: datetime) -> dict[str, Any]:
    return {
        "feed_id": feed_id,
        "identity": entry.identity,
        "identity_hash": digest(entry.identity),
        "url": entry.url,
        "url_hash": digest(normalise_url(entry.url)),  # two feeds that list one article agree in it
        "host": host,
        "title": entry.title,
        "published": plausible(entry.published, now),
        "language": entry.language,
        "summary": entry.summary,
        "content_html": pack(entry.content_html.encode("utf-8", "replace")) if entry.content_html else None,
        "state": "pending",
        "turn": turn,
        "tries": 0,
        "next_try": now,
        "first_seen": now,
    }


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
