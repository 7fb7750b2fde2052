"""The same answers as JSON, for who passes them on: taken from the documents that are kept, put together where there is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.model import EventState
from pipeline.plan import instant
from pipeline.query import past
from pipeline.query.asking import EventFilter, Page, bounded
from pipeline.query.events import page_of
from pipeline.query.kept import kept_of
from pipeline.store import documents
from pipeline.store.engine import Database
from pipeline.store.sources import by_id
from pipeline.store.tables import ChangeRow


def events(database: Database, wanted: EventFilter) -> Page[str]:
    """A page of events, each as JSON. UsageError for a cursor that is not ours."""

    def work(connection: Connection) -> Page[str]:
        ids, more = page_of(connection, wanted, kept_of(database))
        return Page(tuple(_written(connection, ids, wanted.as_of)), more)

    return database.read(work)


def review(database: Database, limit: int = 50, cursor: str | None = None) -> Page[str]:
    """Events that wait for a person, the latest act first, each as JSON."""
    return events(database, EventFilter(state=(EventState.REVIEW,), limit=limit, cursor=cursor))


def changes(database: Database, since: int = 0, limit: int = 100) -> tuple[tuple[str, ...], int]:
    """What changed after number `since`, as `history.changes` gives it, each as JSON; and the number to ask from next time."""

    def work(connection: Connection) -> tuple[tuple[str, ...], int]:
        row = ChangeRow
        later = select(row.seq, row.kind, row.at, row.event_id).where(row.seq > since).order_by(row.seq)
        rows = connection.execute(later.limit(bounded(limit))).all()
        told = _written(connection, [row.event_id for row in rows])
        notes = (
            f'{{"seq":{row.seq},"kind":{json.dumps(row.kind)},"at":"{instant(row.at)}","event":{event}}}'
            for row, event in zip(rows, told, strict=True)
        )
        return tuple(notes), rows[-1].seq if rows else since

    return database.read(work)


def _written(connection: Connection, ids: Sequence[str], as_of: datetime | None = None) -> list[str]:
    """The documents of these events, in their order."""
    told = documents.told(connection, ids, as_of)
    left = [identity for identity in dict.fromkeys(ids) if identity not in told]
    if left:
        found = past.stood(connection, left, as_of) if as_of is not None else by_id(connection, left).values()
        told |= {one.id: documents.written(one) for one in found}
    return [told[identity] for identity in ids]
