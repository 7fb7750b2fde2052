"""What the watchdog, the metrics and `/readyz` look at: queues and their ages, how sources and channels have fared of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from pipeline.store.tables import ArticleVersionRow, EntryRow, FeedRow, OutboxRow, RecheckRow

_LATELY = 20_000  # entries, newest first, that are looked at for what sources gave
_LAST = 20  # of each source
_SILENT_MOST = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows whose time has come and that wait to be taken. `oldest`: since when the first of them could have been."""

    name: str
    waiting: int
    oldest: datetime | None

    def age(self, now: datetime) -> timedelta:
        """How long the first has waited."""
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source brought something, as long as it did. `gap`: the usual time between two such polls."""

    feed_id: str
    last_new: datetime
    times: int
    gap: timedelta


@dataclass(frozen=True, slots=True)
class Yield:
    """What the last entries of a source came to. `unread`: pages that held no article."""

    feed_id: str
    entries: int
    unread: int


def queues(connection: Connection, now: datetime) -> tuple[Queue, ...]:
    """The queues of feeds, articles, second looks and messages."""
    feeds = and_(FeedRow.configured, FeedRow.enabled, FeedRow.next_due <= now, FeedRow.lease_until.is_(None))
    articles = and_(EntryRow.state == "pending", EntryRow.next_try <= now)
    looks = and_(RecheckRow.due <= now, RecheckRow.lease_until.is_(None))
    messages = and_(OutboxRow.state == "pending", OutboxRow.next_try <= now)
    wanted: tuple[tuple[str, Any, Any], ...] = (
        ("polls", FeedRow.next_due, feeds),
        ("articles", EntryRow.next_try, articles),
        ("rechecks", RecheckRow.due, looks),
        ("messages", OutboxRow.next_try, messages),
    )
    found = []
    for name, column, due in wanted:
        waiting, oldest = connection.execute(select(func.count(), func.min(column)).where(due)).one()
        found.append(Queue(name, waiting, oldest))
    return tuple(found)


def yields(connection: Connection) -> tuple[Yield, ...]:
    """What the last 20 processed entries of every source came to, among the newest entries of all."""
    newest = connection.execute(select(func.max(EntryRow.id))).scalar_one()
    unread = EntryRow.reason.in_(("article_gate", "article_no_text"))
    seen = and_(EntryRow.id > (newest or 0) - _LATELY, or_(EntryRow.state == "done", unread))
    place = func.row_number().over(partition_by=EntryRow.feed_id, order_by=EntryRow.id.desc())
    lately = select(EntryRow.feed_id, EntryRow.reason, place.label("place")).where(seen).subquery()
    wanted = (
        select(lately.c.feed_id, func.count(), func.count(lately.c.reason))
        .where(lately.c.place <= _LAST)
        .group_by(lately.c.feed_id)
        .order_by(lately.c.feed_id)
    )
    return tuple(Yield(*row) for row in connection.execute(wanted))


def rhythms(connection: Connection, silent_since: datetime) -> tuple[Rhythm, ...]:
    """How often the sources that have brought nothing since then used to bring something."""
    quiet = and_(FeedRow.configured, FeedRow.enabled, FeedRow.last_new < silent_since)
    wanted = select(FeedRow.id, FeedRow.last_new).where(quiet).order_by(FeedRow.last_new.desc()).limit(_SILENT_MOST)
    return tuple(_rhythm(connection, row.id, row.last_new) for row in connection.execute(wanted).all())


def _rhythm(connection: Connection, feed_id: str, last_new: datetime) -> Rhythm:
    brought = func.count(func.distinct(EntryRow.first_seen))
    mine = select(brought, func.min(EntryRow.first_seen)).where(EntryRow.feed_id == feed_id)
    times, first = connection.execute(mine).one()
    gap = (last_new - first) / (times - 1) if first and times > 1 else timedelta()
    return Rhythm(feed_id, last_new, times, gap)


def dead_letters(connection: Connection) -> dict[str, int]:
    """How many messages of each channel were given up and wait for a person."""
    dead = select(OutboxRow.channel_id, func.count()).where(
        OutboxRow.state == "dead", OutboxRow.acknowledged_by.is_(None)
    )
    return {row[0]: row[1] for row in connection.execute(dead.group_by(OutboxRow.channel_id))}


def newest_of(connection: Connection) -> datetime | None:
    """The latest time on record: a clock that shows less was set back."""
    moments: Sequence[Any] = [
        connection.execute(select(func.max(column))).scalar_one()
        for column in (FeedRow.last_polled, ArticleVersionRow.fetched_at)
    ]
    return max((moment for moment in moments if moment is not None), default=None)
