"""Events as readers are told of them, written out once: a list of fifty is then fifty look-ups, and nothing is put together anew.

A document is written in the transaction that changes its event or the evidence of it. It says since when the event has stood just
so; a look into the past from that moment on may use it, too. One that is missing, or of another shape than this program's, is as
good as none: readers put the event together from its rows, and the nightly upkeep writes what is missing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, MetaData, Table, and_, func, select

from pipeline.model import Event, EventType, Salience, Source, Status
from pipeline.plan import event_as_dict
from pipeline.store.sources import by_id
from pipeline.store.sql import among, insert_into, waiting
from pipeline.store.tables import EventRow, EvidenceRow
from pipeline.store.tables.base import NAMING
from pipeline.store.types import CleanText, UtcDateTime

# not of the tables' metadata: like the search index it is made of them, and no part of an archive
DOCUMENTS = Table(
    "event_documents",
    MetaData(naming_convention=NAMING),
    Column("event_id", CleanText, primary_key=True),
    Column("shape", CleanText, nullable=False),  # which program's
    Column("since", UtcDateTime, nullable=False),  # the event has stood so from then on
    Column("body", CleanText, nullable=False),
)
_FORM = 1  # count up where documents say something else under the same names
_BATCH = 400


def written(event: Event) -> str:
    """The event as JSON, as the interface defines it."""
    return json.dumps(event_as_dict(event), ensure_ascii=False, separators=(",", ":"))


@cache
def shape() -> str:
    """What this program's documents look like, in a word: another one where an event or a source has other fields."""
    source = Source(0, "https://a.example/", "", "", None, "", "", 0, 0, "")
    example = event_as_dict(_example((source, source)))
    return f"{_FORM}-{zlib.crc32(json.dumps(example, sort_keys=True).encode()):08x}"


def _example(sources: tuple[Source, ...]) -> Event:
    return Event("", None, "", EventType.SIGNED, Status.OCCURRED, Salience.NEWS, sources=sources)


def told(connection: Connection, ids: Sequence[str], as_of: datetime | None = None) -> dict[str, str]:
    """The documents of these events, by their ids; those that are kept, and (`as_of`) that held at that moment."""
    if not ids:
        return {}
    kept = DOCUMENTS.c
    conditions = [among(connection, kept.event_id, ids), kept.shape == shape()]
    conditions += [kept.since <= as_of] if as_of is not None else []
    return {row[0]: row[1] for row in connection.execute(select(kept.event_id, kept.body).where(*conditions)).all()}


def keep(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Write the documents of these events anew. Call it in the transaction that changed them, or their evidence."""
    for start in range(0, len(listed := sorted(ids)), _BATCH):
        _keep(connection, listed[start : start + _BATCH], dict.fromkeys(listed, now))


def catch_up(connection: Connection, most: int | None = None) -> int:
    """Write what is missing, or was written by another program; at most `most`. How many there were."""
    done, after = 0, ""
    while most is None or done < most:
        ids = _missing(connection, after, _BATCH if most is None else min(_BATCH, most - done))
        if not ids:
            break
        _make_up(connection, ids)
        after = ids[-1]
        done += len(ids)
    return done


def _missing(connection: Connection, after: str, limit: int) -> list[str]:
    mine = and_(DOCUMENTS.c.event_id == EventRow.id, DOCUMENTS.c.shape == shape())
    wanted = select(EventRow.id).outerjoin(DOCUMENTS, mine).where(EventRow.id > after, DOCUMENTS.c.event_id.is_(None))
    return list(connection.execute(wanted.order_by(EventRow.id).limit(limit)).scalars())


def _changed(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When anything of each event was changed last."""
    mine = select(EventRow.id, EventRow.updated_at).where(among(connection, EventRow.id, ids))
    last = {row.id: row.updated_at for row in connection.execute(mine)}
    evidence = EvidenceRow
    latest = select(evidence.event_id, func.max(evidence.recorded_at), func.max(evidence.removed_at))
    for identity, *moments in connection.execute(
        latest.where(among(connection, evidence.event_id, ids)).group_by(evidence.event_id)
    ):
        last[identity] = max(moment for moment in (last[identity], *moments) if moment is not None)
    return last


def _keep(connection: Connection, ids: Sequence[str], since: Mapping[str, datetime]) -> None:
    # whoever changes the same event by another way waits here, and then sees what this transaction wrote
    connection.execute(waiting(connection, select(EventRow.id).where(EventRow.id.in_(ids)).order_by(EventRow.id)))
    if rows := _rows(connection, ids, since):
        connection.execute(_insert(connection), rows)


def _make_up(connection: Connection, ids: Sequence[str]) -> None:
    """Without a lock on a million events: what somebody has written meanwhile is newer, and stays."""
    if rows := _rows(connection, ids, _changed(connection, ids)):
        connection.execute(_insert(connection, newer=True), rows)


def _rows(connection: Connection, ids: Sequence[str], since: Mapping[str, datetime]) -> list[dict[str, Any]]:
    return [
        {"event_id": event.id, "shape": shape(), "since": since[event.id], "body": written(event)}
        for event in by_id(connection, ids).values()
    ]


def _insert(connection: Connection, *, newer: bool = False) -> Insert:
    """Puts documents in the place of what is there; `newer`: but not of what is newer."""
    fresh = insert_into(connection, DOCUMENTS)
    changed = {name: fresh.excluded[name] for name in ("shape", "since", "body")}
    guard = DOCUMENTS.c.since <= fresh.excluded.since if newer else None
    return fresh.on_conflict_do_update(index_elements=["event_id"], set_=changed, where=guard)
