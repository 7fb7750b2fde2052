"""The latest items of one feed, as people see them: what a source brought, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.store.tables import EntryRow

_LOOKED_AT = (
    200_000  # of all entries, the newest so many: a feed that has long been silent must not cost a walk over everything
)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a feed. `article_id`: the article it became, None where it became none; `reason`: why not."""

    url: str
    title: str
    published: datetime | None
    first_seen: datetime
    state: str
    reason: str | None
    article_id: int | None


def latest_items(connection: Connection, feed_id: str, limit: int = 20) -> tuple[Item, ...]:
    """The newest items of a feed among the newest 200,000 of all."""
    newest = connection.execute(select(func.max(EntryRow.id))).scalar_one() or 0
    mine = select(
        EntryRow.url,
        EntryRow.title,
        EntryRow.published,
        EntryRow.first_seen,
        EntryRow.state,
        EntryRow.reason,
        EntryRow.article_id,
    ).where(EntryRow.feed_id == feed_id, EntryRow.id > newest - _LOOKED_AT)
    rows = connection.execute(mine.order_by(EntryRow.id.desc()).limit(limit)).all()
    return tuple(Item(*row) for row in rows)
