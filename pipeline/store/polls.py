"""Statements about single looks at a source: what each brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.store.tables import FeedPollRow


@dataclass(frozen=True, slots=True)
class PollView:
    """One look at a source. `outcome`: fetched, unchanged, not_modified or a word of `errors.Reason`; `size` in bytes."""

    at: datetime
    outcome: str
    items: int
    new: int
    duration_ms: int
    size: int


def polls(connection: Connection, feed_id: str, limit: int = 100) -> tuple[PollView, ...]:
    """The latest looks at one source, newest first."""
    mine = select(FeedPollRow.__table__).where(FeedPollRow.feed_id == feed_id)
    rows = connection.execute(mine.order_by(FeedPollRow.at.desc(), FeedPollRow.id.desc()).limit(limit)).all()
    return tuple(PollView(row.at, row.outcome, row.items, row.new, row.duration_ms, row.size) for row in rows)
