"""The history as it stood at a moment: what was recorded by then, out of the revisions and the evidence of that time.

Lists are found by the validity of revisions (`validity`), searches by the words that stand in events now (`by_words_then`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from pipeline.model import Event
from pipeline.query import by_words_then, validity
from pipeline.query.asking import EventFilter
from pipeline.query.kinds import kinds
from pipeline.query.walking import Place, parts
from pipeline.store.codec import event_from
from pipeline.store.search import phrases
from pipeline.store.sources import with_sources
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventRow, RevisionRow
from pipeline.store.types import UtcDateTime


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
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_standing(sqlite), {"ids": given_list(sqlite, ids), "as_of": as_of}).all()
    return [event_from(row.snapshot, row.event_id, row.first_seen) for row in rows]


@lru_cache(2)
def _standing(sqlite: bool) -> Select[Any]:
    """The revision of each of these events that held then."""
    past, event = RevisionRow.__table__, EventRow.__table__
    as_of = bindparam("as_of", type_=UtcDateTime())
    held = [past.c.recorded_at <= as_of, or_(past.c.until.is_(None), past.c.until > as_of)]
    both = past.join(event, event.c.id == past.c.event_id)
    shown = select(past.c.event_id, past.c.snapshot, event.c.first_seen).select_from(both)
    return shown.where(among_given(sqlite, past.c.event_id, "ids"), *held)
