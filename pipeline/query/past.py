"""The history as it stood at a moment: what was recorded by then, out of the revisions and the evidence of that time.

Lists are found by the validity of revisions (`validity`), searches by the words that stand in events now (`by_words_then`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from pipeline.model import Event
from pipeline.query import by_words_then, validity
from pipeline.query.asking import EventFilter
from pipeline.query.kinds import kinds
from pipeline.query.walking import Place, parts
from pipeline.store.codec import event_from
from pipeline.store.search import phrases
from pipeline.store.sources import with_sources
from pipeline.store.sql import among
from pipeline.store.tables import EventRow, RevisionRow


def places(connection: Connection, wanted: EventFilter, limit: int) -> list[Place]:
    """Where the first `limit` events stand that answered at `wanted.as_of`, in order."""
    assert wanted.as_of is not None
    asked = phrases(wanted.text) if wanted.text else ()
    if asked:
        return by_words_then.places(connection, wanted, asked, limit)
    which = kinds(wanted)
    found: list[Place] = []
    for where, lasts in parts(wanted):
        found += validity.places(connection, wanted, where, which, wanted.as_of, limit - len(found), lasts)
    return found


def stood(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    return with_sources(connection, _snapshots(connection, ids, as_of), as_of)


def _snapshots(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    mine = and_(among(connection, RevisionRow.event_id, ids), RevisionRow.recorded_at <= as_of)
    latest = select(RevisionRow.event_id, func.max(RevisionRow.revision).label("revision")).where(mine)
    latest_ = latest.group_by(RevisionRow.event_id).subquery()
    joined = and_(latest_.c.event_id == RevisionRow.event_id, latest_.c.revision == RevisionRow.revision)
    rows = connection.execute(
        select(RevisionRow.event_id, RevisionRow.snapshot, EventRow.first_seen)
        .join(latest_, joined)
        .join(EventRow, EventRow.id == RevisionRow.event_id)
    ).all()
    return [event_from(row.snapshot, row.event_id, row.first_seen) for row in rows]
