"""Statements about articles that prove events: when they are looked at again, and what the last look came to.

plan ─▶ due ──claim──▶ leased ──settle──▶ due (the next step) │ done (`due` is NULL)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from pipeline.model import Entry
from pipeline.store.sql import insert_into, lease_is_over, locked
from pipeline.store.tables import EntryRow, RecheckRow


@dataclass(frozen=True, slots=True)
class Recheck:
    """An article claimed for another look. `entry`: what the feed said of it; `began`: when it was read first.

    `attempt` fences; `tries` counts the looks of this step that met a passing trouble, this one included.
    """

    article_id: int
    entry: Entry
    began: datetime
    step: int
    tries: int
    attempt: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to. `due` None: it was the last. `validators`: of a whole answer, None keeps those known."""

    outcome: str
    step: int
    due: datetime | None
    again: bool = False  # the same step once more
    validators: tuple[str | None, str | None] | None = None


def plan(
    connection: Connection,
    article_id: int,
    url: str,
    began: datetime,
    due: datetime,
    validators: tuple[str | None, str | None] = (None, None),
) -> None:
    """Look at an article again at `due`. One that is planned, or was looked at for the last time, stays as it is."""
    row = {"article_id": article_id, "url": url, "began": began, "step": 0, "due": due, "tries": 0, "attempt": 0}
    fresh = insert_into(connection, RecheckRow).values(**row, etag=validators[0], last_modified=validators[1])
    connection.execute(fresh.on_conflict_do_nothing(index_elements=["article_id"]))


def claim(connection: Connection, now: datetime, owner: str, lease: timedelta, limit: int) -> tuple[Recheck, ...]:
    """Take up to `limit` articles whose time has come, those waiting longest first."""
    free = or_(RecheckRow.lease_until.is_(None), lease_is_over(RecheckRow.lease_until, now, lease))
    wanted = select(RecheckRow.__table__).where(and_(RecheckRow.due <= now, free))
    rows = connection.execute(locked(connection, wanted.order_by(RecheckRow.due).limit(limit))).all()
    if not rows:
        return ()
    ids = [row.article_id for row in rows]
    claimed = {"attempt": RecheckRow.attempt + 1, "lease_until": now + lease, "lease_owner": owner}
    connection.execute(update(RecheckRow).where(RecheckRow.article_id.in_(ids)).values(**claimed))
    told = _entries(connection, ids)
    return tuple(_recheck(row, told.get(row.article_id)) for row in rows)


def _entries(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What the feeds said of these articles: the first entry of each."""
    mine = select(EntryRow.__table__).where(EntryRow.article_id.in_(ids)).order_by(EntryRow.id.desc())
    return {row.article_id: row for row in connection.execute(mine)}


def _recheck(row: Row[Any], told: Row[Any] | None) -> Recheck:
    entry = Entry(
        feed_id=told.feed_id if told else "",
        identity=told.identity if told else row.url,
        url=row.url,
        title=told.title if told else "",
        published=told.published if told else None,
        language=told.language if told else None,
        summary=told.summary if told else "",
    )
    return Recheck(
        article_id=row.article_id,
        entry=entry,
        began=row.began,
        step=row.step,
        tries=row.tries + 1,
        attempt=row.attempt + 1,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def settle(connection: Connection, work: Recheck, looked: Looked, now: datetime) -> bool:
    """Write what a look came to and when the next one is due. False where another worker has it by now."""
    mine = and_(RecheckRow.article_id == work.article_id, RecheckRow.attempt == work.attempt)
    values: dict[str, Any] = {
        "outcome": looked.outcome,
        "step": looked.step,
        "due": looked.due,
        "tries": work.tries if looked.again else 0,
        "checked_at": now,
        "lease_until": None,
        "lease_owner": None,
    }
    if looked.validators is not None:
        values |= {"etag": looked.validators[0], "last_modified": looked.validators[1]}
    return connection.execute(update(RecheckRow).where(mine).values(**values)).rowcount == 1


def put_off(connection: Connection, work: Recheck, due: datetime | None = None) -> None:
    """Give a claimed article back unlooked at, until `due` (by default its old time: at once)."""
    mine = and_(RecheckRow.article_id == work.article_id, RecheckRow.attempt == work.attempt)
    values: dict[str, Any] = {"lease_until": None, "lease_owner": None}
    if due is not None:
        values["due"] = due
    connection.execute(update(RecheckRow).where(mine).values(**values))
